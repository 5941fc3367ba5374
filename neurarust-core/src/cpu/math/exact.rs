//! Sums, products and quotients with their rounding errors, and polynomials.

use crate::cpu::simd::FloatLanes;

/// A number as the unevaluated sum of a rounded part and a much smaller rest.
#[derive(Clone, Copy)]
pub struct Double<V> {
    pub high: V,
    pub low: V,
}

/// What cuts a scalar's mantissa into halves.
pub trait Split: Copy {
    /// A power of two, and one: more than half of the digits.
    const SPLITTER: f64;
}
impl Split for f32 {
    const SPLITTER: f64 = ((1 << 12) + 1) as f64;
}
impl Split for f64 {
    const SPLITTER: f64 = ((1 << 27) + 1) as f64;
}

impl<V: FloatLanes> Double<V> {
    /// Nothing below the rounded part.
    #[inline(always)]
    pub fn exact(high: V) -> Self {
        Double {
            high,
            low: V::c(0.0),
        }
    }

    /// `t` where `mask`, `f` elsewhere.
    #[inline(always)]
    pub fn select(mask: V::Mask, t: Self, f: Self) -> Self {
        Double {
            high: V::select(mask, t.high, f.high),
            low: V::select(mask, t.low, f.low),
        }
    }

    /// Rounded.
    #[inline(always)]
    pub fn value(self) -> V {
        self.high + self.low
    }
}

/// `c[0] + c[1] x + c[2] x² + …`, by Horner's rule.
#[inline(always)]
pub fn polynomial<V: FloatLanes>(x: V, c: &[f64]) -> V {
    let (last, rest) = c.split_last().unwrap_or((&0.0, &[]));
    let mut sum = V::c(*last);
    for &c in rest.iter().rev() {
        sum = sum.mul_add(x, V::c(c));
    }
    sum
}

/// `a + b`, for `|a| ≥ |b|` or `a = 0`.
#[inline(always)]
pub fn sum_ordered<V: FloatLanes>(a: V, b: V) -> Double<V> {
    let high = a + b;
    Double {
        high,
        low: (a - high) + b,
    }
}

/// `a + b`.
#[inline(always)]
pub fn sum<V: FloatLanes>(a: V, b: V) -> Double<V> {
    let high = a + b;
    let b_in = high - a;
    Double {
        high,
        low: (a - (high - b_in)) + (b - b_in),
    }
}

/// `a · b`.
#[inline(always)]
pub fn product<V: FloatLanes<Scalar: Split>>(a: V, b: V) -> Double<V> {
    let high = a * b;
    Double {
        high,
        low: product_rest(a, b, high),
    }
}

/// `a · b - high`, for `high` close to the product.
#[inline(always)]
fn product_rest<V: FloatLanes<Scalar: Split>>(a: V, b: V, high: V) -> V {
    if V::FUSED {
        return a.mul_add(b, -high);
    }
    // Dekker: halves of the mantissas multiply exactly.
    let ([a1, a2], [b1, b2]) = (halves(a), halves(b));
    ((a1 * b1 - high) + a1 * b2 + a2 * b1) + a2 * b2
}

/// A number as the sum of two with half of the digits.
#[inline(always)]
fn halves<V: FloatLanes<Scalar: Split>>(x: V) -> [V; 2] {
    let wide = x * V::c(V::Scalar::SPLITTER);
    let upper = wide - (wide - x);
    [upper, x - upper]
}

/// `a · b`, both with rests.
#[inline(always)]
pub fn product_double<V: FloatLanes<Scalar: Split>>(a: Double<V>, b: Double<V>) -> Double<V> {
    let main = product(a.high, b.high);
    sum_ordered(main.high, main.low + (a.high * b.low + a.low * b.high))
}

/// `a / b` with one division.
#[inline(always)]
pub fn quotient<V: FloatLanes<Scalar: Split>>(a: Double<V>, b: Double<V>) -> Double<V> {
    let inverse = V::c(1.0) / b.high;
    let high = a.high * inverse;
    let rest = a.low - product_rest(high, b.high, a.high) - high * b.low;
    Double {
        high,
        low: rest * inverse,
    }
}
