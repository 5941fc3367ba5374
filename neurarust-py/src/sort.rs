//! Order: sorting, the largest, the middle, the distinct, where a value belongs.

use crate::convert::{TensorArg, expect_operand};
use crate::error::call;
use crate::reduce::pair;
use crate::tensor::PyTensor;
use neurarust_core::{DType, Tensor};
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;

fn count(op: &'static str, k: i64) -> PyResult<usize> {
    usize::try_from(k)
        .map_err(|_| PyRuntimeError::new_err(format!("{op}: k = {k} is out of range")))
}

#[pymethods]
impl PyTensor {
    /// The elements in order along `dim`, and where they were; equals keep their order.
    #[pyo3(signature = (dim=-1, descending=false, *, stable=false), text_signature = "($self, dim=-1, descending=False, *, stable=False)")]
    fn sort<'py>(
        &self,
        py: Python<'py>,
        dim: i64,
        descending: bool,
        stable: bool,
    ) -> PyResult<Bound<'py, PyAny>> {
        let _ = stable;
        pair(
            py,
            "sort",
            call(py, self.0.numel(), || self.0.sort(dim, descending))?,
        )
    }
    /// Where the elements are, in their order along `dim`.
    #[pyo3(signature = (dim=-1, descending=false, *, stable=false), text_signature = "($self, dim=-1, descending=False, *, stable=False)")]
    fn argsort(
        &self,
        py: Python<'_>,
        dim: i64,
        descending: bool,
        stable: bool,
    ) -> PyResult<PyTensor> {
        let _ = stable;
        call(py, self.0.numel(), || self.0.argsort(dim, descending)).map(PyTensor)
    }
    /// The elements in order along the first dimension.
    fn msort(&self, py: Python<'_>) -> PyResult<PyTensor> {
        call(py, self.0.numel(), || self.0.msort()).map(PyTensor)
    }
    /// The `k` largest (or smallest) elements along `dim`, in order, and where they are.
    #[pyo3(signature = (k, dim=-1, largest=true, sorted=true), text_signature = "($self, k, dim=-1, largest=True, sorted=True)")]
    fn topk<'py>(
        &self,
        py: Python<'py>,
        k: i64,
        dim: i64,
        largest: bool,
        sorted: bool,
    ) -> PyResult<Bound<'py, PyAny>> {
        let k = count("topk", k)?;
        pair(
            py,
            "topk",
            call(py, self.0.numel(), || self.0.topk(k, dim, largest, sorted))?,
        )
    }
    /// The `k`-th smallest elements along `dim`, counted from 1, and where they are.
    #[pyo3(signature = (k, dim=-1, keepdim=false), text_signature = "($self, k, dim=-1, keepdim=False)")]
    fn kthvalue<'py>(
        &self,
        py: Python<'py>,
        k: i64,
        dim: i64,
        keepdim: bool,
    ) -> PyResult<Bound<'py, PyAny>> {
        let k = count("kthvalue", k)?;
        pair(
            py,
            "kthvalue",
            call(py, self.0.numel(), || self.0.kthvalue(k, dim, keepdim))?,
        )
    }
    /// The lower middle element: of everything, or along `dim` with where it is.
    #[pyo3(signature = (dim=None, keepdim=false))]
    fn median<'py>(
        &self,
        py: Python<'py>,
        dim: Option<i64>,
        keepdim: bool,
    ) -> PyResult<Bound<'py, PyAny>> {
        match dim {
            Some(dim) => pair(
                py,
                "median",
                call(py, self.0.numel(), || self.0.median_dim(dim, keepdim))?,
            ),
            None => {
                let out = call(py, self.0.numel(), || self.0.median())?;
                Ok(Bound::new(py, PyTensor(out))?.into_any())
            }
        }
    }
    /// The distinct elements in order; where each element went and how often it came, if asked.
    #[pyo3(signature = (sorted=true, return_inverse=false, return_counts=false, dim=None))]
    fn unique<'py>(
        &self,
        py: Python<'py>,
        sorted: bool,
        return_inverse: bool,
        return_counts: bool,
        dim: Option<i64>,
    ) -> PyResult<Bound<'py, PyAny>> {
        // Always sorted.
        let _ = sorted;
        let found = call(py, self.0.numel(), || match dim {
            Some(dim) => self.0.unique_dim(dim),
            None => self.0.unique(),
        })?;
        crate::statistics::unique_parts(py, found, return_inverse, return_counts)
    }
}

/// Which end of equals: `right=` and `side=` have to agree.
fn right_side(op: &str, right: bool, side: Option<&str>) -> PyResult<bool> {
    match side {
        None => Ok(right),
        Some("right") => Ok(true),
        Some("left") if !right => Ok(false),
        Some(side) => Err(PyRuntimeError::new_err(format!(
            "{op}: side is 'left' or 'right' and can't contradict right, got {side:?} with right={right}"
        ))),
    }
}

/// The places as 32-bit integers, if asked for.
fn narrowed(out: Tensor, out_int32: bool) -> neurarust_core::Result<Tensor> {
    match out_int32 {
        true => out.to_dtype(DType::I32),
        false => Ok(out),
    }
}

/// Where each of `input` belongs in `sorted_sequence`.
#[pyfunction]
#[pyo3(signature = (sorted_sequence, input, *, out_int32=false, right=false, side=None, sorter=None))]
fn searchsorted(
    sorted_sequence: TensorArg<'_>,
    input: &Bound<'_, PyAny>,
    out_int32: bool,
    right: bool,
    side: Option<&str>,
    sorter: Option<TensorArg<'_>>,
) -> PyResult<PyTensor> {
    const OP: &str = "searchsorted";
    let held = expect_operand(input, OP, "input")?;
    let right = right_side(OP, right, side)?;
    let (sequence, sorter) = (sorted_sequence.0, sorter.map(|s| s.0));
    call(input.py(), held.numel(), || {
        let sorted = match sorter {
            Some(order) => sequence.in_order_of(order)?,
            None => sequence.clone(),
        };
        narrowed(sorted.searchsorted(&held, right)?, out_int32)
    })
    .map(PyTensor)
}

/// Which of the intervals between `boundaries` each element is in.
#[pyfunction]
#[pyo3(signature = (input, boundaries, *, out_int32=false, right=false))]
fn bucketize(
    input: &Bound<'_, PyAny>,
    boundaries: TensorArg<'_>,
    out_int32: bool,
    right: bool,
) -> PyResult<PyTensor> {
    let held = expect_operand(input, "bucketize", "input")?;
    let boundaries = boundaries.0;
    call(input.py(), held.numel(), || {
        narrowed(held.bucketize(boundaries, right)?, out_int32)
    })
    .map(PyTensor)
}

pub fn register(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add_function(wrap_pyfunction!(searchsorted, m)?)?;
    m.add_function(wrap_pyfunction!(bucketize, m)?)
}
