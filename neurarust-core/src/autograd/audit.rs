//! Which parameters no gradient reaches, and where their path to the loss was cut.
//!
//! While a [`Watch`] is alive its thread keeps a shadow of the graph, made of numbers only: what was recorded from what, and
//! what was computed from tracked tensors without being recorded. A parameter outside of the loss's graph is then looked
//! up in the shadow: the first places where its results leave the graph are the answer.

use super::node::{Edge, Node};
use super::place::{self, Place, Want};
use crate::{Result, Tensor};
use smallvec::SmallVec;
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::panic::Location;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// Why no gradient gets through.
///
/// ```
/// # use neurarust_core::{Tensor, autograd::{Cut, audit, watch}};
/// let (w, b) = (Tensor::new(2f32)?.requires_grad()?, Tensor::new(1f32)?.requires_grad()?);
/// let _watch = watch();
/// let loss = w.gt(0.0)?.mul(&b)?;
/// assert_eq!(audit(&loss, &[("w", &w), ("b", &b)])?.unreached[0].cuts[0].why, Cut::NotDifferentiable);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Cut {
    /// `detach()`.
    Detach,
    /// An operation under `no_grad` or in inference mode.
    NoGrad,
    /// The result is no float, or constant between jumps: a comparison, a conversion to integers.
    NotDifferentiable,
    /// What was computed from it doesn't reach the loss.
    DeadEnd,
    /// The loss depends on it, but no gradient came down: a function of the user's own answered none.
    Zero,
    /// Nothing that was watched has used it.
    Unused,
}

/// A place where the path was cut.
///
/// ```
/// # use neurarust_core::{Tensor, autograd::{audit, watch}};
/// let (w, x) = (Tensor::new(2f32)?.requires_grad()?, Tensor::new(3f32)?.requires_grad()?);
/// let _watch = watch();
/// let loss = x.mul(&w.exp()?.detach())?;
/// let found = audit(&loss, &[("w", &w)])?;
/// assert!(found.unreached[0].cuts[0].to_string().starts_with("detach() at "));
/// # Ok::<(), neurarust_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CutAt {
    /// Why.
    pub why: Cut,
    /// The operation, where it is known.
    pub op: &'static str,
    /// The line of the user's program, where there is one.
    pub line: String,
}

/// A parameter that no gradient reaches.
///
/// ```
/// # use neurarust_core::{Tensor, autograd::{Cut, audit, watch}};
/// let (w, b) = (Tensor::new(2f32)?.requires_grad()?, Tensor::new(1f32)?.requires_grad()?);
/// let _watch = watch();
/// let found = audit(&w.square()?, &[("w", &w), ("b", &b)])?;
/// assert_eq!((found.unreached[0].name.as_str(), found.unreached[0].cuts[0].why), ("b", Cut::Unused));
/// # Ok::<(), neurarust_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreached {
    /// The name it was given by.
    pub name: String,
    /// Where its path was cut, in the order of the program.
    pub cuts: Vec<CutAt>,
}

/// What [`audit`] has found. Its `Display` is a report.
///
/// ```
/// # use neurarust_core::{Tensor, autograd::{audit, watch}};
/// let (w, b) = (Tensor::new(2f32)?.requires_grad()?, Tensor::new(1f32)?.requires_grad()?);
/// let _watch = watch();
/// let found = audit(&w.square()?, &[("w", &w), ("b", &b)])?;
/// assert_eq!(found.to_string(), "gradients reach 1 of 2 trainable parameters\n  b: unused");
/// # Ok::<(), neurarust_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audit {
    /// Number of trainable parameters that gradients reach.
    pub reached: usize,
    /// The others.
    pub unreached: Vec<Unreached>,
    /// Whether a [`Watch`] has seen the forward.
    pub watched: bool,
}

impl fmt::Display for CutAt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let op = match self.op {
            "" => "an operation",
            op => op,
        };
        match self.why {
            Cut::Detach => write!(f, "detach() at {}", self.line),
            Cut::NoGrad => write!(f, "{op} under no_grad at {}", self.line),
            Cut::NotDifferentiable => write!(f, "{op} has no gradient, at {}", self.line),
            Cut::DeadEnd => write!(
                f,
                "the result of {op} at {} doesn't reach the loss",
                self.line
            ),
            Cut::Zero => write!(f, "every gradient on its way was zero"),
            Cut::Unused => write!(f, "unused"),
        }
    }
}

