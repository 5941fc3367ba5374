//! `fmod` and Python's `//` and `%` over lanes. All three are exact where the true result is a number.

use crate::cpu::simd::FloatLanes;

/// C's `fmod`.
#[inline(always)]
pub fn fmod<V: FloatLanes<Scalar: Remainder>>(a: V, b: V) -> V {
    // The rounded quotient, cut, is right or one too large while its error stays below a half. `a - quotient·b` is
    // then a number without rounding (the fused operation does not round before), and so is the step back.
    let fast = (a / b).abs().lt(V::c(V::Scalar::QUOTIENT)) & b.abs().lt(V::c(f64::INFINITY));
    let (x, y) = (a.abs(), b.abs());
    let rest = (-(x / y).trunc()).mul_add(y, x);
    let rest = V::select(rest.lt(V::c(0.0)), rest + y, rest).copysign(a);
    if !V::FUSED || V::mask_bits(!fast) != 0 {
        let slow = a.map_lanes(b, |a, b| a.remainder(b));
        return if V::FUSED {
            V::select(fast, rest, slow)
        } else {
            slow
        };
    }
    rest
}

/// The scalar that stands in where a quotient is too large for one step.
pub trait Remainder: Copy {
    /// Quotients below this are off by less than one.
    const QUOTIENT: f64;
    /// `self % other`.
    fn remainder(self, other: Self) -> Self;
}
impl Remainder for f32 {
    const QUOTIENT: f64 = (1u32 << 22) as f64;
    #[inline(always)]
    fn remainder(self, other: Self) -> Self {
        self % other
    }
}
impl Remainder for f64 {
    const QUOTIENT: f64 = (1u64 << 51) as f64;
    #[inline(always)]
    fn remainder(self, other: Self) -> Self {
        self % other
    }
}

/// Python's `%`: the remainder with the sign of `b`.
#[inline(always)]
pub fn rem<V: FloatLanes<Scalar: Remainder>>(a: V, b: V) -> V {
    let rest = fmod(a, b);
    V::select(differs(rest, b), rest + b, rest)
}

/// Python's `//`, `a / b` where `b` is 0.
#[inline(always)]
pub fn floor_div<V: FloatLanes<Scalar: Remainder>>(a: V, b: V) -> V {
    let rest = fmod(a, b);
    // A whole number but for rounding, so rounding to the nearest is what brings it back.
    let whole = ((a - rest) / b).round();
    let floor = V::select(differs(rest, b), whole - V::c(1.0), whole);
    let quotient = a / b;
    let signed = V::select(floor.eq(V::c(0.0)), floor.copysign(quotient), floor);
    V::select(b.eq(V::c(0.0)), quotient, signed)
}

/// Whether a remainder is on the other side of zero than the divisor.
#[inline(always)]
fn differs<V: FloatLanes>(rest: V, b: V) -> V::Mask {
    let zero = V::c(0.0);
    rest.ne(zero) & (rest.lt(zero) ^ b.lt(zero))
}
