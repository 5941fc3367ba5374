//! Operations that write over a tensor.
//!
//! Note [Views and in-place operations]: a view knows its base and the chain of views in between. Writing to a view
//! gives the base a new history: "the old base, with the part that the view sees replaced by the view's new value", and
//! counts the base's `rewrites`. A view whose base has been rewritten since renews its own history from the base when
//! it is asked for it ([`Tensor::edge`]). So every tensor over one buffer has the right gradient, whichever was written.
//!
//! Everything that can be refused is refused before the first byte is written.

use super::apply::{SavedOp, lock, promote, vjp};
use super::complex;
use super::view::relaid;
use crate::autograd::place;
use crate::autograd::{
    Call, Chain, Grads, Node, Saved, attach, audit_is_on, is_grad_enabled, new_node, note_cast,
    tracks_as,
};
use crate::cpu::kernel::{self, KernelFn, Params};
use crate::cpu::nest::{self, Job, Operand};
use crate::layout::Layout;
use crate::op::{Class, OpTable};
use crate::{DType, Error, Result, Tensor};
use smallvec::{SmallVec, smallvec};
use std::panic::Location;
use std::sync::Arc;

/// Whether a value of `from` can be stored in `to`: not a float in an integer, not a number in a bool.
pub(crate) fn can_store(from: DType, to: DType) -> bool {
    to.is_complex()
        || (to.is_float() && !from.is_complex())
        || (!from.is_differentiable() && (to != DType::Bool || from == DType::Bool))
}

/// Refuses what must not be written to; answers whether the operation has to be recorded.
#[track_caller]
pub(crate) fn check(op: &'static str, target: &Tensor, others: &[&Tensor]) -> Result<bool> {
    if target.layout().may_overlap() {
        return Err(Error::value(
            op,
            format!(
                "writing to a tensor of shape {} with strides {:?}, some of whose elements share memory (expand?); clone it first",
                target.shape(),
                target.strides()
            ),
        ));
    }
    let recorded = is_grad_enabled()
        && (target.is_requires_grad() || others.iter().any(|t| t.is_requires_grad()));
    if !recorded {
        return Ok(false);
    }
    let base = target.view_of().map_or(target, |v| &v.base);
    let own = target.is_requires_grad() && target.is_leaf();
    if own || (base.is_requires_grad() && base.is_leaf()) {
        let what = if !own {
            "a view of a leaf tensor"
        } else {
            "a leaf tensor"
        };
        return Err(Error::autograd(
            op,
            format!(
                "{what} that requires a gradient can't be changed in place; do it under no_grad, or on a clone"
            ),
        ));
    }
    if base.0.inference && !base.is_requires_grad() {
        return Err(Error::autograd(
            op,
            "a tensor made in inference mode can't take part in a recorded operation; clone it outside of inference mode first",
        ));
    }
    if target.is_untracked_view() {
        return Err(Error::autograd(
            op,
            "this view was made under no_grad, so the gradient of what it views would be lost; make the view again with gradients enabled",
        ));
    }
    if !target.dtype().is_differentiable() {
        return Err(Error::dtype(
            op,
            format!(
                "a result that requires a gradient can't be written to a {} tensor",
                target.dtype()
            ),
        ));
    }
    Ok(true)
}

/// Runs `write`, which has been checked, and gives `target` its new history. `vjp` answers the gradients of the old
/// target, then of `others`.
#[track_caller]
pub(crate) fn commit<S: Send + Sync + 'static>(
    op: &'static str,
    target: &Tensor,
    others: &[&Tensor],
    saved: Option<S>,
    write: impl FnOnce() -> Result<()>,
    vjp: impl Fn(&S, &Call, Grads) -> Result<Grads> + Send + Sync + 'static,
) -> Result<()> {
    let node = match saved {
        None => None,
        Some(saved) => {
            let inputs: SmallVec<[&Tensor; 4]> =
                [target].into_iter().chain(others.iter().copied()).collect();
            Some(new_node(op, &inputs, &[target], saved, vjp)?)
        }
    };
    write()?;
    let storage = &target.0.storage;
    storage.wrote(Location::caller());
    // Only what others hold too can be missed by them.
    if (storage.ref_count() > 1 || Arc::strong_count(&target.0) > 1)
        && let Some(place) = place::ask()
    {
        storage.wrote_by(place);
    }
    match node {
        Some(node) => rewrite(op, target, &node, 0),
        None => Ok(()),
    }
}

