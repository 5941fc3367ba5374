//! Every line of Rust's table of element-wise ops as a method `x.op(…)` and its in-place twin `x.op_(…)`.
//!
//! A line gives two C functions of a few instructions; everything else happens once, in [`run`]. PyO3 can make methods of
//! Rust functions one by one, not of a table at run time, so the methods' descriptors are made through the C API.

use crate::convert::{Scalar, expect_operand, type_name};
use crate::error::{call_unnamed, guard};
use crate::tensor::PyTensor;
use neurarust_core::op::OpTable;
use neurarust_core::ops::elementwise::table;
use neurarust_core::ops::fused;
use neurarust_core::{Held, Tensor};
use pyo3::exceptions::PyTypeError;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyTuple, PyType};
use smallvec::SmallVec;
use std::ffi::CString;

/// One line of the table, as Python sees it.
struct Line {
    class: &'static str,
    name: &'static str,
    doc: &'static str,
    /// What the formula calls the tensor itself.
    first: &'static str,
    table: fn() -> &'static OpTable,
    /// Names of the operands after the first.
    inputs: &'static [&'static str],
    parameters: &'static [&'static str],
}

type Fast = ffi::PyCFunctionFastWithKeywords;

macro_rules! bind {
    ($( $(#[doc = $doc:literal])* $class:ident $name:ident, $name_:ident ($x0:ident $(, $x:ident)* $(; $($p:ident),+)?) = $body:expr $(, grad $y:ident => $grad:expr)? $(, lanes $lanes:expr)? $(, slope $of:ident => $slope:expr)*; )*) => {
        #[allow(non_upper_case_globals)]
        mod lines {
            use super::*;
            $( pub static $name: Line = Line {
                class: stringify!($class),
                name: stringify!($name),
                doc: concat!($($doc),*),
                first: stringify!($x0),
                table: table::$name,
                inputs: &[$(stringify!($x)),*],
                parameters: &[$($(stringify!($p)),+)?],
            }; )*
        }
        mod entries {
            use super::*;
            $(
                pub unsafe extern "C" fn $name(slf: *mut ffi::PyObject, args: *const *mut ffi::PyObject, n: ffi::Py_ssize_t, names: *mut ffi::PyObject) -> *mut ffi::PyObject {
                    // SAFETY: the interpreter calls with the arguments that `enter` asks for.
                    unsafe { enter(&lines::$name, false, slf, args, n, names) }
                }
                pub unsafe extern "C" fn $name_(slf: *mut ffi::PyObject, args: *const *mut ffi::PyObject, n: ffi::Py_ssize_t, names: *mut ffi::PyObject) -> *mut ffi::PyObject {
                    // SAFETY: as above.
                    unsafe { enter(&lines::$name, true, slf, args, n, names) }
                }
            )*
        }
        const LINES: &[(&Line, Fast, Fast)] = &[$( (&lines::$name, entries::$name, entries::$name_) ),*];
    };
}
neurarust_core::elementwise_table!(bind);

/// The method's body: borrows the interpreter's arguments, turns the answer into what the interpreter expects.
///
/// # Safety
/// To be called by the interpreter as a `METH_FASTCALL | METH_KEYWORDS` method of `Tensor`: `slf` is an instance, `args`
/// points to `n` objects and as many more as `names`, a tuple or null, has.
unsafe fn enter(
    line: &'static Line,
    in_place: bool,
    slf: *mut ffi::PyObject,
    args: *const *mut ffi::PyObject,
    n: ffi::Py_ssize_t,
    names: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    Python::attach(|py| {
        // SAFETY: the interpreter keeps all of these alive during the call.
        let (slf, names) = unsafe {
            (
                Borrowed::from_ptr(py, slf),
                Borrowed::from_ptr_or_opt(py, names),
            )
        };
        let answer = guard(|| {
            let names: Option<Bound<'_, PyTuple>> =
                names.map(|n| n.to_owned().cast_into()).transpose()?;
            let total = n as usize + names.as_ref().map_or(0, |n| n.len());
            let args: SmallVec<[Borrowed<'_, '_, PyAny>; 4]> = (0..total)
                // SAFETY: `i` is below the number of arguments, which are alive.
                .map(|i| unsafe { Borrowed::from_ptr(py, *args.add(i)) })
                .collect();
            run(line, in_place, &slf, &args, n as usize, names.as_ref())
        });
        match answer {
            Ok(out) => out.into_ptr(),
            Err(e) => {
                e.restore(py);
                std::ptr::null_mut()
            }
        }
    })
}

/// The value PyTorch gives a parameter that is left out.
fn default(op: &str, parameter: &str) -> Option<f64> {
    Some(match (op, parameter) {
        ("hardtanh", "min") => -1.0,
        ("softplus", "threshold") => 20.0,
        ("threshold", _) | ("clamp_between", _) | ("add_scaled", _) => return None,
        (_, "slope") => 0.01,
        (_, "lambda") => 0.5,
        (_, "alpha" | "beta" | "value" | "delta" | "max") => 1.0,
        _ => return None,
    })
}

/// PyTorch's name of a parameter.
fn torch_name<'a>(op: &str, parameter: &'a str) -> &'a str {
    match (op, parameter) {
        (_, "slope") => "negative_slope",
        (_, "lambda") => "lambd",
        ("hardtanh", "min") => "min_val",
        ("hardtanh", "max") => "max_val",
        (_, p) => p,
    }
}

