//! `+ - * / // % ** @ & | ^ ~ << >> < <= == != > >=` and their in-place forms, between tensors and numbers.

use crate::convert::operand;
use crate::error::call;
use crate::tensor::PyTensor;
use neurarust_core::{Result, Tensor};
use pyo3::basic::CompareOp;
use pyo3::prelude::*;

/// `f(a, b)` if `other` is a tensor or a number; `NotImplemented` otherwise, so that the other class gets its chance.
#[inline]
fn binary<'py>(
    slf: &Bound<'py, PyTensor>,
    other: &Bound<'py, PyAny>,
    f: impl FnOnce(&Tensor, &Tensor) -> Result<Tensor> + Send,
) -> PyResult<Bound<'py, PyAny>> {
    let py = slf.py();
    let Some(b) = operand(other)? else {
        return Ok(py.NotImplemented().into_bound(py));
    };
    let (a, b): (&Tensor, &Tensor) = (&slf.get().0, &b);
    let out = call(py, a.numel().max(b.numel()), || f(a, b))?;
    Ok(Bound::new(py, PyTensor(out))?.into_any())
}

/// `f(slf, other)` in place.
fn assign<'py>(
    slf: &Bound<'py, PyTensor>,
    other: &Bound<'py, PyAny>,
    op: &str,
    f: impl FnOnce(&Tensor, &Tensor) -> Result<()> + Send,
) -> PyResult<()> {
    let b = crate::convert::expect_operand(other, op, "other")?;
    let (a, b): (&Tensor, &Tensor) = (&slf.get().0, &b);
    call(slf.py(), a.numel(), || f(a, b))
}

