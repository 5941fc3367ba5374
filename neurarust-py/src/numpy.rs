//! Arrays that share their memory with NumPy, by NumPy's array interface. NumPy itself is imported only when an array is
//! asked for.

use crate::error::call;
use crate::tensor::PyTensor;
use neurarust_core::{DType, Tensor};
use pyo3::exceptions::{PyRuntimeError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

/// NumPy's name of an element type (in the machine's byte order); none for bfloat16, which NumPy lacks.
fn typestr(dtype: DType) -> Option<&'static str> {
    Some(match dtype {
        DType::Bool => "|b1",
        DType::U8 => "|u1",
        DType::I8 => "|i1",
        DType::I16 => "<i2",
        DType::I32 => "<i4",
        DType::I64 => "<i8",
        DType::F16 => "<f2",
        DType::F32 => "<f4",
        DType::F64 => "<f8",
        DType::C64 => "<c8",
        DType::C128 => "<c16",
        DType::BF16 => return None,
    })
}

/// What NumPy takes an array from: keeps the tensor's buffer alive as the array's base.
#[pyclass(frozen, module = "neurarust")]
struct Exported(Tensor);

#[pymethods]
impl Exported {
    #[getter]
    fn __array_interface__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let t = &self.0;
        let size = t.dtype().size();
        let Some(typestr) = typestr(t.dtype()) else {
            return Err(PyTypeError::new_err(
                "NumPy has no bfloat16; convert with float() first",
            ));
        };
        let out = PyDict::new(py);
        let strides: Vec<isize> = t.strides().iter().map(|s| s * size as isize).collect();
        let start = (t.storage().as_ptr() as usize).wrapping_add(t.layout().offset() * size);
        out.set_item("version", 3)?;
        out.set_item("typestr", typestr)?;
        out.set_item("shape", PyTuple::new(py, t.dims())?)?;
        out.set_item("strides", PyTuple::new(py, strides)?)?;
        out.set_item("data", (start, false))?;
        Ok(out)
    }
}

fn array<'py>(py: Python<'py>, t: &Tensor) -> PyResult<Bound<'py, PyAny>> {
    let base = Bound::new(py, Exported(t.detach()))?;
    py.import("numpy")?.call_method1("asarray", (base,))
}

#[pymethods]
impl PyTensor {
    /// The elements as a NumPy array that shares their memory.
    ///
    /// Tensors that require a gradient are refused unless `force`, as writing to the array would escape autograd.
    #[pyo3(signature = (*, force=false))]
    fn numpy<'py>(&self, py: Python<'py>, force: bool) -> PyResult<Bound<'py, PyAny>> {
        if self.0.is_requires_grad() && !force {
            return Err(PyRuntimeError::new_err(
                "numpy: this tensor requires a gradient; use tensor.detach().numpy()",
            ));
        }
        array(py, &self.0)
    }
    #[pyo3(signature = (dtype=None, copy=None))]
    fn __array__<'py>(
        &self,
        py: Python<'py>,
        dtype: Option<Bound<'py, PyAny>>,
        copy: Option<bool>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let out = self.numpy(py, false)?;
        let (same, dtype) = match dtype {
            Some(d) => (out.getattr("dtype")?.eq(&d)?, Some(d)),
            None => (true, None),
        };
        match (same, copy) {
            (true, Some(true)) => out.call_method0("copy"),
            (true, _) => Ok(out),
            (false, Some(false)) => Err(PyValueError::new_err(
                "__array__: another dtype needs a copy",
            )),
            (false, _) => out.call_method1("astype", (dtype,)),
        }
    }
    #[classattr]
    fn __array_priority__() -> i32 {
        1000
    }
}

/// What an array says of itself.
struct Described {
    pointer: usize,
    read_only: bool,
    dtype: DType,
    dims: Vec<usize>,
    /// In bytes.
    strides: Vec<isize>,
}

