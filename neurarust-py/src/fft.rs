//! Fourier transforms: what `neurarust.fft` and `stft` are made of.

use crate::convert::{IntList, TensorArg};
use crate::dtype::{self, DTypeArg};
use crate::error::call;
use crate::tensor::PyTensor;
use neurarust_core::Tensor;
use neurarust_core::ops::fft::{FftNorm, PadMode, StftOptions};
use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::prelude::*;

fn norm(py: Python<'_>, name: Option<&str>) -> PyResult<FftNorm> {
    match name {
        None => Ok(FftNorm::Backward),
        Some(name) => call(py, 0, || FftNorm::from_name(name)),
    }
}

macro_rules! along_one {
    ($($(#[$doc:meta])* $name:ident;)*) => { $(
        $(#[$doc])*
        #[pyfunction]
        #[pyo3(signature = (input, n=None, dim=-1, norm=None), text_signature = "(input, n=None, dim=-1, norm=None)")]
        fn $name(
            py: Python<'_>,
            input: TensorArg<'_>,
            n: Option<i64>,
            dim: i64,
            norm: Option<&str>,
        ) -> PyResult<PyTensor> {
            let norm = self::norm(py, norm)?;
            call(py, input.0.numel(), || input.0.$name(n, dim, norm)).map(PyTensor)
        }
    )* };
}
along_one! {
    /// The discrete Fourier transform along `dim`.
    fft;
    /// The inverse of `fft`.
    ifft;
    /// The first half of the Fourier transform of a real tensor.
    rfft;
    /// The inverse of `rfft`.
    irfft;
    /// The Fourier transform of a signal given by its first half, real.
    hfft;
    /// The inverse of `hfft`.
    ihfft;
}

macro_rules! along_several {
    ($($(#[$doc:meta])* $name:ident;)*) => { $(
        $(#[$doc])*
        #[pyfunction]
        #[pyo3(signature = (input, s=None, dim=None, norm=None))]
        fn $name(
            py: Python<'_>,
            input: TensorArg<'_>,
            s: Option<IntList>,
            dim: Option<IntList>,
            norm: Option<&str>,
        ) -> PyResult<PyTensor> {
            let norm = self::norm(py, norm)?;
            let (s, dim) = (s.as_ref().map(|s| &s.0[..]), dim.as_ref().map(|d| &d.0[..]));
            call(py, input.0.numel(), || input.0.$name(s, dim, norm)).map(PyTensor)
        }
    )* };
}
along_several! {
    /// `fft` along several dimensions.
    fftn;
    /// `ifft` along several dimensions.
    ifftn;
    /// `rfft` along the last of several dimensions, `fft` along the others.
    rfftn;
    /// The inverse of `rfftn`.
    irfftn;
    /// `hfft` along the last of several dimensions, `fft` along the others.
    hfftn;
    /// The inverse of `hfftn`.
    ihfftn;
}

/// Rolled so that frequency 0 comes to the middle.
#[pyfunction]
#[pyo3(signature = (input, dim=None))]
fn fftshift(py: Python<'_>, input: TensorArg<'_>, dim: Option<IntList>) -> PyResult<PyTensor> {
    let dim = dim.as_ref().map(|d| &d.0[..]);
    call(py, input.0.numel(), || input.0.fftshift(dim)).map(PyTensor)
}

/// The inverse of `fftshift`.
#[pyfunction]
#[pyo3(signature = (input, dim=None))]
fn ifftshift(py: Python<'_>, input: TensorArg<'_>, dim: Option<IntList>) -> PyResult<PyTensor> {
    let dim = dim.as_ref().map(|d| &d.0[..]);
    call(py, input.0.numel(), || input.0.ifftshift(dim)).map(PyTensor)
}

/// The frequencies of the elements of an `fft` of length `n` of samples `d` apart; only the first half if `half`.
#[pyfunction]
#[pyo3(signature = (n, d, dtype, half))]
fn frequencies(
    py: Python<'_>,
    n: i64,
    d: f64,
    dtype: Option<DTypeArg>,
    half: bool,
) -> PyResult<PyTensor> {
    let Ok(n) = usize::try_from(n) else {
        return Err(PyValueError::new_err(format!(
            "fftfreq: {n} elements; expected 0 or more"
        )));
    };
    let dtype = dtype.map_or_else(dtype::default, |d| d.0);
    call(py, n, || match half {
        true => Tensor::rfftfreq(n, d, dtype),
        false => Tensor::fftfreq(n, d, dtype),
    })
    .map(PyTensor)
}

fn pad_mode(name: &str) -> PyResult<PadMode> {
    match name {
        "reflect" => Ok(PadMode::Reflect),
        "constant" => Ok(PadMode::Constant),
        "replicate" => Ok(PadMode::Replicate),
        "circular" => Ok(PadMode::Circular),
        _ => Err(PyRuntimeError::new_err(format!(
            "stft: pad_mode must be 'reflect', 'constant', 'replicate' or 'circular', got {name:?}"
        ))),
    }
}

#[pymethods]
impl PyTensor {
    /// Fourier transforms of windows of the signal: (length) or (batch, length) → (…, frequencies, windows).
    #[pyo3(signature = (n_fft, hop_length=None, win_length=None, window=None, center=true, pad_mode="reflect", normalized=false, onesided=None, return_complex=None, align_to_window=None))]
    #[allow(clippy::too_many_arguments)]
    fn stft(
        &self,
        py: Python<'_>,
        n_fft: i64,
        hop_length: Option<i64>,
        win_length: Option<i64>,
        window: Option<TensorArg<'_>>,
        center: bool,
        pad_mode: &str,
        normalized: bool,
        onesided: Option<bool>,
        return_complex: Option<bool>,
        align_to_window: Option<bool>,
    ) -> PyResult<PyTensor> {
        if align_to_window.is_some() && center {
            return Err(PyRuntimeError::new_err(
                "stft: align_to_window can be given only if center is False",
            ));
        }
        if align_to_window == Some(true) {
            return Err(pyo3::exceptions::PyNotImplementedError::new_err(
                "stft: align_to_window=True; cut the signal to where the window lies instead",
            ));
        }
        let complex = self.0.dtype().is_complex()
            || window.as_ref().is_some_and(|w| w.0.dtype().is_complex());
        if return_complex.is_none() && !complex {
            return Err(PyRuntimeError::new_err(
                "stft: pass return_complex=True for a complex result, or view_as_real of it with return_complex=False",
            ));
        }
        let options = StftOptions {
            hop: hop_length,
            win: win_length,
            window: window.as_ref().map(|w| w.0),
            center: center.then(|| self::pad_mode(pad_mode)).transpose()?,
            normalized,
            onesided,
        };
        call(py, self.0.numel(), || {
            let out = self.0.stft(n_fft, &options)?;
            match return_complex {
                Some(false) => out.view_as_real(),
                _ => Ok(out),
            }
        })
        .map(PyTensor)
    }
    /// The signal whose `stft` this is.
    #[pyo3(signature = (n_fft, hop_length=None, win_length=None, window=None, center=true, normalized=false, onesided=None, length=None, return_complex=false))]
    #[allow(clippy::too_many_arguments)]
    fn istft(
        &self,
        py: Python<'_>,
        n_fft: i64,
        hop_length: Option<i64>,
        win_length: Option<i64>,
        window: Option<TensorArg<'_>>,
        center: bool,
        normalized: bool,
        onesided: Option<bool>,
        length: Option<i64>,
        return_complex: bool,
    ) -> PyResult<PyTensor> {
        let options = StftOptions {
            hop: hop_length,
            win: win_length,
            window: window.as_ref().map(|w| w.0),
            center: center.then_some(PadMode::Reflect),
            normalized,
            onesided,
        };
        call(py, self.0.numel(), || {
            self.0.istft(n_fft, &options, length, return_complex)
        })
        .map(PyTensor)
    }
}

/// The functions go into a module of their own, which `neurarust.fft` re-exports.
pub fn register(m: &Bound<'_, PyModule>) -> PyResult<()> {
    let inner = PyModule::new(m.py(), "_fft")?;
    for f in [
        wrap_pyfunction!(fft, m)?,
        wrap_pyfunction!(ifft, m)?,
        wrap_pyfunction!(rfft, m)?,
        wrap_pyfunction!(irfft, m)?,
        wrap_pyfunction!(hfft, m)?,
        wrap_pyfunction!(ihfft, m)?,
        wrap_pyfunction!(fftn, m)?,
        wrap_pyfunction!(ifftn, m)?,
        wrap_pyfunction!(rfftn, m)?,
        wrap_pyfunction!(irfftn, m)?,
        wrap_pyfunction!(hfftn, m)?,
        wrap_pyfunction!(ihfftn, m)?,
        wrap_pyfunction!(fftshift, m)?,
        wrap_pyfunction!(ifftshift, m)?,
        wrap_pyfunction!(frequencies, m)?,
    ] {
        inner.add_function(f)?;
    }
    m.add("_fft", inner)
}
