//! Data sets: handwritten digits inside the crate, MNIST from its files.

mod digits;
mod idx;
mod mnist;

pub use digits::Digits;
pub use idx::{DEFAULT_LIMIT, Idx, IdxData};
pub use mnist::{Mnist, Split};
