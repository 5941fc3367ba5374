//! Sparse tensors: the places of some elements, and a dense tensor of their values.
//!
//! Only the values take part in differentiation. Everything sparse is said with them and with the places, which never
//! change: a dense tensor is the values added up at their places, its gradient is what lies there. So gradients of any
//! order come from the operations on dense tensors, and the two products of `product.rs`.

mod product;

use product::Pattern;

use crate::layout::Dims;
use crate::ops::selection::{Selection, indices as checked};
use crate::{DType, Error, Result, Shape, Tensor};
use std::sync::Arc;

/// How the places of a sparse tensor are written down.
///
/// ```
/// # use neurarust_core::{Tensor, sparse::{SparseLayout, SparseTensor}};
/// let s = SparseTensor::from_dense(&Tensor::new([[0f32, 3.0], [4.0, 0.0]])?, 2)?;
/// assert_eq!(s.layout(), SparseLayout::Coo);
/// assert_eq!(s.to_layout(SparseLayout::Csr)?.layout(), SparseLayout::Csr);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SparseLayout {
    /// A column of coordinates per element.
    Coo,
    /// Columns of elements row by row, and where each row starts.
    Csr,
}

/// A tensor of which only some elements (or slices) are kept; the others are 0.
///
/// ```
/// use neurarust_core::{Tensor, sparse::SparseTensor};
/// let places = Tensor::new([[0i64, 1], [2, 0]])?; // (dimensions, elements)
/// let s = SparseTensor::coo(&places, &Tensor::new([3.0f32, 4.0])?, &[2, 3])?;
/// assert_eq!(s.to_dense()?.to_vec::<f32>()?, [0.0, 0.0, 3.0, 4.0, 0.0, 0.0]);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
#[derive(Clone)]
pub struct SparseTensor {
    shape: Shape,
    layout: SparseLayout,
    /// (sparse dimensions, elements) of `i64`; nobody else's.
    places: Tensor,
    /// (elements, dense dimensions…)
    values: Tensor,
    /// The places ascend, each once.
    coalesced: bool,
    pattern: Option<Arc<Pattern>>,
}

impl SparseTensor {
    /// The tensor of `shape` with `values` at `places`: (dimensions, elements) and (elements, …), whose other dimensions
    /// are the last ones of `shape`. Values of one place add up.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, sparse::SparseTensor};
    /// let places = Tensor::new([[0i64, 1], [2, 0]])?; // rows, columns
    /// let s = SparseTensor::coo(&places, &Tensor::new([3f32, 4.0])?, &[2, 3])?;
    /// assert_eq!(s.to_dense()?.to_vec::<f32>()?, [0.0, 0.0, 3.0, 4.0, 0.0, 0.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Places that aren't integers or lie outside of `shape`; shapes that don't fit each other.
    #[track_caller]
    pub fn coo(places: &Tensor, values: &Tensor, shape: &[usize]) -> Result<SparseTensor> {
        const OP: &str = "sparse_coo_tensor";
        let fits = places.rank() == 2
            && values.rank() >= 1
            && values.dims()[0] == places.dims()[1]
            && shape.len() == places.dims()[0] + values.rank() - 1
            && values.dims()[1..] == shape[places.dims()[0]..];
        if !fits {
            return Err(Error::shape(
                OP,
                format!(
                    "indices of shape {}, values of shape {} and size {shape:?}; expected (sparse dimensions, n), (n, dense dimensions…) and both kinds of dimensions",
                    places.shape(),
                    values.shape()
                ),
            ));
        }
        for (d, &size) in shape.iter().enumerate().take(places.dims()[0]) {
            checked(OP, &places.select(0, d as i64)?, size, false)?;
        }
        Ok(SparseTensor {
            shape: Shape::new(shape)?,
            layout: SparseLayout::Coo,
            places: places.detach().to_dtype(DType::I64)?.copy()?,
            values: values.clone(),
            coalesced: false,
            pattern: None,
        })
    }

    /// As [`SparseTensor::coo`], of whole slices: `values` (n, …) at `places` (1, n), which are checked and nobody else's.
    pub(crate) fn of_rows(shape: Shape, places: Tensor, values: Tensor) -> SparseTensor {
        SparseTensor {
            shape,
            layout: SparseLayout::Coo,
            places,
            values,
            coalesced: false,
            pattern: None,
        }
    }

