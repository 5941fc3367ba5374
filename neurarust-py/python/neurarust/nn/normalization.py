"""Normalisation over a batch, over samples, over groups of channels, over features."""

from .. import _C
from .._modes import no_grad
from . import functional as F
from . import init
from ._table import layer
from .module import Module
from .parameter import Parameter

__all__ = [
    "BatchNorm1d", "BatchNorm2d", "BatchNorm3d", "GroupNorm", "InstanceNorm1d", "InstanceNorm2d", "InstanceNorm3d", "LayerNorm",
    "LocalResponseNorm", "RMSNorm",
]


class _Running(Module):
    """Weight, bias and running statistics per channel."""

    _ranks = ()

    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True, device=None, dtype=None):
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.affine, self.track_running_stats = affine, track_running_stats
        for name, one in (("weight", True), ("bias", False)):
            make = _C.ones if one else _C.zeros
            self.register_parameter(name, Parameter(make(num_features, dtype=dtype)) if affine else None)
        self.register_buffer("running_mean", _C.zeros(num_features, dtype=dtype) if track_running_stats else None)
        self.register_buffer("running_var", _C.ones(num_features, dtype=dtype) if track_running_stats else None)
        self.register_buffer("num_batches_tracked", _C.tensor(0, dtype=_C.int64) if track_running_stats else None)

    def reset_running_stats(self):
        """Forgets what has been seen."""
        if self.track_running_stats:
            self.running_mean.zero_()
            self.running_var.fill_(1)
            self.num_batches_tracked.zero_()

    def reset_parameters(self):
        """Weight 1, bias 0, statistics forgotten."""
        self.reset_running_stats()
        if self.affine:
            init.ones_(self.weight)
            init.zeros_(self.bias)

    def _check(self, input):
        if input.dim() not in self._ranks:
            raise ValueError(f"expected {' or '.join(f'{r}D' for r in self._ranks)} input (got {input.dim()}D input)")

    def extra_repr(self):
        return (
            f"{self.num_features}, eps={self.eps}, momentum={self.momentum}, affine={self.affine}, "
            f"track_running_stats={self.track_running_stats}"
        )


class _BatchNorm(_Running):
    def forward(self, input):
        self._check(input)
        momentum = 0.0 if self.momentum is None else self.momentum
        tracked = self.running_mean is not None
        if self.training and tracked:
            with no_grad():
                self.num_batches_tracked.add_(1)
            if self.momentum is None:
                momentum = 1.0 / self.num_batches_tracked.item()
        return F.batch_norm(
            input, self.running_mean if tracked else None, self.running_var if tracked else None, self.weight, self.bias,
            self.training or not tracked, momentum, self.eps,
        )


class BatchNorm1d(_BatchNorm):
    """Zero mean and unit variance per channel of (N, C) or (N, C, L)."""

    _ranks = (2, 3)


class BatchNorm2d(_BatchNorm):
    """Zero mean and unit variance per channel of (N, C, H, W) (Ioffe and Szegedy, 2015).

    Training normalises by the batch's statistics, and moves `running_mean` and `running_var` towards them by `momentum`
    (`None`: a plain average over all batches); evaluation normalises by the running ones. `affine` adds a trained `weight` and
    `bias` per channel.
    """

    _ranks = (4,)


class BatchNorm3d(_BatchNorm):
    """Zero mean and unit variance per channel of (N, C, D, H, W)."""

    _ranks = (5,)


class _InstanceNorm(_Running):
    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=False, track_running_stats=False, device=None, dtype=None):
        super().__init__(num_features, eps, momentum, affine, track_running_stats, device, dtype)

    def forward(self, input):
        self._check(input)
        x = input if input.dim() == self._ranks[-1] else input.unsqueeze(0)
        out = F.instance_norm(
            x, self.running_mean, self.running_var, self.weight, self.bias, self.training or not self.track_running_stats,
            self.momentum or 0.0, self.eps,
        )
        return out if x is input else out.squeeze(0)


