//! Kernels that finish a whole row at a time: softmax, normalisation, cross-entropy. Operands are row-major tensors of
//! `f32` or `f64`; a row that fits the L1 cache is read from memory once.

mod entropy;
mod normalize;
mod softmax;

pub(crate) use entropy::{entropy, entropy_back, pick, pick_back};
pub(crate) use normalize::{normalize, normalize_back};
pub(crate) use softmax::{log_softmax, log_softmax_back, softmax, softmax_back};

use super::kernel::Params;
use super::nest;
use super::pool;
use super::simd::{Float, Isa, Lanes};
use crate::Tensor;

/// Widest register, in lanes.
const WIDEST: usize = 16;
/// Elements per task.
const TASK: usize = 32 * 1024;

/// `(parameters, inputs, outputs, columns)` of one row.
type RowFn = unsafe fn(params: &Params, src: &[*const u8], dst: &[*mut u8], n: usize);

/// Most operands of a row kernel.
const MAX_OPERANDS: usize = 10;

/// A row-major operand of a row kernel.
enum Rows<'a> {
    /// This many elements per row.
    Each(&'a Tensor, usize),
    /// The same elements for every row.
    Shared(&'a Tensor),
    /// This many elements per task: where rows add up.
    Task(&'a Tensor, usize),
    /// Not there: a null pointer.
    Missing,
}

/// Where an operand of a row lies.
#[derive(Clone, Copy)]
struct Place {
    base: *mut u8,
    /// Bytes from row to row.
    row: usize,
    /// Bytes from task to task.
    task: usize,
}
// SAFETY: a place; who follows it holds the lock of the buffer and owns the rows.
unsafe impl Send for Place {}
// SAFETY: as above.
unsafe impl Sync for Place {}

/// Rows per task, for rows of `n` columns.
pub(crate) fn rows_per_task(n: usize) -> usize {
    (TASK / n.max(1)).max(16)
}

/// Runs `kernel` on each of `rows` rows of `n` columns. The caller has checked sizes and dtypes and holds the locks;
/// outputs are fresh.
fn by_row(
    kernel: RowFn,
    params: &Params,
    inputs: &[Rows],
    outputs: &[Rows],
    rows: usize,
    n: usize,
) {
    let nowhere = Place {
        base: std::ptr::null_mut(),
        row: 0,
        task: 0,
    };
    let mut places = [nowhere; MAX_OPERANDS];
    for (place, operand) in places.iter_mut().zip(inputs.iter().chain(outputs)) {
        let (t, row, task) = match operand {
            Rows::Each(t, n) => (t, *n, 0),
            Rows::Shared(t) => (t, 0, 0),
            Rows::Task(t, n) => (t, 0, *n),
            Rows::Missing => continue,
        };
        debug_assert!(t.is_contiguous());
        let size = t.dtype().size();
        *place = Place {
            base: nest::start(t),
            row: row * size,
            task: task * size,
        };
    }
    let (ins, outs) = (inputs.len(), outputs.len());
    let per_task = rows_per_task(n);
    pool::parallel_for(rows.div_ceil(per_task), |task| {
        let places = places;
        for row in task * per_task..rows.min((task + 1) * per_task) {
            // wrapping: a missing operand stays null.
            let at: [*mut u8; MAX_OPERANDS] = std::array::from_fn(|k| {
                let p = &places[k];
                p.base.wrapping_add(row * p.row + task * p.task)
            });
            let src: [*const u8; MAX_OPERANDS] = at.map(|p| p as *const u8);
            // SAFETY: row `row` of each operand.
            unsafe { kernel(params, &src[..ins], &at[ins..ins + outs], n) };
        }
    });
}

/// The register at `p`, of which `left` lanes exist; the others hold `fill`.
///
/// # Safety
/// `p` must be readable for `left` elements, or a whole register if there are more.
#[inline(always)]
unsafe fn load<I: Isa, T: Float>(p: *const T, left: usize, fill: f64) -> T::In<I> {
    // SAFETY: by the caller; the buffer holds the widest register.
    unsafe {
        if left >= <T::In<I>>::N {
            return <T::In<I>>::load(p);
        }
        let mut part = [T::c(fill); WIDEST];
        for (i, slot) in part.iter_mut().enumerate().take(left) {
            *slot = *p.add(i);
        }
        <T::In<I>>::load(part.as_ptr())
    }
}

/// Writes the first `left` lanes of `x`.
///
/// # Safety
/// `p` must be writable for `left` elements, or a whole register if there are more.
#[inline(always)]
unsafe fn store<I: Isa, T: Float>(x: T::In<I>, p: *mut T, left: usize) {
    // SAFETY: by the caller; the buffer holds the widest register.
    unsafe {
        if left >= <T::In<I>>::N {
            return x.store(p);
        }
        let mut part = [T::c(0.0); WIDEST];
        x.store(part.as_mut_ptr());
        for (i, &value) in part.iter().enumerate().take(left) {
            *p.add(i) = value;
        }
    }
}

/// `x` in every lane.
#[inline(always)]
fn splat<I: Isa, T: Float>(x: T) -> T::In<I> {
    let all = [x; WIDEST];
    // SAFETY: the buffer holds the widest register.
    unsafe { <T::In<I>>::load(all.as_ptr()) }
}

/// Walks a row register by register, four at a time, with four accumulators that `$join` brings together at the end:
/// `each!(I, T, n, identity, join, |acc, i, left| body)` where `body` answers the new `acc` for elements `i..`.
macro_rules! each {
    ($I:ty, $T:ty, $n:expr, $identity:expr, $join:expr, |$acc:ident, $i:ident, $left:ident| $body:expr) => {{
        let step = <<$T as Float>::In<$I> as Lanes>::N;
        let n: usize = $n;
        let (mut a0, mut a1, mut a2, mut a3) = ($identity, $identity, $identity, $identity);
        let mut at = 0;
        while at + 4 * step <= n {
            let $left = step;
            {
                let ($acc, $i) = (a0, at);
                a0 = $body;
            }
            {
                let ($acc, $i) = (a1, at + step);
                a1 = $body;
            }
            {
                let ($acc, $i) = (a2, at + 2 * step);
                a2 = $body;
            }
            {
                let ($acc, $i) = (a3, at + 3 * step);
                a3 = $body;
            }
            at += 4 * step;
        }
        while at < n {
            let ($acc, $i, $left) = (a0, at, n - at);
            a0 = $body;
            at += step;
        }
        $join($join(a0, a1), $join(a2, a3))
    }};
}
use each;
