"""Tensors against NumPy: operators, indexing, reductions, memory shared both ways."""

import copy
import operator
import pickle

import numpy as np
import pytest

import neurarust as torch

RNG = np.random.default_rng(0)


def same(tensor, array, **tolerance):
    assert tuple(tensor.shape) == np.shape(array)
    np.testing.assert_allclose(tensor.detach().numpy(), array, **{"rtol": 1e-5, "atol": 1e-6, **tolerance})


@pytest.mark.parametrize("name", ["add", "sub", "mul", "truediv", "floordiv", "mod", "pow"])
@pytest.mark.parametrize("other", [2.5, 3, "row", "full"])
def test_arithmetic(name, other):
    op = getattr(operator, name)
    a = RNG.uniform(0.5, 4, (3, 4))
    b = {"row": RNG.uniform(0.5, 2, 4), "full": RNG.uniform(0.5, 2, (3, 4))}.get(other, other)
    t = torch.tensor(a)
    u = torch.tensor(b) if isinstance(b, np.ndarray) else b
    same(op(t, u), op(a, b))
    if not isinstance(b, np.ndarray):
        same(op(u, t), op(b, a))


@pytest.mark.parametrize("name", ["lt", "le", "gt", "ge", "eq", "ne"])
def test_comparison(name):
    op = getattr(operator, name)
    a, b = RNG.integers(0, 3, (4, 5)), RNG.integers(0, 3, 5)
    out = op(torch.tensor(a), torch.tensor(b))
    assert out.dtype is torch.bool
    assert (out.numpy() == op(a, b)).all()
    assert (op(torch.tensor(a), 1).numpy() == op(a, 1)).all()


@pytest.mark.parametrize("name", ["and_", "or_", "xor", "lshift", "rshift"])
def test_bits(name):
    op = getattr(operator, name)
    a, b = RNG.integers(0, 100, 10), RNG.integers(0, 5, 10)
    assert (op(torch.tensor(a), torch.tensor(b)).numpy() == op(a, b)).all()
    assert ((~torch.tensor(a)).numpy() == ~a).all()
    assert (~torch.tensor([True, False])).tolist() == [False, True]


@pytest.mark.parametrize("name", ["iadd", "isub", "imul", "itruediv"])
def test_in_place_operators_keep_the_object(name):
    op = getattr(operator, name)
    a = RNG.uniform(1, 2, 6)
    t = before = torch.tensor(a)
    t = op(t, 2.0)
    assert t is before
    same(t, getattr(operator, name[1:])(a, 2.0))


def test_operators_leave_strangers_alone():
    with pytest.raises(TypeError):
        torch.ones(2) + "a"
    with pytest.raises(TypeError):
        torch.ones(2) < None
    assert (torch.ones(2) == None) is False or (torch.ones(2) == None) is NotImplemented  # noqa: E711


def test_promotion():
    assert (torch.ones(2, dtype=torch.int32) + 1).dtype is torch.int32
    assert (torch.ones(2, dtype=torch.int32) + 1.5).dtype is torch.float32
    assert (torch.ones(2, dtype=torch.int32) / 2).dtype is torch.float32
    assert (torch.ones(2, dtype=torch.float16) + torch.tensor(1.0, dtype=torch.float64)).dtype is torch.float16
    assert (torch.tensor([True]) + 1).dtype is torch.int64
    assert torch.ones(2, dtype=torch.uint8).add(torch.ones(2, dtype=torch.int8)).dtype is torch.int16
    assert (np.float32(2.0) * torch.ones(2, dtype=torch.float64)).dtype is torch.float64


@pytest.mark.parametrize("name", ["exp", "log", "sqrt", "sin", "cos", "tanh", "abs", "floor", "ceil", "sign", "square", "expm1", "log1p", "arctan"])
def test_elementwise_functions_methods_and_in_place(name):
    a = RNG.uniform(0.1, 2, (3, 5))
    t = torch.tensor(a)
    same(getattr(torch, name)(t), getattr(np, name)(a))
    same(getattr(t, name)(), getattr(np, name)(a))
    if name != "arctan":
        assert getattr(t, name + "_")() is t
        same(t, getattr(np, name)(a))


