//! Random numbers: creation functions, in-place draws, generators.

use crate::convert::{self, IntList, Scalar, TensorArg};
use crate::create::{extents, fresh};
use crate::dtype::{self, DTypeArg, DeviceArg};
use crate::error::call;
use crate::tensor::PyTensor;
use neurarust_core::random::{self, Generator, Kind};
use neurarust_core::{DType, Result, Tensor};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyTuple;

/// A source of random numbers of its own: `Generator().manual_seed(0)`.
///
/// `kind` is 'philox', which fills arrays on all threads, or 'torch', which draws what PyTorch draws from the same seed; unless given, it is
/// that of the default generator.
#[pyclass(frozen, name = "Generator", module = "neurarust")]
pub struct PyGenerator(Option<Generator>);

/// The seed of a generator that hasn't been given one; PyTorch's.
const FIRST_SEED: u64 = 67_280_421_310_721;

impl PyGenerator {
    fn get(&self) -> &Generator {
        self.0
            .as_ref()
            .unwrap_or_else(|| random::default_generator())
    }
}

fn kind(name: Option<&str>) -> PyResult<Kind> {
    match name {
        None => Ok(random::default_generator().kind()),
        Some("philox") => Ok(Kind::Philox),
        Some("torch") => Ok(Kind::Torch),
        Some(name) => Err(PyValueError::new_err(format!(
            "kind must be 'philox' or 'torch', got {name:?}"
        ))),
    }
}

/// A state as a tensor of bytes.
fn state_tensor(py: Python<'_>, generator: &Generator) -> PyResult<PyTensor> {
    let bytes = generator.get_state();
    let n = bytes.len();
    call(py, n, || Tensor::from_vec(bytes, n)).map(PyTensor)
}

/// A state from a tensor of bytes, or from bytes.
fn restore(py: Python<'_>, generator: &Generator, state: &Bound<'_, PyAny>) -> PyResult<()> {
    let bytes = match state.cast::<PyTensor>() {
        Ok(t) => {
            let t = &t.get().0;
            if t.dtype() != DType::U8 {
                return Err(PyTypeError::new_err(format!(
                    "set_state: expected a tensor of uint8, got {}",
                    t.dtype()
                )));
            }
            call(py, t.numel(), || t.to_vec::<u8>())?
        }
        Err(_) => state.extract::<Vec<u8>>()?,
    };
    generator
        .set_state(&bytes)
        .map_err(|e| PyValueError::new_err(e.to_string()))
}

/// Any integer as a seed, as PyTorch takes them: negative ones wrap around.
fn seed_of(seed: &Bound<'_, PyAny>) -> PyResult<u64> {
    match seed.extract::<u64>() {
        Ok(s) => Ok(s),
        Err(_) => seed.extract::<i64>().map(|s| s as u64),
    }
}

#[pymethods]
impl PyGenerator {
    #[new]
    #[pyo3(signature = (device=None, *, kind=None))]
    fn new(device: Option<DeviceArg>, kind: Option<&str>) -> PyResult<PyGenerator> {
        let _ = device;
        let generator = Generator::with_kind(self::kind(kind)?, FIRST_SEED);
        Ok(PyGenerator(Some(generator)))
    }
    /// Starts anew from a seed.
    fn manual_seed<'py>(
        slf: Bound<'py, Self>,
        seed: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, Self>> {
        slf.get().get().manual_seed(seed_of(seed)?);
        Ok(slf)
    }
    /// Starts anew from a seed that nobody knows, and answers it.
    fn seed(&self) -> u64 {
        self.get().seed()
    }
    /// The seed of the start.
    fn initial_seed(&self) -> u64 {
        self.get().initial_seed()
    }
    /// Everything needed to go on later, as a tensor of bytes. That of a 'torch' generator is PyTorch's own.
    fn get_state(&self, py: Python<'_>) -> PyResult<PyTensor> {
        state_tensor(py, self.get())
    }
    /// Goes on from what `get_state` has answered.
    fn set_state(&self, py: Python<'_>, new_state: &Bound<'_, PyAny>) -> PyResult<()> {
        restore(py, self.get(), new_state)
    }
    /// A generator of its own that will draw the same numbers from here on.
    fn clone_state(&self) -> PyGenerator {
        PyGenerator(Some(self.get().fork()))
    }
    /// 'philox' or 'torch'.
    #[getter]
    fn kind(&self) -> &'static str {
        match self.get().kind() {
            Kind::Philox => "philox",
            Kind::Torch => "torch",
        }
    }
    /// Where numbers are drawn.
    #[getter]
    fn device(&self) -> crate::dtype::PyDevice {
        crate::dtype::PyDevice
    }
}

