//! Dropout: elements or channels zeroed at random while training.

use crate::call::begin;
use crate::{Forward, Module, Training};
use neurarust_core::{Error, Result, Tensor};

macro_rules! dropouts {
    ($( $(#[$doc:meta])* $layer:ident = $method:ident; )*) => { $(
        $(#[$doc])*
        #[derive(Clone, Module)]
        #[module(describe = Self::describe)]
        pub struct $layer {
            p: f64,
            training: Training,
        }

        impl $layer {
            /// Drops with probability `p`; PyTorch's default is 0.5.
            ///
            /// ```
            #[doc = concat!("# use neurarust_nn::{Module, ", stringify!($layer), "};")]
            #[doc = concat!("assert_eq!(", stringify!($layer), "::new(0.1)?.tree(), \"", stringify!($layer), "(p=0.1)\");")]
            #[doc = concat!("assert!(", stringify!($layer), "::new(1.5).is_err());")]
            /// # Ok::<(), neurarust_core::Error>(())
            /// ```
            ///
            /// # Errors
            /// A probability outside of 0 to 1.
            #[track_caller]
            pub fn new(p: f64) -> Result<$layer> {
                if !(0.0..=1.0).contains(&p) {
                    return Err(Error::value(stringify!($layer), format!("probability {p}; expected 0 to 1")));
                }
                Ok($layer { p, training: Training::default() })
            }

            /// The probability.
            ///
            /// ```
            #[doc = concat!("assert_eq!(neurarust_nn::", stringify!($layer), "::new(0.1)?.p(), 0.1);")]
            /// # Ok::<(), neurarust_core::Error>(())
            /// ```
            pub fn p(&self) -> f64 {
                self.p
            }

            fn describe(&self) -> String {
                format!("p={}", self.p)
            }
        }

        impl Forward for $layer {
            #[track_caller]
            fn forward(&self, x: &Tensor) -> Result<Tensor> {
                begin(self).end(x.$method(self.p, self.training.is_on()))
            }
        }
    )* };
}

dropouts! {
    /// While training, zeroes each element with probability `p` and multiplies the others by `1 / (1 - p)`.
    ///
    /// ```
    /// use neurarust_core::Tensor;
    /// use neurarust_nn::{Dropout, Forward, Module};
    /// let layer = Dropout::new(0.5)?;
    /// layer.eval();
    /// assert_eq!(layer.forward(&Tensor::ones([4])?)?.to_vec::<f32>()?, [1.0; 4]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    Dropout = dropout;
    /// As [`Dropout`], for whole channels of (batch, channels, …).
    ///
    /// ```
    /// use neurarust_core::Tensor;
    /// use neurarust_nn::{Dropout2d, Forward};
    /// let y = Dropout2d::new(0.5)?.forward(&Tensor::ones([1, 8, 2, 2])?)?.to_vec::<f32>()?;
    /// assert!(y.chunks(4).all(|channel| channel.iter().all(|&x| x == channel[0])));
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    Dropout2d = feature_dropout;
}
