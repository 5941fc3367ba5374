//! Softmax and log-softmax along any dimension, fused along the last one.

use super::apply::lock;
use super::reduce::{accumulate_in, float_only};
use crate::autograd::{Saved, is_grad_enabled, record, tracks};
use crate::cpu::rows;
use crate::{Result, Tensor};
use smallvec::smallvec;

impl Tensor {
    /// `exp(x) / Σ exp(x)` along `dim`, without overflow.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let p = Tensor::new([1.0f64, 1.0])?.softmax(-1)?;
    /// assert_eq!(p.to_vec::<f64>()?, [0.5, 0.5]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Integers and bools; a dimension that isn't there.
    #[track_caller]
    pub fn softmax(&self, dim: i64) -> Result<Tensor> {
        float_only("softmax", self)?;
        let out = along("softmax", &[self], dim, |x, y, n| rows::softmax(x[0], y, n))?;
        if tracks(&[self]) {
            let saved = Saved::output(&out, 0);
            record("softmax", &[self], &[&out], saved, move |y, call, g| {
                let Some(g) = &g[0] else {
                    return Ok(smallvec![None]);
                };
                let y = y.get(call)?;
                let dx = if is_grad_enabled() {
                    let dot = y.mul(g)?.sum_dims(&along_dim(g, dim), true)?;
                    y.mul(&g.sub(&dot)?)?
                } else {
                    along("softmax", &[&y, g], dim, |x, d, n| {
                        rows::softmax_back(x[0], x[1], d, n)
                    })?
                };
                Ok(smallvec![Some(dx)])
            })?;
        }
        Ok(out)
    }

    /// `x - ln Σ exp(x)` along `dim`: the logarithm of [`Tensor::softmax`], without overflow.
    ///
    /// # Errors
    /// Integers and bools; a dimension that isn't there.
    #[track_caller]
    pub fn log_softmax(&self, dim: i64) -> Result<Tensor> {
        const OP: &str = "log_softmax";
        float_only(OP, self)?;
        let out = along(OP, &[self], dim, |x, y, n| rows::log_softmax(x[0], y, n))?;
        if tracks(&[self]) {
            let saved = Saved::output(&out, 0);
            record(OP, &[self], &[&out], saved, move |y, call, g| {
                let Some(g) = &g[0] else {
                    return Ok(smallvec![None]);
                };
                let y = y.get(call)?;
                let dx = if is_grad_enabled() {
                    let total = g.sum_dims(&along_dim(g, dim), true)?;
                    g.sub(&y.exp()?.mul(&total)?)?
                } else {
                    along(OP, &[&y, g], dim, |x, d, n| {
                        rows::log_softmax_back(x[0], x[1], d, n)
                    })?
                };
                Ok(smallvec![Some(dx)])
            })?;
        }
        Ok(out)
    }

    /// [`Tensor::softmax`] of `-x`.
    ///
    /// # Errors
    /// As [`Tensor::softmax`].
    #[track_caller]
    pub fn softmin(&self, dim: i64) -> Result<Tensor> {
        self.neg()?.softmax(dim)
    }
}

/// `dim` as the list of dimensions of a sum; a scalar has none.
fn along_dim(x: &Tensor, dim: i64) -> Vec<i64> {
    if x.rank() == 0 { Vec::new() } else { vec![dim] }
}

/// Runs `kernel(inputs, out, n)` with `dim`, of `n` elements, moved to the back, and answers in the first input's dtype,
/// row-major. The inputs are of one shape.
#[track_caller]
fn along(
    op: &'static str,
    inputs: &[&Tensor],
    dim: i64,
    kernel: impl Fn(&[&Tensor], &Tensor, usize),
) -> Result<Tensor> {
    let x = inputs[0];
    let d = x.shape().dim(op, dim)?;
    let n = x.dims().get(d).copied().unwrap_or(1);
    let last = d + 1 >= x.rank();
    let compute = accumulate_in(x.dtype()).dtype();
    let ready: Vec<Tensor> = inputs
        .iter()
        .map(|t| {
            let t = t.detach();
            let t = if last { t } else { t.movedim(d as i64, -1)? };
            t.to_dtype(compute)?.contiguous()
        })
        .collect::<Result<_>>()?;
    let ready: Vec<&Tensor> = ready.iter().collect();
    let out = Tensor::uninit(ready[0].shape().clone(), compute)?;
    {
        let _access = lock(op, &ready, &[])?;
        kernel(&ready, &out, n);
    }
    let out = if last {
        out
    } else {
        out.movedim(-1, d as i64)?.contiguous()?
    };
    out.to_dtype(x.dtype())
}
