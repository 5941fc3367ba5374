//! Systems of equations, inverses, determinants, least squares.

use super::kernels::{self, Triangle, field};
use super::norms::Tolerances;
use super::{
    Batch, check_info, complex, diagonal, eye_like, float_field, h, one_dtype, scale_columns,
};
use crate::autograd::{Saved, record, tracks};
use crate::layout::Shape;
use crate::{DType, Error, Result, Tensor};
use smallvec::smallvec;

fn singular(at: i32) -> String {
    format!("the matrix is singular: diagonal element {at} of U is 0; use lstsq or pinv")
}

/// `a` (…, n, n) and `b` (…, n, k) broadcast to one batch.
#[track_caller]
pub(super) fn broadcast(
    op: &'static str,
    a: &Tensor,
    b: &Tensor,
) -> Result<(Tensor, Tensor, Batch)> {
    let (x, y) = (Batch::of(op, a)?, Batch::of(op, b)?);
    if x.columns != y.rows {
        return Err(Error::shape(
            op,
            format!(
                "coefficients of shape {} for a right side of shape {}: {} rows expected",
                a.shape(),
                b.shape(),
                x.columns
            ),
        ));
    }
    if x.lead == y.lead {
        let joint = Batch {
            columns: y.columns,
            ..x
        };
        return Ok((a.clone(), b.clone(), joint));
    }
    let lead =
        Shape::from_dims(x.lead.clone())?.broadcast(&Shape::from_dims(y.lead.clone())?, op)?;
    let joint = Batch {
        lead: lead.dims().iter().copied().collect(),
        count: lead.numel(),
        rows: x.rows,
        columns: y.columns,
    };
    let a = a.expand_to(&joint.shape(&[x.rows, x.columns])?)?;
    let b = b.expand_to(&joint.shape(&[y.rows, y.columns])?)?;
    Ok((a, b, joint))
}

/// How [`Tensor::lstsq`] is answered: which of LAPACK's drivers is imitated.
///
/// ```
/// # use neurarust_core::{Tensor, ops::linalg::LstsqDriver};
/// let (a, b) = (Tensor::new([[1f64, 1.0], [1.0, 1.0]])?, Tensor::new([[2f64], [2.0]])?); // rank 1
/// assert_eq!(a.lstsq(&b, None, LstsqDriver::Gelsy)?.rank.item::<i64>()?, 1);
/// assert_eq!(a.lstsq(&b, None, LstsqDriver::Gelsd)?.singular_values.dims(), [2]);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum LstsqDriver {
    /// Full rank is taken for granted.
    Gels,
    /// The rank is found.
    #[default]
    Gelsy,
    /// The rank and the singular values are found.
    Gelsd,
    /// As `Gelsd`.
    Gelss,
}

/// A least-squares solution, see [`Tensor::lstsq`].
///
/// ```
/// # use neurarust_core::{Tensor, ops::linalg::LstsqDriver};
/// let a = Tensor::new([[1f64, 0.0], [0.0, 1.0], [0.0, 0.0]])?;
/// let found = a.lstsq(&Tensor::new([[1f64], [2.0], [3.0]])?, None, LstsqDriver::Gels)?;
/// assert!((found.solution.to_vec::<f64>()?[1] - 2.0).abs() < 1e-12);
/// assert!((found.residuals.item::<f64>()? - 9.0).abs() < 1e-12);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Lstsq {
    /// (…, n, k)
    pub solution: Tensor,
    /// Sums of squares (…, k); empty unless the matrix has more rows than columns, and full rank.
    pub residuals: Tensor,
    /// (…) of `i64`; empty for [`LstsqDriver::Gels`].
    pub rank: Tensor,
    /// (…, min(m, n)); empty unless the driver finds them.
    pub singular_values: Tensor,
}

