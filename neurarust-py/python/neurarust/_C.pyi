"""The compiled part of `neurarust`. Written by tools/stubs.py."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from ._size import Size

__version__: str
default_generator: Generator

import builtins

bfloat16: dtype
bool: dtype
cdouble: dtype
cfloat: dtype
complex128: dtype
complex64: dtype
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
    """The type of a tensor's elements, such as `float32`: what it is called, how large it is, how it counts."""
    @property
    def is_complex(self) -> bool:
        """Whether elements are complex: pairs of floats."""
    @property
    def is_floating_point(self) -> bool:
        """Whether elements have a fraction and can carry gradients."""
    @property
    def is_signed(self) -> bool:
        """Whether elements can be negative."""
    @property
    def itemsize(self) -> int:
        """Bytes that one element takes."""
    @property
    def name(self) -> str:
        """The name without the package."""
    def to_complex(self) -> Tensor:
        """The complex dtype whose parts hold elements of this one."""
    def to_real(self) -> Tensor:
        """The dtype of the real and the imaginary part."""

class device:
    """Where tensors live: `device('cpu')`."""
    @property
    def index(self) -> builtins.int | None:
        """Which of several; none for the CPU."""
    @property
    def type(self) -> str:
        """The kind of device: "cpu"."""
    def __init__(self, type: Any, index: Any = ...) -> None: ...

class Generator:
    """A source of random numbers of its own: `Generator().manual_seed(0)`.

    `kind` is 'philox', which fills arrays on all threads, or 'torch', which draws what PyTorch draws from the same seed; unless given, it is
    that of the default generator.
    """
    def clone_state(self) -> Tensor:
        """A generator of its own that will draw the same numbers from here on."""
    @property
    def device(self) -> device:
        """Where numbers are drawn."""
    def get_state(self) -> Tensor:
        """Everything needed to go on later, as a tensor of bytes. That of a 'torch' generator is PyTorch's own."""
    def initial_seed(self) -> int:
        """The seed of the start."""
    @property
    def kind(self) -> Tensor:
        """'philox' or 'torch'."""
    def manual_seed(self, seed: builtins.int) -> Generator:
        """Starts anew from a seed."""
    def seed(self) -> int:
        """Starts anew from a seed that nobody knows, and answers it."""
    def set_state(self, new_state: Any) -> None:
        """Goes on from what `get_state` has answered."""
    def __init__(self, device: Any = ..., *, kind: str | None = ...) -> None: ...

class Node:
    """The recorded operation that made a tensor."""
    @property
    def line(self) -> Tensor:
        """The line of the program that asked for the operation, if it was noted: in anomaly mode, while watching, and for
        custom functions.
        """
    def name(self) -> str:
        """The operation's name."""
    @property
    def next_functions(self) -> Tensor:
        """Per input: the node that made it and as which output; `(None, 0)` for inputs without a gradient."""
    def register_hook(self, fn: Any) -> RemovableHandle:
        """Calls `fn(grad_inputs, grad_outputs)` in every backward; what it answers, unless None, takes the inputs' place."""
    def register_prehook(self, fn: Any) -> Tensor:
        """Calls `fn(grad_outputs)` in every backward, before the operation's own; what it answers, unless None, takes their place."""
    @property
    def variable(self) -> Tensor:
        """The leaf whose gradient is accumulated here."""

