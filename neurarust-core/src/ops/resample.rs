//! Resizing of signals, images and volumes: every mode is one sparse matrix per spatial dimension, applied to one dimension
//! after the other. The gradient is the transpose.

use crate::autograd::{record, tracks};
use crate::cpu::fresh::Fresh;
use crate::dtype::Element;
use crate::error::OrMemory;
use crate::layout::{Dims, Shape};
use crate::{DType, Error, Result, Tensor};
use smallvec::smallvec;
use std::sync::Arc;

/// Where a resized element takes its value from.
///
/// ```
/// # use neurarust_core::{Tensor, ops::resample::{Interpolate, Resample}};
/// let x = Tensor::new([[[1f32, 3.0]]])?;
/// let to = |mode| x.interpolate(&Interpolate { mode, sizes: Some(vec![4]), ..Interpolate::default() })?.to_vec::<f32>();
/// assert_eq!(to(Resample::Nearest)?, [1.0, 1.0, 3.0, 3.0]);
/// assert_eq!(to(Resample::Linear)?, [1.0, 1.5, 2.5, 3.0]);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Resample {
    /// The element at `⌊i · scale⌋`.
    #[default]
    Nearest,
    /// The element whose centre is nearest.
    NearestExact,
    /// The straight line between two neighbours per dimension (linear, bilinear, trilinear).
    Linear,
    /// The cubic through four neighbours per dimension.
    Cubic,
    /// The mean of the elements that fall together.
    Area,
}

/// How [`Tensor::interpolate`] resizes.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Interpolate {
    /// Where elements come from.
    pub mode: Resample,
    /// The new spatial sizes, one for all or one each; exactly one of `sizes` and `scales` has to be given.
    pub sizes: Option<Vec<usize>>,
    /// The factors of the sizes, one for all or one each.
    pub scales: Option<Vec<f64>>,
    /// The centres of the corners stay where they are, instead of their outer edges (linear and cubic only).
    pub align_corners: bool,
    /// Wider filters when shrinking (linear and cubic only).
    pub antialias: bool,
    /// Places follow from the sizes alone, not from `scales`.
    pub recompute_scale: bool,
}

impl Interpolate {
    /// To these spatial sizes, one for all dimensions or one each.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, ops::resample::{Interpolate, Resample}};
    /// let x = Tensor::ones([1, 3, 4, 4])?;
    /// assert_eq!(x.interpolate(&Interpolate::to(Resample::Nearest, &[8, 6]))?.dims(), [1, 3, 8, 6]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn to(mode: Resample, sizes: &[usize]) -> Interpolate {
        Interpolate {
            mode,
            sizes: Some(sizes.to_vec()),
            ..Interpolate::default()
        }
    }

    /// By these factors, one for all dimensions or one each.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, ops::resample::{Interpolate, Resample}};
    /// let x = Tensor::new([[[1f32, 2.0]]])?;
    /// let y = x.interpolate(&Interpolate::by(Resample::Nearest, &[2.0]))?;
    /// assert_eq!(y.to_vec::<f32>()?, [1.0, 1.0, 2.0, 2.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn by(mode: Resample, scales: &[f64]) -> Interpolate {
        Interpolate {
            mode,
            scales: Some(scales.to_vec()),
            ..Interpolate::default()
        }
    }
}

/// A sparse matrix by rows.
#[derive(Default)]
struct Sparse {
    columns: usize,
    /// The entries of row `i` are `starts[i]..starts[i + 1]`.
    starts: Vec<usize>,
    at: Vec<usize>,
    weights: Vec<f64>,
}

impl Sparse {
    fn rows(&self) -> usize {
        self.starts.len() - 1
    }

