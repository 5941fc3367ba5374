//! Reusable packing buffers: taken from the thread's stock, given back when dropped.
//!
//! A thread that waits inside a parallel section may run another product meanwhile, so buffers are taken out of the
//! stock rather than borrowed from it. In the steady state nothing is allocated.

use std::alloc::{Layout, alloc, dealloc};
use std::cell::RefCell;
use std::ptr::NonNull;

/// Cache line, and the widest register.
const ALIGN: usize = 64;
/// Buffers kept per thread, and the size up to which they are.
const KEPT: usize = 6;
const LARGEST: usize = 64 << 20;

thread_local! {
    static STOCK: RefCell<Vec<Block>> = const { RefCell::new(Vec::new()) };
}

/// Uninitialised, 64-byte aligned memory.
struct Block {
    ptr: NonNull<u8>,
    bytes: usize,
}

impl Drop for Block {
    fn drop(&mut self) {
        // SAFETY: `ptr` came from `alloc` with this very layout.
        unsafe { dealloc(self.ptr.as_ptr(), layout(self.bytes)) }
    }
}

fn layout(bytes: usize) -> Layout {
    Layout::from_size_align(bytes, ALIGN).expect("a size that fits the address space")
}

/// Room for a number of `T`, uninitialised, given back to the thread that drops it.
pub(crate) struct Scratch(Option<Block>);

impl Scratch {
    /// Room for `len` values of `T`; no memory is touched when `len` is 0.
    pub(crate) fn new<T>(len: usize) -> Scratch {
        if len == 0 {
            return Scratch(None);
        }
        let need = len
            .checked_mul(size_of::<T>())
            .expect("packing buffer larger than the address space");
        let found = STOCK.with_borrow_mut(|stock| {
            let fit = stock
                .iter()
                .enumerate()
                .filter(|(_, block)| block.bytes >= need)
                .min_by_key(|(_, block)| block.bytes)
                .map(|(i, _)| i);
            fit.map(|i| stock.swap_remove(i))
        });
        Scratch(Some(found.unwrap_or_else(|| {
            // Rounded, so that it fits what is asked for next; larger ones are not kept.
            let bytes = match need <= LARGEST {
                true => need.next_power_of_two().max(4096),
                false => need,
            };
            // SAFETY: the size is not zero.
            let ptr = unsafe { alloc(layout(bytes)) };
            let ptr = NonNull::new(ptr).unwrap_or_else(|| {
                panic!("matmul: no memory for a packing buffer of {bytes} bytes")
            });
            Block { ptr, bytes }
        })))
    }

    /// Its start; dangling (but aligned) when it is empty.
    pub(crate) fn ptr<T>(&self) -> *mut T {
        match &self.0 {
            Some(block) => block.ptr.as_ptr().cast(),
            None => NonNull::dangling().as_ptr(),
        }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let Some(block) = self.0.take() else { return };
        if block.bytes > LARGEST {
            return;
        }
        // While the thread ends its stock may be gone already: then the block is simply freed.
        let _ = STOCK.try_with(|stock| {
            if let Ok(mut stock) = stock.try_borrow_mut() {
                if stock.len() == KEPT
                    && let Some((i, _)) = stock.iter().enumerate().min_by_key(|(_, b)| b.bytes)
                {
                    stock.swap_remove(i);
                }
                stock.push(block);
            }
        });
    }
}
