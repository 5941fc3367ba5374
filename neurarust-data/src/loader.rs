//! The data loader: batches of a data set in a sampler's order, made ahead of time by threads that share the data set.
//!
//! The number of threads changes when a batch is made, never what is in it: the order depends on (seed, epoch), the
//! randomness of a sample on (seed, epoch, place in the epoch), and batches are handed out in their order.

mod batches;

pub use batches::Batches;

use crate::collate::Collate;
use crate::dataset::Dataset;
use crate::sampler::{BatchSampler, Batching, RandomSampler, Sampler, SequentialSampler};
use batches::Request;
use neurarust_core::{Error, Result};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

const OP: &str = "DataLoader";

/// More threads than this are a mistake.
const MOST_WORKERS: usize = 1024;

/// Makes a batch `B` of the samples that a request names.
type Assemble<D, B> = Arc<dyn Fn(&Request<'_, D>) -> Result<B> + Send + Sync>;

/// Batches of a data set, epoch after epoch. Every `for` loop over `&loader` is one epoch.
///
/// ```
/// use neurarust_data::{DataLoader, Samples};
///
/// let numbers: Samples<(f32, i64)> = (0..10).map(|i| (i as f32, i % 2)).collect();
/// let loader = DataLoader::builder(numbers)
///     .batch_size(4)
///     .shuffle(true)
///     .seed(7)
///     .num_workers(2)
///     .build()?;
/// assert_eq!(loader.len(), 3);
/// for batch in &loader {
///     let (x, y) = batch?; // two tensors of 4, 4 and 2 elements
///     assert_eq!(x.shape(), y.shape());
/// }
/// # Ok::<(), neurarust_core::Error>(())
/// ```
pub struct DataLoader<D, B> {
    dataset: Arc<D>,
    assemble: Assemble<D, B>,
    batching: Box<dyn Batching>,
    num_workers: usize,
    prefetch: usize,
    progress: Arc<Mutex<Progress>>,
}

/// Where a loader is: enough to go on from there, in another process if need be.
///
/// ```
/// use neurarust_data::{DataLoader, Samples};
/// let loader = DataLoader::builder(Samples::from(vec![1i64, 2, 3])).build()?;
/// let mut epoch = loader.iter();
/// epoch.next().unwrap()?;
/// let state = loader.state();
/// assert_eq!((state.epoch, state.batches, state.batches_per_epoch), (0, 1, 3));
/// # Ok::<(), neurarust_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LoaderState {
    /// The seed of order and augmentation.
    pub seed: u64,
    /// The epoch, from 0.
    pub epoch: u64,
    /// How many batches of it have been handed out.
    pub batches: usize,
    /// How many an epoch has.
    pub batches_per_epoch: usize,
}

/// What the loops over a loader have to agree on.
struct Progress {
    state: LoaderState,
    /// Whether a loop has begun this epoch (so the next loop begins another one).
    begun: bool,
    /// Which loop is the latest: only that one is followed.
    run: u64,
}

impl Progress {
    fn begin(&mut self, state: LoaderState) {
        self.state = state;
        self.begun = false;
        self.run += 1;
    }
}

fn lock(progress: &Mutex<Progress>) -> MutexGuard<'_, Progress> {
    progress.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<D> DataLoader<D, <D::Item as Collate>::Batch>
where
    D: Dataset + 'static,
    D::Item: Collate,
{
    /// Begins a loader whose batches are stacked samples; see [`Collate`] for what becomes of which sample type.
    ///
    /// ```
    /// use neurarust_core::Tensor;
    /// use neurarust_data::{DataLoader, TensorDataset};
    /// let data = TensorDataset::new((Tensor::zeros([5, 2])?, Tensor::zeros([5])?))?;
    /// let loader = DataLoader::builder(data).batch_size(2).build()?;
    /// let (x, y) = loader.iter().next().unwrap()?;
    /// assert_eq!((x.dims(), y.dims()), (&[2, 2][..], &[2][..]));
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn builder(dataset: D) -> Builder<D, <D::Item as Collate>::Batch> {
        Builder::new(
            dataset,
            Arc::new(|request| match request.dataset.get_batch(request.indices) {
                Some(batch) => batch,
                None => Collate::collate(request.samples()?),
            }),
        )
    }
}

