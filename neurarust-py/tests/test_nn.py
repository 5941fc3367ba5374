"""Modules, layers, losses, optimizers, schedules, data and files."""

import copy
import math
import pickle

import numpy as np
import pytest

import neurarust as torch
import neurarust.nn.functional as F
from neurarust import nn
from neurarust.utils.data import DataLoader, Dataset, IterableDataset, Subset, TensorDataset, random_split


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(4, 3)
        self.b = nn.Sequential(nn.ReLU(), nn.Linear(3, 2, bias=False))
        self.scale = nn.Parameter(torch.ones(1))
        self.register_buffer("seen", torch.zeros(2))
        self.register_buffer("hidden", torch.zeros(1), persistent=False)

    def forward(self, x):
        return self.b(self.a(x)) * self.scale


def test_registration_and_walking():
    net = Net()
    assert [n for n, _ in net.named_parameters()] == ["scale", "a.weight", "a.bias", "b.1.weight"]
    assert [n for n, _ in net.named_buffers()] == ["seen", "hidden"]
    assert [n for n, _ in net.named_modules()] == ["", "a", "b", "b.0", "b.1"]
    assert [n for n, _ in net.named_children()] == ["a", "b"]
    assert len(list(net.modules())) == 5 and len(list(net.parameters())) == 4
    assert net.get_submodule("b.1") is net.b[1] and net.get_parameter("a.bias") is net.a.bias
    with pytest.raises(AttributeError):
        net.nothing
    with pytest.raises(TypeError):
        net.a = 3
    with pytest.raises(TypeError):
        net.scale = torch.ones(1)
    net.seen = torch.ones(2)
    assert net._buffers["seen"].tolist() == [1, 1]
    del net.scale
    assert "scale" not in dict(net.named_parameters())
    with pytest.raises(AttributeError):
        class Early(nn.Module):
            def __init__(self):
                self.x = nn.Linear(1, 1)

        Early()


def test_shared_parameters_count_once():
    a = nn.Linear(2, 2)
    b = nn.Linear(2, 2)
    b.weight = a.weight
    assert len(list(nn.ModuleList([a, b]).parameters())) == 3


def test_modes_gradients_and_conversion():
    net = Net()
    assert not net.eval().b[0].training and net.train().b[0].training
    net(torch.ones(1, 4)).sum().backward()
    assert net.a.weight.grad is not None
    net.zero_grad()
    assert net.a.weight.grad is None
    net.requires_grad_(False)
    assert not any(p.requires_grad for p in net.parameters())
    net.double()
    assert net.a.weight.dtype is torch.float64 and net.seen.dtype is torch.float64
    assert isinstance(net.a.weight, nn.Parameter)
    calls = []
    net.apply(lambda m: calls.append(type(m).__name__))
    assert calls[-1] == "Net" and len(calls) == 5


def test_hooks():
    net, seen = Net(), []
    pre = net.a.register_forward_pre_hook(lambda m, args: (args[0] * 0,))
    post = net.a.register_forward_hook(lambda m, args, out: seen.append(out) or out * 0)
    assert net(torch.ones(1, 4)).tolist() == [[0.0, 0.0]]
    assert seen[0].tolist() == [net.a.bias.tolist()]
    pre.remove(), post.remove()
    assert len(net.a._forward_hooks) == 0


def test_state_dict():
    a, b = Net(), Net()
    state = a.state_dict()
    assert list(state) == ["scale", "seen", "a.weight", "a.bias", "b.1.weight"]
    b.load_state_dict(state)
    x = torch.randn(5, 4)
    assert torch.equal(a(x), b(x))
    before = b.a.weight.tolist()
    bad = {**state, "extra": torch.ones(1), "a.bias": torch.ones(7)}
    del bad["scale"]
    with pytest.raises(RuntimeError) as e:
        b.load_state_dict(bad)
    for word in ("extra", "scale", "a.bias", "(7,)", "(3,)"):
        assert word in str(e.value)
    assert b.a.weight.tolist() == before
    report = b.load_state_dict({"scale": torch.zeros(1)}, strict=False)
    assert "a.weight" in report.missing_keys and b.scale.item() == 0


def test_representation():
    text = repr(Net())
    assert "(a): Linear(in_features=4, out_features=3, bias=True)" in text and "(0): ReLU()" in text
    assert repr(nn.Conv2d(1, 2, 3, padding=1)) == "Conv2d(1, 2, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1))"
    assert repr(nn.Dropout(0.1)) == "Dropout(p=0.1, inplace=False)"
    assert repr(nn.LeakyReLU(0.2)) == "LeakyReLU(negative_slope=0.2)"


