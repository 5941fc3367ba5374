//! Formulas of the user's own: `fuse!` for differentiable ones, [`Update`] for those that write several tensors at once
//! (optimizer steps).

use super::apply::{apply, lock};
use crate::autograd::is_grad_enabled;
use crate::cpu::kernel::{self, MAX_PARAMS, Params, Variants};
use crate::cpu::nest::{Job, MAX_OPERANDS, Operand, Plan, run_all};
use crate::dtype::Compute;
use crate::op::{Fused, OpTable};
use crate::{Error, Result, Tensor};
use smallvec::SmallVec;
use std::panic::Location;

/// Makes one element-wise operation of a formula: one SIMD pass forward, one backward, differentiable to any order.
///
/// The formula is written on values of a type `V` that implements [`Real`](crate::real::Real); numbers enter as
/// `V::c(2.0)`. Parameters that change from call to call follow a semicolon and are passed as `f64`. The result is a
/// function of as many tensors, which broadcast, that answers a [`Result`].
///
/// ```
/// use neurarust_core::{Tensor, fuse};
/// let (x, b) = (Tensor::new([-1.0f32, 2.0])?, Tensor::new([0.5f32])?);
/// let bias_silu = fuse!(|x, b| {
///     let u = x + b;
///     u * u.sigmoid()
/// });
/// let y = bias_silu(&x, &b)?;
/// assert!((y.to_vec::<f32>()?[1] - 2.5 / (1.0 + (-2.5f32).exp())).abs() < 1e-6);
///
/// let scale = fuse!(|x; factor| x * factor);
/// assert_eq!(scale(&x, 3.0)?.to_vec::<f32>()?, [-3.0, 6.0]);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
#[macro_export]
macro_rules! fuse {
    (|$($x:ident),+ $(; $($p:ident),+)?| $body:expr) => {{
        #[derive(Clone, Copy)]
        struct Formula { $($( $p: f64, )+)? }
        const INPUTS: usize = [$(stringify!($x)),+].len();
        impl $crate::op::Parameters for Formula {
            #[inline(always)]
            fn from_params(_params: &$crate::cpu::kernel::Params) -> Self {
                let mut _at = 0;
                $($( let $p = _params[_at]; _at += 1; )+)?
                Formula { $($($p),+)? }
            }
        }
        impl $crate::formula::Formula<INPUTS, 1> for Formula {
            #[inline(always)]
            fn eval<V: $crate::real::Real>(&self, [$($x),+]: [V; INPUTS]) -> [V; 1] {
                #[allow(unused_imports)]
                use $crate::real::{Num as _, Real as _};
                $($( let $p = V::c(self.$p); )+)?
                [$body]
            }
        }
        impl $crate::op::Elementwise<INPUTS> for Formula {}
        static TABLE: ::std::sync::LazyLock<$crate::op::OpTable> =
            ::std::sync::LazyLock::new(|| $crate::op::OpTable::real::<Formula, INPUTS>("fuse", $crate::op::Class::Real));
        |$($x: &$crate::Tensor),+ $($(, $p: f64)+)?| -> $crate::Result<$crate::Tensor> {
            $crate::ops::fused::call(&TABLE, &[$($($p),+)?], &[$($x),+])
        }
    }};
}

/// What `fuse!` expands to: applies an op from outside of the table.
///
/// ```
/// # use neurarust_core::{Tensor, ops::{elementwise::table, fused::call}};
/// let x = Tensor::new([-2f32, 2.0])?;
/// assert_eq!(call(table::leaky_relu(), &[0.5], &[&x])?.to_vec::<f32>()?, [-1.0, 2.0]);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
///
/// # Errors
/// Shapes that don't broadcast, dtypes that don't mix, more parameters than [`MAX_PARAMS`].
#[track_caller]
pub fn call(table: &'static OpTable, parameters: &[f64], inputs: &[&Tensor]) -> Result<Tensor> {
    check_call(table, inputs)?;
    apply(table, &params(table.name, parameters)?, inputs)
}

/// Applies an op in place, over the first input.
///
/// ```
/// # use neurarust_core::{Tensor, ops::{elementwise::table, fused::call_in_place}};
/// let x = Tensor::new([-2f32, 2.0])?;
/// call_in_place(table::leaky_relu(), &[0.5], &[&x])?;
/// assert_eq!(x.to_vec::<f32>()?, [-1.0, 2.0]);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
///
/// # Errors
/// As [`call`]; what in-place operations refuse.
#[track_caller]
pub fn call_in_place(
    table: &'static OpTable,
    parameters: &[f64],
    inputs: &[&Tensor],
) -> Result<()> {
    check_call(table, inputs)?;
    super::inplace::apply(table, &params(table.name, parameters)?, inputs)
}

