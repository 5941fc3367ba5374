//! Operations whose forward and backward are Python's, and functions that are run again instead of being remembered.

use crate::convert::{TensorArg, tensors};
use crate::error::{call, guard, passing};
use crate::tensor::PyTensor;
use neurarust_core::autograd::{self, Context, Function, Pack, Packed};
use neurarust_core::{Error, Result, Tensor};
use pyo3::exceptions::{PyRuntimeError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::{PyList, PyTuple};
use std::any::Any;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|e| e.into_inner())
}

/// A Python class with `forward` and `backward` as an operation of Rust's.
pub struct Custom {
    class: Py<PyAny>,
    ctx: Py<PyAny>,
    name: &'static str,
    /// Number of arguments of `apply`, and which of them are tensors.
    arguments: usize,
    places: Vec<usize>,
    /// What only the forward needs and has.
    call: Mutex<Call>,
    /// Which elements of `forward`'s answer are tensors.
    outputs: OnceLock<Vec<bool>>,
}

#[derive(Default)]
struct Call {
    arguments: Option<Py<PyTuple>>,
    answer: Option<Py<PyAny>>,
}

impl Custom {
    fn run(&self, py: Python<'_>, context: &mut Context) -> PyResult<Vec<Tensor>> {
        let ctx = self.ctx.bind(py);
        let arguments = lock(&self.call).arguments.take();
        let arguments = arguments.ok_or_else(|| PyRuntimeError::new_err("applied twice"))?;
        let all = [ctx.clone()].into_iter().chain(arguments.bind(py).iter());
        let forward = self.class.bind(py).getattr("forward")?;
        let answer = forward.call1(PyTuple::new(py, all.collect::<Vec<_>>())?)?;
        let mut outputs = Vec::new();
        let mut which = Vec::new();
        let mut add = |x: &Bound<'_, PyAny>| {
            let tensor = x.cast::<PyTensor>().ok();
            which.push(tensor.is_some());
            outputs.extend(tensor.map(|t| t.get().0.clone()));
        };
        match answer.cast::<PyTuple>() {
            Ok(several) => several.iter().for_each(|x| add(&x)),
            Err(_) => add(&answer),
        }
        if outputs.is_empty() {
            return Err(PyTypeError::new_err(format!(
                "{}: forward answered no tensor",
                self.name
            )));
        }
        let _ = self.outputs.set(which);
        lock(&self.call).answer = Some(answer.unbind());
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
        let marked = |name: &str, method: &str| -> PyResult<Vec<Tensor>> {
            let marked = ctx.getattr(name)?;
            if marked.is_none() {
                return Ok(Vec::new());
            }
            ctx.setattr(name, py.None())?;
            tensors(&marked, method)
        };
        let constants = marked("_constants", "mark_non_differentiable")?;
        context.mark_non_differentiable(&constants.iter().collect::<Vec<_>>());
        let dirty = marked("_dirty", "mark_dirty")?;
        context.mark_dirty(&dirty.iter().collect::<Vec<_>>());
        context.set_materialize_grads(ctx.getattr("_materialize")?.is_truthy()?);
        Ok(outputs)
    }

    fn gradients(
        &self,
        py: Python<'_>,
        context: &Context,
        grads: &[Option<Tensor>],
    ) -> PyResult<Vec<Option<Tensor>>> {
        let ctx = self.ctx.bind(py);
        let mut saved = context.saved().iter();
        let list = PyList::empty(py);
        for p in ctx.getattr("_present")?.try_iter()? {
            match p?.is_truthy()? {
                true => list.append(saved.next().map(|t| PyTensor(t.clone())))?,
                false => list.append(py.None())?,
            }
        }
        let mut grads = grads.iter();
        let mut arguments = vec![ctx.clone()];
        for &is_tensor in self.outputs.get().into_iter().flatten() {
            let g = if is_tensor { grads.next() } else { None };
            let g = g.and_then(|g| g.clone()).map(PyTensor);
            arguments.push(g.into_pyobject(py)?);
        }
        // Two threads may be in here at once: each sees its own.
        let before = ctx.getattr("_saved")?;
        ctx.setattr("_saved", PyTuple::new(py, list.iter())?)?;
        let backward = self.class.bind(py).getattr("backward")?;
        let answer = backward.call1(PyTuple::new(py, arguments)?);
        ctx.setattr("_saved", before)?;
        let answer = match answer?.cast_into::<PyTuple>() {
            Ok(t) => t,
            Err(e) => PyTuple::new(py, [e.into_inner()])?,
        };
        let total = self.arguments;
        if answer.len() < total || answer.iter().skip(total).any(|g| !g.is_none()) {
            return Err(PyRuntimeError::new_err(format!(
                "function {} returned an incorrect number of gradients (expected {total}, got {})",
                self.name,
                answer.len()
            )));
        }
        self.places
            .iter()
            .map(|&i| {
                let g = answer.get_item(i)?;
                match g.is_none() {
                    true => Ok(None),
                    false => Ok(Some(g.extract::<TensorArg<'_>>()?.0.clone())),
                }
            })
            .collect()
    }
}

/// The function, shared between its caller and the graph.
struct Shared(Arc<Custom>);

impl Function for Shared {
    fn name(&self) -> &'static str {
        self.0.name
    }
    fn forward(&self, context: &mut Context, _: &[&Tensor]) -> Result<Vec<Tensor>> {
        Python::attach(|py| self.0.run(py, context).map_err(|e| passing("forward", e)))
    }
    fn backward(&self, context: &Context, grads: &[Option<Tensor>]) -> Result<Vec<Option<Tensor>>> {
        Python::attach(|py| {
            self.0
                .gradients(py, context, grads)
                .map_err(|e| passing("backward", e))
        })
    }
    fn held(&self) -> Option<&dyn Any> {
        Some(&*self.0)
    }
}

