//! Tensors over memory that another library owns.

use super::Storage;
use crate::error::OrMemory;
use crate::layout::{Layout, Shape};
use crate::{DType, Error, Result, Tensor};
use std::any::Any;

impl Tensor {
    /// A tensor over somebody else's memory (NumPy, DLPack), without a copy. `first` is the address of element
    /// `[0, 0, …]`; strides, in elements, may be negative. `owner` is dropped with the last tensor that sees the memory.
    ///
    /// ```
    /// use neurarust_core::{DType, Tensor};
    /// let mut owner = vec![1f32, 2.0, 3.0];
    /// let first = owner.as_mut_ptr().cast();
    /// // SAFETY: the vector's memory stays where it is until the tensor drops it.
    /// let x = unsafe { Tensor::from_foreign(first, &[3], &[1], DType::F32, Box::new(owner)) }?;
    /// assert_eq!(x.sum()?.item::<f32>()?, 6.0);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A shape that can't be counted, strides for another number of dimensions, an extent beyond the address space.
    ///
    /// # Safety
    /// Every element that `dims` and `strides` reach from `first` must be valid, aligned, initialised memory of `dtype`
    /// (`bool`s being 0 or 1) until `owner` is dropped, and nobody else may write it, or read it while we write, except
    /// under the rules that the other owner documents.
    #[track_caller]
    pub unsafe fn from_foreign(
        first: *mut u8,
        dims: &[usize],
        strides: &[isize],
        dtype: DType,
        owner: Box<dyn Any + Send + Sync>,
    ) -> Result<Tensor> {
        const OP: &str = "from_foreign";
        let shape = Shape::new(dims)?;
        let layout = Layout::strided(shape.clone(), strides.iter().copied().collect(), 0)?;
        let Some((low, high)) = layout.span() else {
            return Tensor::zeroed(shape, dtype);
        };
        let size = dtype.size() as i128;
        let bytes = (high - low + 1) * size;
        if first.is_null() || bytes > isize::MAX as i128 {
            return Err(Error::value(
                OP,
                format!("{bytes} bytes at address {first:p} for shape {shape}"),
            ));
        }
        // Strides may lead below the first element: the buffer starts at the lowest one.
        let below = -low as usize;
        // SAFETY: the caller vouches for every element between the lowest and the highest that is reached; those
        // between them that are not reached are never touched, as every layout over the buffer derives from this one.
        let storage = unsafe {
            Storage::from_foreign(
                first.wrapping_sub(below * dtype.size()),
                bytes as usize,
                owner,
            )
        };
        let storage = storage.or_memory(OP)?;
        let layout = Layout::strided(shape, strides.iter().copied().collect(), below)?;
        Tensor::over(storage, layout, dtype)
    }
}
