//! The error function and its complement.

use super::exact::{polynomial, product, product_double, quotient, sum, sum_ordered};
use super::exp::{exp, parts};
use super::log::ln;
use crate::cpu::simd::{FloatLanes, SplitLanes};

/// `erf(x) / x - 1` in `x² ≤ 1`, minimax.
const SMALL: [f64; 13] = [
    0.1283791670955126,
    -0.3761263890318375,
    0.11283791670954826,
    -0.026866170645066443,
    0.005223977624711998,
    -0.0008548326974454336,
    0.0001205533086926132,
    -1.4925589226525043e-05,
    1.646090039281334e-06,
    -1.6349220393807018e-07,
    1.4652235522507439e-08,
    -1.1343022255092337e-09,
    5.905664967545767e-11,
];

/// `(1 + 2x) e^(x²) erfc(x)` in `(x - 4) / (x + 4)`, minimax from 0.46 to where `erfc` leaves the range of `f64`.
const TAIL: [f64; 22] = [
    1.2329951186255526,
    -0.1396211168405625,
    0.015379652102618916,
    0.0680970542546917,
    -0.1010390660362469,
    0.09373283499839467,
    -0.06633036581376753,
    0.03716751553649153,
    -0.01619773403639174,
    0.005031969990360821,
    -0.0007577734610594964,
    -0.00019925679028839842,
    0.00015062254424817712,
    -2.4398733573317965e-05,
    -1.1224851339501223e-05,
    5.7081300250230634e-06,
    2.997302614243492e-07,
    -8.219181793797546e-07,
    6.688809986161909e-08,
    1.0523381614125306e-07,
    -1.2178729772387311e-08,
    -1.0344526522211913e-08,
];

/// `erf(x) - x` for `|x| ≤ 1`.
#[inline(always)]
fn small<V: FloatLanes<Scalar = f64>>(x: V) -> V {
    x * polynomial(x * x, &SMALL)
}

/// `erfc(a)` for `a ≥ 0.46`.
#[inline(always)]
fn tail<V: FloatLanes<Scalar = f64>>(a: V) -> V {
    // The exponential magnifies the rounding of its argument, so the square keeps its rest.
    let square = product(a, a);
    let (p, k) = parts(-square.high, -square.low);
    let (four, [first, rest @ ..]) = (V::c(4.0), &TAIL);
    let t = (a - four) / (a + four);
    let scaled = sum_ordered(V::c(*first), t * polynomial(t, rest));
    let value = quotient(product_double(p, scaled), sum(a + a, V::c(1.0)));
    value.value().scale2(k)
}

#[inline(always)]
pub fn erf<V: FloatLanes<Scalar = f64>>(x: V) -> V {
    let a = x.abs();
    let large = V::c(1.0) - tail(a.clamp(0.5, 6.0));
    V::select(a.lt(V::c(1.0)), x + small(x), large.copysign(x))
}

#[inline(always)]
pub fn erfc<V: FloatLanes<Scalar = f64>>(x: V) -> V {
    let a = x.abs();
    let large = tail(a.clamp(0.46, 27.3));
    let large = V::select(x.lt(V::c(0.0)), V::c(2.0) - large, large);
    V::select(a.lt(V::c(0.47)), V::c(1.0) - (x + small(x)), large)
}

/// `e^(x²) erfc(x) / t` in `t = 3 / (3 + x)` for `x` from 0 to 11, to the precision of `f32`.
const TAIL_F32: [f64; 12] = [
    0.18806745002137898,
    0.18794756555369108,
    0.1790211951135843,
    0.1466070538850356,
    0.1749925160798966,
    -0.06459382500315158,
    0.4203940239903737,
    -0.568503231820228,
    0.6747131379376295,
    -0.49575722199767674,
    0.18463089468285737,
    -0.0275195584822203,
];

/// `(eʳ - 1 - r) / r²` for `|r| ≤ ½ ln 2`, to the precision of `f32`.
const EXP_F32: [f64; 6] = [
    0.5000000013457727,
    0.16666666681614256,
    0.04166646500604005,
    0.008333310934448869,
    0.0013933641031986701,
    0.00019890980869750327,
];

