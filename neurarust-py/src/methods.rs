//! Element-wise methods whose arguments PyTorch gives a twist of their own: `add(alpha)`, `div(rounding_mode)`,
//! `clamp(min, max)`, `where`, `gelu(approximate)`.

use crate::convert::{Scalar, TensorArg, expect_operand};
use crate::error::call;
use crate::tensor::PyTensor;
use neurarust_core::{Operand, Result, Tensor, autograd};
use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::prelude::*;

fn unary(
    t: &PyTensor,
    py: Python<'_>,
    f: impl FnOnce(&Tensor) -> Result<Tensor> + Send,
) -> PyResult<PyTensor> {
    call(py, t.0.numel(), || f(&t.0)).map(PyTensor)
}

/// `f(a, b)` for a tensor or number `other`.
fn binary(
    t: &PyTensor,
    other: &Bound<'_, PyAny>,
    op: &'static str,
    f: impl FnOnce(&Tensor, &Tensor) -> Result<Tensor> + Send,
) -> PyResult<PyTensor> {
    let b = expect_operand(other, op, "other")?;
    let b: &Tensor = &b;
    call(other.py(), t.0.numel().max(b.numel()), || f(&t.0, b)).map(PyTensor)
}

fn in_place<'py>(
    slf: Bound<'py, PyTensor>,
    other: &Bound<'py, PyAny>,
    op: &'static str,
    f: impl FnOnce(&Tensor, &Tensor) -> Result<()> + Send,
) -> PyResult<Bound<'py, PyTensor>> {
    let b = expect_operand(other, op, "other")?;
    let (a, b): (&Tensor, &Tensor) = (&slf.get().0, &b);
    call(slf.py(), a.numel(), || f(a, b))?;
    Ok(slf)
}

/// How `div` rounds.
fn rounding(mode: Option<&str>) -> PyResult<Option<bool>> {
    match mode {
        None => Ok(None),
        Some("floor") => Ok(Some(true)),
        Some("trunc") => Ok(Some(false)),
        Some(mode) => Err(PyRuntimeError::new_err(format!(
            "div: rounding_mode must be None, 'trunc' or 'floor', got {mode:?}"
        ))),
    }
}

fn divide(a: &Tensor, b: &Tensor, floor: Option<bool>) -> Result<Tensor> {
    match floor {
        None => a.div(b),
        // Exact for integers: what the remainder with the dividend's sign leaves.
        // For complex numbers an error, which floor_divide knows.
        Some(true) => a.floor_divide(b),
        Some(false) if a.dtype().is_complex() || b.dtype().is_complex() => a.floor_divide(b),
        Some(false) if !a.dtype().is_float() && !b.dtype().is_float() => {
            a.sub(a.fmod(b)?)?.floor_divide(b)
        }
        Some(false) => a.div(b)?.trunc(),
    }
}

fn scaled(a: &Tensor, b: &Tensor, alpha: f64) -> Result<Tensor> {
    match alpha {
        1.0 => a.add(b),
        _ => a.add_scaled(b, alpha),
    }
}

/// A lower or upper bound: absent, a number, or a tensor.
enum Bounds {
    Numbers(Option<f64>, Option<f64>),
    Tensors(Option<Tensor>, Option<Tensor>),
}

fn bounds(min: Option<&Bound<'_, PyAny>>, max: Option<&Bound<'_, PyAny>>) -> PyResult<Bounds> {
    let is_tensor = |b: Option<&Bound<'_, PyAny>>| b.is_some_and(|b| b.cast::<PyTensor>().is_ok());
    if is_tensor(min) || is_tensor(max) {
        let get = |b: Option<&Bound<'_, PyAny>>, name| {
            b.map(|b| expect_operand(b, "clamp", name).map(|t| (*t).clone()))
                .transpose()
        };
        return Ok(Bounds::Tensors(get(min, "min")?, get(max, "max")?));
    }
    let get = |b: Option<&Bound<'_, PyAny>>| {
        b.map(|b| b.extract::<Scalar>().map(|s| s.0.f64()))
            .transpose()
    };
    Ok(Bounds::Numbers(get(min)?, get(max)?))
}

fn clamp(t: &Tensor, bounds: &Bounds) -> Result<Tensor> {
    match bounds {
        Bounds::Numbers(min, max) => t.clamp(*min, *max),
        Bounds::Tensors(min, max) => {
            let low = match min {
                Some(min) => t.maximum(min)?,
                None => t.clone(),
            };
            match max {
                Some(max) => low.minimum(max),
                None => Ok(low),
            }
        }
    }
}

