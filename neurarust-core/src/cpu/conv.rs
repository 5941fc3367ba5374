//! Convolution as matrix products: an image's windows are an operand that is packed on the fly (implicit im2col).
//!
//! One geometry serves three products, which are each other's gradients:
//!
//! | product | A (lines) | B (lines) | summed over |
//! |---|---|---|---|
//! | output | weight (output channel) | windows of the input (position) | channel, tap |
//! | input gradient = transposed convolution | weightᵀ (input channel) | windows of the output gradient (position) | output channel, tap |
//! | weight gradient | output gradient (output channel) | windows of the input (channel, tap) | image, position |
//!
//! Images have three spatial axes here; fewer are padded with sizes of 1. A window's tap `t` at position `p` reads input
//! index `(p · step + t · tap + base) / div` where that is whole and inside, and 0 elsewhere: `div` is 1 for the forward,
//! and the stride for the transposed one.

use super::gemm::{Entry, Folded, Output, Pack, Strided, gemm};
use super::nest::start;
use crate::tensor::Tensor;
use smallvec::SmallVec;

/// Sizes and steps of a convolution, from the forward's point of view.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Geometry {
    pub images: usize,
    pub groups: usize,
    /// Input and output channels of one group.
    pub channels: [usize; 2],
    /// Spatial sizes.
    pub input: [usize; 3],
    pub output: [usize; 3],
    pub kernel: [usize; 3],
    pub stride: [usize; 3],
    /// Zeros before the first element; what is needed behind the last one follows from the sizes.
    pub padding: [usize; 3],
    pub dilation: [usize; 3],
}

impl Geometry {
    fn taps(&self) -> usize {
        self.kernel.iter().product()
    }

    fn positions(&self, size: [usize; 3]) -> usize {
        size.iter().product()
    }

    /// Windows of the input, one per output position.
    fn forward_axes(&self) -> [Axis; 3] {
        std::array::from_fn(|d| Axis {
            size: self.input[d],
            positions: self.output[d],
            taps: self.kernel[d],
            step: self.stride[d] as isize,
            tap: self.dilation[d] as isize,
            base: -(self.padding[d] as isize),
            div: 1,
        })
    }

    /// Windows of the output, one per input position.
    fn transposed_axes(&self) -> [Axis; 3] {
        std::array::from_fn(|d| Axis {
            size: self.output[d],
            positions: self.input[d],
            taps: self.kernel[d],
            step: 1,
            tap: -(self.dilation[d] as isize),
            base: self.padding[d] as isize,
            div: self.stride[d] as isize,
        })
    }
}

/// How positions and taps of one spatial axis find their input.
#[derive(Clone, Copy)]
struct Axis {
    size: usize,
    positions: usize,
    taps: usize,
    step: isize,
    tap: isize,
    base: isize,
    div: isize,
}

impl Axis {
    /// Where the window of `position` reads for `tap`.
    #[inline(always)]
    fn index(&self, position: usize, tap: usize) -> Option<usize> {
        let t = position as isize * self.step + tap as isize * self.tap + self.base;
        let index = if self.div == 1 {
            t
        } else if t % self.div == 0 {
            t / self.div
        } else {
            return None;
        };
        (index >= 0 && index < self.size as isize).then_some(index as usize)
    }

    /// The positions `from..to` of `first..first + len` whose window reads inside for `tap`, as offsets from `first`, for
    /// a `div` of 1.
    #[inline(always)]
    fn inside(&self, first: usize, len: usize, tap: usize) -> (usize, usize) {
        let t = first as isize * self.step + tap as isize * self.tap + self.base;
        let up = |x: isize| {
            if x <= 0 {
                0
            } else {
                ((x + self.step - 1) / self.step) as usize
            }
        };
        let (from, to) = (up(-t).min(len), up(self.size as isize - t).min(len));
        (from, to.max(from))
    }
}

/// The windows of a batch of images, of one group of channels.
struct Windows<T> {
    ptr: *const T,
    image: isize,
    channel: isize,
    strides: [isize; 3],
    axes: [Axis; 3],
    /// Whether lines are positions (and K channels and taps) or the other way round.
    lines_are_positions: bool,
}

// SAFETY: it only reads; who runs the product holds the locks.
unsafe impl<T: Sync> Sync for Windows<T> {}

/// Positions next to each other along the last axis.
struct Stretch {
    at: usize,
    len: usize,
    image: isize,
    /// Along the first two axes.
    outer: [usize; 2],
    /// Along the last axis, of the first one.
    inner: usize,
}

