"""Signatures, dtypes and error classes of statistics, masked reductions and sparse tensors."""

import numpy as np
import pytest

import neurarust as torch


def test_named_tuples_and_keywords():
    x = torch.tensor([[3.0, 1.0, 2.0], [6.0, 5.0, 4.0]])
    values, indices = torch.cummax(x, dim=1)
    assert values.tolist() == [[3, 3, 3], [6, 6, 6]] and indices.dtype is torch.int64
    assert x.mode(dim=1, keepdim=True).values.shape == (2, 1)
    assert torch.quantile(x, 0.5, dim=1).tolist() == [2.0, 5.0]
    assert torch.quantile(x, torch.tensor([0.0, 1.0]), interpolation="nearest").tolist() == [1.0, 6.0]
    hist = torch.histogram(x, bins=2, range=(0.0, 4.0), density=False)
    assert hist.hist.tolist() == [1.0, 3.0] and hist.bin_edges.shape == (3,)
    assert torch.searchsorted(torch.tensor([1, 3]), torch.tensor([2]), out_int32=True).dtype is torch.int32
    assert torch.unique(torch.tensor([[1, 2], [1, 2]]), dim=0, return_counts=True)[1].tolist() == [2]


def test_against_numpy():
    a = np.random.RandomState(0).randn(4, 5)
    x = torch.from_numpy(a)
    np.testing.assert_allclose(torch.cov(x).numpy(), np.cov(a))
    np.testing.assert_allclose(torch.corrcoef(x).numpy(), np.corrcoef(a))
    for got, want in zip(torch.gradient(x, spacing=0.5), np.gradient(a, 0.5)):
        np.testing.assert_allclose(got.numpy(), want)
    np.testing.assert_allclose(torch.nanquantile(x, 0.3, dim=0).numpy(), np.quantile(a, 0.3, axis=0))
    np.testing.assert_allclose(torch.histc(x, 7, -1, 1).numpy(), np.histogram(a, 7, (-1, 1))[0])


def test_masked_takes_mask_as_a_keyword():
    x, mask = torch.tensor([1.0, 2.0, 4.0]), torch.tensor([True, False, True])
    assert torch.masked.mean(x, mask=mask).item() == 2.5
    assert torch.masked.softmax(x, 0, mask=mask)[1].item() == 0
    with pytest.raises(ValueError):
        torch.masked.mean(torch.tensor([1, 2]), mask=torch.tensor([True, False]))


def test_errors():
    x = torch.tensor([1.0, 2.0])
    with pytest.raises(IndexError):
        x.cummax(1)
    with pytest.raises(RuntimeError):
        x.diff(n=-1)
    with pytest.raises(ValueError):
        x.quantile(1.5)
    with pytest.raises(ValueError):
        torch.bincount(torch.tensor([-1]))
    with pytest.raises(RuntimeError):
        torch.segment_reduce(x, "sum", lengths=torch.tensor([1]))
