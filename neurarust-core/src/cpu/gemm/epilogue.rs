//! What happens to a finished tile of C on its way to memory.

use half::{bf16, f16};

use super::kernel::Entry;

/// Largest number of elements of a tile an epilogue sees (14 × 32 is the largest of all kernels).
pub const MAX_TILE: usize = 512;

/// A place for C in memory.
///
/// ```
/// # use neurarust_core::cpu::gemm::{Place, Strided, gemm_int};
/// let (a, b, mut c) = ([2i32, 3], [5i32], [0i32; 4]); // 2 × 1 times 1 × 1
/// let out = Place { ptr: c.as_mut_ptr(), row: 2, col: 1, runs: None }; // every second element
/// // SAFETY: strides and sizes describe the arrays above.
/// unsafe { gemm_int(2, 1, 1, Strided::lhs(a.as_ptr(), 1, 1), Strided::rhs(b.as_ptr(), 1, 1), out) };
/// assert_eq!(c, [10, 0, 15, 0]);
/// ```
#[derive(Debug)]
pub struct Place<T> {
    /// Where `(0, 0)` is.
    pub ptr: *mut T,
    /// From one row to the next.
    pub row: isize,
    /// From one column to the next.
    pub col: isize,
    /// Columns in a run, and from one run to the next, where columns are two axes that do not merge.
    pub runs: Option<(usize, isize)>,
}

impl<T> Clone for Place<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Place<T> {}

// SAFETY: tasks write disjoint tiles; the caller of `gemm` promises that nobody else touches the memory.
unsafe impl<T: Send> Sync for Place<T> {}
// SAFETY: as above.
unsafe impl<T: Send> Send for Place<T> {}

impl<T> Place<T> {
    /// Where `(row, col)` is.
    #[inline(always)]
    pub(super) fn at(&self, row: usize, col: usize) -> *mut T {
        let (run, col) = match self.runs {
            None => (0, col),
            Some((run, outer)) => ((col / run) as isize * outer, col % run),
        };
        let at = (row as isize)
            .wrapping_mul(self.row)
            .wrapping_add((col as isize).wrapping_mul(self.col))
            .wrapping_add(run);
        self.ptr.wrapping_offset(at)
    }

    /// How many of `cols` columns from `col` on lie in the same run.
    #[inline(always)]
    pub(super) fn together(&self, col: usize, cols: usize) -> usize {
        match self.runs {
            None => cols,
            Some((run, _)) => cols.min(run - col % run),
        }
    }
}

impl<T: Copy> Place<T> {
    /// Stores the part `rows × cols` of a tile at `(row, col)`.
    ///
    /// # Safety
    /// The elements must be in bounds, and nobody else may touch them meanwhile.
    pub(super) unsafe fn store(
        &self,
        row: usize,
        col: usize,
        rows: usize,
        cols: usize,
        tile: &[T],
        ld: usize,
    ) {
        let mut done = 0;
        while done < cols {
            let take = self.together(col + done, cols - done);
            let mut dst = self.at(row, col + done);
            for i in 0..rows {
                let values = &tile[i * ld + done..i * ld + done + take];
                // SAFETY: the caller's promise; the tile is no part of C.
                unsafe {
                    if self.col == 1 {
                        std::ptr::copy_nonoverlapping(values.as_ptr(), dst, take);
                    } else {
                        for (j, &v) in values.iter().enumerate() {
                            *dst.wrapping_offset(j as isize * self.col) = v;
                        }
                    }
                }
                dst = dst.wrapping_offset(self.row);
            }
            done += take;
        }
    }
}

impl<T: Entry> Place<T> {
    /// Adds what lies in C to a part of a row.
    ///
    /// # Safety
    /// As for [`store`](Place::store).
    pub(super) unsafe fn add_to(&self, row: usize, col: usize, values: &mut [T]) {
        let mut done = 0;
        while done < values.len() {
            let take = self.together(col + done, values.len() - done);
            let src = self.at(row, col + done);
            for (j, v) in values[done..done + take].iter_mut().enumerate() {
                // SAFETY: the caller's promise.
                *v = v.add(unsafe { *src.wrapping_offset(j as isize * self.col) });
            }
            done += take;
        }
    }
}

