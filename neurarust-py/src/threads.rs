//! How many threads operations use, which algorithms, and the memory they hold.

use neurarust_core::cpu::pool;
use neurarust_core::cpu::simd::{Level, level};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyDict;

/// Sets how many threads an operation may use. Results don't depend on it.
#[pyfunction]
fn set_num_threads(n: usize) -> PyResult<()> {
    pool::set_num_threads(n).map_err(|e| PyValueError::new_err(e.to_string()))
}

/// How many threads an operation may use.
#[pyfunction]
fn get_num_threads() -> usize {
    pool::num_threads()
}

/// Allows Winograd's algorithm for 3×3 convolutions of float32 where it is faster (the default), or forbids it.
///
/// Its largest error is up to some 1e-5 of the largest output, twenty times that of the plain sum, and an infinity or a NaN
/// spreads to up to three neighbours.
#[pyfunction]
fn set_winograd(on: bool) {
    neurarust_core::set_winograd(on);
}

/// Whether 3×3 convolutions may use Winograd's algorithm.
#[pyfunction]
fn get_winograd() -> bool {
    neurarust_core::winograd()
}

/// The instruction set that kernels run on: "scalar", "wide" (AVX2 with FMA, NEON or simd128) or "avx512".
#[pyfunction]
fn _instruction_set() -> &'static str {
    match level() {
        Level::Scalar => "scalar",
        Level::Wide => "wide",
        Level::Avx512 => "avx512",
    }
}

/// Bytes in use, cached and at most, as a dict.
#[pyfunction]
fn memory_stats(py: Python<'_>) -> PyResult<Bound<'_, PyDict>> {
    let stats = neurarust_core::memory_stats();
    let out = PyDict::new(py);
    out.set_item("live_bytes", stats.live_bytes)?;
    out.set_item("peak_bytes", stats.peak_bytes)?;
    out.set_item("cached_bytes", stats.cached_bytes)?;
    out.set_item("allocations", stats.allocations)?;
    out.set_item("cache_hits", stats.cache_hits)?;
    out.set_item("live_storages", stats.live_storages)?;
    out.set_item("live_nodes", neurarust_core::autograd::live_nodes())?;
    Ok(out)
}

pub fn register(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add_function(wrap_pyfunction!(set_num_threads, m)?)?;
    m.add_function(wrap_pyfunction!(set_winograd, m)?)?;
    m.add_function(wrap_pyfunction!(get_winograd, m)?)?;
    m.add_function(wrap_pyfunction!(get_num_threads, m)?)?;
    m.add_function(wrap_pyfunction!(_instruction_set, m)?)?;
    m.add_function(wrap_pyfunction!(memory_stats, m)?)?;
    Ok(())
}
