//! Functions of the package: a method of tensors, or a function, with PyTorch's calling conventions around it (`input=`,
//! `out=`, NumPy's names of arguments), which are kept in one place: `python/neurarust/_calling.py`.

use crate::tensor::PyTensor;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

/// A function of tensors. Instances are of a class of Python's, which can have a `__doc__` of each instance.
#[pyclass(frozen, subclass, weakref, name = "function", module = "neurarust")]
pub struct Function {
    /// The method or function that does the work.
    inner: Py<PyAny>,
    name: String,
    /// `_calling.call`, which knows about keywords.
    with_keywords: Py<PyAny>,
    /// Whether the first argument may be a number, which `_calling.call` knows about, too.
    numbers: bool,
}

#[pymethods]
impl Function {
    #[new]
    #[pyo3(signature = (name, inner, with_keywords, numbers=false))]
    fn new(name: String, inner: Py<PyAny>, with_keywords: Py<PyAny>, numbers: bool) -> Function {
        Function {
            inner,
            name,
            with_keywords,
            numbers,
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
            None if self.numbers
                && args
                    .get_item(0)
                    .is_ok_and(|x| !x.is_instance_of::<PyTensor>()) =>
            {
                self.with_keywords
                    .bind(py)
                    .call1((&self.name, &self.inner, args, PyDict::new(py)))
            }
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
    fn __text_signature__<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyAny>> {
        self.inner.bind(py).getattr("__text_signature__").ok()
    }
    /// In the body of a class it stays a function and takes no `self`, as PyTorch's. Help shows it as a function, too.
    fn __get__(
        slf: Py<Self>,
        _instance: &Bound<'_, PyAny>,
        _class: Option<&Bound<'_, PyAny>>,
    ) -> Py<Self> {
        slf
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