class RemovableHandle:
    """A registered hook: `remove()` ends it."""
    def remove(self) -> None:
        """Removes the hook; does nothing if it is gone already."""

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
        """A matrix transposed and conjugated."""
    @property
    def T(self) -> Tensor:
        """All dimensions in reverse order."""
    @property
    def _version(self) -> int:
        """How often in-place operations have written to the elements."""
    def abs(self) -> Tensor:
        """`|x|`.

        Element by element: `x` is the tensor. Of any real dtype.
        """
    def abs_(self) -> Tensor:
        """`|x|`.

        Element by element: `x` is the tensor. Of any real dtype.

        In place: written over this tensor, which is returned.
        """
    def absolute(self) -> Tensor:
        """`|x|`.

        Element by element: `x` is the tensor. Of any real dtype.
        """
    def absolute_(self) -> Tensor:
        """`|x|`.

        Element by element: `x` is the tensor. Of any real dtype.

        In place: written over this tensor, which is returned.
        """
    def acos(self) -> Tensor:
        """Inverse cosine.

        Element by element: `x` is the tensor. Integers become floats.
        """
    def acos_(self) -> Tensor:
        """Inverse cosine.

        Element by element: `x` is the tensor. Integers become floats.

        In place: written over this tensor, which is returned.
        """
    def acosh(self) -> Tensor:
        """Inverse hyperbolic cosine.

        Element by element: `x` is the tensor. Integers become floats.
        """
    def acosh_(self) -> Tensor:
        """Inverse hyperbolic cosine.

        Element by element: `x` is the tensor. Integers become floats.

        In place: written over this tensor, which is returned.
        """
    def add(self, other: Tensor | builtins.float, *, alpha: builtins.float | None = ...) -> Tensor:
        """`self + alpha · other`."""
    def add_(self, other: Tensor | builtins.float, *, alpha: builtins.float | None = ...) -> Tensor:
        """`self + alpha · other`, in place."""
    def addbmm(self, input: Tensor, batch1: Any, batch2: Any, *, beta: builtins.float | None = ..., alpha: builtins.float | None = ...) -> Tensor:
        """`beta · input + alpha · Σ batch1 @ batch2`."""
    def addbmm_(self, *args: Any, **kwargs: Any) -> Tensor:
        """`beta · input + alpha · Σ batch1 @ batch2`, in place."""
    def addcdiv(self, tensor1: Any, tensor2: Any, value: Tensor | builtins.float = ...) -> Tensor:
        """`x + value · a / b`.

        Element by element: `x` is the tensor, `a` is `tensor1`, `b` is `tensor2`. Integers become floats; shapes broadcast, dtypes are promoted, operands may be numbers.
        """
    def addcdiv_(self, tensor1: Any, tensor2: Any, value: Tensor | builtins.float = ...) -> Tensor:
        """`x + value · a / b`.

        Element by element: `x` is the tensor, `a` is `tensor1`, `b` is `tensor2`. Integers become floats; shapes broadcast, dtypes are promoted, operands may be numbers.

        In place: written over this tensor, which is returned.
        """
    def addcmul(self, tensor1: Any, tensor2: Any, value: Tensor | builtins.float = ...) -> Tensor:
        """`x + value · a · b`.

        Element by element: `x` is the tensor, `a` is `tensor1`, `b` is `tensor2`. Of any real dtype; shapes broadcast, dtypes are promoted, operands may be numbers.
        """
    def addcmul_(self, tensor1: Any, tensor2: Any, value: Tensor | builtins.float = ...) -> Tensor:
        """`x + value · a · b`.

        Element by element: `x` is the tensor, `a` is `tensor1`, `b` is `tensor2`. Of any real dtype; shapes broadcast, dtypes are promoted, operands may be numbers.

        In place: written over this tensor, which is returned.
        """
    def addmm(self, mat1: Tensor, mat2: Tensor, *, beta: builtins.float | None = ..., alpha: builtins.float | None = ...) -> Tensor:
        """`beta · self + alpha · mat1 @ mat2`."""
    def addmm_(self, *args: Any, **kwargs: Any) -> Tensor:
        """`beta · self + alpha · mat1 @ mat2`, in place."""
    def addmv(self, input: Tensor, mat: Any, vec: Tensor, *, beta: builtins.float | None = ..., alpha: builtins.float | None = ...) -> Tensor:
        """`beta · input + alpha · mat @ vec`."""
    def addmv_(self, *args: Any, **kwargs: Any) -> Tensor:
        """`beta · input + alpha · mat @ vec`, in place."""
    def addr(self, input: Tensor, vec1: Any, vec2: Tensor, *, beta: builtins.float | None = ..., alpha: builtins.float | None = ...) -> Tensor:
        """`beta · input + alpha · vec1 ⊗ vec2`."""
    def addr_(self, *args: Any, **kwargs: Any) -> Tensor:
        """`beta · input + alpha · vec1 ⊗ vec2`, in place."""
    def adjoint(self) -> Tensor:
        """The last two dimensions swapped, the elements conjugated."""
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
    def angle(self) -> Tensor:
        """The angle in (-π, π]; of real numbers 0 or π."""
    def any(self, dim: builtins.int | Sequence[int] | None = ..., keepdim: builtins.bool = ..., *, dtype: dtype | None = ..., axis: builtins.int | Sequence[int] | None = ..., keepdims: builtins.bool | None = ...) -> Tensor:
        """Whether any element over `dim` is true."""
    def apply_(self, input: Tensor, f: Any) -> Tensor:
        """Calls `f` with every element and writes what it answers; slow."""
    def arccos(self) -> Tensor:
        """Inverse cosine.

        Element by element: `x` is the tensor. Integers become floats.
        """
    def arccos_(self) -> Tensor:
        """Inverse cosine.

        Element by element: `x` is the tensor. Integers become floats.

        In place: written over this tensor, which is returned.
        """
    def arccosh(self) -> Tensor:
        """Inverse hyperbolic cosine.

        Element by element: `x` is the tensor. Integers become floats.
        """
    def arccosh_(self) -> Tensor:
        """Inverse hyperbolic cosine.

        Element by element: `x` is the tensor. Integers become floats.

        In place: written over this tensor, which is returned.
        """
    def arcsin(self) -> Tensor:
        """Inverse sine.

        Element by element: `x` is the tensor. Integers become floats.
        """
    def arcsin_(self) -> Tensor:
        """Inverse sine.

        Element by element: `x` is the tensor. Integers become floats.

        In place: written over this tensor, which is returned.
        """
    def arcsinh(self) -> Tensor:
        """Inverse hyperbolic sine.

        Element by element: `x` is the tensor. Integers become floats.
        """
    def arcsinh_(self) -> Tensor:
        """Inverse hyperbolic sine.

        Element by element: `x` is the tensor. Integers become floats.

        In place: written over this tensor, which is returned.
        """
    def arctan(self) -> Tensor:
        """Inverse tangent.

        Element by element: `x` is the tensor. Integers become floats.
        """
    def arctan2(self, other: Tensor | builtins.float) -> Tensor:
        """Angle of the point `(b, a)`.

        Element by element: `a` is the tensor, `b` is `other`. Integers become floats; shapes broadcast, dtypes are promoted, operands may be numbers.
        """
    def arctan2_(self, other: Tensor | builtins.float) -> Tensor:
        """Angle of the point `(b, a)`.

        Element by element: `a` is the tensor, `b` is `other`. Integers become floats; shapes broadcast, dtypes are promoted, operands may be numbers.

        In place: written over this tensor, which is returned.
        """
    def arctan_(self) -> Tensor:
        """Inverse tangent.

        Element by element: `x` is the tensor. Integers become floats.

        In place: written over this tensor, which is returned.
        """
    def arctanh(self) -> Tensor:
        """Inverse hyperbolic tangent.

        Element by element: `x` is the tensor. Integers become floats.
        """
    def arctanh_(self) -> Tensor:
        """Inverse hyperbolic tangent.

        Element by element: `x` is the tensor. Integers become floats.

        In place: written over this tensor, which is returned.
        """
    def argmax(self, dim: builtins.int | Sequence[int] | None = ..., keepdim: builtins.bool = ..., *, axis: builtins.int | Sequence[int] | None = ...) -> Tensor:
        """Index of the largest element, along `dim` or in the flattened tensor.

        Of several equals, the first. Answers int64; the dimension disappears unless `keepdim`.

            >>> torch.tensor([[1, 5], [7, 2]]).argmax(dim=1).tolist()
            [1, 0]
        """
    def argmin(self, dim: builtins.int | Sequence[int] | None = ..., keepdim: builtins.bool = ..., *, axis: builtins.int | Sequence[int] | None = ...) -> Tensor:
        """Index of the smallest element, along `dim` or in the flattened tensor."""
    def argsort(self, dim: builtins.int | Sequence[int] | None = ..., descending: builtins.bool = ..., *, stable: Any = ...) -> Tensor:
        """Where the elements are, in their order along `dim`."""
    def argwhere(self) -> Tensor:
        """Where elements aren't 0: (n, dimensions) of indices."""
    def as_strided(self, size: builtins.int | Sequence[int] | None, stride: Any, storage_offset: Any = ...) -> Tensor:
        """Any strides over the same buffer."""
    def as_strided_(self, size: builtins.int | Sequence[int] | None, stride: Any, storage_offset: Any = ...) -> Tensor:
        """Any strides over the same buffer, in place."""
    def as_strided_scatter(self, src: Any, size: builtins.int | Sequence[int] | None, stride: Any, storage_offset: Any = ...) -> Tensor:
        """A copy with `src` where `as_strided(size, stride, storage_offset)` looks."""
    def asin(self) -> Tensor:
        """Inverse sine.

        Element by element: `x` is the tensor. Integers become floats.
        """
    def asin_(self) -> Tensor:
        """Inverse sine.

        Element by element: `x` is the tensor. Integers become floats.

        In place: written over this tensor, which is returned.
        """
    def asinh(self) -> Tensor:
        """Inverse hyperbolic sine.

        Element by element: `x` is the tensor. Integers become floats.
        """
    def asinh_(self) -> Tensor:
        """Inverse hyperbolic sine.

        Element by element: `x` is the tensor. Integers become floats.

        In place: written over this tensor, which is returned.
        """
    def atan(self) -> Tensor:
        """Inverse tangent.

        Element by element: `x` is the tensor. Integers become floats.
        """
    def atan2(self, other: Tensor | builtins.float) -> Tensor:
        """Angle of the point `(b, a)`.

        Element by element: `a` is the tensor, `b` is `other`. Integers become floats; shapes broadcast, dtypes are promoted, operands may be numbers.
        """
    def atan2_(self, other: Tensor | builtins.float) -> Tensor:
        """Angle of the point `(b, a)`.

        Element by element: `a` is the tensor, `b` is `other`. Integers become floats; shapes broadcast, dtypes are promoted, operands may be numbers.

        In place: written over this tensor, which is returned.
        """
    def atan_(self) -> Tensor:
        """Inverse tangent.

        Element by element: `x` is the tensor. Integers become floats.

        In place: written over this tensor, which is returned.
        """
    def atanh(self) -> Tensor:
        """Inverse hyperbolic tangent.

        Element by element: `x` is the tensor. Integers become floats.
        """
    def atanh_(self) -> Tensor:
        """Inverse hyperbolic tangent.

        Element by element: `x` is the tensor. Integers become floats.

        In place: written over this tensor, which is returned.
        """
    def backward(self, gradient: Any = ..., retain_graph: builtins.bool | None = ..., create_graph: builtins.bool = ..., inputs: Any = ...) -> None:
        """Differentiates this tensor and adds the gradients to the leaves it depends on.

        `gradient` is this tensor's own gradient, needed unless it has one element.
        """
    def baddbmm(self, input: Tensor, batch1: Any, batch2: Any, *, beta: builtins.float | None = ..., alpha: builtins.float | None = ...) -> Tensor:
        """`beta · input + alpha · batch1 @ batch2`."""
    def baddbmm_(self, *args: Any, **kwargs: Any) -> Tensor:
        """`beta · input + alpha · batch1 @ batch2`, in place."""
    def bce_error(self, other: Tensor | builtins.float) -> Tensor:
        """Binary cross-entropy of the probability `x` against the probability `t`, logarithms not below -100.

        Element by element: `x` is the tensor, `t` is `other`. Integers become floats; shapes broadcast, dtypes are promoted, operands may be numbers.
        """
    def bce_error_(self, other: Tensor | builtins.float) -> Tensor:
        """Binary cross-entropy of the probability `x` against the probability `t`, logarithms not below -100.

        Element by element: `x` is the tensor, `t` is `other`. Integers become floats; shapes broadcast, dtypes are promoted, operands may be numbers.

        In place: written over this tensor, which is returned.
        """
    def bce_with_logits_weighted_error(self, t: Any, p: builtins.float) -> Tensor:
        """As `bce_with_logits_error`, with positive examples counting `p` times.

        Element by element: `x` is the tensor. Integers become floats; shapes broadcast, dtypes are promoted, operands may be numbers.
        """
    def bce_with_logits_weighted_error_(self, t: Any, p: builtins.float) -> Tensor:
        """As `bce_with_logits_error`, with positive examples counting `p` times.

        Element by element: `x` is the tensor. Integers become floats; shapes broadcast, dtypes are promoted, operands may be numbers.

        In place: written over this tensor, which is returned.
        """
    def bernoulli(self, p: builtins.float = ..., *, generator: Generator | None = ...) -> Tensor:
        """1 with the probability that each element gives, or with `p` everywhere, 0 otherwise."""
    def bernoulli_(self, p: builtins.float = ..., *, generator: Generator | None = ...) -> Tensor:
        """1 with probability `p` (a number or a tensor), 0 otherwise, in place."""
    def bfloat16(self, memory_format: Any = ...) -> Tensor:
        """This tensor with elements converted to bfloat16; itself if they are that already."""
    def bincount(self, weights: Any = ..., minlength: Any = ...) -> Tensor:
        """How often each number from 0 on occurs, or the sum of its weights."""
    def bitwise_and(self, other: Tensor | builtins.float) -> Tensor:
        """Bits set in both.

        Element by element: `a` is the tensor, `b` is `other`. Of integers and bools; shapes broadcast, dtypes are promoted, operands may be numbers.
        """
    def bitwise_and_(self, other: Tensor | builtins.float) -> Tensor:
        """Bits set in both.

        Element by element: `a` is the tensor, `b` is `other`. Of integers and bools; shapes broadcast, dtypes are promoted, operands may be numbers.

        In place: written over this tensor, which is returned.
        """
    def bitwise_left_shift(self, other: Tensor | builtins.float) -> Tensor:
        """`a · 2ᵇ`; 0 where all bits leave.

        Element by element: `a` is the tensor, `b` is `other`. Of integers and bools; shapes broadcast, dtypes are promoted, operands may be numbers.
        """
    def bitwise_left_shift_(self, other: Tensor | builtins.float) -> Tensor:
        """`a · 2ᵇ`; 0 where all bits leave.

        Element by element: `a` is the tensor, `b` is `other`. Of integers and bools; shapes broadcast, dtypes are promoted, operands may be numbers.

        In place: written over this tensor, which is returned.
        """
    def bitwise_not(self) -> Tensor:
        """Bits turned over; `not` on bools."""
    def bitwise_not_(self, *args: Any, **kwargs: Any) -> Tensor:
        """As `bitwise_not`, written over this tensor, which is returned."""
    def bitwise_or(self, other: Tensor | builtins.float) -> Tensor:
        """Bits set in either.

        Element by element: `a` is the tensor, `b` is `other`. Of integers and bools; shapes broadcast, dtypes are promoted, operands may be numbers.
        """
    def bitwise_or_(self, other: Tensor | builtins.float) -> Tensor:
        """Bits set in either.

        Element by element: `a` is the tensor, `b` is `other`. Of integers and bools; shapes broadcast, dtypes are promoted, operands may be numbers.

        In place: written over this tensor, which is returned.
        """
    def bitwise_right_shift(self, other: Tensor | builtins.float) -> Tensor:
        """`⌊a / 2ᵇ⌋`.

        Element by element: `a` is the tensor, `b` is `other`. Of integers and bools; shapes broadcast, dtypes are promoted, operands may be numbers.
        """
    def bitwise_right_shift_(self, other: Tensor | builtins.float) -> Tensor:
        """`⌊a / 2ᵇ⌋`.

        Element by element: `a` is the tensor, `b` is `other`. Of integers and bools; shapes broadcast, dtypes are promoted, operands may be numbers.

        In place: written over this tensor, which is returned.
        """
    def bitwise_xor(self, other: Tensor | builtins.float) -> Tensor:
        """Bits set in one.

        Element by element: `a` is the tensor, `b` is `other`. Of integers and bools; shapes broadcast, dtypes are promoted, operands may be numbers.
        """
    def bitwise_xor_(self, other: Tensor | builtins.float) -> Tensor:
        """Bits set in one.

        Element by element: `a` is the tensor, `b` is `other`. Of integers and bools; shapes broadcast, dtypes are promoted, operands may be numbers.

        In place: written over this tensor, which is returned.
        """
    def bmm(self, mat2: Tensor) -> Tensor:
        """The products of two batches of matrices: (b, n, k) and (b, k, m) give (b, n, m)."""
    def bool(self, memory_format: Any = ...) -> Tensor:
        """As bool: what isn't 0."""
    def broadcast_to(self, *size: Any) -> Tensor:
        """Stretched to `size`."""
    def byte(self, memory_format: Any = ...) -> Tensor:
        """This tensor with elements converted to uint8; itself if they are that already."""
    def cauchy_(self, median: Any = ..., sigma: Any = ..., *, generator: Generator | None = ...) -> Tensor:
        """Cauchy-distributed numbers, in place."""
    def cdouble(self, memory_format: Any = ...) -> Tensor:
        """This tensor with elements converted to complex128."""
    def ceil(self) -> Tensor:
        """The smallest integer not below.

        Element by element: `x` is the tensor. Integers stay as they are.
        """
    def ceil_(self) -> Tensor:
        """The smallest integer not below.

        Element by element: `x` is the tensor. Integers stay as they are.

        In place: written over this tensor, which is returned.
        """
    def celu(self, alpha: builtins.float | None = ...) -> Tensor:
        """`x` where positive, `alpha · (eˣᐟᵅ - 1)` elsewhere.

        Element by element: `x` is the tensor. Integers become floats.
        """
    def celu_(self, alpha: builtins.float | None = ...) -> Tensor:
        """`x` where positive, `alpha · (eˣᐟᵅ - 1)` elsewhere.

        Element by element: `x` is the tensor. Integers become floats.

        In place: written over this tensor, which is returned.
        """
    def cfloat(self, memory_format: Any = ...) -> Tensor:
        """This tensor with elements converted to complex64."""
    def chalf(self, memory_format: Any = ...) -> Tensor:
        """This tensor converted to complex32, which isn't supported."""
    def char(self, memory_format: Any = ...) -> Tensor:
        """This tensor with elements converted to int8; itself if they are that already."""
    def cholesky(self, input: Tensor, upper: Any = ..., *, out: Any = ...) -> Tensor:
        """The lower triangular `L` of `A = L Lᵀ`, or the upper triangular one of `A = Uᵀ U`."""
    def cholesky_inverse(self, upper: Any = ...) -> Tensor:
        """The inverse of the matrices whose Cholesky factors these are."""
    def cholesky_solve(self, L: Any, upper: Any = ...) -> Tensor:
        """Solutions of systems with these right sides, whose matrices have the Cholesky factors `L`."""
    def chunk(self, chunks: Any, dim: builtins.int | Sequence[int] | None = ...) -> tuple[Tensor, ...]:
        """At most `chunks` parts of equal size along `dim`."""
    def clamp(self, min: Any = ..., max: Any = ...) -> Tensor:
        """Elements within `[min, max]`; bounds are numbers, tensors, or absent."""
    def clamp_(self, min: Any = ..., max: Any = ...) -> Tensor:
        """Elements within `[min, max]`, in place."""
    def clamp_max(self, max: Any) -> Tensor:
        """Elements of at most `max`."""
    def clamp_max_(self, *args: Any, **kwargs: Any) -> Tensor:
        """As `clamp_max`, written over this tensor, which is returned."""
    def clamp_min(self, min: Any) -> Tensor:
        """Elements of at least `min`."""
    def clamp_min_(self, *args: Any, **kwargs: Any) -> Tensor:
        """As `clamp_min`, written over this tensor, which is returned."""
    def clip(self, min: Any = ..., max: Any = ...) -> Tensor:
        """Elements within `[min, max]`; bounds are numbers, tensors, or absent."""
    def clip_(self, min: Any = ..., max: Any = ...) -> Tensor:
        """Elements within `[min, max]`, in place."""
    def clone(self, *, memory_format: Any = ...) -> Tensor:
        """A copy with a buffer of its own; gradients flow through."""
    def col_indices(self) -> Tensor:
        """Of sparse tensors only, see `sparse.SparseTensor.col_indices`."""
    def conj(self) -> Tensor:
        """The complex conjugate; a real tensor is its own."""
    def conj_physical(self) -> Tensor:
        """The complex conjugate; a real tensor is its own."""
    def conj_physical_(self) -> Tensor:
        """The complex conjugate, in place."""
    def contiguous(self, *, memory_format: Any = ...) -> Tensor:
        """The elements in row-major order without gaps: this tensor if they are, a copy if not."""
    def copy_(self, src: Any, non_blocking: Any = ...) -> Tensor:
        """Copies `src`, broadcast and converted, into this tensor."""
    def copysign(self, other: Tensor | builtins.float) -> Tensor:
        """The magnitude of `a` with the sign of `b`.

        Element by element: `a` is the tensor, `b` is `other`. Integers become floats; shapes broadcast, dtypes are promoted, operands may be numbers.
        """
    def copysign_(self, other: Tensor | builtins.float) -> Tensor:
        """The magnitude of `a` with the sign of `b`.

        Element by element: `a` is the tensor, `b` is `other`. Integers become floats; shapes broadcast, dtypes are promoted, operands may be numbers.

        In place: written over this tensor, which is returned.
        """
    def corrcoef(self) -> Tensor:
        """The correlations of the rows."""
    def cos(self) -> Tensor:
        """Cosine of radians.

        Element by element: `x` is the tensor. Integers become floats.
        """
    def cos_(self) -> Tensor:
        """Cosine of radians.

        Element by element: `x` is the tensor. Integers become floats.

        In place: written over this tensor, which is returned.
        """
    def cosh(self) -> Tensor:
        """Hyperbolic cosine.

        Element by element: `x` is the tensor. Integers become floats.
        """
    def cosh_(self) -> Tensor:
        """Hyperbolic cosine.

        Element by element: `x` is the tensor. Integers become floats.

        In place: written over this tensor, which is returned.
        """
    def count_nonzero(self, dim: builtins.int | Sequence[int] | None = ..., keepdim: builtins.bool = ..., *, dtype: dtype | None = ..., axis: builtins.int | Sequence[int] | None = ..., keepdims: builtins.bool | None = ...) -> Tensor:
        """How many elements over `dim` aren't 0."""
    def cov(self, *, correction: builtins.float | None = ..., fweights: Any = ..., aweights: Any = ...) -> Tensor:
        """The covariances of the rows."""
    def cpu(self) -> Tensor:
        """This tensor: it lives on the CPU already."""
    def cross(self, input: Tensor, other: Tensor | builtins.float, dim: builtins.int | Sequence[int] | None = ..., *, out: Any = ...) -> Tensor:
        """The cross products of vectors in space; without `dim`, along the first dimension of size 3."""
    def crow_indices(self) -> Tensor:
        """Of sparse tensors only, see `sparse.SparseTensor.crow_indices`."""
    def cuda(self, *args: Any, **kwargs: Any) -> Tensor:
        """Not available: tensors live on the CPU."""
    def cummax(self, dim: builtins.int | Sequence[int] | None) -> Tensor:
        """The largest element up to each one along `dim`, and where it is."""
    def cummin(self, dim: builtins.int | Sequence[int] | None) -> Tensor:
        """The smallest element up to each one along `dim`, and where it is."""
    def cumprod(self, dim: builtins.int | Sequence[int] | None, *, dtype: dtype | None = ...) -> Tensor:
        """Products of the elements up to each one along `dim`."""
    def cumprod_(self, dim: builtins.int | Sequence[int] | None, *, dtype: dtype | None = ...) -> Tensor:
        """Products of the elements up to each one along `dim`, in place."""
    def cumsum(self, dim: builtins.int | Sequence[int] | None, *, dtype: dtype | None = ...) -> Tensor:
        """Sums of the elements up to each one along `dim`."""
    def cumsum_(self, dim: builtins.int | Sequence[int] | None, *, dtype: dtype | None = ...) -> Tensor:
        """Sums of the elements up to each one along `dim`, in place."""
    @property
    def data(self) -> Tensor:
        """The same elements outside of the graph."""
    @data.setter
    def data(self, value: Tensor) -> None: ...
    def data_ptr(self) -> int:
        """The address of the first element."""
    def deg2rad(self, input: Tensor) -> Tensor:
        """Degrees as radians: `x · π / 180`."""
    def deg2rad_(self, *args: Any, **kwargs: Any) -> Tensor:
        """As `deg2rad`, written over this tensor, which is returned."""
    def det(self) -> Tensor:
        """The determinants of square matrices: (…, n, n) → (…)."""
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
    def diagflat(self, offset: Any = ...) -> Tensor:
        """The flattened elements as diagonal `offset` of a matrix."""
    def diagonal(self, offset: Any = ..., dim1: builtins.int = ..., dim2: builtins.int = ...) -> Tensor:
        """The diagonal of two dimensions, as a new last dimension."""
    def diagonal_scatter(self, src: Any, offset: Any = ..., dim1: builtins.int = ..., dim2: builtins.int = ...) -> Tensor:
        """A copy with `src` as the diagonal of two dimensions."""
    def diff(self, n: builtins.int = ..., dim: builtins.int | Sequence[int] | None = ..., prepend: Any = ..., append: Any = ...) -> Tensor:
        """Differences between neighbours along `dim`, `n` times."""
    def digamma(self) -> Tensor:
        """`Γ′(x) / Γ(x)`.

        Element by element: `x` is the tensor. Integers become floats.
        """
    def digamma_(self) -> Tensor:
        """`Γ′(x) / Γ(x)`.

        Element by element: `x` is the tensor. Integers become floats.

        In place: written over this tensor, which is returned.
        """
    def dim(self) -> int:
        """Number of dimensions."""
    def dist(self, other: Tensor | builtins.float, p: builtins.float = ...) -> Tensor:
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
        """The inner product of two vectors: (n) and (n) give one number."""
    def double(self, memory_format: Any = ...) -> Tensor:
        """This tensor with elements converted to float64; itself if they are that already."""
    def dsplit(self, input: Tensor, indices_or_sections: Any) -> Tensor:
        """Cut along the third dimension."""
    @property
    def dtype(self) -> dtype:
        """The type of the elements, such as `float32`."""
    def element_size(self) -> int:
        """Bytes that one element takes."""
    def elu(self, alpha: builtins.float | None = ...) -> Tensor:
        """`x` where positive, `alpha · (eˣ - 1)` elsewhere.

        Element by element: `x` is the tensor. Integers become floats.
        """
    def elu_(self, alpha: builtins.float | None = ...) -> Tensor:
        """`x` where positive, `alpha · (eˣ - 1)` elsewhere.

        Element by element: `x` is the tensor. Integers become floats.

        In place: written over this tensor, which is returned.
        """
    def eq(self, other: Tensor | builtins.float) -> Tensor:
        """`a = b`.

        Element by element: `a` is the tensor, `b` is `other`. Answers bools; shapes broadcast, dtypes are promoted, operands may be numbers.
        """
    def eq_(self, other: Tensor | builtins.float) -> Tensor:
        """`a = b`.

        Element by element: `a` is the tensor, `b` is `other`. Answers bools; shapes broadcast, dtypes are promoted, operands may be numbers.

        In place: written over this tensor, which is returned.
        """
    def equal(self, other: Tensor | builtins.float) -> bool:
        """Whether both have the same shape and elements."""
    def erf(self) -> Tensor:
        """The error function.

        Element by element: `x` is the tensor. Integers become floats.
        """
    def erf_(self) -> Tensor:
        """The error function.

        Element by element: `x` is the tensor. Integers become floats.

        In place: written over this tensor, which is returned.
        """
    def erfc(self) -> Tensor:
        """`1 - erf(x)`.

        Element by element: `x` is the tensor. Integers become floats.
        """
    def erfc_(self) -> Tensor:
        """`1 - erf(x)`.

        Element by element: `x` is the tensor. Integers become floats.

        In place: written over this tensor, which is returned.
        """
    def erfinv(self) -> Tensor:
        """The number whose error function is `x`.

        Element by element: `x` is the tensor. Integers become floats.
        """
    def erfinv_(self) -> Tensor:
        """The number whose error function is `x`.

        Element by element: `x` is the tensor. Integers become floats.

        In place: written over this tensor, which is returned.
        """
    def exp(self) -> Tensor:
        """`eˣ`.

        Element by element: `x` is the tensor. Integers become floats.
        """
    def exp2(self) -> Tensor:
        """`2ˣ`.

        Element by element: `x` is the tensor. Integers become floats.
        """
    def exp2_(self) -> Tensor:
        """`2ˣ`.

        Element by element: `x` is the tensor. Integers become floats.

        In place: written over this tensor, which is returned.
        """
    def exp_(self) -> Tensor:
        """`eˣ`.

        Element by element: `x` is the tensor. Integers become floats.

        In place: written over this tensor, which is returned.
        """
    def expand(self, *sizes: Any) -> Tensor:
        """Dimensions of size 1 stretched; -1 leaves a size as it is."""
    def expand_as(self, other: Tensor | builtins.float) -> Tensor:
        """Stretched to the shape of `other`."""
    def expm1(self) -> Tensor:
        """`eˣ - 1`, exact near 0.

        Element by element: `x` is the tensor. Integers become floats.
        """
    def expm1_(self) -> Tensor:
        """`eˣ - 1`, exact near 0.

        Element by element: `x` is the tensor. Integers become floats.

        In place: written over this tensor, which is returned.
        """
    def exponential_(self, lambd: builtins.float = ..., *, generator: Generator | None = ...) -> Tensor:
        """Exponentially distributed numbers, in place."""
    def fill_(self, value: Tensor | builtins.float) -> Tensor:
        """Sets every element to `value`."""
    def fill_diagonal_(self, fill_value: Any, wrap: Any = ...) -> Tensor:
        """Sets the diagonal of a matrix, or of a tensor of equal sizes."""
    def fix(self) -> Tensor:
        """The integer part.

        Element by element: `x` is the tensor. Integers stay as they are.
        """
    def fix_(self) -> Tensor:
        """The integer part.

        Element by element: `x` is the tensor. Integers stay as they are.

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
    def float(self, memory_format: Any = ...) -> Tensor:
        """This tensor with elements converted to float32; itself if they are that already."""
    def float_power(self, exponent: Tensor | builtins.float) -> Tensor:
        """`self` to the power `exponent` in double precision."""
    def float_power_(self, exponent: Tensor | builtins.float) -> Tensor:
        """`float_power`, in place: of float64 tensors only."""
    def floor(self) -> Tensor:
        """The largest integer not above.

        Element by element: `x` is the tensor. Integers stay as they are.
        """
    def floor_(self) -> Tensor:
        """The largest integer not above.

        Element by element: `x` is the tensor. Integers stay as they are.

        In place: written over this tensor, which is returned.
        """
    def floor_divide(self, other: Tensor | builtins.float) -> Tensor:
        """`⌊a / b⌋`; integers by 0 answer 0.

        Element by element: `a` is the tensor, `b` is `other`. Of any real dtype; shapes broadcast, dtypes are promoted, operands may be numbers.
        """
    def floor_divide_(self, other: Tensor | builtins.float) -> Tensor:
        """`⌊a / b⌋`; integers by 0 answer 0.

        Element by element: `a` is the tensor, `b` is `other`. Of any real dtype; shapes broadcast, dtypes are promoted, operands may be numbers.

        In place: written over this tensor, which is returned.
        """
    def fmax(self, other: Tensor | builtins.float) -> Tensor:
        """The larger of the two; the other one where one is NaN."""
    def fmin(self, other: Tensor | builtins.float) -> Tensor:
        """The smaller of the two; the other one where one is NaN."""
    def fmod(self, other: Tensor | builtins.float) -> Tensor:
        """C's `fmod(a, b)`, with the sign of `a`; integers by 0 answer 0.

        Element by element: `a` is the tensor, `b` is `other`. Of any real dtype; shapes broadcast, dtypes are promoted, operands may be numbers.
        """
    def fmod_(self, other: Tensor | builtins.float) -> Tensor:
        """C's `fmod(a, b)`, with the sign of `a`; integers by 0 answer 0.

        Element by element: `a` is the tensor, `b` is `other`. Of any real dtype; shapes broadcast, dtypes are promoted, operands may be numbers.

        In place: written over this tensor, which is returned.
        """
    def frac(self, input: Tensor) -> Tensor:
        """The part behind the point."""
    def frac_(self, *args: Any, **kwargs: Any) -> Tensor:
        """As `frac`, written over this tensor, which is returned."""
    def frexp(self, input: Tensor) -> Tensor:
        """Mantissas in `[½, 1)` but for the sign, and exponents: `input = mantissa · 2` to the power `exponent`."""
    def gather(self, dim: builtins.int | Sequence[int] | None, index: Tensor, *, sparse_grad: Any = ...) -> Tensor:
        """Elements by number along `dim`: `out[i][j] = self[index[i][j]][j]` for `dim=0`.

        `index`, of integers, has as many dimensions as this tensor and the shape of the result; negative numbers are refused.

            >>> torch.tensor([[1, 2], [3, 4]]).gather(1, torch.tensor([[1], [0]])).tolist()
            [[2], [3]]
        """
    def gcd(self, other: Tensor | builtins.float) -> Tensor:
        """The greatest common divisor.

        Element by element: `a` is the tensor, `b` is `other`. Of integers and bools; shapes broadcast, dtypes are promoted, operands may be numbers.
        """
    def gcd_(self, other: Tensor | builtins.float) -> Tensor:
        """The greatest common divisor.

        Element by element: `a` is the tensor, `b` is `other`. Of integers and bools; shapes broadcast, dtypes are promoted, operands may be numbers.

        In place: written over this tensor, which is returned.
        """
    def ge(self, other: Tensor | builtins.float) -> Tensor:
        """`a ≥ b`.

        Element by element: `a` is the tensor, `b` is `other`. Answers bools; shapes broadcast, dtypes are promoted, operands may be numbers.
        """
    def ge_(self, other: Tensor | builtins.float) -> Tensor:
        """`a ≥ b`.

        Element by element: `a` is the tensor, `b` is `other`. Answers bools; shapes broadcast, dtypes are promoted, operands may be numbers.

        In place: written over this tensor, which is returned.
        """
    def geometric_(self, p: builtins.float, *, generator: Generator | None = ...) -> Tensor:
        """Geometrically distributed numbers, in place."""
    def geqrf(self, input: Tensor, *, out: Any = ...) -> Tensor:
        """`(a, tau)`: reflectors below the diagonal, R on and above it."""
    def ger(self, vec2: Tensor) -> Tensor:
        """The products of all pairs of elements of two vectors: (n) and (m) give (n, m)."""
    @property
    def grad(self) -> Tensor | None:
        """The accumulated gradient after a backward, or None."""
    @grad.setter
    def grad(self, value: Tensor | None) -> None: ...
    @property
    def grad_fn(self) -> Node | None:
        """The operation that made this tensor, or None for one of the user's own."""
    def greater(self, other: Tensor | builtins.float) -> Tensor:
        """`a > b`.

        Element by element: `a` is the tensor, `b` is `other`. Answers bools; shapes broadcast, dtypes are promoted, operands may be numbers.
        """
    def greater_(self, other: Tensor | builtins.float) -> Tensor:
        """`a > b`.

        Element by element: `a` is the tensor, `b` is `other`. Answers bools; shapes broadcast, dtypes are promoted, operands may be numbers.

        In place: written over this tensor, which is returned.
        """
    def greater_equal(self, other: Tensor | builtins.float) -> Tensor:
        """`a ≥ b`.

        Element by element: `a` is the tensor, `b` is `other`. Answers bools; shapes broadcast, dtypes are promoted, operands may be numbers.
        """
    def greater_equal_(self, other: Tensor | builtins.float) -> Tensor:
        """`a ≥ b`.

        Element by element: `a` is the tensor, `b` is `other`. Answers bools; shapes broadcast, dtypes are promoted, operands may be numbers.

        In place: written over this tensor, which is returned.
        """
    def gt(self, other: Tensor | builtins.float) -> Tensor:
        """`a > b`.

        Element by element: `a` is the tensor, `b` is `other`. Answers bools; shapes broadcast, dtypes are promoted, operands may be numbers.
        """
    def gt_(self, other: Tensor | builtins.float) -> Tensor:
        """`a > b`.

        Element by element: `a` is the tensor, `b` is `other`. Answers bools; shapes broadcast, dtypes are promoted, operands may be numbers.

        In place: written over this tensor, which is returned.
        """
    def half(self, memory_format: Any = ...) -> Tensor:
        """This tensor with elements converted to float16; itself if they are that already."""
    def hardshrink(self, lambd: builtins.float = ...) -> Tensor:
        """`x` outside of `[-lambda, lambda]`, 0 inside.

        Element by element: `x` is the tensor, `lambda` is `lambd`. Integers become floats.
        """
    def hardshrink_(self, lambd: builtins.float = ...) -> Tensor:
        """`x` outside of `[-lambda, lambda]`, 0 inside.

        Element by element: `x` is the tensor, `lambda` is `lambd`. Integers become floats.

        In place: written over this tensor, which is returned.
        """
    def hardsigmoid(self) -> Tensor:
        """`relu6(x + 3) / 6`.

        Element by element: `x` is the tensor. Integers become floats.
        """
    def hardsigmoid_(self) -> Tensor:
        """`relu6(x + 3) / 6`.

        Element by element: `x` is the tensor. Integers become floats.

        In place: written over this tensor, which is returned.
        """
    def hardswish(self) -> Tensor:
        """`x · relu6(x + 3) / 6`.

        Element by element: `x` is the tensor. Integers become floats.
        """
    def hardswish_(self) -> Tensor:
        """`x · relu6(x + 3) / 6`.

        Element by element: `x` is the tensor. Integers become floats.

        In place: written over this tensor, which is returned.
        """
    def hardtanh(self, min_val: builtins.float = ..., max_val: builtins.float = ...) -> Tensor:
        """`x` within `[min, max]`; derivative 0 at the bounds and of NaN.

        Element by element: `x` is the tensor, `min` is `min_val`, `max` is `max_val`. Of any real dtype.
        """
    def hardtanh_(self, min_val: builtins.float = ..., max_val: builtins.float = ...) -> Tensor:
        """`x` within `[min, max]`; derivative 0 at the bounds and of NaN.

        Element by element: `x` is the tensor, `min` is `min_val`, `max` is `max_val`. Of any real dtype.

        In place: written over this tensor, which is returned.
        """
    def heaviside(self, values: Any) -> Tensor:
        """0 below 0, `values` at 0, 1 above."""
    def heaviside_(self, *args: Any, **kwargs: Any) -> Tensor:
        """As `heaviside`, written over this tensor, which is returned."""
    def histc(self, bins: Any = ..., min: Any = ..., max: Any = ...) -> Tensor:
        """Counts of the elements in equal bins between `min` and `max`."""
    def histogram(self, bins: Any, *, range: Any = ..., weight: Tensor | None = ..., density: Any = ...) -> Tensor:
        """Counts of the elements between edges, and the edges."""
    def hpu(self, *args: Any, **kwargs: Any) -> Tensor:
        """Not available: tensors live on the CPU."""
    def hsplit(self, input: Tensor, indices_or_sections: Any) -> tuple[Tensor, ...]:
        """`input` cut along dimension 1, or 0 if it has only that: into so many parts, or before these indices."""
    def hypot(self, other: Tensor | builtins.float) -> Tensor:
        """`√(a² + b²)`, without overflow of the squares; infinity if either is infinite.

        Element by element: `a` is the tensor, `b` is `other`. Integers become floats; shapes broadcast, dtypes are promoted, operands may be numbers.
        """
    def hypot_(self, other: Tensor | builtins.float) -> Tensor:
        """`√(a² + b²)`, without overflow of the squares; infinity if either is infinite.

        Element by element: `a` is the tensor, `b` is `other`. Integers become floats; shapes broadcast, dtypes are promoted, operands may be numbers.

        In place: written over this tensor, which is returned.
        """
    def i0(self) -> Tensor:
        """The modified Bessel function of the first kind of order 0.

        Element by element: `x` is the tensor. Integers become floats.
        """
    def i0_(self) -> Tensor:
        """The modified Bessel function of the first kind of order 0.

        Element by element: `x` is the tensor. Integers become floats.

        In place: written over this tensor, which is returned.
        """
    def igamma(self, other: Tensor | builtins.float) -> Tensor:
        """The lower incomplete gamma function of `(a, x)`, over `Γ(a)`.

        Element by element: `a` is the tensor, `x` is `other`. Integers become floats; shapes broadcast, dtypes are promoted, operands may be numbers.
        """
    def igamma_(self, other: Tensor | builtins.float) -> Tensor:
        """The lower incomplete gamma function of `(a, x)`, over `Γ(a)`.

        Element by element: `a` is the tensor, `x` is `other`. Integers become floats; shapes broadcast, dtypes are promoted, operands may be numbers.

        In place: written over this tensor, which is returned.
        """
    def igammac(self, other: Tensor | builtins.float) -> Tensor:
        """The upper incomplete gamma function of `(a, x)`, over `Γ(a)`.

        Element by element: `a` is the tensor, `x` is `other`. Integers become floats; shapes broadcast, dtypes are promoted, operands may be numbers.
        """
    def igammac_(self, other: Tensor | builtins.float) -> Tensor:
        """The upper incomplete gamma function of `(a, x)`, over `Γ(a)`.

        Element by element: `a` is the tensor, `x` is `other`. Integers become floats; shapes broadcast, dtypes are promoted, operands may be numbers.

        In place: written over this tensor, which is returned.
        """
    @property
    def imag(self) -> Tensor:
        """The imaginary part, a view of a complex tensor."""
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
    def index_put(self, indices: Any, values: Any, accumulate: Any = ...) -> Tensor:
        """A copy with `values` written (or added) where the tuple `indices` of tensors tells."""
    def index_put_(self, indices: Any, values: Any, accumulate: Any = ...) -> Tensor:
        """`values` written (or added) where the tuple `indices` of tensors tells."""
    def index_reduce(self, dim: builtins.int | Sequence[int] | None, index: Tensor, source: Tensor, reduce: Any, *, include_self: Any = ...) -> Tensor:
        """`source` combined into the slices of `dim` of a copy that `index` numbers: by prod, mean, amax or amin."""
    def index_reduce_(self, dim: builtins.int | Sequence[int] | None, index: Tensor, source: Tensor, reduce: Any, *, include_self: Any = ...) -> Tensor:
        """`source` combined into the slices of `dim` that `index` numbers: by prod, mean, amax or amin."""
    def index_select(self, dim: builtins.int | Sequence[int] | None, index: Tensor) -> Tensor:
        """The slices of `dim` that `index` numbers.

        `index` is a vector of integers, in any order, with repetitions.

            >>> torch.tensor([[1, 2], [3, 4]]).index_select(0, torch.tensor([1, 1])).tolist()
            [[3, 4], [3, 4]]
        """
    def indices(self) -> Tensor:
        """Of sparse tensors only, see `sparse.SparseTensor.indices`."""
    def inner(self, input: Tensor, other: Tensor | builtins.float) -> Tensor:
        """Products summed over the last dimensions."""
    def int(self, memory_format: Any = ...) -> Tensor:
        """This tensor with elements converted to int32; itself if they are that already."""
    def inverse(self) -> Tensor:
        """The inverses of square matrices (…, n, n)."""
    def ipu(self, *args: Any, **kwargs: Any) -> Tensor:
        """Not available: tensors live on the CPU."""
    def is_complex(self) -> bool:
        """Whether elements are complex."""
    def is_conj(self) -> Tensor:
        """Whether a conjugation is still to be done: never, conj() does it."""
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
    def is_neg(self) -> Tensor:
        """Whether a negation is still to be done: never."""
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
        """It is neither infinite nor NaN.

        Element by element: `x` is the tensor. Answers bools.
        """
    def isfinite_(self) -> Tensor:
        """It is neither infinite nor NaN.

        Element by element: `x` is the tensor. Answers bools.

        In place: written over this tensor, which is returned.
        """
    def isinf(self) -> Tensor:
        """It is infinite.

        Element by element: `x` is the tensor. Answers bools.
        """
    def isinf_(self) -> Tensor:
        """It is infinite.

        Element by element: `x` is the tensor. Answers bools.

        In place: written over this tensor, which is returned.
        """
    def isnan(self) -> Tensor:
        """It is NaN.

        Element by element: `x` is the tensor. Answers bools.
        """
    def isnan_(self) -> Tensor:
        """It is NaN.

        Element by element: `x` is the tensor. Answers bools.

        In place: written over this tensor, which is returned.
        """
    def isneginf(self, input: Tensor) -> Tensor:
        """Whether it is minus infinity."""
    def isposinf(self, input: Tensor) -> Tensor:
        """Whether it is infinity."""
    def isreal(self, input: Tensor) -> Tensor:
        """Whether it has no imaginary part."""
    def istft(self, n_fft: Any, hop_length: Any = ..., win_length: Any = ..., window: Any = ..., center: Any = ..., normalized: Any = ..., onesided: Any = ..., length: Any = ..., return_complex: Any = ...) -> Tensor:
        """The signal whose `stft` this is."""
    def item(self) -> builtins.bool | builtins.int | float:
        """The one element as a Python number."""
    @property
    def itemsize(self) -> int:
        """Bytes that one element takes."""
    def kl_error(self, other: Tensor | builtins.float) -> Tensor:
        """`t · (ln t - x)`, 0 where `t` is 0.

        Element by element: `x` is the tensor, `t` is `other`. Integers become floats; shapes broadcast, dtypes are promoted, operands may be numbers.
        """
    def kl_error_(self, other: Tensor | builtins.float) -> Tensor:
        """`t · (ln t - x)`, 0 where `t` is 0.

        Element by element: `x` is the tensor, `t` is `other`. Integers become floats; shapes broadcast, dtypes are promoted, operands may be numbers.

        In place: written over this tensor, which is returned.
        """
    def kl_log_error(self, other: Tensor | builtins.float) -> Tensor:
        """`eᵗ · (t - x)`.

        Element by element: `x` is the tensor, `t` is `other`. Integers become floats; shapes broadcast, dtypes are promoted, operands may be numbers.
        """
    def kl_log_error_(self, other: Tensor | builtins.float) -> Tensor:
        """`eᵗ · (t - x)`.

        Element by element: `x` is the tensor, `t` is `other`. Integers become floats; shapes broadcast, dtypes are promoted, operands may be numbers.

        In place: written over this tensor, which is returned.
        """
    def kron(self, input: Tensor, other: Tensor | builtins.float, *, out: Any = ...) -> Tensor:
        """Kronecker's product."""
    def kthvalue(self, k: builtins.int, dim: builtins.int | Sequence[int] | None = ..., keepdim: builtins.bool = ...) -> Any:
        """The `k`-th smallest elements along `dim`, counted from 1, and where they are."""
    def label(self, labels: Any) -> Tensor:
        """The same elements with names for dimensions, one each, `None` or empty for none. Names are for people: they ride
        through operations and stand in errors, and mean nothing to operations.
        """
    def labels(self) -> Tensor:
        """The names of the dimensions, see `label`; `None` where there is none."""
    @property
    def layout(self) -> str:
        """How elements are laid out: always strided."""
    def lcm(self, other: Tensor | builtins.float) -> Tensor:
        """The least common multiple of integers."""
    def lcm_(self, *args: Any, **kwargs: Any) -> Tensor:
        """As `lcm`, written over this tensor, which is returned."""
    def ldexp(self, other: Tensor | builtins.float) -> Tensor:
        """`self · 2` to the power `other`."""
    def ldexp_(self, *args: Any, **kwargs: Any) -> Tensor:
        """As `ldexp`, written over this tensor, which is returned."""
    def le(self, other: Tensor | builtins.float) -> Tensor:
        """`a ≤ b`.

        Element by element: `a` is the tensor, `b` is `other`. Answers bools; shapes broadcast, dtypes are promoted, operands may be numbers.
        """
    def le_(self, other: Tensor | builtins.float) -> Tensor:
        """`a ≤ b`.

        Element by element: `a` is the tensor, `b` is `other`. Answers bools; shapes broadcast, dtypes are promoted, operands may be numbers.

        In place: written over this tensor, which is returned.
        """
    def leaky_relu(self, negative_slope: builtins.float = ...) -> Tensor:
        """`x` where positive, `slope · x` elsewhere.

        Element by element: `x` is the tensor, `slope` is `negative_slope`. Integers become floats.
        """
    def leaky_relu_(self, negative_slope: builtins.float = ...) -> Tensor:
        """`x` where positive, `slope · x` elsewhere.

        Element by element: `x` is the tensor, `slope` is `negative_slope`. Integers become floats.

        In place: written over this tensor, which is returned.
        """
    def lerp(self, end: Any, weight: Tensor | None) -> Tensor:
        """`a + w · (b - a)`.

        Element by element: `a` is the tensor, `b` is `end`, `w` is `weight`. Integers become floats; shapes broadcast, dtypes are promoted, operands may be numbers.
        """
    def lerp_(self, end: Any, weight: Tensor | None) -> Tensor:
        """`a + w · (b - a)`.

        Element by element: `a` is the tensor, `b` is `end`, `w` is `weight`. Integers become floats; shapes broadcast, dtypes are promoted, operands may be numbers.

        In place: written over this tensor, which is returned.
        """
    def less(self, other: Tensor | builtins.float) -> Tensor:
        """`a < b`.

        Element by element: `a` is the tensor, `b` is `other`. Answers bools; shapes broadcast, dtypes are promoted, operands may be numbers.
        """
    def less_(self, other: Tensor | builtins.float) -> Tensor:
        """`a < b`.

        Element by element: `a` is the tensor, `b` is `other`. Answers bools; shapes broadcast, dtypes are promoted, operands may be numbers.

        In place: written over this tensor, which is returned.
        """
    def less_equal(self, other: Tensor | builtins.float) -> Tensor:
        """`a ≤ b`.

        Element by element: `a` is the tensor, `b` is `other`. Answers bools; shapes broadcast, dtypes are promoted, operands may be numbers.
        """
    def less_equal_(self, other: Tensor | builtins.float) -> Tensor:
        """`a ≤ b`.

        Element by element: `a` is the tensor, `b` is `other`. Answers bools; shapes broadcast, dtypes are promoted, operands may be numbers.

        In place: written over this tensor, which is returned.
        """
    def lgamma(self) -> Tensor:
        """`ln |Γ(x)|`.

        Element by element: `x` is the tensor. Integers become floats.
        """
    def lgamma_(self) -> Tensor:
        """`ln |Γ(x)|`.

        Element by element: `x` is the tensor. Integers become floats.

        In place: written over this tensor, which is returned.
        """
    def log(self) -> Tensor:
        """Natural logarithm.

        Element by element: `x` is the tensor. Integers become floats.
        """
    def log10(self) -> Tensor:
        """Logarithm to base 10.

        Element by element: `x` is the tensor. Integers become floats.
        """
    def log10_(self) -> Tensor:
        """Logarithm to base 10.

        Element by element: `x` is the tensor. Integers become floats.

        In place: written over this tensor, which is returned.
        """
    def log1p(self) -> Tensor:
        """`ln(1 + x)`, exact near 0.

        Element by element: `x` is the tensor. Integers become floats.
        """
    def log1p_(self) -> Tensor:
        """`ln(1 + x)`, exact near 0.

        Element by element: `x` is the tensor. Integers become floats.

        In place: written over this tensor, which is returned.
        """
    def log2(self) -> Tensor:
        """Logarithm to base 2.

        Element by element: `x` is the tensor. Integers become floats.
        """
    def log2_(self) -> Tensor:
        """Logarithm to base 2.

        Element by element: `x` is the tensor. Integers become floats.

        In place: written over this tensor, which is returned.
        """
    def log_(self) -> Tensor:
        """Natural logarithm.

        Element by element: `x` is the tensor. Integers become floats.

        In place: written over this tensor, which is returned.
        """
    def log_normal_(self, mean: Any = ..., std: Any = ..., *, generator: Generator | None = ...) -> Tensor:
        """Numbers whose logarithm is normal, in place."""
    def log_softmax(self, dim: builtins.int | Sequence[int] | None = ..., dtype: dtype | None = ...) -> Tensor:
        """The logarithm of the softmax along `dim`."""
    def logaddexp(self, other: Tensor | builtins.float) -> Tensor:
        """`ln(eᵃ + eᵇ)`.

        Element by element: `a` is the tensor, `b` is `other`. Integers become floats; shapes broadcast, dtypes are promoted, operands may be numbers.
        """
    def logaddexp2(self, other: Tensor | builtins.float) -> Tensor:
        """`log₂(2ᵃ + 2ᵇ)`.

        Element by element: `a` is the tensor, `b` is `other`. Integers become floats; shapes broadcast, dtypes are promoted, operands may be numbers.
        """
    def logaddexp2_(self, other: Tensor | builtins.float) -> Tensor:
        """`log₂(2ᵃ + 2ᵇ)`.

        Element by element: `a` is the tensor, `b` is `other`. Integers become floats; shapes broadcast, dtypes are promoted, operands may be numbers.

        In place: written over this tensor, which is returned.
        """
    def logaddexp_(self, other: Tensor | builtins.float) -> Tensor:
        """`ln(eᵃ + eᵇ)`.

        Element by element: `a` is the tensor, `b` is `other`. Integers become floats; shapes broadcast, dtypes are promoted, operands may be numbers.

        In place: written over this tensor, which is returned.
        """
    def logcumsumexp(self, dim: builtins.int | Sequence[int] | None) -> Tensor:
        """Logarithms of the sums of exponentials up to each element along `dim`."""
    def logdet(self) -> Tensor:
        """The logarithms of the determinants."""
    def logical_and(self, other: Tensor | builtins.float) -> Tensor:
        """Both are non-zero.

        Element by element: `a` is the tensor, `b` is `other`. Answers bools; shapes broadcast, dtypes are promoted, operands may be numbers.
        """
    def logical_and_(self, other: Tensor | builtins.float) -> Tensor:
        """Both are non-zero.

        Element by element: `a` is the tensor, `b` is `other`. Answers bools; shapes broadcast, dtypes are promoted, operands may be numbers.

        In place: written over this tensor, which is returned.
        """
    def logical_not(self) -> Tensor:
        """It is zero.

        Element by element: `x` is the tensor. Answers bools.
        """
    def logical_not_(self) -> Tensor:
        """It is zero.

        Element by element: `x` is the tensor. Answers bools.

        In place: written over this tensor, which is returned.
        """
    def logical_or(self, other: Tensor | builtins.float) -> Tensor:
        """Either is non-zero.

        Element by element: `a` is the tensor, `b` is `other`. Answers bools; shapes broadcast, dtypes are promoted, operands may be numbers.
        """
    def logical_or_(self, other: Tensor | builtins.float) -> Tensor:
        """Either is non-zero.

        Element by element: `a` is the tensor, `b` is `other`. Answers bools; shapes broadcast, dtypes are promoted, operands may be numbers.

        In place: written over this tensor, which is returned.
        """
    def logical_xor(self, other: Tensor | builtins.float) -> Tensor:
        """Exactly one is non-zero.

        Element by element: `a` is the tensor, `b` is `other`. Answers bools; shapes broadcast, dtypes are promoted, operands may be numbers.
        """
    def logical_xor_(self, other: Tensor | builtins.float) -> Tensor:
        """Exactly one is non-zero.

        Element by element: `a` is the tensor, `b` is `other`. Answers bools; shapes broadcast, dtypes are promoted, operands may be numbers.

        In place: written over this tensor, which is returned.
        """
    def logit(self, input: Tensor, eps: builtins.float | None = ...) -> Tensor:
        """`ln(x / (1 - x))`, of `x` within `[eps, 1 - eps]`."""
    def logit_(self, *args: Any, **kwargs: Any) -> Tensor:
        """As `logit`, written over this tensor, which is returned."""
    def logsigmoid(self) -> Tensor:
        """`ln sigmoid(x)`.

        Element by element: `x` is the tensor. Integers become floats.
        """
    def logsigmoid_(self) -> Tensor:
        """`ln sigmoid(x)`.

        Element by element: `x` is the tensor. Integers become floats.

        In place: written over this tensor, which is returned.
        """
    def logsumexp(self, dim: builtins.int | Sequence[int] | None = ..., keepdim: builtins.bool = ..., *, dtype: dtype | None = ..., axis: builtins.int | Sequence[int] | None = ..., keepdims: builtins.bool | None = ...) -> Tensor:
        """`ln Σ eˣ` over `dim`."""
    def long(self, memory_format: Any = ...) -> Tensor:
        """This tensor with elements converted to int64; itself if they are that already."""
    def lt(self, other: Tensor | builtins.float) -> Tensor:
        """`a < b`.

        Element by element: `a` is the tensor, `b` is `other`. Answers bools; shapes broadcast, dtypes are promoted, operands may be numbers.
        """
    def lt_(self, other: Tensor | builtins.float) -> Tensor:
        """`a < b`.

        Element by element: `a` is the tensor, `b` is `other`. Answers bools; shapes broadcast, dtypes are promoted, operands may be numbers.

        In place: written over this tensor, which is returned.
        """
    def lu(self, pivot: Any = ..., get_infos: Any = ...) -> Tensor:
        """`(LU, pivots)`, and `info` if wanted."""
    def lu_solve(self, b: Any, LU_data: Any, LU_pivots: Any, *, out: Any = ...) -> Tensor:
        """`X` of `A X = b` by what `lu(A)` answers."""
    @property
    def mH(self) -> Tensor:
        """The last two dimensions swapped, the elements conjugated."""
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
        """The product of matrices, vectors or batches of matrices, as `@`: (…, n, k) and (…, k, m) give (…, n, m).

        The batches in front broadcast. A vector (k) on the left counts as one row, on the right as one column, which the result
        doesn't have. Both sides are of one dtype.

            >>> torch.matmul(torch.ones(10, 2, 3), torch.ones(3, 4)).shape
            neurarust.Size([10, 2, 4])
        """
    def matrix_exp(self) -> Tensor:
        """The exponentials of the matrices."""
    def matrix_power(self, n: builtins.int) -> Tensor:
        """The matrices to the power `n`."""
    def max(self, dim: builtins.int | Sequence[int] | None = ..., keepdim: builtins.bool = ..., *, axis: builtins.int | Sequence[int] | None = ..., other: Tensor | builtins.float = ...) -> Any:
        """The largest elements.

        Without `dim`: of everything. With `dim`: `(values, indices)` along it. With a tensor: element by element.
        """
    def maximum(self, other: Tensor | builtins.float) -> Tensor:
        """The larger of the two, NaN if either is.

        Element by element: `a` is the tensor, `b` is `other`. Of any real dtype; shapes broadcast, dtypes are promoted, operands may be numbers.
        """
    def maximum_(self, other: Tensor | builtins.float) -> Tensor:
        """The larger of the two, NaN if either is.

        Element by element: `a` is the tensor, `b` is `other`. Of any real dtype; shapes broadcast, dtypes are promoted, operands may be numbers.

        In place: written over this tensor, which is returned.
        """
    def mean(self, dim: builtins.int | Sequence[int] | None = ..., keepdim: builtins.bool = ..., *, dtype: dtype | None = ..., axis: builtins.int | Sequence[int] | None = ..., keepdims: builtins.bool | None = ...) -> Tensor:
        """Mean over `dim`, a dimension or several, or of everything.

        Reduced dimensions disappear, or stay with size 1 if `keepdim`. Integers need a floating-point `dtype`.

            >>> torch.tensor([[1.0, 3.0], [5.0, 7.0]]).mean(dim=0)
            tensor([3., 5.])
        """
    def median(self, dim: builtins.int | Sequence[int] | None = ..., keepdim: builtins.bool = ...) -> Any:
        """The lower middle element: of everything, or along `dim` with where it is."""
    def min(self, dim: builtins.int | Sequence[int] | None = ..., keepdim: builtins.bool = ..., *, axis: builtins.int | Sequence[int] | None = ..., other: Tensor | builtins.float = ...) -> Any:
        """The smallest elements.

        Without `dim`: of everything. With `dim`: `(values, indices)` along it. With a tensor: element by element.
        """
    def minimum(self, other: Tensor | builtins.float) -> Tensor:
        """The smaller of the two, NaN if either is.

        Element by element: `a` is the tensor, `b` is `other`. Of any real dtype; shapes broadcast, dtypes are promoted, operands may be numbers.
        """
    def minimum_(self, other: Tensor | builtins.float) -> Tensor:
        """The smaller of the two, NaN if either is.

        Element by element: `a` is the tensor, `b` is `other`. Of any real dtype; shapes broadcast, dtypes are promoted, operands may be numbers.

        In place: written over this tensor, which is returned.
        """
    def mish(self) -> Tensor:
        """`x · tanh(softplus(x))`.

        Element by element: `x` is the tensor. Integers become floats.
        """
    def mish_(self) -> Tensor:
        """`x · tanh(softplus(x))`.

        Element by element: `x` is the tensor. Integers become floats.

        In place: written over this tensor, which is returned.
        """
    def mm(self, mat2: Tensor) -> Tensor:
        """The product of two matrices: (n, k) and (k, m) give (n, m)."""
    def mode(self, dim: builtins.int | Sequence[int] | None = ..., keepdim: builtins.bool = ...) -> Tensor:
        """The commonest element along `dim`, and the last place where it is."""
    def moveaxis(self, source: Tensor, destination: Any) -> Tensor:
        """Dimensions moved to other places."""
    def movedim(self, source: Tensor, destination: Any) -> Tensor:
        """Dimensions moved to other places."""
    def msort(self) -> Tensor:
        """The elements in order along the first dimension."""
    def mul(self, other: Tensor | builtins.float) -> Tensor:
        """`a · b`.

        Element by element: `a` is the tensor, `b` is `other`. Of any real dtype; shapes broadcast, dtypes are promoted, operands may be numbers.
        """
    def mul_(self, other: Tensor | builtins.float) -> Tensor:
        """`a · b`.

        Element by element: `a` is the tensor, `b` is `other`. Of any real dtype; shapes broadcast, dtypes are promoted, operands may be numbers.

        In place: written over this tensor, which is returned.
        """
    def multinomial(self, num_samples: Any, replacement: Any = ..., *, generator: Generator | None = ...) -> Tensor:
        """`num_samples` indices per row, drawn with the row's weights."""
    def multiply(self, other: Tensor | builtins.float) -> Tensor:
        """`a · b`.

        Element by element: `a` is the tensor, `b` is `other`. Of any real dtype; shapes broadcast, dtypes are promoted, operands may be numbers.
        """
    def multiply_(self, other: Tensor | builtins.float) -> Tensor:
        """`a · b`.

        Element by element: `a` is the tensor, `b` is `other`. Of any real dtype; shapes broadcast, dtypes are promoted, operands may be numbers.

        In place: written over this tensor, which is returned.
        """
    def mv(self, vec: Tensor) -> Tensor:
        """A matrix times a vector: (n, k) and (k) give (n)."""
    def mvlgamma(self, p: builtins.float) -> Tensor:
        """The logarithm of the multivariate gamma function of dimension `p`."""
    def mvlgamma_(self, *args: Any, **kwargs: Any) -> Tensor:
        """As `mvlgamma`, written over this tensor, which is returned."""
    def nan_to_num(self, nan: Any = ..., posinf: Any = ..., neginf: Any = ...) -> Tensor:
        """Elements that aren't numbers replaced."""
    def nan_to_num_(self, *args: Any, **kwargs: Any) -> Tensor:
        """As `nan_to_num`, written over this tensor, which is returned."""
    def nanmean(self, dim: builtins.int | Sequence[int] | None = ..., keepdim: builtins.bool = ..., *, dtype: dtype | None = ..., axis: builtins.int | Sequence[int] | None = ..., keepdims: builtins.bool | None = ...) -> Tensor:
        """Mean over `dim`, NaN left out."""
    def nanmedian(self, dim: builtins.int | Sequence[int] | None = ..., keepdim: builtins.bool = ...) -> Tensor:
        """The lower middle element that isn't NaN: of everything, or along `dim` with where it is."""
    def nanquantile(self, q: Any, dim: builtins.int | Sequence[int] | None = ..., keepdim: builtins.bool = ..., *, interpolation: Any = ...) -> Tensor:
        """The `q`-quantiles along `dim`, or of everything, NaN left out."""
    def nansum(self, dim: builtins.int | Sequence[int] | None = ..., keepdim: builtins.bool = ..., *, dtype: dtype | None = ..., axis: builtins.int | Sequence[int] | None = ..., keepdims: builtins.bool | None = ...) -> Tensor:
        """Sum over `dim`, NaN counting as 0."""
    def narrow(self, dim: builtins.int | Sequence[int] | None, start: Any, length: Any) -> Tensor:
        """`length` elements of dimension `dim`, from `start`."""
    def narrow_copy(self, dim: builtins.int | Sequence[int] | None, start: Any, length: Any) -> Tensor:
        """As `narrow`, with a buffer of its own."""
    @property
    def nbytes(self) -> int:
        """Bytes of all elements."""
    @property
    def ndim(self) -> int:
        """Number of dimensions."""
    def ndimension(self) -> int:
        """Number of dimensions."""
    def ne(self, other: Tensor | builtins.float) -> Tensor:
        """`a ≠ b`.

        Element by element: `a` is the tensor, `b` is `other`. Answers bools; shapes broadcast, dtypes are promoted, operands may be numbers.
        """
    def ne_(self, other: Tensor | builtins.float) -> Tensor:
        """`a ≠ b`.

        Element by element: `a` is the tensor, `b` is `other`. Answers bools; shapes broadcast, dtypes are promoted, operands may be numbers.

        In place: written over this tensor, which is returned.
        """
    def neg(self) -> Tensor:
        """`-x`.

        Element by element: `x` is the tensor. Of any real dtype.
        """
    def neg_(self) -> Tensor:
        """`-x`.

        Element by element: `x` is the tensor. Of any real dtype.

        In place: written over this tensor, which is returned.
        """
    def negative(self) -> Tensor:
        """`-x`.

        Element by element: `x` is the tensor. Of any real dtype.
        """
    def negative_(self) -> Tensor:
        """`-x`.

        Element by element: `x` is the tensor. Of any real dtype.

        In place: written over this tensor, which is returned.
        """
    def nelement(self) -> int:
        """Number of elements: the product of the sizes."""
    def new(self, *args: Any, dtype: dtype | None = ..., device: device | str | None = ...) -> Tensor:
        """An empty tensor of the given sizes, or one of the given data, of the same dtype."""
    def new_empty(self, *shape: Any, size: builtins.int | Sequence[int] | None = ..., dtype: dtype | None = ..., device: device | str | None = ..., requires_grad: builtins.bool = ...) -> Tensor:
        """Arbitrary contents of the same dtype."""
    def new_empty_strided(self, size: builtins.int | Sequence[int] | None, stride: Any, dtype: dtype | None = ..., layout: Any = ..., device: device | str | None = ..., pin_memory: Any = ..., requires_grad: builtins.bool = ...) -> Tensor:
        """Uninitialised (zero) elements of the same dtype, lying by `stride`."""
    def new_full(self, size: builtins.int | Sequence[int] | None, fill_value: Any, *, dtype: dtype | None = ..., device: device | str | None = ..., requires_grad: builtins.bool = ...) -> Tensor:
        """One number everywhere, of the same dtype."""
    def new_ones(self, *shape: Any, size: builtins.int | Sequence[int] | None = ..., dtype: dtype | None = ..., device: device | str | None = ..., requires_grad: builtins.bool = ...) -> Tensor:
        """Ones of the same dtype."""
    def new_tensor(self, data: Any, *, dtype: dtype | None = ..., device: device | str | None = ..., requires_grad: builtins.bool = ...) -> Tensor:
        """A new tensor of `data`, of the same dtype."""
    def new_zeros(self, *shape: Any, size: builtins.int | Sequence[int] | None = ..., dtype: dtype | None = ..., device: device | str | None = ..., requires_grad: builtins.bool = ...) -> Tensor:
        """Zeros of the same dtype."""
    def nextafter(self, other: Tensor | builtins.float) -> Tensor:
        """The number next to `self` on the way to `other`."""
    def nextafter_(self, *args: Any, **kwargs: Any) -> Tensor:
        """As `nextafter`, written over this tensor, which is returned."""
    def nonzero(self, *, as_tuple: Any = ...) -> Any:
        """Where elements aren't 0: (n, rank) of indices, or one vector per dimension."""
    def nonzero_static(self, *, size: builtins.int | Sequence[int] | None, fill_value: Any = ...) -> Tensor:
        """The first `size` places where elements aren't 0, filled up with `fill_value`."""
    def norm(self, p: builtins.float = ..., dim: builtins.int | Sequence[int] | None = ..., keepdim: builtins.bool = ..., dtype: dtype | None = ...) -> Tensor:
        """The `p`-norm over `dim`, or of everything."""
    def normal_(self, mean: Any = ..., std: Any = ..., *, generator: Generator | None = ...) -> Tensor:
        """Normal numbers, in place."""
    def not_equal(self, other: Tensor | builtins.float) -> Tensor:
        """`a ≠ b`.

        Element by element: `a` is the tensor, `b` is `other`. Answers bools; shapes broadcast, dtypes are promoted, operands may be numbers.
        """
    def not_equal_(self, other: Tensor | builtins.float) -> Tensor:
        """`a ≠ b`.

        Element by element: `a` is the tensor, `b` is `other`. Answers bools; shapes broadcast, dtypes are promoted, operands may be numbers.

        In place: written over this tensor, which is returned.
        """
    def numel(self) -> int:
        """Number of elements: the product of the sizes."""
    def numpy(self, *, force: Any = ...) -> Any:
        """The elements as a NumPy array that shares their memory.

        Tensors that require a gradient are refused unless `force`, as writing to the array would escape autograd.
        """
    def orgqr(self, tau: Any) -> Tensor:
        """The first columns of the product of reflectors."""
    def ormqr(self, tau: Any, other: Tensor | builtins.float, left: Any = ..., transpose: Any = ...) -> Tensor:
        """The product of reflectors, or its transpose, and `other`."""
    def outer(self, vec2: Tensor) -> Tensor:
        """The products of all pairs of elements of two vectors: (n) and (m) give (n, m)."""
    def permute(self, *args: Any, dims: builtins.int | Sequence[int] = ...) -> Tensor:
        """Dimensions in another order.

        A view: dimension `i` of the result is dimension `dims[i]` of this tensor.

            >>> torch.ones(2, 3, 4).permute(2, 0, 1).shape
            neurarust.Size([4, 2, 3])
        """
    def pinverse(self, input: Tensor, rcond: Any = ...) -> Tensor:
        """Moore and Penrose's pseudo-inverse."""
    def polygamma(self, n: builtins.int) -> Tensor:
        """The derivative of order `n` of `digamma`."""
    def polygamma_(self, n: builtins.int) -> Tensor:
        """The derivative of order `n` of `digamma`, in place."""
    def positive(self) -> Tensor:
        """The elements themselves."""
    def pow(self, exponent: Tensor | builtins.float) -> Tensor:
        """`self` to the power `exponent`."""
    def pow_(self, exponent: Tensor | builtins.float) -> Tensor:
        """`self` to the power `exponent`, in place."""
    def prod(self, dim: builtins.int | Sequence[int] | None = ..., keepdim: builtins.bool = ..., *, dtype: dtype | None = ..., axis: builtins.int | Sequence[int] | None = ..., keepdims: builtins.bool | None = ...) -> Tensor:
        """Product over `dim`, or of everything. Integers and bools are multiplied as int64."""
    def put(self, index: Tensor, source: Tensor, accumulate: Any = ...) -> Tensor:
        """`source` written (or added) to the places of a flattened copy that `index` numbers."""
    def put_(self, index: Tensor, source: Tensor, accumulate: Any = ...) -> Tensor:
        """`source` written (or added) to the places of the flattened tensor that `index` numbers."""
    def qr(self, input: Tensor, some: Any = ...) -> Tensor:
        """`(Q, R)` of `A = Q R`."""
    def quantile(self, q: Any, dim: builtins.int | Sequence[int] | None = ..., keepdim: builtins.bool = ..., *, interpolation: Any = ...) -> Tensor:
        """The `q`-quantiles along `dim`, or of everything."""
    def rad2deg(self, input: Tensor) -> Tensor:
        """Radians as degrees: `x · 180 / π`."""
    def rad2deg_(self, *args: Any, **kwargs: Any) -> Tensor:
        """As `rad2deg`, written over this tensor, which is returned."""
    def random_(self, *args: Any, **kwargs: Any) -> Tensor:
        """Integers from `from` to `to`, which is excluded, in place; without either, from 0 to the largest that the dtype holds."""
    def ravel(self) -> Tensor:
        """All dimensions as one."""
    @property
    def real(self) -> Tensor:
        """The real part: a view of a complex tensor, this tensor if it is real."""
    def reciprocal(self) -> Tensor:
        """`1 / x`.

        Element by element: `x` is the tensor. Integers become floats.
        """
    def reciprocal_(self) -> Tensor:
        """`1 / x`.

        Element by element: `x` is the tensor. Integers become floats.

        In place: written over this tensor, which is returned.
        """
    def register_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Calls `hook(grad)` in every backward; what it answers, unless None, takes the gradient's place."""
    def register_post_accumulate_grad_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Calls `hook(tensor)` each time this leaf's gradient has been accumulated."""
    def relu(self) -> Tensor:
        """`x` where positive, 0 elsewhere.

        Element by element: `x` is the tensor. Of any real dtype.
        """
    def relu_(self) -> Tensor:
        """`x` where positive, 0 elsewhere.

        Element by element: `x` is the tensor. Of any real dtype.

        In place: written over this tensor, which is returned.
        """
    def remainder(self, other: Tensor | builtins.float) -> Tensor:
        """Python's `a % b`, with the sign of `b`; integers by 0 answer 0.

        Element by element: `a` is the tensor, `b` is `other`. Of any real dtype; shapes broadcast, dtypes are promoted, operands may be numbers.
        """
    def remainder_(self, other: Tensor | builtins.float) -> Tensor:
        """Python's `a % b`, with the sign of `b`; integers by 0 answer 0.

        Element by element: `a` is the tensor, `b` is `other`. Of any real dtype; shapes broadcast, dtypes are promoted, operands may be numbers.

        In place: written over this tensor, which is returned.
        """
    def renorm(self, p: builtins.float, dim: builtins.int | Sequence[int] | None, maxnorm: Any) -> Tensor:
        """Slices along `dim` whose `p`-norm is above `maxnorm` scaled down to it."""
    def renorm_(self, p: builtins.float, dim: builtins.int | Sequence[int] | None, maxnorm: Any) -> Tensor:
        """Slices along `dim` whose `p`-norm is above `maxnorm` scaled down to it, in place."""
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
        """The same elements in another shape, one size of which may be -1; a copy if strides can't say it.

        >>> torch.arange(6).reshape(2, -1).tolist()
        [[0, 1, 2], [3, 4, 5]]
        """
    def reshape_as(self, other: Tensor | builtins.float) -> Tensor:
        """In the shape of `other`."""
    def resize_(self, *sizes: Any, memory_format: Any = ...) -> Tensor:
        """Other sizes over the same buffer, row-major; the buffer grows if need be."""
    def resize_as_(self, the_template: Any, *, memory_format: Any = ...) -> Tensor:
        """The sizes of `the_template` over the same buffer, row-major; the buffer grows if need be."""
    def resolve_conj(self) -> Tensor:
        """This tensor: conjugations are done at once."""
    def resolve_neg(self) -> Tensor:
        """This tensor: negations are done at once."""
    def retain_grad(self) -> None:
        """Keeps the gradient of this intermediate result in `.grad` too."""
    @property
    def retains_grad(self) -> bool:
        """Whether `.grad` is kept though this is no leaf."""
    def roll(self, shifts: Any, dims: builtins.int | Sequence[int] = ...) -> Tensor:
        """Elements moved along `dims`, those that leave coming back at the other end."""
    def rot90(self, input: Tensor, k: builtins.int = ..., dims: builtins.int | Sequence[int] = ...) -> Tensor:
        """Turned by `k` quarters in the plane of `dims`."""
    def round(self, *, decimals: Any = ...) -> Tensor:
        """The nearest numbers of `decimals` places behind the point, halves to even."""
    def round_(self, *args: Any, **kwargs: Any) -> Tensor:
        """As `round`, written over this tensor, which is returned."""
    def rsqrt(self) -> Tensor:
        """`1 / √x`.

        Element by element: `x` is the tensor. Integers become floats.
        """
    def rsqrt_(self) -> Tensor:
        """`1 / √x`.

        Element by element: `x` is the tensor. Integers become floats.

        In place: written over this tensor, which is returned.
        """
    def rsub(self, other: Tensor | builtins.float, *, alpha: builtins.float | None = ...) -> Tensor:
        """`other - alpha · self`."""
    def scatter(self, dim: builtins.int | Sequence[int] | None, index: Tensor, src: Any = ..., *, value: Tensor | builtins.float = ..., reduce: Any = ...) -> Tensor:
        """`src` (a tensor or a number) written, or by `reduce` ('add', 'multiply') combined, at `index` along `dim`."""
    def scatter_(self, dim: builtins.int | Sequence[int] | None, index: Tensor, src: Any = ..., *, value: Tensor | builtins.float = ..., reduce: Any = ...) -> Tensor:
        """`src` (a tensor or a number) written, or by `reduce` ('add', 'multiply') combined, at `index` along `dim`, in place."""
    def scatter_add(self, dim: builtins.int | Sequence[int] | None, index: Tensor, src: Any) -> Tensor:
        """`src` added at `index` along `dim`."""
    def scatter_add_(self, dim: builtins.int | Sequence[int] | None, index: Tensor, src: Any) -> Tensor:
        """`src` added at `index` along `dim`, in place."""
    def scatter_reduce(self, dim: builtins.int | Sequence[int] | None, index: Tensor, src: Any, reduce: Any, *, include_self: Any = ...) -> Tensor:
        """`src` combined into a copy at `index` along `dim`: by sum, prod, mean, amax or amin."""
    def scatter_reduce_(self, dim: builtins.int | Sequence[int] | None, index: Tensor, src: Any, reduce: Any, *, include_self: Any = ...) -> Tensor:
        """`src` combined into this tensor at `index` along `dim`: by sum, prod, mean, amax or amin."""
    def select(self, dim: builtins.int | Sequence[int] | None, index: Tensor) -> Tensor:
        """Index `index` of dimension `dim`, which goes away."""
    def select_scatter(self, src: Any, dim: builtins.int | Sequence[int] | None, index: Tensor) -> Tensor:
        """A copy with `src` as index `index` of dimension `dim`."""
    def selu(self) -> Tensor:
        """The self-normalising ELU.

        Element by element: `x` is the tensor. Integers become floats.
        """
    def selu_(self) -> Tensor:
        """The self-normalising ELU.

        Element by element: `x` is the tensor. Integers become floats.

        In place: written over this tensor, which is returned.
        """
    def set_(self, source: Tensor = ..., storage_offset: Any = ..., size: builtins.int | Sequence[int] | None = ..., stride: Any = ...) -> Tensor:
        """Looks at the elements of `source` from now on, or at none."""
    def sgn(self) -> Tensor:
        """`z / |z|`, 0 at 0; the sign of real numbers."""
    def sgn_(self) -> Tensor:
        """`z / |z|`, in place."""
    @property
    def shape(self) -> Size:
        """The sizes, as a tuple."""
    def short(self, memory_format: Any = ...) -> Tensor:
        """This tensor with elements converted to int16; itself if they are that already."""
    def sigmoid(self) -> Tensor:
        """`1 / (1 + e⁻ˣ)`.

        Element by element: `x` is the tensor. Integers become floats.
        """
    def sigmoid_(self) -> Tensor:
        """`1 / (1 + e⁻ˣ)`.

        Element by element: `x` is the tensor. Integers become floats.

        In place: written over this tensor, which is returned.
        """
    def sign(self) -> Tensor:
        """-1, 0 or 1; 0 for NaN.

        Element by element: `x` is the tensor. Of any real dtype.
        """
    def sign_(self) -> Tensor:
        """-1, 0 or 1; 0 for NaN.

        Element by element: `x` is the tensor. Of any real dtype.

        In place: written over this tensor, which is returned.
        """
    def signbit(self, input: Tensor) -> Tensor:
        """Whether the sign is minus, that of 0 too."""
    def silu(self) -> Tensor:
        """`x · sigmoid(x)`.

        Element by element: `x` is the tensor. Integers become floats.
        """
    def silu_(self) -> Tensor:
        """`x · sigmoid(x)`.

        Element by element: `x` is the tensor. Integers become floats.

        In place: written over this tensor, which is returned.
        """
    def sin(self) -> Tensor:
        """Sine of radians.

        Element by element: `x` is the tensor. Integers become floats.
        """
    def sin_(self) -> Tensor:
        """Sine of radians.

        Element by element: `x` is the tensor. Integers become floats.

        In place: written over this tensor, which is returned.
        """
    def sinc(self) -> Tensor:
        """`sin(πx) / (πx)`, 1 at 0.

        Element by element: `x` is the tensor. Integers become floats.
        """
    def sinc_(self) -> Tensor:
        """`sin(πx) / (πx)`, 1 at 0.

        Element by element: `x` is the tensor. Integers become floats.

        In place: written over this tensor, which is returned.
        """
    def sinh(self) -> Tensor:
        """Hyperbolic sine.

        Element by element: `x` is the tensor. Integers become floats.
        """
    def sinh_(self) -> Tensor:
        """Hyperbolic sine.

        Element by element: `x` is the tensor. Integers become floats.

        In place: written over this tensor, which is returned.
        """
    def size(self, dim: builtins.int | Sequence[int] | None = ...) -> Any:
        """The size of dimension `dim`, or all sizes."""
    def slice_scatter(self, src: Any, dim: builtins.int | Sequence[int] | None = ..., start: Any = ..., end: Any = ..., step: Any = ...) -> Tensor:
        """A copy with `src` as elements `start` to `end` of dimension `dim`, every `step`."""
    def slogdet(self, input: Tensor) -> Tensor:
        """`(sign, logabsdet)` of the determinant."""
    def softmax(self, dim: builtins.int | Sequence[int] | None = ..., dtype: dtype | None = ...) -> Tensor:
        """`eˣ / Σ eˣ` along `dim`."""
    def softplus(self, beta: builtins.float | None = ..., threshold: builtins.float = ...) -> Tensor:
        """`ln(1 + eᵇˣ) / b`, linear where `b · x > threshold`.

        Element by element: `x` is the tensor. Integers become floats.
        """
    def softplus_(self, beta: builtins.float | None = ..., threshold: builtins.float = ...) -> Tensor:
        """`ln(1 + eᵇˣ) / b`, linear where `b · x > threshold`.

        Element by element: `x` is the tensor. Integers become floats.

        In place: written over this tensor, which is returned.
        """
    def softshrink(self, lambd: builtins.float = ...) -> Tensor:
        """`x` moved towards 0 by `lambda`.

        Element by element: `x` is the tensor, `lambda` is `lambd`. Integers become floats.
        """
    def softshrink_(self, lambd: builtins.float = ...) -> Tensor:
        """`x` moved towards 0 by `lambda`.

        Element by element: `x` is the tensor, `lambda` is `lambd`. Integers become floats.

        In place: written over this tensor, which is returned.
        """
    def softsign(self) -> Tensor:
        """`x / (1 + |x|)`.

        Element by element: `x` is the tensor. Integers become floats.
        """
    def softsign_(self) -> Tensor:
        """`x / (1 + |x|)`.

        Element by element: `x` is the tensor. Integers become floats.

        In place: written over this tensor, which is returned.
        """
    def sort(self, dim: builtins.int | Sequence[int] | None = ..., descending: builtins.bool = ..., *, stable: Any = ...) -> Any:
        """The elements in order along `dim`, and where they were; equals keep their order."""
    def split(self, split_size: Any, dim: builtins.int | Sequence[int] | None = ...) -> tuple[Tensor, ...]:
        """Parts of `split_size` elements along `dim`, or of the given sizes."""
    def split_with_sizes(self, split_sizes: Any, dim: builtins.int | Sequence[int] | None = ...) -> tuple[Tensor, ...]:
        """Parts of the given sizes along `dim`."""
    def sqrt(self) -> Tensor:
        """`√x`.

        Element by element: `x` is the tensor. Integers become floats.
        """
    def sqrt_(self) -> Tensor:
        """`√x`.

        Element by element: `x` is the tensor. Integers become floats.

        In place: written over this tensor, which is returned.
        """
    def square(self) -> Tensor:
        """`x²`.

        Element by element: `x` is the tensor. Of any real dtype.
        """
    def square_(self) -> Tensor:
        """`x²`.

        Element by element: `x` is the tensor. Of any real dtype.

        In place: written over this tensor, which is returned.
        """
    def squeeze(self, dim: builtins.int | Sequence[int] | None = ...) -> Tensor:
        """Without the dimensions of size 1, or without those of them that are named."""
    def squeeze_(self, dim: builtins.int | Sequence[int] | None = ...) -> Tensor:
        """Without the dimensions of size 1, or without those of them that are named, in place."""
    def std(self, dim: builtins.int | Sequence[int] | None = ..., unbiased: builtins.bool | None = ..., keepdim: builtins.bool = ..., *, correction: builtins.float | None = ..., axis: builtins.int | Sequence[int] | None = ..., keepdims: builtins.bool | None = ...) -> Tensor:
        """Standard deviation over `dim`, dividing by `n - correction`."""
    def std_mean(self, dim: builtins.int | Sequence[int] | None = ..., unbiased: builtins.bool | None = ..., keepdim: builtins.bool = ..., *, correction: builtins.float | None = ..., axis: builtins.int | Sequence[int] | None = ..., keepdims: builtins.bool | None = ...) -> tuple[Tensor, Tensor]:
        """Standard deviation and mean over `dim`."""
    def stft(self, n_fft: Any, hop_length: Any = ..., win_length: Any = ..., window: Any = ..., center: Any = ..., pad_mode: Any = ..., normalized: Any = ..., onesided: Any = ..., return_complex: Any = ..., align_to_window: Any = ...) -> Tensor:
        """Fourier transforms of windows of the signal: (length) or (batch, length) → (…, frequencies, windows)."""
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
        """Sum over `dim`, a dimension or several, or of everything.

        Reduced dimensions disappear, or stay with size 1 if `keepdim`. Integers and bools are summed as int64; `dtype` converts
        before summing. `axis` and `keepdims` are NumPy's names for `dim` and `keepdim`.

            >>> torch.ones(2, 3).sum(dim=1)
            tensor([3., 3.])
        """
    def sum_to_size(self, *size: Any) -> Tensor:
        """Summed to `size`: over the dimensions that broadcasting `size` to this shape would stretch."""
    def svd(self, input: Tensor, some: Any = ..., compute_uv: Any = ..., *, out: Any = ...) -> Tensor:
        """`(U, S, V)` of `A = U diag(S) Vᵀ`."""
    def swapaxes(self, axis0: Any, axis1: Any) -> Tensor:
        """Two dimensions swapped."""
    def swapaxes_(self, axis0: Any, axis1: Any) -> Tensor:
        """Two dimensions swapped, in place."""
    def swapdims(self, dim0: builtins.int, dim1: builtins.int) -> Tensor:
        """Two dimensions swapped."""
    def swapdims_(self, dim0: builtins.int, dim1: builtins.int) -> Tensor:
        """Two dimensions swapped, in place."""
    def t(self) -> Tensor:
        """A matrix transposed."""
    def t_(self) -> Tensor:
        """A matrix transposed, in place."""
    def take(self, index: Tensor) -> Tensor:
        """Elements of the flattened tensor by number."""
    def take_along_dim(self, input: Tensor, indices: Any, dim: builtins.int | Sequence[int] | None = ...) -> Tensor:
        """Elements by number along `dim`, everything else stretched."""
    def tan(self) -> Tensor:
        """Tangent of radians.

        Element by element: `x` is the tensor. Integers become floats.
        """
    def tan_(self) -> Tensor:
        """Tangent of radians.

        Element by element: `x` is the tensor. Integers become floats.

        In place: written over this tensor, which is returned.
        """
    def tanh(self) -> Tensor:
        """Hyperbolic tangent.

        Element by element: `x` is the tensor. Integers become floats.
        """
    def tanh_(self) -> Tensor:
        """Hyperbolic tangent.

        Element by element: `x` is the tensor. Integers become floats.

        In place: written over this tensor, which is returned.
        """
    def tanhshrink(self) -> Tensor:
        """`x - tanh(x)`.

        Element by element: `x` is the tensor. Integers become floats.
        """
    def tanhshrink_(self) -> Tensor:
        """`x - tanh(x)`.

        Element by element: `x` is the tensor. Integers become floats.

        In place: written over this tensor, which is returned.
        """
    def tensor_split(self, input: Tensor, indices_or_sections: Any, dim: builtins.int | Sequence[int] | None = ...) -> tuple[Tensor, ...]:
        """Parts of nearly equal size, or cut before the given indices."""
    def threshold(self, threshold: builtins.float, value: Tensor | builtins.float) -> Tensor:
        """`x` where above `threshold`, `value` elsewhere.

        Element by element: `x` is the tensor. Of any real dtype.
        """
    def threshold_(self, threshold: builtins.float, value: Tensor | builtins.float) -> Tensor:
        """`x` where above `threshold`, `value` elsewhere.

        Element by element: `x` is the tensor. Of any real dtype.

        In place: written over this tensor, which is returned.
        """
    def tile(self, *dims: Any) -> Tensor:
        """The tensor `dims` times along each dimension; missing leading counts are 1."""
    def to(self, *args: Any, dtype: dtype | None = ..., device: device | str | None = ..., non_blocking: Any = ..., copy: Any = ..., memory_format: Any = ...) -> Tensor:
        """Converted to a dtype; `to('cpu')`, `to(dtype)`, `to(other)`, `to(device, dtype)`."""
    def to_sparse(self, sparse_dim: Any = ...) -> Tensor:
        """The elements that aren't 0, of the first `sparse_dim` dimensions, as a sparse tensor."""
    def to_sparse_csr(self) -> Tensor:
        """The elements of a matrix that aren't 0, row by row."""
    def tolist(self) -> Any:
        """The elements as nested lists of Python numbers."""
    def topk(self, k: builtins.int, dim: builtins.int | Sequence[int] | None = ..., largest: builtins.bool = ..., sorted: builtins.bool = ...) -> Any:
        """The `k` largest (or smallest) elements along `dim`, in order, and where they are."""
    def trace(self, input: Tensor) -> Tensor:
        """The sum of a matrix's diagonal."""
    def transpose(self, dim0: builtins.int, dim1: builtins.int) -> Tensor:
        """Two dimensions swapped."""
    def transpose_(self, dim0: builtins.int, dim1: builtins.int) -> Tensor:
        """Two dimensions swapped, in place."""
    def triangular_solve(self, input: Tensor, A: Any, upper: Any = ..., transpose: Any = ..., unitriangular: Any = ...) -> Tensor:
        """`(solution, cloned_coefficient)` of `A X = input` for triangular `A`."""
    def tril(self, diagonal: builtins.int = ...) -> Tensor:
        """The lower triangle, up to `diagonal`, zeros above."""
    def tril_(self, diagonal: builtins.int = ...) -> Tensor:
        """The lower triangle, up to `diagonal`, zeros above, in place."""
    def triu(self, diagonal: builtins.int = ...) -> Tensor:
        """The upper triangle, from `diagonal` on, zeros below."""
    def triu_(self, diagonal: builtins.int = ...) -> Tensor:
        """The upper triangle, from `diagonal` on, zeros below, in place."""
    def true_divide(self, other: Tensor | builtins.float, *, rounding_mode: Any = ...) -> Tensor:
        """`self / other`, rounded as `rounding_mode` ('trunc', 'floor') says."""
    def true_divide_(self, other: Tensor | builtins.float, *, rounding_mode: Any = ...) -> Tensor:
        """`self / other`, in place."""
    def trunc(self) -> Tensor:
        """The integer part.

        Element by element: `x` is the tensor. Integers stay as they are.
        """
    def trunc_(self) -> Tensor:
        """The integer part.

        Element by element: `x` is the tensor. Integers stay as they are.

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
    def unique_consecutive(self, return_inverse: Any = ..., return_counts: Any = ..., dim: builtins.int | Sequence[int] | None = ...) -> Tensor:
        """The first of every run of equal elements, or of equal slices along `dim`."""
    def unsafe_chunk(self, input: Tensor, chunks: Any, dim: builtins.int | Sequence[int] | None = ...) -> Tensor:
        """At most `chunks` parts of equal size along `dim`."""
    def unsafe_split(self, tensor: Tensor, split_size: Any, dim: builtins.int | Sequence[int] | None = ...) -> Tensor:
        """Parts of `split_size` elements along `dim`."""
    def unsafe_split_with_sizes(self, input: Tensor, split_sizes: Any, dim: builtins.int | Sequence[int] | None = ...) -> Tensor:
        """Parts of the given sizes along `dim`."""
    def unsqueeze(self, dim: builtins.int | Sequence[int] | None) -> Tensor:
        """With a new dimension of size 1 before `dim`."""
    def unsqueeze_(self, dim: builtins.int | Sequence[int] | None) -> Tensor:
        """With a new dimension of size 1 before `dim`, in place."""
    def values(self) -> Tensor:
        """Of sparse tensors only, see `sparse.SparseTensor.values`."""
    def var(self, dim: builtins.int | Sequence[int] | None = ..., unbiased: builtins.bool | None = ..., keepdim: builtins.bool = ..., *, correction: builtins.float | None = ..., axis: builtins.int | Sequence[int] | None = ..., keepdims: builtins.bool | None = ...) -> Tensor:
        """Variance over `dim`, dividing by `n - correction`."""
    def var_mean(self, dim: builtins.int | Sequence[int] | None = ..., unbiased: builtins.bool | None = ..., keepdim: builtins.bool = ..., *, correction: builtins.float | None = ..., axis: builtins.int | Sequence[int] | None = ..., keepdims: builtins.bool | None = ...) -> tuple[Tensor, Tensor]:
        """Variance and mean over `dim`."""
    def vdot(self, other: Tensor | builtins.float) -> Tensor:
        """`Σ conj(self) · other` of two vectors."""
    def view(self, *shape: Any, dtype: dtype | None = ...) -> Tensor:
        """The same elements in another shape, never a copy."""
    def view_as(self, other: Tensor | builtins.float) -> Tensor:
        """In the shape of `other`, never a copy."""
    def vsplit(self, input: Tensor, indices_or_sections: Any) -> tuple[Tensor, ...]:
        """`input` cut along its rows, dimension 0: into so many parts, or before these indices."""
    def where(self, condition: Any, other: Tensor | builtins.float) -> Tensor:
        """`self` where `condition`, `other` elsewhere."""
    def xlogy(self, other: Tensor | builtins.float) -> Tensor:
        """`a · ln b`, 0 where `a` is 0.

        Element by element: `a` is the tensor, `b` is `other`. Integers become floats; shapes broadcast, dtypes are promoted, operands may be numbers.
        """
    def xlogy_(self, other: Tensor | builtins.float) -> Tensor:
        """`a · ln b`, 0 where `a` is 0.

        Element by element: `a` is the tensor, `b` is `other`. Integers become floats; shapes broadcast, dtypes are promoted, operands may be numbers.

        In place: written over this tensor, which is returned.
        """
    def xpu(self, *args: Any, **kwargs: Any) -> Tensor:
        """Not available: tensors live on the CPU."""
    def zero_(self) -> Tensor:
        """Sets every element to 0."""

def _affine_grid(theta: Any, size: builtins.int | Sequence[int] | None, align_corners: Any) -> Tensor:
    """The places of a grid that affine matrices move."""
def _alpha_dropout(input: Tensor, p: builtins.float, training: builtins.bool) -> Tensor:
    ...
def _apply_function(*args: Any, **kwargs: Any) -> Tensor:
    """Runs `class.forward(ctx, *args)` and records `class.backward` as its gradient."""
def _at_end_of_pass(function: Any) -> Tensor:
    """Calls `function()` at the end of the backward pass that is going on."""
def _attention(query: Any, key: Any, value: Tensor | builtins.float, attn_mask: Any = ..., dropout_p: Any = ..., is_causal: Any = ..., scale: Any = ..., enable_gqa: Any = ...) -> Tensor:
    """The attention of queries to keys, and its weights."""
def _audit(loss: Any, parameters: Any) -> Tensor:
    ...
def _autocast_dtype() -> dtype | None:
    """The dtype of products in the region of `autocast` that this thread is in."""
def _begin_saved_tensors_hooks(pack: Any, unpack: Any) -> Tensor:
    """Begins to send what is kept for the backward through `pack`, and back through `unpack`."""
def _begin_watch() -> Tensor:
    """Begins to watch this thread's operations."""
