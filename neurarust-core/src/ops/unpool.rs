//! Poolings beside the plain ones: by the power mean, in windows at random places, and back again.

use super::conv::PerDim;
use super::pool::PoolOptions;
use crate::autograd::{record, tracks};
use crate::cpu::fresh::Fresh;
use crate::dtype::Element;
use crate::layout::{Dims, Shape};
use crate::{DType, Error, Result, Tensor};
use smallvec::smallvec;

/// Where the windows of a fractional pooling of one dimension begin (Graham, 2014): steps that are `inputs / outputs` in the
/// mean, shifted by `sample`.
fn starts(sample: f64, inputs: usize, outputs: usize, window: usize, single: bool) -> Vec<usize> {
    let last = inputs - window;
    (0..outputs)
        .map(|i| match i + 1 == outputs {
            true => last,
            // Samples of 0 to 1 never reach the limits; others stay within the input.
            false if single => {
                let (sample, step) = (sample as f32, last as f32 / (outputs - 1) as f32);
                let (here, first) = ((i as f32 + sample) * step, sample * step);
                (here.trunc() - first.trunc()).clamp(0.0, last as f32) as usize
            }
            false => {
                let step = last as f64 / (outputs - 1) as f64;
                let (here, first) = ((i as f64 + sample) * step, sample * step);
                (here.trunc() - first.trunc()).clamp(0.0, last as f64) as usize
            }
        })
        .map(|start| start.min(last))
        .collect()
}

/// The largest of windows at random places, and its position in the plane.
#[track_caller]
fn fractional(
    op: &'static str,
    x: &Tensor,
    spatial: usize,
    kernel: &PerDim,
    sizes: &[usize],
    samples: Option<&Tensor>,
) -> Result<(Tensor, Tensor)> {
    if x.rank() != spatial + 1 && x.rank() != spatial + 2 || !x.dtype().is_float() {
        return Err(Error::shape(
            op,
            format!(
                "input of shape {} and type {}; expected floats (batch, channels, {spatial} spatial) or (channels, {spatial} spatial)",
                x.shape(),
                x.dtype()
            ),
        ));
    }
    let kernel = kernel.get(op, "kernel size", spatial)?;
    let lead = x.rank() - spatial;
    let input = &x.dims()[lead..];
    if sizes.len() != spatial || x.dims()[lead - 1..].contains(&0) {
        return Err(Error::shape(
            op,
            format!(
                "output sizes {sizes:?} for an input of shape {}; expected {spatial}",
                x.shape()
            ),
        ));
    }
    for d in 0..spatial {
        let fits = kernel[d]
            .checked_add(sizes[d])
            .is_some_and(|n| n <= input[d].saturating_add(1));
        if kernel[d] == 0 || sizes[d] == 0 || !fits {
            return Err(Error::value(
                op,
                format!(
                    "{} windows of {} elements in {} elements of spatial dimension {d}; expected at least one of each, and outputs + kernel - 1 up to the input's size",
                    sizes[d], kernel[d], input[d]
                ),
            ));
        }
    }
    let (batch, channels) = match lead {
        1 => (1, x.dims()[0]),
        _ => (x.dims()[0], x.dims()[1]),
    };
    let samples = match samples {
        None => Tensor::rand(([batch, channels, spatial], DType::F64))?,
        Some(s) => {
            let dims = s.dims();
            if dims.len() != 3 || dims[0] < batch || dims[1] != channels || dims[2] != spatial {
                return Err(Error::shape(
                    op,
                    format!(
                        "random samples of shape {}; expected ({batch}, {channels}, {spatial})",
                        s.shape()
                    ),
                ));
            }
            s.detach().to_dtype(DType::F64)?
        }
    };
    let samples = samples.to_vec::<f64>()?;
    if samples.iter().any(|s| !s.is_finite()) {
        return Err(Error::value(
            op,
            "a random sample isn't finite; expected 0 to 1",
        ));
    }
    fn run<T: Element>(
        x: &Tensor,
        samples: &[f64],
        (input, sizes, kernel): ([usize; 3], [usize; 3], [usize; 3]),
        spatial: usize,
    ) -> Result<Tensor> {
        let (inputs, outputs): (usize, usize) = (input.iter().product(), sizes.iter().product());
        let planes = x.numel() / inputs;
        let mut at = Fresh::<i64>::new(Shape::new(&[planes, outputs])?)?;
        x.with_data(|x: &[T]| {
            at.for_each_chunk(outputs, |start, at| {
                let plane = start / outputs;
                let x = &x[plane * inputs..][..inputs];
                let single = T::DTYPE != DType::F64;
                let places = |d: usize| match (d + spatial).checked_sub(3) {
                    None => vec![0],
                    // Images are sampled (x, y), volumes (z, y, x).
                    Some(k) => {
                        let k = if spatial == 2 { 1 - k } else { k };
                        let sample = samples[plane * spatial + k];
                        starts(sample, input[d], sizes[d], kernel[d], single)
                    }
                };
                let places = [places(0), places(1), places(2)];
                let mut o = 0;
                for &z in &places[0] {
                    for &y in &places[1] {
                        for &w in &places[2] {
                            let first = (z * input[1] + y) * input[2] + w;
                            let mut best = first;
                            for i in z..z + kernel[0] {
                                for j in y..y + kernel[1] {
                                    for k in w..w + kernel[2] {
                                        let here = (i * input[1] + j) * input[2] + k;
                                        let (a, b) = (x[here], x[best]);
                                        if a > b || a.to_f64().is_nan() {
                                            best = here;
                                        }
                                    }
                                }
                            }
                            at[o] = best as i64;
                            o += 1;
                        }
                    }
                }
            });
        })?;
        Ok(at.finish())
    }
    let three = |sizes: &[usize]| {
        let mut out = [1; 3];
        out[3 - spatial..].copy_from_slice(sizes);
        out
    };
    let read = x
        .detach()
        .to_dtype(x.dtype().compute().dtype())?
        .contiguous()?;
    let windows = (three(input), three(sizes), three(&kernel));
    let mut dims = Dims::from_slice(&x.dims()[..lead]);
    dims.extend_from_slice(sizes);
    let shape = Shape::from_dims(dims)?;
    let at = match read.dtype() {
        DType::F64 => run::<f64>(&read, &samples, windows, spatial)?,
        _ => run::<f32>(&read, &samples, windows, spatial)?,
    };
    let plane: usize = input.iter().product();
    let values = x.reshape(&[x.numel() / plane, plane][..])?.gather(1, &at)?;
    Ok((values.reshape(&shape)?, at.reshape(&shape)?))
}

