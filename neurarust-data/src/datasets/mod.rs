//! Data sets: handwritten digits inside the crate, MNIST from its files.

mod digits;
mod idx;
mod mnist;

use neurarust_core::{Error, Result, Tensor};

pub use digits::Digits;
pub use idx::{DEFAULT_LIMIT, Idx, IdxData};
pub use mnist::{Mnist, Split};

/// Bytes as `f32`, so that `full` becomes 1: (count, 1, height, width).
#[track_caller]
fn image_tensor(pixels: &[u8], shape: [usize; 4], full: u8) -> Result<Tensor> {
    let mut scaled = Vec::new();
    if scaled.try_reserve_exact(pixels.len()).is_err() {
        let message = format!("no memory for {} pixels as f32", pixels.len());
        return Err(Error::memory("images", message));
    }
    let full = f32::from(full);
    scaled.extend(pixels.iter().map(|&pixel| f32::from(pixel) / full));
    Tensor::from_vec(scaled, shape)
}

/// Labels as `i64`: (count).
#[track_caller]
fn label_tensor(labels: &[u8]) -> Result<Tensor> {
    let labels: Vec<i64> = labels.iter().map(|&label| label.into()).collect();
    let count = labels.len();
    Tensor::from_vec(labels, [count])
}