def _calculate_gain(nonlinearity: Any, param: Any = ...) -> Tensor:
    """The factor that makes up for what a nonlinearity takes of the standard deviation."""
def _cdist(a: Any, b: Any, p: builtins.float, by_product: Any) -> Tensor:
    ...
def _checkpoint(function: Any, args: Any, kwargs: Any, preserve_rng_state: Any) -> Tensor:
    """Runs `function(*args, **kwargs)`, and again in the backward; answers what it answered."""
def _clip_grad_norm(parameters: Any, max_norm: Any, norm_type: Any, error_if_nonfinite: Any) -> Tensor:
    """Scales all gradients together so that their joint norm is at most `max_norm`; answers the norm before."""
def _clip_grad_value(parameters: Any, value: Tensor | builtins.float) -> Tensor:
    """Clamps each gradient's elements to `[-value, value]`."""
def _count_flops(on: Any) -> Tensor:
    """Counts floating-point operations from here on (`True`), or one listener less (`False`)."""
def _cross(a: Any, b: Any, dim: builtins.int | Sequence[int] | None) -> Tensor:
    ...
def _ctc_loss(log_probs: Any, targets: Any, input_lengths: Any, target_lengths: Any, blank: Any, reduction: str, zero_infinity: Any) -> Tensor:
    """The likelihood of labels summed over their alignments."""
