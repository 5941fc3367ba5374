//! Python objects held by the graph, shown to Python's garbage collector: cycles through them can be collected.

use crate::custom::Custom;
use neurarust_core::Tensor;
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// How many there are. With none, which is how most programs run, there is nothing to look for.
static LIVE: AtomicUsize = AtomicUsize::new(0);

/// An object held by the graph.
pub struct PyHeld(pub Py<PyAny>);

impl PyHeld {
    pub fn new(object: Py<PyAny>) -> PyHeld {
        LIVE.fetch_add(1, Relaxed);
        PyHeld(object)
    }
}

impl Drop for PyHeld {
    fn drop(&mut self) {
        LIVE.fetch_sub(1, Relaxed);
    }
}

/// Whether the object around `tensor` is complete. Python tracks an object before its contents are there, and may collect
/// garbage in between, for the object's own `__dict__`: its memory is still zero then.
fn is_made(tensor: &Tensor) -> bool {
    const _: () = assert!(size_of::<Tensor>() == size_of::<usize>());
    // SAFETY: the reference covers a word of memory that is zero or the pointer of a tensor; only its bits are looked at.
    unsafe { std::ptr::from_ref(tensor).cast::<usize>().read_volatile() != 0 }
}

/// Visits what `tensor` alone keeps alive.
pub fn traverse(tensor: &Tensor, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
    if LIVE.load(Relaxed) == 0 || !is_made(tensor) {
        return Ok(());
    }
    let mut answer = Ok(());
    tensor.visit_held(&mut |held| {
        if answer.is_err() {
            return;
        }
        if let Some(custom) = held.downcast_ref::<Custom>() {
            answer = custom.visit(visit);
        } else if let Some(object) = held.downcast_ref::<PyHeld>() {
            answer = visit.call(&object.0);
        }
    });
    answer
}
