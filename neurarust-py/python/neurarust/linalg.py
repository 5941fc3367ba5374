"""Linear algebra: factorisations, systems of equations, spectra and norms of matrices and of batches of them."""

from collections import namedtuple as _namedtuple

from . import _C
from ._C import Tensor
from ._C import _LinAlgError as LinAlgError

__all__ = [
    "LinAlgError", "cholesky", "cholesky_ex", "cond", "cross", "det", "diagonal", "eig", "eigh", "eigvals", "eigvalsh", "householder_product", "inv",
    "inv_ex", "ldl_factor", "ldl_factor_ex", "ldl_solve", "lstsq", "lu", "lu_factor", "lu_factor_ex", "lu_solve", "matmul", "matrix_exp",
    "matrix_norm", "matrix_power", "matrix_rank", "matrix_sqrth", "multi_dot", "norm", "pinv", "polar", "qr", "slogdet", "solve",
    "solve_ex", "solve_triangular", "svd", "svdvals", "tensorinv", "tensorsolve", "vander", "vecdot", "vector_norm",
]

_cholesky_ex = _namedtuple("linalg_cholesky_ex", ("L", "info"))
_eig = _namedtuple("linalg_eig", ("eigenvalues", "eigenvectors"))
_eigh = _namedtuple("linalg_eigh", ("eigenvalues", "eigenvectors"))
_inv_ex = _namedtuple("linalg_inv_ex", ("inverse", "info"))
_ldl_factor = _namedtuple("linalg_ldl_factor", ("LD", "pivots"))
_ldl_factor_ex = _namedtuple("linalg_ldl_factor_ex", ("LD", "pivots", "info"))
_lstsq = _namedtuple("linalg_lstsq", ("solution", "residuals", "rank", "singular_values"))
_lu = _namedtuple("linalg_lu", ("P", "L", "U"))
_lu_factor = _namedtuple("linalg_lu_factor", ("LU", "pivots"))
_lu_factor_ex = _namedtuple("linalg_lu_factor_ex", ("LU", "pivots", "info"))
_polar = _namedtuple("linalg_polar", ("U", "H"))
_qr = _namedtuple("linalg_qr", ("Q", "R"))
_slogdet = _namedtuple("linalg_slogdet", ("sign", "logabsdet"))
_solve_ex = _namedtuple("linalg_solve_ex", ("result", "info"))
_svd = _namedtuple("linalg_svd", ("U", "S", "Vh"))


def _answer(out, result):
    """`result`, written to `out` if there is one."""
    if out is None:
        return result
    if isinstance(result, tuple):
        for o, r in zip(out, result):
            _answer(o, r)
        return out
    if tuple(out.shape) != tuple(result.shape):
        raise RuntimeError(f"out has shape {tuple(out.shape)}, the result {tuple(result.shape)}; pass a tensor of that shape")
    out.copy_(result)
    return out


def _fails(op, info, what):
    for i, at in enumerate(info.reshape(-1).tolist()):
        if at:
            place = f"(batch element {i}) " if info.dim() else ""
            raise LinAlgError(f"{op}: {place}{what.format(at)}")


def _upper(op, UPLO):
    if UPLO not in ("L", "U", "l", "u"):
        raise RuntimeError(f"{op}: UPLO is {UPLO!r}; expected 'L' or 'U'")
    return UPLO in ("U", "u")


def cholesky(A, *, upper=False, out=None):
    """The lower triangular `L` of `A = L Lᵀ`, or the upper triangular one of `A = Uᵀ U`."""
    return _answer(out, _C._linalg_cholesky(A, upper))


def cholesky_ex(A, *, upper=False, check_errors=False, out=None):
    """`(L, info)`: as `cholesky`, with the order of the minor that fails instead of an error."""
    result = _cholesky_ex(*_C._linalg_cholesky_ex(A, upper))
    if check_errors:
        _fails("linalg.cholesky_ex", result.info, "the matrix isn't positive-definite: its leading minor of order {} isn't positive")
    return _answer(out, result)


def lu_factor(A, *, pivot=True, out=None):
    """`(LU, pivots)`: both triangles of `A = P L U` in one matrix, and the exchanges of rows."""
    return _answer(out, _lu_factor(*_C._linalg_lu_factor_ex(A, pivot)[:2]))


def lu_factor_ex(A, *, pivot=True, check_errors=False, out=None):
    """`(LU, pivots, info)`: as `lu_factor`, with the place of the first zero on the diagonal of `U`."""
    result = _lu_factor_ex(*_C._linalg_lu_factor_ex(A, pivot))
    if check_errors:
        _fails("linalg.lu_factor_ex", result.info, "diagonal element {} of U is 0, dividing by it would give infinity")
    return _answer(out, result)


def lu(A, *, pivot=True, out=None):
    """`(P, L, U)` of `A = P L U`."""
    LU, pivots, _ = _C._linalg_lu_factor_ex(A, pivot)
    P, L, U = _C._linalg_lu_unpack(LU, pivots)
    return _answer(out, _lu(P if pivot else A.new_empty([0]), L, U))