/// Zeros of spatial `sizes` with each element of `x` at its place.
#[track_caller]
fn unpool(
    op: &'static str,
    x: &Tensor,
    spatial: usize,
    at: &Tensor,
    sizes: &[usize],
) -> Result<Tensor> {
    if x.rank() != spatial + 1 && x.rank() != spatial + 2 || x.shape() != at.shape() {
        return Err(Error::shape(
            op,
            format!(
                "input of shape {} and indices of shape {}; expected both (batch, channels, {spatial} spatial) or (channels, {spatial} spatial)",
                x.shape(),
                at.shape()
            ),
        ));
    }
    if sizes.len() != spatial || at.dtype() != DType::I64 {
        return Err(Error::value(
            op,
            format!(
                "output sizes {sizes:?} and indices of {}; expected {spatial} sizes and int64",
                at.dtype()
            ),
        ));
    }
    let lead = x.rank() - spatial;
    if x.dims()[lead..].contains(&0) {
        return Err(Error::shape(
            op,
            format!("input of shape {} has no elements to put", x.shape()),
        ));
    }
    let mut dims = Dims::from_slice(&x.dims()[..lead]);
    dims.extend_from_slice(sizes);
    let shape = Shape::from_dims(dims)?;
    let planes: usize = x.dims()[..lead].iter().product();
    let each: usize = x.dims()[lead..].iter().product();
    let plane: usize = sizes.iter().product();
    let rows = &[planes, each][..];
    let at = at.detach().reshape(rows)?;
    let out = Tensor::zeros((&[planes, plane][..], x.dtype()))?
        .scatter(1, &at, &x.detach().reshape(rows)?)?
        .reshape(&shape)?;
    if tracks(&[x]) {
        // The user may write over the indices; the gradient trusts its own.
        let (shape, at) = (x.shape().clone(), at.try_clone()?);
        // Overlapping windows name a place twice: each of its elements gets the place's gradient, as in PyTorch.
        record(op, &[x], &[&out], at, move |at, _, g| {
            let Some(g) = &g[0] else {
                return Ok(smallvec![None]);
            };
            let g = g.reshape(&[planes, plane][..])?.gather(1, at)?;
            Ok(smallvec![Some(g.reshape(&shape)?)])
        })?;
    }
    Ok(out)
}

