//! Which elements an index operation means, as data: read by [`Selection::take`], added up by its adjoint
//! [`Selection::spread`], written by [`Selection::put_`].
//!
//! A selection owns its indices, checked and made non-negative once. So nothing can change them between the check and
//! their use, and a later write to the user's index tensor doesn't disturb the backward.

use super::apply::lock;
use super::inplace::{check, commit};
use crate::autograd::{is_grad_enabled, record, tracks};
use crate::cpu::fresh::Fresh;
use crate::cpu::picks::Picks;
use crate::dtype::Element;
use crate::error::OrMemory;
use crate::layout::{Dims, Layout, Shape};
use crate::storage::slice_of;
use crate::{DType, Error, Result, Tensor};
use smallvec::{SmallVec, smallvec};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// A choice of elements of any tensor of one shape.
#[derive(Clone)]
pub(crate) struct Selection(Arc<Chosen>);

struct Chosen {
    /// Of the tensor that is indexed.
    shape: Shape,
    /// Of the result.
    out: Shape,
    how: How,
}

enum How {
    /// Dimensions from `first` on, one per list, replaced by the lists' common shape.
    Along {
        first: usize,
        indices: Vec<Vec<i64>>,
    },
    /// One element per index: at the same place but for dimension `dim`.
    Each { dim: usize, indices: Vec<i64> },
    /// The only element, so many times.
    Flag(usize),
}

/// What becomes of the values that arrive at one place.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Write {
    /// They are added.
    Add,
    /// The last one stays and gets the gradient.
    Last,
    /// The last one stays, and each gets the gradient, as PyTorch has it for `index_copy`.
    Each,
}

/// The elements of `index`, checked against a dimension of `size` and made non-negative.
#[track_caller]
pub(crate) fn indices(
    op: &'static str,
    index: &Tensor,
    size: usize,
    negative: bool,
) -> Result<Vec<i64>> {
    if !index.dtype().is_int() {
        return Err(Error::dtype(
            op,
            format!("expected an integer index, got a {} tensor", index.dtype()),
        ));
    }
    let index = index.detach().to_dtype(DType::I64)?.contiguous()?;
    let mut out = Vec::new();
    out.try_reserve_exact(index.numel()).or_memory(op)?;
    let size = size as i64;
    {
        let _access = lock(op, &[&index], &[])?;
        out.extend_from_slice(slice_of::<i64>(
            index.storage(),
            index.layout().offset(),
            index.numel(),
        ));
    }
    for (at, i) in out.iter_mut().enumerate() {
        if *i < 0 && negative {
            *i = i.saturating_add(size);
        }
        if *i < 0 || *i >= size {
            let given = if *i < 0 && negative { *i - size } else { *i };
            return Err(out_of_range(op, given, at, index.shape(), size, negative));
        }
    }
    Ok(out)
}

#[cold]
#[track_caller]
fn out_of_range(
    op: &'static str,
    value: i64,
    at: usize,
    shape: &Shape,
    size: i64,
    negative: bool,
) -> Error {
    let mut place: Dims = smallvec![0; shape.rank()];
    let mut rest = at;
    for d in (0..shape.rank()).rev() {
        place[d] = rest % shape[d];
        rest /= shape[d];
    }
    let lowest = if negative { -size } else { 0 };
    let expected = match size {
        0 => "the dimension is empty".to_string(),
        _ => format!("expected {lowest} to {}", size - 1),
    };
    Error::index(
        op,
        format!(
            "index {value} at position {:?} is out of range for a dimension of size {size}; {expected}",
            place.as_slice()
        ),
    )
}

/// Elements per task of the thread pool.
const GRAIN: usize = 16 * 1024;

/// What [`Selection::each`] takes of `x`: one element per index, at the same place but for dimension `dim`.
#[track_caller]
pub(crate) fn gathered(
    op: &'static str,
    x: &Tensor,
    dim: usize,
    index: &Tensor,
    negative: bool,
) -> Result<Tensor> {
    let _op = crate::profiler::op(op);
    if !tracks(&[x])
        && let Some(out) = gathered_directly(x, dim, index)?
    {
        return Ok(out);
    }
    Selection::each(op, x.shape(), dim, index, negative)?.take(op, x)
}

/// Whether elements are shown more than once, so that written out they would take more room than they do.
pub(super) fn repeats(t: &Tensor) -> bool {
    let mut strides = t.strides().iter().zip(t.dims());
    strides.any(|(&stride, &n)| stride == 0 && n > 1)
}

