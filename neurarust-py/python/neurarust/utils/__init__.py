"""Data loading and checkpointing."""

from . import data

__all__ = ["data"]
