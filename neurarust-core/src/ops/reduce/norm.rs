//! Norms and the logarithm of a sum of exponentials.

use super::{Axes, Map, accumulate_in, float_only, floats_of, fold, fold_map};
use crate::autograd::{Saved, record, tracks};
use crate::cpu::kernel::{self, MAX_PARAMS, Params};
use crate::cpu::reduce::Combine;
use crate::formula::Formula;
use crate::op::Parameters;
use crate::ops::elementwise::table;
use crate::real::Real;
use crate::{Result, Tensor};
use smallvec::smallvec;

/// `|x|ᵖ`
#[derive(Clone, Copy)]
struct PowerOfAbs(f64);
impl Parameters for PowerOfAbs {
    fn from_params(params: &Params) -> Self {
        PowerOfAbs(params[0])
    }
}
impl Formula<1, 1> for PowerOfAbs {
    #[inline(always)]
    fn eval<V: Real>(&self, [x]: [V; 1]) -> [V; 1] {
        [x.abs().pow(V::c(self.0))]
    }
}

/// `exp(x - m)`
#[derive(Clone, Copy)]
pub(crate) struct ExpBelow;
impl Parameters for ExpBelow {
    fn from_params(_: &Params) -> Self {
        ExpBelow
    }
}
impl Formula<2, 1> for ExpBelow {
    #[inline(always)]
    fn eval<V: Real>(&self, [x, m]: [V; 2]) -> [V; 1] {
        [(x - m).exp()]
    }
}

/// `out`, which does not change with `x`: its gradient is 0, not missing.
#[track_caller]
pub(crate) fn flat(op: &'static str, x: &Tensor, out: Tensor) -> Result<Tensor> {
    if tracks(&[x]) {
        let (shape, dtype) = (x.shape().clone(), x.dtype());
        record(op, &[x], &[&out], (), move |_, _, _| {
            Ok(smallvec![Some(Tensor::zeroed(shape.clone(), dtype)?)])
        })?;
    }
    Ok(out)
}

impl Tensor {
    /// The p-norm `(Σ|x|ᵖ)^(1/p)` of all elements; infinite `p` answers the largest (smallest) `|x|`, 0 counts.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::new([3f32, -4.0])?;
    /// assert_eq!(x.norm(2.0)?.item::<f32>()?, 5.0);
    /// assert_eq!(x.norm(f64::INFINITY)?.item::<f32>()?, 4.0);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Integers and bools; an infinite `p` of no elements.
    #[track_caller]
    pub fn norm(&self, p: f64) -> Result<Tensor> {
        self.norm_dims(p, &[], false)
    }

    /// The p-norm over `dims` (all if empty), which stay as size 1 if `keepdim`. Where a norm is 0, so is its gradient.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::new([[3f32, -4.0], [0.0, 1.0]])?;
    /// assert_eq!(x.norm_dims(1.0, &[1], false)?.to_vec::<f32>()?, [7.0, 1.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Integers and bools; a dimension that isn't there, or that is named twice; an infinite `p` of no elements.
    #[track_caller]
    pub fn norm_dims(&self, p: f64, dims: &[i64], keepdim: bool) -> Result<Tensor> {
        const OP: &str = "norm";
        if self.dtype().is_complex() {
            return self.abs()?.norm_dims(p, dims, keepdim);
        }
        float_only(OP, self)?;
        if p == f64::INFINITY {
            return self.abs()?.amax(dims, keepdim);
        }
        if p == f64::NEG_INFINITY {
            return self.abs()?.amin(dims, keepdim);
        }
        if p == 0.0 {
            let count = self.detach().count_nonzero_dims(dims, keepdim)?;
            return flat(OP, self, count.to_dtype(self.dtype())?);
        }
        let axes = Axes::new(OP, self, dims, keepdim)?;
        let mut params = [0.0; MAX_PARAMS];
        params[0] = p;
        let variants = if p == 1.0 {
            floats_of(table::abs())
        } else if p == 2.0 {
            floats_of(table::square())
        } else {
            [
                kernel::forward::<f32, PowerOfAbs, 1, 1>(),
                kernel::forward::<f64, PowerOfAbs, 1, 1>(),
            ]
        };
        let map = Map {
            variants,
            params: &params,
        };
        let compute = accumulate_in(self.dtype());
        let total = fold_map(OP, Combine::Sum, &[self], Some(map), compute, &axes)?;
        let out = if p == 1.0 { total } else { total.pow(1.0 / p)? };
        let out = out.to_dtype(self.dtype())?;
        if tracks(&[self]) {
            let saved = (Saved::input(self), Saved::output(&out, 0));
            record(OP, &[self], &[&out], saved, move |(x, y), call, g| {
                let Some(g) = &g[0] else {
                    return Ok(smallvec![None]);
                };
                let x = x.get(call)?;
                let g = axes.kept(g)?;
                if p == 1.0 {
                    return Ok(smallvec![Some(x.sign()?.mul(&g)?)]);
                }
                let y = axes.kept(&y.get(call)?)?;
                let flat = y.detach().eq(0.0)?;
                let y = flat.select_where(1.0, &y)?;
                let g = flat.select_where(0.0, &g)?;
                let slope = if p == 2.0 {
                    x.div(&y)?
                } else {
                    // |x|ᵖ⁻¹ sign(x) / yᵖ⁻¹, which is 0 at 0 by convention, whatever p.
                    let zero = x.detach().eq(0.0)?;
                    let ratio = zero.select_where(1.0, x.abs()?.div(&y)?)?;
                    zero.select_where(0.0, x.sign()?.mul(ratio.pow(p - 1.0)?)?)?
                };
                Ok(smallvec![Some(slope.mul(&g)?)])
            })?;
        }
        Ok(out)
    }

