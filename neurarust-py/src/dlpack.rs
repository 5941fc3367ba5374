//! DLPack: tensors that share their memory with other libraries, both ways.

use crate::error::call;
use crate::tensor::PyTensor;
use neurarust_core::{DType, Tensor};
use pyo3::exceptions::{PyBufferError, PyTypeError};
use pyo3::ffi;
use pyo3::prelude::*;
use std::ffi::{CStr, c_void};

const NAME: &CStr = c"dltensor";
const USED: &CStr = c"used_dltensor";
/// DLPack's number of the CPU.
const CPU: i32 = 1;

/// `DLTensor` of DLPack's C header.
#[repr(C)]
struct DlTensor {
    data: *mut c_void,
    device_type: i32,
    device_id: i32,
    ndim: i32,
    code: u8,
    bits: u8,
    lanes: u16,
    shape: *mut i64,
    strides: *mut i64,
    byte_offset: u64,
}

/// `DLManagedTensor` of DLPack's C header.
#[repr(C)]
struct DlManaged {
    tensor: DlTensor,
    context: *mut c_void,
    deleter: Option<unsafe extern "C" fn(*mut DlManaged)>,
}

/// A managed tensor of ours with all that it points to.
struct Export {
    managed: DlManaged,
    sizes: Vec<i64>,
    steps: Vec<i64>,
    /// Keeps the buffer alive.
    _tensor: Tensor,
}

/// DLPack's code and bits of an element type.
fn code(dtype: DType) -> (u8, u8) {
    let kind = match dtype {
        DType::I8 | DType::I16 | DType::I32 | DType::I64 => 0,
        DType::U8 => 1,
        DType::F16 | DType::F32 | DType::F64 => 2,
        DType::BF16 => 4,
        DType::C64 | DType::C128 => 5,
        DType::Bool => 6,
    };
    (kind, 8 * dtype.size() as u8)
}

unsafe extern "C" fn delete(managed: *mut DlManaged) {
    // SAFETY: the consumer calls this once, with the pointer that `__dlpack__` gave away; its context is the box.
    unsafe { drop(Box::from_raw((*managed).context.cast::<Export>())) }
}

unsafe extern "C" fn drop_capsule(capsule: *mut ffi::PyObject) {
    // SAFETY: the interpreter passes the capsule it is about to free. A consumer has renamed it; then the tensor is theirs.
    unsafe {
        if ffi::PyCapsule_IsValid(capsule, NAME.as_ptr()) == 1 {
            let managed = ffi::PyCapsule_GetPointer(capsule, NAME.as_ptr()).cast::<DlManaged>();
            if let Some(deleter) = (*managed).deleter {
                deleter(managed);
            }
        }
    }
}

#[pymethods]
impl PyTensor {
    /// The elements as a DLPack capsule that shares their memory.
    #[pyo3(signature = (*, stream=None, max_version=None, dl_device=None, copy=None))]
    fn __dlpack__<'py>(
        &self,
        py: Python<'py>,
        stream: Option<Bound<'py, PyAny>>,
        max_version: Option<Bound<'py, PyAny>>,
        dl_device: Option<(i32, i32)>,
        copy: Option<bool>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let (_, _) = (stream, max_version);
        if self.0.is_requires_grad() {
            return Err(PyBufferError::new_err(
                "__dlpack__: this tensor requires a gradient; use detach()",
            ));
        }
        if dl_device.is_some_and(|d| d.0 != CPU) {
            return Err(PyBufferError::new_err(
                "__dlpack__: the tensor is on the CPU",
            ));
        }
        let tensor = match copy {
            Some(true) => call(py, self.0.numel(), || self.0.try_clone())?,
            _ => self.0.detach(),
        };
        let (code, bits) = code(tensor.dtype());
        let start = (tensor.storage().as_ptr() as usize)
            .wrapping_add(tensor.layout().offset() * tensor.dtype().size());
        let mut export = Box::new(Export {
            sizes: tensor.dims().iter().map(|&d| d as i64).collect(),
            steps: tensor.strides().iter().map(|&s| s as i64).collect(),
            managed: DlManaged {
                tensor: DlTensor {
                    data: start as *mut c_void,
                    device_type: CPU,
                    device_id: 0,
                    ndim: tensor.rank() as i32,
                    code,
                    bits,
                    lanes: 1,
                    shape: std::ptr::null_mut(),
                    strides: std::ptr::null_mut(),
                    byte_offset: 0,
                },
                context: std::ptr::null_mut(),
                deleter: Some(delete),
            },
            _tensor: tensor,
        });
        export.managed.tensor.shape = export.sizes.as_mut_ptr();
        export.managed.tensor.strides = export.steps.as_mut_ptr();
        let export = Box::into_raw(export);
        // SAFETY: `export` is a fresh allocation; the capsule, or who takes it over, frees it once through `delete`.
        unsafe {
            (*export).managed.context = export.cast();
            let managed: *mut DlManaged = &raw mut (*export).managed;
            let capsule = ffi::PyCapsule_New(managed.cast(), NAME.as_ptr(), Some(drop_capsule));
            if capsule.is_null() {
                drop(Box::from_raw(export));
            }
            Bound::from_owned_ptr_or_err(py, capsule)
        }
    }
    /// DLPack's number of the device.
    fn __dlpack_device__(&self) -> (i32, i32) {
        (CPU, 0)
    }
}

