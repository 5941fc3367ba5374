//! Powers, `xʸ = e^(y ln x)`. In `f64` the logarithm carries twice the digits, for the exponential turns its absolute
//! error into a relative one.

use super::exact::{Double, polynomial, product, product_double, quotient, sum_ordered};
use super::exp::{Exponential, exp, parts};
use super::log::{decompose, ln};
use crate::cpu::simd::{FloatLanes, SplitLanes};

/// `atanh(s) / s` beyond `1 + s²/3 + s⁴/5`, twice and over `s⁶`, in `s²`, minimax.
const ATANH: [f64; 7] = [
    0.2857142857143207,
    0.22222222220386975,
    0.18181818554153972,
    0.15384576499967356,
    0.13335625571051823,
    0.11687764407241277,
    0.11889073195018526,
];

/// `ln x` of a positive finite `x`.
#[inline(always)]
fn ln_double<V: FloatLanes<Scalar = f64>>(x: V) -> Double<V> {
    let (f, e) = decompose(x);
    let s = quotient(Double::exact(f), sum_ordered(V::c(2.0), f));
    let z = product_double(s, s);
    // ln(1 + f) = 2s + s z (2/3 + z (2/5 + z tail))
    let tail = Double::exact(z.high * polynomial(z.high, &ATANH));
    let inner = add_constant(0.4, -2.2204460492503132e-17, tail);
    let inner = add_constant(
        0.6666666666666666,
        3.700743415417188e-17,
        product_double(z, inner),
    );
    let rest = product_double(product_double(s, z), inner);
    let log = sum_ordered(s.high + s.high, rest.high);
    let [ln2, ln2_low] = f64::LN_2;
    let total = sum_ordered(e * V::c(ln2), log.high);
    let low = total.low + e.mul_add(V::c(ln2_low), log.low + (rest.low + s.low + s.low));
    sum_ordered(total.high, low)
}

/// `(high + low) + rest` for a larger constant.
#[inline(always)]
fn add_constant<V: FloatLanes>(high: f64, low: f64, rest: Double<V>) -> Double<V> {
    let sum = sum_ordered(V::c(high), rest.high);
    Double {
        high: sum.high,
        low: sum.low + (rest.low + V::c(low)),
    }
}

/// The power from its magnitude `|x|ʸ`, which has C's special cases but those of its sign and of an undefined product.
#[inline(always)]
fn cases<V: FloatLanes>(x: V, y: V, magnitude: V) -> V {
    let (zero, one, infinity) = (V::c(0.0), V::c(1.0), V::c(f64::INFINITY));
    let a = x.abs();
    let whole = y.trunc().eq(y);
    let half = y * V::c(0.5);
    let odd = whole & half.trunc().ne(half);
    let magnitude = V::select(a.eq(one), one, magnitude);
    let signed = V::select(odd, magnitude.copysign(x), magnitude);
    let defined = V::select(x.lt(zero) & a.lt(infinity) & !whole, V::c(f64::NAN), signed);
    V::select(y.eq(zero) | x.eq(one), one, defined)
}

#[inline(always)]
pub fn pow_f64<V: FloatLanes<Scalar = f64>>(x: V, y: V) -> V {
    let (a, zero, infinity) = (x.abs(), V::c(0.0), V::c(f64::INFINITY));
    let log = ln_double(a);
    let end = V::select(a.eq(zero), -infinity, a);
    let ordinary = a.gt(zero) & a.lt(infinity);
    let log = Double {
        high: V::select(ordinary, log.high, end),
        low: V::select(ordinary, log.low, zero),
    };
    let exponent = product(log.high, y);
    let low = log.low.mul_add(y, exponent.low);
    let low = V::select(exponent.high.abs().lt(V::c(800.0)), low, zero);
    let [bottom, top] = f64::RANGE;
    let (p, k) = parts(exponent.high.clamp(bottom, top), low);
    cases(x, y, p.value().scale2(k))
}

#[inline(always)]
pub fn pow_f32<V: SplitLanes>(x: V, y: V) -> V {
    let ([x1, x2], [y1, y2]) = (x.split(), y.split());
    V::join([pow_short(x1, y1), pow_short(x2, y2)])
}

/// [`pow_f64`] for numbers that came from `f32`.
#[inline(always)]
fn pow_short<V: FloatLanes<Scalar = f64>>(x: V, y: V) -> V {
    cases(x, y, exp(ln(x.abs()) * y))
}
