//! Winograd's F(4×4, 3×3): a 3×3 convolution with a quarter of the multiplications.
//!
//! Four by four outputs of a channel depend on six by six inputs. With the matrices of Lavin and Gray ("Fast Algorithms
//! for Convolutional Neural Networks", 2015), which evaluate polynomials at 0, ±1, ±2 and ∞,
//!
//! ```text
//! y = Aᵀ [ (G w Gᵀ) ⊙ (Bᵀ x B) ] A
//! ```
//!
//! the sum over channels commutes with the transforms, so the products ⊙ over all tiles and channels are 36 products of
//! matrices, (tile, channel) by (channel, output channel): 36 multiplications instead of 144. The gradient of the input is the
//! same with filters that are turned around and have their channels swapped.
//!
//! Lanes are channels. A strip of tiles is copied with channels adjacent, transformed, multiplied, transformed back and
//! copied out while it lies in L2. Sums of numbers of different size lose digits: the largest error measured is 2.4e-5 of the
//! largest output, where the plain sum has 7e-7; and an infinity or a NaN takes its whole tile with it.

// Loops over indices: see `gemm::kernel`.
#![allow(clippy::needless_range_loop)]

use std::sync::atomic::{AtomicBool, Ordering};

use super::conv::Geometry;
use super::gemm::{Output, Pack, Scratch, Strided, gemm_alone, turn};
use super::nest::start;
use super::pool::{self, Shared};
use super::simd::{Lanes, with_isa};
use crate::real::Real;
use crate::tensor::Tensor;

static ON: AtomicBool = AtomicBool::new(true);

/// Whether 3×3 convolutions may use Winograd's algorithm.
///
/// ```
/// assert!(neurarust_core::winograd()); // on, unless `set_winograd` says otherwise
/// ```
pub fn winograd() -> bool {
    ON.load(Ordering::Relaxed)
}

/// Allows Winograd's algorithm for 3×3 convolutions of `f32` where it is faster (the default), or forbids it.
///
/// Its largest error is up to some 1e-5 of the largest output, twenty times that of the plain sum, and an infinity or a NaN
/// spreads to up to three neighbours that the definition leaves finite; so do numbers above some 1e36, which overflow on the way.
///
/// ```
/// # use neurarust_core::{ConvOptions, Tensor, set_winograd};
/// set_winograd(false);
/// let (x, w) = (Tensor::ones([1, 1, 8, 8])?, Tensor::ones([1, 1, 3, 3])?);
/// assert_eq!(x.conv2d(&w, None, &ConvOptions::new())?.to_vec::<f32>()?, [9.0; 36]);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
pub fn set_winograd(on: bool) {
    ON.store(on, Ordering::Relaxed);
}

/// Outputs of a tile along an axis, inputs it reads, and their products.
const OUT: usize = 4;
const IN: usize = 6;
const POINTS: usize = IN * IN;
/// Bytes of transformed tiles, inputs and outputs together, that a task works on.
const TASK_BYTES: usize = 1 << 20;
/// Tiles of a task at least: the filters are read anew for each.
const TASK_TILES: usize = 56;
/// Rows of the product's largest tile, with AVX-512.
const ROWS: usize = 14;

/// One convolution: x (N, C, H, W) of any strides with w (O, C, 3, 3) of any strides to y (N, O, …) row-major.
struct Plan {
    images: usize,
    channels: [usize; 2],
    input: [usize; 2],
    output: [usize; 2],
    padding: [usize; 2],
    /// Of image, channel, row and column.
    x: [isize; 4],
    /// Of output and input channel, and whether taps are turned around.
    w: [isize; 2],
    turned: bool,
}

impl Plan {
    fn tiles(&self) -> [usize; 2] {
        self.output.map(|n| n.div_ceil(OUT))
    }

