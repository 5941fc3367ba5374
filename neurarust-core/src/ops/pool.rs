//! Pooling in one to three spatial dimensions: the largest or the mean of each window.
//!
//! A pooling is a list of windows per axis, so plain, padded, dilated, ceiling and adaptive ones are the same loops. The
//! two linear halves (spread over a window, pick by index) are each other's gradients.

use super::conv::PerDim;
use crate::autograd::{record, tracks};
use crate::cpu::fresh::{Fresh, for_each_row};
use crate::dtype::Element;
use crate::error::OrMemory;
use crate::layout::{Dims, Shape};
use crate::{DType, Error, Result, Tensor};
use smallvec::smallvec;
use std::sync::Arc;

/// Options of a pooling, PyTorch's defaults.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoolOptions {
    /// Size of a window.
    pub kernel: PerDim,
    /// Distance between windows; their size if missing.
    pub stride: Option<PerDim>,
    /// Elements around the input: never the largest; zeros for the mean.
    pub padding: PerDim,
    /// Distance between the elements of a window (maximum only).
    pub dilation: PerDim,
    /// Also take windows that reach beyond the end.
    pub ceil_mode: bool,
    /// Count padding in the mean.
    pub count_include_pad: bool,
    /// Divide the sum by this instead.
    pub divisor_override: Option<i64>,
}

impl PoolOptions {
    /// Windows of this size, side by side.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, PoolOptions};
    /// let x = Tensor::new([[[1f32, 2.0, 3.0, 4.0]]])?;
    /// assert_eq!(x.avg_pool1d(&PoolOptions::new(2))?.to_vec::<f32>()?, [1.5, 3.5]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn new(kernel: impl Into<PerDim>) -> PoolOptions {
        PoolOptions {
            kernel: kernel.into(),
            stride: None,
            padding: 0.into(),
            dilation: 1.into(),
            ceil_mode: false,
            count_include_pad: true,
            divisor_override: None,
        }
    }
    /// Distance between windows.
    ///
    /// The window's own size unless set.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, PoolOptions};
    /// let x = Tensor::new([[[1f32, 2.0, 3.0, 4.0]]])?;
    /// assert_eq!(x.avg_pool1d(&PoolOptions::new(2).stride(1))?.to_vec::<f32>()?, [1.5, 2.5, 3.5]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn stride(self, n: impl Into<PerDim>) -> PoolOptions {
        PoolOptions {
            stride: Some(n.into()),
            ..self
        }
    }
    /// Elements around the input, at most half a window.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, PoolOptions};
    /// let x = Tensor::new([[[1f32, 2.0, 3.0, 4.0]]])?;
    /// assert_eq!(x.avg_pool1d(&PoolOptions::new(2).padding(1))?.to_vec::<f32>()?, [0.5, 2.5, 2.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn padding(self, n: impl Into<PerDim>) -> PoolOptions {
        PoolOptions {
            padding: n.into(),
            ..self
        }
    }
    /// Distance between the elements of a window.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, PoolOptions};
    /// let x = Tensor::new([[[1f32, 2.0, 3.0, 4.0]]])?;
    /// let (y, _) = x.max_pool1d(&PoolOptions::new(2).stride(1).dilation(2))?;
    /// assert_eq!(y.to_vec::<f32>()?, [3.0, 4.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn dilation(self, n: impl Into<PerDim>) -> PoolOptions {
        PoolOptions {
            dilation: n.into(),
            ..self
        }
    }
    /// Also take windows that reach beyond the end.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, PoolOptions};
    /// let x = Tensor::new([[[1f32, 2.0, 3.0, 4.0, 5.0]]])?;
    /// let (y, _) = x.max_pool1d(&PoolOptions::new(2).ceil_mode(true))?;
    /// assert_eq!(y.to_vec::<f32>()?, [2.0, 4.0, 5.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn ceil_mode(self, on: bool) -> PoolOptions {
        PoolOptions {
            ceil_mode: on,
            ..self
        }
    }
}

/// The elements `start`, `start + step`, … below `end` of one axis, which stand for `count` in a mean.
#[derive(Clone, Copy)]
struct Window {
    start: usize,
    end: usize,
    step: usize,
    count: usize,
}