/// Whether `index` has the shape of `x` but for dimension `dim`, and is read as it lies.
fn is_like(x: &Tensor, dim: usize, index: &Tensor) -> bool {
    !repeats(x)
        && index.rank() == x.rank()
        && index.dtype() == DType::I64
        && index.numel() > 0
        && (0..x.rank()).all(|d| d == dim || index.dims()[d] == x.dims()[d])
}

/// As [`gathered`], in one pass over the index: `None` if that isn't possible, or if an index is out of range.
#[track_caller]
fn gathered_directly(x: &Tensor, dim: usize, index: &Tensor) -> Result<Option<Tensor>> {
    if !is_like(x, dim, index) || x.numel() == 0 || x.dtype().is_complex() {
        return Ok(None);
    }
    let (size, count) = (x.dims()[dim], index.dims()[dim]);
    let inner: usize = x.dims()[dim + 1..].iter().product();
    let lost = AtomicBool::new(false);
    let out = crate::dispatch!(x.dtype(), T => {
        let mut out = Fresh::<T>::new(index.shape().clone())?;
        x.detach().with_data(|x: &[T]| {
            index.detach().with_data(|index: &[i64]| {
                let line = count * inner;
                out.for_each_chunk((GRAIN / line).max(1) * line, |start, part| {
                    let from = x[start / line * size * inner..].chunks(size * inner);
                    let index = &index[start..start + part.len()];
                    let lines = part.chunks_mut(line).zip(index.chunks(line)).zip(from);
                    for ((to, index), from) in lines {
                        if !gather_line(to, index, from, inner) {
                            lost.store(true, Relaxed);
                        }
                    }
                });
            })
        })??;
        out.finish()
    });
    Ok((!lost.into_inner()).then_some(out))
}

/// `to[k][i] = from[index[k][i]][i]`, of `inner` places `i`; `false` if an index is out of range.
#[inline(always)]
fn gather_line<T: Copy>(to: &mut [T], index: &[i64], from: &[T], inner: usize) -> bool {
    let mut found = true;
    if inner == 1 {
        let index = &index[..to.len()];
        for k in 0..to.len() {
            match from.get(index[k] as usize) {
                Some(x) => to[k] = *x,
                None => found = false,
            }
        }
        return found;
    }
    let size = from.len() / inner;
    for (to, index) in to.chunks_mut(inner).zip(index.chunks(inner)) {
        for (c, (to, &i)) in to.iter_mut().zip(index).enumerate() {
            match (i as usize) < size {
                true => *to = from[i as usize * inner + c],
                false => found = false,
            }
        }
    }
    found
}

/// `x` with `source`, of the shape of `index`, added where `index` says along `dim`, one after the other, unrecorded; `None`
/// if that isn't possible in one pass, or if an index is out of range.
#[track_caller]
pub(super) fn added_directly(
    x: &Tensor,
    dim: usize,
    index: &Tensor,
    source: &Tensor,
) -> Result<Option<Tensor>> {
    if !is_like(x, dim, index) || x.numel() == 0 || source.dtype() != x.dtype() {
        return Ok(None);
    }
    match x.dtype() {
        DType::F32 => added::<f32>(x, dim, index, source),
        DType::F64 => added::<f64>(x, dim, index, source),
        _ => Ok(None),
    }
}

#[track_caller]
fn added<T: Element + std::ops::AddAssign>(
    x: &Tensor,
    dim: usize,
    index: &Tensor,
    source: &Tensor,
) -> Result<Option<Tensor>> {
    let (size, count) = (x.dims()[dim], index.dims()[dim]);
    let inner: usize = x.dims()[dim + 1..].iter().product();
    let (line, block) = (count * inner, size * inner);
    let lost = AtomicBool::new(false);
    let mut out = Fresh::<T>::new(x.shape().clone())?;
    x.detach().with_data(|x: &[T]| {
        index.detach().with_data(|index: &[i64]| {
            source.detach().with_data(|source: &[T]| {
                // Whoever writes to a block writes all that goes there, in order.
                out.for_each_chunk((GRAIN / block.max(line)).max(1) * block, |start, part| {
                    part.copy_from_slice(&x[start..start + part.len()]);
                    let first = start / block * line;
                    let lines = index[first..]
                        .chunks(line)
                        .zip(source[first..].chunks(line));
                    for (to, (index, source)) in part.chunks_mut(block).zip(lines) {
                        if !add_line(to, index, source, inner) {
                            lost.store(true, Relaxed);
                        }
                    }
                });
            })
        })
    })???;
    Ok((!lost.into_inner()).then_some(out.finish()))
}