/// Makes `target`, which has been written to, output `index` of `node`, and what it is a view of with it.
#[track_caller]
pub(crate) fn rewrite(
    op: &'static str,
    target: &Tensor,
    node: &Arc<Node>,
    index: u32,
) -> Result<()> {
    match target.view_of() {
        None => {
            attach(target, node, index);
            target.count_rewrite();
        }
        Some(of) => {
            let (base, chain) = (&of.base, of.chain.clone());
            let value = target.detach();
            attach(&value, node, index);
            let lay = base.layout().clone();
            let into = new_node(op, &[base, &value], &[base], (), move |_, call, grads| {
                replace_vjp(&chain, &lay, call, grads)
            })?;
            attach(base, &into, 0);
            base.count_rewrite();
            // `target` finds its history outdated and renews it from the base when asked.
        }
    }
    Ok(())
}

/// Gradients of "the base with a part replaced": the base's where it was not replaced, the part's where it was.
fn replace_vjp(chain: &Chain, lay: &Layout, call: &Call, grads: Grads) -> Result<Grads> {
    let Some(mut g) = grads.into_iter().next().flatten() else {
        return Ok(smallvec![None, None]);
    };
    // Strides of the user's own mean the base's buffer: the gradient has to lie as the base lay.
    let strided = chain.is_strided();
    if strided {
        g = relaid(&g, lay, lay)?;
    }
    let value = match call.needs(1) {
        true => Some(chain.apply(&g)?),
        false => None,
    };
    let base = if call.needs(0) {
        let rest = match strided {
            true => relaid(&g, lay, lay)?,
            false => g.try_clone()?,
        };
        chain.apply(&rest)?.zero_()?;
        Some(rest)
    } else {
        None
    };
    Ok(smallvec![base, value])
}

/// `table(inputs)` written over `inputs[0]`.
#[track_caller]
pub(crate) fn apply(table: &'static OpTable, params: &Params, inputs: &[&Tensor]) -> Result<()> {
    let (target, op) = (inputs[0], table.name);
    let promoted = promote(inputs);
    if promoted.is_complex() {
        return complex::apply_in_place(op, params, inputs);
    }
    let (dtype, out_dtype) = table.dtypes(promoted)?;
    if !can_store(out_dtype, target.dtype()) && out_dtype != DType::Bool {
        return Err(Error::dtype(
            op,
            format!(
                "the result is {out_dtype} and can't be written to a {} tensor",
                target.dtype()
            ),
        ));
    }
    let shape = super::apply::broadcast(op, inputs)?;
    if &shape != target.shape() {
        return Err(Error::shape(
            op,
            format!(
                "the result has shape {shape} and can't be written to a tensor of shape {}",
                target.shape()
            ),
        ));
    }
    let kernel = super::apply::pick(table, dtype)?;
    let recorded = check(op, target, &inputs[1..])?;
    if recorded {
        table.check_gradients(inputs)?;
    }
    // What shares memory with the target without lying the same is read from a copy.
    let held: SmallVec<[Tensor; 3]> = inputs
        .iter()
        .map(|t| apart(t, target))
        .collect::<Result<_>>()?;
    let read: SmallVec<[&Tensor; 3]> = held.iter().collect();
    let saved = if !recorded || !table.differentiable() {
        None
    } else if table.from_output {
        Some(SavedOp::of_output(
            table,
            params,
            Saved::output_to_be_written(target),
        ))
    } else {
        // The target's old value is about to go: keep a copy of it if the gradient needs it.
        Some(SavedOp::of_inputs(table, params, inputs, |_, t| {
            Ok(Saved::input(
                &if t.0.storage.id() == target.0.storage.id() {
                    t.detach().copy()?
                } else {
                    t.clone()
                },
            ))
        })?)
    };
    let write = || {
        let _access = lock(op, &read, &[target])?;
        run(
            kernel,
            params,
            dtype,
            table.class == Class::Test,
            &read,
            target,
        );
        Ok(())
    };
    commit(op, target, &inputs[1..], saved, write, vjp)
}