def _depends_beyond(tensors: Iterable[Tensor], own: Any) -> Tensor:
    """Whether the graph of any of `tensors` reaches a leaf that is none of `own`."""
def _dice_loss(input: Tensor, target: Tensor, smooth: Any = ..., size_average: Any = ..., reduce: Any = ..., reduction: str = ...) -> Tensor:
    """One minus the overlap of probabilities and targets."""
def _digits() -> Tensor:
    """The UCI handwritten digits: images (1797, 1, 8, 8) and labels (1797)."""
def _einsum(equation: Any, operands: Any) -> Tensor:
    ...
def _embedding_bag(weight: Tensor | None, input: Tensor, offsets: Any, scale_grad_by_freq: Any, mode: Any, per_sample_weights: Any, include_last_offset: Any, padding_idx: Any, sparse: Any) -> Tensor:
    """The sum, mean or maximum of rows, bag by bag."""
def _embedding_renorm_(weight: Tensor | None, input: Tensor, max_norm: Any, norm_type: Any) -> Tensor:
    """Bounds the norms of the rows that are about to be read, in place."""
def _end_saved_tensors_hooks() -> Tensor:
    """Ends the hooks that began last."""
def _end_watch() -> Tensor:
    """Ends what began last."""
def _feature_alpha_dropout(input: Tensor, p: builtins.float, training: builtins.bool) -> Tensor:
    ...
