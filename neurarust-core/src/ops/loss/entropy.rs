//! Cross-entropy, fused with log-softmax, and the negative log-likelihood.

use super::Reduction;
use crate::autograd::{Call, Grads, Saved, for_loss, is_grad_enabled, record, tracks, vjp_of};
use crate::cpu::rows;
use crate::layout::Shape;
use crate::ops::apply::lock;
use crate::ops::reduce::{accumulate_in, float_only};
use crate::{DType, Error, Result, Tensor};
use smallvec::{SmallVec, smallvec};

/// How [`Tensor::cross_entropy`] counts.
///
/// ```
/// # use neurarust_core::{Tensor, ops::loss::CrossEntropy};
/// let options = CrossEntropy { ignore_index: 0, ..CrossEntropy::default() };
/// let logits = Tensor::new([[9f32, 0.0], [0.0, 0.0]])?;
/// let loss = logits.cross_entropy(&Tensor::new([0i64, 1])?, &options)?; // the first row doesn't count
/// assert!((loss.item::<f32>()? - 2f32.ln()).abs() < 1e-6);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
#[derive(Clone)]
pub struct CrossEntropy {
    /// Per class: how much it counts.
    pub weight: Option<Tensor>,
    /// A class index whose elements don't count.
    pub ignore_index: i64,
    /// The part of each target, in `[0, 1]`, that is spread evenly over all classes.
    pub label_smoothing: f64,
    /// What becomes of the losses; the mean is weighted.
    pub reduction: Reduction,
}

impl Default for CrossEntropy {
    fn default() -> CrossEntropy {
        CrossEntropy {
            weight: None,
            ignore_index: -100,
            label_smoothing: 0.0,
            reduction: Reduction::Mean,
        }
    }
}

impl Tensor {
    /// Cross-entropy of logits `(N, C, d1, …)` or `(C)` against class indices `(N, d1, …)` or `()`, or against class
    /// probabilities of the logits' shape.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, ops::loss::CrossEntropy};
    /// let logits = Tensor::zeros([2, 4])?;
    /// let loss = logits.cross_entropy(&Tensor::new([0i64, 3])?, &CrossEntropy::default())?;
    /// assert!((loss.item::<f32>()? - 4f32.ln()).abs() < 1e-6);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Shapes that don't fit; a class that isn't there, named with its place; a smoothing outside of `[0, 1]`; a weight
    /// that requires a gradient.
    #[track_caller]
    pub fn cross_entropy(&self, target: &Tensor, options: &CrossEntropy) -> Result<Tensor> {
        const OP: &str = "cross_entropy";
        let smoothing = options.label_smoothing;
        if !(0.0..=1.0).contains(&smoothing) {
            return Err(Error::value(
                OP,
                format!("label_smoothing {smoothing}; expected it in 0..=1"),
            ));
        }
        let x = &*for_loss(self)?;
        let classes = class_count(OP, x)?;
        let weight = class_weight(OP, options.weight.as_ref(), classes)?;
        if target.dtype().is_float() {
            return probabilities(x, target, options, classes);
        }
        let fused = Picked::new(
            OP,
            x,
            target,
            weight,
            options.ignore_index,
            options.reduction,
        )?;
        fused.run(OP, x, smoothing, true)
    }

    /// Negative log-likelihood of log-probabilities `(N, C, d1, …)` or `(C)` against class indices `(N, d1, …)` or `()`.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, ops::loss::Reduction};
    /// let log_probs = Tensor::new([[-1f32, -2.0], [-3.0, -4.0]])?;
    /// let classes = Tensor::new([1i64, 0])?;
    /// let loss = log_probs.nll_loss(&classes, None, -100, Reduction::Mean)?;
    /// assert_eq!(loss.item::<f32>()?, 2.5);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Tensor::cross_entropy`].
    #[track_caller]
    pub fn nll_loss(
        &self,
        target: &Tensor,
        weight: Option<&Tensor>,
        ignore_index: i64,
        reduction: Reduction,
    ) -> Result<Tensor> {
        const OP: &str = "nll_loss";
        let x = &*for_loss(self)?;
        let classes = class_count(OP, x)?;
        let weight = class_weight(OP, weight, classes)?;
        Picked::new(OP, x, target, weight, ignore_index, reduction)?.run(OP, x, 0.0, false)
    }
}

/// Where the classes are: dimension 1, or the only one.
fn class_dim(x: &Tensor) -> usize {
    (x.rank() > 1) as usize
}

#[track_caller]
fn class_count(op: &'static str, x: &Tensor) -> Result<usize> {
    float_only(op, x)?;
    match x.dims().get(class_dim(x)) {
        Some(&classes) => Ok(classes),
        None => Err(Error::shape(
            op,
            "expected an input of shape (classes) or (batch, classes, …), got one without dimensions",
        )),
    }
}

