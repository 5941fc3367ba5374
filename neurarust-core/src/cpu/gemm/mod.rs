//! Matrix products: one driver, whose operands are packers and whose output goes through an epilogue.
//!
//! [`gemm`] multiplies anything that is a [`Pack`] (a strided matrix, a half one, one with a folded K, an image seen through
//! windows) into anything that is an [`Epilogue`] ([`Output`]: scale, previous values, bias, residual, a function, rounding to
//! a half type). [`gemm_batched`] does many products of one shape, [`gemm_int`] multiplies integers.
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
//!
//! # The loops
//!
//! ```text
//! for columns of C that fit L3 with a block of K          (jc: 4 MiB of B)
//!   for blocks of K                                       (pc: 2 KiB per line, equal blocks)
//!     pack B into panels of nr columns
//!     for rows of C that fit L2 with the block            (ic: 384 KiB of A; the tasks for other threads)
//!       pack A into panels of mr rows
//!       for panels of B                                   (jr)
//!         for panels of A                                 (ir)
//!           micro-kernel: mr × nr of C in registers       (14 × 32 f32 with AVX-512)
//! ```
//!
//! Between blocks of K the sums rest in C itself, or in a workspace if C is rounded, scattered or still to be read. A finished
//! tile is stored straight from registers when the output is plain or adds a bias, and through a tile on the stack
//! otherwise.
//!
//! * K blocks are long (512 `f32`): a panel of B does not stay in L1, but a kernel needs only 184 bytes in 28 cycles, which
//!   L2 has, and C is touched less often. Halving the blocks costs 2 %.
//! * An operand is packed only where that pays. Broadcasts read A in place at full speed whatever its layout, so A is
//!   packed for more than 1024 columns or when its lines would evict each other (strides of whole pages). B is read in
//!   place up to 512 KiB if its columns are adjacent. At 256³ that is 11 % faster than packing both.
//! * The last rows and columns have kernels of their own (1..=14 rows, 1 or 2 registers) instead of padded ones.
//! * Products with a side of at most 4 are dot products or sums of rows (`skinny`); tiny ones are plain loops; those with
//!   a long K and a small C are cut along K (`split`).
//!
//! # Threads
//!
//! All cuts follow from the shape alone: K into blocks and parts, C into tasks. With every element of C being one chain of
//! FMAs per block, the bits do not depend on the number of threads. Products below 150 000 multiply-adds stay on the
//! caller's thread.

mod blocked;
mod epilogue;
mod int;
mod kernel;
mod pack;
mod scratch;
mod skinny;
mod split;
mod transpose;

pub use epilogue::{Addend, Epilogue, Finish, MAX_TILE, Map, Output, Place, Store};
pub use int::{Wrapping, gemm_int};
pub use kernel::{Entry, KernelTable};
pub(crate) use pack::pad;
pub use pack::{Folded, Pack, Strided};
pub(crate) use scratch::Scratch;

use crate::cpu::pool;
use crate::cpu::simd::{Level, level};
use blocked::Product;
use epilogue::Transposed;

/// `C = A·B`, with A `m × k`, B `k × n` and C `m × n`, where `out` may do more with C than store it.
///
/// ```
/// # use neurarust_core::cpu::gemm::{Output, Strided, gemm};
/// let (a, b, mut c) = ([1f32, 2.0], [3f32, 4.0], [0f32; 4]); // 2 × 1 times 1 × 2
/// let out = Output::new(c.as_mut_ptr(), 2, 1);
/// // SAFETY: strides and sizes describe the arrays above.
/// unsafe { gemm(2, 2, 1, &Strided::lhs(a.as_ptr(), 1, 1), &Strided::rhs(b.as_ptr(), 2, 1), &out) };
/// assert_eq!(c, [3.0, 4.0, 6.0, 8.0]);
/// ```
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

/// Multiply-adds from which a product of a batch is run by all threads together.
const WIDE_WORK: usize = 1 << 23;

/// `count` independent products of one shape: matrix `i` of each operand is `offsets(i)` elements (of A, B and C) away
/// from the first. Offsets of A and B may repeat (broadcasting).
///
/// ```
/// # use neurarust_core::cpu::gemm::{Output, Strided, gemm_batched};
/// let (a, b, mut c) = ([1f32, 2.0, 3.0], [10f32], [0f32; 3]); // three products 1 × 1 times 1 × 1
/// let (x, y) = (Strided::lhs(a.as_ptr(), 1, 1), Strided::rhs(b.as_ptr(), 1, 1));
/// let out = Output::new(c.as_mut_ptr(), 1, 1);
/// // SAFETY: offsets, strides and sizes describe the arrays above.
/// unsafe { gemm_batched(3, 1, 1, 1, x, y, out, &|i| [i as isize, 0, i as isize]) };
/// assert_eq!(c, [10.0, 20.0, 30.0]);
/// ```
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

/// Copies a matrix turned: `dst[p * width + i] = src[i * line + p]` for `i < lines`, `p < depth`.
///
/// # Safety
/// The source must be readable and the targets writable; they must not overlap.
pub(crate) unsafe fn turn<T: Entry>(
    src: *const T,
    line: isize,
    lines: usize,
    depth: usize,
    width: usize,
    dst: *mut T,
) {
    // SAFETY: passed on; the level is no more than the machine's.
    unsafe { (T::table(level()).0.turn)(src, line, lines, depth, width, dst) }
}

/// [`gemm`] on the caller's thread.
///
/// # Safety
/// As [`gemm`].
pub(crate) unsafe fn gemm_alone<T: Entry>(
    m: usize,
    n: usize,
    k: usize,
    a: &dyn Pack<T>,
    b: &dyn Pack<T>,
    out: &dyn Epilogue<T>,
) {
    // SAFETY: passed on; the level is no more than the machine's.
    unsafe { gemm_at(level(), false, m, n, k, a, b, out) }
}

#[cfg(test)]
mod tests;
