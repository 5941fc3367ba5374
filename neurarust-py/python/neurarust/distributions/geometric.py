"""The geometric distribution."""

from .._types import finfo
from .bernoulli import logit
from .. import _C
from . import constraints
from ..nn.functional import softplus
from .distribution import Distribution, tensors


class Geometric(Distribution):
    """Failures before the first success of probability `probs`."""

    arg_constraints = {"probs": constraints.unit_interval, "logits": constraints.real}
    support = constraints.nonnegative_integer

    def __init__(self, probs=None, logits=None, validate_args=None):
        if (probs is None) == (logits is None):
            raise ValueError("Geometric: expected one of probs and logits")
        if probs is not None:
            (self.probs,) = tensors(probs)
            self.logits = logit(self.probs)
        else:
            (self.logits,) = tensors(logits)
            self.probs = self.logits.sigmoid()
        super().__init__(self.probs.shape, (), validate_args)

    mean = property(lambda self: 1 / self.probs - 1)
    mode = property(lambda self: self.probs * 0)
    variance = property(lambda self: (1 / self.probs - 1) / self.probs)

    def sample(self, sample_shape=()):
        tiny = finfo(self.probs.dtype).tiny
        u = _C.empty(self._shape(sample_shape), dtype=self.probs.dtype).uniform_(tiny, 1)
        return (u.log() / (-self.probs.detach()).log1p()).floor()

    def log_prob(self, value):
        self._validate_sample(value)
        zero = (self.probs == 1) & (value == 0)
        return value * (-self.probs.masked_fill(zero, 0.0)).log1p() + self.probs.log()

    def entropy(self):
        return (softplus(self.logits) - self.probs * self.logits) / self.probs
