//! Sums and means. The gradient of a sum is the same number everywhere.

use super::{Axes, fold};
use crate::autograd::{record, tracks};
use crate::cpu::reduce::Combine;
use crate::layout::Shape;
use crate::ops::complex;
use crate::{DType, Error, Result, Tensor};
use smallvec::{SmallVec, smallvec};

impl Tensor {
    /// Sum of all elements. Integers and bools are summed as `i64`.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// assert_eq!(Tensor::new([[1.0f32, 2.0], [3.0, 4.0]])?.sum()?.item::<f32>()?, 10.0);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// No memory.
    #[track_caller]
    pub fn sum(&self) -> Result<Tensor> {
        self.sum_dims(&[], false)
    }

    /// Sum over `dims` (all if empty), which stay as size 1 if `keepdim`. 0 where there is nothing to sum.
    ///
    /// # Errors
    /// A dimension that isn't there, or that is named twice.
    #[track_caller]
    pub fn sum_dims(&self, dims: &[i64], keepdim: bool) -> Result<Tensor> {
        if self.dtype().is_complex() {
            return complex::sum(self, dims, keepdim);
        }
        let dtype = match self.dtype().is_float() {
            true => self.dtype(),
            false => DType::I64,
        };
        sum(self, Axes::new("sum", self, dims, keepdim)?, dtype)
    }

    /// Summed to `shape`, which broadcasts to this tensor's, in this tensor's dtype.
    #[track_caller]
    pub(crate) fn sum_to(&self, shape: &Shape) -> Result<Tensor> {
        if self.dtype().is_complex() {
            return complex::sum_to(self, shape);
        }
        let lead = self.rank() - shape.rank();
        let reduced: SmallVec<[bool; 6]> = (0..self.rank())
            .map(|d| d < lead || (shape[d - lead] == 1 && self.dims()[d] != 1))
            .collect();
        let mut axes = Axes::of(self, reduced, false)?;
        axes.out = shape.clone();
        sum(self, axes, self.dtype())
    }

    /// Mean of all elements, NaN if there are none.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// assert_eq!(Tensor::new([[1.0f32, 2.0], [3.0, 4.0]])?.mean()?.item::<f32>()?, 2.5);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Integers and bools: convert with `to_dtype` first.
    #[track_caller]
    pub fn mean(&self) -> Result<Tensor> {
        self.mean_dims(&[], false)
    }

    /// Mean over `dims` (all if empty), which stay as size 1 if `keepdim`.
    ///
    /// # Errors
    /// Integers and bools; a dimension that isn't there, or that is named twice.
    #[track_caller]
    pub fn mean_dims(&self, dims: &[i64], keepdim: bool) -> Result<Tensor> {
        if self.dtype().is_complex() {
            return complex::mean(self, dims, keepdim);
        }
        float_only("mean", self)?;
        let axes = Axes::new("mean", self, dims, keepdim)?;
        let scale = axes.count as f64;
        let out = fold("mean", Combine::Sum, self, &axes)?
            .div(scale)?
            .to_dtype(self.dtype())?;
        if tracks(&[self]) {
            let from = self.shape().clone();
            record("mean", &[self], &[&out], (), move |_, _, g| {
                let spread = |g: &Tensor| axes.spread(&g.div(scale)?, &from);
                Ok(smallvec![g[0].as_ref().map(spread).transpose()?])
            })?;
        }
        Ok(out)
    }

    /// Sum over `dims` (all if empty) of what isn't NaN.
    ///
    /// # Errors
    /// As [`Tensor::sum_dims`].
    #[track_caller]
    pub fn nansum(&self, dims: &[i64], keepdim: bool) -> Result<Tensor> {
        match self.dtype().is_float() {
            true => self
                .detach()
                .isnan()?
                .select_where(0.0, self)?
                .sum_dims(dims, keepdim),
            false => self.sum_dims(dims, keepdim),
        }
    }

    /// Mean over `dims` (all if empty) of what isn't NaN; NaN where nothing is left.
    ///
    /// # Errors
    /// As [`Tensor::mean_dims`].
    #[track_caller]
    pub fn nanmean(&self, dims: &[i64], keepdim: bool) -> Result<Tensor> {
        float_only("nanmean", self)?;
        let nan = self.detach().isnan()?;
        let count = nan.logical_not()?.sum_dims(dims, keepdim)?;
        nan.select_where(0.0, self)?
            .sum_dims(dims, keepdim)?
            .div(&count)
    }
}

/// Refuses integers, and says what to do with them.
#[track_caller]
pub(crate) fn float_only(op: &'static str, x: &Tensor) -> Result<()> {
    if x.dtype().is_float() {
        return Ok(());
    }
    Err(Error::dtype(
        op,
        format!(
            "expected a floating-point tensor, got {}; convert it first: x.to_dtype(DType::F32)",
            x.dtype()
        ),
    ))
}

#[track_caller]
fn sum(x: &Tensor, axes: Axes, dtype: DType) -> Result<Tensor> {
    let out = fold("sum", Combine::Sum, x, &axes)?.to_dtype(dtype)?;
    if tracks(&[x]) {
        let from = x.shape().clone();
        record("sum", &[x], &[&out], (), move |_, _, g| {
            let spread = |g: &Tensor| axes.spread(g, &from);
            Ok(smallvec![g[0].as_ref().map(spread).transpose()?])
        })?;
    }
    Ok(out)
}
