"""`autocast` and `GradScaler` of one device, as `neurarust.<device>.amp` has them."""

import functools

from .autocast_mode import autocast, custom_bwd, custom_fwd
from .grad_scaler import GradScaler


def of(device):
    """The names of `neurarust.<device>.amp`: those of `neurarust.amp` without the argument that names the device."""

    class _autocast(autocast):
        def __init__(self, enabled=True, dtype=None, cache_enabled=True):
            super().__init__(device, dtype=dtype, enabled=enabled, cache_enabled=cache_enabled)

    class _GradScaler(GradScaler):
        def __init__(self, init_scale=65536.0, growth_factor=2.0, backoff_factor=0.5, growth_interval=2000, enabled=True):
            super().__init__(device, init_scale, growth_factor, backoff_factor, growth_interval, enabled)

    for cls, base in ((_autocast, autocast), (_GradScaler, GradScaler)):
        cls.__name__ = cls.__qualname__ = base.__name__
        cls.__module__, cls.__doc__ = f"neurarust.{device}.amp", f"`neurarust.amp.{base.__name__}({device!r}, …)`."
    forward = functools.partial(custom_fwd, device_type=device)
    return _autocast, _GradScaler, functools.partial(custom_bwd, device_type=device), forward
