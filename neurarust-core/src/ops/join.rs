//! Tensors put next to each other, repeated, rolled, padded.

use super::apply::promote;
use super::inplace::write_copy;
use super::view::View;
use crate::autograd::{Grads, record, tracks};
use crate::layout::{Dims, Shape};
use crate::{Error, Result, Tensor};
use smallvec::{SmallVec, smallvec};
use std::panic::Location;

impl Tensor {
    /// `tensors` one after the other along `dim`; the other sizes must agree. Types are promoted.
    ///
    /// Empty 1-d tensors join anything, as in PyTorch.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let (a, b) = (Tensor::new([[1.0f32], [2.0]])?, Tensor::new([[3.0f32], [4.0]])?);
    /// assert_eq!(Tensor::cat(&[&a, &b], 1)?.to_vec::<f32>()?, [1.0, 3.0, 2.0, 4.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// No tensors, tensors without dimensions, sizes that differ elsewhere.
    #[track_caller]
    pub fn cat(tensors: &[&Tensor], dim: i64) -> Result<Tensor> {
        const OP: &str = "cat";
        let _op = crate::profiler::op(OP);
        if tensors.is_empty() {
            return Err(Error::value(OP, "no tensors; expected one or more"));
        }
        if let Some(i) = tensors.iter().position(|t| t.rank() == 0) {
            return Err(Error::shape(
                OP,
                format!("tensor {i} has no dimensions; use stack, or unsqueeze it first"),
            ));
        }
        let legacy = |t: &Tensor| t.rank() == 1 && t.numel() == 0;
        let model = tensors.iter().find(|t| !legacy(t)).unwrap_or(&tensors[0]);
        let dim = model.shape().dim(OP, dim)?;
        let mut dims = Dims::from_slice(model.dims());
        dims[dim] = 0;
        for (i, t) in tensors.iter().enumerate() {
            if legacy(t) {
                continue;
            }
            let fits = t.rank() == model.rank()
                && (0..t.rank()).all(|d| d == dim || t.dims()[d] == model.dims()[d]);
            if !fits {
                return Err(Error::shape(
                    OP,
                    format!(
                        "tensor {i} has shape {}, which differs from {} elsewhere than in dimension {dim}",
                        t.shape(),
                        model.shape()
                    ),
                ));
            }
            dims[dim] = dims[dim]
                .checked_add(t.dims()[dim])
                .ok_or_else(|| Error::shape(OP, format!("dimension {dim} is too long")))?;
        }
        let shape = Shape::from_dims(dims)?;
        let shape = tensors
            .iter()
            .rev()
            .fold(shape, |shape, t| match t.rank() == shape.rank() {
                true => shape.named_after(t.shape(), (0..t.rank()).map(Some)),
                false => shape,
            });
        let out = Tensor::uninit(shape, promote(tensors))?;
        // Per tensor: where it starts, and how long it is.
        let mut parts: SmallVec<[(usize, usize); 8]> = SmallVec::new();
        let mut at = 0;
        for t in tensors {
            let len = if legacy(t) { 0 } else { t.dims()[dim] };
            parts.push((at, len));
            if len > 0 && t.numel() > 0 {
                let window = out.layout().slice(dim, at, len, 1);
                let window = Tensor::over(out.0.storage.clone(), window, out.dtype())?;
                write_copy(&window, &t.detach())?;
            }
            at += len;
        }
        if tracks(tensors) && out.dtype().is_differentiable() {
            let empty: SmallVec<[Option<Shape>; 8]> = tensors
                .iter()
                .map(|t| legacy(t).then(|| t.shape().clone()))
                .collect();
            record(OP, tensors, &[&out], (), move |_, call, grads| {
                let Some(g) = grads.into_iter().next().flatten() else {
                    return Ok(SmallVec::from_elem(None, parts.len()));
                };
                (0..parts.len())
                    .map(|k| {
                        let (start, len) = parts[k];
                        match (call.needs(k), &empty[k]) {
                            (false, _) => Ok(None),
                            (_, Some(shape)) => Tensor::zeroed(shape.clone(), g.dtype()).map(Some),
                            _ => g.narrow(dim as i64, start as i64, len).map(Some),
                        }
                    })
                    .collect::<Result<Grads>>()
            })?;
        }
        Ok(out)
    }

    /// `tensors` of one shape along a new dimension `dim`.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let (a, b) = (Tensor::new([1i64, 2])?, Tensor::new([3i64, 4])?);
    /// assert_eq!(Tensor::stack(&[&a, &b], 0)?.to_vec::<i64>()?, [1, 2, 3, 4]);
    /// assert_eq!(Tensor::stack(&[&a, &b], 1)?.to_vec::<i64>()?, [1, 3, 2, 4]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// No tensors, shapes that differ.
    #[track_caller]
    pub fn stack(tensors: &[&Tensor], dim: i64) -> Result<Tensor> {
        const OP: &str = "stack";
        let here = Location::caller();
        let Some(first) = tensors.first() else {
            return Err(Error::value(OP, "no tensors; expected one or more"));
        };
        if let Some(i) = tensors.iter().position(|t| t.shape() != first.shape()) {
            return Err(Error::shape(
                OP,
                format!(
                    "tensor {i} has shape {}, the first one {}; expected equal shapes",
                    tensors[i].shape(),
                    first.shape()
                ),
            ));
        }
        let views = tensors
            .iter()
            .map(|t| t.unsqueeze(dim).map_err(|e| e.at(here)))
            .collect::<Result<Vec<_>>>()?;
        Tensor::cat(&views.iter().collect::<Vec<_>>(), dim)
    }

