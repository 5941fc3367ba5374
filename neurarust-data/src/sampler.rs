//! Samplers: which samples an epoch visits, in which order; and how the order is cut into batches.
//!
//! An order is a function of the seed and the epoch alone, so it can be had again: to resume in the middle of an epoch,
//! or on another machine.

use crate::{Random, Rng};
use neurarust_core::{Error, Result};

/// The indices of one epoch, one after the other.
///
/// ```
/// use neurarust_data::{Sampler, SequentialSampler, keyed};
/// let indices: neurarust_data::Indices = SequentialSampler::new(3).indices(keyed(0, 0, 0))?;
/// assert_eq!(indices.collect::<Vec<_>>(), [0, 1, 2]);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
pub type Indices = Box<dyn Iterator<Item = usize> + Send>;

/// Chooses the samples of an epoch.
///
/// ```
/// use neurarust_core::Result;
/// use neurarust_data::{DataLoader, Indices, Rng, Sampler, Samples};
/// /// The last sample first.
/// struct Backwards(usize);
/// impl Sampler for Backwards {
///     fn len(&self) -> usize {
///         self.0
///     }
///     fn indices(&self, _rng: Rng) -> Result<Indices> {
///         Ok(Box::new((0..self.0).rev()))
///     }
/// }
/// let loader = DataLoader::builder(Samples::from(vec![1i64, 2, 3])).sampler(Backwards(3)).build()?;
/// assert_eq!(loader.iter().next().unwrap()?.to_vec::<i64>()?, [3]);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
pub trait Sampler: Send + Sync {
    /// How many indices an epoch has.
    fn len(&self) -> usize;

    /// Whether an epoch has no samples.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The indices of the epoch that `rng` is keyed for.
    ///
    /// # Errors
    /// Memory for the order could not be had.
    fn indices(&self, rng: Rng) -> Result<Indices>;
}

/// 0, 1, 2 …
#[derive(Debug, Clone)]
pub struct SequentialSampler {
    length: usize,
}

impl SequentialSampler {
    /// Visits `length` samples in their order.
    ///
    /// ```
    /// use neurarust_data::{Sampler, SequentialSampler};
    /// assert_eq!(SequentialSampler::new(3).len(), 3);
    /// ```
    pub fn new(length: usize) -> Self {
        SequentialSampler { length }
    }
}

impl Sampler for SequentialSampler {
    fn len(&self) -> usize {
        self.length
    }

    fn indices(&self, _: Rng) -> Result<Indices> {
        Ok(Box::new(0..self.length))
    }
}

/// A random order: each sample once, or drawn again and again.
#[derive(Debug, Clone)]
pub struct RandomSampler {
    length: usize,
    draws: Option<usize>,
}

impl RandomSampler {
    /// Visits each of `length` samples once.
    ///
    /// ```
    /// use neurarust_data::{RandomSampler, Sampler};
    /// assert_eq!(RandomSampler::new(3).len(), 3);
    /// ```
    pub fn new(length: usize) -> Self {
        RandomSampler {
            length,
            draws: None,
        }
    }

    /// Draws `draws` times from `length` samples, each time from all of them.
    ///
    /// ```
    /// use neurarust_data::{RandomSampler, Sampler};
    /// assert_eq!(RandomSampler::with_replacement(3, 10)?.len(), 10);
    /// assert!(RandomSampler::with_replacement(0, 10).is_err());
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// There is nothing to draw from.
    #[track_caller]
    pub fn with_replacement(length: usize, draws: usize) -> Result<Self> {
        if length == 0 && draws > 0 {
            let message = format!("cannot draw {draws} times from 0 samples");
            return Err(Error::value("RandomSampler", message));
        }
        Ok(RandomSampler {
            length,
            draws: Some(draws),
        })
    }
}

impl Sampler for RandomSampler {
    fn len(&self) -> usize {
        self.draws.unwrap_or(self.length)
    }

    fn indices(&self, mut rng: Rng) -> Result<Indices> {
        match self.draws {
            None => Ok(Box::new(permutation(self.length, &mut rng)?.into_iter())),
            Some(draws) => {
                let length = self.length as u64;
                Ok(Box::new(
                    (0..draws).map(move |_| rng.below(length) as usize),
                ))
            }
        }
    }
}

/// A random order of some of the samples.
#[derive(Debug, Clone)]
pub struct SubsetRandomSampler {
    indices: Vec<usize>,
}

