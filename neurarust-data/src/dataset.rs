//! Data sets: a length, and one sample at a time, whatever a sample is.
//!
//! Whatever is random about a sample (augmentation, say) must come from the generator that `get` is handed. It is
//! keyed by the seed, the epoch and the sample's place in the epoch, so a run can be repeated bit by bit no matter which
//! thread asked for the sample, and when.

use crate::Rng;
use crate::collate::Collate;
use neurarust_core::{Error, Result};
use std::sync::Arc;

/// A data set of known length; shared by all threads of a loader.
///
/// ```
/// use neurarust_core::Result;
/// use neurarust_data::{Dataset, Rng};
///
/// /// The first squares.
/// struct Squares(usize);
///
/// impl Dataset for Squares {
///     type Item = i64;
///
///     fn len(&self) -> usize {
///         self.0
///     }
///
///     fn get(&self, index: usize, _: &mut Rng) -> Result<i64> {
///         Ok((index * index) as i64)
///     }
/// }
/// ```
pub trait Dataset: Send + Sync {
    /// A sample: a tensor, a number, a tuple or a type of your own.
    type Item: Send;

    /// How many samples there are.
    fn len(&self) -> usize;

    /// The sample at `index`, which is below [`len`](Dataset::len).
    ///
    /// # Errors
    /// Those of the data set; the loader passes them on in place of the batch.
    fn get(&self, index: usize, rng: &mut Rng) -> Result<Self::Item>;

    /// Whether there are no samples.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A whole batch at once, for data sets that have a faster way than sample by sample, and need no randomness.
    /// `None`, the default, makes the loader collect and collate samples.
    fn get_batch(&self, indices: &[usize]) -> Option<Result<<Self::Item as Collate>::Batch>>
    where
        Self::Item: Collate,
    {
        let _ = indices;
        None
    }

    /// This data set with a function applied to every sample as it is fetched (in the loader's threads).
    ///
    /// ```
    /// # use neurarust_core::Result;
    /// # use neurarust_data::{Dataset, Random, Rng, keyed};
    /// # struct Squares(usize);
    /// # impl Dataset for Squares {
    /// #     type Item = i64;
    /// #     fn len(&self) -> usize { self.0 }
    /// #     fn get(&self, index: usize, _: &mut Rng) -> Result<i64> { Ok((index * index) as i64) }
    /// # }
    /// let noisy = Squares(10).map(|x, rng| Ok(x as f64 + rng.uniform_f64()));
    /// let sample = noisy.get(3, &mut keyed(0, 0, 3))?;
    /// assert!((9.0..10.0).contains(&sample));
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    fn map<U, F>(self, function: F) -> Map<Self, F>
    where
        Self: Sized,
        U: Send,
        F: Fn(Self::Item, &mut Rng) -> Result<U> + Send + Sync,
    {
        Map {
            dataset: self,
            function,
        }
    }

    /// The samples at `indices`, in that order.
    ///
    /// # Errors
    /// An index is not below [`len`](Dataset::len).
    #[track_caller]
    fn subset(self, indices: Vec<usize>) -> Result<Subset<Self>>
    where
        Self: Sized,
    {
        Subset::new(Arc::new(self), indices)
    }

    /// This data set followed by another of the same kind of samples.
    fn concat<D>(self, other: D) -> Concat<Self, D>
    where
        Self: Sized,
        D: Dataset<Item = Self::Item>,
    {
        Concat {
            first: self,
            second: other,
        }
    }

    /// Parts that share no sample, chosen at random by `seed`; `sizes` are counts or fractions (see [`SplitSizes`]).
    ///
    /// # Errors
    /// The counts do not add up to the length, or the fractions to one.
    #[track_caller]
    fn random_split(self, sizes: impl Into<SplitSizes>, seed: u64) -> Result<Vec<Subset<Self>>>
    where
        Self: Sized,
    {
        let counts = sizes.into().counts(self.len())?;
        let order = crate::sampler::permutation(self.len(), &mut crate::order_rng(seed, 0))?;
        let dataset = Arc::new(self);
        let mut rest = &order[..];
        let mut parts = Vec::with_capacity(counts.len());
        for count in counts {
            let (part, after) = rest.split_at(count);
            parts.push(Subset {
                dataset: dataset.clone(),
                indices: part.to_vec(),
            });
            rest = after;
        }
        Ok(parts)
    }
}

impl<D: Dataset + ?Sized> Dataset for Arc<D> {
    type Item = D::Item;

    fn len(&self) -> usize {
        (**self).len()
    }

    fn get(&self, index: usize, rng: &mut Rng) -> Result<Self::Item> {
        (**self).get(index, rng)
    }