/// Runs `kernel` from `inputs` into `target`. The caller has checked shapes and overlap and holds the locks.
fn run(
    kernel: KernelFn,
    params: &Params,
    dtype: DType,
    out_bool: bool,
    inputs: &[&Tensor],
    target: &Tensor,
) {
    let (shape, compute) = (target.shape(), dtype.compute());
    // The target is among the inputs; whole registers may be written where it fills its buffer.
    let simple = compute.dtype() == dtype
        && !out_bool
        && target.numel() * target.dtype().size() == target.storage().bytes()
        && inputs.iter().all(|t| nest::is_simple(t, shape, dtype));
    if simple && nest::run_simple(kernel, params, compute, inputs, target) {
        return;
    }
    let mut operands: SmallVec<[Operand; 4]> =
        inputs.iter().map(|t| Operand::new(t, shape)).collect();
    operands.push(Operand::in_place(target));
    nest::run(
        &Job {
            kernel,
            params,
            compute,
            out_bool,
            shape,
            inputs: inputs.len(),
            slots: None,
        },
        operands,
    );
}

/// `t`, or a copy of it if it shares memory with `target` and lies differently.
#[track_caller]
fn apart(t: &Tensor, target: &Tensor) -> Result<Tensor> {
    let same_buffer = t.0.storage.id() == target.0.storage.id();
    if !same_buffer || (t.layout() == target.layout() && t.dtype() == target.dtype()) {
        return Ok(t.clone());
    }
    t.detach().copy()
}

/// Adds `source`, of the same shape and type, to `target` in place: for whoever holds the locks of both.
pub(crate) fn adder(dtype: DType) -> Result<impl Fn(&Tensor, &Tensor)> {
    let kernel = super::apply::pick(super::elementwise::table::add(), dtype)?;
    Ok(move |target: &Tensor, source: &Tensor| {
        let params = [0.0; kernel::MAX_PARAMS];
        run(kernel, &params, dtype, false, &[target, source], target);
        target.0.storage.wrote(Location::caller());
    })
}

/// Copies `source` (broadcast, converted) into `target`. No checks, no history: for fresh targets.
#[track_caller]
pub(crate) fn write_copy(target: &Tensor, source: &Tensor) -> Result<()> {
    if target.dtype() == source.dtype() {
        let _access = lock("copy_", &[source], &[target])?;
        crate::cpu::copy::copy(target, source);
        return Ok(());
    }
    if target.dtype().is_complex() || source.dtype().is_complex() {
        return complex::write_copy(target, source);
    }
    let compute = source.dtype().compute();
    let kernel = match compute.size() {
        4 => kernel::copy::<4> as KernelFn,
        _ => kernel::copy::<8>,
    };
    let _access = lock("copy_", &[source], &[target])?;
    if nest::run_cast(source, target) {
        return Ok(());
    }
    let (params, shape) = ([0.0; kernel::MAX_PARAMS], target.shape());
    let operands = smallvec![Operand::new(source, shape), Operand::in_place(target)];
    nest::run(
        &Job {
            kernel,
            params: &params,
            compute,
            out_bool: false,
            shape,
            inputs: 1,
            slots: None,
        },
        operands,
    );
    Ok(())
}

/// Adds `source` into a fresh `target` whose elements may share memory, one after the other.
#[track_caller]
pub(crate) fn add_overlapping(target: &Tensor, source: &Tensor) -> Result<()> {
    if target.dtype().is_complex() {
        return add_overlapping(
            &complex::pair(&target.detach())?,
            &complex::pair(&source.detach())?,
        );
    }
    // Windows along the last dimension never meet themselves: add slice by slice.
    if target.rank() == 0 || !target.layout().may_overlap() {
        let (dtype, add) = (target.dtype(), super::elementwise::table::add());
        let inputs = [&target.detach(), &source.detach()];
        let sum = super::apply::compute(add, &[0.0; kernel::MAX_PARAMS], dtype, dtype, &inputs)?;
        return write_copy(target, &sum);
    }
    let (target, source) = (target.detach(), source.detach());
    for i in 0..target.dims()[target.rank() - 1] as i64 {
        add_overlapping(
            &target.select(-1, i)?.detach(),
            &source.select(-1, i)?.detach(),
        )?;
    }
    Ok(())
}

