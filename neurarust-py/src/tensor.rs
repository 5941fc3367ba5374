//! The class `Tensor`: what it is (shape, dtype, place in the graph) and how it goes in and out of Python.

use crate::convert::{self, Number};
use crate::dtype::{self, DTypeArg, DeviceArg, PyDType, PyDevice};
use crate::error::{call, guard, passing};
use crate::sparse::{as_gradient, gradient};
use neurarust_core::autograd::Gradient;
use neurarust_core::{DType, Element, Tensor, autograd, dispatch};
use pyo3::exceptions::{PyIndexError, PyRuntimeError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBytes, PyComplex, PyDict, PyList, PyTuple, PyType};
use std::ops::Deref;
use std::sync::OnceLock;

/// An n-dimensional array that remembers how it was computed.
///
/// `Tensor(data)` shares the elements of a tensor and copies anything else; use `neurarust.tensor(data)` to always copy.
///
/// >>> x = neurarust.tensor([[1., 2.], [3., 4.]], requires_grad=True)
/// >>> (x * x).sum().backward()
/// >>> x.grad.tolist()
/// [[2.0, 4.0], [6.0, 8.0]]
#[pyclass(frozen, subclass, dict, weakref, name = "Tensor", module = "neurarust")]
pub struct PyTensor {
    link: Link,
}

/// What a Python object stands for: `t.0`. A method that changes the object itself (`t_`, `resize_`, `set_`) appends what
/// it stands for from then on; what it stood for before lives as long as the object, since others may be reading it.
struct Link {
    current: Current,
    next: OnceLock<Box<Link>>,
}

/// The tensor that a Python object stands for.
pub struct Current(pub Tensor);

/// The Python object of `t`.
#[allow(non_snake_case)]
pub fn PyTensor(t: Tensor) -> PyTensor {
    let (current, next) = (Current(t), OnceLock::new());
    PyTensor {
        link: Link { current, next },
    }
}

impl Deref for PyTensor {
    type Target = Current;
    #[inline]
    fn deref(&self) -> &Current {
        &self.last().current
    }
}

impl PyTensor {
    #[inline]
    fn last(&self) -> &Link {
        let mut link = &self.link;
        while let Some(next) = link.next.get() {
            link = next;
        }
        link
    }

    /// From now on the object stands for `t`.
    pub fn become_(&self, t: Tensor) {
        let (current, next) = (Current(t), OnceLock::new());
        let mut link = Box::new(Link { current, next });
        while let Err(back) = self.last().next.set(link) {
            link = back;
        }
    }

    /// Whether nobody but this object (and what it once stood for) holds its buffer.
    pub fn is_alone(&self) -> bool {
        let storage = self.0.storage();
        let (mut own, mut link) = (0, Some(&self.link));
        while let Some(at) = link {
            own += (at.current.0.storage().id() == storage.id()) as usize;
            link = at.next.get().map(|next| &**next);
        }
        storage.ref_count() <= own
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        // However long the chain, one link at a time.
        let mut next = self.next.take();
        while let Some(mut link) = next {
            next = link.next.take();
        }
    }
}

/// The class `Size`, a tuple with `numel()`, defined in Python.
static SIZE: PyOnceLock<Py<PyType>> = PyOnceLock::new();

/// `dims` as a `Size`.
pub fn size<'py>(py: Python<'py>, dims: &[usize]) -> PyResult<Bound<'py, PyAny>> {
    let class = SIZE.import(py, "neurarust._size", "Size")?;
    class.call1((PyTuple::new(py, dims)?,))
}

fn nested<'py>(
    py: Python<'py>,
    dims: &[usize],
    flat: &mut dyn Iterator<Item = PyResult<Bound<'py, PyAny>>>,
) -> PyResult<Bound<'py, PyAny>> {
    match dims {
        [] => flat
            .next()
            .unwrap_or_else(|| Err(PyRuntimeError::new_err("tolist: too few elements"))),
        [n, rest @ ..] => {
            let list = PyList::empty(py);
            for _ in 0..*n {
                list.append(nested(py, rest, flat)?)?;
            }
            Ok(list.into_any())
        }
    }
}