    #[track_caller]
    fn transposed(&self) -> Result<Sparse> {
        const OP: &str = "interpolate";
        let _op = crate::profiler::op(OP);
        let mut out = Sparse {
            columns: self.rows(),
            ..Sparse::default()
        };
        out.starts
            .try_reserve_exact(self.columns + 1)
            .or_memory(OP)?;
        out.starts.resize(self.columns + 1, 0);
        out.at.try_reserve_exact(self.at.len()).or_memory(OP)?;
        out.at.resize(self.at.len(), 0);
        out.weights.try_reserve_exact(self.at.len()).or_memory(OP)?;
        out.weights.resize(self.at.len(), 0.0);
        self.at.iter().for_each(|&j| out.starts[j + 1] += 1);
        (0..self.columns).for_each(|j| out.starts[j + 1] += out.starts[j]);
        let mut next = out.starts.clone();
        for i in 0..self.rows() {
            for k in self.starts[i]..self.starts[i + 1] {
                let place = &mut next[self.at[k]];
                (out.at[*place], out.weights[*place]) = (i, self.weights[k]);
                *place += 1;
            }
        }
        Ok(out)
    }
}

/// A matrix and its transpose.
struct Pair {
    forward: Sparse,
    back: Sparse,
}

/// How one dimension is resized.
#[derive(Clone, Copy)]
struct Axis {
    mode: Resample,
    from: usize,
    to: usize,
    /// The user's factor, where it decides.
    factor: Option<f64>,
    align_corners: bool,
    antialias: bool,
    /// Places of the nearest element are found in single precision, as the elements are.
    single: bool,
}

/// The coefficients of the four neighbours of a point `t` of the way from the second to the third, of Keys' kernel `a`.
fn keys(a: f64, distance: f64) -> f64 {
    let x = distance.abs();
    if x < 1.0 {
        ((a + 2.0) * x - (a + 3.0)) * x * x + 1.0
    } else if x < 2.0 {
        (((x - 5.0) * x + 8.0) * x - 4.0) * a
    } else {
        0.0
    }
}

impl Axis {
    /// Old elements per new one.
    fn scale(&self) -> f64 {
        match self.factor {
            _ if self.align_corners => match self.to {
                0 | 1 => 0.0,
                to => (self.from - 1) as f64 / (to - 1) as f64,
            },
            Some(factor) => 1.0 / factor,
            None => self.from as f64 / self.to as f64,
        }
    }

    fn nearest(&self, i: usize, shift: f64) -> usize {
        let at = match self.single {
            true => ((i as f32 + shift as f32) * self.scale() as f32).floor() as usize,
            false => ((i as f64 + shift) * self.scale()).floor() as usize,
        };
        at.min(self.from - 1)
    }

    /// Calls `f(place, weight)` for each element that new element `i` is made of.
    fn taps(&self, i: usize, f: &mut dyn FnMut(usize, f64)) {
        let last = self.from - 1;
        match self.mode {
            Resample::Nearest => f(self.nearest(i, 0.0), 1.0),
            Resample::NearestExact => f(self.nearest(i, 0.5), 1.0),
            Resample::Area => {
                let wide = |n: usize| (n as u128 * self.from as u128, self.to as u128);
                let start = (wide(i).0 / wide(i).1) as usize;
                let end = wide(i + 1).0.div_ceil(wide(i + 1).1) as usize;
                (start..end).for_each(|j| f(j, 1.0 / (end - start) as f64));
            }
            _ if self.antialias => {
                let (radius, a) = match self.mode {
                    Resample::Linear => (1.0, 0.0),
                    _ => (2.0, -0.5),
                };
                let scale = self.scale();
                let stretch = scale.max(1.0);
                let center = scale * (i as f64 + 0.5);
                let start = (center - radius * stretch + 0.5).max(0.0) as usize;
                let end = ((center + radius * stretch + 0.5).max(0.0) as usize).min(self.from);
                let weight = |j: usize| {
                    let x = (j as f64 - center + 0.5) / stretch;
                    match self.mode {
                        Resample::Linear => (1.0 - x.abs()).max(0.0),
                        _ => keys(a, x),
                    }
                };
                let total: f64 = (start..end).map(weight).sum();
                (start..end).for_each(|j| f(j, weight(j) / total));
            }
            Resample::Linear => {
                let at = match self.align_corners {
                    true => i as f64 * self.scale(),
                    false => ((i as f64 + 0.5) * self.scale() - 0.5).max(0.0),
                };
                let low = (at.floor() as usize).min(last);
                let t = (at - low as f64).clamp(0.0, 1.0);
                f(low, 1.0 - t);
                f((low + 1).min(last), t);
            }
            Resample::Cubic => {
                let at = match self.align_corners {
                    true => i as f64 * self.scale(),
                    false => (i as f64 + 0.5) * self.scale() - 0.5,
                };
                let low = at.floor();
                let t = at - low;
                for k in -1..=2 {
                    let place = (low + k as f64).clamp(0.0, last as f64) as usize;
                    f(place, keys(-0.75, t - k as f64));
                }
            }
        }
    }

