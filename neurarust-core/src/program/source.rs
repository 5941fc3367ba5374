//! What the source texts of all devices have in common: one statement per instruction, and only the helpers it uses.

use super::{Code, OpCode};
use std::fmt::Write;

/// The source text of an element-wise kernel.
///
/// ```
/// use neurarust_core::{ops::elementwise::def, program::Program};
/// let kernel = Program::forward(&def::relu {}).wgsl("relu");
/// assert!(kernel.source.contains(&format!("fn {}(", kernel.entry)));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kernel {
    /// The name of its entry point.
    pub entry: String,
    /// The whole text.
    pub source: String,
}

/// How a language writes what the others write differently.
pub(super) trait Dialect {
    /// What stands before the name of a new constant.
    fn declare(&self, mask: bool) -> &'static str;
    /// A number with few digits.
    fn literal(&self, x: f64) -> String;
    /// Input `i` at the current place.
    fn input(&self, i: u32) -> String;
    /// Parameter `i`.
    fn param(&self, i: u32) -> String;
    /// The value of `t` where `mask`, of `f` elsewhere.
    fn select(&self, mask: &str, t: &str, f: &str) -> String;
    /// The function that computes `op`.
    fn function(&self, op: OpCode) -> String;
    /// Functions that the language lacks, `(name, text)`, each after those that it calls.
    fn helpers(&self) -> &'static [(&'static str, &'static str)];
}

/// One statement per instruction: instruction `i` is called `t{i}`.
pub(super) fn statements(code: &Code, dialect: &impl Dialect, indent: &str) -> String {
    let mut text = String::new();
    for (i, instr) in code.instructions().iter().enumerate() {
        let t: Vec<String> = instr.operands().iter().map(|i| format!("t{i}")).collect();
        let infix = |sign: &str| format!("{} {sign} {}", t[0], t[1]);
        let value = match instr.op {
            OpCode::Input => dialect.input(instr.args[0]),
            OpCode::Param => dialect.param(instr.args[0]),
            OpCode::Const => dialect.literal(instr.value().unwrap_or(f64::NAN)),
            OpCode::Add => infix("+"),
            OpCode::Sub => infix("-"),
            OpCode::Mul => infix("*"),
            OpCode::Div => infix("/"),
            OpCode::Lt => infix("<"),
            OpCode::Le => infix("<="),
            OpCode::Eq => infix("=="),
            OpCode::Gt => infix(">"),
            OpCode::Ge => infix(">="),
            // Not `!=`: some compilers answer false for it where either is NaN.
            OpCode::Ne => format!("!({})", infix("==")),
            OpCode::Xor => infix("!="),
            OpCode::And => infix("&"),
            OpCode::Or => infix("|"),
            OpCode::Not => format!("!{}", t[0]),
            OpCode::Neg => format!("-{}", t[0]),
            OpCode::Select => dialect.select(&t[0], &t[1], &t[2]),
            call => format!("{}({})", dialect.function(call), t.join(", ")),
        };
        let declare = dialect.declare(instr.op.is_mask());
        let _ = writeln!(text, "{indent}{declare} t{i} = {value};"); // writing to a string cannot fail
    }
    text
}

/// The helpers that `text` calls, and those that they call.
pub(super) fn helpers(text: &str, dialect: &impl Dialect) -> String {
    let mut needed = String::new();
    for (name, body) in dialect.helpers().iter().rev() {
        let call = format!("{name}(");
        if text.contains(&call) || needed.contains(&call) {
            needed.insert_str(0, body);
        }
    }
    needed
}

/// The outputs that are not structural zeros, as `(number, instruction)`.
pub(super) fn written(code: &Code) -> impl Iterator<Item = (usize, u32)> + '_ {
    code.outputs()
        .iter()
        .enumerate()
        .filter_map(|(i, y)| y.map(|y| (i, y)))
}

/// A name of an entry point that is an identifier and no function of the language.
pub(super) fn entry(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    format!("neurarust_{}", name.chars().map(plain).collect::<String>())
}

#[cfg(test)]
mod tests {

    use crate::formula::{Formula, catalogue};
    use crate::program::{CudaReal, Program};
    use crate::real::Real;

    #[derive(Clone, Copy)]
    struct Step {
        rate: f64,
    }
    impl Formula<2, 1> for Step {
        fn eval<V: Real>(&self, [x, g]: [V; 2]) -> [V; 1] {
            [V::select(
                g.ne(V::c(0.0)),
                x - V::c(self.rate) * g,
                x.min(V::c(2.0)),
            )]
        }
    }