pub type Source<'a, 'py> = Option<&'a Bound<'py, PyGenerator>>;

pub fn source<'a>(generator: Source<'a, '_>) -> &'a Generator {
    match generator {
        Some(g) => g.get().get(),
        None => random::default_generator(),
    }
}

macro_rules! drawn {
    ($($(#[$doc:meta])* $name:ident $like:ident => $draw:path, $draw_like:path;)*) => { $(
        $(#[$doc])*
        #[pyfunction]
        #[pyo3(signature = (*shape, size=None, generator=None, dtype=None, device=None, requires_grad=false, layout=None, pin_memory=false))]
        #[allow(clippy::too_many_arguments)]
        fn $name(
            py: Python<'_>, shape: &Bound<'_, PyTuple>, size: Option<IntList>, generator: Source<'_, '_>, dtype: Option<DTypeArg>,
            device: Option<DeviceArg>, requires_grad: bool, layout: Option<Bound<'_, PyAny>>, pin_memory: bool,
        ) -> PyResult<PyTensor> {
            let (_, _, _) = (device, layout, pin_memory);
            let shape = extents(stringify!($name), shape, size)?;
            let dtype = dtype.map_or_else(dtype::default, |d| d.0);
            let source = source(generator);
            fresh(py, shape.len(), requires_grad, || $draw((shape, dtype), source))
        }

        $(#[$doc])*
        ///
        /// In the shape, and unless another one is given the dtype, of `input`.
        #[pyfunction]
        #[pyo3(signature = (input, *, generator=None, dtype=None, device=None, requires_grad=false, layout=None, memory_format=None))]
        #[allow(clippy::too_many_arguments)]
        fn $like(
            py: Python<'_>, input: TensorArg<'_>, generator: Source<'_, '_>, dtype: Option<DTypeArg>, device: Option<DeviceArg>, requires_grad: bool,
            layout: Option<Bound<'_, PyAny>>, memory_format: Option<Bound<'_, PyAny>>,
        ) -> PyResult<PyTensor> {
            let (_, _, _) = (device, layout, memory_format);
            let dtype = dtype.map_or(input.0.dtype(), |d| d.0);
            let source = source(generator);
            fresh(py, input.0.numel(), requires_grad, || $draw_like(input.0, dtype, source))
        }
    )* };
}
drawn! {
    /// Uniform numbers from 0 (included) to 1 (excluded).
    rand rand_like => Tensor::rand_with, Tensor::rand_like_with;
    /// Standard normal numbers.
    randn randn_like => Tensor::randn_with, Tensor::randn_like_with;
}

/// Integers from `low` (0) to `high`, which is excluded.
#[pyfunction]
#[pyo3(signature = (low, high=None, size=None, *, generator=None, dtype=None, device=None, requires_grad=false, layout=None))]
#[allow(clippy::too_many_arguments)]
fn randint(
    py: Python<'_>,
    low: i64,
    high: Option<&Bound<'_, PyAny>>,
    size: Option<IntList>,
    generator: Source<'_, '_>,
    dtype: Option<DTypeArg>,
    device: Option<DeviceArg>,
    requires_grad: bool,
    layout: Option<Bound<'_, PyAny>>,
) -> PyResult<PyTensor> {
    let (_, _) = (device, layout);
    let missing = || PyTypeError::new_err("randint: missing argument 'size'");
    // `randint(high, size)` or `randint(low, high, size)`.
    let (low, high, size) = match (high, size) {
        (Some(high), Some(size)) => (low, convert::int(high)?, size),
        (Some(size), None) => (0, low, size.extract()?),
        (None, Some(size)) => (0, low, size),
        (None, None) => return Err(missing()),
    };
    let shape = convert::shape("randint", &size.0)?;
    let dtype = dtype.map_or(DType::I64, |d| d.0);
    let source = source(generator);
    fresh(py, 1 << 10, requires_grad, || {
        Tensor::randint_with(low, high, (shape, dtype), source)
    })
}

/// Integers from `low` (0) to `high`, which is excluded, in the shape and dtype of `input`.
#[pyfunction]
#[pyo3(signature = (input, low, high=None, *, generator=None, dtype=None, device=None, requires_grad=false, layout=None, memory_format=None))]
#[allow(clippy::too_many_arguments)]
fn randint_like(
    py: Python<'_>,
    input: TensorArg<'_>,
    low: &Bound<'_, PyAny>,
    high: Option<&Bound<'_, PyAny>>,
    generator: Source<'_, '_>,
    dtype: Option<DTypeArg>,
    device: Option<DeviceArg>,
    requires_grad: bool,
    layout: Option<Bound<'_, PyAny>>,
    memory_format: Option<Bound<'_, PyAny>>,
) -> PyResult<PyTensor> {
    let (_, _, _) = (device, layout, memory_format);
    let low = convert::int(low)?;
    let (low, high) = match high {
        Some(high) => (low, convert::int(high)?),
        None => (0, low),
    };
    let dtype = dtype.map_or(input.0.dtype(), |d| d.0);
    let source = source(generator);
    fresh(py, input.0.numel(), requires_grad, || {
        Tensor::randint_with(low, high, (input.0.shape(), dtype), source)
    })
}

/// The integers below `n` in random order.
#[pyfunction]
#[pyo3(signature = (n, *, generator=None, dtype=None, device=None, requires_grad=false, layout=None, pin_memory=false))]
#[allow(clippy::too_many_arguments)]
fn randperm(
    py: Python<'_>,
    n: i64,
    generator: Source<'_, '_>,
    dtype: Option<DTypeArg>,
    device: Option<DeviceArg>,
    requires_grad: bool,
    layout: Option<Bound<'_, PyAny>>,
    pin_memory: bool,
) -> PyResult<PyTensor> {
    let (_, _, _) = (device, layout, pin_memory);
    let shape = convert::shape("randperm", &[n])?;
    let source = source(generator);
    let n = shape.first().copied().unwrap_or(0);
    fresh(py, n, requires_grad, || {
        Tensor::randperm_with(n, source)?.to_dtype(dtype.map_or(DType::I64, |d| d.0))
    })
}

/// Normal numbers of the given means and standard deviations: one of them a tensor, or numbers and a `size`.
#[pyfunction]
#[pyo3(signature = (mean, std=None, size=None, *, generator=None, dtype=None, device=None, requires_grad=false, layout=None, pin_memory=false))]
#[allow(clippy::too_many_arguments)]
fn normal(
    py: Python<'_>,
    mean: &Bound<'_, PyAny>,
    std: Option<&Bound<'_, PyAny>>,
    size: Option<IntList>,
    generator: Source<'_, '_>,
    dtype: Option<DTypeArg>,
    device: Option<DeviceArg>,
    requires_grad: bool,
    layout: Option<Bound<'_, PyAny>>,
    pin_memory: bool,
) -> PyResult<PyTensor> {
    let (_, _, _) = (device, layout, pin_memory);
    let tensors =
        mean.is_instance_of::<PyTensor>() || std.is_some_and(|s| s.is_instance_of::<PyTensor>());
    let mean = convert::expect_operand(mean, "normal", "mean")?;
    let std = match std {
        Some(std) => convert::expect_operand(std, "normal", "std")?,
        None => neurarust_core::Held::Owned(convert::Number::Float(1.0).tensor(py)?),
    };
    let source = source(generator);
    let (mean, std): (&Tensor, &Tensor) = (&mean, &std);
    match size {
        Some(_) if tensors => Err(PyTypeError::new_err(
            "normal: a size goes with numbers only; tensors give the shape themselves",
        )),
        Some(size) => {
            let shape = convert::shape("normal", &size.0)?;
            let dtype = dtype.map_or_else(dtype::default, |d| d.0);
            fresh(py, 1 << 10, requires_grad, || {
                let (mean, std) = (mean.item::<f64>()?, std.item::<f64>()?);
                let out = Tensor::empty((shape, dtype))?;
                out.normal_with_(mean, std, source)?;
                Ok(out)
            })
        }
        None if !tensors => Err(PyTypeError::new_err(
            "normal: missing argument 'size', which goes with numbers as mean and std",
        )),
        None => {
            let out = call(py, mean.numel().max(std.numel()), || {
                let out = mean.normal_of(std, source)?;
                match dtype {
                    Some(d) => out.to_dtype(d.0),
                    None => Ok(out),
                }
            });
            out.map(PyTensor)
        }
    }
}

/// 1 with the probability that each element gives, or with `p` everywhere, 0 otherwise.
#[pyfunction]
#[pyo3(signature = (input, p=None, *, generator=None))]
fn bernoulli(
    py: Python<'_>,
    input: TensorArg<'_>,
    p: Option<f64>,
    generator: Source<'_, '_>,
) -> PyResult<PyTensor> {
    let source = source(generator);
    call(py, input.0.numel(), || match p {
        None => input.0.bernoulli_with(source),
        Some(p) => {
            let out = Tensor::empty((input.0.shape(), input.0.dtype()))?;
            out.bernoulli_with_(p, source)?;
            Ok(out)
        }
    })
    .map(PyTensor)
}

/// `num_samples` indices per row, drawn with the row's weights.
#[pyfunction]
#[pyo3(signature = (input, num_samples, replacement=false, *, generator=None))]
fn multinomial(
    py: Python<'_>,
    input: TensorArg<'_>,
    num_samples: usize,
    replacement: bool,
    generator: Source<'_, '_>,
) -> PyResult<PyTensor> {
    let source = source(generator);
    call(py, input.0.numel(), || {
        input.0.multinomial_with(num_samples, replacement, source)
    })
    .map(PyTensor)
}

/// Numbers of events at the rates that the elements give.
#[pyfunction]
#[pyo3(signature = (input, generator=None))]
fn poisson(py: Python<'_>, input: TensorArg<'_>, generator: Source<'_, '_>) -> PyResult<PyTensor> {
    let source = source(generator);
    call(py, input.0.numel(), || input.0.poisson(source)).map(PyTensor)
}

/// Numbers of successes in `count` trials of probability `prob`.
#[pyfunction]
#[pyo3(signature = (count, prob, generator=None))]
fn binomial(
    py: Python<'_>,
    count: TensorArg<'_>,
    prob: TensorArg<'_>,
    generator: Source<'_, '_>,
) -> PyResult<PyTensor> {
    let source = source(generator);
    call(py, count.0.numel(), || count.0.binomial(prob.0, source)).map(PyTensor)
}

/// Gamma numbers of the shape parameters `input` and rate 1, with gradients at fixed quantiles.
#[pyfunction]
#[pyo3(signature = (input, generator=None))]
fn _standard_gamma(
    py: Python<'_>,
    input: TensorArg<'_>,
    generator: Source<'_, '_>,
) -> PyResult<PyTensor> {
    let source = source(generator);
    call(py, input.0.numel(), || input.0.standard_gamma(source)).map(PyTensor)
}

/// How gamma numbers change with their parameters.
#[pyfunction]
fn _standard_gamma_grad(
    py: Python<'_>,
    input: TensorArg<'_>,
    output: TensorArg<'_>,
) -> PyResult<PyTensor> {
    call(py, input.0.numel(), || {
        input.0.standard_gamma_grad(output.0)
    })
    .map(PyTensor)
}

/// Whether the default generator draws what PyTorch draws from the same seed: initial weights, dropout masks, permutations and all; or
/// (False) the faster default. It goes to the start of its seed's sequence when that changes.
#[pyfunction]
#[pyo3(signature = (mode=true))]
fn use_torch_rng(mode: bool) {
    random::set_default(if mode { Kind::Torch } else { Kind::Philox });
}

/// Seeds the default generator. After `use_torch_rng()` it draws what PyTorch draws from the same seed.
#[pyfunction]
fn manual_seed(py: Python<'_>, seed: &Bound<'_, PyAny>) -> PyResult<Py<PyGenerator>> {
    random::manual_seed(seed_of(seed)?);
    Py::new(py, PyGenerator(None))
}

/// Seeds the default generator with a number that nobody knows, and answers it.
#[pyfunction]
fn seed() -> u64 {
    random::seed()
}

/// The seed of the default generator.
#[pyfunction]
fn initial_seed() -> u64 {
    random::initial_seed()
}

/// The state of the default generator, as a tensor of bytes.
#[pyfunction]
fn get_rng_state(py: Python<'_>) -> PyResult<PyTensor> {
    state_tensor(py, random::default_generator())
}

/// Goes on from what `get_rng_state` has answered.
#[pyfunction]
fn set_rng_state(py: Python<'_>, new_state: &Bound<'_, PyAny>) -> PyResult<()> {
    restore(py, random::default_generator(), new_state)
}

fn overwrite<'py>(
    slf: Bound<'py, PyTensor>,
    f: impl FnOnce(&Tensor) -> Result<()> + Send,
) -> PyResult<Bound<'py, PyTensor>> {
    let t = &slf.get().0;
    call(slf.py(), t.numel(), || f(t))?;
    Ok(slf)
}

#[pymethods]
impl PyTensor {
    /// Uniform numbers, in place.
    #[pyo3(signature = (from=0.0, to=1.0, *, generator=None))]
    fn uniform_<'py>(
        slf: Bound<'py, Self>,
        from: f64,
        to: f64,
        generator: Source<'_, 'py>,
    ) -> PyResult<Bound<'py, Self>> {
        let source = source(generator);
        overwrite(slf, |t| t.uniform_with_(from, to, source).map(|_| ()))
    }
    /// Normal numbers, in place.
    #[pyo3(signature = (mean=0.0, std=1.0, *, generator=None))]
    fn normal_<'py>(
        slf: Bound<'py, Self>,
        mean: f64,
        std: f64,
        generator: Source<'_, 'py>,
    ) -> PyResult<Bound<'py, Self>> {
        let source = source(generator);
        overwrite(slf, |t| t.normal_with_(mean, std, source).map(|_| ()))
    }
    /// 1 with probability `p` (a number or a tensor), 0 otherwise, in place.
    #[pyo3(signature = (p=None, *, generator=None))]
    fn bernoulli_<'py>(
        slf: Bound<'py, Self>,
        p: Option<Bound<'py, PyAny>>,
        generator: Source<'_, 'py>,
    ) -> PyResult<Bound<'py, Self>> {
        let source = source(generator);
        let tensor = match &p {
            Some(p) => p.cast::<PyTensor>().ok().map(|t| t.get().0.clone()),
            None => None,
        };
        let p = match (&tensor, p) {
            (None, Some(p)) => p.extract::<Scalar>()?.0.f64(),
            _ => 0.5,
        };
        overwrite(slf, |t| match tensor {
            Some(weights) => t.bernoulli_by_(&weights, source).map(|_| ()),
            None => t.bernoulli_with_(p, source).map(|_| ()),
        })
    }
    /// Integers from `from` to `to`, which is excluded, in place; without either, from 0 to the largest that the dtype holds.
    #[pyo3(signature = (from=None, to=None, *, generator=None))]
    fn random_<'py>(
        slf: Bound<'py, Self>,
        from: Option<i64>,
        to: Option<i64>,
        generator: Source<'_, 'py>,
    ) -> PyResult<Bound<'py, Self>> {
        let source = source(generator);
        // One bound is the upper one.
        let bounds = match (from, to) {
            (None, None) => None,
            (Some(high), None) | (None, Some(high)) => Some((0, high)),
            (Some(low), Some(high)) => Some((low, high)),
        };
        overwrite(slf, |t| match bounds {
            None => t.random_any_with_(source).map(|_| ()),
            Some((low, high)) => t.random_with_(low, high, source).map(|_| ()),
        })
    }
    /// Exponentially distributed numbers, in place.
    #[pyo3(signature = (lambd=1.0, *, generator=None))]
    fn exponential_<'py>(
        slf: Bound<'py, Self>,
        lambd: f64,
        generator: Source<'_, 'py>,
    ) -> PyResult<Bound<'py, Self>> {
        let source = source(generator);
        overwrite(slf, |t| t.exponential_with_(lambd, source).map(|_| ()))
    }
    /// Numbers whose logarithm is normal, in place.
    #[pyo3(signature = (mean=1.0, std=2.0, *, generator=None))]
    fn log_normal_<'py>(
        slf: Bound<'py, Self>,
        mean: f64,
        std: f64,
        generator: Source<'_, 'py>,
    ) -> PyResult<Bound<'py, Self>> {
        let source = source(generator);
        overwrite(slf, |t| t.log_normal_with_(mean, std, source).map(|_| ()))
    }
    /// Cauchy-distributed numbers, in place.
    #[pyo3(signature = (median=0.0, sigma=1.0, *, generator=None))]
    fn cauchy_<'py>(
        slf: Bound<'py, Self>,
        median: f64,
        sigma: f64,
        generator: Source<'_, 'py>,
    ) -> PyResult<Bound<'py, Self>> {
        let source = source(generator);
        overwrite(slf, |t| t.cauchy_with_(median, sigma, source).map(|_| ()))
    }
    /// Geometrically distributed numbers, in place.
    #[pyo3(signature = (p, *, generator=None))]
    fn geometric_<'py>(
        slf: Bound<'py, Self>,
        p: f64,
        generator: Source<'_, 'py>,
    ) -> PyResult<Bound<'py, Self>> {
        let source = source(generator);
        overwrite(slf, |t| t.geometric_with_(p, source).map(|_| ()))
    }
    /// 1 with the probability that each element gives, or with `p` everywhere, 0 otherwise.
    #[pyo3(signature = (p=None, *, generator=None))]
    fn bernoulli(
        &self,
        py: Python<'_>,
        p: Option<f64>,
        generator: Source<'_, '_>,
    ) -> PyResult<PyTensor> {
        bernoulli(py, TensorArg(&self.0), p, generator)
    }
    /// `num_samples` indices per row, drawn with the row's weights.
    #[pyo3(signature = (num_samples, replacement=false, *, generator=None))]
    fn multinomial(
        &self,
        py: Python<'_>,
        num_samples: usize,
        replacement: bool,
        generator: Source<'_, '_>,
    ) -> PyResult<PyTensor> {
        multinomial(py, TensorArg(&self.0), num_samples, replacement, generator)
    }
}