/// [`erfc`] of a register of `f32`.
#[inline(always)]
pub fn erfc_f32<V: SplitLanes>(x: V) -> V {
    // A short reciprocal and a step of Newton's method take half the time of a long one.
    let inverse = V::c(1.0) / (V::c(3.0) + x.abs().clamp(0.0, 11.0));
    let ([x1, x2], [i1, i2]) = (x.split(), inverse.split());
    V::join([erfc_half(x1, i1), erfc_half(x2, i2)])
}

/// [`erfc`] for an `x` that came from `f32`, whose square is exact; `inverse` is `1 / (3 + |x|)` to its precision.
#[inline(always)]
fn erfc_half<V: FloatLanes<Scalar = f64>>(x: V, inverse: V) -> V {
    let (a, one, three) = (x.abs().clamp(0.0, 11.0), V::c(1.0), V::c(3.0));
    let exponent = -(a * a);
    let k = (exponent * V::c(std::f64::consts::LOG2_E)).round();
    let r = (-k).mul_add(V::c(std::f64::consts::LN_2), exponent);
    let e = one + (r * r).mul_add(polynomial(r, &EXP_F32), r);
    let t = three * inverse.mul_add((-(three + a)).mul_add(inverse, one), inverse);
    let value = (e * t * polynomial(t, &TAIL_F32)).scale2(k);
    V::select(x.lt(V::c(0.0)), V::c(2.0) - value, value)
}

/// `erfinv(x) / x` in `w - 3` for `w = -ln(1 - x²)` up to 6.25, to the precision of `f32`.
const INVERSE_F32: [f64; 14] = [
    1.6235420065256219,
    0.2416304043067975,
    -0.0057381359158641156,
    -0.0008361820264683593,
    0.00019506259377718361,
    -1.2716433220967471e-05,
    -1.7488557732136415e-06,
    4.501234351400966e-07,
    -2.342160472787837e-08,
    -5.535076849120782e-09,
    1.069755507853659e-09,
    -1.7545880794097004e-11,
    -1.4613621010148454e-11,
    1.3642498644590784e-12,
];

/// `erfinv(x) / x` in `√w - 3.25` for `√w` from 2.5 to 4, where `x` is next to 1 in `f32`.
const INVERSE_TAIL_F32: [f64; 11] = [
    3.0838856104922208,
    1.005258971568844,
    0.005370917476428626,
    -0.003751348601612108,
    0.0024913388265205357,
    -0.0016868211634542168,
    0.0009543005893730655,
    -0.00036143798929837444,
    2.006417222692882e-05,
    8.157261329256633e-05,
    -4.084255567645907e-05,
];

/// The number whose error function is `x`, for an `x` that came from `f32`.
#[inline(always)]
pub fn erfinv_f32<V: FloatLanes<Scalar = f64>>(x: V) -> V {
    let (a, one) = (x.abs(), V::c(1.0));
    let w = -ln((-a).mul_add(a, one));
    let mut ratio = polynomial(w - V::c(3.0), &INVERSE_F32);
    let near = w.gt(V::c(6.25));
    if V::mask_bits(near) != 0 {
        let tail = polynomial(w.sqrt() - V::c(3.25), &INVERSE_TAIL_F32);
        ratio = V::select(near, tail, ratio);
    }
    V::select(a.eq(one), V::c(f64::INFINITY).copysign(x), x * ratio)
}

/// `erf(x) / x - 1` in `x² ≤ 0.92²`, to the precision of `f32`.
const SMALL_F32: [f64; 7] = [
    0.12837916670310623,
    -0.37612634296888225,
    0.11283703326879543,
    -0.026859798997836113,
    0.005201960775744405,
    -0.0008152630636767604,
    8.40992136434251e-05,
];

/// `ln(1 - erf(x))` in `x` from 0.9 to 4, where `erf` is 1 to the precision of `f32`.
const LARGE_F32: [f64; 8] = [
    0.00016921823249473834,
    -1.1294884707490238,
    -0.6334007182187315,
    -0.10822053313823661,
    0.025080715240680083,
    -0.004156293492632462,
    0.00043140180308913776,
    -2.0829860025432383e-05,
];

#[inline(always)]
pub fn erf_f32<V: FloatLanes<Scalar = f32>>(x: V) -> V {
    let a = x.abs();
    let large = V::c(1.0) - exp(polynomial(a.clamp(0.0, 4.0), &LARGE_F32));
    let small = x.mul_add(polynomial(x * x, &SMALL_F32), x);
    V::select(a.lt(V::c(0.92)), small, large.copysign(x))
}
