//! The graph of a result as a drawing: DOT for Graphviz, Mermaid for notes.
//!
//! Operations flow from inputs to the result with shapes on the arrows. Parameters are named boxes, and an operation that
//! reads one is labelled with the module that the name tells. Chains of element-wise operations and views are one box.

use crate::autograd::GraphNode;
use crate::{Shape, Tensor};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt::Write;

/// So many operations of a chain are listed in its box.
const LISTED: usize = 6;

/// A drawing of a graph.
#[derive(Clone, Debug)]
pub struct Graph {
    boxes: Vec<Shown>,
    /// From box to box, with what flows there.
    arrows: Vec<(usize, usize, String)>,
}

#[derive(Clone, Debug)]
struct Shown {
    lines: Vec<String>,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Operation,
    Parameter,
    Leaf,
    Result,
}

/// One or several operations that are drawn as one box.
#[derive(Default)]
struct Group {
    /// Operations in order, equal neighbours counted.
    ops: Vec<(&'static str, usize)>,
    total: usize,
    module: Option<String>,
}

impl Group {
    fn push(&mut self, op: &'static str) {
        self.total += 1;
        let room = self.ops.len() <= LISTED;
        match self.ops.last_mut() {
            Some((last, n)) if *last == op => *n += 1,
            _ if room => self.ops.push((op, 1)),
            _ => {}
        }
    }

    fn lines(&self) -> Vec<String> {
        let mut text = String::new();
        let mut listed = 0;
        for (i, (op, n)) in self.ops.iter().take(LISTED).enumerate() {
            let _ = write!(text, "{}{op}", if i == 0 { "" } else { " → " });
            if *n > 1 {
                let _ = write!(text, " ×{n}");
            }
            listed += n;
        }
        if listed < self.total {
            let _ = write!(text, " → … ({} operations)", self.total);
        }
        self.module.iter().cloned().chain([text]).collect()
    }
}

fn sizes(shape: &Shape) -> String {
    shape.to_string()
}

/// Draws what `result` was computed from. `parameters` are leaves with their names.
///
/// ```
/// use neurarust_core::{Tensor, viz};
/// let w = Tensor::new([[1.0f32, 2.0]])?.requires_grad()?;
/// let loss = w.exp()?.tanh()?.sum()?;
/// let text = viz::graph(&loss, &[("layer.weight", &w)]).mermaid();
/// assert!(text.contains("layer.weight") && text.contains("exp → tanh"));
/// # Ok::<(), neurarust_core::Error>(())
/// ```
pub fn graph<N: AsRef<str>>(result: &Tensor, parameters: &[(N, &Tensor)]) -> Graph {
    let names: HashMap<usize, &str> = parameters
        .iter()
        .filter(|(_, p)| p.is_leaf())
        .filter_map(|(name, p)| Some((GraphNode(p.edge()?).id(), name.as_ref())))
        .collect();
    let nodes = collect(result);
    let chained = chainable();
    let mut users: HashMap<usize, usize> = HashMap::new();
    for node in nodes.values() {
        for (next, _) in node.next().into_iter().flatten() {
            *users.entry(next.id()).or_default() += 1;
        }
    }

    let mut out = Drawing::default();
    // Oldest first: what an operation reads is drawn before it.
    for node in nodes.values() {
        let inputs: Vec<(GraphNode, u32)> = node.next().into_iter().flatten().collect();
        // A view of a parameter is the parameter, as one reads it.
        if inputs.len() == 1
            && inputs[0].0.variable_name(&names).is_some()
            && VIEWS.contains(&node.op())
        {
            let leaf = out.leaf(&inputs[0].0, &names);
            out.place.insert(node.id(), leaf);
            continue;
        }
        let joins = match &inputs[..] {
            [(only, _)] if chained.contains(node.op()) && users.get(&only.id()) == Some(&1) => out
                .place
                .get(&only.id())
                .copied()
                .filter(|&at| out.open.contains(&at)),
            _ => None,
        };
        if let Some(at) = joins {
            out.groups.entry(at).or_default().push(node.op());
            out.place.insert(node.id(), at);
            continue;
        }
        let at = out.add(Kind::Operation, Vec::new());
        let mut group = Group::default();
        group.push(node.op());
        for (input, index) in &inputs {
            let from = match out.place.get(&input.id()) {
                Some(&from) => from,
                None => out.leaf(input, &names),
            };
            if out.boxes[from].kind == Kind::Parameter && group.module.is_none() {
                group.module = out.boxes[from].lines[0]
                    .rsplit_once('.')
                    .map(|(module, _)| module.to_string());
            }
            let shape = input
                .outputs()
                .get(*index as usize)
                .map_or(String::new(), |(shape, _)| sizes(shape));
            // A parameter's box has its shape already.
            let label = match out.boxes[from].kind {
                Kind::Operation => shape,
                _ => String::new(),
            };
            out.arrows.push((from, at, label));
        }
        if chained.contains(node.op()) {
            out.open.insert(at);
        }
        out.groups.insert(at, group);
        out.place.insert(node.id(), at);
    }
    for (at, group) in &out.groups {
        out.boxes[*at].lines = group.lines();
    }
    let from = match result.grad_node() {
        Some(node) => out.place.get(&node.id()).copied(),
        None => None,
    };
    if let Some(from) = from {
        let end = out.add(Kind::Result, vec!["result".into(), sizes(result.shape())]);
        out.arrows.push((from, end, String::new()));
    }
    Graph {
        boxes: out.boxes,
        arrows: out.arrows,
    }
}

/// Operations that only look at a tensor in another way.
const VIEWS: [&str; 10] = [
    "reshape",
    "permute",
    "expand",
    "slice",
    "select",
    "flip",
    "to_dtype",
    "contiguous",
    "clone",
    "unfold",
];

/// Names of operations that may share a box with what they read.
fn chainable() -> HashSet<&'static str> {
    let tables = crate::ops::elementwise::tables();
    tables.into_iter().map(|t| t.name).chain(VIEWS).collect()
}

