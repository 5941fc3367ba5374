"""Special functions and the element-wise operations around them: names, arguments, dtypes, errors."""

import math

import neurarust as torch
import numpy as np
import pytest

UNARY = {
    "airy_ai": 0.23169360648083348, "bessel_j0": 0.938469807240813, "bessel_j1": 0.2422684576748739,
    "bessel_y0": -0.4445187335067065, "bessel_y1": -1.4714723926702433, "digamma": -1.9635100260214235,
    "entr": 0.34657359027997264, "erfcx": 0.6156903441929259, "erfinv": 0.4769362762044699, "gammaln": 0.5723649429247001,
    "i0": 1.0634833707413236, "i0e": 0.645035270449149, "i1": 0.25789430539089633, "i1e": 0.15642080318487168,
    "log_ndtr": -0.3689464152886565, "modified_bessel_k0": 0.9244190712276659, "modified_bessel_k1": 1.6564411200033009,
    "ndtr": 0.6914624612740131, "ndtri": 0.0, "psi": -1.9635100260214235, "sinc": 0.6366197723675814,
    "scaled_modified_bessel_k0": 1.5241093857739092, "scaled_modified_bessel_k1": 2.7310097082117855,
    "spherical_bessel_j0": 0.958851077208406, "expit": 0.6224593312018546, "exp2": math.sqrt(2), "expm1": math.expm1(0.5),
}  # fmt: skip


@pytest.mark.parametrize("name", UNARY)
def test_functions_of_one_half(name):
    f = getattr(torch.special, name)
    assert f(torch.tensor(0.5, dtype=torch.float64)).item() == pytest.approx(UNARY[name], rel=1e-12, abs=1e-15)
    assert f(torch.tensor([0.5])).dtype == torch.float32
    assert f(torch.tensor([1])).dtype == torch.float32


def test_functions_of_two_take_numbers_on_either_side():
    x = torch.tensor([2.0, 3.0], dtype=torch.float64)
    assert torch.special.zeta(x, 1).tolist() == pytest.approx([math.pi**2 / 6, 1.2020569031595942])
    assert torch.special.zeta(2, x).tolist() == pytest.approx([math.pi**2 / 6 - 1, math.pi**2 / 6 - 1.25])
    assert torch.special.xlog1py(0, x).tolist() == [0, 0]
    assert torch.special.chebyshev_polynomial_t(x, n=2).tolist() == [7, 17]
    assert torch.special.gammainc(x, x).tolist() == pytest.approx([0.5939941502901616, 0.5768099188731564])
    assert torch.special.polygamma(1, x).tolist() == pytest.approx([0.6449340668482264, 0.3949340668482264])
    assert torch.special.multigammaln(x, 2).shape == (2,)


def test_polynomials_of_tensors_of_degrees():
    n = torch.tensor([0, 1, 2, -1])
    assert torch.special.hermite_polynomial_he(torch.tensor(3.0), n).tolist() == [1, 3, 8, 0]


def test_methods_and_their_in_place_forms():
    x = torch.tensor([0.25, 0.5])
    for name in ("lgamma", "digamma", "erfinv", "i0", "sinc", "deg2rad", "rad2deg", "frac", "logit", "nan_to_num", "arcsin", "round"):
        y = x.clone()
        assert getattr(y, f"{name}_")() is y, name
        assert y.tolist() == getattr(x, name)().tolist(), name
    y = x.clone()
    assert y.clamp_min_(0.3).clamp_max_(0.4).tolist() == pytest.approx([0.3, 0.4])
    assert y.polygamma_(1).tolist() == pytest.approx(torch.tensor([0.3, 0.4]).polygamma(1).tolist())
    with pytest.raises(TypeError):
        torch.tensor([1, 2]).deg2rad_()
    with pytest.raises(RuntimeError):
        x.float_power_(2)


def test_frexp_and_ldexp():
    m, e = torch.frexp(torch.tensor([3.0, -0.25]))
    assert m.tolist() == [0.75, -0.5] and e.tolist() == [2, -1] and e.dtype == torch.int32
    assert torch.ldexp(m, e).tolist() == [3.0, -0.25]
    assert torch.frexp(m).mantissa.tolist() == [0.75, -0.5]
    with pytest.raises((RuntimeError, TypeError)):
        torch.frexp(torch.tensor([1]))


def test_maxima_that_pass_over_nan():
    a, b = torch.tensor([1.0, math.nan, math.nan]), torch.tensor([2.0, 3.0, math.nan])
    assert torch.fmax(a, b).tolist()[:2] == [2, 3] and math.isnan(torch.fmax(a, b)[2].item())
    assert torch.fmin(a, b).tolist()[:2] == [1, 3]


def test_integers():
    a, b = torch.tensor([12, -18, 0]), torch.tensor([18, 12, 0])
    assert torch.gcd(a, b).tolist() == np.gcd([12, -18, 0], [18, 12, 0]).tolist()
    assert torch.lcm(a, b).tolist() == np.lcm([12, -18, 0], [18, 12, 0]).tolist()


def test_powers_in_double_precision():
    x = torch.tensor([2, 3])
    assert torch.float_power(x, 0.5).dtype == torch.float64
    assert torch.float_power(2, x).tolist() == [4, 8]


def test_rounding_to_places():
    x = torch.tensor([1234.5678], dtype=torch.float64)
    assert x.round(decimals=2).tolist() == [1234.57] and torch.round(x, decimals=-2).tolist() == [1200]
    with pytest.raises(NotImplementedError):
        torch.tensor([12]).round(decimals=1)


def test_gradients():
    x = torch.tensor([0.5], dtype=torch.float64, requires_grad=True)
    torch.lgamma(x).sum().backward()
    assert x.grad.item() == pytest.approx(UNARY["digamma"])
    with pytest.raises(NotImplementedError):
        torch.special.airy_ai(x)
    with pytest.raises(NotImplementedError):
        torch.igamma(x, torch.tensor(1.0))
    with pytest.raises(RuntimeError):
        torch.polygamma(-1, x)
    with pytest.raises(ValueError):
        torch.mvlgamma(x, 0)
