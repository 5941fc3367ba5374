"""Layers that change shapes."""

from .. import _C
from . import functional as F
from ._table import layer
from .module import Module

Flatten = layer("Flatten", _C.Tensor.flatten, "Dimensions `start_dim` to `end_dim` as one.", ("start_dim", 1), ("end_dim", -1))
PixelShuffle = layer("PixelShuffle", F.pixel_shuffle, "(…, C · r², H, W) → (…, C, H · r, W · r).", "upscale_factor")
PixelUnshuffle = layer("PixelUnshuffle", F.pixel_unshuffle, "(…, C, H · r, W · r) → (…, C · r², H, W).", "downscale_factor")
Unfold = layer("Unfold", F.unfold, "Windows of images as columns: (N, C, H, W) → (N, C · kernel elements, windows).", "kernel_size", ("dilation", 1), ("padding", 0), ("stride", 1))
Fold = layer(
    "Fold", F.fold, "Columns added up as windows.", "output_size", "kernel_size", ("dilation", 1), ("padding", 0), ("stride", 1)
)
ChannelShuffle = layer("ChannelShuffle", F.channel_shuffle, "The channels of (N, g · c, …) in the order of (c, g).", "groups")
Upsample = layer(
    "Upsample", F.interpolate, "(N, C, …) resized to spatial sizes, or by factors.", ("size", None), ("scale_factor", None),
    ("mode", "nearest"), ("align_corners", None), ("recompute_scale_factor", None),
)
UpsamplingNearest2d = layer(
    "UpsamplingNearest2d", F.upsample_nearest, "(N, C, H, W) resized to the nearest elements.", ("size", None), ("scale_factor", None)
)
UpsamplingBilinear2d = layer(
    "UpsamplingBilinear2d", F.upsample_bilinear, "(N, C, H, W) resized along straight lines.", ("size", None), ("scale_factor", None)
)
CosineSimilarity = layer("CosineSimilarity", F.cosine_similarity, "The cosine of the angle along `dim`.", ("dim", 1), ("eps", 1e-8))
PairwiseDistance = layer("PairwiseDistance", F.pairwise_distance, "The p-norm of the differences.", ("p", 2.0), ("eps", 1e-6), ("keepdim", False))


class Unflatten(Module):
    """Dimension `dim` as several."""

    def __init__(self, dim, unflattened_size):
        super().__init__()
        self.dim, self.unflattened_size = dim, tuple(unflattened_size)

    def forward(self, input):
        return input.unflatten(self.dim, self.unflattened_size)

    def extra_repr(self):
        return f"dim={self.dim}, unflattened_size={self.unflattened_size}"


def _pads(kind, mode, what):
    for rank in (1, 2, 3):
        name = f"{kind}Pad{rank}d"

        def __init__(self, padding, value=0.0, _rank=rank):
            Module.__init__(self)
            self.padding = (padding,) * (2 * _rank) if isinstance(padding, int) else tuple(padding)
            self.value = value

        def forward(self, input):
            """`input` with the elements around it."""
            return F.pad(input, self.padding, mode, self.value if mode == "constant" else None)

        def extra_repr(self):
            """What stands between a layer's parentheses."""
            return str(self.padding)

        space = {"__init__": __init__, "forward": forward, "extra_repr": extra_repr, "__module__": "neurarust.nn"}
        space["__doc__"] = f"""Elements around the last {rank} dimension{'s' if rank > 1 else ''}: {what}.

        `padding` is one number for all sides, or two for each dimension, the last one first: (left, right, top, …).
        """
        globals()[name] = type(name, (Module,), space)


_pads("Zero", "constant", "zeros")
_pads("Constant", "constant", "`value`")
_pads("Reflection", "reflect", "the mirror image, without the edge itself")
_pads("Replication", "replicate", "the edge repeated")
_pads("Circular", "circular", "the elements of the other side")

__all__ = [n for n, v in globals().items() if isinstance(v, type) and issubclass(v, Module) and v is not Module]
