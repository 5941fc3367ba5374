//! Discrete Fourier transforms: one recorded operation on rows of complex numbers (`transform`), whose gradient is the
//! transform in the other direction. Everything else is cutting, padding, weighting and scaling around it.
//!
//! A real transform keeps the first half of the spectrum, as the other half mirrors it; back again, every kept element
//! that has a mirror image counts twice, and the real part is the answer. So the gradients of the real transforms are
//! those of the steps they are made of.

mod short;

pub use short::{PadMode, StftOptions};

use crate::autograd::{record, tracks};
use crate::cpu::fresh::Fresh;
use crate::layout::{Dims, Shape};
use crate::ops::complex::{from_pair, pair};
use crate::{DType, Element, Error, Result, Tensor};
use rustfft::num_complex::Complex;
use rustfft::{Fft, FftDirection, FftNum, FftPlanner};
use smallvec::smallvec;
use std::any::Any;
use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

/// Which of the two directions divides, and by how much.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FftNorm {
    /// The inverse transform divides by `n`.
    #[default]
    Backward,
    /// Both divide by `√n`: the transform is unitary.
    Ortho,
    /// The forward transform divides by `n`.
    Forward,
}

impl FftNorm {
    /// By PyTorch's name.
    ///
    /// ```
    /// # use neurarust_core::ops::fft::FftNorm;
    /// assert_eq!(FftNorm::from_name("ortho")?, FftNorm::Ortho);
    /// assert!(FftNorm::from_name("unitary").is_err());
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Any other name.
    #[track_caller]
    pub fn from_name(name: &str) -> Result<FftNorm> {
        match name {
            "backward" => Ok(FftNorm::Backward),
            "ortho" => Ok(FftNorm::Ortho),
            "forward" => Ok(FftNorm::Forward),
            _ => Err(Error::shape(
                "fft",
                format!(
                    "unknown normalization {name:?}; expected \"forward\", \"backward\" or \"ortho\""
                ),
            )),
        }
    }

    fn scale(self, n: usize, forward: bool) -> f64 {
        let n = n as f64;
        match (self, forward) {
            (FftNorm::Ortho, _) => 1.0 / n.sqrt(),
            (FftNorm::Forward, true) | (FftNorm::Backward, false) => 1.0 / n,
            _ => 1.0,
        }
    }
}

/// How many numbers one task transforms, roughly.
const TASK: usize = 16 * 1024;

thread_local! {
    /// This thread's planners, one per element type: a plan is made once per length.
    static PLANNERS: RefCell<HashMap<DType, Box<dyn Any>>> = RefCell::default();
}

fn plan<T: Element + FftNum>(n: usize, forward: bool) -> Arc<dyn Fft<T>> {
    let direction = match forward {
        true => FftDirection::Forward,
        false => FftDirection::Inverse,
    };
    PLANNERS.with(|planners| {
        let mut planners = planners.borrow_mut();
        let planner = planners
            .entry(T::DTYPE)
            .or_insert_with(|| Box::new(FftPlanner::<T>::new()));
        match planner.downcast_mut::<FftPlanner<T>>() {
            Some(planner) => planner.plan_fft(n, direction),
            None => FftPlanner::new().plan_fft(n, direction),
        }
    })
}

/// The numbers that transforms are made of.
trait Number: Element + FftNum {}
impl Number for f32 {}
impl Number for f64 {}

/// What a task transforms one row after the other with.
struct Rows<T: Number> {
    plan: Arc<dyn Fft<T>>,
    scale: T,
    /// For a row of an even number of reals: exp(-2πi k / n).
    turns: Vec<Complex<T>>,
    forward: bool,
}

/// A row, and what the plan needs beside it.
struct Scratch<T> {
    row: Vec<Complex<T>>,
    rest: Vec<Complex<T>>,
}