/// `f` of a number that may be absent: an exact `i64` would lose its way through `f64`, so bounds stay operands.
fn number_or<'a>(
    other: Option<&'a Bound<'_, PyAny>>,
    op: &'static str,
) -> PyResult<Option<neurarust_core::Held<'a>>> {
    other.map(|o| expect_operand(o, op, "other")).transpose()
}

#[pymethods]
impl PyTensor {
    /// `self + alpha · other`.
    #[pyo3(signature = (other, *, alpha=None))]
    fn add(&self, other: &Bound<'_, PyAny>, alpha: Option<Scalar>) -> PyResult<PyTensor> {
        let alpha = alpha.map_or(1.0, |a| a.0.f64());
        binary(self, other, "add", |a, b| scaled(a, b, alpha))
    }
    /// `self + alpha · other`, in place.
    #[pyo3(signature = (other, *, alpha=None))]
    fn add_<'py>(
        slf: Bound<'py, Self>,
        other: &Bound<'py, PyAny>,
        alpha: Option<Scalar>,
    ) -> PyResult<Bound<'py, Self>> {
        let alpha = alpha.map_or(1.0, |a| a.0.f64());
        in_place(slf, other, "add_", |a, b| match alpha {
            1.0 => a.add_(b).map(|_| ()),
            _ => a.add_scaled_(b, alpha).map(|_| ()),
        })
    }
    /// `self - alpha · other`.
    #[pyo3(signature = (other, *, alpha=None))]
    fn sub(&self, other: &Bound<'_, PyAny>, alpha: Option<Scalar>) -> PyResult<PyTensor> {
        let alpha = alpha.map_or(1.0, |a| a.0.f64());
        binary(self, other, "sub", |a, b| match alpha {
            1.0 => a.sub(b),
            _ => a.add_scaled(b, -alpha),
        })
    }
    /// `self - alpha · other`, in place.
    #[pyo3(signature = (other, *, alpha=None))]
    fn sub_<'py>(
        slf: Bound<'py, Self>,
        other: &Bound<'py, PyAny>,
        alpha: Option<Scalar>,
    ) -> PyResult<Bound<'py, Self>> {
        let alpha = alpha.map_or(1.0, |a| a.0.f64());
        in_place(slf, other, "sub_", |a, b| match alpha {
            1.0 => a.sub_(b).map(|_| ()),
            _ => a.add_scaled_(b, -alpha).map(|_| ()),
        })
    }
    /// `other - alpha · self`.
    #[pyo3(signature = (other, *, alpha=None))]
    fn rsub(&self, other: &Bound<'_, PyAny>, alpha: Option<Scalar>) -> PyResult<PyTensor> {
        let alpha = alpha.map_or(1.0, |a| a.0.f64());
        binary(self, other, "rsub", |a, b| match alpha {
            1.0 => b.sub(a),
            _ => b.add_scaled(a, -alpha),
        })
    }
    /// `self / other`, rounded as `rounding_mode` ('trunc', 'floor') says.
    #[pyo3(signature = (other, *, rounding_mode=None))]
    fn div(&self, other: &Bound<'_, PyAny>, rounding_mode: Option<&str>) -> PyResult<PyTensor> {
        let mode = rounding(rounding_mode)?;
        binary(self, other, "div", |a, b| divide(a, b, mode))
    }
    /// `self / other`, in place.
    #[pyo3(signature = (other, *, rounding_mode=None))]
    fn div_<'py>(
        slf: Bound<'py, Self>,
        other: &Bound<'py, PyAny>,
        rounding_mode: Option<&str>,
    ) -> PyResult<Bound<'py, Self>> {
        let mode = rounding(rounding_mode)?;
        in_place(slf, other, "div_", |a, b| match mode {
            None => a.div_(b).map(|_| ()),
            Some(true) => a.floor_divide_(b).map(|_| ()),
            Some(false) => {
                let out = divide(a, b, mode)?;
                a.copy_(&out).map(|_| ())
            }
        })
    }
    /// `self` to the power `exponent`.
    fn pow(&self, exponent: &Bound<'_, PyAny>) -> PyResult<PyTensor> {
        binary(self, exponent, "pow", |a, b| a.pow(b))
    }
    /// `self` to the power `exponent`, in place.
    fn pow_<'py>(
        slf: Bound<'py, Self>,
        exponent: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, Self>> {
        in_place(slf, exponent, "pow_", |a, b| {
            match a.dtype().is_differentiable() {
                true => a.pow_real_(b).map(|_| ()),
                false => a.pow_int_(b).map(|_| ()),
            }
        })
    }
    /// Bits turned over; `not` on bools.
    fn bitwise_not(&self, py: Python<'_>) -> PyResult<PyTensor> {
        unary(self, py, Tensor::bitwise_not)
    }
    /// The elements themselves.
    fn positive(slf: Bound<'_, Self>) -> Bound<'_, Self> {
        slf
    }
    /// Elements within `[min, max]`; bounds are numbers, tensors, or absent.
    #[pyo3(signature = (min=None, max=None))]
    fn clamp(
        &self,
        py: Python<'_>,
        min: Option<&Bound<'_, PyAny>>,
        max: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<PyTensor> {
        let bounds = bounds(min, max)?;
        unary(self, py, |t| clamp(t, &bounds))
    }
    /// Elements within `[min, max]`, in place.
    #[pyo3(signature = (min=None, max=None))]
    fn clamp_<'py>(
        slf: Bound<'py, Self>,
        min: Option<&Bound<'py, PyAny>>,
        max: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, Self>> {
        let bounds = bounds(min, max)?;
        let t = &slf.get().0;
        call(slf.py(), t.numel(), || match &bounds {
            Bounds::Numbers(min, max) if min.is_some() || max.is_some() => t
                .clamp_between_(
                    min.unwrap_or(f64::NEG_INFINITY),
                    max.unwrap_or(f64::INFINITY),
                )
                .map(|_| ()),
            Bounds::Tensors(min, max) => {
                if let Some(min) = min {
                    t.maximum_(min)?;
                }
                if let Some(max) = max {
                    t.minimum_(max)?;
                }
                Ok(())
            }
            _ => clamp(t, &bounds).map(|_| ()),
        })?;
        Ok(slf)
    }
    /// Elements of at least `min`.
    fn clamp_min(&self, py: Python<'_>, min: &Bound<'_, PyAny>) -> PyResult<PyTensor> {
        self.clamp(py, Some(min), None)
    }
    /// Elements of at most `max`.
    fn clamp_max(&self, py: Python<'_>, max: &Bound<'_, PyAny>) -> PyResult<PyTensor> {
        self.clamp(py, None, Some(max))
    }
    /// `self` where `condition`, `other` elsewhere.
    #[pyo3(name = "where")]
    fn where_(&self, condition: TensorArg<'_>, other: &Bound<'_, PyAny>) -> PyResult<PyTensor> {
        binary(self, other, "where", |a, b| a.where_cond(condition.0, b))
    }
    /// `value` where `mask`, which broadcasts.
    fn masked_fill(&self, mask: TensorArg<'_>, value: &Bound<'_, PyAny>) -> PyResult<PyTensor> {
        binary(self, value, "masked_fill", |a, b| a.masked_fill(mask.0, b))
    }
    /// `value` where `mask`, in place.
    fn masked_fill_<'py>(
        slf: Bound<'py, Self>,
        mask: TensorArg<'_>,
        value: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, Self>> {
        in_place(slf, value, "masked_fill_", |a, b| {
            a.masked_fill_(mask.0, b).map(|_| ())
        })
    }
    /// Copies `src`, broadcast and converted, into this tensor.
    #[pyo3(signature = (src, non_blocking=false))]
    fn copy_<'py>(
        slf: Bound<'py, Self>,
        src: &Bound<'py, PyAny>,
        non_blocking: bool,
    ) -> PyResult<Bound<'py, Self>> {
        let _ = non_blocking;
        in_place(slf, src, "copy_", |a, b| a.copy_(b).map(|_| ()))
    }
    /// Sets every element to `value`.
    fn fill_<'py>(slf: Bound<'py, Self>, value: &Bound<'py, PyAny>) -> PyResult<Bound<'py, Self>> {
        in_place(slf, value, "fill_", |a, b| match b.rank() {
            0 => a.fill_with_(b).map(|_| ()),
            n => Err(neurarust_core::Error::shape(
                "fill_",
                format!("expected one number, got a tensor of {n} dimensions"),
            )),
        })
    }
    /// Sets every element to 0.
    fn zero_(slf: Bound<'_, Self>) -> PyResult<Bound<'_, Self>> {
        let t = &slf.get().0;
        call(slf.py(), t.numel(), || t.zero_().map(|_| ()))?;
        Ok(slf)
    }
    /// Cuts this tensor's history, in place.
    fn detach_(slf: Bound<'_, Self>) -> PyResult<Bound<'_, Self>> {
        let t = &slf.get().0;
        call(slf.py(), 0, || t.detach_().map(|_| ()))?;
        Ok(slf)
    }
    /// Whether all elements are equal within `rtol · |other| + atol`.
    #[pyo3(signature = (other, rtol=1e-5, atol=1e-8, equal_nan=false))]
    fn allclose(
        &self,
        other: &Bound<'_, PyAny>,
        rtol: f64,
        atol: f64,
        equal_nan: bool,
    ) -> PyResult<bool> {
        let close = self.isclose(other, rtol, atol, equal_nan)?;
        call(other.py(), close.0.numel(), || {
            close
                .0
                .contiguous()?
                .with_data(|v: &[bool]| v.iter().all(|b| *b))
        })
    }
    /// Where elements are equal within `rtol · |other| + atol`.
    #[pyo3(signature = (other, rtol=1e-5, atol=1e-8, equal_nan=false))]
    fn isclose(
        &self,
        other: &Bound<'_, PyAny>,
        rtol: f64,
        atol: f64,
        equal_nan: bool,
    ) -> PyResult<PyTensor> {
        if rtol < 0.0 || atol < 0.0 {
            return Err(PyRuntimeError::new_err(format!(
                "isclose: tolerances can't be negative, got rtol={rtol}, atol={atol}"
            )));
        }
        binary(self, other, "isclose", |a, b| {
            let _guard = autograd::no_grad();
            if a.dtype() != b.dtype() {
                return Err(neurarust_core::Error::new(
                    neurarust_core::ErrorKind::Shape,
                    "isclose",
                    format!("{} and {} elements", a.dtype(), b.dtype()),
                ));
            }
            let near = if a.dtype().is_differentiable() {
                let room = b.abs()?.mul(rtol)?.add(atol)?;
                a.sub(b)?.abs()?.le(&room)?.logical_and(&b.isfinite()?)?
            } else {
                let (x, y) = (
                    a.to_dtype(neurarust_core::DType::F64)?,
                    b.to_dtype(neurarust_core::DType::F64)?,
                );
                x.sub(&y)?.abs()?.le(&y.abs()?.mul(rtol)?.add(atol)?)?
            };
            let out = near.logical_or(&a.eq(b)?)?;
            match equal_nan {
                true => out.logical_or(&a.isnan()?.logical_and(&b.isnan()?)?),
                false => Ok(out),
            }
        })
    }
    /// Whether both have the same shape and elements.
    fn equal(&self, py: Python<'_>, other: TensorArg<'_>) -> PyResult<bool> {
        if self.0.shape() != other.0.shape() {
            return Ok(false);
        }
        call(py, self.0.numel(), || {
            self.0
                .detach()
                .eq(other.0.detach())?
                .contiguous()?
                .with_data(|v: &[bool]| v.iter().all(|b| *b))
        })
    }
    /// 0 below 0, `values` at 0, 1 above.
    fn heaviside(&self, values: &Bound<'_, PyAny>) -> PyResult<PyTensor> {
        binary(self, values, "heaviside", |a, b| a.detach().heaviside(b))
    }
    /// Elements that aren't numbers replaced.
    #[pyo3(signature = (nan=0.0, posinf=None, neginf=None))]
    fn nan_to_num(
        &self,
        py: Python<'_>,
        nan: Option<f64>,
        posinf: Option<f64>,
        neginf: Option<f64>,
    ) -> PyResult<PyTensor> {
        unary(self, py, |t| {
            if t.dtype().is_complex() {
                return Err(neurarust_core::Error::unsupported(
                    "nan_to_num",
                    "not defined for complex tensors; apply it to view_as_real",
                ));
            }
            if !t.dtype().is_float() {
                return t.try_clone();
            }
            let top = largest(t.dtype());
            t.nan_to_num(
                nan.unwrap_or(0.0),
                posinf.unwrap_or(top),
                neginf.unwrap_or(-top),
            )
        })
    }
}

/// The largest finite number of a float dtype.
pub fn largest(dtype: neurarust_core::DType) -> f64 {
    use neurarust_core::DType;
    match dtype {
        DType::F64 => f64::MAX,
        DType::F16 => 65504.0,
        DType::BF16 => 3.3895313892515355e38,
        _ => f32::MAX as f64,
    }
}

/// `input` where `condition`, `other` elsewhere; numbers or tensors.
#[pyfunction]
#[pyo3(name = "_where")]
pub fn choose(
    condition: TensorArg<'_>,
    input: &Bound<'_, PyAny>,
    other: &Bound<'_, PyAny>,
) -> PyResult<PyTensor> {
    let (Some(a), Some(b)) = (
        number_or(Some(input), "where")?,
        number_or(Some(other), "where")?,
    ) else {
        return Err(PyValueError::new_err("where: missing argument"));
    };
    let (a, b): (&Tensor, &Tensor) = (&a, &b);
    let work = condition.0.numel().max(a.numel()).max(b.numel());
    call(input.py(), work, || a.operand()?.where_cond(condition.0, b)).map(PyTensor)
}
