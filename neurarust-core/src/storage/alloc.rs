//! The caching allocator: freed blocks wait in lists by size, because a recycled page is free and a fresh one is not.
//!
//! Sizes go up in four steps per power of two. Each thread keeps short lists of small and medium blocks, which cost no atomic
//! operation; full lists spill into, and empty ones are refilled from, one shared pool, which alone keeps large blocks.
//! Fresh memory comes zeroed from the system, so there is never an uninitialised byte.

use super::count::{Counters, LIVE, ORPHANS, PEAK, SYSTEM_ALLOCATIONS, SYSTEM_BYTES, cached_bytes};
use super::system::{system_memory, system_release};
use super::{HEADER, Header, OutOfMemory, fork};
use std::cell::Cell;
use std::ptr::{NonNull, null_mut};
use std::sync::atomic::{AtomicI64, AtomicPtr, AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard};

/// Bytes after the data, rounded up to 64, that kernels may touch.
const SLACK: usize = 64;
/// Smallest class: 64 bytes of data.
const FIRST_CLASS: u32 = class_index(64);
/// Classes up to 1 MiB have per-thread lists.
const LOCAL_CLASSES: usize = (class_index(1 << 20) - FIRST_CLASS + 1) as usize;
const CLASSES: usize = (class_index(1 << 62) - FIRST_CLASS + 1) as usize;
/// Class of a data size that is a multiple of 64: the exponent and the next two bits, rounded up.
const fn class_index(size: usize) -> u32 {
    let below = size - 1;
    let exponent = usize::BITS - 1 - below.leading_zeros();
    (exponent << 2) | ((below >> (exponent - 2)) & 3) as u32
}

#[inline]
const fn class_of(bytes: usize) -> u32 {
    let size = if bytes == 0 { 64 } else { bytes };
    class_index((size + 63) & !63) - FIRST_CLASS
}

/// Data bytes of a class.
#[inline]
const fn class_size(class: u32) -> usize {
    let index = class + FIRST_CLASS;
    (5 + (index & 3) as usize) << ((index >> 2) - 2)
}

/// Bytes of a block: header, data, slack.
#[inline]
const fn block_size(class: u32) -> usize {
    HEADER + class_size(class) + SLACK
}

/// How many blocks of a class a thread keeps: about 128 KiB, at most 64, at least 2.
#[inline]
const fn local_limit(class: u32) -> u32 {
    let n = (128 << 10) / class_size(class);
    if n > 64 {
        64
    } else if n < 2 {
        2
    } else {
        n as u32
    }
}

// ---------------------------------------------------------------------------------------------------------------------------------
// Lists of free blocks

/// A stack of free blocks of one class, linked through their headers.
struct List {
    head: Cell<*mut Header>,
    len: Cell<u32>,
}

impl List {
    const fn new() -> List {
        List {
            head: Cell::new(null_mut()),
            len: Cell::new(0),
        }
    }

    #[inline]
    fn push(&self, block: NonNull<Header>) {
        // SAFETY: a free block's header is valid and its list's alone.
        let link = unsafe { &(*block.as_ptr()).last_write };
        link.store(self.head.get().cast(), Ordering::Relaxed);
        self.head.set(block.as_ptr());
        self.len.set(self.len.get() + 1);
    }

    #[inline]
    fn pop(&self) -> Option<NonNull<Header>> {
        let block = NonNull::new(self.head.get())?;
        // SAFETY: as in `push`; the link is null or the next free block.
        let next = unsafe { (*block.as_ptr()).last_write.load(Ordering::Relaxed) };
        self.head.set(next.cast());
        self.len.set(self.len.get() - 1);
        Some(block)
    }
}

/// What all threads share.
pub(super) struct Pool {
    lists: [List; CLASSES],
    /// When each list was last used: the longest idle one is evicted first.
    used: [u64; CLASSES],
    clock: u64,
}

// SAFETY: free blocks are plain memory; the pool is reached through its mutex only.
unsafe impl Send for Pool {}

static POOL: Mutex<Pool> = Mutex::new(Pool {
    lists: [const { List::new() }; CLASSES],
    used: [0; CLASSES],
    clock: 0,
});

pub(super) fn pool() -> MutexGuard<'static, Pool> {
    // Nothing under this lock leaves it half done when it panics.
    POOL.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

impl Pool {
    fn list(&mut self, class: u32) -> &List {
        self.clock += 1;
        self.used[class as usize] = self.clock;
        &self.lists[class as usize]
    }

