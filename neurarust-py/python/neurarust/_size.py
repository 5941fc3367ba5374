"""Small tuple classes that the compiled part answers with."""

from collections import namedtuple
from functools import lru_cache


class Size(tuple):
    """The sizes of a tensor: a tuple that knows the number of elements."""

    __slots__ = ()

    def numel(self):
        """The number of elements."""
        n = 1
        for d in self:
            n *= d
        return n

    def __repr__(self):
        return f"neurarust.Size({list(self)})"

    def __getitem__(self, index):
        out = tuple.__getitem__(self, index)
        return Size(out) if isinstance(index, slice) else out

    def __add__(self, other):
        return Size(tuple.__add__(self, tuple(other)))


@lru_cache(maxsize=None)
def pair_class(name):
    """The class of `(values, indices)` that the operation `name` answers."""
    return namedtuple(name, ("values", "indices"))


aminmax_class = namedtuple("aminmax", ("min", "max"))
histogram_class = namedtuple("histogram", ("hist", "bin_edges"))
histogramdd_class = namedtuple("histogramdd", ("hist", "bin_edges"))
