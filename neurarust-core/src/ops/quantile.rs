//! Numbers that stand for many: quantiles, medians without NaN, the commonest element. All are elements found by their
//! order (or lie between two such), so the gradient goes to those elements.

use super::reduce::float_only;
use super::selection::gathered;
use super::sort::{Part, keys, order};
use crate::cpu::fresh::Fresh;
use crate::layout::Dims;
use crate::{DType, Error, Result, Shape, Tensor};

/// What a quantile between two elements is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Interpolation {
    /// In proportion to the distance
    #[default]
    Linear,
    /// The lower element
    Lower,
    /// The higher element
    Higher,
    /// The nearer element, of two equally near ones that of even rank
    Nearest,
    /// Half-way between both
    Midpoint,
}

impl Interpolation {
    /// The one of PyTorch's name.
    ///
    /// ```
    /// # use neurarust_core::ops::Interpolation;
    /// assert_eq!(Interpolation::named("quantile", "lower")?, Interpolation::Lower);
    /// assert!(Interpolation::named("quantile", "cubic").is_err());
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Any other name.
    #[track_caller]
    pub fn named(op: &'static str, name: &str) -> Result<Interpolation> {
        Ok(match name {
            "linear" => Interpolation::Linear,
            "lower" => Interpolation::Lower,
            "higher" => Interpolation::Higher,
            "nearest" => Interpolation::Nearest,
            "midpoint" => Interpolation::Midpoint,
            _ => {
                return Err(Error::value(
                    op,
                    format!(
                        "interpolation {name:?}; expected \"linear\", \"lower\", \"higher\", \"midpoint\" or \"nearest\""
                    ),
                ));
            }
        })
    }
}

impl Tensor {
    /// The `q`-quantiles along `dim` (of all elements if there is none): elements of rank `q (n - 1)` in order, or what
    /// lies between two. `q` is a number or a vector of this tensor's dtype; a vector puts its length first:
    /// `(…, n, …)` → `(len(q), …, …)`. NaN where there is one.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, ops::Interpolation};
    /// let x = Tensor::new([3.0f32, 1.0, 2.0, 4.0])?;
    /// let q = x.quantile(&Tensor::new(0.5f32)?, None, false, Interpolation::Linear)?;
    /// assert_eq!(q.item::<f32>()?, 2.5);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// No elements; anything but `f32` and `f64`; a `q` of another dtype, of more than one dimension, or outside of
    /// `0..=1`; a dimension that isn't there.
    #[track_caller]
    pub fn quantile(
        &self,
        q: &Tensor,
        dim: impl Into<Option<i64>>,
        keepdim: bool,
        between: Interpolation,
    ) -> Result<Tensor> {
        quantiles("quantile", self, q, dim.into(), keepdim, between, false)
    }

    /// As [`Tensor::quantile`] of the elements that aren't NaN; NaN where there are none.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, ops::Interpolation};
    /// let x = Tensor::new([3f32, f32::NAN, 1.0])?;
    /// let q = x.nanquantile(&Tensor::new(0.5f32)?, None, false, Interpolation::Linear)?;
    /// assert_eq!(q.item::<f32>()?, 2.0);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Tensor::quantile`].
    #[track_caller]
    pub fn nanquantile(
        &self,
        q: &Tensor,
        dim: impl Into<Option<i64>>,
        keepdim: bool,
        between: Interpolation,
    ) -> Result<Tensor> {
        quantiles("nanquantile", self, q, dim.into(), keepdim, between, true)
    }

    /// The median of the elements along `dim` that aren't NaN (the lower one of two) and its position; NaN where there
    /// are none.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let (value, place) = Tensor::new([f32::NAN, 3.0, 1.0])?.nanmedian_dim(0, false)?;
    /// assert_eq!((value.item::<f32>()?, place.item::<i64>()?), (1.0, 2));
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A dimension that isn't there or is empty.
    #[track_caller]
    pub fn nanmedian_dim(&self, dim: i64, keepdim: bool) -> Result<(Tensor, Tensor)> {
        const OP: &str = "nanmedian";
        self.chosen(OP, dim, keepdim, |keys, narrow, is_float| {
            let nan = if narrow { u32::MAX as u64 } else { u64::MAX };
            let numbers = match is_float {
                true => keys.iter().filter(|k| **k != nan).count(),
                false => keys.len(),
            };
            let mut place = [0];
            let middle = numbers.saturating_sub(1) / 2;
            order(keys, narrow, false, Part::At(middle), &mut place);
            place[0]
        })
    }

