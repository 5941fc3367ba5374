//! A value and its partial derivatives: a formula evaluated on [`Dual`]s is its own derivative, in one pass.
//!
//! Each method of [`Real`] is listed here once with its derivative. A partial of `None` is a structural zero: which
//! partials are `None` never depends on data, so the compiler folds them away and a kernel computes no more than the
//! derivative needs. `Dual<Dual<V, N>, N>` gives second derivatives.

use crate::real::{Num, Real};
use std::f64::consts::{FRAC_2_SQRT_PI, LN_2, LN_10};
use std::ops::{Add, Div, Mul, Neg, Sub};

#[cfg(test)]
mod tests;

/// A value and its `N` partial derivatives; `None` is a structural zero.
#[derive(Clone, Copy, Debug)]
pub struct Dual<V, const N: usize> {
    /// The value.
    pub v: V,
    /// The derivative of the value with respect to each of the `N` inputs.
    pub d: [Option<V>; N],
}

// Loops instead of `array::map` and matches instead of `Option::map`: a function of the standard library that is not
// inlined has no SIMD target features, and would pass registers through memory.
impl<V: Real, const N: usize> Dual<V, N> {
    /// The independent variables: input `i` has derivative 1 with respect to itself and none else.
    ///
    /// ```
    /// use neurarust_core::dual::Dual;
    /// let [x, y] = Dual::inputs([3f64, 4.0]);
    /// let product = x * y;
    /// assert_eq!((product.v, product.d), (12.0, [Some(4.0), Some(3.0)]));
    /// ```
    #[inline(always)]
    pub fn inputs(x: [V; N]) -> [Self; N] {
        Self::seeded(x, V::c(1.0))
    }

    /// As [`Dual::inputs`], with derivatives of `g` instead of 1: all that follow come out times `g`, and where a select
    /// passes an input by, its derivative is 0 whatever `g` is.
    ///
    /// ```
    /// use neurarust_core::dual::Dual;
    /// let [x] = Dual::seeded([3f64], 10.0);
    /// assert_eq!((x * x).d, [Some(60.0)]); // 10 · 2x
    /// ```
    #[inline(always)]
    pub fn seeded(x: [V; N], g: V) -> [Self; N] {
        let mut inputs = [Dual {
            v: V::c(0.0),
            d: [None; N],
        }; N];
        let mut i = 0;
        while i < N {
            inputs[i].v = x[i];
            inputs[i].d[i] = Some(g);
            i += 1;
        }
        inputs
    }

    /// A value that depends on no input.
    ///
    /// ```
    /// use neurarust_core::dual::Dual;
    /// let [x] = Dual::inputs([3f64]);
    /// assert_eq!((x + Dual::constant(1.0)).d, [Some(1.0)]);
    /// assert_eq!(Dual::<f64, 1>::constant(1.0).d, [None]); // a zero that costs nothing
    /// ```
    #[inline(always)]
    pub fn constant(v: V) -> Self {
        Dual { v, d: [None; N] }
    }

    #[inline(always)]
    fn varies(&self) -> bool {
        let mut varies = false;
        let mut i = 0;
        while i < N {
            varies |= self.d[i].is_some();
            i += 1;
        }
        varies
    }

    /// `y = f(self)` with `dy/dself = k(self, y)`. `k` is evaluated only where a partial needs it.
    #[inline(always)]
    fn chain(self, y: V, k: impl FnOnce(V, V) -> V) -> Self {
        let mut d = [None; N];
        if self.varies() {
            let k = k(self.v, y);
            let mut i = 0;
            while i < N {
                if let Some(p) = self.d[i] {
                    d[i] = Some(p * k);
                }
                i += 1;
            }
        }
        Dual { v: y, d }
    }

