"""Conventions of calling that all functions share: `input=` for the first argument, `out=`, NumPy's names of arguments.

A function of the package is a `_Function` around a method or a function. Calls without keywords go straight through;
those with keywords come here.
"""

import numbers
import operator
import warnings

from . import _C
from ._C import Tensor
from ._modes import no_grad

# Functions that make tensors: the dtype of `out` is the dtype of the result.
CREATING = frozenset(
    "arange bartlett_window blackman_window empty eye full hamming_window hann_window kaiser_window linspace logspace ones rand randint "
    "randn randperm range scalar_tensor zeros".split()
)
# Functions that take `out`, beside those that make tensors and those of linalg, special and fft.
WRITING = frozenset(
    "abs absolute acos acosh add addbmm addcdiv addcmul addmm addmv addr alias_copy all amax amin aminmax angle any arccos arccosh arcsin "
    "arcsinh arctan arctan2 arctanh argmax argmin argsort as_strided_copy as_strided_scatter asin asinh atan atan2 atanh baddbmm bernoulli "
    "bitwise_and bitwise_left_shift bitwise_not bitwise_or bitwise_right_shift bitwise_xor bmm bucketize cat ceil celu chain_matmul "
    "cholesky cholesky_inverse cholesky_solve clamp clamp_max clamp_min clip column_stack concat concatenate conj_physical copysign cos "
    "cosh count_nonzero cross cummax cummin cumprod cumsum deg2rad det diag diagonal_copy diagonal_scatter diff digamma dist div divide dot "
    "dstack eq erf erfc erfinv exp exp2 expand_copy expm1 fix float_power floor floor_divide fmax fmin fmod frac frexp gather gcd ge ger "
    "greater greater_equal gt heaviside histc hstack hypot i0 igamma igammac index_add index_copy index_fill index_put index_reduce "
    "index_select inner inverse isin isneginf isposinf kron kthvalue lcm ldexp le lerp less less_equal lgamma log log10 log1p log2 "
    "logaddexp logaddexp2 logcumsumexp logical_and logical_not logical_or logical_xor logit logsumexp lt lu_solve masked_fill "
    "masked_scatter masked_select matmul matrix_power max maximum mean median min minimum mm mode msort mul multinomial multiply mv "
    "mvlgamma nan_to_num nanmean nanmedian nanquantile nansum narrow_copy ne neg negative nextafter nonzero nonzero_static norm normal "
    "not_equal outer permute_copy poisson polygamma pow prod put quantile rad2deg reciprocal remainder renorm repeat_interleave roll "
    "round row_stack rsqrt scatter scatter_add scatter_reduce searchsorted select_scatter sgn sigmoid sign signbit sin sinc sinh slice_scatter "
    "softmax log_softmax sort split_with_sizes_copy sqrt square squeeze_copy stack std std_mean sub subtract sum svd t_copy take "
    "take_along_dim tan tanh tensordot topk trace transpose_copy triangular_solve tril tril_indices triu triu_indices true_divide trunc "
    "unbind_copy unfold_copy unsqueeze_copy var var_mean vdot view_copy vstack where xlogy isclose".split()
)
# Of those, the ones whose `out` must have the result's dtype; element-wise functions and reductions convert, as in PyTorch.
EXACT = frozenset(
    "addbmm addmm addmv alias_copy amax amin aminmax argmax argmin as_strided_copy baddbmm bitwise_not bmm bucketize ceil cross cummax cummin "
    "diag diagonal_copy dot expand_copy float_power floor frac frexp gather heaviside histc index_add index_copy index_reduce index_select isin "
    "isneginf isposinf kthvalue log_softmax logcumsumexp lu_solve masked_select matmul mm mode msort multinomial mv nan_to_num nanquantile "
    "narrow_copy neg nonzero norm permute_copy quantile renorm round scatter scatter_add scatter_reduce searchsorted sign signbit slice_scatter "
    "softmax sort split_with_sizes_copy squeeze_copy svd t_copy take take_along_dim tensordot topk transpose_copy triangular_solve tril triu "
    "trunc unbind_copy unfold_copy unsqueeze_copy vdot view_copy where".split()
)
# Functions whose first argument may be a number; the arithmetic ones take two.
ARITHMETIC = frozenset("add sub subtract mul multiply div divide true_divide floor_divide".split())
# Those that are operators, too.
OPERATORS = {
    "add": operator.add, "sub": operator.sub, "subtract": operator.sub, "mul": operator.mul, "multiply": operator.mul,
    "div": operator.truediv, "divide": operator.truediv, "true_divide": operator.truediv, "floor_divide": operator.floordiv,
    "remainder": operator.mod, "pow": operator.pow, "bitwise_and": operator.and_, "bitwise_or": operator.or_,
    "bitwise_xor": operator.xor,
}  # fmt: skip
NUMBERS = ARITHMETIC | frozenset(
    "remainder pow xlogy bitwise_and bitwise_or bitwise_xor bitwise_left_shift bitwise_right_shift".split()
)
# What NumPy calls the arguments.
NUMPY = {"axis": "dim", "keepdims": "keepdim", "x": "input", "a": "input", "x1": "input", "x2": "other"}
_METHOD = type(Tensor.exp)


