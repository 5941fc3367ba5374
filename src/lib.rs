//! NeuraRust: a PyTorch-style tensor framework in Rust.
//!
//! Strided tensors, a dynamic autograd graph, layers, optimizers and data loading, with SIMD kernels in both directions
//! and no native dependency.
//!
//! ```
//! use neurarust::prelude::*;
//!
//! # fn main() -> Result<()> {
//! manual_seed(0);
//! let x = Tensor::new([[0.0f32, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])?;
//! let y = Tensor::new([[0.0f32], [1.0], [1.0], [0.0]])?;
//!
//! let model = sequential![Linear::new(2, 8)?, Tanh, Linear::new(8, 1)?];
//! let mut optimizer = Optimizer::new(model.parameters(), Adam { lr: 0.05, ..Adam::default() })?;
//! for _ in 0..200 {
//!     optimizer.zero_grad();
//!     model.forward(&x)?.mse_loss(&y, Reduction::Mean)?.backward()?;
//!     optimizer.step()?;
//! }
//! assert!(model.forward(&x)?.mse_loss(&y, Reduction::Mean)?.item::<f32>()? < 0.01);
//! # Ok(())
//! # }
//! ```
//!
//! | module | holds |
//! |---|---|
//! | [`Tensor`] and the crate root | tensors, dtypes, errors, memory statistics |
//! | [`autograd`] | gradients: modes, hooks, custom functions, `grad`, `gradcheck` |
//! | [`nn`] | modules, layers, losses, initial values, `summary` |
//! | [`optim`] | optimizers, schedules, clipping |
//! | [`data`] | datasets, samplers, the loader |
//! | [`io`] | safetensors and NumPy files |
//! | [`random`], [`sparse`] | generators of random numbers; tensors that keep only some elements |
//! | [`profiler`], [`viz`] | where the time goes; the graph as a picture |

#![forbid(unsafe_code)]

pub use neurarust_core::*;
pub use neurarust_data as data;
pub use neurarust_optim as optim;

/// Modules, layers, losses and initial values.
pub mod nn {
    pub use neurarust_nn::FacadeModule as Module;
    pub use neurarust_nn::*;
}

/// What a training script needs, in one line: `use neurarust::prelude::*;`.
pub mod prelude {
    pub use crate::autograd::{enable_grad, inference_mode, no_grad};
    pub use crate::data::{DataLoader, Dataset, TensorDataset};
    pub use crate::nn::*;
    pub use crate::ops::loss::{CrossEntropy, Reduction};
    pub use crate::optim::*;
    pub use crate::random::manual_seed;
    pub use crate::{DType, Error, Result, Tensor, fuse, i};
}

/// The script on the README's first screen, compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
