//! The allocator's counters, cheap enough for every allocation: each thread has its own, and whoever asks adds them up.

use super::alloc::LOCAL;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard};

/// What the allocator holds, in bytes of whole blocks (data rounded up to its size class, and 128 bytes of header and slack).
///
/// ```
/// use neurarust_core::{Tensor, memory_stats};
/// let before = memory_stats();
/// let x = Tensor::zeros([1 << 20])?;
/// let after = memory_stats();
/// assert!(after.live_bytes >= before.live_bytes + x.numel() * 4);
/// assert_eq!(after.live_storages, before.live_storages + 1);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MemoryStats {
    /// Bytes of blocks in use.
    pub live_bytes: usize,
    /// The most `live_bytes` have been since the start or the last `reset_peak` (other running threads' last 256 KiB aside).
    pub peak_bytes: usize,
    /// Bytes of free blocks kept for reuse.
    pub cached_bytes: usize,
    /// Storages made so far.
    pub allocations: u64,
    /// Those of them that were served from a list of free blocks.
    pub cache_hits: u64,
    /// Storages in use.
    pub live_storages: usize,
}

/// One thread's counts. Only that thread writes them, so plain loads and stores do; a new thread continues the counts of an ended one.
#[repr(align(64))]
pub(super) struct Counters {
    allocations: AtomicU64,
    frees: AtomicU64,
    /// Change of live bytes not yet added to `LIVE`.
    pending: AtomicI64,
    /// The most `pending` has been since it was last added.
    pending_high: AtomicI64,
}

/// The counters of all threads that ever were, and those that wait for a new thread.
pub(super) struct Registry {
    all: Vec<&'static Counters>,
    unused: Vec<&'static Counters>,
}

/// Live bytes apart from what threads hold pending.
pub(super) static LIVE: AtomicI64 = AtomicI64::new(0);
pub(super) static PEAK: AtomicI64 = AtomicI64::new(0);
/// Bytes taken from the system and not given back.
pub(super) static SYSTEM_BYTES: AtomicI64 = AtomicI64::new(0);
pub(super) static SYSTEM_ALLOCATIONS: AtomicU64 = AtomicU64::new(0);
/// Counts of threads whose own are already gone.
pub(super) static ORPHANS: Counters = Counters::new();
static REGISTRY: Mutex<Registry> = Mutex::new(Registry {
    all: Vec::new(),
    unused: Vec::new(),
});
const PENDING_MAX: i64 = 256 << 10;

impl Counters {
    const fn new() -> Counters {
        Counters {
            allocations: AtomicU64::new(0),
            frees: AtomicU64::new(0),
            pending: AtomicI64::new(0),
            pending_high: AtomicI64::new(0),
        }
    }

    pub(super) fn acquire() -> &'static Counters {
        let mut registry = registry();
        if let Some(counters) = registry.unused.pop() {
            return counters;
        }
        let counters: &'static Counters = Box::leak(Box::new(Counters::new()));
        registry.all.push(counters);
        counters
    }

    pub(super) fn hand_back(&'static self) {
        registry().unused.push(self);
    }

    #[inline]
    pub(super) fn allocated(&self, size: usize) {
        let n = self.allocations.load(Ordering::Relaxed);
        self.allocations.store(n + 1, Ordering::Relaxed);
        let pending = self.pending.load(Ordering::Relaxed) + size as i64;
        self.pending.store(pending, Ordering::Relaxed);
        if pending > self.pending_high.load(Ordering::Relaxed) {
            self.pending_high.store(pending, Ordering::Relaxed);
            if pending > PENDING_MAX {
                self.publish();
            }
        }
    }

    #[inline]
    pub(super) fn freed(&self, size: usize) {
        let n = self.frees.load(Ordering::Relaxed);
        self.frees.store(n + 1, Ordering::Relaxed);
        let pending = self.pending.load(Ordering::Relaxed) - size as i64;
        self.pending.store(pending, Ordering::Relaxed);
        if pending < -PENDING_MAX {
            self.publish();
        }
    }

    /// Adds what is pending to the process's counts.
    #[cold]
    pub(super) fn publish(&self) {
        let pending = self.pending.swap(0, Ordering::Relaxed);
        let high = self.pending_high.swap(0, Ordering::Relaxed);
        let before = LIVE.fetch_add(pending, Ordering::Relaxed);
        PEAK.fetch_max(before + high, Ordering::Relaxed);
    }

    pub(super) fn allocated_shared(&self, size: usize) {
        self.allocations.fetch_add(1, Ordering::Relaxed);
        let live = LIVE.fetch_add(size as i64, Ordering::Relaxed) + size as i64;
        PEAK.fetch_max(live, Ordering::Relaxed);
    }

    pub(super) fn freed_shared(&self, size: usize) {
        self.frees.fetch_add(1, Ordering::Relaxed);
        LIVE.fetch_sub(size as i64, Ordering::Relaxed);
    }
}

pub(super) fn registry() -> MutexGuard<'static, Registry> {
    REGISTRY
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner())
}

pub(super) fn cached_bytes() -> i64 {
    SYSTEM_BYTES.load(Ordering::Relaxed) - LIVE.load(Ordering::Relaxed)
}

/// What the allocator holds now, over all threads. Exact when no other thread allocates meanwhile.
///
/// ```
/// use neurarust_core::{Tensor, memory_stats};
/// let before = memory_stats().live_bytes;
/// let x = Tensor::zeros([1000])?;
/// assert!(memory_stats().live_bytes >= before + x.nbytes());
/// # Ok::<(), neurarust_core::Error>(())
/// ```
pub fn memory_stats() -> MemoryStats {
    let _ = LOCAL.try_with(|local| local.counters.publish());
    let mut live = LIVE.load(Ordering::Relaxed);
    let mut allocations = ORPHANS.allocations.load(Ordering::Relaxed);
    let mut frees = ORPHANS.frees.load(Ordering::Relaxed);
    for counters in &registry().all {
        live += counters.pending.load(Ordering::Relaxed);
        allocations += counters.allocations.load(Ordering::Relaxed);
        frees += counters.frees.load(Ordering::Relaxed);
    }
    let system = SYSTEM_BYTES.load(Ordering::Relaxed);
    MemoryStats {
        live_bytes: usize::try_from(live).unwrap_or(0),
        peak_bytes: usize::try_from(PEAK.load(Ordering::Relaxed).max(live)).unwrap_or(0),
        cached_bytes: usize::try_from(system - live).unwrap_or(0),
        allocations,
        cache_hits: allocations.saturating_sub(SYSTEM_ALLOCATIONS.load(Ordering::Relaxed)),
        live_storages: usize::try_from(allocations.saturating_sub(frees)).unwrap_or(0),
    }
}

/// Lets `peak_bytes` start anew from what is live now.
///
/// ```
/// use neurarust_core::{Tensor, memory_stats, storage::reset_peak};
/// drop(Tensor::zeros([1 << 20])?);
/// reset_peak();
/// assert!(memory_stats().peak_bytes < 4 << 20);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
pub fn reset_peak() {
    let live = memory_stats().live_bytes as i64;
    PEAK.store(live, Ordering::Relaxed);
}