def _flops() -> Tensor:
    """Floating-point operations that this thread has counted."""
def _focal_loss(input: Tensor, target: Tensor, gamma: Any = ..., weight: Tensor | None = ..., size_average: Any = ..., reduce: Any = ..., reduction: str = ...) -> Tensor:
    """The cross-entropy, less of what is easy."""
def _fractional_max_pool2d(input: Tensor, kernel_size: Any, output_size: Any, samples: Any) -> Tensor:
    """The largest element of windows at random places, and where it is."""
def _fractional_max_pool3d(input: Tensor, kernel_size: Any, output_size: Any, samples: Any) -> Tensor:
    """The largest element of windows at random places, and where it is."""
def _from_bytes(data: Any, dtype: dtype | None, shape: Any, requires_grad: builtins.bool = ...) -> Tensor:
    """A tensor from its bytes: what pickling stores."""
def _graph(result: Any, parameters: Any) -> Tensor:
    """The graph of `result` in DOT and in Mermaid."""
def _grid_sample(input: Tensor, grid: Any, mode: Any, padding_mode: Any, align_corners: Any) -> Tensor:
    """An image or volume read at the places of a grid."""
def _info_nce_loss(input: Tensor, target: Tensor, temperature: Any = ..., size_average: Any = ..., reduce: Any = ..., reduction: str = ...) -> Tensor:
    """The cross-entropy of finding each query's own key by cosine similarity."""
