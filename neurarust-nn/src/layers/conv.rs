//! Convolutions in one to three dimensions, plain and transposed, and the depthwise separable one.

use super::linear::affine_init;
use crate::builder::builder;
use crate::call::begin;
use crate::{Forward, Module};
use neurarust_core::{ConvOptions, DType, Error, Padding, PerDim, Result, Tensor};

/// Makes weight and bias of a convolution, after checking that groups divide the channels.
#[track_caller]
fn parameters(
    op: &'static str,
    [in_channels, out_channels]: [usize; 2],
    kernel: &[usize],
    groups: usize,
    transposed: bool,
    (bias, dtype): (bool, DType),
) -> Result<(Tensor, Option<Tensor>)> {
    if groups == 0 || in_channels % groups != 0 || out_channels % groups != 0 {
        return Err(Error::value(
            op,
            format!(
                "{groups} groups for {in_channels} input and {out_channels} output channels; expected a number that divides both"
            ),
        ));
    }
    if kernel.contains(&0) {
        return Err(Error::value(
            op,
            format!("kernel {kernel:?}; expected sizes of 1 or more"),
        ));
    }
    let [first, second] = match transposed {
        false => [out_channels, in_channels / groups],
        true => [in_channels, out_channels / groups],
    };
    let dims: Vec<usize> = [first, second].iter().chain(kernel).copied().collect();
    let weight = Tensor::zeros((dims, dtype))?;
    let bias = affine_init(&weight, bias.then_some(out_channels))?;
    Ok((weight.requires_grad()?, bias))
}

/// `(3, 3)`, as PyTorch prints it.
fn tuple(numbers: &[usize]) -> String {
    match numbers {
        [one] => format!("({one},)"),
        _ => format!(
            "({})",
            numbers
                .iter()
                .map(usize::to_string)
                .collect::<Vec<_>>()
                .join(", ")
        ),
    }
}

/// What stands in parentheses when a convolution is printed: sizes first, then what isn't the default.
fn describe(weight: &Tensor, bias: bool, options: &ConvOptions, transposed: bool) -> String {
    let [first, second, kernel @ ..] = weight.dims() else {
        return String::new();
    };
    let (into, out) = match transposed {
        false => (second * options.groups, *first),
        true => (*first, second * options.groups),
    };
    let mut text = format!("{into}, {out}, kernel_size={}", tuple(kernel));
    let unless = |default: usize, name: &str, numbers: &PerDim| {
        let numbers = numbers.get("conv", name, kernel.len()).unwrap_or_default();
        match numbers.iter().all(|&n| n == default) {
            true => String::new(),
            false => format!(", {name}={}", tuple(&numbers)),
        }
    };
    text += &unless(0, "stride", &options.stride);
    text += &match &options.padding {
        Padding::Zeros(n) => unless(0, "padding", n),
        Padding::Same => ", padding=same".to_string(),
    };
    text += &unless(0, "output_padding", &options.output_padding);
    text += &unless(1, "dilation", &options.dilation);
    if options.groups != 1 {
        text.push_str(&format!(", groups={}", options.groups));
    }
    if !bias {
        text.push_str(", bias=false");
    }
    text
}

