//! The gamma function's relatives: its logarithm, that logarithm's derivatives, the incomplete integrals.

use super::erfc;
use std::f64::consts::PI;

/// `B₂ₖ`, from `k = 1`.
const BERNOULLI: [f64; 12] = [
    1.0 / 6.0,
    -1.0 / 30.0,
    1.0 / 42.0,
    -1.0 / 30.0,
    5.0 / 66.0,
    -691.0 / 2730.0,
    7.0 / 6.0,
    -3617.0 / 510.0,
    43867.0 / 798.0,
    -174611.0 / 330.0,
    854513.0 / 138.0,
    -236364091.0 / 2730.0,
];

/// `ln |Γ(x)|`
pub fn lgamma(x: f64) -> f64 {
    libm::lgamma(x)
}

/// `Γ'(x) / Γ(x)`; NaN at the negative integers, an infinity of the opposite sign at ±0
pub fn digamma(x: f64) -> f64 {
    if x == 0.0 {
        return f64::INFINITY.copysign(-x);
    }
    if x < 0.0 {
        // ψ(x) = ψ(1 - x) - π / tan(πx)
        let fraction = x - x.trunc();
        return match fraction == 0.0 || x.is_infinite() {
            true => f64::NAN,
            false => digamma(1.0 - x) - PI / (PI * fraction).tan(),
        };
    }
    let (mut x, mut sum) = (x, 0.0);
    while x < 10.0 {
        sum -= 1.0 / x;
        x += 1.0;
    }
    let square = 1.0 / (x * x);
    let tail = (BERNOULLI[..8].iter().enumerate().rev())
        .fold(0.0, |tail, (k, b)| (tail + b / (2 * k + 2) as f64) * square);
    sum + (x.ln() - 0.5 / x - tail)
}

/// The derivative of order `n` of [`digamma`]; `n` is cut to an integer, NaN below 0
pub fn polygamma(n: f64, x: f64) -> f64 {
    let n = n.trunc();
    match n {
        _ if n == 0.0 => return digamma(x),
        _ if !(n > 0.0) => return f64::NAN,
        _ => {}
    }
    let sign = if n % 2.0 == 0.0 { -1.0 } else { 1.0 };
    let zeta = zeta(n + 1.0, x);
    match n <= 170.0 {
        true => sign * libm::tgamma(n + 1.0) * zeta,
        false => sign * zeta.signum() * (libm::lgamma(n + 1.0) + zeta.abs().ln()).exp(),
    }
}

/// Hurwitz' `Σ (q + k)⁻ˢ`, by Euler and Maclaurin; continued to negative `q` where `s` is an integer
pub fn zeta(s: f64, q: f64) -> f64 {
    if s == 1.0 {
        return f64::INFINITY;
    }
    if !(s > 1.0) || q.is_nan() {
        return f64::NAN;
    }
    if q <= 0.0 {
        let fraction = q - q.floor();
        if fraction == 0.0 {
            return f64::INFINITY;
        }
        if s != s.floor() {
            return f64::NAN;
        }
        // The terms below 0 are those of 1 - q counted down.
        let below = zeta(s, 1.0 - fraction) - zeta(s, 1.0 - q);
        let sign = if s % 2.0 == 0.0 { 1.0 } else { -1.0 };
        return zeta(s, fraction) + sign * below;
    }
    let (mut a, mut sum) = (q, 0.0);
    // The expansion needs an `a` that isn't small beside `s`; up to there the terms fall by a factor e and more.
    while a < s.max(10.0) {
        let term = a.powf(-s);
        sum += term;
        a += 1.0;
        if term <= 1e-17 * sum {
            return sum;
        }
    }
    let power = a.powf(-s);
    if power == 0.0 {
        return sum;
    }
    sum += power * (a / (s - 1.0) + 0.5);
    // s (s + 1) … (s + 2k - 2) / (2k)! · a⁻ˢ⁻²ᵏ⁺¹
    let mut factor = s * power / (2.0 * a);
    for (k, b) in BERNOULLI.iter().enumerate() {
        let term = b * factor;
        sum += term;
        if term.abs() < 1e-17 * sum.abs() {
            break;
        }
        let m = (2 * k + 3) as f64;
        factor *= (s + m - 2.0) * (s + m - 1.0) / (m * (m + 1.0) * a * a);
    }
    sum
}

/// `m - ln(1 + m)`, exact near 0
fn minus_ln_1p(m: f64) -> f64 {
    if m.abs() > 0.5 {
        return m - m.ln_1p();
    }
    // ln(1 + m) = 2 artanh z with z = m / (2 + m)
    let z = m / (2.0 + m);
    let (mut sum, mut power, mut k) = (0.0, z * z * z, 3.0);
    loop {
        let term = power / k;
        sum += term;
        if term.abs() < 1e-18 * sum.abs() || k > 60.0 || power == 0.0 {
            break;
        }
        power *= z * z;
        k += 2.0;
    }
    2.0 * (z * z / (1.0 - z) - sum)
}

