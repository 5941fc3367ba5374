//! `x[…]` and `x[…] = v`: Python's index expressions as the core's.

use crate::convert::{self, expect_operand, type_name};
use crate::error::call;
use crate::tensor::PyTensor;
use neurarust_core::{DType, Index, Tensor};
use pyo3::exceptions::{PyIndexError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyEllipsis, PyInt, PyList, PySlice, PyTuple};
use smallvec::SmallVec;

pub type Indices = SmallVec<[Index; 4]>;

/// One part of an index expression.
fn part(obj: &Bound<'_, PyAny>) -> PyResult<Index> {
    if let Ok(b) = obj.cast::<PyBool>() {
        // A bool is a mask without dimensions.
        let b = b.is_true();
        return Ok(Index::Tensor(call(obj.py(), 0, || Tensor::new(b))?));
    }
    if let Ok(i) = obj.cast::<PyInt>() {
        return i
            .extract()
            .map(Index::At)
            .map_err(|_| PyIndexError::new_err(format!("index {i} is out of range")));
    }
    if let Ok(s) = obj.cast::<PySlice>() {
        return slice(s);
    }
    if obj.is_none() {
        return Ok(Index::NewAxis);
    }
    if obj.cast::<PyEllipsis>().is_ok() {
        return Ok(Index::Ellipsis);
    }
    if let Ok(t) = obj.cast::<PyTensor>() {
        let t = &t.get().0;
        return match t.dtype() {
            d if d.is_int() && t.rank() == 0 && d != DType::U8 => {
                call(obj.py(), 0, || t.item::<i64>()).map(Index::At)
            }
            d if d.is_differentiable() => Err(PyIndexError::new_err(format!(
                "tensors used as indices must hold integers or bools, not {d}"
            ))),
            _ => Ok(Index::Tensor(t.clone())),
        };
    }
    let sequence = obj.cast::<PyList>().is_ok()
        || obj.cast::<PyTuple>().is_ok()
        || obj.hasattr("__array_interface__")?;
    if sequence {
        if let Some(convert::Number::Int(i)) = convert::number(obj)? {
            return Ok(Index::At(i));
        }
        let t = convert::tensor(obj, None)?;
        // An empty list picks nothing.
        let t = if t.numel() == 0 {
            call(obj.py(), 0, || t.to_dtype(DType::I64))?
        } else {
            t
        };
        if t.dtype().is_differentiable() {
            return Err(PyIndexError::new_err(
                "lists used as indices must hold integers or bools",
            ));
        }
        return Ok(Index::Tensor(t));
    }
    if let Ok(i) = obj.extract::<i64>() {
        return Ok(Index::At(i));
    }
    Err(PyTypeError::new_err(format!(
        "indices must be integers, slices, None, ..., tensors or lists of integers or bools, got {}",
        type_name(obj)
    )))
}

fn slice(s: &Bound<'_, PySlice>) -> PyResult<Index> {
    let py = s.py();
    let get = |name: &Bound<'_, pyo3::types::PyString>| -> PyResult<Option<i64>> {
        let bound = s.getattr(name)?;
        match bound.is_none() {
            true => Ok(None),
            // Bounds beyond 64 bits are beyond any size too.
            false => match bound.call_method0("__index__")?.extract::<i64>() {
                Ok(i) => Ok(Some(i)),
                Err(_) => Ok(Some(if bound.lt(0)? { i64::MIN } else { i64::MAX })),
            },
        }
    };
    let (start, end, step) = (
        get(pyo3::intern!(py, "start"))?,
        get(pyo3::intern!(py, "stop"))?,
        get(pyo3::intern!(py, "step"))?,
    );
    let step = step.unwrap_or(1);
    if step < 1 {
        return Err(PyValueError::new_err(format!(
            "slices need a step of 1 or more, got {step}; use flip() to go backwards"
        )));
    }
    Ok(match (start, end, step) {
        (None, None, 1) => Index::Full,
        _ => Index::Range { start, end, step },
    })
}

fn indices(obj: &Bound<'_, PyAny>) -> PyResult<Indices> {
    match obj.cast::<PyTuple>() {
        Ok(t) => t.iter_borrowed().map(|x| part(&x)).collect(),
        Err(_) => Ok(SmallVec::from_iter([part(obj)?])),
    }
}

/// The tensors of `index_put(indices, …)`; `None` stands for a whole dimension.
pub fn listed(obj: &Bound<'_, PyAny>) -> PyResult<Indices> {
    obj.try_iter()
        .map_err(|_| {
            PyTypeError::new_err(format!(
                "index_put: indices must be a tuple of Tensors, got {}",
                type_name(obj)
            ))
        })?
        .map(|x| {
            let x = x?;
            match x.is_none() {
                true => Ok(Index::Full),
                false => match x.cast::<PyTensor>() {
                    Ok(t) if t.get().0.dtype().is_float() => Err(PyIndexError::new_err(
                        "tensors used as indices must hold integers or bools",
                    )),
                    Ok(t) => Ok(Index::Tensor(t.get().0.clone())),
                    Err(_) => Err(PyTypeError::new_err(format!(
                        "index_put: indices must be Tensors, got {}",
                        type_name(&x)
                    ))),
                },
            }
        })
        .collect()
}

fn work(t: &Tensor, index: &Indices) -> usize {
    match index.iter().any(|i| matches!(i, Index::Tensor(_))) {
        true => t.numel(),
        false => 0,
    }
}

#[pymethods]
impl PyTensor {
    fn __getitem__(&self, index: &Bound<'_, PyAny>) -> PyResult<PyTensor> {
        let py = index.py();
        let index = indices(index)?;
        call(py, work(&self.0, &index), || self.0.index(&index)).map(PyTensor)
    }
    fn __setitem__(&self, index: &Bound<'_, PyAny>, value: &Bound<'_, PyAny>) -> PyResult<()> {
        let py = value.py();
        let index = indices(index)?;
        let list = value.cast::<PyList>().is_ok()
            || value.cast::<PyTuple>().is_ok()
            || (value.cast::<PyTensor>().is_err() && value.hasattr("__array_interface__")?);
        let made;
        let value = if list {
            made = Bound::new(py, PyTensor(convert::tensor(value, None)?))?.into_any();
            &made
        } else {
            value
        };
        let value = expect_operand(value, "__setitem__", "value")?;
        let value: &Tensor = &value;
        call(py, work(&self.0, &index).max(value.numel()), || {
            self.0.index_assign(&index, value).map(|_| ())
        })
    }
}
