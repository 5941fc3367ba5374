//! Functions of the user's that see gradients on their way.

use super::node::GradSlot;
use super::{Edge, lock};
use crate::{Error, Result, Tensor};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Weak};

/// Sees a gradient, may answer another one in its place.
pub(crate) type Hook = Arc<dyn Fn(&Tensor) -> Result<Option<Tensor>> + Send + Sync>;
/// Sees a leaf whose gradient has just been accumulated.
pub(crate) type PostHook = Arc<dyn Fn(&Tensor) -> Result<()> + Send + Sync>;

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
}

/// A registered hook; [`HookHandle::remove`] ends it. Dropping the handle keeps the hook.
#[derive(Clone)]
pub struct HookHandle {
    id: u64,
    slot: Weak<GradSlot>,
    node: Option<Weak<super::Node>>,
}

impl HookHandle {
    /// Removes the hook; does nothing if it, or what it hung on, is gone.
    pub fn remove(&self) {
        if let Some(slot) = self.slot.upgrade() {
            let mut hooks = lock(&slot.hooks);
            hooks.before.retain(|(id, _)| *id != self.id);
            hooks.after.retain(|(id, _)| *id != self.id);
        }
        if let Some(node) = self.node.as_ref().and_then(Weak::upgrade)
            && let Some(hooks) = lock(&node.hooks).as_mut()
        {
            hooks.0.retain(|(_, id, _)| *id != self.id);
        }
    }
}

static NEXT: AtomicU64 = AtomicU64::new(1);

impl Tensor {
    /// Calls `hook` with this tensor's gradient in every backward; what it answers takes the gradient's place.
    ///
    /// # Errors
    /// A tensor that doesn't require a gradient.
    #[track_caller]
    pub fn register_hook(
        &self,
        hook: impl Fn(&Tensor) -> Result<Option<Tensor>> + Send + Sync + 'static,
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
        let hook = move |_: &Tensor| tensor.upgrade().map_or(Ok(()), |t| hook(&Tensor(t)));
        lock(&slot.hooks).after.push((id, Arc::new(hook)));
        Ok(HookHandle {
            id,
            slot: Arc::downgrade(&slot),
            node: None,
        })
    }

    /// Keeps the gradient of this intermediate result in [`Tensor::grad`] too.
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
