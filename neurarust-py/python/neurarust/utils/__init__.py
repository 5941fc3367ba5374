"""Data loading, checkpointing, tensors of other libraries, what a model costs."""

from . import checkpoint, data, dlpack, flop_counter
from ._summary import ModelSummary, summary

__all__ = ["ModelSummary", "checkpoint", "data", "dlpack", "flop_counter", "summary"]
