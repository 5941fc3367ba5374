"""NeuraRust's names. Written by tools/stubs.py."""

import builtins
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from . import autograd as autograd, datasets as datasets, nn as nn, optim as optim, utils as utils
from ._C import *
from ._C import Generator, Tensor, device, dtype
from ._functions import *
from ._modes import enable_grad as enable_grad, inference_mode as inference_mode, no_grad as no_grad
from ._modes import set_grad_enabled as set_grad_enabled
from ._serialization import load as load, save as save
from ._size import Size as Size
from ._types import finfo as finfo, iinfo as iinfo

__version__: str
inf: builtins.float
nan: builtins.float
pi: builtins.float
e: builtins.float

def abs(input: Tensor) -> Tensor:
    """`|x|`."""
def abs_(input: Tensor) -> Tensor:
    """`|x|`.

    In place: written over this tensor, which is returned.
    """
def absolute(input: Tensor) -> Tensor:
    """`|x|`."""
def absolute_(input: Tensor) -> Tensor:
    """`|x|`.

    In place: written over this tensor, which is returned.
    """
def acos(input: Tensor) -> Tensor:
    """Inverse cosine."""
def acos_(input: Tensor) -> Tensor:
    """Inverse cosine.

    In place: written over this tensor, which is returned.
    """
def acosh(input: Tensor) -> Tensor:
    """Inverse hyperbolic cosine."""
def acosh_(input: Tensor) -> Tensor:
    """Inverse hyperbolic cosine.

    In place: written over this tensor, which is returned.
    """
def add(input: Tensor, other: Tensor | builtins.float, *, alpha: builtins.float | None = ...) -> Tensor:
    """`self + alpha · other`."""
def add_(input: Tensor, other: Tensor | builtins.float, *, alpha: builtins.float | None = ...) -> Tensor:
    """`self + alpha · other`, in place."""
def addcdiv(input: Tensor, tensor1: Any, tensor2: Any, value: Tensor | builtins.float = ...) -> Tensor:
    """`x + value · a / b`."""
def addcdiv_(input: Tensor, tensor1: Any, tensor2: Any, value: Tensor | builtins.float = ...) -> Tensor:
    """`x + value · a / b`.

    In place: written over this tensor, which is returned.
    """
def addcmul(input: Tensor, tensor1: Any, tensor2: Any, value: Tensor | builtins.float = ...) -> Tensor:
    """`x + value · a · b`."""
def addcmul_(input: Tensor, tensor1: Any, tensor2: Any, value: Tensor | builtins.float = ...) -> Tensor:
    """`x + value · a · b`.

    In place: written over this tensor, which is returned.
    """
def addmm(input: Tensor, mat1: Tensor, mat2: Tensor, *, beta: builtins.float | None = ..., alpha: builtins.float | None = ...) -> Tensor:
    """`beta · self + alpha · mat1 @ mat2`."""
def adjoint(input: Tensor) -> Tensor:
    """The last two dimensions swapped."""
def all(input: Tensor, dim: builtins.int | Sequence[int] | None = ..., keepdim: builtins.bool = ..., *, dtype: dtype | None = ..., axis: builtins.int | Sequence[int] | None = ..., keepdims: builtins.bool | None = ...) -> Tensor:
    """Whether all elements over `dim` are true."""
def allclose(input: Tensor, other: Tensor | builtins.float, rtol: Any = ..., atol: Any = ..., equal_nan: Any = ...) -> bool:
    """Whether all elements are equal within `rtol · |other| + atol`."""
def amax(input: Tensor, dim: builtins.int | Sequence[int] | None = ..., keepdim: builtins.bool = ..., *, dtype: dtype | None = ..., axis: builtins.int | Sequence[int] | None = ..., keepdims: builtins.bool | None = ...) -> Tensor:
    """Largest elements over `dim`; the gradient is shared evenly by equals."""
def amin(input: Tensor, dim: builtins.int | Sequence[int] | None = ..., keepdim: builtins.bool = ..., *, dtype: dtype | None = ..., axis: builtins.int | Sequence[int] | None = ..., keepdims: builtins.bool | None = ...) -> Tensor:
    """Smallest elements over `dim`; the gradient is shared evenly by equals."""
def aminmax(input: Tensor, *, dim: builtins.int | Sequence[int] | None = ..., keepdim: builtins.bool = ...) -> Any:
    """Smallest and largest elements, along `dim` or of everything."""
def any(input: Tensor, dim: builtins.int | Sequence[int] | None = ..., keepdim: builtins.bool = ..., *, dtype: dtype | None = ..., axis: builtins.int | Sequence[int] | None = ..., keepdims: builtins.bool | None = ...) -> Tensor:
    """Whether any element over `dim` is true."""
def arccos(input: Tensor) -> Tensor:
    """Inverse cosine."""
def arccosh(input: Tensor) -> Tensor:
    """Inverse hyperbolic cosine."""
def arcsin(input: Tensor) -> Tensor:
    """Inverse sine."""
def arcsinh(input: Tensor) -> Tensor:
    """Inverse hyperbolic sine."""
def arctan(input: Tensor) -> Tensor:
    """Inverse tangent."""
