//! Layers that only look at their input differently.

use crate::call::begin;
use crate::{Forward, Module};
use neurarust_core::{Result, Tensor};

/// Its input, unchanged.
///
/// ```
/// use neurarust_core::Tensor;
/// use neurarust_nn::{Forward, Identity};
/// let x = Tensor::ones([2])?;
/// assert!(Identity.forward(&x)?.is_same(&x));
/// # Ok::<(), neurarust_core::Error>(())
/// ```
#[derive(Clone, Copy, Default, Module)]
pub struct Identity;

impl Forward for Identity {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        begin(self).end(Ok(x.clone()))
    }
}

/// Several dimensions as one; by default all but the first: (N, C, H, W) → (N, C·H·W).
///
/// ```
/// use neurarust_core::Tensor;
/// use neurarust_nn::{Flatten, Forward};
/// assert_eq!(Flatten::new().forward(&Tensor::zeros([2, 3, 4, 5])?)?.dims(), [2, 60]);
/// assert_eq!(Flatten::dims(0, 1).forward(&Tensor::zeros([2, 3, 4])?)?.dims(), [6, 4]);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
#[derive(Clone, Copy, Module)]
#[module(describe = Self::describe)]
pub struct Flatten {
    /// The first dimension.
    pub start_dim: i64,
    /// The last dimension, itself included.
    pub end_dim: i64,
}

impl Flatten {
    /// All dimensions but the first.
    ///
    /// ```
    /// use neurarust_core::Tensor;
    /// use neurarust_nn::{Flatten, Forward};
    /// assert_eq!(Flatten::new().forward(&Tensor::zeros([8, 3, 4])?)?.dims(), [8, 12]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub const fn new() -> Flatten {
        Flatten::dims(1, -1)
    }

    /// Dimensions `start..=end`, negative ones counted from the back.
    ///
    /// ```
    /// use neurarust_core::Tensor;
    /// use neurarust_nn::{Flatten, Forward};
    /// assert_eq!(Flatten::dims(0, 1).forward(&Tensor::zeros([8, 3, 4])?)?.dims(), [24, 4]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub const fn dims(start_dim: i64, end_dim: i64) -> Flatten {
        Flatten { start_dim, end_dim }
    }

    fn describe(&self) -> String {
        format!("start_dim={}, end_dim={}", self.start_dim, self.end_dim)
    }
}

impl Default for Flatten {
    fn default() -> Flatten {
        Flatten::new()
    }
}

impl Forward for Flatten {
    #[track_caller]
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        begin(self).end(x.flatten(self.start_dim, self.end_dim))
    }
}

/// One dimension as several, of which one may be -1.
///
/// ```
/// use neurarust_core::Tensor;
/// use neurarust_nn::{Forward, Unflatten};
/// assert_eq!(Unflatten::new(1, [3, -1]).forward(&Tensor::zeros([2, 12])?)?.dims(), [2, 3, 4]);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
#[derive(Clone, Module)]
#[module(describe = Self::describe)]
pub struct Unflatten {
    /// The dimension.
    pub dim: i64,
    /// What becomes of it.
    pub sizes: Vec<i64>,
}

impl Unflatten {
    /// Dimension `dim` as `sizes`.
    ///
    /// ```
    /// use neurarust_core::Tensor;
    /// use neurarust_nn::{Forward, Unflatten};
    /// assert_eq!(Unflatten::new(1, [3, -1]).forward(&Tensor::zeros([8, 12])?)?.dims(), [8, 3, 4]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn new(dim: i64, sizes: impl Into<Vec<i64>>) -> Unflatten {
        Unflatten {
            dim,
            sizes: sizes.into(),
        }
    }

    fn describe(&self) -> String {
        format!("dim={}, sizes={:?}", self.dim, self.sizes)
    }
}

impl Forward for Unflatten {
    #[track_caller]
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        begin(self).end(x.unflatten(self.dim, &self.sizes))
    }
}
