//! The transcendental functions, each written once over lanes.
//!
//! All are within two units in the last place of the true value over the whole range, subnormal results included, and
//! have C's values at zeros, infinities and NaN. In `f32` the frequent ones work in `f32`; the others go through `f64`
//! registers, where rounding at the end is all that is lost.
//!
//! Largest errors seen in units in the last place. `f32`, every one of them: `exp` 1.05, `tanh` 0.91; every 61st:
//! `exp2` 1.03, `expm1` 1.13, `ln` 0.83, `ln_1p` 1.39, `erf` 1.32 (1.11 with fused multiply-add), `sigmoid` 0.78,
//! `sin` and `cos` 0.50; every 16411th: all others 0.50. `f64`, where the reference is itself rounded: 1, but 2 for
//! `tan sinh tanh acosh atanh erfc sigmoid`.

pub(crate) mod erf;
pub(crate) mod exact;
pub(crate) mod exp;
pub(crate) mod gamma;
pub(crate) mod hyperbolic;
pub(crate) mod log;
pub(crate) mod pow;
pub(crate) mod remainder;
pub(crate) mod trig;

/// `through_f64!(x, trig::sinc_f32)` is the function of a register of `f32` by way of `f64`. (A function that takes functions
/// would be compiled apart, without the instruction set.)
macro_rules! through_f64 {
    ($x:expr, $family:ident::$f:ident) => {{
        let [low, high] = $crate::cpu::simd::SplitLanes::split($x);
        $crate::cpu::simd::SplitLanes::join([
            $crate::cpu::math::$family::$f(low),
            $crate::cpu::math::$family::$f(high),
        ])
    }};
}
pub(crate) use through_f64;

/// `methods!(f32)` is the `Real` methods of a register of `f32` that are functions of this module.
macro_rules! methods {
    (f32) => {
        $crate::cpu::math::methods! { same:
            exp exp::exp, exp2 exp::exp2, expm1 exp::expm1, sigmoid exp::sigmoid, ln log::ln, ln_1p log::ln_1p,
            tanh hyperbolic::tanh, log2 log::log2_f32, log10 log::log10_f32, erf erf::erf_f32,
            erfc erf::erfc_f32, atan trig::atan_f32,
        }
        $crate::cpu::math::methods! { through_f64:
            sin trig::sin_f32, cos trig::cos_f32, tan trig::tan_f32,
            asin trig::asin_f32, acos trig::acos_f32,
            sinh hyperbolic::sinh, cosh hyperbolic::cosh,
            asinh hyperbolic::asinh, acosh hyperbolic::acosh, atanh hyperbolic::atanh,
        }
        #[inline(always)]
        fn atan2(self, x: Self) -> Self {
            let ([y1, y2], [x1, x2]) = (self.split(), x.split());
            Self::join([$crate::cpu::math::trig::atan2_f32(y1, x1), $crate::cpu::math::trig::atan2_f32(y2, x2)])
        }
        #[inline(always)]
        fn pow(self, e: Self) -> Self {
            $crate::cpu::math::pow::pow_f32(self, e)
        }
    };
    (f64) => {
        $crate::cpu::math::methods! { same:
            exp exp::exp, exp2 exp::exp2, expm1 exp::expm1, sigmoid exp::sigmoid, ln log::ln, ln_1p log::ln_1p,
            tanh hyperbolic::tanh, log2 log::log2_f64, log10 log::log10_f64, erf erf::erf,
            sin trig::sin, cos trig::cos, tan trig::tan, asin trig::asin, acos trig::acos, atan trig::atan,
            sinh hyperbolic::sinh, cosh hyperbolic::cosh,
            asinh hyperbolic::asinh, acosh hyperbolic::acosh, atanh hyperbolic::atanh, erfc erf::erfc,
        }
        #[inline(always)]
        fn atan2(self, x: Self) -> Self {
            $crate::cpu::math::trig::atan2(self, x)
        }
        #[inline(always)]
        fn pow(self, e: Self) -> Self {
            $crate::cpu::math::pow::pow_f64(self, e)
        }
    };
    (same: $($name:ident $family:ident::$f:ident,)*) => { $(
        #[inline(always)]
        fn $name(self) -> Self {
            $crate::cpu::math::$family::$f(self)
        }
    )* };
    (through_f64: $($name:ident $family:ident::$f:ident,)*) => { $(
        #[inline(always)]
        fn $name(self) -> Self {
            $crate::cpu::math::through_f64!(self, $family::$f)
        }
    )* };
}
pub(crate) use methods;

#[cfg(test)]
mod tests;
