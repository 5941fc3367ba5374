//! Norms of matrices, and what tells how far a matrix is from a singular one.

use super::{Batch, float_field};
use crate::layout::Shape;
use crate::{DType, Error, Operand, Result, Tensor};

/// The distance from 1 to the next number.
pub(super) fn resolution(dtype: DType) -> f64 {
    match dtype {
        DType::F64 => f64::EPSILON,
        _ => f32::EPSILON as f64,
    }
}

/// Below which a singular value counts as 0: the larger of an absolute bound and a share of the largest one. Without
/// either, the type's resolution times the larger size of the matrix.
#[derive(Clone, Debug, Default)]
pub struct Tolerances {
    /// The absolute bound, one number or one per matrix.
    pub absolute: Option<Tensor>,
    /// The share of the largest singular value, one number or one per matrix.
    pub relative: Option<Tensor>,
}

impl Tolerances {
    /// A share of the largest singular value.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, ops::linalg::Tolerances};
    /// let a = Tensor::new([[4f64, 0.0], [0.0, 1.0]])?;
    /// assert_eq!(a.matrix_rank(&Tolerances::relative(0.5), false)?.item::<i64>()?, 1);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn relative(share: f64) -> Tolerances {
        Tolerances {
            absolute: None,
            relative: share.operand().ok().map(|t| (*t).clone()),
        }
    }

    /// The bound for singular values of `batch` whose largest are `largest` (…, 1).
    #[track_caller]
    pub(super) fn bound(&self, batch: &Batch, largest: &Tensor) -> Result<Tensor> {
        let each = |t: &Tensor| -> Result<Tensor> {
            let t = t.detach().to_dtype(largest.dtype())?;
            if t.rank() > 0 { t.unsqueeze(-1) } else { Ok(t) }
        };
        let default = resolution(largest.dtype()) * batch.rows.max(batch.columns) as f64;
        match (&self.absolute, &self.relative) {
            (None, None) => largest.mul(default),
            (None, Some(relative)) => largest.mul(&each(relative)?),
            (Some(absolute), Some(relative)) => {
                largest.mul(&each(relative)?)?.maximum(&each(absolute)?)
            }
            (Some(absolute), None) => {
                // Only a bound of 0 leaves the default share in force.
                let absolute = each(absolute)?;
                let zero = Tensor::zeroed(Shape::scalar(), largest.dtype())?;
                let share = largest.mul(default)?;
                share
                    .where_cond(&absolute.le(0.0)?, &zero)?
                    .maximum(&absolute)
            }
        }
    }
}

/// A norm of matrices.
///
/// ```
/// # use neurarust_core::{Tensor, ops::linalg::MatrixNorm};
/// let a = Tensor::new([[3f64, 0.0], [0.0, -4.0]])?;
/// let norm = |kind| a.matrix_norm(kind, [-2, -1], false)?.item::<f64>();
/// assert!((norm(MatrixNorm::Frobenius)? - 5.0).abs() < 1e-12);
/// assert!((norm(MatrixNorm::Nuclear)? - 7.0).abs() < 1e-12);
/// assert_eq!(norm(MatrixNorm::Order(f64::INFINITY))?, 4.0);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum MatrixNorm {
    /// The root of the sum of all squares.
    Frobenius,
    /// The sum of the singular values.
    Nuclear,
    /// 1, -1, 2, -2, infinity or minus infinity: the largest (smallest, if negative) sum of a column, singular value, or
    /// sum of a row.
    Order(f64),
}

