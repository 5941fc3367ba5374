"""Tensors in files that other programs read: safetensors, and NumPy's `.npy` and `.npz`.

A file is a path or an object with `read` or `write`. Paths are written to a temporary name first and then renamed: a crash
leaves no half file. What is read is not trusted: sizes are held against the file's before memory is taken.
"""

import os

from . import _C


def _name(f):
    return "the file" if hasattr(f, "read") else os.fsdecode(f)


def _source(f):
    """What the compiled readers take: bytes, or a path of a file that exists."""
    if hasattr(f, "read"):
        data = f.read()
        if not isinstance(data, (bytes, bytearray, memoryview)):
            raise TypeError(f"expected a file opened for bytes, but {type(f).__name__}.read() answers {type(data).__name__}")
        return bytes(data)
    path = os.fsdecode(f)
    os.stat(path)
    return path


def _write(f, write, *args):
    if hasattr(f, "write"):
        data = memoryview(write(None, *args))
        while data:
            # Raw files may take less than all.
            n = f.write(data)
            data = data[len(data) if n is None else n :]
    else:
        write(os.fsdecode(f), *args)


def _named(op, tensors):
    pairs = [(name, t) for name, t in tensors.items()]
    for name, t in pairs:
        if not isinstance(name, str) or not isinstance(t, _C.Tensor):
            raise TypeError(f"{op}: expected a dict of names and tensors, got {name!r}: {type(t).__name__}")
    return [(name, t.detach()) for name, t in pairs]


def save_safetensors(f, tensors, metadata=None):
    """Writes a dict of tensors, and of strings about them, as a safetensors file.

    >>> neurarust.io.save_safetensors("model.safetensors", model.state_dict(), {"epoch": "3"})
    """
    _write(f, _C._save_safetensors, _named("save_safetensors", tensors), dict(metadata or {}))


def load_safetensors(f):
    """The tensors of a safetensors file, as a dict. `ValueError` where the file isn't one.

    >>> neurarust.io.load_safetensors("model.safetensors")["weight"]
    """
    return _read_safetensors(f)[0]


def _read_safetensors(f):
    named, metadata = _C._load_safetensors(_source(f))
    return dict(named), metadata


def save_npy(f, tensor):
    """Writes one tensor as `np.save` writes an array.

    >>> neurarust.io.save_npy("x.npy", neurarust.arange(3))
    """
    if not isinstance(tensor, _C.Tensor):
        raise TypeError(f"save_npy: expected a tensor, got {type(tensor).__name__}")
    _write(f, _C._save_npy, tensor.detach())


def load_npy(f):
    """The array of an `.npy` file as a tensor. Objects (pickles) are refused.

    >>> neurarust.io.load_npy("x.npy")
    """
    return _C._load_npy(_source(f))


def save_npz(f, tensors, compress=False):
    """Writes a dict of tensors as `np.savez` (or `np.savez_compressed`) writes arrays.

    >>> neurarust.io.save_npz("xy.npz", {"x": x, "y": y})
    """
    _write(f, _C._save_npz, _named("save_npz", tensors), compress)


def load_npz(f, limit=4 << 30):
    """The arrays of an `.npz` file as a dict of tensors. Compressed ones may grow to `limit` bytes together.

    >>> neurarust.io.load_npz("xy.npz")["x"]
    """
    return dict(_C._load_npz(_source(f), limit))