/// What is to be done with a finished sum.
///
/// ```
/// # use neurarust_core::cpu::gemm::{Epilogue, Finish, Output};
/// let mut c = [0f32];
/// let plain = Output::new(c.as_mut_ptr(), 1, 1);
/// assert_eq!(plain.finish_kind(), Finish::Store);
/// assert_eq!(plain.map(&|run: &mut [f32]| run.fill(1.0)).finish_kind(), Finish::Call);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finish {
    /// Store it in [`Epilogue::partial`], and nothing else.
    Store,
    /// Add it to what [`Epilogue::partial`] held before, and nothing else.
    Add,
    /// Call [`Epilogue::finish`].
    Call,
}

/// Receives the finished tiles of C, each once, in any order, from any thread.
///
/// ```
/// # use neurarust_core::cpu::gemm::{Epilogue, Place, Strided, gemm};
/// # use std::sync::Mutex;
/// /// Adds up C instead of storing it.
/// struct Total(Mutex<f32>);
/// impl Epilogue<f32> for Total {
///     fn partial(&self) -> Option<Place<f32>> {
///         None
///     }
///     unsafe fn finish(&self, _: usize, _: usize, rows: usize, cols: usize, tile: &mut [f32], ld: usize) {
///         let sum: f32 = (0..rows).map(|i| tile[i * ld..i * ld + cols].iter().sum::<f32>()).sum();
///         *self.0.lock().unwrap() += sum;
///     }
/// }
/// let (a, b, total) = ([1f32, 2.0], [3f32, 4.0], Total(Mutex::new(0.0))); // 2 × 1 times 1 × 2
/// // SAFETY: strides and sizes describe the arrays above.
/// unsafe { gemm(2, 2, 1, &Strided::lhs(a.as_ptr(), 1, 1), &Strided::rhs(b.as_ptr(), 2, 1), &total) };
/// assert_eq!(total.0.into_inner().unwrap(), 3.0 + 4.0 + 6.0 + 8.0);
/// ```
pub trait Epilogue<T>: Sync {
    /// Memory of C that may hold partial sums until [`finish`](Epilogue::finish) is called for them.
    fn partial(&self) -> Option<Place<T>>;

    /// What the driver adds to the product before it stores or hands over a sum.
    fn addend(&self) -> Option<Addend<T>> {
        None
    }

    /// What is to be done with a finished sum.
    fn finish_kind(&self) -> Finish {
        Finish::Call
    }

    /// Whether C is laid out by columns: the driver then computes the transposed product.
    fn by_columns(&self) -> bool {
        false
    }

    /// Takes the sums (with [`addend`](Epilogue::addend)) `tile[i * ld + j]` of C's elements `(row + i, col + j)`, `i < rows`, `j < cols`. The tile (all of
    /// its `rows * ld` values, of which the ones past `cols` mean nothing) may be overwritten.
    ///
    /// # Safety
    /// `tile` must hold `rows * ld <= MAX_TILE` values with `cols <= ld`, the elements must lie in C, and no one else
    /// may touch them meanwhile.
    unsafe fn finish(
        &self,
        row: usize,
        col: usize,
        rows: usize,
        cols: usize,
        tile: &mut [T],
        ld: usize,
    );
}

/// The element type of C in memory.
///
/// ```
/// # use neurarust_core::cpu::gemm::{Entry, Store};
/// let mut halves = [0u16; 2];
/// // SAFETY: two halves fit.
/// unsafe { f32::store_run(&[1.0, -2.0], halves.as_mut_ptr().cast(), 0, Store::F16) };
/// assert_eq!(halves, [0x3c00, 0xc000]);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Store {
    /// The type computed in.
    Same,
    /// IEEE half precision, rounded to nearest even.
    F16,
    /// bfloat16, rounded to nearest even.
    Bf16,
}

/// A vector or matrix added to C: element `(i, j)` is at `ptr + i · row + j · col`. A bias per column has `row == 0`, a bias
/// per row `col == 0`, a residual neither.
///
/// ```
/// # use neurarust_core::cpu::gemm::{Addend, Epilogue, Output};
/// let (mut c, bias) = ([0f32; 2], [1f32, 2.0]);
/// let out = Output::new(c.as_mut_ptr(), 2, 1).bias_per_column(bias.as_ptr(), 1);
/// let Addend { ptr, row, col } = out.addend().unwrap();
/// assert_eq!((ptr, row, col), (bias.as_ptr(), 0, 1));
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Addend<T> {
    /// Where the element of `(0, 0)` is.
    pub ptr: *const T,
    /// From one row to the next.
    pub row: isize,
    /// From one column to the next.
    pub col: isize,
}

