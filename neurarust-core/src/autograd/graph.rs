//! The recorded graph, to be looked at.

use super::node::{Edge, Node};
use super::{Held, lock};
use crate::tensor::grad_fn_name;
use crate::{DType, Shape, Tensor};
use std::any::Any;
use std::collections::HashSet;
use std::sync::Arc;

/// A recorded operation, or the place where a leaf's gradient is accumulated.
#[derive(Clone)]
pub struct GraphNode(pub(crate) Edge);

impl GraphNode {
    /// The operation's name: `matmul`; `leaf` for a leaf.
    pub fn op(&self) -> &'static str {
        match &self.0 {
            Edge::Node(node, _) => node.op,
            Edge::Leaf(_) => "leaf",
        }
    }

    /// The name that PyTorch would show: `MatmulBackward0`, `AccumulateGrad`.
    pub fn name(&self) -> String {
        match &self.0 {
            Edge::Node(node, _) if node.body.held().is_some() => format!("{}Backward", node.op),
            Edge::Node(node, _) => grad_fn_name(node.op),
            Edge::Leaf(_) => "AccumulateGrad".into(),
        }
    }

    /// The line of the user's program that asked for the operation.
    pub fn line(&self) -> Option<String> {
        match &self.0 {
            Edge::Node(node, _) => Some(node.line()),
            Edge::Leaf(_) => None,
        }
    }

    /// Per input of the operation: what made it, and as which output; none for inputs without a gradient.
    pub fn next(&self) -> Vec<Option<(GraphNode, u32)>> {
        match &self.0 {
            Edge::Node(node, _) => node
                .edges
                .iter()
                .map(|edge| edge.as_ref().map(|e| (GraphNode(e.clone()), output(e))))
                .collect(),
            Edge::Leaf(_) => Vec::new(),
        }
    }

    /// The leaf, while it is alive.
    pub fn variable(&self) -> Option<Tensor> {
        match &self.0 {
            Edge::Leaf(slot) => slot.owner.upgrade().map(Tensor),
            Edge::Node(..) => None,
        }
    }

    /// Shapes and types of the operation's outputs.
    pub fn outputs(&self) -> Vec<(Shape, DType)> {
        match &self.0 {
            Edge::Node(node, _) => node.outputs.to_vec(),
            Edge::Leaf(slot) => vec![(slot.shape.clone(), slot.dtype)],
        }
    }

    /// The same for every handle on one operation or leaf, and for no other living one.
    pub fn id(&self) -> usize {
        address(&self.0)
    }

    /// Creation number: larger than that of everything it depends on.
    pub(crate) fn number(&self) -> Option<u64> {
        match &self.0 {
            Edge::Node(node, _) => Some(node.seq),
            Edge::Leaf(_) => None,
        }
    }

    /// What the user's function that recorded it holds of a host language's.
    pub fn held(&self) -> Option<&dyn Any> {
        match &self.0 {
            Edge::Node(node, _) => node.body.held(),
            Edge::Leaf(_) => None,
        }
    }
}

fn output(edge: &Edge) -> u32 {
    match edge {
        Edge::Node(_, output) => *output,
        Edge::Leaf(_) => 0,
    }
}

pub(crate) fn address(edge: &Edge) -> usize {
    match edge {
        Edge::Node(node, _) => Arc::as_ptr(node).addr(),
        Edge::Leaf(slot) => Arc::as_ptr(slot).addr(),
    }
}

/// Up to so many operations are looked through for a garbage collector.
const DEPTH: usize = 10_000;

impl Tensor {
    /// The operation that made this tensor; none for the user's own and for tensors outside of the graph.
    pub fn grad_node(&self) -> Option<GraphNode> {
        match self.edge()? {
            Edge::Leaf(_) => None,
            node => Some(GraphNode(node)),
        }
    }

    /// Whether the graph of this tensor reaches a leaf that is none of `own`.
    pub fn depends_beyond(&self, own: &[&Tensor]) -> bool {
        let own: HashSet<usize> = own
            .iter()
            .filter_map(|t| t.edge())
            .map(|e| address(&e))
            .collect();
        let mut seen = HashSet::new();
        let mut work: Vec<Edge> = self.edge().into_iter().collect();
        while let Some(edge) = work.pop() {
            if own.contains(&address(&edge)) || !seen.insert(address(&edge)) {
                continue;
            }
            match edge {
                Edge::Leaf(_) => return true,
                Edge::Node(node, _) => work.extend(node.edges.iter().flatten().cloned()),
            }
        }
        false
    }

    /// Shows `visit` what this tensor alone keeps alive of a host language's: functions and hooks in the part of the graph
    /// that nobody else can reach. For a garbage collector: it takes no lock that could be waited for, and answers the
    /// same as long as nobody else is given a handle.
    pub fn visit_held(&self, visit: &mut dyn FnMut(&dyn Any)) {
        if Arc::strong_count(&self.0) != 1 {
            return;
        }
        let Ok(meta) = self.0.meta.try_lock() else {
            return;
        };
        if let Some(slot) = &meta.slot
            && Arc::strong_count(slot) == 1
            && let Ok(hooks) = slot.hooks.try_lock()
        {
            show(&hooks.held, visit);
        }
        let mut work: Vec<&Arc<Node>> = Vec::new();
        if let Some(Edge::Node(node, _)) = &meta.edge {
            work.push(node);
        }
        let mut looked = 0;
        while let Some(node) = work.pop() {
            looked += 1;
            if looked > DEPTH || Arc::strong_count(node) != 1 {
                continue;
            }
            if let Some(held) = node.body.held() {
                visit(held);
            }
            if let Ok(hooks) = node.hooks.try_lock()
                && let Some(hooks) = hooks.as_ref()
            {
                show(&hooks.1, visit);
            }
            work.extend(node.edges.iter().flatten().filter_map(|edge| match edge {
                Edge::Node(node, _) => Some(node),
                Edge::Leaf(_) => None,
            }));
        }
    }

    /// Lets go of what [`Tensor::visit_held`] has shown: for a garbage collector that found it to be garbage.
    pub fn forget_held(&self) {
        if Arc::strong_count(&self.0) != 1 {
            return;
        }
        let (slot, edge) = {
            let mut meta = lock(&self.0.meta);
            let edge = meta.edge.take();
            (meta.slot.clone(), edge)
        };
        drop(edge);
        if let Some(slot) = slot {
            let hooks = std::mem::take(&mut *lock(&slot.hooks));
            drop(hooks);
        }
    }
}

/// A hook's holdings count if only the hook, which holds them too, keeps them.
fn show(held: &[(u64, Held)], visit: &mut dyn FnMut(&dyn Any)) {
    for (_, held) in held {
        if Arc::strong_count(held) == 2 {
            visit(&**held);
        }
    }
}
