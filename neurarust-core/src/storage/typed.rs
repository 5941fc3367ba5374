//! A storage seen as elements.

use super::{OutOfMemory, Storage};
use crate::dtype::Element;

impl Storage {
    /// A copy of `data`.
    pub(crate) fn from_elements<T: Element>(data: &[T]) -> Result<Storage, OutOfMemory> {
        let bytes = size_of_val(data);
        let storage = Storage::new(bytes)?;
        // SAFETY: the storage is fresh and holds `bytes` bytes; elements are plain old data.
        unsafe {
            std::ptr::copy_nonoverlapping(data.as_ptr() as *const u8, storage.as_mut_ptr(), bytes)
        };
        Ok(storage)
    }

    /// `n` copies of `value`.
    pub(crate) fn filled<T: Element>(value: T, n: usize) -> Result<Storage, OutOfMemory> {
        let bytes = n
            .checked_mul(size_of::<T>())
            .ok_or(OutOfMemory { bytes: usize::MAX })?;
        let storage = Storage::new(bytes)?;
        let start = storage.as_mut_ptr() as *mut T;
        for i in 0..n {
            // SAFETY: the storage is fresh, aligned, and holds `n` elements.
            unsafe { start.add(i).write(value) };
        }
        Ok(storage)
    }
}

/// `n` elements from element `offset` on, for as long as the caller keeps writers away (it holds a read guard).
///
/// Panics if they aren't inside of the buffer, which a proven layout excludes, or if foreign memory is misaligned or
/// holds bools that are neither 0 nor 1.
pub(crate) fn slice_of<T: Element>(storage: &Storage, offset: usize, n: usize) -> &[T] {
    if n == 0 {
        return &[];
    }
    let end = offset
        .checked_add(n)
        .and_then(|e| e.checked_mul(size_of::<T>()));
    assert!(
        end.is_some_and(|end| end <= storage.bytes()),
        "elements {offset}..+{n} of a buffer of {} bytes",
        storage.bytes()
    );
    let start = storage.as_ptr().wrapping_add(offset * size_of::<T>());
    assert!(
        (start as usize).is_multiple_of(align_of::<T>()),
        "misaligned foreign memory"
    );
    if T::DTYPE == crate::DType::Bool {
        // SAFETY: bounds were checked; any byte is a u8.
        let bytes = unsafe { std::slice::from_raw_parts(start, n) };
        assert!(
            bytes.iter().all(|b| *b <= 1),
            "a bool that is neither 0 nor 1 in foreign memory"
        );
    }
    // SAFETY: in bounds, aligned, initialised, of a type without invalid values (bools were checked).
    unsafe { std::slice::from_raw_parts(start as *const T, n) }
}

/// `n` bytes from byte `offset` on, under the same conditions as [`slice_of`]; any byte will do.
pub(crate) fn bytes_of(storage: &Storage, offset: usize, n: usize) -> &[u8] {
    slice_of::<u8>(storage, offset, n)
}
