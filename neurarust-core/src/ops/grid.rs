//! Sampling of images at places that a tensor names: an output is a weighted sum of a few elements of its plane.
//!
//! The weights are tensor operations on the places. The sum is linear in the image and in the weights, so it and its two
//! gradients are a closed family: `sample`, `splat` and `relate` are each other's derivatives.

use crate::autograd::{Saved, record, tracks};
use crate::cpu::fresh::Fresh;
use crate::dtype::Element;
use crate::error::OrMemory;
use crate::layout::Shape;
use crate::{DType, Error, Result, Tensor};
use smallvec::smallvec;

/// How [`Tensor::grid_sample`] reads between elements.
///
/// ```
/// # use neurarust_core::{Tensor, ops::grid::{GridMode, GridPadding}};
/// let image = Tensor::new([[[[1f32, 3.0]]]])?; // (batch, channels, height, width)
/// let middle = Tensor::new([[[[0.2f32, 0.0]]]])?; // (batch, height, width, (x, y)) within -1 … 1
/// let read = |mode| image.grid_sample(&middle, mode, GridPadding::Border, true)?.item::<f32>();
/// assert!((read(GridMode::Bilinear)? - 2.2).abs() < 1e-6);
/// assert_eq!(read(GridMode::Nearest)?, 3.0);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum GridMode {
    /// The straight line between neighbours, along each dimension.
    #[default]
    Bilinear,
    /// The nearest element.
    Nearest,
    /// The cubic through four neighbours per dimension (images only).
    Bicubic,
}

/// What lies outside of an image.
///
/// ```
/// # use neurarust_core::{Tensor, ops::grid::{GridMode, GridPadding}};
/// let image = Tensor::new([[[[1f32, 3.0]]]])?;
/// let outside = Tensor::new([[[[9f32, 0.0]]]])?;
/// let read = |padding| image.grid_sample(&outside, GridMode::Nearest, padding, true)?.item::<f32>();
/// assert_eq!((read(GridPadding::Zeros)?, read(GridPadding::Border)?), (0.0, 3.0));
/// # Ok::<(), neurarust_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum GridPadding {
    /// Zeros.
    #[default]
    Zeros,
    /// The nearest element of the border.
    Border,
    /// The mirror image.
    Reflection,
}

/// The family's arithmetic.
trait Sum: Element + std::ops::Mul<Output = Self> + std::ops::AddAssign {}
impl Sum for f32 {}
impl Sum for f64 {}

/// `t` outside of the graph, row-major, in `dtype`.
fn plain(t: &Tensor, dtype: DType) -> Result<Tensor> {
    t.detach().to_dtype(dtype)?.contiguous()
}

/// Which elements outputs are made of: (N, P, K) of `i64`, -1 for none, and the number of elements in a plane.
#[derive(Clone)]
struct Taps {
    at: Tensor,
    plane: usize,
}

/// Runs `f::<f32>` or `f::<f64>` on plain `a` and `b`; answers in `a`'s dtype.
macro_rules! in_type_of {
    ($f:ident, $a:expr, $b:expr, $taps:expr) => {{
        let dtype = $a.dtype().compute().dtype();
        let (a, b) = (plain($a, dtype)?, plain($b, dtype)?);
        match dtype {
            DType::F64 => $f::<f64>(&a, &b, $taps),
            _ => $f::<f32>(&a, &b, $taps),
        }?
        .to_dtype($a.dtype())?
    }};
}

