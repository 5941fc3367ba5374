//! [`Sym`]: a number that records what is done to it.
//!
//! The tape lives in the thread for as long as one formula is evaluated. Equal instructions are recorded once, and
//! arithmetic that is exact in every precision (`1 · x`, `x - 0`, `2 · 3`) is done while recording. `0 · x` and `x + 0`
//! are kept: they are not `0` and `x` for NaN and -0.

use super::{Code, Instr, OpCode, Program};
use crate::real::{Mask, Num, Real};
use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::{Add, BitAnd, BitOr, BitXor, Div, Mul, Neg, Not, Sub};

/// A number of a formula that is being recorded. Meaningful only inside the evaluation that made it.
///
/// ```
/// use neurarust_core::{formula::Formula, program::{OpCode, Program}, real::Real};
/// #[derive(Clone, Copy)]
/// struct Twice;
/// impl Formula<1, 1> for Twice {
///     fn eval<V: Real>(&self, [x]: [V; 1]) -> [V; 1] {
///         [x + x] // recorded as an instruction where `V` is `Sym`
///     }
/// }
/// let program = Program::forward(&Twice);
/// assert!(program.code().instructions().iter().any(|i| i.op == OpCode::Add));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Sym {
    at: u32,
    tape: u32,
}

/// A truth value of a formula that is being recorded.
///
/// ```
/// use neurarust_core::{ops::elementwise::def, program::{OpCode, Program}};
/// let program = Program::forward(&def::leaky_relu { slope: 0.1 });
/// assert!(program.code().instructions().iter().any(|i| i.op == OpCode::Select));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct SymMask(Sym);

struct Tape {
    instructions: Vec<Instr>,
    known: HashMap<Instr, u32>,
    number: u32,
}

thread_local! {
    /// A stack: a formula may be recorded while another is.
    static TAPES: RefCell<Vec<Tape>> = const { RefCell::new(Vec::new()) };
}

/// Ends the innermost recording, also when a formula panics.
struct Recording;

impl Recording {
    fn begin() -> Self {
        TAPES.with_borrow_mut(|tapes| {
            let number = tapes.len() as u32;
            tapes.push(Tape {
                instructions: Vec::new(),
                known: HashMap::new(),
                number,
            });
        });
        Recording
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        TAPES.with_borrow_mut(|tapes| tapes.pop());
    }
}

impl Tape {
    fn push(&mut self, instr: Instr) -> Sym {
        let next = self.instructions.len() as u32;
        let at = *self.known.entry(instr).or_insert(next);
        if at == next {
            self.instructions.push(instr);
        }
        Sym {
            at,
            tape: self.number,
        }
    }
}

/// Runs `f` on the tape that is being recorded.
fn with_tape<T>(f: impl FnOnce(&mut Tape) -> T) -> T {
    TAPES.with_borrow_mut(|tapes| match tapes.last_mut() {
        Some(tape) => f(tape),
        None => panic!("a `Sym` was used outside of the formula that is being recorded"),
    })
}

/// Records `f`, which answers the outputs, as a program.
///
/// One for all formulas, and so is what a [`Sym`] does: formulas run on it once, but there are hundreds of them to compile.
#[inline(never)]
pub(super) fn record(inputs: usize, f: &mut dyn FnMut(&[Sym]) -> Vec<Option<Sym>>) -> Program {
    let _recording = Recording::begin();
    let x: Vec<Sym> = (0..inputs)
        .map(|i| push(OpCode::Input, [i as u32, 0, 0]))
        .collect();
    let outputs: Vec<Option<u32>> = f(&x).into_iter().map(|y| y.map(|y| y.at)).collect();
    with_tape(|tape| compact(inputs, &tape.instructions, &outputs))
}

/// Drops what no output needs and turns constants into parameters.
fn compact(inputs: usize, tape: &[Instr], outputs: &[Option<u32>]) -> Program {
    let mut needed = vec![false; tape.len()];
    for &y in outputs.iter().flatten() {
        needed[y as usize] = true;
    }
    for (i, instr) in tape.iter().enumerate().rev() {
        if needed[i] {
            instr
                .operands()
                .iter()
                .for_each(|&j| needed[j as usize] = true);
        }
    }
    let mut place = vec![0; tape.len()];
    let (mut instructions, mut params) = (Vec::new(), Vec::new());
    for (i, &instr) in tape.iter().enumerate().filter(|&(i, _)| needed[i]) {
        let mut instr = instr;
        for k in 0..instr.op.arity() {
            instr.args[k] = place[instr.args[k] as usize];
        }
        if let Some(value) = instr.value().filter(|&value| !has_few_digits(value)) {
            instr = Instr {
                op: OpCode::Param,
                args: [params.len() as u32, 0, 0],
            };
            params.push(value);
        }
        place[i] = instructions.len() as u32;
        instructions.push(instr);
    }
    let outputs = outputs
        .iter()
        .map(|y| y.map(|y| place[y as usize]))
        .collect();
    Program {
        code: Code {
            inputs,
            params: params.len(),
            instructions,
            outputs,
        },
        params,
    }
}