impl<T: Number> Rows<T> {
    /// Of `n` elements; as pairs of reals (see [`Rows::real`]) if `halved`.
    fn new(n: usize, halved: bool, forward: bool, scale: f64) -> Rows<T> {
        let turn = |k: usize| {
            // Exact where it can be.
            let (sin, cos) = match (2 * k == n, 4 * k == n) {
                (true, _) => (0.0, -1.0),
                (_, true) => (-1.0, 0.0),
                _ => (-std::f64::consts::TAU * k as f64 / n as f64).sin_cos(),
            };
            Complex::new(<T as Element>::from_f64(cos), <T as Element>::from_f64(sin))
        };
        Rows {
            plan: match halved {
                true => plan::<T>(n / 2, true),
                false => plan::<T>(n, forward),
            },
            turns: (0..if halved { n / 2 + 1 } else { 0 }).map(turn).collect(),
            scale: <T as Element>::from_f64(scale),
            forward,
        }
    }

    fn scratch(&self) -> Scratch<T> {
        let zero = Complex::new(T::default(), T::default());
        Scratch {
            row: vec![zero; self.plan.len()],
            rest: vec![zero; self.plan.get_inplace_scratch_len()],
        }
    }

    /// The first `to.len() / 2` numbers of the transform of complex numbers `from`.
    fn complex(&self, from: &[T], to: &mut [T], scratch: &mut Scratch<T>) {
        load_pairs(from, &mut scratch.row);
        self.finish(to, scratch);
    }

    /// As [`Rows::complex`], of reals.
    fn widened(&self, from: &[T], to: &mut [T], scratch: &mut Scratch<T>) {
        let row = &mut scratch.row[..from.len()];
        for i in 0..from.len() {
            row[i] = Complex::new(from[i], T::default());
        }
        self.finish(to, scratch);
    }

    #[inline(always)]
    fn finish(&self, to: &mut [T], Scratch { row, rest }: &mut Scratch<T>) {
        self.plan.process_with_scratch(row, rest);
        let to = to.as_chunks_mut::<2>().0;
        let row = &row[..to.len()];
        for i in 0..to.len() {
            to[i] = [row[i].re * self.scale, row[i].im * self.scale];
        }
    }

    /// As [`Rows::widened`], up to the middle of the spectrum, of an even number of reals: read as half as many complex
    /// numbers, whose spectrum `Z` holds those of the even and of the odd elements, `E` and `O`, as `E + iO`.
    fn real(&self, from: &[T], to: &mut [T], Scratch { row, rest }: &mut Scratch<T>) {
        load_pairs(from, row);
        self.plan.process_with_scratch(row, rest);
        let h = row.len();
        let half = <T as Element>::from_f64(0.5) * self.scale;
        let sign = match self.forward {
            true => half,
            false => T::default() - half,
        };
        // Places k and h - k hold each other's conjugates, E and O, so both come of one product; the ends of the first.
        let to = &mut to.as_chunks_mut::<2>().0[..h + 1];
        let (z, turns) = (row[0], &self.turns[..h + 1]);
        to[0] = [(z.re + z.im) * self.scale, T::default()];
        to[h] = [(z.re - z.im) * self.scale, T::default()];
        for k in 1..h / 2 + 1 {
            let (a, b, w) = (row[k], row[h - k], turns[k]);
            // 2E and 2iO, of which the spectrum is E + wO.
            let even = Complex::new(a.re + b.re, a.im - b.im);
            let odd = Complex::new(a.re - b.re, a.im + b.im);
            let re = w.re * odd.im + w.im * odd.re;
            let im = w.im * odd.im - w.re * odd.re;
            to[k] = [(even.re + re) * half, (even.im + im) * sign];
            to[h - k] = [(even.re - re) * half, (im - even.im) * sign];
        }
    }
}

/// Pairs of reals as complex numbers.
#[inline(always)]
fn load_pairs<T: Number>(from: &[T], to: &mut [Complex<T>]) {
    let from = from.as_chunks::<2>().0;
    let to = &mut to[..from.len()];
    for i in 0..from.len() {
        to[i] = Complex::new(from[i][0], from[i][1]);
    }
}

