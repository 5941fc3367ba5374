//! Statistics: quantiles, modes, histograms, covariances; what runs along a dimension; derivatives and integrals of
//! samples; pieces of a dimension reduced.

use crate::convert::{IntList, Scalar, TensorArg, expect_operand};
use crate::dtype::DTypeArg;
use crate::error::{call, exception};
use crate::reduce::pair;
use crate::tensor::PyTensor;
use neurarust_core::Tensor;
use neurarust_core::ops::{Bins, Interpolation, SegmentReduce, Spacing, Unique};
use pyo3::exceptions::{PyNotImplementedError, PyRuntimeError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::{PyList, PyTuple};

/// A size that can't be negative.
fn size(op: &'static str, name: &str, n: i64) -> PyResult<usize> {
    usize::try_from(n)
        .map_err(|_| PyRuntimeError::new_err(format!("{op}: {name} can't be negative, got {n}")))
}

/// A named tuple of `neurarust._size`.
fn named<'py>(
    py: Python<'py>,
    class: &str,
    args: impl pyo3::call::PyCallArgs<'py>,
) -> PyResult<Bound<'py, PyAny>> {
    py.import("neurarust._size")?.getattr(class)?.call1(args)
}

/// `q` of a quantile: a number becomes a 0-d tensor of the dtype of `x`.
fn quantile_of(x: &Tensor, q: &Bound<'_, PyAny>, op: &str) -> PyResult<Tensor> {
    let held = expect_operand(q, op, "q")?;
    match q.cast::<PyTensor>() {
        Ok(_) => Ok(held.clone()),
        Err(_) => held.to_dtype(x.dtype()).map_err(|e| exception(q.py(), &e)),
    }
}

/// The answer of `unique` and `unique_consecutive`: one tensor, or a tuple.
pub fn unique_parts<'py>(
    py: Python<'py>,
    found: Unique,
    return_inverse: bool,
    return_counts: bool,
) -> PyResult<Bound<'py, PyAny>> {
    let mut parts = vec![found.values];
    if return_inverse {
        parts.push(found.inverse);
    }
    if return_counts {
        parts.push(found.counts);
    }
    match parts.len() {
        1 => Ok(Bound::new(py, PyTensor(parts.remove(0)))?.into_any()),
        _ => Ok(crate::views::tuple(py, parts)?.into_any()),
    }
}

