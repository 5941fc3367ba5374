"""The body that all optimizers share, and the optimizers, each of which is its hyperparameters."""

from collections import defaultdict
from copy import deepcopy

from .. import _C
from .._modes import enable_grad


class Optimizer:
    """Moves parameters against their gradients.

    `params` are tensors, `(name, tensor)` pairs, or dicts with `params` and hyperparameters of their own. `param_groups` is a
    list of such dicts, which may be changed at any time.

        >>> w = torch.tensor([4.0], requires_grad=True)
        >>> optimizer = torch.optim.SGD([w], lr=0.25)
        >>> (w**2).sum().backward()
        >>> optimizer.step()
        >>> w.item()
        2.0
    """

    _rule = None

    def __init__(self, params, defaults):
        self.defaults = defaults
        self.state = defaultdict(dict)
        self.param_groups = []
        if isinstance(params, _C.Tensor):
            raise TypeError(f"params argument given to the optimizer should be an iterable of Tensors or dicts, but got {type(params).__name__}")
        groups = list(params)
        if not groups:
            raise ValueError("optimizer got an empty parameter list")
        if not isinstance(groups[0], dict):
            groups = [{"params": groups}]
        for group in groups:
            self.add_param_group(group)

    def add_param_group(self, param_group):
        """Adds parameters with hyperparameters of their own."""
        if not isinstance(param_group, dict):
            raise TypeError(f"param_group must be a dict, but got {type(param_group).__name__}")
        group = dict(param_group)
        params = group["params"]
        if isinstance(params, _C.Tensor):
            params = [params]
        elif isinstance(params, set):
            raise TypeError("optimizer parameters need to be organized in ordered collections; sets have no order")
        named = list(params)
        group["params"] = [p[1] if isinstance(p, tuple) else p for p in named]
        known = {id(p) for g in self.param_groups for p in g["params"]}
        for p in group["params"]:
            if not isinstance(p, _C.Tensor):
                raise TypeError(f"optimizer can only optimize Tensors, but one of the params is {type(p).__name__}")
            if not p.is_leaf:
                raise ValueError("can't optimize a non-leaf Tensor")
            if id(p) in known:
                raise ValueError("some parameters appear in more than one parameter group")
            known.add(id(p))
        for name, value in self.defaults.items():
            group.setdefault(name, value)
        self._check(group)
        self.param_groups.append(group)

    def _check(self, group):
        for name in ("lr", "eps", "weight_decay", "momentum", "lr_decay", "initial_accumulator_value"):
            if name in group and not group[name] >= 0.0:
                raise ValueError(f"Invalid {name} value: {group[name]}")
        for i, beta in enumerate(group.get("betas", ())):
            if not 0.0 <= beta < 1.0:
                raise ValueError(f"Invalid beta parameter at index {i}: {beta}")
        if group.get("nesterov") and (group["momentum"] <= 0 or group["dampening"] != 0):
            raise ValueError("Nesterov momentum requires a momentum and zero dampening")

    def zero_grad(self, set_to_none=True):
        """Forgets all gradients."""
        for group in self.param_groups:
            for p in group["params"]:
                if set_to_none:
                    p.grad = None
                else:
                    p._zero_grad()

    def step(self, closure=None):
        """Moves every parameter that has a gradient; `closure`, if given, computes the loss first."""
        loss = None
        if closure is not None:
            with enable_grad():
                loss = closure()
        _C._step(self._rule, self.param_groups, self.state)
        return loss

    def state_dict(self):
        """Everything needed to go on later, with parameters numbered."""
        numbers = {}
        for group in self.param_groups:
            for p in group["params"]:
                numbers.setdefault(id(p), len(numbers))
        groups = [
            {**{k: v for k, v in g.items() if k != "params"}, "params": [numbers[id(p)] for p in g["params"]]}
            for g in self.param_groups
        ]
        state = {numbers[id(p)] if isinstance(p, _C.Tensor) else p: s for p, s in self.state.items()}
        return {"state": state, "param_groups": groups}

    def load_state_dict(self, state_dict):
        """Goes on from what `state_dict` has answered."""
        groups = state_dict["param_groups"]
        if len(groups) != len(self.param_groups):
            raise ValueError("loaded state dict has a different number of parameter groups")
        if any(len(a["params"]) != len(b["params"]) for a, b in zip(groups, self.param_groups)):
            raise ValueError("loaded state dict contains a parameter group that doesn't match the size of optimizer's group")
        params = {}
        for saved, own in zip(groups, self.param_groups):
            params.update(zip(saved["params"], own["params"]))
        state = defaultdict(dict)
        for key, value in state_dict["state"].items():
            if key not in params:
                state[key] = deepcopy(value)
                continue
            p = params[key]
            for name, t in value.items():
                if isinstance(t, _C.Tensor) and t.dim() and t.shape != p.shape:
                    raise ValueError(f"state {name} of parameter {key} has shape {tuple(t.shape)}, the parameter {tuple(p.shape)}")
            state[p] = {
                k: (v.detach().to(p.dtype).clone() if isinstance(v, _C.Tensor) and v.dim() else deepcopy(v)) for k, v in value.items()
            }
        self.state = state
        for saved, own in zip(groups, self.param_groups):
            own.update({k: deepcopy(v) for k, v in saved.items() if k != "params"})

    def __repr__(self):
        lines = [f"{type(self).__name__} ("]
        for i, group in enumerate(self.param_groups):
            lines.append(f"Parameter Group {i}")
            lines += [f"    {k}: {v}" for k, v in sorted(group.items()) if k != "params"]
        return "\n".join(lines + [")"])

    def __getstate__(self):
        return {"defaults": self.defaults, "state": dict(self.state), "param_groups": self.param_groups}

    def __setstate__(self, state):
        self.__dict__.update(state)
        self.state = defaultdict(dict, state["state"])


