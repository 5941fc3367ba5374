//! Operands: whoever can fill a panel can be multiplied.
//!
//! Both operands are seen as *lines* along K: line `i` of A is its row, line `j` of B is its column. A panel holds
//! `width` lines interleaved, `panel[p * width + i] = line(i)[p]`, so a kernel reads it front to back.

use half::{bf16, f16};

use super::kernel::Entry;
use super::transpose;
use crate::cpu::simd::level;

/// An operand of a product, as something that can be copied into panels.
///
/// ```
/// # use neurarust_core::cpu::gemm::{Output, Pack, Strided, gemm};
/// /// The identity matrix, which takes no memory.
/// struct Identity;
/// impl Pack<f32> for Identity {
///     unsafe fn pack(&self, line: usize, lines: usize, k: usize, depth: usize, width: usize, dst: *mut f32) {
///         for (p, i) in (0..depth).flat_map(|p| (0..width).map(move |i| (p, i))) {
///             let one = i < lines && line + i == k + p;
///             // SAFETY: the caller has room for `width · depth` values.
///             unsafe { *dst.add(p * width + i) = f32::from(one) };
///         }
///     }
/// }
/// let (a, mut c) = ([1f32, 2.0, 3.0, 4.0], [0f32; 4]);
/// let out = Output::new(c.as_mut_ptr(), 2, 1);
/// // SAFETY: strides and sizes describe the arrays above.
/// unsafe { gemm(2, 2, 2, &Strided::lhs(a.as_ptr(), 2, 1), &Identity, &out) };
/// assert_eq!(c, a);
/// ```
pub trait Pack<T>: Sync {
    /// Writes `dst[p * width + i] = X(line + i, k + p)` for `i < lines`, `p < depth`, and zero for `lines <= i < width`.
    ///
    /// # Safety
    /// `dst` must be valid for writing `width * depth` values, `lines <= width`, and `line..line + lines` and
    /// `k..k + depth` must lie in the operand.
    unsafe fn pack(
        &self,
        line: usize,
        lines: usize,
        k: usize,
        depth: usize,
        width: usize,
        dst: *mut T,
    );

    /// The operand in place, if it is a strided matrix of `T` already: it may then be used without packing.
    fn strided(&self) -> Option<Strided<T>> {
        None
    }
}

/// A matrix in memory: `X(line, p)` is at `ptr + line * line_stride + p * k_stride`. Strides count elements and may have any
/// sign or be zero. `T` is `f32`, `f64`, or a half type, which is converted to `f32` when it is packed.
///
/// ```
/// # use neurarust_core::cpu::gemm::Strided;
/// let matrix = [1f32, 2.0, 3.0, 4.0, 5.0, 6.0]; // 2 × 3, row-major
/// let (left, right) = (Strided::lhs(matrix.as_ptr(), 3, 1), Strided::rhs(matrix.as_ptr(), 3, 1));
/// assert_eq!((left.line, left.k), (3, 1)); // lines are its rows
/// assert_eq!((right.line, right.k), (1, 3)); // lines are its columns
/// ```
#[derive(Debug)]
pub struct Strided<T> {
    /// Where `(0, 0)` is.
    pub ptr: *const T,
    /// From one line (row of A, column of B) to the next.
    pub line: isize,
    /// From one step of K to the next.
    pub k: isize,
}

impl<T> Clone for Strided<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Strided<T> {}

// SAFETY: it only reads, and the caller of `gemm` promises that nobody writes meanwhile.
unsafe impl<T: Sync> Sync for Strided<T> {}
// SAFETY: as above.
unsafe impl<T: Sync> Send for Strided<T> {}

