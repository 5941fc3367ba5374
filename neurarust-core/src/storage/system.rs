//! Memory from the operating system: zeroed, aligned, and without touching large blocks.

use std::alloc::Layout;
use std::ptr::NonNull;

/// From here on memory is mapped rather than taken from the C heap: it comes zeroed without being touched.
#[cfg(all(unix, not(miri)))]
const MAPPED: usize = 1 << 20;
/// From here on blocks are aligned for, and advised, huge pages.
#[cfg(all(unix, not(miri)))]
const HUGE: usize = 4 << 20;
#[cfg(all(unix, not(miri)))]
const HUGE_PAGE: usize = 2 << 20;

/// From here on it is asked first whether there is as much.
#[cfg(all(unix, not(miri)))]
const CHECKED: usize = 256 << 20;

/// `size` zero bytes, aligned to 64. For a given size it is always the same kind of memory.
#[cfg(all(unix, not(miri)))]
pub(super) fn system_memory(size: usize) -> Option<NonNull<u8>> {
    if size < MAPPED {
        heap_memory(size)
    } else {
        map_memory(size)
    }
}

#[cfg(not(all(unix, not(miri))))]
pub(super) fn system_memory(size: usize) -> Option<NonNull<u8>> {
    heap_memory(size)
}

fn heap_memory(size: usize) -> Option<NonNull<u8>> {
    let layout = Layout::from_size_align(size, 64).ok()?;
    // SAFETY: the size is not zero.
    NonNull::new(unsafe { std::alloc::alloc_zeroed(layout) })
}

/// Is `bytes` more than the machine can give? Linux promises memory it does not have, and kills whoever uses it.
#[cfg(all(unix, not(miri)))]
fn exceeds_memory(bytes: usize) -> bool {
    let Ok(text) = std::fs::read_to_string("/proc/meminfo") else {
        return false;
    };
    let kib = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name))?;
        line.split_whitespace().next()?.parse::<usize>().ok()
    };
    let Some(available) = kib("MemAvailable:") else {
        return false;
    };
    bytes / 1024 > available.saturating_add(kib("SwapFree:").unwrap_or(0))
}

#[cfg(all(unix, not(miri)))]
fn map_memory(size: usize) -> Option<NonNull<u8>> {
    let extra = if size >= HUGE { HUGE_PAGE } else { 0 };
    let size = mapped_length(size);
    let length = size.checked_add(extra)?;
    if length >= CHECKED && exceeds_memory(length) {
        return None;
    }
    // SAFETY: an anonymous private mapping at an address of the kernel's choice touches nothing of ours.
    let start = unsafe {
        libc::mmap(
            std::ptr::null_mut(),
            length,
            libc::PROT_READ | libc::PROT_WRITE,
            libc::MAP_PRIVATE | libc::MAP_ANON,
            -1,
            0,
        )
    };
    if start == libc::MAP_FAILED {
        return None;
    }
    let mut start: *mut u8 = start.cast();
    if extra > 0 {
        let head = start.addr().wrapping_neg() % HUGE_PAGE;
        let tail = extra - head;
        // SAFETY: head and tail are whole pages inside the mapping, outside the part that is kept.
        unsafe {
            if head > 0 {
                libc::munmap(start.cast(), head);
            }
            start = start.add(head);
            if tail > 0 {
                libc::munmap(start.add(size).cast(), tail);
            }
            #[cfg(target_os = "linux")]
            libc::madvise(start.cast(), size, libc::MADV_HUGEPAGE);
        }
    }
    NonNull::new(start)
}

/// Whole pages, for page sizes up to 64 KiB.
#[cfg(all(unix, not(miri)))]
const fn mapped_length(size: usize) -> usize {
    (size + 0xffff) & !0xffff
}

/// # Safety
/// `block` and `size` must be those of one `system_memory` call.
pub(super) unsafe fn system_release(block: NonNull<u8>, size: usize) {
    #[cfg(all(unix, not(miri)))]
    if size >= MAPPED {
        // SAFETY: this is the kept part of the mapping, unused from now on.
        unsafe { libc::munmap(block.as_ptr().cast(), mapped_length(size)) };
        return;
    }
    // SAFETY: the layout `heap_memory` used.
    unsafe { std::alloc::dealloc(block.as_ptr(), Layout::from_size_align_unchecked(size, 64)) };
}