def lu_solve(LU, pivots, B, *, left=True, adjoint=False, out=None):
    """`X` of `A X = B` by what `lu_factor(A)` answers."""
    return _answer(out, _C._linalg_lu_solve(LU, pivots, B, left, adjoint))


def qr(A, mode="reduced", *, out=None):
    """`(Q, R)` of `A = Q R`."""
    if mode not in ("reduced", "complete", "r"):
        raise RuntimeError(f"linalg.qr: mode is {mode!r}; expected 'reduced', 'complete' or 'r'")
    Q, R = _C._linalg_qr(A, mode == "complete")
    return _answer(out, _qr(A.new_empty([0]) if mode == "r" else Q, R))


def ldl_factor(A, *, hermitian=False, out=None):
    """`(LD, pivots)` of a symmetric matrix, which needs not be positive-definite."""
    return _answer(out, _ldl_factor(*_C._linalg_ldl_factor_ex(A)[:2]))


def ldl_factor_ex(A, *, hermitian=False, check_errors=False, out=None):
    """`(LD, pivots, info)`: as `ldl_factor`, with the place of the first zero on the diagonal of `D`."""
    result = _ldl_factor_ex(*_C._linalg_ldl_factor_ex(A))
    if check_errors:
        _fails("linalg.ldl_factor_ex", result.info, "diagonal element {} of D is 0")
    return _answer(out, result)


def ldl_solve(LD, pivots, B, *, hermitian=False, out=None):
    """`X` of `A X = B` by what `ldl_factor(A)` answers."""
    return _answer(out, _C._linalg_ldl_solve(LD, pivots, B))


def householder_product(A, tau, *, out=None):
    """The first columns of the product of the reflectors below the diagonal of `A`."""
    return _answer(out, _C._linalg_householder_product(A, tau))


def solve(A, B, *, left=True, out=None):
    """`X` of `A X = B`, or of `X A = B`."""
    return _answer(out, _C._linalg_solve(A, B, left))


def solve_ex(A, B, *, left=True, check_errors=False, out=None):
    """`(result, info)`: as `solve`, with the place of the first zero pivot instead of an error."""
    result = _solve_ex(*_C._linalg_solve_ex(A, B, left))
    if check_errors:
        _fails("linalg.solve_ex", result.info, "the matrix is singular: diagonal element {} of U is 0")
    return _answer(out, result)


def solve_triangular(A, B, *, upper, left=True, unitriangular=False, out=None):
    """`X` of `A X = B` for triangular `A`."""
    return _answer(out, _C._linalg_solve_triangular(A, B, upper, left, unitriangular))


def inv(A, *, out=None):
    """The inverses of square matrices (…, n, n)."""
    return _answer(out, A.inverse())


def inv_ex(A, *, check_errors=False, out=None):
    """`(inverse, info)`: as `inv`, with the place of the first zero pivot instead of an error."""
    result = _inv_ex(*_C._linalg_inv_ex(A))
    if check_errors:
        _fails("linalg.inv_ex", result.info, "the matrix is singular: diagonal element {} of U is 0")
    return _answer(out, result)


def det(A, *, out=None):
    """The determinants of square matrices: (…, n, n) → (…)."""
    return _answer(out, A.det())


def slogdet(A, *, out=None):
    """`(sign, logabsdet)` of the determinant."""
    return _answer(out, _slogdet(*_C._linalg_slogdet(A)))


def pinv(A, rcond=None, hermitian=False, *, atol=None, rtol=None, out=None):
    """Moore and Penrose's pseudo-inverse."""
    return _answer(out, _C._linalg_pinv(A, atol, rcond if rtol is None else rtol, hermitian))


def matrix_rank(A, tol=None, hermitian=False, *, atol=None, rtol=None, out=None):
    """The number of singular values that count as more than 0."""
    if tol is not None:
        atol, rtol = tol, 0.0
    return _answer(out, _C._linalg_matrix_rank(A, atol, rtol, hermitian))


def lstsq(A, B, rcond=None, *, driver=None):
    """`(solution, residuals, rank, singular_values)` of the least-squares problem `min ‖A X - B‖`."""
    return _lstsq(*_C._linalg_lstsq(A, B, rcond, driver))


def tensorinv(A, ind=2, *, out=None):
    """The inverse under `tensordot`."""
    return _answer(out, _C._linalg_tensorinv(A, ind))


def tensorsolve(A, B, dims=None, *, out=None):
    """`X` of `tensordot(A, X) = B`."""
    return _answer(out, _C._linalg_tensorsolve(A, B, dims))


def eig(A, *, out=None):
    """`(eigenvalues, eigenvectors)` of real matrices, complex."""
    return _answer(out, _eig(*_C._linalg_eig(A)))


def eigvals(A, *, out=None):
    """The eigenvalues of real matrices, complex."""
    return _answer(out, _C._linalg_eigvals(A))


def eigh(A, UPLO="L", *, out=None):
    """`(eigenvalues, eigenvectors)` of symmetric matrices, of which one triangle is read."""
    return _answer(out, _eigh(*_C._linalg_eigh(A, _upper("linalg.eigh", UPLO))))


