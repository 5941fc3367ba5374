//! Python values on their way in: numbers, nested lists, sizes, dimensions.

use crate::dtype;
use crate::error::{call, exception};
use crate::tensor::PyTensor;
use neurarust_core::{DType, Element, Held, Operand, Tensor, dispatch};
use pyo3::exceptions::{PyOverflowError, PyRuntimeError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyComplex, PyFloat, PyInt, PyList, PyString, PyTuple};
use smallvec::SmallVec;

/// A Python number.
#[derive(Clone, Copy, Debug)]
pub enum Number {
    Bool(bool),
    Int(i64),
    Float(f64),
}

impl Number {
    /// As a float.
    pub fn f64(self) -> f64 {
        match self {
            Number::Bool(b) => b as u8 as f64,
            Number::Int(i) => i as f64,
            Number::Float(x) => x,
        }
    }

    fn element<T: Element>(self) -> T {
        match self {
            Number::Bool(b) => T::from_i64(b as i64),
            Number::Int(i) => T::from_i64(i),
            Number::Float(x) => T::from_f64(x),
        }
    }

    /// The dtype that a tensor of such numbers gets.
    pub fn dtype(self) -> DType {
        match self {
            Number::Bool(_) => DType::Bool,
            Number::Int(_) => DType::I64,
            Number::Float(_) => dtype::default(),
        }
    }

    /// A tensor without dimensions that yields when types are mixed.
    pub fn tensor(self, py: Python<'_>) -> PyResult<Tensor> {
        let held = match self {
            Number::Bool(b) => b.operand().map(owned),
            Number::Int(i) => i.operand().map(owned),
            Number::Float(x) => x.operand().map(owned),
        };
        held.map_err(|e| exception(py, &e))
    }
}

fn owned(held: Held<'_>) -> Tensor {
    match held {
        Held::Owned(t) => t,
        Held::Borrowed(t) => t.clone(),
    }
}

/// The number that `obj` is: Python's own, NumPy's scalars, anything with `__index__` or `__float__` that isn't an array.
pub fn number(obj: &Bound<'_, PyAny>) -> PyResult<Option<Number>> {
    if let Ok(x) = obj.cast::<PyFloat>() {
        return Ok(Some(Number::Float(x.value())));
    }
    if let Ok(b) = obj.cast::<PyBool>() {
        return Ok(Some(Number::Bool(b.is_true())));
    }
    if let Ok(i) = obj.cast::<PyInt>() {
        return match i.extract::<i64>() {
            Ok(i) => Ok(Some(Number::Int(i))),
            Err(_) => Err(PyOverflowError::new_err(format!(
                "{i} doesn't fit into 64 bits"
            ))),
        };
    }
    if obj.is_none()
        || obj.cast::<PyString>().is_ok()
        || obj.cast::<PyComplex>().is_ok()
        || obj.cast::<PyList>().is_ok()
        || obj.cast::<PyTuple>().is_ok()
    {
        return Ok(None);
    }
    // NumPy's scalars: they know their own shape and answer a plain number.
    let py = obj.py();
    if obj.cast::<PyTensor>().is_err()
        && obj.hasattr(pyo3::intern!(py, "dtype"))?
        && obj.hasattr(pyo3::intern!(py, "item"))?
        && obj
            .getattr(pyo3::intern!(py, "shape"))?
            .cast::<PyTuple>()
            .is_ok_and(|s| s.is_empty())
    {
        let plain = obj.call_method0(pyo3::intern!(py, "item"))?;
        if plain.cast::<PyFloat>().is_ok() || plain.cast::<PyInt>().is_ok() {
            return number(&plain);
        }
    }
    Ok(None)
}

