//! What an operation costs besides its arithmetic: the smallest ops, one XOR step, one MLP step, asked beside measured.
//!
//! `cargo bench -p neurarust --bench overhead [filter]`. Every number is the minimum over many short runs, on one thread:
//! what the machine's other work adds is not the library's.

use neurarust_core::ops::loss::Reduction;
use neurarust_core::{Result, Tensor, cpu};
use neurarust_optim::{Adam, Optimizer, Sgd};
use std::hint::black_box;
use std::time::{Duration, Instant};

/// The minimum over runs of about a millisecond, for about a fifth of a second.
fn nanoseconds(mut f: impl FnMut()) -> f64 {
    let once = {
        f();
        let start = Instant::now();
        (0..10).for_each(|_| f());
        start.elapsed() / 10
    };
    let calls = (1_000_000 / once.as_nanos().max(1)).clamp(1, 20_000) as u32;
    let (begin, mut best) = (Instant::now(), f64::MAX);
    while begin.elapsed() < Duration::from_millis(200) {
        let start = Instant::now();
        (0..calls).for_each(|_| f());
        best = best.min(start.elapsed().as_nanos() as f64 / f64::from(calls));
    }
    best
}

struct Table {
    filter: Option<String>,
}

impl Table {
    fn row<T>(&self, name: &str, asked: Option<f64>, mut f: impl FnMut() -> Result<T>) {
        if self.filter.as_ref().is_some_and(|f| !name.contains(f)) {
            return;
        }
        let ns = nanoseconds(|| match f() {
            Ok(value) => _ = black_box(value),
            Err(e) => panic!("{name}: {e}"),
        });
        let asked = asked.map_or("-".into(), |ns| format!("{ns:.0}"));
        println!("| {name:<36} | {asked:>9} | {ns:>9.0} |");
    }
}

fn weights(dims: [usize; 2]) -> Result<Tensor> {
    let n = dims[0] * dims[1];
    let scale = 1.0 / (dims[1] as f32).sqrt();
    let values = (0..n).map(|i| ((i * 37 % 101) as f32 / 50.0 - 1.0) * scale);
    Tensor::from_vec(values.collect::<Vec<f32>>(), dims)?.requires_grad()
}

fn main() -> Result<()> {
    cpu::pool::set_num_threads(1).expect("one is a number of threads");
    let table = Table {
        filter: std::env::args().skip(1).find(|a| !a.starts_with('-')),
    };
    println!("| {:<36} | {:>9} | {:>9} |", "one thread", "asked ns", "ns");
    println!("|{:-<38}|{:->11}|{:->11}|", "", ":", ":");

    let a = Tensor::from_vec(vec![1f32; 16], 16)?;
    let b = Tensor::from_vec(vec![2f32; 16], 16)?;
    let column = Tensor::from_vec(vec![1f32; 8], [8, 1])?;
    let leaf = Tensor::from_vec(vec![1f32; 16], 16)?.requires_grad()?;
    table.row("16-element add", Some(120.0), || a.add(&b));
    table.row("16-element add, with grad", Some(250.0), || leaf.add(&b));
    table.row("16-element mul, with grad", None, || leaf.mul(&b));
    table.row("16-element exp", None, || a.exp());
    table.row("16-element exp, with grad", None, || leaf.exp());
    table.row("16-element add of a number", None, || a.add(2.0));
    table.row("(8, 1) + (16)", None, || column.add(&a));
    table.row("detach", None, || Ok(a.detach()));
    table.row("reshape to (4, 4)", None, || a.reshape([4, 4]));
    table.row("sum of 16", None, || a.sum());
    table.row("mean of 16, with grad", None, || leaf.mean());
    table.row("mse_loss of 16, with grad", None, || {
        leaf.mse_loss(&b, Reduction::Mean)
    });
    table.row("add_ of 16", None, || a.add_(&b).map(|_| ()));

    let x = Tensor::new([[0f32, 0.], [0., 1.], [1., 0.], [1., 1.]])?;
    let y = Tensor::new([[0f32], [1.], [1.], [0.]])?;
    let (w1, w2) = (weights([8, 2])?, weights([1, 8])?);
    let b1 = Tensor::zeros([8])?.requires_grad()?;
    let b2 = Tensor::zeros([1])?.requires_grad()?;
    let (w1_, b1_) = (w1.detach(), b1.detach());
    table.row("linear (4, 2) to 8", None, || x.linear(&w1_, Some(&b1_)));
    table.row("linear (4, 2) to 8, with grad", None, || {
        x.linear(&w1, Some(&b1))
    });
    let forward = || {
        x.linear(&w1, Some(&b1))?
            .tanh()?
            .linear(&w2, Some(&b2))?
            .mse_loss(&y, Reduction::Mean)
    };
    let parameters = [&w1, &b1, &w2, &b2].map(Clone::clone);
    let mut sgd = Optimizer::new(
        parameters,
        Sgd {
            lr: 0.1,
            ..Sgd::default()
        },
    )?;
    table.row("XOR (2-8-1) forward", None, forward);
    table.row("XOR (2-8-1) forward and backward", None, || {
        sgd.zero_grad();
        forward()?.backward()
    });
    table.row("SGD step of 4 parameters", None, || sgd.step());
    table.row("XOR (2-8-1) step, SGD", Some(10_000.0), || {
        sgd.zero_grad();
        forward()?.backward()?;
        sgd.step()
    });

    let images = weights([64, 784])?.detach();
    let labels = Tensor::from_vec((0..64).map(|i| i * 7 % 10).collect::<Vec<i64>>(), 64)?;
    let (w1, w2) = (weights([512, 784])?, weights([10, 512])?);
    let b1 = Tensor::zeros([512])?.requires_grad()?;
    let b2 = Tensor::zeros([10])?.requires_grad()?;
    let forward = || {
        images
            .linear(&w1, Some(&b1))?
            .relu()?
            .linear(&w2, Some(&b2))?
            .cross_entropy(&labels, &Default::default())
    };
    let parameters = [&w1, &b1, &w2, &b2].map(Clone::clone);
    let mut adam = Optimizer::new(parameters, Adam::default())?;
    table.row("MLP 784-512-10, batch 64, forward", None, forward);
    table.row("MLP forward and backward", None, || {
        adam.zero_grad();
        forward()?.backward()
    });
    table.row("Adam step of the MLP", None, || adam.step());
    table.row("MLP 784-512-10, batch 64, Adam step", None, || {
        adam.zero_grad();
        forward()?.backward()?;
        adam.step()
    });
    Ok(())
}