/// `out[n, c, p] = Σₖ w[n, p, k] · x[n, c, at[n, p, k]]`: (N, C, I) and (N, P, K) → (N, C, P).
#[track_caller]
fn sample(x: &Tensor, w: &Tensor, taps: &Taps) -> Result<Tensor> {
    fn run<T: Sum>(x: &Tensor, w: &Tensor, taps: &Taps) -> Result<Tensor> {
        let &[n, points, k] = taps.at.dims() else {
            return x.try_clone();
        };
        let channels = x.dims()[1];
        let mut out = Fresh::<T>::new(Shape::new(&[n, channels, points])?)?;
        x.with_data(|x: &[T]| {
            w.with_data(|w: &[T]| {
                taps.at.with_data(|at: &[i64]| {
                    out.for_each_chunk(points.max(1), |start, out| {
                        let plane = start / points;
                        let x = &x[plane * taps.plane..][..taps.plane];
                        let from = plane / channels * points * k;
                        for (p, out) in out.iter_mut().enumerate() {
                            let mut sum = T::default();
                            let from = from + p * k;
                            for (at, w) in at[from..from + k].iter().zip(&w[from..from + k]) {
                                if let Some(x) = x.get(*at as usize) {
                                    sum += *x * *w;
                                }
                            }
                            *out = sum;
                        }
                    });
                })
            })
        })???;
        Ok(out.finish())
    }
    let out = in_type_of!(run, x, w, taps);
    if tracks(&[x, w]) {
        let saved = (Saved::input(x), Saved::input(w));
        let taps = taps.clone();
        record(
            "grid_sample",
            &[x, w],
            &[&out],
            saved,
            move |(x, w), call, g| {
                let Some(g) = &g[0] else {
                    return Ok(smallvec![None, None]);
                };
                let dx = call.needs(0).then(|| splat(g, &w.get(call)?, &taps));
                let dw = call.needs(1).then(|| relate(g, &x.get(call)?, &taps));
                Ok(smallvec![dx.transpose()?, dw.transpose()?])
            },
        )?;
    }
    Ok(out)
}

/// `out[n, c, i] = Σ w[n, p, k] · y[n, c, p]` over all p and k with `at[n, p, k] = i`: (N, C, P) and (N, P, K) → (N, C, I).
#[track_caller]
fn splat(y: &Tensor, w: &Tensor, taps: &Taps) -> Result<Tensor> {
    fn run<T: Sum>(y: &Tensor, w: &Tensor, taps: &Taps) -> Result<Tensor> {
        let &[n, points, k] = taps.at.dims() else {
            return y.try_clone();
        };
        let channels = y.dims()[1];
        let mut out = Fresh::<T>::zeroed(Shape::new(&[n, channels, taps.plane])?)?;
        y.with_data(|y: &[T]| {
            w.with_data(|w: &[T]| {
                taps.at.with_data(|at: &[i64]| {
                    out.for_each_chunk(taps.plane.max(1), |start, out| {
                        let plane = start / taps.plane;
                        let y = &y[plane * points..][..points];
                        let from = plane / channels * points * k;
                        for (p, y) in y.iter().enumerate() {
                            let from = from + p * k;
                            for (at, w) in at[from..from + k].iter().zip(&w[from..from + k]) {
                                if let Some(out) = out.get_mut(*at as usize) {
                                    *out += *y * *w;
                                }
                            }
                        }
                    });
                })
            })
        })???;
        Ok(out.finish())
    }
    let out = in_type_of!(run, y, w, taps);
    if tracks(&[y, w]) {
        let saved = (Saved::input(y), Saved::input(w));
        let taps = taps.clone();
        record(
            "grid_sample",
            &[y, w],
            &[&out],
            saved,
            move |(y, w), call, g| {
                let Some(g) = &g[0] else {
                    return Ok(smallvec![None, None]);
                };
                let dy = call.needs(0).then(|| sample(g, &w.get(call)?, &taps));
                let dw = call.needs(1).then(|| relate(&y.get(call)?, g, &taps));
                Ok(smallvec![dy.transpose()?, dw.transpose()?])
            },
        )?;
    }
    Ok(out)
}

/// `out[n, p, k] = Σ_c y[n, c, p] · x[n, c, at[n, p, k]]`: (N, C, P) and (N, C, I) → (N, P, K).
#[track_caller]
fn relate(y: &Tensor, x: &Tensor, taps: &Taps) -> Result<Tensor> {
    fn run<T: Sum>(y: &Tensor, x: &Tensor, taps: &Taps) -> Result<Tensor> {
        let &[n, points, k] = taps.at.dims() else {
            return y.try_clone();
        };
        let channels = y.dims()[1];
        let mut out = Fresh::<T>::zeroed(Shape::new(&[n, points, k])?)?;
        y.with_data(|y: &[T]| {
            x.with_data(|x: &[T]| {
                taps.at.with_data(|at: &[i64]| {
                    out.for_each_chunk(k.max(1) * 256, |start, out| {
                        for (j, out) in out.chunks_mut(k.max(1)).enumerate() {
                            let place = start / k + j;
                            let (n, p) = (place / points, place % points);
                            let at = &at[place * k..][..k];
                            for c in n * channels..(n + 1) * channels {
                                let y = y[c * points + p];
                                let x = &x[c * taps.plane..][..taps.plane];
                                for (at, out) in at.iter().zip(&mut *out) {
                                    if let Some(x) = x.get(*at as usize) {
                                        *out += *x * y;
                                    }
                                }
                            }
                        }
                    });
                })
            })
        })???;
        Ok(out.finish())
    }
    let out = in_type_of!(run, y, x, taps);
    if tracks(&[y, x]) {
        let saved = (Saved::input(y), Saved::input(x));
        let taps = taps.clone();
        record(
            "grid_sample",
            &[y, x],
            &[&out],
            saved,
            move |(y, x), call, g| {
                let Some(g) = &g[0] else {
                    return Ok(smallvec![None, None]);
                };
                let dy = call.needs(0).then(|| sample(&x.get(call)?, g, &taps));
                let dx = call.needs(1).then(|| splat(&y.get(call)?, g, &taps));
                Ok(smallvec![dy.transpose()?, dx.transpose()?])
            },
        )?;
    }
    Ok(out)
}