impl Tensor {
    /// `X` of `A · X = B` (of `X · A = B` unless `left`), where this is `A` (…, n, n), of which one triangle is read,
    /// and `B` is (…, n, k). With `unit`, the diagonal counts as ones. Batches broadcast.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let a = Tensor::new([[2.0f64, 0.0], [1.0, 4.0]])?;
    /// let x = a.solve_triangular(&Tensor::new([[2.0f64], [9.0]])?, false, true, false)?;
    /// assert_eq!(x.to_vec::<f64>()?, [1.0, 2.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Shapes or types that don't fit.
    #[track_caller]
    pub fn solve_triangular(
        &self,
        b: &Tensor,
        upper: bool,
        left: bool,
        unit: bool,
    ) -> Result<Tensor> {
        const OP: &str = "linalg.solve_triangular";
        Batch::square(OP, self)?;
        one_dtype(OP, self, b)?;
        if !left {
            Batch::of(OP, b)?;
            let turned = self.transpose(-2, -1)?.solve_triangular(
                &b.transpose(-2, -1)?,
                !upper,
                true,
                unit,
            )?;
            return turned.transpose(-2, -1);
        }
        let (a, b, batch) = broadcast(OP, self, b)?;
        let triangle = Triangle { upper, unit };
        let x = field!(OP, a.dtype(), T => kernels::triangular::<T>(&a, &b, &batch, triangle))?;
        if tracks(&[&a, &b]) {
            let saved = (Saved::input(&a), Saved::output(&x, 0));
            record(OP, &[&a, &b], &[&x], saved, move |(a, x), call, grads| {
                let Some(g) = &grads[0] else {
                    return Ok(smallvec![None, None]);
                };
                let gb = h(&a.get(call)?)?.solve_triangular(g, !upper, true, unit)?;
                let mut ga = None;
                if call.needs(0) {
                    let full = gb.times(&h(&x.get(call)?)?)?.neg()?;
                    ga = Some(match upper {
                        true => full.triu(unit as i64)?,
                        false => full.tril(-(unit as i64))?,
                    });
                }
                Ok(smallvec![ga, Some(gb)])
            })?;
        }
        Ok(x)
    }

    /// `X` of `A · X = B` (of `X · A = B` unless `left`), where this is `A` (…, n, n). `B` is (…, n, k), or, as PyTorch
    /// decides, a batch of vectors (…, n).
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let a = Tensor::new([[2.0f64, 0.0], [0.0, 4.0]])?;
    /// let x = a.solve(&Tensor::new([2.0f64, 4.0])?, true)?;
    /// assert_eq!(x.to_vec::<f64>()?, [1.0, 1.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Shapes or types that don't fit; a singular matrix.
    #[track_caller]
    pub fn solve(&self, b: &Tensor, left: bool) -> Result<Tensor> {
        let (x, info) = self.solve_ex(b, left)?;
        check_info(
            "linalg.solve",
            &Batch::of("linalg.solve", self)?,
            &info,
            singular,
        )?;
        Ok(x)
    }

