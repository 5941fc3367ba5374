//! Jacobians, Hessians and products with them, of functions of tensors.
//!
//! Every function takes `f(inputs)`, which answers one tensor, and differentiates it at `inputs`. With
//! [`Options::create_graph`] the answers can be differentiated again.

use super::{GradOptions, enable_grad, grad};
use crate::ops::view::View;
use crate::{Error, Result, Tensor};

/// How to go about it.
///
/// ```
/// # use neurarust_core::{Tensor, autograd::functional::{Options, jacobian}};
/// let (x, unused) = (Tensor::new([1f32, 2.0])?, Tensor::new([0f32])?);
/// let by = jacobian(|x| x[0].square(), &[&x, &unused], Options::default())?;
/// assert_eq!(by[1].to_vec::<f32>()?, [0.0, 0.0]);
/// let strict = Options { strict: true, ..Options::default() };
/// assert!(jacobian(|x| x[0].square(), &[&x, &unused], strict).is_err());
/// # Ok::<(), neurarust_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Record the derivatives, too.
    pub create_graph: bool,
    /// Refuse inputs that the output does not depend on, instead of answering zeros.
    pub strict: bool,
}

/// Inputs of this differentiation's own: the outer graph goes on through them where it is wanted.
fn own(inputs: &[&Tensor], create_graph: bool) -> Result<Vec<Tensor>> {
    let own = |t: &&Tensor| match create_graph && t.is_requires_grad() {
        true => t.viewed(View::Reshape(t.shape().clone())),
        false => t.detach().requires_grad(),
    };
    inputs.iter().map(own).collect()
}

/// Gradients of `y` by `xs`, zeros where there are none.
fn grads_of(
    op: &'static str,
    y: &Tensor,
    xs: &[Tensor],
    seed: Tensor,
    create_graph: bool,
    strict: bool,
) -> Result<Vec<Tensor>> {
    let options = GradOptions {
        retain_graph: true,
        create_graph,
        allow_unused: true,
    };
    let found = match y.is_requires_grad() {
        true => grad(&[y], &xs.iter().collect::<Vec<_>>(), &[Some(seed)], options)?,
        false => vec![None; xs.len()],
    };
    let mut out = Vec::with_capacity(xs.len());
    for (i, (g, x)) in found.into_iter().zip(xs).enumerate() {
        out.push(match g {
            Some(g) => g,
            None if strict => {
                return Err(Error::autograd(
                    op,
                    format!("the output doesn't depend on input {i}, which strict refuses"),
                ));
            }
            None => x.detach().zeros_like()?,
        });
    }
    Ok(out)
}

fn finish(t: Tensor, create_graph: bool) -> Tensor {
    match create_graph {
        true => t,
        false => t.detach(),
    }
}

/// The derivatives of `f` by each input: for an output of shape (m…) and an input of shape (n…), a tensor (m…, n…).
///
/// ```
/// use neurarust_core::{Tensor, autograd::functional::{jacobian, Options}};
/// let x = Tensor::new([1.0f64, 2.0])?;
/// let j = jacobian(|x| x[0].mul(&x[0]), &[&x], Options::default())?.remove(0);
/// assert_eq!(j.to_vec::<f64>()?, [2.0, 0.0, 0.0, 4.0]);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
///
/// # Errors
/// Whatever `f` answers; inputs that are no floats; with `strict`, an input that the output does not depend on.
#[track_caller]
pub fn jacobian(
    f: impl Fn(&[Tensor]) -> Result<Tensor>,
    inputs: &[&Tensor],
    options: Options,
) -> Result<Vec<Tensor>> {
    const OP: &str = "jacobian";
    let _mode = enable_grad();
    let xs = own(inputs, options.create_graph)?;
    let y = f(&xs)?;
    let mut rows: Vec<Vec<Tensor>> = vec![Vec::with_capacity(y.numel()); xs.len()];
    for k in 0..y.numel() {
        let seed = Tensor::zeros((y.numel(), y.dtype()))?;
        seed.select(0, k as i64)?.fill_(1.0)?;
        let seed = seed.reshape(y.shape())?;
        let grads = grads_of(OP, &y, &xs, seed, options.create_graph, options.strict)?;
        for (row, g) in rows.iter_mut().zip(grads) {
            row.push(finish(g, options.create_graph));
        }
    }
    rows.into_iter()
        .zip(&xs)
        .map(|(row, x)| {
            let sizes: Vec<usize> = y.dims().iter().chain(x.dims()).copied().collect();
            match row.is_empty() {
                true => Tensor::zeros((sizes, x.dtype())),
                false => Tensor::stack(&row.iter().collect::<Vec<_>>(), 0)?.reshape(sizes),
            }
        })
        .collect()
}

