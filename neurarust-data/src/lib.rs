//! Datasets, samplers and a data loader with prefetching threads.

#![forbid(unsafe_code)]

pub mod datasets;
#[cfg(feature = "download")]
pub mod download;
mod error;

pub use error::{DataError, DataResult};