def test_copies_of_modules():
    net = Net()
    for other in (copy.deepcopy(net), pickle.loads(pickle.dumps(net))):
        assert other.a.weight.tolist() == net.a.weight.tolist() and other.a.weight is not net.a.weight
        assert isinstance(other.a.weight, nn.Parameter) and other.a.weight.requires_grad
        with torch.no_grad():
            other.a.weight.zero_()
        assert net.a.weight.abs().sum().item() > 0


def test_containers():
    seq = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1))
    assert len(seq) == 3 and isinstance(seq[1], nn.ReLU) and len(seq[:2]) == 2 and seq[-1] is seq[2]
    seq.append(nn.Sigmoid())
    del seq[1]
    assert [n for n, _ in seq.named_children()] == ["0", "1", "2"]
    layers = nn.ModuleList([nn.Linear(1, 1) for _ in range(3)])
    assert len(layers) == 3 and len(list(layers.parameters())) == 6
    table = nn.ModuleDict({"x": nn.ReLU()})
    table["y"] = nn.Linear(1, 1)
    assert list(table) == ["x", "y"] and "y" in table
    with pytest.raises(NotImplementedError):
        layers(torch.ones(1))


@pytest.mark.parametrize(
    "layer, shape, out",
    [
        (lambda: nn.Linear(4, 2), (3, 4), (3, 2)), (lambda: nn.Conv1d(2, 3, 3), (5, 2, 7), (5, 3, 5)),
        (lambda: nn.Conv2d(2, 4, 3, padding=1, stride=2), (5, 2, 8, 8), (5, 4, 4, 4)),
        (lambda: nn.Conv2d(2, 4, 3, padding="same"), (5, 2, 8, 8), (5, 4, 8, 8)),
        (lambda: nn.Conv2d(2, 4, 3, padding=1, padding_mode="reflect"), (5, 2, 8, 8), (5, 4, 8, 8)),
        (lambda: nn.ConvTranspose2d(2, 4, 2, stride=2), (5, 2, 4, 4), (5, 4, 8, 8)),
        (lambda: nn.DepthwiseSeparableConv2d(2, 4, 3), (5, 2, 8, 8), (5, 4, 6, 6)),
        (lambda: nn.BatchNorm1d(4), (6, 4), (6, 4)), (lambda: nn.BatchNorm2d(2), (5, 2, 3, 3), (5, 2, 3, 3)),
        (lambda: nn.LayerNorm(4), (3, 4), (3, 4)), (lambda: nn.GroupNorm(2, 4), (3, 4, 5), (3, 4, 5)),
        (lambda: nn.RMSNorm(4), (3, 4), (3, 4)), (lambda: nn.InstanceNorm2d(2), (3, 2, 4, 4), (3, 2, 4, 4)),
        (lambda: nn.MaxPool2d(2), (1, 2, 4, 4), (1, 2, 2, 2)), (lambda: nn.AvgPool2d(2), (1, 2, 4, 4), (1, 2, 2, 2)),
        (lambda: nn.AdaptiveAvgPool2d((1, None)), (1, 2, 4, 4), (1, 2, 1, 4)), (lambda: nn.Flatten(), (2, 3, 4), (2, 12)),
        (lambda: nn.Dropout(), (3, 3), (3, 3)), (lambda: nn.GELU(), (3,), (3,)), (lambda: nn.Softmax(dim=1), (3, 4), (3, 4)),
        (lambda: nn.PReLU(3), (2, 3), (2, 3)), (lambda: nn.GLU(), (2, 4), (2, 2)), (lambda: nn.Unflatten(1, (2, 3)), (5, 6), (5, 2, 3)),
        (lambda: nn.ReflectionPad2d(1), (1, 1, 3, 3), (1, 1, 5, 5)), (lambda: nn.PixelShuffle(2), (1, 4, 2, 2), (1, 1, 4, 4)),
        (lambda: nn.Hardtanh(), (4,), (4,)), (lambda: nn.Softplus(), (4,), (4,)), (lambda: nn.Mish(), (4,), (4,)),
    ],
)
def test_layers_have_their_shapes_and_gradients(layer, shape, out):
    torch.manual_seed(0)
    module = layer()
    x = torch.randn(*shape, requires_grad=True)
    y = module(x)
    assert tuple(y.shape) == out
    (y * torch.randn(*out)).sum().backward()
    assert x.grad.shape == x.shape and x.grad.isfinite().all()
    assert all(p.grad is not None for p in module.parameters())


