//! The thread pool: ours, started by the first op that is large enough, one per process.
//!
//! `parallel_for` hands out task numbers from a counter. The caller takes part and leaves as soon as all tasks are done, without
//! waiting for helpers that never came, so it cannot be held up by a busy pool and never runs somebody else's work meanwhile.
//! What a task is depends on shapes only, so results do not depend on the number of threads.
//!
//! Waking a sleeping thread takes tens of microseconds, longer than many an op. So a helper that is done lingers for a moment, and the
//! next loop is handed to it directly.

use std::any::Any;
use std::cell::Cell;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::ptr::null_mut;
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::Thread;
use std::time::{Duration, Instant};

/// More threads than this are refused.
const MAX_THREADS: usize = 1024;

/// Threads an op may use; 0 until someone asks.
static THREADS: AtomicUsize = AtomicUsize::new(0);
static POOL: AtomicPtr<Pool> = AtomicPtr::new(null_mut());

thread_local! {
    /// `with_num_threads` on this thread, or 0.
    static OVERRIDE: Cell<usize> = const { Cell::new(0) };
    /// Is this thread working on a task? Then the cores are busy, and nested loops run in it.
    static WORKING: Cell<bool> = const { Cell::new(false) };
}

/// The number of threads asked for cannot be used.
///
/// ```
/// use neurarust_core::cpu::pool::{BadThreadCount, set_num_threads};
/// assert_eq!(set_num_threads(0), Err(BadThreadCount { given: 0 }));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("set_num_threads: got {given}, expected 1 to {MAX_THREADS}")]
pub struct BadThreadCount {
    /// The number given.
    pub given: usize,
}

/// How many threads an op may use: what [`set_num_threads`] said, else the environment's `NEURARUST_NUM_THREADS`, else the number of
/// cores this process may run on.
///
/// ```
/// use neurarust_core::cpu::pool::{num_threads, with_num_threads};
/// assert!(num_threads() >= 1);
/// assert_eq!(with_num_threads(3, num_threads), 3);
/// ```
pub fn num_threads() -> usize {
    let here = OVERRIDE.get();
    if here != 0 {
        return here;
    }
    match THREADS.load(Ordering::Relaxed) {
        0 => {
            let n = default_threads();
            // Someone may have set it meanwhile.
            let _ = THREADS.compare_exchange(0, n, Ordering::Relaxed, Ordering::Relaxed);
            THREADS.load(Ordering::Relaxed)
        }
        n => n,
    }
}

fn default_threads() -> usize {
    std::env::var("NEURARUST_NUM_THREADS")
        .ok()
        .and_then(|text| text.trim().parse().ok())
        .filter(|n| (1..=MAX_THREADS).contains(n))
        .or_else(|| std::thread::available_parallelism().ok().map(usize::from))
        .unwrap_or(1)
}

/// Sets how many threads an op may use. Results do not depend on it.
///
/// ```
/// use neurarust_core::cpu::pool::{num_threads, set_num_threads};
/// set_num_threads(2).unwrap();
/// assert_eq!(num_threads(), 2);
/// ```
///
/// # Errors
/// If `n` is 0 or more than 1024.
pub fn set_num_threads(n: usize) -> Result<(), BadThreadCount> {
    if !(1..=MAX_THREADS).contains(&n) {
        return Err(BadThreadCount { given: n });
    }
    THREADS.store(n, Ordering::Relaxed);
    Ok(())
}

/// Runs `body` with at most `n` threads (at least 1) for the ops it calls from this thread.
///
/// ```
/// use neurarust_core::{Tensor, cpu::pool::with_num_threads};
/// let x = Tensor::rand([100, 100])?;
/// let (one, two) = (with_num_threads(1, || x.matmul(&x))?, with_num_threads(2, || x.matmul(&x))?);
/// assert_eq!(one.to_vec::<f32>()?, two.to_vec::<f32>()?); // to the last bit
/// # Ok::<(), neurarust_core::Error>(())
/// ```
pub fn with_num_threads<R>(n: usize, body: impl FnOnce() -> R) -> R {
    let _reset = Reset::set(&OVERRIDE, n.clamp(1, MAX_THREADS));
    body()
}

