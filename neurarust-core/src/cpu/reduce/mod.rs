//! Runs a reduction over strided, mixed-dtype operands, seen through an element-wise map if there is one.
//!
//! The reduced elements of an output are cut into leaves, each leaf is folded to one number, and the numbers are
//! reduced again by the same driver: a tree with a wide fan, so that a sum of 16 million `f32` loses no more than a
//! pairwise one. The cuts depend on shapes alone, so any number of threads gives the same bits.
//!
//! Where the reduced dimension lies innermost, a leaf is a run of memory ([`Way::Along`]); where a kept one does, it is
//! a block of rows that are folded into a row ([`Way::Across`]).

mod arg;
mod kernel;

pub(crate) use arg::arg;
pub(crate) use kernel::Combine;

use super::convert::{for_each_run, load_row};
use super::kernel::{KernelFn, LANES, Params};
use super::nest::{self, Operand};
use super::pool::{self, Shared};
use crate::Tensor;
use crate::dtype::Compute;
use crate::layout::longest_strides_first;
use crate::storage::{OutOfMemory, Storage};
use kernel::{Kernels, kernels};
use smallvec::SmallVec;

/// Elements of a leaf along memory.
const LEAF: usize = 2048;
/// Columns of a leaf across memory.
const COLUMNS: usize = 1024;
/// Rows of a leaf across memory.
const ROWS: usize = 128;
/// Elements per task of the thread pool.
const TASK: usize = 32 * 1024;
/// Most operands of a mapped reduction.
const MAX_OPERANDS: usize = 4;

/// A tile buffer, wide enough for any compute type.
#[repr(align(64))]
struct Tile([u8; LEAF * 8]);

thread_local! {
    /// Tile buffers of this thread, taken out while in use. Initialised once: lanes past the end of a short run hold
    /// some number or other.
    static TILES: std::cell::Cell<Vec<Tile>> = const { std::cell::Cell::new(Vec::new()) };
}

/// Calls `f` with `count` of this thread's tiles.
#[inline]
fn with_tiles(count: usize, f: impl FnOnce(&mut [Tile])) {
    let mut tiles = TILES.take();
    if tiles.len() < count {
        tiles.resize_with(count, || Tile([0; LEAF * 8]));
    }
    f(&mut tiles);
    TILES.set(tiles);
}

/// What is reduced: the operands of one shape, and what is made of them.
pub(crate) struct Source<'a> {
    /// One operand without a map, up to four with one. The caller holds their locks.
    pub operands: SmallVec<[Operand; 4]>,
    /// The element-wise function whose values are reduced, of the compute type.
    pub map: Option<(KernelFn, &'a Params)>,
    /// The type to compute and to answer in. Not [`Compute::I32`].
    pub compute: Compute,
}

/// The shape of a run as a nest of dimensions, merged where every operand allows.
struct Nest {
    shape: SmallVec<[usize; 6]>,
    /// Per operand.
    strides: SmallVec<[SmallVec<[isize; 6]>; 2]>,
}

type Offsets = [isize; MAX_OPERANDS];

impl Nest {
    /// Of the dimensions of `shape` that `take` picks; by falling stride of the first operand if `sort`.
    fn new(
        shape: &[usize],
        operands: &[Operand],
        take: impl Fn(usize) -> bool,
        sort: bool,
    ) -> Nest {
        let mut order: SmallVec<[usize; 6]> = (0..shape.len())
            .filter(|&d| shape[d] != 1 && take(d))
            .collect();
        if sort {
            longest_strides_first(&mut order, &operands[0].strides);
        }
        let mut nest = Nest {
            shape: order.iter().map(|&d| shape[d]).collect(),
            strides: operands
                .iter()
                .map(|o| order.iter().map(|&d| o.strides[d]).collect())
                .collect(),
        };
        let mut d = nest.shape.len();
        while d >= 2 {
            d -= 1;
            let size = nest.shape[d] as isize;
            if nest.strides.iter().all(|s| s[d - 1] == s[d] * size) {
                nest.shape[d - 1] *= nest.shape[d];
                nest.shape.remove(d);
                for s in &mut nest.strides {
                    s.remove(d - 1);
                }
            }
        }
        nest
    }

    fn numel(&self) -> usize {
        self.shape.iter().product()
    }

    /// Size of the innermost dimension.
    fn inner(&self) -> usize {
        self.shape.last().copied().unwrap_or(1)
    }

    /// Stride of the innermost dimension of operand `k`, 0 if there is none.
    fn inner_stride(&self, k: usize) -> isize {
        self.strides[k].last().copied().unwrap_or(0)
    }

