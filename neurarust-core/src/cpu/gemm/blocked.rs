//! The driver: BLIS's five loops around a micro-kernel.

use std::mem::MaybeUninit;

use super::epilogue::{Addend, Epilogue, Finish, MAX_TILE, Place};
use super::kernel::{Entry, Kernels};
use super::pack::{Pack, Strided};
use super::scratch::Scratch;
use crate::cpu::pool;

/// Bytes of a block of K per line: a panel of A (14 lines) then takes 28 KiB and one of B (32 lines) 64 KiB.
const K_BYTES: usize = 2048;
/// Bytes of a packed block of A: it stays in L2 (1 MiB) next to the panels of B that stream through.
const A_BYTES: usize = 384 << 10;
/// Bytes of a packed block of B: it stays in the share of L3 that a core has.
const B_BYTES: usize = 4 << 20;
/// Columns of C up to which A is read in place: packing it costs what it saves only when it is read more often.
const DIRECT_COLUMNS: usize = 1024;
/// An operand that is read across its lines stays in L2 up to this size, and is not packed.
const DIRECT_BYTES: usize = 512 << 10;
/// Addresses this far apart compete for the same eight ways of L1.
const ALIAS: usize = 4096;
/// Packed blocks of B above this size are packed by several threads.
const SHARED_PACK_BYTES: usize = 512 << 10;
/// Multiply-adds below which a product stays on the caller's thread.
pub(super) const PARALLEL_WORK: usize = 150_000;
/// Rows of partial sums kept outside C at a time.
const WORKSPACE_ROWS: usize = 2048;

/// A product on its way through the loops.
pub(super) struct Product<'a, T: 'static> {
    pub kernels: &'static Kernels<T>,
    pub m: usize,
    pub n: usize,
    pub k: usize,
    pub a: &'a dyn Pack<T>,
    pub b: &'a dyn Pack<T>,
    pub out: &'a dyn Epilogue<T>,
    /// Whether other threads may help.
    pub parallel: bool,
}

/// One block of K against a stretch of columns: what the inner loops need to know.
#[derive(Clone, Copy)]
struct Block<'a, T: 'static> {
    product: &'a Product<'a, T>,
    /// The block of K.
    k: usize,
    depth: usize,
    /// Whether earlier blocks' sums are in `sums`, and whether this block is the last.
    resume: bool,
    last: bool,
    finish: Finish,
    /// What the first block adds.
    addend: Option<Addend<T>>,
    /// Where sums rest between blocks, in C's coordinates; not used if there is one block and C has no place for it.
    sums: Place<T>,
    a_direct: Option<Strided<T>>,
    b_direct: Option<Strided<T>>,
    /// Panels of B: those that start at or after column `packed_from` are packed, one after the other.
    packed_from: usize,
    packed: Place<T>,
    /// Panels of A from this row on, packed for all tasks.
    a_packed: Option<(usize, Place<T>)>,
}

