//! One epoch: threads take batches from a common list in turn, and put them into a queue that keeps their order.

use super::{Assemble, DataLoader, LoaderState, OP, Progress, lock};
use crate::dataset::Dataset;
use crate::sampler::BatchIndices;
use neurarust_core::{Error, Result};
use std::any::Any;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

/// The batches of one epoch; see [`DataLoader::iter`].
///
/// ```
/// use neurarust_data::{DataLoader, Samples};
/// let loader = DataLoader::builder(Samples::from(vec![1i64, 2, 3])).batch_size(2).build()?;
/// let mut batches = loader.iter();
/// assert_eq!(batches.next().unwrap()?.to_vec::<i64>()?, [1, 2]);
/// assert_eq!(batches.count(), 1);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
pub struct Batches<D, B> {
    work: Arc<Work<D, B>>,
    workers: Vec<JoinHandle<()>>,
    progress: Arc<Mutex<Progress>>,
    run: u64,
    /// How many batches the epoch still has.
    left: usize,
}

/// What the loop and the threads share.
struct Work<D, B> {
    dataset: Arc<D>,
    assemble: Assemble<D, B>,
    seed: u64,
    epoch: u64,
    /// How many batches may be begun and not yet handed out.
    capacity: usize,
    queue: Mutex<Queue<B>>,
    /// There is something to hand out.
    made: Condvar,
    /// There is room to begin another batch, or it is time to stop.
    room: Condvar,
    /// Read between samples; the queue's lock orders everything else.
    stop: AtomicBool,
}

struct Queue<B> {
    list: BatchIndices,
    /// Nothing more to begin.
    exhausted: bool,
    /// How many batches were begun in this epoch, those of an interrupted run included.
    begun: usize,
    /// How many samples those batches have.
    samples: u64,
    /// The number of the batch at the front of `ready`.
    front: usize,
    /// Batches begun and not handed out; `None` while in the making.
    ready: VecDeque<Option<Result<B>>>,
}

/// A batch to be made.
struct Job {
    number: usize,
    indices: Vec<usize>,
    /// The place of its first sample in the epoch.
    first: u64,
}

/// The samples that a batch is made of.
pub(super) struct Request<'a, D> {
    pub(super) dataset: &'a D,
    pub(super) indices: &'a [usize],
    first: u64,
    seed: u64,
    epoch: u64,
    stop: &'a AtomicBool,
}

impl<D: Dataset> Request<'_, D> {
    /// Fetches them one by one.
    pub(super) fn samples(&self) -> Result<Vec<D::Item>> {
        let mut samples = Vec::with_capacity(self.indices.len());
        for (place, &index) in (self.first..).zip(self.indices) {
            if self.stop.load(Ordering::Relaxed) {
                return Err(Error::user(OP, "the loop has ended"));
            }
            // Keyed by the place, not the index: a sample that is drawn twice is not augmented alike.
            let mut rng = crate::keyed(self.seed, self.epoch, place);
            samples.push(self.dataset.get(index, &mut rng)?);
        }
        Ok(samples)
    }
}

impl<D, B> Batches<D, B>
where
    D: Dataset + 'static,
    B: Send + 'static,
{
    pub(super) fn start(loader: &DataLoader<D, B>, state: LoaderState, run: u64) -> Self {
        let length = loader.len();
        let left = length.saturating_sub(state.batches);
        let mut queue = Queue {
            list: Box::new(std::iter::empty()),
            exhausted: false,
            begun: 0,
            samples: 0,
            front: 0,
            ready: VecDeque::new(),
        };
        // The list is made by code that may be the user's.
        let made = guarded(|| {
            let rng = crate::order_rng(state.seed, state.epoch);
            let mut list = loader.batching.batches(rng)?;
            for batch in list.by_ref().take(state.batches) {
                queue.begun += 1;
                queue.samples += batch.len() as u64;
            }
            queue.list = list;
            Ok(())
        });
        queue.front = queue.begun;
        if let Err(error) = made {
            queue.fail(error);
        }
        let wanted = loader.num_workers.min(left);
        let work = Arc::new(Work {
            dataset: loader.dataset.clone(),
            assemble: loader.assemble.clone(),
            seed: state.seed,
            epoch: state.epoch,
            capacity: wanted.max(1).saturating_mul(loader.prefetch),
            queue: Mutex::new(queue),
            made: Condvar::new(),
            room: Condvar::new(),
            stop: AtomicBool::new(false),
        });
        let mut workers = Vec::with_capacity(wanted);
        for number in 0..wanted {
            let work = work.clone();
            let thread = thread::Builder::new().name(format!("neurarust-loader-{number}"));
            match thread.spawn(move || work.run()) {
                Ok(worker) => workers.push(worker),
                // Fewer threads make the same batches; none at all, and the loop makes them.
                Err(_) => break,
            }
        }
        Batches {
            work,
            workers,
            progress: loader.progress.clone(),
            run,
            left,
        }
    }

    /// Tells the loader how far this loop has come, unless a later loop has begun.
    fn report(&self, change: impl FnOnce(&mut Progress)) {
        let mut progress = lock(&self.progress);
        if progress.run == self.run {
            change(&mut progress);
        }
    }
}

