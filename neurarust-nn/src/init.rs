//! Initial values, written into a tensor in place.
//!
//! They draw from the default generator ([`manual_seed`](neurarust_core::random::manual_seed) starts it), record
//! nothing, and take the sizes of a weight as PyTorch lays it out: `(out, in, kernel…)`.
//!
//! ```
//! use neurarust_core::{Tensor, random};
//! use neurarust_nn::{FanMode, Nonlinearity, init};
//! random::manual_seed(7);
//! let w = Tensor::empty([10, 20])?.requires_grad()?;
//! init::kaiming_normal_(&w, FanMode::In, Nonlinearity::ReLU)?;
//! assert!(w.to_vec::<f32>()?.iter().all(|x| x.abs() < 3.0));
//! # Ok::<(), neurarust_core::Error>(())
//! ```

use neurarust_core::random::{Generator, default_generator};
use neurarust_core::real::Real;
use neurarust_core::{DType, Error, Result, Tensor, no_grad};

/// Which number of connections a variance is scaled by.
///
/// ```
/// use neurarust_core::Tensor;
/// use neurarust_nn::{FanMode, Nonlinearity, init};
/// let w = Tensor::zeros([4, 100])?;
/// init::kaiming_uniform_(&w, FanMode::Out, Nonlinearity::ReLU)?;
/// let bound = 6f64.sqrt() / 4f64.sqrt(); // by the 4 outputs, not the 100 inputs
/// assert!(w.abs()?.max()?.item::<f64>()? <= bound);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FanMode {
    /// Connections into a unit: keeps the variance of activations.
    #[default]
    In,
    /// Connections out of a unit: keeps the variance of gradients.
    Out,
}

/// What follows a layer, for [`calculate_gain`].
///
/// ```
/// use neurarust_nn::{Nonlinearity, init::calculate_gain};
/// assert_eq!(calculate_gain(Nonlinearity::LeakyReLU(0.0)), calculate_gain(Nonlinearity::ReLU));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Nonlinearity {
    /// None, or a convolution.
    Linear,
    /// `sigmoid`
    Sigmoid,
    /// `tanh`
    Tanh,
    /// `relu`
    ReLU,
    /// `leaky_relu` with this slope.
    LeakyReLU(f64),
    /// `selu`
    SELU,
}

/// The factor by which a standard deviation is enlarged to make up for what a nonlinearity takes away.
///
/// ```
/// use neurarust_nn::{Nonlinearity, init::calculate_gain};
/// assert_eq!(calculate_gain(Nonlinearity::Tanh), 5.0 / 3.0);
/// ```
pub fn calculate_gain(nonlinearity: Nonlinearity) -> f64 {
    match nonlinearity {
        Nonlinearity::Linear | Nonlinearity::Sigmoid => 1.0,
        Nonlinearity::Tanh => 5.0 / 3.0,
        Nonlinearity::ReLU => 2f64.sqrt(),
        Nonlinearity::LeakyReLU(slope) => (2.0 / (1.0 + slope * slope)).sqrt(),
        Nonlinearity::SELU => 0.75,
    }
}

/// Connections into and out of a unit of a weight `(out, in, kernel…)`.
///
/// ```
/// use neurarust_core::Tensor;
/// assert_eq!(neurarust_nn::init::fans(&Tensor::zeros([8, 4, 3, 3])?)?, (36, 72));
/// # Ok::<(), neurarust_core::Error>(())
/// ```
///
/// # Errors
/// Fewer than two dimensions.
#[track_caller]
pub fn fans(weight: &Tensor) -> Result<(usize, usize)> {
    match weight.dims() {
        // The products are within the number of elements, unless one of the sizes is 0.
        [out, into, kernel @ ..] => {
            let field = kernel.iter().fold(1usize, |a, &k| a.saturating_mul(k));
            Ok((into.saturating_mul(field), out.saturating_mul(field)))
        }
        _ => Err(Error::shape(
            "init",
            format!(
                "a weight of shape {} has no fans; expected two dimensions (out, in) or more",
                weight.shape()
            ),
        )),
    }
}

