//! Matrices: what `neurarust.linalg` and its aliases (`python/neurarust/linalg.py`) stand on.

use crate::convert::{IntList, Scalar, TensorArg, tensors};
use crate::error::call;
use crate::tensor::PyTensor;
use neurarust_core::ops::linalg::{LstsqDriver, MatrixNorm, Tolerances};
use neurarust_core::{Error, Operand, Result, Tensor};
use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::prelude::*;

/// Elements times rows: roughly what a factorisation costs.
fn work(t: &Tensor) -> usize {
    t.numel()
        .saturating_mul(t.dims().last().copied().unwrap_or(1))
}

fn one(
    py: Python<'_>,
    t: &Tensor,
    f: impl FnOnce(&Tensor) -> Result<Tensor> + Send,
) -> PyResult<PyTensor> {
    call(py, work(t), || f(t)).map(PyTensor)
}

fn two(
    py: Python<'_>,
    t: &Tensor,
    f: impl FnOnce(&Tensor) -> Result<(Tensor, Tensor)> + Send,
) -> PyResult<(PyTensor, PyTensor)> {
    call(py, work(t), || f(t)).map(|(a, b)| (PyTensor(a), PyTensor(b)))
}

type Three = (PyTensor, PyTensor, PyTensor);

fn three(
    py: Python<'_>,
    t: &Tensor,
    f: impl FnOnce(&Tensor) -> Result<(Tensor, Tensor, Tensor)> + Send,
) -> PyResult<Three> {
    call(py, work(t), || f(t)).map(|(a, b, c)| (PyTensor(a), PyTensor(b), PyTensor(c)))
}

/// A tolerance: absent, a number, or a tensor of one per matrix.
fn tolerance(obj: Option<&Bound<'_, PyAny>>) -> PyResult<Option<Tensor>> {
    let Some(obj) = obj else { return Ok(None) };
    if let Ok(t) = obj.cast::<PyTensor>() {
        return Ok(Some(t.get().0.clone()));
    }
    let number = obj.extract::<Scalar>()?.0.f64();
    call(obj.py(), 0, || number.operand().map(|t| (*t).clone())).map(Some)
}

fn tolerances(
    atol: Option<&Bound<'_, PyAny>>,
    rtol: Option<&Bound<'_, PyAny>>,
) -> PyResult<Tolerances> {
    Ok(Tolerances {
        absolute: tolerance(atol)?,
        relative: tolerance(rtol)?,
    })
}

/// `'fro'`, `'nuc'` or a number.
fn order(op: &str, obj: &Bound<'_, PyAny>) -> PyResult<MatrixNorm> {
    if let Ok(name) = obj.extract::<&str>() {
        return match name {
            "fro" => Ok(MatrixNorm::Frobenius),
            "nuc" => Ok(MatrixNorm::Nuclear),
            _ => Err(PyRuntimeError::new_err(format!(
                "{op}: order {name:?}; expected 'fro', 'nuc' or a number"
            ))),
        };
    }
    Ok(MatrixNorm::Order(obj.extract::<Scalar>()?.0.f64()))
}

fn pair_of(op: &str, dims: &IntList) -> PyResult<[i64; 2]> {
    match dims.0[..] {
        [a, b] => Ok([a, b]),
        _ => Err(PyRuntimeError::new_err(format!(
            "{op}: expected two dimensions, got {:?}",
            &dims.0[..]
        ))),
    }
}

