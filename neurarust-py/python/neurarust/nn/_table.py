"""Makes layer classes of functions: a layer without parameters is a function and its arguments."""

import inspect

from .module import Module


def layer(name, function, doc, *parameters, shown=None, training=False):
    """A module class `name` whose forward is `function(*inputs, **attributes)`.

    `parameters` are `(name, default)` pairs, or names without a default, in the order of the constructor; those in
    `shown` (all by default) appear in its representation.
    """
    empty = inspect.Parameter.empty
    pairs = [(p, empty) if isinstance(p, str) else p for p in parameters]
    signature = inspect.Signature([inspect.Parameter(p, inspect.Parameter.POSITIONAL_OR_KEYWORD, default=d) for p, d in pairs])
    names = [p for p, _ in pairs]
    called = getattr(function, "__name__", "_")
    if not called.startswith(("_", "<")):
        doc += f"\n\nThe layer of `neurarust.nn.functional.{called}`."
    visible = names if shown is None else shown

    def __init__(self, *args, **kwargs):
        Module.__init__(self)
        try:
            bound = signature.bind(*args, **kwargs)
        except TypeError as error:
            raise TypeError(f"{name}.__init__: {error}") from None
        bound.apply_defaults()
        for key, value in bound.arguments.items():
            setattr(self, key, value)

    def forward(self, *inputs):
        """What the layer's function answers for the inputs, with the layer's attributes as its options."""
        d = self.__dict__
        options = {p: d[p] for p in names}
        if training:
            options["training"] = d["training"]
        return function(*inputs, **options)

    def extra_repr(self):
        """What stands between a layer's parentheses."""
        return ", ".join(f"{p}={getattr(self, p)!r}" for p in visible)

    __init__.__signature__ = inspect.Signature([inspect.Parameter("self", inspect.Parameter.POSITIONAL_OR_KEYWORD), *signature.parameters.values()])
    space = {"__init__": __init__, "forward": forward, "extra_repr": extra_repr, "__doc__": doc}
    cls = type(name, (Module,), space)
    cls.__module__ = "neurarust.nn"
    for method in (__init__, forward, extra_repr):
        method.__qualname__ = f"{name}.{method.__name__}"
    return cls
