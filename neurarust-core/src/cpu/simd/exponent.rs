//! Powers of two and the fields of a float, for registers without instructions of their own for them.

use super::FloatLanes;

/// The layout of a scalar's bits.
pub trait Format: Copy {
    /// Adding it leaves an integer in the low bits of the mantissa.
    const MAGIC: f64;
    /// Binary digits, the leading one too: the exponent of twice the magic number.
    const DIGITS: f64;
    /// What is added to an exponent to store it.
    const BIAS: f64;
    /// The smallest number with an exponent of its own.
    const MIN_NORMAL: f64;
    /// Its bits are all those of the mantissa.
    const MANTISSA_BITS: f64;
}

macro_rules! format {
    ($($float:ident)*) => { $(
        impl Format for $float {
            const MAGIC: f64 = (1u64 << ($float::MANTISSA_DIGITS - 1)) as f64;
            const DIGITS: f64 = $float::MANTISSA_DIGITS as f64;
            const BIAS: f64 = ($float::MAX_EXP - 1) as f64;
            const MIN_NORMAL: f64 = $float::MIN_POSITIVE as f64;
            const MANTISSA_BITS: f64 = $float::from_bits((1 << ($float::MANTISSA_DIGITS - 1)) - 1) as f64;
        }
    )* };
}
format!(f32 f64);

/// A register whose bits can be moved between the mantissa and the exponent.
pub trait Fields: FloatLanes<Scalar: Format> {
    /// The bits shifted up by the width of the mantissa.
    fn mantissa_to_exponent(self) -> Self;
    /// The bits shifted down by the width of the mantissa.
    fn exponent_to_mantissa(self) -> Self;
}

/// `2ⁿ` for integral `n` within the range of the exponent.
#[inline(always)]
fn pow2<V: Fields>(n: V) -> V {
    (n + V::c(V::Scalar::MAGIC + V::Scalar::BIAS)).mantissa_to_exponent()
}

/// In two steps: 2ⁿ itself may be out of range where `x·2ⁿ` is not, and only the second step rounds.
#[inline(always)]
pub fn scale2<V: Fields>(x: V, n: V) -> V {
    // One and a half times the magic number rounds negative ones too.
    let magic = V::c(1.5 * V::Scalar::MAGIC);
    let half = (n * V::c(0.5) + magic) - magic;
    x * pow2(half) * pow2(n - half)
}

/// Positive numbers scaled up to where they have an exponent of their own, and the power of two that took.
#[inline(always)]
fn normal<V: Fields>(x: V) -> (V, V) {
    let tiny = x.lt(V::c(V::Scalar::MIN_NORMAL));
    let scaled = x * V::c(2.0 * V::Scalar::MAGIC);
    (
        V::select(tiny, scaled, x),
        V::select(tiny, V::c(V::Scalar::DIGITS), V::c(0.0)),
    )
}

#[inline(always)]
pub fn mantissa<V: Fields>(x: V) -> V {
    normal(x)
        .0
        .and_bits(V::c(V::Scalar::MANTISSA_BITS))
        .or_bits(V::c(1.0))
}

#[inline(always)]
pub fn exponent<V: Fields>(x: V) -> V {
    let (x, shift) = normal(x);
    let biased = x.exponent_to_mantissa().or_bits(V::c(V::Scalar::MAGIC));
    biased - V::c(V::Scalar::MAGIC + V::Scalar::BIAS) - shift
}
