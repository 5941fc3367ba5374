//! The cross-entropy behind a linear layer, some rows of logits at a time: those of a large vocabulary never exist all at
//! once, neither on the way forth nor back.

use super::{CrossEntropy, Reduction};
use crate::autograd::{
    GradOptions, Grads, Saved, enable_grad, grad, is_grad_enabled, no_grad, record, tracks, vjp_of,
};
use crate::{Error, Result, Tensor};
use smallvec::SmallVec;

/// How [`Tensor::linear_cross_entropy`] counts.
///
/// ```
/// # use neurarust_core::{Tensor, ops::loss::{CrossEntropy, LinearCrossEntropy, Reduction}};
/// let (x, weight) = (Tensor::ones([5, 2])?, Tensor::zeros([4, 2])?);
/// let loss = CrossEntropy { reduction: Reduction::Sum, ..CrossEntropy::default() };
/// let value = x.linear_cross_entropy(&weight, None, &Tensor::new([0i64; 5])?, &LinearCrossEntropy { loss, rows: 2 })?;
/// assert!((value.item::<f32>()? - 5.0 * 4f32.ln()).abs() < 1e-5);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
#[derive(Clone)]
pub struct LinearCrossEntropy {
    /// Weights of the classes, a class that doesn't count, what becomes of the losses. Without label smoothing.
    pub loss: CrossEntropy,
    /// Rows of logits at a time.
    pub rows: usize,
}

impl Tensor {
    /// The cross-entropy of `x · weightᵀ + bias` against classes: (N, features), (C, features), (C) and (N).
    ///
    /// ```
    /// # use neurarust_core::{Tensor, ops::loss::{CrossEntropy, LinearCrossEntropy}};
    /// let (x, weight) = (Tensor::ones([3, 2])?, Tensor::zeros([4, 2])?); // 3 rows, 4 classes
    /// let options = LinearCrossEntropy { loss: CrossEntropy::default(), rows: 2 };
    /// let loss = x.linear_cross_entropy(&weight, None, &Tensor::new([0i64, 3, 1])?, &options)?;
    /// assert!((loss.item::<f32>()? - 4f32.ln()).abs() < 1e-6);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`Tensor::linear`] and [`Tensor::cross_entropy`]; label smoothing; no rows.
    #[track_caller]
    pub fn linear_cross_entropy(
        &self,
        weight: &Tensor,
        bias: Option<&Tensor>,
        target: &Tensor,
        options: &LinearCrossEntropy,
    ) -> Result<Tensor> {
        const OP: &str = "linear_cross_entropy";
        if options.loss.label_smoothing != 0.0 || options.rows == 0 {
            return Err(Error::value(
                OP,
                format!(
                    "label smoothing {} and {} rows at a time; expected none, and 1 or more",
                    options.loss.label_smoothing, options.rows
                ),
            ));
        }
        if self.rank() != 2 || target.dims() != &self.dims()[..1] {
            return Err(Error::shape(
                OP,
                format!(
                    "input of shape {} and classes of shape {}; expected (N, features) and (N)",
                    self.shape(),
                    target.shape()
                ),
            ));
        }
        // The losses of the samples: what their mean is divided by is the weight of those that count.
        let options = options.clone();
        let losses = self.chunked(weight, bias, target, &options)?;
        match options.loss.reduction {
            Reduction::Mean => {
                let counted = target.detach().ne(options.loss.ignore_index)?;
                let total = match &options.loss.weight {
                    None => counted.to_dtype(losses.dtype())?.sum()?,
                    Some(w) => {
                        let known = target.detach().masked_fill(&counted.logical_not()?, 0)?;
                        w.index_select(0, &known)?.mul(&counted)?.sum()?
                    }
                };
                losses.sum()?.div(&total)
            }
            reduction => reduction.of(losses),
        }
    }

    /// The loss of each row.
    #[track_caller]
    fn chunked(
        &self,
        weight: &Tensor,
        bias: Option<&Tensor>,
        target: &Tensor,
        options: &LinearCrossEntropy,
    ) -> Result<Tensor> {
        let n = self.dims()[0];
        let target = target.detach().try_clone()?;
        let each = CrossEntropy {
            reduction: Reduction::None,
            ..options.loss.clone()
        };
        if n <= options.rows {
            return self.linear(weight, bias)?.cross_entropy(&target, &each);
        }
        let rows = options.rows;
        let parts: Vec<(i64, usize)> = (0..n)
            .step_by(rows)
            .map(|start| (start as i64, rows.min(n - start)))
            .collect();
        let out = {
            let _guard = no_grad();
            let losses = parts
                .iter()
                .map(|&(start, len)| {
                    self.narrow(0, start, len)?
                        .linear(weight, bias)?
                        .cross_entropy(&target.narrow(0, start, len)?, &each)
                })
                .collect::<Result<Vec<_>>>()?;
            Tensor::cat(&losses.iter().collect::<Vec<_>>(), 0)?
        };
        let inputs: SmallVec<[&Tensor; 3]> = [Some(self), Some(weight), bias]
            .into_iter()
            .flatten()
            .collect();
        if tracks(&inputs) {
            let saved: Vec<Saved> = inputs.iter().map(|t| Saved::input(t)).collect();
            record(
                "linear_cross_entropy",
                &inputs,
                &[&out],
                saved,
                move |saved, call, g| {
                    let mut total: Grads = SmallVec::from_elem(None, saved.len());
                    let Some(g) = &g[0] else { return Ok(total) };
                    let inputs = saved
                        .iter()
                        .map(|s| s.get(call))
                        .collect::<Result<Vec<_>>>()?;
                    if is_grad_enabled() {
                        let inputs: Vec<Option<Tensor>> = inputs.into_iter().map(Some).collect();
                        return vjp_of(&inputs, g, |t| match (&t[0], &t[1]) {
                            (Some(x), Some(w)) => x
                                .linear(w, t.get(2).and_then(|b| b.as_ref()))?
                                .cross_entropy(&target, &each),
                            _ => Err(Error::autograd("linear_cross_entropy", "its input is gone")),
                        });
                    }
                    let mut dx = Vec::new();
                    for &(start, len) in &parts {
                        let _guard = enable_grad();
                        let leaves = inputs
                            .iter()
                            .enumerate()
                            .map(|(i, t)| match i {
                                0 => t.detach().narrow(0, start, len)?.detach().requires_grad(),
                                _ => t.detach().requires_grad(),
                            })
                            .collect::<Result<Vec<_>>>()?;
                        let loss = leaves[0]
                            .linear(&leaves[1], leaves.get(2))?
                            .cross_entropy(&target.narrow(0, start, len)?, &each)?;
                        let g = g.narrow(0, start, len)?;
                        let targets: Vec<&Tensor> = leaves.iter().collect();
                        let parts = grad(&[&loss], &targets, &[Some(g)], GradOptions::default())?;
                        let _guard = no_grad();
                        for (i, part) in parts.into_iter().enumerate() {
                            let Some(part) = part else { continue };
                            match (i, &total[i]) {
                                (0, _) => dx.push(part),
                                (_, Some(sum)) => {
                                    sum.add_(&part)?;
                                }
                                (_, None) => total[i] = Some(part.try_clone()?),
                            }
                        }
                    }
                    total[0] = Some(Tensor::cat(&dx.iter().collect::<Vec<_>>(), 0)?);
                    Ok(total)
                },
            )?;
        }
        Ok(out)
    }
}
