"""Gradients kept within bounds, parameters as one vector."""

from ... import _C
from ..._modes import no_grad
from . import rnn


def _grads(parameters):
    if isinstance(parameters, _C.Tensor):
        parameters = [parameters]
    return [p for p in parameters if p.grad is not None]


def clip_grad_norm_(parameters, max_norm, norm_type=2.0, error_if_nonfinite=False, foreach=None):
    """Scales all gradients together so that their joint norm is at most `max_norm`; answers the norm before."""
    params = _grads(parameters)
    return _C.tensor(_C._clip_grad_norm(params, float(max_norm), float(norm_type), error_if_nonfinite))


def clip_grad_value_(parameters, clip_value, foreach=None):
    """Clamps each gradient's elements to `[-clip_value, clip_value]`."""
    _C._clip_grad_value(_grads(parameters), float(clip_value))


def get_total_norm(tensors, norm_type=2.0, error_if_nonfinite=False, foreach=None):
    """The joint norm of tensors."""
    norms = [t.norm(norm_type) for t in tensors]
    return _C.stack(norms).norm(norm_type) if norms else _C.tensor(0.0)


def parameters_to_vector(parameters):
    """All parameters, flattened, end to end."""
    return _C.cat([p.reshape(-1) for p in parameters])


def vector_to_parameters(vec, parameters):
    """Copies the parts of a vector into the parameters."""
    at = 0
    with no_grad():
        for p in parameters:
            p.copy_(vec[at : at + p.numel()].view_as(p))
            at += p.numel()
