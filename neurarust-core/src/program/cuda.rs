//! CUDA C: a program as a `__global__` function, to be compiled by NVRTC (no header is needed).

use super::source::{Dialect, Kernel, entry, helpers, statements, written};
use super::{OpCode, Program};

/// The floating-point type a CUDA kernel reads, computes in and writes.
///
/// ```
/// use neurarust_core::{ops::elementwise::def, program::{CudaReal, Program}};
/// let silu = Program::forward(&def::silu {});
/// assert!(silu.cuda("silu", CudaReal::F32).source.contains("typedef float real"));
/// assert!(silu.cuda("silu", CudaReal::F64).source.contains("typedef double real"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CudaReal {
    /// `float`
    F32,
    /// `double`
    F64,
}

impl Program {
    /// An element-wise kernel over contiguous arrays of `real`, right for any launch shape.
    ///
    /// Its arguments: `n` (64 bits unsigned); a pointer for each input, null where the program does not read it; a
    /// pointer for each output that is not a structural zero; each parameter by value. An output may be an input.
    ///
    /// ```
    /// use neurarust_core::{ops::elementwise::def, program::{CudaReal, Program}};
    /// let kernel = Program::forward(&def::mul {}).cuda("mul", CudaReal::F32);
    /// assert!(kernel.source.contains("__global__ void neurarust_mul(unsigned long long n, const real* x0, const real* x1, real* y0)"));
    /// ```
    pub fn cuda(&self, name: &str, real: CudaReal) -> Kernel {
        let entry = entry(name);
        let code = self.code();
        let mut arguments = vec!["unsigned long long n".to_string()];
        arguments.extend((0..code.inputs()).map(|i| format!("const real* x{i}")));
        arguments.extend(written(code).map(|(i, _)| format!("real* y{i}")));
        arguments.extend((0..code.params()).map(|i| format!("const real p{i}")));
        let body = statements(code, &real, "        ");
        let stores: String = written(code)
            .map(|(i, t)| format!("        y{i}[i] = t{t};\n"))
            .collect();
        let source = format!(
            "typedef {real} real;\n\n{helpers}\
             extern \"C\" __global__ void {entry}({arguments}) {{\n    \
             const unsigned long long step = (unsigned long long)gridDim.x * blockDim.x;\n    \
             unsigned long long i = (unsigned long long)blockIdx.x * blockDim.x + threadIdx.x;\n    \
             for (; i < n; i += step) {{\n{body}{stores}    }}\n}}\n",
            real = match real {
                CudaReal::F32 => "float",
                CudaReal::F64 => "double",
            },
            helpers = real.suffixed(&helpers(&body, &real)),
            arguments = arguments.join(", "),
        );
        Kernel { entry, source }
    }
}

impl CudaReal {
    /// `text` with `@` as the suffix of C's functions and literals for this type.
    fn suffixed(self, text: &str) -> String {
        text.replace('@', if self == CudaReal::F32 { "f" } else { "" })
    }
}

impl Dialect for CudaReal {
    fn declare(&self, mask: bool) -> &'static str {
        if mask { "const bool" } else { "const real" }
    }
    fn literal(&self, x: f64) -> String {
        self.suffixed(&format!("{x:?}@"))
    }
    fn input(&self, i: u32) -> String {
        format!("x{i}[i]")
    }
    fn param(&self, i: u32) -> String {
        format!("p{i}")
    }
    fn select(&self, mask: &str, t: &str, f: &str) -> String {
        format!("{mask} ? {t} : {f}")
    }
    fn function(&self, op: OpCode) -> String {
        let name = match op {
            OpCode::Abs => "fabs@",
            OpCode::Min => "nr_min",
            OpCode::Max => "nr_max",
            OpCode::FloorDiv => "nr_floor_div",
            OpCode::Rem => "nr_rem",
            OpCode::Sigmoid => "nr_sigmoid",
            OpCode::MulAdd => "fma@",
            OpCode::Ln => "log@",
            OpCode::Ln1p => "log1p@",
            // To the nearest, halves to even, in the mode that kernels run in.
            OpCode::Round => "rint@",
            same => return self.suffixed(&format!("{same:?}@").to_ascii_lowercase()),
        };
        self.suffixed(name)
    }
    fn helpers(&self) -> &'static [(&'static str, &'static str)] {
        &[
            // `fmin` and `fmax` drop NaN.
            (
                "nr_min",
                "static __device__ real nr_min(real a, real b) { return a < b || a != a ? a : b; }\n",
            ),
            (
                "nr_max",
                "static __device__ real nr_max(real a, real b) { return a > b || a != a ? a : b; }\n",
            ),
            (
                "nr_rem",
                "static __device__ real nr_rem(real a, real b) {\n    \
                 const real r = fmod@(a, b);\n    \
                 return r != 0.0@ && (r < 0.0@) != (b < 0.0@) ? r + b : r;\n}\n",
            ),
            (
                "nr_floor_div",
                "static __device__ real nr_floor_div(real a, real b) {\n    \
                 if (b == 0.0@) return a / b;\n    \
                 const real r = fmod@(a, b);\n    \
                 const real q = rint@((a - r) / b);\n    \
                 const real f = r != 0.0@ && (r < 0.0@) != (b < 0.0@) ? q - 1.0@ : q;\n    \
                 return f == 0.0@ ? copysign@(f, a / b) : f;\n}\n",
            ),
            // The exponential of a negative number cannot overflow.
            (
                "nr_sigmoid",
                "static __device__ real nr_sigmoid(real x) {\n    \
                 const real e = exp@(-fabs@(x));\n    \
                 return (x < 0.0@ ? e : 1.0@) / (1.0@ + e);\n}\n",
            ),
        ]
    }
}
