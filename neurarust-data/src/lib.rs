//! Datasets, samplers and a data loader with prefetching threads.
//!
//! ```
//! use neurarust_data::datasets::Digits;
//! use neurarust_data::{DataLoader, Dataset};
//!
//! let parts = Digits::load()?.dataset()?.random_split([0.8, 0.2], 0)?;
//! let train = DataLoader::builder(parts[0].clone())
//!     .batch_size(64)
//!     .shuffle(true)
//!     .num_workers(1)
//!     .build()?;
//! for batch in &train {
//!     let (images, labels) = batch?; // (64, 1, 8, 8) f32 and (64) i64
//!     assert_eq!(images.dims()[0], labels.dims()[0]);
//! }
//! # Ok::<(), neurarust_core::Error>(())
//! ```

#![forbid(unsafe_code)]

mod collate;
mod dataset;
pub mod datasets;
#[cfg(feature = "download")]
pub mod download;
mod error;
mod loader;
mod sampler;
mod tensors;
pub mod transforms;

pub use collate::Collate;
pub use dataset::{Concat, Dataset, Map, Samples, SplitSizes, Subset};
pub use loader::{Batches, Builder, DataLoader, LoaderState};
pub use neurarust_core::random::{Random, keyed};
pub use sampler::{
    BatchIndices, BatchSampler, Batching, Indices, RandomSampler, Sampler, SequentialSampler,
    SubsetRandomSampler, WeightedRandomSampler,
};
pub use tensors::{TensorDataset, Tensors};

use neurarust_core::random::{Philox, default_generator};

/// The generator that a sample, or an epoch's order, is handed: a sequence of its own for each
/// [key](keyed). [`Random`] has its methods.
///
/// ```
/// use neurarust_data::{Random, keyed};
/// // The same seed, epoch and sample: the same numbers.
/// assert_eq!(keyed(0, 1, 5).uniform_f64(), keyed(0, 1, 5).uniform_f64());
/// assert_ne!(keyed(0, 1, 5).uniform_f64(), keyed(0, 1, 6).uniform_f64());
/// ```
pub type Rng = Philox;

/// The generator of an epoch's order: keyed by a place that no sample has.
fn order_rng(seed: u64, epoch: u64) -> Rng {
    keyed(seed, epoch, u64::MAX)
}

/// The seed of a loader that was not given one: `manual_seed` decides.
fn fresh_seed() -> u64 {
    default_generator().next_u64()
}