/// Operations that `result` depends on, by creation number.
fn collect(result: &Tensor) -> BTreeMap<u64, GraphNode> {
    let mut nodes = BTreeMap::new();
    let mut work: Vec<GraphNode> = result.grad_node().into_iter().collect();
    while let Some(node) = work.pop() {
        let Some(number) = node.number() else {
            continue;
        };
        if nodes.contains_key(&number) {
            continue;
        }
        work.extend(node.next().into_iter().flatten().map(|(next, _)| next));
        nodes.insert(number, node);
    }
    nodes
}

#[derive(Default)]
struct Drawing {
    boxes: Vec<Shown>,
    arrows: Vec<(usize, usize, String)>,
    /// Where an operation or leaf is drawn.
    place: HashMap<usize, usize>,
    groups: HashMap<usize, Group>,
    /// Boxes that another operation may join.
    open: HashSet<usize>,
}

impl Drawing {
    fn add(&mut self, kind: Kind, lines: Vec<String>) -> usize {
        self.boxes.push(Shown { lines, kind });
        self.boxes.len() - 1
    }

    fn leaf(&mut self, leaf: &GraphNode, names: &HashMap<usize, &str>) -> usize {
        if let Some(&at) = self.place.get(&leaf.id()) {
            return at;
        }
        let shape = leaf
            .outputs()
            .first()
            .map_or(String::new(), |(shape, _)| sizes(shape));
        let at = match leaf.variable_name(names) {
            Some(name) => self.add(Kind::Parameter, vec![name.to_string(), shape]),
            None => self.add(Kind::Leaf, vec!["leaf".into(), shape]),
        };
        self.place.insert(leaf.id(), at);
        at
    }
}

impl GraphNode {
    fn variable_name<'a>(&self, names: &HashMap<usize, &'a str>) -> Option<&'a str> {
        names.get(&self.id()).copied()
    }
}

fn escaped(text: &str, quote: &str) -> String {
    text.replace('\\', "\\\\").replace('"', quote)
}

impl Graph {
    /// Number of boxes.
    ///
    /// ```
    /// use neurarust_core::{Tensor, viz};
    /// let w = Tensor::new([1f32])?.requires_grad()?;
    /// assert!(viz::graph(&w.exp()?, &[("w", &w)]).len() >= 2); // the leaf, what was made of it
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn len(&self) -> usize {
        self.boxes.len()
    }

    /// Whether there is nothing to draw: a result outside of every graph.
    ///
    /// ```
    /// use neurarust_core::{Tensor, viz};
    /// assert!(viz::graph::<&str>(&Tensor::new([1f32])?, &[]).is_empty());
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn is_empty(&self) -> bool {
        self.boxes.is_empty()
    }

    /// The drawing in DOT, for Graphviz.
    ///
    /// ```
    /// use neurarust_core::{Tensor, viz};
    /// let w = Tensor::new([1f32])?.requires_grad()?;
    /// assert!(viz::graph(&w.exp()?, &[("w", &w)]).dot().starts_with("digraph {"));
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn dot(&self) -> String {
        let mut out = String::from(
            "digraph {\n  rankdir=TB;\n  node [shape=box, style=rounded, fontname=\"sans-serif\"];\n",
        );
        for (i, shown) in self.boxes.iter().enumerate() {
            let label: Vec<String> = shown.lines.iter().map(|l| escaped(l, "\\\"")).collect();
            let style = match shown.kind {
                Kind::Operation => "",
                Kind::Parameter => ", shape=box, style=filled, fillcolor=lightblue",
                Kind::Leaf => ", shape=box, style=filled, fillcolor=lightgrey",
                Kind::Result => ", shape=ellipse, style=filled, fillcolor=palegreen",
            };
            let _ = writeln!(out, "  n{i} [label=\"{}\"{style}];", label.join("\\n"));
        }
        for (from, to, label) in &self.arrows {
            let label = match label.is_empty() {
                true => String::new(),
                false => format!(" [label=\"{}\"]", escaped(label, "\\\"")),
            };
            let _ = writeln!(out, "  n{from} -> n{to}{label};");
        }
        out.push_str("}\n");
        out
    }

    /// The drawing in Mermaid's language.
    ///
    /// ```
    /// use neurarust_core::{Tensor, viz};
    /// let w = Tensor::new([1f32])?.requires_grad()?;
    /// assert!(viz::graph(&w.exp()?, &[("w", &w)]).mermaid().starts_with("flowchart TD"));
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn mermaid(&self) -> String {
        let mut out = String::from("flowchart TD\n");
        for (i, shown) in self.boxes.iter().enumerate() {
            let label: Vec<String> = shown.lines.iter().map(|l| escaped(l, "#quot;")).collect();
            let label = label.join("<br/>");
            let _ = match shown.kind {
                Kind::Operation => writeln!(out, "  n{i}(\"{label}\")"),
                Kind::Parameter => writeln!(out, "  n{i}[\"{label}\"]:::parameter"),
                Kind::Leaf => writeln!(out, "  n{i}[\"{label}\"]"),
                Kind::Result => writeln!(out, "  n{i}([\"{label}\"])"),
            };
        }
        for (from, to, label) in &self.arrows {
            let _ = match label.is_empty() {
                true => writeln!(out, "  n{from} --> n{to}"),
                false => writeln!(out, "  n{from} -->|\"{}\"| n{to}", escaped(label, "#quot;")),
            };
        }
        out.push_str("  classDef parameter fill:#add8e6\n");
        out
    }
}
