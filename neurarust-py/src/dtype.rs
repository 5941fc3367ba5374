//! `neurarust.float32` and its siblings: one Python object per element type. Devices.

use neurarust_core::DType;
use pyo3::exceptions::{PyRuntimeError, PyTypeError};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyString;
use std::sync::atomic::{AtomicU8, Ordering::Relaxed};

/// The type of a tensor's elements, such as `float32`: what it is called, how large it is, how it counts.
#[pyclass(frozen, name = "dtype", module = "neurarust")]
pub struct PyDType(pub DType);

static SINGLETONS: PyOnceLock<Vec<Py<PyDType>>> = PyOnceLock::new();
static DEFAULT: AtomicU8 = AtomicU8::new(DType::F32 as u8);

/// The dtype of numbers with a fraction where none is asked for.
pub fn default() -> DType {
    DType::ALL
        .get(DEFAULT.load(Relaxed) as usize)
        .copied()
        .unwrap_or(DType::F32)
}

/// The one object that stands for `dtype`.
pub fn object(py: Python<'_>, dtype: DType) -> PyResult<Py<PyDType>> {
    let all = SINGLETONS.get_or_try_init(py, || {
        DType::ALL
            .iter()
            .map(|d| Py::new(py, PyDType(*d)))
            .collect::<PyResult<_>>()
    })?;
    all.get(dtype as usize)
        .map(|d| d.clone_ref(py))
        .ok_or_else(|| PyTypeError::new_err("unknown dtype"))
}

#[pymethods]
impl PyDType {
    fn __repr__(&self) -> String {
        format!("neurarust.{}", self.0)
    }
    fn __reduce__(&self) -> &'static str {
        // A global of the package: unpickling finds the same object again.
        self.0.name()
    }
    /// Whether elements have a fraction and can carry gradients.
    #[getter]
    fn is_floating_point(&self) -> bool {
        self.0.is_float()
    }
    /// Whether elements are complex: pairs of floats.
    #[getter]
    fn is_complex(&self) -> bool {
        self.0.is_complex()
    }
    /// The dtype of the real and the imaginary part.
    fn to_real(&self, py: Python<'_>) -> PyResult<Py<PyDType>> {
        object(py, self.0.to_real())
    }
    /// The complex dtype whose parts hold elements of this one.
    fn to_complex(&self, py: Python<'_>) -> PyResult<Py<PyDType>> {
        object(py, self.0.to_complex())
    }
    /// Whether elements can be negative.
    #[getter]
    fn is_signed(&self) -> bool {
        !matches!(self.0, DType::Bool | DType::U8)
    }
    /// Bytes that one element takes.
    #[getter]
    fn itemsize(&self) -> usize {
        self.0.size()
    }
    /// The name without the package.
    #[getter]
    fn name(&self) -> &'static str {
        self.0.name()
    }
}

/// A `dtype=` argument: one of the package's dtypes, or Python's `float`, `int`, `bool`, `complex`.
#[derive(Clone, Copy)]
pub struct DTypeArg(pub DType);

impl<'py> FromPyObject<'_, 'py> for DTypeArg {
    type Error = PyErr;
    fn extract(obj: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        if let Ok(d) = obj.cast::<PyDType>() {
            return Ok(DTypeArg(d.get().0));
        }
        let py = obj.py();
        let is = |t: Bound<'py, pyo3::types::PyType>| obj.as_ptr() == t.as_ptr();
        if is(py.get_type::<pyo3::types::PyFloat>()) {
            return Ok(DTypeArg(default()));
        }
        if is(py.get_type::<pyo3::types::PyComplex>()) {
            return Ok(DTypeArg(default().to_complex()));
        }
        if is(py.get_type::<pyo3::types::PyInt>()) {
            return Ok(DTypeArg(DType::I64));
        }
        if is(py.get_type::<pyo3::types::PyBool>()) {
            return Ok(DTypeArg(DType::Bool));
        }
        Err(PyTypeError::new_err(format!(
            "dtype must be a neurarust.dtype such as neurarust.float32, got {}",
            obj.repr()?
        )))
    }
}

