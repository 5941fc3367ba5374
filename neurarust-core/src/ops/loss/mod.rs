//! Losses: an element-wise error and its mean or sum, in one pass. Input and target never broadcast silently.

mod chunked;
mod contrast;
mod ctc;
mod entropy;
mod margin;

pub use chunked::LinearCrossEntropy;
pub use ctc::Ctc;
pub use entropy::CrossEntropy;

use super::apply::{SavedOp, promote, vjp};
use super::elementwise::table;
use super::reduce::{Axes, Map, accumulate_in, floats_of, fold_map};
use crate::autograd::{Saved, for_loss, record, tracks};
use crate::cpu::kernel::{MAX_PARAMS, Params};
use crate::cpu::reduce::Combine;
use crate::op::OpTable;
use crate::{Error, Result, Tensor};
use smallvec::SmallVec;

/// What becomes of the errors of the elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Reduction {
    /// They stay.
    None,
    /// Their mean.
    #[default]
    Mean,
    /// Their sum.
    Sum,
}

impl Reduction {
    /// The reduction of this name, as PyTorch spells it: `none`, `mean`, `sum`.
    ///
    /// ```
    /// # use neurarust_core::ops::loss::Reduction;
    /// assert_eq!(Reduction::from_name("sum")?, Reduction::Sum);
    /// assert!(Reduction::from_name("max").is_err());
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Another name.
    #[track_caller]
    pub fn from_name(name: &str) -> Result<Reduction> {
        match name {
            "none" => Ok(Reduction::None),
            "mean" => Ok(Reduction::Mean),
            "sum" => Ok(Reduction::Sum),
            _ => Err(Error::value(
                "reduction",
                format!("{name:?}; expected \"none\", \"mean\" or \"sum\""),
            )),
        }
    }

    /// `t` reduced.
    #[track_caller]
    fn of(self, t: Tensor) -> Result<Tensor> {
        match self {
            Reduction::None => Ok(t),
            Reduction::Mean => t.mean(),
            Reduction::Sum => t.sum(),
        }
    }
}

impl Tensor {
    /// Squared error `(x - target)²`.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, ops::loss::Reduction};
    /// let x = Tensor::new([1.0f32, 4.0])?;
    /// assert_eq!(x.mse_loss(&Tensor::new([1.0f32, 2.0])?, Reduction::Mean)?.item::<f32>()?, 2.0);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Shapes that differ.
    #[track_caller]
    pub fn mse_loss(&self, target: &Tensor, reduction: Reduction) -> Result<Tensor> {
        elementwise(
            "mse_loss",
            table::squared_error(),
            &[],
            &[self, target],
            reduction,
        )
    }

    /// Absolute error `|x - target|`.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, ops::loss::Reduction};
    /// let (x, t) = (Tensor::new([1f32, 4.0])?, Tensor::new([1f32, 2.0])?);
    /// assert_eq!(x.l1_loss(&t, Reduction::Mean)?.item::<f32>()?, 1.0);
    /// assert_eq!(x.l1_loss(&t, Reduction::None)?.to_vec::<f32>()?, [0.0, 2.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Shapes that differ.
    #[track_caller]
    pub fn l1_loss(&self, target: &Tensor, reduction: Reduction) -> Result<Tensor> {
        elementwise(
            "l1_loss",
            table::absolute_error(),
            &[],
            &[self, target],
            reduction,
        )
    }

    /// `½d²/beta` for `d = |x - target|` below `beta`, `d - ½beta` above.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, ops::loss::Reduction};
    /// let (x, t) = (Tensor::new([1.5f32, 4.0])?, Tensor::new([1f32, 2.0])?);
    /// assert_eq!(x.smooth_l1_loss(&t, 1.0, Reduction::None)?.to_vec::<f32>()?, [0.125, 1.5]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Shapes that differ; a negative `beta`.
    #[track_caller]
    pub fn smooth_l1_loss(
        &self,
        target: &Tensor,
        beta: f64,
        reduction: Reduction,
    ) -> Result<Tensor> {
        const OP: &str = "smooth_l1_loss";
        if beta.is_nan() || beta < 0.0 {
            return Err(Error::value(OP, format!("beta {beta}; expected 0 or more")));
        }
        if beta == 0.0 {
            return elementwise(OP, table::absolute_error(), &[], &[self, target], reduction);
        }
        elementwise(
            OP,
            table::smooth_l1_error(),
            &[beta],
            &[self, target],
            reduction,
        )
    }

