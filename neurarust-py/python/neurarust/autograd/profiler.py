"""The profiler under its older names."""

from ..profiler import EventList, FunctionEvent, FunctionEventAvg, record_function
from ..profiler import profile as _profile

__all__ = ["EventList", "FunctionEvent", "FunctionEventAvg", "emit_itt", "emit_nvtx", "profile", "record_function"]


class profile(_profile):
    """As `neurarust.profiler.profile`; with `enabled=False` it does nothing.

    >>> with profile() as p:
    ...     y = neurarust.ones(3).exp()
    >>> [row.key for row in p.key_averages() if row.key == "exp"]
    ['exp']
    """

    def __init__(
        self, enabled=True, *, use_cuda=False, use_device=None, record_shapes=False, with_flops=False, profile_memory=False,
        with_stack=False, with_modules=False, use_kineto=False, use_cpu=True, experimental_config=None, acc_events=False,
        custom_trace_id_callback=None,
    ):  # fmt: skip
        super().__init__(
            record_shapes=record_shapes, profile_memory=profile_memory, with_stack=with_stack, with_flops=with_flops,
            with_modules=with_modules, use_cuda=use_cuda or use_device not in (None, "cpu"),
        )  # fmt: skip
        self.enabled = enabled

    def __enter__(self):
        return super().__enter__() if self.enabled else self

    def __exit__(self, *exception):
        if self.enabled:
            super().__exit__(*exception)


class emit_nvtx:
    """Not supported: there is no CUDA to annotate for."""

    def __init__(self, enabled=True, record_shapes=False):
        if enabled:
            raise NotImplementedError("emit_nvtx: everything runs on the CPU; use neurarust.profiler.profile and export_chrome_trace")

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        pass


class emit_itt(emit_nvtx):
    """Not supported."""
