"""The categorical distribution over one-hot vectors."""

from .categorical import Categorical
from .. import _C
from . import constraints
from .distribution import Distribution


class OneHotCategorical(Distribution):
    """One-hot vectors of categories."""

    arg_constraints = {"probs": constraints.simplex, "logits": constraints.real_vector}
    support = constraints.one_hot
    _rank = {"probs": 1, "logits": 1}

    def __init__(self, probs=None, logits=None, validate_args=None):
        one = Categorical(probs, logits, validate_args)
        self.probs, self.logits = one.probs, one.logits
        super().__init__(one.batch_shape, self.probs.shape[-1:], validate_args)

    mean = property(lambda self: self.probs)
    variance = property(lambda self: self.probs * (1 - self.probs))

    def _index(self):
        return Categorical(logits=self.logits, validate_args=False)

    @property
    def mode(self):
        """The likeliest category."""
        return _C.zeros_like(self.probs).scatter(-1, self.probs.argmax(-1, keepdim=True), 1.0)

    def sample(self, sample_shape=()):
        shape = self._shape(sample_shape)
        index = Categorical(self.probs.detach(), validate_args=False).sample(sample_shape)
        return _C.zeros(shape, dtype=self.probs.dtype).scatter(-1, index.unsqueeze(-1), 1.0)

    def log_prob(self, value):
        self._validate_sample(value)
        return self._index().log_prob(value.argmax(-1))

    def entropy(self):
        return self._index().entropy()