/// The first `keep` numbers of `scale` times the transform of every row of `x` (…, n), complex or real, unrecorded.
#[track_caller]
fn rows<T: Number>(x: &Tensor, forward: bool, scale: f64, keep: usize) -> Result<Tensor> {
    let (n, complex) = (x.dims()[x.rank() - 1], x.dtype().is_complex());
    let mut dims = Dims::from_slice(x.dims());
    dims[x.rank() - 1] = keep;
    dims.push(2);
    let mut out = Fresh::<T>::new(Shape::from_dims(dims)?)?;
    if x.numel() > 0 && keep > 0 {
        let halved = !complex && n.is_multiple_of(2) && keep == n / 2 + 1;
        let rows = Rows::<T>::new(n, halved, forward, scale);
        let width = if complex { 2 * n } else { n };
        let dense = x.detach().contiguous()?;
        let source = if complex { pair(&dense)? } else { dense };
        source.with_data(|from: &[T]| {
            out.for_each_chunk((TASK / n).max(1) * 2 * keep, |start, to| {
                let mut scratch = rows.scratch();
                let from = from[start / (2 * keep) * width..].chunks_exact(width);
                for (to, from) in to.chunks_exact_mut(2 * keep).zip(from) {
                    match (complex, halved) {
                        (true, _) => rows.complex(from, to, &mut scratch),
                        (_, true) => rows.real(from, to, &mut scratch),
                        _ => rows.widened(from, to, &mut scratch),
                    }
                }
            });
        })?;
    }
    from_pair(&out.finish())
}

/// The first `keep` numbers of `scale` times the transform of `x`, complex or real, along `dim`:
/// `Σ x[j] exp(∓2πi jk / n)`.
#[track_caller]
fn transform(
    op: &'static str,
    x: &Tensor,
    dim: usize,
    forward: bool,
    scale: f64,
    keep: usize,
) -> Result<Tensor> {
    let moved = x.movedim(dim as i64, -1)?;
    let out = match x.dtype() {
        DType::C128 | DType::F64 => rows::<f64>(&moved, forward, scale, keep)?,
        _ => rows::<f32>(&moved, forward, scale, keep)?,
    };
    if tracks(&[&moved]) {
        let (n, real) = (x.dims()[dim], !x.dtype().is_complex());
        record(op, &[&moved], &[&out], (), move |_, _, grads| {
            let g = grads.into_iter().next().flatten();
            // The transposed conjugate of the matrix exp(-2πi jk / n), without the rows that were cut off.
            let back = |g: Tensor| {
                let last = g.rank() - 1;
                let full = resized(&g, last, n)?;
                let out = transform(op, &full, last, !forward, scale, n)?;
                if real { out.real() } else { Ok(out) }
            };
            Ok(smallvec![g.map(back).transpose()?])
        })?;
    }
    out.movedim(-1, dim as i64)
}

/// `x` cut, or padded with zeros, to `n` elements along `dim`.
#[track_caller]
fn resized(x: &Tensor, dim: usize, n: usize) -> Result<Tensor> {
    let have = x.dims()[dim];
    if n <= have {
        return x.narrow(dim as i64, 0, n);
    }
    let mut dims = Dims::from_slice(x.dims());
    dims[dim] = n - have;
    let zeros = Tensor::zeros((Shape::from_dims(dims)?, x.dtype()))?;
    Tensor::cat(&[x, &zeros], dim as i64)
}

/// `x` as floats that can be transformed.
#[track_caller]
fn promoted(op: &'static str, x: &Tensor) -> Result<Tensor> {
    match x.dtype() {
        DType::F16 | DType::BF16 => Err(Error::unsupported(
            op,
            format!(
                "not defined for {} tensors; convert it to float32",
                x.dtype()
            ),
        )),
        d if d.is_differentiable() => Ok(x.clone()),
        _ => x.to_dtype(DType::F32),
    }
}

#[track_caller]
fn real_only(op: &'static str, x: &Tensor) -> Result<Tensor> {
    if x.dtype().is_complex() {
        return Err(Error::shape(
            op,
            format!("expected a real tensor, got {}", x.dtype()),
        ));
    }
    promoted(op, x)
}

#[track_caller]
fn complex(op: &'static str, x: &Tensor) -> Result<Tensor> {
    let x = promoted(op, x)?;
    x.to_dtype(x.dtype().to_complex())
}

/// The length of a transform: as given, or `have`.
#[track_caller]
fn length(op: &'static str, n: Option<i64>, have: usize) -> Result<usize> {
    let n = n.unwrap_or(have as i64);
    match usize::try_from(n) {
        Ok(n) if n > 0 => Ok(n),
        _ => Err(Error::shape(
            op,
            format!("a transform of {n} elements; expected 1 or more"),
        )),
    }
}

