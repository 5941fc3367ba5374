//! Methods that change the tensor object itself: its sizes and strides, or which buffer it looks at.
//!
//! A view in place is a view of what the object stood for, so gradients and later writes go where they should.

use crate::convert::{IntList, TensorArg, shape, sizes};
use crate::error::call;
use crate::tensor::PyTensor;
use neurarust_core::{Error, Result, Shape, Tensor, autograd, enable_grad, no_grad};
use pyo3::exceptions::{PyNotImplementedError, PyRuntimeError};
use pyo3::prelude::*;
use pyo3::types::PyTuple;

/// The object becomes a view of itself.
fn viewed<'py>(
    slf: Bound<'py, PyTensor>,
    op: &'static str,
    view: impl FnOnce(&Tensor) -> Result<Tensor> + Send,
) -> PyResult<Bound<'py, PyTensor>> {
    let t = &slf.get().0;
    let new = call(slf.py(), 0, || {
        let recording = autograd::is_grad_enabled();
        if !t.is_requires_grad() {
            let _guard = enable_grad();
            return view(t);
        }
        if t.is_leaf() == recording {
            return Err(Error::autograd(
                op,
                match recording {
                    true => {
                        "a leaf tensor that requires a gradient can't be changed in place; use the out-of-place operation"
                    }
                    false => {
                        "a result of a recorded operation can't be changed under no_grad; use the out-of-place operation"
                    }
                },
            ));
        }
        let new = view(t)?;
        if !recording {
            let new = new.detach();
            new.set_requires_grad(true)?;
            return Ok(new);
        }
        Ok(new)
    })?;
    slf.get().become_(new);
    Ok(slf)
}

/// Refuses to give a tensor other elements that gradients flow to.
fn unrecorded(op: &'static str, t: &Tensor) -> PyResult<()> {
    match t.is_requires_grad() && (autograd::is_grad_enabled() || !t.is_leaf()) {
        true => Err(PyRuntimeError::new_err(format!(
            "{op}: a tensor that requires a gradient can't change its elements for others; detach() it first"
        ))),
        false => Ok(()),
    }
}

/// The elements of `t`'s buffer in the shape `to`, row-major from where `t` starts; a larger buffer if need be.
fn resized(t: &Tensor, to: &Shape, alone: bool) -> Result<Tensor> {
    const OP: &str = "resize_";
    let (offset, size) = (t.layout().offset(), t.dtype().size());
    let held = t.storage().bytes() / size;
    let needed = offset.saturating_add(to.numel());
    let t = t.detach();
    if to.numel() == 0 || needed <= held {
        return Ok(t.as_strided(to.dims(), &to.strides(), offset)?.detach());
    }
    if !alone || t.storage().is_foreign() {
        return Err(Error::new(
            neurarust_core::ErrorKind::Autograd,
            OP,
            format!(
                "{needed} elements don't fit a buffer of {held} that others share; clone() first"
            ),
        ));
    }
    let buffer = Tensor::zeros(([needed], t.dtype()))?;
    if held > 0 {
        let old = t.as_strided(&[held], &[1], 0)?;
        buffer.narrow(0, 0, held)?.copy_(&old)?;
    }
    Ok(buffer
        .as_strided(to.dims(), &to.strides(), offset)?
        .detach())
}

