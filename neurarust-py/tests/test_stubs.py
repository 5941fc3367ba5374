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


def test_defaults_are_shown():
    import inspect

    for f in (torch.sort, torch.topk, torch.diff, torch.flatten, torch.fft.fft, torch.nn.functional.cross_entropy, torch.nn.functional.nll_loss):
        assert all(p.default is not ... for p in inspect.signature(f).parameters.values()), f.__name__


def test_help_reads_as_of_functions():
    import pydoc

    for f, words in ((torch.conv2d, ("groups=1", "Shapes:", "Raises", ">>> torch.conv2d(")), (torch.exp, ("exp(", *torch.Tensor.exp.__doc__.splitlines())), (torch.cat, ("dim",))):
        page = pydoc.plain(pydoc.render_doc(f))
        assert all(word in page for word in words) and "class function" not in page, page

    class Layer:
        act = torch.relu

    assert Layer().act(torch.tensor([-1.0])).tolist() == [0.0]
