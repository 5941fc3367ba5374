//! Elements, rows and slices by integer index: reading, writing, adding.

use super::selection::{Selection, Write, added_directly, gathered, indices};
use crate::autograd::tracks;
use crate::{Error, Result, Tensor, tensor::Operand};

/// A scalar counts as a vector of one element.
#[track_caller]
pub(super) fn lifted(t: &Tensor) -> Result<Tensor> {
    if t.rank() == 0 {
        t.reshape([1])
    } else {
        Ok(t.clone())
    }
}

#[track_caller]
pub(super) fn same_dtype(op: &'static str, target: &Tensor, source: &Tensor) -> Result<()> {
    if source.dtype() == target.dtype() {
        return Ok(());
    }
    Err(Error::dtype(
        op,
        format!(
            "a {} source for a {} tensor; convert it",
            source.dtype(),
            target.dtype()
        ),
    ))
}

/// `source` cut to the shape of `index`, which may be smaller.
#[track_caller]
fn cut(op: &'static str, source: &Tensor, index: &Tensor) -> Result<Tensor> {
    let fits = source.rank() == index.rank()
        && source.dims().iter().zip(index.dims()).all(|(s, i)| i <= s);
    if !fits && index.numel() > 0 {
        return Err(Error::shape(
            op,
            format!(
                "a source of shape {} for an index of shape {}; expected at least as many elements in each dimension",
                source.shape(),
                index.shape()
            ),
        ));
    }
    if !fits {
        return Tensor::zeros((index.shape(), source.dtype()));
    }
    (0..source.rank()).try_fold(source.clone(), |t, d| {
        match t.dims()[d] == index.dims()[d] {
            true => Ok(t),
            false => t.narrow(d as i64, 0, index.dims()[d]),
        }
    })
}

impl Tensor {
    /// The selection that a 1-d (or 0-d) `index` along `dim` makes.
    #[track_caller]
    pub(super) fn slices(
        &self,
        op: &'static str,
        dim: i64,
        index: &Tensor,
    ) -> Result<(usize, Selection)> {
        let dim = self.shape().dim(op, dim)?;
        if index.rank() > 1 {
            return Err(Error::shape(
                op,
                format!("expected a 1-d index, got shape {}", index.shape()),
            ));
        }
        let list = indices(op, index, self.dims()[dim], false)?;
        let joint = [list.len()];
        Ok((
            dim,
            Selection::along(self.shape(), dim, vec![list], &joint)?,
        ))
    }

    /// `out[i][j][k] = self[index[i][j][k]][j][k]` for `dim` 0, and alike for others; the result has the index's shape.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::new([[1.0f32, 2.0], [3.0, 4.0]])?;
    /// let labels = Tensor::new([[1i64], [0]])?;
    /// assert_eq!(x.gather(1, &labels)?.to_vec::<f32>()?, [2.0, 3.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// An index that isn't of integers, that has other dimensions, or that is out of range.
    #[track_caller]
    pub fn gather(&self, dim: i64, index: &Tensor) -> Result<Tensor> {
        const OP: &str = "gather";
        let dim = self.shape().dim(OP, dim)?;
        let (x, lifted_index) = (lifted(self)?, lifted(index)?);
        let out = gathered(OP, &x, dim, &lifted_index, false)?;
        if index.rank() == 0 {
            out.reshape([0i64; 0])
        } else {
            Ok(out)
        }
    }

    #[track_caller]
    fn scatter_as(
        &self,
        op: &'static str,
        dim: i64,
        index: &Tensor,
        source: &Tensor,
        accumulate: bool,
    ) -> Result<()> {
        let (dim, index, source) = self.scatter_parts(op, dim, index, source)?;
        let target = lifted(self)?;
        let selection = Selection::each(op, target.shape(), dim, &index, false)?;
        selection.put_(op, &target, &source, accumulate)
    }

