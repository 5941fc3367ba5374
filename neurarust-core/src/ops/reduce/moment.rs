//! Variance and standard deviation, in two passes: the mean, then the mean of squared distances to it.

use super::{Axes, Map, accumulate_in, float_only, floats_of, fold, fold_map};
use crate::autograd::{Saved, record, tracks};
use crate::cpu::kernel::MAX_PARAMS;
use crate::cpu::reduce::Combine;
use crate::ops::elementwise::table;
use crate::{Result, Tensor};
use smallvec::smallvec;

impl Tensor {
    /// Variance of all elements: `Σ(x - mean)² / (n - correction)`; correction 1 is unbiased, 0 is the population's.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::new([1f32, 3.0])?;
    /// assert_eq!((x.var(1.0)?.item::<f32>()?, x.var(0.0)?.item::<f32>()?), (2.0, 1.0));
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Integers and bools.
    #[track_caller]
    pub fn var(&self, correction: f64) -> Result<Tensor> {
        self.var_dims(&[], false, correction)
    }

    /// Variance over `dims` (all if empty), which stay as size 1 if `keepdim`. NaN where `n` is not above `correction`
    /// and the elements are all the same.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::new([[1f32, 3.0], [5.0, 9.0]])?;
    /// assert_eq!(x.var_dims(&[1], false, 1.0)?.to_vec::<f32>()?, [2.0, 8.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Integers and bools; a dimension that isn't there, or that is named twice.
    #[track_caller]
    pub fn var_dims(&self, dims: &[i64], keepdim: bool, correction: f64) -> Result<Tensor> {
        if self.dtype().is_complex() {
            let parts = [self.real()?, self.imag()?];
            let var = |x: &Tensor| x.var_dims(dims, keepdim, correction);
            return var(&parts[0])?.add(&var(&parts[1])?);
        }
        float_only("var", self)?;
        let axes = Axes::new("var", self, dims, keepdim)?;
        let (_, out) = self.moments(&axes, correction)?;
        let out = out.to_dtype(self.dtype())?;
        if tracks(&[self]) {
            record(
                "var",
                &[self],
                &[&out],
                Saved::input(self),
                move |x, call, g| {
                    let x = x.get(call)?;
                    let slope = |g: &Tensor| slope(&x, g, &axes, correction);
                    Ok(smallvec![g[0].as_ref().map(slope).transpose()?])
                },
            )?;
        }
        Ok(out)
    }

    /// Standard deviation of all elements, the root of [`Tensor::var`].
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// assert_eq!(Tensor::new([1f32, 3.0])?.std(0.0)?.item::<f32>()?, 1.0);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Integers and bools.
    #[track_caller]
    pub fn std(&self, correction: f64) -> Result<Tensor> {
        self.std_dims(&[], false, correction)
    }

    /// Standard deviation over `dims` (all if empty), which stay as size 1 if `keepdim`. Its gradient is 0 where it is 0.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::new([[1f32, 3.0], [5.0, 9.0]])?;
    /// assert_eq!(x.std_dims(&[1], true, 0.0)?.to_vec::<f32>()?, [1.0, 2.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Integers and bools; a dimension that isn't there, or that is named twice.
    #[track_caller]
    pub fn std_dims(&self, dims: &[i64], keepdim: bool, correction: f64) -> Result<Tensor> {
        if self.dtype().is_complex() {
            return self.var_dims(dims, keepdim, correction)?.sqrt();
        }
        float_only("std", self)?;
        let axes = Axes::new("std", self, dims, keepdim)?;
        let (_, out) = self.moments(&axes, correction)?;
        let out = out.sqrt()?.to_dtype(self.dtype())?;
        if tracks(&[self]) {
            let saved = (Saved::input(self), Saved::output(&out, 0));
            record("std", &[self], &[&out], saved, move |(x, y), call, g| {
                let Some(g) = &g[0] else {
                    return Ok(smallvec![None]);
                };
                let (x, y) = (x.get(call)?, y.get(call)?);
                let flat = y.detach().eq(0.0)?;
                // Dividing by 1 there keeps NaN out of the second derivative too.
                let y = flat.select_where(1.0, &y)?;
                let g = flat.select_where(0.0, g.div(&y.mul(2.0)?)?)?;
                Ok(smallvec![Some(slope(&x, &g, &axes, correction)?)])
            })?;
        }
        Ok(out)
    }

    /// Variance and mean over `dims` (all if empty).
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let (var, mean) = Tensor::new([1f32, 3.0])?.var_mean(&[], false, 1.0)?;
    /// assert_eq!((var.item::<f32>()?, mean.item::<f32>()?), (2.0, 2.0));
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Tensor::var_dims`].
    #[track_caller]
    pub fn var_mean(
        &self,
        dims: &[i64],
        keepdim: bool,
        correction: f64,
    ) -> Result<(Tensor, Tensor)> {
        Ok((
            self.var_dims(dims, keepdim, correction)?,
            self.mean_dims(dims, keepdim)?,
        ))
    }

    /// Standard deviation and mean over `dims` (all if empty).
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let (std, mean) = Tensor::new([[1f32, 3.0], [5.0, 9.0]])?.std_mean(&[1], false, 0.0)?;
    /// assert_eq!(std.to_vec::<f32>()?, [1.0, 2.0]);
    /// assert_eq!(mean.to_vec::<f32>()?, [2.0, 7.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Tensor::std_dims`].
    #[track_caller]
    pub fn std_mean(
        &self,
        dims: &[i64],
        keepdim: bool,
        correction: f64,
    ) -> Result<(Tensor, Tensor)> {
        Ok((
            self.std_dims(dims, keepdim, correction)?,
            self.mean_dims(dims, keepdim)?,
        ))
    }

    /// Mean and variance over `axes`, in the compute type and outside of the graph.
    #[track_caller]
    pub(crate) fn moments(&self, axes: &Axes, correction: f64) -> Result<(Tensor, Tensor)> {
        let mean = fold("mean", Combine::Sum, self, axes)?.div(axes.count as f64)?;
        let map = Map {
            variants: floats_of(table::squared_error()),
            params: &[0.0; MAX_PARAMS],
        };
        let (compute, far) = (accumulate_in(self.dtype()), axes.kept(&mean)?);
        let squares = fold_map("var", Combine::Sum, &[self, &far], Some(map), compute, axes)?;
        let var = squares.div((axes.count as f64 - correction).max(0.0))?;
        Ok((mean, var))
    }
}

/// The gradient of the variance: `g · 2 (x - mean) / (n - correction)`.
fn slope(x: &Tensor, g: &Tensor, axes: &Axes, correction: f64) -> Result<Tensor> {
    let dims: Vec<i64> = (0..x.rank() as i64)
        .filter(|&d| axes.reduced[d as usize])
        .collect();
    let mean = match dims.is_empty() {
        true => x.clone(),
        false => x.mean_dims(&dims, true)?,
    };
    let n = (axes.count as f64 - correction).max(0.0);
    x.sub(&mean)?.mul(axes.kept(g)?.mul(2.0 / n)?)
}
