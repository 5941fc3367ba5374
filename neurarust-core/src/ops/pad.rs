//! Padding with what is there: each padded dimension is a list of places that its elements are read from.

use crate::autograd::{record, tracks};
use crate::cpu::fresh::Fresh;
use crate::error::OrMemory;
use crate::layout::{Dims, Shape};
use crate::{Error, Result, Tensor};
use smallvec::smallvec;

/// What a tensor is continued with beyond its ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Border {
    /// Itself backwards, without repeating the last element.
    Reflect,
    /// The last element.
    Replicate,
    /// The other end.
    Circular,
}

impl Border {
    /// By PyTorch's name.
    ///
    /// ```
    /// # use neurarust_core::ops::Border;
    /// assert_eq!(Border::from_name("reflect")?, Border::Reflect);
    /// assert!(Border::from_name("mirror").is_err());
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Any other name.
    #[track_caller]
    pub fn from_name(name: &str) -> Result<Border> {
        match name {
            "reflect" => Ok(Border::Reflect),
            "replicate" => Ok(Border::Replicate),
            "circular" => Ok(Border::Circular),
            _ => Err(Error::unsupported(
                "pad",
                format!(
                    "padding mode {name:?}; expected \"constant\", \"reflect\", \"replicate\" or \"circular\""
                ),
            )),
        }
    }

    /// Where element `i` of a dimension of `size` elements lies, `i` outside of it too.
    fn place(self, i: i64, size: i64) -> i64 {
        match self {
            Border::Reflect if i < 0 => -i,
            Border::Reflect if i >= size => 2 * (size - 1) - i,
            Border::Reflect => i,
            Border::Replicate => i.clamp(0, size - 1),
            Border::Circular => i.rem_euclid(size),
        }
    }
}

/// One padded dimension: elements added (or cut off, if negative) at its two ends.
#[derive(Clone, Copy)]
struct Ends {
    dim: usize,
    size: i64,
    before: i64,
    len: usize,
}

impl Ends {
    #[track_caller]
    fn places(&self, border: Border) -> Result<Vec<i64>> {
        let mut out = Vec::new();
        out.try_reserve_exact(self.len).or_memory("pad")?;
        out.extend((0..self.len as i64).map(|i| border.place(i - self.before, self.size)));
        Ok(out)
    }
}

#[track_caller]
fn refused(border: Border, pair: &[i64], dim: usize, size: i64) -> Error {
    let (before, after) = (pair[0], pair[1]);
    Error::shape(
        "pad",
        format!("{border:?} padding of ({before}, {after}) for dimension {dim} of size {size}"),
    )
}

