//! Differentiation from Python: `backward`, `grad`, custom functions, and whether operations are recorded.

use crate::convert::{TensorArg, tensors};
use crate::error::{call, guard, passing};
use crate::tensor::PyTensor;
use neurarust_core::autograd::{self, Context, Function, GradOptions, HookHandle, Mode};
use neurarust_core::{Error, Result, Tensor};
use pyo3::exceptions::{PyRuntimeError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::{PyList, PyTuple};
use std::sync::Mutex;

/// The recorded operation that made a tensor.
#[pyclass(frozen, name = "Node", module = "neurarust.autograd")]
pub struct PyNode(String);

impl PyNode {
    /// The operation that made `t`, if one did.
    pub fn of(t: &Tensor) -> Option<PyNode> {
        t.grad_fn().map(PyNode)
    }
}

#[pymethods]
impl PyNode {
    /// The operation's name.
    fn name(&self) -> String {
        self.0.clone()
    }
    fn __repr__(&self) -> String {
        format!("<{} object>", self.0)
    }
}

/// A registered hook: `remove()` ends it.
#[pyclass(frozen, name = "RemovableHandle", module = "neurarust.utils.hooks")]
pub struct PyHook(pub HookHandle);

#[pymethods]
impl PyHook {
    /// Removes the hook.
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
        if inputs.is_empty() {
            return Err(Error::autograd("backward", "inputs can't be empty"));
        }
        let options = GradOptions {
            retain_graph,
            create_graph,
            allow_unused: true,
        };
        let targets: Vec<&Tensor> = inputs.iter().collect();
        for (x, g) in inputs
            .iter()
            .zip(autograd::grad(&outputs, &targets, &seeds, options)?)
        {
            let Some(g) = g else { continue };
            let g = match x.grad() {
                Some(old) => old.add(&g)?,
                None => g,
            };
            x.set_grad(Some(g))?;
        }
        Ok(())
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
    if !only_inputs || is_grads_batched {
        return Err(pyo3::exceptions::PyNotImplementedError::new_err(
            "grad: only_inputs=False and is_grads_batched=True aren't supported",
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
        let mut grads = autograd::grad(&y, &x, &seeds, options)?;
        if materialize_grads {
            for (g, x) in grads.iter_mut().zip(&x).filter(|(g, _)| g.is_none()) {
                *g = Some(x.detach().zeros_like()?);
            }
        }
        Ok(grads)
    })?;
    PyTuple::new(
        py,
        grads
            .into_iter()
            .map(|g| g.map(PyTensor).into_pyobject(py))
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

/// Whether inference mode is on.
#[pyfunction]
fn is_inference_mode_enabled() -> bool {
    autograd::is_inference()
}

/// A Python class with `forward` and `backward` as an operation of Rust's.
struct Custom {
    class: Py<PyAny>,
    ctx: Py<PyAny>,
    /// The arguments of `apply`, tensors at the given places taken out.
    args: Py<PyTuple>,
    places: Vec<usize>,
    /// Whether `forward` answered a tuple.
    several: Mutex<bool>,
}

impl Function for Custom {
    fn forward(&self, context: &mut Context, inputs: &[&Tensor]) -> Result<Vec<Tensor>> {
        let _ = inputs;
        Python::attach(|py| {
            let mut run = || -> PyResult<Vec<Tensor>> {
                let ctx = self.ctx.bind(py);
                let args = [ctx.clone()].into_iter().chain(self.args.bind(py).iter());
                let answer = self
                    .class
                    .bind(py)
                    .getattr("forward")?
                    .call1(PyTuple::new(py, args.collect::<Vec<_>>())?)?;
                let outputs = match answer.cast::<PyTuple>() {
                    Ok(several) => {
                        *self.several.lock().unwrap_or_else(|e| e.into_inner()) = true;
                        tensors(several.as_any(), "forward")?
                    }
                    Err(_) => vec![answer.extract::<TensorArg<'_>>()?.0.clone()],
                };
                let saved = ctx.getattr("_to_save")?;
                if !saved.is_none() {
                    let mut list = Vec::new();
                    let mut present = Vec::new();
                    for t in saved.try_iter()? {
                        let t = t?;
                        present.push(!t.is_none());
                        if !t.is_none() {
                            list.push(t.extract::<TensorArg<'_>>()?.0.clone());
                        }
                    }
                    context.save(&list.iter().collect::<Vec<_>>());
                    ctx.setattr("_present", present)?;
                    // The graph keeps them now; held here too, they would never be freed.
                    ctx.setattr("_to_save", py.None())?;
                }
                let constants = ctx.getattr("_constants")?;
                if !constants.is_none() {
                    let constants = tensors(&constants, "mark_non_differentiable")?;
                    context.mark_non_differentiable(&constants.iter().collect::<Vec<_>>());
                    ctx.setattr("_constants", py.None())?;
                }
                Ok(outputs)
            };
            run().map_err(|e| passing("forward", e))
        })
    }

    fn backward(&self, context: &Context, grads: &[Option<Tensor>]) -> Result<Vec<Option<Tensor>>> {
        Python::attach(|py| {
            let run = || -> PyResult<Vec<Option<Tensor>>> {
                let ctx = self.ctx.bind(py);
                let saved = context
                    .saved()
                    .iter()
                    .map(|t| Bound::new(py, PyTensor(t.clone())))
                    .collect::<PyResult<Vec<_>>>()?;
                let mut saved = saved.into_iter();
                let present = ctx.getattr("_present")?;
                let list = PyList::empty(py);
                for p in present.try_iter()? {
                    match p?.is_truthy()? {
                        true => list.append(saved.next())?,
                        false => list.append(py.None())?,
                    }
                }
                ctx.setattr("_saved", PyTuple::new(py, list.iter())?)?;
                let grads = grads
                    .iter()
                    .map(|g| g.clone().map(PyTensor).into_pyobject(py))
                    .collect::<PyResult<Vec<_>>>()?;
                let args = [ctx.clone()].into_iter().chain(grads);
                let answer = self
                    .class
                    .bind(py)
                    .getattr("backward")?
                    .call1(PyTuple::new(py, args.collect::<Vec<_>>())?);
                ctx.setattr("_saved", py.None())?;
                let answer = answer?;
                let several = match answer.cast_into::<PyTuple>() {
                    Ok(t) => t,
                    Err(e) => PyTuple::new(py, [e.into_inner()])?,
                };
                let total = self.args.bind(py).len();
                if several.len() < total || several.iter().skip(total).any(|g| !g.is_none()) {
                    return Err(PyRuntimeError::new_err(format!(
                        "{}: backward answered {} gradients for {total} arguments",
                        self.class.bind(py).getattr("__name__")?,
                        several.len()
                    )));
                }
                self.places
                    .iter()
                    .map(|&i| {
                        let g = several.get_item(i)?;
                        match g.is_none() {
                            true => Ok(None),
                            false => Ok(Some(g.extract::<TensorArg<'_>>()?.0.clone())),
                        }
                    })
                    .collect()
            };
            run().map_err(|e| passing("backward", e))
        })
    }
}

/// Runs `class.forward(ctx, *args)` and records `class.backward` as its gradient.
#[pyfunction]
fn _apply_function<'py>(
    py: Python<'py>,
    class: Py<PyAny>,
    ctx: Bound<'py, PyAny>,
    args: Bound<'py, PyTuple>,
) -> PyResult<Bound<'py, PyAny>> {
    let mut inputs = Vec::new();
    let mut places = Vec::new();
    let mut needs = Vec::new();
    for (i, arg) in args.iter().enumerate() {
        match arg.cast::<PyTensor>() {
            Ok(t) => {
                needs.push(t.get().0.is_requires_grad());
                inputs.push(t.get().0.clone());
                places.push(i);
            }
            Err(_) => needs.push(false),
        }
    }
    ctx.setattr("needs_input_grad", PyTuple::new(py, needs)?)?;
    let several = Mutex::new(false);
    let custom = Custom {
        class,
        ctx: ctx.unbind(),
        args: args.clone().unbind(),
        places,
        several,
    };
    let shared = std::sync::Arc::new(custom);
    let outputs = guard(|| {
        let answer = Shared(shared.clone()).apply(&inputs.iter().collect::<Vec<_>>());
        answer.map_err(|e| crate::error::exception(py, &e))
    })?;
    if *shared.several.lock().unwrap_or_else(|e| e.into_inner()) {
        return Ok(crate::views::tuple(py, outputs)?.into_any());
    }
    match outputs.into_iter().next() {
        Some(out) => Ok(Bound::new(py, PyTensor(out))?.into_any()),
        None => Err(PyTypeError::new_err("forward answered no tensor")),
    }
}

/// The function, shared between its caller and the graph.
struct Shared(std::sync::Arc<Custom>);

impl Function for Shared {
    fn forward(&self, context: &mut Context, inputs: &[&Tensor]) -> Result<Vec<Tensor>> {
        self.0.forward(context, inputs)
    }
    fn backward(&self, context: &Context, grads: &[Option<Tensor>]) -> Result<Vec<Option<Tensor>>> {
        self.0.backward(context, grads)
    }
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
        wrap_pyfunction!(_apply_function, m)?,
    ] {
        m.add_function(f)?;
    }
    Ok(())
}