    /// The same tensor without any places.
    #[track_caller]
    pub(crate) fn emptied(&self) -> Result<SparseTensor> {
        Ok(SparseTensor {
            places: self.places.narrow(1, 0, 0)?.copy()?,
            values: self.values.detach().narrow(0, 0, 0)?.copy()?,
            coalesced: true,
            pattern: None,
            ..self.clone()
        })
    }

    /// The matrix of `shape` whose row `r` has `values[e]` in column `columns[e]`, for `e` in `starts[r]..starts[r + 1]`.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, sparse::SparseTensor};
    /// let (starts, columns) = (Tensor::new([0i64, 1, 2])?, Tensor::new([2i64, 0])?);
    /// let s = SparseTensor::csr(&starts, &columns, &Tensor::new([3f32, 4.0])?, &[2, 3])?;
    /// assert_eq!(s.to_dense()?.to_vec::<f32>()?, [0.0, 0.0, 3.0, 4.0, 0.0, 0.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Anything but vectors; starts that don't ascend from 0 to the number of values; columns outside of `shape`.
    #[track_caller]
    pub fn csr(
        starts: &Tensor,
        columns: &Tensor,
        values: &Tensor,
        shape: &[usize],
    ) -> Result<SparseTensor> {
        const OP: &str = "sparse_csr_tensor";
        let n = values.numel();
        let fits = shape.len() == 2
            && starts.rank() == 1
            && columns.rank() == 1
            && values.rank() == 1
            && columns.numel() == n
            && starts.numel().checked_sub(1) == Some(shape[0]);
        if !fits {
            return Err(Error::shape(
                OP,
                format!(
                    "crow_indices of shape {}, col_indices of shape {}, values of shape {} and size {shape:?}; expected (rows + 1,), (n,), (n,) and a matrix",
                    starts.shape(),
                    columns.shape(),
                    values.shape()
                ),
            ));
        }
        let starts = checked(OP, starts, n + 1, false)?;
        let ascend = starts[0] == 0
            && starts.last() == Some(&(n as i64))
            && starts.windows(2).all(|w| w[0] <= w[1]);
        if !ascend {
            return Err(Error::value(
                OP,
                format!("crow_indices have to ascend from 0 to the number of values, {n}"),
            ));
        }
        let columns = checked(OP, columns, shape[1], false)?;
        let mut places = Vec::with_capacity(2 * n);
        for (r, w) in starts.windows(2).enumerate() {
            places.extend(std::iter::repeat_n(r as i64, (w[1] - w[0]) as usize));
        }
        places.extend(columns);
        Ok(SparseTensor {
            shape: Shape::new(shape)?,
            layout: SparseLayout::Csr,
            places: Tensor::from_vec(places, [2, n])?,
            values: values.clone(),
            coalesced: false,
            pattern: None,
        })
    }

    /// The elements of `x` that aren't 0; of the first `sparse` dimensions, the slices that aren't all 0.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, sparse::SparseTensor};
    /// let s = SparseTensor::from_dense(&Tensor::new([[0f32, 5.0], [0.0, 0.0]])?, 2)?;
    /// assert_eq!(s.nnz(), 1);
    /// assert_eq!(s.indices()?.to_vec::<i64>()?, [0, 1]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// More dimensions than there are.
    #[track_caller]
    pub fn from_dense(x: &Tensor, sparse: usize) -> Result<SparseTensor> {
        const OP: &str = "to_sparse";
        if sparse > x.rank() || (sparse == 0 && x.rank() > 0) {
            return Err(Error::shape(
                OP,
                format!("{sparse} sparse dimensions of shape {}", x.shape()),
            ));
        }
        let rest: Vec<i64> = (sparse as i64..x.rank() as i64).collect();
        let mask = x.detach().ne(0i64)?;
        let mask = match rest.is_empty() {
            true => mask,
            false => mask.any_dims(&rest, false)?,
        };
        let places = mask.nonzero()?.t()?.contiguous()?;
        let lists = (0..sparse)
            .map(|d| places.select(0, d as i64)?.to_vec::<i64>())
            .collect::<Result<Vec<_>>>()?;
        let n = places.dims()[1];
        let values = match sparse {
            0 => Selection::flags(x.shape(), n)?.take(OP, x)?,
            _ => Selection::along(x.shape(), 0, lists, &[n])?.take(OP, x)?,
        };
        Ok(SparseTensor {
            shape: x.shape().clone(),
            layout: SparseLayout::Coo,
            places,
            values,
            coalesced: true,
            pattern: None,
        })
    }

