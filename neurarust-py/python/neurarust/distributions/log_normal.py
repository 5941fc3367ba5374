"""The log-normal distribution."""

from . import constraints
from .normal import Normal


class LogNormal(Normal):
    """`exp` of a normal number of mean `loc` and standard deviation `scale`."""

    support = constraints.positive
    mean = property(lambda self: (self.loc + self.scale**2 / 2).exp())
    mode = property(lambda self: (self.loc - self.scale**2).exp())
    variance = property(lambda self: self.scale.pow(2).expm1() * (2 * self.loc + self.scale**2).exp())
    stddev = property(lambda self: self.variance.sqrt())

    def sample(self, sample_shape=()):
        return super().sample(sample_shape).exp()

    def rsample(self, sample_shape=()):
        return super().rsample(sample_shape).exp()

    def _log(self):
        return Normal(self.loc, self.scale, validate_args=False)

    def log_prob(self, value):
        self._validate_sample(value)
        return self._log().log_prob(value.log()) - value.log()

    def cdf(self, value):
        self._validate_sample(value)
        return self._log().cdf(value.log())

    def icdf(self, value):
        return self._log().icdf(value).exp()

    def entropy(self):
        return super().entropy() + self.loc