/// The one static copy of a class's name: there are as many as classes.
fn name_of(class: &Bound<'_, PyAny>) -> PyResult<&'static str> {
    static NAMES: Mutex<Option<HashMap<String, &'static str>>> = Mutex::new(None);
    let name: String = class.getattr("__name__")?.extract()?;
    let mut names = lock(&NAMES);
    let names = names.get_or_insert_default();
    if let Some(known) = names.get(&name) {
        return Ok(known);
    }
    let new: &'static str = Box::leak(name.clone().into_boxed_str());
    names.insert(name, new);
    Ok(new)
}

/// Runs `class.forward(ctx, *args)` and records `class.backward` as its gradient.
#[pyfunction]
fn _apply_function<'py>(
    py: Python<'py>,
    class: Bound<'py, PyAny>,
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
    let shared = Arc::new(Custom {
        name: name_of(&class)?,
        class: class.unbind(),
        ctx: ctx.unbind(),
        arguments: args.len(),
        places,
        call: Mutex::new(Call {
            arguments: Some(args.clone().unbind()),
            answer: None,
        }),
        outputs: OnceLock::new(),
    });
    let outputs = guard(|| {
        let answer = Shared(shared.clone()).apply(&inputs.iter().collect::<Vec<_>>());
        answer.map_err(|e| crate::error::exception(py, &e))
    })?;
    let answer = lock(&shared.call).answer.take();
    let answer = answer
        .ok_or_else(|| PyRuntimeError::new_err("forward was not run"))?
        .into_bound(py);
    // What came through as it was is the object that the forward answered.
    let mut outputs = outputs.into_iter();
    let mut object = |x: Bound<'py, PyAny>| -> PyResult<Bound<'py, PyAny>> {
        let Ok(t) = x.cast::<PyTensor>() else {
            return Ok(x);
        };
        match outputs.next() {
            Some(out) if !out.is_same(&t.get().0) => Ok(Bound::new(py, PyTensor(out))?.into_any()),
            _ => Ok(x),
        }
    };
    match answer.cast::<PyTuple>() {
        Ok(several) => {
            let parts: Vec<_> = several.iter().map(object).collect::<PyResult<_>>()?;
            Ok(PyTuple::new(py, parts)?.into_any())
        }
        Err(_) => object(answer.clone()),
    }
}

/// Functions of Python's that see what is kept for the backward.
struct PyPack {
    pack: Py<PyAny>,
    unpack: Py<PyAny>,
}

