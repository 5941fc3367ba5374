//! The x86-64 registers: AVX2 with FMA, and AVX-512.

use std::arch::x86_64::*;

use super::exponent::{self, Fields};
use super::register::{register, vector_mask};
use super::{FloatLanes, Isa, Lanes, Level, SplitLanes};
use crate::cpu::math;
use crate::real::{Mask, Num, Real};

/// 256-bit registers: AVX2 and FMA.
///
/// ```
/// use neurarust_core::cpu::simd::{Avx2, Isa, Lanes, Level};
/// assert_eq!((Avx2::LEVEL, <Avx2 as Isa>::F32::N, <Avx2 as Isa>::F64::N), (Level::Wide, 8, 4));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Avx2;

/// 512-bit registers and mask registers: AVX-512 F, VL, BW and DQ.
///
/// ```
/// use neurarust_core::cpu::simd::{Avx512, Isa, Lanes, Level};
/// assert_eq!((Avx512::LEVEL, <Avx512 as Isa>::F32::N, <Avx512 as Isa>::F64::N), (Level::Avx512, 16, 8));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Avx512;

impl Isa for Avx2 {
    type F32 = F32x8;
    type F64 = F64x4;
    const LEVEL: Level = Level::Wide;
    #[inline(always)]
    unsafe fn run<R>(f: impl FnOnce() -> R) -> R {
        #[target_feature(enable = "avx2,fma")]
        fn inner<R>(f: impl FnOnce() -> R) -> R {
            f()
        }
        // SAFETY: the caller vouches for the instruction set.
        unsafe { inner(f) }
    }
}

impl Isa for Avx512 {
    type F32 = F32x16;
    type F64 = F64x8;
    const LEVEL: Level = Level::Avx512;
    #[inline(always)]
    unsafe fn run<R>(f: impl FnOnce() -> R) -> R {
        #[target_feature(enable = "avx512f,avx512vl,avx512bw,avx512dq,avx2,fma")]
        fn inner<R>(f: impl FnOnce() -> R) -> R {
            f()
        }
        // SAFETY: the caller vouches for the instruction set.
        unsafe { inner(f) }
    }
}

vector_mask! { Mask32x8(__m256): and _mm256_and_ps, or _mm256_or_ps, xor _mm256_xor_ps, ones _mm256_castsi256_ps(_mm256_set1_epi32(-1)) }
vector_mask! { Mask64x4(__m256d): and _mm256_and_pd, or _mm256_or_pd, xor _mm256_xor_pd, ones _mm256_castsi256_pd(_mm256_set1_epi32(-1)) }
impl Mask for __mmask8 {}
impl Mask for __mmask16 {}

register! {
    /// Eight `f32` in an AVX register.
    F32x8(__m256): 8 of f32, mask Mask32x8;
    splat _mm256_set1_ps, load _mm256_loadu_ps, store _mm256_storeu_ps;
    add _mm256_add_ps, sub _mm256_sub_ps, mul _mm256_mul_ps, div _mm256_div_ps, sqrt _mm256_sqrt_ps, mul_add _mm256_fmadd_ps, fused true;
    min f32x8::min, max f32x8::max, clamp f32x8::clamp;
    floor _mm256_floor_ps, ceil _mm256_ceil_ps, trunc _mm256_round_ps::<TRUNC>, round _mm256_round_ps::<NEAREST>;
    and _mm256_and_ps, or _mm256_or_ps, xor _mm256_xor_ps;
    lt f32x8::lt, le f32x8::le, eq f32x8::eq, select f32x8::select, bits f32x8::bits;
    scale2 exponent::scale2, mantissa exponent::mantissa, exponent exponent::exponent;
}

