//! Reductions: the tensor methods by family, and the one way they reach the kernels.
//!
//! Every reduction has a form over the whole tensor (`sum()`) and one over some dimensions
//! (`sum_dims(dims, keepdim)`); no dimensions stand for all of them. Floats are reduced in `f32` or `f64` and rounded
//! once at the end, integers in `i64`.

mod boolean;
mod extreme;
mod moment;
mod norm;
#[cfg(feature = "linalg")]
pub(crate) use norm::flat;
mod product;
mod running;
mod scan;
mod sum;

pub(crate) use norm::ExpBelow;
pub(crate) use sum::float_only;

use super::apply::lock_reads;
use super::complex;
use crate::cpu::kernel::{KernelFn, Params, Variants};
use crate::cpu::nest::Operand;
use crate::cpu::reduce::{self, Combine, Source};
use crate::dtype::{Compute, DType};
use crate::error::OrMemory;
use crate::layout::{Dims, Shape};
use crate::{Error, Result, Tensor};
use smallvec::SmallVec;

/// The dimensions of one reduction.
#[derive(Clone)]
pub(crate) struct Axes {
    /// Per dimension of the input: whether it is reduced.
    pub reduced: SmallVec<[bool; 6]>,
    /// The input's shape with reduced dimensions of size 1.
    pub keep: Shape,
    /// The shape of the answer.
    pub out: Shape,
    /// Number of elements per output.
    pub count: usize,
}

impl Axes {
    /// `dims` of `x`, all if there are none.
    #[track_caller]
    pub fn new(op: &'static str, x: &Tensor, dims: &[i64], keepdim: bool) -> Result<Axes> {
        let dims = x.shape().dims_or_all(op, dims)?;
        let mut reduced = SmallVec::from_elem(false, x.rank());
        for &d in &dims {
            reduced[d] = true;
        }
        Axes::of(x, reduced, keepdim)
    }

    #[track_caller]
    fn of(x: &Tensor, reduced: SmallVec<[bool; 6]>, keepdim: bool) -> Result<Axes> {
        let (mut keep, mut out, mut count) = (Dims::new(), Dims::new(), 1usize);
        for (d, &n) in x.dims().iter().enumerate() {
            if reduced[d] {
                // Part of a shape that could be counted, but another dimension may be 0.
                count = count.saturating_mul(n);
                keep.push(1);
            } else {
                keep.push(n);
                out.push(n);
            }
        }
        let keep = Shape::from_dims(keep)?.named_after(x.shape(), (0..x.rank()).map(Some));
        let out = if keepdim {
            keep.clone()
        } else {
            let kept = (0..x.rank()).filter(|&d| !reduced[d]).map(Some);
            Shape::from_dims(out)?.named_after(x.shape(), kept)
        };
        Ok(Axes {
            reduced,
            keep,
            out,
            count,
        })
    }

    /// `t`, of the shape of the answer, broadcast along the input's.
    #[track_caller]
    pub fn spread(&self, t: &Tensor, shape: &Shape) -> Result<Tensor> {
        self.kept(t)?.expand_to(shape)
    }

    /// `t`, of the shape of the answer, with the reduced dimensions as 1.
    #[track_caller]
    pub fn kept(&self, t: &Tensor) -> Result<Tensor> {
        if t.shape() == &self.keep {
            return Ok(t.clone());
        }
        t.reshape(&self.keep)
    }

    /// Refuses an empty reduction, naming the dimension.
    #[track_caller]
    pub fn refuse_empty(&self, op: &'static str, x: &Tensor) -> Result<()> {
        if self.count > 0 || self.out.numel() == 0 {
            return Ok(());
        }
        let dim = (0..x.rank())
            .find(|&d| self.reduced[d] && x.dims()[d] == 0)
            .unwrap_or(0);
        Err(Error::value(
            op,
            format!(
                "dimension {dim} of shape {} has no elements, and nothing has no {op}",
                x.shape()
            ),
        ))
    }
}

/// The type a tensor of `dtype` is reduced in.
pub(crate) fn accumulate_in(dtype: DType) -> Compute {
    match dtype.compute() {
        Compute::I32 => Compute::I64,
        compute => compute,
    }
}

/// A map of the table or of [`crate::cpu::kernel::forward`], by [`Compute`] `F32` and `F64`.
pub(crate) struct Map<'a> {
    pub variants: [Variants; 2],
    pub params: &'a Params,
}

impl Map<'_> {
    fn pick(&self, compute: Compute) -> KernelFn {
        self.variants[(compute == Compute::F64) as usize].pick()
    }
}

/// The float kernels of an element-wise op.
pub(crate) fn floats_of(table: &'static crate::op::OpTable) -> [Variants; 2] {
    let [f32, f64, ..] = table.forward;
    [f32, f64].map(|v| v.expect("an op on floats"))
}

/// Reduces `x` by `combine`, as a fresh tensor of shape `axes.out` and of the compute type. Records nothing.
#[track_caller]
pub(crate) fn fold(op: &'static str, combine: Combine, x: &Tensor, axes: &Axes) -> Result<Tensor> {
    if x.dtype().is_complex() {
        return Err(complex::refused(op, x.dtype()));
    }
    fold_map(op, combine, &[x], None, accumulate_in(x.dtype()), axes)
}

/// As [`fold`], of the values of `map` over `inputs`, the first of which has the shape that `axes` are of; the others
/// broadcast to it.
#[track_caller]
pub(crate) fn fold_map(
    op: &'static str,
    combine: Combine,
    inputs: &[&Tensor],
    map: Option<Map>,
    compute: Compute,
    axes: &Axes,
) -> Result<Tensor> {
    let shape = inputs[0].shape();
    if let Some(z) = inputs.iter().find(|t| t.dtype().is_complex()) {
        return Err(complex::refused(op, z.dtype()));
    }
    let out = Tensor::uninit(axes.out.clone(), compute.dtype())?;
    let _access = lock_reads(op, inputs)?;
    let map = map.as_ref().map(|m| (m.pick(compute), m.params));
    if reduce::into_one(combine, map, compute, inputs, &out) {
        return Ok(out);
    }
    let source = Source {
        operands: inputs.iter().map(|t| Operand::new(t, shape)).collect(),
        map,
        compute,
    };
    reduce::into(combine, &source, shape, &axes.reduced, &out).or_memory(op)?;
    Ok(out)
}