/// `(f(inputs), vᵀ J)`: one product per input. `v` may be left out for an output of one element.
///
/// ```
/// use neurarust_core::{Tensor, autograd::functional::{Options, vjp}};
/// let x = Tensor::new([1f64, 2.0])?;
/// let v = Tensor::new([1f64, 10.0])?;
/// let (y, products) = vjp(|x| x[0].square(), &[&x], Some(&v), Options::default())?;
/// assert_eq!(y.to_vec::<f64>()?, [1.0, 4.0]);
/// assert_eq!(products[0].to_vec::<f64>()?, [2.0, 40.0]);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
///
/// # Errors
/// As [`jacobian`]; a `v` of another shape than the output.
#[track_caller]
pub fn vjp(
    f: impl Fn(&[Tensor]) -> Result<Tensor>,
    inputs: &[&Tensor],
    v: Option<&Tensor>,
    options: Options,
) -> Result<(Tensor, Vec<Tensor>)> {
    const OP: &str = "vjp";
    let _mode = enable_grad();
    let xs = own(inputs, options.create_graph)?;
    let y = f(&xs)?;
    let seed = seed(OP, &y, v)?;
    let grads = grads_of(OP, &y, &xs, seed, options.create_graph, options.strict)?;
    let create_graph = options.create_graph;
    Ok((
        finish(y, create_graph),
        grads.into_iter().map(|g| finish(g, create_graph)).collect(),
    ))
}

#[track_caller]
fn seed(op: &'static str, y: &Tensor, v: Option<&Tensor>) -> Result<Tensor> {
    match v {
        Some(v) if v.shape() == y.shape() => Ok(v.clone()),
        Some(v) => Err(Error::shape(
            op,
            format!("v has shape {}, the output {}", v.shape(), y.shape()),
        )),
        None if y.numel() == 1 => y.detach().ones_like(),
        None => Err(Error::autograd(
            op,
            format!("an output of shape {} needs a v of its shape", y.shape()),
        )),
    }
}

#[track_caller]
fn same_shapes(op: &'static str, inputs: &[&Tensor], v: &[&Tensor]) -> Result<()> {
    if inputs.len() != v.len() {
        return Err(Error::value(
            op,
            format!("{} vectors for {} inputs", v.len(), inputs.len()),
        ));
    }
    for (i, (x, v)) in inputs.iter().zip(v).enumerate() {
        if x.shape() != v.shape() {
            return Err(Error::shape(
                op,
                format!(
                    "vector {i} has shape {}, its input {}",
                    v.shape(),
                    x.shape()
                ),
            ));
        }
    }
    Ok(())
}

/// `(f(inputs), J v)`: one vector per input. The derivative of the derivative by a dummy: two backward passes, no Jacobian.
///
/// ```
/// use neurarust_core::{Tensor, autograd::functional::{Options, jvp}};
/// let x = Tensor::new([1f64, 2.0])?;
/// let v = Tensor::new([1f64, 10.0])?;
/// let (_, product) = jvp(|x| x[0].square(), &[&x], &[&v], Options::default())?;
/// assert_eq!(product.to_vec::<f64>()?, [2.0, 40.0]);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
///
/// # Errors
/// As [`jacobian`]; vectors of other shapes than the inputs.
#[track_caller]
pub fn jvp(
    f: impl Fn(&[Tensor]) -> Result<Tensor>,
    inputs: &[&Tensor],
    v: &[&Tensor],
    options: Options,
) -> Result<(Tensor, Tensor)> {
    const OP: &str = "jvp";
    same_shapes(OP, inputs, v)?;
    let _mode = enable_grad();
    let xs = own(inputs, options.create_graph)?;
    let y = f(&xs)?;
    let dummy = y.detach().zeros_like()?.requires_grad()?;
    // vᵀ J is linear in v: its derivative by v, times the tangents, is J times them.
    let linear = grads_of(OP, &y, &xs, dummy.clone(), true, options.strict)?;
    let mut product = y.detach().zeros_like()?;
    for (g, v) in linear.iter().zip(v) {
        if g.is_requires_grad() && g.depends_beyond(&[]) {
            let dummies = [dummy.clone()];
            let tangent = (*v).clone();
            let part = grads_of(OP, g, &dummies, tangent, options.create_graph, false)?;
            product = product.add(&part[0])?;
        }
    }
    Ok((
        finish(y, options.create_graph),
        finish(product, options.create_graph),
    ))
}

