"""Invertible maps with the logarithm of their Jacobian's determinant: what turns one distribution into another."""

import math

from .. import _C
from .._functions import broadcast_shapes
from .._types import finfo
from ..nn.functional import logsigmoid, pad, softplus
from . import constraints

__all__ = [
    "AbsTransform", "AffineTransform", "ComposeTransform", "ExpTransform", "IndependentTransform", "LowerCholeskyTransform",
    "PowerTransform", "ReshapeTransform", "SigmoidTransform", "SoftmaxTransform", "SoftplusTransform", "StickBreakingTransform",
    "TanhTransform", "Transform", "identity_transform",
]


def sum_rightmost(value, dims):
    """`value` summed over its last `dims` dimensions."""
    return value.sum(list(range(-dims, 0))) if dims else value


_PROPERTIES = {
    "event_dim": "Dimensions that are mapped together, where domain and codomain agree on them.",
    "sign": "1 where the map increases, -1 where it decreases.",
    "inv": "The inverse map: a transform from codomain to domain.",
    "domain": "The constraint that inputs satisfy.",
    "codomain": "The constraint that outputs satisfy.",
    "bijective": "Whether every output comes from exactly one input.",
}


class Transform:
    """A map `y = f(x)` between `domain` and `codomain`.

    Subclasses write `_call`, `_inverse` and `log_abs_det_jacobian`; `cache_size=1` keeps the last pair, so that inverting what
    was just computed costs nothing and loses no digits.
    """

    bijective = True
    domain = constraints.real
    codomain = constraints.real

    def __init_subclass__(cls, **kwargs):
        # A property that is a mere formula says what it is a formula of.
        super().__init_subclass__(**kwargs)
        for name, own in vars(cls).items():
            if isinstance(own, property) and not own.__doc__:
                own.__doc__ = _PROPERTIES.get(name)

    def __init__(self, cache_size=0):
        if cache_size not in (0, 1):
            raise ValueError(f"{type(self).__name__}: cache_size must be 0 or 1, got {cache_size}")
        self._cache_size, self._last = cache_size, (None, None)

    @property
    def event_dim(self):
        """Dimensions that are mapped together, where domain and codomain agree on them."""
        if self.domain.event_dim != self.codomain.event_dim:
            raise ValueError(f"{type(self).__name__}: domain and codomain differ in their event dimensions; ask them")
        return self.domain.event_dim

    @property
    def sign(self):
        """1 where the map increases, -1 where it decreases."""
        raise NotImplementedError(f"{type(self).__name__} has no sign: it neither increases nor decreases throughout")

    @property
    def inv(self):
        """The inverse map: a transform from codomain to domain."""
        return _Inverse(self)

    def with_cache(self, cache_size=1):
        """The same map with another cache."""
        if self._cache_size == cache_size:
            return self
        out = object.__new__(type(self))
        out.__dict__.update(self.__dict__)
        out._cache_size, out._last = cache_size, (None, None)
        return out

    def _through(self, f, given, known, other):
        if self._cache_size and self._last[known] is given:
            return self._last[other]
        made = f(given)
        if self._cache_size:
            self._last = (given, made) if known == 0 else (made, given)
        return made

    def __call__(self, x):
        return self._through(self._call, x, 0, 1)

    def _inv_call(self, y):
        return self._through(self._inverse, y, 1, 0)

    def _call(self, x):
        raise NotImplementedError(f"{type(self).__name__}._call")

    def _inverse(self, y):
        raise NotImplementedError(f"{type(self).__name__}._inverse")

    def log_abs_det_jacobian(self, x, y):
        """`ln |det dy/dx|`, for each event."""
        raise NotImplementedError(f"{type(self).__name__}.log_abs_det_jacobian")

    def forward_shape(self, shape):
        """Shape of the result for an argument of `shape`."""
        return tuple(shape)

    def inverse_shape(self, shape):
        """Shape of the argument for a result of `shape`."""
        return tuple(shape)

    def __eq__(self, other):
        return self is other or (type(self) is type(other) and not isinstance(self, (_Inverse, ComposeTransform)) and self._same(other))

    def _same(self, other):
        return False

    __hash__ = object.__hash__

    def __repr__(self):
        return f"{type(self).__name__}()"


