"""Differentiation: leaves, graphs, modes, hooks, custom functions, checks."""

import threading

import pytest

import neurarust as torch
from neurarust.autograd import Function, grad, gradcheck, gradgradcheck


def leaf(*values):
    return torch.tensor(values, dtype=torch.float64, requires_grad=True)


def test_backward_accumulates():
    x = leaf(1.0, 2.0)
    (x * x).sum().backward()
    (x * x).sum().backward()
    assert x.grad.tolist() == [4.0, 8.0]
    x.grad = None
    assert x.grad is None
    y = (x**3).sum()
    y.backward(retain_graph=True)
    y.backward()
    assert x.grad.tolist() == [6.0, 24.0]
    with pytest.raises(RuntimeError, match="retain_graph|freed"):
        y.backward()


def test_gradient_of_vectors():
    x = leaf(1.0, 2.0)
    y = x * 2
    with pytest.raises(RuntimeError):
        y.backward()
    y.backward(torch.tensor([1.0, 10.0], dtype=torch.float64))
    assert x.grad.tolist() == [2.0, 20.0]


def test_leaves_and_graph():
    x = leaf(1.0)
    y = x.exp()
    assert x.is_leaf and not y.is_leaf and x.grad_fn is None and "Exp" in y.grad_fn.name()
    assert not y.detach().requires_grad
    with pytest.raises(RuntimeError):
        x.add_(1)
    with pytest.raises(RuntimeError):
        torch.tensor([1]).requires_grad_()
    y.retain_grad()
    (y * 2).sum().backward()
    assert y.grad.item() == 2


def test_grad_and_higher_orders():
    x = leaf(3.0)
    (first,) = grad(x**3, x, torch.ones(1, dtype=torch.float64), create_graph=True)
    (second,) = grad(first.sum(), x)
    assert (first.item(), second.item()) == (27.0, 18.0)
    z = leaf(1.0)
    with pytest.raises(RuntimeError):
        grad(x.sum(), z)
    assert grad(x.sum(), z, allow_unused=True) == (None,)


def test_modes():
    x = leaf(1.0)
    with torch.no_grad():
        assert not (x * 2).requires_grad
        with torch.enable_grad():
            assert (x * 2).requires_grad
    assert torch.is_grad_enabled()

    @torch.no_grad()
    def f():
        return x * 2

    @torch.no_grad
    def g():
        return x * 2

    @torch.no_grad()
    def h():
        yield x * 2

    assert not f().requires_grad and not g().requires_grad and not next(h()).requires_grad
    assert torch.is_grad_enabled()
    with torch.inference_mode():
        assert torch.is_inference_mode_enabled() and not (x * 2).requires_grad
    with torch.set_grad_enabled(False):
        assert not torch.is_grad_enabled()
    assert torch.is_grad_enabled()
    torch.set_grad_enabled(False)
    assert not torch.is_grad_enabled()
    torch.set_grad_enabled(True)
    with pytest.raises(ZeroDivisionError):
        with torch.no_grad():
            1 / 0
    assert torch.is_grad_enabled()


def test_hooks():
    x, seen = leaf(1.0, 2.0), []
    handle = x.register_hook(lambda g: seen.append(g.tolist()))
    y = x * 3
    y.register_hook(lambda g: g * 10)
    y.sum().backward()
    assert seen == [[30.0, 30.0]] and x.grad.tolist() == [30.0, 30.0]
    handle.remove()
    (x * 1).sum().backward()
    assert len(seen) == 1
    x.register_post_accumulate_grad_hook(lambda t: seen.append(t.grad.tolist()))
    x.sum().backward()
    assert seen[-1] == [32.0, 32.0]


def test_exceptions_pass_through_hooks():
    class Mine(Exception):
        pass

    def fail(g):
        raise Mine("here")

    x = leaf(1.0)
    x.register_hook(fail)
    with pytest.raises(Mine, match="here"):
        x.sum().backward()
    assert x.grad is None


class Scale(Function):
    @staticmethod
    def forward(ctx, x, factor):
        ctx.factor = factor
        ctx.save_for_backward(x)
        return x * factor

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        assert ctx.needs_input_grad == (True, False)
        assert x.numel() == g.numel()
        return g * ctx.factor, None


class Exp(Function):
    @staticmethod
    def forward(ctx, x):
        y = x.exp()
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx, g):
        (y,) = ctx.saved_tensors
        return g * y


def test_custom_functions():
    x = leaf(1.0, 2.0)
    Scale.apply(x, 5.0).sum().backward()
    assert x.grad.tolist() == [5.0, 5.0]
    assert gradcheck(Exp.apply, (leaf(0.3, -0.2),))
    assert gradgradcheck(Exp.apply, (leaf(0.3, -0.2),))

    class Two(Function):
        @staticmethod
        def forward(ctx, x):
            sign = x.sign()
            ctx.mark_non_differentiable(sign)
            return x.abs(), sign

        @staticmethod
        def backward(ctx, g, unused):
            assert unused.tolist() == [0.0]
            return g * 2

    x = leaf(-1.0)
    a, s = Two.apply(x)
    assert a.requires_grad and not s.requires_grad
    a.sum().backward()
    assert x.grad.item() == 2

    class Wrong(Function):
        @staticmethod
        def forward(ctx, x):
            return x * 1

        @staticmethod
        def backward(ctx, g):
            return g, g

    with pytest.raises(RuntimeError):
        Wrong.apply(leaf(1.0)).sum().backward()


def test_gradcheck_finds_mistakes():
    class Bad(Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, g):
            return g * 3

    assert not gradcheck(Bad.apply, (leaf(1.0),), raise_exception=False)
    with pytest.raises(RuntimeError):
        gradcheck(Bad.apply, (leaf(1.0),))


@pytest.mark.parametrize(
    "f",
    [
        lambda x: x.exp() * x.sin(), lambda x: x.softmax(-1), lambda x: x.log_softmax(-1), lambda x: (x @ x.mT).tanh(),
        lambda x: x.var(0), lambda x: x[..., ::2].sum(0), lambda x: torch.cat([x, x * 2]), lambda x: x.cumsum(1), lambda x: x.amax(1),
        lambda x: torch.nn.functional.gelu(x), lambda x: x[torch.tensor([0, 0, 1])], lambda x: x.norm(dim=1), lambda x: x.logsumexp(0),
    ],
)
def test_gradients_of_operations(f):
    torch.manual_seed(0)
    x = torch.randn(3, 3, dtype=torch.float64, requires_grad=True)
    assert gradcheck(f, (x,))
    assert gradgradcheck(f, (x,))


def test_in_place_conflicts_are_refused():
    x = leaf(1.0, 2.0)
    y = x.exp()
    y.add_(1)
    with pytest.raises(RuntimeError, match="in place") as e:
        y.sum().backward()
    assert ".rs" not in str(e.value)


def test_assignment_is_differentiable():
    x = leaf(1.0, 2.0, 3.0)
    y = x * 1
    y[1] = 5.0
    (y * y).sum().backward()
    assert x.grad.tolist() == [2.0, 0.0, 6.0]


def test_threads_share_leaves():
    x = torch.ones(100, requires_grad=True)

    def run():
        for _ in range(50):
            (x * 2).sum().backward()

    threads = [threading.Thread(target=run) for _ in range(4)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert x.grad.tolist() == [400.0] * 100


def test_deep_graphs():
    x = leaf(1.0)
    y = x
    for _ in range(100_000):
        y = y + 1
    y.sum().backward()
    assert x.grad.item() == 1
    del y
