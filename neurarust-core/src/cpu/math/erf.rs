//! The error function and its complement.

use super::exact::{polynomial, product, product_double, quotient, sum, sum_ordered};
use super::exp::{exp, parts};
use crate::cpu::simd::FloatLanes;

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