/// One dimension of the image.
#[derive(Clone, Copy)]
struct Axis {
    size: usize,
    padding: GridPadding,
    align: bool,
}

impl Axis {
    /// Twice the ends of the image, between which places are mirrored.
    fn ends(&self) -> (f64, f64) {
        match self.align {
            true => (0.0, 2.0 * (self.size - 1) as f64),
            false => (-1.0, 2.0 * self.size as f64 - 1.0),
        }
    }

    /// Places -1 to 1 as those of elements.
    #[track_caller]
    fn in_elements(&self, grid: &Tensor) -> Result<Tensor> {
        let size = self.size as f64;
        match self.align {
            true => grid.add(1.0)?.mul((size - 1.0) / 2.0),
            false => grid.add(1.0)?.mul(size)?.sub(1.0)?.mul(0.5),
        }
    }

    /// Places brought into the image, as the padding says.
    #[track_caller]
    fn padded(&self, x: &Tensor) -> Result<Tensor> {
        let x = match self.padding {
            GridPadding::Zeros => return Ok(x.clone()),
            GridPadding::Border => x.clone(),
            GridPadding::Reflection => {
                let (low, high) = self.ends();
                let (low, span) = (low / 2.0, (high - low) / 2.0);
                if span == 0.0 {
                    return x.mul(0.0);
                }
                let away = x.sub(low)?.abs()?;
                let turns = away.detach().div(span)?.floor()?;
                let rest = away.sub(&turns.mul(span)?)?;
                let odd = turns.remainder(2.0)?.ne(0.0)?;
                rest.neg()?.add(span)?.where_cond(&odd, &rest)?.add(low)?
            }
        };
        // Beyond the border the place doesn't matter, so nothing flows back.
        let last = (self.size - 1) as f64;
        let inside = x.detach().gt(0.0)?.logical_and(&x.detach().lt(last)?)?;
        let border = x.detach().clamp_between(0.0, last)?;
        x.where_cond(&inside, &border)
    }

    /// The element at `i`, or none.
    fn element(&self, i: f64) -> Option<usize> {
        let last = (self.size - 1) as f64;
        let i = match self.padding {
            GridPadding::Zeros => i,
            GridPadding::Border => i.clamp(0.0, last),
            GridPadding::Reflection => {
                let (low, high) = self.ends();
                let (low, span) = (low / 2.0, (high - low) / 2.0);
                if span == 0.0 {
                    0.0
                } else {
                    let away = (i - low).abs();
                    let turns = (away / span).floor();
                    let rest = away - turns * span;
                    let i = if turns % 2.0 == 0.0 {
                        rest + low
                    } else {
                        span - rest + low
                    };
                    i.clamp(0.0, last)
                }
            }
        };
        (i >= 0.0 && i <= last).then_some(i as usize)
    }

