"""Special functions under the names of `torch.special`."""

from . import _C
from ._C import Tensor
from ._elementwise import _tensor, polygamma

__all__ = ["polygamma"]


def _export(name, function):
    function.__name__ = name
    globals()[name] = function
    __all__.append(name)


def _unary(method):
    def function(input):
        return method(input)

    function.__doc__ = method.__doc__
    return function


def _binary(method, second):
    def function(input, *args, **kwargs):
        other = args[0] if args else kwargs.get(second)
        if not isinstance(input, Tensor) and isinstance(other, Tensor):
            input = _tensor(input, other)
        return method(input, *args, **kwargs)

    function.__doc__ = method.__doc__
    return function


# The lines of the table that only this module has.
_HIDDEN = ("igamma_slope", "log_ndtr_slope", "frexp_mantissa", "frexp_exponent")
for _method in dir(Tensor):
    _name = _method.removeprefix("_special_")
    if _name == _method or _name.endswith("_") or _name in _HIDDEN:
        continue
    _arguments = (getattr(Tensor, _method).__text_signature__ or "").count(",")
    _function = getattr(Tensor, _method)
    if _arguments:
        _function = _binary(_function, "n" if "polynomial" in _name else "other")
    else:
        _function = _unary(_function)
    _export(_name, _function)

# Those that tensors have as methods, under other names.
for _name, _method in {
    "digamma": "digamma", "psi": "digamma", "gammaln": "lgamma", "multigammaln": "mvlgamma", "erf": "erf", "erfc": "erfc",
    "erfinv": "erfinv", "exp2": "exp2", "expm1": "expm1", "expit": "sigmoid", "i0": "i0", "log1p": "log1p", "logit": "logit",
    "round": "round", "sinc": "sinc", "logsumexp": "logsumexp",
}.items():  # fmt: skip
    globals()[_name] = getattr(Tensor, _name if _name == _method else _method)
    __all__.append(_name)
for _name, _method in {"gammainc": "igamma", "gammaincc": "igammac", "xlogy": "xlogy"}.items():
    _export(_name, _binary(getattr(Tensor, _method), "other"))
del _name, _method, _arguments, _function


def softmax(input, dim, *, dtype=None):
    """Exponentials over their sum along `dim`."""
    return (input if dtype is None else input.to(dtype)).softmax(dim)


def log_softmax(input, dim, *, dtype=None):
    """Logarithms of the softmax along `dim`."""
    return (input if dtype is None else input.to(dtype)).log_softmax(dim)


__all__ += ["softmax", "log_softmax"]
