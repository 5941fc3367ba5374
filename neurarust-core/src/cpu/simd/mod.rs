//! Lane types: registers that are [`Real`]s.
//!
//! [`Isa`] names an instruction set and its register types; a kernel is a function generic over it. [`level`] is what
//! the machine has (or what `NEURARUST_ISA=scalar|avx2|avx512|neon|simd128` asks for, never more than the machine has).

use std::sync::atomic::{AtomicU8, Ordering};

use crate::real::Real;

mod exponent;
mod int;
#[cfg(target_arch = "aarch64")]
mod neon;
mod register;
mod scalar;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod wasm;
#[cfg(target_arch = "x86_64")]
mod x86;

pub use int::{Int32, Int64};
#[cfg(target_arch = "aarch64")]
pub use neon::Neon;
pub use scalar::Scalar;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub use wasm::Simd128;
#[cfg(target_arch = "x86_64")]
pub use x86::{Avx2, Avx512};

#[cfg(target_arch = "aarch64")]
pub(crate) use Neon as WideIsa;
#[cfg(not(any(
    target_arch = "x86_64",
    target_arch = "aarch64",
    all(target_arch = "wasm32", target_feature = "simd128")
)))]
pub(crate) use Scalar as WideIsa;
#[cfg(not(target_arch = "x86_64"))]
pub(crate) use Scalar as LongIsa;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub(crate) use Simd128 as WideIsa;
#[cfg(target_arch = "x86_64")]
pub(crate) use x86::{Avx2 as WideIsa, Avx512 as LongIsa};

/// Evaluates `$body` with the type `$I` set to the instruction set of the current [`level`], compiled for it. The body
/// must be `#[inline(always)]` all the way down.
macro_rules! with_isa {
    ($I:ident => $body:expr) => {{
        use $crate::cpu::simd::{Isa, Level, LongIsa, Scalar, WideIsa, level};
        match level() {
            Level::Scalar => {
                type $I = Scalar;
                <$I as Isa>::run(
                    #[inline(always)]
                    || $body,
                )
            }
            Level::Wide => {
                type $I = WideIsa;
                <$I as Isa>::run(
                    #[inline(always)]
                    || $body,
                )
            }
            Level::Avx512 => {
                type $I = LongIsa;
                <$I as Isa>::run(
                    #[inline(always)]
                    || $body,
                )
            }
        }
    }};
}
pub(crate) use with_isa;

/// A register of `N` scalars.
///
/// ```
/// use neurarust_core::cpu::simd::Lanes;
/// /// The sum of `x`, a register at a time.
/// fn total<V: Lanes>(x: &[V::Scalar]) -> V::Scalar {
///     // SAFETY: a chunk holds as many numbers as a register.
///     let registers = x.chunks_exact(V::N).map(|chunk| unsafe { V::load(chunk.as_ptr()) });
///     registers.fold(V::c(0.0), |sum, v| sum + v).sum_lanes()
/// }
/// assert_eq!(total::<f32>(&[1.0, 2.0, 3.0]), 6.0); // a scalar is a register of one lane
/// ```
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

/// What the transcendental functions ([`crate::cpu::math`]) need of a register beyond arithmetic.
///
/// ```
/// use neurarust_core::cpu::simd::FloatLanes;
/// assert_eq!((12f32.mantissa(), 12f32.exponent()), (1.5, 3.0)); // 12 = 1.5 · 2³
/// assert_eq!(1.5f32.scale2(3.0), 12.0);
/// ```
pub trait FloatLanes: Lanes {
    /// Whether `mul_add` rounds once.
    const FUSED: bool;
    /// One bit per lane, the first lowest.
    fn mask_bits(mask: Self::Mask) -> u32;
    /// Into `[low, high]`; NaN stays NaN.
    fn clamp(self, low: f64, high: f64) -> Self;
    /// Bitwise and of the representations.
    fn and_bits(self, other: Self) -> Self;
    /// Bitwise or of the representations.
    fn or_bits(self, other: Self) -> Self;
    /// Bitwise exclusive or of the representations.
    fn xor_bits(self, other: Self) -> Self;
    /// `self · 2ⁿ`, rounded once where that is subnormal, for integral `n` within twice the range of the exponent and
    /// `self` around 1.
    fn scale2(self, n: Self) -> Self;
    /// `m` of `self = m · 2ᵉ`, in `[1, 2)`; `self` positive and finite, subnormal or not.
    fn mantissa(self) -> Self;
    /// `e` of `self = m · 2ᵉ`; `self` positive and finite, subnormal or not.
    fn exponent(self) -> Self;
    /// `f` of every pair of lanes, one at a time: for the rare lanes that a fast path does not cover.
    fn map_lanes(self, other: Self, f: impl Fn(Self::Scalar, Self::Scalar) -> Self::Scalar)
    -> Self;
}

/// A register of `f32` that can be taken through `f64` arithmetic and back.
///
/// ```
/// use neurarust_core::cpu::simd::SplitLanes;
/// let [first, _] = 0.1f32.split();
/// assert_eq!(first, f64::from(0.1f32));
/// assert_eq!(f32::join([first, first]), 0.1);
/// ```
pub trait SplitLanes: FloatLanes<Scalar = f32> {
    /// The instruction set's register of `f64`.
    type Half: FloatLanes<Scalar = f64>;
    /// The first and the second half of the lanes, exactly. (A register of one lane gives it twice.)
    fn split(self) -> [Self::Half; 2];
    /// Rounds back.
    fn join(halves: [Self::Half; 2]) -> Self;
}