    #[test]
    fn cuda_reads_as_expected() {
        let kernel = Program::forward(&Step { rate: 0.1 }).cuda("step", CudaReal::F32);
        assert_eq!(kernel.entry, "neurarust_step");
        assert_eq!(
            kernel.source,
            "typedef float real;

static __device__ real nr_min(real a, real b) { return a < b || a != a ? a : b; }
extern \"C\" __global__ void neurarust_step(unsigned long long n, const real* x0, const real* x1, real* y0, const real p0) {
    const unsigned long long step = (unsigned long long)gridDim.x * blockDim.x;
    unsigned long long i = (unsigned long long)blockIdx.x * blockDim.x + threadIdx.x;
    for (; i < n; i += step) {
        const real t0 = x0[i];
        const real t1 = x1[i];
        const real t2 = 0.0f;
        const bool t3 = !(t1 == t2);
        const real t4 = p0;
        const real t5 = t4 * t1;
        const real t6 = t0 - t5;
        const real t7 = 2.0f;
        const real t8 = nr_min(t0, t7);
        const real t9 = t3 ? t6 : t8;
        y0[i] = t9;
    }
}
"
        );
    }

    #[test]
    fn wgsl_reads_as_expected() {
        let kernel = Program::forward(&Step { rate: 0.1 }).wgsl("a step!");
        assert_eq!(kernel.entry, "neurarust_a_step_");
        assert_eq!(
            kernel.source,
            "struct Arguments { n: u32, p0: f32 }
@group(0) @binding(0) var<storage, read> x0: array<f32>;
@group(0) @binding(1) var<storage, read> x1: array<f32>;
@group(0) @binding(2) var<storage, read_write> y0: array<f32>;
@group(0) @binding(3) var<uniform> arguments: Arguments;

fn nr_is_nan(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u; }
fn nr_min(a: f32, b: f32) -> f32 { return select(b, a, a < b || nr_is_nan(a)); }
@compute @workgroup_size(256)
fn neurarust_a_step_(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    for (var i = id.x; i < arguments.n; i += groups.x * 256u) {
        let t0 = x0[i];
        let t1 = x1[i];
        let t2 = 0.0f;
        let t3 = !(t1 == t2);
        let t4 = arguments.p0;
        let t5 = t4 * t1;
        let t6 = t0 - t5;
        let t7 = 2.0f;
        let t8 = nr_min(t0, t7);
        let t9 = select(t8, t6, t3);
        y0[i] = t9;
    }
}
"
        );
    }

    /// Functions with our prefix are defined before they are called, once, and only if they are called.
    fn check_helpers(text: &str, definition: &str) {
        let mut defined: Vec<&str> = Vec::new();
        for line in text.lines() {
            let names = line
                .match_indices("nr_")
                .map(|(at, _)| &line[at..])
                .filter_map(|rest| rest.split_once('('));
            for (name, _) in names
                .filter(|(name, _)| name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'))
            {
                if line.contains(&format!("{definition}{name}(")) && !defined.contains(&name) {
                    defined.push(name);
                } else {
                    assert!(
                        defined.contains(&name),
                        "{name} is called and not defined in\n{text}"
                    );
                }
            }
        }
        for name in defined {
            assert_eq!(
                text.matches(&format!("{definition}{name}(")).count(),
                1,
                "{name} twice in\n{text}"
            );
            assert!(
                text.matches(&format!("{name}(")).count() > 1,
                "{name} is not called in\n{text}"
            );
        }
    }

    struct Helpers;

    impl catalogue::Visitor for Helpers {
        fn visit<const N: usize>(&mut self, name: &str, f: impl Formula<N, 1>, _: &[[f64; N]]) {
            for program in [Program::forward(&f), Program::backward(&f)] {
                for source in [
                    program.cuda(name, CudaReal::F32).source,
                    program.cuda(name, CudaReal::F64).source,
                    program.wgsl(name).source,
                ] {
                    let definition = if source.contains("__global__") {
                        "real "
                    } else {
                        "fn "
                    };
                    check_helpers(&source, definition);
                    assert!(
                        !source.contains('@') || definition == "fn ",
                        "a suffix is left in\n{source}"
                    );
                    assert!(
                        !source.contains("NaN") && !source.contains("inf;"),
                        "{source}"
                    );
                }
            }
        }
    }

    #[test]
    fn helpers_are_defined_where_they_are_used() {
        catalogue::visit_all(&mut Helpers);
    }

    #[test]
    fn double_precision_calls_double_functions() {
        #[derive(Clone, Copy)]
        struct F;
        impl Formula<1, 1> for F {
            fn eval<V: Real>(&self, [x]: [V; 1]) -> [V; 1] {
                [x.exp().rem(V::c(2.0))]
            }
        }
        let double = Program::forward(&F).cuda("f", CudaReal::F64).source;
        let single = Program::forward(&F).cuda("f", CudaReal::F32).source;
        assert!(
            double.contains("= exp(t0)")
                && double.contains("= fmod(a, b)")
                && double.contains("= 2.0;")
        );
        assert!(
            single.contains("= expf(t0)")
                && single.contains("= fmodf(a, b)")
                && single.contains("= 2.0f;")
        );
    }

    #[test]
    fn parameters_leave_the_code_alone() {
        let slow = Program::forward(&Step { rate: 1e-4 });
        let fast = Program::forward(&Step {
            rate: f64::INFINITY,
        });
        assert_eq!(slow.code(), fast.code());
        assert_eq!(
            (slow.params(), fast.params()),
            (&[1e-4][..], &[f64::INFINITY][..])
        );
        assert_eq!(slow.wgsl("step"), fast.wgsl("step"));
    }
}