/// Complex to complex.
#[track_caller]
fn c2c(
    op: &'static str,
    x: &Tensor,
    n: Option<i64>,
    dim: usize,
    norm: FftNorm,
    forward: bool,
) -> Result<Tensor> {
    let n = length(op, n, x.dims()[dim])?;
    let x = resized(&promoted(op, x)?, dim, n)?;
    transform(op, &x, dim, forward, norm.scale(n, forward), n)
}

/// Real to the first half of the spectrum; conjugated if it is the inverse transform.
#[track_caller]
fn r2c(
    op: &'static str,
    x: &Tensor,
    n: Option<i64>,
    dim: usize,
    norm: FftNorm,
    forward: bool,
) -> Result<Tensor> {
    let n = length(op, n, x.dims()[dim])?;
    let x = resized(&real_only(op, x)?, dim, n)?;
    transform(op, &x, dim, forward, norm.scale(n, forward), n / 2 + 1)
}

/// The first half of a spectrum to reals; the forward transform of its conjugate mirror if `forward`.
#[track_caller]
fn c2r(
    op: &'static str,
    x: &Tensor,
    n: Option<i64>,
    dim: usize,
    norm: FftNorm,
    forward: bool,
) -> Result<Tensor> {
    let have = x.dims()[dim] as i64;
    let n = length(op, n.or(Some(2 * (have - 1))), 0)?;
    let z = resized(&complex(op, x)?, dim, n / 2 + 1)?;
    let z = if forward { z.conj()? } else { z };
    let last = n / 2;
    let weights: Vec<f64> = (0..=last)
        .map(|k| if k == 0 || 2 * k == n { 1.0 } else { 2.0 })
        .collect();
    let mut along = vec![1usize; x.rank()];
    along[dim] = last + 1;
    let weights = Tensor::from_vec(weights, along)?.to_dtype(z.dtype().to_real())?;
    let full = resized(&z.mul(&weights)?, dim, n)?;
    transform(op, &full, dim, false, norm.scale(n, forward), n)?.real()
}

/// The dimensions of a transform over several, and the length along each.
#[track_caller]
fn several(
    op: &'static str,
    x: &Tensor,
    sizes: Option<&[i64]>,
    dims: Option<&[i64]>,
) -> Result<Vec<(usize, Option<i64>)>> {
    let rank = x.rank();
    let dims: Vec<usize> = match (dims, sizes) {
        (Some(dims), _) => dims
            .iter()
            .map(|&d| x.existing_dim(op, d))
            .collect::<Result<_>>()?,
        (None, Some(sizes)) if sizes.len() > rank => {
            return Err(Error::shape(
                op,
                format!("{} sizes for a tensor of shape {}", sizes.len(), x.shape()),
            ));
        }
        (None, Some(sizes)) => (rank - sizes.len()..rank).collect(),
        (None, None) => (0..rank).collect(),
    };
    if (1..dims.len()).any(|i| dims[..i].contains(&dims[i])) {
        return Err(Error::shape(op, format!("a dimension twice in {dims:?}")));
    }
    if let Some(sizes) = sizes
        && sizes.len() != dims.len()
    {
        return Err(Error::shape(
            op,
            format!("{} sizes for {} dimensions", sizes.len(), dims.len()),
        ));
    }
    Ok(dims
        .iter()
        .enumerate()
        .map(|(i, &d)| (d, sizes.map(|s| s[i]).filter(|&s| s != -1)))
        .collect())
}

/// As [`several`], of at least one dimension: the others, then the last.
#[track_caller]
#[allow(clippy::type_complexity)]
fn all_but_last(
    op: &'static str,
    x: &Tensor,
    sizes: Option<&[i64]>,
    dims: Option<&[i64]>,
) -> Result<(Vec<(usize, Option<i64>)>, (usize, Option<i64>))> {
    let mut all = several(op, x, sizes, dims)?;
    match all.pop() {
        Some(last) => Ok((all, last)),
        None => Err(Error::shape(op, "no dimensions; expected one or more")),
    }
}