/// An instruction set.
///
/// ```
/// use neurarust_core::cpu::simd::{Isa, Lanes, Level, Scalar};
/// assert_eq!((Scalar::LEVEL, <Scalar as Isa>::F32::N), (Level::Scalar, 1));
/// // SAFETY: every processor has it.
/// assert_eq!(unsafe { Scalar::run(|| 1 + 1) }, 2);
/// ```
pub trait Isa: Copy + 'static {
    /// Register of `f32`.
    type F32: SplitLanes<Half = Self::F64>;
    /// Register of `f64`.
    type F64: FloatLanes<Scalar = f64>;
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
///
/// ```
/// use neurarust_core::cpu::simd::Level;
/// assert!(Level::Scalar < Level::Wide && Level::Wide < Level::Avx512);
/// ```
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

impl Level {
    /// Every level, lowest first.
    pub const ALL: [Level; 3] = [Level::Scalar, Level::Wide, Level::Avx512];

    /// The highest level of this machine.
    ///
    /// ```
    /// use neurarust_core::cpu::simd::{Level, level};
    /// assert!(level() <= Level::machine());
    /// ```
    pub fn machine() -> Level {
        #[cfg(target_arch = "x86_64")]
        {
            let wide = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
            let avx512 = is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512vl")
                && is_x86_feature_detected!("avx512bw")
                && is_x86_feature_detected!("avx512dq");
            match (wide, avx512) {
                (true, true) => Level::Avx512,
                (true, false) => Level::Wide,
                _ => Level::Scalar,
            }
        }
        #[cfg(target_arch = "aarch64")]
        {
            Level::Wide
        }
        #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
        {
            if cfg!(all(target_arch = "wasm32", target_feature = "simd128")) {
                Level::Wide
            } else {
                Level::Scalar
            }
        }
    }

    /// The level called `name` in `NEURARUST_ISA`, `None` if there is no such name.
    ///
    /// ```
    /// use neurarust_core::cpu::simd::Level;
    /// assert_eq!(Level::from_name("avx2"), Some(Level::Wide));
    /// assert_eq!(Level::from_name("mmx"), None);
    /// ```
    pub fn from_name(name: &str) -> Option<Level> {
        match name {
            "scalar" => Some(Level::Scalar),
            "avx2" | "neon" | "simd128" => Some(Level::Wide),
            "avx512" => Some(Level::Avx512),
            _ => None,
        }
    }
}

const UNKNOWN: u8 = u8::MAX;
static LEVEL: AtomicU8 = AtomicU8::new(UNKNOWN);

/// The level kernels run at: the machine's, or the lower one that the environment variable `NEURARUST_ISA` or
/// [`set_level`] asks for.
///
/// ```
/// use neurarust_core::cpu::simd::{Level, level, set_level};
/// set_level(Level::Scalar);
/// assert_eq!(level(), Level::Scalar);
/// ```
#[inline]
pub fn level() -> Level {
    match LEVEL.load(Ordering::Relaxed) {
        0 => Level::Scalar,
        1 => Level::Wide,
        2 => Level::Avx512,
        _ => first_level(),
    }
}

#[cold]
fn first_level() -> Level {
    let (level, warning) = choose(
        std::env::var("NEURARUST_ISA").ok().as_deref(),
        Level::machine(),
    );
    // Only the thread that settles the level speaks.
    let first = LEVEL
        .compare_exchange(UNKNOWN, level as u8, Ordering::Relaxed, Ordering::Relaxed)
        .is_ok();
    if let (true, Some(warning)) = (first, warning) {
        eprintln!("neurarust: {warning}");
    }
    self::level()
}

/// The level for a value of `NEURARUST_ISA`, and what to tell the user about it.
fn choose(asked: Option<&str>, machine: Level) -> (Level, Option<String>) {
    let Some(name) = asked.map(str::trim).filter(|name| !name.is_empty()) else {
        return (machine, None);
    };
    match Level::from_name(&name.to_ascii_lowercase()) {
        Some(level) if level <= machine => (level, None),
        Some(_) => (
            machine,
            Some(format!(
                "NEURARUST_ISA={name} is more than this machine has, using {machine:?} instead"
            )),
        ),
        None => (
            machine,
            Some(format!(
                "NEURARUST_ISA={name} is not one of scalar, avx2, avx512, neon, simd128; using {machine:?} instead"
            )),
        ),
    }
}

/// Makes kernels run at `level`, or at the machine's where that is lower. For tests and benches; returns the level set.
///
/// ```
/// use neurarust_core::cpu::simd::{Level, set_level};
/// assert_eq!(set_level(Level::Avx512), Level::machine()); // no more than there is
/// ```
pub fn set_level(level: Level) -> Level {
    let level = level.min(Level::machine());
    LEVEL.store(level as u8, Ordering::Relaxed);
    level
}

/// A scalar that has registers in every instruction set: `f32` and `f64`.
///
/// ```
/// use neurarust_core::cpu::simd::{Float, Isa, Lanes, Scalar};
/// fn lanes<T: Float, I: Isa>() -> usize {
///     T::In::<I>::N
/// }
/// assert_eq!(lanes::<f64, Scalar>(), 1);
/// ```
pub trait Float: Real + Lanes<Scalar = Self> {
    /// Its register in the instruction set `I`.
    type In<I: Isa>: FloatLanes<Scalar = Self>;
}

#[cfg(test)]
pub(crate) mod tests;