impl<D, B> Iterator for Batches<D, B>
where
    D: Dataset + 'static,
    B: Send + 'static,
{
    type Item = Result<B>;

    fn next(&mut self) -> Option<Result<B>> {
        if self.workers.is_empty() {
            self.work.make_next();
        }
        let batch = self.work.take();
        match &batch {
            Some(_) => {
                self.left = self.left.saturating_sub(1);
                self.report(|progress| progress.state.batches += 1);
            }
            None => {
                self.left = 0;
                self.report(|progress| {
                    let epoch = progress.state.epoch.wrapping_add(1);
                    let state = LoaderState {
                        epoch,
                        batches: 0,
                        ..progress.state
                    };
                    progress.begin(state);
                });
            }
        }
        batch
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        // A sampler of the user's may have miscounted.
        (0, Some(self.left))
    }
}

impl<D, B> Drop for Batches<D, B> {
    fn drop(&mut self) {
        self.work.stop.store(true, Ordering::Relaxed);
        // With the lock held, no thread is between looking at `stop` and falling asleep.
        let queue = self.work.lock();
        self.work.room.notify_all();
        drop(queue);
        for worker in self.workers.drain(..) {
            // A worker catches the panics of the user's code; there is nothing to learn from its end.
            let _ = worker.join();
        }
    }
}

impl<B> Queue<B> {
    /// Ends the epoch with an error.
    fn fail(&mut self, error: Error) {
        self.exhausted = true;
        self.begun += 1;
        self.ready.push_back(Some(Err(error)));
    }

    /// The next batch to be made, in the order of the list.
    fn begin(&mut self) -> Option<Job> {
        if self.exhausted {
            return None;
        }
        match guarded(|| Ok(self.list.next())) {
            Ok(Some(indices)) => {
                let job = Job {
                    number: self.begun,
                    first: self.samples,
                    indices,
                };
                self.begun += 1;
                self.samples += job.indices.len() as u64;
                self.ready.push_back(None);
                Some(job)
            }
            Ok(None) => {
                self.exhausted = true;
                None
            }
            Err(error) => {
                self.fail(error);
                None
            }
        }
    }
}

impl<D, B> Work<D, B> {
    fn lock(&self) -> MutexGuard<'_, Queue<B>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<D: Dataset, B> Work<D, B> {
    /// A worker's life.
    fn run(&self) {
        loop {
            let mut queue = self.lock();
            while !self.stop.load(Ordering::Relaxed)
                && !queue.exhausted
                && queue.ready.len() >= self.capacity
            {
                queue = self
                    .room
                    .wait(queue)
                    .unwrap_or_else(PoisonError::into_inner);
            }
            if self.stop.load(Ordering::Relaxed) {
                return;
            }
            let job = queue.begin();
            drop(queue);
            match job {
                Some(job) => self.make(job),
                None => {
                    // The loop may be waiting for a batch that will not come, workers for room.
                    self.made.notify_all();
                    self.room.notify_all();
                    return;
                }
            }
        }
    }

    /// Makes one batch in the loop's own thread.
    fn make_next(&self) {
        let job = self.lock().begin();
        if let Some(job) = job {
            self.make(job);
        }
    }

    fn make(&self, job: Job) {
        let batch = guarded(|| self.assemble(&job)).map_err(|error| {
            let Job {
                number, indices, ..
            } = &job;
            error.with_note(format!(
                "while loading batch {number} of epoch {} (samples {})",
                self.epoch,
                abridged(indices)
            ))
        });
        let mut queue = self.lock();
        let at = job.number - queue.front;
        if let Some(place) = queue.ready.get_mut(at) {
            *place = Some(batch);
        }
        drop(queue);
        self.made.notify_all();
    }

    fn assemble(&self, job: &Job) -> Result<B> {
        let length = self.dataset.len();
        if let Some(&index) = job.indices.iter().find(|&&index| index >= length) {
            return Err(Error::index(
                OP,
                format!("the sampler chose index {index}, the data set has {length} samples"),
            ));
        }
        (self.assemble)(&Request {
            dataset: &self.dataset,
            indices: &job.indices,
            first: job.first,
            seed: self.seed,
            epoch: self.epoch,
            stop: &self.stop,
        })
    }

    /// Waits for the next batch in order.
    fn take(&self) -> Option<Result<B>> {
        let mut queue = self.lock();
        loop {
            if let Some(place) = queue.ready.front_mut() {
                if let Some(batch) = place.take() {
                    queue.ready.pop_front();
                    queue.front += 1;
                    drop(queue);
                    self.room.notify_one();
                    return Some(batch);
                }
            } else if queue.exhausted {
                return None;
            }
            queue = self
                .made
                .wait(queue)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// Runs code that may be the user's; a panic becomes an error.
fn guarded<T>(action: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(action)).unwrap_or_else(|panic| {
        Err(Error::user(
            OP,
            format!("panic while loading: {}", panic_text(&*panic)),
        ))
    })
}

fn panic_text(panic: &(dyn Any + Send)) -> &str {
    if let Some(text) = panic.downcast_ref::<&str>() {
        text
    } else if let Some(text) = panic.downcast_ref::<String>() {
        text
    } else {
        "(no message)"
    }
}

fn abridged(indices: &[usize]) -> String {
    let mut text: Vec<String> = indices.iter().take(8).map(usize::to_string).collect();
    if indices.len() > 8 {
        text.push("…".into());
    }
    text.join(", ")
}
