"""Any indexing, view, creation, reduction or `out=` does what NumPy does. The cases are drawn, the same on every run;
NEURARUST_EXAMPLES asks for more of them."""

import math
import os

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import neurarust as torch

settings.register_profile(
    "neurarust", derandomize=True, database=None, deadline=None, max_examples=int(os.environ.get("NEURARUST_EXAMPLES", 40)),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)
settings.load_profile("neurarust")


def numbers(shape, dtype=np.float64):
    """Numbers without a pattern."""
    i = np.arange(math.prod(shape)).reshape(shape)
    return np.array((i * 7919 + 13) % 101 - 50, dtype)


def same(tensor, array, exact=True):
    assert tuple(tensor.shape) == np.shape(array)
    got = tensor.detach().numpy()
    if exact:
        np.testing.assert_array_equal(got, array)
    else:
        np.testing.assert_allclose(got, array, rtol=1e-6, atol=1e-9)


def shapes(most=4, low=0):
    return st.lists(st.sampled_from([1, 2, 3, 4, 0] if low == 0 else [1, 2, 3, 4]), max_size=most).map(tuple)


@st.composite
def arrays(draw, most=4, low=0, least=0):
    """An array that may be permuted, cut or turned, and the tensor over the same memory layout."""
    shape = draw(shapes(most, low).filter(lambda s: len(s) >= least))
    kind = draw(st.sampled_from(["plain", "plain", "permuted", "cut"]))
    if kind == "permuted":
        order = draw(st.permutations(range(len(shape))))
        base = numbers(tuple(shape[i] for i in np.argsort(order))) if shape else numbers(shape)
        a, t = base.transpose(order), torch.tensor(base).permute(tuple(order)) if shape else torch.tensor(base)
    elif kind == "cut" and shape:
        base = numbers(shape[:-1] + (2 * shape[-1] + 1,))
        a, t = base[..., 1::2], torch.tensor(base)[..., 1::2]
    else:
        a = numbers(shape)
        t = torch.tensor(a)
    assert a.shape == shape and tuple(t.shape) == shape
    return np.array(a), t


# ---------------------------------------------------------------------------------------------------------------- indexing


def bounds(n):
    return st.one_of(st.none(), st.integers(-n - 2, n + 2))


@st.composite
def index_of(draw, shape, views_only=False):
    """An index for NumPy and the same for PyTorch."""
    dims, ours, theirs, spread = list(shape), [], [], None
    joint = draw(st.sampled_from([(), (1,), (3,), (2, 3), (2, 1)]))
    d, ellipsis = 0, False
    while d < len(dims) and draw(st.integers(0, 5)) > 0:
        n = dims[d]
        kinds = ["int", "slice", "slice", "none", "ellipsis", "full"]
        if not views_only:
            kinds += ["array", "list", "mask", "tensor0"]
        kind = draw(st.sampled_from(kinds))
        if kind == "int" and n:
            i = draw(st.integers(-n, n - 1))
            ours.append(i), theirs.append(i)
        elif kind == "slice":
            s = slice(draw(bounds(n)), draw(bounds(n)), draw(st.one_of(st.none(), st.integers(1, 3))))
            ours.append(s), theirs.append(s)
        elif kind == "none":
            ours.append(None), theirs.append(None)
            d -= 1
        elif kind == "ellipsis" and not ellipsis:
            ellipsis = True
            left = draw(st.integers(0, len(dims) - d))
            ours.append(...), theirs.append(...)
            # What follows has to take up exactly the other dimensions.
            for n in dims[d + left:]:
                s = draw(bounds(n))
                ours.append(slice(s, None)), theirs.append(slice(s, None))
            break
        elif kind in ("array", "list") and n:
            spread = joint
            size = draw(st.sampled_from([joint, joint[1:], (1,)]))
            a = np.array(draw(st.lists(st.integers(-n, n - 1), min_size=math.prod(size), max_size=math.prod(size)))).reshape(size)
            if kind == "list" and a.ndim == 1:
                ours.append(a.tolist()), theirs.append(a.tolist())
            else:
                ours.append(a.astype(np.int64)), theirs.append(torch.tensor(a.astype(np.int64)))
        elif kind == "tensor0" and n:
            i = draw(st.integers(-n, n - 1))
            ours.append(i), theirs.append(torch.tensor(i))
        elif kind == "mask" and spread is None:
            rank = draw(st.integers(1, min(2, len(dims) - d)))
            size = dims[d:d + rank]
            m = np.array(draw(st.lists(st.booleans(), min_size=math.prod(size), max_size=math.prod(size))), bool).reshape(size)
            assume(m.sum() == 1 or not any(isinstance(o, (list, np.ndarray)) for o in ours))
            ours.append(m), theirs.append(torch.tensor(m))
            joint, spread = (int(m.sum()),), (int(m.sum()),)
            d += rank - 1
        else:
            ours.append(slice(None)), theirs.append(slice(None))
        d += 1
    return tuple(ours), tuple(theirs)


