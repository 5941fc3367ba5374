//! Products with a side of at most four: nothing is used often enough to be packed.
//!
//! C's few rows are dot products if K is adjacent in B (a linear layer's weight), and sums of B's rows if columns are.
//! Products of a few elements in all are plain loops.

use std::mem::MaybeUninit;

use super::blocked::{PARALLEL_WORK, Product, each};
use super::epilogue::{Finish, MAX_TILE};
use super::kernel::Entry;
use super::pack::Strided;
use super::scratch::Scratch;

/// Most rows of C that are done by dot products.
pub(super) const ROWS: usize = 4;
/// Lines of B a dot kernel takes at once.
pub(super) const LINES: usize = 4;
/// Steps of K an axpy kernel takes at once.
pub(super) const STEPS: usize = 8;
/// Values of B per task.
const TASK: usize = 1 << 16;
/// Columns of C that stay in L1 while B's rows are added to them.
const COLS: usize = MAX_TILE;
/// Multiply-adds up to which plain loops are faster than a kernel, and the largest such C.
const TINY: usize = 256;
const TINY_TILE: usize = 64;

/// `out[i * LINES + j] = Σ_p A(i, p) · B(j, p)` for the kernel's own number of rows and lines, K adjacent in both.
/// Arguments: depth, A and its line stride, B and its line stride, out.
pub(super) type Dot<T> = unsafe fn(usize, *const T, isize, *const T, isize, *mut T);

/// `y[j] += Σ_p x[p] · B(p, j)` for `j < n`. Arguments: depth, x, B and its stride along K, n, y.
pub(super) type Axpy<T> = unsafe fn(usize, *const T, *const T, isize, usize, *mut T);

