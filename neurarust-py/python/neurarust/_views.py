"""Views as copies, other names of views, and conversions of other objects."""

import builtins as _builtins
import sys as _sys

from . import _C
from ._C import Tensor
from ._functions import _flatten, tensor_split

__all__ = []


def _function(f):
    __all__.append(f.__name__)
    return f


def _copies(name):
    view = getattr(Tensor, name)

    def copy(input, *args, **kwargs):
        out = view(input, *args, **kwargs)
        return out.clone() if isinstance(out, Tensor) else tuple(t.clone() for t in out)

    copy.__name__ = copy.__qualname__ = f"{name}_copy"
    copy.__doc__ = f"As `{name}`, with a buffer of its own."
    globals()[copy.__name__] = _function(copy)


for _name in (
    "as_strided", "diagonal", "expand", "narrow", "permute", "select", "split", "split_with_sizes", "squeeze", "t", "transpose", "unbind",
    "unfold", "unsqueeze", "view", "detach",
):
    _copies(_name)
del _name


@_function
def alias_copy(input):
    """A copy of `input`, where `alias` would answer a view."""
    return input.clone()


@_function
def slice_copy(input, dim=0, start=None, end=None, step=1):
    """Elements `start` to `end` of dimension `dim`, every `step`, as a copy."""
    return input[(slice(None),) * (dim % input.dim()) + (slice(start, end, step),)].clone()


Tensor.narrow_copy = lambda self, dim, start, length: narrow_copy(self, dim, start, length)  # noqa: F821
Tensor.narrow_copy.__doc__ = "As `narrow`, with a buffer of its own."


@_function
def unsafe_chunk(input, chunks, dim=0):
    """At most `chunks` parts of equal size along `dim`."""
    return input.chunk(chunks, dim)


@_function
def unsafe_split(tensor, split_size, dim=0):
    """Parts of `split_size` elements along `dim`."""
    return tensor.split(split_size, dim)


@_function
def unsafe_split_with_sizes(input, split_sizes, dim=0):
    """Parts of the given sizes along `dim`."""
    return input.split_with_sizes(split_sizes, dim)


for _f in (unsafe_chunk, unsafe_split, unsafe_split_with_sizes):
    setattr(Tensor, _f.__name__, _f)
del _f


@_function
def dsplit(input, indices_or_sections):
    """Cut along the third dimension."""
    if input.dim() < 3:
        raise RuntimeError(f"dsplit: expected a tensor of 3 or more dimensions, got {input.dim()}")
    if isinstance(indices_or_sections, int) and (indices_or_sections <= 0 or input.shape[2] % indices_or_sections):
        raise RuntimeError(f"dsplit: {input.shape[2]} elements can't be cut into {indices_or_sections} equal parts")
    return tensor_split(input, indices_or_sections, 2)


Tensor.dsplit = dsplit


@_function
def atleast_3d(*tensors):
    """With at least three dimensions."""
    if len(tensors) > 1 or isinstance(tensors[0], (list, tuple)):
        return tuple(atleast_3d(t) for t in _flatten(tensors))
    (t,) = tensors
    if t.dim() == 0:
        return t.reshape([1, 1, 1])
    return t.reshape([1, -1, 1]) if t.dim() == 1 else t.unsqueeze(-1) if t.dim() == 2 else t


@_function
def vander(x, N=None, increasing=False):
    """Powers of the elements of a vector, falling from left to right unless `increasing`."""
    if x.dim() != 1:
        raise RuntimeError(f"vander: expected a vector, got {x.dim()} dimensions")
    n = x.shape[0] if N is None else N
    if n < 0:
        raise RuntimeError(f"vander: expected 0 or more columns, got {n}")
    powers = x.unsqueeze(-1) ** _C.arange(n)
    return powers if increasing else powers.flip(-1)


@_function
def scalar_tensor(s, *, dtype=None, layout=None, device=None, pin_memory=False, requires_grad=False):
    """One number without dimensions."""
    dtype = _C.get_default_dtype() if dtype is None else dtype
    return _C.full((), s, dtype=dtype, device=device, requires_grad=requires_grad)


