"""Batches of a dataset, prepared by threads if asked: the same ones for any number of threads."""

import threading
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

from ... import _C
from .dataset import IterableDataset, _Batch
from .sampler import BatchSampler, RandomSampler, SequentialSampler

_local = threading.local()


class _WorkerInfo:
    """Which worker a dataset is being read by."""

    def __init__(self, id, num_workers, seed, dataset):
        self.id, self.num_workers, self.seed, self.dataset = id, num_workers, seed, dataset


def get_worker_info():
    """The worker that this thread is, or None outside of workers."""
    return getattr(_local, "info", None)


def default_collate(batch):
    """Samples put together: tensors and numbers stacked, tuples and dicts part by part."""
    first = batch[0]
    if isinstance(first, _C.Tensor):
        return _C.stack(batch)
    if isinstance(first, bool):
        return _C.tensor(batch)
    if isinstance(first, float):
        return _C.tensor(batch, dtype=_C.float64)
    if isinstance(first, int):
        return _C.tensor(batch)
    if isinstance(first, (str, bytes)):
        return batch
    if isinstance(first, dict):
        return {k: default_collate([sample[k] for sample in batch]) for k in first}
    if isinstance(first, tuple) and hasattr(first, "_fields"):
        return type(first)(*(default_collate(list(part)) for part in zip(*batch)))
    if isinstance(first, (tuple, list)):
        if any(len(sample) != len(first) for sample in batch):
            raise RuntimeError("each element in list of batch should be of equal size")
        return [default_collate(list(part)) for part in zip(*batch)]
    if hasattr(first, "__array_interface__"):
        return _C.stack([_C.as_tensor(sample) for sample in batch])
    raise TypeError(f"default_collate: batch must contain tensors, numpy arrays, numbers, dicts or lists; found {type(first)}")


def default_convert(data):
    """Arrays as tensors, part by part; everything else as it is."""
    if isinstance(data, dict):
        return {k: default_convert(v) for k, v in data.items()}
    if isinstance(data, tuple) and hasattr(data, "_fields"):
        return type(data)(*(default_convert(v) for v in data))
    if isinstance(data, (tuple, list)):
        return [default_convert(v) for v in data]
    if hasattr(data, "__array_interface__") and not isinstance(data, _C.Tensor) and data.dtype.kind not in "SUO":
        return _C.as_tensor(data)
    return data


class DataLoader:
    """Iterates over batches of a dataset.

    `num_workers` threads prepare batches ahead, `prefetch_factor` each; an error in one of them is raised in the loop.

    >>> for images, labels in DataLoader(dataset, batch_size=32, shuffle=True): ...
    """

    def __init__(
        self, dataset, batch_size=1, shuffle=None, sampler=None, batch_sampler=None, num_workers=0, collate_fn=None, pin_memory=False,
        drop_last=False, timeout=0, worker_init_fn=None, multiprocessing_context=None, generator=None, *, prefetch_factor=None,
        persistent_workers=False, pin_memory_device="", in_order=True,
    ):
        if num_workers < 0:
            raise ValueError("num_workers option should be non-negative; use num_workers=0 to disable threads.")
        if sampler is not None and shuffle:
            raise ValueError("sampler option is mutually exclusive with shuffle")
        self.dataset, self.num_workers, self.generator, self.drop_last = dataset, num_workers, generator, drop_last
        self.worker_init_fn, self.collate_fn = worker_init_fn, collate_fn
        self.prefetch_factor = 2 if prefetch_factor is None else prefetch_factor
        self.batch_sampler = None
        if isinstance(dataset, IterableDataset):
            if shuffle or sampler is not None or batch_sampler is not None:
                raise ValueError("DataLoader with IterableDataset: expected unspecified shuffle, sampler and batch_sampler options")
            self.sampler, self.batch_size = None, batch_size
        elif batch_sampler is not None:
            if batch_size != 1 or shuffle or sampler is not None or drop_last:
                raise ValueError("batch_sampler option is mutually exclusive with batch_size, shuffle, sampler, and drop_last")
            self.batch_sampler, self.sampler, self.batch_size = batch_sampler, None, None
        else:
            if sampler is None:
                sampler = RandomSampler(dataset, generator=generator) if shuffle else SequentialSampler(dataset)
            self.sampler, self.batch_size = sampler, batch_size
            if batch_size is not None:
                self.batch_sampler = BatchSampler(sampler, batch_size, drop_last)

    def __len__(self):
        if self.batch_sampler is not None:
            return len(self.batch_sampler)
        if self.sampler is not None:
            return len(self.sampler)
        n = len(self.dataset)
        if self.batch_size is None:
            return n
        return n // self.batch_size if self.drop_last else -(-n // self.batch_size)

    def _collate(self, samples):
        if isinstance(samples, _Batch):
            if self.collate_fn is None:
                return list(samples)
            samples = [tuple(parts) for parts in zip(*samples)]
        return (self.collate_fn or default_collate)(samples)

    def _batch(self, indices):
        get = getattr(self.dataset, "__getitems__", None)
        return self._collate(get(indices) if get is not None else [self.dataset[i] for i in indices])

    def _jobs(self):
        if self.batch_sampler is not None:
            for indices in self.batch_sampler:
                yield self._batch, indices
        else:
            one = self.collate_fn or (lambda sample: sample)
            for i in self.sampler:
                yield (lambda i: one(self.dataset[i])), i

    def __iter__(self):
        if isinstance(self.dataset, IterableDataset):
            return self._iterate()
        return self._ahead() if self.num_workers else (job(arg) for job, arg in self._jobs())

    def _iterate(self):
        samples = iter(self.dataset)
        if self.batch_size is None:
            yield from samples
            return
        while batch := list(islice(samples, self.batch_size)):
            if self.drop_last and len(batch) < self.batch_size:
                return
            yield self._collate(batch)

    def _ahead(self):
        ready = threading.Lock()
        started = iter(range(self.num_workers))

        def begin():
            with ready:
                number = next(started)
            _local.info = _WorkerInfo(number, self.num_workers, _C.initial_seed() + number, self.dataset)
            if self.worker_init_fn is not None:
                self.worker_init_fn(number)

        pool = ThreadPoolExecutor(self.num_workers, "neurarust-loader", begin)
        pending = deque()
        try:
            jobs = self._jobs()
            for job, arg in islice(jobs, self.num_workers * self.prefetch_factor):
                pending.append(pool.submit(job, arg))
            while pending:
                batch = pending.popleft().result()
                for job, arg in islice(jobs, 1):
                    pending.append(pool.submit(job, arg))
                yield batch
        finally:
            # Leaving the loop early stops the workers.
            pool.shutdown(wait=False, cancel_futures=True)