/// Uniform numbers from `[low, high)`.
///
/// ```
/// use neurarust_core::Tensor;
/// use neurarust_nn::init;
/// let w = Tensor::zeros([4, 3])?;
/// init::uniform_(&w, -0.5, 0.5)?;
/// assert!(w.to_vec::<f32>()?.iter().all(|x| (-0.5..0.5).contains(x)));
/// # Ok::<(), neurarust_core::Error>(())
/// ```
///
/// # Errors
/// A tensor of integers, bounds that aren't finite or in the wrong order; what in-place writes refuse.
#[track_caller]
pub fn uniform_(tensor: &Tensor, low: f64, high: f64) -> Result<&Tensor> {
    let _guard = no_grad();
    tensor.uniform_(low, high)
}

/// Normal numbers.
///
/// ```
/// use neurarust_core::Tensor;
/// use neurarust_nn::init;
/// let w = Tensor::zeros([100, 100])?;
/// init::normal_(&w, 0.0, 0.02)?;
/// assert!((w.std(1.0)?.item::<f32>()? - 0.02).abs() < 0.002);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
///
/// # Errors
/// A tensor of integers, a negative or NaN `std`; what in-place writes refuse.
#[track_caller]
pub fn normal_(tensor: &Tensor, mean: f64, std: f64) -> Result<&Tensor> {
    let _guard = no_grad();
    tensor.normal_(mean, std)
}

/// Normal numbers, those outside of `[low, high]` drawn again.
///
/// ```
/// use neurarust_core::Tensor;
/// use neurarust_nn::init;
/// let w = Tensor::zeros([100])?;
/// init::trunc_normal_(&w, 0.0, 1.0, -2.0, 2.0)?;
/// assert!(w.to_vec::<f32>()?.iter().all(|x| (-2.0..=2.0).contains(x)));
/// # Ok::<(), neurarust_core::Error>(())
/// ```
///
/// # Errors
/// As [`normal_`]; bounds in the wrong order, or so far out that no numbers are left between them.
#[track_caller]
pub fn trunc_normal_(tensor: &Tensor, mean: f64, std: f64, low: f64, high: f64) -> Result<&Tensor> {
    trunc_normal_with_(tensor, mean, std, low, high, default_generator())
}

/// As [`trunc_normal_`], drawing from `generator`; one of PyTorch's kind draws what PyTorch draws, to the last digit or two.
///
/// ```
/// use neurarust_core::{Tensor, random::Generator};
/// use neurarust_nn::init;
/// let w = Tensor::zeros([100])?;
/// init::trunc_normal_with_(&w, 0.0, 1.0, -1.0, 1.0, &Generator::new(7))?;
/// assert!(w.abs()?.max()?.item::<f32>()? <= 1.0);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
///
/// # Errors
/// As [`trunc_normal_`].
#[track_caller]
pub fn trunc_normal_with_<'a>(
    tensor: &'a Tensor,
    mean: f64,
    std: f64,
    low: f64,
    high: f64,
    generator: &Generator,
) -> Result<&'a Tensor> {
    const OP: &str = "trunc_normal_";
    let phi = |x: f64| Real::erf((x - mean) / std * std::f64::consts::FRAC_1_SQRT_2);
    let (from, to) = (phi(low), phi(high));
    // A NaN anywhere makes the last comparison fail.
    let sound = std > 0.0 && mean.is_finite() && from < to;
    if !sound {
        return Err(Error::value(
            OP,
            format!(
                "mean {mean} and std {std} within [{low}, {high}]; expected a positive std and bounds, in order, that \
                 the distribution reaches"
            ),
        ));
    }
    let _guard = no_grad();
    let (mut out, left) = match (to - from) / 2.0 > 0.3 {
        true => drawn_again(tensor, mean, std, low, high, generator)?,
        false
            if [low, high]
                .iter()
                .all(|x| x.is_finite() && tensor.dtype().holds(*x)) =>
        {
            proposed(tensor, mean, std, low, high, generator)?
        }
        // Nothing drawn, everything left.
        false => (
            tensor.empty_like()?,
            Tensor::ones((tensor.shape(), DType::Bool))?,
        ),
    };
    if left.any()?.item::<bool>()? {
        // What chance withholds, the inverse of the distribution function gives.
        let uniform = tensor.rand_like_with(DType::F64, generator)?;
        let mut drawn = uniform.to_vec::<f64>()?;
        for x in &mut drawn {
            let deviation = erfinv(from + *x * (to - from)) * std::f64::consts::SQRT_2;
            *x = (deviation * std + mean).clamp(low, high);
        }
        let drawn = Tensor::from_vec(drawn, tensor.shape())?.to_dtype(tensor.dtype())?;
        out = drawn.where_cond(&left, &out)?;
    }
    tensor.copy_(&out)
}