def advanced(index):
    return [k for k, o in enumerate(index) if isinstance(o, (list, np.ndarray))]


def reference(a, ours):
    """NumPy's answer, but that an integer between arrays is no array, as PyTorch has it."""
    out, kept = a, []
    # Integers first, each as a view, so that NumPy doesn't count them as arrays.
    d = 0
    for o in ours:
        if o is None:
            kept.append(o)
        elif o is ...:
            rest = sum(1 if not (isinstance(x, np.ndarray) and x.dtype == bool) else x.ndim for x in ours if x is not None and x is not ...)
            d += a.ndim - rest
            kept.append(o)
        elif isinstance(o, int):
            out = out[(slice(None),) * d + (o,)]
        else:
            kept.append(o)
            d += o.ndim if isinstance(o, np.ndarray) and o.dtype == bool else 1
    return out[tuple(kept)]


@given(st.data(), arrays())
def test_any_index_reads_what_numpy_reads(data, case):
    a, t = case
    ours, theirs = data.draw(index_of(a.shape))
    want = reference(a, ours)
    same(t[theirs], want)
    if len(theirs) == 1:
        same(t[theirs[0]], want)


@given(st.data(), arrays(), st.sampled_from(["number", "full", "row", "zero_dim"]))
def test_any_assignment_writes_what_numpy_writes(data, case, kind):
    a, t = case
    ours, theirs = data.draw(index_of(a.shape))
    places = np.arange(a.size).reshape(a.shape)
    seen = reference(places, ours)
    value = {
        "number": 1000.0,
        "full": np.arange(seen.size).reshape(seen.shape) + 1000.0,
        "row": np.arange(seen.shape[-1] if seen.ndim else 1) + 1000.0,
        "zero_dim": np.array(1000.0),
    }[kind]
    if kind == "row" and seen.ndim == 0:
        value = np.array(1000.0)
    want = a.reshape(-1).copy()
    # The last of several values for one place stays.
    for p, v in zip(seen.reshape(-1), np.broadcast_to(value, seen.shape).reshape(-1)):
        want[p] = v
    t[theirs] = torch.tensor(value) if isinstance(value, np.ndarray) else value
    same(t, want.reshape(a.shape))


@given(st.data(), arrays())
def test_the_gradient_of_an_index_scatters(data, case):
    a, _ = case
    ours, theirs = data.draw(index_of(a.shape))
    t = torch.tensor(a, requires_grad=True)
    y = t[theirs]
    w = numbers(tuple(y.shape))
    (y * torch.tensor(w)).sum().backward()
    want = np.zeros(a.size)
    np.add.at(want, reference(np.arange(a.size).reshape(a.shape), ours).reshape(-1), w.reshape(-1))
    same(t.grad, want.reshape(a.shape))


@given(st.data(), arrays())
def test_views_share_memory(data, case):
    a, t = case
    ours, theirs = data.draw(index_of(a.shape, views_only=True))
    y = t[theirs]
    assume(y.numel() > 0)
    y += 1
    a[ours] += 1
    same(t, a)


@given(st.data(), arrays(least=1))
def test_an_index_out_of_range_is_an_index_error(data, case):
    a, t = case
    d = data.draw(st.integers(0, a.ndim - 1))
    n = a.shape[d]
    off = data.draw(st.sampled_from([n, n + 1, -n - 1, -n - 2, 2**40, -(2**40)]))
    before = t.clone()
    for index in [off, torch.tensor([off]), [off], torch.tensor(off)]:
        index = (slice(None),) * d + (index,)
        with pytest.raises(IndexError):
            t[index]
        with pytest.raises(IndexError):
            t[index] = 1.0
    with pytest.raises(IndexError):
        t[(0,) * (a.ndim + 1) if 0 not in a.shape else (slice(None),) * (a.ndim + 1)]
    same(t, before.numpy())


