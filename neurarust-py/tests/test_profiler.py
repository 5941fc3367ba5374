"""The profiler, the older names of it, and `summary`."""

import gzip
import json
import threading

import pytest

import neurarust as torch
from neurarust import nn
from neurarust.profiler import ProfilerAction, ProfilerActivity, profile, record_function, schedule, tensorboard_trace_handler
from neurarust.utils import summary
from neurarust.utils.flop_counter import FlopCounterMode


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(8)
        self.layers = nn.ModuleList([nn.Linear(8, 8), nn.Linear(8, 4)])

    def forward(self, x):
        x = self.norm(self.conv(x)).relu().mean([2, 3])
        for layer in self.layers:
            x = layer(x)
        return x


CONV, FIRST, SECOND = 2 * 2 * 8 * 27 * 64, 2 * 2 * 8 * 8, 2 * 2 * 8 * 4


def rows(p):
    return {row.key: row for row in p.key_averages()}


def test_operations_have_their_names_times_bytes_and_flops():
    x = torch.ones(100, 100)
    with profile(activities=[ProfilerActivity.CPU], with_flops=True) as p:
        y = x @ x
        y = (y + 1).relu()
        y = torch.exp(-y)
        y = y.softmax(-1).reshape(-1)
    with profile() as q:
        torch.linalg.inv(torch.eye(3))
    assert "inverse" in rows(q)
    seen = rows(p)
    assert {"matmul", "add", "relu", "exp", "neg", "softmax", "reshape"} <= set(seen)
    assert seen["matmul"].flops == 2 * 100**3 and seen["add"].flops == 0
    assert seen["add"].bytes == 2 * 40000 + 8 and seen["exp"].bytes == 2 * 40000
    assert seen["matmul"].count == 1
    for row in seen.values():
        assert 0 <= row.self_cpu_time_total <= row.cpu_time_total
    table = p.key_averages().table(sort_by="self_cpu_time_total", row_limit=3)
    assert "GFLOP/s" in table and "more rows" in table
    assert "matmul" in str(p)
    with pytest.raises(ValueError, match="can't sort by"):
        p.key_averages().table(sort_by="beauty")
    assert p.key_averages().total_average().flops == 2 * 100**3
    assert p.self_cpu_time_total > 0


def test_gradients_and_modules():
    net, x = Net(), torch.ones(2, 3, 8, 8)
    with profile() as p:
        net(x).sum().backward()
    modules = {row.key: row for row in p.module_averages()}
    assert list(modules) == ["Net", "Net.conv", "Net.norm", "Net.layers.0", "Net.layers.1"]
    assert modules["Net.conv"].type == "Conv2d"
    # The output and the weight's gradient; the linear ones also have their input's.
    assert modules["Net.conv"].flops == 2 * CONV
    assert modules["Net.layers.1"].flops == 3 * SECOND
    assert modules["Net"].flops == 2 * CONV + 3 * (FIRST + SECOND)
    assert modules["Net.conv"].backward_time_total > 0
    assert {"conv2d", "conv2d (backward)", "linear (backward)", "backward"} <= set(rows(p))
    assert "Net.layers.0" in p.module_averages().table() and "Net.layers.0" in str(p)
    # A call that fails leaves the next one sane.
    with profile() as p:
        with pytest.raises(RuntimeError):
            net(torch.ones(1, 2, 8, 8))
        net(x)
    assert [row.count for row in p.module_averages()][:2] == [2, 2]
    assert nn.module._span is None


def test_record_function_nests_and_decorates():
    @record_function("decorated")
    def f(x):
        with record_function("inner"):
            return x.exp()

    x = torch.ones(4)
    f(x)
    with profile() as p:
        f(f(x))
    events = p.events()
    assert [(e.name, e.depth) for e in events] == [("decorated", 0), ("inner", 1), ("exp", 2)] * 2
    outer, inner, _ = events[:3]
    assert outer.time_range.start <= inner.time_range.start and inner.time_range.end <= outer.time_range.end
    assert abs(sum(e.self_cpu_time_total for e in events[:3]) - outer.cpu_time_total) < 1e-3
    assert rows(p)["decorated"].is_user_annotation


