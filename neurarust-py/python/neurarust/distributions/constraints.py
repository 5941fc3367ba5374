"""What values a parameter or a sample may have: `constraint.check(value)` is a mask over the batch."""

from .. import _C


class Constraint:
    """A condition on values; `event_dim` trailing dimensions are judged together."""

    def __init__(self, text, check, event_dim=0, is_discrete=False):
        self._text, self.check, self.event_dim, self.is_discrete = text, check, event_dim, is_discrete

    def __repr__(self):
        return self._text


def _all_last(mask):
    return mask.all(-1)


real = Constraint("real", lambda v: v == v)
positive = Constraint("greater than 0", lambda v: v > 0)
nonnegative = Constraint("0 or more", lambda v: v >= 0)
unit_interval = Constraint("from 0 to 1", lambda v: (v >= 0) & (v <= 1))
boolean = Constraint("0 or 1", lambda v: (v == 0) | (v == 1), is_discrete=True)
nonnegative_integer = Constraint("an integer of 0 or more", lambda v: (v >= 0) & (v % 1 == 0), is_discrete=True)
real_vector = Constraint("real vectors", lambda v: _all_last(v == v), 1)
simplex = Constraint("0 or more, and 1 in sum", lambda v: _all_last(v >= 0) & ((v.sum(-1) - 1).abs() < 1e-6), 1)
one_hot = Constraint("one 1 among zeros", lambda v: _all_last((v == 0) | (v == 1)) & (v.sum(-1) == 1), 1, True)
positive_vector = Constraint("greater than 0", lambda v: _all_last(v > 0), 1)
lower_cholesky = Constraint(
    "lower triangular with a positive diagonal",
    lambda v: (v.tril() == v).all(-1).all(-1) & (v.diagonal(0, -2, -1) > 0).all(-1), 2,
)
positive_definite = Constraint("symmetric and positive definite", lambda v: (v - v.transpose(-2, -1)).abs().amax((-2, -1)) < 1e-6, 2)


def interval(low, high):
    """From `low` to `high`, both included."""
    return Constraint(f"from {low} to {high}", lambda v: (v >= low) & (v <= high))


def integer_interval(low, high):
    """The integers from `low` to `high`, both included."""
    return Constraint(f"an integer from {low} to {high}", lambda v: (v >= low) & (v <= high) & (v % 1 == 0), is_discrete=True)


def independent(base, event_dim):
    """`base`, judged over `event_dim` more trailing dimensions."""

    def check(value):
        mask = base.check(value)
        for _ in range(event_dim):
            mask = mask.all(-1)
        return mask

    return Constraint(repr(base), check, base.event_dim + event_dim, base.is_discrete)
