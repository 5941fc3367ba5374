//! Factorisations into triangles and orthogonal matrices: Cholesky, LU, QR, symmetric indefinite.

use super::kernels::{self, field};
use super::{
    Batch, check_info, columns, diagonal_matrix, eye_like, float_field, h, one_dtype, rows,
    scale_rows,
};
use crate::autograd::{Saved, record, tracks};
use crate::layout::Dims;
use crate::{DType, Error, Result, Tensor};
use smallvec::smallvec;

fn not_definite(order: i32) -> String {
    format!("the matrix isn't positive-definite: its leading minor of order {order} isn't positive")
}

/// The lower triangle with half of the diagonal.
#[track_caller]
fn half_lower(x: &Tensor) -> Result<Tensor> {
    x.tril(-1)?
        .add(&diagonal_matrix(&super::diagonal(x)?.mul(0.5)?)?)
}

impl Tensor {
    /// The lower triangular `L` of `A = L · Lᵀ` (…, n, n), for symmetric positive-definite `A`, of which the lower
    /// triangle is read; with `upper`, the upper triangular `U` of `A = Uᵀ · U`, from the upper triangle.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let l = Tensor::new([[4.0f64, 2.0], [2.0, 5.0]])?.cholesky(false)?;
    /// assert_eq!(l.to_vec::<f64>()?, [2.0, 0.0, 1.0, 2.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Other than square matrices of `f32` or `f64`; a matrix that isn't positive-definite.
    #[track_caller]
    pub fn cholesky(&self, upper: bool) -> Result<Tensor> {
        let (l, info) = self.cholesky_ex(upper)?;
        check_info(
            "linalg.cholesky",
            &Batch::of("linalg.cholesky", self)?,
            &info,
            not_definite,
        )?;
        Ok(l)
    }

    /// As [`Tensor::cholesky`], with the order of the first leading minor that isn't positive (0 if all are) instead of
    /// an error, as `i32` (…).
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let (l, info) = Tensor::new([[4f64, 2.0], [2.0, 5.0]])?.cholesky_ex(false)?;
    /// assert_eq!((l.to_vec::<f64>()?, info.item::<i32>()?), (vec![2.0, 0.0, 1.0, 2.0], 0));
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Other than square matrices of `f32` or `f64`.
    #[track_caller]
    pub fn cholesky_ex(&self, upper: bool) -> Result<(Tensor, Tensor)> {
        const OP: &str = "linalg.cholesky";
        if upper {
            let (l, info) = h(self)?.cholesky_ex(false)?;
            return Ok((h(&l)?, info));
        }
        let batch = Batch::square(OP, self)?;
        let [l, info] = field!(OP, self.dtype(), T => kernels::cholesky::<T>(self, &batch))?;
        if tracks(&[self]) {
            record(
                OP,
                &[self],
                &[&l],
                Saved::output(&l, 0),
                |l, call, grads| {
                    let Some(g) = &grads[0] else {
                        return Ok(smallvec![None]);
                    };
                    let l = l.get(call)?;
                    let lh = h(&l)?;
                    // Φ(Lᵀ·g) between inverses of L, made symmetric.
                    let phi = half_lower(&lh.times(&g.tril(0)?)?)?;
                    let left = lh.solve_triangular(&phi, true, true, false)?;
                    let both = h(&lh.solve_triangular(&h(&left)?, true, true, false)?)?;
                    Ok(smallvec![Some(both.add(&h(&both)?)?.mul(0.5)?)])
                },
            )?;
        }
        Ok((l, info))
    }

