//! Depthwise convolutions: one filter per channel, too little arithmetic for a product of matrices.
//!
//! A row of outputs is a sum of a few rows of inputs times one number each. A plane is copied with zeros around it, and its
//! columns dealt out by their remainder by the stride, so that what a tap reads for neighbouring outputs is adjacent.

// Loops over indices: see `gemm::kernel`.
#![allow(clippy::needless_range_loop)]

use smallvec::SmallVec;

use super::conv::Geometry;
use super::gemm::Scratch;
use super::nest::start;
use super::pool::{self, Shared};
use super::simd::{Lanes, with_isa};
use crate::real::Real;
use crate::tensor::Tensor;

/// The widest register.
const LANES: usize = 16;
/// Multiply-adds per task, about.
const TASK_WORK: usize = 1 << 17;

/// Sizes of one plane and its filter, rows first.
struct Plane {
    images: usize,
    channels: usize,
    input: [usize; 2],
    output: [usize; 2],
    kernel: [usize; 2],
    stride: [usize; 2],
    padding: [usize; 2],
    dilation: [usize; 2],
    /// Rows and columns of the padded input; columns of one remainder.
    rows: usize,
    cols: usize,
    /// Columns of the padded output gradient, and zeros before the first one.
    out_cols: usize,
    before: usize,
    /// The remainder of the column that each tap reads, and its place among those.
    columns: SmallVec<[(usize, usize); 8]>,
}

/// The geometry if it is one this file knows.
fn plane(t: &Tensor, g: &Geometry) -> Option<Plane> {
    let flat = g.kernel[0] == 1 && g.input[0] == 1 && g.output[0] == 1 && g.padding[0] == 0;
    if t.dtype() != crate::DType::F32
        || g.channels != [1, 1]
        || g.groups == 1
        || !flat
        || g.output.contains(&0)
    {
        return None;
    }
    let two = |a: [usize; 3]| [a[1], a[2]];
    let (output, kernel, stride, dilation) =
        (two(g.output), two(g.kernel), two(g.stride), two(g.dilation));
    let reach = (kernel[1] - 1) * dilation[1];
    let whole = output[1].next_multiple_of(2 * LANES);
    let plane = Plane {
        images: g.images,
        channels: g.groups,
        input: two(g.input),
        output,
        kernel,
        stride,
        padding: two(g.padding),
        dilation,
        rows: (output[0] - 1) * stride[0] + (kernel[0] - 1) * dilation[0] + 1,
        cols: whole + reach / stride[1] + 1,
        before: reach / stride[1],
        columns: (0..kernel[1].min(64))
            .map(|kx| (kx * dilation[1] % stride[1], kx * dilation[1] / stride[1]))
            .collect(),
        out_cols: whole
            + 2 * (reach / stride[1])
            + (g.input[2] + g.padding[2]) / stride[1]
            + 2 * LANES,
    };
    // Paddings too wide to be written down, and filters too large, are left to the product.
    let room = 16 * (g.input[1] * g.input[2] + g.output[1] * g.output[2]) + (1 << 14);
    let size = plane.rows.checked_mul(plane.cols)?.checked_mul(stride[1])?;
    let fits = size <= room && output[0].checked_mul(plane.out_cols)? <= room;
    (fits && kernel[0] * kernel[1] <= 64).then_some(plane)
}

fn shared(t: &Tensor) -> Shared<f32> {
    Shared::new(start(t) as *const f32)
}

/// What a row of results adds up: rows and their factors.
type Taps = SmallVec<[(*const f32, f32); 16]>;

/// `out[j] = bias + Σ factor · row[j]` for `j < len`, where the rows reach on to whole pairs of registers. What lies behind up
/// to `room` may be overwritten.
///
/// # Safety
/// As said; `len <= room`.
#[inline(always)]
unsafe fn sum<R: Real + Lanes<Scalar = f32>>(
    taps: &[(*const f32, f32)],
    bias: f32,
    out: *mut f32,
    len: usize,
    room: usize,
) {
    let mut j = 0;
    while j < len {
        let (mut a, mut b) = (R::c(bias as f64), R::c(bias as f64));
        // SAFETY: by the caller.
        unsafe {
            for t in 0..taps.len() {
                let (row, factor) = taps[t];
                let factor = R::c(factor as f64);
                a = factor.mul_add(R::load(row.add(j)), a);
                b = factor.mul_add(R::load(row.add(j + R::N)), b);
            }
            if j + 2 * R::N <= room {
                a.store(out.add(j));
                b.store(out.add(j + R::N));
            } else {
                let mut last = [0f32; 2 * LANES];
                a.store(last.as_mut_ptr());
                b.store(last.as_mut_ptr().add(R::N));
                std::ptr::copy_nonoverlapping(last.as_ptr(), out.add(j), len.min(j + 2 * R::N) - j);
            }
        }
        j += 2 * R::N;
    }
}