/// `to[index[k][i]][i] += source[k][i]`, of `inner` places `i`; `false` if an index is out of range.
#[inline(always)]
fn add_line<T: Element + std::ops::AddAssign>(
    to: &mut [T],
    index: &[i64],
    source: &[T],
    inner: usize,
) -> bool {
    let size = to.len() / inner;
    let mut found = true;
    if inner == 1 {
        let source = &source[..index.len()];
        for k in 0..index.len() {
            match to.get_mut(index[k] as usize) {
                Some(slot) => *slot += source[k],
                None => found = false,
            }
        }
        return found;
    }
    for (index, source) in index.chunks(inner).zip(source.chunks(inner)) {
        for (c, (&i, &x)) in index.iter().zip(source).enumerate() {
            match (i as usize) < size {
                true => to[i as usize * inner + c] += x,
                false => found = false,
            }
        }
    }
    found
}

impl Selection {
    /// Dimensions `first..first + indices.len()` of `shape` replaced by `joint`, the shape of each of `indices`.
    #[track_caller]
    pub fn along(
        shape: &Shape,
        first: usize,
        indices: Vec<Vec<i64>>,
        joint: &[usize],
    ) -> Result<Selection> {
        let mut out = Dims::from_slice(&shape[..first]);
        out.extend_from_slice(joint);
        out.extend_from_slice(&shape[first + indices.len()..]);
        let (gone, come) = (indices.len(), joint.len());
        // A list of positions keeps its dimension; several dimensions made one, or one made several, have no name.
        let named = (0..out.len()).map(|d| match d {
            d if d < first || (d == first && gone == 1 && come == 1) => Some(d),
            d if d >= first + come => Some(d + gone - come),
            _ => None,
        });
        let out = Shape::from_dims(out)?.named_after(shape, named);
        Ok(Selection(Arc::new(Chosen {
            shape: shape.clone(),
            out,
            how: How::Along { first, indices },
        })))
    }

    /// The only element of a scalar, `count` (0 or 1) times.
    #[track_caller]
    pub fn flags(shape: &Shape, count: usize) -> Result<Selection> {
        Ok(Selection(Arc::new(Chosen {
            shape: shape.clone(),
            out: Shape::new(&[count])?,
            how: How::Flag(count),
        })))
    }

    /// One element per index, as `gather` has it.
    #[track_caller]
    pub fn each(
        op: &'static str,
        shape: &Shape,
        dim: usize,
        index: &Tensor,
        negative: bool,
    ) -> Result<Selection> {
        let fits = index.rank() == shape.rank()
            && (0..shape.rank()).all(|d| d == dim || index.dims()[d] <= shape[d]);
        if !fits && index.numel() > 0 {
            return Err(Error::shape(
                op,
                format!(
                    "an index of shape {} for a tensor of shape {shape}; expected as many dimensions, none larger but dimension {dim}",
                    index.shape()
                ),
            ));
        }
        if index.rank() != shape.rank() {
            // An empty index picks nothing, whatever its rank.
            return Selection::along(shape, 0, vec![vec![]; shape.rank()], index.dims());
        }
        let indices = indices(op, index, shape[dim], negative)?;
        Ok(Selection(Arc::new(Chosen {
            shape: shape.clone(),
            out: index.shape().clone(),
            how: How::Each { dim, indices },
        })))
    }

    /// The shape of the result.
    pub fn out(&self) -> &Shape {
        &self.0.out
    }

    #[track_caller]
    fn picks(&self, layout: &Layout) -> Result<Picks> {
        match &self.0.how {
            How::Along { first, indices } => Picks::along(layout, *first, indices),
            How::Each { dim, indices } => Picks::each(layout, *dim, &self.0.out, indices),
            How::Flag(count) => Ok(Picks::only(layout, *count)),
        }
    }

    /// The selected elements of `src`.
    #[track_caller]
    pub fn take(&self, op: &'static str, src: &Tensor) -> Result<Tensor> {
        let out = Tensor::uninit(self.0.out.clone(), src.dtype())?;
        let picks = self.picks(src.layout())?;
        {
            let _access = lock(op, &[src], &[])?;
            picks.read(src, &out);
        }
        if tracks(&[src]) {
            record(op, &[src], &[&out], self.clone(), |sel, _, grads| {
                let g = grads.into_iter().next().flatten();
                Ok(smallvec![g.map(|g| sel.spread(&g)).transpose()?])
            })?;
        }
        Ok(out)
    }

    /// Zeros with `g` added in where the selection looks: the adjoint of [`Selection::take`].
    #[track_caller]
    pub fn spread(&self, g: &Tensor) -> Result<Tensor> {
        let out = Tensor::zeroed(self.0.shape.clone(), g.dtype())?;
        let picks = self.picks(out.layout())?;
        let packed = g.detach().contiguous()?;
        {
            let _access = lock("index_backward", &[&packed], &[])?;
            picks.add(&out, &packed);
        }
        if tracks(&[g]) {
            record(
                "index_backward",
                &[g],
                &[&out],
                self.clone(),
                |sel, _, gs| {
                    let g = gs.into_iter().next().flatten();
                    Ok(smallvec![g.map(|g| sel.take("index", &g)).transpose()?])
                },
            )?;
        }
        Ok(out)
    }

