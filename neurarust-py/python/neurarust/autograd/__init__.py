"""Differentiation: `grad`, `backward`, custom functions, checks against central differences."""

from .._C import Node, backward, grad
from .._modes import enable_grad, inference_mode, no_grad, set_grad_enabled
from . import functional, graph
from .anomaly_mode import detect_anomaly, set_detect_anomaly
from .audit import audit, watch
from .function import Function, FunctionCtx
from .gradcheck import GradcheckError, gradcheck, gradgradcheck

__all__ = [
    "Function",
    "FunctionCtx",
    "GradcheckError",
    "Node",
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
