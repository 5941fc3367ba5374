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
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::new([1f32])?.requires_grad()?;
    /// let node = x.exp()?.grad_node().unwrap();
    /// assert_eq!(node.op(), "exp");
    /// assert_eq!(node.next()[0].as_ref().unwrap().0.op(), "leaf");
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn op(&self) -> &'static str {
        match &self.0 {
            Edge::Node(node, _) => node.op,
            Edge::Leaf(_) => "leaf",
        }
    }

    /// The name that PyTorch would show: `MatmulBackward0`, `AccumulateGrad`.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::new([1f32])?.requires_grad()?;
    /// let node = x.exp()?.grad_node().unwrap();
    /// assert_eq!(node.name(), "ExpBackward0");
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn name(&self) -> String {
        match &self.0 {
            Edge::Node(node, _) if node.body.held().is_some() => format!("{}Backward", node.op),
            Edge::Node(node, _) => grad_fn_name(node.op),
            Edge::Leaf(_) => "AccumulateGrad".into(),
        }
    }

    /// The line of the user's program that asked for the operation.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::new([1f32])?.requires_grad()?;
    /// let node = x.exp()?.grad_node().unwrap();
    /// assert!(node.line().unwrap().contains(':')); // file:line
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn line(&self) -> Option<String> {
        match &self.0 {
            Edge::Node(node, _) => Some(node.line()),
            Edge::Leaf(_) => None,
        }
    }

    /// Per input of the operation: what made it, and as which output; none for inputs without a gradient.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::new([1f32])?.requires_grad()?;
    /// let node = x.mul(&Tensor::ones([1])?)?.grad_node().unwrap();
    /// let next = node.next();
    /// assert_eq!(next[0].as_ref().unwrap().0.name(), "AccumulateGrad");
    /// assert!(next[1].is_none());
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
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
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::new([1f32])?.requires_grad()?;
    /// let node = x.exp()?.grad_node().unwrap();
    /// let leaf = node.next()[0].as_ref().unwrap().0.variable().unwrap();
    /// assert!(leaf.is_same(&x));
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn variable(&self) -> Option<Tensor> {
        match &self.0 {
            Edge::Leaf(slot) => slot.owner.upgrade().map(Tensor),
            Edge::Node(..) => None,
        }
    }

    /// Shapes and types of the operation's outputs.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, DType};
    /// let x = Tensor::zeros([2, 3])?.requires_grad()?;
    /// let outputs = x.sum_dims(&[0], false)?.grad_node().unwrap().outputs();
    /// assert!(outputs[0].0 == [3] && outputs[0].1 == DType::F32);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn outputs(&self) -> Vec<(Shape, DType)> {
        match &self.0 {
            Edge::Node(node, _) => node.outputs.to_vec(),
            Edge::Leaf(slot) => vec![(slot.shape.clone(), slot.dtype)],
        }
    }

    /// The same for every handle on one operation or leaf, and for no other living one.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::new([1f32])?.requires_grad()?;
    /// let y = x.exp()?;
    /// assert_eq!(y.grad_node().unwrap().id(), y.grad_node().unwrap().id());
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
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
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::new([1f32])?.requires_grad()?;
    /// assert!(x.exp()?.grad_node().unwrap().held().is_none()); // nobody's function but ours
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
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
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::new([1f32])?.requires_grad()?;
    /// assert!(x.grad_node().is_none());
    /// assert_eq!(x.exp()?.grad_node().unwrap().op(), "exp");
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn grad_node(&self) -> Option<GraphNode> {
        match self.edge()? {
            Edge::Leaf(_) => None,
            node => Some(GraphNode(node)),
        }
    }

    /// Whether the graph of this tensor reaches a leaf that is none of `own`.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let (x, w) = (Tensor::new(1f32)?.requires_grad()?, Tensor::new(2f32)?.requires_grad()?);
    /// let y = x.mul(&w)?;
    /// assert!(y.depends_beyond(&[&x]) && !y.depends_beyond(&[&x, &w]));
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
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
