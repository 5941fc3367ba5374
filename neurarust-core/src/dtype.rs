//! Element types, and PyTorch's rules for mixing them.

use crate::cpu::half as halves;
use half::{bf16, f16};
use std::fmt;

/// The type of a tensor's elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum DType {
    /// Truth value, one byte holding 0 or 1.
    Bool,
    /// Unsigned 8-bit integer.
    U8,
    /// Signed 8-bit integer.
    I8,
    /// Signed 16-bit integer.
    I16,
    /// Signed 32-bit integer.
    I32,
    /// Signed 64-bit integer.
    I64,
    /// IEEE half precision.
    F16,
    /// The upper half of an `f32`.
    BF16,
    /// IEEE single precision, the default.
    F32,
    /// IEEE double precision.
    F64,
    /// A pair of `f32`: the real and the imaginary part of a complex number.
    C64,
    /// A pair of `f64`: the real and the imaginary part of a complex number.
    C128,
}

/// The type a kernel computes in. Everything else is converted on load and store.
///
/// ```
/// use neurarust_core::{DType, dtype::Compute};
/// assert_eq!((DType::BF16.compute(), DType::U8.compute()), (Compute::F32, Compute::I32));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub enum Compute {
    /// `f32`, also for `f16` and `bf16`
    F32,
    /// `f64`
    F64,
    /// `i32`, also for `bool`, `u8`, `i8` and `i16`: arithmetic modulo 2³² truncates to the right narrow answer
    I32,
    /// `i64`
    I64,
}

impl Compute {
    /// Bytes per element.
    ///
    /// ```
    /// assert_eq!(neurarust_core::dtype::Compute::F64.size(), 8);
    /// ```
    pub fn size(self) -> usize {
        match self {
            Compute::F32 | Compute::I32 => 4,
            Compute::F64 | Compute::I64 => 8,
        }
    }

    /// The dtype with this very representation.
    ///
    /// ```
    /// use neurarust_core::{DType, dtype::Compute};
    /// assert_eq!(Compute::I32.dtype(), DType::I32);
    /// ```
    pub fn dtype(self) -> DType {
        match self {
            Compute::F32 => DType::F32,
            Compute::F64 => DType::F64,
            Compute::I32 => DType::I32,
            Compute::I64 => DType::I64,
        }
    }
}

impl DType {
    /// Every dtype.
    pub const ALL: [DType; 12] = {
        use DType::*;
        [Bool, U8, I8, I16, I32, I64, F16, BF16, F32, F64, C64, C128]
    };

    /// Every dtype whose elements are one number: all but the complex ones.
    pub const REAL: [DType; 10] = {
        use DType::*;
        [Bool, U8, I8, I16, I32, I64, F16, BF16, F32, F64]
    };

    /// Bytes per element.
    ///
    /// ```
    /// # use neurarust_core::DType;
    /// assert_eq!((DType::BF16.size(), DType::C128.size()), (2, 16));
    /// ```
    pub const fn size(self) -> usize {
        match self {
            DType::Bool | DType::U8 | DType::I8 => 1,
            DType::I16 | DType::F16 | DType::BF16 => 2,
            DType::I32 | DType::F32 => 4,
            DType::I64 | DType::F64 | DType::C64 => 8,
            DType::C128 => 16,
        }
    }

