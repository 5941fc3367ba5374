"""Convolutions as layers: plain and transposed in one to three dimensions, and the depthwise separable one."""

from .. import _C
from . import functional as F
from . import init
from .module import Module
from .parameter import Parameter

__all__ = [
    "Conv1d", "Conv2d", "Conv3d", "ConvTranspose1d", "ConvTranspose2d", "ConvTranspose3d", "DepthwiseSeparableConv2d",
]


def _each(value, rank):
    return tuple(value) if isinstance(value, (tuple, list)) else (value,) * rank


class _Conv(Module):
    _rank, _transposed = 0, False

    def _build(
        self, in_channels, out_channels, kernel_size, stride, padding, dilation, groups, bias, padding_mode, output_padding, dtype
    ):
        Module.__init__(self)
        rank = self._rank
        if groups <= 0:
            raise ValueError("groups must be a positive integer")
        if in_channels % groups:
            raise ValueError("in_channels must be divisible by groups")
        if out_channels % groups:
            raise ValueError("out_channels must be divisible by groups")
        if isinstance(padding, str) and padding not in ("same", "valid"):
            raise ValueError(f"Invalid padding string {padding!r}, should be one of 'same', 'valid'")
        if padding == "same" and any(s != 1 for s in _each(stride, rank)):
            raise ValueError("padding='same' is not supported for strided convolutions")
        modes = ("zeros", "reflect", "replicate", "circular")
        if padding_mode not in modes:
            raise ValueError(f"padding_mode must be one of {modes}, but got padding_mode={padding_mode!r}")
        self.in_channels, self.out_channels, self.groups, self.padding_mode = in_channels, out_channels, groups, padding_mode
        self.kernel_size, self.stride, self.dilation = _each(kernel_size, rank), _each(stride, rank), _each(dilation, rank)
        self.padding = padding if isinstance(padding, str) else _each(padding, rank)
        self.output_padding = _each(output_padding, rank)
        self.transposed = self._transposed
        into, out = (out_channels, in_channels) if self._transposed else (in_channels, out_channels)
        self.weight = Parameter(_C.empty([out, into // groups, *self.kernel_size], dtype=dtype))
        if bias:
            self.bias = Parameter(_C.empty([out_channels], dtype=dtype))
        else:
            self.register_parameter("bias", None)
        self.reset_parameters()

    def reset_parameters(self):
        """Draws weight and bias anew."""
        init._affine_(self.weight, self.bias)

    def extra_repr(self):
        """What stands between a layer's parentheses."""
        s = f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, stride={self.stride}"
        if isinstance(self.padding, str) or any(self.padding):
            s += f", padding={self.padding}"
        if any(d != 1 for d in self.dilation):
            s += f", dilation={self.dilation}"
        if any(self.output_padding):
            s += f", output_padding={self.output_padding}"
        if self.groups != 1:
            s += f", groups={self.groups}"
        if self.bias is None:
            s += ", bias=False"
        if self.padding_mode != "zeros":
            s += f", padding_mode={self.padding_mode}"
        return s


def _plain(rank):
    function = getattr(F, f"conv{rank}d")

    def __init__(
        self, in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1, bias=True, padding_mode="zeros",
        device=None, dtype=None,
    ):
        self._build(in_channels, out_channels, kernel_size, stride, padding, dilation, groups, bias, padding_mode, 0, dtype)

    def forward(self, input):
        """The convolution of `input`: (N, in_channels, …) or (in_channels, …)."""
        padding = self.padding
        if self.padding_mode != "zeros":
            around = []
            for k, d, p in zip(
                reversed(self.kernel_size), reversed(self.dilation), reversed(padding if not isinstance(padding, str) else self.kernel_size)
            ):
                total = d * (k - 1) if padding == "same" else 0 if padding == "valid" else 2 * p
                around += [total // 2, total - total // 2]
            input, padding = F.pad(input, around, self.padding_mode), 0
        return function(input, self.weight, self.bias, self.stride, padding, self.dilation, self.groups)

    what, sizes = [("sequences", "L"), ("images", "H, W"), ("volumes", "D, H, W")][rank - 1]
    ones, shape = "1, 3" + ", 9" * rank, "1, 8" + ", 4" * rank
    doc = f"""Convolution over {what}: (N, in_channels, {sizes}) → (N, out_channels, …), or both without N.

    An output size is `(size + 2 * padding - dilation * (kernel_size - 1) - 1) // stride + 1`. `kernel_size`, `stride`,
    `padding` and `dilation` are one number, or one per dimension. `padding` may be "valid" (none), or "same" for the input's
    size; `padding_mode` is what is put there: "zeros", "reflect", "replicate" or "circular". With `groups`, output channels
    see only their group's share of the input's.

    `weight` (out_channels, in_channels / groups, kernel…) and `bias` (out_channels) start uniform within ±1/√fan_in.

        >>> torch.nn.Conv{rank}d(3, 8, 3, stride=2)(torch.ones({ones})).shape
        neurarust.Size([{shape}])
    """
    return type(f"Conv{rank}d", (_Conv,), {"_rank": rank, "__init__": __init__, "forward": forward, "__doc__": doc, "__module__": __name__})


def _transposed(rank):
    function = getattr(F, f"conv_transpose{rank}d")

    def __init__(
        self, in_channels, out_channels, kernel_size, stride=1, padding=0, output_padding=0, groups=1, bias=True, dilation=1,
        padding_mode="zeros", device=None, dtype=None,
    ):
        if padding_mode != "zeros":
            raise ValueError(f'Only "zeros" padding mode is supported for ConvTranspose{rank}d')
        self._build(in_channels, out_channels, kernel_size, stride, padding, dilation, groups, bias, padding_mode, output_padding, dtype)

    def forward(self, input, output_size=None):
        """The transposed convolution of `input`; `output_size` picks one of the sizes that a stride leaves open."""
        extra = self.output_padding
        if output_size is not None:
            sizes, have = list(output_size)[-rank:], input.shape[-rank:]
            extra = tuple(
                want - ((n - 1) * s - 2 * p + d * (k - 1) + 1)
                for want, n, s, p, d, k in zip(sizes, have, self.stride, self.padding, self.dilation, self.kernel_size)
            )
        return function(input, self.weight, self.bias, self.stride, self.padding, extra, self.groups, self.dilation)

    what, sizes = [("sequences", "L"), ("images", "H, W"), ("volumes", "D, H, W")][rank - 1]
    ones, shape = "1, 8" + ", 4" * rank, "1, 3" + ", 8" * rank
    doc = f"""Transposed convolution over {what}, which enlarges: (N, in_channels, {sizes}) → (N, out_channels, …), or both without N.

    An output size is `(size - 1) * stride - 2 * padding + dilation * (kernel_size - 1) + output_padding + 1`: the input's of
    a convolution with these options.

    `weight` (in_channels, out_channels / groups, kernel…) and `bias` (out_channels) start uniform within ±1/√fan_in.

        >>> torch.nn.ConvTranspose{rank}d(8, 3, 2, stride=2)(torch.ones({ones})).shape
        neurarust.Size([{shape}])
    """
    space = {"_rank": rank, "_transposed": True, "__init__": __init__, "forward": forward, "__doc__": doc, "__module__": __name__}
    return type(f"ConvTranspose{rank}d", (_Conv,), space)


Conv1d, Conv2d, Conv3d = _plain(1), _plain(2), _plain(3)
ConvTranspose1d, ConvTranspose2d, ConvTranspose3d = _transposed(1), _transposed(2), _transposed(3)


class DepthwiseSeparableConv2d(Module):
    """A convolution of each channel by itself, then one of single pixels across channels: (N, C, H, W) → (N, out, …)."""

    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, bias=True, device=None, dtype=None):
        super().__init__()
        self.depthwise = Conv2d(in_channels, in_channels, kernel_size, stride, padding, dilation, in_channels, bias, dtype=dtype)
        self.pointwise = Conv2d(in_channels, out_channels, 1, bias=bias, dtype=dtype)

    def forward(self, input):
        """Both convolutions of `input`: (N, in_channels, H, W)."""
        return self.pointwise(self.depthwise(input))
