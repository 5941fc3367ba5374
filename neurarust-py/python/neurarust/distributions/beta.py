"""The beta distribution."""

from .dirichlet import Dirichlet
from .. import _C
from . import constraints
from .distribution import Distribution, tensors


class Beta(Distribution):
    """A probability, of which `concentration1` and `concentration0` successes and failures tell."""

    arg_constraints = {"concentration1": constraints.positive, "concentration0": constraints.positive}
    support = constraints.unit_interval
    has_rsample = True

    def __init__(self, concentration1, concentration0, validate_args=None):
        self.concentration1, self.concentration0 = tensors(concentration1, concentration0)
        super().__init__(self.concentration1.shape, (), validate_args)

    def _both(self):
        return Dirichlet(_C.stack([self.concentration1, self.concentration0], -1), validate_args=False)

    mean = property(lambda self: self.concentration1 / (self.concentration1 + self.concentration0))

    @property
    def variance(self):
        """The variance, of shape `batch_shape + event_shape`."""
        a, b = self.concentration1, self.concentration0
        return a * b / ((a + b) ** 2 * (a + b + 1))

    def rsample(self, sample_shape=()):
        return self._both().rsample(sample_shape).select(-1, 0)

    def log_prob(self, value):
        self._validate_sample(value)
        return self._both().log_prob(_C.stack([value, 1 - value], -1))

    def entropy(self):
        return self._both().entropy()
