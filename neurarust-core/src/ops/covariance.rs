//! How variables move together: covariances and correlations, of variables in rows and observations in columns.

use crate::{Error, Result, Tensor};

impl Tensor {
    /// The covariances of the rows of `(variables, observations)` (a vector is one variable): `(variables, variables)`.
    /// `frequencies` says how often each observation occurs (integers), `weights` how much it counts (floats), both
    /// vectors; the sum is divided by the number of observations less `correction`.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::new([[0.0f32, 1.0, 2.0], [2.0, 1.0, 0.0]])?;
    /// assert_eq!(x.cov(1.0, None, None)?.to_vec::<f32>()?, [1.0, -1.0, -1.0, 1.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// More than two dimensions; bools; frequencies that aren't integers, weights that aren't floats, either of another
    /// length or negative.
    #[track_caller]
    pub fn cov(
        &self,
        correction: f64,
        frequencies: Option<&Tensor>,
        weights: Option<&Tensor>,
    ) -> Result<Tensor> {
        const OP: &str = "cov";
        if self.rank() > 2 {
            return Err(Error::shape(
                OP,
                format!("expected at most 2 dimensions, got shape {}", self.shape()),
            ));
        }
        if self.dtype() == crate::DType::Bool {
            return Err(Error::dtype(
                OP,
                "bools have no covariance; convert them first",
            ));
        }
        let x = match self.rank() {
            2 => self.clone(),
            _ => self.reshape([1, -1])?,
        };
        let observations = x.dims()[1];
        for (name, w, ints) in [
            ("frequencies", frequencies, true),
            ("weights", weights, false),
        ] {
            let Some(w) = w else { continue };
            if w.rank() > 1 || w.numel() != observations {
                return Err(Error::shape(
                    OP,
                    format!(
                        "{name} of shape {} for {observations} observations; expected a vector of as many",
                        w.shape()
                    ),
                ));
            }
            if (ints && !w.dtype().is_int()) || (!ints && !w.dtype().is_float()) {
                return Err(Error::dtype(
                    OP,
                    format!(
                        "{name} must be {}, got {}",
                        if ints { "integers" } else { "floats" },
                        w.dtype()
                    ),
                ));
            }
            if w.detach().lt(0.0)?.any()?.item::<bool>()? {
                return Err(Error::value(OP, format!("{name} can't be negative")));
            }
        }
        let both = match (frequencies, weights) {
            (None, None) => None,
            (Some(w), None) | (None, Some(w)) => Some(w.reshape([-1])?),
            (Some(f), Some(w)) => Some(w.reshape([-1])?.mul(f.reshape([-1])?)?),
        };
        let weighed = |x: &Tensor| match &both {
            Some(w) => x.mul(w),
            None => Ok(x.clone()),
        };
        let total = match &both {
            Some(w) => w.sum()?,
            None => Tensor::new(observations as i64)?,
        };
        let mean = weighed(&x)?.sum_dims(&[1], true)?.div(&total)?;
        let count = match (&both, weights) {
            // What weights leave of the number of observations.
            (Some(w), Some(a)) => {
                let squares = w.mul(a.reshape([-1])?)?.sum()?;
                total.sub(squares.mul(correction)?.div(&total)?)?
            }
            _ => total.sub(correction)?,
        };
        let count = count.to_dtype(x.dtype().to_float())?;
        let count = count.detach().lt(0.0)?.select_where(0.0, &count)?;
        let apart = x.sub(&mean)?;
        let out = apart
            .matmul(&weighed(&apart)?.t()?.to_dtype(apart.dtype())?)?
            .div(&count)?;
        out.squeeze(&[0, 1][..out.rank()])
    }

    /// The correlations of the rows of `(variables, observations)`: the covariances divided by both standard deviations.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let r = Tensor::new([[1f64, 2.0, 3.0], [6.0, 4.0, 2.0]])?.corrcoef()?; // (2, 2)
    /// assert!((r.to_vec::<f64>()?[1] + 1.0).abs() < 1e-12);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Tensor::cov`].
    #[track_caller]
    pub fn corrcoef(&self) -> Result<Tensor> {
        if self.rank() > 2 {
            return Err(Error::shape(
                "corrcoef",
                format!("expected at most 2 dimensions, got shape {}", self.shape()),
            ));
        }
        let c = self.cov(1.0, None, None)?;
        if c.rank() == 0 {
            return c.div(&c);
        }
        let deviations = c.diagonal(0, 0, 1)?.sqrt()?;
        c.div(deviations.reshape([-1, 1])?)?
            .div(deviations.reshape([1, -1])?)?
            .clamp(-1.0, 1.0)
    }
}
