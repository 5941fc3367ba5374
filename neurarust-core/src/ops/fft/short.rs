//! The short-time Fourier transform: spectra of overlapping windows of a signal, and the signal back from them.

use super::{FftNorm, c2c, c2r, r2c};
use crate::layout::Shape;
use crate::{DType, Error, Result, Tensor};

/// What a signal is continued with at both ends.
///
/// ```
/// # use neurarust_core::{Tensor, ops::fft::{PadMode, StftOptions}};
/// let x = Tensor::ones([8])?;
/// let options = StftOptions { center: Some(PadMode::Constant), ..StftOptions::default() };
/// assert_eq!(x.stft(4, &options)?.dims(), [3, 9]); // windows centred at 0, 1, … 8
/// # Ok::<(), neurarust_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PadMode {
    /// Itself backwards, without repeating the last element.
    #[default]
    Reflect,
    /// Zeros.
    Constant,
    /// The last element.
    Replicate,
    /// The other end.
    Circular,
}

/// How the windows of a short-time Fourier transform lie.
///
/// ```
/// # use neurarust_core::{Tensor, ops::fft::StftOptions};
/// let x = Tensor::ones([8])?;
/// let options = StftOptions { hop: Some(2), ..StftOptions::default() };
/// assert_eq!(x.stft(4, &options)?.dims(), [3, 3]); // (frequencies, windows)
/// # Ok::<(), neurarust_core::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct StftOptions<'a> {
    /// Elements from one window to the next; a quarter of the transform by default.
    pub hop: Option<i64>,
    /// Elements of a window; all of the transform by default, else in its middle.
    pub win: Option<i64>,
    /// The weights of a window's elements; 1 by default.
    pub window: Option<&'a Tensor>,
    /// Whether window `t` is centred at element `t · hop`, so that the signal is padded, and how.
    pub center: Option<PadMode>,
    /// Whether the transform is unitary.
    pub normalized: bool,
    /// Whether only the first half of each spectrum is there; true for real signals by default.
    pub onesided: Option<bool>,
}

/// The checked lengths and the window, padded to the length of the transform.
struct Frames {
    n: usize,
    hop: usize,
    window: Option<Tensor>,
}

impl StftOptions<'_> {
    #[track_caller]
    fn frames(&self, op: &'static str, n_fft: i64, dtype: DType) -> Result<Frames> {
        let hop = self.hop.unwrap_or(n_fft / 4);
        let win = self.win.unwrap_or(n_fft);
        if n_fft <= 0 || hop <= 0 || win <= 0 || win > n_fft {
            return Err(Error::shape(
                op,
                format!(
                    "n_fft {n_fft}, hop_length {hop}, win_length {win}; expected 0 < hop_length and 0 < win_length <= n_fft"
                ),
            ));
        }
        let (n, hop, win) = (n_fft as usize, hop as usize, win as usize);
        let left = (n - win) / 2;
        let window = match self.window {
            Some(w) if w.dims() != [win] => {
                return Err(Error::shape(
                    op,
                    format!(
                        "expected a window of {win} elements, got shape {}",
                        w.shape()
                    ),
                ));
            }
            Some(w) if win == n => Some(w.clone()),
            None if win == n => None,
            given => {
                let ones;
                let w = match given {
                    Some(w) => w,
                    None => {
                        ones = Tensor::ones((win, dtype.to_real()))?;
                        &ones
                    }
                };
                Some(w.pad_constant(&[left as i64, (n - win - left) as i64], 0.0)?)
            }
        };
        Ok(Frames { n, hop, window })
    }
}

/// `x` (batch, length) continued by `by` elements at both ends.
#[track_caller]
fn continued(op: &'static str, x: &Tensor, by: usize, mode: PadMode) -> Result<Tensor> {
    let (n, by) = (x.dims()[1] as i64, by as i64);
    if mode == PadMode::Constant {
        return x.pad_constant(&[by, by], 0.0);
    }
    let most = match mode {
        PadMode::Reflect => n - 1,
        PadMode::Circular => n,
        _ => i64::MAX * (n > 0) as i64,
    };
    if by > most {
        return Err(Error::shape(
            op,
            format!("{by} elements of padding at each end of a signal of {n}, which has too few"),
        ));
    }
    let at = |i: i64| match mode {
        PadMode::Reflect if i < 0 => -i,
        PadMode::Reflect if i >= n => 2 * (n - 1) - i,
        PadMode::Circular => i.rem_euclid(n),
        _ => i.clamp(0, n - 1),
    };
    let index: Vec<i64> = (-by..n + by).map(at).collect();
    let count = index.len();
    x.index_select(1, &Tensor::from_vec(index, count)?)
}