class _Inverse(Transform):
    """The map the other way round."""

    def __init__(self, transform):
        super().__init__()
        self._inv = transform

    domain = property(lambda self: self._inv.codomain)
    codomain = property(lambda self: self._inv.domain)
    bijective = property(lambda self: self._inv.bijective)
    sign = property(lambda self: self._inv.sign)
    inv = property(lambda self: self._inv)

    def __call__(self, x):
        return self._inv._inv_call(x)

    def _inv_call(self, y):
        return self._inv(y)

    def log_abs_det_jacobian(self, x, y):
        return -self._inv.log_abs_det_jacobian(y, x)

    def forward_shape(self, shape):
        return self._inv.inverse_shape(shape)

    def inverse_shape(self, shape):
        return self._inv.forward_shape(shape)

    def __eq__(self, other):
        return isinstance(other, _Inverse) and self._inv == other._inv

    __hash__ = Transform.__hash__

    def __repr__(self):
        return f"Inverse({self._inv!r})"


class ComposeTransform(Transform):
    """`parts` one after the other, the first one first."""

    def __init__(self, parts, cache_size=0):
        super().__init__(cache_size)
        self.parts = [part.with_cache(cache_size) for part in parts] if cache_size else list(parts)

    def _event_dim(self, parts, ends):
        # The dimensions at one end, widened by what the maps on the way need.
        if not parts:
            return constraints.real
        first = ends(parts[0])[0]
        at = ends(parts[-1])[1].event_dim
        for part in reversed(parts):
            into, out = ends(part)
            at = max(at + into.event_dim - out.event_dim, into.event_dim)
        return first if at == first.event_dim else constraints.independent(first, at - first.event_dim)

    @property
    def domain(self):
        """The first part's, over as many dimensions as all parts need."""
        return self._event_dim(self.parts, lambda p: (p.domain, p.codomain))

    @property
    def codomain(self):
        """The last part's, over as many dimensions as all parts make."""
        return self._event_dim(self.parts[::-1], lambda p: (p.codomain, p.domain))

    bijective = property(lambda self: all(p.bijective for p in self.parts))
    inv = property(lambda self: ComposeTransform([p.inv for p in reversed(self.parts)]))

    @property
    def sign(self):
        """The product of the parts'."""
        sign = 1
        for part in self.parts:
            sign = sign * part.sign
        return sign

    def _call(self, x):
        for part in self.parts:
            x = part(x)
        return x

    def _inverse(self, y):
        for part in reversed(self.parts):
            y = part._inv_call(y)
        return y

    def log_abs_det_jacobian(self, x, y):
        if not self.parts:
            return x.new_zeros(tuple(x.shape))
        points = [x]
        for part in self.parts[:-1]:
            points.append(part(points[-1]))
        points.append(y)
        total, event = 0, self.domain.event_dim
        for part, a, b in zip(self.parts, points, points[1:]):
            total = total + sum_rightmost(part.log_abs_det_jacobian(a, b), event - part.domain.event_dim)
            event += part.codomain.event_dim - part.domain.event_dim
        return total

    def forward_shape(self, shape):
        for part in self.parts:
            shape = part.forward_shape(shape)
        return tuple(shape)

    def inverse_shape(self, shape):
        for part in reversed(self.parts):
            shape = part.inverse_shape(shape)
        return tuple(shape)

    def __eq__(self, other):
        return isinstance(other, ComposeTransform) and self.parts == other.parts

    __hash__ = Transform.__hash__

    def __repr__(self):
        return f"ComposeTransform({self.parts!r})"


identity_transform = ComposeTransform([])


class IndependentTransform(Transform):
    """`base_transform` with `reinterpreted_batch_ndims` more dimensions counted as one event."""

    def __init__(self, base_transform, reinterpreted_batch_ndims, cache_size=0):
        super().__init__(cache_size)
        self.base_transform, self.reinterpreted_batch_ndims = base_transform, reinterpreted_batch_ndims

    domain = property(lambda self: constraints.independent(self.base_transform.domain, self.reinterpreted_batch_ndims))
    codomain = property(lambda self: constraints.independent(self.base_transform.codomain, self.reinterpreted_batch_ndims))
    bijective = property(lambda self: self.base_transform.bijective)
    sign = property(lambda self: self.base_transform.sign)

    def _call(self, x):
        return self.base_transform(x)

    def _inverse(self, y):
        return self.base_transform._inv_call(y)

    def log_abs_det_jacobian(self, x, y):
        return sum_rightmost(self.base_transform.log_abs_det_jacobian(x, y), self.reinterpreted_batch_ndims)

    def forward_shape(self, shape):
        return self.base_transform.forward_shape(shape)

    def inverse_shape(self, shape):
        return self.base_transform.inverse_shape(shape)


