//! Bessel functions of orders 0 and 1.

use std::f64::consts::PI;

/// Euler's constant.
const GAMMA: f64 = 0.577_215_664_901_532_9;

/// `J₀`
pub fn bessel_j0(x: f64) -> f64 {
    libm::j0(x)
}

/// `J₁`
pub fn bessel_j1(x: f64) -> f64 {
    libm::j1(x)
}

/// `Y₀`; NaN below 0
pub fn bessel_y0(x: f64) -> f64 {
    libm::y0(x)
}

/// `Y₁`; NaN below 0
pub fn bessel_y1(x: f64) -> f64 {
    libm::y1(x)
}

/// `sin(x) / x`
pub fn spherical_bessel_j0(x: f64) -> f64 {
    match x {
        _ if x.is_infinite() => 0.0,
        _ if x.abs() < 1e-4 => 1.0 - x * x / 6.0,
        _ => x.sin() / x,
    }
}

/// `Σ (x²/4)ᵏ / (k! (k + order)!)`, which has no cancellation
fn series(order: f64, x: f64) -> f64 {
    let quarter = 0.25 * x * x;
    let (mut term, mut sum, mut k) = (1.0, 1.0, 0.0);
    while term > 1e-17 * sum {
        k += 1.0;
        term *= quarter / (k * (k + order));
        sum += term;
    }
    sum
}

/// `Σ Π (4ν² - (2j - 1)²) / (8jx)`, with alternating signs for I: the expansion for large `x`
fn large(order: f64, x: f64, sign: f64) -> f64 {
    let (mut term, mut sum) = (1.0, 1.0);
    for j in 1..40 {
        let odd = (2 * j - 1) as f64;
        let next = term * sign * (4.0 * order * order - odd * odd) / (8.0 * j as f64 * x);
        if next.abs() > f64::abs(term) || next.abs() < 1e-18 {
            break;
        }
        term = next;
        sum += term;
    }
    sum
}

/// Beyond which the expansions for large `x` have all digits.
const LARGE: f64 = 30.0;

/// `e⁻ˣ I₀(x)` for `x ≥ 0`, or without the factor
fn i0_of(x: f64, scaled: bool) -> f64 {
    if x < LARGE {
        return series(0.0, x) * if scaled { (-x).exp() } else { 1.0 };
    }
    let value = large(0.0, x, -1.0) / (2.0 * PI * x).sqrt();
    if scaled { value } else { grown(value, x) }
}

fn i1_of(x: f64, scaled: bool) -> f64 {
    if x < LARGE {
        return 0.5 * x * series(1.0, x) * if scaled { (-x).exp() } else { 1.0 };
    }
    let value = large(1.0, x, -1.0) / (2.0 * PI * x).sqrt();
    if scaled { value } else { grown(value, x) }
}

/// `value · eˣ`, which may fit where `eˣ` doesn't
fn grown(value: f64, x: f64) -> f64 {
    if x.is_infinite() {
        return x;
    }
    let half = (0.5 * x).exp();
    value * half * half
}

/// `I₀`
pub fn i0(x: f64) -> f64 {
    i0_of(x.abs(), false)
}

/// `e⁻|ˣ| I₀(x)`
pub fn i0e(x: f64) -> f64 {
    i0_of(x.abs(), true)
}

/// `I₁`
pub fn i1(x: f64) -> f64 {
    i1_of(x.abs(), false) * 1f64.copysign(x)
}

/// `e⁻|ˣ| I₁(x)`
pub fn i1e(x: f64) -> f64 {
    i1_of(x.abs(), true) * 1f64.copysign(x)
}

/// `eˣ K(x)` for `x ≥ 1`: the expansion for large `x`, or the trapezoidal rule on
/// `∫ exp(-x (cosh t - 1)) cosh(order · t) dt`, which converges exponentially
pub(super) fn k_scaled(order: f64, x: f64) -> f64 {
    if x > LARGE {
        return large(order, x, 1.0) * (0.5 * PI / x).sqrt();
    }
    const STEP: f64 = 0.125;
    let (mut sum, mut t) = (0.5, STEP);
    loop {
        let half = (0.5 * t).sinh();
        let term = (-2.0 * x * half * half).exp() * (order * t).cosh();
        sum += term;
        if !(term > 1e-18 * sum) {
            return sum * STEP;
        }
        t += STEP;
    }
}

/// `K₀`; infinity at 0, NaN below
pub fn modified_bessel_k0(x: f64) -> f64 {
    if x < 1.0 {
        k0_small(x)
    } else {
        scaled_modified_bessel_k0(x) * (-x).exp()
    }
}

/// `K₁`; infinity at 0, NaN below
pub fn modified_bessel_k1(x: f64) -> f64 {
    if x < 1.0 {
        k1_small(x)
    } else {
        scaled_modified_bessel_k1(x) * (-x).exp()
    }
}

/// `eˣ K₀(x)`
pub fn scaled_modified_bessel_k0(x: f64) -> f64 {
    if x < 1.0 {
        k0_small(x) * x.exp()
    } else {
        k_scaled(0.0, x)
    }
}

/// `eˣ K₁(x)`
pub fn scaled_modified_bessel_k1(x: f64) -> f64 {
    if x < 1.0 {
        k1_small(x) * x.exp()
    } else {
        k_scaled(1.0, x)
    }
}

/// `-(ln(x/2) + γ) I₀(x) + Σ Hₖ (x²/4)ᵏ / k!²`
fn k0_small(x: f64) -> f64 {
    if !(x > 0.0) {
        return if x == 0.0 { f64::INFINITY } else { f64::NAN };
    }
    let quarter = 0.25 * x * x;
    let (mut term, mut harmonic, mut sum) = (1.0, 0.0, 0.0);
    for k in 1..20 {
        let k = k as f64;
        term *= quarter / (k * k);
        harmonic += 1.0 / k;
        sum += term * harmonic;
    }
    sum - ((0.5 * x).ln() + GAMMA) * series(0.0, x)
}

/// `1/x + ln(x/2) I₁(x) - x/4 Σ (ψ(k + 1) + ψ(k + 2)) (x²/4)ᵏ / (k! (k + 1)!)`
fn k1_small(x: f64) -> f64 {
    if !(x > 0.0) {
        return if x == 0.0 { f64::INFINITY } else { f64::NAN };
    }
    let quarter = 0.25 * x * x;
    let (mut term, mut harmonic, mut sum) = (1.0, 0.0, 0.0);
    for k in 0..20 {
        let k = k as f64;
        sum += term * (2.0 * (harmonic - GAMMA) + 1.0 / (k + 1.0));
        harmonic += 1.0 / (k + 1.0);
        term *= quarter / ((k + 1.0) * (k + 2.0));
    }
    1.0 / x + (0.5 * x).ln() * (0.5 * x * series(1.0, x)) - 0.25 * x * sum
}
