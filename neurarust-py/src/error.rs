//! Errors of Rust as the exceptions that PyTorch users catch, and panics as `RuntimeError`.

use neurarust_core::{ComplexUnsupported, Error, ErrorKind, Result};
use pyo3::exceptions::{
    PyIndexError, PyKeyboardInterrupt, PyMemoryError, PyNotImplementedError, PyOSError,
    PyRuntimeError, PyTypeError, PyValueError,
};
use pyo3::prelude::*;
use std::panic::{AssertUnwindSafe, catch_unwind};

pyo3::create_exception!(
    neurarust.linalg,
    LinAlgError,
    PyRuntimeError,
    "A matrix that an algorithm fails on."
);

/// Work of this many elements releases the interpreter's lock: below, handing it over costs more than it gives.
const DETACH: usize = 1 << 14;

/// Calls into Rust: panics become exceptions, errors become those of their kind, and `work` (elements, roughly) decides
/// whether other Python threads may run meanwhile. While a profiler records, the call is an event that is named after the
/// function `f` stands in.
#[inline]
pub fn call<R: Send, F: FnOnce() -> Result<R> + Send>(
    py: Python<'_>,
    work: usize,
    f: F,
) -> PyResult<R> {
    let _span = crate::profiler::named_after::<F>();
    call_unnamed(py, work, f)
}

/// As [`call`], under no name.
#[inline]
pub fn call_unnamed<R: Send>(
    py: Python<'_>,
    work: usize,
    f: impl FnOnce() -> Result<R> + Send,
) -> PyResult<R> {
    let answer = catch_unwind(AssertUnwindSafe(|| {
        if work >= DETACH { py.detach(f) } else { f() }
    }));
    match answer {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(exception(py, &error)),
        Err(panic) => Err(internal(&*panic)),
    }
}

/// As [`call`], for functions that touch Python themselves.
#[inline]
pub fn guard<R>(f: impl FnOnce() -> PyResult<R>) -> PyResult<R> {
    match catch_unwind(AssertUnwindSafe(f)) {
        Ok(answer) => answer,
        Err(panic) => Err(internal(&*panic)),
    }
}

#[cold]
fn internal(panic: &(dyn std::any::Any + Send)) -> PyErr {
    if let Some(complex) = panic.downcast_ref::<ComplexUnsupported>() {
        return PyTypeError::new_err(complex.to_string());
    }
    let what = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("panic");
    PyRuntimeError::new_err(format!("internal error, please report: {what}"))
}

/// The exception for an error of Rust's. An exception that passed through Rust comes out as it went in.
#[cold]
pub fn exception(py: Python<'_>, error: &Error) -> PyErr {
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        if let Some(exception) = cause.downcast_ref::<PyErr>() {
            let exception = exception.clone_ref(py);
            if neurarust_core::autograd::is_anomaly_enabled() {
                // The lines of the forward that this went through.
                for note in error.message().lines().skip(1) {
                    let note = note.trim();
                    if note.starts_with("in the gradient of") {
                        let _ = exception.value(py).call_method1("add_note", (note,));
                    }
                }
            }
            return exception;
        }
        source = cause.source();
    }
    let text = without_places(&format!("{}: {}", error.op(), error.message()));
    match error.kind() {
        ErrorKind::DType => PyTypeError::new_err(text),
        ErrorKind::Index => PyIndexError::new_err(text),
        ErrorKind::Value | ErrorKind::Format => PyValueError::new_err(text),
        ErrorKind::LinAlg => LinAlgError::new_err(text),
        ErrorKind::Memory => PyMemoryError::new_err(text),
        ErrorKind::Io => PyOSError::new_err(text),
        ErrorKind::Unsupported => PyNotImplementedError::new_err(text),
        ErrorKind::Interrupted => {
            crate::interrupt::pending().unwrap_or_else(|| PyKeyboardInterrupt::new_err(()))
        }
        _ => PyRuntimeError::new_err(text),
    }
}

/// `text` without the places in Rust's sources (`at path/file.rs:12`): the traceback shows the user's own line.
fn without_places(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("at ") {
        let (before, tail) = rest.split_at(at);
        let word: &str = tail[3..]
            .split([' ', ')', ';', ',', '\n'])
            .next()
            .unwrap_or("");
        let place = word
            .split_once(".rs:")
            .is_some_and(|(_, n)| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()));
        if !place {
            out.push_str(&rest[..at + 3]);
            rest = &rest[at + 3..];
            continue;
        }
        rest = &tail[3 + word.len()..];
        match before.strip_suffix('(') {
            Some(b) if rest.starts_with(')') => {
                out.push_str(b.trim_end());
                rest = &rest[1..];
            }
            _ => out.push_str(before.trim_end()),
        }
    }
    out.push_str(rest);
    out
}

/// An exception of the user's code on its way through Rust.
#[track_caller]
pub fn passing(op: &'static str, exception: PyErr) -> Error {
    Error::user(op, exception.to_string()).with_source(exception)
}