def test_elementwise_arguments():
    x = torch.tensor([-1.0, 2.0])
    assert x.leaky_relu(0.5).tolist() == [-0.5, 2.0]
    assert x.leaky_relu(negative_slope=0.5).tolist() == [-0.5, 2.0]
    assert torch.add(x, x, alpha=2).tolist() == [-3.0, 6.0]
    assert torch.div(torch.tensor([-7, 7]), 2, rounding_mode="trunc").tolist() == [-3, 3]
    assert torch.div(torch.tensor([-7, 7]), 2, rounding_mode="floor").tolist() == [-4, 3]
    assert torch.clamp(x, max=1).tolist() == [-1.0, 1.0]
    assert torch.clamp(x, torch.tensor([0.0, 3.0])).tolist() == [0.0, 3.0]
    assert torch.where(x > 0, x, 0.0).tolist() == [0.0, 2.0]
    assert torch.maximum(x, torch.zeros(2)).tolist() == [0.0, 2.0]
    with pytest.raises(TypeError, match="exponent|takes|argument"):
        x.exp(1)
    with pytest.raises(TypeError, match="unknown argument"):
        x.leaky_relu(slop=1)


INDICES = [
    0, -1, slice(1, 3), slice(None, None, 2), slice(-2, None), None, ..., (0, 1), (slice(None), 1), (..., -1), (None, 0),
    (0, slice(None), None), [0, 2], [True, False, True], np.array([2, 0]), ([0, 1], [1, 2]), (slice(None), [0, 2]),
    (slice(None), None, [1]), ([0, 1], slice(None), [1, 2]), (0, [1, 2]), (slice(0, 0),), (np.array([[0, 1], [2, 0]]),),
]


@pytest.mark.parametrize("index", INDICES, ids=repr)
def test_getitem_and_setitem(index):
    a = np.arange(3 * 4 * 5.0).reshape(3, 4, 5)
    t = torch.tensor(a)
    same(t[index], a[index])
    t[index] = -1.0
    a[index] = -1.0
    same(t, a)


def test_indexing_with_tensors():
    a = np.arange(12.0).reshape(3, 4)
    t = torch.tensor(a)
    same(t[torch.tensor([2, 0])], a[[2, 0]])
    same(t[torch.tensor(1)], a[1])
    same(t[t > 5], a[a > 5])
    t[t > 5] = 0
    a[a > 5] = 0
    same(t, a)
    t[0] = torch.ones(4)
    assert t[0].tolist() == [1.0] * 4
    with pytest.raises(IndexError):
        t[3]
    with pytest.raises(IndexError):
        t[0, 0, 0]
    with pytest.raises(IndexError):
        t[torch.tensor([5])]
    with pytest.raises(ValueError):
        t[::-1]
    with pytest.raises((IndexError, TypeError)):
        t["a"]


def test_slices_are_views():
    t = torch.zeros(3, 4)
    t[1:, ::2].fill_(1)
    t.view(12)[0] = 5
    assert t.tolist() == [[5, 0, 0, 0], [1, 0, 1, 0], [1, 0, 1, 0]]


@pytest.mark.parametrize("name", ["sum", "mean", "prod", "amin", "amax", "var", "std"])
@pytest.mark.parametrize("dim", [None, 0, -1, (0, 2)])
@pytest.mark.parametrize("keepdim", [False, True])
def test_reductions(name, dim, keepdim):
    if name == "prod" and isinstance(dim, tuple):
        pytest.skip("one dimension at a time")
    a = RNG.uniform(0.5, 1.5, (3, 4, 5))
    f = {"amin": np.min, "amax": np.max}.get(name, getattr(np, name, None))
    more = {"ddof": 1} if name in ("var", "std") else {}
    out = getattr(torch.tensor(a), name)(dim=dim, keepdim=keepdim)
    same(out, f(a, axis=dim, keepdims=keepdim, **more))


def test_extremes_and_their_places():
    a = RNG.normal(size=(4, 6))
    t = torch.tensor(a)
    values, indices = t.max(1)
    same(values, a.max(1))
    assert (indices.numpy() == a.argmax(1)).all()
    out = torch.min(t, dim=0)
    assert (out.indices.numpy() == a.argmin(0)).all()
    assert out.values.shape == (6,)
    assert t.argmax().item() == a.argmax()
    assert float(t.max()) == a.max()
    same(torch.max(t, t * 2), np.maximum(a, a * 2))