# ------------------------------------------------------------------------------------------------------------------- views


@st.composite
def chains(draw):
    """A view of a view of …, of both kinds."""
    a, t = draw(arrays())
    for _ in range(draw(st.integers(0, 4))):
        rank = a.ndim
        kind = draw(st.sampled_from(["reshape", "permute", "transpose", "flip", "squeeze", "unsqueeze", "expand", "movedim", "flatten",
                                     "diagonal", "narrow", "select", "unfold", "roll", "tile", "repeat", "rot90", "swap"]))
        d = draw(st.integers(-rank, rank - 1)) if rank else 0
        e = draw(st.integers(-rank, rank - 1)) if rank else 0
        if kind == "unsqueeze":
            d = draw(st.integers(-rank - 1, rank))
            a, t = np.expand_dims(a, d), t.unsqueeze(d)
        elif kind == "flatten" and rank:
            a, t = a.reshape(-1), t.flatten()
        elif kind == "reshape" and a.size:
            f = draw(st.sampled_from([f for f in range(1, a.size + 1) if a.size % f == 0][:5]))
            a, t = a.reshape(-1, f), t.reshape(-1, f)
        elif kind == "squeeze":
            a, t = np.squeeze(a), t.squeeze()
        elif kind == "expand":
            n = draw(st.integers(0, 3))
            a, t = np.broadcast_to(a, (n, *a.shape)), t.expand(n, *[-1] * rank)
        elif kind == "repeat":
            counts = draw(st.lists(st.integers(0, 2), min_size=rank, max_size=rank + 1))
            a, t = np.tile(a, counts), t.repeat(*counts) if counts else t
        elif kind == "tile":
            counts = draw(st.lists(st.integers(0, 2), max_size=rank + 1))
            a, t = np.tile(a, counts), t.tile(tuple(counts))
        elif not rank:
            continue
        elif kind == "permute":
            order = tuple(draw(st.permutations(range(rank))))
            a, t = a.transpose(order), t.permute(order)
        elif kind == "transpose":
            a, t = np.swapaxes(a, d, e), t.transpose(d, e)
        elif kind == "swap":
            a, t = np.swapaxes(a, d, e), torch.swapaxes(t, d, e)
        elif kind == "movedim":
            a, t = np.moveaxis(a, d, e), torch.movedim(t, d, e)
        elif kind == "flip":
            a, t = np.flip(a, d), t.flip(d)
        elif kind == "narrow":
            n = a.shape[d]
            start = draw(st.integers(0, n))
            length = draw(st.integers(0, n - start))
            a, t = a[(slice(None),) * (d % rank) + (slice(start, start + length),)], t.narrow(d, start, length)
        elif kind == "select" and a.shape[d]:
            i = draw(st.integers(-a.shape[d], a.shape[d] - 1))
            a, t = a[(slice(None),) * (d % rank) + (i,)], t.select(d, i)
        elif kind == "unfold" and a.shape[d]:
            size, step = draw(st.integers(1, a.shape[d])), draw(st.integers(1, 3))
            a = np.lib.stride_tricks.sliding_window_view(a, size, d % rank)[(slice(None),) * (d % rank) + (slice(None, None, step),)]
            t = t.unfold(d, size, step)
        elif kind == "roll":
            shift = draw(st.integers(-5, 5))
            a, t = np.roll(a, shift, d), t.roll(shift, d)
        elif d % rank != e % rank and kind == "diagonal":
            shift = draw(st.integers(-4, 4))
            if -a.shape[d] <= shift <= a.shape[e]:
                a, t = np.diagonal(a, shift, d, e), torch.diagonal(t, shift, d, e)
        elif d % rank != e % rank and kind == "rot90":
            k = draw(st.integers(-3, 5))
            a, t = np.rot90(a, k, (d, e)), torch.rot90(t, k, (d, e))
        assume(a.size <= 500 and a.ndim <= 6)
    return a, t


@given(chains())
def test_a_chain_of_views_is_numpys(case):
    a, t = case
    same(t, a)
    assert t.tolist() == a.tolist()
    same(t.contiguous(), a)
    same(t * 2 + t, a * 3)
    same(torch.from_numpy(t.numpy()), a)


@given(arrays(), st.integers(0, 6), st.data())
def test_arrays_and_tensors_share_memory(case, _, data):
    a = case[0]
    t = torch.from_numpy(a)
    ours, theirs = data.draw(index_of(a.shape, views_only=True))
    t[theirs] = -1000.0
    assert (a[ours] == -1000.0).all()
    b = t.numpy()
    b[ours] = 7.0
    same(t, a)


