//! Runs a tile kernel over strided, broadcast, mixed-dtype operands.
//!
//! Dimensions are reordered by the output's strides and merged where every operand allows; what remains is walked in
//! tiles of [`TILE`] consecutive elements. An operand that is contiguous in that order and of the compute type is
//! handed to the kernel as it lies; any other is packed into (or unpacked from) a tile that stays in the L1 cache.
//! Work is split between threads at fixed places, so that the same bits come out for any number of threads.

use super::convert::{for_each_run, load_row, store_row};
use super::kernel::{KernelFn, LANES, Params};
use super::pool;
use crate::dtype::{Compute, DType};
use crate::layout::{Shape, longest_strides_first};
use crate::tensor::Tensor;
use smallvec::SmallVec;

/// Elements per tile.
pub const TILE: usize = 1024;

/// Elements per task of the thread pool.
const TASK: usize = 32 * TILE;

/// Most operands of one kernel, outputs included.
pub const MAX_OPERANDS: usize = 12;

/// Where an operand lies, seen through the shape of the whole operation. Made from tensors only, whose layouts are
/// proven; valid as long as they live, which the callers' borrows see to.
#[derive(Clone)]
pub(crate) struct Operand {
    /// Its first element.
    pub(super) ptr: *mut u8,
    /// Its element type.
    pub(super) dtype: DType,
    /// One stride per dimension of the operation, in elements; 0 where it is broadcast.
    pub(super) strides: SmallVec<[isize; 6]>,
    /// Bytes that may be touched from `ptr` onwards without leaving the buffer or, for an output, harming a neighbour.
    pub(super) room: usize,
}

impl Operand {
    /// `t` as an input or as a fresh output of a run over `shape`, which it broadcasts to.
    pub fn new(t: &Tensor, shape: &Shape) -> Operand {
        let strides = match t.shape() == shape {
            true => SmallVec::from_slice(t.strides()),
            false => SmallVec::from_slice(t.layout().expand(shape).strides()),
        };
        Operand {
            ptr: start(t),
            dtype: t.dtype(),
            strides,
            room: room(t),
        }
    }

    /// `t` as the output of an in-place run: unless it fills its buffer, what lies behind its last element may be
    /// somebody else's.
    pub fn in_place(t: &Tensor) -> Operand {
        let fills = t.numel() * t.dtype().size() == t.storage().bytes();
        let operand = Operand::new(t, t.shape());
        Operand {
            room: if fills { operand.room } else { 0 },
            ..operand
        }
    }
}

/// The first element.
#[inline]
pub(crate) fn start(t: &Tensor) -> *mut u8 {
    // wrapping: an empty tensor's offset may lie outside of the buffer, and is never read.
    t.storage()
        .as_mut_ptr()
        .wrapping_add(t.layout().offset() * t.dtype().size())
}

/// Bytes that may be read from the first element onwards.
#[inline]
pub(super) fn room(t: &Tensor) -> usize {
    let storage = t.storage();
    let end = if storage.padded() {
        storage.bytes().next_multiple_of(64)
    } else {
        storage.bytes()
    };
    end.saturating_sub(t.layout().offset() * t.dtype().size())
}

// SAFETY: an operand is a description; who runs it holds the locks of the buffers.
unsafe impl Send for Operand {}
// SAFETY: as above.
unsafe impl Sync for Operand {}

/// The operands of one run, outputs after inputs, over a merged shape.
pub(super) struct Nest {
    pub(super) shape: SmallVec<[usize; 6]>,
    pub(super) operands: SmallVec<[Operand; 4]>,
    inputs: usize,
}

impl Nest {
    pub(super) fn new(shape: &[usize], operands: SmallVec<[Operand; 4]>, inputs: usize) -> Nest {
        let mut nest = Nest {
            shape: SmallVec::new(),
            operands,
            inputs,
        };
        let mut order: SmallVec<[usize; 6]> = (0..shape.len()).filter(|&d| shape[d] != 1).collect();
        // The first output decides the order of the walk, so that writes are as sequential as they can be.
        longest_strides_first(&mut order, &nest.operands[inputs].strides);
        for operand in &mut nest.operands {
            operand.strides = order.iter().map(|&d| operand.strides[d]).collect();
        }
        nest.shape = order.iter().map(|&d| shape[d]).collect();
        // Merge neighbours from the back.
        let mut d = nest.shape.len();
        while d >= 2 {
            d -= 1;
            let size = nest.shape[d] as isize;
            if nest
                .operands
                .iter()
                .all(|o| o.strides[d - 1] == o.strides[d] * size)
            {
                nest.shape[d - 1] *= nest.shape[d];
                nest.shape.remove(d);
                for operand in &mut nest.operands {
                    operand.strides.remove(d - 1);
                }
            }
        }
        nest
    }

