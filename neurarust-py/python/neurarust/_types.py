"""Limits of the element types."""

from . import _C

_FLOATS = {
    # bits, eps, max, smallest normal, smallest subnormal, decimal digits
    "float16": (16, 2.0**-10, 65504.0, 2.0**-14, 2.0**-24, 1e-3),
    "bfloat16": (16, 2.0**-7, 3.3895313892515355e38, 2.0**-126, 2.0**-133, 1e-2),
    "float32": (32, 2.0**-23, 3.4028234663852886e38, 2.0**-126, 2.0**-149, 1e-6),
    "float64": (64, 2.0**-52, 1.7976931348623157e308, 2.0**-1022, 5e-324, 1e-15),
}


class finfo:
    """Limits of a floating-point dtype."""

    def __init__(self, type=None):
        type = _C.get_default_dtype() if type is None else type
        type = type.to_real()
        if not type.is_floating_point:
            raise TypeError(f"finfo() requires a floating point input type. Use iinfo to handle '{type}'")
        self.dtype = type.name
        self.bits, self.eps, self.max, self.smallest_normal, self.smallest_subnormal, self.resolution = _FLOATS[type.name]
        self.min, self.tiny = -self.max, self.smallest_normal

    def __repr__(self):
        return f"finfo(resolution={self.resolution}, min={self.min}, max={self.max}, eps={self.eps}, tiny={self.tiny}, dtype={self.dtype})"


class iinfo:
    """Limits of an integer dtype."""

    def __init__(self, type):
        if type.is_floating_point or type.is_complex or type is _C.bool:
            raise TypeError(f"iinfo() requires an integer input type. Use finfo to handle '{type}'")
        self.dtype, self.bits = type.name, 8 * type.itemsize
        signed = type.is_signed
        self.min = -(2 ** (self.bits - 1)) if signed else 0
        self.max = 2 ** (self.bits - 1 if signed else self.bits) - 1

    def __repr__(self):
        return f"iinfo(min={self.min}, max={self.max}, dtype={self.dtype})"
