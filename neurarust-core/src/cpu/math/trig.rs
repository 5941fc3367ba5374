//! Sine, cosine, tangent and their inverses.
//!
//! An angle is brought to `[-π/4, π/4]` by subtracting a multiple of π/2 that is kept in several parts. That is exact
//! up to about 1.6 million; the rare lanes beyond go one by one through the standard library.

use super::exact::{Double, polynomial, quotient, sum, sum_ordered};
use crate::cpu::simd::{FloatLanes, SplitLanes};

/// π/2 in parts of 33 bits, whose products with a quadrant below 2²⁰ are exact, and the rest.
const HALF_PI: [f64; 4] = [
    1.5707963267341256,
    6.077100506303966e-11,
    2.0222662487111665e-21,
    8.4784276603689e-32,
];
/// Where the quadrant reaches 2²⁰.
const FAR: f64 = 1.6e6;
const FRAC_PI_2_LOW: f64 = 6.123233995736766e-17;

/// `(sin r - r) / r³` in `r²`, minimax.
const SIN: [f64; 6] = [
    -0.16666666666666632,
    0.008333333333322321,
    -0.0001984126982972981,
    2.755731366348979e-06,
    -2.5050753458064328e-08,
    1.5896514377007487e-10,
];
/// `(cos r - 1 + ½r²) / r⁴` in `r²`, minimax.
const COS: [f64; 6] = [
    0.0416666666666666,
    -0.001388888888887398,
    2.4801587289387872e-05,
    -2.755731432399664e-07,
    2.0875719286490223e-09,
    -1.1359434907921314e-11,
];
/// The same to the precision of `f32`.
const SIN_F32: [f64; 4] = [
    -0.16666666641441402,
    0.008333329361453755,
    -0.00019839326607761106,
    2.7182314176822025e-06,
];
const COS_F32: [f64; 4] = [
    0.04166666662248814,
    -0.0013888883723055401,
    2.4799511817106462e-05,
    -2.7209549473332494e-07,
];

/// `x` less its multiple of π/2, and that multiple modulo 4.
#[inline(always)]
fn reduce<V: FloatLanes<Scalar = f64>>(x: V) -> (Double<V>, V) {
    let q = (x * V::c(std::f64::consts::FRAC_2_PI)).round();
    let r = (-q).mul_add(V::c(HALF_PI[0]), x);
    let r1 = sum(r, -q * V::c(HALF_PI[1]));
    let r2 = sum(r1.high, -q * V::c(HALF_PI[2]));
    let low = (r1.low + r2.low) - q * V::c(HALF_PI[3]);
    (sum_ordered(r2.high, low), quadrant(q))
}

#[inline(always)]
fn quadrant<V: FloatLanes>(q: V) -> V {
    q - V::c(4.0) * (q * V::c(0.25)).floor()
}

#[inline(always)]
fn kernel_sin<V: FloatLanes>(r: Double<V>) -> V {
    let z = r.high * r.high;
    let slope = (V::c(-0.5) * r.low).mul_add(z, r.low);
    r.high + (r.high * z).mul_add(polynomial(z, &SIN), slope)
}

#[inline(always)]
fn kernel_cos<V: FloatLanes>(r: Double<V>) -> V {
    let z = r.high * r.high;
    let half = z * V::c(0.5);
    let main = sum_ordered(V::c(1.0), -half);
    main.high + (z * z).mul_add(polynomial(z, &COS), main.low - r.high * r.low)
}

/// `fast`, but `slow` lane by lane where the angle is too large for it.
#[inline(always)]
fn far<V: FloatLanes<Scalar = f64>>(x: V, fast: V, slow: fn(f64) -> f64) -> V {
    let is_far = x.abs().ge(V::c(FAR)) & x.abs().lt(V::c(f64::INFINITY));
    if V::mask_bits(is_far) == 0 {
        return fast;
    }
    let near = V::select(is_far, x, V::c(0.0));
    V::select(is_far, near.map_lanes(near, |x, _| slow(x)), fast)
}