impl<D, B> DataLoader<D, B>
where
    D: Dataset + 'static,
    B: Send + 'static,
{
    /// Begins a loader whose batches are made by `collate_fn`, for samples of any type.
    ///
    /// ```
    /// use neurarust_data::{DataLoader, Samples};
    /// let data = Samples::from(vec!["a", "bcd"]);
    /// let longest = |words: Vec<&str>| Ok(words.iter().map(|w| w.len()).max());
    /// let loader = DataLoader::builder_with(data, longest).batch_size(2).build()?;
    /// assert_eq!(loader.iter().next().unwrap()?, Some(3));
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn builder_with(
        dataset: D,
        collate_fn: impl Fn(Vec<D::Item>) -> Result<B> + Send + Sync + 'static,
    ) -> Builder<D, B> {
        Builder::new(
            dataset,
            Arc::new(move |request| collate_fn(request.samples()?)),
        )
    }

    /// How many batches an epoch has.
    ///
    /// ```
    /// use neurarust_data::{DataLoader, Samples};
    /// let loader = DataLoader::builder(Samples::from(vec![1usize, 2, 3])).batch_size(2).build()?;
    /// assert_eq!(loader.len(), 2);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn len(&self) -> usize {
        self.batching.len()
    }

    /// Whether an epoch has no batches.
    ///
    /// ```
    /// use neurarust_data::{DataLoader, Samples};
    /// let data = Samples::from(vec![1i64, 2, 3]);
    /// assert!(DataLoader::builder(data).batch_size(4).drop_last(true).build()?.is_empty());
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The data set.
    ///
    /// ```
    /// use neurarust_data::{DataLoader, Dataset, Samples};
    /// let loader = DataLoader::builder(Samples::from(vec![1i64, 2, 3])).batch_size(2).build()?;
    /// assert_eq!((loader.len(), loader.dataset().len()), (2, 3));
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn dataset(&self) -> &Arc<D> {
        &self.dataset
    }

    /// Begins the next epoch (after [`load_state`](DataLoader::load_state): goes on with the one that was interrupted).
    ///
    /// What goes wrong in the data set, an error or a panic, in whatever thread, comes out of the iterator in
    /// place of the batch. Dropping the iterator stops the threads and waits for them.
    ///
    /// ```
    /// use neurarust_core::Tensor;
    /// use neurarust_data::{DataLoader, TensorDataset};
    /// let data = TensorDataset::new(Tensor::arange(0..3)?)?;
    /// let loader = DataLoader::builder(data).batch_size(2).build()?;
    /// let sizes: Vec<usize> = loader.iter().map(|batch| Ok(batch?.numel())).collect::<neurarust_core::Result<_>>()?;
    /// assert_eq!(sizes, [2, 1]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn iter(&self) -> Batches<D, B> {
        let (state, run) = {
            let mut progress = lock(&self.progress);
            if progress.begun {
                progress.state.epoch = progress.state.epoch.wrapping_add(1);
                progress.state.batches = 0;
            }
            progress.begun = true;
            progress.run += 1;
            (progress.state, progress.run)
        };
        Batches::start(self, state, run)
    }

    /// How far the latest loop has come; the batch that was handed out last counts as done.
    ///
    /// ```
    /// use neurarust_data::{DataLoader, Samples};
    /// let loader = DataLoader::builder(Samples::from(vec![1usize, 2, 3])).build()?;
    /// loader.iter().next();
    /// assert_eq!(loader.state().batches, 1);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn state(&self) -> LoaderState {
        lock(&self.progress).state
    }

    /// Makes the next loop begin where `state` was taken.
    ///
    /// ```
    /// use neurarust_data::{DataLoader, Samples};
    /// let loader = DataLoader::builder(Samples::from(vec![1usize, 2, 3])).build()?;
    /// loader.iter().next();
    /// let state = loader.state();
    /// loader.load_state(state)?;
    /// assert_eq!(loader.iter().count(), 2); // the rest of the epoch
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// The state is of a loader with another number of batches.
    #[track_caller]
    pub fn load_state(&self, state: LoaderState) -> Result<()> {
        let here = self.len();
        if state.batches_per_epoch != here || state.batches > here {
            let message = format!(
                "the state is at batch {} of {}, this loader has {here} batches: \
                 restore it with the same data set, sampler, batch_size and drop_last",
                state.batches, state.batches_per_epoch
            );
            return Err(Error::value("DataLoader::load_state", message));
        }
        lock(&self.progress).begin(state);
        Ok(())
    }

    /// Makes the next loop begin epoch `epoch`.
    ///
    /// ```
    /// use neurarust_data::{DataLoader, Samples};
    /// let loader = DataLoader::builder(Samples::from(vec![1usize, 2, 3])).build()?;
    /// loader.set_epoch(7);
    /// loader.iter().next();
    /// assert_eq!(loader.state().epoch, 7);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn set_epoch(&self, epoch: u64) {
        let mut progress = lock(&self.progress);
        let state = LoaderState {
            epoch,
            batches: 0,
            ..progress.state
        };
        progress.begin(state);
    }
}

