//! Losses that ask for a distance between scores.

use super::{Reduction, same_shape};
use crate::error::OrMemory;
use crate::{DType, Error, Result, Tensor};

/// (N, C) of scores (N, C) or (C), and whether there was a batch.
#[track_caller]
fn rows(op: &'static str, x: &Tensor) -> Result<(Tensor, bool)> {
    if !x.dtype().is_float() {
        return Err(Error::dtype(
            op,
            format!("expected floating-point scores, got {}", x.dtype()),
        ));
    }
    match x.dims() {
        [] => Ok((x.reshape([1, 1])?, false)),
        [c] if *c > 0 => Ok((x.unsqueeze(0)?, false)),
        [_, c] if *c > 0 => Ok((x.clone(), true)),
        _ => Err(Error::shape(
            op,
            format!(
                "scores of shape {}; expected (N, C) or (C), with classes",
                x.shape()
            ),
        )),
    }
}

impl Tensor {
    /// `Σᵢ max(0, margin - x[y] + x[i])ᵖ / C` over the classes i that aren't y, times `weight[y]`: scores (N, C) or (C) and
    /// classes (N) or one → (N) or a scalar.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, ops::loss::Reduction};
    /// let x = Tensor::new([0.1f32, 0.2, 0.4, 0.8])?;
    /// let loss = x.multi_margin_loss(&Tensor::new(3i64)?, 1, 1.0, None, Reduction::Mean)?;
    /// assert!((loss.item::<f32>()? - 0.325).abs() < 1e-6);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Shapes that don't fit, classes out of range, a power other than 1 and 2.
    #[track_caller]
    pub fn multi_margin_loss(
        &self,
        target: &Tensor,
        p: u32,
        margin: f64,
        weight: Option<&Tensor>,
        reduction: Reduction,
    ) -> Result<Tensor> {
        const OP: &str = "multi_margin_loss";
        if !matches!(p, 1 | 2) {
            return Err(Error::value(OP, format!("p is {p}; expected 1 or 2")));
        }
        let (x, batched) = rows(OP, self)?;
        let &[n, classes] = x.dims() else {
            return Err(Error::shape(OP, "expected (N, C)"));
        };
        if target.numel() != n || target.rank() > 1 {
            return Err(Error::shape(
                OP,
                format!(
                    "targets of shape {} for scores of shape {}; expected one class per row",
                    target.shape(),
                    self.shape()
                ),
            ));
        }
        if let Some(w) = weight
            && (w.dims() != [classes] || w.dtype() != x.dtype())
        {
            return Err(Error::shape(
                OP,
                format!(
                    "a weight of shape {} and type {} for {classes} classes of {}",
                    w.shape(),
                    w.dtype(),
                    x.dtype()
                ),
            ));
        }
        let column = target.detach().reshape([-1, 1])?;
        let z = x.sub(&x.gather(1, &column)?)?.add(margin)?.relu()?;
        let z = if p == 2 { z.square()? } else { z };
        let z = match weight {
            Some(w) => z.mul(&w.index_select(0, &column.reshape([-1])?)?.unsqueeze(1)?)?,
            None => z,
        };
        let own = Tensor::zeros((x.shape(), DType::U8))?
            .scatter_value(1, &column, 1.0)?
            .ne(0.0)?;
        let losses = z
            .masked_fill(&own, 0.0)?
            .sum_dims(&[1], false)?
            .div(classes)?;
        match batched {
            false if reduction == Reduction::None && target.rank() == 0 => losses.squeeze(&[0]),
            _ => reduction.of(losses),
        }
    }

