//! One value at a time: `f32` and `f64` as registers of one lane.

use super::exponent::{self, Fields};
use super::{Float, FloatLanes, Isa, Lanes, Level, SplitLanes};
use crate::cpu::math;
use crate::real::{Mask, Num, Real};

/// No vector instructions: what every machine has.
///
/// ```
/// use neurarust_core::cpu::simd::{Isa, Lanes, Scalar};
/// assert_eq!(<Scalar as Isa>::F64::N, 1);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Scalar;

impl Isa for Scalar {
    type F32 = f32;
    type F64 = f64;
    const LEVEL: Level = Level::Scalar;
    #[inline(always)]
    unsafe fn run<R>(f: impl FnOnce() -> R) -> R {
        f()
    }
}

impl Float for f32 {
    type In<I: Isa> = I::F32;
}
impl Float for f64 {
    type In<I: Isa> = I::F64;
}

impl Mask for bool {}

macro_rules! scalar {
    ($float:tt) => {
        impl Num for $float {
            type Mask = bool;
            #[inline(always)]
            fn c(x: f64) -> Self {
                x as $float
            }
            #[inline(always)]
            fn lt(self, other: Self) -> bool {
                self < other
            }
            #[inline(always)]
            fn le(self, other: Self) -> bool {
                self <= other
            }
            #[inline(always)]
            fn eq(self, other: Self) -> bool {
                self == other
            }
            #[inline(always)]
            fn select(mask: bool, t: Self, f: Self) -> Self {
                if mask { t } else { f }
            }
            #[inline(always)]
            fn abs(self) -> Self {
                <$float>::abs(self)
            }
            #[inline(always)]
            fn min(self, other: Self) -> Self {
                // A NaN on the left fails the test for itself, one on the right is taken.
                if (self < other) | self.is_nan() {
                    self
                } else {
                    other
                }
            }
            #[inline(always)]
            fn max(self, other: Self) -> Self {
                if (self > other) | self.is_nan() {
                    self
                } else {
                    other
                }
            }
            #[inline(always)]
            fn floor_div(self, other: Self) -> Self {
                math::remainder::floor_div(self, other)
            }
            #[inline(always)]
            fn rem(self, other: Self) -> Self {
                math::remainder::rem(self, other)
            }
            #[inline(always)]
            fn fmod(self, other: Self) -> Self {
                self % other
            }
        }

        impl Real for $float {
            #[inline(always)]
            fn mul_add(self, b: Self, c: Self) -> Self {
                // Without the instruction, a fused multiply-add is a library call of a hundred cycles.
                if cfg!(any(target_feature = "fma", target_arch = "aarch64")) {
                    <$float>::mul_add(self, b, c)
                } else {
                    self * b + c
                }
            }
            #[inline(always)]
            fn sqrt(self) -> Self {
                <$float>::sqrt(self)
            }
            #[inline(always)]
            fn floor(self) -> Self {
                <$float>::floor(self)
            }
            #[inline(always)]
            fn ceil(self) -> Self {
                <$float>::ceil(self)
            }
            #[inline(always)]
            fn trunc(self) -> Self {
                <$float>::trunc(self)
            }
            #[inline(always)]
            fn round(self) -> Self {
                <$float>::round_ties_even(self)
            }
            #[inline(always)]
            fn copysign(self, sign: Self) -> Self {
                <$float>::copysign(self, sign)
            }
            math::methods!($float);
        }

        impl Lanes for $float {
            type Scalar = $float;
            const N: usize = 1;
            #[inline(always)]
            unsafe fn load(p: *const $float) -> Self {
                // SAFETY: the caller's promise is exactly this read.
                unsafe { p.read_unaligned() }
            }
            #[inline(always)]
            unsafe fn store(self, p: *mut $float) {
                // SAFETY: the caller's promise is exactly this write.
                unsafe { p.write_unaligned(self) }
            }
            #[inline(always)]
            unsafe fn store_mask(mask: bool, p: *mut u8) {
                // SAFETY: the caller's promise is exactly this write.
                unsafe { p.write(u8::from(mask)) }
            }
            #[inline(always)]
            fn sum_lanes(self) -> $float {
                self
            }
            #[inline(always)]
            fn max_lanes(self) -> $float {
                self
            }
            #[inline(always)]
            fn min_lanes(self) -> $float {
                self
            }
        }

        impl Fields for $float {
            #[inline(always)]
            fn mantissa_to_exponent(self) -> Self {
                <$float>::from_bits(self.to_bits() << ($float::MANTISSA_DIGITS - 1))
            }
            #[inline(always)]
            fn exponent_to_mantissa(self) -> Self {
                <$float>::from_bits(self.to_bits() >> ($float::MANTISSA_DIGITS - 1))
            }
        }

        impl FloatLanes for $float {
            const FUSED: bool = cfg!(any(target_feature = "fma", target_arch = "aarch64"));
            #[inline(always)]
            fn mask_bits(mask: bool) -> u32 {
                mask.into()
            }
            #[inline(always)]
            fn clamp(self, low: f64, high: f64) -> Self {
                <$float>::clamp(self, low as $float, high as $float)
            }
            #[inline(always)]
            fn and_bits(self, other: Self) -> Self {
                <$float>::from_bits(self.to_bits() & other.to_bits())
            }
            #[inline(always)]
            fn or_bits(self, other: Self) -> Self {
                <$float>::from_bits(self.to_bits() | other.to_bits())
            }
            #[inline(always)]
            fn xor_bits(self, other: Self) -> Self {
                <$float>::from_bits(self.to_bits() ^ other.to_bits())
            }
            #[inline(always)]
            fn scale2(self, n: Self) -> Self {
                exponent::scale2(self, n)
            }
            #[inline(always)]
            fn mantissa(self) -> Self {
                exponent::mantissa(self)
            }
            #[inline(always)]
            fn exponent(self) -> Self {
                exponent::exponent(self)
            }
            #[inline(always)]
            fn map_lanes(self, other: Self, f: impl Fn($float, $float) -> $float) -> Self {
                f(self, other)
            }
        }
    };
}
scalar!(f32);
scalar!(f64);

impl SplitLanes for f32 {
    type Half = f64;
    #[inline(always)]
    fn split(self) -> [f64; 2] {
        [self.into(); 2]
    }
    #[inline(always)]
    fn join([value, _]: [f64; 2]) -> Self {
        value as f32
    }
}
