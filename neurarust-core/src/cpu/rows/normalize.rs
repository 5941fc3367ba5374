//! Layer normalisation of rows, and by their root mean square: forward, and backward with the weights' gradients.

use super::{Rows, by_row, each, load, rows_per_task, splat, store};
use crate::cpu::kernel::{MAX_PARAMS, Params};
use crate::cpu::simd::{Float, Isa, Lanes, with_isa};
use crate::layout::Shape;
use crate::real::{Num, Real};
use crate::{DType, Result, Tensor};
use std::ops::Add;

/// Rows, brought to mean 0 and variance 1.
pub(crate) struct Normalized {
    /// `(x - mean) · rstd · weight + bias`, in the shape of `x`
    pub y: Tensor,
    /// Per row; 0 for the root mean square.
    pub mean: Tensor,
    /// Per row: `1 / √(variance + eps)`
    pub rstd: Tensor,
}

fn params(center: bool, eps: f64) -> Params {
    let mut params = [0.0; MAX_PARAMS];
    params[0] = center as u8 as f64;
    params[1] = eps;
    params
}

fn shared<'a>(t: Option<&'a Tensor>) -> Rows<'a> {
    t.map_or(Rows::Missing, Rows::Shared)
}

/// Normalises the rows of `n` elements of the row-major `x`; without `center` by their root mean square. All tensors are
/// of `x`'s dtype, `f32` or `f64`. The caller holds the locks.
#[track_caller]
pub(crate) fn normalize(
    x: &Tensor,
    weight: Option<&Tensor>,
    bias: Option<&Tensor>,
    n: usize,
    center: bool,
    eps: f64,
) -> Result<Normalized> {
    unsafe fn run<T: Float>(p: &Params, src: &[*const u8], dst: &[*mut u8], n: usize) {
        // SAFETY: by the caller; `level` is what the machine has.
        unsafe { with_isa!(I => forward::<I, T>(p, src, dst, n)) }
    }
    let rows = x.numel() / n;
    let per_row = Shape::new(&[rows])?;
    let out = Normalized {
        y: Tensor::uninit(x.shape().clone(), x.dtype())?,
        mean: Tensor::uninit(per_row.clone(), x.dtype())?,
        rstd: Tensor::uninit(per_row, x.dtype())?,
    };
    by_row(
        if x.dtype() == DType::F64 {
            run::<f64>
        } else {
            run::<f32>
        },
        &params(center, eps),
        &[Rows::Each(x, n), shared(weight), shared(bias)],
        &[
            Rows::Each(&out.y, n),
            Rows::Each(&out.mean, 1),
            Rows::Each(&out.rstd, 1),
        ],
        rows,
        n,
    );
    Ok(out)
}

#[inline(always)]
unsafe fn forward<I: Isa, T: Float>(params: &Params, src: &[*const u8], dst: &[*mut u8], n: usize) {
    let [x, w, b] = [src[0] as *const T, src[1] as *const T, src[2] as *const T];
    let y = dst[0] as *mut T;
    let (zero, one) = (<T::In<I>>::c(0.0), <T::In<I>>::c(1.0));
    let share = T::c(1.0 / n as f64);
    // SAFETY: rows of `n` elements; weights may be missing.
    unsafe {
        let mean = if params[0] != 0.0 {
            each!(I, T, n, zero, Add::add, |acc, i, left| acc
                + load::<I, T>(x.add(i), left, 0.0))
            .sum_lanes()
                * share
        } else {
            T::c(0.0)
        };
        let shift = splat::<I, T>(mean);
        // The mean fills the lanes past the end, so that they are at distance 0.
        let square = each!(I, T, n, zero, Add::add, |acc, i, left| {
            let far = below::<I, T>(x.add(i), left, mean) - shift;
            far.mul_add(far, acc)
        });
        let rstd = T::c(1.0) / (square.sum_lanes() * share + T::c(params[1])).sqrt();
        let scale = splat::<I, T>(rstd);
        each!(I, T, n, (), |_, _| (), |_acc, i, left| {
            let mut out = (load::<I, T>(x.add(i), left, 0.0) - shift) * scale;
            let factor = if w.is_null() {
                one
            } else {
                load::<I, T>(w.add(i), left, 0.0)
            };
            out = if b.is_null() {
                out * factor
            } else {
                out.mul_add(factor, load::<I, T>(b.add(i), left, 0.0))
            };
            store::<I, T>(out, y.add(i), left);
        });
        *(dst[1] as *mut T) = mean;
        *(dst[2] as *mut T) = rstd;
    }
}