def _tril_(self, diagonal=0):
    """The lower triangle, up to `diagonal`, zeros above, in place."""
    return self.copy_(self.tril(diagonal))


def _triu_(self, diagonal=0):
    """The upper triangle, from `diagonal` on, zeros below, in place."""
    return self.copy_(self.triu(diagonal))


Tensor.tril_, Tensor.triu_ = _tril_, _triu_


def _unsafe_masked_index(input, mask, indices, fill):
    out = input[tuple(slice(None) if i is None else _clamped(i, input, d) for d, i in enumerate(indices))]
    return out.masked_fill(~mask, fill)


def _unsafe_masked_index_put_accumulate(input, mask, indices, values):
    index = tuple(None if i is None else _clamped(i, input, d) for d, i in enumerate(indices))
    return input.index_put(index, values.masked_fill(~mask, 0), accumulate=True)


def _clamped(index, input, dim):
    return index if index.dtype is _C.bool else index.clamp(-input.shape[dim], input.shape[dim] - 1)


def _chunk_cat(tensors, dim, num_chunks):
    """Each tensor cut into `num_chunks` along `dim` (zeros fill up the last), flattened, and put side by side."""
    parts = []
    if num_chunks < 1 or not tensors:
        raise RuntimeError(f"_chunk_cat: expected tensors and 1 or more chunks, got {len(tensors)} and {num_chunks}")
    if any(t.numel() == 0 or t.dim() == 0 for t in tensors):
        raise RuntimeError("_chunk_cat: expected tensors that aren't empty")
    dim = dim % tensors[0].dim()
    for t in tensors:
        if t.dtype is not tensors[0].dtype or tuple(t.shape[:dim]) != tuple(tensors[0].shape[:dim]):
            raise RuntimeError("_chunk_cat: expected tensors of one dtype and the same leading sizes")
        short = -t.shape[dim] % num_chunks
        if short:
            t = _C.cat([t, t.new_zeros([*t.shape[:dim], short, *t.shape[dim + 1 :]])], dim)
        parts.append(t.reshape([*t.shape[:dim], num_chunks, -1]))
    return _C.cat(parts, dim + 1)


__all__ += ["_unsafe_masked_index", "_unsafe_masked_index_put_accumulate", "_chunk_cat"]


def _missing(name, instead):
    def refused(*args, **kwargs):
        raise NotImplementedError(f"{name} is not available: {instead}")

    refused.__name__ = refused.__qualname__ = name
    refused.__doc__ = f"Not available: {instead}."
    globals()[name] = _function(refused)


_missing("hash_tensor", "there are no uint64 tensors; use hash(x.numpy().tobytes())")
_missing("_scaled_mm", "there are no 8-bit floats; multiply in bfloat16 or float32")
_missing("_scaled_mm_v2", "there are no 8-bit floats; multiply in bfloat16 or float32")


@_function
def asarray(obj, *, dtype=None, device=None, copy=None, requires_grad=False):
    """`obj` as a tensor: sharing its memory where that is possible, unless `copy`."""
    if copy:
        out = obj.detach().clone() if isinstance(obj, Tensor) else _C.tensor(obj)
        out = out if dtype is None else out.to(dtype)
    else:
        if not isinstance(obj, Tensor) and not hasattr(obj, "__array_interface__") and _buffer(obj):
            out = frombuffer(obj, dtype=_C.get_default_dtype() if dtype is None else dtype)
        else:
            out = obj if isinstance(obj, Tensor) else _C.as_tensor(obj)
            shares = isinstance(obj, Tensor) or hasattr(obj, "__array_interface__")
            if copy is False and (not shares or (dtype is not None and out.dtype is not dtype)):
                raise ValueError("asarray: a copy is needed; leave copy=None to allow it")
            out = out if dtype is None else out.to(dtype)
        if not requires_grad and out.requires_grad:
            out = out.detach()
    if requires_grad and not out.requires_grad:
        out = (out.detach() if out is obj else out).requires_grad_()
    return out


def _buffer(obj):
    try:
        memoryview(obj)
    except TypeError:
        return False
    return True


