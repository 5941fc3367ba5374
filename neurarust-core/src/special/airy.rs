//! Airy's function.
#![expect(
    clippy::excessive_precision,
    reason = "constants as they are published"
)]

use super::bessel::k_scaled;
use std::f64::consts::PI;

/// `(c, Ai(c), Ai′(c))`: where Taylor series start.
const ANCHORS: [(f64, f64, f64); 14] = [
    (-10.0, 0.040241238486443191, 0.99626504413279006),
    (-9.0, -0.022133721547341404, -0.97566398092633159),
    (-8.0, -0.052705050356386203, 0.93556093819830655),
    (-7.0, 0.18428083525050564, -0.77100816841012655),
    (-6.0, -0.32914517362982311, 0.34593548728134289),
    (-5.0, 0.35076100902411432, 0.32719281855444314),
    (-4.0, -0.070265532949289515, -0.79062857536858138),
    (-3.0, -0.37881429367765807, 0.31458376921659881),
    (-2.0, 0.22740742820168558, 0.61825902074169104),
    (-1.0, 0.53556088329235212, -0.010160567116645209),
    (0.0, 0.35502805388781724, -0.2588194037928068),
    (1.0, 0.13529241631288142, -0.15914744129679321),
    (2.0, 0.034924130423274379, -0.053090384433653632),
    (3.0, 0.0065911393574607191, -0.011912976705951318),
];

/// `Ai`, the solution of `y″ = xy` that vanishes at infinity
pub fn airy_ai(x: f64) -> f64 {
    if x.is_infinite() || x.is_nan() {
        return if x.is_nan() { x } else { 0.0 };
    }
    if x > 3.0 {
        // Ai(x) = √(x/3) K_{1/3}(ζ) / π
        let zeta = 2.0 / 3.0 * x * x.sqrt();
        return (x / 3.0).sqrt() / PI * k_scaled(1.0 / 3.0, zeta) * (-zeta).exp();
    }
    if x < -10.0 {
        return oscillating(-x);
    }
    let (c, y, slope) = ANCHORS[((x + 10.0).round() as usize).min(ANCHORS.len() - 1)];
    let h = x - c;
    // y⁽ⁿ⁺²⁾/(n+2)! from the equation: aₙ₊₂ = (c aₙ + aₙ₋₁) / ((n + 1)(n + 2))
    let (mut before, mut now, mut next) = (0.0, y, slope);
    let (mut power, mut sum) = (1.0, 0.0);
    for n in 0..40 {
        sum += now * power;
        power *= h;
        let n = n as f64;
        let after = (c * now + before) / ((n + 1.0) * (n + 2.0));
        (before, now, next) = (now, next, after);
    }
    sum
}

/// `Ai(-x)` for large `x`: `(cos(ζ - π/4) P + sin(ζ - π/4) Q) / (√π x^¼)`
fn oscillating(x: f64) -> f64 {
    let zeta = 2.0 / 3.0 * x * x.sqrt();
    // uₖ = (6k - 5)(6k - 3)(6k - 1) / (216 k (2k - 1)) · uₖ₋₁
    let (mut term, mut p, mut q) = (1.0, 1.0, 0.0);
    for k in 1..30 {
        let n = k as f64;
        let ratio = (6.0 * n - 5.0) * (6.0 * n - 3.0) * (6.0 * n - 1.0)
            / (216.0 * n * (2.0 * n - 1.0) * zeta);
        let next: f64 = term * ratio;
        if next.abs() < 1e-18 || ratio > 1.0 {
            break;
        }
        term = next;
        match k % 4 {
            1 => q += term,
            2 => p -= term,
            3 => q -= term,
            _ => p += term,
        }
    }
    let (sin, cos) = (zeta - 0.25 * PI).sin_cos();
    (cos * p + sin * q) / (PI.sqrt() * x.sqrt().sqrt())
}
