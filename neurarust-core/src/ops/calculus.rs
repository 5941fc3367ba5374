//! Differences, derivatives and integrals of samples along a dimension.

use super::apply::promote;
use crate::{DType, Error, Result, Tensor};

/// Between which samples a derivative or an integral is taken.
///
/// ```
/// # use neurarust_core::{Tensor, ops::Spacing};
/// let y = Tensor::new([1f32, 2.0, 3.0])?;
/// assert_eq!(y.trapezoid(&Spacing::Even(2.0), 0)?.item::<f32>()?, 8.0);
/// let at = Spacing::At(Tensor::new([0f32, 1.0, 3.0])?);
/// assert_eq!(y.trapezoid(&at, 0)?.item::<f32>()?, 1.5 + 5.0);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub enum Spacing {
    /// So far apart, all of them.
    Even(f64),
    /// At these coordinates.
    At(Tensor),
}

/// Refuses a dimension of a scalar, and answers the dimension.
#[track_caller]
fn dimension(op: &'static str, x: &Tensor, dim: i64) -> Result<usize> {
    if x.rank() == 0 {
        return Err(Error::shape(
            op,
            "expected at least one dimension, got a scalar",
        ));
    }
    x.shape().dim(op, dim)
}

impl Tensor {
    /// Elements `start..end` of dimension `dim`, both counted from the back if negative; `end` 0 is the end.
    #[track_caller]
    fn between(&self, dim: i64, start: i64, end: i64) -> Result<Tensor> {
        let n = self.dims()[dim as usize] as i64;
        let at = |i: i64| i.clamp(0, n);
        let start = at(if start < 0 { start + n } else { start });
        let end = at(if end <= 0 { end + n } else { end });
        self.narrow(dim, start, (end - start).max(0) as usize)
    }

    /// Differences between neighbours along `dim`, `n` times, after putting `prepend` and `append` at the ends. Bools
    /// differ where they aren't equal.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::new([1.0f32, 4.0, 9.0])?;
    /// assert_eq!(x.diff(1, 0, None, None)?.to_vec::<f32>()?, [3.0, 5.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A scalar; a dimension that isn't there; ends of another shape.
    #[track_caller]
    pub fn diff(
        &self,
        n: usize,
        dim: i64,
        prepend: Option<&Tensor>,
        append: Option<&Tensor>,
    ) -> Result<Tensor> {
        const OP: &str = "diff";
        let d = dimension(OP, self, dim)? as i64;
        let parts: Vec<&Tensor> = [prepend, Some(self), append]
            .into_iter()
            .flatten()
            .collect();
        for part in &parts {
            let fits = part.rank() == self.rank()
                && (0..self.rank()).all(|i| i == d as usize || part.dims()[i] == self.dims()[i]);
            if !fits {
                return Err(Error::shape(
                    OP,
                    format!(
                        "an end of shape {} for shape {}; expected the same but for dimension {d}",
                        part.shape(),
                        self.shape()
                    ),
                ));
            }
        }
        if n == 0 {
            // Nothing is put at the ends either, as in PyTorch.
            return self.try_clone();
        }
        let mut out = match parts.len() {
            1 => self.clone(),
            _ => Tensor::cat(&parts, d)?,
        };
        for _ in 0..n.min(out.dims()[d as usize]) {
            let (high, low) = (out.between(d, 1, 0)?, out.between(d, 0, -1)?);
            out = match out.dtype() {
                DType::Bool => high.logical_xor(&low)?,
                _ => high.sub(&low)?,
            };
        }
        Ok(out)
    }

