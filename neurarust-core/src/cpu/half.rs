//! Half precision to and from `f32` in integer arithmetic without branches: a loop over it becomes vector code on every
//! instruction set. Rounding is to nearest, ties to even; a NaN keeps its sign and upper payload and becomes quiet.

const SIGN: u32 = 0x8000_0000;
const INFINITY: u32 = 0x7f80_0000;
const QUIET: u32 = 0x0040_0000;

#[inline(always)]
fn select(condition: bool, t: u32, f: u32) -> u32 {
    if condition { t } else { f }
}

/// The bits of an `f16` as an `f32`, exactly.
#[inline(always)]
pub fn from_f16(half: u16) -> f32 {
    let half = half as u32;
    // The fields land in their places; the exponent's bias differs by 2¹¹², which the product makes good for subnormal
    // numbers too.
    let fields = (half & 0x7fff) << 13;
    let scaled = (f32::from_bits(fields) * f32::from_bits((127 + 112) << 23)).to_bits();
    let special = fields | INFINITY | select(half & 0x03ff != 0, QUIET, 0);
    let magnitude = select(half & 0x7c00 == 0x7c00, special, scaled);
    f32::from_bits(magnitude | (half & 0x8000) << 16)
}

/// The nearest `f16`'s bits.
#[inline(always)]
pub fn to_f16(x: f32) -> u16 {
    let (bits, magnitude) = (x.to_bits(), x.to_bits() & !SIGN);
    // Below 2⁻¹⁴ the sum with ½ has the subnormal number in its lowest bits.
    let subnormal = (f32::from_bits(magnitude) + 0.5)
        .to_bits()
        .wrapping_sub(0.5f32.to_bits());
    // Just less than half of the last place, or half of it where the place before is odd; the bias less by 112.
    let odd = magnitude >> 13 & 1;
    let normal = (magnitude.wrapping_sub(112 << 23).wrapping_add(0xfff + odd)) >> 13;
    let nan = 0x7e00 | (magnitude >> 13 & 0x03ff);
    let special = select(magnitude > INFINITY, nan, 0x7c00);
    let finite = select(magnitude < (127 - 14) << 23, subnormal, normal);
    let half = select(magnitude >= (127 + 16) << 23, special, finite);
    (half | (bits & SIGN) >> 16) as u16
}

/// The bits of a `bf16` as an `f32`, exactly.
#[inline(always)]
pub fn from_bf16(half: u16) -> f32 {
    let bits = (half as u32) << 16;
    f32::from_bits(bits | select(bits & !SIGN > INFINITY, QUIET, 0))
}

/// The nearest `bf16`'s bits.
#[inline(always)]
pub fn to_bf16(x: f32) -> u16 {
    let bits = x.to_bits();
    let rounded = bits.wrapping_add(0x7fff + (bits >> 16 & 1));
    (select(bits & !SIGN > INFINITY, bits | QUIET, rounded) >> 16) as u16
}

/// The processor's own conversions of `f16`, eight at a time, which answer the same. Both tell how many they have done.
#[cfg(target_arch = "x86_64")]
pub mod f16c {
    use std::arch::x86_64::*;

    /// # Safety
    /// The processor must have AVX and F16C; both runs must be valid for `n` elements.
    #[target_feature(enable = "avx,f16c")]
    pub unsafe fn widen(src: *const u16, dst: *mut f32, n: usize) -> usize {
        let whole = n & !7;
        for i in (0..whole).step_by(8) {
            // SAFETY: eight elements from `i` on are within the runs.
            unsafe {
                let half = _mm_loadu_si128(src.add(i).cast());
                _mm256_storeu_ps(dst.add(i), _mm256_cvtph_ps(half));
            }
        }
        whole
    }

    /// # Safety
    /// As [`widen`].
    #[target_feature(enable = "avx,f16c")]
    pub unsafe fn narrow(src: *const f32, dst: *mut u16, n: usize) -> usize {
        let whole = n & !7;
        for i in (0..whole).step_by(8) {
            // SAFETY: as in `widen`.
            unsafe {
                let half =
                    _mm256_cvtps_ph::<_MM_FROUND_TO_NEAREST_INT>(_mm256_loadu_ps(src.add(i)));
                _mm_storeu_si128(dst.add(i).cast(), half);
            }
        }
        whole
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{bf16, f16};

    #[test]
    fn every_half_widens_as_its_type_says() {
        for bits in 0..=u16::MAX {
            let want = f16::from_bits(bits).to_f64() as f32;
            assert_eq!(from_f16(bits).to_bits(), want.to_bits(), "f16 {bits:#x}");
            let want = bf16::from_bits(bits).to_f64() as f32;
            assert_eq!(from_bf16(bits).to_bits(), want.to_bits(), "bf16 {bits:#x}");
        }
    }

    #[cfg(target_arch = "x86_64")]
    #[test]
    fn the_processor_agrees() {
        if !is_x86_feature_detected!("f16c") {
            return;
        }
        let halves: Vec<u16> = (0..=u16::MAX).collect();
        let mut wide = vec![0f32; halves.len()];
        // SAFETY: the processor has it; the runs are as long.
        unsafe { f16c::widen(halves.as_ptr(), wide.as_mut_ptr(), halves.len()) };
        for (half, wide) in halves.iter().zip(&wide) {
            assert_eq!(from_f16(*half).to_bits(), wide.to_bits(), "f16 {half:#x}");
        }
        // Every upper half, with lower halves around the ties.
        for low in [
            0, 1, 0x0fff, 0x1000, 0x1001, 0x2fff, 0x3000, 0x3001, 0x8000, 0xffff,
        ] {
            let bits = |high: &u16| f32::from_bits(u32::from(*high) << 16 | low);
            let floats: Vec<f32> = halves.iter().map(bits).collect();
            let mut narrow = vec![0u16; floats.len()];
            // SAFETY: as above.
            unsafe { f16c::narrow(floats.as_ptr(), narrow.as_mut_ptr(), floats.len()) };
            for (x, narrow) in floats.iter().zip(&narrow) {
                assert_eq!(to_f16(*x), *narrow, "{:#x}", x.to_bits());
            }
        }
    }

    #[test]
    fn floats_narrow_as_the_types_say() {
        let check = |bits: u32| {
            let x = f32::from_bits(bits);
            let (f, b) = (f16::from_f32(x), bf16::from_f32(x));
            if x.is_nan() {
                assert!(f16::from_bits(to_f16(x)).is_nan() && bf16::from_bits(to_bf16(x)).is_nan());
                assert_eq!(to_f16(x) >> 15, (bits >> 31) as u16);
                assert_eq!(to_bf16(x), (bits >> 16) as u16 | 0x40);
                return;
            }
            assert_eq!(to_f16(x), f.to_bits(), "f16 of {x:e} ({bits:#x})");
            assert_eq!(to_bf16(x), b.to_bits(), "bf16 of {x:e} ({bits:#x})");
        };
        // Every upper half with lower halves on, beside and between the ties of both formats.
        for high in 0..=u16::MAX as u32 {
            for low in [
                0, 1, 0x0fff, 0x1000, 0x1001, 0x2fff, 0x3000, 0x3001, 0x7fff, 0x8000, 0x8001,
                0xffff,
            ] {
                check(high << 16 | low);
            }
        }
        // The ties of f16's subnormal numbers lie on every place.
        for exponent in 100..115u32 {
            for place in 0..23 {
                for near in [0u32.wrapping_sub(1), 0, 1] {
                    for odd in [0, 2 << place] {
                        check((exponent << 23 | odd | 1 << place).wrapping_add(near));
                    }
                }
            }
        }
    }
}
