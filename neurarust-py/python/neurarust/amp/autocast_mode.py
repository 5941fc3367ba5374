"""`autocast`: a region, or a function, whose matrix products and convolutions are computed in half precision."""

import functools
import threading
import warnings

from .. import _C

_HALVES = (_C.bfloat16, _C.float16)
_default = _C.bfloat16


def is_autocast_available(device_type):
    """Whether `autocast(device_type)` can do anything: only "cpu" can."""
    return device_type == "cpu"


class autocast:
    """In this block, or in calls of the function it decorates, products and convolutions of float32 are computed in `dtype`.

    Those are `matmul` and what is made of it (`mm`, `bmm`, `addmm`, `linear`, attention); `mv` and `dot` are not. Losses of
    `nn.functional` but `ctc_loss` are computed in float32, whatever comes in; everything else keeps the dtype of its inputs.
    Parameters stay as they are and get gradients in their own dtype. For another device than "cpu" it warns and does nothing.

    >>> with torch.autocast("cpu", dtype=torch.bfloat16):
    ...     loss = loss_function(model(x), target)
    >>> loss.backward()
    """

    def __init__(self, device_type, dtype=None, enabled=True, cache_enabled=None):
        if not isinstance(device_type, str):
            raise ValueError(f"autocast: expected device_type to be a str, got {type(device_type).__name__}")
        if enabled and not is_autocast_available(device_type):
            if device_type != "cuda":
                raise RuntimeError(f"autocast: device_type {device_type!r} is unknown; expected 'cpu'")
            warnings.warn(f"autocast: {device_type} is not available, so autocast is off; use device_type='cpu'", stacklevel=2)
            enabled = False
        self.device, self.fast_dtype = device_type, get_autocast_dtype(device_type) if dtype is None else dtype
        if enabled and self.fast_dtype not in _HALVES:
            warnings.warn(f"autocast: {self.fast_dtype} is no half precision, so autocast is off; use bfloat16 or float16", stacklevel=2)
            enabled = False
        # On another device nothing changes, not even a region around this one.
        self._enabled, self._applies = enabled, device_type == "cpu"
        # What was before is a matter of each thread; a stack, since one object may be entered again inside of itself.
        self._entered = threading.local()

    def __enter__(self):
        before = _C._autocast_dtype()
        if self._applies:
            _C._replace_autocast(self.fast_dtype if self._enabled else None)
        self._entered.__dict__.setdefault("before", []).append(before)
        return self

    def __exit__(self, *exception):
        _C._replace_autocast(self._entered.before.pop())
        return False

    def __call__(self, function):
        @functools.wraps(function)
        def wrapper(*args, **kwargs):
            with self:
                return function(*args, **kwargs)

        return wrapper


def is_autocast_enabled(device_type="cpu"):
    """Whether a region of `autocast` is open in this thread."""
    return device_type == "cpu" and _C._autocast_dtype() is not None


def get_autocast_dtype(device_type):
    """The dtype of `autocast(device_type)`: that of the open region, or the default."""
    if device_type == "cpu":
        return _C._autocast_dtype() or _default
    return _C.float16


def set_autocast_enabled(device_type, enabled):
    """Opens or closes a region without a block."""
    if device_type == "cpu":
        _C._replace_autocast(_default if enabled else None)


def set_autocast_dtype(device_type, dtype):
    """Changes the dtype of the open region, or without one the default of `autocast(device_type)`."""
    global _default
    if device_type == "cpu":
        if dtype not in _HALVES:
            raise TypeError(f"set_autocast_dtype: {dtype}; expected bfloat16 or float16")
        if _C._autocast_dtype() is None:
            _default = dtype
        else:
            _C._replace_autocast(dtype)


def custom_fwd(fwd=None, *, device_type, cast_inputs=None):
    """For the `forward` of an `autograd.Function`: runs it outside of autocast with its float arguments cast to `cast_inputs`."""
    if fwd is None:
        return functools.partial(custom_fwd, device_type=device_type, cast_inputs=cast_inputs)

    def cast(value):
        if isinstance(value, _C.Tensor) and value.is_floating_point() and value.dtype is not _C.float64:
            return value.to(cast_inputs)
        if isinstance(value, dict):
            return {cast(k): cast(v) for k, v in value.items()}
        if isinstance(value, (list, tuple)):
            return type(value)(map(cast, value))
        return value

    @functools.wraps(fwd)
    def wrapper(ctx, *args, **kwargs):
        ctx._autocast = _C._autocast_dtype()
        if cast_inputs is None or ctx._autocast is None or device_type != "cpu":
            return fwd(ctx, *args, **kwargs)
        ctx._autocast = None
        with autocast(device_type, enabled=False):
            return fwd(ctx, *map(cast, args), **{k: cast(v) for k, v in kwargs.items()})

    return wrapper


def custom_bwd(bwd=None, *, device_type):
    """For the `backward` of an `autograd.Function` with `custom_fwd`: runs it in the state that the forward ran in."""
    if bwd is None:
        return functools.partial(custom_bwd, device_type=device_type)

    @functools.wraps(bwd)
    def wrapper(ctx, *args, **kwargs):
        with autocast(device_type, dtype=ctx._autocast, enabled=ctx._autocast is not None):
            return bwd(ctx, *args, **kwargs)

    return wrapper