/// A function applied to a run of elements in place.
///
/// ```
/// # use neurarust_core::cpu::gemm::Map;
/// let relu: Map<f32> = &|run| run.iter_mut().for_each(|x| *x = x.max(0.0));
/// let mut run = [-1.0, 2.0];
/// relu(&mut run);
/// assert_eq!(run, [0.0, 2.0]);
/// ```
pub type Map<'a, T> = &'a (dyn Fn(&mut [T]) + Sync);

/// C in memory, `C = map(alpha · A·B + beta · C + bias + residual)`, in any element type.
///
/// ```
/// # use neurarust_core::cpu::gemm::{Output, Strided, gemm};
/// let (a, b, mut c) = ([1f32, 2.0], [3f32, 4.0], [100f32]); // 1 × 2 times 2 × 1
/// let out = Output::new(c.as_mut_ptr(), 1, 1).scaled(10.0).plus_previous(1.0);
/// // SAFETY: strides and sizes describe the arrays above.
/// unsafe { gemm(1, 1, 2, &Strided::lhs(a.as_ptr(), 2, 1), &Strided::rhs(b.as_ptr(), 1, 1), &out) };
/// assert_eq!(c, [10.0 * 11.0 + 100.0]);
/// ```
#[derive(Clone, Copy)]
pub struct Output<'a, T> {
    place: Place<T>,
    store: Store,
    alpha: T,
    beta: T,
    bias: Option<Addend<T>>,
    residual: Option<Addend<T>>,
    map: Option<Map<'a, T>>,
}

// SAFETY: the addends are only read and the place is written in disjoint tiles; the caller of `gemm` promises that
// nobody else touches either.
unsafe impl<T: Entry> Sync for Output<'_, T> {}
// SAFETY: as above.
unsafe impl<T: Entry> Send for Output<'_, T> {}

impl<'a, T: Entry> Output<'a, T> {
    /// `C = A·B`, with these strides between rows and columns of C.
    ///
    /// ```
    /// # use neurarust_core::cpu::gemm::{Output, Strided, gemm};
    /// let (a, b, mut c) = ([1f32, 2.0], [3f32, 4.0], [0f32; 4]); // 2 × 1 times 1 × 2
    /// let out = Output::new(c.as_mut_ptr(), 1, 2); // by columns
    /// // SAFETY: strides and sizes describe the arrays above.
    /// unsafe { gemm(2, 2, 1, &Strided::lhs(a.as_ptr(), 1, 1), &Strided::rhs(b.as_ptr(), 2, 1), &out) };
    /// assert_eq!(c, [3.0, 6.0, 4.0, 8.0]);
    /// ```
    pub fn new(ptr: *mut T, row_stride: isize, col_stride: isize) -> Self {
        Output {
            place: Place {
                ptr,
                row: row_stride,
                col: col_stride,
                runs: None,
            },
            store: Store::Same,
            alpha: T::ONE,
            beta: T::ZERO,
            bias: None,
            residual: None,
            map: None,
        }
    }

    /// Columns are two axes that do not merge, such as (image, position): column `j` is at
    /// `(j / run) · outer + (j % run) · col_stride`. `run` is at least 1.
    ///
    /// ```
    /// # use neurarust_core::cpu::gemm::{Output, Strided, gemm};
    /// let (a, b, mut c) = ([1f32], [1f32, 2.0, 3.0, 4.0], [0f32; 5]); // 1 × 1 times 1 × 4
    /// let out = Output::new(c.as_mut_ptr(), 5, 1).columns_in_runs(2, 3);
    /// // SAFETY: strides and sizes describe the arrays above.
    /// unsafe { gemm(1, 4, 1, &Strided::lhs(a.as_ptr(), 1, 1), &Strided::rhs(b.as_ptr(), 4, 1), &out) };
    /// assert_eq!(c, [1.0, 2.0, 0.0, 3.0, 4.0]);
    /// ```
    pub fn columns_in_runs(self, run: usize, outer: isize) -> Self {
        Output {
            place: Place {
                runs: Some((run, outer)),
                ..self.place
            },
            ..self
        }
    }

