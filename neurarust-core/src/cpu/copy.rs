//! Elements copied bit by bit from one layout to another: blocks of bytes where both sides lie adjacent, square blocks that
//! are turned in registers where one side runs along another dimension than the other.

use super::nest::{Nest, Operand};
use super::pool::{self, Shared};
use crate::Tensor;
use smallvec::{SmallVec, smallvec};
use std::mem::MaybeUninit;

/// Elements per task of the thread pool.
const TASK: usize = 32 * 1024;

/// Copies `source`, which broadcasts, to `target`, of the same dtype, which doesn't overlap itself. The caller holds the
/// locks.
pub(crate) fn copy(target: &Tensor, source: &Tensor) {
    assert!(target.dtype() == source.dtype());
    let shape = target.shape();
    if shape.numel() == 0 {
        return;
    }
    let operands = smallvec![Operand::new(source, shape), Operand::in_place(target)];
    let nest = Nest::new(shape, operands, 1);
    match target.dtype().size() {
        1 => walk::<u8, 8>(&nest),
        2 => walk::<u16, 8>(&nest),
        4 => walk::<u32, 8>(&nest),
        16 => walk::<[u64; 2], 4>(&nest),
        _ => walk::<u64, 4>(&nest),
    }
}

/// `n` elements and the strides of both sides along them.
#[derive(Clone, Copy)]
struct Line {
    n: usize,
    from: isize,
    to: isize,
}

/// Where element `at` of the dimensions `lines` lies on both sides.
fn place(lines: &[Line], mut at: usize) -> (isize, isize) {
    let (mut from, mut to) = (0, 0);
    for line in lines.iter().rev() {
        let i = (at % line.n) as isize;
        at /= line.n;
        from += i * line.from;
        to += i * line.to;
    }
    (from, to)
}

fn walk<T: Copy, const N: usize>(nest: &Nest) {
    let (src, dst) = (
        Shared::new(nest.operands[0].ptr.cast::<T>()),
        Shared::new(nest.operands[1].ptr.cast::<T>()),
    );
    let mut lines: SmallVec<[Line; 6]> = (0..nest.shape.len())
        .map(|d| Line {
            n: nest.shape[d],
            from: nest.operands[0].strides[d],
            to: nest.operands[1].strides[d],
        })
        .collect();
    let inner = lines.pop().unwrap_or(Line {
        n: 1,
        from: 1,
        to: 1,
    });
    // A dimension along which the source lies closer.
    let closer = (0..lines.len())
        .filter(|&d| lines[d].from != 0 && lines[d].n >= 4)
        .min_by_key(|&d| lines[d].from.abs())
        .filter(|&d| inner.from != 0 && lines[d].from.abs() < inner.from.abs())
        .filter(|&d| inner.n > 1 && inner.n * lines[d].n >= 64);
    if let Some(d) = closer {
        let across = lines.remove(d);
        let strips = across.n.div_ceil(SQUARE);
        let outer: usize = lines.iter().map(|l| l.n).product();
        let grain = (TASK / (SQUARE * inner.n)).max(1);
        pool::parallel_chunks(outer * strips, grain, |units| {
            // SAFETY: both sides are proven layouts over the shape; units are disjoint in the target.
            unsafe { turn_strips::<T, N>(src.get(), dst.get(), units, &lines, across, inner) };
        });
        return;
    }
    // Long lines are cut, short ones are taken several at a time.
    let pieces = inner.n.div_ceil(TASK);
    let outer: usize = lines.iter().map(|l| l.n).product();
    let grain = (TASK / inner.n).max(1);
    pool::parallel_chunks(outer * pieces, grain, |units| {
        // Along the last but one dimension, places follow from the one before.
        let (mut unit, end) = (units.start, units.end);
        let step = match lines.last() {
            Some(line) if pieces == 1 => *line,
            _ => Line {
                n: 1,
                from: 0,
                to: 0,
            },
        };
        while unit < end {
            let (from, to) = place(&lines, unit / pieces);
            let first = unit % pieces * TASK;
            let count = (step.n - unit % step.n).min(end - unit);
            let piece = Line {
                n: (inner.n - first).min(TASK),
                ..inner
            };
            // SAFETY: as above.
            unsafe {
                let mut from = src.get().offset(from + first as isize * inner.from);
                let mut to = dst.get().offset(to + first as isize * inner.to);
                for _ in 0..count {
                    run(from, to, piece);
                    from = from.wrapping_offset(step.from);
                    to = to.wrapping_offset(step.to);
                }
            }
            unit += count;
        }
    });
}