fn element<'py, T: Element>(py: Python<'py>, x: T) -> PyResult<Bound<'py, PyAny>> {
    Ok(match T::DTYPE {
        DType::Bool => pyo3::types::PyBool::new(py, x.to_i64() != 0)
            .to_owned()
            .into_any(),
        d if d.is_float() => x.to_f64().into_pyobject(py)?.into_any(),
        _ => x.to_i64().into_pyobject(py)?.into_any(),
    })
}

#[pymethods]
impl PyTensor {
    #[new]
    #[pyo3(signature = (data=None, *, requires_grad=false))]
    fn new(
        py: Python<'_>,
        data: Option<&Bound<'_, PyAny>>,
        requires_grad: bool,
    ) -> PyResult<PyTensor> {
        let t = match data {
            None => call(py, 0, || Tensor::zeros(([0usize], dtype::default())))?,
            Some(data) => match data.cast::<PyTensor>() {
                Ok(t) => t.get().0.detach(),
                Err(_) => guard(|| convert::tensor(data, None))?,
            },
        };
        call(py, 0, || t.set_requires_grad(requires_grad))?;
        Ok(PyTensor(t))
    }

    // ---- what it is ----

    /// The sizes, as a tuple.
    #[getter]
    fn shape<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        size(py, self.0.dims())
    }
    /// The type of the elements, such as `float32`.
    #[getter]
    fn dtype(&self, py: Python<'_>) -> PyResult<Py<PyDType>> {
        dtype::object(py, self.0.dtype())
    }
    /// Where the elements live.
    #[getter]
    fn device(&self) -> PyDevice {
        PyDevice
    }
    /// How elements are laid out: always strided.
    #[getter]
    fn layout(&self) -> &'static str {
        "strided"
    }
    /// Whether the elements live on a GPU: no.
    #[getter]
    fn is_cuda(&self) -> bool {
        false
    }
    /// Whether the tensor is quantised: no.
    #[getter]
    fn is_quantized(&self) -> bool {
        false
    }
    /// Whether the tensor is sparse: no.
    #[getter]
    fn is_sparse(&self) -> bool {
        false
    }
    /// Number of dimensions.
    #[getter]
    fn ndim(&self) -> usize {
        self.0.rank()
    }
    /// Bytes that one element takes.
    #[getter]
    fn itemsize(&self) -> usize {
        self.0.dtype().size()
    }
    /// Bytes of all elements.
    #[getter]
    fn nbytes(&self) -> usize {
        self.0.nbytes()
    }
    /// The size of dimension `dim`, or all sizes.
    #[pyo3(signature = (dim=None))]
    fn size<'py>(&self, py: Python<'py>, dim: Option<i64>) -> PyResult<Bound<'py, PyAny>> {
        match dim {
            None => size(py, self.0.dims()),
            Some(dim) => Ok(call(py, 0, || self.0.size(dim))?
                .into_pyobject(py)?
                .into_any()),
        }
    }
    /// The stride of dimension `dim`, or all strides, in elements.
    #[pyo3(signature = (dim=None))]
    fn stride<'py>(&self, py: Python<'py>, dim: Option<i64>) -> PyResult<Bound<'py, PyAny>> {
        match dim {
            None => Ok(PyTuple::new(py, self.0.strides())?.into_any()),
            Some(dim) => {
                let d = call(py, 0, || self.0.shape().dim("stride", dim))?;
                let stride =
                    self.0.strides().get(d).copied().ok_or_else(|| {
                        PyIndexError::new_err("stride: a tensor without dimensions")
                    })?;
                Ok(stride.into_pyobject(py)?.into_any())
            }
        }
    }
    /// Number of dimensions.
    fn dim(&self) -> usize {
        self.0.rank()
    }
    /// Number of dimensions.
    fn ndimension(&self) -> usize {
        self.0.rank()
    }
    /// Number of elements: the product of the sizes.
    fn numel(&self) -> usize {
        self.0.numel()
    }
    /// Number of elements: the product of the sizes.
    fn nelement(&self) -> usize {
        self.0.numel()
    }
    /// Bytes that one element takes.
    fn element_size(&self) -> usize {
        self.0.dtype().size()
    }
    /// Where the first element lies in the buffer, in elements.
    fn storage_offset(&self) -> usize {
        self.0.layout().offset()
    }
    /// The address of the first element.
    fn data_ptr(&self) -> usize {
        (self.0.storage().as_ptr() as usize)
            .wrapping_add(self.0.layout().offset() * self.0.dtype().size())
    }
    /// Whether elements lie in row-major order without gaps.
    fn is_contiguous(&self) -> bool {
        self.0.is_contiguous()
    }
    /// Whether elements have a fraction.
    fn is_floating_point(&self) -> bool {
        self.0.dtype().is_float()
    }
    /// Whether elements can be negative.
    fn is_signed(&self) -> bool {
        !matches!(self.0.dtype(), DType::Bool | DType::U8)
    }
    /// Whether both are the same tensor or look at the same elements in the same way.
    fn is_set_to(&self, tensor: &Bound<'_, PyTensor>) -> bool {
        let t = &tensor.get().0;
        t.storage().id() == self.0.storage().id() && t.layout() == self.0.layout()
    }
    /// How often in-place operations have written to the elements.
    #[getter]
    fn _version(&self) -> u64 {
        self.0.storage().version()
    }

    // ---- its place in the graph ----

    /// Whether gradients flow to or through this tensor.
    #[getter]
    fn get_requires_grad(&self) -> bool {
        self.0.is_requires_grad()
    }
    #[setter]
    fn set_requires_grad(&self, py: Python<'_>, on: bool) -> PyResult<()> {
        call(py, 0, || self.0.set_requires_grad(on))
    }
    /// Turns differentiation by this tensor on or off, and returns it.
    #[pyo3(signature = (requires_grad=true))]
    fn requires_grad_<'py>(
        slf: Bound<'py, Self>,
        requires_grad: bool,
    ) -> PyResult<Bound<'py, Self>> {
        let t = &slf.get().0;
        call(slf.py(), 0, || t.set_requires_grad(requires_grad))?;
        Ok(slf)
    }
    /// Whether it was made by the user and not by a recorded operation.
    #[getter]
    fn is_leaf(&self) -> bool {
        self.0.is_leaf()
    }
    /// The accumulated gradient after a backward, or None.
    #[getter]
    fn get_grad<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.0.kept_grad().map(|g| gradient(py, g)).transpose()
    }
    #[setter]
    fn set_grad(&self, py: Python<'_>, grad: Option<Bound<'_, PyAny>>) -> PyResult<()> {
        let grad = match grad {
            None => None,
            Some(g) => Some(as_gradient(&g).ok_or_else(|| {
                PyTypeError::new_err(format!(
                    "grad: expected a Tensor, a SparseTensor or None, got {}",
                    convert::type_name(&g)
                ))
            })?),
        };
        call(py, 0, || self.0.set_kept_grad(grad))
    }
    /// Replaces the gradient by zeros; a sparse one by one that has no rows.
    fn _zero_grad(&self, py: Python<'_>) -> PyResult<()> {
        let work = self.0.numel();
        call(py, work, || {
            let Some(g) = self.0.kept_grad() else {
                return Ok(());
            };
            self.0.set_kept_grad(Some(g.zeros_like()?))
        })
    }
    #[deleter]
    fn delete_grad(&self) {
        self.0.zero_grad();
    }
    /// The operation that made this tensor, or None for one of the user's own.
    #[getter]
    fn grad_fn(&self) -> Option<crate::autograd::PyNode> {
        crate::autograd::PyNode::of(&self.0)
    }
    /// Whether `.grad` is kept though this is no leaf.
    #[getter]
    fn retains_grad(&self) -> bool {
        !self.0.is_leaf() && self.0.kept_grad().is_some()
    }
    /// The same elements outside of the graph.
    #[getter]
    fn get_data(&self) -> PyTensor {
        PyTensor(self.0.detach())
    }
    /// Overwrites the elements. Data of another shape or dtype is taken as it is, with its buffer.
    #[setter]
    fn set_data(&self, py: Python<'_>, data: &Bound<'_, PyTensor>) -> PyResult<()> {
        let data = data.get().0.detach();
        if data.dims() != self.0.dims() || data.dtype() != self.0.dtype() {
            if !self.0.is_leaf() {
                return Err(PyRuntimeError::new_err(format!(
                    "data: {} elements of shape {} can't replace those of a result of shape {}; detach it first",
                    data.dtype(),
                    data.shape(),
                    self.0.shape()
                )));
            }
            let on = self.0.is_requires_grad() && data.dtype().is_float();
            call(py, 0, || data.set_requires_grad(on))?;
            self.become_(data);
            return Ok(());
        }
        call(py, data.numel(), || {
            let _guard = autograd::no_grad();
            self.0.detach().copy_(&data).map(|_| ())
        })
    }
    /// The same elements as a tensor that is no part of any graph; shares the buffer.
    fn detach(&self) -> PyTensor {
        PyTensor(self.0.detach())
    }
    /// A copy with a buffer of its own; gradients flow through.
    #[pyo3(signature = (*, memory_format=None))]
    fn clone(&self, py: Python<'_>, memory_format: Option<Bound<'_, PyAny>>) -> PyResult<PyTensor> {
        let _ = memory_format;
        call(py, self.0.numel(), || self.0.try_clone()).map(PyTensor)
    }
    /// Differentiates this tensor and adds the gradients to the leaves it depends on.
    ///
    /// `gradient` is this tensor's own gradient, needed unless it has one element.
    #[pyo3(signature = (gradient=None, retain_graph=None, create_graph=false, inputs=None))]
    fn backward(
        &self,
        py: Python<'_>,
        gradient: Option<Bound<'_, PyTensor>>,
        retain_graph: Option<bool>,
        create_graph: bool,
        inputs: Option<Bound<'_, PyAny>>,
    ) -> PyResult<()> {
        let seeds = gradient.map(|g| g.get().0.clone());
        crate::autograd::backward_of(
            py,
            vec![self.0.clone()],
            vec![seeds],
            retain_graph,
            create_graph,
            inputs,
        )
    }
    /// Keeps the gradient of this intermediate result in `.grad` too.
    fn retain_grad(&self, py: Python<'_>) -> PyResult<()> {
        call(py, 0, || self.0.retain_grad())
    }
    /// Calls `hook(grad)` in every backward; what it answers, unless None, takes the gradient's place.
    fn register_hook(&self, py: Python<'_>, hook: Py<PyAny>) -> PyResult<crate::autograd::PyHook> {
        let run = move |g: &Gradient| {
            Python::attach(|py| {
                let answer = gradient(py, g.clone())
                    .and_then(|g| hook.bind(py).call1((g,)))
                    .map_err(|e| passing("hook", e))?;
                if answer.is_none() {
                    return Ok(None);
                }
                as_gradient(&answer).map(Some).ok_or_else(|| {
                    passing(
                        "hook",
                        PyTypeError::new_err("a hook must answer a Tensor or None"),
                    )
                })
            })
        };
        let handle = call(py, 0, || self.0.register_kept_grad_hook(run))?;
        Ok(crate::autograd::PyHook(handle))
    }
    /// Calls `hook(tensor)` each time this leaf's gradient has been accumulated.
    fn register_post_accumulate_grad_hook(
        &self,
        py: Python<'_>,
        hook: Py<PyAny>,
    ) -> PyResult<crate::autograd::PyHook> {
        let run = move |t: &Tensor| {
            Python::attach(|py| match hook.call1(py, (PyTensor(t.clone()),)) {
                Ok(_) => Ok(()),
                Err(e) => Err(passing("hook", e)),
            })
        };
        let handle = call(py, 0, || self.0.register_post_accumulate_grad_hook(run))?;
        Ok(crate::autograd::PyHook(handle))
    }

    // ---- in and out of Python ----

    /// The one element as a Python number.
    fn item<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        if self.0.dtype().is_complex() && self.0.numel() == 1 {
            let (re, im) = call(py, 0, || self.0.item_complex())?;
            return Ok(PyComplex::from_doubles(py, re, im).into_any());
        }
        match convert::item(py, &self.0) {
            Ok(Number::Bool(b)) => Ok(pyo3::types::PyBool::new(py, b).to_owned().into_any()),
            Ok(Number::Int(i)) => Ok(i.into_pyobject(py)?.into_any()),
            Ok(Number::Float(x)) => Ok(x.into_pyobject(py)?.into_any()),
            Err(e) if e.is_instance_of::<PyValueError>(py) => {
                Err(PyRuntimeError::new_err(e.value(py).to_string()))
            }
            Err(e) => Err(e),
        }
    }
    /// The elements as nested lists of Python numbers.
    fn tolist<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        if self.0.dtype().is_complex() {
            let data = call(py, self.0.numel(), || self.0.to_complex_vec())?;
            let number = |(re, im)| Ok(PyComplex::from_doubles(py, re, im).into_any());
            return nested(py, self.0.dims(), &mut data.into_iter().map(number));
        }
        dispatch!(self.0.dtype(), T => {
            let data = call(py, self.0.numel(), || self.0.to_vec::<T>())?;
            nested(py, self.0.dims(), &mut data.into_iter().map(|x| element(py, x)))
        })
    }
    fn __len__(&self) -> PyResult<usize> {
        self.0
            .dims()
            .first()
            .copied()
            .ok_or_else(|| PyTypeError::new_err("len() of a tensor without dimensions"))
    }
    fn __iter__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        let py = slf.py();
        let t = &slf.get().0;
        if t.rank() == 0 {
            return Err(PyTypeError::new_err(
                "iteration over a tensor without dimensions",
            ));
        }
        let parts = call(py, 0, || t.unbind(0))?;
        PyTuple::new(
            py,
            parts
                .into_iter()
                .map(PyTensor)
                .map(|t| Bound::new(py, t))
                .collect::<PyResult<Vec<_>>>()?,
        )?
        .into_any()
        .call_method0("__iter__")
    }
    fn __bool__(&self, py: Python<'_>) -> PyResult<bool> {
        if self.0.numel() != 1 {
            return Err(PyRuntimeError::new_err(format!(
                "the truth of a tensor of shape {} is ambiguous; use .any() or .all()",
                self.0.shape()
            )));
        }
        if self.0.dtype().is_complex() {
            let (re, im) = call(py, 0, || self.0.item_complex())?;
            return Ok(re != 0.0 || im != 0.0);
        }
        Ok(match convert::item(py, &self.0)? {
            Number::Bool(b) => b,
            Number::Int(i) => i != 0,
            Number::Float(x) => x != 0.0,
        })
    }
    fn __complex__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyComplex>> {
        let (re, im) = call(py, 0, || self.0.item_complex())?;
        Ok(PyComplex::from_doubles(py, re, im))
    }
    fn __float__(&self, py: Python<'_>) -> PyResult<f64> {
        Ok(convert::item(py, &self.0)?.f64())
    }
    fn __int__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.item(py)?.call_method0("__int__")
    }
    fn __index__(&self, py: Python<'_>) -> PyResult<i64> {
        if self.0.dtype().is_differentiable() || self.0.numel() != 1 {
            return Err(PyTypeError::new_err(
                "only integer tensors of one element can be an index",
            ));
        }
        Ok(match convert::item(py, &self.0)? {
            Number::Bool(b) => b as i64,
            Number::Int(i) => i,
            Number::Float(x) => x as i64,
        })
    }
    fn __contains__(&self, py: Python<'_>, value: &Bound<'_, PyAny>) -> PyResult<bool> {
        let value = convert::expect_operand(value, "in", "element")?;
        let value: &Tensor = &value;
        call(py, self.0.numel(), || {
            self.0
                .detach()
                .eq(value)?
                .with_data(|v: &[bool]| v.contains(&true))
        })
    }
    fn __hash__(slf: &Bound<'_, Self>) -> isize {
        // By identity, as == works on elements.
        (slf.as_ptr() as isize) >> 4
    }
    fn __format__<'py>(slf: &Bound<'py, Self>, spec: &str) -> PyResult<Bound<'py, PyAny>> {
        let py = slf.py();
        if slf.get().0.rank() == 0 {
            return slf.get().item(py)?.call_method1("__format__", (spec,));
        }
        slf.as_any().str()?.call_method1("__format__", (spec,))
    }
    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        call(py, 0, || Ok(self.0.to_string()))
    }
    fn __deepcopy__<'py>(
        slf: &Bound<'py, Self>,
        memo: &Bound<'py, PyDict>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = slf.py();
        let key = slf.as_ptr() as usize;
        if let Some(done) = memo.get_item(key)? {
            return Ok(done);
        }
        let t = &slf.get().0;
        if !t.is_leaf() {
            return Err(PyRuntimeError::new_err(
                "only leaf tensors can be deep-copied; use detach() or clone()",
            ));
        }
        let copy = call(py, t.numel(), || {
            let out = t.detach().try_clone()?;
            out.set_requires_grad(t.is_requires_grad())?;
            if let Some(g) = t.kept_grad() {
                let values = g.values().detach().try_clone()?;
                out.set_kept_grad(Some(g.with_values(&values)?))?;
            }
            Ok(out)
        })?;
        let copy = Bound::new(py, PyTensor(copy))?.into_any();
        memo.set_item(key, &copy)?;
        Ok(copy)
    }
    fn __reduce_ex__<'py>(slf: &Bound<'py, Self>, protocol: i32) -> PyResult<Bound<'py, PyAny>> {
        let _ = protocol;
        let py = slf.py();
        let t = &slf.get().0;
        if !t.is_leaf() {
            return Err(PyRuntimeError::new_err(
                "only leaf tensors can be pickled; use detach()",
            ));
        }
        let rebuild = py.import("neurarust._C")?.getattr("_from_bytes")?;
        let args = (
            bytes(py, t)?,
            t.dtype().name(),
            PyTuple::new(py, t.dims())?,
            t.is_requires_grad(),
        );
        Ok((rebuild, args).into_pyobject(py)?.into_any())
    }

    // ---- conversions ----

    /// Converted to a dtype; `to('cpu')`, `to(dtype)`, `to(other)`, `to(device, dtype)`.
    #[pyo3(signature = (*args, dtype=None, device=None, non_blocking=false, copy=false, memory_format=None))]
    fn to<'py>(
        slf: Bound<'py, Self>,
        args: &Bound<'py, PyTuple>,
        dtype: Option<DTypeArg>,
        device: Option<DeviceArg>,
        non_blocking: bool,
        copy: bool,
        memory_format: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, Self>> {
        let (_, _, _) = (device, non_blocking, memory_format);
        let mut wanted = dtype.map(|d| d.0);
        for arg in args.iter() {
            if let Ok(t) = arg.cast::<PyTensor>() {
                wanted = Some(t.get().0.dtype());
            } else if let Ok(d) = arg.cast::<PyDType>() {
                wanted = Some(d.get().0);
            } else if !arg.is_none() && arg.cast::<pyo3::types::PyBool>().is_err() {
                match arg.extract::<DTypeArg>() {
                    Ok(d) => wanted = Some(d.0),
                    Err(_) => _ = arg.extract::<DeviceArg>()?,
                }
            }
        }
        let t = &slf.get().0;
        match wanted {
            Some(d) if d != t.dtype() => convert_to(slf, d),
            _ if copy => {
                let t = call(slf.py(), t.numel(), || t.try_clone())?;
                Bound::new(slf.py(), PyTensor(t))
            }
            _ => Ok(slf),
        }
    }
    /// Converted to the dtype, or the dtype's name if none is given.
    #[pyo3(signature = (dtype=None))]
    fn r#type<'py>(slf: Bound<'py, Self>, dtype: Option<DTypeArg>) -> PyResult<Bound<'py, PyAny>> {
        let py = slf.py();
        match dtype {
            Some(d) => convert_to(slf, d.0).map(Bound::into_any),
            None => Ok(format!("neurarust.{}", slf.get().0.dtype())
                .into_pyobject(py)?
                .into_any()),
        }
    }
    /// In the dtype of `other`.
    fn type_as<'py>(
        slf: Bound<'py, Self>,
        other: &Bound<'py, PyTensor>,
    ) -> PyResult<Bound<'py, Self>> {
        convert_to(slf, other.get().0.dtype())
    }
    /// This tensor with elements converted to float32; itself if they are that already.
    #[pyo3(signature = (memory_format=None))]
    fn float<'py>(
        slf: Bound<'py, Self>,
        memory_format: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, Self>> {
        let _ = memory_format;
        convert_to(slf, DType::F32)
    }
    /// This tensor with elements converted to float64; itself if they are that already.
    #[pyo3(signature = (memory_format=None))]
    fn double<'py>(
        slf: Bound<'py, Self>,
        memory_format: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, Self>> {
        let _ = memory_format;
        convert_to(slf, DType::F64)
    }
    /// This tensor with elements converted to float16; itself if they are that already.
    #[pyo3(signature = (memory_format=None))]
    fn half<'py>(
        slf: Bound<'py, Self>,
        memory_format: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, Self>> {
        let _ = memory_format;
        convert_to(slf, DType::F16)
    }
    /// This tensor with elements converted to bfloat16; itself if they are that already.
    #[pyo3(signature = (memory_format=None))]
    fn bfloat16<'py>(
        slf: Bound<'py, Self>,
        memory_format: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, Self>> {
        let _ = memory_format;
        convert_to(slf, DType::BF16)
    }
    /// This tensor with elements converted to int64; itself if they are that already.
    #[pyo3(signature = (memory_format=None))]
    fn long<'py>(
        slf: Bound<'py, Self>,
        memory_format: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, Self>> {
        let _ = memory_format;
        convert_to(slf, DType::I64)
    }
    /// This tensor with elements converted to int32; itself if they are that already.
    #[pyo3(signature = (memory_format=None))]
    fn int<'py>(
        slf: Bound<'py, Self>,
        memory_format: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, Self>> {
        let _ = memory_format;
        convert_to(slf, DType::I32)
    }
    /// This tensor with elements converted to int16; itself if they are that already.
    #[pyo3(signature = (memory_format=None))]
    fn short<'py>(
        slf: Bound<'py, Self>,
        memory_format: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, Self>> {
        let _ = memory_format;
        convert_to(slf, DType::I16)
    }
    /// This tensor with elements converted to int8; itself if they are that already.
    #[pyo3(signature = (memory_format=None))]
    fn char<'py>(
        slf: Bound<'py, Self>,
        memory_format: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, Self>> {
        let _ = memory_format;
        convert_to(slf, DType::I8)
    }
    /// This tensor with elements converted to uint8; itself if they are that already.
    #[pyo3(signature = (memory_format=None))]
    fn byte<'py>(
        slf: Bound<'py, Self>,
        memory_format: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, Self>> {
        let _ = memory_format;
        convert_to(slf, DType::U8)
    }
    /// As bool: what isn't 0.
    #[pyo3(signature = (memory_format=None))]
    fn bool<'py>(
        slf: Bound<'py, Self>,
        memory_format: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, Self>> {
        let _ = memory_format;
        convert_to(slf, DType::Bool)
    }
    /// This tensor: it lives on the CPU already.
    fn cpu(slf: Bound<'_, Self>) -> Bound<'_, Self> {
        slf
    }
}