    fn get_batch(&self, indices: &[usize]) -> Option<Result<<Self::Item as Collate>::Batch>>
    where
        Self::Item: Collate,
    {
        (**self).get_batch(indices)
    }
}

/// Samples that lie in memory, of any type that can be cloned.
///
/// ```
/// use neurarust_data::{Dataset, Samples};
///
/// let xor = Samples::from(vec![([0.0, 0.0], 0), ([0.0, 1.0], 1), ([1.0, 0.0], 1), ([1.0, 1.0], 0)]);
/// assert_eq!(xor.len(), 4);
/// ```
#[derive(Debug, Clone)]
pub struct Samples<T>(Vec<T>);

impl<T> From<Vec<T>> for Samples<T> {
    fn from(samples: Vec<T>) -> Self {
        Samples(samples)
    }
}

impl<T> FromIterator<T> for Samples<T> {
    fn from_iter<I: IntoIterator<Item = T>>(samples: I) -> Self {
        Samples(samples.into_iter().collect())
    }
}

impl<T: Clone + Send + Sync> Dataset for Samples<T> {
    type Item = T;

    fn len(&self) -> usize {
        self.0.len()
    }

    fn get(&self, index: usize, _: &mut Rng) -> Result<T> {
        match self.0.get(index) {
            Some(sample) => Ok(sample.clone()),
            None => Err(out_of_range(index, self.0.len())),
        }
    }
}

/// See [`Dataset::map`].
///
/// ```
/// use neurarust_data::{Dataset, Samples, keyed};
/// let squares = Samples::from(vec![1, 2, 3]).map(|x, _rng| Ok(x * x));
/// assert_eq!(squares.get(2, &mut keyed(0, 0, 2))?, 9);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Map<D, F> {
    dataset: D,
    function: F,
}

impl<D, F, U> Dataset for Map<D, F>
where
    D: Dataset,
    U: Send,
    F: Fn(D::Item, &mut Rng) -> Result<U> + Send + Sync,
{
    type Item = U;

    fn len(&self) -> usize {
        self.dataset.len()
    }

    fn get(&self, index: usize, rng: &mut Rng) -> Result<U> {
        let item = self.dataset.get(index, rng)?;
        (self.function)(item, rng)
    }
}

/// Some of the samples of a data set; see [`Dataset::subset`] and [`Dataset::random_split`].
#[derive(Debug)]
pub struct Subset<D: ?Sized> {
    indices: Vec<usize>,
    dataset: Arc<D>,
}

impl<D: Dataset + ?Sized> Subset<D> {
    /// The samples of `dataset` at `indices`, in that order.
    ///
    /// ```
    /// use neurarust_data::{Dataset, Samples, Subset};
    /// use std::sync::Arc;
    /// let whole = Arc::new(Samples::from(vec![10usize, 20, 30]));
    /// assert_eq!(Subset::new(whole.clone(), vec![2, 0])?.len(), 2);
    /// assert!(Subset::new(whole, vec![3]).is_err());
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// An index is not below the data set's length.
    #[track_caller]
    pub fn new(dataset: Arc<D>, indices: Vec<usize>) -> Result<Self> {
        let length = dataset.len();
        if let Some(&index) = indices.iter().find(|&&index| index >= length) {
            return Err(Error::index(
                "Subset",
                format!("index {index} is out of range for a data set of {length} samples"),
            ));
        }
        Ok(Subset { indices, dataset })
    }

    /// Where in the whole data set the samples are.
    ///
    /// ```
    /// use neurarust_data::{Samples, Subset};
    /// use std::sync::Arc;
    /// let part = Subset::new(Arc::new(Samples::from(vec![10usize, 20, 30])), vec![2, 0])?;
    /// assert_eq!(part.indices(), [2, 0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn indices(&self) -> &[usize] {
        &self.indices
    }

    /// The whole data set.
    ///
    /// ```
    /// use neurarust_data::{Dataset, Samples, Subset};
    /// use std::sync::Arc;
    /// let part = Subset::new(Arc::new(Samples::from(vec![10usize, 20, 30])), vec![2, 0])?;
    /// assert_eq!(part.dataset().len(), 3);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn dataset(&self) -> &Arc<D> {
        &self.dataset
    }
}

impl<D: ?Sized> Clone for Subset<D> {
    fn clone(&self) -> Self {
        Subset {
            indices: self.indices.clone(),
            dataset: self.dataset.clone(),
        }
    }
}

impl<D: Dataset + ?Sized> Dataset for Subset<D> {
    type Item = D::Item;

    fn len(&self) -> usize {
        self.indices.len()
    }

