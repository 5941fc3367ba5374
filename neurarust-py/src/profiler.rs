//! The profiler from Python: recordings, spans, and names of calls that nobody has to write down.

use crate::error::{call_unnamed, exception};
use neurarust_core::profiler::{
    self, Counting, Kind, Name, Options, Profile, Recording, Row, SortBy, Span,
};
use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use std::cell::RefCell;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard};

/// While somebody listens, an event named after the function that the closure `F` stands in: the binding's own name.
#[inline(always)]
pub fn named_after<F>() -> Option<Span> {
    match profiler::is_on() {
        true => Some(begin(std::any::type_name::<F>())),
        false => None,
    }
}

#[cold]
#[inline(never)]
fn begin(closure: &'static str) -> Span {
    thread_local! {
        static KNOWN: RefCell<HashMap<*const u8, &'static str>> = RefCell::default();
    }
    let name = KNOWN.with_borrow_mut(|known| {
        *known
            .entry(closure.as_ptr())
            .or_insert_with(|| name_of(closure))
    });
    profiler::op(name)
}

/// `add` of `neurarust_py::operators::binary<….::<impl …PyTensor>::__radd__::{{closure}}>::{{closure}}`.
fn name_of(closure: &'static str) -> &'static str {
    // The innermost function is named first; the others are helpers that were given its closure.
    let path = closure.split("::{{closure}}").next().unwrap_or(closure);
    let last = path.rsplit("::").next().unwrap_or(path);
    let last = last.trim_end_matches('>').split('<').next().unwrap_or(last);
    let Some(special) = last
        .strip_prefix("__")
        .and_then(|name| name.strip_suffix("__"))
    else {
        return match last.trim_start_matches('_') {
            "backward_of" => "backward",
            "choose" => "where",
            "convert_to" => "to",
            "pad_constant" => "pad",
            "" => "call",
            name => name,
        };
    };
    match special {
        "truediv" | "rtruediv" | "itruediv" => "div",
        "floordiv" | "rfloordiv" | "ifloordiv" => "floor_divide",
        "mod" | "rmod" | "imod" => "remainder",
        "radd" | "iadd" => "add",
        "rsub" | "isub" => "sub",
        "rmul" | "imul" => "mul",
        "rpow" | "ipow" => "pow",
        "rmatmul" | "imatmul" => "matmul",
        "iand" | "rand" => "and",
        "ior" | "ror" => "or",
        "richcmp" => "compare",
        "ilshift" | "rlshift" => "lshift",
        "irshift" | "rrshift" => "rshift",
        "ixor" | "rxor" => "xor",
        other => other,
    }
}

static RUNNING: Mutex<Option<Recording>> = Mutex::new(None);
static COUNTING: Mutex<Vec<Counting>> = Mutex::new(Vec::new());

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|e| e.into_inner())
}

/// Begins a recording.
#[pyfunction]
fn _profiler_start(py: Python<'_>, memory: bool, shapes: bool, lines: bool) -> PyResult<()> {
    let options = Options {
        memory,
        shapes,
        lines,
    };
    let recording = options.start().map_err(|e| exception(py, &e))?;
    let old = lock(&RUNNING).replace(recording);
    drop(old);
    Ok(())
}

/// Ends the recording.
#[pyfunction]
fn _profiler_stop() -> PyResult<PyProfile> {
    let recording = lock(&RUNNING).take();
    match recording {
        Some(recording) => Ok(PyProfile(recording.stop().without_rust_lines())),
        None => Err(PyRuntimeError::new_err("profiler: no recording is running")),
    }
}

/// Begins a span: a module's with its path, the user's without. Answers what ends it.
#[pyfunction]
#[pyo3(signature = (name, path=None))]
fn _profiler_enter(name: String, path: Option<&str>) -> u64 {
    let kind = match path {
        Some(_) => Kind::Module,
        None => Kind::Span,
    };
    profiler::enter(kind, Name::Owned(name), path)
}

/// Ends a span.
#[pyfunction]
fn _profiler_exit(id: u64) {
    profiler::exit(id);
}

/// Counts floating-point operations from here on (`True`), or one listener less (`False`).
#[pyfunction]
fn _count_flops(on: bool) {
    let mut counting = lock(&COUNTING);
    match on {
        true => counting.push(profiler::counting()),
        false => drop(counting.pop()),
    }
}

/// Floating-point operations that this thread has counted.
#[pyfunction]
fn _flops() -> u64 {
    profiler::flops()
}

