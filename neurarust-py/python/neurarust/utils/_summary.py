"""What a model costs: the shapes, parameters, floating-point operations and activations of its modules for one input."""

from .. import _C
from .._modes import no_grad
from ..nn.module import Module

_HEADS = ("layer", "type", "output", "parameters", "FLOP", "activations")


class LayerInfo:
    """A module of a `ModelSummary`.

    `parameters` are its own, without those of its parts, and what appeared before counts as 0; `flops` are those of its
    matrix products and convolutions, two per multiplication and addition, and its parts'; `activations` are the bytes of its
    outputs.
    """

    def __init__(self, path, kind, depth):
        self.path, self.kind, self.depth = path, kind, depth
        self.calls = self.parameters = self.flops = self.activations = 0
        self.output_shape = None
        self.has_parts = False

    def __repr__(self):
        return f"<LayerInfo {self.path or self.kind}: {self.kind} → {self.output_shape}>"


class ModelSummary:
    """What `summary` answers: `layers` and totals; printing it shows the table."""

    def __init__(self, layers, parameters, trainable, parameter_bytes, flops, depth):
        self.layers, self.flops, self.depth = layers, flops, depth
        self.total_params, self.trainable_params, self.total_param_bytes = parameters, trainable, parameter_bytes
        self.activations = sum(layer.activations for layer in layers if not layer.has_parts)

    @property
    def total_mult_adds(self):
        """Half of `flops`."""
        return self.flops // 2

    def __str__(self):
        lines = [_HEADS]
        for layer in self.layers:
            if layer.depth > self.depth:
                continue
            name = "  " * layer.depth + layer.path.rpartition(".")[2] if layer.path else layer.kind
            times = f" ×{layer.calls}" if layer.calls > 1 else ""
            lines.append(
                (
                    name, layer.kind + times, "-" if layer.output_shape is None else str(layer.output_shape),
                    f"{layer.parameters:,}" if layer.parameters else "-", f"{layer.flops:,}" if layer.flops else "-",
                    _bytes(layer.activations) if layer.activations else "-",
                )
            )  # fmt: skip
        widths = [max(map(len, column)) for column in zip(*lines)]
        rule = "─" * (sum(widths) + 2 * (len(widths) - 1))
        text = [
            "  ".join(cell.ljust(w) if c < 3 else cell.rjust(w) for c, (cell, w) in enumerate(zip(line, widths))).rstrip()
            for line in lines
        ]
        frozen = self.total_params - self.trainable_params
        return "\n".join(
            [text[0], rule, *text[1:], rule]
            + [
                f"{self.total_params:,} parameters ({_bytes(self.total_param_bytes)}), {self.trainable_params:,} trainable, {frozen:,} frozen",
                f"{self.flops:,} FLOP in products and convolutions, activations of {_bytes(self.activations)}",
            ]
        )

    __repr__ = __str__


def _bytes(n):
    for unit, size in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if n >= size:
            return f"{n / size:.2f} {unit}"
    return f"{n} B"


def summary(model, *inputs, input_size=None, input_data=None, dtypes=None, depth=100, mode="eval", **kwargs):
    """Runs `model` and says what each of its modules costs.

    The inputs are given as such (`summary(model, x)`), as `input_data` (one, or a list of them, or a dict of keyword arguments), or
    by `input_size` (one size, or a list of them), which stands for zeros of `dtypes`. The model runs without gradients and, unless
    `mode` is "same" or "train", as in evaluation; afterwards it is as it was.

    >>> net = neurarust.nn.Sequential(neurarust.nn.Linear(4, 8), neurarust.nn.ReLU(), neurarust.nn.Linear(8, 2))
    >>> costs = summary(net, neurarust.zeros(1, 4))
    >>> costs.total_params, costs.flops
    (58, 96)
    >>> print(summary(net, input_size=(1, 4)))  # doctest: +SKIP
    """
    if not isinstance(model, Module):
        raise TypeError(f"summary: expected an nn.Module, got {type(model).__name__}")
    if mode not in ("eval", "train", "same"):
        raise ValueError(f'summary: mode {mode!r}; expected "eval", "train" or "same"')
    if (len(inputs) > 0) + (input_size is not None) + (input_data is not None) > 1:
        raise ValueError("summary: inputs, input_size and input_data exclude each other")
    if isinstance(input_data, dict):
        kwargs = {**input_data, **kwargs}
    elif input_data is not None:
        inputs = tuple(input_data) if isinstance(input_data, (list, tuple)) else (input_data,)
    elif input_size is not None:
        sizes = input_size if all(isinstance(s, (list, tuple)) for s in input_size) and len(input_size) else [input_size]
        types = list(dtypes or [None] * len(sizes))
        if len(types) != len(sizes):
            raise ValueError(f"summary: {len(types)} dtypes for {len(sizes)} sizes")
        inputs = tuple(_C.zeros(list(size), dtype=dtype) for size, dtype in zip(sizes, types))

    layers, rows, counted, param_bytes, trainable, total = [], {}, set(), 0, 0, 0

    def collect(module, path, level):
        nonlocal param_bytes, trainable, total
        layer = LayerInfo(path, type(module).__name__, level)
        layers.append(layer)
        rows.setdefault(id(module), layer)
        for p in module._parameters.values():
            if p is None or id(p) in counted:
                continue
            counted.add(id(p))
            layer.parameters += p.numel()
            total += p.numel()
            param_bytes += p.numel() * p.element_size()
            trainable += p.numel() if p.requires_grad else 0
        for name, child in module._modules.items():
            if child is not None:
                layer.has_parts = True
                if id(child) not in rows:
                    collect(child, f"{path}.{name}" if path else name, level + 1)

    collect(model, "", 0)
    handles, open_calls = [], []

    def before(module, args):
        open_calls.append((module, _C._flops()))

    def after(module, args, output):
        layer = rows[id(module)]
        layer.calls += 1
        # A part that failed, and whose failure was caught, has left its own.
        called, flops = open_calls.pop()
        while called is not module:
            called, flops = open_calls.pop()
        layer.flops += _C._flops() - flops
        outputs = list(_tensors(output))
        if outputs:
            layer.output_shape = list(outputs[0].shape)
        layer.activations += sum(t.numel() * t.element_size() for t in outputs)

    modules = list(model.modules())
    training = [m.training for m in modules]
    try:
        for m in modules:
            handles.append(m.register_forward_pre_hook(before, prepend=True))
            handles.append(m.register_forward_hook(after))
        if mode != "same":
            model.train(mode == "train")
        _C._count_flops(True)
        try:
            with no_grad():
                model(*inputs, **kwargs)
        finally:
            _C._count_flops(False)
    finally:
        for handle in handles:
            handle.remove()
        for m, on in zip(modules, training):
            m.training = on
    # What is not called itself (a list of modules) has what its parts have.
    for i in reversed(range(len(layers))):
        if layers[i].calls == 0:
            for part in layers[i + 1 :]:
                if part.depth <= layers[i].depth:
                    break
                if part.depth == layers[i].depth + 1:
                    layers[i].flops += part.flops
    return ModelSummary(layers, total, trainable, param_bytes, layers[0].flops, depth)


def _tensors(output):
    if isinstance(output, _C.Tensor):
        yield output
    elif isinstance(output, dict):
        for value in output.values():
            yield from _tensors(value)
    elif isinstance(output, (list, tuple)):
        for value in output:
            yield from _tensors(value)