impl Tensor {
    /// Fourier transforms of windows of `n_fft` elements: (length) or (batch, length) → (…, frequencies, windows), complex.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, ops::fft::StftOptions};
    /// let options = StftOptions { hop: Some(4), ..StftOptions::default() };
    /// let y = Tensor::ones([8])?.stft(4, &options)?; // 3 frequencies, 2 windows
    /// assert_eq!(y.real()?.to_vec::<f32>()?, [4.0, 4.0, 0.0, 0.0, 0.0, 0.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Other shapes, lengths that don't fit each other, a signal too short for a window or for the padding, one half of
    /// the spectrum of a complex signal.
    #[track_caller]
    pub fn stft(&self, n_fft: i64, options: &StftOptions) -> Result<Tensor> {
        const OP: &str = "stft";
        if !self.dtype().is_differentiable() || !matches!(self.rank(), 1 | 2) {
            return Err(Error::shape(
                OP,
                format!(
                    "expected a float or complex tensor of 1 or 2 dimensions, got {} of shape {}",
                    self.dtype(),
                    self.shape()
                ),
            ));
        }
        let Frames { n, hop, window } = options.frames(OP, n_fft, self.dtype())?;
        let complex =
            self.dtype().is_complex() || options.window.is_some_and(|w| w.dtype().is_complex());
        let onesided = options.onesided.unwrap_or(!complex);
        if onesided && complex {
            return Err(Error::shape(
                OP,
                "one half of the spectrum of a complex signal or window says not all; pass onesided=False",
            ));
        }
        let mut x = match self.rank() {
            1 => self.unsqueeze(0)?,
            _ => self.clone(),
        };
        if let Some(mode) = options.center {
            x = continued(OP, &x, n / 2, mode)?;
        }
        if x.dims()[1] < n {
            return Err(Error::shape(
                OP,
                format!(
                    "windows of {n} elements of a signal of {}, padding included",
                    x.dims()[1]
                ),
            ));
        }
        // (batch, windows, n)
        let mut frames = x.unfold(1, n, hop)?;
        if let Some(window) = window {
            frames = frames.mul(&window)?;
        }
        let norm = match options.normalized {
            true => FftNorm::Ortho,
            false => FftNorm::Backward,
        };
        let spectra = match onesided {
            true => r2c(OP, &frames, None, 2, norm, true)?,
            false => c2c(OP, &frames, None, 2, norm, true)?,
        };
        let out = spectra.transpose(1, 2)?;
        match self.rank() {
            1 => out.squeeze(&[0]),
            _ => Ok(out),
        }
    }

