//! Integers as formula values: `i32` and `i64` whose arithmetic wraps and whose division never traps.

use std::ops::{Add, Mul, Neg, Sub};

use crate::real::{Bits, Num};

macro_rules! int {
    ($(#[$doc:meta])* $Int:ident($int:ty)) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
        #[repr(transparent)]
        pub struct $Int(pub $int);

        impl Add for $Int {
            type Output = Self;
            #[inline(always)]
            fn add(self, other: Self) -> Self {
                $Int(self.0.wrapping_add(other.0))
            }
        }
        impl Sub for $Int {
            type Output = Self;
            #[inline(always)]
            fn sub(self, other: Self) -> Self {
                $Int(self.0.wrapping_sub(other.0))
            }
        }
        impl Mul for $Int {
            type Output = Self;
            #[inline(always)]
            fn mul(self, other: Self) -> Self {
                $Int(self.0.wrapping_mul(other.0))
            }
        }
        impl Neg for $Int {
            type Output = Self;
            #[inline(always)]
            fn neg(self) -> Self {
                $Int(self.0.wrapping_neg())
            }
        }

        impl Num for $Int {
            type Mask = bool;
            #[inline(always)]
            fn c(x: f64) -> Self {
                $Int(x as $int)
            }
            #[inline(always)]
            fn lt(self, other: Self) -> bool {
                self.0 < other.0
            }
            #[inline(always)]
            fn le(self, other: Self) -> bool {
                self.0 <= other.0
            }
            #[inline(always)]
            fn eq(self, other: Self) -> bool {
                self.0 == other.0
            }
            #[inline(always)]
            fn select(mask: bool, t: Self, f: Self) -> Self {
                if mask { t } else { f }
            }
            #[inline(always)]
            fn abs(self) -> Self {
                $Int(self.0.wrapping_abs())
            }
            #[inline(always)]
            fn min(self, other: Self) -> Self {
                $Int(Ord::min(self.0, other.0))
            }
            #[inline(always)]
            fn max(self, other: Self) -> Self {
                $Int(Ord::max(self.0, other.0))
            }
            #[inline(always)]
            fn floor_div(self, other: Self) -> Self {
                let quotient = self.0.checked_div(other.0).unwrap_or(0);
                let remainder = self.0.checked_rem(other.0).unwrap_or(0);
                $Int(quotient - ((remainder != 0) & ((remainder ^ other.0) < 0)) as $int)
            }
            #[inline(always)]
            fn rem(self, other: Self) -> Self {
                let remainder = self.0.checked_rem(other.0).unwrap_or(0);
                let differs = (remainder != 0) & ((remainder ^ other.0) < 0);
                $Int(if differs { remainder + other.0 } else { remainder })
            }
            #[inline(always)]
            fn fmod(self, other: Self) -> Self {
                $Int(self.0.checked_rem(other.0).unwrap_or(0))
            }
        }

        impl Bits for $Int {
            #[inline(always)]
            fn bitand(self, other: Self) -> Self {
                $Int(self.0 & other.0)
            }
            #[inline(always)]
            fn bitor(self, other: Self) -> Self {
                $Int(self.0 | other.0)
            }
            #[inline(always)]
            fn bitxor(self, other: Self) -> Self {
                $Int(self.0 ^ other.0)
            }
            #[inline(always)]
            fn not(self) -> Self {
                $Int(!self.0)
            }
            #[inline(always)]
            fn shl(self, count: Self) -> Self {
                let inside = (0..<$int>::BITS as $int).contains(&count.0);
                $Int(if inside { self.0.wrapping_shl(count.0 as u32) } else { 0 })
            }
            #[inline(always)]
            fn shr(self, count: Self) -> Self {
                let inside = (0..<$int>::BITS as $int).contains(&count.0);
                $Int(self.0.wrapping_shr(if inside { count.0 as u32 } else { <$int>::BITS - 1 }))
            }
        }
    };
}

int! {
    /// An `i32` that wraps: the working type of the integer dtypes of up to 32 bits.
    ///
    /// ```
    /// use neurarust_core::{cpu::simd::Int32, real::Num};
    /// assert_eq!((Int32(i32::MAX) + Int32(1)).0, i32::MIN);
    /// assert_eq!(Int32(-7).floor_div(Int32(2)).0, -4);
    /// ```
    Int32(i32)
}
int! {
    /// An `i64` that wraps.
    ///
    /// ```
    /// use neurarust_core::{cpu::simd::Int64, real::Num};
    /// assert_eq!((Int64(7).rem(Int64(-2)).0, Int64(7).rem(Int64(0)).0), (-1, 0));
    /// ```
    Int64(i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn division_never_traps_and_floors() {
        let i = Int32;
        let (min, minus_one) = (i(i32::MIN), i(-1));
        assert_eq!(min.floor_div(minus_one), i(0));
        assert_eq!(min.rem(minus_one), i(0));
        assert_eq!(min.fmod(minus_one), i(0));
        for x in [-7, 0, 7, i32::MIN, i32::MAX] {
            assert_eq!(
                (i(x).floor_div(i(0)), i(x).rem(i(0)), i(x).fmod(i(0))),
                (i(0), i(0), i(0))
            );
        }
        for (a, b) in [
            (7, 2),
            (-7, 2),
            (7, -2),
            (-7, -2),
            (6, -3),
            (i32::MIN, 3),
            (i32::MIN, i32::MAX),
        ] {
            let floor = (f64::from(a) / f64::from(b)).floor();
            assert_eq!(f64::from(i(a).floor_div(i(b)).0), floor, "{a} // {b}");
            assert_eq!(
                f64::from(i(a).rem(i(b)).0),
                f64::from(a) - floor * f64::from(b),
                "{a} % {b}"
            );
            assert_eq!(i(a).fmod(i(b)).0, a % b, "fmod({a}, {b})");
        }
    }

    #[test]
    fn arithmetic_wraps() {
        assert_eq!(Int64(i64::MAX) + Int64(1), Int64(i64::MIN));
        assert_eq!(Int64(i64::MIN) - Int64(1), Int64(i64::MAX));
        assert_eq!(-Int64(i64::MIN), Int64(i64::MIN));
        assert_eq!(Int64(i64::MIN).abs(), Int64(i64::MIN));
        assert_eq!(Int32(1 << 20) * Int32(1 << 20), Int32(0));
        assert_eq!(<Int32 as Num>::c(-2.9), Int32(-2));
    }

    #[test]
    fn shifts_test_the_width() {
        assert_eq!(Int32(1).shl(Int32(31)), Int32(i32::MIN));
        assert_eq!(Int32(1).shl(Int32(32)), Int32(0));
        assert_eq!(Int32(1).shl(Int32(-1)), Int32(0));
        assert_eq!(Int32(-8).shr(Int32(1)), Int32(-4));
        assert_eq!(Int32(-8).shr(Int32(32)), Int32(-1));
        assert_eq!(Int32(8).shr(Int32(-1)), Int32(0));
        assert_eq!(Int64(-1).shr(Int64(i64::MAX)), Int64(-1));
        assert_eq!(Bits::not(Int64(5)).bitxor(Int64(3)), Int64(!5 ^ 3));
    }
}