impl SubsetRandomSampler {
    /// Visits each of `indices` once.
    ///
    /// ```
    /// use neurarust_data::{Sampler, SubsetRandomSampler};
    /// assert_eq!(SubsetRandomSampler::new(vec![4, 8]).len(), 2);
    /// ```
    pub fn new(indices: Vec<usize>) -> Self {
        SubsetRandomSampler { indices }
    }
}

impl Sampler for SubsetRandomSampler {
    fn len(&self) -> usize {
        self.indices.len()
    }

    fn indices(&self, mut rng: Rng) -> Result<Indices> {
        let mut order = reserve(self.indices.len())?;
        order.extend_from_slice(&self.indices);
        rng.shuffle(&mut order);
        Ok(Box::new(order.into_iter()))
    }
}

/// Samples drawn with probabilities in proportion to their weights, so rare classes can be seen as often as others.
#[derive(Debug, Clone)]
pub struct WeightedRandomSampler {
    weights: Vec<f64>,
    draws: usize,
    replacement: bool,
}

impl WeightedRandomSampler {
    /// Draws `draws` times, with replacement or without; `weights[i]` belongs to sample `i`.
    ///
    /// ```
    /// use neurarust_data::{Sampler, WeightedRandomSampler};
    /// assert_eq!(WeightedRandomSampler::new(vec![0.1, 0.9], 5, true)?.len(), 5);
    /// assert!(WeightedRandomSampler::new(vec![0.1, -0.9], 5, true).is_err());
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A weight is negative or not finite, all are zero, or more samples are to be drawn without replacement than have
    /// a weight above zero.
    #[track_caller]
    pub fn new(weights: Vec<f64>, draws: usize, replacement: bool) -> Result<Self> {
        const OP: &str = "WeightedRandomSampler";
        let bad = |w: &f64| !(w.is_finite() && *w >= 0.0);
        if let Some(at) = weights.iter().position(bad) {
            let message = format!(
                "weights must be finite and not negative, got {} at index {at}",
                weights[at]
            );
            return Err(Error::value(OP, message));
        }
        let positive = weights.iter().filter(|w| **w > 0.0).count();
        let enough = if replacement { 1 } else { draws };
        if draws > 0 && positive < enough {
            let message = format!(
                "{draws} draws {} replacement need at least {enough} weights above zero, got {positive}",
                if replacement { "with" } else { "without" }
            );
            return Err(Error::value(OP, message));
        }
        if !weights.iter().sum::<f64>().is_finite() {
            return Err(Error::value(OP, "the sum of the weights overflows"));
        }
        Ok(WeightedRandomSampler {
            weights,
            draws,
            replacement,
        })
    }
}

impl Sampler for WeightedRandomSampler {
    fn len(&self) -> usize {
        self.draws
    }

    fn indices(&self, mut rng: Rng) -> Result<Indices> {
        if self.draws == 0 {
            return Ok(Box::new(std::iter::empty()));
        }
        if self.replacement {
            let mut sums = reserve(self.weights.len())?;
            let mut sum = 0.0;
            sums.extend(self.weights.iter().map(|weight| {
                sum += weight;
                sum
            }));
            // Never past the last sample that has a weight, whatever the rounding.
            let last = self.weights.iter().rposition(|w| *w > 0.0).unwrap_or(0);
            let draw = move |_| {
                let at = rng.uniform_f64() * sum;
                sums.partition_point(|&s| s <= at).min(last)
            };
            return Ok(Box::new((0..self.draws).map(draw)));
        }
        // The smallest of independent exponential times with these rates come in the order of a draw without
        // replacement (Efraimidis and Spirakis, 2006).
        let mut times: Vec<(f64, usize)> = reserve(self.weights.len())?;
        for (index, &weight) in self.weights.iter().enumerate() {
            // Every sample uses up a number, so that one weight does not shift the others' luck.
            let time = -(1.0 - rng.uniform_f64()).ln() / weight;
            if weight > 0.0 {
                times.push((time, index));
            }
        }
        times.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        times.truncate(self.draws);
        Ok(Box::new(times.into_iter().map(|(_, index)| index)))
    }
}

