"""Sparse tensors from Python."""

import pytest

import neurarust as torch


def test_sparse_tensors():
    s = torch.sparse_coo_tensor([[0, 1], [1, 0]], [2.0, 3.0], (2, 2), requires_grad=True)
    d = torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    y = torch.sparse.mm(s, d)
    assert y.tolist() == [[6.0, 8.0], [3.0, 6.0]] and (s @ d).tolist() == y.tolist()
    y.sum().backward()
    assert s.grad.to_dense().tolist() == [[0.0, 7.0], [3.0, 0.0]]
    assert d.grad.tolist() == [[3.0, 3.0], [2.0, 2.0]]
    c = torch.tensor([[0.0, 5.0], [6.0, 0.0]]).to_sparse_csr()
    assert c.crow_indices().tolist() == [0, 1, 2] and c.col_indices().tolist() == [1, 0]
    assert c.shape == (2, 2) and c._nnz() == 2 and c.to_sparse().is_sparse
    with pytest.raises(IndexError):
        torch.sparse_coo_tensor([[2], [0]], [1.0], (2, 2))
