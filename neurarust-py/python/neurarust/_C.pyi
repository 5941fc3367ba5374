"""The compiled part of `neurarust`. Written by tools/stubs.py."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from ._size import Size

__version__: str
default_generator: Generator

import builtins

bfloat16: dtype
bool: dtype
double: dtype
float: dtype
float16: dtype
float32: dtype
float64: dtype
half: dtype
int: dtype
int16: dtype
int32: dtype
int64: dtype
int8: dtype
long: dtype
short: dtype
uint8: dtype

class dtype:
    """An element type."""
    @property
    def is_complex(self) -> bool:
        """Whether elements are complex: never."""
    @property
    def is_floating_point(self) -> bool:
        """Whether elements have a fraction and can carry gradients."""
    @property
    def is_signed(self) -> bool:
        """Whether elements can be negative."""
    @property
    def itemsize(self) -> int:
        """Bytes per element."""
    @property
    def name(self) -> str:
        """The name without the package."""

class device:
    """Where tensors live: `device('cpu')`."""
    @property
    def index(self) -> builtins.int | None:
        """Which of several; none for the CPU."""
    @property
    def type(self) -> str:
        """The kind of device."""
    def __init__(self, type: Any, index: Any = ...) -> None: ...

class Generator:
    """A source of random numbers of its own: `Generator().manual_seed(0)`.

    `algorithm` is 'philox' (the default) or 'mt19937', which draws what PyTorch draws from the same seed.
    """
    @property
    def device(self) -> device:
        """Where numbers are drawn."""
    def get_state(self) -> bytes:
        """Everything needed to go on later, as bytes."""
    def initial_seed(self) -> int:
        """The seed of the start."""
    def manual_seed(self, seed: builtins.int) -> Generator:
        """Starts anew from a seed."""
    def seed(self) -> int:
        """Starts anew from a seed that nobody knows, and answers it."""
    def set_state(self, new_state: Any) -> None:
        """Goes on from what `get_state` has answered."""
    def __init__(self, device: Any = ..., *, algorithm: str = ...) -> None: ...

class Node:
    """The recorded operation that made a tensor."""
    def name(self) -> str:
        """The operation's name."""

class RemovableHandle:
    """A registered hook: `remove()` ends it."""
    def remove(self) -> None:
        """Removes the hook."""