    /// Dimension, index and as much of the source as the index needs, checked.
    #[track_caller]
    pub(super) fn scatter_parts(
        &self,
        op: &'static str,
        dim: i64,
        index: &Tensor,
        source: &Tensor,
    ) -> Result<(usize, Tensor, Tensor)> {
        let dim = self.shape().dim(op, dim)?;
        same_dtype(op, self, source)?;
        let index = lifted(index)?;
        let source = cut(op, &lifted(source)?, &index)?;
        Ok((dim, index, source))
    }

    /// Writes `source` where `index` says along `dim`, in place: `self[index[i][j]][j] = source[i][j]` for `dim` 0. Of
    /// several values for one element the last one stays.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::zeros([2, 3])?;
    /// let index = Tensor::new([[2i64], [0]])?;
    /// x.scatter_(1, &index, &Tensor::new([[5f32], [7.0]])?)?;
    /// assert_eq!(x.to_vec::<f32>()?, [0.0, 0.0, 5.0, 7.0, 0.0, 0.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// An index or a source of the wrong type or shape, an index out of range, what in-place operations refuse. Nothing
    /// is written then.
    #[track_caller]
    pub fn scatter_(&self, dim: i64, index: &Tensor, source: &Tensor) -> Result<&Tensor> {
        self.scatter_as("scatter_", dim, index, source, false)?;
        Ok(self)
    }

    /// As [`Tensor::scatter_`], into a copy.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let index = Tensor::new([2i64, 0])?;
    /// let out = Tensor::zeros([3])?.scatter(0, &index, &Tensor::new([5f32, 7.0])?)?;
    /// assert_eq!(out.to_vec::<f32>()?, [7.0, 0.0, 5.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// An index or a source of the wrong type or shape, an index out of range.
    #[track_caller]
    pub fn scatter(&self, dim: i64, index: &Tensor, source: &Tensor) -> Result<Tensor> {
        let out = self.try_clone()?;
        out.scatter_as("scatter", dim, index, source, false)?;
        Ok(out)
    }

    /// As [`Tensor::scatter`], with one number for all places.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let index = Tensor::new([2i64, 0])?;
    /// let out = Tensor::zeros([3])?.scatter_value(0, &index, 1.0)?;
    /// assert_eq!(out.to_vec::<f32>()?, [1.0, 0.0, 1.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// An index of the wrong type or shape, or out of range.
    #[track_caller]
    pub fn scatter_value(&self, dim: i64, index: &Tensor, value: f64) -> Result<Tensor> {
        let out = self.try_clone()?;
        out.scatter_value_(dim, index, value)?;
        Ok(out)
    }

    /// As [`Tensor::scatter_`], with one number for all places.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let one_hot = Tensor::zeros([2, 3])?;
    /// one_hot.scatter_value_(1, &Tensor::new([[2i64], [1]])?, 1.0)?;
    /// assert_eq!(one_hot.to_vec::<f32>()?, [0.0, 0.0, 1.0, 0.0, 1.0, 0.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Tensor::scatter_`].
    #[track_caller]
    pub fn scatter_value_(&self, dim: i64, index: &Tensor, value: f64) -> Result<&Tensor> {
        let value = Tensor::full(((), self.dtype()), value)?.expand_to(index.shape())?;
        self.scatter_as("scatter_", dim, index, &value, false)?;
        Ok(self)
    }

    /// As [`Tensor::scatter_`], adding; several values for one element are added one after the other.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let sums = Tensor::zeros([2])?;
    /// let group = Tensor::new([0i64, 1, 0])?;
    /// sums.scatter_add_(0, &group, &Tensor::new([1f32, 2.0, 3.0])?)?;
    /// assert_eq!(sums.to_vec::<f32>()?, [4.0, 2.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Tensor::scatter_`].
    #[track_caller]
    pub fn scatter_add_(&self, dim: i64, index: &Tensor, source: &Tensor) -> Result<&Tensor> {
        self.scatter_as("scatter_add_", dim, index, source, true)?;
        Ok(self)
    }

