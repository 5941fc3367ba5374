//! The place of the largest or smallest number: its value and its index along one dimension.

use super::{Combine, LEAF, Nest, Source, TASK, Target, kernels, with_tiles};
use crate::Tensor;
use crate::cpu::convert::load_row;
use crate::cpu::nest;
use crate::cpu::pool;
use crate::cpu::simd::{Isa, with_isa};
use crate::dtype::Compute;

/// `(row, stride, rows, n, first, best, place)`: compares rows of `n` adjacent numbers with the `best` ones so far.
type Compare = unsafe fn(src: *const u8, row: i64, best: *mut u8, place: *mut i64, n: usize);

trait Ordered: Copy + PartialOrd + 'static {
    fn is_nan(self) -> bool;
}
impl Ordered for f32 {
    #[inline(always)]
    fn is_nan(self) -> bool {
        f32::is_nan(self)
    }
}
impl Ordered for f64 {
    #[inline(always)]
    fn is_nan(self) -> bool {
        f64::is_nan(self)
    }
}
impl Ordered for i64 {
    #[inline(always)]
    fn is_nan(self) -> bool {
        false
    }
}

/// Whether `x` takes the place of `best`: NaN beats every number, and the first of equals stays.
#[inline(always)]
fn beats<T: Ordered, const MAX: bool>(x: T, best: T) -> bool {
    let further = if MAX { x > best } else { x < best };
    (further | x.is_nan()) & !best.is_nan()
}

unsafe fn compare<T: Ordered, const MAX: bool>(
    src: *const u8,
    row: i64,
    best: *mut u8,
    place: *mut i64,
    n: usize,
) {
    #[inline(always)]
    #[expect(
        clippy::extra_unused_type_parameters,
        reason = "every body names its instruction set"
    )]
    unsafe fn body<I: Isa, T: Ordered, const MAX: bool>(
        src: *const T,
        row: i64,
        best: *mut T,
        place: *mut i64,
        n: usize,
    ) {
        for i in 0..n {
            // SAFETY: by the caller.
            unsafe {
                let (x, b) = (*src.add(i), *best.add(i));
                let wins = beats::<T, MAX>(x, b);
                *best.add(i) = if wins { x } else { b };
                *place.add(i) = if wins { row } else { *place.add(i) };
            }
        }
    }
    // SAFETY: by the caller; `level` is what the machine has.
    unsafe { with_isa!(I => body::<I, T, MAX>(src as *const T, row, best as *mut T, place, n)) }
}

/// The first of `n` numbers at `src` that is the one at `value`, or that is NaN if that is.
type Find = unsafe fn(src: *const u8, n: usize, value: *const u8) -> usize;

unsafe fn find<T: Ordered>(src: *const u8, n: usize, value: *const u8) -> usize {
    // SAFETY: by the caller.
    let (x, value) = unsafe {
        (
            std::slice::from_raw_parts(src as *const T, n),
            *(value as *const T),
        )
    };
    x.iter()
        .position(|&x| x == value || (value.is_nan() && x.is_nan()))
        .unwrap_or(0)
}

/// Whether the number at `x` beats the one at `best`.
type Beats = unsafe fn(x: *const u8, best: *const u8) -> bool;

unsafe fn beats_at<T: Ordered, const MAX: bool>(x: *const u8, best: *const u8) -> bool {
    // SAFETY: by the caller.
    unsafe { beats::<T, MAX>(*(x as *const T), *(best as *const T)) }
}

