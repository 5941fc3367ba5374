"""Differentiation: `grad`, `backward`, custom functions, checks against central differences."""

from .._C import Node, backward, grad
from .._modes import enable_grad, inference_mode, no_grad, set_grad_enabled
from . import functional
from .function import Function, FunctionCtx
from .gradcheck import gradcheck, gradgradcheck

__all__ = [
    "Function",
    "FunctionCtx",
    "Node",
    "backward",
    "enable_grad",
    "functional",
    "grad",
    "gradcheck",
    "gradgradcheck",
    "inference_mode",
    "no_grad",
    "set_grad_enabled",
]
