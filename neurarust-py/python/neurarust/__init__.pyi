"""NeuraRust's names. Written by tools/stubs.py."""

import builtins
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from . import accelerator as accelerator, amp as amp, autograd as autograd, backends as backends, cpu as cpu, cuda as cuda
from . import datasets as datasets, distributions as distributions, fft as fft, func as func, io as io, linalg as linalg
from . import masked as masked, nn as nn, optim as optim, random as random, signal as signal, sparse as sparse, special as special
from . import testing as testing, utils as utils, viz as viz
from ._C import *
from ._C import Generator, Tensor, device, dtype
from ._functions import *
from ._modes import enable_grad as enable_grad, inference_mode as inference_mode, no_grad as no_grad
from ._modes import set_grad_enabled as set_grad_enabled
from ._portable import *
from ._serialization import load as load, save as save
from ._size import Size as Size
from ._types import finfo as finfo, iinfo as iinfo
from .amp.autocast_mode import autocast as autocast, get_autocast_dtype as get_autocast_dtype
from .amp.autocast_mode import is_autocast_enabled as is_autocast_enabled, set_autocast_dtype as set_autocast_dtype
from .amp.autocast_mode import set_autocast_enabled as set_autocast_enabled
from .nn.functional import cosine_similarity as cosine_similarity

__version__: str
inf: builtins.float
nan: builtins.float
pi: builtins.float
e: builtins.float

def abs(input: Tensor) -> Tensor:
    """`|x|`.

    Element by element: `x` is the tensor. Of any real dtype.
    """
def abs_(input: Tensor) -> Tensor:
    """`|x|`.

    Element by element: `x` is the tensor. Of any real dtype.

    In place: written over this tensor, which is returned.
    """
def absolute(input: Tensor) -> Tensor:
    """`|x|`.

    Element by element: `x` is the tensor. Of any real dtype.
    """
def absolute_(input: Tensor) -> Tensor:
    """`|x|`.

    Element by element: `x` is the tensor. Of any real dtype.

    In place: written over this tensor, which is returned.
    """
def acos(input: Tensor) -> Tensor:
    """Inverse cosine.

    Element by element: `x` is the tensor. Integers become floats.
    """
def acos_(input: Tensor) -> Tensor:
    """Inverse cosine.

    Element by element: `x` is the tensor. Integers become floats.

    In place: written over this tensor, which is returned.
    """
def acosh(input: Tensor) -> Tensor:
    """Inverse hyperbolic cosine.

    Element by element: `x` is the tensor. Integers become floats.
    """
def acosh_(input: Tensor) -> Tensor:
    """Inverse hyperbolic cosine.

    Element by element: `x` is the tensor. Integers become floats.

    In place: written over this tensor, which is returned.
    """
def add(input: Tensor, other: Tensor | builtins.float, *, alpha: builtins.float | None = ...) -> Tensor:
    """`self + alpha · other`."""
def add_(input: Tensor, other: Tensor | builtins.float, *, alpha: builtins.float | None = ...) -> Tensor:
    """`self + alpha · other`, in place."""