    /// `tensors` side by side: along dimension 1, or 0 for vectors.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let (a, b) = (Tensor::zeros([2, 3])?, Tensor::zeros([2, 1])?);
    /// assert_eq!(Tensor::hstack(&[&a, &b])?.dims(), [2, 4]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Tensor::cat`].
    #[track_caller]
    pub fn hstack(tensors: &[&Tensor]) -> Result<Tensor> {
        let lifted = tensors
            .iter()
            .map(|t| {
                if t.rank() == 0 {
                    t.reshape([1])
                } else {
                    Ok((*t).clone())
                }
            })
            .collect::<Result<Vec<_>>>()?;
        let dim = lifted.first().is_some_and(|t| t.rank() > 1) as i64;
        Tensor::cat(&lifted.iter().collect::<Vec<_>>(), dim)
    }

    /// `tensors` below each other, as rows where they are vectors.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let (a, b) = (Tensor::zeros([2, 3])?, Tensor::zeros([3])?);
    /// assert_eq!(Tensor::vstack(&[&a, &b])?.dims(), [3, 3]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Tensor::cat`].
    #[track_caller]
    pub fn vstack(tensors: &[&Tensor]) -> Result<Tensor> {
        let lifted = tensors
            .iter()
            .map(|t| {
                if t.rank() < 2 {
                    t.reshape([1, -1])
                } else {
                    Ok((*t).clone())
                }
            })
            .collect::<Result<Vec<_>>>()?;
        Tensor::cat(&lifted.iter().collect::<Vec<_>>(), 0)
    }

    /// The whole tensor `counts[d]` times along each dimension `d`; more counts than dimensions add leading ones.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::new([1i64, 2])?;
    /// assert_eq!(x.repeat(&[2])?.to_vec::<i64>()?, [1, 2, 1, 2]);
    /// assert_eq!(x.repeat(&[3, 2])?.dims(), [3, 4]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Fewer counts than dimensions.
    #[track_caller]
    pub fn repeat(&self, counts: &[usize]) -> Result<Tensor> {
        const OP: &str = "repeat";
        let Some(lead) = counts.len().checked_sub(self.rank()) else {
            return Err(Error::shape(
                OP,
                format!(
                    "{counts:?} for the {} dimensions of {}",
                    self.rank(),
                    self.shape()
                ),
            ));
        };
        // (d) → (1, d) → (count, d) → (count · d), for every dimension
        let (mut split, mut wide, mut out) = (Dims::new(), Dims::new(), Dims::new());
        for (i, &count) in counts.iter().enumerate() {
            let size = i.checked_sub(lead).map_or(1, |d| self.dims()[d]);
            split.extend([1, size]);
            wide.extend([count, size]);
            let Some(wide) = count.checked_mul(size) else {
                return Err(Error::shape(
                    OP,
                    format!("{counts:?} of shape {} is too large", self.shape()),
                ));
            };
            out.push(wide);
        }
        self.reshape(&split[..])?
            .expand_to(&Shape::from_dims(wide)?)?
            .try_clone()?
            .reshape(&out[..])
    }

    /// As [`Tensor::repeat`], with missing leading counts as 1.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// assert_eq!(Tensor::zeros([2, 3])?.tile(&[2])?.dims(), [2, 6]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A result that is too large.
    #[track_caller]
    pub fn tile(&self, counts: &[usize]) -> Result<Tensor> {
        let mut full: Dims = smallvec![1; self.rank().saturating_sub(counts.len())];
        full.extend_from_slice(counts);
        self.repeat(&full)
    }

    /// Every element `count` times in a row along `dim`, or along the flattened tensor without one.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::new([[1i64, 2], [3, 4]])?;
    /// assert_eq!(x.repeat_interleave(2, 1)?.to_vec::<i64>()?, [1, 1, 2, 2, 3, 3, 4, 4]);
    /// assert_eq!(x.repeat_interleave(2, None)?.dims(), [8]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A dimension that isn't there.
    #[track_caller]
    pub fn repeat_interleave(&self, count: usize, dim: impl Into<Option<i64>>) -> Result<Tensor> {
        let Some(dim) = dim.into() else {
            return self.reshape([-1])?.repeat_interleave(count, 0);
        };
        let dim = self.existing_dim("repeat_interleave", dim)?;
        let mut wide = Dims::from_slice(self.dims());
        wide.insert(dim + 1, count);
        let mut out = Dims::from_slice(self.dims());
        let Some(size) = out[dim].checked_mul(count) else {
            return Err(Error::shape(
                "repeat_interleave",
                format!("{count} times is too many"),
            ));
        };
        out[dim] = size;
        self.unsqueeze(dim as i64 + 1)?
            .expand_to(&Shape::from_dims(wide)?)?
            .try_clone()?
            .reshape(&out[..])
    }

