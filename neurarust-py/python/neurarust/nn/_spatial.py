"""Functions of images and other things with spatial dimensions: resizing, sampling, the rarer poolings, rearranging."""

import warnings

from .. import _C
from .._C import Tensor

__all__ = [
    "interpolate", "upsample", "upsample_nearest", "upsample_bilinear", "grid_sample", "affine_grid", "fractional_max_pool2d",
    "fractional_max_pool3d", "fractional_max_pool2d_with_indices", "fractional_max_pool3d_with_indices", "max_unpool1d", "max_unpool2d",
    "max_unpool3d", "lp_pool1d", "lp_pool2d", "lp_pool3d", "local_response_norm", "fold", "channel_shuffle", "native_channel_shuffle",
]


def _tuple(value, n):
    """`value` once per dimension, or the values it has."""
    return tuple(value) if isinstance(value, (tuple, list)) else (value,) * n


_RANKS = {"linear": 1, "bilinear": 2, "trilinear": 3, "bicubic": 2}


def interpolate(
    input, size=None, scale_factor=None, mode="nearest", align_corners=None, recompute_scale_factor=None, antialias=False
):
    """Resizes (N, C, …) to spatial sizes, or by factors."""
    rank = input.dim() - 2
    if mode in _RANKS:
        if not 1 <= rank <= 3:
            raise NotImplementedError(f"interpolate: expected 3, 4 or 5 dimensions, got shape {tuple(input.shape)}")
        if _RANKS[mode] != rank:
            raise NotImplementedError(f"interpolate: {mode} resizes {_RANKS[mode] + 2} dimensions, got shape {tuple(input.shape)}")
    elif align_corners is not None:
        raise ValueError("align_corners option can only be set with the interpolating modes: linear | bilinear | bicubic | trilinear")
    if antialias and not (mode in ("bilinear", "bicubic") and rank == 2):
        raise ValueError("Anti-alias option is only supported for bilinear and bicubic modes")
    if size is not None and scale_factor is not None:
        raise ValueError("only one of size or scale_factor should be defined")
    if size is None and scale_factor is None:
        raise ValueError("either size or scale_factor should be defined")
    if size is not None and recompute_scale_factor:
        raise ValueError("recompute_scale_factor is not meaningful when size is provided")
    if size is not None:
        size = _tuple(size, rank)
        if len(size) != rank:
            raise ValueError(f"interpolate: {len(size)} sizes for an input of {rank} spatial dimensions, shape {tuple(input.shape)}")
    if scale_factor is not None:
        scale_factor = [float(s) for s in _tuple(scale_factor, rank)]
        if len(scale_factor) != rank:
            raise ValueError(f"interpolate: {len(scale_factor)} scale factors for an input of {rank} spatial dimensions, shape {tuple(input.shape)}")
    return _C._interpolate(input, size, scale_factor, mode, bool(align_corners), bool(recompute_scale_factor), bool(antialias))


def upsample(input, size=None, scale_factor=None, mode="nearest", align_corners=None):
    """`interpolate` by its older name."""
    return interpolate(input, size, scale_factor, mode, align_corners)


def upsample_nearest(input, size=None, scale_factor=None):
    """`interpolate` to the nearest element."""
    return interpolate(input, size, scale_factor, "nearest")


def upsample_bilinear(input, size=None, scale_factor=None):
    """`interpolate` along straight lines, the corners fixed."""
    return interpolate(input, size, scale_factor, "bilinear", True)


def grid_sample(input, grid, mode="bilinear", padding_mode="zeros", align_corners=None):
    """Reads (N, C, H, W) at places (N, H', W', 2) from -1 to 1, or (N, C, D, H, W) at (N, D', H', W', 3)."""
    if align_corners is None:
        warnings.warn("grid_sample: align_corners is False unless given; say which you mean", stacklevel=2)
    return _C._grid_sample(input, grid, mode, padding_mode, bool(align_corners))


def affine_grid(theta, size, align_corners=None):
    """Places for `grid_sample` that affine matrices (N, 2, 3) or (N, 3, 4) move."""
    if align_corners is None:
        warnings.warn("affine_grid: align_corners is False unless given; say which you mean", stacklevel=2)
    return _C._affine_grid(theta, list(size), bool(align_corners))


def _fractional(rank, function):
    name = f"fractional_max_pool{rank}d"

    def with_indices(input, kernel_size, output_size=None, output_ratio=None, return_indices=False, _random_samples=None):
        if (output_size is None) == (output_ratio is None):
            raise ValueError(f"{name} requires specifying either an output_size or an output_ratio")
        if output_size is None:
            ratio = _tuple(output_ratio, rank)
            if len(ratio) != rank:
                raise ValueError(f"{name} requires output_ratio to either be a single value or tuple of length {rank}.")
            output_size = [int(n * r) for n, r in zip(input.shape[-rank:], ratio)]
        return function(input, list(_tuple(kernel_size, rank)), list(_tuple(output_size, rank)), _random_samples)

    def plain(input, kernel_size, output_size=None, output_ratio=None, return_indices=False, _random_samples=None):
        answer = with_indices(input, kernel_size, output_size, output_ratio, return_indices, _random_samples)
        return answer if return_indices else answer[0]

    plain.__name__ = plain.__qualname__ = name
    with_indices.__name__ = with_indices.__qualname__ = name + "_with_indices"
    plain.__doc__ = with_indices.__doc__ = "The largest element of windows at random places; where it is, too, if asked for."
    return plain, with_indices


fractional_max_pool2d, fractional_max_pool2d_with_indices = _fractional(2, _C._fractional_max_pool2d)
fractional_max_pool3d, fractional_max_pool3d_with_indices = _fractional(3, _C._fractional_max_pool3d)