/// The windows of all axes.
struct Windows {
    /// Spatial dimensions of the call.
    rank: usize,
    axes: [Vec<Window>; 3],
    /// Spatial sizes of the input.
    input: [usize; 3],
    /// What sums are divided by, instead of a window's count.
    divisor: Option<f64>,
}

impl Windows {
    fn outputs(&self) -> usize {
        self.axes.iter().map(Vec::len).product()
    }

    fn inputs(&self) -> usize {
        self.input.iter().product()
    }

    /// Calls `f(output, [z, y, x], divisor)` for each window of a plane, in order.
    #[inline(always)]
    fn for_each(&self, mut f: impl FnMut(usize, [Window; 3], f64)) {
        let mut output = 0;
        for z in &self.axes[0] {
            for y in &self.axes[1] {
                for x in &self.axes[2] {
                    f(
                        output,
                        [*z, *y, *x],
                        self.divisor.unwrap_or((z.count * y.count * x.count) as f64),
                    );
                    output += 1;
                }
            }
        }
    }

    /// Calls `f(position)` for each element of a window that lies in the input.
    #[inline(always)]
    fn elements(&self, [z, y, x]: [Window; 3], mut f: impl FnMut(usize)) {
        for i in (z.start..z.end).step_by(z.step) {
            for j in (y.start..y.end).step_by(y.step) {
                let row = (i * self.input[1] + j) * self.input[2];
                for k in (x.start..x.end).step_by(x.step) {
                    f(row + k);
                }
            }
        }
    }

    /// (N, C, …) with the output's spatial sizes.
    fn output_shape(&self, x: &Tensor) -> Result<Shape> {
        let mut dims = Dims::from_slice(&x.dims()[..x.rank() - self.rank]);
        dims.extend(self.axes[3 - self.rank..].iter().map(Vec::len));
        Ok(Shape::from_dims(dims)?.named_after(x.shape(), (0..x.rank()).map(Some)))
    }

    /// As [`Windows::output_shape`], of the input, from a tensor that has the output's.
    fn input_shape(&self, y: &Tensor) -> Result<Shape> {
        let mut dims = Dims::from_slice(&y.dims()[..y.rank() - self.rank]);
        dims.extend_from_slice(&self.input[3 - self.rank..]);
        Shape::from_dims(dims)
    }
}

#[track_caller]
fn check_input(op: &'static str, rank: usize, x: &Tensor) -> Result<()> {
    if x.rank() != rank + 1 && x.rank() != rank + 2 {
        return Err(Error::shape(
            op,
            format!(
                "input of shape {}; expected (batch, channels, {rank} spatial) or (channels, {rank} spatial)",
                x.shape()
            ),
        ));
    }
    if !x.dtype().is_float() {
        return Err(Error::dtype(
            op,
            format!("expected a floating-point input, got {}", x.dtype()),
        ));
    }
    if x.dims()[x.rank() - rank - 1..].contains(&0) {
        return Err(Error::shape(
            op,
            format!("input of shape {} has nothing to pool", x.shape()),
        ));
    }
    Ok(())
}

/// The windows of an axis, whose number is the user's.
#[track_caller]
fn collect(
    op: &'static str,
    windows: impl ExactSizeIterator<Item = Window>,
) -> Result<Vec<Window>> {
    let mut out = Vec::new();
    out.try_reserve_exact(windows.len()).or_memory(op)?;
    out.extend(windows);
    Ok(out)
}