#[pymethods]
impl PyTensor {
    /// The largest element up to each one along `dim`, and where it is.
    fn cummax<'py>(&self, py: Python<'py>, dim: i64) -> PyResult<Bound<'py, PyAny>> {
        let found = call(py, self.0.numel(), || self.0.cummax(dim))?;
        pair(py, "cummax", found)
    }
    /// The smallest element up to each one along `dim`, and where it is.
    fn cummin<'py>(&self, py: Python<'py>, dim: i64) -> PyResult<Bound<'py, PyAny>> {
        let found = call(py, self.0.numel(), || self.0.cummin(dim))?;
        pair(py, "cummin", found)
    }
    /// Logarithms of the sums of exponentials up to each element along `dim`.
    fn logcumsumexp(&self, py: Python<'_>, dim: i64) -> PyResult<PyTensor> {
        call(py, self.0.numel(), || self.0.logcumsumexp(dim)).map(PyTensor)
    }
    /// Sums of the elements up to each one along `dim`, in place.
    #[pyo3(signature = (dim, *, dtype=None))]
    fn cumsum_<'py>(
        slf: PyRef<'py, Self>,
        py: Python<'_>,
        dim: i64,
        dtype: Option<DTypeArg>,
    ) -> PyResult<PyRef<'py, Self>> {
        same_dtype("cumsum_", &slf.0, dtype)?;
        let t = slf.0.clone();
        call(py, t.numel(), move || t.cumsum_(dim).map(|_| ()))?;
        Ok(slf)
    }
    /// Products of the elements up to each one along `dim`, in place.
    #[pyo3(signature = (dim, *, dtype=None))]
    fn cumprod_<'py>(
        slf: PyRef<'py, Self>,
        py: Python<'_>,
        dim: i64,
        dtype: Option<DTypeArg>,
    ) -> PyResult<PyRef<'py, Self>> {
        same_dtype("cumprod_", &slf.0, dtype)?;
        let t = slf.0.clone();
        call(py, t.numel(), move || t.cumprod_(dim).map(|_| ()))?;
        Ok(slf)
    }
    /// The `q`-quantiles along `dim`, or of everything.
    #[pyo3(signature = (q, dim=None, keepdim=false, *, interpolation="linear"))]
    fn quantile(
        &self,
        q: &Bound<'_, PyAny>,
        dim: Option<i64>,
        keepdim: bool,
        interpolation: &str,
    ) -> PyResult<PyTensor> {
        let q_tensor = quantile_of(&self.0, q, "quantile")?;
        call(q.py(), self.0.numel(), || {
            let between = Interpolation::named("quantile", interpolation)?;
            self.0.quantile(&q_tensor, dim, keepdim, between)
        })
        .map(PyTensor)
    }
    /// The `q`-quantiles along `dim`, or of everything, NaN left out.
    #[pyo3(signature = (q, dim=None, keepdim=false, *, interpolation="linear"))]
    fn nanquantile(
        &self,
        q: &Bound<'_, PyAny>,
        dim: Option<i64>,
        keepdim: bool,
        interpolation: &str,
    ) -> PyResult<PyTensor> {
        let q_tensor = quantile_of(&self.0, q, "nanquantile")?;
        call(q.py(), self.0.numel(), || {
            let between = Interpolation::named("nanquantile", interpolation)?;
            self.0.nanquantile(&q_tensor, dim, keepdim, between)
        })
        .map(PyTensor)
    }
    /// The lower middle element that isn't NaN: of everything, or along `dim` with where it is.
    #[pyo3(signature = (dim=None, keepdim=false))]
    fn nanmedian<'py>(
        &self,
        py: Python<'py>,
        dim: Option<i64>,
        keepdim: bool,
    ) -> PyResult<Bound<'py, PyAny>> {
        let t = &self.0;
        match dim {
            Some(dim) => {
                let found = call(py, t.numel(), || t.nanmedian_dim(dim, keepdim))?;
                pair(py, "nanmedian", found)
            }
            None => {
                let out = call(py, t.numel(), || t.nanmedian())?;
                Ok(Bound::new(py, PyTensor(out))?.into_any())
            }
        }
    }
    /// The commonest element along `dim`, and the last place where it is.
    #[pyo3(signature = (dim=-1, keepdim=false), text_signature = "($self, dim=-1, keepdim=False)")]
    fn mode<'py>(&self, py: Python<'py>, dim: i64, keepdim: bool) -> PyResult<Bound<'py, PyAny>> {
        let found = call(py, self.0.numel(), || self.0.mode(dim, keepdim))?;
        pair(py, "mode", found)
    }
    /// The first of every run of equal elements, or of equal slices along `dim`.
    #[pyo3(signature = (return_inverse=false, return_counts=false, dim=None))]
    fn unique_consecutive<'py>(
        &self,
        py: Python<'py>,
        return_inverse: bool,
        return_counts: bool,
        dim: Option<i64>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let found = call(py, self.0.numel(), || self.0.unique_consecutive(dim))?;
        unique_parts(py, found, return_inverse, return_counts)
    }
    /// Counts of the elements in equal bins between `min` and `max`.
    #[pyo3(signature = (bins=100, min=Scalar::ZERO, max=Scalar::ZERO), text_signature = "($self, bins=100, min=0, max=0)")]
    fn histc(&self, py: Python<'_>, bins: i64, min: Scalar, max: Scalar) -> PyResult<PyTensor> {
        let bins = size("histc", "bins", bins)?;
        let (min, max) = (min.0.f64(), max.0.f64());
        call(py, self.0.numel(), || self.0.histc(bins, min, max)).map(PyTensor)
    }
    /// Counts of the elements between edges, and the edges.
    #[pyo3(signature = (bins, *, range=None, weight=None, density=false))]
    fn histogram<'py>(
        &self,
        bins: &Bound<'py, PyAny>,
        range: Option<Vec<f64>>,
        weight: Option<TensorArg<'_>>,
        density: bool,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = bins.py();
        let range = match range.as_deref() {
            None => None,
            Some(&[a, b]) => Some((a, b)),
            Some(r) => {
                return Err(PyRuntimeError::new_err(format!(
                    "histogram: range is (min, max), got {} numbers",
                    r.len()
                )));
            }
        };
        let bins = bins_of("histogram", bins, range)?;
        let weight = weight.map(|w| w.0);
        let (counts, edges) = call(py, self.0.numel(), || {
            self.0.histogram(&bins, weight, density)
        })?;
        named(py, "histogram_class", (PyTensor(counts), PyTensor(edges)))
    }
    /// How often each number from 0 on occurs, or the sum of its weights.
    #[pyo3(signature = (weights=None, minlength=0))]
    fn bincount(
        &self,
        py: Python<'_>,
        weights: Option<TensorArg<'_>>,
        minlength: i64,
    ) -> PyResult<PyTensor> {
        let minlength = size("bincount", "minlength", minlength)?;
        let weights = weights.map(|w| w.0);
        call(py, self.0.numel(), || self.0.bincount(weights, minlength)).map(PyTensor)
    }
    /// The covariances of the rows.
    #[pyo3(signature = (*, correction=1, fweights=None, aweights=None))]
    fn cov(
        &self,
        py: Python<'_>,
        correction: i64,
        fweights: Option<TensorArg<'_>>,
        aweights: Option<TensorArg<'_>>,
    ) -> PyResult<PyTensor> {
        let (f, a) = (fweights.map(|w| w.0), aweights.map(|w| w.0));
        call(py, self.0.numel(), || self.0.cov(correction as f64, f, a)).map(PyTensor)
    }
    /// The correlations of the rows.
    fn corrcoef(&self, py: Python<'_>) -> PyResult<PyTensor> {
        call(py, self.0.numel(), || self.0.corrcoef()).map(PyTensor)
    }
    /// Differences between neighbours along `dim`, `n` times.
    #[pyo3(signature = (n=1, dim=-1, prepend=None, append=None), text_signature = "($self, n=1, dim=-1, prepend=None, append=None)")]
    fn diff(
        &self,
        py: Python<'_>,
        n: i64,
        dim: i64,
        prepend: Option<TensorArg<'_>>,
        append: Option<TensorArg<'_>>,
    ) -> PyResult<PyTensor> {
        let n = size("diff", "n", n)?;
        let (before, after) = (prepend.map(|t| t.0), append.map(|t| t.0));
        call(py, self.0.numel(), || self.0.diff(n, dim, before, after)).map(PyTensor)
    }
    /// Slices along `dim` whose `p`-norm is above `maxnorm` scaled down to it.
    fn renorm(&self, py: Python<'_>, p: Scalar, dim: i64, maxnorm: Scalar) -> PyResult<PyTensor> {
        let (p, max) = (p.0.f64(), maxnorm.0.f64());
        call(py, self.0.numel(), || self.0.renorm(p, dim, max)).map(PyTensor)
    }
    /// Slices along `dim` whose `p`-norm is above `maxnorm` scaled down to it, in place.
    fn renorm_<'py>(
        slf: PyRef<'py, Self>,
        py: Python<'_>,
        p: Scalar,
        dim: i64,
        maxnorm: Scalar,
    ) -> PyResult<PyRef<'py, Self>> {
        let (p, max, t) = (p.0.f64(), maxnorm.0.f64(), slf.0.clone());
        call(py, t.numel(), move || t.renorm_(p, dim, max).map(|_| ()))?;
        Ok(slf)
    }
    /// The `p`-norm of the difference.
    #[pyo3(signature = (other, p=Scalar::TWO), text_signature = "($self, other, p=2)")]
    fn dist(&self, py: Python<'_>, other: TensorArg<'_>, p: Scalar) -> PyResult<PyTensor> {
        let p = p.0.f64();
        call(py, self.0.numel(), || self.0.dist(other.0, p)).map(PyTensor)
    }
}