    #[track_caller]
    fn matrix(&self) -> Result<Pair> {
        const OP: &str = "interpolate";
        let mut m = Sparse {
            columns: self.from,
            ..Sparse::default()
        };
        m.starts.try_reserve_exact(self.to + 1).or_memory(OP)?;
        m.starts.push(0);
        for i in 0..self.to {
            let (mut refused, at, weights) = (None, &mut m.at, &mut m.weights);
            self.taps(i, &mut |j, w| {
                let room = at.try_reserve(1).and_then(|()| weights.try_reserve(1));
                match room {
                    Ok(()) => {
                        at.push(j);
                        weights.push(w);
                    }
                    Err(e) => refused = Some(e),
                }
            });
            if let Some(e) = refused {
                return Err(Error::memory(OP, e.to_string()));
            }
            m.starts.push(m.at.len());
        }
        Ok(Pair {
            back: m.transposed()?,
            forward: m,
        })
    }
}

trait Number: Element + std::ops::Mul<Output = Self> + std::ops::AddAssign {}
impl Number for f32 {}
impl Number for f64 {}

impl Sparse {
    /// How many entries every row has, if all have as many.
    fn taps(&self) -> Option<usize> {
        let taps = self.at.len() / self.rows().max(1);
        let even = |w: &[usize]| w[1] - w[0] == taps;
        self.starts.windows(2).all(even).then_some(taps)
    }

    /// The matrix times the rows `from` of `inner` elements, row `i` of it.
    #[inline(always)]
    fn row<T: Number>(&self, i: usize, weights: &[T], from: &[T], inner: usize, to: &mut [T]) {
        let entries = self.starts[i]..self.starts[i + 1];
        let line = |k: usize| (&from[self.at[k] * inner..][..inner], weights[k]);
        let Some(first) = entries.clone().next() else {
            return to.fill(T::default());
        };
        let (x, w) = line(first);
        match w.to_f64() == 1.0 {
            true => to.copy_from_slice(x),
            false => to.iter_mut().zip(x).for_each(|(y, x)| *y = *x * w),
        }
        for k in entries.skip(1) {
            let (x, w) = line(k);
            to.iter_mut().zip(x).for_each(|(y, x)| *y += *x * w);
        }
    }

    /// The matrix times the numbers `from`, with `N` entries in every row.
    #[inline(always)]
    fn even<T: Number, const N: usize>(&self, weights: &[T], from: &[T], to: &mut [T]) {
        let (at, weights) = (self.at.as_chunks::<N>().0, weights.as_chunks::<N>().0);
        let (at, weights) = (&at[..to.len()], &weights[..to.len()]);
        for i in 0..to.len() {
            let mut sum = from[at[i][0]] * weights[i][0];
            for k in 1..N {
                sum += from[at[i][k]] * weights[i][k];
            }
            to[i] = sum;
        }
    }

    /// The matrix times the numbers `from`.
    #[inline(always)]
    fn any<T: Number>(&self, weights: &[T], from: &[T], to: &mut [T]) {
        for (y, ends) in to.iter_mut().zip(self.starts.windows(2)) {
            let mut sum = T::default();
            for k in ends[0]..ends[1] {
                sum += from[self.at[k]] * weights[k];
            }
            *y = sum;
        }
    }
}

