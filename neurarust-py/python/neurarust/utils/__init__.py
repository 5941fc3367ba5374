"""Data loading, checkpointing, tensors of other libraries."""

from . import checkpoint, data, dlpack

__all__ = ["checkpoint", "data", "dlpack"]
