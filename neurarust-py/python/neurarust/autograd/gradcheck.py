"""Gradients held against central differences."""

import warnings

from .. import _C
from .._modes import enable_grad, no_grad


class GradcheckError(RuntimeError):
    """A gradient differs from its central difference."""


def _tuple(x):
    return tuple(x) if isinstance(x, (tuple, list)) else (x,)


def gradcheck(
    func,
    inputs,
    *,
    eps=1e-6,
    atol=1e-5,
    rtol=1e-3,
    raise_exception=True,
    nondet_tol=0.0,
    check_undefined_grad=True,
    check_grad_dtypes=False,
    check_batched_grad=False,
    check_batched_forward_grad=False,
    check_forward_ad=False,
    check_backward_ad=True,
    fast_mode=False,
    masked=None,
):
    """Whether the gradients of `func(*inputs)` agree with central differences; inputs should be float64.

    Raises `GradcheckError` (a `RuntimeError`) that names the elements, or answers False without `raise_exception`. With
    `fast_mode` one random direction is checked instead of every element. Forward-mode checks have nothing of their own to
    check: products with the Jacobian are made of the same gradients.
    """
    inputs = _tuple(inputs)
    options = {
        "eps": eps,
        "atol": atol,
        "rtol": rtol,
        "nondet_tol": nondet_tol,
        "dtypes": check_grad_dtypes,
        "batched": check_batched_grad,
        "undefined": check_undefined_grad,
        "fast": fast_mode,
    }
    checked = [i for i, x in enumerate(inputs) if _C.is_tensor(x) and x.requires_grad]
    if not checked:
        raise ValueError("gradcheck expects at least one input tensor to require gradient, but none of the them have requires_grad=True.")
    for i in checked:
        if inputs[i].dtype != _C.float64:
            warnings.warn(f"Input #{i} requires gradient and is not a double precision floating point. This check will likely fail.", stacklevel=2)
    if not (check_backward_ad or check_forward_ad):
        raise AssertionError("Expected at least one of check_forward_ad and check_backward_ad to be True")
    try:
        _check(func, inputs, checked, options)
    except GradcheckError:
        if raise_exception:
            raise
        return False
    return True


def _floats(outputs):
    return [y for y in _tuple(outputs) if _C.is_tensor(y) and y.is_floating_point()]


def _analytic(y, xs, options):
    """Rows of the Jacobian: per element of `y`, one list (or None) per input."""
    rows = []
    for k in range(y.numel()):
        seed = _C.zeros(y.numel(), dtype=y.dtype)
        seed[k] = 1.0
        grads = _C.grad(y, xs, seed.reshape(y.shape), retain_graph=True, allow_unused=True)
        for x, g in zip(xs, grads):
            if options["dtypes"] and g is not None and g.dtype != x.dtype:
                raise GradcheckError(f"gradcheck: a gradient of {g.dtype} for an input of {x.dtype}")
        rows.append([None if g is None else g.detach().reshape(-1).tolist() for g in grads])
    return rows


def _check(func, inputs, checked, options):
    with enable_grad():
        outputs = _floats(func(*inputs))
    xs = [inputs[i] for i in checked]
    for o, y in enumerate(outputs):
        if not y.requires_grad:
            continue
        if options["fast"]:
            _check_direction(func, inputs, checked, o, y, options)
            continue
        analytic = _analytic(y, xs, options)
        _check_repeats(analytic, _analytic(y, xs, options), options["nondet_tol"])
        for column, i in enumerate(checked):
            _check_input(func, inputs, i, o, [row[column] for row in analytic], options)
        if options["batched"]:
            _check_batched(y, xs, options)
        if options["undefined"]:
            _check_zero(y, xs)


def _at(func, inputs, o, moved):
    """Output `o` with some inputs replaced."""
    with no_grad():
        args = [moved.get(n, a) for n, a in enumerate(inputs)]
        return _floats(func(*args))[o].detach()