    /// Elements moved by `shifts[k]` along `dims[k]`; what leaves at the end comes in at the front. Without `dims` the
    /// flattened tensor is rolled.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::arange(0..4)?;
    /// assert_eq!(x.roll(&[1], &[0])?.to_vec::<i64>()?, [3, 0, 1, 2]);
    /// assert_eq!(x.roll(&[-1], &[])?.to_vec::<i64>()?, [1, 2, 3, 0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Another number of shifts than dimensions, a dimension that isn't there.
    #[track_caller]
    pub fn roll(&self, shifts: &[i64], dims: &[i64]) -> Result<Tensor> {
        const OP: &str = "roll";
        if dims.is_empty() && shifts.len() == 1 {
            return self.reshape([-1])?.roll(shifts, &[0])?.reshape(self.dims());
        }
        if shifts.len() != dims.len() {
            return Err(Error::value(
                OP,
                format!("{} shifts for {} dimensions", shifts.len(), dims.len()),
            ));
        }
        let mut out = self.clone();
        for (&shift, &dim) in shifts.iter().zip(dims) {
            let d = self.existing_dim(OP, dim)?;
            let size = self.dims()[d] as i64;
            let shift = if size == 0 { 0 } else { shift.rem_euclid(size) };
            if shift != 0 {
                let cut = size - shift;
                let d = d as i64;
                let back = out.narrow(d, cut, shift as usize)?;
                let front = out.narrow(d, 0, cut as usize)?;
                out = Tensor::cat(&[&back, &front], d)?;
            }
        }
        if out.is_same(self) {
            self.try_clone()
        } else {
            Ok(out)
        }
    }

    /// With `value` around it: `padding` holds pairs (before, after) from the last dimension forwards, as in PyTorch;
    /// negative ones cut.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::new([[1i64, 2], [3, 4]])?;
    /// assert_eq!(x.pad_constant(&[1, 0], 9.0)?.to_vec::<i64>()?, [9, 1, 2, 9, 3, 4]);
    /// assert_eq!(x.pad_constant(&[0, 0, 1, -1], 0.0)?.to_vec::<i64>()?, [0, 0, 1, 2]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// An odd number of paddings, more than dimensions, or cuts larger than a dimension.
    #[track_caller]
    pub fn pad_constant(&self, padding: &[i64], value: f64) -> Result<Tensor> {
        const OP: &str = "pad";
        let _op = crate::profiler::op(OP);
        if !padding.len().is_multiple_of(2) || padding.len() / 2 > self.rank() {
            return Err(Error::value(
                OP,
                format!(
                    "{padding:?} for the {} dimensions of {}; expected pairs (before, after) from the last dimension forwards",
                    self.rank(),
                    self.shape()
                ),
            ));
        }
        let mut inner = self.clone();
        let mut dims = Dims::from_slice(self.dims());
        let mut starts: Dims = smallvec![0; self.rank()];
        for (k, pair) in padding.chunks_exact(2).enumerate() {
            let d = self.rank() - 1 - k;
            let size = self.dims()[d] as i64;
            let (cut, cut_end) = (
                pair[0].min(0).saturating_neg(),
                pair[1].min(0).saturating_neg(),
            );
            let Some(left) = size.checked_sub(cut).and_then(|n| n.checked_sub(cut_end)) else {
                return Err(Error::value(OP, format!("{padding:?} is out of range")));
            };
            if left < 0 {
                return Err(Error::value(
                    OP,
                    format!("{padding:?} cuts more than the {size} elements of dimension {d}"),
                ));
            }
            if left < size {
                inner = inner.narrow(d as i64, cut, left as usize)?;
            }
            let Some(size) = left
                .checked_add(pair[0].max(0))
                .and_then(|n| n.checked_add(pair[1].max(0)))
            else {
                return Err(Error::shape(OP, format!("{padding:?} is too large")));
            };
            dims[d] = size as usize;
            starts[d] = pair[0].max(0) as usize;
        }
        let out = Tensor::full((Shape::from_dims(dims)?, self.dtype()), value)?;
        let window: SmallVec<[View; 4]> = (0..self.rank())
            .map(|d| View::Slice {
                dim: d,
                start: starts[d],
                len: inner.dims()[d],
                step: 1,
            })
            .collect();
        let layout = (0..self.rank()).fold(out.layout().clone(), |l, d| {
            l.slice(d, starts[d], inner.dims()[d], 1)
        });
        let target = Tensor::over(out.0.storage.clone(), layout, out.dtype())?;
        write_copy(&target, &inner.detach())?;
        if tracks(&[&inner]) {
            record(OP, &[&inner], &[&out], (), move |_, _, grads| {
                let g = grads.into_iter().next().flatten();
                let cut = |g: Tensor| window.iter().try_fold(g, |g, v| g.viewed(v.clone()));
                Ok(smallvec![g.map(cut).transpose()?])
            })?;
        }
        Ok(out)
    }
}
