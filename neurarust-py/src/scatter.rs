//! Putting elements into copies of tensors and into tensors, enumerating coordinates, and tensors of given strides.

use crate::convert::{self, IntList, Scalar, TensorArg, shape};
use crate::create::fresh;
use crate::dtype::{self, DTypeArg, DeviceArg};
use crate::error::call;
use crate::gather::{overwrite, run};
use crate::tensor::PyTensor;
use crate::views::tuple;
use neurarust_core::{DType, Reduce, Result, Tensor};
use pyo3::exceptions::{PyRuntimeError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::PyTuple;

fn reduction(py: Python<'_>, name: &str) -> PyResult<Reduce> {
    call(py, 0, || name.parse())
}

fn count(op: &'static str, n: i64) -> PyResult<usize> {
    usize::try_from(n)
        .map_err(|_| PyRuntimeError::new_err(format!("{op}: expected 0 or more, got {n}")))
}

fn strides(list: &IntList) -> Vec<isize> {
    list.0.iter().map(|&s| s as isize).collect()
}

#[pymethods]
impl PyTensor {
    /// `src` combined into a copy at `index` along `dim`: by sum, prod, mean, amax or amin.
    #[pyo3(signature = (dim, index, src, reduce, *, include_self=true))]
    fn scatter_reduce(
        &self,
        py: Python<'_>,
        dim: i64,
        index: TensorArg<'_>,
        src: TensorArg<'_>,
        reduce: &str,
        include_self: bool,
    ) -> PyResult<PyTensor> {
        let how = reduction(py, reduce)?;
        run(self, py, |t| {
            t.scatter_reduce(dim, index.0, src.0, how, include_self)
        })
    }
    /// `src` combined into this tensor at `index` along `dim`: by sum, prod, mean, amax or amin.
    #[pyo3(signature = (dim, index, src, reduce, *, include_self=true))]
    fn scatter_reduce_<'py>(
        slf: Bound<'py, Self>,
        dim: i64,
        index: TensorArg<'_>,
        src: TensorArg<'_>,
        reduce: &str,
        include_self: bool,
    ) -> PyResult<Bound<'py, Self>> {
        let how = reduction(slf.py(), reduce)?;
        overwrite(slf, |t| {
            t.copy_(&t.scatter_reduce(dim, index.0, src.0, how, include_self)?)
                .map(|_| ())
        })
    }
    /// `source` combined into the slices of `dim` of a copy that `index` numbers: by prod, mean, amax or amin.
    #[pyo3(signature = (dim, index, source, reduce, *, include_self=true))]
    fn index_reduce(
        &self,
        py: Python<'_>,
        dim: i64,
        index: TensorArg<'_>,
        source: TensorArg<'_>,
        reduce: &str,
        include_self: bool,
    ) -> PyResult<PyTensor> {
        let how = reduction(py, reduce)?;
        run(self, py, |t| {
            t.index_reduce(dim, index.0, source.0, how, include_self)
        })
    }
    /// `source` combined into the slices of `dim` that `index` numbers: by prod, mean, amax or amin.
    #[pyo3(signature = (dim, index, source, reduce, *, include_self=true))]
    fn index_reduce_<'py>(
        slf: Bound<'py, Self>,
        dim: i64,
        index: TensorArg<'_>,
        source: TensorArg<'_>,
        reduce: &str,
        include_self: bool,
    ) -> PyResult<Bound<'py, Self>> {
        let how = reduction(slf.py(), reduce)?;
        overwrite(slf, |t| {
            t.copy_(&t.index_reduce(dim, index.0, source.0, how, include_self)?)
                .map(|_| ())
        })
    }
    /// `source` written (or added) to the places of a flattened copy that `index` numbers.
    #[pyo3(signature = (index, source, accumulate=false))]
    fn put(
        &self,
        py: Python<'_>,
        index: TensorArg<'_>,
        source: TensorArg<'_>,
        accumulate: bool,
    ) -> PyResult<PyTensor> {
        run(self, py, |t| t.put(index.0, source.0, accumulate))
    }
    /// `source` written (or added) to the places of the flattened tensor that `index` numbers.
    #[pyo3(signature = (index, source, accumulate=false))]
    fn put_<'py>(
        slf: Bound<'py, Self>,
        index: TensorArg<'_>,
        source: TensorArg<'_>,
        accumulate: bool,
    ) -> PyResult<Bound<'py, Self>> {
        overwrite(slf, |t| t.put_(index.0, source.0, accumulate).map(|_| ()))
    }
    /// A copy with `values` written (or added) where the tuple `indices` of tensors tells.
    #[pyo3(signature = (indices, values, accumulate=false))]
    fn index_put(
        &self,
        indices: &Bound<'_, PyAny>,
        values: TensorArg<'_>,
        accumulate: bool,
    ) -> PyResult<PyTensor> {
        let index = crate::indexing::listed(indices)?;
        run(self, indices.py(), |t| {
            t.index_put(&index, values.0, accumulate)
        })
    }
    /// `values` written (or added) where the tuple `indices` of tensors tells.
    #[pyo3(signature = (indices, values, accumulate=false))]
    fn index_put_<'py>(
        slf: Bound<'py, Self>,
        indices: &Bound<'py, PyAny>,
        values: TensorArg<'_>,
        accumulate: bool,
    ) -> PyResult<Bound<'py, Self>> {
        let index = crate::indexing::listed(indices)?;
        overwrite(slf, |t| {
            t.index_put_(&index, values.0, accumulate).map(|_| ())
        })
    }
    /// A copy with `src` as index `index` of dimension `dim`.
    fn select_scatter(
        &self,
        py: Python<'_>,
        src: TensorArg<'_>,
        dim: i64,
        index: i64,
    ) -> PyResult<PyTensor> {
        run(self, py, |t| t.select_scatter(src.0, dim, index))
    }
    /// A copy with `src` as elements `start` to `end` of dimension `dim`, every `step`.
    #[pyo3(signature = (src, dim=0, start=None, end=None, step=1))]
    fn slice_scatter(
        &self,
        py: Python<'_>,
        src: TensorArg<'_>,
        dim: i64,
        start: Option<i64>,
        end: Option<i64>,
        step: i64,
    ) -> PyResult<PyTensor> {
        run(self, py, |t| t.slice_scatter(src.0, dim, start, end, step))
    }
    /// A copy with `src` as the diagonal of two dimensions.
    #[pyo3(signature = (src, offset=0, dim1=0, dim2=1))]
    fn diagonal_scatter(
        &self,
        py: Python<'_>,
        src: TensorArg<'_>,
        offset: i64,
        dim1: i64,
        dim2: i64,
    ) -> PyResult<PyTensor> {
        run(self, py, |t| t.diagonal_scatter(src.0, offset, dim1, dim2))
    }
    /// A copy with `src` where `as_strided(size, stride, storage_offset)` looks.
    #[pyo3(signature = (src, size, stride, storage_offset=None))]
    fn as_strided_scatter(
        &self,
        py: Python<'_>,
        src: TensorArg<'_>,
        size: IntList,
        stride: IntList,
        storage_offset: Option<i64>,
    ) -> PyResult<PyTensor> {
        let (size, stride) = (shape("as_strided_scatter", &size.0)?, strides(&stride));
        let offset = match storage_offset {
            Some(offset) => count("as_strided_scatter: storage_offset", offset)?,
            None => self.0.layout().offset(),
        };
        run(self, py, |t| {
            t.as_strided_scatter(src.0, &size, &stride, offset)
        })
    }
    /// Sets the diagonal of a matrix, or of a tensor of equal sizes.
    #[pyo3(signature = (fill_value, wrap=false))]
    fn fill_diagonal_<'py>(
        slf: Bound<'py, Self>,
        fill_value: Scalar,
        wrap: bool,
    ) -> PyResult<Bound<'py, Self>> {
        overwrite(slf, |t| {
            t.fill_diagonal_(fill_value.0.f64(), wrap).map(|_| ())
        })
    }
    /// Summed to `size`: over the dimensions that broadcasting `size` to this shape would stretch.
    #[pyo3(signature = (*size))]
    fn sum_to_size(&self, py: Python<'_>, size: &Bound<'_, PyTuple>) -> PyResult<PyTensor> {
        let size = shape("sum_to_size", &convert::sizes(size)?)?;
        run(self, py, |t| t.sum_to_size(size))
    }
    /// Where elements aren't 0: (n, dimensions) of indices.
    fn argwhere(&self, py: Python<'_>) -> PyResult<PyTensor> {
        run(self, py, Tensor::nonzero)
    }
    /// The first `size` places where elements aren't 0, filled up with `fill_value`.
    #[pyo3(signature = (*, size, fill_value=-1), text_signature = "($self, *, size, fill_value=-1)")]
    fn nonzero_static(&self, py: Python<'_>, size: i64, fill_value: i64) -> PyResult<PyTensor> {
        let size = count("nonzero_static: size", size)?;
        run(self, py, |t| t.nonzero_static(size, fill_value))
    }
    /// The flattened elements as diagonal `offset` of a matrix.
    #[pyo3(signature = (offset=0))]
    fn diagflat(&self, py: Python<'_>, offset: i64) -> PyResult<PyTensor> {
        run(self, py, |t| t.diagflat(offset))
    }
    /// Uninitialised (zero) elements of the same dtype, lying by `stride`.
    #[pyo3(signature = (size, stride, dtype=None, layout=None, device=None, pin_memory=false, requires_grad=false))]
    #[allow(clippy::too_many_arguments)]
    fn new_empty_strided(
        &self,
        py: Python<'_>,
        size: IntList,
        stride: IntList,
        dtype: Option<DTypeArg>,
        layout: Option<Bound<'_, PyAny>>,
        device: Option<DeviceArg>,
        pin_memory: bool,
        requires_grad: bool,
    ) -> PyResult<PyTensor> {
        let (_, _, _) = (layout, device, pin_memory);
        let (size, stride) = (shape("new_empty_strided", &size.0)?, strides(&stride));
        let dtype = dtype.map_or(self.0.dtype(), |d| d.0);
        fresh(py, 0, requires_grad, || {
            Tensor::empty_strided(size, &stride, dtype)
        })
    }
}

