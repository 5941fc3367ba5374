//! Choosing by truth value, and turning truth values into indices and back.

use super::complex::{from_pair, pair};
use super::selection::{Selection, indices, repeats};
use crate::autograd::{record, tracks};
use crate::cpu::fresh::Fresh;
use crate::error::OrMemory;
use crate::layout::{Dims, Shape};
use crate::{DType, Error, Result, Tensor, tensor::Operand};
use smallvec::smallvec;

/// The places where `t` isn't zero, one list per dimension, in row-major order.
#[track_caller]
pub(crate) fn places(op: &'static str, t: &Tensor) -> Result<Vec<Vec<i64>>> {
    let truth = match t.dtype() {
        DType::Bool => t.detach(),
        _ => t.detach().ne(0i64)?,
    };
    let shape = t.shape();
    truth.with_data(|v: &[bool]| {
        let count = number_of(v);
        let mut lists = vec![Vec::new(); shape.rank()];
        for list in &mut lists {
            list.try_reserve_exact(count).or_memory(op)?;
        }
        let Some((&columns, outer)) = shape.dims().split_last() else {
            return Ok(lists);
        };
        let mut index: Dims = Dims::from_elem(0, outer.len());
        for row in v.chunks(columns.max(1)) {
            let here = number_of(row);
            for (list, &i) in lists.iter_mut().zip(&index) {
                list.resize(list.len() + here, i as i64);
            }
            compress(row, |j| j as i64, here, &mut lists[outer.len()]);
            for d in (0..outer.len()).rev() {
                index[d] += 1;
                if index[d] < outer[d] {
                    break;
                }
                index[d] = 0;
            }
        }
        Ok(lists)
    })?
}

/// How many are true.
fn number_of(mask: &[bool]) -> usize {
    // Bytes are added up as bytes, many side by side.
    mask.chunks(255)
        .map(|part| part.iter().fold(0u8, |n, &b| n + b as u8) as usize)
        .sum()
}

/// Appends `value(i)` of every `i` where `mask` is true, which is so `count` times.
fn compress<T: Copy + Default>(
    mask: &[bool],
    value: impl Fn(usize) -> T,
    count: usize,
    out: &mut Vec<T>,
) {
    let start = out.len();
    out.resize(start + count, T::default());
    pack(mask, value, &mut out[start..]);
}

/// Fills `out` with `value(i)` of every `i` where `mask` is true.
#[inline(always)]
fn pack<T: Copy>(mask: &[bool], value: impl Fn(usize) -> T, out: &mut [T]) {
    let mut n = 0;
    let mut i = 0;
    while i < mask.len() && n < out.len() {
        // Written in any case, and kept only if true: no branch to foresee.
        out[n] = value(i);
        n += mask[i] as usize;
        i += 1;
    }
}

/// The elements of `x` where `mask`, of the same shape, is true, as a vector; unrecorded.
#[track_caller]
fn compressed(x: &Tensor, mask: &Tensor) -> Result<Tensor> {
    if x.dtype().is_complex() {
        let x = pair(&x.detach())?.contiguous()?;
        // Twice as wide, each truth value for both parts.
        let mask = mask.detach().unsqueeze(-1)?.expand_to(x.shape())?;
        let flat = compressed(&x, &mask)?;
        return from_pair(&flat.reshape([-1, 2])?);
    }
    /// Elements per part: those of a part are counted first, so that each knows where its own go.
    const PART: usize = 16 * 1024;
    crate::dispatch!(x.dtype(), T => {
        mask.with_data(|mask: &[bool]| {
            let counts: Vec<usize> = mask.chunks(PART).map(number_of).collect();
            let mut out = Fresh::<T>::new(Shape::new(&[counts.iter().sum()])?)?;
            x.with_data(|x: &[T]| {
                out.for_each_part(&counts, |p, part| {
                    let from = &x[p * PART..];
                    pack(&mask[p * PART..mask.len().min((p + 1) * PART)], |i| from[i], part);
                });
            })?;
            Ok(out.finish())
        })?
    })
}

impl Tensor {
    /// What `self[mask]` is if the mask covers all dimensions: the elements where `mask` is true.
    #[track_caller]
    pub(crate) fn where_true(&self, op: &'static str, mask: &Tensor) -> Result<Tensor> {
        if self.rank() == 0 || tracks(&[self]) || repeats(self) || repeats(mask) {
            return self.selected_by(op, mask)?.take(op, self);
        }
        compressed(&self.detach(), &mask.detach())
    }
}