/// The complex number that `obj` is: Python's own, or NumPy's.
pub fn complex(obj: &Bound<'_, PyAny>) -> PyResult<Option<(f64, f64)>> {
    if let Ok(z) = obj.cast::<PyComplex>() {
        return Ok(Some((z.real(), z.imag())));
    }
    let py = obj.py();
    if obj.cast::<PyTensor>().is_err()
        && obj.hasattr(pyo3::intern!(py, "dtype"))?
        && obj.hasattr(pyo3::intern!(py, "item"))?
        && obj
            .getattr(pyo3::intern!(py, "shape"))?
            .cast::<PyTuple>()
            .is_ok_and(|s| s.is_empty())
        && let Ok(z) = obj
            .call_method0(pyo3::intern!(py, "item"))?
            .cast::<PyComplex>()
    {
        return Ok(Some((z.real(), z.imag())));
    }
    Ok(None)
}

/// A tensor or a number as the operand of an operation; `None` if it is neither.
#[inline]
pub fn operand<'a>(obj: &'a Bound<'_, PyAny>) -> PyResult<Option<Held<'a>>> {
    if let Ok(t) = obj.cast::<PyTensor>() {
        return Ok(Some(Held::Borrowed(&t.get().0)));
    }
    match number(obj)? {
        Some(n) => n.tensor(obj.py()).map(|t| Some(Held::Owned(t))),
        None => complex(obj)?
            .map(|(re, im)| call(obj.py(), 0, || Tensor::complex_number(re, im)).map(Held::Owned))
            .transpose(),
    }
}

/// As [`operand`]; anything else is a `TypeError` that names the argument.
pub fn expect_operand<'a>(obj: &'a Bound<'_, PyAny>, op: &str, name: &str) -> PyResult<Held<'a>> {
    if TENSORS_ONLY.contains(&op) && obj.cast::<PyTensor>().is_err() {
        return Err(PyTypeError::new_err(format!(
            "{op}: argument '{name}' must be a Tensor, got {}; wrap a number in torch.tensor",
            type_name(obj)
        )));
    }
    operand(obj)?.ok_or_else(|| {
        PyTypeError::new_err(format!(
            "{op}: argument '{name}' must be a Tensor or a number, got {}",
            type_name(obj)
        ))
    })
}

/// Operations whose second operand can't be a number in PyTorch: a script that runs here runs there.
const TENSORS_ONLY: &[&str] = &[
    "atan2",
    "fmax",
    "fmin",
    "gcd",
    "heaviside",
    "hypot",
    "igamma",
    "igammac",
    "isclose",
    "lcm",
    "ldexp",
    "logaddexp",
    "logaddexp2",
    "logical_and",
    "logical_or",
    "logical_xor",
    "maximum",
    "minimum",
    "nextafter",
];

/// The name of `obj`'s type, for messages.
pub fn type_name(obj: &Bound<'_, PyAny>) -> String {
    obj.get_type()
        .name()
        .map_or_else(|_| "an object".into(), |n| n.to_string())
}

/// A number argument that PyTorch also takes as a tensor of one element.
#[derive(Clone, Copy)]
pub struct Scalar(pub Number);

impl Scalar {
    /// Defaults of arguments.
    pub const ZERO: Scalar = Scalar(Number::Int(0));
    pub const TWO: Scalar = Scalar(Number::Int(2));
}

impl<'py> FromPyObject<'_, 'py> for Scalar {
    type Error = PyErr;
    fn extract(obj: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        if let Ok(t) = obj.cast::<PyTensor>() {
            return item(obj.py(), &t.get().0).map(Scalar);
        }
        number(&obj)?.map(Scalar).ok_or_else(|| {
            PyTypeError::new_err(format!("expected a number, got {}", type_name(&obj)))
        })
    }
}

/// The one element of `t`.
pub fn item(py: Python<'_>, t: &Tensor) -> PyResult<Number> {
    call(py, 1, || {
        Ok(match t.dtype() {
            DType::Bool => Number::Bool(t.item::<bool>()?),
            d if d.is_float() => Number::Float(t.item::<f64>()?),
            _ => Number::Int(t.item::<i64>()?),
        })
    })
}

/// An integer argument: an `int`, or anything with `__index__` (a tensor of one integer).
pub fn int(obj: &Bound<'_, PyAny>) -> PyResult<i64> {
    if obj.cast::<PyBool>().is_ok() {
        return Err(PyTypeError::new_err("expected an int, got bool"));
    }
    obj.extract::<i64>()
}