impl<T: Entry> Product<'_, T> {
    /// Multiply-adds.
    pub(super) fn work(&self) -> usize {
        self.m.saturating_mul(self.n).saturating_mul(self.k)
    }

    /// Runs the product.
    ///
    /// # Safety
    /// As [`super::gemm`]; the processor must have the kernels' instruction set.
    pub(super) unsafe fn run(&self) {
        let mr = self.kernels.mr;
        let nr = self.kernels.nr();
        let (m, n, k) = (self.m, self.n, self.k);
        // SAFETY: passed on.
        if m == 0 || n == 0 || unsafe { self.run_skinny() || self.run_split() } {
            return;
        }
        let size = size_of::<T>();
        let parallel = self.parallel && self.work() >= PARALLEL_WORK;

        // K is cut into equal blocks, by its length alone. A product over nothing has one empty block.
        let blocks = k.div_ceil(K_BYTES / size).max(1);
        let depth_max = k.div_ceil(blocks).next_multiple_of(4).min(k);
        let blocks = k.div_ceil(depth_max.max(1)).max(1);

        // Operands that are small or hardly reused stay where they are, unless their lines evict each other.
        let aliases = |stride: isize, count: usize| {
            count > 8 && stride != 0 && (stride.unsigned_abs() * size).is_multiple_of(ALIAS)
        };
        let a_direct = self.a.strided().filter(|a| {
            let kept = match (a.k, a.line) {
                (1, line) => n <= DIRECT_COLUMNS && !aliases(line, m),
                (k_stride, 1) => n <= DIRECT_COLUMNS && !aliases(k_stride, k),
                _ => n <= 4 * nr && m * k * size <= DIRECT_BYTES,
            };
            kept || n <= nr
        });
        let b_direct = self.b.strided().filter(|b| {
            let kept = n * k * size <= DIRECT_BYTES && !aliases(b.k, k.div_ceil(16));
            b.line == 1 && (kept || m <= 2 * mr)
        });

        // A last panel of whole registers may be read in place too.
        let whole = (n % nr).is_multiple_of(self.kernels.lanes);
        let direct_to = if whole { n } else { n / nr * nr };

        // Sums of several blocks of K rest in C itself, or in a workspace if C cannot hold them.
        let own = self.out.partial();
        let workspace = blocks > 1 && own.is_none();
        let rows_max = if workspace { m.min(WORKSPACE_ROWS) } else { m };
        let cols_bytes = size
            * if workspace {
                depth_max.max(rows_max)
            } else {
                depth_max.max(1)
            };
        let cols_max = (B_BYTES / cols_bytes / nr * nr)
            .max(nr)
            .min(n.next_multiple_of(nr));
        let packed_cols = match b_direct {
            None => cols_max,
            Some(_) if direct_to < n => nr,
            Some(_) => 0,
        };
        let packed = Scratch::new::<T>(packed_cols * depth_max);
        let sums = Scratch::new::<T>(if workspace { rows_max * cols_max } else { 0 });

        for row in (0..m).step_by(rows_max) {
            let rows = rows_max.min(m - row);
            for col in (0..n).step_by(cols_max) {
                let cols = cols_max.min(n - col);
                let in_workspace = || {
                    // The address C's element (0, 0) would have; only this stretch of C is ever looked up.
                    let back = row * cols_max + col;
                    Place {
                        ptr: sums.ptr::<T>().wrapping_sub(back),
                        row: cols_max as isize,
                        col: 1,
                        runs: None,
                    }
                };
                for block in 0..blocks {
                    let k0 = block * depth_max;
                    let block = Block {
                        product: self,
                        k: k0,
                        depth: depth_max.min(k - k0),
                        resume: block > 0,
                        last: block + 1 == blocks,
                        finish: self.out.finish_kind(),
                        addend: if block == 0 { self.out.addend() } else { None },
                        sums: own.unwrap_or_else(in_workspace),
                        a_direct,
                        b_direct,
                        packed_from: if b_direct.is_some() { direct_to } else { col },
                        packed: Place {
                            ptr: packed.ptr(),
                            row: 0,
                            col: 0,
                            runs: None,
                        },
                        a_packed: None,
                    };
                    // SAFETY: `packed` has room for the packed panels of this stretch of columns, `sums` for its sums.
                    unsafe { block.run(row, rows, col, cols, parallel) };
                }
            }
        }
    }
}

/// Runs `f(0..tasks)`, on other threads too if `parallel`.
pub(super) fn each(parallel: bool, tasks: usize, f: impl Fn(usize) + Sync) {
    if parallel && tasks > 1 {
        pool::parallel_for(tasks, f);
    } else {
        (0..tasks).for_each(f);
    }
}

