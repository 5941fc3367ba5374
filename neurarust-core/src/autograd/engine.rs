//! The backward pass.
//!
//! A node's creation number is larger than those of everything it depends on, so the node with the largest number among
//! those that hold a gradient has received all of it. A map ordered by that number is the whole schedule: no search, no
//! recursion. Gradients of leaves are put down at the very end, so that a backward that fails changes none of them.

use super::hooks::{GradsHook2, NodeHook};
use super::node::Call;
use super::{Edge, GradSlot, Gradient, Grads, Node, enable_grad, is_grad_enabled, lock, no_grad};
use crate::layout::Shape;
use crate::profiler;
use crate::{DType, Error, Result, Tensor};
use smallvec::SmallVec;
use std::cell::RefCell;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// How [`grad`] goes about it.
///
/// ```
/// # use neurarust_core::{Tensor, autograd::{GradOptions, grad}};
/// let x = Tensor::new(3f32)?.requires_grad()?;
/// let y = x.square()?.mul(&x)?; // x³
/// let first = grad(&[&y], &[&x], &[None], GradOptions { create_graph: true, ..GradOptions::default() })?;
/// let second = grad(&[first[0].as_ref().unwrap()], &[&x], &[None], GradOptions::default())?;
/// assert_eq!(second[0].as_ref().unwrap().item::<f32>()?, 18.0);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct GradOptions {
    /// Keep what the graph has saved, for another pass.
    pub retain_graph: bool,
    /// Record the backward too, so that its result can be differentiated; implies `retain_graph`.
    pub create_graph: bool,
    /// Answer `None` for an input the outputs don't depend on, instead of an error.
    pub allow_unused: bool,
}

/// Differentiates `outputs` and adds the gradients to the leaves that they depend on.
///
/// `seeds` are the gradients of the outputs; `None` stands for 1 and needs an output of one element.
///
/// ```
/// use neurarust_core::{Tensor, autograd::backward};
/// let x = Tensor::new([1f32, 2.0])?.requires_grad()?;
/// let y = x.square()?;
/// backward(&[&y], &[Some(Tensor::new([1f32, 10.0])?)], false, false)?;
/// assert_eq!(x.grad().unwrap().to_vec::<f32>()?, [2.0, 40.0]);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
///
/// # Errors
/// Outputs that don't require gradients, seeds of the wrong shape, a graph whose saved tensors are gone or were
/// overwritten. Leaves are as they were then.
#[track_caller]
pub fn backward(
    outputs: &[&Tensor],
    seeds: &[Option<Tensor>],
    retain_graph: bool,
    create_graph: bool,
) -> Result<()> {
    let _span = profiler::op("backward");
    let roots = roots("backward", outputs, seeds)?;
    let pass = Pass::begin();
    let mut run = Run::new(&[], retain_graph || create_graph);
    let _mode = if create_graph {
        enable_grad()
    } else {
        no_grad()
    };
    run.go(roots)?;
    let mut ready = Vec::with_capacity(run.leaves.len());
    for (slot, g) in run.take_leaves()? {
        let g = call_hooks(&slot, g)?;
        ready.push((slot, g));
    }
    pass.end()?;
    finish(ready, create_graph)
}

/// As [`backward`], into `inputs` only: leaves or results, each of which gets its gradient added to its own.
///
/// ```
/// use neurarust_core::{Tensor, autograd::backward_into};
/// let (x, w) = (Tensor::new(3f32)?.requires_grad()?, Tensor::new(2f32)?.requires_grad()?);
/// backward_into(&[&x.mul(&w)?], &[&w], &[], Default::default())?;
/// assert_eq!(w.grad().unwrap().item::<f32>()?, 3.0);
/// assert!(x.grad().is_none());
/// # Ok::<(), neurarust_core::Error>(())
/// ```
///
/// # Errors
/// As [`backward`] and [`grad`]; no inputs. An input that no output depends on stays as it is.
#[track_caller]
pub fn backward_into(
    outputs: &[&Tensor],
    inputs: &[&Tensor],
    seeds: &[Option<Tensor>],
    options: GradOptions,
) -> Result<()> {
    if inputs.is_empty() {
        return Err(Error::value("backward", "inputs can't be empty"));
    }
    let options = GradOptions {
        allow_unused: true,
        ..options
    };
    let grads = gradients(outputs, inputs, seeds, options)?;
    let mut ready: Vec<(Arc<GradSlot>, Gradient)> = Vec::with_capacity(inputs.len());
    for (x, g) in inputs.iter().zip(grads) {
        let slot = x.grad_slot();
        if let Some(g) = g
            && !ready.iter().any(|(known, _)| Arc::ptr_eq(known, &slot))
        {
            ready.push((slot, g));
        }
    }
    finish(ready, options.create_graph)
}

