//! Rows of a table by number. Their gradient is a table again, or, where that is asked for, only the rows that were read.

use super::selection::{Selection, indices};
use crate::autograd::{record, tracks};
use crate::layout::{Dims, Shape};
use crate::sparse::SparseTensor;
use crate::{DType, Error, Result, Tensor};
use smallvec::smallvec;
use std::collections::HashMap;

/// How [`Tensor::embedding_with`] reads.
///
/// ```
/// # use neurarust_core::{Tensor, ops::embedding::Lookup};
/// let table = Tensor::ones([3, 1])?.requires_grad()?;
/// let how = Lookup { padding: Some(0), scale_by_frequency: true, ..Lookup::default() };
/// table.embedding_with(&Tensor::new([0i64, 2, 2])?, &how)?.sum()?.backward()?;
/// assert_eq!(table.grad().unwrap().to_vec::<f32>()?, [0.0, 0.0, 1.0]);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Lookup {
    /// A row that gets no gradient.
    pub padding: Option<usize>,
    /// Gradients are divided by how often a row is read.
    pub scale_by_frequency: bool,
    /// The gradient of the table, if that is a leaf, is of the rows that are read only: one slice per index, in that order.
    /// Time and memory of the backward don't depend on the size of the table then.
    pub sparse: bool,
}

impl Tensor {
    /// Rows of the table `self` (vocabulary, features) by index, of any shape: `(…)` → `(…, features)`. The gradient adds
    /// up row by row in the order of the index; row `padding` gets none.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let table = Tensor::new([[0f32, 0.0], [1.0, 2.0], [3.0, 4.0]])?; // 3 words, 2 features
    /// let text = Tensor::new([[2i64, 1]])?;
    /// let rows = table.embedding(&text, Some(0))?;
    /// assert_eq!(rows.dims(), [1, 2, 2]);
    /// assert_eq!(rows.to_vec::<f32>()?, [3.0, 4.0, 1.0, 2.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A table that isn't 2-d, an index that isn't of integers or is out of range.
    #[track_caller]
    pub fn embedding(&self, index: &Tensor, padding: Option<usize>) -> Result<Tensor> {
        let how = Lookup {
            padding,
            ..Lookup::default()
        };
        self.embedding_with(index, &how)
    }

    /// As [`Tensor::embedding`], with a gradient that may be divided by frequency, or sparse.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, ops::embedding::Lookup};
    /// let table = Tensor::ones([1000, 1])?.requires_grad()?;
    /// let how = Lookup { sparse: true, ..Lookup::default() };
    /// table.embedding_with(&Tensor::new([7i64, 9, 7])?, &how)?.sum()?.backward()?;
    /// let gradient = table.kept_grad().unwrap();
    /// assert_eq!(gradient.sparse().unwrap().coalesce()?.values().to_vec::<f32>()?, [2.0, 1.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Tensor::embedding`].
    #[track_caller]
    pub fn embedding_with(&self, index: &Tensor, how: &Lookup) -> Result<Tensor> {
        const OP: &str = "embedding";
        if self.rank() != 2 {
            return Err(Error::shape(
                OP,
                format!(
                    "expected a table of 2 dimensions, got shape {}",
                    self.shape()
                ),
            ));
        }
        let list = indices(OP, index, self.dims()[0], false)?;
        if let Some(p) = how.padding
            && p >= self.dims()[0]
        {
            return Err(Error::index(
                OP,
                format!("padding index {p} for a table of {} rows", self.dims()[0]),
            ));
        }
        let shares = match how.scale_by_frequency && self.is_requires_grad() {
            true => Some(shares(&list, &list, self.dtype())?),
            false => None,
        };
        let rows = read(OP, self, list, index.dims(), how.padding, how.sparse)?;
        match shares {
            Some(shares) => {
                let shape: Dims = index.dims().iter().copied().chain([1]).collect();
                through_shares(OP, &rows, shares.reshape(&Shape::from_dims(shape)?)?)
            }
            None => Ok(rows),
        }
    }
}

/// The rows of `table` (vocabulary, features) that `list` names, checked, as (joint…, features); row `padding` gets no
/// gradient.
#[track_caller]
pub(super) fn read(
    op: &'static str,
    table: &Tensor,
    list: Vec<i64>,
    joint: &[usize],
    padding: Option<usize>,
    sparse: bool,
) -> Result<Tensor> {
    let recorded = tracks(&[table]);
    let padding = padding.map(|p| p as i64).filter(|p| list.contains(p));
    if !sparse || !recorded {
        let pads = padding.filter(|_| recorded);
        let keep: Option<Vec<bool>> = pads.map(|p| list.iter().map(|&i| i != p).collect());
        let rows = Selection::along(table.shape(), 0, vec![list], joint)?;
        let Some(keep) = keep else {
            return rows.take(op, table);
        };
        // Padding rows are read from a copy that no gradient flows to.
        let shape: Dims = joint.iter().copied().chain([1]).collect();
        let keep = Tensor::from_vec(keep, Shape::from_dims(shape)?)?;
        return rows
            .take(op, table)?
            .where_cond(&keep, &rows.take(op, &table.detach())?);
    }
    let count = list.len();
    let mut places = list.clone();
    let rows = Selection::along(table.shape(), 0, vec![list], joint)?;
    let out = rows.take(op, &table.detach())?;
    let kept = match padding {
        None => None,
        Some(p) => {
            let kept = (0..count as i64).filter(|&k| places[k as usize] != p);
            let kept: Vec<i64> = kept.collect();
            places.retain(|&i| i != p);
            Some(Tensor::from_vec(kept, [places.len()])?)
        }
    };
    let n = places.len();
    let places = Tensor::from_vec(places, [1, n])?;
    let shape = table.shape().clone();
    record(
        op,
        &[table],
        &[&out],
        (places, kept),
        move |(places, kept), call, grads| {
            if let Some(g) = &grads[0] {
                let mut values = g.reshape(&[count, shape[1]][..])?;
                if let Some(kept) = kept {
                    values = values.index_select(0, kept)?;
                }
                call.put_sparse(
                    0,
                    SparseTensor::of_rows(shape.clone(), places.clone(), values),
                );
            }
            Ok(smallvec![None])
        },
    )?;
    Ok(out)
}

/// One over how often each of `list` is among `all`: (n, 1).
#[track_caller]
pub(super) fn shares(list: &[i64], all: &[i64], dtype: DType) -> Result<Tensor> {
    let mut counts: HashMap<i64, f64> = HashMap::new();
    all.iter()
        .for_each(|&i| *counts.entry(i).or_default() += 1.0);
    let shares = list
        .iter()
        .map(|i| 1.0 / counts.get(i).copied().unwrap_or(1.0));
    Tensor::from_vec(shares.collect::<Vec<f64>>(), [list.len(), 1])?.to_dtype(dtype)
}

/// `rows` themselves, which nobody else has, with their gradient multiplied by `shares` on the way back.
#[track_caller]
pub(super) fn through_shares(op: &'static str, rows: &Tensor, shares: Tensor) -> Result<Tensor> {
    let out = rows.detach();
    if tracks(&[rows]) {
        record(op, &[rows], &[&out], shares, |shares, _, g| {
            let g = g[0].as_ref().map(|g| g.mul(shares)).transpose()?;
            Ok(smallvec![g])
        })?;
    }
    Ok(out)
}
