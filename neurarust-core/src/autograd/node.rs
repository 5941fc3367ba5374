//! What an operation leaves behind in the graph, and where gradients come to rest.
//!
//! Edges point to nodes, not to tensors, so an intermediate result that no formula needs is freed as soon as the user
//! lets go of it. Dropping a graph uses an explicit stack: a million operations deep is no problem.

use super::audit::{self, Cut};
use super::hooks::{Hooks, NodeHooks};
use super::place::{self, Place};
use super::{Gradient, is_grad_enabled, lock};
use crate::layout::Shape;
use crate::ops::view::View;
use crate::profiler;
use crate::sparse::SparseTensor;
use crate::tensor::Inner;
use crate::{DType, Error, Result, Tensor};
use smallvec::SmallVec;
use std::any::Any;
use std::cell::RefCell;
use std::ops::Deref;
use std::panic::Location;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, RwLock, TryLockError, Weak};

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
    pub chain: Chain,
}

/// Views one on top of the other. A view of a view shares its elder's chain and adds a link, whatever the length.
#[derive(Clone)]
pub(crate) struct Chain(Arc<Link>);

struct Link {
    view: View,
    below: Option<Chain>,
}

impl Chain {
    /// `view` on top of `below`.
    pub fn on(below: Option<&Chain>, view: View) -> Chain {
        Chain(Arc::new(Link {
            view,
            below: below.cloned(),
        }))
    }

    /// Whether strides of the user's own take part.
    pub fn is_strided(&self) -> bool {
        let mut at = Some(self);
        while let Some(Chain(link)) = at {
            if matches!(link.view, View::Strided { .. }) {
                return true;
            }
            at = link.below.as_ref();
        }
        false
    }

    /// `base` seen through all of them.
    #[track_caller]
    pub fn apply(&self, base: &Tensor) -> Result<Tensor> {
        let mut links: SmallVec<[&View; 4]> = SmallVec::new();
        let mut at = Some(self);
        while let Some(Chain(link)) = at {
            links.push(&link.view);
            at = link.below.as_ref();
        }
        let mut t = base.clone();
        for view in links.into_iter().rev() {
            t = t.viewed(view.clone())?;
        }
        Ok(t)
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        let mut below = self.below.take();
        while let Some(mut link) = below.and_then(|chain| Arc::into_inner(chain.0)) {
            below = link.below.take();
        }
    }
}

/// Where the gradient of a tensor is kept: of a leaf, or of a result that was asked to retain it.
pub(crate) struct GradSlot {
    pub shape: Shape,
    pub dtype: DType,
    pub grad: Mutex<Option<Gradient>>,
    pub hooks: Mutex<Hooks>,
    /// The tensor it belongs to; weak, as the tensor holds it.
    pub owner: Weak<Inner>,
}

impl GradSlot {
    pub fn of(tensor: &Tensor) -> GradSlot {
        GradSlot {
            shape: tensor.shape().clone(),
            dtype: tensor.dtype(),
            owner: Arc::downgrade(&tensor.0),
            grad: Mutex::new(None),
            hooks: Mutex::default(),
        }
    }
}

/// The vector-Jacobian product of one operation. Several threads may be inside of one, and one inside of another's: none
/// of them waits for another.
pub(crate) trait Backward: Send + Sync {
    /// Gradients of the inputs from those of the outputs; `None` if what it needs has been released.
    fn vjp(&self, call: &Call, grads: Grads) -> Option<Result<Grads>>;
    /// Whether a gradient of `None` is one of zeros, which the leaves behind it get; a user's function may mean "nothing".
    fn none_is_zero(&self) -> bool {
        true
    }
    /// Lets go of everything saved, unless another thread is reading it.
    fn release(&self);
    /// What it holds for a user's function, so that a host language's garbage collector may look inside.
    fn held(&self) -> Option<&dyn Any> {
        None
    }
}

/// A recorded operation.
pub(crate) struct Node<B: ?Sized = dyn Backward> {
    head: Head,
    pub body: B,
}

/// What recorded operations of all kinds have.
pub(crate) struct Head {
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
    /// The host's line that asked for it, where one was asked for.
    pub place: Option<&'static Place>,
}

impl<B: ?Sized> Deref for Node<B> {
    type Target = Head;
    #[inline]
    fn deref(&self) -> &Head {
        &self.head
    }
}

