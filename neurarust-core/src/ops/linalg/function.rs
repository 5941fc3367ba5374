//! Functions of matrices: integer powers, the exponential.

use super::{Batch, columns, complex, eye_like, h, rows};
use crate::autograd::{Saved, record, tracks};
use crate::ops::reduce::flat;
use crate::{Result, Tensor};
use smallvec::smallvec;

impl Tensor {
    /// `A` (…, n, n) to an integer power: of the inverse, for negative ones.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let a = Tensor::new([[1f64, 1.0], [0.0, 1.0]])?;
    /// assert_eq!(a.matrix_power(3)?.to_vec::<f64>()?, [1.0, 3.0, 0.0, 1.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Other than square matrices of floats; a singular matrix to a negative power.
    #[track_caller]
    pub fn matrix_power(&self, n: i64) -> Result<Tensor> {
        const OP: &str = "linalg.matrix_power";
        let batch = Batch::square(OP, self)?;
        if n == 0 {
            let out = eye_like(self, batch.rows)?
                .expand_to(self.shape())?
                .contiguous()?;
            return flat(OP, self, out);
        }
        let mut base = if n < 0 { self.inverse()? } else { self.clone() };
        let mut left = n.unsigned_abs();
        let mut out: Option<Tensor> = None;
        loop {
            if left & 1 == 1 {
                out = Some(match out {
                    Some(out) => out.times(&base)?,
                    None => base.clone(),
                });
            }
            left >>= 1;
            match out {
                Some(out) if left == 0 => {
                    // Power 1 is no view of the input.
                    return if n == 1 { out.try_clone() } else { Ok(out) };
                }
                _ => base = base.times(&base)?,
            }
        }
    }

    /// The exponential of matrices (…, n, n): `Σ Aⁱ / i!`.
    ///
    /// By scaling and squaring of Padé's approximant of order 13 (N. Higham, "The scaling and squaring method for the matrix
    /// exponential revisited", 2005), each matrix scaled for itself.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let e = Tensor::new([[0f64, 1.0], [0.0, 0.0]])?.matrix_exp()?;
    /// assert!(e.sub(&Tensor::new([[1f64, 1.0], [0.0, 1.0]])?)?.norm(2.0)?.item::<f64>()? < 1e-12);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Other than square matrices of `f32` or `f64`.
    #[track_caller]
    pub fn matrix_exp(&self) -> Result<Tensor> {
        const OP: &str = "linalg.matrix_exp";
        if self.dtype().is_complex() {
            return complex::extract(&complex::embed(self)?.matrix_exp()?);
        }
        let batch = Batch::square(OP, self)?;
        let n = batch.rows;
        let out = {
            let _guard = crate::no_grad();
            exponential(&self.detach(), &batch)?
        };
        if tracks(&[self]) {
            record(
                OP,
                &[self],
                &[&out],
                Saved::input(self),
                move |a, call, grads| {
                    let Some(g) = &grads[0] else {
                        return Ok(smallvec![None]);
                    };
                    // The exponential of [[Aᴴ, G], [0, Aᴴ]] has the derivative in its corner.
                    let ah = h(&a.get(call)?)?;
                    let g = g.expand_to(ah.shape())?;
                    let upper = Tensor::cat(&[&ah, &g], -1)?;
                    let lower = Tensor::cat(&[&ah.zeros_like()?, &ah], -1)?;
                    let both = Tensor::cat(&[&upper, &lower], -2)?.matrix_exp()?;
                    Ok(smallvec![Some(columns(&rows(&both, 0, n)?, n, 2 * n)?)])
                },
            )?;
        }
        Ok(out)
    }
}

/// Coefficients of Padé's approximant, over the largest.
const PADE: [f64; 14] = [
    64764752532480000.0,
    32382376266240000.0,
    7771770303897600.0,
    1187353796428800.0,
    129060195264000.0,
    10559470521600.0,
    670442572800.0,
    33522128640.0,
    1323241920.0,
    40840800.0,
    960960.0,
    16380.0,
    182.0,
    1.0,
];

#[track_caller]
fn exponential(a: &Tensor, batch: &Batch) -> Result<Tensor> {
    if a.numel() == 0 {
        return a.try_clone();
    }
    // Halvings until the largest sum of a row is small; NaN and infinities scale nothing.
    let size = a
        .abs()?
        .sum_dims(&[-1], false)?
        .amax(&[-1], false)?
        .to_dtype(crate::DType::F64)?
        .to_vec::<f64>()?;
    let halvings: Vec<i64> = size
        .iter()
        .map(|s| match s.is_finite() && *s > 2.0 {
            true => ((s / 2.0).log2().ceil() as i64).min(1100),
            false => 0,
        })
        .collect();
    let most = halvings.iter().copied().max().unwrap_or(0);
    let scale: Vec<f64> = halvings.iter().map(|s| (-(*s as f64)).exp2()).collect();
    let per = |v: Tensor| -> Result<Tensor> { v.reshape(&batch.shape(&[1, 1])?) };
    let scale = per(Tensor::from_vec(scale, [batch.count])?.to_dtype(a.dtype())?)?;
    let halvings = per(Tensor::from_vec(halvings, [batch.count])?)?;
    let a = a.mul(&scale)?;
    let c = |i: usize| PADE[i] / PADE[0];
    let eye = eye_like(&a, batch.rows)?;
    let a2 = a.times(&a)?;
    let a4 = a2.times(&a2)?;
    let a6 = a4.times(&a2)?;
    let sum =
        |k: [f64; 3]| -> Result<Tensor> { a6.mul(k[2])?.add(&a4.mul(k[1])?)?.add(&a2.mul(k[0])?) };
    let odd = a6
        .times(&sum([c(9), c(11), c(13)])?)?
        .add(&sum([c(3), c(5), c(7)])?)?;
    let odd = a.times(&odd.add(&eye.mul(c(1))?)?)?;
    let even = a6
        .times(&sum([c(8), c(10), c(12)])?)?
        .add(&sum([c(2), c(4), c(6)])?)?;
    let even = even.add(&eye.mul(c(0))?)?;
    let (mut out, _) = even.sub(&odd)?.solve_ex(&even.add(&odd)?, true)?;
    for step in 0..most {
        let squared = out.times(&out)?;
        out = squared.where_cond(&halvings.gt(step as f64)?, &out)?;
    }
    Ok(out)
}
