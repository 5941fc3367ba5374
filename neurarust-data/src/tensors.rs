//! Tensors as a data set: sample `i` is row `i` of each, and a batch is one `index_select` per tensor.

use crate::Rng;
use crate::collate::Collate;
use crate::dataset::{Dataset, out_of_range};
use neurarust_core::{Error, Result, Tensor};

/// A data set of tensors that agree in their first dimension.
///
/// ```
/// use neurarust_core::Tensor;
/// use neurarust_data::{DataLoader, TensorDataset};
///
/// let x = Tensor::new([[0.0f32, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])?;
/// let y = Tensor::new([0i64, 1, 1, 0])?;
/// let loader = DataLoader::builder(TensorDataset::new((x, y))?)
///     .batch_size(2)
///     .shuffle(true)
///     .build()?;
/// for batch in &loader {
///     let (x, y) = batch?;
///     assert_eq!(x.dims(), [2, 2]);
///     assert_eq!(y.dims(), [2]);
/// }
/// # Ok::<(), neurarust_core::Error>(())
/// ```
#[derive(Clone)]
pub struct TensorDataset<T = (Tensor, Tensor)> {
    tensors: T,
    length: usize,
}

impl<T: Tensors> TensorDataset<T> {
    /// A data set of `tensors`: one, a tuple of up to four, or a vector of them.
    ///
    /// ```
    /// use neurarust_core::Tensor;
    /// use neurarust_data::{Dataset, TensorDataset};
    /// let data = TensorDataset::new((Tensor::zeros([5, 2])?, Tensor::zeros([5])?))?;
    /// assert_eq!(data.len(), 5);
    /// assert!(TensorDataset::new((Tensor::zeros([5, 2])?, Tensor::zeros([4])?)).is_err());
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// There is no tensor, one has no dimensions, or their first dimensions differ.
    #[track_caller]
    pub fn new(tensors: T) -> Result<Self> {
        const OP: &str = "TensorDataset";
        let mut length = None;
        for tensor in tensors.all() {
            let Some(&rows) = tensor.dims().first() else {
                let message = "a tensor without dimensions has no samples";
                return Err(Error::shape(OP, message));
            };
            if *length.get_or_insert(rows) != rows {
                let shapes: Vec<String> = tensors
                    .all()
                    .iter()
                    .map(|tensor| tensor.shape().to_string())
                    .collect();
                let message = format!("the first dimensions differ: shapes {}", shapes.join(", "));
                return Err(Error::shape(OP, message));
            }
        }
        match length {
            Some(length) => Ok(TensorDataset { tensors, length }),
            None => Err(Error::value(OP, "expected at least one tensor, got none")),
        }
    }

    /// The tensors.
    ///
    /// ```
    /// use neurarust_core::Tensor;
    /// use neurarust_data::TensorDataset;
    /// let data = TensorDataset::new((Tensor::zeros([5, 2])?, Tensor::zeros([5])?))?;
    /// assert_eq!(data.tensors().0.dims(), [5, 2]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn tensors(&self) -> &T {
        &self.tensors
    }
}

impl<T: Tensors + Collate<Batch = T>> Dataset for TensorDataset<T> {
    type Item = T;

    fn len(&self) -> usize {
        self.length
    }

    /// A view of row `index` of each tensor.
    fn get(&self, index: usize, _: &mut Rng) -> Result<T> {
        if index >= self.length {
            return Err(out_of_range(index, self.length));
        }
        self.tensors
            .map(&mut |tensor| tensor.select(0, index as i64))
    }

    fn get_batch(&self, indices: &[usize]) -> Option<Result<T>> {
        let rows: Vec<i64> = indices.iter().map(|&index| index as i64).collect();
        let batch = Tensor::from_vec(rows, [indices.len()]).and_then(|rows| {
            self.tensors
                .map(&mut |tensor| tensor.index_select(0, &rows))
        });
        Some(batch)
    }
}

/// What a [`TensorDataset`] is made of: tensors in some structure.
///
/// ```
/// use neurarust_core::Tensor;
/// use neurarust_data::Tensors;
/// let pair = (Tensor::ones([2])?, Tensor::ones([3])?);
/// let (a, b) = pair.map(&mut |t| t.mul(2.0))?;
/// assert_eq!((a.to_vec::<f32>()?, b.numel()), (vec![2.0, 2.0], 3));
/// assert_eq!(pair.all().len(), 2);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
pub trait Tensors: Send + Sync + Sized {
    /// Every tensor.
    fn all(&self) -> Vec<&Tensor>;

    /// The same structure with `function` applied to every tensor.
    ///
    /// # Errors
    /// Those of `function`.
    fn map(&self, function: &mut dyn FnMut(&Tensor) -> Result<Tensor>) -> Result<Self>;
}

impl Tensors for Tensor {
    fn all(&self) -> Vec<&Tensor> {
        vec![self]
    }

    fn map(&self, function: &mut dyn FnMut(&Tensor) -> Result<Tensor>) -> Result<Self> {
        function(self)
    }
}

impl Tensors for Vec<Tensor> {
    fn all(&self) -> Vec<&Tensor> {
        self.iter().collect()
    }

    fn map(&self, function: &mut dyn FnMut(&Tensor) -> Result<Tensor>) -> Result<Self> {
        self.iter().map(function).collect()
    }
}

macro_rules! tuples {
    ($(($($tensor:ident $place:tt),+))*) => { $(
        impl Tensors for ($($tensor,)+) {
            fn all(&self) -> Vec<&Tensor> {
                vec![$(&self.$place),+]
            }

            fn map(&self, function: &mut dyn FnMut(&Tensor) -> Result<Tensor>) -> Result<Self> {
                Ok(($(function(&self.$place)?,)+))
            }
        }
    )* };
}

tuples! {
    (Tensor 0)
    (Tensor 0, Tensor 1)
    (Tensor 0, Tensor 1, Tensor 2)
    (Tensor 0, Tensor 1, Tensor 2, Tensor 3)
}
