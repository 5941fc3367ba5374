"""Window functions, as `torch.signal.windows`: symmetric, or periodic with `sym=False`.

Every window is a formula of the element numbers, computed in float64 and rounded once.
"""

import math as _math

from .. import _C

__all__ = [
    "bartlett", "blackman", "cosine", "exponential", "gaussian", "general_cosine", "general_hamming", "hamming", "hann", "kaiser",
    "nuttall",
]


def _checked(name, M, dtype, layout, device):
    """The dtype of a window of `M` elements."""
    dtype = _C.get_default_dtype() if dtype is None else dtype
    if M < 0:
        raise ValueError(f"{name} requires non-negative window length, got M={M}")
    if layout not in (None, "strided"):
        raise ValueError(f"{name} is implemented for strided tensors only, got: {layout}")
    if dtype not in (_C.float32, _C.float64):
        raise ValueError(f"{name} expects float32 or float64 dtypes, got: {dtype}")
    if device is not None:
        _C.device(device if isinstance(device, str) else str(device))
    return dtype


def _numbers(M):
    return _C.arange(M, dtype=_C.float64)


def _finished(window, dtype, requires_grad):
    return window.to(dtype).requires_grad_(requires_grad)


def _period(M, sym):
    """The distance between two equal elements: the ends of a symmetric window, one more of a periodic one."""
    return M - 1 if sym else M


def exponential(M, *, center=None, tau=1.0, sym=True, dtype=None, layout=None, device=None, requires_grad=False):
    """`exp(-|n - center| / tau)`"""
    dtype = _checked("exponential", M, dtype, layout, device)
    if tau <= 0:
        raise ValueError(f"Tau must be positive, got: {tau} instead.")
    if sym and center is not None:
        raise ValueError("Center must be None for symmetric windows")
    if center is None:
        center = (M if not sym and M > 1 else M - 1) / 2.0
    return _finished((-(_numbers(M) - center).abs() / tau).exp(), dtype, requires_grad)


def cosine(M, *, sym=True, dtype=None, layout=None, device=None, requires_grad=False):
    """Half a wave: `sin(π (n + 1/2) / M)`"""
    dtype = _checked("cosine", M, dtype, layout, device)
    step = _math.pi / (M + 1 if not sym and M > 1 else max(M, 1))
    return _finished(((_numbers(M) + 0.5) * step).sin(), dtype, requires_grad)


def gaussian(M, *, std=1.0, sym=True, dtype=None, layout=None, device=None, requires_grad=False):
    """`exp(-(n - middle)² / 2 std²)`"""
    dtype = _checked("gaussian", M, dtype, layout, device)
    if std <= 0:
        raise ValueError(f"Standard deviation must be positive, got: {std} instead.")
    middle = (M if not sym and M > 1 else M - 1) / 2.0
    return _finished((-(((_numbers(M) - middle) / (std * _math.sqrt(2))) ** 2)).exp(), dtype, requires_grad)


def _bessel(x):
    """The modified Bessel function I₀ by its power series, all of whose terms are positive."""
    square, total, term = (x / 2) ** 2, _C.ones_like(x), _C.ones_like(x)
    k = 1
    while k < 10000:
        term = term * square / (k * k)
        total = total + term
        if term.numel() == 0 or not bool((term > total * 1e-17).any()):
            break
        k += 1
    return total


def kaiser(M, *, beta=12.0, sym=True, dtype=None, layout=None, device=None, requires_grad=False):
    """`I₀(beta √(1 - r²)) / I₀(beta)`, where `r` runs from -1 to 1"""
    dtype = _checked("kaiser", M, dtype, layout, device)
    if beta < 0:
        raise ValueError(f"beta must be non-negative, got: {beta} instead.")
    if beta > 700:
        raise NotImplementedError(f"kaiser: beta must be at most 700, got: {beta}")
    if M <= 1:
        return _finished(_C.ones(M, dtype=_C.float64), dtype, requires_grad)
    r = _numbers(M) * (2.0 / _period(M, sym)) - 1
    shape = (1 - r * r).clamp(min=0).sqrt() * beta
    return _finished(_bessel(shape) / _bessel(_C.tensor(float(beta), dtype=_C.float64)), dtype, requires_grad)


def bartlett(M, *, sym=True, dtype=None, layout=None, device=None, requires_grad=False):
    """A triangle: `1 - |2n / (M - 1) - 1|`"""
    dtype = _checked("bartlett", M, dtype, layout, device)
    if M <= 1:
        return _finished(_C.ones(M, dtype=_C.float64), dtype, requires_grad)
    return _finished(1 - (_numbers(M) * (2.0 / _period(M, sym)) - 1).abs(), dtype, requires_grad)


