//! Operations with a gradient of the user's own, on the same footing as the built-in ones.

use super::{Grads, Saved, no_grad, record, tracks};
use crate::{Error, Result, Tensor};

/// An operation whose forward and backward the user writes.
///
/// ```
/// use neurarust_core::{Result, Tensor, autograd::{Context, Function}};
///
/// /// `eˣ`, with a gradient that reads the output.
/// struct Exp;
/// impl Function for Exp {
///     fn forward(&self, ctx: &mut Context, inputs: &[&Tensor]) -> Result<Vec<Tensor>> {
///         let y = inputs[0].exp()?;
///         ctx.save(&[&y]);
///         Ok(vec![y])
///     }
///     fn backward(&self, ctx: &Context, grads: &[Option<Tensor>]) -> Result<Vec<Option<Tensor>>> {
///         Ok(vec![grads[0].as_ref().map(|g| g.mul(&ctx.saved()[0])).transpose()?])
///     }
/// }
///
/// let x = Tensor::new([0.0f32, 1.0])?.requires_grad()?;
/// Exp.apply(&[&x])?[0].sum()?.backward()?;
/// assert_eq!(x.grad().unwrap().to_vec::<f32>()?[0], 1.0);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
pub trait Function: Send + Sync + Sized + 'static {
    /// The name that graphs and errors show.
    fn name(&self) -> &'static str {
        "custom function"
    }

    /// Computes the outputs. Nothing is recorded inside; what the backward needs is kept by [`Context::save`].
    ///
    /// # Errors
    /// Whatever the operation refuses.
    fn forward(&self, ctx: &mut Context, inputs: &[&Tensor]) -> Result<Vec<Tensor>>;

    /// Answers one gradient per input, given one per output; `None` is zero. Written with tensor operations, it can be
    /// differentiated again.
    ///
    /// # Errors
    /// Whatever goes wrong.
    fn backward(&self, ctx: &Context, grads: &[Option<Tensor>]) -> Result<Vec<Option<Tensor>>>;

    /// Applies the operation and records it.
    ///
    /// # Errors
    /// Those of [`Function::forward`].
    #[track_caller]
    fn apply(self, inputs: &[&Tensor]) -> Result<Vec<Tensor>> {
        let mut ctx = Context {
            needs: inputs.iter().map(|t| t.is_requires_grad()).collect(),
            ..Context::default()
        };
        let recorded = tracks(inputs);
        let mut outputs = {
            let _guard = no_grad();
            self.forward(&mut ctx, inputs)?
        };
        if !recorded {
            return Ok(outputs);
        }
        // An input handed through becomes a result of its own.
        for out in &mut outputs {
            if inputs.iter().any(|t| t.is_same(out)) {
                *out = out.detach();
            }
        }
        let saved: Vec<Saved> = std::mem::take(&mut ctx.saved)
            .iter()
            .map(|t| match outputs.iter().position(|out| out.is_same(t)) {
                Some(i) => Saved::output(t, i as u32),
                None => Saved::input(t),
            })
            .collect();
        let kept: Vec<bool> = outputs
            .iter()
            .map(|out| !ctx.constants.iter().any(|c| c.is_same(out)))
            .collect();
        let shapes: Vec<_> = inputs.iter().map(|t| t.shape().clone()).collect();
        let needs = std::mem::take(&mut ctx.needs);
        let constant = kept.clone();
        record(
            self.name(),
            inputs,
            &outputs.iter().collect::<Vec<_>>(),
            saved,
            move |saved, call, grads| {
                let tensors = saved.iter().map(|s| s.get(call)).collect::<Result<_>>()?;
                let ctx = Context {
                    saved: tensors,
                    needs: needs.clone(),
                    constants: Vec::new(),
                };
                let grads: Vec<Option<Tensor>> = grads
                    .into_iter()
                    .zip(&kept)
                    .map(|(g, kept)| g.filter(|_| *kept))
                    .collect();
                let out = self.backward(&ctx, &grads)?;
                if out.len() != shapes.len() {
                    return Err(Error::autograd(
                        self.name(),
                        format!(
                            "backward answered {} gradients for {} inputs",
                            out.len(),
                            shapes.len()
                        ),
                    ));
                }
                for (i, (g, shape)) in out.iter().zip(&shapes).enumerate() {
                    if let Some(g) = g
                        && shape.broadcast(g.shape(), self.name())? != *g.shape()
                    {
                        return Err(Error::shape(
                            self.name(),
                            format!(
                                "backward answered a gradient of shape {} for input {i} of shape {shape}",
                                g.shape()
                            ),
                        ));
                    }
                }
                Ok(out.into_iter().collect::<Grads>())
            },
        )?;
        for (out, _) in outputs.iter_mut().zip(constant).filter(|(_, kept)| !kept) {
            *out = out.detach();
        }
        Ok(outputs)
    }
}

/// What a [`Function`]'s forward leaves for its backward.
#[derive(Default)]
pub struct Context {
    saved: Vec<Tensor>,
    needs: Vec<bool>,
    constants: Vec<Tensor>,
}

impl Context {
    /// Keeps tensors for the backward: inputs, outputs, or anything else.
    pub fn save(&mut self, tensors: &[&Tensor]) {
        self.saved = tensors.iter().map(|t| (*t).clone()).collect();
    }

    /// What the forward has kept, unchanged since: an in-place operation in between is an error before the backward runs.
    pub fn saved(&self) -> &[Tensor] {
        &self.saved
    }

    /// Whether the gradient of input `i` is wanted.
    pub fn needs_input_grad(&self, i: usize) -> bool {
        self.needs.get(i).copied().unwrap_or(false)
    }

    /// Declares outputs that no gradient flows through.
    pub fn mark_non_differentiable(&mut self, outputs: &[&Tensor]) {
        self.constants = outputs.iter().map(|t| (*t).clone()).collect();
    }
}
