"""Whether operations are recorded: context managers that are decorators too."""

import functools
import inspect

from . import _C

_RECORD, _NO_GRAD, _INFERENCE = 0, 1, 2


class _Mode:
    """Sets a mode for a block, or for every call of a function."""

    def _enter(self, before):
        raise NotImplementedError

    def __enter__(self):
        # Kept as a stack: one object may be entered again inside of itself.
        before = _C._replace_mode(_RECORD)
        self.__dict__.setdefault("_before", []).append(before)
        _C._replace_mode(self._enter(before))
        return self

    def __exit__(self, *exception):
        _C._replace_mode(self._before.pop())
        return False

    def clone(self):
        """Another one like this."""
        return type(self)()

    def __call__(self, function):
        if inspect.isclass(function):
            raise TypeError(f"{type(self).__name__} can decorate functions, not classes")
        if inspect.isgeneratorfunction(function):

            @functools.wraps(function)
            def generator(*args, **kwargs):
                # The mode is on while the generator runs, not while its caller does.
                run = function(*args, **kwargs)
                sent = None
                while True:
                    with self.clone():
                        try:
                            item = run.send(sent)
                        except StopIteration as end:
                            return end.value
                    sent = yield item

            return generator

        @functools.wraps(function)
        def wrapper(*args, **kwargs):
            with self.clone():
                return function(*args, **kwargs)

        return wrapper


class _Bare(_Mode):
    """A mode that can decorate without parentheses."""

    def __new__(cls, function=None):
        self = super().__new__(cls)
        return self if function is None else self(function)

    def __init__(self, function=None):
        pass


class no_grad(_Bare):
    """Records nothing: `with no_grad(): …` or `@no_grad()`."""

    def _enter(self, before):
        return _INFERENCE if before == _INFERENCE else _NO_GRAD


class enable_grad(_Bare):
    """Records again inside of a `no_grad` block."""

    def _enter(self, before):
        return _INFERENCE if before == _INFERENCE else _RECORD


class inference_mode(_Mode):
    """As `no_grad`, and the tensors made under it never take part in autograd."""

    def __new__(cls, mode=True):
        self = super().__new__(cls)
        if callable(mode):
            self.mode = True
            return self(mode)
        return self

    def __init__(self, mode=True):
        self.mode = mode

    def _enter(self, before):
        return _INFERENCE if self.mode else _RECORD

    def clone(self):
        return inference_mode(self.mode)


class set_grad_enabled(_Mode):
    """Records or not, as `mode` says: at once, and for a block if used as one."""

    def __init__(self, mode):
        self.mode = bool(mode)
        self._first = _C._replace_mode(_RECORD)
        _C._replace_mode(self._enter(self._first))

    def _enter(self, before):
        if before == _INFERENCE:
            return _INFERENCE
        return _RECORD if self.mode else _NO_GRAD

    def __enter__(self):
        self.__dict__.setdefault("_before", []).append(self._first)
        _C._replace_mode(self._enter(self._first))
        return self

    def __call__(self, function):
        _C._replace_mode(self._first)
        return super().__call__(function)

    def clone(self):
        return set_grad_enabled(self.mode)