register! {
    /// Four `f64` in an AVX register.
    F64x4(__m256d): 4 of f64, mask Mask64x4;
    splat _mm256_set1_pd, load _mm256_loadu_pd, store _mm256_storeu_pd;
    add _mm256_add_pd, sub _mm256_sub_pd, mul _mm256_mul_pd, div _mm256_div_pd, sqrt _mm256_sqrt_pd, mul_add _mm256_fmadd_pd, fused true;
    min f64x4::min, max f64x4::max, clamp f64x4::clamp;
    floor _mm256_floor_pd, ceil _mm256_ceil_pd, trunc _mm256_round_pd::<TRUNC>, round _mm256_round_pd::<NEAREST>;
    and _mm256_and_pd, or _mm256_or_pd, xor _mm256_xor_pd;
    lt f64x4::lt, le f64x4::le, eq f64x4::eq, select f64x4::select, bits f64x4::bits;
    scale2 exponent::scale2, mantissa exponent::mantissa, exponent exponent::exponent;
}

register! {
    /// Sixteen `f32` in an AVX-512 register.
    F32x16(__m512): 16 of f32, mask __mmask16;
    splat _mm512_set1_ps, load _mm512_loadu_ps, store _mm512_storeu_ps;
    add _mm512_add_ps, sub _mm512_sub_ps, mul _mm512_mul_ps, div _mm512_div_ps, sqrt _mm512_sqrt_ps, mul_add _mm512_fmadd_ps, fused true;
    min f32x16::min, max f32x16::max, clamp f32x16::clamp;
    floor _mm512_roundscale_ps::<FLOOR>, ceil _mm512_roundscale_ps::<CEIL>, trunc _mm512_roundscale_ps::<TRUNC>, round _mm512_roundscale_ps::<NEAREST>;
    and _mm512_and_ps, or _mm512_or_ps, xor _mm512_xor_ps;
    lt _mm512_cmp_ps_mask::<_CMP_LT_OQ>, le _mm512_cmp_ps_mask::<_CMP_LE_OQ>, eq _mm512_cmp_ps_mask::<_CMP_EQ_OQ>, select f32x16::select, bits f32x16::bits;
    scale2 f32x16::scale2, mantissa f32x16::mantissa, exponent f32x16::exponent;
}

register! {
    /// Eight `f64` in an AVX-512 register.
    F64x8(__m512d): 8 of f64, mask __mmask8;
    splat _mm512_set1_pd, load _mm512_loadu_pd, store _mm512_storeu_pd;
    add _mm512_add_pd, sub _mm512_sub_pd, mul _mm512_mul_pd, div _mm512_div_pd, sqrt _mm512_sqrt_pd, mul_add _mm512_fmadd_pd, fused true;
    min f64x8::min, max f64x8::max, clamp f64x8::clamp;
    floor _mm512_roundscale_pd::<FLOOR>, ceil _mm512_roundscale_pd::<CEIL>, trunc _mm512_roundscale_pd::<TRUNC>, round _mm512_roundscale_pd::<NEAREST>;
    and _mm512_and_pd, or _mm512_or_pd, xor _mm512_xor_pd;
    lt _mm512_cmp_pd_mask::<_CMP_LT_OQ>, le _mm512_cmp_pd_mask::<_CMP_LE_OQ>, eq _mm512_cmp_pd_mask::<_CMP_EQ_OQ>, select f64x8::select, bits f64x8::bits;
    scale2 f64x8::scale2, mantissa f64x8::mantissa, exponent f64x8::exponent;
}

const NEAREST: i32 = _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC;
const FLOOR: i32 = _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC;
const CEIL: i32 = _MM_FROUND_TO_POS_INF | _MM_FROUND_NO_EXC;
const TRUNC: i32 = _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC;

