"""Where the time goes: operations and modules with their time, bytes and GFLOP/s, as tables and as a Chrome trace.

>>> with profile() as p:
...     x = torch.ones(64, 64)
...     y = (x @ x).relu()
>>> p.key_averages().total_average().flops
524288
>>> print(p.key_averages().table(sort_by="cpu_time_total", row_limit=10))  # doctest: +SKIP

Floating-point operations are those of matrix products and convolutions, two for each multiplication and addition;
everything else is judged by its bytes. There is one recording at a time, and it sees all threads.
"""

import contextlib
import enum
import os
import socket
import threading
import time
import warnings

from . import _C
from .nn import module as _module

__all__ = [
    "EventList", "FunctionEvent", "FunctionEventAvg", "ProfilerAction", "ProfilerActivity", "profile", "record_function",
    "schedule", "supported_activities", "tensorboard_trace_handler",
]  # fmt: skip


class ProfilerActivity(enum.Enum):
    """What to watch. Everything runs on the CPU."""

    CPU = 0
    XPU = 1
    MTIA = 2
    CUDA = 3
    HPU = 4


class ProfilerAction(enum.Enum):
    """What a profiler does during a step."""

    NONE = 0
    WARMUP = 1
    RECORD = 2
    RECORD_AND_SAVE = 3


def supported_activities():
    """The activities that can be watched."""
    return {ProfilerActivity.CPU}


def schedule(*, wait, warmup, active, repeat=0, skip_first=0, skip_first_wait=0):
    """A function of steps: after `skip_first` steps, `wait` idle ones, `warmup` idle ones, too, `active`
    recorded ones, and that `repeat` times, or for ever.

    >>> plan = schedule(wait=1, warmup=1, active=2, repeat=1)
    >>> [plan(step).name for step in range(5)]
    ['NONE', 'WARMUP', 'RECORD', 'RECORD_AND_SAVE', 'NONE']
    """
    if min(wait, warmup, repeat, skip_first) < 0 or active < 1:
        raise ValueError(
            f"schedule: wait {wait}, warmup {warmup}, active {active}, repeat {repeat}, skip_first {skip_first}; expected none below 0 and active of 1 or more"
        )

    def action(step):
        if step < 0:
            raise ValueError(f"schedule: step {step}; expected 0 or more")
        step -= skip_first
        if step < 0:
            return ProfilerAction.NONE
        cycle = wait + warmup + active
        # With `skip_first_wait`, the first cycle does not wait.
        if skip_first_wait:
            step += wait
        if repeat > 0 and step >= repeat * cycle:
            return ProfilerAction.NONE
        at = step % cycle
        if at < wait:
            return ProfilerAction.NONE
        if at < wait + warmup:
            return ProfilerAction.WARMUP
        return ProfilerAction.RECORD if at < cycle - 1 else ProfilerAction.RECORD_AND_SAVE

    return action


def _always(_step):
    return ProfilerAction.RECORD


def tensorboard_trace_handler(dir_name, worker_name=None, use_gzip=False):
    """For `on_trace_ready`: writes each profile as a Chrome trace into the folder, as `NAME.TIME.pt.trace.json`."""

    def handler(prof):
        os.makedirs(dir_name, exist_ok=True)
        worker = worker_name or f"{socket.gethostname()}_{os.getpid()}"
        name = f"{worker}.{time.time_ns()}.pt.trace.json"
        prof.export_chrome_trace(os.path.join(dir_name, name + ".gz" if use_gzip else name))

    return handler


class record_function(contextlib.ContextDecorator):
    """Names a part of the program in the profile; also a decorator.

    >>> with profile() as p, record_function("mine"):
    ...     y = torch.ones(3).exp()
    >>> "mine" in [row.key for row in p.key_averages()]
    True
    """

    def __init__(self, name, args=None):
        self.name, self.args = name, args
        self._open = []

    def _recreate_cm(self):
        return record_function(self.name, self.args)

    def __enter__(self):
        self._open.append(_C._profiler_enter(str(self.name)))
        return self

    def __exit__(self, *exception):
        if self._open:
            _C._profiler_exit(self._open.pop())