    /// `y = f(self, other)` with `dy/dself = ka()` and `dy/dother = kb()`.
    #[inline(always)]
    fn chain2(self, other: Self, y: V, ka: impl FnOnce() -> V, kb: impl FnOnce() -> V) -> Self {
        let a = self.chain(
            y,
            #[inline(always)]
            |_, _| ka(),
        );
        let b = other.chain(
            y,
            #[inline(always)]
            |_, _| kb(),
        );
        Dual {
            v: y,
            d: sum(a.d, b.d),
        }
    }
}

/// `a + b`, partial by partial.
#[inline(always)]
fn sum<V: Real, const N: usize>(a: [Option<V>; N], b: [Option<V>; N]) -> [Option<V>; N] {
    let mut d = [None; N];
    let mut i = 0;
    while i < N {
        d[i] = match (a[i], b[i]) {
            (Some(a), Some(b)) => Some(a + b),
            (a, None) => a,
            (None, b) => b,
        };
        i += 1;
    }
    d
}

/// What one side of a minimum or maximum gets of the gradient: nothing if it loses, a half of it where both are equal.
/// NaN neither loses nor equals, so both sides get all of it, as in PyTorch.
#[inline(always)]
fn share<V: Real>(equal: V::Mask, loses: V::Mask) -> V {
    V::select(equal, V::c(0.5), V::select(loses, V::c(0.0), V::c(1.0)))
}

/// `1 / (x² + y²)`, 0 at the origin.
#[inline(always)]
fn inverse_norm<V: Real>(x: V, y: V) -> V {
    let norm = x * x + y * y;
    V::select(norm.eq(V::c(0.0)), V::c(0.0), V::c(1.0) / norm)
}

impl<V: Real, const N: usize> Neg for Dual<V, N> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        let mut d = [None; N];
        let mut i = 0;
        while i < N {
            if let Some(p) = self.d[i] {
                d[i] = Some(-p);
            }
            i += 1;
        }
        Dual { v: -self.v, d }
    }
}

impl<V: Real, const N: usize> Add for Dual<V, N> {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Dual {
            v: self.v + other.v,
            d: sum(self.d, other.d),
        }
    }
}

impl<V: Real, const N: usize> Sub for Dual<V, N> {
    type Output = Self;
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        let mut d = [None; N];
        let mut i = 0;
        while i < N {
            d[i] = match (self.d[i], other.d[i]) {
                (Some(a), Some(b)) => Some(a - b),
                (a, None) => a,
                (None, Some(b)) => Some(-b),
            };
            i += 1;
        }
        Dual {
            v: self.v - other.v,
            d,
        }
    }
}

impl<V: Real, const N: usize> Mul for Dual<V, N> {
    type Output = Self;
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        self.chain2(
            other,
            self.v * other.v,
            #[inline(always)]
            || other.v,
            #[inline(always)]
            || self.v,
        )
    }
}

impl<V: Real, const N: usize> Div for Dual<V, N> {
    type Output = Self;
    #[inline(always)]
    #[expect(
        clippy::suspicious_arithmetic_impl,
        reason = "the quotient rule multiplies"
    )]
    fn div(self, other: Self) -> Self {
        let q = self.v / other.v;
        self.chain2(
            other,
            q,
            #[inline(always)]
            || V::c(1.0) / other.v,
            #[inline(always)]
            || -(q * (V::c(1.0) / other.v)),
        )
    }
}

impl<V: Real, const N: usize> Num for Dual<V, N> {
    type Mask = V::Mask;