/// Uninitialised (zero) elements lying by `stride`.
#[pyfunction]
#[pyo3(signature = (size, stride, *, dtype=None, layout=None, device=None, requires_grad=false, pin_memory=false))]
#[allow(clippy::too_many_arguments)]
fn empty_strided(
    py: Python<'_>,
    size: IntList,
    stride: IntList,
    dtype: Option<DTypeArg>,
    layout: Option<Bound<'_, PyAny>>,
    device: Option<DeviceArg>,
    requires_grad: bool,
    pin_memory: bool,
) -> PyResult<PyTensor> {
    let (_, _, _) = (layout, device, pin_memory);
    let (size, stride) = (shape("empty_strided", &size.0)?, strides(&stride));
    let dtype = dtype.map_or_else(dtype::default, |d| d.0);
    fresh(py, 0, requires_grad, || {
        Tensor::empty_strided(size, &stride, dtype)
    })
}

/// Uninitialised (zero) elements whose dimensions lie in memory in the order `physical_layout`.
#[pyfunction]
#[pyo3(signature = (size, physical_layout, *, dtype=None, layout=None, device=None, requires_grad=false, pin_memory=false))]
#[allow(clippy::too_many_arguments)]
fn empty_permuted(
    py: Python<'_>,
    size: IntList,
    physical_layout: IntList,
    dtype: Option<DTypeArg>,
    layout: Option<Bound<'_, PyAny>>,
    device: Option<DeviceArg>,
    requires_grad: bool,
    pin_memory: bool,
) -> PyResult<PyTensor> {
    let (_, _, _) = (layout, device, pin_memory);
    let size = shape("empty_permuted", &size.0)?;
    let order = shape("empty_permuted", &physical_layout.0)?;
    let dtype = dtype.map_or_else(dtype::default, |d| d.0);
    fresh(py, 0, requires_grad, || {
        Tensor::empty_permuted(size, &order, dtype)
    })
}