#[pyfunction]
fn _linalg_cholesky(py: Python<'_>, a: TensorArg<'_>, upper: bool) -> PyResult<PyTensor> {
    one(py, a.0, |a| a.cholesky(upper))
}
#[pyfunction]
fn _linalg_cholesky_ex(
    py: Python<'_>,
    a: TensorArg<'_>,
    upper: bool,
) -> PyResult<(PyTensor, PyTensor)> {
    two(py, a.0, |a| a.cholesky_ex(upper))
}
#[pyfunction]
fn _linalg_lu_factor_ex(py: Python<'_>, a: TensorArg<'_>, pivot: bool) -> PyResult<Three> {
    three(py, a.0, |a| a.lu_factor_ex(pivot))
}
#[pyfunction]
fn _linalg_lu_unpack(py: Python<'_>, lu: TensorArg<'_>, pivots: TensorArg<'_>) -> PyResult<Three> {
    three(py, lu.0, |lu| lu.lu_unpack(pivots.0))
}
#[pyfunction]
fn _linalg_lu_triangles(py: Python<'_>, lu: TensorArg<'_>) -> PyResult<(PyTensor, PyTensor)> {
    two(py, lu.0, |lu| lu.lu_triangles())
}
#[pyfunction]
fn _linalg_lu_solve(
    py: Python<'_>,
    lu: TensorArg<'_>,
    pivots: TensorArg<'_>,
    b: TensorArg<'_>,
    left: bool,
    adjoint: bool,
) -> PyResult<PyTensor> {
    one(py, lu.0, |lu| lu.lu_solve(pivots.0, b.0, left, adjoint))
}
#[pyfunction]
fn _linalg_qr(py: Python<'_>, a: TensorArg<'_>, complete: bool) -> PyResult<(PyTensor, PyTensor)> {
    two(py, a.0, |a| a.qr(complete))
}
#[pyfunction]
fn _linalg_geqrf(py: Python<'_>, a: TensorArg<'_>) -> PyResult<(PyTensor, PyTensor)> {
    two(py, a.0, |a| a.geqrf())
}
#[pyfunction]
fn _linalg_ldl_factor_ex(py: Python<'_>, a: TensorArg<'_>) -> PyResult<Three> {
    three(py, a.0, |a| a.ldl_factor_ex())
}
#[pyfunction]
fn _linalg_ldl_solve(
    py: Python<'_>,
    ld: TensorArg<'_>,
    pivots: TensorArg<'_>,
    b: TensorArg<'_>,
) -> PyResult<PyTensor> {
    one(py, ld.0, |ld| ld.ldl_solve(pivots.0, b.0))
}
#[pyfunction]
fn _linalg_solve_triangular(
    py: Python<'_>,
    a: TensorArg<'_>,
    b: TensorArg<'_>,
    upper: bool,
    left: bool,
    unit: bool,
) -> PyResult<PyTensor> {
    one(py, a.0, |a| a.solve_triangular(b.0, upper, left, unit))
}
#[pyfunction]
fn _linalg_solve(
    py: Python<'_>,
    a: TensorArg<'_>,
    b: TensorArg<'_>,
    left: bool,
) -> PyResult<PyTensor> {
    one(py, a.0, |a| a.solve(b.0, left))
}
#[pyfunction]
fn _linalg_solve_ex(
    py: Python<'_>,
    a: TensorArg<'_>,
    b: TensorArg<'_>,
    left: bool,
) -> PyResult<(PyTensor, PyTensor)> {
    two(py, a.0, |a| a.solve_ex(b.0, left))
}
#[pyfunction]
fn _linalg_inv_ex(py: Python<'_>, a: TensorArg<'_>) -> PyResult<(PyTensor, PyTensor)> {
    two(py, a.0, |a| a.inv_ex())
}
#[pyfunction]
fn _linalg_slogdet(py: Python<'_>, a: TensorArg<'_>) -> PyResult<(PyTensor, PyTensor)> {
    two(py, a.0, |a| a.slogdet())
}
#[pyfunction]
fn _linalg_pinv(
    py: Python<'_>,
    a: TensorArg<'_>,
    atol: Option<&Bound<'_, PyAny>>,
    rtol: Option<&Bound<'_, PyAny>>,
    hermitian: bool,
) -> PyResult<PyTensor> {
    let bounds = tolerances(atol, rtol)?;
    one(py, a.0, |a| a.pinv(&bounds, hermitian))
}
#[pyfunction]
fn _linalg_matrix_rank(
    py: Python<'_>,
    a: TensorArg<'_>,
    atol: Option<&Bound<'_, PyAny>>,
    rtol: Option<&Bound<'_, PyAny>>,
    hermitian: bool,
) -> PyResult<PyTensor> {
    let bounds = tolerances(atol, rtol)?;
    one(py, a.0, |a| a.matrix_rank(&bounds, hermitian))
}
#[pyfunction]
fn _linalg_lstsq(
    py: Python<'_>,
    a: TensorArg<'_>,
    b: TensorArg<'_>,
    rcond: Option<Scalar>,
    driver: Option<&str>,
) -> PyResult<(PyTensor, PyTensor, PyTensor, PyTensor)> {
    let driver = match driver {
        None | Some("gelsy") => LstsqDriver::Gelsy,
        Some("gels") => LstsqDriver::Gels,
        Some("gelsd") => LstsqDriver::Gelsd,
        Some("gelss") => LstsqDriver::Gelss,
        Some(other) => {
            return Err(PyRuntimeError::new_err(format!(
                "linalg.lstsq: driver {other:?}; expected 'gels', 'gelsy', 'gelsd' or 'gelss'"
            )));
        }
    };
    let rcond = rcond.map(|r| r.0.f64());
    let found = call(py, work(a.0), || a.0.lstsq(b.0, rcond, driver))?;
    Ok((
        PyTensor(found.solution),
        PyTensor(found.residuals),
        PyTensor(found.rank),
        PyTensor(found.singular_values),
    ))
}
#[pyfunction]
fn _linalg_tensorinv(py: Python<'_>, a: TensorArg<'_>, ind: i64) -> PyResult<PyTensor> {
    one(py, a.0, |a| a.tensorinv(usize::try_from(ind).unwrap_or(0)))
}
#[pyfunction]
fn _linalg_tensorsolve(
    py: Python<'_>,
    a: TensorArg<'_>,
    b: TensorArg<'_>,
    dims: Option<IntList>,
) -> PyResult<PyTensor> {
    let dims = dims.map(|d| d.0).unwrap_or_default();
    one(py, a.0, |a| a.tensorsolve(b.0, &dims))
}
#[pyfunction]
fn _linalg_eigh(py: Python<'_>, a: TensorArg<'_>, upper: bool) -> PyResult<(PyTensor, PyTensor)> {
    two(py, a.0, |a| a.eigh(upper))
}
#[pyfunction]
fn _linalg_eigvalsh(py: Python<'_>, a: TensorArg<'_>, upper: bool) -> PyResult<PyTensor> {
    one(py, a.0, |a| a.eigvalsh(upper))
}
#[pyfunction]
fn _linalg_svd(py: Python<'_>, a: TensorArg<'_>, full: bool) -> PyResult<Three> {
    three(py, a.0, |a| a.svd(full))
}
#[pyfunction]
fn _linalg_eig(py: Python<'_>, a: TensorArg<'_>) -> PyResult<(PyTensor, PyTensor)> {
    two(py, a.0, |a| a.eig())
}
#[pyfunction]
fn _linalg_eigvals(py: Python<'_>, a: TensorArg<'_>) -> PyResult<PyTensor> {
    one(py, a.0, |a| a.eigvals())
}
#[pyfunction]
fn _linalg_svdvals(py: Python<'_>, a: TensorArg<'_>) -> PyResult<PyTensor> {
    one(py, a.0, |a| a.svdvals())
}
#[pyfunction]
fn _linalg_svd_lowrank(
    py: Python<'_>,
    a: TensorArg<'_>,
    q: i64,
    iterations: i64,
    mean: Option<TensorArg<'_>>,
) -> PyResult<Three> {
    let (q, iterations) = counts("svd_lowrank", q, iterations)?;
    let mean = mean.map(|m| m.0);
    three(py, a.0, |a| a.svd_lowrank(q, iterations, mean))
}
#[pyfunction]
fn _linalg_pca_lowrank(
    py: Python<'_>,
    a: TensorArg<'_>,
    q: i64,
    center: bool,
    iterations: i64,
) -> PyResult<Three> {
    let (q, iterations) = counts("pca_lowrank", q, iterations)?;
    three(py, a.0, |a| a.pca_lowrank(q, center, iterations))
}
fn counts(op: &str, q: i64, iterations: i64) -> PyResult<(usize, usize)> {
    match (usize::try_from(q), usize::try_from(iterations)) {
        (Ok(q), Ok(n)) => Ok((q, n)),
        _ => Err(PyValueError::new_err(format!(
            "{op}: q is {q} and niter is {iterations}; expected 0 or more"
        ))),
    }
}
#[pyfunction]
fn _linalg_matrix_sqrth(py: Python<'_>, a: TensorArg<'_>) -> PyResult<PyTensor> {
    one(py, a.0, |a| a.matrix_sqrth())
}
#[pyfunction]
fn _linalg_polar(py: Python<'_>, a: TensorArg<'_>) -> PyResult<(PyTensor, PyTensor)> {
    two(py, a.0, |a| a.polar_decomposition())
}
#[pyfunction]
fn _linalg_householder_product(
    py: Python<'_>,
    a: TensorArg<'_>,
    tau: TensorArg<'_>,
) -> PyResult<PyTensor> {
    one(py, a.0, |a| a.householder_product(tau.0))
}
#[pyfunction]
fn _linalg_matrix_norm(
    py: Python<'_>,
    a: TensorArg<'_>,
    ord: &Bound<'_, PyAny>,
    dims: IntList,
    keepdim: bool,
) -> PyResult<PyTensor> {
    let (ord, dims) = (
        order("linalg.matrix_norm", ord)?,
        pair_of("linalg.matrix_norm", &dims)?,
    );
    one(py, a.0, |a| a.matrix_norm(ord, dims, keepdim))
}
#[pyfunction]
fn _linalg_vector_norm(
    py: Python<'_>,
    a: TensorArg<'_>,
    ord: Scalar,
    dims: Option<IntList>,
    keepdim: bool,
) -> PyResult<PyTensor> {
    let (ord, dims) = (ord.0.f64(), dims.map(|d| d.0).unwrap_or_default());
    one(py, a.0, |a| a.norm_dims(ord, &dims, keepdim))
}
#[pyfunction]
fn _linalg_cond(py: Python<'_>, a: TensorArg<'_>, ord: &Bound<'_, PyAny>) -> PyResult<PyTensor> {
    let ord = order("linalg.cond", ord)?;
    one(py, a.0, |a| a.cond(ord))
}
#[pyfunction]
fn _linalg_multi_dot(py: Python<'_>, list: &Bound<'_, PyAny>) -> PyResult<PyTensor> {
    let list = tensors(list, "linalg.multi_dot")?;
    let refs: Vec<&Tensor> = list.iter().collect();
    let Some(first) = refs.first() else {
        return Err(crate::error::exception(
            py,
            &Error::shape("linalg.multi_dot", "expected 2 or more tensors, got none"),
        ));
    };
    call(py, work(first), || Tensor::multi_dot(&refs)).map(PyTensor)
}

