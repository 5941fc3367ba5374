"""Layers and losses as functions. The formulas are Rust's; what is here gives them PyTorch's signatures."""

from .. import _C
from .._C import (
    Tensor, adaptive_avg_pool1d, adaptive_avg_pool2d, adaptive_avg_pool3d, adaptive_max_pool1d, adaptive_max_pool2d,
    adaptive_max_pool3d, avg_pool1d, avg_pool2d, avg_pool3d, batch_norm, binary_cross_entropy, binary_cross_entropy_with_logits,
    conv1d, conv2d, conv3d, conv_transpose1d, conv_transpose2d, conv_transpose3d, cross_entropy, dropout, group_norm, huber_loss,
    l1_loss, layer_norm, linear, max_pool1d, max_pool2d, max_pool3d, mse_loss, nll_loss, one_hot, rms_norm, smooth_l1_loss,
)
from .._functions import broadcast_tensors
from .._matrix import pdist  # noqa: F401
from .._modes import no_grad
from ._attention import *  # noqa: F403
from ._losses import *  # noqa: F403
from ._losses import _beside, _legacy, _reduced
from ._spatial import *  # noqa: F403


def _activation(name, doc, *parameters):
    """An activation `name` with its in-place form behind `inplace`."""
    method, method_ = getattr(Tensor, name), getattr(Tensor, name + "_")
    signature = ", ".join(f"{p}={d!r}" for p, d in parameters)
    args = ", ".join(p for p, _ in parameters)
    head = f"def {name}(input{', ' + signature if signature else ''}, inplace=False):\n"
    body = f"    return (_in_place if inplace else _method)(input{', ' + args if args else ''})\n"
    space = {"_method": method, "_in_place": method_, "inf": float("inf")}
    exec(head + body, space)  # noqa: S102 - a fixed table, no input
    function = space[name]
    function.__doc__ = f"{doc}\n\nElement by element; with `inplace`, written over `input`, which is returned."
    function.__module__ = __name__
    return function


relu = _activation("relu", "`x` where positive, 0 elsewhere.")
silu = _activation("silu", "`x · sigmoid(x)`.")
mish = _activation("mish", "`x · tanh(softplus(x))`.")
selu = _activation("selu", "The self-normalising ELU.")
hardswish = _activation("hardswish", "`x · relu6(x + 3) / 6`.")
hardsigmoid = _activation("hardsigmoid", "`relu6(x + 3) / 6`.")
leaky_relu = _activation("leaky_relu", "`x` where positive, `negative_slope · x` elsewhere.", ("negative_slope", 0.01))
elu = _activation("elu", "`x` where positive, `alpha · (eˣ - 1)` elsewhere.", ("alpha", 1.0))
celu = _activation("celu", "`x` where positive, `alpha · (eˣᐟᵅ - 1)` elsewhere.", ("alpha", 1.0))
relu_ = Tensor.relu_
leaky_relu_, elu_, celu_, selu_ = Tensor.leaky_relu_, Tensor.elu_, Tensor.celu_, Tensor.selu_


def threshold(input, threshold, value, inplace=False):
    """`x` where above `threshold`, `value` elsewhere."""
    return input.threshold_(threshold, value) if inplace else input.threshold(threshold, value)


def hardtanh(input, min_val=-1.0, max_val=1.0, inplace=False):
    """`x` within `[min_val, max_val]`."""
    if min_val > max_val:
        raise ValueError(f"hardtanh: min_val {min_val} is above max_val {max_val}")
    return input.hardtanh_(min_val, max_val) if inplace else input.hardtanh(min_val, max_val)


def hardtanh_(input, min_val=-1.0, max_val=1.0):
    """`hardtanh`, in place."""
    return hardtanh(input, min_val, max_val, inplace=True)


def relu6(input, inplace=False):
    """`x` within `[0, 6]`."""
    return hardtanh(input, 0.0, 6.0, inplace)


def gelu(input, approximate="none"):
    """`x · Φ(x)`, or its tanh approximation."""
    if approximate == "none":
        return input._gelu()
    if approximate == "tanh":
        return input._gelu_tanh()
    raise RuntimeError(f"gelu: approximate must be 'none' or 'tanh', got {approximate!r}")


def softplus(input, beta=1.0, threshold=20.0):
    """`ln(1 + eᵇˣ) / b`, linear where `b · x > threshold`."""
    return input.softplus(beta, threshold)


def sigmoid(input):
    """`1 / (1 + e⁻ˣ)`, element by element."""
    return input.sigmoid()


def tanh(input):
    """The hyperbolic tangent, element by element."""
    return input.tanh()


def logsigmoid(input):
    """`ln sigmoid(x)`, element by element, without overflow."""
    return input.logsigmoid()


def softsign(input):
    """`x / (1 + |x|)`, element by element."""
    return input.softsign()