# ------------------------------------------------------------------------------------------------- broadcasting, joining


@st.composite
def broadcastable(draw, n=2):
    full = draw(shapes(4))
    out = []
    for _ in range(n):
        keep = draw(st.integers(0, len(full)))
        shape = tuple(draw(st.sampled_from([s, 1])) for s in full[len(full) - keep:])
        out.append(numbers(shape) + draw(st.integers(0, 9)))
    return out


@given(broadcastable(3))
def test_operands_broadcast(arrays):
    a, b, c = arrays
    x, y, z = map(torch.tensor, arrays)
    same(x + y * z, a + b * c)
    same(torch.where(x > y, y, z), np.where(a > b, b, c))
    same(torch.clamp(x, y, z), np.minimum(np.maximum(a, b), c))
    same(torch.addcmul(x, y, z, value=2), a + 2 * b * c)
    assert torch.broadcast_shapes(a.shape, b.shape, c.shape) == np.broadcast_shapes(a.shape, b.shape, c.shape)
    for got, want in zip(torch.broadcast_tensors(x, y, z), np.broadcast_arrays(a, b, c)):
        same(got, want)


@given(shapes(3), shapes(3))
def test_shapes_broadcast_or_are_refused(s, t):
    x, y = torch.tensor(numbers(s)), torch.tensor(numbers(t))
    try:
        want = numbers(s) + numbers(t)
    except ValueError:
        with pytest.raises(RuntimeError, match="broadcast"):
            x + y
        with pytest.raises(RuntimeError):
            x.add_(y)
        return
    same(x + y, want)


@given(arrays(least=1, low=1), st.data())
def test_joining_and_splitting(case, data):
    a, t = case
    d = data.draw(st.integers(-a.ndim, a.ndim - 1))
    n = data.draw(st.integers(1, 5))
    cuts = sorted(data.draw(st.lists(st.integers(0, a.shape[d]), max_size=3)))
    for got, want in zip(torch.tensor_split(t, cuts, d), np.split(a, cuts, d), strict=True):
        same(got, want)
    for got, want in zip(torch.tensor_split(t, n, d), np.array_split(a, n, d), strict=True):
        same(got, want)
    parts = t.split(n, d)
    same(torch.cat(parts, d), a)
    same(torch.cat(t.chunk(n, dim=d), dim=d), a)
    same(torch.stack(t.unbind(d), d), a)
    same(torch.stack([t, t + 1], d), np.stack([a, a + 1], d))
    same(torch.cat([t, t, t[..., :0] if d % a.ndim == a.ndim - 1 else t], d).sum(d), a.sum(d) * (2 if d % a.ndim == a.ndim - 1 else 3))
    same(t.repeat_interleave(n, d), np.repeat(a, n, d))
    for name in ("hstack", "vstack", "dstack"):
        same(getattr(torch, name)([t, t]), getattr(np, name)([a, a]))


# ---------------------------------------------------------------------------------------------------------------- creation


whole = st.integers(-40, 40)


@given(whole, whole, st.integers(-7, 7).filter(bool))
def test_arange_of_integers(start, end, step):
    if (end - start) * step < 0:
        with pytest.raises((RuntimeError, ValueError)):
            torch.arange(start, end, step)
        return
    got = torch.arange(start, end, step)
    assert got.dtype is torch.int64
    same(got, np.arange(start, end, step))
    for dtype, theirs in [(torch.int32, np.int32), (torch.float64, np.float64), (torch.uint8, np.uint8)]:
        same(torch.arange(start, end, step, dtype=dtype), np.arange(start, end, step).astype(theirs))


@given(st.integers(-400, 400), st.integers(0, 60), st.sampled_from([0.25, 0.5, 0.1, 1.5, 3.0, 1 / 3]))
def test_arange_of_floats(start, n, step):
    start = start / 8
    end = start + n * step
    got = torch.arange(start, end, step, dtype=torch.float64)
    want = np.arange(start, end, step)
    # Both count `ceil((end - start) / step)` elements.
    same(got, want, exact=False)
    assert torch.arange(start, end, step).dtype is torch.float32


