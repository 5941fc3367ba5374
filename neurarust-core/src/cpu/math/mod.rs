//! The transcendental functions, each written once over lanes.

pub mod remainder;

/// The `Real` methods of a lane type that are functions of this module.
macro_rules! methods {
    ($float:ident) => {
        crate::cpu::math::lanewise! { $float exp exp2 expm1 ln log2 log10 ln_1p sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh erf erfc sigmoid }
        #[inline(always)]
        fn atan2(self, x: Self) -> Self {
            self.map_lanes(x, |y, x| Real::atan2(y, x))
        }
        #[inline(always)]
        fn pow(self, e: Self) -> Self {
            self.map_lanes(e, |x, e| Real::pow(x, e))
        }
    };
}
pub(crate) use methods;

macro_rules! lanewise {
    ($float:ident $($f:ident)*) => { $(
        #[inline(always)]
        fn $f(self) -> Self {
            self.map_lanes(self, |x, _| Real::$f(x))
        }
    )* };
}
pub(crate) use lanewise;
