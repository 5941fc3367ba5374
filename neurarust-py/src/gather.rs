//! Picking and placing elements by number, and joining tensors.

use crate::convert::{IntList, Scalar, TensorArg, expect_operand, shape, sizes, tensors};
use crate::error::call;
use crate::tensor::PyTensor;
use crate::views::tuple;
use neurarust_core::ops::Border;
use neurarust_core::{Reduce, Result, Tensor};
use pyo3::exceptions::{PyRuntimeError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::PyTuple;

pub fn run(
    t: &PyTensor,
    py: Python<'_>,
    f: impl FnOnce(&Tensor) -> Result<Tensor> + Send,
) -> PyResult<PyTensor> {
    call(py, t.0.numel(), || f(&t.0)).map(PyTensor)
}

pub fn overwrite<'py>(
    slf: Bound<'py, PyTensor>,
    f: impl FnOnce(&Tensor) -> Result<()> + Send,
) -> PyResult<Bound<'py, PyTensor>> {
    let t = &slf.get().0;
    call(slf.py(), t.numel(), || f(t))?;
    Ok(slf)
}

/// What `scatter` places: a tensor, or one number.
enum Source {
    Tensor(Tensor),
    Number(f64),
}

impl Source {
    /// As a tensor of the index's shape.
    fn tensor(&self, target: &Tensor, index: &Tensor) -> Result<Tensor> {
        match self {
            Source::Tensor(t) => Ok(t.clone()),
            Source::Number(x) => Tensor::full(((), target.dtype()), *x)?.expand(index.shape()),
        }
    }
}

/// What `scatter(reduce=)` means.
fn combined(reduce: Option<&str>) -> PyResult<Option<Reduce>> {
    match reduce {
        None => Ok(None),
        Some("add") => Ok(Some(Reduce::Sum)),
        Some("multiply") => Ok(Some(Reduce::Prod)),
        Some(name) => Err(PyRuntimeError::new_err(format!(
            "scatter: reduce must be 'add' or 'multiply', got {name:?}; scatter_reduce has others"
        ))),
    }
}

fn placed(src: Option<&Bound<'_, PyAny>>, value: Option<Scalar>) -> PyResult<Source> {
    match (src, value) {
        (Some(s), _) => match s.cast::<PyTensor>() {
            Ok(t) => Ok(Source::Tensor(t.get().0.clone())),
            Err(_) => Ok(Source::Number(s.extract::<Scalar>()?.0.f64())),
        },
        (None, Some(v)) => Ok(Source::Number(v.0.f64())),
        (None, None) => Err(PyTypeError::new_err("scatter: missing argument 'src'")),
    }
}

