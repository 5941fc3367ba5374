"""The same workloads in PyTorch and in NeuraRust, interleaved in one process.

    python benches/compare.py                  everything, 1 and 2 threads
    python benches/compare.py --filter matmul  what has "matmul" in its name
    python benches/compare.py --json out.json  where the numbers go

Every workload is written once, against an argument `m` that is `torch` or `neurarust`. A round times one block of calls of
each library, one right after the other, so that both see the same machine; the answer is the median over the rounds. The ratio
is PyTorch's time by ours: above 1 we are faster. On a machine with other work to do, medians are mostly that work: look at the
ratio of the best rounds, with many short ones (`--rounds 40 --block 0.002`).
"""

import argparse
import json
import os
import platform
import statistics
import sys
import time

try:
    import torch
except ImportError:
    sys.exit("compare.py measures against PyTorch, which is not in this environment: pip install torch (CPU is enough), then run again")
try:
    import neurarust
except ImportError:
    sys.exit("the neurarust module is not in this environment: `make wheel`, or pip install ./neurarust-py, then run again")


# ---- workloads: (name, what PyTorch's time by ours should be at least, build(m) -> call) ----

WORKLOADS = []


def workload(name, asked=None):
    def register(build):
        WORKLOADS.append((name, asked, build))
        return build

    return register


def values(m, *shape, scale=1.0):
    """The same numbers for both libraries, within ±scale."""
    n = 1
    for size in shape:
        n *= size
    return ((m.arange(n, dtype=m.float32) * 0.61803).remainder(1.0) * (2 * scale) - scale).reshape(shape)


for size in (256, 512, 1024, 2048):

    @workload(f"matmul {size}", 2.0)
    def _(m, size=size):
        a, b = values(m, size, size), values(m, size, size)
        return lambda: a @ b


BIG = 1 << 24


@workload("add 16M", 4.0)
def _(m):
    a, b = values(m, BIG), values(m, BIG)
    return lambda: a + b


for name in ("exp", "sum"):

    @workload(f"{name} 16M", 1.0)
    def _(m, name=name):
        x, f = values(m, BIG), getattr(m, name)
        return lambda: f(x)


@workload("gelu 16M", 1.0)
def _(m):
    x, f = values(m, BIG), m.nn.functional.gelu
    return lambda: f(x)


@workload("softmax 4096x1024", 1.0)
def _(m):
    x = values(m, 4096, 1024)
    return lambda: m.softmax(x, dim=-1)


@workload("layer_norm 4096x1024", 1.0)
def _(m):
    x, layer = values(m, 4096, 1024), m.nn.LayerNorm(1024)

    def call():
        with m.no_grad():
            return layer(x)

    return call


@workload("add of 16")
def _(m):
    a, b = values(m, 16), values(m, 16)
    return lambda: a + b


@workload("add of 16, with grad")
def _(m):
    a, b = values(m, 16).requires_grad_(), values(m, 16)
    return lambda: a + b


def step(m, model, optimizer, loss, x, y):
    def call():
        optimizer.zero_grad()
        loss(model(x), y).backward()
        optimizer.step()

    return call


@workload("XOR step (2-8-1 tanh, SGD)")
def _(m):
    x = m.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    y = m.tensor([[0.0], [1.0], [1.0], [0.0]])
    model = m.nn.Sequential(m.nn.Linear(2, 8), m.nn.Tanh(), m.nn.Linear(8, 1))
    return step(m, model, m.optim.SGD(model.parameters(), lr=0.1), m.nn.MSELoss(), x, y)


@workload("MLP step (784-512-10, batch 64, Adam)", 2.0)
def _(m):
    model = m.nn.Sequential(m.nn.Linear(784, 512), m.nn.ReLU(), m.nn.Linear(512, 10))
    x, y = values(m, 64, 784), m.arange(64) % 10
    return step(m, model, m.optim.Adam(model.parameters()), m.nn.CrossEntropyLoss(), x, y)


@workload("conv 3x3 (8,64,56,56) to 64")
def _(m):
    layer, x = m.nn.Conv2d(64, 64, 3, padding=1), values(m, 8, 64, 56, 56)

    def call():
        with m.no_grad():
            return layer(x)

    return call


