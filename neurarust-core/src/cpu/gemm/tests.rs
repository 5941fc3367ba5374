//! The driver against a product in `f64`, for every instruction set, layout, shape and epilogue.

use super::*;
use half::{bf16, f16};

/// Values that are exact in every type, so that differences come from sums alone.
fn values(len: usize, seed: u64) -> Vec<f64> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(1);
    (0..len)
        .map(|_| {
            state = state
                .wrapping_mul(6364136223846793005)
                .wrapping_add(1442695040888963407);
            ((state >> 33) % 257) as f64 / 64.0 - 2.0
        })
        .collect()
}

/// The ways a matrix may lie in memory.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Lie {
    Rows,
    Columns,
    Gaps,
    Backward,
    OneRow,
}

const LIES: [Lie; 5] = [
    Lie::Rows,
    Lie::Columns,
    Lie::Gaps,
    Lie::Backward,
    Lie::OneRow,
];

/// Storage for `rows × cols`, where (0, 0) is in it, and the strides.
struct Laid<T> {
    data: Vec<T>,
    start: usize,
    row: isize,
    col: isize,
}

impl<T: Copy> Laid<T> {
    fn new(rows: usize, cols: usize, lie: Lie, seed: u64, convert: impl Fn(f64) -> T) -> Self {
        let (r, c) = (rows as isize, cols as isize);
        let (row, col, len, start) = match lie {
            Lie::Rows => (c, 1, r * c, 0),
            Lie::Columns => (1, r, r * c, 0),
            Lie::Gaps => (3 * c + 5, 3, r * (3 * c + 5), 0),
            Lie::Backward => (-c, -1, r * c, (r * c - 1).max(0)),
            Lie::OneRow => (0, 1, c, 0),
        };
        let data = values(len as usize, seed)
            .into_iter()
            .map(convert)
            .collect();
        Laid {
            data,
            start: start as usize,
            row,
            col,
        }
    }
    fn ptr(&self) -> *const T {
        self.data.as_ptr().wrapping_add(self.start)
    }
    fn index(&self, i: usize, j: usize) -> usize {
        (self.start as isize + i as isize * self.row + j as isize * self.col) as usize
    }
    fn at(&self, i: usize, j: usize) -> T {
        self.data[self.index(i, j)]
    }
}

fn levels() -> impl Iterator<Item = Level> {
    Level::ALL.into_iter().filter(|&l| l <= Level::machine())
}

const SHAPES: &[(usize, usize, usize)] = &[
    (1, 1, 1),
    (4, 8, 2),
    (2, 3, 5),
    (13, 17, 7),
    (14, 32, 64),
    (15, 33, 65),
    (16, 16, 16),
    (1, 67, 31),
    (67, 1, 31),
    (3, 129, 40),
    (31, 37, 1),
    (64, 10, 130),
    (1, 1, 1100),
    (20, 40, 5000),
    (2, 3, 4999),
    (5, 6, 1031),
    (61, 97, 1030),
    (97, 101, 103),
    (70, 64, 300),
    (300, 70, 20),
    (0, 4, 3),
    (4, 0, 3),
    (4, 3, 0),
    (33, 47, 0),
];

fn close(got: f64, want: f64, k: usize, eps: f64) -> bool {
    (got - want).abs() <= eps * 4.0 * (k.max(1) as f64) + 1e-30
}

