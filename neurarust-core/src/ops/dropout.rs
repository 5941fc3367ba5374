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
    /// ```
    /// # use neurarust_core::Tensor;
    /// let y = Tensor::ones([4, 8, 5])?.feature_dropout(0.5, true)?;
    /// let channels = y.mean_dims(&[2], false)?.to_vec::<f32>()?;
    /// assert!(channels.iter().all(|&c| c == 0.0 || c == 2.0));
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Tensor::dropout`]; fewer than two dimensions.
    #[track_caller]
    pub fn feature_dropout(&self, p: f64, training: bool) -> Result<Tensor> {
        const OP: &str = "feature_dropout";
        if !training || p == 0.0 {
            return self.dropout(p, training);
        }
        let shape = channelwise(OP, self)?;
        dropped(OP, self, p, training, &shape)
    }
}

/// The shape of a mask of whole channels.
#[track_caller]
fn channelwise(op: &'static str, x: &Tensor) -> Result<Shape> {
    if x.rank() < 2 {
        return Err(Error::shape(
            op,
            format!("expected (batch, channels, …), got shape {}", x.shape()),
        ));
    }
    let mut dims = Dims::from_slice(x.dims());
    dims[2..].fill(1);
    Shape::from_dims(dims)
}

#[track_caller]
fn check(op: &'static str, x: &Tensor, p: f64) -> Result<()> {
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
    Ok(())
}

/// `x` times a mask of `shape`.
#[track_caller]
fn dropped(op: &'static str, x: &Tensor, p: f64, training: bool, shape: &Shape) -> Result<Tensor> {
    check(op, x, p)?;
    if !training || p == 0.0 {
        return Ok(x.clone());
    }
    let _op = crate::profiler::op(op);
    let mask = match x.shape() == shape {
        true => x.mask_like(1.0 - p)?,
        false => Tensor::bernoulli_mask(1.0 - p, (shape, x.dtype()))?,
    };
    if p < 1.0 {
        mask.div_(1.0 - p)?;
    }
    x.mul(&mask)
}

/// `x` with elements (of the mask's `shape`) at SELU's lower end, so scaled and shifted that mean and variance stay.
#[track_caller]
fn alpha_dropped(
    op: &'static str,
    x: &Tensor,
    p: f64,
    training: bool,
    shape: &Shape,
) -> Result<Tensor> {
    check(op, x, p)?;
    if !training || p == 0.0 {
        return Ok(x.clone());
    }
    if p == 1.0 {
        return x.mul(0.0);
    }
    const ALPHA: f64 = 1.7580993408473766;
    let a = 1.0 / ((ALPHA * ALPHA * p + 1.0) * (1.0 - p)).sqrt();
    let mask = Tensor::bernoulli_mask(1.0 - p, (shape, x.dtype()))?;
    let shift = mask.sub(1.0)?.mul(ALPHA * a)?.add(ALPHA * a * p)?;
    shift.addcmul(x, &mask, a)
}

impl Tensor {
    /// Alpha dropout (Klambauer et al., 2017): as [`Tensor::dropout`], for networks of SELUs. Elements are set to SELU's lower
    /// end, and mean and variance stay.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::ones([10])?;
    /// assert_eq!(x.alpha_dropout(0.5, true)?.dims(), [10]);
    /// assert_eq!(x.alpha_dropout(0.5, false)?.to_vec::<f32>()?, [1.0; 10]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Tensor::dropout`].
    #[track_caller]
    pub fn alpha_dropout(&self, p: f64, training: bool) -> Result<Tensor> {
        alpha_dropped("alpha_dropout", self, p, training, self.shape())
    }

    /// As [`Tensor::alpha_dropout`], for whole channels of (batch, channels, …).
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let y = Tensor::ones([4, 8, 5])?.feature_alpha_dropout(0.5, true)?;
    /// let spread = y.amax(&[2], false)?.sub(y.amin(&[2], false)?)?;
    /// assert_eq!(spread.sum()?.item::<f32>()?, 0.0); // one value per channel
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Tensor::feature_dropout`].
    #[track_caller]
    pub fn feature_alpha_dropout(&self, p: f64, training: bool) -> Result<Tensor> {
        const OP: &str = "feature_alpha_dropout";
        if !training || p == 0.0 {
            return self.alpha_dropout(p, training);
        }
        let shape = channelwise(OP, self)?;
        alpha_dropped(OP, self, p, training, &shape)
    }

    /// The randomised leaky ReLU: `x` where positive, elsewhere `x` times a slope, drawn uniformly from `[lower, upper]` for
    /// each element while `training`, else their mean.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::new([-4f32, 2.0])?;
    /// assert_eq!(x.rrelu(0.25, 0.75, false)?.to_vec::<f32>()?, [-2.0, 2.0]);
    /// let drawn = x.rrelu(0.25, 0.75, true)?.to_vec::<f32>()?[0];
    /// assert!((-3.0..=-1.0).contains(&drawn));
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Integers; bounds that are out of order or not finite.
    #[track_caller]
    pub fn rrelu(&self, lower: f64, upper: f64, training: bool) -> Result<Tensor> {
        const OP: &str = "rrelu";
        if !(lower <= upper && (upper - lower).is_finite() && self.dtype().is_float()) {
            return Err(Error::value(
                OP,
                format!(
                    "slopes from {lower} to {upper} for {}; expected lower ≤ upper, and floats",
                    self.dtype()
                ),
            ));
        }
        if !training {
            return self.leaky_relu((lower + upper) / 2.0);
        }
        let slopes = Tensor::rand((self.shape(), self.dtype()))?
            .mul(upper - lower)?
            .add(lower)?;
        let positive = self.detach().gt(0.0)?;
        self.mul(&slopes.masked_fill(&positive, 1.0)?)
    }
}
