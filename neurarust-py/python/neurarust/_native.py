"""What PyTorch's layers call inside, by the names under which programs call it too."""

from . import _C
from .nn import functional as F

__all__ = [
    "native_batch_norm", "native_group_norm", "native_layer_norm", "constant_pad_nd", "grid_sampler", "grid_sampler_2d", "grid_sampler_3d",
]


def _moments(x, dims, eps):
    """The mean and one over the standard deviation along `dims`, which stay as sizes of 1."""
    return x.mean(dims, keepdim=True), (x.var(dims, unbiased=False, keepdim=True) + eps).rsqrt()


def native_batch_norm(input, weight, bias, running_mean, running_var, training, momentum, eps):
    """`batch_norm`, the mean and one over the standard deviation of each channel, which are empty outside of training."""
    out = F.batch_norm(input, running_mean, running_var, weight, bias, training, momentum, eps)
    if not training:
        return out, _C.empty(0, dtype=input.dtype), _C.empty(0, dtype=input.dtype)
    mean, rstd = _moments(input.detach(), [d for d in range(input.dim()) if d != 1], eps)
    return out, mean.reshape(-1), rstd.reshape(-1)


def _native_batch_norm_legit(input, weight, bias, *rest, **named):
    """`native_batch_norm`, which may leave the running statistics out."""
    if len(rest) + len(named) == 3:
        rest = (None, None, *rest)
    return native_batch_norm(input, weight, bias, *rest, **named)


def native_group_norm(input, weight, bias, N, C, HxW, group, eps):
    """`group_norm`, the mean and one over the standard deviation of each group, both (N, group)."""
    if N * C * HxW != input.numel() or group < 1 or C % group:
        raise RuntimeError(f"native_group_norm: N {N}, C {C}, HxW {HxW} and {group} groups for an input of shape {tuple(input.shape)}")
    out = F.group_norm(input, group, weight, bias, eps)
    mean, rstd = _moments(input.reshape([N, group, C // group * HxW]), [-1], eps)
    # One operation's outputs: where one requires a gradient, all do.
    for t in (weight, bias):
        if t is not None and t.requires_grad:
            mean, rstd = (_C._where(_C.ones_like(s, dtype=_C.bool), s, t.sum()) for s in (mean, rstd))
    return out, mean.squeeze(-1), rstd.squeeze(-1)


def native_layer_norm(input, normalized_shape, weight, bias, eps):
    """`layer_norm`, the mean and one over the standard deviation of each row."""
    out = F.layer_norm(input, normalized_shape, weight, bias, eps)
    return out, *_moments(input.detach(), list(range(-len(normalized_shape), 0)), eps)


def constant_pad_nd(input, pad, value=0):
    """`pad` with a constant."""
    return F.pad(input, pad, "constant", value)


def grid_sampler(input, grid, interpolation_mode, padding_mode, align_corners):
    """`grid_sample` with its modes as numbers, in the order of its documentation."""
    modes, paddings = ("bilinear", "nearest", "bicubic"), ("zeros", "border", "reflection")
    if interpolation_mode not in range(3) or padding_mode not in range(3):
        raise RuntimeError(f"grid_sampler: interpolation_mode {interpolation_mode} and padding_mode {padding_mode}; expected 0, 1 or 2")
    return F.grid_sample(input, grid, modes[interpolation_mode], paddings[padding_mode], align_corners)


def grid_sampler_2d(input, grid, interpolation_mode, padding_mode, align_corners):
    """`grid_sampler` of (N, C, H, W)."""
    if input.dim() != 4:
        raise RuntimeError(f"grid_sampler_2d: expected (N, C, H, W), got shape {tuple(input.shape)}")
    return grid_sampler(input, grid, interpolation_mode, padding_mode, align_corners)


def grid_sampler_3d(input, grid, interpolation_mode, padding_mode, align_corners):
    """`grid_sampler` of (N, C, D, H, W)."""
    if input.dim() != 5:
        raise RuntimeError(f"grid_sampler_3d: expected (N, C, D, H, W), got shape {tuple(input.shape)}")
    return grid_sampler(input, grid, interpolation_mode, padding_mode, align_corners)


def _softmax_backward_data(grad_output, output, dim, input_dtype):
    """The gradient of a softmax by what it answered."""
    part = grad_output * output
    return (part - output * part.sum(dim, keepdim=True)).to(input_dtype)


def _safe_softmax(input, dim, dtype=None):
    """The softmax, 0 where all of `dim` is minus infinity."""
    return _C._safe_softmax(input if dtype is None else input.to(dtype), dim)


def _scaled_dot_product_flash_attention_for_cpu(
    query, key, value, dropout_p=0.0, is_causal=False, *, attn_mask=None, scale=None
):
    """`scaled_dot_product_attention`, and the logarithm of each row's sum of exponentials: (N, H, L)."""
    if query.dim() != 4 or dropout_p != 0.0:
        raise RuntimeError(
            f"_scaled_dot_product_flash_attention_for_cpu: query of shape {tuple(query.shape)} and dropout_p {dropout_p}; expected (N, H, L, E) and 0"
        )
    out = F.scaled_dot_product_attention(query, key, value, attn_mask, 0.0, is_causal, scale)
    with F.no_grad():
        scores = query @ key.transpose(-2, -1) * (query.shape[-1] ** -0.5 if scale is None else scale)
        if is_causal:
            hidden = _C.ones(list(scores.shape[-2:]), dtype=_C.bool).tril().logical_not()
            scores = scores.masked_fill(hidden, float("-inf"))
        if attn_mask is not None and attn_mask.dtype is _C.bool:
            scores = scores.masked_fill(attn_mask.logical_not(), float("-inf"))
        elif attn_mask is not None:
            scores = scores + attn_mask
        return out, scores.logsumexp(-1)
