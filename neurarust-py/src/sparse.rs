//! Sparse tensors of Python: `SparseTensor`, and what makes one.

use crate::convert::{IntList, TensorArg};
use crate::dtype::{DTypeArg, PyDevice};
use crate::error::call;
use crate::tensor::PyTensor;
use neurarust_core::autograd::Gradient;
use neurarust_core::sparse::{SparseLayout, SparseTensor};
use neurarust_core::{DType, Tensor};
use pyo3::exceptions::{PyNotImplementedError, PyTypeError};
use pyo3::prelude::*;

/// A tensor of which only some elements are kept; the others are 0.
#[pyclass(frozen, name = "SparseTensor", module = "neurarust.sparse")]
pub struct PySparseTensor(SparseTensor);

/// A gradient as Python sees it: a tensor or a sparse one.
pub fn gradient(py: Python<'_>, g: Gradient) -> PyResult<Bound<'_, PyAny>> {
    Ok(match g {
        Gradient::Dense(g) => Bound::new(py, PyTensor(g))?.into_any(),
        Gradient::Sparse(g) => Bound::new(py, PySparseTensor(g))?.into_any(),
    })
}

/// A tensor or a sparse one as a gradient, if it is either.
pub fn as_gradient(obj: &Bound<'_, PyAny>) -> Option<Gradient> {
    if let Ok(t) = obj.cast::<PyTensor>() {
        return Some(t.get().0.clone().into());
    }
    let sparse = obj.cast::<PySparseTensor>().ok()?;
    Some(sparse.get().0.clone().into())
}

impl PySparseTensor {
    fn run(
        &self,
        py: Python<'_>,
        f: impl FnOnce(&SparseTensor) -> neurarust_core::Result<SparseTensor> + Send,
    ) -> PyResult<PySparseTensor> {
        call(py, self.0.values().numel(), || f(&self.0)).map(PySparseTensor)
    }
    fn dense(
        &self,
        py: Python<'_>,
        f: impl FnOnce(&SparseTensor) -> neurarust_core::Result<Tensor> + Send,
    ) -> PyResult<PyTensor> {
        call(py, self.0.values().numel(), || f(&self.0)).map(PyTensor)
    }
}

#[pymethods]
impl PySparseTensor {
    /// The sizes of all dimensions, as a tuple.
    #[getter]
    fn shape<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        py.import("neurarust._size")?
            .getattr("Size")?
            .call1((self.0.shape().dims().to_vec(),))
    }
    /// The sizes of all dimensions, as a tuple.
    fn size<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.shape(py)
    }
    /// Number of dimensions.
    fn dim(&self) -> usize {
        self.0.shape().rank()
    }
    /// Number of dimensions.
    #[getter]
    fn ndim(&self) -> usize {
        self.dim()
    }
    /// Number of elements, those that aren't kept too.
    fn numel(&self) -> usize {
        self.0.shape().numel()
    }
    /// Whether elements are floating-point numbers.
    fn is_floating_point(&self) -> bool {
        self.0.values().dtype().is_float()
    }
    /// Where elements lie.
    #[getter]
    fn device(&self) -> PyDevice {
        PyDevice
    }
    /// The type of the values, such as `float32`.
    #[getter]
    fn dtype(&self, py: Python<'_>) -> PyResult<Py<crate::dtype::PyDType>> {
        crate::dtype::object(py, self.0.values().dtype())
    }
    /// `"sparse_coo"` or `"sparse_csr"`.
    #[getter]
    fn layout(&self) -> &'static str {
        match self.0.layout() {
            SparseLayout::Coo => "sparse_coo",
            SparseLayout::Csr => "sparse_csr",
        }
    }
    /// Whether places are columns of coordinates.
    #[getter]
    fn is_sparse(&self) -> bool {
        self.0.layout() == SparseLayout::Coo
    }
    /// Whether places are rows of columns.
    #[getter]
    fn is_sparse_csr(&self) -> bool {
        self.0.layout() == SparseLayout::Csr
    }
    /// Whether gradients flow to or through the values.
    #[getter]
    fn requires_grad(&self) -> bool {
        self.0.values().is_requires_grad()
    }
    /// Turns differentiation by the values on or off.
    #[pyo3(signature = (requires_grad=true))]
    fn requires_grad_<'py>(
        slf: PyRef<'py, Self>,
        py: Python<'_>,
        requires_grad: bool,
    ) -> PyResult<PyRef<'py, Self>> {
        let values = slf.0.values();
        call(py, 0, || values.set_requires_grad(requires_grad))?;
        Ok(slf)
    }
    /// The gradient after a backward, at the same places, or None.
    #[getter]
    fn grad(&self, py: Python<'_>) -> PyResult<Option<PySparseTensor>> {
        match self.0.values().grad() {
            Some(g) => self.run(py, |s| s.with_values(&g)).map(Some),
            None => Ok(None),
        }
    }
    /// The same tensor outside of any graph.
    fn detach(&self, py: Python<'_>) -> PyResult<PySparseTensor> {
        self.run(py, |s| s.with_values(&s.values().detach()))
    }
    /// A copy, places and values.
    fn clone(&self, py: Python<'_>) -> PyResult<PySparseTensor> {
        self.run(py, |s| s.with_values(&s.values().try_clone()?))
    }
    fn __deepcopy__(&self, py: Python<'_>, _memo: &Bound<'_, PyAny>) -> PyResult<PySparseTensor> {
        self.run(py, |s| s.with_values(&s.values().detach().try_clone()?))
    }
    /// The same places with other values of the same shape.
    fn _with_values(&self, py: Python<'_>, values: TensorArg<'_>) -> PyResult<PySparseTensor> {
        self.run(py, |s| s.with_values(values.0))
    }
    /// Multiplies the values by a number, in place.
    fn mul_<'py>(slf: PyRef<'py, Self>, py: Python<'_>, other: f64) -> PyResult<PyRef<'py, Self>> {
        let values = slf.0.values();
        call(py, values.numel(), || values.mul_(other).map(|_| ()))?;
        Ok(slf)
    }
    /// Divides the values by a number, in place.
    fn div_<'py>(slf: PyRef<'py, Self>, py: Python<'_>, other: f64) -> PyResult<PyRef<'py, Self>> {
        let values = slf.0.values();
        call(py, values.numel(), || values.div_(other).map(|_| ()))?;
        Ok(slf)
    }
    /// Not in place: the places would stay.
    fn zero_(&self) -> PyResult<()> {
        Err(PyNotImplementedError::new_err(
            "zero_: a sparse tensor's places can't be taken away in place; of a gradient, set it to None or call zero_grad()",
        ))
    }
    /// The `p`-norm of everything; values of one place count as their sum.
    #[pyo3(signature = (p=2.0))]
    fn norm(&self, py: Python<'_>, p: f64) -> PyResult<PyTensor> {
        self.dense(py, |s| s.norm(p))
    }
    /// The places: (dimensions, elements).
    fn indices(&self, py: Python<'_>) -> PyResult<PyTensor> {
        self.dense(py, |s| s.indices())
    }
    /// The places: (dimensions, elements).
    fn _indices(&self, py: Python<'_>) -> PyResult<PyTensor> {
        self.indices(py)
    }
    /// The values that are kept, one per place: a dense tensor (nnz, …).
    fn values(&self) -> PyTensor {
        PyTensor(self.0.values().clone())
    }
    /// The values that are kept, one per place: a dense tensor (nnz, …).
    fn _values(&self) -> PyTensor {
        self.values()
    }
    /// Number of elements kept.
    fn _nnz(&self) -> usize {
        self.0.nnz()
    }
    /// Number of dimensions that have places.
    fn sparse_dim(&self) -> usize {
        self.0.sparse_dims()
    }
    /// Number of dimensions of the values of one place.
    fn dense_dim(&self) -> usize {
        self.0.values().rank() - 1
    }
    /// Where each row's elements start, in CSR.
    fn crow_indices(&self, py: Python<'_>) -> PyResult<PyTensor> {
        self.dense(py, |s| Ok(s.rows_and_columns()?.0))
    }
    /// The columns, row by row, in CSR.
    fn col_indices(&self, py: Python<'_>) -> PyResult<PyTensor> {
        self.dense(py, |s| Ok(s.rows_and_columns()?.1))
    }
    /// The same as a dense tensor, zeros included.
    fn to_dense(&self, py: Python<'_>) -> PyResult<PyTensor> {
        self.dense(py, |s| s.to_dense())
    }
    /// The same as a dense NumPy array, zeros included.
    fn numpy<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        Bound::new(py, self.to_dense(py)?)?.call_method0("numpy")
    }
    /// With the places in order, each once.
    fn coalesce(&self, py: Python<'_>) -> PyResult<PySparseTensor> {
        self.run(py, |s| s.coalesce())
    }
    /// Whether the places are in order, each once.
    fn is_coalesced(&self) -> bool {
        self.0.is_coalesced()
    }
    /// The same tensor in COO layout: coordinates and values.
    fn to_sparse(&self, py: Python<'_>) -> PyResult<PySparseTensor> {
        self.run(py, |s| s.to_layout(SparseLayout::Coo))
    }
    /// The same tensor in COO layout: coordinates and values.
    fn to_sparse_coo(&self, py: Python<'_>) -> PyResult<PySparseTensor> {
        self.to_sparse(py)
    }
    /// The same matrix in CSR layout: compressed rows.
    fn to_sparse_csr(&self, py: Python<'_>) -> PyResult<PySparseTensor> {
        self.run(py, |s| s.to_layout(SparseLayout::Csr))
    }
    /// Rows and columns exchanged.
    fn t(&self, py: Python<'_>) -> PyResult<PySparseTensor> {
        self.run(py, |s| s.t())
    }
    /// The sum of everything.
    fn sum(&self, py: Python<'_>) -> PyResult<PyTensor> {
        self.dense(py, |s| s.sum())
    }
    /// The product with a dense matrix.
    fn mm(&self, py: Python<'_>, mat2: TensorArg<'_>) -> PyResult<PyTensor> {
        self.dense(py, |s| s.mm(mat2.0))
    }
    /// The product with a dense matrix or vector.
    fn matmul(&self, py: Python<'_>, other: TensorArg<'_>) -> PyResult<PyTensor> {
        let other = other.0;
        self.dense(py, |s| match other.rank() {
            1 => s.mm(&other.unsqueeze(1)?)?.squeeze(&[1]),
            _ => s.mm(other),
        })
    }
    fn __matmul__(&self, py: Python<'_>, other: TensorArg<'_>) -> PyResult<PyTensor> {
        self.matmul(py, other)
    }
    fn __add__(
        &self,
        py: Python<'_>,
        other: &Bound<'_, PySparseTensor>,
    ) -> PyResult<PySparseTensor> {
        let other = other.get();
        self.run(py, |s| s.add(&other.0))
    }
    fn __mul__(&self, py: Python<'_>, other: f64) -> PyResult<PySparseTensor> {
        self.run(py, |s| s.with_values(&s.values().mul(other)?))
    }
    fn __rmul__(&self, py: Python<'_>, other: f64) -> PyResult<PySparseTensor> {
        self.__mul__(py, other)
    }
    fn __truediv__(&self, py: Python<'_>, other: f64) -> PyResult<PySparseTensor> {
        self.run(py, |s| s.with_values(&s.values().div(other)?))
    }
    fn __neg__(&self, py: Python<'_>) -> PyResult<PySparseTensor> {
        self.run(py, |s| s.with_values(&s.values().neg()?))
    }
    fn __repr__(&self) -> String {
        format!("{:?}", self.0)
    }
}