macro_rules! convolutions {
    ($(
        $(#[$doc:meta])*
        $layer:ident, $builder:ident, $method:ident, $rank:literal, $transposed:literal { $($extra:tt)* } $keep_extra:expr;
    )*) => { $(
        $(#[$doc])*
        #[derive(Clone, Module)]
        #[module(describe = Self::describe)]
        pub struct $layer {
            /// (out, in / groups, kernel…); (in, out / groups, kernel…) if transposed
            pub weight: Tensor,
            /// (out)
            pub bias: Option<Tensor>,
            #[module(skip)]
            options: ConvOptions,
        }

        builder! {
            /// A layer whose weight and bias are uniform within ±1/√fan_in, with a stride of 1 and no padding.
            ///
            /// # Errors
            /// Sizes that memory can't hold, a kernel of 0.
            $builder makes $layer from (in_channels: usize => usize, out_channels: usize => usize, kernel_size: impl Into<PerDim> => PerDim), such as (4, 8, 3)
            /// Distance between windows, 1.
            stride: impl Into<PerDim> => PerDim = 1usize, stride(2) => layer.tree().contains("stride=(2");
            /// Zeros around the input, 0; or [`Padding::Same`].
            padding: impl Into<Padding> => Padding = 0usize, padding(1) => layer.tree().contains("padding=(1");
            /// Distance between the elements of a window, 1.
            dilation: impl Into<PerDim> => PerDim = 1usize, dilation(2) => layer.tree().contains("dilation=(2");
            /// Groups of channels that don't see each other, 1.
            groups: usize => usize = 1usize, groups(2) => layer.options().groups == 2;
            /// Whether to add a bias, true.
            bias: bool => bool = true, bias(false) => layer.bias.is_none();
            /// The element type, `f32`.
            dtype: DType => DType = DType::F32, dtype(DType::F64) => layer.parameters()[0].dtype() == DType::F64;
            $($extra)*
        }

        impl $builder {
            /// The layer.
            ///
            /// ```
            #[doc = concat!("# use neurarust_nn::", stringify!($layer), ";")]
            #[doc = concat!("assert_eq!(", stringify!($layer), "::builder(4, 8, 3).bias(false).build()?.weight.rank(), 2 + ", stringify!($rank), ");")]
            #[doc = concat!("assert!(", stringify!($layer), "::builder(4, 8, 3).groups(3).build().is_err()); // 3 divides neither")]
            /// # Ok::<(), neurarust_core::Error>(())
            /// ```
            ///
            /// # Errors
            /// Sizes that memory can't hold, a kernel of 0, groups that don't divide the channels, a dtype that isn't
            /// floating-point.
            #[track_caller]
            pub fn build(self) -> Result<$layer> {
                const OP: &str = stringify!($layer);
                let kernel = self.kernel_size.get(OP, "kernel_size", $rank)?;
                let (weight, bias) = parameters(
                    OP, [self.in_channels, self.out_channels], &kernel, self.groups, $transposed, (self.bias, self.dtype),
                )?;
                let keep_extra: fn(ConvOptions, &$builder) -> ConvOptions = $keep_extra;
                let options = ConvOptions::new()
                    .stride(self.stride.get(OP, "stride", $rank)?.as_slice())
                    .padding(match &self.padding {
                        Padding::Zeros(n) => Padding::Zeros(n.get(OP, "padding", $rank)?.as_slice().into()),
                        Padding::Same => Padding::Same,
                    })
                    .dilation(self.dilation.get(OP, "dilation", $rank)?.as_slice())
                    .groups(self.groups);
                Ok($layer { weight, bias, options: keep_extra(options, &self) })
            }
        }

        impl $layer {
            /// Stride, padding, dilation and groups.
            ///
            /// ```
            #[doc = concat!("# use neurarust_nn::", stringify!($layer), ";")]
            #[doc = concat!("assert_eq!(", stringify!($layer), "::builder(4, 8, 3).groups(4).build()?.options().groups, 4);")]
            /// # Ok::<(), neurarust_core::Error>(())
            /// ```
            pub fn options(&self) -> &ConvOptions {
                &self.options
            }

            fn describe(&self) -> String {
                describe(&self.weight, self.bias.is_some(), &self.options, $transposed)
            }
        }

        impl Forward for $layer {
            #[track_caller]
            fn forward(&self, x: &Tensor) -> Result<Tensor> {
                begin(self).end(x.$method(&self.weight, self.bias.as_ref(), &self.options))
            }
        }
    )* };
}

convolutions! {
    /// Convolution over a sequence: (N, C, L) → (N, O, L').
    ///
    /// ```
    /// use neurarust_core::Tensor;
    /// use neurarust_nn::{Conv1d, Forward};
    /// let layer = Conv1d::builder(16, 33, 3).stride(2).build()?;
    /// assert_eq!(layer.forward(&Tensor::zeros([20, 16, 50])?)?.dims(), [20, 33, 24]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    Conv1d, Conv1dBuilder, conv1d, 1, false {} |options, _| options;
    /// Convolution over images: (N, C, H, W) → (N, O, H', W').
    ///
    /// ```
    /// use neurarust_core::Tensor;
    /// use neurarust_nn::{Conv2d, Forward};
    /// let layer = Conv2d::builder(1, 8, 3).padding(1).build()?;
    /// assert_eq!(layer.forward(&Tensor::zeros([4, 1, 8, 8])?)?.dims(), [4, 8, 8, 8]);
    /// assert_eq!(Conv2d::new(1, 8, [3, 5])?.weight.dims(), [8, 1, 3, 5]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    Conv2d, Conv2dBuilder, conv2d, 2, false {} |options, _| options;
    /// Convolution over volumes: (N, C, D, H, W) → (N, O, D', H', W').
    ///
    /// ```
    /// use neurarust_core::Tensor;
    /// use neurarust_nn::{Conv3d, Forward};
    /// assert_eq!(Conv3d::new(2, 3, 2)?.forward(&Tensor::zeros([1, 2, 4, 4, 4])?)?.dims(), [1, 3, 3, 3, 3]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    Conv3d, Conv3dBuilder, conv3d, 3, false {} |options, _| options;
    /// Transposed convolution over a sequence: (N, C, L) → (N, O, L').
    ///
    /// ```
    /// use neurarust_core::Tensor;
    /// use neurarust_nn::{ConvTranspose1d, Forward};
    /// let layer = ConvTranspose1d::builder(4, 2, 2).stride(2).build()?;
    /// assert_eq!(layer.forward(&Tensor::zeros([1, 4, 5])?)?.dims(), [1, 2, 10]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ConvTranspose1d, ConvTranspose1dBuilder, conv_transpose1d, 1, true {
        /// Extra size on one side of the output, 0.
        output_padding: impl Into<PerDim> => PerDim = 0usize, stride(2).output_padding(1) => layer.tree().contains("output_padding=(1");
    } |options, b| options.output_padding(b.output_padding.clone());
    /// Transposed convolution over images: (N, C, H, W) → (N, O, H', W').
    ///
    /// ```
    /// use neurarust_core::Tensor;
    /// use neurarust_nn::{ConvTranspose2d, Forward};
    /// let layer = ConvTranspose2d::builder(4, 2, 3).stride(2).padding(1).output_padding(1).build()?;
    /// assert_eq!(layer.forward(&Tensor::zeros([1, 4, 5, 5])?)?.dims(), [1, 2, 10, 10]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ConvTranspose2d, ConvTranspose2dBuilder, conv_transpose2d, 2, true {
        /// Extra size on one side of the output, 0.
        output_padding: impl Into<PerDim> => PerDim = 0usize, stride(2).output_padding(1) => layer.tree().contains("output_padding=(1");
    } |options, b| options.output_padding(b.output_padding.clone());
}