def arctan2(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """Angle of the point `(b, a)`."""
def arctanh(input: Tensor) -> Tensor:
    """Inverse hyperbolic tangent."""
def argmax(input: Tensor, dim: builtins.int | Sequence[int] | None = ..., keepdim: builtins.bool = ..., *, axis: builtins.int | Sequence[int] | None = ...) -> Tensor:
    """Index of the largest element, along `dim` or in the flattened tensor."""
def argmin(input: Tensor, dim: builtins.int | Sequence[int] | None = ..., keepdim: builtins.bool = ..., *, axis: builtins.int | Sequence[int] | None = ...) -> Tensor:
    """Index of the smallest element, along `dim` or in the flattened tensor."""
def argsort(input: Tensor, dim: builtins.int | Sequence[int] | None = ..., descending: builtins.bool = ..., *, stable: Any = ...) -> Tensor:
    """Where the elements are, in their order along `dim`."""
def as_strided(input: Tensor, size: builtins.int | Sequence[int] | None, stride: Any, storage_offset: Any = ...) -> Tensor:
    """Any strides over the same buffer."""
def asin(input: Tensor) -> Tensor:
    """Inverse sine."""
def asin_(input: Tensor) -> Tensor:
    """Inverse sine.

    In place: written over this tensor, which is returned.
    """
def asinh(input: Tensor) -> Tensor:
    """Inverse hyperbolic sine."""
def asinh_(input: Tensor) -> Tensor:
    """Inverse hyperbolic sine.

    In place: written over this tensor, which is returned.
    """
def atan(input: Tensor) -> Tensor:
    """Inverse tangent."""
def atan2(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """Angle of the point `(b, a)`."""
def atan2_(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """Angle of the point `(b, a)`.

    In place: written over this tensor, which is returned.
    """
def atan_(input: Tensor) -> Tensor:
    """Inverse tangent.

    In place: written over this tensor, which is returned.
    """
def atanh(input: Tensor) -> Tensor:
    """Inverse hyperbolic tangent."""
def atanh_(input: Tensor) -> Tensor:
    """Inverse hyperbolic tangent.

    In place: written over this tensor, which is returned.
    """
def bce_error(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """Binary cross-entropy of the probability `x` against the probability `t`, logarithms not below -100."""
def bce_error_(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """Binary cross-entropy of the probability `x` against the probability `t`, logarithms not below -100.

    In place: written over this tensor, which is returned.
    """
def bce_with_logits_weighted_error(input: Tensor, t: Any, p: builtins.float) -> Tensor:
    """As `bce_with_logits_error`, with positive examples counting `p` times."""
def bce_with_logits_weighted_error_(input: Tensor, t: Any, p: builtins.float) -> Tensor:
    """As `bce_with_logits_error`, with positive examples counting `p` times.

    In place: written over this tensor, which is returned.
    """
def bernoulli_(input: Tensor, p: builtins.float = ...) -> Tensor:
    """1 with probability `p`, 0 otherwise, in place."""
def bitwise_and(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """Bits set in both."""
def bitwise_and_(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """Bits set in both.

    In place: written over this tensor, which is returned.
    """
def bitwise_left_shift(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """`a · 2ᵇ`; 0 where all bits leave."""
def bitwise_left_shift_(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """`a · 2ᵇ`; 0 where all bits leave.

    In place: written over this tensor, which is returned.
    """
def bitwise_not(input: Tensor) -> Tensor:
    """Bits turned over; `not` on bools."""
def bitwise_or(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """Bits set in either."""
def bitwise_or_(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """Bits set in either.

    In place: written over this tensor, which is returned.
    """
def bitwise_right_shift(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """`⌊a / 2ᵇ⌋`."""
def bitwise_right_shift_(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """`⌊a / 2ᵇ⌋`.

    In place: written over this tensor, which is returned.
    """
def bitwise_xor(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """Bits set in one."""
def bitwise_xor_(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """Bits set in one.

    In place: written over this tensor, which is returned.
    """
def bmm(input: Tensor, mat2: Tensor) -> Tensor:
    """The products of two batches of matrices."""
def broadcast_to(input: Tensor, *size: Any) -> Tensor:
    """Stretched to `size`."""
def cauchy_(input: Tensor, median: Any = ..., sigma: Any = ...) -> Tensor:
    """Cauchy-distributed numbers, in place."""
def ceil(input: Tensor) -> Tensor:
    """The smallest integer not below."""
def ceil_(input: Tensor) -> Tensor:
    """The smallest integer not below.

    In place: written over this tensor, which is returned.
    """
def celu(input: Tensor, alpha: builtins.float | None = ...) -> Tensor:
    """`x` where positive, `alpha · (eˣᐟᵅ - 1)` elsewhere."""
def celu_(input: Tensor, alpha: builtins.float | None = ...) -> Tensor:
    """`x` where positive, `alpha · (eˣᐟᵅ - 1)` elsewhere.

    In place: written over this tensor, which is returned.
    """
def chunk(input: Tensor, chunks: Any, dim: builtins.int | Sequence[int] | None = ...) -> tuple[Tensor, ...]:
    """At most `chunks` parts of equal size along `dim`."""
def clamp(input: Tensor, min: Any = ..., max: Any = ...) -> Tensor:
    """Elements within `[min, max]`; bounds are numbers, tensors, or absent."""
def clamp_(input: Tensor, min: Any = ..., max: Any = ...) -> Tensor:
    """Elements within `[min, max]`, in place."""
def clamp_max(input: Tensor, max: Any) -> Tensor:
    """Elements of at most `max`."""
def clamp_min(input: Tensor, min: Any) -> Tensor:
    """Elements of at least `min`."""
def clip(input: Tensor, min: Any = ..., max: Any = ...) -> Tensor:
    """Elements within `[min, max]`; bounds are numbers, tensors, or absent."""
def clip_(input: Tensor, min: Any = ..., max: Any = ...) -> Tensor:
    """Elements within `[min, max]`, in place."""
def clone(input: Tensor, *, memory_format: Any = ...) -> Tensor:
    """A copy with a buffer of its own; gradients flow through."""
def copy_(input: Tensor, src: Any, non_blocking: Any = ...) -> Tensor:
    """Copies `src`, broadcast and converted, into this tensor."""
def copysign(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """The magnitude of `a` with the sign of `b`."""
def copysign_(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """The magnitude of `a` with the sign of `b`.

    In place: written over this tensor, which is returned.
    """
def cos(input: Tensor) -> Tensor:
    """Cosine of radians."""
def cos_(input: Tensor) -> Tensor:
    """Cosine of radians.

    In place: written over this tensor, which is returned.
    """
def cosh(input: Tensor) -> Tensor:
    """Hyperbolic cosine."""
def cosh_(input: Tensor) -> Tensor:
    """Hyperbolic cosine.

    In place: written over this tensor, which is returned.
    """
def count_nonzero(input: Tensor, dim: builtins.int | Sequence[int] | None = ..., keepdim: builtins.bool = ..., *, dtype: dtype | None = ..., axis: builtins.int | Sequence[int] | None = ..., keepdims: builtins.bool | None = ...) -> Tensor:
    """How many elements over `dim` aren't 0."""
def cumprod(input: Tensor, dim: builtins.int | Sequence[int] | None, *, dtype: dtype | None = ...) -> Tensor:
    """Products of the elements up to each one along `dim`."""
def cumsum(input: Tensor, dim: builtins.int | Sequence[int] | None, *, dtype: dtype | None = ...) -> Tensor:
    """Sums of the elements up to each one along `dim`."""
def detach(input: Tensor) -> Tensor:
    """The same elements as a tensor that is no part of any graph; shares the buffer."""
def detach_(input: Tensor) -> Tensor:
    """Cuts this tensor's history, in place."""
def diagonal(input: Tensor, offset: Any = ..., dim1: builtins.int = ..., dim2: builtins.int = ...) -> Tensor:
    """The diagonal of two dimensions, as a new last dimension."""
def div(input: Tensor, other: Tensor | builtins.float, *, rounding_mode: Any = ...) -> Tensor:
    """`self / other`, rounded as `rounding_mode` ('trunc', 'floor') says."""
def div_(input: Tensor, other: Tensor | builtins.float, *, rounding_mode: Any = ...) -> Tensor:
    """`self / other`, in place."""
def divide(input: Tensor, other: Tensor | builtins.float, *, rounding_mode: Any = ...) -> Tensor:
    """`self / other`, rounded as `rounding_mode` ('trunc', 'floor') says."""
def divide_(input: Tensor, other: Tensor | builtins.float, *, rounding_mode: Any = ...) -> Tensor:
    """`self / other`, in place."""
def dot(input: Tensor, tensor: Tensor) -> Tensor:
    """The inner product of two vectors."""
def elu(input: Tensor, alpha: builtins.float | None = ...) -> Tensor:
    """`x` where positive, `alpha · (eˣ - 1)` elsewhere."""
def elu_(input: Tensor, alpha: builtins.float | None = ...) -> Tensor:
    """`x` where positive, `alpha · (eˣ - 1)` elsewhere.

    In place: written over this tensor, which is returned.
    """
def eq(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """`a = b`."""
def eq_(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """`a = b`.

    In place: written over this tensor, which is returned.
    """
def equal(input: Tensor, other: Tensor | builtins.float) -> bool:
    """Whether both have the same shape and elements."""
def erf(input: Tensor) -> Tensor:
    """The error function."""
def erf_(input: Tensor) -> Tensor:
    """The error function.

    In place: written over this tensor, which is returned.
    """
def erfc(input: Tensor) -> Tensor:
    """`1 - erf(x)`."""
def erfc_(input: Tensor) -> Tensor:
    """`1 - erf(x)`.

    In place: written over this tensor, which is returned.
    """
def exp(input: Tensor) -> Tensor:
    """`eˣ`."""
def exp2(input: Tensor) -> Tensor:
    """`2ˣ`."""
def exp2_(input: Tensor) -> Tensor:
    """`2ˣ`.

    In place: written over this tensor, which is returned.
    """
def exp_(input: Tensor) -> Tensor:
    """`eˣ`.

    In place: written over this tensor, which is returned.
    """
def expm1(input: Tensor) -> Tensor:
    """`eˣ - 1`, exact near 0."""
def expm1_(input: Tensor) -> Tensor:
    """`eˣ - 1`, exact near 0.

    In place: written over this tensor, which is returned.
    """
def exponential_(input: Tensor, lambd: builtins.float = ...) -> Tensor:
    """Exponentially distributed numbers, in place."""
def fill_(input: Tensor, value: Tensor | builtins.float) -> Tensor:
    """Sets every element to `value`."""
def fix(input: Tensor) -> Tensor:
    """The integer part."""
def fix_(input: Tensor) -> Tensor:
    """The integer part.

    In place: written over this tensor, which is returned.
    """
def flatten(input: Tensor, start_dim: builtins.int = ..., end_dim: builtins.int = ...) -> Tensor:
    """Dimensions `start_dim` to `end_dim` as one."""
def flip(input: Tensor, *args: Any, dims: builtins.int | Sequence[int] = ...) -> Tensor:
    """Elements in reverse order along `dims`."""
def fliplr(input: Tensor) -> Tensor:
    """Columns in reverse order."""
def flipud(input: Tensor) -> Tensor:
    """Rows in reverse order."""
def floor(input: Tensor) -> Tensor:
    """The largest integer not above."""
def floor_(input: Tensor) -> Tensor:
    """The largest integer not above.

    In place: written over this tensor, which is returned.
    """
def floor_divide(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """`⌊a / b⌋`; integers by 0 answer 0."""
def floor_divide_(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """`⌊a / b⌋`; integers by 0 answer 0.

    In place: written over this tensor, which is returned.
    """
def fmod(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """C's `fmod(a, b)`, with the sign of `a`; integers by 0 answer 0."""
def fmod_(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """C's `fmod(a, b)`, with the sign of `a`; integers by 0 answer 0.

    In place: written over this tensor, which is returned.
    """
def gather(input: Tensor, dim: builtins.int | Sequence[int] | None, index: Tensor, *, sparse_grad: Any = ...) -> Tensor:
    """Elements by number along `dim`: `out[i][j] = self[index[i][j]][j]` for `dim=0`."""
def ge(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """`a ≥ b`."""
def ge_(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """`a ≥ b`.

    In place: written over this tensor, which is returned.
    """
def geometric_(input: Tensor, p: builtins.float) -> Tensor:
    """Geometrically distributed numbers, in place."""
def ger(input: Tensor, vec2: Tensor) -> Tensor:
    """The products of all pairs of elements of two vectors."""
def greater(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """`a > b`."""
def greater_equal(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """`a ≥ b`."""
def gt(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """`a > b`."""
def gt_(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """`a > b`.

    In place: written over this tensor, which is returned.
    """
def hardshrink(input: Tensor, lambd: builtins.float = ...) -> Tensor:
    """`x` outside of `[-lambda, lambda]`, 0 inside."""
def hardshrink_(input: Tensor, lambd: builtins.float = ...) -> Tensor:
    """`x` outside of `[-lambda, lambda]`, 0 inside.

    In place: written over this tensor, which is returned.
    """
def hardsigmoid(input: Tensor) -> Tensor:
    """`relu6(x + 3) / 6`."""
def hardsigmoid_(input: Tensor) -> Tensor:
    """`relu6(x + 3) / 6`.

    In place: written over this tensor, which is returned.
    """
def hardswish(input: Tensor) -> Tensor:
    """`x · relu6(x + 3) / 6`."""
def hardswish_(input: Tensor) -> Tensor:
    """`x · relu6(x + 3) / 6`.

    In place: written over this tensor, which is returned.
    """
def hardtanh(input: Tensor, min_val: builtins.float = ..., max_val: builtins.float = ...) -> Tensor:
    """`x` within `[min, max]`; derivative 0 at the bounds."""
def hardtanh_(input: Tensor, min_val: builtins.float = ..., max_val: builtins.float = ...) -> Tensor:
    """`x` within `[min, max]`; derivative 0 at the bounds.

    In place: written over this tensor, which is returned.
    """
def heaviside(input: Tensor, values: Any) -> Tensor:
    """0 below 0, `values` at 0, 1 above."""
def hypot(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """`√(a² + b²)`."""
def hypot_(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """`√(a² + b²)`.

    In place: written over this tensor, which is returned.
    """
def index_add(input: Tensor, dim: builtins.int | Sequence[int] | None, index: Tensor, source: Tensor, *, alpha: builtins.float | None = ...) -> Tensor:
    """`alpha · source` added to the slices of `dim` that `index` numbers."""
def index_add_(input: Tensor, dim: builtins.int | Sequence[int] | None, index: Tensor, source: Tensor, *, alpha: builtins.float | None = ...) -> Tensor:
    """`alpha · source` added to the slices of `dim` that `index` numbers, in place."""
def index_copy(input: Tensor, dim: builtins.int | Sequence[int] | None, index: Tensor, source: Tensor) -> Tensor:
    """`source` written to the slices of `dim` that `index` numbers."""
def index_copy_(input: Tensor, dim: builtins.int | Sequence[int] | None, index: Tensor, source: Tensor) -> Tensor:
    """`source` written to the slices of `dim` that `index` numbers, in place."""
def index_fill(input: Tensor, dim: builtins.int | Sequence[int] | None, index: Tensor, value: Tensor | builtins.float) -> Tensor:
    """`value` written to the slices of `dim` that `index` numbers."""
def index_fill_(input: Tensor, dim: builtins.int | Sequence[int] | None, index: Tensor, value: Tensor | builtins.float) -> Tensor:
    """`value` written to the slices of `dim` that `index` numbers, in place."""
def index_select(input: Tensor, dim: builtins.int | Sequence[int] | None, index: Tensor) -> Tensor:
    """The slices of `dim` that `index` numbers."""
def is_signed(input: Tensor) -> bool:
    """Whether elements can be negative."""
def isclose(input: Tensor, other: Tensor | builtins.float, rtol: Any = ..., atol: Any = ..., equal_nan: Any = ...) -> Tensor:
    """Where elements are equal within `rtol · |other| + atol`."""
def isfinite(input: Tensor) -> Tensor:
    """It is neither infinite nor NaN."""
def isfinite_(input: Tensor) -> Tensor:
    """It is neither infinite nor NaN.

    In place: written over this tensor, which is returned.
    """
def isinf(input: Tensor) -> Tensor:
    """It is infinite."""
def isinf_(input: Tensor) -> Tensor:
    """It is infinite.

    In place: written over this tensor, which is returned.
    """
def isnan(input: Tensor) -> Tensor:
    """It is NaN."""
def isnan_(input: Tensor) -> Tensor:
    """It is NaN.

    In place: written over this tensor, which is returned.
    """
def kl_error(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """`t · (ln t - x)`, 0 where `t` is 0."""
def kl_error_(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """`t · (ln t - x)`, 0 where `t` is 0.

    In place: written over this tensor, which is returned.
    """
def kl_log_error(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """`eᵗ · (t - x)`."""
def kl_log_error_(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """`eᵗ · (t - x)`.

    In place: written over this tensor, which is returned.
    """
def kthvalue(input: Tensor, k: builtins.int, dim: builtins.int | Sequence[int] | None = ..., keepdim: builtins.bool = ...) -> Any:
    """The `k`-th smallest elements along `dim`, counted from 1, and where they are."""
def le(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """`a ≤ b`."""
def le_(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """`a ≤ b`.

    In place: written over this tensor, which is returned.
    """
def leaky_relu(input: Tensor, negative_slope: builtins.float = ...) -> Tensor:
    """`x` where positive, `slope · x` elsewhere."""
def leaky_relu_(input: Tensor, negative_slope: builtins.float = ...) -> Tensor:
    """`x` where positive, `slope · x` elsewhere.

    In place: written over this tensor, which is returned.
    """
def lerp(input: Tensor, end: Any, weight: Tensor | None) -> Tensor:
    """`a + w · (b - a)`."""
def lerp_(input: Tensor, end: Any, weight: Tensor | None) -> Tensor:
    """`a + w · (b - a)`.

    In place: written over this tensor, which is returned.
    """
def less(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """`a < b`."""
def less_equal(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """`a ≤ b`."""
def log(input: Tensor) -> Tensor:
    """Natural logarithm."""
def log10(input: Tensor) -> Tensor:
    """Logarithm to base 10."""
def log10_(input: Tensor) -> Tensor:
    """Logarithm to base 10.

    In place: written over this tensor, which is returned.
    """
def log1p(input: Tensor) -> Tensor:
    """`ln(1 + x)`, exact near 0."""
def log1p_(input: Tensor) -> Tensor:
    """`ln(1 + x)`, exact near 0.

    In place: written over this tensor, which is returned.
    """
def log2(input: Tensor) -> Tensor:
    """Logarithm to base 2."""
def log2_(input: Tensor) -> Tensor:
    """Logarithm to base 2.

    In place: written over this tensor, which is returned.
    """
def log_(input: Tensor) -> Tensor:
    """Natural logarithm.

    In place: written over this tensor, which is returned.
    """
def log_normal_(input: Tensor, mean: Any = ..., std: Any = ...) -> Tensor:
    """Numbers whose logarithm is normal, in place."""
def log_softmax(input: Tensor, dim: builtins.int | Sequence[int] | None = ..., dtype: dtype | None = ...) -> Tensor:
    """The logarithm of the softmax along `dim`."""
def logaddexp(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """`ln(eᵃ + eᵇ)`."""
def logaddexp_(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """`ln(eᵃ + eᵇ)`.

    In place: written over this tensor, which is returned.
    """
def logical_and(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """Both are non-zero."""
def logical_and_(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """Both are non-zero.

    In place: written over this tensor, which is returned.
    """
def logical_not(input: Tensor) -> Tensor:
    """It is zero."""
def logical_not_(input: Tensor) -> Tensor:
    """It is zero.

    In place: written over this tensor, which is returned.
    """
def logical_or(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """Either is non-zero."""
def logical_or_(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """Either is non-zero.

    In place: written over this tensor, which is returned.
    """
def logical_xor(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """Exactly one is non-zero."""
def logical_xor_(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """Exactly one is non-zero.

    In place: written over this tensor, which is returned.
    """
def logsigmoid(input: Tensor) -> Tensor:
    """`ln sigmoid(x)`."""
def logsigmoid_(input: Tensor) -> Tensor:
    """`ln sigmoid(x)`.

    In place: written over this tensor, which is returned.
    """
def logsumexp(input: Tensor, dim: builtins.int | Sequence[int] | None = ..., keepdim: builtins.bool = ..., *, dtype: dtype | None = ..., axis: builtins.int | Sequence[int] | None = ..., keepdims: builtins.bool | None = ...) -> Tensor:
    """`ln Σ eˣ` over `dim`."""
def lt(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """`a < b`."""
def lt_(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """`a < b`.

    In place: written over this tensor, which is returned.
    """
def masked_fill(input: Tensor, mask: Tensor, value: Tensor | builtins.float) -> Tensor:
    """`value` where `mask`, which broadcasts."""
def masked_fill_(input: Tensor, mask: Tensor, value: Tensor | builtins.float) -> Tensor:
    """`value` where `mask`, in place."""
def masked_scatter(input: Tensor, mask: Tensor, source: Tensor) -> Tensor:
    """The elements of `source`, one after the other, where `mask` is true."""
def masked_scatter_(input: Tensor, mask: Tensor, source: Tensor) -> Tensor:
    """The elements of `source`, one after the other, where `mask` is true, in place."""
def masked_select(input: Tensor, mask: Tensor) -> Tensor:
    """The elements where `mask` is true, as a vector."""
def matmul(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """The product of matrices, vectors or batches of matrices, as `@`."""
def max(input: Tensor, dim: builtins.int | Sequence[int] | None = ..., keepdim: builtins.bool = ..., *, axis: builtins.int | Sequence[int] | None = ..., other: Tensor | builtins.float = ...) -> Any:
    """The largest elements.

    Without `dim`: of everything. With `dim`: `(values, indices)` along it. With a tensor: element by element.
    """
def maximum(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """The larger of the two, NaN if either is."""
def maximum_(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """The larger of the two, NaN if either is.

    In place: written over this tensor, which is returned.
    """
def mean(input: Tensor, dim: builtins.int | Sequence[int] | None = ..., keepdim: builtins.bool = ..., *, dtype: dtype | None = ..., axis: builtins.int | Sequence[int] | None = ..., keepdims: builtins.bool | None = ...) -> Tensor:
    """Mean over `dim`, or of everything."""
def median(input: Tensor, dim: builtins.int | Sequence[int] | None = ..., keepdim: builtins.bool = ...) -> Any:
    """The lower middle element: of everything, or along `dim` with where it is."""
def min(input: Tensor, dim: builtins.int | Sequence[int] | None = ..., keepdim: builtins.bool = ..., *, axis: builtins.int | Sequence[int] | None = ..., other: Tensor | builtins.float = ...) -> Any:
    """The smallest elements.

    Without `dim`: of everything. With `dim`: `(values, indices)` along it. With a tensor: element by element.
    """
def minimum(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """The smaller of the two, NaN if either is."""
def minimum_(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """The smaller of the two, NaN if either is.

    In place: written over this tensor, which is returned.
    """
def mish(input: Tensor) -> Tensor:
    """`x · tanh(softplus(x))`."""
def mish_(input: Tensor) -> Tensor:
    """`x · tanh(softplus(x))`.

    In place: written over this tensor, which is returned.
    """
def mm(input: Tensor, mat2: Tensor) -> Tensor:
    """The product of two matrices."""
def moveaxis(input: Tensor, source: Tensor, destination: Any) -> Tensor:
    """Dimensions moved to other places."""
def movedim(input: Tensor, source: Tensor, destination: Any) -> Tensor:
    """Dimensions moved to other places."""
def msort(input: Tensor) -> Tensor:
    """The elements in order along the first dimension."""
def mul(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """`a · b`."""
def mul_(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """`a · b`.

    In place: written over this tensor, which is returned.
    """
def multiply(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """`a · b`."""
def multiply_(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """`a · b`.

    In place: written over this tensor, which is returned.
    """
def mv(input: Tensor, vec: Tensor) -> Tensor:
    """A matrix times a vector."""
def nan_to_num(input: Tensor, nan: Any = ..., posinf: Any = ..., neginf: Any = ...) -> Tensor:
    """Elements that aren't numbers replaced."""
def nanmean(input: Tensor, dim: builtins.int | Sequence[int] | None = ..., keepdim: builtins.bool = ..., *, dtype: dtype | None = ..., axis: builtins.int | Sequence[int] | None = ..., keepdims: builtins.bool | None = ...) -> Tensor:
    """Mean over `dim`, NaN left out."""
def nansum(input: Tensor, dim: builtins.int | Sequence[int] | None = ..., keepdim: builtins.bool = ..., *, dtype: dtype | None = ..., axis: builtins.int | Sequence[int] | None = ..., keepdims: builtins.bool | None = ...) -> Tensor:
    """Sum over `dim`, NaN counting as 0."""
def narrow(input: Tensor, dim: builtins.int | Sequence[int] | None, start: Any, length: Any) -> Tensor:
    """`length` elements of dimension `dim`, from `start`."""
def ne(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """`a ≠ b`."""
def ne_(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """`a ≠ b`.

    In place: written over this tensor, which is returned.
    """
def neg(input: Tensor) -> Tensor:
    """`-x`."""
def neg_(input: Tensor) -> Tensor:
    """`-x`.

    In place: written over this tensor, which is returned.
    """
def negative(input: Tensor) -> Tensor:
    """`-x`."""
def negative_(input: Tensor) -> Tensor:
    """`-x`.

    In place: written over this tensor, which is returned.
    """
def newaxis(input: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    ...
def nonzero(input: Tensor, *, as_tuple: Any = ...) -> Any:
    """Where elements aren't 0: (n, rank) of indices, or one vector per dimension."""
def norm(input: Tensor, p: builtins.float = ..., dim: builtins.int | Sequence[int] | None = ..., keepdim: builtins.bool = ..., dtype: dtype | None = ...) -> Tensor:
    """The `p`-norm over `dim`, or of everything."""
def normal_(input: Tensor, mean: Any = ..., std: Any = ..., *, generator: Generator | None = ...) -> Tensor:
    """Normal numbers, in place."""
def not_equal(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """`a ≠ b`."""
def numel(input: Tensor) -> int:
    """Number of elements."""
def outer(input: Tensor, vec2: Tensor) -> Tensor:
    """The products of all pairs of elements of two vectors."""
def permute(input: Tensor, *args: Any, dims: builtins.int | Sequence[int] = ...) -> Tensor:
    """Dimensions in another order."""
def positive(input: Tensor) -> Tensor:
    """The elements themselves."""
def pow(input: Tensor, exponent: Tensor | builtins.float) -> Tensor:
    """`self` to the power `exponent`."""
def pow_(input: Tensor, exponent: Tensor | builtins.float) -> Tensor:
    """`self` to the power `exponent`, in place."""
def prod(input: Tensor, dim: builtins.int | Sequence[int] | None = ..., keepdim: builtins.bool = ..., *, dtype: dtype | None = ..., axis: builtins.int | Sequence[int] | None = ..., keepdims: builtins.bool | None = ...) -> Tensor:
    """Product over `dim`, or of everything."""
def random_(input: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """Integers from `from` to `to`, which is excluded, in place."""
def ravel(input: Tensor) -> Tensor:
    """All dimensions as one."""
def reciprocal(input: Tensor) -> Tensor:
    """`1 / x`."""
def reciprocal_(input: Tensor) -> Tensor:
    """`1 / x`.

    In place: written over this tensor, which is returned.
    """
def relu(input: Tensor) -> Tensor:
    """`x` where positive, 0 elsewhere."""
def relu_(input: Tensor) -> Tensor:
    """`x` where positive, 0 elsewhere.

    In place: written over this tensor, which is returned.
    """
def remainder(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """Python's `a % b`, with the sign of `b`; integers by 0 answer 0."""
def remainder_(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """Python's `a % b`, with the sign of `b`; integers by 0 answer 0.

    In place: written over this tensor, which is returned.
    """
def repeat(input: Tensor, *repeats: Any) -> Tensor:
    """The tensor `repeats` times along each dimension."""
def repeat_interleave(input: Tensor, repeats: Any, dim: builtins.int | Sequence[int] | None = ..., *, output_size: Any = ...) -> Tensor:
    """Each slice of `dim` (or each element) `repeats` times."""
def reshape(input: Tensor, *shape: Any) -> Tensor:
    """The same elements in another shape, one size of which may be -1; a copy if strides can't say it."""
def roll(input: Tensor, shifts: Any, dims: builtins.int | Sequence[int] = ...) -> Tensor:
    """Elements moved along `dims`, those that leave coming back at the other end."""
def round(input: Tensor) -> Tensor:
    """The nearest integer, halves to even."""
def round_(input: Tensor) -> Tensor:
    """The nearest integer, halves to even.

    In place: written over this tensor, which is returned.
    """
def rsqrt(input: Tensor) -> Tensor:
    """`1 / √x`."""
def rsqrt_(input: Tensor) -> Tensor:
    """`1 / √x`.

    In place: written over this tensor, which is returned.
    """
def rsub(input: Tensor, other: Tensor | builtins.float, *, alpha: builtins.float | None = ...) -> Tensor:
    """`other - alpha · self`."""
def scatter(input: Tensor, dim: builtins.int | Sequence[int] | None, index: Tensor, src: Any = ..., *, value: Tensor | builtins.float = ...) -> Tensor:
    """`src` (a tensor or a number) written at `index` along `dim`."""
def scatter_(input: Tensor, dim: builtins.int | Sequence[int] | None, index: Tensor, src: Any = ..., *, value: Tensor | builtins.float = ...) -> Tensor:
    """`src` (a tensor or a number) written at `index` along `dim`, in place."""
def scatter_add(input: Tensor, dim: builtins.int | Sequence[int] | None, index: Tensor, src: Any) -> Tensor:
    """`src` added at `index` along `dim`."""
def scatter_add_(input: Tensor, dim: builtins.int | Sequence[int] | None, index: Tensor, src: Any) -> Tensor:
    """`src` added at `index` along `dim`, in place."""
def select(input: Tensor, dim: builtins.int | Sequence[int] | None, index: Tensor) -> Tensor:
    """Index `index` of dimension `dim`, which goes away."""
def selu(input: Tensor) -> Tensor:
    """The self-normalising ELU."""
def selu_(input: Tensor) -> Tensor:
    """The self-normalising ELU.

    In place: written over this tensor, which is returned.
    """
def sigmoid(input: Tensor) -> Tensor:
    """`1 / (1 + e⁻ˣ)`."""
def sigmoid_(input: Tensor) -> Tensor:
    """`1 / (1 + e⁻ˣ)`.

    In place: written over this tensor, which is returned.
    """
def sign(input: Tensor) -> Tensor:
    """-1, 0 or 1; 0 for NaN."""
def sign_(input: Tensor) -> Tensor:
    """-1, 0 or 1; 0 for NaN.

    In place: written over this tensor, which is returned.
    """
def silu(input: Tensor) -> Tensor:
    """`x · sigmoid(x)`."""
def silu_(input: Tensor) -> Tensor:
    """`x · sigmoid(x)`.

    In place: written over this tensor, which is returned.
    """
def sin(input: Tensor) -> Tensor:
    """Sine of radians."""
def sin_(input: Tensor) -> Tensor:
    """Sine of radians.

    In place: written over this tensor, which is returned.
    """
def sinh(input: Tensor) -> Tensor:
    """Hyperbolic sine."""
def sinh_(input: Tensor) -> Tensor:
    """Hyperbolic sine.

    In place: written over this tensor, which is returned.
    """
def softmax(input: Tensor, dim: builtins.int | Sequence[int] | None = ..., dtype: dtype | None = ...) -> Tensor:
    """`eˣ / Σ eˣ` along `dim`."""
def softplus(input: Tensor, beta: builtins.float | None = ..., threshold: builtins.float = ...) -> Tensor:
    """`ln(1 + eᵇˣ) / b`, linear where `b · x > threshold`."""
def softplus_(input: Tensor, beta: builtins.float | None = ..., threshold: builtins.float = ...) -> Tensor:
    """`ln(1 + eᵇˣ) / b`, linear where `b · x > threshold`.

    In place: written over this tensor, which is returned.
    """
def softshrink(input: Tensor, lambd: builtins.float = ...) -> Tensor:
    """`x` moved towards 0 by `lambda`."""
def softshrink_(input: Tensor, lambd: builtins.float = ...) -> Tensor:
    """`x` moved towards 0 by `lambda`.

    In place: written over this tensor, which is returned.
    """
def softsign(input: Tensor) -> Tensor:
    """`x / (1 + |x|)`."""
def softsign_(input: Tensor) -> Tensor:
    """`x / (1 + |x|)`.

    In place: written over this tensor, which is returned.
    """
def sort(input: Tensor, dim: builtins.int | Sequence[int] | None = ..., descending: builtins.bool = ..., *, stable: Any = ...) -> Any:
    """The elements in order along `dim`, and where they were; equals keep their order."""
def split(input: Tensor, split_size: Any, dim: builtins.int | Sequence[int] | None = ...) -> tuple[Tensor, ...]:
    """Parts of `split_size` elements along `dim`, or of the given sizes."""
def split_with_sizes(input: Tensor, split_sizes: Any, dim: builtins.int | Sequence[int] | None = ...) -> tuple[Tensor, ...]:
    """Parts of the given sizes along `dim`."""
def sqrt(input: Tensor) -> Tensor:
    """`√x`."""
def sqrt_(input: Tensor) -> Tensor:
    """`√x`.

    In place: written over this tensor, which is returned.
    """
def square(input: Tensor) -> Tensor:
    """`x²`."""
def square_(input: Tensor) -> Tensor:
    """`x²`.

    In place: written over this tensor, which is returned.
    """
def squeeze(input: Tensor, dim: builtins.int | Sequence[int] | None = ...) -> Tensor:
    """Without the dimensions of size 1, or without those of them that are named."""
def std(input: Tensor, dim: builtins.int | Sequence[int] | None = ..., unbiased: builtins.bool | None = ..., keepdim: builtins.bool = ..., *, correction: builtins.float | None = ..., axis: builtins.int | Sequence[int] | None = ..., keepdims: builtins.bool | None = ...) -> Tensor:
    """Standard deviation over `dim`, dividing by `n - correction`."""
def sub(input: Tensor, other: Tensor | builtins.float, *, alpha: builtins.float | None = ...) -> Tensor:
    """`self - alpha · other`."""
def sub_(input: Tensor, other: Tensor | builtins.float, *, alpha: builtins.float | None = ...) -> Tensor:
    """`self - alpha · other`, in place."""
def subtract(input: Tensor, other: Tensor | builtins.float, *, alpha: builtins.float | None = ...) -> Tensor:
    """`self - alpha · other`."""
def subtract_(input: Tensor, other: Tensor | builtins.float, *, alpha: builtins.float | None = ...) -> Tensor:
    """`self - alpha · other`, in place."""
def sum(input: Tensor, dim: builtins.int | Sequence[int] | None = ..., keepdim: builtins.bool = ..., *, dtype: dtype | None = ..., axis: builtins.int | Sequence[int] | None = ..., keepdims: builtins.bool | None = ...) -> Tensor:
    """Sum over `dim`, or of everything."""
def swapaxes(input: Tensor, axis0: Any, axis1: Any) -> Tensor:
    """Two dimensions swapped."""
def swapdims(input: Tensor, dim0: builtins.int, dim1: builtins.int) -> Tensor:
    """Two dimensions swapped."""
def t(input: Tensor) -> Tensor:
    """A matrix transposed."""
def take(input: Tensor, index: Tensor) -> Tensor:
    """Elements of the flattened tensor by number."""
def tan(input: Tensor) -> Tensor:
    """Tangent of radians."""
def tan_(input: Tensor) -> Tensor:
    """Tangent of radians.

    In place: written over this tensor, which is returned.
    """
def tanh(input: Tensor) -> Tensor:
    """Hyperbolic tangent."""
def tanh_(input: Tensor) -> Tensor:
    """Hyperbolic tangent.

    In place: written over this tensor, which is returned.
    """
def tanhshrink(input: Tensor) -> Tensor:
    """`x - tanh(x)`."""
def tanhshrink_(input: Tensor) -> Tensor:
    """`x - tanh(x)`.

    In place: written over this tensor, which is returned.
    """
def threshold(input: Tensor, threshold: builtins.float, value: Tensor | builtins.float) -> Tensor:
    """`x` where above `threshold`, `value` elsewhere."""
def threshold_(input: Tensor, threshold: builtins.float, value: Tensor | builtins.float) -> Tensor:
    """`x` where above `threshold`, `value` elsewhere.

    In place: written over this tensor, which is returned.
    """
def tile(input: Tensor, *dims: Any) -> Tensor:
    """The tensor `dims` times along each dimension; missing leading counts are 1."""
def topk(input: Tensor, k: builtins.int, dim: builtins.int | Sequence[int] | None = ..., largest: builtins.bool = ..., sorted: builtins.bool = ...) -> Any:
    """The `k` largest (or smallest) elements along `dim`, in order, and where they are."""
def transpose(input: Tensor, dim0: builtins.int, dim1: builtins.int) -> Tensor:
    """Two dimensions swapped."""
def tril(input: Tensor, diagonal: builtins.int = ...) -> Tensor:
    """The lower triangle, up to `diagonal`, zeros above."""
def triu(input: Tensor, diagonal: builtins.int = ...) -> Tensor:
    """The upper triangle, from `diagonal` on, zeros below."""
def true_divide(input: Tensor, other: Tensor | builtins.float, *, rounding_mode: Any = ...) -> Tensor:
    """`self / other`, rounded as `rounding_mode` ('trunc', 'floor') says."""
def true_divide_(input: Tensor, other: Tensor | builtins.float, *, rounding_mode: Any = ...) -> Tensor:
    """`self / other`, in place."""
def trunc(input: Tensor) -> Tensor:
    """The integer part."""
def trunc_(input: Tensor) -> Tensor:
    """The integer part.

    In place: written over this tensor, which is returned.
    """
def unbind(input: Tensor, dim: builtins.int | Sequence[int] | None = ...) -> tuple[Tensor, ...]:
    """The tensors along `dim`, without it."""
def unflatten(input: Tensor, dim: builtins.int | Sequence[int] | None, sizes: Any) -> Tensor:
    """Dimension `dim` as several."""
def unfold(input: Tensor, dimension: Any, size: builtins.int | Sequence[int] | None, step: Any) -> Tensor:
    """Windows of `size` every `step` along `dimension`, as a new last dimension."""
def uniform_(input: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """Uniform numbers, in place."""
def unique(input: Tensor, sorted: builtins.bool = ..., return_inverse: Any = ..., return_counts: Any = ..., dim: builtins.int | Sequence[int] | None = ...) -> Any:
    """The distinct elements in order; where each element went and how often it came, if asked."""
def unsqueeze(input: Tensor, dim: builtins.int | Sequence[int] | None) -> Tensor:
    """With a new dimension of size 1 before `dim`."""
def var(input: Tensor, dim: builtins.int | Sequence[int] | None = ..., unbiased: builtins.bool | None = ..., keepdim: builtins.bool = ..., *, correction: builtins.float | None = ..., axis: builtins.int | Sequence[int] | None = ..., keepdims: builtins.bool | None = ...) -> Tensor:
    """Variance over `dim`, dividing by `n - correction`."""
def xlogy(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """`a · ln b`, 0 where `a` is 0."""
def xlogy_(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """`a · ln b`, 0 where `a` is 0.

    In place: written over this tensor, which is returned.
    """
def zero_(input: Tensor) -> Tensor:
    """Sets every element to 0."""
