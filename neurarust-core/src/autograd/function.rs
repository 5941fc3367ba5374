//! Operations with a gradient of the user's own, on the same footing as the built-in ones.

use super::node::{Backward, Call};
use super::{Grads, Saved, attach, new_node_with, no_grad, take_unread, tracks_as};
use crate::layout::Shape;
use crate::{Error, Result, Tensor};
use smallvec::SmallVec;
use std::any::Any;
use std::sync::RwLock;

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

    /// What the function holds of a host language's, so that its garbage collector may look inside.
    fn held(&self) -> Option<&dyn Any> {
        None
    }

    /// Applies the operation and records it.
    ///
    /// # Errors
    /// Those of [`Function::forward`].
    #[track_caller]
    fn apply(self, inputs: &[&Tensor]) -> Result<Vec<Tensor>> {
        let name = self.name();
        let mut ctx = Context {
            needs: inputs.iter().map(|t| t.is_requires_grad()).collect(),
            ..Context::default()
        };
        let recorded = tracks_as(name, inputs);
        let mut outputs = {
            let _guard = no_grad();
            self.forward(&mut ctx, inputs)?
        };
        refuse_dirty(name, &ctx.dirty, inputs, &outputs, recorded)?;
        let is_dirty = |t: &Tensor| ctx.dirty.iter().any(|d| d.is_same(t));
        if !recorded {
            return Ok(outputs);
        }
        // An input handed through becomes a result of its own.
        for out in &mut outputs {
            if !is_dirty(out) && inputs.iter().any(|t| t.is_same(out)) {
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
        let kept: SmallVec<[bool; 4]> = outputs
            .iter()
            .map(|out| {
                out.dtype().is_differentiable() && !ctx.constants.iter().any(|c| c.is_same(out))
            })
            .collect();
        let body = Applied {
            shapes: inputs.iter().map(|t| t.shape().clone()).collect(),
            needs: std::mem::take(&mut ctx.needs),
            kept: kept.clone(),
            materialize: ctx.materialize,
            saved: RwLock::new(Some(saved)),
            function: self,
        };
        let node = new_node_with(
            name,
            inputs,
            &outputs.iter().collect::<Vec<_>>(),
            true,
            body,
        )?;
        for (i, (out, kept)) in outputs.iter_mut().zip(kept).enumerate() {
            match (kept, is_dirty(out)) {
                (true, true) => crate::ops::inplace::rewrite(name, out, &node, i as u32)?,
                (true, false) => attach(out, &node, i as u32),
                (false, true) => {}
                (false, false) => *out = out.detach(),
            }
        }
        Ok(outputs)
    }
}

/// What stands against the in-place changes that a forward declares.
#[track_caller]
fn refuse_dirty(
    op: &'static str,
    dirty: &[Tensor],
    inputs: &[&Tensor],
    outputs: &[Tensor],
    recorded: bool,
) -> Result<()> {
    for t in dirty {
        if !inputs.iter().any(|x| x.is_same(t)) {
            return Err(Error::autograd(
                op,
                "mark_dirty was given a tensor that is no input; only inputs can be changed in place",
            ));
        }
        if !outputs.iter().any(|out| out.is_same(t)) {
            return Err(Error::autograd(
                op,
                "an input marked as dirty was not returned; what is changed in place must be an output too",
            ));
        }
        if recorded {
            crate::ops::inplace::check(op, t, inputs)?;
        }
    }
    Ok(())
}

/// A function that was applied.
struct Applied<F> {
    function: F,
    saved: RwLock<Option<Vec<Saved>>>,
    shapes: Vec<Shape>,
    needs: Vec<bool>,
    /// Which outputs gradients flow through.
    kept: SmallVec<[bool; 4]>,
    materialize: bool,
}

impl<F: Function> Backward for Applied<F> {
    fn vjp(&self, call: &Call, grads: Grads) -> Option<Result<Grads>> {
        let tensors: Result<Vec<Tensor>> = {
            let saved = self.saved.read().unwrap_or_else(|e| e.into_inner());
            saved.as_ref()?.iter().map(|s| s.get(call)).collect()
        };
        // The lock is open again: the user's code may do as it likes.
        Some(tensors.and_then(|saved| self.gradients(call, saved, grads)))
    }

    fn release(&self) {
        take_unread(&self.saved);
    }

    fn none_is_zero(&self) -> bool {
        false
    }

    fn held(&self) -> Option<&dyn Any> {
        self.function.held()
    }
}

impl<F: Function> Applied<F> {
    fn gradients(&self, call: &Call, saved: Vec<Tensor>, grads: Grads) -> Result<Grads> {
        let name = self.function.name();
        let ctx = Context {
            saved,
            needs: self.needs.clone(),
            ..Context::default()
        };
        let mut grads: Vec<Option<Tensor>> = grads
            .into_iter()
            .zip(&self.kept)
            .map(|(g, kept)| g.filter(|_| *kept))
            .collect();
        if self.materialize {
            for (g, (shape, dtype)) in grads.iter_mut().zip(&call.node.outputs) {
                if g.is_none() {
                    *g = Some(Tensor::zeroed(shape.clone(), *dtype)?);
                }
            }
        }
        let out = self.function.backward(&ctx, &grads)?;
        if out.len() != self.shapes.len() {
            return Err(Error::autograd(
                name,
                format!(
                    "backward answered {} gradients for {} inputs",
                    out.len(),
                    self.shapes.len()
                ),
            ));
        }
        for (i, (g, shape)) in out.iter().zip(&self.shapes).enumerate() {
            if let Some(g) = g
                && shape.broadcast(g.shape(), name)? != *g.shape()
            {
                return Err(Error::shape(
                    name,
                    format!(
                        "backward answered a gradient of shape {} for input {i} of shape {shape}",
                        g.shape()
                    ),
                ));
            }
        }
        Ok(out.into_iter().collect())
    }
}

/// What a [`Function`]'s forward leaves for its backward.
#[derive(Default)]
pub struct Context {
    saved: Vec<Tensor>,
    needs: Vec<bool>,
    constants: Vec<Tensor>,
    dirty: Vec<Tensor>,
    materialize: bool,
}

impl Context {
    /// Keeps tensors for the backward: inputs, outputs, or anything else.
    ///
    /// ```
    /// use neurarust_core::{Result, Tensor, autograd::{Context, Function}};
    /// struct Square;
    /// impl Function for Square {
    ///     fn forward(&self, ctx: &mut Context, inputs: &[&Tensor]) -> Result<Vec<Tensor>> {
    ///         ctx.save(&[inputs[0]]);
    ///         Ok(vec![inputs[0].square()?])
    ///     }
    ///     fn backward(&self, ctx: &Context, grads: &[Option<Tensor>]) -> Result<Vec<Option<Tensor>>> {
    ///         let slope = ctx.saved()[0].mul(2.0)?;
    ///         Ok(vec![grads[0].as_ref().map(|g| g.mul(&slope)).transpose()?])
    ///     }
    /// }
    /// let x = Tensor::new([3f32])?.requires_grad()?;
    /// Square.apply(&[&x])?[0].backward()?;
    /// assert_eq!(x.grad().unwrap().item::<f32>()?, 6.0);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn save(&mut self, tensors: &[&Tensor]) {
        self.saved = tensors.iter().map(|t| (*t).clone()).collect();
    }

    /// What the forward has kept, unchanged since: an in-place operation in between is an error before the backward runs.
    ///
    /// ```
    /// use neurarust_core::{Result, Tensor, autograd::{Context, Function}};
    /// struct Exp;
    /// impl Function for Exp {
    ///     fn forward(&self, ctx: &mut Context, inputs: &[&Tensor]) -> Result<Vec<Tensor>> {
    ///         let y = inputs[0].exp()?;
    ///         ctx.save(&[&y]);
    ///         Ok(vec![y])
    ///     }
    ///     fn backward(&self, ctx: &Context, grads: &[Option<Tensor>]) -> Result<Vec<Option<Tensor>>> {
    ///         let y = &ctx.saved()[0]; // its own derivative
    ///         Ok(vec![grads[0].as_ref().map(|g| g.mul(y)).transpose()?])
    ///     }
    /// }
    /// let x = Tensor::new([0f32])?.requires_grad()?;
    /// Exp.apply(&[&x])?[0].backward()?;
    /// assert_eq!(x.grad().unwrap().item::<f32>()?, 1.0);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn saved(&self) -> &[Tensor] {
        &self.saved
    }

    /// Whether the gradient of input `i` is wanted.
    ///
    /// ```
    /// use neurarust_core::{Result, Tensor, autograd::{Context, Function}};
    /// struct Product;
    /// impl Function for Product {
    ///     fn forward(&self, ctx: &mut Context, inputs: &[&Tensor]) -> Result<Vec<Tensor>> {
    ///         ctx.save(inputs);
    ///         Ok(vec![inputs[0].mul(inputs[1])?])
    ///     }
    ///     fn backward(&self, ctx: &Context, grads: &[Option<Tensor>]) -> Result<Vec<Option<Tensor>>> {
    ///         assert!(ctx.needs_input_grad(0) && !ctx.needs_input_grad(1));
    ///         let other = &ctx.saved()[1];
    ///         Ok(vec![grads[0].as_ref().map(|g| g.mul(other)).transpose()?, None])
    ///     }
    /// }
    /// let x = Tensor::new([3f32])?.requires_grad()?;
    /// Product.apply(&[&x, &Tensor::new([5f32])?])?[0].backward()?;
    /// assert_eq!(x.grad().unwrap().item::<f32>()?, 5.0);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn needs_input_grad(&self, i: usize) -> bool {
        self.needs.get(i).copied().unwrap_or(false)
    }

    /// Declares outputs that no gradient flows through.
    ///
    /// ```
    /// use neurarust_core::{Result, Tensor, autograd::{Context, Function}};
    /// struct Doubled;
    /// impl Function for Doubled {
    ///     fn forward(&self, ctx: &mut Context, inputs: &[&Tensor]) -> Result<Vec<Tensor>> {
    ///         let scale = inputs[0].abs()?.max()?;
    ///         ctx.mark_non_differentiable(&[&scale]);
    ///         Ok(vec![inputs[0].mul(2.0)?, scale])
    ///     }
    ///     fn backward(&self, _: &Context, grads: &[Option<Tensor>]) -> Result<Vec<Option<Tensor>>> {
    ///         Ok(vec![grads[0].as_ref().map(|g| g.mul(2.0)).transpose()?])
    ///     }
    /// }
    /// let out = Doubled.apply(&[&Tensor::new([3f32])?.requires_grad()?])?;
    /// assert!(out[0].is_requires_grad() && !out[1].is_requires_grad());
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn mark_non_differentiable(&mut self, outputs: &[&Tensor]) {
        self.constants = outputs.iter().map(|t| (*t).clone()).collect();
    }

    /// Declares inputs that the forward has changed in place. They must be outputs too, and go on from there with their new
    /// history.
    ///
    /// ```
    /// use neurarust_core::{Result, Tensor, autograd::{Context, Function}};
    /// struct Double;
    /// impl Function for Double {
    ///     fn forward(&self, ctx: &mut Context, inputs: &[&Tensor]) -> Result<Vec<Tensor>> {
    ///         inputs[0].mul_(2.0)?;
    ///         ctx.mark_dirty(&[inputs[0]]);
    ///         Ok(vec![inputs[0].clone()])
    ///     }
    ///     fn backward(&self, _: &Context, grads: &[Option<Tensor>]) -> Result<Vec<Option<Tensor>>> {
    ///         Ok(vec![grads[0].as_ref().map(|g| g.mul(2.0)).transpose()?])
    ///     }
    /// }
    /// let x = Tensor::new([3f32])?.requires_grad()?;
    /// let y = x.mul(1.0)?; // leaves that require gradients are not written to
    /// Double.apply(&[&y])?;
    /// y.backward()?;
    /// assert_eq!((y.item::<f32>()?, x.grad().unwrap().item::<f32>()?), (6.0, 2.0));
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn mark_dirty(&mut self, inputs: &[&Tensor]) {
        self.dirty = inputs.iter().map(|t| (*t).clone()).collect();
    }

    /// Whether gradients that are zero reach the backward as tensors of zeros; off unless asked for.
    ///
    /// ```
    /// use neurarust_core::{Result, Tensor, autograd::{Context, Function}};
    /// struct Twins;
    /// impl Function for Twins {
    ///     fn forward(&self, ctx: &mut Context, inputs: &[&Tensor]) -> Result<Vec<Tensor>> {
    ///         ctx.set_materialize_grads(true);
    ///         Ok(vec![inputs[0].mul(2.0)?, inputs[0].mul(3.0)?])
    ///     }
    ///     fn backward(&self, _: &Context, grads: &[Option<Tensor>]) -> Result<Vec<Option<Tensor>>> {
    ///         let both: Vec<&Tensor> = grads.iter().flatten().collect(); // zeros where nothing came back
    ///         Ok(vec![Some(both[0].mul(2.0)?.add(both[1].mul(3.0)?)?)])
    ///     }
    /// }
    /// let x = Tensor::new([1f32])?.requires_grad()?;
    /// Twins.apply(&[&x])?[0].backward()?;
    /// assert_eq!(x.grad().unwrap().item::<f32>()?, 2.0);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn set_materialize_grads(&mut self, on: bool) {
        self.materialize = on;
    }
}