class ReshapeTransform(Transform):
    """Events of shape `in_shape` as `out_shape`."""

    def __init__(self, in_shape, out_shape, cache_size=0):
        super().__init__(cache_size)
        self.in_shape, self.out_shape = tuple(in_shape), tuple(out_shape)
        if math.prod(self.in_shape) != math.prod(self.out_shape):
            raise ValueError(f"ReshapeTransform: {self.in_shape} and {self.out_shape} differ in their number of elements")

    domain = property(lambda self: constraints.independent(constraints.real, len(self.in_shape)))
    codomain = property(lambda self: constraints.independent(constraints.real, len(self.out_shape)))

    def _call(self, x):
        return x.reshape(self.forward_shape(x.shape))

    def _inverse(self, y):
        return y.reshape(self.inverse_shape(y.shape))

    def log_abs_det_jacobian(self, x, y):
        return x.new_zeros(tuple(x.shape)[: x.dim() - len(self.in_shape)])

    @staticmethod
    def _swap(shape, old, new):
        cut = len(shape) - len(old)
        if cut < 0 or tuple(shape)[cut:] != old:
            raise ValueError(f"ReshapeTransform: shape {tuple(shape)} doesn't end in {old}")
        return tuple(shape)[:cut] + new

    def forward_shape(self, shape):
        return self._swap(shape, self.in_shape, self.out_shape)

    def inverse_shape(self, shape):
        return self._swap(shape, self.out_shape, self.in_shape)

    def _same(self, other):
        return (self.in_shape, self.out_shape) == (other.in_shape, other.out_shape)


class ExpTransform(Transform):
    """`y = eˣ`, from all numbers to the positive ones."""

    codomain, sign = constraints.positive, 1

    def _call(self, x):
        return x.exp()

    def _inverse(self, y):
        return y.log()

    def log_abs_det_jacobian(self, x, y):
        return x

    def _same(self, other):
        return True


class PowerTransform(Transform):
    """`x` to the power of `exponent`."""

    domain, codomain = constraints.positive, constraints.positive

    def __init__(self, exponent, cache_size=0):
        super().__init__(cache_size)
        self.exponent = exponent if isinstance(exponent, _C.Tensor) else _C.tensor(float(exponent))

    sign = property(lambda self: self.exponent.sign())

    def _call(self, x):
        return x.pow(self.exponent)

    def _inverse(self, y):
        return y.pow(1 / self.exponent)

    def log_abs_det_jacobian(self, x, y):
        return (self.exponent * y / x).abs().log()

    def forward_shape(self, shape):
        return tuple(broadcast_shapes(tuple(shape), tuple(self.exponent.shape)))

    inverse_shape = forward_shape

    def _same(self, other):
        return bool((self.exponent == other.exponent).all())


class SigmoidTransform(Transform):
    """`y = 1 / (1 + e⁻ˣ)`, from all numbers to the unit interval."""

    codomain, sign = constraints.unit_interval, 1

    def _call(self, x):
        # Kept off 0 and 1, so that it can be inverted.
        info = finfo(x.dtype)
        return x.sigmoid().clamp(info.tiny, 1 - info.eps)

    def _inverse(self, y):
        info = finfo(y.dtype)
        y = y.clamp(info.tiny, 1 - info.eps)
        return y.log() - (-y).log1p()

    def log_abs_det_jacobian(self, x, y):
        return -softplus(-x) - softplus(x)

    def _same(self, other):
        return True


class TanhTransform(Transform):
    """`y = tanh x`, from all numbers to those between -1 and 1."""

    codomain, sign = constraints.interval(-1.0, 1.0), 1

    def _call(self, x):
        return x.tanh()

    def _inverse(self, y):
        return y.atanh()

    def log_abs_det_jacobian(self, x, y):
        # ln (1 - tanh²), without the difference of nearly equal numbers.
        return 2 * (math.log(2) - x - softplus(-2 * x))

    def _same(self, other):
        return True