class InstanceNorm1d(_InstanceNorm):
    """Zero mean and unit variance per sample and channel of (N, C, L)."""

    _ranks = (2, 3)


class InstanceNorm2d(_InstanceNorm):
    """Zero mean and unit variance per sample and channel of (N, C, H, W)."""

    _ranks = (3, 4)


class InstanceNorm3d(_InstanceNorm):
    """Zero mean and unit variance per sample and channel of (N, C, D, H, W)."""

    _ranks = (4, 5)


class LayerNorm(Module):
    """Zero mean and unit variance over the last dimensions, `normalized_shape` (Ba, Kiros and Hinton, 2016).

    `weight` and `bias` of that shape scale and shift the result; `elementwise_affine=False` leaves both out, `bias=False` the
    second.

        >>> torch.nn.LayerNorm(4)(torch.ones(2, 3, 4)).shape
        neurarust.Size([2, 3, 4])
    """

    def __init__(self, normalized_shape, eps=1e-5, elementwise_affine=True, bias=True, device=None, dtype=None):
        super().__init__()
        self.normalized_shape = (normalized_shape,) if isinstance(normalized_shape, int) else tuple(normalized_shape)
        self.eps, self.elementwise_affine = eps, elementwise_affine
        self.register_parameter("weight", Parameter(_C.ones(self.normalized_shape, dtype=dtype)) if elementwise_affine else None)
        self.register_parameter("bias", Parameter(_C.zeros(self.normalized_shape, dtype=dtype)) if elementwise_affine and bias else None)

    def reset_parameters(self):
        """Sets weights to 1 and biases to 0."""
        if self.weight is not None:
            init.ones_(self.weight)
        if self.bias is not None:
            init.zeros_(self.bias)

    def forward(self, input):
        return F.layer_norm(input, self.normalized_shape, self.weight, self.bias, self.eps)

    def extra_repr(self):
        return f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}"


class RMSNorm(Module):
    """Unit mean square over the last dimensions, `normalized_shape` (Zhang and Sennrich, 2019)."""

    def __init__(self, normalized_shape, eps=None, elementwise_affine=True, device=None, dtype=None):
        super().__init__()
        self.normalized_shape = (normalized_shape,) if isinstance(normalized_shape, int) else tuple(normalized_shape)
        self.eps, self.elementwise_affine = eps, elementwise_affine
        self.register_parameter("weight", Parameter(_C.ones(self.normalized_shape, dtype=dtype)) if elementwise_affine else None)

    def reset_parameters(self):
        """Sets the weights to 1."""
        if self.weight is not None:
            init.ones_(self.weight)

    def forward(self, input):
        return F.rms_norm(input, self.normalized_shape, self.weight, self.eps)

    def extra_repr(self):
        return f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}"


class GroupNorm(Module):
    """Zero mean and unit variance per sample and group of channels of (N, C, …) (Wu and He, 2018)."""

    def __init__(self, num_groups, num_channels, eps=1e-5, affine=True, device=None, dtype=None):
        super().__init__()
        if num_channels % num_groups:
            raise ValueError("num_channels must be divisible by num_groups")
        self.num_groups, self.num_channels, self.eps, self.affine = num_groups, num_channels, eps, affine
        self.register_parameter("weight", Parameter(_C.ones(num_channels, dtype=dtype)) if affine else None)
        self.register_parameter("bias", Parameter(_C.zeros(num_channels, dtype=dtype)) if affine else None)

    def reset_parameters(self):
        """Sets weights to 1 and biases to 0."""
        if self.affine:
            init.ones_(self.weight)
            init.zeros_(self.bias)

    def forward(self, input):
        return F.group_norm(input, self.num_groups, self.weight, self.bias, self.eps)

    def extra_repr(self):
        return f"{self.num_groups}, {self.num_channels}, eps={self.eps}, affine={self.affine}"


LocalResponseNorm = layer(
    "LocalResponseNorm", F.local_response_norm, "Divided by a mean over `size` neighbouring channels.", "size", ("alpha", 1e-4),
    ("beta", 0.75), ("k", 1.0),
)
