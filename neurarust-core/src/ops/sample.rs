//! Samples whose parameters are tensors: Poisson, binomial, gamma, Dirichlet. Drawn by rejection, one element after the other, so that
//! they are the same on any number of threads; PyTorch's own numbers from a generator of its kind.

use super::apply::{broadcast, promote};
use crate::autograd::{Saved, record, tracks};
use crate::cpu::fresh::Fresh;
use crate::dtype::DType;
use crate::random::{Generator, Random};
use crate::special::digamma;
use crate::{Error, Result, Tensor};
use smallvec::smallvec;

#[track_caller]
fn values(op: &'static str, x: &Tensor) -> Result<Vec<f64>> {
    if !x.dtype().is_float() {
        return Err(Error::dtype(
            op,
            format!("defined for floating-point tensors, not {}", x.dtype()),
        ));
    }
    x.detach().to_dtype(DType::F64)?.to_vec::<f64>()
}

/// `one` of each of `parameters`, in the shape and dtype of `like`.
#[track_caller]
fn each<P>(
    like: &Tensor,
    generator: &Generator,
    parameters: impl IntoIterator<Item = P>,
    one: impl Fn(P, &mut dyn Random) -> f64,
) -> Result<Tensor> {
    let mut out = Fresh::<f64>::new(like.shape().clone())?;
    let places = out.slice();
    generator.draw(|random| {
        for (place, p) in places.iter_mut().zip(parameters) {
            *place = one(p, random);
        }
    });
    out.finish().to_dtype(like.dtype())
}

impl Tensor {
    /// Numbers of events at the rates `self`.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, random::Generator};
    /// let counts = Tensor::full(3, 4.0)?.poisson(&Generator::new(0))?;
    /// assert!(counts.to_vec::<f32>()?.iter().all(|n| *n >= 0.0 && n.fract() == 0.0));
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Integers; a rate that is negative or not finite.
    #[track_caller]
    pub fn poisson(&self, generator: &Generator) -> Result<Tensor> {
        const OP: &str = "poisson";
        let rates = values(OP, self)?;
        if let Some(bad) = rates.iter().find(|r| !(0.0..1e18).contains(*r)) {
            return Err(Error::value(
                OP,
                format!("rate {bad}; expected finite ones of 0 or more"),
            ));
        }
        let out = each(self, generator, rates, poisson)?;
        constant(OP, &[self], &out)?;
        Ok(out)
    }

    /// Numbers of successes in `self` trials with the probabilities `prob`; the two are broadcast.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, random::Generator};
    /// let counts = Tensor::full([3], 10.0)?.binomial(&Tensor::new([0f32, 0.5, 1.0])?, &Generator::new(0))?;
    /// let counts = counts.to_vec::<f32>()?;
    /// assert!(counts[0] == 0.0 && (0.0..=10.0).contains(&counts[1]) && counts[2] == 10.0);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Integers; counts that are negative or not finite, probabilities outside of 0 to 1.
    #[track_caller]
    pub fn binomial(&self, prob: &Tensor, generator: &Generator) -> Result<Tensor> {
        const OP: &str = "binomial";
        let shape = broadcast(OP, &[self, prob])?;
        let dtype = promote(&[self, prob]);
        let like = self.detach().to_dtype(dtype)?.expand(&shape)?;
        let counts = values(OP, &like)?;
        let probs = values(OP, &prob.detach().to_dtype(dtype)?.expand(&shape)?)?;
        if let Some(bad) = counts.iter().find(|n| !(0.0..1e18).contains(*n)) {
            return Err(Error::value(
                OP,
                format!("{bad} trials; expected finite numbers of 0 or more"),
            ));
        }
        if let Some(bad) = probs.iter().find(|p| !(0.0..=1.0).contains(*p)) {
            return Err(Error::value(
                OP,
                format!("probability {bad}; expected one from 0 to 1"),
            ));
        }
        let pairs = counts.into_iter().zip(probs);
        let out = each(&like, generator, pairs, |(n, p), random| {
            // Of the rarer outcome, which both methods want.
            match (n <= 0.0 || p <= 0.0, p) {
                (true, _) => 0.0,
                (_, 1.0) => n,
                (_, p) if p <= 0.5 => successes(n, p, random),
                _ => n - successes(n, 1.0 - p, random),
            }
        })?;
        constant(OP, &[self, prob], &out)?;
        Ok(out)
    }

