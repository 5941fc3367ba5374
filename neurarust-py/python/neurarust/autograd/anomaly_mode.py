"""Anomaly mode: a failing gradient names the line of the forward, and NaN in a gradient is an error."""

from .. import _C

is_anomaly_enabled = _C.is_anomaly_enabled
is_anomaly_check_nan_enabled = _C.is_anomaly_check_nan_enabled


class set_detect_anomaly:
    """Turns anomaly mode on or off: at once, and for a block if used as one."""

    def __init__(self, mode, check_nan=True):
        self._before = is_anomaly_enabled(), is_anomaly_check_nan_enabled()
        _C._set_detect_anomaly(bool(mode), bool(check_nan))

    def __enter__(self):
        return None

    def __exit__(self, *exception):
        _C._set_detect_anomaly(*self._before)


class detect_anomaly:
    """Anomaly mode for a block.

    >>> with neurarust.autograd.detect_anomaly():
    ...     x.sqrt().sum().backward()
    """

    def __init__(self, check_nan=True):
        self.check_nan = bool(check_nan)
        self._before = []

    def __enter__(self):
        self._before.append((is_anomaly_enabled(), is_anomaly_check_nan_enabled()))
        _C._set_detect_anomaly(True, self.check_nan)

    def __exit__(self, *exception):
        _C._set_detect_anomaly(*self._before.pop())
