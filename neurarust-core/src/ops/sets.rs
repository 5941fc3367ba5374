//! Tensors that enumerate: coordinates of triangles and of flat numbers, combinations, membership.

use super::mask::places;
use crate::cpu::fresh::Fresh;
use crate::error::OrMemory;
use crate::layout::Shape;
use crate::{DType, Error, Result, Tensor, tensor::Operand};

/// How many elements of a matrix lie on and below diagonal `offset`.
fn below(rows: usize, columns: usize, offset: i64) -> i128 {
    let (rows, columns, offset) = (rows as i128, columns as i128, offset as i128);
    // Rows before `first` hold none, rows from `full` on hold all of theirs; between, each holds one more.
    let first = (-offset).clamp(0, rows);
    let full = (columns - 1 - offset).clamp(first, rows);
    let growing = (first + offset + 1 + full + offset) * (full - first) / 2;
    match columns {
        0 => 0,
        _ => growing + (rows - full) * columns,
    }
}

/// The (row, column) of `count` elements, those of columns `span(row)` of the rows that aren't empty: (2, count), `i64`.
#[track_caller]
fn triangle(
    count: i128,
    rows: std::ops::Range<i128>,
    columns: usize,
    span: impl Fn(i128) -> (i128, i128),
) -> Result<Tensor> {
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    let mut out = Fresh::<i64>::new(Shape::new(&[2, count])?)?;
    if count > 0 {
        let (first, second) = out.slice().split_at_mut(count);
        let inside = |j: i128| j.clamp(0, columns as i128) as i64;
        let all = rows.flat_map(|i| {
            let (from, to) = span(i);
            (inside(from)..inside(to)).map(move |j| (i as i64, j))
        });
        for ((a, b), (i, j)) in first.iter_mut().zip(second).zip(all) {
            (*a, *b) = (i, j);
        }
    }
    Ok(out.finish())
}

impl Tensor {
    /// The row and the column of every element on and below diagonal `offset` of a matrix: (2, count), `i64`.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let places = Tensor::tril_indices(2, 2, 0)?;
    /// assert_eq!(places.to_vec::<i64>()?, [0, 1, 1, 0, 0, 1]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A matrix that memory can't hold.
    #[track_caller]
    pub fn tril_indices(rows: usize, columns: usize, offset: i64) -> Result<Tensor> {
        let (n, shift) = (rows as i128, offset as i128);
        let first = (-shift).clamp(0, n);
        let count = below(rows, columns, offset);
        triangle(count, first..n, columns, |i| (0, i + shift + 1))
    }

    /// The row and the column of every element on and above diagonal `offset` of a matrix: (2, count), `i64`.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let places = Tensor::triu_indices(2, 2, 0)?;
    /// assert_eq!(places.to_vec::<i64>()?, [0, 0, 1, 0, 1, 1]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A matrix that memory can't hold.
    #[track_caller]
    pub fn triu_indices(rows: usize, columns: usize, offset: i64) -> Result<Tensor> {
        let (n, shift) = (rows as i128, offset as i128);
        let last = (columns as i128 - shift).clamp(0, n);
        let above = below(rows, columns, offset.saturating_sub(1));
        let count = n * columns as i128 - above;
        triangle(count, 0..last, columns, |i| (i + shift, columns as i128))
    }

    /// The coordinates, one tensor per dimension of `shape`, of the elements that these flat (row-major) numbers name.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let place = Tensor::new([4i64])?.unravel_index(&[2, 3])?;
    /// assert_eq!((place[0].item::<i64>()?, place[1].item::<i64>()?), (1, 1));
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Numbers that aren't integers or are out of range; a shape of more elements than `i64` can number.
    #[track_caller]
    pub fn unravel_index(&self, shape: &[usize]) -> Result<Vec<Tensor>> {
        const OP: &str = "unravel_index";
        // No tensor of that shape is made, so it may be larger than memory.
        let mut strides = vec![1i64; shape.len()];
        let mut count = 1i64;
        for (stride, &size) in strides.iter_mut().zip(shape).rev() {
            *stride = count.max(1);
            count = i64::try_from(size)
                .ok()
                .and_then(|size| count.checked_mul(size))
                .ok_or_else(|| {
                    Error::shape(
                        OP,
                        format!("{shape:?} has more elements than i64 can number"),
                    )
                })?;
        }
        let numel = if shape.contains(&0) { 0 } else { count };
        super::selection::indices(OP, self, numel as usize, true)?;
        let flat = self.to_dtype(DType::I64)?;
        let flat = flat.lt(0i64)?.select_where(flat.add(numel)?, &flat)?;
        strides
            .iter()
            .zip(shape)
            .map(|(&stride, &size)| flat.floor_divide(stride)?.remainder(size.max(1) as i64))
            .collect()
    }

