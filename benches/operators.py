"""Every operation at a small and a large size, in PyTorch and in NeuraRust, interleaved in one process.

    python benches/operators.py                     all of them
    python benches/operators.py --filter softmax    those with "softmax" in their name
    python benches/operators.py --worst 20          the slowest twenty, last

A line is one call, written once as an expression of a library `m`, square or long inputs `x`, `y` (floats within ±1), `p` (positive
floats), `i` (indices), `b` (bools), and others named below. The ratio is PyTorch's time by ours: above 1 we are faster.
"""

import argparse
import json
import math
import statistics
import sys

from compare import human, measure, neurarust, torch

# name: expression. A name may end in `@small` or `@large` where one size makes no sense.
UNARY = """abs acos acosh angle asin asinh atan atanh ceil cos cosh deg2rad digamma erf erfc erfinv exp exp2 expm1 floor frac i0
    isfinite isinf isnan lgamma log log10 log1p log2 logical_not logit nan_to_num neg positive rad2deg reciprocal relu round rsqrt
    sigmoid sign signbit sin sinc sinh sqrt square tan tanh trunc""".split()
BINARY = """add sub mul div atan2 copysign eq floor_divide fmax fmin fmod ge gt heaviside hypot le logaddexp logaddexp2 lt maximum
    minimum ne nextafter pow remainder xlogy logical_and logical_or logical_xor""".split()
ACTIVATIONS = """celu elu gelu hardshrink hardsigmoid hardswish hardtanh leaky_relu logsigmoid mish relu6 selu silu softplus softshrink
    softsign tanhshrink""".split()
REDUCTIONS = """sum mean prod amax amin argmax argmin std var logsumexp norm any all count_nonzero max min median nansum nanmean
    cumsum cumprod cummax logcumsumexp softmax log_softmax sort argsort""".split()

LINES = {
    **{n: f"m.{n}(p)" if n in ("acosh",) else f"m.{n}(u)" if n in ("logit", "erfinv", "atanh", "asin", "acos") else f"m.{n}(x)" for n in UNARY},
    **{n: f"m.{n}(p, y)" if n == "pow" else f"m.{n}(x, p)" for n in BINARY},
    **{n: f"m.nn.functional.{n}(x)" for n in ACTIVATIONS},
    **{
        f"{n} dim {d}": f"m.{n}(x, dim={d})" for n in REDUCTIONS for d in (0, -1) if (n, d) not in (("sort", 0), ("argsort", 0))
    },
    **{f"{n} of all": f"m.{n}(x)" for n in "sum mean prod amax argmax std norm any all max median".split()},
    "add broadcast": "x + x[0]",
    "add of a number": "x + 1.5",
    "add transposed": "x + x.t()",
    "add f16": "h + h",
    "add bf16": "g + g",
    "add i64": "i + i",
    "mul f64": "d * d",
    "add_": "w.add_(1.0)",
    "addcmul": "m.addcmul(x, x, y)",
    "lerp": "m.lerp(x, y, 0.3)",
    "where": "m.where(b, x, y)",
    "clamp": "m.clamp(x, -0.5, 0.5)",
    "masked_fill": "x.masked_fill(b, 0.0)",
    "masked_select": "m.masked_select(x, b)",
    "nonzero": "m.nonzero(b)",
    "to float64": "x.to(m.float64)",
    "to bfloat16": "x.to(m.bfloat16)",
    "to int64": "x.to(m.int64)",
    "clone": "x.clone()",
    "contiguous of transposed": "x.t().contiguous()",
    "flip": "m.flip(x, [0])",
    "roll": "m.roll(x, 3, 1)",
    "cat dim 0": "m.cat([x, y], 0)",
    "cat dim 1": "m.cat([x, y], 1)",
    "stack": "m.stack([x, y])",
    "repeat": "x.repeat(2, 1)",
    "tril": "m.tril(x)",
    "index_select": "m.index_select(x, 0, i[:, 0].contiguous())",
    "index by ints": "x[i[:, 0]]",
    "index by bools": "x[b]",
    "gather": "m.gather(x, 1, i)",
    "scatter_add": "m.scatter_add(x, 1, i, y)",
    "embedding": "m.nn.functional.embedding(i, x)",
    "one_hot": "m.nn.functional.one_hot(i[:, 0])",
    "topk": "m.topk(x, min(5, x.shape[1]))",
    "kthvalue": "m.kthvalue(x, 3)",
    "unique": "m.unique(i)",
    "searchsorted": "m.searchsorted(s, x[0])",
    "bincount": "m.bincount(i.reshape(-1))",
    "histc": "m.histc(x, 50)",
    "matmul": "x @ y",
    "matmul transposed": "x @ y.t()",
    "bmm": "m.bmm(c, c)",
    "mv": "m.mv(x, x[0])",
    "outer": "m.outer(x[0], y[0])",
    "einsum": "m.einsum('ij,kj->ik', x, y)",
    "linear": "m.nn.functional.linear(x, y, x[0])",
    "conv1d": "m.nn.functional.conv1d(c, k1, padding=1)",
    "conv2d": "m.nn.functional.conv2d(im, k2, padding=1)",
    "conv2d grouped": "m.nn.functional.conv2d(im, k2[:, :1], padding=1, groups=8)",
    "conv_transpose2d": "m.nn.functional.conv_transpose2d(im, k2, padding=1)",
    "max_pool2d": "m.nn.functional.max_pool2d(im, 2)",
    "avg_pool2d": "m.nn.functional.avg_pool2d(im, 2)",
    "adaptive_avg_pool2d": "m.nn.functional.adaptive_avg_pool2d(im, 3)",
    "interpolate nearest": "m.nn.functional.interpolate(im, scale_factor=2.0)",
    "interpolate bilinear": "m.nn.functional.interpolate(im, scale_factor=2.0, mode='bilinear')",
    "pad reflect": "m.nn.functional.pad(im, (1, 1, 1, 1), mode='reflect')",
    "unfold": "m.nn.functional.unfold(im, 3)",
    "pixel_shuffle": "m.nn.functional.pixel_shuffle(im, 2)",
    "batch_norm": "m.nn.functional.batch_norm(im, None, None, training=True)",
    "group_norm": "m.nn.functional.group_norm(im, 4)",
    "layer_norm": "m.nn.functional.layer_norm(x, x.shape[-1:])",
    "rms_norm": "m.nn.functional.rms_norm(x, x.shape[-1:])",
    "normalize": "m.nn.functional.normalize(x)",
    "dropout": "m.nn.functional.dropout(x, 0.3)",
    "attention": "m.nn.functional.scaled_dot_product_attention(c[None], c[None], c[None])",
    "cross_entropy": "m.nn.functional.cross_entropy(x, i[:, 0])",
    "mse_loss": "m.nn.functional.mse_loss(x, y)",
    "bce_with_logits": "m.nn.functional.binary_cross_entropy_with_logits(x, u.abs())",
    "kl_div": "m.nn.functional.kl_div(x, p, reduction='sum')",
    "cdist": "m.cdist(x[:64], y[:64])",
    "cosine_similarity": "m.nn.functional.cosine_similarity(x, y)",
    "rand": "m.rand(x.shape)",
    "randn": "m.randn(x.shape)",
    "randperm": "m.randperm(x.shape[0] * 8)",
    "arange": "m.arange(x.numel())",
    "zeros": "m.zeros(x.shape)",
    "solve": "m.linalg.solve(a, y[:48, :48])",
    "cholesky": "m.linalg.cholesky(a)",
    "qr": "m.linalg.qr(a)",
    "svd": "m.linalg.svd(a)",
    "eigh": "m.linalg.eigh(a)",
    "inv": "m.linalg.inv(a)",
    "rfft": "m.fft.rfft(x)",
    "fft2": "m.fft.fft2(x)",
}


