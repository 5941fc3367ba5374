//! Normalisation layers: over a batch, over features, over groups of channels.

use crate::builder::builder;
use crate::call::begin;
use crate::{Forward, Module, Training};
use neurarust_core::{DType, Error, IntoShape, Result, Shape, Tensor, no_grad};

/// A weight of ones and a bias of zeros, as far as they are wanted.
#[track_caller]
fn affine(
    shape: &Shape,
    dtype: DType,
    weight: bool,
    bias: bool,
) -> Result<(Option<Tensor>, Option<Tensor>)> {
    let make = |wanted: bool, value: f64| {
        wanted
            .then(|| Tensor::full((shape, dtype), value)?.requires_grad())
            .transpose()
    };
    Ok((make(weight, 1.0)?, make(bias, 0.0)?))
}

/// Refuses an `eps` that would make NaNs.
#[track_caller]
fn check_eps(op: &'static str, eps: f64) -> Result<()> {
    match eps >= 0.0 && eps.is_finite() {
        true => Ok(()),
        false => Err(Error::value(op, format!("eps {eps}; expected 0 or more"))),
    }
}

macro_rules! batch_norms {
    ($( $(#[$doc:meta])* $layer:ident, $builder:ident, $ranks:pat => $expected:literal; )*) => { $(
        $(#[$doc])*
        #[derive(Clone, Module)]
        #[module(describe = Self::describe)]
        pub struct $layer {
            /// (channels), ones at first
            pub weight: Option<Tensor>,
            /// (channels), zeros at first
            pub bias: Option<Tensor>,
            /// (channels), what evaluation subtracts
            #[module(buffer)]
            pub running_mean: Option<Tensor>,
            /// (channels), what evaluation divides by the root of
            #[module(buffer)]
            pub running_var: Option<Tensor>,
            /// Number of batches the running statistics have seen
            #[module(buffer)]
            pub num_batches_tracked: Option<Tensor>,
            num_features: usize,
            eps: f64,
            momentum: Option<f64>,
            training: Training,
        }

        builder! {
            /// A layer for `num_features` channels with PyTorch's defaults.
            ///
            /// # Errors
            /// A size that memory can't hold.
            $builder makes $layer from (num_features: usize => usize), such as (8)
            /// Added to the variance, 1e-5.
            eps: f64 => f64 = 1e-5, eps(1e-3) => layer.tree().contains("eps=1e-3");
            /// How far running statistics move towards a batch's, 0.1.
            momentum: f64 => Option<f64> = 0.1, momentum(0.5) => layer.tree().contains("momentum=0.5");
            /// Whether to scale and shift by learned numbers, true.
            affine: bool => bool = true, affine(false) => layer.weight.is_none();
            /// Whether to keep running statistics, true; without them evaluation uses the batch's, too.
            track_running_stats: bool => bool = true, track_running_stats(false) => layer.buffers().is_empty();
            /// The element type, `f32`.
            dtype: DType => DType = DType::F32, dtype(DType::F64) => layer.parameters()[0].dtype() == DType::F64;
        }

        impl $builder {
            /// Running statistics that are the plain average of all batches' (PyTorch's `momentum=None`).
            ///
            /// ```
            #[doc = concat!("# use neurarust_nn::{Module, ", stringify!($layer), "};")]
            #[doc = concat!("let layer = ", stringify!($layer), "::builder(8).cumulative_average().build()?;")]
            /// assert!(layer.tree().contains("momentum=None"));
            /// # Ok::<(), neurarust_core::Error>(())
            /// ```
            pub fn cumulative_average(mut self) -> $builder {
                self.momentum = None;
                self
            }

            /// The layer.
            ///
            /// ```
            #[doc = concat!("# use neurarust_nn::", stringify!($layer), ";")]
            #[doc = concat!("let layer = ", stringify!($layer), "::builder(8).build()?;")]
            /// assert_eq!(layer.running_var.unwrap().to_vec::<f32>()?, [1.0; 8]);
            /// # Ok::<(), neurarust_core::Error>(())
            /// ```
            ///
            /// # Errors
            /// A size that memory can't hold, a dtype that isn't floating-point, a negative `eps`.
            #[track_caller]
            pub fn build(self) -> Result<$layer> {
                check_eps(stringify!($layer), self.eps)?;
                let shape = Shape::new(&[self.num_features])?;
                let (weight, bias) = affine(&shape, self.dtype, self.affine, self.affine)?;
                let track = |t: Result<Tensor>| self.track_running_stats.then_some(t).transpose();
                Ok($layer {
                    weight,
                    bias,
                    running_mean: track(Tensor::zeros((&shape, self.dtype)))?,
                    running_var: track(Tensor::ones((&shape, self.dtype)))?,
                    num_batches_tracked: track(Tensor::zeros(((), DType::I64)))?,
                    num_features: self.num_features,
                    eps: self.eps,
                    momentum: self.momentum,
                    training: Training::default(),
                })
            }
        }

        impl $layer {
            fn describe(&self) -> String {
                let momentum = self.momentum.map_or("None".to_string(), |m| m.to_string());
                format!(
                    "{}, eps={:e}, momentum={momentum}, affine={}, track_running_stats={}",
                    self.num_features, self.eps, self.weight.is_some(), self.running_mean.is_some()
                )
            }
        }

        impl Forward for $layer {
            #[track_caller]
            fn forward(&self, x: &Tensor) -> Result<Tensor> {
                let call = begin(self);
                if !matches!(x.rank(), $ranks) {
                    return Err(Error::shape(
                        stringify!($layer), format!(concat!("expected ", $expected, ", got shape {}"), x.shape()),
                    ));
                }
                let training = self.training.is_on();
                let seen = match &self.num_batches_tracked {
                    Some(count) if training => count.item::<i64>()?,
                    _ => 0,
                };
                let y = x.batch_norm(
                    self.running_mean.as_ref(),
                    self.running_var.as_ref(),
                    self.weight.as_ref(),
                    self.bias.as_ref(),
                    training || self.running_mean.is_none(),
                    self.momentum.unwrap_or(1.0 / (seen as f64 + 1.0)),
                    self.eps,
                )?;
                if let Some(count) = &self.num_batches_tracked && training {
                    let _guard = no_grad();
                    count.add_(1)?;
                }
                call.end(Ok(y))
            }
        }
    )* };
}

batch_norms! {
    /// Normalises each channel of (N, C) or (N, C, L) over the batch (Ioffe and Szegedy, 2015).
    ///
    /// ```
    /// use neurarust_core::Tensor;
    /// use neurarust_nn::{BatchNorm1d, Forward};
    /// let y = BatchNorm1d::new(1)?.forward(&Tensor::new([[1.0f32], [3.0]])?)?.to_vec::<f32>()?;
    /// assert!((y[0] + 1.0).abs() < 1e-4 && (y[1] - 1.0).abs() < 1e-4);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    BatchNorm1d, BatchNorm1dBuilder, 2 | 3 => "(N, C) or (N, C, L)";
    /// Normalises each channel of (N, C, H, W) over the batch and the image (Ioffe and Szegedy, 2015).
    ///
    /// ```
    /// use neurarust_core::Tensor;
    /// use neurarust_nn::{BatchNorm2d, Forward, Module};
    /// let layer = BatchNorm2d::new(3)?;
    /// layer.forward(&Tensor::ones([2, 3, 4, 4])?)?;
    /// assert_eq!(layer.named_buffers()[0].0, "running_mean");
    /// assert!((layer.buffers()[0].to_vec::<f32>()?[0] - 0.1).abs() < 1e-6);
    /// layer.eval();
    /// assert!(layer.forward(&Tensor::ones([2, 3, 4])?).is_err());
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    BatchNorm2d, BatchNorm2dBuilder, 4 => "(N, C, H, W)";
    /// Normalises each channel of (N, C, D, H, W) over the batch and the volume (Ioffe and Szegedy, 2015).
    ///
    /// ```
    /// use neurarust_core::Tensor;
    /// use neurarust_nn::{BatchNorm3d, Forward};
    /// assert_eq!(BatchNorm3d::new(2)?.forward(&Tensor::ones([1, 2, 2, 2, 2])?)?.dims(), [1, 2, 2, 2, 2]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    BatchNorm3d, BatchNorm3dBuilder, 5 => "(N, C, D, H, W)";
}

/// Normalises the last dimensions of each sample (Ba, Kiros and Hinton, 2016).
///
/// ```
/// use neurarust_core::Tensor;
/// use neurarust_nn::{Forward, LayerNorm};
/// let layer = LayerNorm::new(64)?;
/// assert_eq!(layer.forward(&Tensor::ones([8, 49, 64])?)?.dims(), [8, 49, 64]);
/// assert_eq!(LayerNorm::new([49, 64])?.weight.as_ref().unwrap().dims(), [49, 64]);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
#[derive(Clone, Module)]
#[module(describe = Self::describe)]
pub struct LayerNorm {
    /// Of the normalised shape, ones at first
    pub weight: Option<Tensor>,
    /// Of the normalised shape, zeros at first
    pub bias: Option<Tensor>,
    normalized_shape: Shape,
    eps: f64,
}

/// Options of [`LayerNorm`]; `build` makes it.
#[derive(Debug)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct LayerNormBuilder {
    normalized_shape: Result<Shape>,
    eps: f64,
    elementwise_affine: bool,
    bias: bool,
    dtype: DType,
}

impl LayerNorm {
    /// A layer over the last dimensions, which are `normalized_shape`.
    ///
    /// ```
    /// use neurarust_core::Tensor;
    /// use neurarust_nn::{Forward, LayerNorm};
    /// let y = LayerNorm::new([2])?.forward(&Tensor::new([[100f32, 300.0]])?)?;
    /// assert!((y.to_vec::<f32>()?[1] - 1.0).abs() < 1e-5);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A shape that memory can't hold.
    #[track_caller]
    pub fn new(normalized_shape: impl IntoShape) -> Result<LayerNorm> {
        LayerNorm::builder(normalized_shape).build()
    }

    /// As [`LayerNorm::new`], with options to set before `build`.
    ///
    /// ```
    /// use neurarust_core::DType;
    /// use neurarust_nn::LayerNorm;
    /// let layer = LayerNorm::builder([2, 3]).eps(1e-6).bias(false).dtype(DType::F64).build()?;
    /// assert!(layer.bias.is_none());
    /// assert_eq!(layer.weight.as_ref().unwrap().dims(), [2, 3]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    #[track_caller]
    pub fn builder(normalized_shape: impl IntoShape) -> LayerNormBuilder {
        LayerNormBuilder {
            normalized_shape: normalized_shape.into_shape(),
            eps: 1e-5,
            elementwise_affine: true,
            bias: true,
            dtype: DType::F32,
        }
    }

    fn describe(&self) -> String {
        format!(
            "{}, eps={:e}, elementwise_affine={}, bias={}",
            self.normalized_shape,
            self.eps,
            self.weight.is_some(),
            self.bias.is_some()
        )
    }
}

impl LayerNormBuilder {
    /// Added to the variance, 1e-5.
    ///
    /// ```
    /// use neurarust_nn::{LayerNorm, Module};
    /// assert!(LayerNorm::builder(2).eps(1e-3).build()?.tree().contains("eps=1e-3"));
    /// assert!(LayerNorm::builder(2).eps(-1.0).build().is_err());
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn eps(self, eps: f64) -> LayerNormBuilder {
        LayerNormBuilder { eps, ..self }
    }
    /// Whether to scale and shift by learned numbers, true.
    ///
    /// ```
    /// use neurarust_nn::{LayerNorm, Module};
    /// assert_eq!(LayerNorm::builder(2).elementwise_affine(false).build()?.num_parameters(), 0);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn elementwise_affine(self, elementwise_affine: bool) -> LayerNormBuilder {
        LayerNormBuilder {
            elementwise_affine,
            ..self
        }
    }
    /// Whether to shift as well as scale, true.
    ///
    /// ```
    /// use neurarust_nn::{LayerNorm, Module};
    /// assert_eq!(LayerNorm::builder(2).bias(false).build()?.num_parameters(), 2);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn bias(self, bias: bool) -> LayerNormBuilder {
        LayerNormBuilder { bias, ..self }
    }
    /// The element type, `f32`.
    ///
    /// ```
    /// use neurarust_core::DType;
    /// use neurarust_nn::LayerNorm;
    /// let layer = LayerNorm::builder(2).dtype(DType::F64).build()?;
    /// assert_eq!(layer.weight.unwrap().dtype(), DType::F64);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn dtype(self, dtype: DType) -> LayerNormBuilder {
        LayerNormBuilder { dtype, ..self }
    }

    /// The layer.
    ///
    /// ```
    /// let layer = neurarust_nn::LayerNorm::builder([3, 2]).build()?;
    /// assert_eq!(layer.bias.unwrap().dims(), [3, 2]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A shape that memory can't hold, a dtype that isn't floating-point, a negative `eps`.
    #[track_caller]
    pub fn build(self) -> Result<LayerNorm> {
        check_eps("LayerNorm", self.eps)?;
        let normalized_shape = self.normalized_shape?;
        let scale = self.elementwise_affine;
        let (weight, bias) = affine(&normalized_shape, self.dtype, scale, scale && self.bias)?;
        Ok(LayerNorm {
            weight,
            bias,
            normalized_shape,
            eps: self.eps,
        })
    }
}