impl Head {
    /// Of a new operation; asks for the host's line if `named`.
    #[track_caller]
    fn new(op: &'static str, inputs: &[&Tensor], outputs: &[&Tensor], named: bool) -> Result<Head> {
        fit_to_record(op, inputs)?;
        let place = if named || place::is_wanted() {
            place::ask()
        } else {
            None
        };
        LIVE.fetch_add(1, Relaxed);
        Ok(Head {
            op,
            location: Location::caller(),
            edges: inputs.iter().map(|t| t.edge()).collect(),
            outputs: outputs
                .iter()
                .map(|t| (t.shape().clone(), t.dtype()))
                .collect(),
            hooks: Mutex::new(None),
            place,
            // Last, so that it is larger than that of any view whose history `edge` has just renewed.
            seq: NEXT.fetch_add(1, Relaxed),
        })
    }

    /// The line of the user's program that asked for the operation.
    pub fn line(&self) -> String {
        place::text(self.place, self.location)
    }
}

/// The moment of a backward call, as its vjp sees it.
pub(crate) struct Call<'a> {
    pub node: &'a Arc<Node>,
    /// Answers beside those of the vjp, by input.
    sparse: RefCell<Vec<(usize, SparseTensor)>>,
}

impl<'a> Call<'a> {
    pub fn new(node: &'a Arc<Node>) -> Call<'a> {
        Call {
            node,
            sparse: RefCell::default(),
        }
    }

    /// Answers the gradient of input `i`, for which the vjp then answers `None`: it stays sparse if that input is a leaf.
    pub fn put_sparse(&self, i: usize, g: SparseTensor) {
        self.sparse.borrow_mut().push((i, g));
    }

    pub fn take_sparse(&self) -> Vec<(usize, SparseTensor)> {
        self.sparse.take()
    }

    /// Whether anyone wants the gradient of input `i`.
    #[inline]
    pub fn needs(&self, i: usize) -> bool {
        self.node.edges.get(i).is_some_and(|e| e.is_some())
    }
}

static NEXT: AtomicU64 = AtomicU64::new(1);
static LIVE: AtomicUsize = AtomicUsize::new(0);

/// Number of operations recorded and not yet freed.
///
/// ```
/// use neurarust_core::{Tensor, autograd::live_nodes};
/// let x = Tensor::new([1f32])?.requires_grad()?;
/// let before = live_nodes();
/// let y = x.exp()?;
/// assert_eq!(live_nodes() - before, 1);
/// drop(y);
/// assert_eq!(live_nodes(), before);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
pub fn live_nodes() -> usize {
    LIVE.load(Relaxed)
}

impl Drop for Head {
    fn drop(&mut self) {
        LIVE.fetch_sub(1, Relaxed);
        for edge in std::mem::take(&mut self.edges).into_iter().flatten() {
            bury(edge);
        }
    }
}

impl Drop for Meta {
    #[inline]
    fn drop(&mut self) {
        if let Some(edge) = self.edge.take() {
            bury(edge);
        }
    }
}

thread_local! {
    /// Nodes that wait to be dropped while another one is being dropped; none while nothing is.
    static BURIED: RefCell<Option<Vec<Arc<Node>>>> = const { RefCell::new(None) };
}

/// Drops an edge. A node holds others by its edges and by the tensors it has saved, which hold nodes themselves: each waits
/// here until the one before it is gone, so that graphs of any depth need no stack.
fn bury(edge: Edge) {
    let Edge::Node(node, _) = edge else { return };
    if Arc::strong_count(&node) > 1 {
        return;
    }
    let mut node = Some(node);
    let waits = BURIED.try_with(|buried| match &mut *buried.borrow_mut() {
        Some(waiting) => {
            waiting.extend(node.take());
            true
        }
        none => {
            *none = Some(Vec::new());
            false
        }
    });
    if waits != Ok(false) {
        // Waiting, or the thread is ending.
        return;
    }
    struct Over;
    impl Drop for Over {
        fn drop(&mut self) {
            let left = BURIED.try_with(|buried| buried.borrow_mut().take());
            drop(left);
        }
    }
    let _over = Over;
    while let Some(next) = node {
        drop(next);
        node = BURIED.with_borrow_mut(|buried| buried.as_mut().and_then(Vec::pop));
    }
}

/// A saved `S` and the function that turns it into gradients. Read locks only meet `try_write`, so nobody ever waits.
struct Closure<S, F> {
    saved: RwLock<Option<S>>,
    vjp: F,
}

impl<S: Send + Sync, F> Backward for Closure<S, F>
where
    F: Fn(&S, &Call, Grads) -> Result<Grads> + Send + Sync,
{
    fn vjp(&self, call: &Call, grads: Grads) -> Option<Result<Grads>> {
        let saved = self.saved.read().unwrap_or_else(|e| e.into_inner());
        Some((self.vjp)(saved.as_ref()?, call, grads))
    }
    fn release(&self) {
        // What saved nothing can be gone through again.
        if size_of::<S>() > 0 {
            take_unread(&self.saved);
        }
    }
}

/// Drops what is in `lock`, after the lock is open again: a drop may run the user's code. Left alone while it is read.
pub(crate) fn take_unread<S>(lock: &RwLock<Option<S>>) {
    let old = match lock.try_write() {
        Ok(mut saved) => saved.take(),
        Err(TryLockError::Poisoned(e)) => e.into_inner().take(),
        Err(TryLockError::WouldBlock) => None,
    };
    drop(old);
}

/// Whether an operation on `inputs` has to be recorded.
#[inline]
#[track_caller]
pub(crate) fn tracks(inputs: &[&Tensor]) -> bool {
    tracks_as("", inputs)
}

/// As [`tracks`], for the operation `op`, which the audit names where gradients are off.
#[inline]
#[track_caller]
pub(crate) fn tracks_as(op: &'static str, inputs: &[&Tensor]) -> bool {
    if !inputs.iter().any(|t| t.is_requires_grad()) {
        return false;
    }
    if is_grad_enabled() {
        return true;
    }
    if audit::is_on() {
        audit::cut(Cut::NoGrad, op, inputs);
    }
    false
}

/// Records an operation: `outputs` become results of `op` on `inputs`. `vjp(saved, call, grads)` answers one gradient
/// per input, of any shape that sums to the input's by broadcasting and of any float type.
///
/// To be called when [`tracks`] says so, with fresh `outputs`; non-float outputs stay outside of the graph.
#[track_caller]
pub(crate) fn record<S: Send + Sync + 'static>(
    op: &'static str,
    inputs: &[&Tensor],
    outputs: &[&Tensor],
    saved: S,
    vjp: impl Fn(&S, &Call, Grads) -> Result<Grads> + Send + Sync + 'static,
) -> Result<()> {
    attach_all(outputs, &new_node(op, inputs, outputs, saved, vjp)?);
    Ok(())
}

