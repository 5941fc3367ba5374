//! Elements copied bit by bit from one layout to another: blocks of bytes where both sides lie adjacent, square blocks that
//! are turned in registers where one side runs along another dimension than the other.

use super::nest::{Nest, Operand};
use super::pool;
use crate::Tensor;
use smallvec::{SmallVec, smallvec};

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

/// One side of a copy, seen by a task.
#[derive(Clone, Copy)]
struct Side(*mut u8);
// SAFETY: tasks write to disjoint places, and the source is only read.
unsafe impl Send for Side {}
// SAFETY: as above.
unsafe impl Sync for Side {}

impl Side {
    fn get<T>(self) -> *mut T {
        self.0 as *mut T
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
    let (src, dst) = (Side(nest.operands[0].ptr), Side(nest.operands[1].ptr));
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
        .filter(|&d| inner.from != 0 && lines[d].from.abs() < inner.from.abs() && inner.n > 1);
    if let Some(d) = closer {
        let across = lines.remove(d);
        let strips = across.n.div_ceil(2 * N);
        let outer: usize = lines.iter().map(|l| l.n).product();
        let grain = (TASK / (2 * N * inner.n)).max(1);
        pool::parallel_chunks(outer * strips, grain, |units| {
            for unit in units {
                let (from, to) = place(&lines, unit / strips);
                let first = unit % strips * 2 * N;
                let strip = Line {
                    n: (across.n - first).min(2 * N),
                    ..across
                };
                // SAFETY: both sides are proven layouts over the shape; units are disjoint in the target.
                unsafe {
                    let from = src.get::<T>().offset(from + first as isize * across.from);
                    let to = dst.get::<T>().offset(to + first as isize * across.to);
                    turn::<T, N>(from, to, strip, inner);
                }
            }
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
                let mut from = src.get::<T>().offset(from + first as isize * inner.from);
                let mut to = dst.get::<T>().offset(to + first as isize * inner.to);
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

/// A plane, whose source lies closer along `across`, and whose target lies closer along `inner`.
///
/// # Safety
/// As [`run`], for all of the plane.
#[inline(always)]
unsafe fn turn<T: Copy, const N: usize>(from: *const T, to: *mut T, across: Line, inner: Line) {
    // SAFETY: by the caller.
    unsafe {
        if across.from != 1 || inner.to != 1 || inner.n < N {
            for c in 0..inner.n as isize {
                let line = Line { ..across };
                run(from.offset(c * inner.from), to.offset(c * inner.to), line);
            }
            return;
        }
        let (rows, columns) = (across.n / N * N, inner.n / N * N);
        for c in (0..columns).step_by(N) {
            for r in (0..rows).step_by(N) {
                let from = from.offset(c as isize * inner.from).add(r);
                let to = to.offset(r as isize * across.to).add(c);
                let mut block = [[from.read_unaligned(); N]; N];
                for (i, row) in block.iter_mut().enumerate() {
                    *row = (from.offset(i as isize * inner.from) as *const [T; N]).read_unaligned();
                }
                for j in 0..N {
                    let mut turned = block[0];
                    for (slot, row) in turned.iter_mut().zip(&block) {
                        *slot = row[j];
                    }
                    (to.offset(j as isize * across.to) as *mut [T; N]).write_unaligned(turned);
                }
            }
        }
        // What is left at the ends.
        for c in 0..inner.n {
            let first = if c < columns { rows } else { 0 };
            let rest = Line {
                n: across.n - first,
                ..across
            };
            run(
                from.offset(c as isize * inner.from).add(first),
                to.offset(first as isize * across.to).add(c),
                rest,
            );
        }
    }
}
