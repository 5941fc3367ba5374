"""Data loading and checkpointing."""

from . import checkpoint, data, dlpack

__all__ = ["checkpoint", "data", "dlpack"]