def _unpool(rank, function):
    name = f"max_unpool{rank}d"

    def unpool(input, indices, kernel_size, stride=None, padding=0, output_size=None):
        kernel = _tuple(kernel_size, rank)
        stride, padding = _tuple(kernel if stride is None or stride == [] else stride, rank), _tuple(padding, rank)
        if min(stride) < 1 or min(kernel) < 1:
            raise ValueError(f"{name}: kernel_size {kernel} and stride {stride}; expected 1 or more")
        plain = [(n - 1) * s + k - 2 * p for n, s, k, p in zip(input.shape[-rank:], stride, kernel, padding)]
        if output_size is None:
            output_size = plain
        else:
            output_size = list(output_size)
            if len(output_size) not in (rank, rank + 2):
                raise ValueError(f"{name}: output_size has {len(output_size)} numbers; expected {rank} or {rank + 2}")
            output_size = output_size[-rank:]
            for n, expected, s in zip(output_size, plain, stride):
                if not expected - s < n < expected + s:
                    raise ValueError(f"{name}: output_size {output_size}; expected within {stride} of {plain}")
        if min(output_size) < 0:
            raise ValueError(f"{name}: output sizes {output_size} can't be negative")
        return function(input, indices, output_size)

    unpool.__name__ = unpool.__qualname__ = name
    unpool.__doc__ = "Puts elements back where a maximum pooling found them, zeros elsewhere."
    return unpool


max_unpool1d, max_unpool2d, max_unpool3d = (
    _unpool(rank, f) for rank, f in ((1, _C._max_unpool1d), (2, _C._max_unpool2d), (3, _C._max_unpool3d))
)


def lp_pool1d(input, norm_type, kernel_size, stride=None, ceil_mode=False):
    """`(Σ xᵖ)^(1/p)` of each window of (N, C, L)."""
    return _C._lp_pool1d(input, float(norm_type), kernel_size, stride, ceil_mode)


def lp_pool2d(input, norm_type, kernel_size, stride=None, ceil_mode=False):
    """`(Σ xᵖ)^(1/p)` of each window of (N, C, H, W)."""
    return _C._lp_pool2d(input, float(norm_type), kernel_size, stride, ceil_mode)


def lp_pool3d(input, norm_type, kernel_size, stride=None, ceil_mode=False):
    """`(Σ xᵖ)^(1/p)` of each window of (N, C, D, H, W)."""
    return _C._lp_pool3d(input, float(norm_type), kernel_size, stride, ceil_mode)


def local_response_norm(input, size, alpha=1e-4, beta=0.75, k=1.0):
    """`x / (k + alpha · m)ᵝ` with the mean m of x² over `size` neighbouring channels."""
    return _C._local_response_norm(input, size, alpha, beta, k)


def fold(input, output_size, kernel_size, dilation=1, padding=0, stride=1):
    """Adds up columns (N, C · kh · kw, L) as windows of (N, C, H, W): the transpose of `unfold`."""
    (h, w), (kh, kw), (dh, dw) = _tuple(output_size, 2), _tuple(kernel_size, 2), _tuple(dilation, 2)
    (ph, pw), (sh, sw) = _tuple(padding, 2), _tuple(stride, 2)
    if min(kh, kw, dh, dw, sh, sw) < 1 or min(ph, pw, h, w) < 0:
        raise RuntimeError(f"fold: kernel_size {(kh, kw)}, dilation {(dh, dw)}, stride {(sh, sw)} must be positive; padding {(ph, pw)} and output_size {(h, w)} not negative")
    if input.dim() not in (2, 3):
        raise RuntimeError(f"fold: expected (N, C · kh · kw, L) or (C · kh · kw, L), got shape {tuple(input.shape)}")
    rows = (h + 2 * ph - dh * (kh - 1) - 1) // sh + 1
    columns = (w + 2 * pw - dw * (kw - 1) - 1) // sw + 1
    x = input if input.dim() == 3 else input.unsqueeze(0)
    n, depth, length = x.shape
    if depth % (kh * kw) or rows < 1 or columns < 1 or length != rows * columns:
        raise RuntimeError(
            f"fold: input of shape {tuple(input.shape)}; an output of {(h, w)} has {max(rows, 0)} × {max(columns, 0)} windows of {kh} × {kw} elements"
        )
    high, wide = h + 2 * ph, w + 2 * pw
    down = _C.arange(kh).mul(dh).reshape(kh, 1, 1, 1) + _C.arange(rows).mul(sh).reshape(1, 1, rows, 1)
    across = _C.arange(kw).mul(dw).reshape(1, kw, 1, 1) + _C.arange(columns).mul(sw).reshape(1, 1, 1, columns)
    places = (down * wide + across).reshape(-1)
    c = depth // (kh * kw)
    flat = _C.zeros([n, c, high * wide], dtype=x.dtype).index_add(2, places, x.reshape([n, c, kh * kw * length]))
    y = flat.reshape([n, c, high, wide])[:, :, ph : ph + h, pw : pw + w]
    return y if input.dim() == 3 else y.squeeze(0)


def channel_shuffle(input, groups):
    """The channels of (N, g · c, …) in the order of (c, g)."""
    if input.dim() < 3:
        raise RuntimeError(f"channel_shuffle expects input with > 2 dims, but got input with sizes {list(input.shape)}")
    if groups < 1:
        raise RuntimeError(f"Number of groups to divide channels in must be positive. Value of groups: {groups}")
    n, channels, *spatial = input.shape
    if channels % groups:
        raise RuntimeError(f"Number of channels must be divisible by groups. Got {channels} channels and {groups} groups.")
    return input.reshape([n, groups, channels // groups, *spatial]).transpose(1, 2).reshape(list(input.shape))


native_channel_shuffle = channel_shuffle
