//! Reductions and normalisations of the elements that a mask keeps (`true`): the others are replaced by what doesn't
//! change the result, so the gradient never reaches them.

use crate::{DType, Error, Result, Tensor};

/// A tensor of which only some elements count.
#[derive(Clone, Debug)]
pub struct Masked {
    x: Tensor,
    /// Of the shape of `x`; none keeps everything.
    mask: Option<Tensor>,
}

impl Tensor {
    /// The elements that `mask` keeps, which broadcasts to this shape; none keeps all.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::new([1.0f32, 2.0, 4.0])?;
    /// let keep = Tensor::new([true, false, true])?;
    /// assert_eq!(x.masked(Some(&keep))?.mean(&[], false)?.item::<f32>()?, 2.5);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A mask that doesn't broadcast to this tensor's shape.
    #[track_caller]
    pub fn masked(&self, mask: Option<&Tensor>) -> Result<Masked> {
        let fit = |mask: &Tensor| -> Result<Tensor> {
            if mask.shape().broadcast(self.shape(), "masked")? != *self.shape() {
                return Err(Error::shape(
                    "masked",
                    format!(
                        "a mask of shape {} for a tensor of shape {}, to which it doesn't broadcast",
                        mask.shape(),
                        self.shape()
                    ),
                ));
            }
            let mask = match mask.dtype() {
                DType::Bool => mask.detach(),
                _ => mask.detach().ne(0i64)?,
            };
            mask.expand_to(self.shape())
        };
        Ok(Masked {
            x: self.clone(),
            mask: mask.map(fit).transpose()?,
        })
    }
}

impl Masked {
    /// The tensor with `value` in place of what isn't kept.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::new([1f32, 2.0])?;
    /// let keep = Tensor::new([true, false])?;
    /// assert_eq!(x.masked(Some(&keep))?.filled(9.0)?.to_vec::<f32>()?, [1.0, 9.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// No memory.
    #[track_caller]
    pub fn filled(&self, value: f64) -> Result<Tensor> {
        match &self.mask {
            None => Ok(self.x.clone()),
            Some(mask) => self.x.masked_fill(&mask.logical_not()?, value),
        }
    }

    /// How many elements are kept over `dims` (all if empty), as `i64`.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let keep = Tensor::new([[true, false], [true, true]])?;
    /// let x = Tensor::ones([2, 2])?;
    /// assert_eq!(x.masked(Some(&keep))?.count(&[1], false)?.to_vec::<i64>()?, [1, 2]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A dimension that isn't there, or that is named twice.
    #[track_caller]
    pub fn count(&self, dims: &[i64], keepdim: bool) -> Result<Tensor> {
        let all = Tensor::full(((), DType::Bool), 1.0)?.expand_to(self.x.shape())?;
        self.mask.as_ref().unwrap_or(&all).sum_dims(dims, keepdim)
    }

    /// Sum over `dims` (all if empty); 0 where nothing is kept.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let keep = Tensor::new([true, false, true])?;
    /// let x = Tensor::new([1f32, 2.0, 4.0])?;
    /// assert_eq!(x.masked(Some(&keep))?.sum(&[], false)?.item::<f32>()?, 5.0);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Tensor::sum_dims`].
    #[track_caller]
    pub fn sum(&self, dims: &[i64], keepdim: bool) -> Result<Tensor> {
        self.filled(0.0)?.sum_dims(dims, keepdim)
    }

    /// Product over `dims` (all if empty); 1 where nothing is kept.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let keep = Tensor::new([true, false, true])?;
    /// let x = Tensor::new([3f32, 2.0, 4.0])?;
    /// assert_eq!(x.masked(Some(&keep))?.prod(&[], false)?.item::<f32>()?, 12.0);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Tensor::prod_dims`].
    #[track_caller]
    pub fn prod(&self, dims: &[i64], keepdim: bool) -> Result<Tensor> {
        self.filled(1.0)?.prod_dims(dims, keepdim)
    }

    /// Largest elements over `dims` (all if empty); the lowest of the dtype where nothing is kept.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let keep = Tensor::new([true, false, true])?;
    /// let x = Tensor::new([3f32, 9.0, 4.0])?;
    /// assert_eq!(x.masked(Some(&keep))?.amax(&[], false)?.item::<f32>()?, 4.0);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Tensor::amax`].
    #[track_caller]
    pub fn amax(&self, dims: &[i64], keepdim: bool) -> Result<Tensor> {
        self.filled(f64::NEG_INFINITY)?.amax(dims, keepdim)
    }

    /// Smallest elements over `dims` (all if empty); the highest of the dtype where nothing is kept.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let keep = Tensor::new([true, false, true])?;
    /// let x = Tensor::new([3f32, -9.0, 4.0])?;
    /// assert_eq!(x.masked(Some(&keep))?.amin(&[], false)?.item::<f32>()?, 3.0);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Tensor::amin`].
    #[track_caller]
    pub fn amin(&self, dims: &[i64], keepdim: bool) -> Result<Tensor> {
        self.filled(f64::INFINITY)?.amin(dims, keepdim)
    }

