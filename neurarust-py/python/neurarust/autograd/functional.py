"""Jacobians, Hessians and products with them, of functions of one tensor or of several in a tuple."""

from .. import _C
from .._modes import enable_grad

__all__ = ["hessian", "hvp", "jacobian", "jvp", "vhp", "vjp"]


def _tuple(x, what, op):
    several = isinstance(x, (tuple, list))
    out = tuple(x) if several else (x,)
    for i, t in enumerate(out):
        if not isinstance(t, _C.Tensor):
            raise TypeError(f"{op}: the {what} must be a Tensor or a tuple of Tensors, element {i} is {type(t)}")
    return out, several


def _own(inputs, create_graph):
    """Inputs of this differentiation's own; the outer graph goes on through them where it is wanted."""
    return tuple(x.view_as(x) if create_graph and x.requires_grad else x.detach().requires_grad_() for x in inputs)


def _run(func, inputs, create_graph, strict, op):
    inputs, several = _tuple(inputs, "inputs", op)
    xs = _own(inputs, create_graph)
    ys, several_out = _tuple(func(*xs), "outputs of the user-provided function", op)
    if strict:
        for i, y in enumerate(ys):
            if not y.requires_grad:
                raise RuntimeError(
                    f"Output {i} of the user-provided function does not require gradients. The outputs must be computed in a "
                    "differentiable manner from the input when running in strict mode."
                )
    return xs, several, ys, several_out


def _grads(ys, xs, seeds, create_graph, strict, what):
    pairs = [(y, s) for y, s in zip(ys, seeds) if y.requires_grad]
    if not pairs:
        found = [None] * len(xs)
    else:
        ys, seeds = zip(*pairs)
        found = _C.grad(list(ys), list(xs), list(seeds), retain_graph=True, create_graph=create_graph, allow_unused=True)
    out = []
    for i, (g, x) in enumerate(zip(found, xs)):
        if g is None and strict:
            raise RuntimeError(f"{what} is independent of input {i}. This is not allowed in strict mode.")
        if g is not None and strict and create_graph and not g.requires_grad:
            raise RuntimeError(f"The gradient of {what.lower()} is independent of input {i}. This is not allowed in strict mode when create_graph=True.")
        out.append(_C.zeros_like(x.detach()) if g is None else g)
    return tuple(out)


def _out(parts, create_graph, several):
    parts = parts if create_graph else tuple(p.detach() for p in parts)
    return parts if several else parts[0]


def _vectors(v, like, what, op):
    """`v`, or ones for a single number."""
    if v is None:
        if len(like) != 1 or like[0].numel() != 1:
            raise RuntimeError(f"{op}: v may be left out only if {what} is one Tensor of one element")
        return (_C.ones_like(like[0].detach()),)
    v, _ = _tuple(v, "v", op)
    if len(v) != len(like):
        raise RuntimeError(f"{op}: v has {len(v)} elements, {what} {len(like)}")
    for i, (a, b) in enumerate(zip(v, like)):
        if tuple(a.shape) != tuple(b.shape):
            raise RuntimeError(f"{op}: v[{i}] has shape {tuple(a.shape)}, expected {tuple(b.shape)}")
    return v


def jacobian(func, inputs, create_graph=False, strict=False, vectorize=False, strategy="reverse-mode"):
    """The derivatives of `func`: for outputs (m…) and inputs (n…), tensors (m…, n…), nested as outputs, then inputs."""
    if strategy not in ("reverse-mode", "forward-mode"):
        raise ValueError(f"jacobian: expected strategy 'forward-mode' or 'reverse-mode', got {strategy}")
    with enable_grad():
        xs, several, ys, several_out = _run(func, inputs, create_graph, strict, "jacobian")
        blocks = []
        for i, y in enumerate(ys):
            rows = []
            for k in range(y.numel()):
                seed = _C.zeros(y.numel(), dtype=y.dtype)
                seed[k] = 1
                what = f"Output {i} of the user-provided function"
                rows.append(_grads((y,), xs, (seed.reshape(y.shape),), create_graph, strict, what))
            block = []
            for j, x in enumerate(xs):
                shape = tuple(y.shape) + tuple(x.shape)
                block.append(_C.stack([row[j] for row in rows]).reshape(shape) if rows else _C.zeros(shape, dtype=x.dtype))
            blocks.append(_out(tuple(block), create_graph, several))
    return tuple(blocks) if several_out else blocks[0]


def hessian(func, inputs, create_graph=False, strict=False, vectorize=False, outer_jacobian_strategy="reverse-mode"):
    """The second derivatives of a function that answers one number, nested as inputs, then inputs."""
    _, several = _tuple(inputs, "inputs", "hessian")

    def slopes(*xs):
        ys, _ = _tuple(func(*xs), "outputs of the user-provided function", "hessian")
        _one_number(ys, "hessian")
        if strict and not ys[0].requires_grad:
            raise RuntimeError("hessian: the output does not require gradients, which strict mode refuses")
        grads = _grads(ys, xs, (_C.ones_like(ys[0].detach()),), True, strict and not create_graph, "The output")
        return grads if several else grads[0]

    return jacobian(slopes, inputs, create_graph, strict)


def _one_number(ys, op):
    if len(ys) != 1:
        raise RuntimeError(f"{op}: the function must answer a single Tensor, got {len(ys)}")
    if ys[0].numel() != 1:
        raise RuntimeError(f"{op}: the Tensor returned by the function should contain a single element, it has shape {tuple(ys[0].shape)}")


def vjp(func, inputs, v=None, create_graph=False, strict=False):
    """`(func(*inputs), vᵀ J)`."""
    with enable_grad():
        xs, several, ys, several_out = _run(func, inputs, create_graph, strict, "vjp")
        v = _vectors(v, ys, "the output", "vjp")
        products = _grads(ys, xs, v, create_graph, strict, "The output of the user-provided function")
    return _out(ys, create_graph, several_out), _out(products, create_graph, several)


def jvp(func, inputs, v=None, create_graph=False, strict=False):
    """`(func(*inputs), J v)`, by differentiating `uᵀ J` by the dummy `u`: two backward passes, no Jacobian."""
    with enable_grad():
        xs, several, ys, several_out = _run(func, inputs, create_graph, strict, "jvp")
        v = _vectors(v, xs, "the input", "jvp")
        dummies = tuple(_C.zeros_like(y.detach()).requires_grad_() for y in ys)
        linear = _grads(ys, xs, dummies, True, strict, "The output of the user-provided function")
        products = _grads(linear, dummies, v, create_graph, strict, "The jacobian of the user-provided function")
    return _out(ys, create_graph, several_out), _out(products, create_graph, several_out)


def vhp(func, inputs, v=None, create_graph=False, strict=False):
    """`(func(*inputs), vᵀ H)`, for a function that answers one number."""
    with enable_grad():
        xs, several, ys, _ = _run(func, inputs, create_graph, strict, "vhp")
        _one_number(ys, "vhp")
        v = _vectors(v, xs, "the input", "vhp")
        slopes = _grads(ys, xs, (_C.ones_like(ys[0].detach()),), True, strict, "The output of the user-provided function")
        products = _grads(slopes, xs, v, create_graph, strict, "The gradient of the user-provided function")
    return _out(ys, create_graph, False), _out(products, create_graph, several)


def hvp(func, inputs, v=None, create_graph=False, strict=False):
    """`(func(*inputs), H v)`, for a function that answers one number; the Hessian is symmetric, so it is `vhp`."""
    return vhp(func, inputs, v, create_graph, strict)
