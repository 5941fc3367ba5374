"""The base of all layers and models."""

from collections import OrderedDict, namedtuple
from itertools import chain

from .. import _C
from .._modes import no_grad
from .parameter import Buffer, Parameter

_IncompatibleKeys = namedtuple("IncompatibleKeys", ("missing_keys", "unexpected_keys"))


# While a profiler records: makes the span of a module's call.
_span = None


class _Handle:
    """Removes a hook again."""

    _next = 0

    def __init__(self, hooks):
        self.hooks = hooks
        self.id = _Handle._next
        _Handle._next += 1

    def remove(self):
        self.hooks.pop(self.id, None)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.remove()


class Module:
    """A part of a model: parameters, buffers, smaller modules, and a `forward`.

    >>> class Net(torch.nn.Module):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.layer = torch.nn.Linear(4, 2)
    ...     def forward(self, x):
    ...         return self.layer(x).relu()
    >>> [name for name, p in Net().named_parameters()]
    ['layer.weight', 'layer.bias']
    """

    training: bool
    dump_patches = False

    def __init__(self):
        d = self.__dict__
        d["training"] = True
        d["_parameters"] = {}
        d["_buffers"] = {}
        d["_non_persistent"] = set()
        d["_modules"] = {}
        d["_forward_hooks"] = OrderedDict()
        d["_forward_pre_hooks"] = OrderedDict()
        d["_with_kwargs"] = set()
        d["_backward_hooks"] = OrderedDict()

    def forward(self, *args, **kwargs):
        """What the module computes; every module says its own."""
        raise NotImplementedError(f'{type(self).__name__} has no "forward" method')

    def __call__(self, *args, **kwargs):
        d = self.__dict__
        span = _span  # which another thread's profiler may take away
        if span is not None:
            with span(self):
                return self._with_hooks(args, kwargs)
        if not d["_forward_pre_hooks"] and not d["_forward_hooks"]:
            return self.forward(*args, **kwargs)
        return self._with_hooks(args, kwargs)

    def _with_hooks(self, args, kwargs):
        for key, hook in list(self._forward_pre_hooks.items()):
            if key in self._with_kwargs:
                result = hook(self, args, kwargs)
                if result is not None:
                    args, kwargs = result
            else:
                result = hook(self, args)
                if result is not None:
                    args = result if isinstance(result, tuple) else (result,)
        output = self.forward(*args, **kwargs)
        for key, hook in list(self._forward_hooks.items()):
            result = hook(self, args, kwargs, output) if key in self._with_kwargs else hook(self, args, output)
            if result is not None:
                output = result
        return output

    # ---- attributes ----

    def __setattr__(self, name, value):
        d = self.__dict__
        params = d.get("_parameters")
        if isinstance(value, Parameter):
            if params is None:
                raise AttributeError("cannot assign parameters before Module.__init__() call")
            self._forget(name, keep="_parameters")
            params[name] = value
        elif isinstance(value, Module):
            if d.get("_modules") is None:
                raise AttributeError("cannot assign module before Module.__init__() call")
            self._forget(name, keep="_modules")
            d["_modules"][name] = value
        elif params is not None and name in params:
            if value is not None:
                raise TypeError(f"cannot assign {type(value).__name__} as parameter '{name}' (nn.Parameter or None expected)")
            params[name] = None
        elif d.get("_modules") is not None and name in d["_modules"]:
            if value is not None:
                raise TypeError(f"cannot assign {type(value).__name__} as child module '{name}' (nn.Module or None expected)")
            d["_modules"][name] = None
        elif isinstance(value, Buffer):
            self.register_buffer(name, value, value.persistent)
        elif d.get("_buffers") is not None and name in d["_buffers"]:
            if value is not None and not isinstance(value, _C.Tensor):
                raise TypeError(f"cannot assign {type(value).__name__} as buffer '{name}' (Tensor or None expected)")
            d["_buffers"][name] = value
        else:
            object.__setattr__(self, name, value)

    def _forget(self, name, keep):
        d = self.__dict__
        d.pop(name, None)
        for kind in ("_parameters", "_buffers", "_modules"):
            if kind != keep:
                d[kind].pop(name, None)
        d["_non_persistent"].discard(name)

    def __getattr__(self, name):
        d = self.__dict__
        for kind in ("_parameters", "_buffers", "_modules"):
            known = d.get(kind)
            if known is not None and name in known:
                return known[name]
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")

    def __delattr__(self, name):
        for kind in ("_parameters", "_buffers", "_modules"):
            if name in self.__dict__.get(kind, ()):
                del self.__dict__[kind][name]
                return
        object.__delattr__(self, name)

    def __dir__(self):
        names = chain(object.__dir__(self), self._parameters, self._buffers, self._modules)
        return sorted({n for n in names if n.isidentifier()})

    def _check_name(self, kind, name):
        if not isinstance(name, str):
            raise TypeError(f"{kind} name should be a string, got {type(name).__name__}")
        if "." in name:
            raise KeyError(f'{kind} name can\'t contain "."')
        if name == "":
            raise KeyError(f'{kind} name can\'t be empty string ""')
        own = {"parameter": "_parameters", "buffer": "_buffers", "module": "_modules"}[kind]
        if hasattr(self, name) and name not in self.__dict__[own]:
            raise KeyError(f"attribute '{name}' already exists")

    def register_parameter(self, name, param):
        """Adds a parameter (or a place for one, with None)."""
        if "_parameters" not in self.__dict__:
            raise AttributeError("cannot assign parameter before Module.__init__() call")
        self._check_name("parameter", name)
        if param is not None and not isinstance(param, Parameter):
            raise TypeError(f"cannot assign '{type(param).__name__}' object to parameter '{name}' (nn.Parameter or None required)")
        self._parameters[name] = param

    def register_buffer(self, name, tensor, persistent=True):
        """Adds a tensor that is saved with the module (if `persistent`) and not trained."""
        if "_buffers" not in self.__dict__:
            raise AttributeError("cannot assign buffer before Module.__init__() call")
        self._check_name("buffer", name)
        if tensor is not None and not isinstance(tensor, _C.Tensor):
            raise TypeError(f"cannot assign '{type(tensor).__name__}' object to buffer '{name}' (Tensor or None required)")
        self._buffers[name] = tensor
        (self._non_persistent.discard if persistent else self._non_persistent.add)(name)

    def add_module(self, name, module):
        """Adds a module as the child `name`, as `self.name = module` does."""
        if module is not None and not isinstance(module, Module):
            raise TypeError(f"{type(module).__name__} is not a Module subclass")
        self._check_name("module", name)
        self._modules[name] = module

    register_module = add_module

    # ---- walking ----

    def named_modules(self, memo=None, prefix="", remove_duplicate=True):
        """This module and all below, with their paths."""
        memo = set() if memo is None else memo
        if self in memo:
            return
        if remove_duplicate:
            memo.add(self)
        yield prefix, self
        for name, child in self._modules.items():
            if child is not None:
                yield from child.named_modules(memo, f"{prefix}.{name}" if prefix else name, remove_duplicate)

    def modules(self):
        """This module and all below."""
        for _, module in self.named_modules():
            yield module

    def named_children(self):
        """The modules directly below, with their names."""
        seen = set()
        for name, child in self._modules.items():
            if child is not None and child not in seen:
                seen.add(child)
                yield name, child

    def children(self):
        """The modules directly below."""
        for _, child in self.named_children():
            yield child

    def _named_members(self, kind, prefix, recurse, remove_duplicate=True):
        seen = set()
        modules = self.named_modules(prefix=prefix, remove_duplicate=remove_duplicate) if recurse else [(prefix, self)]
        for path, module in modules:
            for name, value in module.__dict__[kind].items():
                if value is None or (remove_duplicate and id(value) in seen):
                    continue
                seen.add(id(value))
                yield (f"{path}.{name}" if path else name), value

    def named_parameters(self, prefix="", recurse=True, remove_duplicate=True):
        """All parameters with their paths."""
        yield from self._named_members("_parameters", prefix, recurse, remove_duplicate)

    def parameters(self, recurse=True):
        """All parameters of this module and those below, each once: what an optimizer takes."""
        for _, p in self.named_parameters(recurse=recurse):
            yield p

    def named_buffers(self, prefix="", recurse=True, remove_duplicate=True):
        """All buffers with their paths."""
        yield from self._named_members("_buffers", prefix, recurse, remove_duplicate)

    def buffers(self, recurse=True):
        """All buffers of this module and those below, each once."""
        for _, b in self.named_buffers(recurse=recurse):
            yield b

    def get_submodule(self, target):
        """The module at the path `target`."""
        module = self
        for name in target.split(".") if target else ():
            if not hasattr(module, name):
                raise AttributeError(f"{type(module).__name__} has no attribute `{name}`")
            module = getattr(module, name)
            if not isinstance(module, Module):
                raise AttributeError(f"`{name}` is not an nn.Module")
        return module

    def get_parameter(self, target):
        """The parameter at the path `target`."""
        path, _, name = target.rpartition(".")
        p = getattr(self.get_submodule(path), name)
        if not isinstance(p, Parameter):
            raise AttributeError(f"`{name}` is not an nn.Parameter")
        return p

    def get_buffer(self, target):
        """The buffer at the path `target`."""
        path, _, name = target.rpartition(".")
        module = self.get_submodule(path)
        if name not in module._buffers:
            raise AttributeError(f"`{name}` is not a buffer")
        return module._buffers[name]

    # ---- changing ----

    def apply(self, fn):
        """Calls `fn` with every module, children first."""
        for child in self.children():
            child.apply(fn)
        fn(self)
        return self

    def train(self, mode=True):
        """Training behaviour (dropout, batch statistics) on or off."""
        if not isinstance(mode, bool):
            raise ValueError("training mode is expected to be boolean")
        self.training = mode
        for child in self.children():
            child.train(mode)
        return self

    def eval(self):
        """Training behaviour off."""
        return self.train(False)

    def requires_grad_(self, requires_grad=True):
        """Marks all parameters as trained, or not."""
        for p in self.parameters():
            p.requires_grad_(requires_grad)
        return self

    def zero_grad(self, set_to_none=True):
        """Forgets the gradients of all parameters."""
        for p in self.parameters():
            if set_to_none:
                p.grad = None
            else:
                p._zero_grad()

    def _convert(self, fn):
        for module in self.modules():
            for name, p in module._parameters.items():
                if p is None:
                    continue
                changed = fn(p.detach())
                if changed.dtype != p.dtype:
                    new = Parameter(changed, p.requires_grad)
                    if p.grad is not None:
                        new.grad = p.grad._with_values(fn(p.grad._values())) if p.grad.is_sparse else fn(p.grad)
                    module._parameters[name] = new
            for name, b in module._buffers.items():
                if b is not None:
                    module._buffers[name] = fn(b)
        return self

    def to(self, *args, **kwargs):
        """Floating-point parameters and buffers converted to a dtype; devices other than the CPU are refused."""
        target = _C.zeros(1).to(*args, **kwargs).dtype
        asked = kwargs.get("dtype") is not None or any(isinstance(a, (_C.dtype, _C.Tensor)) for a in args)
        if not asked:
            return self
        if not target.is_floating_point:
            raise TypeError(f"nn.Module.to only accepts floating point dtypes, got {target}")
        return self._convert(lambda t: t.to(target) if t.is_floating_point() else t)

    def type(self, dtype):
        """All parameters and buffers converted to a dtype."""
        return self._convert(lambda t: t.to(dtype))

    def float(self):
        """Floating-point parameters and buffers converted to float32, in place."""
        return self.to(_C.float32)

    def double(self):
        """Floating-point parameters and buffers converted to float64, in place."""
        return self.to(_C.float64)

    def half(self):
        """Floating-point parameters and buffers converted to float16, in place."""
        return self.to(_C.float16)

    def bfloat16(self):
        """Floating-point parameters and buffers converted to bfloat16, in place."""
        return self.to(_C.bfloat16)

    def cpu(self):
        """This module: it lives on the CPU already."""
        return self

    def share_memory(self):
        """This module: threads share memory anyway."""
        return self

    # ---- hooks ----

    def register_forward_pre_hook(self, hook, *, prepend=False, with_kwargs=False):
        """Calls `hook(module, args)` before each forward; what it answers takes the arguments' place."""
        return self._add_hook(self._forward_pre_hooks, hook, prepend, with_kwargs)

    def register_forward_hook(self, hook, *, prepend=False, with_kwargs=False, always_call=False):
        """Calls `hook(module, args, output)` after each forward; what it answers takes the output's place."""
        return self._add_hook(self._forward_hooks, hook, prepend, with_kwargs)

    def _add_hook(self, hooks, hook, prepend, with_kwargs):
        handle = _Handle(hooks)
        hooks[handle.id] = hook
        if with_kwargs:
            self._with_kwargs.add(handle.id)
        if prepend:
            hooks.move_to_end(handle.id, last=False)
        return handle

    # ---- state ----

    def state_dict(self, destination=None, prefix="", keep_vars=False):
        """All parameters and persistent buffers by their paths, sharing memory."""
        out = OrderedDict() if destination is None else destination
        for name, p in self._parameters.items():
            if p is not None:
                out[prefix + name] = p if keep_vars else p.detach()
        for name, b in self._buffers.items():
            if b is not None and name not in self._non_persistent:
                out[prefix + name] = b if keep_vars else b.detach()
        for name, child in self._modules.items():
            if child is not None:
                child.state_dict(out, f"{prefix}{name}.", keep_vars)
        return out

    def load_state_dict(self, state_dict, strict=True, assign=False):
        """Copies the tensors of `state_dict` into this module's.

        Every missing, unexpected and mis-shaped key is reported at once, and nothing is loaded then; with
        `strict=False` only mis-shaped ones are errors.
        """
        if not hasattr(state_dict, "items"):
            raise TypeError(f"expected state_dict to be dict-like, got {type(state_dict).__name__}")
        own = self.state_dict(keep_vars=True)
        missing = [k for k in own if k not in state_dict]
        unexpected = [k for k in state_dict if k not in own]
        wrong = []
        for key, value in state_dict.items():
            if key not in own:
                continue
            if not isinstance(value, _C.Tensor):
                wrong.append(f"{key} is {type(value).__name__}, not a Tensor")
            elif tuple(value.shape) != tuple(own[key].shape):
                wrong.append(f"size mismatch for {key}: {tuple(value.shape)} in the state, {tuple(own[key].shape)} in the module")
        errors = list(wrong)
        if strict:
            if missing:
                errors.append("Missing key(s) in state_dict: " + ", ".join(f'"{k}"' for k in missing))
            if unexpected:
                errors.append("Unexpected key(s) in state_dict: " + ", ".join(f'"{k}"' for k in unexpected))
        if errors:
            raise RuntimeError(f"Error(s) in loading state_dict for {type(self).__name__}:\n\t" + "\n\t".join(errors))
        with no_grad():
            for key, value in state_dict.items():
                if key in own:
                    own[key].copy_(value.detach())
        return _IncompatibleKeys(missing, unexpected)

    # ---- display ----

    def extra_repr(self):
        """What stands between a layer's parentheses."""
        return ""

    def _get_name(self):
        return type(self).__name__

    def __repr__(self):
        extra = self.extra_repr()
        lines = extra.split("\n") if extra else []
        children = []
        for name, child in self._modules.items():
            text = repr(child).split("\n")
            children.append(f"({name}): " + "\n  ".join(text))
        if not children and len(lines) <= 1:
            return f"{self._get_name()}({extra})"
        return f"{self._get_name()}(\n  " + "\n  ".join(lines + children) + "\n)"