impl Tensor {
    /// Copies `source` into this tensor, broadcast and converted.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::zeros([2, 2])?;
    /// x.copy_(&Tensor::new([1i64, 2])?)?; // broadcast and converted
    /// assert_eq!(x.to_vec::<f32>()?, [1.0, 2.0, 1.0, 2.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A shape that doesn't broadcast to this one; what in-place operations refuse.
    #[track_caller]
    pub fn copy_(&self, source: &Tensor) -> Result<&Tensor> {
        const OP: &str = "copy_";
        if source.shape().broadcast(self.shape(), OP)? != *self.shape() {
            return Err(Error::shape(
                OP,
                format!(
                    "shape {} doesn't broadcast to shape {}",
                    source.shape(),
                    self.shape()
                ),
            ));
        }
        if self.is_same(source) {
            return Ok(self);
        }
        let recorded = check(OP, self, &[source])?;
        let read = apart(source, self)?;
        // What lies in the same place (a detached twin) is there already.
        let there = read.0.storage.id() == self.0.storage.id();
        commit(
            OP,
            self,
            &[source],
            recorded.then_some(()),
            || {
                if there {
                    return Ok(());
                }
                write_copy(self, &read)
            },
            |_, _, grads| {
                let g = grads.into_iter().next().flatten();
                Ok(smallvec![None, g])
            },
        )?;
        Ok(self)
    }

    /// Sets every element to `value`.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::zeros([3])?;
    /// x.narrow(0, 0, 2)?.fill_(4.0)?;
    /// assert_eq!(x.to_vec::<f32>()?, [4.0, 4.0, 0.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// What in-place operations refuse.
    #[track_caller]
    pub fn fill_(&self, value: f64) -> Result<&Tensor> {
        let recorded = check("fill_", self, &[])?;
        let value = Tensor::full(((), self.dtype()), value)?;
        commit(
            "fill_",
            self,
            &[],
            recorded.then_some(()),
            || write_copy(self, &value),
            |_, _, _| Ok(smallvec![None]),
        )?;
        Ok(self)
    }

    /// Sets every element to 0.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::ones([2])?;
    /// x.zero_()?;
    /// assert_eq!(x.to_vec::<f32>()?, [0.0, 0.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// What in-place operations refuse.
    #[track_caller]
    pub fn zero_(&self) -> Result<&Tensor> {
        self.fill_(0.0)
    }

    /// A row-major copy with a buffer of its own, outside of the graph.
    #[track_caller]
    pub(crate) fn copy(&self) -> Result<Tensor> {
        self.copy_as(self.dtype())
    }

    #[track_caller]
    fn copy_as(&self, dtype: DType) -> Result<Tensor> {
        let out = Tensor::uninit(self.shape().clone(), dtype)?;
        write_copy(&out, self)?;
        Ok(out)
    }

    /// A copy with a buffer of its own; gradients flow through.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::ones([2])?;
    /// let copy = x.try_clone()?;
    /// x.zero_()?;
    /// assert_eq!(copy.to_vec::<f32>()?, [1.0, 1.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// No memory.
    #[track_caller]
    pub fn try_clone(&self) -> Result<Tensor> {
        let out = self.copy()?;
        self.recorded_as_copy("clone", out)
    }

    /// The elements in row-major order without gaps: this tensor if they are, a copy if not.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::zeros([2, 3])?.t()?;
    /// assert_eq!((x.strides(), x.contiguous()?.strides()), (&[1, 3][..], &[2, 1][..]));
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// No memory.
    #[track_caller]
    pub fn contiguous(&self) -> Result<Tensor> {
        if self.is_contiguous() {
            return Ok(self.clone());
        }
        let out = self.copy()?;
        self.recorded_as_copy("contiguous", out)
    }

    /// Converted to `dtype`; this tensor if it is that already. Floats are cut towards 0 when they become integers; what
    /// doesn't fit becomes the nearest integer that does (300 becomes 255 in `u8`), and NaN 0. PyTorch leaves both undefined.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, DType};
    /// let x = Tensor::new([1.7f32, -1.7, 300.0])?;
    /// assert_eq!(x.to_dtype(DType::I64)?.to_vec::<i64>()?, [1, -1, 300]);
    /// assert_eq!(x.to_dtype(DType::F64)?.dtype(), DType::F64);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// No memory.
    #[track_caller]
    pub fn to_dtype(&self, dtype: DType) -> Result<Tensor> {
        if dtype == self.dtype() {
            return Ok(self.clone());
        }
        let out = self.copy_as(dtype)?;
        self.recorded_as_copy("to_dtype", out)
    }

    #[track_caller]
    fn recorded_as_copy(&self, op: &'static str, out: Tensor) -> Result<Tensor> {
        if !out.dtype().is_differentiable() {
            if audit_is_on() {
                note_cast(op, &[self]);
            }
        } else if tracks_as(op, &[self]) {
            crate::autograd::record(op, &[self], &[&out], (), |_, _, grads| Ok(grads))?;
        }
        Ok(out)
    }
}
