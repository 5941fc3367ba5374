//! Element-wise methods beyond the table: those that PyTorch gives other arguments, and those composed of several lines.

use crate::convert::{TensorArg, expect_operand};
use crate::error::call;
use crate::tensor::PyTensor;
use neurarust_core::{Result, Tensor};
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;

fn binary(
    t: &PyTensor,
    other: &Bound<'_, PyAny>,
    op: &'static str,
    name: &'static str,
    f: impl FnOnce(&Tensor, &Tensor) -> Result<Tensor> + Send,
) -> PyResult<PyTensor> {
    let b = expect_operand(other, op, name)?;
    let b: &Tensor = &b;
    call(other.py(), t.0.numel().max(b.numel()), || f(&t.0, b)).map(PyTensor)
}

/// The order of a derivative.
fn order(n: i64) -> PyResult<f64> {
    match n {
        0.. => Ok(n as f64),
        _ => Err(PyRuntimeError::new_err(format!(
            "polygamma: expected an order n of at least 0, got {n}"
        ))),
    }
}

/// Functions whose in-place form computes first and copies then.
const IN_PLACE: &[&str] = &[
    "clamp_min_",
    "clamp_max_",
    "deg2rad_",
    "float_power_",
    "frac_",
    "heaviside_",
    "lcm_",
    "ldexp_",
    "logit_",
    "mvlgamma_",
    "nan_to_num_",
    "nextafter_",
    "rad2deg_",
    "round_",
    "bitwise_not_",
];

#[pymethods]
impl PyTensor {
    /// The larger of the two; the other one where one is NaN.
    fn fmax(&self, other: &Bound<'_, PyAny>) -> PyResult<PyTensor> {
        binary(self, other, "fmax", "other", |a, b| a.fmax(b))
    }
    /// The smaller of the two; the other one where one is NaN.
    fn fmin(&self, other: &Bound<'_, PyAny>) -> PyResult<PyTensor> {
        binary(self, other, "fmin", "other", |a, b| a.fmin(b))
    }
    /// The least common multiple of integers.
    fn lcm(&self, other: &Bound<'_, PyAny>) -> PyResult<PyTensor> {
        binary(self, other, "lcm", "other", |a, b| a.lcm(b))
    }
    /// `self · 2` to the power `other`.
    fn ldexp(&self, other: &Bound<'_, PyAny>) -> PyResult<PyTensor> {
        binary(self, other, "ldexp", "other", |a, b| a.ldexp(b))
    }
    /// `self` to the power `exponent` in double precision.
    fn float_power(&self, exponent: &Bound<'_, PyAny>) -> PyResult<PyTensor> {
        binary(self, exponent, "float_power", "exponent", |a, b| {
            a.float_power(b)
        })
    }
    /// The number next to `self` on the way to `other`.
    fn nextafter(&self, other: &Bound<'_, PyAny>) -> PyResult<PyTensor> {
        binary(self, other, "nextafter", "other", |a, b| a.nextafter(b))
    }
    fn _frexp(&self, py: Python<'_>) -> PyResult<(PyTensor, PyTensor)> {
        let (m, e) = call(py, self.0.numel(), || self.0.frexp())?;
        Ok((PyTensor(m), PyTensor(e)))
    }
    /// The logarithm of the multivariate gamma function of dimension `p`.
    fn mvlgamma(&self, py: Python<'_>, p: i64) -> PyResult<PyTensor> {
        call(py, self.0.numel(), || self.0.mvlgamma(p)).map(PyTensor)
    }
    /// The derivative of order `n` of `digamma`.
    fn polygamma(&self, py: Python<'_>, n: i64) -> PyResult<PyTensor> {
        let n = order(n)?;
        call(py, self.0.numel(), || self.0.polygamma(n)).map(PyTensor)
    }
    /// The derivative of order `n` of `digamma`, in place.
    fn polygamma_(slf: Bound<'_, Self>, n: i64) -> PyResult<Bound<'_, Self>> {
        let n = order(n)?;
        let t = &slf.get().0;
        call(slf.py(), t.numel(), || t.polygamma_(n).map(|_| ()))?;
        Ok(slf)
    }
    /// The nearest numbers of `decimals` places behind the point, halves to even.
    #[pyo3(signature = (*, decimals=0))]
    fn round(&self, py: Python<'_>, decimals: i32) -> PyResult<PyTensor> {
        call(py, self.0.numel(), || match decimals {
            0 => self.0.round(),
            _ => self.0.round_to(decimals),
        })
        .map(PyTensor)
    }
    /// Takes over the elements of `result`: the in-place form of the function `name`.
    fn _become<'py>(
        slf: Bound<'py, Self>,
        name: &str,
        result: TensorArg<'_>,
    ) -> PyResult<Bound<'py, Self>> {
        let name = IN_PLACE.iter().find(|n| **n == name).unwrap_or(&"copy_");
        let (t, result) = (&slf.get().0, result.0);
        call(slf.py(), t.numel(), || t.become_(name, result).map(|_| ()))?;
        Ok(slf)
    }
}