    /// The median of all elements that aren't NaN, the lower one of two; NaN if there are none.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// assert_eq!(Tensor::new([f32::NAN, 3.0, 1.0, 2.0])?.nanmedian()?.item::<f32>()?, 2.0);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// An empty tensor of integers.
    #[track_caller]
    pub fn nanmedian(&self) -> Result<Tensor> {
        if self.numel() == 0 && self.dtype().is_float() {
            return Tensor::full(((), self.dtype()), f64::NAN);
        }
        Ok(self.reshape([-1])?.nanmedian_dim(0, false)?.0)
    }

    /// The commonest element along `dim` (the smallest of equally common ones), and the last position it is at.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let (value, place) = Tensor::new([5i64, 2, 2, 3])?.mode(0, false)?;
    /// assert_eq!((value.item::<i64>()?, place.item::<i64>()?), (2, 2));
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A dimension that isn't there or is empty.
    #[track_caller]
    pub fn mode(&self, dim: i64, keepdim: bool) -> Result<(Tensor, Tensor)> {
        self.chosen("mode", dim, keepdim, |keys, narrow, is_float| {
            let nan = if narrow { u32::MAX as u64 } else { u64::MAX };
            let mut places = vec![0i64; keys.len()];
            order(keys, narrow, false, Part::Sorted(keys.len()), &mut places);
            let (mut best, mut most, mut run) = (0, 0usize, 0usize);
            for (i, &place) in places.iter().enumerate() {
                let key = keys[place as usize];
                run += 1;
                let next = places.get(i + 1).map(|&p| keys[p as usize]);
                // NaNs are all different.
                if next != Some(key) || (is_float && key == nan) {
                    if run > most {
                        (best, most) = (place, run);
                    }
                    run = 0;
                }
            }
            best
        })
    }

    /// One element of each row along `dim`, and its position, which `choose` finds from the row's keys.
    #[track_caller]
    fn chosen(
        &self,
        op: &'static str,
        dim: i64,
        keepdim: bool,
        choose: impl Fn(&[u64], bool, bool) -> i64 + Sync,
    ) -> Result<(Tensor, Tensor)> {
        let dim = self.shape().dim(op, dim)?;
        if self.rank() == 0 {
            return Ok((self.try_clone()?, Tensor::zeros(((), DType::I64))?));
        }
        let size = self.dims()[dim];
        let rows = self.detach().movedim(dim as i64, -1)?;
        let mut dims = Dims::from_slice(rows.dims());
        if let Some(last) = dims.last_mut() {
            *last = 1;
        }
        let mut places = Fresh::<i64>::new(Shape::from_dims(dims)?)?;
        if size == 0 {
            return Err(Error::index(
                op,
                format!(
                    "dimension {dim} of shape {} is empty: it has no {op}",
                    self.shape()
                ),
            ));
        }
        let (keys, narrow) = keys(op, &rows)?;
        let is_float = self.dtype().is_float();
        places.for_each_chunk((4096 / size).max(1), |start, part| {
            for (row, slot) in keys[start * size..].chunks(size).zip(part) {
                *slot = choose(row, narrow, is_float);
            }
        });
        let places = places.finish().movedim(-1, dim as i64)?;
        let values = gathered(op, self, dim, &places, false)?;
        match keepdim {
            true => Ok((values, places)),
            false => Ok((
                values.squeeze(&[dim as i64])?,
                places.squeeze(&[dim as i64])?,
            )),
        }
    }
}

