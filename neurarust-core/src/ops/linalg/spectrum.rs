//! Eigenvalues, singular values, and what is defined by them.

use super::kernels::{self, field};
use super::{
    Batch, columns, complex, diagonal, diagonal_matrix, eye_like, h, on_diagonal, one_dtype, rows,
    scale_columns, scale_rows,
};
use crate::autograd::{Saved, record, tracks};
use crate::{Error, Result, Tensor};
use smallvec::smallvec;

/// `x / (sⱼ - sᵢ)` off the diagonal, 0 on it.
#[track_caller]
fn over_gaps(x: &Tensor, s: &Tensor) -> Result<Tensor> {
    let n = s.dims()[s.rank() - 1];
    let gaps = s.unsqueeze(-2)?.sub(&s.unsqueeze(-1)?)?;
    let mask = on_diagonal(n)?;
    let gaps = mask.select_where(1.0, &gaps)?;
    mask.select_where(0.0, &x.div(&gaps)?)
}

impl Tensor {
    /// `(eigenvalues, eigenvectors)` of symmetric matrices (…, n, n), of which the lower triangle is read, or the upper
    /// one: (…, n) in ascending order, and the columns of (…, n, n).
    ///
    /// The gradient of the vectors is finite only where eigenvalues differ.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let (values, _) = Tensor::new([[2.0f64, 1.0], [1.0, 2.0]])?.eigh(false)?;
    /// assert!((values.to_vec::<f64>()?[1] - 3.0).abs() < 1e-12);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Other than square matrices of `f32` or `f64`; NaN or infinite elements; no convergence.
    #[track_caller]
    pub fn eigh(&self, upper: bool) -> Result<(Tensor, Tensor)> {
        const OP: &str = "linalg.eigh";
        let batch = Batch::square(OP, self)?;
        let (values, vectors) =
            field!(OP, self.dtype(), T => kernels::eigh::<T>(OP, self, &batch, upper, true))?;
        let Some(vectors) = vectors else {
            return Err(Error::value(OP, "no eigenvectors"));
        };
        if tracks(&[self]) {
            let saved = [Saved::output(&values, 0), Saved::output(&vectors, 1)];
            record(
                OP,
                &[self],
                &[&values, &vectors],
                saved,
                |[l, v], call, grads| {
                    let (l, v) = (l.get(call)?, v.get(call)?);
                    let mut middle = None;
                    if let Some(gv) = &grads[1] {
                        middle = Some(over_gaps(&h(&v)?.times(gv)?, &l)?);
                    }
                    if let Some(gl) = &grads[0] {
                        let own = diagonal_matrix(gl)?;
                        middle = Some(match middle {
                            Some(m) => m.add(&own)?,
                            None => own,
                        });
                    }
                    let Some(middle) = middle else {
                        return Ok(smallvec![None]);
                    };
                    // Of symmetric matrices only the symmetric part counts.
                    let g = v.times(&middle)?.times(&h(&v)?)?;
                    Ok(smallvec![Some(g.add(&h(&g)?)?.mul(0.5)?)])
                },
            )?;
        }
        Ok((values, vectors))
    }

    /// The eigenvalues alone, see [`Tensor::eigh`].
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let values = Tensor::new([[3f64, 0.0], [0.0, 1.0]])?.eigvalsh(false)?;
    /// assert_eq!(values.to_vec::<f64>()?, [1.0, 3.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Tensor::eigh`].
    #[track_caller]
    pub fn eigvalsh(&self, upper: bool) -> Result<Tensor> {
        const OP: &str = "linalg.eigvalsh";
        if tracks(&[self]) {
            return Ok(self.eigh(upper)?.0);
        }
        let batch = Batch::square(OP, self)?;
        let (values, _) =
            field!(OP, self.dtype(), T => kernels::eigh::<T>(OP, self, &batch, upper, false))?;
        Ok(values)
    }

