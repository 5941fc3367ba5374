//! Products with a long K and a small C: K is shared out, and the parts' sums are added up in order.
//!
//! A weight gradient over a whole batch has so little C that its tiles would keep one or two threads busy. How K is cut
//! depends on the shape alone.

use super::blocked::{PARALLEL_WORK, Product, each};
use super::epilogue::{MAX_TILE, Output};
use super::kernel::Entry;
use super::pack::{Pack, Strided};
use super::scratch::Scratch;

/// Tiles of C up to which K is cut.
const TILES: usize = 12;
/// Steps of K per part, at least.
const PART: usize = 2048;
/// Most parts.
const PARTS: usize = 16;

/// An operand from a step of K on.
struct From<'a, T> {
    whole: &'a dyn Pack<T>,
    k: usize,
}

impl<T> Pack<T> for From<'_, T> {
    unsafe fn pack(
        &self,
        line: usize,
        lines: usize,
        k: usize,
        depth: usize,
        width: usize,
        dst: *mut T,
    ) {
        // SAFETY: passed on.
        unsafe { self.whole.pack(line, lines, self.k + k, depth, width, dst) }
    }

    fn strided(&self) -> Option<Strided<T>> {
        self.whole.strided().map(|s| Strided {
            ptr: s.at(0, self.k),
            ..s
        })
    }
}

impl<T: Entry> Product<'_, T> {
    /// Runs the product in parts of K if it is worth it; tells whether it did.
    ///
    /// # Safety
    /// As [`Product::run`].
    pub(super) unsafe fn run_split(&self) -> bool {
        let (m, n, k) = (self.m, self.n, self.k);
        let tiles = m
            .div_ceil(self.kernels.mr)
            .saturating_mul(n.div_ceil(self.kernels.nr()));
        if tiles > TILES || k < 2 * PART || self.work() < 2 * PARALLEL_WORK {
            return false;
        }
        let parts = (k / PART).min(PARTS);
        let start = |part: usize| part * (k / parts) + part.min(k % parts);
        let sums = Scratch::new::<T>(parts * m * n);
        // A place rather than a pointer, for other threads to use.
        let first = Output::new(sums.ptr::<T>(), n as isize, 1);
        each(self.parallel, parts, |part| {
            let (from, to) = (start(part), start(part + 1));
            let a = From {
                whole: self.a,
                k: from,
            };
            let b = From {
                whole: self.b,
                k: from,
            };
            let out = first.offset((part * m * n) as isize);
            let k = to - from;
            // SAFETY: the parts of K lie in the operands; each part has its own sums, `m × n` of them.
            unsafe {
                Product {
                    kernels: self.kernels,
                    m,
                    n,
                    k,
                    a: &a,
                    b: &b,
                    out: &out,
                    parallel: false,
                }
                .run()
            };
        });
        let mut tile = [T::ZERO; MAX_TILE];
        for row in 0..m {
            for col in (0..n).step_by(MAX_TILE) {
                let cols = MAX_TILE.min(n - col);
                for part in 0..parts {
                    // SAFETY: inside the part's sums, which are complete.
                    let sums = unsafe {
                        std::slice::from_raw_parts(
                            sums.ptr::<T>().add((part * m + row) * n + col),
                            cols,
                        )
                    };
                    for (v, &s) in tile[..cols].iter_mut().zip(sums) {
                        *v = if part == 0 { s } else { v.add(s) };
                    }
                }
                // SAFETY: this thread alone writes C now.
                unsafe { self.finish_tile(row, col, 1, cols, &mut tile[..cols], cols) };
            }
        }
        true
    }
}