    /// PyTorch's name, as in `torch.float32`.
    ///
    /// ```
    /// # use neurarust_core::DType;
    /// assert_eq!((DType::F32.name(), DType::U8.name()), ("float32", "uint8"));
    /// ```
    pub const fn name(self) -> &'static str {
        match self {
            DType::Bool => "bool",
            DType::U8 => "uint8",
            DType::I8 => "int8",
            DType::I16 => "int16",
            DType::I32 => "int32",
            DType::I64 => "int64",
            DType::F16 => "float16",
            DType::BF16 => "bfloat16",
            DType::F32 => "float32",
            DType::F64 => "float64",
            DType::C64 => "complex64",
            DType::C128 => "complex128",
        }
    }

    /// `f16`, `bf16`, `f32` or `f64`.
    ///
    /// ```
    /// # use neurarust_core::DType;
    /// assert!(DType::BF16.is_float() && !DType::I64.is_float() && !DType::C64.is_float());
    /// ```
    pub const fn is_float(self) -> bool {
        matches!(self, DType::F16 | DType::BF16 | DType::F32 | DType::F64)
    }

    /// A pair of floats.
    ///
    /// ```
    /// # use neurarust_core::DType;
    /// assert!(DType::C64.is_complex() && !DType::F32.is_complex());
    /// ```
    pub const fn is_complex(self) -> bool {
        matches!(self, DType::C64 | DType::C128)
    }

    /// A float or a pair of them: the types that can carry gradients.
    ///
    /// ```
    /// # use neurarust_core::DType;
    /// assert!(DType::F16.is_differentiable() && DType::C64.is_differentiable());
    /// assert!(!DType::I64.is_differentiable());
    /// ```
    pub const fn is_differentiable(self) -> bool {
        self.is_float() || self.is_complex()
    }

    /// An integer type, `bool` not counted.
    ///
    /// ```
    /// # use neurarust_core::DType;
    /// assert!(DType::U8.is_int() && !DType::Bool.is_int() && !DType::F32.is_int());
    /// ```
    pub const fn is_int(self) -> bool {
        !self.is_differentiable() && !matches!(self, DType::Bool)
    }

    /// The type of the real and the imaginary part; any other type is its own.
    ///
    /// ```
    /// # use neurarust_core::DType;
    /// assert_eq!((DType::C128.to_real(), DType::I64.to_real()), (DType::F64, DType::I64));
    /// ```
    pub const fn to_real(self) -> DType {
        match self {
            DType::C64 => DType::F32,
            DType::C128 => DType::F64,
            other => other,
        }
    }

    /// The complex type whose parts hold this one: `C128` for `f64`, `C64` for all other numbers.
    ///
    /// ```
    /// # use neurarust_core::DType;
    /// assert_eq!((DType::F64.to_complex(), DType::I64.to_complex()), (DType::C128, DType::C64));
    /// ```
    pub const fn to_complex(self) -> DType {
        match self {
            DType::F64 | DType::C128 => DType::C128,
            _ => DType::C64,
        }
    }

    /// The type kernels compute this one in.
    ///
    /// ```
    /// use neurarust_core::dtype::{Compute, DType};
    /// assert_eq!((DType::BF16.compute(), DType::U8.compute()), (Compute::F32, Compute::I32));
    /// ```
    ///
    /// # Panics
    /// On complex types: no kernel knows them. Operations that aren't defined for them say so before they ask.
    pub fn compute(self) -> Compute {
        match self {
            DType::C64 | DType::C128 => complex_backstop(self),
            DType::F16 | DType::BF16 | DType::F32 => Compute::F32,
            DType::F64 => Compute::F64,
            DType::I64 => Compute::I64,
            _ => Compute::I32,
        }
    }

    /// The smallest type that holds both, by PyTorch's table.
    ///
    /// ```
    /// # use neurarust_core::DType;
    /// assert_eq!(DType::I64.promote(DType::F16), DType::F16);
    /// assert_eq!(DType::F16.promote(DType::BF16), DType::F32);
    /// assert_eq!(DType::U8.promote(DType::I8), DType::I16);
    /// ```
    pub fn promote(self, other: DType) -> DType {
        use DType::*;
        let (a, b) = if self <= other {
            (self, other)
        } else {
            (other, self)
        };
        match (a, b) {
            _ if a == b => a,
            (U8, I8) => I16,
            (F16, BF16) => F32,
            (F64, C64) => C128,
            // In declaration order every later type holds the earlier ones, but for the three pairs above.
            _ => b,
        }
    }

    /// Whether an element can stand for the number `x`: what an integer type counts to (an unsigned one as far below zero,
    /// modulo its range, as in PyTorch), what a float type reaches without becoming infinite.
    ///
    /// ```
    /// # use neurarust_core::DType;
    /// assert!(DType::U8.holds(255.0) && !DType::U8.holds(256.0));
    /// assert!(!DType::F16.holds(1e6) && DType::F16.holds(f64::INFINITY));
    /// ```
    pub fn holds(self, x: f64) -> bool {
        let within = |low: f64, high: f64| x.trunc() >= low && x.trunc() <= high;
        let finite = |most: f64| !x.is_finite() || x.abs() <= most;
        match self {
            DType::Bool | DType::F64 | DType::C128 => true,
            DType::U8 => within(-255.0, 255.0),
            DType::I8 => within(i8::MIN as f64, i8::MAX as f64),
            DType::I16 => within(i16::MIN as f64, i16::MAX as f64),
            DType::I32 => within(i32::MIN as f64, i32::MAX as f64),
            // 2⁶³ is the first `f64` that is too large.
            DType::I64 => x >= i64::MIN as f64 && x < -(i64::MIN as f64),
            DType::F16 => finite(half::f16::MAX.to_f64()),
            DType::BF16 => finite(half::bf16::MAX.to_f64()),
            DType::F32 | DType::C64 => finite(f32::MAX as f64),
        }
    }

    /// This type if it is a float or complex, else the default float type: what `exp` or `/` answers for integers.
    ///
    /// ```
    /// # use neurarust_core::DType;
    /// assert_eq!((DType::I64.to_float(), DType::F64.to_float()), (DType::F32, DType::F64));
    /// ```
    pub fn to_float(self) -> DType {
        if self.is_differentiable() {
            self
        } else {
            DType::F32
        }
    }
}

