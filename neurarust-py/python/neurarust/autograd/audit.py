"""Which parameters no gradient reaches, and where their path to the loss was cut."""

from collections import namedtuple

from .. import _C
from ..viz import named

Cut = namedtuple("Cut", ("why", "op", "line"))
Cut.__doc__ = "A place where a gradient's path ends: why ('detach', 'no_grad', 'not differentiable', …), the operation, the line."


class Audit:
    """What `audit` found: `reached` (a count), `unreached` (name → list of cuts), and a report as its text."""

    def __init__(self, reached, unreached, watched, text):
        self.reached = reached
        self.unreached = {name: [Cut(*cut) for cut in cuts] for name, cuts in unreached}
        self.watched = watched
        self._text = text

    def __bool__(self):
        """Whether gradients reach all of them."""
        return not self.unreached

    def __str__(self):
        return self._text

    __repr__ = __str__


class watch:
    """Notes, in its block, where operations were asked for and where gradients end, for `audit`.

    >>> with neurarust.autograd.watch():
    ...     loss = criterion(model(x), y)
    ...     print(neurarust.autograd.audit(loss, model))
    """

    def __enter__(self):
        _C._begin_watch()
        return self

    def __exit__(self, *exception):
        _C._end_watch()
        return False


def audit(loss, model):
    """Lists the trainable parameters that no gradient of `loss` reaches: before a backward, or after one.

    `model` is a module, a dict, or pairs of name and tensor. Inside of a `watch()` block that has seen the forward the
    report names the operation and line that cut each of them off.
    """
    return Audit(*_C._audit(loss, named(model)))
