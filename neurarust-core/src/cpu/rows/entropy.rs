//! Cross-entropy of rows of logits against class indices, forward and backward. A class below 0 is ignored.

use super::softmax::largest;
use super::{Rows, by_row, each, load, splat, store};
use crate::cpu::kernel::{MAX_PARAMS, Params};
use crate::cpu::simd::{Float, Isa, Lanes, with_isa};
use crate::real::{Num, Real};
use crate::{DType, Tensor};
use std::ops::Add;

fn params(smoothing: f64, total_weight: f64) -> Params {
    let mut params = [0.0; MAX_PARAMS];
    params[0] = smoothing;
    params[1] = total_weight;
    params
}

macro_rules! run {
    ($body:ident, $dtype:expr) => {{
        unsafe fn run<T: Float>(p: &Params, src: &[*const u8], dst: &[*mut u8], n: usize) {
            // SAFETY: by the caller; `level` is what the machine has.
            unsafe { with_isa!(I => $body::<I, T>(p, src, dst, n)) }
        }
        match $dtype {
            DType::F64 => run::<f64>,
            _ => run::<f32>,
        }
    }};
}

fn shared<'a>(t: Option<&'a Tensor>) -> Rows<'a> {
    t.map_or(Rows::Missing, Rows::Shared)
}

/// `loss[i]` and `log[i] = ln Σ exp(x[i])` of the rows of `n` logits; `class` is `i64` and within the row.
/// `weight` has `n` elements that sum to `total_weight` (`n` without weights).
#[allow(clippy::too_many_arguments)]
pub(crate) fn entropy(
    x: &Tensor,
    class: &Tensor,
    weight: Option<&Tensor>,
    smoothing: f64,
    total_weight: f64,
    loss: &Tensor,
    log: &Tensor,
    n: usize,
) {
    by_row(
        run!(forward, x.dtype()),
        &params(smoothing, total_weight),
        &[Rows::Each(x, n), Rows::Each(class, 1), shared(weight)],
        &[Rows::Each(loss, 1), Rows::Each(log, 1)],
        class.numel(),
        n,
    );
}

#[inline(always)]
unsafe fn forward<I: Isa, T: Float>(p: &Params, src: &[*const u8], dst: &[*mut u8], n: usize) {
    let (x, w) = (src[0] as *const T, src[2] as *const T);
    let zero = <T::In<I>>::c(0.0);
    // SAFETY: rows of `n` elements; the class was checked to be below `n`.
    unsafe {
        let class = *(src[1] as *const i64);
        let top = largest::<I, T>(x, n);
        let total = each!(I, T, n, zero, Add::add, |acc, i, left| acc
            + (load::<I, T>(x.add(i), left, f64::NEG_INFINITY) - top).exp());
        let log = top.max_lanes() + total.sum_lanes().ln();
        *(dst[1] as *mut T) = log;
        let loss = dst[0] as *mut T;
        if class < 0 {
            *loss = T::c(0.0);
            return;
        }
        let weight = if w.is_null() {
            T::c(1.0)
        } else {
            *w.add(class as usize)
        };
        let own = weight * (log - *x.add(class as usize));
        *loss = own;
        if p[0] > 0.0 {
            let log = splat::<I, T>(log);
            let all = each!(I, T, n, zero, Add::add, |acc, i, left| {
                // In the lanes past the end: no weight, no logit.
                let weight = match w.is_null() {
                    true => <T::In<I>>::c(1.0),
                    false => load::<I, T>(w.add(i), left, 0.0),
                };
                let far = if left >= <T::In<I>>::N {
                    log - load::<I, T>(x.add(i), left, 0.0)
                } else {
                    partial_distance::<I, T>(x.add(i), left, log)
                };
                weight.mul_add(far, acc)
            })
            .sum_lanes();
            *loss = own * T::c(1.0 - p[0]) + all * T::c(p[0] / n as f64);
        }
    }
}

/// `log - x` in the first `left` lanes, 0 in the others.
#[inline(always)]
unsafe fn partial_distance<I: Isa, T: Float>(x: *const T, left: usize, log: T::In<I>) -> T::In<I> {
    let mut part = [T::c(0.0); super::WIDEST];
    // SAFETY: by the caller; the buffer holds the widest register.
    unsafe {
        (log - load::<I, T>(x, left, 0.0)).store(part.as_mut_ptr());
        for slot in part.iter_mut().skip(left) {
            *slot = T::c(0.0);
        }
        <T::In<I>>::load(part.as_ptr())
    }
}

