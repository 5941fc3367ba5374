//! Reports about the graph: what gradients don't reach, and drawings.

use crate::tensor::PyTensor;
use neurarust_core::autograd::{self, Cut, Watch};
use neurarust_core::{Tensor, viz};
use pyo3::prelude::*;
use std::cell::RefCell;

thread_local!(static WATCHES: RefCell<Vec<Watch>> = const { RefCell::new(Vec::new()) });

/// Begins to watch this thread's operations.
#[pyfunction]
fn _begin_watch() {
    WATCHES.with_borrow_mut(|all| all.push(autograd::watch()));
}

/// Ends what began last.
#[pyfunction]
fn _end_watch() {
    let watch = WATCHES.with_borrow_mut(Vec::pop);
    drop(watch);
}

type Named<'py> = Vec<(String, Bound<'py, PyTensor>)>;

fn named<'a>(parameters: &'a Named<'_>) -> Vec<(&'a str, &'a Tensor)> {
    parameters
        .iter()
        .map(|(name, p)| (name.as_str(), &p.get().0))
        .collect()
}

/// `(reached, [(name, [(why, op, line)])], watched, text)`.
type Report = (
    usize,
    Vec<(String, Vec<(&'static str, String, String)>)>,
    bool,
    String,
);

#[pyfunction]
fn _audit(py: Python<'_>, loss: &PyTensor, parameters: Named<'_>) -> PyResult<Report> {
    let report = autograd::audit(&loss.0, &named(&parameters))
        .map_err(|e| crate::error::exception(py, &e))?;
    let line = |line: &str| match line.contains(".rs:") {
        true => String::new(),
        false => line.to_string(),
    };
    let text = report.to_string();
    let unreached = report.unreached.into_iter().map(|p| {
        let cuts = p.cuts.iter().map(|cut| {
            let why = match cut.why {
                Cut::Detach => "detach",
                Cut::NoGrad => "no_grad",
                Cut::NotDifferentiable => "not differentiable",
                Cut::DeadEnd => "dead end",
                Cut::Zero => "zero",
                Cut::Unused => "unused",
                _ => "unknown",
            };
            (why, cut.op.to_string(), line(&cut.line))
        });
        let cuts = cuts.collect();
        (p.name, cuts)
    });
    Ok((report.reached, unreached.collect(), report.watched, text))
}

/// The graph of `result` in DOT and in Mermaid.
#[pyfunction]
fn _graph(py: Python<'_>, result: &PyTensor, parameters: Named<'_>) -> (String, String) {
    let named: Vec<(String, Tensor)> = parameters
        .iter()
        .map(|(name, p)| (name.clone(), p.get().0.clone()))
        .collect();
    let result = result.0.clone();
    py.detach(move || {
        let named: Vec<(&str, &Tensor)> = named.iter().map(|(n, p)| (n.as_str(), p)).collect();
        let graph = viz::graph(&result, &named);
        (graph.dot(), graph.mermaid())
    })
}

pub fn register(m: &Bound<'_, PyModule>) -> PyResult<()> {
    for f in [
        wrap_pyfunction!(_begin_watch, m)?,
        wrap_pyfunction!(_end_watch, m)?,
        wrap_pyfunction!(_audit, m)?,
        wrap_pyfunction!(_graph, m)?,
    ] {
        m.add_function(f)?;
    }
    Ok(())
}