class _Modules(threading.local):
    """The modules that this thread is calling: their paths, and those of all modules below the outermost."""

    def __init__(self):
        self.stack = []
        self.paths = {}


_modules = _Modules()


@contextlib.contextmanager
def _span(module):
    """A module's call as a span, named by its type, at its path in the model."""
    kind, calling = type(module).__name__, _modules
    if not calling.stack:
        calling.paths = {id(m): path for path, m in module.named_modules(prefix=kind)}
    path = calling.paths.get(id(module)) or f"{calling.stack[-1]}.{kind}"
    span = _C._profiler_enter(kind, path)
    calling.stack.append(path)
    try:
        yield
    finally:
        calling.stack.pop()
        _C._profiler_exit(span)


class _Interval:
    """From `start` to `end`, in µs since the recording began."""

    def __init__(self, start, end):
        self.start, self.end = start, end

    def elapsed_us(self):
        """Its length."""
        return self.end - self.start

    def __repr__(self):
        return f"[{self.start:.3f}, {self.end:.3f}]"


class FunctionEvent:
    """One call of an operation, of a module, or of a part of the program that `record_function` names."""

    is_async = is_remote = False

    def __init__(self, event):
        (
            self.name, self.kind, self.is_backward, self.module, self.thread, self.depth, (start, duration, own), self.bytes,
            self.flops, self.shapes, self.line, (self.cpu_memory_usage, self.self_cpu_memory_usage),
        ) = event  # fmt: skip
        self.time_range = _Interval(start, start + duration)
        self.cpu_time_total = self.cpu_time = duration
        self.self_cpu_time_total = own
        self.device_time_total = self.self_device_time_total = 0.0
        self.count = 1

    @property
    def key(self):
        """The name."""
        return self.name

    @property
    def stack(self):
        """The line that asked for it, with `with_stack=True`."""
        return [self.line] if self.line else []

    def __repr__(self):
        return f"<FunctionEvent name={self.name} cpu_time={self.cpu_time:.3f}us thread={self.thread} module={self.module!r}>"


class FunctionEventAvg:
    """What the calls of one name add up to; times in µs."""

    is_async = is_remote = False
    device_time = device_time_total = self_device_time_total = 0.0
    cuda_time = cuda_time_total = self_cuda_time_total = 0.0
    device_memory_usage = self_device_memory_usage = 0

    def __init__(self, row):
        (
            self.name, self.type, self.is_backward, self.is_user_annotation, self.input_shapes, self.count,
            (self.cpu_time_total, self.self_cpu_time_total, self.backward_time_total), self.bytes, self.flops,
            self.cpu_memory_usage, self.self_cpu_memory_usage,
        ) = row  # fmt: skip

    @property
    def key(self):
        """The name; gradients are marked."""
        return f"{self.name} (backward)" if self.is_backward else self.name

    @property
    def cpu_time(self):
        """The time per call."""
        return self.cpu_time_total / max(self.count, 1)

    @property
    def gflops(self):
        """Billions of floating-point operations per second; 0 where there are none."""
        took = self.cpu_time_total + self.backward_time_total
        return self.flops / took / 1e3 if took else 0.0

    def __repr__(self):
        return f"<FunctionEventAvg key={self.key} count={self.count} self_cpu_time={self.self_cpu_time_total:.3f}us cpu_time={self.cpu_time:.3f}us>"


