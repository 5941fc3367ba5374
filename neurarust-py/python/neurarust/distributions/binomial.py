"""The binomial distribution."""

from .bernoulli import logit
from .. import _C
from . import constraints
from ..nn.functional import softplus
from .distribution import Distribution, tensors


class Binomial(Distribution):
    """Successes in `total_count` trials of probability `probs`."""

    arg_constraints = {
        "total_count": constraints.nonnegative_integer, "probs": constraints.unit_interval, "logits": constraints.real,
    }

    def __init__(self, total_count=1, probs=None, logits=None, validate_args=None):
        if (probs is None) == (logits is None):
            raise ValueError("Binomial: expected one of probs and logits")
        count, given = tensors(total_count, probs if logits is None else logits)
        self.total_count = count.to(given.dtype)
        self.probs, self.logits = (given, logit(given)) if logits is None else (given.sigmoid(), given)
        super().__init__(given.shape, (), validate_args)

    @property
    def support(self):
        """The integers from 0 to `total_count`."""
        return constraints.integer_interval(0, self.total_count)

    mean = property(lambda self: self.total_count * self.probs)
    mode = property(lambda self: ((self.total_count + 1) * self.probs).floor().minimum(self.total_count))
    variance = property(lambda self: self.total_count * self.probs * (1 - self.probs))

    def sample(self, sample_shape=()):
        shape = self._shape(sample_shape)
        return _C.binomial(self.total_count.expand(shape), self.probs.detach().expand(shape))

    def log_prob(self, value):
        self._validate_sample(value)
        ways = (self.total_count + 1).lgamma() - (value + 1).lgamma() - (self.total_count - value + 1).lgamma()
        return ways + value * self.logits - self.total_count * softplus(self.logits)