class Tensor:
    """An n-dimensional array that remembers how it was computed.

    `Tensor(data)` shares the elements of a tensor and copies anything else; use `neurarust.tensor(data)` to always copy.

    >>> x = neurarust.tensor([[1., 2.], [3., 4.]], requires_grad=True)
    >>> (x * x).sum().backward()
    >>> x.grad.tolist()
    [[2.0, 4.0], [6.0, 8.0]]
    """
    def __init__(self, data: Any = ..., *, requires_grad: builtins.bool = ...) -> None: ...
    def __getitem__(self, index: Any) -> Tensor: ...
    def __setitem__(self, index: Any, value: Any) -> None: ...
    def __add__(self, other: Any) -> Tensor: ...
    def __sub__(self, other: Any) -> Tensor: ...
    def __mul__(self, other: Any) -> Tensor: ...
    def __truediv__(self, other: Any) -> Tensor: ...
    def __floordiv__(self, other: Any) -> Tensor: ...
    def __mod__(self, other: Any) -> Tensor: ...
    def __and__(self, other: Any) -> Tensor: ...
    def __or__(self, other: Any) -> Tensor: ...
    def __xor__(self, other: Any) -> Tensor: ...
    def __lshift__(self, other: Any) -> Tensor: ...
    def __rshift__(self, other: Any) -> Tensor: ...
    def __pow__(self, other: Any) -> Tensor: ...
    def __radd__(self, other: Any) -> Tensor: ...
    def __rsub__(self, other: Any) -> Tensor: ...
    def __rmul__(self, other: Any) -> Tensor: ...
    def __rtruediv__(self, other: Any) -> Tensor: ...
    def __rfloordiv__(self, other: Any) -> Tensor: ...
    def __rmod__(self, other: Any) -> Tensor: ...
    def __rand__(self, other: Any) -> Tensor: ...
    def __ror__(self, other: Any) -> Tensor: ...
    def __rxor__(self, other: Any) -> Tensor: ...
    def __rlshift__(self, other: Any) -> Tensor: ...
    def __rrshift__(self, other: Any) -> Tensor: ...
    def __rpow__(self, other: Any) -> Tensor: ...
    def __iadd__(self, other: Any) -> Tensor: ...
    def __isub__(self, other: Any) -> Tensor: ...
    def __imul__(self, other: Any) -> Tensor: ...
    def __itruediv__(self, other: Any) -> Tensor: ...
    def __ifloordiv__(self, other: Any) -> Tensor: ...
    def __imod__(self, other: Any) -> Tensor: ...
    def __iand__(self, other: Any) -> Tensor: ...
    def __ior__(self, other: Any) -> Tensor: ...
    def __ixor__(self, other: Any) -> Tensor: ...
    def __ilshift__(self, other: Any) -> Tensor: ...
    def __irshift__(self, other: Any) -> Tensor: ...
    def __ipow__(self, other: Any) -> Tensor: ...
    def __matmul__(self, other: Any) -> Tensor: ...
    def __rmatmul__(self, other: Any) -> Tensor: ...
    def __lt__(self, other: Any) -> Tensor: ...
    def __le__(self, other: Any) -> Tensor: ...
    def __gt__(self, other: Any) -> Tensor: ...
    def __ge__(self, other: Any) -> Tensor: ...
    def __eq__(self, other: Any) -> Tensor: ...  # type: ignore[override]
    def __ne__(self, other: Any) -> Tensor: ...  # type: ignore[override]
    def __neg__(self) -> Tensor: ...
    def __pos__(self) -> Tensor: ...
    def __abs__(self) -> Tensor: ...
    def __invert__(self) -> Tensor: ...
    def __len__(self) -> int: ...
    def __bool__(self) -> bool: ...
    def __float__(self) -> float: ...
    def __int__(self) -> int: ...
    def __index__(self) -> int: ...
    def __hash__(self) -> int: ...
    def __iter__(self) -> Iterator[Tensor]: ...
    @property
    def H(self) -> Tensor:
        """A matrix transposed."""
    @property
    def T(self) -> Tensor:
        """All dimensions in reverse order."""
    @property
    def _version(self) -> int:
        """How often in-place operations have written to the elements."""
    def abs(self) -> Tensor:
        """`|x|`."""
    def abs_(self) -> Tensor:
        """`|x|`.

        In place: written over this tensor, which is returned.
        """
    def absolute(self) -> Tensor:
        """`|x|`."""
    def absolute_(self) -> Tensor:
        """`|x|`.

        In place: written over this tensor, which is returned.
        """
    def acos(self) -> Tensor:
        """Inverse cosine."""
    def acos_(self) -> Tensor:
        """Inverse cosine.

        In place: written over this tensor, which is returned.
        """
    def acosh(self) -> Tensor:
        """Inverse hyperbolic cosine."""
    def acosh_(self) -> Tensor:
        """Inverse hyperbolic cosine.

        In place: written over this tensor, which is returned.
        """
    def add(self, other: Tensor | builtins.float, *, alpha: builtins.float | None = ...) -> Tensor:
        """`self + alpha · other`."""
    def add_(self, other: Tensor | builtins.float, *, alpha: builtins.float | None = ...) -> Tensor:
        """`self + alpha · other`, in place."""
    def addbmm(self, input: Tensor, batch1: Any, batch2: Any, *, beta: builtins.float | None = ..., alpha: builtins.float | None = ...) -> Tensor:
        """`beta · input + alpha · Σ batch1 @ batch2`."""
    def addcdiv(self, tensor1: Any, tensor2: Any, value: Tensor | builtins.float = ...) -> Tensor:
        """`x + value · a / b`."""
    def addcdiv_(self, tensor1: Any, tensor2: Any, value: Tensor | builtins.float = ...) -> Tensor:
        """`x + value · a / b`.

        In place: written over this tensor, which is returned.
        """
    def addcmul(self, tensor1: Any, tensor2: Any, value: Tensor | builtins.float = ...) -> Tensor:
        """`x + value · a · b`."""
    def addcmul_(self, tensor1: Any, tensor2: Any, value: Tensor | builtins.float = ...) -> Tensor:
        """`x + value · a · b`.

        In place: written over this tensor, which is returned.
        """
    def addmm(self, mat1: Tensor, mat2: Tensor, *, beta: builtins.float | None = ..., alpha: builtins.float | None = ...) -> Tensor:
        """`beta · self + alpha · mat1 @ mat2`."""
    def addmv(self, input: Tensor, mat: Any, vec: Tensor, *, beta: builtins.float | None = ..., alpha: builtins.float | None = ...) -> Tensor:
        """`beta · input + alpha · mat @ vec`."""
    def addr(self, input: Tensor, vec1: Any, vec2: Tensor, *, beta: builtins.float | None = ..., alpha: builtins.float | None = ...) -> Tensor:
        """`beta · input + alpha · vec1 ⊗ vec2`."""
    def adjoint(self) -> Tensor:
        """The last two dimensions swapped."""
    def all(self, dim: builtins.int | Sequence[int] | None = ..., keepdim: builtins.bool = ..., *, dtype: dtype | None = ..., axis: builtins.int | Sequence[int] | None = ..., keepdims: builtins.bool | None = ...) -> Tensor:
        """Whether all elements over `dim` are true."""
    def allclose(self, other: Tensor | builtins.float, rtol: Any = ..., atol: Any = ..., equal_nan: Any = ...) -> bool:
        """Whether all elements are equal within `rtol · |other| + atol`."""
    def amax(self, dim: builtins.int | Sequence[int] | None = ..., keepdim: builtins.bool = ..., *, dtype: dtype | None = ..., axis: builtins.int | Sequence[int] | None = ..., keepdims: builtins.bool | None = ...) -> Tensor:
        """Largest elements over `dim`; the gradient is shared evenly by equals."""
    def amin(self, dim: builtins.int | Sequence[int] | None = ..., keepdim: builtins.bool = ..., *, dtype: dtype | None = ..., axis: builtins.int | Sequence[int] | None = ..., keepdims: builtins.bool | None = ...) -> Tensor:
        """Smallest elements over `dim`; the gradient is shared evenly by equals."""
    def aminmax(self, *, dim: builtins.int | Sequence[int] | None = ..., keepdim: builtins.bool = ...) -> Any:
        """Smallest and largest elements, along `dim` or of everything."""
    def any(self, dim: builtins.int | Sequence[int] | None = ..., keepdim: builtins.bool = ..., *, dtype: dtype | None = ..., axis: builtins.int | Sequence[int] | None = ..., keepdims: builtins.bool | None = ...) -> Tensor:
        """Whether any element over `dim` is true."""
    def apply_(self, input: Tensor, f: Any) -> Tensor:
        """Calls `f` with every element and writes what it answers; slow."""
    def arccos(self) -> Tensor:
        """Inverse cosine."""
    def arccosh(self) -> Tensor:
        """Inverse hyperbolic cosine."""
    def arcsin(self) -> Tensor:
        """Inverse sine."""
    def arcsinh(self) -> Tensor:
        """Inverse hyperbolic sine."""
    def arctan(self) -> Tensor:
        """Inverse tangent."""
    def arctan2(self, other: Tensor | builtins.float) -> Tensor:
        """Angle of the point `(b, a)`."""
    def arctanh(self) -> Tensor:
        """Inverse hyperbolic tangent."""
    def argmax(self, dim: builtins.int | Sequence[int] | None = ..., keepdim: builtins.bool = ..., *, axis: builtins.int | Sequence[int] | None = ...) -> Tensor:
        """Index of the largest element, along `dim` or in the flattened tensor."""
    def argmin(self, dim: builtins.int | Sequence[int] | None = ..., keepdim: builtins.bool = ..., *, axis: builtins.int | Sequence[int] | None = ...) -> Tensor:
        """Index of the smallest element, along `dim` or in the flattened tensor."""
    def argsort(self, dim: builtins.int | Sequence[int] | None = ..., descending: builtins.bool = ..., *, stable: Any = ...) -> Tensor:
        """Where the elements are, in their order along `dim`."""
    def as_strided(self, size: builtins.int | Sequence[int] | None, stride: Any, storage_offset: Any = ...) -> Tensor:
        """Any strides over the same buffer."""
    def asin(self) -> Tensor:
        """Inverse sine."""
    def asin_(self) -> Tensor:
        """Inverse sine.

        In place: written over this tensor, which is returned.
        """
    def asinh(self) -> Tensor:
        """Inverse hyperbolic sine."""
    def asinh_(self) -> Tensor:
        """Inverse hyperbolic sine.

        In place: written over this tensor, which is returned.
        """
    def atan(self) -> Tensor:
        """Inverse tangent."""
    def atan2(self, other: Tensor | builtins.float) -> Tensor:
        """Angle of the point `(b, a)`."""
    def atan2_(self, other: Tensor | builtins.float) -> Tensor:
        """Angle of the point `(b, a)`.

        In place: written over this tensor, which is returned.
        """
    def atan_(self) -> Tensor:
        """Inverse tangent.

        In place: written over this tensor, which is returned.
        """
    def atanh(self) -> Tensor:
        """Inverse hyperbolic tangent."""
    def atanh_(self) -> Tensor:
        """Inverse hyperbolic tangent.

        In place: written over this tensor, which is returned.
        """
    def backward(self, gradient: Any = ..., retain_graph: builtins.bool | None = ..., create_graph: builtins.bool = ..., inputs: Any = ...) -> None:
        """Differentiates this tensor and adds the gradients to the leaves it depends on.

        `gradient` is this tensor's own gradient, needed unless it has one element.
        """
    def baddbmm(self, input: Tensor, batch1: Any, batch2: Any, *, beta: builtins.float | None = ..., alpha: builtins.float | None = ...) -> Tensor:
        """`beta · input + alpha · batch1 @ batch2`."""
    def bce_error(self, other: Tensor | builtins.float) -> Tensor:
        """Binary cross-entropy of the probability `x` against the probability `t`, logarithms not below -100."""
    def bce_error_(self, other: Tensor | builtins.float) -> Tensor:
        """Binary cross-entropy of the probability `x` against the probability `t`, logarithms not below -100.

        In place: written over this tensor, which is returned.
        """
    def bce_with_logits_weighted_error(self, t: Any, p: builtins.float) -> Tensor:
        """As `bce_with_logits_error`, with positive examples counting `p` times."""
    def bce_with_logits_weighted_error_(self, t: Any, p: builtins.float) -> Tensor:
        """As `bce_with_logits_error`, with positive examples counting `p` times.

        In place: written over this tensor, which is returned.
        """
    def bernoulli_(self, p: builtins.float = ...) -> Tensor:
        """1 with probability `p`, 0 otherwise, in place."""
    def bfloat16(self) -> Tensor:
        """As bfloat16."""
    def bitwise_and(self, other: Tensor | builtins.float) -> Tensor:
        """Bits set in both."""
    def bitwise_and_(self, other: Tensor | builtins.float) -> Tensor:
        """Bits set in both.

        In place: written over this tensor, which is returned.
        """
    def bitwise_left_shift(self, other: Tensor | builtins.float) -> Tensor:
        """`a · 2ᵇ`; 0 where all bits leave."""
    def bitwise_left_shift_(self, other: Tensor | builtins.float) -> Tensor:
        """`a · 2ᵇ`; 0 where all bits leave.

        In place: written over this tensor, which is returned.
        """
    def bitwise_not(self) -> Tensor:
        """Bits turned over; `not` on bools."""
    def bitwise_or(self, other: Tensor | builtins.float) -> Tensor:
        """Bits set in either."""
    def bitwise_or_(self, other: Tensor | builtins.float) -> Tensor:
        """Bits set in either.

        In place: written over this tensor, which is returned.
        """
    def bitwise_right_shift(self, other: Tensor | builtins.float) -> Tensor:
        """`⌊a / 2ᵇ⌋`."""
    def bitwise_right_shift_(self, other: Tensor | builtins.float) -> Tensor:
        """`⌊a / 2ᵇ⌋`.

        In place: written over this tensor, which is returned.
        """
    def bitwise_xor(self, other: Tensor | builtins.float) -> Tensor:
        """Bits set in one."""
    def bitwise_xor_(self, other: Tensor | builtins.float) -> Tensor:
        """Bits set in one.

        In place: written over this tensor, which is returned.
        """
    def bmm(self, mat2: Tensor) -> Tensor:
        """The products of two batches of matrices."""
    def bool(self) -> Tensor:
        """As bool: what isn't 0."""
    def broadcast_to(self, *size: Any) -> Tensor:
        """Stretched to `size`."""
    def byte(self) -> Tensor:
        """As uint8."""
    def cauchy_(self, median: Any = ..., sigma: Any = ...) -> Tensor:
        """Cauchy-distributed numbers, in place."""
    def ceil(self) -> Tensor:
        """The smallest integer not below."""
    def ceil_(self) -> Tensor:
        """The smallest integer not below.

        In place: written over this tensor, which is returned.
        """
    def celu(self, alpha: builtins.float | None = ...) -> Tensor:
        """`x` where positive, `alpha · (eˣᐟᵅ - 1)` elsewhere."""
    def celu_(self, alpha: builtins.float | None = ...) -> Tensor:
        """`x` where positive, `alpha · (eˣᐟᵅ - 1)` elsewhere.

        In place: written over this tensor, which is returned.
        """
    def char(self) -> Tensor:
        """As int8."""
    def chunk(self, chunks: Any, dim: builtins.int | Sequence[int] | None = ...) -> tuple[Tensor, ...]:
        """At most `chunks` parts of equal size along `dim`."""
    def clamp(self, min: Any = ..., max: Any = ...) -> Tensor:
        """Elements within `[min, max]`; bounds are numbers, tensors, or absent."""
    def clamp_(self, min: Any = ..., max: Any = ...) -> Tensor:
        """Elements within `[min, max]`, in place."""
    def clamp_max(self, max: Any) -> Tensor:
        """Elements of at most `max`."""
    def clamp_min(self, min: Any) -> Tensor:
        """Elements of at least `min`."""
    def clip(self, min: Any = ..., max: Any = ...) -> Tensor:
        """Elements within `[min, max]`; bounds are numbers, tensors, or absent."""
    def clip_(self, min: Any = ..., max: Any = ...) -> Tensor:
        """Elements within `[min, max]`, in place."""
    def clone(self, *, memory_format: Any = ...) -> Tensor:
        """A copy with a buffer of its own; gradients flow through."""
    def contiguous(self, *, memory_format: Any = ...) -> Tensor:
        """The elements in row-major order without gaps: this tensor if they are, a copy if not."""
    def copy_(self, src: Any, non_blocking: Any = ...) -> Tensor:
        """Copies `src`, broadcast and converted, into this tensor."""
    def copysign(self, other: Tensor | builtins.float) -> Tensor:
        """The magnitude of `a` with the sign of `b`."""
    def copysign_(self, other: Tensor | builtins.float) -> Tensor:
        """The magnitude of `a` with the sign of `b`.

        In place: written over this tensor, which is returned.
        """
    def cos(self) -> Tensor:
        """Cosine of radians."""
    def cos_(self) -> Tensor:
        """Cosine of radians.

        In place: written over this tensor, which is returned.
        """
    def cosh(self) -> Tensor:
        """Hyperbolic cosine."""
    def cosh_(self) -> Tensor:
        """Hyperbolic cosine.

        In place: written over this tensor, which is returned.
        """
    def count_nonzero(self, dim: builtins.int | Sequence[int] | None = ..., keepdim: builtins.bool = ..., *, dtype: dtype | None = ..., axis: builtins.int | Sequence[int] | None = ..., keepdims: builtins.bool | None = ...) -> Tensor:
        """How many elements over `dim` aren't 0."""
    def cpu(self) -> Tensor:
        """This tensor: it lives on the CPU already."""
    def cumprod(self, dim: builtins.int | Sequence[int] | None, *, dtype: dtype | None = ...) -> Tensor:
        """Products of the elements up to each one along `dim`."""
    def cumsum(self, dim: builtins.int | Sequence[int] | None, *, dtype: dtype | None = ...) -> Tensor:
        """Sums of the elements up to each one along `dim`."""
    @property
    def data(self) -> Tensor:
        """The same elements outside of the graph."""
    @data.setter
    def data(self, value: Tensor) -> None: ...
    def data_ptr(self) -> int:
        """The address of the first element."""
    def deg2rad(self, input: Tensor) -> Tensor:
        """Degrees as radians."""
    def detach(self) -> Tensor:
        """The same elements as a tensor that is no part of any graph; shares the buffer."""
    def detach_(self) -> Tensor:
        """Cuts this tensor's history, in place."""
    @property
    def device(self) -> device:
        """Where the elements live."""
    def diag(self, input: Tensor, diagonal: builtins.int = ...) -> Tensor:
        """A vector as the diagonal of a matrix; the diagonal of a matrix."""
    def diag_embed(self, input: Tensor, offset: Any = ..., dim1: builtins.int = ..., dim2: builtins.int = ...) -> Tensor:
        """The last dimension as the diagonal of matrices."""
    def diagonal(self, offset: Any = ..., dim1: builtins.int = ..., dim2: builtins.int = ...) -> Tensor:
        """The diagonal of two dimensions, as a new last dimension."""
    def diff(self, input: Tensor, n: builtins.int = ..., dim: builtins.int | Sequence[int] | None = ..., prepend: Any = ..., append: Any = ...) -> Tensor:
        """Differences between neighbours along `dim`, `n` times."""
    def dim(self) -> int:
        """Number of dimensions."""
    def dist(self, input: Tensor, other: Tensor | builtins.float, p: builtins.float = ...) -> Tensor:
        """The `p`-norm of the difference."""
    def div(self, other: Tensor | builtins.float, *, rounding_mode: Any = ...) -> Tensor:
        """`self / other`, rounded as `rounding_mode` ('trunc', 'floor') says."""
    def div_(self, other: Tensor | builtins.float, *, rounding_mode: Any = ...) -> Tensor:
        """`self / other`, in place."""
    def divide(self, other: Tensor | builtins.float, *, rounding_mode: Any = ...) -> Tensor:
        """`self / other`, rounded as `rounding_mode` ('trunc', 'floor') says."""
    def divide_(self, other: Tensor | builtins.float, *, rounding_mode: Any = ...) -> Tensor:
        """`self / other`, in place."""
    def dot(self, tensor: Tensor) -> Tensor:
        """The inner product of two vectors."""
    def double(self) -> Tensor:
        """As float64."""
    @property
    def dtype(self) -> dtype:
        """The element type."""
    def element_size(self) -> int:
        """Bytes per element."""
    def elu(self, alpha: builtins.float | None = ...) -> Tensor:
        """`x` where positive, `alpha · (eˣ - 1)` elsewhere."""
    def elu_(self, alpha: builtins.float | None = ...) -> Tensor:
        """`x` where positive, `alpha · (eˣ - 1)` elsewhere.

        In place: written over this tensor, which is returned.
        """
    def eq(self, other: Tensor | builtins.float) -> Tensor:
        """`a = b`."""
    def eq_(self, other: Tensor | builtins.float) -> Tensor:
        """`a = b`.

        In place: written over this tensor, which is returned.
        """
    def equal(self, other: Tensor | builtins.float) -> bool:
        """Whether both have the same shape and elements."""
    def erf(self) -> Tensor:
        """The error function."""
    def erf_(self) -> Tensor:
        """The error function.

        In place: written over this tensor, which is returned.
        """
    def erfc(self) -> Tensor:
        """`1 - erf(x)`."""
    def erfc_(self) -> Tensor:
        """`1 - erf(x)`.

        In place: written over this tensor, which is returned.
        """
    def exp(self) -> Tensor:
        """`eˣ`."""
    def exp2(self) -> Tensor:
        """`2ˣ`."""
    def exp2_(self) -> Tensor:
        """`2ˣ`.

        In place: written over this tensor, which is returned.
        """
    def exp_(self) -> Tensor:
        """`eˣ`.

        In place: written over this tensor, which is returned.
        """
    def expand(self, *sizes: Any) -> Tensor:
        """Dimensions of size 1 stretched; -1 leaves a size as it is."""
    def expand_as(self, other: Tensor | builtins.float) -> Tensor:
        """Stretched to the shape of `other`."""
    def expm1(self) -> Tensor:
        """`eˣ - 1`, exact near 0."""
    def expm1_(self) -> Tensor:
        """`eˣ - 1`, exact near 0.

        In place: written over this tensor, which is returned.
        """
    def exponential_(self, lambd: builtins.float = ...) -> Tensor:
        """Exponentially distributed numbers, in place."""
    def fill_(self, value: Tensor | builtins.float) -> Tensor:
        """Sets every element to `value`."""
    def fix(self) -> Tensor:
        """The integer part."""
    def fix_(self) -> Tensor:
        """The integer part.

        In place: written over this tensor, which is returned.
        """
    def flatten(self, start_dim: builtins.int = ..., end_dim: builtins.int = ...) -> Tensor:
        """Dimensions `start_dim` to `end_dim` as one."""
    def flip(self, *args: Any, dims: builtins.int | Sequence[int] = ...) -> Tensor:
        """Elements in reverse order along `dims`."""
    def fliplr(self) -> Tensor:
        """Columns in reverse order."""
    def flipud(self) -> Tensor:
        """Rows in reverse order."""
    def float(self) -> Tensor:
        """As float32."""
    def floor(self) -> Tensor:
        """The largest integer not above."""
    def floor_(self) -> Tensor:
        """The largest integer not above.

        In place: written over this tensor, which is returned.
        """
    def floor_divide(self, other: Tensor | builtins.float) -> Tensor:
        """`⌊a / b⌋`; integers by 0 answer 0."""
    def floor_divide_(self, other: Tensor | builtins.float) -> Tensor:
        """`⌊a / b⌋`; integers by 0 answer 0.

        In place: written over this tensor, which is returned.
        """
    def fmod(self, other: Tensor | builtins.float) -> Tensor:
        """C's `fmod(a, b)`, with the sign of `a`; integers by 0 answer 0."""
    def fmod_(self, other: Tensor | builtins.float) -> Tensor:
        """C's `fmod(a, b)`, with the sign of `a`; integers by 0 answer 0.

        In place: written over this tensor, which is returned.
        """
    def frac(self, input: Tensor) -> Tensor:
        """The part behind the point."""
    def gather(self, dim: builtins.int | Sequence[int] | None, index: Tensor, *, sparse_grad: Any = ...) -> Tensor:
        """Elements by number along `dim`: `out[i][j] = self[index[i][j]][j]` for `dim=0`."""
    def ge(self, other: Tensor | builtins.float) -> Tensor:
        """`a ≥ b`."""
    def ge_(self, other: Tensor | builtins.float) -> Tensor:
        """`a ≥ b`.

        In place: written over this tensor, which is returned.
        """
    def geometric_(self, p: builtins.float) -> Tensor:
        """Geometrically distributed numbers, in place."""
    def ger(self, vec2: Tensor) -> Tensor:
        """The products of all pairs of elements of two vectors."""
    @property
    def grad(self) -> Tensor | None:
        """The accumulated gradient after a backward, or None."""
    @grad.setter
    def grad(self, value: Tensor | None) -> None: ...
    @property
    def grad_fn(self) -> Node | None:
        """The operation that made this tensor, or None for one of the user's own."""
    def greater(self, other: Tensor | builtins.float) -> Tensor:
        """`a > b`."""
    def greater_equal(self, other: Tensor | builtins.float) -> Tensor:
        """`a ≥ b`."""
    def gt(self, other: Tensor | builtins.float) -> Tensor:
        """`a > b`."""
    def gt_(self, other: Tensor | builtins.float) -> Tensor:
        """`a > b`.

        In place: written over this tensor, which is returned.
        """
    def half(self) -> Tensor:
        """As float16."""
    def hardshrink(self, lambd: builtins.float = ...) -> Tensor:
        """`x` outside of `[-lambda, lambda]`, 0 inside."""
    def hardshrink_(self, lambd: builtins.float = ...) -> Tensor:
        """`x` outside of `[-lambda, lambda]`, 0 inside.

        In place: written over this tensor, which is returned.
        """
    def hardsigmoid(self) -> Tensor:
        """`relu6(x + 3) / 6`."""
    def hardsigmoid_(self) -> Tensor:
        """`relu6(x + 3) / 6`.

        In place: written over this tensor, which is returned.
        """
    def hardswish(self) -> Tensor:
        """`x · relu6(x + 3) / 6`."""
    def hardswish_(self) -> Tensor:
        """`x · relu6(x + 3) / 6`.

        In place: written over this tensor, which is returned.
        """
    def hardtanh(self, min_val: builtins.float = ..., max_val: builtins.float = ...) -> Tensor:
        """`x` within `[min, max]`; derivative 0 at the bounds."""
    def hardtanh_(self, min_val: builtins.float = ..., max_val: builtins.float = ...) -> Tensor:
        """`x` within `[min, max]`; derivative 0 at the bounds.

        In place: written over this tensor, which is returned.
        """
    def heaviside(self, values: Any) -> Tensor:
        """0 below 0, `values` at 0, 1 above."""
    def hsplit(self, input: Tensor, indices_or_sections: Any) -> tuple[Tensor, ...]:
        """Cut along the columns."""
    def hypot(self, other: Tensor | builtins.float) -> Tensor:
        """`√(a² + b²)`."""
    def hypot_(self, other: Tensor | builtins.float) -> Tensor:
        """`√(a² + b²)`.

        In place: written over this tensor, which is returned.
        """
    def index_add(self, dim: builtins.int | Sequence[int] | None, index: Tensor, source: Tensor, *, alpha: builtins.float | None = ...) -> Tensor:
        """`alpha · source` added to the slices of `dim` that `index` numbers."""
    def index_add_(self, dim: builtins.int | Sequence[int] | None, index: Tensor, source: Tensor, *, alpha: builtins.float | None = ...) -> Tensor:
        """`alpha · source` added to the slices of `dim` that `index` numbers, in place."""
    def index_copy(self, dim: builtins.int | Sequence[int] | None, index: Tensor, source: Tensor) -> Tensor:
        """`source` written to the slices of `dim` that `index` numbers."""
    def index_copy_(self, dim: builtins.int | Sequence[int] | None, index: Tensor, source: Tensor) -> Tensor:
        """`source` written to the slices of `dim` that `index` numbers, in place."""
    def index_fill(self, dim: builtins.int | Sequence[int] | None, index: Tensor, value: Tensor | builtins.float) -> Tensor:
        """`value` written to the slices of `dim` that `index` numbers."""
    def index_fill_(self, dim: builtins.int | Sequence[int] | None, index: Tensor, value: Tensor | builtins.float) -> Tensor:
        """`value` written to the slices of `dim` that `index` numbers, in place."""
    def index_select(self, dim: builtins.int | Sequence[int] | None, index: Tensor) -> Tensor:
        """The slices of `dim` that `index` numbers."""
    def inner(self, input: Tensor, other: Tensor | builtins.float) -> Tensor:
        """Products summed over the last dimensions."""
    def int(self) -> Tensor:
        """As int32."""
    def is_complex(self) -> bool:
        """Whether elements are complex: never."""
    def is_contiguous(self) -> bool:
        """Whether elements lie in row-major order without gaps."""
    @property
    def is_cuda(self) -> bool:
        """Whether the elements live on a GPU: no."""
    def is_floating_point(self) -> bool:
        """Whether elements have a fraction."""
    @property
    def is_leaf(self) -> bool:
        """Whether it was made by the user and not by a recorded operation."""
    @property
    def is_quantized(self) -> bool:
        """Whether the tensor is quantised: no."""
    def is_set_to(self, tensor: Tensor) -> bool:
        """Whether both are the same tensor or look at the same elements in the same way."""
    def is_signed(self) -> bool:
        """Whether elements can be negative."""
    @property
    def is_sparse(self) -> bool:
        """Whether the tensor is sparse: no."""
    def isclose(self, other: Tensor | builtins.float, rtol: Any = ..., atol: Any = ..., equal_nan: Any = ...) -> Tensor:
        """Where elements are equal within `rtol · |other| + atol`."""
    def isfinite(self) -> Tensor:
        """It is neither infinite nor NaN."""
    def isfinite_(self) -> Tensor:
        """It is neither infinite nor NaN.

        In place: written over this tensor, which is returned.
        """
    def isinf(self) -> Tensor:
        """It is infinite."""
    def isinf_(self) -> Tensor:
        """It is infinite.

        In place: written over this tensor, which is returned.
        """
    def isnan(self) -> Tensor:
        """It is NaN."""
    def isnan_(self) -> Tensor:
        """It is NaN.

        In place: written over this tensor, which is returned.
        """
    def isneginf(self, input: Tensor) -> Tensor:
        """Whether it is minus infinity."""
    def isposinf(self, input: Tensor) -> Tensor:
        """Whether it is infinity."""
    def isreal(self, input: Tensor) -> Tensor:
        """Whether it has no imaginary part: always."""
    def item(self) -> builtins.bool | builtins.int | float:
        """The one element as a Python number."""
    @property
    def itemsize(self) -> int:
        """Bytes per element."""
    def kl_error(self, other: Tensor | builtins.float) -> Tensor:
        """`t · (ln t - x)`, 0 where `t` is 0."""
    def kl_error_(self, other: Tensor | builtins.float) -> Tensor:
        """`t · (ln t - x)`, 0 where `t` is 0.

        In place: written over this tensor, which is returned.
        """
    def kl_log_error(self, other: Tensor | builtins.float) -> Tensor:
        """`eᵗ · (t - x)`."""
    def kl_log_error_(self, other: Tensor | builtins.float) -> Tensor:
        """`eᵗ · (t - x)`.

        In place: written over this tensor, which is returned.
        """
    def kthvalue(self, k: builtins.int, dim: builtins.int | Sequence[int] | None = ..., keepdim: builtins.bool = ...) -> Any:
        """The `k`-th smallest elements along `dim`, counted from 1, and where they are."""
    @property
    def layout(self) -> str:
        """How elements are laid out: always strided."""
    def le(self, other: Tensor | builtins.float) -> Tensor:
        """`a ≤ b`."""
    def le_(self, other: Tensor | builtins.float) -> Tensor:
        """`a ≤ b`.

        In place: written over this tensor, which is returned.
        """
    def leaky_relu(self, negative_slope: builtins.float = ...) -> Tensor:
        """`x` where positive, `slope · x` elsewhere."""
    def leaky_relu_(self, negative_slope: builtins.float = ...) -> Tensor:
        """`x` where positive, `slope · x` elsewhere.

        In place: written over this tensor, which is returned.
        """
    def lerp(self, end: Any, weight: Tensor | None) -> Tensor:
        """`a + w · (b - a)`."""
    def lerp_(self, end: Any, weight: Tensor | None) -> Tensor:
        """`a + w · (b - a)`.

        In place: written over this tensor, which is returned.
        """
    def less(self, other: Tensor | builtins.float) -> Tensor:
        """`a < b`."""
    def less_equal(self, other: Tensor | builtins.float) -> Tensor:
        """`a ≤ b`."""
    def log(self) -> Tensor:
        """Natural logarithm."""
    def log10(self) -> Tensor:
        """Logarithm to base 10."""
    def log10_(self) -> Tensor:
        """Logarithm to base 10.

        In place: written over this tensor, which is returned.
        """
    def log1p(self) -> Tensor:
        """`ln(1 + x)`, exact near 0."""
    def log1p_(self) -> Tensor:
        """`ln(1 + x)`, exact near 0.

        In place: written over this tensor, which is returned.
        """
    def log2(self) -> Tensor:
        """Logarithm to base 2."""
    def log2_(self) -> Tensor:
        """Logarithm to base 2.

        In place: written over this tensor, which is returned.
        """
    def log_(self) -> Tensor:
        """Natural logarithm.

        In place: written over this tensor, which is returned.
        """
    def log_normal_(self, mean: Any = ..., std: Any = ...) -> Tensor:
        """Numbers whose logarithm is normal, in place."""
    def log_softmax(self, dim: builtins.int | Sequence[int] | None = ..., dtype: dtype | None = ...) -> Tensor:
        """The logarithm of the softmax along `dim`."""
    def logaddexp(self, other: Tensor | builtins.float) -> Tensor:
        """`ln(eᵃ + eᵇ)`."""
    def logaddexp_(self, other: Tensor | builtins.float) -> Tensor:
        """`ln(eᵃ + eᵇ)`.

        In place: written over this tensor, which is returned.
        """
    def logcumsumexp(self, input: Tensor, dim: builtins.int | Sequence[int] | None) -> Tensor:
        """Logarithms of the sums of exponentials up to each element."""
    def logical_and(self, other: Tensor | builtins.float) -> Tensor:
        """Both are non-zero."""
    def logical_and_(self, other: Tensor | builtins.float) -> Tensor:
        """Both are non-zero.

        In place: written over this tensor, which is returned.
        """
    def logical_not(self) -> Tensor:
        """It is zero."""
    def logical_not_(self) -> Tensor:
        """It is zero.

        In place: written over this tensor, which is returned.
        """
    def logical_or(self, other: Tensor | builtins.float) -> Tensor:
        """Either is non-zero."""
    def logical_or_(self, other: Tensor | builtins.float) -> Tensor:
        """Either is non-zero.

        In place: written over this tensor, which is returned.
        """
    def logical_xor(self, other: Tensor | builtins.float) -> Tensor:
        """Exactly one is non-zero."""
    def logical_xor_(self, other: Tensor | builtins.float) -> Tensor:
        """Exactly one is non-zero.

        In place: written over this tensor, which is returned.
        """
    def logit(self, input: Tensor, eps: builtins.float | None = ...) -> Tensor:
        """`ln(x / (1 - x))`, of `x` within `[eps, 1 - eps]`."""
    def logsigmoid(self) -> Tensor:
        """`ln sigmoid(x)`."""
    def logsigmoid_(self) -> Tensor:
        """`ln sigmoid(x)`.

        In place: written over this tensor, which is returned.
        """
    def logsumexp(self, dim: builtins.int | Sequence[int] | None = ..., keepdim: builtins.bool = ..., *, dtype: dtype | None = ..., axis: builtins.int | Sequence[int] | None = ..., keepdims: builtins.bool | None = ...) -> Tensor:
        """`ln Σ eˣ` over `dim`."""
    def long(self) -> Tensor:
        """As int64."""
    def lt(self, other: Tensor | builtins.float) -> Tensor:
        """`a < b`."""
    def lt_(self, other: Tensor | builtins.float) -> Tensor:
        """`a < b`.

        In place: written over this tensor, which is returned.
        """
    @property
    def mH(self) -> Tensor:
        """The last two dimensions swapped."""
    @property
    def mT(self) -> Tensor:
        """The last two dimensions swapped."""
    def masked_fill(self, mask: Tensor, value: Tensor | builtins.float) -> Tensor:
        """`value` where `mask`, which broadcasts."""
    def masked_fill_(self, mask: Tensor, value: Tensor | builtins.float) -> Tensor:
        """`value` where `mask`, in place."""
    def masked_scatter(self, mask: Tensor, source: Tensor) -> Tensor:
        """The elements of `source`, one after the other, where `mask` is true."""
    def masked_scatter_(self, mask: Tensor, source: Tensor) -> Tensor:
        """The elements of `source`, one after the other, where `mask` is true, in place."""
    def masked_select(self, mask: Tensor) -> Tensor:
        """The elements where `mask` is true, as a vector."""
    def matmul(self, other: Tensor | builtins.float) -> Tensor:
        """The product of matrices, vectors or batches of matrices, as `@`."""
    def max(self, dim: builtins.int | Sequence[int] | None = ..., keepdim: builtins.bool = ..., *, axis: builtins.int | Sequence[int] | None = ..., other: Tensor | builtins.float = ...) -> Any:
        """The largest elements.

        Without `dim`: of everything. With `dim`: `(values, indices)` along it. With a tensor: element by element.
        """
    def maximum(self, other: Tensor | builtins.float) -> Tensor:
        """The larger of the two, NaN if either is."""
    def maximum_(self, other: Tensor | builtins.float) -> Tensor:
        """The larger of the two, NaN if either is.

        In place: written over this tensor, which is returned.
        """
    def mean(self, dim: builtins.int | Sequence[int] | None = ..., keepdim: builtins.bool = ..., *, dtype: dtype | None = ..., axis: builtins.int | Sequence[int] | None = ..., keepdims: builtins.bool | None = ...) -> Tensor:
        """Mean over `dim`, or of everything."""
    def median(self, dim: builtins.int | Sequence[int] | None = ..., keepdim: builtins.bool = ...) -> Any:
        """The lower middle element: of everything, or along `dim` with where it is."""
    def min(self, dim: builtins.int | Sequence[int] | None = ..., keepdim: builtins.bool = ..., *, axis: builtins.int | Sequence[int] | None = ..., other: Tensor | builtins.float = ...) -> Any:
        """The smallest elements.

        Without `dim`: of everything. With `dim`: `(values, indices)` along it. With a tensor: element by element.
        """
    def minimum(self, other: Tensor | builtins.float) -> Tensor:
        """The smaller of the two, NaN if either is."""
    def minimum_(self, other: Tensor | builtins.float) -> Tensor:
        """The smaller of the two, NaN if either is.

        In place: written over this tensor, which is returned.
        """
    def mish(self) -> Tensor:
        """`x · tanh(softplus(x))`."""
    def mish_(self) -> Tensor:
        """`x · tanh(softplus(x))`.

        In place: written over this tensor, which is returned.
        """
    def mm(self, mat2: Tensor) -> Tensor:
        """The product of two matrices."""
    def moveaxis(self, source: Tensor, destination: Any) -> Tensor:
        """Dimensions moved to other places."""
    def movedim(self, source: Tensor, destination: Any) -> Tensor:
        """Dimensions moved to other places."""
    def msort(self) -> Tensor:
        """The elements in order along the first dimension."""
    def mul(self, other: Tensor | builtins.float) -> Tensor:
        """`a · b`."""
    def mul_(self, other: Tensor | builtins.float) -> Tensor:
        """`a · b`.

        In place: written over this tensor, which is returned.
        """
    def multiply(self, other: Tensor | builtins.float) -> Tensor:
        """`a · b`."""
    def multiply_(self, other: Tensor | builtins.float) -> Tensor:
        """`a · b`.

        In place: written over this tensor, which is returned.
        """
    def mv(self, vec: Tensor) -> Tensor:
        """A matrix times a vector."""
    def nan_to_num(self, nan: Any = ..., posinf: Any = ..., neginf: Any = ...) -> Tensor:
        """Elements that aren't numbers replaced."""
    def nanmean(self, dim: builtins.int | Sequence[int] | None = ..., keepdim: builtins.bool = ..., *, dtype: dtype | None = ..., axis: builtins.int | Sequence[int] | None = ..., keepdims: builtins.bool | None = ...) -> Tensor:
        """Mean over `dim`, NaN left out."""
    def nansum(self, dim: builtins.int | Sequence[int] | None = ..., keepdim: builtins.bool = ..., *, dtype: dtype | None = ..., axis: builtins.int | Sequence[int] | None = ..., keepdims: builtins.bool | None = ...) -> Tensor:
        """Sum over `dim`, NaN counting as 0."""
    def narrow(self, dim: builtins.int | Sequence[int] | None, start: Any, length: Any) -> Tensor:
        """`length` elements of dimension `dim`, from `start`."""
    @property
    def nbytes(self) -> int:
        """Bytes of all elements."""
    @property
    def ndim(self) -> int:
        """Number of dimensions."""
    def ndimension(self) -> int:
        """Number of dimensions."""
    def ne(self, other: Tensor | builtins.float) -> Tensor:
        """`a ≠ b`."""
    def ne_(self, other: Tensor | builtins.float) -> Tensor:
        """`a ≠ b`.

        In place: written over this tensor, which is returned.
        """
    def neg(self) -> Tensor:
        """`-x`."""
    def neg_(self) -> Tensor:
        """`-x`.

        In place: written over this tensor, which is returned.
        """
    def negative(self) -> Tensor:
        """`-x`."""
    def negative_(self) -> Tensor:
        """`-x`.

        In place: written over this tensor, which is returned.
        """
    def nelement(self) -> int:
        """Number of elements."""
    def new_empty(self, *shape: Any, size: builtins.int | Sequence[int] | None = ..., dtype: dtype | None = ..., device: device | str | None = ..., requires_grad: builtins.bool = ...) -> Tensor:
        """Arbitrary contents of the same dtype."""
    def new_full(self, size: builtins.int | Sequence[int] | None, fill_value: Any, *, dtype: dtype | None = ..., device: device | str | None = ..., requires_grad: builtins.bool = ...) -> Tensor:
        """One number everywhere, of the same dtype."""
    def new_ones(self, *shape: Any, size: builtins.int | Sequence[int] | None = ..., dtype: dtype | None = ..., device: device | str | None = ..., requires_grad: builtins.bool = ...) -> Tensor:
        """Ones of the same dtype."""
    def new_tensor(self, data: Any, *, dtype: dtype | None = ..., device: device | str | None = ..., requires_grad: builtins.bool = ...) -> Tensor:
        """A new tensor of `data`, of the same dtype."""
    def new_zeros(self, *shape: Any, size: builtins.int | Sequence[int] | None = ..., dtype: dtype | None = ..., device: device | str | None = ..., requires_grad: builtins.bool = ...) -> Tensor:
        """Zeros of the same dtype."""
    def nonzero(self, *, as_tuple: Any = ...) -> Any:
        """Where elements aren't 0: (n, rank) of indices, or one vector per dimension."""
    def norm(self, p: builtins.float = ..., dim: builtins.int | Sequence[int] | None = ..., keepdim: builtins.bool = ..., dtype: dtype | None = ...) -> Tensor:
        """The `p`-norm over `dim`, or of everything."""
    def normal_(self, mean: Any = ..., std: Any = ..., *, generator: Generator | None = ...) -> Tensor:
        """Normal numbers, in place."""
    def not_equal(self, other: Tensor | builtins.float) -> Tensor:
        """`a ≠ b`."""
    def numel(self) -> int:
        """Number of elements."""
    def numpy(self, *, force: Any = ...) -> Any:
        """The elements as a NumPy array that shares their memory.

        Tensors that require a gradient are refused unless `force`, as writing to the array would escape autograd.
        """
    def outer(self, vec2: Tensor) -> Tensor:
        """The products of all pairs of elements of two vectors."""
    def permute(self, *args: Any, dims: builtins.int | Sequence[int] = ...) -> Tensor:
        """Dimensions in another order."""
    def positive(self) -> Tensor:
        """The elements themselves."""
    def pow(self, exponent: Tensor | builtins.float) -> Tensor:
        """`self` to the power `exponent`."""
    def pow_(self, exponent: Tensor | builtins.float) -> Tensor:
        """`self` to the power `exponent`, in place."""
    def prod(self, dim: builtins.int | Sequence[int] | None = ..., keepdim: builtins.bool = ..., *, dtype: dtype | None = ..., axis: builtins.int | Sequence[int] | None = ..., keepdims: builtins.bool | None = ...) -> Tensor:
        """Product over `dim`, or of everything."""
    def rad2deg(self, input: Tensor) -> Tensor:
        """Radians as degrees."""
    def random_(self, *args: Any, **kwargs: Any) -> Tensor:
        """Integers from `from` to `to`, which is excluded, in place."""
    def ravel(self) -> Tensor:
        """All dimensions as one."""
    def reciprocal(self) -> Tensor:
        """`1 / x`."""
    def reciprocal_(self) -> Tensor:
        """`1 / x`.

        In place: written over this tensor, which is returned.
        """
    def register_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Calls `hook(grad)` in every backward; what it answers, unless None, takes the gradient's place."""
    def register_post_accumulate_grad_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Calls `hook(tensor)` each time this leaf's gradient has been accumulated."""
    def relu(self) -> Tensor:
        """`x` where positive, 0 elsewhere."""
    def relu_(self) -> Tensor:
        """`x` where positive, 0 elsewhere.

        In place: written over this tensor, which is returned.
        """
    def remainder(self, other: Tensor | builtins.float) -> Tensor:
        """Python's `a % b`, with the sign of `b`; integers by 0 answer 0."""
    def remainder_(self, other: Tensor | builtins.float) -> Tensor:
        """Python's `a % b`, with the sign of `b`; integers by 0 answer 0.

        In place: written over this tensor, which is returned.
        """
    def repeat(self, *repeats: Any) -> Tensor:
        """The tensor `repeats` times along each dimension."""
    def repeat_interleave(self, repeats: Any, dim: builtins.int | Sequence[int] | None = ..., *, output_size: Any = ...) -> Tensor:
        """Each slice of `dim` (or each element) `repeats` times."""
    @property
    def requires_grad(self) -> bool:
        """Whether gradients flow to or through this tensor."""
    @requires_grad.setter
    def requires_grad(self, value: builtins.bool) -> None: ...
    def requires_grad_(self, requires_grad: builtins.bool = ...) -> Tensor:
        """Turns differentiation by this tensor on or off, and returns it."""
    def reshape(self, *shape: Any) -> Tensor:
        """The same elements in another shape, one size of which may be -1; a copy if strides can't say it."""
    def reshape_as(self, other: Tensor | builtins.float) -> Tensor:
        """In the shape of `other`."""
    def retain_grad(self) -> None:
        """Keeps the gradient of this intermediate result in `.grad` too."""
    @property
    def retains_grad(self) -> bool:
        """Whether `.grad` is kept though this is no leaf."""
    def roll(self, shifts: Any, dims: builtins.int | Sequence[int] = ...) -> Tensor:
        """Elements moved along `dims`, those that leave coming back at the other end."""
    def rot90(self, input: Tensor, k: builtins.int = ..., dims: builtins.int | Sequence[int] = ...) -> Tensor:
        """Turned by `k` quarters in the plane of `dims`."""
    def round(self) -> Tensor:
        """The nearest integer, halves to even."""
    def round_(self) -> Tensor:
        """The nearest integer, halves to even.

        In place: written over this tensor, which is returned.
        """
    def rsqrt(self) -> Tensor:
        """`1 / √x`."""
    def rsqrt_(self) -> Tensor:
        """`1 / √x`.

        In place: written over this tensor, which is returned.
        """
    def rsub(self, other: Tensor | builtins.float, *, alpha: builtins.float | None = ...) -> Tensor:
        """`other - alpha · self`."""
    def scatter(self, dim: builtins.int | Sequence[int] | None, index: Tensor, src: Any = ..., *, value: Tensor | builtins.float = ...) -> Tensor:
        """`src` (a tensor or a number) written at `index` along `dim`."""
    def scatter_(self, dim: builtins.int | Sequence[int] | None, index: Tensor, src: Any = ..., *, value: Tensor | builtins.float = ...) -> Tensor:
        """`src` (a tensor or a number) written at `index` along `dim`, in place."""
    def scatter_add(self, dim: builtins.int | Sequence[int] | None, index: Tensor, src: Any) -> Tensor:
        """`src` added at `index` along `dim`."""
    def scatter_add_(self, dim: builtins.int | Sequence[int] | None, index: Tensor, src: Any) -> Tensor:
        """`src` added at `index` along `dim`, in place."""
    def select(self, dim: builtins.int | Sequence[int] | None, index: Tensor) -> Tensor:
        """Index `index` of dimension `dim`, which goes away."""
    def selu(self) -> Tensor:
        """The self-normalising ELU."""
    def selu_(self) -> Tensor:
        """The self-normalising ELU.

        In place: written over this tensor, which is returned.
        """
    @property
    def shape(self) -> Size:
        """The sizes, as a tuple."""
    def short(self) -> Tensor:
        """As int16."""
    def sigmoid(self) -> Tensor:
        """`1 / (1 + e⁻ˣ)`."""
    def sigmoid_(self) -> Tensor:
        """`1 / (1 + e⁻ˣ)`.

        In place: written over this tensor, which is returned.
        """
    def sign(self) -> Tensor:
        """-1, 0 or 1; 0 for NaN."""
    def sign_(self) -> Tensor:
        """-1, 0 or 1; 0 for NaN.

        In place: written over this tensor, which is returned.
        """
    def signbit(self, input: Tensor) -> Tensor:
        """Whether the sign is minus, that of 0 too."""
    def silu(self) -> Tensor:
        """`x · sigmoid(x)`."""
    def silu_(self) -> Tensor:
        """`x · sigmoid(x)`.

        In place: written over this tensor, which is returned.
        """
    def sin(self) -> Tensor:
        """Sine of radians."""
    def sin_(self) -> Tensor:
        """Sine of radians.

        In place: written over this tensor, which is returned.
        """
    def sinc(self, input: Tensor) -> Tensor:
        """`sin(πx) / (πx)`."""
    def sinh(self) -> Tensor:
        """Hyperbolic sine."""
    def sinh_(self) -> Tensor:
        """Hyperbolic sine.

        In place: written over this tensor, which is returned.
        """
    def size(self, dim: builtins.int | Sequence[int] | None = ...) -> Any:
        """The size of dimension `dim`, or all sizes."""
    def softmax(self, dim: builtins.int | Sequence[int] | None = ..., dtype: dtype | None = ...) -> Tensor:
        """`eˣ / Σ eˣ` along `dim`."""
    def softplus(self, beta: builtins.float | None = ..., threshold: builtins.float = ...) -> Tensor:
        """`ln(1 + eᵇˣ) / b`, linear where `b · x > threshold`."""
    def softplus_(self, beta: builtins.float | None = ..., threshold: builtins.float = ...) -> Tensor:
        """`ln(1 + eᵇˣ) / b`, linear where `b · x > threshold`.

        In place: written over this tensor, which is returned.
        """
    def softshrink(self, lambd: builtins.float = ...) -> Tensor:
        """`x` moved towards 0 by `lambda`."""
    def softshrink_(self, lambd: builtins.float = ...) -> Tensor:
        """`x` moved towards 0 by `lambda`.

        In place: written over this tensor, which is returned.
        """
    def softsign(self) -> Tensor:
        """`x / (1 + |x|)`."""
    def softsign_(self) -> Tensor:
        """`x / (1 + |x|)`.

        In place: written over this tensor, which is returned.
        """
    def sort(self, dim: builtins.int | Sequence[int] | None = ..., descending: builtins.bool = ..., *, stable: Any = ...) -> Any:
        """The elements in order along `dim`, and where they were; equals keep their order."""
    def split(self, split_size: Any, dim: builtins.int | Sequence[int] | None = ...) -> tuple[Tensor, ...]:
        """Parts of `split_size` elements along `dim`, or of the given sizes."""
    def split_with_sizes(self, split_sizes: Any, dim: builtins.int | Sequence[int] | None = ...) -> tuple[Tensor, ...]:
        """Parts of the given sizes along `dim`."""
    def sqrt(self) -> Tensor:
        """`√x`."""
    def sqrt_(self) -> Tensor:
        """`√x`.

        In place: written over this tensor, which is returned.
        """
    def square(self) -> Tensor:
        """`x²`."""
    def square_(self) -> Tensor:
        """`x²`.

        In place: written over this tensor, which is returned.
        """
    def squeeze(self, dim: builtins.int | Sequence[int] | None = ...) -> Tensor:
        """Without the dimensions of size 1, or without those of them that are named."""
    def std(self, dim: builtins.int | Sequence[int] | None = ..., unbiased: builtins.bool | None = ..., keepdim: builtins.bool = ..., *, correction: builtins.float | None = ..., axis: builtins.int | Sequence[int] | None = ..., keepdims: builtins.bool | None = ...) -> Tensor:
        """Standard deviation over `dim`, dividing by `n - correction`."""
    def std_mean(self, input: Tensor, dim: builtins.int | Sequence[int] | None = ..., unbiased: builtins.bool | None = ..., keepdim: builtins.bool = ..., *, correction: builtins.float | None = ...) -> tuple[Tensor, Tensor]:
        """Standard deviation and mean."""
    def storage_offset(self) -> int:
        """Where the first element lies in the buffer, in elements."""
    def stride(self, dim: builtins.int | Sequence[int] | None = ...) -> Any:
        """The stride of dimension `dim`, or all strides, in elements."""
    def sub(self, other: Tensor | builtins.float, *, alpha: builtins.float | None = ...) -> Tensor:
        """`self - alpha · other`."""
    def sub_(self, other: Tensor | builtins.float, *, alpha: builtins.float | None = ...) -> Tensor:
        """`self - alpha · other`, in place."""
    def subtract(self, other: Tensor | builtins.float, *, alpha: builtins.float | None = ...) -> Tensor:
        """`self - alpha · other`."""
    def subtract_(self, other: Tensor | builtins.float, *, alpha: builtins.float | None = ...) -> Tensor:
        """`self - alpha · other`, in place."""
    def sum(self, dim: builtins.int | Sequence[int] | None = ..., keepdim: builtins.bool = ..., *, dtype: dtype | None = ..., axis: builtins.int | Sequence[int] | None = ..., keepdims: builtins.bool | None = ...) -> Tensor:
        """Sum over `dim`, or of everything."""
    def swapaxes(self, axis0: Any, axis1: Any) -> Tensor:
        """Two dimensions swapped."""
    def swapdims(self, dim0: builtins.int, dim1: builtins.int) -> Tensor:
        """Two dimensions swapped."""
    def t(self) -> Tensor:
        """A matrix transposed."""
    def take(self, index: Tensor) -> Tensor:
        """Elements of the flattened tensor by number."""
    def take_along_dim(self, input: Tensor, indices: Any, dim: builtins.int | Sequence[int] | None = ...) -> Tensor:
        """Elements by number along `dim`, everything else stretched."""
    def tan(self) -> Tensor:
        """Tangent of radians."""
    def tan_(self) -> Tensor:
        """Tangent of radians.

        In place: written over this tensor, which is returned.
        """
    def tanh(self) -> Tensor:
        """Hyperbolic tangent."""
    def tanh_(self) -> Tensor:
        """Hyperbolic tangent.

        In place: written over this tensor, which is returned.
        """
    def tanhshrink(self) -> Tensor:
        """`x - tanh(x)`."""
    def tanhshrink_(self) -> Tensor:
        """`x - tanh(x)`.

        In place: written over this tensor, which is returned.
        """
    def tensor_split(self, input: Tensor, indices_or_sections: Any, dim: builtins.int | Sequence[int] | None = ...) -> tuple[Tensor, ...]:
        """Parts of nearly equal size, or cut before the given indices."""
    def threshold(self, threshold: builtins.float, value: Tensor | builtins.float) -> Tensor:
        """`x` where above `threshold`, `value` elsewhere."""
    def threshold_(self, threshold: builtins.float, value: Tensor | builtins.float) -> Tensor:
        """`x` where above `threshold`, `value` elsewhere.

        In place: written over this tensor, which is returned.
        """
    def tile(self, *dims: Any) -> Tensor:
        """The tensor `dims` times along each dimension; missing leading counts are 1."""
    def to(self, *args: Any, dtype: dtype | None = ..., device: device | str | None = ..., non_blocking: Any = ..., copy: Any = ..., memory_format: Any = ...) -> Tensor:
        """Converted to a dtype; `to('cpu')`, `to(dtype)`, `to(other)`, `to(device, dtype)`."""
    def tolist(self) -> Any:
        """The elements as nested lists of Python numbers."""
    def topk(self, k: builtins.int, dim: builtins.int | Sequence[int] | None = ..., largest: builtins.bool = ..., sorted: builtins.bool = ...) -> Any:
        """The `k` largest (or smallest) elements along `dim`, in order, and where they are."""
    def trace(self, input: Tensor) -> Tensor:
        """The sum of a matrix's diagonal."""
    def transpose(self, dim0: builtins.int, dim1: builtins.int) -> Tensor:
        """Two dimensions swapped."""
    def tril(self, diagonal: builtins.int = ...) -> Tensor:
        """The lower triangle, up to `diagonal`, zeros above."""
    def triu(self, diagonal: builtins.int = ...) -> Tensor:
        """The upper triangle, from `diagonal` on, zeros below."""
    def true_divide(self, other: Tensor | builtins.float, *, rounding_mode: Any = ...) -> Tensor:
        """`self / other`, rounded as `rounding_mode` ('trunc', 'floor') says."""
    def true_divide_(self, other: Tensor | builtins.float, *, rounding_mode: Any = ...) -> Tensor:
        """`self / other`, in place."""
    def trunc(self) -> Tensor:
        """The integer part."""
    def trunc_(self) -> Tensor:
        """The integer part.

        In place: written over this tensor, which is returned.
        """
    def type(self, dtype: dtype | None = ...) -> Any:
        """Converted to the dtype, or the dtype's name if none is given."""
    def type_as(self, other: Tensor | builtins.float) -> Tensor:
        """In the dtype of `other`."""
    def unbind(self, dim: builtins.int | Sequence[int] | None = ...) -> tuple[Tensor, ...]:
        """The tensors along `dim`, without it."""
    def unflatten(self, dim: builtins.int | Sequence[int] | None, sizes: Any) -> Tensor:
        """Dimension `dim` as several."""
    def unfold(self, dimension: Any, size: builtins.int | Sequence[int] | None, step: Any) -> Tensor:
        """Windows of `size` every `step` along `dimension`, as a new last dimension."""
    def uniform_(self, *args: Any, **kwargs: Any) -> Tensor:
        """Uniform numbers, in place."""
    def unique(self, sorted: builtins.bool = ..., return_inverse: Any = ..., return_counts: Any = ..., dim: builtins.int | Sequence[int] | None = ...) -> Any:
        """The distinct elements in order; where each element went and how often it came, if asked."""
    def unsqueeze(self, dim: builtins.int | Sequence[int] | None) -> Tensor:
        """With a new dimension of size 1 before `dim`."""
    def var(self, dim: builtins.int | Sequence[int] | None = ..., unbiased: builtins.bool | None = ..., keepdim: builtins.bool = ..., *, correction: builtins.float | None = ..., axis: builtins.int | Sequence[int] | None = ..., keepdims: builtins.bool | None = ...) -> Tensor:
        """Variance over `dim`, dividing by `n - correction`."""
    def var_mean(self, input: Tensor, dim: builtins.int | Sequence[int] | None = ..., unbiased: builtins.bool | None = ..., keepdim: builtins.bool = ..., *, correction: builtins.float | None = ...) -> tuple[Tensor, Tensor]:
        """Variance and mean."""
    def view(self, *shape: Any, dtype: dtype | None = ...) -> Tensor:
        """The same elements in another shape, never a copy."""
    def view_as(self, other: Tensor | builtins.float) -> Tensor:
        """In the shape of `other`, never a copy."""
    def vsplit(self, input: Tensor, indices_or_sections: Any) -> tuple[Tensor, ...]:
        """Cut along the rows."""
    def where(self, condition: Any, other: Tensor | builtins.float) -> Tensor:
        """`self` where `condition`, `other` elsewhere."""
    def xlogy(self, other: Tensor | builtins.float) -> Tensor:
        """`a · ln b`, 0 where `a` is 0."""
    def xlogy_(self, other: Tensor | builtins.float) -> Tensor:
        """`a · ln b`, 0 where `a` is 0.

        In place: written over this tensor, which is returned.
        """
    def zero_(self) -> Tensor:
        """Sets every element to 0."""

