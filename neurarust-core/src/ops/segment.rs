//! Reductions over consecutive pieces of a dimension, of different lengths.
//!
//! The pieces are numbered, and every row (what lies at one place of the dimension) knows the number of its piece: sums
//! are rows added up by number, and gradients are rows taken by number.

use super::reduce::float_only;
use super::selection::Selection;
use crate::autograd::{Saved, record, tracks};
use crate::cpu::fresh::Fresh;
use crate::dtype::Element;
use crate::layout::Dims;
use crate::{DType, Error, Result, Shape, Tensor};
use smallvec::smallvec;

/// What is done with the rows of a piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SegmentReduce {
    /// Their sum
    Sum,
    /// Their mean
    Mean,
    /// The largest elements, NaN if one is NaN
    Max,
    /// The smallest elements, NaN if one is NaN
    Min,
    /// Their product
    Prod,
}

impl SegmentReduce {
    /// The one of PyTorch's name: `sum`, `mean`, `max` (`amax`), `min` (`amin`), `prod`.
    ///
    /// ```
    /// # use neurarust_core::ops::SegmentReduce;
    /// assert_eq!(SegmentReduce::named("segment_reduce", "amax")?, SegmentReduce::Max);
    /// assert!(SegmentReduce::named("segment_reduce", "median").is_err());
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Any other name.
    #[track_caller]
    pub fn named(op: &'static str, name: &str) -> Result<SegmentReduce> {
        Ok(match name {
            "sum" => SegmentReduce::Sum,
            "mean" => SegmentReduce::Mean,
            "max" | "amax" => SegmentReduce::Max,
            "min" | "amin" => SegmentReduce::Min,
            "prod" => SegmentReduce::Prod,
            _ => {
                return Err(Error::shape(
                    op,
                    format!("reduction {name:?}; expected sum, mean, max, min or prod"),
                ));
            }
        })
    }

    /// What nothing reduces to.
    fn identity(self) -> f64 {
        match self {
            SegmentReduce::Sum | SegmentReduce::Mean => 0.0,
            SegmentReduce::Max => f64::NEG_INFINITY,
            SegmentReduce::Min => f64::INFINITY,
            SegmentReduce::Prod => 1.0,
        }
    }
}

/// Consecutive pieces of rows.
pub(crate) struct Pieces {
    /// First row and number of rows of each piece.
    pub spans: Vec<(usize, usize)>,
    /// Number of rows, those in no piece included.
    pub rows: usize,
}

impl Pieces {
    /// The rows that lie in a piece, and the numbers of their pieces.
    fn numbered(&self) -> (Vec<i64>, Vec<i64>) {
        let (mut rows, mut numbers) = (Vec::new(), Vec::new());
        for (k, &(start, n)) in self.spans.iter().enumerate() {
            rows.extend(start as i64..(start + n) as i64);
            numbers.extend(std::iter::repeat_n(k as i64, n));
        }
        (rows, numbers)
    }

    /// The same pieces of the rows that lie in one.
    fn packed(&self) -> Pieces {
        let mut rows = 0;
        let mut next = |n| {
            rows += n;
            (rows - n, n)
        };
        Pieces {
            spans: self.spans.iter().map(|&(_, n)| next(n)).collect(),
            rows,
        }
    }
}

