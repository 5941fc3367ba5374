"""Kullback-Leibler divergences by pairs of distributions."""

from ..nn.functional import softplus
from .bernoulli import Bernoulli
from .beta import Beta
from .categorical import Categorical
from .dirichlet import Dirichlet
from .exponential import Exponential
from .gamma import Gamma
from .independent import Independent
from .laplace import Laplace
from .normal import Normal
from .one_hot_categorical import OneHotCategorical
from .poisson import Poisson
from .uniform import Uniform

_formulas = {}


def register_kl(type_p, type_q):
    """Decorates the function that computes the divergence of a `type_p` from a `type_q`."""

    def decorate(f):
        _formulas[type_p, type_q] = f
        return f

    return decorate


def kl_divergence(p, q):
    """`E_p[ln p(x) - ln q(x)]`, by the formula registered for the nearest types."""
    pairs = [(a, b) for a in type(p).__mro__ for b in type(q).__mro__ if (a, b) in _formulas]
    if not pairs:
        raise NotImplementedError(
            f"no formula for the divergence of {type(p).__name__} from {type(q).__name__}; add one with register_kl, "
            "or estimate it: (p.log_prob(x) - q.log_prob(x)).mean() for samples x of p"
        )
    return _formulas[pairs[0]](p, q)


@register_kl(Normal, Normal)
def _(p, q):
    ratio = (p.scale / q.scale) ** 2
    return 0.5 * (ratio + ((p.loc - q.loc) / q.scale) ** 2 - 1 - ratio.log())


@register_kl(Bernoulli, Bernoulli)
def _(p, q):
    one = p.probs * (softplus(q.logits.neg()) - softplus(p.logits.neg()))
    return one + (1 - p.probs) * (softplus(q.logits) - softplus(p.logits))


@register_kl(Categorical, Categorical)
@register_kl(OneHotCategorical, OneHotCategorical)
def _(p, q):
    terms = p.probs * (p.logits - q.logits)
    return terms.masked_fill(q.probs == 0, float("inf")).masked_fill(p.probs == 0, 0.0).sum(-1)


@register_kl(Exponential, Exponential)
def _(p, q):
    ratio = q.rate / p.rate
    return ratio - ratio.log() - 1


@register_kl(Laplace, Laplace)
def _(p, q):
    ratio, distance = p.scale / q.scale, (p.loc - q.loc).abs()
    return -ratio.log() + distance / q.scale + ratio * (-distance / p.scale).exp() - 1


@register_kl(Poisson, Poisson)
def _(p, q):
    return p.rate * (p.rate.log() - q.rate.log()) - (p.rate - q.rate)


@register_kl(Uniform, Uniform)
def _(p, q):
    out = ((q.high - q.low) / (p.high - p.low)).log()
    return out.masked_fill((q.low > p.low) | (q.high < p.high), float("inf"))


@register_kl(Gamma, Gamma)
def _(p, q):
    a, b = p.concentration, q.concentration
    return b * (p.rate / q.rate).log() + b.lgamma() - a.lgamma() + (a - b) * a.digamma() + (q.rate - p.rate) * (a / p.rate)


@register_kl(Dirichlet, Dirichlet)
def _(p, q):
    a, b = p.concentration, q.concentration
    total = a.sum(-1)
    part = total.lgamma() - b.sum(-1).lgamma() - (a.lgamma() - b.lgamma()).sum(-1)
    return part + ((a - b) * (a.digamma() - total.digamma().unsqueeze(-1))).sum(-1)


@register_kl(Beta, Beta)
def _(p, q):
    return kl_divergence(p._both(), q._both())


@register_kl(Independent, Independent)
def _(p, q):
    if p.reinterpreted_batch_ndims != q.reinterpreted_batch_ndims:
        raise NotImplementedError("divergence of Independent distributions of different event dimensions")
    return p._sum(kl_divergence(p.base_dist, q.base_dist))
