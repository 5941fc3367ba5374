"""Mixed precision, and the names of GPUs on a machine without one."""

import math
import warnings

import pytest

import neurarust as torch
from neurarust import nn


def model():
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 36, 10))


def test_products_in_half_precision():
    net, x, y = model(), torch.rand(5, 1, 8, 8), torch.arange(5)
    full = nn.functional.cross_entropy(net(x), y)
    for half in (torch.bfloat16, torch.float16):
        with torch.autocast("cpu", dtype=half):
            z = net(x)
            loss = nn.functional.cross_entropy(z, y)
            assert torch.is_autocast_enabled("cpu") and torch.get_autocast_dtype("cpu") == half
            assert z.dtype == (x @ x).dtype == half and loss.dtype == (x + x).dtype == torch.float32
            assert nn.functional.mse_loss(z, z * 2).dtype == torch.float32
            assert nn.functional.scaled_dot_product_attention(x, x, x).dtype == half
            assert (x.double() @ x.double()).dtype == torch.float64
            with torch.autocast("cpu", enabled=False):
                assert (x @ x).dtype == torch.float32
            with torch.autocast("cpu"):
                assert (x @ x).dtype == half
            a = torch.ones(2, 2)
            assert torch.addmm(a, a, a).dtype == half and torch.mv(a, a[0]).dtype == torch.linalg.matrix_exp(a).dtype == torch.float32
        assert not torch.is_autocast_enabled("cpu") and (x @ x).dtype == torch.float32
        assert 0 < abs(loss.item() - full.item()) < 0.02
        net.zero_grad()
        loss.backward()
        assert all(p.grad.dtype == torch.float32 and p.grad.isfinite().all() for p in net.parameters())


def test_autocast_as_decorator_and_after_errors():
    x = torch.ones(2, 2)

    @torch.autocast("cpu")
    def product(a):
        return a @ a

    assert product(x).dtype == torch.bfloat16 and (x @ x).dtype == torch.float32
    with pytest.raises(ZeroDivisionError):
        with torch.amp.autocast("cpu"):
            1 / 0
    assert (x @ x).dtype == torch.float32
    with pytest.warns(UserWarning, match="half"):
        with torch.autocast("cpu", dtype=torch.int8):
            assert (x @ x).dtype == torch.float32
    with pytest.raises(RuntimeError, match="tpu"):
        torch.autocast("tpu")


def test_a_region_belongs_to_its_thread():
    import threading

    region, x, inside, seen = torch.autocast("cpu"), torch.ones(2, 2), threading.Event(), []

    def other():
        with torch.autocast("cpu", dtype=torch.float16), region:
            inside.set()
            left.wait()
        seen.append((x @ x).dtype)

    left = threading.Event()
    thread = threading.Thread(target=other)
    with region:
        thread.start()
        inside.wait()
    seen.append((x @ x).dtype)
    left.set()
    thread.join()
    assert seen == [torch.float32, torch.float32]
    with torch.autocast("cpu"):
        torch.set_autocast_dtype("cpu", torch.float16)
        assert (x @ x).dtype == torch.float16
    assert torch.get_autocast_dtype("cpu") == torch.bfloat16


def test_functions_of_the_users_own():
    class Double(torch.autograd.Function):
        @staticmethod
        @torch.amp.custom_fwd(device_type="cpu", cast_inputs=torch.float32)
        def forward(ctx, x):
            assert x.dtype == torch.float32
            return x @ x

        @staticmethod
        @torch.amp.custom_bwd(device_type="cpu")
        def backward(ctx, g):
            assert (g @ g).dtype == torch.float32
            return 2 * g

    x = torch.ones(2, 2, requires_grad=True)
    with torch.autocast("cpu"):
        y = Double.apply(x.to(torch.bfloat16))
        assert y.dtype == torch.float32
        y.sum().backward()
    assert x.grad.tolist() == [[2.0, 2.0], [2.0, 2.0]]


def test_scaler_skips_steps_and_finds_its_scale():
    net, x, y = model(), torch.rand(5, 1, 8, 8), torch.arange(5)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    scaler = torch.amp.GradScaler("cpu", init_scale=8.0, growth_interval=2)
    scales = []
    for bad in (False, True, False, False):
        before = [p.detach().clone() for p in net.parameters()]
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(net(x), y)
        plain = torch.autograd.grad(loss, list(net.parameters()), retain_graph=True)
        scaler.scale(loss).backward()
        if bad:
            net[0].bias.grad[1] = math.inf
        else:
            scaler.unscale_(optimizer)
            assert all(torch.allclose(p.grad, g) for p, g in zip(net.parameters(), plain))
            with pytest.raises(RuntimeError, match="already"):
                scaler.unscale_(optimizer)
        scaler.step(optimizer)
        with pytest.raises(RuntimeError, match="already"):
            scaler.step(optimizer)
        scaler.update()
        assert all(torch.equal(a, b) for a, b in zip(before, net.parameters())) == bad
        scales.append(scaler.get_scale())
    assert scales == [8.0, 4.0, 4.0, 8.0]
    other = torch.amp.GradScaler("cpu")
    other.load_state_dict(scaler.state_dict())
    assert other.state_dict() == scaler.state_dict() and other.get_scale() == 8.0
    with pytest.raises(RuntimeError, match="no gradients"):
        scaler.update()
    optimizer.zero_grad()
    with pytest.raises(RuntimeError, match="backward"):
        scaler.step(optimizer)
    for bad in (0.0, -1.0, math.inf, math.nan):
        with pytest.raises(ValueError, match="init_scale"):
            torch.amp.GradScaler("cpu", init_scale=bad)


def test_scripts_for_a_gpu_run_without_one():
    assert not torch.cuda.is_available() and torch.cuda.device_count() == 0 and torch.cuda.memory_allocated() == 0
    assert not torch.backends.mps.is_available() and torch.accelerator.current_accelerator() is None
    torch.cuda.manual_seed_all(0)
    torch.backends.cudnn.benchmark = True
    assert torch.backends.cudnn.benchmark
    torch.backends.cudnn.benchmark = False
    with pytest.raises(AssertionError, match="is_available"):
        torch.cuda.synchronize()
    with pytest.warns(UserWarning, match="not available"):
        scaler = torch.cuda.amp.GradScaler()
    loss = torch.ones(1, requires_grad=True).sum()
    assert scaler.scale(loss) is loss and not scaler.is_enabled()
    x = torch.ones(2, 2)
    with pytest.warns(UserWarning, match="not available"), torch.cuda.amp.autocast():
        assert (x @ x).dtype == torch.float32
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with torch.autocast("cuda", enabled=False):
            assert (x @ x).dtype == torch.float32
    net = nn.DataParallel(nn.Linear(2, 1))
    assert list(net.state_dict()) == ["module.weight", "module.bias"] and net(x).shape == (2, 1)
    assert torch.compile(net) is net and torch.compile(mode="max-autotune")(net) is net
    with pytest.raises(TypeError):
        torch.compile(3)
    y = torch.autograd.Variable(x, requires_grad=True)
    assert y.requires_grad and not x.requires_grad
    assert torch.equal(torch.utils.dlpack.from_dlpack(torch.utils.dlpack.to_dlpack(x)), x)
    torch.use_deterministic_algorithms(True)
    assert torch.are_deterministic_algorithms_enabled() and torch.get_deterministic_debug_mode() == 2
    torch.use_deterministic_algorithms(False)