    /// The first `size` places where this tensor isn't zero, row by row, filled up with `fill`: (size, dimensions), `i64`.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// assert_eq!(Tensor::new([0i64, 5])?.nonzero_static(2, -1)?.to_vec::<i64>()?, [1, -1]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// No memory.
    #[track_caller]
    pub fn nonzero_static(&self, size: usize, fill: i64) -> Result<Tensor> {
        let rank = self.rank();
        let lists = places("nonzero_static", self)?;
        let mut out = Fresh::<i64>::new(Shape::new(&[size, rank])?)?;
        let flat = out.slice();
        flat.fill(fill);
        for (d, list) in lists.iter().enumerate() {
            for (row, &i) in flat.chunks_mut(rank).zip(list) {
                row[d] = i;
            }
        }
        Ok(out.finish())
    }

    /// Which elements are among those of `set`: `bool`, in this tensor's shape. NaN is in no set.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::new([1i64, 2, 3])?;
    /// assert_eq!(x.isin(&Tensor::new([3i64, 1])?)?.to_vec::<bool>()?, [true, false, true]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// No memory.
    #[track_caller]
    pub fn isin(&self, set: impl Operand) -> Result<Tensor> {
        let set = set.operand()?;
        let dtype = super::apply::promote(&[self, &set]);
        match dtype.is_float() {
            true => among::<f64>(self, &set, f64::total_cmp),
            false => among::<i64>(self, &set, i64::cmp),
        }
    }

    /// All choices of `r` elements of a vector, in order, with each element any number of times if `repeated`: (count, r).
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let pairs = Tensor::new([1i64, 2, 3])?.combinations(2, false)?;
    /// assert_eq!(pairs.to_vec::<i64>()?, [1, 2, 1, 3, 2, 3]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A tensor that isn't a vector, more choices than memory holds.
    #[track_caller]
    pub fn combinations(&self, r: usize, repeated: bool) -> Result<Tensor> {
        const OP: &str = "combinations";
        if self.rank() != 1 {
            return Err(Error::shape(
                OP,
                format!("expected a vector, got shape {}", self.shape()),
            ));
        }
        if r == 0 {
            return Tensor::zeros(([0usize], self.dtype()));
        }
        let n = self.numel();
        // Binomial coefficient of `pool` over `r`, as far as it can be counted.
        let pool = if repeated && n > 0 {
            n.saturating_add(r) - 1
        } else {
            n
        };
        let mut count = if pool < r { 0u128 } else { 1 };
        for i in 0..r.min(pool - r.min(pool)) as u128 {
            count = count.saturating_mul(pool as u128 - i) / (i + 1);
            if count > u64::MAX as u128 {
                break;
            }
        }
        let rows = usize::try_from(count).unwrap_or(usize::MAX);
        let shape = Shape::new(&[rows, r])?;
        let mut list: Vec<i64> = Vec::new();
        list.try_reserve_exact(shape.numel()).or_memory(OP)?;
        if rows > 0 {
            let step = |i: usize| if repeated { 0 } else { i as i64 };
            let mut choice: Vec<i64> = (0..r).map(step).collect();
            for _ in 0..rows {
                list.extend_from_slice(&choice);
                // The last place that can still move on; those behind it start next to it.
                let top = |i: usize| match repeated {
                    true => n as i64 - 1,
                    false => (n - r + i) as i64,
                };
                if let Some(i) = (0..r).rev().find(|&i| choice[i] < top(i)) {
                    let next = choice[i] + 1;
                    (i..r).for_each(|k| choice[k] = next + step(k - i));
                }
            }
        }
        let index = Tensor::from_vec(list, [shape.numel()])?;
        self.index_select(0, &index)?.reshape(&shape)
    }

    /// The flattened elements as diagonal `offset` of a matrix.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// assert_eq!(Tensor::new([1i64, 2])?.diagflat(0)?.to_vec::<i64>()?, [1, 0, 0, 2]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A matrix that memory can't hold.
    #[track_caller]
    pub fn diagflat(&self, offset: i64) -> Result<Tensor> {
        let flat = self.reshape([-1])?;
        let shift = usize::try_from(offset.unsigned_abs()).unwrap_or(usize::MAX);
        let n = flat.numel().saturating_add(shift);
        let out = Tensor::zeros(([n, n], self.dtype()))?;
        out.diagonal_scatter(&flat, offset, 0, 1)
    }
}

/// [`Tensor::isin`] by search in the sorted set, in a type that holds both without loss.
#[track_caller]
fn among<T: crate::Element>(
    x: &Tensor,
    set: &Tensor,
    order: fn(&T, &T) -> std::cmp::Ordering,
) -> Result<Tensor> {
    let mut sorted = set.detach().to_dtype(T::DTYPE)?.to_vec::<T>()?;
    // -0 and 0 are one number.
    let plain = |v: T| if v == T::default() { T::default() } else { v };
    sorted.retain(|v| v.partial_cmp(v).is_some());
    sorted.iter_mut().for_each(|v| *v = plain(*v));
    sorted.sort_unstable_by(order);
    let mut out = Fresh::<bool>::new(x.shape().clone())?;
    let found = out.slice();
    x.detach().to_dtype(T::DTYPE)?.with_data(|v: &[T]| {
        for (slot, &v) in found.iter_mut().zip(v) {
            *slot = sorted.binary_search_by(|s| order(s, &plain(v))).is_ok();
        }
    })?;
    Ok(out.finish())
}
