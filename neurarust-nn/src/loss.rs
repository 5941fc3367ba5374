//! Losses as objects: options kept together, and nothing but a call of the tensor's method.

use crate::Module;
use neurarust_core::ops::loss::{CrossEntropy, Reduction};
use neurarust_core::{Result, Tensor};

/// `MSELoss {} = (input, target, reduction) => …` becomes a struct with `new()`, `reduction(…)`, one method for each
/// option, and `forward(&input, &target)`. An option with `@` is a tensor, and a buffer.
macro_rules! losses {
    ($(
        $(#[$doc:meta])*
        $loss:ident {
            $( @ $(#[$tensor_doc:meta])* $tensor:ident; )*
            $( $(#[$option_doc:meta])* $option:ident: $t:ty = $default:expr; )*
        } = |$self:ident, $x:ident, $y:ident| $call:expr;
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
            pub fn new() -> $loss {
                $loss {
                    $( $tensor: None, )*
                    $( $option: $default, )*
                    reduction: Reduction::Mean,
                }
            }
            $(
                $(#[$tensor_doc])*
                pub fn $tensor(mut self, $tensor: Tensor) -> $loss {
                    self.$tensor = Some($tensor);
                    self
                }
            )*
            $(
                $(#[$option_doc])*
                pub fn $option(mut self, $option: $t) -> $loss {
                    self.$option = $option;
                    self
                }
            )*
            /// What becomes of the elements' losses.
            pub fn reduction(mut self, reduction: Reduction) -> $loss {
                self.reduction = reduction;
                self
            }
            /// The loss of an output against its target.
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
        ignore_index: i64 = -100;
        /// The part of each target that is spread evenly over all classes, 0.
        label_smoothing: f64 = 0.0;
    } = |loss, x, y| x.cross_entropy(y, &CrossEntropy {
        weight: loss.weight.clone(),
        ignore_index: loss.ignore_index,
        label_smoothing: loss.label_smoothing,
        reduction: loss.reduction,
    });
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
        ignore_index: i64 = -100;
    } = |loss, x, y| x.nll_loss(y, loss.weight.as_ref(), loss.ignore_index, loss.reduction);
    /// Squared error, `(x - y)²`.
    ///
    /// ```
    /// use neurarust_core::Tensor;
    /// use neurarust_nn::MSELoss;
    /// let value = MSELoss::new().forward(&Tensor::new([1.0f32, 3.0])?, &Tensor::new([0.0f32, 0.0])?)?;
    /// assert_eq!(value.item::<f32>()?, 5.0);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    MSELoss {} = |loss, x, y| x.mse_loss(y, loss.reduction);
    /// Absolute error, `|x - y|`.
    ///
    /// ```
    /// use neurarust_core::Tensor;
    /// use neurarust_nn::L1Loss;
    /// let value = L1Loss::new().forward(&Tensor::new([1.0f32, -3.0])?, &Tensor::new([0.0f32, 0.0])?)?;
    /// assert_eq!(value.item::<f32>()?, 2.0);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    L1Loss {} = |loss, x, y| x.l1_loss(y, loss.reduction);
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
        beta: f64 = 1.0;
    } = |loss, x, y| x.smooth_l1_loss(y, loss.beta, loss.reduction);
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
        delta: f64 = 1.0;
    } = |loss, x, y| x.huber_loss(y, loss.delta, loss.reduction);
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
    } = |loss, x, y| x.binary_cross_entropy(y, loss.weight.as_ref(), loss.reduction);
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
    } = |loss, x, y| x.binary_cross_entropy_with_logits(y, loss.weight.as_ref(), loss.pos_weight.as_ref(), loss.reduction);
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
        log_target: bool = false;
    } = |loss, x, y| x.kl_div(y, loss.log_target, loss.reduction);
}