def _apply_function(*args: Any, **kwargs: Any) -> Tensor:
    """Runs `class.forward(ctx, *args)` and records `class.backward` as its gradient."""
def _calculate_gain(nonlinearity: Any, param: Any = ...) -> Tensor:
    """The factor that makes up for what a nonlinearity takes of the standard deviation."""
def _clip_grad_norm(parameters: Any, max_norm: Any, norm_type: Any, error_if_nonfinite: Any) -> Tensor:
    """Scales all gradients together so that their joint norm is at most `max_norm`; answers the norm before."""
def _clip_grad_value(parameters: Any, value: Tensor | builtins.float) -> Tensor:
    """Clamps each gradient's elements to `[-value, value]`."""
def _digits() -> Tensor:
    """The UCI handwritten digits: images (1797, 1, 8, 8) and labels (1797)."""
def _from_bytes(data: Any, dtype: dtype | None, shape: Any, requires_grad: builtins.bool = ...) -> Tensor:
    """A tensor from its bytes: what pickling stores."""
def _init(name: Any, tensor: Tensor, parameters: Any) -> Tensor:
    """Writes the distribution `name` over `tensor`."""
def _instance_norm(input: Tensor, weight: Tensor | None = ..., bias: Tensor | None = ..., eps: builtins.float | None = ...) -> Tensor:
    """Zero mean and unit variance per sample and channel."""
