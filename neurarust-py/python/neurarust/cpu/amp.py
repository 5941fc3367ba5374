"""Mixed precision on the CPU."""

from ..amp._device import of

__all__ = ["GradScaler", "autocast", "custom_bwd", "custom_fwd"]

autocast, GradScaler, custom_bwd, custom_fwd = of("cpu")
