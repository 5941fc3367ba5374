//! The micro-kernels: a tile of C in registers, accumulated over one block of K.
//!
//! A tile has up to `mr` rows of `NV` registers. Per step of K the kernel loads `NV` registers of B, broadcasts one
//! scalar of A per row, and does `mr · NV` fused multiply-adds, each into its own register, so that no addition waits
//! for another. Every element of C is the same chain of FMAs over K in every vector instruction set and every tile
//! position: the partition of C has no influence on the bits.
//!
//! | set | registers | f32 tile | f64 tile |
//! |---|---|---|---|
//! | AVX-512 | 32 × 512 bit | 14 × 32 | 14 × 16 |
//! | AVX2 + FMA | 16 × 256 bit | 6 × 16 | 6 × 8 |
//! | NEON | 32 × 128 bit | 12 × 8 | 12 × 4 |
//! | scalar | compiler's choice | 4 × 8 | 4 × 4 |
//!
//! The bodies are plain loops over indices: an intrinsic inside of a closure (`array::from_fn`, an iterator's `map`) is
//! inlined only if the closure is inlined first, which no one promises; then every load of a register is a call.

// Why loops over indices: see above.
#![allow(clippy::needless_range_loop)]

use half::slice::HalfFloatSliceExt;
use half::{bf16, f16};

use super::epilogue::Store;
use super::skinny::{Axpy, Dot, LINES, ROWS, STEPS};
use super::transpose::{self, Fill};
use crate::cpu::simd::{Lanes, Level};

/// A micro-kernel: `C[i][j] = Σ_p A(i, p) · B(p, j) + Z[i][j]` for the kernel's own number of rows and registers.
///
/// Arguments: depth of K; A, its row stride and its stride along K (ignored by kernels for packed A); B and its stride
/// along K (its columns are adjacent); C and its row stride (its columns are adjacent); what to add (null for nothing; C itself,
/// a bias, …) and its row stride.
pub(super) type Micro<T> =
    unsafe fn(usize, *const T, isize, isize, *const T, isize, *mut T, isize, *const T, isize);

/// Everything an instruction set brings to the driver.
pub(super) struct Kernels<T: 'static> {
    /// Rows of the largest tile, and the width of a packed panel of A.
    pub mr: usize,
    /// Lanes of a register.
    pub lanes: usize,
    /// Registers per row of the largest tile.
    pub nv: usize,
    /// Kernels for packed A, `[registers - 1][rows - 1]`.
    pub packed: &'static [&'static [Micro<T>]],
    /// Kernels for A in place, `[registers - 1][rows - 1]`.
    pub strided: &'static [&'static [Micro<T>]],
    /// Dot products of `[rows - 1]` lines of A with [`LINES`] lines of B.
    pub dot: &'static [Dot<T>; ROWS],
    /// Dot products of `[rows - 1]` lines of A with one line of B.
    pub dot_single: &'static [Dot<T>; ROWS],
    /// A row times B.
    pub axpy: Axpy<T>,
    /// Fills a panel from adjacent lines.
    pub copy: Fill<T>,
    /// Fills a panel from lines along which K is adjacent.
    pub turn: Fill<T>,
}

impl<T> Kernels<T> {
    /// Columns of the largest tile, and the width of a packed panel of B.
    pub(super) fn nr(&self) -> usize {
        self.nv * self.lanes
    }
}

/// A type the driver computes in.
///
/// ```
/// # use neurarust_core::cpu::gemm::Entry;
/// fn dot<T: Entry>(a: &[T], b: &[T]) -> T {
///     a.iter().zip(b).fold(T::ZERO, |sum, (&a, &b)| sum.add(a.mul(b)))
/// }
/// assert_eq!(dot(&[1f64, 2.0], &[3.0, 4.0]), 11.0);
/// ```
pub trait Entry: Copy + Send + Sync + PartialEq + std::fmt::Debug + 'static {
    /// The additive identity.
    const ZERO: Self;
    /// The multiplicative identity.
    const ONE: Self;
    /// `self + other`
    fn add(self, other: Self) -> Self;
    /// `self * other`
    fn mul(self, other: Self) -> Self;
    /// Reads element `at` of C, whose elements are of type `store`.
    ///
    /// # Safety
    /// The element must be readable.
    unsafe fn load(c: *const Self, at: isize, store: Store) -> Self;
    /// Writes element `at` of C, whose elements are of type `store`.
    ///
    /// # Safety
    /// The element must be writable.
    unsafe fn store(self, c: *mut Self, at: isize, store: Store);
    /// Writes adjacent elements of C from `at` on.
    ///
    /// # Safety
    /// The elements must be writable and no part of `values`.
    unsafe fn store_run(values: &[Self], c: *mut Self, at: isize, store: Store);
    #[doc(hidden)]
    fn table(level: Level) -> &'static KernelTable<Self>;
}