def _kaiming(kind: Any, tensor: Tensor, mode: Any, nonlinearity: Any, a: Any) -> Tensor:
    """He's distribution over `tensor`."""
def _kl_div(input: Tensor, target: Tensor, log_target: Any = ..., size_average: Any = ..., reduce: Any = ..., reduction: str = ...) -> Tensor:
    """The Kullback-Leibler divergence of log-probabilities from probabilities."""
def _pad_constant(input: Tensor, pad: Any, value: Tensor | builtins.float) -> Tensor:
    """A number around a tensor, sizes given from the last dimension: `(left, right, top, bottom, …)`."""
def _replace_mode(mode: Any) -> Tensor:
    """Sets what becomes of operations (0 recorded, 1 not, 2 inference mode) and answers what did before."""
def _step(rule: Any, group: Any, state: Any) -> Tensor:
    """One step of the optimizer `rule` over a parameter group; `state` maps parameters to dicts."""
def _to_bytes(tensor: Tensor) -> Tensor:
    """The bytes of a tensor's elements in row-major order, little-endian: what files store."""
def _where(condition: Any, input: Tensor, other: Tensor | builtins.float) -> Tensor:
    """`input` where `condition`, `other` elsewhere; numbers or tensors."""
def adaptive_avg_pool1d(input: Tensor, output_size: Any) -> Tensor:
    """The mean of as many windows as make an output of the given sizes."""
