"""Writes the type stubs of the compiled module from its signatures and docstrings.

    python neurarust-py/tools/stubs.py            # writes _C.pyi and __init__.pyi
    python neurarust-py/tools/stubs.py --check    # fails if they aren't current
"""

import inspect
import re
import sys
from pathlib import Path

import neurarust
from neurarust import _C

PACKAGE = Path(__file__).resolve().parent.parent / "python" / "neurarust"

# Types by the name of a parameter: the same name means the same thing everywhere.
PARAMETERS = {
    "dim": "int | Sequence[int] | None", "dims": "int | Sequence[int]", "axis": "int | Sequence[int] | None", "keepdim": "bool",
    "keepdims": "bool | None", "dtype": "dtype | None", "device": "device | str | None", "requires_grad": "bool",
    "other": "Tensor | float", "input": "Tensor", "target": "Tensor", "tensor": "Tensor", "tensors": "Iterable[Tensor]",
    "weight": "Tensor | None", "bias": "Tensor | None", "index": "Tensor", "mask": "Tensor", "source": "Tensor",
    "mat1": "Tensor", "mat2": "Tensor", "vec": "Tensor", "vec2": "Tensor", "generator": "Generator | None", "p": "float",
    "eps": "float | None", "alpha": "float | None", "beta": "float | None", "reduction": "str", "training": "bool",
    "inplace": "bool", "descending": "bool", "largest": "bool", "sorted": "bool", "k": "int", "n": "int", "dim0": "int",
    "dim1": "int", "dim2": "int", "start_dim": "int", "end_dim": "int", "size": "int | Sequence[int] | None", "hook": "Callable[..., Any]",
    "retain_graph": "bool | None", "create_graph": "bool", "seed": "int", "diagonal": "int", "unbiased": "bool | None",
    "correction": "float | None", "exponent": "Tensor | float", "ceil_mode": "bool", "count_include_pad": "bool",
    "return_indices": "bool", "groups": "int", "momentum": "float", "ignore_index": "int", "label_smoothing": "float",
    "negative_slope": "float", "lambd": "float", "threshold": "float", "value": "Tensor | float", "min_val": "float", "max_val": "float",
}
# What a function answers, where that isn't a Tensor.
RETURNS = {
    "_autocast_dtype": "dtype | None", "_replace_autocast": "dtype | None", "get_winograd": "bool", "set_winograd": "None",
    "tolist": "Any", "item": "bool | int | float", "numpy": "Any", "size": "Any", "stride": "Any", "dim": "int", "ndimension": "int",
    "numel": "int", "nelement": "int", "element_size": "int", "storage_offset": "int", "data_ptr": "int", "is_contiguous": "bool",
    "is_floating_point": "bool", "is_complex": "bool", "is_signed": "bool", "is_set_to": "bool", "backward": "None", "retain_grad": "None",
    "register_hook": "RemovableHandle", "register_post_accumulate_grad_hook": "RemovableHandle", "allclose": "bool", "equal": "bool",
    "type": "Any", "split": "tuple[Tensor, ...]", "split_with_sizes": "tuple[Tensor, ...]", "chunk": "tuple[Tensor, ...]",
    "unbind": "tuple[Tensor, ...]", "max": "Any", "min": "Any", "aminmax": "Any", "median": "Any", "sort": "Any", "topk": "Any",
    "kthvalue": "Any", "unique": "Any", "nonzero": "Any", "grad": "tuple[Tensor | None, ...]", "is_grad_enabled": "bool",
    "is_inference_mode_enabled": "bool", "is_tensor": "bool", "set_num_threads": "None", "get_num_threads": "int",
    "memory_stats": "dict[str, int]", "seed": "int", "initial_seed": "int", "set_rng_state": "None",
    "manual_seed": "Generator", "set_default_dtype": "None", "get_default_dtype": "dtype", "promote_types": "dtype", "to_dlpack": "Any",
    "set_state": "None", "remove": "None", "name": "str", "tensor_split": "tuple[Tensor, ...]",
    "hsplit": "tuple[Tensor, ...]", "vsplit": "tuple[Tensor, ...]", "std_mean": "tuple[Tensor, Tensor]",
    "var_mean": "tuple[Tensor, Tensor]", "apply_": "Tensor",
}
PROPERTIES = {
    "shape": "Size", "dtype": "dtype", "device": "device", "layout": "str", "ndim": "int", "itemsize": "int", "nbytes": "int",
    "requires_grad": "bool", "is_leaf": "bool", "grad": "Tensor | None", "grad_fn": "Node | None", "retains_grad": "bool",
    "is_cuda": "bool", "is_quantized": "bool", "is_sparse": "bool", "_version": "int", "is_floating_point": "bool", "is_complex": "bool",
    "is_signed": "bool", "name": "str", "type": "str", "index": "int | None",
}
SETTABLE = {"requires_grad", "grad", "data"}
OPERATORS = {
    **{f"__{r}{n}__": "Tensor" for r in ("", "r", "i") for n in (
        "add", "sub", "mul", "truediv", "floordiv", "mod", "and", "or", "xor", "lshift", "rshift", "pow")},
    "__matmul__": "Tensor", "__rmatmul__": "Tensor", "__lt__": "Tensor", "__le__": "Tensor", "__gt__": "Tensor", "__ge__": "Tensor",
    "__eq__": "Tensor", "__ne__": "Tensor",
}
UNARY = {
    "__neg__": "Tensor", "__pos__": "Tensor", "__abs__": "Tensor", "__invert__": "Tensor", "__len__": "int", "__bool__": "bool",
    "__float__": "float", "__int__": "int", "__index__": "int", "__hash__": "int", "__iter__": "Iterator[Tensor]",
}