def tanhshrink(input):
    """`x - tanh(x)`, element by element."""
    return input.tanhshrink()


def hardshrink(input, lambd=0.5):
    """`x` outside of `[-lambd, lambd]`, 0 inside."""
    return input.hardshrink(lambd)


def softshrink(input, lambd=0.5):
    """`x` moved towards 0 by `lambd`."""
    if lambd < 0:
        raise RuntimeError(f"lambda must be greater or equal to 0, but found to be {lambd}.")
    return input.softshrink(lambd)


def prelu(input, weight):
    """`x` where positive, `w · x` elsewhere, with one `w` per channel or for all."""
    if weight.numel() != 1:
        if input.dim() < 1 or weight.dim() > 1 or weight.numel() != input.shape[min(1, input.dim() - 1)]:
            raise RuntimeError(f"prelu: {weight.numel()} weights for an input of shape {tuple(input.shape)}")
        if input.dim() > 1:
            weight = weight.reshape([-1] + [1] * (input.dim() - 2))
    elif weight.dim() > 0:
        weight = weight.reshape([1] * min(input.dim(), 1))
    return input._prelu_elementwise(weight)


def glu(input, dim=-1):
    """The first half times the sigmoid of the second."""
    if input.shape[dim] % 2:
        raise RuntimeError(f"glu: dimension {dim} of shape {tuple(input.shape)} can't be halved")
    a, b = input.chunk(2, dim)
    return a * b.sigmoid()


def _default_dim(dims):
    return 0 if dims in (0, 1, 3) else 1


def softmax(input, dim=None, _stacklevel=3, dtype=None):
    """`eˣ / Σ eˣ` along `dim`."""
    return input.softmax(_default_dim(input.dim()) if dim is None else dim, dtype)


def log_softmax(input, dim=None, _stacklevel=3, dtype=None):
    """The logarithm of the softmax along `dim`."""
    return input.log_softmax(_default_dim(input.dim()) if dim is None else dim, dtype)


def softmin(input, dim=None, _stacklevel=3, dtype=None):
    """The softmax of `-x` along `dim`."""
    return softmax(-input, dim, dtype=dtype)


def gumbel_softmax(logits, tau=1, hard=False, eps=1e-10, dim=-1):
    """A sample of the Gumbel-softmax distribution; with `hard`, one-hot forward and soft backward."""
    noise = -_C.empty_like(logits.detach()).exponential_().log()
    soft = ((logits + noise) / tau).softmax(dim)
    if not hard:
        return soft
    chosen = _C.zeros_like(soft.detach()).scatter(dim, soft.detach().argmax(dim, keepdim=True), 1.0)
    return chosen - soft.detach() + soft


def normalize(input, p=2.0, dim=1, eps=1e-12, out=None):
    """Divided by the `p`-norm along `dim`."""
    return input / input.norm(p, dim, keepdim=True).clamp_min(eps).expand_as(input)


def instance_norm(
    input, running_mean=None, running_var=None, weight=None, bias=None, use_input_stats=True, momentum=0.1, eps=1e-5
):
    """Zero mean and unit variance per sample and channel."""
    if not use_input_stats:
        return batch_norm(input, running_mean, running_var, weight, bias, False, momentum, eps)
    if running_mean is not None:
        with no_grad():
            dims = [0] + list(range(2, input.dim()))
            spatial = list(range(2, input.dim()))
            running_mean.mul_(1 - momentum).add_(input.detach().mean(dims), alpha=momentum)
            running_var.mul_(1 - momentum).add_(input.detach().var(spatial).mean(0), alpha=momentum)
    return _C._instance_norm(input, weight, bias, eps)


def kl_div(input, target, size_average=None, reduce=None, reduction="mean", log_target=False):
    """The Kullback-Leibler divergence of log-probabilities from probabilities; 'batchmean' divides by the batch."""
    if reduction == "batchmean":
        return _C._kl_div(input, target, log_target, reduction="sum") / input.shape[0]
    return _C._kl_div(input, target, log_target, size_average, reduce, reduction)


def soft_margin_loss(input, target, size_average=None, reduce=None, reduction="mean"):
    """`ln(1 + exp(-t · x))`."""
    _beside("soft_margin_loss", input, target)
    reduction = _legacy(size_average, reduce, reduction)
    return _reduced(softplus(-target * input), reduction)


def hinge_embedding_loss(input, target, margin=1.0, size_average=None, reduce=None, reduction="mean"):
    """`x` where the target is 1, `max(0, margin - x)` where it is -1."""
    _beside("hinge_embedding_loss", input, target)
    reduction = _legacy(size_average, reduce, reduction)
    zero = _C.zeros_like(input.detach())
    errors = _C._where(target != 1, (margin - input).clamp_min(0), zero) + _C._where(target != -1, input, zero)
    return _reduced(errors, reduction)