    /// Derivatives of samples on a grid along each of `dims` (all if empty): central differences inside, one-sided ones of
    /// order `edge_order` (1 or 2) at the ends. `spacing` has one element for all dimensions, or one each.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, ops::Spacing};
    /// let x = Tensor::new([0.0f32, 1.0, 4.0, 9.0])?;
    /// let g = x.gradient(&[Spacing::Even(1.0)], &[], 1)?;
    /// assert_eq!(g[0].to_vec::<f32>()?, [1.0, 2.0, 4.0, 5.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A dimension that isn't there, is named twice, or has no more than `edge_order` samples; coordinates that don't
    /// match a dimension; another order.
    #[track_caller]
    pub fn gradient(
        &self,
        spacing: &[Spacing],
        dims: &[i64],
        edge_order: usize,
    ) -> Result<Vec<Tensor>> {
        const OP: &str = "gradient";
        if !(1..=2).contains(&edge_order) {
            return Err(Error::shape(
                OP,
                format!("edge_order is 1 or 2, got {edge_order}"),
            ));
        }
        self.shape().dims_or_all(OP, dims)?;
        let dims: Vec<usize> = match dims {
            [] => (0..self.rank()).collect(),
            _ => dims
                .iter()
                .map(|&d| dimension(OP, self, d))
                .collect::<Result<_>>()?,
        };
        let even = matches!(spacing, [Spacing::Even(_)]);
        if spacing.len() != dims.len() && !even {
            return Err(Error::shape(
                OP,
                format!(
                    "{} spacings for {} dimensions; expected one for all or one each",
                    spacing.len(),
                    dims.len()
                ),
            ));
        }
        for &d in &dims {
            if self.dims()[d] <= edge_order {
                return Err(Error::shape(
                    OP,
                    format!(
                        "dimension {d} of shape {} has too few samples for edge_order {edge_order}; expected at least {}",
                        self.shape(),
                        edge_order + 1
                    ),
                ));
            }
        }
        dims.iter()
            .enumerate()
            .map(|(i, &d)| match &spacing[if even { 0 } else { i }] {
                Spacing::Even(h) => self.slope_even(d as i64, *h, edge_order),
                Spacing::At(x) => self.slope_at(d as i64, x, edge_order),
            })
            .collect()
    }

    #[track_caller]
    fn slope_even(&self, dim: i64, h: f64, edge_order: usize) -> Result<Tensor> {
        let at = |start: i64| match start {
            -1 => self.between(dim, -1, 0),
            _ => self.between(dim, start, start + 1),
        };
        let middle = self
            .between(dim, 2, 0)?
            .sub(self.between(dim, 0, -2)?)?
            .div(2.0 * h)?;
        let (first, last) = match edge_order {
            1 => (at(1)?.sub(at(0)?)?.div(h)?, at(-1)?.sub(at(-2)?)?.div(h)?),
            _ => {
                let edge = |a: Tensor, b: Tensor, c: Tensor| -> Result<Tensor> {
                    a.mul(-1.5)?.add(b.mul(2.0)?)?.sub(c.mul(0.5)?)?.div(h)
                };
                (
                    edge(at(0)?, at(1)?, at(2)?)?,
                    edge(at(-1)?, at(-2)?, at(-3)?)?.neg()?,
                )
            }
        };
        Tensor::cat(&[&first, &middle, &last], dim)
    }

    #[track_caller]
    fn slope_at(&self, dim: i64, x: &Tensor, edge_order: usize) -> Result<Tensor> {
        const OP: &str = "gradient";
        let n = self.dims()[dim as usize];
        if x.rank() != 1 || x.numel() != n {
            return Err(Error::shape(
                OP,
                format!(
                    "coordinates of shape {} for dimension {dim} of shape {}; expected ({n},)",
                    x.shape(),
                    self.shape()
                ),
            ));
        }
        let mut along = vec![1i64; self.rank() - dim as usize];
        along[0] = -1;
        let step = x.between(0, 1, 0)?.sub(x.between(0, 0, -1)?)?;
        let at = |start: i64| match start {
            -1 => self.between(dim, -1, 0),
            _ => self.between(dim, start, start + 1),
        };
        let three = |[a, b, c]: [Tensor; 3], [x, y, z]: [Tensor; 3]| -> Result<Tensor> {
            a.mul(&x)?.add(b.mul(&y)?)?.add(c.mul(&z)?)
        };
        let (left, right) = (
            step.between(0, 0, -1)?.reshape(along.as_slice())?,
            step.between(0, 1, 0)?.reshape(along.as_slice())?,
        );
        let both = left.add(&right)?;
        let middle = three(
            [
                right.div(left.mul(&both)?)?.neg()?,
                right.sub(&left)?.div(left.mul(&right)?)?,
                left.div(right.mul(&both)?)?,
            ],
            [
                self.between(dim, 0, -2)?,
                self.between(dim, 1, -1)?,
                self.between(dim, 2, 0)?,
            ],
        )?;
        let (first, last) = match edge_order {
            1 => (
                at(1)?.sub(at(0)?)?.div(step.select(0, 0)?)?,
                at(-1)?.sub(at(-2)?)?.div(step.select(0, -1)?)?,
            ),
            _ => {
                let edge = |one: &Tensor, two: &Tensor, x: [Tensor; 3]| -> Result<Tensor> {
                    let both = one.add(two)?;
                    three(
                        [
                            both.add(one)?.div(one.mul(&both)?)?.neg()?,
                            both.div(one.mul(two)?)?,
                            one.div(two.mul(&both)?)?.neg()?,
                        ],
                        x,
                    )
                };
                let step = |i: i64| step.select(0, i);
                (
                    edge(&step(0)?, &step(1)?, [at(0)?, at(1)?, at(2)?])?,
                    edge(&step(-1)?, &step(-2)?, [at(-1)?, at(-2)?, at(-3)?])?.neg()?,
                )
            }
        };
        Tensor::cat(&[&first, &middle, &last], dim)
    }

