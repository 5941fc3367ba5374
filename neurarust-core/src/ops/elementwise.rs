//! Every element-wise op: name, formula, documentation. Nothing else, nowhere else.
//!
//! A line of the table below becomes a `Tensor` method and its in-place twin, the kernels for every instruction set, the
//! gradient, the Python binding and the generated tests. For example
//!
//! ```text
//! real leaky_relu, leaky_relu_ (x; slope) = V::select(x.gt(V::c(0.0)), x, x * slope);
//! ```
//!
//! becomes `struct def::leaky_relu { slope: f64 }` with its [`Formula`], `Tensor::leaky_relu(&self, slope: f64)`,
//! `Tensor::leaky_relu_(&self, slope: f64)` and an entry of [`tables`].
//!
//! The first word is the op's [`Class`]: `real` (integers become floats), `num` (integers stay), `signed` (`num`, but not
//! for bool), `round` (integers come back unchanged), `test` (answers bool), `bits` (integers only). `grad y => …` is the
//! derivative in terms of the output, where that is cheaper; all others are differentiated by [`Dual`](crate::dual).
//!
//! Two words are for what is heavy or rare: `scalar`, and `special` (which Python has in `torch.special` only). Their body
//! is computed one element at a time in `f64` and compiled once, and `slope x => …` is the derivative with respect to `x`
//! as a `Result<Tensor>`, made of tensor operations. `lanes …` computes the same of registers of `f32`. An input without a slope can't require a gradient.

use crate::cpu::kernel::{MAX_PARAMS, Params};
use crate::cpu::math;
use crate::cpu::simd::SplitLanes;
use crate::formula::Formula;
use crate::op::{
    Class, Elementwise, InLanes, IntFormula, OpTable, Parameters, Predicate, Scalar, Slope,
};
use crate::real::{Bits, Num, Real};
use crate::special;
use crate::tensor::Operand;
use crate::{Result, Tensor};
use std::sync::LazyLock;