    /// As [`Tensor::solve`], with the place of the first zero pivot (0: none) instead of an error, as `i32`.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let a = Tensor::new([[2f64, 0.0], [0.0, 0.0]])?;
    /// let (_, info) = a.solve_ex(&Tensor::new([2f64, 4.0])?, true)?;
    /// assert_eq!(info.item::<i32>()?, 2); // singular at the second pivot
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Shapes or types that don't fit.
    #[track_caller]
    pub fn solve_ex(&self, b: &Tensor, left: bool) -> Result<(Tensor, Tensor)> {
        const OP: &str = "linalg.solve";
        let batch = Batch::square(OP, self)?;
        one_dtype(OP, self, b)?;
        let vectors = b.rank() == 1
            || (b.rank() + 1 == self.rank() && b.dims() == batch.shape(&[batch.rows])?.dims());
        if vectors {
            let (x, info) = self.solve_ex(&b.unsqueeze(-1)?, true)?;
            return Ok((x.squeeze(&[-1])?, info));
        }
        if !left {
            Batch::of(OP, b)?;
            let (x, info) = self
                .transpose(-2, -1)?
                .solve_ex(&b.transpose(-2, -1)?, true)?;
            return Ok((x.transpose(-2, -1)?, info));
        }
        broadcast(OP, self, b)?;
        let [lu, pivots, info] =
            field!(OP, self.dtype(), T => kernels::lu::<T>(self, &batch, true))?;
        let x = {
            let _guard = crate::no_grad();
            lu.lu_solve(&pivots, &b.detach(), true, false)?
        };
        if tracks(&[self, b]) {
            let saved = (Saved::input(self), Saved::output(&x, 0));
            record(OP, &[self, b], &[&x], saved, |(a, x), call, grads| {
                let Some(g) = &grads[0] else {
                    return Ok(smallvec![None, None]);
                };
                let (gb, _) = h(&a.get(call)?)?.solve_ex(g, true)?;
                let ga = match call.needs(0) {
                    true => Some(gb.times(&h(&x.get(call)?)?)?.neg()?),
                    false => None,
                };
                Ok(smallvec![ga, Some(gb)])
            })?;
        }
        Ok((x, info))
    }

    /// The inverses of matrices (…, n, n).
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let a = Tensor::new([[2f64, 0.0], [0.0, 4.0]])?;
    /// assert_eq!(a.inverse()?.to_vec::<f64>()?, [0.5, 0.0, 0.0, 0.25]);
    /// assert!(Tensor::zeros([2, 2])?.inverse().is_err());
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Other than square matrices of `f32` or `f64`; a singular matrix.
    #[track_caller]
    pub fn inverse(&self) -> Result<Tensor> {
        let (x, info) = self.inv_ex()?;
        check_info(
            "linalg.inv",
            &Batch::of("linalg.inv", self)?,
            &info,
            singular,
        )?;
        Ok(x)
    }

    /// As [`Tensor::inverse`], with the place of the first zero pivot (0: none) instead of an error, as `i32`.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let (_, info) = Tensor::zeros([2, 2])?.inv_ex()?;
    /// assert_eq!(info.item::<i32>()?, 1);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Other than square matrices of `f32` or `f64`.
    #[track_caller]
    pub fn inv_ex(&self) -> Result<(Tensor, Tensor)> {
        const OP: &str = "linalg.inv";
        if self.dtype().is_complex() {
            let (x, info) = complex::embed(self)?.inv_ex()?;
            return Ok((complex::extract(&x)?, info));
        }
        let batch = Batch::square(OP, self)?;
        let (x, info) = {
            let _guard = crate::no_grad();
            let [lu, pivots, info] =
                field!(OP, self.dtype(), T => kernels::lu::<T>(self, &batch, true))?;
            let eye = eye_like(self, batch.rows)?.expand_to(self.shape())?;
            (lu.lu_solve(&pivots, &eye, true, false)?, info)
        };
        if tracks(&[self]) {
            record(
                OP,
                &[self],
                &[&x],
                Saved::output(&x, 0),
                |x, call, grads| {
                    let Some(g) = &grads[0] else {
                        return Ok(smallvec![None]);
                    };
                    let xh = h(&x.get(call)?)?;
                    Ok(smallvec![Some(xh.times(g)?.times(&xh)?.neg()?)])
                },
            )?;
        }
        Ok((x, info))
    }

