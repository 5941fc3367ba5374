"""The categorical distribution."""

from .._types import finfo
from .. import _C
from .._functions import broadcast_tensors
from . import constraints
from .distribution import Distribution, tensors


def of_probs_or_logits(name, probs, logits):
    """Normalised probabilities and their logarithms, from either."""
    if (probs is None) == (logits is None):
        raise ValueError(f"{name}: expected one of probs and logits")
    given = probs if logits is None else logits
    if given.dim() < 1:
        raise ValueError(f"{name}: expected parameters of at least one dimension, got a single number")
    if logits is None:
        probs = probs / probs.sum(-1, keepdim=True)
        eps = finfo(probs.dtype).eps
        return probs, probs.clamp(eps, 1 - eps).log()
    logits = logits - logits.logsumexp(-1, keepdim=True)
    return logits.softmax(-1), logits


class Categorical(Distribution):
    """An index of the last dimension of `probs` (which need not add up to 1) or of `logits`."""

    arg_constraints = {"probs": constraints.simplex, "logits": constraints.real_vector}
    has_enumerate_support = True
    _rank = {"probs": 1, "logits": 1}

    def __init__(self, probs=None, logits=None, validate_args=None):
        if probs is not None and (Distribution._validate_args if validate_args is None else validate_args):
            if not bool((probs.detach() >= 0).all()):
                raise ValueError(f"Categorical: parameter probs must be 0 or more, got {probs.detach()}")
        self.probs, self.logits = of_probs_or_logits("Categorical", probs, logits)
        self._num_events = self.probs.shape[-1]
        super().__init__(self.probs.shape[:-1], (), validate_args)

    @property
    def support(self):
        """The constraint of samples: integers from 0 to the number of categories, excluded."""
        return constraints.integer_interval(0, self._num_events - 1)

    mean = variance = property(lambda self: _C.full(self._shape(), float("nan"), dtype=self.probs.dtype))
    mode = property(lambda self: self.probs.argmax(-1))

    def sample(self, sample_shape=()):
        shape = self._shape(sample_shape)
        count = 1
        for n in shape[: len(shape) - len(self._batch_shape)]:
            count *= n
        if not count:
            return _C.empty(shape, dtype=_C.int64)
        rows = self.probs.detach().reshape([-1, self._num_events])
        return rows.multinomial(count, True).t().reshape(shape)

    def log_prob(self, value):
        self._validate_sample(value)
        value = value.long().unsqueeze(-1)
        shape = broadcast_tensors(value, self.logits[..., :1])[0].shape
        logits = self.logits.expand(list(shape[:-1]) + [self._num_events])
        return logits.gather(-1, value.expand(shape)).squeeze(-1)

    def entropy(self):
        floor = finfo(self.logits.dtype).min
        return -(self.logits.clamp(min=floor) * self.probs).sum(-1)

    def enumerate_support(self, expand=True):
        """All categories, 0, 1, …: (categories,) followed by the batch's shape."""
        n = self._num_events
        values = _C.arange(n).reshape([n] + [1] * len(self._batch_shape))
        return values.expand([n] + list(self._batch_shape)) if expand else values
