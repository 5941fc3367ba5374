"""Functions that are no methods of tensors, functions composed of others, and other names of those that are."""

import builtins as _builtins

from . import _C
from ._C import Tensor

__all__ = []


def _function(f):
    """A function of the package."""
    __all__.append(f.__name__)
    return f


def _sparse_only(name):
    def f(self):
        raise RuntimeError(f"{name}: expected a sparse tensor, this one is dense; see to_sparse()")

    f.__name__, f.__doc__ = name, f"Of sparse tensors only, see `sparse.SparseTensor.{name}`."
    setattr(Tensor, name, f)


for _name in ("indices", "values", "crow_indices", "col_indices"):
    _sparse_only(_name)
# Tensors have no names of their own; their dimensions may have labels.
Tensor.name = None


def _method(f):
    """A function of the package that is a method of tensors too."""
    setattr(Tensor, f.__name__, f)
    return _function(f)


@_function
def where(condition, input=None, other=None):
    """`input` where `condition`, `other` elsewhere; with one argument, the indices of what isn't 0."""
    if input is None and other is None:
        return condition.nonzero(as_tuple=True)
    return _C._where(condition, input, other)


@_function
def is_floating_point(input):
    """Whether elements have a fraction."""
    return input.is_floating_point()


@_function
def is_complex(input):
    """Whether elements are complex."""
    return input.is_complex()


@_function
def is_conj(input):
    """Whether a conjugation is still to be done: never, conj() does it."""
    return input.is_conj()


@_function
def is_nonzero(input):
    """Whether the one element isn't 0."""
    return _builtins.bool(input)


@_function
def result_type(tensor1, tensor2):
    """The dtype that mixing the two gives."""
    one = tensor1.new_zeros([1] * tensor1.dim()) if isinstance(tensor1, Tensor) else tensor1
    two = tensor2.new_zeros([1] * tensor2.dim()) if isinstance(tensor2, Tensor) else tensor2
    mixed = one + two
    return mixed.dtype if isinstance(mixed, Tensor) else _C.tensor(mixed).dtype


@_function
def can_cast(from_, to):
    """Whether PyTorch's rules allow the conversion without asking."""
    kind = lambda d: 3 if d.is_complex else 2 if d.is_floating_point else 0 if d is _C.bool else 1  # noqa: E731
    return kind(from_) <= kind(to)


@_function
def broadcast_shapes(*shapes):
    """The shape that all broadcast to."""
    from ._size import Size

    shapes = [(s,) if isinstance(s, int) else tuple(s) for s in shapes]
    return Size(_broadcast(shapes) if shapes else ())


def _broadcast(shapes):
    out = [1] * max(map(len, shapes))
    for shape in shapes:
        for i, d in enumerate(reversed(shape), 1):
            if d != 1 and out[-i] not in (1, d):
                raise RuntimeError(f"broadcast_shapes: {shapes} don't broadcast")
            if d != 1:
                out[-i] = d
    return out


@_function
def broadcast_tensors(*tensors):
    """All tensors stretched to their common shape."""
    shape = _broadcast([tuple(t.shape) for t in tensors])
    return tuple(t.expand(shape) for t in tensors)


@_function
def meshgrid(*tensors, indexing="ij"):
    """The coordinates of a grid, one tensor per axis."""
    if len(tensors) == 1 and isinstance(tensors[0], (list, tuple)):
        tensors = tensors[0]
    tensors = [t.reshape(-1) for t in tensors]
    if indexing == "xy" and len(tensors) > 1:
        rows, columns, *rest = meshgrid(tensors[1], tensors[0], *tensors[2:])
        return (columns, rows, *rest)
    if indexing not in ("ij", "xy"):
        raise RuntimeError(f"meshgrid: indexing must be 'ij' or 'xy', got {indexing!r}")
    shape = [t.numel() for t in tensors]
    return tuple(
        t.reshape([-1 if i == k else 1 for i in range(len(tensors))]).expand(shape) for k, t in enumerate(tensors)
    )


@_function
def einsum(*args):
    """Sums of products by Einstein's convention: `einsum('bij,bjk->bik', a, b)`, or `einsum(a, [0, 1], b, [1, 2], [0, 2])`."""
    if not args:
        raise ValueError("einsum: expected an equation and operands")
    if isinstance(args[0], Tensor):
        return _sublists(args)
    equation, *operands = args
    if len(operands) == 1 and isinstance(operands[0], (list, tuple)):
        operands = operands[0]
    return _C._einsum(equation, operands)


