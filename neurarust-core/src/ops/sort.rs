//! Order: sorting, the largest, the k-th, the distinct, the place where a value belongs.
//!
//! Every element becomes an unsigned key in the order PyTorch sorts in: NaN is larger than everything, -0 equals 0. What
//! is sorted are keys with their positions, so equal elements keep their order without a stable algorithm; the values
//! are gathered afterwards, which is what makes them differentiable.

use super::selection::{Selection, gathered};
use crate::cpu::fresh::Fresh;
use crate::dtype::Element;
use crate::error::OrMemory;
use crate::layout::{Dims, Shape};
use crate::{Error, Result, Tensor};
use half::{bf16, f16};

/// Elements per task of the thread pool.
const GRAIN: usize = 4 * 1024;

/// An element as an unsigned integer of the same order.
trait Key: Element {
    /// Whether 32 bits are enough.
    const NARROW: bool;
    fn key(self) -> u64;
}

macro_rules! integer_keys {
    ($($t:ty: $narrow:literal),*) => { $(
        impl Key for $t {
            const NARROW: bool = $narrow;
            #[inline(always)]
            fn key(self) -> u64 {
                match $narrow {
                    true => (self.to_i64() + (1 << 31)) as u64,
                    false => self.to_i64() as u64 ^ (1 << 63),
                }
            }
        }
    )* };
}
integer_keys!(bool: true, u8: true, i8: true, i16: true, i32: true, i64: false);

impl Key for f32 {
    const NARROW: bool = true;
    #[inline(always)]
    fn key(self) -> u64 {
        if self.is_nan() {
            return u32::MAX as u64;
        }
        // + 0 turns -0 into 0. Negative numbers count down: turn all their bits, else the sign.
        let bits = (self + 0.0).to_bits();
        (bits ^ (((bits as i32 >> 31) as u32) | 1 << 31)) as u64
    }
}

impl Key for f64 {
    const NARROW: bool = false;
    #[inline(always)]
    fn key(self) -> u64 {
        if self.is_nan() {
            return u64::MAX;
        }
        let bits = (self + 0.0).to_bits();
        bits ^ (((bits as i64 >> 63) as u64) | 1 << 63)
    }
}

impl Key for f16 {
    const NARROW: bool = true;
    fn key(self) -> u64 {
        self.to_f32().key()
    }
}

impl Key for bf16 {
    const NARROW: bool = true;
    fn key(self) -> u64 {
        self.to_f32().key()
    }
}

/// The keys of `t`, row by row, and whether they fit 32 bits.
#[track_caller]
pub(super) fn keys(op: &'static str, t: &Tensor) -> Result<(Vec<u64>, bool)> {
    if t.dtype().is_complex() {
        return Err(super::complex::refused(op, t.dtype()));
    }
    let mut out = Vec::new();
    out.try_reserve_exact(t.numel()).or_memory(op)?;
    crate::dispatch!(t.dtype(), T => {
        t.with_data(|v: &[T]| out.extend(v.iter().map(|x| x.key())))?;
        Ok((out, T::NARROW))
    })
}

/// How much of a row's order is asked for.
#[derive(Clone, Copy)]
pub(super) enum Part {
    /// The first so many, sorted.
    Sorted(usize),
    /// The first so many in any order.
    Unsorted(usize),
    /// Only the one at this place.
    At(usize),
}

/// Up to so many first ones of a row are kept in order while it is read.
const FEW: usize = 32;

/// The positions of a row in the order of `keys`, as far as `part` asks for.
pub(super) fn order(keys: &[u64], narrow: bool, descending: bool, part: Part, out: &mut [i64]) {
    let turned = |k: u64| match (descending, narrow) {
        (false, _) => k,
        (true, true) => !(k as u32) as u64,
        (true, false) => !k,
    };
    if let Part::At(k) = part {
        out[0] = match narrow {
            true => nth(keys.iter().map(|&k| turned(k) as u32), k),
            false => nth(keys.iter().map(|&k| turned(k)), k),
        } as i64;
        return;
    }
    // Large types, small numbers: what is above the smallest may fit.
    let base = match narrow {
        true => 0,
        false => keys.iter().map(|&k| turned(k)).min().unwrap_or(0),
    };
    let fits = narrow || keys.iter().all(|&k| turned(k) - base <= u32::MAX as u64);
    if fits && keys.len() <= u32::MAX as usize {
        let packed = keys
            .iter()
            .enumerate()
            .map(|(i, &k)| (turned(k) - base) << 32 | i as u64);
        let place = |p: u64| (p & u32::MAX as u64) as i64;
        match part {
            Part::Sorted(k) | Part::Unsorted(k) if k <= FEW && k < keys.len() / 8 => {
                let mut best = [u64::MAX; FEW];
                first_few(packed, &mut best[..k]);
                for (slot, &p) in out.iter_mut().zip(&best[..k]) {
                    *slot = place(p);
                }
            }
            _ => arrange(&mut packed.collect::<Vec<u64>>(), part, out, place),
        }
    } else {
        let pack = |(i, &k): (usize, &u64)| (turned(k), i as u64);
        let mut packed: Vec<(u64, u64)> = keys.iter().enumerate().map(pack).collect();
        arrange(&mut packed, part, out, |p| p.1 as i64);
    }
}