impl<T: Entry> Block<'_, T> {
    /// Packs the block of B and multiplies all rows with it.
    ///
    /// # Safety
    /// As [`Product::run`]; `packed` must have room for the panels of `col..col + cols` to be packed.
    unsafe fn run(&self, row: usize, rows: usize, col: usize, cols: usize, parallel: bool) {
        let mr = self.product.kernels.mr;
        let nr = self.product.kernels.nr();
        let first = self.packed_from.max(col);
        let to_pack = (col + cols).saturating_sub(first).div_ceil(nr);
        let shared = parallel && to_pack * nr * self.depth * size_of::<T>() >= SHARED_PACK_BYTES;
        each(shared, to_pack, |panel| {
            let line = first + panel * nr;
            let lines = nr.min(col + cols - line);
            let dst = self.packed.ptr.wrapping_add(panel * nr * self.depth);
            // SAFETY: the panel's own part of the buffer; the lines lie in B.
            unsafe {
                self.product
                    .b
                    .pack(line, lines, self.k, self.depth, nr, dst)
            };
        });

        // Tasks: blocks of rows that fit L2, at least eight of them if there is so much work, and groups of columns if
        // rows alone don't give as many.
        let row_panels = rows.div_ceil(mr);
        let col_panels = cols.div_ceil(nr);
        let fit = (A_BYTES / size_of::<T>() / mr / self.depth.max(1)).max(1);
        let row_tasks = row_panels.div_ceil(fit).max((row_panels / 4).clamp(1, 16));
        let groups = 8usize.div_ceil(row_tasks).min(col_panels.div_ceil(2));
        let (row_tasks, groups) = if parallel {
            (row_tasks, groups)
        } else {
            (row_panels.div_ceil(fit), 1)
        };
        // Tasks that share rows share the packed rows too.
        let share = groups > 1 && self.a_direct.is_none();
        let size = row_panels * mr * self.depth;
        let shared_a = Scratch::new::<T>(if share { size } else { 0 });
        let mut block = *self;
        if share {
            // A place rather than a pointer, for other threads to use.
            let place = Place {
                ptr: shared_a.ptr::<T>(),
                row: 0,
                col: 0,
                runs: None,
            };
            // SAFETY: the buffer has room for the panels of these rows.
            each(
                size * size_of::<T>() >= SHARED_PACK_BYTES,
                row_panels,
                |panel| unsafe {
                    self.pack_a(row, row + rows, panel, place.at(0, 0));
                },
            );
            block.a_packed = Some((row, place));
        }
        let block = &block;
        each(parallel, row_tasks * groups, |task| {
            let (t, g) = (task / groups, task % groups);
            let part = |i: usize, parts: usize, all: usize| i * all / parts;
            let from = row + part(t, row_tasks, row_panels) * mr;
            let to = (row + part(t + 1, row_tasks, row_panels) * mr).min(row + rows);
            let left = col + part(g, groups, col_panels) * nr;
            let right = (col + part(g + 1, groups, col_panels) * nr).min(col + cols);
            // SAFETY: tasks own disjoint parts of C.
            unsafe { block.rows(from, to, left, right) };
        });
    }

    /// Packs panel `panel` of A's rows `from..to` to its place in a buffer of all of them.
    ///
    /// # Safety
    /// The buffer must have room for the panel; nobody else may touch it meanwhile.
    unsafe fn pack_a(&self, from: usize, to: usize, panel: usize, buffer: *mut T) {
        let mr = self.product.kernels.mr;
        let line = from + panel * mr;
        let dst = buffer.wrapping_add(panel * mr * self.depth);
        // SAFETY: the panel's own part of the buffer; the lines lie in A.
        unsafe {
            self.product
                .a
                .pack(line, mr.min(to - line), self.k, self.depth, mr, dst)
        };
    }

    /// The part of C between rows `from..to` and columns `left..right`.
    ///
    /// # Safety
    /// As [`Product::run`]; nobody else touches this part of C meanwhile.
    unsafe fn rows(&self, from: usize, to: usize, left: usize, right: usize) {
        let Kernels { mr, lanes, .. } = *self.product.kernels;
        let nr = self.product.kernels.nr();
        let panels = (to - from).div_ceil(mr);
        let own = self.a_direct.is_none() && self.a_packed.is_none();
        let scratch = Scratch::new::<T>(if own { panels * mr * self.depth } else { 0 });
        if own {
            for panel in 0..panels {
                // SAFETY: the buffer has room for the panels.
                unsafe { self.pack_a(from, to, panel, scratch.ptr()) };
            }
        }
        let a_packed = match self.a_packed {
            Some((first, place)) => place.ptr.wrapping_add((from - first) * self.depth),
            None => scratch.ptr::<T>(),
        };
        for col in (left..right).step_by(nr) {
            let cols = nr.min(right - col);
            let vectors = cols.div_ceil(lanes);
            let (b, b_k) = match self.b_direct {
                Some(b) if col < self.packed_from => (b.at(col, self.k), b.k),
                _ => {
                    let panel = (col - self.packed_from) / nr;
                    (
                        self.packed
                            .ptr
                            .wrapping_add(panel * nr * self.depth)
                            .cast_const(),
                        nr as isize,
                    )
                }
            };
            for panel in 0..panels {
                let row = from + panel * mr;
                let rows = mr.min(to - row);
                let (kernels, a, a_row, a_k) = match self.a_direct {
                    Some(a) => (self.product.kernels.strided, a.at(row, self.k), a.line, a.k),
                    None => {
                        let a = a_packed.wrapping_add(panel * mr * self.depth).cast_const();
                        (self.product.kernels.packed, a, 1, mr as isize)
                    }
                };
                let kernel = kernels[vectors - 1][rows - 1];
                let to_memory = self.finish != Finish::Call || !self.last;
                let ld = vectors * lanes;
                // What is added: earlier sums, or else the addend; by the kernel if it is whole registers.
                let resumes = self.resume || self.finish == Finish::Add;
                let together = self.sums.together(col, cols) == cols;
                let mut one_each = Tile(MaybeUninit::<[T; MAX_TILE]>::uninit());
                let (z, z_row) = match self.addend {
                    // One value per row: a tile of them.
                    Some(z) if !resumes && z.col == 0 => {
                        let tile = one_each.0.as_mut_ptr().cast::<T>();
                        for i in 0..rows {
                            // SAFETY: inside the tile; the addend has an element for every row.
                            unsafe {
                                let value = *z.at(row + i, col);
                                for j in 0..ld {
                                    tile.add(i * ld + j).write(value);
                                }
                            }
                        }
                        (tile.cast_const(), ld as isize)
                    }
                    _ if resumes && together && self.sums.col == 1 && cols == ld => {
                        (self.sums.at(row, col).cast_const(), self.sums.row)
                    }
                    Some(z) if !resumes && z.col == 1 && cols == ld => (z.at(row, col), z.row),
                    _ => (std::ptr::null(), 0),
                };
                let left_over = z.is_null() && (resumes || self.addend.is_some());
                // SAFETY: the operands' panels reach as far as the kernel reads (packed ones are padded); C's tile is
                // whole registers of adjacent columns, or goes through a tile on the stack.
                unsafe {
                    if to_memory && cols == ld && together && self.sums.col == 1 && !left_over {
                        let c = self.sums.at(row, col);
                        kernel(
                            self.depth,
                            a,
                            a_row,
                            a_k,
                            b,
                            b_k,
                            c,
                            self.sums.row,
                            z,
                            z_row,
                        );
                        continue;
                    }
                    let mut tile = Tile(MaybeUninit::<[T; MAX_TILE]>::uninit());
                    let start = tile.0.as_mut_ptr().cast::<T>();
                    kernel(
                        self.depth,
                        a,
                        a_row,
                        a_k,
                        b,
                        b_k,
                        start,
                        ld as isize,
                        z,
                        z_row,
                    );
                    let tile = std::slice::from_raw_parts_mut(start, rows * ld);
                    if left_over {
                        for i in 0..rows {
                            let values = &mut tile[i * ld..i * ld + cols];
                            match self.addend {
                                _ if resumes => self.sums.add_to(row + i, col, values),
                                Some(z) => z.add_to(row + i, col, values),
                                None => {}
                            }
                        }
                    }
                    if to_memory {
                        self.sums.store(row, col, rows, cols, tile, ld);
                    } else {
                        self.product.out.finish(row, col, rows, cols, tile, ld);
                    }
                }
            }
        }
    }
}

/// A tile on the stack, aligned for whole registers.
#[repr(align(64))]
struct Tile<T>(MaybeUninit<[T; MAX_TILE]>);
