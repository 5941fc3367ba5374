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
//! | scalar | compiler's choice | 4 × 8 | 4 × 4 |

use half::{bf16, f16};

use super::epilogue::Store;
use super::transpose::{self, Fill};
use crate::cpu::simd::{Lanes, Level};

/// A micro-kernel: `C[i][j] (+)= Σ_p A(i, p) · B(p, j)` for the kernel's own number of rows and registers.
///
/// Arguments: depth of K; A, its row stride and its stride along K (ignored by kernels for packed A); B and its stride
/// along K (its columns are adjacent); C and its row stride (its columns are adjacent); whether to add to C.
pub(super) type Micro<T> =
    unsafe fn(usize, *const T, isize, isize, *const T, isize, *mut T, isize, bool);

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
    #[doc(hidden)]
    fn table(level: Level) -> &'static KernelTable<Self>;
}

/// The kernels of one instruction set, closed to the outside.
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
    add: bool,
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
            let row: [R; NV] = std::array::from_fn(|j| R::load(b.wrapping_add(j * R::LANES)));
            for (i, acc) in acc.iter_mut().enumerate() {
                let x = R::splat(a.wrapping_offset(i as isize * a_row));
                for (acc, b) in acc.iter_mut().zip(row) {
                    *acc = x.fma(b, *acc);
                }
            }
            a = a.wrapping_offset(a_k);
            b = b.wrapping_offset(b_k);
        }
        for (i, acc) in acc.into_iter().enumerate() {
            let c = c.wrapping_offset(i as isize * c_row);
            for (j, acc) in acc.into_iter().enumerate() {
                let p = c.wrapping_add(j * R::LANES);
                let value = if add { R::load(p).add(acc) } else { acc };
                value.store(p);
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
                add: bool,
            ) {
                // SAFETY: passed on.
                unsafe { tile::<$t, $reg, R, V, WIDTH>(k, a, a_row, a_k, b, b_k, c, c_row, add) }
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

#[cfg(not(target_arch = "x86_64"))]
static F32: [&KernelTable<f32>; 3] = [&scalar_f32::TABLE; 3];
#[cfg(not(target_arch = "x86_64"))]
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
                            *c.cast::<f16>().wrapping_offset(at) = f16::from_f64(self as f64)
                        }
                        Store::Bf16 => {
                            *c.cast::<bf16>().wrapping_offset(at) = bf16::from_f64(self as f64)
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
