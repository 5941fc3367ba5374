"""Tensors that a module counts as its own."""

from .. import _C


class Parameter(_C.Tensor):
    """A tensor that a module trains: assigned to an attribute, it is among the module's parameters."""

    def __new__(cls, data=None, requires_grad=True):
        self = super().__new__(cls, data)
        if requires_grad:
            self.requires_grad_(True)
        return self

    def __init__(self, data=None, requires_grad=True):
        pass

    def __repr__(self):
        return f"Parameter containing:\n{super().__repr__()}"

    def __deepcopy__(self, memo):
        if id(self) in memo:
            return memo[id(self)]
        copy = type(self)(self.detach().clone(), self.requires_grad)
        if self.grad is not None:
            copy.grad = self.grad.detach().clone()
        memo[id(self)] = copy
        return copy

    def __reduce_ex__(self, protocol):
        return type(self), (self.detach(), self.requires_grad)


class Buffer(_C.Tensor):
    """A tensor that belongs to a module's state and isn't trained."""

    def __new__(cls, data=None, *, persistent=True):
        self = super().__new__(cls, data)
        self.persistent = persistent
        return self

    def __init__(self, data=None, *, persistent=True):
        pass