/// The smallest of `all`, in order, as many as `best` has room for.
fn first_few(all: impl Iterator<Item = u64>, best: &mut [u64]) {
    let Some(last) = best.len().checked_sub(1) else {
        return;
    };
    for p in all {
        if p < best[last] {
            let mut i = last;
            while i > 0 && best[i - 1] > p {
                best[i] = best[i - 1];
                i -= 1;
            }
            best[i] = p;
        }
    }
}

/// The position of the element that is at place `k` in order, equal ones in order of position.
pub(super) fn nth<K: Ord + Copy>(keys: impl Iterator<Item = K> + Clone, k: usize) -> usize {
    let mut sorted: Vec<K> = keys.clone().collect();
    let wanted = *sorted.select_nth_unstable(k).1;
    // What equals it and comes before it in order lies below place `k` too, as does all that is smaller.
    let smaller = sorted[..k].iter().filter(|&&other| other < wanted).count();
    let mut equal = keys.enumerate().filter(|&(_, other)| other == wanted);
    equal.nth(k - smaller).map_or(0, |(i, _)| i)
}

fn arrange<P: Ord + Copy>(packed: &mut [P], part: Part, out: &mut [i64], place: fn(P) -> i64) {
    match part {
        Part::At(_) => return,
        Part::Sorted(k) | Part::Unsorted(k) if k == 0 => return,
        Part::Unsorted(k) if k < packed.len() => {
            packed.select_nth_unstable(k - 1);
        }
        Part::Sorted(k) if k < packed.len() => {
            packed.select_nth_unstable(k - 1);
            packed[..k].sort_unstable();
        }
        Part::Sorted(_) => packed.sort_unstable(),
        Part::Unsorted(_) => {}
    }
    for (slot, &p) in out.iter_mut().zip(packed.iter()) {
        *slot = place(p);
    }
}

impl Tensor {
    /// The positions along `dim` that `part` asks for: `dim` shrinks to their number.
    #[track_caller]
    fn ordered(
        &self,
        op: &'static str,
        dim: usize,
        descending: bool,
        part: Part,
    ) -> Result<Tensor> {
        let _op = crate::profiler::op(op);
        let size = self.dims()[dim];
        let rows = self.detach().movedim(dim as i64, -1)?;
        let mut dims = Dims::from_slice(rows.dims());
        let count = match part {
            Part::Sorted(k) | Part::Unsorted(k) => k,
            Part::At(_) => 1,
        };
        *dims.last_mut().expect("a dimension was moved there") = count;
        let mut out = Fresh::<i64>::new(Shape::from_dims(dims)?)?;
        if count > 0 && size > 0 {
            let (keys, narrow) = keys(op, &rows)?;
            let per_task = (GRAIN / size).max(1);
            out.for_each_chunk(per_task * count, |start, part_of_out| {
                let rows = keys[start / count * size..].chunks(size);
                for (row, out) in rows.zip(part_of_out.chunks_mut(count)) {
                    order(row, narrow, descending, part, out);
                }
            });
        }
        out.finish().movedim(-1, dim as i64)
    }

    /// The elements at `positions` along `dim`, as a function of this tensor.
    #[track_caller]
    fn at_positions(&self, op: &'static str, dim: usize, positions: &Tensor) -> Result<Tensor> {
        gathered(op, self, dim, positions, false)
    }

    /// Values and positions along `dim`; a scalar counts as a vector.
    #[track_caller]
    fn arranged(
        &self,
        op: &'static str,
        dim: i64,
        descending: bool,
        part: impl FnOnce(usize) -> Result<Part>,
    ) -> Result<(Tensor, Tensor)> {
        let dim = self.shape().dim(op, dim)?;
        if self.rank() == 0 {
            let (values, positions) = self.reshape([1])?.arranged(op, 0, descending, part)?;
            // Nothing was asked for: an empty vector cannot become a scalar.
            return match values.numel() {
                1 => Ok((values.reshape([0i64; 0])?, positions.reshape([0i64; 0])?)),
                _ => Ok((values, positions)),
            };
        }
        let positions = self.ordered(op, dim, descending, part(self.dims()[dim])?)?;
        Ok((self.at_positions(op, dim, &positions)?, positions))
    }