/// Sine or cosine of a quadrant: one of the two with one of the signs.
#[inline(always)]
fn turn<V: FloatLanes>(quadrant: V, sin: V, cos: V) -> V {
    let odd = quadrant.eq(V::c(1.0)) | quadrant.eq(V::c(3.0));
    let value = V::select(odd, cos, sin);
    V::select(quadrant.ge(V::c(2.0)), -value, value)
}

/// The quadrant after the next one: the cosine is the sine of it.
#[inline(always)]
fn next<V: FloatLanes>(quadrant: V) -> V {
    V::select(quadrant.eq(V::c(3.0)), V::c(0.0), quadrant + V::c(1.0))
}

#[inline(always)]
pub fn sin<V: FloatLanes<Scalar = f64>>(x: V) -> V {
    let (r, q) = reduce(x);
    let value = turn(q, kernel_sin(r), kernel_cos(r));
    far(x, V::select(x.eq(V::c(0.0)), x, value), f64::sin)
}

#[inline(always)]
pub fn cos<V: FloatLanes<Scalar = f64>>(x: V) -> V {
    let (r, q) = reduce(x);
    far(x, turn(next(q), kernel_sin(r), kernel_cos(r)), f64::cos)
}

#[inline(always)]
pub fn tan<V: FloatLanes<Scalar = f64>>(x: V) -> V {
    let (r, q) = reduce(x);
    let (sin, cos) = (kernel_sin(r), kernel_cos(r));
    let odd = q.eq(V::c(1.0)) | q.eq(V::c(3.0));
    let value = V::select(odd, -cos, sin) / V::select(odd, sin, cos);
    far(x, V::select(x.eq(V::c(0.0)), x, value), f64::tan)
}

/// π in two parts, the first of 33 bits.
const PI: [f64; 2] = [2.0 * HALF_PI[0], 2.0 * (HALF_PI[1] + HALF_PI[2])];

/// `(sin r - r) / r³` in `r²` for `|r| ≤ π/2`, to the precision of `f32`.
const SIN_WIDE: [f64; 6] = [
    -0.16666666666658467,
    0.008333333330940365,
    -0.0001984126870905615,
    2.755712317437327e-06,
    -2.5036745008428295e-08,
    1.550250902793809e-10,
];

/// Whether the integer `q` is odd.
#[inline(always)]
fn is_odd<V: FloatLanes>(q: V) -> V::Mask {
    let half = q * V::c(0.5);
    half.round().ne(half)
}

/// `sin(x - qπ)`, at most a quarter of a turn from 0.
#[inline(always)]
fn sin_less<V: FloatLanes<Scalar = f64>>(x: V, q: V) -> V {
    let r = (-q).mul_add(V::c(PI[1]), (-q).mul_add(V::c(PI[0]), x));
    let z = r * r;
    (r * z).mul_add(polynomial(z, &SIN_WIDE), r)
}

/// [`sin`] for an `x` that came from `f32`.
#[inline(always)]
pub fn sin_f32<V: FloatLanes<Scalar = f64>>(x: V) -> V {
    let q = (x * V::c(std::f64::consts::FRAC_1_PI)).round();
    let value = sin_less(x, q);
    let value = V::select(is_odd(q), -value, value);
    far(x, V::select(x.eq(V::c(0.0)), x, value), f64::sin)
}

/// [`cos`] for an `x` that came from `f32`.
#[inline(always)]
pub fn cos_f32<V: FloatLanes<Scalar = f64>>(x: V) -> V {
    let half = V::c(0.5);
    let q = x.mul_add(V::c(std::f64::consts::FRAC_1_PI), -half).round();
    let value = sin_less(x, q + half);
    far(x, V::select(is_odd(q), value, -value), f64::cos)
}

