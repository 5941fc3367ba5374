"""The Gumbel distribution."""

import math

from .._types import finfo
from .. import _C
from . import constraints
from .distribution import Distribution, tensors


class Gumbel(Distribution):
    """The largest of many: `loc - scale ln(-ln u)`."""

    arg_constraints = {"loc": constraints.real, "scale": constraints.positive}
    support = constraints.real
    has_rsample = True

    def __init__(self, loc, scale, validate_args=None):
        self.loc, self.scale = tensors(loc, scale)
        super().__init__(self.loc.shape, (), validate_args)

    mean = property(lambda self: self.loc + self.scale * 0.5772156649015329)
    mode = property(lambda self: self.loc)
    stddev = property(lambda self: math.pi / math.sqrt(6) * self.scale)
    variance = property(lambda self: self.stddev**2)

    def rsample(self, sample_shape=()):
        f = finfo(self.loc.dtype)
        u = _C.empty(self._shape(sample_shape), dtype=self.loc.dtype).uniform_(f.tiny, 1 - f.eps)
        return self.loc - self.scale * (-u.log()).log()

    def log_prob(self, value):
        self._validate_sample(value)
        y = (self.loc - value) / self.scale
        return y - y.exp() - self.scale.log()

    def cdf(self, value):
        self._validate_sample(value)
        return (-((self.loc - value) / self.scale).exp()).exp()

    def icdf(self, value):
        return self.loc - self.scale * (-value.log()).log()

    def entropy(self):
        return self.scale.log() + (1 + 0.5772156649015329)
