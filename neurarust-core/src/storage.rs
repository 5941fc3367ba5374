//! `Storage`: the reference-counted buffer under a tensor, shared by its views.
//!
//! One allocation holds a 64-byte header and the data behind it, so a storage is one pointer and costs one trip
//! to the caching allocator (`alloc`). The header carries what all views must agree on: the version counter, the place of the
//! last write, and the borrow state that keeps safe calls free of data races (`borrow`).

mod alloc;
mod borrow;
mod count;
mod foreign;
mod fork;
mod system;
mod typed;

pub use alloc::{empty_cache, set_cache_limit};
pub(crate) use borrow::Access;
pub use borrow::{Busy, ReadGuard};
pub(crate) use borrow::{Reading, Stored, without_waiting};
pub use count::{MemoryStats, memory_stats, reset_peak};
pub(crate) use typed::{bytes_of, slice_of};

use crate::autograd::place::Place;
use std::any::Any;
use std::panic::Location;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicPtr, AtomicU32, AtomicU64, AtomicUsize, Ordering, fence};

/// Every storage's data starts at a multiple of this many bytes, foreign memory excepted.
pub const ALIGNMENT: usize = 64;

/// The start of every block; the data follows it directly.
#[repr(C, align(64))]
struct Header {
    /// Number of `Storage`s that point here.
    refs: AtomicUsize,
    version: AtomicU64,
    /// The number of readers, or `borrow::WRITER`.
    borrow: AtomicU32,
    /// Size class of the block: says its capacity and how it goes back to the system.
    class: u32,
    data: *mut u8,
    /// Logical length.
    bytes: usize,
    /// Place of the last write; in a free block, the next one of its list.
    last_write: AtomicPtr<Location<'static>>,
    /// What keeps foreign memory alive; `None` where the data is our own.
    owner: Option<Box<dyn Any + Send + Sync>>,
}

/// Marks a pointer in `last_write` as one to a [`Place`]: the lowest bit, which alignment leaves free in both.
const HOST: usize = 1;
const _: () = assert!(align_of::<Location>() > 1 && align_of::<Place>() > 1);

const HEADER: usize = size_of::<Header>();
const _: () = assert!(HEADER == 64);

/// A reference-counted, 64-byte aligned buffer with a version counter and a borrow state.
///
/// Cloning shares the bytes. The bytes are always initialised memory, whatever they hold.
pub struct Storage(NonNull<Header>);

// SAFETY: the header is atomics and fields that never change while a `Storage` exists; the owner is `Send + Sync`; the data is
// reached through raw pointers only, whose users take the borrow lock.
unsafe impl Send for Storage {}
// SAFETY: as above.
unsafe impl Sync for Storage {}
// Locks are released by unwinding, and bytes have no invariant that a half-done write could break.
impl std::panic::UnwindSafe for Storage {}
impl std::panic::RefUnwindSafe for Storage {}

/// No memory: the system refused, even after the cache was emptied, or no address space could hold it.
///
/// ```
/// use neurarust_core::storage::{OutOfMemory, Storage};
/// let bytes = usize::MAX / 2;
/// assert_eq!(Storage::new(bytes).err(), Some(OutOfMemory { bytes }));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("out of memory: cannot allocate {bytes} bytes")]
pub struct OutOfMemory {
    /// The bytes asked for.
    pub bytes: usize,
}

impl Storage {
    /// A buffer of `bytes` bytes whose contents are arbitrary (but initialised).
    ///
    /// At least 64 bytes after the end, rounded up to 64, may be read and written too: kernels store whole registers.
    ///
    /// ```
    /// use neurarust_core::storage::Storage;
    /// assert_eq!(Storage::new(100).unwrap().bytes(), 100);
    /// ```
    ///
    /// # Errors
    /// [`OutOfMemory`] if the system refuses.
    #[inline]
    pub fn new(bytes: usize) -> Result<Storage, OutOfMemory> {
        Ok(Storage(alloc::allocate(bytes)?.0))
    }

    /// A buffer of `bytes` zero bytes.
    ///
    /// ```
    /// use neurarust_core::storage::Storage;
    /// let storage = Storage::zeroed(4).unwrap();
    /// // SAFETY: four bytes, and nobody else knows them.
    /// assert_eq!(unsafe { std::slice::from_raw_parts(storage.as_ptr(), 4) }, [0; 4]);
    /// ```
    ///
    /// # Errors
    /// [`OutOfMemory`] if the system refuses.
    pub fn zeroed(bytes: usize) -> Result<Storage, OutOfMemory> {
        let (block, fresh) = alloc::allocate(bytes)?;
        let storage = Storage(block);
        if !fresh {
            // SAFETY: the block holds at least `bytes` bytes of data, and nobody else knows it yet.
            unsafe { storage.as_mut_ptr().write_bytes(0, bytes) };
        }
        Ok(storage)
    }

