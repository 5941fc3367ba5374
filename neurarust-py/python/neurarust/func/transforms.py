"""Derivatives of functions, as functions.

Each transform differentiates by tensors of its own: detached where nobody outside asks for gradients, views where someone
does. So transforms nest, and a result is recorded only if something outside of the transform can be differentiated by.
"""

import functools

from .. import _C
from .._modes import enable_grad
from ..utils._pytree import tree_flatten, tree_map, tree_unflatten


def _is_tensor(x):
    return isinstance(x, _C.Tensor)


class _Level:
    """One differentiation: its own inputs, and whether its results matter to someone outside."""

    def __init__(self, op, tree):
        self.outer = _C.is_grad_enabled()
        self.leaves, self.spec = tree_flatten(tree)
        for x in self.leaves:
            if not _is_tensor(x):
                raise ValueError(f"{op}: expected Tensors to differentiate by, got {type(x)}")
        with enable_grad():
            self.own = [self._own(x) for x in self.leaves]
        self.tree = tree_unflatten(self.own, self.spec)
        self.through = self.outer and any(x.requires_grad for x in self.leaves)

    def _own(self, x):
        return x.view_as(x) if self.outer and x.requires_grad else x.detach().requires_grad_()

    def matters(self, *tensors):
        """Whether derivatives of `tensors` have to be recorded."""
        tensors = [t for t in tensors if _is_tensor(t)]
        return self.through or (self.outer and _C._depends_beyond(tensors, self.own))

    def out(self, tree, matters):
        """A result as outsiders may see it."""
        return tree if matters else tree_map(lambda t: t.detach() if _is_tensor(t) else t, tree)

    def grads(self, outputs, seeds, create_graph, by=None):
        """Gradients by its own inputs (or `by`), zeros where there are none."""
        by = self.own if by is None else by
        pairs = [(y, s) for y, s in zip(outputs, seeds) if y.requires_grad]
        if not pairs:
            return [_C.zeros_like(x.detach()) for x in by]
        ys, seeds = zip(*pairs)
        return list(_C.grad(list(ys), list(by), list(seeds), retain_graph=True, create_graph=create_graph, allow_unused=True, materialize_grads=True))


def _positions(argnums, args, op):
    numbers = (argnums,) if isinstance(argnums, int) else tuple(argnums)
    if not numbers:
        raise ValueError(f"{op}: argnums must be non-empty")
    out = []
    for k in numbers:
        if not isinstance(k, int):
            raise RuntimeError(f"{op}: argnums must be int or Tuple[int, ...], got {argnums}")
        if not -len(args) <= k < len(args):
            raise RuntimeError(f"{op}: argnum {k} for a function called with {len(args)} positional arguments")
        out.append(k % len(args))
    if len(set(out)) != len(out):
        raise ValueError(f"{op}: argnums {argnums} name an argument twice")
    return out


def _call(func, args, kwargs, argnums, op):
    """A level over the arguments `argnums`, and what `func` answers there."""
    places = _positions(argnums, args, op)
    chosen = args[places[0]] if isinstance(argnums, int) else tuple(args[k] for k in places)
    level = _Level(op, chosen)
    new = list(args)
    for k, x in zip(places, (level.tree,) if isinstance(argnums, int) else level.tree):
        new[k] = x
    with enable_grad():
        return level, func(*new, **kwargs)


def _split_aux(output, has_aux, op):
    if not has_aux:
        return output, None
    if not isinstance(output, tuple) or len(output) != 2:
        raise RuntimeError(f"{op}: output of function f should be a tuple: (output, aux) if has_aux is True")
    return output


def _tensors(tree, op):
    leaves, spec = tree_flatten(tree)
    for y in leaves:
        if not _is_tensor(y):
            raise RuntimeError(f"{op}: expected f to return only Tensors, got unsupported type {type(y)}")
    return leaves, spec