#[track_caller]
fn quantiles(
    op: &'static str,
    x: &Tensor,
    q: &Tensor,
    dim: Option<i64>,
    keepdim: bool,
    between: Interpolation,
    skip_nan: bool,
) -> Result<Tensor> {
    float_only(op, x)?;
    if !matches!(x.dtype(), DType::F32 | DType::F64) || q.dtype() != x.dtype() {
        return Err(Error::dtype(
            op,
            format!(
                "expected float32 or float64, of the elements and of q alike; got {} and {}",
                x.dtype(),
                q.dtype()
            ),
        ));
    }
    if x.numel() == 0 {
        return Err(Error::shape(
            op,
            format!("a tensor of shape {} has no elements", x.shape()),
        ));
    }
    if q.rank() > 1 {
        return Err(Error::shape(
            op,
            format!(
                "expected q as a number or a vector, got shape {}",
                q.shape()
            ),
        ));
    }
    let outside = q.detach().ge(0.0)?.bitwise_and(&q.detach().le(1.0)?)?;
    if !outside.all()?.item::<bool>()? {
        return Err(Error::value(op, "q has values outside of 0 to 1"));
    }
    let at = dim.map(|d| x.shape().dim(op, d)).transpose()?;
    // (rows…, n), the dimension that is left out remembered as a 1 for keepdim.
    let rows = match at {
        Some(d) if x.rank() > 0 => x.movedim(d as i64, -1)?,
        _ => x.reshape([-1])?,
    };
    let n = rows.dims().last().copied().unwrap_or(1);
    let (sorted, _) = rows.sort(-1, false)?;
    let nan = sorted.detach().isnan()?;
    // (rows…, 1): the rank of the last element that counts.
    let last = match skip_nan {
        true => nan
            .logical_not()?
            .sum_dims(&[-1], true)?
            .sub(1i64)?
            .clamp(0.0, None)?
            .to_dtype(x.dtype())?,
        false => Tensor::full((vec![1usize; rows.rank()], x.dtype()), n as f64 - 1.0)?,
    };
    let q_row = q.reshape([-1])?;
    // (rows…, len(q))
    let ranks = q_row.mul(&last)?;
    let mut shape = Dims::from_slice(rows.dims());
    if let Some(end) = shape.last_mut() {
        *end = q_row.numel();
    }
    let shape = Shape::from_dims(shape)?;
    let ranks = ranks.expand_to(&shape)?;
    let ranks = match between {
        Interpolation::Lower => ranks.floor()?,
        Interpolation::Higher => ranks.ceil()?,
        Interpolation::Nearest => ranks.round()?,
        _ => ranks,
    };
    let below = ranks.detach().floor()?;
    let pick = |at: &Tensor| sorted.gather(-1, &at.to_dtype(DType::I64)?.contiguous()?);
    let low = pick(&below)?;
    let mut out = match between {
        Interpolation::Linear | Interpolation::Midpoint => {
            let high = pick(&ranks.detach().ceil()?)?;
            let weight = match between {
                Interpolation::Midpoint => ranks
                    .detach()
                    .sub(&below)?
                    .ne(0.0)?
                    .to_dtype(x.dtype())?
                    .mul(0.5)?,
                _ => ranks.sub(&below)?,
            };
            // From the nearer end, so that both ends are met exactly.
            let span = high.sub(&low)?;
            let near = weight.detach().lt(0.5)?;
            near.select_where(
                low.add(span.mul(&weight)?)?,
                high.sub(span.mul(weight.neg()?.add(1.0)?)?)?,
            )?
        }
        _ => low,
    };
    if !skip_nan {
        // NaN sorts last.
        let any = nan.narrow(-1, n as i64 - 1, 1)?;
        out = out.masked_fill(&any.expand_to(out.shape())?, f64::NAN)?;
    }
    // (len(q), …), with the dimension kept as 1.
    let mut out = out.movedim(-1, 0)?;
    if keepdim {
        out = match at {
            Some(d) if x.rank() > 0 => out.unsqueeze(d as i64 + 1)?,
            _ => {
                let mut dims = vec![1usize; x.rank() + 1];
                dims[0] = q_row.numel();
                out.reshape(dims)?
            }
        };
    }
    match q.rank() {
        0 => out.squeeze(&[0]),
        _ => Ok(out),
    }
}
