//! Exponentials. `eˣ = 2ᵏ eʳ` with `r = x - k ln 2` in `[-½ ln 2, ½ ln 2]`, where a polynomial serves.

use super::exact::{Double, Split, polynomial, quotient, sum, sum_ordered};
use crate::cpu::simd::FloatLanes;

/// What differs between the precisions.
pub trait Exponential: Split {
    /// `ln 2` in two parts, the first with so few bits that its product with any exponent is exact.
    const LN_2: [f64; 2];
    /// `(eʳ - 1 - r) / r²`, minimax.
    const TAIL: &'static [f64];
    /// Below the first, `eˣ` is less than half the smallest subnormal; above the second it is infinite.
    const RANGE: [f64; 2];
    /// Below this, `eˣ - 1` is -1.
    const EXPM1_LOW: f64;
}

impl Exponential for f32 {
    const LN_2: [f64; 2] = [0.693115234375, 3.1946184945309415e-05];
    const TAIL: &'static [f64] = &[
        0.5000000093090298,
        0.16666518796,
        0.04166621166,
        0.008368896006,
        0.001395014967,
    ];
    const RANGE: [f64; 2] = [-104.5, 89.0];
    const EXPM1_LOW: f64 = -18.0;
}

impl Exponential for f64 {
    const LN_2: [f64; 2] = [0.6931471804855391, 7.440617110012397e-11];
    const TAIL: &'static [f64] = &[
        0.5,
        0.16666666666666685,
        0.04166666666666673,
        0.00833333333331672,
        0.001388888888885809,
        0.00019841269897105182,
        2.480158737412627e-05,
        2.755723419069085e-06,
        2.7557233178771127e-07,
        2.511225584714382e-08,
        2.0926971435466474e-09,
    ];
    const RANGE: [f64; 2] = [-746.0, 710.0];
    const EXPM1_LOW: f64 = -40.0;
}

/// `e^(x + low)` as `p` and `k` of `p · 2ᵏ`, for `x` in the range and `low` much smaller.
#[inline(always)]
pub fn parts<V: FloatLanes<Scalar: Exponential>>(x: V, low: V) -> (Double<V>, V) {
    let (r, k) = reduce(x, low);
    let r = sum_ordered(r.high, r.low);
    let main = sum_ordered(V::c(1.0), r.high);
    let rest = (r.high * r.high).mul_add(polynomial(r.high, V::Scalar::TAIL), r.low);
    (sum_ordered(main.high, main.low + rest), k)
}

/// `r` and `k` of `x + low = k ln 2 + r`, with `|r| ≤ ½ ln 2`.
#[inline(always)]
fn reduce<V: FloatLanes<Scalar: Exponential>>(x: V, low: V) -> (Double<V>, V) {
    let k = (x * V::c(std::f64::consts::LOG2_E)).round();
    let [ln2, ln2_low] = V::Scalar::LN_2;
    (
        Double {
            high: (-k).mul_add(V::c(ln2), x),
            low: (-k).mul_add(V::c(ln2_low), low),
        },
        k,
    )
}

/// `eʳ` for `|r| ≤ ½ ln 2`.
#[inline(always)]
fn e_to<V: FloatLanes<Scalar: Exponential>>(r: V) -> V {
    V::c(1.0) + (r * r).mul_add(polynomial(r, V::Scalar::TAIL), r)
}

/// `eˣ`
#[inline(always)]
pub fn exp<V: FloatLanes<Scalar: Exponential>>(x: V) -> V {
    exp_scaled(x, 0.0)
}

/// `eˣ · 2ⁿ` for `n` of -1 or 0, finite where that is.
#[inline(always)]
pub fn exp_scaled<V: FloatLanes<Scalar: Exponential>>(x: V, n: f64) -> V {
    let [low, high] = V::Scalar::RANGE;
    let (r, k) = reduce(x.clamp(low, high - n), V::c(0.0));
    e_to(r.high + r.low).scale2(k + V::c(n))
}

/// `2ˣ`
#[inline(always)]
pub fn exp2<V: FloatLanes<Scalar: Exponential>>(x: V) -> V {
    let [low, high] = V::Scalar::RANGE;
    let x = x.clamp(
        low * std::f64::consts::LOG2_E,
        high * std::f64::consts::LOG2_E,
    );
    let k = x.round();
    e_to((x - k) * V::c(std::f64::consts::LN_2)).scale2(k)
}

/// `eˣ - 1`
#[inline(always)]
pub fn expm1<V: FloatLanes<Scalar: Exponential>>(x: V) -> V {
    V::select(x.eq(V::c(0.0)), x, scaled_expm1(x, 0.0))
}

/// `(eˣ - 1) · 2ⁿ` for `n` of -1 or 0, finite where that is.
#[inline(always)]
pub fn scaled_expm1<V: FloatLanes<Scalar: Exponential>>(x: V, n: f64) -> V {
    let (e, k) = expm1_parts(x.clamp(V::Scalar::EXPM1_LOW, V::Scalar::RANGE[1] - n));
    (e.high + e.low).scale2(k + V::c(n))
}

/// `eˣ - 1` as `p` and `k` of `p · 2ᵏ`, for `x` in the range.
#[inline(always)]
pub fn expm1_parts<V: FloatLanes<Scalar: Exponential>>(x: V) -> (Double<V>, V) {
    let (r, k) = reduce(x, V::c(0.0));
    let r = sum_ordered(r.high, r.low);
    let rest = (r.high * r.high).mul_add(polynomial(r.high, V::Scalar::TAIL), r.low);
    // 2ᵏ (1 + r + rest) - 1 = 2ᵏ ((1 - 2⁻ᵏ) + r + rest)
    let one = V::c(1.0);
    let offset = sum(one, -one.scale2(-k));
    let main = sum_ordered(offset.high, r.high);
    (sum_ordered(main.high, main.low + (offset.low + rest)), k)
}

/// `1 / (1 + e⁻ˣ)` without overflow on either side.
#[inline(always)]
pub fn sigmoid<V: FloatLanes<Scalar: Exponential>>(x: V) -> V {
    let (zero, one, [low, _]) = (V::c(0.0), V::c(1.0), V::Scalar::RANGE);
    // Exponential, sum and quotient each round: two units together, were it not for their rests.
    let (p, k) = parts((-x.abs()).clamp(low, 0.0), zero);
    let e = Double {
        high: p.high.scale2(k),
        low: p.low.scale2(k),
    };
    let total = sum_ordered(one, e.high);
    let total = Double {
        high: total.high,
        low: total.low + e.low,
    };
    quotient(Double::select(x.lt(zero), e, Double::exact(one)), total).value()
}