def adaptive_avg_pool2d(input: Tensor, output_size: Any) -> Tensor:
    """The mean of as many windows as make an output of the given sizes."""
def adaptive_avg_pool3d(input: Tensor, output_size: Any) -> Tensor:
    """The mean of as many windows as make an output of the given sizes."""
def adaptive_max_pool1d(input: Tensor, output_size: Any, return_indices: builtins.bool = ...) -> Tensor:
    """The largest element of as many windows as make an output of the given sizes."""
def adaptive_max_pool2d(input: Tensor, output_size: Any, return_indices: builtins.bool = ...) -> Tensor:
    """The largest element of as many windows as make an output of the given sizes."""
def adaptive_max_pool3d(input: Tensor, output_size: Any, return_indices: builtins.bool = ...) -> Tensor:
    """The largest element of as many windows as make an output of the given sizes."""
def arange(start: Any, end: Any = ..., step: Any = ..., *, dtype: dtype | None = ..., device: device | str | None = ..., requires_grad: builtins.bool = ..., layout: Any = ...) -> Tensor:
    """`start`, `start + step`, … below `end`."""
def as_tensor(data: Any, dtype: dtype | None = ..., device: device | str | None = ...) -> Tensor:
    """`data` as a tensor: shared where it can be, copied where not."""