    /// The sizes.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, sparse::SparseTensor};
    /// let s = SparseTensor::from_dense(&Tensor::zeros([2, 3])?, 2)?;
    /// assert_eq!(s.shape().dims(), [2, 3]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn shape(&self) -> &Shape {
        &self.shape
    }

    /// How places are written down.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, sparse::{SparseLayout, SparseTensor}};
    /// let s = SparseTensor::from_dense(&Tensor::zeros([2, 3])?, 2)?;
    /// assert_eq!(s.layout(), SparseLayout::Coo);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn layout(&self) -> SparseLayout {
        self.layout
    }

    /// The values, a dense tensor: (elements, dense dimensions…). Gradients flow through it.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, sparse::SparseTensor};
    /// let s = SparseTensor::from_dense(&Tensor::new([[0f32, 5.0], [6.0, 0.0]])?, 2)?;
    /// assert_eq!(s.values().to_vec::<f32>()?, [5.0, 6.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn values(&self) -> &Tensor {
        &self.values
    }

    /// The places: (sparse dimensions, elements) of `i64`.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, sparse::SparseTensor};
    /// let s = SparseTensor::from_dense(&Tensor::new([[0f32, 5.0], [6.0, 0.0]])?, 2)?;
    /// assert_eq!(s.indices()?.to_vec::<i64>()?, [0, 1, 1, 0]); // rows, then columns
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// No memory.
    #[track_caller]
    pub fn indices(&self) -> Result<Tensor> {
        self.places.copy()
    }

    /// Number of dimensions that have places.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, sparse::SparseTensor};
    /// let rows = SparseTensor::from_dense(&Tensor::ones([2, 3])?, 1)?;
    /// assert_eq!((rows.sparse_dims(), rows.values().dims()), (1, &[2, 3][..]));
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn sparse_dims(&self) -> usize {
        self.places.dims()[0]
    }

    /// Number of elements kept.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, sparse::SparseTensor};
    /// assert_eq!(SparseTensor::from_dense(&Tensor::eye(3, None, neurarust_core::DType::F32)?, 2)?.nnz(), 3);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn nnz(&self) -> usize {
        self.places.dims()[1]
    }

    /// Whether the places ascend and each is there once.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, sparse::SparseTensor};
    /// let places = Tensor::new([[1i64, 1]])?;
    /// let s = SparseTensor::coo(&places, &Tensor::new([3f32, 4.0])?, &[3])?;
    /// assert!(!s.is_coalesced() && s.coalesce()?.is_coalesced());
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn is_coalesced(&self) -> bool {
        self.coalesced
    }

    /// The same places with other values of the same shape.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, sparse::SparseTensor};
    /// let s = SparseTensor::from_dense(&Tensor::new([0f32, 5.0])?, 1)?;
    /// let t = s.with_values(&s.values().mul(2.0)?)?;
    /// assert_eq!(t.to_dense()?.to_vec::<f32>()?, [0.0, 10.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Values of another shape.
    #[track_caller]
    pub fn with_values(&self, values: &Tensor) -> Result<SparseTensor> {
        if values.shape() != self.values.shape() {
            return Err(Error::shape(
                "sparse",
                format!(
                    "values of shape {} in place of {}",
                    values.shape(),
                    self.values.shape()
                ),
            ));
        }
        Ok(SparseTensor {
            values: values.clone(),
            ..self.clone()
        })
    }

    /// Where each row's elements start, and their columns: of a matrix in CSR.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, sparse::{SparseLayout, SparseTensor}};
    /// let s = SparseTensor::from_dense(&Tensor::new([[0f32, 5.0], [6.0, 7.0]])?, 2)?;
    /// let (starts, columns) = s.to_layout(SparseLayout::Csr)?.rows_and_columns()?;
    /// assert_eq!(starts.to_vec::<i64>()?, [0, 1, 3]);
    /// assert_eq!(columns.to_vec::<i64>()?, [1, 0, 1]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Another layout.
    #[track_caller]
    pub fn rows_and_columns(&self) -> Result<(Tensor, Tensor)> {
        if self.layout != SparseLayout::Csr {
            return Err(Error::shape(
                "crow_indices",
                "expected a CSR tensor; convert it with to_sparse_csr",
            ));
        }
        let rows = self.places.select(0, 0)?.to_vec::<i64>()?;
        let mut starts = vec![0i64; self.shape[0] + 1];
        for r in rows {
            starts[r as usize + 1] += 1;
        }
        for i in 1..starts.len() {
            starts[i] += starts[i - 1];
        }
        let n = starts.len();
        Ok((
            Tensor::from_vec(starts, n)?,
            self.places.select(0, 1)?.copy()?,
        ))
    }

    fn lists(&self) -> Result<Vec<Vec<i64>>> {
        (0..self.sparse_dims())
            .map(|d| self.places.select(0, d as i64)?.to_vec::<i64>())
            .collect()
    }

    /// The places as a choice of the elements of a dense tensor `x`.
    #[track_caller]
    fn selection(&self, op: &'static str, x: &Tensor) -> Result<Selection> {
        if x.shape() != &self.shape || self.sparse_dims() == 0 {
            return Err(Error::shape(
                op,
                format!(
                    "a dense tensor of shape {} for a sparse one of shape {} with {} sparse dimensions; expected the same shape, and at least one",
                    x.shape(),
                    self.shape,
                    self.sparse_dims()
                ),
            ));
        }
        Selection::along(&self.shape, 0, self.lists()?, &[self.nnz()])
    }

    /// What the dense tensor `x`, of the same shape, has at the places: (elements, dense dimensions…).
    ///
    /// ```
    /// # use neurarust_core::{Tensor, sparse::SparseTensor};
    /// let s = SparseTensor::from_dense(&Tensor::new([0f32, 1.0, 1.0])?, 1)?;
    /// assert_eq!(s.pick(&Tensor::new([4f32, 5.0, 6.0])?)?.to_vec::<f32>()?, [5.0, 6.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Another shape; no dimension that has places.
    #[track_caller]
    pub fn pick(&self, x: &Tensor) -> Result<Tensor> {
        const OP: &str = "sparse_mask";
        self.selection(OP, x)?.take(OP, x)
    }

    /// Writes the values over those of the dense tensor `x`, of the same shape, in place; of several at one place the last
    /// one stays. Only those elements are touched.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, sparse::SparseTensor};
    /// let x = Tensor::new([4f32, 5.0, 6.0])?;
    /// SparseTensor::from_dense(&Tensor::new([0f32, 1.0, 2.0])?, 1)?.write_to(&x)?;
    /// assert_eq!(x.to_vec::<f32>()?, [4.0, 1.0, 2.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Another shape; no dimension that has places; what in-place operations refuse.
    #[track_caller]
    pub fn write_to(&self, x: &Tensor) -> Result<()> {
        const OP: &str = "sparse write_to";
        self.selection(OP, x)?.put_(OP, x, &self.values, false)
    }

    /// The sum with a dense tensor of the same shape, dense.
    #[track_caller]
    pub(crate) fn added_to(&self, x: &Tensor) -> Result<Tensor> {
        const OP: &str = "add";
        let sum = x.try_clone()?;
        self.selection(OP, x)?.put_(OP, &sum, &self.values, true)?;
        Ok(sum)
    }

    /// The dense tensor.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, sparse::SparseTensor};
    /// let twice = Tensor::new([[1i64, 1]])?;
    /// let s = SparseTensor::coo(&twice, &Tensor::new([3f32, 4.0])?, &[3])?;
    /// assert_eq!(s.to_dense()?.to_vec::<f32>()?, [0.0, 7.0, 0.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// No memory.
    #[track_caller]
    pub fn to_dense(&self) -> Result<Tensor> {
        match self.sparse_dims() {
            0 => self
                .values
                .sum_dims(&[0], false)?
                .to_dtype(self.values.dtype()),
            _ => {
                Selection::along(&self.shape, 0, self.lists()?, &[self.nnz()])?.spread(&self.values)
            }
        }
    }

    /// With the places ascending, and values of one place added up.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, sparse::SparseTensor};
    /// let places = Tensor::new([[2i64, 0, 2]])?;
    /// let s = SparseTensor::coo(&places, &Tensor::new([1f32, 2.0, 3.0])?, &[3])?.coalesce()?;
    /// assert_eq!(s.indices()?.to_vec::<i64>()?, [0, 2]);
    /// assert_eq!(s.values().to_vec::<f32>()?, [2.0, 4.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// No memory.
    #[track_caller]
    pub fn coalesce(&self) -> Result<SparseTensor> {
        if self.coalesced || self.sparse_dims() == 0 {
            return Ok(self.clone());
        }
        let found = self.places.unique_dim(1)?;
        let n = found.values.dims()[1];
        let mut dims = Dims::from_slice(self.values.dims());
        dims[0] = n;
        let to = vec![found.inverse.to_vec::<i64>()?];
        let values = Selection::along(&Shape::from_dims(dims)?, 0, to, &[self.nnz()])?
            .spread(&self.values)?;
        Ok(SparseTensor {
            places: found.values.contiguous()?,
            values,
            coalesced: true,
            pattern: None,
            ..self.clone()
        })
    }

    /// The matrix in CSR, or any tensor in COO.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, sparse::{SparseLayout, SparseTensor}};
    /// let s = SparseTensor::from_dense(&Tensor::ones([2, 2])?, 2)?.to_layout(SparseLayout::Csr)?;
    /// assert_eq!((s.layout(), s.nnz()), (SparseLayout::Csr, 4));
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// CSR of anything but a matrix of numbers.
    #[track_caller]
    pub fn to_layout(&self, layout: SparseLayout) -> Result<SparseTensor> {
        if layout == self.layout {
            return Ok(self.clone());
        }
        if layout == SparseLayout::Csr && (self.shape.rank() != 2 || self.sparse_dims() != 2) {
            return Err(Error::shape(
                "to_sparse_csr",
                format!("expected a matrix of numbers, got shape {}", self.shape),
            ));
        }
        Ok(SparseTensor {
            layout,
            ..self.coalesce()?
        })
    }

    /// Rows and columns exchanged.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, sparse::SparseTensor};
    /// let s = SparseTensor::from_dense(&Tensor::new([[0f32, 5.0], [0.0, 0.0]])?, 2)?;
    /// assert_eq!(s.t()?.to_dense()?.to_vec::<f32>()?, [0.0, 0.0, 5.0, 0.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Anything but a matrix of numbers.
    #[track_caller]
    pub fn t(&self) -> Result<SparseTensor> {
        if self.sparse_dims() != 2 || self.shape.rank() != 2 {
            return Err(Error::shape(
                "t",
                format!(
                    "expected a sparse matrix of numbers, got shape {}",
                    self.shape
                ),
            ));
        }
        let turned = SparseTensor {
            shape: Shape::new(&[self.shape[1], self.shape[0]])?,
            layout: SparseLayout::Coo,
            places: self.places.flip(&[0])?.contiguous()?,
            coalesced: false,
            pattern: None,
            ..self.clone()
        };
        turned.to_layout(self.layout)
    }

    /// The sum with `other`, of the same shape.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, sparse::SparseTensor};
    /// let s = SparseTensor::from_dense(&Tensor::new([0f32, 5.0])?, 1)?;
    /// assert_eq!(s.add(&s)?.to_dense()?.to_vec::<f32>()?, [0.0, 10.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Another shape, or another division into sparse and dense dimensions.
    #[track_caller]
    pub fn add(&self, other: &SparseTensor) -> Result<SparseTensor> {
        self.followed_by(other)?.coalesce()
    }

    /// The sum with `other`, whose places and values are written behind this one's.
    #[track_caller]
    pub(crate) fn followed_by(&self, other: &SparseTensor) -> Result<SparseTensor> {
        if self.shape != other.shape || self.sparse_dims() != other.sparse_dims() {
            return Err(Error::shape(
                "add",
                format!(
                    "sparse tensors of shapes {} and {} ({} and {} sparse dimensions); expected the same",
                    self.shape,
                    other.shape,
                    self.sparse_dims(),
                    other.sparse_dims()
                ),
            ));
        }
        Ok(SparseTensor {
            places: Tensor::cat(&[&self.places, &other.places], 1)?,
            values: Tensor::cat(&[&self.values, &other.values], 0)?,
            coalesced: false,
            pattern: None,
            ..self.clone()
        })
    }

    /// The sum of everything, a dense number.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, sparse::SparseTensor};
    /// let s = SparseTensor::from_dense(&Tensor::new([[0f32, 5.0], [6.0, 0.0]])?, 2)?;
    /// assert_eq!(s.sum()?.item::<f32>()?, 11.0);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// No memory.
    #[track_caller]
    pub fn sum(&self) -> Result<Tensor> {
        self.values.sum()
    }

    /// The `p`-norm of everything, a dense number; values of one place count as their sum.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, sparse::SparseTensor};
    /// let twice = Tensor::new([[1i64, 1]])?;
    /// let s = SparseTensor::coo(&twice, &Tensor::new([3f32, 4.0])?, &[3])?;
    /// assert_eq!(s.norm(2.0)?.item::<f32>()?, 7.0);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Tensor::norm`].
    #[track_caller]
    pub fn norm(&self, p: f64) -> Result<Tensor> {
        self.coalesce()?.values.norm(p)
    }

    /// The pattern of a matrix, in the order of its values.
    #[track_caller]
    fn pattern(&self, op: &'static str) -> Result<Arc<Pattern>> {
        if self.sparse_dims() != 2 || self.shape.rank() != 2 {
            return Err(Error::shape(
                op,
                format!(
                    "expected a sparse matrix of numbers, got shape {}",
                    self.shape
                ),
            ));
        }
        if let Some(p) = &self.pattern {
            return Ok(p.clone());
        }
        let mut lists = self.lists()?;
        let columns = lists.pop().unwrap_or_default();
        let rows = lists.pop().unwrap_or_default();
        Ok(Arc::new(Pattern::new(
            self.shape[0],
            self.shape[1],
            rows,
            columns,
        )))
    }

    /// The product with a dense matrix: `(n, k) @ (k, m)` → `(n, m)`, dense. Gradients flow to the values and to
    /// `dense`.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, sparse::SparseTensor};
    /// let s = SparseTensor::from_dense(&Tensor::new([[0f32, 2.0], [3.0, 0.0]])?, 2)?;
    /// let y = s.mm(&Tensor::new([[1f32], [10.0]])?)?;
    /// assert_eq!(y.to_vec::<f32>()?, [20.0, 3.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Anything but matrices that fit; anything but floats of one dtype.
    #[track_caller]
    pub fn mm(&self, dense: &Tensor) -> Result<Tensor> {
        const OP: &str = "sparse.mm";
        let pattern = self.pattern(OP)?;
        if dense.rank() != 2 || dense.dims()[0] != self.shape[1] {
            return Err(Error::shape(
                OP,
                format!(
                    "a sparse matrix of shape {} times shape {}; expected ({}, columns)",
                    self.shape,
                    dense.shape(),
                    self.shape[1]
                ),
            ));
        }
        product::multiply(&pattern, false, &self.values, dense)
    }

    /// `beta · self + alpha · (a @ b)` at the places of this matrix: `(n, k)` and `(k, m)`.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, sparse::SparseTensor};
    /// let s = SparseTensor::from_dense(&Tensor::new([[0f32, 1.0], [0.0, 0.0]])?, 2)?;
    /// let (a, b) = (Tensor::ones([2, 3])?, Tensor::ones([3, 2])?);
    /// let y = s.sampled_addmm(&a, &b, 10.0, 1.0)?; // 10 · 1 + 3 at the one place
    /// assert_eq!(y.to_dense()?.to_vec::<f32>()?, [0.0, 13.0, 0.0, 0.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Anything but matrices that fit; anything but floats of one dtype.
    #[track_caller]
    pub fn sampled_addmm(
        &self,
        a: &Tensor,
        b: &Tensor,
        beta: f64,
        alpha: f64,
    ) -> Result<SparseTensor> {
        const OP: &str = "sampled_addmm";
        let pattern = self.pattern(OP)?;
        let fits = a.rank() == 2
            && b.rank() == 2
            && a.dims()[0] == self.shape[0]
            && b.dims()[1] == self.shape[1]
            && a.dims()[1] == b.dims()[0];
        if !fits {
            return Err(Error::shape(
                OP,
                format!(
                    "shapes {} and {} for a sparse matrix of shape {}",
                    a.shape(),
                    b.shape(),
                    self.shape
                ),
            ));
        }
        let at = product::sample(&pattern, a, &b.t()?)?.mul(alpha)?;
        let values = match beta {
            0.0 => at,
            _ => self.values.mul(beta)?.add(&at)?,
        };
        self.with_values(&values)
    }
}

impl std::fmt::Debug for SparseTensor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "SparseTensor {{ shape: {}, nnz: {}, layout: {:?}, places: {}, values: {} }}",
            self.shape,
            self.nnz(),
            self.layout,
            self.places,
            self.values
        )
    }
}