pub fn convert_to(slf: Bound<'_, PyTensor>, dtype: DType) -> PyResult<Bound<'_, PyTensor>> {
    let t = &slf.get().0;
    if t.dtype() == dtype {
        return Ok(slf);
    }
    let out = call(slf.py(), t.numel(), || t.to_dtype(dtype))?;
    Bound::new(slf.py(), PyTensor(out))
}

/// The elements in row-major order, as they lie in memory (little-endian).
fn bytes<'py>(py: Python<'py>, t: &Tensor) -> PyResult<Bound<'py, PyBytes>> {
    if t.dtype().is_complex() {
        let parts = call(py, t.numel(), || t.detach().view_as_real())?;
        return bytes(py, &parts);
    }
    let data: Vec<u8> = dispatch!(t.dtype(), T => {
        let data = call(py, t.numel(), || t.detach().to_vec::<T>())?;
        data.into_iter().flat_map(little_endian).collect()
    });
    Ok(PyBytes::new(py, &data))
}

/// The bytes of one element.
fn little_endian<T: Element>(x: T) -> smallvec::SmallVec<[u8; 8]> {
    use smallvec::SmallVec;
    match T::DTYPE {
        DType::F64 => SmallVec::from_slice(&x.to_f64().to_le_bytes()),
        DType::F32 => SmallVec::from_slice(&(x.to_f64() as f32).to_le_bytes()),
        DType::F16 => {
            SmallVec::from_slice(&neurarust_core::f16::from_f64(x.to_f64()).to_le_bytes())
        }
        DType::BF16 => {
            SmallVec::from_slice(&neurarust_core::bf16::from_f64(x.to_f64()).to_le_bytes())
        }
        d => SmallVec::from_slice(&x.to_i64().to_le_bytes()[..d.size()]),
    }
}