impl<T: Entry> Windows<T> {
    fn stretches(&self, first: usize, count: usize) -> SmallVec<[Stretch; 16]> {
        let [pz, py, px] = self.axes.map(|a| a.positions);
        let mut out = SmallVec::new();
        let mut at = 0;
        while at < count {
            let p = first + at;
            let (x, rest) = (p % px, p / px);
            let (y, rest) = (rest % py, rest / py);
            let (z, n) = (rest % pz, rest / pz);
            let len = (px - x).min(count - at);
            out.push(Stretch {
                at,
                len,
                image: n as isize * self.image,
                outer: [z, y],
                inner: x,
            });
            at += len;
        }
        out
    }

    /// Channel and taps of line or step `q`.
    #[inline(always)]
    fn tap(&self, q: usize) -> (usize, [usize; 3]) {
        let [tz, ty, tx] = self.axes.map(|a| a.taps);
        let (x, rest) = (q % tx, q / tx);
        let (y, rest) = (rest % ty, rest / ty);
        (rest / tz, [rest % tz, y, x])
    }

    /// Writes what the windows of a stretch read for one tap to `dst`, `to` apart.
    ///
    /// # Safety
    /// `dst` must be writable that far, and the image readable.
    #[inline(always)]
    unsafe fn read(&self, s: &Stretch, channel: usize, tap: [usize; 3], dst: *mut T, to: usize) {
        let [az, ay, ax] = &self.axes;
        let row = match (az.index(s.outer[0], tap[0]), ay.index(s.outer[1], tap[1])) {
            (Some(z), Some(y)) => z as isize * self.strides[0] + y as isize * self.strides[1],
            _ => {
                for i in 0..s.len {
                    // SAFETY: by the caller.
                    unsafe { *dst.add(i * to) = T::ZERO };
                }
                return;
            }
        };
        let row = self
            .ptr
            .wrapping_offset(s.image + channel as isize * self.channel + row);
        let stride = self.strides[2];
        if ax.div != 1 {
            for i in 0..s.len {
                // SAFETY: `index` answers positions inside of the image.
                unsafe {
                    *dst.add(i * to) = match ax.index(s.inner + i, tap[2]) {
                        Some(x) => *row.wrapping_offset(x as isize * stride),
                        None => T::ZERO,
                    }
                };
            }
            return;
        }
        let (from, end) = ax.inside(s.inner, s.len, tap[2]);
        let first = s.inner as isize * ax.step + tap[2] as isize * ax.tap + ax.base;
        let src = row.wrapping_offset(first * stride);
        let step = ax.step * stride;
        // SAFETY: offsets `from..end` lie inside of the image.
        unsafe {
            for i in 0..from {
                *dst.add(i * to) = T::ZERO;
            }
            if to == 1 && step == 1 {
                for i in from..end {
                    *dst.add(i) = *src.wrapping_add(i);
                }
            } else {
                for i in from..end {
                    *dst.add(i * to) = *src.wrapping_offset(i as isize * step);
                }
            }
            for i in end..s.len {
                *dst.add(i * to) = T::ZERO;
            }
        }
    }
}

impl<T: Entry> Pack<T> for Windows<T> {
    unsafe fn pack(
        &self,
        line: usize,
        lines: usize,
        k: usize,
        depth: usize,
        width: usize,
        dst: *mut T,
    ) {
        // SAFETY: the panel holds `width` values per step, and lines and steps lie in the operand.
        unsafe {
            if self.lines_are_positions {
                let stretches = self.stretches(line, lines);
                for p in 0..depth {
                    let (channel, tap) = self.tap(k + p);
                    let panel = dst.add(p * width);
                    for s in &stretches {
                        self.read(s, channel, tap, panel.add(s.at), 1);
                    }
                    for i in lines..width {
                        *panel.add(i) = T::ZERO;
                    }
                }
            } else {
                for s in &self.stretches(k, depth) {
                    let panel = dst.add(s.at * width);
                    for i in 0..lines {
                        let (channel, tap) = self.tap(line + i);
                        self.read(s, channel, tap, panel.add(i), width);
                    }
                    for p in 0..s.len {
                        for i in lines..width {
                            *panel.add(p * width + i) = T::ZERO;
                        }
                    }
                }
            }
        }
    }
}

