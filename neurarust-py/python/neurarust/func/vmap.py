"""`vmap`: a function of one example as a function of a batch, by calling it for each and stacking what it answers."""

import functools

from .. import _C
from ..utils._pytree import broadcast_to, tree_flatten, tree_unflatten

_RANDOMNESS = ("error", "different", "same")


def _index(dim, t, what):
    rank = t.dim()
    if not -rank <= dim < rank:
        raise ValueError(f"vmap: got in_dim={dim} for {what} of dimensionality {rank}; expected -{rank} <= in_dim < {rank}")
    return dim


def vmap(func, in_dims=0, out_dims=0, randomness="error", *, chunk_size=None):
    """Maps `func` over dimension `in_dims` of its arguments: `vmap(f)(x)[i]` is `f(x[i])`.

    `in_dims` is a number, or nested as the arguments are, with None for what is not mapped; `out_dims` likewise. Keyword
    arguments are mapped over their first dimension. `randomness` says what random operations do: an error, "different"
    numbers for each element, or the "same".

    >>> torch.vmap(torch.dot)(torch.ones(2, 3), torch.ones(2, 3))
    tensor([3., 3.])
    """
    if randomness not in _RANDOMNESS:
        raise RuntimeError(f"Only allowed values for randomness are 'error', 'different', or 'same'. Got {randomness}")
    if chunk_size is not None and chunk_size <= 0:
        raise ValueError(f"vmap: chunk_size should be None or greater than 0. (got {chunk_size})")
    if not isinstance(in_dims, (int, tuple, list, dict)) or isinstance(in_dims, bool):
        raise ValueError(f"vmap: expected in_dims to be an int or a (potentially nested) tuple matching the inputs, got {type(in_dims)}")

    @functools.wraps(func)
    def wrapped(*args, **kwargs):
        if not args and not kwargs:
            raise ValueError("vmap: got no inputs; pass at least one to map over")
        leaves, spec = tree_flatten(args)
        dims = broadcast_to(tuple(in_dims) if isinstance(in_dims, list) else in_dims, args)
        if dims is None:
            raise ValueError(f"vmap: in_dims={in_dims} is not compatible with the structure of the inputs")
        named, named_spec = tree_flatten(kwargs)
        dims = dims + [0 if isinstance(x, _C.Tensor) else None for x in named]
        leaves = leaves + named
        for x, dim in zip(leaves, dims):
            if dim is None:
                continue
            if not isinstance(dim, int) or isinstance(dim, bool):
                raise ValueError(f"vmap: expected in_dims of int or None, got {dim}")
            if not isinstance(x, _C.Tensor):
                raise ValueError(f"vmap: got in_dim={dim} for an input of type {type(x)}, which is no Tensor; use None")
            _index(dim, x, "an input")
        sizes = [x.size(dim) for x, dim in zip(leaves, dims) if dim is not None]
        if not sizes:
            raise ValueError("vmap: at least one input has to be mapped; all in_dims are None")
        if len(set(sizes)) > 1:
            raise ValueError(f"vmap: expected all tensors to have the same size in the mapped dimension, got sizes {sizes} for the mapped dimension")
        count = len(leaves) - len(named)

        def one(part):
            return func(*tree_unflatten(part[:count], spec), **tree_unflatten(part[count:], named_spec))

        return _collect(_results(one, leaves, dims, sizes[0], randomness), sizes[0], out_dims)

    return wrapped


def _results(one, leaves, dims, n, randomness):
    if n == 0:
        # Nothing to call it with: zeros tell the shapes.
        parts = [x if d is None else _C.zeros([s for k, s in enumerate(x.shape) if k != d % x.dim()], dtype=x.dtype) for x, d in zip(leaves, dims)]
        return [one(parts)]
    if randomness != "different":
        state = _C.get_rng_state()
    results = []
    for i in range(n):
        if randomness == "same" and i:
            _C.set_rng_state(state)
        results.append(one([x if d is None else x.select(d, i) for x, d in zip(leaves, dims)]))
        if randomness == "error" and not _C.get_rng_state().equal(state):
            raise RuntimeError(
                "vmap: called random operation while in randomness error mode. Please either use the 'same' or 'different' "
                "randomness flags on vmap or perform the randomness operation out of vmap"
            )
    return results


def _collect(results, n, out_dims):
    flat = []
    for result in results:
        leaves, spec = tree_flatten(result)
        if flat and spec != first:
            raise ValueError("vmap: the function answered differently nested values for different elements")
        first = spec
        for leaf in leaves:
            if not isinstance(leaf, _C.Tensor):
                raise ValueError(f"vmap: the function must only return Tensors, got type {type(leaf)}")
        flat.append(leaves)
    dims = broadcast_to(tuple(out_dims) if isinstance(out_dims, list) else out_dims, results[0])
    if dims is None:
        raise ValueError(f"vmap: out_dims={out_dims} is not compatible with the structure of the outputs")
    out = []
    for k, dim in enumerate(dims):
        column = [leaves[k] for leaves in flat]
        if dim is None:
            if any(t is not column[0] and not bool((t == column[0]).all()) for t in column[1:]):
                raise ValueError("vmap: out_dims is None for an output that differs from element to element")
            out.append(column[0])
            continue
        if not isinstance(dim, int):
            raise ValueError(f"vmap: expected out_dims of int or None, got {dim}")
        rank = column[0].dim() + 1
        if not -rank <= dim < rank:
            raise IndexError(f"vmap: out_dim={dim} for an output of {rank} dimensions; expected -{rank} <= out_dim < {rank}")
        stacked = _C.stack(column, dim)
        out.append(stacked if n else stacked.narrow(dim, 0, 0))
    return tree_unflatten(out, first)
