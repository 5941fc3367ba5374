//! Borrow locks: many readers or one writer per storage, so that no safe call is a data race.
//!
//! An op takes all its storages or none: on a conflict it lets go of what it has and tries again, so two ops cannot wait for each
//! other. A thread that lends a slice to user code (`Storage::read_guard`) would wait for itself, so it gets `Busy` instead.

use super::Storage;
use smallvec::SmallVec;
use std::cell::Cell;
use std::collections::HashSet;
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
///
/// ```
/// use neurarust_core::storage::Busy;
/// assert!(Busy.to_string().starts_with("the tensor's data is in use"));
/// ```
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
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::new([1f32, 2.0])?;
    /// let guard = x.storage().read_guard().unwrap();
    /// assert!(x.fill_(0.0).is_err()); // would wait for ever
    /// drop(guard);
    /// x.fill_(0.0)?;
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Busy`] if this thread lends a slice already and another thread writes meanwhile.
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
///
/// ```
/// # use neurarust_core::Tensor;
/// let x = Tensor::new([1f32, 2.0])?;
/// let (one, two) = (x.storage().read_guard().unwrap(), x.storage().read_guard().unwrap()); // readers share
/// drop((one, two));
/// # Ok::<(), neurarust_core::Error>(())
/// ```
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

/// What has a storage to lock.
pub(crate) trait Stored {
    fn storage(&self) -> &Storage;
}

impl Stored for Storage {
    #[inline(always)]
    fn storage(&self) -> &Storage {
        self
    }
}

type List<'a> = SmallVec<[&'a Storage; 4]>;

/// The storages of one op, locked until it is dropped.
#[must_use]
pub(crate) struct Access<'a> {
    // No storage twice.
    reads: List<'a>,
    writes: List<'a>,
}

impl<'a> Access<'a> {
    /// Locks `reads` for reading and `writes` for writing, waiting for other threads where needed.
    ///
    /// A storage may appear several times; where it is written, that covers reading it. Storages nobody else can know yet (fresh outputs)
    /// need no lock.
    ///
    /// # Errors
    /// [`Busy`] on a conflict while this thread holds a [`ReadGuard`].
    #[cfg(test)]
    pub(crate) fn lock(reads: &[&'a Storage], writes: &[&'a Storage]) -> Result<Access<'a>, Busy> {
        Access::lock_all(reads, writes)
    }

    /// The same for tensors.
    pub(crate) fn lock_all<S: Stored>(
        reads: &[&'a S],
        writes: &[&'a S],
    ) -> Result<Access<'a>, Busy> {
        let writes = distinct(writes, &[]);
        let reads = distinct(reads, &writes);
        take(&reads, &writes)?;
        Ok(Access { reads, writes })
    }
}

impl Drop for Access<'_> {
    fn drop(&mut self) {
        release(&self.reads, &self.writes);
    }
}

/// `list` without repetitions and without `covered` (which came from here too).
fn distinct<'a, S: Stored>(list: &[&'a S], covered: &[&Storage]) -> List<'a> {
    /// Up to here it is faster to compare all pairs. An optimizer's step has all parameters in one list.
    const SHORT: usize = 16;
    if list.len() <= SHORT && covered.len() <= SHORT {
        let mut kept = List::new();
        for storage in list.iter().map(|entry| entry.storage()) {
            let known = |among: &[&Storage]| among.iter().any(|other| other.0 == storage.0);
            if !known(covered) && !known(&kept) {
                kept.push(storage);
            }
        }
        return kept;
    }
    let covered: HashSet<usize> = covered.iter().map(|storage| storage.id()).collect();
    let mut kept: List = list
        .iter()
        .map(|entry| entry.storage())
        .filter(|storage| !covered.contains(&storage.id()))
        .collect();
    kept.sort_unstable_by_key(|storage| storage.id());
    kept.dedup_by_key(|storage| storage.id());
    kept
}

/// [`Access`] for reading only, on the path of every small op: it borrows the caller's list, since copying it costs more than the
/// locking. (A storage that is in it twice has two readers.)
#[must_use]
pub(crate) struct Reading<'a, S: Stored>(&'a [&'a S]);

impl<'a, S: Stored> Reading<'a, S> {
    #[inline]
    pub(crate) fn lock(reads: &'a [&'a S]) -> Result<Reading<'a, S>, Busy> {
        take(reads, &[])?;
        Ok(Reading(reads))
    }
}

impl<S: Stored> Drop for Reading<'_, S> {
    #[inline]
    fn drop(&mut self) {
        release(self.0, &[]);
    }
}

/// Takes everything, at once or after a wait.
#[inline]
fn take<S: Stored>(reads: &[&S], writes: &[&Storage]) -> Result<(), Busy> {
    if try_take(reads, writes) {
        Ok(())
    } else {
        wait_and_take(reads, writes)
    }
}

#[cold]
#[inline(never)]
fn wait_and_take<S: Stored>(reads: &[&S], writes: &[&Storage]) -> Result<(), Busy> {
    let mut wait = Wait::default();
    loop {
        wait.again()?;
        if try_take(reads, writes) {
            return Ok(());
        }
    }
}

/// Takes everything or nothing.
#[inline]
fn try_take<S: Stored>(reads: &[&S], writes: &[&Storage]) -> bool {
    for (i, storage) in writes.iter().enumerate() {
        if !storage.try_write() {
            release::<S>(&[], &writes[..i]);
            return false;
        }
    }
    for (i, read) in reads.iter().enumerate() {
        if !read.storage().try_read() {
            release(&reads[..i], writes);
            return false;
        }
    }
    true
}

#[inline]
fn release<S: Stored>(reads: &[&S], writes: &[&Storage]) {
    for read in reads {
        read.storage().end_read();
    }
    for storage in writes {
        storage.end_write();
    }
}

/// Runs `f`, in which a conflict is [`Busy`] at once: for whoever holds a lock that the other side may want.
pub(crate) fn without_waiting<R>(f: impl FnOnce() -> R) -> R {
    struct Lent;
    impl Drop for Lent {
        fn drop(&mut self) {
            LENT.set(LENT.get() - 1);
        }
    }
    LENT.set(LENT.get() + 1);
    let _lent = Lent;
    f()
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