/// Largest (`max`) or smallest numbers along dimension `dim` of `shape`, first of equals, NaN before all: values of the
/// compute type and indices, row-major over the other dimensions.
///
/// The source is one operand without a map whose dimension `dim` isn't empty; the outputs are fresh and row-major.
pub(crate) fn arg(
    max: bool,
    source: &Source,
    shape: &[usize],
    dim: usize,
    values: &Tensor,
    places: &Tensor,
) {
    let combine = if max { Combine::Max } else { Combine::Min };
    let kernels = kernels(combine, source.compute);
    let compute = kernels.compute;
    let size = compute.size();
    let operand = &source.operands[0];
    let (count, stride) = (shape[dim], operand.strides[dim]);
    let kept = Nest::new(shape, &source.operands, |d| d != dim, false);
    let outputs = kept.numel();
    if outputs == 0 {
        return;
    }
    let (values, places) = (
        Target::new(nest::start(values)),
        Target::new(nest::start(places)),
    );
    let load = load_row(operand.dtype, compute);
    let width = operand.dtype.size() as isize;
    let direct = operand.dtype == compute.dtype();
    let along = stride.abs() <= kept.inner_stride(0).abs() || kept.inner() < 8;
    if along {
        let (find, beats): (Find, Beats) = match (compute, max) {
            (Compute::F32, true) => (find::<f32>, beats_at::<f32, true>),
            (Compute::F32, false) => (find::<f32>, beats_at::<f32, false>),
            (Compute::F64, true) => (find::<f64>, beats_at::<f64, true>),
            (Compute::F64, false) => (find::<f64>, beats_at::<f64, false>),
            (_, true) => (find::<i64>, beats_at::<i64, true>),
            (_, false) => (find::<i64>, beats_at::<i64, false>),
        };
        let grain = (TASK / count).max(1);
        let task = |range: std::ops::Range<usize>| {
            with_tiles(1, |tile| {
                let (values, places) = (values, places);
                for output in range {
                    let base = kept.offsets(output)[0];
                    // SAFETY: the run lies within the operand, the output's number within the results.
                    unsafe {
                        let value = values.get().add(output * size);
                        let place = places.get().cast::<i64>().add(output);
                        let mut at = 0;
                        while at < count {
                            let len = LEAF.min(count - at);
                            let p = operand.ptr.offset((base + at as isize * stride) * width);
                            let src = if direct && stride == 1 {
                                p as *const u8
                            } else {
                                load(p, stride, tile[0].0.as_mut_ptr(), 1, len);
                                tile[0].0.as_ptr()
                            };
                            let mut best = [0u8; 8];
                            (kernels.fold)(src, len, best.as_mut_ptr());
                            if at == 0 || beats(best.as_ptr(), value) {
                                std::ptr::copy_nonoverlapping(best.as_ptr(), value, size);
                                *place = (at + find(src, len, best.as_ptr())) as i64;
                            }
                            at += len;
                        }
                    }
                }
            })
        };
        pool::parallel_chunks(outputs, grain, task);
        return;
    }
    let compare: Compare = match (compute, max) {
        (Compute::F32, true) => compare::<f32, true>,
        (Compute::F32, false) => compare::<f32, false>,
        (Compute::F64, true) => compare::<f64, true>,
        (Compute::F64, false) => compare::<f64, false>,
        (_, true) => compare::<i64, true>,
        (_, false) => compare::<i64, false>,
    };
    let inner = kept.inner();
    let (per_run, runs) = (inner.div_ceil(LEAF), outputs / inner);
    let along_run = kept.inner_stride(0);
    let grain = (TASK / (count * inner.min(LEAF))).max(1);
    pool::parallel_chunks(runs * per_run, grain, |range| {
        with_tiles(1, |tile| {
            let (values, places) = (values, places);
            for unit in range {
                let start = unit / per_run * inner + unit % per_run * LEAF;
                let len = LEAF.min((unit / per_run + 1) * inner - start);
                let base = kept.offsets(start)[0];
                // SAFETY: rows of `len` elements within the operand; outputs `start..start + len` within the results.
                unsafe {
                    let best = values.get().add(start * size);
                    let place = places.get().cast::<i64>().add(start);
                    for row in 0..count {
                        let p = operand.ptr.offset((base + row as isize * stride) * width);
                        if row == 0 {
                            load(p, along_run, best, 1, len);
                            std::slice::from_raw_parts_mut(place, len).fill(0);
                            continue;
                        }
                        let src = if direct && along_run == 1 {
                            p as *const u8
                        } else {
                            load(p, along_run, tile[0].0.as_mut_ptr(), 1, len);
                            tile[0].0.as_ptr()
                        };
                        compare(src, row as i64, best, place, len);
                    }
                }
            }
        })
    });
}
