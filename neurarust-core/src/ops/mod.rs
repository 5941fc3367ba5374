//! Everything that can be done with tensors, one family a file, forward and gradient next to each other.

pub(crate) mod apply;
pub mod attention;
pub mod bag;
mod calculus;
pub(crate) mod complex;
mod composed;
pub mod conv;
mod covariance;
mod distinct;
mod dropout;
mod einsum;
pub mod elementwise;
pub mod embedding;
#[cfg(feature = "fft")]
pub mod fft;
pub mod fused;
mod gather;
pub mod grid;
mod histogram;
pub(crate) mod inplace;
mod join;
#[cfg(feature = "linalg")]
pub mod linalg;
pub mod loss;
pub(crate) mod mask;
mod masked;
mod matmul;
pub(crate) mod norm;
mod pad;
pub mod pool;
mod product;
mod quantile;
pub(crate) mod reduce;
pub mod resample;
mod sample;
mod scatter_reduce;
mod segment;
pub(crate) mod selection;
mod sets;
mod shuffle;
pub(crate) mod softmax;
mod sort;
mod unpool;
pub(crate) mod view;
mod view_scatter;

pub use calculus::Spacing;
pub use histogram::Bins;
pub use masked::Masked;
pub use pad::Border;
pub use quantile::Interpolation;
pub use scatter_reduce::Reduce;
pub use segment::SegmentReduce;
pub use sort::Unique;
