"""Writes docs/pytorch.md: every public name of PyTorch and whether it is here.

    python neurarust-py/tools/coverage.py     # needs `pip install torch` in the environment, for its names only

Nothing on the page is typed by hand: the names are those of the installed torch, the states those of the installed module.
"""

import inspect
from pathlib import Path

import neurarust
import torch

PAGE = Path(__file__).resolve().parents[2] / "docs" / "pytorch.md"

# Spaces of names, and what a user sees there.
SPACES = (
    "torch", "torch.Tensor", "torch.nn", "torch.nn.functional", "torch.nn.init", "torch.nn.utils", "torch.nn.utils.rnn",
    "torch.optim", "torch.optim.lr_scheduler", "torch.utils.data", "torch.autograd", "torch.autograd.functional", "torch.func",
    "torch.linalg", "torch.fft", "torch.special", "torch.signal.windows", "torch.masked", "torch.sparse", "torch.random",
    "torch.distributions", "torch.profiler", "torch.utils.checkpoint",
)
# What a CPU framework without a compiler of its own has no use for.
ELSEWHERE = (
    "cuda", "cudnn", "miopen", "mkldnn", "xpu", "mps", "hpu", "ipu", "mtia", "quant", "fbgemm", "q_", "vmap_", "vitals", "jit", "script",
    "sym_", "onnx", "distributed", "ao", "fused_", "_", "QInt", "QUInt", "Storage", "dequantize", "int_repr",
    "qint", "quint", "qscheme", "choose_qparams", "parse_", "import_ir", "is_vulkan", "is_xla", "is_maia", "is_ipu", "to_mkldnn", "is_mkldnn",
)
HELPERS = ("torch._jit_internal", "torch.overrides", "torch.testing", "torch._utils", "torch.jit", "torch.types", "torch._ops")


def lookup(path):
    """The object at a dotted path of the module, or None."""
    at = neurarust
    for part in path.split(".")[1:]:
        at = getattr(at, part, None)
        if at is None:
            return None
    return at


def names(space):
    """The public names of a space of torch's that are its own: functions, methods, classes, dtypes."""
    at = torch
    for part in space.split(".")[1:]:
        at = getattr(at, part)
    listed = getattr(at, "__all__", None) if inspect.ismodule(at) else None
    for name in sorted(set(listed or dir(at))):
        found = getattr(at, name, None)
        if name.startswith(ELSEWHERE) or any(word in name for word in ("Storage", "cudnn", "quantize", "_gpu_", "_ipu_", "_xla_")):
            continue
        if inspect.ismodule(found) or not (callable(found) or isinstance(found, torch.dtype) or not inspect.ismodule(at)):
            continue
        # Modules import helpers under public names: keep what says it is from a public place of torch's.
        home = getattr(found, "__module__", None) or "torch"
        inner = type(found).__name__ == "pybind11_type" or inspect.isclass(found) and issubclass(found, BaseException)
        if home.startswith("torch") and not inner and not home.startswith(HELPERS):
            yield name


def main():
    rows, missing = [], {}
    for space in SPACES:
        mine, theirs = lookup(space), list(names(space))
        lacking = [n for n in theirs if mine is None or not hasattr(mine, n)]
        rows.append((space, len(theirs) - len(lacking), len(theirs)))
        missing[space] = (theirs, lacking)
    here, total = sum(r[1] for r in rows), sum(r[2] for r in rows)
    out = [
        "# PyTorch's names, and which of them are here",
        "",
        f"Written by `neurarust-py/tools/coverage.py` from the names of PyTorch {torch.__version__.split('+')[0]}; names of other devices, "
        "compilers and quantisation are left out. A name that is here has PyTorch's meaning, or raises `NotImplementedError` "
        "and says what to do instead.",
        "",
        "| space | here | of |",
        "|---|---:|---:|",
        *(f"| [`{s}`](#{s.replace('.', '').lower()}) | {n} | {of} |" for s, n, of in rows),
        f"| all | {here} | {total} |",
        "",
    ]
    for space in SPACES:
        theirs, lacking = missing[space]
        present = [n for n in theirs if n not in set(lacking)]
        out += [f"## {space}", "", "Here: " + (", ".join(f"`{n}`" for n in present) or "none") + ".", ""]
        if lacking:
            out += ["Not here: " + ", ".join(f"`{n}`" for n in lacking) + ".", ""]
    PAGE.write_text("\n".join(out).rstrip() + "\n")
    print(f"{PAGE.name}: {here} of {total} names")


if __name__ == "__main__":
    main()
