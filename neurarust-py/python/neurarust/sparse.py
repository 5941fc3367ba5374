"""Products and sums of sparse tensors."""

from . import _C
from ._C import SparseTensor

__all__ = ["SparseTensor", "mm", "sampled_addmm", "sum"]


def mm(mat1, mat2, reduce=None):
    """The product of a sparse matrix with a dense one: dense, with gradients for the values and for the dense matrix."""
    if reduce not in (None, "sum"):
        raise NotImplementedError(f"sparse.mm: reduce={reduce!r} isn't supported; reduce the products with segment_reduce")
    return _C._sparse_mm(mat1, mat2)


def sampled_addmm(input, mat1, mat2, *, beta=1.0, alpha=1.0):
    """`beta · input + alpha · (mat1 @ mat2)` at the places of `input`."""
    return _C._sampled_addmm(input, mat1, mat2, float(beta), float(alpha))


def sum(input, dim=None, dtype=None):
    """The sum of everything, a dense number."""
    if dim is not None:
        raise NotImplementedError("sparse.sum: dim isn't supported; use input.to_dense().sum(dim)")
    out = input.sum()
    return out if dtype is None else out.to(dtype)