@given(st.floats(-100, 100), st.floats(-100, 100), st.integers(0, 30))
def test_linspace(start, end, steps):
    got = torch.linspace(start, end, steps, dtype=torch.float64)
    same(got, np.linspace(start, end, steps), exact=False)
    if steps > 1:
        assert got[0].item() == start and got[-1].item() == end
    assert torch.linspace(start, end, steps).dtype is torch.float32
    low, high = start / 50, end / 50
    same(torch.logspace(low, high, steps, base=2, dtype=torch.float64), np.logspace(low, high, steps, base=2), exact=False)


dtypes = st.sampled_from(["float32", "float64", "int64", "int32", "int16", "int8", "uint8", "bool"])


@given(shapes(), dtypes, st.integers(0, 100))
def test_filled(shape, dtype, value):
    ours, theirs = getattr(np, dtype if dtype != "bool" else "bool_"), getattr(torch, dtype)
    for got, want in [
        (torch.zeros(shape, dtype=theirs), np.zeros(shape, ours)),
        (torch.ones(*shape, dtype=theirs), np.ones(shape, ours)),
        (torch.full(shape, value, dtype=theirs), np.full(shape, value, ours)),
        (torch.full_like(torch.zeros(shape), value, dtype=theirs), np.full(shape, value, ours)),
        (torch.zeros(2).new_full(shape, value, dtype=theirs), np.full(shape, value, ours)),
        (torch.empty(shape, dtype=theirs).fill_(value), np.full(shape, value, ours)),
    ]:
        assert got.dtype is theirs
        same(got, want)
    assert torch.full(shape, value).dtype is torch.int64 and torch.full(shape, 0.5).dtype is torch.float32
    assert torch.full(shape, True).dtype is torch.bool


@given(st.integers(0, 6), st.integers(0, 6), st.integers(-7, 7))
def test_matrices(n, m, k):
    a = numbers((n, m))
    t = torch.tensor(a)
    same(torch.eye(n, m, dtype=torch.float64), np.eye(n, m))
    same(torch.eye(n, dtype=torch.int32), np.eye(n, dtype=np.int32))
    same(torch.tril(t, k), np.tril(a, k))
    same(torch.triu(t, diagonal=k), np.triu(a, k))
    same(torch.tril_indices(n, m, k), np.stack(np.tril_indices(n, k, m)))
    same(torch.triu_indices(n, m, k), np.stack(np.triu_indices(n, k, m)))
    if n:
        same(torch.diag(t[:, 0] if m else t.sum(1), k), np.diag(a[:, 0] if m else a.sum(1), k))
        same(torch.vander(t.sum(1), m), np.vander(a.sum(1), m, increasing=False), exact=False)
    if -n <= k <= m:
        same(torch.diag(t, k), np.diag(a, k))
    same(torch.diag_embed(t), np.stack([np.diag(r) for r in a]) if n and m else np.zeros((n, m, m)))


@given(st.lists(st.integers(0, 4), min_size=1, max_size=3), st.sampled_from(["ij", "xy"]))
def test_grids(sizes, indexing):
    lists = [numbers((n,)) for n in sizes]
    for got, want in zip(torch.meshgrid(*map(torch.tensor, lists), indexing=indexing), np.meshgrid(*lists, indexing=indexing), strict=True):
        same(got, want)
    if len(sizes) > 1:
        want = np.stack([g.reshape(-1) for g in np.meshgrid(*lists, indexing="ij")], 1)
        same(torch.cartesian_prod(*map(torch.tensor, lists)), want)


nested = st.recursive(st.one_of(st.integers(-5, 5), st.floats(-5, 5), st.booleans()), lambda s: st.lists(s, max_size=3), max_leaves=8)


@given(nested)
def test_nested_lists(value):
    try:
        want = np.array(value, dtype=np.float64)
    except ValueError:
        with pytest.raises((ValueError, TypeError)):
            torch.tensor(value)
        return
    same(torch.tensor(value, dtype=torch.float64), want)
    same(torch.as_tensor(value).double(), want, exact=False)


# -------------------------------------------------------------------------------------------------------------- reductions


@st.composite
def reducible(draw, low=0):
    a, t = draw(arrays(low=low))
    dims = draw(st.one_of(st.none(), st.lists(st.integers(0, max(a.ndim - 1, 0)), unique=True, max_size=a.ndim, min_size=min(a.ndim, 1))))
    if dims is not None:
        dims = tuple(draw(st.sampled_from([d, d - a.ndim])) for d in dims) if a.ndim else None
    return a, t, dims, draw(st.booleans())


