//! Resizing, sampling and the rarer poolings.

use crate::convert::{IntList, TensorArg, shape};
use crate::error::call;
use crate::functional::{answer, per_dim, plain};
use crate::tensor::PyTensor;
use neurarust_core::ops::grid::{GridMode, GridPadding};
use neurarust_core::ops::resample::{Interpolate, Resample};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

/// Spatial sizes changed; `nn.functional.interpolate` checks what goes with what.
#[pyfunction]
#[pyo3(signature = (input, size, scale_factor, mode, align_corners, recompute_scale_factor, antialias))]
#[allow(clippy::too_many_arguments)]
fn _interpolate(
    py: Python<'_>,
    input: TensorArg<'_>,
    size: Option<IntList>,
    scale_factor: Option<Vec<f64>>,
    mode: &str,
    align_corners: bool,
    recompute_scale_factor: bool,
    antialias: bool,
) -> PyResult<PyTensor> {
    let mode = match mode {
        "nearest" => Resample::Nearest,
        "nearest-exact" => Resample::NearestExact,
        "linear" | "bilinear" | "trilinear" => Resample::Linear,
        "bicubic" => Resample::Cubic,
        "area" => Resample::Area,
        _ => {
            return Err(PyValueError::new_err(format!(
                "interpolate: mode {mode:?}; expected 'nearest', 'nearest-exact', 'linear', 'bilinear', 'bicubic', 'trilinear' or 'area'"
            )));
        }
    };
    let options = Interpolate {
        mode,
        sizes: size.map(|s| shape("interpolate", &s.0)).transpose()?,
        scales: scale_factor,
        align_corners,
        antialias,
        recompute_scale: recompute_scale_factor,
    };
    call(py, input.0.numel(), || input.0.interpolate(&options)).map(PyTensor)
}

/// An image or volume read at the places of a grid.
#[pyfunction]
fn _grid_sample(
    py: Python<'_>,
    input: TensorArg<'_>,
    grid: TensorArg<'_>,
    mode: &str,
    padding_mode: &str,
    align_corners: bool,
) -> PyResult<PyTensor> {
    let mode = match mode {
        "bilinear" => GridMode::Bilinear,
        "nearest" => GridMode::Nearest,
        "bicubic" => GridMode::Bicubic,
        _ => {
            return Err(PyValueError::new_err(format!(
                "grid_sample: mode {mode:?}; expected 'bilinear', 'nearest' or 'bicubic'"
            )));
        }
    };
    let padding = match padding_mode {
        "zeros" => GridPadding::Zeros,
        "border" => GridPadding::Border,
        "reflection" => GridPadding::Reflection,
        _ => {
            return Err(PyValueError::new_err(format!(
                "grid_sample: padding_mode {padding_mode:?}; expected 'zeros', 'border' or 'reflection'"
            )));
        }
    };
    call(py, grid.0.numel(), || {
        input.0.grid_sample(grid.0, mode, padding, align_corners)
    })
    .map(PyTensor)
}

/// The places of a grid that affine matrices move.
#[pyfunction]
fn _affine_grid(
    py: Python<'_>,
    theta: TensorArg<'_>,
    size: IntList,
    align_corners: bool,
) -> PyResult<PyTensor> {
    let size = shape("affine_grid", &size.0)?;
    call(py, usize::MAX, || theta.0.affine_grid(&size, align_corners)).map(PyTensor)
}

macro_rules! pools {
    ($($lp:ident $unpool:ident $core_lp:ident $core_unpool:ident;)*) => {
        $(
            /// The power mean of each window, times its size.
            #[pyfunction]
            fn $lp(
                py: Python<'_>, input: TensorArg<'_>, norm_type: f64, kernel_size: IntList, stride: Option<IntList>, ceil_mode: bool,
            ) -> PyResult<PyTensor> {
                const OP: &str = stringify!($core_lp);
                let kernel = per_dim(OP, &kernel_size)?;
                let stride = stride.filter(|s| !s.0.is_empty()).map(|s| per_dim(OP, &s)).transpose()?;
                call(py, input.0.numel(), || input.0.$core_lp(norm_type, kernel, stride, ceil_mode)).map(PyTensor)
            }

            /// Elements put back where a maximum pooling found them.
            #[pyfunction]
            fn $unpool(py: Python<'_>, input: TensorArg<'_>, indices: TensorArg<'_>, output_size: IntList) -> PyResult<PyTensor> {
                let sizes = shape(stringify!($core_unpool), &output_size.0)?;
                call(py, input.0.numel(), || input.0.$core_unpool(indices.0, &sizes)).map(PyTensor)
            }
        )*
        fn register_pools(m: &Bound<'_, PyModule>) -> PyResult<()> {
            $(
                m.add_function(wrap_pyfunction!($lp, m)?)?;
                m.add_function(wrap_pyfunction!($unpool, m)?)?;
            )*
            Ok(())
        }
    };
}
pools! {
    _lp_pool1d _max_unpool1d lp_pool1d max_unpool1d;
    _lp_pool2d _max_unpool2d lp_pool2d max_unpool2d;
    _lp_pool3d _max_unpool3d lp_pool3d max_unpool3d;
}

macro_rules! fractional {
    ($($name:ident $core:ident;)*) => {
        $(
            /// The largest element of windows at random places, and where it is.
            #[pyfunction]
            fn $name<'py>(
                py: Python<'py>, input: TensorArg<'_>, kernel_size: IntList, output_size: IntList, samples: Option<TensorArg<'_>>,
            ) -> PyResult<Bound<'py, PyAny>> {
                const OP: &str = stringify!($core);
                let (kernel, sizes) = (per_dim(OP, &kernel_size)?, shape(OP, &output_size.0)?);
                let (values, places) = call(py, input.0.numel(), || input.0.$core(kernel, &sizes, plain(&samples)))?;
                answer(py, values, places, true)
            }
        )*
        fn register_fractional(m: &Bound<'_, PyModule>) -> PyResult<()> {
            $( m.add_function(wrap_pyfunction!($name, m)?)?; )*
            Ok(())
        }
    };
}
fractional! {
    _fractional_max_pool2d fractional_max_pool2d;
    _fractional_max_pool3d fractional_max_pool3d;
}

/// Divided by a mean over neighbouring channels.
#[pyfunction]
fn _local_response_norm(
    py: Python<'_>,
    input: TensorArg<'_>,
    size: i64,
    alpha: f64,
    beta: f64,
    k: f64,
) -> PyResult<PyTensor> {
    let size = usize::try_from(size).unwrap_or(0);
    call(py, input.0.numel(), || {
        input.0.local_response_norm(size, alpha, beta, k)
    })
    .map(PyTensor)
}

pub fn register(m: &Bound<'_, PyModule>) -> PyResult<()> {
    register_pools(m)?;
    register_fractional(m)?;
    for f in [
        wrap_pyfunction!(_interpolate, m)?,
        wrap_pyfunction!(_grid_sample, m)?,
        wrap_pyfunction!(_affine_grid, m)?,
        wrap_pyfunction!(_local_response_norm, m)?,
    ] {
        m.add_function(f)?;
    }
    Ok(())
}
