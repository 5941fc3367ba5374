//! Keeping gradients within bounds.

use neurarust_core::autograd::Gradient;
use neurarust_core::{DType, Error, Result, Tensor, no_grad};

/// Scales all gradients together so that their joint `norm_type`-norm is at most `max_norm`; answers the norm before.
///
/// `norm_type` is 2 for the Euclidean norm, infinity for the largest magnitude. Parameters without a gradient don't count.
///
/// ```
/// use neurarust_core::Tensor;
/// use neurarust_optim::clip_grad_norm_;
/// let w = Tensor::new([3f32, 4.0])?.requires_grad()?;
/// w.square()?.sum()?.mul(0.5)?.backward()?; // gradient (3, 4)
/// let norm = clip_grad_norm_(&[w.clone()], 1.0, 2.0, true)?;
/// assert_eq!(norm, 5.0);
/// assert!((w.grad().unwrap().norm(2.0)?.item::<f32>()? - 1.0).abs() < 1e-5);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
///
/// # Errors
/// A norm type that isn't positive; with `error_if_nonfinite`, a norm that is infinite or NaN: gradients stay as they are.
#[track_caller]
pub fn clip_grad_norm_(
    params: &[Tensor],
    max_norm: f64,
    norm_type: f64,
    error_if_nonfinite: bool,
) -> Result<f64> {
    const OP: &str = "clip_grad_norm_";
    if norm_type.is_nan() || norm_type <= 0.0 {
        return Err(Error::value(
            OP,
            format!("norm_type = {norm_type}; expected a positive number"),
        ));
    }
    let _guard = no_grad();
    let grads: Vec<Gradient> = params.iter().filter_map(Tensor::kept_grad).collect();
    let mut total = 0f64;
    for g in &grads {
        // Values of one row count as their sum.
        let g = match g {
            Gradient::Dense(g) => g.clone(),
            Gradient::Sparse(g) => g.coalesce()?.values().clone(),
        };
        if norm_type == f64::INFINITY {
            // NaN stays: it compares as neither.
            let magnitudes = g.abs()?.to_dtype(DType::F64)?;
            let largest = magnitudes
                .with_data(|v: &[f64]| v.iter().fold(0f64, |a, b| if *b <= a { a } else { *b }))?;
            total = if largest.is_nan() {
                largest
            } else {
                total.max(largest)
            };
        } else if norm_type == 2.0 {
            total += g.square()?.sum()?.item::<f64>()?;
        } else {
            total += g.abs()?.pow(norm_type)?.sum()?.item::<f64>()?;
        }
    }
    if norm_type != f64::INFINITY {
        total = total.powf(1.0 / norm_type);
    }
    if error_if_nonfinite && !total.is_finite() {
        return Err(Error::value(
            OP,
            format!("the total norm of the gradients is {total}, so they cannot be clipped"),
        ));
    }
    let scale = max_norm / (total + 1e-6);
    if scale < 1.0 || scale.is_nan() {
        grads
            .iter()
            .try_for_each(|g| g.values().mul_(scale).map(|_| ()))?;
    }
    Ok(total)
}

/// Clamps each gradient's elements to `[-value, value]`.
///
/// ```
/// use neurarust_core::Tensor;
/// use neurarust_optim::clip_grad_value_;
/// let w = Tensor::new([3f32, -0.25])?.requires_grad()?;
/// w.square()?.sum()?.backward()?; // gradient (6, -0.5)
/// clip_grad_value_(&[w.clone()], 1.0)?;
/// assert_eq!(w.grad().unwrap().to_vec::<f32>()?, [1.0, -0.5]);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
///
/// # Errors
/// No memory.
#[track_caller]
pub fn clip_grad_value_(params: &[Tensor], value: f64) -> Result<()> {
    let _guard = no_grad();
    for p in params {
        match p.kept_grad() {
            Some(Gradient::Dense(g)) => _ = g.clamp_between_(-value, value)?,
            // What is bounded is the sum of a row's values.
            Some(Gradient::Sparse(g)) => {
                let g = g.coalesce()?;
                let bounded = g.values().clamp_between(-value, value)?;
                p.set_kept_grad(Some(g.with_values(&bounded)?.into()))?;
            }
            None => {}
        }
    }
    Ok(())
}