    fn index(&self, at: usize) -> SmallVec<[usize; 8]> {
        let mut index = SmallVec::from_elem(0, self.shape.len());
        let mut rest = at;
        for d in (0..self.shape.len()).rev() {
            index[d] = rest % self.shape[d];
            rest /= self.shape[d];
        }
        index
    }

    /// Where element `at` of the walk lies in each operand.
    fn offsets(&self, at: usize) -> Offsets {
        let mut out = [0; MAX_OPERANDS];
        let mut rest = at;
        for d in (0..self.shape.len()).rev() {
            let i = (rest % self.shape[d]) as isize;
            rest /= self.shape[d];
            for (out, strides) in out.iter_mut().zip(&self.strides) {
                *out += i * strides[d];
            }
        }
        out
    }
}

/// A reduction ready to run.
struct Job<'a> {
    source: &'a Source<'a>,
    kernels: Kernels,
    kept: Nest,
    reduced: Nest,
    /// Number of outputs.
    outputs: usize,
    /// Number of elements per output.
    count: usize,
}

/// Where the results of a run go: number `i` of leaf `l` of `leaves`.
type Target = Shared<u8>;

/// Reduces all of `inputs`, if they are contiguous, of one shape and of the compute type, and make up one leaf: what
/// [`into`] does, without looking at dimensions. `false`, and nothing done, if they aren't. The caller holds the locks;
/// `out` is fresh.
pub(crate) fn into_one(
    combine: Combine,
    map: Option<(KernelFn, &Params)>,
    compute: Compute,
    inputs: &[&Tensor],
    out: &Tensor,
) -> bool {
    let n = inputs[0].numel();
    let padded = n.next_multiple_of(LANES) * compute.size();
    let fits = |t: &Tensor| {
        t.shape() == inputs[0].shape()
            && t.dtype() == compute.dtype()
            && t.is_contiguous()
            && (map.is_none() || nest::room(t) >= padded)
    };
    if out.numel() != 1
        || !(1..=LEAF).contains(&n)
        || inputs.len() > MAX_OPERANDS
        || !inputs.iter().all(|t| fits(t))
    {
        return false;
    }
    let fold = kernels(combine, compute).fold;
    let Some((map, params)) = map else {
        // SAFETY: `n` numbers of a proven tensor, and one fresh one.
        unsafe { fold(nest::start(inputs[0]), n, nest::start(out)) };
        return true;
    };
    let mut src = [std::ptr::null::<u8>(); MAX_OPERANDS];
    for (p, t) in src.iter_mut().zip(inputs) {
        *p = nest::start(t);
    }
    with_tiles(1, |tiles| {
        let tile = tiles[0].0.as_mut_ptr();
        // SAFETY: every source has room for whole registers, and so has the tile.
        unsafe {
            map(params, src.as_ptr(), [tile].as_ptr(), n);
            fold(tile, n, nest::start(out));
        }
    });
    true
}

/// As [`run`], into a fresh row-major tensor.
pub(crate) fn into(
    combine: Combine,
    source: &Source,
    shape: &[usize],
    is_reduced: &[bool],
    out: &Tensor,
) -> Result<(), OutOfMemory> {
    // SAFETY: operands are made from proven tensors whose locks the caller holds, and `out` has just been made.
    unsafe { run(combine, source, shape, is_reduced, nest::start(out)) }
}

/// Reduces the dimensions of `shape` that `is_reduced` names by `combine`, into `out`: row-major over the others, of the
/// compute type.
///
/// # Safety
/// The operands must be valid over `shape`, and `out` writable and of nobody else.
unsafe fn run(
    combine: Combine,
    source: &Source,
    shape: &[usize],
    is_reduced: &[bool],
    out: *mut u8,
) -> Result<(), OutOfMemory> {
    let kernels = kernels(combine, source.compute);
    let kept = Nest::new(shape, &source.operands, |d| !is_reduced[d], false);
    let reduced = Nest::new(shape, &source.operands, |d| is_reduced[d], true);
    let job = Job {
        outputs: kept.numel(),
        count: reduced.numel(),
        source,
        kernels,
        kept,
        reduced,
    };
    if job.outputs == 0 {
        return Ok(());
    }
    if job.count == 0 {
        job.fill_identity(out, job.outputs);
        return Ok(());
    }
    // SAFETY: by the caller.
    unsafe {
        if job.is_along() {
            job.along(combine, out)
        } else {
            job.across(combine, out)
        }
    }
}

