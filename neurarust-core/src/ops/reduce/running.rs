//! What runs along a dimension but is neither a sum nor a product: the largest so far, the smallest so far, the
//! logarithm of the sum of exponentials so far.

use super::{accumulate_in, float_only};
use crate::autograd::{Saved, record, tracks};
use crate::cpu::fresh::{Fresh, for_each_row};
use crate::dtype::Element;
use crate::ops::selection::Selection;
use crate::{Result, Tensor};
use smallvec::smallvec;

/// Elements per task of the thread pool.
const GRAIN: usize = 16 * 1024;

macro_rules! extremes {
    ($($(#[$doc:meta])* $name:ident $sign:tt;)*) => { $(
        impl Tensor {
            $(#[$doc])*
            ///
            /// The position (`i64`) is that of the last of equals; once there is a NaN, everything after it is NaN. The
            /// gradient goes to the element at the position.
            ///
            /// ```
            /// # use neurarust_core::Tensor;
            #[doc = concat!("let (values, places) = Tensor::new([2.0f32, 3.0, 1.0])?.", stringify!($name), "(0)?;")]
            /// assert_eq!(values.dims(), places.dims());
            /// # Ok::<(), neurarust_core::Error>(())
            /// ```
            ///
            /// # Errors
            /// A dimension that isn't there.
            #[track_caller]
            pub fn $name(&self, dim: i64) -> Result<(Tensor, Tensor)> {
                const OP: &str = stringify!($name);
                let dim = self.shape().dim(OP, dim)?;
                if self.rank() == 0 {
                    let (values, places) = self.reshape([1])?.$name(0)?;
                    return Ok((values.reshape([0i64; 0])?, places.reshape([0i64; 0])?));
                }
                let rows = self.detach().movedim(dim as i64, -1)?;
                let (values, places) =
                    crate::dispatch!(rows.dtype(), T => leaders(&rows, |x: T, best: T| x $sign best))?;
                let places = places.movedim(-1, dim as i64)?;
                if !tracks(&[self]) {
                    return Ok((values.movedim(-1, dim as i64)?, places));
                }
                let values = Selection::each(OP, self.shape(), dim, &places, false)?.take(OP, self)?;
                Ok((values, places))
            }
        }
    )* };
}
extremes! {
    /// The largest element up to each one along `dim`, and its position.
    cummax >=;
    /// The smallest element up to each one along `dim`, and its position.
    cummin <=;
}

/// Elements that are asked together whether one of them is a new best.
const BLOCK: usize = 32;

/// Per element of a row: the best so far, and its position.
#[allow(clippy::eq_op)]
fn leaders<T: Element>(
    rows: &Tensor,
    wins: impl Fn(T, T) -> bool + Sync,
) -> Result<(Tensor, Tensor)> {
    let size = rows.dims().last().copied().unwrap_or(1);
    let mut values = Fresh::<T>::new(rows.shape().clone())?;
    let mut places = Fresh::<i64>::new(rows.shape().clone())?;
    // Only NaN differs from itself: it wins against everything, and nothing but the next one wins against it.
    let wins = |x: T, best: T| wins(x, best) | (x != x);
    if rows.numel() > 0 {
        let count = rows.numel() / size;
        rows.with_data(|data: &[T]| {
            let (values, places) = ((&mut values, size), (&mut places, size));
            for_each_row(values, places, count, |row, values, places| {
                let data = &data[row * size..][..size];
                let (mut best, mut at) = (data[0], 0i64);
                // New bests get rare: most blocks have none, which is found out and written without a branch per element.
                for (block, x) in data.chunks(BLOCK).enumerate() {
                    let start = block * BLOCK;
                    let values = &mut values[start..][..x.len()];
                    let places = &mut places[start..][..x.len()];
                    if x.iter().fold(false, |any, x| any | wins(*x, best)) {
                        for i in 0..x.len() {
                            let next = wins(x[i], best);
                            best = if next { x[i] } else { best };
                            at = if next { (start + i) as i64 } else { at };
                            (values[i], places[i]) = (best, at);
                        }
                    } else {
                        values.fill(best);
                        places.fill(at);
                    }
                }
            });
        })?;
    }
    Ok((values.finish(), places.finish()))
}

impl Tensor {
    /// Logarithms of the sums of exponentials up to each element along `dim`, without overflow.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let y = Tensor::new([-1000.0f32, 0.0, 0.0])?.logcumsumexp(0)?;
    /// assert_eq!(y.to_vec::<f32>()?, [-1000.0, 0.0, 2f32.ln()]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Integers and bools; a dimension that isn't there.
    #[track_caller]
    pub fn logcumsumexp(&self, dim: i64) -> Result<Tensor> {
        const OP: &str = "logcumsumexp";
        float_only(OP, self)?;
        let at = self.shape().dim(OP, dim)?;
        if self.rank() == 0 {
            return self.reshape([1])?.logcumsumexp(0)?.reshape([0i64; 0]);
        }
        let dim = at as i64;
        let wide = self
            .detach()
            .to_dtype(accumulate_in(self.dtype()).dtype())?
            .movedim(dim, -1)?;
        let out = match wide.dtype() {
            crate::DType::F64 => log_sums::<f64>(&wide),
            _ => log_sums::<f32>(&wide),
        }?;
        let out = out.movedim(-1, dim)?.contiguous()?.to_dtype(self.dtype())?;
        if tracks(&[self]) {
            let saved = (Saved::input(self), Saved::output(&out, 0));
            record(OP, &[self], &[&out], saved, move |(x, y), call, g| {
                let Some(g) = &g[0] else {
                    return Ok(smallvec![None]);
                };
                let (x, y) = (x.get(call)?, y.get(call)?);
                Ok(smallvec![Some(log_slope(&x, &y, g, dim)?)])
            })?;
        }
        Ok(out)
    }

    /// As [`Tensor::cumsum`], in place; the sums take this tensor's dtype.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::new([1f32, 2.0, 3.0])?;
    /// x.cumsum_(0)?;
    /// assert_eq!(x.to_vec::<f32>()?, [1.0, 3.0, 6.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A dimension that isn't there; a leaf that requires a gradient.
    #[track_caller]
    pub fn cumsum_(&self, dim: i64) -> Result<&Tensor> {
        self.copy_(&self.cumsum(dim)?)
    }

    /// As [`Tensor::cumprod`], in place; the products take this tensor's dtype.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::new([1f32, 2.0, 3.0])?;
    /// x.cumprod_(0)?;
    /// assert_eq!(x.to_vec::<f32>()?, [1.0, 2.0, 6.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A dimension that isn't there; a leaf that requires a gradient.
    #[track_caller]
    pub fn cumprod_(&self, dim: i64) -> Result<&Tensor> {
        self.copy_(&self.cumprod(dim)?)
    }
}

/// Rows of [`Tensor::logcumsumexp`].
fn log_sums<T: Element>(rows: &Tensor) -> Result<Tensor> {
    let size = rows.dims().last().copied().unwrap_or(1).max(1);
    let mut out = Fresh::<T>::new(rows.shape().clone())?;
    rows.with_data(|data: &[T]| {
        out.for_each_chunk((GRAIN / 8 / size).max(1) * size, |start, part| {
            let rows = data[start..start + part.len()].chunks(size);
            for (row, out) in rows.zip(part.chunks_mut(size)) {
                let mut total = f64::NEG_INFINITY;
                for (x, slot) in row.iter().zip(out) {
                    let x = x.to_f64();
                    let (low, high) = if total < x { (total, x) } else { (x, total) };
                    total = match high.is_infinite() && low == high {
                        true => high,
                        false => high + (low - high).exp().ln_1p(),
                    };
                    *slot = T::from_f64(total);
                }
            }
        });
    })?;
    Ok(out.finish())
}

/// The gradient of [`Tensor::logcumsumexp`]: `Σ g[i] exp(x[j] - y[i])` over `i ≥ j`, with the sums taken of logarithms,
/// of positive and of negative `g` apart.
fn log_slope(x: &Tensor, y: &Tensor, g: &Tensor, dim: i64) -> Result<Tensor> {
    // What is minus infinity gets no gradient, and is kept out of the differences of infinities.
    let gone = x.detach().eq(f64::NEG_INFINITY)?;
    let x = x.masked_fill(&gone, 0.0)?;
    let none = y.detach().eq(f64::NEG_INFINITY)?;
    let y = y.masked_fill(&none, 0.0)?;
    let part = |g: &Tensor| -> Result<Tensor> {
        let off = g.detach().le(0.0)?;
        let log = g.masked_fill(&off, 1.0)?.log()?.sub(&y)?;
        let log = log
            .masked_fill(&off, f64::NEG_INFINITY)?
            .masked_fill(&none, f64::NEG_INFINITY)?;
        let later = log.flip(&[dim])?.logcumsumexp(dim)?.flip(&[dim])?;
        later.add(&x)?.exp()
    };
    part(g)?.sub(part(&g.neg()?)?)?.masked_fill(&gone, 0.0)
}
