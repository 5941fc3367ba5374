//! The recorded graph, to be looked at.

use super::node::Edge;
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
}