def margin_ranking_loss(input1, input2, target, margin=0.0, size_average=None, reduce=None, reduction="mean"):
    """`max(0, margin - t · (x1 - x2))`."""
    _beside("margin_ranking_loss", input1, input2, target)
    reduction = _legacy(size_average, reduce, reduction)
    return _reduced((margin - target * (input1 - input2)).clamp_min(0), reduction)


def cosine_similarity(x1, x2, dim=1, eps=1e-8):
    """The cosine of the angle along `dim`."""
    x1, x2 = broadcast_tensors(x1, x2)
    a = x1.norm(2, dim, keepdim=True).clamp_min(eps)
    b = x2.norm(2, dim, keepdim=True).clamp_min(eps)
    return ((x1 / a) * (x2 / b)).sum(dim)


def cosine_embedding_loss(input1, input2, target, margin=0.0, size_average=None, reduce=None, reduction="mean"):
    """`1 - cos` where the target is 1, `max(0, cos - margin)` where it is -1."""
    reduction = _legacy(size_average, reduce, reduction)
    cos = cosine_similarity(input1, input2, -1)
    zero = _C.zeros_like(cos.detach())
    return _reduced(_C._where(target == 1, 1 - cos, zero) + _C._where(target == -1, (cos - margin).clamp_min(0), zero), reduction)


def pairwise_distance(x1, x2, p=2.0, eps=1e-6, keepdim=False):
    """The `p`-norm of the differences along the last dimension."""
    return (x1 - x2 + eps).norm(p, -1, keepdim)


def triplet_margin_loss(
    anchor, positive, negative, margin=1.0, p=2, eps=1e-6, swap=False, size_average=None, reduce=None, reduction="mean"
):
    """`max(0, d(anchor, positive) - d(anchor, negative) + margin)`."""
    if margin <= 0:
        raise ValueError(f"triplet_margin_loss: margin must be greater than 0, got {margin}")
    reduction = _legacy(size_average, reduce, reduction)
    near, far = pairwise_distance(anchor, positive, p, eps), pairwise_distance(anchor, negative, p, eps)
    if swap:
        far = far.minimum(pairwise_distance(positive, negative, p, eps))
    return _reduced((near - far + margin).clamp_min(0), reduction)


def poisson_nll_loss(
    input, target, log_input=True, full=False, size_average=None, eps=1e-8, reduce=None, reduction="mean"
):
    """The negative log-likelihood of counts under a Poisson distribution."""
    _beside("poisson_nll_loss", input, target)
    reduction = _legacy(size_average, reduce, reduction)
    errors = input.exp() - target * input if log_input else input - target * (input + eps).log()
    if full:
        stirling = target * target.log() - target + 0.5 * (2 * 3.141592653589793 * target).log()
        errors = errors + stirling.masked_fill(target <= 1, 0.0)
    return _reduced(errors, reduction)


def gaussian_nll_loss(input, target, var, full=False, eps=1e-6, reduction="mean"):
    """The negative log-likelihood of values under normal distributions."""
    if not isinstance(var, Tensor):
        var = _C.full_like(input.detach(), var)
    if (var < 0).any():
        raise ValueError("var has negative entry/entries")
    if var.shape != input.shape and var.dim() == input.dim() - 1:
        var = var.unsqueeze(-1)
    _beside("gaussian_nll_loss", input, target, var)
    floor = var.detach().clamp_min(eps)
    var = var + (floor - var.detach())
    errors = 0.5 * (var.log() + (input - target) ** 2 / var)
    if full:
        errors = errors + 0.9189385332046727
    return _reduced(errors, reduction)


def embedding(input, weight, padding_idx=None, max_norm=None, norm_type=2.0, scale_grad_by_freq=False, sparse=False):
    """Rows of `weight` by number. With `max_norm`, rows that are longer are shortened first, in place.

    With `sparse`, the gradient of `weight`, if that is a leaf, is a sparse tensor of the rows that were read.
    """
    if max_norm is not None:
        _C._embedding_renorm_(weight, input, max_norm, norm_type)
    return _C.embedding(input, weight, padding_idx, scale_grad_by_freq, sparse)


def embedding_bag(
    input, weight, offsets=None, max_norm=None, norm_type=2, scale_grad_by_freq=False, mode="mean", sparse=False,
    per_sample_weights=None, include_last_offset=False, padding_idx=None,
):
    """The sum, mean or maximum of rows of `weight`, bag by bag: (B, n), or 1-d with `offsets` (B), → (B, features)."""
    if max_norm is not None:
        _C._embedding_renorm_(weight, input, max_norm, float(norm_type))
    return _C._embedding_bag(
        weight, input, offsets, scale_grad_by_freq, mode, per_sample_weights, include_last_offset, padding_idx, sparse
    )


