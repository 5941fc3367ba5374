"""What all distributions have: shapes, checked values, samples without a graph."""

import copy

from .. import _C
from .._functions import broadcast_tensors
from .._modes import no_grad
from .._size import Size


def tensors(*values):
    """Numbers and tensors as tensors of one shape and a floating-point dtype."""
    given = [v for v in values if isinstance(v, _C.Tensor)]
    dtype = next((v.dtype for v in given if v.is_floating_point()), _C.get_default_dtype())
    for v in values:
        if not isinstance(v, (_C.Tensor, int, float)):
            raise TypeError(f"expected numbers or tensors as parameters, got {type(v).__name__}")
    out = [v if isinstance(v, _C.Tensor) else _C.tensor(v, dtype=dtype) for v in values]
    return tuple(broadcast_tensors(*out)) if len(out) > 1 else tuple(out)


_MOMENTS = {"mean": "mean", "mode": "mode", "variance": "variance", "stddev": "standard deviation"}


class Distribution:
    """A probability distribution over events of `event_shape`, for a batch of parameters of `batch_shape`.

    Subclasses name their parameters in `arg_constraints`, and in `_rank` those that have dimensions of their own behind the batch's.
    """

    has_rsample = False
    has_enumerate_support = False
    arg_constraints = {}
    support = None
    _rank = {}
    _validate_args = True

    def __init_subclass__(cls, **kwargs):
        # A property that is a mere formula says what it is a formula of.
        super().__init_subclass__(**kwargs)
        for own in {id(p): p for p in vars(cls).values() if isinstance(p, property) and not p.__doc__}.values():
            words = [word for name, word in _MOMENTS.items() if vars(cls).get(name) is own]
            if words:
                own.__doc__ = f"The {' and '.join(words)}, of shape `batch_shape + event_shape`."

    @staticmethod
    def set_default_validate_args(value):
        """Whether parameters and values are checked unless said otherwise."""
        if value not in (True, False):
            raise ValueError(f"expected True or False, got {value!r}")
        Distribution._validate_args = value

    def __init__(self, batch_shape=(), event_shape=(), validate_args=None):
        self._batch_shape, self._event_shape = Size(batch_shape), Size(event_shape)
        if validate_args is not None:
            self._validate_args = validate_args
        if self._validate_args:
            for name, constraint in self.arg_constraints.items():
                value = self.__dict__.get(name)
                if isinstance(value, _C.Tensor) and not bool(constraint.check(value.detach()).all()):
                    raise ValueError(
                        f"{type(self).__name__}: parameter {name} of shape {tuple(value.shape)} must be {constraint}, got {value.detach()}"
                    )

    @property
    def batch_shape(self):
        """Shape of the batch of parameters."""
        return self._batch_shape

    @property
    def event_shape(self):
        """Shape of one sample."""
        return self._event_shape

    @property
    def stddev(self):
        """The standard deviation, of shape `batch_shape + event_shape`."""
        return self.variance.sqrt()

    def _shape(self, sample_shape=()):
        sample_shape = (sample_shape,) if isinstance(sample_shape, int) else tuple(sample_shape)
        return sample_shape + tuple(self._batch_shape) + tuple(self._event_shape)

    def expand(self, batch_shape, _instance=None):
        """The same distribution for a larger batch."""
        out, batch = copy.copy(self), tuple(batch_shape)
        for name, value in self.__dict__.items():
            if isinstance(value, _C.Tensor):
                own = self._rank.get(name, 0)
                out.__dict__[name] = value.expand(batch + tuple(value.shape[value.dim() - own:]))
            elif isinstance(value, Distribution):
                out.__dict__[name] = value.expand(batch)
        out._batch_shape = Size(batch)
        return out

    def sample(self, sample_shape=()):
        """Samples of `sample_shape + batch_shape + event_shape`, without gradients."""
        with no_grad():
            return self.rsample(sample_shape)

    def rsample(self, sample_shape=()):
        """Samples that gradients flow through to the parameters."""
        raise NotImplementedError(f"{type(self).__name__} has no differentiable samples; use sample() and log_prob()")

    def log_prob(self, value):
        """The logarithm of the density, or of the probability, at `value`, which broadcasts with the batch."""
        raise NotImplementedError(f"{type(self).__name__}.log_prob")

    def cdf(self, value):
        """The probability of at most `value`."""
        raise NotImplementedError(f"{type(self).__name__}.cdf")

    def icdf(self, value):
        """The value that is exceeded with probability `1 - value`."""
        raise NotImplementedError(f"{type(self).__name__}.icdf")

    def entropy(self):
        """The entropy in nats, one number for each distribution of the batch."""
        raise NotImplementedError(f"{type(self).__name__}.entropy")

    def perplexity(self):
        """`exp(entropy)`: how many equally likely outcomes are as uncertain."""
        return self.entropy().exp()

    def _validate_sample(self, value):
        if not self._validate_args:
            return
        if not isinstance(value, _C.Tensor):
            raise ValueError(f"{type(self).__name__}: expected a tensor as value, got {type(value).__name__}")
        want, got = self._shape(), tuple(value.shape)
        if len(got) < len(self._event_shape) or any(
            a != b and 1 not in (a, b) for a, b in zip(reversed(got), reversed(want))
        ):
            raise ValueError(f"{type(self).__name__}: a value of shape {got} doesn't fit batch_shape + event_shape {want}")
        support = self.support
        if support is not None and not bool(support.check(value.detach()).all()):
            raise ValueError(f"{type(self).__name__}: expected values that are {support}, got {value.detach()}")

    def __repr__(self):
        parts = [f"{k}: {v if v.numel() == 1 else tuple(v.shape)}" for k in self.arg_constraints for v in [self.__dict__.get(k)] if v is not None]
        return f"{type(self).__name__}({', '.join(parts)})"