/// `dtype=` of an in-place scan, which can only be the tensor's own.
fn same_dtype(op: &str, t: &Tensor, dtype: Option<DTypeArg>) -> PyResult<()> {
    match dtype {
        Some(d) if d.0 != t.dtype() => Err(PyRuntimeError::new_err(format!(
            "{op}: dtype {} for a {} tensor, which stays what it is; use the function without _",
            d.0,
            t.dtype()
        ))),
        _ => Ok(()),
    }
}

/// `bins=`: a number or edges.
fn bins_of(op: &'static str, bins: &Bound<'_, PyAny>, range: Option<(f64, f64)>) -> PyResult<Bins> {
    if let Ok(edges) = bins.cast::<PyTensor>() {
        if range.is_some() {
            return Err(PyTypeError::new_err(format!(
                "{op}: a range has no meaning for given edges"
            )));
        }
        return Ok(Bins::Edges(edges.get().0.clone()));
    }
    let n = crate::convert::int(bins).map_err(|_| {
        PyTypeError::new_err(format!(
            "{op}: bins are a number, or a Tensor of edges, got {}",
            crate::convert::type_name(bins)
        ))
    })?;
    Ok(Bins::Equal(size(op, "bins", n)?, range))
}

/// Counts of points between edges in every dimension, and the edges.
#[pyfunction]
#[pyo3(signature = (input, bins, range=None, weight=None, density=false))]
fn histogramdd<'py>(
    input: TensorArg<'_>,
    bins: &Bound<'py, PyAny>,
    range: Option<Vec<f64>>,
    weight: Option<TensorArg<'_>>,
    density: bool,
) -> PyResult<Bound<'py, PyAny>> {
    const OP: &str = "histogramdd";
    let py = bins.py();
    let x = input.0;
    let d = x.dims().last().copied().unwrap_or(0);
    if let Some(r) = &range
        && r.len() != 2 * d
    {
        return Err(PyRuntimeError::new_err(format!(
            "{OP}: range has (min, max) for each of {d} coordinates, got {} numbers",
            r.len()
        )));
    }
    let range = |i: usize| range.as_ref().map(|r| (r[2 * i], r[2 * i + 1]));
    let each: Vec<Bound<'py, PyAny>> = match bins.cast::<PyTensor>().is_err() {
        true => match bins.try_iter() {
            Ok(list) => list.collect::<PyResult<_>>()?,
            Err(_) => vec![bins.clone(); d],
        },
        false => {
            return Err(PyTypeError::new_err(format!(
                "{OP}: bins are a number, or a list of numbers or of Tensors"
            )));
        }
    };
    if each.len() != d {
        return Err(PyRuntimeError::new_err(format!(
            "{OP}: {} bins for points of {d} coordinates",
            each.len()
        )));
    }
    let bins = each
        .iter()
        .enumerate()
        .map(|(i, b)| bins_of(OP, b, range(i)))
        .collect::<PyResult<Vec<_>>>()?;
    let weight = weight.map(|w| w.0);
    let (counts, edges) = call(py, x.numel(), || x.histogramdd(&bins, weight, density))?;
    let edges = crate::views::tuple(py, edges)?;
    named(py, "histogramdd_class", (PyTensor(counts), edges))
}