    /// Multiplies the product by `alpha`.
    ///
    /// ```
    /// # use neurarust_core::cpu::gemm::{Output, Strided, gemm};
    /// let (a, b, mut c) = ([1f32, 2.0], [3f32, 4.0], [0f32; 4]); // 2 × 1 times 1 × 2
    /// let out = Output::new(c.as_mut_ptr(), 2, 1).scaled(0.5);
    /// // SAFETY: strides and sizes describe the arrays above.
    /// unsafe { gemm(2, 2, 1, &Strided::lhs(a.as_ptr(), 1, 1), &Strided::rhs(b.as_ptr(), 2, 1), &out) };
    /// assert_eq!(c, [1.5, 2.0, 3.0, 4.0]);
    /// ```
    pub fn scaled(self, alpha: T) -> Self {
        Output { alpha, ..self }
    }

    /// Adds `beta` times what C held before. With `beta == 0` C is not read.
    ///
    /// ```
    /// # use neurarust_core::cpu::gemm::{Output, Strided, gemm};
    /// let (a, b, mut c) = ([1f32, 2.0], [3f32, 4.0], [10f32; 4]); // 2 × 1 times 1 × 2
    /// let out = Output::new(c.as_mut_ptr(), 2, 1).plus_previous(2.0);
    /// // SAFETY: strides and sizes describe the arrays above.
    /// unsafe { gemm(2, 2, 1, &Strided::lhs(a.as_ptr(), 1, 1), &Strided::rhs(b.as_ptr(), 2, 1), &out) };
    /// assert_eq!(c, [23.0, 24.0, 26.0, 28.0]);
    /// ```
    pub fn plus_previous(self, beta: T) -> Self {
        Output { beta, ..self }
    }

    /// Adds one value per column (a linear layer's bias), `stride` apart.
    ///
    /// ```
    /// # use neurarust_core::cpu::gemm::{Output, Strided, gemm};
    /// let (a, b, mut c, bias) = ([1f32, 2.0], [3f32, 4.0], [0f32; 4], [10f32, 20.0]); // 2 × 1 times 1 × 2
    /// let out = Output::new(c.as_mut_ptr(), 2, 1).bias_per_column(bias.as_ptr(), 1);
    /// // SAFETY: strides and sizes describe the arrays above.
    /// unsafe { gemm(2, 2, 1, &Strided::lhs(a.as_ptr(), 1, 1), &Strided::rhs(b.as_ptr(), 2, 1), &out) };
    /// assert_eq!(c, [13.0, 24.0, 16.0, 28.0]);
    /// ```
    pub fn bias_per_column(self, ptr: *const T, stride: isize) -> Self {
        Output {
            bias: Some(Addend {
                ptr,
                row: 0,
                col: stride,
            }),
            ..self
        }
    }

    /// Adds one value per row (a convolution's bias), `stride` apart.
    ///
    /// ```
    /// # use neurarust_core::cpu::gemm::{Output, Strided, gemm};
    /// let (a, b, mut c, bias) = ([1f32, 2.0], [3f32, 4.0], [0f32; 4], [10f32, 20.0]); // 2 × 1 times 1 × 2
    /// let out = Output::new(c.as_mut_ptr(), 2, 1).bias_per_row(bias.as_ptr(), 1);
    /// // SAFETY: strides and sizes describe the arrays above.
    /// unsafe { gemm(2, 2, 1, &Strided::lhs(a.as_ptr(), 1, 1), &Strided::rhs(b.as_ptr(), 2, 1), &out) };
    /// assert_eq!(c, [13.0, 14.0, 26.0, 28.0]);
    /// ```
    pub fn bias_per_row(self, ptr: *const T, stride: isize) -> Self {
        Output {
            bias: Some(Addend {
                ptr,
                row: stride,
                col: 0,
            }),
            ..self
        }
    }

    /// Adds a matrix, before the activation.
    ///
    /// ```
    /// # use neurarust_core::cpu::gemm::{Output, Strided, gemm};
    /// let (a, b, mut c) = ([1f32, 2.0], [3f32, 4.0], [0f32; 4]); // 2 × 1 times 1 × 2
    /// let skipped = [10f32, 20.0, 30.0, 40.0];
    /// let out = Output::new(c.as_mut_ptr(), 2, 1).residual(skipped.as_ptr(), 2, 1);
    /// // SAFETY: strides and sizes describe the arrays above.
    /// unsafe { gemm(2, 2, 1, &Strided::lhs(a.as_ptr(), 1, 1), &Strided::rhs(b.as_ptr(), 2, 1), &out) };
    /// assert_eq!(c, [13.0, 24.0, 36.0, 48.0]);
    /// ```
    pub fn residual(self, ptr: *const T, row_stride: isize, col_stride: isize) -> Self {
        Output {
            residual: Some(Addend {
                ptr,
                row: row_stride,
                col: col_stride,
            }),
            ..self
        }
    }

