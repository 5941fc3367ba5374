//! Tensors, automatic differentiation and CPU kernels: the core of NeuraRust.

pub mod dual;
pub mod formula;
pub mod program;
pub mod real;
pub mod storage;

/// Kernels and what they stand on. The only folder with `unsafe` code, beside `storage.rs`.
pub mod cpu {
    pub mod gemm;
    pub mod math;
    pub mod pool;
    pub mod simd;
}
