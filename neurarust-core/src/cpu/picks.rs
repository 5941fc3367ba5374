//! Reading and writing chosen elements of a strided tensor: what gather, scatter and every kind of index come down to.
//!
//! A [`Picks`] is three lists of positions, for the dimensions before, among and after the indexed ones, and a run of
//! elements at each. The packed side is row-major `[before, joint, after, run]`. Writes to one place come in the order
//! of `joint` on every number of threads: threads share out the other lists.

use super::nest::start;
use super::pool::{self, Shared};
use crate::dtype::{DType, Element};
use crate::error::OrMemory;
use crate::layout::{Layout, Shape};
use crate::ops::Reduce;
use crate::{Result, Tensor};
use half::{bf16, f16};

/// Elements per task of the thread pool.
const TASK: usize = 32 * 1024;

/// Positions in a tensor of a known layout, all of them proven to lie inside of it.
pub(crate) struct Picks {
    layout: Layout,
    before: Vec<isize>,
    joint: Vec<isize>,
    after: Vec<isize>,
    run: usize,
    stride: isize,
}

#[track_caller]
fn reserve<T>(n: usize) -> Result<Vec<T>> {
    let mut out = Vec::new();
    out.try_reserve_exact(n).or_memory("index")?;
    Ok(out)
}

/// The position of every index of `shape`, row by row.
#[track_caller]
fn positions(shape: &[usize], strides: &[isize]) -> Result<Vec<isize>> {
    let numel = shape.iter().product();
    let mut out = reserve(numel)?;
    if numel == 0 {
        // However long the other dimensions are.
        return Ok(out);
    }
    out.push(0);
    // One dimension at a time, from the back: every new index shifts what is there.
    for (&n, &s) in shape.iter().zip(strides).rev() {
        let inner = out.len();
        for i in 1..n as isize {
            for k in 0..inner {
                out.push(out[k] + i * s);
            }
        }
    }
    Ok(out)
}

impl Picks {
    /// Dimensions `first..first + indices.len()` replaced by one: its element `j` is at `indices[k][j]` of dimension
    /// `first + k`.
    ///
    /// Panics on an index out of range, which callers exclude.
    #[track_caller]
    pub fn along(layout: &Layout, first: usize, indices: &[Vec<i64>]) -> Result<Picks> {
        let (dims, strides) = (layout.shape().dims(), layout.strides());
        let last = first + indices.len();
        let count = indices.first().map_or(1, |i| i.len());
        let mut joint: Vec<isize> = reserve(count)?;
        joint.resize(count, 0);
        for (k, index) in indices.iter().enumerate() {
            let (size, stride) = (dims[first + k], strides[first + k]);
            assert_eq!(index.len(), count);
            for (slot, &i) in joint.iter_mut().zip(index) {
                assert!((i as usize) < size, "index {i} of {size}");
                *slot += i as isize * stride;
            }
        }
        // The trailing dimensions that lie like one are the run.
        let (mut run, mut stride, mut end) = (1usize, 1isize, dims.len());
        while end > last {
            let (n, s) = (dims[end - 1], strides[end - 1]);
            if n != 1 && run == 1 {
                (run, stride) = (n, s);
            } else if n != 1 && (run == 0 || s != stride * run as isize) {
                break;
            } else if n != 1 {
                run *= n;
            }
            end -= 1;
        }
        Ok(Picks {
            before: positions(&dims[..first], &strides[..first])?,
            joint,
            after: positions(&dims[last..end], &strides[last..end])?,
            run,
            stride,
            layout: layout.clone(),
        })
    }

    /// One element per element of an index of `shape`: at the same place but for dimension `dim`, which `indices` say.
    ///
    /// Panics on an index out of range, or a `shape` larger than the tensor's elsewhere, which callers exclude.
    #[track_caller]
    pub fn each(layout: &Layout, dim: usize, shape: &Shape, indices: &[i64]) -> Result<Picks> {
        let (dims, mut strides) = (layout.shape().dims(), layout.strides().to_vec());
        assert!(shape.rank() == dims.len() && shape.numel() == indices.len());
        assert!((0..dims.len()).all(|d| d == dim || shape[d] <= dims[d] || shape.numel() == 0));
        let (size, stride) = (dims[dim], strides[dim]);
        strides[dim] = 0;
        let mut joint = positions(shape, &strides)?;
        for (slot, &i) in joint.iter_mut().zip(indices) {
            assert!((i as usize) < size, "index {i} of {size}");
            *slot += i as isize * stride;
        }
        Ok(Picks {
            before: vec![0],
            joint,
            after: vec![0],
            run: 1,
            stride: 1,
            layout: layout.clone(),
        })
    }