fn from_le<T: Element>(b: &[u8]) -> T {
    fn word<const N: usize>(b: &[u8]) -> [u8; N] {
        let mut out = [0; N];
        for (slot, byte) in out.iter_mut().zip(b) {
            *slot = *byte;
        }
        out
    }
    match T::DTYPE {
        DType::F64 => T::from_f64(f64::from_le_bytes(word(b))),
        DType::F32 => T::from_f64(f32::from_le_bytes(word(b)) as f64),
        DType::F16 => T::from_f64(neurarust_core::f16::from_le_bytes(word(b)).to_f64()),
        DType::BF16 => T::from_f64(neurarust_core::bf16::from_le_bytes(word(b)).to_f64()),
        // Truncation undoes the extension by zeros.
        _ => T::from_i64(i64::from_le_bytes(word(b))),
    }
}

/// A tensor from its bytes: what pickling stores.
#[pyfunction]
#[pyo3(signature = (data, dtype, shape, requires_grad=false))]
pub fn _from_bytes(
    py: Python<'_>,
    data: &[u8],
    dtype: &str,
    shape: Vec<usize>,
    requires_grad: bool,
) -> PyResult<PyTensor> {
    let Some(dtype) = DType::ALL.into_iter().find(|d| d.name() == dtype) else {
        return Err(PyValueError::new_err(format!("unknown dtype {dtype:?}")));
    };
    if !data.len().is_multiple_of(dtype.size()) {
        return Err(PyValueError::new_err(format!(
            "{} bytes are no whole number of {dtype} elements",
            data.len()
        )));
    }
    if dtype.is_complex() {
        let parts = shape.into_iter().chain([2]).collect();
        let parts = _from_bytes(py, data, dtype.to_real().name(), parts, false)?;
        return call(py, data.len(), move || {
            let t = parts.0.view_as_complex()?.detach();
            t.set_requires_grad(requires_grad)?;
            Ok(PyTensor(t))
        });
    }
    call(py, data.len(), move || {
        let t = dispatch!(dtype, T => Tensor::from_vec(data.chunks_exact(dtype.size()).map(from_le::<T>).collect::<Vec<T>>(), shape))?;
        t.set_requires_grad(requires_grad)?;
        Ok(t)
    })
    .map(PyTensor)
}

/// The bytes of a tensor's elements in row-major order, little-endian: what files store.
#[pyfunction]
pub fn _to_bytes<'py>(
    py: Python<'py>,
    tensor: &Bound<'py, PyTensor>,
) -> PyResult<Bound<'py, PyBytes>> {
    bytes(py, &tensor.get().0)
}

/// Whether `obj` is a Tensor.
#[pyfunction]
pub fn is_tensor(obj: &Bound<'_, PyAny>) -> bool {
    obj.cast::<PyTensor>().is_ok()
}
