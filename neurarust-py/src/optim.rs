//! Optimizer steps: Rust's fused updates over the parameters of a Python optimizer.

use crate::error::call;
use crate::tensor::PyTensor;
use neurarust_core::autograd::{self, Gradient};
use neurarust_optim::{Adagrad, Adam, AdamW, Rule, Sgd, Slot, SparseAdam, advance};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString};

/// One step of `rule` over parameters with their gradients.
fn step<R: Rule>(
    py: Python<'_>,
    rule: &R,
    slots: &mut [Slot],
    grads: Vec<Gradient>,
) -> PyResult<()> {
    let work = slots.iter().map(|s| s.param.numel()).sum();
    call(py, work, || {
        let _guard = autograd::no_grad();
        advance(rule, slots.iter_mut().zip(grads).collect())
    })
}

fn configured<R: Rule + Default>(group: &Bound<'_, PyDict>) -> PyResult<R> {
    let mut rule = R::default();
    for (name, _) in R::default().hyper() {
        let value = match name {
            "beta1" | "beta2" => match group.get_item("betas")? {
                Some(betas) => Some(betas.get_item((name == "beta2") as usize)?),
                None => None,
            },
            name => group.get_item(name)?,
        };
        let Some(value) = value else { continue };
        let value = value.extract::<crate::convert::Scalar>().map_err(|_| {
            PyTypeError::new_err(format!(
                "{}: {name} must be a number, got {}",
                R::NAME,
                crate::convert::type_name(&value)
            ))
        })?;
        rule.set_hyper(name, value.0.f64());
    }
    Ok(rule)
}

/// The parameters of a group.
fn params<'py, R: Rule>(group: &Bound<'py, PyDict>) -> PyResult<Bound<'py, PyList>> {
    let params = group
        .get_item(pyo3::intern!(group.py(), "params"))?
        .ok_or_else(|| PyValueError::new_err(format!("{}: a group without params", R::NAME)))?;
    Ok(params.cast_into::<PyList>()?)
}

fn run<R: Rule + Default>(groups: &Bound<'_, PyList>, state: &Bound<'_, PyDict>) -> PyResult<()> {
    let groups = groups.iter().map(|g| Ok(g.cast_into::<PyDict>()?));
    let groups: Vec<Bound<'_, PyDict>> = groups.collect::<PyResult<_>>()?;
    let rules: Vec<R> = groups.iter().map(configured).collect::<PyResult<_>>()?;
    // Refusals come before any change.
    for (group, rule) in groups.iter().zip(&rules) {
        let params = params::<R>(group)?;
        let mut grads = Vec::with_capacity(params.len());
        for param in params.iter() {
            grads.extend(param.cast::<PyTensor>()?.get().0.kept_grad());
        }
        call(group.py(), 0, || {
            rule.check()?;
            grads.iter().try_for_each(|g| rule.check_gradient(g))
        })?;
    }
    let mut all = groups.iter().zip(&rules);
    all.try_for_each(|(group, rule)| run_group(rule, group, state))
}

fn run_group<R: Rule>(
    rule: &R,
    group: &Bound<'_, PyDict>,
    state: &Bound<'_, PyDict>,
) -> PyResult<()> {
    let py = group.py();
    let names: Vec<Bound<'_, PyString>> = rule
        .state_names()
        .iter()
        .map(|n| PyString::intern(py, n))
        .collect();
    let step_name = pyo3::intern!(py, "step");
    let params = params::<R>(group)?;
    let (mut slots, mut grads) = (Vec::new(), Vec::new());
    // The dicts that hold the state.
    let mut owns: Vec<Option<Bound<'_, PyDict>>> = Vec::new();
    let keeps = !names.is_empty();
    for param in params.iter() {
        let t = param.cast::<PyTensor>()?.get();
        let Some(grad) = t.0.kept_grad() else {
            continue;
        };
        let mut slot = Slot::new(t.0.clone());
        let mut own = None;
        if keeps {
            let known = match state.get_item(&param)? {
                Some(known) => known.cast_into::<PyDict>()?,
                None => {
                    let fresh = PyDict::new(py);
                    state.set_item(&param, &fresh)?;
                    fresh
                }
            };
            if let Some(steps) = known.get_item(step_name)? {
                slot.step = steps.extract::<crate::convert::Scalar>()?.0.f64() as u64;
            }
            for name in &names {
                match known.get_item(name)? {
                    Some(t) => {
                        slot.state.push(t.cast::<PyTensor>()?.get().0.clone());
                        slot.step = slot.step.max(1);
                    }
                    None => break,
                }
            }
            own = Some(known);
        }
        slots.push(slot);
        grads.push(grad);
        owns.push(own);
    }
    // PyTorch's SGD doesn't count: a buffer tells that there was a step.
    let counts = R::NAME != Sgd::NAME;
    let known: Vec<usize> = slots.iter().map(|s: &Slot| s.state.len()).collect();
    step(py, rule, &mut slots, grads)?;
    for ((slot, own), known) in slots.iter().zip(&owns).zip(known) {
        let Some(own) = own else { continue };
        if counts {
            own.set_item(step_name, slot.step)?;
        }
        for (name, t) in names.iter().zip(&slot.state).skip(known) {
            own.set_item(name, PyTensor(t.clone()))?;
        }
    }
    Ok(())
}

/// One step of the optimizer `rule` over parameter groups; `state` maps parameters to dicts.
#[pyfunction]
fn _step(rule: &str, groups: &Bound<'_, PyList>, state: &Bound<'_, PyDict>) -> PyResult<()> {
    match rule {
        "SGD" => run::<Sgd>(groups, state),
        "Adagrad" => run::<Adagrad>(groups, state),
        "Adam" => run::<Adam>(groups, state),
        "AdamW" => run::<AdamW>(groups, state),
        "SparseAdam" => run::<SparseAdam>(groups, state),
        _ => Err(PyValueError::new_err(format!("unknown optimizer {rule:?}"))),
    }
}

/// Scales all gradients together so that their joint norm is at most `max_norm`; answers the norm before.
#[pyfunction]
fn _clip_grad_norm(
    py: Python<'_>,
    parameters: &Bound<'_, PyAny>,
    max_norm: f64,
    norm_type: f64,
    error_if_nonfinite: bool,
) -> PyResult<f64> {
    let parameters = crate::convert::tensors(parameters, "clip_grad_norm_")?;
    call(py, usize::MAX, || {
        neurarust_optim::clip_grad_norm_(&parameters, max_norm, norm_type, error_if_nonfinite)
    })
}

/// Clamps each gradient's elements to `[-value, value]`.
#[pyfunction]
fn _clip_grad_value(py: Python<'_>, parameters: &Bound<'_, PyAny>, value: f64) -> PyResult<()> {
    let parameters = crate::convert::tensors(parameters, "clip_grad_value_")?;
    call(py, usize::MAX, || {
        neurarust_optim::clip_grad_value_(&parameters, value)
    })
}

pub fn register(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add_function(wrap_pyfunction!(_step, m)?)?;
    m.add_function(wrap_pyfunction!(_clip_grad_norm, m)?)?;
    m.add_function(wrap_pyfunction!(_clip_grad_value, m)?)
}