impl fmt::Display for DType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How much an operand counts when types are mixed: a tensor with dimensions over a 0-d tensor over a bare number,
/// as long as they are of the same category (bool < integer < float < complex).
///
/// ```
/// use neurarust_core::dtype::{DType, Rank, result_type};
/// assert!(Rank::Number < Rank::Zero && Rank::Zero < Rank::Dims);
/// assert_eq!(result_type([(DType::F16, Rank::Dims), (DType::F32, Rank::Zero)]), DType::F16);
/// assert_eq!(result_type([(DType::I64, Rank::Dims), (DType::F32, Rank::Zero)]), DType::F32); // another category
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// A Rust or Python number.
    Number,
    /// A tensor without dimensions.
    Zero,
    /// A tensor with dimensions.
    Dims,
}

/// PyTorch's result type of mixing operands.
///
/// ```
/// use neurarust_core::dtype::{DType, Rank, result_type};
/// let tensor = (DType::F32, Rank::Dims);
/// assert_eq!(result_type([tensor, (DType::F64, Rank::Number)]), DType::F32); // numbers yield
/// assert_eq!(result_type([tensor, (DType::F64, Rank::Dims)]), DType::F64);
/// ```
pub fn result_type(operands: impl IntoIterator<Item = (DType, Rank)>) -> DType {
    let mut best: [Option<DType>; 3] = [None; 3];
    for (dtype, rank) in operands {
        // A bare number brings its category, not its width.
        let dtype = match rank {
            Rank::Number if dtype.is_float() => DType::F32,
            Rank::Number if dtype.is_complex() => DType::C64,
            _ => dtype,
        };
        let slot = &mut best[rank as usize];
        *slot = Some(slot.map_or(dtype, |d| d.promote(dtype)));
    }
    let combine = |higher: Option<DType>, lower: Option<DType>| match (higher, lower) {
        (Some(h), _) if h.is_complex() => Some(h),
        (Some(h), Some(l)) if h.is_float() && l.is_complex() => Some(h.to_complex()),
        (Some(h), _) if h.is_float() => Some(h),
        (Some(h), Some(l)) if h == DType::Bool || l.is_differentiable() => Some(h.promote(l)),
        (Some(h), _) => Some(h),
        (None, l) => l,
    };
    let [number, zero, dims] = best;
    combine(dims, combine(zero, number)).unwrap_or(DType::F32)
}

mod sealed {
    /// Kernels rely on an element's dtype telling its representation, so no other crate may add one.
    pub trait Sealed {}
}