/// Puts gradients down and calls the hooks that wait for that.
fn finish(ready: Vec<(Arc<GradSlot>, Gradient)>, create_graph: bool) -> Result<()> {
    let slots: Vec<Arc<GradSlot>> = ready.iter().map(|(slot, _)| slot.clone()).collect();
    put_down(ready, create_graph)?;
    for slot in slots {
        let after: Vec<_> = lock(&slot.hooks)
            .after
            .iter()
            .map(|(_, h)| h.clone())
            .collect();
        if lock(&slot.grad).is_some() {
            after.iter().try_for_each(|hook| hook())?;
        }
    }
    Ok(())
}

/// The gradients of `outputs` with respect to `inputs`, leaving every `.grad` alone. Sparse ones are made dense; see
/// [`gradients`].
///
/// ```
/// use neurarust_core::{Tensor, autograd::{grad, GradOptions}};
/// let x = Tensor::new(3.0f64)?.requires_grad()?;
/// let y = &(&x * &x) * &x;
/// let options = GradOptions { create_graph: true, ..Default::default() };
/// let dy = grad(&[&y], &[&x], &[], options)?.remove(0).unwrap();
/// let d2y = grad(&[&dy], &[&x], &[], Default::default())?.remove(0).unwrap();
/// assert_eq!((dy.item::<f64>()?, d2y.item::<f64>()?), (27.0, 18.0));
/// # Ok::<(), neurarust_core::Error>(())
/// ```
///
/// # Errors
/// As [`backward`]; an input that doesn't require a gradient, or that no output depends on (unless `allow_unused`).
#[track_caller]
pub fn grad(
    outputs: &[&Tensor],
    inputs: &[&Tensor],
    seeds: &[Option<Tensor>],
    options: GradOptions,
) -> Result<Vec<Option<Tensor>>> {
    gradients(outputs, inputs, seeds, options)?
        .into_iter()
        .map(|g| g.map(|g| g.to_dense()).transpose())
        .collect()
}

/// As [`grad`], with the sparse gradients of leaves as they are.
///
/// ```
/// use neurarust_core::{Tensor, autograd::gradients, ops::embedding::Lookup};
/// let table = Tensor::ones([1000, 2])?.requires_grad()?;
/// let how = Lookup { sparse: true, ..Lookup::default() };
/// let y = table.embedding_with(&Tensor::new([7i64])?, &how)?.sum()?;
/// let g = gradients(&[&y], &[&table], &[], Default::default())?.remove(0).unwrap();
/// assert_eq!(g.sparse().unwrap().indices()?.to_vec::<i64>()?, [7]);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
///
/// # Errors
/// As [`grad`].
#[track_caller]
pub fn gradients(
    outputs: &[&Tensor],
    inputs: &[&Tensor],
    seeds: &[Option<Tensor>],
    options: GradOptions,
) -> Result<Vec<Option<Gradient>>> {
    const OP: &str = "grad";
    let _span = profiler::op(OP);
    let roots = roots(OP, outputs, seeds)?;
    let mut targets = Vec::with_capacity(inputs.len());
    for (i, x) in inputs.iter().enumerate() {
        let Some(edge) = x.edge() else {
            return Err(Error::autograd(
                OP,
                format!("input {i} doesn't require a gradient"),
            ));
        };
        targets.push(edge);
    }
    let pass = Pass::begin();
    let mut run = Run::new(&targets, options.retain_graph || options.create_graph);
    let _mode = if options.create_graph {
        enable_grad()
    } else {
        no_grad()
    };
    run.go(roots)?;
    let mut out = Vec::with_capacity(targets.len());
    for (i, target) in targets.iter().enumerate() {
        let g = match target {
            Edge::Leaf(slot) => match run.leaves.iter().find(|(s, _)| Arc::ptr_eq(s, slot)) {
                Some((slot, g)) => Some(call_hooks(slot, g.clone())?),
                None if run.is_blank(slot) => {
                    Some(Tensor::zeroed(slot.shape.clone(), slot.dtype)?.into())
                }
                None => None,
            },
            Edge::Node(node, output) => match run.captured.get(&(node.seq, *output)) {
                None if run.blank_targets.contains(&(node.seq, *output)) => {
                    let (shape, dtype) = &node.outputs[*output as usize];
                    Some(Tensor::zeroed(shape.clone(), *dtype)?.into())
                }
                g => g.cloned().map(Gradient::Dense),
            },
        };
        if g.is_none() && !options.allow_unused {
            return Err(Error::autograd(
                OP,
                format!("no output depends on input {i}; pass allow_unused if that is meant"),
            ));
        }
        out.push(g);
    }
    pass.end()?;
    Ok(out)
}

