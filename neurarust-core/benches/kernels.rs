//! The kernels under criterion, small and large: `cargo bench -p neurarust-core --bench kernels [filter]`.
//!
//! Throughput counts the bytes of the inputs and the output, or floating-point operations where those are the work.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use neurarust_core::{ConvOptions, Result, Tensor};
use std::hint::black_box;
use std::time::Duration;

fn values(dims: &[usize]) -> Tensor {
    let n: usize = dims.iter().product();
    let values = (0..n).map(|i| (i * 37 % 101) as f32 / 50.0 - 1.0).collect();
    Tensor::from_vec::<f32>(values, dims).expect("a shape of as many elements")
}

fn one(c: &mut Criterion, name: &str, work: Throughput, f: impl Fn() -> Result<Tensor>) {
    let mut group = c.benchmark_group("kernels");
    group
        .throughput(work)
        .sample_size(20)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1));
    group.bench_function(name, |b| b.iter(|| black_box(f().expect(name))));
    group.finish();
}

fn elementwise(c: &mut Criterion) {
    for n in [1 << 10, 1 << 22] {
        let (x, y) = (values(&[n]), values(&[n]));
        let bytes = |tensors: usize| Throughput::Bytes((n * 4 * tensors) as u64);
        one(c, &format!("add/{n}"), bytes(3), || x.add(&y));
        one(c, &format!("exp/{n}"), bytes(2), || x.exp());
        one(c, &format!("gelu/{n}"), bytes(2), || x.gelu());
        one(c, &format!("sum/{n}"), bytes(1), || x.sum());
    }
}

fn rows(c: &mut Criterion) {
    for rows in [1, 4096] {
        let x = values(&[rows, 1024]);
        let (weight, bias) = (values(&[1024]), values(&[1024]));
        let bytes = Throughput::Bytes((rows * 1024 * 8) as u64);
        one(c, &format!("softmax/{rows}x1024"), bytes.clone(), || {
            x.softmax(-1)
        });
        one(c, &format!("layer_norm/{rows}x1024"), bytes, || {
            x.layer_norm(&[1024], Some(&weight), Some(&bias), 1e-5)
        });
    }
}

fn products(c: &mut Criterion) {
    for n in [8usize, 64, 512, 1024] {
        let (a, b) = (values(&[n, n]), values(&[n, n]));
        let work = Throughput::Elements((2 * n * n * n) as u64);
        one(c, &format!("matmul/{n}"), work, || a.matmul(&b));
    }
    for (batch, channels, size) in [(1, 8, 14), (8, 64, 56)] {
        let x = values(&[batch, channels, size, size]);
        let weight = values(&[channels, channels, 3, 3]);
        let options = ConvOptions::new().padding(1);
        let work = 2 * batch * channels * channels * 9 * size * size;
        let name = format!("conv2d_3x3/{batch}x{channels}x{size}x{size}");
        one(c, &name, Throughput::Elements(work as u64), || {
            x.conv2d(&weight, None, &options)
        });
    }
}

criterion_group!(kernels, elementwise, rows, products);
criterion_main!(kernels);
