//! Memory for time: the forward keeps its inputs only, and is run again when the backward needs what it would have kept.
//!
//! The graph is recorded as ever, but what operations save goes through hooks that keep a number in place of the tensor.
//! The first number that is asked for runs the function again, with hooks that collect.

use super::saved::{Pack, Packed, Saved, saved_tensors_hooks};
use super::{autocast, autocast_dtype, enable_grad, is_grad_enabled, lock};
use crate::random::default_generator;
use crate::{DType, Error, Result, Tensor};
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex};

const OP: &str = "checkpoint";

/// Runs `f(inputs)` and keeps for the backward only `inputs`, and what `f` itself holds; the backward runs `f` again. Random
/// numbers are the same then.
///
/// `f` may use other tensors too: their gradients are right. It must do the same each time.
///
/// ```
/// use neurarust_core::{Tensor, autograd::checkpoint};
/// let x = Tensor::new([0.5f64])?.requires_grad()?;
/// let y = checkpoint(|x| Ok(vec![x[0].tanh()?.exp()?]), &[&x])?.remove(0);
/// y.backward()?;
/// assert!(x.grad().is_some());
/// # Ok::<(), neurarust_core::Error>(())
/// ```
///
/// # Errors
/// Whatever `f` answers; in the backward, an `f` that saved other tensors the second time.
pub fn checkpoint(
    f: impl Fn(&[Tensor]) -> Result<Vec<Tensor>> + Send + Sync + 'static,
    inputs: &[&Tensor],
) -> Result<Vec<Tensor>> {
    checkpoint_with(f, inputs, true)
}

/// As [`checkpoint`]; without `same_random`, the second run draws other random numbers, which is quicker and right only for
/// functions that draw none.
///
/// ```
/// use neurarust_core::{Tensor, autograd::checkpoint_with};
/// let x = Tensor::new([0.5f64])?.requires_grad()?;
/// let y = checkpoint_with(|x| Ok(vec![x[0].square()?]), &[&x], false)?.remove(0);
/// y.backward()?;
/// assert_eq!(x.grad().unwrap().item::<f64>()?, 1.0);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
///
/// # Errors
/// As [`checkpoint`].
pub fn checkpoint_with(
    f: impl Fn(&[Tensor]) -> Result<Vec<Tensor>> + Send + Sync + 'static,
    inputs: &[&Tensor],
    same_random: bool,
) -> Result<Vec<Tensor>> {
    if !is_grad_enabled() {
        return f(&inputs.iter().map(|t| (*t).clone()).collect::<Vec<_>>());
    }
    // Kept as other operations keep their inputs, so that a checkpoint inside of a checkpoint keeps nothing.
    let kept = inputs.iter().map(|t| Saved::input(t)).collect();
    if let Some(e) = super::saved::failure() {
        return Err(e);
    }
    let frame = Arc::new(Frame {
        needs: inputs.iter().map(|t| t.is_requires_grad()).collect(),
        inputs: kept,
        run: Box::new(f),
        random: same_random.then(|| default_generator().get_state()),
        autocast: autocast_dtype(),
        saved: AtomicUsize::new(0),
        again: Mutex::default(),
    });
    let _hooks = saved_tensors_hooks(Some(frame.clone()));
    let given: Vec<Tensor> = inputs.iter().map(|t| (*t).clone()).collect();
    (frame.run)(&given)
}

/// Runs `functions` one after the other, `segments` of about equal length each as one [`checkpoint`]; the last is run as ever.
///
/// ```
/// use neurarust_core::{Tensor, autograd::checkpoint_sequential};
/// let x = Tensor::new([1f64])?.requires_grad()?;
/// let doubled = |x: &Tensor| x.mul(2.0);
/// let y = checkpoint_sequential(&[doubled; 4], 2, &x)?;
/// y.backward()?;
/// assert_eq!(x.grad().unwrap().item::<f64>()?, 16.0);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
///
/// # Errors
/// As [`checkpoint`]; no segments.
#[track_caller]
pub fn checkpoint_sequential<F>(functions: &[F], segments: usize, input: &Tensor) -> Result<Tensor>
where
    F: Fn(&Tensor) -> Result<Tensor> + Clone + Send + Sync + 'static,
{
    if segments == 0 || segments > functions.len() {
        return Err(Error::value(
            "checkpoint_sequential",
            format!("{segments} segments of {} functions", functions.len()),
        ));
    }
    let size = functions.len() / segments;
    let mut x = input.clone();
    let (early, last) = functions.split_at(size * (segments - 1));
    for part in early.chunks(size) {
        let part: Vec<F> = part.to_vec();
        let run = move |x: &[Tensor]| {
            let mut x = x[0].clone();
            for f in &part {
                x = f(&x)?;
            }
            Ok(vec![x])
        };
        x = checkpoint(run, &[&x])?.remove(0);
    }
    for f in last {
        x = f(&x)?;
    }
    Ok(x)
}