    /// The inverse of the symmetric matrix whose Cholesky factor this is.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let l = Tensor::new([[2f64, 0.0], [0.0, 4.0]])?;
    /// assert_eq!(l.cholesky_inverse(false)?.to_vec::<f64>()?, [0.25, 0.0, 0.0, 0.0625]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Other than square matrices of `f32` or `f64`.
    #[track_caller]
    pub fn cholesky_inverse(&self, upper: bool) -> Result<Tensor> {
        let batch = Batch::square("cholesky_inverse", self)?;
        let eye = eye_like(self, batch.rows)?;
        let out = {
            let _guard = crate::no_grad();
            let inverse = self.detach().solve_triangular(&eye, upper, true, false)?;
            match upper {
                true => inverse.times(&h(&inverse)?)?,
                false => h(&inverse)?.times(&inverse)?,
            }
        };
        if tracks(&[self]) {
            let saved = (Saved::input(self), Saved::output(&out, 0));
            record(
                "cholesky_inverse",
                &[self],
                &[&out],
                saved,
                move |(l, x), call, grads| {
                    let Some(g) = &grads[0] else {
                        return Ok(smallvec![None]);
                    };
                    let (l, x) = (triangle(&l.get(call)?, upper)?, x.get(call)?);
                    // Both triangles get a share, as in PyTorch: the gradient of the symmetric product.
                    let common = x.times(&g.add(&h(g)?)?)?.times(&x)?;
                    let product = if upper {
                        l.times(&common)?
                    } else {
                        common.times(&l)?
                    };
                    Ok(smallvec![Some(product.neg()?)])
                },
            )?;
        }
        Ok(out)
    }

    /// `X` of `A · X = B`, where `factor` is `A`'s Cholesky factor and this is `B` (…, n, k).
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let (l, b) = (Tensor::new([[2f64, 0.0], [0.0, 4.0]])?, Tensor::new([[8f64], [16.0]])?);
    /// assert_eq!(b.cholesky_solve(&l, false)?.to_vec::<f64>()?, [2.0, 1.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Tensor::solve_triangular`].
    #[track_caller]
    pub fn cholesky_solve(&self, factor: &Tensor, upper: bool) -> Result<Tensor> {
        const OP: &str = "cholesky_solve";
        let solve = |l: &Tensor, b: &Tensor| -> Result<Tensor> {
            let lower = if upper { h(l)? } else { l.clone() };
            let half = lower.solve_triangular(b, false, true, false)?;
            h(&lower)?.solve_triangular(&half, true, true, false)
        };
        let out = {
            let _guard = crate::no_grad();
            solve(&factor.detach(), &self.detach())?
        };
        if tracks(&[self, factor]) {
            let saved = (Saved::input(factor), Saved::output(&out, 0));
            record(
                OP,
                &[self, factor],
                &[&out],
                saved,
                move |(l, x), call, grads| {
                    let Some(g) = &grads[0] else {
                        return Ok(smallvec![None, None]);
                    };
                    let l = triangle(&l.get(call)?, upper)?;
                    let gb = g.cholesky_solve(&l, upper)?;
                    let mut gl = None;
                    if call.needs(1) {
                        let common = gb.times(&h(&x.get(call)?)?)?;
                        let common = common.add(&h(&common)?)?;
                        let product = if upper {
                            l.times(&common)?
                        } else {
                            common.times(&l)?
                        };
                        gl = Some(product.neg()?);
                    }
                    Ok(smallvec![Some(gb), gl])
                },
            )?;
        }
        Ok(out)
    }

    /// `(LU, pivots, info)`: both triangles of `A = P · L · U` (…, m, n) in one matrix, the ones on `L`'s diagonal left
    /// out, the row exchanges counted from 1, and the place of the first zero on `U`'s diagonal (0: none).
    ///
    /// Without `pivot`, rows stay where they are.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let (lu, pivots, _) = Tensor::new([[0f64, 2.0], [1.0, 0.0]])?.lu_factor_ex(true)?;
    /// assert_eq!(lu.to_vec::<f64>()?, [1.0, 0.0, 0.0, 2.0]);
    /// assert_eq!(pivots.to_vec::<i32>()?, [2, 2]); // row 1 changed places with row 2
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Other than matrices of `f32` or `f64`.
    #[track_caller]
    pub fn lu_factor_ex(&self, pivot: bool) -> Result<(Tensor, Tensor, Tensor)> {
        const OP: &str = "linalg.lu_factor";
        let batch = Batch::of(OP, self)?;
        let [lu, pivots, info] =
            field!(OP, self.dtype(), T => kernels::lu::<T>(self, &batch, pivot))?;
        if tracks(&[self]) {
            let saved = (Saved::output(&lu, 0), pivots.clone());
            record(
                OP,
                &[self],
                &[&lu],
                saved,
                move |(lu, pivots), call, grads| {
                    let Some(g) = &grads[0] else {
                        return Ok(smallvec![None]);
                    };
                    let lu = lu.get(call)?;
                    Ok(smallvec![Some(lu_gradient(&lu, pivots, g)?)])
                },
            )?;
        }
        Ok((lu, pivots, info))
    }

