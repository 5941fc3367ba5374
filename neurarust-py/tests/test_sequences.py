"""Sequences of different lengths, padded and packed."""

import pytest

import neurarust as torch
from neurarust.nn.utils import rnn

A, B, C = torch.tensor([1.0, 2.0]), torch.tensor([3.0, 4.0, 5.0]), torch.tensor([6.0])


def test_padding():
    assert rnn.pad_sequence([A, B, C]).tolist() == [[1, 3, 6], [2, 4, 0], [0, 5, 0]]
    assert rnn.pad_sequence([A, B], batch_first=True, padding_value=-1.0).tolist() == [[1, 2, -1], [3, 4, 5]]
    assert rnn.pad_sequence([A, B], batch_first=True, padding_side="left").tolist() == [[0, 1, 2], [3, 4, 5]]
    assert rnn.pad_sequence([torch.ones(2, 4), torch.ones(3, 4)]).shape == (3, 2, 4)
    back = rnn.unpad_sequence(rnn.pad_sequence([A, B, C]), torch.tensor([2, 3, 1]))
    assert [s.tolist() for s in back] == [[1, 2], [3, 4, 5], [6]]


def test_packing():
    packed = rnn.pack_padded_sequence(rnn.pad_sequence([A, B, C]), [2, 3, 1], enforce_sorted=False)
    assert packed.data.tolist() == [3, 1, 6, 4, 2, 5]
    assert packed.batch_sizes.tolist() == [3, 2, 1] and packed.batch_sizes.dtype is torch.int64
    assert packed.sorted_indices.tolist() == [1, 0, 2] and packed.unsorted_indices.tolist() == [1, 0, 2]
    padded, lengths = rnn.pad_packed_sequence(packed, batch_first=True, padding_value=9.0, total_length=4)
    assert padded.tolist() == [[1, 2, 9, 9], [3, 4, 5, 9], [6, 9, 9, 9]] and lengths.tolist() == [2, 3, 1]
    assert [s.tolist() for s in rnn.unpack_sequence(rnn.pack_sequence([B, A, C]))] == [[3, 4, 5], [1, 2], [6]]
    assert packed.to(torch.float64).data.dtype is torch.float64
    data, sizes, order, back = packed
    assert data is packed.data and back is packed.unsorted_indices


def test_gradients_reach_what_was_packed():
    x = torch.ones(3, 2, 2, requires_grad=True)
    packed = rnn.pack_padded_sequence(x, [3, 1])
    out, _ = rnn.pad_packed_sequence(packed._replace(data=packed.data * 2))
    out.sum().backward()
    assert x.grad[..., 0].tolist() == [[2, 2], [2, 0], [2, 0]]


def test_errors():
    x = torch.ones(3, 2)
    for lengths in ([1, 2], [3, 0], [4, 1], [3]):
        with pytest.raises(RuntimeError):
            rnn.pack_padded_sequence(x, lengths)
    with pytest.raises(RuntimeError):
        rnn.pad_sequence([])
    with pytest.raises(RuntimeError):
        rnn.pad_sequence([torch.ones(2, 3), torch.ones(2, 4)])
    with pytest.raises(ValueError):
        rnn.pad_sequence([A], padding_side="up")
    with pytest.raises(ValueError):
        rnn.pad_packed_sequence(rnn.pack_sequence([B]), total_length=2)
    with pytest.raises(TypeError):
        rnn.pad_packed_sequence(x)
