//! Applies an element-wise op: promotes, broadcasts, runs the kernel, records. Once for all ops, by [`OpTable`].

use crate::autograd::{
    Call, Grads, Saved, audit_is_on, is_grad_enabled, note_cast, record, tracks_as,
};
use crate::cpu::kernel::{KernelFn, Params};
use crate::cpu::nest::{self, Job, Operand};
use crate::dtype::{Compute, DType, result_type};
use crate::layout::{Layout, Shape, longest_strides_first};
use crate::op::{Class, OpTable};
use crate::profiler::{self, Span};
use crate::program::Partial;
use crate::storage::{Access, Reading, Storage, Stored};
use crate::{Error, Result, Tensor};
use smallvec::SmallVec;

/// The promoted dtype of `inputs`.
#[inline]
pub(crate) fn promote(inputs: &[&Tensor]) -> DType {
    let first = inputs[0].dtype();
    if inputs.iter().all(|t| t.dtype() == first && !t.0.number) {
        return first;
    }
    result_type(inputs.iter().map(|t| (t.dtype(), t.mixing_rank())))
}

/// The shape all of `inputs` broadcast to.
#[inline]
#[track_caller]
pub(crate) fn broadcast(op: &'static str, inputs: &[&Tensor]) -> Result<Shape> {
    let mut shape = inputs[0].shape().clone();
    for t in &inputs[1..] {
        if t.shape() != &shape || t.shape().is_labelled() {
            shape = shape.broadcast(t.shape(), op)?;
        }
    }
    Ok(shape)
}

/// The locks of an operation, and its event in the profiler's recording: both end with its kernel.
#[must_use]
pub(crate) struct Locked<G> {
    _guard: G,
    _span: Span,
}

#[track_caller]
pub(crate) fn lock<'a>(
    op: &'static str,
    reads: &[&'a Tensor],
    writes: &[&'a Tensor],
) -> Result<Locked<Access<'a>>> {
    Ok(Locked {
        _guard: Access::lock_all(reads, writes).map_err(|_| lent(op))?,
        _span: profiler::locked(op, reads, writes),
    })
}

/// [`lock`] for an op that only reads `reads`, without copying the list.
#[inline]
#[track_caller]
pub(crate) fn lock_reads<'a>(
    op: &'static str,
    reads: &'a [&'a Tensor],
) -> Result<Locked<Reading<'a, Tensor>>> {
    Ok(Locked {
        _guard: Reading::lock(reads).map_err(|_| lent(op))?,
        _span: profiler::locked(op, reads, &[]),
    })
}

#[cold]
#[track_caller]
fn lent(op: &'static str) -> Error {
    Error::value(
        op,
        "a tensor is in use by a with_data closure of this thread; finish it first",
    )
}

impl Stored for Tensor {
    #[inline(always)]
    fn storage(&self) -> &Storage {
        &self.0.storage
    }
}

/// `table(inputs)` as a new tensor.
#[inline]
#[track_caller]
pub(crate) fn apply(
    table: &'static OpTable,
    params: &Params,
    inputs: &[&Tensor],
) -> Result<Tensor> {
    let promoted = promote(inputs);
    if promoted.is_complex() {
        return super::complex::apply(table.name, params, inputs);
    }
    let (dtype, out_dtype) = table.dtypes(promoted)?;
    let tracked = tracks_as(table.name, inputs);
    if tracked && table.by_slopes() {
        table.check_gradients(inputs)?;
    }
    let out = compute(table, params, dtype, out_dtype, inputs)?;
    if tracked {
        remember(table, params, inputs, &out, out_dtype)?;
    }
    Ok(out)
}

#[inline]
#[track_caller]
pub(crate) fn pick(table: &'static OpTable, dtype: DType) -> Result<KernelFn> {
    match &table.forward[dtype.compute() as usize] {
        Some(variants) => Ok(variants.pick()),
        None => Err(Error::dtype(
            table.name,
            format!("not defined for {dtype} tensors"),
        )),
    }
}