#[pymethods]
impl PyTensor {
    /// Two dimensions swapped, in place.
    fn transpose_(slf: Bound<'_, Self>, dim0: i64, dim1: i64) -> PyResult<Bound<'_, Self>> {
        viewed(slf, "transpose_", |t| t.transpose(dim0, dim1))
    }
    /// Two dimensions swapped, in place.
    fn swapaxes_(slf: Bound<'_, Self>, axis0: i64, axis1: i64) -> PyResult<Bound<'_, Self>> {
        viewed(slf, "swapaxes_", |t| t.transpose(axis0, axis1))
    }
    /// Two dimensions swapped, in place.
    fn swapdims_(slf: Bound<'_, Self>, dim0: i64, dim1: i64) -> PyResult<Bound<'_, Self>> {
        viewed(slf, "swapdims_", |t| t.transpose(dim0, dim1))
    }
    /// A matrix transposed, in place.
    fn t_(slf: Bound<'_, Self>) -> PyResult<Bound<'_, Self>> {
        viewed(slf, "t_", Tensor::t)
    }
    /// Without the dimensions of size 1, or without those of them that are named, in place.
    #[pyo3(signature = (dim=None))]
    fn squeeze_(slf: Bound<'_, Self>, dim: Option<IntList>) -> PyResult<Bound<'_, Self>> {
        viewed(slf, "squeeze_", |t| match dim {
            Some(dim) if dim.0.is_empty() => t.view(t.shape()),
            Some(dim) => t.squeeze(&dim.0),
            None => t.squeeze(&[]),
        })
    }
    /// With a new dimension of size 1 before `dim`, in place.
    fn unsqueeze_(slf: Bound<'_, Self>, dim: i64) -> PyResult<Bound<'_, Self>> {
        viewed(slf, "unsqueeze_", |t| t.unsqueeze(dim))
    }
    /// Any strides over the same buffer, in place.
    #[pyo3(signature = (size, stride, storage_offset=None))]
    fn as_strided_(
        slf: Bound<'_, Self>,
        size: IntList,
        stride: IntList,
        storage_offset: Option<usize>,
    ) -> PyResult<Bound<'_, Self>> {
        let size = shape("as_strided_", &size.0)?;
        if let Some(bad) = stride.0.iter().find(|s| **s < 0) {
            return Err(PyRuntimeError::new_err(format!(
                "as_strided_: strides can't be negative, got {bad}"
            )));
        }
        let stride: Vec<isize> = stride.0.iter().map(|&s| s as isize).collect();
        viewed(slf, "as_strided_", |t| {
            t.as_strided(
                &size,
                &stride,
                storage_offset.unwrap_or(t.layout().offset()),
            )
        })
    }
    /// Other sizes over the same buffer, row-major; the buffer grows if need be.
    #[pyo3(signature = (*sizes, memory_format=None))]
    fn resize_<'py>(
        slf: Bound<'py, Self>,
        sizes: &Bound<'py, PyTuple>,
        memory_format: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, Self>> {
        let _ = memory_format;
        let to = shape("resize_", &self::sizes(sizes)?)?;
        resize(slf, to)
    }
    /// The sizes of `the_template` over the same buffer, row-major; the buffer grows if need be.
    #[pyo3(signature = (the_template, *, memory_format=None))]
    fn resize_as_<'py>(
        slf: Bound<'py, Self>,
        the_template: TensorArg<'_>,
        memory_format: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, Self>> {
        let _ = memory_format;
        let to = the_template.0.dims().to_vec();
        resize(slf, to)
    }
    /// Looks at the elements of `source` from now on, or at none.
    #[pyo3(signature = (source=None, storage_offset=0, size=None, stride=None))]
    fn set_<'py>(
        slf: Bound<'py, Self>,
        source: Option<&Bound<'py, PyAny>>,
        storage_offset: usize,
        size: Option<IntList>,
        stride: Option<IntList>,
    ) -> PyResult<Bound<'py, Self>> {
        let (py, t) = (slf.py(), &slf.get().0);
        let new = match source {
            None => call(py, 0, || Tensor::zeros(([0usize], t.dtype())))?,
            Some(source) => match source.cast::<PyTensor>() {
                Ok(source) => source.get().0.detach(),
                Err(_) => {
                    return Err(PyNotImplementedError::new_err(
                        "set_: storages are no objects here; pass a tensor",
                    ));
                }
            },
        };
        if new.dtype() != t.dtype() {
            return Err(PyRuntimeError::new_err(format!(
                "set_: a {} source for a {} tensor",
                new.dtype(),
                t.dtype()
            )));
        }
        unrecorded("set_", t)?;
        let new = match size {
            None => new,
            Some(size) => {
                let size = shape("set_", &size.0)?;
                call(py, 0, || {
                    let size = Shape::new(&size)?;
                    let stride = match stride {
                        Some(s) => s.0.iter().map(|&s| s as isize).collect(),
                        None => size.strides().to_vec(),
                    };
                    Ok(new
                        .as_strided(size.dims(), &stride, storage_offset)?
                        .detach())
                })?
            }
        };
        let on = t.is_requires_grad();
        call(py, 0, || new.set_requires_grad(on))?;
        slf.get().become_(new);
        Ok(slf)
    }
    /// Whether some elements share memory, so that writing would be refused.
    fn _overlaps(&self) -> bool {
        self.0.layout().may_overlap()
    }
}

fn resize(slf: Bound<'_, PyTensor>, to: Vec<usize>) -> PyResult<Bound<'_, PyTensor>> {
    let t = &slf.get().0;
    if t.dims() == to {
        return Ok(slf);
    }
    unrecorded("resize_", t)?;
    let alone = slf.get().is_alone();
    let on = t.is_requires_grad();
    let new = call(slf.py(), 0, || {
        let _guard = no_grad();
        let new = resized(t, &Shape::new(&to)?, alone)?;
        new.set_requires_grad(on)?;
        Ok(new)
    })?;
    slf.get().become_(new);
    Ok(slf)
}
