"""Layers, losses and what models are made of."""

from . import functional, init, parallel, utils
from .activation import *  # noqa: F403
from .attention import *  # noqa: F403
from .container import ModuleDict, ModuleList, ParameterDict, ParameterList, Sequential
from .conv import *  # noqa: F403
from .dropout import *  # noqa: F403
from ._losses import LinearCrossEntropyOptions
from .linear import *  # noqa: F403
from .loss import *  # noqa: F403
from .module import Module
from .normalization import *  # noqa: F403
from .parallel import DataParallel
from .parameter import Buffer, Parameter
from .pooling import *  # noqa: F403
from .shape import *  # noqa: F403
from .sparse import *  # noqa: F403
