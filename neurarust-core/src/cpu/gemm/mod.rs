//! Matrix products: one driver, whose operands are packers and whose output goes through an epilogue.
//!
//! ```
//! use neurarust_core::cpu::gemm::{Output, Strided, gemm};
//!
//! // C = relu(A · B + bias), A 2 × 3, B 3 × 2, all row-major.
//! let a = [1f32, 2., 3., 4., 5., 6.];
//! let b = [1f32, 0., 0., 1., 1., 1.];
//! let bias = [0f32, 3.];
//! let mut c = [0f32; 4];
//! let relu = |run: &mut [f32]| run.iter_mut().for_each(|x| *x = x.max(0.));
//! let out = Output::new(c.as_mut_ptr(), 2, 1).bias_per_column(bias.as_ptr(), 1).map(&relu);
//! // SAFETY: strides and sizes describe the arrays above.
//! unsafe { gemm(2, 2, 3, &Strided::lhs(a.as_ptr(), 3, 1), &Strided::rhs(b.as_ptr(), 2, 1), &out) };
//! assert_eq!(c, [4., 8., 10., 14.]);
//! ```

mod blocked;
mod epilogue;
mod int;
mod kernel;
mod pack;
mod scratch;
mod skinny;
mod transpose;

pub use epilogue::{Addend, Epilogue, Finish, MAX_TILE, Map, Output, Place, Store};
pub use int::{Wrapping, gemm_int};
pub use kernel::{Entry, KernelTable};
pub use pack::{Folded, Pack, Strided};

use crate::cpu::pool;
use crate::cpu::simd::{Level, level};
use blocked::Product;
use epilogue::Transposed;

/// `C = A·B`, with A `m × k`, B `k × n` and C `m × n`, where `out` may do more with C than store it.
///
/// # Safety
/// Every element of A and B must be readable and every element of C writable (for `Output`: also its addends' elements
/// readable). C's elements must be distinct in memory and not overlap A or B; nobody else may write any of them, nor
/// read C, until the call returns.
pub unsafe fn gemm<T: Entry>(
    m: usize,
    n: usize,
    k: usize,
    a: &dyn Pack<T>,
    b: &dyn Pack<T>,
    out: &dyn Epilogue<T>,
) {
    // SAFETY: passed on; the level is no more than the machine's.
    unsafe { gemm_at(level(), true, m, n, k, a, b, out) }
}

/// [`gemm`] with kernels of a given level.
///
/// # Safety
/// As [`gemm`]; the machine must have the level.
#[allow(clippy::too_many_arguments)]
unsafe fn gemm_at<T: Entry>(
    level: Level,
    parallel: bool,
    m: usize,
    n: usize,
    k: usize,
    a: &dyn Pack<T>,
    b: &dyn Pack<T>,
    out: &dyn Epilogue<T>,
) {
    let kernels = &T::table(level).0;
    // The transposed product is the better one if C is laid out by columns, or narrower than tall.
    let narrow = n < m && n <= skinny::ROWS;
    // SAFETY: passed on.
    unsafe {
        if narrow || (out.by_columns() && m > skinny::ROWS) {
            let out = &Transposed(out);
            Product {
                kernels,
                m: n,
                n: m,
                k,
                a: b,
                b: a,
                out,
                parallel,
            }
            .run()
        } else {
            Product {
                kernels,
                m,
                n,
                k,
                a,
                b,
                out,
                parallel,
            }
            .run()
        }
    }
}

/// `count` independent products of one shape: matrix `i` of each operand is `offsets(i)` elements (of A, B and C) away
/// from the first. Offsets of A and B may repeat (broadcasting).
///
/// # Safety
/// As [`gemm`] for each product; the matrices of C must not overlap.
#[allow(clippy::too_many_arguments)]
pub unsafe fn gemm_batched<T, A, B>(
    count: usize,
    m: usize,
    n: usize,
    k: usize,
    a: Strided<A>,
    b: Strided<B>,
    out: Output<'_, T>,
    offsets: &(dyn Fn(usize) -> [isize; 3] + Sync),
) where
    T: Entry,
    A: Sync,
    B: Sync,
    Strided<A>: Pack<T>,
    Strided<B>: Pack<T>,
{
    let level = level();
    // Products that are worth several threads get them one after the other; small ones are shared out in bundles.
    let work = m.saturating_mul(n).saturating_mul(k);
    let alone = work >= WIDE_WORK;
    let one = |i: usize| {
        let [at_a, at_b, at_c] = offsets(i);
        let out = out.offset(at_c).offset_residual(at_c);
        // SAFETY: passed on.
        unsafe {
            gemm_at(
                level,
                alone,
                m,
                n,
                k,
                &a.offset(at_a),
                &b.offset(at_b),
                &out,
            )
        };
    };
    if alone || count == 1 || work.saturating_mul(count) < WIDE_WORK / 16 {
        (0..count).for_each(one);
        return;
    }
    let bundle = (WIDE_WORK / 64 / work.max(1)).clamp(1, count);
    pool::parallel_for(count.div_ceil(bundle), |task| {
        (task * bundle..((task + 1) * bundle).min(count)).for_each(one);
    });
}

/// Multiply-adds from which a product of a batch is run by all threads together.
const WIDE_WORK: usize = 1 << 23;

#[cfg(test)]
mod tests;
