//! Products. Their gradient is the product of all the other elements, also where some are 0.

use super::{Axes, fold};
use crate::autograd::{Saved, is_grad_enabled, record, tracks};
use crate::cpu::reduce::Combine;
use crate::{DType, Result, Tensor};
use smallvec::smallvec;

impl Tensor {
    /// Product of all elements. Integers and bools are multiplied as `i64`.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// assert_eq!(Tensor::new([2i64, 3, 4])?.prod()?.item::<i64>()?, 24);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// No memory.
    #[track_caller]
    pub fn prod(&self) -> Result<Tensor> {
        self.prod_dims(&[], false)
    }

    /// Product over `dims` (all if empty), which stay as size 1 if `keepdim`. 1 where there is nothing to multiply.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::new([[1f32, 2.0], [3.0, 4.0]])?;
    /// assert_eq!(x.prod_dims(&[1], false)?.to_vec::<f32>()?, [2.0, 12.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A dimension that isn't there, or that is named twice.
    #[track_caller]
    pub fn prod_dims(&self, dims: &[i64], keepdim: bool) -> Result<Tensor> {
        if self.dtype().is_complex() {
            return crate::ops::complex::prod(self, dims, keepdim);
        }
        let axes = Axes::new("prod", self, dims, keepdim)?;
        let dtype = match self.dtype().is_float() {
            true => self.dtype(),
            false => DType::I64,
        };
        let out = fold("prod", Combine::Prod, self, &axes)?.to_dtype(dtype)?;
        if tracks(&[self]) {
            let saved = (Saved::input(self), Saved::output(&out, 0));
            record("prod", &[self], &[&out], saved, move |(x, y), call, g| {
                let Some(g) = &g[0] else {
                    return Ok(smallvec![None]);
                };
                let (x, g) = (x.get(call)?, axes.kept(g)?);
                let zero = x.detach().eq(0.0)?;
                if !zero.any()?.item::<bool>()? {
                    let y = axes.kept(&y.get(call)?)?;
                    return Ok(smallvec![Some(g.mul(&y)?.div(&x)?)]);
                }
                let others = if is_grad_enabled() {
                    others(&x, &axes)?
                } else {
                    others_by_count(&x, &zero, &axes)?
                };
                Ok(smallvec![Some(others.mul(&g)?)])
            })?;
        }
        Ok(out)
    }
}

fn dims_of(axes: &Axes) -> Vec<i64> {
    (0..axes.reduced.len() as i64)
        .filter(|&d| axes.reduced[d as usize])
        .collect()
}

/// Per element the product of all the others, from the number of zeros in its group. Not to be differentiated.
fn others_by_count(x: &Tensor, zero: &Tensor, axes: &Axes) -> Result<Tensor> {
    let dims = dims_of(axes);
    if dims.is_empty() {
        return x.ones_like();
    }
    let full = zero.select_where(1.0, x)?;
    let product = full.prod_dims(&dims, true)?;
    let zeros = zero.sum_dims(&dims, true)?;
    let alone = zero.logical_and(zeros.eq(1i64)?)?;
    let at_zeros = alone.select_where(&product, 0.0)?;
    zeros.eq(0i64)?.select_where(product.div(&full)?, at_zeros)
}

/// The same, of differentiable operations: products of what lies before and of what lies behind.
fn others(x: &Tensor, axes: &Axes) -> Result<Tensor> {
    let kept: Vec<i64> = (0..x.rank() as i64)
        .filter(|&d| !axes.reduced[d as usize])
        .collect();
    let order: Vec<i64> = kept.iter().copied().chain(dims_of(axes)).collect();
    if order.is_empty() {
        return x.ones_like();
    }
    let moved = x.permute(&order)?;
    let shape = moved.shape().clone();
    let outputs: usize = axes.keep.numel();
    let flat = moved.reshape([outputs as i64, axes.count as i64])?;
    let before = |x: &Tensor| -> Result<Tensor> {
        let n = axes.count;
        let out = Tensor::ones((x.shape(), x.dtype()))?;
        if n > 1 {
            out.narrow(1, 1, n - 1)?
                .copy_(&x.narrow(1, 0, n - 1)?.cumprod(1)?)?;
        }
        Ok(out)
    };
    let behind = before(&flat.flip(&[1])?)?.flip(&[1])?;
    let mut back = vec![0i64; order.len()];
    for (i, &d) in order.iter().enumerate() {
        back[d as usize] = i as i64;
    }
    before(&flat)?.mul(&behind)?.reshape(&shape)?.permute(&back)
}
