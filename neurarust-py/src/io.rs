//! Files of tensors: safetensors and NumPy's, read and written by the core's `io`, to a path or to bytes.

use crate::error::call;
use crate::tensor::PyTensor;
use neurarust_core::io::{self, Compression, Loaded, NpzLimits};
use neurarust_core::{Result, Tensor};
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Named tensors as Python hands them over, in their order.
type Named = Vec<(String, Py<PyTensor>)>;
/// Named tensors as Python gets them.
type Answered = Vec<(String, PyTensor)>;

fn tensors(named: Named) -> Vec<(String, Tensor)> {
    named
        .into_iter()
        .map(|(name, t)| (name, t.get().0.clone()))
        .collect()
}

fn named(loaded: Vec<(String, Tensor)>) -> Answered {
    loaded
        .into_iter()
        .map(|(name, t)| (name, PyTensor(t)))
        .collect()
}

/// Runs `write` with the interpreter's lock released; its bytes, if it has any, become Python's.
fn written<'py>(
    py: Python<'py>,
    write: impl FnOnce() -> Result<Option<Vec<u8>>> + Send,
) -> PyResult<Option<Bound<'py, PyBytes>>> {
    Ok(call(py, usize::MAX, write)?.map(|bytes| PyBytes::new(py, &bytes)))
}

/// Writes a safetensors file, or answers its bytes where `path` is None.
#[pyfunction]
fn _save_safetensors<'py>(
    py: Python<'py>,
    path: Option<PathBuf>,
    named: Named,
    metadata: BTreeMap<String, String>,
) -> PyResult<Option<Bound<'py, PyBytes>>> {
    let named = tensors(named);
    written(py, move || match path {
        Some(path) => io::save_safetensors(path, named, metadata).map(|()| None),
        None => io::safetensors_to_bytes(named, metadata).map(Some),
    })
}

/// The tensors and strings of a safetensors file, or of its bytes.
#[pyfunction]
fn _load_safetensors(
    py: Python<'_>,
    source: Source,
) -> PyResult<(Answered, BTreeMap<String, String>)> {
    let loaded: Loaded = call(py, usize::MAX, || match &source {
        Source::Bytes(bytes) => io::safetensors_from_bytes(bytes),
        Source::Path(path) => io::load_safetensors(path),
    })?;
    Ok((named(loaded.tensors), loaded.metadata))
}

/// Writes one array in NumPy's `.npy` format, or answers its bytes where `path` is None.
#[pyfunction]
fn _save_npy<'py>(
    py: Python<'py>,
    path: Option<PathBuf>,
    tensor: PyRef<'py, PyTensor>,
) -> PyResult<Option<Bound<'py, PyBytes>>> {
    let tensor = tensor.0.clone();
    written(py, move || match path {
        Some(path) => io::save_npy(path, &tensor).map(|()| None),
        None => io::npy_to_bytes(&tensor).map(Some),
    })
}

/// The array of an `.npy` file, or of its bytes.
#[pyfunction]
fn _load_npy(py: Python<'_>, source: Source) -> PyResult<PyTensor> {
    call(py, usize::MAX, || match &source {
        Source::Bytes(bytes) => io::npy_from_bytes(bytes),
        Source::Path(path) => io::load_npy(path),
    })
    .map(PyTensor)
}

/// Writes arrays in NumPy's `.npz` format, or answers its bytes where `path` is None.
#[pyfunction]
fn _save_npz<'py>(
    py: Python<'py>,
    path: Option<PathBuf>,
    named: Named,
    compress: bool,
) -> PyResult<Option<Bound<'py, PyBytes>>> {
    let named = tensors(named);
    let compression = match compress {
        true => Compression::Deflate,
        false => Compression::None,
    };
    written(py, move || match path {
        Some(path) => io::save_npz(path, named, compression).map(|()| None),
        None => io::npz_to_bytes(named, compression).map(Some),
    })
}

/// The arrays of an `.npz` file, or of its bytes. Compressed ones may grow to `limit` bytes together.
#[pyfunction]
fn _load_npz(py: Python<'_>, source: Source, limit: u64) -> PyResult<Answered> {
    let limits = NpzLimits {
        inflated_bytes: limit,
        ..NpzLimits::default()
    };
    let loaded = call(py, usize::MAX, || match &source {
        Source::Bytes(bytes) => io::npz_from_bytes(bytes, limits),
        Source::Path(path) => io::load_npz_limited(path, limits),
    })?;
    Ok(named(loaded.tensors))
}

/// Where a file's contents are.
#[derive(FromPyObject)]
enum Source {
    Bytes(pyo3::pybacked::PyBackedBytes),
    Path(PathBuf),
}

pub fn register(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add_function(wrap_pyfunction!(_save_safetensors, m)?)?;
    m.add_function(wrap_pyfunction!(_load_safetensors, m)?)?;
    m.add_function(wrap_pyfunction!(_save_npy, m)?)?;
    m.add_function(wrap_pyfunction!(_load_npy, m)?)?;
    m.add_function(wrap_pyfunction!(_save_npz, m)?)?;
    m.add_function(wrap_pyfunction!(_load_npz, m)?)
}