/// The windows of a plain pooling.
#[track_caller]
fn windows(op: &'static str, rank: usize, x: &Tensor, options: &PoolOptions) -> Result<Windows> {
    check_input(op, rank, x)?;
    let kernel = options.kernel.get(op, "kernel size", rank)?;
    let stride = options
        .stride
        .as_ref()
        .unwrap_or(&options.kernel)
        .get(op, "stride", rank)?;
    let padding = options.padding.get(op, "padding", rank)?;
    let dilation = options.dilation.get(op, "dilation", rank)?;
    if options.divisor_override == Some(0) {
        return Err(Error::value(op, "divisor_override must not be 0"));
    }
    let whole = || {
        vec![Window {
            start: 0,
            end: 1,
            step: 1,
            count: 1,
        }]
    };
    let mut out = Windows {
        rank,
        axes: [whole(), whole(), whole()],
        input: [1; 3],
        divisor: options.divisor_override.map(|d| d as f64),
    };
    for d in 0..rank {
        let size = x.dims()[x.rank() - rank + d];
        let (k, s, p, step) = (kernel[d], stride[d], padding[d], dilation[d]);
        if k == 0 || s == 0 || step == 0 || [k, s, p, step].iter().any(|n| *n > 1 << 31) {
            return Err(Error::value(
                op,
                format!("kernel size {k}, stride {s}, dilation {step}; expected 1 or more"),
            ));
        }
        if p > k / 2 {
            return Err(Error::value(
                op,
                format!("padding {p} is more than half of the kernel size {k}"),
            ));
        }
        let reach = step * (k - 1) + 1;
        let padded = size + 2 * p;
        let Some(room) = padded.checked_sub(reach) else {
            return Err(Error::shape(
                op,
                format!(
                    "a window of {reach} is larger than the padded input of {padded} in spatial dimension {d} of shape {}",
                    x.shape()
                ),
            ));
        };
        let mut n = if options.ceil_mode {
            room.div_ceil(s)
        } else {
            room / s
        } + 1;
        // The last window must begin inside of the input or its left padding.
        if options.ceil_mode && (n - 1) * s >= size + p {
            n -= 1;
        }
        out.input[3 - rank + d] = size;
        out.axes[3 - rank + d] = collect(
            op,
            (0..n).map(|i| {
                let from = i * s;
                // Taps before the input are skipped whole steps at a time.
                let skipped = p.saturating_sub(from).div_ceil(step);
                let start = from + skipped * step - p;
                let end = (from + reach).min(size + p) - p;
                let count = match options.count_include_pad {
                    true => (from + k).min(size + 2 * p) - from,
                    false => end.saturating_sub(start),
                };
                Window {
                    start,
                    end: end.max(start),
                    step,
                    count: count.max(1),
                }
            }),
        )?;
    }
    Ok(out)
}

/// The windows that cut each axis into `sizes[d]` parts of about the same size; `None` keeps a size.
#[track_caller]
fn adaptive(op: &'static str, rank: usize, x: &Tensor, sizes: &[Option<usize>]) -> Result<Windows> {
    check_input(op, rank, x)?;
    if sizes.len() != rank && sizes.len() != 1 {
        return Err(Error::value(
            op,
            format!(
                "output size has {} numbers; expected one or {rank}",
                sizes.len()
            ),
        ));
    }
    let whole = || {
        vec![Window {
            start: 0,
            end: 1,
            step: 1,
            count: 1,
        }]
    };
    let mut out = Windows {
        rank,
        axes: [whole(), whole(), whole()],
        input: [1; 3],
        divisor: None,
    };
    for d in 0..rank {
        let size = x.dims()[x.rank() - rank + d];
        let n = sizes[d.min(sizes.len() - 1)].unwrap_or(size);
        if n.checked_mul(size).is_none_or(|p| p > 1 << 48) {
            return Err(Error::value(op, format!("output size {n}")));
        }
        out.input[3 - rank + d] = size;
        out.axes[3 - rank + d] = collect(
            op,
            (0..n).map(|i| {
                let (start, end) = (i * size / n, ((i + 1) * size).div_ceil(n));
                Window {
                    start,
                    end,
                    step: 1,
                    count: end - start,
                }
            }),
        )?;
    }
    Ok(out)
}

/// Runs `$body` with `$T` set to the computing type of a float tensor.
macro_rules! float {
    ($t:expr, $T:ident => $body:expr) => {
        match $t.dtype() {
            DType::F64 => {
                type $T = f64;
                $body
            }
            _ => {
                type $T = f32;
                $body
            }
        }
    };
}

/// `x` outside of the graph, row-major, in the type it is computed in.
fn plain(x: &Tensor) -> Result<Tensor> {
    x.detach()
        .to_dtype(x.dtype().compute().dtype())?
        .contiguous()
}