    /// `(P, L, U)` of what [`Tensor::lu_factor_ex`] answers: this is `LU` (…, m, n).
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let a = Tensor::new([[0f64, 2.0], [1.0, 0.0]])?;
    /// let (lu, pivots, _) = a.lu_factor_ex(true)?;
    /// let (p, l, u) = lu.lu_unpack(&pivots)?;
    /// assert_eq!(p.matmul(&l)?.matmul(&u)?.to_vec::<f64>()?, a.to_vec::<f64>()?);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Pivots of another shape or type, or out of range.
    #[track_caller]
    pub fn lu_unpack(&self, pivots: &Tensor) -> Result<(Tensor, Tensor, Tensor)> {
        const OP: &str = "lu_unpack";
        let batch = Batch::of(OP, self)?;
        let p = permutation(OP, &batch, pivots, self.dtype())?;
        let (l, u) = self.lu_triangles()?;
        Ok((p, l, u))
    }

    /// `(L, U)` of `LU`.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let (l, u) = Tensor::new([[2f64, 3.0], [0.5, 4.0]])?.lu_triangles()?;
    /// assert_eq!(l.to_vec::<f64>()?, [1.0, 0.0, 0.5, 1.0]);
    /// assert_eq!(u.to_vec::<f64>()?, [2.0, 3.0, 0.0, 4.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Fewer than two dimensions.
    #[track_caller]
    pub fn lu_triangles(&self) -> Result<(Tensor, Tensor)> {
        let batch = Batch::of("lu_unpack", self)?;
        let k = batch.rows.min(batch.columns);
        let ones = Tensor::eye(batch.rows, k, self.dtype())?;
        let l = columns(self, 0, k)?.tril(-1)?.add(&ones)?;
        let u = rows(self, 0, k)?.triu(0)?;
        Ok((l, u))
    }

    /// `X` of `A · X = B` (or `X · A = B` unless `left`; of `Aᵀ` if `adjoint`), where this is the `LU` of `A` (…, n, n).
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let (lu, pivots, _) = Tensor::new([[0f64, 2.0], [1.0, 0.0]])?.lu_factor_ex(true)?;
    /// let x = lu.lu_solve(&pivots, &Tensor::new([[4f64], [3.0]])?, true, false)?;
    /// assert_eq!(x.to_vec::<f64>()?, [3.0, 2.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Shapes or types that don't fit; pivots out of range.
    #[track_caller]
    pub fn lu_solve(
        &self,
        pivots: &Tensor,
        b: &Tensor,
        left: bool,
        adjoint: bool,
    ) -> Result<Tensor> {
        const OP: &str = "linalg.lu_solve";
        let batch = Batch::square(OP, self)?;
        one_dtype(OP, self, b)?;
        if !left {
            let turned = self.lu_solve(pivots, &h(b)?, true, !adjoint)?;
            return h(&turned);
        }
        let p = permutation(OP, &batch, pivots, self.dtype())?;
        if adjoint {
            let t = h(self)?;
            let half = t.solve_triangular(b, false, true, false)?;
            return p.times(&t.solve_triangular(&half, true, true, true)?);
        }
        let half = self.solve_triangular(&h(&p)?.times(b)?, false, true, true)?;
        self.solve_triangular(&half, true, true, false)
    }