    /// The determinants of matrices (…, n, n).
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let det = Tensor::new([[1f64, 2.0], [3.0, 4.0]])?.det()?;
    /// assert!((det.item::<f64>()? + 2.0).abs() < 1e-12);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Other than square matrices of `f32` or `f64`.
    #[track_caller]
    pub fn det(&self) -> Result<Tensor> {
        const OP: &str = "linalg.det";
        let batch = Batch::square(OP, self)?;
        let det = {
            let _guard = crate::no_grad();
            let [lu, pivots, _] =
                field!(OP, self.dtype(), T => kernels::lu::<T>(self, &batch, true))?;
            parity(&batch, &pivots, self.dtype())?.mul(&diagonal(&lu)?.prod_dims(&[-1], false)?)?
        };
        if tracks(&[self]) {
            let saved = (Saved::input(self), Saved::output(&det, 0));
            record(OP, &[self], &[&det], saved, |(a, det), call, grads| {
                let Some(g) = &grads[0] else {
                    return Ok(smallvec![None]);
                };
                let (a, det) = (a.get(call)?, det.get(call)?);
                let zero = det.detach().eq(0.0)?;
                if zero.any()?.item::<bool>()? {
                    return Ok(smallvec![Some(cofactors(&a)?.mul(&last_two(g)?)?)]);
                }
                let n = a.dims()[a.rank() - 1];
                let scaled = eye_like(&a, n)?.mul(&last_two(&det.mul(g)?)?)?;
                Ok(smallvec![Some(h(&a)?.solve_ex(&scaled, true)?.0)])
            })?;
        }
        Ok(det)
    }

    /// `(sign, logarithm of the magnitude)` of the determinants of matrices (…, n, n): `(0, -∞)` for singular ones.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let (sign, log) = Tensor::new([[1f64, 2.0], [3.0, 4.0]])?.slogdet()?;
    /// assert!(sign.item::<f64>()? == -1.0 && (log.item::<f64>()? - 2f64.ln()).abs() < 1e-12);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Other than square matrices of `f32` or `f64`.
    #[track_caller]
    pub fn slogdet(&self) -> Result<(Tensor, Tensor)> {
        const OP: &str = "linalg.slogdet";
        let batch = Batch::square(OP, self)?;
        let (sign, log) = {
            let _guard = crate::no_grad();
            let [lu, pivots, _] =
                field!(OP, self.dtype(), T => kernels::lu::<T>(self, &batch, true))?;
            let d = diagonal(&lu)?;
            let sign = d.sign()?.prod_dims(&[-1], false)?;
            let sign = parity(&batch, &pivots, self.dtype())?.mul(&sign)?;
            (sign, d.abs()?.log()?.sum_dims(&[-1], false)?)
        };
        if tracks(&[self]) {
            record(
                OP,
                &[self],
                &[&sign, &log],
                Saved::input(self),
                |a, call, grads| {
                    let Some(g) = &grads[1] else {
                        return Ok(smallvec![None]);
                    };
                    let a = a.get(call)?;
                    let eye = eye_like(&a, a.dims()[a.rank() - 1])?;
                    let scaled = eye.mul(&last_two(g)?)?;
                    Ok(smallvec![Some(h(&a)?.solve_ex(&scaled, true)?.0)])
                },
            )?;
        }
        Ok((sign, log))
    }

    /// The logarithms of the determinants of matrices (…, n, n): NaN where one is negative.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let log = Tensor::new([[2f64, 0.0], [0.0, 3.0]])?.logdet()?;
    /// assert!((log.item::<f64>()? - 6f64.ln()).abs() < 1e-12);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Other than square matrices of `f32` or `f64`.
    #[track_caller]
    pub fn logdet(&self) -> Result<Tensor> {
        let (sign, log) = self.slogdet()?;
        let nan = Tensor::full((&[][..], self.dtype()), f64::NAN)?;
        log.where_cond(&sign.ge(0.0)?, &nan)
    }

