//! Tensors, automatic differentiation and CPU kernels: the core of NeuraRust.

pub mod autograd;
pub mod dtype;
pub mod dual;
mod error;
pub mod formula;
pub mod interrupt;
pub mod io;
pub mod layout;
pub mod op;
pub mod ops;
pub mod profiler;
pub mod program;
pub mod random;
pub mod real;
pub mod sparse;
mod special;
pub mod storage;
mod tensor;
mod traced;
pub mod viz;

/// Kernels and what they stand on. The only folder with `unsafe` code, beside `storage.rs` and `storage/`.
pub mod cpu {
    pub(crate) mod conv;
    pub(crate) mod convert;
    pub(crate) mod copy;
    pub(crate) mod depthwise;
    pub(crate) mod fresh;
    pub mod gemm;
    pub(crate) mod half;
    pub mod kernel;
    pub mod math;
    pub(crate) mod nest;
    pub(crate) mod normal;
    pub(crate) mod picks;
    pub mod pool;
    pub(crate) mod product;
    pub(crate) mod reduce;
    pub(crate) mod rows;
    pub(crate) mod scan;
    pub mod simd;
    pub(crate) mod winograd;
}

pub use autograd::{enable_grad, inference_mode, no_grad};
pub use cpu::winograd::{set_winograd, winograd};
pub use dtype::{ComplexUnsupported, DType, Element, complex_backstop};
pub use error::{Error, ErrorKind, Result};
pub use half::{bf16, f16};
pub use layout::{IntoShape, Layout, Shape};
pub use ops::Reduce;
pub use ops::conv::{ConvOptions, Padding, PerDim};
pub use ops::pool::PoolOptions;
pub use ops::view::Sizes;
pub use storage::{MemoryStats, memory_stats};
pub use tensor::{ArrayLike, Device, Held, Index, IntoSpec, Operand, Spec, Tensor};
