"""Counts the floating-point operations of matrix products and convolutions."""

from .. import _C


class FlopCounterMode:
    """Counts what this thread asks for inside of `with`: two operations for each multiplication and addition.

    >>> with FlopCounterMode(display=False) as counter:
    ...     y = neurarust.ones(3, 4) @ neurarust.ones(4, 5)
    >>> counter.get_total_flops()
    120
    """

    def __init__(self, mods=None, depth=2, display=True, custom_mapping=None):
        if custom_mapping:
            raise NotImplementedError("FlopCounterMode: the operations count themselves, custom_mapping has no place")
        self.display = display
        self._total = 0
        self._before = None

    def __enter__(self):
        _C._count_flops(True)
        self._total, self._before = 0, _C._flops()
        return self

    def __exit__(self, *exception):
        self._total, self._before = self.get_total_flops(), None
        _C._count_flops(False)
        if self.display:
            print(self.get_table())

    def get_total_flops(self):
        """The operations so far."""
        return self._total if self._before is None else _C._flops() - self._before

    def get_flop_counts(self):
        """The operations by module and kind: all of them under "Global". `neurarust.profiler` and `summary` know the modules."""
        return {"Global": {"total": self.get_total_flops()}}

    def get_table(self, depth=None):
        """The number as text."""
        return f"{self.get_total_flops():,} FLOP"