    /// `ln Σ eˣ` over `dims` (all if empty), which stay as size 1 if `keepdim`, without overflow; minus infinity of nothing.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::new([[0f32, 0.0], [1000.0, 1000.0]])?;
    /// let y = x.logsumexp(&[1], false)?.to_vec::<f32>()?;
    /// assert!((y[0] - 2f32.ln()).abs() < 1e-6 && (y[1] - 1000.6931).abs() < 1e-3);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Integers and bools; a dimension that isn't there, or that is named twice.
    #[track_caller]
    pub fn logsumexp(&self, dims: &[i64], keepdim: bool) -> Result<Tensor> {
        const OP: &str = "logsumexp";
        float_only(OP, self)?;
        let axes = Axes::new(OP, self, dims, keepdim)?;
        if axes.count == 0 {
            // The logarithm of nothing's sum.
            return self.sum_dims(dims, keepdim)?.log();
        }
        let top = fold(OP, Combine::Max, self, &axes)?;
        // An infinite shift would turn equal infinities into NaN.
        let top = top.isinf()?.select_where(0.0, &top)?;
        let map = Map {
            variants: [
                kernel::forward::<f32, ExpBelow, 2, 1>(),
                kernel::forward::<f64, ExpBelow, 2, 1>(),
            ],
            params: &[0.0; MAX_PARAMS],
        };
        let compute = accumulate_in(self.dtype());
        let shift = axes.kept(&top)?;
        let total = fold_map(OP, Combine::Sum, &[self, &shift], Some(map), compute, &axes)?;
        let out = total.log()?.add(&top)?.to_dtype(self.dtype())?;
        if tracks(&[self]) {
            let saved = (Saved::input(self), Saved::output(&out, 0));
            record(OP, &[self], &[&out], saved, move |(x, y), call, g| {
                let Some(g) = &g[0] else {
                    return Ok(smallvec![None]);
                };
                let (x, y) = (x.get(call)?, axes.kept(&y.get(call)?)?);
                let y = y.detach().eq(f64::NEG_INFINITY)?.select_where(0.0, &y)?;
                Ok(smallvec![Some(x.sub(&y)?.exp()?.mul(axes.kept(g)?)?)])
            })?;
        }
        Ok(out)
    }

    /// Slices along `dim` whose `p`-norm is above `max` scaled down to it.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::new([[1.0f32, 1.0], [3.0, 3.0]])?.renorm(1.0, 0, 3.0)?;
    /// assert_eq!(x.select(0, 0)?.to_vec::<f32>()?, [1.0, 1.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Integers and bools; fewer than two dimensions; a dimension that isn't there; `p` not above 0, `max` below it.
    #[track_caller]
    pub fn renorm(&self, p: f64, dim: i64, max: f64) -> Result<Tensor> {
        const OP: &str = "renorm";
        float_only(OP, self)?;
        if self.rank() < 2 {
            return Err(crate::Error::shape(
                OP,
                format!("expected at least 2 dimensions, got shape {}", self.shape()),
            ));
        }
        let dim = self.shape().dim(OP, dim)?;
        if p.is_nan() || p <= 0.0 || max.is_nan() || max < 0.0 {
            return Err(crate::Error::shape(
                OP,
                format!("expected p above 0 and maxnorm not below 0, got {p} and {max}"),
            ));
        }
        let rest: Vec<i64> = (0..self.rank() as i64)
            .filter(|&d| d != dim as i64)
            .collect();
        let wide = self.to_dtype(accumulate_in(self.dtype()).dtype())?;
        let norm = wide.norm_dims(p, &rest, true)?;
        let above = norm.detach().gt(max)?;
        let scale = norm.add(1e-7)?.reciprocal()?.mul(max)?;
        wide.mul(above.select_where(&scale, 1.0)?)?
            .to_dtype(self.dtype())
    }

    /// As [`Tensor::renorm`], in place.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::new([[30f32, 40.0], [0.3, 0.4]])?;
    /// x.renorm_(2.0, 0, 1.0)?; // rows of norm 50 and 0.5
    /// let rows = x.norm_dims(2.0, &[1], false)?.to_vec::<f32>()?;
    /// assert!((rows[0] - 1.0).abs() < 1e-5 && (rows[1] - 0.5).abs() < 1e-5);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Tensor::renorm`]; a leaf that requires a gradient.
    #[track_caller]
    pub fn renorm_(&self, p: f64, dim: i64, max: f64) -> Result<&Tensor> {
        self.copy_(&self.renorm(p, dim, max)?)
    }

    /// The `p`-norm of the difference to `other`, which broadcasts.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let (a, b) = (Tensor::new([1f32, 2.0])?, Tensor::new([4f32, 6.0])?);
    /// assert_eq!(a.dist(&b, 2.0)?.item::<f32>()?, 5.0);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Shapes that don't broadcast; integers.
    #[track_caller]
    pub fn dist(&self, other: &Tensor, p: f64) -> Result<Tensor> {
        self.sub(other)?.norm(p)
    }
}
