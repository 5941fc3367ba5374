//! Initial values: Rust's, by name.

use crate::error::call;
use crate::random::{Source, source};
use crate::tensor::PyTensor;
use neurarust_nn::init;
use neurarust_nn::{FanMode, Nonlinearity};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

fn nonlinearity(name: &str, param: Option<f64>) -> PyResult<Nonlinearity> {
    Ok(match name {
        "linear" | "conv1d" | "conv2d" | "conv3d" | "conv_transpose1d" | "conv_transpose2d"
        | "conv_transpose3d" => Nonlinearity::Linear,
        "sigmoid" => Nonlinearity::Sigmoid,
        "tanh" => Nonlinearity::Tanh,
        "relu" => Nonlinearity::ReLU,
        "leaky_relu" => Nonlinearity::LeakyReLU(param.unwrap_or(0.01)),
        "selu" => Nonlinearity::SELU,
        _ => {
            return Err(PyValueError::new_err(format!(
                "unsupported nonlinearity {name:?}"
            )));
        }
    })
}

/// The factor that makes up for what a nonlinearity takes of the standard deviation.
#[pyfunction]
#[pyo3(signature = (nonlinearity, param=None))]
fn _calculate_gain(nonlinearity: &str, param: Option<f64>) -> PyResult<f64> {
    Ok(init::calculate_gain(self::nonlinearity(
        nonlinearity,
        param,
    )?))
}

/// Writes the distribution `name` over `tensor`.
#[pyfunction]
fn _init(
    py: Python<'_>,
    name: &str,
    tensor: &Bound<'_, PyTensor>,
    parameters: Vec<f64>,
) -> PyResult<()> {
    let t = &tensor.get().0;
    call(py, t.numel(), || {
        match (name, &parameters[..]) {
            ("eye", []) => init::eye_(t),
            ("xavier_uniform", [gain]) => init::xavier_uniform_(t, *gain),
            ("xavier_normal", [gain]) => init::xavier_normal_(t, *gain),
            ("orthogonal", [gain]) => init::orthogonal_(t, *gain),
            ("sparse", [sparsity, std]) => init::sparse_(t, *sparsity, *std),
            _ => Err(neurarust_core::Error::value(
                "init",
                format!("no distribution {name} of {} parameters", parameters.len()),
            )),
        }
        .map(|_| ())
    })
}

/// Normal numbers within bounds over `tensor`.
#[pyfunction]
fn _trunc_normal(
    py: Python<'_>,
    tensor: &Bound<'_, PyTensor>,
    mean: f64,
    std: f64,
    low: f64,
    high: f64,
    generator: Source<'_, '_>,
) -> PyResult<()> {
    let (t, source) = (&tensor.get().0, source(generator));
    call(py, t.numel(), || {
        init::trunc_normal_with_(t, mean, std, low, high, source).map(|_| ())
    })
}

/// He's distribution over `tensor`.
#[pyfunction]
fn _kaiming(
    py: Python<'_>,
    kind: &str,
    tensor: &Bound<'_, PyTensor>,
    mode: &str,
    nonlinearity: &str,
    a: f64,
) -> PyResult<()> {
    let t = &tensor.get().0;
    let mode = match mode {
        "fan_in" => FanMode::In,
        "fan_out" => FanMode::Out,
        _ => {
            return Err(PyValueError::new_err(format!(
                "mode must be 'fan_in' or 'fan_out', got {mode:?}"
            )));
        }
    };
    let nonlinearity = self::nonlinearity(nonlinearity, Some(a))?;
    call(py, t.numel(), || match kind {
        "uniform" => init::kaiming_uniform_(t, mode, nonlinearity).map(|_| ()),
        _ => init::kaiming_normal_(t, mode, nonlinearity).map(|_| ()),
    })
}

pub fn register(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add_function(wrap_pyfunction!(_calculate_gain, m)?)?;
    m.add_function(wrap_pyfunction!(_init, m)?)?;
    m.add_function(wrap_pyfunction!(_trunc_normal, m)?)?;
    m.add_function(wrap_pyfunction!(_kaiming, m)?)
}