def test_embedding():
    layer = nn.Embedding(5, 3, padding_idx=0)
    y = layer(torch.tensor([[0, 2], [2, 4]]))
    assert y.shape == (2, 2, 3) and y[0, 0].tolist() == [0, 0, 0]
    y.sum().backward()
    assert layer.weight.grad[:, 0].tolist() == [0, 0, 2, 0, 1]
    with pytest.raises(IndexError):
        layer(torch.tensor([5]))


def test_batch_norm_statistics():
    layer = nn.BatchNorm1d(2, momentum=0.5)
    x = torch.tensor([[1.0, 10.0], [3.0, 30.0]])
    y = layer(x)
    np.testing.assert_allclose(y.detach().numpy(), [[-1, -1], [1, 1]], atol=1e-4)
    assert layer.running_mean.tolist() == [1.0, 10.0] and layer.num_batches_tracked.item() == 1
    assert layer.running_var.tolist() == [1.5, 100.5]
    layer.eval()
    assert layer(x)[0, 0].item() == pytest.approx(0.0, abs=1e-5)
    with pytest.raises(ValueError):
        layer(torch.ones(1, 2, 3, 4))


def test_dropout_keeps_the_mean():
    torch.manual_seed(0)
    y = F.dropout(torch.ones(10000), 0.25)
    assert set(np.unique(y.numpy()).round(3)) == {0.0, np.float32(1.333)} and abs(y.mean().item() - 1) < 0.05
    assert F.dropout(torch.ones(3), 0.5, training=False).tolist() == [1, 1, 1]
    with pytest.raises(ValueError):
        F.dropout(torch.ones(3), 1.5)


def test_losses():
    logits = torch.tensor([[1.0, 2.0, 0.5], [0.1, 0.2, 3.0]], requires_grad=True)
    target = torch.tensor([1, 2])
    p = np.exp(logits.detach().numpy())
    p /= p.sum(1, keepdims=True)
    expected = -np.log(p[[0, 1], [1, 2]])
    assert F.cross_entropy(logits, target).item() == pytest.approx(expected.mean(), rel=1e-5)
    np.testing.assert_allclose(nn.CrossEntropyLoss(reduction="none")(logits, target).detach().numpy(), expected, rtol=1e-5)
    assert F.nll_loss(logits.log_softmax(1), target).item() == pytest.approx(expected.mean(), rel=1e-5)
    assert nn.CrossEntropyLoss(ignore_index=1)(logits, target).item() == pytest.approx(expected[1], rel=1e-5)
    x, y = torch.tensor([0.5, -1.0]), torch.tensor([1.0, 0.0])
    assert F.mse_loss(x, y).item() == pytest.approx(0.625) and nn.L1Loss(reduction="sum")(x, y).item() == 1.5
    bce = np.mean([math.log(1 + math.exp(-0.5)), math.log(1 + math.exp(-1.0))])
    assert nn.BCEWithLogitsLoss()(x, y).item() == pytest.approx(bce, rel=1e-5)
    assert nn.BCELoss()(x.sigmoid(), y).item() == pytest.approx(bce, rel=1e-5)
    with pytest.raises(ValueError):
        F.mse_loss(x, y, reduction="media")
    with pytest.raises(IndexError):
        F.cross_entropy(logits, torch.tensor([1, 3]))


@pytest.mark.parametrize(
    "make",
    [
        lambda p: torch.optim.SGD(p, lr=0.1), lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, nesterov=True),
        lambda p: torch.optim.Adam(p, lr=0.1), lambda p: torch.optim.AdamW(p, lr=0.1, amsgrad=True),
    ],
)
def test_optimizers_descend_and_resume(make):
    def run(w, optimizer, steps):
        for _ in range(steps):
            optimizer.zero_grad()
            ((w - 3) ** 2).sum().backward()
            optimizer.step()

    w = torch.zeros(4, requires_grad=True)
    optimizer = make([w])
    run(w, optimizer, 5)
    state, at = copy.deepcopy(optimizer.state_dict()), w.detach().clone()
    run(w, optimizer, 20)
    v = at.clone().requires_grad_()
    again = make([v])
    again.load_state_dict(state)
    run(v, again, 20)
    assert torch.equal(v, w)
    run(w, optimizer, 200)
    assert (w - 3).abs().max().item() < 0.3