/// [`tan`] for an `x` that came from `f32`.
#[inline(always)]
pub fn tan_f32<V: FloatLanes<Scalar = f64>>(x: V) -> V {
    let q = (x * V::c(std::f64::consts::FRAC_2_PI)).round();
    let r = (-q).mul_add(V::c(0.5 * PI[1]), (-q).mul_add(V::c(0.5 * PI[0]), x));
    let z = r * r;
    let sin = (r * z).mul_add(polynomial(z, &SIN_F32), r);
    let cos = (z * z).mul_add(polynomial(z, &COS_F32), V::c(-0.5).mul_add(z, V::c(1.0)));
    let odd = is_odd(q);
    let value = V::select(odd, -cos, sin) / V::select(odd, sin, cos);
    far(x, V::select(x.eq(V::c(0.0)), x, value), f64::tan)
}

/// `sin(πx) / (πx)` for an `x` that came from `f32`.
#[inline(always)]
pub fn sinc_f32<V: FloatLanes<Scalar = f64>>(x: V) -> V {
    let t = x * V::c(std::f64::consts::PI);
    V::select(t.eq(V::c(0.0)), V::c(1.0), sin_f32(t) / t)
}

/// `(asin x - x) / x³` in `x² ≤ ¼`, minimax.
const ASIN: [f64; 13] = [
    0.16666666666666763,
    0.07499999999969753,
    0.04464285717562772,
    0.030381942658229168,
    0.022372216404884508,
    0.017351586210247245,
    0.013981133702342812,
    0.011396320592966237,
    0.010794935917711641,
    0.003650372605908726,
    0.021845154048849843,
    -0.02119584151421065,
    0.03275285948098403,
];

/// `asin s` as `s + rest`, with `s` the smaller of `|x|` and `√((1 - |x|) / 2)`, whose double is `acos |x|`.
#[inline(always)]
fn half_angle<V: FloatLanes<Scalar = f64>>(x: V) -> (V::Mask, Double<V>) {
    let a = x.abs();
    let large = a.gt(V::c(0.5));
    let z = V::select(large, (V::c(1.0) - a) * V::c(0.5), a * a);
    let s = V::select(large, z.sqrt(), a);
    // What rounding took from the root, by one step of Newton's method.
    let square = super::exact::product(s, s);
    let lost = ((z - square.high) - square.low) / (s + s);
    let lost = V::select(large & z.gt(V::c(0.0)), lost, V::c(0.0));
    (
        large,
        Double {
            high: s,
            low: (s * z).mul_add(polynomial(z, &ASIN), lost),
        },
    )
}

#[inline(always)]
pub fn asin<V: FloatLanes<Scalar = f64>>(x: V) -> V {
    let (large, half) = half_angle(x);
    let two = V::c(-2.0);
    let top = sum_ordered(V::c(std::f64::consts::FRAC_PI_2), two * half.high);
    let top = top.high + (top.low + two.mul_add(half.low, V::c(FRAC_PI_2_LOW)));
    V::select(large, top, half.high + half.low).copysign(x)
}

#[inline(always)]
pub fn acos<V: FloatLanes<Scalar = f64>>(x: V) -> V {
    let (large, half) = half_angle(x);
    let negative = x.lt(V::c(0.0));
    // base - factor · (high + low): the base is π/2, or 0 or π where |x| is large.
    let (zero, one, two) = (V::c(0.0), V::c(1.0), V::c(2.0));
    let quarters = V::select(large, V::select(negative, two, zero), one);
    let size = V::select(large, two, one);
    let factor = V::select(large ^ negative, -size, size);
    let base = quarters * V::c(std::f64::consts::FRAC_PI_2);
    let top = sum_ordered(base, -factor * half.high);
    top.high + (top.low + (-factor).mul_add(half.low, quarters * V::c(FRAC_PI_2_LOW)))
}

/// `(atan t - t) / t³` in `t²` for `|t| ≤ tan π/8`, minimax.
const ATAN: [f64; 12] = [
    -0.33333333333333326,
    0.1999999999999791,
    -0.14285714285410156,
    0.11111111089250922,
    -0.09090908175776666,
    0.07692283343823877,
    -0.06666234048748526,
    0.05877082889803696,
    -0.05218744450812205,
    0.045047548575512034,
    -0.03349907317158066,
    0.015217184818880871,
];

