//! Functions of the package: a method of tensors, or a function, with PyTorch's calling conventions around it (`input=`,
//! `out=`, NumPy's names of arguments), which are kept in one place: `python/neurarust/_calling.py`.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

/// A function of tensors.
#[pyclass(frozen, weakref, name = "function", module = "neurarust")]
pub struct Function {
    /// The method or function that does the work.
    inner: Py<PyAny>,
    name: String,
    /// `_calling.call`, which knows about keywords.
    with_keywords: Py<PyAny>,
}

#[pymethods]
impl Function {
    #[new]
    fn new(name: String, inner: Py<PyAny>, with_keywords: Py<PyAny>) -> Function {
        Function {
            inner,
            name,
            with_keywords,
        }
    }
    #[pyo3(signature = (*args, **kwargs))]
    fn __call__<'py>(
        &self,
        py: Python<'py>,
        args: &Bound<'py, PyTuple>,
        kwargs: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        match kwargs {
            None => self.inner.bind(py).call1(args),
            Some(kwargs) => {
                self.with_keywords
                    .bind(py)
                    .call1((&self.name, &self.inner, args, kwargs))
            }
        }
    }
    #[getter]
    fn __name__(&self) -> &str {
        &self.name
    }
    #[getter]
    fn __qualname__(&self) -> &str {
        &self.name
    }
    #[getter]
    fn __wrapped__(&self, py: Python<'_>) -> Py<PyAny> {
        self.inner.clone_ref(py)
    }
    #[getter]
    fn __doc__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.inner.bind(py).getattr("__doc__")
    }
    #[getter]
    fn __text_signature__<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyAny>> {
        self.inner.bind(py).getattr("__text_signature__").ok()
    }
    fn __repr__(&self) -> String {
        format!("<function neurarust.{}>", self.name)
    }
    /// A global of the package: pickling and copying keep the name.
    fn __reduce__(&self) -> &str {
        &self.name
    }
}

pub fn register(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add("_Function", m.py().get_type::<Function>())
}