/// The kernels of one instruction set, closed to the outside.
#[doc(hidden)]
pub struct KernelTable<T: 'static>(pub(super) Kernels<T>);

/// A SIMD register of `T`, as much of it as a product needs.
trait Reg<T>: Copy {
    const LANES: usize;
    unsafe fn zero() -> Self;
    unsafe fn load(p: *const T) -> Self;
    unsafe fn splat(p: *const T) -> Self;
    unsafe fn fma(self, b: Self, c: Self) -> Self;
    unsafe fn add(self, b: Self) -> Self;
    unsafe fn store(self, p: *mut T);
    /// The sum of the lanes, halves meeting pairwise.
    unsafe fn sum(self) -> T;
}

/// The one body of all micro-kernels.
///
/// # Safety
/// The pointers must be valid for the tile: `k × NV·LANES` of B, `MR × k` of A, `MR × NV·LANES` of C.
#[inline(always)]
#[allow(clippy::too_many_arguments)]
unsafe fn tile<T, R: Reg<T>, const MR: usize, const NV: usize, const WIDTH: usize>(
    k: usize,
    mut a: *const T,
    a_row: isize,
    a_k: isize,
    mut b: *const T,
    b_k: isize,
    c: *mut T,
    c_row: isize,
    z: *const T,
    z_row: isize,
) {
    // WIDTH is the panel width of packed A, 0 for A in place.
    let (a_row, a_k) = if WIDTH == 0 {
        (a_row, a_k)
    } else {
        (1, WIDTH as isize)
    };
    // SAFETY: the caller's promise covers every address below; pointers past the last step are made with wrapping
    // arithmetic and never read.
    unsafe {
        let mut acc = [[R::zero(); NV]; MR];
        for _ in 0..k {
            let mut row = [R::zero(); NV];
            for j in 0..NV {
                row[j] = R::load(b.wrapping_add(j * R::LANES));
            }
            for i in 0..MR {
                let x = R::splat(a.wrapping_offset(i as isize * a_row));
                for j in 0..NV {
                    acc[i][j] = x.fma(row[j], acc[i][j]);
                }
            }
            a = a.wrapping_offset(a_k);
            b = b.wrapping_offset(b_k);
        }
        for i in 0..MR {
            let c = c.wrapping_offset(i as isize * c_row);
            let z = if z.is_null() {
                z
            } else {
                z.wrapping_offset(i as isize * z_row)
            };
            for j in 0..NV {
                let value = if z.is_null() {
                    acc[i][j]
                } else {
                    R::load(z.wrapping_add(j * R::LANES)).add(acc[i][j])
                };
                value.store(c.wrapping_add(j * R::LANES));
            }
        }
    }
}

/// The body of the dot kernels: [`Dot`] for `M` rows and `N` lines.
///
/// # Safety
/// `M` lines of A and `N` of B must be readable, `M × LINES` places of `out` writable.
#[inline(always)]
unsafe fn dot<T: Entry, R: Reg<T>, const M: usize, const N: usize>(
    k: usize,
    a: *const T,
    a_line: isize,
    b: *const T,
    b_line: isize,
    out: *mut T,
) {
    // SAFETY: the caller's promise covers every address below.
    unsafe {
        let mut acc = [[R::zero(); N]; M];
        let whole = k / R::LANES * R::LANES;
        for p in (0..whole).step_by(R::LANES) {
            let mut line = [R::zero(); N];
            for j in 0..N {
                line[j] = R::load(b.wrapping_offset(j as isize * b_line).wrapping_add(p));
            }
            for i in 0..M {
                let a = R::load(a.wrapping_offset(i as isize * a_line).wrapping_add(p));
                for j in 0..N {
                    acc[i][j] = a.fma(line[j], acc[i][j]);
                }
            }
        }
        for i in 0..M {
            for j in 0..N {
                let mut sum = acc[i][j].sum();
                for p in whole..k {
                    let a = *a.wrapping_offset(i as isize * a_line).wrapping_add(p);
                    let b = *b.wrapping_offset(j as isize * b_line).wrapping_add(p);
                    sum = sum.add(a.mul(b));
                }
                *out.add(i * LINES + j) = sum;
            }
        }
    }
}

