//! Sums and means. The gradient of a sum is the same number everywhere.

use super::{Axes, Map, accumulate_in, fold, fold_map};
use crate::autograd::{Saved, record, tracks};
use crate::cpu::kernel::{self, MAX_PARAMS, Params, Variants};
use crate::cpu::reduce::Combine;
use crate::dtype::Compute;
use crate::formula::Formula;
use crate::layout::Shape;
use crate::op::{Fused, Parameters};
use crate::ops::complex;
use crate::real::Real;
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
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::new([[1f32, 2.0], [3.0, 4.0]])?;
    /// assert_eq!(x.sum_dims(&[0], false)?.to_vec::<f32>()?, [4.0, 6.0]);
    /// assert_eq!(x.sum_dims(&[-1], true)?.dims(), [2, 1]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
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
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::new([[1f32, 2.0], [3.0, 4.0]])?;
    /// assert_eq!(x.mean_dims(&[1], false)?.to_vec::<f32>()?, [1.5, 3.5]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
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
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::new([1f32, f32::NAN, 3.0])?;
    /// assert_eq!(x.nansum(&[], false)?.item::<f32>()?, 4.0);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Tensor::sum_dims`].
    #[track_caller]
    pub fn nansum(&self, dims: &[i64], keepdim: bool) -> Result<Tensor> {
        const OP: &str = "nansum";
        if !self.dtype().is_float() {
            return self.sum_dims(dims, keepdim);
        }
        let axes = Axes::new(OP, self, dims, keepdim)?;
        let map = Map {
            variants: told::<Known>(),
            params: &[0.0; MAX_PARAMS],
        };
        let compute = accumulate_in(self.dtype());
        let out = fold_map(OP, Combine::Sum, &[self], Some(map), compute, &axes)?
            .to_dtype(self.dtype())?;
        if tracks(&[self]) {
            record(
                OP,
                &[self],
                &[&out],
                Saved::input(self),
                move |x, call, g| {
                    let Some(g) = &g[0] else {
                        return Ok(smallvec![None]);
                    };
                    let x = x.get(call)?.detach();
                    let g = axes.spread(g, x.shape())?;
                    Ok(smallvec![Some(x.isnan()?.select_where(0.0, &g)?)])
                },
            )?;
        }
        Ok(out)
    }

    /// Mean over `dims` (all if empty) of what isn't NaN; NaN where nothing is left.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::new([1f32, f32::NAN, 3.0])?;
    /// assert_eq!(x.nanmean(&[], false)?.item::<f32>()?, 2.0);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Tensor::mean_dims`].
    #[track_caller]
    pub fn nanmean(&self, dims: &[i64], keepdim: bool) -> Result<Tensor> {
        const OP: &str = "nanmean";
        float_only(OP, self)?;
        let axes = Axes::new(OP, self, dims, keepdim)?;
        let count = counted::<IsKnown>(OP, self, &axes)?;
        self.nansum(dims, keepdim)?
            .div(&count)?
            .to_dtype(self.dtype())
    }
}

/// Over how many elements of each output the indicator `O` is 1, as floats that hold that number.
#[track_caller]
pub(super) fn counted<O: Fused<1, 1>>(op: &'static str, x: &Tensor, axes: &Axes) -> Result<Tensor> {
    let map = Map {
        variants: told::<O>(),
        params: &[0.0; MAX_PARAMS],
    };
    let compute = match axes.count < 1 << f32::MANTISSA_DIGITS {
        true => accumulate_in(x.dtype()),
        false => Compute::F64,
    };
    fold_map(op, Combine::Sum, &[x], Some(map), compute, axes)
}

/// The kernels of a formula on floats.
pub(super) fn told<O: Fused<1, 1>>() -> [Variants; 2] {
    [
        kernel::forward::<f32, O, 1, 1>(),
        kernel::forward::<f64, O, 1, 1>(),
    ]
}

macro_rules! told {
    ($($(#[$doc:meta])* $name:ident($x:ident) = $body:expr;)*) => { $(
        $(#[$doc])*
        #[derive(Clone, Copy)]
        pub(super) struct $name;
        impl Parameters for $name {
            fn from_params(_: &Params) -> Self {
                $name
            }
        }
        impl Formula<1, 1> for $name {
            #[inline(always)]
            fn eval<V: Real>(&self, [$x]: [V; 1]) -> [V; 1] {
                [$body]
            }
        }
    )* };
}
told! {
    /// `x`, 0 for NaN
    Known(x) = V::select(x.eq(x), x, V::c(0.0));
    /// Whether `x` is no NaN, as 1 or 0
    IsKnown(x) = V::select(x.eq(x), V::c(1.0), V::c(0.0));
    /// Whether `x` isn't 0, as 1 or 0
    IsSet(x) = V::select(x.eq(V::c(0.0)), V::c(0.0), V::c(1.0));
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
            "expected a floating-point tensor, got {}; convert it first, for example to float32",
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
