"""Dimensions of the batch as part of the event."""

from . import constraints
from .distribution import Distribution


class Independent(Distribution):
    """`base_distribution` with its last `reinterpreted_batch_ndims` dimensions of the batch counted as the event's."""

    def __init__(self, base_distribution, reinterpreted_batch_ndims, validate_args=None):
        n, batch = reinterpreted_batch_ndims, tuple(base_distribution.batch_shape)
        if n > len(batch):
            raise ValueError(f"Independent: {n} dimensions of a batch of shape {batch}")
        self.base_dist, self.reinterpreted_batch_ndims = base_distribution, n
        cut = len(batch) - n
        super().__init__(batch[:cut], batch[cut:] + tuple(base_distribution.event_shape), validate_args)

    @property
    def support(self):
        """The base's, over more dimensions."""
        base = self.base_dist.support
        return None if base is None else constraints.independent(base, self.reinterpreted_batch_ndims)

    has_rsample = property(lambda self: self.base_dist.has_rsample, doc="Whether gradients flow through samples, as the base's do.")
    mean = property(lambda self: self.base_dist.mean)
    mode = property(lambda self: self.base_dist.mode)
    variance = property(lambda self: self.base_dist.variance)

    def expand(self, batch_shape, _instance=None):
        n = self.reinterpreted_batch_ndims
        own = tuple(self.base_dist.batch_shape)
        base = self.base_dist.expand(tuple(batch_shape) + own[len(own) - n:])
        return Independent(base, n, validate_args=False)

    def sample(self, sample_shape=()):
        return self.base_dist.sample(sample_shape)

    def rsample(self, sample_shape=()):
        return self.base_dist.rsample(sample_shape)

    def _sum(self, x):
        n = self.reinterpreted_batch_ndims
        return x.sum(list(range(-n, 0))) if n else x

    def log_prob(self, value):
        return self._sum(self.base_dist.log_prob(value))

    def entropy(self):
        return self._sum(self.base_dist.entropy())