macro_rules! triangles {
    ($($(#[$doc:meta])* $name:ident;)*) => { $(
        $(#[$doc])*
        #[pyfunction]
        #[pyo3(signature = (row, col, offset=0, *, dtype=None, device=None, layout=None, pin_memory=false))]
        #[allow(clippy::too_many_arguments)]
        fn $name(
            py: Python<'_>, row: i64, col: i64, offset: i64, dtype: Option<DTypeArg>, device: Option<DeviceArg>,
            layout: Option<Bound<'_, PyAny>>, pin_memory: bool,
        ) -> PyResult<PyTensor> {
            let (_, _, _) = (device, layout, pin_memory);
            let (rows, columns) = (count(stringify!($name), row)?, count(stringify!($name), col)?);
            let dtype = dtype.map_or(DType::I64, |d| d.0);
            if dtype.is_float() || dtype == DType::Bool {
                return Err(PyRuntimeError::new_err(format!("{}: indices are integers, not {dtype}", stringify!($name))));
            }
            fresh(py, rows, false, || Tensor::$name(rows, columns, offset)?.to_dtype(dtype))
        }
    )* };
}
triangles! {
    /// The row and the column of every element on and below diagonal `offset` of a matrix.
    tril_indices;
    /// The row and the column of every element on and above diagonal `offset` of a matrix.
    triu_indices;
}

/// The coordinates, one tensor per dimension of `shape`, of flat indices.
#[pyfunction]
fn unravel_index<'py>(
    py: Python<'py>,
    indices: TensorArg<'_>,
    shape: IntList,
) -> PyResult<Bound<'py, PyTuple>> {
    if indices.0.dtype().is_float() || indices.0.dtype() == DType::Bool {
        return Err(PyTypeError::new_err(format!(
            "unravel_index: expected an integer tensor, got {}",
            indices.0.dtype()
        )));
    }
    if let Some(bad) = shape.0.iter().find(|s| **s < 0) {
        return Err(pyo3::exceptions::PyValueError::new_err(format!(
            "unravel_index: sizes can't be negative, got {bad}"
        )));
    }
    let size = self::shape("unravel_index", &shape.0)?;
    let parts = call(py, indices.0.numel(), || indices.0.unravel_index(&size))?;
    tuple(py, parts)
}

