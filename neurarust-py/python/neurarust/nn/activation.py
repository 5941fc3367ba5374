"""Activations as layers."""

from .. import _C
from . import functional as F
from ._table import layer
from .module import Module
from .parameter import Parameter

ReLU = layer("ReLU", F.relu, "`x` where positive, 0 elsewhere.", ("inplace", False), shown=())
ReLU6 = layer("ReLU6", F.relu6, "`x` within `[0, 6]`.", ("inplace", False), shown=())
SiLU = layer("SiLU", F.silu, "`x · sigmoid(x)`.", ("inplace", False), shown=())
Mish = layer("Mish", F.mish, "`x · tanh(softplus(x))`.", ("inplace", False), shown=())
SELU = layer("SELU", F.selu, "The self-normalising ELU.", ("inplace", False), shown=())
Hardswish = layer("Hardswish", F.hardswish, "`x · relu6(x + 3) / 6`.", ("inplace", False), shown=())
Hardsigmoid = layer("Hardsigmoid", F.hardsigmoid, "`relu6(x + 3) / 6`.", ("inplace", False), shown=())
GELU = layer("GELU", F.gelu, "`x · Φ(x)`.", ("approximate", "none"))
Sigmoid = layer("Sigmoid", F.sigmoid, "`1 / (1 + e⁻ˣ)`.")
Tanh = layer("Tanh", F.tanh, "Hyperbolic tangent.")
LogSigmoid = layer("LogSigmoid", F.logsigmoid, "`ln sigmoid(x)`.")
Softsign = layer("Softsign", F.softsign, "`x / (1 + |x|)`.")
Tanhshrink = layer("Tanhshrink", F.tanhshrink, "`x - tanh(x)`.")
RReLU = layer(
    "RReLU", F.rrelu, "`x` where positive, elsewhere times a slope that is random while training.", ("lower", 1.0 / 8), ("upper", 1.0 / 3),
    ("inplace", False), shown=("lower", "upper"), training=True,
)
LeakyReLU = layer(
    "LeakyReLU", F.leaky_relu, "`x` where positive, `negative_slope · x` elsewhere.", ("negative_slope", 0.01), ("inplace", False),
    shown=("negative_slope",),
)
ELU = layer("ELU", F.elu, "`x` where positive, `alpha · (eˣ - 1)` elsewhere.", ("alpha", 1.0), ("inplace", False), shown=("alpha",))
CELU = layer("CELU", F.celu, "`x` where positive, `alpha · (eˣᐟᵅ - 1)` elsewhere.", ("alpha", 1.0), ("inplace", False), shown=("alpha",))
Hardtanh = layer(
    "Hardtanh", F.hardtanh, "`x` within `[min_val, max_val]`.", ("min_val", -1.0), ("max_val", 1.0), ("inplace", False),
    shown=("min_val", "max_val"),
)
Threshold = layer(
    "Threshold", F.threshold, "`x` where above `threshold`, `value` elsewhere.", "threshold", "value", ("inplace", False),
    shown=("threshold", "value"),
)
Softplus = layer("Softplus", F.softplus, "`ln(1 + eᵇˣ) / b`.", ("beta", 1.0), ("threshold", 20.0))
Hardshrink = layer("Hardshrink", F.hardshrink, "`x` outside of `[-lambd, lambd]`, 0 inside.", ("lambd", 0.5))
Softshrink = layer("Softshrink", F.softshrink, "`x` moved towards 0 by `lambd`.", ("lambd", 0.5))
Softmax = layer("Softmax", F.softmax, "`eˣ / Σ eˣ` along `dim`.", ("dim", None))
LogSoftmax = layer("LogSoftmax", F.log_softmax, "The logarithm of the softmax along `dim`.", ("dim", None))
Softmin = layer("Softmin", F.softmin, "The softmax of `-x` along `dim`.", ("dim", None))
GLU = layer("GLU", F.glu, "The first half times the sigmoid of the second.", ("dim", -1))


class Softmax2d(Module):
    """The softmax over the channels of (N, C, H, W)."""

    def forward(self, input):
        if input.dim() not in (3, 4):
            raise ValueError(f"Softmax2d: expected input to be 3D or 4D, got a {input.dim()}D tensor")
        return input.softmax(-3)


class PReLU(Module):
    """`x` where positive, `w · x` elsewhere, with a trained `w` per channel or for all."""

    def __init__(self, num_parameters=1, init=0.25, device=None, dtype=None):
        super().__init__()
        self.num_parameters, self.init = num_parameters, init
        self.weight = Parameter(_C.full([num_parameters], float(init), dtype=dtype))

    def forward(self, input):
        return F.prelu(input, self.weight)

    def extra_repr(self):
        return f"num_parameters={self.num_parameters}"


__all__ = [n for n, v in globals().items() if isinstance(v, type) and issubclass(v, Module) and v is not Module]
