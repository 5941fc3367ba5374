//! Runs a program on the processor: the meaning that every device's source text has to reproduce.

use super::{OpCode, Program};
use crate::real::{Num, Real};

/// What an instruction left behind.
#[derive(Clone, Copy)]
enum Register<V: Num> {
    Number(V),
    Mask(V::Mask),
    /// Nothing: no output that is asked for reads it.
    Unused,
}

impl Program {
    /// The outputs on `inputs`, 0 for structural zeros; `None` unless there is a value for each input.
    ///
    /// ```
    /// use neurarust_core::{ops::elementwise::def, program::Program};
    /// let program = Program::forward(&def::hypot {});
    /// assert_eq!(program.interpret(&[3f64, 4.0]), Some(vec![5.0]));
    /// assert_eq!(program.interpret(&[3f64]), None); // two inputs
    /// ```
    pub fn interpret<V: Real>(&self, inputs: &[V]) -> Option<Vec<V>> {
        let outputs = self.outputs(inputs, &vec![true; self.code.outputs.len()])?;
        Some(
            outputs
                .into_iter()
                .map(|y| y.unwrap_or_else(|| V::c(0.0)))
                .collect(),
        )
    }

    /// The `needed` outputs on `inputs`, without those that are structural zeros, computing nothing else; `None` unless
    /// there is a value for each input.
    pub(crate) fn outputs<V: Real>(&self, inputs: &[V], needed: &[bool]) -> Option<Vec<Option<V>>> {
        if inputs.len() != self.code.inputs {
            return None;
        }
        let used = self.used(needed);
        let mut registers: Vec<Register<V>> = Vec::with_capacity(self.code.instructions.len());
        for (instr, used) in self.code.instructions.iter().zip(used) {
            if !used {
                registers.push(Register::Unused);
                continue;
            }
            let place = |i: usize| registers[instr.args[i] as usize];
            // Code is made by recording, which types it: a number never stands where a mask belongs.
            let n = |i| match place(i) {
                Register::Number(x) => x,
                _ => unreachable!("{instr:?} reads a mask as a number"),
            };
            let m = |i| match place(i) {
                Register::Mask(m) => m,
                _ => unreachable!("{instr:?} reads a number as a mask"),
            };
            registers.push(match instr.op {
                OpCode::Lt => Register::Mask(n(0).lt(n(1))),
                OpCode::Le => Register::Mask(n(0).le(n(1))),
                OpCode::Eq => Register::Mask(n(0).eq(n(1))),
                OpCode::Gt => Register::Mask(n(0).gt(n(1))),
                OpCode::Ge => Register::Mask(n(0).ge(n(1))),
                OpCode::Ne => Register::Mask(n(0).ne(n(1))),
                OpCode::And => Register::Mask(m(0) & m(1)),
                OpCode::Or => Register::Mask(m(0) | m(1)),
                OpCode::Xor => Register::Mask(m(0) ^ m(1)),
                OpCode::Not => Register::Mask(!m(0)),
                number => Register::Number(match number {
                    OpCode::Input => inputs[instr.args[0] as usize],
                    OpCode::Param => V::c(self.params[instr.args[0] as usize]),
                    OpCode::Select => V::select(m(0), n(1), n(2)),
                    OpCode::Add => n(0) + n(1),
                    OpCode::Sub => n(0) - n(1),
                    OpCode::Mul => n(0) * n(1),
                    OpCode::Div => n(0) / n(1),
                    OpCode::Neg => -n(0),
                    OpCode::MulAdd => n(0).mul_add(n(1), n(2)),
                    OpCode::Abs => n(0).abs(),
                    OpCode::Min => n(0).min(n(1)),
                    OpCode::Max => n(0).max(n(1)),
                    OpCode::FloorDiv => n(0).floor_div(n(1)),
                    OpCode::Rem => n(0).rem(n(1)),
                    OpCode::Fmod => n(0).fmod(n(1)),
                    OpCode::Exp => n(0).exp(),
                    OpCode::Exp2 => n(0).exp2(),
                    OpCode::Expm1 => n(0).expm1(),
                    OpCode::Ln => n(0).ln(),
                    OpCode::Log2 => n(0).log2(),
                    OpCode::Log10 => n(0).log10(),
                    OpCode::Ln1p => n(0).ln_1p(),
                    OpCode::Sqrt => n(0).sqrt(),
                    OpCode::Sin => n(0).sin(),
                    OpCode::Cos => n(0).cos(),
                    OpCode::Tan => n(0).tan(),
                    OpCode::Asin => n(0).asin(),
                    OpCode::Acos => n(0).acos(),
                    OpCode::Atan => n(0).atan(),
                    OpCode::Atan2 => n(0).atan2(n(1)),
                    OpCode::Sinh => n(0).sinh(),
                    OpCode::Cosh => n(0).cosh(),
                    OpCode::Tanh => n(0).tanh(),
                    OpCode::Asinh => n(0).asinh(),
                    OpCode::Acosh => n(0).acosh(),
                    OpCode::Atanh => n(0).atanh(),
                    OpCode::Erf => n(0).erf(),
                    OpCode::Erfc => n(0).erfc(),
                    OpCode::Pow => n(0).pow(n(1)),
                    OpCode::Floor => n(0).floor(),
                    OpCode::Ceil => n(0).ceil(),
                    OpCode::Trunc => n(0).trunc(),
                    OpCode::Round => n(0).round(),
                    OpCode::Sigmoid => n(0).sigmoid(),
                    OpCode::Copysign => n(0).copysign(n(1)),
                    OpCode::Const => V::c(instr.value()?),
                    OpCode::Lt
                    | OpCode::Le
                    | OpCode::Eq
                    | OpCode::Gt
                    | OpCode::Ge
                    | OpCode::Ne
                    | OpCode::And
                    | OpCode::Or
                    | OpCode::Xor
                    | OpCode::Not => unreachable!("masks are matched above"),
                }),
            });
        }
        let output = |(y, needed): (&Option<u32>, &bool)| {
            let at = y.filter(|_| *needed)?;
            match registers[at as usize] {
                Register::Number(y) => Some(y),
                _ => None,
            }
        };
        Some(self.code.outputs.iter().zip(needed).map(output).collect())
    }