/// `xᵃ e⁻ˣ / Γ(a + 1)`
fn density(a: f64, x: f64) -> f64 {
    let m = (x - a) / a;
    if a < 20.0 || m.abs() > 0.5 {
        return (a * x.ln() - x - lgamma(a + 1.0)).exp();
    }
    // Stirling's formula, with the large terms taken away from each other beforehand.
    let square = 1.0 / (a * a);
    let stirling =
        (1.0 / 12.0 - square * (1.0 / 360.0 - square * (1.0 / 1260.0 - square / 1680.0))) / a;
    (-a * minus_ln_1p(m) - stirling).exp() / (2.0 * PI * a).sqrt()
}

/// The lower integral by its power series, the upper by the continued fraction (Lentz).
fn lower_series(a: f64, x: f64) -> f64 {
    let (mut term, mut sum, mut n) = (1.0, 1.0, a);
    for _ in 0..10_000 {
        n += 1.0;
        term *= x / n;
        sum += term;
        if term < 1e-17 * sum {
            break;
        }
    }
    density(a, x) * sum
}

fn upper_fraction(a: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let mut b = x + 1.0 - a;
    let (mut c, mut d) = (1.0 / TINY, 1.0 / if b == 0.0 { TINY } else { b });
    let mut h = d;
    for i in 1..10_000 {
        let i = i as f64;
        let an = -i * (i - a);
        b += 2.0;
        d = an * d + b;
        d = 1.0 / if d.abs() < TINY { TINY } else { d };
        c = b + an / c;
        c = if c.abs() < TINY { TINY } else { c };
        let step = d * c;
        h *= step;
        if (step - 1.0).abs() < 1e-16 {
            break;
        }
    }
    density(a, x) * a * h
}

/// The upper integral near 0, where 1 minus the lower one would lose its digits.
fn upper_series(a: f64, x: f64) -> f64 {
    let (mut term, mut sum) = (1.0, 0.0);
    for n in 1..1000 {
        term *= -x / n as f64;
        let part: f64 = term / (a + n as f64);
        sum += part;
        if part.abs() <= 1e-17 * sum.abs() {
            break;
        }
    }
    let exponent = a * x.ln() - lgamma(1.0 + a);
    -exponent.exp_m1() - exponent.exp() * a * sum
}

/// Temme's uniform expansion for large `a` and `x` near it: the upper integral.
fn upper_large(a: f64, x: f64) -> f64 {
    let m = (x - a) / a;
    let half_square = minus_ln_1p(m);
    let eta = (2.0 * half_square).sqrt().copysign(m);
    let c0 =
        -1.0 / 3.0 + eta * (1.0 / 12.0 + eta * (-2.0 / 135.0 + eta * (1.0 / 864.0 + eta / 2835.0)));
    let c1 = -1.0 / 540.0 + eta * (-1.0 / 288.0 + eta / 378.0);
    0.5 * erfc(eta * (0.5 * a).sqrt())
        + (-a * half_square).exp() / (2.0 * PI * a).sqrt() * (c0 + c1 / a)
}

/// Whether the series would take long.
fn is_large(a: f64, x: f64) -> bool {
    a > 1e5 && (x - a).abs() < 0.05 * a
}

/// The lower incomplete gamma function over `Γ(a)`
pub fn igamma(a: f64, x: f64) -> f64 {
    if !(a >= 0.0 && x >= 0.0) || (a == 0.0 && x == 0.0) || (a.is_infinite() && x.is_infinite()) {
        return f64::NAN;
    }
    match () {
        _ if a == 0.0 || x.is_infinite() => 1.0,
        _ if x == 0.0 || a.is_infinite() => 0.0,
        _ if is_large(a, x) && x < a => upper_large_complement(a, x),
        _ if x > 1.0 && x > a => 1.0 - igammac(a, x),
        _ => lower_series(a, x),
    }
}

/// The lower integral by [`upper_large`]'s expansion turned around.
fn upper_large_complement(a: f64, x: f64) -> f64 {
    let m = (x - a) / a;
    let half_square = minus_ln_1p(m);
    let eta = (2.0 * half_square).sqrt().copysign(m);
    0.5 * erfc(-eta * (0.5 * a).sqrt()) - (upper_large(a, x) - 0.5 * erfc(eta * (0.5 * a).sqrt()))
}

/// The upper incomplete gamma function over `Γ(a)`
pub fn igammac(a: f64, x: f64) -> f64 {
    if !(a >= 0.0 && x >= 0.0) || (a == 0.0 && x == 0.0) || (a.is_infinite() && x.is_infinite()) {
        return f64::NAN;
    }
    match () {
        _ if a == 0.0 || x.is_infinite() => 0.0,
        _ if x == 0.0 || a.is_infinite() => 1.0,
        _ if is_large(a, x) => upper_large(a, x),
        _ if x > 1.1 && x >= a => upper_fraction(a, x),
        _ if x > 1.1 || a > 1.1 * x || (x <= 0.5 && a > -0.4 / x.ln()) => 1.0 - lower_series(a, x),
        _ => upper_series(a, x),
    }
}

/// `∂ igamma(a, x) / ∂x = xᵃ⁻¹ e⁻ˣ / Γ(a)`
pub fn igamma_slope(a: f64, x: f64) -> f64 {
    if !(a >= 0.0 && x >= 0.0) {
        return f64::NAN;
    }
    if x == 0.0 {
        return match a {
            _ if a < 1.0 => f64::INFINITY,
            _ if a == 1.0 => 1.0,
            _ => 0.0,
        };
    }
    if x.is_infinite() {
        return 0.0;
    }
    density(a, x) * a / x
}