#[track_caller]
fn class_weight<'a>(
    op: &'static str,
    weight: Option<&'a Tensor>,
    classes: usize,
) -> Result<Option<&'a Tensor>> {
    let Some(w) = weight else { return Ok(None) };
    if w.dims() != [classes] || !w.dtype().is_float() {
        return Err(Error::shape(
            op,
            format!(
                "weight has shape {} and type {}; expected a float for each of the {classes} classes",
                w.shape(),
                w.dtype()
            ),
        ));
    }
    if w.is_requires_grad() {
        return Err(Error::autograd(
            op,
            "can't be differentiated by its class weights; detach them",
        ));
    }
    Ok(Some(w))
}

/// Against probabilities: out of log-softmax, weights and a sum.
#[track_caller]
fn probabilities(
    x: &Tensor,
    target: &Tensor,
    options: &CrossEntropy,
    classes: usize,
) -> Result<Tensor> {
    const OP: &str = "cross_entropy";
    super::same_shape(OP, x, target)?;
    let dim = class_dim(x) as i64;
    let smoothing = options.label_smoothing;
    let target = match smoothing {
        0.0 => target.clone(),
        s => target.mul(1.0 - s)?.add(s / classes.max(1) as f64)?,
    };
    let mut terms = x.log_softmax(dim)?.mul(&target)?;
    if let Some(w) = &options.weight {
        let mut sizes: SmallVec<[i64; 6]> = SmallVec::from_elem(1, x.rank());
        sizes[dim as usize] = classes as i64;
        terms = terms.mul(&w.reshape(sizes.as_slice())?)?;
    }
    let losses = terms.sum_dims(&[dim], false)?.neg()?;
    match options.reduction {
        Reduction::None => Ok(losses),
        Reduction::Sum => losses.sum(),
        Reduction::Mean => losses.mean(),
    }
}

/// Checked targets and how they count.
struct Picked {
    /// `(N · d1 · …)`, row-major, ignored ones as -1.
    class: Tensor,
    /// The shape of the losses.
    shape: Shape,
    /// `(C)` in the compute type.
    weight: Option<Tensor>,
    /// `Σ weight`, `C` without weights.
    total_weight: f64,
    /// What the sum of the losses is divided by.
    divisor: f64,
    reduction: Reduction,
    classes: usize,
    compute: DType,
}

/// What the gradient needs.
struct Kept {
    picked: Picked,
    x: Saved,
    /// Per row: `ln Σ exp(x)`; empty for log-probabilities.
    log: Tensor,
    smoothing: f64,
}

impl Picked {
    #[track_caller]
    fn new(
        op: &'static str,
        x: &Tensor,
        target: &Tensor,
        weight: Option<&Tensor>,
        ignore_index: i64,
        reduction: Reduction,
    ) -> Result<Picked> {
        let dim = class_dim(x);
        let classes = x.dims()[dim];
        let mut expected: SmallVec<[usize; 6]> = SmallVec::from_slice(x.dims());
        expected.remove(dim);
        if target.dims() != expected.as_slice() {
            return Err(Error::shape(
                op,
                format!(
                    "the input has shape {} and the target {}; expected class indices of shape {expected:?}, or class probabilities (floats) of the input's shape",
                    x.shape(),
                    target.shape()
                ),
            ));
        }
        if !target.dtype().is_int() {
            return Err(Error::dtype(
                op,
                format!(
                    "expected integer class indices, got {}; convert them to int64",
                    target.dtype()
                ),
            ));
        }
        let compute = accumulate_in(x.dtype()).dtype();
        let weight = weight
            .map(|w| w.detach().to_dtype(compute)?.contiguous())
            .transpose()?;
        let weights = match &weight {
            Some(w) => Some(w.to_dtype(DType::F64)?.to_vec::<f64>()?),
            None => None,
        };
        let mut index = target.detach().to_dtype(DType::I64)?.to_vec::<i64>()?;
        let mut divisor = 0.0;
        for (i, class) in index.iter_mut().enumerate() {
            if *class == ignore_index {
                *class = -1;
                continue;
            }
            let place = usize::try_from(*class).ok().filter(|&c| c < classes);
            let Some(place) = place else {
                return Err(Error::index(
                    op,
                    format!(
                        "target {class} at element {i} is no class: there are {classes} (0..={}), and ignore_index is {ignore_index}",
                        classes as i64 - 1
                    ),
                ));
            };
            divisor += weights.as_ref().map_or(1.0, |w| w[place]);
        }
        let total_weight = weights.map_or(classes as f64, |w| w.iter().sum());
        let rows = index.len();
        Ok(Picked {
            class: Tensor::from_vec(index, rows)?,
            shape: Shape::from_dims(expected)?,
            weight,
            total_weight,
            divisor: if reduction == Reduction::Mean {
                divisor
            } else {
                1.0
            },
            reduction,
            classes,
            compute,
        })
    }