/// How often a whole tensor is drawn anew for what is still missing: as often as PyTorch does, unless the bounds hold so
/// little of the distribution that this would take forever.
const ROUNDS: usize = 1000;

/// Normal numbers, and where they are still outside. PyTorch's numbers come from drawing all of them again each time.
fn drawn_again(
    tensor: &Tensor,
    mean: f64,
    std: f64,
    low: f64,
    high: f64,
    generator: &Generator,
) -> Result<(Tensor, Tensor)> {
    let one = |x: f64| Tensor::new(x)?.to_dtype(tensor.dtype())?.item::<f64>();
    // As the dtype has them.
    let (low, high) = (one(low)?, one(high)?);
    let draw = || -> Result<Tensor> {
        let fresh = tensor.empty_like()?;
        fresh.normal_with_(mean, std, generator)?;
        Ok(fresh)
    };
    let mut out = draw()?;
    let mut outside = out.lt(low)?.logical_or(&out.gt(high)?)?;
    for _ in 0..ROUNDS {
        if !outside.any()?.item::<bool>()? {
            break;
        }
        out = draw()?.where_cond(&outside, &out)?;
        outside = out.lt(low)?.logical_or(&out.gt(high)?)?;
    }
    Ok((out, outside))
}

/// Uniform numbers within the bounds, each accepted as often as its density asks, and where none was yet.
fn proposed(
    tensor: &Tensor,
    mean: f64,
    std: f64,
    low: f64,
    high: f64,
    generator: &Generator,
) -> Result<(Tensor, Tensor)> {
    let peak = -0.5 * ((low.max(mean.min(high)) - mean) / std).powi(2);
    let draw = |from: f64, to: f64| -> Result<Tensor> {
        let fresh = tensor.empty_like()?;
        fresh.uniform_with_(from, to, generator)?;
        Ok(fresh)
    };
    let refused = |x: &Tensor| -> Result<Tensor> {
        let density = x.sub(mean)?.div(std)?.square()?.mul(-0.5)?.sub(peak)?;
        draw(0.0, 1.0)?.log()?.gt(&density)
    };
    let mut out = draw(low, high)?;
    let mut pending = refused(&out)?;
    for _ in 0..ROUNDS {
        if !pending.any()?.item::<bool>()? {
            break;
        }
        let again = draw(low, high)?;
        out = again.where_cond(&pending, &out)?;
        pending = pending.logical_and(&refused(&again)?)?;
    }
    Ok((out, pending))
}

/// The same number everywhere.
///
/// ```
/// use neurarust_core::Tensor;
/// let bias = Tensor::zeros([2])?.requires_grad()?;
/// neurarust_nn::init::constant_(&bias, 0.1)?; // outside of the graph
/// assert_eq!(bias.to_vec::<f32>()?, [0.1, 0.1]);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
///
/// # Errors
/// What in-place writes refuse.
#[track_caller]
pub fn constant_(tensor: &Tensor, value: f64) -> Result<&Tensor> {
    let _guard = no_grad();
    tensor.fill_(value)
}