def _check_input(func, inputs, i, o, rows, options):
    x, eps = inputs[i], options["eps"]
    flat = x.detach().reshape(-1)
    for j, value in enumerate(flat.tolist()):

        def at(v):
            moved = flat.clone()
            moved[j] = v
            return _at(func, inputs, o, {i: moved.reshape(x.shape)}).reshape(-1).tolist()

        for k, (high, low) in enumerate(zip(at(value + eps), at(value - eps))):
            numeric = (high - low) / (2 * eps)
            found = 0.0 if rows[k] is None else rows[k][j]
            if not abs(found - numeric) <= options["atol"] + options["rtol"] * abs(numeric):
                raise GradcheckError(f"gradcheck: d output {o}[{k}] / d input {i}[{j}] is {found}, central difference {numeric}")


def _pattern(t, phase):
    """Numbers around ±1, the same in every run."""
    return (_C.arange(t.numel(), dtype=t.dtype) * 2.399963 + phase).sin().reshape(t.shape) + 0.1


def _check_direction(func, inputs, checked, o, y, options):
    eps = options["eps"]
    v = _pattern(y.detach(), 0.7)
    directions = {i: _pattern(inputs[i].detach(), 0.3 + i) for i in checked}
    grads = _C.grad(y, [inputs[i] for i in checked], v, retain_graph=True, allow_unused=True)
    found = sum(float((g.detach() * directions[i]).sum()) for i, g in zip(checked, grads) if g is not None)

    def at(step):
        moved = {i: inputs[i].detach() + step * d for i, d in directions.items()}
        return float((_at(func, inputs, o, moved) * v).sum())

    numeric = (at(eps) - at(-eps)) / (2 * eps)
    if not abs(found - numeric) <= options["atol"] + options["rtol"] * abs(numeric):
        raise GradcheckError(f"gradcheck: output {o} changes by {found} in a direction, by its central difference {numeric}")


def _check_repeats(first, second, tolerance):
    for a, b in zip(first, second):
        for g, h in zip(a, b):
            if g is not None and any(abs(p - q) > tolerance for p, q in zip(g, h or g)):
                raise GradcheckError("gradcheck: Backward is not reentrant, i.e., running backward with same input and grad_output multiple times gives different values")


def _check_batched(y, xs, options):
    seeds = _C.stack([_pattern(y.detach(), phase) for phase in (0.1, 0.9)])
    together = _C.grad(y, xs, seeds, retain_graph=True, allow_unused=True, is_grads_batched=True)
    for n in range(2):
        alone = _C.grad(y, xs, seeds[n], retain_graph=True, allow_unused=True)
        for a, b in zip(together, alone):
            if (a is None) != (b is None) or (a is not None and not bool(((a[n] - b).abs() <= options["atol"]).all())):
                raise GradcheckError("gradcheck: batched gradients differ from those one by one")


def _check_zero(y, xs):
    for g in _C.grad(y, xs, _C.zeros_like(y.detach()), retain_graph=True, allow_unused=True):
        if g is not None and bool((g != 0).any()):
            raise GradcheckError("gradcheck: Expected backward of zero gradients to be zero")


def gradgradcheck(func, inputs, grad_outputs=None, *, gen_non_contig_grad_outputs=False, **options):
    """As `gradcheck`, for the gradients' own gradients, by the inputs and by the gradients that come in."""
    inputs = _tuple(inputs)
    checked = [i for i, x in enumerate(inputs) if _C.is_tensor(x) and x.requires_grad]
    with enable_grad():
        outputs = [y.detach() for y in _floats(func(*inputs)) if y.requires_grad]
    if grad_outputs is None:
        seeds = [_pattern(y, 1.1 + k) for k, y in enumerate(outputs)]
        if gen_non_contig_grad_outputs:
            seeds = [_C.stack([s, s], -1).select(-1, 0) for s in seeds]
        seeds = tuple(s.detach().requires_grad_() for s in seeds)
    else:
        seeds = _tuple(grad_outputs)
    n = len(inputs)

    def first(*args):
        with enable_grad():
            own, grads_in = list(args[:n]), list(args[n:])
            own = [a if k not in checked or a.requires_grad else a.detach().requires_grad_() for k, a in enumerate(own)]
            outputs = [y for y in _floats(func(*own)) if y.requires_grad]
            grads = _C.grad(outputs, [own[i] for i in checked], grads_in, create_graph=True, allow_unused=True)
            return tuple(g if g is not None else _C.zeros_like(own[i]) for g, i in zip(grads, checked))

    return gradcheck(first, inputs + seeds, **options)
