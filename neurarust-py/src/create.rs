//! Tensors from nothing: `tensor`, `zeros`, `arange`, and their `_like` forms.

use crate::convert::{self, Number, Scalar, TensorArg, sizes};
use crate::dtype::{self, DTypeArg, DeviceArg};
use crate::error::call;
use crate::tensor::PyTensor;
use neurarust_core::{DType, Result, Tensor};
use pyo3::exceptions::{PyRuntimeError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::PyTuple;

/// A new tensor, marked as one to differentiate by if asked.
pub fn fresh(
    py: Python<'_>,
    work: usize,
    requires_grad: bool,
    f: impl FnOnce() -> Result<Tensor> + Send,
) -> PyResult<PyTensor> {
    call(py, work, || {
        let t = f()?;
        if requires_grad {
            t.set_requires_grad(true)?;
        }
        Ok(t)
    })
    .map(PyTensor)
}

/// Sizes as `size=(2, 3)`, `(2, 3)` or `2, 3`.
pub fn extents(
    op: &'static str,
    args: &Bound<'_, PyTuple>,
    size: Option<convert::IntList>,
) -> PyResult<Vec<usize>> {
    match size {
        Some(size) if args.is_empty() => convert::shape(op, &size.0),
        Some(_) => Err(PyTypeError::new_err(format!("{op}: sizes given twice"))),
        None => convert::shape(op, &sizes(args)?),
    }
}

/// A new tensor of `data`: numbers, nested lists of numbers, arrays, tensors. The data is copied.
///
/// >>> neurarust.tensor([[1, 2], [3, 4]]).shape
/// neurarust.Size([2, 2])
#[pyfunction]
#[pyo3(signature = (data, *, dtype=None, device=None, requires_grad=false, pin_memory=false))]
fn tensor(
    data: &Bound<'_, PyAny>,
    dtype: Option<DTypeArg>,
    device: Option<DeviceArg>,
    requires_grad: bool,
    pin_memory: bool,
) -> PyResult<PyTensor> {
    let (_, _) = (device, pin_memory);
    let t = crate::error::guard(|| convert::tensor(data, dtype.map(|d| d.0)))?;
    fresh(data.py(), 0, requires_grad, || Ok(t))
}

/// `data` as a tensor: shared where it can be, copied where not.
#[pyfunction]
#[pyo3(signature = (data, dtype=None, device=None))]
fn as_tensor<'py>(
    data: &Bound<'py, PyAny>,
    dtype: Option<DTypeArg>,
    device: Option<DeviceArg>,
) -> PyResult<Bound<'py, PyAny>> {
    let _ = device;
    let py = data.py();
    if let Ok(t) = data.cast::<PyTensor>() {
        let from = t.get().0.dtype();
        return match dtype {
            Some(d) if d.0 != from => {
                let t = &t.get().0;
                Ok(Bound::new(py, PyTensor(call(py, t.numel(), || t.to_dtype(d.0))?))?.into_any())
            }
            _ => Ok(data.clone()),
        };
    }
    let t = match crate::numpy::shared(data) {
        Ok(Some(t)) => match dtype {
            Some(d) => call(py, t.numel(), || t.to_dtype(d.0))?,
            None => t,
        },
        _ => crate::error::guard(|| convert::tensor(data, dtype.map(|d| d.0)))?,
    };
    Ok(Bound::new(py, PyTensor(t))?.into_any())
}

