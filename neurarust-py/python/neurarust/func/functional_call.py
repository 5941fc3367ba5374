"""Modules as functions of their parameters."""

from .. import _C


def _slots(module):
    """Where each parameter and buffer lives: name → (dict, key)."""
    out = {}
    for path, part in module.named_modules(remove_duplicate=False):
        for kind in (part._parameters, part._buffers):
            for key in kind:
                out[f"{path}.{key}" if path else key] = (kind, key)
    return out


def functional_call(module, parameter_and_buffer_dicts, args=None, kwargs=None, *, tie_weights=True, strict=False):
    """Calls `module` with the given tensors in place of its parameters and buffers, which stay as they are.

    >>> model = torch.nn.Linear(2, 1, bias=False)
    >>> torch.func.functional_call(model, {"weight": torch.ones(1, 2)}, (torch.tensor([3.0, 4.0]),)).tolist()
    [7.0]
    """
    if isinstance(parameter_and_buffer_dicts, (tuple, list)):
        given = {}
        for part in parameter_and_buffer_dicts:
            double = given.keys() & part.keys()
            if double:
                raise ValueError(f"{sorted(double)} appeared in multiple dictionaries; behavior of functional call is ambiguous")
            given.update(part)
    elif isinstance(parameter_and_buffer_dicts, dict):
        given = parameter_and_buffer_dicts
    else:
        raise ValueError(f"Expected parameter_and_buffer_dicts to be a dict, or a list/tuple of dicts, but got {type(parameter_and_buffer_dicts)}")
    slots = _slots(module)
    if strict:
        unexpected = [name for name in given if name not in slots]
        missing = [name for name, (kind, key) in slots.items() if kind[key] is not None and name not in given]
        if unexpected or missing:
            raise RuntimeError(f"functional_call: missing key(s): {missing}, unexpected key(s): {unexpected}")
    swap = {name: value for name, value in given.items() if name in slots}
    if tie_weights:
        # One tensor under several names changes under all of them.
        same = {}
        for name, (kind, key) in slots.items():
            same.setdefault(id(kind[key]), []).append(name)
        for name, value in list(swap.items()):
            kind, key = slots[name]
            for other in same[id(kind[key])] if kind[key] is not None else ():
                if other in given and given[other] is not value:
                    raise ValueError(f"functional_call: {name} and {other} are one tensor and can't get two values")
                swap[other] = value
    args = () if args is None else args if isinstance(args, tuple) else (args,)
    before = []
    try:
        for name, value in swap.items():
            kind, key = slots[name]
            before.append((kind, key, kind[key]))
            kind[key] = value
        return module(*args, **(kwargs or {}))
    finally:
        for kind, key, value in reversed(before):
            kind[key] = value


def stack_module_state(models):
    """`(parameters, buffers)` of several models of one kind, stacked along a new first dimension: for `vmap`."""
    models = list(models)
    if not models:
        raise RuntimeError("stack_module_state: Expected at least one model, got 0.")
    if len({m.training for m in models}) > 1:
        raise RuntimeError("stack_module_state: Expected all models to have the same training/eval mode.")
    if len({type(m) for m in models}) > 1:
        raise RuntimeError("stack_module_state: Expected all models to be of the same class.")

    def stack(named):
        first = named[0]
        out = {}
        for name, tensor in first.items():
            parts = [part[name] for part in named]
            stacked = _C.stack([p.detach() for p in parts])
            out[name] = stacked.requires_grad_() if tensor.requires_grad else stacked
        return out

    return stack([dict(m.named_parameters()) for m in models]), stack([dict(m.named_buffers()) for m in models])