/// `sums[t] += Σ y[j] · x[t][j]` of two planes' rows: `rows` rows of `len`, `from[0]` and `from[1]` apart.
///
/// # Safety
/// The rows must be readable to the end of their last register.
#[inline(always)]
unsafe fn dots<R: Real + Lanes<Scalar = f32>, const N: usize>(
    y: *const f32,
    x: [*const f32; N],
    rows: usize,
    len: usize,
    from: [usize; 2],
    sums: &mut [f32],
) {
    let mut acc = [R::c(0.0); N];
    let (zero, whole) = (R::c(0.0), len / R::N * R::N);
    // Which lanes of the last register count: others hold what these taps don't see, perhaps an infinity.
    let mut lane = [0f32; LANES];
    for i in 0..LANES {
        lane[i] = i as f32;
    }
    // SAFETY: the buffer holds the widest register.
    let counts = unsafe { R::load(lane.as_ptr()) }.lt(R::c((len - whole) as f64));
    for r in 0..rows {
        let mut j = 0;
        while j < len {
            // SAFETY: by the caller.
            unsafe {
                let y = R::load(y.add(r * from[0] + j));
                for t in 0..N {
                    let mut seen = R::load(x[t].add(r * from[1] + j));
                    if j == whole {
                        seen = R::select(counts, seen, zero);
                    }
                    acc[t] = y.mul_add(seen, acc[t]);
                }
            }
            j += R::N;
        }
    }
    for t in 0..N {
        sums[t] += acc[t].sum_lanes();
    }
}

impl Plane {
    fn planes(&self) -> usize {
        self.images * self.channels
    }

    fn taps(&self) -> usize {
        self.kernel[0] * self.kernel[1]
    }

    /// Planes per task.
    fn bundle(&self) -> usize {
        let work = self.output[0] * self.output[1] * self.taps();
        (TASK_WORK / work.max(1)).max(1)
    }

    fn column(&self, kx: usize) -> (usize, usize) {
        self.columns[kx]
    }

    /// Copies an input: (remainder of the column, row, column).
    ///
    /// # Safety
    /// The plane must be readable, the copy writable.
    unsafe fn pad_input(&self, x: *const f32, [row, col]: [isize; 2], copy: *mut f32) {
        let step = self.stride[1];
        for r in 0..step {
            // Columns `lo..hi` lie in the image.
            let lo = self.padding[1]
                .saturating_sub(r)
                .div_ceil(step)
                .min(self.cols);
            let hi = (self.input[1] + self.padding[1])
                .saturating_sub(r)
                .div_ceil(step);
            let hi = hi.clamp(lo, self.cols);
            for y in 0..self.rows {
                // SAFETY: the row's own part of the copy.
                let to = unsafe {
                    std::slice::from_raw_parts_mut(
                        copy.add((r * self.rows + y) * self.cols),
                        self.cols,
                    )
                };
                let inside = y
                    .checked_sub(self.padding[0])
                    .filter(|y| *y < self.input[0]);
                let Some(y) = inside else {
                    to.fill(0.0);
                    continue;
                };
                to[..lo].fill(0.0);
                to[hi..].fill(0.0);
                let first = (lo * step + r) as isize - self.padding[1] as isize;
                let src = x.wrapping_offset(y as isize * row + first * col);
                // SAFETY: inside of the image.
                unsafe {
                    if step == 1 && col == 1 {
                        std::ptr::copy_nonoverlapping(src, to.as_mut_ptr().add(lo), hi - lo);
                    } else {
                        for (i, to) in to[lo..hi].iter_mut().enumerate() {
                            *to = *src.wrapping_offset((i * step) as isize * col);
                        }
                    }
                }
            }
        }
    }

