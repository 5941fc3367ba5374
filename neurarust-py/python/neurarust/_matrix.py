"""The functions and methods of matrices that PyTorch has outside of `linalg`."""

from collections import namedtuple as _namedtuple

from . import _C, linalg
from ._C import Tensor
from ._functions import broadcast_tensors

__all__ = []

_svd_class = _namedtuple("svd", ("U", "S", "V"))
_geqrf_class = _namedtuple("geqrf", ("a", "tau"))
_triangular_solve_class = _namedtuple("triangular_solve", ("solution", "cloned_coefficient"))
_lu_unpack_class = _namedtuple("lu_unpack", ("P", "L", "U"))


def _function(f):
    """A function of the package."""
    __all__.append(f.__name__)
    return f


def _method(f):
    """A function of the package that is a method of tensors too."""
    setattr(Tensor, f.__name__, f)
    return _function(f)


@_method
def cholesky(input, upper=False, *, out=None):
    """The lower triangular `L` of `A = L Lᵀ`, or the upper triangular one of `A = Uᵀ U`."""
    return linalg.cholesky(input, upper=upper, out=out)


@_method
def slogdet(input):
    """`(sign, logabsdet)` of the determinant."""
    return linalg.slogdet(input)


@_method
def pinverse(input, rcond=1e-15):
    """Moore and Penrose's pseudo-inverse."""
    return _C._linalg_pinv(input, None, rcond, False)


@_method
def qr(input, some=True):
    """`(Q, R)` of `A = Q R`."""
    return linalg.qr(input, "reduced" if some else "complete")


@_method
def geqrf(input, *, out=None):
    """`(a, tau)`: reflectors below the diagonal, R on and above it."""
    return linalg._answer(out, _geqrf_class(*_C._linalg_geqrf(input)))


@_method
def svd(input, some=True, compute_uv=True, *, out=None):
    """`(U, S, V)` of `A = U diag(S) Vᵀ`."""
    if not compute_uv:
        m, n = input.shape[-2:]
        lead = list(input.shape[:-2])
        return _svd_class(input.new_zeros([*lead, m, m]), _C._linalg_svdvals(input), input.new_zeros([*lead, n, n]))
    U, S, Vh = _C._linalg_svd(input, not some)
    return linalg._answer(out, _svd_class(U, S, _adjoint(Vh)))


def _adjoint(x):
    x = x.transpose(-2, -1)
    return x.conj() if getattr(x.dtype, "is_complex", False) else x


@_function
def svd_lowrank(A, q=6, niter=2, M=None):
    """`(U, S, V)`: about the `q` largest singular values of `A - M`, by random projection."""
    return _svd_class(*_C._linalg_svd_lowrank(A, q, niter, M))


@_function
def pca_lowrank(A, q=None, center=True, niter=2):
    """`(U, S, V)`: about the `q` largest principal components, by random projection."""
    if q is None:
        q = min(6, *A.shape[-2:])
    return _svd_class(*_C._linalg_pca_lowrank(A, q, center, niter))


@_method
def triangular_solve(input, A, upper=True, transpose=False, unitriangular=False):
    """`(solution, cloned_coefficient)` of `A X = input` for triangular `A`."""
    coefficients = A.transpose(-2, -1) if transpose else A
    solution = _C._linalg_solve_triangular(coefficients, input, upper != transpose, True, unitriangular)
    lead = solution.shape[:-2]
    return _triangular_solve_class(solution, A.expand([*lead, *A.shape[-2:]]).clone())


@_function
def lu(A, pivot=True, get_infos=False, out=None):
    """`(LU, pivots)`, and `info` if wanted."""
    LU, pivots, info = _C._linalg_lu_factor_ex(A, pivot)
    return (LU, pivots, info) if get_infos else (LU, pivots)


def _lu_method(self, pivot=True, get_infos=False):
    """`(LU, pivots)`, and `info` if wanted."""
    return lu(self, pivot, get_infos)


Tensor.lu = _lu_method


@_method
def lu_solve(b, LU_data, LU_pivots, *, out=None):
    """`X` of `A X = b` by what `lu(A)` answers."""
    return linalg.lu_solve(LU_data, LU_pivots, b, out=out)


@_function
def lu_unpack(LU_data, LU_pivots, unpack_data=True, unpack_pivots=True, *, out=None):
    """`(P, L, U)` of what `lu` answers."""
    nothing = LU_data.new_empty([0])
    if unpack_pivots:
        P, L, U = _C._linalg_lu_unpack(LU_data, LU_pivots)
    elif unpack_data:
        P, (L, U) = nothing, _C._linalg_lu_triangles(LU_data)
    if not unpack_data:
        return _lu_unpack_class(P if unpack_pivots else nothing, nothing, nothing)
    return linalg._answer(out, _lu_unpack_class(P, L, U))


@_function
def chain_matmul(*matrices, out=None):
    """The product of a chain of matrices, in the cheapest order."""
    return matrices[0].clone() if len(matrices) == 1 else linalg.multi_dot(matrices, out=out)


@_function
def lobpcg(*args, **kwargs):
    """Not supported: raises NotImplementedError; `linalg.eigh` finds all eigenvalues."""
    raise NotImplementedError("lobpcg: not supported; use linalg.eigh")


@_method
def cross(input, other, dim=None, *, out=None):
    """The cross products of vectors in space; without `dim`, along the first dimension of size 3."""
    if dim is None:
        dim = next((d for d, n in enumerate(input.shape) if n == 3), None)
        if dim is None:
            raise RuntimeError(f"cross: no dimension of size 3 in shape {tuple(input.shape)}")
    a, b = broadcast_tensors(input, other)
    return linalg._answer(out, _C._cross(a, b, dim))


@_method
def kron(input, other, *, out=None):
    """Kronecker's product."""
    return linalg._answer(out, _C._kron(input, other))


@_function
def cdist(x1, x2, p=2.0, compute_mode="use_mm_for_euclid_dist_if_necessary"):
    """The distances between all pairs of rows."""
    modes = ("use_mm_for_euclid_dist_if_necessary", "use_mm_for_euclid_dist", "donot_use_mm_for_euclid_dist")
    if compute_mode in (0, 1, 2, None):
        compute_mode = modes[compute_mode or 0]
    if compute_mode not in modes:
        raise ValueError(f"cdist: compute_mode is {compute_mode!r}; expected one of {modes}")
    many = x1.dim() > 1 and x2.dim() > 1 and (x1.shape[-2] > 25 or x2.shape[-2] > 25)
    return _C._cdist(x1, x2, p, compute_mode == modes[1] or (compute_mode == modes[0] and many))


@_function
def pdist(input, p=2.0):
    """The distances between all pairs of different rows."""
    return _C._pdist(input, p)


@_function
def ger(input, vec2, *, out=None):
    """The products of all pairs of elements of two vectors."""
    return linalg._answer(out, input.outer(vec2))


def _in_place(name):
    plain = getattr(Tensor, name)

    def method(self, *args, **kwargs):
        result = plain(self, *args, **kwargs)
        if result.shape != self.shape:
            raise RuntimeError(f"{name}_: the result has shape {tuple(result.shape)}, but is to be written to {tuple(self.shape)}")
        return self.copy_(result)

    method.__name__ = method.__qualname__ = name + "_"
    method.__doc__ = plain.__doc__ and plain.__doc__.rstrip(".") + ", in place."
    setattr(Tensor, name + "_", method)


for _name in ("addmm", "addbmm", "baddbmm", "addmv", "addr"):
    if not hasattr(Tensor, _name + "_"):
        _in_place(_name)
del _name