    /// Writes (or adds) `value`, which broadcasts to the selection, to the selected elements of `target`. Of two values
    /// for one place the last one stays.
    #[track_caller]
    pub fn put_(
        &self,
        op: &'static str,
        target: &Tensor,
        value: &Tensor,
        accumulate: bool,
    ) -> Result<()> {
        let write = match accumulate {
            true => Write::Add,
            false => Write::Last,
        };
        self.write_(op, target, value, write)
    }

    /// As [`Selection::put_`].
    #[track_caller]
    pub fn write_(
        &self,
        op: &'static str,
        target: &Tensor,
        value: &Tensor,
        how: Write,
    ) -> Result<()> {
        let accumulate = how == Write::Add;
        if value.shape().broadcast(&self.0.out, op)? != self.0.out {
            return Err(Error::shape(
                op,
                format!(
                    "a value of shape {} doesn't broadcast to the selection's shape {}",
                    value.shape(),
                    self.0.out
                ),
            ));
        }
        if value.dtype().is_complex() && !target.dtype().is_complex() {
            return Err(Error::dtype(
                op,
                format!(
                    "a {} value for a {} tensor; convert one of them",
                    value.dtype(),
                    target.dtype()
                ),
            ));
        }
        let recorded = check(op, target, &[value])?;
        let picks = self.picks(target.layout())?;
        let expanded = value.detach().expand_to(&self.0.out)?;
        let mut packed = expanded.to_dtype(target.dtype())?.contiguous()?;
        if packed.storage().id() == target.storage().id() {
            packed = packed.copy()?;
        }
        let write = || {
            let _access = lock(op, &[&packed], &[target])?;
            if accumulate {
                picks.add(target, &packed)
            } else {
                picks.write(target, &packed)
            }
            Ok(())
        };
        let saved = recorded.then(|| self.clone());
        commit(
            op,
            target,
            &[value],
            saved,
            write,
            move |sel, call, grads| {
                let Some(g) = grads.into_iter().next().flatten() else {
                    return Ok(smallvec![None, None]);
                };
                let mut out: SmallVec<[Option<Tensor>; 2]> = smallvec![None, None];
                if call.needs(0) {
                    out[0] = Some(if accumulate {
                        g.clone()
                    } else {
                        sel.cleared(&g)?
                    });
                }
                if call.needs(1) {
                    let mut at = sel.take("index", &g)?;
                    if how == Write::Last
                        && let Some(kept) = sel.kept()?
                    {
                        let zero = Tensor::zeroed(Shape::scalar(), at.dtype())?;
                        at = at.where_cond(&kept, &zero)?;
                    }
                    out[1] = Some(at);
                }
                Ok(out)
            },
        )
    }

    /// Combines `src`, of the selection's shape, into the selected elements of the fresh `target`, in order.
    #[track_caller]
    pub fn fold_(
        &self,
        op: &'static str,
        target: &Tensor,
        src: &Tensor,
        reduce: super::Reduce,
    ) -> Result<()> {
        let picks = self.picks(target.layout())?;
        let packed = src.detach().contiguous()?;
        let _access = lock(op, &[&packed], &[target])?;
        picks.fold(target, &packed, reduce);
        Ok(())
    }

    /// `g` with zeros where the selection looks.
    #[track_caller]
    fn cleared(&self, g: &Tensor) -> Result<Tensor> {
        let zero = Tensor::zeroed(Shape::scalar(), g.dtype())?;
        let rest = if is_grad_enabled() {
            g.try_clone()?
        } else {
            g.copy()?
        };
        self.put_("index_put", &rest, &zero, false)?;
        Ok(rest)
    }

    /// Which of the values written one after the other stay: `None` if all do.
    fn kept(&self) -> Result<Option<Tensor>> {
        let _guard = crate::autograd::no_grad();
        let n = self.0.out.numel();
        let order = Tensor::arange(0..n as i64)?.reshape(self.0.out.dims())?;
        let last = Tensor::zeroed(self.0.shape.clone(), DType::I64)?;
        self.put_("index_put", &last, &order, false)?;
        let kept = self.take("index", &last)?.eq(&order)?;
        let all = kept.with_data(|v: &[bool]| v.iter().all(|&k| k))?;
        Ok((!all).then_some(kept))
    }
}
