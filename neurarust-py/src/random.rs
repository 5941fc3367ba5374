//! Random numbers: creation functions, in-place draws, generators.

use crate::convert::{self, IntList, Scalar, TensorArg};
use crate::create::{extents, fresh};
use crate::dtype::{self, DTypeArg, DeviceArg};
use crate::error::call;
use crate::tensor::PyTensor;
use neurarust_core::random::{self, Algorithm, Generator};
use neurarust_core::{DType, Result, Tensor};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyTuple};

/// A source of random numbers of its own: `Generator().manual_seed(0)`.
///
/// `algorithm` is 'philox' (the default) or 'mt19937', which draws what PyTorch draws from the same seed.
#[pyclass(frozen, name = "Generator", module = "neurarust")]
pub struct PyGenerator(Option<Generator>);

impl PyGenerator {
    fn get(&self) -> &Generator {
        self.0
            .as_ref()
            .unwrap_or_else(|| random::default_generator())
    }
}

fn algorithm(name: &str) -> PyResult<Algorithm> {
    match name {
        "philox" => Ok(Algorithm::Philox),
        "mt19937" => Ok(Algorithm::Mt19937),
        _ => Err(PyValueError::new_err(format!(
            "algorithm must be 'philox' or 'mt19937', got {name:?}"
        ))),
    }
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
    #[pyo3(signature = (device=None, *, algorithm="philox"))]
    fn new(device: Option<DeviceArg>, algorithm: &str) -> PyResult<PyGenerator> {
        let _ = device;
        Ok(PyGenerator(Some(Generator::with_algorithm(
            self::algorithm(algorithm)?,
            random::seed(),
        ))))
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
    /// Everything needed to go on later, as bytes.
    fn get_state<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.get().get_state())
    }
    /// Goes on from what `get_state` has answered.
    fn set_state(&self, new_state: &[u8]) -> PyResult<()> {
        self.get()
            .set_state(new_state)
            .map_err(|e| PyValueError::new_err(e.to_string()))
    }
    /// Where numbers are drawn.
    #[getter]
    fn device(&self) -> crate::dtype::PyDevice {
        crate::dtype::PyDevice
    }
}

type Source<'a, 'py> = Option<&'a Bound<'py, PyGenerator>>;

fn source<'a>(generator: Source<'a, '_>) -> &'a Generator {
    match generator {
        Some(g) => g.get().get(),
        None => random::default_generator(),
    }
}