    fn get(&self, index: usize, rng: &mut Rng) -> Result<Self::Item> {
        match self.indices.get(index) {
            Some(&index) => self.dataset.get(index, rng),
            None => Err(out_of_range(index, self.len())),
        }
    }

    fn get_batch(&self, indices: &[usize]) -> Option<Result<<Self::Item as Collate>::Batch>>
    where
        Self::Item: Collate,
    {
        let mut mapped = Vec::with_capacity(indices.len());
        for &index in indices {
            match self.indices.get(index) {
                Some(&index) => mapped.push(index),
                None => return Some(Err(out_of_range(index, self.len()))),
            }
        }
        self.dataset.get_batch(&mapped)
    }
}

/// Two data sets, one after the other; see [`Dataset::concat`].
///
/// ```
/// use neurarust_data::{Dataset, Samples, keyed};
/// let both = Samples::from(vec![1, 2]).concat(Samples::from(vec![3]));
/// assert_eq!((both.len(), both.get(2, &mut keyed(0, 0, 2))?), (3, 3));
/// # Ok::<(), neurarust_core::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Concat<A, B> {
    first: A,
    second: B,
}

impl<A: Dataset, B: Dataset<Item = A::Item>> Dataset for Concat<A, B> {
    type Item = A::Item;

    fn len(&self) -> usize {
        // No two data sets of this process are that long together; if they claim to be, the rest is out of reach.
        self.first.len().saturating_add(self.second.len())
    }

    fn get(&self, index: usize, rng: &mut Rng) -> Result<Self::Item> {
        match index.checked_sub(self.first.len()) {
            None => self.first.get(index, rng),
            Some(index) => self.second.get(index, rng),
        }
    }
}

/// The sizes of the parts of a [`Dataset::random_split`]: counts, `[1437, 360]`, or fractions, `[0.8, 0.2]`.
///
/// Fractions are rounded down; what is left goes to the first parts, one sample each.
///
/// ```
/// use neurarust_data::{Dataset, Samples};
/// let parts = Samples::from(vec![0; 10]).random_split([0.75, 0.25], 0)?;
/// assert_eq!((parts[0].len(), parts[1].len()), (8, 2));
/// # Ok::<(), neurarust_core::Error>(())
/// ```
#[derive(Debug, Clone)]
pub enum SplitSizes {
    /// Samples in each part.
    Counts(Vec<usize>),
    /// The share of each part; they add up to one.
    Fractions(Vec<f64>),
}

impl<const N: usize> From<[usize; N]> for SplitSizes {
    fn from(counts: [usize; N]) -> Self {
        SplitSizes::Counts(counts.to_vec())
    }
}

impl<const N: usize> From<[f64; N]> for SplitSizes {
    fn from(fractions: [f64; N]) -> Self {
        SplitSizes::Fractions(fractions.to_vec())
    }
}

impl From<Vec<usize>> for SplitSizes {
    fn from(counts: Vec<usize>) -> Self {
        SplitSizes::Counts(counts)
    }
}

impl From<Vec<f64>> for SplitSizes {
    fn from(fractions: Vec<f64>) -> Self {
        SplitSizes::Fractions(fractions)
    }
}

impl SplitSizes {
    #[track_caller]
    fn counts(self, length: usize) -> Result<Vec<usize>> {
        const OP: &str = "random_split";
        match self {
            SplitSizes::Counts(counts) => {
                let sum = counts.iter().try_fold(0usize, |sum, &n| sum.checked_add(n));
                if sum == Some(length) {
                    return Ok(counts);
                }
                let message = format!(
                    "the counts {counts:?} must add up to {length}, the length of the data set"
                );
                Err(Error::value(OP, message))
            }
            SplitSizes::Fractions(fractions) => {
                let sum: f64 = fractions.iter().sum();
                let proper = fractions.iter().all(|f| (0.0..=1.0).contains(f));
                if !proper || (sum - 1.0).abs() > 1e-6 {
                    let message =
                        format!("the fractions {fractions:?} must lie in 0 … 1 and add up to 1");
                    return Err(Error::value(OP, message));
                }
                let mut rest = length;
                let mut counts = Vec::with_capacity(fractions.len());
                for fraction in fractions {
                    // A sum just above one must not ask for more than there is.
                    let count = ((length as f64 * fraction) as usize).min(rest);
                    rest -= count;
                    counts.push(count);
                }
                let parts = counts.len();
                for extra in 0..rest {
                    counts[extra % parts] += 1;
                }
                Ok(counts)
            }
        }
    }
}

#[track_caller]
pub(crate) fn out_of_range(index: usize, length: usize) -> Error {
    let message = format!("index {index} is out of range for {length} samples");
    Error::index("Dataset::get", message)
}