    /// As [`Tensor::scatter_add_`], into a copy.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let index = Tensor::new([[0i64, 0, 0]])?;
    /// let out = Tensor::zeros([2, 3])?.scatter_add(0, &index, &Tensor::new([[1f32, 2.0, 3.0]])?)?;
    /// assert_eq!(out.to_vec::<f32>()?, [1.0, 2.0, 3.0, 0.0, 0.0, 0.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// An index or a source of the wrong type or shape, an index out of range.
    #[track_caller]
    pub fn scatter_add(&self, dim: i64, index: &Tensor, source: &Tensor) -> Result<Tensor> {
        if !tracks(&[self, source]) && self.rank() > 0 {
            let (dim, index, source) = self.scatter_parts("scatter_add", dim, index, source)?;
            if let Some(out) = added_directly(self, dim, &index, &source)? {
                return Ok(out);
            }
        }
        let out = self.try_clone()?;
        out.scatter_as("scatter_add", dim, index, source, true)?;
        Ok(out)
    }

    /// The slices `index` (1-d) of dimension `dim`, in that order.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::new([[1i64, 2, 3], [4, 5, 6]])?;
    /// let columns = Tensor::new([2i64, 0])?;
    /// assert_eq!(x.index_select(1, &columns)?.to_vec::<i64>()?, [3, 1, 6, 4]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// An index that isn't 1-d and of integers, or that is out of range.
    #[track_caller]
    pub fn index_select(&self, dim: i64, index: &Tensor) -> Result<Tensor> {
        const OP: &str = "index_select";
        let x = lifted(self)?;
        let (_, selection) = x.slices(OP, dim, index)?;
        let out = selection.take(OP, &x)?;
        if self.rank() == 0 {
            out.reshape([0i64; 0])
        } else {
            Ok(out)
        }
    }

    #[track_caller]
    fn index_write(
        &self,
        op: &'static str,
        dim: i64,
        index: &Tensor,
        source: &Tensor,
        write: Write,
    ) -> Result<()> {
        same_dtype(op, self, source)?;
        let (target, source) = (lifted(self)?, lifted(source)?);
        let (_, selection) = target.slices(op, dim, index)?;
        if source.shape() != selection.out() {
            return Err(Error::shape(
                op,
                format!(
                    "a source of shape {} for an index of {} into dimension {dim} of shape {}; expected {}",
                    source.shape(),
                    index.numel(),
                    self.shape(),
                    selection.out()
                ),
            ));
        }
        selection.write_(op, &target, &source, write)
    }

    /// Adds slice `i` of `source` to slice `index[i]` of dimension `dim`, in place, one after the other.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::zeros([2, 2])?;
    /// let rows = Tensor::new([1i64, 1])?;
    /// x.index_add_(0, &rows, &Tensor::new([[1f32, 2.0], [10.0, 20.0]])?)?;
    /// assert_eq!(x.to_vec::<f32>()?, [0.0, 0.0, 11.0, 22.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// An index or a source of the wrong type or shape, an index out of range, what in-place operations refuse. Nothing
    /// is written then.
    #[track_caller]
    pub fn index_add_(&self, dim: i64, index: &Tensor, source: &Tensor) -> Result<&Tensor> {
        self.index_write("index_add_", dim, index, source, Write::Add)?;
        Ok(self)
    }

    /// As [`Tensor::index_add_`], into a copy.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let out = Tensor::ones([3])?.index_add(0, &Tensor::new([0i64, 0])?, &Tensor::new([2f32, 3.0])?)?;
    /// assert_eq!(out.to_vec::<f32>()?, [6.0, 1.0, 1.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// An index or a source of the wrong type or shape, an index out of range.
    #[track_caller]
    pub fn index_add(&self, dim: i64, index: &Tensor, source: &Tensor) -> Result<Tensor> {
        let out = self.try_clone()?;
        out.index_write("index_add", dim, index, source, Write::Add)?;
        Ok(out)
    }