#[pymethods]
impl PyTensor {
    fn __add__<'py>(
        slf: &Bound<'py, Self>,
        other: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        binary(slf, other, |a, b| a.add(b))
    }
    fn __radd__<'py>(
        slf: &Bound<'py, Self>,
        other: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        binary(slf, other, |a, b| b.add(a))
    }
    fn __iadd__<'py>(slf: &Bound<'py, Self>, other: &Bound<'py, PyAny>) -> PyResult<()> {
        assign(slf, other, "add_", |a, b| a.add_(b).map(|_| ()))
    }
    fn __sub__<'py>(
        slf: &Bound<'py, Self>,
        other: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        binary(slf, other, |a, b| a.sub(b))
    }
    fn __rsub__<'py>(
        slf: &Bound<'py, Self>,
        other: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        binary(slf, other, |a, b| b.sub(a))
    }
    fn __isub__<'py>(slf: &Bound<'py, Self>, other: &Bound<'py, PyAny>) -> PyResult<()> {
        assign(slf, other, "sub_", |a, b| a.sub_(b).map(|_| ()))
    }
    fn __mul__<'py>(
        slf: &Bound<'py, Self>,
        other: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        binary(slf, other, |a, b| a.mul(b))
    }
    fn __rmul__<'py>(
        slf: &Bound<'py, Self>,
        other: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        binary(slf, other, |a, b| b.mul(a))
    }
    fn __imul__<'py>(slf: &Bound<'py, Self>, other: &Bound<'py, PyAny>) -> PyResult<()> {
        assign(slf, other, "mul_", |a, b| a.mul_(b).map(|_| ()))
    }
    fn __truediv__<'py>(
        slf: &Bound<'py, Self>,
        other: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        binary(slf, other, |a, b| a.div(b))
    }
    fn __rtruediv__<'py>(
        slf: &Bound<'py, Self>,
        other: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        binary(slf, other, |a, b| b.div(a))
    }
    fn __itruediv__<'py>(slf: &Bound<'py, Self>, other: &Bound<'py, PyAny>) -> PyResult<()> {
        assign(slf, other, "div_", |a, b| a.div_(b).map(|_| ()))
    }
    fn __floordiv__<'py>(
        slf: &Bound<'py, Self>,
        other: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        binary(slf, other, |a, b| a.floor_divide(b))
    }
    fn __rfloordiv__<'py>(
        slf: &Bound<'py, Self>,
        other: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        binary(slf, other, |a, b| b.floor_divide(a))
    }
    fn __ifloordiv__<'py>(slf: &Bound<'py, Self>, other: &Bound<'py, PyAny>) -> PyResult<()> {
        assign(slf, other, "floor_divide_", |a, b| {
            a.floor_divide_(b).map(|_| ())
        })
    }
    fn __mod__<'py>(
        slf: &Bound<'py, Self>,
        other: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        binary(slf, other, |a, b| a.remainder(b))
    }
    fn __rmod__<'py>(
        slf: &Bound<'py, Self>,
        other: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        binary(slf, other, |a, b| b.remainder(a))
    }
    fn __imod__<'py>(slf: &Bound<'py, Self>, other: &Bound<'py, PyAny>) -> PyResult<()> {
        assign(slf, other, "remainder_", |a, b| a.remainder_(b).map(|_| ()))
    }
    fn __and__<'py>(
        slf: &Bound<'py, Self>,
        other: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        binary(slf, other, |a, b| a.bitwise_and(b))
    }
    fn __rand__<'py>(
        slf: &Bound<'py, Self>,
        other: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        binary(slf, other, |a, b| b.bitwise_and(a))
    }
    fn __iand__<'py>(slf: &Bound<'py, Self>, other: &Bound<'py, PyAny>) -> PyResult<()> {
        assign(slf, other, "bitwise_and_", |a, b| {
            a.bitwise_and_(b).map(|_| ())
        })
    }
    fn __or__<'py>(
        slf: &Bound<'py, Self>,
        other: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        binary(slf, other, |a, b| a.bitwise_or(b))
    }
    fn __ror__<'py>(
        slf: &Bound<'py, Self>,
        other: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        binary(slf, other, |a, b| b.bitwise_or(a))
    }
    fn __ior__<'py>(slf: &Bound<'py, Self>, other: &Bound<'py, PyAny>) -> PyResult<()> {
        assign(slf, other, "bitwise_or_", |a, b| {
            a.bitwise_or_(b).map(|_| ())
        })
    }
    fn __xor__<'py>(
        slf: &Bound<'py, Self>,
        other: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        binary(slf, other, |a, b| a.bitwise_xor(b))
    }
    fn __rxor__<'py>(
        slf: &Bound<'py, Self>,
        other: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        binary(slf, other, |a, b| b.bitwise_xor(a))
    }
    fn __ixor__<'py>(slf: &Bound<'py, Self>, other: &Bound<'py, PyAny>) -> PyResult<()> {
        assign(slf, other, "bitwise_xor_", |a, b| {
            a.bitwise_xor_(b).map(|_| ())
        })
    }
    fn __lshift__<'py>(
        slf: &Bound<'py, Self>,
        other: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        binary(slf, other, |a, b| a.bitwise_left_shift(b))
    }
    fn __rlshift__<'py>(
        slf: &Bound<'py, Self>,
        other: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        binary(slf, other, |a, b| b.bitwise_left_shift(a))
    }
    fn __ilshift__<'py>(slf: &Bound<'py, Self>, other: &Bound<'py, PyAny>) -> PyResult<()> {
        assign(slf, other, "bitwise_left_shift_", |a, b| {
            a.bitwise_left_shift_(b).map(|_| ())
        })
    }
    fn __rshift__<'py>(
        slf: &Bound<'py, Self>,
        other: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        binary(slf, other, |a, b| a.bitwise_right_shift(b))
    }
    fn __rrshift__<'py>(
        slf: &Bound<'py, Self>,
        other: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        binary(slf, other, |a, b| b.bitwise_right_shift(a))
    }
    fn __irshift__<'py>(slf: &Bound<'py, Self>, other: &Bound<'py, PyAny>) -> PyResult<()> {
        assign(slf, other, "bitwise_right_shift_", |a, b| {
            a.bitwise_right_shift_(b).map(|_| ())
        })
    }
    fn __matmul__<'py>(
        slf: &Bound<'py, Self>,
        other: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        binary(slf, other, |a, b| a.matmul(b))
    }
    fn __rmatmul__<'py>(
        slf: &Bound<'py, Self>,
        other: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        binary(slf, other, |a, b| b.matmul(a))
    }
    fn __pow__<'py>(
        slf: &Bound<'py, Self>,
        other: &Bound<'py, PyAny>,
        modulo: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        if !modulo.is_none() {
            return Ok(slf.py().NotImplemented().into_bound(slf.py()));
        }
        binary(slf, other, |a, b| a.pow(b))
    }
    fn __rpow__<'py>(
        slf: &Bound<'py, Self>,
        other: &Bound<'py, PyAny>,
        modulo: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        if !modulo.is_none() {
            return Ok(slf.py().NotImplemented().into_bound(slf.py()));
        }
        binary(slf, other, |a, b| b.pow(a))
    }
    fn __ipow__<'py>(
        slf: &Bound<'py, Self>,
        other: &Bound<'py, PyAny>,
        modulo: &Bound<'py, PyAny>,
    ) -> PyResult<()> {
        let _ = modulo;
        assign(slf, other, "pow_", |a, b| {
            match a.dtype().is_differentiable() {
                true => a.pow_real_(b).map(|_| ()),
                false => a.pow_int_(b).map(|_| ()),
            }
        })
    }
    fn __neg__(&self, py: Python<'_>) -> PyResult<PyTensor> {
        call(py, self.0.numel(), || self.0.neg()).map(PyTensor)
    }
    fn __pos__(slf: Bound<'_, Self>) -> Bound<'_, Self> {
        slf
    }
    fn __abs__(&self, py: Python<'_>) -> PyResult<PyTensor> {
        call(py, self.0.numel(), || self.0.abs()).map(PyTensor)
    }
    fn __invert__(&self, py: Python<'_>) -> PyResult<PyTensor> {
        call(py, self.0.numel(), || self.0.bitwise_not()).map(PyTensor)
    }
    fn __richcmp__<'py>(
        slf: &Bound<'py, Self>,
        other: &Bound<'py, PyAny>,
        op: CompareOp,
    ) -> PyResult<Bound<'py, PyAny>> {
        binary(slf, other, move |a, b| match op {
            CompareOp::Eq => a.eq(b),
            CompareOp::Ne => a.ne(b),
            CompareOp::Lt => a.lt(b),
            CompareOp::Le => a.le(b),
            CompareOp::Gt => a.gt(b),
            CompareOp::Ge => a.ge(b),
        })
    }
}
