//! A formula as data: straight-line code that other devices compile and that autograd reads to know what to save.
//!
//! Evaluating a formula on [`Sym`] records it. What comes out is a [`Program`]: [`Code`] (instructions in an order in
//! which each uses only earlier ones) and the parameters it is run with.

mod cuda;
mod interpret;
mod partials;
mod source;
mod sym;
mod wgsl;

pub use cuda::CudaReal;
pub use partials::{Analysis, Partial};
pub use source::Kernel;
pub use sym::{Sym, SymMask};

use crate::dual::Dual;
use crate::formula::Formula;
use crate::real::Num;

/// What an instruction computes; the names are those of [`crate::real`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
#[allow(missing_docs)] // each is the method of the same name
pub enum OpCode {
    /// The input number `args[0]`.
    Input,
    /// The parameter number `args[0]`.
    Param,
    /// The number whose bits as `f64` are `args[1] << 32 | args[0]`.
    Const,
    Add,
    Sub,
    Mul,
    Div,
    Neg,
    MulAdd,
    Lt,
    Le,
    Eq,
    Gt,
    Ge,
    Ne,
    And,
    Or,
    Xor,
    Not,
    /// `args[1]` where the mask `args[0]`, `args[2]` elsewhere.
    Select,
    Abs,
    Min,
    Max,
    FloorDiv,
    Rem,
    Fmod,
    Exp,
    Exp2,
    Expm1,
    Ln,
    Log2,
    Log10,
    Ln1p,
    Sqrt,
    Sin,
    Cos,
    Tan,
    Asin,
    Acos,
    Atan,
    Atan2,
    Sinh,
    Cosh,
    Tanh,
    Asinh,
    Acosh,
    Atanh,
    Erf,
    Erfc,
    Pow,
    Floor,
    Ceil,
    Trunc,
    Round,
    Sigmoid,
    Copysign,
}

impl OpCode {
    /// How many of an instruction's `args` are earlier instructions.
    ///
    /// ```
    /// use neurarust_core::program::OpCode;
    /// assert_eq!((OpCode::Const.arity(), OpCode::Exp.arity(), OpCode::Select.arity()), (0, 1, 3));
    /// ```
    pub fn arity(self) -> usize {
        use OpCode::*;
        match self {
            Input | Param | Const => 0,
            MulAdd | Select => 3,
            Add | Sub | Mul | Div | Lt | Le | Eq | Gt | Ge | Ne | And | Or | Xor | Min | Max
            | FloorDiv | Rem | Fmod | Atan2 | Pow | Copysign => 2,
            Neg | Not | Abs | Exp | Exp2 | Expm1 | Ln | Log2 | Log10 | Ln1p | Sqrt | Sin | Cos
            | Tan | Asin | Acos | Atan | Sinh | Cosh | Tanh | Asinh | Acosh | Atanh | Erf
            | Erfc | Floor | Ceil | Trunc | Round | Sigmoid => 1,
        }
    }

    /// Whether the result is a truth value instead of a number.
    ///
    /// ```
    /// use neurarust_core::program::OpCode;
    /// assert!(OpCode::Lt.is_mask() && !OpCode::Add.is_mask());
    /// ```
    pub fn is_mask(self) -> bool {
        use OpCode::*;
        matches!(self, Lt | Le | Eq | Gt | Ge | Ne | And | Or | Xor | Not)
    }
}

/// One instruction: what to compute and from which earlier instructions (see [`OpCode`] for the first three).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Instr {
    /// What to compute.
    pub op: OpCode,
    /// Places in the list of instructions, the first [`OpCode::arity`] of them used.
    pub args: [u32; 3],
}

impl Instr {
    fn constant(x: f64) -> Self {
        let bits = x.to_bits();
        Instr {
            op: OpCode::Const,
            args: [bits as u32, (bits >> 32) as u32, 0],
        }
    }

    /// The number that a [`OpCode::Const`] stands for.
    ///
    /// ```
    /// use neurarust_core::{ops::elementwise::def, program::Program};
    /// let program = Program::forward(&def::mul {});
    /// assert!(program.code().instructions().iter().all(|i| i.value().is_none())); // no constants
    /// ```
    pub fn value(&self) -> Option<f64> {
        let [low, high, _] = self.args;
        (self.op == OpCode::Const).then(|| f64::from_bits(u64::from(high) << 32 | u64::from(low)))
    }

    /// The earlier instructions it reads.
    ///
    /// ```
    /// use neurarust_core::{ops::elementwise::def, program::{OpCode, Program}};
    /// let program = Program::forward(&def::mul {});
    /// let product = program.code().instructions().iter().find(|i| i.op == OpCode::Mul).unwrap();
    /// assert_eq!(product.operands().len(), 2);
    /// ```
    pub fn operands(&self) -> &[u32] {
        &self.args[..self.op.arity()]
    }
}

/// Straight-line code. Programs with equal code run the same kernel, so this is the key of a kernel cache.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Code {
    inputs: usize,
    params: usize,
    instructions: Vec<Instr>,
    outputs: Vec<Option<u32>>,
}