class EventList(list):
    """Rows, and the table of them."""

    def __init__(self, rows, profile, shapes=False, modules=False):
        super().__init__(rows)
        self._profile, self._shapes, self._modules = profile, shapes, modules

    def table(
        self, sort_by=None, row_limit=100, max_src_column_width=75, max_name_column_width=55, max_shapes_column_width=80,
        header=None, top_level_events_only=False, time_unit=None,
    ):  # fmt: skip
        """The rows as text, the largest by `sort_by` first: "self_cpu_time_total", "cpu_time_total", "cpu_time", "count", "flops",
        "bytes", "cpu_memory_usage", "self_cpu_memory_usage", "name"."""
        if top_level_events_only:
            raise NotImplementedError("table: top_level_events_only isn't supported; events() says each one's depth")
        text = self._profile.table(sort_by, row_limit, self._shapes, self._modules)
        return f"{header}\n{text}" if header else text

    def total_average(self):
        """All rows as one: own times, and with them bytes and operations, add up."""
        one = FunctionEventAvg(("Total", "", False, False, "", 0, (0.0, 0.0, 0.0), 0, 0, 0, 0))
        one.count = sum(row.count for row in self)
        one.self_cpu_time_total = one.cpu_time_total = sum(row.self_cpu_time_total for row in self)
        one.self_cpu_memory_usage = one.cpu_memory_usage = sum(row.self_cpu_memory_usage for row in self)
        one.bytes, one.flops = self._profile.bytes, self._profile.flops
        return one

    @property
    def self_cpu_time_total(self):
        """The own times of all rows, in µs."""
        return sum(row.self_cpu_time_total for row in self)

    def __str__(self):
        return self.table()


def _export(recorded, path):
    path = os.fspath(path)
    if not path.endswith(".gz"):
        return recorded.export_chrome_trace(path)
    import gzip

    plain = f"{path}.{os.getpid()}.json"
    try:
        recorded.export_chrome_trace(plain)
        with open(plain, "rb") as source, gzip.open(plain + ".gz", "wb") as target:
            target.writelines(source)
        os.replace(plain + ".gz", path)
    finally:
        for left in (plain, plain + ".gz"):
            with contextlib.suppress(FileNotFoundError):
                os.remove(left)


