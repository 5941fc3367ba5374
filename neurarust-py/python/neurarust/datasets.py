"""Data sets to learn on."""

from . import _C
from .utils.data import TensorDataset

__all__ = ["Digits", "load_digits"]


def load_digits():
    """The UCI handwritten digits: images (1797, 1, 8, 8) from 0 to 1, and labels (1797). No file, no network.

    E. Alpaydin and C. Kaynak (1998), Optical Recognition of Handwritten Digits, UCI Machine Learning Repository, CC BY 4.0.
    """
    return _C._digits()


class Digits(TensorDataset):
    """The UCI handwritten digits as a dataset of (image, label)."""

    def __init__(self):
        super().__init__(*load_digits())
