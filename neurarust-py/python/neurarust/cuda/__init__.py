"""What a script asks of a GPU before it uses one: there is none, and these say so, as PyTorch's do on a machine without one."""

from . import amp

__all__ = [
    "OutOfMemoryError", "amp", "current_device", "device_count", "empty_cache", "get_device_capability", "get_device_name",
    "get_device_properties", "is_available", "is_bf16_supported", "is_initialized", "ipc_collect", "manual_seed",
    "manual_seed_all", "max_memory_allocated", "max_memory_reserved", "memory_allocated", "memory_reserved",
    "reset_peak_memory_stats", "seed", "seed_all", "set_device", "synchronize",
]  # fmt: skip


class OutOfMemoryError(RuntimeError):
    """A GPU's memory is full: never raised here. Of the CPU's memory, `MemoryError` says so."""


def is_available():
    """False: tensors live on the CPU."""
    return False


def is_initialized():
    """False: there is no GPU."""
    return False


def is_bf16_supported(including_emulation=True):
    """False: there is no GPU."""
    return False


def device_count():
    """0: there are no GPUs."""
    return 0


def manual_seed(seed):
    """Does nothing without a GPU; `neurarust.manual_seed` seeds the CPU."""
    int(seed)


def manual_seed_all(seed):
    """Does nothing without a GPU; `neurarust.manual_seed` seeds the CPU."""
    int(seed)


def seed():
    """Does nothing without a GPU."""


def seed_all():
    """Does nothing without a GPU."""


def empty_cache():
    """Does nothing without a GPU."""


def ipc_collect():
    """Does nothing without a GPU."""


def memory_allocated(device=None):
    """0: no byte is on a GPU. `neurarust.memory_stats()` tells of the CPU's."""
    return 0


max_memory_allocated = memory_reserved = max_memory_reserved = memory_allocated


def reset_peak_memory_stats(device=None):
    """Does nothing without a GPU."""


def _absent(name):
    def refuse(*args, **kwargs):
        raise AssertionError(f"cuda.{name}: this build has no CUDA; guard the call by cuda.is_available()")

    refuse.__name__ = refuse.__qualname__ = name
    refuse.__doc__ = "Raises: there is no GPU. Guard the call by `is_available()`."
    return refuse


synchronize = _absent("synchronize")
set_device = _absent("set_device")
current_device = _absent("current_device")
get_device_name = _absent("get_device_name")
get_device_capability = _absent("get_device_capability")
get_device_properties = _absent("get_device_properties")
Event = _absent("Event")
Stream = _absent("Stream")
current_stream = _absent("current_stream")
FloatTensor = _absent("FloatTensor")
LongTensor = _absent("LongTensor")