/// PyTorch's name of an operand: `other` in ops of two.
fn input_name(line: &Line, i: usize) -> &'static str {
    match (line.name, line.inputs.len()) {
        ("lerp", 2) => ["end", "weight"][i.min(1)],
        ("addcmul" | "addcdiv", 2) => ["tensor1", "tensor2"][i.min(1)],
        (_, 1) => "other",
        _ => line.inputs[i],
    }
}

fn run<'py>(
    line: &'static Line,
    in_place: bool,
    slf: &Bound<'py, PyAny>,
    args: &[Borrowed<'_, 'py, PyAny>],
    positional: usize,
    names: Option<&Bound<'py, PyTuple>>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = slf.py();
    let x = slf.cast::<PyTensor>()?;
    let slots = line.inputs.len() + line.parameters.len();
    let mut given: SmallVec<[Option<&Bound<'py, PyAny>>; 6]> = SmallVec::from_elem(None, slots);
    if positional > slots {
        return Err(PyTypeError::new_err(format!(
            "{}: takes {slots} arguments, got {positional}",
            line.name
        )));
    }
    for (slot, arg) in given.iter_mut().zip(&args[..positional]) {
        *slot = Some(arg);
    }
    if let Some(names) = names {
        for (name, arg) in names.iter_borrowed().zip(&args[positional..]) {
            let name = name.extract::<std::borrow::Cow<'_, str>>()?;
            let known = (0..slots).find(|&i| match i.checked_sub(line.inputs.len()) {
                None => input_name(line, i) == name || line.inputs[i] == name,
                Some(p) => {
                    torch_name(line.name, line.parameters[p]) == name || line.parameters[p] == name
                }
            });
            match known {
                Some(i) if given[i].is_none() => given[i] = Some(arg),
                Some(_) => {
                    return Err(PyTypeError::new_err(format!(
                        "{}: argument '{name}' given twice",
                        line.name
                    )));
                }
                None => {
                    return Err(PyTypeError::new_err(format!(
                        "{}: unknown argument '{name}'",
                        line.name
                    )));
                }
            }
        }
    }
    let (operands, parameters) = given.split_at(line.inputs.len());
    let mut held: SmallVec<[Held<'_>; 3]> = SmallVec::new();
    held.push(Held::Borrowed(&x.get().0));
    for (i, arg) in operands.iter().enumerate() {
        let name = input_name(line, i);
        match arg {
            Some(arg) => held.push(expect_operand(arg, line.name, name)?),
            None => {
                return Err(PyTypeError::new_err(format!(
                    "{}: missing argument '{name}'",
                    line.name
                )));
            }
        }
    }
    let mut params: SmallVec<[f64; 4]> = SmallVec::new();
    for (arg, name) in parameters.iter().zip(line.parameters) {
        params.push(match arg {
            Some(arg) => arg
                .extract::<Scalar>()
                .map_err(|_| {
                    PyTypeError::new_err(format!(
                        "{}: argument '{}' must be a number, got {}",
                        line.name,
                        torch_name(line.name, name),
                        type_name(arg)
                    ))
                })?
                .0
                .f64(),
            None => default(line.name, name).ok_or_else(|| {
                PyTypeError::new_err(format!(
                    "{}: missing argument '{}'",
                    line.name,
                    torch_name(line.name, name)
                ))
            })?,
        });
    }
    let inputs: SmallVec<[&Tensor; 3]> = held.iter().map(|h| &**h).collect();
    let work = inputs.iter().map(|t| t.numel()).max().unwrap_or(0);
    let _op = neurarust_core::profiler::op(line.name);
    if in_place {
        call_unnamed(py, work, || {
            fused::call_in_place((line.table)(), &params, &inputs)
        })?;
        return Ok(slf.clone());
    }
    let out = call_unnamed(py, work, || fused::call((line.table)(), &params, &inputs))?;
    Ok(Bound::new(py, PyTensor(out))?.into_any())
}

/// Lines that only other functions use: methods with an underscore.
const INTERNAL: &[&str] = &[
    "add_scaled",
    "clamp_between",
    "fmax",
    "fmin",
    "frac",
    "heaviside",
    "logit",
    "nan_to_num",
    "real_angle",
    "select_where",
    "pow_real",
    "pow_int",
    "gelu_tanh",
    "gelu",
    "bitwise_not_int",
    "prelu_elementwise",
    "squared_error",
    "absolute_error",
    "smooth_l1_error",
    "huber_error",
    "bce_with_logits_error",
];

/// What a line's formula leaves open: who is who, and which dtypes and shapes it takes.
fn meaning(line: &Line) -> String {
    let inputs = (0..line.inputs.len()).map(|i| (line.inputs[i], input_name(line, i)));
    let parameters = line
        .parameters
        .iter()
        .map(|p| (*p, torch_name(line.name, p)));
    let renamed = inputs
        .chain(parameters)
        .filter(|(formula, python)| formula != python)
        .map(|(formula, python)| format!(", `{formula}` is `{python}`"));
    let who = format!(
        "`{}` is the tensor{}.",
        line.first,
        renamed.collect::<String>()
    );
    let dtypes = match line.class {
        "test" => "Answers bools",
        "bits" => "Of integers and bools",
        "num" | "signed" => "Of any real dtype",
        "round" => "Integers stay as they are",
        _ => "Integers become floats",
    };
    let shapes = match line.inputs {
        [] => "",
        _ => "; shapes broadcast, dtypes are promoted, operands may be numbers",
    };
    format!("\n\nElement by element: {who} {dtypes}{shapes}.")
}

/// Adds the methods to the class `Tensor`.
pub fn register(class: &Bound<'_, PyType>) -> PyResult<()> {
    for (line, out_of_place, in_place) in LINES {
        let arguments: String = (0..line.inputs.len())
            .map(|i| format!(", {}", input_name(line, i)))
            .chain(line.parameters.iter().map(|p| match default(line.name, p) {
                Some(x) => format!(", {}={x:?}", torch_name(line.name, p)),
                None => format!(", {}", torch_name(line.name, p)),
            }))
            .collect();
        let prefix = match line.class {
            // `torch.special` takes them from here.
            "special" => "_special_",
            _ if INTERNAL.contains(&line.name) => "_",
            _ => "",
        };
        for (entry, suffix, note) in [
            (out_of_place, "", ""),
            (
                in_place,
                "_",
                "\n\nIn place: written over this tensor, which is returned.",
            ),
        ] {
            let name = format!("{prefix}{}{suffix}", line.name);
            if class.hasattr(&*name)? {
                continue;
            }
            let doc = format!(
                "{name}($self{arguments})\n--\n\n{}.{}{note}",
                line.doc.trim(),
                meaning(line)
            );
            add(class, &name, doc, *entry)?;
        }
    }
    Ok(())
}

fn add(class: &Bound<'_, PyType>, name: &str, doc: String, entry: Fast) -> PyResult<()> {
    // Methods live as long as the interpreter.
    let def = Box::leak(Box::new(ffi::PyMethodDef {
        ml_name: CString::new(name)?.into_raw(),
        ml_meth: ffi::PyMethodDefPointer {
            PyCFunctionFastWithKeywords: entry,
        },
        ml_flags: ffi::METH_FASTCALL | ffi::METH_KEYWORDS,
        ml_doc: CString::new(doc)?.into_raw(),
    }));
    // SAFETY: `class` is a type object and `def` lives forever; the answer is a new reference or null with an error set.
    let method = unsafe {
        Bound::from_owned_ptr_or_err(
            class.py(),
            ffi::PyDescr_NewMethod(class.as_ptr().cast(), def),
        )?
    };
    class.setattr(name, method)
}
