//! Convolutions in one, two and three spatial dimensions, plain and transposed.
//!
//! Three bilinear operations are each other's gradients (see `cpu::conv`): the convolution of x with w, the
//! transposed convolution of y with w, and the weight gradient of y and x. Each is recorded with the other two as its
//! vjp, so gradients of any order exist.

use super::apply::lock;
use crate::autograd::{Grads, Saved, for_product, record, tracks};
use crate::cpu::conv::{self, Geometry};
use crate::layout::{Dims, Shape};
use crate::{Error, Result, Tensor};
use smallvec::{SmallVec, smallvec};
use std::panic::Location;

/// One number for every spatial dimension, or one each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PerDim(Dims);

impl PerDim {
    /// The numbers for `rank` dimensions. `op` and `what` are for the error.
    ///
    /// ```
    /// # use neurarust_core::PerDim;
    /// assert_eq!(PerDim::from(3).get("conv2d", "stride", 2)?.as_slice(), [3, 3]);
    /// assert!(PerDim::from([1, 2, 3]).get("conv2d", "stride", 2).is_err());
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Neither one number nor `rank` of them.
    #[track_caller]
    pub fn get(&self, op: &'static str, what: &str, rank: usize) -> Result<Dims> {
        match self.0.len() {
            1 => Ok(smallvec![self.0[0]; rank]),
            n if n == rank => Ok(self.0.clone()),
            n => Err(Error::value(
                op,
                format!("{what} has {n} numbers; expected one or {rank}"),
            )),
        }
    }
}

impl From<usize> for PerDim {
    fn from(n: usize) -> PerDim {
        PerDim(smallvec![n])
    }
}
impl<const N: usize> From<[usize; N]> for PerDim {
    fn from(n: [usize; N]) -> PerDim {
        PerDim(Dims::from_slice(&n))
    }
}
impl From<&[usize]> for PerDim {
    fn from(n: &[usize]) -> PerDim {
        PerDim(Dims::from_slice(n))
    }
}

/// Zeros around the input.
///
/// ```
/// # use neurarust_core::{ConvOptions, Padding, Tensor};
/// let (x, w) = (Tensor::ones([1, 1, 5])?, Tensor::ones([1, 1, 3])?);
/// let same = ConvOptions::new().padding(Padding::Same);
/// assert_eq!(x.conv1d(&w, None, &same)?.dims(), [1, 1, 5]);
/// assert_eq!(Padding::from(2), Padding::Zeros(2.into()));
/// # Ok::<(), neurarust_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Padding {
    /// So many on both sides of each dimension.
    Zeros(PerDim),
    /// As many as it takes for the output to be as large as the input; strides of 1 only.
    Same,
}

impl<T: Into<PerDim>> From<T> for Padding {
    fn from(n: T) -> Padding {
        Padding::Zeros(n.into())
    }
}

/// Steps and sizes of a convolution, PyTorch's defaults.
///
/// ```
/// use neurarust_core::{Tensor, ops::conv::ConvOptions};
/// let x = Tensor::ones([1, 1, 4, 4])?;
/// let w = Tensor::ones([1, 1, 3, 3])?;
/// let y = x.conv2d(&w, None, &ConvOptions::new().padding(1))?;
/// assert_eq!(y.to_vec::<f32>()?[..4], [4.0, 6.0, 6.0, 4.0]);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConvOptions {
    /// Distance between windows, 1.
    pub stride: PerDim,
    /// Zeros around the input, 0.
    pub padding: Padding,
    /// Distance between the elements of a window, 1.
    pub dilation: PerDim,
    /// Channels are cut into so many groups that don't see each other, 1.
    pub groups: usize,
    /// Transposed only: extra size on one side of the output, 0.
    pub output_padding: PerDim,
}

impl Default for ConvOptions {
    fn default() -> ConvOptions {
        ConvOptions {
            stride: 1.into(),
            padding: 0.into(),
            dilation: 1.into(),
            groups: 1,
            output_padding: 0.into(),
        }
    }
}