    /// Gamma numbers of shape parameters `self` and rate 1 (Marsaglia and Tsang, 2000). Gradients are those of the quantile at
    /// which the number was drawn ("implicit reparameterisation", Figurnov et al., 2018); once.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, random::Generator};
    /// let x = Tensor::full([10_000], 3.0)?.standard_gamma(&Generator::new(0))?;
    /// assert!((x.mean()?.item::<f32>()? - 3.0).abs() < 0.1);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Integers; a parameter that is negative or not finite.
    #[track_caller]
    pub fn standard_gamma(&self, generator: &Generator) -> Result<Tensor> {
        const OP: &str = "standard_gamma";
        let alphas = values(OP, self)?;
        if let Some(bad) = alphas.iter().find(|a| !(0.0..f64::INFINITY).contains(*a)) {
            return Err(Error::value(
                OP,
                format!("parameter {bad}; expected finite ones of 0 or more"),
            ));
        }
        let least = match self.dtype() {
            DType::F64 => f64::MIN_POSITIVE,
            DType::F16 => 6.103515625e-5,
            _ => f32::MIN_POSITIVE as f64,
        };
        let out = each(self, generator, alphas, |a, random| {
            gamma(a, random).max(least)
        })?;
        if tracks(&[self]) {
            let saved = (Saved::input(self), Saved::output(&out, 0));
            record(OP, &[self], &[&out], saved, |(alpha, x), call, grads| {
                let Some(g) = &grads[0] else {
                    return Ok(smallvec![None]);
                };
                let slope = alpha.get(call)?.standard_gamma_grad(&x.get(call)?)?;
                Ok(smallvec![Some(g.mul(&slope)?)])
            })?;
        }
        Ok(out)
    }

    /// How `sample`, drawn from the gamma distribution of parameters `self`, changes with them at a fixed quantile.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, random::Generator};
    /// let alpha = Tensor::full([100], 3.0)?;
    /// let slope = alpha.standard_gamma_grad(&alpha.standard_gamma(&Generator::new(0))?)?;
    /// assert!(slope.to_vec::<f32>()?.iter().all(|s| *s > 0.0)); // larger with larger parameters
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Integers, shapes that don't fit; not differentiable itself.
    #[track_caller]
    pub fn standard_gamma_grad(&self, sample: &Tensor) -> Result<Tensor> {
        const OP: &str = "standard_gamma_grad";
        if tracks(&[self, sample]) {
            return Err(Error::autograd(
                OP,
                "gradients of a gamma sample can't be differentiated again; detach, or take them without create_graph",
            ));
        }
        let shape = broadcast(OP, &[self, sample])?;
        let dtype = promote(&[self, sample]);
        let alphas = values(OP, &self.expand(&shape)?)?;
        let samples = values(OP, &sample.expand(&shape)?)?;
        let mut out = Fresh::<f64>::new(shape)?;
        out.for_each_chunk(1024, |start, part| {
            for (i, place) in part.iter_mut().enumerate() {
                *place = gamma_slope(alphas[start + i], samples[start + i]);
            }
        });
        out.finish().to_dtype(dtype)
    }

    /// Normal numbers with the means `self` and standard deviations `std`, which are broadcast. No gradient flows.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, random::Generator};
    /// let means = Tensor::new([1f32, 2.0])?;
    /// let x = means.normal_of(&Tensor::zeros([2])?, &Generator::new(0))?;
    /// assert_eq!(x.to_vec::<f32>()?, [1.0, 2.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Negative deviations, integers, shapes that don't fit.
    #[track_caller]
    pub fn normal_of(&self, std: &Tensor, generator: &Generator) -> Result<Tensor> {
        const OP: &str = "normal";
        let shape = broadcast(OP, &[self, std])?;
        let dtype = promote(&[self, std]);
        if !dtype.is_float() {
            return Err(Error::dtype(
                OP,
                format!("expected floating-point means or deviations, got {dtype}"),
            ));
        }
        if std.detach().lt(0.0)?.any()?.item::<bool>()? {
            return Err(Error::value(
                OP,
                "negative standard deviations; expected 0 or more",
            ));
        }
        let out = Tensor::randn_with((&shape, dtype), generator)?
            .mul(std.detach())?
            .add(self.detach())?;
        constant(OP, &[self, std], &out)?;
        Ok(out)
    }
}

/// As in PyTorch, a sample is part of the graph, with gradients of 0.
#[track_caller]
fn constant(op: &'static str, inputs: &[&Tensor], out: &Tensor) -> Result<()> {
    let inputs: smallvec::SmallVec<[&Tensor; 2]> = inputs
        .iter()
        .copied()
        .filter(|t| t.dtype().is_float())
        .collect();
    if !tracks(&inputs) {
        return Ok(());
    }
    let count = inputs.len();
    record(op, &inputs, &[out], (), move |_, _, grads| {
        let zero = grads[0].as_ref().map(|g| g.mul(0.0)).transpose()?;
        Ok((0..count).map(|_| zero.clone()).collect())
    })
}

