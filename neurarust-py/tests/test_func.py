"""Functions of functions, derivatives of functions, checkpoints, custom functions, hooks, audits, drawings, memory."""

import gc
import math
import threading

import pytest

import neurarust as torch
from neurarust import func, nn
from neurarust.autograd import Function, functional, grad, gradcheck, gradgradcheck, graph
from neurarust.autograd.function import once_differentiable
from neurarust.utils.checkpoint import checkpoint, checkpoint_sequential


def t(*values, grad=False):
    return torch.tensor(values, dtype=torch.float64, requires_grad=grad)


def close(a, b, tol=1e-9):
    a = a.detach() if isinstance(a, torch.Tensor) else torch.tensor(a, dtype=torch.float64)
    b = torch.tensor(b, dtype=torch.float64) if not isinstance(b, torch.Tensor) else b.detach()
    assert tuple(a.shape) == tuple(b.shape), (a, b)
    assert bool(((a - b).abs() <= tol).all()), (a, b)


# ---- grad ----


def test_grad_options():
    x, z = t(1.0, 2.0, grad=True), t(1.0, grad=True)
    y = x * x
    with pytest.raises(RuntimeError):
        grad(y.sum(), z)
    y = x * x
    assert grad(y.sum(), z, allow_unused=True, retain_graph=True) == (None,)
    assert grad(y.sum(), z, materialize_grads=True, retain_graph=True)[0].tolist() == [0.0]
    with pytest.raises(ValueError):
        grad(y.sum(), z, allow_unused=False, materialize_grads=True)
    (rows,) = grad(y, x, torch.eye(2, dtype=torch.float64), is_grads_batched=True)
    close(rows, [[2.0, 0.0], [0.0, 4.0]])


def test_backward_into_inputs():
    x, w = t(1.0, 2.0, grad=True), t(3.0, grad=True)
    y = x * w
    z = y * y
    z.sum().backward(inputs=[x, y])
    close(x.grad, [18.0, 36.0])
    close(y.grad, [6.0, 12.0])
    assert w.grad is None
    with pytest.raises((RuntimeError, ValueError)):
        (x * 2).sum().backward(inputs=[])


# ---- autograd.functional ----


def test_functional():
    x, y = t(1.0, 2.0), t(3.0)

    def f(x, y):
        return (x**3).sum() * y * y

    close(functional.jacobian(lambda x: x.exp(), x), [[math.e, 0.0], [0.0, math.exp(2)]])
    (hxx, hxy), (hyx, hyy) = functional.hessian(f, (x, y.reshape(())))
    close(hxx, [[54.0, 0.0], [0.0, 108.0]])
    close(hxy, [18.0, 72.0])
    close(hyx, [18.0, 72.0])
    assert abs(hyy.item() - 18) < 1e-9
    out, product = functional.vjp(lambda x: x * x, x, t(1.0, 10.0))
    close(product, [2.0, 40.0])
    assert not out.requires_grad and not product.requires_grad
    out, product = functional.jvp(lambda x: (x * x, x.sum()), x, t(1.0, 10.0))
    close(product[0], [2.0, 40.0])
    assert product[1].item() == 11
    out, (hx, hy) = functional.hvp(f, (x, y), (t(1.0, -1.0), t(2.0)))
    close(hx, [90.0, 36.0])
    close(hy, [-18.0])
    _, product = functional.vhp(lambda x: (x**3).sum(), x, t(1.0, 1.0))
    close(product, [6.0, 12.0])