def alpha_dropout(input, p=0.5, training=False, inplace=False):
    """Dropout for networks of SELUs: mean and variance stay."""
    return _replaced(input, _C._alpha_dropout(input, _probability(p), training), inplace)


def feature_alpha_dropout(input, p=0.5, training=False, inplace=False):
    """Alpha dropout of whole channels of (N, C, …)."""
    return _replaced(input, _C._feature_alpha_dropout(input, _probability(p), training), inplace)


def rrelu(input, lower=1.0 / 8, upper=1.0 / 3, training=False, inplace=False):
    """`x` where positive, elsewhere times a slope drawn from `[lower, upper]` while training, else their mean."""
    return _replaced(input, _C._rrelu(input, lower, upper, training), inplace)


def rrelu_(input, lower=1.0 / 8, upper=1.0 / 3, training=False):
    """As `rrelu`, written over `input`, which is returned."""
    return rrelu(input, lower, upper, training, True)


def _probability(p):
    if not 0.0 <= p <= 1.0:
        raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")
    return p


def _replaced(input, output, inplace):
    """`output`, written over `input` if asked for."""
    return input.copy_(output) if inplace and output is not input else output


def bilinear(input1, input2, weight, bias=None):
    """`x1ᵀ A x2 + b` for each output: (…, in1) and (…, in2) with weight (out, in1, in2) give (…, out)."""
    out, in1, in2 = weight.shape
    left = (input1 @ weight.permute(1, 0, 2).reshape([in1, out * in2])).reshape(list(input1.shape[:-1]) + [out, in2])
    out = (left * input2.unsqueeze(-2)).sum(-1)
    return out if bias is None else out + bias


def pad(input, pad, mode="constant", value=None):
    """Elements around a tensor: `pad` is `(left, right, top, bottom, …)` from the last dimension."""
    pad = list(pad)
    if len(pad) % 2 or len(pad) > 2 * input.dim():
        raise RuntimeError(f"pad: {pad} for a tensor of {input.dim()} dimensions")
    if mode == "constant":
        return _C._pad_constant(input, pad, 0.0 if value is None else float(value))
    return _C._pad_border(input, pad, mode)


def _channelwise(input, p, training, inplace, rank, name):
    if not 0.0 <= p <= 1.0:
        raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")
    if not training or p == 0.0:
        return input
    batched = input.dim() > rank + 1 or rank == 0
    shape = list(input.shape[: 2 if batched else 1]) + [1] * (input.dim() - (2 if batched else 1))
    mask = _C.empty(shape, dtype=input.dtype).bernoulli_(1 - p) * (1 / (1 - p) if p < 1 else 0.0)
    return input.mul_(mask) if inplace else input * mask


def dropout1d(input, p=0.5, training=True, inplace=False):
    """Zeroes whole channels of (N, C, L) or (C, L)."""
    return _channelwise(input, p, training, inplace, 1, "dropout1d")


def dropout2d(input, p=0.5, training=True, inplace=False):
    """Zeroes whole channels of (N, C, H, W)."""
    return _channelwise(input, p, training, inplace, 0, "dropout2d")


def dropout3d(input, p=0.5, training=True, inplace=False):
    """Zeroes whole channels of (N, C, D, H, W) or (C, D, H, W)."""
    return _channelwise(input, p, training, inplace, 3, "dropout3d")


def max_pool2d_with_indices(*args, **kwargs):
    """The largest element of each window, and where it is."""
    return max_pool2d(*args, **{**kwargs, "return_indices": True})


def unfold(input, kernel_size, dilation=1, padding=0, stride=1):
    """Windows of (N, C, H, W) as columns: (N, C · kh · kw, L)."""
    two = lambda x: tuple(x) if isinstance(x, (tuple, list)) else (x, x)  # noqa: E731
    (kh, kw), (dh, dw), (ph, pw), (sh, sw) = two(kernel_size), two(dilation), two(padding), two(stride)
    batched = input.dim() == 4
    x = input if batched else input.unsqueeze(0)
    x = _C._pad_constant(x, [pw, pw, ph, ph], 0.0)
    n, c = x.shape[:2]
    x = x.unfold(2, dh * (kh - 1) + 1, sh).unfold(3, dw * (kw - 1) + 1, sw)[..., ::dh, ::dw]
    x = x.permute(0, 1, 4, 5, 2, 3).reshape([n, c * kh * kw, x.shape[2] * x.shape[3]])
    return x if batched else x.squeeze(0)


def pixel_shuffle(input, upscale_factor):
    """(…, C · r², H, W) → (…, C, H · r, W · r)."""
    return _C._pixel_shuffle(input, upscale_factor)


def pixel_unshuffle(input, downscale_factor):
    """(…, C, H · r, W · r) → (…, C · r², H, W)."""
    return _C._pixel_unshuffle(input, downscale_factor)