pub fn register(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add_class::<PyGenerator>()?;
    m.add("default_generator", Py::new(m.py(), PyGenerator(None))?)?;
    for f in [
        wrap_pyfunction!(rand, m)?,
        wrap_pyfunction!(rand_like, m)?,
        wrap_pyfunction!(randn, m)?,
        wrap_pyfunction!(randn_like, m)?,
        wrap_pyfunction!(randint, m)?,
        wrap_pyfunction!(randint_like, m)?,
        wrap_pyfunction!(randperm, m)?,
        wrap_pyfunction!(normal, m)?,
        wrap_pyfunction!(bernoulli, m)?,
        wrap_pyfunction!(multinomial, m)?,
        wrap_pyfunction!(poisson, m)?,
        wrap_pyfunction!(binomial, m)?,
        wrap_pyfunction!(_standard_gamma, m)?,
        wrap_pyfunction!(_standard_gamma_grad, m)?,
        wrap_pyfunction!(use_torch_rng, m)?,
        wrap_pyfunction!(manual_seed, m)?,
        wrap_pyfunction!(seed, m)?,
        wrap_pyfunction!(initial_seed, m)?,
        wrap_pyfunction!(get_rng_state, m)?,
        wrap_pyfunction!(set_rng_state, m)?,
    ] {
        m.add_function(f)?;
    }
    Ok(())
}