def of_dims(dims, keep):
    return {} if dims is None and not keep else {"dim": dims, "keepdim": keep}


@given(reducible())
def test_sums_over_any_dimensions(case):
    a, t, dims, keep = case
    kw = of_dims(dims, keep)
    same(t.sum(**kw), a.sum(axis=dims, keepdims=keep))
    same(torch.nansum(t, **kw), np.nansum(a, axis=dims, keepdims=keep))
    same(torch.count_nonzero(t, dims), np.count_nonzero(a, axis=dims))
    same(t.to(torch.int32).sum(**kw), a.astype(np.int64).sum(axis=dims, keepdims=keep))
    if dims is not None and len(dims) == 1:
        same(t.prod(dims[0], keep), a.prod(axis=dims[0], keepdims=keep), exact=False)
        same(t.cumsum(dims[0]), a.cumsum(dims[0]))
        same(t.cumprod(dims[0]), a.cumprod(dims[0]), exact=False)
        same((t > 0).any(dims[0], keepdim=keep), (a > 0).any(axis=dims[0], keepdims=keep))
        same((t > 0).all(dims[0], keepdim=keep), (a > 0).all(axis=dims[0], keepdims=keep))


@given(reducible(low=1))
def test_statistics_over_any_dimensions(case):
    a, t, dims, keep = case
    kw = of_dims(dims, keep)
    same(t.mean(**kw), a.mean(axis=dims, keepdims=keep), exact=False)
    same(t.amax(**(kw or {"dim": ()})), a.max(axis=dims, keepdims=keep))
    same(t.amin(**(kw or {"dim": ()})), a.min(axis=dims, keepdims=keep))
    same(t.var(correction=0, **kw), a.var(axis=dims, keepdims=keep), exact=False)
    same(t.std(unbiased=False) if not kw else t.std(correction=0, **kw), a.std(axis=dims, keepdims=keep), exact=False)
    want = np.log(np.exp(a / 25).sum(axis=dims, keepdims=keep))
    same(torch.logsumexp(t / 25, dim=tuple(range(t.ndim)) if dims is None else dims, keepdim=keep), want, exact=False)
    same(torch.linalg.vector_norm(t, 3, **kw), (np.abs(a) ** 3).sum(axis=dims, keepdims=keep) ** (1 / 3), exact=False)
    if dims is not None and len(dims) == 1:
        d = dims[0]
        values, places = t.max(d, keepdim=keep)
        same(values, a.max(axis=d, keepdims=keep))
        same(t.gather(d, places if keep else places.unsqueeze(d)), a.max(axis=d, keepdims=True))
        same(t.argmin(d, keepdim=keep), a.argmin(axis=d, keepdims=keep))
        same(t.sort(d).values, np.sort(a, d))
        same(t.argsort(d, stable=True), np.argsort(a, d, kind="stable"))
        n = a.shape[d]
        middle = np.take(np.sort(a, d), [(n - 1) // 2], d)
        same(t.median(d, keepdim=keep).values, middle if keep else middle.squeeze(d))
        same(t.kthvalue(n, d, keepdim=keep).values, a.max(axis=d, keepdims=keep))


@given(reducible(low=1))
def test_the_gradient_of_a_reduction(case):
    a, _, dims, keep = case
    t = torch.tensor(a, requires_grad=True)
    kw = of_dims(dims, keep)
    y = t.mean(**kw)
    w = numbers(tuple(y.shape))
    (y * torch.tensor(w)).sum().backward()
    wide = w if keep or dims is None else np.expand_dims(w, dims)
    n = a.size / max(wide.size, 1)
    same(t.grad, np.broadcast_to(wide / n, a.shape), exact=False)


# -------------------------------------------------------------------------------------------------------------------- out=


def outs(shape, kind):
    """A tensor to write to: of the right shape, a permuted or cut one, or one that is to be resized."""
    if kind == "empty":
        return torch.empty(0, dtype=torch.float64)
    if kind == "permuted":
        return torch.empty(shape[::-1], dtype=torch.float64).permute(*range(len(shape))[::-1]) if shape else torch.empty((), dtype=torch.float64)
    if kind == "cut":
        return torch.empty((*shape, 2), dtype=torch.float64)[..., 1]
    return torch.empty(shape, dtype=torch.float64)


@given(broadcastable(2), st.sampled_from(["plain", "empty", "permuted", "cut"]), st.data())
def test_results_are_written_to_out(arrays, kind, data):
    a, b = arrays
    x, y = map(torch.tensor, arrays)
    shape = np.broadcast_shapes(a.shape, b.shape)
    calls = [
        (lambda out: torch.add(x, y, out=out), a + b),
        (lambda out: torch.sub(x, y, alpha=2, out=out), a - 2 * b),
        (lambda out: torch.maximum(x, y, out=out), np.maximum(a, b)),
        (lambda out: torch.exp((x + y) / 50, out=out), np.exp((a + b) / 50)),
        (lambda out: torch.where(x > y, x, y, out=out), np.maximum(a, b)),
        (lambda out: torch.sum(torch.stack([x + y, x + y]), 0, out=out), 2 * (a + b)),
        (lambda out: torch.cumsum((x + y).reshape(-1), 0, out=out), (a + b).reshape(-1).cumsum()),
        (lambda out: torch.mul(x, 3, out=out), a * 3.0),
        (lambda out: torch.full(shape, 2.5, out=out), np.full(shape, 2.5)),
        (lambda out: torch.cat([(x + y).reshape(-1), x.reshape(-1)], 0, out=out), np.concatenate([(a + b).reshape(-1), a.reshape(-1)])),
    ]
    call, want = data.draw(st.sampled_from(calls))
    out = outs(want.shape, kind)
    before = out.data_ptr()
    assert call(out) is out
    same(out, want, exact=False)
    assert kind == "empty" or out.data_ptr() == before


@given(arrays(low=1), st.data())
def test_out_may_be_the_input(case, data):
    a, t = case
    assert torch.exp(t / 50, out=t) is t
    same(t, np.exp(a / 50), exact=False)
    assert torch.add(t, t, out=t) is t
    same(t, 2 * np.exp(a / 50), exact=False)


@given(shapes(3, low=1).filter(len))
def test_out_that_does_not_fit_is_refused_unchanged(shape):
    x = torch.tensor(numbers(shape))
    whole = torch.zeros(shape, dtype=torch.int64)
    with pytest.raises((RuntimeError, TypeError)):
        torch.add(x, x, out=whole)
    assert not whole.any()
    leaf = torch.zeros(shape, dtype=torch.float64, requires_grad=True)
    with pytest.raises(RuntimeError):
        torch.add(x, x, out=leaf)
    assert not leaf.detach().any()
    spread = torch.zeros((), dtype=torch.float64).expand(shape)
    if spread.numel() > 1:
        with pytest.raises(RuntimeError):
            torch.add(x, x, out=spread)
        assert not spread.any()


# ----------------------------------------------------------------------------------------------------------------- numbers


def test_ranges_of_large_integers_are_exact():
    assert torch.arange(2**53 + 1, 2**53 + 9, 3).tolist() == list(range(2**53 + 1, 2**53 + 9, 3))
    assert torch.arange(2**62, 2**62 + 3).tolist() == [2**62, 2**62 + 1, 2**62 + 2]
    assert torch.arange(-(2**63), 2**63 - 1, 2**62).tolist() == [-(2**63), -(2**62), 0, 2**62]
    # An integer type counts by integers.
    assert torch.arange(0, 5, 1.5, dtype=torch.int64).tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize("dtype, number", [("uint8", 256), ("uint8", -256), ("int8", 128), ("int32", 2**31), ("int64", math.nan),
                                           ("int64", 2.0**63), ("float16", 70000.0), ("float32", 1e300)])
def test_a_number_that_does_not_fit_is_refused_unchanged(dtype, number):
    dtype = getattr(torch, dtype)
    x = torch.ones(3, dtype=dtype)
    mask = torch.tensor([True, False, False])
    for write in [
        lambda: x.fill_(number), lambda: x.__setitem__(0, number), lambda: x.__setitem__(mask, number),
        lambda: x.masked_fill_(mask, number), lambda: x.masked_fill(mask, number), lambda: torch.full((2,), number, dtype=dtype),
        lambda: torch.full_like(x, number),
    ]:
        with pytest.raises(RuntimeError, match="overflow"):
            write()
    assert x.tolist() == [1, 1, 1]
    assert torch.full((1,), -1, dtype=torch.uint8).item() == 255
    assert torch.zeros(1, dtype=torch.int64).fill_(2**63 - 1).item() == 2**63 - 1
    assert torch.zeros(1).fill_(math.inf).item() == math.inf