type Ints = SmallVec<[i64; 6]>;

fn ints(obj: &Bound<'_, PyAny>) -> PyResult<Ints> {
    if let Ok(t) = obj.cast::<PyTuple>() {
        return t.iter_borrowed().map(|x| int(&x)).collect();
    }
    if let Ok(t) = obj.cast::<PyList>() {
        return t.iter().map(|x| int(&x)).collect();
    }
    if let Ok(i) = int(obj) {
        return Ok(Ints::from_slice(&[i]));
    }
    obj.try_iter()
        .map_err(|_| {
            PyTypeError::new_err(format!(
                "expected an int or a sequence of ints, got {}",
                type_name(obj)
            ))
        })?
        .map(|x| int(&x?))
        .collect()
}

/// `dim=`: an int or a sequence of ints.
pub struct IntList(pub Ints);

impl<'py> FromPyObject<'_, 'py> for IntList {
    type Error = PyErr;
    fn extract(obj: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        ints(&obj).map(IntList)
    }
}

/// Sizes given as `(2, 3)`, `[2, 3]`, or `2, 3`.
pub fn sizes(args: &Bound<'_, PyTuple>) -> PyResult<Ints> {
    if args.len() == 1 {
        let only = args.get_borrowed_item(0)?;
        return ints(&only);
    }
    ints(args.as_any())
}

/// As [`sizes`], where negative ones are errors.
pub fn shape(op: &'static str, sizes: &[i64]) -> PyResult<Vec<usize>> {
    sizes
        .iter()
        .map(|&s| {
            usize::try_from(s).map_err(|_| {
                PyRuntimeError::new_err(format!("{op}: sizes can't be negative, got {sizes:?}"))
            })
        })
        .collect()
}

/// Lists nested deeper than this are taken for lists that hold themselves.
const DEPTH: usize = 64;

/// Numbers in nested sequences, row by row.
#[derive(Default)]
struct Nested {
    dims: Vec<usize>,
    numbers: Vec<Number>,
    /// The imaginary parts, as soon as there is one.
    imag: Vec<f64>,
}

impl Nested {
    fn collect(&mut self, obj: &Bound<'_, PyAny>, depth: usize, first: bool) -> PyResult<()> {
        let obj = plain(obj)?;
        if let Some(n) = number(&obj)? {
            if depth != self.dims.len() {
                return Err(ragged(depth));
            }
            self.numbers.push(n);
            return Ok(());
        }
        if let Some((re, im)) = complex(&obj)? {
            if depth != self.dims.len() {
                return Err(ragged(depth));
            }
            self.imag.resize(self.numbers.len(), 0.0);
            self.numbers.push(Number::Float(re));
            self.imag.push(im);
            return Ok(());
        }
        if obj.cast::<PyString>().is_ok() {
            return Err(PyTypeError::new_err(format!(
                "tensor: can't make numbers of the string {}",
                obj.repr()?
            )));
        }
        let Ok(len) = obj.len() else {
            return Err(PyTypeError::new_err(format!(
                "tensor: expected numbers, sequences of numbers or arrays, got {}",
                type_name(&obj)
            )));
        };
        if first {
            if depth >= DEPTH {
                return Err(PyValueError::new_err(format!(
                    "tensor: sequences nested deeper than {DEPTH}"
                )));
            }
            self.dims.push(len);
        } else if self.dims.get(depth) != Some(&len) {
            return Err(ragged(depth));
        }
        for i in 0..len {
            self.collect(&obj.get_item(i)?, depth + 1, first && i == 0)?;
        }
        Ok(())
    }
}

#[cold]
fn ragged(depth: usize) -> PyErr {
    PyValueError::new_err(format!(
        "tensor: sequences of different lengths at depth {depth}"
    ))
}

/// Tensors and arrays inside of lists as what they hold.
fn plain<'py>(obj: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let py = obj.py();
    let array = obj.cast::<PyTensor>().is_ok()
        || (obj.hasattr(pyo3::intern!(py, "__array_interface__"))?
            && obj.hasattr(pyo3::intern!(py, "tolist"))?);
    if array {
        obj.call_method0(pyo3::intern!(py, "tolist"))
    } else {
        Ok(obj.clone())
    }
}