    /// Applies a function to every element, last. It gets runs of elements in no particular order, some of which
    /// mean nothing, and must treat each for itself.
    ///
    /// ```
    /// # use neurarust_core::cpu::gemm::{Output, Strided, gemm};
    /// let (a, b, mut c) = ([1f32, -2.0], [3f32, 4.0], [0f32; 4]); // 2 × 1 times 1 × 2
    /// let relu = |run: &mut [f32]| run.iter_mut().for_each(|x| *x = x.max(0.0));
    /// let out = Output::new(c.as_mut_ptr(), 2, 1).map(&relu);
    /// // SAFETY: strides and sizes describe the arrays above.
    /// unsafe { gemm(2, 2, 1, &Strided::lhs(a.as_ptr(), 1, 1), &Strided::rhs(b.as_ptr(), 2, 1), &out) };
    /// assert_eq!(c, [3.0, 4.0, 0.0, 0.0]);
    /// ```
    pub fn map(self, f: Map<'a, T>) -> Self {
        Output {
            map: Some(f),
            ..self
        }
    }

    /// The same output `elements` further on, the next matrix of a batch. The addends stay where they are.
    ///
    /// ```
    /// # use neurarust_core::cpu::gemm::{Output, Strided, gemm};
    /// let (a, b, mut c) = ([1f32, 2.0], [3f32, 4.0], [0f32; 6]); // 2 × 1 times 1 × 2
    /// let out = Output::new(c.as_mut_ptr(), 2, 1).offset(2);
    /// // SAFETY: strides and sizes describe the arrays above.
    /// unsafe { gemm(2, 2, 1, &Strided::lhs(a.as_ptr(), 1, 1), &Strided::rhs(b.as_ptr(), 2, 1), &out) };
    /// assert_eq!(c, [0.0, 0.0, 3.0, 4.0, 6.0, 8.0]);
    /// ```
    pub fn offset(self, elements: isize) -> Self {
        let ptr = match self.store {
            Store::Same => self.place.ptr.wrapping_offset(elements),
            Store::F16 | Store::Bf16 => self
                .place
                .ptr
                .cast::<u16>()
                .wrapping_offset(elements)
                .cast(),
        };
        Output {
            place: Place { ptr, ..self.place },
            ..self
        }
    }

    /// Moves the residual `elements` further on.
    ///
    /// ```
    /// # use neurarust_core::cpu::gemm::{Output, Strided, gemm};
    /// let (a, b, mut c) = ([1f32, 2.0], [3f32, 4.0], [0f32; 4]); // 2 × 1 times 1 × 2
    /// let skipped = [0f32, 0.0, 10.0, 20.0, 30.0, 40.0];
    /// let out = Output::new(c.as_mut_ptr(), 2, 1).residual(skipped.as_ptr(), 2, 1).offset_residual(2);
    /// // SAFETY: strides and sizes describe the arrays above.
    /// unsafe { gemm(2, 2, 1, &Strided::lhs(a.as_ptr(), 1, 1), &Strided::rhs(b.as_ptr(), 2, 1), &out) };
    /// assert_eq!(c, [13.0, 24.0, 36.0, 48.0]);
    /// ```
    pub fn offset_residual(self, elements: isize) -> Self {
        let residual = self.residual.map(|r| Addend {
            ptr: r.ptr.wrapping_offset(elements),
            ..r
        });
        Output { residual, ..self }
    }

    /// The addend the driver takes care of, and the ones (bias, residual) left to [`Epilogue::finish`].
    fn addends(&self) -> (Option<Addend<T>>, [Option<Addend<T>>; 2]) {
        if self.alpha != T::ONE {
            (None, [self.bias, self.residual])
        } else if self.bias.is_some() {
            (self.bias, [None, self.residual])
        } else {
            (self.residual, [None, None])
        }
    }

    /// Whether C's memory has the type and a shape that sums can rest in.
    fn in_place(&self) -> bool {
        self.store == Store::Same
    }