def test_adam_is_adam():
    w = torch.tensor([1.0, -2.0], dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.Adam([w], lr=0.1, weight_decay=0.01)
    x, m, v = np.array([1.0, -2.0]), 0, 0
    for step in range(1, 6):
        optimizer.zero_grad()
        (w**3).sum().backward()
        optimizer.step()
        g = 3 * x**2 + 0.01 * x
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
        x = x - 0.1 * (m / (1 - 0.9**step)) / (np.sqrt(v / (1 - 0.999**step)) + 1e-8)
    np.testing.assert_allclose(w.detach().numpy(), x, rtol=1e-12)
    state = optimizer.state_dict()
    assert set(state["state"][0]) == {"step", "exp_avg", "exp_avg_sq"} and state["param_groups"][0]["params"] == [0]


def test_param_groups_and_errors():
    a, b = torch.zeros(1, requires_grad=True), torch.zeros(1, requires_grad=True)
    optimizer = torch.optim.SGD([{"params": [a]}, {"params": [b], "lr": 1.0}], lr=0.1)
    (a + b).sum().backward()
    optimizer.step()
    assert a.item() == pytest.approx(-0.1) and b.item() == -1.0
    optimizer.param_groups[0]["lr"] = 10.0
    optimizer.step()
    assert a.item() == pytest.approx(-10.1)
    for bad in (lambda: torch.optim.SGD([], lr=1), lambda: torch.optim.SGD([a], lr=-1), lambda: torch.optim.Adam([a, a])):
        with pytest.raises(ValueError):
            bad()
    with pytest.raises(TypeError):
        torch.optim.SGD(a, lr=1)


def test_schedules():
    S = torch.optim.lr_scheduler

    def rates(make, n=6):
        optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
        scheduler, out = make(optimizer), []
        for _ in range(n):
            out.append(optimizer.param_groups[0]["lr"])
            scheduler.step()
        return out

    assert rates(lambda o: S.StepLR(o, 2, 0.1)) == pytest.approx([1, 1, 0.1, 0.1, 0.01, 0.01])
    assert rates(lambda o: S.MultiStepLR(o, [1, 4])) == pytest.approx([1, 0.1, 0.1, 0.1, 0.01, 0.01])
    assert rates(lambda o: S.ExponentialLR(o, 0.5), 3) == [1, 0.5, 0.25]
    assert rates(lambda o: S.LambdaLR(o, lambda e: e + 1), 3) == [1, 2, 3]
    assert rates(lambda o: S.LinearLR(o, 0.5, total_iters=2), 4) == [0.5, 0.75, 1, 1]
    cosine = [(1 + math.cos(math.pi * i / 4)) / 2 for i in range(5)]
    assert rates(lambda o: S.CosineAnnealingLR(o, 4), 5) == pytest.approx(cosine)
    both = rates(lambda o: S.SequentialLR(o, [S.LinearLR(o, 0.5, total_iters=2), S.ExponentialLR(o, 0.5)], [2]), 5)
    assert both == [0.5, 0.75, 1, 0.5, 0.25]
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    plateau = S.ReduceLROnPlateau(optimizer, patience=1)
    for loss in (1.0, 1.0, 1.0):
        plateau.step(loss)
    assert optimizer.param_groups[0]["lr"] == pytest.approx(0.1)


def test_clipping():
    w = torch.ones(4, requires_grad=True)
    (w * 3).sum().backward()
    norm = nn.utils.clip_grad_norm_([w], 1.0)
    assert norm.item() == pytest.approx(6.0) and w.grad.norm().item() == pytest.approx(1.0, rel=1e-4)
    nn.utils.clip_grad_value_([w], 0.1)
    assert w.grad.max().item() == pytest.approx(0.1)


def test_initial_values():
    torch.manual_seed(0)
    w = torch.empty(200, 100)
    nn.init.xavier_uniform_(w)
    assert w.abs().max().item() <= math.sqrt(6 / 300)
    nn.init.kaiming_normal_(w, nonlinearity="relu")
    assert w.std().item() == pytest.approx(math.sqrt(2 / 100), rel=0.05)
    nn.init.orthogonal_(w)
    np.testing.assert_allclose((w.T @ w).numpy(), np.eye(100), atol=1e-4)
    assert nn.init.constant_(torch.empty(2), 3).tolist() == [3, 3]
    bound = 1 / math.sqrt(50)
    layer = nn.Linear(50, 400)
    assert layer.weight.abs().max().item() <= bound and layer.bias.abs().max().item() <= bound
    with pytest.raises(ValueError):
        nn.init.kaiming_uniform_(w, nonlinearity="none such")


class Squares(Dataset):
    def __init__(self, n):
        self.n = n

    def __getitem__(self, i):
        if i >= self.n:
            raise IndexError(i)
        return torch.tensor(float(i)), i * i

    def __len__(self):
        return self.n


def test_loader():
    batches = list(DataLoader(Squares(7), batch_size=3))
    assert [x.tolist() for x, _ in batches] == [[0, 1, 2], [3, 4, 5], [6]] and batches[0][1].tolist() == [0, 1, 4]
    assert len(DataLoader(Squares(7), batch_size=3, drop_last=True)) == len(list(DataLoader(Squares(7), 3, drop_last=True))) == 2
    data = TensorDataset(torch.arange(10), torch.arange(10) * 2)
    orders = []
    for workers in (0, 1, 3):
        loader = DataLoader(data, batch_size=4, shuffle=True, num_workers=workers, generator=torch.Generator().manual_seed(3))
        out = list(loader)
        assert all((y == 2 * x).all() for x, y in out)
        orders.append([x.tolist() for x, _ in out])
    assert orders[0] == orders[1] == orders[2] and sorted(sum(orders[0], [])) == list(range(10))
    assert [len(p) for p in random_split(data, [0.75, 0.25])] == [8, 2]
    assert [x.tolist() for (x,) in DataLoader(Subset(TensorDataset(torch.arange(5)), [3, 1]), 2)] == [[3, 1]]

    class Stream(IterableDataset):
        def __iter__(self):
            return iter(range(5))

    assert [b.tolist() for b in DataLoader(Stream(), batch_size=2)] == [[0, 1], [2, 3], [4]]


def test_errors_in_workers_reach_the_loop():
    class Broken(Squares):
        def __getitem__(self, i):
            if i == 5:
                raise KeyError("sample five")
            return super().__getitem__(i)

    with pytest.raises(KeyError, match="sample five"):
        list(DataLoader(Broken(8), batch_size=2, num_workers=2))


def test_leaving_the_loop_early():
    for x, _ in DataLoader(Squares(1000), batch_size=2, num_workers=2):
        break
    assert x.tolist() == [0, 1]


def test_files(tmp_path):
    path = tmp_path / "model.safetensors"
    net = Net()
    optimizer = torch.optim.Adam(net.parameters())
    net(torch.ones(1, 4)).sum().backward()
    optimizer.step()
    everything = {"model": net.state_dict(), "optimizer": optimizer.state_dict(), "epoch": 3, "history": [0.1, (None, True)], 7: "x"}
    torch.save(everything, path)
    back = torch.load(path)
    assert back["epoch"] == 3 and back["history"] == [0.1, (None, True)] and back[7] == "x"
    assert all(torch.equal(back["model"][k], v) for k, v in net.state_dict().items())
    Net().load_state_dict(back["model"])
    optimizer.load_state_dict(back["optimizer"])
    assert [p.name for p in tmp_path.iterdir()] == ["model.safetensors"]
    with pytest.raises(TypeError):
        torch.save({"f": print}, path)
    assert torch.load(path)["epoch"] == 3
    data = path.read_bytes()
    for broken in (b"", data[:50], data[:-10], b"\xff" * 100, data[:8] + b"x" + data[9:]):
        path.write_bytes(broken)
        with pytest.raises(ValueError):
            torch.load(path)
    with pytest.raises(OSError):
        torch.load(tmp_path / "none")


def test_training_learns():
    torch.manual_seed(1)
    images, labels = torch.datasets.load_digits()
    assert images.shape == (1797, 1, 8, 8) and labels.shape == (1797,)
    train, test = random_split(TensorDataset(images, labels), [0.8, 0.2])
    net = nn.Sequential(nn.Flatten(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
    optimizer = torch.optim.Adam(net.parameters(), lr=5e-3)
    for _ in range(8):
        for x, y in DataLoader(train, batch_size=64, shuffle=True):
            optimizer.zero_grad()
            F.cross_entropy(net(x), y).backward()
            optimizer.step()
    with torch.no_grad():
        x, y = next(iter(DataLoader(test, batch_size=len(test))))
        assert (net(x).argmax(1) == y).float().mean().item() > 0.94