/// Kernels read as many operands as they were made for: the one thing that types cannot say here.
#[track_caller]
fn check_call(table: &OpTable, inputs: &[&Tensor]) -> Result<()> {
    if table.takes(inputs.len()) {
        return Ok(());
    }
    Err(Error::value(
        table.name,
        format!(
            "{} inputs for a formula of {}; expected as many, and at most {}",
            inputs.len(),
            table.arity,
            (MAX_OPERANDS - 1) / 2
        ),
    ))
}

#[track_caller]
fn params(op: &'static str, given: &[f64]) -> Result<Params> {
    let mut params = [0.0; MAX_PARAMS];
    match params.get_mut(..given.len()) {
        Some(slots) => slots.copy_from_slice(given),
        None => {
            return Err(Error::value(
                op,
                format!("{} parameters; at most {MAX_PARAMS} fit", given.len()),
            ));
        }
    }
    Ok(params)
}

/// A formula of several outputs that are written over tensors: one pass over memory for a whole optimizer step.
///
/// ```
/// # use neurarust_core::{Tensor, cpu::kernel::Params, formula::Formula, op::Parameters, ops::fused::Update, real::Real};
/// /// θ ← θ - lr · v, v ← v + g
/// #[derive(Clone, Copy)]
/// struct Step { lr: f64 }
/// impl Parameters for Step {
///     fn from_params(p: &Params) -> Step {
///         Step { lr: p[0] }
///     }
/// }
/// impl Formula<3, 2> for Step {
///     fn eval<V: Real>(&self, [w, g, v]: [V; 3]) -> [V; 2] {
///         let v = v + g;
///         [w - V::c(self.lr) * v, v]
///     }
/// }
/// let (w, g, v) = (Tensor::new([1f32])?, Tensor::new([2f32])?, Tensor::new([0f32])?);
/// Update::new::<Step, 3, 2>("step").apply(&[0.25], &[(&[&w, &g, &v], &[&w, &v])])?;
/// assert_eq!((w.item::<f32>()?, v.item::<f32>()?), (0.5, 2.0));
/// # Ok::<(), neurarust_core::Error>(())
/// ```
pub struct Update {
    name: &'static str,
    inputs: usize,
    outputs: usize,
    kernels: [Variants; 2],
}