    /// Whether operand `k` is contiguous along the whole walk.
    fn is_direct(&self, k: usize, compute_size: usize, matches: bool) -> bool {
        let o = &self.operands[k];
        let total: usize = self.shape.iter().product();
        let dense = match self.shape.len() {
            0 => true,
            _ => {
                let mut step = 1isize;
                self.shape.iter().zip(&o.strides).rev().all(|(&n, &s)| {
                    let fits = s == step;
                    step *= n as isize;
                    fits
                })
            }
        };
        matches
            && dense
            && (total.is_multiple_of(LANES)
                || o.room >= total.next_multiple_of(LANES) * compute_size)
    }
}

/// How one operand meets the kernel.
#[derive(Clone, Copy, PartialEq)]
enum Way {
    /// As it lies, this many bytes per element.
    Direct(usize),
    /// One value for every element: packed once.
    Splat,
    /// Packed tile by tile.
    Packed,
}

thread_local! {
    /// Tile buffers of this thread, taken out while in use. Initialised once: lanes past the end of a short tile hold
    /// some number or other.
    static TILES: std::cell::Cell<Vec<Tile>> = const { std::cell::Cell::new(Vec::new()) };
}

/// A tile buffer, wide enough for any compute type.
#[repr(align(64))]
struct Tile([u8; TILE * 8]);

/// This thread's tiles, at least `count`; whoever takes them puts them back.
#[inline]
fn take_tiles(count: usize) -> Vec<Tile> {
    let mut tiles = TILES.take();
    if tiles.len() < count {
        tiles.resize_with(count, || Tile([0; TILE * 8]));
    }
    tiles
}

/// Whether `t` can be an input of [`run_simple`] over `shape`: contiguous and of type `dtype`, or a single number.
#[inline]
pub(crate) fn is_simple(t: &Tensor, shape: &Shape, dtype: DType) -> bool {
    (t.shape() == shape && t.dtype() == dtype && t.is_contiguous())
        || (t.numel() == 1 && t.rank() <= shape.rank() && shape.numel() <= TILE)
}

/// Runs `kernel` on inputs that [`is_simple`] says yes to, with the caller's thread; `out` is contiguous and may be
/// written in whole registers. `false`, and nothing done, if they aren't that simple, or so large that threads would pay.
#[inline]
pub(crate) fn run_simple(
    kernel: KernelFn,
    params: &Params,
    compute: Compute,
    inputs: &[&Tensor],
    out: &Tensor,
) -> bool {
    let n = out.numel();
    if n > TASK || inputs.len() > MAX_OPERANDS {
        return false;
    }
    let padded = n.next_multiple_of(LANES);
    let mut src = [std::ptr::null::<u8>(); MAX_OPERANDS];
    let mut numbers = 0;
    let is_number = |t: &Tensor| t.numel() != n || t.dtype() != compute.dtype();
    for (p, t) in src.iter_mut().zip(inputs) {
        if is_number(t) {
            numbers += 1;
        } else if room(t) < padded * t.dtype().size() {
            return false;
        }
        *p = start(t);
    }
    let dst = [start(out)];
    if numbers == 0 {
        // SAFETY: inputs have room for whole registers, and so has the output.
        unsafe { kernel(params, src.as_ptr(), dst.as_ptr(), n) };
        return true;
    }
    let mut tiles = take_tiles(numbers);
    let mut free = tiles.iter_mut();
    for (p, t) in src.iter_mut().zip(inputs).filter(|(_, t)| is_number(t)) {
        if let Some(tile) = free.next() {
            let tile = tile.0.as_mut_ptr();
            // SAFETY: one readable element fills as much of the tile as the kernel reads.
            unsafe { load_row(t.dtype(), compute)(*p, 0, tile, 1, padded.min(TILE)) };
            *p = tile;
        }
    }
    // SAFETY: as above, and tiles hold as many elements as a number is spread over.
    unsafe { kernel(params, src.as_ptr(), dst.as_ptr(), n) };
    TILES.set(tiles);
    true
}

/// Writes `source`, converted, over `target`, if both are contiguous, of one shape and one step of conversion apart. The
/// caller holds the locks.
pub(crate) fn run_cast(source: &Tensor, target: &Tensor) -> bool {
    let (from, to) = (source.dtype(), target.dtype());
    let compute = from.compute();
    let simple = source.shape() == target.shape()
        && source.is_contiguous()
        && target.is_contiguous()
        && source.storage().id() != target.storage().id();
    let row = match () {
        _ if !simple => return false,
        _ if from == compute.dtype() => store_row(compute, to),
        _ if to == compute.dtype() => load_row(from, compute),
        _ => return false,
    };
    let operands = [source, target].map(|t| Operand::new(t, t.shape()));
    pool::parallel_chunks(source.numel(), TASK, |range| {
        let [src, dst] = &operands;
        let src = src.ptr.wrapping_add(range.start * from.size());
        let dst = dst.ptr.wrapping_add(range.start * to.size());
        // SAFETY: both are proven to be dense and lie in buffers of their own; ranges are disjoint.
        unsafe { row(src, 1, dst, 1, range.len()) };
    });
    true
}

