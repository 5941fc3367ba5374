//! Collating: many samples become one batch of the same structure.

use neurarust_core::{Error, Result, Tensor};
use std::collections::BTreeMap;

const OP: &str = "collate";

/// A sample that knows how to become a batch.
///
/// | sample | batch |
/// |---|---|
/// | `Tensor` of shape `s` | `Tensor` of shape `(batch, s)` |
/// | a number or `bool` | `Tensor` of shape `(batch)` and the same type (`usize` becomes `i64`) |
/// | a tuple | the tuple of the batches |
/// | `Vec` | the `Vec` of the batches of each place |
/// | `BTreeMap` | the map of the batches of each key |
/// | `String` | `Vec<String>` |
///
/// ```
/// use neurarust_core::Tensor;
/// use neurarust_data::Collate;
///
/// let samples = vec![(Tensor::new([1.0f32, 2.0])?, 7i64), (Tensor::new([3.0f32, 4.0])?, 8)];
/// let (x, y) = Collate::collate(samples)?;
/// assert_eq!(x.dims(), [2, 2]);
/// assert_eq!(y.to_vec::<i64>()?, [7, 8]);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
pub trait Collate: Sized + Send {
    /// What many of them become.
    type Batch: Send + 'static;

    /// Makes the batch.
    ///
    /// # Errors
    /// The samples do not have the same shape, length or keys.
    fn collate(samples: Vec<Self>) -> Result<Self::Batch>;
}

impl Collate for Tensor {
    type Batch = Tensor;

    fn collate(samples: Vec<Self>) -> Result<Tensor> {
        if let Some((at, odd)) = samples
            .iter()
            .enumerate()
            .find(|(_, sample)| sample.shape() != samples[0].shape())
        {
            let message = format!(
                "all samples of a batch must have the same shape: sample 0 has {}, sample {at} has {}; \
                 pad or crop them, or pass a collate_fn",
                samples[0].shape(),
                odd.shape()
            );
            return Err(Error::shape(OP, message));
        }
        Tensor::stack(&samples.iter().collect::<Vec<_>>(), 0)
    }
}

macro_rules! numbers {
    ($($number:ty)*) => { $(
        impl Collate for $number {
            type Batch = Tensor;

            fn collate(samples: Vec<Self>) -> Result<Tensor> {
                let length = samples.len();
                Tensor::from_vec(samples, [length])
            }
        }
    )* };
}

numbers!(bool u8 i8 i16 i32 i64 f32 f64);

impl Collate for usize {
    type Batch = Tensor;

    fn collate(samples: Vec<Self>) -> Result<Tensor> {
        let convert = |n: usize| {
            i64::try_from(n).map_err(|_| Error::value(OP, format!("{n} does not fit into int64")))
        };
        Collate::collate(
            samples
                .into_iter()
                .map(convert)
                .collect::<Result<Vec<i64>>>()?,
        )
    }
}

impl Collate for String {
    type Batch = Vec<String>;

    fn collate(samples: Vec<Self>) -> Result<Vec<String>> {
        Ok(samples)
    }
}

macro_rules! tuples {
    ($(($($type:ident $place:tt),+))*) => { $(
        impl<$($type: Collate),+> Collate for ($($type,)+) {
            type Batch = ($($type::Batch,)+);

            fn collate(samples: Vec<Self>) -> Result<Self::Batch> {
                let mut columns = ($(Vec::<$type>::with_capacity(samples.len()),)+);
                for sample in samples {
                    $(columns.$place.push(sample.$place);)+
                }
                Ok(($($type::collate(columns.$place)?,)+))
            }
        }
    )* };
}

tuples! {
    (A 0)
    (A 0, B 1)
    (A 0, B 1, C 2)
    (A 0, B 1, C 2, D 3)
}

impl<T: Collate> Collate for Vec<T> {
    type Batch = Vec<T::Batch>;

    fn collate(samples: Vec<Self>) -> Result<Self::Batch> {
        let length = samples.first().map_or(0, Vec::len);
        let mut places: Vec<Vec<T>> = Vec::new();
        places.resize_with(length, || Vec::with_capacity(samples.len()));
        for (at, sample) in samples.into_iter().enumerate() {
            if sample.len() != length {
                let message = format!(
                    "all samples of a batch must have the same length: sample 0 has {length} parts, sample {at} has {}",
                    sample.len()
                );
                return Err(Error::shape(OP, message));
            }
            for (place, part) in places.iter_mut().zip(sample) {
                place.push(part);
            }
        }
        places.into_iter().map(Collate::collate).collect()
    }
}

impl<K: Ord + Send + std::fmt::Debug + 'static, T: Collate> Collate for BTreeMap<K, T> {
    type Batch = BTreeMap<K, T::Batch>;

    fn collate(samples: Vec<Self>) -> Result<Self::Batch> {
        let mut parts: BTreeMap<K, Vec<T>> = BTreeMap::new();
        let count = samples.len();
        for (key, part) in samples.into_iter().flatten() {
            parts.entry(key).or_default().push(part);
        }
        let collate = |(key, part): (K, Vec<T>)| {
            if part.len() != count {
                let message = format!(
                    "all samples of a batch must have the same keys: {} of {count} have {key:?}",
                    part.len()
                );
                return Err(Error::shape(OP, message));
            }
            Ok((key, Collate::collate(part)?))
        };
        parts.into_iter().map(collate).collect()
    }
}
