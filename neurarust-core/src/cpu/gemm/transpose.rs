//! Copies a strip of lines into a panel: side by side if the lines are adjacent in memory, transposed if K is.

/// Fills a panel, `dst[p * width + i] = src[i * line + p * k]` for `i < lines`, `p < depth`, where either `line` or `k` is 1 and the
/// other one is the argument. Arguments: source, the other stride, lines, depth, width, panel.
pub(super) type Fill<T> = unsafe fn(*const T, isize, usize, usize, usize, *mut T);

/// Lines that are adjacent: a copy per step of K. `A` and `B` are the widths of whole panels, copied with moves of known size.
///
/// # Safety
/// The source and the panel must be valid.
#[inline(always)]
pub(super) unsafe fn copy<T: Copy, const A: usize, const B: usize>(
    src: *const T,
    k: isize,
    lines: usize,
    depth: usize,
    width: usize,
    dst: *mut T,
) {
    // SAFETY: the caller's promise; arrays of T need no more than T's alignment.
    unsafe {
        if lines == A {
            copy_whole::<T, A>(src, k, depth, width, dst);
        } else if lines == B {
            copy_whole::<T, B>(src, k, depth, width, dst);
        } else {
            for p in 0..depth {
                let src = src.wrapping_offset(p as isize * k);
                std::ptr::copy_nonoverlapping(src, dst.add(p * width), lines);
            }
        }
    }
}

/// # Safety
/// As [`copy`].
#[inline(always)]
unsafe fn copy_whole<T: Copy, const W: usize>(
    mut src: *const T,
    k: isize,
    depth: usize,
    width: usize,
    mut dst: *mut T,
) {
    for _ in 0..depth {
        // SAFETY: the caller's promise.
        unsafe {
            dst.cast::<[T; W]>()
                .write_unaligned(src.cast::<[T; W]>().read_unaligned())
        };
        src = src.wrapping_offset(k);
        dst = dst.wrapping_add(width);
    }
}

/// Any strides at all, eight steps of K at a time: each line is read in short runs, while the panel's rows stay in the cache.
///
/// # Safety
/// As [`copy`].
#[inline(always)]
pub(super) unsafe fn gather<T: Copy>(
    src: *const T,
    line: isize,
    k: isize,
    lines: usize,
    depth: usize,
    width: usize,
    dst: *mut T,
) {
    for first in (0..depth).step_by(8) {
        for i in 0..lines {
            let src = src.wrapping_offset(i as isize * line);
            for p in first..(first + 8).min(depth) {
                // SAFETY: the caller's promise.
                unsafe { *dst.add(p * width + i) = *src.wrapping_offset(p as isize * k) };
            }
        }
    }
}

/// Lines along which K is adjacent, element by element.
///
/// # Safety
/// As [`copy`].
pub(super) unsafe fn turn<T: Copy>(
    src: *const T,
    line: isize,
    lines: usize,
    depth: usize,
    width: usize,
    dst: *mut T,
) {
    // SAFETY: passed on.
    unsafe { gather(src, line, 1, lines, depth, width, dst) }
}

/// Defines a [`Fill`] that transposes blocks of `N × N` in AVX registers. Lines past the last one are read as the last
/// one and not stored; steps of K past the last whole block go through [`gather`].
#[cfg(target_arch = "x86_64")]
macro_rules! turn_avx {
    ($name:ident, $t:ty, $n:literal, $block:ident, $store:ident) => {
        /// # Safety
        /// As [`copy`]; the processor has AVX.
        #[target_feature(enable = "avx")]
        pub(in crate::cpu::gemm) unsafe fn $name(
            src: *const $t,
            line: isize,
            lines: usize,
            depth: usize,
            width: usize,
            dst: *mut $t,
        ) {
            let whole = depth / $n * $n;
            for p in (0..whole).step_by($n) {
                for i in (0..lines).step_by($n) {
                    let mut rows = [src; $n];
                    for (r, row) in rows.iter_mut().enumerate() {
                        *row = src
                            .wrapping_offset((i + r).min(lines - 1) as isize * line)
                            .wrapping_add(p);
                    }
                    // SAFETY: `p + N` steps of each line are in the source, `lines - i` places of each row in the panel.
                    unsafe {
                        let turned = $block(rows);
                        for (q, column) in turned.into_iter().enumerate() {
                            $store(column, lines - i, dst.add((p + q) * width + i));
                        }
                    }
                }
            }
            let rest = src.wrapping_add(whole);
            // SAFETY: passed on.
            unsafe {
                gather(
                    rest,
                    line,
                    1,
                    lines,
                    depth - whole,
                    width,
                    dst.add(whole * width),
                )
            }
        }
    };
}

