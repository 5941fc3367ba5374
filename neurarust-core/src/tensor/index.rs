//! Indexing as in Python: `x.index(i![0, 1..5; 2, ..., new, &rows])`.
//!
//! Integers, ranges, ellipsis and new axes are views. Index tensors pick elements, with PyTorch's rules: they broadcast
//! together; their common dimensions stand where the indexed ones stood if those are adjacent, else in front; a bool
//! tensor stands for the places where it is true.

use super::{Operand, Tensor};
use crate::layout::Shape;
use crate::ops::mask::places;
use crate::ops::selection::{Selection, indices};
use crate::{DType, Error, Result};
use std::ops::{Range, RangeFrom, RangeFull, RangeInclusive, RangeTo, RangeToInclusive};

/// What stands between two commas of an index. Made by [`i!`](crate::i), or with `into()`.
#[derive(Clone, Debug)]
pub enum Index {
    /// One element; the dimension disappears. Negative numbers count from the back.
    At(i64),
    /// Every `step`-th element; bounds outside are clipped, negative ones count from the back.
    Range {
        /// The first element, by default 0.
        start: Option<i64>,
        /// The element behind the last one, by default the dimension's size.
        end: Option<i64>,
        /// 1 or more.
        step: i64,
    },
    /// The whole dimension.
    Full,
    /// As many whole dimensions as are left over; once per index.
    Ellipsis,
    /// A new dimension of size 1.
    NewAxis,
    /// Elements by number, or where a bool tensor is true.
    Tensor(Tensor),
}

/// A list of [`Index`]es: integers, ranges (`1..`, `..-1`, `..`), ranges with a step (`1..; 2`), `...`, `new`, tensors.
///
/// ```
/// use neurarust_core::{i, Tensor};
/// let x = Tensor::arange(0..24)?.reshape([2, 3, 4])?;
/// assert_eq!(x.index(i![1, .., ..-1])?.dims(), [3, 3]);
/// assert_eq!(x.index(i![..., 1..; 2])?.dims(), [2, 3, 2]);
/// assert_eq!(x.index(i![0, new, -1])?.to_vec::<i64>()?, [8, 9, 10, 11]);
/// let rows = Tensor::new([2i64, 0])?;
/// assert_eq!(x.index(i![.., &rows, 3])?.to_vec::<i64>()?, [11, 3, 23, 15]);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
#[macro_export]
macro_rules! i {
    (@list [$($done:expr,)*]) => {{
        // `1..-1` is no empty range here: the end counts from the back.
        #[allow(clippy::reversed_empty_ranges)]
        let list: [$crate::Index; _] = [$($done),*];
        list
    }};
    (@list [$($done:expr,)*] ... $(, $($rest:tt)*)?) => {
        $crate::i!(@list [$($done,)* $crate::Index::Ellipsis,] $($($rest)*)?)
    };
    (@list [$($done:expr,)*] new $(, $($rest:tt)*)?) => {
        $crate::i!(@list [$($done,)* $crate::Index::NewAxis,] $($($rest)*)?)
    };
    (@list [$($done:expr,)*] $range:expr ; $step:expr $(, $($rest:tt)*)?) => {
        $crate::i!(@list [$($done,)* $crate::Index::from($range).every($step),] $($($rest)*)?)
    };
    (@list [$($done:expr,)*] $index:expr $(, $($rest:tt)*)?) => {
        $crate::i!(@list [$($done,)* $crate::Index::from($index),] $($($rest)*)?)
    };
    ($($index:tt)*) => { $crate::i!(@list [] $($index)*) };
}

impl Index {
    /// The same range with another step; an integer becomes the range from it on.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, Index};
    /// let x = Tensor::arange(0..6)?;
    /// assert_eq!(x.index([Index::from(1..).every(2)])?.to_vec::<i64>()?, [1, 3, 5]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn every(self, step: i64) -> Index {
        let (start, end) = match self {
            Index::At(i) => (Some(i), None),
            Index::Range { start, end, .. } => (start, end),
            Index::Full => (None, None),
            other => return other,
        };
        Index::Range { start, end, step }
    }

    /// How many dimensions it takes up.
    fn consumes(&self) -> usize {
        match self {
            Index::Ellipsis | Index::NewAxis => 0,
            Index::Tensor(t) if is_mask(t) => t.rank(),
            _ => 1,
        }
    }
}

/// `u8` tensors count as masks, as in PyTorch.
fn is_mask(t: &Tensor) -> bool {
    matches!(t.dtype(), DType::Bool | DType::U8)
}

impl From<RangeFull> for Index {
    fn from(_: RangeFull) -> Index {
        Index::Full
    }
}
impl From<Tensor> for Index {
    fn from(t: Tensor) -> Index {
        Index::Tensor(t)
    }
}
impl From<&Tensor> for Index {
    fn from(t: &Tensor) -> Index {
        Index::Tensor(t.clone())
    }
}