impl ConvOptions {
    /// PyTorch's defaults.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, ConvOptions};
    /// let (x, w) = (Tensor::ones([1, 3, 8])?, Tensor::ones([5, 3, 3])?);
    /// assert_eq!(x.conv1d(&w, None, &ConvOptions::new())?.dims(), [1, 5, 6]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn new() -> ConvOptions {
        ConvOptions::default()
    }
    /// Distance between windows.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, ConvOptions};
    /// let (x, w) = (Tensor::ones([1, 3, 8, 8])?, Tensor::ones([5, 3, 3, 3])?);
    /// let options = ConvOptions::new().stride([1, 2]);
    /// assert_eq!(x.conv2d(&w, None, &options)?.dims(), [1, 5, 6, 3]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn stride(self, n: impl Into<PerDim>) -> ConvOptions {
        ConvOptions {
            stride: n.into(),
            ..self
        }
    }
    /// Zeros around the input.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, ConvOptions, Padding};
    /// let (x, w) = (Tensor::ones([1, 3, 8, 8])?, Tensor::ones([5, 3, 3, 3])?);
    /// assert_eq!(x.conv2d(&w, None, &ConvOptions::new().padding(1))?.dims(), [1, 5, 8, 8]);
    /// assert_eq!(x.conv2d(&w, None, &ConvOptions::new().padding(Padding::Same))?.dims(), [1, 5, 8, 8]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn padding(self, n: impl Into<Padding>) -> ConvOptions {
        ConvOptions {
            padding: n.into(),
            ..self
        }
    }
    /// Distance between the elements of a window.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, ConvOptions};
    /// let (x, w) = (Tensor::ones([1, 3, 8])?, Tensor::ones([5, 3, 3])?);
    /// assert_eq!(x.conv1d(&w, None, &ConvOptions::new().dilation(2))?.dims(), [1, 5, 4]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn dilation(self, n: impl Into<PerDim>) -> ConvOptions {
        ConvOptions {
            dilation: n.into(),
            ..self
        }
    }
    /// Groups of channels.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, ConvOptions};
    /// let (x, w) = (Tensor::ones([1, 4, 8])?, Tensor::ones([4, 1, 3])?); // one filter per channel
    /// assert_eq!(x.conv1d(&w, None, &ConvOptions::new().groups(4))?.dims(), [1, 4, 6]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn groups(self, n: usize) -> ConvOptions {
        ConvOptions { groups: n, ..self }
    }
    /// Extra size of a transposed convolution's output.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, ConvOptions};
    /// let (x, w) = (Tensor::ones([1, 3, 4])?, Tensor::ones([3, 5, 3])?);
    /// let options = ConvOptions::new().stride(2).output_padding(1);
    /// assert_eq!(x.conv_transpose1d(&w, None, &options)?.dims(), [1, 5, 10]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn output_padding(self, n: impl Into<PerDim>) -> ConvOptions {
        ConvOptions {
            output_padding: n.into(),
            ..self
        }
    }
}

/// Checked options and sizes of one call.
struct Call {
    op: &'static str,
    rank: usize,
    geometry: Geometry,
}

/// `dims` as the last of three, `fill` before them.
fn three(dims: &[usize], fill: usize) -> [usize; 3] {
    let mut out = [fill; 3];
    out[3 - dims.len()..].copy_from_slice(dims);
    out
}

/// A size of padding, stride and so on that keeps every product of two of them small.
const LARGEST: usize = 1 << 31;