/// One distance between samples, or their coordinates.
fn spacing_of(obj: &Bound<'_, PyAny>) -> PyResult<Spacing> {
    if let Ok(t) = obj.cast::<PyTensor>()
        && t.get().0.rank() > 0
    {
        return Ok(Spacing::At(t.get().0.clone()));
    }
    obj.extract::<Scalar>().map(|h| Spacing::Even(h.0.f64()))
}

/// Derivatives of samples on a grid, along each dimension.
#[pyfunction]
#[pyo3(signature = (input, *, spacing=None, dim=None, edge_order=1))]
fn gradient<'py>(
    py: Python<'py>,
    input: TensorArg<'_>,
    spacing: Option<Bound<'py, PyAny>>,
    dim: Option<IntList>,
    edge_order: i64,
) -> PyResult<Bound<'py, PyList>> {
    let dims = dim.map(|d| d.0).unwrap_or_default();
    let count = match dims.len() {
        0 => input.0.rank(),
        n => n,
    };
    let spacing = match spacing {
        None => vec![Spacing::Even(1.0)],
        Some(s) if s.cast::<PyList>().is_ok() || s.cast::<PyTuple>().is_ok() => {
            let list = s
                .try_iter()?
                .map(|s| spacing_of(&s?))
                .collect::<PyResult<Vec<_>>>()?;
            if list.len() != count {
                return Err(PyRuntimeError::new_err(format!(
                    "gradient: a list of {} spacings for {count} dimensions; expected one for each, or a number for all",
                    list.len()
                )));
            }
            list
        }
        Some(s) => vec![spacing_of(&s)?],
    };
    let order = size("gradient", "edge_order", edge_order)?;
    let parts = call(py, input.0.numel(), || {
        input.0.gradient(&spacing, &dims, order)
    })?;
    PyList::new(py, parts.into_iter().map(PyTensor))
}

