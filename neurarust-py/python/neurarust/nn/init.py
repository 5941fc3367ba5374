"""Initial values, written in place, outside of the graph. Distributions and their scales are Rust's."""

import functools as _functools
import math as _math
import warnings as _warnings

from .. import _C

__all__ = [
    "calculate_gain", "constant_", "dirac_", "eye_", "kaiming_normal_", "kaiming_uniform_", "normal_", "ones_", "orthogonal_",
    "sparse_", "trunc_normal_", "uniform_", "xavier_normal_", "xavier_uniform_", "zeros_",
]


def calculate_gain(nonlinearity, param=None):
    """The factor that makes up for what a nonlinearity takes of the standard deviation."""
    return _C._calculate_gain(nonlinearity, param)


def uniform_(tensor, a=0.0, b=1.0, generator=None):
    """Uniform numbers from `a` to `b`."""
    tensor.detach().uniform_(a, b, generator=generator)
    return tensor


def normal_(tensor, mean=0.0, std=1.0, generator=None):
    """Fills `tensor` with normal numbers of this mean and standard deviation."""
    tensor.detach().normal_(mean, std, generator=generator)
    return tensor


def trunc_normal_(tensor, mean=0.0, std=1.0, a=-2.0, b=2.0, generator=None):
    """Normal numbers within `[a, b]`."""
    _C._trunc_normal(tensor, mean, std, a, b, generator)
    return tensor


def constant_(tensor, val):
    """Fills `tensor` with one number."""
    tensor.detach().fill_(val)
    return tensor


def zeros_(tensor):
    """Fills `tensor` with zeros."""
    return constant_(tensor, 0.0)


def ones_(tensor):
    """Fills `tensor` with ones."""
    return constant_(tensor, 1.0)


def eye_(tensor):
    """Ones on the diagonal of a matrix."""
    _C._init("eye", tensor, [])
    return tensor


def dirac_(tensor, groups=1):
    """Ones that make a convolution of `(out, in, kernel…)` pass its channels on, within each group."""
    if tensor.dim() not in (3, 4, 5):
        raise ValueError(f"dirac_: expected 3, 4 or 5 dimensions, got shape {tuple(tensor.shape)}")
    if groups < 1 or tensor.shape[0] % groups:
        raise ValueError(f"dirac_: {tensor.shape[0]} channels don't divide into {groups} groups")
    each = tensor.shape[0] // groups
    out, centre = tensor.detach().zero_(), [n // 2 for n in tensor.shape[2:]]
    for group in range(groups):
        for d in range(min(each, tensor.shape[1])):
            out[(group * each + d, d, *centre)] = 1
    return tensor


def xavier_uniform_(tensor, gain=1.0, generator=None):
    """Uniform numbers of variance `gain² · 2 / (fan_in + fan_out)`."""
    if generator is not None:
        bound = gain * _math.sqrt(6 / sum(_fans(tensor)))
        return uniform_(tensor, -bound, bound, generator)
    _C._init("xavier_uniform", tensor, [gain])
    return tensor


def xavier_normal_(tensor, gain=1.0, generator=None):
    """Normal numbers of variance `gain² · 2 / (fan_in + fan_out)`."""
    if generator is not None:
        return normal_(tensor, 0.0, gain * _math.sqrt(2 / sum(_fans(tensor))), generator)
    _C._init("xavier_normal", tensor, [gain])
    return tensor


def kaiming_uniform_(tensor, a=0, mode="fan_in", nonlinearity="leaky_relu", generator=None):
    """Uniform numbers of variance `gain² / fan`."""
    if generator is not None:
        bound = _math.sqrt(3) * _kaiming_std(tensor, a, mode, nonlinearity)
        return uniform_(tensor, -bound, bound, generator)
    _C._kaiming("uniform", tensor, mode, nonlinearity, a)
    return tensor


def kaiming_normal_(tensor, a=0, mode="fan_in", nonlinearity="leaky_relu", generator=None):
    """Normal numbers of variance `gain² / fan`."""
    if generator is not None:
        return normal_(tensor, 0.0, _kaiming_std(tensor, a, mode, nonlinearity), generator)
    _C._kaiming("normal", tensor, mode, nonlinearity, a)
    return tensor


def orthogonal_(tensor, gain=1.0, generator=None):
    """Orthonormal rows or columns."""
    _default_only("orthogonal_", generator)
    _C._init("orthogonal", tensor, [gain])
    return tensor


def sparse_(tensor, sparsity, std=0.01, generator=None):
    """Normal numbers, a fraction `sparsity` of each column being 0."""
    _default_only("sparse_", generator)
    _C._init("sparse", tensor, [sparsity, std])
    return tensor


def _fans(tensor):
    """Connections into and out of a unit."""
    if tensor.dim() < 2:
        raise ValueError(f"a weight of shape {tuple(tensor.shape)} has no fans; expected two dimensions (out, in) or more")
    field = _math.prod(tensor.shape[2:])
    return tensor.shape[1] * field, tensor.shape[0] * field


def _kaiming_std(tensor, a, mode, nonlinearity):
    if mode not in ("fan_in", "fan_out"):
        raise ValueError(f"mode must be 'fan_in' or 'fan_out', got {mode!r}")
    return calculate_gain(nonlinearity, a) / _math.sqrt(_fans(tensor)[mode == "fan_out"])


def _default_only(op, generator):
    if generator is not None:
        raise NotImplementedError(f"{op}: draws from the default generator only; start it with manual_seed()")


def _deprecated(new):
    old = new.__name__[:-1]

    @_functools.wraps(new)
    def f(*args, **kwargs):
        _warnings.warn(f"`nn.init.{old}` is now deprecated in favor of `nn.init.{new.__name__}`.", FutureWarning, stacklevel=2)
        return new(*args, **kwargs)

    f.__name__, f.__doc__ = old, f"The old name of `{new.__name__}`."
    return f


for _new in (
    constant_, dirac_, eye_, kaiming_normal_, kaiming_uniform_, normal_, orthogonal_, sparse_, uniform_, xavier_normal_, xavier_uniform_,
):
    globals()[_new.__name__[:-1]] = _deprecated(_new)
del _new


def _affine_(weight, bias):
    """PyTorch's initial values of a layer: weight and bias uniform within ±1/√fan_in."""
    kaiming_uniform_(weight, a=5**0.5)
    if bias is not None:
        fan_in = weight[0].numel() if weight.shape[0] else 0
        if fan_in:
            bound = fan_in**-0.5
            uniform_(bias, -bound, bound)