    /// Gives blocks back to the system, the longest unused sizes first, until the cache is within `limit` bytes.
    fn trim(&mut self, limit: i64) {
        while cached_bytes() > limit {
            let oldest = (0..CLASSES)
                .filter(|&c| self.lists[c].len.get() > 0)
                .min_by_key(|&c| self.used[c]);
            let Some(class) = oldest else { return };
            while cached_bytes() > limit
                && let Some(block) = self.lists[class].pop()
            {
                // SAFETY: the block came off the list of its class.
                unsafe { system_free(block, class as u32) };
            }
        }
    }
}

/// One thread's lists. The counters outlive it.
pub(super) struct Local {
    lists: [List; LOCAL_CLASSES],
    pub(super) counters: &'static Counters,
}

thread_local! {
    pub(super) static LOCAL: Local = {
        fork::prepare();
        Local {
            lists: [const { List::new() }; LOCAL_CLASSES],
            counters: Counters::acquire(),
        }
    };
}

impl Local {
    /// Moves blocks of a class to the shared pool until `keep` are left.
    fn spill(&self, class: u32, keep: u32) {
        let list = &self.lists[class as usize];
        let mut pool = pool();
        let shared = pool.list(class);
        while list.len.get() > keep
            && let Some(block) = list.pop()
        {
            shared.push(block);
        }
        pool.trim(cache_limit());
    }
}

impl Drop for Local {
    fn drop(&mut self) {
        for class in 0..LOCAL_CLASSES as u32 {
            if self.lists[class as usize].len.get() > 0 {
                self.spill(class, 0);
            }
        }
        self.counters.publish();
        self.counters.hand_back();
    }
}

// ---------------------------------------------------------------------------------------------------------------------------------
// Allocation

/// A block for `bytes` bytes of data, its header ready for use with one reference, and whether it is fresh (all zero).
#[inline]
pub(super) fn allocate(bytes: usize) -> Result<(NonNull<Header>, bool), OutOfMemory> {
    if bytes > isize::MAX as usize / 2 {
        return Err(OutOfMemory { bytes });
    }
    let class = class_of(bytes);
    let recycled = if (class as usize) < LOCAL_CLASSES {
        let take = |local: &Local| {
            let block = local.lists[class as usize].pop()?;
            local.counters.allocated(block_size(class));
            Some(block)
        };
        LOCAL.try_with(take).ok().flatten()
    } else {
        None
    };
    let (block, fresh) = match recycled {
        Some(block) => (block, false),
        None => allocate_slow(class).ok_or(OutOfMemory { bytes })?,
    };
    // SAFETY: the block is off every list, so it is ours; its class and data pointer were set when it came from the system.
    let header = unsafe { &mut *block.as_ptr() };
    header.refs = AtomicUsize::new(1);
    header.version = AtomicU64::new(0);
    header.borrow = AtomicU32::new(0);
    header.bytes = bytes;
    header.last_write = AtomicPtr::new(null_mut());
    Ok((block, fresh))
}

/// A block from the shared pool or from the system.
#[cold]
#[inline(never)]
fn allocate_slow(class: u32) -> Option<(NonNull<Header>, bool)> {
    let (block, fresh) = match from_pool(class) {
        Some(block) => (block, false),
        None => {
            let again = || {
                empty_cache();
                system_allocate(class)
            };
            (system_allocate(class).or_else(again)?, true)
        }
    };
    let size = block_size(class);
    if LOCAL
        .try_with(|local| local.counters.allocated(size))
        .is_err()
    {
        // The thread is ending, and its counters went first.
        ORPHANS.allocated_shared(size);
    }
    Some((block, fresh))
}

/// A block from the shared pool. If there are more of its class, this thread takes some for later.
fn from_pool(class: u32) -> Option<NonNull<Header>> {
    let local = (class as usize) < LOCAL_CLASSES;
    let fill = |lists: &Local| {
        let mut pool = pool();
        let shared = pool.list(class);
        let first = shared.pop();
        if local {
            for _ in 0..local_limit(class) / 2 {
                match shared.pop() {
                    Some(block) => lists.lists[class as usize].push(block),
                    None => break,
                }
            }
        }
        first
    };
    LOCAL
        .try_with(fill)
        .unwrap_or_else(|_| pool().list(class).pop())
}

