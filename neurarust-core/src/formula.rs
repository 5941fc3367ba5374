//! What a formula is to those that interpret it: `N` values in, `M` values out, generic over the kind of number.

use crate::real::Real;

/// An element-wise function of `N` inputs and `M` outputs, written once for every kind of [`Real`].
///
/// Parameters (a slope, a learning rate) are fields of `self` and enter the formula through [`Num::c`]. The body must
/// not branch on them in a way that changes between two calls with equal fields, and has no side effects.
///
/// ```
/// use neurarust_core::{formula::Formula, real::{Num, Real}};
///
/// /// `x` where positive, `slope · x` elsewhere.
/// #[derive(Clone, Copy)]
/// struct LeakyRelu { slope: f64 }
///
/// impl Formula<1, 1> for LeakyRelu {
///     fn eval<V: Real>(&self, [x]: [V; 1]) -> [V; 1] {
///         [V::select(x.gt(V::c(0.0)), x, x * V::c(self.slope))]
///     }
/// }
/// ```
///
/// [`Num::c`]: crate::real::Num::c
pub trait Formula<const N: usize, const M: usize>: Copy + Send + Sync + 'static {
    /// The outputs at `x`.
    fn eval<V: Real>(&self, x: [V; N]) -> [V; M];
}

#[cfg(test)]
pub(crate) mod catalogue;