/// Zeros.
///
/// ```
/// use neurarust_core::Tensor;
/// let bias = Tensor::ones([2])?;
/// assert_eq!(neurarust_nn::init::zeros_(&bias)?.to_vec::<f32>()?, [0.0, 0.0]);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
///
/// # Errors
/// What in-place writes refuse.
#[track_caller]
pub fn zeros_(tensor: &Tensor) -> Result<&Tensor> {
    constant_(tensor, 0.0)
}

/// Ones.
///
/// ```
/// use neurarust_core::Tensor;
/// let gain = Tensor::zeros([2])?;
/// assert_eq!(neurarust_nn::init::ones_(&gain)?.to_vec::<f32>()?, [1.0, 1.0]);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
///
/// # Errors
/// What in-place writes refuse.
#[track_caller]
pub fn ones_(tensor: &Tensor) -> Result<&Tensor> {
    constant_(tensor, 1.0)
}

/// Ones on the diagonal of a matrix, zeros elsewhere.
///
/// ```
/// use neurarust_core::Tensor;
/// let w = Tensor::zeros([2, 3])?;
/// assert_eq!(neurarust_nn::init::eye_(&w)?.to_vec::<f32>()?, [1.0, 0.0, 0.0, 0.0, 1.0, 0.0]);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
///
/// # Errors
/// Not a matrix; what in-place writes refuse.
#[track_caller]
pub fn eye_(tensor: &Tensor) -> Result<&Tensor> {
    let [rows, columns] = matrix("eye_", tensor)?;
    let _guard = no_grad();
    tensor.copy_(&Tensor::eye(rows, columns, tensor.dtype())?)
}

/// Uniform numbers of variance `gain² · 2 / (fan_in + fan_out)` (Glorot and Bengio, 2010).
///
/// ```
/// use neurarust_core::Tensor;
/// let w = Tensor::zeros([2, 4])?; // fans 4 and 2: bound √(6 / 6)
/// neurarust_nn::init::xavier_uniform_(&w, 1.0)?;
/// assert!(w.abs()?.max()?.item::<f32>()? <= 1.0);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
///
/// # Errors
/// Fewer than two dimensions; as [`uniform_`].
#[track_caller]
pub fn xavier_uniform_(tensor: &Tensor, gain: f64) -> Result<&Tensor> {
    let bound = 3f64.sqrt() * xavier_std(tensor, gain)?;
    uniform_(tensor, -bound, bound)
}

/// Normal numbers of variance `gain² · 2 / (fan_in + fan_out)` (Glorot and Bengio, 2010).
///
/// ```
/// use neurarust_core::Tensor;
/// let w = Tensor::zeros([100, 100])?;
/// neurarust_nn::init::xavier_normal_(&w, 1.0)?; // std √(2 / 200)
/// assert!((w.std(1.0)?.item::<f32>()? - 0.1).abs() < 0.01);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
///
/// # Errors
/// Fewer than two dimensions; as [`normal_`].
#[track_caller]
pub fn xavier_normal_(tensor: &Tensor, gain: f64) -> Result<&Tensor> {
    normal_(tensor, 0.0, xavier_std(tensor, gain)?)
}

/// Uniform numbers of variance `gain² / fan` (He et al., 2015).
///
/// ```
/// use neurarust_core::Tensor;
/// use neurarust_nn::{FanMode, Nonlinearity, init};
/// let w = Tensor::zeros([8, 6])?; // gain √2 and fan 6: bound √(3 · 2 / 6)
/// init::kaiming_uniform_(&w, FanMode::In, Nonlinearity::ReLU)?;
/// assert!(w.abs()?.max()?.item::<f32>()? <= 1.0);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
///
/// # Errors
/// Fewer than two dimensions; as [`uniform_`].
#[track_caller]
pub fn kaiming_uniform_(
    tensor: &Tensor,
    mode: FanMode,
    nonlinearity: Nonlinearity,
) -> Result<&Tensor> {
    let bound = 3f64.sqrt() * kaiming_std(tensor, mode, nonlinearity)?;
    uniform_(tensor, -bound, bound)
}

