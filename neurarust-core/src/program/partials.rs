//! Which inputs a formula's derivative reads: what autograd has to save, and nothing more.

use super::{OpCode, Program};

/// What kind of function a partial derivative is.
///
/// ```
/// use neurarust_core::{ops::elementwise::def, program::{Analysis, Partial, Program}};
/// let of_heaviside = Analysis::of(&Program::derivative(&def::heaviside {}));
/// assert_eq!(of_heaviside.kind[0], Partial::Zero);
/// ```
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

/// What is known of a formula's partial derivatives without data.
///
/// | formula | kind | reads |
/// |---|---|---|
/// | `a + b` | one, one | |
/// | `a - b` | one, minus one | |
/// | `a * b` | general, general | `b` for the first, `a` for the second |
/// | `eˣ` | general | `x` |
///
/// ```
/// use neurarust_core::{ops::elementwise::def, program::{Analysis, Partial, Program}};
/// let of_mul = Analysis::of(&Program::derivative(&def::mul {}));
/// assert_eq!((of_mul.kind, of_mul.reads), (vec![Partial::General; 2], vec![0b10, 0b01]));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Analysis {
    /// Per input: how the derivative looks.
    pub kind: Vec<Partial>,
    /// Per input: the inputs its derivative reads, input `i` as bit `min(i, 31)`.
    pub reads: Vec<u32>,
}

impl Analysis {
    /// Of a function of `n` inputs that nothing is known of.
    pub(crate) fn unknown(n: usize) -> Analysis {
        Analysis {
            kind: vec![Partial::General; n],
            reads: vec![(1 << n) - 1; n],
        }
    }

    /// Reads it off a program made by [`Program::derivative`].
    ///
    /// ```
    /// use neurarust_core::{ops::elementwise::def, program::{Analysis, Program}};
    /// let of_exp = Analysis::of(&Program::derivative(&def::exp {}));
    /// assert_eq!(of_exp.reads, [1]);
    /// ```
    pub fn of(derivative: &Program) -> Analysis {
        let code = derivative.code();
        let mut reads: Vec<u32> = Vec::with_capacity(code.instructions().len());
        for instr in code.instructions() {
            reads.push(match instr.op {
                OpCode::Input => 1 << instr.args[0].min(31),
                _ => instr
                    .operands()
                    .iter()
                    .fold(0, |all, &i| all | reads[i as usize]),
            });
        }
        let kind = |at: u32| match code.instructions()[at as usize].value() {
            Some(1.0) => Partial::One,
            Some(-1.0) => Partial::MinusOne,
            _ => Partial::General,
        };
        let outputs = code.outputs().iter();
        Analysis {
            kind: outputs
                .clone()
                .map(|d| d.map_or(Partial::Zero, kind))
                .collect(),
            reads: outputs
                .map(|d| d.map_or(0, |at| reads[at as usize]))
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formula::Formula;
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
            let a = Analysis::of(&Program::derivative(&F));
            let all = a.reads.iter().fold(0, |all, &reads| all | reads);
            (a.kind, a.reads, all)
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
