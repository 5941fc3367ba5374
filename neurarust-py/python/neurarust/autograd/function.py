"""Operations with a gradient of the user's own."""

import functools

from .. import _C
from .._modes import no_grad


class FunctionCtx:
    """What a function's forward leaves for its backward."""

    def __init__(self):
        self._to_save = None
        self._present = ()
        self._saved = None
        self._constants = None
        self._dirty = None
        self._materialize = True
        self.needs_input_grad = ()

    def save_for_backward(self, *tensors):
        """Keeps tensors (or None) for the backward. An in-place change in between is an error there."""
        self._to_save = tensors

    @property
    def saved_tensors(self):
        """What `save_for_backward` was given."""
        if self._saved is not None:
            return self._saved
        if self._to_save is not None:
            return self._to_save
        if not self._present:
            return ()
        raise RuntimeError("saved tensors are there during the backward only")

    def mark_non_differentiable(self, *outputs):
        """Declares outputs that no gradient flows through."""
        self._constants = outputs

    def save_for_forward(self, *tensors):
        """Accepted for compatibility: forward-mode differentiation reads nothing."""

    def mark_dirty(self, *inputs):
        """Declares inputs that the forward has changed in place; they must be returned as outputs too."""
        self._dirty = inputs

    def set_materialize_grads(self, value):
        """Whether gradients that are zero reach the backward as tensors of zeros (as they do), or as None."""
        self._materialize = bool(value)


class Function:
    """An operation whose forward and backward the user writes, as static methods.

    >>> class Exp(neurarust.autograd.Function):
    ...     @staticmethod
    ...     def forward(ctx, x):
    ...         y = x.exp()
    ...         ctx.save_for_backward(y)
    ...         return y
    ...     @staticmethod
    ...     def backward(ctx, grad):
    ...         (y,) = ctx.saved_tensors
    ...         return grad * y
    >>> Exp.apply(neurarust.tensor(0., requires_grad=True)).item()
    1.0
    """

    @staticmethod
    def forward(ctx, *args):
        """Computes the outputs; nothing is recorded inside."""
        raise NotImplementedError("a Function needs a static method forward(ctx, ...)")

    @staticmethod
    def backward(ctx, *grads):
        """Answers one gradient per argument of `forward`; None for those without."""
        raise NotImplementedError("a Function needs a static method backward(ctx, ...)")

    setup_context = None

    def __init__(self, *args, **kwargs):
        raise RuntimeError(f"{type(self).__name__}: a Function is applied, not made; use {type(self).__name__}.apply(...)")

    @classmethod
    def apply(cls, *args):
        """Runs the forward and records the backward."""
        if cls.setup_context is not None:
            return _C._apply_function(_WithSetup(cls), FunctionCtx(), args)
        return _C._apply_function(cls, FunctionCtx(), args)


class _WithSetup:
    """A function whose forward takes no context, and whose `setup_context` fills it."""

    def __init__(self, cls):
        self.cls = cls
        self.__name__ = cls.__name__

    def forward(self, ctx, *args):
        output = self.cls.forward(*args)
        self.cls.setup_context(ctx, args, output)
        return output

    def backward(self, ctx, *grads):
        return self.cls.backward(ctx, *grads)


class _Once(Function):
    """Passes a gradient on, and refuses to be differentiated."""

    @staticmethod
    def forward(ctx, grad, *inputs):
        return grad.detach()

    @staticmethod
    def backward(ctx, *grads):
        raise RuntimeError("trying to differentiate twice a function that was marked with @once_differentiable")


def once_differentiable(backward):
    """A `backward` whose own operations are not recorded: differentiating it again is an error, not a wrong answer."""

    @functools.wraps(backward)
    def wrapper(ctx, *grads):
        with no_grad():
            answer = backward(ctx, *grads)
        # What it was computed from, as far as anyone can know: the gradients and what was saved.
        inputs = [t for t in (*grads, *ctx.saved_tensors) if isinstance(t, _C.Tensor) and t.requires_grad]
        if not _C.is_grad_enabled() or not inputs:
            return answer

        def guarded(g):
            return _Once.apply(g, *inputs) if isinstance(g, _C.Tensor) and g.is_floating_point() else g

        return tuple(map(guarded, answer)) if isinstance(answer, tuple) else guarded(answer)

    return wrapper