impl Forward for LayerNorm {
    #[track_caller]
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let call = begin(self);
        let shape = self.normalized_shape.dims();
        call.end(x.layer_norm(shape, self.weight.as_ref(), self.bias.as_ref(), self.eps))
    }
}

/// Divides the last dimensions of each sample by their root mean square (Zhang and Sennrich, 2019).
///
/// ```
/// use neurarust_core::Tensor;
/// use neurarust_nn::{Forward, RMSNorm};
/// let y = RMSNorm::new(2)?.forward(&Tensor::new([[3.0f32, 3.0]])?)?.to_vec::<f32>()?;
/// assert!((y[0] - 1.0).abs() < 1e-4);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
#[derive(Clone, Module)]
#[module(describe = Self::describe)]
pub struct RMSNorm {
    /// Of the normalised shape, ones at first
    pub weight: Tensor,
    normalized_shape: Shape,
    eps: Option<f64>,
}

impl RMSNorm {
    /// A layer over the last dimensions, which are `normalized_shape`; the input type's own precision is added to the
    /// mean square.
    ///
    /// ```
    /// use neurarust_core::Tensor;
    /// use neurarust_nn::{Forward, RMSNorm};
    /// let y = RMSNorm::new([2])?.forward(&Tensor::new([[5f32, -5.0]])?)?;
    /// assert!((y.to_vec::<f32>()?[1] + 1.0).abs() < 1e-5);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A shape that memory can't hold.
    #[track_caller]
    pub fn new(normalized_shape: impl IntoShape) -> Result<RMSNorm> {
        let normalized_shape = normalized_shape.into_shape()?;
        let weight = Tensor::ones(&normalized_shape)?.requires_grad()?;
        Ok(RMSNorm {
            weight,
            normalized_shape,
            eps: None,
        })
    }