type AtEnd = Box<dyn FnOnce() -> Result<()>>;

thread_local! {
    /// What is to be called at the end of each backward pass of this thread, the innermost last.
    static AT_END: RefCell<Vec<Vec<AtEnd>>> = const { RefCell::new(Vec::new()) };
}

/// Calls `f` at the end of the backward pass that this thread is in: after the hooks, before any leaf is touched. For hooks
/// that wait for others. Outside of a pass it is called at once.
///
/// ```
/// use neurarust_core::{Tensor, autograd::at_end_of_pass};
/// use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
/// static DONE: AtomicBool = AtomicBool::new(false);
/// let x = Tensor::new([1f32])?.requires_grad()?;
/// x.register_hook(|_| {
///     at_end_of_pass(|| Ok(DONE.store(true, Relaxed)))?;
///     Ok(None)
/// })?;
/// x.square()?.backward()?;
/// assert!(DONE.load(Relaxed));
/// # Ok::<(), neurarust_core::Error>(())
/// ```
///
/// # Errors
/// What `f` answers, if it is called at once; otherwise the pass fails with it.
pub fn at_end_of_pass(f: impl FnOnce() -> Result<()> + 'static) -> Result<()> {
    let mut f: Option<AtEnd> = Some(Box::new(f));
    AT_END.with_borrow_mut(|all| {
        if let Some(calls) = all.last_mut() {
            calls.extend(f.take());
        }
    });
    f.map_or(Ok(()), |f| f())
}

/// A backward pass of this thread.
struct Pass(());

impl Pass {
    fn begin() -> Pass {
        AT_END.with_borrow_mut(|all| all.push(Vec::new()));
        Pass(())
    }

    fn end(self) -> Result<()> {
        let calls = AT_END.with_borrow_mut(|all| all.last_mut().map(std::mem::take));
        calls.into_iter().flatten().try_for_each(|f| f())
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        let calls = AT_END.with_borrow_mut(Vec::pop);
        drop(calls);
    }
}

#[track_caller]
fn roots(
    op: &'static str,
    outputs: &[&Tensor],
    seeds: &[Option<Tensor>],
) -> Result<Vec<(Edge, Tensor)>> {
    if !seeds.is_empty() && seeds.len() != outputs.len() {
        return Err(Error::value(
            op,
            format!("{} gradients for {} outputs", seeds.len(), outputs.len()),
        ));
    }
    let mut roots = Vec::with_capacity(outputs.len());
    for (i, y) in outputs.iter().enumerate() {
        let Some(edge) = y.edge() else {
            return Err(Error::autograd(
                op,
                format!(
                    "output {i} doesn't require a gradient: nothing it was computed from does, or it was computed under no_grad"
                ),
            ));
        };
        let seed = match seeds.get(i).and_then(|s| s.as_ref()) {
            Some(seed) if seed.shape() == y.shape() => seed.to_dtype(y.dtype())?,
            Some(seed) => {
                return Err(Error::shape(
                    op,
                    format!(
                        "a gradient of shape {} for an output of shape {}",
                        seed.shape(),
                        y.shape()
                    ),
                ));
            }
            None if y.dtype().is_complex() => {
                return Err(Error::autograd(
                    op,
                    format!(
                        "a {} output has no gradient of its own; make one real number of it (abs, real) or pass a gradient",
                        y.dtype()
                    ),
                ));
            }
            None if y.numel() == 1 => Tensor::full((y.shape(), y.dtype()), 1.0)?,
            None => {
                return Err(Error::autograd(
                    op,
                    format!(
                        "an output of shape {} has no gradient of its own; reduce it to one number (sum, mean) or pass a gradient",
                        y.shape()
                    ),
                ));
            }
        };
        roots.push((edge, seed));
    }
    Ok(roots)
}