    /// Tasks, and tiles of each: as many as fit L2, but at least so many that reading the filters is worth it, in whole
    /// panels of the product's rows; two tasks at least, for two threads.
    fn tasks(&self) -> (usize, usize) {
        let tiles = self.images * self.tiles()[0] * self.tiles()[1];
        let [c, o] = self.channels.map(|n| n.next_multiple_of(LANES));
        let least = if c * o >= 1 << 14 {
            2 * TASK_TILES
        } else {
            TASK_TILES
        };
        let fit = TASK_BYTES / (POINTS * (c + o) * size_of::<f32>());
        let each = fit.max(least).min(tiles.div_ceil(2)).next_multiple_of(ROWS);
        (tiles.div_ceil(each), each)
    }

    /// Whether this is expected to be faster than the plain product, by counts of cycles measured with AVX-512.
    fn pays(&self) -> bool {
        let [c, o] = self.channels.map(|n| n as f64);
        // The filters are transformed once, and read from L3 by every task.
        let filters = c * o * (18.0 + 30.0 * self.tasks().0 as f64);
        let positions = (self.images * self.output[0] * self.output[1]) as f64;
        let tiles = (self.images * self.tiles()[0] * self.tiles()[1]) as f64;
        let plain = positions * 9.0 * c * o / 27.0;
        let here = tiles * (36.0 * c * o / 24.0 + 22.0 * (c + o)) + filters;
        self.channels.iter().all(|n| *n >= 16) && tiles >= 16.0 && here < 0.95 * plain
    }
}

/// The two spatial axes of a convolution this file knows: 3×3 with stride and dilation 1, one group.
fn known(t: &Tensor, g: &Geometry) -> bool {
    winograd()
        && t.dtype() == crate::DType::F32
        && g.groups == 1
        && g.kernel == [1, 3, 3]
        && g.stride == [1; 3]
        && g.dilation == [1; 3]
        && g.input[0] == 1
        && g.output[0] == 1
        && g.padding[0] == 0
        && g.padding[1] <= 2
        && g.padding[2] <= 2
}

fn plane(t: &Tensor) -> [isize; 4] {
    let s = t.strides();
    [s[0], s[1], s[3], s[4]]
}

/// [`super::conv::forward`] if it is known and worth it; tells whether it was.
pub(super) fn forward(
    x: &Tensor,
    weight: &Tensor,
    bias: Option<&Tensor>,
    out: &Tensor,
    g: &Geometry,
) -> bool {
    if !known(x, g) {
        return false;
    }
    let [c, o] = g.channels;
    let plan = Plan {
        images: g.images,
        channels: [c, o],
        input: [g.input[1], g.input[2]],
        output: [g.output[1], g.output[2]],
        padding: [g.padding[1], g.padding[2]],
        x: plane(x),
        w: [(c * 9) as isize, 9],
        turned: false,
    };
    plan.pays() && run(&plan, x, weight, bias, out)
}

/// [`super::conv::transposed`] if it is known and worth it; tells whether it was.
pub(super) fn transposed(
    dy: &Tensor,
    weight: &Tensor,
    bias: Option<&Tensor>,
    dx: &Tensor,
    g: &Geometry,
) -> bool {
    if !known(dy, g) {
        return false;
    }
    let [c, o] = g.channels;
    let plan = Plan {
        images: g.images,
        channels: [o, c],
        input: [g.output[1], g.output[2]],
        output: [g.input[1], g.input[2]],
        padding: [2 - g.padding[1], 2 - g.padding[2]],
        x: plane(dy),
        w: [9, (c * 9) as isize],
        turned: true,
    };
    plan.pays() && run(&plan, dy, weight, bias, dx)
}

/// Channels are padded to whole registers of every instruction set.
const LANES: usize = 16;