/// The angle of the point `(x, y)` of the first quadrant, or its supplement where `obtuse`.
#[inline(always)]
fn angle<V: FloatLanes<Scalar = f64>>(y: V, x: V, obtuse: V::Mask) -> V {
    // Turning the point by -45° or -90° brings its angle to within 22.5° of the axis.
    const TAN_PI_8: f64 = std::f64::consts::SQRT_2 - 1.0;
    let (zero, one) = (V::c(0.0), V::c(1.0));
    let steep = (y * V::c(TAN_PI_8)).gt(x);
    let flat = y.le(x * V::c(TAN_PI_8));
    let numerator = Double::select(flat, Double::exact(y), sum(y, -x));
    let denominator = Double::select(flat, Double::exact(x), sum(y, x));
    let t = quotient(
        Double::select(steep, Double::exact(-x), numerator),
        Double::select(steep, Double::exact(y), denominator),
    );
    let eighths = V::select(steep, V::c(2.0), V::select(flat, zero, one));
    let z = t.high * t.high;
    let rest = (t.high * z).mul_add(polynomial(z, &ATAN), t.low);
    let eighths = V::select(obtuse, V::c(4.0) - eighths, eighths);
    let sign = V::select(obtuse, -one, one);
    let base = eighths * V::c(std::f64::consts::FRAC_PI_4);
    let main = sum_ordered(base, sign * t.high);
    main.high + (main.low + sign.mul_add(rest, eighths * V::c(0.5 * FRAC_PI_2_LOW)))
}

#[inline(always)]
pub fn atan<V: FloatLanes<Scalar = f64>>(x: V) -> V {
    let one = V::c(1.0);
    let value = angle(x.abs().clamp(0.0, 1e300), one, one.lt(V::c(0.0))).copysign(x);
    V::select(x.eq(V::c(0.0)), x, value)
}

#[inline(always)]
pub fn atan2<V: FloatLanes<Scalar = f64>>(y: V, x: V) -> V {
    let (a, b) = (y.abs(), x.abs());
    let (zero, one, infinity) = (V::c(0.0), V::c(1.0), V::c(f64::INFINITY));
    // Away from overflow and underflow: infinite points become finite ones in the same direction.
    let larger = V::select(a.lt(b), b, a);
    let (down, up) = (
        V::c(f64::from_bits((1023 - 500) << 52)),
        V::c(f64::from_bits((1023 + 500) << 52)),
    );
    let scale = V::select(
        larger.gt(V::c(1e150)),
        down,
        V::select(larger.lt(V::c(1e-150)), up, one),
    );
    let infinite = a.eq(infinity) | b.eq(infinity);
    let origin = a.eq(zero) & b.eq(zero);
    let a = V::select(infinite, direction(a), a * scale);
    let b = V::select(origin, one, V::select(infinite, direction(b), b * scale));
    let negative = one.copysign(x).lt(zero);
    angle(a, b, negative).copysign(y)
}

/// A coordinate beside an infinite one: 1 where it is infinite too, 0 where it is finite, NaN where it is NaN.
#[inline(always)]
fn direction<V: FloatLanes>(a: V) -> V {
    let finite = V::select(a.lt(V::c(f64::INFINITY)), V::c(0.0), a);
    V::select(a.eq(V::c(f64::INFINITY)), V::c(1.0), finite)
}

/// `(asin x - x) / x³` in `x² ≤ ¼`, to the precision of `f32`.
const ASIN_F32: [f64; 8] = [
    0.16666666665495086,
    0.07500000598829049,
    0.044642358484883196,
    0.030397634130580702,
    0.022132443623426794,
    0.019306260869368045,
    0.0054431851027481075,
    0.02930523970533579,
];

