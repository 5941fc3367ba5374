//! Scattering with another combination than replacing or adding: product, mean, smallest, largest.
//!
//! `include_self = false` is the same as first writing the combination's neutral element where something arrives.

use super::selection::{Selection, indices};
use crate::autograd::{Call, Grads, Saved, is_grad_enabled, record, tracks};
use crate::layout::Dims;
use crate::{DType, Error, Result, Tensor};
use smallvec::smallvec;
use std::str::FromStr;

/// How values that arrive at one place are combined.
///
/// ```
/// # use neurarust_core::{Reduce, Tensor};
/// let (x, src) = (Tensor::new([1f32, 1.0])?, Tensor::new([2f32, 5.0, 3.0])?);
/// let y = x.scatter_reduce(0, &Tensor::new([0i64, 0, 1])?, &src, Reduce::Amax, true)?;
/// assert_eq!(y.to_vec::<f32>()?, [5.0, 3.0]);
/// assert_eq!("amax".parse::<Reduce>()?, Reduce::Amax);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reduce {
    /// Their sum.
    Sum,
    /// Their product.
    Prod,
    /// Their mean; of integers, rounded down.
    Mean,
    /// The smallest; NaN wins.
    Amin,
    /// The largest; NaN wins.
    Amax,
}

impl FromStr for Reduce {
    type Err = Error;
    #[track_caller]
    fn from_str(name: &str) -> Result<Reduce> {
        Ok(match name {
            "sum" => Reduce::Sum,
            "prod" => Reduce::Prod,
            "mean" => Reduce::Mean,
            "amin" => Reduce::Amin,
            "amax" => Reduce::Amax,
            _ => {
                return Err(Error::new(
                    crate::ErrorKind::Shape,
                    "reduce",
                    format!("expected sum, prod, mean, amax or amin, got {name:?}"),
                ));
            }
        })
    }
}

impl Reduce {
    /// What leaves every value as it is.
    fn neutral(self, dtype: DType) -> f64 {
        let low = match dtype {
            DType::Bool | DType::U8 => 0.0,
            d if d.is_float() => f64::NEG_INFINITY,
            _ => f64::MIN,
        };
        let high = match dtype {
            DType::Bool => 1.0,
            d if d.is_float() => f64::INFINITY,
            _ => f64::MAX,
        };
        match self {
            Reduce::Sum | Reduce::Mean => 0.0,
            Reduce::Prod => 1.0,
            Reduce::Amin => high,
            Reduce::Amax => low,
        }
    }
}

impl Tensor {
    /// Combines `src` into a copy of this tensor where `index` says along `dim`, as [`Tensor::scatter`] places it:
    /// `out[index[i][j]][j] = reduce(out[index[i][j]][j], src[i][j])` for `dim` 0. Without `include_self`, what was
    /// there before doesn't take part where something arrives.
    ///
    /// The gradient of a smallest or largest value is shared evenly by all that equal it. The second derivative of a
    /// product is refused where two factors are 0.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, Reduce};
    /// let x = Tensor::new([1.0f32, 2.0, 3.0])?;
    /// let index = Tensor::new([0i64, 0, 2])?;
    /// let src = Tensor::new([5.0f32, 7.0, 2.0])?;
    /// let out = x.scatter_reduce(0, &index, &src, Reduce::Amax, true)?;
    /// assert_eq!(out.to_vec::<f32>()?, [7.0, 2.0, 3.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// An index or a source of the wrong type or shape, an index out of range.
    #[track_caller]
    pub fn scatter_reduce(
        &self,
        dim: i64,
        index: &Tensor,
        src: &Tensor,
        reduce: Reduce,
        include_self: bool,
    ) -> Result<Tensor> {
        const OP: &str = "scatter_reduce";
        let (axis, index, src) = self.scatter_parts(OP, dim, index, src)?;
        let target = super::gather::lifted(self)?;
        let selection = Selection::each(OP, target.shape(), axis, &index, false)?;
        let out = combine(OP, &target, &selection, &src, reduce, include_self)?;
        match self.rank() {
            0 => out.reshape([0i64; 0]),
            _ => Ok(out),
        }
    }