#[track_caller]
fn needs_bool(op: &'static str, mask: &Tensor) -> Result<()> {
    if mask.dtype() == DType::Bool {
        return Ok(());
    }
    Err(Error::dtype(
        op,
        format!(
            "expected a bool mask, got {}; compare first (x.ne(0))",
            mask.dtype()
        ),
    ))
}

impl Tensor {
    /// What `mask`, which has to broadcast to this tensor's shape, selects.
    #[track_caller]
    fn selected_by(&self, op: &'static str, mask: &Tensor) -> Result<Selection> {
        needs_bool(op, mask)?;
        if &mask.shape().broadcast(self.shape(), op)? != self.shape() {
            return Err(Error::shape(
                op,
                format!(
                    "a mask of shape {} doesn't broadcast to shape {}",
                    mask.shape(),
                    self.shape()
                ),
            ));
        }
        let mask = mask.detach().expand_to(self.shape())?;
        if self.rank() == 0 {
            return Selection::flags(self.shape(), mask.item::<bool>()? as usize);
        }
        let lists = places(op, &mask)?;
        let joint = [lists[0].len()];
        Selection::along(self.shape(), 0, lists, &joint)
    }

    /// Where this tensor isn't zero: (count, dimensions), `i64`, in row-major order.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::new([[0i64, 1], [2, 0]])?;
    /// assert_eq!(x.nonzero()?.dims(), [2, 2]);
    /// assert_eq!(x.nonzero()?.to_vec::<i64>()?, [0, 1, 1, 0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// No memory.
    #[track_caller]
    pub fn nonzero(&self) -> Result<Tensor> {
        let _op = crate::profiler::op("nonzero");
        let truth = match self.dtype() {
            DType::Bool => self.detach(),
            _ => self.detach().ne(0i64)?,
        };
        let rank = self.rank();
        let Some((&columns, outer)) = self.dims().split_last() else {
            let count = truth.item::<bool>()? as usize;
            return Ok(Fresh::<i64>::new(Shape::new(&[count, 0])?)?.finish());
        };
        truth.with_data(|mask: &[bool]| {
            // Whole rows, so many at a time.
            let part = (16 * 1024 / columns.max(1)).max(1);
            let counts: Vec<usize> = mask.chunks(part * columns.max(1)).map(number_of).collect();
            let mut out = Fresh::<i64>::new(Shape::new(&[counts.iter().sum(), rank])?)?;
            let lengths: Vec<usize> = counts.iter().map(|n| n * rank).collect();
            out.for_each_part(&lengths, |p, mut to| {
                let first = p * part;
                let rows = &mask[first * columns..];
                for (r, row) in rows.chunks(columns).take(part).enumerate() {
                    let mut index: Dims = Dims::from_elem(0, rank);
                    let mut rest = first + r;
                    for d in (0..outer.len()).rev() {
                        index[d] = rest % outer[d];
                        rest /= outer[d];
                    }
                    let n = number_of(row) * rank;
                    let (here, later) = to.split_at_mut(n);
                    match rank {
                        1 => pack(row, |j| [j as i64], here.as_chunks_mut::<1>().0),
                        2 => {
                            let i = index[0] as i64;
                            pack(row, |j| [i, j as i64], here.as_chunks_mut::<2>().0);
                        }
                        _ => {
                            let found = row.iter().enumerate().filter(|(_, b)| **b);
                            for (to, (j, _)) in here.chunks_mut(rank).zip(found) {
                                for (slot, &i) in to.iter_mut().zip(&index) {
                                    *slot = i as i64;
                                }
                                to[rank - 1] = j as i64;
                            }
                        }
                    }
                    to = later;
                }
            });
            Ok(out.finish())
        })?
    }

    /// As [`Tensor::nonzero`], as one index vector per dimension; a scalar counts as a vector.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let places = Tensor::new([[0i64, 1, 1], [2, 0, 0]])?.nonzero_as_tuple()?;
    /// assert_eq!(places[0].to_vec::<i64>()?, [0, 0, 1]); // rows
    /// assert_eq!(places[1].to_vec::<i64>()?, [1, 2, 0]); // columns
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// No memory.
    #[track_caller]
    pub fn nonzero_as_tuple(&self) -> Result<Vec<Tensor>> {
        if self.rank() == 0 {
            return self.reshape([1])?.nonzero_as_tuple();
        }
        places("nonzero", self)?
            .into_iter()
            .map(|list| {
                let n = list.len();
                Tensor::from_vec(list, n)
            })
            .collect()
    }