def _sublists(args):
    """Letters for numbers."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

    def term(sublist):
        out = ""
        for number in sublist:
            if number is not ... and not 0 <= number < 52:
                raise ValueError(f"einsum: subscript {number}; expected numbers in 0..52 and Ellipsis")
            out += "..." if number is ... else letters[number]
        return out

    terms = [term(s) for s in args[1::2]]
    equation = ",".join(terms)
    operands = args[::2]
    if len(args) % 2:
        equation, operands = ",".join(terms) + "->" + term(args[-1]), args[:-1:2]
    return _C._einsum(equation, operands)


def _prod(numbers):
    out = 1
    for n in numbers:
        out *= n
    return out


@_function
def tensordot(a, b, dims=2, out=None):
    """Products of `a` and `b` summed over pairs of dimensions."""
    if isinstance(dims, Tensor):
        dims = dims.tolist()
    if isinstance(dims, int):
        if dims < 0:
            raise RuntimeError(f"tensordot: dims is {dims}; expected 0 or more")
        if dims > min(a.dim(), b.dim()):
            raise RuntimeError(f"tensordot: dims is {dims}, of tensors of {a.dim()} and {b.dim()} dimensions")
        dims = (list(range(a.dim() - dims, a.dim())), list(range(dims)))
    first, second = ([d] if isinstance(d, int) else list(d) for d in dims)
    result = _C._tensordot(a, b, first, second)
    return result if out is None else out.copy_(result)


@_method
def diag(input, diagonal=0):
    """A vector as the diagonal of a matrix; the diagonal of a matrix."""
    if input.dim() == 1:
        return diag_embed(input, diagonal)
    if input.dim() != 2:
        raise RuntimeError(f"diag: expected a vector or a matrix, got {input.dim()} dimensions")
    return input.diagonal(diagonal).clone()


@_method
def diag_embed(input, offset=0, dim1=-2, dim2=-1):
    """The last dimension as the diagonal of matrices."""
    rank = input.dim() + 1
    for dim in (dim1, dim2):
        if not -rank <= dim < rank:
            raise IndexError(f"diag_embed: dimension {dim} of {rank}; expected {-rank} to {rank - 1}")
    n = input.shape[-1] + abs(offset)
    out = input.new_zeros(list(input.shape[:-1]) + [n, n])
    out.diagonal(offset, -2, -1).copy_(input)
    return out.movedim([-2, -1], [dim1 % rank, dim2 % rank])


@_method
def trace(input):
    """The sum of a matrix's diagonal."""
    if input.dim() != 2:
        raise RuntimeError(f"trace: expected a matrix, got {input.dim()} dimensions")
    return input.diagonal().sum()


@_method
def inner(input, other):
    """Products summed over the last dimensions."""
    if not input.dim() or not other.dim():
        return input * other
    return tensordot(input, other, ([-1], [-1]))


@_method
def baddbmm(input, batch1, batch2, *, beta=1, alpha=1):
    """`beta · input + alpha · batch1 @ batch2`."""
    product = batch1.bmm(batch2)
    product = product if alpha == 1 else product * alpha
    return product.expand(product.shape) if beta == 0 else (input if beta == 1 else input * beta) + product


@_method
def addbmm(input, batch1, batch2, *, beta=1, alpha=1):
    """`beta · input + alpha · Σ batch1 @ batch2`."""
    product = batch1.bmm(batch2).sum(0)
    product = product if alpha == 1 else product * alpha
    return product if beta == 0 else (input if beta == 1 else input * beta) + product


@_method
def addmv(input, mat, vec, *, beta=1, alpha=1):
    """`beta · input + alpha · mat @ vec`."""
    product = mat.mv(vec)
    product = product if alpha == 1 else product * alpha
    return product if beta == 0 else (input if beta == 1 else input * beta) + product


@_method
def addr(input, vec1, vec2, *, beta=1, alpha=1):
    """`beta · input + alpha · vec1 ⊗ vec2`."""
    product = vec1.outer(vec2)
    product = product if alpha == 1 else product * alpha
    return product if beta == 0 else (input if beta == 1 else input * beta) + product


