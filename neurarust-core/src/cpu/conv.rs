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
//! index `p · step + t · tap + base` where that is inside, and 0 elsewhere.

use super::gemm::{
    Entry, Epilogue, Folded, Output, Pack, Place, Scratch, Strided, gemm, gemm_batched, pad,
};
use super::nest::start;
use super::pool::{self, Shared};
use super::simd::{Level, level};
use super::{depthwise, winograd};
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
    /// Tells the profiler of the operations of one of the three products: all have as many.
    pub fn count_flops(&self) {
        let [x, y] = self.channels;
        let ([a, b, c], [d, e, f]) = (self.kernel, self.output);
        crate::profiler::add_flops(&[self.images, self.groups, x, y, a, b, c, d, e, f]);
    }

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
        })
    }

    /// The input positions along axis `d` that see the same taps: one class per remainder by the stride. Classes that see
    /// no tap at all are left out.
    fn classes(&self, d: usize) -> SmallVec<[Class; 4]> {
        let (stride, dilation) = (self.stride[d], self.dilation[d]);
        // Taps this far apart are seen by the same positions.
        let apart = stride / gcd(stride, dilation);
        let mut out = SmallVec::new();
        for first in 0..apart.min(self.kernel[d]) {
            // Of position p the tap t reads output (p + padding - t · dilation) / stride.
            let remainder = (first * dilation) % stride;
            let p = (remainder + stride - self.padding[d] % stride) % stride;
            if p >= self.input[d] {
                continue;
            }
            let base = p as isize + self.padding[d] as isize - (first * dilation) as isize;
            out.push(Class {
                position: p,
                tap: first,
                apart,
                axis: Axis {
                    size: self.output[d],
                    positions: (self.input[d] - p).div_ceil(stride),
                    taps: (self.kernel[d] - first).div_ceil(apart),
                    step: 1,
                    tap: -((apart * dilation / stride) as isize),
                    base: base / stride as isize,
                },
            });
        }
        out
    }
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// Input positions `position, position + stride, …`, which see the taps `tap, tap + apart, …`.
struct Class {
    position: usize,
    tap: usize,
    apart: usize,
    axis: Axis,
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
}

impl Axis {
    /// Where the window of `position` reads for `tap`.
    #[inline(always)]
    fn index(&self, position: usize, tap: usize) -> Option<usize> {
        let index = position as isize * self.step + tap as isize * self.tap + self.base;
        (index >= 0 && index < self.size as isize).then_some(index as usize)
    }

    /// The positions `from..to` of `first..first + len` whose window reads inside for `tap`, as offsets from `first`.
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

/// The windows of a batch of images, of one group of channels, as lines: K is channels and taps.
struct Windows<T> {
    ptr: *const T,
    image: isize,
    channel: isize,
    strides: [isize; 3],
    axes: [Axis; 3],
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

/// Positions `first..first + count`, image by image.
fn stretches(
    positions: [usize; 3],
    image: isize,
    first: usize,
    count: usize,
) -> SmallVec<[Stretch; 8]> {
    let [pz, py, px] = positions;
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
            image: n as isize * image,
            outer: [z, y],
            inner: x,
        });
        at += len;
    }
    out
}

/// `count` short rows: row `r` reads `src[r * from + i * each]` for `lo <= i < hi`, and is zero for other `i < len`.
struct Rows<T> {
    src: *const T,
    from: isize,
    each: isize,
    count: usize,
    lo: usize,
    hi: usize,
    len: usize,
}