impl Call {
    /// Checks what a plain and a transposed convolution have in common. `x` is the input of either.
    #[track_caller]
    fn new(
        op: &'static str,
        rank: usize,
        x: &Tensor,
        weight: &Tensor,
        options: &ConvOptions,
        transposed: bool,
    ) -> Result<Call> {
        if x.rank() != rank + 2 || weight.rank() != rank + 2 {
            return Err(Error::shape(
                op,
                format!(
                    "input of shape {} and weight of shape {}; expected {} dimensions each: (batch, channels, {rank} spatial)",
                    x.shape(),
                    weight.shape(),
                    rank + 2
                ),
            ));
        }
        if x.dtype() != weight.dtype() || !x.dtype().is_float() {
            return Err(Error::dtype(
                op,
                format!(
                    "input of {} and weight of {}; expected the same floating-point type",
                    x.dtype(),
                    weight.dtype()
                ),
            ));
        }
        let groups = options.groups;
        let (w0, w1) = (weight.dims()[0], weight.dims()[1]);
        if groups == 0 || groups > w0.max(1) || !w0.is_multiple_of(groups) {
            return Err(Error::value(
                op,
                format!(
                    "{groups} groups for a weight of shape {}; its first size must be a multiple",
                    weight.shape()
                ),
            ));
        }
        let wanted = if transposed {
            w0
        } else {
            w1.saturating_mul(groups)
        };
        if x.dims()[1] != wanted {
            return Err(Error::shape(
                op,
                format!(
                    "input of shape {} has {} channels, weight of shape {} with {groups} groups expects {wanted}",
                    x.shape(),
                    x.dims()[1],
                    weight.shape()
                ),
            ));
        }
        let kernel = &weight.dims()[2..];
        let (stride, dilation) = (
            options.stride.get(op, "stride", rank)?,
            options.dilation.get(op, "dilation", rank)?,
        );
        let numbers = |name: &str, n: &[usize], least: usize| match n
            .iter()
            .find(|n| **n < least || **n > LARGEST)
        {
            Some(n) => Err(Error::value(
                op,
                format!("{name} {n}; expected {least} to {LARGEST}"),
            )),
            None => Ok(()),
        };
        numbers("stride", &stride, 1)?;
        numbers("dilation", &dilation, 1)?;
        if kernel.contains(&0) {
            return Err(Error::shape(
                op,
                format!("weight of shape {} has an empty window", weight.shape()),
            ));
        }
        let padding: Dims = match &options.padding {
            Padding::Zeros(n) => n.get(op, "padding", rank)?,
            Padding::Same if stride.iter().any(|s| *s != 1) => {
                return Err(Error::value(
                    op,
                    format!("padding 'same' with stride {stride:?}; expected a stride of 1"),
                ));
            }
            Padding::Same => (0..rank)
                .map(|d| dilation[d].saturating_mul(kernel[d] - 1) / 2)
                .collect(),
        };
        numbers("padding", &padding, 0)?;
        let same = options.padding == Padding::Same;
        let spatial = &x.dims()[2..];
        let mut other = Dims::new();
        let extra = options.output_padding.get(op, "output_padding", rank)?;
        numbers("output_padding", &extra, 0)?;
        for d in 0..rank {
            let reach = dilation[d]
                .checked_mul(kernel[d] - 1)
                .filter(|r| *r < LARGEST * 1024)
                .ok_or_else(|| Error::value(op, "the window reaches too far"))?;
            if transposed {
                if extra[d] >= stride[d].max(dilation[d]) {
                    return Err(Error::value(
                        op,
                        format!(
                            "output_padding {} must be smaller than the stride {} or the dilation {}",
                            extra[d], stride[d], dilation[d]
                        ),
                    ));
                }
                let size = (spatial[d].max(1) - 1)
                    .checked_mul(stride[d])
                    .and_then(|s| s.checked_add(reach + extra[d] + 1));
                let size = size
                    .and_then(|s| s.checked_sub(2 * padding[d]))
                    .filter(|s| *s > 0);
                other.push(size.ok_or_else(|| {
                    Error::shape(
                        op,
                        format!(
                            "padding {padding:?} leaves no output for an input of shape {}",
                            x.shape()
                        ),
                    )
                })?);
            } else {
                let padded = if same {
                    spatial[d] + reach
                } else {
                    spatial[d] + 2 * padding[d]
                };
                match padded.checked_sub(reach + 1) {
                    Some(room) => other.push(room / stride[d] + 1),
                    None => {
                        return Err(Error::shape(
                            op,
                            format!(
                                "a window of {} (kernel {} with dilation {}) is larger than the padded input of {padded} in spatial dimension {d} of shape {}",
                                reach + 1,
                                kernel[d],
                                dilation[d],
                                x.shape()
                            ),
                        ));
                    }
                }
            }
        }
        let (input, output) = if transposed {
            (other.as_slice(), spatial)
        } else {
            (spatial, other.as_slice())
        };
        let geometry = Geometry {
            images: x.dims()[0],
            groups,
            channels: [w1, w0 / groups],
            input: three(input, 1),
            output: three(output, 1),
            kernel: three(kernel, 1),
            stride: three(&stride, 1),
            padding: three(&padding, 0),
            dilation: three(&dilation, 1),
        };
        Ok(Call { op, rank, geometry })
    }

