"""Discrete Fourier transforms, as `torch.fft`."""

from ._C import _fft

fft, ifft, rfft, irfft, hfft, ihfft = _fft.fft, _fft.ifft, _fft.rfft, _fft.irfft, _fft.hfft, _fft.ihfft
fftn, ifftn, rfftn, irfftn, hfftn, ihfftn = _fft.fftn, _fft.ifftn, _fft.rfftn, _fft.irfftn, _fft.hfftn, _fft.ihfftn
fftshift, ifftshift = _fft.fftshift, _fft.ifftshift


def fft2(input, s=None, dim=(-2, -1), norm=None):
    """`fft` along two dimensions."""
    return fftn(input, s, dim, norm)


def ifft2(input, s=None, dim=(-2, -1), norm=None):
    """`ifft` along two dimensions."""
    return ifftn(input, s, dim, norm)


def rfft2(input, s=None, dim=(-2, -1), norm=None):
    """`rfft` along the last of two dimensions, `fft` along the other."""
    return rfftn(input, s, dim, norm)


def irfft2(input, s=None, dim=(-2, -1), norm=None):
    """The inverse of `rfft2`."""
    return irfftn(input, s, dim, norm)


def hfft2(input, s=None, dim=(-2, -1), norm=None):
    """`hfft` along the last of two dimensions, `fft` along the other."""
    return hfftn(input, s, dim, norm)


def ihfft2(input, s=None, dim=(-2, -1), norm=None):
    """The inverse of `hfft2`."""
    return ihfftn(input, s, dim, norm)


def fftfreq(n, d=1.0, *, dtype=None, layout=None, device=None, requires_grad=False):
    """The frequencies of the elements of an `fft` of length `n`, for samples `d` apart."""
    return _fft.frequencies(n, d, dtype, False).requires_grad_(requires_grad)


def rfftfreq(n, d=1.0, *, dtype=None, layout=None, device=None, requires_grad=False):
    """The frequencies of the elements of an `rfft` of length `n`, for samples `d` apart."""
    return _fft.frequencies(n, d, dtype, True).requires_grad_(requires_grad)