fn run(plan: &Plan, x: &Tensor, w: &Tensor, bias: Option<&Tensor>, y: &Tensor) -> bool {
    let [c, o] = plan.channels;
    let [cp, op] = plan.channels.map(|n| n.next_multiple_of(LANES));
    let [th, tw] = plan.tiles();
    let tiles = plan.images * th * tw;

    // The filters: (point, channel, output channel). Points are not a power of two apart, which would evict each other.
    let apart = c * op + LANES;
    let buffer = Scratch::new::<f32>(POINTS * apart + op);
    let filters = Shared::new(buffer.ptr::<f32>());
    let w = Shared::new(start(w) as *const f32);
    pool::parallel_for(c.div_ceil(16), |task| {
        for channel in task * 16..(task * 16 + 16).min(c) {
            let w = w.get().wrapping_offset(channel as isize * plan.w[1]);
            // SAFETY: the channel's own part of the filters; `with_isa` asks for the machine's level.
            unsafe {
                let to = filters.get().add(channel * op);
                with_isa!(I => filter::<<I as Isa>::F32>(w, plan.w[0], plan.turned, o, op, to, apart));
            }
        }
    });

    // Behind them, the bias.
    let biases = Shared::new(buffer.ptr::<f32>().wrapping_add(POINTS * apart));
    for i in 0..op {
        let value = match bias {
            // SAFETY: one value per output channel.
            Some(b) if i < o => unsafe {
                *(start(b) as *const f32).wrapping_offset(i as isize * b.strides()[0])
            },
            _ => 0.0,
        };
        // SAFETY: inside of the scratch.
        unsafe { *biases.get().add(i) = value };
    }

    let (tasks, at_once) = plan.tasks();
    let [x, y] = [x, y].map(|t| Shared::new(start(t) as *const f32));
    pool::parallel_for(tasks, |task| {
        let (from, to) = (task * at_once, ((task + 1) * at_once).min(tiles));
        let count = to.saturating_sub(from);
        let wide = (OUT * tw.min(count) + 2) * IN * cp.max(op);
        let strip = Scratch::new::<f32>(wide);
        let [ci, co] = [cp, op].map(|n| count * n + LANES);
        let inputs = Scratch::new::<f32>(POINTS * ci);
        let products = Scratch::new::<f32>(POINTS * co);
        let (strip, inputs, products) = (
            strip.ptr::<f32>(),
            inputs.ptr::<f32>(),
            products.ptr::<f32>(),
        );
        // SAFETY: the buffers have room for this task's tiles, whose outputs are its own; see below.
        unsafe {
            for s in segments(from, to, th, tw) {
                plan.read(x.get(), &s, cp, strip);
                let to = inputs.add((s.tile - from) * cp);
                with_isa!(I => input::<<I as Isa>::F32>(strip, &s, cp, to, ci));
            }
            for point in 0..POINTS {
                let a = Strided::lhs(inputs.add(point * ci).cast_const(), cp as isize, 1);
                let b = Strided::rhs(
                    filters.get().add(point * apart).cast_const(),
                    op as isize,
                    1,
                );
                let out = Output::new(products.add(point * co), op as isize, 1);
                gemm_alone(count, op, c, &a, &b, &out);
            }
            for s in segments(from, to, th, tw) {
                let products = products.add((s.tile - from) * op);
                with_isa!(I => output::<<I as Isa>::F32>(products, co, &s, op, biases.get(), strip));
                plan.write(strip, &s, op, y.get());
            }
        }
    });
    true
}

/// Tiles next to each other.
struct Segment {
    tile: usize,
    count: usize,
    image: usize,
    /// Of the first tile, in tiles.
    row: usize,
    col: usize,
}

/// The tiles `from..to`, row by row.
fn segments(from: usize, to: usize, th: usize, tw: usize) -> impl Iterator<Item = Segment> {
    let mut tile = from;
    std::iter::from_fn(move || {
        if tile >= to {
            return None;
        }
        let (col, rest) = (tile % tw, tile / tw);
        let count = (tw - col).min(to - tile);
        let s = Segment {
            tile,
            count,
            image: rest / th,
            row: rest % th,
            col,
        };
        tile += count;
        Some(s)
    })
}

