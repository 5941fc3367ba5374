//! Packing strided elements of any dtype into a contiguous tile of a compute type, and back.
//!
//! Kernels see nothing but contiguous tiles of [`Compute`] types; this is where strides, broadcasting, half precision
//! and mixed dtypes end.

use super::simd::with_isa;
use crate::dispatch;
use crate::dtype::{Compute, DType, Element};

/// Runs `$body` with `$C` set to the Rust type of a [`Compute`].
macro_rules! dispatch_compute {
    ($compute:expr, $C:ident => $body:expr) => {
        match $compute {
            Compute::F32 => {
                type $C = f32;
                $body
            }
            Compute::F64 => {
                type $C = f64;
                $body
            }
            Compute::I32 => {
                type $C = i32;
                $body
            }
            Compute::I64 => {
                type $C = i64;
                $body
            }
        }
    };
}

/// Conversion between any two element types by way of the wider of their categories. Floats saturate in integers.
#[inline(always)]
fn cast<S: Element, D: Element>(x: S) -> D {
    if const { is_narrow(S::DTYPE) && is_narrow(D::DTYPE) } {
        // It loses nothing, and becomes vector code.
        D::from_f32(x.to_f32())
    } else if const { S::DTYPE.is_float() } {
        D::from_f64(x.to_f64())
    } else if size_of::<S>() <= 4 {
        D::from_i32(x.to_i64() as i32)
    } else {
        D::from_i64(x.to_i64())
    }
}

const fn is_narrow(dtype: DType) -> bool {
    dtype.is_float() && dtype.size() <= 4
}

/// Casts between `f16` and `f32` as far as the processor does, and answers how far.
///
/// # Safety
/// As [`cast_all`].
#[inline(always)]
unsafe fn f16_by_processor<S: Element, D: Element>(src: *const S, dst: *mut D, n: usize) -> usize {
    #[cfg(target_arch = "x86_64")]
    {
        use super::half::f16c;
        use super::simd::{Level, level};
        let widens = const { matches!((S::DTYPE, D::DTYPE), (DType::F16, DType::F32)) };
        let narrows = const { matches!((S::DTYPE, D::DTYPE), (DType::F32, DType::F16)) };
        if (widens || narrows)
            && level() > Level::Scalar
            && is_x86_feature_detected!("avx")
            && is_x86_feature_detected!("f16c")
        {
            // SAFETY: the processor has it, the element types are these, the rest by the caller.
            return unsafe {
                match widens {
                    true => f16c::widen(src.cast(), dst.cast(), n),
                    false => f16c::narrow(src.cast(), dst.cast(), n),
                }
            };
        }
    }
    let _ = (src, dst, n);
    0
}

/// Casts `n` elements side by side, in the vector instructions of this machine.
///
/// # Safety
/// Both runs must be valid for `n` elements and must not overlap.
unsafe fn cast_all<S: Element, D: Element>(src: *const S, dst: *mut D, n: usize) {
    #[inline(always)]
    unsafe fn each<S: Element, D: Element>(src: *const S, dst: *mut D, n: usize) {
        for i in 0..n {
            // SAFETY: by the caller.
            unsafe { *dst.add(i) = cast(*src.add(i)) };
        }
    }
    // SAFETY: by the caller.
    let done = unsafe { f16_by_processor(src, dst, n) };
    // What is compiled three times pays for halves, for floats and for bools; other pairs are few instructions anyway.
    // SAFETY: `level` is what the machine has; the rest by the caller.
    unsafe {
        if const { D::DTYPE.is_float() && (S::DTYPE.is_float() || matches!(S::DTYPE, DType::Bool)) }
        {
            with_isa!(I => each(src.add(done), dst.add(done), n - done))
        } else {
            each(src.add(done), dst.add(done), n - done)
        }
    }
}

/// One run of elements: `n` of them, `src_stride` and `dst_stride` apart.
type Row = unsafe fn(src: *const u8, src_stride: isize, dst: *mut u8, dst_stride: isize, n: usize);

/// # Safety
/// Both runs must be valid for `n` elements and must not overlap.
unsafe fn row<S: Element, D: Element>(
    src: *const u8,
    src_stride: isize,
    dst: *mut u8,
    dst_stride: isize,
    n: usize,
) {
    let (src, dst) = (src as *const S, dst as *mut D);
    // SAFETY: the caller vouches for every element of both runs.
    unsafe {
        match (src_stride, dst_stride) {
            (1, 1) if S::DTYPE == D::DTYPE => {
                std::ptr::copy_nonoverlapping(src as *const u8, dst as *mut u8, n * size_of::<S>())
            }
            (1, 1) => cast_all(src, dst, n),
            (0, 1) => {
                let x = cast(*src);
                for i in 0..n {
                    *dst.add(i) = x;
                }
            }
            _ => {
                for i in 0..n as isize {
                    *dst.offset(i * dst_stride) = cast(*src.offset(i * src_stride));
                }
            }
        }
    }
}

/// The run converter from `dtype` into the compute type.
pub(crate) fn load_row(dtype: DType, compute: Compute) -> Row {
    dispatch!(dtype, S => dispatch_compute!(compute, C => row::<S, C> as Row))
}

/// The run converter from the compute type into `dtype`.
pub(crate) fn store_row(compute: Compute, dtype: DType) -> Row {
    dispatch!(dtype, D => dispatch_compute!(compute, C => row::<C, D> as Row))
}

/// Walks `len` elements of a strided array in row-major order of `shape`, from index `at`, calling
/// `run(position, count)` for each stretch along the innermost dimension. Positions are in elements.
#[inline]
pub(crate) fn for_each_run(
    shape: &[usize],
    strides: &[isize],
    at: &[usize],
    len: usize,
    mut run: impl FnMut(isize, isize, usize),
) {
    let rank = shape.len();
    if rank == 0 {
        return run(0, 1, len.min(1));
    }
    let mut index: smallvec::SmallVec<[usize; 8]> = smallvec::SmallVec::from_slice(at);
    let mut position: isize = index
        .iter()
        .zip(strides)
        .map(|(&i, &s)| i as isize * s)
        .sum();
    let (inner, stride) = (shape[rank - 1], strides[rank - 1]);
    let mut left = len;
    while left > 0 {
        let n = (inner - index[rank - 1]).min(left);
        run(position, stride, n);
        left -= n;
        if left == 0 {
            return;
        }
        // Carry: the innermost dimension starts over, the next ones count up.
        position -= index[rank - 1] as isize * stride;
        index[rank - 1] = 0;
        for d in (0..rank - 1).rev() {
            index[d] += 1;
            position += strides[d];
            if index[d] < shape[d] {
                break;
            }
            position -= index[d] as isize * strides[d];
            index[d] = 0;
        }
    }
}