    /// The signal whose [`Tensor::stft`] this is, closest in the sense of least squares:
    /// (frequencies, windows) or (batch, frequencies, windows) → (…, length), real unless `complex`.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, ops::fft::StftOptions};
    /// let options = StftOptions { hop: Some(4), ..StftOptions::default() };
    /// let x = Tensor::ones([8])?.stft(4, &options)?.istft(4, &options, None, false)?;
    /// assert_eq!(x.to_vec::<f32>()?, [1.0; 8]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Other shapes, windows whose overlap leaves elements without weight.
    #[track_caller]
    pub fn istft(
        &self,
        n_fft: i64,
        options: &StftOptions,
        length: Option<i64>,
        complex: bool,
    ) -> Result<Tensor> {
        const OP: &str = "istft";
        if !self.dtype().is_complex() || !matches!(self.rank(), 2 | 3) || self.numel() == 0 {
            return Err(Error::shape(
                OP,
                format!(
                    "expected a complex tensor of 2 or 3 dimensions with elements, got {} of shape {}",
                    self.dtype(),
                    self.shape()
                ),
            ));
        }
        let Frames { n, hop, window } = options.frames(OP, n_fft, self.dtype())?;
        let rank = self.rank();
        let bins = self.dims()[rank - 2];
        let onesided = options.onesided.unwrap_or(bins != n);
        if bins != if onesided { n / 2 + 1 } else { n } {
            return Err(Error::shape(
                OP,
                format!(
                    "{bins} frequencies for n_fft {n}; expected {}",
                    if onesided { n / 2 + 1 } else { n }
                ),
            ));
        }
        if hop > options.win.unwrap_or(n_fft) as usize {
            return Err(Error::shape(
                OP,
                format!("hop_length {hop} leaves elements between windows uncovered"),
            ));
        }
        if complex && onesided {
            return Err(Error::shape(
                OP,
                "a complex signal needs whole spectra; pass onesided=False",
            ));
        }
        if !complex && window.as_ref().is_some_and(|w| w.dtype().is_complex()) {
            return Err(Error::shape(
                OP,
                "a complex window needs a complex signal; pass return_complex=True",
            ));
        }
        let z = match rank {
            2 => self.unsqueeze(0)?,
            _ => self.clone(),
        }
        .transpose(1, 2)?;
        let norm = match options.normalized {
            true => FftNorm::Ortho,
            false => FftNorm::Backward,
        };
        // (batch, windows, n)
        let frames = match (onesided, complex) {
            (true, _) => c2r(OP, &z, Some(n as i64), 2, norm, false)?,
            (false, true) => c2c(OP, &z, None, 2, norm, false)?,
            // A real signal's spectrum is told by its first half; PyTorch doesn't look at the second either.
            (false, false) => {
                let half = z.narrow(2, 0, n / 2 + 1)?;
                c2r(OP, &half, Some(n as i64), 2, norm, false)?
            }
        };
        let (batch, count) = (frames.dims()[0], frames.dims()[1]);
        let window = match window {
            Some(w) => w.to_dtype(match w.dtype().is_complex() {
                true => frames.dtype(),
                false => frames.dtype().to_real(),
            })?,
            None => Tensor::ones((n, frames.dtype().to_real()))?,
        };
        let total = (count - 1)
            .checked_mul(hop)
            .and_then(|t| t.checked_add(n))
            .ok_or_else(|| Error::shape(OP, "the signal is too long"))?;
        let places: Vec<i64> = (0..count)
            .flat_map(|t| (0..n).map(move |i| (t * hop + i) as i64))
            .collect();
        let places = Tensor::from_vec(places, Shape::new(&[count * n])?)?;
        let overlapped = |frames: &Tensor| {
            let rows = frames.dims()[0];
            let flat = frames.reshape(&[rows, count * n][..])?;
            Tensor::zeros(([rows, total], frames.dtype()))?.index_add(1, &places, &flat)
        };
        let signal = overlapped(&frames.mul(&window)?)?;
        let weight = overlapped(&window.square()?.expand(&[1, count, n][..])?)?;
        // The window's ends that centring added go, then the length is as asked.
        let start = if options.center.is_some() { n / 2 } else { 0 };
        let end = match length {
            Some(length) if length < 0 => {
                return Err(Error::shape(OP, format!("a signal of {length} elements")));
            }
            Some(length) => start.saturating_add(length as usize),
            None => total - start.min(total),
        };
        let kept = end.min(total).saturating_sub(start);
        let (signal, weight) = (
            signal.narrow(1, start.min(total) as i64, kept)?,
            weight.narrow(1, start.min(total) as i64, kept)?,
        );
        if kept > 0 {
            let least = weight.detach().abs()?.amin(&[], false)?.item::<f64>()?;
            if least.is_nan() || least < 1e-11 {
                return Err(Error::shape(
                    OP,
                    format!(
                        "windows overlap with a weight of {least} at some element, which loses it"
                    ),
                ));
            }
        }
        let mut out = signal.div(&weight)?;
        let wanted = end.saturating_sub(start);
        if wanted > kept {
            let zeros = Tensor::zeros(([batch, wanted - kept], out.dtype()))?;
            out = Tensor::cat(&[&out, &zeros], 1)?;
        }
        match rank {
            2 => out.squeeze(&[0]),
            _ => Ok(out),
        }
    }
}
