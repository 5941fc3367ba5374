"""Jacobians and products with them, of functions of tensors."""

from .. import _C


def _tuple(x):
    return (tuple(x), True) if isinstance(x, (tuple, list)) else ((x,), False)


def jacobian(func, inputs, create_graph=False):
    """The derivative of `func(*inputs)`: for an output of shape (m…) and an input of shape (n…), a tensor (m…, n…)."""
    inputs, several = _tuple(inputs)
    leaves = tuple(x if create_graph and x.requires_grad else x.detach().requires_grad_() for x in inputs)
    output = func(*leaves)
    rows = [[] for _ in leaves]
    for k in range(output.numel()):
        seed = _C.zeros_like(output.detach())
        seed.view(-1)[k] = 1.0
        grads = _C.grad(output, list(leaves), seed, retain_graph=True, create_graph=create_graph, allow_unused=True)
        for row, g, x in zip(rows, grads, leaves):
            row.append(_C.zeros_like(x) if g is None else g)
    out = tuple(
        _C.stack(row).reshape(tuple(output.shape) + tuple(x.shape)) if row else _C.zeros(tuple(output.shape) + tuple(x.shape))
        for row, x in zip(rows, leaves)
    )
    return out if several else out[0]


def vjp(func, inputs, v=None, create_graph=False):
    """`(func(*inputs), vᵀ J)`."""
    inputs, several = _tuple(inputs)
    leaves = tuple(x if create_graph and x.requires_grad else x.detach().requires_grad_() for x in inputs)
    output = func(*leaves)
    grads = _C.grad(output, list(leaves), v, create_graph=create_graph, allow_unused=True, materialize_grads=True)
    return output, grads if several else grads[0]


def hessian(func, inputs, create_graph=False):
    """The second derivative of a function that answers one number."""
    if isinstance(inputs, (tuple, list)):
        raise TypeError("hessian: expected one tensor")
    leaf = inputs.detach().requires_grad_()
    (first,) = _C.grad(func(leaf), leaf, create_graph=True)
    rows = []
    for k in range(first.numel()):
        (g,) = _C.grad(first.reshape(-1)[k], leaf, retain_graph=True, create_graph=create_graph, allow_unused=True, materialize_grads=True)
        rows.append(g)
    return _C.stack(rows).reshape(tuple(leaf.shape) * 2)
