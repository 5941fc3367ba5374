"""The Bernoulli distribution."""

from .._types import finfo
from .. import _C
from . import constraints
from ..nn.functional import softplus
from .distribution import Distribution, tensors


def logit(probs):
    """`ln(p / (1 - p))`, of `p` kept off 0 and 1."""
    eps = finfo(probs.dtype).eps
    p = probs.clamp(eps, 1 - eps)
    return p.log() - (-p).log1p()



class Bernoulli(Distribution):
    """1 with probability `probs`, else 0."""

    arg_constraints = {"probs": constraints.unit_interval, "logits": constraints.real}
    support = constraints.boolean
    has_enumerate_support = True

    def __init__(self, probs=None, logits=None, validate_args=None):
        if (probs is None) == (logits is None):
            raise ValueError("Bernoulli: expected one of probs and logits")
        if probs is not None:
            (self.probs,) = tensors(probs)
            self.logits = logit(self.probs)
        else:
            (self.logits,) = tensors(logits)
            self.probs = self.logits.sigmoid()
        super().__init__(self.probs.shape, (), validate_args)

    mean = property(lambda self: self.probs)
    variance = property(lambda self: self.probs * (1 - self.probs))

    @property
    def mode(self):
        """The likelier of 0 and 1; nan where both are."""
        return (self.probs >= 0.5).to(self.probs.dtype).masked_fill(self.probs == 0.5, float("nan"))

    def sample(self, sample_shape=()):
        return self.probs.detach().expand(self._shape(sample_shape)).bernoulli()

    def log_prob(self, value):
        self._validate_sample(value)
        return value * self.logits - softplus(self.logits)

    def entropy(self):
        return softplus(self.logits) - self.probs * self.logits

    def enumerate_support(self, expand=True):
        """Both outcomes, 0 and 1: (2,) followed by the batch's shape."""
        values = _C.arange(2, dtype=self.probs.dtype).reshape([2] + [1] * len(self._batch_shape))
        return values.expand((2,) + tuple(self._batch_shape)) if expand else values