impl Tensor {
    /// With its own elements around it: `padding` holds pairs (before, after) from the last dimension forwards, as in
    /// PyTorch; negative ones cut.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, ops::Border};
    /// let x = Tensor::new([1.0f32, 2.0, 3.0])?.pad_border(&[2, 1], Border::Reflect)?;
    /// assert_eq!(x.to_vec::<f32>()?, [3.0, 2.0, 1.0, 2.0, 3.0, 2.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// An odd number of paddings, more than dimensions, more elements than there are to continue with.
    #[track_caller]
    pub fn pad_border(&self, padding: &[i64], border: Border) -> Result<Tensor> {
        const OP: &str = "pad";
        let _op = crate::profiler::op(OP);
        if !padding.len().is_multiple_of(2) || padding.len() / 2 > self.rank() {
            return Err(Error::shape(
                OP,
                format!("{padding:?} for a tensor of {} dimensions", self.rank()),
            ));
        }
        let mut x = self.clone();
        let mut dims = Dims::from_slice(self.dims());
        let mut padded: Vec<Ends> = Vec::new();
        for (k, pair) in padding.chunks_exact(2).enumerate() {
            let dim = self.rank() - 1 - k;
            let (mut before, mut after) = (pair[0], pair[1]);
            let mut size = self.dims()[dim] as i64;
            if border == Border::Circular && before.min(after) < 0 {
                // What is cut off doesn't come back at the other end.
                let (first, last) = (before.min(0), after.min(0));
                let kept = size.checked_add(first).and_then(|n| n.checked_add(last));
                let Some(kept) = kept.filter(|n| *n >= 0) else {
                    return Err(refused(border, pair, dim, size));
                };
                x = x.narrow(dim as i64, -first, kept as usize)?;
                (size, before, after) = (kept, before.max(0), after.max(0));
            }
            // More than there is can't be cut off, not even if as much is added at the other end.
            if before < -size || after < -size {
                return Err(refused(border, pair, dim, size));
            }
            let most = match border {
                Border::Reflect => size - 1,
                Border::Replicate => i64::MAX,
                Border::Circular => size,
            };
            let len = size.checked_add(before).and_then(|n| n.checked_add(after));
            let len = len.and_then(|n| usize::try_from(n).ok());
            let Some(len) = len.filter(|_| before.max(after) <= most) else {
                return Err(refused(border, pair, dim, size));
            };
            if size == 0 && len > 0 {
                return Err(refused(border, pair, dim, size));
            }
            dims[dim] = len;
            if (before, after) != (0, 0) {
                padded.push(Ends {
                    dim,
                    size,
                    before,
                    len,
                });
            }
        }
        let shape = Shape::from_dims(dims)?;
        if shape.numel() == 0 {
            let out = Tensor::zeroed(shape, self.dtype())?;
            if tracks(&[self]) {
                let (from, dtype) = (self.shape().clone(), self.dtype());
                record(OP, &[self], &[&out], (), move |_, _, _| {
                    Ok(smallvec![Some(Tensor::zeroed(from.clone(), dtype)?)])
                })?;
            }
            return Ok(out);
        }
        if tracks(&[self]) || self.dtype().is_complex() || padded.is_empty() {
            let out = padded.iter().try_fold(x, |x, ends| {
                let places = ends.places(border)?;
                x.index_select(ends.dim as i64, &Tensor::from_vec(places, ends.len)?)
            })?;
            return match padded.is_empty() {
                true => out.try_clone(),
                false => Ok(out),
            };
        }
        crate::dispatch!(self.dtype(), T => {
            let mut out = Fresh::<T>::new(shape)?;
            let x = x.detach();
            x.with_data(|from: &[T]| fill(&mut out, from, x.dims(), &padded, border))??;
            Ok(out.finish())
        })
    }
}

/// Reads every row of `out` from the row of `from` (a tensor of `dims`) that it is like.
#[track_caller]
fn fill<T: crate::Element>(
    out: &mut Fresh<T>,
    from: &[T],
    dims: &[usize],
    padded: &[Ends],
    border: Border,
) -> Result<()> {
    let last = dims.len() - 1;
    // Per dimension but the last: its length in the result, its size, and its places if it is padded.
    let mut lines: Vec<(usize, usize, Option<Vec<i64>>)> =
        dims.iter().map(|&n| (n, n, None)).collect();
    for ends in padded {
        lines[ends.dim] = (ends.len, dims[ends.dim], Some(ends.places(border)?));
    }
    let Some((width, size, places)) = lines.pop() else {
        return Ok(());
    };
    // The part of a row that lies like its source.
    let ends = padded.iter().find(|ends| ends.dim == last);
    let before = ends.map_or(0, |ends| ends.before);
    let start = before.clamp(0, width as i64) as usize;
    let end = (before + size as i64).clamp(start as i64, width as i64) as usize;
    let first = (start as i64 - before) as usize;
    out.for_each_chunk((16 * 1024 / width).max(1) * width, |at, part| {
        for (r, to) in part.chunks_mut(width).enumerate() {
            let (mut rest, mut row, mut step) = (at / width + r, 0, 1);
            for (len, size, places) in lines.iter().rev() {
                let i = rest % len;
                rest /= len;
                row += step
                    * match places {
                        Some(places) => places[i] as usize,
                        None => i,
                    };
                step *= size;
            }
            let from = &from[row * size..][..size];
            if start < end {
                to[start..end].copy_from_slice(&from[first..first + (end - start)]);
            }
            if let Some(places) = &places {
                let edges = (0..start).chain(end..width);
                edges.for_each(|j| to[j] = from[places[j] as usize]);
            }
        }
    });
    Ok(())
}