    /// Writes slice `i` of `source` to slice `index[i]` of dimension `dim`, in place. Of two slices for one place the last
    /// one stays; the gradient reaches both, as in PyTorch.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::zeros([3])?;
    /// x.index_copy_(0, &Tensor::new([2i64, 0])?, &Tensor::new([5f32, 7.0])?)?;
    /// assert_eq!(x.to_vec::<f32>()?, [7.0, 0.0, 5.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Tensor::index_add_`].
    #[track_caller]
    pub fn index_copy_(&self, dim: i64, index: &Tensor, source: &Tensor) -> Result<&Tensor> {
        self.index_write("index_copy_", dim, index, source, Write::Each)?;
        Ok(self)
    }

    /// As [`Tensor::index_copy_`], into a copy.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let row = Tensor::new([[1f32, 2.0]])?;
    /// let out = Tensor::zeros([2, 2])?.index_copy(0, &Tensor::new([1i64])?, &row)?;
    /// assert_eq!(out.to_vec::<f32>()?, [0.0, 0.0, 1.0, 2.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Tensor::index_add`].
    #[track_caller]
    pub fn index_copy(&self, dim: i64, index: &Tensor, source: &Tensor) -> Result<Tensor> {
        let out = self.try_clone()?;
        out.index_write("index_copy", dim, index, source, Write::Each)?;
        Ok(out)
    }

    #[track_caller]
    fn index_fill_as(
        &self,
        op: &'static str,
        dim: i64,
        index: &Tensor,
        value: impl Operand,
    ) -> Result<()> {
        let value = value.operand()?;
        if value.rank() > 0 {
            return Err(Error::shape(
                op,
                format!(
                    "expected a number or a tensor without dimensions as the value, got shape {}",
                    value.shape()
                ),
            ));
        }
        let target = lifted(self)?;
        let (_, selection) = target.slices(op, dim, index)?;
        selection.put_(op, &target, &value, false)
    }

    /// Sets the slices `index` of dimension `dim` to `value`, in place.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::zeros([2, 2])?;
    /// x.index_fill_(1, &Tensor::new([0i64])?, 3.0)?;
    /// assert_eq!(x.to_vec::<f32>()?, [3.0, 0.0, 3.0, 0.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Tensor::index_add_`].
    #[track_caller]
    pub fn index_fill_(&self, dim: i64, index: &Tensor, value: impl Operand) -> Result<&Tensor> {
        self.index_fill_as("index_fill_", dim, index, value)?;
        Ok(self)
    }

    /// As [`Tensor::index_fill_`], into a copy.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::new([1i64, 2, 3])?;
    /// assert_eq!(x.index_fill(0, &Tensor::new([0i64, 2])?, 9i64)?.to_vec::<i64>()?, [9, 2, 9]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Tensor::index_add`].
    #[track_caller]
    pub fn index_fill(&self, dim: i64, index: &Tensor, value: impl Operand) -> Result<Tensor> {
        let out = self.try_clone()?;
        out.index_fill_as("index_fill", dim, index, value)?;
        Ok(out)
    }

    /// Elements by their row-major number, in the index's shape; negative numbers count from the back.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::new([[1i64, 2, 3], [4, 5, 6]])?;
    /// assert_eq!(x.take(&Tensor::new([0i64, 4, -1])?)?.to_vec::<i64>()?, [1, 5, 6]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// An index that isn't of integers, or that is out of range.
    #[track_caller]
    pub fn take(&self, index: &Tensor) -> Result<Tensor> {
        const OP: &str = "take";
        let flat = self.reshape([-1])?;
        let list = indices(OP, index, flat.numel(), true)?;
        Selection::along(flat.shape(), 0, vec![list], index.dims())?.take(OP, &flat)
    }
}