    /// Index of the largest element along `dim`, or in the flattened tensor.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let keep = Tensor::new([true, false, true])?;
    /// let x = Tensor::new([3f32, 9.0, 4.0])?;
    /// assert_eq!(x.masked(Some(&keep))?.argmax(Some(0), false)?.item::<i64>()?, 2);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Tensor::argmax`].
    #[track_caller]
    pub fn argmax(&self, dim: Option<i64>, keepdim: bool) -> Result<Tensor> {
        self.filled(f64::NEG_INFINITY)?.argmax(dim, keepdim)
    }

    /// Index of the smallest element along `dim`, or in the flattened tensor.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let keep = Tensor::new([true, false, true])?;
    /// let x = Tensor::new([3f32, -9.0, 4.0])?;
    /// assert_eq!(x.masked(Some(&keep))?.argmin(None, false)?.item::<i64>()?, 0);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Tensor::argmin`].
    #[track_caller]
    pub fn argmin(&self, dim: Option<i64>, keepdim: bool) -> Result<Tensor> {
        self.filled(f64::INFINITY)?.argmin(dim, keepdim)
    }

    /// Mean over `dims` (all if empty); NaN where nothing is kept.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let keep = Tensor::new([true, false, true])?;
    /// let x = Tensor::new([1f32, 2.0, 4.0])?;
    /// assert_eq!(x.masked(Some(&keep))?.mean(&[0], false)?.item::<f32>()?, 2.5);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Integers and bools; as [`Tensor::mean_dims`].
    #[track_caller]
    pub fn mean(&self, dims: &[i64], keepdim: bool) -> Result<Tensor> {
        if !self.x.dtype().is_float() {
            return Err(Error::value(
                "mean",
                format!("expected a floating-point tensor, got {}", self.x.dtype()),
            ));
        }
        self.sum(dims, keepdim)?.div(self.count(dims, keepdim)?)
    }

    /// The lower median along `dim`; NaN where nothing is kept.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let keep = Tensor::new([true, false, true, true])?;
    /// let x = Tensor::new([5f32, 0.0, 1.0, 3.0])?;
    /// assert_eq!(x.masked(Some(&keep))?.median(0, false)?.item::<f32>()?, 3.0);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Integers of which nothing is kept; as [`Tensor::nanmedian_dim`].
    #[track_caller]
    pub fn median(&self, dim: i64, keepdim: bool) -> Result<Tensor> {
        let dtype = self.x.dtype();
        let x = Masked {
            x: self.x.to_dtype(dtype.to_float())?,
            mask: self.mask.clone(),
        };
        let out = x.filled(f64::NAN)?.nanmedian_dim(dim, keepdim)?.0;
        if !dtype.is_float() && out.isnan()?.any()?.item::<bool>()? {
            return Err(Error::value(
                "median",
                format!("nothing is kept of a row of {dtype}, and its median would be NaN"),
            ));
        }
        out.to_dtype(dtype)
    }

    /// The `p`-norm over `dims` (all if empty); 0 where nothing is kept.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let keep = Tensor::new([true, false, true])?;
    /// let x = Tensor::new([3f32, 9.0, 4.0])?;
    /// assert_eq!(x.masked(Some(&keep))?.norm(2.0, &[], false)?.item::<f32>()?, 5.0);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Tensor::norm_dims`].
    #[track_caller]
    pub fn norm(&self, p: f64, dims: &[i64], keepdim: bool) -> Result<Tensor> {
        let none = if p == f64::NEG_INFINITY {
            f64::INFINITY
        } else {
            0.0
        };
        self.filled(none)?.norm_dims(p, dims, keepdim)
    }

    /// Variance over `dims` (all if empty), dividing by the number kept less `correction`; NaN where nothing is kept.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let keep = Tensor::new([true, false, true])?;
    /// let x = Tensor::new([1f32, 9.0, 3.0])?;
    /// assert_eq!(x.masked(Some(&keep))?.var(&[], false, 1.0)?.item::<f32>()?, 2.0);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Tensor::var_dims`].
    #[track_caller]
    pub fn var(&self, dims: &[i64], keepdim: bool, correction: f64) -> Result<Tensor> {
        let dtype = self.x.dtype().to_float();
        let mean = self.sum(dims, true)?.div(self.count(dims, true)?)?;
        let apart = Masked {
            x: self.x.sub(&mean)?.square()?,
            mask: self.mask.clone(),
        };
        let count = self.count(dims, keepdim)?.to_dtype(dtype)?;
        let count = count.sub(correction)?.clamp(0.0, None)?;
        apart.sum(dims, keepdim)?.div(&count)?.to_dtype(dtype)
    }

