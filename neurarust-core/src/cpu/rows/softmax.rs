//! Softmax and its logarithm, row by row, forward and backward.

use super::{Rows, by_row, each, load, splat, store};
use crate::cpu::kernel::{MAX_PARAMS, Params};
use crate::cpu::simd::{Float, Isa, Lanes, with_isa};
use crate::real::{Num, Real};
use crate::{DType, Tensor};
use std::ops::Add;

macro_rules! row_kernels {
    ($($(#[$doc:meta])* $name:ident($($x:ident),*) = $row:ident;)*) => { $(
        $(#[$doc])*
        ///
        /// Row-major tensors of one shape whose last dimension has `n` elements, `out` fresh.
        pub(crate) fn $name($($x: &Tensor,)* out: &Tensor, n: usize) {
            unsafe fn run<T: Float>(_: &Params, src: &[*const u8], dst: &[*mut u8], n: usize) {
                // SAFETY: by the caller; `level` is what the machine has.
                unsafe { with_isa!(I => $row::<I, T>(src, dst, n)) }
            }
            let kernel = match out.dtype() {
                DType::F64 => run::<f64>,
                _ => run::<f32>,
            };
            let rows = out.numel().checked_div(n).unwrap_or(0);
            let inputs = [$(Rows::Each($x, n)),*];
            by_row(kernel, &[0.0; MAX_PARAMS], &inputs, &[Rows::Each(out, n)], rows, n);
        }
    )* };
}
row_kernels! {
    /// `exp(x - max) / Σ exp(x - max)`
    softmax(x) = softmax_row;
    /// `x - max - ln Σ exp(x - max)`
    log_softmax(x) = log_softmax_row;
    /// The gradient of softmax from its output: `y · (g - Σ g·y)`
    softmax_back(y, g) = softmax_back_row;
    /// The gradient of log-softmax from its output: `g - exp(y) · Σ g`
    log_softmax_back(y, g) = log_softmax_back_row;
}

#[inline(always)]
pub(super) unsafe fn largest<I: Isa, T: Float>(x: *const T, n: usize) -> T::In<I> {
    let low = <T::In<I>>::c(f64::NEG_INFINITY);
    // SAFETY: by the caller.
    let top = unsafe {
        each!(I, T, n, low, Num::max, |acc, i, left| acc
            .max(load::<I, T>(x.add(i), left, f64::NEG_INFINITY)))
    };
    splat::<I, T>(top.max_lanes())
}

#[inline(always)]
unsafe fn softmax_row<I: Isa, T: Float>(src: &[*const u8], dst: &[*mut u8], n: usize) {
    let (x, y) = (src[0] as *const T, dst[0] as *mut T);
    // SAFETY: rows of `n` elements.
    unsafe {
        let top = largest::<I, T>(x, n);
        let zero = <T::In<I>>::c(0.0);
        let total = each!(I, T, n, zero, Add::add, |acc, i, left| {
            // Lanes past the end are exp(-∞) = 0.
            let e = (load::<I, T>(x.add(i), left, f64::NEG_INFINITY) - top).exp();
            store::<I, T>(e, y.add(i), left);
            acc + e
        });
        let scale = splat::<I, T>(T::c(1.0) / total.sum_lanes());
        each!(I, T, n, (), |_, _| (), |_acc, i, left| {
            store::<I, T>(load::<I, T>(y.add(i), left, 0.0) * scale, y.add(i), left)
        });
    }
}

#[inline(always)]
unsafe fn log_softmax_row<I: Isa, T: Float>(src: &[*const u8], dst: &[*mut u8], n: usize) {
    let (x, y) = (src[0] as *const T, dst[0] as *mut T);
    // SAFETY: rows of `n` elements.
    unsafe {
        let top = largest::<I, T>(x, n);
        let zero = <T::In<I>>::c(0.0);
        let total = each!(I, T, n, zero, Add::add, |acc, i, left| acc
            + (load::<I, T>(x.add(i), left, f64::NEG_INFINITY) - top).exp());
        let log = splat::<I, T>(total.sum_lanes().ln());
        each!(I, T, n, (), |_, _| (), |_acc, i, left| {
            store::<I, T>(
                load::<I, T>(x.add(i), left, 0.0) - top - log,
                y.add(i),
                left,
            )
        });
    }
}

#[inline(always)]
unsafe fn softmax_back_row<I: Isa, T: Float>(src: &[*const u8], dst: &[*mut u8], n: usize) {
    let (y, g, d) = (src[0] as *const T, src[1] as *const T, dst[0] as *mut T);
    // SAFETY: rows of `n` elements.
    unsafe {
        let zero = <T::In<I>>::c(0.0);
        let dot = each!(I, T, n, zero, Add::add, |acc, i, left| load::<I, T>(
            y.add(i),
            left,
            0.0
        )
        .mul_add(load::<I, T>(g.add(i), left, 0.0), acc));
        let dot = splat::<I, T>(dot.sum_lanes());
        each!(I, T, n, (), |_, _| (), |_acc, i, left| {
            let far = load::<I, T>(g.add(i), left, 0.0) - dot;
            store::<I, T>(load::<I, T>(y.add(i), left, 0.0) * far, d.add(i), left)
        });
    }
}

#[inline(always)]
unsafe fn log_softmax_back_row<I: Isa, T: Float>(src: &[*const u8], dst: &[*mut u8], n: usize) {
    let (y, g, d) = (src[0] as *const T, src[1] as *const T, dst[0] as *mut T);
    // SAFETY: rows of `n` elements.
    unsafe {
        let zero = <T::In<I>>::c(0.0);
        let total = each!(I, T, n, zero, Add::add, |acc, i, left| acc
            + load::<I, T>(g.add(i), left, 0.0));
        let total = splat::<I, T>(total.sum_lanes());
        each!(I, T, n, (), |_, _| (), |_acc, i, left| {
            let p = load::<I, T>(y.add(i), left, 0.0).exp();
            store::<I, T>(
                load::<I, T>(g.add(i), left, 0.0) - p * total,
                d.add(i),
                left,
            )
        });
    }
}