    /// Moore and Penrose's pseudo-inverses (…, n, m) of matrices (…, m, n). Singular values (of symmetric matrices, if
    /// `hermitian`, magnitudes of eigenvalues) that are no larger than `tolerances` say count as 0.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, ops::linalg::Tolerances};
    /// let a = Tensor::new([[2f64, 0.0, 0.0], [0.0, 0.0, 0.0]])?;
    /// let p = a.pinv(&Tolerances::default(), false)?; // (3, 2)
    /// assert!(p.sub(&Tensor::new([[0.5f64, 0.0], [0.0, 0.0], [0.0, 0.0]])?)?.norm(2.0)?.item::<f64>()? < 1e-12);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Other than matrices of `f32` or `f64`; NaN or infinite elements.
    #[track_caller]
    pub fn pinv(&self, tolerances: &Tolerances, hermitian: bool) -> Result<Tensor> {
        const OP: &str = "linalg.pinv";
        if self.dtype().is_complex() {
            return complex::extract(&complex::embed(self)?.pinv(tolerances, hermitian)?);
        }
        let batch = match hermitian {
            true => Batch::square(OP, self)?,
            false => Batch::of(OP, self)?,
        };
        if self.numel() == 0 {
            return self.transpose(-2, -1)?.try_clone();
        }
        if hermitian {
            // Eigenvectors differentiate well even where eigenvalues vanish, but for equal ones: the general formula holds.
            let (values, vectors) = self.detach().eigh(false)?;
            let size = values.abs()?;
            let bound = tolerances.bound(&batch, &size.amax(&[-1], true)?)?;
            let one = values.reciprocal()?;
            let zero = Tensor::zeroed(Shape::scalar(), self.dtype())?;
            let inverse = one.where_cond(&size.gt(&bound)?, &zero)?;
            let x = scale_columns(&vectors, &inverse)?.times(&h(&vectors)?)?;
            return self.with_pinv_gradient(x);
        }
        let (u, s, vh) = self.detach().svd(false)?;
        let bound = tolerances.bound(&batch, &s.amax(&[-1], true)?)?;
        let zero = Tensor::zeroed(Shape::scalar(), self.dtype())?;
        let inverse = s.reciprocal()?.where_cond(&s.gt(&bound)?, &zero)?;
        let x = scale_columns(&h(&vh)?, &inverse)?.times(&h(&u)?)?;
        self.with_pinv_gradient(x)
    }

    /// Golub and Pereyra's gradient of the pseudo-inverse `x`: for constant rank.
    #[track_caller]
    fn with_pinv_gradient(&self, x: Tensor) -> Result<Tensor> {
        if tracks(&[self]) {
            let saved = (Saved::input(self), Saved::output(&x, 0));
            record(
                "linalg.pinv",
                &[self],
                &[&x],
                saved,
                |(a, x), call, grads| {
                    let Some(g) = &grads[0] else {
                        return Ok(smallvec![None]);
                    };
                    let (a, x) = (a.get(call)?, x.get(call)?);
                    let (xh, gh) = (h(&x)?, h(g)?);
                    let first = xh.times(g)?.times(&xh)?;
                    // (1 - A·X)·gᵀ·X·Xᵀ and Xᵀ·X·gᵀ·(1 - X·A)
                    let second = gh.times(&x)?.times(&xh)?;
                    let second = second.sub(&a.times(&x.times(&second)?)?)?;
                    let third = xh.times(&x.times(&gh)?)?;
                    let third = third.sub(&third.times(&x)?.times(&a)?)?;
                    Ok(smallvec![Some(second.add(&third)?.sub(&first)?)])
                },
            )?;
        }
        Ok(x)
    }

