"""Element-wise functions that other functions are made into: in-place forms, other names, functions of numbers."""

import collections as _collections

from . import _C
from ._C import Tensor

__all__ = ["fill", "float_power", "frexp", "polygamma"]

_Frexp = _collections.namedtuple("frexp", ["mantissa", "exponent"])
_Frexp.__module__ = "torch.return_types"


def _tensor(x, like):
    """The number `x` as a tensor of the dtype that mixing it with the tensor `like` gives."""
    if isinstance(x, Tensor):
        return x
    if like.is_floating_point():
        return _C.tensor(x, dtype=like.dtype)
    return _C.tensor(x)


def frexp(input):
    """Mantissas in `[½, 1)` but for the sign, and exponents: `input = mantissa · 2` to the power `exponent`."""
    return _Frexp(*input._frexp())


Tensor.frexp = frexp


def polygamma(n, input):
    """The derivative of order `n` of `digamma`."""
    return input.polygamma(n)


def float_power(input, exponent):
    """`input` to the power `exponent` in double precision; either may be a number."""
    if not isinstance(input, Tensor):
        if not isinstance(exponent, Tensor):
            raise TypeError("float_power: expected a tensor as the base or as the exponent, got two numbers")
        input = _C.tensor(input, dtype=_C.float64)
    return Tensor.float_power(input, exponent)


def fill(input, value):
    """A tensor like `input` with `value` everywhere."""
    return input.clone().fill_(value)


def _in_place(name, function):
    """`function` written over its first argument."""

    def method(self, *args, **kwargs):
        return self._become(f"{name}_", function(self, *args, **kwargs))

    method.__name__, method.__doc__ = f"{name}_", f"As `{name}`, written over this tensor, which is returned."
    return method


for _name in (
    "clamp_min", "clamp_max", "deg2rad", "frac", "heaviside", "lcm", "ldexp", "logit", "mvlgamma", "nan_to_num", "nextafter",
    "rad2deg", "round", "bitwise_not",
):  # fmt: skip
    setattr(Tensor, f"{_name}_", _in_place(_name, getattr(Tensor, _name)))


def _float_power_(self, exponent):
    """`float_power`, in place: of float64 tensors only."""
    if self.dtype is not _C.float64:
        raise RuntimeError(f"float_power_: the result is float64 and can't be written to a {self.dtype} tensor")
    return self._become("float_power_", self.float_power(exponent))


Tensor.float_power_ = _float_power_

# PyTorch's other names of the same things.
for _new, _old in {
    "arccos_": "acos_", "arccosh_": "acosh_", "arcsin_": "asin_", "arcsinh_": "asinh_", "arctan_": "atan_", "arctanh_": "atanh_",
    "arctan2_": "atan2_", "greater_": "gt_", "greater_equal_": "ge_", "less_": "lt_", "less_equal_": "le_", "not_equal_": "ne_",
    "__rdiv__": "__rtruediv__", "__div__": "__truediv__", "__idiv__": "__itruediv__",
}.items():  # fmt: skip
    setattr(Tensor, _new, getattr(Tensor, _old))
del _new, _old, _name
