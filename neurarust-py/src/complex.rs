//! Complex numbers: made of parts, taken apart, seen as pairs of reals.

use crate::convert::TensorArg;
use crate::error::call;
use crate::tensor::PyTensor;
use neurarust_core::{Result, Tensor};
use pyo3::exceptions::{PyNotImplementedError, PyRuntimeError};
use pyo3::prelude::*;

fn unary(
    t: &Tensor,
    py: Python<'_>,
    f: impl FnOnce(&Tensor) -> Result<Tensor> + Send,
) -> PyResult<PyTensor> {
    call(py, t.numel(), || f(t)).map(PyTensor)
}

#[pymethods]
impl PyTensor {
    /// The real part: a view of a complex tensor, this tensor if it is real.
    #[getter]
    fn real<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, Self>> {
        let t = &slf.get().0;
        match t.dtype().is_complex() {
            true => Bound::new(slf.py(), unary(t, slf.py(), Tensor::real)?),
            false => Ok(slf.clone()),
        }
    }
    #[setter(real)]
    fn set_real(&self, py: Python<'_>, value: &Bound<'_, PyAny>) -> PyResult<()> {
        let value = crate::convert::expect_operand(value, "real", "value")?;
        let value: &Tensor = &value;
        call(py, self.0.numel(), || {
            self.0.real()?.copy_(value).map(|_| ())
        })
    }
    /// The imaginary part, a view of a complex tensor.
    #[getter]
    fn imag(&self, py: Python<'_>) -> PyResult<PyTensor> {
        if !self.0.dtype().is_complex() {
            return Err(PyRuntimeError::new_err(format!(
                "imag is not implemented for tensors with non-complex dtypes, this one is {}",
                self.0.dtype()
            )));
        }
        unary(&self.0, py, Tensor::imag)
    }
    #[setter(imag)]
    fn set_imag(&self, py: Python<'_>, value: &Bound<'_, PyAny>) -> PyResult<()> {
        let value = crate::convert::expect_operand(value, "imag", "value")?;
        let part = self.imag(py)?.0.clone();
        let value: &Tensor = &value;
        call(py, self.0.numel(), || part.copy_(value).map(|_| ()))
    }
    /// Whether elements are complex.
    fn is_complex(&self) -> bool {
        self.0.dtype().is_complex()
    }
    /// Whether a conjugation is still to be done: never, conj() does it.
    fn is_conj(&self) -> bool {
        false
    }
    /// Whether a negation is still to be done: never.
    fn is_neg(&self) -> bool {
        false
    }
    /// The complex conjugate; a real tensor is its own.
    fn conj<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, Self>> {
        let t = &slf.get().0;
        match t.dtype().is_complex() {
            true => Bound::new(slf.py(), unary(t, slf.py(), Tensor::conj)?),
            false => Ok(slf.clone()),
        }
    }
    /// The complex conjugate; a real tensor is its own.
    fn conj_physical<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, Self>> {
        PyTensor::conj(slf)
    }
    /// The complex conjugate, in place.
    fn conj_physical_<'py>(slf: Bound<'py, Self>) -> PyResult<Bound<'py, Self>> {
        let t = &slf.get().0;
        if t.dtype().is_complex() {
            call(slf.py(), t.numel(), || t.conj_().map(|_| ()))?;
        }
        Ok(slf)
    }
    /// This tensor: conjugations are done at once.
    fn resolve_conj(slf: Bound<'_, Self>) -> Bound<'_, Self> {
        slf
    }
    /// This tensor: negations are done at once.
    fn resolve_neg(slf: Bound<'_, Self>) -> Bound<'_, Self> {
        slf
    }
    /// The angle in (-π, π]; of real numbers 0 or π.
    fn angle(&self, py: Python<'_>) -> PyResult<PyTensor> {
        unary(&self.0, py, Tensor::angle)
    }
    /// `z / |z|`, 0 at 0; the sign of real numbers.
    fn sgn(&self, py: Python<'_>) -> PyResult<PyTensor> {
        unary(&self.0, py, Tensor::sgn)
    }
    /// `z / |z|`, in place.
    fn sgn_<'py>(slf: Bound<'py, Self>) -> PyResult<Bound<'py, Self>> {
        let t = &slf.get().0;
        call(slf.py(), t.numel(), || t.sgn_().map(|_| ()))?;
        Ok(slf)
    }
    /// `Σ conj(self) · other` of two vectors.
    fn vdot(&self, py: Python<'_>, other: TensorArg<'_>) -> PyResult<PyTensor> {
        unary(&self.0, py, |t| t.vdot(other.0))
    }
    /// This tensor with elements converted to complex64.
    #[pyo3(signature = (memory_format=None))]
    fn cfloat<'py>(
        slf: Bound<'py, Self>,
        memory_format: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, Self>> {
        let _ = memory_format;
        crate::tensor::convert_to(slf, neurarust_core::DType::C64)
    }
    /// This tensor with elements converted to complex128.
    #[pyo3(signature = (memory_format=None))]
    fn cdouble<'py>(
        slf: Bound<'py, Self>,
        memory_format: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, Self>> {
        let _ = memory_format;
        crate::tensor::convert_to(slf, neurarust_core::DType::C128)
    }
    /// This tensor converted to complex32, which isn't supported.
    #[pyo3(signature = (memory_format=None))]
    fn chalf(&self, memory_format: Option<Bound<'_, PyAny>>) -> PyResult<PyTensor> {
        let _ = memory_format;
        Err(PyNotImplementedError::new_err(
            "chalf: there is no complex32 dtype; use cfloat(), complex64",
        ))
    }
}

