"""Gradients held against central differences."""

from .. import _C
from .._modes import enable_grad, no_grad


class GradcheckError(RuntimeError):
    """A gradient differs from its central difference."""


def _tuple(x):
    return tuple(x) if isinstance(x, (tuple, list)) else (x,)


def gradcheck(func, inputs, *, eps=1e-6, atol=1e-5, rtol=1e-3, raise_exception=True, **ignored):
    """Whether the gradients of `func(*inputs)` agree with central differences; inputs should be float64.

    Raises `GradcheckError` (a `RuntimeError`) that names the elements, or answers False without `raise_exception`.
    """
    inputs = _tuple(inputs)
    try:
        _check(func, inputs, eps, atol, rtol)
    except GradcheckError:
        if raise_exception:
            raise
        return False
    return True


def _check(func, inputs, eps, atol, rtol):
    checked = [i for i, x in enumerate(inputs) if _C.is_tensor(x) and x.requires_grad]
    if not checked:
        raise ValueError("gradcheck: no input requires a gradient")
    with enable_grad():
        outputs = [y for y in _tuple(func(*inputs)) if _C.is_tensor(y) and y.is_floating_point()]
    for o, y in enumerate(outputs):
        if not y.requires_grad:
            continue
        analytic = []
        for k in range(y.numel()):
            seed = _C.zeros_like(y)
            seed.view(-1)[k] = 1.0
            grads = _C.grad(y, [inputs[i] for i in checked], seed, retain_graph=True, allow_unused=True)
            analytic.append([None if g is None else g.reshape(-1).tolist() for g in grads])
        for column, i in enumerate(checked):
            x = inputs[i]
            flat = x.detach().reshape(-1)
            values = flat.tolist()
            for j, value in enumerate(values):
                with no_grad():
                    def at(v):
                        moved = flat.clone()
                        moved[j] = v
                        args = [moved.reshape(x.shape) if n == i else a for n, a in enumerate(inputs)]
                        parts = [t for t in _tuple(func(*args)) if _C.is_tensor(t) and t.is_floating_point()]
                        return parts[o].reshape(-1).tolist()

                    high, low = at(value + eps), at(value - eps)
                for k, (h, l) in enumerate(zip(high, low)):
                    numeric = (h - l) / (2 * eps)
                    g = analytic[k][column]
                    found = 0.0 if g is None else g[j]
                    if not abs(found - numeric) <= atol + rtol * abs(numeric):
                        raise GradcheckError(
                            f"gradcheck: d output {o}[{k}] / d input {i}[{j}] is {found}, central difference {numeric}"
                        )


def gradgradcheck(func, inputs, grad_outputs=None, **options):
    """As `gradcheck`, for the gradients' own gradients."""
    inputs = _tuple(inputs)
    checked = [i for i, x in enumerate(inputs) if _C.is_tensor(x) and x.requires_grad]

    def first(*args):
        with enable_grad():
            args = [a if n not in checked or a.requires_grad else a.detach().requires_grad_() for n, a in enumerate(args)]
            outputs = [y for y in _tuple(func(*args)) if _C.is_tensor(y) and y.requires_grad]
            seeds = [_C.ones_like(y) for y in outputs] if grad_outputs is None else list(_tuple(grad_outputs))
            grads = _C.grad(outputs, [args[i] for i in checked], seeds, create_graph=True, allow_unused=True)
            return tuple(g if g is not None else _C.zeros_like(args[i]) for g, i in zip(grads, checked))

    return gradcheck(first, inputs, **options)
