"""Reductions and normalisations of the elements that a mask keeps: `mask` is a keyword, and results are ordinary tensors."""

import builtins as _builtins

from . import _C

__all__ = [
    "sum", "prod", "cumsum", "cumprod", "amax", "amin", "argmax", "argmin", "mean", "median", "norm", "var", "std", "softmax",
    "log_softmax", "softmin", "normalize", "logaddexp", "logsumexp",
]


def _dims(dim):
    return [] if dim is None else [dim] if isinstance(dim, int) else _builtins.list(dim)


def _run(name, input, mask, dtype=None, dims=(), keepdim=False, number=0.0, eps=0.0):
    input = input if dtype is None else input.to(dtype)
    return _C._masked(name, input, mask, _builtins.list(dims), _builtins.bool(keepdim), float(number), float(eps))


def sum(input, dim=None, *, keepdim=False, dtype=None, mask=None):
    """Sum over `dim` of what is kept."""
    return _run("sum", input, mask, dtype, _dims(dim), keepdim)


def prod(input, dim=None, *, keepdim=False, dtype=None, mask=None):
    """Product over `dim` of what is kept."""
    return _run("prod", input, mask, dtype, _dims(dim), keepdim)


def cumsum(input, dim, *, dtype=None, mask=None):
    """Running sum along `dim` of what is kept."""
    return _run("cumsum", input, mask, dtype, [dim])


def cumprod(input, dim, *, dtype=None, mask=None):
    """Running product along `dim` of what is kept."""
    return _run("cumprod", input, mask, dtype, [dim])


def amax(input, dim=None, *, keepdim=False, dtype=None, mask=None):
    """Largest elements over `dim` of what is kept."""
    return _run("amax", input, mask, dtype, _dims(dim), keepdim)


def amin(input, dim=None, *, keepdim=False, dtype=None, mask=None):
    """Smallest elements over `dim` of what is kept."""
    return _run("amin", input, mask, dtype, _dims(dim), keepdim)


def argmax(input, dim=None, *, keepdim=False, dtype=None, mask=None):
    """Index of the largest element of what is kept, in the dtype of the input (as in PyTorch) or in `dtype`."""
    return _run("argmax", input, mask, None, _dims(dim), keepdim).to(input.dtype if dtype is None else dtype)


def argmin(input, dim=None, *, keepdim=False, dtype=None, mask=None):
    """Index of the smallest element of what is kept, in the dtype of the input (as in PyTorch) or in `dtype`."""
    return _run("argmin", input, mask, None, _dims(dim), keepdim).to(input.dtype if dtype is None else dtype)


def mean(input, dim=None, *, keepdim=False, dtype=None, mask=None):
    """Mean over `dim` of what is kept; NaN where nothing is."""
    return _run("mean", input, mask, dtype, _dims(dim), keepdim)


def median(input, dim=-1, *, keepdim=False, dtype=None, mask=None):
    """Lower median along `dim` of what is kept; NaN where nothing is."""
    return _run("median", input, mask, dtype, [dim], keepdim)


def norm(input, ord=2.0, dim=None, *, keepdim=False, dtype=None, mask=None):
    """Norm over `dim` of what is kept."""
    return _run("norm", input, mask, dtype, _dims(dim), keepdim, 2.0 if ord is None else ord)


def _moment(name, input, dim, unbiased, correction, keepdim, dtype, mask):
    if unbiased is not None and correction is not None:
        raise AssertionError("Only one of unbiased and correction may be given")
    if correction is None:
        correction = 0.0 if unbiased is False else 1.0
    if dtype is None and not input.is_floating_point():
        dtype = _C.float32
    return _run(name, input, mask, dtype, _dims(dim), keepdim, correction)


def var(input, dim=None, unbiased=None, *, correction=None, keepdim=False, dtype=None, mask=None):
    """Variance over `dim` of what is kept; NaN where nothing is."""
    return _moment("var", input, dim, unbiased, correction, keepdim, dtype, mask)


def std(input, dim=None, unbiased=None, *, correction=None, keepdim=False, dtype=None, mask=None):
    """Standard deviation over `dim` of what is kept; NaN where nothing is."""
    return _moment("std", input, dim, unbiased, correction, keepdim, dtype, mask)


def softmax(input, dim, *, dtype=None, mask=None):
    """Softmax along `dim` of what is kept."""
    return _run("softmax", input, mask, dtype, [dim])


def log_softmax(input, dim, *, dtype=None, mask=None):
    """Logarithm of the softmax along `dim` of what is kept."""
    return _run("log_softmax", input, mask, dtype, [dim])


def softmin(input, dim, *, dtype=None, mask=None):
    """Softmax of the negative along `dim` of what is kept."""
    return _run("softmin", input, mask, dtype, [dim])


def normalize(input, ord, dim, *, eps=1e-12, dtype=None, mask=None):
    """What is kept divided by its norm along `dim`."""
    return _run("normalize", input, mask, dtype, [dim], False, ord, eps)


def logsumexp(input, dim=None, *, keepdim=False, dtype=None, mask=None):
    """Logarithm of the sum of exponentials over `dim` of what is kept."""
    return _run("logsumexp", input, mask, dtype, _dims(dim), keepdim)


def logaddexp(input, other, *, dtype=None, input_mask=None, other_mask=None):
    """Logarithm of the sum of two exponentials, of what is kept of each."""
    out = _C._masked_logaddexp(input, other, input_mask, other_mask)
    return out if dtype is None else out.to(dtype)
