//! The same kernels on each instruction set of this machine, side by side: `cargo bench -p neurarust --bench instruction_sets`.
//!
//! The set is chosen once per process, so this program runs itself again with `NEURARUST_ISA` for each of them. Times are
//! minima over short runs on one thread.

use neurarust::{ConvOptions, Result, Tensor, cpu};
use std::hint::black_box;
use std::process::Command;
use std::time::{Duration, Instant};

const SETS: [&str; 3] = ["scalar", "avx2", "avx512"];

fn values(dims: &[usize]) -> Result<Tensor> {
    let n: usize = dims.iter().product();
    let values = (0..n).map(|i| (i * 37 % 101) as f32 / 50.0 - 1.0).collect();
    Tensor::from_vec::<f32>(values, dims)
}

/// Microseconds.
fn time(f: &dyn Fn() -> Result<Tensor>) -> Result<f64> {
    let (begin, mut best) = (Instant::now(), f64::MAX);
    f()?;
    while begin.elapsed() < Duration::from_millis(300) {
        let start = Instant::now();
        black_box(f()?);
        best = best.min(start.elapsed().as_nanos() as f64 / 1e3);
    }
    Ok(best)
}

/// The table's rows for the instruction set of this process.
fn rows() -> Result<Vec<(&'static str, f64)>> {
    cpu::pool::set_num_threads(1).expect("one is a number of threads");
    let (a, b) = (values(&[1 << 16])?, values(&[1 << 16])?);
    let image = values(&[8, 64, 28, 28])?;
    let kernel = values(&[64, 64, 3, 3])?;
    let options = ConvOptions::new().padding(1);
    let (mean, var) = (Tensor::zeros([64])?, Tensor::ones([64])?);
    let big = values(&[1 << 20])?;
    let matrix = values(&[256, 256])?;
    let ops: [(&'static str, &dyn Fn() -> Result<Tensor>); 6] = [
        ("dot of 65,536", &|| a.dot(&b)),
        ("matmul of 256", &|| matrix.matmul(&matrix)),
        ("conv 3x3 (8, 64, 28, 28) to 64", &|| {
            image.conv2d(&kernel, None, &options)
        }),
        ("batch-norm (8, 64, 28, 28)", &|| {
            image.batch_norm(Some(&mean), Some(&var), None, None, true, 0.1, 1e-5)
        }),
        ("ReLU of 1,048,576", &|| big.relu()),
        ("exp of 1,048,576", &|| big.exp()),
    ];
    ops.into_iter()
        .map(|(name, f)| Ok((name, time(f)?)))
        .collect()
}

fn main() -> Result<()> {
    if std::env::args().any(|a| a == "--one") {
        for (name, us) in rows()? {
            println!("{name}\t{us}");
        }
        return Ok(());
    }
    let me = std::env::current_exe().expect("a running program has a file");
    let mut columns: Vec<Vec<(String, f64)>> = Vec::new();
    for set in SETS {
        let output = Command::new(&me)
            .arg("--one")
            .env("NEURARUST_ISA", set)
            .output()
            .expect("this program runs once more");
        let text = String::from_utf8_lossy(&output.stdout);
        columns.push(
            text.lines()
                .filter_map(|line| line.split_once('\t'))
                .filter_map(|(name, us)| Some((name.to_string(), us.parse().ok()?)))
                .collect(),
        );
    }
    println!(
        "| {:<32} | {:>11} | {:>11} | {:>11} |",
        "µs, one thread", SETS[0], SETS[1], SETS[2]
    );
    println!("|{:-<34}|{:->13}|{:->13}|{:->13}|", "", ":", ":", ":");
    for (i, (name, _)) in columns[0].iter().enumerate() {
        let cells = columns
            .iter()
            .map(|c| c.get(i).map_or("-".into(), |(_, us)| format!("{us:.1}")));
        let cells: Vec<String> = cells.map(|c| format!("{c:>11}")).collect();
        println!("| {name:<32} | {} |", cells.join(" | "));
    }
    Ok(())
}