impl Plan {
    /// Copies what a segment's tiles read, (row, column, channel), with zeros outside of the image.
    ///
    /// # Safety
    /// The image must be readable, the strip writable.
    unsafe fn read(&self, x: *const f32, s: &Segment, cp: usize, strip: *mut f32) {
        let cols = OUT * s.count + 2;
        let first = (s.col * OUT) as isize - self.padding[1] as isize;
        // The columns `lo..hi` of the strip lie in the image.
        let lo = (-first).clamp(0, cols as isize) as usize;
        let hi = (self.input[1] as isize - first).clamp(lo as isize, cols as isize) as usize;
        for r in 0..IN {
            // SAFETY: inside of the strip, and of the image.
            unsafe {
                let dst = strip.add(r * cols * cp);
                let zero = |from: usize, to: usize| {
                    std::slice::from_raw_parts_mut(dst.add(from * cp), (to - from) * cp).fill(0.0);
                };
                let row = (s.row * OUT + r).checked_sub(self.padding[0]);
                let Some(row) = row.filter(|row| *row < self.input[0]) else {
                    zero(0, cols);
                    continue;
                };
                zero(0, lo);
                zero(hi, cols);
                let at = s.image as isize * self.x[0]
                    + row as isize * self.x[2]
                    + (first + lo as isize) * self.x[3];
                let from = Strided {
                    ptr: x.wrapping_offset(at),
                    line: self.x[1],
                    k: self.x[3],
                };
                from.pack(0, self.channels[0], 0, hi - lo, cp, dst.add(lo * cp));
            }
        }
    }

    /// Copies a segment's outputs, (row, column, channel), to where they belong.
    ///
    /// # Safety
    /// The strip must be readable, the output writable.
    unsafe fn write(&self, strip: *const f32, s: &Segment, op: usize, y: *mut f32) {
        let [h, w] = self.output;
        let o = self.channels[1];
        let col = s.col * OUT;
        let cols = (OUT * s.count).min(w - col);
        for r in 0..OUT.min(h - s.row * OUT) {
            let at = s.image * o * h * w + (s.row * OUT + r) * w + col;
            // SAFETY: inside of the strip, and of the output.
            unsafe {
                let src = strip.add(r * OUT * s.count * op);
                turn(src, op as isize, cols, o, h * w, y.add(at));
            }
        }
    }
}

/// `Bᵀ d`
#[inline(always)]
fn b<R: Real>(d: [R; IN]) -> [R; IN] {
    let (two, four, five) = (R::c(2.0), R::c(4.0), R::c(5.0));
    let (p, q) = (d[4] - four * d[2], d[3] - four * d[1]);
    let (r, s) = (d[4] - d[2], two * (d[3] - d[1]));
    [
        four * d[0] - five * d[2] + d[4],
        p + q,
        p - q,
        r + s,
        r - s,
        four * d[1] - five * d[3] + d[5],
    ]
}

/// `Aᵀ m`
#[inline(always)]
fn a<R: Real>(m: [R; IN]) -> [R; OUT] {
    let (two, four, eight) = (R::c(2.0), R::c(4.0), R::c(8.0));
    let (p, q) = (m[1] + m[2], m[1] - m[2]);
    let (r, s) = (m[3] + m[4], m[3] - m[4]);
    [
        m[0] + p + r,
        two.mul_add(s, q),
        four.mul_add(r, p),
        eight.mul_add(s, q) + m[5],
    ]
}

/// `G w`
#[inline(always)]
fn g<R: Real>(w: [R; 3]) -> [R; IN] {
    let (sixth, even) = (R::c(-1.0 / 6.0), w[0] + w[2]);
    let (p, q) = (
        R::c(1.0 / 24.0) * w[0] + R::c(1.0 / 6.0) * w[2],
        R::c(1.0 / 12.0) * w[1],
    );
    [
        R::c(0.25) * w[0],
        sixth * (even + w[1]),
        sixth * (even - w[1]),
        p + q,
        p - q,
        w[2],
    ]
}