impl<T: Entry> Rows<T> {
    /// Writes the rows to `dst`, `to` apart.
    ///
    /// # Safety
    /// What is read must be readable, what is written writable.
    #[inline]
    unsafe fn write(&self, dst: *mut T, to: usize) {
        let Rows { lo, hi, len, .. } = *self;
        #[cfg(target_arch = "x86_64")]
        if std::any::TypeId::of::<T>() == std::any::TypeId::of::<f32>()
            && len <= 32
            && level() == Level::Avx512
        {
            let rows = Rows::<f32> {
                src: self.src.cast(),
                from: self.from,
                each: self.each,
                count: self.count,
                lo,
                hi,
                len,
            };
            // SAFETY: passed on; the level is no more than the machine's.
            return unsafe { x86::write(&rows, dst.cast(), to) };
        }
        for r in 0..self.count {
            let src = self.src.wrapping_offset(r as isize * self.from);
            let dst = dst.wrapping_add(r * to);
            // SAFETY: passed on.
            unsafe {
                for i in 0..lo {
                    *dst.add(i) = T::ZERO;
                }
                if self.each == 1 {
                    std::ptr::copy_nonoverlapping(src.wrapping_add(lo), dst.add(lo), hi - lo);
                } else {
                    for i in lo..hi {
                        *dst.add(i) = *src.wrapping_offset(i as isize * self.each);
                    }
                }
                for i in hi..len {
                    *dst.add(i) = T::ZERO;
                }
            }
        }
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::Rows;
    use std::arch::x86_64::*;

    /// Bits `lo..hi`.
    fn bits(lo: usize, hi: usize) -> u64 {
        let below = |n: usize| if n >= 64 { u64::MAX } else { (1 << n) - 1 };
        below(hi) & !below(lo)
    }

    /// [`Rows::write`] for up to 32 values a row, with what is not read or written masked away.
    ///
    /// # Safety
    /// As [`Rows::write`]; the processor has AVX-512.
    #[target_feature(enable = "avx512f,avx512vl,avx512bw,avx512dq")]
    pub(super) unsafe fn write(rows: &Rows<f32>, mut dst: *mut f32, to: usize) {
        let (reads, writes) = (bits(rows.lo, rows.hi), bits(0, rows.len));
        let (w0, w1) = (writes as u16, (writes >> 16) as u16);
        let mut src = rows.src;
        // SAFETY: masked lanes are neither read nor written, the others are the caller's promise.
        unsafe {
            if rows.each == 1 {
                let (r0, r1) = (reads as u16, (reads >> 16) as u16);
                for _ in 0..rows.count {
                    let v = _mm512_maskz_loadu_ps(r0, src);
                    _mm512_mask_storeu_ps(dst, w0, v);
                    if w1 != 0 {
                        let v = _mm512_maskz_loadu_ps(r1, src.wrapping_add(16));
                        _mm512_mask_storeu_ps(dst.wrapping_add(16), w1, v);
                    }
                    src = src.wrapping_offset(rows.from);
                    dst = dst.wrapping_add(to);
                }
            } else if rows.each == 2 {
                // Not the ones in between, which nobody has promised.
                let reads = bits(2 * rows.lo, 2 * rows.hi) & 0x5555_5555_5555_5555;
                let even =
                    _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
                for _ in 0..rows.count {
                    let a = _mm512_maskz_loadu_ps(reads as u16, src);
                    let b = _mm512_maskz_loadu_ps((reads >> 16) as u16, src.wrapping_add(16));
                    _mm512_mask_storeu_ps(dst, w0, _mm512_permutex2var_ps(a, even, b));
                    if w1 != 0 {
                        let src = src.wrapping_add(32);
                        let a = _mm512_maskz_loadu_ps((reads >> 32) as u16, src);
                        let b = _mm512_maskz_loadu_ps((reads >> 48) as u16, src.wrapping_add(16));
                        let v = _mm512_permutex2var_ps(a, even, b);
                        _mm512_mask_storeu_ps(dst.wrapping_add(16), w1, v);
                    }
                    src = src.wrapping_offset(rows.from);
                    dst = dst.wrapping_add(to);
                }
            } else {
                for _ in 0..rows.count {
                    for i in 0..rows.len {
                        let inside = i >= rows.lo && i < rows.hi;
                        *dst.add(i) = if inside {
                            *src.wrapping_offset(i as isize * rows.each)
                        } else {
                            0.0
                        };
                    }
                    src = src.wrapping_offset(rows.from);
                    dst = dst.wrapping_add(to);
                }
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
        let [az, ay, ax] = self.axes;
        let taps = az.taps * ay.taps * ax.taps;
        // SAFETY: the panel holds `width` values per step, and lines and steps lie in the operand.
        unsafe {
            pad(lines, depth, width, dst);
            let stretches = stretches(self.axes.map(|a| a.positions), self.image, line, lines);
            // Tap by tap, so that the rows that are filled piece by piece stay in L1.
            for t in 0..taps {
                // The channels for which this tap is in this block of K.
                let first = (k.saturating_sub(t)).div_ceil(taps);
                let end = (k + depth).saturating_sub(t).div_ceil(taps);
                if first >= end {
                    continue;
                }
                let (tx, rest) = (t % ax.taps, t / ax.taps);
                let (ty, tz) = (rest % ay.taps, rest / ay.taps);
                for s in &stretches {
                    let mut rows = Rows {
                        src: self.ptr,
                        from: self.channel,
                        each: ax.step * self.strides[2],
                        count: end - first,
                        lo: 0,
                        hi: 0,
                        len: s.len,
                    };
                    if let (Some(z), Some(y)) = (az.index(s.outer[0], tz), ay.index(s.outer[1], ty))
                    {
                        let x = s.inner as isize * ax.step + tx as isize * ax.tap + ax.base;
                        rows.src = self.ptr.wrapping_offset(
                            s.image
                                + first as isize * self.channel
                                + z as isize * self.strides[0]
                                + y as isize * self.strides[1]
                                + x.wrapping_mul(self.strides[2]),
                        );
                        (rows.lo, rows.hi) = ax.inside(s.inner, s.len, tx);
                    }
                    let at = (first * taps + t - k) * width + s.at;
                    rows.write(dst.add(at), taps * width);
                }
            }
        }
    }
}

/// Windows as steps of K, one element at a time: for paddings too wide to be written down.
struct Turned<T>(Windows<T>);

impl<T: Entry> Pack<T> for Turned<T> {
    unsafe fn pack(
        &self,
        line: usize,
        lines: usize,
        k: usize,
        depth: usize,
        width: usize,
        dst: *mut T,
    ) {
        let Windows { axes, strides, .. } = self.0;
        let [az, ay, ax] = axes;
        for s in &stretches(axes.map(|a| a.positions), self.0.image, k, depth) {
            for p in 0..s.len {
                for i in 0..width {
                    let (tx, rest) = ((line + i) % ax.taps, (line + i) / ax.taps);
                    let (ty, rest) = (rest % ay.taps, rest / ay.taps);
                    let (tz, channel) = (rest % az.taps, rest / az.taps);
                    let at = (
                        az.index(s.outer[0], tz),
                        ay.index(s.outer[1], ty),
                        ax.index(s.inner + p, tx),
                    );
                    // SAFETY: inside of the panel, and of the image.
                    unsafe {
                        *dst.add((s.at + p) * width + i) = match at {
                            (Some(z), Some(y), Some(x)) if i < lines => {
                                *self.0.ptr.wrapping_offset(
                                    s.image
                                        + channel as isize * self.0.channel
                                        + z as isize * strides[0]
                                        + y as isize * strides[1]
                                        + x as isize * strides[2],
                                )
                            }
                            _ => T::ZERO,
                        };
                    }
                }
            }
        }
    }
}

/// The windows of padded images whose channels are adjacent, as steps of K: lines are taps and channels. A window's row
/// then is one piece of memory.
struct Pieces<T> {
    ptr: *const T,
    /// From one image, and from one input position along each axis, to the next.
    image: isize,
    strides: [isize; 3],
    channels: usize,
    positions: [usize; 3],
    step: [usize; 3],
    taps: [usize; 3],
    tap: [usize; 3],
}

// SAFETY: it only reads; who runs the product holds the locks.
unsafe impl<T: Sync> Sync for Pieces<T> {}

impl<T: Entry> Pack<T> for Pieces<T> {
    unsafe fn pack(
        &self,
        line: usize,
        lines: usize,
        k: usize,
        depth: usize,
        width: usize,
        dst: *mut T,
    ) {
        // (where in the panel's row, length, offset from the window's first element)
        let mut pieces: SmallVec<[(usize, usize, isize); 8]> = SmallVec::new();
        let mut i = 0;
        while i < lines {
            let (c, t) = ((line + i) % self.channels, (line + i) / self.channels);
            let (x, rest) = (t % self.taps[2], t / self.taps[2]);
            let (y, z) = (rest % self.taps[1], rest / self.taps[1]);
            let len = (self.channels - c).min(lines - i);
            let offset = c as isize
                + (z * self.tap[0]) as isize * self.strides[0]
                + (y * self.tap[1]) as isize * self.strides[1]
                + (x * self.tap[2]) as isize * self.strides[2];
            match pieces.last_mut() {
                Some((_, before, from)) if *from + *before as isize == offset => *before += len,
                _ => pieces.push((i, len, offset)),
            }
            i += len;
        }
        let step: [isize; 3] = std::array::from_fn(|d| self.step[d] as isize * self.strides[d]);
        // SAFETY: the panel holds `width` values per step, and lines and steps lie in the operand.
        unsafe {
            pad(lines, depth, width, dst);
            for s in &stretches(self.positions, self.image, k, depth) {
                let first = s.image
                    + s.outer[0] as isize * step[0]
                    + s.outer[1] as isize * step[1]
                    + s.inner as isize * step[2];
                for &(at, len, offset) in &pieces {
                    let rows = Rows {
                        src: self.ptr.wrapping_offset(first + offset),
                        from: step[2],
                        each: 1,
                        count: s.len,
                        lo: 0,
                        hi: len,
                        len,
                    };
                    rows.write(dst.add(s.at * width + at), width);
                }
            }
        }
    }
}

/// C scattered over memory: a column is an image and three axes, which lie at strides of their own.
struct Scatter<T> {
    ptr: *mut T,
    row: isize,
    image: isize,
    positions: [usize; 3],
    strides: [isize; 3],
    /// One value per row.
    bias: Option<(*const T, isize)>,
    /// Whether to add to what is there.
    accumulate: bool,
}

// SAFETY: tasks write disjoint tiles; who runs the product holds the locks.
unsafe impl<T: Sync> Sync for Scatter<T> {}

impl<T: Entry> Epilogue<T> for Scatter<T> {
    fn partial(&self) -> Option<Place<T>> {
        None
    }

    unsafe fn finish(
        &self,
        row: usize,
        col: usize,
        rows: usize,
        cols: usize,
        tile: &mut [T],
        ld: usize,
    ) {
        for s in &stretches(self.positions, self.image, col, cols) {
            let at = s.image
                + s.outer[0] as isize * self.strides[0]
                + s.outer[1] as isize * self.strides[1]
                + s.inner as isize * self.strides[2];
            for i in 0..rows {
                let dst = self.ptr.wrapping_offset((row + i) as isize * self.row + at);
                let values = &mut tile[i * ld + s.at..i * ld + s.at + s.len];
                // SAFETY: the caller's promise.
                unsafe {
                    if let Some((bias, stride)) = self.bias {
                        let bias = *bias.wrapping_offset((row + i) as isize * stride);
                        values.iter_mut().for_each(|v| *v = v.add(bias));
                    }
                    for (j, v) in values.iter().enumerate() {
                        let dst = dst.wrapping_offset(j as isize * self.strides[2]);
                        *dst = if self.accumulate { (*dst).add(*v) } else { *v };
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
fn windows<T>(t: &Tensor, g: usize, channels: usize, axes: [Axis; 3]) -> Windows<T> {
    let s = t.strides();
    Windows {
        ptr: group(t, g, channels),
        image: s[0],
        channel: s[1],
        strides: [s[2], s[3], s[4]],
        axes,
    }
}

/// Where group `g` of a (N, C, …) tensor starts.
fn group<T>(t: &Tensor, g: usize, channels: usize) -> *const T {
    (start(t) as *const T).wrapping_offset((g * channels) as isize * t.strides()[1])
}

/// The distance between positions, if an image's positions lie at one distance from each other.
fn even(t: &Tensor) -> Option<isize> {
    let (d, s) = (t.dims(), t.strides());
    let whole = |a: usize, b: usize| d[a] == 1 || s[a] == d[b] as isize * s[b];
    let rows = d[2] == 1 || (whole(3, 4) && s[2] == (d[3] * d[4]) as isize * s[4]);
    (rows && whole(3, 4)).then_some(s[4])
}

/// Positions from which one image is a product worth running for itself.
const WIDE_IMAGE: usize = 128;

impl Geometry {
    /// Whether every position sees itself only.
    fn pointwise(&self) -> bool {
        self.taps() == 1
            && self.stride == [1; 3]
            && self.padding == [0; 3]
            && self.input == self.output
    }
}

/// `out[n] = weight · x[n] + bias` for every image: convolutions by windows of one element.
#[allow(clippy::too_many_arguments)]
fn pointwise<T: Entry>(
    x: &Tensor,
    weight: Strided<T>,
    bias: Option<&Tensor>,
    out: &Tensor,
    g: usize,
    [inputs, outputs]: [usize; 2],
    position: isize,
    geometry: &Geometry,
) {
    let l = geometry.positions(geometry.input);
    let image = (geometry.groups * outputs * l) as isize;
    let rhs = Strided::rhs(group(x, g, inputs), x.strides()[1], position);
    let to = (start(out) as *mut T).wrapping_add(g * outputs * l);
    let output = biased(Output::new(to, l as isize, 1), bias, g * outputs);
    let offsets = |n: usize| [0, n as isize * x.strides()[0], n as isize * image];
    // SAFETY: layouts are proven and fit the geometry, the output is fresh, the caller holds the locks.
    unsafe {
        gemm_batched(
            geometry.images,
            outputs,
            l,
            inputs,
            weight,
            rhs,
            output,
            &offsets,
        );
    }
}

/// With the bias of the channels from `first` on, one per row.
fn biased<'a, T: Entry>(
    output: Output<'a, T>,
    bias: Option<&Tensor>,
    first: usize,
) -> Output<'a, T> {
    match bias {
        Some(b) => {
            let stride = b.strides()[0];
            output.bias_per_row(
                (start(b) as *const T).wrapping_offset(first as isize * stride),
                stride,
            )
        }
        None => output,
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
    if winograd::forward(x, weight, bias, out, geometry)
        || depthwise::forward(x, weight, bias, out, geometry)
    {
        return;
    }
    let (k, l) = (c * geometry.taps(), geometry.positions(geometry.output));
    let position =
        even(x).filter(|_| geometry.pointwise() && (l >= WIDE_IMAGE || geometry.images == 1));
    float!(out, T => for g in 0..geometry.groups {
        let lhs = Strided::lhs((start(weight) as *const T).wrapping_add(g * o * k), k as isize, 1);
        if let Some(position) = position {
            pointwise(x, lhs, bias, out, g, [c, o], position, geometry);
            continue;
        }
        let rhs: Windows<T> = windows(x, g, c, geometry.forward_axes());
        let to = (start(out) as *mut T).wrapping_add(g * o * l);
        let output = Output::new(to, l as isize, 1).columns_in_runs(l.max(1), (geometry.groups * o * l) as isize);
        // SAFETY: as for `pointwise`.
        unsafe { gemm(o, geometry.images * l, k, &lhs, &rhs, &biased(output, bias, g * o)) }
    })
}

/// `dx = convᵀ(dy, weight) + bias`: the gradient of the input, or the transposed convolution. `dy` (N, G·O, …) of any
/// strides, `weight` row-major, `bias` (G·C), the fresh `dx` (N, G·C, …) row-major.
///
/// With a stride, positions fall into classes that see different taps: each is a convolution of its own, so that nothing
/// is multiplied by zeros.
pub(crate) fn transposed(
    dy: &Tensor,
    weight: &Tensor,
    bias: Option<&Tensor>,
    dx: &Tensor,
    geometry: &Geometry,
) {
    let [c, o] = geometry.channels;
    if winograd::transposed(dy, weight, bias, dx, geometry)
        || depthwise::transposed(dy, weight, bias, dx, geometry)
    {
        return;
    }
    let (taps, l) = (geometry.taps(), geometry.positions(geometry.input));
    let position =
        even(dy).filter(|_| geometry.pointwise() && (l >= WIDE_IMAGE || geometry.images == 1));
    let classes: [_; 3] = std::array::from_fn(|d| geometry.classes(d));
    let seen: usize = (0..3)
        .map(|d| {
            classes[d]
                .iter()
                .map(|class| class.axis.positions)
                .sum::<usize>()
        })
        .product();
    let [_, height, width] = geometry.input;
    let one = geometry.stride == [1; 3];
    float!(dx, T => {
        if seen < l {
            fill(bias, start(dx) as *mut T, geometry.images, geometry.groups * c, l);
        }
        for g in 0..geometry.groups {
            let weight = (start(weight) as *const T).wrapping_add(g * o * c * taps);
            if let Some(position) = position {
                pointwise(dy, Strided::lhs(weight, 1, c as isize), bias, dx, g, [o, c], position, geometry);
                continue;
            }
            let to = (start(dx) as *mut T).wrapping_add(g * c * l);
            let all = classes[0].iter().flat_map(|z| {
                let classes = &classes;
                classes[1].iter().flat_map(move |y| classes[2].iter().map(move |x| (z, y, x)))
            });
            for (z, y, x) in all {
                let axes = [z.axis, y.axis, x.axis];
                let rhs: Windows<T> = windows(dy, g, o, axes);
                let own: usize = axes.iter().map(|a| a.taps).product();
                let k = o * own;
                let columns = geometry.images * geometry.positions(axes.map(|a| a.positions));
                if one {
                    // Every tap, in order.
                    let lhs = Folded { ptr: weight, line: taps as isize, outer: (c * taps) as isize, inner: 1, run: taps };
                    let output = Output::new(to, l as isize, 1).columns_in_runs(l.max(1), (geometry.groups * c * l) as isize);
                    // SAFETY: as for `pointwise`.
                    unsafe { gemm(c, columns, k, &lhs, &rhs, &biased(output, bias, g * c)) };
                    continue;
                }
                // The weights that these positions see, (input channel, output channel and tap).
                let seen = Scratch::new::<T>(c * k);
                let (from, room) = (Shared::new(weight), Shared::new(seen.ptr::<T>()));
                pool::parallel_chunks(c, (GATHERED / k).max(1), |channels| {
                    for i in channels {
                        let mut at = i * k;
                        for j in 0..o {
                            for (tz, ty, tx) in taps_of(z, y, x) {
                                let tap = (tz * geometry.kernel[1] + ty) * geometry.kernel[2] + tx;
                                // SAFETY: inside of the weight and of the scratch, where each channel has its own part.
                                unsafe { *room.get().add(at) = *from.get().add((j * c + i) * taps + tap) };
                                at += 1;
                            }
                        }
                    }
                });
                let lhs = Strided::lhs(seen.ptr::<T>().cast_const(), k as isize, 1);
                let output = Scatter {
                    ptr: to.wrapping_add((z.position * height + y.position) * width + x.position),
                    row: l as isize,
                    image: (geometry.groups * c * l) as isize,
                    positions: axes.map(|a| a.positions),
                    strides: [geometry.stride[0] * height * width, geometry.stride[1] * width, geometry.stride[2]].map(|s| s as isize),
                    bias: bias.map(|b| ((start(b) as *const T).wrapping_offset((g * c) as isize * b.strides()[0]), b.strides()[0])),
                    accumulate: false,
                };
                // SAFETY: as for `pointwise`.
                unsafe { gemm(c, columns, k, &lhs, &rhs, &output) };
            }
        }
    })
}

/// Weights that a task gathers, about.
const GATHERED: usize = 1 << 14;

/// The taps that three classes see, in order.
fn taps_of(z: &Class, y: &Class, x: &Class) -> impl Iterator<Item = (usize, usize, usize)> {
    let each = |class: &Class| {
        let (first, apart) = (class.tap, class.apart);
        (0..class.axis.taps).map(move |i| first + i * apart)
    };
    let (y, x) = (each(y), each(x));
    each(z).flat_map(move |z| {
        let x = x.clone();
        y.clone()
            .flat_map(move |y| x.clone().map(move |x| (z, y, x)))
    })
}

/// Sets a (N, C, L) output to its bias, or zero.
fn fill<T: Entry>(bias: Option<&Tensor>, out: *mut T, images: usize, channels: usize, l: usize) {
    for i in 0..images * channels {
        let value = match bias {
            // SAFETY: one value per channel.
            Some(b) => unsafe {
                *(start(b) as *const T).wrapping_offset((i % channels) as isize * b.strides()[0])
            },
            None => T::ZERO,
        };
        // SAFETY: inside of the fresh output.
        unsafe { std::slice::from_raw_parts_mut(out.add(i * l), l) }.fill(value);
    }
}

/// Bytes of padded images with adjacent channels at a time.
const PADDED_BYTES: usize = 8 << 20;

/// `dw`: the gradient of the weight. `dy` (N, G·O, …) row-major, `x` of any strides, the fresh `dw` (G·O, C, kernel)
/// row-major.
///
/// Some images at a time are copied with zeros around them and channels adjacent.
pub(crate) fn weight_gradient(dy: &Tensor, x: &Tensor, dw: &Tensor, geometry: &Geometry) {
    let [c, o] = geometry.channels;
    let taps = geometry.taps();
    let (k, l) = (c * taps, geometry.positions(geometry.output));
    if geometry.images == 0 || l == 0 {
        float!(dw, T => fill::<T>(None, start(dw) as *mut T, 1, 1, geometry.groups * o * k));
        return;
    }
    if depthwise::weight_gradient(dy, x, dw, geometry) {
        return;
    }
    let position = even(x).filter(|_| geometry.pointwise());
    float!(dw, T => for g in 0..geometry.groups {
        let to = (start(dw) as *mut T).wrapping_add(g * o * k);
        let image = (geometry.groups * o * l) as isize;
        let lhs = |n: usize| Folded {
            ptr: (start(dy) as *const T).wrapping_add(g * o * l).wrapping_offset(n as isize * image),
            line: l as isize,
            outer: image,
            inner: 1,
            run: l.max(1),
        };
        if let Some(position) = position {
            let rhs = Folded {
                ptr: group::<T>(x, g, c),
                line: x.strides()[1],
                outer: x.strides()[0],
                inner: position,
                run: l.max(1),
            };
            // SAFETY: as for `pointwise`.
            unsafe { gemm(o, k, geometry.images * l, &lhs(0), &rhs, &Output::new(to, k as isize, 1)) };
            continue;
        }
        // What the windows reach, from the padding on.
        let reach: [usize; 3] = std::array::from_fn(|d| {
            geometry.output[d].saturating_sub(1) * geometry.stride[d] + (geometry.kernel[d] - 1) * geometry.dilation[d] + 1
        });
        // Paddings much wider than the image are not written down.
        let room = 4 * (c * geometry.positions(geometry.input) + o * l) + (1 << 16);
        let padded = reach.iter().try_fold(c, |n, &r| n.checked_mul(r)).filter(|n| *n <= room);
        let Some(padded) = padded else {
            let rhs: Turned<T> = Turned(windows(x, g, c, geometry.forward_axes()));
            let output = Output::new(to, k as isize, 1);
            // SAFETY: as for `pointwise`.
            unsafe { gemm(o, k, geometry.images * l, &lhs(0), &rhs, &output) };
            continue;
        };
        let some = (PADDED_BYTES / size_of::<T>() / padded.max(1)).clamp(1, geometry.images);
        let copy = Scratch::new::<T>(some * padded);
        let rhs = Pieces {
            ptr: copy.ptr::<T>().cast_const(),
            image: padded as isize,
            strides: [reach[1] * reach[2] * c, reach[2] * c, c].map(|s| s as isize),
            channels: c,
            positions: geometry.output,
            step: geometry.stride,
            taps: geometry.kernel,
            tap: geometry.dilation,
        };
        for first in (0..geometry.images).step_by(some) {
            let images = some.min(geometry.images - first);
            channels_last::<T>(x, first, images, group(x, g, c), &copy, reach, c, geometry);
            let output = Scatter {
                ptr: to,
                row: k as isize,
                image: 0,
                positions: [1, taps, c],
                strides: [0, 1, taps as isize],
                bias: None,
                accumulate: first > 0,
            };
            // SAFETY: as for `pointwise`.
            unsafe { gemm(o, k, images * l, &lhs(first), &rhs, &output) };
        }
    })
}

/// Copies images with channels adjacent and zeros around them, as far as windows reach.
#[allow(clippy::too_many_arguments)]
fn channels_last<T: Entry>(
    x: &Tensor,
    first: usize,
    images: usize,
    from: *const T,
    copy: &Scratch,
    reach: [usize; 3],
    c: usize,
    geometry: &Geometry,
) {
    let s = x.strides();
    let rows = images * reach[0] * reach[1];
    // Pieces of about 64 KiB.
    let bundle = ((1 << 16) / (reach[2] * c * size_of::<T>()).max(1)).max(1);
    // Places rather than pointers, for other threads to use.
    let (from, to) = (
        Strided {
            ptr: from,
            line: s[1],
            k: s[4],
        },
        Strided {
            ptr: copy.ptr::<T>().cast_const(),
            line: 0,
            k: 0,
        },
    );
    pool::parallel_for(rows.div_ceil(bundle), |task| {
        for row in task * bundle..((task + 1) * bundle).min(rows) {
            let (y, rest) = (row % reach[1], row / reach[1]);
            let (z, n) = (rest % reach[0], rest / reach[0]);
            let inside = |d: usize, at: usize| {
                at.checked_sub(geometry.padding[d])
                    .filter(|at| *at < geometry.input[d])
            };
            let dst = to.offset((row * reach[2] * c) as isize).ptr.cast_mut();
            // SAFETY: the row's own part of the copy, and what lies inside of the image.
            unsafe {
                let (Some(z), Some(y)) = (inside(0, z), inside(1, y)) else {
                    std::slice::from_raw_parts_mut(dst, reach[2] * c).fill(T::ZERO);
                    continue;
                };
                let before = geometry.padding[2].min(reach[2]);
                let width = geometry.input[2].min(reach[2] - before);
                std::slice::from_raw_parts_mut(dst, before * c).fill(T::ZERO);
                let at = (first + n) as isize * s[0] + z as isize * s[2] + y as isize * s[3];
                from.offset(at).pack(0, c, 0, width, c, dst.add(before * c));
                let after = before + width;
                std::slice::from_raw_parts_mut(dst.add(after * c), (reach[2] - after) * c)
                    .fill(T::ZERO);
            }
        }
    });
}
