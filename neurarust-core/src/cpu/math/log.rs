//! Logarithms. `x = 2ᵉ (1 + f)` with `1 + f` in `[√½, √2)`, and `ln(1 + f) = 2 atanh(s)`, `s = f / (2 + f)`.

use super::exact::{polynomial, product, sum, sum_ordered};
use super::exp::{Exponential, exp2};
use crate::cpu::simd::{FloatLanes, SplitLanes};
use crate::real::Num;

/// What differs between the precisions.
pub trait Logarithm: Exponential {
    /// `(2 atanh(s) - 2s) / s³` in `s²`, minimax.
    const ATANH: &'static [f64];
}

impl Logarithm for f32 {
    const ATANH: &'static [f64] = &[0.6666677678303747, 0.39977490159111495, 0.29873188394841577];
}

impl Logarithm for f64 {
    const ATANH: &'static [f64] = &[
        0.6666666666666735,
        0.3999999999941143,
        0.2857142874321251,
        0.22222198478696634,
        0.18183569709553973,
        0.15313901629601484,
        0.14797543826123002,
    ];
}

/// `(f, e)` of a positive finite `x = 2ᵉ (1 + f)`.
#[inline(always)]
pub fn decompose<V: FloatLanes>(x: V) -> (V, V) {
    let (m, e, one) = (x.mantissa(), x.exponent(), V::c(1.0));
    let large = m.ge(V::c(std::f64::consts::SQRT_2));
    (
        V::select(large, m * V::c(0.5), m) - one,
        V::select(large, e + one, e),
    )
}

/// `½f²` and what is left of `ln(1 + f) = f - ½f² + rest`.
#[inline(always)]
fn series<V: FloatLanes<Scalar: Logarithm>>(f: V) -> (V, V) {
    let s = f / (f + V::c(2.0));
    let z = s * s;
    let square = V::c(0.5) * f * f;
    (
        square,
        s * z.mul_add(polynomial(z, V::Scalar::ATANH), square),
    )
}

/// `e ln 2 + ln(1 + f)`
#[inline(always)]
fn compose<V: FloatLanes<Scalar: Logarithm>>(f: V, e: V) -> V {
    let (square, rest) = series(f);
    let [ln2, ln2_low] = V::Scalar::LN_2;
    e.mul_add(V::c(ln2), f - (square - e.mul_add(V::c(ln2_low), rest)))
}

/// `log`, and what a logarithm is at the ends of the line and beyond.
#[inline(always)]
fn ends<V: FloatLanes>(x: V, log: V) -> V {
    let outside = V::select(x.eq(V::c(0.0)), V::c(f64::NEG_INFINITY), V::c(f64::NAN));
    V::select(
        x.gt(V::c(0.0)),
        V::select(x.lt(V::c(f64::INFINITY)), log, x),
        outside,
    )
}

#[inline(always)]
pub fn ln<V: FloatLanes<Scalar: Logarithm>>(x: V) -> V {
    let (f, e) = decompose(x);
    ends(x, compose(f, e))
}

#[inline(always)]
pub fn ln_1p<V: FloatLanes<Scalar: Logarithm>>(x: V) -> V {
    // What rounding took from 1 + x goes back in at the scale of f; f is x itself where the exponent is 0.
    let u = sum(V::c(1.0), x);
    let (f, e) = decompose(u.high);
    let log = compose(f + u.low.scale2(-e), e);
    V::select(x.eq(V::c(0.0)), x, ends(u.high, log))
}

/// `e · unit + ln(1 + f) · factor`, the constants in two parts.
#[inline(always)]
fn other_base<V: FloatLanes<Scalar = f64>>(x: V, unit: [f64; 2], factor: [f64; 2]) -> V {
    let (f, e) = decompose(x);
    let (square, rest) = series(f);
    let log = sum_ordered(f, -square);
    let log = sum_ordered(log.high, log.low + rest);
    let scaled = product(log.high, V::c(factor[0]));
    let low = scaled.low + log.high.mul_add(V::c(factor[1]), log.low * V::c(factor[0]));
    let total = sum_ordered(e * V::c(unit[0]), scaled.high);
    ends(x, total.high + (total.low + e.mul_add(V::c(unit[1]), low)))
}

#[inline(always)]
pub fn log2_f64<V: FloatLanes<Scalar = f64>>(x: V) -> V {
    other_base(
        x,
        [1.0, 0.0],
        [std::f64::consts::LOG2_E, 2.0355273740931033e-17],
    )
}

#[inline(always)]
pub fn log10_f64<V: FloatLanes<Scalar = f64>>(x: V) -> V {
    // The first part of log10(2) has few bits, so that its product with an exponent is exact.
    other_base(
        x,
        [0.30102999560767785, 5.630334806675098e-11],
        [std::f64::consts::LOG10_E, 1.098319650216765e-17],
    )
}

#[inline(always)]
pub fn log2_f32<V: SplitLanes>(x: V) -> V {
    let ([low, high], factor) = (x.split(), V::Half::c(std::f64::consts::LOG2_E));
    V::join([ln(low) * factor, ln(high) * factor])
}

#[inline(always)]
pub fn log10_f32<V: SplitLanes>(x: V) -> V {
    let ([low, high], factor) = (x.split(), V::Half::c(std::f64::consts::LOG10_E));
    V::join([ln(low) * factor, ln(high) * factor])
}

/// `log₂(2ᵃ + 2ᵇ)`
#[inline(always)]
pub fn logaddexp2<V: FloatLanes<Scalar: Logarithm>>(a: V, b: V) -> V {
    let (high, low) = (a.max(b), a.min(b));
    let rest = ln_1p(exp2(low - high)) * V::c(std::f64::consts::LOG2_E);
    V::select(a.eq(b), a + V::c(1.0), high + rest)
}
