//! What an operation leaves behind in the graph, and where gradients come to rest.
//!
//! Edges point to nodes, not to tensors, so an intermediate result that no formula needs is freed as soon as the user
//! lets go of it. Dropping a graph uses an explicit stack: a million operations deep is no problem.

use super::hooks::{Hooks, NodeHooks};
use super::{is_grad_enabled, lock};
use crate::layout::Shape;
use crate::ops::view::View;
use crate::{DType, Error, Result, Tensor};
use smallvec::SmallVec;
use std::panic::Location;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex};

/// Gradients, by position; `None` is a zero that nobody needs to write down.
pub(crate) type Grads = SmallVec<[Option<Tensor>; 2]>;

/// Where a gradient goes next.
#[derive(Clone)]
pub(crate) enum Edge {
    /// Output number `1` of the operation `0`.
    Node(Arc<Node>, u32),
    /// A tensor of the user's.
    Leaf(Arc<GradSlot>),
}

/// A tensor's place in the graph.
#[derive(Default)]
pub(crate) struct Meta {
    /// The operation that made it; none for the user's own.
    pub edge: Option<Edge>,
    /// Where its gradient is kept, once someone asked.
    pub slot: Option<Arc<GradSlot>>,
    /// How often an in-place operation gave it a new history; of a view: how often it had given its base one when the
    /// view's own history was last up to date.
    pub rewrites: u64,
}

/// A differentiable view: `base` seen through `chain`. See Note [Views and in-place operations] in `ops/inplace.rs`.
pub(crate) struct ViewOf {
    pub base: Tensor,
    pub chain: SmallVec<[View; 1]>,
}

/// Where the gradient of a tensor is kept: of a leaf, or of a result that was asked to retain it.
pub(crate) struct GradSlot {
    pub shape: Shape,
    pub dtype: DType,
    pub grad: Mutex<Option<Tensor>>,
    pub hooks: Mutex<Hooks>,
}

impl GradSlot {
    pub fn new(shape: Shape, dtype: DType) -> GradSlot {
        GradSlot {
            shape,
            dtype,
            grad: Mutex::new(None),
            hooks: Mutex::default(),
        }
    }
}

/// The vector-Jacobian product of one operation.
pub(crate) trait Backward: Send {
    /// Gradients of the inputs from those of the outputs; `None` if what it needs has been released.
    fn vjp(&self, call: &Call, grads: Grads) -> Option<Result<Grads>>;
    /// Lets go of everything saved.
    fn release(&mut self);
}

/// A recorded operation.
pub(crate) struct Node<B: ?Sized = dyn Backward> {
    /// Creation number: larger than that of everything it depends on.
    pub seq: u64,
    pub op: &'static str,
    /// The line of the user's code that asked for the operation.
    pub location: &'static Location<'static>,
    /// Per input: where its gradient goes; `None` for inputs that need none.
    pub edges: SmallVec<[Option<Edge>; 2]>,
    /// Per output: what its gradient has to look like.
    pub outputs: SmallVec<[(Shape, DType); 1]>,
    pub hooks: Mutex<Option<Box<NodeHooks>>>,
    pub body: Mutex<B>,
}

/// The moment of a backward call, as its vjp sees it.
pub(crate) struct Call<'a> {
    pub node: &'a Arc<Node>,
}

impl Call<'_> {
    /// Whether anyone wants the gradient of input `i`.
    #[inline]
    pub fn needs(&self, i: usize) -> bool {
        self.node.edges.get(i).is_some_and(|e| e.is_some())
    }
}

static NEXT: AtomicU64 = AtomicU64::new(1);
static LIVE: AtomicUsize = AtomicUsize::new(0);

/// Number of operations recorded and not yet freed.
pub fn live_nodes() -> usize {
    LIVE.load(Relaxed)
}

impl<B: ?Sized> Drop for Node<B> {
    fn drop(&mut self) {
        LIVE.fetch_sub(1, Relaxed);
        let mut stack = std::mem::take(&mut self.edges);
        while let Some(edge) = stack.pop() {
            if let Some(Edge::Node(mut node, _)) = edge
                && let Some(last) = Arc::get_mut(&mut node)
            {
                // Its drop finds no edges, so it goes no deeper.
                stack.append(&mut last.edges);
            }
        }
    }
}

/// A saved `S` and the function that turns it into gradients.
struct Closure<S, F> {
    saved: Option<S>,
    vjp: F,
}

impl<S: Send, F> Backward for Closure<S, F>
where
    F: Fn(&S, &Call, Grads) -> Result<Grads> + Send,
{
    fn vjp(&self, call: &Call, grads: Grads) -> Option<Result<Grads>> {
        Some((self.vjp)(self.saved.as_ref()?, call, grads))
    }
    fn release(&mut self) {
        // What saved nothing can be gone through again.
        if size_of::<S>() > 0 {
            self.saved = None;
        }
    }
}

/// Whether an operation on `inputs` has to be recorded.
#[inline]
pub(crate) fn tracks(inputs: &[&Tensor]) -> bool {
    inputs.iter().any(|t| t.is_requires_grad()) && is_grad_enabled()
}

/// Records an operation: `outputs` become results of `op` on `inputs`. `vjp(saved, call, grads)` answers one gradient
/// per input, of any shape that sums to the input's by broadcasting and of any float type.
///
/// To be called when [`tracks`] says so, with fresh `outputs`; non-float outputs stay outside of the graph.
#[track_caller]
pub(crate) fn record<S: Send + 'static>(
    op: &'static str,
    inputs: &[&Tensor],
    outputs: &[&Tensor],
    saved: S,
    vjp: impl Fn(&S, &Call, Grads) -> Result<Grads> + Send + 'static,
) -> Result<()> {
    let node = new_node(op, inputs, outputs, saved, vjp)?;
    for (i, out) in outputs.iter().enumerate() {
        if out.dtype().is_differentiable() {
            attach(out, &node, i as u32);
        }
    }
    Ok(())
}

/// As [`record`], without making the outputs point to the node.
#[track_caller]
pub(crate) fn new_node<S: Send + 'static>(
    op: &'static str,
    inputs: &[&Tensor],
    outputs: &[&Tensor],
    saved: S,
    vjp: impl Fn(&S, &Call, Grads) -> Result<Grads> + Send + 'static,
) -> Result<Arc<Node>> {
    if let Some(bad) = inputs
        .iter()
        .find(|t| t.0.inference && !t.is_requires_grad() && t.dtype().is_differentiable())
    {
        return Err(Error::autograd(
            op,
            format!(
                "a tensor of shape {} made in inference mode takes part in a recorded operation; clone it outside of inference mode first",
                bad.shape()
            ),
        ));
    }
    LIVE.fetch_add(1, Relaxed);
    Ok(Arc::new(Node {
        op,
        location: Location::caller(),
        edges: inputs.iter().map(|t| t.edge()).collect(),
        outputs: outputs
            .iter()
            .map(|t| (t.shape().clone(), t.dtype()))
            .collect(),
        hooks: Mutex::new(None),
        // Last, so that it is larger than that of any view whose history `edge` has just renewed.
        seq: NEXT.fetch_add(1, Relaxed),
        body: Mutex::new(Closure {
            saved: Some(saved),
            vjp,
        }),
    }))
}

/// Makes `tensor` output `index` of `node`.
pub(crate) fn attach(tensor: &Tensor, node: &Arc<Node>, index: u32) {
    let old = lock(&tensor.0.meta)
        .edge
        .replace(Edge::Node(node.clone(), index));
    tensor.0.requires_grad.store(true, Relaxed);
    drop(old);
}
