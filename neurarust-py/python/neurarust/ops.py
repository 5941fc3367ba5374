"""`torch.ops.aten`: PyTorch's operators by their inner names, as far as programs call them so."""

from types import SimpleNamespace as _Namespace

from . import _native


class _Operator:
    """A function whose only overload is itself."""

    def __init__(self, function):
        self._function, self.__name__, self.__doc__ = function, function.__name__, function.__doc__

    def __call__(self, *args, **kwargs):
        return self._function(*args, **kwargs)

    @property
    def default(self):
        """The overload."""
        return self


aten = _Namespace(**{
    name: _Operator(getattr(_native, name))
    for name in (
        "native_batch_norm", "_native_batch_norm_legit", "native_group_norm", "native_layer_norm", "constant_pad_nd", "grid_sampler_2d",
        "grid_sampler_3d", "_softmax_backward_data", "_safe_softmax", "_scaled_dot_product_flash_attention_for_cpu",
    )
})