    /// Where column `col` starts, in elements, and how many columns follow it at the same stride.
    #[inline(always)]
    fn column(&self, col: usize) -> (isize, usize) {
        match self.place.runs {
            None => (col as isize * self.place.col, usize::MAX),
            Some((run, outer)) => {
                let inner = col % run;
                (
                    (col / run) as isize * outer + inner as isize * self.place.col,
                    run - inner,
                )
            }
        }
    }

    /// Reads or writes one row of a tile: calls `f` with the element offset of each run and its part of the row.
    #[inline(always)]
    fn runs(&self, row: usize, col: usize, values: &mut [T], mut f: impl FnMut(isize, &mut [T])) {
        let mut done = 0;
        while done < values.len() {
            let (at, left) = self.column(col + done);
            let take = left.min(values.len() - done);
            f(
                row as isize * self.place.row + at,
                &mut values[done..done + take],
            );
            done += take;
        }
    }
}

impl Output<'_, f32> {
    /// `C = A·B` computed in `f32` and rounded to `f16`.
    ///
    /// ```
    /// # use neurarust_core::cpu::gemm::{Output, Strided, gemm};
    /// use neurarust_core::f16;
    /// let (a, b, mut c) = ([1f32, 2.0], [3f32, 4.0], [f16::ZERO; 4]); // 2 × 1 times 1 × 2
    /// let out = Output::f16(c.as_mut_ptr(), 2, 1);
    /// // SAFETY: strides and sizes describe the arrays above.
    /// unsafe { gemm(2, 2, 1, &Strided::lhs(a.as_ptr(), 1, 1), &Strided::rhs(b.as_ptr(), 2, 1), &out) };
    /// assert_eq!(c.map(f32::from), [3.0, 4.0, 6.0, 8.0]);
    /// ```
    pub fn f16(ptr: *mut f16, row_stride: isize, col_stride: isize) -> Self {
        Output {
            store: Store::F16,
            ..Output::new(ptr.cast(), row_stride, col_stride)
        }
    }

    /// `C = A·B` computed in `f32` and rounded to `bf16`.
    ///
    /// ```
    /// # use neurarust_core::cpu::gemm::{Output, Strided, gemm};
    /// use neurarust_core::bf16;
    /// let (a, b, mut c) = ([1f32, 2.0], [3f32, 4.0], [bf16::ZERO; 4]); // 2 × 1 times 1 × 2
    /// let out = Output::bf16(c.as_mut_ptr(), 2, 1);
    /// // SAFETY: strides and sizes describe the arrays above.
    /// unsafe { gemm(2, 2, 1, &Strided::lhs(a.as_ptr(), 1, 1), &Strided::rhs(b.as_ptr(), 2, 1), &out) };
    /// assert_eq!(c.map(f32::from), [3.0, 4.0, 6.0, 8.0]);
    /// ```
    pub fn bf16(ptr: *mut bf16, row_stride: isize, col_stride: isize) -> Self {
        Output {
            store: Store::Bf16,
            ..Output::new(ptr.cast(), row_stride, col_stride)
        }
    }
}

// SAFETY: it is only read, and the caller of `gemm` promises that nobody writes meanwhile.
unsafe impl<T: Sync> Sync for Addend<T> {}
// SAFETY: as above.
unsafe impl<T: Sync> Send for Addend<T> {}

impl<T: Entry> Addend<T> {
    /// Where the element of `(row, col)` is.
    #[inline(always)]
    pub(super) fn at(&self, row: usize, col: usize) -> *const T {
        self.ptr
            .wrapping_offset(row as isize * self.row + col as isize * self.col)
    }

    /// Adds its elements to a part of a row.
    ///
    /// # Safety
    /// The addend must have elements for the whole part.
    #[inline(always)]
    pub(super) unsafe fn add_to(&self, row: usize, col: usize, values: &mut [T]) {
        let src = self.at(row, col);
        if self.col == 1 {
            for (j, v) in values.iter_mut().enumerate() {
                // SAFETY: the caller's promise.
                *v = v.add(unsafe { *src.wrapping_add(j) });
            }
        } else if self.col == 0 {
            // SAFETY: the caller's promise.
            let one = unsafe { *src };
            values.iter_mut().for_each(|v| *v = v.add(one));
        } else {
            for (j, v) in values.iter_mut().enumerate() {
                // SAFETY: the caller's promise.
                *v = v.add(unsafe { *src.wrapping_offset(j as isize * self.col) });
            }
        }
    }
}