fn trapezoid_spacing(
    op: &str,
    x: Option<Bound<'_, PyAny>>,
    dx: Option<Scalar>,
) -> PyResult<Spacing> {
    match (x, dx) {
        (Some(_), Some(_)) => Err(PyTypeError::new_err(format!(
            "{op}: x and dx exclude each other"
        ))),
        (Some(x), None) => match x.cast::<PyTensor>() {
            Ok(t) => Ok(Spacing::At(t.get().0.clone())),
            Err(_) => Err(PyTypeError::new_err(format!(
                "{op}: argument 'x' must be a Tensor, got {}",
                crate::convert::type_name(&x)
            ))),
        },
        (None, dx) => Ok(Spacing::Even(dx.map_or(1.0, |d| d.0.f64()))),
    }
}

/// The integral along `dim` by the trapezoidal rule.
#[pyfunction]
#[pyo3(signature = (y, x=None, *, dx=None, dim=-1), text_signature = "(y, x=None, *, dx=None, dim=-1)")]
fn trapezoid(
    py: Python<'_>,
    y: TensorArg<'_>,
    x: Option<Bound<'_, PyAny>>,
    dx: Option<Scalar>,
    dim: i64,
) -> PyResult<PyTensor> {
    let spacing = trapezoid_spacing("trapezoid", x, dx)?;
    call(py, y.0.numel(), || y.0.trapezoid(&spacing, dim)).map(PyTensor)
}

/// The integrals along `dim` up to each sample but the first.
#[pyfunction]
#[pyo3(signature = (y, x=None, *, dx=None, dim=-1), text_signature = "(y, x=None, *, dx=None, dim=-1)")]
fn cumulative_trapezoid(
    py: Python<'_>,
    y: TensorArg<'_>,
    x: Option<Bound<'_, PyAny>>,
    dx: Option<Scalar>,
    dim: i64,
) -> PyResult<PyTensor> {
    let spacing = trapezoid_spacing("cumulative_trapezoid", x, dx)?;
    call(py, y.0.numel(), || y.0.cumulative_trapezoid(&spacing, dim)).map(PyTensor)
}

