//! Python objects held by the graph.

use pyo3::prelude::*;

/// An object held by the graph. A cycle through it is not seen by Python's garbage collector: a tensor has no place where
/// the collector could look before the tensor itself is made, and Python collects in between.
pub struct PyHeld(pub Py<PyAny>);

impl PyHeld {
    pub fn new(object: Py<PyAny>) -> PyHeld {
        PyHeld(object)
    }
}