    /// Sorted along `dim`: values and the positions (`i64`) they came from. Equal elements keep their order; NaN counts
    /// as the largest.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let (values, positions) = Tensor::new([3.0f32, 1.0, 2.0])?.sort(0, false)?;
    /// assert_eq!(values.to_vec::<f32>()?, [1.0, 2.0, 3.0]);
    /// assert_eq!(positions.to_vec::<i64>()?, [1, 2, 0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A dimension that isn't there.
    #[track_caller]
    pub fn sort(&self, dim: i64, descending: bool) -> Result<(Tensor, Tensor)> {
        self.arranged("sort", dim, descending, |n| Ok(Part::Sorted(n)))
    }

    /// The positions that sort along `dim`; equal elements keep their order.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::new([3f32, 1.0, 2.0])?;
    /// assert_eq!(x.argsort(0, false)?.to_vec::<i64>()?, [1, 2, 0]);
    /// assert_eq!(x.argsort(0, true)?.to_vec::<i64>()?, [0, 2, 1]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A dimension that isn't there.
    #[track_caller]
    pub fn argsort(&self, dim: i64, descending: bool) -> Result<Tensor> {
        const OP: &str = "argsort";
        let dim = self.shape().dim(OP, dim)?;
        if self.rank() == 0 {
            return Tensor::new(0i64);
        }
        self.ordered(OP, dim, descending, Part::Sorted(self.dims()[dim]))
    }

    /// Sorted along the first dimension.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// assert_eq!(Tensor::new([[3i64, 1], [2, 4]])?.msort()?.to_vec::<i64>()?, [2, 1, 3, 4]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// No memory.
    #[track_caller]
    pub fn msort(&self) -> Result<Tensor> {
        Ok(self.sort(0, false)?.0)
    }

    /// The `k` largest (or smallest) elements along `dim` and their positions, best first if `sorted`; of equal ones the
    /// first come first.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let (values, positions) = Tensor::new([1f32, 4.0, 2.0])?.topk(2, 0, true, true)?;
    /// assert_eq!(values.to_vec::<f32>()?, [4.0, 2.0]);
    /// assert_eq!(positions.to_vec::<i64>()?, [1, 2]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A dimension that isn't there, or with fewer than `k` elements.
    #[track_caller]
    pub fn topk(
        &self,
        k: usize,
        dim: i64,
        largest: bool,
        sorted: bool,
    ) -> Result<(Tensor, Tensor)> {
        const OP: &str = "topk";
        let dim = self.shape().dim(OP, dim)?;
        let size = self.dims().get(dim).copied().unwrap_or(1);
        if k > size {
            return Err(Error::value(
                OP,
                format!("{k} elements of dimension {dim}, which has {size}"),
            ));
        }
        self.arranged(OP, dim as i64, largest, |_| {
            Ok(match sorted {
                true => Part::Sorted(k),
                false => Part::Unsorted(k),
            })
        })
    }

    /// The `k`-th smallest element along `dim`, counted from 1, and its position.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let (value, position) = Tensor::new([3f32, 1.0, 2.0])?.kthvalue(2, 0, false)?;
    /// assert_eq!((value.item::<f32>()?, position.item::<i64>()?), (2.0, 2));
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A dimension that isn't there, or without a `k`-th element.
    #[track_caller]
    pub fn kthvalue(&self, k: usize, dim: i64, keepdim: bool) -> Result<(Tensor, Tensor)> {
        const OP: &str = "kthvalue";
        let dim = self.shape().dim(OP, dim)?;
        let size = self.dims().get(dim).copied().unwrap_or(1);
        if k == 0 || k > size {
            return Err(Error::value(
                OP,
                format!("element {k} of dimension {dim}; expected 1 to {size}"),
            ));
        }
        let found = self.arranged(OP, dim as i64, false, |_| Ok(Part::At(k - 1)))?;
        self.without(dim, keepdim, found)
    }

    #[track_caller]
    fn without(
        &self,
        dim: usize,
        keepdim: bool,
        (values, positions): (Tensor, Tensor),
    ) -> Result<(Tensor, Tensor)> {
        if keepdim || self.rank() == 0 {
            return Ok((values, positions));
        }
        let dim = [dim as i64];
        Ok((values.squeeze(&dim)?, positions.squeeze(&dim)?))
    }

