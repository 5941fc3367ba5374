"""Modules over several devices. There is one, so they run there."""

from .module import Module

__all__ = ["DataParallel", "data_parallel"]


class DataParallel(Module):
    """`module` as a part of itself, so that names of parameters begin with `module.` as in checkpoints of several GPUs."""

    def __init__(self, module, device_ids=None, output_device=None, dim=0):
        super().__init__()
        self.module, self.dim, self.device_ids = module, dim, []

    def forward(self, *inputs, **kwargs):
        """The module's answer."""
        return self.module(*inputs, **kwargs)


def data_parallel(module, inputs, device_ids=None, output_device=None, dim=0, module_kwargs=None):
    """The module's answer to `inputs`, a tensor or a tuple of arguments."""
    inputs = inputs if isinstance(inputs, tuple) else (inputs,)
    return module(*inputs, **(module_kwargs or {}))