def test_functional_records_and_refuses():
    x = t(0.3, 0.7, grad=True)
    j = functional.jacobian(lambda x: x.sin(), x, create_graph=True)
    j.sum().backward()
    close(x.grad, [-math.sin(0.3), -math.sin(0.7)])
    with pytest.raises(RuntimeError, match="strict"):
        functional.jacobian(lambda x: t(1.0), x, strict=True)
    with pytest.raises(RuntimeError, match="independent of input 1"):
        functional.jacobian(lambda x, y: x, (x, x), strict=True)
    close(functional.jacobian(lambda x: t(1.0), x), [[0.0, 0.0]])
    with pytest.raises(RuntimeError):
        functional.hessian(lambda x: x, x)
    with pytest.raises(RuntimeError):
        functional.jvp(lambda x: x, x, t(1.0))
    with pytest.raises(TypeError):
        functional.vjp(lambda x: x, 3.0)
    assert gradcheck(lambda x: functional.hvp(lambda x: (x**4).sum(), x, t(1.0, 2.0), create_graph=True)[1], (x,))


# ---- func ----


def test_func_grad():
    f = lambda x: x.sin().sum()  # noqa: E731
    close(func.grad(f)(t(0.5)), [math.cos(0.5)])
    third = func.grad(lambda x: func.grad(lambda x: func.grad(lambda x: x**4)(x))(x))
    assert abs(third(torch.tensor(2.0)).item() - 48) < 1e-4
    g, value = func.grad_and_value(lambda a, b: (a["x"] * b).sum(), argnums=(0, 1))({"x": t(2.0)}, t(3.0))
    assert value.item() == 6
    close(g[0]["x"], [3.0])
    close(g[1], [2.0])
    g, (value, aux) = func.grad_and_value(lambda x: (x.sum(), x * 2), has_aux=True)(t(1.0))
    assert not aux.requires_grad and not g.requires_grad
    with pytest.raises(RuntimeError):
        func.grad(lambda x: x)(t(1.0, 2.0))
    with pytest.raises(RuntimeError):
        func.grad(lambda x: x.sum(), argnums=1)(t(1.0))


def test_func_inside_autograd():
    w, x = t(2.0, grad=True), t(3.0)
    g = func.grad(lambda x: (w * x * x).sum())(x)
    g.sum().backward()
    close(w.grad, [6.0])
    y = t(3.0, grad=True)
    func.grad(lambda x: (x**3).sum())(y).sum().backward()
    close(y.grad, [18.0])
    assert not func.grad(lambda x: (x**3).sum())(x).requires_grad
    with torch.no_grad():
        assert not func.grad(lambda x: (w * x).sum())(x).requires_grad


def test_func_products_and_jacobians():
    x = t(1.0, 2.0)
    out, pull = func.vjp(lambda x: (x * x, x.sum()), x)
    (g,) = pull((t(1.0, 1.0), torch.tensor(1.0, dtype=torch.float64)))
    close(g, [3.0, 5.0])
    out, push = func.jvp(lambda x: x.exp(), (x,), (t(1.0, 0.5),))
    close(push, [math.e, 0.5 * math.exp(2)])
    close(func.jacrev(lambda x: x**3)(x), [[3.0, 0.0], [0.0, 12.0]])
    close(func.jacfwd(lambda x: x**3)(x), [[3.0, 0.0], [0.0, 12.0]])
    close(func.jacfwd(lambda x: x[0] * x[1])(x), [2.0, 1.0])
    close(func.hessian(lambda x: (x**3).sum())(x), [[6.0, 0.0], [0.0, 12.0]])
    close(func.jacfwd(func.jacrev(lambda x: (x**3).sum()))(x), [[6.0, 0.0], [0.0, 12.0]])
    a, b = func.jacrev(lambda x, y: x * y, argnums=(0, 1))(x, t(3.0, 4.0))
    close(a, [[3.0, 0.0], [0.0, 4.0]])
    close(b, [[1.0, 0.0], [0.0, 2.0]])
    out, linear = func.linearize(lambda x: x * x, x)
    close(linear(t(1.0, 1.0)), [2.0, 4.0])
    close(linear(t(2.0, 0.0)), [4.0, 0.0])
    # The Hessian's product with a vector, one mode over the other.
    f = lambda x: (x**3).sum()  # noqa: E731
    _, hvp = func.jvp(func.grad(f), (x,), (t(1.0, 1.0),))
    close(hvp, [6.0, 12.0])
    with pytest.raises(RuntimeError):
        func.jvp(lambda x: x, x, x)


