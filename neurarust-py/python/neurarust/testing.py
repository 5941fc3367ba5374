"""Comparing tensors in tests."""

import builtins as _builtins
import cmath as _cmath
import math as _math
from collections.abc import Mapping as _Mapping, Sequence as _Sequence

from . import _C

__all__ = ["assert_close"]

# What rounding may do to a result: relative and absolute tolerance by dtype, PyTorch's.
_TOLERANCES = {
    _C.float16: (1e-3, 1e-5), _C.bfloat16: (1.6e-2, 1e-5), _C.float32: (1.3e-6, 1e-5), _C.float64: (1e-7, 1e-7),
    _C.complex64: (1.3e-6, 1e-5), _C.complex128: (1e-7, 1e-7),
}


def _is_number(value):
    # NumPy's scalars are told by what they can do: it isn't imported before it is needed.
    return isinstance(value, (bool, int, float, complex)) or (_is_array(value) and hasattr(value, "item") and not value.shape)


def _is_array(value):
    return hasattr(value, "__array_interface__") and not isinstance(value, _C.Tensor)



class _Comparison:
    def __init__(self, rtol, atol, equal_nan, check_dtype, check_stride, msg):
        if (rtol is None) != (atol is None):
            raise ValueError(f"rtol and atol must both be specified or both be unspecified, but got rtol={rtol} and atol={atol} instead.")
        if rtol is not None and (rtol < 0 or atol < 0):
            raise ValueError(f"rtol and atol must be 0 or more, got rtol={rtol} and atol={atol}")
        self.given, self.equal_nan, self.check_dtype, self.check_stride, self.msg = (rtol, atol), equal_nan, check_dtype, check_stride, msg

    def tolerances(self, *dtypes):
        if self.given[0] is not None:
            return self.given
        pairs = [_TOLERANCES.get(d, (0.0, 0.0)) for d in dtypes]
        return max(p[0] for p in pairs), max(p[1] for p in pairs)

    def fail(self, text, where, kind=AssertionError):
        if where:
            text += f"\n\nThe failure occurred for item {''.join(f'[{k!r}]' for k in where)}"
        if self.msg is not None and kind is AssertionError:
            text = self.msg(text) if callable(self.msg) else self.msg
        raise kind(text) from None

    def __call__(self, actual, expected, where=()):
        if isinstance(actual, _C.Tensor) and isinstance(expected, _C.Tensor):
            self.tensors(actual, expected, where)
        elif _is_array(actual) and _is_array(expected) and hasattr(actual, "flags") and hasattr(expected, "flags") and (actual.ndim or expected.ndim):
            self.tensors(_C.from_numpy(actual), _C.from_numpy(expected), where)
        elif _is_number(actual) and _is_number(expected):
            self.numbers(actual, expected, where)
        elif actual is None or expected is None:
            if actual is not expected:
                self.fail(f"None mismatch: {actual} is not {expected}", where)
        elif isinstance(actual, _Mapping) and isinstance(expected, _Mapping):
            missing, extra = sorted(expected.keys() - actual.keys(), key=str), sorted(actual.keys() - expected.keys(), key=str)
            if missing or extra:
                self.fail(
                    "The keys of the mappings do not match:\n"
                    f"Missing keys in the actual mapping: {missing}\nAdditional keys in the actual mapping: {extra}", where,
                )
            for key in actual:
                self(actual[key], expected[key], (*where, key))
        elif isinstance(actual, _Sequence) and isinstance(expected, _Sequence) and not isinstance(actual, (str, bytes)):
            if len(actual) != len(expected):
                self.fail(f"The length of the sequences mismatch: {len(actual)} != {len(expected)}", where)
            for i, (a, b) in enumerate(zip(actual, expected)):
                self(a, b, (*where, i))
        else:
            self.unlike(actual, expected, where)

    def unlike(self, actual, expected, where):
        self.fail(f"No comparison pair was able to handle inputs of type {type(actual)} and {type(expected)}.", where, TypeError)

    def attribute(self, name, a, b, where):
        self.fail(f"The values for attribute '{name}' do not match: {a} != {b}.", where)

    def allowed(self, tolerance, exact):
        return "" if exact else f" (up to {tolerance} allowed)"

    def numbers(self, actual, expected, where):
        a, b = (v.item() if hasattr(v, "item") else v for v in (actual, expected))
        if self.check_dtype and type(actual) is not type(expected):
            self.fail(f"The (d)types do not match: {type(actual)} != {type(expected)}.", where)
        kinds = {float: _C.float64, complex: _C.complex128}
        rtol, atol = self.tolerances(kinds.get(type(a), _C.int64), kinds.get(type(b), _C.int64))
        self.scalars(a, b, rtol, atol, where)

    def scalars(self, a, b, rtol, atol, where):
        difference = abs(a - b)
        nan = self.equal_nan and _cmath.isnan(a) and _cmath.isnan(b)
        if a == b or nan or (_cmath.isfinite(b) and _cmath.isfinite(a) and difference <= atol + rtol * abs(b)):
            return
        exact = rtol == atol == 0
        relative = abs(difference / b) if b else float("nan" if difference == 0 else "inf")
        self.fail(
            f"Scalars are not {'equal' if exact else 'close'}!\n\nExpected {b} but got {a}.\n"
            f"Absolute difference: {difference}{self.allowed(atol, exact)}\nRelative difference: {relative}{self.allowed(rtol, exact)}", where,
        )

    def tensors(self, actual, expected, where):
        a, b = actual.detach(), expected.detach()
        if a.shape != b.shape:
            self.attribute("shape", a.shape, b.shape, where)
        if self.check_dtype and a.dtype != b.dtype:
            self.attribute("dtype", a.dtype, b.dtype, where)
        if self.check_stride and a.stride() != b.stride():
            self.attribute("stride()", a.stride(), b.stride(), where)
        rtol, atol = self.tolerances(a.dtype, b.dtype)
        exact = rtol == atol == 0
        # Integers as integers, so that none is rounded; everything else in double precision.
        whole = exact and not any(t.is_floating_point() or t.is_complex() for t in (a, b))
        wide = _C.int64 if whole else _C.complex128 if a.is_complex() or b.is_complex() else _C.float64
        a, b = a.to(wide), b.to(wide)
        if a.dim() == 0:
            return self.scalars(a.item(), b.item(), rtol, atol, where)
        near = a == b
        difference = (a - b).abs()
        if not exact:
            finite = a.isfinite() & b.isfinite()
            near = near | (finite & (difference <= atol + rtol * b.abs()))
        if self.equal_nan:
            near = near | (a.isnan() & b.isnan())
        if _builtins.bool(near.all()):
            return None
        wrong = int((~near).sum())
        difference = difference.to(_C.float64).masked_fill(near, 0.0)
        relative = (difference / b.abs()).masked_fill(near, 0.0)

        def worst(values):
            # NaN counts as the greatest.
            flat = values.reshape(-1)
            at = int(flat.nan_to_num(float("inf"), float("inf")).argmax())
            place, rest = [], at
            for d in range(values.dim()):
                below = _math.prod(values.shape[d + 1 :])
                place.append(rest // below)
                rest %= below
            return flat[at].item(), tuple(place)

        (gap, i), (ratio, j) = worst(difference), worst(relative)
        gap = int(gap) if whole else gap
        self.fail(
            f"Tensor-likes are not {'equal' if exact else 'close'}!\n\n"
            f"Mismatched elements: {wrong} / {a.numel()} ({wrong / a.numel():.1%})\n"
            f"Greatest absolute difference: {gap} at index {i}{self.allowed(atol, exact)}\n"
            f"Greatest relative difference: {ratio} at index {j}{self.allowed(rtol, exact)}", where,
        )


def assert_close(
    actual, expected, *, allow_subclasses=True, rtol=None, atol=None, equal_nan=False, check_device=True, check_dtype=True,
    check_layout=True, check_stride=False, msg=None,
):
    """Raises `AssertionError` unless `|actual - expected| <= atol + rtol · |expected|` everywhere, in the same shape and dtype.

    Tensors, arrays, numbers, and sequences and mappings of them. Without `rtol` and `atol`, what rounding does in the dtype is
    allowed. `msg` is a message, or a function of the one made here.

    >>> import neurarust as torch
    >>> torch.testing.assert_close(torch.tensor([1.0, 2.0]), torch.tensor([1.0, 2.0 + 1e-7]))
    """
    __tracebackhide__ = True
    _Comparison(rtol, atol, equal_nan, check_dtype, check_stride, msg)(actual, expected)
