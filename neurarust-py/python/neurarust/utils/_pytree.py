"""Nested tuples, lists and dicts of anything as a flat list and the shape to put it back."""

from collections import OrderedDict


class _Spec:
    """The shape of a nested value; `kind` is None for a leaf."""

    __slots__ = ("kind", "keys", "children")

    def __init__(self, kind, keys, children):
        self.kind, self.keys, self.children = kind, keys, children

    def __eq__(self, other):
        return isinstance(other, _Spec) and (self.kind, self.keys, self.children) == (other.kind, other.keys, other.children)

    def __repr__(self):
        return "*" if self.kind is None else f"{self.kind.__name__}({', '.join(map(repr, self.children))})"

    def build(self, parts):
        if issubclass(self.kind, dict):
            return self.kind(zip(self.keys, parts))
        return self.kind(*parts) if hasattr(self.kind, "_fields") else self.kind(parts)


_LEAF = _Spec(None, None, ())


def _split(tree):
    """The children of a nested value and their keys, or None for a leaf."""
    if isinstance(tree, tuple) and (type(tree) is tuple or hasattr(tree, "_fields")):
        return None, list(tree)
    if type(tree) is list:
        return None, tree
    if type(tree) in (dict, OrderedDict):
        return list(tree), list(tree.values())
    return None, None


def tree_flatten(tree):
    """`(leaves, spec)`: what is in nested containers as a list, and how it was nested."""
    keys, parts = _split(tree)
    if parts is None:
        return [tree], _LEAF
    leaves, children = [], []
    for part in parts:
        below, spec = tree_flatten(part)
        leaves += below
        children.append(spec)
    return leaves, _Spec(type(tree), keys, children)


def tree_unflatten(leaves, spec):
    """The nested value again."""
    leaves = iter(leaves)

    def build(spec):
        return next(leaves) if spec.kind is None else spec.build([build(child) for child in spec.children])

    return build(spec)


def tree_map(function, tree):
    """`function` of every leaf, in the same shape."""
    leaves, spec = tree_flatten(tree)
    return tree_unflatten([function(leaf) for leaf in leaves], spec)


def tree_leaves(tree):
    """All leaves."""
    return tree_flatten(tree)[0]


def broadcast_to(prefix, tree):
    """The leaves of `prefix`, a coarser value of the same shape, one for each leaf of `tree`; None if shapes differ."""
    keys, parts = _split(tree)
    if parts is None:
        return [prefix] if _split(prefix)[1] is None else None
    own_keys, own = _split(prefix)
    if own is None:
        return [prefix] * len(tree_leaves(tree))
    if type(prefix) is not type(tree) or len(own) != len(parts) or own_keys != keys:
        return None
    out = []
    for a, b in zip(own, parts):
        below = broadcast_to(a, b)
        if below is None:
            return None
        out += below
    return out