    /// The integral along `dim` by the trapezoidal rule.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, ops::Spacing};
    /// let y = Tensor::new([1.0f32, 5.0, 10.0])?;
    /// assert_eq!(y.trapezoid(&Spacing::Even(1.0), -1)?.item::<f32>()?, 10.5);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Bools; a scalar; a dimension that isn't there; coordinates that don't match.
    #[track_caller]
    pub fn trapezoid(&self, spacing: &Spacing, dim: i64) -> Result<Tensor> {
        let (d, parts) = self.trapezoids("trapezoid", spacing, dim)?;
        match self.dims()[d as usize] {
            0 => {
                let mut dims = self.dims().to_vec();
                dims.remove(d as usize);
                Tensor::zeros((dims, self.dtype()))
            }
            _ => parts.sum_dims(&[d], false)?.div(2.0),
        }
    }

    /// The integrals along `dim` up to each sample but the first, by the trapezoidal rule.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, ops::Spacing};
    /// let y = Tensor::new([1f32, 5.0, 10.0])?;
    /// assert_eq!(y.cumulative_trapezoid(&Spacing::Even(1.0), -1)?.to_vec::<f32>()?, [3.0, 10.5]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Tensor::trapezoid`].
    #[track_caller]
    pub fn cumulative_trapezoid(&self, spacing: &Spacing, dim: i64) -> Result<Tensor> {
        let (d, parts) = self.trapezoids("cumulative_trapezoid", spacing, dim)?;
        match self.dims()[d as usize] {
            0 => Ok(parts),
            _ => parts.cumsum(d)?.div(2.0),
        }
    }

    /// Twice the areas between neighbours along `dim`, which is answered too.
    #[track_caller]
    fn trapezoids(&self, op: &'static str, spacing: &Spacing, dim: i64) -> Result<(i64, Tensor)> {
        let d = dimension(op, self, dim)?;
        let along = d as i64;
        let bools = self.dtype() == DType::Bool
            || matches!(spacing, Spacing::At(x) if x.dtype() == DType::Bool);
        if bools {
            return Err(Error::dtype(
                op,
                "bools can't be integrated; convert them first",
            ));
        }
        if self.dims()[d] == 0 {
            return Ok((along, self.clone()));
        }
        let sides = self
            .between(along, 1, 0)?
            .add(self.between(along, 0, -1)?)?;
        let areas = match spacing {
            Spacing::Even(h) => sides.mul(*h)?,
            Spacing::At(x) => {
                if x.rank() == 0 {
                    return Err(Error::shape(op, "the coordinates can't be a scalar"));
                }
                let step = if x.rank() == 1 {
                    if x.numel() != self.dims()[d] {
                        return Err(Error::shape(
                            op,
                            format!(
                                "{} coordinates for dimension {d} of shape {}",
                                x.numel(),
                                self.shape()
                            ),
                        ));
                    }
                    let mut shape = vec![1i64; self.rank() - d];
                    shape[0] = -1;
                    x.diff(1, 0, None, None)?.reshape(shape.as_slice())?
                } else {
                    // Of fewer dimensions: the missing ones are the first.
                    let missing = self.rank().saturating_sub(x.rank());
                    let mut shape = vec![1usize; missing];
                    shape.extend_from_slice(x.dims());
                    x.reshape(shape)?.diff(1, along, None, None)?
                };
                let dtype = promote(&[&sides, &step]);
                sides.mul(&step)?.to_dtype(dtype)?
            }
        };
        Ok((along, areas))
    }
}
