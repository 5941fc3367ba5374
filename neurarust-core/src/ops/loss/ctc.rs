//! Connectionist temporal classification: the likelihood of a sequence of labels summed over all of its alignments, by the
//! forward and backward recursions in log space (Graves et al., 2006).

use super::Reduction;
use crate::autograd::{Saved, is_grad_enabled, record, tracks, vjp_of};
use crate::cpu::fresh::{Fresh, for_each_row};
use crate::dtype::Element;
use crate::error::OrMemory;
use crate::layout::Shape;
use crate::{DType, Error, Result, Tensor};
use smallvec::smallvec;
use std::sync::Arc;

/// How [`Tensor::ctc_loss`] counts.
///
/// ```
/// # use neurarust_core::{Tensor, ops::loss::Ctc};
/// let even = Tensor::zeros([1, 1, 2])?.log_softmax(2)?; // one step, one sample, blank and one label
/// let too_long = Tensor::new([[1i64, 1]])?;
/// let zero = Ctc { zero_infinity: true, ..Ctc::default() };
/// assert_eq!(even.ctc_loss(&too_long, &[1], &[2], &zero)?.item::<f32>()?, 0.0);
/// assert!(even.ctc_loss(&too_long, &[1], &[2], &Ctc::default())?.item::<f32>()?.is_infinite());
/// # Ok::<(), neurarust_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Ctc {
    /// The class that stands for no label.
    pub blank: usize,
    /// What becomes of the losses of the samples. The mean divides each by its number of labels first.
    pub reduction: Reduction,
    /// Targets that are too long for their input count 0 instead of infinity.
    pub zero_infinity: bool,
}

/// The samples of a batch, checked.
struct Batch {
    /// Steps, samples, classes.
    dims: [usize; 3],
    /// Steps of each sample.
    inputs: Vec<usize>,
    /// Each sample's labels with blanks before, between and after.
    labels: Vec<Vec<usize>>,
}

impl Batch {
    /// 1 at the steps that count, 0 after them: (T, N, 1).
    fn counted(&self, dtype: DType) -> Result<Tensor> {
        let [steps, samples, _] = self.dims;
        let counted = (0..steps).flat_map(|t| self.inputs.iter().map(move |&n| t < n));
        Tensor::from_vec(counted.collect::<Vec<bool>>(), [steps, samples, 1])?.to_dtype(dtype)
    }

    /// The longest list of labels with blanks.
    fn width(&self) -> usize {
        self.labels.iter().map(Vec::len).max().unwrap_or(1)
    }
}

/// Whether state `s` may be entered from `s - 2`: a label after another one.
fn skips(labels: &[usize], s: usize) -> bool {
    s >= 2 && s % 2 == 1 && labels[s] != labels[s - 2]
}

/// `ln(eᵃ + eᵇ)`, also of infinities.
fn log_add(a: f64, b: f64) -> f64 {
    let high = a.max(b);
    if high == f64::NEG_INFINITY {
        return high;
    }
    high + (-(a - b).abs()).exp().ln_1p()
}

/// The log-likelihoods of reaching each state at each step, row by row: `alpha[t · states + s]`. With `back`, of getting from
/// there to the end.
fn recursion<T: Element>(
    log_probs: impl Fn(usize, usize) -> T,
    labels: &[usize],
    steps: usize,
    back: bool,
    table: &mut [f64],
) {
    let states = labels.len();
    table[..steps * states].fill(f64::NEG_INFINITY);
    // The backward recursion is the forward one with time and labels turned round; the lists of labels are symmetric in it.
    let step = |t: usize| if back { steps - 1 - t } else { t };
    let state = |s: usize| if back { states - 1 - s } else { s };
    let may_skip = |s: usize| match back {
        false => skips(labels, s),
        true => s >= 2 && skips(labels, states + 1 - s),
    };
    for t in 0..steps {
        for s in 0..states {
            let before = |k: usize| match s.checked_sub(k) {
                Some(s) => table[step(t - 1) * states + state(s)],
                None => f64::NEG_INFINITY,
            };
            let reached = match (t, s) {
                (0, 0 | 1) => 0.0,
                (0, _) => continue,
                _ => {
                    let two = log_add(before(0), before(1));
                    if may_skip(s) {
                        log_add(two, before(2))
                    } else {
                        two
                    }
                }
            };
            let p = log_probs(step(t), labels[state(s)]).to_f64();
            table[step(t) * states + state(s)] = reached + p;
        }
    }
}