    /// Standard deviation over `dims` (all if empty), the root of [`Masked::var`].
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let keep = Tensor::new([true, false, true])?;
    /// let x = Tensor::new([1f32, 9.0, 3.0])?;
    /// assert_eq!(x.masked(Some(&keep))?.std(&[], false, 0.0)?.item::<f32>()?, 1.0);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Tensor::std_dims`].
    #[track_caller]
    pub fn std(&self, dims: &[i64], keepdim: bool, correction: f64) -> Result<Tensor> {
        self.var(dims, keepdim, correction)?.sqrt()
    }

    /// Running sum along `dim`.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let keep = Tensor::new([true, false, true])?;
    /// let x = Tensor::new([1f32, 2.0, 4.0])?;
    /// assert_eq!(x.masked(Some(&keep))?.cumsum(0)?.to_vec::<f32>()?, [1.0, 1.0, 5.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Tensor::cumsum`].
    #[track_caller]
    pub fn cumsum(&self, dim: i64) -> Result<Tensor> {
        self.filled(0.0)?.cumsum(dim)
    }

    /// Running product along `dim`.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let keep = Tensor::new([true, false, true])?;
    /// let x = Tensor::new([3f32, 2.0, 4.0])?;
    /// assert_eq!(x.masked(Some(&keep))?.cumprod(0)?.to_vec::<f32>()?, [3.0, 3.0, 12.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Tensor::cumprod`].
    #[track_caller]
    pub fn cumprod(&self, dim: i64) -> Result<Tensor> {
        self.filled(1.0)?.cumprod(dim)
    }

    /// Softmax along `dim`: 0 for what isn't kept, NaN where nothing is.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let keep = Tensor::new([true, false, true])?;
    /// let x = Tensor::new([1f32, 9.0, 1.0])?;
    /// assert_eq!(x.masked(Some(&keep))?.softmax(0)?.to_vec::<f32>()?, [0.5, 0.0, 0.5]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Tensor::softmax`].
    #[track_caller]
    pub fn softmax(&self, dim: i64) -> Result<Tensor> {
        self.filled(f64::NEG_INFINITY)?.softmax(dim)
    }

    /// The logarithm of [`Masked::softmax`].
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let keep = Tensor::new([true, false])?;
    /// let x = Tensor::new([1f32, 9.0])?;
    /// assert_eq!(x.masked(Some(&keep))?.log_softmax(0)?.to_vec::<f32>()?, [0.0, f32::NEG_INFINITY]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Tensor::log_softmax`].
    #[track_caller]
    pub fn log_softmax(&self, dim: i64) -> Result<Tensor> {
        self.filled(f64::NEG_INFINITY)?.log_softmax(dim)
    }

    /// Softmax of the negative along `dim`.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let keep = Tensor::new([true, false, true])?;
    /// let x = Tensor::new([1f32, -9.0, 1.0])?;
    /// assert_eq!(x.masked(Some(&keep))?.softmin(0)?.to_vec::<f32>()?, [0.5, 0.0, 0.5]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Tensor::softmin`].
    #[track_caller]
    pub fn softmin(&self, dim: i64) -> Result<Tensor> {
        self.filled(f64::INFINITY)?.softmin(dim)
    }

    /// What is kept divided by its `p`-norm along `dim` (or by `eps`, if that is larger); 0 elsewhere.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let keep = Tensor::new([true, false])?;
    /// let x = Tensor::new([4f32, 9.0])?;
    /// assert_eq!(x.masked(Some(&keep))?.normalize(2.0, 0, 1e-12)?.to_vec::<f32>()?, [1.0, 0.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Tensor::norm_dims`].
    #[track_caller]
    pub fn normalize(&self, p: f64, dim: i64, eps: f64) -> Result<Tensor> {
        let norm = self.norm(p, &[dim], true)?.clamp(eps, None)?;
        self.filled(0.0)?.div(&norm)
    }

    /// `ln Σ eˣ` over `dims` (all if empty); minus infinity where nothing is kept.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let keep = Tensor::new([true, false])?;
    /// let x = Tensor::new([4f32, 9.0])?;
    /// assert_eq!(x.masked(Some(&keep))?.logsumexp(&[0], false)?.item::<f32>()?, 4.0);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Tensor::logsumexp`].
    #[track_caller]
    pub fn logsumexp(&self, dims: &[i64], keepdim: bool) -> Result<Tensor> {
        self.filled(f64::NEG_INFINITY)?.logsumexp(dims, keepdim)
    }

    /// `ln(eᵃ + eᵇ)`, of what is kept of both.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let (x, y) = (Tensor::new([4f32, 1.0])?, Tensor::new([9f32, 1.0])?);
    /// let none_second = Tensor::new([false, true])?;
    /// let sum = x.masked(None)?.logaddexp(&y.masked(Some(&none_second))?)?.to_vec::<f32>()?;
    /// assert!((sum[0] - 4.0).abs() < 1e-6 && (sum[1] - 1.0 - 2f32.ln()).abs() < 1e-6);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Shapes that don't broadcast.
    #[track_caller]
    pub fn logaddexp(&self, other: &Masked) -> Result<Tensor> {
        let none = f64::NEG_INFINITY;
        self.filled(none)?.logaddexp(other.filled(none)?)
    }
}