    #[inline(always)]
    fn c(x: f64) -> Self {
        Dual::constant(V::c(x))
    }
    #[inline(always)]
    fn lt(self, other: Self) -> V::Mask {
        self.v.lt(other.v)
    }
    #[inline(always)]
    fn le(self, other: Self) -> V::Mask {
        self.v.le(other.v)
    }
    #[inline(always)]
    fn eq(self, other: Self) -> V::Mask {
        self.v.eq(other.v)
    }
    #[inline(always)]
    fn gt(self, other: Self) -> V::Mask {
        self.v.gt(other.v)
    }
    #[inline(always)]
    fn ge(self, other: Self) -> V::Mask {
        self.v.ge(other.v)
    }
    #[inline(always)]
    fn ne(self, other: Self) -> V::Mask {
        self.v.ne(other.v)
    }
    #[inline(always)]
    fn select(mask: V::Mask, t: Self, f: Self) -> Self {
        let mut d = [None; N];
        let mut i = 0;
        while i < N {
            d[i] = match (t.d[i], f.d[i]) {
                (None, None) => None,
                (Some(a), None) => Some(V::select(mask, a, V::c(0.0))),
                (None, Some(b)) => Some(V::select(mask, V::c(0.0), b)),
                (Some(a), Some(b)) => Some(V::select(mask, a, b)),
            };
            i += 1;
        }
        Dual {
            v: V::select(mask, t.v, f.v),
            d,
        }
    }
    /// `d|x|/dx` is the sign of `x`, 0 at 0.
    #[inline(always)]
    fn abs(self) -> Self {
        self.chain(
            self.v.abs(),
            #[inline(always)]
            |x, _| {
                let zero = V::c(0.0);
                V::select(
                    x.gt(zero),
                    V::c(1.0),
                    V::select(x.lt(zero), V::c(-1.0), zero),
                )
            },
        )
    }
    #[inline(always)]
    fn min(self, other: Self) -> Self {
        let (a, b) = (self.v, other.v);
        self.chain2(
            other,
            a.min(b),
            #[inline(always)]
            || share(a.eq(b), a.gt(b)),
            #[inline(always)]
            || share(a.eq(b), b.gt(a)),
        )
    }
    #[inline(always)]
    fn max(self, other: Self) -> Self {
        let (a, b) = (self.v, other.v);
        self.chain2(
            other,
            a.max(b),
            #[inline(always)]
            || share(a.eq(b), a.lt(b)),
            #[inline(always)]
            || share(a.eq(b), b.lt(a)),
        )
    }
    #[inline(always)]
    fn floor_div(self, other: Self) -> Self {
        Dual::constant(self.v.floor_div(other.v))
    }
    /// `a % b = a - ⌊a/b⌋ · b` with `⌊a/b⌋` constant.
    #[inline(always)]
    fn rem(self, other: Self) -> Self {
        let (a, b) = (self.v, other.v);
        self.chain2(
            other,
            a.rem(b),
            #[inline(always)]
            || V::c(1.0),
            #[inline(always)]
            || -a.floor_div(b),
        )
    }
    /// `fmod(a, b) = a - trunc(a/b) · b` with `trunc(a/b)` constant.
    #[inline(always)]
    fn fmod(self, other: Self) -> Self {
        let (a, b) = (self.v, other.v);
        self.chain2(
            other,
            a.fmod(b),
            #[inline(always)]
            || V::c(1.0),
            #[inline(always)]
            || -(a / b).trunc(),
        )
    }
}

