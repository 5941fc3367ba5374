"""Where samples come from."""

import bisect
import math
from itertools import accumulate

from ... import _C


class Dataset:
    """Samples by number: a subclass says `__getitem__` and `__len__`."""

    def __getitem__(self, index):
        raise NotImplementedError("a Dataset needs __getitem__")

    def __add__(self, other):
        return ConcatDataset([self, other])


class IterableDataset(Dataset):
    """Samples one after the other: a subclass says `__iter__`."""

    def __iter__(self):
        raise NotImplementedError("an IterableDataset needs __iter__")


class TensorDataset(Dataset):
    """Tensors with one sample per slice of the first dimension."""

    def __init__(self, *tensors):
        if any(t.shape[0] != tensors[0].shape[0] for t in tensors):
            raise AssertionError("Size mismatch between tensors")
        self.tensors = tensors

    def __getitem__(self, index):
        return tuple(t[index] for t in self.tensors)

    def __getitems__(self, indices):
        """The slices of several samples at once, batched already."""
        rows = _C.tensor(indices, dtype=_C.int64)
        return _Batch(t.index_select(0, rows) for t in self.tensors)

    def __len__(self):
        return self.tensors[0].shape[0]


class _Batch(list):
    """Samples that are collated already."""


class StackDataset(Dataset):
    """Datasets side by side: a sample is a tuple (or a dict) of their samples."""

    def __init__(self, *args, **kwargs):
        self.datasets = kwargs or args

    def __getitem__(self, index):
        if isinstance(self.datasets, dict):
            return {k: d[index] for k, d in self.datasets.items()}
        return tuple(d[index] for d in self.datasets)

    def __len__(self):
        parts = self.datasets.values() if isinstance(self.datasets, dict) else self.datasets
        return min(len(d) for d in parts)


class ConcatDataset(Dataset):
    """Datasets one after the other."""

    def __init__(self, datasets):
        self.datasets = list(datasets)
        if not self.datasets:
            raise AssertionError("datasets should not be an empty iterable")
        self.cumulative_sizes = list(accumulate(len(d) for d in self.datasets))

    def __getitem__(self, index):
        if index < 0:
            if -index > len(self):
                raise ValueError("absolute value of index should not exceed dataset length")
            index += len(self)
        which = bisect.bisect_right(self.cumulative_sizes, index)
        return self.datasets[which][index - (self.cumulative_sizes[which - 1] if which else 0)]

    def __len__(self):
        return self.cumulative_sizes[-1]


class ChainDataset(IterableDataset):
    """Iterable datasets one after the other."""

    def __init__(self, datasets):
        self.datasets = datasets

    def __iter__(self):
        for dataset in self.datasets:
            if not isinstance(dataset, IterableDataset):
                raise AssertionError("ChainDataset only supports IterableDataset")
            yield from dataset

    def __len__(self):
        return sum(len(d) for d in self.datasets)


class Subset(Dataset):
    """The samples of a dataset that `indices` numbers."""

    def __init__(self, dataset, indices):
        self.dataset, self.indices = dataset, indices

    def __getitem__(self, index):
        if isinstance(index, list):
            return self.dataset[[self.indices[i] for i in index]]
        return self.dataset[self.indices[index]]

    def __getitems__(self, indices):
        """Several samples at once."""
        mapped = [self.indices[i] for i in indices]
        get = getattr(self.dataset, "__getitems__", None)
        return get(mapped) if get is not None else [self.dataset[i] for i in mapped]

    def __len__(self):
        return len(self.indices)


def random_split(dataset, lengths, generator=None):
    """The dataset in parts of given lengths (or fractions), drawn at random."""
    if math.isclose(sum(lengths), 1) and sum(lengths) <= 1.0 + 1e-9 and len(dataset) != 1:
        counts = [math.floor(len(dataset) * f) for f in lengths]
        for i in range(len(dataset) - sum(counts)):
            counts[i % len(counts)] += 1
        lengths = counts
    if sum(lengths) != len(dataset):
        raise ValueError("Sum of input lengths does not equal the length of the input dataset!")
    order = _C.randperm(len(dataset), generator=generator).tolist()
    return [Subset(dataset, order[end - n : end]) for end, n in zip(accumulate(lengths), lengths)]
