//! Functions of the user's that see gradients on their way.

use super::node::GradSlot;
use super::{Edge, Gradient, GraphNode, lock};
use crate::{Error, Result, Tensor};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Weak};

/// Sees a gradient, may answer another one in its place.
pub(crate) type Hook = Arc<dyn Fn(&Gradient) -> Result<Option<Gradient>> + Send + Sync>;
/// Called when a leaf's gradient has just been accumulated.
pub(crate) type PostHook = Arc<dyn Fn() -> Result<()> + Send + Sync>;

/// Hooks of a leaf, by number, in order of registration.
#[derive(Default)]
pub(crate) struct Hooks {
    pub before: Vec<(u64, Hook)>,
    pub after: Vec<(u64, PostHook)>,
}

/// Hooks of an operation's outputs: `(output, number, what)`.
#[derive(Default)]
pub(crate) struct NodeHooks(pub Vec<(u32, u64, NodeHook)>);

#[derive(Clone)]
pub(crate) enum NodeHook {
    Call(Hook),
    Retain(Arc<GradSlot>),
    /// Sees the gradients of all outputs.
    Before(GradsHook),
    /// Sees the gradients of the inputs, and those of the outputs that they came from.
    After(GradsHook2),
}

type List = [Option<Tensor>];
/// May answer other gradients in the place of those it sees.
pub(crate) type GradsHook = Arc<dyn Fn(&List) -> Result<Option<Vec<Option<Tensor>>>> + Send + Sync>;
/// As [`GradsHook`], with two lists.
pub(crate) type GradsHook2 =
    Arc<dyn Fn(&List, &List) -> Result<Option<Vec<Option<Tensor>>>> + Send + Sync>;

/// A registered hook; [`HookHandle::remove`] ends it. Dropping the handle keeps the hook.
#[derive(Clone)]
pub struct HookHandle {
    id: u64,
    slot: Weak<GradSlot>,
    node: Option<Weak<super::Node>>,
}

impl HookHandle {
    /// Removes the hook; does nothing if it, or what it hung on, is gone.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::new([1f32])?.requires_grad()?;
    /// let hook = x.register_hook(|g| Ok(Some(g.mul(100.0)?)))?;
    /// hook.remove();
    /// x.square()?.backward()?;
    /// assert_eq!(x.grad().unwrap().item::<f32>()?, 2.0);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn remove(&self) {
        let mine = |id: &u64| *id == self.id;
        // Dropped after the locks: a hook is the user's code.
        if let Some(slot) = self.slot.upgrade() {
            let mut hooks = lock(&slot.hooks);
            let before: Vec<_> = hooks.before.extract_if(.., |(id, _)| mine(id)).collect();
            let after: Vec<_> = hooks.after.extract_if(.., |(id, _)| mine(id)).collect();
            drop(hooks);
            drop((before, after));
        }
        if let Some(node) = self.node.as_ref().and_then(Weak::upgrade) {
            let mut hooks = lock(&node.hooks);
            let old: Option<Vec<_>> = hooks
                .as_mut()
                .map(|hooks| hooks.0.extract_if(.., |(_, id, _)| mine(id)).collect());
            drop(hooks);
            drop(old);
        }
    }
}

static NEXT: AtomicU64 = AtomicU64::new(1);

fn number() -> u64 {
    NEXT.fetch_add(1, Relaxed)
}

impl GraphNode {
    fn add(&self, node: &Arc<super::Node>, hook: NodeHook) -> HookHandle {
        let id = number();
        lock(&node.hooks)
            .get_or_insert_default()
            .0
            .push((0, id, hook));
        HookHandle {
            id,
            slot: Weak::new(),
            node: Some(Arc::downgrade(node)),
        }
    }

    /// Calls `hook` with the gradients of this operation's outputs in every backward, before its own is computed; what it
    /// answers takes their place.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::new([1f32])?.requires_grad()?;
    /// let y = x.square()?;
    /// let double = |g: &[Option<Tensor>]| Ok(Some(vec![g[0].as_ref().map(|g| g.mul(2.0)).transpose()?]));
    /// y.grad_node().unwrap().register_prehook(double)?;
    /// y.backward()?;
    /// assert_eq!(x.grad().unwrap().item::<f32>()?, 4.0);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// None today; kept for nodes that take no hooks.
    pub fn register_prehook(
        &self,
        hook: impl Fn(&[Option<Tensor>]) -> Result<Option<Vec<Option<Tensor>>>> + Send + Sync + 'static,
    ) -> Result<HookHandle> {
        match &self.0 {
            Edge::Node(node, _) => Ok(self.add(node, NodeHook::Before(Arc::new(hook)))),
            Edge::Leaf(slot) => {
                let hook = move |g: &Gradient| {
                    let new = hook(&[Some(g.to_dense()?)])?;
                    Ok(new.and_then(|new| new.into_iter().next()?.map(Gradient::Dense)))
                };
                let id = number();
                lock(&slot.hooks).before.push((id, Arc::new(hook)));
                Ok(HookHandle {
                    id,
                    slot: Arc::downgrade(slot),
                    node: None,
                })
            }
        }
    }

