//! Kernels one by one, small and large, by criterion: `cargo bench --bench kernels`.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use neurarust::ops::conv::ConvOptions;
use neurarust::prelude::*;
use std::hint::black_box;

type Op = fn(&Tensor) -> Result<Tensor>;

/// Element-wise ops, reductions and rows, over (rows, 1024).
fn rows(c: &mut Criterion) {
    let ops: [(&str, Op); 7] = [
        ("add", |x| x.add(x)),
        ("exp", |x| x.exp()),
        ("gelu", |x| x.gelu()),
        ("sum", |x| x.sum()),
        ("softmax", |x| x.softmax(-1)),
        ("layer_norm", |x| x.layer_norm(&[1024], None, None, 1e-5)),
        ("transposed copy", |x| x.t()?.contiguous()),
    ];
    for (name, op) in ops {
        let mut group = c.benchmark_group(name);
        for rows in [1, 64, 4096] {
            let x = Tensor::randn([rows, 1024]).expect("memory for the input");
            group.throughput(Throughput::Bytes(x.nbytes() as u64));
            group.bench_with_input(BenchmarkId::from_parameter(rows * 1024), &x, |b, x| {
                b.iter(|| black_box(op(x)))
            });
        }
    }
}

/// Matrix products and convolutions, in multiply-adds.
fn products(c: &mut Criterion) {
    let mut group = c.benchmark_group("matmul");
    for n in [16, 256, 1024] {
        let x = Tensor::randn([n, n]).expect("memory for the input");
        group.throughput(Throughput::Elements((n * n * n) as u64));
        group.bench_with_input(BenchmarkId::from_parameter(n), &x, |b, x| {
            b.iter(|| black_box(x.matmul(x)))
        });
    }
    group.finish();
    let mut group = c.benchmark_group("conv 3x3");
    for (channels, size) in [(16, 8), (64, 56)] {
        let x = Tensor::randn([8, channels, size, size]).expect("memory for the input");
        let w = Tensor::randn([channels, channels, 3, 3]).expect("memory for the weight");
        let options = ConvOptions::new().padding(1);
        group.throughput(Throughput::Elements(
            (8 * channels * channels * size * size * 9) as u64,
        ));
        group.bench_function(
            BenchmarkId::from_parameter(format!("{channels}x{size}x{size}")),
            |b| {
                b.iter(|| black_box(x.conv2d(&w, None, &options)));
            },
        );
    }
}

criterion_group!(benches, rows, products);
criterion_main!(benches);