/// Normal numbers of variance `gain² / fan` (He et al., 2015).
///
/// ```
/// use neurarust_core::Tensor;
/// use neurarust_nn::{FanMode, Nonlinearity, init};
/// let w = Tensor::zeros([100, 200])?;
/// init::kaiming_normal_(&w, FanMode::In, Nonlinearity::ReLU)?; // std √(2 / 200)
/// assert!((w.std(1.0)?.item::<f32>()? - 0.1).abs() < 0.01);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
///
/// # Errors
/// Fewer than two dimensions; as [`normal_`].
#[track_caller]
pub fn kaiming_normal_(
    tensor: &Tensor,
    mode: FanMode,
    nonlinearity: Nonlinearity,
) -> Result<&Tensor> {
    normal_(tensor, 0.0, kaiming_std(tensor, mode, nonlinearity)?)
}

/// Orthonormal rows or columns, whichever are fewer, times `gain` (Saxe et al., 2014); dimensions after the first count
/// as columns.
///
/// ```
/// use neurarust_core::{DType, Tensor};
/// let w = Tensor::zeros([2, 5])?;
/// neurarust_nn::init::orthogonal_(&w, 1.0)?;
/// let far = w.matmul(&w.t()?)?.sub(&Tensor::eye(2, None, DType::F32)?)?.abs()?.max()?;
/// assert!(far.item::<f32>()? < 1e-5);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
///
/// # Errors
/// Fewer than two dimensions; as [`normal_`].
#[track_caller]
pub fn orthogonal_(tensor: &Tensor, gain: f64) -> Result<&Tensor> {
    fans(tensor)?;
    let rows = tensor.dims()[0];
    let columns = tensor.numel().checked_div(rows).unwrap_or(0);
    if columns == 0 {
        return Ok(tensor);
    }
    let _guard = no_grad();
    // As many vectors as the smaller side, each along the larger one.
    let drawn = Tensor::randn(([rows, columns], tensor.dtype()))?.to_dtype(DType::F64)?;
    let wide = rows < columns;
    let vectors = if wide { drawn } else { drawn.t()? };
    let mut q = vectors.to_vec::<f64>()?;
    gram_schmidt(&mut q, rows.max(columns));
    q.iter_mut().for_each(|x| *x *= gain);
    let q = Tensor::from_vec(q, vectors.shape())?;
    let q = if wide { q } else { q.t()? };
    let dims: Vec<usize> = tensor.dims().to_vec();
    tensor.copy_(&q.reshape(dims)?)
}

/// Makes the vectors of `length` numbers that lie one after the other in `q` orthonormal, from the first to the last.
fn gram_schmidt(q: &mut [f64], length: usize) {
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    for i in 0..q.len() / length {
        let (done, rest) = q.split_at_mut(i * length);
        let vector = &mut rest[..length];
        // Twice is enough (Kahan and Parlett): the second round removes what rounding left in the first.
        for _ in 0..2 {
            for other in done.chunks_exact(length) {
                let along = dot(vector, other);
                vector
                    .iter_mut()
                    .zip(other)
                    .for_each(|(v, o)| *v -= along * o);
            }
        }
        let norm = dot(vector, vector).sqrt();
        vector.iter_mut().for_each(|v| *v /= norm);
    }
}