    /// The same with `eps` added to the mean square.
    ///
    /// ```
    /// use neurarust_core::Tensor;
    /// use neurarust_nn::{Forward, RMSNorm};
    /// let y = RMSNorm::new([2])?.with_eps(3.0)?.forward(&Tensor::new([[1f32, 1.0]])?)?;
    /// assert_eq!(y.to_vec::<f32>()?, [0.5, 0.5]); // 1 / √(1 + 3)
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A negative `eps`.
    #[track_caller]
    pub fn with_eps(self, eps: f64) -> Result<RMSNorm> {
        check_eps("RMSNorm", eps)?;
        Ok(RMSNorm {
            eps: Some(eps),
            ..self
        })
    }

    fn describe(&self) -> String {
        let eps = self.eps.map_or("None".to_string(), |e| format!("{e:e}"));
        format!("{}, eps={eps}", self.normalized_shape)
    }
}

impl Forward for RMSNorm {
    #[track_caller]
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let call = begin(self);
        let eps = self.eps.unwrap_or(match x.dtype() {
            DType::F64 => f64::EPSILON,
            DType::F16 => 2f64.powi(-10),
            DType::BF16 => 2f64.powi(-7),
            _ => f64::from(f32::EPSILON),
        });
        call.end(x.rms_norm(self.normalized_shape.dims(), Some(&self.weight), eps))
    }
}