/// `x` with dimension `dim` multiplied by a matrix, or by its transpose.
#[track_caller]
fn multiply(x: &Tensor, dim: usize, pair: &Arc<Pair>, transposed: bool) -> Result<Tensor> {
    fn run<T: Number>(x: &Tensor, dim: usize, m: &Sparse) -> Result<Tensor> {
        let mut dims = Dims::from_slice(x.dims());
        dims[dim] = m.rows();
        let inner: usize = x.dims()[dim + 1..].iter().product();
        let weights: Vec<T> = m.weights.iter().map(|w| T::from_f64(*w)).collect();
        let copies = m.weights.iter().all(|w| *w == 1.0);
        let taps = m.taps();
        let mut out = Fresh::<T>::new(Shape::from_dims(dims)?)?;
        if out.slice().is_empty() {
            return Ok(out.finish());
        }
        // Lines of `inner` elements, or whole rows where these are numbers.
        let line = if inner == 1 { m.rows() } else { inner };
        let grain = (16 * 1024 / line).max(1) * line;
        x.with_data(|x: &[T]| {
            out.for_each_chunk(grain, |start, out| {
                for (r, to) in out.chunks_mut(line).enumerate() {
                    let number = start / line + r;
                    if inner > 1 {
                        let (outer, i) = (number / m.rows(), number % m.rows());
                        let from = &x[outer * m.columns * inner..][..m.columns * inner];
                        m.row(i, &weights, from, inner, to);
                        continue;
                    }
                    let from = &x[number * m.columns..][..m.columns];
                    match taps {
                        Some(1) if copies => {
                            let at = &m.at[..to.len()];
                            for i in 0..to.len() {
                                to[i] = from[at[i]];
                            }
                        }
                        Some(2) => m.even::<T, 2>(&weights, from, to),
                        Some(4) => m.even::<T, 4>(&weights, from, to),
                        _ => m.any(&weights, from, to),
                    }
                }
            });
        })?;
        Ok(out.finish())
    }
    let m = match transposed {
        true => &pair.back,
        false => &pair.forward,
    };
    let source = x
        .detach()
        .to_dtype(x.dtype().compute().dtype())?
        .contiguous()?;
    let out = match source.dtype() {
        DType::F64 => run::<f64>(&source, dim, m)?,
        _ => run::<f32>(&source, dim, m)?,
    };
    let out = out.to_dtype(x.dtype())?;
    if tracks(&[x]) {
        let pair = pair.clone();
        record("interpolate", &[x], &[&out], (), move |_, _, grads| {
            Ok(smallvec![
                grads
                    .into_iter()
                    .next()
                    .flatten()
                    .map(|g| multiply(&g, dim, &pair, !transposed))
                    .transpose()?
            ])
        })?;
    }
    Ok(out)
}