/// Makes `outputs`, as far as they can have gradients, those of `node`.
fn attach_all(outputs: &[&Tensor], node: &Arc<Node>) {
    for (i, out) in outputs.iter().enumerate() {
        if out.dtype().is_differentiable() {
            attach(out, node, i as u32);
        }
    }
}

/// As [`record`], without making the outputs point to the node.
#[track_caller]
pub(crate) fn new_node<S: Send + Sync + 'static>(
    op: &'static str,
    inputs: &[&Tensor],
    outputs: &[&Tensor],
    saved: S,
    vjp: impl Fn(&S, &Call, Grads) -> Result<Grads> + Send + Sync + 'static,
) -> Result<Arc<Node>> {
    let saved = RwLock::new(Some(saved));
    new_node_with(op, inputs, outputs, false, Closure { saved, vjp })
}

/// As [`new_node`], for a body of another kind; asks for the host's line if `named`.
#[track_caller]
pub(crate) fn new_node_with(
    op: &'static str,
    inputs: &[&Tensor],
    outputs: &[&Tensor],
    named: bool,
    body: impl Backward + 'static,
) -> Result<Arc<Node>> {
    let node: Arc<Node> = Arc::new(Node {
        head: Head::new(op, inputs, outputs, named)?,
        body,
    });
    if audit::is_on() {
        audit::recorded(&node);
    }
    if profiler::is_on() {
        profiler::recorded(node.seq);
    }
    Ok(node)
}

/// What stands against recording `op`.
#[track_caller]
fn fit_to_record(op: &'static str, inputs: &[&Tensor]) -> Result<()> {
    if let Some(error) = super::saved::failure() {
        return Err(error);
    }
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
    Ok(())
}

/// Makes `tensor` output `index` of `node`.
pub(crate) fn attach(tensor: &Tensor, node: &Arc<Node>, index: u32) {
    let old = lock(&tensor.0.meta)
        .edge
        .replace(Edge::Node(node.clone(), index));
    tensor.0.requires_grad.store(true, Relaxed);
    drop(old);
}
