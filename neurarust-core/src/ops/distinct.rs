//! What there is, and how often: distinct elements, distinct slices, runs of equal ones.
//!
//! Elements are compared by their keys (see `sort.rs`); slices row by row of keys. NaN differs from itself.

use super::selection::Selection;
use super::sort::{Unique, keys};
use crate::cpu::fresh::Fresh;
use crate::layout::Dims;
use crate::{Error, Result, Shape, Tensor};

/// The keys of the slices along a dimension, one row each.
struct Rows {
    keys: Vec<u64>,
    width: usize,
    count: usize,
    /// The key of NaN, for floats.
    nan: Option<u64>,
}

impl Rows {
    /// The slices of `x` along `dim`, or its elements.
    #[track_caller]
    fn new(op: &'static str, x: &Tensor, dim: Option<usize>) -> Result<Rows> {
        let rows = match dim {
            Some(d) => x.detach().movedim(d as i64, 0)?,
            None => x.detach().reshape([-1])?,
        };
        let count = rows.dims()[0];
        if count > 0 && rows.numel() == 0 {
            return Err(Error::shape(
                op,
                format!(
                    "the slices of shape {} along dimension {} are empty, so none differs from another",
                    x.shape(),
                    dim.unwrap_or(0)
                ),
            ));
        }
        let (keys, narrow) = keys(op, &rows)?;
        Ok(Rows {
            width: keys.len() / count.max(1),
            keys,
            count,
            nan: x.dtype().is_float().then_some(match narrow {
                true => u32::MAX as u64,
                false => u64::MAX,
            }),
        })
    }

    fn row(&self, i: usize) -> &[u64] {
        &self.keys[i * self.width..][..self.width]
    }

    fn equal(&self, a: usize, b: usize) -> bool {
        let (a, b) = (self.row(a), self.row(b));
        a == b && self.nan.is_none_or(|nan| !a.contains(&nan))
    }

    /// Groups neighbours in `order`: the first of each, the group of every row, the size of each.
    #[track_caller]
    fn group(&self, order: impl Iterator<Item = usize>) -> Result<(Vec<i64>, Tensor, Tensor)> {
        let mut group = Fresh::<i64>::new(Shape::new(&[self.count])?)?;
        let places = group.slice();
        let (mut firsts, mut sizes) = (Vec::<i64>::new(), Vec::<i64>::new());
        let mut last = None;
        for i in order {
            if last.is_none_or(|l| !self.equal(l, i)) {
                firsts.push(i as i64);
                sizes.push(0);
            }
            last = Some(i);
            if let Some(size) = sizes.last_mut() {
                *size += 1;
            }
            places[i] = firsts.len() as i64 - 1;
        }
        let n = sizes.len();
        Ok((firsts, group.finish(), Tensor::from_vec(sizes, n)?))
    }
}

impl Tensor {
    /// The distinct slices along `dim`, in lexicographic order: `values` has the shape of this tensor but for `dim`,
    /// `inverse` and `counts` are vectors. Slices with NaN are distinct.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let rows = Tensor::new([[2i64, 1], [0, 5], [2, 1]])?.unique_dim(0)?;
    /// assert_eq!(rows.values.to_vec::<i64>()?, [0, 5, 2, 1]);
    /// assert_eq!(rows.counts.to_vec::<i64>()?, [1, 2]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A dimension that isn't there; slices without elements.
    #[track_caller]
    pub fn unique_dim(&self, dim: i64) -> Result<Unique> {
        const OP: &str = "unique";
        let dim = self.shape().dim(OP, dim)?;
        if self.rank() == 0 {
            return self.unique();
        }
        let rows = Rows::new(OP, self, Some(dim))?;
        let mut order: Vec<usize> = (0..rows.count).collect();
        order.sort_by(|&a, &b| rows.row(a).cmp(rows.row(b)));
        self.grouped(OP, Some(dim), &rows, order.into_iter())
    }