    /// Combines slice `i` of `source` into slice `index[i]` of dimension `dim` of a copy of this tensor. See
    /// [`Tensor::scatter_reduce`].
    ///
    /// ```
    /// # use neurarust_core::{Tensor, Reduce};
    /// let rows = Tensor::new([1i64, 1])?;
    /// let source = Tensor::new([[2f32, 3.0], [5.0, 1.0]])?;
    /// let y = Tensor::ones([2, 2])?.index_reduce(0, &rows, &source, Reduce::Prod, true)?;
    /// assert_eq!(y.to_vec::<f32>()?, [1.0, 1.0, 10.0, 3.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// An index or a source of the wrong type or shape, an index out of range.
    #[track_caller]
    pub fn index_reduce(
        &self,
        dim: i64,
        index: &Tensor,
        source: &Tensor,
        reduce: Reduce,
        include_self: bool,
    ) -> Result<Tensor> {
        const OP: &str = "index_reduce";
        if reduce == Reduce::Sum {
            return Err(Error::shape(
                OP,
                "expected prod, mean, amax or amin; index_add sums",
            ));
        }
        super::gather::same_dtype(OP, self, source)?;
        let (target, source) = (super::gather::lifted(self)?, super::gather::lifted(source)?);
        let (_, selection) = target.slices(OP, dim, index)?;
        if source.shape() != selection.out() {
            return Err(Error::shape(
                OP,
                format!(
                    "a source of shape {}; expected {}",
                    source.shape(),
                    selection.out()
                ),
            ));
        }
        let out = combine(OP, &target, &selection, &source, reduce, include_self)?;
        match self.rank() {
            0 => out.reshape([0i64; 0]),
            _ => Ok(out),
        }
    }

    /// The places of the flattened tensor that `index` numbers, negative numbers from the back, as a selection of
    /// `index`'s elements in a row.
    #[track_caller]
    fn flat_places(&self, op: &'static str, index: &Tensor) -> Result<Selection> {
        let list = indices(op, index, self.numel(), true)?;
        let n = [list.len()];
        if self.rank() == 0 {
            return Selection::flags(self.shape(), list.len());
        }
        let dims = Dims::from_slice(self.dims());
        let mut lists = vec![vec![0i64; list.len()]; dims.len()];
        for (k, &flat) in list.iter().enumerate() {
            let mut rest = flat as usize;
            for (d, &size) in dims.iter().enumerate().rev() {
                lists[d][k] = (rest % size.max(1)) as i64;
                rest /= size.max(1);
            }
        }
        Selection::along(self.shape(), 0, lists, &n)
    }

    /// Writes (or adds) the elements of `source` to the places of the flattened tensor that `index` numbers, in place.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::zeros([2, 2])?;
    /// x.put_(&Tensor::new([0i64, -1])?, &Tensor::new([5f32, 6.0])?, false)?;
    /// assert_eq!(x.to_vec::<f32>()?, [5.0, 0.0, 0.0, 6.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A source of another dtype or number of elements than the index, an index out of range, what in-place operations
    /// refuse.
    #[track_caller]
    pub fn put_(&self, index: &Tensor, source: &Tensor, accumulate: bool) -> Result<&Tensor> {
        const OP: &str = "put_";
        super::gather::same_dtype(OP, self, source)?;
        if source.numel() != index.numel() {
            return Err(Error::shape(
                OP,
                format!(
                    "a source of {} elements for an index of {}",
                    source.numel(),
                    index.numel()
                ),
            ));
        }
        let places = self.flat_places(OP, index)?;
        places.put_(OP, self, &source.reshape([-1])?, accumulate)?;
        Ok(self)
    }

    /// As [`Tensor::put_`], into a copy.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let y = Tensor::ones([2])?.put(&Tensor::new([0i64, 0])?, &Tensor::new([5f32, 6.0])?, true)?;
    /// assert_eq!(y.to_vec::<f32>()?, [12.0, 1.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Tensor::put_`].
    #[track_caller]
    pub fn put(&self, index: &Tensor, source: &Tensor, accumulate: bool) -> Result<Tensor> {
        let out = self.try_clone()?;
        out.put_(index, source, accumulate)?;
        Ok(out)
    }
}