macro_rules! drawn {
    ($($(#[$doc:meta])* $name:ident $like:ident => $draw:path;)*) => { $(
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
            let spec = (input.0.dims().to_vec(), dtype.map_or(input.0.dtype(), |d| d.0));
            let source = source(generator);
            fresh(py, input.0.numel(), requires_grad, || $draw(spec, source))
        }
    )* };
}
drawn! {
    /// Uniform numbers from 0 (included) to 1 (excluded).
    rand rand_like => Tensor::rand_with;
    /// Standard normal numbers.
    randn randn_like => Tensor::randn_with;
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
#[pyo3(signature = (input, low, high=None, *, dtype=None, device=None))]
fn randint_like(
    py: Python<'_>,
    input: TensorArg<'_>,
    low: i64,
    high: Option<i64>,
    dtype: Option<DTypeArg>,
    device: Option<DeviceArg>,
) -> PyResult<PyTensor> {
    let _ = device;
    let (low, high) = match high {
        Some(high) => (low, high),
        None => (0, low),
    };
    let spec = (
        input.0.dims().to_vec(),
        dtype.map_or(input.0.dtype(), |d| d.0),
    );
    call(py, input.0.numel(), || Tensor::randint(low, high, spec)).map(PyTensor)
}

/// The integers below `n` in random order.
#[pyfunction]
#[pyo3(signature = (n, *, generator=None, dtype=None, device=None, requires_grad=false))]
fn randperm(
    py: Python<'_>,
    n: i64,
    generator: Source<'_, '_>,
    dtype: Option<DTypeArg>,
    device: Option<DeviceArg>,
    requires_grad: bool,
) -> PyResult<PyTensor> {
    let _ = device;
    let shape = convert::shape("randperm", &[n])?;
    let source = source(generator);
    let n = shape.first().copied().unwrap_or(0);
    fresh(py, n, requires_grad, || {
        Tensor::randperm_with(n, source)?.to_dtype(dtype.map_or(DType::I64, |d| d.0))
    })
}

/// Normal numbers of the given mean and standard deviation: numbers with `size`, or tensors.
#[pyfunction]
#[pyo3(signature = (mean, std=None, size=None, *, generator=None, dtype=None))]
fn normal(
    py: Python<'_>,
    mean: &Bound<'_, PyAny>,
    std: Option<&Bound<'_, PyAny>>,
    size: Option<IntList>,
    generator: Source<'_, '_>,
    dtype: Option<DTypeArg>,
) -> PyResult<PyTensor> {
    let mean = convert::expect_operand(mean, "normal", "mean")?;
    let std = match std {
        Some(std) => convert::expect_operand(std, "normal", "std")?,
        None => neurarust_core::Held::Owned(convert::Number::Float(1.0).tensor(py)?),
    };
    let dtype = dtype.map_or_else(dtype::default, |d| d.0);
    let source = source(generator);
    let (mean, std): (&Tensor, &Tensor) = (&mean, &std);
    call(py, mean.numel().max(std.numel()), || {
        let shape = match &size {
            Some(size) => size
                .0
                .iter()
                .map(|&s| usize::try_from(s).unwrap_or(usize::MAX))
                .collect(),
            None => mean
                .shape()
                .broadcast(std.shape(), "normal")?
                .dims()
                .to_vec(),
        };
        Tensor::randn_with((shape, dtype), source)?
            .mul(std)?
            .add(mean)
    })
    .map(PyTensor)
}

/// 1 with the probability that each element gives, 0 otherwise.
#[pyfunction]
#[pyo3(signature = (input, *, generator=None))]
fn bernoulli(
    py: Python<'_>,
    input: TensorArg<'_>,
    generator: Source<'_, '_>,
) -> PyResult<PyTensor> {
    let source = source(generator);
    call(py, input.0.numel(), || input.0.bernoulli_with(source)).map(PyTensor)
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

/// Seeds the default generator. `algorithm='mt19937'` draws what PyTorch draws from the same seed.
#[pyfunction]
#[pyo3(signature = (seed, *, algorithm=None))]
fn manual_seed(
    py: Python<'_>,
    seed: &Bound<'_, PyAny>,
    algorithm: Option<&str>,
) -> PyResult<Py<PyGenerator>> {
    if let Some(name) = algorithm {
        random::default_generator().set_algorithm(self::algorithm(name)?);
    }
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

/// The state of the default generator, as bytes.
#[pyfunction]
fn get_rng_state(py: Python<'_>) -> Bound<'_, PyBytes> {
    PyBytes::new(py, &random::default_generator().get_state())
}

/// Goes on from what `get_rng_state` has answered.
#[pyfunction]
fn set_rng_state(new_state: &[u8]) -> PyResult<()> {
    random::default_generator()
        .set_state(new_state)
        .map_err(|e| PyValueError::new_err(e.to_string()))
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
    /// 1 with probability `p`, 0 otherwise, in place.
    #[pyo3(signature = (p=None))]
    fn bernoulli_<'py>(
        slf: Bound<'py, Self>,
        p: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, Self>> {
        let tensor = match &p {
            Some(p) => p.cast::<PyTensor>().ok().map(|t| t.get().0.clone()),
            None => None,
        };
        let p = match (&tensor, p) {
            (None, Some(p)) => p.extract::<Scalar>()?.0.f64(),
            _ => 0.5,
        };
        overwrite(slf, |t| match tensor {
            Some(weights) => t
                .copy_(&weights.expand(t.shape())?.bernoulli()?)
                .map(|_| ()),
            None => t.bernoulli_(p).map(|_| ()),
        })
    }
    /// Integers from `from` to `to`, which is excluded, in place.
    #[pyo3(signature = (from=None, to=None))]
    fn random_<'py>(
        slf: Bound<'py, Self>,
        from: Option<i64>,
        to: Option<i64>,
    ) -> PyResult<Bound<'py, Self>> {
        let top = match slf.get().0.dtype() {
            DType::Bool => 2,
            DType::U8 => 256,
            DType::I8 => 128,
            DType::I16 => 1 << 15,
            DType::I32 => 1 << 31,
            DType::F16 => 1 << 11,
            DType::BF16 => 1 << 8,
            DType::F32 => 1 << 24,
            DType::F64 => 1 << 53,
            DType::I64 => i64::MAX,
            // Refused below.
            DType::C64 | DType::C128 => 1,
        };
        let (low, high) = match (from, to) {
            (Some(high), None) => (0, high),
            (low, high) => (low.unwrap_or(0), high.unwrap_or(top)),
        };
        overwrite(slf, |t| t.random_(low, high).map(|_| ()))
    }
    /// Exponentially distributed numbers, in place.
    #[pyo3(signature = (lambd=1.0))]
    fn exponential_<'py>(slf: Bound<'py, Self>, lambd: f64) -> PyResult<Bound<'py, Self>> {
        overwrite(slf, |t| t.exponential_(lambd).map(|_| ()))
    }
    /// Numbers whose logarithm is normal, in place.
    #[pyo3(signature = (mean=1.0, std=2.0))]
    fn log_normal_<'py>(slf: Bound<'py, Self>, mean: f64, std: f64) -> PyResult<Bound<'py, Self>> {
        overwrite(slf, |t| t.log_normal_(mean, std).map(|_| ()))
    }
    /// Cauchy-distributed numbers, in place.
    #[pyo3(signature = (median=0.0, sigma=1.0))]
    fn cauchy_<'py>(slf: Bound<'py, Self>, median: f64, sigma: f64) -> PyResult<Bound<'py, Self>> {
        overwrite(slf, |t| t.cauchy_(median, sigma).map(|_| ()))
    }
    /// Geometrically distributed numbers, in place.
    fn geometric_<'py>(slf: Bound<'py, Self>, p: f64) -> PyResult<Bound<'py, Self>> {
        overwrite(slf, |t| t.geometric_(p).map(|_| ()))
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
