"""Memory for time: the forward keeps only its inputs, and is run again when the backward needs what it would have kept."""

import contextlib

from .. import _C

_DEFAULT = "default"


def checkpoint(function, *args, use_reentrant=None, context_fn=None, determinism_check=_DEFAULT, debug=False, early_stop=True, preserve_rng_state=True, **kwargs):
    """Runs `function(*args, **kwargs)` without keeping what its gradient needs; the backward runs it again.

    One way serves both values of `use_reentrant`: gradients reach arguments, keyword arguments and everything the function
    closes over, `autograd.grad` and higher derivatives work. The function must do the same each time; random numbers are
    the same unless `preserve_rng_state` is off.

    >>> x = neurarust.tensor(2., requires_grad=True)
    >>> neurarust.utils.checkpoint.checkpoint(lambda x: x.exp().sin(), x, use_reentrant=False).backward()
    """
    if not callable(function):
        raise TypeError(f"checkpoint: expected a function, got {type(function).__name__}")
    if determinism_check not in (_DEFAULT, "none"):
        raise ValueError(f"checkpoint: determinism_check should be one of ['default', 'none'], got {determinism_check}")
    if context_fn is not None:
        if use_reentrant:
            raise ValueError("Passing `context_fn` or `debug` is only supported when use_reentrant=False.")
        forward, again = context_fn()
        contexts = iter([forward])
        inner = function

        def function(*args, **kwargs):
            with next(contexts, again) or contextlib.nullcontext():
                return inner(*args, **kwargs)

    return _C._checkpoint(function, args, kwargs, bool(preserve_rng_state))


def checkpoint_sequential(functions, segments, input, use_reentrant=None, **kwargs):
    """Runs `functions` (a list, or an `nn.Sequential`) one after the other, in `segments` checkpoints; the last is run as ever."""
    preserve = kwargs.pop("preserve_rng_state", True)
    if kwargs:
        raise ValueError("Unexpected keyword arguments: " + ",".join(kwargs))
    functions = list(functions.children()) if hasattr(functions, "children") else list(functions)
    if not 1 <= segments <= len(functions):
        raise ValueError(f"checkpoint_sequential: {segments} segments of {len(functions)} functions")

    def run(part):
        def forward(x):
            for f in part:
                x = f(x)
            return x

        return forward

    size = len(functions) // segments
    for k in range(segments - 1):
        part = functions[k * size : (k + 1) * size]
        input = checkpoint(run(part), input, use_reentrant=use_reentrant, preserve_rng_state=preserve)
    return run(functions[(segments - 1) * size :])(input)


@contextlib.contextmanager
def set_checkpoint_early_stop(enable):
    """Accepted for compatibility: a second run always runs to its end."""
    yield
