"""Random numbers and distributions: PyTorch's numbers from its seeds, states, signatures, errors."""

import math

import neurarust as torch
import pytest
from neurarust import distributions as D


@pytest.fixture(autouse=True)
def default_kind():
    yield
    torch.use_torch_rng(False)


def test_pytorchs_numbers():
    torch.use_torch_rng()
    torch.manual_seed(0)
    assert torch.rand(2).tolist() == [0.49625658988952637, 0.7682217955589294]
    state = torch.get_rng_state()
    assert state.dtype == torch.uint8 and state.shape == (5056,)
    first = torch.randn(3)
    torch.set_rng_state(state)
    assert torch.equal(torch.randn(3), first)


def test_generators_are_their_own():
    torch.manual_seed(1)
    want = torch.rand(3)
    torch.manual_seed(1)
    g = torch.Generator().manual_seed(5)
    torch.rand(4, generator=g)
    with torch.random.fork_rng():
        torch.rand(10)
    assert torch.equal(torch.rand(3), want)
    copy = g.clone_state()
    x = torch.zeros(4)
    assert torch.equal(x.exponential_(generator=g), torch.zeros(4).exponential_(generator=copy))
    assert torch.Generator(kind="torch").kind == "torch"
    with pytest.raises(ValueError, match="kind"):
        torch.Generator(kind="other")
    with pytest.raises(ValueError):
        g.set_state(torch.zeros(3, dtype=torch.uint8))


def test_normal_in_all_forms():
    t = torch.zeros(2, 3, dtype=torch.float64)
    assert torch.normal(t, 1.0).dtype == torch.normal(0.0, t).dtype == torch.float64
    assert torch.normal(t, t[0]).shape == (2, 3) and torch.normal(0.0, 1.0, (4,)).shape == (4,)
    for bad in (lambda: torch.normal(0.0, 1.0), lambda: torch.normal(t, 1.0, (2,)), lambda: torch.normal(0.0, t - 1)):
        with pytest.raises((TypeError, ValueError)):
            bad()


def test_densities():
    one = torch.tensor(1.0)
    assert math.isclose(D.Normal(0.0, 2.0).log_prob(one).item(), -0.125 - math.log(2) - 0.5 * math.log(2 * math.pi), rel_tol=1e-6)
    assert math.isclose(D.Gamma(2.0, 3.0).log_prob(one).item(), 2 * math.log(3) - 3, rel_tol=1e-5)
    c = D.Categorical(torch.tensor([[1.0, 3.0], [1.0, 1.0]]))
    assert torch.allclose(c.log_prob(torch.tensor([1, 0])).exp(), torch.tensor([0.75, 0.5]))
    assert c.sample((5,)).shape == (5, 2) and c.sample().dtype == torch.int64
    kl = D.kl_divergence(D.Normal(0.0, 1.0), D.Normal(1.0, 1.0))
    assert math.isclose(kl.item(), 0.5, rel_tol=1e-6)


def test_gradients_flow_through_samples():
    torch.manual_seed(0)
    a = torch.full((20000,), 3.0, requires_grad=True)
    D.Gamma(a, 1.0).rsample().mean().backward()
    # The mean is `a`, so its derivative is 1.
    assert abs(a.grad.sum().item() - 1) < 0.02


def test_errors():
    for bad in (
        lambda: D.Normal(0.0, -1.0),
        lambda: D.Bernoulli(torch.tensor(2.0)),
        lambda: D.Bernoulli(),
        lambda: D.Normal(torch.zeros(3), 1.0).log_prob(torch.zeros(4)),
        lambda: torch.poisson(torch.tensor([-1.0])),
    ):
        with pytest.raises(ValueError):
            bad()
    with pytest.raises(NotImplementedError, match="register_kl"):
        D.kl_divergence(D.Normal(0.0, 1.0), D.Poisson(1.0))