def test_vmap():
    x = torch.arange(6, dtype=torch.float64).reshape(2, 3)
    close(func.vmap(lambda v: v.sum())(x), [3.0, 12.0])
    close(func.vmap(lambda v: v.sum(), in_dims=1)(x), [3.0, 5.0, 7.0])
    close(func.vmap(lambda v: v * 2, out_dims=1)(x), (x * 2).t())
    close(func.vmap(func.vmap(lambda a: a * a))(x), x * x)
    close(func.vmap(lambda a, b: a @ b, in_dims=(None, 0))(x, torch.ones(4, 3, dtype=torch.float64)), [[3.0, 12.0]] * 4)
    out = func.vmap(lambda d: {"s": d["a"] + d["b"][0], "n": (d["a"],)}, in_dims=({"a": 0, "b": None},))({"a": x, "b": [t(1.0)]})
    close(out["s"], x + 1)
    close(out["n"][0], x)
    close(func.vmap(func.grad(lambda v: (v**2).sum()))(x), 2 * x)
    close(func.vmap(lambda v, k: v * k)(x, k=t(1.0, 10.0)), [[0.0, 1.0, 2.0], [30.0, 40.0, 50.0]])
    assert tuple(func.vmap(lambda v: v.sum())(torch.zeros(0, 3)).shape) == (0,)
    w = t(1.0, 2.0, grad=True)
    func.vmap(lambda v: v**2)(w).sum().backward()
    close(w.grad, [2.0, 4.0])


def test_vmap_refuses():
    x = torch.ones(2, 3)
    for bad in (
        lambda: func.vmap(lambda x: x)(),
        lambda: func.vmap(lambda x: x, in_dims=None)(x),
        lambda: func.vmap(lambda x: x, in_dims=3)(x),
        lambda: func.vmap(lambda x, y: x)(x, torch.ones(3)),
        lambda: func.vmap(lambda x, y: x)(x, 2),
        lambda: func.vmap(lambda x: 3)(x),
        lambda: func.vmap(lambda x: x, out_dims=None)(t(1.0, 2.0)),
        lambda: func.vmap(lambda x: x, chunk_size=0)(x),
    ):
        with pytest.raises(ValueError):
            bad()
    with pytest.raises(IndexError):
        func.vmap(lambda x: x, out_dims=7)(x)


def test_vmap_randomness():
    x = torch.zeros(3, 50)
    with pytest.raises(RuntimeError, match="randomness"):
        func.vmap(lambda v: v + torch.rand(50))(x)
    same = func.vmap(lambda v: v + torch.rand(50), randomness="same")(x)
    assert same[0].tolist() == same[1].tolist() == same[2].tolist()
    other = func.vmap(lambda v: v + torch.rand(50), randomness="different")(x)
    assert other[0].tolist() != other[1].tolist()


def test_functional_call_and_ensembles():
    models = [nn.Linear(3, 2) for _ in range(4)]
    params, buffers = func.stack_module_state(models)
    x = torch.randn(5, 3)
    base = models[0]

    def one(p, b, x):
        return func.functional_call(base, (p, b), (x,))

    out = func.vmap(one, in_dims=(0, 0, None))(params, buffers, x)
    for k, m in enumerate(models):
        close(out[k].double(), m(x).double(), 1e-6)
    before = base.weight.tolist()
    w = torch.zeros(2, 3, requires_grad=True)
    func.functional_call(base, {"weight": w}, x).sum().backward()
    assert w.grad is not None and base.weight.tolist() == before and base.weight.grad is None
    with pytest.raises(RuntimeError):
        func.functional_call(base, {"nothing": w}, x, strict=True)
    with pytest.raises(ValueError):
        func.functional_call(base, ({"weight": w}, {"weight": w}), x)
    # Gradients for every example.
    params = {k: v.detach() for k, v in base.named_parameters()}
    loss = lambda p, x: func.functional_call(base, p, (x,)).sum()  # noqa: E731
    each = func.vmap(func.grad(loss), in_dims=(None, 0))(params, x)
    close(each["weight"][3][0].double(), x[3].double(), 1e-6)


