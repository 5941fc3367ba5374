"""Differentiation: `grad`, `backward`, custom functions, checks against central differences."""

from .._C import Node, Tensor, backward, grad
from .._modes import enable_grad, inference_mode, no_grad, set_grad_enabled
from . import functional, graph
from .anomaly_mode import detect_anomaly, set_detect_anomaly
from .audit import audit, watch
from .function import Function, FunctionCtx
from .gradcheck import GradcheckError, gradcheck, gradgradcheck



def Variable(data, requires_grad=False):
    """`data` itself, from which on `requires_grad` holds: tensors have been variables for a long time."""
    if not isinstance(data, Tensor):
        raise TypeError(f"Variable: expected a tensor, got {type(data).__name__}")
    return data.detach().requires_grad_(requires_grad) if requires_grad != data.requires_grad else data


__all__ = [
    "Function",
    "FunctionCtx",
    "GradcheckError",
    "Node",
    "Variable",
    "audit",
    "backward",
    "detect_anomaly",
    "enable_grad",
    "functional",
    "grad",
    "gradcheck",
    "gradgradcheck",
    "graph",
    "inference_mode",
    "no_grad",
    "set_detect_anomaly",
    "set_grad_enabled",
    "watch",
]
