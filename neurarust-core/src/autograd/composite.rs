//! The gradient of a fused operation where it has to be differentiable itself: the operation again, out of simple ones.

use super::{GradOptions, Grads, grad};
use crate::ops::view::View;
use crate::{Result, Tensor};
use smallvec::SmallVec;

/// Gradients of `f(inputs)` given that of its result, as recorded operations on `inputs` and `g`. Inputs may be missing;
/// those that require no gradient get none.
pub(crate) fn vjp_of(
    inputs: &[Option<Tensor>],
    g: &Tensor,
    f: impl Fn(&[Option<Tensor>]) -> Result<Tensor>,
) -> Result<Grads> {
    // A view of each input stands where the inner pass has to stop.
    let doors: Vec<Option<Tensor>> = inputs
        .iter()
        .map(|t| match t {
            Some(t) if t.is_requires_grad() => t.viewed(View::Reshape(t.shape().clone())).map(Some),
            other => Ok(other.clone()),
        })
        .collect::<Result<_>>()?;
    let y = f(&doors)?;
    let wanted: Vec<(usize, &Tensor)> = doors
        .iter()
        .enumerate()
        .filter_map(|(i, t)| t.as_ref().filter(|t| t.is_requires_grad()).map(|t| (i, t)))
        .collect();
    let targets: Vec<&Tensor> = wanted.iter().map(|(_, t)| *t).collect();
    let options = GradOptions {
        create_graph: true,
        allow_unused: true,
        ..GradOptions::default()
    };
    let mut out: Grads = SmallVec::from_elem(None, inputs.len());
    if targets.is_empty() {
        return Ok(out);
    }
    for ((i, _), g) in wanted
        .iter()
        .zip(grad(&[&y], &targets, &[Some(g.clone())], options)?)
    {
        out[*i] = g;
    }
    Ok(out)
}