/// The largest of each window, and its position in the plane.
#[track_caller]
fn max_pool(op: &'static str, x: &Tensor, w: Windows) -> Result<(Tensor, Tensor)> {
    fn run<T: Element>(x: &Tensor, w: &Windows) -> Result<(Tensor, Tensor)> {
        let shape = w.output_shape(x)?;
        let (outputs, inputs) = (w.outputs(), w.inputs());
        let (mut values, mut at) = (Fresh::<T>::new(shape.clone())?, Fresh::<i64>::new(shape)?);
        let planes = x.numel() / inputs;
        x.with_data(|x: &[T]| {
            for_each_row(
                (&mut values, outputs),
                (&mut at, outputs),
                planes,
                |plane, values, at| {
                    let x = &x[plane * inputs..(plane + 1) * inputs];
                    w.for_each(|o, window, _| {
                        let mut best: Option<(T, usize)> = None;
                        w.elements(window, |i| {
                            // The first of equals; the first NaN wins over everything.
                            if best.is_none_or(|(b, _)| {
                                x[i] > b || (x[i].to_f64().is_nan() && !b.to_f64().is_nan())
                            }) {
                                best = Some((x[i], i));
                            }
                        });
                        let (value, i) = best.unwrap_or((T::from_f64(f64::NEG_INFINITY), 0));
                        (values[o], at[o]) = (value, i as i64);
                    });
                },
            );
        })?;
        Ok((values.finish(), at.finish()))
    }
    let _op = crate::profiler::op(op);
    let source = plain(x)?;
    let (values, at) = float!(source, T => run::<T>(&source, &w))?;
    let values = values.to_dtype(x.dtype())?;
    if tracks(&[x]) {
        // The user may write over the positions; the gradient trusts its own.
        let (w, at) = (Arc::new(w), at.copy()?);
        record(op, &[x], &[&values], (), move |_, _, grads| {
            Ok(smallvec![
                grads
                    .into_iter()
                    .next()
                    .flatten()
                    .map(|g| put(&g, &at, &w))
                    .transpose()?
            ])
        })?;
    }
    Ok((values, at))
}

/// Zeros in the shape of the input, with each element of `y` added at its position.
fn put(y: &Tensor, at: &Tensor, w: &Arc<Windows>) -> Result<Tensor> {
    fn run<T: Element + std::ops::AddAssign>(
        y: &Tensor,
        at: &Tensor,
        w: &Windows,
    ) -> Result<Tensor> {
        let (outputs, inputs) = (w.outputs(), w.inputs());
        let mut out = Fresh::<T>::zeroed(w.input_shape(y)?)?;
        y.with_data(|y: &[T]| {
            at.with_data(|at: &[i64]| {
                out.for_each_chunk(inputs, |start, out| {
                    let o = start / inputs * outputs;
                    y[o..o + outputs]
                        .iter()
                        .zip(&at[o..o + outputs])
                        .for_each(|(y, i)| out[*i as usize] += *y);
                });
            })
        })??;
        Ok(out.finish())
    }
    let source = plain(y)?;
    let out = float!(source, T => run::<T>(&source, at, w))?.to_dtype(y.dtype())?;
    if tracks(&[y]) {
        let (w, at) = (w.clone(), at.clone());
        record("max_pool", &[y], &[&out], (), move |_, _, grads| {
            Ok(smallvec![
                grads
                    .into_iter()
                    .next()
                    .flatten()
                    .map(|g| pick(&g, &at, &w))
                    .transpose()?
            ])
        })?;
    }
    Ok(out)
}