    /// `½d²` for `d = |x - target|` up to `delta`, `delta · (d - ½delta)` above.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, ops::loss::Reduction};
    /// let (x, t) = (Tensor::new([1f32, 4.0])?, Tensor::new([1f32, 2.0])?);
    /// assert_eq!(x.huber_loss(&t, 0.5, Reduction::Sum)?.item::<f32>()?, 0.875);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Shapes that differ; a `delta` that isn't positive.
    #[track_caller]
    pub fn huber_loss(&self, target: &Tensor, delta: f64, reduction: Reduction) -> Result<Tensor> {
        const OP: &str = "huber_loss";
        if delta.is_nan() || delta <= 0.0 {
            return Err(Error::value(
                OP,
                format!("delta {delta}; expected more than 0"),
            ));
        }
        elementwise(
            OP,
            table::huber_error(),
            &[delta],
            &[self, target],
            reduction,
        )
    }

    /// Binary cross-entropy `-(t ln x + (1 - t) ln(1 - x))` of probabilities, logarithms not below -100. `weight`
    /// broadcasts to the elements.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, ops::loss::Reduction};
    /// let (p, t) = (Tensor::new([0.5f32])?, Tensor::new([1f32])?);
    /// let loss = p.binary_cross_entropy(&t, None, Reduction::Mean)?.item::<f32>()?;
    /// assert!((loss - 2f32.ln()).abs() < 1e-6);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Shapes that differ; an element outside of `[0, 1]`, named.
    #[track_caller]
    pub fn binary_cross_entropy(
        &self,
        target: &Tensor,
        weight: Option<&Tensor>,
        reduction: Reduction,
    ) -> Result<Tensor> {
        const OP: &str = "binary_cross_entropy";
        same_shape(OP, self, target)?;
        let x = self.detach();
        let outside = x.lt(0.0)?.logical_or(x.gt(1.0)?)?.logical_or(x.isnan()?)?;
        if outside.any()?.item::<bool>()? {
            let at = outside
                .to_dtype(crate::DType::U8)?
                .argmax(None, false)?
                .item::<i64>()?;
            let value = x
                .to_dtype(crate::DType::F64)?
                .reshape([-1i64])?
                .select(0, at)?;
            return Err(Error::value(
                OP,
                format!(
                    "element {at} of the input is {}, which is no probability; use sigmoid, or binary_cross_entropy_with_logits",
                    value.item::<f64>()?
                ),
            ));
        }
        match weight {
            None => elementwise(OP, table::bce_error(), &[], &[self, target], reduction),
            Some(w) => {
                let errors = elementwise(
                    OP,
                    table::bce_error(),
                    &[],
                    &[self, target],
                    Reduction::None,
                )?;
                weighted(OP, errors, w, reduction)
            }
        }
    }

    /// Binary cross-entropy of the logits `x` against probabilities, without overflow. `weight` broadcasts to the
    /// elements; positive examples count `pos_weight` times, which broadcasts too.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, ops::loss::Reduction};
    /// let (x, t) = (Tensor::new([0f32, 0.0])?, Tensor::new([1f32, 0.0])?);
    /// let twice = Tensor::new(2f32)?;
    /// let loss = x.binary_cross_entropy_with_logits(&t, None, Some(&twice), Reduction::Sum)?;
    /// assert!((loss.item::<f32>()? - 3.0 * 2f32.ln()).abs() < 1e-6);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Shapes that differ.
    #[track_caller]
    pub fn binary_cross_entropy_with_logits(
        &self,
        target: &Tensor,
        weight: Option<&Tensor>,
        pos_weight: Option<&Tensor>,
        reduction: Reduction,
    ) -> Result<Tensor> {
        const OP: &str = "binary_cross_entropy_with_logits";
        same_shape(OP, self, target)?;
        let (table, inputs) = match pos_weight {
            None => (table::bce_with_logits_error(), [self, target, target]),
            Some(p) => (table::bce_with_logits_weighted_error(), [self, target, p]),
        };
        let inputs = &inputs[..2 + pos_weight.is_some() as usize];
        match weight {
            None => elementwise(OP, table, &[], inputs, reduction),
            Some(w) => {
                let errors = elementwise(OP, table, &[], inputs, Reduction::None)?;
                weighted(OP, errors, w, reduction)
            }
        }
    }

