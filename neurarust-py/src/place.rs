//! The line that the Python program is at, for errors and reports.

use neurarust_core::autograd::place::{self, Place};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;

/// Lets NeuraRust ask.
pub fn register() {
    place::on_ask(|| Python::try_attach(|py| current(py).ok().flatten()).flatten());
}

/// The innermost line outside of NeuraRust's own Python files.
fn current(py: Python<'_>) -> PyResult<Option<&'static Place>> {
    static GET_FRAME: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    static OWN: PyOnceLock<String> = PyOnceLock::new();
    let own = OWN.get_or_try_init(py, || -> PyResult<String> {
        let file: String = py.import("neurarust")?.getattr("__file__")?.extract()?;
        let dir = std::path::Path::new(&file).parent();
        Ok(dir.map_or(file.clone(), |d| format!("{}/", d.display())))
    })?;
    let mut frame = GET_FRAME
        .get_or_try_init(py, || -> PyResult<Py<PyAny>> {
            Ok(py.import("sys")?.getattr("_getframe")?.unbind())
        })?
        .bind(py)
        .call0()?;
    while !frame.is_none() {
        let file = frame
            .getattr(intern!(py, "f_code"))?
            .getattr(intern!(py, "co_filename"))?
            .extract::<String>()?;
        if !file.starts_with(own.as_str()) {
            let line = frame.getattr(intern!(py, "f_lineno"))?.extract::<u32>()?;
            return Ok(Some(place::place(&file, line)));
        }
        frame = frame.getattr(intern!(py, "f_back"))?;
    }
    Ok(None)
}