@_method
def frac(input):
    """The part behind the point."""
    return input._frac() if input.is_floating_point() else input - input.trunc()


@_method
def deg2rad(input):
    """Degrees as radians: `x · π / 180`."""
    return input * 0.017453292519943295


@_method
def rad2deg(input):
    """Radians as degrees: `x · 180 / π`."""
    return input * 57.29577951308232


@_method
def logit(input, eps=None):
    """`ln(x / (1 - x))`, of `x` within `[eps, 1 - eps]`."""
    if eps is None:
        x = input
    elif eps <= 0.5:
        x = input.clamp(eps, 1 - eps)
    else:
        # Bounds that cross: what is below the lower one becomes it, the rest the upper one, as in PyTorch.
        x = where(input < eps, eps, input.clamp(max=1 - eps))
    return x._logit() if x.is_floating_point() else (x / (1 - x)).log()


@_method
def signbit(input):
    """Whether the sign is minus, that of 0 too."""
    if not input.is_floating_point():
        return input < 0
    return _C.ones((), dtype=input.dtype).copysign(input) < 0


@_method
def isposinf(input):
    """Whether it is infinity."""
    return input == float("inf") if input.is_floating_point() else _C.zeros_like(input, dtype=_C.bool)


@_method
def isneginf(input):
    """Whether it is minus infinity."""
    return input == float("-inf") if input.is_floating_point() else _C.zeros_like(input, dtype=_C.bool)


@_method
def isreal(input):
    """Whether it has no imaginary part."""
    if input.is_complex():
        return input.imag == 0
    return _C.ones_like(input, dtype=_C.bool)


@_method
def take_along_dim(input, indices, dim=None):
    """Elements by number along `dim`, everything else stretched."""
    if dim is None:
        return take_along_dim(input.reshape(-1), indices.reshape(-1), 0)
    if indices.dtype is not _C.int64:
        raise RuntimeError(f"take_along_dim: expected int64 indices, got {indices.dtype}")
    rank = input.dim()
    if indices.dim() != rank:
        raise RuntimeError(f"take_along_dim: indices of {indices.dim()} dimensions for a tensor of {rank}")
    if not -rank <= dim < rank:
        raise IndexError(f"take_along_dim: dimension {dim} of a tensor of {rank} dimensions")
    # Negative numbers count from the back.
    indices = _C._where(indices < 0, indices + input.shape[dim], indices)
    shape = _broadcast([[1 if d == dim % rank else n for d, n in enumerate(t.shape)] for t in (input, indices)])
    full = lambda t: t.expand([t.shape[d] if d == dim % rank else n for d, n in enumerate(shape)])  # noqa: E731
    return full(input).gather(dim, full(indices))


@_method
def rot90(input, k=1, dims=(0, 1)):
    """Turned by `k` quarters in the plane of `dims`."""
    rank = max(input.dim(), 1)
    if len(dims) != 2 or dims[0] % rank == dims[1] % rank:
        raise RuntimeError(f"rot90: dims are the two different dimensions of a plane, got {tuple(dims)} for a tensor of {input.dim()}")
    k %= 4
    if k == 0:
        return input.clone()
    if k == 2:
        return input.flip(*dims)
    turned = input.transpose(*dims)
    return turned.flip(dims[0]) if k == 1 else turned.flip(dims[1])


@_function
def block_diag(*tensors):
    """Matrices along the diagonal of one."""
    tensors = [t.reshape([1, -1]) if t.dim() < 2 else t for t in tensors]
    width = sum(t.shape[1] for t in tensors)
    rows, at = [], 0
    for t in tensors:
        rows.append(_C._pad_constant(t, [at, width - at - t.shape[1]], 0.0))
        at += t.shape[1]
    return _C.cat(rows)


@_function
def cartesian_prod(*tensors):
    """All combinations of the elements of vectors."""
    if len(tensors) == 1:
        return tensors[0]
    return _C.stack([g.reshape(-1) for g in meshgrid(*tensors)], 1)


def _flatten(tensors):
    """Tensors given one by one, or as one list."""
    return tensors if len(tensors) > 1 else tensors[0]