    /// Which instructions the `needed` outputs read.
    fn used(&self, needed: &[bool]) -> Vec<bool> {
        let mut used = vec![false; self.code.instructions.len()];
        for (y, needed) in self.code.outputs.iter().zip(needed) {
            if let Some(y) = y.filter(|_| *needed) {
                used[y as usize] = true;
            }
        }
        for (at, instr) in self.code.instructions.iter().enumerate().rev() {
            if used[at] {
                instr
                    .operands()
                    .iter()
                    .for_each(|&i| used[i as usize] = true);
            }
        }
        used
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dual::Dual;
    use crate::formula::{Formula, catalogue};

    /// Direct evaluation against interpretation, forward and backward, bit for bit.
    struct AgainstDirect;

    const AWKWARD: [f64; 9] = [
        0.0,
        -0.0,
        1.0,
        -2.5,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::NAN,
        1e-40,
        12345.678,
    ];

    fn same<V: Into<f64> + Copy>(found: &[V], expected: &[V], what: &str) {
        let bits = |x: &[V]| -> Vec<u64> {
            let canonical = |x: f64| if x.is_nan() { f64::NAN } else { x };
            x.iter().map(|&x| canonical(x.into()).to_bits()).collect()
        };
        assert_eq!(bits(found), bits(expected), "{what}");
    }

    fn check<V: Real + Into<f64>, const N: usize>(
        name: &str,
        f: &impl Formula<N, 1>,
        x: [f64; N],
        g: f64,
    ) {
        let x: [V; N] = x.map(V::c);
        let what = format!("{name} at {:?}", x.map(Into::into));
        let forward = Program::forward(f).interpret(&x).unwrap();
        same(&forward, &f.eval(x), &what);

        let g = V::c(g);
        let [y] = f.eval(Dual::seeded(x, g));
        let expected = y.d.map(|d| d.unwrap_or(V::c(0.0)));
        let inputs: Vec<V> = x.into_iter().chain([g]).collect();
        let backward = Program::backward(f).interpret(&inputs).unwrap();
        same(&backward, &expected, &format!("{what}: backward"));
    }

    impl catalogue::Visitor for AgainstDirect {
        fn visit<const N: usize>(
            &mut self,
            name: &str,
            f: impl Formula<N, 1>,
            points: &[[f64; N]],
        ) {
            let awkward =
                (0..81).map(|i| std::array::from_fn(|k| AWKWARD[i / 9usize.pow(k as u32) % 9]));
            for (i, x) in points.iter().copied().chain(awkward).enumerate() {
                check::<f64, N>(name, &f, x, 0.3 + i as f64);
                check::<f32, N>(name, &f, x, 0.3 + i as f64);
            }
        }
    }

    #[test]
    fn programs_compute_what_formulas_do() {
        catalogue::visit_all(&mut AgainstDirect);
    }

    #[test]
    fn every_operation_is_in_the_catalogue() {
        struct Seen(std::collections::HashSet<OpCode>);
        impl catalogue::Visitor for Seen {
            fn visit<const N: usize>(&mut self, _: &str, f: impl Formula<N, 1>, _: &[[f64; N]]) {
                let program = Program::forward(&f);
                self.0
                    .extend(program.code().instructions().iter().map(|instr| instr.op));
            }
        }
        let mut seen = Seen(Default::default());
        catalogue::visit_all(&mut seen);
        assert_eq!(seen.0.len(), OpCode::Copysign as usize + 1);
    }

    #[test]
    fn a_missing_input_is_refused() {
        #[derive(Clone, Copy)]
        struct Double;
        impl Formula<1, 1> for Double {
            fn eval<V: Real>(&self, [x]: [V; 1]) -> [V; 1] {
                [x + x]
            }
        }
        assert_eq!(Program::forward(&Double).interpret::<f64>(&[]), None);
        assert_eq!(Program::forward(&Double).interpret(&[2.0]), Some(vec![4.0]));
    }
}