    /// Kullback-Leibler divergence of the log-probabilities `x` from `target`: `t · (ln t - x)`; with `log_target`, `target`
    /// holds logarithms too. The mean is over elements; divide the sum by the batch size for the mathematical one.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, ops::loss::Reduction};
    /// let half = Tensor::full([2], 0.5f64.ln())?;
    /// let loss = half.kl_div(&Tensor::new([1f32, 0.0])?, false, Reduction::Sum)?;
    /// assert!((loss.item::<f32>()? - 2f32.ln()).abs() < 1e-6);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Shapes that differ.
    #[track_caller]
    pub fn kl_div(
        &self,
        target: &Tensor,
        log_target: bool,
        reduction: Reduction,
    ) -> Result<Tensor> {
        let table = match log_target {
            true => table::kl_log_error(),
            false => table::kl_error(),
        };
        elementwise("kl_div", table, &[], &[self, target], reduction)
    }
}

/// Refuses an input and a target of different shapes.
#[track_caller]
fn same_shape(op: &'static str, x: &Tensor, target: &Tensor) -> Result<()> {
    if x.shape() == target.shape() {
        return Ok(());
    }
    Err(Error::shape(
        op,
        format!(
            "the input has shape {} and the target {}; they must be the same, broadcasting would compare every pair (reshape, squeeze or unsqueeze one of them)",
            x.shape(),
            target.shape()
        ),
    ))
}

#[track_caller]
fn weighted(
    op: &'static str,
    errors: Tensor,
    weight: &Tensor,
    reduction: Reduction,
) -> Result<Tensor> {
    if errors.shape().broadcast(weight.shape(), op)? != *errors.shape() {
        return Err(Error::shape(
            op,
            format!(
                "a weight of shape {} doesn't broadcast to the input's shape {}",
                weight.shape(),
                errors.shape()
            ),
        ));
    }
    reduction.of(errors.mul(weight)?)
}

/// `table(inputs)` reduced, without writing down the errors in between.
#[track_caller]
fn elementwise(
    op: &'static str,
    table: &'static OpTable,
    parameters: &[f64],
    inputs: &[&Tensor],
    reduction: Reduction,
) -> Result<Tensor> {
    let inputs = inputs
        .iter()
        .map(|t| for_loss(t))
        .collect::<Result<SmallVec<[_; 4]>>>()?;
    let inputs: SmallVec<[&Tensor; 4]> = inputs.iter().map(|t| &**t).collect();
    let (x, inputs) = (inputs[0], inputs.as_slice());
    same_shape(op, x, inputs[1])?;
    for extra in &inputs[2..] {
        if x.shape().broadcast(extra.shape(), op)? != *x.shape() {
            return Err(Error::shape(
                op,
                format!(
                    "a weight of shape {} doesn't broadcast to the input's shape {}",
                    extra.shape(),
                    x.shape()
                ),
            ));
        }
    }
    let mut params: Params = [0.0; MAX_PARAMS];
    params[..parameters.len()].copy_from_slice(parameters);
    if reduction == Reduction::None {
        return super::apply::apply(table, &params, inputs);
    }
    let dtype = promote(inputs).to_float();
    let axes = Axes::new(op, x, &[], false)?;
    let map = Map {
        variants: floats_of(table),
        params: &params,
    };
    let total = fold_map(
        op,
        Combine::Sum,
        inputs,
        Some(map),
        accumulate_in(dtype),
        &axes,
    )?;
    let scale = match reduction {
        Reduction::Mean => axes.count as f64,
        _ => 1.0,
    };
    let out = match scale {
        1.0 => total,
        scale => total.div(scale)?,
    };
    let out = out.to_dtype(dtype)?;
    if tracks(inputs) {
        let saved = SavedOp::of_inputs(table, &params, inputs, |_, t| Ok(Saved::input(t)))?;
        let shape = x.shape().clone();
        let arity = inputs.len();
        record(op, inputs, &[&out], saved, move |saved, call, grads| {
            let Some(g) = &grads[0] else {
                return Ok(SmallVec::from_elem(None, arity));
            };
            let g = g.div(scale)?.expand_to(&shape)?;
            vjp(saved, call, SmallVec::from_iter([Some(g)]))
        })?;
    }
    Ok(out)
}
