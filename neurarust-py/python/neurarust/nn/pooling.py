"""Pooling as layers: the largest, the mean or the norm of each window."""

from . import functional as F
from ._table import layer

__all__ = []
for _rank in (1, 2, 3):
    for _name, _function, _doc, _parameters in (
        (
            f"MaxPool{_rank}d", f"max_pool{_rank}d", f"The largest element of each window: (N, C, …) with {_rank} spatial dimension{'s' * (_rank > 1)}, `stride` is `kernel_size` unless given.",
            ["kernel_size", ("stride", None), ("padding", 0), ("dilation", 1), ("return_indices", False), ("ceil_mode", False)],
        ),
        (
            f"AvgPool{_rank}d", f"avg_pool{_rank}d", f"The mean of each window: (N, C, …) with {_rank} spatial dimension{'s' * (_rank > 1)}, `stride` is `kernel_size` unless given.",
            ["kernel_size", ("stride", None), ("padding", 0), ("ceil_mode", False), ("count_include_pad", True)]
            + ([("divisor_override", None)] if _rank > 1 else []),
        ),
        (f"AdaptiveAvgPool{_rank}d", f"adaptive_avg_pool{_rank}d", "The mean of windows that make an output of the given size.", ["output_size"]),
        (
            f"AdaptiveMaxPool{_rank}d", f"adaptive_max_pool{_rank}d", "The largest element of windows that make an output of the given size.",
            ["output_size", ("return_indices", False)],
        ),
        (
            f"MaxUnpool{_rank}d", f"max_unpool{_rank}d", "Elements put back where a maximum pooling found them.",
            ["kernel_size", ("stride", None), ("padding", 0)],
        ),
        (
            f"LPPool{_rank}d", f"lp_pool{_rank}d", "`(Σ xᵖ)^(1/p)` of each window.",
            ["norm_type", "kernel_size", ("stride", None), ("ceil_mode", False)],
        ),
    ):
        _shown = [p if isinstance(p, str) else p[0] for p in _parameters]
        _shown = [p for p in _shown if p in ("kernel_size", "stride", "padding", "dilation", "ceil_mode", "output_size", "norm_type")]
        globals()[_name] = layer(_name, getattr(F, _function), _doc, *_parameters, shown=_shown)
        __all__.append(_name)