/// Multiples of ½ up to 8: the constants that formulas are made of, as opposed to those they are given.
fn has_few_digits(x: f64) -> bool {
    (2.0 * x).fract() == 0.0 && x.abs() <= 8.0
}

#[inline(never)]
fn push(op: OpCode, args: [u32; 3]) -> Sym {
    with_tape(|tape| tape.push(Instr { op, args }))
}

/// `x` if it is the same number in `f32`.
fn narrow(x: f64) -> Option<f64> {
    (f64::from(x as f32).to_bits() == x.to_bits()).then_some(x)
}

impl Sym {
    /// Its place on the tape that is being recorded.
    fn at(self) -> u32 {
        with_tape(|tape| {
            assert_eq!(
                self.tape, tape.number,
                "a `Sym` was used outside of the formula it belongs to"
            )
        });
        self.at
    }

    /// The constant it is, if it is one.
    #[inline(never)]
    pub(super) fn value(self) -> Option<f64> {
        with_tape(|tape| tape.instructions[self.at as usize].value())
    }

    pub(super) fn is_zero(self) -> bool {
        self.value() == Some(0.0)
    }

    #[inline(never)]
    fn unary(self, op: OpCode) -> Sym {
        push(op, [self.at(), 0, 0])
    }

    #[inline(never)]
    fn binary(self, op: OpCode, other: Sym) -> Sym {
        push(op, [self.at(), other.at(), 0])
    }

    fn compare(self, op: OpCode, other: Sym) -> SymMask {
        SymMask(self.binary(op, other))
    }

    /// The result on two constants if it is the same, to the bit, in `f32` and in `f64`.
    fn fold(self, other: Sym, f: impl Fn(f64, f64) -> f64) -> Option<Sym> {
        let (a, b) = (narrow(self.value()?)?, narrow(other.value()?)?);
        let wide = f(a, b);
        // One rounding error can hide in `wide` only if it has more digits than `f32`: then it is not narrow.
        (wide.is_finite() && narrow(wide).is_some()).then(|| Sym::c(wide))
    }
}

/// Whether a constant is exactly this number, sign of zero included.
fn is(x: Option<f64>, number: f64) -> bool {
    x.is_some_and(|x| x.to_bits() == number.to_bits())
}

impl Add for Sym {
    type Output = Self;
    #[inline(never)]
    fn add(self, other: Self) -> Self {
        if is(other.value(), -0.0) {
            return self;
        }
        if is(self.value(), -0.0) {
            return other;
        }
        self.fold(other, |a, b| a + b)
            .unwrap_or_else(|| self.binary(OpCode::Add, other))
    }
}

impl Sub for Sym {
    type Output = Self;
    #[inline(never)]
    fn sub(self, other: Self) -> Self {
        if is(other.value(), 0.0) {
            return self;
        }
        self.fold(other, |a, b| a - b)
            .unwrap_or_else(|| self.binary(OpCode::Sub, other))
    }
}

impl Mul for Sym {
    type Output = Self;
    #[inline(never)]
    fn mul(self, other: Self) -> Self {
        match (self.value(), other.value()) {
            (_, b) if is(b, 1.0) => self,
            (a, _) if is(a, 1.0) => other,
            (_, b) if is(b, -1.0) => -self,
            (a, _) if is(a, -1.0) => -other,
            _ => self
                .fold(other, |a, b| a * b)
                .unwrap_or_else(|| self.binary(OpCode::Mul, other)),
        }
    }
}

impl Div for Sym {
    type Output = Self;
    #[inline(never)]
    fn div(self, other: Self) -> Self {
        if is(other.value(), 1.0) {
            return self;
        }
        self.fold(other, |a, b| a / b)
            .unwrap_or_else(|| self.binary(OpCode::Div, other))
    }
}

impl Neg for Sym {
    type Output = Self;
    #[inline(never)]
    fn neg(self) -> Self {
        if let Some(value) = self.value() {
            return Sym::c(-value);
        }
        let at = self.at();
        let Instr { op, args } = with_tape(|tape| tape.instructions[at as usize]);
        if op == OpCode::Neg {
            Sym {
                at: args[0],
                ..self
            }
        } else {
            self.unary(OpCode::Neg)
        }
    }
}

impl BitAnd for SymMask {
    type Output = Self;
    fn bitand(self, other: Self) -> Self {
        self.0.compare(OpCode::And, other.0)
    }
}

impl BitOr for SymMask {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        self.0.compare(OpCode::Or, other.0)
    }
}

impl BitXor for SymMask {
    type Output = Self;
    fn bitxor(self, other: Self) -> Self {
        self.0.compare(OpCode::Xor, other.0)
    }
}

impl Not for SymMask {
    type Output = Self;
    fn not(self) -> Self {
        SymMask(self.0.unary(OpCode::Not))
    }
}

impl Mask for SymMask {}