macro_rules! layouts {
    ($name:ident, $t:ty) => {
        #[test]
        fn $name() {
            for &(m, n, k) in SHAPES {
                for (step, level) in levels().enumerate() {
                    for la in LIES {
                        for lb in LIES {
                            // Long sums take long: not every pair for them.
                            if m * n * k > 60_000 && (la as usize + step) % 5 != lb as usize {
                                continue;
                            }
                            // Every pair of operand layouts, the layouts of C in turn.
                            let lc = [Lie::Rows, Lie::Columns, Lie::Gaps, Lie::Backward][(la as usize + lb as usize + step) % 4];
                            let a = Laid::new(m, k, la, 1, |x| x as $t);
                            let b = Laid::new(k, n, lb, 2, |x| x as $t);
                            let mut c = Laid::new(m, n, lc, 3, |_| <$t>::NAN);
                            let out = Output::new(c.data.as_mut_ptr().wrapping_add(c.start), c.row, c.col);
                            // SAFETY: the buffers hold the matrices.
                            unsafe {
                                gemm_at(level, true, m, n, k, &Strided::lhs(a.ptr(), a.row, a.col), &Strided::rhs(b.ptr(), b.row, b.col), &out);
                            }
                            for i in 0..m {
                                for j in 0..n {
                                    let want: f64 = (0..k).map(|p| a.at(i, p) as f64 * b.at(p, j) as f64).sum();
                                    let got = c.at(i, j) as f64;
                                    assert!(close(got, want, k, <$t>::EPSILON as f64), "{level:?} {m}x{n}x{k} {la:?} {lb:?} {lc:?} ({i},{j}): {got} {want}");
                                }
                            }
                            // Gaps are left alone.
                            let written = c.data.iter().filter(|x| !x.is_nan()).count();
                            assert_eq!(written, m * n);
                        }
                    }
                }
            }
        }
    };
}
layouts!(every_layout_f32, f32);
layouts!(every_layout_f64, f64);

#[test]
fn epilogues_do_what_they_say() {
    for (m, n, k) in [
        (1, 1, 1),
        (17, 35, 9),
        (30, 64, 1100),
        (7, 5, 0),
        (1, 40, 33),
        (40, 1, 33),
        (100, 10, 2000),
    ] {
        for level in levels() {
            for lc in [Lie::Rows, Lie::Columns, Lie::Gaps] {
                for case in 0..32 {
                    let a = Laid::new(m, k, Lie::Rows, 1, |x| x as f32);
                    let b = Laid::new(k, n, Lie::Columns, 2, |x| x as f32);
                    let mut c = Laid::new(m, n, lc, 3, |x| x as f32);
                    let old = Laid::new(m, n, lc, 3, |x| x);
                    let bias: Vec<f32> = values(m.max(n), 4).iter().map(|&x| x as f32).collect();
                    let rest = Laid::new(m, n, Lie::Gaps, 5, |x| x as f32);
                    let relu = |run: &mut [f32]| run.iter_mut().for_each(|x| *x = x.max(0.0));
                    let mut out = Output::new(c.data.as_mut_ptr(), c.row, c.col);
                    let alpha = if case & 1 != 0 { 0.5 } else { 1.0 };
                    let beta = [0.0, 1.0, 0.25][case / 2 % 3];
                    out = out.scaled(alpha).plus_previous(beta);
                    let (row_bias, col_bias) = (case & 4 != 0, case & 8 != 0 && case & 4 == 0);
                    if row_bias {
                        out = out.bias_per_row(bias.as_ptr(), 1);
                    }
                    if col_bias {
                        out = out.bias_per_column(bias.as_ptr(), 1);
                    }
                    let residual = case & 16 != 0;
                    if residual {
                        out = out.residual(rest.ptr(), rest.row, rest.col);
                    }
                    let mapped = case % 5 == 0;
                    if mapped {
                        out = out.map(&relu);
                    }
                    // SAFETY: the buffers hold the matrices.
                    unsafe {
                        gemm_at(
                            level,
                            true,
                            m,
                            n,
                            k,
                            &Strided::lhs(a.ptr(), a.row, a.col),
                            &Strided::rhs(b.ptr(), b.row, b.col),
                            &out,
                        );
                    }
                    for i in 0..m {
                        for j in 0..n {
                            let sum: f64 =
                                (0..k).map(|p| a.at(i, p) as f64 * b.at(p, j) as f64).sum();
                            let mut want = alpha as f64 * sum + beta as f64 * old.at(i, j);
                            want += if row_bias {
                                bias[i] as f64
                            } else if col_bias {
                                bias[j] as f64
                            } else {
                                0.0
                            };
                            want += if residual { rest.at(i, j) as f64 } else { 0.0 };
                            if mapped {
                                want = want.max(0.0);
                            }
                            let got = c.at(i, j) as f64;
                            assert!(
                                close(got, want, k + 4, f32::EPSILON as f64),
                                "{level:?} {m}x{n}x{k} case {case} ({i},{j}): {got} {want}"
                            );
                        }
                    }
                }
            }
        }
    }
}

