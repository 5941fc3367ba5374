//! Reverse-mode differentiation of a graph that is recorded while it is computed.
//!
//! An operation whose inputs require gradients leaves a `Node`: edges to the nodes of its inputs, what its formula
//! needs, and the vector-Jacobian product. Creation order is a topological order, so `engine` is a heap on the
//! creation number.

mod composite;
pub(crate) mod engine;
mod function;
mod gradcheck;
mod hooks;
mod mode;
mod node;
mod saved;

pub(crate) use composite::vjp_of;
pub use engine::{GradOptions, backward, grad};
pub use function::{Context, Function};
pub use gradcheck::{Tolerance, gradcheck, gradgradcheck};
pub use hooks::HookHandle;
pub use mode::{
    Mode, ModeGuard, enable_grad, inference_mode, is_grad_enabled, is_inference, no_grad,
    replace_mode, set_grad_enabled,
};
pub use node::live_nodes;
pub(crate) use node::{
    Call, Edge, GradSlot, Grads, Meta, Node, ViewOf, attach, new_node, record, tracks,
};
pub(crate) use saved::Saved;

use std::sync::{Mutex, MutexGuard};

/// Locks, whether or not a panic has poisoned the lock: what it guards is replaced whole, never half written.
pub(crate) fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|e| e.into_inner())
}