/// Takes a block back.
///
/// # Safety
/// Nobody may use the block any more; its owner, if any, is gone.
#[inline]
pub(super) unsafe fn release(block: NonNull<Header>) {
    // SAFETY: the caller owns the block.
    let class = unsafe { (*block.as_ptr()).class };
    let kept = LOCAL.try_with(|local| {
        local.counters.freed(block_size(class));
        let Some(list) = local.lists.get(class as usize) else {
            return false;
        };
        list.push(block);
        if list.len.get() > local_limit(class) {
            local.spill(class, local_limit(class) / 2);
        }
        true
    });
    match kept {
        Ok(true) => {}
        other => release_shared(block, class, other.is_err()),
    }
}

#[cold]
#[inline(never)]
fn release_shared(block: NonNull<Header>, class: u32, orphan: bool) {
    if orphan {
        ORPHANS.freed_shared(block_size(class));
    }
    let mut pool = pool();
    pool.list(class).push(block);
    pool.trim(cache_limit());
}

/// Fresh zeroed memory for a block of `class`, with the constant part of its header filled in.
fn system_allocate(class: u32) -> Option<NonNull<Header>> {
    let size = block_size(class);
    let block = system_memory(size)?.cast::<Header>();
    SYSTEM_BYTES.fetch_add(size as i64, Ordering::Relaxed);
    SYSTEM_ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
    let header = Header {
        refs: AtomicUsize::new(0),
        version: AtomicU64::new(0),
        borrow: AtomicU32::new(0),
        class,
        // SAFETY: the block is longer than its header.
        data: unsafe { block.as_ptr().cast::<u8>().add(HEADER) },
        bytes: 0,
        last_write: AtomicPtr::new(null_mut()),
        owner: None,
    };
    // SAFETY: `size` bytes at `block` are ours, aligned to 64 or better, and a header fits.
    unsafe { block.as_ptr().write(header) };
    Some(block)
}

/// # Safety
/// The block must come from `system_allocate(class)`, be off every list and without users. Its owner must be `None`.
unsafe fn system_free(block: NonNull<Header>, class: u32) {
    let size = block_size(class);
    SYSTEM_BYTES.fetch_sub(size as i64, Ordering::Relaxed);
    // SAFETY: passed on.
    unsafe { system_release(block.cast(), size) };
}

// ---------------------------------------------------------------------------------------------------------------------------------
// The bound of the cache

/// Chosen bound of the cache, or `AUTOMATIC`.
static LIMIT: AtomicI64 = AtomicI64::new(AUTOMATIC);
const AUTOMATIC: i64 = -1;

/// Unless it was set: live and cached bytes together stay below 1.25 × the peak of live ones and 64 MiB more.
fn cache_limit() -> i64 {
    match LIMIT.load(Ordering::Relaxed) {
        AUTOMATIC => {
            let peak = PEAK.load(Ordering::Relaxed);
            peak + peak / 4 + (64 << 20) - LIVE.load(Ordering::Relaxed)
        }
        limit => limit,
    }
}

/// Bounds the bytes of free blocks kept for reuse; `None` goes back to the default, which follows the peak of live bytes.
///
/// ```
/// use neurarust_core::{Tensor, memory_stats, storage::{empty_cache, set_cache_limit}};
/// set_cache_limit(Some(0));
/// drop(Tensor::zeros([1 << 20])?);
/// empty_cache();
/// assert_eq!(memory_stats().cached_bytes, 0);
/// set_cache_limit(None);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
pub fn set_cache_limit(bytes: Option<usize>) {
    let limit = bytes.map_or(AUTOMATIC, |b| i64::try_from(b).unwrap_or(i64::MAX));
    LIMIT.store(limit, Ordering::Relaxed);
    let _ = LOCAL.try_with(|local| local.counters.publish());
    pool().trim(cache_limit());
}

/// Gives the free blocks of the shared pool and of this thread back to the system. Other threads keep their short lists.
///
/// ```
/// use neurarust_core::{Tensor, memory_stats, storage::empty_cache};
/// drop(Tensor::zeros([1 << 20])?);
/// empty_cache();
/// assert!(memory_stats().cached_bytes < 4 << 20);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
pub fn empty_cache() {
    let _ = LOCAL.try_with(|local| {
        local.counters.publish();
        for class in 0..LOCAL_CLASSES as u32 {
            if local.lists[class as usize].len.get() > 0 {
                local.spill(class, 0);
            }
        }
    });
    let pool = pool();
    for class in 0..CLASSES {
        while let Some(block) = pool.lists[class].pop() {
            // SAFETY: the block came off the list of its class.
            unsafe { system_free(block, class as u32) };
        }
    }
}