/// `-ln p` from the last step's row.
fn loss_of(table: &[f64], steps: usize, states: usize) -> f64 {
    if steps == 0 {
        return if states == 1 { 0.0 } else { f64::INFINITY };
    }
    let row = &table[(steps - 1) * states..steps * states];
    let last = row[states - 1];
    -match states {
        1 => last,
        _ => log_add(last, row[states - 2]),
    }
}

impl Tensor {
    /// The negative log-likelihood of `targets` given log-probabilities (T, N, C), or (T, C) of one sample, summed over all
    /// alignments. Targets are (N, S), or all samples' one after the other; `input_lengths` and `target_lengths` say how
    /// much of each counts.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, ops::loss::Ctc};
    /// // Two steps, the label 1: "1", "1 after a blank", "1 before a blank" are 3 of 4 equally likely paths.
    /// let log_probs = Tensor::full([2, 1, 2], 0.5f64.ln())?;
    /// let loss = log_probs.ctc_loss(&Tensor::new([[1i64]])?, &[2], &[1], &Ctc::default())?;
    /// assert!((loss.item::<f32>()? + 0.75f32.ln()).abs() < 1e-6);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Shapes, lengths or labels that don't fit.
    #[track_caller]
    pub fn ctc_loss(
        &self,
        targets: &Tensor,
        input_lengths: &[usize],
        target_lengths: &[usize],
        options: &Ctc,
    ) -> Result<Tensor> {
        const OP: &str = "ctc_loss";
        let _op = crate::profiler::op(OP);
        let single = self.rank() == 2;
        if self.rank() != 3 && !single || !self.dtype().is_float() {
            return Err(Error::shape(
                OP,
                format!(
                    "log-probabilities of shape {} and type {}; expected floats (T, N, C) or (T, C)",
                    self.shape(),
                    self.dtype()
                ),
            ));
        }
        let x = if single {
            self.unsqueeze(1)?
        } else {
            self.clone()
        };
        let batch = batch(
            OP,
            &x,
            targets,
            input_lengths,
            target_lengths,
            options.blank,
        )?;
        let losses = losses(&x, Arc::new(batch))?;
        let losses = match options.zero_infinity {
            true => losses.masked_fill(&losses.detach().eq(f64::INFINITY)?, 0.0)?,
            false => losses,
        };
        match options.reduction {
            Reduction::None if single => losses.squeeze(&[0]),
            Reduction::Mean => {
                let counts: Vec<f64> = target_lengths.iter().map(|&n| n.max(1) as f64).collect();
                let counts = Tensor::from_vec(counts, [target_lengths.len()])?;
                losses.div(&counts.to_dtype(losses.dtype())?)?.mean()
            }
            reduction => reduction.of(losses),
        }
    }
}

#[track_caller]
fn batch(
    op: &'static str,
    x: &Tensor,
    targets: &Tensor,
    input_lengths: &[usize],
    target_lengths: &[usize],
    blank: usize,
) -> Result<Batch> {
    let &[steps, samples, classes] = x.dims() else {
        return Err(Error::shape(op, "expected (T, N, C)"));
    };
    if blank >= classes {
        return Err(Error::value(
            op,
            format!("blank {blank} of {classes} classes"),
        ));
    }
    if input_lengths.len() != samples || target_lengths.len() != samples {
        return Err(Error::value(
            op,
            format!(
                "{} input lengths and {} target lengths for {samples} samples",
                input_lengths.len(),
                target_lengths.len()
            ),
        ));
    }
    if let Some(n) = input_lengths.iter().find(|&&n| n > steps) {
        return Err(Error::value(
            op,
            format!("an input length of {n} with {steps} steps"),
        ));
    }
    if !targets.dtype().is_int() {
        return Err(Error::dtype(
            op,
            format!("expected integer targets, got {}", targets.dtype()),
        ));
    }
    let total = target_lengths
        .iter()
        .try_fold(0usize, |sum, &n| sum.checked_add(n));
    let (padded, width) = match *targets.dims() {
        [rows, width] if rows == samples => (true, width),
        [n] if samples == 1 && target_lengths[0] <= n => (true, n),
        [n] if Some(n) == total => (false, n),
        _ => {
            return Err(Error::shape(
                op,
                format!(
                    "targets of shape {} for {samples} samples with target lengths {target_lengths:?}; expected (N, S), or the sum of the lengths",
                    targets.shape()
                ),
            ));
        }
    };
    if padded && let Some(n) = target_lengths.iter().find(|&&n| n > width) {
        return Err(Error::value(
            op,
            format!(
                "a target length of {n} with targets of shape {}",
                targets.shape()
            ),
        ));
    }
    let all = targets.detach().to_dtype(DType::I64)?.to_vec::<i64>()?;
    let mut labels = Vec::new();
    let mut next = 0;
    for (i, &n) in target_lengths.iter().enumerate() {
        let start = if padded { i * width } else { next };
        next += n;
        let mut list = Vec::new();
        list.try_reserve_exact(2 * n + 1).or_memory(op)?;
        list.push(blank);
        for &label in &all[start..start + n] {
            let label = usize::try_from(label).ok().filter(|&c| c < classes);
            let Some(label) = label else {
                return Err(Error::value(
                    op,
                    format!("sample {i} has a label outside of 0 to {}", classes - 1),
                ));
            };
            list.push(label);
            list.push(blank);
        }
        labels.push(list);
    }
    Ok(Batch {
        dims: [steps, samples, classes],
        inputs: input_lengths.to_vec(),
        labels,
    })
}