    /// The median along `dim` (the lower one of two) and its position; NaN where there is one.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let (values, positions) = Tensor::new([[1f32, 3.0, 2.0], [6.0, 4.0, 5.0]])?.median_dim(1, false)?;
    /// assert_eq!(values.to_vec::<f32>()?, [2.0, 5.0]);
    /// assert_eq!(positions.to_vec::<i64>()?, [2, 2]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A dimension that isn't there or is empty.
    #[track_caller]
    pub fn median_dim(&self, dim: i64, keepdim: bool) -> Result<(Tensor, Tensor)> {
        const OP: &str = "median";
        let dim = self.shape().dim(OP, dim)?;
        if self.rank() == 0 {
            return self.sort(0, false);
        }
        let size = self.dims()[dim];
        if size == 0 {
            return Err(Error::value(
                OP,
                format!("dimension {dim} of shape {} is empty", self.shape()),
            ));
        }
        if self.dtype().is_complex() {
            return Err(super::complex::refused(OP, self.dtype()));
        }
        let rows = self.detach().movedim(dim as i64, -1)?;
        let positions =
            crate::dispatch!(self.dtype(), T => middles::<T>(&rows))?.movedim(-1, dim as i64)?;
        let values = self.at_positions(OP, dim, &positions)?;
        self.without(dim, keepdim, (values, positions))
    }

    /// The median of all elements, the lower one of two; NaN if there is one.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// assert_eq!(Tensor::new([4f32, 1.0, 3.0, 2.0])?.median()?.item::<f32>()?, 2.0);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// An empty tensor.
    #[track_caller]
    pub fn median(&self) -> Result<Tensor> {
        Ok(self.reshape([-1])?.median_dim(0, false)?.0)
    }

    /// The distinct elements in ascending order, with, per element of this tensor, the position of its like among them
    /// (in this tensor's shape), and how often each occurs. NaNs are distinct.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let u = Tensor::new([3i64, 1, 3])?.unique()?;
    /// assert_eq!(u.values.to_vec::<i64>()?, [1, 3]);
    /// assert_eq!(u.inverse.to_vec::<i64>()?, [1, 0, 1]);
    /// assert_eq!(u.counts.to_vec::<i64>()?, [1, 2]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// No memory.
    #[track_caller]
    pub fn unique(&self) -> Result<Unique> {
        const OP: &str = "unique";
        let flat = self.reshape([-1])?;
        let order = flat.argsort(0, false)?.to_vec::<i64>()?;
        let (keys, narrow) = keys(OP, &flat)?;
        let nan = match flat.dtype().is_float() {
            true if narrow => u32::MAX as u64,
            true => u64::MAX,
            // No key is that large.
            false => u64::MAX,
        };
        let is_nan = |k: u64| flat.dtype().is_float() && k == nan;
        let mut inverse = Fresh::<i64>::new(self.shape().clone())?;
        let (mut firsts, mut counts) = (Vec::<i64>::new(), Vec::<i64>::new());
        let places = inverse.slice();
        let mut last = None;
        for &i in &order {
            let key = keys[i as usize];
            if last != Some(key) || is_nan(key) {
                firsts.push(i);
                counts.push(0);
                last = Some(key);
            }
            if let Some(count) = counts.last_mut() {
                *count += 1;
            }
            places[i as usize] = firsts.len() as i64 - 1;
        }
        let n = firsts.len();
        let selection = Selection::along(flat.shape(), 0, vec![firsts], &[n])?;
        Ok(Unique {
            values: selection.take(OP, &flat)?,
            inverse: inverse.finish(),
            counts: Tensor::from_vec(counts, n)?,
        })
    }

    /// The elements at positions `order` along the last dimension, checked as `searchsorted` takes them.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::new([3f32, 1.0, 2.0])?;
    /// assert_eq!(x.in_order_of(&x.argsort(0, false)?)?.to_vec::<f32>()?, [1.0, 2.0, 3.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// An order that isn't `i64`, of another shape, or with positions outside of the dimension.
    #[track_caller]
    pub fn in_order_of(&self, order: &Tensor) -> Result<Tensor> {
        const OP: &str = "searchsorted";
        if order.dtype() != crate::DType::I64 || order.shape() != self.shape() {
            return Err(Error::shape(
                OP,
                format!(
                    "a sorter of shape {} and type {} for a sequence of shape {}; expected int64 of the same shape",
                    order.shape(),
                    order.dtype(),
                    self.shape()
                ),
            ));
        }
        match self.rank() {
            0 => Ok(self.clone()),
            rank => self.detach().at_positions(OP, rank - 1, order),
        }
    }