    /// `(reflectors and R, tau)`, as LAPACK's `geqrf`: see [`Tensor::householder_product`].
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let (a, tau) = Tensor::new([[3f64, 0.0], [4.0, 5.0]])?.geqrf()?;
    /// assert!((a.to_vec::<f64>()?[0].abs() - 5.0).abs() < 1e-12); // R's corner
    /// assert_eq!(tau.dims(), [2]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Other than matrices of `f32` or `f64`; an input that requires a gradient: use [`Tensor::qr`].
    #[track_caller]
    pub fn geqrf(&self) -> Result<(Tensor, Tensor)> {
        const OP: &str = "geqrf";
        let batch = Batch::of(OP, self)?;
        if tracks(&[self]) {
            return Err(Error::unsupported(
                OP,
                "it has no gradient; use qr, or detach the input",
            ));
        }
        let [a, tau] = field!(OP, self.dtype(), T => kernels::geqrf::<T>(self, &batch))?;
        Ok((a, tau))
    }

    /// `(Q, R)` of `A = Q · R` (…, m, n), `R` upper triangular, and `Q` with orthonormal columns, as many as the smaller
    /// size; with `complete`, all `m`.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let a = Tensor::new([[3f64, 1.0], [4.0, 2.0], [0.0, 1.0]])?;
    /// let (q, r) = a.qr(false)?;
    /// assert_eq!((q.dims(), r.dims()), (&[3, 2][..], &[2, 2][..]));
    /// assert!(q.matmul(&r)?.sub(&a)?.norm(2.0)?.item::<f64>()? < 1e-12);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Other than matrices of `f32` or `f64`. The gradient of the complete `Q` of a tall matrix, in the backward.
    #[track_caller]
    pub fn qr(&self, complete: bool) -> Result<(Tensor, Tensor)> {
        const OP: &str = "linalg.qr";
        let batch = Batch::of(OP, self)?;
        let (m, n) = (batch.rows, batch.columns);
        if m < n && tracks(&[self]) {
            // The first columns decide on Q.
            let (q, r) = columns(self, 0, m)?.qr(false)?;
            let rest = h(&q)?.times(&columns(self, m, n)?)?;
            return Ok((q, Tensor::cat(&[&r, &rest], -1)?));
        }
        let k = if complete { m } else { m.min(n) };
        let [q, r] = field!(OP, self.dtype(), T => kernels::qr::<T>(self, &batch, k))?;
        if tracks(&[self]) {
            let saved = [Saved::output(&q, 0), Saved::output(&r, 1)];
            let tall = complete && m > n;
            record(OP, &[self], &[&q, &r], saved, move |[q, r], call, grads| {
                if tall {
                    return Err(Error::unsupported(
                        OP,
                        "the complete Q of a matrix with more rows than columns has no gradient; use the reduced mode",
                    ));
                }
                let (q, r) = (q.get(call)?, r.get(call)?);
                let (gq, gr) = (&grads[0], &grads[1]);
                // M = R·gRᵀ - gQᵀ·Q, its lower triangle mirrored, through R⁻ᵀ.
                let mut m = None;
                if let Some(gr) = gr {
                    m = Some(r.times(&h(gr)?)?);
                }
                if let Some(gq) = gq {
                    let less = h(gq)?.times(&q)?;
                    m = Some(match m {
                        Some(m) => m.sub(&less)?,
                        None => less.neg()?,
                    });
                }
                let Some(m) = m else {
                    return Ok(smallvec![None]);
                };
                let lower = m.tril(-1)?;
                let mirrored = m.tril(0)?.add(&h(&lower)?)?;
                let mut g = q.times(&mirrored)?;
                if let Some(gq) = gq {
                    g = g.add(gq)?;
                }
                // g · R⁻ᵀ
                let turned = r.solve_triangular(&h(&g)?, true, true, false)?;
                Ok(smallvec![Some(h(&turned)?)])
            })?;
        }
        Ok((q, r))
    }

    /// The first `n` columns of the product of reflectors `1 - τᵢ·vᵢ·vᵢᵀ`, where `vᵢ` is column `i` below the diagonal of
    /// this (…, m, n), with a 1 on it, and τ is `tau` (…, k).
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let a = Tensor::new([[3f64, 1.0], [4.0, 2.0]])?;
    /// let (reflectors, tau) = a.geqrf()?;
    /// let q = reflectors.householder_product(&tau)?;
    /// assert!(q.matmul(&reflectors.triu(0)?)?.sub(&a)?.norm(2.0)?.item::<f64>()? < 1e-12);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Shapes or types that don't fit.
    #[track_caller]
    pub fn householder_product(&self, tau: &Tensor) -> Result<Tensor> {
        const OP: &str = "linalg.householder_product";
        let batch = reflectors(OP, self, tau)?;
        if batch.columns > batch.rows {
            return Err(Error::shape(
                OP,
                format!(
                    "expected no more columns than rows, got shape {}",
                    self.shape()
                ),
            ));
        }
        reflected(
            &columns(self, 0, tau.dims()[tau.rank() - 1])?,
            tau,
            batch.columns,
        )
    }