/// Which elements are among `test_elements` (with `invert`: which aren't).
#[pyfunction]
#[pyo3(signature = (elements, test_elements, *, assume_unique=false, invert=false))]
fn isin(
    py: Python<'_>,
    elements: &Bound<'_, PyAny>,
    test_elements: &Bound<'_, PyAny>,
    assume_unique: bool,
    invert: bool,
) -> PyResult<PyTensor> {
    let _ = assume_unique;
    let x = convert::expect_operand(elements, "isin", "elements")?;
    let set = convert::expect_operand(test_elements, "isin", "test_elements")?;
    let (x, set): (&Tensor, &Tensor) = (&x, &set);
    call(py, x.numel(), || -> Result<Tensor> {
        let found = x.isin(set)?;
        match invert {
            true => found.logical_not(),
            false => Ok(found),
        }
    })
    .map(PyTensor)
}

/// All choices of `r` elements of a vector, in order.
#[pyfunction]
#[pyo3(signature = (input, r=2, with_replacement=false))]
fn combinations(
    py: Python<'_>,
    input: TensorArg<'_>,
    r: i64,
    with_replacement: bool,
) -> PyResult<PyTensor> {
    let r = count("combinations", r)?;
    call(py, input.0.numel(), || {
        input.0.combinations(r, with_replacement)
    })
    .map(PyTensor)
}

pub fn register(m: &Bound<'_, PyModule>) -> PyResult<()> {
    for f in [
        wrap_pyfunction!(empty_strided, m)?,
        wrap_pyfunction!(empty_permuted, m)?,
        wrap_pyfunction!(tril_indices, m)?,
        wrap_pyfunction!(triu_indices, m)?,
        wrap_pyfunction!(unravel_index, m)?,
        wrap_pyfunction!(isin, m)?,
        wrap_pyfunction!(combinations, m)?,
    ] {
        m.add_function(f)?;
    }
    Ok(())
}
