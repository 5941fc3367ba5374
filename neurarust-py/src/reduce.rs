//! Reductions and scans: `sum(dim, keepdim)` and its kin, with PyTorch's `dim`/`axis` and `keepdim`/`keepdims`.

use crate::convert::{IntList, Scalar};
use crate::dtype::DTypeArg;
use crate::error::call;
use crate::tensor::PyTensor;
use neurarust_core::{DType, Result, Tensor};
use pyo3::exceptions::{PyRuntimeError, PyTypeError};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyType;

/// The dimensions of a reduction; empty means all of them.
struct Over {
    dims: smallvec::SmallVec<[i64; 6]>,
    keep: bool,
}

fn over(
    dim: Option<IntList>,
    axis: Option<IntList>,
    keepdim: bool,
    keepdims: Option<bool>,
) -> Over {
    Over {
        dims: dim.or(axis).map(|d| d.0).unwrap_or_default(),
        keep: keepdims.unwrap_or(keepdim),
    }
}

fn run(
    t: &PyTensor,
    py: Python<'_>,
    f: impl FnOnce(&Tensor) -> Result<Tensor> + Send,
) -> PyResult<PyTensor> {
    call(py, t.0.numel(), || f(&t.0)).map(PyTensor)
}

/// As [`run`], for two results.
fn run_two(
    t: &PyTensor,
    py: Python<'_>,
    f: impl FnOnce(&Tensor) -> Result<(Tensor, Tensor)> + Send,
) -> PyResult<(PyTensor, PyTensor)> {
    let (a, b) = call(py, t.0.numel(), || f(&t.0))?;
    Ok((PyTensor(a), PyTensor(b)))
}

/// The named tuple that PyTorch answers: `(values, indices)`.
pub fn pair<'py>(
    py: Python<'py>,
    name: &'static str,
    (values, indices): (Tensor, Tensor),
) -> PyResult<Bound<'py, PyAny>> {
    static CLASSES: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let classes = CLASSES.get_or_try_init(py, || {
        Ok::<_, PyErr>(
            py.import("neurarust._size")?
                .getattr("pair_class")?
                .unbind(),
        )
    })?;
    let class = classes.bind(py).call1((name,))?.cast_into::<PyType>()?;
    class.call1((PyTensor(values), PyTensor(indices)))
}