def _init(name: Any, tensor: Tensor, parameters: Any) -> Tensor:
    """Writes the distribution `name` over `tensor`."""
def _instance_norm(input: Tensor, weight: Tensor | None = ..., bias: Tensor | None = ..., eps: builtins.float | None = ...) -> Tensor:
    """Zero mean and unit variance per sample and channel."""
def _instruction_set() -> Tensor:
    """The instruction set that kernels run on: "scalar", "wide" (AVX2 with FMA, NEON or simd128) or "avx512"."""
def _interpolate(input: Tensor, size: builtins.int | Sequence[int] | None, scale_factor: Any, mode: Any, align_corners: Any, recompute_scale_factor: Any, antialias: Any) -> Tensor:
    """Spatial sizes changed; `nn.functional.interpolate` checks what goes with what."""
def _kaiming(kind: Any, tensor: Tensor, mode: Any, nonlinearity: Any, a: Any) -> Tensor:
    """He's distribution over `tensor`."""
def _kl_div(input: Tensor, target: Tensor, log_target: Any = ..., size_average: Any = ..., reduce: Any = ..., reduction: str = ...) -> Tensor:
    """The Kullback-Leibler divergence of log-probabilities from probabilities."""
def _kron(a: Any, b: Any) -> Tensor:
    ...
def _linalg_cholesky(a: Any, upper: Any) -> Tensor:
    ...
def _linalg_cholesky_ex(a: Any, upper: Any) -> Tensor:
    ...
def _linalg_cond(a: Any, ord: Any) -> Tensor:
    ...
def _linalg_eig(a: Any) -> Tensor:
    ...
def _linalg_eigh(a: Any, upper: Any) -> Tensor:
    ...
def _linalg_eigvals(a: Any) -> Tensor:
    ...
def _linalg_eigvalsh(a: Any, upper: Any) -> Tensor:
    ...
def _linalg_geqrf(a: Any) -> Tensor:
    ...
def _linalg_householder_product(a: Any, tau: Any) -> Tensor:
    ...
