//! Products and distances of all pairs, Einstein sums: bindings of what stands under `einsum`, `kron`, `cross`, `cdist`.

use crate::convert::{Scalar, TensorArg, tensors};
use crate::error::call;
use crate::tensor::PyTensor;
use neurarust_core::{Result, Tensor};
use pyo3::prelude::*;

fn binary(
    py: Python<'_>,
    a: TensorArg<'_>,
    b: TensorArg<'_>,
    f: impl FnOnce(&Tensor, &Tensor) -> Result<Tensor> + Send,
) -> PyResult<PyTensor> {
    let work = a.0.numel().saturating_mul(b.0.numel());
    call(py, work, || f(a.0, b.0)).map(PyTensor)
}

#[pyfunction]
fn _cross(py: Python<'_>, a: TensorArg<'_>, b: TensorArg<'_>, dim: i64) -> PyResult<PyTensor> {
    binary(py, a, b, |a, b| a.cross(b, dim))
}
#[pyfunction]
fn _vecdot(py: Python<'_>, a: TensorArg<'_>, b: TensorArg<'_>, dim: i64) -> PyResult<PyTensor> {
    binary(py, a, b, |a, b| a.vecdot(b, dim))
}
#[pyfunction]
fn _vander(py: Python<'_>, x: TensorArg<'_>, n: i64) -> PyResult<PyTensor> {
    let n = usize::try_from(n).unwrap_or(0);
    call(py, x.0.numel().saturating_mul(n), || x.0.vander(n)).map(PyTensor)
}
#[pyfunction]
fn _kron(py: Python<'_>, a: TensorArg<'_>, b: TensorArg<'_>) -> PyResult<PyTensor> {
    binary(py, a, b, |a, b| a.kron(b))
}
#[pyfunction]
fn _cdist(
    py: Python<'_>,
    a: TensorArg<'_>,
    b: TensorArg<'_>,
    p: Scalar,
    by_product: bool,
) -> PyResult<PyTensor> {
    let p = p.0.f64();
    binary(py, a, b, |a, b| a.cdist(b, p, by_product))
}
#[pyfunction]
fn _pdist(py: Python<'_>, x: TensorArg<'_>, p: Scalar) -> PyResult<PyTensor> {
    let p = p.0.f64();
    let work = x.0.numel().saturating_mul(x.0.numel());
    call(py, work, || x.0.pdist(p)).map(PyTensor)
}
#[pyfunction]
fn _einsum(py: Python<'_>, equation: &str, operands: &Bound<'_, PyAny>) -> PyResult<PyTensor> {
    let list = tensors(operands, "einsum")?;
    let refs: Vec<&Tensor> = list.iter().collect();
    let work = refs.iter().map(|t| t.numel()).sum();
    call(py, work, || Tensor::einsum(equation, &refs)).map(PyTensor)
}
#[pyfunction]
fn _tensordot(
    py: Python<'_>,
    a: TensorArg<'_>,
    b: TensorArg<'_>,
    first: Vec<i64>,
    second: Vec<i64>,
) -> PyResult<PyTensor> {
    binary(py, a, b, |a, b| a.tensordot(b, &first, &second))
}

pub fn register(m: &Bound<'_, PyModule>) -> PyResult<()> {
    macro_rules! add {
        ($($name:ident),* $(,)?) => { $( m.add_function(wrap_pyfunction!($name, m)?)?; )* };
    }
    add!(
        _cross, _vecdot, _vander, _kron, _cdist, _pdist, _einsum, _tensordot,
    );
    Ok(())
}