macro_rules! halves {
    ($name:ident, $t:ty, $out:ident, $eps:expr) => {
        #[test]
        fn $name() {
            for (m, n, k) in [
                (1, 1, 1),
                (17, 35, 9),
                (33, 70, 1100),
                (5, 1, 80),
                (2, 2, 0),
            ] {
                for la in LIES {
                    for lb in LIES {
                        let a = Laid::new(m, k, la, 1, <$t>::from_f64);
                        let b = Laid::new(k, n, lb, 2, <$t>::from_f64);
                        let lc = if la == lb { Lie::Rows } else { Lie::Gaps };
                        let mut c = Laid::new(m, n, lc, 3, |_| <$t>::NAN);
                        let out = Output::$out(c.data.as_mut_ptr(), c.row, c.col);
                        // SAFETY: the buffers hold the matrices.
                        unsafe {
                            gemm(
                                m,
                                n,
                                k,
                                &Strided::lhs(a.ptr(), a.row, a.col),
                                &Strided::rhs(b.ptr(), b.row, b.col),
                                &out,
                            );
                        }
                        for i in 0..m {
                            for j in 0..n {
                                let want: f64 = (0..k)
                                    .map(|p| a.at(i, p).to_f64() * b.at(p, j).to_f64())
                                    .sum();
                                let got = c.at(i, j).to_f64();
                                let slack = $eps * want.abs() + 1e-6 * 4.0 * k as f64;
                                assert!(
                                    (got - want).abs() <= slack,
                                    "{m}x{n}x{k} {la:?} {lb:?} ({i},{j}): {got} {want}"
                                );
                            }
                        }
                    }
                }
            }
        }
    };
}
halves!(half_operands_and_output, f16, f16, 1.0 / 2048.0);
halves!(bfloat_operands_and_output, bf16, bf16, 1.0 / 256.0);

#[test]
fn columns_in_runs_and_folded_depth() {
    // C: 5 × (3 images of 7 positions), stored [image][row][position]; B's K is (4 runs of 6).
    let (m, images, run, outer, inner) = (5, 3, 7, 4, 6);
    let (n, k) = (images * run, outer * inner);
    let a: Vec<f32> = values(m * k, 1).iter().map(|&x| x as f32).collect();
    // B stored [outer][column][inner].
    let b: Vec<f32> = values(n * k, 2).iter().map(|&x| x as f32).collect();
    let mut c = vec![f32::NAN; m * n];
    let rhs = Folded {
        ptr: b.as_ptr(),
        line: inner as isize,
        outer: (n * inner) as isize,
        inner: 1,
        run: inner,
    };
    let out = Output::new(c.as_mut_ptr(), run as isize, 1).columns_in_runs(run, (m * run) as isize);
    // SAFETY: the buffers hold the matrices.
    unsafe {
        gemm(
            m,
            n,
            k,
            &Strided::lhs(a.as_ptr(), k as isize, 1),
            &rhs,
            &out,
        )
    };
    for i in 0..m {
        for j in 0..n {
            let want: f64 = (0..k)
                .map(|p| {
                    a[i * k + p] as f64 * b[p / inner * n * inner + j * inner + p % inner] as f64
                })
                .sum();
            let got = c[j / run * m * run + i * run + j % run] as f64;
            assert!(close(got, want, k, f32::EPSILON as f64));
        }
    }
}