#[cfg(target_arch = "x86_64")]
pub(super) mod x86 {
    use super::gather;
    use std::arch::x86_64::*;

    turn_avx!(turn_f32, f32, 8, block_f32, store_f32);
    turn_avx!(turn_f64, f64, 4, block_f64, store_f64);

    /// # Safety
    /// Eight values from each pointer must be readable.
    #[inline]
    #[target_feature(enable = "avx")]
    unsafe fn block_f32(rows: [*const f32; 8]) -> [__m256; 8] {
        let mut out = [_mm256_setzero_ps(); 8];
        for half in 0..2 {
            // Register j: four values of row j beside four of row j + 4, so that no lane has to cross later.
            let mut r = [_mm256_setzero_ps(); 4];
            for j in 0..4 {
                let (high, low) = (rows[j + 4], rows[j]);
                // SAFETY: the caller's promise.
                r[j] = unsafe {
                    _mm256_loadu2_m128(high.wrapping_add(4 * half), low.wrapping_add(4 * half))
                };
            }
            let low = [
                _mm256_unpacklo_ps(r[0], r[1]),
                _mm256_unpacklo_ps(r[2], r[3]),
            ];
            let high = [
                _mm256_unpackhi_ps(r[0], r[1]),
                _mm256_unpackhi_ps(r[2], r[3]),
            ];
            out[4 * half] = _mm256_shuffle_ps::<0x44>(low[0], low[1]);
            out[4 * half + 1] = _mm256_shuffle_ps::<0xee>(low[0], low[1]);
            out[4 * half + 2] = _mm256_shuffle_ps::<0x44>(high[0], high[1]);
            out[4 * half + 3] = _mm256_shuffle_ps::<0xee>(high[0], high[1]);
        }
        out
    }

    /// # Safety
    /// Four values from each pointer must be readable.
    #[inline]
    #[target_feature(enable = "avx")]
    unsafe fn block_f64(rows: [*const f64; 4]) -> [__m256d; 4] {
        let mut out = [_mm256_setzero_pd(); 4];
        for half in 0..2 {
            let mut r = [_mm256_setzero_pd(); 2];
            for j in 0..2 {
                let (high, low) = (rows[j + 2], rows[j]);
                // SAFETY: the caller's promise.
                r[j] = unsafe {
                    _mm256_loadu2_m128d(high.wrapping_add(2 * half), low.wrapping_add(2 * half))
                };
            }
            out[2 * half] = _mm256_unpacklo_pd(r[0], r[1]);
            out[2 * half + 1] = _mm256_unpackhi_pd(r[0], r[1]);
        }
        out
    }

    /// Stores the first `lines` lanes.
    ///
    /// # Safety
    /// They must be writable.
    #[inline]
    #[target_feature(enable = "avx")]
    unsafe fn store_f32(v: __m256, lines: usize, mut dst: *mut f32) {
        // SAFETY: the caller's promise.
        unsafe {
            if lines >= 8 {
                return _mm256_storeu_ps(dst, v);
            }
            let mut part = _mm256_castps256_ps128(v);
            if lines & 4 != 0 {
                _mm_storeu_ps(dst, part);
                part = _mm256_extractf128_ps::<1>(v);
                dst = dst.add(4);
            }
            if lines & 2 != 0 {
                _mm_store_sd(dst.cast(), _mm_castps_pd(part));
                part = _mm_movehl_ps(part, part);
                dst = dst.add(2);
            }
            if lines & 1 != 0 {
                _mm_store_ss(dst, part);
            }
        }
    }

    /// Stores the first `lines` lanes.
    ///
    /// # Safety
    /// They must be writable.
    #[inline]
    #[target_feature(enable = "avx")]
    unsafe fn store_f64(v: __m256d, lines: usize, mut dst: *mut f64) {
        // SAFETY: the caller's promise.
        unsafe {
            if lines >= 4 {
                return _mm256_storeu_pd(dst, v);
            }
            let mut part = _mm256_castpd256_pd128(v);
            if lines & 2 != 0 {
                _mm_storeu_pd(dst, part);
                part = _mm256_extractf128_pd::<1>(v);
                dst = dst.add(2);
            }
            if lines & 1 != 0 {
                _mm_store_sd(dst, part);
            }
        }
    }
}
