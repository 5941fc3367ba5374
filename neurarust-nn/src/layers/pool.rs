//! Pooling: the largest or the mean of each window.

use crate::call::begin;
use crate::{Forward, Module};
use neurarust_core::{Error, PerDim, PoolOptions, Result, Tensor};

macro_rules! pools {
    ($(
        $(#[$doc:meta])*
        $layer:ident, $builder:ident, $rank:literal, $x:ident, $options:ident => $call:expr;
        { $( $(#[$option_doc:meta])* $option:ident: $given:ty = $value:expr, $example:expr => $check:expr; )* }
    )*) => { $(
        $(#[$doc])*
        #[derive(Clone, Module)]
        #[module(describe = Self::describe)]
        pub struct $layer {
            #[module(skip)]
            options: PoolOptions,
        }

        #[doc = concat!("Options of [`", stringify!($layer), "`]; `build` makes it.")]
        #[derive(Clone, Debug)]
        #[must_use = "a builder does nothing until `build` is called"]
        pub struct $builder {
            options: PoolOptions,
        }

        impl $layer {
            /// Windows of `kernel_size` side by side.
            ///
            /// ```
            #[doc = concat!("# use neurarust_nn::{Module, ", stringify!($layer), "};")]
            #[doc = concat!("assert_eq!(", stringify!($layer), "::new(2)?.tree(), \"", stringify!($layer), "(kernel_size=2, stride=2, padding=0)\");")]
            /// # Ok::<(), neurarust_core::Error>(())
            /// ```
            ///
            /// # Errors
            /// More numbers than there are dimensions, a size of 0.
            #[track_caller]
            pub fn new(kernel_size: impl Into<PerDim>) -> Result<$layer> {
                $layer::builder(kernel_size).build()
            }

            #[doc = concat!("As [`", stringify!($layer), "::new`], with options to set before `build`.")]
            ///
            /// ```
            #[doc = concat!("# use neurarust_nn::{Module, ", stringify!($layer), "};")]
            #[doc = concat!("let layer = ", stringify!($layer), "::builder(3).stride(1).padding(1).build()?;")]
            /// assert!(layer.tree().contains("kernel_size=3, stride=1, padding=1"));
            /// # Ok::<(), neurarust_core::Error>(())
            /// ```
            pub fn builder(kernel_size: impl Into<PerDim>) -> $builder {
                $builder { options: PoolOptions::new(kernel_size) }
            }

            fn describe(&self) -> String {
                describe(&self.options, $rank)
            }
        }

        impl $builder {
            $(
                $(#[$option_doc])*
                ///
                /// ```
                #[doc = concat!("# use neurarust_nn::{Forward, Module, ", stringify!($layer), "};")]
                /// # use neurarust_core::Tensor;
                #[doc = concat!("let layer = ", stringify!($layer), "::builder(2).", stringify!($example), ".build()?;")]
                #[doc = concat!("assert!(", stringify!($check), ");")]
                /// # Ok::<(), neurarust_core::Error>(())
                /// ```
                pub fn $option(mut self, $option: $given) -> $builder {
                    self.options.$option = $value;
                    self
                }
            )*

            /// The layer.
            ///
            /// ```
            #[doc = concat!("# use neurarust_nn::", stringify!($layer), ";")]
            #[doc = concat!("assert!(", stringify!($layer), "::builder(2).ceil_mode(true).build().is_ok());")]
            #[doc = concat!("assert!(", stringify!($layer), "::builder(2).stride(0).build().is_err());")]
            /// ```
            ///
            /// # Errors
            /// More numbers than there are dimensions, a window or a stride of 0.
            #[track_caller]
            pub fn build(self) -> Result<$layer> {
                check(stringify!($layer), &self.options, $rank)?;
                Ok($layer { options: self.options })
            }
        }

        impl Forward for $layer {
            #[track_caller]
            fn forward(&self, $x: &Tensor) -> Result<Tensor> {
                let call = begin(self);
                let $options = &self.options;
                call.end($call)
            }
        }
    )* };
}

/// Refuses what can't be right for any input.
#[track_caller]
fn check(op: &'static str, options: &PoolOptions, rank: usize) -> Result<()> {
    let positive = |what: &str, numbers: &PerDim| -> Result<()> {
        let numbers = numbers.get(op, what, rank)?;
        match numbers.contains(&0) {
            true => Err(Error::value(
                op,
                format!("{what} {:?}; expected 1 or more", numbers.as_slice()),
            )),
            false => Ok(()),
        }
    };
    positive("kernel_size", &options.kernel)?;
    positive("dilation", &options.dilation)?;
    options.padding.get(op, "padding", rank)?;
    match &options.stride {
        Some(stride) => positive("stride", stride),
        None => Ok(()),
    }
}

fn describe(options: &PoolOptions, rank: usize) -> String {
    let show = |numbers: &PerDim| {
        let numbers = numbers.get("pool", "size", rank).unwrap_or_default();
        match numbers.iter().all(|n| Some(n) == numbers.first()) {
            true => numbers.first().map_or(String::new(), usize::to_string),
            false => format!("{:?}", numbers.as_slice()),
        }
    };
    let stride = options.stride.as_ref().unwrap_or(&options.kernel);
    let mut text = format!(
        "kernel_size={}, stride={}, padding={}",
        show(&options.kernel),
        show(stride),
        show(&options.padding)
    );
    if show(&options.dilation) != "1" {
        text += &format!(", dilation={}", show(&options.dilation));
    }
    if options.ceil_mode {
        text += ", ceil_mode=true";
    }
    text
}

pools! {
    /// The largest of each window: (N, C, L) → (N, C, L').
    ///
    /// ```
    /// use neurarust_core::Tensor;
    /// use neurarust_nn::{Forward, MaxPool1d};
    /// let y = MaxPool1d::new(2)?.forward(&Tensor::new([[[1.0f32, 3.0, 2.0, 0.0]]])?)?;
    /// assert_eq!(y.to_vec::<f32>()?, [3.0, 2.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    MaxPool1d, MaxPool1dBuilder, 1, x, options => Ok(x.max_pool1d(options)?.0);
    {
        /// Distance between windows, by default their size.
        stride: impl Into<PerDim> = Some(stride.into()), stride(1) => layer.tree().contains("stride=1");
        /// Elements around the input that are never the largest, 0.
        padding: impl Into<PerDim> = padding.into(), padding(1) => layer.tree().contains("padding=1");
        /// Distance between the elements of a window, 1.
        dilation: impl Into<PerDim> = dilation.into(), dilation(2) => layer.tree().contains("dilation=2");
        /// Whether to take windows that reach beyond the end, too.
        ceil_mode: bool = ceil_mode, ceil_mode(true) => layer.tree().contains("ceil_mode=true");
    }
    /// The largest of each window: (N, C, H, W) → (N, C, H', W').
    ///
    /// ```
    /// use neurarust_core::Tensor;
    /// use neurarust_nn::{Forward, MaxPool2d};
    /// let x = Tensor::zeros([1, 3, 9, 9])?;
    /// assert_eq!(MaxPool2d::new(2)?.forward(&x)?.dims(), [1, 3, 4, 4]);
    /// let layer = MaxPool2d::builder(3).stride(2).padding(1).build()?;
    /// assert_eq!(layer.forward(&x)?.dims(), [1, 3, 5, 5]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    MaxPool2d, MaxPool2dBuilder, 2, x, options => Ok(x.max_pool2d(options)?.0);
    {
        /// Distance between windows, by default their size.
        stride: impl Into<PerDim> = Some(stride.into()), stride(1) => layer.tree().contains("stride=1");
        /// Elements around the input that are never the largest, 0.
        padding: impl Into<PerDim> = padding.into(), padding(1) => layer.tree().contains("padding=1");
        /// Distance between the elements of a window, 1.
        dilation: impl Into<PerDim> = dilation.into(), dilation(2) => layer.tree().contains("dilation=2");
        /// Whether to take windows that reach beyond the end, too.
        ceil_mode: bool = ceil_mode, ceil_mode(true) => layer.tree().contains("ceil_mode=true");
    }
    /// The mean of each window: (N, C, L) → (N, C, L').
    ///
    /// ```
    /// use neurarust_core::Tensor;
    /// use neurarust_nn::{AvgPool1d, Forward};
    /// let y = AvgPool1d::new(2)?.forward(&Tensor::new([[[1.0f32, 3.0, 2.0, 0.0]]])?)?;
    /// assert_eq!(y.to_vec::<f32>()?, [2.0, 1.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    AvgPool1d, AvgPool1dBuilder, 1, x, options => x.avg_pool1d(options);
    {
        /// Distance between windows, by default their size.
        stride: impl Into<PerDim> = Some(stride.into()), stride(1) => layer.tree().contains("stride=1");
        /// Zeros around the input, 0.
        padding: impl Into<PerDim> = padding.into(), padding(1) => layer.tree().contains("padding=1");
        /// Whether to take windows that reach beyond the end, too.
        ceil_mode: bool = ceil_mode, ceil_mode(true) => layer.tree().contains("ceil_mode=true");
        /// Whether the zeros count, true.
        count_include_pad: bool = count_include_pad, padding(1).count_include_pad(false) => layer.forward(&Tensor::ones([1, 1, 4])?)?.to_vec::<f32>()? == [1.0; 3];
    }
    /// The mean of each window: (N, C, H, W) → (N, C, H', W').
    ///
    /// ```
    /// use neurarust_core::Tensor;
    /// use neurarust_nn::{AvgPool2d, Forward};
    /// let y = AvgPool2d::new(2)?.forward(&Tensor::new([[[[1.0f32, 2.0], [3.0, 6.0]]]])?)?;
    /// assert_eq!(y.to_vec::<f32>()?, [3.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    AvgPool2d, AvgPool2dBuilder, 2, x, options => x.avg_pool2d(options);
    {
        /// Distance between windows, by default their size.
        stride: impl Into<PerDim> = Some(stride.into()), stride(1) => layer.tree().contains("stride=1");
        /// Zeros around the input, 0.
        padding: impl Into<PerDim> = padding.into(), padding(1) => layer.tree().contains("padding=1");
        /// Whether to take windows that reach beyond the end, too.
        ceil_mode: bool = ceil_mode, ceil_mode(true) => layer.tree().contains("ceil_mode=true");
        /// Whether the zeros count, true.
        count_include_pad: bool = count_include_pad, padding(1).count_include_pad(false) => layer.forward(&Tensor::ones([1, 1, 4, 4])?)?.to_vec::<f32>()? == [1.0; 9];
        /// What to divide by instead of the number of elements.
        divisor_override: i64 = Some(divisor_override), divisor_override(1) => layer.forward(&Tensor::ones([1, 1, 2, 2])?)?.item::<f32>()? == 4.0;
    }
}

/// Sizes of an adaptive pooling's output: one number for all dimensions, or one each, where `None` keeps the input's.
///
/// ```
/// use neurarust_nn::OutputSize;
/// assert_eq!(OutputSize::from([4, 5]), OutputSize::from([Some(4), Some(5)]));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutputSize(Vec<Option<usize>>);

impl From<usize> for OutputSize {
    fn from(n: usize) -> OutputSize {
        OutputSize(vec![Some(n)])
    }
}
impl<const N: usize> From<[usize; N]> for OutputSize {
    fn from(n: [usize; N]) -> OutputSize {
        OutputSize(n.map(Some).to_vec())
    }
}
impl<const N: usize> From<[Option<usize>; N]> for OutputSize {
    fn from(n: [Option<usize>; N]) -> OutputSize {
        OutputSize(n.to_vec())
    }
}

impl OutputSize {
    #[track_caller]
    fn get(&self, op: &'static str, rank: usize) -> Result<Vec<Option<usize>>> {
        match self.0.as_slice() {
            [all] => Ok(vec![*all; rank]),
            each if each.len() == rank => Ok(each.to_vec()),
            each => Err(Error::value(
                op,
                format!(
                    "output_size has {} numbers; expected one or {rank}",
                    each.len()
                ),
            )),
        }
    }
}

macro_rules! adaptive_pools {
    ($( $(#[$doc:meta])* $layer:ident, $rank:literal, $x:ident, $sizes:ident => $call:expr; )*) => { $(
        $(#[$doc])*
        #[derive(Clone, Module)]
        #[module(describe = Self::describe)]
        pub struct $layer {
            output_size: Vec<Option<usize>>,
        }

        impl $layer {
            /// Windows that make an output of this size.
            ///
            /// ```
            #[doc = concat!("# use neurarust_nn::{Module, ", stringify!($layer), "};")]
            #[doc = concat!("assert!(", stringify!($layer), "::new(4)?.tree().contains(\"output_size=(4\"));")]
            #[doc = concat!("assert!(", stringify!($layer), "::new([4; 5]).is_err()); // one number, or one for each dimension")]
            /// # Ok::<(), neurarust_core::Error>(())
            /// ```
            ///
            /// # Errors
            /// More numbers than there are dimensions.
            #[track_caller]
            pub fn new(output_size: impl Into<OutputSize>) -> Result<$layer> {
                let output_size = output_size.into().get(stringify!($layer), $rank)?;
                Ok($layer { output_size })
            }

            fn describe(&self) -> String {
                let sizes = self.output_size.iter();
                let sizes: Vec<_> = sizes.map(|n| n.map_or("None".to_string(), |n| n.to_string())).collect();
                format!("output_size=({})", sizes.join(", "))
            }
        }

        impl Forward for $layer {
            #[track_caller]
            fn forward(&self, $x: &Tensor) -> Result<Tensor> {
                let call = begin(self);
                let $sizes = &self.output_size;
                call.end($call)
            }
        }
    )* };
}

adaptive_pools! {
    /// The mean of windows that make an output of a given size: (N, C, L) → (N, C, size).
    ///
    /// ```
    /// use neurarust_core::Tensor;
    /// use neurarust_nn::{AdaptiveAvgPool1d, Forward};
    /// let y = AdaptiveAvgPool1d::new(1)?.forward(&Tensor::new([[[1.0f32, 2.0, 6.0]]])?)?;
    /// assert_eq!(y.to_vec::<f32>()?, [3.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    AdaptiveAvgPool1d, 1, x, sizes => x.adaptive_avg_pool1d(sizes);
    /// The mean of windows that make an output of a given size: (N, C, H, W) → (N, C, size…).
    ///
    /// ```
    /// use neurarust_core::Tensor;
    /// use neurarust_nn::{AdaptiveAvgPool2d, Forward};
    /// let x = Tensor::zeros([1, 3, 9, 7])?;
    /// assert_eq!(AdaptiveAvgPool2d::new(1)?.forward(&x)?.dims(), [1, 3, 1, 1]);
    /// assert_eq!(AdaptiveAvgPool2d::new([Some(4), None])?.forward(&x)?.dims(), [1, 3, 4, 7]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    AdaptiveAvgPool2d, 2, x, sizes => x.adaptive_avg_pool2d(sizes);
    /// The largest of windows that make an output of a given size: (N, C, H, W) → (N, C, size…).
    ///
    /// ```
    /// use neurarust_core::Tensor;
    /// use neurarust_nn::{AdaptiveMaxPool2d, Forward};
    /// let y = AdaptiveMaxPool2d::new(1)?.forward(&Tensor::new([[[[1.0f32, 2.0], [5.0, 3.0]]]])?)?;
    /// assert_eq!(y.to_vec::<f32>()?, [5.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    AdaptiveMaxPool2d, 2, x, sizes => Ok(x.adaptive_max_pool2d(sizes)?.0);
}