def avg_pool1d(input: Tensor, kernel_size: Any, stride: Any = ..., padding: Any = ..., ceil_mode: builtins.bool = ..., count_include_pad: builtins.bool = ..., divisor_override: Any = ...) -> Tensor:
    """The mean of each window."""
def avg_pool2d(input: Tensor, kernel_size: Any, stride: Any = ..., padding: Any = ..., ceil_mode: builtins.bool = ..., count_include_pad: builtins.bool = ..., divisor_override: Any = ...) -> Tensor:
    """The mean of each window."""
def avg_pool3d(input: Tensor, kernel_size: Any, stride: Any = ..., padding: Any = ..., ceil_mode: builtins.bool = ..., count_include_pad: builtins.bool = ..., divisor_override: Any = ...) -> Tensor:
    """The mean of each window."""
def backward(tensors: Iterable[Tensor], grad_tensors: Any = ..., retain_graph: builtins.bool | None = ..., create_graph: builtins.bool = ..., grad_variables: Any = ..., inputs: Any = ...) -> None:
    """Differentiates `tensors` and adds the gradients to the leaves that they depend on."""
def batch_norm(input: Tensor, running_mean: Any = ..., running_var: Any = ..., weight: Tensor | None = ..., bias: Tensor | None = ..., training: builtins.bool = ..., momentum: builtins.float = ..., eps: builtins.float | None = ...) -> Tensor:
    """Zero mean and unit variance per channel: of the batch while training, of the running statistics otherwise."""