macro_rules! integers {
    ($($t:ty),*) => { $(
        impl From<$t> for Index {
            fn from(i: $t) -> Index { Index::At(wide(i)) }
        }
        integers!(@range $t, Range<$t>, r => Some(r.start), Some(r.end));
        integers!(@range $t, RangeFrom<$t>, r => Some(r.start), None);
        integers!(@range $t, RangeTo<$t>, r => None, Some(r.end));
        integers!(@range $t, RangeInclusive<$t>, r => Some(*r.start()), past(*r.end()));
        integers!(@range $t, RangeToInclusive<$t>, r => None, past(r.end));
    )* };
    (@range $t:ty, $range:ty, $r:ident => $start:expr, $end:expr) => {
        impl From<$range> for Index {
            fn from($r: $range) -> Index {
                let (start, end): (Option<$t>, Option<$t>) = ($start, $end);
                Index::Range { start: start.map(wide), end: end.map(wide), step: 1 }
            }
        }
    };
}
integers!(i32, i64, usize);

fn wide<T: TryInto<i64>>(i: T) -> i64 {
    // Only a `usize` can fail, and no dimension is that long.
    i.try_into().unwrap_or(i64::MAX)
}

/// The end of an inclusive range; `..=-1` goes to the very end.
fn past<T: TryInto<i64> + TryFrom<i64>>(end: T) -> Option<T> {
    match wide(end) {
        -1 => None,
        end => T::try_from(end.saturating_add(1)).ok(),
    }
}

/// An index taken apart: a view, and what index tensors pick of it.
struct Resolved {
    view: Tensor,
    selection: Option<Selection>,
}

impl Tensor {
    #[track_caller]
    fn resolve_index(&self, op: &'static str, index: &[Index]) -> Result<Resolved> {
        let ellipses = index
            .iter()
            .filter(|i| matches!(i, Index::Ellipsis))
            .count();
        let consumed: usize = index.iter().map(Index::consumes).sum();
        if ellipses > 1 {
            return Err(Error::index(op, "more than one ellipsis"));
        }
        if consumed > self.rank() {
            return Err(Error::index(
                op,
                format!(
                    "an index of {consumed} dimensions for a tensor of shape {}, which has {}",
                    self.shape(),
                    self.rank()
                ),
            ));
        }
        let mut view = self.clone();
        let mut dim = 0;
        // Per dimension of the view that is indexed by a tensor.
        let mut picked: Vec<(usize, Tensor)> = Vec::new();
        for entry in index {
            match entry {
                Index::At(i) => view = view.select_index(op, dim, *i)?,
                Index::Range { start, end, step } => {
                    if *step < 1 {
                        return Err(Error::value(
                            op,
                            format!("step {step}; expected 1 or more (flip reverses)"),
                        ));
                    }
                    if !matches!((start, end, step), (None, None, 1)) {
                        view = view.slice(dim as i64, *start, *end, *step)?;
                    }
                    dim += 1;
                }
                Index::Full => dim += 1,
                Index::Ellipsis => dim += self.rank() - consumed,
                Index::NewAxis => {
                    view = view.unsqueeze(dim as i64)?;
                    dim += 1;
                }
                Index::Tensor(t) if is_mask(t) => {
                    if t.rank() == 0 {
                        let on = t.item::<i64>()? != 0;
                        view = view.unsqueeze(dim as i64)?;
                        picked.push((dim, Tensor::zeros((on as usize, DType::I64))?));
                        dim += 1;
                        continue;
                    }
                    let covered = &view.dims()[dim..dim + t.rank()];
                    if t.dims() != covered {
                        return Err(Error::index(
                            op,
                            format!(
                                "a mask of shape {} for dimensions {dim}.. of sizes {covered:?}",
                                t.shape()
                            ),
                        ));
                    }
                    for list in places(op, t)? {
                        let n = list.len();
                        picked.push((dim, Tensor::from_vec(list, n)?));
                        dim += 1;
                    }
                }
                Index::Tensor(t) if t.rank() == 0 && t.dtype().is_int() => {
                    view = view.select_index(op, dim, t.item::<i64>()?)?;
                }
                Index::Tensor(t) => {
                    picked.push((dim, t.clone()));
                    dim += 1;
                }
            }
        }
        if picked.is_empty() {
            return Ok(Resolved {
                view,
                selection: None,
            });
        }
        let mut joint = Shape::scalar();
        for (_, t) in &picked {
            joint = joint
                .broadcast(t.shape(), op)
                .map_err(|e| e.with_note("index tensors have to broadcast together"))?;
        }
        let mut lists = Vec::with_capacity(picked.len());
        for (d, t) in &picked {
            let list = indices(op, &t.detach().expand_to(&joint)?, view.dims()[*d], true)
                .map_err(|e| e.with_note(format!("of dimension {d}, shape {}", view.shape())))?;
            lists.push(list);
        }
        let mut first = picked[0].0;
        let adjacent = picked.windows(2).all(|w| w[1].0 == w[0].0 + 1);
        if !adjacent {
            let is_picked = |d: &i64| picked.iter().any(|(p, _)| *p as i64 == *d);
            let mut order: Vec<i64> = picked.iter().map(|(d, _)| *d as i64).collect();
            order.extend((0..view.rank() as i64).filter(|d| !is_picked(d)));
            view = view.permute(&order)?;
            first = 0;
        }
        let selection = Selection::along(view.shape(), first, lists, joint.dims())?;
        Ok(Resolved {
            view,
            selection: Some(selection),
        })
    }