/// The body of [`Axpy`]: a few rows of B at a time are added to y, so that B is read front to back.
///
/// # Safety
/// `k` values of x, `k × n` of B must be readable, `n` of y writable.
#[inline(always)]
unsafe fn axpy<T: Entry, R: Reg<T>>(
    k: usize,
    x: *const T,
    b: *const T,
    b_k: isize,
    n: usize,
    y: *mut T,
) {
    // SAFETY: the caller's promise covers every address below.
    unsafe {
        let whole = k / STEPS * STEPS;
        for p in (0..whole).step_by(STEPS) {
            let mut scale = [R::zero(); STEPS];
            let mut row = [b; STEPS];
            for q in 0..STEPS {
                scale[q] = R::splat(x.add(p + q));
                row[q] = b.wrapping_offset((p + q) as isize * b_k);
            }
            let mut j = 0;
            while j + R::LANES <= n {
                let mut sum = R::load(y.add(j));
                for q in 0..STEPS {
                    sum = scale[q].fma(R::load(row[q].wrapping_add(j)), sum);
                }
                sum.store(y.add(j));
                j += R::LANES;
            }
            for j in j..n {
                let mut sum = *y.add(j);
                for q in 0..STEPS {
                    sum = sum.add((*x.add(p + q)).mul(*row[q].wrapping_add(j)));
                }
                *y.add(j) = sum;
            }
        }
        for p in whole..k {
            let (scale, row) = (*x.add(p), b.wrapping_offset(p as isize * b_k));
            for j in 0..n {
                *y.add(j) = (*y.add(j)).add(scale.mul(*row.wrapping_add(j)));
            }
        }
    }
}

/// Writes the kernels of one register type for 1..=MR rows and 1..=NV registers as a table.
macro_rules! table {
    ($name:ident, $t:ty, $reg:ty, $lanes:expr, $mr:expr, $nv:expr, [$($r:literal)*], [$($v:literal)*], $turn:expr, $($attr:tt)*) => {
        mod $name {
            #[allow(unused_imports)]
            use super::*;
            /// # Safety
            /// As [`tile`]'s; the processor has the instruction set.
            #[allow(clippy::too_many_arguments)]
            $($attr)*
            unsafe fn kernel<const R: usize, const V: usize, const WIDTH: usize>(
                k: usize, a: *const $t, a_row: isize, a_k: isize, b: *const $t, b_k: isize, c: *mut $t, c_row: isize,
                z: *const $t, z_row: isize,
            ) {
                // SAFETY: passed on.
                unsafe { tile::<$t, $reg, R, V, WIDTH>(k, a, a_row, a_k, b, b_k, c, c_row, z, z_row) }
            }
            /// # Safety
            /// As [`dot`]'s; the processor has the instruction set.
            $($attr)*
            unsafe fn dots<const M: usize, const N: usize>(
                k: usize, a: *const $t, a_line: isize, b: *const $t, b_line: isize, out: *mut $t,
            ) {
                // SAFETY: passed on.
                unsafe { dot::<$t, $reg, M, N>(k, a, a_line, b, b_line, out) }
            }
            /// # Safety
            /// As [`axpy`]'s; the processor has the instruction set.
            $($attr)*
            unsafe fn add_rows(k: usize, x: *const $t, b: *const $t, b_k: isize, n: usize, y: *mut $t) {
                // SAFETY: passed on.
                unsafe { axpy::<$t, $reg>(k, x, b, b_k, n, y) }
            }
            /// # Safety
            /// As [`transpose::copy`]; the processor has the instruction set.
            $($attr)*
            unsafe fn copy(src: *const $t, k: isize, lines: usize, depth: usize, width: usize, dst: *mut $t) {
                // SAFETY: passed on.
                unsafe { transpose::copy::<$t, { $mr }, { $lanes * $nv }>(src, k, lines, depth, width, dst) }
            }
            table!(@rows $t, PACKED, $mr, [$($r)*], [$($v)*]);
            table!(@rows $t, STRIDED, 0, [$($r)*], [$($v)*]);
            pub(super) static TABLE: KernelTable<$t> = KernelTable(Kernels {
                mr: $mr, lanes: $lanes, nv: $nv, packed: PACKED, strided: STRIDED, copy, turn: $turn,
                dot: &[dots::<1, LINES>, dots::<2, LINES>, dots::<3, LINES>, dots::<4, LINES>],
                dot_single: &[dots::<1, 1>, dots::<2, 1>, dots::<3, 1>, dots::<4, 1>],
                axpy: add_rows,
            });
        }
    };
    (@rows $t:ty, $list:ident, $width:expr, $rows:tt, [$($v:literal)*]) => {
        static $list: &[&[Micro<$t>]] = &[$(table!(@row $width, $v, $rows)),*];
    };
    (@row $width:expr, $v:literal, [$($r:literal)*]) => { &[$(kernel::<$r, $v, { $width }>),*] };
}