#[pymethods]
impl PyTensor {
    /// The elements that aren't 0, of the first `sparse_dim` dimensions, as a sparse tensor.
    #[pyo3(signature = (sparse_dim=None))]
    fn to_sparse(&self, py: Python<'_>, sparse_dim: Option<usize>) -> PyResult<PySparseTensor> {
        let dims = sparse_dim.unwrap_or(self.0.rank());
        call(py, self.0.numel(), || {
            SparseTensor::from_dense(&self.0, dims)
        })
        .map(PySparseTensor)
    }
    /// The elements of a matrix that aren't 0, row by row.
    fn to_sparse_csr(&self, py: Python<'_>) -> PyResult<PySparseTensor> {
        call(py, self.0.numel(), || {
            SparseTensor::from_dense(&self.0, self.0.rank())?.to_layout(SparseLayout::Csr)
        })
        .map(PySparseTensor)
    }
}

/// Values as a tensor, of the dtype asked for; a leaf of its own if it is to require a gradient.
fn values_of(
    values: &Bound<'_, PyAny>,
    dtype: Option<DTypeArg>,
    requires_grad: bool,
) -> PyResult<Tensor> {
    let dtype = dtype.map(|d| d.0);
    let t = match values.cast::<PyTensor>() {
        Ok(t) => t.get().0.clone(),
        Err(_) => crate::convert::tensor(values, dtype)?,
    };
    call(values.py(), t.numel(), move || {
        let t = match dtype {
            Some(d) => t.to_dtype(d)?,
            None => t,
        };
        match requires_grad {
            true => t.detach().requires_grad(),
            false => Ok(t),
        }
    })
}

