"""The normal distribution of vectors."""

import math

from .. import linalg
from .. import _C
from .._functions import broadcast_tensors
from . import constraints
from .distribution import Distribution, tensors


class MultivariateNormal(Distribution):
    """Normal vectors of mean `loc` and a covariance, which is given itself, inverted, or by its Cholesky factor."""

    arg_constraints = {"loc": constraints.real_vector, "scale_tril": constraints.lower_cholesky}
    support = constraints.real_vector
    has_rsample = True
    _rank = {"loc": 1, "scale_tril": 2}

    def __init__(self, loc, covariance_matrix=None, precision_matrix=None, scale_tril=None, validate_args=None):
        given = [m for m in (covariance_matrix, precision_matrix, scale_tril) if m is not None]
        if len(given) != 1:
            raise ValueError("MultivariateNormal: expected one of covariance_matrix, precision_matrix and scale_tril")
        if loc.dim() < 1 or given[0].dim() < 2:
            raise ValueError("MultivariateNormal: expected loc of at least one dimension and a matrix of at least two")
        (matrix,), n = given, loc.shape[-1]
        batch = broadcast_tensors(loc[..., :1], matrix[..., 0, :1])[0].shape[:-1]
        if scale_tril is None:
            try:
                matrix = linalg.cholesky(linalg.inv(matrix) if covariance_matrix is None else matrix)
            except RuntimeError as e:
                raise ValueError(f"MultivariateNormal: the matrix must be positive definite: {e}") from None
        self.loc, self.scale_tril = loc.expand(list(batch) + [n]), matrix.expand(list(batch) + [n, n])
        super().__init__(batch, (n,), validate_args)

    mean = mode = property(lambda self: self.loc)
    covariance_matrix = property(lambda self: self.scale_tril @ self.scale_tril.transpose(-2, -1), doc="The covariances: (…, n, n).")
    precision_matrix = property(lambda self: linalg.inv(self.covariance_matrix), doc="The inverse of the covariances: (…, n, n).")
    variance = property(lambda self: (self.scale_tril**2).sum(-1))

    def rsample(self, sample_shape=()):
        eps = _C.randn(self._shape(sample_shape), dtype=self.loc.dtype)
        return self.loc + (self.scale_tril @ eps.unsqueeze(-1)).squeeze(-1)

    def _log_det(self):
        return self.scale_tril.diagonal(0, -2, -1).log().sum(-1)

    def log_prob(self, value):
        self._validate_sample(value)
        difference = (value - self.loc).unsqueeze(-1)
        z = linalg.solve_triangular(self.scale_tril, difference, upper=False).squeeze(-1)
        return -0.5 * (self.loc.shape[-1] * math.log(2 * math.pi) + (z**2).sum(-1)) - self._log_det()

    def entropy(self):
        return 0.5 * self.loc.shape[-1] * (1 + math.log(2 * math.pi)) + self._log_det()