def test_views_and_shapes():
    a = np.arange(24.0).reshape(2, 3, 4)
    t = torch.tensor(a)
    same(t.reshape(4, -1), a.reshape(4, -1))
    same(t.reshape((4, 6)), a.reshape(4, 6))
    same(t.permute(2, 0, 1), a.transpose(2, 0, 1))
    same(t.transpose(0, 2), a.swapaxes(0, 2))
    same(t.T if False else t.mT, a.swapaxes(1, 2))
    same(t.unsqueeze(1).squeeze(1), a)
    same(t[:, :1].expand(2, 3, 4), np.broadcast_to(a[:, :1], (2, 3, 4)))
    same(t.flip(0), a[::-1])
    same(t.flip(dims=(0, 2)), a[::-1, :, ::-1])
    same(t.permute(dims=(2, 0, 1)), a.transpose(2, 0, 1))
    same(t.flatten(1), a.reshape(2, 12))
    same(torch.cat([t, t], dim=1), np.concatenate([a, a], 1))
    same(torch.stack([t, t], -1), np.stack([a, a], -1))
    assert [tuple(p.shape) for p in t.split(2, dim=1)] == [(2, 2, 4), (2, 1, 4)]
    assert [tuple(p.shape) for p in t.chunk(2, dim=2)] == [(2, 3, 2), (2, 3, 2)]
    assert t.size() == torch.Size([2, 3, 4]) == (2, 3, 4)
    assert t.size(-1) == 4 and t.stride() == (12, 4, 1) and t.numel() == 24 and t.shape.numel() == 24
    assert t.transpose(0, 1).is_contiguous() is False
    with pytest.raises(RuntimeError):
        t.transpose(0, 1).view(24)
    with pytest.raises(RuntimeError):
        t.reshape(5, 5)


def test_numpy_memory_is_shared_both_ways():
    a = np.arange(6.0).reshape(2, 3)
    t = torch.from_numpy(a)
    a[0, 0] = 7
    assert t[0, 0].item() == 7
    t[1, 2] = -1
    assert a[1, 2] == -1
    b = t.numpy()
    assert b.base is not None and np.shares_memory(a, b)
    back = torch.from_numpy(a[::-1, ::2])
    back[0, 0] = 42
    assert a[1, 0] == 42
    del a, b
    assert t[0, 0].item() == 7


def test_arrays_without_dimensions_and_without_elements():
    a = np.array(3.5)
    t = torch.from_numpy(a)
    t.fill_(1.0)
    assert t.shape == () and a == 1.0 and torch.tensor(a).item() == 1.0
    assert torch.from_numpy(np.zeros((0, 3))).shape == (0, 3) and torch.as_tensor(np.float32(2)).item() == 2
    with pytest.raises(TypeError):
        torch.from_numpy(np.float32(2))


def test_read_only_arrays_are_copied():
    a = np.arange(3.0)
    a.flags.writeable = False
    t = torch.from_numpy(a)
    t[0] = 5
    assert a[0] == 0


def test_dlpack_both_ways():
    a = np.arange(4.0, dtype=np.float32)
    t = torch.from_dlpack(a)
    a[0] = 9
    assert t[0].item() == 9
    b = np.from_dlpack(torch.arange(3))
    assert b.tolist() == [0, 1, 2]
    capsule = torch.ones(2).__dlpack__()
    again = torch.from_dlpack(capsule)
    assert again.tolist() == [1, 1]
    with pytest.raises(TypeError):
        torch.from_dlpack(capsule)
    del capsule


@pytest.mark.parametrize("dtype", ["bool", "uint8", "int8", "int16", "int32", "int64", "float16", "float32", "float64"])
def test_dtypes_travel(dtype):
    a = np.array([[0, 1, 1]], dtype=dtype)
    t = torch.tensor(a)
    assert t.dtype is getattr(torch, dtype)
    assert t.numpy().dtype == a.dtype and (t.numpy() == a).all()
    assert (np.asarray(t) == a).all()
    u = pickle.loads(pickle.dumps(t))
    assert u.dtype is t.dtype and u.tolist() == t.tolist()