    /// A storage over somebody else's memory (NumPy, DLPack), without a copy. `owner` is dropped with the last clone.
    ///
    /// ```
    /// use neurarust_core::storage::Storage;
    /// let mut owner = vec![1u8, 2, 3];
    /// let first = owner.as_mut_ptr();
    /// // SAFETY: the vector's memory stays where it is until the storage drops it.
    /// let storage = unsafe { Storage::from_foreign(first, 3, Box::new(owner)) }.unwrap();
    /// assert!(storage.is_foreign() && storage.bytes() == 3);
    /// ```
    ///
    /// # Errors
    /// [`OutOfMemory`] if there is none for the header.
    ///
    /// # Safety
    /// `ptr` must point to `bytes` initialised bytes (or be anything non-null for 0 bytes) that stay valid until `owner` is dropped, and that
    /// nobody else writes, or reads while we write, except under the rules the other owner documents.
    pub unsafe fn from_foreign(
        ptr: *mut u8,
        bytes: usize,
        owner: Box<dyn Any + Send + Sync>,
    ) -> Result<Storage, OutOfMemory> {
        let (block, _) = alloc::allocate(0)?;
        // SAFETY: the block is ours alone until it is returned.
        let header = unsafe { &mut *block.as_ptr() };
        header.data = ptr;
        header.bytes = bytes;
        header.owner = Some(owner);
        Ok(Storage(block))
    }

    #[inline]
    fn header(&self) -> &Header {
        // SAFETY: the header lives as long as any `Storage` that points to it, and is only shared from here on.
        unsafe { self.0.as_ref() }
    }

    /// The first byte. Reading is the kernels' business: they hold the lock.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::new([7f32])?;
    /// let view = x.unsqueeze(0)?;
    /// assert_eq!(x.storage().as_ptr(), view.storage().as_ptr());
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    #[inline]
    pub fn as_ptr(&self) -> *const u8 {
        self.header().data
    }

    /// The first byte, for kernels that hold the write lock or made this storage just now.
    ///
    /// ```
    /// use neurarust_core::storage::Storage;
    /// let storage = Storage::zeroed(4).unwrap();
    /// // SAFETY: four bytes, and nobody else knows them.
    /// let first = unsafe {
    ///     storage.as_mut_ptr().write_bytes(7, 4);
    ///     *storage.as_mut_ptr()
    /// };
    /// assert_eq!(first, 7);
    /// ```
    #[inline]
    pub fn as_mut_ptr(&self) -> *mut u8 {
        self.header().data
    }

    /// Logical length in bytes.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// assert_eq!(Tensor::zeros([2, 3])?.storage().bytes(), 24);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    #[inline]
    pub fn bytes(&self) -> usize {
        self.header().bytes
    }

    /// Does the memory belong to somebody else?
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// assert!(!Tensor::zeros([2])?.storage().is_foreign());
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    #[inline]
    pub fn is_foreign(&self) -> bool {
        self.header().owner.is_some()
    }

    /// May whole registers be loaded and stored past the end, up to the next multiple of 64 bytes and 64 more?
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// assert!(Tensor::zeros([3])?.storage().padded()); // our own memory
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    #[inline]
    pub fn padded(&self) -> bool {
        !self.is_foreign()
    }

    /// Number of clones alive.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::zeros([2])?;
    /// let view = x.select(0, 0)?;
    /// assert!(view.storage().ref_count() >= 2);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    #[inline]
    pub fn ref_count(&self) -> usize {
        self.header().refs.load(Ordering::Acquire)
    }

    /// Is this the only clone? With `&mut` or ownership of it, nobody else can come to see the bytes.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::zeros([2])?;
    /// assert!(x.storage().is_unique());
    /// let view = x.select(0, 0)?;
    /// assert!(!view.storage().is_unique());
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    #[inline]
    pub fn is_unique(&self) -> bool {
        self.ref_count() == 1
    }

    /// How often the bytes have been written since the storage was made.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::zeros([2])?;
    /// let before = x.storage().version();
    /// x.fill_(1.0)?;
    /// assert_eq!(x.storage().version(), before + 1);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    #[inline]
    pub fn version(&self) -> u64 {
        self.header().version.load(Ordering::Acquire)
    }

