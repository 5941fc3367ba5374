//! Softmax and log-softmax along any dimension, fused along the last one.

use super::apply::{compute, lock};
use super::reduce::{Axes, ExpBelow, accumulate_in, float_only, fold};
use crate::autograd::{Saved, is_grad_enabled, record, tracks};
use crate::cpu::kernel::MAX_PARAMS;
use crate::cpu::reduce::Combine;
use crate::cpu::rows;
use crate::op::OpTable;
use crate::{Result, Tensor};
use smallvec::smallvec;
use std::sync::LazyLock;

/// Up to so many elements, turning a dimension to the end and back costs less than one pass more.
const FEW: usize = 1024;

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
        self.shape().dim("softmax", dim)?;
        let out = match is_last(self, dim) {
            true => along("softmax", &[self], |x, y, n| rows::softmax(x[0], y, n))?,
            false if self.numel() <= FEW => {
                let turned = self.detach().transpose(dim, -1)?;
                along("softmax", &[&turned], |x, y, n| rows::softmax(x[0], y, n))?
                    .transpose(dim, -1)?
                    .contiguous()?
            }
            false => {
                let (e, total, _) = exponentials("softmax", self, dim)?;
                e.div_(&total)?;
                e.to_dtype(self.dtype())?
            }
        };
        if tracks(&[self]) {
            let saved = Saved::output(&out, 0);
            record("softmax", &[self], &[&out], saved, move |y, call, g| {
                let Some(g) = &g[0] else {
                    return Ok(smallvec![None]);
                };
                let y = y.get(call)?;
                let dx = if is_grad_enabled() || !is_last(g, dim) {
                    let dot = y.mul(g)?.sum_dims(&along_dim(g, dim), true)?;
                    y.mul(&g.sub(&dot)?)?
                } else {
                    along("softmax", &[&y, g], |x, d, n| {
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
    /// ```
    /// # use neurarust_core::Tensor;
    /// let y = Tensor::new([0f32, 0.0])?.log_softmax(0)?.to_vec::<f32>()?;
    /// assert!((y[0] + 2f32.ln()).abs() < 1e-6);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Integers and bools; a dimension that isn't there.
    #[track_caller]
    pub fn log_softmax(&self, dim: i64) -> Result<Tensor> {
        const OP: &str = "log_softmax";
        float_only(OP, self)?;
        self.shape().dim(OP, dim)?;
        let out = match is_last(self, dim) {
            true => along(OP, &[self], |x, y, n| rows::log_softmax(x[0], y, n))?,
            false if self.numel() <= FEW => {
                let turned = self.detach().transpose(dim, -1)?;
                along(OP, &[&turned], |x, y, n| rows::log_softmax(x[0], y, n))?
                    .transpose(dim, -1)?
                    .contiguous()?
            }
            false => {
                let (_, total, top) = exponentials(OP, self, dim)?;
                // The logarithm alone last: added to a large maximum it would lose its digits.
                let below = self.detach().sub(&top)?.contiguous()?;
                below.sub_(&total.log()?)?;
                below.to_dtype(self.dtype())?
            }
        };
        if tracks(&[self]) {
            let saved = Saved::output(&out, 0);
            record(OP, &[self], &[&out], saved, move |y, call, g| {
                let Some(g) = &g[0] else {
                    return Ok(smallvec![None]);
                };
                let y = y.get(call)?;
                let dx = if is_grad_enabled() || !is_last(g, dim) {
                    let total = g.sum_dims(&along_dim(g, dim), true)?;
                    g.sub(&y.exp()?.mul(&total)?)?
                } else {
                    along(OP, &[&y, g], |x, d, n| {
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
    /// ```
    /// # use neurarust_core::Tensor;
    /// let y = Tensor::new([0f32, 3f32.ln()])?.softmin(0)?.to_vec::<f32>()?;
    /// assert!((y[0] - 0.75).abs() < 1e-6 && (y[1] - 0.25).abs() < 1e-6);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
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

/// Whether `dim` is the last dimension, or the only one of a scalar.
fn is_last(x: &Tensor, dim: i64) -> bool {
    dim == -1 || dim + 1 >= x.rank() as i64
}

/// Along a dimension that isn't the last: `exp(x - max)` (row-major), its sum and the maximum, in the compute type.
#[track_caller]
fn exponentials(op: &'static str, x: &Tensor, dim: i64) -> Result<(Tensor, Tensor, Tensor)> {
    static BELOW: LazyLock<OpTable> =
        LazyLock::new(|| OpTable::forward_only::<ExpBelow, 2>("softmax"));
    let x = x.detach();
    let axes = Axes::new(op, &x, &[dim], true)?;
    let dtype = accumulate_in(x.dtype()).dtype();
    let top = fold(op, Combine::Max, &x, &axes)?;
    let e = compute(&BELOW, &[0.0; MAX_PARAMS], dtype, dtype, &[&x, &top])?.contiguous()?;
    let total = fold(op, Combine::Sum, &e, &axes)?;
    Ok((e, total, top))
}

/// Runs `kernel(inputs, out, n)` on rows of the last dimension, of `n` elements, and answers in the first input's dtype,
/// row-major. The inputs are of one shape.
#[track_caller]
fn along(
    op: &'static str,
    inputs: &[&Tensor],
    kernel: impl Fn(&[&Tensor], &Tensor, usize),
) -> Result<Tensor> {
    let x = inputs[0];
    let n = x.dims().last().copied().unwrap_or(1);
    let compute = accumulate_in(x.dtype()).dtype();
    let ready: Vec<Tensor> = inputs
        .iter()
        .map(|t| t.detach().to_dtype(compute)?.contiguous())
        .collect::<Result<_>>()?;
    let ready: Vec<&Tensor> = ready.iter().collect();
    let out = Tensor::uninit(ready[0].shape().clone(), compute)?;
    {
        let _access = lock(op, &ready, &[])?;
        kernel(&ready, &out, n);
    }
    out.to_dtype(x.dtype())
}