impl fmt::Display for Audit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let total = self.reached + self.unreached.len();
        write!(
            f,
            "gradients reach {} of {total} trainable parameters",
            self.reached
        )?;
        for p in &self.unreached {
            write!(f, "\n  {}: ", p.name)?;
            if p.cuts.is_empty() {
                f.write_str("not reached; run the forward while watching to see where it is cut")?;
            }
            for (i, cut) in p.cuts.iter().enumerate() {
                write!(f, "{}{cut}", if i == 0 { "" } else { "; " })?;
            }
        }
        Ok(())
    }
}

/// Where a gradient would come from or go to: an operation by its number, a leaf by its address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Source {
    Node(u64),
    Leaf(usize),
}

impl Source {
    fn of(edge: &Edge) -> Source {
        match edge {
            Edge::Node(node, _) => Source::Node(node.seq),
            Edge::Leaf(slot) => Source::Leaf(Arc::as_ptr(slot).addr()),
        }
    }
}

struct Event {
    inputs: SmallVec<[Source; 2]>,
    /// The operation's number, or why it was not recorded.
    what: std::result::Result<u64, Cut>,
    op: &'static str,
    place: Option<&'static Place>,
    location: &'static Location<'static>,
}

impl Event {
    fn is_beside(&self, other: &Event) -> bool {
        self.location == other.location && self.place == other.place
    }
}

thread_local!(static LOG: RefCell<Option<Vec<Event>>> = const { RefCell::new(None) });
static WATCHES: AtomicUsize = AtomicUsize::new(0);

/// Whether any thread watches.
#[inline]
pub(crate) fn is_on() -> bool {
    WATCHES.load(Relaxed) > 0
}

/// Notes what [`audit`] needs, until it is dropped. Not `Send`: it watches the thread that made it.
///
/// ```
/// # use neurarust_core::{Tensor, autograd::{audit, watch}};
/// let w = Tensor::new(2f32)?.requires_grad()?;
/// let loss = w.square()?;
/// assert!(!audit(&loss, &[("w", &w)])?.watched);
/// let watching = watch();
/// assert!(audit(&w.square()?, &[("w", &w)])?.watched);
/// drop(watching);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
#[must_use = "watching ends when this is dropped"]
pub struct Watch {
    outer: Option<Vec<Event>>,
    _want: Want,
    _thread: std::marker::PhantomData<*const ()>,
}

/// Begins to watch this thread's operations.
///
/// ```
/// use neurarust_core::{Tensor, autograd::{audit, watch}};
/// let w = Tensor::new(2f32)?.requires_grad()?;
/// let _watch = watch();
/// let loss = w.square()?;
/// assert_eq!(audit(&loss, &[("w", &w)])?.reached, 1);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
pub fn watch() -> Watch {
    WATCHES.fetch_add(1, Relaxed);
    Watch {
        outer: LOG.replace(Some(Vec::new())),
        _want: Want::new(),
        _thread: std::marker::PhantomData,
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        WATCHES.fetch_sub(1, Relaxed);
        LOG.set(self.outer.take());
    }
}

/// Notes a recorded operation.
#[cold]
pub(crate) fn recorded(node: &Arc<Node>) {
    let event = Event {
        inputs: node.edges.iter().flatten().map(Source::of).collect(),
        what: Ok(node.seq),
        op: node.op,
        place: node.place,
        location: node.location,
    };
    LOG.with_borrow_mut(|log| log.as_mut().map(|log| log.push(event)));
}

/// Notes an operation on tracked tensors that was not recorded.
#[cold]
#[track_caller]
pub(crate) fn cut(why: Cut, op: &'static str, inputs: &[&Tensor]) {
    let location = Location::caller();
    if LOG.with_borrow(Option::is_none) || location.file().starts_with(own_sources()) {
        return;
    }
    let inputs: SmallVec<[Source; 2]> = inputs
        .iter()
        .filter_map(|t| t.edge())
        .map(|edge| Source::of(&edge))
        .collect();
    if inputs.is_empty() {
        return;
    }
    let event = Event {
        inputs,
        what: Err(why),
        op,
        place: place::ask(),
        location,
    };
    LOG.with_borrow_mut(|log| log.as_mut().map(|log| log.push(event)));
}

/// What operations do among themselves is no cut of the user's.
fn own_sources() -> &'static str {
    file!().strip_suffix("autograd/audit.rs").unwrap_or(file!())
}

#[cold]
#[track_caller]
pub(crate) fn note_detach(t: &Tensor) {
    if t.is_requires_grad() {
        cut(Cut::Detach, "detach", &[t]);
    }
}

#[cold]
#[track_caller]
pub(crate) fn note_cast(op: &'static str, inputs: &[&Tensor]) {
    if inputs.iter().any(|t| t.is_requires_grad()) {
        cut(Cut::NotDifferentiable, op, inputs);
    }
}