impl Pack for PyPack {
    fn pack(&self, tensor: &Tensor) -> Result<Packed> {
        Python::attach(
            |py| match self.pack.call1(py, (PyTensor(tensor.clone()),)) {
                Ok(packed) => Ok(Arc::new(packed) as Packed),
                Err(e) => Err(passing("pack_hook", e)),
            },
        )
    }
    fn unpack(&self, packed: &Packed) -> Result<Tensor> {
        let Some(packed) = packed.downcast_ref::<Py<PyAny>>() else {
            return Err(Error::autograd("unpack_hook", "not a packed object"));
        };
        Python::attach(|py| {
            let answer = self.unpack.call1(py, (packed,));
            let tensor = answer.and_then(|answer| match answer.bind(py).cast::<PyTensor>() {
                Ok(t) => Ok(t.get().0.clone()),
                Err(_) => Err(PyTypeError::new_err("unpack_hook must answer a Tensor")),
            });
            tensor.map_err(|e| passing("unpack_hook", e))
        })
    }
}

/// Begins to send what is kept for the backward through `pack`, and back through `unpack`.
#[pyfunction]
fn _begin_saved_tensors_hooks(pack: Py<PyAny>, unpack: Py<PyAny>) {
    autograd::begin_saved_tensors_hooks(Some(Arc::new(PyPack { pack, unpack })));
}

/// Ends the hooks that began last.
#[pyfunction]
fn _end_saved_tensors_hooks() {
    autograd::end_saved_tensors_hooks();
}

/// Runs `function(*args, **kwargs)`, and again in the backward; answers what it answered.
#[pyfunction]
fn _checkpoint<'py>(
    py: Python<'py>,
    function: Py<PyAny>,
    args: Bound<'py, PyTuple>,
    kwargs: Bound<'py, pyo3::types::PyDict>,
    preserve_rng_state: bool,
) -> PyResult<Bound<'py, PyAny>> {
    // Tensors are the graph's business: kept by it, given anew to the second run.
    let mut inputs = Vec::new();
    let mut others: Vec<Option<Py<PyAny>>> = Vec::new();
    for arg in args.iter() {
        match arg.cast::<PyTensor>() {
            Ok(t) => {
                inputs.push(t.get().0.clone());
                others.push(None);
            }
            Err(_) => others.push(Some(arg.unbind())),
        }
    }
    let kwargs = kwargs.unbind();
    type First = Mutex<(Option<Py<PyTuple>>, Option<Py<PyAny>>)>;
    let first: Arc<First> = Arc::new(Mutex::new((Some(args.unbind()), None)));
    let shared = first.clone();
    let run = move |tensors: &[Tensor]| {
        let run = |py: Python<'_>| -> PyResult<()> {
            let own = lock(&shared).0.take();
            let is_first = own.is_some();
            let args = match own {
                Some(own) => own.into_bound(py),
                None => {
                    let mut tensors = tensors.iter();
                    let args = others.iter().map(|other| match other {
                        Some(other) => Ok(other.bind(py).clone()),
                        None => tensors
                            .next()
                            .map(|t| PyTensor(t.clone()))
                            .into_pyobject(py),
                    });
                    PyTuple::new(py, args.collect::<PyResult<Vec<_>>>()?)?
                }
            };
            let answer = function.bind(py).call(args, Some(kwargs.bind(py)))?;
            if is_first {
                lock(&shared).1 = Some(answer.unbind());
            }
            Ok(())
        };
        Python::attach(run).map_err(|e| passing("checkpoint", e))?;
        Ok(Vec::new())
    };
    let inputs: Vec<&Tensor> = inputs.iter().collect();
    call(py, 0, || {
        autograd::checkpoint_with(run, &inputs, preserve_rng_state)
    })?;
    let answer = lock(&first).1.take();
    answer
        .map(|answer| answer.into_bound(py))
        .ok_or_else(|| PyRuntimeError::new_err("checkpoint: the function was not run"))
}

pub fn register(m: &Bound<'_, PyModule>) -> PyResult<()> {
    for f in [
        wrap_pyfunction!(_apply_function, m)?,
        wrap_pyfunction!(_begin_saved_tensors_hooks, m)?,
        wrap_pyfunction!(_end_saved_tensors_hooks, m)?,
        wrap_pyfunction!(_checkpoint, m)?,
    ] {
        m.add_function(f)?;
    }
    Ok(())
}
