//! The one vocabulary every element-wise formula is written in.
//!
//! A formula is a function generic over [`Num`] (what integers can do too) or [`Real`]. The same body runs on `f32`
//! and `f64` (the oracle), on SIMD registers ([`crate::cpu::simd`], the kernels), on [`crate::dual::Dual`] (its own
//! derivative), on `Traced` (tensors: gradients of gradients) and on [`crate::program::Sym`] (source
//! text for other devices).

use std::ops::{Add, BitAnd, BitOr, BitXor, Div, Mul, Neg, Not, Sub};

/// The result of comparing two [`Num`]s: one truth value per lane.
///
/// ```
/// use neurarust_core::real::Num;
/// fn inside<V: Num>(x: V) -> V::Mask {
///     x.gt(V::c(0.0)) & x.lt(V::c(1.0))
/// }
/// assert!(inside(0.5f32) && !inside(2f64));
/// ```
pub trait Mask:
    Copy + BitAnd<Output = Self> + BitOr<Output = Self> + BitXor<Output = Self> + Not<Output = Self>
{
}

/// A number that can be added, multiplied, compared and selected: integers and reals.
///
/// Integer implementations wrap on overflow; [`floor_div`](Num::floor_div) and [`rem`](Num::rem) by zero answer 0.
///
/// ```
/// use neurarust_core::{cpu::simd::Int32, real::Num};
/// fn clamp<V: Num>(x: V, low: f64, high: f64) -> V {
///     x.max(V::c(low)).min(V::c(high))
/// }
/// assert_eq!((clamp(7f32, 0.0, 5.0), clamp(Int32(-3), 0.0, 5.0).0), (5.0, 0));
/// ```
pub trait Num:
    Copy + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Neg<Output = Self> + 'static
{
    /// One truth value per lane.
    type Mask: Mask;

    /// The constant `x`, rounded (reals) or truncated (integers) to this type.
    fn c(x: f64) -> Self;
    /// `self < other`, false where either is NaN.
    fn lt(self, other: Self) -> Self::Mask;
    /// `self <= other`, false where either is NaN.
    fn le(self, other: Self) -> Self::Mask;
    /// `self == other`, false where either is NaN.
    fn eq(self, other: Self) -> Self::Mask;
    /// `self > other`, false where either is NaN.
    #[inline(always)]
    fn gt(self, other: Self) -> Self::Mask {
        other.lt(self)
    }
    /// `self >= other`, false where either is NaN.
    #[inline(always)]
    fn ge(self, other: Self) -> Self::Mask {
        other.le(self)
    }
    /// `self != other`, true where either is NaN.
    #[inline(always)]
    fn ne(self, other: Self) -> Self::Mask {
        !self.eq(other)
    }
    /// `t` where `mask`, `f` elsewhere. Neither side's NaN or infinity leaks into the other.
    fn select(mask: Self::Mask, t: Self, f: Self) -> Self;
    /// Absolute value.
    fn abs(self) -> Self;
    /// The smaller of the two, NaN if either is NaN. Derivative: split evenly where they are equal.
    fn min(self, other: Self) -> Self;
    /// The larger of the two, NaN if either is NaN. Derivative: split evenly where they are equal.
    fn max(self, other: Self) -> Self;
    /// `⌊self / other⌋`, Python's `//`.
    fn floor_div(self, other: Self) -> Self;
    /// Python's `%`: `self - floor_div(self, other) * other`, with the sign of `other`.
    fn rem(self, other: Self) -> Self;
    /// C's `fmod`: the remainder with the sign of `self`.
    fn fmod(self, other: Self) -> Self;
}