fn sort_by(name: Option<&str>) -> PyResult<SortBy> {
    let name = name.unwrap_or("");
    // There is one device.
    let plain = name
        .replace("cuda_", "cpu_")
        .replace("device_", "cpu_")
        .replace("xpu_", "cpu_");
    Ok(match plain.as_str() {
        "" => SortBy::Appearance,
        "self_cpu_time_total" | "self_cpu_time" => SortBy::Own,
        "cpu_time_total" => SortBy::Total,
        "cpu_time" => SortBy::Average,
        "count" | "calls" => SortBy::Calls,
        "flops" => SortBy::Flops,
        "bytes" => SortBy::Bytes,
        "cpu_memory_usage" => SortBy::Memory,
        "self_cpu_memory_usage" => SortBy::OwnMemory,
        "key" | "name" => SortBy::Name,
        _ => {
            return Err(PyValueError::new_err(format!(
                "profiler: can't sort by {name:?}; expected self_cpu_time_total, cpu_time_total, cpu_time, count, flops, bytes, cpu_memory_usage, self_cpu_memory_usage or name"
            )));
        }
    })
}

/// What a recording has seen.
#[pyclass(frozen, name = "_Profile", module = "neurarust.profiler")]
pub struct PyProfile(Profile);

/// A row, as `neurarust.profiler` makes objects of it.
type Numbers = (
    String,
    String,
    bool,
    bool,
    String,
    u64,
    [f64; 3],
    u64,
    u64,
    i64,
    i64,
);

fn numbers(row: Row) -> Numbers {
    let microseconds = [row.total, row.own, row.gradients].map(|t| t.as_nanos() as f64 / 1e3);
    (
        row.name,
        row.class,
        row.backward,
        row.span,
        row.shapes,
        row.calls,
        microseconds,
        row.bytes,
        row.flops,
        row.memory,
        row.own_memory,
    )
}

/// An event: name, kind, backward, module, thread, depth, start and duration and own time in µs, bytes, flops, shapes, line,
/// growth of live bytes and own growth.
type Happened = (
    String,
    &'static str,
    bool,
    String,
    u32,
    u32,
    [f64; 3],
    u64,
    u64,
    Option<String>,
    Option<String>,
    [i64; 2],
);

#[pymethods]
impl PyProfile {
    #[pyo3(signature = (sort_by=None, shapes=false))]
    fn ops(&self, sort_by: Option<&str>, shapes: bool) -> PyResult<Vec<Numbers>> {
        let rows = self.0.ops_by(self::sort_by(sort_by)?, shapes);
        Ok(rows.into_iter().map(numbers).collect())
    }
    fn modules(&self) -> Vec<Numbers> {
        self.0.modules().into_iter().map(numbers).collect()
    }
    #[pyo3(signature = (sort_by=None, row_limit=100, shapes=false, modules=false))]
    fn table(
        &self,
        sort_by: Option<&str>,
        row_limit: i64,
        shapes: bool,
        modules: bool,
    ) -> PyResult<String> {
        let by = self::sort_by(sort_by)?;
        // PyTorch's -1 is no limit.
        let limit = usize::try_from(row_limit).unwrap_or(usize::MAX);
        Ok(match modules {
            true => self.0.modules_table(by, limit),
            false => self.0.ops_table(by, limit, shapes),
        })
    }
    fn events(&self) -> Vec<Happened> {
        let events = self.0.events().iter().map(|e| {
            let kind = match e.kind {
                Kind::Op => "op",
                Kind::Module => "module",
                Kind::Span => "span",
            };
            let microseconds = [e.start, e.duration, e.own].map(|t| t.as_nanos() as f64 / 1e3);
            (
                e.name.to_string(),
                kind,
                e.backward,
                e.module.to_string(),
                e.thread,
                e.depth,
                microseconds,
                e.bytes,
                e.flops,
                e.shapes.as_deref().map(str::to_string),
                e.line(),
                [e.memory, e.own_memory],
            )
        });
        events.collect()
    }
    fn export_chrome_trace(&self, py: Python<'_>, path: PathBuf) -> PyResult<()> {
        call_unnamed(py, usize::MAX, || self.0.export_chrome_trace(path))
    }
    /// How long it ran, in µs.
    #[getter]
    fn duration(&self) -> f64 {
        self.0.duration().as_nanos() as f64 / 1e3
    }
    #[getter]
    fn flops(&self) -> u64 {
        self.0.flops()
    }
    #[getter]
    fn bytes(&self) -> u64 {
        self.0.bytes()
    }
    fn __str__(&self) -> String {
        self.0.to_string()
    }
}

pub fn register(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add_class::<PyProfile>()?;
    m.add_function(wrap_pyfunction!(_profiler_start, m)?)?;
    m.add_function(wrap_pyfunction!(_profiler_stop, m)?)?;
    m.add_function(wrap_pyfunction!(_profiler_enter, m)?)?;
    m.add_function(wrap_pyfunction!(_profiler_exit, m)?)?;
    m.add_function(wrap_pyfunction!(_count_flops, m)?)?;
    m.add_function(wrap_pyfunction!(_flops, m)?)?;
    Ok(())
}