def call(name, inner, args, kwargs):
    """`inner(*args, **kwargs)` by the conventions of the package."""
    if not args and isinstance(inner, _METHOD):
        # The first argument of a method has no name of its own.
        for first in ("input", "x", "a", "x1", "self"):
            if first in kwargs:
                args = (kwargs.pop(first),)
                break
    if name in NUMBERS and args and not isinstance(args[0], Tensor):
        if isinstance(args[0], numbers.Number) and not isinstance(args[0], (bool, int, float, complex)):
            # NumPy's.
            args = (args[0].item(), *args[1:])
        if name in OPERATORS and len(args) == 2 and not kwargs and isinstance(args[1], Tensor) and isinstance(args[0], numbers.Number):
            return OPERATORS[name](*args)
        args = (_first(name, args[0], args[1] if len(args) > 1 else kwargs.get("other", kwargs.get("exponent"))), *args[1:])
    if "out" in kwargs:
        out = kwargs.pop("out")
        if out is not None:
            return _into(name, inner, args, kwargs, out)
    return _called(inner, args, kwargs)


def _first(name, number, other):
    """`number`, the first argument, as a tensor that counts no more than a number beside `other`."""
    if isinstance(number, (bool, int, float, complex)):
        alone = _C.tensor(number)
        if isinstance(other, Tensor):
            return _C.tensor(number, dtype=other.dtype) if _kind(alone.dtype) <= _kind(other.dtype) else alone
        if name in ARITHMETIC and isinstance(other, (bool, int, float, complex)):
            return alone
    raise TypeError(
        f"{name}(): argument 'input' (position 1) must be a Tensor, or a number beside a Tensor; got {type(number).__name__} and {type(other).__name__}"
    )


def _called(inner, args, kwargs):
    try:
        return inner(*args, **kwargs)
    except TypeError as error:
        renamed = {k: v for k, v in kwargs.items() if k in NUMPY and f"unexpected keyword argument '{k}'" in str(error)}
        if not renamed or any(NUMPY[k] in kwargs for k in renamed):
            raise
        kwargs = {NUMPY.get(k, k) if k in renamed else k: v for k, v in kwargs.items()}
    return _called(inner, args, kwargs)


def _into(name, inner, args, kwargs, out):
    """The result of `inner` in `out`: one tensor, or as many as there are results."""
    if name not in WRITING and name not in CREATING and "." not in name:
        raise TypeError(f"{name}() got an unexpected keyword argument 'out'")
    outs = [out] if isinstance(out, Tensor) else out
    if not isinstance(outs, (list, tuple)) or not all(isinstance(t, Tensor) for t in outs):
        raise TypeError(f"{name}(): argument 'out' must be a Tensor or a tuple of Tensors, got {type(out).__name__}")
    if _C.is_grad_enabled() and any(t.requires_grad for t in _tensors([outs, args, list(kwargs.values())])):
        raise RuntimeError(
            f"{name}(): functions with out=... arguments don't support automatic differentiation, but one of the arguments requires grad."
        )
    if name in CREATING:
        dtype = kwargs.get("dtype")
        if dtype is not None and dtype is not outs[0].dtype:
            raise RuntimeError(f"{name}(): dtype {dtype} doesn't match the dtype {outs[0].dtype} of out")
        kwargs["dtype"] = outs[0].dtype
    result = _called(inner, args, kwargs)
    results = [result] if isinstance(result, Tensor) else list(result)
    if len(results) != len(outs):
        raise RuntimeError(f"{name}(): {len(results)} results for {len(outs)} tensors in out")
    # Everything is checked before anything is written.
    for r, t in zip(results, outs):
        check(name, r, t)
    for r, t in zip(results, outs):
        write(r, t)
    return out if isinstance(result, Tensor) or not hasattr(result, "_fields") else type(result)(*outs)


def _kind(dtype):
    """The category of a type: bools, integers, floats, complex numbers."""
    return 3 if dtype.is_complex else 2 if dtype.is_floating_point else 0 if dtype is _C.bool else 1


def check(name, result, out):
    """Refuses an `out` that can't hold the result."""
    if _kind(result.dtype) > _kind(out.dtype):
        raise RuntimeError(f"{name}(): result type {result.dtype} can't be cast to the desired output type {out.dtype}")
    if name in EXACT and result.dtype is not out.dtype:
        raise RuntimeError(f"{name}(): expected out to have the result's dtype {result.dtype}, got {out.dtype}")
    if out._overlaps():
        raise RuntimeError(f"{name}(): out has elements that share memory (expand?); clone() it first")


def write(result, out):
    """Copies the result into `out`, which takes its shape."""
    with no_grad():
        if out.shape != result.shape:
            if out.numel():
                warnings.warn(
                    f"An output with one or more elements was resized since it had shape {list(out.shape)}, which does not match the required "
                    f"output shape {list(result.shape)}. This behavior is deprecated.",
                    UserWarning,
                    stacklevel=4,
                )
            out.resize_(result.shape)
        out.copy_(result)


def _tensors(values):
    for v in values:
        if isinstance(v, Tensor):
            yield v
        elif isinstance(v, (list, tuple)):
            yield from _tensors(v)


class _Function(_C._Function):
    # Documented by what it is made of.
    __slots__ = ()
    __doc__ = property(lambda self: self.__wrapped__.__doc__)


_Function.__name__ = _Function.__qualname__ = "function"
_Function.__module__ = "neurarust"


def wrap(name, inner):
    """`inner` as a function of the package."""
    return _Function(name, inner, call, name in NUMBERS)


def wrap_space(space):
    """All functions of `neurarust.<space>`: they take `out`."""
    short = space.__name__.rpartition(".")[2]
    for name in getattr(space, "__all__", [n for n in vars(space) if not n.startswith("_")]):
        f = getattr(space, name)
        if callable(f) and not isinstance(f, (type, _C._Function)):
            setattr(space, name, wrap(f"{short}.{name}", f))
