"""`save` and `load`: nested dicts, lists, numbers, strings and tensors in a file that can't run anything.

The file is a safetensors file: tensors by number, and the structure as JSON in its metadata.
"""

import json
import os
import struct
import tempfile
from collections import OrderedDict

from . import _C

_KEY = "neurarust"
# The header's size is untrusted: nothing larger is read.
_MAX_HEADER = 100_000_000
_NAMES = {
    "bool": "BOOL", "uint8": "U8", "int8": "I8", "int16": "I16", "int32": "I32", "int64": "I64", "float16": "F16",
    "bfloat16": "BF16", "float32": "F32", "float64": "F64",
}
_DTYPES = {v: k for k, v in _NAMES.items()}


def _pack(obj, tensors, seen):
    if isinstance(obj, _C.Tensor):
        key = id(obj)
        if key not in seen:
            seen[key] = len(tensors)
            tensors.append(obj)
        return {"t": seen[key], "p": type(obj).__name__ == "Parameter", "g": bool(obj.requires_grad and obj.is_leaf)}
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
        t = tensors(value)
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
        return getattr(_C, value) if value in _NAMES else None
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
    structure = _pack(obj, tensors, {})
    header, at, parts = {"__metadata__": {_KEY: json.dumps(structure)}}, 0, []
    for i, t in enumerate(tensors):
        data = _C._to_bytes(t.detach())
        header[str(i)] = {"dtype": _NAMES[t.dtype.name], "shape": list(t.shape), "data_offsets": [at, at + len(data)]}
        at += len(data)
        parts.append(data)
    head = json.dumps(header).encode()
    head += b" " * (-len(head) % 8)

    def write(file):
        file.write(struct.pack("<Q", len(head)))
        file.write(head)
        for data in parts:
            file.write(data)

    if hasattr(f, "write"):
        write(f)
        return
    path = os.fspath(f)
    handle, temporary = tempfile.mkstemp(prefix=os.path.basename(path) + ".", suffix=".part", dir=os.path.dirname(path) or ".")
    try:
        with os.fdopen(handle, "wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def load(f, map_location=None, *, weights_only=True, mmap=None):
    """Reads what `save` has written, or any safetensors file (as a dict). Nothing in the file is ever executed."""
    if hasattr(f, "read"):
        return _read(f.read(), "the file")
    with open(f, "rb") as file:
        return _read(file.read(), os.fspath(f))


def _read(data, name):
    def wrong(why):
        return ValueError(f"load: {name}: {why}")

    if len(data) < 8:
        raise wrong(f"{len(data)} bytes are too few for a safetensors file")
    (size,) = struct.unpack_from("<Q", data)
    if size > min(len(data) - 8, _MAX_HEADER):
        raise wrong(f"a header of {size} bytes in a file of {len(data)}; is it a safetensors file?")
    try:
        header = json.loads(data[8 : 8 + size])
    except (ValueError, RecursionError) as error:
        raise wrong(f"the header is no JSON: {error}") from None
    if not isinstance(header, dict):
        raise wrong("the header is no object")
    metadata = header.pop("__metadata__", None) or {}
    body = memoryview(data)[8 + size :]

    def tensor(key):
        entry = header.get(str(key))
        try:
            dtype, shape, (begin, end) = _DTYPES[entry["dtype"]], entry["shape"], entry["data_offsets"]
            if not all(isinstance(n, int) and n >= 0 for n in (*shape, begin, end)):
                raise TypeError
        except (KeyError, TypeError, ValueError):
            raise wrong(f"the entry of tensor {key!r} is damaged") from None
        count = 1
        for n in shape:
            count *= n
        if not begin <= end <= len(body) or end - begin != count * getattr(_C, dtype).itemsize:
            raise wrong(f"tensor {key!r} of shape {shape} and type {dtype} can't lie at bytes {begin} to {end} of {len(body)}")
        return _C._from_bytes(bytes(body[begin:end]), dtype, shape)

    if _KEY not in metadata:
        return {key: tensor(key) for key in header}
    known = {}

    def shared(key):
        if key not in known:
            known[key] = tensor(key)
        return known[key]

    try:
        return _unpack(json.loads(metadata[_KEY]), shared)
    except (RecursionError, TypeError) as error:
        raise wrong(f"the structure is damaged: {error}") from None
