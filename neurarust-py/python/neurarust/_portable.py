"""Names of PyTorch that a script needs to run here unchanged, though there is nothing for them to do."""

import builtins
import functools

__all__ = [
    "are_deterministic_algorithms_enabled", "compile", "get_deterministic_debug_mode", "get_float32_matmul_precision",
    "is_deterministic_algorithms_warn_only_enabled", "set_deterministic_debug_mode", "set_float32_matmul_precision",
    "use_deterministic_algorithms",
]

_deterministic = [False, False]
_precision = ["highest"]


def compile(model=None, *, fullgraph=False, dynamic=None, backend="inductor", mode=None, options=None, disable=False):
    """Answers `model`, a module or function, as it is: operations run when they are called, and there is no compiler.

    >>> model = torch.compile(model)
    """
    if model is None:
        return functools.partial(
            compile, fullgraph=fullgraph, dynamic=dynamic, backend=backend, mode=mode, options=options, disable=disable
        )
    if mode is not None and options is not None:
        raise RuntimeError("compile: either mode or options can be given, not both")
    if not builtins.callable(model):
        raise TypeError(f"compile: expected a module or a function, got {type(model).__name__}")
    return model


def use_deterministic_algorithms(mode, *, warn_only=False):
    """Remembers the wish. Every operation gives the same bits each time, on any number of threads, with it or without."""
    _deterministic[:] = [bool(mode), bool(warn_only)]


def are_deterministic_algorithms_enabled():
    """What `use_deterministic_algorithms` was told."""
    return _deterministic[0]


def is_deterministic_algorithms_warn_only_enabled():
    """What `use_deterministic_algorithms` was told as `warn_only`."""
    return _deterministic[1]


def set_deterministic_debug_mode(debug_mode):
    """0 or "default", 1 or "warn", 2 or "error", as `use_deterministic_algorithms`."""
    names = {"default": 0, "warn": 1, "error": 2}
    mode = names.get(debug_mode, debug_mode)
    if mode not in (0, 1, 2):
        raise RuntimeError(f"set_deterministic_debug_mode: {debug_mode!r}; expected one of {list(names)} or 0, 1, 2")
    _deterministic[:] = [mode > 0, mode == 1]


def get_deterministic_debug_mode():
    """0, 1 or 2: see `set_deterministic_debug_mode`."""
    return 0 if not _deterministic[0] else 1 if _deterministic[1] else 2


def set_float32_matmul_precision(precision):
    """Remembers "highest", "high" or "medium". Products of float32 are always computed in float32."""
    if precision not in ("highest", "high", "medium"):
        raise RuntimeError(f"set_float32_matmul_precision: {precision!r}; expected 'highest', 'high' or 'medium'")
    _precision[0] = precision


def get_float32_matmul_precision():
    """What `set_float32_matmul_precision` was told."""
    return _precision[0]
