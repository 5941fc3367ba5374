//! A gradient as a leaf keeps it: of every element, or of the few rows of a table that were read.
//!
//! Inside of the graph gradients are dense. Only an operation right behind a leaf may answer a sparse one (see
//! `Call::put_sparse`), which comes to rest there as it is; on the way to anything else it becomes dense.

use crate::sparse::{SparseLayout, SparseTensor};
use crate::{DType, Result, Shape, Tensor};

/// What a backward leaves at a leaf.
///
/// ```
/// use neurarust_core::{Tensor, ops::embedding::Lookup};
/// let table = Tensor::ones([1000, 2])?.requires_grad()?;
/// let how = Lookup { sparse: true, ..Lookup::default() };
/// table.embedding_with(&Tensor::new([7i64, 7])?, &how)?.sum()?.backward()?;
/// let gradient = table.kept_grad().unwrap();
/// assert_eq!(gradient.sparse().unwrap().nnz(), 2); // of 1000 rows
/// assert_eq!(gradient.values().to_vec::<f32>()?, [1.0; 4]);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub enum Gradient {
    /// Of every element.
    Dense(Tensor),
    /// Of those at some places; elsewhere it is 0. In COO.
    Sparse(SparseTensor),
}

impl From<Tensor> for Gradient {
    fn from(g: Tensor) -> Gradient {
        Gradient::Dense(g)
    }
}

impl From<SparseTensor> for Gradient {
    fn from(g: SparseTensor) -> Gradient {
        Gradient::Sparse(g)
    }
}

impl Gradient {
    /// The sparse tensor, if it is one.
    ///
    /// ```
    /// use neurarust_core::{Tensor, autograd::Gradient};
    /// assert!(Gradient::from(Tensor::zeros([2])?).sparse().is_none());
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn sparse(&self) -> Option<&SparseTensor> {
        match self {
            Gradient::Dense(_) => None,
            Gradient::Sparse(g) => Some(g),
        }
    }

    /// The numbers that are kept: all of them, or those of a sparse gradient's places. Scaling them in place scales the
    /// gradient.
    ///
    /// ```
    /// use neurarust_core::{Tensor, autograd::Gradient, sparse::SparseTensor};
    /// let g = SparseTensor::from_dense(&Tensor::new([0f32, 3.0])?, 1)?;
    /// assert_eq!(Gradient::from(g).values().to_vec::<f32>()?, [3.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn values(&self) -> &Tensor {
        match self {
            Gradient::Dense(g) => g,
            Gradient::Sparse(g) => g.values(),
        }
    }

    /// The same places with other numbers.
    ///
    /// ```
    /// use neurarust_core::{Tensor, autograd::Gradient};
    /// let g = Gradient::from(Tensor::new([1f32, 2.0])?);
    /// let doubled = g.with_values(&g.values().mul(2.0)?)?;
    /// assert_eq!(doubled.to_dense()?.to_vec::<f32>()?, [2.0, 4.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Numbers of another shape, for a sparse gradient.
    #[track_caller]
    pub fn with_values(&self, values: &Tensor) -> Result<Gradient> {
        Ok(match self {
            Gradient::Dense(_) => Gradient::Dense(values.clone()),
            Gradient::Sparse(g) => Gradient::Sparse(g.with_values(values)?),
        })
    }

    /// The gradient as a dense tensor: itself, or a copy as large as the leaf.
    ///
    /// ```
    /// use neurarust_core::{Tensor, autograd::Gradient, sparse::SparseTensor};
    /// let g = SparseTensor::from_dense(&Tensor::new([0f32, 3.0])?, 1)?;
    /// assert_eq!(Gradient::from(g).to_dense()?.to_vec::<f32>()?, [0.0, 3.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// No memory.
    #[track_caller]
    pub fn to_dense(&self) -> Result<Tensor> {
        match self {
            Gradient::Dense(g) => Ok(g.clone()),
            Gradient::Sparse(g) => g.to_dense(),
        }
    }

    /// Zeros in its place: of the same shape, or sparse without any places.
    ///
    /// ```
    /// use neurarust_core::{Tensor, autograd::Gradient, sparse::SparseTensor};
    /// let g = SparseTensor::from_dense(&Tensor::new([0f32, 3.0])?, 1)?;
    /// assert_eq!(Gradient::from(g).zeros_like()?.values().numel(), 0);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// No memory.
    #[track_caller]
    pub fn zeros_like(&self) -> Result<Gradient> {
        Ok(match self {
            Gradient::Dense(g) => g.detach().zeros_like()?.into(),
            Gradient::Sparse(g) => g.emptied()?.into(),
        })
    }

    /// The leaf's shape.
    ///
    /// ```
    /// use neurarust_core::{Tensor, autograd::Gradient, sparse::SparseTensor};
    /// let g = SparseTensor::from_dense(&Tensor::new([0f32, 3.0])?, 1)?;
    /// assert_eq!(Gradient::from(g).shape().dims(), [2]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn shape(&self) -> &Shape {
        match self {
            Gradient::Dense(g) => g.shape(),
            Gradient::Sparse(g) => g.shape(),
        }
    }

    /// The leaf's element type.
    ///
    /// ```
    /// use neurarust_core::{DType, Tensor, autograd::Gradient};
    /// assert_eq!(Gradient::from(Tensor::zeros([2])?).dtype(), DType::F32);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn dtype(&self) -> DType {
        self.values().dtype()
    }

    /// Both together: two sparse ones one after the other, anything else dense.
    #[track_caller]
    pub(crate) fn plus(&self, other: &Gradient) -> Result<Gradient> {
        Ok(match (self, other) {
            (Gradient::Sparse(a), Gradient::Sparse(b)) if a.sparse_dims() == b.sparse_dims() => {
                a.followed_by(b)?.into()
            }
            (Gradient::Dense(a), Gradient::Dense(b)) => a.add(b)?.into(),
            (Gradient::Dense(a), Gradient::Sparse(b))
            | (Gradient::Sparse(b), Gradient::Dense(a)) => b.added_to(a)?.into(),
            (Gradient::Sparse(a), Gradient::Sparse(b)) => b.added_to(&a.to_dense()?)?.into(),
        })
    }

    #[track_caller]
    pub(crate) fn to_dtype(&self, dtype: DType) -> Result<Gradient> {
        match self.dtype() == dtype {
            true => Ok(self.clone()),
            false => self.with_values(&self.values().to_dtype(dtype)?),
        }
    }

    /// As a leaf takes it: in COO, and with some dimension that has places.
    #[track_caller]
    pub(crate) fn settled(self) -> Result<Gradient> {
        Ok(match self {
            Gradient::Sparse(g) if g.sparse_dims() == 0 => g.to_dense()?.into(),
            Gradient::Sparse(g) => g.to_layout(SparseLayout::Coo)?.into(),
            dense => dense,
        })
    }
}