@_function
def atleast_1d(*tensors):
    """With at least one dimension."""
    if len(tensors) > 1 or isinstance(tensors[0], (list, tuple)):
        return tuple(atleast_1d(t) for t in _flatten(tensors))
    return tensors[0] if tensors[0].dim() else tensors[0].reshape(1)


@_function
def atleast_2d(*tensors):
    """With at least two dimensions."""
    if len(tensors) > 1 or isinstance(tensors[0], (list, tuple)):
        return tuple(atleast_2d(t) for t in _flatten(tensors))
    (t,) = tensors
    return t if t.dim() > 1 else t.reshape([1, -1])


@_function
def row_stack(tensors):
    """Tensors put below each other."""
    return _C.vstack(tensors)


@_function
def column_stack(tensors):
    """Vectors as columns, matrices next to each other."""
    return _C.hstack([t.reshape([t.numel(), 1]) if t.dim() < 2 else t for t in tensors])


@_function
def concat(tensors, dim=0):
    """Tensors put next to each other along `dim`."""
    return _C.cat(tensors, dim)


concatenate = concat
__all__.append("concatenate")


@_function
def dstack(tensors):
    """Tensors put next to each other along the third dimension."""
    return _C.cat([_depth(t) for t in tensors], 2)


def _depth(t):
    return t if t.dim() > 2 else atleast_2d(t).unsqueeze(-1)


@_method
def tensor_split(input, indices_or_sections, dim=0):
    """Parts of nearly equal size, or cut before the given indices."""
    size = input.shape[dim]
    if isinstance(indices_or_sections, Tensor):
        indices_or_sections = indices_or_sections.tolist()
    if isinstance(indices_or_sections, int):
        n = indices_or_sections
        if n <= 0:
            raise RuntimeError(f"tensor_split: expected more than 0 sections, got {n}")
        sizes = [size // n + (i < size % n) for i in range(n)]
        return input.split(sizes, dim)
    cuts = [0, *(min(max(i + size if i < 0 else i, 0), size) for i in indices_or_sections), size]
    return tuple(input.narrow(dim, a, max(b - a, 0)) for a, b in zip(cuts, cuts[1:]))


@_method
def hsplit(input, indices_or_sections):
    """`input` cut along dimension 1, or 0 if it has only that: into so many parts, or before these indices."""
    return tensor_split(input, indices_or_sections, 0 if input.dim() == 1 else 1)


@_method
def vsplit(input, indices_or_sections):
    """`input` cut along its rows, dimension 0: into so many parts, or before these indices."""
    return tensor_split(input, indices_or_sections, 0)


@_method
def apply_(input, f):
    """Calls `f` with every element and writes what it answers; slow."""
    values = [f(x) for x in input.reshape(-1).tolist()]
    return input.copy_(_C.tensor(values, dtype=input.dtype).reshape(input.shape))


@_function
def logspace(start, end, steps, base=10.0, *, dtype=None, device=None, requires_grad=False):
    """Powers of `base` from `baseˢᵗᵃʳᵗ` to `baseᵉⁿᵈ`."""
    exponents = _C.linspace(start, end, steps, dtype=_C.float64)
    out = (base**exponents).to(dtype or _C.get_default_dtype())
    return out.requires_grad_() if requires_grad else out


trapz, _segment_reduce = _C.trapezoid, _C.segment_reduce
__all__ += ["trapz", "_segment_reduce"]

# PyTorch's other names of the same things.
for _new, _old in {
    "absolute": "abs", "absolute_": "abs_", "arccos": "acos", "arccosh": "acosh", "arcsin": "asin", "arcsinh": "asinh",
    "arctan": "atan", "arctanh": "atanh", "arctan2": "atan2", "clip": "clamp", "clip_": "clamp_", "divide": "div",
    "divide_": "div_", "fix": "trunc", "fix_": "trunc_", "greater": "gt", "greater_equal": "ge", "less": "lt", "less_equal": "le",
    "multiply": "mul", "multiply_": "mul_", "negative": "neg", "negative_": "neg_", "not_equal": "ne", "subtract": "sub",
    "subtract_": "sub_", "true_divide": "div", "true_divide_": "div_", "ger": "outer",
}.items():
    setattr(Tensor, _new, getattr(Tensor, _old))
del _new, _old