/// Places as a tensor.
fn places_of(places: &Bound<'_, PyAny>) -> PyResult<Tensor> {
    match places.cast::<PyTensor>() {
        Ok(t) => Ok(t.get().0.clone()),
        Err(_) => crate::convert::tensor(places, Some(DType::I64)),
    }
}

/// The tensor of `size` with `values` at the columns of `indices`; values of one place add up.
#[pyfunction]
#[pyo3(signature = (indices, values, size=None, *, dtype=None, device=None, requires_grad=false, check_invariants=None, is_coalesced=None))]
#[allow(clippy::too_many_arguments)]
fn sparse_coo_tensor(
    indices: &Bound<'_, PyAny>,
    values: &Bound<'_, PyAny>,
    size: Option<IntList>,
    dtype: Option<DTypeArg>,
    device: Option<crate::dtype::PyDevice>,
    requires_grad: bool,
    check_invariants: Option<bool>,
    is_coalesced: Option<bool>,
) -> PyResult<PySparseTensor> {
    const OP: &str = "sparse_coo_tensor";
    let py = indices.py();
    // Places are always checked, and sorted when that matters.
    let _ = (device, check_invariants, is_coalesced);
    let values = values_of(values, dtype, requires_grad)?;
    let places = places_of(indices)?;
    let size = match size {
        Some(s) => crate::convert::shape(OP, &s.0)?,
        None => call(py, places.numel(), || {
            let mut size = Vec::new();
            if places.rank() == 2 && places.numel() > 0 {
                for top in places
                    .amax(&[1], false)?
                    .to_dtype(DType::I64)?
                    .to_vec::<i64>()?
                {
                    size.push((top.max(-1) + 1) as usize);
                }
            } else {
                size.resize(places.dims().first().copied().unwrap_or(0), 0);
            }
            size.extend(values.dims().iter().skip(1));
            Ok(size)
        })?,
    };
    call(py, values.numel(), || {
        SparseTensor::coo(&places, &values, &size)
    })
    .map(PySparseTensor)
}