/// `target` with `src` combined into the selected places.
#[track_caller]
fn combine(
    op: &'static str,
    target: &Tensor,
    selection: &Selection,
    src: &Tensor,
    reduce: Reduce,
    include_self: bool,
) -> Result<Tensor> {
    let base = target.try_clone()?;
    if !include_self {
        let neutral = Tensor::full(((), target.dtype()), reduce.neutral(target.dtype()))?;
        selection.put_(op, &base, &neutral, false)?;
    }
    match reduce {
        Reduce::Sum => {
            selection.put_(op, &base, src, true)?;
            Ok(base)
        }
        Reduce::Mean => {
            selection.put_(op, &base, src, true)?;
            // How many each place has got; a place that got none keeps its own value.
            let count = Tensor::ones((base.shape(), base.dtype()))?;
            let one = Tensor::ones(((), base.dtype()))?;
            if !include_self {
                selection.put_(op, &count, &one.zeros_like()?, false)?;
            }
            selection.put_(op, &count, &one, true)?;
            match base.dtype().is_float() {
                true => base.div(&count),
                false => base.floor_divide(&count),
            }
        }
        Reduce::Prod | Reduce::Amin | Reduce::Amax => extreme(op, base, selection, src, reduce),
    }
}

/// As [`combine`], including what `base` holds, for what isn't a sum.
#[track_caller]
fn extreme(
    op: &'static str,
    base: Tensor,
    selection: &Selection,
    src: &Tensor,
    reduce: Reduce,
) -> Result<Tensor> {
    let out = base.copy()?;
    selection.fold_(op, &out, src, reduce)?;
    if tracks(&[&base, src]) {
        let saved = (
            Saved::input(&base),
            Saved::input(src),
            Saved::output(&out, 0),
            selection.clone(),
        );
        record(op, &[&base, src], &[&out], saved, move |saved, call, g| {
            vjp(op, saved, reduce, call, g)
        })?;
    }
    Ok(out)
}

fn vjp(
    op: &'static str,
    (base, src, out, selection): &(Saved, Saved, Saved, Selection),
    reduce: Reduce,
    call: &Call,
    grads: Grads,
) -> Result<Grads> {
    let Some(g) = grads.into_iter().next().flatten() else {
        return Ok(smallvec![None, None]);
    };
    let (base, src, out) = (base.get(call)?, src.get(call)?, out.get(call)?);
    if reduce != Reduce::Prod {
        let at = selection.take(op, &out)?;
        let (ours, theirs) = (
            base.eq(&out)?.to_dtype(g.dtype())?,
            src.eq(&at)?.to_dtype(g.dtype())?,
        );
        let shared = g.div(&ours.add(&selection.spread(&theirs)?)?)?;
        return Ok(smallvec![
            Some(shared.mul(&ours)?),
            Some(selection.take(op, &shared)?.mul(&theirs)?)
        ]);
    }
    let again = |base: &Tensor, src: &Tensor| extreme(op, base.clone(), selection, src, reduce);
    // A factor of 0 is replaced by 1, so that the product of the others remains.
    let zero = base.eq(0.0)?;
    let rest = base.masked_fill(&zero, 1.0)?;
    let grad_base = g.mul(&again(&rest, &src)?.div(&rest)?)?;
    let zeros = src.eq(0.0)?;
    let many = {
        let each = zeros.to_dtype(g.dtype())?;
        selection
            .take(
                op,
                &selection.spread(&each)?.add(&zero.to_dtype(g.dtype())?)?,
            )?
            .gt(1.0)?
    };
    let lone = zeros.logical_and(&many.logical_not()?)?;
    let flat = is_grad_enabled() && zeros.logical_and(&many)?.any()?.item::<bool>()?;
    let others = again(&base, &src.masked_fill(&lone, 1.0)?)?;
    let usual = selection
        .take(op, &g.mul(&out)?)?
        .div(&src.masked_fill(&zeros, 1.0)?)?;
    let alone = selection.take(op, &g.mul(&others)?)?;
    let mut grad_src = alone.where_cond(&lone, &usual)?;
    if flat {
        // Right as a number, but not as a function of the factors: whoever differentiates it is told.
        let value = grad_src.detach();
        record(op, &[&grad_src], &[&value], (), move |_, _, _| {
            Err(Error::unsupported(
                op,
                "the second derivative of a product of which two or more factors are 0 is not available; replace the zeros by a small number",
            ))
        })?;
        grad_src = value;
    }
    Ok(smallvec![Some(grad_base), Some(grad_src)])
}