    /// Where each of `values` belongs in this tensor, which is sorted along its last dimension: the number of elements
    /// below it, or with `right` not above it; `i64` in the shape of `values`. This tensor is one vector, or has the
    /// leading dimensions of `values`.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let sorted = Tensor::new([1f32, 3.0, 5.0])?;
    /// let values = Tensor::new([3f32, 4.0])?;
    /// assert_eq!(sorted.searchsorted(&values, false)?.to_vec::<i64>()?, [1, 2]);
    /// assert_eq!(sorted.searchsorted(&values, true)?.to_vec::<i64>()?, [2, 2]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Leading dimensions that differ.
    #[track_caller]
    pub fn searchsorted(&self, values: &Tensor, right: bool) -> Result<Tensor> {
        const OP: &str = "searchsorted";
        let Some((&size, lead)) = self.dims().split_last() else {
            return Err(Error::shape(OP, "expected a sorted vector, got a scalar"));
        };
        let given = values.dims().split_last();
        let one = lead.is_empty();
        if !one && given.is_none_or(|(_, values)| values != lead) {
            return Err(Error::shape(
                OP,
                format!(
                    "values of shape {} in sequences of shape {}; expected equal leading dimensions, or one sequence",
                    values.shape(),
                    self.shape()
                ),
            ));
        }
        let dtype = super::apply::promote(&[self, values]);
        let (sorted, _) = keys(OP, &self.detach().to_dtype(dtype)?)?;
        let (wanted, _) = keys(OP, &values.detach().to_dtype(dtype)?)?;
        let per_row = match one {
            true => wanted.len(),
            false => given.map_or(1, |(n, _)| *n),
        };
        let mut out = Fresh::<i64>::new(values.shape().clone())?;
        out.for_each_chunk(GRAIN, |start, part| {
            for (i, slot) in part.iter_mut().enumerate() {
                let row = (start + i) / per_row * size;
                let key = wanted[start + i];
                *slot = sorted[row..row + size].partition_point(|&k| k < key || (right && k == key))
                    as i64;
            }
        });
        Ok(out.finish())
    }

    /// Which of the buckets between the sorted `boundaries` each element falls in: [`Tensor::searchsorted`] the other way
    /// round.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let ages = Tensor::new([3i64, 18, 70])?;
    /// assert_eq!(ages.bucketize(&Tensor::new([18i64, 65])?, true)?.to_vec::<i64>()?, [0, 1, 2]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Boundaries that aren't a vector.
    #[track_caller]
    pub fn bucketize(&self, boundaries: &Tensor, right: bool) -> Result<Tensor> {
        if boundaries.rank() != 1 {
            return Err(Error::shape(
                "bucketize",
                format!(
                    "expected boundaries of 1 dimension, got shape {}",
                    boundaries.shape()
                ),
            ));
        }
        boundaries.searchsorted(self, right)
    }
}

/// The position of the median of each row, or of the first NaN.
#[track_caller]
fn middles<T: Key>(rows: &Tensor) -> Result<Tensor> {
    let mut dims = Dims::from_slice(rows.dims());
    let size = dims.last().copied().unwrap_or(1);
    if let Some(last) = dims.last_mut() {
        *last = 1;
    }
    let mut out = Fresh::<i64>::new(Shape::from_dims(dims)?)?;
    rows.with_data(|data: &[T]| {
        out.for_each_chunk((GRAIN / size).max(1), |start, part| {
            for (row, slot) in data[start * size..].chunks(size).zip(part) {
                // Only NaN differs from itself.
                #[allow(clippy::eq_op)]
                let nan = row.iter().position(|x| x != x);
                let middle = (size - 1) / 2;
                *slot = match nan {
                    Some(first) => first,
                    None if T::NARROW => nth(row.iter().map(|x| x.key() as u32), middle),
                    None => nth(row.iter().map(|x| x.key()), middle),
                } as i64;
            }
        });
    })?;
    Ok(out.finish())
}

/// The answer of [`Tensor::unique`].
///
/// ```
/// # use neurarust_core::Tensor;
/// let found = Tensor::new([3i64, 1, 3])?.unique()?;
/// assert_eq!(found.values.to_vec::<i64>()?, [1, 3]);
/// assert_eq!(found.inverse.to_vec::<i64>()?, [1, 0, 1]);
/// assert_eq!(found.counts.to_vec::<i64>()?, [1, 2]);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Unique {
    /// The distinct elements, ascending.
    pub values: Tensor,
    /// Per element of the tensor: the position of its like in `values`.
    pub inverse: Tensor,
    /// Per distinct element: how often it occurs.
    pub counts: Tensor,
}
