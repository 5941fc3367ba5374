//! Everything that can be done with tensors, one family a file, forward and gradient next to each other.

pub(crate) mod apply;
pub mod conv;
mod dropout;
pub mod elementwise;
pub mod fused;
mod gather;
pub(crate) mod inplace;
mod join;
pub mod loss;
pub(crate) mod mask;
mod matmul;
pub(crate) mod norm;
pub mod pool;
pub(crate) mod reduce;
pub(crate) mod selection;
pub(crate) mod softmax;
mod sort;
pub(crate) mod view;

pub use sort::Unique;