    /// Copies an output gradient with zeros before and behind.
    ///
    /// # Safety
    /// The plane must be readable, the copy writable.
    unsafe fn pad_output(&self, y: *const f32, [row, col]: [isize; 2], copy: *mut f32) {
        for r in 0..self.output[0] {
            // SAFETY: the row's own part of the copy, and inside of the plane.
            unsafe {
                let to = std::slice::from_raw_parts_mut(copy.add(r * self.out_cols), self.out_cols);
                to.fill(0.0);
                let src = y.wrapping_offset(r as isize * row);
                for (i, to) in to[self.before..self.before + self.output[1]]
                    .iter_mut()
                    .enumerate()
                {
                    *to = *src.wrapping_offset(i as isize * col);
                }
            }
        }
    }
}

/// The bias of channel `c`, 0 without one.
///
/// # Safety
/// The bias must have that channel, and be readable.
unsafe fn bias_of(bias: Option<(Shared<f32>, isize)>, c: usize) -> f32 {
    // SAFETY: by the caller.
    bias.map_or(0.0, |(b, stride)| unsafe {
        *b.get().wrapping_offset(c as isize * stride)
    })
}

/// [`super::conv::forward`] if it is known; tells whether it was.
pub(super) fn forward(
    x: &Tensor,
    weight: &Tensor,
    bias: Option<&Tensor>,
    out: &Tensor,
    g: &Geometry,
) -> bool {
    let Some(p) = plane(x, g) else { return false };
    let s: [isize; 5] = std::array::from_fn(|d| x.strides()[d]);
    let bias = bias.map(|b| (shared(b), b.strides()[0]));
    let [x, weight, out] = [x, weight, out].map(shared);
    let [oh, ow] = p.output;
    pool::parallel_for(p.planes().div_ceil(p.bundle()), |task| {
        let [x, weight, out] = [x, weight, out].map(Shared::get);
        let copy = Scratch::new::<f32>(p.stride[1] * p.rows * p.cols);
        let copy = copy.ptr::<f32>();
        for i in task * p.bundle()..((task + 1) * p.bundle()).min(p.planes()) {
            let (n, c) = (i / p.channels, i % p.channels);
            // SAFETY: layouts are proven and fit the geometry, the output is fresh, the caller holds the locks.
            unsafe {
                let x = x.wrapping_offset(n as isize * s[0] + c as isize * s[1]);
                p.pad_input(x, [s[3], s[4]], copy);
                let weight = weight.add(c * p.taps());
                let (out, bias) = (out.add(i * oh * ow), bias_of(bias, c));
                let mut taps = Taps::new();
                for y in 0..oh {
                    taps.clear();
                    for ky in 0..p.kernel[0] {
                        let row = y * p.stride[0] + ky * p.dilation[0];
                        for kx in 0..p.kernel[1] {
                            let (r, at) = p.column(kx);
                            let row = copy.add((r * p.rows + row) * p.cols + at).cast_const();
                            taps.push((row, *weight.add(ky * p.kernel[1] + kx)));
                        }
                    }
                    let to = out.add(y * ow);
                    with_isa!(I => sum::<<I as Isa>::F32>(&taps, bias, to, ow, (oh - y) * ow));
                }
            }
        }
    });
    true
}