    /// Calls `hook` with the gradients of this operation's inputs and outputs in every backward, once they are computed; what
    /// it answers takes the place of the inputs'.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::new([1f32])?.requires_grad()?;
    /// let y = x.square()?;
    /// y.grad_node().unwrap().register_hook(|inputs, outputs| {
    ///     assert_eq!(outputs[0].as_ref().unwrap().item::<f32>()?, 1.0);
    ///     Ok(Some(vec![inputs[0].as_ref().map(|g| g.mul(10.0)).transpose()?]))
    /// })?;
    /// y.backward()?;
    /// assert_eq!(x.grad().unwrap().item::<f32>()?, 20.0);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A leaf, which has no inputs.
    #[track_caller]
    pub fn register_hook(
        &self,
        hook: impl Fn(&[Option<Tensor>], &[Option<Tensor>]) -> Result<Option<Vec<Option<Tensor>>>>
        + Send
        + Sync
        + 'static,
    ) -> Result<HookHandle> {
        match &self.0 {
            Edge::Node(node, _) => Ok(self.add(node, NodeHook::After(Arc::new(hook)))),
            Edge::Leaf(_) => Err(Error::unsupported(
                "register_hook",
                "a leaf's node has no inputs; use the tensor's register_post_accumulate_grad_hook",
            )),
        }
    }
}

impl Tensor {
    /// Calls `hook` with this tensor's gradient in every backward; what it answers takes the gradient's place. A sparse
    /// gradient is shown as a dense copy; see [`Tensor::register_kept_grad_hook`].
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::new([1f32])?.requires_grad()?;
    /// x.register_hook(|g| Ok(Some(g.clamp(-1.0, 1.0)?)))?;
    /// x.square()?.backward()?; // 2, clamped
    /// assert_eq!(x.grad().unwrap().item::<f32>()?, 1.0);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A tensor that doesn't require a gradient.
    #[track_caller]
    pub fn register_hook(
        &self,
        hook: impl Fn(&Tensor) -> Result<Option<Tensor>> + Send + Sync + 'static,
    ) -> Result<HookHandle> {
        self.register_kept_grad_hook(move |g| Ok(hook(&g.to_dense()?)?.map(Gradient::Dense)))
    }

    /// As [`Tensor::register_hook`], for a hook that sees a leaf's sparse gradient as it is.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::new([1f32])?.requires_grad()?;
    /// x.register_kept_grad_hook(|g| g.with_values(&g.values().mul(2.0)?).map(Some))?;
    /// x.square()?.backward()?;
    /// assert_eq!(x.grad().unwrap().item::<f32>()?, 4.0);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A tensor that doesn't require a gradient.
    #[track_caller]
    pub fn register_kept_grad_hook(
        &self,
        hook: impl Fn(&Gradient) -> Result<Option<Gradient>> + Send + Sync + 'static,
    ) -> Result<HookHandle> {
        let id = NEXT.fetch_add(1, Relaxed);
        match self.edge() {
            None => Err(Error::autograd(
                "register_hook",
                "this tensor doesn't require a gradient",
            )),
            Some(Edge::Leaf(slot)) => {
                lock(&slot.hooks).before.push((id, Arc::new(hook)));
                Ok(HookHandle {
                    id,
                    slot: Arc::downgrade(&slot),
                    node: None,
                })
            }
            Some(Edge::Node(node, output)) => {
                lock(&node.hooks).get_or_insert_default().0.push((
                    output,
                    id,
                    NodeHook::Call(Arc::new(hook)),
                ));
                Ok(HookHandle {
                    id,
                    slot: Weak::new(),
                    node: Some(Arc::downgrade(&node)),
                })
            }
        }
    }

    /// Calls `hook` with this leaf each time its gradient has been accumulated.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, no_grad};
    /// let x = Tensor::new([1f32])?.requires_grad()?;
    /// x.register_post_accumulate_grad_hook(|x| {
    ///     let _guard = no_grad();
    ///     x.sub_(x.grad().unwrap())?; // a step of gradient descent
    ///     Ok(())
    /// })?;
    /// x.square()?.backward()?;
    /// assert_eq!(x.item::<f32>()?, -1.0);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Not a leaf, or one that doesn't require a gradient.
    #[track_caller]
    pub fn register_post_accumulate_grad_hook(
        &self,
        hook: impl Fn(&Tensor) -> Result<()> + Send + Sync + 'static,
    ) -> Result<HookHandle> {
        let Some(Edge::Leaf(slot)) = self.edge() else {
            return Err(Error::autograd(
                "register_post_accumulate_grad_hook",
                "only leaves that require a gradient accumulate one",
            ));
        };
        let id = NEXT.fetch_add(1, Relaxed);
        // Weak: the slot belongs to the tensor, and must not keep it alive.
        let tensor = Arc::downgrade(&self.0);
        let hook = move || tensor.upgrade().map_or(Ok(()), |t| hook(&Tensor(t)));
        lock(&slot.hooks).after.push((id, Arc::new(hook)));
        Ok(HookHandle {
            id,
            slot: Arc::downgrade(&slot),
            node: None,
        })
    }

    /// Keeps the gradient of this intermediate result in [`Tensor::grad`] too.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::new([3f32])?.requires_grad()?;
    /// let y = x.mul(2.0)?;
    /// y.retain_grad()?;
    /// y.square()?.backward()?;
    /// assert_eq!(y.grad().unwrap().item::<f32>()?, 12.0);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A tensor that doesn't require a gradient.
    #[track_caller]
    pub fn retain_grad(&self) -> Result<()> {
        match self.edge() {
            None => Err(Error::autograd(
                "retain_grad",
                "this tensor doesn't require a gradient",
            )),
            Some(Edge::Leaf(_)) => Ok(()),
            Some(Edge::Node(node, output)) => {
                let slot = self.grad_slot();
                let mut hooks = lock(&node.hooks);
                let hooks = hooks.get_or_insert_default();
                let known = hooks
                    .0
                    .iter()
                    .any(|(_, _, h)| matches!(h, NodeHook::Retain(s) if Arc::ptr_eq(s, &slot)));
                if !known {
                    hooks
                        .0
                        .push((output, NEXT.fetch_add(1, Relaxed), NodeHook::Retain(slot)));
                }
                Ok(())
            }
        }
    }
}