    /// The product of `Q` (of reflectors, see [`Tensor::householder_product`], all of its columns), or its transpose, and
    /// `other`, on either side.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, DType};
    /// let (reflectors, tau) = Tensor::new([[3f64, 1.0], [4.0, 2.0]])?.geqrf()?;
    /// let q = reflectors.householder_product(&tau)?;
    /// let same = reflectors.ormqr(&tau, &Tensor::eye(2, None, DType::F64)?, true, false)?;
    /// assert!(same.sub(&q)?.norm(2.0)?.item::<f64>()? < 1e-12);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Shapes or types that don't fit.
    #[track_caller]
    pub fn ormqr(
        &self,
        tau: &Tensor,
        other: &Tensor,
        left: bool,
        transpose: bool,
    ) -> Result<Tensor> {
        const OP: &str = "ormqr";
        let batch = reflectors(OP, self, tau)?;
        one_dtype(OP, self, other)?;
        let side = other
            .dims()
            .len()
            .checked_sub(1 + left as usize)
            .map(|d| other.dims()[d]);
        if other.rank() < 2
            || side != Some(batch.rows)
            || other.dims()[..other.rank() - 2] != batch.lead[..]
        {
            return Err(Error::shape(
                OP,
                format!(
                    "reflectors of shape {} for a tensor of shape {}: {} must be {}, and batches the same",
                    self.shape(),
                    other.shape(),
                    if left { "its rows" } else { "its columns" },
                    batch.rows
                ),
            ));
        }
        let (v, t) = compact(&columns(self, 0, tau.dims()[tau.rank() - 1])?, tau)?;
        let t = if transpose { h(&t)? } else { t };
        match left {
            true => other.sub(&v.times(&t.times(&h(&v)?.times(other)?)?)?),
            false => other.sub(&other.times(&v)?.times(&t)?.times(&h(&v)?)?),
        }
    }

    /// `(LD, pivots, info)` of symmetric matrices (…, n, n), of which the lower triangle is read:
    /// `P · L · D · Lᵀ · Pᵀ`, `D` of blocks of one and two, in LAPACK's format.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let (ld, _, info) = Tensor::new([[4f64, 2.0], [2.0, 5.0]])?.ldl_factor_ex()?;
    /// assert_eq!(info.item::<i32>()?, 0);
    /// assert_eq!(ld.tril(0)?.to_vec::<f64>()?, [4.0, 0.0, 0.5, 4.0]); // D on the diagonal, L below
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Other than square matrices of `f32` or `f64`; an input that requires a gradient: there is none.
    #[track_caller]
    pub fn ldl_factor_ex(&self) -> Result<(Tensor, Tensor, Tensor)> {
        const OP: &str = "linalg.ldl_factor";
        let batch = Batch::square(OP, self)?;
        if tracks(&[self]) {
            return Err(Error::unsupported(
                OP,
                "it has no gradient; use solve, or detach the input",
            ));
        }
        let [ld, pivots, info] = field!(OP, self.dtype(), T => kernels::ldl::<T>(self, &batch))?;
        Ok((ld, pivots, info))
    }