thread_local! {
    /// Operations whose gradient this thread is computing, one inside of the other where a user's own calls `backward`.
    static RUNNING: RefCell<Vec<u64>> = const { RefCell::new(Vec::new()) };
}

/// Notes that this thread is inside the gradient of an operation, whose lock it would wait for forever.
struct Running;

impl Running {
    fn enter(node: &Node) -> Result<Running> {
        RUNNING.with_borrow_mut(|running| {
            if running.contains(&node.seq) {
                return Err(Error::autograd(
                    "backward",
                    format!(
                        "the gradient of {} (at {}) goes backward through itself",
                        node.op,
                        node.line()
                    ),
                ));
            }
            running.push(node.seq);
            Ok(Running)
        })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        RUNNING.with_borrow_mut(|running| running.pop());
    }
}

/// One backward pass.
struct Run {
    /// Nodes that hold gradients, by creation number.
    pending: BTreeMap<u64, (Arc<Node>, Grads)>,
    leaves: Vec<(Arc<GradSlot>, Gradient)>,
    /// Where the leaf whose slot has this address is in `leaves`.
    leaf_index: BTreeMap<usize, usize>,
    targets: Vec<(u64, u32)>,
    captured: BTreeMap<(u64, u32), Tensor>,
    /// Leaves, by the address of their slot, that a gradient of zeros has reached which nobody has written down.
    blank: BTreeMap<usize, Arc<GradSlot>>,
    /// Such targets.
    blank_targets: BTreeSet<(u64, u32)>,
    /// Nothing older than this matters.
    floor: u64,
    retain_graph: bool,
}

impl Run {
    fn new(targets: &[Edge], retain_graph: bool) -> Run {
        let nodes: Vec<(u64, u32)> = targets
            .iter()
            .filter_map(|t| match t {
                Edge::Node(node, output) => Some((node.seq, *output)),
                Edge::Leaf(_) => None,
            })
            .collect();
        let all_nodes = !targets.is_empty() && nodes.len() == targets.len();
        Run {
            pending: BTreeMap::new(),
            leaves: Vec::new(),
            leaf_index: BTreeMap::new(),
            floor: if all_nodes {
                nodes.iter().map(|n| n.0).min().unwrap_or(0)
            } else {
                0
            },
            targets: nodes,
            captured: BTreeMap::new(),
            blank: BTreeMap::new(),
            blank_targets: BTreeSet::new(),
            retain_graph,
        }
    }

    fn go(&mut self, roots: Vec<(Edge, Tensor)>) -> Result<()> {
        for (edge, seed) in roots {
            self.deliver(edge, seed.into())?;
        }
        // What is differentiated has its dtypes already.
        let _as_they_are = super::autocast(None)?;
        while let Some((_, (node, mut grads))) = self.pending.pop_last() {
            if grads.iter().all(Option::is_none) {
                // Reached by zeros only.
                if node.seq >= self.floor {
                    if node.body.none_is_zero() {
                        node.edges.iter().flatten().for_each(|e| self.reach(e));
                    }
                    if !self.retain_graph {
                        node.body.release();
                    }
                }
                continue;
            }
            self.observe(&node, &mut grads)?;
            if node.seq < self.floor || grads.iter().all(Option::is_none) {
                continue;
            }
            crate::interrupt::check(node.op)?;
            let after = after_hooks(&node);
            let seen = after.is_some().then(|| grads.clone());
            let call = Call::new(&node);
            let _span = profiler::gradient(node.op, node.seq, node.location, node.place);
            let _running = Running::enter(&node)?;
            let mut answer = node
                .body
                .vjp(&call, grads)
                .ok_or_else(|| freed(&node))?
                .map_err(|e| blame(e, &node))?;
            if !self.retain_graph {
                node.body.release();
            }
            drop(_running);
            let mut sparse = call.take_sparse();
            if after.is_some() {
                // Hooks see tensors.
                for (i, g) in sparse.drain(..) {
                    answer[i] = Some(g.to_dense()?);
                }
            }
            for hook in after.into_iter().flatten() {
                let seen = seen.as_deref().unwrap_or_default();
                if let Some(new) = hook(&answer, seen)? {
                    replace("hook", &mut answer, new)?;
                }
            }
            if super::is_anomaly_check_nan_enabled() {
                let dense = answer
                    .iter()
                    .enumerate()
                    .filter_map(|(i, g)| Some((i, g.as_ref()?)));
                let all = dense.chain(sparse.iter().map(|(i, g)| (*i, g.values())));
                super::anomaly::check(&node, all).map_err(|e| blame(e, &node))?;
            }
            for (i, g) in sparse {
                if let Some(edge) = &node.edges[i] {
                    self.deliver(edge.clone(), g.into())
                        .map_err(|e| blame(e, &node))?;
                }
            }
            for (edge, g) in node.edges.iter().zip(answer) {
                match (edge, g) {
                    (Some(edge), Some(g)) => {
                        self.deliver(edge.clone(), g.into())
                            .map_err(|e| blame(e, &node))?;
                    }
                    (Some(edge), None) if node.body.none_is_zero() => self.reach(edge),
                    _ => {}
                }
            }
        }
        Ok(())
    }