def grad_and_value(func, argnums=0, has_aux=False):
    """A function that answers `(gradient, value)` of a function of one number; with `has_aux`, `(gradient, (value, aux))`."""

    @functools.wraps(func)
    def wrapper(*args, **kwargs):
        op = "grad_and_value"
        level, output = _call(func, args, kwargs, argnums, op)
        output, aux = _split_aux(output, has_aux, op)
        if not _is_tensor(output):
            raise RuntimeError(f"grad_and_value(f)(*args): Expected f(*args) to return a tensor, got {type(output)}")
        if output.dim() != 0:
            raise RuntimeError(
                f"grad_and_value(f)(*args): Expected f(*args) to return a scalar tensor (tensor with 0 dims), got tensor with "
                f"{output.dim()} dims. Maybe you wanted to use the vjp or jacrev APIs instead?"
            )
        matters = level.matters(output)
        grads = level.grads([output], [_C.ones_like(output.detach())], matters)
        grads = tree_unflatten(grads, level.spec)
        value = level.out(output, matters)
        if has_aux:
            return grads, (value, level.out(aux, matters))
        return grads, value

    return wrapper


def grad(func, argnums=0, has_aux=False):
    """A function that answers the gradient of a function of one number; with `has_aux`, `(gradient, aux)`.

    >>> torch.func.grad(lambda x: x ** 3)(torch.tensor(2.0))
    tensor(12.)
    """
    both = grad_and_value(func, argnums, has_aux)

    @functools.wraps(func)
    def wrapper(*args, **kwargs):
        grads, value = both(*args, **kwargs)
        return (grads, value[1]) if has_aux else grads

    return wrapper


def vjp(func, *primals, has_aux=False):
    """`(output, vjp_fn)` (and aux), where `vjp_fn(cotangents)` answers the products with the Jacobian in a tuple, one per primal."""
    if not primals:
        raise RuntimeError("vjp: expected at least one primal")
    level = _Level("vjp", primals)
    with enable_grad():
        output = func(*level.tree)
    output, aux = _split_aux(output, has_aux, "vjp")
    outputs, spec = _tensors(output, "vjp")
    matters = level.matters(*outputs)

    def vjp_fn(cotangents, retain_graph=True, create_graph=None):
        seeds, seeds_spec = tree_flatten(cotangents)
        if seeds_spec != spec:
            raise RuntimeError(f"vjp_fn: expected cotangents of the same structure as the outputs, {spec}, got {seeds_spec}")
        if create_graph is None:
            create_graph = _C.is_grad_enabled() and (matters or any(s.requires_grad for s in seeds))
        return tree_unflatten(level.grads(outputs, seeds, create_graph), level.spec)

    result = level.out(output, matters)
    return (result, vjp_fn, level.out(aux, matters)) if has_aux else (result, vjp_fn)


class _Linear:
    """The Jacobian at a point as a linear function: the derivative, by a dummy, of the product with the dummy."""

    def __init__(self, op, level, outputs):
        self.level, self.outputs = level, outputs
        with enable_grad():
            self.dummies = [_C.zeros_like(y.detach()).requires_grad_() for y in outputs]
            self.products = level.grads(outputs, self.dummies, True)

    def at(self, tangents, create_graph):
        return self.level.grads(self.products, tangents, create_graph, self.dummies)


def _check_tangents(op, level, tangents, spec):
    if spec != level.spec:
        raise RuntimeError(f"{op}: expected tangents of the same structure as the primals, {level.spec}, got {spec}")
    for x, t in zip(level.own, tangents):
        if not _is_tensor(t) or tuple(t.shape) != tuple(x.shape):
            raise RuntimeError(f"{op}: a tangent of shape {tuple(getattr(t, 'shape', ()))} for a primal of shape {tuple(x.shape)}")


def jvp(func, primals, tangents, *, strict=False, has_aux=False):
    """`(output, jvp)` (and aux): the product of the Jacobian with `tangents`."""
    if not isinstance(primals, tuple) or not isinstance(tangents, tuple):
        raise RuntimeError("jvp: expected primals and tangents to be tuples")
    if len(primals) != len(tangents) or not primals:
        raise RuntimeError(f"jvp: expected as many tangents as primals and at least one, got {len(primals)} and {len(tangents)}")
    level = _Level("jvp", primals)
    vectors, vectors_spec = tree_flatten(tangents)
    _check_tangents("jvp", level, vectors, vectors_spec)
    with enable_grad():
        output = func(*level.tree)
    output, aux = _split_aux(output, has_aux, "jvp")
    outputs, spec = _tensors(output, "jvp")
    if strict and any(not y.requires_grad for y in outputs):
        raise RuntimeError("jvp: an output does not depend on the primals, which strict=True refuses")
    matters = level.matters(*outputs)
    record = matters or (level.outer and any(v.requires_grad for v in vectors))
    product = tree_unflatten(_Linear("jvp", level, outputs).at(vectors, record), spec)
    result = level.out(output, matters)
    return (result, product, level.out(aux, matters)) if has_aux else (result, product)