macro_rules! along_one {
    ($($(#[$doc:meta])* $name:ident = $how:ident, $forward:literal;)*) => {
        impl Tensor { $(
            $(#[$doc])*
            /// `n` is the length of the transform along `dim`: the input is cut or padded with zeros to fit.
            ///
            /// # Errors
            /// A dimension that isn't there, a length of 0, half precision, a dtype the transform isn't defined for.
            #[track_caller]
            pub fn $name(&self, n: Option<i64>, dim: i64, norm: FftNorm) -> Result<Tensor> {
                const OP: &str = concat!("fft_", stringify!($name));
                let dim = self.existing_dim(OP, dim)?;
                $how(OP, self, n, dim, norm, $forward)
            }
        )* }
    };
}
along_one! {
    /// The discrete Fourier transform along `dim`, complex of the same shape.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, ops::fft::FftNorm};
    /// let x = Tensor::new([1.0f32, 0.0, -1.0, 0.0])?;
    /// let y = x.fft(None, -1, FftNorm::Backward)?;
    /// assert_eq!(y.real()?.to_vec::<f32>()?, [0.0, 2.0, 0.0, 2.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    fft = c2c, true;
    /// The inverse of [`Tensor::fft`].
    ///
    /// ```
    /// # use neurarust_core::{Tensor, ops::fft::FftNorm};
    /// let y = Tensor::new([0f32, 2.0, 0.0, 2.0])?;
    /// let x = y.ifft(None, -1, FftNorm::Backward)?;
    /// assert_eq!(x.real()?.to_vec::<f32>()?, [1.0, 0.0, -1.0, 0.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    ifft = c2c, false;
    /// The first `n / 2 + 1` elements of the Fourier transform of a real tensor; the others mirror them.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, ops::fft::FftNorm};
    /// let y = Tensor::new([1f32, 0.0, -1.0, 0.0])?.rfft(None, -1, FftNorm::Backward)?;
    /// assert_eq!(y.real()?.to_vec::<f32>()?, [0.0, 2.0, 0.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    rfft = r2c, true;
    /// The inverse of [`Tensor::rfft`], real; `n` is 2(m - 1) by default for m elements.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, ops::fft::FftNorm};
    /// let half = Tensor::new([0f32, 2.0, 0.0])?;
    /// let x = half.irfft(None, -1, FftNorm::Backward)?;
    /// assert_eq!(x.to_vec::<f32>()?, [1.0, 0.0, -1.0, 0.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    irfft = c2r, false;
    /// The Fourier transform of a signal that mirrors its first half, real; `n` is 2(m - 1) by default.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, ops::fft::FftNorm};
    /// let y = Tensor::new([1f32, 0.0, 0.0])?.hfft(None, -1, FftNorm::Backward)?;
    /// assert_eq!(y.to_vec::<f32>()?, [1.0; 4]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    hfft = c2r, true;
    /// The inverse of [`Tensor::hfft`].
    ///
    /// ```
    /// # use neurarust_core::{Tensor, ops::fft::FftNorm};
    /// let half = Tensor::ones([4])?.ihfft(None, -1, FftNorm::Backward)?;
    /// assert_eq!(half.real()?.to_vec::<f32>()?, [1.0, 0.0, 0.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    ihfft = r2c, false;
}

impl Tensor {
    /// [`Tensor::fft`] along each of `dims` (all if none are named, or the last ones if there are sizes), of length
    /// `sizes`, where -1 keeps a length.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, ops::fft::FftNorm};
    /// let x = Tensor::new([[1f32, 2.0], [3.0, 4.0]])?;
    /// let y = x.fftn(None, None, FftNorm::Backward)?;
    /// assert_eq!(y.real()?.to_vec::<f32>()?, [10.0, -2.0, -4.0, 0.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Tensor::fft`]; a dimension twice, another number of sizes.
    #[track_caller]
    pub fn fftn(
        &self,
        sizes: Option<&[i64]>,
        dims: Option<&[i64]>,
        norm: FftNorm,
    ) -> Result<Tensor> {
        const OP: &str = "fft_fftn";
        let all = several(OP, self, sizes, dims)?;
        // The first of them takes a real tensor as it is.
        let start = match all.is_empty() {
            true => complex(OP, self)?,
            false => self.clone(),
        };
        all.iter()
            .rev()
            .try_fold(start, |x, &(d, n)| c2c(OP, &x, n, d, norm, true))
    }

    /// The inverse of [`Tensor::fftn`].
    ///
    /// ```
    /// # use neurarust_core::{Tensor, ops::fft::FftNorm};
    /// let y = Tensor::new([[10f32, -2.0], [-4.0, 0.0]])?;
    /// let x = y.ifftn(None, None, FftNorm::Backward)?;
    /// assert_eq!(x.real()?.to_vec::<f32>()?, [1.0, 2.0, 3.0, 4.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Tensor::fftn`].
    #[track_caller]
    pub fn ifftn(
        &self,
        sizes: Option<&[i64]>,
        dims: Option<&[i64]>,
        norm: FftNorm,
    ) -> Result<Tensor> {
        const OP: &str = "fft_ifftn";
        let all = several(OP, self, sizes, dims)?;
        all.iter().rev().try_fold(complex(OP, self)?, |x, &(d, n)| {
            c2c(OP, &x, n, d, norm, false)
        })
    }

    /// [`Tensor::rfft`] along the last of the dimensions, [`Tensor::fft`] along the others.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, ops::fft::FftNorm};
    /// let y = Tensor::ones([4, 6])?.rfftn(None, None, FftNorm::Backward)?;
    /// assert_eq!(y.dims(), [4, 4]); // 6 / 2 + 1
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Tensor::fftn`]; a complex tensor, no dimensions.
    #[track_caller]
    pub fn rfftn(
        &self,
        sizes: Option<&[i64]>,
        dims: Option<&[i64]>,
        norm: FftNorm,
    ) -> Result<Tensor> {
        const OP: &str = "fft_rfftn";
        real_only(OP, self)?;
        let (others, (last, n)) = all_but_last(OP, self, sizes, dims)?;
        let half = r2c(OP, self, n, last, norm, true)?;
        others
            .iter()
            .try_fold(half, |x, &(d, n)| c2c(OP, &x, n, d, norm, true))
    }

    /// The inverse of [`Tensor::rfftn`].
    ///
    /// ```
    /// # use neurarust_core::{Tensor, ops::fft::FftNorm};
    /// let y = Tensor::ones([4, 5])?.rfftn(None, None, FftNorm::Backward)?; // (4, 3)
    /// let x = y.irfftn(Some(&[4, 5]), None, FftNorm::Backward)?;
    /// assert_eq!(x.dims(), [4, 5]);
    /// assert!((x.min()?.item::<f32>()? - 1.0).abs() < 1e-6);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Tensor::fftn`]; no dimensions.
    #[track_caller]
    pub fn irfftn(
        &self,
        sizes: Option<&[i64]>,
        dims: Option<&[i64]>,
        norm: FftNorm,
    ) -> Result<Tensor> {
        const OP: &str = "fft_irfftn";
        let (others, (last, n)) = all_but_last(OP, self, sizes, dims)?;
        let z = others.iter().try_fold(complex(OP, self)?, |x, &(d, n)| {
            c2c(OP, &x, n, d, norm, false)
        })?;
        c2r(OP, &z, n, last, norm, false)
    }

    /// [`Tensor::hfft`] along the last of the dimensions, after [`Tensor::fft`] along the others.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, ops::fft::FftNorm};
    /// let half = Tensor::new([[1f32, 0.0], [0.0, 0.0]])?;
    /// let y = half.hfftn(None, None, FftNorm::Backward)?;
    /// assert_eq!(y.to_vec::<f32>()?, [1.0; 4]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Tensor::fftn`]; no dimensions.
    #[track_caller]
    pub fn hfftn(
        &self,
        sizes: Option<&[i64]>,
        dims: Option<&[i64]>,
        norm: FftNorm,
    ) -> Result<Tensor> {
        const OP: &str = "fft_hfftn";
        let (others, (last, n)) = all_but_last(OP, self, sizes, dims)?;
        let z = others.iter().try_fold(complex(OP, self)?, |x, &(d, n)| {
            c2c(OP, &x, n, d, norm, true)
        })?;
        c2r(OP, &z, n, last, norm, true)
    }

    /// The inverse of [`Tensor::hfftn`].
    ///
    /// ```
    /// # use neurarust_core::{Tensor, ops::fft::FftNorm};
    /// let half = Tensor::ones([2, 2])?.ihfftn(None, None, FftNorm::Backward)?;
    /// assert_eq!(half.real()?.to_vec::<f32>()?, [1.0, 0.0, 0.0, 0.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Tensor::fftn`]; a complex tensor, no dimensions.
    #[track_caller]
    pub fn ihfftn(
        &self,
        sizes: Option<&[i64]>,
        dims: Option<&[i64]>,
        norm: FftNorm,
    ) -> Result<Tensor> {
        const OP: &str = "fft_ihfftn";
        real_only(OP, self)?;
        let (others, (last, n)) = all_but_last(OP, self, sizes, dims)?;
        let half = r2c(OP, self, n, last, norm, false)?;
        others
            .iter()
            .try_fold(half, |x, &(d, n)| c2c(OP, &x, n, d, norm, false))
    }

    /// Rolled so that frequency 0 comes to the middle of `dims` (all if none are named).
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// assert_eq!(Tensor::arange(0..5)?.fftshift(None)?.to_vec::<i64>()?, [3, 4, 0, 1, 2]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A dimension that isn't there.
    #[track_caller]
    pub fn fftshift(&self, dims: Option<&[i64]>) -> Result<Tensor> {
        self.centred("fft_fftshift", dims, |n| n / 2)
    }

    /// The inverse of [`Tensor::fftshift`].
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::arange(0..5)?;
    /// assert_eq!(x.fftshift(None)?.ifftshift(None)?.to_vec::<i64>()?, [0, 1, 2, 3, 4]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A dimension that isn't there.
    #[track_caller]
    pub fn ifftshift(&self, dims: Option<&[i64]>) -> Result<Tensor> {
        self.centred("fft_ifftshift", dims, |n| n.div_ceil(2))
    }

    #[track_caller]
    fn centred(
        &self,
        op: &'static str,
        dims: Option<&[i64]>,
        by: fn(usize) -> usize,
    ) -> Result<Tensor> {
        let dims: Vec<i64> = match dims {
            Some(dims) => dims
                .iter()
                .map(|&d| Ok(self.existing_dim(op, d)? as i64))
                .collect::<Result<_>>()?,
            None => (0..self.rank() as i64).collect(),
        };
        let shifts: Vec<i64> = dims
            .iter()
            .map(|&d| by(self.dims()[d as usize]) as i64)
            .collect();
        self.roll(&shifts, &dims)
    }

    /// The frequencies of the elements of an [`Tensor::fft`] of length `n`, in cycles per unit, for samples `spacing`
    /// apart: 0, 1, …, -2, -1 over `n · spacing`.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, DType};
    /// let f = Tensor::fftfreq(4, 1.0, DType::F32)?;
    /// assert_eq!(f.to_vec::<f32>()?, [0.0, 0.25, -0.5, -0.25]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// No memory, a dtype that isn't real.
    #[track_caller]
    pub fn fftfreq(n: usize, spacing: f64, dtype: DType) -> Result<Tensor> {
        let split = n.div_ceil(2) as i64;
        let whole = Tensor::cat(
            &[
                &Tensor::arange(0..split)?,
                &Tensor::arange(-((n / 2) as i64)..0)?,
            ],
            0,
        )?;
        frequencies("fft_fftfreq", &whole, n, spacing, dtype)
    }

    /// The frequencies of the elements of an [`Tensor::rfft`] of length `n`: 0, 1, …, n / 2 over `n · spacing`.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, DType};
    /// let f = Tensor::rfftfreq(4, 1.0, DType::F32)?;
    /// assert_eq!(f.to_vec::<f32>()?, [0.0, 0.25, 0.5]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// No memory, a dtype that isn't real.
    #[track_caller]
    pub fn rfftfreq(n: usize, spacing: f64, dtype: DType) -> Result<Tensor> {
        let whole = Tensor::arange(0..(n / 2) as i64 + 1)?;
        frequencies("fft_rfftfreq", &whole, n, spacing, dtype)
    }
}

#[track_caller]
fn frequencies(
    op: &'static str,
    whole: &Tensor,
    n: usize,
    spacing: f64,
    dtype: DType,
) -> Result<Tensor> {
    if !dtype.is_differentiable() {
        return Err(Error::value(
            op,
            format!("expected a floating-point dtype, got {dtype}"),
        ));
    }
    whole
        .to_dtype(DType::F64)?
        .mul(1.0 / (n as f64 * spacing))?
        .to_dtype(dtype)
}
