//! Running sums and products along a dimension.

use super::accumulate_in;
use crate::autograd::{Saved, record, tracks};
use crate::cpu::scan::{self, Scan};
use crate::ops::apply::lock;
use crate::ops::complex::refused;
use crate::{DType, Result, Tensor};
use smallvec::smallvec;

impl Tensor {
    /// Running sum along `dim`: element `i` is the sum of elements `0..=i`. Integers and bools become `i64`.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::new([[1i64, 2], [3, 4]])?;
    /// assert_eq!(x.cumsum(0)?.to_vec::<i64>()?, [1, 2, 4, 6]);
    /// assert_eq!(x.cumsum(-1)?.to_vec::<i64>()?, [1, 3, 3, 7]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A dimension that isn't there.
    #[track_caller]
    pub fn cumsum(&self, dim: i64) -> Result<Tensor> {
        if self.dtype().is_complex() {
            return crate::ops::complex::cumsum(self, dim);
        }
        let out = scanned("cumsum", Scan::Sum, self, dim)?;
        if tracks(&[self]) {
            record("cumsum", &[self], &[&out], (), move |_, _, g| {
                let back = |g: &Tensor| g.flip(&[dim])?.cumsum(dim)?.flip(&[dim]);
                let flat = |g: &Tensor| {
                    if g.rank() == 0 {
                        Ok(g.clone())
                    } else {
                        back(g)
                    }
                };
                Ok(smallvec![g[0].as_ref().map(flat).transpose()?])
            })?;
        }
        Ok(out)
    }

    /// Running product along `dim`: element `i` is the product of elements `0..=i`. Integers and bools become `i64`.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// assert_eq!(Tensor::new([2f32, 3.0, 4.0])?.cumprod(0)?.to_vec::<f32>()?, [2.0, 6.0, 24.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A dimension that isn't there.
    #[track_caller]
    pub fn cumprod(&self, dim: i64) -> Result<Tensor> {
        let out = scanned("cumprod", Scan::Product, self, dim)?;
        if tracks(&[self]) {
            let saved = (Saved::input(self), Saved::output(&out, 0));
            record(
                "cumprod",
                &[self],
                &[&out],
                saved,
                move |(x, y), call, g| {
                    let Some(g) = &g[0] else {
                        return Ok(smallvec![None]);
                    };
                    if g.rank() == 0 {
                        return Ok(smallvec![Some(g.clone())]);
                    }
                    let x = x.get(call)?;
                    if !x.detach().eq(0.0)?.any()?.item::<bool>()? {
                        let y = y.get(call)?;
                        let later = g.mul(&y)?.flip(&[dim])?.cumsum(dim)?.flip(&[dim])?;
                        return Ok(smallvec![Some(later.div(&x)?)]);
                    }
                    Ok(smallvec![Some(through_zeros(&x, g, dim)?)])
                },
            )?;
        }
        Ok(out)
    }
}

/// The gradient of `cumprod` without a division: with `before[j] = Π x[..j]` and
/// `s[j] = g[j] + x[j + 1] · s[j + 1]` it is `before[j] · s[j]`.
fn through_zeros(x: &Tensor, g: &Tensor, dim: i64) -> Result<Tensor> {
    let n = x.size(dim)?;
    let out = x.zeros_like()?;
    let mut before = Vec::with_capacity(n);
    let mut product = x.select(dim, 0)?.ones_like()?;
    for j in 0..n as i64 {
        before.push(product.clone());
        product = product.mul(&x.select(dim, j)?)?;
    }
    let mut later: Option<Tensor> = None;
    for j in (0..n).rev() {
        let here = g.select(dim, j as i64)?;
        let s = match later {
            None => here,
            Some(s) => here.add(&x.select(dim, j as i64 + 1)?.mul(&s)?)?,
        };
        let value = before[j].mul(&s)?;
        out.select(dim, j as i64)?.copy_(&value)?;
        later = Some(s);
    }
    Ok(out)
}

#[track_caller]
fn scanned(op: &'static str, scan: Scan, x: &Tensor, dim: i64) -> Result<Tensor> {
    let dim = x.shape().dim(op, dim)?;
    if x.dtype().is_complex() {
        return Err(refused(op, x.dtype()));
    }
    let dtype = match x.dtype().is_float() {
        true => x.dtype(),
        false => DType::I64,
    };
    let out = x
        .detach()
        .to_dtype(accumulate_in(x.dtype()).dtype())?
        .copy()?;
    if x.rank() > 0 {
        let _access = lock(op, &[], &[&out])?;
        scan::in_place(scan, &out, dim);
    }
    out.to_dtype(dtype)
}