macro_rules! record {
    (unary: $($f:ident $op:ident,)*) => {
        $(fn $f(self) -> Self { self.unary(OpCode::$op) })*
    };
    (binary: $($f:ident $op:ident,)*) => {
        $(fn $f(self, other: Self) -> Self { self.binary(OpCode::$op, other) })*
    };
    (compare: $($f:ident $op:ident,)*) => {
        $(fn $f(self, other: Self) -> SymMask { self.compare(OpCode::$op, other) })*
    };
}

impl Num for Sym {
    type Mask = SymMask;
    #[inline(never)]
    fn c(x: f64) -> Self {
        with_tape(|tape| tape.push(Instr::constant(x)))
    }
    record! { compare: lt Lt, le Le, eq Eq, gt Gt, ge Ge, ne Ne, }
    record! { unary: abs Abs, }
    record! { binary: min Min, max Max, floor_div FloorDiv, rem Rem, fmod Fmod, }
    #[inline(never)]
    fn select(mask: SymMask, t: Self, f: Self) -> Self {
        if t.at() == f.at() {
            return t;
        }
        push(OpCode::Select, [mask.0.at(), t.at(), f.at()])
    }
}

impl Real for Sym {
    record! { unary:
        exp Exp, exp2 Exp2, expm1 Expm1, ln Ln, log2 Log2, log10 Log10, ln_1p Ln1p, sqrt Sqrt,
        sin Sin, cos Cos, tan Tan, asin Asin, acos Acos, atan Atan,
        sinh Sinh, cosh Cosh, tanh Tanh, asinh Asinh, acosh Acosh, atanh Atanh,
        erf Erf, erfc Erfc, floor Floor, ceil Ceil, trunc Trunc, round Round, sigmoid Sigmoid,
    }
    record! { binary: atan2 Atan2, pow Pow, copysign Copysign, }
    #[inline(never)]
    fn mul_add(self, b: Self, c: Self) -> Self {
        push(OpCode::MulAdd, [self.at(), b.at(), c.at()])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ops(f: impl Fn(&[Sym]) -> Sym) -> Vec<OpCode> {
        let program = record(2, &mut |x| vec![Some(f(x))]);
        program
            .code()
            .instructions()
            .iter()
            .map(|instr| instr.op)
            .collect()
    }
    use OpCode::*;

    #[test]
    fn exact_arithmetic_is_done_while_recording() {
        assert_eq!(ops(|x| x[0] * Sym::c(1.0)), [Input]);
        assert_eq!(ops(|x| Sym::c(1.0) * x[0]), [Input]);
        assert_eq!(ops(|x| x[0] * Sym::c(-1.0)), [Input, Neg]);
        assert_eq!(ops(|x| x[0] / Sym::c(1.0)), [Input]);
        assert_eq!(ops(|x| -(-x[0])), [Input]);
        assert_eq!(ops(|x| x[0] - Sym::c(0.0)), [Input]);
        assert_eq!(ops(|x| x[0] + Sym::c(-0.0)), [Input]);
        assert_eq!(
            ops(|x| x[0] + Sym::c(2.0) * Sym::c(3.0)),
            [Input, Const, Add]
        );
    }

    #[test]
    fn what_depends_on_data_or_rounding_is_kept() {
        assert_eq!(ops(|x| x[0] * Sym::c(0.0)), [Input, Const, Mul]);
        assert_eq!(ops(|x| x[0] + Sym::c(0.0)), [Input, Const, Add]);
        assert_eq!(ops(|x| x[0] - Sym::c(-0.0)), [Input, Const, Sub]);
        assert_eq!(ops(|x| x[0] - x[0]), [Input, Sub]);
        assert_eq!(ops(|_| Sym::c(0.1) + Sym::c(0.2)), [Param, Param, Add]);
        assert_eq!(ops(|_| Sym::c(1.0) / Sym::c(3.0)), [Const, Const, Div]);
        assert_eq!(ops(|_| Sym::c(1.0) / Sym::c(0.0)), [Const, Const, Div]);
    }

    #[test]
    fn equal_instructions_are_recorded_once_and_dead_ones_dropped() {
        assert_eq!(ops(|x| x[0].exp() * x[0].exp()), [Input, Exp, Mul]);
        let unused = |x: &[Sym]| {
            let _ = x[1].tan();
            x[0].exp()
        };
        assert_eq!(ops(unused), [Input, Exp]);
    }

    #[test]
    fn recordings_nest() {
        let program = record(1, &mut |x| {
            let before = x[0].exp();
            assert_eq!(ops(|y| y[1].sin()), [Input, Sin]);
            vec![Some(before + x[0])]
        });
        assert_eq!(program.interpret(&[0.0]), Some(vec![1.0]));
        assert!(TAPES.with_borrow(Vec::is_empty));
    }

    #[test]
    fn a_panicking_formula_leaves_no_tape() {
        let panicked = std::panic::catch_unwind(|| record(1, &mut |_| panic!("on purpose")));
        assert!(panicked.is_err() && TAPES.with_borrow(Vec::is_empty));
    }
}