/// Another library's tensor, freed when ours lets go of it.
struct Import(*mut DlManaged);

// SAFETY: DLPack allows the deleter to be called from any thread.
unsafe impl Send for Import {}
// SAFETY: nothing is reachable through a shared reference.
unsafe impl Sync for Import {}

impl Drop for Import {
    fn drop(&mut self) {
        // The owner may be a Python object, whose reference counts need the interpreter's lock.
        Python::try_attach(|_| {
            // SAFETY: the pointer came out of a capsule that we renamed, so it is ours to delete, once.
            unsafe {
                if let Some(deleter) = (*self.0).deleter {
                    deleter(self.0);
                }
            }
        });
    }
}

/// A tensor that shares the memory of another library's, taken by DLPack.
#[pyfunction]
#[pyo3(signature = (ext_tensor, *, device=None, copy=None))]
fn from_dlpack(
    ext_tensor: &Bound<'_, PyAny>,
    device: Option<crate::dtype::DeviceArg>,
    copy: Option<bool>,
) -> PyResult<PyTensor> {
    let _ = device;
    let py = ext_tensor.py();
    let capsule = match ext_tensor.hasattr("__dlpack__")? {
        true => {
            let (kind, _): (i32, i32) = ext_tensor.call_method0("__dlpack_device__")?.extract()?;
            if kind != CPU {
                return Err(PyBufferError::new_err(format!(
                    "from_dlpack: the tensor is on device kind {kind}, not on the CPU"
                )));
            }
            ext_tensor.call_method0("__dlpack__")?
        }
        false => ext_tensor.clone(),
    };
    // SAFETY: `capsule` is an object; the check says whether it is a capsule of this name.
    if unsafe { ffi::PyCapsule_IsValid(capsule.as_ptr(), NAME.as_ptr()) } != 1 {
        return Err(PyTypeError::new_err(format!(
            "from_dlpack: expected an object with __dlpack__ or an unused DLPack capsule, got {}",
            crate::convert::type_name(ext_tensor)
        )));
    }
    // SAFETY: the capsule is valid, so it holds a managed tensor of DLPack's layout, whose shape and strides have `ndim`
    // elements (strides may be null).
    let (managed, t, dims, strides) = unsafe {
        let managed =
            ffi::PyCapsule_GetPointer(capsule.as_ptr(), NAME.as_ptr()).cast::<DlManaged>();
        let t = &(*managed).tensor;
        let n = usize::try_from(t.ndim).unwrap_or(0);
        let dims: Vec<i64> = (0..n).map(|i| *t.shape.add(i)).collect();
        let strides: Option<Vec<isize>> =
            (!t.strides.is_null()).then(|| (0..n).map(|i| *t.strides.add(i) as isize).collect());
        (managed, t, dims, strides)
    };
    let Some(dtype) = DType::ALL
        .into_iter()
        .find(|d| code(*d) == (t.code, t.bits) && t.lanes == 1)
    else {
        return Err(PyBufferError::new_err(format!(
            "from_dlpack: elements of kind {} with {} bits",
            t.code, t.bits
        )));
    };
    if t.device_type != CPU {
        return Err(PyBufferError::new_err(
            "from_dlpack: the tensor is not on the CPU",
        ));
    }
    let dims = crate::convert::shape("from_dlpack", &dims)?;
    let strides = strides.unwrap_or_else(|| {
        let mut step = 1isize;
        let mut out = vec![0; dims.len()];
        for (s, d) in out.iter_mut().zip(&dims).rev() {
            *s = step;
            step = step.saturating_mul(*d as isize);
        }
        out
    });
    let data = (t.data as usize).wrapping_add(t.byte_offset as usize);
    // SAFETY: the capsule is valid and ours to consume: renamed, it no longer frees the tensor.
    unsafe { ffi::PyCapsule_SetName(capsule.as_ptr(), USED.as_ptr()) };
    let owner = Box::new(Import(managed));
    let out = call(py, 0, move || {
        // SAFETY: DLPack promises memory that is valid until the deleter runs, which `owner` sees to.
        unsafe { Tensor::from_foreign(data as *mut u8, &dims, &strides, dtype, owner) }
    })?;
    match copy {
        Some(true) => call(py, out.numel(), || out.try_clone()).map(PyTensor),
        _ => Ok(PyTensor(out)),
    }
}

/// The elements as a DLPack capsule that shares their memory.
#[pyfunction]
fn to_dlpack<'py>(py: Python<'py>, tensor: &Bound<'py, PyTensor>) -> PyResult<Bound<'py, PyAny>> {
    tensor.get().__dlpack__(py, None, None, None, None)
}

pub fn register(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add_function(wrap_pyfunction!(from_dlpack, m)?)?;
    m.add_function(wrap_pyfunction!(to_dlpack, m)?)
}