#[test]
fn batches_broadcast() {
    for (m, n, k, count) in [
        (3, 4, 5, 7),
        (40, 30, 20, 12),
        (1, 1, 1, 100),
        (130, 120, 110, 3),
        (4, 4, 4, 0),
    ] {
        let a: Vec<f32> = values(m * k * count, 1).iter().map(|&x| x as f32).collect();
        let b: Vec<f32> = values(k * n, 2).iter().map(|&x| x as f32).collect();
        let mut c = vec![f32::NAN; m * n * count];
        // SAFETY: the buffers hold the matrices.
        unsafe {
            gemm_batched(
                count,
                m,
                n,
                k,
                Strided::lhs(a.as_ptr(), k as isize, 1),
                Strided::rhs(b.as_ptr(), n as isize, 1),
                Output::new(c.as_mut_ptr(), n as isize, 1),
                &|i| [(i * m * k) as isize, 0, (i * m * n) as isize],
            );
        }
        for i in 0..m * count {
            for j in 0..n {
                let want: f64 = (0..k)
                    .map(|p| a[i * k + p] as f64 * b[p * n + j] as f64)
                    .sum();
                assert!(close(c[i * n + j] as f64, want, k, f32::EPSILON as f64));
            }
        }
    }
}

#[test]
fn integers_wrap() {
    for (m, n, k) in [(1, 1, 1), (3, 5, 7), (70, 130, 33), (2, 2, 0), (0, 2, 2)] {
        for la in LIES {
            for lb in LIES {
                let a = Laid::new(m, k, la, 1, |x| (x * 1e18) as i64);
                let b = Laid::new(k, n, lb, 2, |x| (x * 1e18) as i64);
                let mut c = vec![0i64; m * n];
                let place = Place {
                    ptr: c.as_mut_ptr(),
                    row: n as isize,
                    col: 1,
                    runs: None,
                };
                // SAFETY: the buffers hold the matrices.
                unsafe {
                    gemm_int(
                        m,
                        n,
                        k,
                        Strided::lhs(a.ptr(), a.row, a.col),
                        Strided::rhs(b.ptr(), b.row, b.col),
                        place,
                    )
                };
                for i in 0..m {
                    for j in 0..n {
                        let want = (0..k).fold(0i64, |s, p| {
                            s.wrapping_add(a.at(i, p).wrapping_mul(b.at(p, j)))
                        });
                        assert_eq!(c[i * n + j], want);
                    }
                }
            }
        }
    }
}

#[test]
fn same_bits_for_any_number_of_threads() {
    for (m, n, k) in [
        (257, 130, 600),
        (3, 1000, 700),
        (900, 5, 700),
        (20, 30, 20_000),
        (1, 3000, 300),
        (64, 64, 64),
    ] {
        let a: Vec<f32> = values(m * k, 1).iter().map(|&x| x as f32 / 3.0).collect();
        let b: Vec<f32> = values(k * n, 2).iter().map(|&x| x as f32 / 7.0).collect();
        let run = |threads: usize| {
            let mut c = vec![f32::NAN; m * n];
            let (a, b) = (
                Strided::lhs(a.as_ptr(), k as isize, 1),
                Strided::rhs(b.as_ptr(), n as isize, 1),
            );
            let out = Output::new(c.as_mut_ptr(), n as isize, 1);
            // SAFETY: the buffers hold the matrices.
            crate::cpu::pool::with_num_threads(threads, || unsafe { gemm(m, n, k, &a, &b, &out) });
            c.iter().map(|x| x.to_bits()).collect::<Vec<_>>()
        };
        let one = run(1);
        assert_eq!(one, run(2), "{m}x{n}x{k}");
        assert_eq!(one, run(3), "{m}x{n}x{k}");
    }
}
