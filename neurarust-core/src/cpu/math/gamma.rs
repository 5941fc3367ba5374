//! The gamma function's logarithm and its derivative, of numbers that came from `f32`. Below ½ they are reflected, up to 8
//! brought there by the recurrence, and above Stirling's series serves.

use super::exact::polynomial;
use super::log::ln;
use crate::cpu::simd::FloatLanes;

/// `lgamma(2 + v) / (v (1 + v))` for `|v| ≤ ½`.
const NEAR_2: [f64; 14] = [
    0.42278433509848357,
    -0.10031730167436169,
    0.032965000614710235,
    -0.012384192190326809,
    0.004998641576008124,
    -0.0021081310282282666,
    0.0009153671082230221,
    -0.00040570276225880016,
    0.00018266365515925108,
    -8.314755688649454e-05,
    3.7529551489744536e-05,
    -1.7359764470160482e-05,
    1.0011317128368883e-05,
    -4.6919956151641e-06,
];

/// `sin(πr) / r` in `r²` for `|r| ≤ ½`.
const SIN_PI: [f64; 8] = [
    std::f64::consts::PI,
    -5.1677127800497855,
    2.5501640398618677,
    -0.599264528825224,
    0.08214587881631043,
    -0.0073703643265304155,
    0.0004659870158043378,
    -2.113362735205297e-05,
];

/// Stirling's series over `1/w`, in `1/w²`: `B₂ₖ / (2k (2k - 1))`.
const STIRLING: [f64; 5] = [
    1.0 / 12.0,
    -1.0 / 360.0,
    1.0 / 1260.0,
    -1.0 / 1680.0,
    1.0 / 1188.0,
];

/// Its derivative's over `1/w²`: `B₂ₖ / 2k`.
const STIRLING_SLOPE: [f64; 5] = [
    1.0 / 12.0,
    -1.0 / 120.0,
    1.0 / 252.0,
    -1.0 / 240.0,
    1.0 / 132.0,
];

/// The signed distance from the nearest integer.
#[inline(always)]
fn fraction<V: FloatLanes>(x: V) -> V {
    x - x.round()
}

#[inline(always)]
fn sin_pi<V: FloatLanes>(r: V) -> V {
    r * polynomial(r * r, &SIN_PI)
}

/// `ln |Γ(y)|` for `y ≥ ½`.
#[inline(always)]
fn lgamma_right<V: FloatLanes<Scalar = f64>>(y: V) -> V {
    let one = V::c(1.0);
    let (low, near, small) = (y.lt(V::c(1.5)), y.lt(V::c(2.5)), y.lt(V::c(8.0)));
    // Near its zeros at 1 and 2 it is their product with a polynomial.
    let v = V::select(low, y - one, y - V::c(2.0));
    let close = v * (one + v) * polynomial(v, &NEAR_2);
    let mut product = y;
    for i in 1..6 {
        product = product * (y + V::c(i as f64));
    }
    let w = V::select(small, y + V::c(6.0), y);
    let inverse = one / w;
    let series = inverse * polynomial(inverse * inverse, &STIRLING);
    const HALF_LN_2_PI: f64 = 0.918_938_533_204_672_8;
    // `(w - ½) ln w - w` with the logarithm first: infinities don't meet.
    let stirling = (w - V::c(0.5)).mul_add(ln(w) - one, V::c(HALF_LN_2_PI - 0.5) + series);
    let taken = V::select(low, y, V::select(small & !near, product, one));
    V::select(near, close, stirling) - ln(taken)
}

/// `ln |Γ(x)|`
#[inline(always)]
pub fn lgamma_f32<V: FloatLanes<Scalar = f64>>(x: V) -> V {
    const LN_PI: f64 = 1.144_729_885_849_400_2;
    let left = x.lt(V::c(0.5));
    if V::mask_bits(left) == 0 {
        return lgamma_right(x);
    }
    let right = lgamma_right(V::select(left, V::c(1.0) - x, x));
    let value = V::c(LN_PI) - ln(sin_pi(fraction(x).abs())) - right;
    let infinity = V::c(f64::INFINITY);
    V::select(left, V::select(x.eq(-infinity), infinity, value), right)
}

/// `Γ'(y) / Γ(y)` for `y ≥ ½`.
#[inline(always)]
fn digamma_right<V: FloatLanes<Scalar = f64>>(y: V) -> V {
    let (zero, one) = (V::c(0.0), V::c(1.0));
    let small = y.lt(V::c(8.0));
    // 1/y + 1/(y + 1) + … as one fraction.
    let (mut numerator, mut denominator) = (one, y);
    for i in 1..8 {
        let next = y + V::c(i as f64);
        numerator = numerator.mul_add(next, denominator);
        denominator = denominator * next;
    }
    let taken = V::select(small, numerator, zero) / V::select(small, denominator, one);
    let w = V::select(small, y + V::c(8.0), y);
    let inverse = one / w;
    let z = inverse * inverse;
    let series = z.mul_add(polynomial(z, &STIRLING_SLOPE), V::c(0.5) * inverse);
    ln(w) - series - taken
}

/// `Γ'(x) / Γ(x)`; NaN at the negative integers, an infinity of the opposite sign at ±0
#[inline(always)]
pub fn digamma_f32<V: FloatLanes<Scalar = f64>>(x: V) -> V {
    let left = x.lt(V::c(0.5));
    if V::mask_bits(left) == 0 {
        return digamma_right(x);
    }
    let zero = V::c(0.0);
    let right = digamma_right(V::select(left, V::c(1.0) - x, x));
    let r = V::select(x.eq(zero), x, fraction(x));
    let cotangent = sin_pi(V::c(0.5) - r.abs()) / sin_pi(r);
    let value = right - V::c(std::f64::consts::PI) * cotangent;
    let value = V::select(r.eq(zero) & x.lt(zero), V::c(f64::NAN), value);
    V::select(left, value, right)
}
