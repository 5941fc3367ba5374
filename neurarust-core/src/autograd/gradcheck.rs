//! Holds gradients against central differences, for tests of operations, built-in or the user's own.

use super::{GradOptions, grad, no_grad};
use crate::{DType, Error, Result, Tensor};

/// How far apart two derivatives may be: `atol + rtol · |numeric|`, with differences over `± eps`.
///
/// ```
/// # use neurarust_core::{Tensor, autograd::{Tolerance, gradcheck}};
/// let x = Tensor::new([1e3f64])?;
/// let wide = Tolerance { eps: 1e-2, ..Tolerance::default() }; // a step that suits the size of `x`
/// gradcheck(|x| x[0].log(), &[&x], wide)?;
/// # Ok::<(), neurarust_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tolerance {
    /// Step of the central difference.
    pub eps: f64,
    /// Absolute tolerance.
    pub atol: f64,
    /// Relative tolerance.
    pub rtol: f64,
}

impl Default for Tolerance {
    fn default() -> Tolerance {
        Tolerance {
            eps: 1e-6,
            atol: 1e-5,
            rtol: 1e-3,
        }
    }
}

/// Checks the gradient of `f` at `inputs`, all of them `f64`, against central differences of `Σ v · f(x)` for a fixed
/// `v` without pattern.
///
/// ```
/// use neurarust_core::{Tensor, autograd::{gradcheck, Tolerance}};
/// let x = Tensor::new([0.3f64, -1.2])?;
/// gradcheck(|x| x[0].tanh(), &[&x], Tolerance::default())?;
/// # Ok::<(), neurarust_core::Error>(())
/// ```
///
/// # Errors
/// An element whose derivatives differ, with both; inputs that aren't `f64`; whatever `f` answers.
#[track_caller]
pub fn gradcheck(
    f: impl Fn(&[Tensor]) -> Result<Tensor>,
    inputs: &[&Tensor],
    tolerance: Tolerance,
) -> Result<()> {
    const OP: &str = "gradcheck";
    if let Some(i) = inputs.iter().position(|t| t.dtype() != DType::F64) {
        return Err(Error::dtype(
            OP,
            format!(
                "input {i} is {}; differences need float64",
                inputs[i].dtype()
            ),
        ));
    }
    let leaves: Vec<Tensor> = inputs
        .iter()
        .map(|t| t.detach().copy()?.requires_grad())
        .collect::<Result<_>>()?;
    let y = f(&leaves)?;
    let v = pattern(&y)?;
    let wanted: Vec<&Tensor> = leaves.iter().collect();
    let options = GradOptions {
        allow_unused: true,
        ..GradOptions::default()
    };
    let analytic = grad(&[&y], &wanted, &[Some(v.clone())], options)?;
    let value = |at: &[Tensor]| -> Result<f64> {
        let _guard = no_grad();
        f(at)?.mul(&v)?.sum()?.item::<f64>()
    };
    for (i, (x, g)) in leaves.iter().zip(&analytic).enumerate() {
        let data = x.to_vec::<f64>()?;
        let slopes = match g {
            Some(g) => g.detach().to_vec::<f64>()?,
            None => vec![0.0; data.len()],
        };
        for (j, &slope) in slopes.iter().enumerate() {
            let shifted = |by: f64| -> Result<f64> {
                let mut moved = data.clone();
                moved[j] += by;
                let mut at: Vec<Tensor> = leaves.iter().map(Tensor::detach).collect();
                at[i] = Tensor::from_vec(moved, x.shape())?;
                value(&at)
            };
            let eps = tolerance.eps;
            let numeric = (shifted(eps)? - shifted(-eps)?) / (2.0 * eps);
            let close = (slope - numeric).abs() <= tolerance.atol + tolerance.rtol * numeric.abs();
            if !close {
                return Err(Error::autograd(
                    OP,
                    format!(
                        "element {j} of input {i} (shape {}): analytic {slope:e}, numeric {numeric:e}; they may differ by {:e} + {:e} of it",
                        x.shape(),
                        tolerance.atol,
                        tolerance.rtol
                    ),
                ));
            }
        }
    }
    Ok(())
}

/// Checks the gradient of the gradient of `f`, with respect to `inputs` and to the gradient that comes in.
///
/// ```
/// use neurarust_core::{Tensor, autograd::{Tolerance, gradgradcheck}};
/// let x = Tensor::new([0.3f64, -1.2])?;
/// gradgradcheck(|x| x[0].tanh(), &[&x], Tolerance::default())?;
/// # Ok::<(), neurarust_core::Error>(())
/// ```
///
/// # Errors
/// As [`gradcheck`].
#[track_caller]
pub fn gradgradcheck(
    f: impl Fn(&[Tensor]) -> Result<Tensor>,
    inputs: &[&Tensor],
    tolerance: Tolerance,
) -> Result<()> {
    let shape_of_y = {
        let _guard = no_grad();
        let at: Vec<Tensor> = inputs.iter().map(|t| t.detach()).collect();
        pattern(&f(&at)?)?
    };
    let mut all: Vec<&Tensor> = inputs.to_vec();
    all.push(&shape_of_y);
    let n = inputs.len();
    gradcheck(
        |x| {
            let _mode = super::enable_grad();
            let own: Vec<Tensor> = x[..n]
                .iter()
                .map(|t| match t.is_requires_grad() {
                    true => Ok(t.clone()),
                    false => t.detach().requires_grad(),
                })
                .collect::<Result<_>>()?;
            let y = f(&own)?;
            let wanted: Vec<&Tensor> = own.iter().collect();
            let options = GradOptions {
                create_graph: true,
                allow_unused: true,
                ..GradOptions::default()
            };
            let grads = grad(&[&y], &wanted, &[Some(x[n].clone())], options)?;
            let mut total = Tensor::zeros(((), DType::F64))?;
            for g in grads.into_iter().flatten() {
                total = total.add(&pattern(&g)?.mul(&g)?.sum()?)?;
            }
            Ok(total)
        },
        &all,
        tolerance,
    )
}

/// Numbers around ±1 in the shape of `t`, the same in every run.
fn pattern(t: &Tensor) -> Result<Tensor> {
    let data: Vec<f64> = (0..t.numel())
        .map(|i| (i as f64 * 2.399_963 + 0.7).sin() + 0.1)
        .collect();
    Tensor::from_vec(data, t.shape())
}