/// Reduces pieces of the rows of `x`: (rows, width) → (pieces, width).
#[track_caller]
pub(crate) fn reduce_rows(
    op: &'static str,
    x: &Tensor,
    pieces: &Pieces,
    how: SegmentReduce,
    initial: Option<f64>,
) -> Result<Tensor> {
    let start = initial.unwrap_or(how.identity());
    let wide = match x.dtype() {
        DType::F64 => x.detach(),
        _ => x.detach().to_dtype(DType::F32)?,
    };
    let folded = match wide.dtype() {
        DType::F64 => fold::<f64>(&wide, pieces, how, start),
        _ => fold::<f32>(&wide, pieces, how, start),
    }?;
    let lengths: Vec<i64> = pieces.spans.iter().map(|s| s.1 as i64).collect();
    let n = lengths.len();
    let lengths = Tensor::from_vec(lengths, [n, 1])?;
    let out = match how {
        SegmentReduce::Mean => {
            let empty = lengths.eq(0i64)?;
            let mean = folded.div(&lengths)?;
            empty.select_where(initial.unwrap_or(f64::NAN), &mean)?
        }
        _ => folded,
    };
    let out = out.to_dtype(x.dtype())?;
    if !tracks(&[x]) {
        return Ok(out);
    }
    let (rows, numbers) = pieces.numbered();
    let m = rows.len();
    let packed = pieces.packed();
    let of_rows = Selection::along(x.shape(), 0, vec![rows], &[m])?;
    let of_pieces = Selection::along(out.shape(), 0, vec![numbers], &[m])?;
    let saved = (Saved::input(x), Saved::output(&out, 0));
    record(op, &[x], &[&out], saved, move |(x, y), call, g| {
        let Some(g) = &g[0] else {
            return Ok(smallvec![None]);
        };
        let per_row = |t: &Tensor| of_pieces.take(op, t);
        let slopes = match how {
            SegmentReduce::Sum => per_row(g)?,
            SegmentReduce::Mean => per_row(&g.div(&lengths.clamp(1.0, None)?)?)?,
            SegmentReduce::Max | SegmentReduce::Min => {
                let (x, y) = (x.get(call)?.detach(), y.get(call)?.detach());
                let row = of_rows.take(op, &x)?;
                let best = per_row(&y)?;
                let equal = row
                    .eq(&best)?
                    .logical_or(row.isnan()?.logical_and(best.isnan()?)?)?
                    .to_dtype(g.dtype())?;
                let ties = of_pieces.spread(&equal)?.clamp(1.0, None)?;
                per_row(&g.div(&ties)?)?.mul(&equal)?
            }
            SegmentReduce::Prod => {
                // With one zero among the factors only its gradient isn't 0: the product of the others.
                let (x, y) = (x.get(call)?, y.get(call)?);
                let row = of_rows.take(op, &x)?;
                let zero = row.detach().eq(0.0)?;
                let zeros = of_pieces.spread(&zero.to_dtype(g.dtype())?)?;
                let one = zeros.eq(1.0)?;
                let others = zero.select_where(1.0, &row)?;
                let others = reduce_rows(op, &others, &packed, how, Some(start))?;
                let at_zero = per_row(&one.select_where(&others, 0.0)?)?;
                let elsewhere = per_row(&y)?.div(zero.select_where(1.0, &row)?)?;
                per_row(g)?.mul(zero.select_where(&at_zero, &elsewhere)?)?
            }
        };
        Ok(smallvec![Some(of_rows.spread(&slopes)?)])
    })?;
    Ok(out)
}

/// The forward, without the division of the mean.
fn fold<T: Element>(x: &Tensor, pieces: &Pieces, how: SegmentReduce, start: f64) -> Result<Tensor> {
    let width: usize = Shape::new(&x.dims()[1..])?.numel();
    let n = pieces.spans.len();
    let mut dims = Dims::from_slice(x.dims());
    dims[0] = n;
    let mut out = Fresh::<T>::new(Shape::from_dims(dims)?)?;
    x.with_data(|data: &[T]| {
        let grain = (16 * 1024 / (width * (pieces.rows / n.max(1)).max(1)).max(1)).max(1);
        out.for_each_chunk(grain * width.max(1), |at, part| {
            let mut totals = vec![0f64; width];
            for (k, out) in part.chunks_mut(width.max(1)).enumerate() {
                let (first, rows) = pieces.spans[at / width.max(1) + k];
                totals.fill(start);
                for row in data[first * width..(first + rows) * width].chunks(width.max(1)) {
                    for (total, x) in totals.iter_mut().zip(row) {
                        let x = x.to_f64();
                        *total = match how {
                            SegmentReduce::Sum | SegmentReduce::Mean => *total + x,
                            SegmentReduce::Prod => *total * x,
                            SegmentReduce::Max if x > *total || x.is_nan() => x,
                            SegmentReduce::Min if x < *total || x.is_nan() => x,
                            _ => *total,
                        };
                    }
                }
                for (slot, total) in out.iter_mut().zip(&totals) {
                    *slot = T::from_f64(*total);
                }
            }
        });
    })?;
    Ok(out.finish())
}