/// Runs `$body` with `$T` set to the element type, `f32` or `f64`.
macro_rules! float {
    ($t:expr, $T:ident => $body:expr) => {
        match $t.dtype() {
            crate::DType::F64 => {
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

/// Image `0`, group `g` of a (N, C, D, H, W) tensor with `channels` a group.
fn windows<T>(
    t: &Tensor,
    g: usize,
    channels: usize,
    axes: [Axis; 3],
    lines_are_positions: bool,
) -> Windows<T> {
    let s = t.strides();
    let ptr = (start(t) as *const T).wrapping_offset((g * channels) as isize * s[1]);
    Windows {
        ptr,
        image: s[0],
        channel: s[1],
        strides: [s[2], s[3], s[4]],
        axes,
        lines_are_positions,
    }
}

/// `out = conv(x, weight) + bias`. `x` (N, G·C, D, H, W) of any strides, `weight` (G·O, C, kernel) and the fresh `out`
/// (N, G·O, …) row-major, `bias` (G·O), all `f32` or all `f64`. The caller has checked the geometry and holds the locks.
pub(crate) fn forward(
    x: &Tensor,
    weight: &Tensor,
    bias: Option<&Tensor>,
    out: &Tensor,
    geometry: &Geometry,
) {
    let [c, o] = geometry.channels;
    let (k, l) = (c * geometry.taps(), geometry.positions(geometry.output));
    float!(out, T => for g in 0..geometry.groups {
        let lhs = Strided::lhs((start(weight) as *const T).wrapping_add(g * o * k), k as isize, 1);
        let rhs: Windows<T> = windows(x, g, c, geometry.forward_axes(), true);
        let to = (start(out) as *mut T).wrapping_add(g * o * l);
        let mut output = Output::new(to, l as isize, 1).columns_in_runs(l.max(1), (geometry.groups * o * l) as isize);
        if let Some(b) = bias {
            output = output.bias_per_row((start(b) as *const T).wrapping_offset((g * o) as isize * b.strides()[0]), b.strides()[0]);
        }
        // SAFETY: layouts are proven and fit the geometry, the output is fresh, the caller holds the locks.
        unsafe { gemm(o, geometry.images * l, k, &lhs, &rhs, &output) }
    })
}

/// `dx = convᵀ(dy, weight) + bias`: the gradient of the input, or the transposed convolution. `dy` (N, G·O, …) of any
/// strides, `weight` row-major, `bias` (G·C), the fresh `dx` (N, G·C, …) row-major.
pub(crate) fn transposed(
    dy: &Tensor,
    weight: &Tensor,
    bias: Option<&Tensor>,
    dx: &Tensor,
    geometry: &Geometry,
) {
    let [c, o] = geometry.channels;
    let (taps, l) = (geometry.taps(), geometry.positions(geometry.input));
    float!(dx, T => for g in 0..geometry.groups {
        let lhs = Folded {
            ptr: (start(weight) as *const T).wrapping_add(g * o * c * taps),
            line: taps as isize,
            outer: (c * taps) as isize,
            inner: 1,
            run: taps.max(1),
        };
        let rhs: Windows<T> = windows(dy, g, o, geometry.transposed_axes(), true);
        let to = (start(dx) as *mut T).wrapping_add(g * c * l);
        let mut output = Output::new(to, l as isize, 1).columns_in_runs(l.max(1), (geometry.groups * c * l) as isize);
        if let Some(b) = bias {
            output = output.bias_per_row((start(b) as *const T).wrapping_offset((g * c) as isize * b.strides()[0]), b.strides()[0]);
        }
        // SAFETY: as for `forward`.
        unsafe { gemm(c, geometry.images * l, o * taps, &lhs, &rhs, &output) }
    })
}

/// `dw`: the gradient of the weight. `dy` (N, G·O, …) row-major, `x` of any strides, the fresh `dw` (G·O, C, kernel)
/// row-major.
pub(crate) fn weight_gradient(dy: &Tensor, x: &Tensor, dw: &Tensor, geometry: &Geometry) {
    let [c, o] = geometry.channels;
    let (k, l) = (c * geometry.taps(), geometry.positions(geometry.output));
    float!(dw, T => for g in 0..geometry.groups {
        let lhs = Folded {
            ptr: (start(dy) as *const T).wrapping_add(g * o * l),
            line: l as isize,
            outer: (geometry.groups * o * l) as isize,
            inner: 1,
            run: l.max(1),
        };
        let rhs: Windows<T> = windows(x, g, c, geometry.forward_axes(), false);
        let output = Output::new((start(dw) as *mut T).wrapping_add(g * o * k), k as isize, 1);
        // SAFETY: as for `forward`.
        unsafe { gemm(o, k, geometry.images * l, &lhs, &rhs, &output) }
    })
}