def addbmm_(input: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`beta · input + alpha · Σ batch1 @ batch2`, in place."""
def addcdiv(input: Tensor, tensor1: Any, tensor2: Any, value: Tensor | builtins.float = ...) -> Tensor:
    """`x + value · a / b`.

    Element by element: `x` is the tensor, `a` is `tensor1`, `b` is `tensor2`. Integers become floats; shapes broadcast, dtypes are promoted, operands may be numbers.
    """
def addcdiv_(input: Tensor, tensor1: Any, tensor2: Any, value: Tensor | builtins.float = ...) -> Tensor:
    """`x + value · a / b`.

    Element by element: `x` is the tensor, `a` is `tensor1`, `b` is `tensor2`. Integers become floats; shapes broadcast, dtypes are promoted, operands may be numbers.

    In place: written over this tensor, which is returned.
    """
def addcmul(input: Tensor, tensor1: Any, tensor2: Any, value: Tensor | builtins.float = ...) -> Tensor:
    """`x + value · a · b`.

    Element by element: `x` is the tensor, `a` is `tensor1`, `b` is `tensor2`. Of any real dtype; shapes broadcast, dtypes are promoted, operands may be numbers.
    """
def addcmul_(input: Tensor, tensor1: Any, tensor2: Any, value: Tensor | builtins.float = ...) -> Tensor:
    """`x + value · a · b`.

    Element by element: `x` is the tensor, `a` is `tensor1`, `b` is `tensor2`. Of any real dtype; shapes broadcast, dtypes are promoted, operands may be numbers.

    In place: written over this tensor, which is returned.
    """
def addmm(input: Tensor, mat1: Tensor, mat2: Tensor, *, beta: builtins.float | None = ..., alpha: builtins.float | None = ...) -> Tensor:
    """`beta · self + alpha · mat1 @ mat2`."""
def addmm_(input: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`beta · self + alpha · mat1 @ mat2`, in place."""
def addmv_(input: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`beta · input + alpha · mat @ vec`, in place."""
def addr_(input: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`beta · input + alpha · vec1 ⊗ vec2`, in place."""
def adjoint(input: Tensor) -> Tensor:
    """The last two dimensions swapped, the elements conjugated."""
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
def angle(input: Tensor) -> Tensor:
    """The angle in (-π, π]; of real numbers 0 or π."""
def any(input: Tensor, dim: builtins.int | Sequence[int] | None = ..., keepdim: builtins.bool = ..., *, dtype: dtype | None = ..., axis: builtins.int | Sequence[int] | None = ..., keepdims: builtins.bool | None = ...) -> Tensor:
    """Whether any element over `dim` is true."""
def arccos(input: Tensor) -> Tensor:
    """Inverse cosine.

    Element by element: `x` is the tensor. Integers become floats.
    """
def arccos_(input: Tensor) -> Tensor:
    """Inverse cosine.

    Element by element: `x` is the tensor. Integers become floats.

    In place: written over this tensor, which is returned.
    """
def arccosh(input: Tensor) -> Tensor:
    """Inverse hyperbolic cosine.

    Element by element: `x` is the tensor. Integers become floats.
    """
def arccosh_(input: Tensor) -> Tensor:
    """Inverse hyperbolic cosine.

    Element by element: `x` is the tensor. Integers become floats.

    In place: written over this tensor, which is returned.
    """
def arcsin(input: Tensor) -> Tensor:
    """Inverse sine.

    Element by element: `x` is the tensor. Integers become floats.
    """
def arcsin_(input: Tensor) -> Tensor:
    """Inverse sine.

    Element by element: `x` is the tensor. Integers become floats.

    In place: written over this tensor, which is returned.
    """
def arcsinh(input: Tensor) -> Tensor:
    """Inverse hyperbolic sine.

    Element by element: `x` is the tensor. Integers become floats.
    """
def arcsinh_(input: Tensor) -> Tensor:
    """Inverse hyperbolic sine.

    Element by element: `x` is the tensor. Integers become floats.

    In place: written over this tensor, which is returned.
    """
def arctan(input: Tensor) -> Tensor:
    """Inverse tangent.

    Element by element: `x` is the tensor. Integers become floats.
    """
def arctan2(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """Angle of the point `(b, a)`.

    Element by element: `a` is the tensor, `b` is `other`. Integers become floats; shapes broadcast, dtypes are promoted, operands may be numbers.
    """
def arctan2_(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """Angle of the point `(b, a)`.

    Element by element: `a` is the tensor, `b` is `other`. Integers become floats; shapes broadcast, dtypes are promoted, operands may be numbers.

    In place: written over this tensor, which is returned.
    """
def arctan_(input: Tensor) -> Tensor:
    """Inverse tangent.

    Element by element: `x` is the tensor. Integers become floats.

    In place: written over this tensor, which is returned.
    """
def arctanh(input: Tensor) -> Tensor:
    """Inverse hyperbolic tangent.

    Element by element: `x` is the tensor. Integers become floats.
    """
def arctanh_(input: Tensor) -> Tensor:
    """Inverse hyperbolic tangent.

    Element by element: `x` is the tensor. Integers become floats.

    In place: written over this tensor, which is returned.
    """
def argmax(input: Tensor, dim: builtins.int | Sequence[int] | None = ..., keepdim: builtins.bool = ..., *, axis: builtins.int | Sequence[int] | None = ...) -> Tensor:
    """Index of the largest element, along `dim` or in the flattened tensor.

    Of several equals, the first. Answers int64; the dimension disappears unless `keepdim`.

        >>> torch.tensor([[1, 5], [7, 2]]).argmax(dim=1).tolist()
        [1, 0]
    """
def argmin(input: Tensor, dim: builtins.int | Sequence[int] | None = ..., keepdim: builtins.bool = ..., *, axis: builtins.int | Sequence[int] | None = ...) -> Tensor:
    """Index of the smallest element, along `dim` or in the flattened tensor."""
def argsort(input: Tensor, dim: builtins.int | Sequence[int] | None = ..., descending: builtins.bool = ..., *, stable: Any = ...) -> Tensor:
    """Where the elements are, in their order along `dim`."""
def argwhere(input: Tensor) -> Tensor:
    """Where elements aren't 0: (n, dimensions) of indices."""
def as_strided(input: Tensor, size: builtins.int | Sequence[int] | None, stride: Any, storage_offset: Any = ...) -> Tensor:
    """Any strides over the same buffer."""
def as_strided_(input: Tensor, size: builtins.int | Sequence[int] | None, stride: Any, storage_offset: Any = ...) -> Tensor:
    """Any strides over the same buffer, in place."""
def as_strided_scatter(input: Tensor, src: Any, size: builtins.int | Sequence[int] | None, stride: Any, storage_offset: Any = ...) -> Tensor:
    """A copy with `src` where `as_strided(size, stride, storage_offset)` looks."""
def asin(input: Tensor) -> Tensor:
    """Inverse sine.

    Element by element: `x` is the tensor. Integers become floats.
    """
def asin_(input: Tensor) -> Tensor:
    """Inverse sine.

    Element by element: `x` is the tensor. Integers become floats.

    In place: written over this tensor, which is returned.
    """
def asinh(input: Tensor) -> Tensor:
    """Inverse hyperbolic sine.

    Element by element: `x` is the tensor. Integers become floats.
    """
def asinh_(input: Tensor) -> Tensor:
    """Inverse hyperbolic sine.

    Element by element: `x` is the tensor. Integers become floats.

    In place: written over this tensor, which is returned.
    """
def atan(input: Tensor) -> Tensor:
    """Inverse tangent.

    Element by element: `x` is the tensor. Integers become floats.
    """
def atan2(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """Angle of the point `(b, a)`.

    Element by element: `a` is the tensor, `b` is `other`. Integers become floats; shapes broadcast, dtypes are promoted, operands may be numbers.
    """
def atan2_(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """Angle of the point `(b, a)`.

    Element by element: `a` is the tensor, `b` is `other`. Integers become floats; shapes broadcast, dtypes are promoted, operands may be numbers.

    In place: written over this tensor, which is returned.
    """
def atan_(input: Tensor) -> Tensor:
    """Inverse tangent.

    Element by element: `x` is the tensor. Integers become floats.

    In place: written over this tensor, which is returned.
    """
def atanh(input: Tensor) -> Tensor:
    """Inverse hyperbolic tangent.

    Element by element: `x` is the tensor. Integers become floats.
    """
def atanh_(input: Tensor) -> Tensor:
    """Inverse hyperbolic tangent.

    Element by element: `x` is the tensor. Integers become floats.

    In place: written over this tensor, which is returned.
    """
def baddbmm_(input: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`beta · input + alpha · batch1 @ batch2`, in place."""
def bce_error(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """Binary cross-entropy of the probability `x` against the probability `t`, logarithms not below -100.

    Element by element: `x` is the tensor, `t` is `other`. Integers become floats; shapes broadcast, dtypes are promoted, operands may be numbers.
    """
def bce_error_(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """Binary cross-entropy of the probability `x` against the probability `t`, logarithms not below -100.

    Element by element: `x` is the tensor, `t` is `other`. Integers become floats; shapes broadcast, dtypes are promoted, operands may be numbers.

    In place: written over this tensor, which is returned.
    """
def bce_with_logits_weighted_error(input: Tensor, t: Any, p: builtins.float) -> Tensor:
    """As `bce_with_logits_error`, with positive examples counting `p` times.

    Element by element: `x` is the tensor. Integers become floats; shapes broadcast, dtypes are promoted, operands may be numbers.
    """
def bce_with_logits_weighted_error_(input: Tensor, t: Any, p: builtins.float) -> Tensor:
    """As `bce_with_logits_error`, with positive examples counting `p` times.

    Element by element: `x` is the tensor. Integers become floats; shapes broadcast, dtypes are promoted, operands may be numbers.

    In place: written over this tensor, which is returned.
    """
def bernoulli_(input: Tensor, p: builtins.float = ..., *, generator: Generator | None = ...) -> Tensor:
    """1 with probability `p` (a number or a tensor), 0 otherwise, in place."""
def bincount(input: Tensor, weights: Any = ..., minlength: Any = ...) -> Tensor:
    """How often each number from 0 on occurs, or the sum of its weights."""
def bitwise_and(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """Bits set in both.

    Element by element: `a` is the tensor, `b` is `other`. Of integers and bools; shapes broadcast, dtypes are promoted, operands may be numbers.
    """
def bitwise_and_(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """Bits set in both.

    Element by element: `a` is the tensor, `b` is `other`. Of integers and bools; shapes broadcast, dtypes are promoted, operands may be numbers.

    In place: written over this tensor, which is returned.
    """
def bitwise_left_shift(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """`a · 2ᵇ`; 0 where all bits leave.

    Element by element: `a` is the tensor, `b` is `other`. Of integers and bools; shapes broadcast, dtypes are promoted, operands may be numbers.
    """
def bitwise_left_shift_(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """`a · 2ᵇ`; 0 where all bits leave.

    Element by element: `a` is the tensor, `b` is `other`. Of integers and bools; shapes broadcast, dtypes are promoted, operands may be numbers.

    In place: written over this tensor, which is returned.
    """
def bitwise_not(input: Tensor) -> Tensor:
    """Bits turned over; `not` on bools."""
def bitwise_not_(input: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """As `bitwise_not`, written over this tensor, which is returned."""
def bitwise_or(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """Bits set in either.

    Element by element: `a` is the tensor, `b` is `other`. Of integers and bools; shapes broadcast, dtypes are promoted, operands may be numbers.
    """
def bitwise_or_(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """Bits set in either.

    Element by element: `a` is the tensor, `b` is `other`. Of integers and bools; shapes broadcast, dtypes are promoted, operands may be numbers.

    In place: written over this tensor, which is returned.
    """
def bitwise_right_shift(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """`⌊a / 2ᵇ⌋`.

    Element by element: `a` is the tensor, `b` is `other`. Of integers and bools; shapes broadcast, dtypes are promoted, operands may be numbers.
    """
def bitwise_right_shift_(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """`⌊a / 2ᵇ⌋`.

    Element by element: `a` is the tensor, `b` is `other`. Of integers and bools; shapes broadcast, dtypes are promoted, operands may be numbers.

    In place: written over this tensor, which is returned.
    """
def bitwise_xor(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """Bits set in one.

    Element by element: `a` is the tensor, `b` is `other`. Of integers and bools; shapes broadcast, dtypes are promoted, operands may be numbers.
    """
def bitwise_xor_(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """Bits set in one.

    Element by element: `a` is the tensor, `b` is `other`. Of integers and bools; shapes broadcast, dtypes are promoted, operands may be numbers.

    In place: written over this tensor, which is returned.
    """
def bmm(input: Tensor, mat2: Tensor) -> Tensor:
    """The products of two batches of matrices: (b, n, k) and (b, k, m) give (b, n, m)."""
def broadcast_to(input: Tensor, *size: Any) -> Tensor:
    """Stretched to `size`."""
def cauchy_(input: Tensor, median: Any = ..., sigma: Any = ..., *, generator: Generator | None = ...) -> Tensor:
    """Cauchy-distributed numbers, in place."""
def ceil(input: Tensor) -> Tensor:
    """The smallest integer not below.

    Element by element: `x` is the tensor. Integers stay as they are.
    """
def ceil_(input: Tensor) -> Tensor:
    """The smallest integer not below.

    Element by element: `x` is the tensor. Integers stay as they are.

    In place: written over this tensor, which is returned.
    """
def celu(input: Tensor, alpha: builtins.float | None = ...) -> Tensor:
    """`x` where positive, `alpha · (eˣᐟᵅ - 1)` elsewhere.

    Element by element: `x` is the tensor. Integers become floats.
    """
def celu_(input: Tensor, alpha: builtins.float | None = ...) -> Tensor:
    """`x` where positive, `alpha · (eˣᐟᵅ - 1)` elsewhere.

    Element by element: `x` is the tensor. Integers become floats.

    In place: written over this tensor, which is returned.
    """
def chalf(input: Tensor, memory_format: Any = ...) -> Tensor:
    """This tensor converted to complex32, which isn't supported."""
def cholesky(input: Tensor, upper: Any = ..., *, out: Any = ...) -> Tensor:
    """The lower triangular `L` of `A = L Lᵀ`, or the upper triangular one of `A = Uᵀ U`."""
def cholesky_inverse(input: Tensor, upper: Any = ...) -> Tensor:
    """The inverse of the matrices whose Cholesky factors these are."""
def cholesky_solve(input: Tensor, L: Any, upper: Any = ...) -> Tensor:
    """Solutions of systems with these right sides, whose matrices have the Cholesky factors `L`."""
def chunk(input: Tensor, chunks: Any, dim: builtins.int | Sequence[int] | None = ...) -> tuple[Tensor, ...]:
    """At most `chunks` parts of equal size along `dim`."""
def clamp(input: Tensor, min: Any = ..., max: Any = ...) -> Tensor:
    """Elements within `[min, max]`; bounds are numbers, tensors, or absent."""
def clamp_(input: Tensor, min: Any = ..., max: Any = ...) -> Tensor:
    """Elements within `[min, max]`, in place."""
def clamp_max(input: Tensor, max: Any) -> Tensor:
    """Elements of at most `max`."""
def clamp_max_(input: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """As `clamp_max`, written over this tensor, which is returned."""
def clamp_min(input: Tensor, min: Any) -> Tensor:
    """Elements of at least `min`."""
def clamp_min_(input: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """As `clamp_min`, written over this tensor, which is returned."""
def clip(input: Tensor, min: Any = ..., max: Any = ...) -> Tensor:
    """Elements within `[min, max]`; bounds are numbers, tensors, or absent."""
def clip_(input: Tensor, min: Any = ..., max: Any = ...) -> Tensor:
    """Elements within `[min, max]`, in place."""
def clone(input: Tensor, *, memory_format: Any = ...) -> Tensor:
    """A copy with a buffer of its own; gradients flow through."""
def conj(input: Tensor) -> Tensor:
    """The complex conjugate; a real tensor is its own."""
def conj_physical(input: Tensor) -> Tensor:
    """The complex conjugate; a real tensor is its own."""
def conj_physical_(input: Tensor) -> Tensor:
    """The complex conjugate, in place."""
def copy_(input: Tensor, src: Any, non_blocking: Any = ...) -> Tensor:
    """Copies `src`, broadcast and converted, into this tensor."""
def copysign(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """The magnitude of `a` with the sign of `b`.

    Element by element: `a` is the tensor, `b` is `other`. Integers become floats; shapes broadcast, dtypes are promoted, operands may be numbers.
    """
def copysign_(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """The magnitude of `a` with the sign of `b`.

    Element by element: `a` is the tensor, `b` is `other`. Integers become floats; shapes broadcast, dtypes are promoted, operands may be numbers.

    In place: written over this tensor, which is returned.
    """
def corrcoef(input: Tensor) -> Tensor:
    """The correlations of the rows."""
def cos(input: Tensor) -> Tensor:
    """Cosine of radians.

    Element by element: `x` is the tensor. Integers become floats.
    """
def cos_(input: Tensor) -> Tensor:
    """Cosine of radians.

    Element by element: `x` is the tensor. Integers become floats.

    In place: written over this tensor, which is returned.
    """
def cosh(input: Tensor) -> Tensor:
    """Hyperbolic cosine.

    Element by element: `x` is the tensor. Integers become floats.
    """
def cosh_(input: Tensor) -> Tensor:
    """Hyperbolic cosine.

    Element by element: `x` is the tensor. Integers become floats.

    In place: written over this tensor, which is returned.
    """
def count_nonzero(input: Tensor, dim: builtins.int | Sequence[int] | None = ..., keepdim: builtins.bool = ..., *, dtype: dtype | None = ..., axis: builtins.int | Sequence[int] | None = ..., keepdims: builtins.bool | None = ...) -> Tensor:
    """How many elements over `dim` aren't 0."""
def cov(input: Tensor, *, correction: builtins.float | None = ..., fweights: Any = ..., aweights: Any = ...) -> Tensor:
    """The covariances of the rows."""
def cross(input: Tensor, other: Tensor | builtins.float, dim: builtins.int | Sequence[int] | None = ..., *, out: Any = ...) -> Tensor:
    """The cross products of vectors in space; without `dim`, along the first dimension of size 3."""
def cummax(input: Tensor, dim: builtins.int | Sequence[int] | None) -> Tensor:
    """The largest element up to each one along `dim`, and where it is."""
def cummin(input: Tensor, dim: builtins.int | Sequence[int] | None) -> Tensor:
    """The smallest element up to each one along `dim`, and where it is."""
def cumprod(input: Tensor, dim: builtins.int | Sequence[int] | None, *, dtype: dtype | None = ...) -> Tensor:
    """Products of the elements up to each one along `dim`."""
def cumprod_(input: Tensor, dim: builtins.int | Sequence[int] | None, *, dtype: dtype | None = ...) -> Tensor:
    """Products of the elements up to each one along `dim`, in place."""
def cumsum(input: Tensor, dim: builtins.int | Sequence[int] | None, *, dtype: dtype | None = ...) -> Tensor:
    """Sums of the elements up to each one along `dim`."""
def cumsum_(input: Tensor, dim: builtins.int | Sequence[int] | None, *, dtype: dtype | None = ...) -> Tensor:
    """Sums of the elements up to each one along `dim`, in place."""
def deg2rad_(input: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """As `deg2rad`, written over this tensor, which is returned."""
def det(input: Tensor) -> Tensor:
    """The determinants of square matrices: (…, n, n) → (…)."""
def detach(input: Tensor) -> Tensor:
    """The same elements as a tensor that is no part of any graph; shares the buffer."""
def detach_(input: Tensor) -> Tensor:
    """Cuts this tensor's history, in place."""
def diagflat(input: Tensor, offset: Any = ...) -> Tensor:
    """The flattened elements as diagonal `offset` of a matrix."""
def diagonal(input: Tensor, offset: Any = ..., dim1: builtins.int = ..., dim2: builtins.int = ...) -> Tensor:
    """The diagonal of two dimensions, as a new last dimension."""
def diagonal_scatter(input: Tensor, src: Any, offset: Any = ..., dim1: builtins.int = ..., dim2: builtins.int = ...) -> Tensor:
    """A copy with `src` as the diagonal of two dimensions."""
def diff(input: Tensor, n: builtins.int = ..., dim: builtins.int | Sequence[int] | None = ..., prepend: Any = ..., append: Any = ...) -> Tensor:
    """Differences between neighbours along `dim`, `n` times."""
def digamma(input: Tensor) -> Tensor:
    """`Γ′(x) / Γ(x)`.

    Element by element: `x` is the tensor. Integers become floats.
    """
def digamma_(input: Tensor) -> Tensor:
    """`Γ′(x) / Γ(x)`.

    Element by element: `x` is the tensor. Integers become floats.

    In place: written over this tensor, which is returned.
    """
def dist(input: Tensor, other: Tensor | builtins.float, p: builtins.float = ...) -> Tensor:
    """The `p`-norm of the difference."""
def div(input: Tensor, other: Tensor | builtins.float, *, rounding_mode: Any = ...) -> Tensor:
    """`self / other`, rounded as `rounding_mode` ('trunc', 'floor') says."""
def div_(input: Tensor, other: Tensor | builtins.float, *, rounding_mode: Any = ...) -> Tensor:
    """`self / other`, in place."""
def divide(input: Tensor, other: Tensor | builtins.float, *, rounding_mode: Any = ...) -> Tensor:
    """`self / other`, rounded as `rounding_mode` ('trunc', 'floor') says."""
def divide_(input: Tensor, other: Tensor | builtins.float, *, rounding_mode: Any = ...) -> Tensor:
    """`self / other`, in place."""
def dot(input: Tensor, tensor: Tensor) -> Tensor:
    """The inner product of two vectors: (n) and (n) give one number."""
def dsplit(input: Tensor, indices_or_sections: Any) -> Tensor:
    """Cut along the third dimension."""
def elu(input: Tensor, alpha: builtins.float | None = ...) -> Tensor:
    """`x` where positive, `alpha · (eˣ - 1)` elsewhere.

    Element by element: `x` is the tensor. Integers become floats.
    """
def elu_(input: Tensor, alpha: builtins.float | None = ...) -> Tensor:
    """`x` where positive, `alpha · (eˣ - 1)` elsewhere.

    Element by element: `x` is the tensor. Integers become floats.

    In place: written over this tensor, which is returned.
    """
def eq(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """`a = b`.

    Element by element: `a` is the tensor, `b` is `other`. Answers bools; shapes broadcast, dtypes are promoted, operands may be numbers.
    """
def eq_(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """`a = b`.

    Element by element: `a` is the tensor, `b` is `other`. Answers bools; shapes broadcast, dtypes are promoted, operands may be numbers.

    In place: written over this tensor, which is returned.
    """
def equal(input: Tensor, other: Tensor | builtins.float) -> bool:
    """Whether both have the same shape and elements."""
def erf(input: Tensor) -> Tensor:
    """The error function.

    Element by element: `x` is the tensor. Integers become floats.
    """
def erf_(input: Tensor) -> Tensor:
    """The error function.

    Element by element: `x` is the tensor. Integers become floats.

    In place: written over this tensor, which is returned.
    """
def erfc(input: Tensor) -> Tensor:
    """`1 - erf(x)`.

    Element by element: `x` is the tensor. Integers become floats.
    """
def erfc_(input: Tensor) -> Tensor:
    """`1 - erf(x)`.

    Element by element: `x` is the tensor. Integers become floats.

    In place: written over this tensor, which is returned.
    """
def erfinv(input: Tensor) -> Tensor:
    """The number whose error function is `x`.

    Element by element: `x` is the tensor. Integers become floats.
    """
def erfinv_(input: Tensor) -> Tensor:
    """The number whose error function is `x`.

    Element by element: `x` is the tensor. Integers become floats.

    In place: written over this tensor, which is returned.
    """
def exp(input: Tensor) -> Tensor:
    """`eˣ`.

    Element by element: `x` is the tensor. Integers become floats.
    """
def exp2(input: Tensor) -> Tensor:
    """`2ˣ`.

    Element by element: `x` is the tensor. Integers become floats.
    """
def exp2_(input: Tensor) -> Tensor:
    """`2ˣ`.

    Element by element: `x` is the tensor. Integers become floats.

    In place: written over this tensor, which is returned.
    """
def exp_(input: Tensor) -> Tensor:
    """`eˣ`.

    Element by element: `x` is the tensor. Integers become floats.

    In place: written over this tensor, which is returned.
    """
def expm1(input: Tensor) -> Tensor:
    """`eˣ - 1`, exact near 0.

    Element by element: `x` is the tensor. Integers become floats.
    """
def expm1_(input: Tensor) -> Tensor:
    """`eˣ - 1`, exact near 0.

    Element by element: `x` is the tensor. Integers become floats.

    In place: written over this tensor, which is returned.
    """
def exponential_(input: Tensor, lambd: builtins.float = ..., *, generator: Generator | None = ...) -> Tensor:
    """Exponentially distributed numbers, in place."""
def fill_(input: Tensor, value: Tensor | builtins.float) -> Tensor:
    """Sets every element to `value`."""
def fill_diagonal_(input: Tensor, fill_value: Any, wrap: Any = ...) -> Tensor:
    """Sets the diagonal of a matrix, or of a tensor of equal sizes."""
def fix(input: Tensor) -> Tensor:
    """The integer part.

    Element by element: `x` is the tensor. Integers stay as they are.
    """
def fix_(input: Tensor) -> Tensor:
    """The integer part.

    Element by element: `x` is the tensor. Integers stay as they are.

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
def float_power_(input: Tensor, exponent: Tensor | builtins.float) -> Tensor:
    """`float_power`, in place: of float64 tensors only."""
def floor(input: Tensor) -> Tensor:
    """The largest integer not above.

    Element by element: `x` is the tensor. Integers stay as they are.
    """
def floor_(input: Tensor) -> Tensor:
    """The largest integer not above.

    Element by element: `x` is the tensor. Integers stay as they are.

    In place: written over this tensor, which is returned.
    """
def floor_divide(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """`⌊a / b⌋`; integers by 0 answer 0.

    Element by element: `a` is the tensor, `b` is `other`. Of any real dtype; shapes broadcast, dtypes are promoted, operands may be numbers.
    """
def floor_divide_(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """`⌊a / b⌋`; integers by 0 answer 0.

    Element by element: `a` is the tensor, `b` is `other`. Of any real dtype; shapes broadcast, dtypes are promoted, operands may be numbers.

    In place: written over this tensor, which is returned.
    """
def fmax(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """The larger of the two; the other one where one is NaN."""
def fmin(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """The smaller of the two; the other one where one is NaN."""
def fmod(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """C's `fmod(a, b)`, with the sign of `a`; integers by 0 answer 0.

    Element by element: `a` is the tensor, `b` is `other`. Of any real dtype; shapes broadcast, dtypes are promoted, operands may be numbers.
    """
def fmod_(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """C's `fmod(a, b)`, with the sign of `a`; integers by 0 answer 0.

    Element by element: `a` is the tensor, `b` is `other`. Of any real dtype; shapes broadcast, dtypes are promoted, operands may be numbers.

    In place: written over this tensor, which is returned.
    """
def frac_(input: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """As `frac`, written over this tensor, which is returned."""
def frexp(input: Tensor) -> Tensor:
    """Mantissas in `[½, 1)` but for the sign, and exponents: `input = mantissa · 2` to the power `exponent`."""
def gather(input: Tensor, dim: builtins.int | Sequence[int] | None, index: Tensor, *, sparse_grad: Any = ...) -> Tensor:
    """Elements by number along `dim`: `out[i][j] = self[index[i][j]][j]` for `dim=0`.

    `index`, of integers, has as many dimensions as this tensor and the shape of the result; negative numbers are refused.

        >>> torch.tensor([[1, 2], [3, 4]]).gather(1, torch.tensor([[1], [0]])).tolist()
        [[2], [3]]
    """
def gcd(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """The greatest common divisor.

    Element by element: `a` is the tensor, `b` is `other`. Of integers and bools; shapes broadcast, dtypes are promoted, operands may be numbers.
    """
def gcd_(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """The greatest common divisor.

    Element by element: `a` is the tensor, `b` is `other`. Of integers and bools; shapes broadcast, dtypes are promoted, operands may be numbers.

    In place: written over this tensor, which is returned.
    """
def ge(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """`a ≥ b`.

    Element by element: `a` is the tensor, `b` is `other`. Answers bools; shapes broadcast, dtypes are promoted, operands may be numbers.
    """
def ge_(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """`a ≥ b`.

    Element by element: `a` is the tensor, `b` is `other`. Answers bools; shapes broadcast, dtypes are promoted, operands may be numbers.

    In place: written over this tensor, which is returned.
    """
def geometric_(input: Tensor, p: builtins.float, *, generator: Generator | None = ...) -> Tensor:
    """Geometrically distributed numbers, in place."""
def geqrf(input: Tensor, *, out: Any = ...) -> Tensor:
    """`(a, tau)`: reflectors below the diagonal, R on and above it."""
def greater(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """`a > b`.

    Element by element: `a` is the tensor, `b` is `other`. Answers bools; shapes broadcast, dtypes are promoted, operands may be numbers.
    """
def greater_(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """`a > b`.

    Element by element: `a` is the tensor, `b` is `other`. Answers bools; shapes broadcast, dtypes are promoted, operands may be numbers.

    In place: written over this tensor, which is returned.
    """
def greater_equal(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """`a ≥ b`.

    Element by element: `a` is the tensor, `b` is `other`. Answers bools; shapes broadcast, dtypes are promoted, operands may be numbers.
    """
def greater_equal_(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """`a ≥ b`.

    Element by element: `a` is the tensor, `b` is `other`. Answers bools; shapes broadcast, dtypes are promoted, operands may be numbers.

    In place: written over this tensor, which is returned.
    """
def gt(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """`a > b`.

    Element by element: `a` is the tensor, `b` is `other`. Answers bools; shapes broadcast, dtypes are promoted, operands may be numbers.
    """
def gt_(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """`a > b`.

    Element by element: `a` is the tensor, `b` is `other`. Answers bools; shapes broadcast, dtypes are promoted, operands may be numbers.

    In place: written over this tensor, which is returned.
    """
def hardshrink(input: Tensor, lambd: builtins.float = ...) -> Tensor:
    """`x` outside of `[-lambda, lambda]`, 0 inside.

    Element by element: `x` is the tensor, `lambda` is `lambd`. Integers become floats.
    """
def hardshrink_(input: Tensor, lambd: builtins.float = ...) -> Tensor:
    """`x` outside of `[-lambda, lambda]`, 0 inside.

    Element by element: `x` is the tensor, `lambda` is `lambd`. Integers become floats.

    In place: written over this tensor, which is returned.
    """
def hardsigmoid(input: Tensor) -> Tensor:
    """`relu6(x + 3) / 6`.

    Element by element: `x` is the tensor. Integers become floats.
    """
def hardsigmoid_(input: Tensor) -> Tensor:
    """`relu6(x + 3) / 6`.

    Element by element: `x` is the tensor. Integers become floats.

    In place: written over this tensor, which is returned.
    """
def hardswish(input: Tensor) -> Tensor:
    """`x · relu6(x + 3) / 6`.

    Element by element: `x` is the tensor. Integers become floats.
    """
def hardswish_(input: Tensor) -> Tensor:
    """`x · relu6(x + 3) / 6`.

    Element by element: `x` is the tensor. Integers become floats.

    In place: written over this tensor, which is returned.
    """
def hardtanh(input: Tensor, min_val: builtins.float = ..., max_val: builtins.float = ...) -> Tensor:
    """`x` within `[min, max]`; derivative 0 at the bounds and of NaN.

    Element by element: `x` is the tensor, `min` is `min_val`, `max` is `max_val`. Of any real dtype.
    """
def hardtanh_(input: Tensor, min_val: builtins.float = ..., max_val: builtins.float = ...) -> Tensor:
    """`x` within `[min, max]`; derivative 0 at the bounds and of NaN.

    Element by element: `x` is the tensor, `min` is `min_val`, `max` is `max_val`. Of any real dtype.

    In place: written over this tensor, which is returned.
    """
def heaviside(input: Tensor, values: Any) -> Tensor:
    """0 below 0, `values` at 0, 1 above."""
def heaviside_(input: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """As `heaviside`, written over this tensor, which is returned."""
def histc(input: Tensor, bins: Any = ..., min: Any = ..., max: Any = ...) -> Tensor:
    """Counts of the elements in equal bins between `min` and `max`."""
def histogram(input: Tensor, bins: Any, *, range: Any = ..., weight: Tensor | None = ..., density: Any = ...) -> Tensor:
    """Counts of the elements between edges, and the edges."""
def hypot(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """`√(a² + b²)`, without overflow of the squares; infinity if either is infinite.

    Element by element: `a` is the tensor, `b` is `other`. Integers become floats; shapes broadcast, dtypes are promoted, operands may be numbers.
    """
def hypot_(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """`√(a² + b²)`, without overflow of the squares; infinity if either is infinite.

    Element by element: `a` is the tensor, `b` is `other`. Integers become floats; shapes broadcast, dtypes are promoted, operands may be numbers.

    In place: written over this tensor, which is returned.
    """
def i0(input: Tensor) -> Tensor:
    """The modified Bessel function of the first kind of order 0.

    Element by element: `x` is the tensor. Integers become floats.
    """
def i0_(input: Tensor) -> Tensor:
    """The modified Bessel function of the first kind of order 0.

    Element by element: `x` is the tensor. Integers become floats.

    In place: written over this tensor, which is returned.
    """
def igamma(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """The lower incomplete gamma function of `(a, x)`, over `Γ(a)`.

    Element by element: `a` is the tensor, `x` is `other`. Integers become floats; shapes broadcast, dtypes are promoted, operands may be numbers.
    """
def igamma_(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """The lower incomplete gamma function of `(a, x)`, over `Γ(a)`.

    Element by element: `a` is the tensor, `x` is `other`. Integers become floats; shapes broadcast, dtypes are promoted, operands may be numbers.

    In place: written over this tensor, which is returned.
    """
def igammac(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """The upper incomplete gamma function of `(a, x)`, over `Γ(a)`.

    Element by element: `a` is the tensor, `x` is `other`. Integers become floats; shapes broadcast, dtypes are promoted, operands may be numbers.
    """
def igammac_(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """The upper incomplete gamma function of `(a, x)`, over `Γ(a)`.

    Element by element: `a` is the tensor, `x` is `other`. Integers become floats; shapes broadcast, dtypes are promoted, operands may be numbers.

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
def index_put(input: Tensor, indices: Any, values: Any, accumulate: Any = ...) -> Tensor:
    """A copy with `values` written (or added) where the tuple `indices` of tensors tells."""
def index_put_(input: Tensor, indices: Any, values: Any, accumulate: Any = ...) -> Tensor:
    """`values` written (or added) where the tuple `indices` of tensors tells."""
def index_reduce(input: Tensor, dim: builtins.int | Sequence[int] | None, index: Tensor, source: Tensor, reduce: Any, *, include_self: Any = ...) -> Tensor:
    """`source` combined into the slices of `dim` of a copy that `index` numbers: by prod, mean, amax or amin."""
def index_reduce_(input: Tensor, dim: builtins.int | Sequence[int] | None, index: Tensor, source: Tensor, reduce: Any, *, include_self: Any = ...) -> Tensor:
    """`source` combined into the slices of `dim` that `index` numbers: by prod, mean, amax or amin."""
def index_select(input: Tensor, dim: builtins.int | Sequence[int] | None, index: Tensor) -> Tensor:
    """The slices of `dim` that `index` numbers.

    `index` is a vector of integers, in any order, with repetitions.

        >>> torch.tensor([[1, 2], [3, 4]]).index_select(0, torch.tensor([1, 1])).tolist()
        [[3, 4], [3, 4]]
    """
def inverse(input: Tensor) -> Tensor:
    """The inverses of square matrices (…, n, n)."""
def is_neg(input: Tensor) -> Tensor:
    """Whether a negation is still to be done: never."""
def is_signed(input: Tensor) -> bool:
    """Whether elements can be negative."""
def isclose(input: Tensor, other: Tensor | builtins.float, rtol: Any = ..., atol: Any = ..., equal_nan: Any = ...) -> Tensor:
    """Where elements are equal within `rtol · |other| + atol`."""
def isfinite(input: Tensor) -> Tensor:
    """It is neither infinite nor NaN.

    Element by element: `x` is the tensor. Answers bools.
    """
def isfinite_(input: Tensor) -> Tensor:
    """It is neither infinite nor NaN.

    Element by element: `x` is the tensor. Answers bools.

    In place: written over this tensor, which is returned.
    """
def isinf(input: Tensor) -> Tensor:
    """It is infinite.

    Element by element: `x` is the tensor. Answers bools.
    """
def isinf_(input: Tensor) -> Tensor:
    """It is infinite.

    Element by element: `x` is the tensor. Answers bools.

    In place: written over this tensor, which is returned.
    """
def isnan(input: Tensor) -> Tensor:
    """It is NaN.

    Element by element: `x` is the tensor. Answers bools.
    """
def isnan_(input: Tensor) -> Tensor:
    """It is NaN.

    Element by element: `x` is the tensor. Answers bools.

    In place: written over this tensor, which is returned.
    """
def istft(input: Tensor, n_fft: Any, hop_length: Any = ..., win_length: Any = ..., window: Any = ..., center: Any = ..., normalized: Any = ..., onesided: Any = ..., length: Any = ..., return_complex: Any = ...) -> Tensor:
    """The signal whose `stft` this is."""
def kl_error(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """`t · (ln t - x)`, 0 where `t` is 0.

    Element by element: `x` is the tensor, `t` is `other`. Integers become floats; shapes broadcast, dtypes are promoted, operands may be numbers.
    """
def kl_error_(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """`t · (ln t - x)`, 0 where `t` is 0.

    Element by element: `x` is the tensor, `t` is `other`. Integers become floats; shapes broadcast, dtypes are promoted, operands may be numbers.

    In place: written over this tensor, which is returned.
    """
def kl_log_error(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """`eᵗ · (t - x)`.

    Element by element: `x` is the tensor, `t` is `other`. Integers become floats; shapes broadcast, dtypes are promoted, operands may be numbers.
    """
def kl_log_error_(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """`eᵗ · (t - x)`.

    Element by element: `x` is the tensor, `t` is `other`. Integers become floats; shapes broadcast, dtypes are promoted, operands may be numbers.

    In place: written over this tensor, which is returned.
    """
def kron(input: Tensor, other: Tensor | builtins.float, *, out: Any = ...) -> Tensor:
    """Kronecker's product."""
def kthvalue(input: Tensor, k: builtins.int, dim: builtins.int | Sequence[int] | None = ..., keepdim: builtins.bool = ...) -> Any:
    """The `k`-th smallest elements along `dim`, counted from 1, and where they are."""
def lcm(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """The least common multiple of integers."""
def lcm_(input: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """As `lcm`, written over this tensor, which is returned."""
def ldexp(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """`self · 2` to the power `other`."""
def ldexp_(input: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """As `ldexp`, written over this tensor, which is returned."""
def le(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """`a ≤ b`.

    Element by element: `a` is the tensor, `b` is `other`. Answers bools; shapes broadcast, dtypes are promoted, operands may be numbers.
    """
def le_(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """`a ≤ b`.

    Element by element: `a` is the tensor, `b` is `other`. Answers bools; shapes broadcast, dtypes are promoted, operands may be numbers.

    In place: written over this tensor, which is returned.
    """
def leaky_relu(input: Tensor, negative_slope: builtins.float = ...) -> Tensor:
    """`x` where positive, `slope · x` elsewhere.

    Element by element: `x` is the tensor, `slope` is `negative_slope`. Integers become floats.
    """
def leaky_relu_(input: Tensor, negative_slope: builtins.float = ...) -> Tensor:
    """`x` where positive, `slope · x` elsewhere.

    Element by element: `x` is the tensor, `slope` is `negative_slope`. Integers become floats.

    In place: written over this tensor, which is returned.
    """
def lerp(input: Tensor, end: Any, weight: Tensor | None) -> Tensor:
    """`a + w · (b - a)`.

    Element by element: `a` is the tensor, `b` is `end`, `w` is `weight`. Integers become floats; shapes broadcast, dtypes are promoted, operands may be numbers.
    """
def lerp_(input: Tensor, end: Any, weight: Tensor | None) -> Tensor:
    """`a + w · (b - a)`.

    Element by element: `a` is the tensor, `b` is `end`, `w` is `weight`. Integers become floats; shapes broadcast, dtypes are promoted, operands may be numbers.

    In place: written over this tensor, which is returned.
    """
def less(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """`a < b`.

    Element by element: `a` is the tensor, `b` is `other`. Answers bools; shapes broadcast, dtypes are promoted, operands may be numbers.
    """
def less_(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """`a < b`.

    Element by element: `a` is the tensor, `b` is `other`. Answers bools; shapes broadcast, dtypes are promoted, operands may be numbers.

    In place: written over this tensor, which is returned.
    """
def less_equal(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """`a ≤ b`.

    Element by element: `a` is the tensor, `b` is `other`. Answers bools; shapes broadcast, dtypes are promoted, operands may be numbers.
    """
def less_equal_(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """`a ≤ b`.

    Element by element: `a` is the tensor, `b` is `other`. Answers bools; shapes broadcast, dtypes are promoted, operands may be numbers.

    In place: written over this tensor, which is returned.
    """
def lgamma(input: Tensor) -> Tensor:
    """`ln |Γ(x)|`.

    Element by element: `x` is the tensor. Integers become floats.
    """
def lgamma_(input: Tensor) -> Tensor:
    """`ln |Γ(x)|`.

    Element by element: `x` is the tensor. Integers become floats.

    In place: written over this tensor, which is returned.
    """
def log(input: Tensor) -> Tensor:
    """Natural logarithm.

    Element by element: `x` is the tensor. Integers become floats.
    """
def log10(input: Tensor) -> Tensor:
    """Logarithm to base 10.

    Element by element: `x` is the tensor. Integers become floats.
    """
def log10_(input: Tensor) -> Tensor:
    """Logarithm to base 10.

    Element by element: `x` is the tensor. Integers become floats.

    In place: written over this tensor, which is returned.
    """
def log1p(input: Tensor) -> Tensor:
    """`ln(1 + x)`, exact near 0.

    Element by element: `x` is the tensor. Integers become floats.
    """
def log1p_(input: Tensor) -> Tensor:
    """`ln(1 + x)`, exact near 0.

    Element by element: `x` is the tensor. Integers become floats.

    In place: written over this tensor, which is returned.
    """
def log2(input: Tensor) -> Tensor:
    """Logarithm to base 2.

    Element by element: `x` is the tensor. Integers become floats.
    """
def log2_(input: Tensor) -> Tensor:
    """Logarithm to base 2.

    Element by element: `x` is the tensor. Integers become floats.

    In place: written over this tensor, which is returned.
    """
def log_(input: Tensor) -> Tensor:
    """Natural logarithm.

    Element by element: `x` is the tensor. Integers become floats.

    In place: written over this tensor, which is returned.
    """
def log_normal_(input: Tensor, mean: Any = ..., std: Any = ..., *, generator: Generator | None = ...) -> Tensor:
    """Numbers whose logarithm is normal, in place."""
def log_softmax(input: Tensor, dim: builtins.int | Sequence[int] | None = ..., dtype: dtype | None = ...) -> Tensor:
    """The logarithm of the softmax along `dim`."""
def logaddexp(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """`ln(eᵃ + eᵇ)`.

    Element by element: `a` is the tensor, `b` is `other`. Integers become floats; shapes broadcast, dtypes are promoted, operands may be numbers.
    """
def logaddexp2(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """`log₂(2ᵃ + 2ᵇ)`.

    Element by element: `a` is the tensor, `b` is `other`. Integers become floats; shapes broadcast, dtypes are promoted, operands may be numbers.
    """
def logaddexp2_(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """`log₂(2ᵃ + 2ᵇ)`.

    Element by element: `a` is the tensor, `b` is `other`. Integers become floats; shapes broadcast, dtypes are promoted, operands may be numbers.

    In place: written over this tensor, which is returned.
    """
def logaddexp_(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """`ln(eᵃ + eᵇ)`.

    Element by element: `a` is the tensor, `b` is `other`. Integers become floats; shapes broadcast, dtypes are promoted, operands may be numbers.

    In place: written over this tensor, which is returned.
    """
def logcumsumexp(input: Tensor, dim: builtins.int | Sequence[int] | None) -> Tensor:
    """Logarithms of the sums of exponentials up to each element along `dim`."""
def logdet(input: Tensor) -> Tensor:
    """The logarithms of the determinants."""
def logical_and(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """Both are non-zero.

    Element by element: `a` is the tensor, `b` is `other`. Answers bools; shapes broadcast, dtypes are promoted, operands may be numbers.
    """
def logical_and_(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """Both are non-zero.

    Element by element: `a` is the tensor, `b` is `other`. Answers bools; shapes broadcast, dtypes are promoted, operands may be numbers.

    In place: written over this tensor, which is returned.
    """
def logical_not(input: Tensor) -> Tensor:
    """It is zero.

    Element by element: `x` is the tensor. Answers bools.
    """
def logical_not_(input: Tensor) -> Tensor:
    """It is zero.

    Element by element: `x` is the tensor. Answers bools.

    In place: written over this tensor, which is returned.
    """
def logical_or(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """Either is non-zero.

    Element by element: `a` is the tensor, `b` is `other`. Answers bools; shapes broadcast, dtypes are promoted, operands may be numbers.
    """
def logical_or_(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """Either is non-zero.

    Element by element: `a` is the tensor, `b` is `other`. Answers bools; shapes broadcast, dtypes are promoted, operands may be numbers.

    In place: written over this tensor, which is returned.
    """
def logical_xor(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """Exactly one is non-zero.

    Element by element: `a` is the tensor, `b` is `other`. Answers bools; shapes broadcast, dtypes are promoted, operands may be numbers.
    """
def logical_xor_(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """Exactly one is non-zero.

    Element by element: `a` is the tensor, `b` is `other`. Answers bools; shapes broadcast, dtypes are promoted, operands may be numbers.

    In place: written over this tensor, which is returned.
    """
def logit_(input: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """As `logit`, written over this tensor, which is returned."""
def logsigmoid(input: Tensor) -> Tensor:
    """`ln sigmoid(x)`.

    Element by element: `x` is the tensor. Integers become floats.
    """
def logsigmoid_(input: Tensor) -> Tensor:
    """`ln sigmoid(x)`.

    Element by element: `x` is the tensor. Integers become floats.

    In place: written over this tensor, which is returned.
    """
def logsumexp(input: Tensor, dim: builtins.int | Sequence[int] | None = ..., keepdim: builtins.bool = ..., *, dtype: dtype | None = ..., axis: builtins.int | Sequence[int] | None = ..., keepdims: builtins.bool | None = ...) -> Tensor:
    """`ln Σ eˣ` over `dim`."""
def lt(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """`a < b`.

    Element by element: `a` is the tensor, `b` is `other`. Answers bools; shapes broadcast, dtypes are promoted, operands may be numbers.
    """
def lt_(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """`a < b`.

    Element by element: `a` is the tensor, `b` is `other`. Answers bools; shapes broadcast, dtypes are promoted, operands may be numbers.

    In place: written over this tensor, which is returned.
    """
def lu_solve(input: Tensor, b: Any, LU_data: Any, LU_pivots: Any, *, out: Any = ...) -> Tensor:
    """`X` of `A X = b` by what `lu(A)` answers."""
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
    """The product of matrices, vectors or batches of matrices, as `@`: (…, n, k) and (…, k, m) give (…, n, m).

    The batches in front broadcast. A vector (k) on the left counts as one row, on the right as one column, which the result
    doesn't have. Both sides are of one dtype.

        >>> torch.matmul(torch.ones(10, 2, 3), torch.ones(3, 4)).shape
        neurarust.Size([10, 2, 4])
    """
def matrix_exp(input: Tensor) -> Tensor:
    """The exponentials of the matrices."""
def matrix_power(input: Tensor, n: builtins.int) -> Tensor:
    """The matrices to the power `n`."""
def max(input: Tensor, dim: builtins.int | Sequence[int] | None = ..., keepdim: builtins.bool = ..., *, axis: builtins.int | Sequence[int] | None = ..., other: Tensor | builtins.float = ...) -> Any:
    """The largest elements.

    Without `dim`: of everything. With `dim`: `(values, indices)` along it. With a tensor: element by element.
    """
def maximum(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """The larger of the two, NaN if either is.

    Element by element: `a` is the tensor, `b` is `other`. Of any real dtype; shapes broadcast, dtypes are promoted, operands may be numbers.
    """
def maximum_(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """The larger of the two, NaN if either is.

    Element by element: `a` is the tensor, `b` is `other`. Of any real dtype; shapes broadcast, dtypes are promoted, operands may be numbers.

    In place: written over this tensor, which is returned.
    """
def mean(input: Tensor, dim: builtins.int | Sequence[int] | None = ..., keepdim: builtins.bool = ..., *, dtype: dtype | None = ..., axis: builtins.int | Sequence[int] | None = ..., keepdims: builtins.bool | None = ...) -> Tensor:
    """Mean over `dim`, a dimension or several, or of everything.

    Reduced dimensions disappear, or stay with size 1 if `keepdim`. Integers need a floating-point `dtype`.

        >>> torch.tensor([[1.0, 3.0], [5.0, 7.0]]).mean(dim=0)
        tensor([3., 5.])
    """
def median(input: Tensor, dim: builtins.int | Sequence[int] | None = ..., keepdim: builtins.bool = ...) -> Any:
    """The lower middle element: of everything, or along `dim` with where it is."""
def min(input: Tensor, dim: builtins.int | Sequence[int] | None = ..., keepdim: builtins.bool = ..., *, axis: builtins.int | Sequence[int] | None = ..., other: Tensor | builtins.float = ...) -> Any:
    """The smallest elements.

    Without `dim`: of everything. With `dim`: `(values, indices)` along it. With a tensor: element by element.
    """
def minimum(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """The smaller of the two, NaN if either is.

    Element by element: `a` is the tensor, `b` is `other`. Of any real dtype; shapes broadcast, dtypes are promoted, operands may be numbers.
    """
def minimum_(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """The smaller of the two, NaN if either is.

    Element by element: `a` is the tensor, `b` is `other`. Of any real dtype; shapes broadcast, dtypes are promoted, operands may be numbers.

    In place: written over this tensor, which is returned.
    """
def mish(input: Tensor) -> Tensor:
    """`x · tanh(softplus(x))`.

    Element by element: `x` is the tensor. Integers become floats.
    """
def mish_(input: Tensor) -> Tensor:
    """`x · tanh(softplus(x))`.

    Element by element: `x` is the tensor. Integers become floats.

    In place: written over this tensor, which is returned.
    """
def mm(input: Tensor, mat2: Tensor) -> Tensor:
    """The product of two matrices: (n, k) and (k, m) give (n, m)."""
def mode(input: Tensor, dim: builtins.int | Sequence[int] | None = ..., keepdim: builtins.bool = ...) -> Tensor:
    """The commonest element along `dim`, and the last place where it is."""
def moveaxis(input: Tensor, source: Tensor, destination: Any) -> Tensor:
    """Dimensions moved to other places."""
def movedim(input: Tensor, source: Tensor, destination: Any) -> Tensor:
    """Dimensions moved to other places."""
def msort(input: Tensor) -> Tensor:
    """The elements in order along the first dimension."""
def mul(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """`a · b`.

    Element by element: `a` is the tensor, `b` is `other`. Of any real dtype; shapes broadcast, dtypes are promoted, operands may be numbers.
    """
def mul_(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """`a · b`.

    Element by element: `a` is the tensor, `b` is `other`. Of any real dtype; shapes broadcast, dtypes are promoted, operands may be numbers.

    In place: written over this tensor, which is returned.
    """
def multiply(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """`a · b`.

    Element by element: `a` is the tensor, `b` is `other`. Of any real dtype; shapes broadcast, dtypes are promoted, operands may be numbers.
    """
def multiply_(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """`a · b`.

    Element by element: `a` is the tensor, `b` is `other`. Of any real dtype; shapes broadcast, dtypes are promoted, operands may be numbers.

    In place: written over this tensor, which is returned.
    """
def mv(input: Tensor, vec: Tensor) -> Tensor:
    """A matrix times a vector: (n, k) and (k) give (n)."""
def mvlgamma(input: Tensor, p: builtins.float) -> Tensor:
    """The logarithm of the multivariate gamma function of dimension `p`."""
def mvlgamma_(input: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """As `mvlgamma`, written over this tensor, which is returned."""
def nan_to_num(input: Tensor, nan: Any = ..., posinf: Any = ..., neginf: Any = ...) -> Tensor:
    """Elements that aren't numbers replaced."""
def nan_to_num_(input: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """As `nan_to_num`, written over this tensor, which is returned."""
def nanmean(input: Tensor, dim: builtins.int | Sequence[int] | None = ..., keepdim: builtins.bool = ..., *, dtype: dtype | None = ..., axis: builtins.int | Sequence[int] | None = ..., keepdims: builtins.bool | None = ...) -> Tensor:
    """Mean over `dim`, NaN left out."""
def nanmedian(input: Tensor, dim: builtins.int | Sequence[int] | None = ..., keepdim: builtins.bool = ...) -> Tensor:
    """The lower middle element that isn't NaN: of everything, or along `dim` with where it is."""
def nanquantile(input: Tensor, q: Any, dim: builtins.int | Sequence[int] | None = ..., keepdim: builtins.bool = ..., *, interpolation: Any = ...) -> Tensor:
    """The `q`-quantiles along `dim`, or of everything, NaN left out."""
def nansum(input: Tensor, dim: builtins.int | Sequence[int] | None = ..., keepdim: builtins.bool = ..., *, dtype: dtype | None = ..., axis: builtins.int | Sequence[int] | None = ..., keepdims: builtins.bool | None = ...) -> Tensor:
    """Sum over `dim`, NaN counting as 0."""
def narrow(input: Tensor, dim: builtins.int | Sequence[int] | None, start: Any, length: Any) -> Tensor:
    """`length` elements of dimension `dim`, from `start`."""
def ne(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """`a ≠ b`.

    Element by element: `a` is the tensor, `b` is `other`. Answers bools; shapes broadcast, dtypes are promoted, operands may be numbers.
    """
def ne_(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """`a ≠ b`.

    Element by element: `a` is the tensor, `b` is `other`. Answers bools; shapes broadcast, dtypes are promoted, operands may be numbers.

    In place: written over this tensor, which is returned.
    """
def neg(input: Tensor) -> Tensor:
    """`-x`.

    Element by element: `x` is the tensor. Of any real dtype.
    """
def neg_(input: Tensor) -> Tensor:
    """`-x`.

    Element by element: `x` is the tensor. Of any real dtype.

    In place: written over this tensor, which is returned.
    """
def negative(input: Tensor) -> Tensor:
    """`-x`.

    Element by element: `x` is the tensor. Of any real dtype.
    """
def negative_(input: Tensor) -> Tensor:
    """`-x`.

    Element by element: `x` is the tensor. Of any real dtype.

    In place: written over this tensor, which is returned.
    """
def newaxis(input: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    ...
def nextafter(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """The number next to `self` on the way to `other`."""
def nextafter_(input: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """As `nextafter`, written over this tensor, which is returned."""
def nonzero(input: Tensor, *, as_tuple: Any = ...) -> Any:
    """Where elements aren't 0: (n, rank) of indices, or one vector per dimension."""
def nonzero_static(input: Tensor, *, size: builtins.int | Sequence[int] | None, fill_value: Any = ...) -> Tensor:
    """The first `size` places where elements aren't 0, filled up with `fill_value`."""
def norm(input: Tensor, p: builtins.float = ..., dim: builtins.int | Sequence[int] | None = ..., keepdim: builtins.bool = ..., dtype: dtype | None = ...) -> Tensor:
    """The `p`-norm over `dim`, or of everything."""
def normal_(input: Tensor, mean: Any = ..., std: Any = ..., *, generator: Generator | None = ...) -> Tensor:
    """Normal numbers, in place."""
def not_equal(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """`a ≠ b`.

    Element by element: `a` is the tensor, `b` is `other`. Answers bools; shapes broadcast, dtypes are promoted, operands may be numbers.
    """
def not_equal_(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """`a ≠ b`.

    Element by element: `a` is the tensor, `b` is `other`. Answers bools; shapes broadcast, dtypes are promoted, operands may be numbers.

    In place: written over this tensor, which is returned.
    """
def numel(input: Tensor) -> int:
    """Number of elements: the product of the sizes."""
def orgqr(input: Tensor, tau: Any) -> Tensor:
    """The first columns of the product of reflectors."""
def ormqr(input: Tensor, tau: Any, other: Tensor | builtins.float, left: Any = ..., transpose: Any = ...) -> Tensor:
    """The product of reflectors, or its transpose, and `other`."""
def outer(input: Tensor, vec2: Tensor) -> Tensor:
    """The products of all pairs of elements of two vectors: (n) and (m) give (n, m)."""
def permute(input: Tensor, *args: Any, dims: builtins.int | Sequence[int] = ...) -> Tensor:
    """Dimensions in another order.

    A view: dimension `i` of the result is dimension `dims[i]` of this tensor.

        >>> torch.ones(2, 3, 4).permute(2, 0, 1).shape
        neurarust.Size([4, 2, 3])
    """
def pinverse(input: Tensor, rcond: Any = ...) -> Tensor:
    """Moore and Penrose's pseudo-inverse."""
def polygamma_(input: Tensor, n: builtins.int) -> Tensor:
    """The derivative of order `n` of `digamma`, in place."""
def positive(input: Tensor) -> Tensor:
    """The elements themselves."""
def pow(input: Tensor, exponent: Tensor | builtins.float) -> Tensor:
    """`self` to the power `exponent`."""
def pow_(input: Tensor, exponent: Tensor | builtins.float) -> Tensor:
    """`self` to the power `exponent`, in place."""
def prod(input: Tensor, dim: builtins.int | Sequence[int] | None = ..., keepdim: builtins.bool = ..., *, dtype: dtype | None = ..., axis: builtins.int | Sequence[int] | None = ..., keepdims: builtins.bool | None = ...) -> Tensor:
    """Product over `dim`, or of everything. Integers and bools are multiplied as int64."""
def put(input: Tensor, index: Tensor, source: Tensor, accumulate: Any = ...) -> Tensor:
    """`source` written (or added) to the places of a flattened copy that `index` numbers."""
def put_(input: Tensor, index: Tensor, source: Tensor, accumulate: Any = ...) -> Tensor:
    """`source` written (or added) to the places of the flattened tensor that `index` numbers."""
def qr(input: Tensor, some: Any = ...) -> Tensor:
    """`(Q, R)` of `A = Q R`."""
def quantile(input: Tensor, q: Any, dim: builtins.int | Sequence[int] | None = ..., keepdim: builtins.bool = ..., *, interpolation: Any = ...) -> Tensor:
    """The `q`-quantiles along `dim`, or of everything."""
def rad2deg_(input: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """As `rad2deg`, written over this tensor, which is returned."""
def random_(input: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """Integers from `from` to `to`, which is excluded, in place; without either, from 0 to the largest that the dtype holds."""
def ravel(input: Tensor) -> Tensor:
    """All dimensions as one."""
def reciprocal(input: Tensor) -> Tensor:
    """`1 / x`.

    Element by element: `x` is the tensor. Integers become floats.
    """
def reciprocal_(input: Tensor) -> Tensor:
    """`1 / x`.

    Element by element: `x` is the tensor. Integers become floats.

    In place: written over this tensor, which is returned.
    """
def relu(input: Tensor) -> Tensor:
    """`x` where positive, 0 elsewhere.

    Element by element: `x` is the tensor. Of any real dtype.
    """
def relu_(input: Tensor) -> Tensor:
    """`x` where positive, 0 elsewhere.

    Element by element: `x` is the tensor. Of any real dtype.

    In place: written over this tensor, which is returned.
    """
def remainder(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """Python's `a % b`, with the sign of `b`; integers by 0 answer 0.

    Element by element: `a` is the tensor, `b` is `other`. Of any real dtype; shapes broadcast, dtypes are promoted, operands may be numbers.
    """
def remainder_(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """Python's `a % b`, with the sign of `b`; integers by 0 answer 0.

    Element by element: `a` is the tensor, `b` is `other`. Of any real dtype; shapes broadcast, dtypes are promoted, operands may be numbers.

    In place: written over this tensor, which is returned.
    """
def renorm(input: Tensor, p: builtins.float, dim: builtins.int | Sequence[int] | None, maxnorm: Any) -> Tensor:
    """Slices along `dim` whose `p`-norm is above `maxnorm` scaled down to it."""
def renorm_(input: Tensor, p: builtins.float, dim: builtins.int | Sequence[int] | None, maxnorm: Any) -> Tensor:
    """Slices along `dim` whose `p`-norm is above `maxnorm` scaled down to it, in place."""
def repeat(input: Tensor, *repeats: Any) -> Tensor:
    """The tensor `repeats` times along each dimension."""
def repeat_interleave(input: Tensor, repeats: Any, dim: builtins.int | Sequence[int] | None = ..., *, output_size: Any = ...) -> Tensor:
    """Each slice of `dim` (or each element) `repeats` times."""
def reshape(input: Tensor, *shape: Any) -> Tensor:
    """The same elements in another shape, one size of which may be -1; a copy if strides can't say it.

    >>> torch.arange(6).reshape(2, -1).tolist()
    [[0, 1, 2], [3, 4, 5]]
    """
def resize_(input: Tensor, *sizes: Any, memory_format: Any = ...) -> Tensor:
    """Other sizes over the same buffer, row-major; the buffer grows if need be."""
def resize_as_(input: Tensor, the_template: Any, *, memory_format: Any = ...) -> Tensor:
    """The sizes of `the_template` over the same buffer, row-major; the buffer grows if need be."""
def resolve_conj(input: Tensor) -> Tensor:
    """This tensor: conjugations are done at once."""
def resolve_neg(input: Tensor) -> Tensor:
    """This tensor: negations are done at once."""
def roll(input: Tensor, shifts: Any, dims: builtins.int | Sequence[int] = ...) -> Tensor:
    """Elements moved along `dims`, those that leave coming back at the other end."""
def round(input: Tensor, *, decimals: Any = ...) -> Tensor:
    """The nearest numbers of `decimals` places behind the point, halves to even."""
def round_(input: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """As `round`, written over this tensor, which is returned."""
def rsqrt(input: Tensor) -> Tensor:
    """`1 / √x`.

    Element by element: `x` is the tensor. Integers become floats.
    """
def rsqrt_(input: Tensor) -> Tensor:
    """`1 / √x`.

    Element by element: `x` is the tensor. Integers become floats.

    In place: written over this tensor, which is returned.
    """
def rsub(input: Tensor, other: Tensor | builtins.float, *, alpha: builtins.float | None = ...) -> Tensor:
    """`other - alpha · self`."""
def scatter(input: Tensor, dim: builtins.int | Sequence[int] | None, index: Tensor, src: Any = ..., *, value: Tensor | builtins.float = ..., reduce: Any = ...) -> Tensor:
    """`src` (a tensor or a number) written, or by `reduce` ('add', 'multiply') combined, at `index` along `dim`."""
def scatter_(input: Tensor, dim: builtins.int | Sequence[int] | None, index: Tensor, src: Any = ..., *, value: Tensor | builtins.float = ..., reduce: Any = ...) -> Tensor:
    """`src` (a tensor or a number) written, or by `reduce` ('add', 'multiply') combined, at `index` along `dim`, in place."""
def scatter_add(input: Tensor, dim: builtins.int | Sequence[int] | None, index: Tensor, src: Any) -> Tensor:
    """`src` added at `index` along `dim`."""
def scatter_add_(input: Tensor, dim: builtins.int | Sequence[int] | None, index: Tensor, src: Any) -> Tensor:
    """`src` added at `index` along `dim`, in place."""
def scatter_reduce(input: Tensor, dim: builtins.int | Sequence[int] | None, index: Tensor, src: Any, reduce: Any, *, include_self: Any = ...) -> Tensor:
    """`src` combined into a copy at `index` along `dim`: by sum, prod, mean, amax or amin."""
def scatter_reduce_(input: Tensor, dim: builtins.int | Sequence[int] | None, index: Tensor, src: Any, reduce: Any, *, include_self: Any = ...) -> Tensor:
    """`src` combined into this tensor at `index` along `dim`: by sum, prod, mean, amax or amin."""
def select(input: Tensor, dim: builtins.int | Sequence[int] | None, index: Tensor) -> Tensor:
    """Index `index` of dimension `dim`, which goes away."""
def select_scatter(input: Tensor, src: Any, dim: builtins.int | Sequence[int] | None, index: Tensor) -> Tensor:
    """A copy with `src` as index `index` of dimension `dim`."""
def selu(input: Tensor) -> Tensor:
    """The self-normalising ELU.

    Element by element: `x` is the tensor. Integers become floats.
    """
def selu_(input: Tensor) -> Tensor:
    """The self-normalising ELU.

    Element by element: `x` is the tensor. Integers become floats.

    In place: written over this tensor, which is returned.
    """
def set_(input: Tensor, source: Tensor = ..., storage_offset: Any = ..., size: builtins.int | Sequence[int] | None = ..., stride: Any = ...) -> Tensor:
    """Looks at the elements of `source` from now on, or at none."""
def sgn(input: Tensor) -> Tensor:
    """`z / |z|`, 0 at 0; the sign of real numbers."""
def sgn_(input: Tensor) -> Tensor:
    """`z / |z|`, in place."""
def sigmoid(input: Tensor) -> Tensor:
    """`1 / (1 + e⁻ˣ)`.

    Element by element: `x` is the tensor. Integers become floats.
    """
def sigmoid_(input: Tensor) -> Tensor:
    """`1 / (1 + e⁻ˣ)`.

    Element by element: `x` is the tensor. Integers become floats.

    In place: written over this tensor, which is returned.
    """
def sign(input: Tensor) -> Tensor:
    """-1, 0 or 1; 0 for NaN.

    Element by element: `x` is the tensor. Of any real dtype.
    """
def sign_(input: Tensor) -> Tensor:
    """-1, 0 or 1; 0 for NaN.

    Element by element: `x` is the tensor. Of any real dtype.

    In place: written over this tensor, which is returned.
    """
def silu(input: Tensor) -> Tensor:
    """`x · sigmoid(x)`.

    Element by element: `x` is the tensor. Integers become floats.
    """
def silu_(input: Tensor) -> Tensor:
    """`x · sigmoid(x)`.

    Element by element: `x` is the tensor. Integers become floats.

    In place: written over this tensor, which is returned.
    """
def sin(input: Tensor) -> Tensor:
    """Sine of radians.

    Element by element: `x` is the tensor. Integers become floats.
    """
def sin_(input: Tensor) -> Tensor:
    """Sine of radians.

    Element by element: `x` is the tensor. Integers become floats.

    In place: written over this tensor, which is returned.
    """
def sinc(input: Tensor) -> Tensor:
    """`sin(πx) / (πx)`, 1 at 0.

    Element by element: `x` is the tensor. Integers become floats.
    """
def sinc_(input: Tensor) -> Tensor:
    """`sin(πx) / (πx)`, 1 at 0.

    Element by element: `x` is the tensor. Integers become floats.

    In place: written over this tensor, which is returned.
    """
def sinh(input: Tensor) -> Tensor:
    """Hyperbolic sine.

    Element by element: `x` is the tensor. Integers become floats.
    """
def sinh_(input: Tensor) -> Tensor:
    """Hyperbolic sine.

    Element by element: `x` is the tensor. Integers become floats.

    In place: written over this tensor, which is returned.
    """
def slice_scatter(input: Tensor, src: Any, dim: builtins.int | Sequence[int] | None = ..., start: Any = ..., end: Any = ..., step: Any = ...) -> Tensor:
    """A copy with `src` as elements `start` to `end` of dimension `dim`, every `step`."""
def slogdet(input: Tensor) -> Tensor:
    """`(sign, logabsdet)` of the determinant."""
def softmax(input: Tensor, dim: builtins.int | Sequence[int] | None = ..., dtype: dtype | None = ...) -> Tensor:
    """`eˣ / Σ eˣ` along `dim`."""
def softplus(input: Tensor, beta: builtins.float | None = ..., threshold: builtins.float = ...) -> Tensor:
    """`ln(1 + eᵇˣ) / b`, linear where `b · x > threshold`.

    Element by element: `x` is the tensor. Integers become floats.
    """
def softplus_(input: Tensor, beta: builtins.float | None = ..., threshold: builtins.float = ...) -> Tensor:
    """`ln(1 + eᵇˣ) / b`, linear where `b · x > threshold`.

    Element by element: `x` is the tensor. Integers become floats.

    In place: written over this tensor, which is returned.
    """
def softshrink(input: Tensor, lambd: builtins.float = ...) -> Tensor:
    """`x` moved towards 0 by `lambda`.

    Element by element: `x` is the tensor, `lambda` is `lambd`. Integers become floats.
    """
def softshrink_(input: Tensor, lambd: builtins.float = ...) -> Tensor:
    """`x` moved towards 0 by `lambda`.

    Element by element: `x` is the tensor, `lambda` is `lambd`. Integers become floats.

    In place: written over this tensor, which is returned.
    """
def softsign(input: Tensor) -> Tensor:
    """`x / (1 + |x|)`.

    Element by element: `x` is the tensor. Integers become floats.
    """
def softsign_(input: Tensor) -> Tensor:
    """`x / (1 + |x|)`.

    Element by element: `x` is the tensor. Integers become floats.

    In place: written over this tensor, which is returned.
    """
def sort(input: Tensor, dim: builtins.int | Sequence[int] | None = ..., descending: builtins.bool = ..., *, stable: Any = ...) -> Any:
    """The elements in order along `dim`, and where they were; equals keep their order."""
def split(input: Tensor, split_size: Any, dim: builtins.int | Sequence[int] | None = ...) -> tuple[Tensor, ...]:
    """Parts of `split_size` elements along `dim`, or of the given sizes."""
def split_with_sizes(input: Tensor, split_sizes: Any, dim: builtins.int | Sequence[int] | None = ...) -> tuple[Tensor, ...]:
    """Parts of the given sizes along `dim`."""
def sqrt(input: Tensor) -> Tensor:
    """`√x`.

    Element by element: `x` is the tensor. Integers become floats.
    """
def sqrt_(input: Tensor) -> Tensor:
    """`√x`.

    Element by element: `x` is the tensor. Integers become floats.

    In place: written over this tensor, which is returned.
    """
def square(input: Tensor) -> Tensor:
    """`x²`.

    Element by element: `x` is the tensor. Of any real dtype.
    """
def square_(input: Tensor) -> Tensor:
    """`x²`.

    Element by element: `x` is the tensor. Of any real dtype.

    In place: written over this tensor, which is returned.
    """
def squeeze(input: Tensor, dim: builtins.int | Sequence[int] | None = ...) -> Tensor:
    """Without the dimensions of size 1, or without those of them that are named."""
def squeeze_(input: Tensor, dim: builtins.int | Sequence[int] | None = ...) -> Tensor:
    """Without the dimensions of size 1, or without those of them that are named, in place."""
def std(input: Tensor, dim: builtins.int | Sequence[int] | None = ..., unbiased: builtins.bool | None = ..., keepdim: builtins.bool = ..., *, correction: builtins.float | None = ..., axis: builtins.int | Sequence[int] | None = ..., keepdims: builtins.bool | None = ...) -> Tensor:
    """Standard deviation over `dim`, dividing by `n - correction`."""
def std_mean(input: Tensor, dim: builtins.int | Sequence[int] | None = ..., unbiased: builtins.bool | None = ..., keepdim: builtins.bool = ..., *, correction: builtins.float | None = ..., axis: builtins.int | Sequence[int] | None = ..., keepdims: builtins.bool | None = ...) -> tuple[Tensor, Tensor]:
    """Standard deviation and mean over `dim`."""
def stft(input: Tensor, n_fft: Any, hop_length: Any = ..., win_length: Any = ..., window: Any = ..., center: Any = ..., pad_mode: Any = ..., normalized: Any = ..., onesided: Any = ..., return_complex: Any = ..., align_to_window: Any = ...) -> Tensor:
    """Fourier transforms of windows of the signal: (length) or (batch, length) → (…, frequencies, windows)."""
def sub(input: Tensor, other: Tensor | builtins.float, *, alpha: builtins.float | None = ...) -> Tensor:
    """`self - alpha · other`."""
def sub_(input: Tensor, other: Tensor | builtins.float, *, alpha: builtins.float | None = ...) -> Tensor:
    """`self - alpha · other`, in place."""
def subtract(input: Tensor, other: Tensor | builtins.float, *, alpha: builtins.float | None = ...) -> Tensor:
    """`self - alpha · other`."""
def subtract_(input: Tensor, other: Tensor | builtins.float, *, alpha: builtins.float | None = ...) -> Tensor:
    """`self - alpha · other`, in place."""
def sum(input: Tensor, dim: builtins.int | Sequence[int] | None = ..., keepdim: builtins.bool = ..., *, dtype: dtype | None = ..., axis: builtins.int | Sequence[int] | None = ..., keepdims: builtins.bool | None = ...) -> Tensor:
    """Sum over `dim`, a dimension or several, or of everything.

    Reduced dimensions disappear, or stay with size 1 if `keepdim`. Integers and bools are summed as int64; `dtype` converts
    before summing. `axis` and `keepdims` are NumPy's names for `dim` and `keepdim`.

        >>> torch.ones(2, 3).sum(dim=1)
        tensor([3., 3.])
    """
def svd(input: Tensor, some: Any = ..., compute_uv: Any = ..., *, out: Any = ...) -> Tensor:
    """`(U, S, V)` of `A = U diag(S) Vᵀ`."""
def swapaxes(input: Tensor, axis0: Any, axis1: Any) -> Tensor:
    """Two dimensions swapped."""
def swapaxes_(input: Tensor, axis0: Any, axis1: Any) -> Tensor:
    """Two dimensions swapped, in place."""
def swapdims(input: Tensor, dim0: builtins.int, dim1: builtins.int) -> Tensor:
    """Two dimensions swapped."""
def swapdims_(input: Tensor, dim0: builtins.int, dim1: builtins.int) -> Tensor:
    """Two dimensions swapped, in place."""
def t(input: Tensor) -> Tensor:
    """A matrix transposed."""
def t_(input: Tensor) -> Tensor:
    """A matrix transposed, in place."""
def take(input: Tensor, index: Tensor) -> Tensor:
    """Elements of the flattened tensor by number."""
def tan(input: Tensor) -> Tensor:
    """Tangent of radians.

    Element by element: `x` is the tensor. Integers become floats.
    """
def tan_(input: Tensor) -> Tensor:
    """Tangent of radians.

    Element by element: `x` is the tensor. Integers become floats.

    In place: written over this tensor, which is returned.
    """
def tanh(input: Tensor) -> Tensor:
    """Hyperbolic tangent.

    Element by element: `x` is the tensor. Integers become floats.
    """
def tanh_(input: Tensor) -> Tensor:
    """Hyperbolic tangent.

    Element by element: `x` is the tensor. Integers become floats.

    In place: written over this tensor, which is returned.
    """
def tanhshrink(input: Tensor) -> Tensor:
    """`x - tanh(x)`.

    Element by element: `x` is the tensor. Integers become floats.
    """
def tanhshrink_(input: Tensor) -> Tensor:
    """`x - tanh(x)`.

    Element by element: `x` is the tensor. Integers become floats.

    In place: written over this tensor, which is returned.
    """
def threshold(input: Tensor, threshold: builtins.float, value: Tensor | builtins.float) -> Tensor:
    """`x` where above `threshold`, `value` elsewhere.

    Element by element: `x` is the tensor. Of any real dtype.
    """
def threshold_(input: Tensor, threshold: builtins.float, value: Tensor | builtins.float) -> Tensor:
    """`x` where above `threshold`, `value` elsewhere.

    Element by element: `x` is the tensor. Of any real dtype.

    In place: written over this tensor, which is returned.
    """
def tile(input: Tensor, *dims: Any) -> Tensor:
    """The tensor `dims` times along each dimension; missing leading counts are 1."""
def to_sparse(input: Tensor, sparse_dim: Any = ...) -> Tensor:
    """The elements that aren't 0, of the first `sparse_dim` dimensions, as a sparse tensor."""
def to_sparse_csr(input: Tensor) -> Tensor:
    """The elements of a matrix that aren't 0, row by row."""
def topk(input: Tensor, k: builtins.int, dim: builtins.int | Sequence[int] | None = ..., largest: builtins.bool = ..., sorted: builtins.bool = ...) -> Any:
    """The `k` largest (or smallest) elements along `dim`, in order, and where they are."""
def transpose(input: Tensor, dim0: builtins.int, dim1: builtins.int) -> Tensor:
    """Two dimensions swapped."""
def transpose_(input: Tensor, dim0: builtins.int, dim1: builtins.int) -> Tensor:
    """Two dimensions swapped, in place."""
def triangular_solve(input: Tensor, A: Any, upper: Any = ..., transpose: Any = ..., unitriangular: Any = ...) -> Tensor:
    """`(solution, cloned_coefficient)` of `A X = input` for triangular `A`."""
def tril(input: Tensor, diagonal: builtins.int = ...) -> Tensor:
    """The lower triangle, up to `diagonal`, zeros above."""
def tril_(input: Tensor, diagonal: builtins.int = ...) -> Tensor:
    """The lower triangle, up to `diagonal`, zeros above, in place."""
def triu(input: Tensor, diagonal: builtins.int = ...) -> Tensor:
    """The upper triangle, from `diagonal` on, zeros below."""
def triu_(input: Tensor, diagonal: builtins.int = ...) -> Tensor:
    """The upper triangle, from `diagonal` on, zeros below, in place."""
def true_divide(input: Tensor, other: Tensor | builtins.float, *, rounding_mode: Any = ...) -> Tensor:
    """`self / other`, rounded as `rounding_mode` ('trunc', 'floor') says."""
def true_divide_(input: Tensor, other: Tensor | builtins.float, *, rounding_mode: Any = ...) -> Tensor:
    """`self / other`, in place."""
def trunc(input: Tensor) -> Tensor:
    """The integer part.

    Element by element: `x` is the tensor. Integers stay as they are.
    """
def trunc_(input: Tensor) -> Tensor:
    """The integer part.

    Element by element: `x` is the tensor. Integers stay as they are.

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
def unique_consecutive(input: Tensor, return_inverse: Any = ..., return_counts: Any = ..., dim: builtins.int | Sequence[int] | None = ...) -> Tensor:
    """The first of every run of equal elements, or of equal slices along `dim`."""
def unsafe_chunk(input: Tensor, chunks: Any, dim: builtins.int | Sequence[int] | None = ...) -> Tensor:
    """At most `chunks` parts of equal size along `dim`."""
def unsafe_split(input: Tensor, tensor: Tensor, split_size: Any, dim: builtins.int | Sequence[int] | None = ...) -> Tensor:
    """Parts of `split_size` elements along `dim`."""
def unsafe_split_with_sizes(input: Tensor, split_sizes: Any, dim: builtins.int | Sequence[int] | None = ...) -> Tensor:
    """Parts of the given sizes along `dim`."""
def unsqueeze(input: Tensor, dim: builtins.int | Sequence[int] | None) -> Tensor:
    """With a new dimension of size 1 before `dim`."""
def unsqueeze_(input: Tensor, dim: builtins.int | Sequence[int] | None) -> Tensor:
    """With a new dimension of size 1 before `dim`, in place."""
def var(input: Tensor, dim: builtins.int | Sequence[int] | None = ..., unbiased: builtins.bool | None = ..., keepdim: builtins.bool = ..., *, correction: builtins.float | None = ..., axis: builtins.int | Sequence[int] | None = ..., keepdims: builtins.bool | None = ...) -> Tensor:
    """Variance over `dim`, dividing by `n - correction`."""
def var_mean(input: Tensor, dim: builtins.int | Sequence[int] | None = ..., unbiased: builtins.bool | None = ..., keepdim: builtins.bool = ..., *, correction: builtins.float | None = ..., axis: builtins.int | Sequence[int] | None = ..., keepdims: builtins.bool | None = ...) -> tuple[Tensor, Tensor]:
    """Variance and mean over `dim`."""
def vdot(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """`Σ conj(self) · other` of two vectors."""
def xlogy(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """`a · ln b`, 0 where `a` is 0.

    Element by element: `a` is the tensor, `b` is `other`. Integers become floats; shapes broadcast, dtypes are promoted, operands may be numbers.
    """
def xlogy_(input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """`a · ln b`, 0 where `a` is 0.

    Element by element: `a` is the tensor, `b` is `other`. Integers become floats; shapes broadcast, dtypes are promoted, operands may be numbers.

    In place: written over this tensor, which is returned.
    """
def zero_(input: Tensor) -> Tensor:
    """Sets every element to 0."""