/// The elements of `x` at the given positions of each plane.
fn pick(x: &Tensor, at: &Tensor, w: &Arc<Windows>) -> Result<Tensor> {
    fn run<T: Element>(x: &Tensor, at: &Tensor, w: &Windows) -> Result<Tensor> {
        let (outputs, inputs) = (w.outputs(), w.inputs());
        let mut out = Fresh::<T>::new(w.output_shape(x)?)?;
        x.with_data(|x: &[T]| {
            at.with_data(|at: &[i64]| {
                out.for_each_chunk(outputs.max(1), |start, out| {
                    let x = &x[start / outputs * inputs..];
                    out.iter_mut()
                        .zip(&at[start..])
                        .for_each(|(out, i)| *out = x[*i as usize]);
                });
            })
        })??;
        Ok(out.finish())
    }
    let source = plain(x)?;
    let out = float!(source, T => run::<T>(&source, at, w))?.to_dtype(x.dtype())?;
    if tracks(&[x]) {
        let (w, at) = (w.clone(), at.clone());
        record("max_pool", &[x], &[&out], (), move |_, _, grads| {
            Ok(smallvec![
                grads
                    .into_iter()
                    .next()
                    .flatten()
                    .map(|g| put(&g, &at, &w))
                    .transpose()?
            ])
        })?;
    }
    Ok(out)
}

/// The mean of each window.
#[track_caller]
fn mean_pool(op: &'static str, x: &Tensor, w: &Arc<Windows>) -> Result<Tensor> {
    fn run<T: Element + std::ops::AddAssign + std::ops::Div<Output = T>>(
        x: &Tensor,
        w: &Windows,
    ) -> Result<Tensor> {
        let (outputs, inputs) = (w.outputs(), w.inputs());
        let mut out = Fresh::<T>::new(w.output_shape(x)?)?;
        x.with_data(|x: &[T]| {
            out.for_each_chunk(outputs.max(1), |start, out| {
                let x = &x[start / outputs * inputs..][..inputs];
                w.for_each(|o, window, divisor| {
                    let mut sum = T::default();
                    w.elements(window, |i| sum += x[i]);
                    out[o] = sum / T::from_f64(divisor);
                });
            });
        })?;
        Ok(out.finish())
    }
    let _op = crate::profiler::op(op);
    let source = plain(x)?;
    let out = float!(source, T => run::<T>(&source, w))?.to_dtype(x.dtype())?;
    if tracks(&[x]) {
        let w = w.clone();
        record(op, &[x], &[&out], (), move |_, _, grads| {
            Ok(smallvec![
                grads
                    .into_iter()
                    .next()
                    .flatten()
                    .map(|g| spread(op, &g, &w))
                    .transpose()?
            ])
        })?;
    }
    Ok(out)
}

/// Each element of `y` spread evenly over its window.
fn spread(op: &'static str, y: &Tensor, w: &Arc<Windows>) -> Result<Tensor> {
    fn run<T: Element + std::ops::AddAssign + std::ops::Div<Output = T>>(
        y: &Tensor,
        w: &Windows,
    ) -> Result<Tensor> {
        let (outputs, inputs) = (w.outputs(), w.inputs());
        let mut out = Fresh::<T>::zeroed(w.input_shape(y)?)?;
        y.with_data(|y: &[T]| {
            out.for_each_chunk(inputs, |start, out| {
                let y = &y[start / inputs * outputs..][..outputs];
                w.for_each(|o, window, divisor| {
                    let part = y[o] / T::from_f64(divisor);
                    w.elements(window, |i| out[i] += part);
                });
            });
        })?;
        Ok(out.finish())
    }
    let _op = crate::profiler::op(op);
    let source = plain(y)?;
    let out = float!(source, T => run::<T>(&source, w))?.to_dtype(y.dtype())?;
    if tracks(&[y]) {
        let w = w.clone();
        record(op, &[y], &[&out], (), move |_, _, grads| {
            Ok(smallvec![
                grads
                    .into_iter()
                    .next()
                    .flatten()
                    .map(|g| mean_pool(op, &g, &w))
                    .transpose()?
            ])
        })?;
    }
    Ok(out)
}