/// The table. `elementwise_table!(callback)` expands to `callback! { … }` with all of its lines.
///
/// ```
/// macro_rules! text {
///     ($($line:tt)*) => { stringify!($($line)*) };
/// }
/// assert!(neurarust_core::elementwise_table!(text).contains("leaky_relu_"));
/// ```
#[macro_export]
macro_rules! elementwise_table {
    ($callback:ident) => {
        $callback! {
            // ---- arithmetic ----
            /// `a + b`
            num add, add_ (a, b) = a + b;
            /// `a - b`
            signed sub, sub_ (a, b) = a - b;
            /// `a · b`
            num mul, mul_ (a, b) = a * b;
            /// `a / b`; integers answer floats
            real div, div_ (a, b) = a / b;
            /// `⌊a / b⌋`; integers by 0 answer 0
            num floor_divide, floor_divide_ (a, b) = a.floor_div(b);
            /// Python's `a % b`, with the sign of `b`; integers by 0 answer 0
            num remainder, remainder_ (a, b) = a.rem(b);
            /// C's `fmod(a, b)`, with the sign of `a`; integers by 0 answer 0
            num fmod, fmod_ (a, b) = a.fmod(b);
            /// `a + alpha · b`
            num add_scaled, add_scaled_ (a, b; alpha) = a + b * alpha;
            /// `-x`
            signed neg, neg_ (x) = -x;
            /// `|x|`
            num abs, abs_ (x) = x.abs();
            /// -1, 0 or 1; 0 for NaN
            num sign, sign_ (x) = V::select(x.gt(V::c(0.0)), V::c(1.0), V::select(x.lt(V::c(0.0)), V::c(-1.0), V::c(0.0)));
            /// `x²`
            num square, square_ (x) = x * x;
            /// `1 / x`
            real reciprocal, reciprocal_ (x) = V::c(1.0) / x, grad y => -(y * y);
            /// The smaller of the two, NaN if either is
            num minimum, minimum_ (a, b) = a.min(b);
            /// The larger of the two, NaN if either is
            num maximum, maximum_ (a, b) = a.max(b);
            /// The larger of the two; the other one where one is NaN
            num fmax, fmax_ (a, b) = V::select(b.ne(b), a, V::select(a.ne(a), b, a.max(b)));
            /// The smaller of the two; the other one where one is NaN
            num fmin, fmin_ (a, b) = V::select(b.ne(b), a, V::select(a.ne(a), b, a.min(b)));
            /// 0 where `x` is below 0, 1 above, `value` at 0
            num heaviside, heaviside_ (x, value) =
                V::select(x.eq(V::c(0.0)), value, V::select(x.gt(V::c(0.0)), V::c(1.0), V::c(0.0)));
            /// `x`, but `nan`, `posinf` and `neginf` in place of what isn't finite
            real nan_to_num, nan_to_num_ (x; nan, posinf, neginf) = {
                let infinity = V::c(f64::INFINITY);
                V::select(x.eq(infinity), posinf, V::select(x.eq(-infinity), neginf, V::select(x.eq(x), x, nan)))
            };
            /// 0 or π, the angle of a real number
            real real_angle, real_angle_ (x) =
                V::select(x.lt(V::c(0.0)), V::c(std::f64::consts::PI), V::select(x.eq(x), V::c(0.0), x * V::c(0.0)));
            /// The part behind the point
            real frac, frac_ (x) = x - x.trunc();
            /// `x` within `[min, max]`; the derivative of NaN is 0
            num clamp_between, clamp_between_ (x; min, max) = V::select(
                x.ge(min) & x.le(max), x, V::select(x.lt(min), min, V::select(x.gt(max), max, x * V::c(0.0)))
            );
            /// `a + w · (b - a)`
            real lerp, lerp_ (a, b, w) = V::select(w.abs().lt(V::c(0.5)), a + w * (b - a), b - (b - a) * (V::c(1.0) - w));
            /// `x + value · a · b`
            num addcmul, addcmul_ (x, a, b; value) = x + a * b * value;
            /// `x + value · a / b`
            real addcdiv, addcdiv_ (x, a, b; value) = x + a / b * value;
            /// `√(a² + b²)`, without overflow of the squares; infinity if either is infinite
            real hypot, hypot_ (a, b) = {
                let (x, y, infinity) = (a.abs(), b.abs(), V::c(f64::INFINITY));
                let first = x.gt(y);
                let (long, short) = (V::select(first, x, y), V::select(first, y, x));
                let ratio = short / V::select(long.eq(V::c(0.0)), V::c(1.0), long);
                let endless = x.eq(infinity) | y.eq(infinity);
                V::select(endless, infinity, long * (V::c(1.0) + ratio * ratio).sqrt())
            };
            /// The magnitude of `a` with the sign of `b`
            real copysign, copysign_ (a, b) = a.copysign(b);
            /// `a` where `condition`, `b` elsewhere
            num select_where, select_where_ (condition, a, b) = V::select(condition.ne(V::c(0.0)), a, b);

            // ---- exponentials and powers ----
            /// `eˣ`
            real exp, exp_ (x) = x.exp(), grad y => y;
            /// `2ˣ`
            real exp2, exp2_ (x) = x.exp2(), grad y => y * V::c(std::f64::consts::LN_2);
            /// `eˣ - 1`, exact near 0
            real expm1, expm1_ (x) = x.expm1(), grad y => y + V::c(1.0);
            /// Natural logarithm
            real log, log_ (x) = x.ln();
            /// Logarithm to base 2
            real log2, log2_ (x) = x.log2();
            /// Logarithm to base 10
            real log10, log10_ (x) = x.log10();
            /// `ln(1 + x)`, exact near 0
            real log1p, log1p_ (x) = x.ln_1p();
            /// `√x`
            real sqrt, sqrt_ (x) = x.sqrt(), grad y => V::c(0.5) / y;
            /// `1 / √x`
            real rsqrt, rsqrt_ (x) = V::c(1.0) / x.sqrt(), grad y => V::c(-0.5) * y * y * y;
            /// `a` to the power `b`, for floats
            real pow_real, pow_real_ (a, b) = a.pow(b);
            /// `ln(eᵃ + eᵇ)`
            real logaddexp, logaddexp_ (a, b) = {
                // Selected by one comparison, so that the derivatives are right where both are equal, too.
                let first = a.gt(b);
                let (hi, lo) = (V::select(first, a, b), V::select(first, b, a));
                let gap = lo - hi;
                V::select(a.eq(b) & gap.ne(gap), V::c(0.5) * (a + b), hi + gap.exp().ln_1p())
            };
            /// `ln(x / (1 - x))`; outside of `[0, 1]` it is NaN, and so is its derivative
            real logit, logit_ (x) = {
                let (zero, one) = (V::c(0.0), V::c(1.0));
                V::select(x.ge(zero) & x.le(one), x.ln() - (one - x).ln(), x * V::c(f64::NAN))
            };
            /// `a · ln b`, 0 where `a` is 0
            real xlogy, xlogy_ (a, b) = {
                // Elsewhere the product is 0 by itself, and its derivative is not.
                let zero = V::c(0.0);
                let pole = b.le(zero) | b.eq(V::c(f64::INFINITY));
                V::select(a.eq(zero) & pole, zero, a * b.ln())
            };

            // ---- trigonometry ----
            /// Sine of radians
            real sin, sin_ (x) = x.sin();
            /// Cosine of radians
            real cos, cos_ (x) = x.cos();
            /// Tangent of radians
            real tan, tan_ (x) = x.tan(), grad y => y * y + V::c(1.0);
            /// Inverse sine
            real asin, asin_ (x) = x.asin();
            /// Inverse cosine
            real acos, acos_ (x) = x.acos();
            /// Inverse tangent
            real atan, atan_ (x) = x.atan();
            /// Angle of the point `(b, a)`
            real atan2, atan2_ (a, b) = a.atan2(b);
            /// Hyperbolic sine
            real sinh, sinh_ (x) = x.sinh();
            /// Hyperbolic cosine
            real cosh, cosh_ (x) = x.cosh();
            /// Hyperbolic tangent
            real tanh, tanh_ (x) = x.tanh(), grad y => V::c(1.0) - y * y;
            /// Inverse hyperbolic sine
            real asinh, asinh_ (x) = x.asinh();
            /// Inverse hyperbolic cosine
            real acosh, acosh_ (x) = x.acosh();
            /// Inverse hyperbolic tangent
            real atanh, atanh_ (x) = x.atanh();
            /// The error function
            real erf, erf_ (x) = x.erf();
            /// `1 - erf(x)`
            real erfc, erfc_ (x) = x.erfc();

            // ---- activations ----
            /// `1 / (1 + e⁻ˣ)`
            real sigmoid, sigmoid_ (x) = x.sigmoid(), grad y => y * (V::c(1.0) - y);
            /// `x` where positive, 0 elsewhere
            num relu, relu_ (x) = V::select(x.le(V::c(0.0)), V::c(0.0), x);
            /// `x` where positive, `slope · x` elsewhere
            real leaky_relu, leaky_relu_ (x; slope) = V::select(x.gt(V::c(0.0)), x, x * slope);
            /// `x · Φ(x)`, Φ the normal distribution function
            real gelu, gelu_ (x) = V::c(0.5) * x * (V::c(1.0) + (x * V::c(std::f64::consts::FRAC_1_SQRT_2)).erf());
            /// GELU by its tanh approximation
            real gelu_tanh, gelu_tanh_ (x) = {
                let inner = V::c(0.797_884_560_802_865_4) * (x + V::c(0.044715) * x * x * x);
                V::c(0.5) * x * (V::c(1.0) + inner.tanh())
            };
            /// `x · sigmoid(x)`
            real silu, silu_ (x) = x * x.sigmoid();
            /// `x · tanh(softplus(x))`
            real mish, mish_ (x) = {
                // From 22 on, the factor is 1 in any float.
                let zero = V::c(0.0);
                let z = V::select(x.gt(V::c(22.0)), zero, x);
                let up = z.gt(zero);
                let softplus = V::select(up, z, zero) + V::select(up, -z, z).exp().ln_1p();
                V::select(x.gt(V::c(22.0)), x, z * softplus.tanh())
            };
            /// `ln(1 + eᵇˣ) / b`, linear where `b · x > threshold`
            real softplus, softplus_ (x; beta, threshold) = {
                // One comparison decides both: the two kinks at 0 have to cancel in every derivative.
                let (z, zero) = (x * beta, V::c(0.0));
                let up = z.gt(zero);
                let whole = V::select(up, z, zero) + V::select(up, -z, z).exp().ln_1p();
                V::select(z.gt(threshold), x, whole / beta)
            };
            /// `x` where positive, `alpha · (eˣ - 1)` elsewhere
            real elu, elu_ (x; alpha) = V::select(x.le(V::c(0.0)), alpha * V::select(x.le(V::c(0.0)), x, V::c(0.0)).expm1(), x);
            /// `x` where positive, `alpha · (eˣᐟᵅ - 1)` elsewhere
            real celu, celu_ (x; alpha) = V::select(x.le(V::c(0.0)), alpha * (V::select(x.le(V::c(0.0)), x, V::c(0.0)) / alpha).expm1(), x);
            /// The self-normalising ELU
            real selu, selu_ (x) = {
                let negative = V::c(1.673_263_242_354_377_2) * V::select(x.le(V::c(0.0)), x, V::c(0.0)).expm1();
                V::c(1.050_700_987_355_480_5) * V::select(x.le(V::c(0.0)), negative, x)
            };
            /// `ln sigmoid(x)`
            real logsigmoid, logsigmoid_ (x) = {
                let down = x.lt(V::c(0.0));
                V::select(down, x, V::c(0.0)) - V::select(down, x, -x).exp().ln_1p()
            };
            /// `x / (1 + |x|)`
            real softsign, softsign_ (x) = x / (V::c(1.0) + x.abs());
            /// `x - tanh(x)`
            real tanhshrink, tanhshrink_ (x) = x - x.tanh();
            /// `x` within `[min, max]`; derivative 0 at the bounds and of NaN
            num hardtanh, hardtanh_ (x; min, max) = V::select(
                x.gt(min) & x.lt(max), x, V::select(x.le(min), min, V::select(x.ge(max), max, x * V::c(0.0)))
            );
            /// `relu6(x + 3) / 6`
            real hardsigmoid, hardsigmoid_ (x) = {
                let (z, zero, six) = (x + V::c(3.0), V::c(0.0), V::c(6.0));
                let outside = V::select(z.le(zero), zero, V::select(z.ge(six), V::c(1.0), x * zero));
                V::select(z.gt(zero) & z.lt(six), z / six, outside)
            };
            /// `x · relu6(x + 3) / 6`
            real hardswish, hardswish_ (x) = V::select(
                x.le(V::c(-3.0)), V::c(0.0), V::select(x.ge(V::c(3.0)), x, x * (x + V::c(3.0)) / V::c(6.0))
            );
            /// `x` outside of `[-lambda, lambda]`, 0 inside
            real hardshrink, hardshrink_ (x; lambda) =
                V::select(x.gt(lambda) | x.lt(-lambda), x, V::select(x.eq(x), V::c(0.0), x * V::c(0.0)));
            /// `x` moved towards 0 by `lambda`
            real softshrink, softshrink_ (x; lambda) =
                V::select(x.gt(lambda), x - lambda, V::select(x.lt(-lambda), x + lambda, V::select(x.eq(x), V::c(0.0), x)));
            /// `x` where above `threshold`, `value` elsewhere
            num threshold, threshold_ (x; threshold, value) = V::select(x.le(threshold), value, x);
            /// `x` where positive, `w · x` elsewhere
            real prelu_elementwise, prelu_elementwise_ (x, w) = V::select(x.gt(V::c(0.0)), x, w * x);

            // ---- losses, per element ----
            /// `(a - b)²`
            real squared_error, squared_error_ (a, b) = (a - b) * (a - b);
            /// `|a - b|`
            real absolute_error, absolute_error_ (a, b) = (a - b).abs();
            /// Quadratic below `beta`, linear above
            real smooth_l1_error, smooth_l1_error_ (a, b; beta) = {
                let d = (a - b).abs();
                V::select(d.lt(beta), V::c(0.5) * d * d / beta, d - V::c(0.5) * beta)
            };
            /// `delta` times the smooth L1 error
            real huber_error, huber_error_ (a, b; delta) = {
                let d = (a - b).abs();
                V::select(d.le(delta), V::c(0.5) * d * d, delta * (d - V::c(0.5) * delta))
            };
            /// Binary cross-entropy of the logit `x` against the probability `t`, without overflow
            real bce_with_logits_error, bce_with_logits_error_ (x, t) = {
                let up = x.gt(V::c(0.0));
                V::select(up, x, V::c(0.0)) - x * t + V::select(up, -x, x).exp().ln_1p()
            };

            /// As `bce_with_logits_error`, with positive examples counting `p` times
            real bce_with_logits_weighted_error, bce_with_logits_weighted_error_ (x, t, p) = {
                let (one, down) = (V::c(1.0), x.lt(V::c(0.0)));
                let softplus = V::select(down, -x, V::c(0.0)) + V::select(down, x, -x).exp().ln_1p();
                (one - t) * x + (one + (p - one) * t) * softplus
            };
            /// Binary cross-entropy of the probability `x` against the probability `t`, logarithms not below -100
            real bce_error, bce_error_ (x, t) = {
                let low = V::c(-100.0);
                -(t * x.ln().max(low) + (V::c(1.0) - t) * (-x).ln_1p().max(low))
            };
            /// `t · (ln t - x)`, 0 where `t` is 0
            real kl_error, kl_error_ (x, t) = V::select(t.gt(V::c(0.0)), t * (t.ln() - x), V::select(t.eq(t), V::c(0.0), t));
            /// `eᵗ · (t - x)`
            real kl_log_error, kl_log_error_ (x, t) = t.exp() * (t - x);

            // ---- gamma functions ----
            /// `ln |Γ(x)|`
            scalar lgamma, lgamma_ (x) = special::lgamma(x), lanes math::through_f64!(x, gamma::lgamma_f32), slope x => x.digamma();
            /// `Γ′(x) / Γ(x)`
            scalar digamma, digamma_ (x) = special::digamma(x),
                lanes math::through_f64!(x, gamma::digamma_f32), slope x => x.polygamma(1.0);
            /// The derivative of order `n` of `digamma`
            scalar polygamma, polygamma_ (x; n) = special::polygamma(n, x), slope x => x.polygamma(n.trunc() + 1.0);
            /// The lower incomplete gamma function of `(a, x)`, over `Γ(a)`
            scalar igamma, igamma_ (a, x) = special::igamma(a, x), slope x => a.igamma_slope(x);
            /// The upper incomplete gamma function of `(a, x)`, over `Γ(a)`
            scalar igammac, igammac_ (a, x) = special::igammac(a, x), slope x => a.igamma_slope(x)?.neg();
            /// `xᵃ⁻¹ e⁻ˣ / Γ(a)`
            special igamma_slope, igamma_slope_ (a, x) = special::igamma_slope(a, x),
                slope x => a.igamma_slope(x)?.mul(a.sub(1.0)?.div(x)?.sub(1.0)?);
            /// Hurwitz' zeta function `Σ (q + k)⁻ˢ`
            special zeta, zeta_ (s, q) = special::zeta(s, q), slope q => s.neg()?.mul(s.add(1.0)?.zeta(q)?);

            // ---- the error function's relatives ----
            /// The number whose error function is `x`
            scalar erfinv, erfinv_ (x) = special::erfinv(x), lanes math::through_f64!(x, erf::erfinv_f32),
                slope x => x.erfinv()?.square()?.exp()?.mul(0.5 * std::f64::consts::PI.sqrt());
            /// `eˣ² · erfc(x)`
            special erfcx, erfcx_ (x) = special::erfcx(x),
                slope x => x.mul(x.erfcx()?)?.mul(2.0)?.sub(std::f64::consts::FRAC_2_SQRT_PI);
            /// The normal distribution function
            special ndtr, ndtr_ (x) = special::ndtr(x), slope x => normal_density(x);
            /// The number whose normal distribution function is `x`
            special ndtri, ndtri_ (x) = special::ndtri(x), slope x => normal_density(&x.ndtri()?)?.reciprocal();
            /// The logarithm of the normal distribution function
            special log_ndtr, log_ndtr_ (x) = special::log_ndtr(x), slope x => x.log_ndtr_slope();
            /// The density over the distribution function of the normal distribution
            special log_ndtr_slope, log_ndtr_slope_ (x) = special::log_ndtr_slope(x),
                slope x => x.add(x.log_ndtr_slope()?)?.mul(x.log_ndtr_slope()?)?.neg();

            // ---- Bessel functions and Airy's ----
            /// The modified Bessel function of the first kind of order 0
            scalar i0, i0_ (x) = special::i0(x), slope x => x.i1();
            /// `e⁻|ˣ|` times the modified Bessel function of the first kind of order 0
            special i0e, i0e_ (x) = special::i0e(x), slope x => x.i1e()?.sub(x.sign()?.mul(x.i0e()?)?);
            /// The modified Bessel function of the first kind of order 1
            special i1, i1_ (x) = special::i1(x), slope x => x.i0()?.sub(over(&x.i1()?, x, 0.5)?);
            /// `e⁻|ˣ|` times the modified Bessel function of the first kind of order 1
            special i1e, i1e_ (x) = special::i1e(x),
                slope x => x.i0e()?.sub(over(&x.i1e()?, x, 0.5)?)?.sub(x.sign()?.mul(x.i1e()?)?);
            /// The Bessel function of the first kind of order 0
            special bessel_j0, bessel_j0_ (x) = special::bessel_j0(x), slope x => x.bessel_j1()?.neg();
            /// The Bessel function of the first kind of order 1
            special bessel_j1, bessel_j1_ (x) = special::bessel_j1(x), slope x => x.bessel_j0()?.sub(over(&x.bessel_j1()?, x, 0.5)?);
            /// The Bessel function of the second kind of order 0
            special bessel_y0, bessel_y0_ (x) = special::bessel_y0(x), slope x => x.bessel_y1()?.neg();
            /// The Bessel function of the second kind of order 1
            special bessel_y1, bessel_y1_ (x) = special::bessel_y1(x), slope x => x.bessel_y0()?.sub(x.bessel_y1()?.div(x)?);
            /// The modified Bessel function of the first kind of order 0
            special modified_bessel_i0, modified_bessel_i0_ (x) = special::i0(x), slope x => x.i1();
            /// The modified Bessel function of the first kind of order 1
            special modified_bessel_i1, modified_bessel_i1_ (x) = special::i1(x), slope x => x.i0()?.sub(over(&x.i1()?, x, 0.5)?);
            /// The modified Bessel function of the second kind of order 0
            special modified_bessel_k0, modified_bessel_k0_ (x) = special::modified_bessel_k0(x),
                slope x => x.modified_bessel_k1()?.neg();
            /// The modified Bessel function of the second kind of order 1
            special modified_bessel_k1, modified_bessel_k1_ (x) = special::modified_bessel_k1(x),
                slope x => x.modified_bessel_k0()?.add(x.modified_bessel_k1()?.div(x)?)?.neg();
            /// `eˣ` times the modified Bessel function of the second kind of order 0
            special scaled_modified_bessel_k0, scaled_modified_bessel_k0_ (x) = special::scaled_modified_bessel_k0(x),
                slope x => x.scaled_modified_bessel_k0()?.sub(x.scaled_modified_bessel_k1()?);
            /// `eˣ` times the modified Bessel function of the second kind of order 1
            special scaled_modified_bessel_k1, scaled_modified_bessel_k1_ (x) = special::scaled_modified_bessel_k1(x),
                slope x => x.scaled_modified_bessel_k1()?.sub(x.scaled_modified_bessel_k0()?)?.sub(x.scaled_modified_bessel_k1()?.div(x)?);
            /// `sin(x) / x`
            special spherical_bessel_j0, spherical_bessel_j0_ (x) = special::spherical_bessel_j0(x),
                slope x => x.spherical_bessel_j0_slope();
            /// Airy's function of the first kind
            special airy_ai, airy_ai_ (x) = special::airy_ai(x);

            // ---- orthogonal polynomials of degree `n` ----
            /// Chebyshev's polynomial of the first kind
            special chebyshev_polynomial_t, chebyshev_polynomial_t_ (x, n) = special::chebyshev_polynomial_t(x, n);
            /// Chebyshev's polynomial of the second kind
            special chebyshev_polynomial_u, chebyshev_polynomial_u_ (x, n) = special::chebyshev_polynomial_u(x, n);
            /// Chebyshev's polynomial of the third kind
            special chebyshev_polynomial_v, chebyshev_polynomial_v_ (x, n) = special::chebyshev_polynomial_v(x, n);
            /// Chebyshev's polynomial of the fourth kind
            special chebyshev_polynomial_w, chebyshev_polynomial_w_ (x, n) = special::chebyshev_polynomial_w(x, n);
            /// Chebyshev's polynomial of the first kind at `2x - 1`
            special shifted_chebyshev_polynomial_t, shifted_chebyshev_polynomial_t_ (x, n) = special::chebyshev_polynomial_t(x + x - 1.0, n);
            /// Chebyshev's polynomial of the second kind at `2x - 1`
            special shifted_chebyshev_polynomial_u, shifted_chebyshev_polynomial_u_ (x, n) = special::chebyshev_polynomial_u(x + x - 1.0, n);
            /// Chebyshev's polynomial of the third kind at `2x - 1`
            special shifted_chebyshev_polynomial_v, shifted_chebyshev_polynomial_v_ (x, n) = special::chebyshev_polynomial_v(x + x - 1.0, n);
            /// Chebyshev's polynomial of the fourth kind at `2x - 1`
            special shifted_chebyshev_polynomial_w, shifted_chebyshev_polynomial_w_ (x, n) = special::chebyshev_polynomial_w(x + x - 1.0, n);
            /// Hermite's polynomial of the physicists
            special hermite_polynomial_h, hermite_polynomial_h_ (x, n) = special::hermite_polynomial_h(x, n),
                slope x => n.trunc()?.mul(2.0)?.mul(x.hermite_polynomial_h(n.sub(1.0)?)?);
            /// Hermite's polynomial of the probabilists
            special hermite_polynomial_he, hermite_polynomial_he_ (x, n) = special::hermite_polynomial_he(x, n),
                slope x => n.trunc()?.mul(x.hermite_polynomial_he(n.sub(1.0)?)?);
            /// Laguerre's polynomial
            special laguerre_polynomial_l, laguerre_polynomial_l_ (x, n) = special::laguerre_polynomial_l(x, n);
            /// Legendre's polynomial
            special legendre_polynomial_p, legendre_polynomial_p_ (x, n) = special::legendre_polynomial_p(x, n);

            // ---- other rare functions ----
            /// `sin(πx) / (πx)`, 1 at 0
            scalar sinc, sinc_ (x) = special::sinc(x), lanes math::through_f64!(x, trig::sinc_f32),
                slope x => x.mul(std::f64::consts::PI)?.spherical_bessel_j0_slope()?.mul(std::f64::consts::PI);
            /// `log₂(2ᵃ + 2ᵇ)`
            scalar logaddexp2, logaddexp2_ (a, b) = special::logaddexp2(a, b), lanes math::log::logaddexp2(a, b),
                slope a => a.sub(b)?.mul(std::f64::consts::LN_2)?.sigmoid(),
                slope b => b.sub(a)?.mul(std::f64::consts::LN_2)?.sigmoid();
            /// `-x ln x`, 0 at 0
            special entr, entr_ (x) = special::entr(x), slope x => x.log()?.add(1.0)?.neg();
            /// `a · ln(1 + b)`, 0 where `a` is 0
            special xlog1py, xlog1py_ (a, b) = special::xlog1py(a, b),
                slope a => a.eq(0.0)?.logical_and(b.le(-1.0)?)?.select_where(0.0, b.log1p()?),
                slope b => a.div(b.add(1.0)?);
            /// `m` of `x = m · 2ᵉ`, in `[½, 1)` but for the sign
            special frexp_mantissa, frexp_mantissa_ (x) = special::frexp(x).0, slope x => x.frexp_exponent()?.neg()?.exp2();
            /// `e` of `x = m · 2ᵉ`
            special frexp_exponent, frexp_exponent_ (x) = special::frexp(x).1, slope x => x.zeros_like();

            // ---- rounding ----
            /// The largest integer not above
            round floor, floor_ (x) = x.floor();
            /// The smallest integer not below
            round ceil, ceil_ (x) = x.ceil();
            /// The integer part
            round trunc, trunc_ (x) = x.trunc();
            /// The nearest integer, halves to even
            round round, round_ (x) = x.round();

            // ---- comparisons ----
            /// `a = b`
            test eq, eq_ (a, b) = a.eq(b);
            /// `a ≠ b`
            test ne, ne_ (a, b) = a.ne(b);
            /// `a < b`
            test lt, lt_ (a, b) = a.lt(b);
            /// `a ≤ b`
            test le, le_ (a, b) = a.le(b);
            /// `a > b`
            test gt, gt_ (a, b) = a.gt(b);
            /// `a ≥ b`
            test ge, ge_ (a, b) = a.ge(b);
            /// Both are non-zero
            test logical_and, logical_and_ (a, b) = a.ne(V::c(0.0)) & b.ne(V::c(0.0));
            /// Either is non-zero
            test logical_or, logical_or_ (a, b) = a.ne(V::c(0.0)) | b.ne(V::c(0.0));
            /// Exactly one is non-zero
            test logical_xor, logical_xor_ (a, b) = a.ne(V::c(0.0)) ^ b.ne(V::c(0.0));
            /// It is zero
            test logical_not, logical_not_ (x) = x.eq(V::c(0.0));
            /// It is NaN
            test isnan, isnan_ (x) = x.ne(x);
            /// It is infinite
            test isinf, isinf_ (x) = x.eq(x) & (x - x).ne(x - x);
            /// It is neither infinite nor NaN
            test isfinite, isfinite_ (x) = (x - x).eq(x - x);

            // ---- bits ----
            /// Bits set in both
            bits bitwise_and, bitwise_and_ (a, b) = a.bitand(b);
            /// Bits set in either
            bits bitwise_or, bitwise_or_ (a, b) = a.bitor(b);
            /// Bits set in one
            bits bitwise_xor, bitwise_xor_ (a, b) = a.bitxor(b);
            /// Bits turned over, integers only
            bits bitwise_not_int, bitwise_not_int_ (x) = x.not();
            /// `a · 2ᵇ`; 0 where all bits leave
            bits bitwise_left_shift, bitwise_left_shift_ (a, b) = a.shl(b);
            /// `⌊a / 2ᵇ⌋`
            bits bitwise_right_shift, bitwise_right_shift_ (a, b) = a.shr(b);
            /// The greatest common divisor
            bits gcd, gcd_ (a, b) = {
                // Euclid's steps; Fibonacci's numbers need the most of them. The remainder by 0 is 0.
                let (mut a, mut b) = (a.abs(), b.abs());
                for _ in 0..93 {
                    let done = b.eq(V::c(0.0));
                    (a, b) = (V::select(done, a, b), V::select(done, b, a.fmod(b)));
                }
                a
            };
            /// `a` to the power `b`, for integers
            bits pow_int, pow_int_ (a, b) = {
                // Square and multiply over the bits of the exponent; negative exponents answer 0 but for ±1.
                let (zero, one) = (V::c(0.0), V::c(1.0));
                let odd = |x: V| x.bitand(one).ne(zero);
                let (mut out, mut base, mut e) = (one, a, b);
                for _ in 0..63 {
                    out = V::select(odd(e), out * base, out);
                    base = base * base;
                    e = e.shr(one);
                }
                let negative = V::select(a.eq(one), one, V::select(a.eq(-one), V::select(odd(b), -one, one), zero));
                V::select(b.lt(zero), negative, out)
            };
        }
    };
}