    /// The leaves that received gradients, those of zeros too.
    fn take_leaves(&mut self) -> Result<Vec<(Arc<GradSlot>, Gradient)>> {
        for (at, slot) in std::mem::take(&mut self.blank) {
            if !self.leaf_index.contains_key(&at) {
                let zeros = Tensor::zeroed(slot.shape.clone(), slot.dtype)?;
                self.leaves.push((slot, zeros.into()));
            }
        }
        Ok(std::mem::take(&mut self.leaves))
    }

    fn is_blank(&self, slot: &Arc<GradSlot>) -> bool {
        self.blank.contains_key(&Arc::as_ptr(slot).addr())
    }

    /// Notes that `edge` has received zeros which nobody has written down.
    fn reach(&mut self, edge: &Edge) {
        match edge {
            Edge::Leaf(slot) => {
                self.blank.insert(Arc::as_ptr(slot).addr(), slot.clone());
            }
            Edge::Node(node, output) => {
                if self.targets.contains(&(node.seq, *output)) {
                    self.blank_targets.insert((node.seq, *output));
                }
                self.pending.entry(node.seq).or_insert_with(|| {
                    let grads = SmallVec::from_elem(None, node.outputs.len());
                    (node.clone(), grads)
                });
            }
        }
    }

    /// Adds `g` to what `edge` has received.
    fn deliver(&mut self, edge: Edge, g: Gradient) -> Result<()> {
        match edge {
            Edge::Leaf(slot) => {
                let g = match g {
                    Gradient::Dense(g) => fit(g, &slot.shape, slot.dtype)?.into(),
                    sparse => sparse.to_dtype(slot.dtype)?,
                };
                match self.leaf_index.entry(Arc::as_ptr(&slot).addr()) {
                    Entry::Occupied(at) => match (&mut self.leaves[*at.get()].1, &g) {
                        (Gradient::Dense(sum), Gradient::Dense(g)) => add_to(sum, g)?,
                        (sum, g) => *sum = sum.plus(g)?,
                    },
                    Entry::Vacant(at) => {
                        at.insert(self.leaves.len());
                        self.leaves.push((slot, g));
                    }
                }
            }
            Edge::Node(node, output) => {
                let (shape, dtype) = &node.outputs[output as usize];
                let g = fit(g.to_dense()?, shape, *dtype)?;
                let (_, grads) = self.pending.entry(node.seq).or_insert_with(|| {
                    let grads = SmallVec::from_elem(None, node.outputs.len());
                    (node, grads)
                });
                match &mut grads[output as usize] {
                    Some(sum) => add_to(sum, &g)?,
                    none => *none = Some(g),
                }
            }
        }
        Ok(())
    }