/// A Rust type that tensors can hold.
///
/// ```
/// use neurarust_core::{DType, Element, Result, Tensor};
/// fn total<T: Element>(t: &Tensor) -> Result<f64> {
///     Ok(t.to_vec::<T>()?.into_iter().map(T::to_f64).sum())
/// }
/// assert_eq!(total::<i64>(&Tensor::new([1i64, 2])?)?, 3.0);
/// assert_eq!((u8::DTYPE, u8::from_f64(300.0), u8::from_i64(300)), (DType::U8, 255, 44));
/// # Ok::<(), neurarust_core::Error>(())
/// ```
pub trait Element:
    sealed::Sealed + Copy + Send + Sync + PartialEq + PartialOrd + fmt::Debug + Default + 'static
{
    /// The tensor's name for it.
    const DTYPE: DType;
    /// The value as an `f64`, rounded for large integers.
    fn to_f64(self) -> f64;
    /// The nearest value; floats outside an integer's range saturate, NaN becomes 0.
    fn from_f64(x: f64) -> Self;
    /// The value as an `f32`, rounded.
    fn to_f32(self) -> f32;
    /// The nearest value to an `f32`, as [`from_f64`](Element::from_f64).
    fn from_f32(x: f32) -> Self;
    /// The value as an `i64`; floats saturate.
    fn to_i64(self) -> i64;
    /// The value of an `i64`; narrower integers wrap, `bool` tests for non-zero.
    fn from_i64(x: i64) -> Self;
    /// As [`from_i64`](Element::from_i64).
    fn from_i32(x: i32) -> Self;
}

macro_rules! element {
    ($($t:ty: $d:ident),*) => { $(
        impl sealed::Sealed for $t {}
        impl Element for $t {
            const DTYPE: DType = DType::$d;
            #[inline(always)]
            fn to_f64(self) -> f64 { self as f64 }
            #[inline(always)]
            fn from_f64(x: f64) -> Self { x as $t }
            #[inline(always)]
            fn to_f32(self) -> f32 { self as f32 }
            #[inline(always)]
            fn from_f32(x: f32) -> Self { x as $t }
            #[inline(always)]
            fn to_i64(self) -> i64 { self as i64 }
            #[inline(always)]
            fn from_i64(x: i64) -> Self { x as $t }
            #[inline(always)]
            fn from_i32(x: i32) -> Self { x as $t }
        }
    )* };
}
element!(u8: U8, i8: I8, i16: I16, i32: I32, i64: I64, f32: F32, f64: F64);

impl sealed::Sealed for bool {}
impl Element for bool {
    const DTYPE: DType = DType::Bool;
    #[inline(always)]
    fn to_f64(self) -> f64 {
        self as u8 as f64
    }
    #[inline(always)]
    fn from_f64(x: f64) -> Self {
        x != 0.0
    }
    #[inline(always)]
    fn to_f32(self) -> f32 {
        self as u8 as f32
    }
    #[inline(always)]
    fn from_f32(x: f32) -> Self {
        x != 0.0
    }
    #[inline(always)]
    fn to_i64(self) -> i64 {
        self as i64
    }
    #[inline(always)]
    fn from_i64(x: i64) -> Self {
        x != 0
    }
    #[inline(always)]
    fn from_i32(x: i32) -> Self {
        x != 0
    }
}

macro_rules! half_element {
    ($($t:ty: $d:ident, $widen:path, $narrow:path);*) => { $(
        impl sealed::Sealed for $t {}
        impl Element for $t {
            const DTYPE: DType = DType::$d;
            #[inline(always)]
            fn to_f64(self) -> f64 { $widen(self.to_bits()) as f64 }
            #[inline(always)]
            fn from_f64(x: f64) -> Self { <$t>::from_f64(x) }
            #[inline(always)]
            fn to_f32(self) -> f32 { $widen(self.to_bits()) }
            #[inline(always)]
            fn from_f32(x: f32) -> Self { <$t>::from_bits($narrow(x)) }
            #[inline(always)]
            fn to_i64(self) -> i64 { $widen(self.to_bits()) as i64 }
            #[inline(always)]
            fn from_i64(x: i64) -> Self { <$t>::from_f64(x as f64) }
            #[inline(always)]
            fn from_i32(x: i32) -> Self { <$t>::from_f64(x as f64) }
        }
    )* };
}
half_element!(f16: F16, halves::from_f16, halves::to_f16; bf16: BF16, halves::from_bf16, halves::to_bf16);

