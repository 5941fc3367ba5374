"""Losses beside the commonest ones, and those that PyTorch doesn't have."""

import dataclasses

from .. import _C
from .._C import Tensor, cross_entropy, linear

__all__ = [
    "ctc_loss", "multi_margin_loss", "multilabel_margin_loss", "multilabel_soft_margin_loss", "triplet_margin_with_distance_loss",
    "linear_cross_entropy", "LinearCrossEntropyOptions", "info_nce_loss", "nt_xent_loss", "supervised_contrastive_loss",
    "sigmoid_focal_loss", "focal_loss", "dice_loss",
]


def _reduced(errors, reduction):
    if reduction == "mean":
        return errors.mean()
    if reduction == "sum":
        return errors.sum()
    if reduction == "none":
        return errors
    raise ValueError(f"{reduction} is not a valid value for reduction")


def _legacy(size_average, reduce, reduction):
    """`reduction` as PyTorch's older arguments say it."""
    if size_average is None and reduce is None:
        return reduction
    return "none" if reduce is False else "sum" if size_average is False else "mean"


def _beside(op, *tensors):
    """Refuses shapes that would be compared pair by pair, such as (N, 1) with (N,)."""
    shapes = [tuple(t.shape) for t in tensors if isinstance(t, Tensor)]
    rank = max(len(s) for s in shapes)
    full = [(1,) * (rank - len(s)) + s for s in shapes]
    joint = tuple(max(sizes) if 0 not in sizes else 0 for sizes in zip(*full))
    if joint not in full:
        raise RuntimeError(
            f"{op}: shapes {' and '.join(map(str, shapes))} would broadcast to {joint}, which compares every pair; reshape, squeeze or unsqueeze one, or expand both if you mean it"
        )


def ctc_loss(log_probs, targets, input_lengths, target_lengths, blank=0, reduction="mean", zero_infinity=False):
    """The negative log-likelihood of labels summed over their alignments: (T, N, C) of log-probabilities."""
    lengths = [x.reshape(-1).tolist() if isinstance(x, Tensor) else list(x) if isinstance(x, (tuple, list)) else [x] for x in (input_lengths, target_lengths)]
    return _C._ctc_loss(log_probs, targets, *lengths, blank, reduction, zero_infinity)


def multi_margin_loss(input, target, p=1, margin=1.0, weight=None, size_average=None, reduce=None, reduction="mean"):
    """`Σᵢ max(0, margin - x[y] + x[i])ᵖ / C`: scores (N, C), classes (N)."""
    return _C._multi_margin_loss(input, target, p, margin, weight, size_average, reduce, reduction)


def multilabel_margin_loss(input, target, size_average=None, reduce=None, reduction="mean"):
    """`Σ max(0, 1 - (x[j] - x[i])) / C` over classes j in the target, up to its first -1, and i not in it: both (N, C)."""
    return _C._multilabel_margin_loss(input, target, size_average, reduce, reduction)


def multilabel_soft_margin_loss(input, target, weight=None, size_average=None, reduce=None, reduction="mean"):
    """The mean over classes of the binary cross-entropy of scores: both (N, C)."""
    return _C._multilabel_soft_margin_loss(input, target, weight, size_average, reduce, reduction)


def triplet_margin_with_distance_loss(
    anchor, positive, negative, *, distance_function=None, margin=1.0, swap=False, reduction="mean"
):
    """`max(0, d(anchor, positive) - d(anchor, negative) + margin)` for any distance d."""
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(f"{reduction} is not a valid value for reduction")
    if margin <= 0:
        raise ValueError(f"margin must be greater than 0, got {margin}")
    if not anchor.dim() == positive.dim() == negative.dim():
        raise RuntimeError(
            f"The anchor, positive, and negative tensors are expected to have the same number of dimensions, but got: anchor {anchor.dim()}D, positive {positive.dim()}D, and negative {negative.dim()}D inputs"
        )
    if distance_function is None:
        from .functional import pairwise_distance as distance_function
    near, far = distance_function(anchor, positive), distance_function(anchor, negative)
    if swap:
        far = far.minimum(distance_function(positive, negative))
    return _reduced((near - far + margin).clamp_min(0), reduction)


