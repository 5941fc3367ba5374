"""A distribution seen through invertible maps."""

from . import constraints
from .distribution import Distribution
from .independent import Independent
from .transforms import ComposeTransform, Transform, sum_rightmost


class TransformedDistribution(Distribution):
    """What `transforms`, one after the other, make of samples of `base_distribution`.

    >>> import neurarust as torch
    >>> from neurarust.distributions import AffineTransform, ExpTransform, Normal, TransformedDistribution
    >>> d = TransformedDistribution(Normal(0.0, 1.0), [AffineTransform(1.0, 2.0), ExpTransform()])
    >>> d.log_prob(torch.tensor(2.0)).item() == torch.distributions.LogNormal(1.0, 2.0).log_prob(torch.tensor(2.0)).item()
    True
    """

    def __init__(self, base_distribution, transforms, validate_args=None):
        if isinstance(transforms, Transform):
            transforms = [transforms]
        if not isinstance(transforms, list) or not all(isinstance(t, Transform) for t in transforms):
            raise ValueError(f"TransformedDistribution: expected a Transform or a list of them, got {transforms!r}")
        self.transforms = transforms
        batch, event = tuple(base_distribution.batch_shape), tuple(base_distribution.event_shape)
        joint = ComposeTransform(transforms)
        into, out = joint.domain.event_dim, joint.codomain.event_dim
        if len(batch) + len(event) < into:
            raise ValueError(f"TransformedDistribution: a base of batch_shape {batch} and event_shape {event} has fewer than the {into} dimensions that are mapped together")
        # Maps may broadcast, or take dimensions of the batch together.
        shape = joint.forward_shape(batch + event)
        wide = joint.inverse_shape(shape)
        if wide != batch + event:
            base_distribution = base_distribution.expand(wide[: len(wide) - len(event)])
        more = into - len(event)
        self.base_dist = Independent(base_distribution, more) if more > 0 else base_distribution
        cut = len(shape) - (out + max(len(event) - into, 0))
        super().__init__(shape[:cut], shape[cut:], validate_args)

    has_rsample = property(lambda self: self.base_dist.has_rsample, doc="Whether gradients flow through samples, as the base's do.")

    @property
    def support(self):
        """The last map's codomain."""
        if not self.transforms:
            return self.base_dist.support
        last = self.transforms[-1].codomain
        more = len(self.event_shape) - last.event_dim
        return constraints.independent(last, more) if more > 0 else last

    def expand(self, batch_shape, _instance=None):
        shape = tuple(batch_shape) + tuple(self.event_shape)
        into = ComposeTransform(self.transforms).inverse_shape(shape)
        base = self.base_dist.expand(into[: len(into) - len(self.base_dist.event_shape)])
        return TransformedDistribution(base, self.transforms, validate_args=False)

    def _map(self, x):
        for transform in self.transforms:
            x = transform(x)
        return x

    def sample(self, sample_shape=()):
        return self._map(self.base_dist.sample(sample_shape)).detach()

    def rsample(self, sample_shape=()):
        return self._map(self.base_dist.rsample(sample_shape))

    def log_prob(self, value):
        self._validate_sample(value)
        event, total, y = len(self.event_shape), 0, value
        for transform in reversed(self.transforms):
            x = transform.inv(y)
            event += transform.domain.event_dim - transform.codomain.event_dim
            total = total - sum_rightmost(transform.log_abs_det_jacobian(x, y), event - transform.domain.event_dim)
            y = x
        return total + sum_rightmost(self.base_dist.log_prob(y), event - len(self.base_dist.event_shape))

    def _turned(self, p):
        sign = 1
        for transform in self.transforms:
            sign = sign * transform.sign
        # A decreasing map turns "at most" into "at least".
        return p if isinstance(sign, int) and sign == 1 else sign * (p - 0.5) + 0.5

    def cdf(self, value):
        self._validate_sample(value)
        for transform in reversed(self.transforms):
            value = transform.inv(value)
        return self._turned(self.base_dist.cdf(value))

    def icdf(self, value):
        return self._map(self.base_dist.icdf(self._turned(value)))

    def __repr__(self):
        return f"TransformedDistribution({self.base_dist!r}, {self.transforms!r})"
