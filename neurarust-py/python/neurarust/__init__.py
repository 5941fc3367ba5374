"""NeuraRust: a PyTorch-style tensor framework in Rust.

>>> import neurarust as torch
>>> x = torch.tensor([1., 2.], requires_grad=True)
>>> (x ** 2).sum().backward()
>>> x.grad
tensor([2., 4.])
"""

import builtins as _builtins

from . import _C, _calling
from ._C import *  # noqa: F403
from ._C import Tensor, device, dtype
from ._functions import *  # noqa: F403
from ._elementwise import *  # noqa: F403
from ._matrix import *  # noqa: F403
from ._portable import *  # noqa: F403
from ._modes import enable_grad, inference_mode, no_grad, set_grad_enabled
from ._size import Size
from ._types import finfo, iinfo
from ._views import *  # noqa: F403

__version__ = _C.__version__

inf, nan, pi, e = _builtins.float("inf"), _builtins.float("nan"), 3.141592653589793, 2.718281828459045
newaxis = None
strided = "strided"
contiguous_format, preserve_format, channels_last = "contiguous_format", "preserve_format", "channels_last"

# Functions of a tensor are its methods: `exp(x)` is `x.exp()`.
for _name in _builtins.dir(Tensor):
    if not _name.startswith("_") and _name not in globals() and _builtins.callable(getattr(Tensor, _name)) and _name not in (
        "backward", "numpy", "tolist", "item", "to", "type", "type_as", "cpu", "size", "stride", "dim", "ndimension", "data_ptr",
        "register_hook", "register_post_accumulate_grad_hook", "requires_grad_", "retain_grad", "view", "view_as", "expand",
        "expand_as", "float", "double", "half", "bfloat16", "long", "int", "short", "char", "byte", "bool", "contiguous",
        "new_zeros", "new_ones", "new_full", "new_empty", "new_tensor", "element_size", "nelement", "storage_offset",
        "is_contiguous", "is_set_to", "reshape_as", "new", "cuda", "xpu", "hpu", "ipu", "new_empty_strided", "sum_to_size", "apply_",
        "indices", "values", "crow_indices", "col_indices", "label", "labels",
    ):
        globals()[_name] = _calling.wrap(_name, getattr(Tensor, _name))
for _name in _calling.WRITING | _calling.CREATING:
    if _name in globals() and not isinstance(globals()[_name], _C._Function):
        globals()[_name] = _calling.wrap(_name, globals()[_name])
del _name

from . import (  # noqa: E402
    accelerator, amp, autograd, backends, cpu, cuda, datasets, distributions, fft, func, io, linalg, masked, nn, optim, profiler,
    random, signal, sparse, special, testing, utils, viz,
)
from .amp.autocast_mode import (  # noqa: E402
    autocast, get_autocast_dtype, is_autocast_enabled, set_autocast_dtype, set_autocast_enabled,
)
from .signal.windows import bartlett_window, blackman_window, hamming_window, hann_window, kaiser_window  # noqa: E402
from .func import vmap  # noqa: E402
from .nn.functional import cosine_similarity  # noqa: E402
from . import ops  # noqa: E402
from .autograd import profiler as _  # noqa: E402

del _  # `autograd.profiler` is there now
from ._native import *  # noqa: E402, F403
from ._native import _native_batch_norm_legit, _softmax_backward_data  # noqa: E402
from ._serialization import load, save  # noqa: E402

for _space in (linalg, special):
    _calling.wrap_space(_space)
del _space