def linearize(func, *primals):
    """`(output, jvp_fn)`, where `jvp_fn(*tangents)` answers products with the Jacobian at `primals` without running `func` again."""
    if not primals:
        raise RuntimeError("linearize: expected at least one primal")
    level = _Level("linearize", primals)
    with enable_grad():
        output = func(*level.tree)
    outputs, spec = _tensors(output, "linearize")
    matters = level.matters(*outputs)
    linear = _Linear("linearize", level, outputs)

    def jvp_fn(*tangents):
        vectors, vectors_spec = tree_flatten(tangents)
        _check_tangents("linearize", level, vectors, vectors_spec)
        record = _C.is_grad_enabled() and (matters or any(v.requires_grad for v in vectors))
        return tree_unflatten(linear.at(vectors, record), spec)

    return level.out(output, matters), jvp_fn


def _units(t):
    """Tensors like `t`, each with a single 1."""
    for k in range(t.numel()):
        unit = _C.zeros(t.numel(), dtype=t.dtype)
        unit[k] = 1
        yield unit.reshape(t.shape)


def jacrev(func, argnums=0, *, has_aux=False, chunk_size=None, _preallocate_and_copy=False):
    """A function that answers the Jacobian, row by row: for outputs (m…) and arguments (n…), tensors (m…, n…)."""
    if chunk_size is not None and chunk_size <= 0:
        raise ValueError("jacrev: `chunk_size` should be greater than 0.")

    @functools.wraps(func)
    def wrapper(*args, **kwargs):
        level, output = _call(func, args, kwargs, argnums, "jacrev")
        output, aux = _split_aux(output, has_aux, "jacrev")
        outputs, spec = _tensors(output, "jacrev")
        matters = level.matters(*outputs)
        blocks = []
        for y in outputs:
            rows = [level.grads([y], [unit], matters) for unit in _units(y.detach())]
            blocks.append(tree_unflatten([_join([row[i] for row in rows], y, x) for i, x in enumerate(level.own)], level.spec))
        jacobian = tree_unflatten(blocks, spec)
        return (jacobian, level.out(aux, matters)) if has_aux else jacobian

    return wrapper


def _join(rows, y, x):
    shape = tuple(y.shape) + tuple(x.shape)
    return _C.stack(rows).reshape(shape) if rows else _C.zeros(shape, dtype=x.dtype)


def jacfwd(func, argnums=0, has_aux=False, *, randomness="error"):
    """A function that answers the Jacobian, column by column; as `jacrev`, quicker for few inputs and many outputs."""

    @functools.wraps(func)
    def wrapper(*args, **kwargs):
        level, output = _call(func, args, kwargs, argnums, "jacfwd")
        output, aux = _split_aux(output, has_aux, "jacfwd")
        outputs, spec = _tensors(output, "jacfwd")
        matters = level.matters(*outputs)
        linear = _Linear("jacfwd", level, outputs)
        zeros = [_C.zeros_like(x.detach()) for x in level.own]
        parts = [[None] * len(level.own) for _ in outputs]
        for i, x in enumerate(level.own):
            columns = [linear.at([unit if j == i else z for j, z in enumerate(zeros)], matters) for unit in _units(x.detach())]
            for k, y in enumerate(outputs):
                shape = tuple(y.shape) + tuple(x.shape)
                column = [c[k] for c in columns]
                parts[k][i] = _C.stack(column, -1).reshape(shape) if column else _C.zeros(shape, dtype=y.dtype)
        jacobian = tree_unflatten([tree_unflatten(p, level.spec) for p in parts], spec)
        return (jacobian, level.out(aux, matters)) if has_aux else jacobian

    return wrapper


def hessian(func, argnums=0):
    """A function that answers the second derivatives."""
    return jacrev(jacrev(func, argnums), argnums)