/// The real numbers that a complex tensor is made of, as a view: (…) → (…, 2).
#[pyfunction]
fn view_as_real(py: Python<'_>, input: TensorArg<'_>) -> PyResult<PyTensor> {
    refused("view_as_real", input.0.dtype().is_complex(), input.0)?;
    unary(input.0, py, Tensor::view_as_real)
}

/// Pairs of reals as complex numbers, as a view: (…, 2) → (…).
#[pyfunction]
fn view_as_complex(py: Python<'_>, input: TensorArg<'_>) -> PyResult<PyTensor> {
    let float = matches!(
        input.0.dtype(),
        neurarust_core::DType::F32 | neurarust_core::DType::F64
    );
    refused("view_as_complex", float, input.0)?;
    unary(input.0, py, Tensor::view_as_complex)
}

fn refused(op: &str, fits: bool, t: &Tensor) -> PyResult<()> {
    match fits {
        true => Ok(()),
        false => Err(PyRuntimeError::new_err(format!(
            "{op}: not defined for {} tensors",
            t.dtype()
        ))),
    }
}

/// Which of two parts isn't as PyTorch wants it.
fn parts(op: &str, a: &Tensor, b: &Tensor) -> PyResult<()> {
    use neurarust_core::DType::{F32, F64};
    if a.dtype() == b.dtype() && matches!(a.dtype(), F32 | F64) {
        return Ok(());
    }
    Err(PyRuntimeError::new_err(format!(
        "{op}: expected two float32 or two float64 tensors, got {} and {}",
        a.dtype(),
        b.dtype()
    )))
}

/// The complex tensor of a real and an imaginary part.
#[pyfunction]
fn complex(py: Python<'_>, real: TensorArg<'_>, imag: TensorArg<'_>) -> PyResult<PyTensor> {
    parts("complex", real.0, imag.0)?;
    unary(real.0, py, |re| Tensor::complex(re, imag.0))
}

/// `abs · (cos angle + i sin angle)`.
#[pyfunction]
fn polar(py: Python<'_>, abs: TensorArg<'_>, angle: TensorArg<'_>) -> PyResult<PyTensor> {
    parts("polar", abs.0, angle.0)?;
    unary(abs.0, py, |r| Tensor::polar(r, angle.0))
}

/// The real part; a real tensor is its own.
#[pyfunction]
fn real<'py>(input: &Bound<'py, PyTensor>) -> PyResult<Bound<'py, PyTensor>> {
    PyTensor::real(input)
}

/// The imaginary part of a complex tensor, a view.
#[pyfunction]
fn imag(py: Python<'_>, input: &Bound<'_, PyTensor>) -> PyResult<PyTensor> {
    input.get().imag(py)
}

pub fn register(m: &Bound<'_, PyModule>) -> PyResult<()> {
    for f in [
        wrap_pyfunction!(view_as_real, m)?,
        wrap_pyfunction!(view_as_complex, m)?,
        wrap_pyfunction!(complex, m)?,
        wrap_pyfunction!(polar, m)?,
        wrap_pyfunction!(real, m)?,
        wrap_pyfunction!(imag, m)?,
    ] {
        m.add_function(f)?;
    }
    Ok(())
}