/// [`super::conv::transposed`] if it is known; tells whether it was.
pub(super) fn transposed(
    dy: &Tensor,
    weight: &Tensor,
    bias: Option<&Tensor>,
    dx: &Tensor,
    g: &Geometry,
) -> bool {
    let Some(p) = plane(dy, g) else { return false };
    let s: [isize; 5] = std::array::from_fn(|d| dy.strides()[d]);
    let bias = bias.map(|b| (shared(b), b.strides()[0]));
    let [dy, weight, dx] = [dy, weight, dx].map(shared);
    let [h, w] = p.input;
    let step = p.stride[1];
    pool::parallel_for(p.planes().div_ceil(p.bundle()), |task| {
        let [dy, weight, dx] = [dy, weight, dx].map(Shared::get);
        let copy = Scratch::new::<f32>(p.output[0] * p.out_cols + w + 2 * LANES);
        let copy = copy.ptr::<f32>();
        let line = copy.wrapping_add(p.output[0] * p.out_cols);
        for i in task * p.bundle()..((task + 1) * p.bundle()).min(p.planes()) {
            let (n, c) = (i / p.channels, i % p.channels);
            // SAFETY: as for `forward`.
            unsafe {
                let dy = dy.wrapping_offset(n as isize * s[0] + c as isize * s[1]);
                p.pad_output(dy, [s[3], s[4]], copy);
                let weight = weight.add(c * p.taps());
                let (dx, bias) = (dx.add(i * h * w), bias_of(bias, c));
                let mut taps = Taps::new();
                for y in 0..h {
                    for r in 0..step {
                        // The columns of this remainder (of the padded image), from `first` on.
                        let q = p.padding[1].saturating_sub(r).div_ceil(step);
                        let first = q * step + r - p.padding[1];
                        if first >= w {
                            continue;
                        }
                        let count = (w - first).div_ceil(step);
                        taps.clear();
                        for ky in 0..p.kernel[0] {
                            let row = (y + p.padding[0]).checked_sub(ky * p.dilation[0]);
                            let row = row.filter(|row| row % p.stride[0] == 0);
                            let row = row.map(|row| row / p.stride[0]);
                            let Some(row) = row.filter(|row| *row < p.output[0]) else {
                                continue;
                            };
                            for kx in 0..p.kernel[1] {
                                let (remainder, at) = p.column(kx);
                                if remainder == r {
                                    // Column q reads output q - at; what lies far behind the last one is zero.
                                    let from = q + p.before - at;
                                    let row =
                                        copy.add(row * p.out_cols).wrapping_add(from).cast_const();
                                    taps.push((row, *weight.add(ky * p.kernel[1] + kx)));
                                }
                            }
                        }
                        let to = dx.add(y * w);
                        if step == 1 {
                            with_isa!(I => sum::<<I as Isa>::F32>(&taps, bias, to, w, (h - y) * w));
                        } else {
                            with_isa!(I => sum::<<I as Isa>::F32>(&taps, bias, line, count, count + 2 * LANES));
                            for j in 0..count {
                                *to.add(first + j * step) = *line.add(j);
                            }
                        }
                    }
                }
            }
        }
    });
    true
}

/// [`super::conv::weight_gradient`] if it is known; tells whether it was.
pub(super) fn weight_gradient(dy: &Tensor, x: &Tensor, dw: &Tensor, g: &Geometry) -> bool {
    let Some(p) = plane(x, g) else { return false };
    let s: [isize; 5] = std::array::from_fn(|d| x.strides()[d]);
    let [dy, x, dw] = [dy, x, dw].map(shared);
    let [oh, ow] = p.output;
    let taps = p.taps();
    pool::parallel_for(p.channels, |c| {
        let [dy, x, dw] = [dy, x, dw].map(Shared::get);
        let copy = Scratch::new::<f32>(p.stride[1] * p.rows * p.cols + oh * p.out_cols);
        let copy = copy.ptr::<f32>();
        let padded = copy.wrapping_add(p.stride[1] * p.rows * p.cols);
        let mut sums: SmallVec<[f32; 64]> = SmallVec::from_elem(0.0, taps);
        for n in 0..p.images {
            // SAFETY: as for `forward`.
            unsafe {
                let x = x.wrapping_offset(n as isize * s[0] + c as isize * s[1]);
                p.pad_input(x, [s[3], s[4]], copy);
                p.pad_output(
                    dy.add((n * p.channels + c) * oh * ow),
                    [ow as isize, 1],
                    padded,
                );
                let y = padded.add(p.before).cast_const();
                let from = [p.out_cols, p.stride[0] * p.cols];
                let row = |t: usize| {
                    let (r, at) = p.column(t % p.kernel[1]);
                    let y = t / p.kernel[1] * p.dilation[0];
                    copy.wrapping_add((r * p.rows + y) * p.cols + at)
                        .cast_const()
                };
                let mut t = 0;
                while t + 3 <= taps {
                    let x = [row(t), row(t + 1), row(t + 2)];
                    with_isa!(I => dots::<<I as Isa>::F32, 3>(y, x, oh, ow, from, &mut sums[t..]));
                    t += 3;
                }
                while t < taps {
                    with_isa!(I => dots::<<I as Isa>::F32, 1>(y, [row(t)], oh, ow, from, &mut sums[t..]));
                    t += 1;
                }
            }
        }
        for (t, sum) in sums.iter().enumerate() {
            // SAFETY: the channel's own filter.
            unsafe { *dw.add(c * taps + t) = *sum };
        }
    });
    true
}