    /// The first of every run of equal elements (in row-major order, or of equal slices along `dim`), the run of each
    /// element, and the length of each run.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let runs = Tensor::new([1i64, 1, 2, 1])?.unique_consecutive(None)?;
    /// assert_eq!(runs.values.to_vec::<i64>()?, [1, 2, 1]);
    /// assert_eq!(runs.inverse.to_vec::<i64>()?, [0, 0, 1, 2]);
    /// assert_eq!(runs.counts.to_vec::<i64>()?, [2, 1, 1]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A dimension that isn't there; slices without elements.
    #[track_caller]
    pub fn unique_consecutive(&self, dim: impl Into<Option<i64>>) -> Result<Unique> {
        const OP: &str = "unique_consecutive";
        let dim = dim.into().map(|d| self.shape().dim(OP, d)).transpose()?;
        let dim = dim.filter(|_| self.rank() > 0);
        let rows = Rows::new(OP, self, dim)?;
        self.grouped(OP, dim, &rows, 0..rows.count)
    }

    #[track_caller]
    fn grouped(
        &self,
        op: &'static str,
        dim: Option<usize>,
        rows: &Rows,
        order: impl Iterator<Item = usize>,
    ) -> Result<Unique> {
        let (firsts, group, counts) = rows.group(order)?;
        let n = firsts.len();
        Ok(match dim {
            None => Unique {
                values: {
                    let flat = self.reshape([-1])?;
                    Selection::along(flat.shape(), 0, vec![firsts], &[n])?.take(op, &flat)?
                },
                inverse: group.reshape(self.shape())?,
                counts,
            },
            Some(d) => Unique {
                values: Selection::along(self.shape(), d, vec![firsts], &[n])?.take(op, self)?,
                inverse: group,
                counts,
            },
        })
    }

    /// How often each number from 0 on occurs in this vector of non-negative integers, as `i64`, at least `minlength`
    /// numbers long. With `weights` (of the same length): the sum of each number's weights, in `f32` if they are, else
    /// in `f64`.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::new([1i64, 3, 1])?;
    /// assert_eq!(x.bincount(None, 0)?.to_vec::<i64>()?, [0, 2, 0, 1]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Anything but a vector of integers; negative numbers; weights of another length; no memory for that many numbers.
    #[track_caller]
    pub fn bincount(&self, weights: Option<&Tensor>, minlength: usize) -> Result<Tensor> {
        const OP: &str = "bincount";
        if self.rank() != 1 {
            return Err(Error::shape(
                OP,
                format!("expected a vector, got shape {}", self.shape()),
            ));
        }
        if !self.dtype().is_int() && self.numel() > 0 {
            return Err(Error::dtype(
                OP,
                format!("expected integers, got {}", self.dtype()),
            ));
        }
        if let Some(w) = weights
            && w.shape() != self.shape()
        {
            return Err(Error::shape(
                OP,
                format!(
                    "weights of shape {} for numbers of shape {}; expected the same",
                    w.shape(),
                    self.shape()
                ),
            ));
        }
        if let Some(w) = weights
            && crate::autograd::tracks(&[w])
        {
            return Err(Error::unsupported(
                OP,
                "has no gradient; detach the weights, or use index_add",
            ));
        }
        let numbers = self.detach().to_dtype(crate::DType::I64)?;
        numbers.with_data(|v: &[i64]| {
            let (low, high) = v.iter().fold((0, -1), |(l, h), &x| (x.min(l), x.max(h)));
            if low < 0 {
                return Err(Error::value(
                    OP,
                    format!("expected non-negative integers, got {low}"),
                ));
            }
            let length = (high as u64).wrapping_add(1) as usize;
            let shape = Shape::from_dims(Dims::from_slice(&[length.max(minlength)]))?;
            match weights {
                None => {
                    let mut out = Fresh::<i64>::zeroed(shape)?;
                    let counts = out.slice();
                    for &x in v {
                        counts[x as usize] += 1;
                    }
                    Ok(out.finish())
                }
                Some(w) => {
                    let mut out = Fresh::<f64>::zeroed(shape)?;
                    let sums = out.slice();
                    w.detach()
                        .to_dtype(crate::DType::F64)?
                        .with_data(|w: &[f64]| {
                            for (&x, w) in v.iter().zip(w) {
                                sums[x as usize] += w;
                            }
                        })?;
                    match w.dtype() {
                        crate::DType::F32 => out.finish().to_dtype(crate::DType::F32),
                        _ => Ok(out.finish()),
                    }
                }
            }
        })?
    }
}