impl<T> Strided<T> {
    /// The left operand `m × k` with these strides between its rows and columns.
    ///
    /// ```
    /// # use neurarust_core::cpu::gemm::{Output, Strided, gemm};
    /// let (a, b, mut c) = ([1f32, 2.0, 3.0, 4.0], [1f32, 0.0], [0f32; 2]); // Aᵀ · B
    /// let out = Output::new(c.as_mut_ptr(), 1, 1);
    /// // SAFETY: strides and sizes describe the arrays above.
    /// unsafe { gemm(2, 1, 2, &Strided::lhs(a.as_ptr(), 1, 2), &Strided::rhs(b.as_ptr(), 1, 1), &out) };
    /// assert_eq!(c, [1.0, 2.0]);
    /// ```
    pub fn lhs(ptr: *const T, row_stride: isize, col_stride: isize) -> Self {
        Strided {
            ptr,
            line: row_stride,
            k: col_stride,
        }
    }

    /// The right operand `k × n` with these strides between its rows and columns.
    ///
    /// ```
    /// # use neurarust_core::cpu::gemm::{Output, Strided, gemm};
    /// let (a, b, mut c) = ([1f32, 0.0], [1f32, 2.0, 3.0, 4.0], [0f32; 2]); // A · Bᵀ
    /// let out = Output::new(c.as_mut_ptr(), 2, 1);
    /// // SAFETY: strides and sizes describe the arrays above.
    /// unsafe { gemm(1, 2, 2, &Strided::lhs(a.as_ptr(), 2, 1), &Strided::rhs(b.as_ptr(), 1, 2), &out) };
    /// assert_eq!(c, [1.0, 3.0]);
    /// ```
    pub fn rhs(ptr: *const T, row_stride: isize, col_stride: isize) -> Self {
        Strided {
            ptr,
            line: col_stride,
            k: row_stride,
        }
    }

    /// The same matrix `elements` further on.
    ///
    /// ```
    /// # use neurarust_core::cpu::gemm::Strided;
    /// let batch = [1f32, 2.0, 3.0, 4.0]; // two matrices 1 × 2
    /// let second = Strided::lhs(batch.as_ptr(), 2, 1).offset(2);
    /// assert_eq!(second.ptr, &batch[2] as *const f32);
    /// ```
    pub fn offset(self, elements: isize) -> Self {
        Strided {
            ptr: self.ptr.wrapping_offset(elements),
            ..self
        }
    }

    /// Where `(line, k)` is.
    #[inline(always)]
    pub(super) fn at(&self, line: usize, k: usize) -> *const T {
        self.ptr.wrapping_offset(
            (line as isize)
                .wrapping_mul(self.line)
                .wrapping_add((k as isize).wrapping_mul(self.k)),
        )
    }
}

/// Sets the lines behind the last one to zero.
///
/// # Safety
/// As [`Pack::pack`].
pub(crate) unsafe fn pad<T: Entry>(lines: usize, depth: usize, width: usize, dst: *mut T) {
    if lines < width {
        for p in 0..depth {
            for i in lines..width {
                // SAFETY: inside the panel.
                unsafe { *dst.add(p * width + i) = T::ZERO };
            }
        }
    }
}

impl<T: Entry> Pack<T> for Strided<T> {
    unsafe fn pack(
        &self,
        line: usize,
        lines: usize,
        k: usize,
        depth: usize,
        width: usize,
        dst: *mut T,
    ) {
        let src = self.at(line, k);
        // SAFETY: all sources lie in the operand and all targets in the panel, by the caller's promise.
        unsafe {
            let kernels = &T::table(level()).0;
            if self.line == 1 {
                (kernels.copy)(src, self.k, lines, depth, width, dst);
            } else if self.k == 1 {
                (kernels.turn)(src, self.line, lines, depth, width, dst);
            } else {
                transpose::gather(src, self.line, self.k, lines, depth, width, dst);
            }
            pad(lines, depth, width, dst);
        }
    }

    fn strided(&self) -> Option<Strided<T>> {
        Some(*self)
    }
}

