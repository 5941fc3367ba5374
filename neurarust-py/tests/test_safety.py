"""Errors are Python's, never a crash: classes, texts, Ctrl-C, threads, a panic of Rust's."""

import gc
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
import weakref

import pytest

import neurarust as torch


@pytest.mark.parametrize(
    "f, error",
    [
        (lambda: torch.ones(2) + torch.ones(3), RuntimeError), (lambda: torch.ones(2, 3).sum(5), IndexError),
        (lambda: torch.ones(2)[5], IndexError), (lambda: torch.zeros(-1), RuntimeError),
        (lambda: torch.zeros(2**40, 2**40), RuntimeError), (lambda: torch.ones(3).reshape(2, 2), RuntimeError),
        (lambda: torch.ones(2).item(), RuntimeError), (lambda: torch.ones(2, dtype="float32"), TypeError),
        (lambda: torch.ones(2) & torch.ones(2), TypeError), (lambda: torch.zeros(1, device="tpu"), RuntimeError),
        (lambda: torch.ones(2).index_select(0, torch.tensor([9])), IndexError), (lambda: torch.cat([]), (RuntimeError, ValueError)),
        (lambda: torch.cat([1, 2]), TypeError), (lambda: torch.arange(0, 1, 0), RuntimeError),
        (lambda: torch.ones(2).permute(0, 0), (RuntimeError, ValueError)), (lambda: torch.set_num_threads(0), ValueError),
        (lambda: torch.nn.functional.conv2d(torch.ones(1, 1, 2, 2), torch.ones(1, 1, 3, 3)), (RuntimeError, ValueError)),
        (lambda: torch.ones(2).to("nope"), RuntimeError), (lambda: torch.from_numpy([1]), TypeError),
        (lambda: torch.ones(2).clamp(), (RuntimeError, ValueError)),
    ],
)
def test_errors_have_their_class_and_no_rust_in_them(f, error):
    with pytest.raises(error) as e:
        f()
    assert ".rs" not in str(e.value) and "internal error" not in str(e.value)


def test_out_of_memory_is_an_exception():
    with pytest.raises((MemoryError, RuntimeError)):
        torch.empty(2**45)
    assert torch.ones(2).sum().item() == 2


def test_failed_operations_change_nothing():
    x = torch.ones(3)
    version = x._version
    for f in (lambda: x.add_(torch.ones(2)), lambda: x.copy_(torch.ones(4)), lambda: x.__setitem__(7, 1)):
        with pytest.raises((RuntimeError, IndexError)):
            f()
    assert x.tolist() == [1, 1, 1] and x._version == version


def run(code, **options):
    return subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, timeout=60, **options)


def test_import_needs_no_numpy_and_starts_no_thread():
    out = run(
        """
        import sys, threading
        import neurarust
        assert "numpy" not in sys.modules
        assert len([t for t in __import__("os").listdir("/proc/self/task")] if sys.platform == "linux" else [1]) == 1
        """
    )
    assert out.returncode == 0, out.stderr


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_ctrl_c_stops_a_long_backward():
    code = """
        import signal
        import neurarust as torch
        # A program that runs in the background inherits a SIGINT that is ignored.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        x = torch.ones(64, 64, requires_grad=True)
        y = x
        for _ in range(20000):
            y = (y @ x) * 1e-3
        print("go", flush=True)
        while True:
            y.sum().backward(retain_graph=True)
    """
    child = subprocess.Popen([sys.executable, "-c", textwrap.dedent(code)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert child.stdout.readline() == "go\n"
    time.sleep(0.5)
    child.send_signal(signal.SIGINT)
    _, err = child.communicate(timeout=20)
    assert "KeyboardInterrupt" in err and child.returncode != 0


def test_threads_run_beside_each_other():
    x = torch.randn(256, 256)
    results = [None] * 4

    def work(i):
        y = x
        for _ in range(20):
            y = (y @ x).tanh()
        results[i] = y

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert all(torch.equal(results[0], r) for r in results)


def test_threads_do_not_change_results():
    torch.manual_seed(0)
    x, w = torch.randn(300, 200), torch.randn(200, 100)
    before, outs = torch.get_num_threads(), []
    for n in (1, 2, 3):
        torch.set_num_threads(n)
        outs.append(((x @ w).softmax(1).sum(0), x.sum(), x.exp().mean(1)))
    torch.set_num_threads(before)
    assert all(torch.equal(a, b) for out in outs for a, b in zip(outs[0], out))


def test_tensors_are_freed():
    x = torch.ones(1000)
    gone = weakref.ref(x)
    x.note = "kept"
    assert x.note == "kept"
    del x
    gc.collect()
    assert gone() is None


def test_memory_stays_level_over_many_steps():
    net = torch.nn.Sequential(torch.nn.Linear(8, 8), torch.nn.Tanh(), torch.nn.Linear(8, 1))
    optimizer = torch.optim.Adam(net.parameters())
    x = torch.randn(16, 8)

    def step():
        optimizer.zero_grad()
        net(x).square().mean().backward()
        optimizer.step()

    for _ in range(20):
        step()
    before = torch.memory_stats()
    for _ in range(500):
        step()
    after = torch.memory_stats()
    assert after["live_nodes"] == before["live_nodes"] and after["live_bytes"] == before["live_bytes"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="fork")
def test_fork_after_use():
    out = run(
        """
        import os, sys
        import neurarust as torch
        x = torch.randn(512, 512)
        (x @ x).sum()
        pid = os.fork()
        if pid == 0:
            ok = bool((x @ x).isfinite().all())
            os._exit(0 if ok else 1)
        assert os.waitpid(pid, 0)[1] == 0
        """
    )
    assert out.returncode == 0, out.stderr