/// What an operation that was never told about complex numbers panics with when it meets one, instead of computing on
/// wrong bits. Operations answer an error before it comes to that; the Python module makes a `TypeError` of it.
///
/// ```
/// use neurarust_core::{ComplexUnsupported, DType};
/// assert!(ComplexUnsupported(DType::C64).to_string().starts_with("not defined for complex64"));
/// ```
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("not defined for {0} tensors; see view_as_real, .real and .imag")]
pub struct ComplexUnsupported(pub DType);

/// Panics with [`ComplexUnsupported`].
///
/// ```should_panic
/// neurarust_core::complex_backstop(neurarust_core::DType::C64);
/// ```
#[cold]
#[track_caller]
pub fn complex_backstop(dtype: DType) -> ! {
    std::panic::panic_any(ComplexUnsupported(dtype))
}

/// Runs `$body` with the type alias `$T` set to the Rust type of `$dtype`. The one place that lists every dtype whose
/// elements are one number; complex ones are pairs of them, and panic with [`ComplexUnsupported`] here.
///
/// `dispatch!(dtype, T => vec![T::default()].len())` expands to a `match` with ten arms and that panic.
///
/// ```
/// use neurarust_core::{DType, dispatch};
/// let size = dispatch!(DType::I16, T => std::mem::size_of::<T>());
/// assert_eq!(size, 2);
/// ```
#[macro_export]
macro_rules! dispatch {
    ($dtype:expr, $T:ident => $body:expr) => {
        match $dtype {
            $crate::DType::Bool => {
                type $T = bool;
                $body
            }
            $crate::DType::U8 => {
                type $T = u8;
                $body
            }
            $crate::DType::I8 => {
                type $T = i8;
                $body
            }
            $crate::DType::I16 => {
                type $T = i16;
                $body
            }
            $crate::DType::I32 => {
                type $T = i32;
                $body
            }
            $crate::DType::I64 => {
                type $T = i64;
                $body
            }
            $crate::DType::F16 => {
                type $T = $crate::f16;
                $body
            }
            $crate::DType::BF16 => {
                type $T = $crate::bf16;
                $body
            }
            $crate::DType::F32 => {
                type $T = f32;
                $body
            }
            $crate::DType::F64 => {
                type $T = f64;
                $body
            }
            complex @ ($crate::DType::C64 | $crate::DType::C128) => {
                $crate::complex_backstop(complex)
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn promotion_is_pytorchs() {
        use DType::*;
        assert_eq!(U8.promote(I8), I16);
        assert_eq!(F16.promote(BF16), F32);
        assert_eq!(I64.promote(F16), F16);
        assert_eq!(Bool.promote(U8), U8);
        assert_eq!(result_type([(I32, Rank::Dims), (F64, Rank::Number)]), F32);
        assert_eq!(result_type([(F16, Rank::Dims), (F64, Rank::Zero)]), F16);
        assert_eq!(result_type([(I32, Rank::Dims), (F64, Rank::Zero)]), F64);
        assert_eq!(result_type([(U8, Rank::Dims), (I64, Rank::Number)]), U8);
        assert_eq!(result_type([(Bool, Rank::Dims), (I64, Rank::Number)]), I64);
        assert_eq!(result_type([(F64, Rank::Number), (I64, Rank::Zero)]), F32);
        assert_eq!(F64.promote(C64), C128);
        assert_eq!(F16.promote(C64), C64);
        assert_eq!(result_type([(F64, Rank::Dims), (C128, Rank::Number)]), C128);
        assert_eq!(result_type([(F32, Rank::Dims), (C128, Rank::Number)]), C64);
        assert_eq!(result_type([(I64, Rank::Dims), (C128, Rank::Number)]), C64);
        assert_eq!(result_type([(C64, Rank::Dims), (F64, Rank::Zero)]), C64);
        assert_eq!(result_type([(C64, Rank::Zero), (F64, Rank::Dims)]), C128);
    }
}