/// Normalises each of several groups of channels of each sample of (N, C, …) (Wu and He, 2018).
///
/// ```
/// use neurarust_core::Tensor;
/// use neurarust_nn::{Forward, GroupNorm};
/// assert_eq!(GroupNorm::new(3, 6)?.forward(&Tensor::ones([2, 6, 4, 4])?)?.dims(), [2, 6, 4, 4]);
/// assert!(GroupNorm::new(4, 6).is_err());
/// # Ok::<(), neurarust_core::Error>(())
/// ```
#[derive(Clone, Module)]
#[module(describe = Self::describe)]
pub struct GroupNorm {
    /// (channels), ones at first
    pub weight: Option<Tensor>,
    /// (channels), zeros at first
    pub bias: Option<Tensor>,
    num_groups: usize,
    num_channels: usize,
    eps: f64,
}

builder! {
    /// A layer with PyTorch's defaults.
    ///
    /// # Errors
    /// Groups that don't divide the channels.
    GroupNormBuilder makes GroupNorm from (num_groups: usize => usize, num_channels: usize => usize), such as (2, 8)
    /// Added to the variance, 1e-5.
    eps: f64 => f64 = 1e-5, eps(1e-3) => layer.tree().contains("eps=1e-3");
    /// Whether to scale and shift by learned numbers, true.
    affine: bool => bool = true, affine(false) => layer.weight.is_none();
    /// The element type, `f32`.
    dtype: DType => DType = DType::F32, dtype(DType::F64) => layer.parameters()[0].dtype() == DType::F64;
}

