//! Reverse-mode differentiation of a graph that is recorded while it is computed.
//!
//! An operation whose inputs require gradients leaves a `Node`: edges to the nodes of its inputs, what its formula
//! needs, and the vector-Jacobian product. Creation order is a topological order, so `engine` is one ordered
//! map by the creation number.

mod anomaly;
mod audit;
mod autocast;
mod checkpoint;
mod composite;
pub(crate) mod engine;
mod function;
pub mod functional;
mod gradcheck;
mod gradient;
mod graph;
mod hooks;
mod mode;
mod node;
pub mod place;
mod saved;

pub use anomaly::{
    AnomalyGuard, detect_anomaly, is_anomaly_check_nan_enabled, is_anomaly_enabled,
    set_detect_anomaly,
};
pub use audit::{Audit, Cut, CutAt, Unreached, Watch, audit, watch};
pub(crate) use audit::{is_on as audit_is_on, note_cast, note_detach};
pub use autocast::{AutocastGuard, autocast, autocast_dtype, replace_autocast};
pub(crate) use autocast::{for_loss, for_product};
pub use checkpoint::{checkpoint, checkpoint_sequential, checkpoint_with};
pub(crate) use composite::vjp_of;
pub use engine::{GradOptions, at_end_of_pass, backward, backward_into, grad, gradients};
pub use function::{Context, Function};
pub use gradcheck::{Tolerance, gradcheck, gradgradcheck};
pub use gradient::Gradient;
pub use graph::GraphNode;
pub use hooks::HookHandle;
pub use mode::{
    Mode, ModeGuard, enable_grad, inference_mode, is_grad_enabled, is_inference, no_grad,
    replace_mode, set_grad_enabled,
};
pub use node::live_nodes;
pub(crate) use node::{
    Call, Chain, Edge, GradSlot, Grads, Meta, Node, ViewOf, attach, new_node, new_node_with,
    record, take_unread, tracks, tracks_as,
};
pub(crate) use saved::Saved;
pub use saved::{
    Pack, Packed, SavedHooks, begin_saved_tensors_hooks, end_saved_tensors_hooks,
    saved_tensors_hooks,
};

use std::sync::{Mutex, MutexGuard};

/// Locks, whether or not a panic has poisoned the lock: what it guards is replaced whole, never half written.
pub(crate) fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|e| e.into_inner())
}