    /// `X` of `A · X = B`, where this is `LD` of `A`, see [`Tensor::ldl_factor_ex`].
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let (ld, pivots, _) = Tensor::new([[4f64, 2.0], [2.0, 5.0]])?.ldl_factor_ex()?;
    /// let x = ld.ldl_solve(&pivots, &Tensor::new([[6f64], [7.0]])?)?;
    /// assert_eq!(x.to_vec::<f64>()?, [1.0, 1.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Shapes or types that don't fit; pivots out of range; inputs that require gradients: there are none.
    #[track_caller]
    pub fn ldl_solve(&self, pivots: &Tensor, b: &Tensor) -> Result<Tensor> {
        const OP: &str = "linalg.ldl_solve";
        let batch = Batch::square(OP, self)?;
        one_dtype(OP, self, b)?;
        if tracks(&[self, b]) {
            return Err(Error::unsupported(
                OP,
                "it has no gradient; use solve, or detach the inputs",
            ));
        }
        let n = batch.rows;
        let right = Batch::of(OP, b)?;
        if right.rows != n {
            return Err(Error::shape(
                OP,
                format!(
                    "{n} rows of LD, {} of B, of shape {}",
                    right.rows,
                    b.shape()
                ),
            ));
        }
        let (ld, b, joint) = super::solve::broadcast(OP, self, b)?;
        if !pivots.dtype().is_int() || pivots.shape() != &batch.shape(&[n])? {
            return Err(Error::shape(
                OP,
                format!(
                    "expected integer pivots of shape {}, got {} of shape {}",
                    batch.shape(&[n])?,
                    pivots.dtype(),
                    pivots.shape()
                ),
            ));
        }
        let list = pivots
            .to_dtype(DType::I64)?
            .expand_to(&joint.shape(&[n])?)?
            .to_vec::<i64>()?;
        for row in list.chunks(n.max(1)) {
            let mut i = 0;
            while i < row.len() {
                let p = row[i];
                let fits = p != 0 && p.unsigned_abs() as usize <= n;
                let two = p < 0;
                if !fits || (two && row.get(i + 1) != Some(&p)) {
                    return Err(Error::value(
                        OP,
                        format!(
                            "pivot {p} at {i}; expected numbers in 1..={n}, or two equal negative ones"
                        ),
                    ));
                }
                i += 1 + two as usize;
            }
        }
        let joint = Batch {
            columns: right.columns,
            ..joint
        };
        field!(OP, ld.dtype(), T => kernels::ldl_solve::<T>(&ld, &list, &b, &joint))
    }
}

/// The triangle that counts.
#[track_caller]
fn triangle(x: &Tensor, upper: bool) -> Result<Tensor> {
    if upper { x.triu(0) } else { x.tril(0) }
}

/// The gradient of `A` by that of its `LU` (…, m, n).
#[track_caller]
fn lu_gradient(lu: &Tensor, pivots: &Tensor, g: &Tensor) -> Result<Tensor> {
    let batch = Batch::of("lu", lu)?;
    let (m, n) = (batch.rows, batch.columns);
    let k = m.min(n);
    let p = permutation("lu", &batch, pivots, lu.dtype())?;
    let (l, u) = lu.lu_triangles()?;
    // The square corner, the rows below it, the columns right of it.
    let (l1, u1) = (rows(&l, 0, k)?, columns(&u, 0, k)?);
    let gl1 = columns(&rows(g, 0, k)?, 0, k)?.tril(-1)?;
    let gu1 = columns(&rows(g, 0, k)?, 0, k)?.triu(0)?;
    let mut lower = h(&l1)?.times(&gl1)?;
    let mut upper = gu1.times(&h(&u1)?)?;
    let right = match n > k {
        true => Some(columns(g, k, n)?),
        false => None,
    };
    let below = match m > k {
        true => Some(rows(g, k, m)?),
        false => None,
    };
    if let Some(gu2) = &right {
        lower = lower.sub(&gu2.times(&h(&columns(&u, k, n)?)?)?)?;
    }
    if let Some(gl2) = &below {
        upper = upper.sub(&h(&rows(&l, k, m)?)?.times(gl2)?)?;
    }
    let middle = lower.tril(-1)?.add(&upper.triu(0)?)?;
    // L⁻ᵀ · middle · U⁻ᵀ
    let left = h(&l1)?.solve_triangular(&middle, true, true, true)?;
    let mut out = h(&u1.solve_triangular(&h(&left)?, true, true, false)?)?;
    if let Some(gu2) = right {
        let more = h(&l1)?.solve_triangular(&gu2, true, true, true)?;
        out = Tensor::cat(&[&out, &more], -1)?;
    }
    if let Some(gl2) = below {
        let more = h(&u1.solve_triangular(&h(&gl2)?, true, true, false)?)?;
        out = Tensor::cat(&[&out, &more], -2)?;
    }
    p.times(&out)
}