def _linalg_inv_ex(a: Any) -> Tensor:
    ...
def _linalg_ldl_factor_ex(a: Any) -> Tensor:
    ...
def _linalg_ldl_solve(ld: Any, pivots: Any, b: Any) -> Tensor:
    ...
def _linalg_lstsq(a: Any, b: Any, rcond: Any, driver: Any) -> Tensor:
    ...
def _linalg_lu_factor_ex(a: Any, pivot: Any) -> Tensor:
    ...
def _linalg_lu_solve(lu: Any, pivots: Any, b: Any, left: Any, adjoint: Any) -> Tensor:
    ...
def _linalg_lu_triangles(lu: Any) -> Tensor:
    ...
def _linalg_lu_unpack(lu: Any, pivots: Any) -> Tensor:
    ...
def _linalg_matrix_norm(a: Any, ord: Any, dims: builtins.int | Sequence[int], keepdim: builtins.bool) -> Tensor:
    ...
def _linalg_matrix_rank(a: Any, atol: Any, rtol: Any, hermitian: Any) -> Tensor:
    ...
def _linalg_matrix_sqrth(a: Any) -> Tensor:
    ...
def _linalg_multi_dot(list: Any) -> Tensor:
    ...
def _linalg_pca_lowrank(a: Any, q: Any, center: Any, iterations: Any) -> Tensor:
    ...
def _linalg_pinv(a: Any, atol: Any, rtol: Any, hermitian: Any) -> Tensor:
    ...
def _linalg_polar(a: Any) -> Tensor:
    ...
def _linalg_qr(a: Any, complete: Any) -> Tensor:
    ...
def _linalg_slogdet(a: Any) -> Tensor:
    ...
def _linalg_solve(a: Any, b: Any, left: Any) -> Tensor:
    ...
def _linalg_solve_ex(a: Any, b: Any, left: Any) -> Tensor:
    ...
def _linalg_solve_triangular(a: Any, b: Any, upper: Any, left: Any, unit: Any) -> Tensor:
    ...
def _linalg_svd(a: Any, full: Any) -> Tensor:
    ...
def _linalg_svd_lowrank(a: Any, q: Any, iterations: Any, mean: Any) -> Tensor:
    ...
def _linalg_svdvals(a: Any) -> Tensor:
    ...
def _linalg_tensorinv(a: Any, ind: Any) -> Tensor:
    ...
def _linalg_tensorsolve(a: Any, b: Any, dims: builtins.int | Sequence[int]) -> Tensor:
    ...
def _linalg_vector_norm(a: Any, ord: Any, dims: builtins.int | Sequence[int], keepdim: builtins.bool) -> Tensor:
    ...
def _linear_cross_entropy(input: Tensor, linear_weight: Any, target: Tensor, linear_bias: Any, weight: Tensor | None, ignore_index: builtins.int, rows: Any, reduction: str) -> Tensor:
    """The cross-entropy behind a linear layer, some rows at a time."""
def _live_nodes() -> Tensor:
    """Number of operations recorded and not yet freed."""
def _load_npy(source: Tensor) -> Tensor:
    """The array of an `.npy` file, or of its bytes."""
def _load_npz(source: Tensor, limit: Any) -> Tensor:
    """The arrays of an `.npz` file, or of its bytes. Compressed ones may grow to `limit` bytes together."""
def _load_safetensors(source: Tensor) -> Tensor:
    """The tensors and strings of a safetensors file, or of its bytes."""
def _local_response_norm(input: Tensor, size: builtins.int | Sequence[int] | None, alpha: builtins.float | None, beta: builtins.float | None, k: builtins.int) -> Tensor:
    """Divided by a mean over neighbouring channels."""
def _lp_pool1d(input: Tensor, norm_type: Any, kernel_size: Any, stride: Any, ceil_mode: builtins.bool) -> Tensor:
    """The power mean of each window, times its size."""
def _lp_pool2d(input: Tensor, norm_type: Any, kernel_size: Any, stride: Any, ceil_mode: builtins.bool) -> Tensor:
    """The power mean of each window, times its size."""
def _lp_pool3d(input: Tensor, norm_type: Any, kernel_size: Any, stride: Any, ceil_mode: builtins.bool) -> Tensor:
    """The power mean of each window, times its size."""
def _masked(name: Any, input: Tensor, mask: Tensor, dims: builtins.int | Sequence[int], keepdim: builtins.bool, number: Any, eps: builtins.float | None) -> Tensor:
    """The reduction `name` of the elements that `mask` keeps; `number` is the order of a norm or the correction of a variance."""
def _masked_logaddexp(input: Tensor, other: Tensor | builtins.float, input_mask: Any, other_mask: Any) -> Tensor:
    """The logarithm of the sum of two exponentials, of what is kept of each."""
def _max_unpool1d(input: Tensor, indices: Any, output_size: Any) -> Tensor:
    """Elements put back where a maximum pooling found them."""
def _max_unpool2d(input: Tensor, indices: Any, output_size: Any) -> Tensor:
    """Elements put back where a maximum pooling found them."""
def _max_unpool3d(input: Tensor, indices: Any, output_size: Any) -> Tensor:
    """Elements put back where a maximum pooling found them."""
def _multi_margin_loss(input: Tensor, target: Tensor, p: builtins.float = ..., margin: Any = ..., weight: Tensor | None = ..., size_average: Any = ..., reduce: Any = ..., reduction: str = ...) -> Tensor:
    """Margins between a row's scores and that of its class."""
def _multilabel_margin_loss(input: Tensor, target: Tensor, size_average: Any = ..., reduce: Any = ..., reduction: str = ...) -> Tensor:
    """Margins between the scores of a row's classes and those of others."""
def _multilabel_soft_margin_loss(input: Tensor, target: Tensor, weight: Tensor | None = ..., size_average: Any = ..., reduce: Any = ..., reduction: str = ...) -> Tensor:
    """The mean binary cross-entropy of scores of several classes at once."""
def _nt_xent_loss(input: Tensor, target: Tensor, temperature: Any = ..., size_average: Any = ..., reduce: Any = ..., reduction: str = ...) -> Tensor:
    """The cross-entropy of finding each view's twin by cosine similarity."""
def _pad_border(input: Tensor, pad: Any, mode: Any) -> Tensor:
    """A tensor continued beyond its ends with its own elements, as `mode` says; sizes as for `_pad_constant`."""
def _pad_constant(input: Tensor, pad: Any, value: Tensor | builtins.float) -> Tensor:
    """A number around a tensor, sizes given from the last dimension: `(left, right, top, bottom, …)`."""
def _pdist(x: Any, p: builtins.float) -> Tensor:
    ...
def _pixel_shuffle(input: Tensor, factor: Any) -> Tensor:
    """(…, C · r², H, W) → (…, C, H · r, W · r)."""
def _pixel_unshuffle(input: Tensor, factor: Any) -> Tensor:
    """(…, C, H · r, W · r) → (…, C · r², H, W)."""
def _profiler_enter(name: Any, path: Any = ...) -> Tensor:
    """Begins a span: a module's with its path, the user's without. Answers what ends it."""
def _profiler_exit(id: Any) -> Tensor:
    """Ends a span."""
def _profiler_start(memory: Any, shapes: Any, lines: Any) -> Tensor:
    """Begins a recording."""
def _profiler_stop() -> Tensor:
    """Ends the recording."""
def _replace_autocast(dtype: dtype | None) -> dtype | None:
    """Sets the dtype of products in this thread (None: as they are) and answers the one before."""
def _replace_mode(mode: Any) -> Tensor:
    """Sets what becomes of operations (0 recorded, 1 not, 2 inference mode) and answers what did before."""
def _rrelu(input: Tensor, lower: Any, upper: Any, training: builtins.bool) -> Tensor:
    ...
def _safe_softmax(input: Tensor, dim: builtins.int | Sequence[int] | None) -> Tensor:
    """The softmax, 0 where all of `dim` is minus infinity."""
def _sampled_addmm(input: Tensor, mat1: Tensor, mat2: Tensor, beta: builtins.float | None, alpha: builtins.float | None) -> Tensor:
    """`beta · input + alpha · (mat1 @ mat2)` at the places of `input`."""
def _save_npy(path: Any, tensor: Tensor) -> Tensor:
    """Writes one array in NumPy's `.npy` format, or answers its bytes where `path` is None."""
def _save_npz(path: Any, named: Any, compress: Any) -> Tensor:
    """Writes arrays in NumPy's `.npz` format, or answers its bytes where `path` is None."""
def _save_safetensors(path: Any, named: Any, metadata: Any) -> Tensor:
    """Writes a safetensors file, or answers its bytes where `path` is None."""
def _set_detect_anomaly(mode: Any, check_nan: Any) -> Tensor:
    """Turns anomaly mode on or off."""
def _sigmoid_focal_loss(input: Tensor, target: Tensor, alpha: builtins.float | None = ..., gamma: Any = ..., size_average: Any = ..., reduce: Any = ..., reduction: str = ...) -> Tensor:
    """The binary cross-entropy, less of what is easy."""
def _sparse_mm(a: Any, b: Any) -> Tensor:
    """The product of a sparse matrix with a dense one."""
def _standard_gamma(input: Tensor, generator: Generator | None = ...) -> Tensor:
    """Gamma numbers of the shape parameters `input` and rate 1, with gradients at fixed quantiles."""
def _standard_gamma_grad(input: Tensor, output: Any) -> Tensor:
    """How gamma numbers change with their parameters."""
def _step(rule: Any, groups: builtins.int, state: Any) -> Tensor:
    """One step of the optimizer `rule` over parameter groups; `state` maps parameters to dicts."""
def _supervised_contrastive_loss(input: Tensor, target: Tensor, temperature: Any = ..., size_average: Any = ..., reduce: Any = ..., reduction: str = ...) -> Tensor:
    """The attraction of representations of the same label."""
def _tensordot(a: Any, b: Any, first: Any, second: Any) -> Tensor:
    ...
def _to_bytes(tensor: Tensor) -> Tensor:
    """The bytes of a tensor's elements in row-major order, little-endian: what files store."""
def _trunc_normal(tensor: Tensor, mean: Any, std: Any, low: Any, high: Any, generator: Generator | None) -> Tensor:
    """Normal numbers within bounds over `tensor`."""
def _vander(x: Any, n: builtins.int) -> Tensor:
    ...
def _vecdot(a: Any, b: Any, dim: builtins.int | Sequence[int] | None) -> Tensor:
    ...
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
    """`start`, `start + step`, … below `end`.

    With one number, that is `end`, and `start` is 0. Integers make int64, floats the default float.

        >>> torch.arange(1, 10, 3).tolist()
        [1, 4, 7]
    """
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
def bernoulli(input: Tensor, p: builtins.float = ..., *, generator: Generator | None = ...) -> Tensor:
    """1 with the probability that each element gives, or with `p` everywhere, 0 otherwise."""
def binary_cross_entropy(input: Tensor, target: Tensor, weight: Tensor | None = ..., size_average: Any = ..., reduce: Any = ..., reduction: str = ...) -> Tensor:
    """The cross-entropy of probabilities against probabilities."""
def binary_cross_entropy_with_logits(input: Tensor, target: Tensor, weight: Tensor | None = ..., pos_weight: Any = ..., size_average: Any = ..., reduce: Any = ..., reduction: str = ...) -> Tensor:
    """The cross-entropy of logits against probabilities."""
def binomial(count: Any, prob: Any, generator: Generator | None = ...) -> Tensor:
    """Numbers of successes in `count` trials of probability `prob`."""
def bucketize(input: Tensor, boundaries: Any, *, out_int32: Any = ..., right: Any = ...) -> Tensor:
    """Which of the intervals between `boundaries` each element is in."""
def cat(tensors: Iterable[Tensor], dim: builtins.int | Sequence[int] | None = ..., *, axis: builtins.int | Sequence[int] | None = ...) -> Tensor:
    """Tensors put next to each other along `dim`.

    All other dimensions have the same sizes; dtypes are promoted.

        >>> torch.cat([torch.ones(2, 3), torch.zeros(1, 3)]).shape
        neurarust.Size([3, 3])
    """
def combinations(input: Tensor, r: Any = ..., with_replacement: Any = ...) -> Tensor:
    """All choices of `r` elements of a vector, in order."""
def complex(real: Any, imag: Any) -> Tensor:
    """The complex tensor of a real and an imaginary part."""
def conv1d(input: Tensor, weight: Tensor | None, bias: Tensor | None = ..., stride: Any = ..., padding: Any = ..., dilation: Any = ..., groups: builtins.int = ...) -> Tensor:
    """Convolution: slides `weight` over `input`, and adds `bias` to each output channel.

    Shapes: input (N, C, …) or (C, …), weight (O, C / groups, kernel…), bias (O) → (N, O, …) or (O, …), where an
    output size is `(size + 2 * padding - dilation * (kernel - 1) - 1) // stride + 1`. All of one dtype.

    `stride`, `padding` and `dilation` are a number or one per dimension; `padding` may be "valid", or "same" for
    the input's size at stride 1. With `groups`, output channels see only their group's share of the input's.

    Raises RuntimeError for shapes that don't fit, TypeError for dtypes that differ, ValueError for options out of range.

        >>> torch.conv1d(torch.ones(1, 1, 5), torch.ones(1, 1, 3)).shape
        neurarust.Size([1, 1, 3])
    """
def conv2d(input: Tensor, weight: Tensor | None, bias: Tensor | None = ..., stride: Any = ..., padding: Any = ..., dilation: Any = ..., groups: builtins.int = ...) -> Tensor:
    """Convolution: slides `weight` over `input`, and adds `bias` to each output channel.

    Shapes: input (N, C, …) or (C, …), weight (O, C / groups, kernel…), bias (O) → (N, O, …) or (O, …), where an
    output size is `(size + 2 * padding - dilation * (kernel - 1) - 1) // stride + 1`. All of one dtype.

    `stride`, `padding` and `dilation` are a number or one per dimension; `padding` may be "valid", or "same" for
    the input's size at stride 1. With `groups`, output channels see only their group's share of the input's.

    Raises RuntimeError for shapes that don't fit, TypeError for dtypes that differ, ValueError for options out of range.

        >>> torch.conv2d(torch.ones(1, 1, 5, 5), torch.ones(1, 1, 3, 3)).shape
        neurarust.Size([1, 1, 3, 3])
    """
def conv3d(input: Tensor, weight: Tensor | None, bias: Tensor | None = ..., stride: Any = ..., padding: Any = ..., dilation: Any = ..., groups: builtins.int = ...) -> Tensor:
    """Convolution: slides `weight` over `input`, and adds `bias` to each output channel.

    Shapes: input (N, C, …) or (C, …), weight (O, C / groups, kernel…), bias (O) → (N, O, …) or (O, …), where an
    output size is `(size + 2 * padding - dilation * (kernel - 1) - 1) // stride + 1`. All of one dtype.

    `stride`, `padding` and `dilation` are a number or one per dimension; `padding` may be "valid", or "same" for
    the input's size at stride 1. With `groups`, output channels see only their group's share of the input's.

    Raises RuntimeError for shapes that don't fit, TypeError for dtypes that differ, ValueError for options out of range.

        >>> torch.conv3d(torch.ones(1, 1, 5, 5, 5), torch.ones(1, 1, 3, 3, 3)).shape
        neurarust.Size([1, 1, 3, 3, 3])
    """
def conv_transpose1d(input: Tensor, weight: Tensor | None, bias: Tensor | None = ..., stride: Any = ..., padding: Any = ..., output_padding: Any = ..., groups: builtins.int = ..., dilation: Any = ...) -> Tensor:
    """The transpose of a convolution, its gradient by the input: spreads each element of `input` over a window.

    Shapes: input (N, C, …) or (C, …), weight (C, O / groups, kernel…), bias (O) → (N, O, …) or (O, …), where an
    output size is `(size - 1) * stride - 2 * padding + dilation * (kernel - 1) + output_padding + 1`.

    `output_padding` chooses among the sizes whose convolution has the input's. Raises as the convolution.

        >>> torch.conv_transpose1d(torch.ones(1, 1, 3), torch.ones(1, 1, 3)).shape
        neurarust.Size([1, 1, 5])
    """
def conv_transpose2d(input: Tensor, weight: Tensor | None, bias: Tensor | None = ..., stride: Any = ..., padding: Any = ..., output_padding: Any = ..., groups: builtins.int = ..., dilation: Any = ...) -> Tensor:
    """The transpose of a convolution, its gradient by the input: spreads each element of `input` over a window.

    Shapes: input (N, C, …) or (C, …), weight (C, O / groups, kernel…), bias (O) → (N, O, …) or (O, …), where an
    output size is `(size - 1) * stride - 2 * padding + dilation * (kernel - 1) + output_padding + 1`.

    `output_padding` chooses among the sizes whose convolution has the input's. Raises as the convolution.

        >>> torch.conv_transpose2d(torch.ones(1, 1, 3, 3), torch.ones(1, 1, 3, 3)).shape
        neurarust.Size([1, 1, 5, 5])
    """
def conv_transpose3d(input: Tensor, weight: Tensor | None, bias: Tensor | None = ..., stride: Any = ..., padding: Any = ..., output_padding: Any = ..., groups: builtins.int = ..., dilation: Any = ...) -> Tensor:
    """The transpose of a convolution, its gradient by the input: spreads each element of `input` over a window.

    Shapes: input (N, C, …) or (C, …), weight (C, O / groups, kernel…), bias (O) → (N, O, …) or (O, …), where an
    output size is `(size - 1) * stride - 2 * padding + dilation * (kernel - 1) + output_padding + 1`.

    `output_padding` chooses among the sizes whose convolution has the input's. Raises as the convolution.

        >>> torch.conv_transpose3d(torch.ones(1, 1, 3, 3, 3), torch.ones(1, 1, 3, 3, 3)).shape
        neurarust.Size([1, 1, 5, 5, 5])
    """