@workload("conv 3x3, forward and backward")
def _(m):
    layer, x = m.nn.Conv2d(64, 64, 3, padding=1), values(m, 8, 64, 56, 56).requires_grad_()

    def call():
        layer.zero_grad()
        x.grad = None
        layer(x).sum().backward()

    return call


@workload("CNN step (28x28, batch 32, Adam)")
def _(m):
    model = m.nn.Sequential(
        m.nn.Conv2d(1, 8, 3, padding=1),
        m.nn.ReLU(),
        m.nn.MaxPool2d(2),
        m.nn.Conv2d(8, 16, 3, padding=1),
        m.nn.ReLU(),
        m.nn.MaxPool2d(2),
        m.nn.Flatten(),
        m.nn.Linear(16 * 7 * 7, 10),
    )
    x, y = values(m, 32, 1, 28, 28), m.arange(32) % 10
    return step(m, model, m.optim.Adam(model.parameters()), m.nn.CrossEntropyLoss(), x, y)


# ---- measuring ----


def block(call, count):
    """Seconds per call."""
    start = time.perf_counter()
    for _ in range(count):
        call()
    return (time.perf_counter() - start) / count


def measure(calls, rounds, seconds, pause=0.01):
    """Median and best seconds per call of each of `calls`, in turns."""
    counts = []
    for call in calls:
        call()
        once = min(block(call, 1) for _ in range(3))
        counts.append(max(1, min(20_000, int(seconds / max(once, 1e-9)))))
    times = [[] for _ in calls]
    for _ in range(rounds):
        for call, count, row in zip(calls, counts, times):
            # The other library's threads spin for a moment after their last task: let them go to sleep, then wake ours.
            time.sleep(pause)
            call()
            row.append(block(call, count))
    return [(statistics.median(row), min(row)) for row in times]


def human(seconds):
    for unit, scale in (("s", 1), ("ms", 1e3), ("µs", 1e6)):
        if seconds * scale >= 1:
            return f"{seconds * scale:.2f} {unit}"
    return f"{seconds * 1e9:.0f} ns"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--filter", default="", help="only workloads with this in their name")
    parser.add_argument("--threads", default="1,2", help="comma-separated numbers of threads")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--block", type=float, default=0.02, help="seconds per block of calls")
    parser.add_argument("--json", default="compare.json", help="where to write the numbers")
    options = parser.parse_args()

    rows = []
    header = f"| {'workload':<38} | threads | {'PyTorch':>10} | {'NeuraRust':>10} | {'ratio':>6} | {'best':>6} | {'asked':>6} |"
    print(header)
    print(f"|{'-' * 40}|--------:|{'-' * 11}:|{'-' * 11}:|{'-' * 7}:|{'-' * 7}:|{'-' * 7}:|")
    for name, asked, build in WORKLOADS:
        if options.filter not in name:
            continue
        for threads in (int(n) for n in options.threads.split(",")):
            torch.set_num_threads(threads)
            neurarust.set_num_threads(threads)
            try:
                calls = [build(torch), build(neurarust)]
                theirs, ours = measure(calls, options.rounds, options.block)
            except Exception as e:  # a workload that can't run yet is a line of the table, not the end of it
                print(f"| {name:<38} | {threads:>7} | {type(e).__name__}: {e}")
                rows.append({"workload": name, "threads": threads, "error": f"{type(e).__name__}: {e}"})
                continue
            ratio = theirs[0] / ours[0]
            print(
                f"| {name:<38} | {threads:>7} | {human(theirs[0]):>10} | {human(ours[0]):>10} | {ratio:>5.2f}x | "
                f"{theirs[1] / ours[1]:>5.2f}x | "
                f"{f'{asked:.1f}x' if asked else '-':>6} |",
                flush=True,
            )
            rows.append(
                {
                    "workload": name,
                    "threads": threads,
                    "pytorch_seconds": theirs[0],
                    "neurarust_seconds": ours[0],
                    "pytorch_best": theirs[1],
                    "neurarust_best": ours[1],
                    "ratio": ratio,
                    "asked": asked,
                }
            )
    about = {
        "pytorch": torch.__version__,
        "neurarust": neurarust.__version__,
        "machine": platform.machine(),
        "cpus": os.cpu_count(),
        "python": platform.python_version(),
    }
    with open(options.json, "w") as file:
        json.dump({"about": about, "rows": rows}, file, indent=1)
    print(f"written to {options.json}")


if __name__ == "__main__":
    main()
