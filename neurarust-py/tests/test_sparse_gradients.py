"""Gradients of tables of which few rows were read. Numbers are PyTorch's."""

import copy
import pickle

import pytest

import neurarust as torch
from neurarust import nn, optim

F = nn.functional


def table(rows=6):
    return nn.Parameter(torch.arange(2.0 * rows).reshape(rows, 2))


def lookup(w, index, **options):
    return F.embedding(torch.tensor(index), w, sparse=True, **options).pow(2).sum()


def test_embedding():
    w = table()
    lookup(w, [[1, 0], [1, 3]], padding_idx=0).backward()
    assert isinstance(w.grad, torch.sparse.SparseTensor) and w.grad.is_sparse and w.grad.layout == "sparse_coo"
    assert w.grad._indices().tolist() == [[1, 1, 3]] and not w.grad.is_coalesced()
    assert w.grad._values().tolist() == [[4.0, 6.0], [4.0, 6.0], [12.0, 14.0]]
    assert w.grad.shape == (6, 2) and w.grad.dtype == torch.float32 and w.grad.sparse_dim() == 1
    assert w.grad.coalesce().values().tolist() == [[8.0, 12.0], [12.0, 14.0]]
    w.grad = None
    lookup(w, 2).backward()
    assert w.grad._indices().tolist() == [[2]] and w.grad._values().tolist() == [[8.0, 10.0]]
    # Without a gradient, and of what is no leaf.
    assert not F.embedding(torch.tensor([1]), w.detach(), sparse=True).requires_grad
    w.grad = None
    lookup(w * 2, [1, 1]).backward()
    assert w.grad.tolist()[1] == [32.0, 48.0]


@pytest.mark.parametrize("mode, values", [("sum", [[4, 6], [16, 20], [16, 20]]), ("mean", [[4, 6], [4, 5], [4, 5]])])
def test_embedding_bag(mode, values):
    w = table()
    F.embedding_bag(torch.tensor([[1, 0], [1, 3]]), w, mode=mode, padding_idx=0, sparse=True).pow(2).sum().backward()
    assert w.grad._indices().tolist() == [[1, 1, 3]] and w.grad._values().tolist() == values
    with pytest.raises(ValueError, match="maximum"):
        F.embedding_bag(torch.tensor([[1]]), w, mode="max", sparse=True)


def test_layers():
    for layer in nn.Embedding(5, 3, sparse=True), nn.EmbeddingBag(5, 3, sparse=True):
        layer(torch.tensor([[0, 2], [2, 4]])).sum().backward()
        assert layer.weight.grad.is_sparse and layer.weight.grad._nnz() == 4
        layer.zero_grad(set_to_none=False)
        assert layer.weight.grad.is_sparse and layer.weight.grad._nnz() == 0
        layer.zero_grad()
        assert layer.weight.grad is None
        layer(torch.tensor([[1, 1]])).sum().backward()
        layer.double()
        assert layer.weight.grad.dtype == torch.float64 and layer.weight.grad.is_sparse


def test_sums():
    w = table()
    lookup(w, [1, 1]).backward()
    lookup(w, [1, 2]).backward()
    assert w.grad._indices().tolist() == [[1, 1, 1, 2]]
    (w * w).sum().backward()
    dense = [[0, 2], [16, 24], [16, 20], [12, 14], [16, 18], [20, 22]]
    assert isinstance(w.grad, torch.Tensor) and w.grad.tolist() == dense
    w.grad = None
    ((w * w).sum() + lookup(w, [1, 1]) + lookup(w, [1, 2])).backward()
    assert w.grad.tolist() == dense


def test_autograd_grad():
    w = table()
    (g,) = torch.autograd.grad(lookup(w, [1, 1]), w, create_graph=True)
    assert g.is_sparse and w.grad is None and g.requires_grad
    (second,) = torch.autograd.grad(g.to_dense().sum(), w)
    assert second._values().tolist() == [[2.0, 2.0], [2.0, 2.0]]
    h = w.register_hook(lambda g: g * 2 if g.is_sparse else None)
    lookup(w, [1]).backward()
    assert w.grad._values().tolist() == [[8.0, 12.0]]
    h.remove()
    with pytest.raises(TypeError):
        w.register_hook(lambda g: 1)
        lookup(w, [1]).backward()


