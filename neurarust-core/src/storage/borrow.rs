//! Borrow locks: many readers or one writer per storage, so that no safe call is a data race.
//!
//! An op takes all its storages or none: on a conflict it lets go of what it has and tries again, so two ops cannot wait for each
//! other. A thread that lends a slice to user code (`Storage::read_guard`) would wait for itself, so it gets `Busy` instead.

use super::Storage;
use smallvec::SmallVec;
use std::cell::Cell;
use std::marker::PhantomData;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// Borrow state of a storage that is being written. Smaller numbers count readers.
pub(super) const WRITER: u32 = 1 << 31;

thread_local! {
    /// Slices this thread has lent to user code.
    static LENT: Cell<u32> = const { Cell::new(0) };
}

/// The storage is in use, and waiting for it would not end: this thread itself lends a slice of a tensor to user code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the tensor's data is in use: it cannot be accessed this way while a slice of it, or of another tensor in use, is lent out on this thread; end that access first"
)]
pub struct Busy;

impl Storage {
    #[inline]
    fn try_read(&self) -> bool {
        let borrow = &self.header().borrow;
        // An optimistic add: below `WRITER` there is room for more readers than there are threads.
        if borrow.fetch_add(1, Ordering::Acquire) < WRITER {
            return true;
        }
        borrow.fetch_sub(1, Ordering::Relaxed);
        false
    }

    #[inline]
    fn end_read(&self) {
        self.header().borrow.fetch_sub(1, Ordering::Release);
    }

    #[inline]
    fn try_write(&self) -> bool {
        self.header()
            .borrow
            .compare_exchange(0, WRITER, Ordering::Acquire, Ordering::Relaxed)
            .is_ok()
    }

    #[inline]
    fn end_write(&self) {
        // Not a store of 0: a reader that is just finding out that it must wait has added 1 and will take it back.
        self.header().borrow.fetch_sub(WRITER, Ordering::Release);
    }

    /// Keeps writers away while user code looks at the bytes. Until it is dropped, conflicts on this thread are `Busy`, not waits.
    pub fn read_guard(&self) -> Result<ReadGuard<'_>, Busy> {
        let mut wait = Wait::default();
        while !self.try_read() {
            wait.again()?;
        }
        LENT.set(LENT.get() + 1);
        Ok(ReadGuard {
            storage: self,
            thread: PhantomData,
        })
    }
}

/// A read lock for user code. See [`Storage::read_guard`].
#[must_use]
pub struct ReadGuard<'a> {
    storage: &'a Storage,
    /// The count it holds is this thread's.
    thread: PhantomData<*const ()>,
}

impl Drop for ReadGuard<'_> {
    fn drop(&mut self) {
        LENT.set(LENT.get() - 1);
        self.storage.end_read();
    }
}

/// The storages of one op, locked until it is dropped.
#[must_use]
pub struct Access<'a> {
    /// Each storage once; the first `writes` for writing.
    held: SmallVec<[&'a Storage; 4]>,
    writes: usize,
}

impl<'a> Access<'a> {
    /// Locks `reads` for reading and `writes` for writing, waiting for other threads where needed.
    ///
    /// A storage may appear several times; where it is written, that covers reading it. Storages nobody else can know yet (fresh outputs)
    /// need no lock.
    ///
    /// # Errors
    /// [`Busy`] on a conflict while this thread holds a [`ReadGuard`].
    #[inline]
    pub fn lock(reads: &[&'a Storage], writes: &[&'a Storage]) -> Result<Access<'a>, Busy> {
        let mut access = Access {
            held: SmallVec::new(),
            writes: 0,
        };
        if !access.try_all(reads, writes) {
            access.wait_for_all(reads, writes)?;
        }
        Ok(access)
    }

    /// Takes everything or nothing.
    #[inline]
    fn try_all(&mut self, reads: &[&'a Storage], writes: &[&'a Storage]) -> bool {
        for &storage in writes {
            if !self.holds(storage) {
                if !storage.try_write() {
                    self.release();
                    return false;
                }
                self.held.push(storage);
                self.writes += 1;
            }
        }
        for &storage in reads {
            if !self.holds(storage) {
                if !storage.try_read() {
                    self.release();
                    return false;
                }
                self.held.push(storage);
            }
        }
        true
    }

    #[cold]
    #[inline(never)]
    fn wait_for_all(&mut self, reads: &[&'a Storage], writes: &[&'a Storage]) -> Result<(), Busy> {
        let mut wait = Wait::default();
        loop {
            wait.again()?;
            if self.try_all(reads, writes) {
                return Ok(());
            }
        }
    }

    #[inline]
    fn holds(&self, storage: &Storage) -> bool {
        self.held.iter().any(|held| held.0 == storage.0)
    }

    #[inline]
    fn release(&mut self) {
        for (i, storage) in self.held.iter().enumerate() {
            if i < self.writes {
                storage.end_write();
            } else {
                storage.end_read();
            }
        }
        self.held.clear();
        self.writes = 0;
    }
}

impl Drop for Access<'_> {
    #[inline]
    fn drop(&mut self) {
        self.release();
    }
}

/// Waiting for another thread's op: first by spinning, then by yielding, then in short sleeps.
#[derive(Default)]
struct Wait {
    rounds: u32,
}

impl Wait {
    fn again(&mut self) -> Result<(), Busy> {
        if LENT.get() > 0 {
            return Err(Busy);
        }
        self.rounds = self.rounds.saturating_add(1);
        match self.rounds {
            0..=6 => (0..1 << self.rounds).for_each(|_| std::hint::spin_loop()),
            7..=40 => std::thread::yield_now(),
            n => std::thread::sleep(Duration::from_micros(u64::from((n - 40).min(50)) * 10)),
        }
        Ok(())
    }
}