type Run = dyn Fn(&[Tensor]) -> Result<Vec<Tensor>> + Send + Sync;

/// One call of [`checkpoint`], held by what its operations have saved.
struct Frame {
    run: Box<Run>,
    inputs: Vec<Saved>,
    needs: Vec<bool>,
    random: Option<Vec<u8>>,
    autocast: Option<DType>,
    /// How many tensors the forward has saved.
    saved: AtomicUsize,
    /// What a second run has saved and nobody has fetched yet.
    again: Mutex<HashMap<usize, Tensor>>,
}

impl Pack for Frame {
    fn pack(&self, _: &Tensor) -> Result<Packed> {
        Ok(Arc::new(self.saved.fetch_add(1, Relaxed)))
    }

    fn unpack(&self, packed: &Packed) -> Result<Tensor> {
        let Some(&number) = packed.downcast_ref::<usize>() else {
            return Err(Error::autograd(OP, "not a checkpoint's number"));
        };
        if let Some(t) = lock(&self.again).remove(&number) {
            return Ok(t);
        }
        let mut all = self.run_again()?;
        let Some(t) = all.remove(&number) else {
            return Err(Error::autograd(
                OP,
                "a saved tensor that the second run didn't save",
            ));
        };
        let old = std::mem::replace(&mut *lock(&self.again), all);
        drop(old);
        Ok(t)
    }
}

/// Collects what the second run saves.
#[derive(Default)]
struct Collect(Mutex<Vec<Tensor>>);

impl Pack for Collect {
    fn pack(&self, tensor: &Tensor) -> Result<Packed> {
        lock(&self.0).push(tensor.clone());
        Ok(Arc::new(tensor.clone()))
    }
    fn unpack(&self, packed: &Packed) -> Result<Tensor> {
        match packed.downcast_ref::<Tensor>() {
            Some(t) => Ok(t.clone()),
            None => Err(Error::autograd(OP, "not a checkpoint's tensor")),
        }
    }
}

/// Puts the random numbers back where they were.
struct Rewound(Vec<u8>);

impl Drop for Rewound {
    fn drop(&mut self) {
        // It was a state a moment ago.
        let _ = default_generator().set_state(&self.0);
    }
}

impl Frame {
    fn run_again(&self) -> Result<HashMap<usize, Tensor>> {
        let _mode = enable_grad();
        let _products = autocast(self.autocast)?;
        let inputs: Vec<Tensor> = self
            .inputs
            .iter()
            .zip(&self.needs)
            .map(|(kept, &needs)| {
                let t = kept.get_for(OP)?.detach();
                t.set_requires_grad(needs)?;
                Ok(t)
            })
            .collect::<Result<_>>()?;
        let mut _rewound = None;
        if let Some(random) = &self.random {
            _rewound = Some(Rewound(default_generator().get_state()));
            default_generator()
                .set_state(random)
                .map_err(|e| Error::autograd(OP, e.to_string()))?;
        }
        let collect = Arc::new(Collect::default());
        let outputs = {
            let _hooks = saved_tensors_hooks(Some(collect.clone()));
            (self.run)(&inputs)?
        };
        let all = std::mem::take(&mut *lock(&collect.0));
        drop(outputs);
        let before = self.saved.load(Relaxed);
        if all.len() != before {
            return Err(Error::autograd(
                OP,
                format!(
                    "the function saved {before} tensors for its gradient when it was first run, and {} the second time; it must do the same each time",
                    all.len()
                ),
            ));
        }
        Ok(all.into_iter().enumerate().collect())
    }
}
