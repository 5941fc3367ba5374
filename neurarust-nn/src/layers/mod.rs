//! Layers, one family a file.

mod activation;
mod container;
mod conv;
mod linear;
mod reshape;

pub use activation::*;
pub use container::{Lambda, Sequential};
pub use conv::*;
pub use linear::{Linear, LinearBuilder};
pub use reshape::{Flatten, Identity, Unflatten};