class profile:
    """Records what operations and modules do between `start` and `stop`, or inside of `with`.

    With a `schedule`, `step()` says where a step ends, and `on_trace_ready(self)` is called after each recorded cycle.
    `record_shapes` notes the operands' shapes, `profile_memory` the growth of live bytes, `with_stack` the line of the program that
    asked for each operation. Floating-point operations and modules are always noted.
    """

    def __init__(
        self, *, activities=None, schedule=None, on_trace_ready=None, record_shapes=False, profile_memory=False, with_stack=False,
        with_flops=False, with_modules=False, experimental_config=None, execution_trace_observer=None, acc_events=False,
        use_cuda=None, custom_trace_id_callback=None,
    ):  # fmt: skip
        if acc_events or execution_trace_observer is not None:
            raise NotImplementedError(
                "profile: acc_events and execution_trace_observer aren't supported; on_trace_ready sees the events of every cycle"
            )
        activities = set(activities) if activities is not None else supported_activities()
        for activity in activities:
            if not isinstance(activity, ProfilerActivity):
                raise TypeError(f"profile: activities are of ProfilerActivity, got {activity!r}")
        if activities - supported_activities() or use_cuda:
            warnings.warn("profile: everything runs on the CPU; other activities are not watched", stacklevel=2)
        self.activities = activities
        self.schedule = schedule or _always
        self.on_trace_ready = on_trace_ready
        self.record_shapes, self.profile_memory, self.with_stack = record_shapes, profile_memory, with_stack
        self.with_flops, self.with_modules = with_flops, with_modules
        self.step_num = 0
        self.current_action = ProfilerAction.NONE
        self._steps = schedule is not None
        self._step = None
        self._running = self._started = False
        self._recorded = None

    # ---- running ----

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *exception):
        self.stop()

    def __del__(self):
        if getattr(self, "_running", False):
            self._finish()

    def start(self):
        """Begins the first step."""
        self._started = True
        self._to(self.schedule(self.step_num))

    def stop(self):
        """Ends the last one."""
        self._started = False
        ready = self._running
        self._end_step()
        self._finish()
        self.current_action = ProfilerAction.NONE
        if ready and self.on_trace_ready:
            self.on_trace_ready(self)

    def step(self):
        """Ends a step and begins the next one."""
        if not self._started:
            raise RuntimeError("profile: step() outside of a recording; start it, or use it in a with statement, first")
        self._end_step()
        saved = self.current_action is ProfilerAction.RECORD_AND_SAVE
        if saved:
            self._finish()
            if self.on_trace_ready:
                self.on_trace_ready(self)
        self.step_num += 1
        self._to(self.schedule(self.step_num))

    def _to(self, action):
        self.current_action = action
        wanted = action in (ProfilerAction.RECORD, ProfilerAction.RECORD_AND_SAVE)
        if wanted and not self._running:
            try:
                _C._profiler_start(bool(self.profile_memory), bool(self.record_shapes), bool(self.with_stack))
            except ValueError as error:
                raise RuntimeError(str(error)) from None
            self._running = True
            _module._span = _span
        elif not wanted:
            self._finish()
        if wanted and self._steps:
            self._step = _C._profiler_enter(f"ProfilerStep#{self.step_num}")

    def _end_step(self):
        if self._step is not None:
            _C._profiler_exit(self._step)
            self._step = None

    def _finish(self):
        if self._running:
            self._running = False
            _module._span = None
            self._recorded = _C._profiler_stop()

    # ---- what was seen ----

    def _profile(self):
        if self._running:
            raise RuntimeError("profile: the recording is still running; stop it, or leave the with statement, first")
        if self._recorded is None:
            raise RuntimeError("profile: nothing was recorded; start it, or use it in a with statement, first")
        return self._recorded

    def events(self):
        """All calls, by their beginnings."""
        recorded = self._profile()
        return EventList(map(FunctionEvent, recorded.events()), recorded)

    @property
    def function_events(self):
        """As `events()`."""
        return self.events()

    def key_averages(self, group_by_input_shape=False, group_by_stack_n=0, group_by_overload_name=False):
        """What the calls of each operation add up to."""
        if group_by_stack_n:
            raise NotImplementedError("key_averages: one line is noted per operation, not a stack; events() holds them")
        recorded = self._profile()
        shapes = bool(group_by_input_shape)
        return EventList(map(FunctionEventAvg, recorded.ops(None, shapes)), recorded, shapes)

    def module_averages(self):
        """What the calls of each module add up to, gradients included; `key` is its path."""
        recorded = self._profile()
        return EventList(map(FunctionEventAvg, recorded.modules()), recorded, modules=True)

    def total_average(self):
        """All operations as one row."""
        return self.key_averages().total_average()

    @property
    def self_cpu_time_total(self):
        """The own times of all operations, in µs."""
        return self.key_averages().self_cpu_time_total

    def table(self, sort_by=None, row_limit=100, **options):
        """`key_averages().table(…)`."""
        return self.key_averages().table(sort_by, row_limit, **options)

    def export_chrome_trace(self, path):
        """Writes the events for chrome://tracing or https://ui.perfetto.dev; compressed if the name ends in `.gz`."""
        _export(self._profile(), path)

    def export_stacks(self, path, metric="self_cpu_time_total"):
        """Not supported: with_stack notes one line per operation."""
        raise NotImplementedError("export_stacks: one line is noted per operation, not a stack; use export_chrome_trace")

    def export_memory_timeline(self, path, device=None):
        """Not supported."""
        raise NotImplementedError("export_memory_timeline: use profile_memory=True and export_chrome_trace, which holds the live bytes")

    def __str__(self):
        return str(self._profile()) if self._recorded is not None and not self._running else repr(self)

    def __repr__(self):
        state = "running" if self._running else "stopped" if self._recorded is not None else "not started"
        return f"<neurarust.profiler.profile, {state}>"