    /// The elements where `mask`, as a vector; both broadcast.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::new([[1f32, -2.0], [-3.0, 4.0]])?;
    /// assert_eq!(x.masked_select(&x.gt(0.0)?)?.to_vec::<f32>()?, [1.0, 4.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A mask that isn't `bool`, shapes that don't broadcast.
    #[track_caller]
    pub fn masked_select(&self, mask: &Tensor) -> Result<Tensor> {
        const OP: &str = "masked_select";
        needs_bool(OP, mask)?;
        let shape = self.shape().broadcast(mask.shape(), OP)?;
        self.expand_to(&shape)?
            .where_true(OP, &mask.expand_to(&shape)?)
    }

    #[track_caller]
    fn masked_scatter_as(&self, op: &'static str, mask: &Tensor, source: &Tensor) -> Result<()> {
        if source.dtype() != self.dtype() {
            return Err(Error::dtype(
                op,
                format!(
                    "a {} source for a {} tensor; convert it",
                    source.dtype(),
                    self.dtype()
                ),
            ));
        }
        let selection = self.selected_by(op, mask)?;
        let (needed, given) = (selection.out().numel(), source.numel());
        if given < needed {
            return Err(Error::shape(
                op,
                format!("the mask is true {needed} times, the source has {given} elements"),
            ));
        }
        let values = source.reshape([-1])?.narrow(0, 0, needed)?;
        selection.put_(op, self, &values, false)
    }

    /// Writes the first elements of `source`, in order, where `mask`, in place.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::zeros([4])?;
    /// let mask = Tensor::new([false, true, false, true])?;
    /// x.masked_scatter_(&mask, &Tensor::new([5f32, 6.0, 7.0])?)?;
    /// assert_eq!(x.to_vec::<f32>()?, [0.0, 5.0, 0.0, 6.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A mask that isn't `bool` or doesn't broadcast to this tensor, too few elements, what in-place operations refuse.
    #[track_caller]
    pub fn masked_scatter_(&self, mask: &Tensor, source: &Tensor) -> Result<&Tensor> {
        self.masked_scatter_as("masked_scatter_", mask, source)?;
        Ok(self)
    }

    /// As [`Tensor::masked_scatter_`], into a copy; tensor and mask broadcast.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let mask = Tensor::new([true, false])?;
    /// let y = Tensor::zeros([2, 2])?.masked_scatter(&mask, &Tensor::new([5f32, 6.0])?)?;
    /// assert_eq!(y.to_vec::<f32>()?, [5.0, 0.0, 6.0, 0.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A mask that isn't `bool`, shapes that don't broadcast, too few elements.
    #[track_caller]
    pub fn masked_scatter(&self, mask: &Tensor, source: &Tensor) -> Result<Tensor> {
        let shape = self.shape().broadcast(mask.shape(), "masked_scatter")?;
        let out = self.expand_to(&shape)?.try_clone()?;
        out.masked_scatter_as("masked_scatter", mask, source)?;
        Ok(out)
    }

    /// Sets elements to `value` where `mask`, which broadcasts, in place.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::new([1f32, f32::NAN])?;
    /// x.masked_fill_(&x.isnan()?, 0.0)?;
    /// assert_eq!(x.to_vec::<f32>()?, [1.0, 0.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A mask that isn't `bool` or doesn't broadcast to this tensor, a value with dimensions, what in-place operations
    /// refuse.
    #[track_caller]
    pub fn masked_fill_(&self, mask: &Tensor, value: impl Operand) -> Result<&Tensor> {
        const OP: &str = "masked_fill_";
        let value = value.operand()?;
        if value.rank() > 0 {
            return Err(Error::shape(
                OP,
                format!(
                    "expected a number or a tensor without dimensions as the value, got shape {}",
                    value.shape()
                ),
            ));
        }
        let value = value.held_by(OP, self.dtype())?;
        self.selected_by(OP, mask)?.put_(OP, self, &value, false)?;
        Ok(self)
    }