/// Expands one line of the table; see the module's documentation.
macro_rules! define {
    ($( $(#[$doc:meta])* $class:ident $name:ident, $name_:ident ($x0:ident $(, $x:ident)* $(; $($p:ident),+)?) = $body:expr $(, grad $y:ident => $grad:expr)? $(, lanes $lanes:expr)? $(, slope $of:ident => $slope:expr)*; )*) => {
        /// The op types, for `fuse!` and tests.
        #[allow(non_camel_case_types)]
        pub mod def {
            $(
                $(#[$doc])*
                ///
                /// ```
                /// use neurarust_core::{op::Parameters, ops::elementwise::def};
                #[doc = concat!("let op = def::", stringify!($name), "::from_params(&[0.5; 8]);")]
                #[doc = concat!("assert!(format!(\"{op:?}\").starts_with(\"", stringify!($name), "\"));")]
                /// ```
                #[derive(Clone, Copy, Debug)]
                pub struct $name { $($(
                    #[doc = concat!("The parameter `", stringify!($p), "`.")] pub $p: f64,
                )+)? }
            )*
        }
        $(
            impl Parameters for def::$name {
                #[inline(always)]
                fn from_params(_params: &Params) -> Self {
                    let mut _at = 0;
                    $($( let $p = _params[_at]; _at += 1; )+)?
                    def::$name { $($($p),+)? }
                }
            }
            define!(@class $class $name [$x0 $(, $x)*] [$($($p),+)?] [$body] [$($y => $grad)?] [$($of => $slope),*]);
            define!(@lanes $name [$x0 $(, $x)*] [$($lanes)?]);
        )*

        /// Every table, in the order of their lines.
        ///
        /// ```
        /// let tables = neurarust_core::ops::elementwise::tables();
        /// assert!(tables.iter().any(|table| table.name == "exp" && table.differentiable()));
        /// ```
        pub fn tables() -> Vec<&'static OpTable> {
            vec![$( table::$name() ),*]
        }

        /// The table of each op.
        #[allow(clippy::module_inception)]
        pub mod table {
            use super::*;
            $(
                #[doc = concat!("The table of `", stringify!($name), "`: its kernels and its derivative.")]
                ///
                /// ```
                #[doc = concat!("assert_eq!(neurarust_core::ops::elementwise::table::", stringify!($name), "().name, \"", stringify!($name), "\");")]
                /// ```
                #[inline]
                pub fn $name() -> &'static OpTable {
                    static TABLE: LazyLock<OpTable> = LazyLock::new(|| {
                        define!(@with_lanes $name [$x0 $(, $x)*] [$($lanes)?] define!(@table $class $name [$x0 $(, $x)*]))
                    });
                    &TABLE
                }
            )*
        }

        impl Tensor {
            $(
                $(#[$doc])*
                ///
                /// Element by element, with broadcasting and type promotion.
                ///
                /// ```
                /// # use neurarust_core::Tensor;
                #[doc = concat!("let ", stringify!($x0), " = Tensor::new([[1i64, 2, 3]])?;")]
                $( #[doc = concat!("let ", stringify!($x), " = Tensor::new([2i64, 2, 2])?;")] )*
                $($( #[doc = concat!("let ", stringify!($p), " = 0.5;")] )+)?
                #[doc = concat!("assert_eq!(", define!(@call $x0 $name [$($x),*] [$($($p),+)?]), "?.dims(), [1, 3]);")]
                /// # Ok::<(), neurarust_core::Error>(())
                /// ```
                ///
                /// # Errors
                /// Shapes that don't broadcast, a dtype the operation isn't defined for.
                #[track_caller]
                pub fn $name(&self $(, $x: impl Operand)* $($(, $p: f64)+)?) -> Result<Tensor> {
                    $( let $x = $x.operand()?; )*
                    super::apply::apply(table::$name(), &define!(@params $($($p)+)?), &[self $(, &$x)*])
                }

                $(#[$doc])*
                ///
                /// In place: the result is written over `self`, and `self` is answered.
                ///
                /// ```
                /// # use neurarust_core::Tensor;
                #[doc = concat!("let ", stringify!($x0), " = Tensor::new([", define!(@numbers $class), "])?;")]
                $( #[doc = concat!("let ", stringify!($x), " = Tensor::new([2i64, 2, 2])?;")] )*
                $($( #[doc = concat!("let ", stringify!($p), " = 0.5;")] )+)?
                #[doc = concat!("let result = ", define!(@call $x0 $name [$($x),*] [$($($p),+)?]), "?", define!(@converted $class $x0), ";")]
                #[doc = concat!(define!(@call $x0 $name_ [$($x),*] [$($($p),+)?]), "?;")]
                #[doc = concat!("assert_eq!(", stringify!($x0), ".to_string(), result.to_string());")]
                /// # Ok::<(), neurarust_core::Error>(())
                /// ```
                ///
                /// # Errors
                /// As the out-of-place method; a result that `self` has no room for in shape or dtype; a leaf that
                /// requires a gradient; overlapping elements. Nothing is written then.
                #[track_caller]
                pub fn $name_(&self $(, $x: impl Operand)* $($(, $p: f64)+)?) -> Result<&Tensor> {
                    $( let $x = $x.operand()?; )*
                    super::inplace::apply(table::$name(), &define!(@params $($($p)+)?), &[self $(, &$x)*])?;
                    Ok(self)
                }
            )*
        }
    };

    // How the method is called, for its example.
    (@call $x0:ident $name:ident [] []) => { concat!(stringify!($x0), ".", stringify!($name), "()") };
    (@call $x0:ident $name:ident [$x:ident $(, $y:ident)*] []) => {
        concat!(stringify!($x0), ".", stringify!($name), "(&", stringify!($x) $(, ", &", stringify!($y))*, ")")
    };
    (@call $x0:ident $name:ident [$($x:ident),*] [$p:ident $(, $q:ident)*]) => {
        concat!(stringify!($x0), ".", stringify!($name), "(" $(, "&", stringify!($x), ", ")*, stringify!($p) $(, ", ", stringify!($q))*, ")")
    };

    // What the first operand of an example in place has room for the result with.
    (@numbers bits) => { "1i64, 2, 3" };
    (@numbers $class:ident) => { "1f32, 2.0, 3.0" };
    (@converted test $x:ident) => { concat!(".to_dtype(", stringify!($x), ".dtype())?") };
    (@converted $class:ident $x:ident) => { "" };

    (@params $($p:ident)*) => {{
        let mut _params = [0.0; MAX_PARAMS];
        let mut _at = 0;
        $( _params[_at] = $p; _at += 1; )*
        _params
    }};
    (@count $($x:ident),*) => { [$(stringify!($x)),*].len() };

    (@formula $name:ident [$($x:ident),*] [$($p:ident),*] [$body:expr] [$($y:ident => $grad:expr)?]) => {
        impl Formula<{ define!(@count $($x),*) }, 1> for def::$name {
            #[inline(always)]
            fn eval<V: Real>(&self, [$($x),*]: [V; { define!(@count $($x),*) }]) -> [V; 1] {
                $( let $p = V::c(self.$p); )*
                [$body]
            }
        }
        impl Elementwise<{ define!(@count $($x),*) }> for def::$name {
            $(
                const FROM_OUTPUT: bool = true;
                #[inline(always)]
                fn partial_from_output<V: Real>(&self, $y: V) -> V { $grad }
            )?
        }
    };
    (@int $name:ident [$($x:ident),*] [$($p:ident),*] [$body:expr]) => {
        impl IntFormula<{ define!(@count $($x),*) }> for def::$name {
            #[inline(always)]
            fn eval_int<V: Bits>(&self, [$($x),*]: [V; { define!(@count $($x),*) }]) -> V {
                $( let $p = V::c(self.$p); )*
                $body
            }
        }
    };

    (@class special $name:ident $x:tt $p:tt $body:tt $grad:tt $slopes:tt) => {
        define!(@class scalar $name $x $p $body $grad $slopes);
    };
    (@class scalar $name:ident $x:tt $p:tt [$body:expr] $grad:tt [$($of:ident => $slope:expr),*]) => {
        impl Scalar for def::$name {
            const ARITY: usize = define!(@arity $x);
            fn value(params: &Params, inputs: &[f64]) -> f64 {
                define!(@value params inputs $x $p [$body])
            }
            fn slopes() -> Vec<(&'static str, Slope)> {
                vec![$( (stringify!($of), define!(@slope $x $p [$slope])) ),*]
            }
        }
    };
    (@lanes $name:ident $x:tt []) => {};
    (@lanes $name:ident [$($x:ident),*] [$lanes:expr]) => {
        impl InLanes<{ define!(@count $($x),*) }> for def::$name {
            #[inline(always)]
            fn lanes<V: SplitLanes>([$($x),*]: [V; { define!(@count $($x),*) }]) -> V { $lanes }
        }
    };
    (@with_lanes $name:ident $x:tt [] $table:expr) => { $table };
    (@with_lanes $name:ident [$($x:ident),*] [$lanes:expr] $table:expr) => {
        $table.in_lanes::<def::$name, { define!(@count $($x),*) }>()
    };
    (@arity [$($x:ident),*]) => { define!(@count $($x),*) };
    (@value $params:ident $inputs:ident [$($x:ident),*] [$($p:ident),*] [$body:expr]) => {{
        let [$($p,)* ..] = *$params;
        let [$($x),*] = *$inputs else { return f64::NAN };
        $body
    }};
    (@slope [$($x:ident),*] [$($p:ident),*] [$slope:expr]) => {
        |params: &Params, inputs: &[Tensor]| -> Result<Tensor> {
            let [$($p,)* ..] = *params;
            let [$($x),*] = inputs else { unreachable!("as many as it has") };
            // A slope reads what it needs of them.
            let _ = ($(&$p,)* $($x),*);
            $slope
        }
    };
    (@class real $name:ident $x:tt $p:tt $body:tt $grad:tt $slopes:tt) => { define!(@formula $name $x $p $body $grad); };
    (@class num $name:ident $x:tt $p:tt $body:tt $grad:tt $slopes:tt) => {
        define!(@formula $name $x $p $body $grad);
        define!(@int $name $x $p $body);
    };
    (@class signed $name:ident $x:tt $p:tt $body:tt $grad:tt $slopes:tt) => { define!(@class num $name $x $p $body $grad $slopes); };
    (@class round $name:ident [$x0:ident] $p:tt $body:tt $grad:tt $slopes:tt) => {
        define!(@formula $name [$x0] $p $body $grad);
        define!(@int $name [$x0] $p [$x0]);
    };
    (@class bits $name:ident $x:tt $p:tt $body:tt $grad:tt $slopes:tt) => { define!(@int $name $x $p $body); };
    (@class test $name:ident [$($x:ident),*] $p:tt [$body:expr] $grad:tt $slopes:tt) => {
        impl Predicate<{ define!(@count $($x),*) }> for def::$name {
            #[inline(always)]
            fn test<V: Num>(&self, [$($x),*]: [V; { define!(@count $($x),*) }]) -> V::Mask { $body }
        }
    };

    (@table special $name:ident $x:tt) => { define!(@table scalar $name $x) };
    (@table scalar $name:ident [$($x:ident),*]) => { OpTable::scalar::<def::$name>(stringify!($name), &[$(stringify!($x)),*]) };
    (@table real $name:ident [$($x:ident),*]) => { OpTable::real::<def::$name, { define!(@count $($x),*) }>(stringify!($name), Class::Real) };
    (@table num $name:ident [$($x:ident),*]) => {
        OpTable::real::<def::$name, { define!(@count $($x),*) }>(stringify!($name), Class::Num)
            .with_integers::<def::$name, { define!(@count $($x),*) }>()
    };
    (@table signed $name:ident [$($x:ident),*]) => {
        OpTable::real::<def::$name, { define!(@count $($x),*) }>(stringify!($name), Class::Signed)
            .with_integers::<def::$name, { define!(@count $($x),*) }>()
    };
    (@table round $name:ident [$($x:ident),*]) => {
        OpTable::real::<def::$name, { define!(@count $($x),*) }>(stringify!($name), Class::Round)
            .with_integers::<def::$name, { define!(@count $($x),*) }>()
    };
    (@table bits $name:ident [$($x:ident),*]) => { OpTable::bits::<def::$name, { define!(@count $($x),*) }>(stringify!($name)) };
    (@table test $name:ident [$($x:ident),*]) => { OpTable::test::<def::$name, { define!(@count $($x),*) }>(stringify!($name)) };
}

elementwise_table!(define);

/// The density of the normal distribution.
fn normal_density(x: &Tensor) -> Result<Tensor> {
    let peak = (2.0 * std::f64::consts::PI).sqrt().recip();
    x.square()?.mul(-0.5)?.exp()?.mul(peak)
}

impl Tensor {
    /// The derivative of `sin(x) / x`, from its series near 0: there the quotient has no digits, and no derivative.
    fn spherical_bessel_j0_slope(&self) -> Result<Tensor> {
        let near = self.abs()?.lt(0.1)?;
        let small = near.select_where(self, 0.0)?;
        let square = small.square()?;
        let mut series = Tensor::full_like(self, 1.0 / 3_991_680.0)?;
        for c in [-1.0 / 45_360.0, 1.0 / 840.0, -1.0 / 30.0, 1.0 / 3.0] {
            series = series.mul(&square)?.add(c)?;
        }
        let x = near.select_where(1.0, self)?;
        let quotient = x.cos()?.sub(x.sin()?.div(&x)?)?.div(&x)?;
        near.select_where(small.mul(series)?.neg()?, quotient)
    }
}

/// `y / x`, `limit` where `x` is 0.
fn over(y: &Tensor, x: &Tensor, limit: f64) -> Result<Tensor> {
    let zero = x.eq(0.0)?;
    let quotient = y.div(zero.select_where(1.0, x)?)?;
    zero.select_where(limit, quotient)
}
