"""Looking at and into the recorded graph: nodes, hooks on several tensors, hooks on what is kept for the backward."""

import functools
import threading
import weakref

from .. import _C
from .._C import Node

__all__ = ["Node", "register_multi_grad_hook", "save_on_cpu", "saved_tensors_hooks"]


class saved_tensors_hooks:
    """In its block, operations keep `pack_hook(tensor)` for the backward, which `unpack_hook` turns into the tensor again."""

    def __init__(self, pack_hook, unpack_hook):
        self.pack_hook, self.unpack_hook = pack_hook, unpack_hook

    def __enter__(self):
        _C._begin_saved_tensors_hooks(self.pack_hook, self.unpack_hook)
        return self

    def __exit__(self, *exception):
        _C._end_saved_tensors_hooks()

    def __call__(self, function):
        @functools.wraps(function)
        def wrapper(*args, **kwargs):
            with type(self)(self.pack_hook, self.unpack_hook):
                return function(*args, **kwargs)

        return wrapper


class save_on_cpu(saved_tensors_hooks):
    """Keeps what is saved where it is: on the CPU."""

    def __init__(self, pin_memory=False, device_type="cuda"):
        super().__init__(lambda t: t, lambda t: t)


class _Handles:
    """Removes several hooks."""

    def __init__(self, handles):
        self.handles = handles

    def remove(self):
        for handle in self.handles:
            handle.remove()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.remove()


def register_multi_grad_hook(tensors, fn, *, mode="all"):
    """Calls `fn` once in each backward that computes gradients of `tensors`.

    With mode "all", `fn(grads)` gets one gradient per tensor, None for those that the pass did not reach; with "any",
    `fn(grad)` gets the first. Its answer is ignored.
    """
    if mode not in ("all", "any"):
        raise ValueError(f"Expects mode to be one of ('all', 'any') but got {mode}")
    # The hooks hold no tensor: a tensor that holds them would never be freed.
    tensors = tuple(tensors)
    count = len(tensors)
    local = threading.local()

    def hook_of(index):
        def hook(grad):
            # Whether the pass that this was begun for is still going on, its end tells: it is gone after a failure too.
            going_on, grads = getattr(local, "now", (None, None))
            if going_on is None or going_on() is None:
                grads = [None] * count

                def end():
                    local.now = (None, None)
                    if mode == "all":
                        fn(grads)

                local.now = (weakref.ref(end), grads)
                _C._at_end_of_pass(end)
                if mode == "any":
                    fn(grad)
            grads[index] = grad

        return hook

    return _Handles([t.register_hook(hook_of(i)) for i, t in enumerate(tensors)])
