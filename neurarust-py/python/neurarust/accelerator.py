"""The accelerator beside the CPU: there is none."""

__all__ = ["current_accelerator", "device_count", "is_available", "synchronize"]


def is_available():
    """False: tensors live on the CPU."""
    return False


def current_accelerator(check_available=False):
    """None: there is no accelerator."""
    return None


def device_count():
    """0: there are no accelerators."""
    return 0


def synchronize(device=None):
    """Raises: guard the call by `is_available()`."""
    raise RuntimeError("accelerator.synchronize: there is no accelerator; guard the call by accelerator.is_available()")
