"""Losses as layers: objects that keep their options and are called with an output and a target."""

from . import functional as F
from .module import Module

__all__ = []


def _loss(name, function, doc, *parameters, weights=(), order=None):
    """A loss `name`: `weights` become buffers, `parameters` attributes, both are handed to `function`.

    `order` names the positional arguments of the constructor, weights and parameters if missing.
    """
    names = [*weights, *(p for p, _ in parameters)]
    order = names if order is None else order

    def __init__(self, *args, size_average=None, reduce=None, reduction="mean", **kwargs):
        Module.__init__(self)
        if len(args) > len(order):
            raise TypeError(f"{name}: takes {len(order)} arguments, got {len(args)}")
        given = dict(zip(order, args))
        for key, value in kwargs.items():
            if key not in names or key in given:
                raise TypeError(f"{name}: unexpected argument '{key}'")
            given[key] = value
        reduction = given.pop("reduction", reduction)
        for key in weights:
            self.register_buffer(key, given.get(key))
        for key, default in parameters:
            setattr(self, key, given.get(key, default))
        if size_average is not None or reduce is not None:
            reduction = "none" if reduce is False else "sum" if size_average is False else "mean"
        if reduction not in ("none", "mean", "sum") and not (name == "KLDivLoss" and reduction == "batchmean"):
            raise ValueError(f"{reduction} is not a valid value for reduction")
        self.reduction = reduction

    def forward(self, *inputs):
        """The loss of an output and its target: one number, or with `reduction="none"` one for each element or sample."""
        options = {k: getattr(self, k) for k in weights}
        options.update({k: getattr(self, k) for k, _ in parameters})
        return function(*inputs, **options, reduction=self.reduction)

    doc += "\n\nThe mean over the batch, the sum with `reduction=\"sum\"`, or each by itself with `reduction=\"none\"`."
    cls = type(name, (Module,), {"__init__": __init__, "forward": forward, "__doc__": doc, "__module__": "neurarust.nn"})
    __all__.append(name)
    globals()[name] = cls


_loss("MSELoss", F.mse_loss, "The squared differences of input and target, of one shape.")
_loss("L1Loss", F.l1_loss, "The absolute differences of input and target, of one shape.")
_loss("SmoothL1Loss", F.smooth_l1_loss, "Squared differences below `beta`, absolute ones above.", ("beta", 1.0))
_loss("HuberLoss", F.huber_loss, "`delta` times the smooth L1 loss.", ("delta", 1.0))
_loss("BCELoss", F.binary_cross_entropy, "The cross-entropy of probabilities against probabilities.", weights=("weight",))
_loss(
    "BCEWithLogitsLoss", F.binary_cross_entropy_with_logits, "The cross-entropy of logits against probabilities.",
    weights=("weight", "pos_weight"),
)
_loss(
    "CrossEntropyLoss", F.cross_entropy, "The cross-entropy of logits (N, C, …) against classes (N, …) or class probabilities.",
    ("ignore_index", -100), ("label_smoothing", 0.0), weights=("weight",),
)
_loss("NLLLoss", F.nll_loss, "The negative log-likelihood of classes (N, …), given log-probabilities (N, C, …).", ("ignore_index", -100), weights=("weight",))
_loss("KLDivLoss", F.kl_div, "The Kullback-Leibler divergence of log-probabilities from probabilities.", ("log_target", False))
_loss("SoftMarginLoss", F.soft_margin_loss, "`ln(1 + exp(-t · x))` of scores `x` and targets `t` of -1 or 1.")
_loss("HingeEmbeddingLoss", F.hinge_embedding_loss, "`x` or `max(0, margin - x)`, as the target is 1 or -1.", ("margin", 1.0))
_loss("MarginRankingLoss", F.margin_ranking_loss, "`max(0, margin - t · (x1 - x2))`.", ("margin", 0.0))
_loss("CosineEmbeddingLoss", F.cosine_embedding_loss, "`1 - cos` or `max(0, cos - margin)`.", ("margin", 0.0))
_loss(
    "TripletMarginLoss", F.triplet_margin_loss, "`max(0, d(anchor, positive) - d(anchor, negative) + margin)`.", ("margin", 1.0),
    ("p", 2.0), ("eps", 1e-6), ("swap", False),
)
_loss(
    "CTCLoss", F.ctc_loss, "The negative log-likelihood of labels summed over their alignments.", ("blank", 0), ("zero_infinity", False),
    order=("blank", "reduction", "zero_infinity"),
)
_loss(
    "MultiMarginLoss", F.multi_margin_loss, "`Σᵢ max(0, margin - x[y] + x[i])ᵖ / C`.", ("p", 1), ("margin", 1.0), weights=("weight",),
    order=("p", "margin", "weight"),
)
_loss("MultiLabelMarginLoss", F.multilabel_margin_loss, "Margins between the classes in the target and the others.")
_loss("MultiLabelSoftMarginLoss", F.multilabel_soft_margin_loss, "The mean binary cross-entropy of scores.", weights=("weight",))
_loss(
    "TripletMarginWithDistanceLoss", F.triplet_margin_with_distance_loss, "`max(0, d(anchor, positive) - d(anchor, negative) + margin)`.",
    ("distance_function", None), ("margin", 1.0), ("swap", False), order=(),
)
_loss("PoissonNLLLoss", F.poisson_nll_loss, "Counts under a Poisson distribution.", ("log_input", True), ("full", False), ("eps", 1e-8))
_loss("GaussianNLLLoss", F.gaussian_nll_loss, "Values under normal distributions.", ("full", False), ("eps", 1e-6))