class SoftplusTransform(Transform):
    """`y = ln (1 + eˣ)`, from all numbers to the positive ones."""

    codomain, sign = constraints.positive, 1

    def _call(self, x):
        return softplus(x)

    def _inverse(self, y):
        return (-y).expm1().neg().log() + y

    def log_abs_det_jacobian(self, x, y):
        return logsigmoid(x)

    def _same(self, other):
        return True


class AbsTransform(Transform):
    """`|x|`, whose inverse is taken to be the positive one."""

    bijective, codomain = False, constraints.positive

    def _call(self, x):
        return x.abs()

    def _inverse(self, y):
        return y

    def _same(self, other):
        return True


class AffineTransform(Transform):
    """`loc + scale · x`, with `event_dim` dimensions counted as one event."""

    def __init__(self, loc, scale, event_dim=0, cache_size=0):
        super().__init__(cache_size)
        self.loc, self.scale, self._event = loc, scale, event_dim

    event_dim = property(lambda self: self._event)

    @property
    def domain(self):
        """Real numbers, or vectors of them."""
        return constraints.independent(constraints.real, self._event) if self._event else constraints.real

    codomain = domain

    @property
    def sign(self):
        """1 or -1, as the scale is positive or negative."""
        if isinstance(self.scale, _C.Tensor):
            return self.scale.sign()
        return (self.scale > 0) - (self.scale < 0)

    def _call(self, x):
        return self.loc + self.scale * x

    def _inverse(self, y):
        return (y - self.loc) / self.scale

    def log_abs_det_jacobian(self, x, y):
        if isinstance(self.scale, _C.Tensor):
            each = self.scale.abs().log().expand(broadcast_shapes(tuple(x.shape), tuple(self.scale.shape)))
        else:
            each = x.new_full(tuple(x.shape), math.log(abs(self.scale)))
        return sum_rightmost(each, self._event)

    def forward_shape(self, shape):
        own = [tuple(v.shape) for v in (self.loc, self.scale) if isinstance(v, _C.Tensor)]
        return tuple(broadcast_shapes(tuple(shape), *own))

    inverse_shape = forward_shape

    def _same(self, other):
        def equal(a, b):
            same = a == b
            return bool(same.all()) if isinstance(same, _C.Tensor) else bool(same)

        return equal(self.loc, other.loc) and equal(self.scale, other.scale)


class SoftmaxTransform(Transform):
    """Vectors as probabilities; inverted by the logarithm, which forgets a constant."""

    bijective, domain, codomain = False, constraints.real_vector, constraints.simplex

    def _call(self, x):
        return x.softmax(-1)

    def _inverse(self, y):
        return y.log()

    def _same(self, other):
        return True


class StickBreakingTransform(Transform):
    """(…, n) reals as (…, n + 1) probabilities: each number breaks its share off what is left of a stick."""

    domain, codomain = constraints.real_vector, constraints.simplex

    @staticmethod
    def _offset(x):
        n = x.shape[-1]
        return (n - _C.arange(n, dtype=x.dtype)).log()

    def _call(self, x):
        share = (x - self._offset(x)).sigmoid()
        left = (1 - share).cumprod(-1)
        return pad(share, [0, 1], value=1.0) * pad(left, [1, 0], value=1.0)

    def _inverse(self, y):
        head = y[..., :-1]
        left = (1 - head.cumsum(-1)).clamp(min=finfo(y.dtype).tiny)
        return head.log() - left.log() + self._offset(head)

    def log_abs_det_jacobian(self, x, y):
        shifted = x - self._offset(x)
        return (logsigmoid(shifted) - shifted + y[..., :-1].log()).sum(-1)

    def forward_shape(self, shape):
        if not len(shape):
            raise ValueError("StickBreakingTransform: expected at least one dimension")
        return tuple(shape)[:-1] + (shape[-1] + 1,)

    def inverse_shape(self, shape):
        if not len(shape):
            raise ValueError("StickBreakingTransform: expected at least one dimension")
        return tuple(shape)[:-1] + (shape[-1] - 1,)

    def _same(self, other):
        return True


class LowerCholeskyTransform(Transform):
    """Square matrices as lower triangular ones with a positive diagonal."""

    domain, codomain = constraints.independent(constraints.real, 2), constraints.lower_cholesky

    def _call(self, x):
        return x.tril(-1) + x.diagonal(0, -2, -1).exp().diag_embed()

    def _inverse(self, y):
        return y.tril(-1) + y.diagonal(0, -2, -1).log().diag_embed()

    def _same(self, other):
        return True
