//! The WebAssembly registers: simd128, where the module is compiled for it.
// Intrinsics that are safe to call on this target stand in `unsafe` blocks of macros shared with other targets.
#![allow(unused_unsafe)]

use std::arch::wasm32::*;

use super::exponent::{self, Fields};
use super::register::{register, vector_mask};
use super::{FloatLanes, Isa, Lanes, Level, SplitLanes};
use crate::cpu::math;
use crate::real::{Mask, Num, Real};

/// 128-bit registers of WebAssembly. There is no fused multiply-add.
#[derive(Clone, Copy, Debug)]
pub struct Simd128;

impl Isa for Simd128 {
    type F32 = F32x4;
    type F64 = F64x2;
    const LEVEL: Level = Level::Wide;
    #[inline(always)]
    unsafe fn run<R>(f: impl FnOnce() -> R) -> R {
        f()
    }
}

vector_mask! { Mask32x4(v128): and v128_and, or v128_or, xor v128_xor, ones u32x4_splat(u32::MAX) }
vector_mask! { Mask64x2(v128): and v128_and, or v128_or, xor v128_xor, ones u32x4_splat(u32::MAX) }

register! {
    /// Four `f32` in a simd128 register.
    F32x4(v128): 4 of f32, mask Mask32x4;
    splat f32x4_splat, load v128_load, store v128_store;
    add f32x4_add, sub f32x4_sub, mul f32x4_mul, div f32x4_div, sqrt f32x4_sqrt, mul_add f32x4::mul_add, fused false;
    min f32x4_min, max f32x4_max, clamp f32x4::clamp;
    floor f32x4_floor, ceil f32x4_ceil, trunc f32x4_trunc, round f32x4_nearest;
    and v128_and, or v128_or, xor v128_xor;
    lt f32x4::lt, le f32x4::le, eq f32x4::eq, select f32x4::select, bits f32x4::bits;
    scale2 exponent::scale2, mantissa exponent::mantissa, exponent exponent::exponent;
}

register! {
    /// Two `f64` in a simd128 register.
    F64x2(v128): 2 of f64, mask Mask64x2;
    splat f64x2_splat, load v128_load, store v128_store;
    add f64x2_add, sub f64x2_sub, mul f64x2_mul, div f64x2_div, sqrt f64x2_sqrt, mul_add f64x2::mul_add, fused false;
    min f64x2_min, max f64x2_max, clamp f64x2::clamp;
    floor f64x2_floor, ceil f64x2_ceil, trunc f64x2_trunc, round f64x2_nearest;
    and v128_and, or v128_or, xor v128_xor;
    lt f64x2::lt, le f64x2::le, eq f64x2::eq, select f64x2::select, bits f64x2::bits;
    scale2 exponent::scale2, mantissa exponent::mantissa, exponent exponent::exponent;
}

impl SplitLanes for F32x4 {
    type Half = F64x2;
    #[inline(always)]
    fn split(self) -> [F64x2; 2] {
        // SAFETY: the module is compiled for simd128.
        unsafe {
            let high = i32x4_shuffle::<2, 3, 2, 3>(self.0, self.0);
            [
                F64x2(f64x2_promote_low_f32x4(self.0)),
                F64x2(f64x2_promote_low_f32x4(high)),
            ]
        }
    }
    #[inline(always)]
    fn join([low, high]: [F64x2; 2]) -> Self {
        // SAFETY: as in `split`.
        unsafe {
            let (low, high) = (
                f32x4_demote_f64x2_zero(low.0),
                f32x4_demote_f64x2_zero(high.0),
            );
            F32x4(i32x4_shuffle::<0, 1, 4, 5>(low, high))
        }
    }
}

/// What simd128 has no single instruction for.
macro_rules! simd128 {
    ($name:ident $V:ident: $float:ident $Mask:ident; $add:ident $mul:ident $min:ident $max:ident $lt:ident $le:ident $eq:ident $bitmask:ident $shl:ident $shr:ident) => {
        mod $name {
            use super::*;
            #[inline(always)]
            pub unsafe fn mul_add(a: v128, b: v128, c: v128) -> v128 {
                // SAFETY: the module is compiled for simd128, here and below.
                unsafe { $add($mul(a, b), c) }
            }
            #[inline(always)]
            pub unsafe fn clamp(x: v128, low: v128, high: v128) -> v128 {
                // SAFETY: as in `mul_add`.
                unsafe { $min($max(x, low), high) }
            }
            #[inline(always)]
            pub unsafe fn lt(a: v128, b: v128) -> $Mask {
                // SAFETY: as in `mul_add`.
                $Mask(unsafe { $lt(a, b) })
            }
            #[inline(always)]
            pub unsafe fn le(a: v128, b: v128) -> $Mask {
                // SAFETY: as in `mul_add`.
                $Mask(unsafe { $le(a, b) })
            }
            #[inline(always)]
            pub unsafe fn eq(a: v128, b: v128) -> $Mask {
                // SAFETY: as in `mul_add`.
                $Mask(unsafe { $eq(a, b) })
            }
            #[inline(always)]
            pub unsafe fn select(mask: $Mask, t: v128, f: v128) -> v128 {
                // SAFETY: as in `mul_add`.
                unsafe { v128_bitselect(t, f, mask.0) }
            }
            #[inline(always)]
            pub unsafe fn bits(mask: $Mask) -> u32 {
                // SAFETY: as in `mul_add`.
                unsafe { $bitmask(mask.0).into() }
            }
        }

        impl Fields for $V {
            #[inline(always)]
            fn mantissa_to_exponent(self) -> Self {
                // SAFETY: the module is compiled for simd128.
                $V(unsafe { $shl(self.0, $float::MANTISSA_DIGITS - 1) })
            }
            #[inline(always)]
            fn exponent_to_mantissa(self) -> Self {
                // SAFETY: the module is compiled for simd128.
                $V(unsafe { $shr(self.0, $float::MANTISSA_DIGITS - 1) })
            }
        }
    };
}
simd128!(f32x4 F32x4: f32 Mask32x4; f32x4_add f32x4_mul f32x4_min f32x4_max f32x4_lt f32x4_le f32x4_eq i32x4_bitmask i32x4_shl u32x4_shr);
simd128!(f64x2 F64x2: f64 Mask64x2; f64x2_add f64x2_mul f64x2_min f64x2_max f64x2_lt f64x2_le f64x2_eq i64x2_bitmask i64x2_shl u64x2_shr);
