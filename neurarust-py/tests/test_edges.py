"""What is refused, by which exception, and what numbers as arguments give: signatures at their edges."""

import numpy as np
import pytest

import neurarust as torch

F = torch.nn.functional


@pytest.mark.parametrize(
    "name", "add sub subtract mul multiply div divide true_divide floor_divide remainder pow xlogy".split()
)
def test_a_number_comes_first(name):
    function = getattr(torch, name)
    for t in (torch.tensor([1.0, 2.0]), torch.tensor([1.5, 3.0], dtype=torch.float64)):
        first = function(3.5, t)
        assert first.dtype is t.dtype
        assert first.tolist() == function(torch.full_like(t, 3.5), t).tolist()
    assert function(2.5, torch.tensor([1, 2])).dtype is torch.float32
    with pytest.raises(TypeError, match=name):
        function("2", torch.tensor([1.0]))


def test_two_numbers_are_arithmetic():
    assert torch.add(2, 3).item() == 5 and torch.add(2, 3).dtype is torch.int64
    assert torch.div(1, 4).item() == 0.25
    with pytest.raises(TypeError):
        torch.pow(2, 3)


def test_bits_of_a_number():
    t = torch.tensor([1, 2, 3], dtype=torch.int32)
    assert torch.bitwise_and(3, t).tolist() == [1, 2, 3] and torch.bitwise_and(3, t).dtype is torch.int32
    assert torch.bitwise_left_shift(1, t).tolist() == [2, 4, 8]
    with pytest.raises(TypeError):
        torch.bitwise_or(1.5, t)


@pytest.mark.parametrize(
    "call, error, text",
    [
        (lambda: torch.gradient(torch.ones(3, 3), spacing=[0.1], dim=(1, 0)), RuntimeError, "spacings"),
        (lambda: F.group_norm(torch.ones(1, 0, 2), 1), (RuntimeError, ValueError), "shape"),
        (lambda: F.group_norm(torch.ones(1, 2, 0), 1), (RuntimeError, ValueError), "shape"),
        (lambda: F.max_unpool3d(torch.ones(1, 4, 4, 4), torch.zeros(1, 4, 4, 4, dtype=torch.int64), 3, 0), (RuntimeError, ValueError), "stride"),
        (lambda: F.hardtanh(torch.ones(1), 0.5, -0.5), ValueError, "min_val"),
        (lambda: torch.ones(4).narrow(0, torch.tensor(True), 1), RuntimeError, "start"),
        (lambda: torch.roll(torch.ones(5), ()), RuntimeError, "shifts"),
        (lambda: torch.cat(torch.ones(2, 3)), TypeError, "tensors"),
        (lambda: torch.stack(torch.ones(2, 3)), TypeError, "tensors"),
    ],
)
def test_bad_inputs_are_named(call, error, text):
    with pytest.raises(error, match=text):
        call()


def test_out_has_the_dtype_of_what_is_picked():
    x, wide = torch.ones(2, 2), torch.zeros(2, 2, dtype=torch.float64)
    index = torch.tensor([[0, 0], [1, 0]])
    for call in (
        lambda out: torch.gather(x, 1, index, out=out),
        lambda out: torch.index_select(x, 1, torch.tensor([0, 1]), out=out),
        lambda out: torch.tril(x, out=out),
        lambda out: torch.amax(x, 0, keepdim=True, out=out),
        lambda out: torch.aminmax(x, dim=0, out=(torch.zeros(2), out)),
    ):
        with pytest.raises(RuntimeError, match="dtype"):
            call(wide)
        assert wide.eq(0).all()
    # Arithmetic converts.
    assert torch.add(x, x, out=wide) is wide and wide.eq(2).all()
    with pytest.raises(RuntimeError, match="cast"):
        torch.add(torch.ones(2, dtype=torch.complex64), 1, out=torch.zeros(2))
    with pytest.raises(RuntimeError, match="share memory"):
        torch.index_select(torch.ones(3, 6), 1, torch.tensor([0, 1]), out=torch.zeros(1, 6).expand(2, 6))


def test_nothing_from_a_function_of_the_users_stays_nothing():
    class Silent(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, g):
            return None

    x = torch.ones(3, requires_grad=True)
    Silent.apply(x).sum().backward()
    assert x.grad is None
    y = x * 2
    y[:] = 1.0
    y.sum().backward()
    assert x.grad.tolist() == [0.0, 0.0, 0.0]


def test_group_statistics_require_what_the_output_does():
    x, w = torch.randn(2, 4, 3), torch.ones(4, requires_grad=True)
    out, mean, rstd = torch.native_group_norm(x, w, None, 2, 4, 3, 2, 1e-5)
    assert mean.shape == rstd.shape == (2, 2)
    gradient = torch.autograd.grad((mean.sum() + rstd.sum()), w, allow_unused=True)[0]
    assert gradient is None or gradient.tolist() == [0.0] * 4


def test_bounds_that_cross():
    x = torch.tensor([0.0, 2.0, 5.0])
    assert torch.clamp(x, 3, 1).tolist() == [1.0, 1.0, 1.0]
    below, above = torch.logit(torch.tensor([0.1, 0.7], dtype=torch.float64), 0.6).tolist()
    assert abs(below - 0.4054651081) < 1e-9 and abs(above + 0.4054651081) < 1e-9


def test_numbers_first_are_as_operators():
    t = torch.tensor([1, 7], dtype=torch.uint8)
    for f, op in ((torch.mul, lambda a, b: a * b), (torch.add, lambda a, b: a + b), (torch.sub, lambda a, b: a - b)):
        for number in (-1, 300, True):
            assert torch.equal(f(number, t), op(number, t)) and f(number, t).dtype == op(number, t).dtype
    assert torch.mul(-1, t).tolist() == [255, 249] and torch.add(300, t).tolist() == [45, 51]
    x = torch.tensor([1.0, 2.0])
    assert torch.mul(np.int64(3), x).tolist() == [3.0, 6.0] and torch.sub(np.float32(1), x).tolist() == [0.0, -1.0]
    with pytest.raises(TypeError):
        torch.mul("3", x)