impl SplitLanes for F32x8 {
    type Half = F64x4;
    #[inline(always)]
    fn split(self) -> [F64x4; 2] {
        // SAFETY: lane types are used inside `Isa::run` only.
        unsafe {
            [
                F64x4(_mm256_cvtps_pd(_mm256_castps256_ps128(self.0))),
                F64x4(_mm256_cvtps_pd(_mm256_extractf128_ps::<1>(self.0))),
            ]
        }
    }
    #[inline(always)]
    fn join([low, high]: [F64x4; 2]) -> Self {
        // SAFETY: as in `split`.
        F32x8(unsafe { _mm256_set_m128(_mm256_cvtpd_ps(high.0), _mm256_cvtpd_ps(low.0)) })
    }
}

impl SplitLanes for F32x16 {
    type Half = F64x8;
    #[inline(always)]
    fn split(self) -> [F64x8; 2] {
        // SAFETY: lane types are used inside `Isa::run` only.
        unsafe {
            [
                F64x8(_mm512_cvtps_pd(_mm512_castps512_ps256(self.0))),
                F64x8(_mm512_cvtps_pd(_mm512_extractf32x8_ps::<1>(self.0))),
            ]
        }
    }
    #[inline(always)]
    fn join([low, high]: [F64x8; 2]) -> Self {
        // SAFETY: as in `split`.
        F32x16(unsafe {
            _mm512_insertf32x8::<1>(
                _mm512_castps256_ps512(_mm512_cvtpd_ps(low.0)),
                _mm512_cvtpd_ps(high.0),
            )
        })
    }
}

/// What AVX2 has no single instruction for. `min` and `max` of the hardware give their second operand for a NaN.
macro_rules! avx2 {
    ($name:ident $V:ident: $raw:ident $Mask:ident; $cmp:ident $min:ident $max:ident $blend:ident $movemask:ident;
     $float:ident $bits:ident $back:ident $shl:ident $shr:ident) => {
        impl Fields for $V {
            #[inline(always)]
            fn mantissa_to_exponent(self) -> Self {
                // SAFETY: lane types are used inside `Isa::run` only.
                $V(unsafe {
                    $back($shl::<{ $float::MANTISSA_DIGITS as i32 - 1 }>($bits(
                        self.0,
                    )))
                })
            }
            #[inline(always)]
            fn exponent_to_mantissa(self) -> Self {
                // SAFETY: lane types are used inside `Isa::run` only.
                $V(unsafe {
                    $back($shr::<{ $float::MANTISSA_DIGITS as i32 - 1 }>($bits(
                        self.0,
                    )))
                })
            }
        }
        mod $name {
            use super::*;
            #[inline(always)]
            pub unsafe fn lt(a: $raw, b: $raw) -> $Mask {
                // SAFETY: the caller vouches for the instruction set, here and below.
                $Mask(unsafe { $cmp::<_CMP_LT_OQ>(a, b) })
            }
            #[inline(always)]
            pub unsafe fn le(a: $raw, b: $raw) -> $Mask {
                // SAFETY: as in `lt`.
                $Mask(unsafe { $cmp::<_CMP_LE_OQ>(a, b) })
            }
            #[inline(always)]
            pub unsafe fn eq(a: $raw, b: $raw) -> $Mask {
                // SAFETY: as in `lt`.
                $Mask(unsafe { $cmp::<_CMP_EQ_OQ>(a, b) })
            }
            #[inline(always)]
            pub unsafe fn select(mask: $Mask, t: $raw, f: $raw) -> $raw {
                // SAFETY: as in `lt`.
                unsafe { $blend(f, t, mask.0) }
            }
            #[inline(always)]
            pub unsafe fn bits(mask: $Mask) -> u32 {
                // SAFETY: as in `lt`.
                unsafe { $movemask(mask.0) as u32 }
            }
            #[inline(always)]
            pub unsafe fn min(a: $raw, b: $raw) -> $raw {
                // SAFETY: as in `lt`.
                unsafe { $blend($min(a, b), a, $cmp::<_CMP_UNORD_Q>(a, a)) }
            }
            #[inline(always)]
            pub unsafe fn max(a: $raw, b: $raw) -> $raw {
                // SAFETY: as in `lt`.
                unsafe { $blend($max(a, b), a, $cmp::<_CMP_UNORD_Q>(a, a)) }
            }
            #[inline(always)]
            pub unsafe fn clamp(x: $raw, low: $raw, high: $raw) -> $raw {
                // SAFETY: as in `lt`.
                unsafe { $min(high, $max(low, x)) }
            }
        }
    };
}
avx2!(f32x8 F32x8: __m256 Mask32x8; _mm256_cmp_ps _mm256_min_ps _mm256_max_ps _mm256_blendv_ps _mm256_movemask_ps;
    f32 _mm256_castps_si256 _mm256_castsi256_ps _mm256_slli_epi32 _mm256_srli_epi32);