    #[track_caller]
    fn check_bias(&self, bias: Option<&Tensor>, channels: usize, x: &Tensor) -> Result<()> {
        match bias {
            Some(b) if b.shape() != &[channels] => Err(Error::shape(
                self.op,
                format!("bias of shape {} for {channels} output channels", b.shape()),
            )),
            Some(b) if b.dtype() != x.dtype() => Err(Error::dtype(
                self.op,
                format!("bias of {} for an input of {}", b.dtype(), x.dtype()),
            )),
            _ => Ok(()),
        }
    }
}

/// The spatial sizes without the leading ones that were added.
fn sizes(rank: usize, first: usize, second: usize, spatial: [usize; 3]) -> Result<Shape> {
    let mut dims: Dims = smallvec![first, second];
    dims.extend_from_slice(&spatial[3 - rank..]);
    Shape::from_dims(dims)
}

/// Three spatial dimensions, outside of the graph.
fn widened(t: &Tensor) -> Result<Tensor> {
    let mut t = t.detach();
    while t.rank() < 5 {
        t = t.unsqueeze(2)?;
    }
    Ok(t)
}

/// Halves are computed in `f32`.
fn computed(t: &Tensor) -> Result<Tensor> {
    t.detach().to_dtype(t.dtype().compute().dtype())
}

type Kernel = fn(&Tensor, &Tensor, Option<&Tensor>, &Tensor, &Geometry);

/// Runs `kernel` on `(a, b, bias)` into a fresh tensor of `shape`.
#[track_caller]
fn run(
    op: &'static str,
    kernel: Kernel,
    a: &Tensor,
    b: &Tensor,
    bias: Option<&Tensor>,
    shape: Shape,
    geometry: &Geometry,
) -> Result<Tensor> {
    let dtype = a.dtype();
    let (a, b) = (computed(a)?, computed(b)?.contiguous()?);
    let bias = bias.map(computed).transpose()?;
    let out = Tensor::uninit(shape, a.dtype())?;
    if out.numel() > 0 {
        let mut reads: SmallVec<[&Tensor; 4]> = smallvec![&a, &b];
        reads.extend(&bias);
        let _access = lock(op, &reads, &[])?;
        geometry.count_flops();
        kernel(&widened(&a)?, &b, bias.as_ref(), &out, geometry);
    }
    out.to_dtype(dtype)
}

/// The convolution of `x` with `weight`.
#[track_caller]
fn convolve(
    op: &'static str,
    rank: usize,
    x: &Tensor,
    weight: &Tensor,
    bias: Option<&Tensor>,
    geometry: &Geometry,
) -> Result<Tensor> {
    let shape = sizes(
        rank,
        geometry.images,
        geometry.groups * geometry.channels[1],
        geometry.output,
    )?
    .named_after(x.shape(), (0..rank + 2).map(|d| (d != 1).then_some(d)));
    let out = run(op, conv::forward, x, weight, bias, shape, geometry)?;
    let mut inputs: SmallVec<[&Tensor; 3]> = smallvec![x, weight];
    inputs.extend(bias);
    if tracks(&inputs) {
        let saved = (Saved::input(x), Saved::input(weight));
        let geometry = geometry.clone();
        record(
            op,
            &inputs,
            &[&out],
            saved,
            move |(x, weight), call, grads| {
                let mut out: Grads = smallvec![None, None, None];
                let Some(g) = grads.into_iter().next().flatten() else {
                    return Ok(out);
                };
                if call.needs(0) {
                    out[0] = Some(transpose(
                        op,
                        rank,
                        &g,
                        &weight.get(call)?,
                        None,
                        &geometry,
                    )?);
                }
                if call.needs(1) {
                    out[1] = Some(weight_gradient(op, rank, &g, &x.get(call)?, &geometry)?);
                }
                if call.needs(2) {
                    out[2] = Some(bias_gradient(&g)?);
                }
                Ok(out)
            },
        )?;
    }
    Ok(out)
}