impl Tensor {
    /// Reduces consecutive pieces of dimension `axis`. `lengths` has this tensor's shape up to `axis`, and there the
    /// number of pieces: `(…, n, …)` with lengths `(…, pieces)` → `(…, pieces, …)`. Pieces start from `initial`; an empty
    /// one without is what nothing reduces to (0, 1, an infinity; NaN for the mean).
    ///
    /// ```
    /// # use neurarust_core::{Tensor, ops::SegmentReduce};
    /// let x = Tensor::new([1.0f32, 2.0, 3.0])?;
    /// let y = x.segment_reduce(SegmentReduce::Sum, &Tensor::new([1i64, 2])?, 0, None)?;
    /// assert_eq!(y.to_vec::<f32>()?, [1.0, 5.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Integers and bools; lengths that aren't integers, that are negative, of another shape, or that don't add up to the
    /// dimension.
    #[track_caller]
    pub fn segment_reduce(
        &self,
        how: SegmentReduce,
        lengths: &Tensor,
        axis: i64,
        initial: Option<f64>,
    ) -> Result<Tensor> {
        const OP: &str = "segment_reduce";
        let lengths = whole_numbers(OP, "lengths", lengths)?;
        let axis = self.segments_at(OP, &lengths, axis)?;
        let n = self.dims()[axis];
        let per = lengths.dims()[axis];
        let mut spans = Vec::with_capacity(lengths.numel());
        for (block, row) in lengths.to_vec::<i64>()?.chunks(per.max(1)).enumerate() {
            let mut at = 0usize;
            for &l in row {
                let l = usize::try_from(l).ok().filter(|l| *l <= n - at).ok_or_else(|| {
                    Error::shape(
                        OP,
                        format!("lengths {row:?} for a dimension of {n}; expected non-negative ones that add up to it"),
                    )
                })?;
                spans.push((block * n + at, l));
                at += l;
            }
            if at != n {
                return Err(Error::shape(
                    OP,
                    format!("lengths {row:?} add up to {at}, not to the {n} of dimension {axis}"),
                ));
            }
        }
        self.pieces(OP, how, axis, per, spans, initial)
    }

    /// As [`Tensor::segment_reduce`], with the pieces given by where they start: `offsets` has one more than there are
    /// pieces, from 0 to the size of the dimension.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, ops::SegmentReduce};
    /// let x = Tensor::new([1f32, 2.0, 5.0])?;
    /// let offsets = Tensor::new([0i64, 2, 3])?; // 0..2 and 2..3
    /// let y = x.segment_reduce_offsets(SegmentReduce::Sum, &offsets, 0, None)?;
    /// assert_eq!(y.to_vec::<f32>()?, [3.0, 5.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Tensor::segment_reduce`]; offsets that descend or leave the dimension.
    #[track_caller]
    pub fn segment_reduce_offsets(
        &self,
        how: SegmentReduce,
        offsets: &Tensor,
        axis: i64,
        initial: Option<f64>,
    ) -> Result<Tensor> {
        const OP: &str = "segment_reduce";
        let offsets = whole_numbers(OP, "offsets", offsets)?;
        let axis = self.segments_at(OP, &offsets, axis)?;
        let n = self.dims()[axis];
        let per = offsets.dims()[axis];
        if per == 0 {
            return Err(Error::shape(OP, "expected at least one offset"));
        }
        let mut spans = Vec::with_capacity(offsets.numel());
        for (block, row) in offsets.to_vec::<i64>()?.chunks(per).enumerate() {
            for pair in row.windows(2) {
                let (a, b) = (pair[0], pair[1]);
                if a < 0 || b < a || b as usize > n {
                    return Err(Error::shape(
                        OP,
                        format!(
                            "offsets {row:?} for a dimension of {n}; expected ascending ones within it"
                        ),
                    ));
                }
                spans.push((block * n + a as usize, (b - a) as usize));
            }
        }
        self.pieces(OP, how, axis, per - 1, spans, initial)
    }

    /// The dimension that `pieces` cut, whose shape has to be this tensor's before it.
    #[track_caller]
    fn segments_at(&self, op: &'static str, pieces: &Tensor, axis: i64) -> Result<usize> {
        float_only(op, self)?;
        let axis = self.shape().dim(op, axis)?;
        if self.rank() == 0
            || pieces.rank() != axis + 1
            || pieces.dims()[..axis] != self.dims()[..axis]
        {
            return Err(Error::shape(
                op,
                format!(
                    "pieces of shape {} of dimension {axis} of shape {}; expected the same shape before that dimension, and none after",
                    pieces.shape(),
                    self.shape()
                ),
            ));
        }
        Ok(axis)
    }

    #[track_caller]
    fn pieces(
        &self,
        op: &'static str,
        how: SegmentReduce,
        axis: usize,
        per: usize,
        spans: Vec<(usize, usize)>,
        initial: Option<f64>,
    ) -> Result<Tensor> {
        let dims = self.dims();
        let rows = Shape::new(&dims[..=axis])?.numel();
        let width = Shape::new(&dims[axis + 1..])?.numel();
        let x = self.reshape(vec![rows, width])?;
        let out = reduce_rows(op, &x, &Pieces { spans, rows }, how, initial)?;
        let mut dims = Dims::from_slice(dims);
        dims[axis] = per;
        out.reshape(&Shape::from_dims(dims)?)
    }
}

#[track_caller]
fn whole_numbers(op: &'static str, name: &str, t: &Tensor) -> Result<Tensor> {
    if !t.dtype().is_int() {
        return Err(Error::dtype(
            op,
            format!("expected integer {name}, got {}", t.dtype()),
        ));
    }
    t.detach().to_dtype(DType::I64)
}
