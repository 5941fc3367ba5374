//! Differentiation from Python: `backward`, `grad`, the graph, and whether operations are recorded.

use crate::convert::{TensorArg, tensors};
use crate::dtype::{DTypeArg, PyDType, object};
use crate::error::call;
use crate::sparse::gradient;
use crate::tensor::PyTensor;
use neurarust_core::autograd::{self, GradOptions, Gradient, GraphNode, HookHandle, Mode};
use neurarust_core::{Error, Result, Tensor};
use pyo3::exceptions::{PyAttributeError, PyNotImplementedError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyTuple;

/// The recorded operation that made a tensor.
#[pyclass(frozen, name = "Node", module = "neurarust.autograd.graph")]
pub struct PyNode(GraphNode);

impl PyNode {
    /// The operation that made `t`, if one did.
    pub fn of(t: &Tensor) -> Option<PyNode> {
        t.grad_node().map(PyNode)
    }
}

#[pymethods]
impl PyNode {
    /// The operation's name.
    fn name(&self) -> String {
        self.0.name()
    }
    /// Per input: the node that made it and as which output; `(None, 0)` for inputs without a gradient.
    #[getter]
    fn next_functions<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let next = self.0.next().into_iter().map(|next| match next {
            Some((node, index)) => (Some(PyNode(node)), index),
            None => (None, 0),
        });
        PyTuple::new(py, next.collect::<Vec<_>>())
    }
    /// The leaf whose gradient is accumulated here.
    #[getter]
    fn variable(&self) -> PyResult<PyTensor> {
        self.0
            .variable()
            .map(PyTensor)
            .ok_or_else(|| PyAttributeError::new_err(format!("{} has no variable", self.0.name())))
    }
    /// The line of the program that asked for the operation, if it was noted: in anomaly mode, while watching, and for
    /// custom functions.
    #[getter]
    fn line(&self) -> Option<String> {
        self.0.line().filter(|line| !line.contains(".rs:"))
    }
    /// Calls `fn(grad_inputs, grad_outputs)` in every backward; what it answers, unless None, takes the inputs' place.
    fn register_hook(&self, py: Python<'_>, r#fn: Py<PyAny>) -> PyResult<PyHook> {
        let hook = r#fn;
        let run = move |inputs: &[Option<Tensor>], outputs: &[Option<Tensor>]| {
            Python::attach(|py| {
                let args = (optional(py, inputs)?, optional(py, outputs)?);
                answered(hook.bind(py).call1(args)?)
            })
            .map_err(|e| crate::error::passing("hook", e))
        };
        let handle = call(py, 0, || self.0.register_hook(run))?;
        Ok(PyHook(handle))
    }
    /// Calls `fn(grad_outputs)` in every backward, before the operation's own; what it answers, unless None, takes their place.
    fn register_prehook(&self, py: Python<'_>, r#fn: Py<PyAny>) -> PyResult<PyHook> {
        let hook = r#fn;
        let run = move |outputs: &[Option<Tensor>]| {
            Python::attach(|py| answered(hook.bind(py).call1((optional(py, outputs)?,))?))
                .map_err(|e| crate::error::passing("prehook", e))
        };
        let handle = call(py, 0, || self.0.register_prehook(run))?;
        Ok(PyHook(handle))
    }
    fn __eq__(&self, other: &Bound<'_, PyAny>) -> bool {
        other
            .cast::<PyNode>()
            .is_ok_and(|other| other.get().0.id() == self.0.id())
    }
    fn __hash__(&self) -> usize {
        self.0.id()
    }
    fn __repr__(&self) -> String {
        format!("<{} object>", self.0.name())
    }
}

fn optional<'py>(py: Python<'py>, grads: &[Option<Tensor>]) -> PyResult<Bound<'py, PyTuple>> {
    let grads = grads
        .iter()
        .map(|g| g.clone().map(PyTensor).into_pyobject(py));
    PyTuple::new(py, grads.collect::<PyResult<Vec<_>>>()?)
}

/// What a hook on a node has answered: None, a tensor, or a sequence of tensors and None.
fn answered(answer: Bound<'_, PyAny>) -> PyResult<Option<Vec<Option<Tensor>>>> {
    if answer.is_none() {
        return Ok(None);
    }
    seeds(Some(answer)).map(Some)
}