/// As [`load`], with a number of the element type in the missing lanes.
///
/// # Safety
/// As [`load`].
#[inline(always)]
unsafe fn below<I: Isa, T: Float>(p: *const T, left: usize, fill: T) -> T::In<I> {
    // SAFETY: by the caller; the buffer holds the widest register.
    unsafe {
        if left >= <T::In<I>>::N {
            return <T::In<I>>::load(p);
        }
        let mut part = [fill; super::WIDEST];
        for (i, slot) in part.iter_mut().enumerate().take(left) {
            *slot = *p.add(i);
        }
        <T::In<I>>::load(part.as_ptr())
    }
}

/// The gradients of `x`, `weight` and `bias` (the latter two as sums of `tasks` rows, to be summed up), where asked for.
#[track_caller]
pub(crate) fn normalize_back(
    x: &Tensor,
    weight: Option<&Tensor>,
    stats: [&Tensor; 2],
    g: &Tensor,
    n: usize,
    center: bool,
    needs: [bool; 3],
) -> Result<[Option<Tensor>; 3]> {
    unsafe fn run<T: Float>(p: &Params, src: &[*const u8], dst: &[*mut u8], n: usize) {
        // SAFETY: by the caller; `level` is what the machine has.
        unsafe { with_isa!(I => backward::<I, T>(p, src, dst, n)) }
    }
    let rows = x.numel() / n;
    let tasks = rows.div_ceil(rows_per_task(n));
    let dx = match needs[0] {
        true => Some(Tensor::uninit(x.shape().clone(), x.dtype())?),
        false => None,
    };
    let partial = |need: bool| match need {
        true => Tensor::zeroed(Shape::new(&[tasks, n])?, x.dtype()).map(Some),
        false => Ok(None),
    };
    let (dw, db) = (partial(needs[1])?, partial(needs[2])?);
    by_row(
        if x.dtype() == DType::F64 {
            run::<f64>
        } else {
            run::<f32>
        },
        &params(center, 0.0),
        &[
            Rows::Each(x, n),
            shared(weight),
            Rows::Each(stats[0], 1),
            Rows::Each(stats[1], 1),
            Rows::Each(g, n),
        ],
        &[
            dx.as_ref().map_or(Rows::Missing, |t| Rows::Each(t, n)),
            dw.as_ref().map_or(Rows::Missing, |t| Rows::Task(t, n)),
            db.as_ref().map_or(Rows::Missing, |t| Rows::Task(t, n)),
        ],
        rows,
        n,
    );
    Ok([dx, dw, db])
}

#[inline(always)]
fn both<V: Num>(a: (V, V), b: (V, V)) -> (V, V) {
    (a.0 + b.0, a.1 + b.1)
}

#[inline(always)]
unsafe fn backward<I: Isa, T: Float>(
    params: &Params,
    src: &[*const u8],
    dst: &[*mut u8],
    n: usize,
) {
    let [x, w, g] = [src[0] as *const T, src[1] as *const T, src[4] as *const T];
    let [dx, dw, db] = [dst[0] as *mut T, dst[1] as *mut T, dst[2] as *mut T];
    let (zero, one) = (<T::In<I>>::c(0.0), <T::In<I>>::c(1.0));
    let share = T::c(1.0 / n as f64);
    // SAFETY: rows of `n` elements; weights and results may be missing.
    unsafe {
        let shift = splat::<I, T>(*(src[2] as *const T));
        let scale = splat::<I, T>(*(src[3] as *const T));
        // Σ g·w·x̂ and Σ g·w, side by side.
        let (dot, sum) = each!(I, T, n, (zero, zero), both::<T::In<I>>, |acc, i, left| {
            let far = (load::<I, T>(x.add(i), left, 0.0) - shift) * scale;
            let g = load::<I, T>(g.add(i), left, 0.0);
            if !dw.is_null() {
                let old = load::<I, T>(dw.add(i), left, 0.0);
                store::<I, T>(g.mul_add(far, old), dw.add(i), left);
            }
            if !db.is_null() {
                let old = load::<I, T>(db.add(i), left, 0.0);
                store::<I, T>(old + g, db.add(i), left);
            }
            let gw = if w.is_null() {
                g
            } else {
                g * load::<I, T>(w.add(i), left, 0.0)
            };
            (gw.mul_add(far, acc.0), acc.1 + gw)
        });
        if dx.is_null() {
            return;
        }
        let dot = splat::<I, T>(dot.sum_lanes() * share);
        let mean = if params[0] != 0.0 {
            splat::<I, T>(sum.sum_lanes() * share)
        } else {
            zero
        };
        each!(I, T, n, (), |_, _| (), |_acc, i, left| {
            let far = (load::<I, T>(x.add(i), left, 0.0) - shift) * scale;
            let factor = if w.is_null() {
                one
            } else {
                load::<I, T>(w.add(i), left, 0.0)
            };
            let gw = load::<I, T>(g.add(i), left, 0.0) * factor;
            store::<I, T>((gw - mean - far * dot) * scale, dx.add(i), left);
        });
    }
}
