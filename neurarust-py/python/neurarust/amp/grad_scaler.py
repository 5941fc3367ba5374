"""`GradScaler`: a loss is multiplied before `backward` and the gradients divided after, so that small ones survive float16."""

import math
import warnings

from .. import _C
from .._modes import no_grad


class GradScaler:
    """Scales losses, unscales gradients, skips steps with infinite ones, and finds the scale as it goes.

    >>> scaler = torch.amp.GradScaler("cpu")
    >>> scaler.scale(loss).backward()
    >>> scaler.step(optimizer)
    >>> scaler.update()
    """

    def __init__(
        self, device="cuda", init_scale=65536.0, growth_factor=2.0, backoff_factor=0.5, growth_interval=2000, enabled=True
    ):
        self._device, self._enabled = device, enabled
        if enabled and device != "cpu":
            warnings.warn(f"GradScaler: {device} is not available, so it is off; use GradScaler('cpu')", stacklevel=2)
            self._enabled = False
        if self._enabled:
            if not 0.0 < init_scale < math.inf:
                raise ValueError(f"GradScaler: init_scale {init_scale}; expected it positive and finite")
            if not growth_factor > 1.0:
                raise ValueError(f"GradScaler: growth_factor {growth_factor}; expected more than 1")
            if not 0.0 < backoff_factor < 1.0:
                raise ValueError(f"GradScaler: backoff_factor {backoff_factor}; expected it between 0 and 1")
        self._scale = float(init_scale)
        self._growth_factor, self._backoff_factor, self._growth_interval = growth_factor, backoff_factor, growth_interval
        self._growth_tracker = 0
        # By optimizer, since the last update: whether its gradients are infinite, and whether it has stepped.
        self._found, self._stepped = {}, set()

    def scale(self, outputs):
        """A tensor, or tensors in lists and tuples, times the scale."""
        if not self._enabled:
            return outputs
        if isinstance(outputs, _C.Tensor):
            return outputs * self._scale
        if isinstance(outputs, (list, tuple)):
            parts = [self.scale(x) for x in outputs]
            return type(outputs)(*parts) if hasattr(outputs, "_fields") else type(outputs)(parts)
        raise ValueError(f"scale: expected tensors or lists of them, got {type(outputs).__name__}")

    def unscale_(self, optimizer):
        """Divides the gradients of an optimizer's parameters by the scale, before clipping them for example."""
        if not self._enabled:
            return
        if id(optimizer) in self._found:
            raise RuntimeError("unscale_: already called on this optimizer since the last update()")
        if id(optimizer) in self._stepped:
            raise RuntimeError("unscale_: called after step()")
        found = False
        with no_grad():
            grads = [p.grad for group in optimizer.param_groups for p in group["params"] if p.grad is not None]
            grads = [grad._values() if grad.is_sparse else grad for grad in grads]
            if not grads:
                raise RuntimeError("unscale_: no parameter of this optimizer has a gradient; call backward() first")
            for grad in grads:
                if grad.dtype is _C.float16:
                    raise ValueError("unscale_: gradients in float16; keep parameters in float32")
            for grad in grads:
                found = found or not bool(grad.isfinite().all())
                grad.mul_(1.0 / self._scale)
        self._found[id(optimizer)] = found

    def step(self, optimizer, *args, **kwargs):
        """`optimizer.step()`, unless a gradient is infinite or NaN. Gradients are unscaled first where they aren't yet."""
        if not self._enabled:
            return optimizer.step(*args, **kwargs)
        if "closure" in kwargs:
            raise RuntimeError("step: closures can't be combined with GradScaler")
        if id(optimizer) in self._stepped:
            raise RuntimeError("step: already called on this optimizer since the last update()")
        if id(optimizer) not in self._found:
            self.unscale_(optimizer)
        self._stepped.add(id(optimizer))
        return None if self._found[id(optimizer)] else optimizer.step(*args, **kwargs)

    def update(self, new_scale=None):
        """Ends an iteration: the scale falls after an infinite gradient, and grows after `growth_interval` steps without one."""
        if not self._enabled:
            return
        if new_scale is not None:
            self._scale = float(new_scale)
        else:
            if not self._found:
                raise RuntimeError("update: no gradients were checked; call step() or unscale_() first")
            if any(self._found.values()):
                self._scale, self._growth_tracker = self._scale * self._backoff_factor, 0
            else:
                self._growth_tracker += 1
                if self._growth_tracker == self._growth_interval:
                    self._scale, self._growth_tracker = self._scale * self._growth_factor, 0
        self._found, self._stepped = {}, set()

    def get_scale(self):
        """The scale; 1 where the scaler is off."""
        return self._scale if self._enabled else 1.0

    def is_enabled(self):
        """Whether it does anything."""
        return self._enabled

    def get_growth_factor(self):
        """What the scale grows by."""
        return self._growth_factor

    def set_growth_factor(self, new_factor):
        """Changes what the scale grows by."""
        self._growth_factor = new_factor

    def get_backoff_factor(self):
        """What the scale falls by."""
        return self._backoff_factor

    def set_backoff_factor(self, new_factor):
        """Changes what the scale falls by."""
        self._backoff_factor = new_factor

    def get_growth_interval(self):
        """After how many good steps the scale grows."""
        return self._growth_interval

    def set_growth_interval(self, new_interval):
        """Changes after how many good steps the scale grows."""
        self._growth_interval = new_interval

    def state_dict(self):
        """What a checkpoint needs; empty where the scaler is off."""
        if not self._enabled:
            return {}
        return {
            "scale": self._scale, "growth_factor": self._growth_factor, "backoff_factor": self._backoff_factor,
            "growth_interval": self._growth_interval, "_growth_tracker": self._growth_tracker,
        }  # fmt: skip

    def load_state_dict(self, state_dict):
        """Goes on from a `state_dict`."""
        if not self._enabled:
            return
        missing = [k for k in self.state_dict() if k not in state_dict]
        if missing:
            raise RuntimeError(f"load_state_dict: the state lacks {', '.join(missing)}; was it saved by a scaler that was off?")
        self._scale, self._growth_tracker = float(state_dict["scale"]), int(state_dict["_growth_tracker"])
        self._growth_factor, self._backoff_factor = state_dict["growth_factor"], state_dict["backoff_factor"]
        self._growth_interval = state_dict["growth_interval"]
