//! Hyperbolic functions by `eˣ - 1` and their inverses by `ln(1 + x)`, which are exact near 0.

use super::exact::{Double, quotient, sum_ordered};
use super::exp::{Exponential, exp_scaled, expm1_parts, scaled_expm1};
use super::log::ln_1p;
use crate::cpu::simd::FloatLanes;

/// `(1 - e⁻²ᵃ) / (1 + e⁻²ᵃ)` for `a = |x|`
#[inline(always)]
pub fn tanh<V: FloatLanes<Scalar: Exponential>>(x: V) -> V {
    let a = x.abs();
    let (e, k) = expm1_parts((-(a + a)).clamp(V::Scalar::EXPM1_LOW, 0.0));
    let scale = V::c(1.0).scale2(k);
    let e = Double {
        high: e.high * scale,
        low: e.low * scale,
    };
    let total = sum_ordered(V::c(2.0), e.high);
    let ratio = quotient(
        e,
        Double {
            high: total.high,
            low: total.low + e.low,
        },
    );
    ratio.value().copysign(x)
}

/// `½ (e + e / (e + 1))` for `e = eᵃ - 1`
#[inline(always)]
pub fn sinh<V: FloatLanes<Scalar = f64>>(x: V) -> V {
    let half = scaled_expm1(x.abs(), -1.0);
    let rest = half / (half + half + V::c(1.0));
    V::select(half.gt(V::c(1e18)), half, half + rest).copysign(x)
}

/// `½ (eᵃ + e⁻ᵃ)`
#[inline(always)]
pub fn cosh<V: FloatLanes<Scalar = f64>>(x: V) -> V {
    let half = exp_scaled(x.abs(), -1.0);
    half + V::c(0.25) / half
}

/// Where squares come near overflow, and one more or less is nothing.
const LARGE: f64 = 1e150;

/// `ln(1 + small)`, or `ln(2a)` where `a` is large.
#[inline(always)]
fn ln_of<V: FloatLanes<Scalar = f64>>(a: V, small: V) -> V {
    let large = a.gt(V::c(LARGE));
    let log = ln_1p(V::select(large, a, small));
    V::select(large, log + V::c(std::f64::consts::LN_2), log)
}

/// `ln(1 + a + a² / (1 + √(1 + a²)))`
#[inline(always)]
pub fn asinh<V: FloatLanes<Scalar = f64>>(x: V) -> V {
    let (a, one) = (x.abs(), V::c(1.0));
    let square = a * a;
    ln_of(a, a + square / (one + (square + one).sqrt())).copysign(x)
}

/// `ln(1 + t + √(2t + t²))` for `t = x - 1`
#[inline(always)]
pub fn acosh<V: FloatLanes<Scalar = f64>>(x: V) -> V {
    let t = x - V::c(1.0);
    let log = ln_of(x, t + t.mul_add(t, t + t).sqrt());
    V::select(t.lt(V::c(0.0)), V::c(f64::NAN), log)
}

/// `½ ln(1 + 2a / (1 - a))`
#[inline(always)]
pub fn atanh<V: FloatLanes<Scalar = f64>>(x: V) -> V {
    let a = x.abs();
    (V::c(0.5) * ln_1p((a + a) / (V::c(1.0) - a))).copysign(x)
}
