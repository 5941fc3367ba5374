//! Losses as objects: options kept together, and nothing but a call of the tensor's method.

use crate::Module;
use neurarust_core::ops::loss::{CrossEntropy, Reduction};
use neurarust_core::{Result, Tensor};

/// `MSELoss {} = (input, target, reduction) => …` becomes a struct with `new()`, `reduction(…)`, one method for each
/// option, and `forward(&input, &target)`. An option with `@` is a tensor, and a buffer. What follows `such as` and `of`
/// (an input and its target) are the examples of the documentation.
macro_rules! losses {
    ($(
        $(#[$doc:meta])*
        $loss:ident {
            $( @ $(#[$tensor_doc:meta])* $tensor:ident; )*
            $( $(#[$option_doc:meta])* $option:ident: $t:ty = $default:expr, such as $such:expr; )*
        } = |$self:ident, $x:ident, $y:ident| $call:expr, of ($given:expr, $wanted:expr);
    )*) => { $(
        $(#[$doc])*
        #[derive(Clone, Module)]
        pub struct $loss {
            $( $(#[$tensor_doc])* #[module(buffer)] pub $tensor: Option<Tensor>, )*
            $( $(#[$option_doc])* pub $option: $t, )*
            /// What becomes of the elements' losses: their mean by default.
            #[module(skip)]
            pub reduction: Reduction,
        }

        impl $loss {
            /// With PyTorch's defaults.
            ///
            /// ```
            /// use neurarust_nn::Reduction;
            #[doc = concat!("assert_eq!(neurarust_nn::", stringify!($loss), "::new().reduction, Reduction::Mean);")]
            /// ```
            pub fn new() -> $loss {
                $loss {
                    $( $tensor: None, )*
                    $( $option: $default, )*
                    reduction: Reduction::Mean,
                }
            }
            $(
                $(#[$tensor_doc])*
                ///
                /// ```
                /// # use neurarust_core::Tensor;
                #[doc = concat!("let loss = neurarust_nn::", stringify!($loss), "::new().", stringify!($tensor), "(Tensor::new([1f32, 3.0])?);")]
                #[doc = concat!("assert_eq!(loss.", stringify!($tensor), ".unwrap().dims(), [2]);")]
                /// # Ok::<(), neurarust_core::Error>(())
                /// ```
                pub fn $tensor(mut self, $tensor: Tensor) -> $loss {
                    self.$tensor = Some($tensor);
                    self
                }
            )*
            $(
                $(#[$option_doc])*
                ///
                /// ```
                #[doc = concat!("# use neurarust_nn::", stringify!($loss), ";")]
                #[doc = concat!("let loss = ", stringify!($loss), "::new().", stringify!($option), "(", stringify!($such), ");")]
                #[doc = concat!("assert_eq!(loss.", stringify!($option), ", ", stringify!($such), ");")]
                /// ```
                pub fn $option(mut self, $option: $t) -> $loss {
                    self.$option = $option;
                    self
                }
            )*
            /// What becomes of the elements' losses.
            ///
            /// ```
            #[doc = concat!("use neurarust_nn::{", stringify!($loss), ", Reduction};")]
            #[doc = concat!("let loss = ", stringify!($loss), "::new().reduction(Reduction::Sum);")]
            /// assert_eq!(loss.reduction, Reduction::Sum);
            /// ```
            pub fn reduction(mut self, reduction: Reduction) -> $loss {
                self.reduction = reduction;
                self
            }
            /// The loss of an output against its target: one number, or with [`Reduction::None`] one for each.
            ///
            /// ```
            /// # use neurarust_core::Tensor;
            #[doc = concat!("# use neurarust_nn::", stringify!($loss), ";")]
            #[doc = concat!("let x = Tensor::new(", stringify!($given), ")?;")]
            #[doc = concat!("let target = Tensor::new(", stringify!($wanted), ")?;")]
            #[doc = concat!("let value = ", stringify!($loss), "::new().forward(&x, &target)?;")]
            /// assert_eq!(value.rank(), 0);
            /// # Ok::<(), neurarust_core::Error>(())
            /// ```
            ///
            /// # Errors
            /// Shapes, dtypes or options that don't fit.
            #[track_caller]
            pub fn forward(&self, $x: &Tensor, $y: &Tensor) -> Result<Tensor> {
                let $self = self;
                $call
            }
        }

        impl Default for $loss {
            fn default() -> $loss {
                $loss::new()
            }
        }
    )* };
}

losses! {
    /// Cross-entropy of logits (N, C, …) against classes (N, …) or probabilities (N, C, …).
    ///
    /// ```
    /// use neurarust_core::Tensor;
    /// use neurarust_nn::CrossEntropyLoss;
    /// let loss = CrossEntropyLoss::new().label_smoothing(0.1);
    /// let logits = Tensor::zeros([2, 4])?;
    /// let value = loss.forward(&logits, &Tensor::new([1i64, 3])?)?.item::<f64>()?;
    /// assert!((value - 4f64.ln()).abs() < 1e-6);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    CrossEntropyLoss {
        @ /// Per class: how much it counts.
        weight;
        /// A class whose elements don't count, -100.
        ignore_index: i64 = -100, such as 0;
        /// The part of each target that is spread evenly over all classes, 0.
        label_smoothing: f64 = 0.0, such as 0.1;
    } = |loss, x, y| x.cross_entropy(y, &CrossEntropy {
        weight: loss.weight.clone(),
        ignore_index: loss.ignore_index,
        label_smoothing: loss.label_smoothing,
        reduction: loss.reduction,
    }), of ([[-0.5f32, -1.0]], [1i64]);
    /// Negative log-likelihood of log-probabilities (N, C, …) against classes (N, …).
    ///
    /// ```
    /// use neurarust_core::Tensor;
    /// use neurarust_nn::NLLLoss;
    /// let value = NLLLoss::new().forward(&Tensor::new([[-1.0f32, -2.0]])?, &Tensor::new([1i64])?)?;
    /// assert_eq!(value.item::<f32>()?, 2.0);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    NLLLoss {
        @ /// Per class: how much it counts.
        weight;
        /// A class whose elements don't count, -100.
        ignore_index: i64 = -100, such as 0;
    } = |loss, x, y| x.nll_loss(y, loss.weight.as_ref(), loss.ignore_index, loss.reduction), of ([[-0.5f32, -1.0]], [1i64]);
    /// Squared error, `(x - y)²`.
    ///
    /// ```
    /// use neurarust_core::Tensor;
    /// use neurarust_nn::MSELoss;
    /// let value = MSELoss::new().forward(&Tensor::new([1.0f32, 3.0])?, &Tensor::new([0.0f32, 0.0])?)?;
    /// assert_eq!(value.item::<f32>()?, 5.0);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    MSELoss {} = |loss, x, y| x.mse_loss(y, loss.reduction), of ([0.5f32, 0.25], [1f32, 0.0]);
    /// Absolute error, `|x - y|`.
    ///
    /// ```
    /// use neurarust_core::Tensor;
    /// use neurarust_nn::L1Loss;
    /// let value = L1Loss::new().forward(&Tensor::new([1.0f32, -3.0])?, &Tensor::new([0.0f32, 0.0])?)?;
    /// assert_eq!(value.item::<f32>()?, 2.0);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    L1Loss {} = |loss, x, y| x.l1_loss(y, loss.reduction), of ([0.5f32, 0.25], [1f32, 0.0]);
    /// Squared error below `beta`, absolute above.
    ///
    /// ```
    /// use neurarust_core::Tensor;
    /// use neurarust_nn::SmoothL1Loss;
    /// let value = SmoothL1Loss::new().forward(&Tensor::new([2.0f32])?, &Tensor::new([0.0f32])?)?;
    /// assert_eq!(value.item::<f32>()?, 1.5);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    SmoothL1Loss {
        /// Where it becomes linear, 1.
        beta: f64 = 1.0, such as 0.5;
    } = |loss, x, y| x.smooth_l1_loss(y, loss.beta, loss.reduction), of ([0.5f32, 0.25], [1f32, 0.0]);
    /// `delta` times the smooth L1 loss.
    ///
    /// ```
    /// use neurarust_core::Tensor;
    /// use neurarust_nn::HuberLoss;
    /// let value = HuberLoss::new().delta(2.0).forward(&Tensor::new([4.0f32])?, &Tensor::new([0.0f32])?)?;
    /// assert_eq!(value.item::<f32>()?, 6.0);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    HuberLoss {
        /// Where it becomes linear, 1.
        delta: f64 = 1.0, such as 2.0;
    } = |loss, x, y| x.huber_loss(y, loss.delta, loss.reduction), of ([0.5f32, 0.25], [1f32, 0.0]);
    /// Binary cross-entropy of probabilities.
    ///
    /// ```
    /// use neurarust_core::Tensor;
    /// use neurarust_nn::BCELoss;
    /// let value = BCELoss::new().forward(&Tensor::new([0.5f32])?, &Tensor::new([1.0f32])?)?;
    /// assert!((value.item::<f32>()? - 2f32.ln()).abs() < 1e-6);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    BCELoss {
        @ /// Per element: how much it counts.
        weight;
    } = |loss, x, y| x.binary_cross_entropy(y, loss.weight.as_ref(), loss.reduction), of ([0.5f32, 0.25], [1f32, 0.0]);
    /// Binary cross-entropy of logits, without overflow.
    ///
    /// ```
    /// use neurarust_core::Tensor;
    /// use neurarust_nn::BCEWithLogitsLoss;
    /// let value = BCEWithLogitsLoss::new().forward(&Tensor::new([0.0f32])?, &Tensor::new([1.0f32])?)?;
    /// assert!((value.item::<f32>()? - 2f32.ln()).abs() < 1e-6);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    BCEWithLogitsLoss {
        @ /// Per element: how much it counts.
        weight;
        @ /// Per class: how much positive elements count.
        pos_weight;
    } = |loss, x, y| x.binary_cross_entropy_with_logits(y, loss.weight.as_ref(), loss.pos_weight.as_ref(), loss.reduction), of ([0.5f32, 0.25], [1f32, 0.0]);
    /// Kullback–Leibler divergence of log-probabilities from probabilities, per element.
    ///
    /// ```
    /// use neurarust_core::Tensor;
    /// use neurarust_nn::KLDivLoss;
    /// let value = KLDivLoss::new().forward(&Tensor::new([0.5f32.ln()])?, &Tensor::new([0.5f32])?)?;
    /// assert!(value.item::<f32>()?.abs() < 1e-6);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    KLDivLoss {
        /// Whether the target is log-probabilities, too.
        log_target: bool = false, such as true;
    } = |loss, x, y| x.kl_div(y, loss.log_target, loss.reduction), of ([0.5f32, 0.25], [1f32, 0.0]);
}
