"""`autocast` and `GradScaler` for the CPU."""

from .. import amp as _amp


class autocast(_amp.autocast):
    """`neurarust.amp.autocast("cpu", …)`."""

    def __init__(self, enabled=True, dtype=None, cache_enabled=True):
        super().__init__("cpu", dtype=dtype, enabled=enabled, cache_enabled=cache_enabled)


class GradScaler(_amp.GradScaler):
    """`neurarust.amp.GradScaler("cpu", …)`."""

    def __init__(self, init_scale=65536.0, growth_factor=2.0, backoff_factor=0.5, growth_interval=2000, enabled=True):
        super().__init__("cpu", init_scale, growth_factor, backoff_factor, growth_interval, enabled)