    /// The taps of all places `x` (N, P): the first element of each, and the weights (N, P, taps).
    #[track_caller]
    fn taps(&self, x: &Tensor, mode: GridMode) -> Result<(Vec<f64>, Tensor)> {
        let x = self.in_elements(x)?;
        let list = |t: &Tensor| t.detach().to_dtype(DType::F64)?.to_vec::<f64>();
        match mode {
            GridMode::Nearest => {
                let at = self.padded(&x)?.detach().round()?;
                Ok((list(&at)?, at.ones_like()?.unsqueeze(-1)?))
            }
            GridMode::Bilinear => {
                let x = self.padded(&x)?;
                let low = x.detach().floor()?;
                let t = x.sub(&low)?;
                Ok((list(&low)?, Tensor::stack(&[&t.neg()?.add(1.0)?, &t], -1)?))
            }
            GridMode::Bicubic => {
                let low = x.detach().floor()?;
                let t = x.sub(&low)?;
                const A: f64 = -0.75;
                // Keys' kernel at distances of less than one, and of one to two.
                let near = |d: &Tensor| -> Result<Tensor> {
                    d.mul(A + 2.0)?.sub(A + 3.0)?.mul(d)?.mul(d)?.add(1.0)
                };
                let far = |d: &Tensor| -> Result<Tensor> {
                    d.mul(A)?
                        .sub(5.0 * A)?
                        .mul(d)?
                        .add(8.0 * A)?
                        .mul(d)?
                        .sub(4.0 * A)
                };
                let rest = t.neg()?.add(1.0)?;
                let weights = [
                    far(&t.add(1.0)?)?,
                    near(&t)?,
                    near(&rest)?,
                    far(&rest.add(1.0)?)?,
                ];
                let weights: Vec<&Tensor> = weights.iter().collect();
                Ok((list(&low.sub(1.0)?)?, Tensor::stack(&weights, -1)?))
            }
        }
    }
}

impl Tensor {
    /// Reads an image (N, C, H, W) at places `grid` (N, H', W', 2) → (N, C, H', W'), or a volume (N, C, D, H, W) at
    /// (N, D', H', W', 3). Places are (x, y, z), -1 to 1 from one end to the other: of the centres of the outermost
    /// elements with `align_corners`, else of their outer edges.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, ops::grid::{GridMode, GridPadding}};
    /// let x = Tensor::new([[[[1.0f32, 2.0], [3.0, 4.0]]]])?;
    /// let middle = Tensor::new([[[[0.0f32, 0.0]]]])?;
    /// let y = x.grid_sample(&middle, GridMode::Bilinear, GridPadding::Zeros, false)?;
    /// assert_eq!(y.to_vec::<f32>()?, [2.5]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Shapes or dtypes that don't fit; an empty image; bicubic on volumes.
    #[track_caller]
    pub fn grid_sample(
        &self,
        grid: &Tensor,
        mode: GridMode,
        padding: GridPadding,
        align_corners: bool,
    ) -> Result<Tensor> {
        const OP: &str = "grid_sample";
        let _op = crate::profiler::op(OP);
        let spatial = self.rank().saturating_sub(2);
        if !(2..=3).contains(&spatial)
            || grid.rank() != self.rank()
            || grid.dims()[0] != self.dims()[0]
            || grid.dims()[spatial + 1] != spatial
        {
            return Err(Error::shape(
                OP,
                format!(
                    "input of shape {} and grid of shape {}; expected (N, C, H, W) and (N, H', W', 2), or (N, C, D, H, W) and (N, D', H', W', 3)",
                    self.shape(),
                    grid.shape()
                ),
            ));
        }
        if !self.dtype().is_float() || self.dtype() != grid.dtype() {
            return Err(Error::dtype(
                OP,
                format!(
                    "input of {} and grid of {}; expected the same floating-point type",
                    self.dtype(),
                    grid.dtype()
                ),
            ));
        }
        if self.dims()[2..].contains(&0) {
            return Err(Error::shape(
                OP,
                format!("input of shape {} has nothing to sample", self.shape()),
            ));
        }
        if mode == GridMode::Bicubic && spatial == 3 {
            return Err(Error::unsupported(
                OP,
                "bicubic for volumes; use bilinear or nearest",
            ));
        }
        let (n, channels) = (self.dims()[0], self.dims()[1]);
        let outputs = &grid.dims()[1..=spatial];
        let points: usize = outputs.iter().product();
        let mut shape: Vec<usize> = vec![n, channels];
        shape.extend_from_slice(outputs);
        let shape = Shape::new(&shape)?;
        let places = grid
            .to_dtype(grid.dtype().compute().dtype())?
            .reshape(&[n, points, spatial][..])?;
        // Per dimension, outermost first.
        let mut firsts: Vec<(Axis, Vec<f64>)> = Vec::new();
        let mut weights: Option<Tensor> = None;
        let count = match mode {
            GridMode::Nearest => 1,
            GridMode::Bilinear => 2,
            GridMode::Bicubic => 4usize,
        };
        for d in 0..spatial {
            let axis = Axis {
                size: self.dims()[2 + d],
                padding,
                align: align_corners,
            };
            let (first, w) = axis.taps(&places.select(2, (spatial - 1 - d) as i64)?, mode)?;
            firsts.push((axis, first));
            weights = Some(match weights {
                None => w,
                Some(before) => {
                    let k = before.dims()[2] * count;
                    before
                        .unsqueeze(3)?
                        .mul(&w.unsqueeze(2)?)?
                        .reshape(&[n, points, k][..])?
                }
            });
        }
        let Some(weights) = weights else {
            return Err(Error::shape(OP, "no spatial dimensions"));
        };
        let taps = count.pow(spatial as u32);
        let mut at: Vec<i64> = Vec::new();
        at.try_reserve_exact(n * points * taps).or_memory(OP)?;
        for p in 0..n * points {
            for k in 0..taps {
                let mut place = Some(0);
                let mut stride = taps;
                for (axis, first) in &firsts {
                    stride /= count;
                    let tap = first[p] + (k / stride % count) as f64;
                    place = place
                        .zip(axis.element(tap))
                        .map(|(place, i)| place * axis.size + i);
                }
                at.push(place.map_or(-1, |i| i as i64));
            }
        }
        let plane: usize = self.dims()[2..].iter().product();
        let taps = Taps {
            at: Tensor::from_vec(at, [n, points, taps])?,
            plane,
        };
        sample(&self.reshape(&[n, channels, plane][..])?, &weights, &taps)?.reshape(&shape)
    }

