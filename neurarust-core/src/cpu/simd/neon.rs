//! The aarch64 registers: NEON, which every such machine has.
// Intrinsics that are safe to call on this target stand in `unsafe` blocks of macros shared with other targets.
#![allow(unused_unsafe)]

use std::arch::aarch64::*;

use super::exponent::{self, Fields};
use super::register::{register, vector_mask};
use super::{FloatLanes, Isa, Lanes, Level, SplitLanes};
use crate::cpu::math;
use crate::real::{Mask, Num, Real};

/// 128-bit registers of aarch64.
#[derive(Clone, Copy, Debug)]
pub struct Neon;

impl Isa for Neon {
    type F32 = F32x4;
    type F64 = F64x2;
    const LEVEL: Level = Level::Wide;
    #[inline(always)]
    unsafe fn run<R>(f: impl FnOnce() -> R) -> R {
        f()
    }
}

vector_mask! { Mask32x4(uint32x4_t): and vandq_u32, or vorrq_u32, xor veorq_u32, ones vdupq_n_u32(u32::MAX) }
vector_mask! { Mask64x2(uint64x2_t): and vandq_u64, or vorrq_u64, xor veorq_u64, ones vdupq_n_u64(u64::MAX) }

register! {
    /// Four `f32` in a NEON register.
    F32x4(float32x4_t): 4 of f32, mask Mask32x4;
    splat vdupq_n_f32, load vld1q_f32, store vst1q_f32;
    add vaddq_f32, sub vsubq_f32, mul vmulq_f32, div vdivq_f32, sqrt vsqrtq_f32, mul_add f32x4::mul_add, fused true;
    min vminq_f32, max vmaxq_f32, clamp f32x4::clamp;
    floor vrndmq_f32, ceil vrndpq_f32, trunc vrndq_f32, round vrndnq_f32;
    and f32x4::and, or f32x4::or, xor f32x4::xor;
    lt f32x4::lt, le f32x4::le, eq f32x4::eq, select f32x4::select, bits f32x4::bits;
    scale2 exponent::scale2, mantissa exponent::mantissa, exponent exponent::exponent;
}

register! {
    /// Two `f64` in a NEON register.
    F64x2(float64x2_t): 2 of f64, mask Mask64x2;
    splat vdupq_n_f64, load vld1q_f64, store vst1q_f64;
    add vaddq_f64, sub vsubq_f64, mul vmulq_f64, div vdivq_f64, sqrt vsqrtq_f64, mul_add f64x2::mul_add, fused true;
    min vminq_f64, max vmaxq_f64, clamp f64x2::clamp;
    floor vrndmq_f64, ceil vrndpq_f64, trunc vrndq_f64, round vrndnq_f64;
    and f64x2::and, or f64x2::or, xor f64x2::xor;
    lt f64x2::lt, le f64x2::le, eq f64x2::eq, select f64x2::select, bits f64x2::bits;
    scale2 exponent::scale2, mantissa exponent::mantissa, exponent exponent::exponent;
}

impl SplitLanes for F32x4 {
    type Half = F64x2;
    #[inline(always)]
    fn split(self) -> [F64x2; 2] {
        // SAFETY: every aarch64 machine has NEON.
        unsafe {
            [
                F64x2(vcvt_f64_f32(vget_low_f32(self.0))),
                F64x2(vcvt_high_f64_f32(self.0)),
            ]
        }
    }
    #[inline(always)]
    fn join([low, high]: [F64x2; 2]) -> Self {
        // SAFETY: as in `split`.
        F32x4(unsafe { vcvt_high_f32_f64(vcvt_f32_f64(low.0), high.0) })
    }
}

/// What NEON spells differently: its fused product takes the sum first, and bits are those of integers.
macro_rules! neon {
    ($name:ident $V:ident: $float:ident $raw:ident $Mask:ident; $fma:ident $min:ident $max:ident $lt:ident $le:ident $eq:ident $select:ident;
     $bits:ident $back:ident $and:ident $or:ident $xor:ident $shl:ident $shr:ident; $mask_bits:expr) => {
        mod $name {
            use super::*;
            #[inline(always)]
            pub unsafe fn mul_add(a: $raw, b: $raw, c: $raw) -> $raw {
                // SAFETY: every aarch64 machine has NEON, here and below.
                unsafe { $fma(c, a, b) }
            }
            #[inline(always)]
            pub unsafe fn clamp(x: $raw, low: $raw, high: $raw) -> $raw {
                // SAFETY: as in `mul_add`.
                unsafe { $min($max(x, low), high) }
            }
            neon!(@bits and $raw $and $bits $back);
            neon!(@bits or $raw $or $bits $back);
            neon!(@bits xor $raw $xor $bits $back);
            neon!(@compare lt $raw $Mask $lt);
            neon!(@compare le $raw $Mask $le);
            neon!(@compare eq $raw $Mask $eq);
            #[inline(always)]
            pub unsafe fn select(mask: $Mask, t: $raw, f: $raw) -> $raw {
                // SAFETY: as in `mul_add`.
                unsafe { $select(mask.0, t, f) }
            }
            #[inline(always)]
            pub unsafe fn bits(mask: $Mask) -> u32 {
                // SAFETY: as in `mul_add`.
                unsafe { $mask_bits(mask.0) }
            }
        }

        impl Fields for $V {
            #[inline(always)]
            fn mantissa_to_exponent(self) -> Self {
                // SAFETY: every aarch64 machine has NEON.
                $V(unsafe { $back($shl::<{ $float::MANTISSA_DIGITS as i32 - 1 }>($bits(self.0))) })
            }
            #[inline(always)]
            fn exponent_to_mantissa(self) -> Self {
                // SAFETY: every aarch64 machine has NEON.
                $V(unsafe { $back($shr::<{ $float::MANTISSA_DIGITS as i32 - 1 }>($bits(self.0))) })
            }
        }
    };
    (@bits $name:ident $raw:ident $f:ident $bits:ident $back:ident) => {
        #[inline(always)]
        pub unsafe fn $name(a: $raw, b: $raw) -> $raw {
            // SAFETY: as in `mul_add`.
            unsafe { $back($f($bits(a), $bits(b))) }
        }
    };
    (@compare $name:ident $raw:ident $Mask:ident $f:ident) => {
        #[inline(always)]
        pub unsafe fn $name(a: $raw, b: $raw) -> $Mask {
            // SAFETY: as in `mul_add`.
            $Mask(unsafe { $f(a, b) })
        }
    };
}
neon!(f32x4 F32x4: f32 float32x4_t Mask32x4; vfmaq_f32 vminq_f32 vmaxq_f32 vcltq_f32 vcleq_f32 vceqq_f32 vbslq_f32;
    vreinterpretq_u32_f32 vreinterpretq_f32_u32 vandq_u32 vorrq_u32 veorq_u32 vshlq_n_u32 vshrq_n_u32;
    |mask| vaddvq_u32(vandq_u32(mask, vld1q_u32([1, 2, 4, 8].as_ptr()))));
neon!(f64x2 F64x2: f64 float64x2_t Mask64x2; vfmaq_f64 vminq_f64 vmaxq_f64 vcltq_f64 vcleq_f64 vceqq_f64 vbslq_f64;
    vreinterpretq_u64_f64 vreinterpretq_f64_u64 vandq_u64 vorrq_u64 veorq_u64 vshlq_n_u64 vshrq_n_u64;
    |mask| vaddvq_u64(vandq_u64(mask, vld1q_u64([1, 2].as_ptr()))) as u32);