/// The transformed tiles of a segment: point `i` of tile `t` is at `to + i · apart + t · cp`.
///
/// # Safety
/// The strip holds the segment, and the target has room for it.
#[inline(always)]
unsafe fn input<R: Real + Lanes<Scalar = f32>>(
    strip: *const f32,
    s: &Segment,
    cp: usize,
    to: *mut f32,
    apart: usize,
) {
    let row = (OUT * s.count + 2) * cp;
    for t in 0..s.count {
        for c in (0..cp).step_by(R::N) {
            // SAFETY: by the caller.
            unsafe {
                let src = strip.add(t * OUT * cp + c);
                let mut half = [[R::c(0.0); IN]; IN];
                for j in 0..IN {
                    let mut d = [R::c(0.0); IN];
                    for i in 0..IN {
                        d[i] = R::load(src.add(i * row + j * cp));
                    }
                    let d = b(d);
                    for i in 0..IN {
                        half[i][j] = d[i];
                    }
                }
                let dst = to.add(t * cp + c);
                for i in 0..IN {
                    let d = b(half[i]);
                    for j in 0..IN {
                        d[j].store(dst.add((i * IN + j) * apart));
                    }
                }
            }
        }
    }
}

/// The outputs of a segment from its products, with the bias, as a strip.
///
/// # Safety
/// The products hold the segment, and the strip has room for it.
#[inline(always)]
unsafe fn output<R: Real + Lanes<Scalar = f32>>(
    products: *const f32,
    apart: usize,
    s: &Segment,
    op: usize,
    bias: *const f32,
    strip: *mut f32,
) {
    let row = OUT * s.count * op;
    for t in 0..s.count {
        for c in (0..op).step_by(R::N) {
            // SAFETY: by the caller.
            unsafe {
                let src = products.add(t * op + c);
                let mut half = [[R::c(0.0); IN]; OUT];
                for j in 0..IN {
                    let mut m = [R::c(0.0); IN];
                    for i in 0..IN {
                        m[i] = R::load(src.add((i * IN + j) * apart));
                    }
                    let m = a(m);
                    for i in 0..OUT {
                        half[i][j] = m[i];
                    }
                }
                let bias = R::load(bias.add(c));
                let dst = strip.add(t * OUT * op + c);
                for i in 0..OUT {
                    let m = a(half[i]);
                    for j in 0..OUT {
                        (m[j] + bias).store(dst.add(i * row + j * op));
                    }
                }
            }
        }
    }
}

/// The transformed filters from one input channel to `o` output channels, `stride` apart: point `i` is at `to + i · apart`.
///
/// # Safety
/// The filters must be readable, and the target has room for `op` values at every point.
#[inline(always)]
unsafe fn filter<R: Real + Lanes<Scalar = f32>>(
    w: *const f32,
    stride: isize,
    turned: bool,
    o: usize,
    op: usize,
    to: *mut f32,
    apart: usize,
) {
    let mut taps = [[0f32; LANES]; 9];
    for first in (0..op).step_by(R::N) {
        // SAFETY: by the caller.
        unsafe {
            for i in 0..R::N {
                let w = w.wrapping_offset((first + i) as isize * stride);
                for t in 0..9 {
                    let at = if turned { 8 - t } else { t };
                    taps[t][i] = if first + i < o {
                        *w.wrapping_add(at)
                    } else {
                        0.0
                    };
                }
            }
            let mut half = [[R::c(0.0); 3]; IN];
            for j in 0..3 {
                let mut column = [R::c(0.0); 3];
                for i in 0..3 {
                    column[i] = R::load(taps[i * 3 + j].as_ptr());
                }
                let column = g(column);
                for i in 0..IN {
                    half[i][j] = column[i];
                }
            }
            for i in 0..IN {
                let row = g(half[i]);
                for j in 0..IN {
                    row[j].store(to.add(first + (i * IN + j) * apart));
                }
            }
        }
    }
}