# ---- checkpoints ----


@pytest.mark.parametrize("use_reentrant", [True, False])
def test_checkpoint(use_reentrant):
    w = t(0.5, -0.3, grad=True)
    calls = []

    def f(x, scale, *, shift):
        calls.append(1)
        return (x * w).tanh().exp() * scale + shift, "extra"

    x = t(1.0, 2.0, grad=True)
    y, extra = checkpoint(f, x, 3, shift=1.0, use_reentrant=use_reentrant)
    assert extra == "extra" and len(calls) == 1
    y.sum().backward()
    assert len(calls) == 2
    got = x.grad.tolist(), w.grad.tolist()
    x.grad = w.grad = None
    f(x, 3, shift=1.0)[0].sum().backward()
    assert got == (x.grad.tolist(), w.grad.tolist())


def test_checkpoint_second_order_random_and_sequential():
    assert gradgradcheck(lambda x: checkpoint(lambda x: x.sin().exp(), x, use_reentrant=False), (t(0.3, 0.4, grad=True),))
    x = torch.ones(100, requires_grad=True)
    y = checkpoint(lambda x: torch.nn.functional.dropout(x, 0.5), x, use_reentrant=False)
    y.sum().backward()
    assert y.tolist() == x.grad.tolist()
    model = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 4), nn.Tanh(), nn.Linear(4, 1))
    x = torch.randn(2, 3)
    model(x).sum().backward()
    want = [p.grad.tolist() for p in model.parameters()]
    model.zero_grad()
    checkpoint_sequential(model, 2, x, use_reentrant=False).sum().backward()
    assert [p.grad.tolist() for p in model.parameters()] == want
    with pytest.raises(ValueError):
        checkpoint(f_identity, x, determinism_check="maybe")


def f_identity(x):
    return x


def test_saved_tensors_hooks():
    seen = []

    def pack(x):
        seen.append(x)
        return x.numpy().copy()

    x = t(2.0, 3.0, grad=True)
    with graph.saved_tensors_hooks(pack, torch.from_numpy):
        y = (x * x).exp()
    y.sum().backward()
    assert seen
    close(x.grad, [4 * math.exp(4), 6 * math.exp(9)], 1e-6)
    with graph.saved_tensors_hooks(lambda x: 1 / 0, lambda x: x):
        with pytest.raises(ZeroDivisionError):
            x.exp()
    x.exp()


# ---- custom functions ----


def test_mark_dirty_and_materialized_grads():
    class AddOne(Function):
        @staticmethod
        def forward(ctx, x):
            x.add_(1)
            ctx.mark_dirty(x)
            return x

        @staticmethod
        def backward(ctx, g):
            return g

    x = t(1.0, 2.0, grad=True)
    y = x * 2
    z = AddOne.apply(y)
    assert z is y and y.grad_fn.name() == "AddOneBackward"
    (y * y).sum().backward()
    close(x.grad, [12.0, 20.0])
    with pytest.raises(RuntimeError):
        AddOne.apply(x)

    seen = []

    class Two(Function):
        @staticmethod
        def forward(ctx, x, materialize):
            ctx.set_materialize_grads(materialize)
            return x * 1, x * 2

        @staticmethod
        def backward(ctx, a, b):
            seen.append(b)
            return a, None

    for materialize in (True, False):
        Two.apply(x, materialize)[0].sum().backward()
    assert seen[0].tolist() == [0.0, 0.0] and seen[1] is None