def general_cosine(M, *, a, sym=True, dtype=None, layout=None, device=None, requires_grad=False):
    """`Σ (-1)ⁱ aᵢ cos(2π i n / (M - 1))`"""
    dtype = _checked("general_cosine", M, dtype, layout, device)
    if not hasattr(a, "__iter__"):
        raise TypeError("Coefficients must be a list/tuple")
    a = [float(x) for x in a]
    if not a:
        raise ValueError("Coefficients cannot be empty")
    if M <= 1:
        return _finished(_C.ones(M, dtype=_C.float64), dtype, requires_grad)
    angle, out = _numbers(M) * (2 * _math.pi / _period(M, sym)), 0
    for i, x in enumerate(a):
        out = out + (angle * i).cos() * ((-1) ** i * x)
    return _finished(out, dtype, requires_grad)


def general_hamming(M, *, alpha=0.54, sym=True, dtype=None, layout=None, device=None, requires_grad=False):
    """`alpha - (1 - alpha) cos(2π n / (M - 1))`"""
    return general_cosine(
        M, a=[alpha, 1.0 - alpha], sym=sym, dtype=dtype, layout=layout, device=device, requires_grad=requires_grad
    )


def hamming(M, *, sym=True, dtype=None, layout=None, device=None, requires_grad=False):
    """`general_hamming` of 0.54."""
    return general_hamming(M, sym=sym, dtype=dtype, layout=layout, device=device, requires_grad=requires_grad)


def hann(M, *, sym=True, dtype=None, layout=None, device=None, requires_grad=False):
    """A whole wave that begins and ends at 0: `general_hamming` of 0.5."""
    return general_hamming(M, alpha=0.5, sym=sym, dtype=dtype, layout=layout, device=device, requires_grad=requires_grad)


def blackman(M, *, sym=True, dtype=None, layout=None, device=None, requires_grad=False):
    """`general_cosine` of 0.42, 0.5, 0.08."""
    return general_cosine(
        M, a=[0.42, 0.5, 0.08], sym=sym, dtype=dtype, layout=layout, device=device, requires_grad=requires_grad
    )


def nuttall(M, *, sym=True, dtype=None, layout=None, device=None, requires_grad=False):
    """The minimum 4-term Blackman-Harris window as Nuttall defines it."""
    a = [0.3635819, 0.4891775, 0.1365995, 0.0106411]
    return general_cosine(M, a=a, sym=sym, dtype=dtype, layout=layout, device=device, requires_grad=requires_grad)


def _of_length(window_length, periodic, dtype):
    """Arguments of the older functions, `torch.hann_window` and its siblings."""
    if window_length < 0:
        raise RuntimeError(f"window length can't be negative, got {window_length}")
    dtype = _C.get_default_dtype() if dtype is None else dtype
    if not dtype.is_floating_point:
        raise RuntimeError(f"expected a floating point dtype, got {dtype}")
    return {"sym": not periodic, "dtype": _C.float64}, dtype


def hann_window(window_length, periodic=True, *, dtype=None, layout=None, device=None, pin_memory=False, requires_grad=False):
    """`hann`, periodic by default."""
    options, dtype = _of_length(window_length, periodic, dtype)
    return _finished(hann(window_length, **options), dtype, requires_grad)


def hamming_window(
    window_length, periodic=True, alpha=0.54, beta=0.46, *, dtype=None, layout=None, device=None, pin_memory=False, requires_grad=False
):
    """`alpha - beta cos(2π n / window_length)`"""
    options, dtype = _of_length(window_length, periodic, dtype)
    return _finished(general_cosine(window_length, a=[alpha, beta], **options), dtype, requires_grad)


def blackman_window(window_length, periodic=True, *, dtype=None, layout=None, device=None, pin_memory=False, requires_grad=False):
    """`blackman`, periodic by default."""
    options, dtype = _of_length(window_length, periodic, dtype)
    return _finished(blackman(window_length, **options), dtype, requires_grad)


def bartlett_window(window_length, periodic=True, *, dtype=None, layout=None, device=None, pin_memory=False, requires_grad=False):
    """`bartlett`, periodic by default."""
    options, dtype = _of_length(window_length, periodic, dtype)
    return _finished(bartlett(window_length, **options), dtype, requires_grad)


def kaiser_window(
    window_length, periodic=True, beta=12.0, *, dtype=None, layout=None, device=None, pin_memory=False, requires_grad=False
):
    """`kaiser`, periodic by default."""
    options, dtype = _of_length(window_length, periodic, dtype)
    return _finished(kaiser(window_length, beta=beta, **options), dtype, requires_grad)
