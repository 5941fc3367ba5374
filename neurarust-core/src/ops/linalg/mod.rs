//! Linear algebra on batches of matrices `(…, rows, columns)`, with gradients.
//!
//! Kernels factor numbers; every gradient is a formula of tensor operations (products, triangular systems, the operation
//! itself), so that it can be differentiated again. Formulas: M. Giles, "Collected matrix derivative results for forward
//! and reverse mode algorithmic differentiation", 2008.

mod complex;
mod factor;
mod function;
mod kernels;
mod norms;
mod solve;
mod spectrum;

pub use norms::{MatrixNorm, Tolerances};
pub use solve::{Lstsq, LstsqDriver};

use crate::layout::{Dims, Shape};
use crate::{DType, Error, ErrorKind, Result, Tensor};

/// The sizes of a batch of matrices.
#[derive(Clone)]
struct Batch {
    lead: Dims,
    count: usize,
    rows: usize,
    columns: usize,
}

impl Batch {
    #[track_caller]
    fn of(op: &'static str, a: &Tensor) -> Result<Batch> {
        float_field(op, a)?;
        let &[ref lead @ .., rows, columns] = a.dims() else {
            return Err(Error::shape(
                op,
                format!(
                    "expected a matrix or a batch of them, got shape {}: at least 2 dimensions",
                    a.shape()
                ),
            ));
        };
        let lead = Dims::from_slice(lead);
        let count = Shape::from_dims(lead.clone())?.numel();
        Ok(Batch {
            lead,
            count,
            rows,
            columns,
        })
    }

    #[track_caller]
    fn square(op: &'static str, a: &Tensor) -> Result<Batch> {
        let batch = Batch::of(op, a)?;
        if batch.rows != batch.columns {
            return Err(Error::shape(
                op,
                format!(
                    "expected square matrices, got shape {}: {} rows and {} columns",
                    a.shape(),
                    batch.rows,
                    batch.columns
                ),
            ));
        }
        Ok(batch)
    }

    /// The batch's leading dimensions, then `tail`.
    #[track_caller]
    fn shape(&self, tail: &[usize]) -> Result<Shape> {
        let mut dims = self.lead.clone();
        dims.extend_from_slice(tail);
        Shape::from_dims(dims)
    }
}

/// Refuses what matrices can't be factored in.
#[track_caller]
fn float_field(op: &'static str, a: &Tensor) -> Result<()> {
    match a.dtype() {
        DType::F32 | DType::F64 => Ok(()),
        other => Err(Error::dtype(
            op,
            format!("not defined for {other}; convert to float32 or float64"),
        )),
    }
}

/// Refuses two tensors of different types.
#[track_caller]
fn one_dtype(op: &'static str, a: &Tensor, b: &Tensor) -> Result<()> {
    if a.dtype() == b.dtype() {
        return Ok(());
    }
    Err(Error::dtype(
        op,
        format!("{} and {}; convert one of them", a.dtype(), b.dtype()),
    ))
}

/// An algorithm's failure on matrix `i` of a batch.
#[cold]
#[track_caller]
fn failure(op: &'static str, b: &Batch, i: usize, what: &str) -> Error {
    let place = match b.lead.is_empty() {
        true => String::new(),
        false => format!("(batch element {i}) "),
    };
    Error::new(ErrorKind::LinAlg, op, format!("{place}{what}"))
}

/// Refuses a positive `info`.
#[track_caller]
fn check_info(
    op: &'static str,
    b: &Batch,
    info: &Tensor,
    what: impl Fn(i32) -> String,
) -> Result<()> {
    let list = info.to_vec::<i32>()?;
    match list.iter().enumerate().find(|(_, i)| **i != 0) {
        Some((i, &at)) => Err(failure(op, b, i, &what(at))),
        None => Ok(()),
    }
}

/// The conjugate transpose.
#[track_caller]
fn h(x: &Tensor) -> Result<Tensor> {
    x.transpose(-2, -1)
}

/// The diagonal of the last two dimensions.
#[track_caller]
fn diagonal(x: &Tensor) -> Result<Tensor> {
    x.diagonal(0, -2, -1)
}

/// A mask of the diagonal of (n, n).
#[track_caller]
fn on_diagonal(n: usize) -> Result<Tensor> {
    Tensor::eye(n, None, DType::Bool)
}

/// Matrices with the last dimension as diagonal.
#[track_caller]
fn diagonal_matrix(v: &Tensor) -> Result<Tensor> {
    let n = v.dims()[v.rank() - 1];
    let zero = Tensor::zeroed(Shape::scalar(), v.dtype())?;
    v.unsqueeze(-1)?.where_cond(&on_diagonal(n)?, &zero)
}

/// Every column times its number in `s`.
#[track_caller]
fn scale_columns(x: &Tensor, s: &Tensor) -> Result<Tensor> {
    x.mul(&s.unsqueeze(-2)?)
}

/// Every row times its number in `s`.
#[track_caller]
fn scale_rows(x: &Tensor, s: &Tensor) -> Result<Tensor> {
    x.mul(&s.unsqueeze(-1)?)
}

#[track_caller]
fn eye_like(a: &Tensor, n: usize) -> Result<Tensor> {
    Tensor::eye(n, None, a.dtype())
}

/// Columns `range` of the last dimension.
#[track_caller]
fn columns(x: &Tensor, from: usize, to: usize) -> Result<Tensor> {
    x.narrow(-1, from as i64, to - from)
}

/// Rows `range` of the last dimension but one.
#[track_caller]
fn rows(x: &Tensor, from: usize, to: usize) -> Result<Tensor> {
    x.narrow(-2, from as i64, to - from)
}
