"""The script on the README's first screen does what it says."""

import re
import subprocess
import sys
from pathlib import Path

README = Path(__file__).resolve().parents[2] / "README.md"


def test_the_python_script_trains():
    (script,) = re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)
    assert script.count("\n") <= 25
    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120)
    assert out.returncode == 0, out.stderr
    losses = [float(x) for x in re.findall(r"loss ([0-9.]+)", out.stdout)]
    assert len(losses) == 10 and min(losses) < 0.6, out.stdout