#[pymethods]
impl PyTensor {
    /// Elements by number along `dim`: `out[i][j] = self[index[i][j]][j]` for `dim=0`.
    ///
    /// `index`, of integers, has as many dimensions as this tensor and the shape of the result; negative numbers are refused.
    ///
    ///     >>> torch.tensor([[1, 2], [3, 4]]).gather(1, torch.tensor([[1], [0]])).tolist()
    ///     [[2], [3]]
    #[pyo3(signature = (dim, index, *, sparse_grad=false))]
    fn gather(
        &self,
        py: Python<'_>,
        dim: i64,
        index: TensorArg<'_>,
        sparse_grad: bool,
    ) -> PyResult<PyTensor> {
        let _ = sparse_grad;
        run(self, py, |t| t.gather(dim, index.0))
    }
    /// `src` (a tensor or a number) written, or by `reduce` ('add', 'multiply') combined, at `index` along `dim`.
    #[pyo3(signature = (dim, index, src=None, *, value=None, reduce=None))]
    fn scatter(
        &self,
        py: Python<'_>,
        dim: i64,
        index: TensorArg<'_>,
        src: Option<&Bound<'_, PyAny>>,
        value: Option<Scalar>,
        reduce: Option<&str>,
    ) -> PyResult<PyTensor> {
        let (source, reduce) = (placed(src, value)?, combined(reduce)?);
        run(self, py, |t| match (&source, reduce) {
            (source, Some(how)) => {
                t.scatter_reduce(dim, index.0, &source.tensor(t, index.0)?, how, true)
            }
            (Source::Tensor(s), None) => t.scatter(dim, index.0, s),
            (Source::Number(x), None) => t.scatter_value(dim, index.0, *x),
        })
    }
    /// `src` (a tensor or a number) written, or by `reduce` ('add', 'multiply') combined, at `index` along `dim`, in place.
    #[pyo3(signature = (dim, index, src=None, *, value=None, reduce=None))]
    fn scatter_<'py>(
        slf: Bound<'py, Self>,
        dim: i64,
        index: TensorArg<'_>,
        src: Option<&Bound<'py, PyAny>>,
        value: Option<Scalar>,
        reduce: Option<&str>,
    ) -> PyResult<Bound<'py, Self>> {
        let (source, reduce) = (placed(src, value)?, combined(reduce)?);
        overwrite(slf, |t| match (&source, reduce) {
            (source, Some(how)) => {
                let src = source.tensor(t, index.0)?;
                t.copy_(&t.scatter_reduce(dim, index.0, &src, how, true)?)
                    .map(|_| ())
            }
            (Source::Tensor(s), None) => t.scatter_(dim, index.0, s).map(|_| ()),
            (Source::Number(x), None) => t.scatter_value_(dim, index.0, *x).map(|_| ()),
        })
    }
    /// `src` added at `index` along `dim`.
    fn scatter_add(
        &self,
        py: Python<'_>,
        dim: i64,
        index: TensorArg<'_>,
        src: TensorArg<'_>,
    ) -> PyResult<PyTensor> {
        run(self, py, |t| t.scatter_add(dim, index.0, src.0))
    }
    /// `src` added at `index` along `dim`, in place.
    fn scatter_add_<'py>(
        slf: Bound<'py, Self>,
        dim: i64,
        index: TensorArg<'_>,
        src: TensorArg<'_>,
    ) -> PyResult<Bound<'py, Self>> {
        overwrite(slf, |t| t.scatter_add_(dim, index.0, src.0).map(|_| ()))
    }
    /// The slices of `dim` that `index` numbers.
    ///
    /// `index` is a vector of integers, in any order, with repetitions.
    ///
    ///     >>> torch.tensor([[1, 2], [3, 4]]).index_select(0, torch.tensor([1, 1])).tolist()
    ///     [[3, 4], [3, 4]]
    fn index_select(&self, py: Python<'_>, dim: i64, index: TensorArg<'_>) -> PyResult<PyTensor> {
        run(self, py, |t| t.index_select(dim, index.0))
    }
    /// `alpha · source` added to the slices of `dim` that `index` numbers.
    #[pyo3(signature = (dim, index, source, *, alpha=None))]
    fn index_add(
        &self,
        py: Python<'_>,
        dim: i64,
        index: TensorArg<'_>,
        source: TensorArg<'_>,
        alpha: Option<Scalar>,
    ) -> PyResult<PyTensor> {
        run(self, py, |t| {
            t.index_add(dim, index.0, &times(source.0, alpha)?)
        })
    }
    /// `alpha · source` added to the slices of `dim` that `index` numbers, in place.
    #[pyo3(signature = (dim, index, source, *, alpha=None))]
    fn index_add_<'py>(
        slf: Bound<'py, Self>,
        dim: i64,
        index: TensorArg<'_>,
        source: TensorArg<'_>,
        alpha: Option<Scalar>,
    ) -> PyResult<Bound<'py, Self>> {
        overwrite(slf, |t| {
            t.index_add_(dim, index.0, &times(source.0, alpha)?)
                .map(|_| ())
        })
    }
    /// `source` written to the slices of `dim` that `index` numbers.
    fn index_copy(
        &self,
        py: Python<'_>,
        dim: i64,
        index: TensorArg<'_>,
        source: TensorArg<'_>,
    ) -> PyResult<PyTensor> {
        run(self, py, |t| t.index_copy(dim, index.0, source.0))
    }
    /// `source` written to the slices of `dim` that `index` numbers, in place.
    fn index_copy_<'py>(
        slf: Bound<'py, Self>,
        dim: i64,
        index: TensorArg<'_>,
        source: TensorArg<'_>,
    ) -> PyResult<Bound<'py, Self>> {
        overwrite(slf, |t| t.index_copy_(dim, index.0, source.0).map(|_| ()))
    }
    /// `value` written to the slices of `dim` that `index` numbers.
    fn index_fill(
        &self,
        py: Python<'_>,
        dim: i64,
        index: TensorArg<'_>,
        value: &Bound<'_, PyAny>,
    ) -> PyResult<PyTensor> {
        let value = expect_operand(value, "index_fill", "value")?;
        let value: &Tensor = &value;
        run(self, py, |t| t.index_fill(dim, index.0, value))
    }
    /// `value` written to the slices of `dim` that `index` numbers, in place.
    fn index_fill_<'py>(
        slf: Bound<'py, Self>,
        dim: i64,
        index: TensorArg<'_>,
        value: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, Self>> {
        let value = expect_operand(value, "index_fill_", "value")?;
        let value: &Tensor = &value;
        overwrite(slf, |t| t.index_fill_(dim, index.0, value).map(|_| ()))
    }
    /// Elements of the flattened tensor by number.
    fn take(&self, py: Python<'_>, index: TensorArg<'_>) -> PyResult<PyTensor> {
        run(self, py, |t| t.take(index.0))
    }
    /// The elements where `mask` is true, as a vector.
    fn masked_select(&self, py: Python<'_>, mask: TensorArg<'_>) -> PyResult<PyTensor> {
        run(self, py, |t| t.masked_select(mask.0))
    }
    /// The elements of `source`, one after the other, where `mask` is true.
    fn masked_scatter(
        &self,
        py: Python<'_>,
        mask: TensorArg<'_>,
        source: TensorArg<'_>,
    ) -> PyResult<PyTensor> {
        run(self, py, |t| t.masked_scatter(mask.0, source.0))
    }
    /// The elements of `source`, one after the other, where `mask` is true, in place.
    fn masked_scatter_<'py>(
        slf: Bound<'py, Self>,
        mask: TensorArg<'_>,
        source: TensorArg<'_>,
    ) -> PyResult<Bound<'py, Self>> {
        overwrite(slf, |t| t.masked_scatter_(mask.0, source.0).map(|_| ()))
    }
    /// Where elements aren't 0: (n, rank) of indices, or one vector per dimension.
    #[pyo3(signature = (*, as_tuple=false))]
    fn nonzero<'py>(&self, py: Python<'py>, as_tuple: bool) -> PyResult<Bound<'py, PyAny>> {
        match as_tuple {
            true => {
                Ok(tuple(py, call(py, self.0.numel(), || self.0.nonzero_as_tuple())?)?.into_any())
            }
            false => Ok(Bound::new(py, run(self, py, Tensor::nonzero)?)?.into_any()),
        }
    }
    /// The lower triangle, up to `diagonal`, zeros above.
    #[pyo3(signature = (diagonal=0))]
    fn tril(&self, py: Python<'_>, diagonal: i64) -> PyResult<PyTensor> {
        run(self, py, |t| t.tril(diagonal))
    }
    /// The upper triangle, from `diagonal` on, zeros below.
    #[pyo3(signature = (diagonal=0))]
    fn triu(&self, py: Python<'_>, diagonal: i64) -> PyResult<PyTensor> {
        run(self, py, |t| t.triu(diagonal))
    }
    /// The tensor `repeats` times along each dimension.
    #[pyo3(signature = (*repeats))]
    fn repeat(&self, py: Python<'_>, repeats: &Bound<'_, PyTuple>) -> PyResult<PyTensor> {
        let counts = shape("repeat", &sizes(repeats)?)?;
        run(self, py, |t| t.repeat(&counts))
    }
    /// The tensor `dims` times along each dimension; missing leading counts are 1.
    #[pyo3(signature = (*dims))]
    fn tile(&self, py: Python<'_>, dims: &Bound<'_, PyTuple>) -> PyResult<PyTensor> {
        let counts = shape("tile", &sizes(dims)?)?;
        run(self, py, |t| t.tile(&counts))
    }
    /// Elements moved along `dims`, those that leave coming back at the other end.
    #[pyo3(signature = (shifts, dims=None))]
    fn roll(&self, py: Python<'_>, shifts: IntList, dims: Option<IntList>) -> PyResult<PyTensor> {
        if shifts.0.is_empty() {
            return Err(pyo3::exceptions::PyRuntimeError::new_err(
                "roll: shifts is empty; expected one per dimension, or one for the flattened tensor",
            ));
        }
        let dims = dims.map(|d| d.0).unwrap_or_default();
        run(self, py, |t| t.roll(&shifts.0, &dims))
    }
    /// Each slice of `dim` (or each element) `repeats` times.
    #[pyo3(signature = (repeats, dim=None, *, output_size=None))]
    fn repeat_interleave(
        &self,
        py: Python<'_>,
        repeats: &Bound<'_, PyAny>,
        dim: Option<i64>,
        output_size: Option<i64>,
    ) -> PyResult<PyTensor> {
        let _ = output_size;
        if let Ok(counts) = repeats.cast::<PyTensor>() {
            let counts = &counts.get().0;
            return run(self, py, |t| {
                let counts = counts
                    .to_dtype(neurarust_core::DType::I64)?
                    .to_vec::<i64>()?;
                let (t, dim) = match dim {
                    Some(dim) => (t.clone(), dim),
                    None => (t.reshape([-1i64])?, 0),
                };
                let size = t.size(dim)?;
                if counts.iter().any(|c| *c < 0) || (counts.len() != size && counts.len() != 1) {
                    return Err(neurarust_core::Error::value(
                        "repeat_interleave",
                        format!("{} counts for {size} slices", counts.len()),
                    ));
                }
                let each = |i: usize| {
                    counts
                        .get(if counts.len() == 1 { 0 } else { i })
                        .copied()
                        .unwrap_or(0)
                };
                let order: Vec<i64> = (0..size)
                    .flat_map(|i| (0..each(i)).map(move |_| i as i64))
                    .collect();
                let n = order.len();
                t.index_select(dim, &Tensor::from_vec(order, n)?)
            });
        }
        let count = shape("repeat_interleave", &[crate::convert::int(repeats)?])?
            .first()
            .copied()
            .unwrap_or(0);
        run(self, py, |t| t.repeat_interleave(count, dim))
    }
}