def test_once_differentiable_and_setup_context():
    class Cube(Function):
        @staticmethod
        def forward(x, n):
            return x**n

        @staticmethod
        def setup_context(ctx, inputs, output):
            x, ctx.n = inputs
            ctx.save_for_backward(x)

        @staticmethod
        def backward(ctx, g):
            assert ctx.needs_input_grad == (True, False)
            (x,) = ctx.saved_tensors
            return g * ctx.n * x ** (ctx.n - 1), None

    assert gradgradcheck(lambda x: Cube.apply(x, 3), (t(0.5, 1.5, grad=True),))

    class Once(Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x * x

        @staticmethod
        @once_differentiable
        def backward(ctx, g):
            return 2 * g * ctx.saved_tensors[0]

    x = t(3.0, grad=True)
    (g,) = grad(Once.apply(x).sum(), x, create_graph=True)
    close(g, [6.0])
    with pytest.raises(RuntimeError, match="once_differentiable"):
        g.sum().backward()
    with pytest.raises(RuntimeError):
        Once()


def test_in_place_errors_name_both_lines():
    class Square(Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x * x

        @staticmethod
        def backward(ctx, g):
            return 2 * g * ctx.saved_tensors[0]

    x = t(1.0, grad=True) * 1
    y = Square.apply(x)
    x.add_(1)
    with pytest.raises(RuntimeError) as error:
        y.sum().backward()
    text = str(error.value)
    assert text.count("test_func.py:") >= 2 and "Square" in text, text


# ---- hooks, graph, anomalies ----


def test_nodes():
    x = t(1.0, grad=True)
    y = x.exp() + x
    names = [n.name() for n, _ in y.grad_fn.next_functions]
    assert names == ["ExpBackward0", "AccumulateGrad"]
    leaf = y.grad_fn.next_functions[1][0]
    assert leaf.variable.is_set_to(x) and leaf == y.grad_fn.next_functions[0][0].next_functions[0][0]
    with pytest.raises(AttributeError):
        y.grad_fn.variable


def test_hooks_on_nodes():
    x = t(2.0, grad=True)
    y = x * 3
    seen = []
    before = y.grad_fn.register_prehook(lambda grads: (grads[0] * 10,))
    after = y.grad_fn.register_hook(lambda to, got: seen.append((to[0].item(), got[0].item())) or tuple(g and g + 1 for g in to))
    y.sum().backward(retain_graph=True)
    assert x.grad.item() == 31 and seen == [(30.0, 10.0)]
    before.remove(), after.remove()
    y.sum().backward(retain_graph=True)
    assert x.grad.item() == 34
    y.grad_fn.register_prehook(lambda grads: ())
    with pytest.raises(RuntimeError):
        y.sum().backward()
    leaf = y.grad_fn.next_functions[0][0]
    x.grad = None
    leaf.register_prehook(lambda grads: (grads[0] * 0,))
    (x * 3).sum().backward()
    assert x.grad.item() == 0
    with pytest.raises(NotImplementedError):
        leaf.register_hook(print)


def test_multi_grad_hooks():
    x, y, z = t(1.0, grad=True), t(2.0, grad=True), t(3.0, grad=True)
    seen, first = [], []
    handle = graph.register_multi_grad_hook((x, y, z), seen.append)
    graph.register_multi_grad_hook((x, y), first.append, mode="any")
    for _ in range(2):
        (x * y).sum().backward()
    assert len(seen) == len(first) == 2
    assert [g if g is None else g.item() for g in seen[0]] == [2.0, 1.0, None]
    handle.remove()
    (x * y).sum().backward()
    assert len(seen) == 2
    with pytest.raises(ValueError):
        graph.register_multi_grad_hook((x,), print, mode="some")


def test_anomaly_mode():
    x = t(-1.0, grad=True)
    x.sqrt().sum().backward()
    x.grad = None
    with torch.autograd.detect_anomaly():
        y = x.sqrt()
        with pytest.raises(RuntimeError, match=r"SqrtBackward0' returned nan[\s\S]*test_func.py:"):
            y.sum().backward()
    assert x.grad is None
    with torch.autograd.detect_anomaly(check_nan=False):
        x.sqrt().sum().backward()
    assert not torch.is_anomaly_enabled()
    with torch.autograd.set_detect_anomaly(True):
        assert torch.is_anomaly_enabled()
    assert not torch.is_anomaly_enabled()


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b, self.c, self.d = nn.Linear(2, 2), nn.Linear(2, 2), nn.Linear(2, 2), nn.Linear(2, 2)

    def forward(self, x):
        x = self.a(x)
        y = self.b(x).detach()
        with torch.no_grad():
            z = self.c(x)
        return (x + y + z).relu()


def test_audit():
    net = Net()
    with torch.autograd.watch():
        loss = net(torch.randn(3, 2)).sum()
        report = torch.autograd.audit(loss, net)
    assert report.reached == 2 and not report
    cuts = report.unreached
    assert cuts["b.weight"][0].why == "detach" and "test_func.py:" in cuts["b.weight"][0].line
    assert cuts["c.bias"][0].why == "no_grad" and cuts["d.weight"][0].why == "unused"
    assert "b.weight: detach() at" in str(report)
    loss.backward()
    later = torch.autograd.audit(loss, net)
    assert set(later.unreached) == set(cuts) and "watching" in str(later)
    assert torch.autograd.audit(net.a(torch.ones(1, 2)).sum(), net.a)


def test_drawing(tmp_path):
    net = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1))
    loss = net(torch.randn(4, 2)).exp().tanh().sum()
    drawing = torch.viz.graph(loss, params=net)
    for text in (drawing.dot(), drawing.mermaid()):
        assert all(part in text for part in ("0.weight", "2.bias", "exp → tanh", "[4, 3]"))
    drawing.save(tmp_path / "g.dot")
    assert (tmp_path / "g.dot").read_text(encoding="utf-8").startswith("digraph")


