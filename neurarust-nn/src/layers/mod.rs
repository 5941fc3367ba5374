//! Layers, one family a file.

mod activation;
mod container;
mod conv;
mod dropout;
mod embedding;
mod linear;
mod norm;
mod pool;
mod reshape;

pub use activation::*;
pub use container::{Lambda, Sequential};
pub use conv::*;
pub use dropout::{Dropout, Dropout2d};
pub use embedding::{Embedding, EmbeddingBuilder};
pub use linear::{Linear, LinearBuilder};
pub use norm::*;
pub use pool::*;
pub use reshape::{Flatten, Identity, Unflatten};