/// A Poisson number: by products of uniform numbers (Knuth), or for large rates by transformed rejection (Hörmann's PTRS, 1993).
fn poisson(rate: f64, random: &mut dyn Random) -> f64 {
    if rate == 0.0 {
        return 0.0;
    }
    if rate < 10.0 {
        let least = (-rate).exp();
        let (mut count, mut product) = (0.0, random.uniform_f64());
        while product > least {
            count += 1.0;
            product *= random.uniform_f64();
        }
        return count;
    }
    let b = 0.931 + 2.53 * rate.sqrt();
    let a = -0.059 + 0.02483 * b;
    let inverse_alpha = 1.1239 + 1.1328 / (b - 3.4);
    let accept = 0.9277 - 3.6224 / (b - 2.0);
    loop {
        let u = random.uniform_f64() - 0.5;
        let v = random.uniform_f64();
        let us = 0.5 - u.abs();
        let k = ((2.0 * a / us + b) * u + rate + 0.43).floor();
        if us >= 0.07 && v <= accept {
            return k;
        }
        if k < 0.0 || (us < 0.013 && v > us) {
            continue;
        }
        let bound = -rate + k * rate.ln() - ln_factorial(k);
        if v.ln() + inverse_alpha.ln() - (a / (us * us) + b).ln() <= bound {
            return k;
        }
    }
}

/// Successes in `n` trials of a probability up to ½: by waiting times between them, or where many are expected by transformed
/// rejection (Hörmann's BTRS, 1993).
fn successes(n: f64, p: f64, random: &mut dyn Random) -> f64 {
    if n * p < 10.0 {
        let log = (-p).ln_1p();
        let (mut count, mut trials) = (0.0, 0.0);
        loop {
            trials += (random.uniform_f64().max(f64::EPSILON / 4.0).ln() / log).ceil();
            if trials > n {
                return count;
            }
            count += 1.0;
        }
    }
    let deviation = (n * p * (1.0 - p)).sqrt();
    let b = 1.15 + 2.53 * deviation;
    let a = -0.0873 + 0.0248 * b + 0.01 * p;
    let centre = n * p + 0.5;
    let accept = 0.92 - 4.2 / b;
    let odds = p / (1.0 - p);
    let alpha = (2.83 + 5.1 / b) * deviation;
    let mode = ((n + 1.0) * p).floor();
    loop {
        let u = random.uniform_f64() - 0.5;
        let v = random.uniform_f64();
        let us = 0.5 - u.abs();
        let k = ((2.0 * a / us + b) * u + centre).floor();
        if us >= 0.07 && v <= accept {
            return k;
        }
        if k < 0.0 || k > n {
            continue;
        }
        let v = (v * alpha / (a / (us * us) + b)).ln();
        let bound = (mode + 0.5) * ((mode + 1.0) / (odds * (n - mode + 1.0))).ln()
            + (n + 1.0) * ((n - mode + 1.0) / (n - k + 1.0)).ln()
            + (k + 0.5) * (odds * (n - k + 1.0) / (k + 1.0)).ln()
            + stirling_rest(mode)
            + stirling_rest(n - mode)
            - stirling_rest(k)
            - stirling_rest(n - k);
        if v <= bound {
            return k;
        }
    }
}

/// What Stirling's formula `(k + ½) ln(k + 1) - (k + 1) + ½ ln 2π` leaves of `ln k!`.
fn stirling_rest(k: f64) -> f64 {
    let n = k + 1.0;
    if k < 10.0 {
        let half_log_tau = 0.918_938_533_204_672_8;
        return ln_factorial(k) - ((k + 0.5) * n.ln() - n + half_log_tau);
    }
    let square = n * n;
    (1.0 / 12.0 - (1.0 / 360.0 - 1.0 / 1260.0 / square) / square) / n
}

/// `ln k!`
fn ln_factorial(k: f64) -> f64 {
    if k < 16.0 {
        return (2..=k as u64).map(|i| i as f64).product::<f64>().ln();
    }
    let n = k + 1.0;
    let square = n * n;
    let rest =
        (1.0 / 12.0 - (1.0 / 360.0 - (1.0 / 1260.0 - 1.0 / 1680.0 / square) / square) / square) / n;
    (n - 0.5) * n.ln() - n + 0.918_938_533_204_672_8 + rest
}

fn gamma(alpha: f64, random: &mut dyn Random) -> f64 {
    if alpha == 0.0 {
        return 0.0;
    }
    let (scale, alpha) = match alpha < 1.0 {
        true => ((1.0 - random.uniform_f64()).powf(1.0 / alpha), alpha + 1.0),
        false => (1.0, alpha),
    };
    let d = alpha - 1.0 / 3.0;
    let c = 1.0 / (9.0 * d).sqrt();
    loop {
        let x = random.normal_f64();
        let y = 1.0 + c * x;
        if y <= 0.0 {
            continue;
        }
        let v = y * y * y;
        let u = 1.0 - random.uniform_f64();
        let square = x * x;
        if u < 1.0 - 0.0331 * square * square || u.ln() < 0.5 * square + d * (1.0 - v + v.ln()) {
            return scale * d * v;
        }
    }
}