impl Code {
    /// How many inputs there are, also if the code reads fewer.
    ///
    /// ```
    /// use neurarust_core::{ops::elementwise::def, program::Program};
    /// assert_eq!(Program::forward(&def::mul {}).code().inputs(), 2);
    /// ```
    pub fn inputs(&self) -> usize {
        self.inputs
    }

    /// How many parameters there are.
    ///
    /// ```
    /// use neurarust_core::{ops::elementwise::def, program::Program};
    /// assert_eq!(Program::forward(&def::mul {}).code().params(), 0);
    /// ```
    pub fn params(&self) -> usize {
        self.params
    }

    /// The instructions, in an order in which each reads only earlier ones.
    ///
    /// ```
    /// use neurarust_core::{ops::elementwise::def, program::{OpCode, Program}};
    /// let program = Program::forward(&def::mul {});
    /// assert!(program.code().instructions().iter().any(|instr| instr.op == OpCode::Mul));
    /// ```
    pub fn instructions(&self) -> &[Instr] {
        &self.instructions
    }

    /// Which instruction gives each output; `None` is a structural zero, which no kernel writes.
    ///
    /// ```
    /// use neurarust_core::{ops::elementwise::def, program::Program};
    /// assert_eq!(Program::derivative(&def::mul {}).code().outputs().len(), 2);
    /// ```
    pub fn outputs(&self) -> &[Option<u32>] {
        &self.outputs
    }
}

/// A formula as data: its code and the values of its parameters.
///
/// Constants with few digits (0, ½, 2, …) are part of the code, every other one is a parameter: a learning rate that
/// changes at each step changes [`params`](Program::params) and compiles nothing anew.
#[derive(Clone, Debug, PartialEq)]
pub struct Program {
    code: Code,
    params: Vec<f64>,
}

impl Program {
    /// What to compute.
    ///
    /// ```
    /// use neurarust_core::{ops::elementwise::def, program::Program};
    /// let (a, b) = (Program::forward(&def::mul {}), Program::forward(&def::mul {}));
    /// assert_eq!(a.code(), b.code()); // one kernel for both
    /// ```
    pub fn code(&self) -> &Code {
        &self.code
    }

    /// The values of [`OpCode::Param`].
    ///
    /// ```
    /// use neurarust_core::{ops::elementwise::def, program::Program};
    /// let program = Program::forward(&def::leaky_relu { slope: 0.123456789 });
    /// assert_eq!(program.params(), [0.123456789]);
    /// ```
    pub fn params(&self) -> &[f64] {
        &self.params
    }

    /// The formula itself: `N` inputs, `M` outputs.
    ///
    /// ```
    /// use neurarust_core::{ops::elementwise::def, program::Program};
    /// let program = Program::forward(&def::mul {});
    /// assert_eq!(program.interpret(&[3f64, 4.0]), Some(vec![12.0]));
    /// ```
    pub fn forward<const N: usize, const M: usize>(formula: &impl Formula<N, M>) -> Program {
        sym::record(N, &mut |x| {
            let mut outputs = Vec::with_capacity(M);
            for y in formula.eval(leading::<N>(x)) {
                outputs.push(Some(y));
            }
            outputs
        })
    }

    /// The vector-Jacobian product of a formula of one input whose derivative is `partial` of its output: inputs `y`, `g`.
    pub(crate) fn backward_from_output(partial: impl Fn(Sym) -> Sym) -> Program {
        sym::record(2, &mut |x| vec![Some(x[1] * partial(x[0]))])
    }

    /// The partial derivatives: `N` inputs, outputs `∂f/∂xₖ`.
    ///
    /// ```
    /// use neurarust_core::{ops::elementwise::def, program::Program};
    /// let program = Program::derivative(&def::mul {});
    /// assert_eq!(program.interpret(&[3f64, 4.0]), Some(vec![4.0, 3.0]));
    /// ```
    pub fn derivative<const N: usize>(formula: &impl Formula<N, 1>) -> Program {
        sym::record(N, &mut |x| gradients(formula, x, Sym::c(1.0)))
    }

    /// The vector-Jacobian product: inputs `x₀ … xₙ₋₁, g`, outputs `g · ∂f/∂xₖ`.
    ///
    /// ```
    /// use neurarust_core::{ops::elementwise::def, program::Program};
    /// let program = Program::backward(&def::mul {});
    /// assert_eq!(program.interpret(&[3f64, 4.0, 10.0]), Some(vec![40.0, 30.0]));
    /// ```
    pub fn backward<const N: usize>(formula: &impl Formula<N, 1>) -> Program {
        sym::record(N + 1, &mut |x| gradients(formula, x, x[N]))
    }
}

/// The first `N` of `x`.
fn leading<const N: usize>(x: &[Sym]) -> [Sym; N] {
    x[..N].try_into().expect("that many inputs")
}

/// `g · ∂f/∂xₖ`, as far as they aren't zeros.
#[inline(never)]
fn gradients<const N: usize>(formula: &impl Formula<N, 1>, x: &[Sym], g: Sym) -> Vec<Option<Sym>> {
    let [y] = formula.eval(Dual::seeded(leading::<N>(x), g));
    without_zeros(&y.d)
}

#[inline(never)]
fn without_zeros(d: &[Option<Sym>]) -> Vec<Option<Sym>> {
    d.iter().map(|d| d.filter(|d| !d.is_zero())).collect()
}