@_function
def frombuffer(buffer, *, dtype, count=-1, offset=0, requires_grad=False):
    """The bytes of a buffer as a vector of `dtype`. Writable buffers are shared, others copied."""
    import numpy as np

    view = memoryview(buffer).cast("B")
    size = dtype.itemsize
    if len(view) == 0 or count == 0:
        raise ValueError(f"frombuffer: both buffer length ({len(view)}) and count ({count}) must not be 0")
    if offset < 0 or offset >= len(view):
        raise ValueError(f"frombuffer: offset {offset} lies outside of a buffer of {len(view)} bytes")
    if count < 0:
        if (len(view) - offset) % size:
            raise ValueError(f"frombuffer: {len(view) - offset} bytes are no whole number of elements of {size} bytes")
        count = (len(view) - offset) // size
    if offset + count * size > len(view):
        raise ValueError(f"frombuffer: {count} elements of {size} bytes from {offset} on don't fit a buffer of {len(view)} bytes")
    part = view[offset : offset + count * size]
    if view.readonly or dtype in (_C.bfloat16, _C.bool) or _sys.byteorder != "little":
        out = _C._from_bytes(_builtins.bytes(part), dtype.name, [count])
    else:
        out = _C.from_numpy(np.frombuffer(part, dtype=dtype.name))
    return out.requires_grad_() if requires_grad else out


@_function
def from_file(filename, shared=None, size=0, *, dtype=None, layout=None, device=None, pin_memory=False):
    """The first `size` elements of a file of raw numbers."""
    if shared:
        raise NotImplementedError("from_file: tensors can't be written back to files; use shared=False, or numpy.memmap with from_numpy")
    dtype = _C.get_default_dtype() if dtype is None else dtype
    with _builtins.open(filename, "rb") as file:
        length = file.seek(0, 2)
        if size < 0 or size * dtype.itemsize > length:
            raise RuntimeError(f"from_file: {size} elements of {dtype.itemsize} bytes are more than the {length} bytes of {filename!r}")
        file.seek(0)
        data = file.read(size * dtype.itemsize)
    return _C._from_bytes(data, dtype.name, [size])


def _new(self, *args, dtype=None, device=None):
    """An empty tensor of the given sizes, or one of the given data, of the same dtype."""
    if len(args) == 1 and not isinstance(args[0], int) and not (isinstance(args[0], tuple) and type(args[0]).__name__ == "Size"):
        return self.new_tensor(args[0])
    return self.new_empty(*args) if args else self.new_empty(0)


Tensor.new = _new


def _no_gpu(self, *args, **kwargs):
    """Not available: tensors live on the CPU."""
    raise RuntimeError("this build has no CUDA; choose the device by torch.cuda.is_available(), or use device='cpu'")


for _name in ("cuda", "xpu", "hpu", "ipu"):
    if not hasattr(Tensor, _name):
        setattr(Tensor, _name, _no_gpu)
del _name


@_function
def set_default_device(device):
    """The device of new tensors: only the CPU is there."""
    if device is not None:
        _C.device(device)


@_function
def get_default_device():
    """The device of new tensors."""
    return _C.device("cpu")


class _Legacy(type):
    def __instancecheck__(cls, obj):
        return isinstance(obj, Tensor) and obj.dtype is cls.dtype


def _legacy(name, dtype):
    def new(cls, *args, device=None):
        if len(args) == 1 and not isinstance(args[0], int) and type(args[0]).__name__ != "Size":
            return _C.tensor(args[0], dtype=dtype)
        return _C.empty(*args, dtype=dtype) if args else _C.empty(0, dtype=dtype)

    doc = f"`{name}(data)` or `{name}(*sizes)`: a tensor of {dtype.name}."
    globals()[name] = _function(_Legacy(name, (), {"__new__": new, "__doc__": doc, "__module__": "neurarust", "dtype": dtype}))


for _name, _dtype in {
    "FloatTensor": _C.float32, "DoubleTensor": _C.float64, "HalfTensor": _C.float16, "BFloat16Tensor": _C.bfloat16, "ByteTensor": _C.uint8,
    "CharTensor": _C.int8, "ShortTensor": _C.int16, "IntTensor": _C.int32, "LongTensor": _C.int64, "BoolTensor": _C.bool,
}.items():
    _legacy(_name, _dtype)
del _name, _dtype