def eigvalsh(A, UPLO="L", *, out=None):
    """The eigenvalues of symmetric matrices, of which one triangle is read."""
    return _answer(out, _C._linalg_eigvalsh(A, _upper("linalg.eigvalsh", UPLO)))


def svd(A, full_matrices=True, *, driver=None, out=None):
    """`(U, S, Vh)` of `A = U diag(S) Vh`."""
    _no_driver("linalg.svd", driver)
    return _answer(out, _svd(*_C._linalg_svd(A, full_matrices)))


def svdvals(A, *, driver=None, out=None):
    """The singular values, in descending order."""
    _no_driver("linalg.svdvals", driver)
    return _answer(out, _C._linalg_svdvals(A))


def _no_driver(op, driver):
    if driver is not None:
        raise RuntimeError(f"{op}: driver {driver!r}; drivers are cuSOLVER's, expected None on this device")


def matrix_exp(A):
    """The exponential of matrices."""
    return A.matrix_exp()


def matrix_power(A, n, *, out=None):
    """Matrices to an integer power."""
    return _answer(out, A.matrix_power(n))


def matrix_sqrth(A):
    """The principal root of symmetric positive-definite matrices."""
    return _C._linalg_matrix_sqrth(A)


def polar(A, *, out=None):
    """`(U, H)` of the polar decomposition `A = U H`."""
    return _answer(out, _polar(*_C._linalg_polar(A)))


def _converted(x, dtype):
    if dtype is None:
        return x
    if not dtype.is_floating_point and not getattr(dtype, "is_complex", False):
        raise RuntimeError(f"linalg.norm: dtype must be a floating point type, got {dtype}")
    return x.to(dtype)


def vector_norm(x, ord=2, dim=None, keepdim=False, *, dtype=None, out=None):
    """The norm of the elements over `dim`, or of all."""
    x = _converted(x, dtype)
    if isinstance(dim, (list, tuple)) and not dim:
        dim = None
    if ord is not None and (ord < 0 or ord == float("inf")) and not x.numel():
        sizes = x.shape if dim is None else [x.shape[d] for d in ([dim] if isinstance(dim, int) else dim)]
        if 0 in sizes:
            raise RuntimeError(f"linalg.vector_norm: no elements have no norm of order {ord}")
    return _answer(out, _C._linalg_vector_norm(x, 2 if ord is None else ord, dim, keepdim))


def matrix_norm(A, ord="fro", dim=(-2, -1), keepdim=False, *, dtype=None, out=None):
    """The norm of the matrices that lie in two dimensions."""
    return _answer(out, _C._linalg_matrix_norm(_converted(A, dtype), ord, dim, keepdim))


def norm(A, ord=None, dim=None, keepdim=False, *, out=None, dtype=None):
    """A norm of vectors or matrices, as `dim` and `ord` say."""
    if isinstance(dim, int):
        dim = (dim,)
    if ord is None:
        return vector_norm(A, 2, dim, keepdim, dtype=dtype, out=out)
    if dim is None:
        if A.dim() not in (1, 2):
            raise RuntimeError(f"linalg.norm: expected a vector or a matrix if dim is None and ord isn't, got {A.dim()} dimensions")
        dim = (0,) if A.dim() == 1 else (0, 1)
    if len(dim) == 1 and not isinstance(ord, str):
        return vector_norm(A, ord, dim, keepdim, dtype=dtype, out=out)
    if len(dim) == 2:
        return matrix_norm(A, ord, dim, keepdim, dtype=dtype, out=out)
    raise RuntimeError(f"linalg.norm: order {ord!r} of {len(dim)} dimensions; expected one, or two")


def cond(A, p=None, *, out=None):
    """The condition number."""
    return _answer(out, _C._linalg_cond(A, 2 if p is None else p))


def multi_dot(tensors, *, out=None):
    """The product of a chain of matrices, in the cheapest order."""
    return _answer(out, _C._linalg_multi_dot(tensors))


def cross(input, other, *, dim=-1, out=None):
    """The cross products of vectors in space."""
    return _answer(out, _C._cross(input, other, dim))


def vecdot(x, y, *, dim=-1, out=None):
    """The sums of products along `dim`."""
    return _answer(out, _C._vecdot(x, y, dim))


def vander(x, N=None):
    """The powers of the elements, as a new last dimension."""
    if N is not None and N <= 1:
        raise RuntimeError(f"linalg.vander: N is {N}; expected more than 1")
    if N is None and not x.dim():
        raise RuntimeError("linalg.vander: a tensor without dimensions says no N; pass one")
    if not x.dim():
        x = x.reshape(1)
    if x.dtype is _C.bool:
        x = x.to(_C.int64)
    return _C._vander(x, x.shape[-1] if N is None else N)


def diagonal(A, *, offset=0, dim1=-2, dim2=-1):
    """The diagonal of two dimensions, as a new last one."""
    return A.diagonal(offset, dim1, dim2)


def matmul(input, other, *, out=None):
    """The product of matrices, vectors or batches of matrices, as `@`."""
    return _answer(out, input @ other)
