//! Buffers that nobody else knows yet, lent as slices: how safe code writes the result of an operation.

use super::pool;
use crate::dtype::{DType, Element};
use crate::layout::Shape;
use crate::{Result, Tensor};
use std::marker::PhantomData;

/// A row-major tensor in the making: its elements are this owner's alone until [`Fresh::finish`].
pub(crate) struct Fresh<T> {
    tensor: Tensor,
    of: PhantomData<T>,
}

impl<T: Element> Fresh<T> {
    /// Arbitrary (but valid) elements.
    #[track_caller]
    pub fn new(shape: Shape) -> Result<Fresh<T>> {
        // A recycled byte need not be a valid bool.
        let tensor = match T::DTYPE {
            DType::Bool => Tensor::zeroed(shape, T::DTYPE)?,
            _ => Tensor::uninit(shape, T::DTYPE)?,
        };
        Ok(Fresh {
            tensor,
            of: PhantomData,
        })
    }

    /// Zeros.
    #[track_caller]
    pub fn zeroed(shape: Shape) -> Result<Fresh<T>> {
        Ok(Fresh {
            tensor: Tensor::zeroed(shape, T::DTYPE)?,
            of: PhantomData,
        })
    }

    /// The elements.
    pub fn slice(&mut self) -> &mut [T] {
        let start = self.tensor.storage().as_mut_ptr() as *mut T;
        // SAFETY: the storage was made here, is aligned, holds that many valid elements, and has no other owner.
        unsafe { std::slice::from_raw_parts_mut(start, self.tensor.numel()) }
    }

    /// Calls `f(start, chunk)` for every `grain` elements (the last chunk may be shorter), on several threads if that
    /// can help.
    pub fn for_each_chunk(&mut self, grain: usize, f: impl Fn(usize, &mut [T]) + Sync) {
        let parts = Parts::new(self.slice());
        pool::parallel_chunks(parts.len, grain, |range| {
            // SAFETY: the ranges are disjoint, and the slice is borrowed until all are done.
            f(range.start, unsafe { parts.part(range.start, range.len()) })
        });
    }

    /// Calls `f(number, part)` for parts of these lengths, one after the other in memory, on several threads if that can
    /// help.
    pub fn for_each_part(&mut self, lengths: &[usize], f: impl Fn(usize, &mut [T]) + Sync) {
        let parts = Parts::new(self.slice());
        let mut ends: Vec<usize> = Vec::with_capacity(lengths.len());
        let mut end = 0usize;
        for n in lengths {
            end = end.saturating_add(*n);
            ends.push(end);
        }
        assert!(end <= parts.len);
        pool::parallel_for(lengths.len(), |p| {
            // SAFETY: the parts follow each other, up to an end that was checked, and the slice is borrowed until all are
            // done.
            f(p, unsafe { parts.part(ends[p] - lengths[p], lengths[p]) })
        });
    }

    /// The tensor, now everybody's.
    pub fn finish(self) -> Tensor {
        self.tensor
    }
}

/// As [`Fresh`], of any element type, filled as bytes: how files are read.
pub(crate) struct FreshBytes {
    tensor: Tensor,
}

impl FreshBytes {
    /// Arbitrary bytes.
    #[track_caller]
    pub fn new(shape: Shape, dtype: DType) -> Result<FreshBytes> {
        Ok(FreshBytes {
            tensor: Tensor::uninit(shape, dtype)?,
        })
    }

    /// The bytes of all elements, row-major, in this machine's byte order.
    pub fn bytes(&mut self) -> &mut [u8] {
        let storage = self.tensor.storage();
        // SAFETY: the storage was made here, holds that many initialised bytes, and has no other owner.
        unsafe { std::slice::from_raw_parts_mut(storage.as_mut_ptr(), storage.bytes()) }
    }

    /// The tensor, unless its bytes are no elements: the place of the first bool that is neither 0 nor 1, and its byte.
    pub fn finish(mut self) -> std::result::Result<Tensor, (usize, u8)> {
        if self.tensor.dtype() == DType::Bool
            && let Some((at, byte)) = self.bytes().iter().enumerate().find(|(_, b)| **b > 1)
        {
            return Err((at, *byte));
        }
        Ok(self.tensor)
    }
}

/// Calls `f(row, a's row, b's row)` for all rows of two buffers of the same number of rows, on several threads if that
/// can help.
pub(crate) fn for_each_row<A: Element, B: Element>(
    (a, a_width): (&mut Fresh<A>, usize),
    (b, b_width): (&mut Fresh<B>, usize),
    rows: usize,
    f: impl Fn(usize, &mut [A], &mut [B]) + Sync,
) {
    let (a, b) = (Parts::new(a.slice()), Parts::new(b.slice()));
    assert!(rows.checked_mul(a_width) == Some(a.len) && rows.checked_mul(b_width) == Some(b.len));
    let grain = (16 * 1024 / a_width.max(b_width).max(1)).max(1);
    pool::parallel_chunks(rows, grain, |range| {
        for row in range {
            // SAFETY: rows are disjoint and in bounds by the assertion, and both slices are borrowed until all are done.
            let (a, b) = unsafe {
                (
                    a.part(row * a_width, a_width),
                    b.part(row * b_width, b_width),
                )
            };
            f(row, a, b);
        }
    });
}

/// A slice that several threads take disjoint parts of.
struct Parts<'a, T> {
    start: *mut T,
    len: usize,
    of: PhantomData<&'a mut [T]>,
}

// SAFETY: parts are disjoint by the contract of `part`, so sharing is handing out `&mut [T]`s.
unsafe impl<T: Send> Sync for Parts<'_, T> {}

impl<'a, T> Parts<'a, T> {
    fn new(slice: &'a mut [T]) -> Parts<'a, T> {
        Parts {
            start: slice.as_mut_ptr(),
            len: slice.len(),
            of: PhantomData,
        }
    }

    /// # Safety
    /// In bounds, and disjoint from every other part in use.
    #[allow(clippy::mut_from_ref)]
    unsafe fn part(&self, at: usize, n: usize) -> &mut [T] {
        // SAFETY: by the caller.
        unsafe { std::slice::from_raw_parts_mut(self.start.add(at), n) }
    }
}
