//! Which inputs a formula's derivative reads: what autograd has to save, and nothing more.

use super::{Sym, sym};
use crate::dual::Dual;
use crate::formula::Formula;

/// What kind of function a partial derivative is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Partial {
    /// 0 everywhere: no gradient flows to this input.
    Zero,
    /// 1 everywhere: the gradient passes unchanged.
    One,
    /// -1 everywhere.
    MinusOne,
    /// Anything else, other constants included.
    General,
}

/// The partial derivatives of a formula with `N` inputs, as far as they are known without data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Partials<const N: usize> {
    /// What each partial is.
    pub kind: [Partial; N],
    /// The inputs that any partial depends on: input `i` is bit `min(i, 31)`.
    pub reads: u32,
    /// The inputs that each partial depends on.
    pub reads_per_partial: [u32; N],
}

/// The dependencies of a formula's derivative, found by evaluating it once on symbols (microseconds; keep the answer).
///
/// | formula | kind | reads |
/// |---|---|---|
/// | `a + b` | one, one | |
/// | `a - b` | one, minus one | |
/// | `a * b` | general, general | `b` for the first, `a` for the second |
/// | `eˣ` | general | `x` |
pub fn partials<const N: usize>(formula: &impl Formula<N, 1>) -> Partials<N> {
    sym::inspect(N, |x| {
        let [y] = formula.eval(Dual::<Sym, N>::inputs(std::array::from_fn(|i| x[i])));
        let kind =
            y.d.map(|partial| match partial.map(|d| (d.is_zero(), d.value())) {
                None | Some((true, _)) => Partial::Zero,
                Some((_, Some(1.0))) => Partial::One,
                Some((_, Some(-1.0))) => Partial::MinusOne,
                Some(_) => Partial::General,
            });
        let reads_per_partial = y.d.map(|partial| partial.map_or(0, Sym::reads));
        Partials {
            kind,
            reads: reads_per_partial.iter().fold(0, |all, &reads| all | reads),
            reads_per_partial,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::real::Real;

    macro_rules! partials_of {
        (|$($x:ident),*| $y:expr) => {{
            #[derive(Clone, Copy)]
            struct F;
            impl Formula<{ [$(stringify!($x)),*].len() }, 1> for F {
                fn eval<V: Real>(&self, [$($x),*]: [V; { [$(stringify!($x)),*].len() }]) -> [V; 1] {
                    [$y]
                }
            }
            let p = partials(&F);
            (p.kind.to_vec(), p.reads_per_partial.to_vec(), p.reads)
        }};
    }
    use Partial::*;

    #[test]
    fn linear_formulas_read_nothing() {
        assert_eq!(partials_of!(|a, b| a + b), (vec![One, One], vec![0, 0], 0));
        assert_eq!(
            partials_of!(|a, b| a - b),
            (vec![One, MinusOne], vec![0, 0], 0)
        );
        assert_eq!(partials_of!(|a| -a), (vec![MinusOne], vec![0], 0));
        assert_eq!(partials_of!(|a| -(V::c(1.0) - a)), (vec![One], vec![0], 0));
        assert_eq!(partials_of!(|a| a * V::c(3.0)), (vec![General], vec![0], 0));
        assert_eq!(
            partials_of!(|a| (a + a) * V::c(0.5)),
            (vec![One], vec![0], 0)
        );
    }

    #[test]
    fn products_read_the_other_side() {
        assert_eq!(
            partials_of!(|a, b| a * b),
            (vec![General, General], vec![2, 1], 3)
        );
        assert_eq!(
            partials_of!(|a, b| a / b),
            (vec![General, General], vec![2, 3], 3)
        );
        assert_eq!(
            partials_of!(|a, b, c| a.mul_add(b, c)),
            (vec![General, General, One], vec![2, 1, 0], 3)
        );
    }

    #[test]
    fn functions_read_their_argument() {
        assert_eq!(partials_of!(|x| x.exp()), (vec![General], vec![1], 1));
        assert_eq!(
            partials_of!(|x, y| x.exp() + y),
            (vec![General, One], vec![1, 0], 1)
        );
        assert_eq!(
            partials_of!(|x| V::select(x.gt(V::c(0.0)), x, V::c(0.0))),
            (vec![General], vec![1], 1)
        );
    }

    #[test]
    fn steps_have_no_gradient() {
        assert_eq!(partials_of!(|x| x.floor()), (vec![Zero], vec![0], 0));
        assert_eq!(
            partials_of!(|a, b| a.floor_div(b)),
            (vec![Zero, Zero], vec![0, 0], 0)
        );
        assert_eq!(
            partials_of!(|a, b| a.rem(b)),
            (vec![One, General], vec![0, 3], 3)
        );
    }
}
