//! Lane types: registers that are [`Real`]s.
//!
//! [`Isa`] names an instruction set and its register types; a kernel is a function generic over it. [`level`] is what
//! the machine has (or what `NEURARUST_ISA=scalar|avx2|avx512|neon|simd128` asks for, never more than the machine has).

use crate::real::Real;

/// A register of `N` scalars.
pub trait Lanes: Real {
    /// The type of one lane.
    type Scalar: Copy;
    /// Lanes per register.
    const N: usize;
    /// Reads `N` scalars.
    ///
    /// # Safety
    /// `p` must be valid for reading `N` scalars (any alignment).
    unsafe fn load(p: *const Self::Scalar) -> Self;
    /// Writes `N` scalars.
    ///
    /// # Safety
    /// `p` must be valid for writing `N` scalars (any alignment).
    unsafe fn store(self, p: *mut Self::Scalar);
    /// Writes a mask as `N` bytes, 0 or 1.
    ///
    /// # Safety
    /// `p` must be valid for writing `N` bytes.
    unsafe fn store_mask(mask: Self::Mask, p: *mut u8);
    /// Sum of the lanes, in a fixed order (pairwise halves).
    fn sum_lanes(self) -> Self::Scalar;
    /// Largest lane, NaN if any is NaN.
    fn max_lanes(self) -> Self::Scalar;
    /// Smallest lane, NaN if any is NaN.
    fn min_lanes(self) -> Self::Scalar;
}

/// An instruction set.
pub trait Isa: Copy + 'static {
    /// Register of `f32`.
    type F32: Lanes<Scalar = f32>;
    /// Register of `f64`.
    type F64: Lanes<Scalar = f64>;
    /// Where it stands in [`Level`].
    const LEVEL: Level;
    /// Runs `f` compiled for this instruction set. Everything `f` calls must be `#[inline(always)]` down to the
    /// intrinsics for that to have an effect.
    ///
    /// # Safety
    /// The processor must have the instruction set.
    unsafe fn run<R>(f: impl FnOnce() -> R) -> R;
}

/// The instruction sets, each at its place in a kernel's table of variants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(usize)]
pub enum Level {
    /// One value at a time.
    Scalar = 0,
    /// The 128- or 256-bit set: AVX2+FMA on x86-64, NEON on aarch64, simd128 on wasm.
    Wide = 1,
    /// AVX-512 (F, VL, BW, DQ) on x86-64.
    Avx512 = 2,
}

/// A scalar that has registers in every instruction set: `f32` and `f64`.
pub trait Float: Real + Lanes<Scalar = Self> {
    /// Its register in the instruction set `I`.
    type In<I: Isa>: Lanes<Scalar = Self>;
}