/// The transposed convolution of `y` with `weight`.
#[track_caller]
fn transpose(
    op: &'static str,
    rank: usize,
    y: &Tensor,
    weight: &Tensor,
    bias: Option<&Tensor>,
    geometry: &Geometry,
) -> Result<Tensor> {
    let shape = sizes(
        rank,
        geometry.images,
        geometry.groups * geometry.channels[0],
        geometry.input,
    )?
    .named_after(y.shape(), (0..rank + 2).map(|d| (d != 1).then_some(d)));
    let out = run(op, conv::transposed, y, weight, bias, shape, geometry)?;
    let mut inputs: SmallVec<[&Tensor; 3]> = smallvec![y, weight];
    inputs.extend(bias);
    if tracks(&inputs) {
        let saved = (Saved::input(y), Saved::input(weight));
        let geometry = geometry.clone();
        record(
            op,
            &inputs,
            &[&out],
            saved,
            move |(y, weight), call, grads| {
                let mut out: Grads = smallvec![None, None, None];
                let Some(g) = grads.into_iter().next().flatten() else {
                    return Ok(out);
                };
                if call.needs(0) {
                    out[0] = Some(convolve(op, rank, &g, &weight.get(call)?, None, &geometry)?);
                }
                if call.needs(1) {
                    out[1] = Some(weight_gradient(op, rank, &y.get(call)?, &g, &geometry)?);
                }
                if call.needs(2) {
                    out[2] = Some(bias_gradient(&g)?);
                }
                Ok(out)
            },
        )?;
    }
    Ok(out)
}

/// The gradient of the weight from that of the output, `y`, and the input, `x`.
#[track_caller]
fn weight_gradient(
    op: &'static str,
    rank: usize,
    y: &Tensor,
    x: &Tensor,
    geometry: &Geometry,
) -> Result<Tensor> {
    let shape = sizes(
        rank,
        geometry.groups * geometry.channels[1],
        geometry.channels[0],
        geometry.kernel,
    )?;
    // The kernel takes the tensor of any strides first.
    let kernel: Kernel = |x, y, _, out, geometry| conv::weight_gradient(y, x, out, geometry);
    let out = run(op, kernel, x, y, None, shape, geometry)?;
    if tracks(&[y, x]) {
        let saved = (Saved::input(y), Saved::input(x));
        let geometry = geometry.clone();
        record(op, &[y, x], &[&out], saved, move |(y, x), call, grads| {
            let Some(g) = grads.into_iter().next().flatten() else {
                return Ok(smallvec![None, None]);
            };
            let gy = if call.needs(0) {
                Some(convolve(op, rank, &x.get(call)?, &g, None, &geometry)?)
            } else {
                None
            };
            let gx = if call.needs(1) {
                Some(transpose(op, rank, &y.get(call)?, &g, None, &geometry)?)
            } else {
                None
            };
            Ok(smallvec![gy, gx])
        })?;
    }
    Ok(out)
}

/// (N, C, …) summed to (C).
fn bias_gradient(g: &Tensor) -> Result<Tensor> {
    let channels = g.dims()[1];
    let positions = g.dims()[2..].iter().product::<usize>();
    let g = g.reshape(&[g.dims()[0], channels, positions][..])?;
    g.sum_to(&Shape::new(&[1, channels, 1])?)?
        .reshape(&[channels][..])
}

/// Adds the batch dimension that an unbatched input lacks, runs `f`, and takes it away again.
#[track_caller]
fn batched(x: &Tensor, rank: usize, f: impl FnOnce(&Tensor) -> Result<Tensor>) -> Result<Tensor> {
    let here = Location::caller();
    let out = match x.rank() == rank + 1 {
        true => x.unsqueeze(0).and_then(|x| f(&x)?.squeeze(&[0])),
        false => f(x),
    };
    out.map_err(|e| e.at(here))
}