def bernoulli(input: Tensor, *, generator: Generator | None = ...) -> Tensor:
    """1 with the probability that each element gives, 0 otherwise."""
def binary_cross_entropy(input: Tensor, target: Tensor, weight: Tensor | None = ..., size_average: Any = ..., reduce: Any = ..., reduction: str = ...) -> Tensor:
    """The cross-entropy of probabilities against probabilities."""
def binary_cross_entropy_with_logits(input: Tensor, target: Tensor, weight: Tensor | None = ..., pos_weight: Any = ..., size_average: Any = ..., reduce: Any = ..., reduction: str = ...) -> Tensor:
    """The cross-entropy of logits against probabilities."""
def bucketize(input: Tensor, boundaries: Any, *, out_int32: Any = ..., right: Any = ...) -> Tensor:
    """Which of the intervals between `boundaries` each element is in."""
def cat(tensors: Iterable[Tensor], dim: builtins.int | Sequence[int] | None = ..., *, axis: builtins.int | Sequence[int] | None = ...) -> Tensor:
    """Tensors put next to each other along `dim`."""
def conv1d(input: Tensor, weight: Tensor | None, bias: Tensor | None = ..., stride: Any = ..., padding: Any = ..., dilation: Any = ..., groups: builtins.int = ...) -> Tensor:
    """Slides `weight` (out, in / groups, kernel…) over `input` (N, in, …)."""
def conv2d(input: Tensor, weight: Tensor | None, bias: Tensor | None = ..., stride: Any = ..., padding: Any = ..., dilation: Any = ..., groups: builtins.int = ...) -> Tensor:
    """Slides `weight` (out, in / groups, kernel…) over `input` (N, in, …)."""
def conv3d(input: Tensor, weight: Tensor | None, bias: Tensor | None = ..., stride: Any = ..., padding: Any = ..., dilation: Any = ..., groups: builtins.int = ...) -> Tensor:
    """Slides `weight` (out, in / groups, kernel…) over `input` (N, in, …)."""
def conv_transpose1d(input: Tensor, weight: Tensor | None, bias: Tensor | None = ..., stride: Any = ..., padding: Any = ..., output_padding: Any = ..., groups: builtins.int = ..., dilation: Any = ...) -> Tensor:
    """The transpose of a convolution by `weight` (in, out / groups, kernel…)."""
def conv_transpose2d(input: Tensor, weight: Tensor | None, bias: Tensor | None = ..., stride: Any = ..., padding: Any = ..., output_padding: Any = ..., groups: builtins.int = ..., dilation: Any = ...) -> Tensor:
    """The transpose of a convolution by `weight` (in, out / groups, kernel…)."""
def conv_transpose3d(input: Tensor, weight: Tensor | None, bias: Tensor | None = ..., stride: Any = ..., padding: Any = ..., output_padding: Any = ..., groups: builtins.int = ..., dilation: Any = ...) -> Tensor:
    """The transpose of a convolution by `weight` (in, out / groups, kernel…)."""
def cross_entropy(input: Tensor, target: Tensor, weight: Tensor | None = ..., ignore_index: builtins.int = ..., label_smoothing: builtins.float = ..., size_average: Any = ..., reduce: Any = ..., reduction: str = ...) -> Tensor:
    """The cross-entropy of logits (N, C, …) against classes (N, …) or class probabilities (N, C, …)."""
def dropout(input: Tensor, p: builtins.float = ..., training: builtins.bool = ..., inplace: builtins.bool = ...) -> Tensor:
    """Zeroes elements with probability `p` and scales the others up, while `training`."""
def embedding(input: Tensor, weight: Tensor | None, padding_idx: Any = ...) -> Tensor:
    """Rows of `weight` by number: (…) of integers gives (…, width). The row `padding_idx` gets no gradient."""
def empty(*shape: Any, size: builtins.int | Sequence[int] | None = ..., dtype: dtype | None = ..., device: device | str | None = ..., requires_grad: builtins.bool = ..., layout: Any = ..., pin_memory: Any = ..., memory_format: Any = ...) -> Tensor:
    """Arbitrary contents."""
def empty_like(input: Tensor, *, dtype: dtype | None = ..., device: device | str | None = ..., requires_grad: builtins.bool = ..., layout: Any = ..., memory_format: Any = ...) -> Tensor:
    """Arbitrary contents.

    In the shape, and unless another one is given the dtype, of `input`.
    """
def eye(n: builtins.int, m: Any = ..., *, dtype: dtype | None = ..., device: device | str | None = ..., requires_grad: builtins.bool = ..., layout: Any = ...) -> Tensor:
    """`n` rows and `m` columns with ones on the diagonal."""
def from_dlpack(ext_tensor: Any, *, device: device | str | None = ..., copy: Any = ...) -> Tensor:
    """A tensor that shares the memory of another library's, taken by DLPack."""
def from_numpy(array: Any) -> Tensor:
    """A tensor that shares the memory of a NumPy array. Arrays that can't be written are copied.

    >>> a = numpy.zeros(3); t = neurarust.from_numpy(a); a[0] = 1; t[0].item()
    1.0
    """
