//! The product of integer matrices: exact modulo 2ⁿ, as PyTorch's.

use super::Place;
use super::pack::Strided;
use crate::cpu::pool;

/// An integer a product can be taken of; it wraps.
///
/// ```
/// # use neurarust_core::cpu::gemm::Wrapping;
/// assert_eq!(10u8.wrapping_fma(20, 20), 154); // 410 modulo 256
/// ```
pub trait Wrapping: Copy + Send + Sync + 'static {
    /// `self + a * b`, wrapping.
    fn wrapping_fma(self, a: Self, b: Self) -> Self;
    /// 0
    const ZERO: Self;
}

macro_rules! wrapping {
    ($($t:ty)*) => {$(
        impl Wrapping for $t {
            #[inline(always)]
            fn wrapping_fma(self, a: Self, b: Self) -> Self {
                self.wrapping_add(a.wrapping_mul(b))
            }
            const ZERO: Self = 0;
        }
    )*};
}
wrapping!(u8 i8 i16 i32 i64);

/// Columns of C kept on the stack while K runs.
const COLS: usize = 64;
/// Multiply-adds per task.
const TASK: usize = 1 << 18;

/// `C = A·B` on integers, with wrap-around.
///
/// ```
/// # use neurarust_core::cpu::gemm::{Place, Strided, gemm_int};
/// let (a, b, mut c) = ([1i64, 2], [3i64, 4], [0i64]); // 1 × 2 times 2 × 1
/// let out = Place { ptr: c.as_mut_ptr(), row: 1, col: 1, runs: None };
/// // SAFETY: strides and sizes describe the arrays above.
/// unsafe { gemm_int(1, 1, 2, Strided::lhs(a.as_ptr(), 2, 1), Strided::rhs(b.as_ptr(), 1, 1), out) };
/// assert_eq!(c, [11]);
/// ```
///
/// # Safety
/// Every element of A (`m × k`), B (`k × n`) and C (`m × n`) must be in bounds, C's elements distinct and not touched
/// by anyone else meanwhile, A and B not written meanwhile.
pub unsafe fn gemm_int<T: Wrapping>(
    m: usize,
    n: usize,
    k: usize,
    a: Strided<T>,
    b: Strided<T>,
    c: Place<T>,
) {
    let stretches = n.div_ceil(COLS);
    // Rows per task, by shape alone.
    let rows = (TASK / (k.max(1) * n.clamp(1, COLS))).clamp(1, m.max(1));
    let tasks = stretches * m.div_ceil(rows);
    let run = |task: usize| {
        let (col, row) = (task % stretches * COLS, task / stretches * rows);
        let cols = COLS.min(n - col);
        for i in row..(row + rows).min(m) {
            let mut sum = [T::ZERO; COLS];
            for p in 0..k {
                // SAFETY: inside A.
                let x = unsafe { *a.at(i, p) };
                let line = b.at(col, p);
                if b.line == 1 {
                    for (j, s) in sum[..cols].iter_mut().enumerate() {
                        // SAFETY: inside B.
                        *s = s.wrapping_fma(x, unsafe { *line.wrapping_add(j) });
                    }
                } else {
                    for (j, s) in sum[..cols].iter_mut().enumerate() {
                        // SAFETY: inside B.
                        *s = s
                            .wrapping_fma(x, unsafe { *line.wrapping_offset(j as isize * b.line) });
                    }
                }
            }
            for (j, &s) in sum[..cols].iter().enumerate() {
                // SAFETY: inside C; tasks own disjoint parts.
                unsafe { *c.at(i, col + j) = s };
            }
        }
    };
    if tasks > 1 && m.saturating_mul(n).saturating_mul(k) > TASK {
        pool::parallel_for(tasks, run);
    } else {
        (0..tasks).for_each(run);
    }
}