/// Normal numbers of standard deviation `std`, of which a part `sparsity` of every column is zero (Martens, 2010).
///
/// ```
/// use neurarust_core::Tensor;
/// let w = Tensor::zeros([10, 4])?;
/// neurarust_nn::init::sparse_(&w, 0.3, 0.01)?;
/// assert_eq!(w.eq(0.0)?.sum_dims(&[0], false)?.to_vec::<i64>()?, [3; 4]);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
///
/// # Errors
/// Not a matrix, a sparsity outside of `[0, 1]`; as [`normal_`].
#[track_caller]
pub fn sparse_(tensor: &Tensor, sparsity: f64, std: f64) -> Result<&Tensor> {
    const OP: &str = "sparse_";
    let [rows, columns] = matrix(OP, tensor)?;
    if !(0.0..=1.0).contains(&sparsity) {
        return Err(Error::value(
            OP,
            format!("sparsity {sparsity}; expected 0 to 1"),
        ));
    }
    let zeros = (sparsity * rows as f64).ceil() as usize;
    let mut keep = vec![true; tensor.numel()];
    let _guard = no_grad();
    normal_(tensor, 0.0, std)?;
    for column in 0..columns {
        let mut order: Vec<usize> = (0..rows).collect();
        default_generator().shuffle(&mut order);
        for &row in order.iter().take(zeros) {
            keep[row * columns + column] = false;
        }
    }
    tensor.mul_(&Tensor::from_vec(keep, [rows, columns])?)
}

fn xavier_std(tensor: &Tensor, gain: f64) -> Result<f64> {
    let (into, out) = fans(tensor)?;
    Ok(match into as f64 + out as f64 {
        0.0 => 0.0,
        fans => gain * (2.0 / fans).sqrt(),
    })
}

fn kaiming_std(tensor: &Tensor, mode: FanMode, nonlinearity: Nonlinearity) -> Result<f64> {
    let (into, out) = fans(tensor)?;
    let fan = match mode {
        FanMode::In => into,
        FanMode::Out => out,
    };
    // Without connections there is nothing to write.
    Ok(match fan {
        0 => 0.0,
        fan => calculate_gain(nonlinearity) / (fan as f64).sqrt(),
    })
}

#[track_caller]
fn matrix(op: &'static str, tensor: &Tensor) -> Result<[usize; 2]> {
    <[usize; 2]>::try_from(tensor.dims()).map_err(|_| {
        Error::shape(
            op,
            format!("expected a matrix, got shape {}", tensor.shape()),
        )
    })
}

/// The inverse of `erf` on (-1, 1): Giles' polynomial (2012, single precision), then Newton steps, of
/// which the far tail needs more than the two that suffice elsewhere.
fn erfinv(y: f64) -> f64 {
    let w = -((1.0 - y) * (1.0 + y)).ln();
    let horner = |w: f64, c: &[f64]| c.iter().fold(0.0, |p, c| p * w + c);
    let near = [
        2.81022636e-08,
        3.43273939e-07,
        -3.5233877e-06,
        -4.39150654e-06,
        0.00021858087,
        -0.00125372503,
        -0.00417768164,
        0.246640727,
        1.50140941,
    ];
    let far = [
        -0.000200214257,
        0.000100950558,
        0.00134934322,
        -0.00367342844,
        0.00573950773,
        -0.0076224613,
        0.00943887047,
        1.00167406,
        2.83297682,
    ];
    let mut x = y * if w < 5.0 {
        horner(w - 2.5, &near)
    } else {
        horner(w.sqrt() - 3.0, &far)
    };
    if !x.is_finite() {
        return x;
    }
    for _ in 0..5 {
        let slope = std::f64::consts::FRAC_2_SQRT_PI * (-x * x).exp();
        if slope > 0.0 {
            x -= (Real::erf(x) - y) / slope;
        }
    }
    x
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn erfinv_inverts_erf() {
        for i in -999..1000 {
            let y = f64::from(i) / 1000.0;
            assert!((Real::erf(erfinv(y)) - y).abs() < 1e-14, "{y}");
        }
        for exponent in 4..15 {
            let y = 1.0 - 10f64.powi(-exponent);
            assert!((Real::erf(erfinv(y)) - y).abs() < 1e-15, "{y}");
        }
    }
}