    /// Hooks, retained gradients and captures of a node that has received everything.
    fn observe(&mut self, node: &Arc<Node>, grads: &mut Grads) -> Result<()> {
        let hooks: Vec<_> = match &*lock(&node.hooks) {
            Some(hooks) => hooks
                .0
                .iter()
                .map(|(output, _, h)| (*output, h.clone()))
                .collect(),
            None => Vec::new(),
        };
        for (output, hook) in hooks {
            if let NodeHook::Before(hook) = &hook {
                if let Some(new) = hook(grads)? {
                    replace("prehook", grads, new)?;
                    for (g, (shape, dtype)) in grads.iter_mut().zip(&node.outputs) {
                        *g = match g.take() {
                            Some(g) => Some(checked(g.into(), shape, *dtype)?.to_dense()?),
                            None => None,
                        };
                    }
                }
                continue;
            }
            let Some(g) = &mut grads[output as usize] else {
                continue;
            };
            match hook {
                NodeHook::Call(hook) => {
                    if let Some(new) = hook(&g.clone().into())? {
                        let (shape, dtype) = &node.outputs[output as usize];
                        *g = checked(new, shape, *dtype)?.to_dense()?;
                    }
                }
                NodeHook::Before(_) | NodeHook::After(_) => {}
                NodeHook::Retain(slot) => {
                    // Dropped after the lock: a gradient may hold a graph, and that whatever the user gave it.
                    let old = lock(&slot.grad).replace(g.clone().into());
                    drop(old);
                }
            }
        }
        for (_, output) in self.targets.iter().filter(|(seq, _)| *seq == node.seq) {
            if let Some(g) = &grads[*output as usize] {
                self.captured.insert((node.seq, *output), g.clone());
            }
        }
        Ok(())
    }
}

/// Hooks that want to see what `node` answers.
fn after_hooks(node: &Node) -> Option<Vec<GradsHook2>> {
    let hooks = lock(&node.hooks);
    let after = hooks.as_ref()?.0.iter().filter_map(|(_, _, h)| match h {
        NodeHook::After(hook) => Some(hook.clone()),
        _ => None,
    });
    Some(after.collect()).filter(|after: &Vec<_>| !after.is_empty())
}

/// Puts what a hook has answered in the place of `grads`.
fn replace(what: &'static str, grads: &mut Grads, new: Vec<Option<Tensor>>) -> Result<()> {
    if new.len() != grads.len() {
        return Err(Error::autograd(
            what,
            format!(
                "answered {} gradients in place of {}",
                new.len(),
                grads.len()
            ),
        ));
    }
    *grads = new.into_iter().collect();
    Ok(())
}

/// A gradient in the shape and type of the tensor it belongs to: the one place where broadcasting is undone.
#[inline]
fn fit(g: Tensor, shape: &Shape, dtype: DType) -> Result<Tensor> {
    let g = if g.shape() == shape {
        g
    } else {
        g.sum_to(shape)?
    };
    if g.dtype() == dtype {
        Ok(g)
    } else {
        g.to_dtype(dtype)
    }
}

fn checked(g: Gradient, shape: &Shape, dtype: DType) -> Result<Gradient> {
    if g.shape() != shape {
        return Err(Error::shape(
            "hook",
            format!(
                "a hook answered a gradient of shape {} in place of one of shape {shape}",
                g.shape()
            ),
        ));
    }
    g.settled()?.to_dtype(dtype)
}

/// Adds `g` to `sum`, in its place if nobody else can see it.
fn add_to(sum: &mut Tensor, g: &Tensor) -> Result<()> {
    if is_ours(sum) && !is_grad_enabled() {
        sum.add_(g)?;
    } else {
        *sum = sum.add(g)?;
    }
    Ok(())
}

/// Whether this is the only handle on a buffer of its own, row-major and outside of every graph.
fn is_ours(g: &Tensor) -> bool {
    Arc::strong_count(&g.0) == 1
        && g.0.storage.is_unique()
        && !g.0.storage.is_foreign()
        && !g.is_requires_grad()
        && g.is_contiguous()
}

fn call_hooks(slot: &Arc<GradSlot>, mut g: Gradient) -> Result<Gradient> {
    let hooks: SmallVec<[_; 2]> = lock(&slot.hooks)
        .before
        .iter()
        .map(|(_, h)| h.clone())
        .collect();
    for hook in hooks {
        if let Some(new) = hook(&g)? {
            g = checked(new, &slot.shape, slot.dtype)?;
        }
    }
    Ok(g)
}

