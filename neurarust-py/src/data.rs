//! Data sets that come with the crates.

use crate::error::call;
use crate::views::tuple;
use neurarust_data::datasets::Digits;
use pyo3::prelude::*;
use pyo3::types::PyTuple;

/// The UCI handwritten digits: images (1797, 1, 8, 8) and labels (1797).
#[pyfunction]
fn _digits(py: Python<'_>) -> PyResult<Bound<'_, PyTuple>> {
    let parts = call(py, usize::MAX, || {
        let digits = Digits::load()?;
        Ok(vec![digits.images()?, digits.labels()?])
    })?;
    tuple(py, parts)
}

pub fn register(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add_function(wrap_pyfunction!(_digits, m)?)
}
