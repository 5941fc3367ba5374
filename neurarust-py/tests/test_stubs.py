"""The type stubs are those of the module."""

import subprocess
import sys
from pathlib import Path

import neurarust as torch
from neurarust import _C

TOOL = Path(__file__).resolve().parent.parent / "tools" / "stubs.py"


def test_stubs_are_current():
    out = subprocess.run([sys.executable, TOOL, "--check"], capture_output=True, text=True)
    assert out.returncode == 0, out.stderr


def test_public_functions_have_documentation():
    for space in (_C, torch.Tensor, torch, torch.nn, torch.nn.functional, torch.optim.lr_scheduler):
        for name in dir(space):
            f = getattr(space, name)
            if not name.startswith("_") and callable(f) and getattr(f, "__module__", "neurarust").startswith("neurarust"):
                assert f.__doc__, f"{space.__name__}.{name}"