macro_rules! over_dims {
    ($($(#[$doc:meta])* $name:ident => |$t:ident, $dims:ident, $keep:ident| $body:expr;)*) => {
        #[pymethods]
        impl PyTensor {
            $(
                $(#[$doc])*
                #[pyo3(signature = (dim=None, keepdim=false, *, dtype=None, axis=None, keepdims=None))]
                fn $name(
                    &self, py: Python<'_>, dim: Option<IntList>, keepdim: bool, dtype: Option<DTypeArg>, axis: Option<IntList>, keepdims: Option<bool>,
                ) -> PyResult<PyTensor> {
                    let over = over(dim, axis, keepdim, keepdims);
                    run(self, py, |t| {
                        let converted = dtype.map(|d| t.to_dtype(d.0)).transpose()?;
                        let $t = converted.as_ref().unwrap_or(t);
                        let ($dims, $keep) = (&over.dims[..], over.keep);
                        $body
                    })
                }
            )*
        }
    };
}
over_dims! {
    /// Sum over `dim`, a dimension or several, or of everything.
    ///
    /// Reduced dimensions disappear, or stay with size 1 if `keepdim`. Integers and bools are summed as int64; `dtype` converts
    /// before summing. `axis` and `keepdims` are NumPy's names for `dim` and `keepdim`.
    ///
    ///     >>> torch.ones(2, 3).sum(dim=1)
    ///     tensor([3., 3.])
    sum => |t, dims, keep| t.sum_dims(dims, keep);
    /// Mean over `dim`, a dimension or several, or of everything.
    ///
    /// Reduced dimensions disappear, or stay with size 1 if `keepdim`. Integers need a floating-point `dtype`.
    ///
    ///     >>> torch.tensor([[1.0, 3.0], [5.0, 7.0]]).mean(dim=0)
    ///     tensor([3., 5.])
    mean => |t, dims, keep| t.mean_dims(dims, keep);
    /// Product over `dim`, or of everything. Integers and bools are multiplied as int64.
    prod => |t, dims, keep| t.prod_dims(dims, keep);
    /// Sum over `dim`, NaN counting as 0.
    nansum => |t, dims, keep| t.nansum(dims, keep);
    /// Mean over `dim`, NaN left out.
    nanmean => |t, dims, keep| t.nanmean(dims, keep);
    /// Smallest elements over `dim`; the gradient is shared evenly by equals.
    amin => |t, dims, keep| t.amin(dims, keep);
    /// Largest elements over `dim`; the gradient is shared evenly by equals.
    amax => |t, dims, keep| t.amax(dims, keep);
    /// Whether all elements over `dim` are true.
    all => |t, dims, keep| t.all_dims(dims, keep);
    /// Whether any element over `dim` is true.
    any => |t, dims, keep| t.any_dims(dims, keep);
    /// `ln Σ eˣ` over `dim`.
    logsumexp => |t, dims, keep| match t.dtype().is_differentiable() {
        true => t.logsumexp(dims, keep),
        false => t.to_dtype(DType::F32)?.logsumexp(dims, keep),
    };
    /// How many elements over `dim` aren't 0.
    count_nonzero => |t, dims, keep| t.count_nonzero_dims(dims, keep);
}

macro_rules! extreme {
    ($($(#[$doc:meta])* $name:ident $over:ident $other:ident;)*) => {
        #[pymethods]
        impl PyTensor {
            $(
                $(#[$doc])*
                ///
                /// Without `dim`: of everything. With `dim`: `(values, indices)` along it. With a tensor: element by element.
                #[pyo3(signature = (dim=None, keepdim=false, *, axis=None, other=None))]
                fn $name<'py>(
                    &self, py: Python<'py>, dim: Option<Bound<'py, PyAny>>, keepdim: bool, axis: Option<i64>, other: Option<Bound<'py, PyTensor>>,
                ) -> PyResult<Bound<'py, PyAny>> {
                    let tensor = match &dim {
                        Some(d) if d.cast::<PyTensor>().is_ok() => Some(d.cast::<PyTensor>()?.get().0.clone()),
                        _ => other.map(|o| o.get().0.clone()),
                    };
                    if let Some(b) = tensor {
                        return Ok(Bound::new(py, run(self, py, |t| t.$other(&b))?)?.into_any());
                    }
                    let dim = dim.map(|d| crate::convert::int(&d)).transpose()?.or(axis);
                    match dim {
                        Some(dim) => pair(py, stringify!($name), call(py, self.0.numel(), || self.0.$over(dim, keepdim))?),
                        None => Ok(Bound::new(py, run(self, py, |t| t.$name())?)?.into_any()),
                    }
                }
            )*
        }
    };
}
extreme! {
    /// The smallest elements.
    min min_dim minimum;
    /// The largest elements.
    max max_dim maximum;
}

/// How many elements less than `n` a variance divides by.
fn correction(unbiased: Option<bool>, correction: Option<Scalar>) -> f64 {
    match (correction, unbiased) {
        (Some(c), _) => c.0.f64(),
        (None, Some(false)) => 0.0,
        _ => 1.0,
    }
}

/// `var(dim, …)` or the older `var(unbiased, …)`.
fn split_bool(
    dim: Option<Bound<'_, PyAny>>,
    unbiased: Option<bool>,
) -> PyResult<(Option<IntList>, Option<bool>)> {
    match dim {
        Some(d) if d.cast::<pyo3::types::PyBool>().is_ok() => Ok((None, Some(d.is_truthy()?))),
        Some(d) if !d.is_none() => Ok((Some(d.extract()?), unbiased)),
        _ => Ok((None, unbiased)),
    }
}

macro_rules! moments {
    ($($(#[$doc:meta])* $name:ident $over:ident $run:ident => $answer:ty;)*) => {
        #[pymethods]
        impl PyTensor {
            $(
                $(#[$doc])*
                #[pyo3(signature = (dim=None, unbiased=None, keepdim=false, *, correction=None, axis=None, keepdims=None))]
                #[allow(clippy::too_many_arguments)]
                fn $name(
                    &self, py: Python<'_>, dim: Option<Bound<'_, PyAny>>, unbiased: Option<bool>, keepdim: bool, correction: Option<Scalar>,
                    axis: Option<IntList>, keepdims: Option<bool>,
                ) -> PyResult<$answer> {
                    let (dim, unbiased) = split_bool(dim, unbiased)?;
                    let less = self::correction(unbiased, correction);
                    let over = over(dim, axis, keepdim, keepdims);
                    $run(self, py, |t| t.$over(&over.dims, over.keep, less))
                }
            )*
        }
    };
}
moments! {
    /// Variance over `dim`, dividing by `n - correction`.
    var var_dims run => PyTensor;
    /// Standard deviation over `dim`, dividing by `n - correction`.
    std std_dims run => PyTensor;
    /// Variance and mean over `dim`.
    var_mean var_mean run_two => (PyTensor, PyTensor);
    /// Standard deviation and mean over `dim`.
    std_mean std_mean run_two => (PyTensor, PyTensor);
}

fn order(p: Option<&Bound<'_, PyAny>>) -> PyResult<f64> {
    match p {
        None => Ok(2.0),
        Some(p) => match p.extract::<std::borrow::Cow<'_, str>>() {
            Ok(name) if name == "fro" => Ok(2.0),
            Ok(name) if name == "inf" => Ok(f64::INFINITY),
            Ok(name) => Err(PyRuntimeError::new_err(format!(
                "norm: unknown kind {name:?}"
            ))),
            Err(_) => Ok(p.extract::<Scalar>()?.0.f64()),
        },
    }
}

#[pymethods]
impl PyTensor {
    /// Index of the largest element, along `dim` or in the flattened tensor.
    ///
    /// Of several equals, the first. Answers int64; the dimension disappears unless `keepdim`.
    ///
    ///     >>> torch.tensor([[1, 5], [7, 2]]).argmax(dim=1).tolist()
    ///     [1, 0]
    #[pyo3(signature = (dim=None, keepdim=false, *, axis=None))]
    fn argmax(
        &self,
        py: Python<'_>,
        dim: Option<i64>,
        keepdim: bool,
        axis: Option<i64>,
    ) -> PyResult<PyTensor> {
        run(self, py, |t| t.argmax(dim.or(axis), keepdim))
    }
    /// Index of the smallest element, along `dim` or in the flattened tensor.
    #[pyo3(signature = (dim=None, keepdim=false, *, axis=None))]
    fn argmin(
        &self,
        py: Python<'_>,
        dim: Option<i64>,
        keepdim: bool,
        axis: Option<i64>,
    ) -> PyResult<PyTensor> {
        run(self, py, |t| t.argmin(dim.or(axis), keepdim))
    }
    /// Smallest and largest elements, along `dim` or of everything.
    #[pyo3(signature = (*, dim=None, keepdim=false))]
    fn aminmax<'py>(
        &self,
        py: Python<'py>,
        dim: Option<i64>,
        keepdim: bool,
    ) -> PyResult<Bound<'py, PyAny>> {
        let dims: Vec<i64> = dim.into_iter().collect();
        let (low, high) = call(py, self.0.numel(), || {
            Ok((self.0.amin(&dims, keepdim)?, self.0.amax(&dims, keepdim)?))
        })?;
        py.import("neurarust._size")?
            .getattr("aminmax_class")?
            .call1((PyTensor(low), PyTensor(high)))
    }
    /// The `p`-norm over `dim`, or of everything.
    #[pyo3(signature = (p=None, dim=None, keepdim=false, dtype=None))]
    fn norm(
        &self,
        py: Python<'_>,
        p: Option<Bound<'_, PyAny>>,
        dim: Option<IntList>,
        keepdim: bool,
        dtype: Option<DTypeArg>,
    ) -> PyResult<PyTensor> {
        if let Some(name) = &p
            && name
                .extract::<std::borrow::Cow<'_, str>>()
                .is_ok_and(|n| n == "nuc")
        {
            let dims = match &dim {
                Some(dim) => dim.0.to_vec(),
                None => (0..self.0.rank() as i64).collect(),
            };
            let [a, b] = dims[..] else {
                return Err(PyRuntimeError::new_err(format!(
                    "norm: the nuclear norm is of two dimensions, got {dims:?}"
                )));
            };
            return run(self, py, |t| {
                let converted = dtype.map(|d| t.to_dtype(d.0)).transpose()?;
                let t = converted.as_ref().unwrap_or(t);
                t.matrix_norm(
                    neurarust_core::ops::linalg::MatrixNorm::Nuclear,
                    [a, b],
                    keepdim,
                )
            });
        }
        let p = order(p.as_ref())?;
        let over = over(dim, None, keepdim, None);
        run(self, py, |t| {
            let t = match dtype {
                Some(d) => t.to_dtype(d.0)?,
                None => t.clone(),
            };
            t.norm_dims(p, &over.dims, over.keep)
        })
    }
    /// Sums of the elements up to each one along `dim`.
    #[pyo3(signature = (dim, *, dtype=None))]
    fn cumsum(&self, py: Python<'_>, dim: i64, dtype: Option<DTypeArg>) -> PyResult<PyTensor> {
        run(self, py, |t| match dtype {
            Some(d) => t.to_dtype(d.0)?.cumsum(dim),
            None => t.cumsum(dim),
        })
    }
    /// Products of the elements up to each one along `dim`.
    #[pyo3(signature = (dim, *, dtype=None))]
    fn cumprod(&self, py: Python<'_>, dim: i64, dtype: Option<DTypeArg>) -> PyResult<PyTensor> {
        run(self, py, |t| match dtype {
            Some(d) => t.to_dtype(d.0)?.cumprod(dim),
            None => t.cumprod(dim),
        })
    }
    /// `eˣ / Σ eˣ` along `dim`.
    #[pyo3(signature = (dim=None, dtype=None))]
    fn softmax(
        &self,
        py: Python<'_>,
        dim: Option<i64>,
        dtype: Option<DTypeArg>,
    ) -> PyResult<PyTensor> {
        let dim = dim.ok_or_else(|| PyTypeError::new_err("softmax: missing argument 'dim'"))?;
        run(self, py, |t| match dtype {
            Some(d) => t.to_dtype(d.0)?.softmax(dim),
            None => t.softmax(dim),
        })
    }
    /// The logarithm of the softmax along `dim`.
    #[pyo3(signature = (dim=None, dtype=None))]
    fn log_softmax(
        &self,
        py: Python<'_>,
        dim: Option<i64>,
        dtype: Option<DTypeArg>,
    ) -> PyResult<PyTensor> {
        let dim = dim.ok_or_else(|| PyTypeError::new_err("log_softmax: missing argument 'dim'"))?;
        run(self, py, |t| match dtype {
            Some(d) => t.to_dtype(d.0)?.log_softmax(dim),
            None => t.log_softmax(dim),
        })
    }
}