    /// Places for [`Tensor::grid_sample`] that move an image by the matrices `self` (N, 2, 3): `size` (N, C, H, W) of the
    /// output → (N, H, W, 2). For volumes (N, 3, 4) and (N, C, D, H, W) → (N, D, H, W, 3).
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let identity = Tensor::new([[[1f32, 0.0, 0.0], [0.0, 1.0, 0.0]]])?;
    /// let places = identity.affine_grid(&[1, 3, 1, 2], true)?; // (1, 1, 2, 2): x, y of two pixels
    /// assert_eq!(places.to_vec::<f32>()?[..3], [-1.0, 0.0, 1.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Shapes that don't fit; integers; sizes of 0.
    #[track_caller]
    pub fn affine_grid(&self, size: &[usize], align_corners: bool) -> Result<Tensor> {
        const OP: &str = "affine_grid";
        let spatial = size.len().saturating_sub(2);
        if !(2..=3).contains(&spatial) || self.dims() != [size[0], spatial, spatial + 1] {
            return Err(Error::shape(
                OP,
                format!(
                    "matrices of shape {} for an output of size {size:?}; expected (N, 2, 3) for (N, C, H, W) or (N, 3, 4) for (N, C, D, H, W)",
                    self.shape()
                ),
            ));
        }
        if !self.dtype().is_float() {
            return Err(Error::dtype(
                OP,
                format!("expected floating-point matrices, got {}", self.dtype()),
            ));
        }
        if size.contains(&0) {
            return Err(Error::value(
                OP,
                format!("size {size:?}; expected all to be 1 or more"),
            ));
        }
        let outputs = Shape::new(&size[2..])?;
        let mut columns: Vec<Tensor> = Vec::new();
        for d in (0..spatial).rev() {
            let n = outputs[d];
            let line = match (align_corners, n) {
                (true, 1) => Tensor::zeros([1])?,
                (true, _) => Tensor::linspace(-1.0, 1.0, n)?,
                (false, _) => {
                    let end = (n - 1) as f64 / n as f64;
                    Tensor::linspace_dtype(-end, end, n, DType::F64)?
                }
            };
            let mut along = vec![1i64; spatial];
            along[d] = n as i64;
            columns.push(
                line.to_dtype(self.dtype())?
                    .reshape(along.as_slice())?
                    .expand_to(&outputs)?,
            );
        }
        columns.push(Tensor::ones((&outputs, self.dtype()))?);
        let columns: Vec<&Tensor> = columns.iter().collect();
        let base = Tensor::stack(&columns, -1)?.reshape(&[1, outputs.numel(), spatial + 1][..])?;
        let mut shape = vec![size[0]];
        shape.extend_from_slice(&size[2..]);
        shape.push(spatial);
        base.times(&self.transpose(1, 2)?)?
            .reshape(&Shape::new(&shape)?)
    }
}
