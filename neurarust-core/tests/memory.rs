//! What the allocator promises about a whole process. One test at a time: the counts are the process's.

use neurarust_core::cpu::pool::{parallel_for, with_num_threads};
use neurarust_core::storage::{Storage, empty_cache, memory_stats, reset_peak, set_cache_limit};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard};

fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner())
}

fn live() -> (usize, usize) {
    let stats = memory_stats();
    (stats.live_bytes, stats.live_storages)
}

#[test]
fn live_bytes_return_to_where_they_were() {
    let _alone = alone();
    let before = live();
    for round in 0..1000usize {
        let sizes = [0, 64, 1000, 70_000, 3 << 20].map(|n| n + round);
        let storages = sizes.map(|n| Storage::new(n).unwrap());
        let (bytes, count) = live();
        assert_eq!(count, before.1 + 5);
        assert!(bytes >= before.0 + sizes.iter().sum::<usize>());
        drop(storages);
        assert_eq!(live(), before);
    }
}

#[test]
fn blocks_may_be_freed_on_other_threads() {
    let _alone = alone();
    let before = live();
    for _ in 0..20 {
        let (sender, receiver) = std::sync::mpsc::channel::<Storage>();
        std::thread::scope(|scope| {
            let other = scope.spawn(move || {
                for storage in receiver {
                    let first = unsafe { *storage.as_ptr() };
                    assert_eq!(usize::from(first), storage.bytes() % 251);
                }
            });
            for n in 1..2000 {
                let storage = Storage::new(n).unwrap();
                unsafe { storage.as_mut_ptr().write_bytes((n % 251) as u8, n) };
                sender.send(storage).unwrap();
            }
            drop(sender);
            // Joined, not only done: a thread hands its cache back when it ends, after its closure.
            other.join().unwrap();
        });
    }
    assert_eq!(live(), before);
}

#[test]
fn blocks_are_recycled_within_the_limit() {
    let _alone = alone();
    empty_cache();
    let before = memory_stats();
    drop(Storage::new(8 << 20).unwrap());
    let cached = memory_stats().cached_bytes;
    assert!(cached >= 8 << 20);
    drop(Storage::new(8 << 20).unwrap());
    let after = memory_stats();
    assert_eq!(after.allocations, before.allocations + 2);
    assert_eq!(after.cache_hits, before.cache_hits + 1);
    assert_eq!(after.cached_bytes, cached);
    set_cache_limit(Some(4 << 20));
    assert!(memory_stats().cached_bytes <= 4 << 20);
    drop(Storage::new(8 << 20).unwrap());
    assert!(memory_stats().cached_bytes <= 4 << 20);
    set_cache_limit(None);
    empty_cache();
}

#[test]
fn the_peak_is_remembered_and_reset() {
    let _alone = alone();
    reset_peak();
    let start = memory_stats().live_bytes;
    let a = Storage::new(3 << 20).unwrap();
    let b = Storage::new(100).unwrap();
    let both = memory_stats().live_bytes;
    drop((a, b));
    assert_eq!(memory_stats().peak_bytes, both);
    reset_peak();
    assert_eq!(memory_stats().peak_bytes, start);
    // A refusal leaves no trace.
    assert!(Storage::new(1 << 50).is_err());
    assert_eq!(memory_stats().peak_bytes, start);
    assert_eq!(memory_stats().live_bytes, start);
}

#[test]
fn more_than_the_machine_has_is_refused_before_it_is_used() {
    let _alone = alone();
    let error = Storage::new(1 << 44).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("out of memory: cannot allocate {} bytes", 1u64 << 44)
    );
}

#[cfg(unix)]
#[test]
fn a_forked_child_allocates_and_computes() {
    let _alone = alone();
    let sum = || {
        with_num_threads(3, || {
            let sum = AtomicUsize::new(0);
            parallel_for(100, |i| {
                drop(Storage::new(i * 1000).unwrap());
                sum.fetch_add(i, Ordering::Relaxed);
            });
            sum.into_inner()
        })
    };
    assert_eq!(sum(), 4950);
    let stop = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        // The allocator's locks are in use while we fork.
        scope.spawn(|| {
            while stop.load(Ordering::Relaxed) == 0 {
                let _storages = [Storage::new(2 << 20), Storage::new(3 << 20)];
            }
        });
        for _ in 0..50 {
            // SAFETY: the child uses our own code only, and leaves without running destructors.
            match unsafe { libc::fork() } {
                0 => {
                    let right = std::panic::catch_unwind(sum).is_ok_and(|s| s == 4950);
                    unsafe { libc::_exit(if right { 0 } else { 1 }) }
                }
                child => {
                    assert!(child > 0);
                    let mut status = 0;
                    assert_eq!(unsafe { libc::waitpid(child, &mut status, 0) }, child);
                    assert_eq!(status, 0);
                }
            }
        }
        stop.store(1, Ordering::Relaxed);
    });
}
