//! Special functions on one `f64` at a time: what the `scalar` and `special` lines of the table of element-wise ops call.
//!
//! Each is a published formula in its region of convergence, good to about 1e-14 relative to the larger of the value
//! and the terms it is made of, and ends quickly for every argument.
#![expect(
    clippy::neg_cmp_op_on_partial_ord,
    reason = "a comparison that is not true is one with NaN too"
)]

mod airy;
mod bessel;
mod error;
mod gamma;
mod polynomial;

pub use airy::airy_ai;
pub use bessel::*;
pub use error::*;
pub use gamma::*;
pub use polynomial::*;

/// `sin(πx) / (πx)`
pub fn sinc(x: f64) -> f64 {
    let t = std::f64::consts::PI * x;
    if t == 0.0 { 1.0 } else { t.sin() / t }
}

/// `-x ln x`, 0 at 0 and minus infinity below
pub fn entr(x: f64) -> f64 {
    match x {
        _ if x > 0.0 => -x * x.ln(),
        _ if x == 0.0 => 0.0,
        _ if x < 0.0 => f64::NEG_INFINITY,
        nan => nan,
    }
}

/// `a · ln(1 + b)`, 0 where `a` is 0
pub fn xlog1py(a: f64, b: f64) -> f64 {
    if a == 0.0 && !b.is_nan() {
        0.0
    } else {
        a * b.ln_1p()
    }
}

/// `log₂(2ᵃ + 2ᵇ)`
pub fn logaddexp2(a: f64, b: f64) -> f64 {
    if a == b {
        return a + 1.0;
    }
    let (high, low) = if a > b { (a, b) } else { (b, a) };
    high + (low - high).exp2().ln_1p() * std::f64::consts::LOG2_E
}

/// `(m, e)` with `x = m · 2ᵉ` and `½ ≤ |m| < 1`; `(x, 0)` for 0, infinity and NaN
pub fn frexp(x: f64) -> (f64, f64) {
    if x == 0.0 || !x.is_finite() {
        return (x, 0.0);
    }
    let (m, e) = libm::frexp(x);
    (m, e as f64)
}