/// Puts a thread-local back, also when a panic passes.
struct Reset<T: Copy + 'static> {
    cell: &'static std::thread::LocalKey<Cell<T>>,
    before: T,
}

impl<T: Copy> Reset<T> {
    fn set(cell: &'static std::thread::LocalKey<Cell<T>>, value: T) -> Self {
        Reset {
            cell,
            before: cell.replace(value),
        }
    }
}

impl<T: Copy> Drop for Reset<T> {
    fn drop(&mut self) {
        self.cell.set(self.before);
    }
}

/// Calls `f(0), …, f(tasks - 1)`, on several threads if that can help. Returns when all calls are done; a panic in one is passed on.
///
/// Inside a task further calls run on the task's own thread.
///
/// ```
/// use neurarust_core::cpu::pool::parallel_for;
/// use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
/// let sum = AtomicUsize::new(0);
/// parallel_for(10, |i| { sum.fetch_add(i, Relaxed); });
/// assert_eq!(sum.into_inner(), 45);
/// ```
pub fn parallel_for(tasks: usize, f: impl Fn(usize) + Sync) {
    hand_out(tasks, &f);
}

/// A loop's body. Unlike that of a `dyn Fn`, its table has no second copy of the body, for `FnOnce`: there are hundreds.
trait Body<I>: Sync {
    fn call(&self, i: I);
}

impl<I, F: Fn(I) + Sync> Body<I> for F {
    fn call(&self, i: I) {
        self(i)
    }
}

/// [`parallel_for`], once for all bodies.
#[inline(never)]
fn hand_out(tasks: usize, f: &dyn Body<usize>) {
    if tasks > 1 && !WORKING.get() {
        let threads = num_threads().min(tasks);
        if threads > 1 {
            return run(tasks, threads, f);
        }
    }
    (0..tasks).for_each(|i| f.call(i));
}

/// Cuts `0..len` into pieces of `grain` (the last may be shorter) and calls `f` on each, on several threads if that can help.
///
/// The pieces depend on `len` and `grain` only. A `grain` of 0 counts as 1.
///
/// ```
/// use neurarust_core::cpu::pool::parallel_chunks;
/// use std::sync::Mutex;
/// let chunks = Mutex::new(Vec::new());
/// parallel_chunks(10, 4, |range| chunks.lock().unwrap().push(range));
/// let mut chunks = chunks.into_inner().unwrap();
/// chunks.sort_by_key(|range| range.start);
/// assert_eq!(chunks, [0..4, 4..8, 8..10]);
/// ```
pub fn parallel_chunks(len: usize, grain: usize, f: impl Fn(Range<usize>) + Sync) {
    hand_out_chunks(len, grain, &f);
}

#[inline(never)]
fn hand_out_chunks(len: usize, grain: usize, f: &dyn Body<Range<usize>>) {
    let grain = grain.max(1);
    parallel_for(len.div_ceil(grain), |i| {
        let start = i * grain;
        f.call(start..len.min(start.saturating_add(grain)));
    });
}

// ---------------------------------------------------------------------------------------------------------------------------------
// One loop

/// Set in `Job::state` once the caller takes no more helpers.
const CLOSED: usize = 1 << (usize::BITS - 1);

/// A running `parallel_for`.
struct Job {
    /// Valid until the caller has seen `state == CLOSED`.
    f: *const dyn Body<usize>,
    tasks: usize,
    next: AtomicUsize,
    /// The number of helpers at work, and `CLOSED`.
    state: AtomicUsize,
    panic: Mutex<Option<Box<dyn Any + Send>>>,
    caller: Thread,
}

// SAFETY: `f` points to a `Sync` closure and is followed only between entering and leaving `state`, which the caller waits for.
unsafe impl Send for Job {}
// SAFETY: as above.
unsafe impl Sync for Job {}