/// A register as an array, for the compiler to vectorise as it can.
#[derive(Clone, Copy)]
struct Array<T, const N: usize>([T; N]);

impl<T: Entry, const N: usize> Reg<T> for Array<T, N> {
    const LANES: usize = N;
    #[inline(always)]
    unsafe fn zero() -> Self {
        Array([T::ZERO; N])
    }
    #[inline(always)]
    unsafe fn load(p: *const T) -> Self {
        // SAFETY: the caller's promise; an array of T needs no more alignment than T.
        Array(unsafe { p.cast::<[T; N]>().read_unaligned() })
    }
    #[inline(always)]
    unsafe fn splat(p: *const T) -> Self {
        // SAFETY: the caller's promise.
        Array([unsafe { *p }; N])
    }
    #[inline(always)]
    unsafe fn fma(self, b: Self, c: Self) -> Self {
        // Without the instruction a fused multiply-add is a library call: multiply, then add.
        Array(std::array::from_fn(|i| self.0[i].mul(b.0[i]).add(c.0[i])))
    }
    #[inline(always)]
    unsafe fn add(self, b: Self) -> Self {
        Array(std::array::from_fn(|i| self.0[i].add(b.0[i])))
    }
    #[inline(always)]
    unsafe fn store(self, p: *mut T) {
        // SAFETY: the caller's promise.
        unsafe { p.cast::<[T; N]>().write_unaligned(self.0) }
    }
    #[inline(always)]
    unsafe fn sum(self) -> T {
        let mut lanes = self.0;
        let mut half = N / 2;
        while half > 0 {
            for i in 0..half {
                lanes[i] = lanes[i].add(lanes[i + half]);
            }
            half /= 2;
        }
        lanes[0]
    }
}

table!(scalar_f32, f32, Array<f32, 4>, 4, 4, 2, [1 2 3 4], [1 2], transpose::turn,);
table!(scalar_f64, f64, Array<f64, 2>, 2, 4, 2, [1 2 3 4], [1 2], transpose::turn,);

/// A register of [`crate::cpu::simd`].
#[derive(Clone, Copy)]
struct Lane<R>(R);

