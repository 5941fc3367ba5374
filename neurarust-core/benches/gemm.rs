//! The matrix product against the `gemm` crate, interleaved in one run: medians of GFLOP/s and their ratio.
//!
//! `cargo bench -p neurarust-core --bench gemm -- [f32|f64] [shape such as 256 or 64x784x512]…`; with `min` the fastest run counts
//! instead of the median, which helps on a busy machine.

use std::time::Instant;

use neurarust_core::cpu::gemm::{Entry, Output, Strided};
use neurarust_core::cpu::pool::with_num_threads;

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    /// `A · B`, both row-major.
    Plain,
    /// `A · Bᵀ` as a linear layer has it.
    RightTransposed,
    /// `Aᵀ · B` as a weight gradient has it.
    LeftTransposed,
}

/// One line of the table: seconds per product, ours and the peer's, on 1 and 2 threads.
fn measure<T: Entry + From<f32>>(
    m: usize,
    n: usize,
    k: usize,
    kind: Kind,
    fastest: bool,
) -> [f64; 4] {
    let fill = |len: usize| {
        (0..len)
            .map(|i| T::from((i % 97) as f32 / 97.0 - 0.4))
            .collect::<Vec<T>>()
    };
    let (a, b) = (fill(m * k), fill(k * n));
    let mut c = fill(m * n);
    let (m_, n_, k_) = (m as isize, n as isize, k as isize);
    let (ars, acs) = if kind == Kind::LeftTransposed {
        (1, m_)
    } else {
        (k_, 1)
    };
    let (brs, bcs) = if kind == Kind::RightTransposed {
        (1, k_)
    } else {
        (n_, 1)
    };
    let c = c.as_mut_ptr();
    let ours = |threads: usize| {
        with_num_threads(threads, || {
            // SAFETY: the strides describe the buffers.
            unsafe {
                neurarust_core::cpu::gemm::gemm(
                    m,
                    n,
                    k,
                    &Strided::lhs(a.as_ptr(), ars, acs),
                    &Strided::rhs(b.as_ptr(), brs, bcs),
                    &Output::new(c, n_, 1),
                )
            }
        })
    };
    let peer = |threads: usize| {
        let parallelism = if threads == 1 {
            gemm::Parallelism::None
        } else {
            gemm::Parallelism::Rayon(threads)
        };
        let (zero, one) = (T::from(0.0), T::from(1.0));
        // SAFETY: as above.
        unsafe {
            gemm::gemm(
                m,
                n,
                k,
                c,
                1,
                n_,
                false,
                a.as_ptr(),
                acs,
                ars,
                b.as_ptr(),
                bcs,
                brs,
                zero,
                one,
                false,
                false,
                false,
                parallelism,
            )
        }
    };
    let work = (m * n * k) as f64;
    let inner = (2e5 / work * 16.0).ceil().max(1.0) as usize;
    let rounds = ((4e9 / (work * inner as f64)) as usize).clamp(7, 200);
    let mut times: [Vec<f64>; 4] = Default::default();
    for round in 0..rounds + 1 {
        for (i, times) in times.iter_mut().enumerate() {
            let start = Instant::now();
            for _ in 0..inner {
                match i {
                    0 => ours(1),
                    1 => peer(1),
                    2 => ours(2),
                    _ => peer(2),
                }
            }
            if round > 0 {
                times.push(start.elapsed().as_secs_f64() / inner as f64);
            }
        }
    }
    times.map(|mut t| {
        t.sort_by(f64::total_cmp);
        if fastest { t[0] } else { t[t.len() / 2] }
    })
}

/// Nanoseconds of a linear layer with a bias on a few rows: what the driver itself costs.
fn small() {
    for (m, n, k) in [(4, 8, 2), (4, 1, 8), (16, 16, 16), (64, 10, 512)] {
        let (x, w, bias) = (vec![0.5f32; m * k], vec![0.25f32; n * k], vec![1f32; n]);
        let mut y = vec![0f32; m * n];
        let mut times = [0f64; 21].map(|_| {
            let start = Instant::now();
            for _ in 0..2000 {
                let out =
                    Output::new(y.as_mut_ptr(), n as isize, 1).bias_per_column(bias.as_ptr(), 1);
                let (a, b) = (
                    Strided::lhs(x.as_ptr(), k as isize, 1),
                    Strided::rhs(w.as_ptr(), 1, k as isize),
                );
                // SAFETY: the strides describe the buffers.
                unsafe { neurarust_core::cpu::gemm::gemm(m, n, k, &a, &b, &out) };
            }
            start.elapsed().as_secs_f64() / 2000.0 * 1e9
        });
        times.sort_by(f64::total_cmp);
        println!("linear with bias {m}x{n}x{k}: {:.1} ns", times[10]);
    }
}

fn main() {
    let args: Vec<String> = std::env::args()
        .skip(1)
        .filter(|a| !a.starts_with('-'))
        .collect();
    let fastest = args.iter().any(|a| a == "min");
    let types: Vec<&str> = ["f32", "f64"]
        .into_iter()
        .filter(|t| args.iter().any(|a| a == t))
        .collect();
    let types = if types.is_empty() {
        vec!["f32", "f64"]
    } else {
        types
    };
    let asked: Vec<(usize, usize, usize)> = args
        .iter()
        .filter_map(|a| {
            let mut sizes = a.split('x').map(|s| s.parse().ok());
            let m = sizes.next()??;
            Some((
                m,
                sizes.next().flatten().unwrap_or(m),
                sizes.next().flatten().unwrap_or(m),
            ))
        })
        .collect();
    let shapes = if asked.is_empty() {
        let mut all: Vec<_> = [16, 32, 64, 128, 256, 512, 1024, 2048]
            .map(|s| (s, s, s))
            .to_vec();
        all.extend([
            (4, 8, 2),
            (1, 1024, 1024),
            (1024, 1, 1024),
            (4, 1024, 1024),
            (64, 512, 784),
            (64, 10, 512),
            (512, 784, 64),
        ]);
        all.extend([(1000, 1000, 1000), (16, 3136, 144), (64, 576, 50_000)]);
        all
    } else {
        asked
    };
    println!(
        "level {:?}; GFLOP/s, ours / gemm crate (ratio) on 1 thread, on 2 threads, ours 2 over 1",
        neurarust_core::cpu::simd::level()
    );
    small();
    for t in types {
        for &(m, n, k) in &shapes {
            for (kind, name) in [
                (Kind::Plain, "A·B"),
                (Kind::RightTransposed, "A·Bᵀ"),
                (Kind::LeftTransposed, "Aᵀ·B"),
            ] {
                let times = match t {
                    "f32" => measure::<f32>(m, n, k, kind, fastest),
                    _ => measure::<f64>(m, n, k, kind, fastest),
                };
                let speed = times.map(|s| 2e-9 * (m * n * k) as f64 / s);
                println!(
                    "{t} {:<14} {name:<4} {:7.1} / {:7.1} ({:4.2})  {:7.1} / {:7.1} ({:4.2})  {:4.2}  {:10.1} ns",
                    format!("{m}x{n}x{k}"),
                    speed[0],
                    speed[1],
                    speed[0] / speed[1],
                    speed[2],
                    speed[3],
                    speed[2] / speed[3],
                    speed[2] / speed[0],
                    times[0] * 1e9,
                );
            }
        }
    }
}