#[inline(never)]
fn run(tasks: usize, threads: usize, f: &dyn Body<usize>) {
    let Some(pool) = pool(threads - 1) else {
        // The system gives us no threads; the work gets done all the same.
        return (0..tasks).for_each(|i| f.call(i));
    };
    // SAFETY: only the lifetime changes; `close` below ends all use before `f` does.
    let f = unsafe { std::mem::transmute::<*const dyn Body<usize>, *const dyn Body<usize>>(f) };
    let job = Arc::new(Job {
        f,
        tasks,
        next: AtomicUsize::new(0),
        state: AtomicUsize::new(0),
        panic: Mutex::new(None),
        caller: std::thread::current(),
    });
    pool.call_helpers(&job, threads - 1);
    job.drain();
    job.close();
    let panic = job.panic.lock().map_or(None, |mut slot| slot.take());
    if let Some(panic) = panic {
        resume_unwind(panic);
    }
}

impl Job {
    /// A helper's part.
    fn help(&self) {
        let entered = self
            .state
            .fetch_update(Ordering::Acquire, Ordering::Relaxed, |state| {
                (state & CLOSED == 0).then_some(state + 1)
            });
        if entered.is_err() {
            return;
        }
        self.drain();
        if self.state.fetch_sub(1, Ordering::AcqRel) == CLOSED | 1 {
            self.caller.unpark();
        }
    }

    /// Works on tasks while there are any. Does not unwind.
    fn drain(&self) {
        let _working = Reset::set(&WORKING, true);
        // SAFETY: the caller is in `run`, and a helper has entered `state`, which `close` waits for.
        let f = unsafe { &*self.f };
        loop {
            let i = self.next.fetch_add(1, Ordering::Relaxed);
            if i >= self.tasks {
                return;
            }
            if let Err(panic) = catch_unwind(AssertUnwindSafe(|| f.call(i))) {
                // The first panic is the one to tell; the tasks that nobody began are dropped.
                self.next.store(self.tasks, Ordering::Relaxed);
                if let Ok(mut slot) = self.panic.lock() {
                    slot.get_or_insert(panic);
                }
            }
        }
    }

    /// Turns late helpers away and waits for those at work.
    fn close(&self) {
        let mut state = self.state.fetch_or(CLOSED, Ordering::AcqRel) | CLOSED;
        let mut rounds = 0u32;
        while state != CLOSED {
            rounds += 1;
            if rounds < 4000 {
                std::hint::spin_loop();
            } else {
                std::thread::park();
            }
            state = self.state.load(Ordering::Acquire);
        }
    }
}

// ---------------------------------------------------------------------------------------------------------------------------------
// The pool

struct Pool {
    /// Threads do not survive a fork, so a pool serves the process that made it.
    process: u32,
    rayon: rayon::ThreadPool,
    /// One per worker.
    slots: Box<[Slot]>,
    /// Calls that no worker has taken up yet.
    queued: AtomicUsize,
}

/// Where a lingering worker waits for its next job.
#[repr(align(64))]
struct Slot(AtomicPtr<Job>);

/// A worker lingers at this slot. (Null: none does. Anything else: an `Arc<Job>` on its way.)
fn lingering() -> *mut Job {
    std::ptr::without_provenance_mut(align_of::<Job>())
}

/// How long a worker lingers.
const LINGER: Duration = Duration::from_micros(200);

impl Pool {
    /// Gets up to `n` workers to help with a job, lingering ones first.
    fn call_helpers(&'static self, job: &Arc<Job>, n: usize) {
        let mut called = 0;
        for slot in &self.slots {
            if called == n {
                return;
            }
            if slot.0.load(Ordering::Relaxed) == lingering() {
                let handed = Arc::into_raw(Arc::clone(job)).cast_mut();
                match slot.0.compare_exchange(
                    lingering(),
                    handed,
                    Ordering::AcqRel,
                    Ordering::Relaxed,
                ) {
                    Ok(_) => called += 1,
                    // SAFETY: nobody took it over.
                    Err(_) => drop(unsafe { Arc::from_raw(handed) }),
                }
            }
        }
        for _ in called..n {
            let job = Arc::clone(job);
            self.queued.fetch_add(1, Ordering::Relaxed);
            self.rayon.spawn(move || {
                self.queued.fetch_sub(1, Ordering::Relaxed);
                self.work(job);
            });
        }
    }