/// `dx/dα = -∂P(α, x)/∂α / p(x)`, where `P` is the distribution function of the gamma distribution and `p` its density.
fn gamma_slope(alpha: f64, x: f64) -> f64 {
    let valid = alpha > 0.0 && x > 0.0 && alpha.is_finite() && x.is_finite();
    if !valid {
        return if x == 0.0 && alpha >= 0.0 {
            0.0
        } else {
            f64::NAN
        };
    }
    if alpha > 1e5 {
        // The cube root is normal (Wilson and Hilferty, 1931), here to a relative error of the order of 1/α.
        let root = (x / alpha).cbrt();
        let k = 1.0 / (9.0 * alpha);
        let z = (root - 1.0 + k) * 3.0 * alpha.sqrt();
        let change = k / alpha - z / (6.0 * alpha * alpha.sqrt());
        return root * root * (root + 3.0 * alpha * change);
    }
    let log = x.ln() - digamma(alpha);
    if x <= alpha + 1.0 {
        // P = p x Σ tₙ with tₙ = xⁿ / (α (α+1) … (α+n)), whose logarithm has the slope -Σ 1/(α+k).
        let (mut term, mut slope) = (1.0 / alpha, 1.0 / alpha);
        let mut sum = term * (log - slope);
        for n in 1..100_000 {
            let next = alpha + n as f64;
            term *= x / next;
            slope += 1.0 / next;
            let part = term * (log - slope);
            sum += part;
            if part.abs() <= 1e-17 * sum.abs() {
                break;
            }
        }
        return -x * sum;
    }
    // 1 - P = p x f, f the continued fraction 1/(x+1-α - 1(1-α)/(x+3-α - …)), by Lentz's method with the derivative by α.
    let tiny = 1e-300;
    let b = x + 1.0 - alpha;
    let (mut c, mut dc) = (1.0 / tiny, 0.0);
    let (mut d, mut dd) = (1.0 / b, 1.0 / (b * b));
    let (mut f, mut df) = (d, dd);
    for n in 1..100_000 {
        let i = n as f64;
        let (a, da) = (-i * (i - alpha), i);
        let (b, db) = (b + 2.0 * i, -1.0);
        let (low, dlow) = (a * d + b, da * d + a * dd + db);
        d = 1.0 / low;
        dd = -dlow * d * d;
        dc = da / c - a * dc / (c * c) + db;
        c = b + a / c;
        let (step, dstep) = (c * d, dc * d + c * dd);
        df = df * step + f * dstep;
        f *= step;
        if (step - 1.0).abs() < 1e-15 && (f * dstep).abs() <= 1e-15 * df.abs() {
            break;
        }
    }
    x * (f * log + df)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The regularised lower incomplete gamma function, by its series.
    fn p(a: f64, x: f64) -> f64 {
        let (mut term, mut sum) = (1.0 / a, 1.0 / a);
        for n in 1..20_000 {
            term *= x / (a + n as f64);
            sum += term;
        }
        // Γ(a) by going up to where Stirling's series is exact.
        let up: f64 = (0..20).map(|i| (a + i as f64).ln()).sum();
        sum * (a * x.ln() - x - (ln_factorial(a + 19.0) - up)).exp()
    }

    #[test]
    fn gamma_slopes_are_those_of_the_quantiles() {
        for a in [0.05, 0.3, 1.0, 2.5, 17.0, 150.0, 3000.0] {
            for z in [-1.5, -0.3, 0.0, 0.4, 1.1] {
                let x: f64 = if a < 1.0 {
                    a * f64::exp(2.0 * z)
                } else {
                    a + z * f64::sqrt(a)
                };
                if x <= 0.0 {
                    continue;
                }
                let h = 1e-4 * a;
                let by_alpha = (p(a + h, x) - p(a - h, x)) / (2.0 * h);
                let k = 1e-4 * x;
                let by_x = (p(a, x + k) - p(a, x - k)) / (2.0 * k);
                let (want, got) = (-by_alpha / by_x, gamma_slope(a, x));
                assert!(
                    (want - got).abs() < 1e-4 * want.abs(),
                    "{a} {x}: {got}, not {want}"
                );
            }
        }
        // Both sides of where the method changes.
        for z in [-2.0, 0.0, 1.0] {
            let at = |a: f64| gamma_slope(a, a + z * a.sqrt());
            assert!((at(99_999.0) - at(100_001.0)).abs() < 1e-4);
        }
    }

    #[test]
    fn factorials_have_their_values() {
        assert!((ln_factorial(20.0) - 42.335_616_460_753_485).abs() < 1e-13);
        assert!((ln_factorial(5.0) - 120f64.ln()).abs() < 1e-15);
    }
}