/// A convolution of each channel on its own, then one of 1 × 1 across channels: (N, C, H, W) → (N, O, H', W').
///
/// It has C · k² + C · O weights where a plain convolution has C · O · k².
///
/// ```
/// use neurarust_core::Tensor;
/// use neurarust_nn::{DepthwiseSeparableConv2d, Forward, Module};
/// let layer = DepthwiseSeparableConv2d::builder(8, 16, 3).padding(1).bias(false).build()?;
/// assert_eq!(layer.forward(&Tensor::zeros([1, 8, 6, 6])?)?.dims(), [1, 16, 6, 6]);
/// assert_eq!(layer.num_parameters(), 8 * 9 + 8 * 16);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
#[derive(Clone, Module)]
pub struct DepthwiseSeparableConv2d {
    /// Each channel on its own.
    pub depthwise: Conv2d,
    /// Across channels.
    pub pointwise: Conv2d,
}

builder! {
    /// A layer with PyTorch's initial values for both convolutions, a stride of 1 and no padding.
    ///
    /// # Errors
    /// Sizes that memory can't hold, a kernel of 0.
    DepthwiseSeparableConv2dBuilder makes DepthwiseSeparableConv2d from (
        in_channels: usize => usize, out_channels: usize => usize, kernel_size: impl Into<PerDim> => PerDim,
    ), such as (4, 8, 3)
    /// Distance between windows, 1.
    stride: impl Into<PerDim> => PerDim = 1usize, stride(2) => layer.depthwise.options().stride == [2, 2].into();
    /// Zeros around the input, 0; or [`Padding::Same`].
    padding: impl Into<Padding> => Padding = 0usize, padding(1) => layer.tree().contains("padding=(1, 1)");
    /// Distance between the elements of a window, 1.
    dilation: impl Into<PerDim> => PerDim = 1usize, dilation(2) => layer.tree().contains("dilation=(2");
    /// Whether to add biases, true.
    bias: bool => bool = true, bias(false) => layer.num_parameters() == 4 * 9 + 4 * 8;
    /// The element type, `f32`.
    dtype: DType => DType = DType::F32, dtype(DType::F64) => layer.parameters()[0].dtype() == DType::F64;
}

impl DepthwiseSeparableConv2dBuilder {
    /// The layer.
    ///
    /// ```
    /// use neurarust_nn::DepthwiseSeparableConv2d;
    /// let layer = DepthwiseSeparableConv2d::builder(4, 8, 3).build()?;
    /// assert_eq!(layer.depthwise.weight.dims(), [4, 1, 3, 3]);
    /// assert_eq!(layer.pointwise.weight.dims(), [8, 4, 1, 1]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Sizes that memory can't hold, a kernel of 0, a dtype that isn't floating-point.
    #[track_caller]
    pub fn build(self) -> Result<DepthwiseSeparableConv2d> {
        let channels = self.in_channels;
        let depthwise = Conv2d::builder(channels, channels, self.kernel_size)
            .stride(self.stride)
            .padding(self.padding)
            .dilation(self.dilation)
            .groups(channels)
            .bias(self.bias)
            .dtype(self.dtype)
            .build()?;
        let pointwise = Conv2d::builder(channels, self.out_channels, 1)
            .bias(self.bias)
            .dtype(self.dtype)
            .build()?;
        Ok(DepthwiseSeparableConv2d {
            depthwise,
            pointwise,
        })
    }
}

impl Forward for DepthwiseSeparableConv2d {
    #[track_caller]
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        begin(self).end(self.pointwise.forward(&self.depthwise.forward(x)?))
    }
}
