//! The affine layer.

use crate::builder::builder;
use crate::call::begin;
use crate::init::{self, FanMode, Nonlinearity};
use crate::{Forward, Module};
use neurarust_core::{DType, Result, Tensor};

/// `y = x · Wᵀ + b`: (…, in) → (…, out).
///
/// ```
/// use neurarust_core::Tensor;
/// use neurarust_nn::{Forward, Linear};
/// let layer = Linear::new(20, 30)?;
/// assert_eq!(layer.forward(&Tensor::zeros([128, 20])?)?.dims(), [128, 30]);
/// assert!(Linear::builder(20, 30).bias(false).build()?.bias.is_none());
/// # Ok::<(), neurarust_core::Error>(())
/// ```
#[derive(Clone, Module)]
#[module(describe = Self::describe)]
pub struct Linear {
    /// (out, in)
    pub weight: Tensor,
    /// (out)
    pub bias: Option<Tensor>,
}

builder! {
    /// A layer whose weight and bias are uniform within ±1/√in.
    ///
    /// # Errors
    /// Sizes that memory can't hold.
    LinearBuilder makes Linear from (in_features: usize => usize, out_features: usize => usize), such as (3, 2)
    /// Whether to add a bias, true.
    bias: bool => bool = true, bias(false) => layer.bias.is_none();
    /// The element type, `f32`.
    dtype: DType => DType = DType::F32, dtype(DType::F64) => layer.parameters()[0].dtype() == DType::F64;
}

impl LinearBuilder {
    /// The layer.
    ///
    /// ```
    /// use neurarust_core::DType;
    /// use neurarust_nn::Linear;
    /// assert_eq!(Linear::builder(3, 2).build()?.weight.dims(), [2, 3]);
    /// assert!(Linear::builder(3, 2).dtype(DType::I64).build().is_err());
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Sizes that memory can't hold, or a dtype that isn't floating-point.
    #[track_caller]
    pub fn build(self) -> Result<Linear> {
        let weight = Tensor::zeros(([self.out_features, self.in_features], self.dtype))?;
        let bias = affine_init(&weight, self.bias.then_some(self.out_features))?;
        Ok(Linear {
            weight: weight.requires_grad()?,
            bias,
        })
    }
}

/// PyTorch's initial values of every weight with a bias: both uniform within ±1/√fan_in, the weight drawn first.
#[track_caller]
pub(crate) fn affine_init(weight: &Tensor, bias: Option<usize>) -> Result<Option<Tensor>> {
    init::kaiming_uniform_(weight, FanMode::In, Nonlinearity::LeakyReLU(5f64.sqrt()))?;
    let Some(size) = bias else { return Ok(None) };
    let bias = Tensor::zeros(([size], weight.dtype()))?;
    let (fan_in, _) = init::fans(weight)?;
    if fan_in > 0 {
        let bound = 1.0 / (fan_in as f64).sqrt();
        init::uniform_(&bias, -bound, bound)?;
    }
    Ok(Some(bias.requires_grad()?))
}

impl Linear {
    fn describe(&self) -> String {
        let [out, into] = [0, 1].map(|i| self.weight.dims().get(i).copied().unwrap_or(0));
        let bias = self.bias.is_some();
        format!("in_features={into}, out_features={out}, bias={bias}")
    }
}

impl Forward for Linear {
    #[track_caller]
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        begin(self).end(x.linear(&self.weight, self.bias.as_ref()))
    }
}