/// Where tensors live: `device('cpu')`.
#[pyclass(frozen, name = "device", module = "neurarust", from_py_object)]
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PyDevice;

fn check_device(name: &str) -> PyResult<()> {
    match name {
        "cpu" | "cpu:0" => Ok(()),
        _ => Err(PyRuntimeError::new_err(format!(
            "device {name:?} is not available; this build knows 'cpu'"
        ))),
    }
}

#[pymethods]
impl PyDevice {
    #[new]
    #[pyo3(signature = (r#type, index=None))]
    fn new(r#type: &Bound<'_, PyAny>, index: Option<usize>) -> PyResult<PyDevice> {
        let _ = index;
        r#type.extract::<DeviceArg>()?;
        Ok(PyDevice)
    }
    /// The kind of device: "cpu".
    #[getter]
    fn r#type(&self) -> &'static str {
        "cpu"
    }
    /// Which of several; none for the CPU.
    #[getter]
    fn index(&self) -> Option<usize> {
        None
    }
    fn __repr__(&self) -> &'static str {
        "device(type='cpu')"
    }
    fn __str__(&self) -> &'static str {
        "cpu"
    }
    fn __eq__(&self, other: &Bound<'_, PyAny>) -> bool {
        other.cast::<PyDevice>().is_ok()
    }
    fn __hash__(&self) -> u64 {
        1
    }
    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> (Bound<'py, PyAny>, (&'static str,)) {
        (slf.get_type().into_any(), ("cpu",))
    }
}

/// A `device=` argument: a name or a device. Only the CPU is there.
pub struct DeviceArg;

impl<'py> FromPyObject<'_, 'py> for DeviceArg {
    type Error = PyErr;
    fn extract(obj: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        if obj.cast::<PyDevice>().is_ok() {
            return Ok(DeviceArg);
        }
        match obj.cast::<PyString>() {
            Ok(name) => check_device(&name.to_cow()?).map(|_| DeviceArg),
            Err(_) => Err(PyTypeError::new_err(format!(
                "device must be a string such as 'cpu', got {}",
                obj.repr()?
            ))),
        }
    }
}

/// The distance from 1 to the next number.
pub fn resolution(dtype: DType) -> f64 {
    match dtype {
        DType::F64 | DType::C128 => f64::EPSILON,
        DType::F16 => 9.765625e-4,
        DType::BF16 => 7.8125e-3,
        _ => f32::EPSILON as f64,
    }
}

/// Sets the dtype of numbers with a fraction where none is asked for.
#[pyfunction]
fn set_default_dtype(d: DTypeArg) -> PyResult<()> {
    if !d.0.is_float() {
        return Err(PyTypeError::new_err(format!(
            "only floating-point dtypes can be the default, got {}",
            d.0
        )));
    }
    DEFAULT.store(d.0 as u8, Relaxed);
    Ok(())
}

/// The dtype of numbers with a fraction where none is asked for.
#[pyfunction]
fn get_default_dtype(py: Python<'_>) -> PyResult<Py<PyDType>> {
    object(py, default())
}

/// The dtype that mixing the two gives.
#[pyfunction]
fn promote_types(py: Python<'_>, type1: DTypeArg, type2: DTypeArg) -> PyResult<Py<PyDType>> {
    object(py, type1.0.promote(type2.0))
}

pub fn register(m: &Bound<'_, PyModule>) -> PyResult<()> {
    let py = m.py();
    m.add_class::<PyDType>()?;
    m.add_class::<PyDevice>()?;
    for dtype in DType::ALL {
        m.add(dtype.name(), object(py, dtype)?)?;
    }
    for (alias, dtype) in [
        ("float", DType::F32),
        ("double", DType::F64),
        ("half", DType::F16),
        ("int", DType::I32),
        ("long", DType::I64),
        ("short", DType::I16),
        ("cfloat", DType::C64),
        ("cdouble", DType::C128),
    ] {
        m.add(alias, object(py, dtype)?)?;
    }
    m.add_function(wrap_pyfunction!(set_default_dtype, m)?)?;
    m.add_function(wrap_pyfunction!(get_default_dtype, m)?)?;
    m.add_function(wrap_pyfunction!(promote_types, m)?)?;
    Ok(())
}
