//! Dropout: elements, or whole channels, zeroed at random.

use crate::layout::{Dims, Shape};
use crate::{Error, Result, Tensor};

impl Tensor {
    /// While `training`: each element zero with probability `p`, the others times `1 / (1 - p)`, so that the mean stays.
    /// Otherwise the tensor itself.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::ones([1000])?;
    /// assert!(x.dropout(0.5, true)?.to_vec::<f32>()?.iter().all(|&x| x == 0.0 || x == 2.0));
    /// assert!(x.dropout(0.5, false)?.is_same(&x));
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A probability outside of 0 to 1; integers.
    #[track_caller]
    pub fn dropout(&self, p: f64, training: bool) -> Result<Tensor> {
        dropped("dropout", self, p, training, self.shape())
    }

    /// As [`Tensor::dropout`], for whole channels of (batch, channels, …).
    ///
    /// # Errors
    /// As [`Tensor::dropout`]; fewer than two dimensions.
    #[track_caller]
    pub fn feature_dropout(&self, p: f64, training: bool) -> Result<Tensor> {
        const OP: &str = "feature_dropout";
        if self.rank() < 2 {
            return Err(Error::shape(
                OP,
                format!("expected (batch, channels, …), got shape {}", self.shape()),
            ));
        }
        let mut dims = Dims::from_slice(self.dims());
        dims[2..].fill(1);
        dropped(OP, self, p, training, &Shape::from_dims(dims)?)
    }
}

/// `x` times a mask of `shape`.
#[track_caller]
fn dropped(op: &'static str, x: &Tensor, p: f64, training: bool, shape: &Shape) -> Result<Tensor> {
    if !(0.0..=1.0).contains(&p) {
        return Err(Error::value(
            op,
            format!("probability {p}; expected 0 to 1"),
        ));
    }
    if !x.dtype().is_float() {
        return Err(Error::dtype(
            op,
            format!("expected a floating-point tensor, got {}", x.dtype()),
        ));
    }
    if !training || p == 0.0 {
        return Ok(x.clone());
    }
    let mask = Tensor::bernoulli_mask(1.0 - p, (shape, x.dtype()))?;
    if p < 1.0 {
        mask.mul_(1.0 / (1.0 - p))?;
    }
    x.mul(&mask)
}