    /// `x` with the classes last, as rows, in the compute type.
    #[track_caller]
    fn rows_of(&self, x: &Tensor) -> Result<Tensor> {
        let dim = class_dim(x) as i64;
        x.detach()
            .movedim(dim, -1)?
            .to_dtype(self.compute)?
            .contiguous()?
            .reshape([self.class.numel() as i64, self.classes as i64])
    }

    /// The loss; `fused` with the log-softmax of `x`.
    #[track_caller]
    fn run(self, op: &'static str, x: &Tensor, smoothing: f64, fused: bool) -> Result<Tensor> {
        let rows = self.class.numel();
        let losses = Tensor::zeros((rows, self.compute))?;
        let log = Tensor::zeros((if fused { rows } else { 0 }, self.compute))?;
        if rows > 0 && self.classes > 0 {
            let read = self.rows_of(x)?;
            let _access = lock(op, &[&read], &[])?;
            let (class, w, n) = (&self.class, self.weight.as_ref(), self.classes);
            if fused {
                rows::entropy(
                    &read,
                    class,
                    w,
                    smoothing,
                    self.total_weight,
                    &losses,
                    &log,
                    n,
                );
            } else {
                rows::pick(&read, class, w, &losses, n);
            }
        }
        let out = match self.reduction {
            Reduction::None => losses.reshape(&self.shape)?,
            _ => losses.sum()?.div(self.divisor)?,
        };
        let out = out.to_dtype(x.dtype())?;
        if tracks(&[x]) {
            let saved = Kept {
                picked: self,
                x: Saved::input(x),
                log,
                smoothing,
            };
            record(op, &[x], &[&out], saved, Kept::vjp)?;
        }
        Ok(out)
    }
}

impl Kept {
    fn vjp(&self, call: &Call, grads: Grads) -> Result<Grads> {
        let Some(g) = &grads[0] else {
            return Ok(smallvec![None]);
        };
        let x = self.x.get(call)?;
        if is_grad_enabled() {
            return vjp_of(&[Some(x)], g, |t| self.composite(t));
        }
        let p = &self.picked;
        let (rows, n) = (p.class.numel(), p.classes);
        if rows == 0 || n == 0 {
            return Ok(smallvec![Some(x.zeros_like()?)]);
        }
        let g = g
            .to_dtype(p.compute)?
            .div(p.divisor)?
            .contiguous()?
            .reshape([-1i64])?;
        let fused = self.log.numel() > 0;
        let out = if fused {
            let out = Tensor::uninit(Shape::new(&[rows, n])?, p.compute)?;
            let read = p.rows_of(&x)?;
            let _access = lock(call.node.op, &[&read], &[])?;
            let (w, total) = (p.weight.as_ref(), p.total_weight);
            rows::entropy_back(
                &read,
                &p.class,
                w,
                self.smoothing,
                total,
                &self.log,
                &g,
                &out,
                n,
            );
            out
        } else {
            let out = Tensor::zeroed(Shape::new(&[rows, n])?, p.compute)?;
            rows::pick_back(&p.class, p.weight.as_ref(), &g, &out, n);
            out
        };
        // Back from rows: the classes were moved to the end.
        let dim = class_dim(&x);
        let mut sizes: SmallVec<[usize; 6]> = SmallVec::from_slice(&p.shape);
        sizes.push(n);
        Ok(smallvec![Some(
            out.reshape(sizes.as_slice())?.movedim(-1, dim as i64)?
        )])
    }

    /// The loss out of differentiable operations.
    fn composite(&self, inputs: &[Option<Tensor>]) -> Result<Tensor> {
        let Some(x) = &inputs[0] else {
            return Err(Error::autograd("cross_entropy", "its input is gone"));
        };
        let p = &self.picked;
        let (rows, n) = (p.class.numel() as i64, p.classes as i64);
        let x = x
            .movedim(class_dim(x) as i64, -1)?
            .to_dtype(p.compute)?
            .reshape([rows, n])?;
        let logs = match self.log.numel() > 0 {
            true => x.log_softmax(-1)?,
            false => x,
        };
        let class = p.class.reshape([rows, 1])?;
        let here = Tensor::arange(0..n)?.eq(&class)?.to_dtype(p.compute)?;
        let counted = class.ge(0i64)?.to_dtype(p.compute)?;
        let share = here.mul(1.0 - self.smoothing)?;
        let share = share.add(&counted.mul(self.smoothing / n.max(1) as f64)?)?;
        // Smoothing spreads each row over all classes with their own weights.
        let share = match &p.weight {
            Some(w) => share.mul(w)?,
            None => share,
        };
        let losses = logs.mul(&share)?.sum_dims(&[1], false)?.neg()?;
        match p.reduction {
            Reduction::None => losses.reshape(&p.shape),
            _ => losses.sum()?.div(p.divisor),
        }
    }
}