    /// Counts a write and remembers where in the user's code it came from.
    ///
    /// ```
    /// use neurarust_core::storage::Storage;
    /// let storage = Storage::zeroed(4).unwrap();
    /// storage.wrote(std::panic::Location::caller());
    /// assert_eq!((storage.version(), storage.last_write().is_some()), (1, true));
    /// ```
    #[inline]
    pub fn wrote(&self, place: &'static Location<'static>) {
        let header = self.header();
        header
            .last_write
            .store(std::ptr::from_ref(place).cast_mut(), Ordering::Release);
        header.version.fetch_add(1, Ordering::AcqRel);
    }

    /// Says that the last write came from a line of the host's program rather than from one of Rust's.
    ///
    /// ```
    /// use neurarust_core::{autograd::place::place, storage::Storage};
    /// let storage = Storage::zeroed(4).unwrap();
    /// storage.wrote(std::panic::Location::caller());
    /// storage.wrote_by(place("train.py", 12));
    /// assert_eq!(storage.last_host_write().unwrap().to_string(), "train.py:12");
    /// ```
    pub fn wrote_by(&self, place: &'static Place) {
        let tagged = std::ptr::from_ref(place)
            .cast_mut()
            .map_addr(|addr| addr | HOST);
        self.header()
            .last_write
            .store(tagged.cast(), Ordering::Release);
    }

    /// The line of Rust's that the last write came from, if it came from one.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::zeros([2])?;
    /// x.fill_(1.0)?;
    /// assert!(x.storage().last_write().unwrap().file().ends_with(".rs"));
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn last_write(&self) -> Option<&'static Location<'static>> {
        let place = self.header().last_write.load(Ordering::Acquire);
        if place.addr() & HOST != 0 {
            return None;
        }
        // SAFETY: in a live storage a pointer without the tag is null or came from a `&'static Location` in `wrote`.
        unsafe { place.as_ref() }
    }

    /// The line of the host's that the last write came from, if it came from one.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::zeros([2])?;
    /// x.fill_(1.0)?;
    /// assert!(x.storage().last_host_write().is_none()); // a line of Rust's
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn last_host_write(&self) -> Option<&'static Place> {
        let place = self.header().last_write.load(Ordering::Acquire);
        if place.addr() & HOST == 0 {
            return None;
        }
        let place: *mut Place = place.cast::<Place>().map_addr(|addr| addr & !HOST);
        // SAFETY: a pointer with the tag came from a `&'static Place` in `wrote_by`.
        unsafe { place.as_ref() }
    }

    /// The same for all clones and for no other living storage.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::zeros([2])?;
    /// assert_eq!(x.storage().id(), x.detach().storage().id());
    /// assert_ne!(x.storage().id(), x.try_clone()?.storage().id());
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    #[inline]
    pub fn id(&self) -> usize {
        self.0.as_ptr().addr()
    }
}

impl Clone for Storage {
    #[inline]
    fn clone(&self) -> Storage {
        // Relaxed is enough: a new reference is made from one that keeps the block alive.
        let before = self.header().refs.fetch_add(1, Ordering::Relaxed);
        if before > isize::MAX as usize {
            // Only a loop that forgets clones gets here; going on would free memory in use.
            std::process::abort();
        }
        Storage(self.0)
    }
}

impl Drop for Storage {
    #[inline]
    fn drop(&mut self) {
        let refs = &self.header().refs;
        // A sole owner needs no read-modify-write: nobody is left to clone from.
        if refs.load(Ordering::Acquire) != 1 {
            if refs.fetch_sub(1, Ordering::Release) != 1 {
                return;
            }
            fence(Ordering::Acquire);
        }
        if self.is_foreign() {
            self.release_owner();
        }
        // SAFETY: this was the last reference.
        unsafe { alloc::release(self.0) };
    }
}

impl Storage {
    /// Lets foreign memory go, before the block itself is recycled: the owner's `drop` is code we do not know.
    #[cold]
    fn release_owner(&mut self) {
        // SAFETY: `drop` saw the last reference go, so the header is ours alone; the block's own data follows it.
        let owner = unsafe {
            let header = self.0.as_ptr();
            (*header).data = header.cast::<u8>().add(HEADER);
            (*header).owner.take()
        };
        drop(owner);
    }
}

impl std::fmt::Debug for Storage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Storage")
            .field("id", &format_args!("{:#x}", self.id()))
            .field("bytes", &self.bytes())
            .field("version", &self.version())
            .field("foreign", &self.is_foreign())
            .finish()
    }
}

#[cfg(test)]
mod tests;