impl<R: Lanes<Scalar: Into<f64> + Copy>> Reg<R::Scalar> for Lane<R> {
    const LANES: usize = R::N;
    #[inline(always)]
    unsafe fn zero() -> Self {
        Lane(R::c(0.0))
    }
    #[inline(always)]
    unsafe fn load(p: *const R::Scalar) -> Self {
        // SAFETY: the caller's promise.
        Lane(unsafe { R::load(p) })
    }
    #[inline(always)]
    unsafe fn splat(p: *const R::Scalar) -> Self {
        // SAFETY: the caller's promise. The way through `f64` is no instruction.
        Lane(R::c(unsafe { *p }.into()))
    }
    #[inline(always)]
    unsafe fn fma(self, b: Self, c: Self) -> Self {
        Lane(self.0.mul_add(b.0, c.0))
    }
    #[inline(always)]
    unsafe fn add(self, b: Self) -> Self {
        Lane(self.0 + b.0)
    }
    #[inline(always)]
    unsafe fn store(self, p: *mut R::Scalar) {
        // SAFETY: the caller's promise.
        unsafe { self.0.store(p) }
    }
    #[inline(always)]
    unsafe fn sum(self) -> R::Scalar {
        self.0.sum_lanes()
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::*;
    use crate::cpu::simd::{Avx2, Avx512, Isa};

    table!(avx512_f32, f32, Lane<<Avx512 as Isa>::F32>, 16, 14, 2, [1 2 3 4 5 6 7 8 9 10 11 12 13 14], [1 2], transpose::x86::turn_f32, #[target_feature(enable = "avx512f,avx512vl,avx512bw,avx512dq,avx2,fma")]);
    table!(avx512_f64, f64, Lane<<Avx512 as Isa>::F64>, 8, 14, 2, [1 2 3 4 5 6 7 8 9 10 11 12 13 14], [1 2], transpose::x86::turn_f64, #[target_feature(enable = "avx512f,avx512vl,avx512bw,avx512dq,avx2,fma")]);
    table!(avx2_f32, f32, Lane<<Avx2 as Isa>::F32>, 8, 6, 2, [1 2 3 4 5 6], [1 2], transpose::x86::turn_f32, #[target_feature(enable = "avx2,fma")]);
    table!(avx2_f64, f64, Lane<<Avx2 as Isa>::F64>, 4, 6, 2, [1 2 3 4 5 6], [1 2], transpose::x86::turn_f64, #[target_feature(enable = "avx2,fma")]);

    pub(super) static F32: [&KernelTable<f32>; 3] =
        [&scalar_f32::TABLE, &avx2_f32::TABLE, &avx512_f32::TABLE];
    pub(super) static F64: [&KernelTable<f64>; 3] =
        [&scalar_f64::TABLE, &avx2_f64::TABLE, &avx512_f64::TABLE];
}
#[cfg(target_arch = "x86_64")]
use x86::{F32, F64};

#[cfg(target_arch = "aarch64")]
mod neon {
    use super::*;
    use crate::cpu::simd::{Isa, Neon};

    table!(neon_f32, f32, Lane<<Neon as Isa>::F32>, 4, 12, 2, [1 2 3 4 5 6 7 8 9 10 11 12], [1 2], transpose::turn, #[target_feature(enable = "neon")]);
    table!(neon_f64, f64, Lane<<Neon as Isa>::F64>, 2, 12, 2, [1 2 3 4 5 6 7 8 9 10 11 12], [1 2], transpose::turn, #[target_feature(enable = "neon")]);

    pub(super) static F32: [&KernelTable<f32>; 3] =
        [&scalar_f32::TABLE, &neon_f32::TABLE, &neon_f32::TABLE];
    pub(super) static F64: [&KernelTable<f64>; 3] =
        [&scalar_f64::TABLE, &neon_f64::TABLE, &neon_f64::TABLE];
}
#[cfg(target_arch = "aarch64")]
use neon::{F32, F64};

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
static F32: [&KernelTable<f32>; 3] = [&scalar_f32::TABLE; 3];
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
static F64: [&KernelTable<f64>; 3] = [&scalar_f64::TABLE; 3];

macro_rules! scalar {
    ($t:ty, $tables:ident) => {
        impl Entry for $t {
            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;
            #[inline(always)]
            fn add(self, other: Self) -> Self {
                self + other
            }
            #[inline(always)]
            fn mul(self, other: Self) -> Self {
                self * other
            }
            #[inline(always)]
            unsafe fn load(c: *const Self, at: isize, store: Store) -> Self {
                // SAFETY: the caller's promise; `c` really points to `store`'s type.
                unsafe {
                    match store {
                        Store::Same => *c.wrapping_offset(at),
                        Store::F16 => (*c.cast::<f16>().wrapping_offset(at)).to_f32() as $t,
                        Store::Bf16 => (*c.cast::<bf16>().wrapping_offset(at)).to_f32() as $t,
                    }
                }
            }
            #[inline(always)]
            unsafe fn store(self, c: *mut Self, at: isize, store: Store) {
                // SAFETY: as above.
                unsafe {
                    match store {
                        Store::Same => *c.wrapping_offset(at) = self,
                        Store::F16 => {
                            *c.cast::<f16>().wrapping_offset(at) = f16::from_f32(self as f32)
                        }
                        Store::Bf16 => {
                            *c.cast::<bf16>().wrapping_offset(at) = bf16::from_f32(self as f32)
                        }
                    }
                }
            }
            unsafe fn store_run(values: &[Self], c: *mut Self, at: isize, store: Store) {
                // SAFETY: as above.
                unsafe {
                    if store == Store::Same {
                        return std::ptr::copy_nonoverlapping(
                            values.as_ptr(),
                            c.wrapping_offset(at),
                            values.len(),
                        );
                    }
                    let mut single = [0f32; 64];
                    for (i, values) in values.chunks(64).enumerate() {
                        let single = &mut single[..values.len()];
                        single
                            .iter_mut()
                            .zip(values)
                            .for_each(|(s, &v)| *s = v as f32);
                        let (at, len) = (at + 64 * i as isize, values.len());
                        if store == Store::F16 {
                            let mut half = [f16::ZERO; 64];
                            half[..len].convert_from_f32_slice(single);
                            std::ptr::copy_nonoverlapping(
                                half.as_ptr(),
                                c.cast::<f16>().wrapping_offset(at),
                                len,
                            );
                        } else {
                            let mut half = [bf16::ZERO; 64];
                            half[..len].convert_from_f32_slice(single);
                            std::ptr::copy_nonoverlapping(
                                half.as_ptr(),
                                c.cast::<bf16>().wrapping_offset(at),
                                len,
                            );
                        }
                    }
                }
            }
            #[inline]
            fn table(level: Level) -> &'static KernelTable<Self> {
                $tables[level as usize]
            }
        }
    };
}
scalar!(f32, F32);
scalar!(f64, F64);
