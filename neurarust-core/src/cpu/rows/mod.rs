//! Kernels that finish a whole row at a time: softmax, normalisation, cross-entropy. Operands are row-major tensors of
//! `f32` or `f64`; a row that fits the L1 cache is read from memory once.

mod softmax;

pub(crate) use softmax::{log_softmax, log_softmax_back, softmax, softmax_back};

use super::nest;
use super::pool;
use super::simd::{Float, Isa, Lanes};
use crate::Tensor;

/// Widest register, in lanes.
const WIDEST: usize = 16;
/// Elements per task.
const TASK: usize = 32 * 1024;

/// `(inputs, outputs, columns)` of one row.
type RowFn = unsafe fn(src: &[*const u8], dst: &[*mut u8], n: usize);

/// A tensor's first element, to be shared by tasks that touch disjoint rows.
#[derive(Clone, Copy)]
struct Base(*mut u8);
// SAFETY: a base is a place; who follows it holds the lock of the buffer and owns the rows.
unsafe impl Send for Base {}
// SAFETY: as above.
unsafe impl Sync for Base {}

/// Runs `kernel` on every row of `n` columns. All tensors are row-major, of one shape and dtype, the outputs fresh.
fn by_row(kernel: RowFn, inputs: &[&Tensor], outputs: &[&Tensor], n: usize) {
    debug_assert!(inputs.iter().chain(outputs).all(|t| t.is_contiguous()));
    let size = outputs[0].dtype().size();
    if outputs[0].numel() == 0 {
        return;
    }
    let rows = outputs[0].numel() / n;
    let mut bases = [Base(std::ptr::null_mut()); 6];
    for (base, t) in bases.iter_mut().zip(inputs.iter().chain(outputs)) {
        *base = Base(nest::start(t));
    }
    let (ins, outs) = (inputs.len(), outputs.len());
    pool::parallel_chunks(rows, (TASK / n).max(1), |range| {
        let bases = bases;
        for row in range {
            let at = row * n * size;
            // SAFETY: row `row` of each tensor, which has `rows` rows of `n` elements.
            unsafe {
                let src: [*const u8; 6] =
                    std::array::from_fn(|k| bases[k].0.wrapping_add(at) as *const u8);
                let dst: [*mut u8; 6] = std::array::from_fn(|k| bases[k].0.wrapping_add(at));
                kernel(&src[..ins], &dst[ins..ins + outs], n);
            }
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
