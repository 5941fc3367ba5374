"""Switches of PyTorch's libraries. Scripts set them for GPUs; the CPU's kernels have none, and give the same bits every time."""

from types import SimpleNamespace as _Switches

from .._C import _instruction_set

__all__ = ["cpu", "cuda", "cudnn", "mkl", "mkldnn", "mps", "openmp"]


def _no():
    """False."""
    return False


# What a script sets, it reads back; nothing depends on it.
cuda = _Switches(is_built=_no, matmul=_Switches(allow_tf32=False, allow_fp16_reduced_precision_reduction=True))
cudnn = _Switches(
    enabled=False, benchmark=False, deterministic=True, allow_tf32=True, is_available=_no, version=lambda: None
)  # fmt: skip
mps = _Switches(is_available=_no, is_built=_no)
mkl = _Switches(is_available=_no)
mkldnn = _Switches(is_available=_no, enabled=False)
openmp = _Switches(is_available=_no)


def _capability():
    """What kernels run on: "DEFAULT", "AVX2" or "AVX512"."""
    return {"avx512": "AVX512", "wide": "AVX2"}.get(_instruction_set(), "DEFAULT")


cpu = _Switches(get_cpu_capability=_capability)