macro_rules! filled {
    ($($(#[$doc:meta])* $name:ident $like:ident => |$shape:ident, $dtype:ident| $make:expr;)*) => { $(
        $(#[$doc])*
        #[pyfunction]
        #[pyo3(signature = (*shape, size=None, dtype=None, device=None, requires_grad=false, layout=None, pin_memory=false, memory_format=None))]
        #[allow(clippy::too_many_arguments)]
        fn $name(
            py: Python<'_>, shape: &Bound<'_, PyTuple>, size: Option<convert::IntList>, dtype: Option<DTypeArg>, device: Option<DeviceArg>,
            requires_grad: bool, layout: Option<Bound<'_, PyAny>>, pin_memory: bool, memory_format: Option<Bound<'_, PyAny>>,
        ) -> PyResult<PyTensor> {
            let (_, _, _, _) = (device, layout, pin_memory, memory_format);
            let $shape = extents(stringify!($name), shape, size)?;
            let $dtype = dtype.map_or_else(dtype::default, |d| d.0);
            fresh(py, 0, requires_grad, move || $make)
        }

        #[doc = concat!("As `", stringify!($name), "`, in the shape and, unless another one is given, the dtype of `input`.")]
        #[pyfunction]
        #[pyo3(signature = (input, *, dtype=None, device=None, requires_grad=false, layout=None, memory_format=None))]
        fn $like(
            py: Python<'_>, input: TensorArg<'_>, dtype: Option<DTypeArg>, device: Option<DeviceArg>, requires_grad: bool,
            layout: Option<Bound<'_, PyAny>>, memory_format: Option<Bound<'_, PyAny>>,
        ) -> PyResult<PyTensor> {
            let (_, _, _) = (device, layout, memory_format);
            let ($shape, $dtype) = (input.0.dims().to_vec(), dtype.map_or(input.0.dtype(), |d| d.0));
            fresh(py, 0, requires_grad, move || $make)
        }
    )* };
}
filled! {
    /// A tensor of zeros, of the default dtype unless `dtype` says otherwise: `zeros(2, 3)` or `zeros((2, 3))`.
    zeros zeros_like => |shape, dtype| Tensor::zeros((shape, dtype));
    /// A tensor of ones, of the default dtype unless `dtype` says otherwise: `ones(2, 3)` or `ones((2, 3))`.
    ones ones_like => |shape, dtype| Tensor::ones((shape, dtype));
    /// A tensor of arbitrary contents, to be written over: `empty(2, 3)` or `empty((2, 3))`.
    empty empty_like => |shape, dtype| Tensor::empty((shape, dtype));
}

/// A number to fill with, which may be complex.
#[derive(Clone, Copy)]
enum Fill {
    Real(Number),
    Complex(f64, f64),
}

impl<'py> FromPyObject<'_, 'py> for Fill {
    type Error = PyErr;
    fn extract(obj: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        if let Some((re, im)) = convert::complex(&obj)? {
            return Ok(Fill::Complex(re, im));
        }
        if let Ok(t) = obj.cast::<crate::tensor::PyTensor>()
            && t.get().0.dtype().is_complex()
        {
            let t = &t.get().0;
            let (re, im) = call(obj.py(), 0, || t.item_complex())?;
            return Ok(Fill::Complex(re, im));
        }
        obj.extract::<Scalar>().map(|s| Fill::Real(s.0))
    }
}

impl Fill {
    /// The dtype that a tensor of it gets.
    fn dtype(self) -> DType {
        match self {
            Fill::Real(n) => n.dtype(),
            Fill::Complex(..) => crate::dtype::default().to_complex(),
        }
    }
}

fn constant(shape: Vec<usize>, value: Fill, dtype: DType) -> Result<Tensor> {
    match value {
        Fill::Complex(re, im) => {
            let one = Tensor::complex_number(re, im)?;
            let out = Tensor::zeros((shape, dtype))?;
            out.fill_with_(&one)?;
            Ok(out)
        }
        Fill::Real(Number::Int(i)) => {
            let out = Tensor::zeros((shape, dtype))?;
            out.fill_with_(i)?;
            Ok(out)
        }
        Fill::Real(value) => Tensor::full((shape, dtype), value.f64()),
    }
}

/// One number everywhere.
#[pyfunction]
#[pyo3(signature = (size, fill_value, *, dtype=None, device=None, requires_grad=false, layout=None))]
fn full(
    py: Python<'_>,
    size: convert::IntList,
    fill_value: Fill,
    dtype: Option<DTypeArg>,
    device: Option<DeviceArg>,
    requires_grad: bool,
    layout: Option<Bound<'_, PyAny>>,
) -> PyResult<PyTensor> {
    let (_, _) = (device, layout);
    let shape = convert::shape("full", &size.0)?;
    let dtype = dtype.map_or(fill_value.dtype(), |d| d.0);
    fresh(py, 0, requires_grad, move || {
        constant(shape, fill_value, dtype)
    })
}

/// One number in the shape and dtype of `input`.
#[pyfunction]
#[pyo3(signature = (input, fill_value, *, dtype=None, device=None, requires_grad=false, layout=None, memory_format=None))]
#[allow(clippy::too_many_arguments)]
fn full_like(
    py: Python<'_>,
    input: TensorArg<'_>,
    fill_value: Fill,
    dtype: Option<DTypeArg>,
    device: Option<DeviceArg>,
    requires_grad: bool,
    layout: Option<Bound<'_, PyAny>>,
    memory_format: Option<Bound<'_, PyAny>>,
) -> PyResult<PyTensor> {
    let (_, _, _) = (device, layout, memory_format);
    let (shape, dtype) = (
        input.0.dims().to_vec(),
        dtype.map_or(input.0.dtype(), |d| d.0),
    );
    fresh(py, 0, requires_grad, move || {
        constant(shape, fill_value, dtype)
    })
}

/// `start`, `start + step`, … below `end`.
///
/// With one number, that is `end`, and `start` is 0. Integers make int64, floats the default float.
///
///     >>> torch.arange(1, 10, 3).tolist()
///     [1, 4, 7]
#[pyfunction]
#[pyo3(signature = (start, end=None, step=None, *, dtype=None, device=None, requires_grad=false, layout=None))]
#[allow(clippy::too_many_arguments)]
fn arange(
    py: Python<'_>,
    start: Scalar,
    end: Option<Scalar>,
    step: Option<Scalar>,
    dtype: Option<DTypeArg>,
    device: Option<DeviceArg>,
    requires_grad: bool,
    layout: Option<Bound<'_, PyAny>>,
) -> PyResult<PyTensor> {
    let (_, _) = (device, layout);
    let (start, end) = match end {
        Some(end) => (start.0, end.0),
        None => (Number::Int(0), start.0),
    };
    let step = step.map_or(Number::Int(1), |s| s.0);
    let float = [start, end, step]
        .iter()
        .any(|n| matches!(n, Number::Float(_)));
    let dtype = dtype.map_or(if float { dtype::default() } else { DType::I64 }, |d| d.0);
    let (a, b, s) = (start.f64(), end.f64(), step.f64());
    if s == 0.0 || (b - a) * s < 0.0 || !(a.is_finite() && b.is_finite()) {
        return Err(PyRuntimeError::new_err(format!(
            "arange: from {a} to {b} by {s}; expected finite bounds and a step that leads from one to the other"
        )));
    }
    fresh(py, 0, requires_grad, move || match (start, end, step) {
        (Number::Int(start), Number::Int(end), Number::Int(step)) if !dtype.is_float() => {
            Tensor::arange_by(start, end, step, dtype)
        }
        _ => Tensor::arange_step(a, b, s, dtype),
    })
}

/// `steps` numbers from `start` to `end`, both included.
#[pyfunction]
#[pyo3(signature = (start, end, steps, *, dtype=None, device=None, requires_grad=false, layout=None))]
#[allow(clippy::too_many_arguments)]
fn linspace(
    py: Python<'_>,
    start: Scalar,
    end: Scalar,
    steps: i64,
    dtype: Option<DTypeArg>,
    device: Option<DeviceArg>,
    requires_grad: bool,
    layout: Option<Bound<'_, PyAny>>,
) -> PyResult<PyTensor> {
    let (_, _) = (device, layout);
    let steps = usize::try_from(steps).map_err(|_| {
        PyRuntimeError::new_err(format!("linspace: {steps} steps; expected 0 or more"))
    })?;
    let dtype = dtype.map_or_else(dtype::default, |d| d.0);
    fresh(py, steps, requires_grad, move || {
        Tensor::linspace_dtype(start.0.f64(), end.0.f64(), steps, dtype)
    })
}

/// `n` rows and `m` columns with ones on the diagonal.
#[pyfunction]
#[pyo3(signature = (n, m=None, *, dtype=None, device=None, requires_grad=false, layout=None))]
fn eye(
    py: Python<'_>,
    n: i64,
    m: Option<i64>,
    dtype: Option<DTypeArg>,
    device: Option<DeviceArg>,
    requires_grad: bool,
    layout: Option<Bound<'_, PyAny>>,
) -> PyResult<PyTensor> {
    let (_, _) = (device, layout);
    let shape = convert::shape("eye", &[n, m.unwrap_or(n)])?;
    let dtype = dtype.map_or_else(dtype::default, |d| d.0);
    fresh(py, 0, requires_grad, move || {
        Tensor::eye(shape[0], shape[1], dtype)
    })
}

macro_rules! new_like {
    ($($(#[$doc:meta])* $name:ident => |$spec:ident| $make:expr;)*) => {
        #[pymethods]
        impl PyTensor {
            $(
                $(#[$doc])*
                #[pyo3(signature = (*shape, size=None, dtype=None, device=None, requires_grad=false))]
                #[allow(clippy::too_many_arguments)]
                fn $name(
                    &self, py: Python<'_>, shape: &Bound<'_, PyTuple>, size: Option<convert::IntList>, dtype: Option<DTypeArg>,
                    device: Option<DeviceArg>, requires_grad: bool,
                ) -> PyResult<PyTensor> {
                    let _ = device;
                    let $spec = (extents(stringify!($name), shape, size)?, dtype.map_or(self.0.dtype(), |d| d.0));
                    fresh(py, 0, requires_grad, move || $make)
                }
            )*
        }
    };
}
new_like! {
    /// Zeros of the same dtype.
    new_zeros => |spec| Tensor::zeros(spec);
    /// Ones of the same dtype.
    new_ones => |spec| Tensor::ones(spec);
    /// Arbitrary contents of the same dtype.
    new_empty => |spec| Tensor::empty(spec);
}

#[pymethods]
impl PyTensor {
    /// One number everywhere, of the same dtype.
    #[pyo3(signature = (size, fill_value, *, dtype=None, device=None, requires_grad=false))]
    fn new_full(
        &self,
        py: Python<'_>,
        size: convert::IntList,
        fill_value: Fill,
        dtype: Option<DTypeArg>,
        device: Option<DeviceArg>,
        requires_grad: bool,
    ) -> PyResult<PyTensor> {
        let _ = device;
        let shape = convert::shape("new_full", &size.0)?;
        let dtype = dtype.map_or(self.0.dtype(), |d| d.0);
        fresh(py, 0, requires_grad, move || {
            constant(shape, fill_value, dtype)
        })
    }
    /// A new tensor of `data`, of the same dtype.
    #[pyo3(signature = (data, *, dtype=None, device=None, requires_grad=false))]
    fn new_tensor(
        &self,
        data: &Bound<'_, PyAny>,
        dtype: Option<DTypeArg>,
        device: Option<DeviceArg>,
        requires_grad: bool,
    ) -> PyResult<PyTensor> {
        let _ = device;
        let dtype = dtype.map_or(self.0.dtype(), |d| d.0);
        let t = crate::error::guard(|| convert::tensor(data, Some(dtype)))?;
        fresh(data.py(), 0, requires_grad, || Ok(t))
    }
}

pub fn register(m: &Bound<'_, PyModule>) -> PyResult<()> {
    for f in [
        wrap_pyfunction!(tensor, m)?,
        wrap_pyfunction!(as_tensor, m)?,
        wrap_pyfunction!(zeros, m)?,
        wrap_pyfunction!(zeros_like, m)?,
        wrap_pyfunction!(ones, m)?,
        wrap_pyfunction!(ones_like, m)?,
        wrap_pyfunction!(empty, m)?,
        wrap_pyfunction!(empty_like, m)?,
        wrap_pyfunction!(full, m)?,
        wrap_pyfunction!(full_like, m)?,
        wrap_pyfunction!(arange, m)?,
        wrap_pyfunction!(linspace, m)?,
        wrap_pyfunction!(eye, m)?,
        wrap_pyfunction!(crate::tensor::_from_bytes, m)?,
        wrap_pyfunction!(crate::tensor::_to_bytes, m)?,
        wrap_pyfunction!(crate::tensor::is_tensor, m)?,
        wrap_pyfunction!(crate::methods::choose, m)?,
    ] {
        m.add_function(f)?;
    }
    Ok(())
}