@dataclasses.dataclass
class LinearCrossEntropyOptions:
    """How `linear_cross_entropy` saves memory: `batch_chunk_size` rows of logits at a time. The other fields are PyTorch's for
    reduced precision on GPUs and change nothing here."""

    allow_retain_graph: bool = False
    batch_chunk_size: int = None
    chunking_method: str = "auto"
    acc_policy: str = "auto"
    acc_dtype: object = None


def linear_cross_entropy(
    input, linear_weight, target, *, linear_bias=None, weight=None, reduction="mean", ignore_index=None, label_smoothing=0.0,
    options=None,
):
    """The cross-entropy of `linear(input, linear_weight, linear_bias)`: (N, F) and (C, …, F) against (N, …)."""
    if input.dim() not in (1, 2):
        raise RuntimeError(f"expected input with dimensionality 1 or 2, got {input.dim()}")
    if linear_weight.dim() < 2:
        raise RuntimeError(f"expected linear_weight with dimensionality at least 2, got {linear_weight.dim()}")
    features = input.shape[-1]
    if features != linear_weight.shape[-1]:
        raise RuntimeError(
            f"expected equal input and linear_weight last dimensions (in_features), got {features} and {linear_weight.shape[-1]}, respectively"
        )
    classes = tuple(linear_weight.shape[:-1])
    if linear_bias is not None and tuple(linear_bias.shape) != classes:
        raise RuntimeError(f"expected linear_bias shape {classes}, got {tuple(linear_bias.shape)}")
    if len(classes) > 1 and input.dim() == 1:
        raise RuntimeError(f"a linear_weight of shape {tuple(linear_weight.shape)} requires batched input, got shape {tuple(input.shape)}")
    shape = tuple(input.shape[:-1]) + classes
    probabilities = tuple(target.shape) == shape
    if probabilities and ignore_index is not None:
        raise RuntimeError("ignore_index cannot be specified when target contains probabilities")
    ignore_index = -100 if ignore_index is None else ignore_index
    if options is not None and len(classes) == 1 and input.dim() == 2 and not probabilities and not label_smoothing:
        rows = options.batch_chunk_size or max(1, (1 << 22) // max(classes[0], 1))
        return _C._linear_cross_entropy(input, linear_weight, target, linear_bias, weight, ignore_index, rows, reduction)
    flat = linear(input, linear_weight.reshape(-1, features), None if linear_bias is None else linear_bias.reshape(-1))
    return cross_entropy(
        flat.reshape(shape), target, weight=weight, reduction=reduction, ignore_index=ignore_index, label_smoothing=label_smoothing
    )


def info_nce_loss(queries, keys, temperature=0.1, reduction="mean"):
    """InfoNCE: each query (N, D) has to find its own key among all keys (N, D), by cosine similarity."""
    return _C._info_nce_loss(queries, keys, temperature, reduction=reduction)


def nt_xent_loss(z1, z2, temperature=0.5, reduction="mean"):
    """NT-Xent of SimCLR: each of the 2N views has to find its twin among all others."""
    return _C._nt_xent_loss(z1, z2, temperature, reduction=reduction)


def supervised_contrastive_loss(features, labels, temperature=0.1, reduction="mean"):
    """Representations (N, D) of the same label (N) attract each other."""
    return _C._supervised_contrastive_loss(features, labels, temperature, reduction=reduction)


def sigmoid_focal_loss(input, target, alpha=0.25, gamma=2.0, reduction="mean"):
    """`-α (1 - p)ᵞ ln p` of logits against 0 or 1, both of one shape."""
    return _C._sigmoid_focal_loss(input, target, alpha, gamma, reduction=reduction)


def focal_loss(input, target, gamma=2.0, weight=None, reduction="mean"):
    """`-w (1 - p)ᵞ ln p` of logits (N, C, …) against classes (N, …)."""
    return _C._focal_loss(input, target, gamma, weight, reduction=reduction)


def dice_loss(input, target, smooth=1.0, reduction="mean"):
    """One minus the overlap of probabilities (N, …) and targets of 0 or 1, per sample."""
    return _C._dice_loss(input, target, smooth, reduction=reduction)