    /// `Σ max(0, 1 - (x[j] - x[i])) / C` over the classes j that `target` lists, up to its first negative number, and the
    /// classes i that it doesn't: (N, C) or (C), both → (N) or a scalar.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, ops::loss::Reduction};
    /// let x = Tensor::new([0.1f32, 0.2, 0.4, 0.8])?;
    /// let loss = x.multilabel_margin_loss(&Tensor::new([3i64, 0, -1, 1])?, Reduction::Mean)?;
    /// assert!((loss.item::<f32>()? - 0.85).abs() < 1e-6);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Shapes that differ, classes out of range.
    #[track_caller]
    pub fn multilabel_margin_loss(&self, target: &Tensor, reduction: Reduction) -> Result<Tensor> {
        const OP: &str = "multilabel_margin_loss";
        same_shape(OP, self, target)?;
        let (x, batched) = rows(OP, self)?;
        let &[n, classes] = x.dims() else {
            return Err(Error::shape(OP, "expected (N, C)"));
        };
        if !target.dtype().is_int() {
            return Err(Error::dtype(
                OP,
                format!("expected integer targets, got {}", target.dtype()),
            ));
        }
        let list = target.detach().to_dtype(DType::I64)?.to_vec::<i64>()?;
        let mut places = Vec::new();
        places.try_reserve_exact(list.len()).or_memory(OP)?;
        let (mut listed, mut own) = (vec![false; list.len()], vec![false; list.len()]);
        for row in 0..n {
            let range = row * classes..(row + 1) * classes;
            let mut open = true;
            for k in range.clone() {
                open &= list[k] >= 0;
                places.push(if open { list[k] } else { 0 });
                if !open {
                    continue;
                }
                if list[k] as u64 >= classes as u64 {
                    return Err(Error::value(
                        OP,
                        format!(
                            "target {} in row {row}; expected classes 0 to {}, then -1",
                            list[k],
                            classes - 1
                        ),
                    ));
                }
                listed[k] = true;
                own[range.start + list[k] as usize] = true;
            }
        }
        let shape = x.shape().clone();
        let scores = x.gather(1, &Tensor::from_vec(places, &shape)?)?;
        // (N, listed, others)
        let pairs = Tensor::from_vec(listed, &shape)?
            .unsqueeze(2)?
            .logical_and(&Tensor::from_vec(own, &shape)?.logical_not()?.unsqueeze(1)?)?;
        let gaps = x
            .unsqueeze(1)?
            .sub(&scores.unsqueeze(2)?)?
            .add(1.0)?
            .relu()?;
        let losses = gaps
            .masked_fill(&pairs.logical_not()?, 0.0)?
            .sum_dims(&[1, 2], false)?
            .div(classes)?;
        match batched {
            false if reduction == Reduction::None => losses.squeeze(&[0]),
            _ => reduction.of(losses),
        }
    }

    /// The mean over classes of the binary cross-entropy of scores (…, C) against 0 or 1 → (…). `weight` (C) broadcasts.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, ops::loss::Reduction};
    /// let (x, t) = (Tensor::zeros([2, 3])?, Tensor::ones([2, 3])?);
    /// let loss = x.multilabel_soft_margin_loss(&t, None, Reduction::Mean)?;
    /// assert!((loss.item::<f32>()? - 2f32.ln()).abs() < 1e-6);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Shapes that differ.
    #[track_caller]
    pub fn multilabel_soft_margin_loss(
        &self,
        target: &Tensor,
        weight: Option<&Tensor>,
        reduction: Reduction,
    ) -> Result<Tensor> {
        const OP: &str = "multilabel_soft_margin_loss";
        same_shape(OP, self, target)?;
        let yes = target.mul(&self.logsigmoid()?)?;
        let no = target.neg()?.add(1.0)?.mul(&self.neg()?.logsigmoid()?)?;
        let errors = yes.add(&no)?.neg()?;
        let errors = match weight {
            Some(w) if errors.shape().broadcast(w.shape(), OP)? == *errors.shape() => {
                errors.mul(w)?
            }
            Some(w) => {
                return Err(Error::shape(
                    OP,
                    format!(
                        "a weight of shape {} doesn't broadcast to the input's shape {}",
                        w.shape(),
                        errors.shape()
                    ),
                ));
            }
            None => errors,
        };
        match errors.rank() {
            0 => reduction.of(errors),
            _ => reduction.of(errors.mean_dims(&[-1], false)?),
        }
    }
}