/// [`half_angle`] for an `x` that came from `f32`.
#[inline(always)]
fn half_angle_f32<V: FloatLanes<Scalar = f64>>(x: V) -> (V::Mask, V) {
    let a = x.abs();
    let large = a.gt(V::c(0.5));
    let z = V::select(large, V::c(-0.5).mul_add(a, V::c(0.5)), a * a);
    let s = V::select(large, z.sqrt(), a);
    (large, (s * z).mul_add(polynomial(z, &ASIN_F32), s))
}

/// [`asin`] for an `x` that came from `f32`.
#[inline(always)]
pub fn asin_f32<V: FloatLanes<Scalar = f64>>(x: V) -> V {
    let (large, half) = half_angle_f32(x);
    let top = V::c(-2.0).mul_add(half, V::c(std::f64::consts::FRAC_PI_2));
    V::select(large, top, half).copysign(x)
}

/// [`acos`] for an `x` that came from `f32`.
#[inline(always)]
pub fn acos_f32<V: FloatLanes<Scalar = f64>>(x: V) -> V {
    let (large, half) = half_angle_f32(x);
    let angle = V::select(large, half + half, V::c(std::f64::consts::FRAC_PI_2) - half);
    let obtuse = x.lt(V::c(0.0));
    V::select(obtuse, V::c(std::f64::consts::PI) - angle, angle)
}

/// `(atan t - t) / t³` in `t²` for `|t| ≤ 1`, to the precision of `f32`.
const ATAN_F32: [f64; 12] = [
    -0.3333333332694414,
    0.19999998154086215,
    -0.14285624891483525,
    0.11109392308322223,
    -0.09073553118976409,
    0.0758665283364667,
    -0.06246315194128317,
    0.047294798621813336,
    -0.02991311194551696,
    0.014072923344697239,
    -0.0042216579909296476,
    0.0005930437556365282,
];

/// [`angle`] of the point `(x, y)` of the first quadrant.
#[inline(always)]
fn angle_f32<V: FloatLanes<Scalar = f64>>(y: V, x: V) -> V {
    let steep = y.gt(x);
    // Away from 0 and infinity, which no quotient of two numbers from `f32` notices.
    let t = V::select(steep, x, y).clamp(0.0, 1e300) / V::select(steep, y, x).clamp(1e-100, 1e300);
    let z = t * t;
    let angle = (t * z).mul_add(polynomial(z, &ATAN_F32), t);
    V::select(steep, V::c(std::f64::consts::FRAC_PI_2) - angle, angle)
}

/// [`atan`] of a register of `f32`.
#[inline(always)]
pub fn atan_f32<V: SplitLanes>(x: V) -> V {
    // A short reciprocal and a step of Newton's method take half the time of a long one.
    let a = x.abs().clamp(0.0, 1e30);
    let ([a1, a2], [i1, i2]) = (a.split(), (V::c(1.0) / a).split());
    V::join([atan_half(a1, i1), atan_half(a2, i2)]).copysign(x)
}

/// `atan a` for `a ≥ 0`, of which `inverse` is the reciprocal to the precision of `f32`.
#[inline(always)]
fn atan_half<V: FloatLanes<Scalar = f64>>(a: V, inverse: V) -> V {
    let one = V::c(1.0);
    let steep = a.gt(one);
    let inverse = inverse.mul_add((-a).mul_add(inverse, one), inverse);
    let t = V::select(steep, inverse, a);
    let z = t * t;
    let angle = (t * z).mul_add(polynomial(z, &ATAN_F32), t);
    V::select(steep, V::c(std::f64::consts::FRAC_PI_2) - angle, angle)
}

/// [`atan2`] for numbers that came from `f32`.
#[inline(always)]
pub fn atan2_f32<V: FloatLanes<Scalar = f64>>(y: V, x: V) -> V {
    let angle = angle_f32(y.abs(), x.abs());
    let obtuse = V::c(1.0).copysign(x).lt(V::c(0.0));
    V::select(obtuse, V::c(std::f64::consts::PI) - angle, angle).copysign(y)
}