impl Tensor {
    /// The norms of the matrices that lie in two dimensions, which stay as size 1 if `keepdim`.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// # use neurarust_core::ops::linalg::MatrixNorm;
    /// let a = Tensor::new([[1.0f64, -2.0], [3.0, 4.0]])?;
    /// assert_eq!(a.matrix_norm(MatrixNorm::Order(1.0), [-2, -1], false)?.item::<f64>()?, 6.0);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Other than floats; another order than the listed ones; the same dimension twice.
    #[track_caller]
    pub fn matrix_norm(&self, norm: MatrixNorm, dims: [i64; 2], keepdim: bool) -> Result<Tensor> {
        const OP: &str = "linalg.matrix_norm";
        if self.rank() < 2 {
            return Err(Error::shape(
                OP,
                format!(
                    "expected a matrix or a batch of them, got shape {}",
                    self.shape()
                ),
            ));
        }
        let (row, column) = (
            self.shape().dim(OP, dims[0])?,
            self.shape().dim(OP, dims[1])?,
        );
        if row == column {
            return Err(Error::value(
                OP,
                format!("dimension {row} appears twice in {dims:?}"),
            ));
        }
        if let MatrixNorm::Order(p) = norm
            && [1.0, 2.0, f64::INFINITY].contains(&p)
            && [row, column].iter().any(|&d| self.dims()[d] == 0)
        {
            // The largest of nothing that isn't below 0.
            return self.norm_dims(2.0, &[row as i64, column as i64], keepdim);
        }
        let sums = |over: usize, left: usize, largest: bool| -> Result<Tensor> {
            let sums = self.abs()?.sum_dims(&[over as i64], true)?;
            let out = match largest {
                true => sums.amax(&[left as i64], true)?,
                false => sums.amin(&[left as i64], true)?,
            };
            match keepdim {
                true => Ok(out),
                false => out.squeeze(&[row as i64, column as i64]),
            }
        };
        let spectrum = |f: &dyn Fn(Tensor) -> Result<Tensor>| -> Result<Tensor> {
            float_field(OP, self)?;
            let last: Vec<i64> = (0..self.rank())
                .filter(|d| *d != row && *d != column)
                .chain([row, column])
                .map(|d| d as i64)
                .collect();
            let out = f(self.permute(&last)?.svdvals()?)?;
            match keepdim {
                false => Ok(out),
                true => out
                    .unsqueeze(row.min(column) as i64)?
                    .unsqueeze(row.max(column) as i64),
            }
        };
        match norm {
            MatrixNorm::Frobenius => self.norm_dims(2.0, &[row as i64, column as i64], keepdim),
            MatrixNorm::Nuclear => spectrum(&|s| s.sum_dims(&[-1], false)),
            MatrixNorm::Order(p) if p.abs() == 1.0 => sums(row, column, p > 0.0),
            MatrixNorm::Order(p) if p.abs() == f64::INFINITY => sums(column, row, p > 0.0),
            MatrixNorm::Order(2.0) => spectrum(&|s| s.amax(&[-1], false)),
            MatrixNorm::Order(-2.0) => spectrum(&|s| s.amin(&[-1], false)),
            MatrixNorm::Order(p) => Err(Error::value(
                OP,
                format!("order {p}; expected 1, -1, 2, -2, inf, -inf, 'fro' or 'nuc'"),
            )),
        }
    }

    /// How many singular values (magnitudes of eigenvalues of symmetric matrices, if `hermitian`) are larger than
    /// `tolerances` say, as `i64` (…).
    ///
    /// ```
    /// # use neurarust_core::{Tensor, ops::linalg::Tolerances};
    /// let a = Tensor::new([[1f64, 2.0], [2.0, 4.0]])?;
    /// assert_eq!(a.matrix_rank(&Tolerances::default(), false)?.item::<i64>()?, 1);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Other than matrices of `f32` or `f64`; NaN or infinite elements.
    #[track_caller]
    pub fn matrix_rank(&self, tolerances: &Tolerances, hermitian: bool) -> Result<Tensor> {
        const OP: &str = "linalg.matrix_rank";
        let batch = Batch::of(OP, self)?;
        if batch.rows.min(batch.columns) == 0 {
            return Tensor::zeros((batch.lead.as_slice(), DType::I64));
        }
        let a = self.detach();
        let s = match hermitian {
            true => a.eigvalsh(false)?.abs()?,
            false => a.svdvals()?,
        };
        let bound = tolerances.bound(&batch, &s.amax(&[-1], true)?)?;
        s.gt(&bound)?.count_nonzero_dims(&[-1], false)
    }

    /// The condition numbers of matrices (…, m, n): `‖A‖ · ‖A⁻¹‖`, infinite where a matrix is singular; by singular values
    /// for the orders 2 and -2, of square matrices for all others.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, ops::linalg::MatrixNorm};
    /// let a = Tensor::new([[4f64, 0.0], [0.0, 1.0]])?;
    /// assert!((a.cond(MatrixNorm::Order(2.0))?.item::<f64>()? - 4.0).abs() < 1e-12);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Tensor::matrix_norm`] and [`Tensor::inverse`].
    #[track_caller]
    pub fn cond(&self, norm: MatrixNorm) -> Result<Tensor> {
        const OP: &str = "linalg.cond";
        if let MatrixNorm::Order(p) = norm
            && p.abs() == 2.0
        {
            Batch::of(OP, self)?;
            let s = self.svdvals()?;
            let k = s.dims()[s.rank() - 1];
            if k == 0 {
                return Tensor::zeros((&s.dims()[..s.rank() - 1], self.dtype()));
            }
            let (first, last) = (s.select(-1, 0)?, s.select(-1, -1)?);
            return if p > 0.0 {
                first.div(&last)
            } else {
                last.div(&first)
            };
        }
        let batch = Batch::square(OP, self)?;
        if batch.rows == 0 {
            return Tensor::zeros((batch.lead.as_slice(), self.dtype()));
        }
        let (inverse, info) = self.inv_ex()?;
        let out = self.matrix_norm(norm, [-2, -1], false)?;
        // A norm of what a singular matrix has instead of an inverse may not exist.
        let singular = info.ne(0.0)?;
        let zero = Tensor::zeroed(Shape::scalar(), self.dtype())?;
        let inverse = zero.where_cond(&singular.unsqueeze(-1)?.unsqueeze(-1)?, &inverse)?;
        let out = out.mul(&inverse.matrix_norm(norm, [-2, -1], false)?)?;
        let infinite = Tensor::full((&[][..], self.dtype()), f64::INFINITY)?;
        infinite.where_cond(&singular, &out)
    }
}