/// The matrix of `size` whose row `r` has values `crow_indices[r]..crow_indices[r + 1]`.
#[pyfunction]
#[pyo3(signature = (crow_indices, col_indices, values, size=None, *, dtype=None, device=None, requires_grad=false, check_invariants=None))]
#[allow(clippy::too_many_arguments)]
fn sparse_csr_tensor(
    crow_indices: &Bound<'_, PyAny>,
    col_indices: &Bound<'_, PyAny>,
    values: &Bound<'_, PyAny>,
    size: Option<IntList>,
    dtype: Option<DTypeArg>,
    device: Option<crate::dtype::PyDevice>,
    requires_grad: bool,
    check_invariants: Option<bool>,
) -> PyResult<PySparseTensor> {
    const OP: &str = "sparse_csr_tensor";
    let py = values.py();
    let _ = (device, check_invariants);
    let values = values_of(values, dtype, requires_grad)?;
    let (starts, columns) = (places_of(crow_indices)?, places_of(col_indices)?);
    let size = match size {
        Some(s) => crate::convert::shape(OP, &s.0)?,
        None => call(py, columns.numel(), || {
            let width = match columns.numel() {
                0 => 0,
                _ => columns.max()?.item::<i64>()?.max(-1) + 1,
            };
            Ok(vec![starts.numel().saturating_sub(1), width as usize])
        })?,
    };
    call(py, values.numel(), || {
        SparseTensor::csr(&starts, &columns, &values, &size)
    })
    .map(PySparseTensor)
}

/// The product of a sparse matrix with a dense one.
#[pyfunction]
fn _sparse_mm(py: Python<'_>, a: &Bound<'_, PyAny>, b: &Bound<'_, PyAny>) -> PyResult<PyTensor> {
    let Ok(a) = a.cast::<PySparseTensor>() else {
        return Err(PyTypeError::new_err(
            "sparse.mm: expected a SparseTensor as the first matrix",
        ));
    };
    match b.cast::<PyTensor>() {
        Ok(b) => a.get().mm(py, TensorArg(&b.get().0)),
        Err(_) => Err(PyNotImplementedError::new_err(
            "sparse.mm: the second matrix has to be dense; use b.to_dense()",
        )),
    }
}

/// `beta · input + alpha · (mat1 @ mat2)` at the places of `input`.
#[pyfunction]
fn _sampled_addmm(
    py: Python<'_>,
    input: &Bound<'_, PySparseTensor>,
    mat1: TensorArg<'_>,
    mat2: TensorArg<'_>,
    beta: f64,
    alpha: f64,
) -> PyResult<PySparseTensor> {
    input
        .get()
        .run(py, |s| s.sampled_addmm(mat1.0, mat2.0, beta, alpha))
}

pub fn register(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add_class::<PySparseTensor>()?;
    m.add_function(wrap_pyfunction!(sparse_coo_tensor, m)?)?;
    m.add_function(wrap_pyfunction!(sparse_csr_tensor, m)?)?;
    m.add_function(wrap_pyfunction!(_sparse_mm, m)?)?;
    m.add_function(wrap_pyfunction!(_sampled_addmm, m)?)
}