/// A registered hook: `remove()` ends it.
#[pyclass(frozen, name = "RemovableHandle", module = "neurarust.utils.hooks")]
pub struct PyHook(pub HookHandle);

#[pymethods]
impl PyHook {
    /// Removes the hook; does nothing if it is gone already.
    fn remove(&self) {
        self.0.remove();
    }
    fn __enter__(slf: Bound<'_, Self>) -> Bound<'_, Self> {
        slf
    }
    fn __exit__(
        &self,
        _kind: &Bound<'_, PyAny>,
        _value: &Bound<'_, PyAny>,
        _traceback: &Bound<'_, PyAny>,
    ) {
        self.0.remove();
    }
}

/// More than any threshold: a whole graph.
const GRAPH: usize = usize::MAX;

/// Differentiates `outputs`, into `inputs` only if they are given.
pub fn backward_of(
    py: Python<'_>,
    outputs: Vec<Tensor>,
    seeds: Vec<Option<Tensor>>,
    retain_graph: Option<bool>,
    create_graph: bool,
    inputs: Option<Bound<'_, PyAny>>,
) -> PyResult<()> {
    let retain_graph = retain_graph.unwrap_or(create_graph);
    let inputs = match inputs {
        None => None,
        Some(one) if one.cast::<PyTensor>().is_ok() => {
            Some(vec![one.cast::<PyTensor>()?.get().0.clone()])
        }
        Some(several) => Some(tensors(&several, "backward")?),
    };
    call(py, GRAPH, move || {
        let outputs: Vec<&Tensor> = outputs.iter().collect();
        let Some(inputs) = inputs else {
            return autograd::backward(&outputs, &seeds, retain_graph, create_graph);
        };
        let options = GradOptions {
            retain_graph,
            create_graph,
            allow_unused: true,
        };
        let targets: Vec<&Tensor> = inputs.iter().collect();
        autograd::backward_into(&outputs, &targets, &seeds, options)
    })
}

fn one_or_more(obj: &Bound<'_, PyAny>, op: &str) -> PyResult<Vec<Tensor>> {
    match obj.cast::<PyTensor>() {
        Ok(t) => Ok(vec![t.get().0.clone()]),
        Err(_) => tensors(obj, op),
    }
}

fn seeds(obj: Option<Bound<'_, PyAny>>) -> PyResult<Vec<Option<Tensor>>> {
    let Some(obj) = obj else {
        return Ok(Vec::new());
    };
    if let Ok(t) = obj.cast::<PyTensor>() {
        return Ok(vec![Some(t.get().0.clone())]);
    }
    obj.try_iter()?
        .map(|x| {
            let x = x?;
            match x.is_none() {
                true => Ok(None),
                false => Ok(Some(x.extract::<TensorArg<'_>>()?.0.clone())),
            }
        })
        .collect()
}

/// Gradients for every element of the seeds' first dimension, stacked.
fn batched(
    outputs: &[&Tensor],
    inputs: &[&Tensor],
    seeds: &[Option<Tensor>],
    options: GradOptions,
) -> Result<Vec<Option<Tensor>>> {
    let sizes: Vec<usize> = seeds
        .iter()
        .flatten()
        .map(|s| s.dims().first().copied().unwrap_or(0))
        .collect();
    let Some(&n) = sizes.first() else {
        return Err(Error::value("grad", "is_grads_batched needs grad_outputs"));
    };
    if n == 0 || sizes.iter().any(|&s| s != n) {
        return Err(Error::value(
            "grad",
            format!(
                "is_grads_batched needs a common first dimension of at least 1, got sizes {sizes:?}"
            ),
        ));
    }
    let mut columns: Vec<Vec<Option<Tensor>>> = vec![Vec::with_capacity(n); inputs.len()];
    for i in 0..n {
        let part: Vec<Option<Tensor>> = seeds
            .iter()
            .map(|s| s.as_ref().map(|s| s.select(0, i as i64)).transpose())
            .collect::<Result<_>>()?;
        let options = GradOptions {
            retain_graph: options.retain_graph || i + 1 < n,
            ..options
        };
        for (column, g) in columns
            .iter_mut()
            .zip(autograd::grad(outputs, inputs, &part, options)?)
        {
            column.push(g);
        }
    }
    columns
        .into_iter()
        .map(|column| {
            let column: Vec<&Tensor> = column.iter().flatten().collect();
            match column.len() == n {
                true => Tensor::stack(&column, 0).map(Some),
                false => Ok(None),
            }
        })
        .collect()
}

/// Differentiates `tensors` and adds the gradients to the leaves that they depend on.
#[pyfunction]
#[pyo3(signature = (tensors, grad_tensors=None, retain_graph=None, create_graph=false, grad_variables=None, inputs=None))]
fn backward(
    py: Python<'_>,
    tensors: &Bound<'_, PyAny>,
    grad_tensors: Option<Bound<'_, PyAny>>,
    retain_graph: Option<bool>,
    create_graph: bool,
    grad_variables: Option<Bound<'_, PyAny>>,
    inputs: Option<Bound<'_, PyAny>>,
) -> PyResult<()> {
    let outputs = one_or_more(tensors, "backward")?;
    let seeds = seeds(grad_tensors.or(grad_variables))?;
    backward_of(py, outputs, seeds, retain_graph, create_graph, inputs)
}

/// The gradients of `outputs` with respect to `inputs`, leaving every `.grad` alone.
///
/// >>> x = neurarust.tensor(3., requires_grad=True)
/// >>> neurarust.autograd.grad(x ** 2, x)
/// (tensor(6.),)
#[pyfunction]
#[pyo3(signature = (outputs, inputs, grad_outputs=None, retain_graph=None, create_graph=false, only_inputs=true, allow_unused=None, is_grads_batched=false, materialize_grads=false))]
#[allow(clippy::too_many_arguments)]
fn grad<'py>(
    py: Python<'py>,
    outputs: &Bound<'py, PyAny>,
    inputs: &Bound<'py, PyAny>,
    grad_outputs: Option<Bound<'py, PyAny>>,
    retain_graph: Option<bool>,
    create_graph: bool,
    only_inputs: bool,
    allow_unused: Option<bool>,
    is_grads_batched: bool,
    materialize_grads: bool,
) -> PyResult<Bound<'py, PyTuple>> {
    if !only_inputs {
        return Err(PyNotImplementedError::new_err(
            "grad: only_inputs=False isn't supported; use backward to accumulate into other leaves",
        ));
    }
    if allow_unused == Some(false) && materialize_grads {
        return Err(PyValueError::new_err(
            "grad: materialize_grads=True answers zeros for unused inputs, so allow_unused can't be False",
        ));
    }
    let outputs = one_or_more(outputs, "grad")?;
    let inputs = one_or_more(inputs, "grad")?;
    let seeds = seeds(grad_outputs)?;
    let options = GradOptions {
        retain_graph: retain_graph.unwrap_or(create_graph),
        create_graph,
        allow_unused: allow_unused.unwrap_or(materialize_grads),
    };
    let grads = call(py, GRAPH, || {
        let (y, x): (Vec<&Tensor>, Vec<&Tensor>) =
            (outputs.iter().collect(), inputs.iter().collect());
        let mut grads = match is_grads_batched {
            true => batched(&y, &x, &seeds, options)?
                .into_iter()
                .map(|g| g.map(Gradient::Dense))
                .collect(),
            false => autograd::gradients(&y, &x, &seeds, options)?,
        };
        if materialize_grads {
            for (g, x) in grads.iter_mut().zip(&x).filter(|(g, _)| g.is_none()) {
                let zeros = x.detach().zeros_like()?;
                let batch = seeds.iter().flatten().next().filter(|_| is_grads_batched);
                *g = Some(match batch {
                    Some(seed) => {
                        Tensor::zeros(([&seed.dims()[..1], x.dims()].concat(), x.dtype()))?.into()
                    }
                    None => zeros.into(),
                });
            }
        }
        Ok(grads)
    })?;
    PyTuple::new(
        py,
        grads
            .into_iter()
            .map(|g| g.map(|g| gradient(py, g)).transpose())
            .collect::<PyResult<Vec<_>>>()?,
    )
}

/// Sets what becomes of operations (0 recorded, 1 not, 2 inference mode) and answers what did before.
#[pyfunction]
fn _replace_mode(mode: u8) -> u8 {
    autograd::replace_mode(match mode {
        0 => Mode::Record,
        1 => Mode::NoGrad,
        _ => Mode::Inference,
    }) as u8
}

/// Whether operations are recorded now.
#[pyfunction]
fn is_grad_enabled() -> bool {
    autograd::is_grad_enabled()
}

/// Sets the dtype of products in this thread (None: as they are) and answers the one before.
#[pyfunction]
fn _replace_autocast(py: Python<'_>, dtype: Option<DTypeArg>) -> PyResult<Option<Py<PyDType>>> {
    let before = call(py, 0, || autograd::replace_autocast(dtype.map(|d| d.0)))?;
    before.map(|d| object(py, d)).transpose()
}

/// The dtype of products in the region of `autocast` that this thread is in.
#[pyfunction]
fn _autocast_dtype(py: Python<'_>) -> PyResult<Option<Py<PyDType>>> {
    autograd::autocast_dtype()
        .map(|d| object(py, d))
        .transpose()
}

/// Whether inference mode is on.
#[pyfunction]
fn is_inference_mode_enabled() -> bool {
    autograd::is_inference()
}

/// Turns anomaly mode on or off.
#[pyfunction(name = "_set_detect_anomaly")]
fn set_detect_anomaly(mode: bool, check_nan: bool) {
    autograd::set_detect_anomaly(mode, check_nan);
}

/// Whether anomaly mode is on.
#[pyfunction]
fn is_anomaly_enabled() -> bool {
    autograd::is_anomaly_enabled()
}

/// Whether anomaly mode looks for NaN.
#[pyfunction]
fn is_anomaly_check_nan_enabled() -> bool {
    autograd::is_anomaly_check_nan_enabled()
}

/// Whether the graph of any of `tensors` reaches a leaf that is none of `own`.
#[pyfunction]
fn _depends_beyond(tensors: &Bound<'_, PyAny>, own: &Bound<'_, PyAny>) -> PyResult<bool> {
    let all = crate::convert::tensors(tensors, "grad")?;
    let own = crate::convert::tensors(own, "grad")?;
    let own: Vec<&Tensor> = own.iter().collect();
    Ok(all.iter().any(|t| t.depends_beyond(&own)))
}

/// Calls `function()` at the end of the backward pass that is going on.
#[pyfunction]
fn _at_end_of_pass(py: Python<'_>, function: Py<PyAny>) -> PyResult<()> {
    let run = move || {
        let answer = Python::attach(|py| function.call0(py).map(|_| ()));
        answer.map_err(|e| crate::error::passing("hook", e))
    };
    autograd::at_end_of_pass(run).map_err(|e| crate::error::exception(py, &e))
}

/// Number of operations recorded and not yet freed.
#[pyfunction]
fn _live_nodes() -> usize {
    autograd::live_nodes()
}

pub fn register(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add_class::<PyNode>()?;
    m.add_class::<PyHook>()?;
    for f in [
        wrap_pyfunction!(backward, m)?,
        wrap_pyfunction!(grad, m)?,
        wrap_pyfunction!(_replace_mode, m)?,
        wrap_pyfunction!(is_grad_enabled, m)?,
        wrap_pyfunction!(is_inference_mode_enabled, m)?,
        wrap_pyfunction!(_replace_autocast, m)?,
        wrap_pyfunction!(_autocast_dtype, m)?,
        wrap_pyfunction!(set_detect_anomaly, m)?,
        wrap_pyfunction!(is_anomaly_enabled, m)?,
        wrap_pyfunction!(is_anomaly_check_nan_enabled, m)?,
        wrap_pyfunction!(_depends_beyond, m)?,
        wrap_pyfunction!(_live_nodes, m)?,
        wrap_pyfunction!(_at_end_of_pass, m)?,
    ] {
        m.add_function(f)?;
    }
    Ok(())
}