def test_nothing_is_recorded_outside_and_one_runs_at_a_time():
    x = torch.ones(4)
    with profile() as p:
        with pytest.raises(RuntimeError, match="already"):
            profile().start()
        with pytest.raises(RuntimeError, match="still running"):
            p.key_averages()
    x.exp()
    assert len(p.events()) == 0
    with pytest.raises(RuntimeError, match="nothing was recorded"):
        profile().events()
    with pytest.raises(ZeroDivisionError), profile() as p:
        x.exp()
        1 / 0
    assert [e.name for e in p.events()] == ["exp"]


def test_threads():
    def work():
        with record_function("work"):
            torch.ones(3).exp()

    with profile() as p:
        threads = [threading.Thread(target=work) for _ in range(2)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
    assert len({e.thread for e in p.events() if e.name == "work"}) == 2


def test_schedule_and_steps():
    plan = schedule(skip_first=1, wait=1, warmup=1, active=2, repeat=2)
    names = "NONE NONE WARMUP RECORD RECORD_AND_SAVE NONE WARMUP RECORD RECORD_AND_SAVE NONE NONE".split()
    assert [plan(i).name for i in range(11)] == names
    assert plan(3) is ProfilerAction.RECORD
    with pytest.raises(ValueError):
        schedule(wait=0, warmup=0, active=0)
    seen = []

    def ready(p):
        seen.append((p.step_num, rows(p)["exp"].count, [e.name for e in p.events() if e.depth == 0]))

    with profile(schedule=plan, on_trace_ready=ready) as p:
        for _ in range(10):
            torch.ones(2).exp()
            p.step()
    steps = [["ProfilerStep#3", "ProfilerStep#4"], ["ProfilerStep#7", "ProfilerStep#8"]]
    assert seen == [(4, 2, steps[0]), (8, 2, steps[1])]
    called = []
    with profile(on_trace_ready=lambda p: called.append(len(p.events()))):
        torch.ones(2).exp()
    assert len(called) == 1 and called[0] >= 2


def test_traces_are_json(tmp_path):
    with profile(record_shapes=True, profile_memory=True, with_stack=True, on_trace_ready=tensorboard_trace_handler(str(tmp_path), "w", True)) as p:
        with record_function('a "name"'):
            Net()(torch.ones(1, 3, 8, 8))
    p.export_chrome_trace(tmp_path / "t.json")
    events = json.loads((tmp_path / "t.json").read_text())["traceEvents"]
    [packed] = tmp_path.glob("w.*.pt.trace.json.gz")
    assert json.loads(gzip.open(packed).read())["traceEvents"] == events
    spans = {e["name"]: e for e in events if e["ph"] == "X"}
    outer, inner = spans['a "name"'], spans["Net: Net"]
    assert outer["ts"] <= inner["ts"] and inner["ts"] + inner["dur"] <= outer["ts"] + outer["dur"] + 1e-3
    assert spans["conv2d"]["args"]["module"] == "Net.conv"
    assert "test_profiler.py:" in spans["relu"]["args"]["line"]
    assert any(e["ph"] == "C" for e in events)
    assert any(row.cpu_memory_usage > 0 for row in p.key_averages())
    by_shape = p.key_averages(group_by_input_shape=True)
    assert "[1, 3, 8, 8]" in by_shape.table(sort_by="cpu_memory_usage")
    with pytest.raises(OSError):
        p.export_chrome_trace(tmp_path / "no" / "folder.json")
    with pytest.raises(NotImplementedError):
        p.export_stacks("x")


def test_older_names():
    with torch.autograd.profiler.profile(record_shapes=True) as p, torch.autograd.profiler.record_function("part"):
        torch.ones(3).exp()
    assert {"part", "exp"} <= set(rows(p))
    with torch.autograd.profiler.profile(enabled=False) as p:
        torch.ones(3).exp()
    with pytest.raises(RuntimeError):
        p.events()
    with pytest.warns(UserWarning, match="CPU"):
        profile(activities=[ProfilerActivity.CPU, ProfilerActivity.CUDA])
    with pytest.raises(TypeError):
        profile(activities=["cpu"])


def test_flop_counter():
    with FlopCounterMode(display=False) as counter:
        Net()(torch.ones(2, 3, 8, 8))
    assert counter.get_total_flops() == CONV + FIRST + SECOND
    torch.ones(3, 3) @ torch.ones(3, 3)
    assert counter.get_total_flops() == CONV + FIRST + SECOND


def test_summary():
    net = Net()
    net.layers[0].weight.requires_grad_(False)
    net.norm.eval()
    mean = net.norm.running_mean.clone()
    s = summary(net, torch.ones(2, 3, 8, 8))
    numel = sum(p.numel() for p in net.parameters())
    assert s.total_params == numel == sum(layer.parameters for layer in s.layers)
    assert s.trainable_params == numel - 64
    by = {layer.path: layer for layer in s.layers}
    assert by["conv"].flops == CONV and by["conv"].output_shape == [2, 8, 8, 8] and by["conv"].activations == 4096
    assert by["layers"].flops == FIRST + SECOND and by["layers"].output_shape is None
    assert s.flops == CONV + FIRST + SECOND == by[""].flops
    assert net.training and not net.norm.training and bool((net.norm.running_mean == mean).all())
    text = str(s)
    assert "Conv2d" in text and f"{numel:,} parameters" in text
    assert str(summary(net, input_size=(2, 3, 8, 8))) == text == str(summary(net, input_data=torch.zeros(2, 3, 8, 8)))
    assert "layers" in str(summary(net, input_size=(2, 3, 8, 8), depth=1)) and "Linear" not in str(summary(net, input_size=(2, 3, 8, 8), depth=1))
    with pytest.raises(RuntimeError):
        summary(net, torch.ones(2, 4, 8, 8))
    assert not net._forward_hooks and net.training
    with pytest.raises(TypeError):
        summary(lambda x: x, torch.ones(1))


def test_summary_of_layers_that_are_shared_and_answer_several_tensors():
    class Shared(nn.Module):
        def __init__(self):
            super().__init__()
            self.a = nn.Linear(4, 4)
            self.b = self.a
            self.lstm = nn.MultiheadAttention(4, 2, batch_first=True)

        def forward(self, x, *, scale):
            return self.lstm(self.b(self.a(x)), x, x)[0] * scale

    s = summary(Shared(), torch.ones(1, 3, 4), scale=2.0)
    assert s.total_params == sum(p.numel() for p in Shared().parameters())
    a = next(layer for layer in s.layers if layer.path == "a")
    assert (a.calls, a.flops) == (2, 2 * 2 * 3 * 16)
    assert "Linear ×2" in str(s)


def test_memory_stats():
    before = torch.memory_stats()["live_bytes"]
    x = torch.ones(1000)
    assert torch.memory_stats()["live_bytes"] >= before + 4000
    del x


def test_bytes_are_what_is_read_and_written():
    x = torch.randn(100, 100)
    with profile() as p:
        x.clone(), torch.cat([x, x]), x.double(), torch.ones(100, 100)
    seen = rows(p)
    assert [seen[name].bytes for name in ("clone", "cat", "to", "ones")] == [80000, 160000, 120000, 40000]
    assert p.key_averages().total_average().bytes == 400000
    assert p.events().total_average().count == len(p.events())


def test_a_recording_ends_with_its_owner():
    p = profile()
    with pytest.raises(RuntimeError, match="start it"):
        p.step()
    p.start()
    del p
    with profile() as q:
        torch.ones(2)
    assert "ones" in rows(q)


def test_what_isnt_supported_says_so():
    with pytest.raises(NotImplementedError, match="acc_events"):
        profile(acc_events=True)
    with profile() as p:
        torch.ones(2)
    with pytest.raises(NotImplementedError, match="stack"):
        p.key_averages(group_by_stack_n=5)
    with pytest.raises(NotImplementedError, match="top_level"):
        p.key_averages().table(top_level_events_only=True)


def test_a_part_that_fails_is_not_charged_to_the_next():
    class Careful(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.big, self.wrong = torch.nn.Linear(32, 64), torch.nn.Linear(7, 7)

        def forward(self, x):
            y = self.big(x)
            try:
                return self.wrong(y)
            except RuntimeError:
                return y

    layers = {layer.path: layer for layer in torch.utils.summary(Careful(), torch.zeros(4, 32)).layers}
    assert layers[""].flops == layers["big"].flops == 2 * 4 * 32 * 64 and layers["wrong"].flops == 0