fn describe(array: &Bound<'_, PyAny>) -> PyResult<Described> {
    let interface = array.getattr("__array_interface__")?;
    let typestr_given: String = interface.get_item("typestr")?.extract()?;
    let Some(dtype) = DType::ALL
        .into_iter()
        .find(|d| typestr(*d) == Some(&typestr_given))
    else {
        return Err(PyTypeError::new_err(format!(
            "can't convert an array of {typestr_given} elements; supported are bool, uint8, int8, int16, int32, int64, float16, float32, float64, complex64 and complex128"
        )));
    };
    let dims: Vec<usize> = interface.get_item("shape")?.extract()?;
    let (pointer, read_only): (usize, bool) = interface.get_item("data")?.extract()?;
    let strides = match interface.get_item("strides") {
        Ok(s) if !s.is_none() => s.extract()?,
        _ => {
            let mut step = dtype.size() as isize;
            let mut strides = vec![0; dims.len()];
            for (s, d) in strides.iter_mut().zip(&dims).rev() {
                *s = step;
                step = step.saturating_mul(*d as isize);
            }
            strides
        }
    };
    Ok(Described {
        pointer,
        read_only,
        dtype,
        dims,
        strides,
    })
}

/// A tensor over the array's memory, if it can be: writable, aligned, in whole steps.
pub fn shared(array: &Bound<'_, PyAny>) -> PyResult<Option<Tensor>> {
    // NumPy's scalars describe memory of a moment's array; only what can be assigned to has memory of its own.
    let py = array.py();
    if array.cast::<PyTensor>().is_ok()
        || !array.hasattr(pyo3::intern!(py, "__array_interface__"))?
        || !array.hasattr(pyo3::intern!(py, "__setitem__"))?
    {
        return Ok(None);
    }
    let a = describe(array)?;
    let size = a.dtype.size();
    if a.read_only
        || a.pointer % a.dtype.to_real().size() != 0
        || a.strides.iter().any(|s| s % size as isize != 0)
    {
        return Ok(None);
    }
    let strides: Vec<isize> = a.strides.iter().map(|s| s / size as isize).collect();
    let owner: Box<dyn std::any::Any + Send + Sync> = Box::new(array.clone().unbind());
    call(array.py(), 0, move || {
        // SAFETY: an object with an array interface promises that its memory stays where it is while the object lives,
        // and `owner` keeps the object alive. Elements are integers, floats, pairs of them, or NumPy's bools, which are 0 or 1.
        // Concurrent writes are the arrays' owner's business, as everywhere in NumPy.
        unsafe { Tensor::from_foreign(a.pointer as *mut u8, &a.dims, &strides, a.dtype, owner) }
    })
    .map(Some)
}

/// A tensor with a copy of the array's elements.
pub fn copied(array: &Bound<'_, PyAny>) -> PyResult<Tensor> {
    let py = array.py();
    let a = describe(array);
    let plain = match &a {
        Ok(a) => {
            a.read_only
                || a.strides.iter().any(|s| s % a.dtype.size() as isize != 0)
                || a.pointer % a.dtype.to_real().size() != 0
        }
        // Other byte orders: NumPy knows how to turn them.
        Err(_) => {
            let numpy = py.import("numpy")?;
            let native = numpy.call_method1("asarray", (array,))?;
            let order = native
                .getattr("dtype")?
                .call_method1("newbyteorder", ("=",))?;
            let native = native.call_method1("astype", (order,))?;
            return match describe(&native) {
                Ok(_) => shared_copy(&native),
                Err(e) => Err(e),
            };
        }
    };
    if plain {
        let fresh = py.import("numpy")?.call_method1("array", (array,))?;
        return shared_copy(&fresh);
    }
    shared_copy(array)
}

fn shared_copy(array: &Bound<'_, PyAny>) -> PyResult<Tensor> {
    match shared(array)? {
        Some(t) => call(array.py(), t.numel(), || t.try_clone()),
        None => Err(PyTypeError::new_err("the array's memory can't be read")),
    }
}

/// A tensor that shares the memory of a NumPy array. Arrays that can't be written are copied.
///
/// >>> a = numpy.zeros(3); t = neurarust.from_numpy(a); a[0] = 1; t[0].item()
/// 1.0
#[pyfunction]
fn from_numpy(array: &Bound<'_, PyAny>) -> PyResult<PyTensor> {
    if !array.hasattr("__array_interface__")? || !array.hasattr("__setitem__")? {
        return Err(PyTypeError::new_err(format!(
            "from_numpy: expected a NumPy array, got {}",
            crate::convert::type_name(array)
        )));
    }
    match shared(array)? {
        Some(t) => Ok(PyTensor(t)),
        None => copied(array).map(PyTensor),
    }
}

pub fn register(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add_function(wrap_pyfunction!(from_numpy, m)?)
}