def test_what_holds_a_gradient():
    w = table()
    lookup(w, [1, 1]).backward()
    other = copy.deepcopy(w)
    w.grad.mul_(0.5)
    assert other.grad._values().tolist() == [[4.0, 6.0]] * 2 and w.grad._values().tolist() == [[2.0, 3.0]] * 2
    assert pickle.loads(pickle.dumps(w)).tolist() == w.tolist()
    assert copy.deepcopy(w.detach().requires_grad_()).grad is None
    w.grad = torch.sparse_coo_tensor([[0], [1]], [2.0], (6, 2))
    assert w.grad.norm().item() == 2.0
    with pytest.raises(RuntimeError, match="shape"):
        w.grad = torch.sparse_coo_tensor([[0], [1]], [2.0], (6, 3))
    with pytest.raises(TypeError):
        w.grad = 1.0
    with pytest.raises(NotImplementedError, match="zero_grad"):
        w.grad.zero_()
    del w.grad
    assert w.grad is None


def test_norms():
    w = table()
    lookup(w, [1, 1, 2]).backward()
    assert abs(nn.utils.get_total_norm([w.grad]).item() - 19.2873) < 1e-4
    assert abs(nn.utils.clip_grad_norm_([w], 1.0).item() - 19.2873) < 1e-4
    assert w.grad.is_sparse and abs(w.grad._values()[2, 1].item() - 0.5185) < 1e-4
    assert abs(nn.utils.get_total_norm([w.grad]).item() - 1) < 1e-4


STEPS = [
    (lambda p: optim.SGD(p, lr=0.05), [0.1, 0.55, 1, 1.288, 2, 2.5, 2.44, 2.8]),
    (
        lambda p: optim.Adagrad(p, lr=0.05, lr_decay=0.1, initial_accumulator_value=0.5),
        [0.04285495643353, 0.5371134809482, 1, 1.411240660734, 2, 2.5, 2.913804631692, 3.413452404822],
    ),
    (
        lambda p: optim.SparseAdam(p, lr=0.05),
        [0.03720683529543, 0.5372068294125, 1, 1.354201838717, 2, 2.5, 2.908456747649, 3.408479693894],
    ),
    (
        lambda p: optim.SparseAdam(p, 0.05, (0.8, 0.99), 1e-2, maximize=True),
        [-0.03731940735361, 0.4643769293443, 1, 1.64169900691, 2, 2.5, 3.092472752367, 3.592823898369],
    ),
]


@pytest.mark.parametrize("make, numbers", STEPS)
@pytest.mark.parametrize("reload", [False, True])
def test_steps(make, numbers, reload):
    w = nn.Parameter(torch.arange(8.0, dtype=torch.float64).reshape(4, 2) * 0.5)
    rule = make([w])
    for index in [1, 3, 1], [0, 1, 1], [3, 3, 1]:
        if reload:
            state, rule = rule.state_dict(), make([w])
            rule.load_state_dict(state)
        rule.zero_grad()
        (F.embedding(torch.tensor(index), w, sparse=True) - 1.0).pow(2).sum().backward()
        rule.step()
    assert max(abs(a - b) for a, b in zip(w.flatten().tolist(), numbers)) < 1e-9


def test_wrong_kinds_move_nothing():
    for make, message in [
        (optim.Adam, "Adam: does not support sparse gradients, please consider SparseAdam"),
        (optim.AdamW, "AdamW: does not support sparse gradients"),
        (lambda p: optim.SGD(p, momentum=0.9), "momentum"),
        (lambda p: optim.SGD(p, weight_decay=0.9), "weight decay"),
        (lambda p: optim.Adagrad(p, weight_decay=0.9), "weight decay"),
    ]:
        a, b = table(), table()
        (a.sum() + lookup(b, [1])).backward()
        rule = make([{"params": [a]}, {"params": [b]}])
        with pytest.raises(RuntimeError, match=message):
            rule.step()
        assert a.tolist() == b.tolist() == table().tolist() and not rule.state
    a = table()
    a.sum().backward()
    with pytest.raises(RuntimeError, match="SparseAdam: does not support dense gradients, please consider Adam"):
        optim.SparseAdam([a]).step()
    for kind, bad in [(optim.SparseAdam, {"lr": -1}), (optim.SparseAdam, {"betas": (1.0, 0)}), (optim.Adagrad, {"lr_decay": -1})]:
        with pytest.raises(ValueError):
            kind([a], **bad)


def test_scaler():
    w = table()
    scaler = torch.amp.GradScaler("cpu", init_scale=4.0)
    rule = optim.SGD([w], lr=1.0)
    scaler.scale(F.embedding(torch.tensor([1]), w, sparse=True).sum()).backward()
    scaler.step(rule)
    assert w[:2].tolist() == [[0.0, 1.0], [1.0, 2.0]]