    /// The only element of a tensor without dimensions, `count` times.
    pub fn only(layout: &Layout, count: usize) -> Picks {
        assert_eq!(layout.shape().rank(), 0);
        Picks {
            before: vec![0],
            joint: vec![0; count],
            after: vec![0],
            run: 1,
            stride: 1,
            layout: layout.clone(),
        }
    }

    /// Number of elements picked.
    fn count(&self) -> usize {
        self.before.len() * self.joint.len() * self.after.len() * self.run
    }

    /// Copies the picked elements of `src` to `out`, fresh and row-major, of the same dtype. The caller holds the lock.
    pub fn read(&self, src: &Tensor, out: &Tensor) {
        assert!(src.layout() == &self.layout && src.dtype() == out.dtype());
        assert!(out.numel() == self.count() && out.is_contiguous());
        match src.dtype().size() {
            1 => self.read_as::<u8>(start(src), start(out)),
            2 => self.read_as::<u16>(start(src), start(out)),
            4 => self.read_as::<u32>(start(src), start(out)),
            16 => self.read_as::<[u64; 2]>(start(src), start(out)),
            _ => self.read_as::<u64>(start(src), start(out)),
        }
    }

    fn read_as<T: Copy>(&self, src: *const u8, dst: *mut u8) {
        let (src, dst) = (Shared::new(src), Shared::new(dst));
        let joint = self.joint.len();
        let width = self.after.len() * self.run;
        if self.count() == 0 {
            return;
        }
        let grain = (TASK / width).max(1);
        pool::parallel_chunks(self.before.len() * joint, grain, |rows| {
            let (src, mut dst) = (src.get().cast::<T>(), dst.get().cast::<T>());
            let (mut b, mut j) = (rows.start / joint, rows.start % joint);
            // SAFETY: every position lies inside of `src` (see the constructors), and the rows of `dst` are disjoint.
            unsafe {
                dst = dst.add(rows.start * width);
                let mut left = rows.len();
                while left > 0 {
                    let n = left.min(joint - j);
                    let base = src.offset(self.before[b]);
                    for &at in &self.joint[j..j + n] {
                        let row = base.offset(at);
                        if width == 1 {
                            *dst = *row;
                        } else {
                            for (a, &after) in self.after.iter().enumerate() {
                                let (from, to) = (row.offset(after), dst.add(a * self.run));
                                if self.stride == 1 {
                                    std::ptr::copy_nonoverlapping(from, to, self.run);
                                } else {
                                    for i in 0..self.run {
                                        *to.add(i) = *from.offset(i as isize * self.stride);
                                    }
                                }
                            }
                        }
                        dst = dst.add(width);
                    }
                    left -= n;
                    (b, j) = (b + 1, 0);
                }
            }
        });
    }

    /// Copies the elements of the row-major `src` to the picked places of `dst`, which has the same dtype and doesn't
    /// overlap itself or `src`; of two to one place the later stays. The caller holds the locks.
    pub fn write(&self, dst: &Tensor, src: &Tensor) {
        match dst.dtype().size() {
            1 => self.write_as(dst, src, |d: &mut u8, s| *d = s),
            2 => self.write_as(dst, src, |d: &mut u16, s| *d = s),
            4 => self.write_as(dst, src, |d: &mut u32, s| *d = s),
            16 => self.write_as(dst, src, |d: &mut [u64; 2], s| *d = s),
            _ => self.write_as(dst, src, |d: &mut u64, s| *d = s),
        }
    }

    /// As [`Picks::write`], adding.
    pub fn add(&self, dst: &Tensor, src: &Tensor) {
        match dst.dtype() {
            DType::C64 => return self.write_as(dst, src, add_pairs::<f32>),
            DType::C128 => return self.write_as(dst, src, add_pairs::<f64>),
            _ => {}
        }
        crate::dispatch!(dst.dtype(), T => self.write_as(dst, src, |d: &mut T, s: T| *d = d.plus(s)))
    }