/// One line.
///
/// # Safety
/// Both sides must be valid for all of its elements, and not overlap.
#[inline(always)]
unsafe fn run<T: Copy>(from: *const T, to: *mut T, line: Line) {
    // SAFETY: by the caller. Foreign memory may be aligned to bytes only.
    unsafe {
        match (line.from, line.to) {
            (1, 1) if line.n * size_of::<T>() > 64 => {
                std::ptr::copy_nonoverlapping(
                    from as *const u8,
                    to as *mut u8,
                    line.n * size_of::<T>(),
                );
            }
            (0, 1) => {
                let x = from.read_unaligned();
                for i in 0..line.n {
                    to.add(i).write_unaligned(x);
                }
            }
            (-1, 1) => {
                for i in 0..line.n {
                    to.add(i).write_unaligned(from.sub(i).read_unaligned());
                }
            }
            (step, 1) => {
                for i in 0..line.n {
                    to.add(i)
                        .write_unaligned(from.offset(i as isize * step).read_unaligned());
                }
            }
            (1, step) => {
                for i in 0..line.n {
                    to.offset(i as isize * step)
                        .write_unaligned(from.add(i).read_unaligned());
                }
            }
            _ => {
                for i in 0..line.n as isize {
                    to.offset(i * line.to)
                        .write_unaligned(from.offset(i * line.from).read_unaligned());
                }
            }
        }
    }
}

/// Side of the squares that are copied to a buffer, and turned from there: whole cache lines are read and written, and what
/// lies a power of two apart doesn't fight for a place in the cache.
const SQUARE: usize = 64;
/// Elements from one line of the buffer to the next.
const PITCH: usize = SQUARE + 8;

/// Planes, whose source lies closer along `across`, and whose target lies closer along `inner`: of each unit `SQUARE` steps
/// along `across`, and all along `inner`.
///
/// # Safety
/// As [`run`], for all of the units.
unsafe fn turn_strips<T: Copy, const N: usize>(
    src: *const T,
    dst: *mut T,
    units: std::ops::Range<usize>,
    lines: &[Line],
    across: Line,
    inner: Line,
) {
    let strips = across.n.div_ceil(SQUARE);
    // SAFETY: by the caller.
    unsafe {
        let mut buffer = [const { [const { MaybeUninit::<T>::uninit() }; PITCH] }; SQUARE];
        for unit in units {
            let (from, to) = place(lines, unit / strips);
            let first = unit % strips * SQUARE;
            let rows = (across.n - first).min(SQUARE);
            let from = src.offset(from + first as isize * across.from);
            let to = dst.offset(to + first as isize * across.to);
            let whole = across.from == 1 && inner.to == 1 && rows >= N;
            let mut c = 0;
            while c < inner.n {
                let columns = (inner.n - c).min(SQUARE);
                let from = from.offset(c as isize * inner.from);
                let to = to.offset(c as isize * inner.to);
                if whole && columns >= N {
                    turn::<T, N>(from, to, rows, columns, across.to, inner.from, &mut buffer);
                } else {
                    for i in 0..columns as isize {
                        let line = Line { n: rows, ..across };
                        run(from.offset(i * inner.from), to.offset(i * inner.to), line);
                    }
                }
                c += columns;
            }
        }
    }
}

/// `to[r * pitch + c] = from[c * stride + r]`
///
/// # Safety
/// Both sides must be valid for `rows` and `columns`, which are not above [`SQUARE`] and not below `N`, and not overlap.
#[inline(always)]
unsafe fn turn<T: Copy, const N: usize>(
    from: *const T,
    to: *mut T,
    rows: usize,
    columns: usize,
    pitch: isize,
    stride: isize,
    buffer: &mut [[MaybeUninit<T>; PITCH]; SQUARE],
) {
    // SAFETY: by the caller; the buffer has room for a square, of which what is read was written.
    unsafe {
        let buffer = buffer.as_mut_ptr() as *mut T;
        for c in 0..columns {
            let line = from.offset(c as isize * stride);
            std::ptr::copy_nonoverlapping(
                line as *const u8,
                buffer.add(c * PITCH) as *mut u8,
                rows * size_of::<T>(),
            );
        }
        // The last block of a side that is no multiple overlaps the one before.
        let mut r = 0;
        while r < rows {
            let mut c = 0;
            while c < columns {
                let block = buffer.add(c * PITCH + r) as *const T;
                let out = to.offset(r as isize * pitch).add(c);
                for j in 0..N {
                    let mut line = [block.read(); N];
                    let mut i = 0;
                    while i < N {
                        line[i] = block.add(i * PITCH + j).read();
                        i += 1;
                    }
                    (out.offset(j as isize * pitch) as *mut [T; N]).write_unaligned(line);
                }
                c = if c + N == columns {
                    columns
                } else {
                    (c + N).min(columns - N)
                };
            }
            r = if r + N == rows {
                rows
            } else {
                (r + N).min(rows - N)
            };
        }
    }
}