/// The loss of each sample: (T, N, C) → (N).
#[track_caller]
fn losses(x: &Tensor, batch: Arc<Batch>) -> Result<Tensor> {
    fn run<T: Element>(x: &Tensor, batch: &Batch) -> Result<(Tensor, Tensor)> {
        let [steps, samples, classes] = batch.dims;
        let width = batch.width();
        let mut out = Fresh::<T>::new(Shape::new(&[samples])?)?;
        let mut tables = Fresh::<f64>::new(Shape::new(&[samples, steps, width])?)?;
        x.with_data(|x: &[T]| {
            for_each_row(
                (&mut out, 1),
                (&mut tables, steps * width),
                samples,
                |n, out, table| {
                    let labels = &batch.labels[n];
                    let at = |t: usize, c: usize| x[(t * samples + n) * classes + c];
                    recursion(at, labels, batch.inputs[n], false, table);
                    out[0] = T::from_f64(loss_of(table, batch.inputs[n], labels.len()));
                },
            );
        })?;
        Ok((out.finish(), tables.finish()))
    }
    let read = plain(x)?;
    let (out, tables) = match read.dtype() {
        DType::F64 => run::<f64>(&read, &batch)?,
        _ => run::<f32>(&read, &batch)?,
    };
    let out = out.to_dtype(x.dtype())?;
    if tracks(&[x]) {
        let saved = (Saved::input(x), tables);
        record(
            "ctc_loss",
            &[x],
            &[&out],
            saved,
            move |(x, tables), call, g| {
                let Some(g) = &g[0] else {
                    return Ok(smallvec![None]);
                };
                let x = x.get(call)?;
                if is_grad_enabled() {
                    let shares = vjp_of(&[Some(x.clone())], g, |t| match &t[0] {
                        Some(x) => composite(x, &batch),
                        None => Err(Error::autograd("ctc_loss", "its input is gone")),
                    })?;
                    let Some(Some(shares)) = shares.into_iter().next() else {
                        return Ok(smallvec![None]);
                    };
                    let counted = batch.counted(x.dtype())?;
                    let all = x.exp()?.mul(&counted)?.mul(&g.unsqueeze(1)?)?;
                    return Ok(smallvec![Some(shares.add(&all)?)]);
                }
                Ok(smallvec![Some(back(&x, tables, g, &batch)?)])
            },
        )?;
    }
    Ok(out)
}

fn plain(x: &Tensor) -> Result<Tensor> {
    x.detach()
        .to_dtype(x.dtype().compute().dtype())?
        .contiguous()
}