fn times(t: &Tensor, alpha: Option<Scalar>) -> Result<Tensor> {
    match alpha {
        Some(a) => t.mul(a.0.f64()),
        None => Ok(t.clone()),
    }
}

/// Tensors to join: a sequence of them, which a tensor by itself is not, as in PyTorch.
fn sequence(obj: &Bound<'_, PyAny>, op: &str) -> PyResult<Vec<Tensor>> {
    if obj.is_instance_of::<PyTensor>() {
        return Err(PyTypeError::new_err(format!(
            "{op}: argument 'tensors' must be a tuple or list of Tensors, got one Tensor; unbind() it first"
        )));
    }
    tensors(obj, op)
}

macro_rules! joins {
    ($($(#[$doc:meta])* $name:ident => |$list:ident| $body:expr;)*) => { $(
        $(#[$doc])*
        #[pyfunction]
        fn $name(py: Python<'_>, tensors: &Bound<'_, PyAny>) -> PyResult<PyTensor> {
            let list = sequence(tensors, stringify!($name))?;
            let $list: Vec<&Tensor> = list.iter().collect();
            call(py, $list.iter().map(|t| t.numel()).sum(), || $body).map(PyTensor)
        }
    )* };
}
joins! {
    /// Tensors put next to each other: vectors end to end, others along dimension 1.
    hstack => |list| Tensor::hstack(&list);
    /// Tensors put below each other.
    vstack => |list| Tensor::vstack(&list);
}

/// Tensors put next to each other along `dim`.
///
/// All other dimensions have the same sizes; dtypes are promoted.
///
///     >>> torch.cat([torch.ones(2, 3), torch.zeros(1, 3)]).shape
///     neurarust.Size([3, 3])
#[pyfunction]
#[pyo3(signature = (tensors, dim=0, *, axis=None))]
fn cat(
    py: Python<'_>,
    tensors: &Bound<'_, PyAny>,
    dim: i64,
    axis: Option<i64>,
) -> PyResult<PyTensor> {
    let list = sequence(tensors, "cat")?;
    let list: Vec<&Tensor> = list.iter().collect();
    call(py, list.iter().map(|t| t.numel()).sum(), || {
        Tensor::cat(&list, axis.unwrap_or(dim))
    })
    .map(PyTensor)
}

/// Tensors of one shape put next to each other along a new dimension.
///
///     >>> torch.stack([torch.ones(3), torch.zeros(3)], dim=1).shape
///     neurarust.Size([3, 2])
#[pyfunction]
#[pyo3(signature = (tensors, dim=0, *, axis=None))]
fn stack(
    py: Python<'_>,
    tensors: &Bound<'_, PyAny>,
    dim: i64,
    axis: Option<i64>,
) -> PyResult<PyTensor> {
    let list = sequence(tensors, "stack")?;
    let list: Vec<&Tensor> = list.iter().collect();
    call(py, list.iter().map(|t| t.numel()).sum(), || {
        Tensor::stack(&list, axis.unwrap_or(dim))
    })
    .map(PyTensor)
}

/// A number around a tensor, sizes given from the last dimension: `(left, right, top, bottom, …)`.
#[pyfunction]
fn _pad_constant(
    py: Python<'_>,
    input: TensorArg<'_>,
    pad: IntList,
    value: f64,
) -> PyResult<PyTensor> {
    call(py, input.0.numel(), || input.0.pad_constant(&pad.0, value)).map(PyTensor)
}

/// A tensor continued beyond its ends with its own elements, as `mode` says; sizes as for `_pad_constant`.
#[pyfunction]
fn _pad_border(
    py: Python<'_>,
    input: TensorArg<'_>,
    pad: IntList,
    mode: &str,
) -> PyResult<PyTensor> {
    call(py, input.0.numel(), || {
        input.0.pad_border(&pad.0, Border::from_name(mode)?)
    })
    .map(PyTensor)
}

/// (…, C · r², H, W) → (…, C, H · r, W · r).
#[pyfunction]
fn _pixel_shuffle(py: Python<'_>, input: TensorArg<'_>, factor: i64) -> PyResult<PyTensor> {
    let r = usize::try_from(factor).unwrap_or(0);
    call(py, input.0.numel(), || input.0.pixel_shuffle(r)).map(PyTensor)
}

/// (…, C, H · r, W · r) → (…, C · r², H, W).
#[pyfunction]
fn _pixel_unshuffle(py: Python<'_>, input: TensorArg<'_>, factor: i64) -> PyResult<PyTensor> {
    let r = usize::try_from(factor).unwrap_or(0);
    call(py, input.0.numel(), || input.0.pixel_unshuffle(r)).map(PyTensor)
}

/// 1 at the class of each element, 0 elsewhere: (…) → (…, num_classes).
#[pyfunction]
#[pyo3(signature = (tensor, num_classes=-1), text_signature = "(tensor, num_classes=-1)")]
fn one_hot(py: Python<'_>, tensor: TensorArg<'_>, num_classes: i64) -> PyResult<PyTensor> {
    let classes = usize::try_from(num_classes).ok();
    call(py, tensor.0.numel(), || tensor.0.one_hot(classes)).map(PyTensor)
}

pub fn register(m: &Bound<'_, PyModule>) -> PyResult<()> {
    for f in [
        wrap_pyfunction!(cat, m)?,
        wrap_pyfunction!(stack, m)?,
        wrap_pyfunction!(hstack, m)?,
        wrap_pyfunction!(vstack, m)?,
        wrap_pyfunction!(_pad_constant, m)?,
        wrap_pyfunction!(_pad_border, m)?,
        wrap_pyfunction!(_pixel_shuffle, m)?,
        wrap_pyfunction!(_pixel_unshuffle, m)?,
        wrap_pyfunction!(one_hot, m)?,
    ] {
        m.add_function(f)?;
    }
    Ok(())
}