/// The permutations (…, m, m) that row exchanges (…, k) add up to.
#[track_caller]
fn permutation(op: &'static str, b: &Batch, pivots: &Tensor, dtype: DType) -> Result<Tensor> {
    let (m, k) = (b.rows, b.rows.min(b.columns));
    if !pivots.dtype().is_int() || pivots.shape() != &b.shape(&[k])? {
        return Err(Error::shape(
            op,
            format!(
                "expected integer pivots of shape {}, got {} of shape {}",
                b.shape(&[k])?,
                pivots.dtype(),
                pivots.shape()
            ),
        ));
    }
    let list = pivots.to_dtype(DType::I64)?.to_vec::<i64>()?;
    if let Some(bad) = list.iter().find(|p| **p < 1 || **p > m as i64) {
        return Err(Error::value(
            op,
            format!("pivot {bad}; expected numbers in 1..={m}, as lu_factor answers them"),
        ));
    }
    let mut from = crate::cpu::fresh::Fresh::<i64>::new(b.shape(&[m])?)?;
    for i in 0..b.count {
        let order = &mut from.slice()[i * m..(i + 1) * m];
        order
            .iter_mut()
            .enumerate()
            .for_each(|(i, o)| *o = i as i64);
        for (i, &p) in list[i * k..(i + 1) * k].iter().enumerate() {
            order.swap(i, p as usize - 1);
        }
    }
    // Row i of Pᵀ·A is row order[i] of A.
    let numbers = Tensor::arange(0..m as i64)?.unsqueeze(-1)?;
    numbers.eq(&from.finish().unsqueeze(-2)?)?.to_dtype(dtype)
}

#[track_caller]
fn reflectors(op: &'static str, a: &Tensor, tau: &Tensor) -> Result<Batch> {
    let batch = Batch::of(op, a)?;
    float_field(op, tau)?;
    one_dtype(op, a, tau)?;
    let fits = tau.rank() > 0
        && tau.dims()[..tau.rank() - 1] == batch.lead[..]
        && tau.dims()[tau.rank() - 1] <= batch.columns.min(batch.rows);
    if !fits {
        return Err(Error::shape(
            op,
            format!(
                "tau of shape {} for reflectors of shape {}; expected the same batch and at most {} numbers",
                tau.shape(),
                a.shape(),
                batch.columns.min(batch.rows)
            ),
        ));
    }
    Ok(batch)
}

/// `(V, T)` of the product `1 - V·T·Vᵀ` of reflectors (…, m, k): the compact WY form.
#[track_caller]
fn compact(a: &Tensor, tau: &Tensor) -> Result<(Tensor, Tensor)> {
    let (m, k) = (a.dims()[a.rank() - 2], a.dims()[a.rank() - 1]);
    let v = a.tril(-1)?.add(&Tensor::eye(m, k, a.dtype())?)?;
    // (1 + D·triu(VᵀV, 1))·T = D with D the diagonal of tau: also right where a tau is 0.
    let gram = h(&v)?.times(&v)?.triu(1)?;
    let system = scale_rows(&gram, tau)?;
    let t = system.solve_triangular(&diagonal_matrix(tau)?, true, true, true)?;
    Ok((v, t))
}

/// The first `n` columns of the product of reflectors.
#[track_caller]
fn reflected(a: &Tensor, tau: &Tensor, n: usize) -> Result<Tensor> {
    let m = a.dims()[a.rank() - 2];
    let (v, t) = compact(a, tau)?;
    let right = t.times(&h(&rows(&v, 0, n)?)?)?;
    let dims: Dims = a.dims()[..a.rank() - 2]
        .iter()
        .copied()
        .chain([m, n])
        .collect();
    let eye = Tensor::eye(m, n, a.dtype())?.expand(dims.as_slice())?;
    eye.sub(&v.times(&right)?)
}
