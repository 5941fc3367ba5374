//! Methods that look at the same elements in another shape.

use crate::convert::{IntList, TensorArg, shape, sizes};
use crate::error::call;
use crate::tensor::PyTensor;
use neurarust_core::{Result, Tensor};
use pyo3::exceptions::{PyRuntimeError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyTuple;

/// `f` of the tensor: views cost the same whatever the size.
fn view(
    t: &PyTensor,
    py: Python<'_>,
    f: impl FnOnce(&Tensor) -> Result<Tensor> + Send,
) -> PyResult<PyTensor> {
    call(py, 0, || f(&t.0)).map(PyTensor)
}

/// Parts as a tuple of tensors.
pub fn tuple<'py>(py: Python<'py>, parts: Vec<Tensor>) -> PyResult<Bound<'py, PyTuple>> {
    let parts = parts
        .into_iter()
        .map(|t| Bound::new(py, PyTensor(t)))
        .collect::<PyResult<Vec<_>>>()?;
    PyTuple::new(py, parts)
}

#[pymethods]
impl PyTensor {
    /// The same elements in another shape, one size of which may be -1; a copy if strides can't say it.
    ///
    ///     >>> torch.arange(6).reshape(2, -1).tolist()
    ///     [[0, 1, 2], [3, 4, 5]]
    #[pyo3(signature = (*shape))]
    fn reshape(&self, py: Python<'_>, shape: &Bound<'_, PyTuple>) -> PyResult<PyTensor> {
        let sizes = sizes(shape)?;
        call(py, self.0.numel(), || self.0.reshape(&sizes[..])).map(PyTensor)
    }
    /// The same elements with names for dimensions, one each, `None` or empty for none. Names are for people: they ride
    /// through operations and stand in errors, and mean nothing to operations.
    #[pyo3(signature = (labels))]
    fn label(&self, py: Python<'_>, labels: Vec<Option<String>>) -> PyResult<PyTensor> {
        let labels: Vec<&str> = labels.iter().map(|l| l.as_deref().unwrap_or("")).collect();
        view(self, py, |t| t.label(&labels))
    }
    /// The names of the dimensions, see `label`; `None` where there is none.
    fn labels<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, self.0.labels())
    }
    /// In the shape of `other`.
    fn reshape_as(&self, py: Python<'_>, other: TensorArg<'_>) -> PyResult<PyTensor> {
        view(self, py, |t| t.reshape(other.0.shape()))
    }
    /// The same elements in another shape, never a copy.
    #[pyo3(signature = (*shape, dtype=None))]
    fn view(
        &self,
        py: Python<'_>,
        shape: &Bound<'_, PyTuple>,
        dtype: Option<crate::dtype::DTypeArg>,
    ) -> PyResult<PyTensor> {
        if let Some(d) = dtype {
            return Err(PyTypeError::new_err(format!(
                "view: elements can't be looked at as {}; use to()",
                d.0
            )));
        }
        let sizes = sizes(shape)?;
        view(self, py, |t| t.view(&sizes[..]))
    }
    /// In the shape of `other`, never a copy.
    fn view_as(&self, py: Python<'_>, other: TensorArg<'_>) -> PyResult<PyTensor> {
        view(self, py, |t| t.view(other.0.shape()))
    }
    /// Dimensions in another order.
    ///
    /// A view: dimension `i` of the result is dimension `dims[i]` of this tensor.
    ///
    ///     >>> torch.ones(2, 3, 4).permute(2, 0, 1).shape
    ///     neurarust.Size([4, 2, 3])
    #[pyo3(signature = (*args, dims=None))]
    fn permute(
        &self,
        py: Python<'_>,
        args: &Bound<'_, PyTuple>,
        dims: Option<IntList>,
    ) -> PyResult<PyTensor> {
        let dims = match dims {
            Some(dims) => dims.0,
            None => sizes(args)?,
        };
        view(self, py, |t| t.permute(&dims))
    }
    /// Two dimensions swapped.
    fn transpose(&self, py: Python<'_>, dim0: i64, dim1: i64) -> PyResult<PyTensor> {
        view(self, py, |t| t.transpose(dim0, dim1))
    }
    /// Two dimensions swapped.
    fn swapaxes(&self, py: Python<'_>, axis0: i64, axis1: i64) -> PyResult<PyTensor> {
        view(self, py, |t| t.transpose(axis0, axis1))
    }
    /// Two dimensions swapped.
    fn swapdims(&self, py: Python<'_>, dim0: i64, dim1: i64) -> PyResult<PyTensor> {
        view(self, py, |t| t.transpose(dim0, dim1))
    }
    /// A matrix transposed.
    fn t(&self, py: Python<'_>) -> PyResult<PyTensor> {
        view(self, py, Tensor::t)
    }
    /// All dimensions in reverse order.
    #[getter(T)]
    fn reversed(&self, py: Python<'_>) -> PyResult<PyTensor> {
        let order: Vec<i64> = (0..self.0.rank() as i64).rev().collect();
        view(self, py, |t| t.permute(&order))
    }
    /// The last two dimensions swapped.
    #[getter(mT)]
    fn matrix_transposed(&self, py: Python<'_>) -> PyResult<PyTensor> {
        view(self, py, |t| t.transpose(-2, -1))
    }
    /// A matrix transposed and conjugated.
    #[getter(H)]
    fn adjoint_matrix(&self, py: Python<'_>) -> PyResult<PyTensor> {
        view(self, py, |t| t.t()?.conj())
    }
    /// The last two dimensions swapped, the elements conjugated.
    #[getter(mH)]
    fn adjoint_matrices(&self, py: Python<'_>) -> PyResult<PyTensor> {
        view(self, py, |t| t.transpose(-2, -1)?.conj())
    }
    /// The last two dimensions swapped, the elements conjugated.
    fn adjoint(&self, py: Python<'_>) -> PyResult<PyTensor> {
        view(self, py, Tensor::adjoint)
    }
    /// Dimensions moved to other places.
    fn movedim(&self, py: Python<'_>, source: IntList, destination: IntList) -> PyResult<PyTensor> {
        moved(self, py, &source.0, &destination.0)
    }
    /// Dimensions moved to other places.
    fn moveaxis(
        &self,
        py: Python<'_>,
        source: IntList,
        destination: IntList,
    ) -> PyResult<PyTensor> {
        moved(self, py, &source.0, &destination.0)
    }
    /// Without the dimensions of size 1, or without those of them that are named.
    #[pyo3(signature = (dim=None))]
    fn squeeze(&self, py: Python<'_>, dim: Option<IntList>) -> PyResult<PyTensor> {
        match dim {
            Some(dim) if dim.0.is_empty() => view(self, py, |t| t.view(t.shape())),
            Some(dim) => view(self, py, |t| t.squeeze(&dim.0)),
            None => view(self, py, |t| t.squeeze(&[])),
        }
    }
    /// With a new dimension of size 1 before `dim`.
    fn unsqueeze(&self, py: Python<'_>, dim: i64) -> PyResult<PyTensor> {
        view(self, py, |t| t.unsqueeze(dim))
    }
    /// Dimensions of size 1 stretched; -1 leaves a size as it is.
    #[pyo3(signature = (*sizes))]
    fn expand(&self, py: Python<'_>, sizes: &Bound<'_, PyTuple>) -> PyResult<PyTensor> {
        let sizes = crate::convert::sizes(sizes)?;
        view(self, py, |t| t.expand(&sizes[..]))
    }
    /// Stretched to the shape of `other`.
    fn expand_as(&self, py: Python<'_>, other: TensorArg<'_>) -> PyResult<PyTensor> {
        view(self, py, |t| t.expand(other.0.shape()))
    }
    /// Stretched to `size`.
    #[pyo3(signature = (*size))]
    fn broadcast_to(&self, py: Python<'_>, size: &Bound<'_, PyTuple>) -> PyResult<PyTensor> {
        let size = sizes(size)?;
        view(self, py, |t| t.expand(&size[..]))
    }
    /// `length` elements of dimension `dim`, from `start`.
    fn narrow(
        &self,
        py: Python<'_>,
        dim: i64,
        start: &Bound<'_, PyAny>,
        length: usize,
    ) -> PyResult<PyTensor> {
        if let Ok(t) = start.cast::<PyTensor>() {
            let t = &t.get().0;
            if t.rank() > 0 || !t.dtype().is_int() {
                return Err(pyo3::exceptions::PyRuntimeError::new_err(format!(
                    "narrow: start is a {} tensor of shape {}; expected an integer, or an integer tensor without dimensions",
                    t.dtype(),
                    t.shape()
                )));
            }
        }
        let start: i64 = start.extract()?;
        view(self, py, |t| t.narrow(dim, start, length))
    }
    /// Index `index` of dimension `dim`, which goes away.
    fn select(&self, py: Python<'_>, dim: i64, index: i64) -> PyResult<PyTensor> {
        view(self, py, |t| t.select(dim, index))
    }
    /// Elements in reverse order along `dims`.
    #[pyo3(signature = (*args, dims=None))]
    fn flip(
        &self,
        py: Python<'_>,
        args: &Bound<'_, PyTuple>,
        dims: Option<IntList>,
    ) -> PyResult<PyTensor> {
        let dims = match dims {
            Some(dims) => dims.0,
            None => sizes(args)?,
        };
        crate::gather::run(self, py, |t| t.flip(&dims)?.try_clone())
    }
    /// Columns in reverse order.
    fn fliplr(&self, py: Python<'_>) -> PyResult<PyTensor> {
        crate::gather::run(self, py, |t| t.flip(&[1])?.try_clone())
    }
    /// Rows in reverse order.
    fn flipud(&self, py: Python<'_>) -> PyResult<PyTensor> {
        if self.0.rank() == 0 {
            return Err(PyRuntimeError::new_err(
                "flipud: expected a tensor of at least one dimension, got none",
            ));
        }
        crate::gather::run(self, py, |t| t.flip(&[0])?.try_clone())
    }
    /// Windows of `size` every `step` along `dimension`, as a new last dimension.
    fn unfold(
        &self,
        py: Python<'_>,
        dimension: i64,
        size: usize,
        step: usize,
    ) -> PyResult<PyTensor> {
        view(self, py, |t| t.unfold(dimension, size, step))
    }
    /// The diagonal of two dimensions, as a new last dimension.
    #[pyo3(signature = (offset=0, dim1=0, dim2=1))]
    fn diagonal(&self, py: Python<'_>, offset: i64, dim1: i64, dim2: i64) -> PyResult<PyTensor> {
        view(self, py, |t| t.diagonal(offset, dim1, dim2))
    }
    /// Any strides over the same buffer.
    #[pyo3(signature = (size, stride, storage_offset=None))]
    fn as_strided(
        &self,
        py: Python<'_>,
        size: IntList,
        stride: IntList,
        storage_offset: Option<usize>,
    ) -> PyResult<PyTensor> {
        let size = shape("as_strided", &size.0)?;
        if let Some(bad) = stride.0.iter().find(|s| **s < 0) {
            return Err(PyRuntimeError::new_err(format!(
                "as_strided: strides can't be negative, got {bad}; use flip()"
            )));
        }
        let strides: Vec<isize> = stride.0.iter().map(|&s| s as isize).collect();
        let offset = storage_offset.unwrap_or(self.0.layout().offset());
        view(self, py, |t| t.as_strided(&size, &strides, offset))
    }
    /// Dimensions `start_dim` to `end_dim` as one.
    #[pyo3(signature = (start_dim=0, end_dim=-1), text_signature = "($self, start_dim=0, end_dim=-1)")]
    fn flatten(&self, py: Python<'_>, start_dim: i64, end_dim: i64) -> PyResult<PyTensor> {
        call(py, self.0.numel(), || self.0.flatten(start_dim, end_dim)).map(PyTensor)
    }
    /// All dimensions as one.
    fn ravel(&self, py: Python<'_>) -> PyResult<PyTensor> {
        call(py, self.0.numel(), || self.0.reshape([-1i64])).map(PyTensor)
    }
    /// Dimension `dim` as several.
    fn unflatten(&self, py: Python<'_>, dim: i64, sizes: IntList) -> PyResult<PyTensor> {
        view(self, py, |t| t.unflatten(dim, &sizes.0))
    }
    /// Parts of `split_size` elements along `dim`, or of the given sizes.
    #[pyo3(signature = (split_size, dim=0))]
    fn split<'py>(
        &self,
        py: Python<'py>,
        split_size: &Bound<'py, PyAny>,
        dim: i64,
    ) -> PyResult<Bound<'py, PyTuple>> {
        let parts = match split_size.extract::<i64>() {
            Ok(size) => {
                let size = usize::try_from(size).map_err(|_| {
                    PyValueError::new_err(format!("split: parts of {size} elements"))
                })?;
                call(py, 0, || self.0.split(size, dim))?
            }
            Err(_) => {
                let sizes = shape("split", &split_size.extract::<IntList>()?.0)?;
                call(py, 0, || self.0.split_sizes(&sizes, dim))?
            }
        };
        tuple(py, parts)
    }
    /// Parts of the given sizes along `dim`.
    #[pyo3(signature = (split_sizes, dim=0))]
    fn split_with_sizes<'py>(
        &self,
        py: Python<'py>,
        split_sizes: IntList,
        dim: i64,
    ) -> PyResult<Bound<'py, PyTuple>> {
        let sizes = shape("split_with_sizes", &split_sizes.0)?;
        tuple(py, call(py, 0, || self.0.split_sizes(&sizes, dim))?)
    }
    /// At most `chunks` parts of equal size along `dim`.
    #[pyo3(signature = (chunks, dim=0))]
    fn chunk<'py>(
        &self,
        py: Python<'py>,
        chunks: usize,
        dim: i64,
    ) -> PyResult<Bound<'py, PyTuple>> {
        tuple(py, call(py, 0, || self.0.chunk(chunks, dim))?)
    }
    /// The tensors along `dim`, without it.
    #[pyo3(signature = (dim=0))]
    fn unbind<'py>(&self, py: Python<'py>, dim: i64) -> PyResult<Bound<'py, PyTuple>> {
        tuple(py, call(py, 0, || self.0.unbind(dim))?)
    }
    /// The elements in row-major order without gaps: this tensor if they are, a copy if not.
    #[pyo3(signature = (*, memory_format=None))]
    fn contiguous<'py>(
        slf: Bound<'py, Self>,
        memory_format: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, Self>> {
        let _ = memory_format;
        let t = &slf.get().0;
        if t.is_contiguous() {
            return Ok(slf);
        }
        let out = call(slf.py(), t.numel(), || t.contiguous())?;
        Bound::new(slf.py(), PyTensor(out))
    }
}

/// Dimensions `from` moved to the places `to`, the others in their order.
fn moved(t: &PyTensor, py: Python<'_>, from: &[i64], to: &[i64]) -> PyResult<PyTensor> {
    if from.len() != to.len() {
        return Err(PyValueError::new_err(format!(
            "movedim: {} dimensions to {} places",
            from.len(),
            to.len()
        )));
    }
    view(t, py, |t| {
        let find = |dims: &[i64]| {
            dims.iter()
                .map(|&d| t.shape().dim("movedim", d))
                .collect::<Result<Vec<_>>>()
        };
        let (from, to) = (find(from)?, find(to)?);
        let twice = |d: &[usize]| (1..d.len()).any(|i| d[..i].contains(&d[i]));
        if twice(&from) || twice(&to) {
            return Err(neurarust_core::Error::value(
                "movedim",
                "a dimension appears twice",
            ));
        }
        let mut rest = (0..t.rank()).filter(|d| !from.contains(d));
        let order: Vec<i64> = (0..t.rank())
            .filter_map(|place| match to.iter().position(|p| *p == place) {
                Some(i) => from.get(i).copied(),
                None => rest.next(),
            })
            .map(|d| d as i64)
            .collect();
        t.permute(&order)
    })
}
