"""Mixed precision as scripts for a GPU ask for it: without one, these warn and do nothing."""

from ..amp._device import of

__all__ = ["GradScaler", "autocast", "custom_bwd", "custom_fwd"]

autocast, GradScaler, custom_bwd, custom_fwd = of("cuda")