macro_rules! convolutions {
    ($($name:ident, $transposed:ident, $rank:literal, $spatial:literal, $five:literal, $three:literal;)*) => {
        impl Tensor { $(
            #[doc = concat!("Convolution over ", $spatial, ": input (N, C, …) or (C, …), `weight` (O, C / groups, …), `bias` (O) → (N, O, …).")]
            ///
            /// The output's size per dimension is `⌊(size + 2 · padding - dilation · (kernel - 1) - 1) / stride⌋ + 1`.
            ///
            /// ```
            /// # use neurarust_core::{Tensor, ConvOptions};
            #[doc = concat!("let (x, weight) = (Tensor::ones([2, 1", $five, "])?, Tensor::ones([4, 1", $three, "])?);")]
            #[doc = concat!("let y = x.", stringify!($name), "(&weight, None, &ConvOptions::new())?;")]
            #[doc = concat!("assert_eq!(y.dims(), [2, 4", $three, "]);")]
            #[doc = concat!("assert_eq!(y.max()?.item::<f32>()?, 3f32.powi(", stringify!($rank), ")); // a window's size")]
            /// # Ok::<(), neurarust_core::Error>(())
            /// ```
            ///
            /// # Errors
            /// Shapes, dtypes or options that don't fit each other.
            #[track_caller]
            pub fn $name(&self, weight: &Tensor, bias: Option<&Tensor>, options: &ConvOptions) -> Result<Tensor> {
                let (x, weight) = (for_product(self)?, for_product(weight)?);
                let bias = bias.map(for_product).transpose()?;
                let (weight, bias) = (&*weight, bias.as_deref());
                batched(&x, $rank, |x| {
                    let call = Call::new(stringify!($name), $rank, x, weight, options, false)?;
                    call.check_bias(bias, weight.dims()[0], x)?;
                    convolve(call.op, call.rank, x, weight, bias, &call.geometry)
                })
            }

            #[doc = concat!("Transposed convolution over ", $spatial, ": input (N, C, …) or (C, …), `weight` (C, O / groups, …), `bias` (O) → (N, O, …).")]
            ///
            /// The output's size per dimension is
            /// `(size - 1) · stride - 2 · padding + dilation · (kernel - 1) + output_padding + 1`.
            ///
            /// ```
            /// # use neurarust_core::{Tensor, ConvOptions};
            #[doc = concat!("let (y, weight) = (Tensor::ones([2, 1", $three, "])?, Tensor::ones([1, 4", $three, "])?);")]
            #[doc = concat!("let x = y.", stringify!($transposed), "(&weight, None, &ConvOptions::new())?;")]
            #[doc = concat!("assert_eq!(x.dims(), [2, 4", $five, "]);")]
            #[doc = concat!("assert_eq!(x.max()?.item::<f32>()?, 3f32.powi(", stringify!($rank), ")); // in the middle")]
            /// # Ok::<(), neurarust_core::Error>(())
            /// ```
            ///
            /// # Errors
            /// Shapes, dtypes or options that don't fit each other.
            #[track_caller]
            pub fn $transposed(&self, weight: &Tensor, bias: Option<&Tensor>, options: &ConvOptions) -> Result<Tensor> {
                let (x, weight) = (for_product(self)?, for_product(weight)?);
                let bias = bias.map(for_product).transpose()?;
                let (weight, bias) = (&*weight, bias.as_deref());
                batched(&x, $rank, |x| {
                    let call = Call::new(stringify!($transposed), $rank, x, weight, options, true)?;
                    call.check_bias(bias, weight.dims()[1] * options.groups, x)?;
                    transpose(call.op, call.rank, x, weight, bias, &call.geometry)
                })
            }
        )* }
    };
}

convolutions! {
    conv1d, conv_transpose1d, 1, "one dimension", ", 5", ", 3";
    conv2d, conv_transpose2d, 2, "images", ", 5, 5", ", 3, 3";
    conv3d, conv_transpose3d, 3, "volumes", ", 5, 5, 5", ", 3, 3, 3";
}