/// The gradient of the logits, from `log` and the gradient `g` of the losses (one per row, or one for all).
#[allow(clippy::too_many_arguments)]
pub(crate) fn entropy_back(
    x: &Tensor,
    class: &Tensor,
    weight: Option<&Tensor>,
    smoothing: f64,
    total_weight: f64,
    log: &Tensor,
    g: &Tensor,
    out: &Tensor,
    n: usize,
) {
    let g = if g.numel() == class.numel() {
        Rows::Each(g, 1)
    } else {
        Rows::Shared(g)
    };
    by_row(
        run!(backward, x.dtype()),
        &params(smoothing, total_weight),
        &[
            Rows::Each(x, n),
            Rows::Each(class, 1),
            shared(weight),
            Rows::Each(log, 1),
            g,
        ],
        &[Rows::Each(out, n)],
        class.numel(),
        n,
    );
}

#[inline(always)]
unsafe fn backward<I: Isa, T: Float>(p: &Params, src: &[*const u8], dst: &[*mut u8], n: usize) {
    let (x, w, d) = (src[0] as *const T, src[2] as *const T, dst[0] as *mut T);
    // SAFETY: rows of `n` elements; the class was checked to be below `n`.
    unsafe {
        let class = *(src[1] as *const i64);
        if class < 0 {
            let zero = <T::In<I>>::c(0.0);
            each!(I, T, n, (), |_, _| (), |_acc, i, left| store::<I, T>(
                zero,
                d.add(i),
                left
            ));
            return;
        }
        let g = *(src[4] as *const T);
        let weight = if w.is_null() {
            T::c(1.0)
        } else {
            *w.add(class as usize)
        };
        let own = g * T::c(1.0 - p[0]) * weight;
        let every = g * T::c(p[0] / n as f64);
        let (log, scale, even) = (
            splat::<I, T>(*(src[3] as *const T)),
            splat::<I, T>(own + every * T::c(p[1])),
            splat::<I, T>(every),
        );
        each!(I, T, n, (), |_, _| (), |_acc, i, left| {
            let p = (load::<I, T>(x.add(i), left, 0.0) - log).exp();
            let weight = match w.is_null() {
                true => <T::In<I>>::c(1.0),
                false => load::<I, T>(w.add(i), left, 0.0),
            };
            store::<I, T>(p * scale - even * weight, d.add(i), left);
        });
        let place = d.add(class as usize);
        *place = *place - own;
    }
}

/// `loss[i] = -weight[class[i]] · x[i, class[i]]`
pub(crate) fn pick(x: &Tensor, class: &Tensor, weight: Option<&Tensor>, loss: &Tensor, n: usize) {
    unsafe fn run<T: Float>(_: &Params, src: &[*const u8], dst: &[*mut u8], _: usize) {
        // SAFETY: rows of `n` elements; the class was checked to be below `n`.
        unsafe {
            let (x, w) = (src[0] as *const T, src[2] as *const T);
            let class = *(src[1] as *const i64);
            *(dst[0] as *mut T) = if class < 0 {
                T::c(0.0)
            } else if w.is_null() {
                -*x.add(class as usize)
            } else {
                -*x.add(class as usize) * *w.add(class as usize)
            };
        }
    }
    by_row(
        if x.dtype() == DType::F64 {
            run::<f64>
        } else {
            run::<f32>
        },
        &[0.0; MAX_PARAMS],
        &[Rows::Each(x, n), Rows::Each(class, 1), shared(weight)],
        &[Rows::Each(loss, 1)],
        class.numel(),
        n,
    );
}

/// The gradient of [`pick`]: adds to the zeros in `out`.
pub(crate) fn pick_back(
    class: &Tensor,
    weight: Option<&Tensor>,
    g: &Tensor,
    out: &Tensor,
    n: usize,
) {
    unsafe fn run<T: Float>(_: &Params, src: &[*const u8], dst: &[*mut u8], _: usize) {
        // SAFETY: rows of `n` elements; the class was checked to be below `n`.
        unsafe {
            let class = *(src[0] as *const i64);
            let (w, g) = (src[1] as *const T, *(src[2] as *const T));
            if class >= 0 {
                let w = if w.is_null() {
                    T::c(1.0)
                } else {
                    *w.add(class as usize)
                };
                *(dst[0] as *mut T).add(class as usize) = -g * w;
            }
        }
    }
    let g = if g.numel() == class.numel() {
        Rows::Each(g, 1)
    } else {
        Rows::Shared(g)
    };
    by_row(
        if out.dtype() == DType::F64 {
            run::<f64>
        } else {
            run::<f32>
        },
        &[0.0; MAX_PARAMS],
        &[Rows::Each(class, 1), shared(weight), g],
        &[Rows::Each(out, n)],
        class.numel(),
        n,
    );
}
