"""The multinomial distribution."""

from .categorical import Categorical
from .. import _C
from . import constraints
from .distribution import Distribution


class Multinomial(Distribution):
    """How often each category occurs in `total_count` draws."""

    arg_constraints = {"probs": constraints.simplex, "logits": constraints.real_vector}
    _rank = {"probs": 1, "logits": 1}

    def __init__(self, total_count=1, probs=None, logits=None, validate_args=None):
        if not isinstance(total_count, int):
            raise NotImplementedError("Multinomial: total_count must be one int for the whole batch")
        self.total_count = total_count
        one = Categorical(probs, logits, validate_args)
        self.probs, self.logits = one.probs, one.logits
        super().__init__(one.batch_shape, self.probs.shape[-1:], validate_args)

    @property
    def support(self):
        """Counts that add up to `total_count`."""
        n = self.total_count
        return constraints.Constraint(
            f"counts that add up to {n}", lambda v: (v >= 0).all(-1) & (v.sum(-1) == n), 1, True,
        )

    mean = property(lambda self: self.probs * self.total_count)
    variance = property(lambda self: self.total_count * self.probs * (1 - self.probs))

    def sample(self, sample_shape=()):
        shape = self._shape(sample_shape)
        draws = Categorical(self.probs.detach(), validate_args=False).sample((self.total_count,) + shape[: len(shape) - self.probs.dim()])
        counts = _C.zeros(shape, dtype=self.probs.dtype)
        return counts.scatter_add(-1, draws.movedim(0, -1), _C.ones(list(draws.shape[1:]) + [self.total_count], dtype=counts.dtype))

    def log_prob(self, value):
        self._validate_sample(value)
        logits = self.logits.masked_fill((value == 0) & (self.logits == -float("inf")), 0.0)
        return (value.sum(-1) + 1).lgamma() - (value + 1).lgamma().sum(-1) + (logits * value).sum(-1)