/// Lists the trainable parameters that no gradient of `loss` reaches, each with the operations and lines that cut it off,
/// if a [`Watch`] of this thread has seen the forward. It may be asked before or after the backward; after it, parameters
/// whose gradients were never put down are listed too.
///
/// ```
/// use neurarust_core::{Tensor, autograd::{audit, watch}};
/// let (w, b) = (Tensor::new(2.0f32)?.requires_grad()?, Tensor::new(1.0f32)?.requires_grad()?);
/// let _watch = watch();
/// let loss = w.detach().mul(3.0)?.add(&b)?;
/// let report = audit(&loss, &[("w", &w), ("b", &b)])?;
/// assert_eq!(report.reached, 1);
/// assert!(report.to_string().contains("w: detach() at"));
/// # Ok::<(), neurarust_core::Error>(())
/// ```
///
/// # Errors
/// None today; kept for the graph to grow.
pub fn audit<N: AsRef<str>>(loss: &Tensor, parameters: &[(N, &Tensor)]) -> Result<Audit> {
    let (nodes, leaves) = reach(loss);
    let trainable = || {
        parameters
            .iter()
            .filter(|(_, p)| p.is_requires_grad() && p.is_leaf())
    };
    let ran = trainable().any(|(_, p)| p.kept_grad().is_some());
    let mut report = Audit {
        reached: 0,
        unreached: Vec::new(),
        watched: LOG.with_borrow(Option::is_some),
    };
    for (name, p) in trainable() {
        let slot = Arc::as_ptr(&p.grad_slot()).addr();
        let mut cuts = Vec::new();
        if leaves.contains(&slot) {
            if !ran || p.kept_grad().is_some() {
                report.reached += 1;
                continue;
            }
            cuts.push(CutAt {
                why: Cut::Zero,
                op: "",
                line: String::new(),
            });
        } else {
            LOG.with_borrow(|log| {
                if let Some(log) = log {
                    cuts = follow(log, slot, &nodes);
                }
            });
        }
        report.unreached.push(Unreached {
            name: name.as_ref().to_string(),
            cuts,
        });
    }
    Ok(report)
}

/// The numbers of the operations and the addresses of the leaves that `loss` depends on.
fn reach(loss: &Tensor) -> (HashSet<u64>, HashSet<usize>) {
    let (mut nodes, mut leaves) = (HashSet::new(), HashSet::new());
    let mut work: Vec<Edge> = loss.edge().into_iter().collect();
    while let Some(edge) = work.pop() {
        match edge {
            Edge::Leaf(slot) => {
                leaves.insert(Arc::as_ptr(&slot).addr());
            }
            Edge::Node(node, _) => {
                if nodes.insert(node.seq) {
                    work.extend(node.edges.iter().flatten().cloned());
                }
            }
        }
    }
    (nodes, leaves)
}

/// Where what was computed from a leaf leaves the graph of the loss.
fn follow(log: &[Event], leaf: usize, reached: &HashSet<u64>) -> Vec<CutAt> {
    let mut uses: HashMap<Source, Vec<usize>> = HashMap::new();
    for (i, event) in log.iter().enumerate() {
        for input in &event.inputs {
            uses.entry(*input).or_default().push(i);
        }
    }
    let mut found = Vec::new();
    let mut ends = Vec::new();
    let mut seen = HashSet::new();
    let mut work = vec![Source::Leaf(leaf)];
    while let Some(source) = work.pop() {
        let users = uses.get(&source).map_or(&[][..], Vec::as_slice);
        for &i in users {
            // What an operation detaches for itself is no cut: it was recorded at the same line.
            let recorded = |&j: &usize| log[j].what.is_ok() && log[j].is_beside(&log[i]);
            if !seen.insert(i) || (log[i].what.is_err() && users.iter().any(recorded)) {
                continue;
            }
            match log[i].what {
                Err(_) => found.push(i),
                Ok(seq) if reached.contains(&seq) => {}
                Ok(seq) => {
                    let next = Source::Node(seq);
                    if uses.contains_key(&next) {
                        work.push(next);
                    } else {
                        ends.push(i);
                    }
                }
            }
        }
    }
    let why_ends = found.is_empty();
    if why_ends {
        found = ends;
    }
    found.sort_unstable();
    let mut cuts: Vec<CutAt> = Vec::new();
    for i in found {
        let event = &log[i];
        let cut = CutAt {
            why: event.what.err().unwrap_or(Cut::DeadEnd),
            op: event.op,
            line: place::text(event.place, event.location),
        };
        if !cuts.contains(&cut) {
            cuts.push(cut);
        }
    }
    if cuts.is_empty() {
        cuts.push(CutAt {
            why: Cut::Unused,
            op: "",
            line: String::new(),
        });
    }
    cuts
}