    /// A worker's day: this job, and those that come while it lingers.
    fn work(&self, mut job: Arc<Job>) {
        let slot = rayon::current_thread_index().and_then(|i| self.slots.get(i));
        loop {
            job.help();
            drop(job);
            match slot.and_then(|slot| self.linger(slot)) {
                Some(next) => job = next,
                None => return,
            }
        }
    }

    fn linger(&self, slot: &Slot) -> Option<Arc<Job>> {
        slot.0.store(lingering(), Ordering::Release);
        let start = Instant::now();
        loop {
            for _ in 0..50 {
                let job = slot.0.load(Ordering::Acquire);
                if job != lingering() {
                    // SAFETY: the pointer came from `Arc::into_raw` in `call_helpers`, for us.
                    return Some(unsafe { self.take(slot, job) });
                }
                std::hint::spin_loop();
            }
            // Whoever waits in the queue goes first.
            if self.queued.load(Ordering::Relaxed) > 0 || start.elapsed() > LINGER {
                let left = slot.0.compare_exchange(
                    lingering(),
                    null_mut(),
                    Ordering::AcqRel,
                    Ordering::Acquire,
                );
                return match left {
                    Ok(_) => None,
                    // SAFETY: as above.
                    Err(job) => Some(unsafe { self.take(slot, job) }),
                };
            }
        }
    }

    /// # Safety
    /// `job` must be the `Arc` handed to this slot's worker, who calls this once.
    unsafe fn take(&self, slot: &Slot, job: *mut Job) -> Arc<Job> {
        slot.0.store(null_mut(), Ordering::Relaxed);
        // SAFETY: the caller's promise.
        unsafe { Arc::from_raw(job) }
    }
}

/// A pool of this process with at least `workers` threads.
///
/// Without a lock, since a fork could copy a locked one. Replaced pools (after a fork, or when more threads are asked for) are leaked: their
/// threads sleep, and somebody may be using them.
fn pool(workers: usize) -> Option<&'static Pool> {
    let process = std::process::id();
    loop {
        let current = POOL.load(Ordering::Acquire);
        // SAFETY: the pointer is null or a leaked box.
        if let Some(pool) = unsafe { current.as_ref() }
            && pool.process == process
            && pool.slots.len() >= workers
        {
            return Some(pool);
        }
        let rayon = rayon::ThreadPoolBuilder::new()
            .num_threads(workers)
            .thread_name(|i| format!("neurarust-{i}"))
            .build()
            .ok()?;
        let new = Box::into_raw(Box::new(Pool {
            process,
            rayon,
            slots: (0..workers)
                .map(|_| Slot(AtomicPtr::new(null_mut())))
                .collect(),
            queued: AtomicUsize::new(0),
        }));
        if POOL
            .compare_exchange(current, new, Ordering::AcqRel, Ordering::Acquire)
            .is_err()
        {
            // SAFETY: the box was just made here, and nobody else saw it.
            drop(unsafe { Box::from_raw(new) });
        }
    }
}

/// An address that all tasks of a loop know. Who follows it says why no two tasks meet there.
pub(super) struct Shared<T>(*mut T);

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Shared<T> {
        *self
    }
}
impl<T> Copy for Shared<T> {}
// SAFETY: it is only a number until somebody follows it, which is `unsafe` and theirs to justify.
unsafe impl<T> Send for Shared<T> {}
// SAFETY: as above.
unsafe impl<T> Sync for Shared<T> {}

impl<T> Shared<T> {
    #[inline(always)]
    pub(super) fn new(address: *const T) -> Shared<T> {
        Shared(address.cast_mut())
    }
    /// A method and no field: closures then capture what may be sent, not the pointer in it.
    #[inline(always)]
    pub(super) fn get(self) -> *mut T {
        self.0
    }
}

#[cfg(test)]
mod tests;