impl<T: Entry> Epilogue<T> for Output<'_, T> {
    fn partial(&self) -> Option<Place<T>> {
        // Partial sums must not overwrite what is still to be read (C's own memory may be the residual), nor be rounded.
        let unread = self.beta == T::ZERO || self.finish_kind() == Finish::Add;
        let (_, late) = self.addends();
        let read_early = late[1].is_none();
        (unread && read_early && self.in_place()).then_some(self.place)
    }

    fn addend(&self) -> Option<Addend<T>> {
        self.addends().0
    }

    fn finish_kind(&self) -> Finish {
        let (early, late) = self.addends();
        if self.alpha != T::ONE
            || self.map.is_some()
            || late.iter().any(Option::is_some)
            || !self.in_place()
        {
            Finish::Call
        } else if self.beta == T::ZERO {
            Finish::Store
        } else if self.beta == T::ONE && early.is_none() {
            Finish::Add
        } else {
            Finish::Call
        }
    }

    fn by_columns(&self) -> bool {
        self.place.runs.is_none() && self.place.row == 1 && self.place.col != 1
    }

    unsafe fn finish(
        &self,
        row: usize,
        col: usize,
        rows: usize,
        cols: usize,
        tile: &mut [T],
        ld: usize,
    ) {
        if self.alpha != T::ONE {
            tile[..rows * ld]
                .iter_mut()
                .for_each(|v| *v = v.mul(self.alpha));
        }
        let col_stride = self.place.col;
        let (_, late) = self.addends();
        for i in 0..rows {
            let values = &mut tile[i * ld..i * ld + cols];
            if self.beta != T::ZERO {
                self.runs(row + i, col, values, |at, run| {
                    for (j, v) in run.iter_mut().enumerate() {
                        let at = at + j as isize * col_stride;
                        // SAFETY: inside C.
                        let old = unsafe { T::load(self.place.ptr, at, self.store) };
                        *v = v.add(self.beta.mul(old));
                    }
                });
            }
            for addend in late.iter().flatten() {
                // SAFETY: the caller of `gemm` promises an addend as large as C.
                unsafe { addend.add_to(row + i, col, values) };
            }
        }
        if let Some(map) = self.map {
            map(&mut tile[..rows * ld]);
        }
        for i in 0..rows {
            self.runs(row + i, col, &mut tile[i * ld..i * ld + cols], |at, run| {
                if col_stride == 1 {
                    // SAFETY: inside C, which is not the tile.
                    unsafe { T::store_run(run, self.place.ptr, at, self.store) };
                } else {
                    for (j, &v) in run.iter().enumerate() {
                        // SAFETY: inside C.
                        unsafe {
                            v.store(self.place.ptr, at + j as isize * col_stride, self.store)
                        };
                    }
                }
            });
        }
    }
}

/// An epilogue seen from the transposed product.
pub(super) struct Transposed<'a, T>(pub &'a dyn Epilogue<T>);

impl<T: Entry> Epilogue<T> for Transposed<'_, T> {
    fn partial(&self) -> Option<Place<T>> {
        // Rows in runs are nothing the driver knows.
        let place = self.0.partial().filter(|p| p.runs.is_none());
        place.map(|p| Place {
            ptr: p.ptr,
            row: p.col,
            col: p.row,
            runs: None,
        })
    }

    fn addend(&self) -> Option<Addend<T>> {
        self.0.addend().map(|z| Addend {
            ptr: z.ptr,
            row: z.col,
            col: z.row,
        })
    }

    fn finish_kind(&self) -> Finish {
        match self.partial() {
            Some(_) => self.0.finish_kind(),
            None => Finish::Call,
        }
    }

    unsafe fn finish(
        &self,
        row: usize,
        col: usize,
        rows: usize,
        cols: usize,
        tile: &mut [T],
        ld: usize,
    ) {
        let mut turned = [T::ZERO; MAX_TILE];
        for i in 0..rows {
            for j in 0..cols {
                turned[j * rows + i] = tile[i * ld + j];
            }
        }
        // SAFETY: the same elements; the turned tile is dense and no larger.
        unsafe { self.0.finish(col, row, cols, rows, &mut turned, rows) }
    }
}