impl Tensor {
    /// (batch, channels, spatial…) with one to three spatial dimensions resized.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, ops::resample::{Interpolate, Resample}};
    /// let x = Tensor::new([[[1.0f32, 3.0]]])?;
    /// let y = x.interpolate(&Interpolate::to(Resample::Linear, &[4]))?;
    /// assert_eq!(y.to_vec::<f32>()?, [1.0, 1.5, 2.5, 3.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A shape, sizes or options that don't fit; integers, but for the nearest modes.
    #[track_caller]
    pub fn interpolate(&self, options: &Interpolate) -> Result<Tensor> {
        const OP: &str = "interpolate";
        let rank = self.rank().saturating_sub(2);
        if !(1..=3).contains(&rank) {
            return Err(Error::shape(
                OP,
                format!(
                    "input of shape {}; expected (batch, channels, …) with 1 to 3 spatial dimensions",
                    self.shape()
                ),
            ));
        }
        let spatial = &self.dims()[2..];
        let smooth = matches!(options.mode, Resample::Linear | Resample::Cubic);
        if options.align_corners && !smooth {
            return Err(Error::value(
                OP,
                "align_corners is for the linear and cubic modes only",
            ));
        }
        if options.antialias && !smooth {
            return Err(Error::value(
                OP,
                "antialias is for the linear and cubic modes only",
            ));
        }
        let counted = |n: usize, what: &str| match n == 1 || n == rank {
            true => Ok(()),
            false => Err(Error::value(
                OP,
                format!(
                    "{n} {what} for {rank} spatial dimensions of an input of shape {}; expected one or {rank}",
                    self.shape()
                ),
            )),
        };
        let (sizes, factors): (Vec<usize>, Vec<Option<f64>>) =
            match (&options.sizes, &options.scales) {
                (Some(sizes), None) => {
                    counted(sizes.len(), "sizes")?;
                    let sizes = (0..rank).map(|d| sizes[d.min(sizes.len() - 1)]).collect();
                    (sizes, vec![None; rank])
                }
                (None, Some(scales)) => {
                    counted(scales.len(), "scale factors")?;
                    let scales: Vec<f64> =
                        (0..rank).map(|d| scales[d.min(scales.len() - 1)]).collect();
                    if let Some(bad) = scales.iter().find(|s| !s.is_finite() || **s <= 0.0) {
                        return Err(Error::value(
                            OP,
                            format!("a scale factor of {bad}; expected a positive number"),
                        ));
                    }
                    let sizes = (0..rank)
                        .map(|d| (spatial[d] as f64 * scales[d]).floor() as usize)
                        .collect();
                    let kept = !options.recompute_scale;
                    (
                        sizes,
                        scales.into_iter().map(|s| kept.then_some(s)).collect(),
                    )
                }
                (None, None) => {
                    return Err(Error::value(OP, "neither sizes nor scale factors given"));
                }
                (Some(_), Some(_)) => {
                    return Err(Error::value(
                        OP,
                        "both sizes and scale factors given; expected one of them",
                    ));
                }
            };
        if spatial.contains(&0) || sizes.contains(&0) {
            return Err(Error::shape(
                OP,
                format!(
                    "input of shape {} to spatial sizes {sizes:?}; all must be 1 or more",
                    self.shape()
                ),
            ));
        }
        // The result can be had, or nothing is begun.
        let mut dims = Dims::from_slice(&self.dims()[..2]);
        dims.extend_from_slice(&sizes);
        Shape::from_dims(dims)?;
        let axis = |d: usize| Axis {
            mode: options.mode,
            from: spatial[d],
            to: sizes[d],
            factor: factors[d],
            align_corners: options.align_corners,
            antialias: options.antialias,
            single: self.dtype() != DType::F64,
        };
        if !self.dtype().is_float() {
            if smooth || options.mode == Resample::Area || self.dtype() == DType::Bool {
                return Err(Error::unsupported(
                    OP,
                    format!(
                        "{} in this mode; convert it to floats first, and round the result",
                        self.dtype()
                    ),
                ));
            }
            return (0..rank).try_fold(self.clone(), |x, d| {
                let axis = axis(d);
                let places = Tensor::from_fn::<i64>(axis.to, |i| {
                    let mut at = 0;
                    axis.taps(i, &mut |j, _| at = j as i64);
                    at
                })?;
                x.index_select(2 + d as i64, &places)
            });
        }
        (0..rank)
            .rev()
            .try_fold(self.clone(), |x, d| {
                let axis = axis(d);
                if axis.from == axis.to && axis.factor.is_none_or(|f| f == 1.0) && !axis.antialias {
                    return Ok(x);
                }
                multiply(&x, 2 + d, &Arc::new(axis.matrix()?), false)
            })
            .and_then(|y| {
                if y.is_same(self) {
                    self.mul(1.0)
                } else {
                    Ok(y)
                }
            })
    }
}