def cross_entropy(input: Tensor, target: Tensor, weight: Tensor | None = ..., ignore_index: builtins.int = ..., label_smoothing: builtins.float = ..., size_average: Any = ..., reduce: Any = ..., reduction: str = ...) -> Tensor:
    """The cross-entropy of logits `input` (N, C, …) against classes (N, …) or class probabilities (N, C, …): the negative
    logarithm of the softmax at the target.

    `weight` (C) says how much each class counts; elements of class `ignore_index` don't. `label_smoothing` spreads that part
    of each target evenly over all classes. `reduction` is "mean" (weighted), "sum", or "none" for one number per element:
    (N, …). One sample without a batch is (C) against ().

    Raises IndexError for a class that isn't there, RuntimeError for shapes that don't fit.

        >>> torch.nn.functional.cross_entropy(torch.zeros(2, 4), torch.tensor([0, 3])).item()  # ln 4
        1.3862943649291992
    """
def cumulative_trapezoid(y: Any, x: Any = ..., *, dx: Any = ..., dim: builtins.int | Sequence[int] | None = ...) -> Tensor:
    """The integrals along `dim` up to each sample but the first."""
def dropout(input: Tensor, p: builtins.float = ..., training: builtins.bool = ..., inplace: builtins.bool = ...) -> Tensor:
    """Zeroes elements with probability `p` and scales the others up, while `training`."""
def embedding(input: Tensor, weight: Tensor | None, padding_idx: Any = ..., scale_grad_by_freq: Any = ..., sparse: Any = ...) -> Tensor:
    """Rows of `weight` by number: (…) of integers gives (…, width). The row `padding_idx` gets no gradient.

    >>> torch.nn.functional.embedding(torch.tensor([2, 0]), torch.tensor([[1.0], [2.0], [3.0]])).tolist()
    [[3.0], [1.0]]
    """
def empty(*shape: Any, size: builtins.int | Sequence[int] | None = ..., dtype: dtype | None = ..., device: device | str | None = ..., requires_grad: builtins.bool = ..., layout: Any = ..., pin_memory: Any = ..., memory_format: Any = ...) -> Tensor:
    """A tensor of arbitrary contents, to be written over: `empty(2, 3)` or `empty((2, 3))`."""
def empty_like(input: Tensor, *, dtype: dtype | None = ..., device: device | str | None = ..., requires_grad: builtins.bool = ..., layout: Any = ..., memory_format: Any = ...) -> Tensor:
    """As `empty`, in the shape and, unless another one is given, the dtype of `input`."""
def empty_permuted(size: builtins.int | Sequence[int] | None, physical_layout: Any, *, dtype: dtype | None = ..., layout: Any = ..., device: device | str | None = ..., requires_grad: builtins.bool = ..., pin_memory: Any = ...) -> Tensor:
    """Uninitialised (zero) elements whose dimensions lie in memory in the order `physical_layout`."""
def empty_strided(size: builtins.int | Sequence[int] | None, stride: Any, *, dtype: dtype | None = ..., layout: Any = ..., device: device | str | None = ..., requires_grad: builtins.bool = ..., pin_memory: Any = ...) -> Tensor:
    """Uninitialised (zero) elements lying by `stride`."""
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
def get_rng_state() -> Tensor:
    """The state of the default generator, as a tensor of bytes."""
def get_winograd() -> bool:
    """Whether 3×3 convolutions may use Winograd's algorithm."""
def grad(outputs: Any, inputs: Any, grad_outputs: Any = ..., retain_graph: builtins.bool | None = ..., create_graph: builtins.bool = ..., only_inputs: Any = ..., allow_unused: Any = ..., is_grads_batched: Any = ..., materialize_grads: Any = ...) -> tuple[Tensor | None, ...]:
    """The gradients of `outputs` with respect to `inputs`, leaving every `.grad` alone.

    >>> x = neurarust.tensor(3., requires_grad=True)
    >>> neurarust.autograd.grad(x ** 2, x)
    (tensor(6.),)
    """
def gradient(input: Tensor, *, spacing: Any = ..., dim: builtins.int | Sequence[int] | None = ..., edge_order: Any = ...) -> Tensor:
    """Derivatives of samples on a grid, along each dimension."""
def group_norm(input: Tensor, num_groups: Any, weight: Tensor | None = ..., bias: Tensor | None = ..., eps: builtins.float | None = ...) -> Tensor:
    """Zero mean and unit variance per sample and group of channels."""
def histogramdd(input: Tensor, bins: Any, range: Any = ..., weight: Tensor | None = ..., density: Any = ...) -> Tensor:
    """Counts of points between edges in every dimension, and the edges."""
def hstack(tensors: Iterable[Tensor]) -> Tensor:
    """Tensors put next to each other: vectors end to end, others along dimension 1."""
def huber_loss(input: Tensor, target: Tensor, delta: Any = ..., size_average: Any = ..., reduce: Any = ..., reduction: str = ...) -> Tensor:
    """`delta` times the smooth L1 loss."""
def imag(input: Tensor) -> Tensor:
    """The imaginary part of a complex tensor, a view."""
def initial_seed() -> int:
    """The seed of the default generator."""
def is_anomaly_check_nan_enabled() -> Tensor:
    """Whether anomaly mode looks for NaN."""
def is_anomaly_enabled() -> Tensor:
    """Whether anomaly mode is on."""
def is_grad_enabled() -> bool:
    """Whether operations are recorded now."""
def is_inference_mode_enabled() -> bool:
    """Whether inference mode is on."""
def is_tensor(obj: Any) -> bool:
    """Whether `obj` is a Tensor."""
def isin(elements: Any, test_elements: Any, *, assume_unique: Any = ..., invert: Any = ...) -> Tensor:
    """Which elements are among `test_elements` (with `invert`: which aren't)."""
def l1_loss(input: Tensor, target: Tensor, size_average: Any = ..., reduce: Any = ..., reduction: str = ...) -> Tensor:
    """`|input - target|`: the mean, the sum, or with `reduction="none"` each of the absolute differences."""
def layer_norm(input: Tensor, normalized_shape: Any, weight: Tensor | None = ..., bias: Tensor | None = ..., eps: builtins.float | None = ...) -> Tensor:
    """Zero mean and unit variance over the last dimensions, `normalized_shape`.

    `(x - mean) / √(var + eps) · weight + bias` for each sample, with `weight` and `bias` of `normalized_shape` (Ba, Kiros and
    Hinton, 2016).
    """
def linear(input: Tensor, weight: Tensor | None, bias: Tensor | None = ...) -> Tensor:
    """`input @ weightᵀ + bias`: (…, in) with (out, in) gives (…, out).

    >>> torch.nn.functional.linear(torch.ones(4, 3), torch.ones(2, 3)).shape
    neurarust.Size([4, 2])
    """
def linspace(start: Any, end: Any, steps: Any, *, dtype: dtype | None = ..., device: device | str | None = ..., requires_grad: builtins.bool = ..., layout: Any = ...) -> Tensor:
    """`steps` numbers from `start` to `end`, both included."""
def manual_seed(seed: builtins.int) -> Generator:
    """Seeds the default generator. After `use_torch_rng()` it draws what PyTorch draws from the same seed."""
def max_pool1d(input: Tensor, kernel_size: Any, stride: Any = ..., padding: Any = ..., dilation: Any = ..., ceil_mode: builtins.bool = ..., return_indices: builtins.bool = ...) -> Tensor:
    """The largest element of each window; with `return_indices`, where they are too.

    (N, C, …) or (C, …), where an output size is `(size + 2 * padding - dilation * (kernel_size - 1) - 1) // stride + 1`,
    rounded up instead if `ceil_mode`. `stride` is `kernel_size` unless given; padding is never the largest.
    """
def max_pool2d(input: Tensor, kernel_size: Any, stride: Any = ..., padding: Any = ..., dilation: Any = ..., ceil_mode: builtins.bool = ..., return_indices: builtins.bool = ...) -> Tensor:
    """The largest element of each window; with `return_indices`, where they are too.

    (N, C, …) or (C, …), where an output size is `(size + 2 * padding - dilation * (kernel_size - 1) - 1) // stride + 1`,
    rounded up instead if `ceil_mode`. `stride` is `kernel_size` unless given; padding is never the largest.
    """
def max_pool3d(input: Tensor, kernel_size: Any, stride: Any = ..., padding: Any = ..., dilation: Any = ..., ceil_mode: builtins.bool = ..., return_indices: builtins.bool = ...) -> Tensor:
    """The largest element of each window; with `return_indices`, where they are too.

    (N, C, …) or (C, …), where an output size is `(size + 2 * padding - dilation * (kernel_size - 1) - 1) // stride + 1`,
    rounded up instead if `ceil_mode`. `stride` is `kernel_size` unless given; padding is never the largest.
    """
def memory_stats() -> dict[str, int]:
    """Bytes in use, cached and at most, as a dict."""
def mse_loss(input: Tensor, target: Tensor, size_average: Any = ..., reduce: Any = ..., reduction: str = ...) -> Tensor:
    """`(input - target)²`: the mean, the sum, or with `reduction="none"` each of the squared differences."""
def multinomial(input: Tensor, num_samples: Any, replacement: Any = ..., *, generator: Generator | None = ...) -> Tensor:
    """`num_samples` indices per row, drawn with the row's weights."""
def nll_loss(input: Tensor, target: Tensor, weight: Tensor | None = ..., ignore_index: builtins.int = ..., size_average: Any = ..., reduce: Any = ..., reduction: str = ...) -> Tensor:
    """The negative log-likelihood of classes (N, …), given log-probabilities (N, C, …).

    Elements of class `ignore_index` don't count; `weight` (C) says how much each class counts.
    """
def normal(mean: Any, std: Any = ..., size: builtins.int | Sequence[int] | None = ..., *, generator: Generator | None = ..., dtype: dtype | None = ..., device: device | str | None = ..., requires_grad: builtins.bool = ..., layout: Any = ..., pin_memory: Any = ...) -> Tensor:
    """Normal numbers of the given means and standard deviations: one of them a tensor, or numbers and a `size`."""
def one_hot(tensor: Tensor, num_classes: Any = ...) -> Tensor:
    """1 at the class of each element, 0 elsewhere: (…) → (…, num_classes)."""
def ones(*shape: Any, size: builtins.int | Sequence[int] | None = ..., dtype: dtype | None = ..., device: device | str | None = ..., requires_grad: builtins.bool = ..., layout: Any = ..., pin_memory: Any = ..., memory_format: Any = ...) -> Tensor:
    """A tensor of ones, of the default dtype unless `dtype` says otherwise: `ones(2, 3)` or `ones((2, 3))`."""
def ones_like(input: Tensor, *, dtype: dtype | None = ..., device: device | str | None = ..., requires_grad: builtins.bool = ..., layout: Any = ..., memory_format: Any = ...) -> Tensor:
    """As `ones`, in the shape and, unless another one is given, the dtype of `input`."""
def poisson(input: Tensor, generator: Generator | None = ...) -> Tensor:
    """Numbers of events at the rates that the elements give."""
def polar(abs: Any, angle: Any) -> Tensor:
    """`abs · (cos angle + i sin angle)`."""
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
def randint_like(input: Tensor, low: Any, high: Any = ..., *, generator: Generator | None = ..., dtype: dtype | None = ..., device: device | str | None = ..., requires_grad: builtins.bool = ..., layout: Any = ..., memory_format: Any = ...) -> Tensor:
    """Integers from `low` (0) to `high`, which is excluded, in the shape and dtype of `input`."""
def randn(*shape: Any, size: builtins.int | Sequence[int] | None = ..., generator: Generator | None = ..., dtype: dtype | None = ..., device: device | str | None = ..., requires_grad: builtins.bool = ..., layout: Any = ..., pin_memory: Any = ...) -> Tensor:
    """Standard normal numbers."""
def randn_like(input: Tensor, *, generator: Generator | None = ..., dtype: dtype | None = ..., device: device | str | None = ..., requires_grad: builtins.bool = ..., layout: Any = ..., memory_format: Any = ...) -> Tensor:
    """Standard normal numbers.

    In the shape, and unless another one is given the dtype, of `input`.
    """
def randperm(n: builtins.int, *, generator: Generator | None = ..., dtype: dtype | None = ..., device: device | str | None = ..., requires_grad: builtins.bool = ..., layout: Any = ..., pin_memory: Any = ...) -> Tensor:
    """The integers below `n` in random order."""
def real(input: Tensor) -> Tensor:
    """The real part; a real tensor is its own."""
def rms_norm(input: Tensor, normalized_shape: Any, weight: Tensor | None = ..., eps: builtins.float | None = ...) -> Tensor:
    """Unit mean square over the last dimensions, `normalized_shape`. `eps` is the dtype's resolution if None."""
def searchsorted(sorted_sequence: Any, input: Tensor, *, out_int32: Any = ..., right: Any = ..., side: Any = ..., sorter: Any = ...) -> Tensor:
    """Where each of `input` belongs in `sorted_sequence`."""
def seed() -> int:
    """Seeds the default generator with a number that nobody knows, and answers it."""
def segment_reduce(data: Any, reduce: Any, *, lengths: Any = ..., indices: Any = ..., offsets: Any = ..., axis: builtins.int | Sequence[int] | None = ..., unsafe: Any = ..., initial: Any = ...) -> Tensor:
    """Consecutive pieces of dimension `axis` reduced, given by their lengths or by where they start."""
def set_default_dtype(d: Any) -> None:
    """Sets the dtype of numbers with a fraction where none is asked for."""
def set_num_threads(n: builtins.int) -> None:
    """Sets how many threads an operation may use. Results don't depend on it."""
def set_rng_state(new_state: Any) -> None:
    """Goes on from what `get_rng_state` has answered."""
def set_winograd(on: Any) -> None:
    """Allows Winograd's algorithm for 3×3 convolutions of float32 where it is faster (the default), or forbids it.

    Its largest error is up to some 1e-5 of the largest output, twenty times that of the plain sum, and an infinity or a NaN
    spreads to up to three neighbours.
    """
def smooth_l1_loss(input: Tensor, target: Tensor, beta: builtins.float | None = ..., size_average: Any = ..., reduce: Any = ..., reduction: str = ...) -> Tensor:
    """Squared differences below `beta`, absolute ones above."""
def sparse_coo_tensor(indices: Any, values: Any, size: builtins.int | Sequence[int] | None = ..., *, dtype: dtype | None = ..., device: device | str | None = ..., requires_grad: builtins.bool = ..., check_invariants: Any = ..., is_coalesced: Any = ...) -> Tensor:
    """The tensor of `size` with `values` at the columns of `indices`; values of one place add up."""
def sparse_csr_tensor(crow_indices: Any, col_indices: Any, values: Any, size: builtins.int | Sequence[int] | None = ..., *, dtype: dtype | None = ..., device: device | str | None = ..., requires_grad: builtins.bool = ..., check_invariants: Any = ...) -> Tensor:
    """The matrix of `size` whose row `r` has values `crow_indices[r]..crow_indices[r + 1]`."""
def stack(tensors: Iterable[Tensor], dim: builtins.int | Sequence[int] | None = ..., *, axis: builtins.int | Sequence[int] | None = ...) -> Tensor:
    """Tensors of one shape put next to each other along a new dimension.

    >>> torch.stack([torch.ones(3), torch.zeros(3)], dim=1).shape
    neurarust.Size([3, 2])
    """
def tensor(data: Any, *, dtype: dtype | None = ..., device: device | str | None = ..., requires_grad: builtins.bool = ..., pin_memory: Any = ...) -> Tensor:
    """A new tensor of `data`: numbers, nested lists of numbers, arrays, tensors. The data is copied.

    >>> neurarust.tensor([[1, 2], [3, 4]]).shape
    neurarust.Size([2, 2])
    """
def to_dlpack(tensor: Tensor) -> Any:
    """The elements as a DLPack capsule that shares their memory."""
def trapezoid(y: Any, x: Any = ..., *, dx: Any = ..., dim: builtins.int | Sequence[int] | None = ...) -> Tensor:
    """The integral along `dim` by the trapezoidal rule."""
def tril_indices(row: Any, col: Any, offset: Any = ..., *, dtype: dtype | None = ..., device: device | str | None = ..., layout: Any = ..., pin_memory: Any = ...) -> Tensor:
    """The row and the column of every element on and below diagonal `offset` of a matrix."""
def triu_indices(row: Any, col: Any, offset: Any = ..., *, dtype: dtype | None = ..., device: device | str | None = ..., layout: Any = ..., pin_memory: Any = ...) -> Tensor:
    """The row and the column of every element on and above diagonal `offset` of a matrix."""
def unravel_index(indices: Any, shape: Any) -> Tensor:
    """The coordinates, one tensor per dimension of `shape`, of flat indices."""
def use_torch_rng(mode: Any = ...) -> Tensor:
    """Whether the default generator draws what PyTorch draws from the same seed: initial weights, dropout masks, permutations and all; or
    (False) the faster default. It goes to the start of its seed's sequence when that changes.
    """
def view_as_complex(input: Tensor) -> Tensor:
    """Pairs of reals as complex numbers, as a view: (…, 2) → (…)."""
def view_as_real(input: Tensor) -> Tensor:
    """The real numbers that a complex tensor is made of, as a view: (…) → (…, 2)."""
def vstack(tensors: Iterable[Tensor]) -> Tensor:
    """Tensors put below each other."""
def zeros(*shape: Any, size: builtins.int | Sequence[int] | None = ..., dtype: dtype | None = ..., device: device | str | None = ..., requires_grad: builtins.bool = ..., layout: Any = ..., pin_memory: Any = ..., memory_format: Any = ...) -> Tensor:
    """A tensor of zeros, of the default dtype unless `dtype` says otherwise: `zeros(2, 3)` or `zeros((2, 3))`."""
def zeros_like(input: Tensor, *, dtype: dtype | None = ..., device: device | str | None = ..., requires_grad: builtins.bool = ..., layout: Any = ..., memory_format: Any = ...) -> Tensor:
    """As `zeros`, in the shape and, unless another one is given, the dtype of `input`."""
