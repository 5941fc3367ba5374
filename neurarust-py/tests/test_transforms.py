"""Distributions seen through invertible maps, held against differences of their own distribution function."""

import math

import numpy as np
import pytest

import neurarust as torch
from neurarust import distributions as D


def t(x):
    return torch.tensor(x, dtype=torch.float64)


def normal(*shape):
    return D.Normal(torch.zeros(shape, dtype=torch.float64), torch.ones(shape, dtype=torch.float64))


@pytest.mark.parametrize("transforms, points", [
    ([D.ExpTransform()], [0.5, 1.0, 2.0]),
    ([D.AffineTransform(1.0, -2.0), D.ExpTransform()], [0.5, 1.0, 2.0]),
    ([D.SigmoidTransform()], [0.1, 0.5, 0.9]),
    ([D.TanhTransform()], [-0.9, 0.1, 0.5]),
    ([D.SoftplusTransform()], [0.1, 0.5, 0.9]),
    ([D.ExpTransform(), D.PowerTransform(t(0.5))], [0.1, 0.5, 0.9]),
    ([D.ComposeTransform([D.ExpTransform(), D.AffineTransform(0.0, 3.0)]), D.ExpTransform().inv], [-0.5, 0.5, 1.5]),
])
def test_the_density_is_the_slope_of_the_distribution_function(transforms, points):
    d, x, h = D.TransformedDistribution(normal(), transforms), t(points), 1e-5
    slope = (d.cdf(x + h) - d.cdf(x - h)) / (2 * h)
    np.testing.assert_allclose(d.log_prob(x).exp().numpy(), slope.numpy(), rtol=1e-6)
    np.testing.assert_allclose(d.icdf(d.cdf(x)).numpy(), x.numpy(), rtol=1e-6)
    assert d.sample((4,)).shape == (4,)


def test_shapes():
    d = D.TransformedDistribution(normal(), [D.AffineTransform(t([1.0, 2.0]), t([2.0, -3.0]))])
    assert d.batch_shape == (2,) and d.sample((5,)).shape == (5, 2)
    d = D.TransformedDistribution(normal(2, 3), [D.AffineTransform(0.0, 2.0, event_dim=1)])
    assert d.batch_shape == (2,) and d.event_shape == (3,) and d.log_prob(torch.zeros(2, 3)).shape == (2,)
    d = D.TransformedDistribution(normal(2, 3), [D.StickBreakingTransform()])
    assert d.event_shape == (4,)
    np.testing.assert_allclose(d.rsample((7,)).sum(-1).numpy(), np.ones((7, 2)))
    assert d.expand((5, 2)).sample().shape == (5, 2, 4)
    d = D.TransformedDistribution(D.Independent(normal(2, 6), 1), [D.ReshapeTransform((6,), (2, 3))])
    assert d.event_shape == (2, 3) and d.log_prob(torch.zeros(2, 2, 3)).shape == (2,)


def test_known_distributions():
    x = t([0.5, 2.0])
    lognormal = D.TransformedDistribution(D.Normal(t(1.0), t(2.0)), D.ExpTransform())
    np.testing.assert_allclose(lognormal.log_prob(x).numpy(), D.LogNormal(t(1.0), t(2.0)).log_prob(x).numpy())
    logistic = D.TransformedDistribution(D.Uniform(t(0.0), t(1.0)), [D.SigmoidTransform().inv])
    np.testing.assert_allclose(logistic.log_prob(t([0.0])).exp().numpy(), [0.25])


@pytest.mark.parametrize("transform", [D.StickBreakingTransform(), D.LowerCholeskyTransform(), D.SigmoidTransform(), D.TanhTransform()])
def test_inverses(transform):
    x = t(np.random.RandomState(0).randn(2, 3, 3).tolist())
    back = x.tril() if isinstance(transform, D.LowerCholeskyTransform) else x
    np.testing.assert_allclose(transform.inv(transform(x)).numpy(), back.numpy(), atol=1e-8)
    assert transform.inv.inv is transform


def test_gradients_and_caches():
    loc = t(0.5).requires_grad_()
    d = D.TransformedDistribution(D.Normal(loc, t(1.0)), [D.TanhTransform(cache_size=1)])
    y = d.rsample()
    d.log_prob(y).backward()
    assert math.isfinite(loc.grad.item())
    # The argument is remembered where the result has lost it.
    f = D.TanhTransform(cache_size=1)
    x = t(30.0)
    assert f.inv(f(x)) is x


def test_errors():
    with pytest.raises(ValueError):
        D.TransformedDistribution(normal(), [1])
    with pytest.raises(ValueError):
        D.TransformedDistribution(normal(), [D.StickBreakingTransform()])
    with pytest.raises(ValueError):
        D.TransformedDistribution(normal(), [D.ExpTransform()]).log_prob(t(-1.0))
    with pytest.raises(ValueError):
        D.ExpTransform(cache_size=2)
    with pytest.raises(ValueError):
        D.ReshapeTransform((2,), (3,))
    with pytest.raises(NotImplementedError):
        D.AbsTransform().log_abs_det_jacobian(t(1.0), t(1.0))