/// A real number: what `f32`, `f64`, SIMD registers, duals, traced tensors and symbols have in common.
///
/// ```
/// use neurarust_core::{dual::Dual, real::Real};
/// fn silu<V: Real>(x: V) -> V {
///     x * x.sigmoid()
/// }
/// assert_eq!(silu(0f32), 0.0);
/// assert_eq!(silu(Dual::inputs([0f64])[0]).d, [Some(0.5)]); // and its derivative
/// ```
pub trait Real: Num + Div<Output = Self> {
    /// `self * b + c`, rounded once where the hardware can.
    fn mul_add(self, b: Self, c: Self) -> Self;
    /// `eˣ`
    fn exp(self) -> Self;
    /// `2ˣ`
    fn exp2(self) -> Self;
    /// `eˣ - 1`, exact near 0
    fn expm1(self) -> Self;
    /// Natural logarithm.
    fn ln(self) -> Self;
    /// Logarithm to base 2.
    fn log2(self) -> Self;
    /// Logarithm to base 10.
    fn log10(self) -> Self;
    /// `ln(1 + x)`, exact near 0
    fn ln_1p(self) -> Self;
    /// Square root, NaN below 0.
    fn sqrt(self) -> Self;
    /// Sine of an angle in radians.
    fn sin(self) -> Self;
    /// Cosine of an angle in radians.
    fn cos(self) -> Self;
    /// Tangent of an angle in radians.
    fn tan(self) -> Self;
    /// Inverse sine, NaN outside `[-1, 1]`.
    fn asin(self) -> Self;
    /// Inverse cosine, NaN outside `[-1, 1]`.
    fn acos(self) -> Self;
    /// Inverse tangent.
    fn atan(self) -> Self;
    /// Angle of the point `(x, self)`, in `[-π, π]`.
    fn atan2(self, x: Self) -> Self;
    /// Hyperbolic sine.
    fn sinh(self) -> Self;
    /// Hyperbolic cosine.
    fn cosh(self) -> Self;
    /// Hyperbolic tangent.
    fn tanh(self) -> Self;
    /// Inverse hyperbolic sine.
    fn asinh(self) -> Self;
    /// Inverse hyperbolic cosine, NaN below 1.
    fn acosh(self) -> Self;
    /// Inverse hyperbolic tangent.
    fn atanh(self) -> Self;
    /// The error function, `2/√π ∫₀ˣ exp(-t²) dt`.
    fn erf(self) -> Self;
    /// `1 - erf(x)`, exact for large `x`.
    fn erfc(self) -> Self;
    /// `self` to the power `e`, with the special cases of C's `pow`.
    fn pow(self, e: Self) -> Self;
    /// The largest integer not above. Derivative 0.
    fn floor(self) -> Self;
    /// The smallest integer not below. Derivative 0.
    fn ceil(self) -> Self;
    /// The integer part. Derivative 0.
    fn trunc(self) -> Self;
    /// The nearest integer, halves to even. Derivative 0.
    fn round(self) -> Self;
    /// The logistic function `1 / (1 + e⁻ˣ)`, with a derivative that stays finite.
    fn sigmoid(self) -> Self;
    /// The magnitude of `self` with the sign (the sign bit) of `sign`.
    fn copysign(self, sign: Self) -> Self;
}

/// An integer seen as a row of bits. `bool` and unsigned types take part through the signed type that holds them.
///
/// ```
/// use neurarust_core::{cpu::simd::Int32, real::{Bits, Num}};
/// fn is_even<V: Bits>(x: V) -> V::Mask {
///     x.bitand(V::c(1.0)).eq(V::c(0.0))
/// }
/// assert!(is_even(Int32(4)) && !is_even(Int32(7)));
/// ```
pub trait Bits: Num {
    /// Bitwise and.
    fn bitand(self, other: Self) -> Self;
    /// Bitwise or.
    fn bitor(self, other: Self) -> Self;
    /// Bitwise exclusive or.
    fn bitxor(self, other: Self) -> Self;
    /// Every bit flipped.
    fn not(self) -> Self;
    /// `self << count`; 0 where `count` is negative or not less than the width.
    fn shl(self, count: Self) -> Self;
    /// `self >> count` with the sign shifted in; 0 or -1, by the sign, where `count` is negative or not less than the
    /// width.
    fn shr(self, count: Self) -> Self;
}