#[pymethods]
impl PyTensor {
    /// The inverse of the matrices whose Cholesky factors these are.
    #[pyo3(signature = (upper=false))]
    fn cholesky_inverse(&self, py: Python<'_>, upper: bool) -> PyResult<PyTensor> {
        one(py, &self.0, |t| t.cholesky_inverse(upper))
    }
    /// Solutions of systems with these right sides, whose matrices have the Cholesky factors `L`.
    #[pyo3(signature = (L, upper=false))]
    #[allow(non_snake_case)]
    fn cholesky_solve(&self, py: Python<'_>, L: TensorArg<'_>, upper: bool) -> PyResult<PyTensor> {
        one(py, &self.0, |t| t.cholesky_solve(L.0, upper))
    }
    /// The determinants of square matrices: (…, n, n) → (…).
    fn det(&self, py: Python<'_>) -> PyResult<PyTensor> {
        one(py, &self.0, |t| t.det())
    }
    /// The logarithms of the determinants.
    fn logdet(&self, py: Python<'_>) -> PyResult<PyTensor> {
        one(py, &self.0, |t| t.logdet())
    }
    /// The inverses of square matrices (…, n, n).
    fn inverse(&self, py: Python<'_>) -> PyResult<PyTensor> {
        one(py, &self.0, |t| t.inverse())
    }
    /// The exponentials of the matrices.
    fn matrix_exp(&self, py: Python<'_>) -> PyResult<PyTensor> {
        one(py, &self.0, |t| t.matrix_exp())
    }
    /// The matrices to the power `n`.
    fn matrix_power(&self, py: Python<'_>, n: i64) -> PyResult<PyTensor> {
        one(py, &self.0, |t| t.matrix_power(n))
    }
    /// The first columns of the product of reflectors.
    fn orgqr(&self, py: Python<'_>, tau: TensorArg<'_>) -> PyResult<PyTensor> {
        one(py, &self.0, |t| t.householder_product(tau.0))
    }
    /// The product of reflectors, or its transpose, and `other`.
    #[pyo3(signature = (tau, other, left=true, transpose=false))]
    fn ormqr(
        &self,
        py: Python<'_>,
        tau: TensorArg<'_>,
        other: TensorArg<'_>,
        left: bool,
        transpose: bool,
    ) -> PyResult<PyTensor> {
        one(py, &self.0, |t| t.ormqr(tau.0, other.0, left, transpose))
    }
}