avx2!(f64x4 F64x4: __m256d Mask64x4; _mm256_cmp_pd _mm256_min_pd _mm256_max_pd _mm256_blendv_pd _mm256_movemask_pd;
    f64 _mm256_castpd_si256 _mm256_castsi256_pd _mm256_slli_epi64 _mm256_srli_epi64);

/// What AVX-512 has no single instruction for.
macro_rules! avx512 {
    ($name:ident $V:ident: $raw:ident $Mask:ident; $blend:ident $min:ident $max:ident $mask_min:ident $mask_max:ident $cmp:ident $scale:ident $mantissa:ident $exponent:ident) => {
        mod $name {
            use super::*;
            #[inline(always)]
            pub unsafe fn select(mask: $Mask, t: $raw, f: $raw) -> $raw {
                // SAFETY: the caller vouches for the instruction set, here and below.
                unsafe { $blend(mask, f, t) }
            }
            #[inline(always)]
            pub unsafe fn bits(mask: $Mask) -> u32 {
                mask.into()
            }
            #[inline(always)]
            pub unsafe fn min(a: $raw, b: $raw) -> $raw {
                // SAFETY: as in `select`.
                unsafe { $mask_min(a, $cmp::<_CMP_ORD_Q>(a, a), a, b) }
            }
            #[inline(always)]
            pub unsafe fn max(a: $raw, b: $raw) -> $raw {
                // SAFETY: as in `select`.
                unsafe { $mask_max(a, $cmp::<_CMP_ORD_Q>(a, a), a, b) }
            }
            #[inline(always)]
            pub unsafe fn clamp(x: $raw, low: $raw, high: $raw) -> $raw {
                // SAFETY: as in `select`.
                unsafe { $min(high, $max(low, x)) }
            }
            #[inline(always)]
            pub fn scale2(x: $V, n: $V) -> $V {
                // SAFETY: lane types are used inside `Isa::run` only.
                $V(unsafe { $scale(x.0, n.0) })
            }
            #[inline(always)]
            pub fn mantissa(x: $V) -> $V {
                // SAFETY: lane types are used inside `Isa::run` only.
                $V(unsafe { $mantissa::<_MM_MANT_NORM_1_2, _MM_MANT_SIGN_ZERO>(x.0) })
            }
            #[inline(always)]
            pub fn exponent(x: $V) -> $V {
                // SAFETY: lane types are used inside `Isa::run` only.
                $V(unsafe { $exponent(x.0) })
            }
        }
    };
}
avx512!(f32x16 F32x16: __m512 __mmask16; _mm512_mask_blend_ps _mm512_min_ps _mm512_max_ps _mm512_mask_min_ps _mm512_mask_max_ps _mm512_cmp_ps_mask
    _mm512_scalef_ps _mm512_getmant_ps _mm512_getexp_ps);
avx512!(f64x8 F64x8: __m512d __mmask8; _mm512_mask_blend_pd _mm512_min_pd _mm512_max_pd _mm512_mask_min_pd _mm512_mask_max_pd _mm512_cmp_pd_mask
    _mm512_scalef_pd _mm512_getmant_pd _mm512_getexp_pd);