impl<T: Entry> Product<'_, T> {
    /// Runs the product if it is skinny and lies in memory so that a kernel here takes it; tells whether it did.
    ///
    /// # Safety
    /// As [`Product::run`].
    pub(super) unsafe fn run_skinny(&self) -> bool {
        let (m, n, k) = (self.m, self.n, self.k);
        let tiny = m * n <= TINY_TILE && self.work() <= TINY;
        if (m > ROWS && !tiny) || k == 0 {
            return false;
        }
        let Some(b) = self.b.strided() else {
            return false;
        };
        // SAFETY: passed on.
        unsafe {
            if tiny {
                let Some(a) = self.a.strided() else {
                    return false;
                };
                self.plain_loops(a, b);
            } else if b.k == 1 {
                self.dots(b);
            } else if b.line == 1 && m == 1 {
                self.sum_of_rows(b);
            } else {
                return false;
            }
        }
        true
    }

    /// # Safety
    /// As [`Product::run`].
    unsafe fn plain_loops(&self, a: Strided<T>, b: Strided<T>) {
        let mut tile = [T::ZERO; TINY_TILE];
        for i in 0..self.m {
            for p in 0..self.k {
                // SAFETY: inside A and B.
                unsafe {
                    let x = *a.at(i, p);
                    for (j, v) in tile[i * self.n..(i + 1) * self.n].iter_mut().enumerate() {
                        *v = v.add(x.mul(*b.at(j, p)));
                    }
                }
            }
        }
        // SAFETY: passed on.
        unsafe { self.finish_tile(0, 0, self.m, self.n, &mut tile, self.n) };
    }

    /// Stores a finished tile as the output wants it.
    ///
    /// # Safety
    /// As [`super::Epilogue::finish`].
    pub(super) unsafe fn finish_tile(
        &self,
        row: usize,
        col: usize,
        rows: usize,
        cols: usize,
        tile: &mut [T],
        ld: usize,
    ) {
        let place = self.out.partial();
        let kind = self.out.finish_kind();
        let sums = place.filter(|_| kind == Finish::Add);
        let addend = self.out.addend();
        // SAFETY: passed on; the elements are C's own.
        unsafe {
            for i in 0..rows {
                let values = &mut tile[i * ld..i * ld + cols];
                if let Some(sums) = sums {
                    sums.add_to(row + i, col, values);
                } else if let Some(addend) = addend {
                    addend.add_to(row + i, col, values);
                }
            }
            match place {
                Some(place) if kind != Finish::Call => place.store(row, col, rows, cols, tile, ld),
                _ => self.out.finish(row, col, rows, cols, tile, ld),
            }
        }
    }

    /// # Safety
    /// As [`Product::run`]; K is adjacent in B, and there are at most [`ROWS`] rows.
    unsafe fn dots(&self, b: Strided<T>) {
        let (m, n, k) = (self.m, self.n, self.k);
        let in_place = self.a.strided().filter(|a| a.k == 1);
        let scratch = Scratch::new::<T>(if in_place.is_some() { 0 } else { m * k });
        if in_place.is_none() {
            for i in 0..m {
                // SAFETY: line `i`'s own part of the buffer.
                unsafe { self.a.pack(i, 1, 0, k, 1, scratch.ptr::<T>().add(i * k)) };
            }
        }
        let a = in_place.unwrap_or(Strided {
            ptr: scratch.ptr(),
            line: k as isize,
            k: 1,
        });
        // Whole tiles of the epilogue, many of them per task.
        let lines = (TASK / k)
            .next_multiple_of(LINES)
            .clamp(LINES, MAX_TILE / ROWS);
        each(
            self.parallel && self.work() >= PARALLEL_WORK,
            n.div_ceil(lines),
            |task| {
                let from = task * lines;
                let cols = lines.min(n - from);
                let ld = cols.next_multiple_of(LINES);
                let mut tile = [T::ZERO; MAX_TILE];
                let mut sums = [T::ZERO; ROWS * LINES];
                for j in (0..cols).step_by(LINES) {
                    let four = cols - j >= LINES;
                    let (kernels, count) = if four {
                        (self.kernels.dot, 1)
                    } else {
                        (self.kernels.dot_single, cols - j)
                    };
                    for s in 0..count {
                        // SAFETY: `LINES` or one line of B from here, all rows of A.
                        unsafe {
                            kernels[m - 1](
                                k,
                                a.at(0, 0),
                                a.line,
                                b.at(from + j + s, 0),
                                b.line,
                                sums.as_mut_ptr().add(s),
                            )
                        };
                    }
                    for i in 0..m {
                        tile[i * ld + j..i * ld + j + LINES]
                            .copy_from_slice(&sums[i * LINES..(i + 1) * LINES]);
                    }
                }
                // SAFETY: tasks own disjoint columns.
                unsafe { self.finish_tile(0, from, m, cols, &mut tile[..m * ld], ld) };
            },
        );
    }

    /// # Safety
    /// As [`Product::run`]; columns are adjacent in B, and there is one row.
    unsafe fn sum_of_rows(&self, b: Strided<T>) {
        let (n, k) = (self.n, self.k);
        let in_place = self.a.strided().filter(|a| a.k == 1);
        let scratch = Scratch::new::<T>(if in_place.is_some() { 0 } else { k });
        if in_place.is_none() {
            // SAFETY: the buffer has room for the line.
            unsafe { self.a.pack(0, 1, 0, k, 1, scratch.ptr()) };
        }
        let x = in_place.unwrap_or(Strided {
            ptr: scratch.ptr(),
            line: 0,
            k: 1,
        });
        each(
            self.parallel && self.work() >= PARALLEL_WORK,
            n.div_ceil(COLS),
            |task| {
                let from = task * COLS;
                let cols = COLS.min(n - from);
                let mut tile = MaybeUninit::<[T; MAX_TILE]>::uninit();
                let y = tile.as_mut_ptr().cast::<T>();
                // SAFETY: the tile has room for `cols` values, which are set before they are read; tasks own disjoint
                // columns.
                unsafe {
                    for j in 0..cols {
                        y.add(j).write(T::ZERO);
                    }
                    (self.kernels.axpy)(k, x.at(0, 0), b.at(from, 0), b.k, cols, y);
                    self.finish_tile(
                        0,
                        from,
                        1,
                        cols,
                        std::slice::from_raw_parts_mut(y, cols),
                        cols,
                    );
                }
            },
        );
    }
}