class SGD(Optimizer):
    """`θ ← θ - lr · v`, where `v ← momentum · v + (1 - dampening) · g` and `g` is the gradient with weight decay.

    `nesterov` steps along `g + momentum · v` instead (Sutskever et al., 2013); `maximize` climbs instead of descending. `foreach`,
    `differentiable` and `fused` are taken for PyTorch's sake: steps are always fused.
    """

    _rule = "SGD"

    def __init__(
        self, params, lr=1e-3, momentum=0, dampening=0, weight_decay=0, nesterov=False, *, maximize=False, foreach=None,
        differentiable=False, fused=None,
    ):
        super().__init__(
            params,
            dict(lr=lr, momentum=momentum, dampening=dampening, weight_decay=weight_decay, nesterov=nesterov, maximize=maximize),
        )


class Adam(Optimizer):
    """Steps by the first moment over the root of the second (Kingma and Ba, 2015); weight decay joins the gradient.

    `θ ← θ - lr · m̂ / (√v̂ + eps)`, where `m` and `v` are running means of the gradient and its square that forget by `betas`,
    and the hats make up for their start at 0. `amsgrad` divides by the largest `v` so far (Reddi et al., 2018), `maximize` climbs
    instead of descending. `foreach`, `capturable`, `differentiable` and `fused` are taken for PyTorch's sake: steps are always
    fused.
    """

    _rule = "Adam"

    def __init__(
        self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, amsgrad=False, *, foreach=None, maximize=False,
        capturable=False, differentiable=False, fused=None,
    ):
        super().__init__(params, dict(lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, amsgrad=amsgrad, maximize=maximize))


class AdamW(Optimizer):
    """Adam whose weight decay acts on the parameters themselves (Loshchilov and Hutter, 2019).

    `θ ← θ · (1 - lr · weight_decay)`, then Adam's step: `θ ← θ - lr · m̂ / (√v̂ + eps)`, where `m` and `v` are running means of
    the gradient and its square that forget by `betas`, and the hats make up for their start at 0. `amsgrad` divides by the largest
    `v` so far (Reddi et al., 2018), `maximize` climbs instead of descending. `foreach`, `capturable`, `differentiable` and `fused`
    are taken for PyTorch's sake: steps are always fused.

        >>> w = torch.tensor([4.0], requires_grad=True)
        >>> optimizer = torch.optim.AdamW([w], lr=0.5, weight_decay=0.0)
        >>> (w**2).sum().backward()
        >>> optimizer.step()
        >>> w.item()
        3.5
    """

    _rule = "AdamW"

    def __init__(
        self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2, amsgrad=False, *, maximize=False, foreach=None,
        capturable=False, differentiable=False, fused=None,
    ):
        super().__init__(params, dict(lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, amsgrad=amsgrad, maximize=maximize))


class SparseAdam(Optimizer):
    """Adam for sparse gradients: a row moves, and so do its moments, only when the gradient has it."""

    _rule = "SparseAdam"

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, maximize=False):
        super().__init__(params, dict(lr=lr, betas=betas, eps=eps, maximize=maximize))


class Adagrad(Optimizer):
    """Steps by the gradient over the root of the sum of all its squares (Duchi et al., 2011); takes sparse gradients."""

    _rule = "Adagrad"

    def __init__(
        self, params, lr=1e-2, lr_decay=0, weight_decay=0, initial_accumulator_value=0, eps=1e-10, foreach=None, *, maximize=False,
        differentiable=False, fused=None,
    ):
        super().__init__(
            params,
            dict(
                lr=lr, lr_decay=lr_decay, weight_decay=weight_decay, initial_accumulator_value=initial_accumulator_value, eps=eps,
                maximize=maximize,
            ),
        )
