"""Initial values: PyTorch's numbers, its old names, generators of one's own."""

import numpy as np
import pytest

import neurarust as torch
from neurarust.nn import init


@pytest.fixture(autouse=True)
def default_kind():
    yield
    torch.use_torch_rng(False)


@pytest.mark.parametrize("arguments, want, total", [
    ((0.3, 1.5, -1.0, 2.0), [0.185033575, 0.407291621, 0.049786277, 1.216949463, 1.796883583, 0.079787746, 0.807642341], 16.427783139050007),
    ((0.0, 1.0, 0.5, 1.0), [0.50213176, 0.513477445, 0.885932922, 0.943928361, 0.574920416, 0.729702592, 0.923659325], 24.579850494861603),
    ((0.0, 0.02, -2.0, 2.0), [-0.001532886, 0.001430555, -0.003336183, 0.012225992, 0.019958448, -0.002936163, 0.006768564], 0.06846802751533687),
])
def test_truncated_normal_numbers_are_pytorchs(arguments, want, total):
    torch.use_torch_rng()
    torch.manual_seed(3)
    got = init.trunc_normal_(torch.empty(20), *arguments)
    np.testing.assert_allclose(got.numpy()[::3], want, rtol=1e-6, atol=1e-7)
    # As many numbers were drawn, so what follows is the same too.
    assert abs(init.trunc_normal_(torch.empty(5, 7), *arguments).double().sum().item() - total) < 1e-5


def test_truncated_normal_ends_whatever_the_bounds():
    x = torch.empty(1000)
    for low, high in [(2.0, 1e9), (-1e30, -5.0), (4.9, 5.0), (2.0, float("inf"))]:
        init.trunc_normal_(x, 0.0, 1.0, low, high)
        assert low <= x.min().item() and x.max().item() <= high
    with pytest.raises(ValueError):
        init.trunc_normal_(x, 0.0, 1.0, 1.0, -1.0)


def test_generators():
    g = torch.Generator(kind="torch").manual_seed(5)
    np.testing.assert_allclose(init.xavier_uniform_(torch.empty(2, 3), generator=g).numpy()[0], [0.7235456, -0.8191500, 0.8927214], rtol=1e-6)
    np.testing.assert_allclose(init.kaiming_normal_(torch.empty(2, 3), generator=g).numpy()[0], [-0.2555766, 0.5892552, 0.6393225], rtol=1e-5)
    first = init.trunc_normal_(torch.empty(4), generator=torch.Generator().manual_seed(1))
    assert torch.equal(first, init.trunc_normal_(torch.empty(4), generator=torch.Generator().manual_seed(1)))
    with pytest.raises(NotImplementedError):
        init.orthogonal_(torch.empty(2, 2), generator=g)


def test_old_names_warn():
    x = torch.empty(2, 3)
    with pytest.warns(FutureWarning, match="`nn.init.constant` is now deprecated in favor of `nn.init.constant_`"):
        assert init.constant(x, 2.0) is x
    assert (x == 2).all()
    for name in ["dirac", "eye", "kaiming_normal", "kaiming_uniform", "normal", "orthogonal", "uniform", "xavier_normal", "xavier_uniform"]:
        with pytest.warns(FutureWarning):
            getattr(init, name)(torch.empty(2, 3, 3) if name == "dirac" else x)
