//! The error function's relatives: its inverse and scaled forms, the normal distribution.

use crate::cpu::math::erf::erfinv_f32;
use std::f64::consts::{FRAC_1_SQRT_2, LN_2, PI, SQRT_2};

/// `1 - erf(x)`
pub fn erfc(x: f64) -> f64 {
    libm::erfc(x)
}

/// `eˣ² · erfc(x)`
pub fn erfcx(x: f64) -> f64 {
    if x < 0.0 {
        return 2.0 * exp_of_square(x) - erfcx(-x);
    }
    if x < 20.0 {
        return exp_of_square(x) * libm::erfc(x);
    }
    // 1 / (x√π) · (1 - 1/(2x²) + 3/(4x⁴) - …)
    let half_inverse_square = 0.5 / x / x;
    let sum = (1..10).rev().fold(1.0, |sum, k| {
        1.0 - (2 * k - 1) as f64 * half_inverse_square * sum
    });
    sum / x / PI.sqrt()
}

/// `eˣ²`, without the error that the square's rounding makes
fn exp_of_square(x: f64) -> f64 {
    let square = x * x;
    if !square.is_finite() {
        return square;
    }
    let lost = libm::fma(x, x, -square);
    let high = square.exp();
    if high.is_infinite() {
        return high;
    }
    high + high * lost
}

/// The number whose error function is `x`
pub fn erfinv(x: f64) -> f64 {
    let a = x.abs();
    if a == 1.0 {
        return f64::INFINITY.copysign(x);
    }
    if !(a < 1.0) {
        return f64::NAN;
    }
    if a == 0.0 {
        return x;
    }
    // The approximation for `f32` and a step of Halley's method; next to 1, Winitzki's and three of them.
    let (mut y, steps) = match 1.0 - a > 1e-7 {
        true => (erfinv_f32(a), 1),
        false => {
            let ln = (-a).ln_1p() + a.ln_1p();
            let b = 2.0 / (PI * 0.147) + 0.5 * ln;
            let y = (-ln / 0.147 / ((b * b - ln / 0.147).sqrt() + b)).sqrt();
            (y, 3)
        }
    };
    for _ in 0..steps {
        let off = match a > 0.5 {
            true => (1.0 - a) - libm::erfc(y),
            false => libm::erf(y) - a,
        };
        let u = off * (0.5 * PI.sqrt()) * (y * y).exp();
        y -= u / (1.0 + y * u);
    }
    y.copysign(x)
}

/// The normal distribution function
pub fn ndtr(x: f64) -> f64 {
    0.5 * libm::erfc(-x * FRAC_1_SQRT_2)
}

/// `ln ndtr(x)`, exact far below 0
pub fn log_ndtr(x: f64) -> f64 {
    match x < -1.0 {
        true => erfcx(-x * FRAC_1_SQRT_2).ln() - LN_2 - 0.5 * x * x,
        false => (-0.5 * libm::erfc(x * FRAC_1_SQRT_2)).ln_1p(),
    }
}

/// The derivative of [`log_ndtr`]: `√(2/π) / erfcx(-x/√2)`
pub fn log_ndtr_slope(x: f64) -> f64 {
    (2.0 / PI).sqrt() / erfcx(-x * FRAC_1_SQRT_2)
}

/// The number whose normal distribution function is `p`
pub fn ndtri(p: f64) -> f64 {
    if !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    if p > 0.5 {
        return -ndtri(1.0 - p);
    }
    if p == 0.0 {
        return f64::NEG_INFINITY;
    }
    if p > 0.02 {
        return SQRT_2 * erfinv(2.0 * p - 1.0);
    }
    // Newton's method on the logarithm, which is nearly a parabola there.
    let ln = p.ln();
    let mut x = -(-2.0 * ln - (2.0 * PI).ln() - (-2.0 * ln).ln())
        .max(1.0)
        .sqrt();
    for _ in 0..6 {
        x -= (log_ndtr(x) - ln) / log_ndtr_slope(x);
    }
    x
}
