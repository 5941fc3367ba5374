"""Sequences of different lengths: padded to one tensor, or packed, time step by time step, without the padding."""

from collections import namedtuple

from ... import _C

__all__ = [
    "PackedSequence", "invert_permutation", "pack_padded_sequence", "pack_sequence", "pad_packed_sequence", "pad_sequence",
    "unpack_sequence", "unpad_sequence",
]


class PackedSequence(namedtuple("PackedSequence", ["data", "batch_sizes", "sorted_indices", "unsorted_indices"])):
    """What a batch of sequences has at each time step, one step after the other: `data` (elements, …), and how many sequences
    last to each step in `batch_sizes`. Sequences are sorted by falling length; `sorted_indices` tells where each comes from."""

    __slots__ = ()

    def __new__(cls, data, batch_sizes=None, sorted_indices=None, unsorted_indices=None):
        if batch_sizes is None:
            if not isinstance(data, (list, tuple)) or len(data) != 2:
                raise TypeError("PackedSequence: expected data and batch_sizes")
            data, batch_sizes = data
        if unsorted_indices is None:
            unsorted_indices = invert_permutation(sorted_indices)
        return super().__new__(cls, data, batch_sizes, sorted_indices, unsorted_indices)

    def to(self, *args, **kwargs):
        """With `data` as another dtype."""
        return self._replace(data=self.data.to(*args, **kwargs))

    def cpu(self, *args, **kwargs):
        """The same: all tensors are on the CPU."""
        return self

    def double(self):
        """With `data` as `float64`."""
        return self.to(_C.float64)

    def float(self):
        """With `data` as `float32`."""
        return self.to(_C.float32)

    def half(self):
        """With `data` as `float16`."""
        return self.to(_C.float16)

    def pin_memory(self):
        """The same: there is nothing to pin for."""
        return self

    @property
    def is_cuda(self):
        """Whether data is on a GPU: no."""
        return False


def invert_permutation(permutation):
    """The permutation that undoes `permutation`."""
    if permutation is None:
        return None
    out = _C.empty_like(permutation)
    out[permutation] = _C.arange(permutation.numel(), dtype=permutation.dtype)
    return out


def _lengths(op, lengths, batch):
    lengths = lengths if isinstance(lengths, _C.Tensor) else _C.tensor([int(n) for n in lengths], dtype=_C.int64)
    if lengths.dim() != 1 or lengths.numel() != batch:
        raise RuntimeError(f"{op}: expected a list of {batch} lengths, one for each sequence, got shape {tuple(lengths.shape)}")
    return lengths.to(_C.int64)


def _present(lengths, steps):
    """(steps, batch): whether a sequence has that step."""
    return _C.arange(steps).unsqueeze(1) < lengths


def pack_padded_sequence(input, lengths, batch_first=False, enforce_sorted=True):
    """The steps of sequences in `input` (time, batch, …), of which only the first `lengths` count."""
    op = "pack_padded_sequence"
    if input.dim() < 2:
        raise RuntimeError(f"{op}: expected (time, batch, …), got shape {tuple(input.shape)}")
    if batch_first:
        input = input.transpose(0, 1)
    steps, batch = input.shape[:2]
    lengths = _lengths(op, lengths, batch)
    if batch == 0:
        raise RuntimeError(f"{op}: an empty batch")
    if int(lengths.min()) <= 0:
        raise RuntimeError(f"{op}: length of all samples has to be greater than 0, but found an element in 'lengths' that is <= 0")
    if int(lengths.max()) > steps:
        raise RuntimeError(f"{op}: a length of {int(lengths.max())} in an input of {steps} steps, shape {tuple(input.shape)} (time, batch, …)")
    order = None
    if not enforce_sorted:
        lengths, order = lengths.sort(descending=True, stable=True)
        input = input.index_select(1, order)
    elif bool((lengths[1:] > lengths[:-1]).any()):
        raise RuntimeError(
            f"{op}: `lengths` array must be sorted in decreasing order when `enforce_sorted` is True, got {lengths.tolist()}; "
            "pass enforce_sorted=False to have it sorted"
        )
    present = _present(lengths, int(lengths[0]))
    return PackedSequence(input[: present.shape[0]][present], present.sum(1), order, None)


def pad_packed_sequence(sequence, batch_first=False, padding_value=0.0, total_length=None):
    """The sequences that were packed as (time, batch, …), and their lengths."""
    op = "pad_packed_sequence"
    if not isinstance(sequence, PackedSequence):
        raise TypeError(f"{op}: expected a PackedSequence, got {type(sequence).__name__}")
    data, sizes = sequence.data, sequence.batch_sizes
    steps, batch = sizes.numel(), int(sizes[0])
    if total_length is not None and total_length < steps:
        raise ValueError(f"{op}: expected a total_length of at least the longest sequence's {steps}, got {total_length}")
    # Sequence `b` lasts as long as steps have more than `b` sequences.
    lengths = (sizes.unsqueeze(1) > _C.arange(batch)).sum(0)
    steps = steps if total_length is None else total_length
    present = _present(lengths, steps)
    out = data.new_full((steps, batch, *data.shape[1:]), padding_value)
    out[present] = data
    if sequence.unsorted_indices is not None:
        out, lengths = out.index_select(1, sequence.unsorted_indices), lengths[sequence.unsorted_indices]
    return (out.transpose(0, 1) if batch_first else out), lengths


def pad_sequence(sequences, batch_first=False, padding_value=0.0, padding_side="right"):
    """Sequences (length, …) as one tensor (longest, batch, …), filled up with `padding_value`."""
    op = "pad_sequence"
    if padding_side not in ("left", "right"):
        raise ValueError(f"{op}: padding_side must be 'left' or 'right', got {padding_side!r}")
    if isinstance(sequences, _C.Tensor):
        sequences = sequences.unbind(0)
    elif not hasattr(sequences, "__iter__"):
        raise RuntimeError(f"{op}: expected tensors in an iterable, got {type(sequences).__name__}")
    sequences = list(sequences)
    if not sequences:
        raise RuntimeError(f"{op}: no sequences; expected one or more")
    rest = tuple(sequences[0].shape[1:])
    for i, s in enumerate(sequences):
        if s.dim() == 0 or tuple(s.shape[1:]) != rest:
            raise RuntimeError(f"{op}: sequence {i} has shape {tuple(s.shape)}; expected (length, {', '.join(map(str, rest))}), as the first one")
    longest = max(s.shape[0] for s in sequences)
    rows = []
    for s in sequences:
        missing = longest - s.shape[0]
        gap = s.new_full((missing, *rest), padding_value)
        rows.append(s if missing == 0 else _C.cat([gap, s] if padding_side == "left" else [s, gap]))
    return _C.stack(rows, 0 if batch_first else 1)


def unpad_sequence(padded_sequences, lengths, batch_first=False):
    """The sequences that were padded, as a list."""
    if not batch_first:
        padded_sequences = padded_sequences.transpose(0, 1)
    lengths = _lengths("unpad_sequence", lengths, padded_sequences.shape[0]).tolist()
    return [row[: max(n, 0)] for row, n in zip(padded_sequences, lengths)]


def pack_sequence(sequences, enforce_sorted=True):
    """Sequences (length, …) packed."""
    sequences = list(sequences)
    lengths = [s.shape[0] for s in sequences]
    return pack_padded_sequence(pad_sequence(sequences), lengths, enforce_sorted=enforce_sorted)


def unpack_sequence(packed_sequences):
    """The sequences that were packed, as a list."""
    return unpad_sequence(*pad_packed_sequence(packed_sequences))