impl<D, B> IntoIterator for &DataLoader<D, B>
where
    D: Dataset + 'static,
    B: Send + 'static,
{
    type Item = Result<B>;
    type IntoIter = Batches<D, B>;

    fn into_iter(self) -> Batches<D, B> {
        self.iter()
    }
}

/// The options of a [`DataLoader`]; begun with [`DataLoader::builder`].
#[must_use = "call build() to get the loader"]
pub struct Builder<D, B> {
    dataset: Arc<D>,
    assemble: Assemble<D, B>,
    batch_size: Option<usize>,
    shuffle: bool,
    drop_last: bool,
    seed: Option<u64>,
    num_workers: usize,
    prefetch: usize,
    sampler: Option<Box<dyn Sampler>>,
    batching: Option<Box<dyn Batching>>,
}

impl<D, B> Builder<D, B>
where
    D: Dataset + 'static,
    B: Send + 'static,
{
    fn new(dataset: D, assemble: Assemble<D, B>) -> Self {
        Builder {
            dataset: Arc::new(dataset),
            assemble,
            batch_size: None,
            shuffle: false,
            drop_last: false,
            seed: None,
            num_workers: 0,
            prefetch: 2,
            sampler: None,
            batching: None,
        }
    }

    /// Samples in a batch (1 unless told otherwise).
    ///
    /// ```
    /// use neurarust_data::{DataLoader, Samples};
    /// let data = Samples::from(vec![1usize, 2, 3, 4]);
    /// assert_eq!(DataLoader::builder(data).batch_size(2).build()?.len(), 2);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn batch_size(mut self, batch_size: usize) -> Self {
        self.batch_size = Some(batch_size);
        self
    }

    /// Visits the samples in a new random order in every epoch.
    ///
    /// ```
    /// use neurarust_core::Tensor;
    /// use neurarust_data::{DataLoader, TensorDataset};
    /// let data = TensorDataset::new(Tensor::arange(0..50)?)?;
    /// let loader = DataLoader::builder(data).batch_size(50).shuffle(true).seed(1).build()?;
    /// let (first, second) = (loader.iter().next().unwrap()?, loader.iter().next().unwrap()?);
    /// assert_ne!(first.to_vec::<i64>()?, second.to_vec::<i64>()?);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn shuffle(mut self, shuffle: bool) -> Self {
        self.shuffle = shuffle;
        self
    }

    /// Leaves out a last batch that is smaller than the others.
    ///
    /// ```
    /// use neurarust_data::{DataLoader, Samples};
    /// let data = Samples::from(vec![1usize, 2, 3]);
    /// assert_eq!(DataLoader::builder(data).batch_size(2).drop_last(true).build()?.len(), 1);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn drop_last(mut self, drop_last: bool) -> Self {
        self.drop_last = drop_last;
        self
    }

    /// The seed of order and augmentation. Without it, one is drawn from the generator that `manual_seed` sets.
    ///
    /// ```
    /// use neurarust_core::Tensor;
    /// use neurarust_data::{DataLoader, TensorDataset};
    /// let first = |seed| {
    ///     let data = TensorDataset::new(Tensor::arange(0..50)?)?;
    ///     let loader = DataLoader::builder(data).batch_size(50).shuffle(true).seed(seed).build()?;
    ///     loader.iter().next().unwrap()?.to_vec::<i64>()
    /// };
    /// assert_eq!(first(1)?, first(1)?);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// How many threads make batches; with 0, the loop itself does.
    ///
    /// ```
    /// use neurarust_data::{DataLoader, Samples};
    /// let data = Samples::from(vec![1usize, 2, 3]);
    /// let loader = DataLoader::builder(data).num_workers(2).build()?;
    /// assert_eq!(loader.iter().count(), 3); // in the same order as without threads
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn num_workers(mut self, num_workers: usize) -> Self {
        self.num_workers = num_workers;
        self
    }

    /// How many batches each thread may be ahead of the loop (2 unless told otherwise).
    ///
    /// ```
    /// use neurarust_data::{DataLoader, Samples};
    /// let data = Samples::from(vec![1i64, 2, 3]);
    /// let loader = DataLoader::builder(data).num_workers(1).prefetch(8).build()?;
    /// assert_eq!(loader.iter().count(), 3);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn prefetch(mut self, batches_per_worker: usize) -> Self {
        self.prefetch = batches_per_worker;
        self
    }

    /// Chooses the samples of an epoch; not together with `shuffle`.
    ///
    /// ```
    /// use neurarust_data::{DataLoader, Samples, SubsetRandomSampler};
    /// let data = Samples::from(vec![1usize, 2, 3]);
    /// let loader = DataLoader::builder(data).sampler(SubsetRandomSampler::new(vec![0, 2])).build()?;
    /// assert_eq!(loader.len(), 2);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn sampler(mut self, sampler: impl Sampler + 'static) -> Self {
        self.sampler = Some(Box::new(sampler));
        self
    }

    /// Chooses whole batches; not together with `batch_size`, `shuffle`, `sampler` or `drop_last`.
    ///
    /// ```
    /// use neurarust_data::{BatchSampler, DataLoader, Samples, SequentialSampler};
    /// let batches = BatchSampler::new(SequentialSampler::new(3), 2, false)?;
    /// let loader = DataLoader::builder(Samples::from(vec![1usize, 2, 3])).batch_sampler(batches).build()?;
    /// assert_eq!(loader.len(), 2);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn batch_sampler(mut self, batches: impl Batching + 'static) -> Self {
        self.batching = Some(Box::new(batches));
        self
    }

    /// Makes batches of the samples with a function of yours.
    ///
    /// ```
    /// use neurarust_data::{DataLoader, Samples};
    /// let data = Samples::from(vec![1usize, 2, 3]);
    /// let loader = DataLoader::builder(data).batch_size(3).collate_fn(|v| Ok(v.iter().sum::<usize>())).build()?;
    /// assert_eq!(loader.iter().next().unwrap()?, 6);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn collate_fn<C: Send + 'static>(
        self,
        collate_fn: impl Fn(Vec<D::Item>) -> Result<C> + Send + Sync + 'static,
    ) -> Builder<D, C> {
        Builder {
            assemble: Arc::new(move |request| collate_fn(request.samples()?)),
            dataset: self.dataset,
            batch_size: self.batch_size,
            shuffle: self.shuffle,
            drop_last: self.drop_last,
            seed: self.seed,
            num_workers: self.num_workers,
            prefetch: self.prefetch,
            sampler: self.sampler,
            batching: self.batching,
        }
    }

    /// Checks the options and makes the loader; threads start with a loop.
    ///
    /// ```
    /// use neurarust_data::{DataLoader, Samples};
    /// let data = Samples::from(vec![1usize, 2, 3]);
    /// assert!(DataLoader::builder(data).batch_size(0).build().is_err());
    /// ```
    ///
    /// # Errors
    /// Options exclude each other, `batch_size` or `prefetch` is 0, or there are more than 1024 workers.
    #[track_caller]
    pub fn build(self) -> Result<DataLoader<D, B>> {
        if self.num_workers > MOST_WORKERS {
            let message = format!(
                "num_workers must be at most {MOST_WORKERS}, got {}",
                self.num_workers
            );
            return Err(Error::value(OP, message));
        }
        if self.prefetch == 0 {
            return Err(Error::value(OP, "prefetch must be at least 1, got 0"));
        }
        if self.sampler.is_some() && self.shuffle {
            let message = "a sampler chooses the order itself: leave out `shuffle` or the sampler";
            return Err(Error::value(OP, message));
        }
        let batching = match self.batching {
            Some(batching) => {
                if self.batch_size.is_some()
                    || self.shuffle
                    || self.drop_last
                    || self.sampler.is_some()
                {
                    let message = "a batch sampler leaves no room for `batch_size`, `shuffle`, `drop_last` or a sampler";
                    return Err(Error::value(OP, message));
                }
                batching
            }
            None => {
                let length = self.dataset.len();
                let sampler = match (self.sampler, self.shuffle) {
                    (Some(sampler), _) => sampler,
                    (None, true) => Box::new(RandomSampler::new(length)),
                    (None, false) => Box::new(SequentialSampler::new(length)),
                };
                let batch_size = self.batch_size.unwrap_or(1);
                Box::new(BatchSampler::new(sampler, batch_size, self.drop_last)?)
            }
        };
        let seed = self.seed.unwrap_or_else(crate::fresh_seed);
        let state = LoaderState {
            seed,
            epoch: 0,
            batches: 0,
            batches_per_epoch: batching.len(),
        };
        Ok(DataLoader {
            dataset: self.dataset,
            assemble: self.assemble,
            batching,
            num_workers: self.num_workers,
            prefetch: self.prefetch,
            progress: Arc::new(Mutex::new(Progress {
                state,
                begun: false,
                run: 0,
            })),
        })
    }
}