/// Runs `table`'s kernel over the broadcast `inputs` into a fresh tensor of `out_dtype`, computing in `dtype`.
#[track_caller]
pub(crate) fn compute(
    table: &'static OpTable,
    params: &Params,
    dtype: DType,
    out_dtype: DType,
    inputs: &[&Tensor],
) -> Result<Tensor> {
    let (op, kernel) = (table.name, pick(table, dtype)?);
    // The operand whose shape the others spread to, if it is as simple as that.
    let full = inputs.iter().find(|t| t.numel() != 1).unwrap_or(&inputs[0]);
    let out_bool = table.class == Class::Test;
    let compute = dtype.compute();
    if compute.dtype() == dtype
        && inputs
            .iter()
            .all(|t| nest::is_simple(t, full.shape(), dtype) && !t.shape().is_labelled())
    {
        let out = Tensor::uninit(full.shape().clone(), out_dtype)?;
        let _access = lock_reads(op, inputs)?;
        if nest::run_simple(kernel, params, compute, inputs, &out) {
            return Ok(out);
        }
    }
    let shape = broadcast(op, inputs)?;
    let out = fresh_like(inputs, shape, out_dtype)?;
    // What runs across the result is turned in one go, instead of a number per cache line at a time.
    let turned: SmallVec<[Option<Tensor>; 4]> = inputs
        .iter()
        .map(|t| runs_across(t, &out).then(|| t.detach().copy()).transpose())
        .collect::<Result<_>>()?;
    let _access = lock_reads(op, inputs)?;
    let mut operands: SmallVec<[Operand; 4]> = inputs
        .iter()
        .zip(&turned)
        .map(|(t, turned)| Operand::new(turned.as_ref().unwrap_or(t), out.shape()))
        .collect();
    operands.push(Operand::new(&out, out.shape()));
    nest::run(
        &Job {
            kernel,
            params,
            compute,
            out_bool,
            shape: out.shape(),
            inputs: inputs.len(),
            slots: None,
        },
        operands,
    );
    Ok(out)
}

/// Whether `t` is large, and lies along another dimension than the row-major `out`.
fn runs_across(t: &Tensor, out: &Tensor) -> bool {
    let Some((&last, lead)) = t.strides().split_last() else {
        return false;
    };
    t.numel() >= 1 << 16
        && t.shape() == out.shape()
        && out.is_contiguous()
        && last.unsigned_abs() * t.dtype().size() >= 256
        && t.dims()[lead.len()] >= 16
        && (0..lead.len()).any(|d| lead[d] == 1 && t.dims()[d] >= 16)
}

/// A fresh tensor for a result over `inputs`: in their memory order where they agree on one, row-major otherwise.
#[track_caller]
fn fresh_like(inputs: &[&Tensor], shape: Shape, dtype: DType) -> Result<Tensor> {
    let mut full = inputs
        .iter()
        .filter(|t| t.shape() == &shape && t.rank() > 1);
    if let Some(first) = full.next()
        && !first.is_contiguous()
        && full.all(|t| t.strides() == first.strides())
        && let Some(layout) = dense_like(first.layout())
    {
        return Tensor::uninit_strided(layout, dtype);
    }
    Tensor::uninit(shape, dtype)
}

/// A gap-free layout with dimensions in the memory order of `layout`, or `None` if it has no order of its own.
fn dense_like(layout: &Layout) -> Option<Layout> {
    let strides = layout.strides();
    if layout.numel() == 0
        || strides
            .iter()
            .zip(layout.shape().iter())
            .any(|(&s, &d)| s <= 0 && d > 1)
    {
        return None;
    }
    let mut order: SmallVec<[usize; 6]> = (0..strides.len()).collect();
    longest_strides_first(&mut order, strides);
    let mut out: crate::layout::Strides = SmallVec::from_elem(1, strides.len());
    let mut step = 1;
    for &d in order.iter().rev() {
        out[d] = step;
        step *= layout.shape()[d] as isize;
    }
    Layout::strided(layout.shape().clone(), out, 0).ok()
}

/// What the backward of an element-wise op keeps.
pub(crate) struct SavedOp {
    table: &'static OpTable,
    params: Params,
    tensors: SmallVec<[Option<Saved>; 3]>,
}

impl SavedOp {
    /// Saves what the derivatives of `inputs` read; `keep` makes a [`Saved`] of input `k`.
    #[track_caller]
    pub(crate) fn of_inputs(
        table: &'static OpTable,
        params: &Params,
        inputs: &[&Tensor],
        keep: impl Fn(usize, &Tensor) -> Result<Saved>,
    ) -> Result<SavedOp> {
        let mut reads = 0;
        if let Some(analysis) = table.analysis() {
            for (k, t) in inputs.iter().enumerate() {
                if t.is_requires_grad() {
                    reads |= analysis.reads[k];
                }
            }
        }
        let tensors = inputs
            .iter()
            .enumerate()
            .map(|(k, t)| (reads >> k & 1 == 1).then(|| keep(k, t)).transpose())
            .collect::<Result<_>>()?;
        Ok(SavedOp {
            table,
            params: *params,
            tensors,
        })
    }