    #[track_caller]
    fn select_index(&self, op: &'static str, dim: usize, index: i64) -> Result<Tensor> {
        let size = self.dims()[dim] as i64;
        if index < -size || index >= size {
            return Err(Error::index(
                op,
                format!(
                    "index {index} is out of range for dimension {dim} of size {size} of shape {}",
                    self.shape()
                ),
            ));
        }
        self.select(dim as i64, index)
    }

    /// The part that `index` (see [`i!`](crate::i)) tells: a view, or a copy if index tensors take part.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, i};
    /// let x = Tensor::new([[1i64, 2, 3], [4, 5, 6]])?;
    /// assert_eq!(x.index(i![-1, 1..])?.to_vec::<i64>()?, [5, 6]);
    /// assert_eq!(x.index(i![&x.gt(2i64)?])?.to_vec::<i64>()?, [3, 4, 5, 6]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// More indices than dimensions, an index out of range, index tensors that don't broadcast together, a mask of
    /// another shape than the dimensions it stands for.
    #[track_caller]
    pub fn index(&self, index: impl AsRef<[Index]>) -> Result<Tensor> {
        if let [Index::Tensor(mask)] = index.as_ref()
            && mask.dtype() == DType::Bool
            && mask.shape() == self.shape()
            && self.rank() > 0
        {
            return self.where_true("index", mask);
        }
        let resolved = self.resolve_index("index", index.as_ref())?;
        match resolved.selection {
            Some(selection) => selection.take("index", &resolved.view),
            None if resolved.view.is_same(self) => self.reshape(self.dims()),
            None => Ok(resolved.view),
        }
    }

    #[track_caller]
    fn put_at(
        &self,
        op: &'static str,
        index: &[Index],
        value: &Tensor,
        accumulate: bool,
    ) -> Result<()> {
        let mut value = value.held_by(op, self.dtype())?;
        let Resolved { view, selection } = self.resolve_index(op, index)?;
        // Superfluous leading dimensions of size 1 go, as in NumPy.
        let room = selection.as_ref().map_or(view.rank(), |s| s.out().rank());
        while value.rank() > room && value.dims()[0] == 1 {
            value = value.squeeze(&[0])?;
        }
        match selection {
            Some(selection) => selection.put_(op, &view, &value, accumulate),
            None if accumulate => view.add_(&value).map(|_| ()),
            None => view.copy_(&value).map(|_| ()),
        }
    }

    /// Writes `value`, which broadcasts, to the part that `index` tells: `x[index] = value`. Gradients flow through. Of
    /// several values for one element the last one stays.
    ///
    /// ```
    /// use neurarust_core::{i, Tensor};
    /// let x = Tensor::zeros([2, 3])?;
    /// x.index_assign(i![.., 1], 5.0)?;
    /// assert_eq!(x.to_vec::<f32>()?, [0.0, 5.0, 0.0, 0.0, 5.0, 0.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Tensor::index`]; a value that doesn't broadcast to the part; what in-place operations refuse. Nothing is
    /// written then.
    #[track_caller]
    pub fn index_assign(&self, index: impl AsRef<[Index]>, value: impl Operand) -> Result<&Tensor> {
        self.put_at("index_assign", index.as_ref(), &*value.operand()?, false)?;
        Ok(self)
    }

    /// As [`Tensor::index_assign`], or adding: then several values for one element are added one after the other.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, DType, i};
    /// let x = Tensor::zeros(([3], DType::I64))?;
    /// let at = Tensor::new([0i64, 2, 0])?;
    /// x.index_put_(i![&at], 5i64, true)?;
    /// assert_eq!(x.to_vec::<i64>()?, [10, 0, 5]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Tensor::index_assign`].
    #[track_caller]
    pub fn index_put_(
        &self,
        index: impl AsRef<[Index]>,
        value: impl Operand,
        accumulate: bool,
    ) -> Result<&Tensor> {
        self.put_at("index_put_", index.as_ref(), &*value.operand()?, accumulate)?;
        Ok(self)
    }

    /// As [`Tensor::index_put_`], into a copy.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, i};
    /// let x = Tensor::new([1i64, 2, 3])?;
    /// assert_eq!(x.index_put(i![..2], 0i64, false)?.to_vec::<i64>()?, [0, 0, 3]);
    /// assert_eq!(x.to_vec::<i64>()?, [1, 2, 3]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Tensor::index_assign`].
    #[track_caller]
    pub fn index_put(
        &self,
        index: impl AsRef<[Index]>,
        value: impl Operand,
        accumulate: bool,
    ) -> Result<Tensor> {
        let out = self.try_clone()?;
        out.put_at("index_put", index.as_ref(), &*value.operand()?, accumulate)?;
        Ok(out)
    }
}