# ---- memory and threads ----


def test_nothing_is_left_behind():
    x = t(0.1, 0.2, grad=True)

    def step():
        checkpoint(lambda x: x.exp().sin(), x, use_reentrant=False).sum().backward()
        x.grad = None
        functional.hessian(lambda x: x.tanh().sum(), x)
        functional.jvp(lambda x: x.tanh(), x, t(1.0, 1.0))
        func.vmap(func.grad(lambda v: v * v))(x.detach())
        y = x * 2
        handle = y.register_hook(lambda g: None)
        graph.register_multi_grad_hook((y,), lambda grads: None)
        y.sum().backward(inputs=[y])
        handle.remove()

    step()
    gc.collect()
    before = torch._C._live_nodes(), torch.memory_stats()["live_bytes"]
    for _ in range(1000):
        step()
    gc.collect()
    assert (torch._C._live_nodes(), torch.memory_stats()["live_bytes"]) == before


def test_functions_through_each_others_graphs_end():
    meet = threading.Barrier(2, timeout=20)
    others = {}

    class Through(Function):
        @staticmethod
        def forward(ctx, x, name):
            ctx.name = name
            return x * 1

        @staticmethod
        def backward(ctx, g):
            meet.wait()
            others[ctx.name].backward(retain_graph=True)
            return g, None

    x = t(1.0, grad=True)
    a, b = Through.apply(x, "a").sum(), Through.apply(x, "b").sum()
    others.update(a=b, b=a)
    failed = []

    def run(y):
        try:
            y.backward()
        except RuntimeError:
            failed.append(1)

    threads = [threading.Thread(target=run, args=(y,), daemon=True) for y in (a, b)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
        assert not thread.is_alive()