    /// Saves the output.
    pub(crate) fn of_output(table: &'static OpTable, params: &Params, out: Saved) -> SavedOp {
        SavedOp {
            table,
            params: *params,
            tensors: SmallVec::from_iter([Some(out)]),
        }
    }
}

#[track_caller]
fn remember(
    table: &'static OpTable,
    params: &Params,
    inputs: &[&Tensor],
    out: &Tensor,
    out_dtype: DType,
) -> Result<()> {
    if !table.differentiable() || !out_dtype.is_float() {
        // Comparisons and integers: constant between jumps, nothing flows.
        if audit_is_on() {
            note_cast(table.name, inputs);
        }
        return Ok(());
    }
    let saved = match table.from_output {
        true => SavedOp::of_output(table, params, Saved::output(out, 0)),
        false => SavedOp::of_inputs(table, params, inputs, |_, t| Ok(Saved::input(t)))?,
    };
    record(table.name, inputs, &[out], saved, vjp)
}

/// The vector-Jacobian product of any element-wise op.
pub(crate) fn vjp(saved: &SavedOp, call: &Call, mut grads: Grads) -> Result<Grads> {
    let table = saved.table;
    let arity = table.arity;
    let Some(g) = grads[0].take() else {
        return Ok(SmallVec::from_elem(None, arity));
    };
    let mut out: Grads = SmallVec::from_elem(None, arity);
    // Derivatives of ±1 need no kernel.
    let mut general: SmallVec<[bool; 4]> = SmallVec::from_elem(false, arity);
    for k in 0..arity {
        if !call.needs(k) {
            continue;
        }
        let kind = if table.from_output {
            &Partial::General
        } else {
            &table.analysis().expect("differentiable").kind[k]
        };
        match kind {
            Partial::Zero => {}
            Partial::One => out[k] = Some(g.clone()),
            Partial::MinusOne => out[k] = Some(g.neg()?),
            Partial::General => general[k] = true,
        }
    }
    if !general.contains(&true) {
        return Ok(out);
    }
    let tensors: SmallVec<[Option<Tensor>; 3]> = saved
        .tensors
        .iter()
        .map(|s| s.as_ref().map(|s| s.get(call)).transpose())
        .collect::<Result<_>>()?;
    if is_grad_enabled() || table.by_slopes() {
        let traced = table.traced(&saved.params, &tensors, &g, &general)?;
        for (k, d) in traced.into_iter().enumerate() {
            if general[k] {
                out[k] = d;
            }
        }
        return Ok(out);
    }
    let kernel = match &table.backward[(g.dtype().compute() == Compute::F64) as usize] {
        Some(variants) => variants.pick(),
        None => {
            return Err(Error::autograd(
                table.name,
                format!("no derivative for {}", g.dtype()),
            ));
        }
    };
    let read: SmallVec<[&Tensor; 4]> = tensors.iter().flatten().chain([&g]).collect();
    for (k, _) in general.iter().enumerate().filter(|(_, n)| **n) {
        out[k] = Some(Tensor::uninit(g.shape().clone(), g.dtype())?);
    }
    let _access = lock_reads(table.name, &read)?;
    let n_src = if table.from_output { 1 } else { arity };
    // An input that no derivative reads is replaced by `g`: any numbers will do.
    let mut operands: SmallVec<[Operand; 4]> = (0..n_src)
        .map(|k| Operand::new(tensors[k].as_ref().unwrap_or(&g), g.shape()))
        .collect();
    operands.push(Operand::new(&g, g.shape()));
    let slots: SmallVec<[usize; 4]> = (0..arity).filter(|&k| general[k]).collect();
    operands.extend(
        slots
            .iter()
            .filter_map(|&k| out[k].as_ref())
            .map(|t| Operand::new(t, t.shape())),
    );
    let compute = g.dtype().compute();
    nest::run(
        &Job {
            kernel,
            params: &saved.params,
            compute,
            out_bool: false,
            shape: g.shape(),
            inputs: n_src + 1,
            slots: Some(&slots),
        },
        operands,
    );
    Ok(out)
}