    /// `(eigenvalues, eigenvectors)` of real matrices (…, n, n), complex: (…, n), and the columns of (…, n, n), of norm 1.
    ///
    /// The gradient of the vectors is finite only where eigenvalues differ, and right for what doesn't depend on the phase
    /// that eigenvectors are free in.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let (values, _) = Tensor::new([[0f64, -1.0], [1.0, 0.0]])?.eig()?; // i and -i
    /// let mut parts: Vec<f64> = values.imag()?.to_vec()?;
    /// parts.sort_by(f64::total_cmp);
    /// assert!((parts[0] + 1.0).abs() < 1e-12 && (parts[1] - 1.0).abs() < 1e-12);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Other than square matrices of `f32` or `f64`; NaN or infinite elements; no convergence.
    #[track_caller]
    pub fn eig(&self) -> Result<(Tensor, Tensor)> {
        const OP: &str = "linalg.eig";
        let batch = Batch::square(OP, self)?;
        let ([re, im], vectors) =
            field!(OP, self.dtype(), T => kernels::eig::<T>(OP, self, &batch, true))?;
        let Some([v_re, v_im]) = vectors else {
            return Err(Error::value(OP, "no eigenvectors"));
        };
        let (values, vectors) = (Tensor::complex(&re, &im)?, Tensor::complex(&v_re, &v_im)?);
        if tracks(&[self]) {
            let saved = [Saved::output(&values, 0), Saved::output(&vectors, 1)];
            record(
                OP,
                &[self],
                &[&values, &vectors],
                saved,
                |[l, v], call, grads| {
                    let (l, v) = (l.get(call)?, v.get(call)?);
                    let n = l.dims()[l.rank() - 1];
                    let vh = v.adjoint()?;
                    let eye = Tensor::eye(n, None, l.dtype().to_real())?;
                    let mut middle = None;
                    if let Some(gv) = &grads[1] {
                        let turn = vh.times(gv)?;
                        let stretch = diagonal(&turn)?.real()?;
                        let turn = turn.sub(&vh.times(&v)?.mul(&stretch.unsqueeze(-2)?)?)?;
                        let gaps = l.unsqueeze(-2)?.sub(&l.unsqueeze(-1)?)?.add(&eye)?.conj()?;
                        let off = eye.mul(-1.0)?.add(1.0)?;
                        middle = Some(turn.div(&gaps)?.mul(&off)?);
                    }
                    if let Some(gl) = &grads[0] {
                        let own = gl.unsqueeze(-1)?.mul(&eye)?;
                        middle = Some(match middle {
                            Some(m) => m.add(&own)?,
                            None => own,
                        });
                    }
                    let Some(middle) = middle else {
                        return Ok(smallvec![None]);
                    };
                    let g = complex::solve(&vh, &middle.times(&vh)?)?;
                    Ok(smallvec![Some(g.real()?)])
                },
            )?;
        }
        Ok((values, vectors))
    }

    /// The eigenvalues alone, see [`Tensor::eig`].
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let values = Tensor::new([[2f64, 1.0], [0.0, 3.0]])?.eigvals()?.real()?;
    /// assert!((values.max()?.item::<f64>()? - 3.0).abs() < 1e-12);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Tensor::eig`].
    #[track_caller]
    pub fn eigvals(&self) -> Result<Tensor> {
        const OP: &str = "linalg.eigvals";
        if tracks(&[self]) {
            return Ok(self.eig()?.0);
        }
        let batch = Batch::square(OP, self)?;
        let ([re, im], _) =
            field!(OP, self.dtype(), T => kernels::eig::<T>(OP, self, &batch, false))?;
        Tensor::complex(&re, &im)
    }

