"""The device that tensors live on."""

from . import amp

__all__ = ["amp", "current_device", "device_count", "is_available", "synchronize"]


def is_available():
    """True: there is always a CPU."""
    return True


def device_count():
    """1: all processors count as one device."""
    return 1


def current_device():
    """The name of the only device, "cpu"."""
    return "cpu"


def synchronize(device=None):
    """Returns at once: an operation is done when it returns."""