/// A new tensor of `data`: numbers, nested sequences, arrays, tensors.
pub fn tensor(data: &Bound<'_, PyAny>, dtype: Option<DType>) -> PyResult<Tensor> {
    let py = data.py();
    if let Ok(t) = data.cast::<PyTensor>() {
        let t = t.get().0.clone();
        return call(py, t.numel(), move || {
            let t = t.detach();
            match dtype {
                Some(d) if d != t.dtype() => t.to_dtype(d),
                _ => t.try_clone(),
            }
        });
    }
    if number(data)?.is_none() && data.hasattr(pyo3::intern!(py, "__array_interface__"))? {
        let t = crate::numpy::copied(data)?;
        return call(py, t.numel(), move || match dtype {
            Some(d) => t.to_dtype(d),
            None => Ok(t),
        });
    }
    let mut nested = Nested::default();
    nested.collect(data, 0, true)?;
    let Nested {
        dims,
        numbers,
        mut imag,
    } = nested;
    if !imag.is_empty() && dtype.is_some_and(|d| !d.is_complex()) {
        return Err(PyTypeError::new_err(format!(
            "tensor: a complex number in a {} tensor",
            dtype.map_or("real", DType::name)
        )));
    }
    let dtype = dtype.unwrap_or_else(|| {
        if !imag.is_empty() {
            return dtype::default().to_complex();
        }
        let mut found = None;
        for n in &numbers {
            let d = n.dtype();
            if d.is_float() {
                return d;
            }
            if found != Some(DType::I64) {
                found = Some(d);
            }
        }
        found.unwrap_or_else(dtype::default)
    });
    if dtype.is_int() {
        for n in &numbers {
            if let Number::Int(i) = n
                && dispatch!(dtype, T => <T as Element>::from_i64(*i).to_i64() != *i)
            {
                return Err(PyOverflowError::new_err(format!(
                    "tensor: {i} doesn't fit into {dtype}"
                )));
            }
        }
    }
    if dtype.is_complex() {
        imag.resize(numbers.len(), 0.0);
        let parts: Vec<f64> = numbers
            .iter()
            .zip(&imag)
            .flat_map(|(n, im)| [n.f64(), *im])
            .collect();
        let dims: Vec<usize> = dims.into_iter().chain([2]).collect();
        return call(py, numbers.len(), move || {
            let z = Tensor::from_vec(parts, dims)?.view_as_complex()?;
            z.detach().to_dtype(dtype)
        });
    }
    call(
        py,
        numbers.len(),
        move || dispatch!(dtype, T => Tensor::from_vec(numbers.iter().map(|n| n.element::<T>()).collect::<Vec<T>>(), dims)),
    )
}

/// A tensor argument; a plain class check with a message that names what was given.
pub struct TensorArg<'a>(pub &'a Tensor);

impl<'a, 'py> FromPyObject<'a, 'py> for TensorArg<'a> {
    type Error = PyErr;
    fn extract(obj: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        match obj.cast::<PyTensor>() {
            Ok(t) => Ok(TensorArg(&t.get().0)),
            Err(_) => Err(PyTypeError::new_err(format!(
                "expected a Tensor, got {}",
                type_name(&obj)
            ))),
        }
    }
}

/// Tensors in a list, a tuple or any other iterable.
pub fn tensors(obj: &Bound<'_, PyAny>, op: &str) -> PyResult<Vec<Tensor>> {
    obj.try_iter()
        .map_err(|_| {
            PyTypeError::new_err(format!(
                "{op}: expected a sequence of Tensors, got {}",
                type_name(obj)
            ))
        })?
        .enumerate()
        .map(|(i, x)| {
            let x = x?;
            x.cast::<PyTensor>()
                .map(|t| t.get().0.clone())
                .map_err(|_| {
                    PyTypeError::new_err(format!(
                        "{op}: expected Tensors, element {i} is {}",
                        type_name(&x)
                    ))
                })
        })
        .collect()
}