    /// `(U, S, Vᴴ)` of `A = U · diag(S) · Vᴴ` (…, m, n): singular values (…, min(m, n)) in descending order, and singular
    /// vectors as columns of `U` and rows of `Vᴴ`: all of them if `full`, else one per singular value.
    ///
    /// The gradients of the vectors are finite only where singular values differ, and, in a matrix that isn't square, from 0.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let (_, s, _) = Tensor::new([[3.0f64, 0.0], [0.0, -4.0]])?.svd(false)?;
    /// assert_eq!(s.to_vec::<f64>()?, [4.0, 3.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Other than matrices of `f32` or `f64`; NaN or infinite elements; no convergence.
    #[track_caller]
    pub fn svd(&self, full: bool) -> Result<(Tensor, Tensor, Tensor)> {
        const OP: &str = "linalg.svd";
        let batch = Batch::of(OP, self)?;
        let (s, vectors) =
            field!(OP, self.dtype(), T => kernels::svd::<T>(OP, self, &batch, Some(full)))?;
        let Some([u, vh]) = vectors else {
            return Err(Error::value(OP, "no singular vectors"));
        };
        if tracks(&[self]) {
            let saved = [
                Saved::output(&u, 0),
                Saved::output(&s, 1),
                Saved::output(&vh, 2),
            ];
            let k = batch.rows.min(batch.columns);
            let vjp = move |[u, s, vh]: &[Saved; 3],
                            call: &crate::autograd::Call,
                            grads: crate::autograd::Grads| {
                let u = columns(&u.get(call)?, 0, k)?;
                let vh = rows(&vh.get(call)?, 0, k)?;
                let s = s.get(call)?;
                let gu = grads[0].as_ref().map(|g| columns(g, 0, k)).transpose()?;
                let gvh = grads[2].as_ref().map(|g| rows(g, 0, k)).transpose()?;
                Ok(smallvec![svd_gradient(
                    [&u, &s, &vh],
                    [gu.as_ref(), grads[1].as_ref(), gvh.as_ref()]
                )?])
            };
            record(OP, &[self], &[&u, &s, &vh], saved, vjp)?;
        }
        Ok((u, s, vh))
    }

    /// The singular values alone, see [`Tensor::svd`].
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let values = Tensor::new([[3f64, 0.0], [0.0, -4.0]])?.svdvals()?;
    /// assert_eq!(values.to_vec::<f64>()?, [4.0, 3.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Tensor::svd`].
    #[track_caller]
    pub fn svdvals(&self) -> Result<Tensor> {
        const OP: &str = "linalg.svdvals";
        if tracks(&[self]) {
            return Ok(self.svd(false)?.1);
        }
        let batch = Batch::of(OP, self)?;
        let (values, _) = field!(OP, self.dtype(), T => kernels::svd::<T>(OP, self, &batch, None))?;
        Ok(values)
    }

    /// `(U, S, V)`, about the `q` largest singular values and their vectors, by a random projection and `iterations` of
    /// subspace iteration (N. Halko and others, "Finding structure with randomness", 2009); of `A - mean` if one is given.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let a = Tensor::new([[3f64, 0.0], [0.0, 4.0], [0.0, 0.0]])?;
    /// let (u, s, v) = a.svd_lowrank(2, 2, None)?;
    /// assert_eq!((u.dims(), v.dims()), (&[3, 2][..], &[2, 2][..]));
    /// assert!((s.to_vec::<f64>()?[0] - 4.0).abs() < 1e-9);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Tensor::svd`]; `q` larger than the smaller size.
    #[track_caller]
    pub fn svd_lowrank(
        &self,
        q: usize,
        iterations: usize,
        mean: Option<&Tensor>,
    ) -> Result<(Tensor, Tensor, Tensor)> {
        const OP: &str = "svd_lowrank";
        let batch = Batch::of(OP, self)?;
        if q > batch.rows.min(batch.columns) {
            return Err(Error::value(
                OP,
                format!(
                    "q is {q}; expected at most {}, of shape {}",
                    batch.rows.min(batch.columns),
                    self.shape()
                ),
            ));
        }
        let a = match mean {
            Some(mean) => self.sub(mean)?,
            None => self.clone(),
        };
        // As many rows as columns or fewer: the other way round.
        let (m, n) = (batch.rows, batch.columns);
        let turned = m < n;
        let a = if turned { h(&a)? } else { a };
        let start = Tensor::randn(([m.min(n), q], self.dtype()))?;
        let (mut basis, _) = a.times(&start)?.qr(false)?;
        for _ in 0..iterations {
            let (back, _) = h(&a)?.times(&basis)?.qr(false)?;
            basis = a.times(&back)?.qr(false)?.0;
        }
        let (u, s, vh) = h(&basis)?.times(&a)?.svd(false)?;
        let (u, v) = (basis.times(&u)?, h(&vh)?);
        Ok(if turned { (v, s, u) } else { (u, s, v) })
    }