impl GroupNormBuilder {
    /// The layer.
    ///
    /// ```
    /// use neurarust_nn::GroupNorm;
    /// assert_eq!(GroupNorm::builder(2, 6).build()?.weight.unwrap().dims(), [6]);
    /// assert!(GroupNorm::builder(4, 6).build().is_err());
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Groups that don't divide the channels, a dtype that isn't floating-point, a negative `eps`.
    #[track_caller]
    pub fn build(self) -> Result<GroupNorm> {
        const OP: &str = "GroupNorm";
        check_eps(OP, self.eps)?;
        let (groups, channels) = (self.num_groups, self.num_channels);
        if groups == 0 || channels % groups != 0 {
            return Err(Error::value(
                OP,
                format!(
                    "{groups} groups of {channels} channels; expected a number that divides them"
                ),
            ));
        }
        let shape = Shape::new(&[channels])?;
        let (weight, bias) = affine(&shape, self.dtype, self.affine, self.affine)?;
        Ok(GroupNorm {
            weight,
            bias,
            num_groups: groups,
            num_channels: channels,
            eps: self.eps,
        })
    }
}

impl GroupNorm {
    fn describe(&self) -> String {
        format!(
            "{}, {}, eps={:e}, affine={}",
            self.num_groups,
            self.num_channels,
            self.eps,
            self.weight.is_some()
        )
    }
}

impl Forward for GroupNorm {
    #[track_caller]
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let call = begin(self);
        if x.rank() >= 2 && x.dims()[1] != self.num_channels {
            return Err(Error::shape(
                "GroupNorm",
                format!(
                    "expected (N, {}, …), got shape {}",
                    self.num_channels,
                    x.shape()
                ),
            ));
        }
        let (weight, bias) = (self.weight.as_ref(), self.bias.as_ref());
        call.end(x.group_norm(self.num_groups, weight, bias, self.eps))
    }
}