/// Methods of one argument: `name |x, y| dy/dx`, where `y` is the value at `x`.
macro_rules! derivatives {
    ($($name:ident |$x:tt, $y:tt| $k:expr;)*) => {$(
        #[inline(always)]
        fn $name(self) -> Self {
            self.chain(self.v.$name(), #[inline(always)] |$x, $y| $k)
        }
    )*};
}

/// Methods whose derivative is 0 wherever it exists.
macro_rules! piecewise_constant {
    ($($name:ident)*) => {$(
        #[inline(always)]
        fn $name(self) -> Self {
            Dual::constant(self.v.$name())
        }
    )*};
}

impl<V: Real, const N: usize> Real for Dual<V, N> {
    derivatives! {
        exp     |_, y| y;
        exp2    |_, y| y * V::c(LN_2);
        expm1   |_, y| y + V::c(1.0);
        ln      |x, _| V::c(1.0) / x;
        log2    |x, _| V::c(1.0) / (x * V::c(LN_2));
        log10   |x, _| V::c(1.0) / (x * V::c(LN_10));
        ln_1p   |x, _| V::c(1.0) / (V::c(1.0) + x);
        sqrt    |_, y| V::c(0.5) / y;
        sin     |x, _| x.cos();
        cos     |x, _| -x.sin();
        tan     |_, y| V::c(1.0) + y * y;
        // (1 - x)(1 + x) keeps the digits that 1 - x² loses near ±1.
        asin    |x, _| V::c(1.0) / ((V::c(1.0) - x) * (V::c(1.0) + x)).sqrt();
        acos    |x, _| V::c(-1.0) / ((V::c(1.0) - x) * (V::c(1.0) + x)).sqrt();
        atan    |x, _| V::c(1.0) / (V::c(1.0) + x * x);
        sinh    |x, _| x.cosh();
        cosh    |x, _| x.sinh();
        tanh    |_, y| V::c(1.0) - y * y;
        asinh   |x, _| V::c(1.0) / (x * x + V::c(1.0)).sqrt();
        acosh   |x, _| V::c(1.0) / ((x - V::c(1.0)) * (x + V::c(1.0))).sqrt();
        atanh   |x, _| V::c(1.0) / ((V::c(1.0) - x) * (V::c(1.0) + x));
        erf     |x, _| V::c(FRAC_2_SQRT_PI) * (-(x * x)).exp();
        erfc    |x, _| V::c(-FRAC_2_SQRT_PI) * (-(x * x)).exp();
        sigmoid |_, y| y * (V::c(1.0) - y);
    }
    piecewise_constant! { floor ceil trunc round }

    #[inline(always)]
    fn mul_add(self, b: Self, c: Self) -> Self {
        let y = self.v.mul_add(b.v, c.v);
        let product = self.chain2(
            b,
            y,
            #[inline(always)]
            || b.v,
            #[inline(always)]
            || self.v,
        );
        Dual {
            v: y,
            d: sum(product.d, c.d),
        }
    }

    /// `∂/∂y = x / (x² + y²)`, `∂/∂x = -y / (x² + y²)`, both 0 at the origin.
    #[inline(always)]
    fn atan2(self, x: Self) -> Self {
        let (y, x_) = (self.v, x.v);
        self.chain2(
            x,
            y.atan2(x_),
            #[inline(always)]
            || x_ * inverse_norm(x_, y),
            #[inline(always)]
            || -y * inverse_norm(x_, y),
        )
    }

    /// `∂/∂x = e·xᵉ⁻¹`, 0 where `e = 0`; `∂/∂e = xᵉ·ln x`, 0 where `x = 0` and `e ≥ 0`.
    #[inline(always)]
    fn pow(self, e: Self) -> Self {
        let (x, n, y, zero) = (self.v, e.v, self.v.pow(e.v), V::c(0.0));
        self.chain2(
            e,
            y,
            #[inline(always)]
            || {
                // Only where the product is not 0 of itself: a constant has no derivative with respect to `e`.
                let lower = x.pow(n - V::c(1.0));
                let undefined = n.eq(zero) & !lower.abs().lt(V::c(f64::INFINITY));
                V::select(undefined, zero, n * lower)
            },
            #[inline(always)]
            || V::select(x.eq(zero) & n.ge(zero), zero, y * x.ln()),
        )
    }

    /// 1 where the signs agree, -1 where they differ, 0 at 0; nothing with respect to `sign`.
    #[inline(always)]
    fn copysign(self, sign: Self) -> Self {
        self.chain(
            self.v.copysign(sign.v),
            #[inline(always)]
            |x, _| {
                let one = V::c(1.0);
                V::select(
                    x.eq(V::c(0.0)),
                    V::c(0.0),
                    one.copysign(x) * one.copysign(sign.v),
                )
            },
        )
    }
}
