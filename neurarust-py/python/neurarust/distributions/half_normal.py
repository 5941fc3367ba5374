"""The half-normal distribution."""

import math

from .. import _C
from . import constraints
from .distribution import Distribution, tensors


class HalfNormal(Distribution):
    """The absolute value of a normal number of mean 0 and standard deviation `scale`."""

    arg_constraints = {"scale": constraints.positive}
    support = constraints.nonnegative
    has_rsample = True

    def __init__(self, scale, validate_args=None):
        (self.scale,) = tensors(scale)
        super().__init__(self.scale.shape, (), validate_args)

    mean = property(lambda self: self.scale * math.sqrt(2 / math.pi))
    mode = property(lambda self: self.scale * 0)
    variance = property(lambda self: self.scale**2 * (1 - 2 / math.pi))

    def rsample(self, sample_shape=()):
        return self.scale * _C.randn(self._shape(sample_shape), dtype=self.scale.dtype).abs()

    def log_prob(self, value):
        self._validate_sample(value)
        out = 0.5 * math.log(2 / math.pi) - self.scale.log() - value**2 / (2 * self.scale**2)
        return out.masked_fill(value < 0, -math.inf)

    def cdf(self, value):
        self._validate_sample(value)
        return (value / (self.scale * math.sqrt(2))).erf()

    def icdf(self, value):
        return self.scale * math.sqrt(2) * value.erfinv()

    def entropy(self):
        return 0.5 * math.log(math.pi / 2) + 0.5 + self.scale.log()