/// Converts a strided half matrix while it is packed: runs of up to 64 steps along whichever axis is contiguous.
macro_rules! half_pack {
    ($t:ty) => {
        impl Pack<f32> for Strided<$t> {
            unsafe fn pack(
                &self,
                line: usize,
                lines: usize,
                k: usize,
                depth: usize,
                width: usize,
                dst: *mut f32,
            ) {
                let src = self.at(line, k);
                // Outer and inner axis: the inner one is contiguous if any is.
                let across = self.line == 1;
                let (outer, inner) = if across {
                    (depth, lines)
                } else {
                    (lines, depth)
                };
                let (outer_stride, inner_stride) = if across {
                    (self.k, self.line)
                } else {
                    (self.line, self.k)
                };
                let (to_outer, to_inner) = if across { (width, 1) } else { (1, width) };
                let mut raw = [<$t>::ZERO; 64];
                let mut wide = [0f32; 64];
                for o in 0..outer {
                    let mut done = 0;
                    while done < inner {
                        let run = (inner - done).min(64);
                        for (q, x) in raw[..run].iter_mut().enumerate() {
                            let at = o as isize * outer_stride + (done + q) as isize * inner_stride;
                            // SAFETY: inside the operand.
                            *x = unsafe { *src.wrapping_offset(at) };
                        }
                        half::slice::HalfFloatSliceExt::convert_to_f32_slice(
                            &raw[..run],
                            &mut wide[..run],
                        );
                        for (q, &x) in wide[..run].iter().enumerate() {
                            // SAFETY: inside the panel.
                            unsafe { *dst.add(o * to_outer + (done + q) * to_inner) = x };
                        }
                        done += run;
                    }
                }
                // SAFETY: inside the panel.
                unsafe { pad(lines, depth, width, dst) };
            }
        }
    };
}
half_pack!(f16);
half_pack!(bf16);

/// A matrix whose K axis is two axes that do not merge, such as the output gradient of a convolution seen as
/// `channels × (image, position)`: `X(line, p)` is at `ptr + line · line_stride + (p / run) · outer + (p % run) · inner`.
///
/// ```
/// # use neurarust_core::cpu::gemm::{Folded, Output, Strided, gemm};
/// let a = [1f32, 2.0, 0.0, 3.0, 4.0]; // K is two runs of two, three elements apart
/// let (b, mut c) = ([1f32; 4], [0f32]);
/// let folded = Folded { ptr: a.as_ptr(), line: 5, outer: 3, inner: 1, run: 2 };
/// let out = Output::new(c.as_mut_ptr(), 1, 1);
/// // SAFETY: strides and sizes describe the arrays above.
/// unsafe { gemm(1, 1, 4, &folded, &Strided::rhs(b.as_ptr(), 1, 1), &out) };
/// assert_eq!(c, [10.0]);
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Folded<T> {
    /// Where `(0, 0)` is.
    pub ptr: *const T,
    /// From one line to the next.
    pub line: isize,
    /// From one run of K to the next.
    pub outer: isize,
    /// From one step to the next inside a run.
    pub inner: isize,
    /// Steps in a run, at least 1.
    pub run: usize,
}

// SAFETY: it only reads, and the caller of `gemm` promises that nobody writes meanwhile.
unsafe impl<T: Sync> Sync for Folded<T> {}
// SAFETY: as above.
unsafe impl<T: Sync> Send for Folded<T> {}

impl<T, U> Pack<T> for Folded<U>
where
    Strided<U>: Pack<T>,
    U: Copy + Sync,
{
    unsafe fn pack(
        &self,
        line: usize,
        lines: usize,
        k: usize,
        depth: usize,
        width: usize,
        dst: *mut T,
    ) {
        let mut p = 0;
        while p < depth {
            let (outer, inner) = ((k + p) / self.run, (k + p) % self.run);
            let take = (self.run - inner).min(depth - p);
            let ptr = self.ptr.wrapping_offset(outer as isize * self.outer);
            let part = Strided {
                ptr,
                line: self.line,
                k: self.inner,
            };
            // SAFETY: the part is a strided matrix inside the operand, its target a stretch of the panel.
            unsafe { part.pack(line, lines, inner, take, width, dst.add(p * width)) };
            p += take;
        }
    }
}
