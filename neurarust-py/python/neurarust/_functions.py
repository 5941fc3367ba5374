"""Functions that are no methods of tensors, and other names of those that are."""

from . import _C
from ._C import Tensor

__all__ = []


def _public(f):
    __all__.append(f.__name__)
    return f


@_public
def where(condition, input=None, other=None):
    """`input` where `condition`, `other` elsewhere; with one argument, the indices of what isn't 0."""
    if input is None and other is None:
        return condition.nonzero(as_tuple=True)
    return _C._where(condition, input, other)


def _alias(cls, names):
    for new, old in names.items():
        if hasattr(cls, old) and not hasattr(cls, new):
            setattr(cls, new, getattr(cls, old))


# PyTorch's other names of the same things.
_alias(
    Tensor,
    {
        "absolute": "abs", "absolute_": "abs_", "arccos": "acos", "arccosh": "acosh", "arcsin": "asin", "arcsinh": "asinh",
        "arctan": "atan", "arctanh": "atanh", "arctan2": "atan2", "clip": "clamp", "clip_": "clamp_", "concat": "cat",
        "divide": "div", "divide_": "div_", "fix": "trunc", "fix_": "trunc_", "greater": "gt", "greater_equal": "ge",
        "less": "lt", "less_equal": "le", "multiply": "mul", "multiply_": "mul_", "negative": "neg", "negative_": "neg_",
        "not_equal": "ne", "subtract": "sub", "subtract_": "sub_", "true_divide": "div", "true_divide_": "div_", "ger": "outer",
        "inner_": "dot", "det_": "det",
    },
)
