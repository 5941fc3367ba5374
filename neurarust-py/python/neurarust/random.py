"""The default generator, and a stretch of code that leaves it as it was."""

import contextlib

from . import _C
from ._C import default_generator, get_rng_state, initial_seed, manual_seed, seed, set_rng_state, use_torch_rng

__all__ = [
    "default_generator", "fork_rng", "get_rng_state", "initial_seed", "manual_seed", "seed", "set_rng_state", "use_torch_rng",
]


@contextlib.contextmanager
def fork_rng(devices=None, enabled=True, device_type="cpu"):
    """What is drawn inside leaves the default generator as it was; `devices` are of no matter on a CPU."""
    if not enabled:
        yield
        return
    state = _C.get_rng_state()
    try:
        yield
    finally:
        _C.set_rng_state(state)