def parameters(f):
    """The parameters of `f` as stub text."""
    try:
        signature = inspect.signature(f)
    except (TypeError, ValueError):
        return "*args: Any, **kwargs: Any"
    out, starred = [], False
    for name, p in signature.parameters.items():
        if name == "self":
            out.append("self")
            continue
        if p.kind is p.VAR_POSITIONAL:
            out.append(f"*{name}: Any")
            starred = True
            continue
        if p.kind is p.VAR_KEYWORD:
            out.append(f"**{name}: Any")
            continue
        if p.kind is p.KEYWORD_ONLY and not starred:
            out.append("*")
            starred = True
        kind = PARAMETERS.get(name, "Any")
        out.append(f"{name}: {kind}" + ("" if p.default is p.empty else " = ..."))
    return ", ".join(out)


def document(doc, indent):
    """A docstring as stub text."""
    text = (inspect.cleandoc(doc) if doc else "").replace("\\", "\\\\").replace('"""', "'''")
    if not text:
        return f"{indent}...\n"
    lines = text.split("\n")
    if len(lines) == 1:
        return f'{indent}"""{text}"""\n'
    body = "\n".join(f"{indent}{line}".rstrip() for line in lines[1:])
    return f'{indent}"""{lines[0]}\n{body}\n{indent}"""\n'


def function(name, f, indent=""):
    args = parameters(f)
    if indent and not args.startswith("self"):
        args = f"self, {args}" if args else "self"
    answer = RETURNS.get(name, "Tensor")
    return f"{indent}def {name}({args}) -> {answer}:\n" + document(f.__doc__, indent + "    ")


def methods(cls):
    """The members of a class, in order of their names."""
    out = ""
    for name in sorted(vars(cls)):
        member = vars(cls)[name]
        if inspect.isgetsetdescriptor(member) and not name.startswith("__"):
            kind = PROPERTIES.get(name, "Tensor")
            out += f"    @property\n    def {name}(self) -> {kind}:\n" + document(member.__doc__, "        ")
            if name in SETTABLE and cls is _C.Tensor:
                out += f"    @{name}.setter\n    def {name}(self, value: {kind}) -> None: ...\n"
        elif callable(member) and not name.startswith("_"):
            out += function(name, member, "    ")
    return out