    /// As [`Picks::write`], combining.
    pub fn fold(&self, dst: &Tensor, src: &Tensor, reduce: Reduce) {
        crate::dispatch!(dst.dtype(), T => self.write_as(dst, src, |d: &mut T, s: T| *d = match reduce {
            Reduce::Sum | Reduce::Mean => d.plus(s),
            Reduce::Prod => d.times(s),
            // A NaN is unequal to itself, and stays.
            #[allow(clippy::eq_op, clippy::bool_comparison)] // one body for every element type
            Reduce::Amin if s < *d || s != s => s,
            #[allow(clippy::eq_op, clippy::bool_comparison)]
            Reduce::Amax if s > *d || s != s => s,
            _ => *d,
        }))
    }

    fn write_as<T: Copy>(&self, dst: &Tensor, src: &Tensor, put: impl Fn(&mut T, T) + Sync) {
        assert!(dst.layout() == &self.layout && src.dtype() == dst.dtype());
        assert!(src.numel() == self.count() && src.is_contiguous());
        assert!(dst.dtype().size() == size_of::<T>() && !dst.layout().may_overlap());
        let (from, to) = (Shared::new(start(src)), Shared::new(start(dst)));
        let joint = self.joint.len();
        let width = self.after.len() * self.run;
        if self.count() == 0 {
            return;
        }
        // Columns are shared out, so that whoever writes to a place writes all that goes there, in order.
        let columns = match self.count() > TASK {
            true => width.div_ceil(16).max(64),
            false => width,
        };
        let strips = width.div_ceil(columns);
        let task = |t: usize| {
            let (b, first) = (t / strips, t % strips * columns);
            let last = width.min(first + columns);
            // SAFETY: every position lies inside of `dst` (see the constructors), whose elements are distinct, so tasks
            // write to disjoint places; `src` holds `count` elements.
            unsafe {
                let base = to.get().cast::<T>().offset(self.before[b]);
                let mut packed = from.get().cast::<T>().cast_const().add(b * joint * width);
                for &at in &self.joint {
                    let row = base.offset(at);
                    if width == 1 {
                        put(&mut *row.offset(self.after[0]), *packed);
                    } else {
                        let mut c = first;
                        while c < last {
                            let (a, i) = (c / self.run, c % self.run);
                            let n = (self.run - i).min(last - c);
                            let row = row.offset(self.after[a] + i as isize * self.stride);
                            let values = packed.add(c);
                            if self.stride == 1 {
                                for k in 0..n {
                                    put(&mut *row.add(k), *values.add(k));
                                }
                            } else {
                                for k in 0..n {
                                    put(&mut *row.offset(k as isize * self.stride), *values.add(k));
                                }
                            }
                            c += n;
                        }
                    }
                    packed = packed.add(width);
                }
            }
        };
        let tasks = self.before.len() * strips;
        let grain = (TASK / (joint * columns)).max(1);
        pool::parallel_chunks(tasks, grain, |range| range.for_each(&task));
    }
}

/// The sum of complex numbers.
#[inline(always)]
fn add_pairs<T: std::ops::AddAssign + Copy>(d: &mut [T; 2], s: [T; 2]) {
    d[0] += s[0];
    d[1] += s[1];
}

/// Addition and multiplication as scattering means them.
trait Plus: Element {
    fn plus(self, other: Self) -> Self;
    fn times(self, other: Self) -> Self;
}
macro_rules! plus {
    ($($t:ty: ($a:ident, $b:ident) $sum:expr, $product:expr;)*) => { $(
        impl Plus for $t {
            #[inline(always)]
            fn plus(self, other: $t) -> $t { let ($a, $b) = (self, other); $sum }
            #[inline(always)]
            fn times(self, other: $t) -> $t { let ($a, $b) = (self, other); $product }
        }
    )* };
}
plus! {
    f32: (a, b) a + b, a * b; f64: (a, b) a + b, a * b;
    u8: (a, b) a.wrapping_add(b), a.wrapping_mul(b); i8: (a, b) a.wrapping_add(b), a.wrapping_mul(b);
    i16: (a, b) a.wrapping_add(b), a.wrapping_mul(b); i32: (a, b) a.wrapping_add(b), a.wrapping_mul(b);
    i64: (a, b) a.wrapping_add(b), a.wrapping_mul(b); bool: (a, b) a | b, a & b;
    f16: (a, b) f16::from_f32(a.to_f32() + b.to_f32()), f16::from_f32(a.to_f32() * b.to_f32());
    bf16: (a, b) bf16::from_f32(a.to_f32() + b.to_f32()), bf16::from_f32(a.to_f32() * b.to_f32());
}