/// A run: `kernel` over `shape`. The operands are the inputs, then the outputs; `compute` is the type of every tile but
/// the outputs of a comparison, which are `bool` (`out_bool`).
///
/// An output may overlap an input only if both lie the same; outputs must not overlap themselves or each other. The
/// caller holds the locks.
pub(crate) struct Job<'a> {
    pub kernel: KernelFn,
    pub params: &'a Params,
    pub compute: Compute,
    pub out_bool: bool,
    pub shape: &'a Shape,
    pub inputs: usize,
    /// Which of the kernel's outputs the given ones are, if not the first ones; the others are skipped.
    pub slots: Option<&'a [usize]>,
}

/// A job whose operands have been looked at: ready to run in parts.
pub(crate) struct Plan<'a> {
    kernel: KernelFn,
    params: &'a Params,
    compute: Compute,
    out_bool: bool,
    nest: Nest,
    ways: SmallVec<[Way; 8]>,
    slots: SmallVec<[usize; 4]>,
    total: usize,
}

impl<'a> Plan<'a> {
    /// Looks at the operands.
    pub fn new(job: &Job<'a>, operands: SmallVec<[Operand; 4]>) -> Plan<'a> {
        let &Job {
            kernel,
            params,
            compute,
            out_bool,
            shape,
            inputs,
            slots,
        } = job;
        assert!(
            operands.len() <= MAX_OPERANDS,
            "{} operands",
            operands.len()
        );
        let nest = Nest::new(shape, operands, inputs);
        let slots: SmallVec<[usize; 4]> = match slots {
            Some(slots) => SmallVec::from_slice(slots),
            None => (0..nest.operands.len() - inputs).collect(),
        };
        let ways = (0..nest.operands.len())
            .map(|k| {
                let o = &nest.operands[k];
                let (size, matches) = match k >= inputs && out_bool {
                    true => (1, o.dtype == DType::Bool),
                    false => (compute.size(), o.dtype == compute.dtype()),
                };
                if nest.is_direct(k, size, matches) {
                    Way::Direct(size)
                } else if k < inputs && o.strides.iter().all(|&s| s == 0) {
                    Way::Splat
                } else {
                    Way::Packed
                }
            })
            .collect();
        Plan {
            kernel,
            params,
            compute,
            out_bool,
            nest,
            ways,
            slots,
            total: shape.numel(),
        }
    }

    fn tasks(&self) -> usize {
        self.total.div_ceil(TASK)
    }

    fn run_task(&self, t: usize) {
        // SAFETY: operands are proven tensors, and tasks cover disjoint ranges of the walk.
        unsafe { self.run_range(t * TASK, self.total.min((t + 1) * TASK)) }
    }
}

/// Runs the job.
pub(crate) fn run(job: &Job, operands: SmallVec<[Operand; 4]>) {
    run_all(&[Plan::new(job, operands)]);
}

/// Runs several jobs on disjoint outputs, entering the thread pool once.
pub(crate) fn run_all(plans: &[Plan]) {
    let tasks: usize = plans.iter().map(Plan::tasks).sum();
    if tasks <= 2 {
        return plans
            .iter()
            .for_each(|plan| (0..plan.tasks()).for_each(|t| plan.run_task(t)));
    }
    // Where each plan's tasks begin.
    let starts: SmallVec<[usize; 8]> = plans
        .iter()
        .scan(0, |at, plan| {
            let start = *at;
            *at += plan.tasks();
            Some(start)
        })
        .collect();
    pool::parallel_for(tasks, |t| {
        let i = starts.partition_point(|&s| s <= t) - 1;
        plans[i].run_task(t - starts[i]);
    });
}

impl Plan<'_> {
    /// The elements `start..end` of the walk.
    ///
    /// # Safety
    /// Every operand must be valid over the nest's shape by its strides; nobody else runs an overlapping range.
    unsafe fn run_range(&self, start: usize, end: usize) {
        let Plan {
            nest,
            ways,
            slots,
            kernel,
            params,
            compute,
            out_bool,
            ..
        } = self;
        let (kernel, compute, out_bool) = (*kernel, *compute, *out_bool);
        let count = nest.operands.len();
        let mut src = [std::ptr::null::<u8>(); MAX_OPERANDS];
        let mut dst = [std::ptr::null_mut::<u8>(); MAX_OPERANDS];
        let all_direct = ways.iter().all(|w| matches!(w, Way::Direct(_)));
        let packed = ways.iter().filter(|w| !matches!(w, Way::Direct(_))).count();
        let mut tiles = take_tiles(packed);
        let rank = nest.shape.len();
        // Where the innermost dimension is long, tiles end with it, so that what lies adjacent along it needs no packing.
        let inner = nest.shape.last().copied().unwrap_or(1);
        let by_row = inner.is_multiple_of(LANES) && inner >= 128;
        let mut at = start;
        let mut index: SmallVec<[usize; 8]> = SmallVec::from_elem(0, rank);
        let mut first = true;
        while at < end {
            let len = match (all_direct, by_row) {
                (true, _) => end - at,
                (false, true) => TILE.min(inner - at % inner).min(end - at),
                _ => TILE.min(end - at),
            };
            if packed > 0 {
                let mut rest = at;
                for d in (0..rank).rev() {
                    index[d] = rest % nest.shape[d];
                    rest /= nest.shape[d];
                }
            }
            let mut next_tile = 0;
            for k in 0..count {
                let o = &nest.operands[k];
                let p = match ways[k] {
                    // SAFETY: `at` lies within the operand.
                    Way::Direct(size) => unsafe { o.ptr.add(at * size) },
                    Way::Packed
                        if by_row
                            && k < nest.inputs
                            && o.strides[rank - 1] == 1
                            && o.dtype == compute.dtype() =>
                    {
                        next_tile += 1;
                        let place = index.iter().zip(&o.strides);
                        let at: isize = place.map(|(&i, &s)| i as isize * s).sum();
                        // SAFETY: a stretch of one row, of whole registers.
                        unsafe { o.ptr.offset(at * compute.size() as isize) }
                    }
                    way => {
                        let tile = tiles[next_tile].0.as_mut_ptr();
                        next_tile += 1;
                        if k < nest.inputs && (way == Way::Packed || first) {
                            let row = load_row(o.dtype, compute);
                            let (size, width) = (o.dtype.size() as isize, compute.size());
                            let mut filled = 0;
                            if way == Way::Splat {
                                let filled = (end - start).next_multiple_of(LANES).min(TILE);
                                // SAFETY: one readable element fills as much of the tile as is read.
                                unsafe { row(o.ptr, 0, tile, 1, filled) };
                            } else {
                                for_each_run(
                                    &nest.shape,
                                    &o.strides,
                                    &index,
                                    len,
                                    |position, stride, n| {
                                        // SAFETY: the walk stays within the operand, the tile holds TILE elements.
                                        unsafe {
                                            row(
                                                o.ptr.offset(position * size),
                                                stride,
                                                tile.add(filled * width),
                                                1,
                                                n,
                                            )
                                        };
                                        filled += n;
                                    },
                                );
                            }
                        }
                        tile
                    }
                };
                if k < nest.inputs {
                    src[k] = p
                } else {
                    dst[slots[k - nest.inputs]] = p
                }
            }
            // SAFETY: direct operands have room for whole registers at the end of the walk, and tasks and tiles in between
            // end at multiples of LANES; tiles are larger than any `len`.
            unsafe { kernel(params, src.as_ptr(), dst.as_ptr(), len) };
            for k in nest.inputs..count {
                if ways[k] == Way::Packed {
                    let o = &nest.operands[k];
                    let tile = dst[slots[k - nest.inputs]];
                    let (row, width) = (store_row(compute, o.dtype), compute.size());
                    let size = o.dtype.size() as isize;
                    let mut taken = 0;
                    for_each_run(
                        &nest.shape,
                        &o.strides,
                        &index,
                        len,
                        |position, stride, n| {
                            // SAFETY: the walk stays within the operand.
                            unsafe {
                                if out_bool {
                                    store_bools(
                                        tile.add(taken),
                                        o.ptr.offset(position * size),
                                        o.dtype,
                                        stride,
                                        n,
                                    );
                                } else {
                                    row(
                                        tile.add(taken * width),
                                        1,
                                        o.ptr.offset(position * size),
                                        stride,
                                        n,
                                    );
                                }
                            }
                            taken += n;
                        },
                    );
                }
            }
            first = false;
            at += len;
        }
        TILES.set(tiles);
    }
}

/// Writes a tile of truth bytes into a strided run of `dtype`.
///
/// # Safety
/// Both runs must be valid for `n` elements.
unsafe fn store_bools(tile: *const u8, dst: *mut u8, dtype: DType, stride: isize, n: usize) {
    use crate::dtype::Element;
    crate::dispatch!(dtype, D => {
        let dst = dst as *mut D;
        for i in 0..n as isize {
            // SAFETY: by the caller.
            unsafe { *dst.offset(i * stride) = D::from_i64(*tile.offset(i) as i64) };
        }
    })
}