macro_rules! pools {
    ($($rank:literal $from:literal $to:literal: $max:ident, $avg:ident, $adaptive_max:ident, $adaptive_avg:ident;)*) => {
        impl Tensor { $(
            /// The largest element of each window, and its position in the flattened spatial plane (`i64`):
            /// (N, C, …) or (C, …) → twice (N, C, …). NaN counts as the largest.
            ///
            /// ```
            /// # use neurarust_core::{Tensor, PoolOptions};
            #[doc = concat!("let x = Tensor::ones(", $from, ")?;")]
            #[doc = concat!("let (y, places) = x.", stringify!($max), "(&PoolOptions::new(2))?;")]
            #[doc = concat!("assert_eq!((y.dims(), places.dims()), (&", $to, "[..], &", $to, "[..]));")]
            /// assert_eq!(places.min()?.item::<i64>()?, 0); // the first of equals
            /// # Ok::<(), neurarust_core::Error>(())
            /// ```
            ///
            /// # Errors
            /// A shape or options that don't fit.
            #[track_caller]
            pub fn $max(&self, options: &PoolOptions) -> Result<(Tensor, Tensor)> {
                max_pool(stringify!($max), self, windows(stringify!($max), $rank, self, options)?)
            }

            /// The mean of each window: (N, C, …) or (C, …) → (N, C, …).
            ///
            /// ```
            /// # use neurarust_core::{Tensor, PoolOptions};
            #[doc = concat!("let y = Tensor::ones(", $from, ")?.", stringify!($avg), "(&PoolOptions::new(2))?;")]
            #[doc = concat!("assert_eq!(y.dims(), ", $to, ");")]
            /// assert_eq!(y.sum()?.item::<f32>()?, y.numel() as f32);
            /// # Ok::<(), neurarust_core::Error>(())
            /// ```
            ///
            /// # Errors
            /// A shape or options that don't fit.
            #[track_caller]
            pub fn $avg(&self, options: &PoolOptions) -> Result<Tensor> {
                let windows = windows(stringify!($avg), $rank, self, &PoolOptions { dilation: 1.into(), ..options.clone() })?;
                mean_pool(stringify!($avg), self, &Arc::new(windows))
            }

            /// As the plain maximum, with windows that make an output of the given sizes; `None` keeps a size.
            ///
            /// ```
            /// # use neurarust_core::Tensor;
            #[doc = concat!("let x = Tensor::ones(", $from, ")?;")]
            #[doc = concat!("let (y, _) = x.", stringify!($adaptive_max), "(&[Some(1); ", stringify!($rank), "])?;")]
            /// assert_eq!((y.numel(), y.max()?.item::<f32>()?), (2, 1.0)); // one per channel
            /// # Ok::<(), neurarust_core::Error>(())
            /// ```
            ///
            /// # Errors
            /// A shape or sizes that don't fit.
            #[track_caller]
            pub fn $adaptive_max(&self, sizes: &[Option<usize>]) -> Result<(Tensor, Tensor)> {
                max_pool(stringify!($adaptive_max), self, adaptive(stringify!($adaptive_max), $rank, self, sizes)?)
            }

            /// As the plain mean, with windows that make an output of the given sizes; `None` keeps a size.
            ///
            /// ```
            /// # use neurarust_core::Tensor;
            #[doc = concat!("let x = Tensor::ones(", $from, ")?;")]
            #[doc = concat!("let y = x.", stringify!($adaptive_avg), "(&[Some(1); ", stringify!($rank), "])?;")]
            /// assert_eq!((y.numel(), y.sum()?.item::<f32>()?), (2, 2.0)); // one per channel
            /// # Ok::<(), neurarust_core::Error>(())
            /// ```
            ///
            /// # Errors
            /// A shape or sizes that don't fit.
            #[track_caller]
            pub fn $adaptive_avg(&self, sizes: &[Option<usize>]) -> Result<Tensor> {
                mean_pool(stringify!($adaptive_avg), self, &Arc::new(adaptive(stringify!($adaptive_avg), $rank, self, sizes)?))
            }
        )* }
    };
}

pools! {
    1 "[1, 2, 6]" "[1, 2, 3]": max_pool1d, avg_pool1d, adaptive_max_pool1d, adaptive_avg_pool1d;
    2 "[1, 2, 6, 4]" "[1, 2, 3, 2]": max_pool2d, avg_pool2d, adaptive_max_pool2d, adaptive_avg_pool2d;
    3 "[1, 2, 6, 4, 2]" "[1, 2, 3, 2, 1]": max_pool3d, avg_pool3d, adaptive_max_pool3d, adaptive_avg_pool3d;
}