pub fn register(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add(
        "_LinAlgError",
        m.py().get_type::<crate::error::LinAlgError>(),
    )?;
    macro_rules! add {
        ($($name:ident),* $(,)?) => { $( m.add_function(wrap_pyfunction!($name, m)?)?; )* };
    }
    add!(
        _linalg_cholesky,
        _linalg_cholesky_ex,
        _linalg_lu_factor_ex,
        _linalg_lu_unpack,
        _linalg_lu_triangles,
        _linalg_lu_solve,
        _linalg_qr,
        _linalg_geqrf,
        _linalg_ldl_factor_ex,
        _linalg_ldl_solve,
        _linalg_solve_triangular,
        _linalg_solve,
        _linalg_solve_ex,
        _linalg_inv_ex,
        _linalg_slogdet,
        _linalg_pinv,
        _linalg_matrix_rank,
        _linalg_lstsq,
        _linalg_tensorinv,
        _linalg_tensorsolve,
        _linalg_eigh,
        _linalg_eigvalsh,
        _linalg_svd,
        _linalg_eig,
        _linalg_eigvals,
        _linalg_svdvals,
        _linalg_svd_lowrank,
        _linalg_pca_lowrank,
        _linalg_matrix_sqrth,
        _linalg_polar,
        _linalg_householder_product,
        _linalg_matrix_norm,
        _linalg_vector_norm,
        _linalg_cond,
        _linalg_multi_dot,
    );
    Ok(())
}