/// The first derivatives of a function of one number, recorded.
#[track_caller]
fn slopes(
    op: &'static str,
    f: &impl Fn(&[Tensor]) -> Result<Tensor>,
    xs: &[Tensor],
    strict: bool,
) -> Result<(Tensor, Vec<Tensor>)> {
    let y = f(xs)?;
    if y.numel() != 1 {
        return Err(Error::shape(
            op,
            format!("expected a function of one number, got shape {}", y.shape()),
        ));
    }
    let seed = y.detach().ones_like()?;
    let grads = grads_of(op, &y, xs, seed, true, strict)?;
    Ok((y, grads))
}

/// The second derivatives of a function that answers one number: `hessian[i][j]` for inputs of shapes (m…) and (n…) is a
/// tensor (m…, n…).
///
/// ```
/// use neurarust_core::{Tensor, autograd::functional::{Options, hessian}};
/// let x = Tensor::new([1f64, 2.0])?;
/// let h = hessian(|x| x[0].pow(3.0)?.sum(), &[&x], Options::default())?; // 6x on the diagonal
/// assert_eq!(h[0][0].to_vec::<f64>()?, [6.0, 0.0, 0.0, 12.0]);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
///
/// # Errors
/// As [`jacobian`]; an output of more than one element.
#[track_caller]
pub fn hessian(
    f: impl Fn(&[Tensor]) -> Result<Tensor>,
    inputs: &[&Tensor],
    options: Options,
) -> Result<Vec<Vec<Tensor>>> {
    const OP: &str = "hessian";
    (0..inputs.len())
        .map(|i| {
            let slope = |xs: &[Tensor]| Ok(slopes(OP, &f, xs, options.strict)?.1.swap_remove(i));
            jacobian(slope, inputs, options)
        })
        .collect()
}

/// `(f(inputs), vᵀ H)`, one product per input.
///
/// ```
/// use neurarust_core::{Tensor, autograd::functional::{Options, vhp}};
/// let x = Tensor::new([1f64, 2.0])?;
/// let v = Tensor::new([1f64, 10.0])?;
/// let (_, products) = vhp(|x| x[0].square()?.sum(), &[&x], &[&v], Options::default())?;
/// assert_eq!(products[0].to_vec::<f64>()?, [2.0, 20.0]);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
///
/// # Errors
/// As [`hessian`] and [`vjp`].
#[track_caller]
pub fn vhp(
    f: impl Fn(&[Tensor]) -> Result<Tensor>,
    inputs: &[&Tensor],
    v: &[&Tensor],
    options: Options,
) -> Result<(Tensor, Vec<Tensor>)> {
    const OP: &str = "vhp";
    same_shapes(OP, inputs, v)?;
    let _mode = enable_grad();
    let xs = own(inputs, options.create_graph)?;
    let (y, slopes) = slopes(OP, &f, &xs, options.strict)?;
    let mut products: Vec<Option<Tensor>> = vec![None; xs.len()];
    for (slope, v) in slopes.iter().zip(v) {
        let parts = grads_of(OP, slope, &xs, (*v).clone(), options.create_graph, false)?;
        for (sum, part) in products.iter_mut().zip(parts) {
            *sum = Some(match sum.take() {
                Some(sum) => sum.add(&part)?,
                None => part,
            });
        }
    }
    let create_graph = options.create_graph;
    let products = products.into_iter().flatten();
    Ok((
        finish(y, create_graph),
        products.map(|t| finish(t, create_graph)).collect(),
    ))
}

/// `(f(inputs), H v)`, one product per input. The Hessian is symmetric, so it is [`vhp`].
///
/// ```
/// use neurarust_core::{Tensor, autograd::functional::{Options, hvp}};
/// let x = Tensor::new([1f64, 2.0])?;
/// let v = Tensor::new([1f64, 10.0])?;
/// let (y, products) = hvp(|x| x[0].square()?.sum(), &[&x], &[&v], Options::default())?;
/// assert_eq!((y.item::<f64>()?, products[0].to_vec::<f64>()?), (5.0, vec![2.0, 20.0]));
/// # Ok::<(), neurarust_core::Error>(())
/// ```
///
/// # Errors
/// As [`vhp`].
#[track_caller]
pub fn hvp(
    f: impl Fn(&[Tensor]) -> Result<Tensor>,
    inputs: &[&Tensor],
    v: &[&Tensor],
    options: Options,
) -> Result<(Tensor, Vec<Tensor>)> {
    vhp(f, inputs, v, options)
}