/// Adds gradients to those of their leaves: all of them, or none if a sum can't be had. Every slot's lock is held from the
/// first sum to the last assignment, so concurrent passes into the same leaves add up.
fn put_down(ready: Vec<(Arc<GradSlot>, Gradient)>, create_graph: bool) -> Result<()> {
    enum Plan {
        Replace(Gradient),
        AddInPlace,
    }
    let mut ready = ready;
    // Always in the same order, so that two passes never wait for each other in a circle.
    ready.sort_by_key(|(slot, _)| Arc::as_ptr(slot).addr());
    // Nobody may be asked for anything, or waited for, who could want one of these locks.
    let _quiet = super::place::quiet();
    crate::storage::without_waiting(|| {
        let mut dropped = Vec::new();
        let mut grads: Vec<_> = ready.iter().map(|(slot, _)| lock(&slot.grad)).collect();
        let mut plans = Vec::with_capacity(ready.len());
        let (mut olds, mut news) = (Vec::new(), Vec::new());
        for ((_, g), old) in ready.iter().zip(&grads) {
            plans.push(match (&**old, g) {
                // Others may hold the same buffer (the other input of a sum): the gradient must be the leaf's own.
                (None, g) if create_graph || is_ours(g.values()) => Plan::Replace(g.clone()),
                (None, g) => Plan::Replace(g.with_values(&g.values().copy()?)?),
                (Some(Gradient::Dense(old)), Gradient::Dense(g))
                    if !create_graph && adds_in_place(old, g) =>
                {
                    olds.push(old.clone());
                    news.push(g.clone());
                    Plan::AddInPlace
                }
                (Some(old), g) => Plan::Replace(old.plus(g)?),
            });
        }
        let (write, read): (Vec<&Tensor>, Vec<&Tensor>) =
            (olds.iter().collect(), news.iter().collect());
        let access = crate::storage::Access::lock_all(&read, &write);
        let mut adders = Vec::with_capacity(olds.len());
        if access.is_ok() {
            for old in &olds {
                adders.push(crate::ops::inplace::adder(old.dtype())?);
            }
        } else {
            // A reader who is looking at a gradient keeps what they see.
            let mut sums = olds.iter().zip(&news).map(|(old, g)| old.add(g));
            for plan in &mut plans {
                if matches!(plan, Plan::AddInPlace)
                    && let Some(sum) = sums.next()
                {
                    *plan = Plan::Replace(sum?.into());
                }
            }
        }
        // From here on nothing fails.
        let mut sums = adders.into_iter().zip(olds.iter().zip(&news));
        for (plan, grad) in plans.into_iter().zip(&mut grads) {
            match plan {
                Plan::Replace(sum) => dropped.push(grad.replace(sum)),
                Plan::AddInPlace => {
                    if let Some((add, (old, g))) = sums.next() {
                        add(old, g);
                    }
                }
            }
        }
        drop(grads);
        drop(access);
        // After the locks: a gradient may hold a graph, and that whatever the user gave it.
        drop(dropped);
        Ok(())
    })
}

/// Whether `old += g` needs no memory and changes nothing but `old`.
fn adds_in_place(old: &Tensor, g: &Tensor) -> bool {
    !old.is_requires_grad()
        && !g.is_requires_grad()
        && old.dtype() == g.dtype()
        && old.shape() == g.shape()
        && !old.layout().may_overlap()
        && old.0.storage.id() != g.0.storage.id()
}

#[cold]
fn freed(node: &Node) -> Error {
    Error::autograd(
        "backward",
        format!(
            "the graph has been differentiated already and what {} (at {}) had saved is freed; pass retain_graph to the first pass to go through it again",
            node.op,
            node.line()
        ),
    )
}

#[cold]
fn blame(e: Error, node: &Node) -> Error {
    e.with_note(format!("in the gradient of {} at {}", node.op, node.line()))
}

impl Tensor {
    /// Differentiates this tensor of one element, adding to the gradients of the leaves it depends on.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::new([1f32, 2.0])?.requires_grad()?;
    /// x.square()?.sum()?.backward()?;
    /// assert_eq!(x.grad().unwrap().to_vec::<f32>()?, [2.0, 4.0]);
    /// assert!(x.square()?.backward().is_err()); // two elements
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// See [`backward`].
    #[track_caller]
    pub fn backward(&self) -> Result<()> {
        backward(&[self], &[], false, false)
    }

    /// As [`Tensor::backward`], for an output of any shape whose gradient is `seed`.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::new([1f32, 2.0])?.requires_grad()?;
    /// x.square()?.backward_with(&Tensor::new([1f32, 10.0])?)?;
    /// assert_eq!(x.grad().unwrap().to_vec::<f32>()?, [2.0, 40.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// See [`backward`].
    #[track_caller]
    pub fn backward_with(&self, seed: &Tensor) -> Result<()> {
        backward(&[self], &[Some(seed.clone())], false, false)
    }
}
