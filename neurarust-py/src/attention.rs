//! Attention, bags of embeddings, and what is drawn at random between layers.

use crate::convert::TensorArg;
use crate::error::call;
use crate::functional::plain;
use crate::tensor::PyTensor;
use neurarust_core::ops::attention::Attention;
use neurarust_core::ops::bag::{BagMode, Bags};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

/// The attention of queries to keys, and its weights.
#[pyfunction]
#[pyo3(signature = (query, key, value, attn_mask=None, dropout_p=0.0, is_causal=false, scale=None, enable_gqa=false))]
#[allow(clippy::too_many_arguments)]
fn _attention(
    py: Python<'_>,
    query: TensorArg<'_>,
    key: TensorArg<'_>,
    value: TensorArg<'_>,
    attn_mask: Option<TensorArg<'_>>,
    dropout_p: f64,
    is_causal: bool,
    scale: Option<f64>,
    enable_gqa: bool,
) -> PyResult<(PyTensor, PyTensor)> {
    let options = Attention {
        mask: plain(&attn_mask).cloned(),
        dropout: dropout_p,
        causal: is_causal,
        scale,
        grouped_heads: enable_gqa,
    };
    let work = query.0.numel().saturating_mul(16);
    let (out, weights) = call(py, work, || query.0.attention(key.0, value.0, &options))?;
    Ok((PyTensor(out), PyTensor(weights)))
}

/// A row by number, or an error that names it.
fn padding(
    op: &str,
    weight: &neurarust_core::Tensor,
    padding_idx: Option<i64>,
) -> PyResult<Option<usize>> {
    let rows = weight.dims().first().copied().unwrap_or(0) as i64;
    match padding_idx {
        None => Ok(None),
        Some(p) if (-rows..rows).contains(&p) => {
            Ok(Some((if p < 0 { p + rows } else { p }) as usize))
        }
        Some(p) => Err(PyValueError::new_err(format!(
            "{op}: padding_idx {p} with {rows} rows"
        ))),
    }
}

/// The sum, mean or maximum of rows, bag by bag.
#[pyfunction]
#[allow(clippy::too_many_arguments)]
fn _embedding_bag(
    py: Python<'_>,
    weight: TensorArg<'_>,
    input: TensorArg<'_>,
    offsets: Option<TensorArg<'_>>,
    scale_grad_by_freq: bool,
    mode: &str,
    per_sample_weights: Option<TensorArg<'_>>,
    include_last_offset: bool,
    padding_idx: Option<i64>,
    sparse: bool,
) -> PyResult<PyTensor> {
    let mode = match mode {
        "sum" => BagMode::Sum,
        "mean" => BagMode::Mean,
        "max" => BagMode::Max,
        _ => {
            return Err(PyValueError::new_err(format!(
                "embedding_bag: mode {mode:?}; expected 'sum', 'mean' or 'max'"
            )));
        }
    };
    let options = Bags {
        mode,
        offsets: plain(&offsets).cloned(),
        include_last_offset,
        weights: plain(&per_sample_weights).cloned(),
        padding: padding("embedding_bag", weight.0, padding_idx)?,
        scale_by_frequency: scale_grad_by_freq,
        sparse,
    };
    call(py, input.0.numel(), || {
        weight.0.embedding_bag(input.0, &options)
    })
    .map(PyTensor)
}

/// Bounds the norms of the rows that are about to be read, in place.
#[pyfunction]
fn _embedding_renorm_(
    py: Python<'_>,
    weight: TensorArg<'_>,
    input: TensorArg<'_>,
    max_norm: f64,
    norm_type: f64,
) -> PyResult<()> {
    call(py, input.0.numel(), || {
        weight
            .0
            .embedding_renorm_(input.0, max_norm, norm_type)
            .map(|_| ())
    })
}

/// The softmax, 0 where all of `dim` is minus infinity.
#[pyfunction]
fn _safe_softmax(py: Python<'_>, input: TensorArg<'_>, dim: i64) -> PyResult<PyTensor> {
    call(py, input.0.numel(), || input.0.safe_softmax(dim)).map(PyTensor)
}

macro_rules! random {
    ($($name:ident $core:ident($($p:ident),*);)*) => {
        $(
            #[pyfunction]
            fn $name(py: Python<'_>, input: TensorArg<'_>, $($p: f64,)* training: bool) -> PyResult<PyTensor> {
                call(py, input.0.numel(), || input.0.$core($($p,)* training)).map(PyTensor)
            }
        )*
        fn register_random(m: &Bound<'_, PyModule>) -> PyResult<()> {
            $( m.add_function(wrap_pyfunction!($name, m)?)?; )*
            Ok(())
        }
    };
}
random! {
    _alpha_dropout alpha_dropout(p);
    _feature_alpha_dropout feature_alpha_dropout(p);
    _rrelu rrelu(lower, upper);
}

pub fn register(m: &Bound<'_, PyModule>) -> PyResult<()> {
    register_random(m)?;
    for f in [
        wrap_pyfunction!(_attention, m)?,
        wrap_pyfunction!(_embedding_bag, m)?,
        wrap_pyfunction!(_embedding_renorm_, m)?,
        wrap_pyfunction!(_safe_softmax, m)?,
    ] {
        m.add_function(f)?;
    }
    Ok(())
}