/// The gradient: the probability of a class at a step minus the share of all alignments that is there. (N) and (T, N, C)
/// → (T, N, C).
///
/// Only the share is a derivative by log-probabilities as if they were free; as in PyTorch the gradient is the one by logits whose
/// log-softmax they are, which the log-softmax's own gradient leaves as it is.
#[track_caller]
fn back(x: &Tensor, tables: &Tensor, g: &Tensor, batch: &Batch) -> Result<Tensor> {
    fn run<T: Element>(x: &Tensor, tables: &Tensor, g: &Tensor, batch: &Batch) -> Result<Tensor> {
        let [steps, samples, classes] = batch.dims;
        let width = batch.width();
        let shape = Shape::new(&[samples, steps, classes])?;
        let mut out = Fresh::<T>::zeroed(shape)?;
        let mut betas = Fresh::<f64>::new(Shape::new(&[samples, steps, width])?)?;
        x.with_data(|x: &[T]| {
            g.with_data(|g: &[T]| {
                tables.with_data(|tables: &[f64]| {
                    let (a, b) = (steps * classes, steps * width);
                    for_each_row((&mut out, a), (&mut betas, b), samples, |n, out, beta| {
                        let (labels, steps) = (&batch.labels[n], batch.inputs[n]);
                        let alpha = &tables[n * b..][..b];
                        let loss = loss_of(alpha, steps, labels.len());
                        let g = g[n].to_f64();
                        if g == 0.0 {
                            return;
                        }
                        let at = |t: usize, c: usize| x[(t * samples + n) * classes + c];
                        recursion(at, labels, steps, true, beta);
                        for t in 0..steps {
                            for c in 0..classes {
                                out[t * classes + c] = T::from_f64(at(t, c).to_f64().exp() * g);
                            }
                            for (s, &c) in labels.iter().enumerate() {
                                let k = t * labels.len() + s;
                                // The probability at the step is in both.
                                let share = (alpha[k] + beta[k] - at(t, c).to_f64() + loss).exp();
                                let sum = out[t * classes + c].to_f64() - share * g;
                                out[t * classes + c] = T::from_f64(sum);
                            }
                        }
                    });
                })
            })
        })???;
        out.finish().permute(&[1, 0, 2])
    }
    let read = plain(x)?;
    let g = g.detach().to_dtype(read.dtype())?.contiguous()?;
    let out = match read.dtype() {
        DType::F64 => run::<f64>(&read, tables, &g, batch)?,
        _ => run::<f32>(&read, tables, &g, batch)?,
    };
    out.to_dtype(x.dtype())
}

/// The losses out of differentiable operations, one step after the other.
#[track_caller]
fn composite(x: &Tensor, batch: &Batch) -> Result<Tensor> {
    let [_, samples, _] = batch.dims;
    let mut out = Vec::new();
    for n in 0..samples {
        let labels = &batch.labels[n];
        let states = labels.len() as i64;
        let list: Vec<i64> = labels.iter().map(|&c| c as i64).collect();
        let places = Tensor::from_vec(list, [labels.len()])?;
        // (T, states)
        let at = x.select(1, n as i64)?.index_select(1, &places)?;
        let skip: Vec<bool> = (0..labels.len()).map(|s| skips(labels, s)).collect();
        let no_skip = Tensor::from_vec(skip, [labels.len()])?.logical_not()?;
        // States that can't be are far below all others, yet finite: infinities have no differences.
        const NEVER: f64 = -1e30;
        let start: Vec<bool> = (0..labels.len()).map(|s| s > 1).collect();
        let start = Tensor::from_vec(start, [labels.len()])?;
        if batch.inputs[n] == 0 {
            let loss = if labels.len() == 1 {
                0.0
            } else {
                f64::INFINITY
            };
            out.push(Tensor::full(([0usize; 0], x.dtype()), loss)?);
            continue;
        }
        let mut alpha = at.select(0, 0)?.masked_fill(&start, NEVER)?;
        for t in 1..batch.inputs[n] {
            let moved = |k: i64| -> Result<Tensor> {
                let k = k.min(states);
                alpha
                    .narrow(0, 0, (states - k) as usize)?
                    .pad_constant(&[k, 0], NEVER)
            };
            let two = alpha.logaddexp(&moved(1)?)?;
            let three = two.logaddexp(&moved(2)?.masked_fill(&no_skip, NEVER)?)?;
            alpha = three.add(&at.select(0, t as i64)?)?;
        }
        let last = alpha.select(0, states - 1)?;
        let p = match states {
            1 => last,
            _ => last.logaddexp(&alpha.select(0, states - 2)?)?,
        };
        let impossible = p.detach().lt(NEVER / 2.0)?;
        out.push(p.neg()?.masked_fill(&impossible, f64::INFINITY)?);
    }
    Tensor::stack(&out.iter().collect::<Vec<_>>(), 0)
}
