"""`save` and `load`: nested dicts, lists, numbers, strings and tensors in a file that can't run anything.

The file is a safetensors file: tensors by number, and the structure as JSON in its metadata.
"""

import json
from collections import OrderedDict

from . import _C, io

_KEY = "neurarust"
# Dtypes that the format has no name for, stored as something that it has.
_INDIRECT = {"complex128"}


def _pack(obj, tensors, seen):
    if isinstance(obj, _C.Tensor):
        key = id(obj)
        if key not in seen:
            seen[key] = len(tensors)
            tensors.append(obj)
        node = {"t": seen[key], "p": type(obj).__name__ == "Parameter", "g": bool(obj.requires_grad and obj.is_leaf)}
        return {**node, "c": True} if obj.dtype.name in _INDIRECT else node
    if obj is None or isinstance(obj, (bool, str)):
        return {"v": obj}
    if isinstance(obj, int):
        return {"i": str(obj)}
    if isinstance(obj, float):
        return {"f": obj.hex()}
    if isinstance(obj, dict):
        kind = "o" if isinstance(obj, OrderedDict) else "d"
        return {kind: [[_pack(k, tensors, seen), _pack(v, tensors, seen)] for k, v in obj.items()]}
    if isinstance(obj, _C.dtype):
        return {"y": obj.name}
    if isinstance(obj, (list, tuple, set)):
        return {{list: "l", set: "s"}.get(type(obj), "u"): [_pack(x, tensors, seen) for x in obj]}
    raise TypeError(
        f"save: can't store {type(obj).__name__}; expected tensors, numbers, strings, None, and dicts, lists and tuples of them "
        "(of a module, save its state_dict())"
    )


def _unpack(node, tensors):
    if not isinstance(node, dict) or not node:
        raise ValueError("load: the file's structure is damaged")
    kind, value = next(iter(node.items()))
    if kind == "t":
        t = tensors[str(value)]
        if node.get("c") and not t.is_complex():
            t = tensors[str(value)] = _C.view_as_complex(t)
        if node.get("p"):
            from .nn import Parameter

            return Parameter(t, bool(node.get("g")))
        return t.requires_grad_() if node.get("g") else t
    if kind == "v":
        return value
    if kind == "i":
        return int(value)
    if kind == "f":
        return float.fromhex(value)
    if kind == "y":
        found = getattr(_C, value, None) if isinstance(value, str) else None
        if not isinstance(found, _C.dtype):
            raise ValueError(f"load: unknown dtype {value!r}")
        return found
    if kind in ("d", "o"):
        pairs = ((_unpack(k, tensors), _unpack(v, tensors)) for k, v in value)
        return OrderedDict(pairs) if kind == "o" else dict(pairs)
    make = {"l": list, "u": tuple, "s": set}.get(kind)
    if make is None:
        raise ValueError(f"load: unknown kind of value {kind!r}")
    return make(_unpack(x, tensors) for x in value)


def save(obj, f):
    """Writes tensors, numbers, strings, and dicts, lists and tuples of them to a path or a file.

    A path is written to a temporary name first and then renamed: a crash leaves no half file.

    >>> neurarust.save(model.state_dict(), "model.safetensors")
    """
    tensors = []
    structure = json.dumps(_pack(obj, tensors, {}))
    named = {str(i): _C.view_as_real(t) if t.dtype.name in _INDIRECT else t for i, t in enumerate(tensors)}
    io.save_safetensors(f, named, {_KEY: structure})


def load(f, map_location=None, *, weights_only=True, mmap=None):
    """Reads what `save` has written, or any safetensors file (as a dict), from a path or a file.

    Nothing in the file is ever executed, so `weights_only` changes nothing; `map_location` may name the CPU, the only device.

    >>> model.load_state_dict(neurarust.load("model.safetensors"))
    """
    if map_location is not None and not callable(map_location) and not isinstance(map_location, dict):
        _C.device(map_location)
    tensors, metadata = io._read_safetensors(f)
    if _KEY not in metadata:
        return tensors
    try:
        return _unpack(json.loads(metadata[_KEY]), tensors)
    except (AttributeError, KeyError, OverflowError, RuntimeError, TypeError, ValueError) as error:
        raise ValueError(f"load: {io._name(f)}: the structure is damaged: {error}") from None