impl Update {
    /// The update by formula `O`.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, ops::{elementwise::def, fused::Update}};
    /// let add = Update::new::<def::add, 2, 1>("add");
    /// let (x, y) = (Tensor::new([1f32, 2.0])?, Tensor::new([10f32, 20.0])?);
    /// add.apply(&[], &[(&[&x, &y], &[&x])])?;
    /// assert_eq!(x.to_vec::<f32>()?, [11.0, 22.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn new<O: Fused<N, M>, const N: usize, const M: usize>(name: &'static str) -> Update {
        let kernels = [
            kernel::forward::<f32, O, N, M>(),
            kernel::forward::<f64, O, N, M>(),
        ];
        Update {
            name,
            inputs: N,
            outputs: M,
            kernels,
        }
    }

    /// Applies the update to each group of tensors: `(inputs, outputs)`, all of one shape within a group. Outputs are
    /// written in place, outside of the graph, and may be among the inputs. All groups run in one pass of the pool.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, ops::{elementwise::def, fused::Update}};
    /// let (a, b, g) = (Tensor::zeros([2])?, Tensor::zeros([3])?, Tensor::ones([2])?);
    /// let add = Update::new::<def::add_scaled, 2, 1>("add_scaled");
    /// add.apply(&[0.5], &[(&[&a, &g], &[&a]), (&[&b, &Tensor::ones([3])?], &[&b])])?; // two groups, one pass
    /// assert_eq!((a.to_vec::<f32>()?, b.to_vec::<f32>()?), (vec![0.5; 2], vec![0.5; 3]));
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Wrong numbers of tensors, shapes or dtypes that differ, an output that overlaps itself or appears twice;
    /// recording that is on while an output requires a gradient. Nothing is written then.
    #[track_caller]
    pub fn apply(&self, parameters: &[f64], groups: &[(&[&Tensor], &[&Tensor])]) -> Result<()> {
        let params = params(self.name, parameters)?;
        // By buffer, sorted: the group that writes it.
        let mut written: Vec<(usize, usize)> = Vec::with_capacity(groups.len() * self.outputs);
        for (group, (inputs, outputs)) in groups.iter().enumerate() {
            self.check(inputs, outputs)?;
            written.extend(outputs.iter().map(|t| (t.storage().id(), group)));
        }
        written.sort_unstable();
        if written.windows(2).any(|w| w[0].0 == w[1].0) {
            return Err(Error::value(
                self.name,
                "the same buffer is to be written twice",
            ));
        }
        // Groups run side by side.
        let crossed = |group: usize, t: &Tensor| {
            let id = t.storage().id();
            let at = written.binary_search_by_key(&id, |(buffer, _)| *buffer);
            at.is_ok_and(|at| written[at].1 != group)
        };
        if groups
            .iter()
            .enumerate()
            .any(|(group, (inputs, _))| inputs.iter().any(|t| crossed(group, t)))
        {
            return Err(Error::value(
                self.name,
                "a group reads a buffer that another group writes; clone it first",
            ));
        }
        let reads: Vec<&Tensor> = groups.iter().flat_map(|g| g.0.iter().copied()).collect();
        let writes: Vec<&Tensor> = groups.iter().flat_map(|g| g.1.iter().copied()).collect();
        let _access = lock(self.name, &reads, &writes)?;
        let plans: Vec<Plan> = groups
            .iter()
            .map(|(inputs, outputs)| {
                let shape = outputs[0].shape();
                let compute = outputs[0].dtype().compute();
                let kernel = self.kernels[(compute == Compute::F64) as usize].pick();
                let mut operands: SmallVec<[Operand; 4]> =
                    inputs.iter().map(|t| Operand::new(t, shape)).collect();
                operands.extend(outputs.iter().map(|t| Operand::in_place(t)));
                let job = Job {
                    kernel,
                    params: &params,
                    compute,
                    out_bool: false,
                    shape,
                    inputs: inputs.len(),
                    slots: None,
                };
                Plan::new(&job, operands)
            })
            .collect();
        run_all(&plans);
        writes
            .iter()
            .for_each(|t| t.storage().wrote(Location::caller()));
        Ok(())
    }

    #[track_caller]
    fn check(&self, inputs: &[&Tensor], outputs: &[&Tensor]) -> Result<()> {
        if inputs.len() != self.inputs
            || outputs.len() != self.outputs
            || outputs.is_empty()
            || inputs.len() + outputs.len() > MAX_OPERANDS
        {
            return Err(Error::value(
                self.name,
                format!(
                    "{} inputs and {} outputs; expected {} and {}",
                    inputs.len(),
                    outputs.len(),
                    self.inputs,
                    self.outputs
                ),
            ));
        }
        let first = outputs[0];
        for t in inputs.iter().chain(outputs) {
            if t.shape() != first.shape() {
                return Err(Error::shape(
                    self.name,
                    format!("shapes {} and {} differ", t.shape(), first.shape()),
                ));
            }
            if !t.dtype().is_float() {
                return Err(Error::dtype(
                    self.name,
                    format!("expected floating-point tensors, got {}", t.dtype()),
                ));
            }
        }
        for out in outputs {
            if out.dtype().compute() != first.dtype().compute() {
                return Err(Error::dtype(
                    self.name,
                    format!("outputs of {} and {}", first.dtype(), out.dtype()),
                ));
            }
            if out.layout().may_overlap() {
                return Err(Error::value(
                    self.name,
                    format!(
                        "an output of shape {} whose elements share memory",
                        out.shape()
                    ),
                ));
            }
            if is_grad_enabled() && out.is_requires_grad() {
                return Err(Error::autograd(
                    self.name,
                    "writing to a tensor that requires a gradient; do it under no_grad",
                ));
            }
            // An input may be the very output, but not another look at the same buffer.
            if inputs.iter().any(|t| {
                t.storage().id() == out.storage().id()
                    && (t.layout() != out.layout() || t.dtype() != out.dtype())
            }) {
                return Err(Error::value(
                    self.name,
                    "an input shares memory with an output and lies differently; clone it first",
                ));
            }
        }
        Ok(())
    }
}