    /// 1 at the position that each integer tells, 0 elsewhere, along a new last dimension of `classes` (by default the
    /// largest plus one): `i64`.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let classes = Tensor::new([2i64, 0])?;
    /// assert_eq!(classes.one_hot(None)?.to_vec::<i64>()?, [0, 0, 1, 1, 0, 0]);
    /// assert_eq!(classes.one_hot(5)?.dims(), [2, 5]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A tensor that isn't of integers, a class out of range, no classes given for an empty tensor.
    #[track_caller]
    pub fn one_hot(&self, classes: impl Into<Option<usize>>) -> Result<Tensor> {
        const OP: &str = "one_hot";
        let list = indices(OP, self, i64::MAX as usize, false)?;
        let classes = match (classes.into(), list.iter().max()) {
            (Some(n), Some(&top)) if top >= n as i64 => {
                return Err(Error::index(
                    OP,
                    format!("class {top} of {n}; expected 0 to {}", n as i64 - 1),
                ));
            }
            (Some(n), _) => n,
            (None, Some(&top)) => top as usize + 1,
            (None, None) => {
                return Err(Error::value(
                    OP,
                    "can't infer the number of classes of an empty tensor; pass it",
                ));
            }
        };
        let mut dims = Dims::from_slice(self.dims());
        dims.push(classes);
        let mut out = Fresh::<i64>::zeroed(Shape::from_dims(dims)?)?;
        for (row, &class) in out.slice().chunks_mut(classes.max(1)).zip(&list) {
            row[class as usize] = 1;
        }
        Ok(out.finish())
    }

    /// The elements on and below diagonal `k` of the last two dimensions, zeros above.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, DType};
    /// let x = Tensor::ones(([2, 3], DType::I64))?;
    /// assert_eq!(x.tril(0)?.to_vec::<i64>()?, [1, 0, 0, 1, 1, 0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Fewer than two dimensions.
    #[track_caller]
    pub fn tril(&self, k: i64) -> Result<Tensor> {
        self.triangle("tril", k, true)
    }

    /// The elements on and above diagonal `k` of the last two dimensions, zeros below.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, DType};
    /// let x = Tensor::ones(([2, 3], DType::I64))?;
    /// assert_eq!(x.triu(1)?.to_vec::<i64>()?, [0, 1, 1, 0, 0, 1]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Fewer than two dimensions.
    #[track_caller]
    pub fn triu(&self, k: i64) -> Result<Tensor> {
        self.triangle("triu", k, false)
    }

    #[track_caller]
    fn triangle(&self, op: &'static str, k: i64, lower: bool) -> Result<Tensor> {
        let &[.., rows, columns] = self.dims() else {
            return Err(Error::shape(
                op,
                format!("expected 2 or more dimensions, got shape {}", self.shape()),
            ));
        };
        let out = match self.dtype().is_complex() {
            true => from_pair(&triangles::<2>(
                &pair(&self.detach())?,
                rows,
                columns,
                k,
                lower,
            )?)?,
            false => triangles::<1>(&self.detach(), rows, columns, k, lower)?,
        };
        if tracks(&[self]) {
            record(op, &[self], &[&out], (), move |_, _, grads| {
                let g = grads.into_iter().next().flatten();
                Ok(smallvec![g.map(|g| g.triangle(op, k, lower)).transpose()?])
            })?;
        }
        Ok(out)
    }
}

/// [`Tensor::tril`] or [`Tensor::triu`] of matrices whose elements are `W` numbers each.
#[track_caller]
fn triangles<const W: usize>(
    x: &Tensor,
    rows: usize,
    columns: usize,
    k: i64,
    lower: bool,
) -> Result<Tensor> {
    let width = columns * W;
    crate::dispatch!(x.dtype(), T => {
        let mut out = Fresh::<T>::new(x.shape().clone())?;
        x.with_data(|data: &[T]| {
            let grain = (16 * 1024 / width.max(1)).max(1) * width;
            out.for_each_chunk(grain, |start, part| {
                let from = data[start..start + part.len()].chunks(width);
                for (r, (to, from)) in part.chunks_mut(width).zip(from).enumerate() {
                    let i = ((start / width + r) % rows) as i64;
                    // The elements before this column belong to the lower part, diagonal included or not.
                    let split = i.saturating_add(k).saturating_add(lower as i64);
                    let split = split.clamp(0, columns as i64) as usize * W;
                    match lower {
                        true => {
                            to[..split].copy_from_slice(&from[..split]);
                            to[split..].fill(T::default());
                        }
                        false => {
                            to[..split].fill(T::default());
                            to[split..].copy_from_slice(&from[split..]);
                        }
                    }
                }
            });
        })?;
        Ok(out.finish())
    })
}
