//! Activations as layers: a line each, and nothing but a call of the tensor's method.

use crate::call::begin;
use crate::{Forward, Module};
use neurarust_core::{Result, Tensor};

/// `ReLU = relu();` becomes a unit struct, so that `ReLU` is a value as well as a type; `ELU { alpha: f64 = 1.0 } =
/// elu(alpha);` becomes a struct with `ELU::new(alpha)` and `ELU::default()`.
macro_rules! activations {
    ($( $(#[$doc:meta])* $name:ident $({ $($field:ident: $t:ty = $default:expr),+ })? = $x:ident => $call:expr; )*) => {
        $( activations!(@one [$(#[$doc])*] $name [$($($field: $t = $default),+)?] $x $call); )*
    };
    (@one [$($doc:tt)*] $name:ident [] $x:ident $call:expr) => {
        $($doc)*
        #[derive(Clone, Copy, Default, Module)]
        pub struct $name;
        impl $name {
            /// The module; its bare name is the same.
            ///
            /// ```
            /// # use neurarust_core::Tensor;
            #[doc = concat!("use neurarust_nn::{Forward, ", stringify!($name), "};")]
            #[doc = concat!("assert_eq!(", stringify!($name), "::new().forward(&Tensor::zeros([2, 3])?)?.dims(), [2, 3]);")]
            /// # Ok::<(), neurarust_core::Error>(())
            /// ```
            pub const fn new() -> $name { $name }
        }
        impl Forward for $name {
            #[track_caller]
            fn forward(&self, $x: &Tensor) -> Result<Tensor> {
                begin(self).end($call)
            }
        }
    };
    (@one [$($doc:tt)*] $name:ident [$($field:ident: $t:ty = $default:expr),+] $x:ident $call:expr) => {
        $($doc)*
        #[derive(Clone, Copy, Module)]
        #[module(describe = Self::describe)]
        pub struct $name { $(
            #[doc = concat!("By default `", stringify!($default), "`.")]
            pub $field: $t,
        )+ }
        impl $name {
            /// With these parameters; [`Default`] has PyTorch's.
            ///
            /// ```
            /// # use neurarust_core::Tensor;
            #[doc = concat!("use neurarust_nn::{Forward, ", stringify!($name), "};")]
            #[doc = concat!("assert_eq!(", stringify!($name), "::default().forward(&Tensor::zeros([2, 3])?)?.dims(), [2, 3]);")]
            /// # Ok::<(), neurarust_core::Error>(())
            /// ```
            pub const fn new($($field: $t),+) -> $name { $name { $($field),+ } }
            fn describe(&self) -> String {
                [$( format!(concat!(stringify!($field), "={:?}"), self.$field) ),+].join(", ")
            }
        }
        impl Default for $name {
            fn default() -> $name { $name { $($field: $default),+ } }
        }
        impl Forward for $name {
            #[track_caller]
            fn forward(&self, $x: &Tensor) -> Result<Tensor> {
                let call = begin(self);
                let $name { $($field),+ } = *self;
                call.end($call)
            }
        }
    };
}

activations! {
    /// `max(x, 0)`
    ReLU = x => x.relu();
    /// `min(max(x, 0), 6)`
    ReLU6 = x => x.hardtanh(0.0, 6.0);
    /// `x` where positive, `negative_slope · x` elsewhere
    LeakyReLU { negative_slope: f64 = 0.01 } = x => x.leaky_relu(negative_slope);
    /// `x` where positive, `alpha · (eˣ - 1)` elsewhere
    ELU { alpha: f64 = 1.0 } = x => x.elu(alpha);
    /// `x` where positive, `alpha · (eˣᐟᵅ - 1)` elsewhere
    CELU { alpha: f64 = 1.0 } = x => x.celu(alpha);
    /// The self-normalising ELU
    SELU = x => x.selu();
    /// `x · Φ(x)`, Φ the normal distribution function; with `tanh`, its approximation
    GELU { tanh: bool = false } = x => if tanh { x.gelu_tanh() } else { x.gelu() };
    /// `x · sigmoid(x)`
    SiLU = x => x.silu();
    /// `x · tanh(softplus(x))`
    Mish = x => x.mish();
    /// Hyperbolic tangent
    Tanh = x => x.tanh();
    /// `1 / (1 + e⁻ˣ)`
    Sigmoid = x => x.sigmoid();
    /// `ln sigmoid(x)`
    LogSigmoid = x => x.logsigmoid();
    /// `ln(1 + eᵇˣ) / b`, linear where `b · x > threshold`
    Softplus { beta: f64 = 1.0, threshold: f64 = 20.0 } = x => x.softplus(beta, threshold);
    /// `x / (1 + |x|)`
    Softsign = x => x.softsign();
    /// `x - tanh(x)`
    Tanhshrink = x => x.tanhshrink();
    /// `x` within `[min_val, max_val]`
    Hardtanh { min_val: f64 = -1.0, max_val: f64 = 1.0 } = x => x.hardtanh(min_val, max_val);
    /// `relu6(x + 3) / 6`
    Hardsigmoid = x => x.hardsigmoid();
    /// `x · relu6(x + 3) / 6`
    Hardswish = x => x.hardswish();
    /// `x` outside of `[-lambda, lambda]`, 0 inside
    Hardshrink { lambda: f64 = 0.5 } = x => x.hardshrink(lambda);
    /// `x` moved towards 0 by `lambda`
    Softshrink { lambda: f64 = 0.5 } = x => x.softshrink(lambda);
    /// `e^xᵢ / Σⱼ e^xⱼ` along `dim`
    Softmax { dim: i64 = -1 } = x => x.softmax(dim);
    /// `ln softmax(x)` along `dim`
    LogSoftmax { dim: i64 = -1 } = x => x.log_softmax(dim);
    /// `softmax(-x)` along `dim`
    Softmin { dim: i64 = -1 } = x => x.softmin(dim);
}

/// `x` where positive, `weight · x` elsewhere, the weight learned: one for all channels (dimension 1), or one each.
///
/// ```
/// use neurarust_core::Tensor;
/// use neurarust_nn::{Forward, PReLU};
/// let y = PReLU::new(1)?.forward(&Tensor::new([[-2.0f32, 3.0]])?)?;
/// assert_eq!(y.to_vec::<f32>()?, [-0.5, 3.0]);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
#[derive(Clone, Module)]
#[module(describe = Self::describe)]
pub struct PReLU {
    /// (channels) or (1)
    pub weight: Tensor,
}

impl PReLU {
    /// Slopes of 0.25 for `num_parameters` channels.
    ///
    /// ```
    /// use neurarust_core::Tensor;
    /// use neurarust_nn::{Forward, PReLU};
    /// let y = PReLU::new(1)?.forward(&Tensor::new([[-4f32, 2.0]])?)?;
    /// assert_eq!(y.to_vec::<f32>()?, [-1.0, 2.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// No memory.
    #[track_caller]
    pub fn new(num_parameters: usize) -> Result<PReLU> {
        let weight = Tensor::full([num_parameters], 0.25)?.requires_grad()?;
        Ok(PReLU { weight })
    }

    fn describe(&self) -> String {
        format!("num_parameters={}", self.weight.numel())
    }
}

impl Forward for PReLU {
    #[track_caller]
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let call = begin(self);
        if self.weight.numel() == 1 || x.rank() < 2 {
            return call.end(x.prelu_elementwise(&self.weight));
        }
        // (channels) → (channels, 1, …)
        let mut dims = vec![1i64; x.rank() - 1];
        dims[0] = -1;
        call.end(x.prelu_elementwise(&self.weight.reshape(&dims[..])?))
    }
}