impl Job<'_> {
    fn size(&self) -> usize {
        self.kernels.compute.size()
    }

    fn fill_identity(&self, out: *mut u8, n: usize) {
        let size = self.size();
        for i in 0..n {
            // SAFETY: callers own `n` numbers at `out`.
            unsafe {
                std::ptr::copy_nonoverlapping(
                    self.kernels.identity.as_ptr(),
                    out.add(i * size),
                    size,
                )
            };
        }
    }

    /// Whether leaves are runs of the reduced dimensions, rather than blocks of rows.
    fn is_along(&self) -> bool {
        if self.outputs == 1 || self.count == 1 {
            return self.outputs == 1;
        }
        let (kept, reduced) = (
            self.kept.inner_stride(0).abs(),
            self.reduced.inner_stride(0).abs(),
        );
        let lies_inside = reduced < kept || kept == 0;
        (lies_inside && self.count >= 16) || self.kept.inner() < 8
    }

    /// Whether operand `k` can be read as it lies along the innermost dimension of `nest`.
    fn is_adjacent(&self, k: usize, nest: &Nest) -> bool {
        let o = &self.source.operands[k];
        o.dtype == self.kernels.compute.dtype() && (nest.inner_stride(k) == 1 || nest.inner() == 1)
    }

    unsafe fn along(&self, combine: Combine, out: *mut u8) -> Result<(), OutOfMemory> {
        let plain = self.source.map.is_none();
        let inner = self.reduced.inner();
        let by_run = (inner >= 256 || self.reduced.shape.len() <= 1)
            && (0..self.source.operands.len()).all(|k| self.is_adjacent(k, &self.reduced));
        // Leaves never cross a run that is read where it lies.
        let (span, per_span) = if by_run {
            (inner, inner.div_ceil(LEAF))
        } else {
            (self.count, self.count.div_ceil(LEAF))
        };
        let leaves = self.count / span * per_span;
        let size = self.size();
        let write = |target: Target| {
            let units = self.outputs * leaves;
            let per_task = (TASK / self.count.min(LEAF)).max(1);
            let part = |t: usize, tiles: &mut [Tile]| {
                let to = target.get();
                let (mut last, mut base) = (usize::MAX, [0; MAX_OPERANDS]);
                for unit in t * per_task..units.min((t + 1) * per_task) {
                    let (output, leaf) = (unit / leaves, unit % leaves);
                    if output != last {
                        (last, base) = (output, self.kept.offsets(output));
                    }
                    let start = leaf / per_span * span + leaf % per_span * LEAF;
                    let len = LEAF.min((leaf / per_span + 1) * span - start);
                    // SAFETY: the leaf lies within the walk, and the unit's number within the target.
                    unsafe {
                        let dst = to.add(unit * size);
                        if plain && by_run {
                            let at = base[0] + self.reduced.offsets(start)[0];
                            let o = &self.source.operands[0];
                            (self.kernels.fold)(o.ptr.offset(at * size as isize), len, dst);
                        } else {
                            let src = self.gather(&self.reduced, base, start, len, tiles);
                            (self.kernels.fold)(src, len, dst);
                        }
                    }
                }
            };
            let task = |t: usize| match plain && by_run {
                true => part(t, &mut []),
                false => with_tiles(self.source.operands.len() + 1, |tiles| part(t, tiles)),
            };
            let tasks = units.div_ceil(per_task);
            match tasks <= 2 {
                true => (0..tasks).for_each(task),
                false => pool::parallel_for(tasks, task),
            }
        };
        if leaves == 1 {
            write(Target::new(out));
            return Ok(());
        }
        let partial = Storage::new(self.outputs * leaves * size)?;
        write(Target::new(partial.as_mut_ptr()));
        let rest = self.again(&partial, [leaves as isize, 1]);
        // SAFETY: the partial results fill the buffer.
        unsafe { run(combine, &rest, &[self.outputs, leaves], &[false, true], out) }
    }

    unsafe fn across(&self, combine: Combine, out: *mut u8) -> Result<(), OutOfMemory> {
        let plain = self.source.map.is_none();
        let adjacent = (0..self.source.operands.len()).all(|k| self.is_adjacent(k, &self.kept));
        let inner = self.kept.inner();
        // Tiles never cross a run that is read where it lies.
        let by_run = adjacent && (inner >= 64 || self.kept.shape.len() <= 1);
        let (span, per_span) = if by_run {
            (inner, inner.div_ceil(COLUMNS))
        } else {
            (self.outputs, self.outputs.div_ceil(COLUMNS))
        };
        let columns = self.outputs / span * per_span;
        let leaves = self.count.div_ceil(ROWS);
        let (depth, step) = (self.reduced.inner(), self.reduced.inner_stride(0));
        let size = self.size();
        let write = |target: Target| {
            let units = columns * leaves;
            let cost = self.count.min(ROWS) * span.min(COLUMNS);
            let per_task = (TASK / cost).max(1);
            let part = |t: usize, tiles: &mut [Tile]| {
                let to = target.get();
                for unit in t * per_task..units.min((t + 1) * per_task) {
                    let (leaf, column) = (unit / columns, unit % columns);
                    let start = column / per_span * span + column % per_span * COLUMNS;
                    let len = COLUMNS.min((column / per_span + 1) * span - start);
                    // SAFETY: the tile of outputs lies within the target's row of the leaf.
                    let acc = unsafe { to.add((leaf * self.outputs + start) * size) };
                    self.fill_identity(acc, len);
                    let (mut row, end) = (leaf * ROWS, self.count.min((leaf + 1) * ROWS));
                    if plain && by_run {
                        let base = self.kept.offsets(start)[0];
                        while row < end {
                            let n = (depth - row % depth).min(end - row);
                            let at = base + self.reduced.offsets(row)[0];
                            // SAFETY: `n` rows along the innermost reduced dimension, `len` columns along the kept one.
                            unsafe {
                                let src = self.source.operands[0].ptr.offset(at * size as isize);
                                (self.kernels.rows)(src, step, n, acc, len);
                            }
                            row += n;
                        }
                    } else {
                        while row < end {
                            let base = self.reduced.offsets(row);
                            // SAFETY: the row lies within the walk.
                            unsafe {
                                let src = self.gather(&self.kept, base, start, len, tiles);
                                (self.kernels.rows)(src, 0, 1, acc, len);
                            }
                            row += 1;
                        }
                    }
                }
            };
            let task = |t: usize| match plain && by_run {
                true => part(t, &mut []),
                false => with_tiles(self.source.operands.len() + 1, |tiles| part(t, tiles)),
            };
            let tasks = units.div_ceil(per_task);
            match tasks <= 2 {
                true => (0..tasks).for_each(task),
                false => pool::parallel_for(tasks, task),
            }
        };
        if leaves == 1 {
            write(Target::new(out));
            return Ok(());
        }
        let partial = Storage::new(self.outputs * leaves * size)?;
        write(Target::new(partial.as_mut_ptr()));
        let rest = self.again(&partial, [self.outputs as isize, 1]);
        // SAFETY: the partial results fill the buffer.
        unsafe { run(combine, &rest, &[leaves, self.outputs], &[true, false], out) }
    }

    /// The partial results in `buffer` as a source of their own.
    fn again(&self, buffer: &Storage, strides: [isize; 2]) -> Source<'static> {
        Source {
            operands: SmallVec::from_iter([Operand {
                ptr: buffer.as_mut_ptr(),
                dtype: self.kernels.compute.dtype(),
                strides: SmallVec::from_slice(&strides),
                room: buffer.bytes(),
            }]),
            map: None,
            compute: self.kernels.compute,
        }
    }

    /// The numbers of `len ≤ LEAF` elements of the walk over `nest` from `start`, shifted by `base`: packed where they
    /// don't lie adjacent, and mapped.
    ///
    /// # Safety
    /// The elements must lie within the operands.
    #[inline]
    unsafe fn gather(
        &self,
        nest: &Nest,
        base: Offsets,
        start: usize,
        len: usize,
        tiles: &mut [Tile],
    ) -> *const u8 {
        let compute = self.kernels.compute;
        let size = compute.size() as isize;
        let index = nest.index(start);
        let begin = nest.offsets(start);
        let mut src = [std::ptr::null::<u8>(); MAX_OPERANDS];
        for (k, o) in self.source.operands.iter().enumerate() {
            let adjacent = self.is_adjacent(k, nest)
                && index.last().map_or(len <= 1, |&i| i + len <= nest.inner());
            let at = base[k] + begin[k];
            let reach = match self.source.map {
                Some(_) => len.next_multiple_of(LANES),
                None => len,
            } as isize;
            if adjacent && (at + reach) * size <= o.room as isize {
                // SAFETY: by the caller.
                src[k] = unsafe { o.ptr.offset(at * size) };
                continue;
            }
            let load = load_row(o.dtype, compute);
            let width = o.dtype.size() as isize;
            let tile = tiles[k].0.as_mut_ptr();
            let mut filled = 0;
            for_each_run(
                &nest.shape,
                &nest.strides[k],
                &index,
                len,
                |position, stride, n| {
                    // SAFETY: the walk stays within the operand, and the tile holds LEAF numbers.
                    unsafe {
                        load(
                            o.ptr.offset((base[k] + position) * width),
                            stride,
                            tile.offset(filled * size),
                            1,
                            n,
                        )
                    };
                    filled += n as isize;
                },
            );
            src[k] = tile;
        }
        let Some((map, params)) = self.source.map else {
            return src[0];
        };
        let out = tiles[self.source.operands.len()].0.as_mut_ptr();
        // SAFETY: every source has room for whole registers, and so has the tile.
        unsafe { map(params, src.as_ptr(), [out].as_ptr(), len) };
        out
    }
}