    /// The least-squares solution `X` of `A · X = B`, of the smallest norm where there are several: this is `A`
    /// (…, m, n), `B` is (…, m, k), or, as PyTorch decides, a batch of vectors (…, m).
    ///
    /// `rcond` times the largest singular value is what counts as 0; by default the type's resolution times the larger
    /// size.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, ops::linalg::LstsqDriver};
    /// let a = Tensor::new([[1f64, 0.0], [1.0, 1.0], [1.0, 2.0]])?; // a line through three points
    /// let b = Tensor::new([[1f64], [3.0], [5.0]])?;
    /// let x = a.lstsq(&b, None, LstsqDriver::Gels)?.solution;
    /// assert!(x.sub(&Tensor::new([[1f64], [2.0]])?)?.norm(2.0)?.item::<f64>()? < 1e-12);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Shapes or types that don't fit; NaN or infinite elements.
    #[track_caller]
    pub fn lstsq(&self, b: &Tensor, rcond: Option<f64>, driver: LstsqDriver) -> Result<Lstsq> {
        const OP: &str = "linalg.lstsq";
        let batch = Batch::of(OP, self)?;
        one_dtype(OP, self, b)?;
        let vector = b.rank() + 1 == self.rank();
        let right = if vector { b.unsqueeze(-1)? } else { b.clone() };
        if right.rank() < 2 || right.dims()[right.rank() - 2] != batch.rows {
            return Err(Error::shape(
                OP,
                format!(
                    "a matrix of shape {} for a right side of shape {}: {} rows expected",
                    self.shape(),
                    b.shape(),
                    batch.rows
                ),
            ));
        }
        let (m, n) = (batch.rows, batch.columns);
        let k = m.min(n);
        let found = self.detach().svdvals()?;
        let default = super::norms::resolution(self.dtype()) * m.max(n) as f64;
        let rcond = rcond.unwrap_or(default);
        let rank = match k {
            0 => Tensor::zeros((batch.lead.as_slice(), DType::I64))?,
            _ => {
                let bound = found.amax(&[-1], true)?.mul(rcond)?;
                found
                    .gt(&bound)?
                    .to_dtype(DType::I64)?
                    .sum_dims(&[-1], false)?
            }
        };
        let tolerances = match driver {
            LstsqDriver::Gels => Tolerances::relative(0.0),
            _ => Tolerances::relative(rcond),
        };
        let solution = self.pinv(&tolerances, false)?.times(&right)?;
        let full = rank.eq(k as f64)?.all()?.item::<bool>()?;
        let nothing = |dtype| Tensor::zeros(([0usize], dtype));
        // Empty, but of the graph, as its type doesn't tell whether there are any.
        let no_residuals = || {
            self.reshape([-1])?
                .narrow(0, 0, 0)?
                .add(&b.reshape([-1])?.narrow(0, 0, 0)?)
        };
        let residuals =
            match m > n && driver != LstsqDriver::Gelsy && (full || driver == LstsqDriver::Gels) {
                true => self
                    .times(&solution)?
                    .sub(&right)?
                    .square()?
                    .sum_dims(&[-2], false)?,
                false => no_residuals()?,
            };
        Ok(Lstsq {
            solution: if vector {
                solution.squeeze(&[-1])?
            } else {
                solution
            },
            residuals,
            rank: match driver {
                LstsqDriver::Gels => nothing(DType::I64)?,
                _ => rank,
            },
            singular_values: match driver {
                LstsqDriver::Gelsd | LstsqDriver::Gelss => found,
                _ => nothing(self.dtype())?,
            },
        })
    }

    /// The tensor `X` for which `tensordot(A⁻¹, B)` undoes `tensordot(A, B)`: the first `ind` dimensions of this are the
    /// rows of a square matrix.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, DType};
    /// let a = Tensor::eye(4, None, DType::F64)?.reshape([2, 2, 4])?;
    /// assert_eq!(a.tensorinv(2)?.dims(), [4, 2, 2]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Sizes whose products differ; a singular matrix.
    #[track_caller]
    pub fn tensorinv(&self, ind: usize) -> Result<Tensor> {
        const OP: &str = "linalg.tensorinv";
        float_field(OP, self)?;
        if ind == 0 || ind > self.rank() {
            return Err(Error::value(
                OP,
                format!("ind is {ind}; expected one in 1..={}", self.rank()),
            ));
        }
        let (head, tail) = self.dims().split_at(ind);
        let (rows, columns) = (Shape::new(head)?.numel(), Shape::new(tail)?.numel());
        if rows != columns {
            return Err(Error::shape(
                OP,
                format!(
                    "shape {} is {rows} rows by {columns} columns with ind = {ind}; expected as many",
                    self.shape()
                ),
            ));
        }
        let dims: Vec<usize> = tail.iter().chain(head).copied().collect();
        self.reshape(&[rows, columns][..])?
            .inverse()?
            .reshape(dims.as_slice())
    }

