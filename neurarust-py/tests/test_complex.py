"""Complex tensors, Fourier transforms and windows against NumPy."""

import numpy as np
import pytest

import neurarust as torch

rng = np.random.default_rng(0)


def noise(*shape):
    return rng.standard_normal(shape) + 1j * rng.standard_normal(shape)


def test_numbers_in_and_out():
    x = torch.tensor([1 + 2j, 3])
    assert x.dtype is torch.complex64 and x.is_complex() and x.tolist() == [1 + 2j, 3 + 0j]
    assert x[0].item() == 1 + 2j and complex(x[0]) == 1 + 2j
    assert repr(x) == "tensor([1.+2.j, 3.+0.j])"
    a = noise(2, 3)
    assert np.array_equal(torch.from_numpy(a).numpy(), a)
    assert (torch.ones(2, dtype=torch.float64) + 1j).dtype is torch.complex128
    assert (torch.ones(2) * 1j).dtype is torch.complex64
    assert torch.full((2,), 1j).tolist() == [1j, 1j]
    with pytest.raises(TypeError):
        torch.tensor([1j], dtype=torch.float32)
    with pytest.raises(NotImplementedError):
        x.chalf()


def test_arithmetic_and_errors():
    a, b = noise(3, 3), noise(3, 3)
    x, y = torch.from_numpy(a), torch.from_numpy(b)
    for got, want in [(x * y, a * b), (x / y, a / b), (x @ y, a @ b), (x.mH, a.conj().T), (x**y, a**b), (2j - x, 2j - a)]:
        assert np.allclose(got.numpy(), want)
    assert np.allclose(torch.vdot(x[0], y[0]).item(), np.vdot(a[0], b[0]))
    for f in [lambda: x < y, lambda: x.floor(), lambda: x.sort(), lambda: x // y]:
        with pytest.raises(TypeError):
            f()


@pytest.mark.parametrize("norm", ["backward", "ortho", "forward"])
@pytest.mark.parametrize("name", ["fft", "ifft", "rfft", "irfft", "hfft", "ihfft"])
def test_transforms(name, norm):
    a = noise(4, 6)
    a = a.real if name in ("rfft", "ihfft") else a
    for n in (None, 4, 9):
        got = getattr(torch.fft, name)(torch.tensor(a), n=n, dim=1, norm=norm).numpy()
        assert np.allclose(got, getattr(np.fft, name)(a, n=n, axis=1, norm=norm))
    if "h" not in name:
        got = getattr(torch.fft, name + "2")(torch.tensor(a), s=(3, 8), norm=norm).numpy()
        assert np.allclose(got, getattr(np.fft, name + "2")(a, s=(3, 8), axes=(-2, -1), norm=norm))


def test_frequencies_and_shifts():
    for n in (5, 6):
        assert np.allclose(torch.fft.fftfreq(n, 0.5).numpy(), np.fft.fftfreq(n, 0.5))
        assert np.allclose(torch.fft.rfftfreq(n).numpy(), np.fft.rfftfreq(n))
        a = np.arange(n * 3).reshape(n, 3)
        assert np.array_equal(torch.fft.fftshift(torch.tensor(a)).numpy(), np.fft.fftshift(a))
        assert np.array_equal(torch.fft.ifftshift(torch.tensor(a), dim=0).numpy(), np.fft.ifftshift(a, axes=0))
    with pytest.raises(RuntimeError):
        torch.fft.fft(torch.ones(3), norm="other")


def test_windows():
    w = torch.signal.windows
    for name in ("hann", "hamming", "blackman", "bartlett"):
        want = {"hann": np.hanning, "hamming": np.hamming, "blackman": np.blackman, "bartlett": np.bartlett}[name]
        for n in (0, 1, 7, 8):
            assert np.allclose(getattr(w, name)(n, dtype=torch.float64).numpy(), want(n), atol=1e-12)
        assert np.allclose(getattr(torch, name + "_window")(8).numpy(), want(9)[:-1], atol=1e-6)
    assert np.allclose(w.kaiser(9, beta=5.0, dtype=torch.float64).numpy(), np.kaiser(9, 5.0))
    with pytest.raises(ValueError):
        w.hann(-1)


def test_short_time_transform():
    x = torch.randn(2, 50, dtype=torch.float64)
    window = torch.hann_window(16, dtype=torch.float64)
    z = torch.stft(x, 16, window=window, return_complex=True)
    assert tuple(z.shape) == (2, 9, 13)
    back = torch.istft(z, 16, window=window, length=48)
    assert np.allclose(back.numpy(), x.numpy()[:, :48])
    with pytest.raises(RuntimeError):
        torch.stft(x, 16)