def compiled():
    out = '''"""The compiled part of `neurarust`. Written by tools/stubs.py."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from ._size import Size

__version__: str
default_generator: Generator

'''
    # Names that are dtypes here hide Python's own.
    out += "import builtins\n\n"
    for name in sorted(dir(_C)):
        if isinstance(getattr(_C, name), _C.dtype):
            out += f"{name}: dtype\n"
    for name in ("dtype", "device", "Generator", "Node", "RemovableHandle"):
        cls = getattr(_C, name)
        out += f"\nclass {name}:\n" + document(cls.__doc__, "    ").replace("...", "") + methods(cls)
        if name == "device":
            out += "    def __init__(self, type: Any, index: Any = ...) -> None: ...\n"
        if name == "Generator":
            out += "    def __init__(self, device: Any = ..., *, kind: str | None = ...) -> None: ...\n"
    out += "\nclass Tensor:\n" + document(_C.Tensor.__doc__, "    ")
    out += "    def __init__(self, data: Any = ..., *, requires_grad: bool = ...) -> None: ...\n"
    out += "    def __getitem__(self, index: Any) -> Tensor: ...\n    def __setitem__(self, index: Any, value: Any) -> None: ...\n"
    for name, answer in OPERATORS.items():
        ignore = "  # type: ignore[override]" if name in ("__eq__", "__ne__") else ""
        out += f"    def {name}(self, other: Any) -> {answer}: ...{ignore}\n"
    for name, answer in UNARY.items():
        out += f"    def {name}(self) -> {answer}: ...\n"
    out += methods(_C.Tensor)
    out += "\n"
    for name in sorted(dir(_C)):
        f = getattr(_C, name)
        if callable(f) and not isinstance(f, type) and not name.startswith("__"):
            out += function(name, f)
    return qualified(out)


def qualified(text):
    """Annotations that mean Python's types, not the dtypes of the same name."""
    return re.sub(r"(?<=[:>|\[] )(bool|float|int)\b(?!:)", r"builtins.\1", text)


def package():
    """The names of the package: those of the compiled module, and methods as functions."""
    out = '''"""NeuraRust's names. Written by tools/stubs.py."""

import builtins
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from . import accelerator as accelerator, amp as amp, autograd as autograd, backends as backends, cpu as cpu, cuda as cuda
from . import datasets as datasets, distributions as distributions, fft as fft, func as func, io as io, linalg as linalg
from . import masked as masked, nn as nn, optim as optim, random as random, signal as signal, sparse as sparse, special as special
from . import testing as testing, utils as utils, viz as viz
from ._C import *
from ._C import Generator, Tensor, device, dtype
from ._functions import *
from ._modes import enable_grad as enable_grad, inference_mode as inference_mode, no_grad as no_grad
from ._modes import set_grad_enabled as set_grad_enabled
from ._portable import *
from ._serialization import load as load, save as save
from ._size import Size as Size
from ._types import finfo as finfo, iinfo as iinfo
from .amp.autocast_mode import autocast as autocast, get_autocast_dtype as get_autocast_dtype
from .amp.autocast_mode import is_autocast_enabled as is_autocast_enabled, set_autocast_dtype as set_autocast_dtype
from .amp.autocast_mode import set_autocast_enabled as set_autocast_enabled
from .nn.functional import cosine_similarity as cosine_similarity

__version__: str
inf: builtins.float
nan: builtins.float
pi: builtins.float
e: builtins.float

'''
    for name in sorted(vars(neurarust)):
        f = getattr(neurarust, name)
        f = f.__wrapped__ if isinstance(f, _C._Function) else f
        if f is getattr(_C.Tensor, name, None) and name not in neurarust._functions.__all__:
            args = parameters(f).replace("self", "input: Tensor", 1)
            args = args if args.startswith("input") else f"input: Tensor, {args}"
            out += qualified(f"def {name}({args}) -> {RETURNS.get(name, 'Tensor')}:\n") + document(f.__doc__, "    ")
    return out


def main():
    stale = []
    for name, text in (("_C.pyi", compiled()), ("__init__.pyi", package())):
        compile(text, name, "exec")
        path = PACKAGE / name
        if "--check" in sys.argv:
            if not path.exists() or path.read_text() != text:
                stale.append(name)
        else:
            path.write_text(text)
    if stale:
        sys.exit(f"{', '.join(stale)}: not current; run python neurarust-py/tools/stubs.py")


if __name__ == "__main__":
    main()