/// The batches of one epoch, one after the other.
///
/// ```
/// use neurarust_data::{BatchIndices, BatchSampler, Batching, SequentialSampler, keyed};
/// let batches: BatchIndices = BatchSampler::new(SequentialSampler::new(3), 2, false)?.batches(keyed(0, 0, 0))?;
/// assert_eq!(batches.collect::<Vec<_>>(), [vec![0, 1], vec![2]]);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
pub type BatchIndices = Box<dyn Iterator<Item = Vec<usize>> + Send>;

/// Chooses the batches of an epoch. Every [`Sampler`] cut up by a [`BatchSampler`] is one; implement it yourself for
/// batches that depend on the samples, such as sentences of similar length.
///
/// ```
/// use neurarust_core::Result;
/// use neurarust_data::{BatchIndices, Batching, DataLoader, Rng, Samples};
/// /// Batches of one sample, two samples, three samples …
/// struct Growing(usize);
/// impl Batching for Growing {
///     fn len(&self) -> usize {
///         self.0
///     }
///     fn batches(&self, _rng: Rng) -> Result<BatchIndices> {
///         Ok(Box::new((0..self.0).map(|n| (n * (n + 1) / 2..(n + 1) * (n + 2) / 2).collect())))
///     }
/// }
/// let loader = DataLoader::builder(Samples::from(vec![1i64, 2, 3])).batch_sampler(Growing(2)).build()?;
/// let sizes: Vec<_> = loader.iter().map(|batch| batch.unwrap().numel()).collect();
/// assert_eq!(sizes, [1, 2]);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
pub trait Batching: Send + Sync {
    /// How many batches an epoch has.
    fn len(&self) -> usize;

    /// Whether an epoch has no batches.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The indices of each batch of the epoch that `rng` is keyed for.
    ///
    /// # Errors
    /// Memory for the order could not be had.
    fn batches(&self, rng: Rng) -> Result<BatchIndices>;
}

/// Batches of equal size from a sampler's order; the last one is smaller, or dropped.
#[derive(Debug, Clone)]
pub struct BatchSampler<S> {
    sampler: S,
    batch_size: usize,
    drop_last: bool,
}

impl<S: Sampler> BatchSampler<S> {
    /// Cuts the order of `sampler` into batches.
    ///
    /// ```
    /// use neurarust_data::{BatchSampler, Batching, SequentialSampler};
    /// assert_eq!(BatchSampler::new(SequentialSampler::new(10), 4, false)?.len(), 3);
    /// assert_eq!(BatchSampler::new(SequentialSampler::new(10), 4, true)?.len(), 2);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// `batch_size` is zero.
    #[track_caller]
    pub fn new(sampler: S, batch_size: usize, drop_last: bool) -> Result<Self> {
        if batch_size == 0 {
            return Err(Error::value(
                "BatchSampler",
                "batch_size must be at least 1, got 0",
            ));
        }
        Ok(BatchSampler {
            sampler,
            batch_size,
            drop_last,
        })
    }
}

impl<S: Sampler> Batching for BatchSampler<S> {
    fn len(&self) -> usize {
        if self.drop_last {
            self.sampler.len() / self.batch_size
        } else {
            self.sampler.len().div_ceil(self.batch_size)
        }
    }

    fn batches(&self, rng: Rng) -> Result<BatchIndices> {
        let mut indices = self.sampler.indices(rng)?;
        let (size, drop_last) = (self.batch_size, self.drop_last);
        Ok(Box::new(std::iter::from_fn(move || {
            let batch: Vec<usize> = indices.by_ref().take(size).collect();
            let enough = if drop_last { size } else { 1 };
            (batch.len() >= enough).then_some(batch)
        })))
    }
}

impl<S: Sampler + ?Sized> Sampler for Box<S> {
    fn len(&self) -> usize {
        (**self).len()
    }

    fn indices(&self, rng: Rng) -> Result<Indices> {
        (**self).indices(rng)
    }
}

/// 0 … `length - 1`, each once, every order equally likely.
pub(crate) fn permutation(length: usize, rng: &mut Rng) -> Result<Vec<usize>> {
    let mut order = reserve(length)?;
    order.extend(0..length);
    rng.shuffle(&mut order);
    Ok(order)
}

fn reserve<T>(length: usize) -> Result<Vec<T>> {
    let mut order = Vec::new();
    order.try_reserve_exact(length).map_err(|_| {
        Error::memory(
            "Sampler",
            format!("no memory for an order of {length} samples"),
        )
    })?;
    Ok(order)
}