def inputs(m, n):
    """The same tensors for both libraries; `n` is the side of the square ones."""

    def values(*shape):
        count = math.prod(shape)
        return ((m.arange(count, dtype=m.float64) * 0.61803).remainder(1.0) * 2 - 1).to(m.float32).reshape(shape)

    x = values(n, n)
    y = values(n, n).flip([0]).contiguous()
    side = min(n, 48)
    square = values(side, side)
    return {
        "m": m, "x": x, "y": y, "p": x.abs() + 1.01, "u": x * 0.49 + 0.5, "w": x.clone(), "h": x.to(m.float16), "g": x.to(m.bfloat16),
        "d": x.to(m.float64), "b": x > 0, "i": ((x + 1) * 0.5 * (n - 1)).to(m.int64), "s": x[0].sort()[0], "c": values(8, n, n) if n < 200 else values(8, 256, 256),
        "k1": values(16, n if n < 200 else 256, 3), "im": values(4, 8, n if n < 64 else 64, n if n < 64 else 64), "k2": values(8, 8, 3, 3),
        "a": square @ square.t() + m.eye(side) * side,
    }  # fmt: skip


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--filter", default="")
    parser.add_argument("--sizes", default="4,1024", help="sides of the square inputs")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--block", type=float, default=0.004, help="seconds per block of calls")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--worst", type=int, default=20, help="how many of the slowest to list again at the end")
    parser.add_argument("--json", default="operators.json")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    neurarust.set_num_threads(options.threads)

    rows = []
    print(f"| {'operation':<28} | {'side':>5} | {'PyTorch':>10} | {'NeuraRust':>10} | {'ratio':>7} |")
    print(f"|{'-' * 30}|------:|{'-' * 11}:|{'-' * 11}:|{'-' * 8}:|")
    for n in (int(s) for s in options.sizes.split(",")):
        spaces = [inputs(m, n) for m in (torch, neurarust)]
        for name, line in LINES.items():
            if options.filter not in name:
                continue
            code = compile(line, name, "eval")
            calls = [lambda space=space: eval(code, space) for space in spaces]
            try:
                theirs, ours = measure(calls, options.rounds, options.block, pause=0.0)
            except Exception as e:
                print(f"| {name:<28} | {n:>5} | {type(e).__name__}: {str(e)[:60]}")
                rows.append({"operation": name, "side": n, "error": f"{type(e).__name__}: {e}"})
                continue
            ratio = statistics.median([theirs[0] / ours[0], theirs[1] / ours[1]])
            rows.append({"operation": name, "side": n, "pytorch": theirs[0], "neurarust": ours[0], "ratio": ratio})
            print(f"| {name:<28} | {n:>5} | {human(theirs[0]):>10} | {human(ours[0]):>10} | {ratio:>6.2f}x |", flush=True)
    timed = sorted((r for r in rows if "ratio" in r), key=lambda r: r["ratio"])
    if timed:
        mean = math.exp(sum(math.log(r["ratio"]) for r in timed) / len(timed))
        slow = [r for r in timed if r["ratio"] < 0.5]
        print(f"\n{len(timed)} lines, geometric mean {mean:.2f}x, {len(slow)} slower than half of PyTorch's speed; the slowest:")
        for r in timed[: options.worst]:
            print(f"  {r['ratio']:.2f}x  {r['operation']}, side {r['side']}: {human(r['pytorch'])} against {human(r['neurarust'])}")
    with open(options.json, "w") as file:
        json.dump(rows, file, indent=1)
    print(f"written to {options.json}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