def full(size: builtins.int | Sequence[int] | None, fill_value: Any, *, dtype: dtype | None = ..., device: device | str | None = ..., requires_grad: builtins.bool = ..., layout: Any = ...) -> Tensor:
    """One number everywhere."""
def full_like(input: Tensor, fill_value: Any, *, dtype: dtype | None = ..., device: device | str | None = ..., requires_grad: builtins.bool = ..., layout: Any = ..., memory_format: Any = ...) -> Tensor:
    """One number in the shape and dtype of `input`."""
def get_default_dtype() -> dtype:
    """The dtype of numbers with a fraction where none is asked for."""
def get_num_threads() -> int:
    """How many threads an operation may use."""
def get_rng_state() -> bytes:
    """The state of the default generator, as bytes."""
def grad(outputs: Any, inputs: Any, grad_outputs: Any = ..., retain_graph: builtins.bool | None = ..., create_graph: builtins.bool = ..., only_inputs: Any = ..., allow_unused: Any = ..., is_grads_batched: Any = ..., materialize_grads: Any = ...) -> tuple[Tensor | None, ...]:
    """The gradients of `outputs` with respect to `inputs`, leaving every `.grad` alone.

    >>> x = neurarust.tensor(3., requires_grad=True)
    >>> neurarust.autograd.grad(x ** 2, x)
    (tensor(6.),)
    """
def group_norm(input: Tensor, num_groups: Any, weight: Tensor | None = ..., bias: Tensor | None = ..., eps: builtins.float | None = ...) -> Tensor:
    """Zero mean and unit variance per sample and group of channels."""
def hstack(tensors: Iterable[Tensor]) -> Tensor:
    """Tensors put next to each other: vectors end to end, others along dimension 1."""
def huber_loss(input: Tensor, target: Tensor, delta: Any = ..., size_average: Any = ..., reduce: Any = ..., reduction: str = ...) -> Tensor:
    """`delta` times the smooth L1 loss."""
def initial_seed() -> int:
    """The seed of the default generator."""
def is_grad_enabled() -> bool:
    """Whether operations are recorded now."""
def is_inference_mode_enabled() -> bool:
    """Whether inference mode is on."""
def is_tensor(obj: Any) -> bool:
    """Whether `obj` is a Tensor."""
def l1_loss(input: Tensor, target: Tensor, size_average: Any = ..., reduce: Any = ..., reduction: str = ...) -> Tensor:
    """The absolute differences."""
def layer_norm(input: Tensor, normalized_shape: Any, weight: Tensor | None = ..., bias: Tensor | None = ..., eps: builtins.float | None = ...) -> Tensor:
    """Zero mean and unit variance over the last dimensions, `normalized_shape`."""
def linear(input: Tensor, weight: Tensor | None, bias: Tensor | None = ...) -> Tensor:
    """`input @ weightᵀ + bias`: (…, in) with (out, in) gives (…, out)."""
def linspace(start: Any, end: Any, steps: Any, *, dtype: dtype | None = ..., device: device | str | None = ..., requires_grad: builtins.bool = ..., layout: Any = ...) -> Tensor:
    """`steps` numbers from `start` to `end`, both included."""
def manual_seed(seed: builtins.int, *, algorithm: Any = ...) -> Generator:
    """Seeds the default generator. `algorithm='mt19937'` draws what PyTorch draws from the same seed."""
def max_pool1d(input: Tensor, kernel_size: Any, stride: Any = ..., padding: Any = ..., dilation: Any = ..., ceil_mode: builtins.bool = ..., return_indices: builtins.bool = ...) -> Tensor:
    """The largest element of each window; with `return_indices`, where they are too."""
def max_pool2d(input: Tensor, kernel_size: Any, stride: Any = ..., padding: Any = ..., dilation: Any = ..., ceil_mode: builtins.bool = ..., return_indices: builtins.bool = ...) -> Tensor:
    """The largest element of each window; with `return_indices`, where they are too."""
def max_pool3d(input: Tensor, kernel_size: Any, stride: Any = ..., padding: Any = ..., dilation: Any = ..., ceil_mode: builtins.bool = ..., return_indices: builtins.bool = ...) -> Tensor:
    """The largest element of each window; with `return_indices`, where they are too."""
def memory_stats() -> dict[str, int]:
    """Bytes in use, cached and at most, as a dict."""
def mse_loss(input: Tensor, target: Tensor, size_average: Any = ..., reduce: Any = ..., reduction: str = ...) -> Tensor:
    """The squared differences."""
def multinomial(input: Tensor, num_samples: Any, replacement: Any = ..., *, generator: Generator | None = ...) -> Tensor:
    """`num_samples` indices per row, drawn with the row's weights."""
def nll_loss(input: Tensor, target: Tensor, weight: Tensor | None = ..., ignore_index: builtins.int = ..., size_average: Any = ..., reduce: Any = ..., reduction: str = ...) -> Tensor:
    """The negative log-likelihood of classes, given log-probabilities (N, C, …)."""
def normal(mean: Any, std: Any = ..., size: builtins.int | Sequence[int] | None = ..., *, generator: Generator | None = ..., dtype: dtype | None = ...) -> Tensor:
    """Normal numbers of the given mean and standard deviation: numbers with `size`, or tensors."""
def one_hot(tensor: Tensor, num_classes: Any = ...) -> Tensor:
    """1 at the class of each element, 0 elsewhere: (…) → (…, num_classes)."""
def ones(*shape: Any, size: builtins.int | Sequence[int] | None = ..., dtype: dtype | None = ..., device: device | str | None = ..., requires_grad: builtins.bool = ..., layout: Any = ..., pin_memory: Any = ..., memory_format: Any = ...) -> Tensor:
    """Ones."""
def ones_like(input: Tensor, *, dtype: dtype | None = ..., device: device | str | None = ..., requires_grad: builtins.bool = ..., layout: Any = ..., memory_format: Any = ...) -> Tensor:
    """Ones.

    In the shape, and unless another one is given the dtype, of `input`.
    """
def promote_types(type1: Any, type2: Any) -> dtype:
    """The dtype that mixing the two gives."""
def rand(*shape: Any, size: builtins.int | Sequence[int] | None = ..., generator: Generator | None = ..., dtype: dtype | None = ..., device: device | str | None = ..., requires_grad: builtins.bool = ..., layout: Any = ..., pin_memory: Any = ...) -> Tensor:
    """Uniform numbers from 0 (included) to 1 (excluded)."""
def rand_like(input: Tensor, *, generator: Generator | None = ..., dtype: dtype | None = ..., device: device | str | None = ..., requires_grad: builtins.bool = ..., layout: Any = ..., memory_format: Any = ...) -> Tensor:
    """Uniform numbers from 0 (included) to 1 (excluded).

    In the shape, and unless another one is given the dtype, of `input`.
    """
def randint(low: Any, high: Any = ..., size: builtins.int | Sequence[int] | None = ..., *, generator: Generator | None = ..., dtype: dtype | None = ..., device: device | str | None = ..., requires_grad: builtins.bool = ..., layout: Any = ...) -> Tensor:
    """Integers from `low` (0) to `high`, which is excluded."""
def randint_like(input: Tensor, low: Any, high: Any = ..., *, dtype: dtype | None = ..., device: device | str | None = ...) -> Tensor:
    """Integers from `low` (0) to `high`, which is excluded, in the shape and dtype of `input`."""
def randn(*shape: Any, size: builtins.int | Sequence[int] | None = ..., generator: Generator | None = ..., dtype: dtype | None = ..., device: device | str | None = ..., requires_grad: builtins.bool = ..., layout: Any = ..., pin_memory: Any = ...) -> Tensor:
    """Standard normal numbers."""
def randn_like(input: Tensor, *, generator: Generator | None = ..., dtype: dtype | None = ..., device: device | str | None = ..., requires_grad: builtins.bool = ..., layout: Any = ..., memory_format: Any = ...) -> Tensor:
    """Standard normal numbers.

    In the shape, and unless another one is given the dtype, of `input`.
    """
def randperm(n: builtins.int, *, generator: Generator | None = ..., dtype: dtype | None = ..., device: device | str | None = ..., requires_grad: builtins.bool = ...) -> Tensor:
    """The integers below `n` in random order."""
def rms_norm(input: Tensor, normalized_shape: Any, weight: Tensor | None = ..., eps: builtins.float | None = ...) -> Tensor:
    """Unit mean square over the last dimensions, `normalized_shape`. `eps` is the dtype's resolution if None."""
def searchsorted(sorted_sequence: Any, values: Any, *, out_int32: Any = ..., right: Any = ..., side: Any = ...) -> Tensor:
    """Where each of `values` belongs in `sorted_sequence`."""
def seed() -> int:
    """Seeds the default generator with a number that nobody knows, and answers it."""
def set_default_dtype(d: Any) -> None:
    """Sets the dtype of numbers with a fraction where none is asked for."""
def set_num_threads(n: builtins.int) -> None:
    """Sets how many threads an operation may use. Results don't depend on it."""
def set_rng_state(new_state: Any) -> None:
    """Goes on from what `get_rng_state` has answered."""
def smooth_l1_loss(input: Tensor, target: Tensor, beta: builtins.float | None = ..., size_average: Any = ..., reduce: Any = ..., reduction: str = ...) -> Tensor:
    """Squared differences below `beta`, absolute ones above."""
def stack(tensors: Iterable[Tensor], dim: builtins.int | Sequence[int] | None = ..., *, axis: builtins.int | Sequence[int] | None = ...) -> Tensor:
    """Tensors of one shape put next to each other along a new dimension."""
def tensor(data: Any, *, dtype: dtype | None = ..., device: device | str | None = ..., requires_grad: builtins.bool = ..., pin_memory: Any = ...) -> Tensor:
    """A new tensor of `data`: numbers, nested lists of numbers, arrays, tensors. The data is copied.

    >>> neurarust.tensor([[1, 2], [3, 4]]).shape
    Size([2, 2])
    """
def to_dlpack(tensor: Tensor) -> Any:
    """The elements as a DLPack capsule that shares their memory."""
def vstack(tensors: Iterable[Tensor]) -> Tensor:
    """Tensors put below each other."""
def zeros(*shape: Any, size: builtins.int | Sequence[int] | None = ..., dtype: dtype | None = ..., device: device | str | None = ..., requires_grad: builtins.bool = ..., layout: Any = ..., pin_memory: Any = ..., memory_format: Any = ...) -> Tensor:
    """Zeros."""
def zeros_like(input: Tensor, *, dtype: dtype | None = ..., device: device | str | None = ..., requires_grad: builtins.bool = ..., layout: Any = ..., memory_format: Any = ...) -> Tensor:
    """Zeros.

    In the shape, and unless another one is given the dtype, of `input`.
    """