/// Consecutive pieces of dimension `axis` reduced, given by their lengths or by where they start.
#[pyfunction]
#[pyo3(signature = (data, reduce, *, lengths=None, indices=None, offsets=None, axis=0, r#unsafe=false, initial=None))]
#[allow(clippy::too_many_arguments)]
fn segment_reduce(
    py: Python<'_>,
    data: TensorArg<'_>,
    reduce: &str,
    lengths: Option<TensorArg<'_>>,
    indices: Option<TensorArg<'_>>,
    offsets: Option<TensorArg<'_>>,
    axis: i64,
    r#unsafe: bool,
    initial: Option<Scalar>,
) -> PyResult<PyTensor> {
    const OP: &str = "segment_reduce";
    if indices.is_some() {
        return Err(PyNotImplementedError::new_err(format!(
            "{OP}: indices aren't supported; give lengths or offsets"
        )));
    }
    let initial = initial.map(|i| i.0.f64());
    let x = data.0;
    call(py, x.numel(), || {
        let how = SegmentReduce::named(OP, reduce)?;
        match (lengths, offsets) {
            (_, Some(o)) => x.segment_reduce_offsets(how, o.0, axis, initial),
            (Some(l), None) if r#unsafe => {
                // Lengths that may leave a rest are as good as where pieces end.
                let l = l.0;
                let before = l.narrow(axis, 0, l.size(axis)?.min(1))?.zeros_like()?;
                let offsets = Tensor::cat(&[&before, l], axis)?.cumsum(axis)?;
                x.segment_reduce_offsets(how, &offsets, axis, initial)
            }
            (Some(l), None) => x.segment_reduce(how, l.0, axis, initial),
            (None, None) => Err(neurarust_core::Error::value(
                OP,
                "expected lengths or offsets",
            )),
        }
    })
    .map(PyTensor)
}

/// The reduction `name` of the elements that `mask` keeps; `number` is the order of a norm or the correction of a variance.
#[pyfunction]
#[allow(clippy::too_many_arguments)]
fn _masked(
    py: Python<'_>,
    name: &str,
    input: TensorArg<'_>,
    mask: Option<TensorArg<'_>>,
    dims: Vec<i64>,
    keepdim: bool,
    number: f64,
    eps: f64,
) -> PyResult<PyTensor> {
    let (x, mask) = (input.0, mask.map(|m| m.0));
    call(py, x.numel(), || {
        let m = x.masked(mask)?;
        let dim = dims.first().copied();
        let one =
            || dim.ok_or_else(|| neurarust_core::Error::value("masked", "expected one dimension"));
        match name {
            "sum" => m.sum(&dims, keepdim),
            "prod" => m.prod(&dims, keepdim),
            "cumsum" => m.cumsum(one()?),
            "cumprod" => m.cumprod(one()?),
            "amax" => m.amax(&dims, keepdim),
            "amin" => m.amin(&dims, keepdim),
            "argmax" => m.argmax(dim, keepdim),
            "argmin" => m.argmin(dim, keepdim),
            "mean" => m.mean(&dims, keepdim),
            "median" => m.median(one()?, keepdim),
            "norm" => m.norm(number, &dims, keepdim),
            "var" => m.var(&dims, keepdim, number),
            "std" => m.std(&dims, keepdim, number),
            "softmax" => m.softmax(one()?),
            "log_softmax" => m.log_softmax(one()?),
            "softmin" => m.softmin(one()?),
            "normalize" => m.normalize(number, one()?, eps),
            "logsumexp" => m.logsumexp(&dims, keepdim),
            _ => Err(neurarust_core::Error::unsupported(
                "masked",
                format!("no reduction {name:?}"),
            )),
        }
    })
    .map(PyTensor)
}

/// The logarithm of the sum of two exponentials, of what is kept of each.
#[pyfunction]
fn _masked_logaddexp(
    py: Python<'_>,
    input: TensorArg<'_>,
    other: TensorArg<'_>,
    input_mask: Option<TensorArg<'_>>,
    other_mask: Option<TensorArg<'_>>,
) -> PyResult<PyTensor> {
    let (a, b) = (input_mask.map(|m| m.0), other_mask.map(|m| m.0));
    call(py, input.0.numel(), || {
        input.0.masked(a)?.logaddexp(&other.0.masked(b)?)
    })
    .map(PyTensor)
}

pub fn register(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add_function(wrap_pyfunction!(histogramdd, m)?)?;
    m.add_function(wrap_pyfunction!(_masked, m)?)?;
    m.add_function(wrap_pyfunction!(_masked_logaddexp, m)?)?;
    m.add_function(wrap_pyfunction!(gradient, m)?)?;
    m.add_function(wrap_pyfunction!(trapezoid, m)?)?;
    m.add_function(wrap_pyfunction!(cumulative_trapezoid, m)?)?;
    m.add_function(wrap_pyfunction!(segment_reduce, m)?)
}