def test_construction():
    assert torch.tensor(3).dtype is torch.int64 and torch.tensor(3.0).dtype is torch.float32
    assert torch.tensor([True]).dtype is torch.bool and torch.tensor([1, 2.5]).dtype is torch.float32
    assert torch.tensor([[1, 2], [3, 4]], dtype=torch.float64).tolist() == [[1.0, 2.0], [3.0, 4.0]]
    assert torch.tensor([torch.tensor(1), torch.tensor(2)]).tolist() == [1, 2]
    assert torch.tensor([]).shape == (0,)
    assert torch.zeros(2, 3).shape == torch.zeros((2, 3)).shape == torch.zeros(size=[2, 3]).shape == (2, 3)
    assert torch.arange(5).tolist() == [0, 1, 2, 3, 4] and torch.arange(1, 2, 0.5).tolist() == [1.0, 1.5]
    assert torch.full((2,), 7).dtype is torch.int64
    assert torch.eye(2).tolist() == [[1, 0], [0, 1]]
    assert torch.linspace(0, 1, 3).tolist() == [0, 0.5, 1]
    assert torch.ones_like(torch.zeros(2, dtype=torch.int32)).dtype is torch.int32
    with pytest.raises(ValueError):
        torch.tensor([[1, 2], [3]])
    with pytest.raises(TypeError):
        torch.tensor(["a"])
    with pytest.raises(OverflowError):
        torch.tensor([300], dtype=torch.uint8)
    loop = []
    loop.append(loop)
    with pytest.raises(ValueError):
        torch.tensor(loop)


def test_python_protocols():
    t = torch.tensor([1.5, 2.5])
    assert len(t) == 2 and [float(x) for x in t] == [1.5, 2.5]
    assert bool(torch.tensor(1)) and not torch.tensor([0.0])
    assert int(torch.tensor(3.7)) == 3 and [10, 20, 30][torch.tensor(1)] == 20
    assert f"{torch.tensor(1.23456):.2f}" == "1.23"
    assert {t: 1}[t] == 1 and 2.5 in t
    assert "tensor([1.5000, 2.5000])" == repr(t)
    with pytest.raises(RuntimeError):
        bool(t)
    with pytest.raises(TypeError):
        len(torch.tensor(1))
    assert t.device == torch.device("cpu") and str(t.device) == "cpu"
    with pytest.raises(RuntimeError):
        torch.zeros(1, device="cuda")


def test_copies():
    t = torch.tensor([1.0, 2.0], requires_grad=True)
    u = copy.deepcopy(t)
    assert u.requires_grad and u.tolist() == t.tolist()
    with torch.no_grad():
        u[0] = 5
    assert t[0].item() == 1
    v = pickle.loads(pickle.dumps(t))
    assert v.requires_grad and v.tolist() == [1.0, 2.0]
    pair = copy.deepcopy([t, t])
    assert pair[0] is pair[1]


def test_conversions():
    t = torch.tensor([1.7, -1.7])
    assert t.int().tolist() == [1, -1] and t.to(torch.float64).dtype is torch.float64
    assert t.to("cpu") is t and t.float() is t and t.double().dtype is torch.float64
    assert t.bool().tolist() == [True, True] and t.type_as(torch.ones(1, dtype=torch.int8)).dtype is torch.int8


def test_matmul():
    a, b = RNG.normal(size=(2, 3, 4)), RNG.normal(size=(4, 5))
    same(torch.tensor(a) @ torch.tensor(b), a @ b)
    same(torch.matmul(torch.tensor(b.T), torch.tensor(a).mT), b.T @ a.swapaxes(1, 2))
    with pytest.raises(RuntimeError):
        torch.ones(2, 3) @ torch.ones(2, 3)


def test_random_numbers_follow_the_seed():
    torch.manual_seed(5)
    a = torch.randn(100)
    torch.manual_seed(5)
    assert torch.equal(a, torch.randn(100))
    g = torch.Generator().manual_seed(1)
    x = torch.rand(1000, generator=g)
    assert 0 <= x.min().item() and x.max().item() < 1 and abs(x.mean().item() - 0.5) < 0.05
    assert sorted(torch.randperm(10).tolist()) == list(range(10))
    assert torch.randint(3, 5, (100,)).unique().tolist() == [3, 4] if hasattr(torch.Tensor, "unique") else True