    /// [`Tensor::svd_lowrank`] of the rows less their mean, if `center`: principal components.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::new([[1f64, 7.0], [3.0, 7.0]])?; // rows vary along the first axis
    /// let (_, s, _) = x.pca_lowrank(1, true, 2)?;
    /// assert!((s.item::<f64>()? - 2f64.sqrt()).abs() < 1e-9);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Tensor::svd_lowrank`].
    #[track_caller]
    pub fn pca_lowrank(
        &self,
        q: usize,
        center: bool,
        iterations: usize,
    ) -> Result<(Tensor, Tensor, Tensor)> {
        Batch::of("pca_lowrank", self)?;
        match center {
            true => self.svd_lowrank(q, iterations, Some(&self.mean_dims(&[-2], true)?)),
            false => self.svd_lowrank(q, iterations, None),
        }
    }

    /// The symmetric positive-definite `X` of `X · X = A` (…, n, n), for such `A`, of which the lower triangle is read.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let root = Tensor::new([[4f64, 0.0], [0.0, 9.0]])?.matrix_sqrth()?;
    /// assert!(root.sub(&Tensor::new([[2f64, 0.0], [0.0, 3.0]])?)?.norm(2.0)?.item::<f64>()? < 1e-12);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Tensor::eigh`].
    #[track_caller]
    pub fn matrix_sqrth(&self) -> Result<Tensor> {
        const OP: &str = "linalg.matrix_sqrth";
        Batch::square(OP, self)?;
        let root = {
            let _guard = crate::no_grad();
            let (values, vectors) = self.detach().eigh(false)?;
            scale_columns(&vectors, &values.sqrt()?)?.times(&h(&vectors)?)?
        };
        if tracks(&[self]) {
            record(
                OP,
                &[self],
                &[&root],
                Saved::output(&root, 0),
                |x, call, grads| {
                    let Some(g) = &grads[0] else {
                        return Ok(smallvec![None]);
                    };
                    let g = g.add(&h(g)?)?.mul(0.5)?;
                    Ok(smallvec![Some(lyapunov(&x.get(call)?, &g)?)])
                },
            )?;
        }
        Ok(root)
    }

