//! Optimizers and learning-rate schedules with PyTorch's names, defaults and meanings.
//!
//! An optimizer is a [`Rule`] (its hyperparameters and one formula) over groups of parameters:
//!
//! ```
//! use neurarust_core::Tensor;
//! use neurarust_optim::{Optimizer, Sgd};
//!
//! let w = Tensor::new([4.0f32])?.requires_grad()?;
//! let mut optimizer = Optimizer::new([w.clone()], Sgd { lr: 0.1, momentum: 0.9, ..Sgd::default() })?;
//! for _ in 0..100 {
//!     optimizer.zero_grad();
//!     w.square()?.sum()?.backward()?;
//!     optimizer.step()?;
//! }
//! assert!(w.item::<f32>()?.abs() < 0.1);
//! # Ok::<(), neurarust_core::Error>(())
//! ```

#![forbid(unsafe_code)]

mod adagrad;
mod adam;
mod clip;
mod optimizer;
mod schedule;
mod sgd;

pub use adagrad::Adagrad;
pub use adam::{Adam, AdamW, SparseAdam};
pub use clip::{clip_grad_norm_, clip_grad_value_};
pub use optimizer::{Group, Optimizer, Rule, Slot, State, advance};
pub use schedule::{
    ConstantLr, CosineAnnealingLr, ExponentialLr, LambdaLr, LinearLr, MultiStepLr, PolynomialLr,
    Schedule, Scheduler, SequentialLr, StepLr,
};
pub use sgd::Sgd;