    /// The tensor `X` of `tensordot(A, X) = B`, where this is `A`; `dims` of it are moved to the end first.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, DType};
    /// let a = Tensor::eye(4, None, DType::F64)?.reshape([4, 2, 2])?;
    /// let x = a.tensorsolve(&Tensor::new([1f64, 2.0, 3.0, 4.0])?, &[])?;
    /// assert_eq!((x.dims(), x.to_vec::<f64>()?), (&[2, 2][..], vec![1.0, 2.0, 3.0, 4.0]));
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Sizes that don't fit; a singular matrix.
    #[track_caller]
    pub fn tensorsolve(&self, b: &Tensor, dims: &[i64]) -> Result<Tensor> {
        const OP: &str = "linalg.tensorsolve";
        float_field(OP, self)?;
        let mut moved: Vec<usize> = Vec::new();
        for &d in dims {
            let d = self.shape().dim(OP, d)?;
            if moved.contains(&d) {
                return Err(Error::value(
                    OP,
                    format!("dimension {d} appears twice in {dims:?}"),
                ));
            }
            moved.push(d);
        }
        let order: Vec<i64> = (0..self.rank())
            .filter(|d| !moved.contains(d))
            .chain(moved.iter().copied())
            .map(|d| d as i64)
            .collect();
        let a = self.permute(&order)?;
        let Some(_) = a.rank().checked_sub(b.rank()) else {
            return Err(Error::shape(
                OP,
                format!("shapes {} and {}", self.shape(), b.shape()),
            ));
        };
        let n = b.numel();
        let tail: Vec<usize> = a.dims()[b.rank()..].to_vec();
        if Shape::new(&tail)?.numel() != n || a.numel() != n.saturating_mul(n) {
            return Err(Error::shape(
                OP,
                format!(
                    "shape {} is no square matrix of {n} rows, for a right side of shape {}",
                    a.shape(),
                    b.shape()
                ),
            ));
        }
        a.reshape(&[n, n][..])?
            .solve(&b.reshape(&[n][..])?, true)?
            .reshape(tail.as_slice())
    }
}

/// `t` (…) with two dimensions of size 1 behind.
#[track_caller]
fn last_two(t: &Tensor) -> Result<Tensor> {
    t.unsqueeze(-1)?.unsqueeze(-1)
}

/// 1 or -1: the sign of the permutation that row exchanges (…, n) add up to.
#[track_caller]
fn parity(b: &Batch, pivots: &Tensor, dtype: DType) -> Result<Tensor> {
    let n = b.rows as i64;
    let moved = pivots.ne(&Tensor::arange(1..n + 1)?)?;
    let odd = moved.count_nonzero_dims(&[-1], false)?.remainder(2.0)?;
    odd.mul(-2.0)?.add(1.0)?.to_dtype(dtype)
}

/// The gradient of the determinant where it is 0: `U · diag(∏ of the other singular values) · Vᴴ`, with the sign of both.
#[track_caller]
fn cofactors(a: &Tensor) -> Result<Tensor> {
    let n = a.dims()[a.rank() - 1];
    let (u, s, vh) = a.svd(false)?;
    let one = Tensor::ones((&[][..], a.dtype()))?;
    let mut others = Vec::new();
    for i in 0..n {
        let mask = Tensor::from_vec((0..n).map(|j| i == j).collect::<Vec<bool>>(), [n])?;
        others.push(one.where_cond(&mask, &s)?.prod_dims(&[-1], true)?);
    }
    let others = Tensor::cat(&others.iter().collect::<Vec<_>>(), -1)?;
    let sign = u.detach().det()?.mul(&vh.detach().det()?)?;
    scale_columns(&u, &others)?
        .times(&vh)?
        .mul(&last_two(&sign)?)
}