    /// `(U, H)` of the polar decomposition `A = U · H` (…, m, n), m ≥ n: `U` has orthonormal columns, `H` is symmetric and
    /// positive-semidefinite. The gradient wants full rank.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let (u, h) = Tensor::new([[0f64, -2.0], [2.0, 0.0]])?.polar_decomposition()?;
    /// assert!(u.sub(&Tensor::new([[0f64, -1.0], [1.0, 0.0]])?)?.norm(2.0)?.item::<f64>()? < 1e-12);
    /// assert!((h.norm(2.0)?.item::<f64>()? - 8f64.sqrt()).abs() < 1e-12); // 2 on the diagonal
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Tensor::svd`]; fewer rows than columns.
    #[track_caller]
    pub fn polar_decomposition(&self) -> Result<(Tensor, Tensor)> {
        const OP: &str = "linalg.polar";
        let batch = Batch::of(OP, self)?;
        if batch.rows < batch.columns {
            return Err(Error::shape(
                OP,
                format!(
                    "expected at least as many rows as columns, got shape {}",
                    self.shape()
                ),
            ));
        }
        let (unitary, root) = {
            let _guard = crate::no_grad();
            let (u, s, vh) = self.detach().svd(false)?;
            (u.times(&vh)?, h(&vh)?.times(&scale_rows(&vh, &s)?)?)
        };
        if tracks(&[self]) {
            let saved = [Saved::output(&unitary, 0), Saved::output(&root, 1)];
            record(
                OP,
                &[self],
                &[&unitary, &root],
                saved,
                |[u, p], call, grads| {
                    let (u, p) = (u.get(call)?, p.get(call)?);
                    let (gu, gp) = (&grads[0], &grads[1]);
                    // The rotation Ω = Uᵀ·dU solves ΩH + HΩ = Uᵀ·dA - dAᵀ·U.
                    let mut turn = None;
                    if let Some(gu) = gu {
                        turn = Some(h(&u)?.times(gu)?);
                    }
                    if let Some(gp) = gp {
                        let less = gp.times(&p)?;
                        turn = Some(match turn {
                            Some(t) => t.sub(&less)?,
                            None => less.neg()?,
                        });
                    }
                    let Some(turn) = turn else {
                        return Ok(smallvec![None]);
                    };
                    let w = lyapunov(&p, &turn)?;
                    let mut g = u.times(&w.sub(&h(&w)?)?)?;
                    if let Some(gu) = gu {
                        let outside = gu.sub(&u.times(&h(&u)?.times(gu)?)?)?;
                        g = g.add(&p.solve_ex(&outside, false)?.0)?;
                    }
                    if let Some(gp) = gp {
                        g = g.add(&u.times(gp)?)?;
                    }
                    Ok(smallvec![Some(g)])
                },
            )?;
        }
        Ok((unitary, root))
    }
}

/// `Y` of `X·Y + Y·X = G` for symmetric positive-definite `X`.
#[track_caller]
fn lyapunov(x: &Tensor, g: &Tensor) -> Result<Tensor> {
    const OP: &str = "lyapunov";
    one_dtype(OP, x, g)?;
    let y = {
        let _guard = crate::no_grad();
        let (s, v) = x.detach().eigh(false)?;
        let sums = s.unsqueeze(-2)?.add(&s.unsqueeze(-1)?)?;
        let inner = h(&v)?.times(&g.detach())?.times(&v)?.div(&sums)?;
        v.times(&inner)?.times(&h(&v)?)?
    };
    if tracks(&[x, g]) {
        let saved = (Saved::input(x), Saved::output(&y, 0));
        record(OP, &[x, g], &[&y], saved, |(x, y), call, grads| {
            let Some(g) = &grads[0] else {
                return Ok(smallvec![None, None]);
            };
            let (x, yh) = (x.get(call)?, h(&y.get(call)?)?);
            let w = lyapunov(&x, g)?;
            let gx = match call.needs(0) {
                true => Some(w.times(&yh)?.add(&yh.times(&w)?)?.neg()?),
                false => None,
            };
            Ok(smallvec![gx, Some(w)])
        })?;
    }
    Ok(y)
}

/// The gradient of `A` by those of the reduced `U` (…, m, k), `S` (…, k) and `Vᴴ` (…, k, n).
#[track_caller]
fn svd_gradient(
    [u, s, vh]: [&Tensor; 3],
    [gu, gs, gvh]: [Option<&Tensor>; 3],
) -> Result<Option<Tensor>> {
    let (m, k, n) = (
        u.dims()[u.rank() - 2],
        s.dims()[s.rank() - 1],
        vh.dims()[vh.rank() - 1],
    );
    if gu.is_none() && gvh.is_none() {
        return gs.map(|gs| scale_columns(u, gs)?.times(vh)).transpose();
    }
    let skew = |x: &Tensor| -> Result<Tensor> { x.sub(&h(x)?) };
    let square = s.square()?;
    let mut middle = match gs {
        Some(gs) => diagonal_matrix(gs)?,
        None => eye_like(s, k)?.mul(0.0)?,
    };
    if let Some(gu) = gu {
        let turn = over_gaps(&skew(&h(u)?.times(gu)?)?, &square)?;
        middle = middle.add(&scale_columns(&turn, s)?)?;
    }
    if let Some(gvh) = gvh {
        let turn = over_gaps(&skew(&vh.times(&h(gvh)?)?)?, &square)?;
        middle = middle.add(&scale_rows(&turn, s)?)?;
    }
    let mut left = u.times(&middle)?;
    if let Some(gu) = gu
        && m > k
    {
        let outside = gu.sub(&u.times(&h(u)?.times(gu)?)?)?;
        left = left.add(&outside.div(&s.unsqueeze(-2)?)?)?;
    }
    let mut g = left.times(vh)?;
    if let Some(gvh) = gvh
        && n > k
    {
        let outside = gvh.sub(&gvh.times(&h(vh)?)?.times(vh)?)?;
        g = g.add(&u.times(&outside.div(&s.unsqueeze(-1)?)?)?)?;
    }
    Ok(Some(g))
}