macro_rules! pools {
    ($($rank:literal $from:literal $to:literal: $lp:ident, $avg:ident, $unpool:ident by $max:literal $(, $fractional:ident)?;)*) => {
        impl Tensor { $(
            /// `(Σ xᵖ)^(1/p)` of each window: (N, C, …) or (C, …) → (N, C, …). Padding isn't for it.
            ///
            /// ```
            /// # use neurarust_core::Tensor;
            #[doc = concat!("let y = Tensor::ones(", $from, ")?.", stringify!($lp), "(1.0, 2, None, false)?; // sums of windows")]
            #[doc = concat!("assert_eq!(y.dims(), ", $to, ");")]
            #[doc = concat!("assert_eq!(y.max()?.item::<f32>()?, 2f32.powi(", stringify!($rank), "));")]
            /// # Ok::<(), neurarust_core::Error>(())
            /// ```
            ///
            /// # Errors
            /// As the mean of windows.
            #[track_caller]
            pub fn $lp(&self, p: f64, kernel: impl Into<PerDim>, stride: Option<PerDim>, ceil_mode: bool) -> Result<Tensor> {
                const OP: &str = stringify!($lp);
                let kernel = kernel.into();
                let count: usize = kernel.get(OP, "kernel size", $rank)?.iter().fold(1, |n, k| n.saturating_mul(*k));
                let options = PoolOptions { stride, ceil_mode, ..PoolOptions::new(kernel) };
                let mean = self.pow(p)?.$avg(&options)?;
                mean.sign()?.mul(&mean.abs()?.relu()?)?.mul(count as f64)?.pow(1.0 / p)
            }

            /// Undoes a maximum pooling: zeros of spatial `sizes` with each element at the place that `indices` names in
            /// the flattened plane. (N, C, …) or (C, …), both.
            ///
            /// ```
            /// # use neurarust_core::{Tensor, PoolOptions};
            #[doc = concat!("let x = Tensor::ones(", $from, ")?;")]
            #[doc = concat!("let (y, places) = x.", $max, "(&PoolOptions::new(2))?;")]
            #[doc = concat!("let back = y.", stringify!($unpool), "(&places, &x.dims()[2..])?;")]
            /// assert!(back.shape() == x.shape() && back.sum()?.item::<f32>()? == y.numel() as f32);
            /// # Ok::<(), neurarust_core::Error>(())
            /// ```
            ///
            /// # Errors
            /// Shapes that don't fit; an index outside of the plane.
            #[track_caller]
            pub fn $unpool(&self, indices: &Tensor, sizes: &[usize]) -> Result<Tensor> {
                unpool(stringify!($unpool), self, $rank, indices, sizes)
            }

            $(
            /// The largest element of windows at random places that make an output of spatial `sizes`, and its position in
            /// the flattened plane. `samples` (N, C, spatial) of 0 to 1 decide the places; drawn if missing; windows of others stay within the input.
            ///
            /// ```
            /// # use neurarust_core::Tensor;
            #[doc = concat!("let x = Tensor::ones(", $from, ")?;")]
            #[doc = concat!("let (y, _) = x.", stringify!($fractional), "(1, &", $to, "[2..], None)?;")]
            #[doc = concat!("assert_eq!(y.dims(), ", $to, ");")]
            /// # Ok::<(), neurarust_core::Error>(())
            /// ```
            ///
            /// # Errors
            /// Shapes, sizes or samples that don't fit.
            #[track_caller]
            pub fn $fractional(
                &self, kernel: impl Into<PerDim>, sizes: &[usize], samples: Option<&Tensor>,
            ) -> Result<(Tensor, Tensor)> {
                fractional(stringify!($fractional), self, $rank, &kernel.into(), sizes, samples)
            }
            )?
        )* }
    };
}

pools! {
    1 "[1, 2, 6]" "[1, 2, 3]": lp_pool1d, avg_pool1d, max_unpool1d by "max_pool1d";
    2 "[1, 2, 6, 4]" "[1, 2, 3, 2]": lp_pool2d, avg_pool2d, max_unpool2d by "max_pool2d", fractional_max_pool2d;
    3 "[1, 2, 6, 4, 2]" "[1, 2, 3, 2, 1]": lp_pool3d, avg_pool3d, max_unpool3d by "max_pool3d", fractional_max_pool3d;
}

impl Tensor {
    /// Local response normalisation of (N, C, …): `x / (k + alpha · m)ᵝ`, where m is the mean of x² over `size` neighbouring
    /// channels, zeros beyond the ends.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::full([1, 2, 1], 2.0)?;
    /// let y = x.local_response_norm(1, 0.25, 1.0, 1.0)?; // 2 / (1 + 0.25 · 4)
    /// assert_eq!(y.to_vec::<f32>()?, [1.0, 1.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Fewer than three dimensions; integers; a size of 0.
    #[track_caller]
    pub fn local_response_norm(
        &self,
        size: usize,
        alpha: f64,
        beta: f64,
        k: f64,
    ) -> Result<Tensor> {
        const OP: &str = "local_response_norm";
        if self.rank() < 3 {
            return Err(Error::value(
                OP,
                format!(
                    "expected 3 or more dimensions (N, C, …), got shape {}",
                    self.shape()
                ),
            ));
        }
        if size == 0 || size > 1 << 31 || !self.dtype().is_float() {
            return Err(Error::value(
                OP,
                format!(
                    "size {size} for an input of {}; expected 1 or more, and floats",
                    self.dtype()
                ),
            ));
        }
        if self.numel() == 0 {
            return self.try_clone();
        }
        let mut padding = vec![0i64; 2 * self.rank() - 4];
        padding.extend([(size / 2) as i64, ((size - 1) / 2) as i64]);
        let mean = self
            .square()?
            .pad_constant(&padding, 0.0)?
            .unfold(1, size, 1)?
            .mean_dims(&[-1], false)?;
        self.div(&mean.mul(alpha)?.add(k)?.pow(beta)?)
    }
}
