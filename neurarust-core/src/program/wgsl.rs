//! WGSL: a program as a compute shader in `f32`, for WebGPU.
//!
//! WGSL leaves out functions that formulas use and lets others lose their digits; those are written out below. A
//! compiler may assume that there is no NaN or infinity and rejects constant ones, so they are made from bits at run time.

use super::source::{Dialect, Kernel, entry, helpers, statements, written};
use super::{OpCode, Program};

const WORKGROUP: u32 = 256;

impl Program {
    /// An element-wise compute shader over contiguous arrays of `f32` with workgroups of 256, right for any grid
    /// of one dimension.
    ///
    /// Bindings of group 0: one read-only storage buffer for each input, whether read or not; one storage buffer for
    /// each output that is not a structural zero; last a uniform buffer of `n: u32` and then the parameters as `f32`.
    ///
    /// ```
    /// use neurarust_core::{ops::elementwise::def, program::Program};
    /// let kernel = Program::forward(&def::mul {}).wgsl("mul");
    /// assert!(kernel.source.contains("@group(0) @binding(2) var<storage, read_write> y0: array<f32>;"));
    /// ```
    pub fn wgsl(&self, name: &str) -> Kernel {
        let entry = entry(name);
        let code = self.code();
        let inputs = (0..code.inputs()).map(|i| format!("var<storage, read> x{i}: array<f32>"));
        let outputs =
            written(code).map(|(i, _)| format!("var<storage, read_write> y{i}: array<f32>"));
        let bindings: String = inputs
            .chain(outputs)
            .chain(["var<uniform> arguments: Arguments".to_string()])
            .enumerate()
            .map(|(i, variable)| format!("@group(0) @binding({i}) {variable};\n"))
            .collect();
        let params: String = (0..code.params()).map(|i| format!(", p{i}: f32")).collect();
        let body = statements(code, &Wgsl, "        ");
        let stores: String = written(code)
            .map(|(i, t)| format!("        y{i}[i] = t{t};\n"))
            .collect();
        let source = format!(
            "struct Arguments {{ n: u32{params} }}\n{bindings}\n{helpers}\
             @compute @workgroup_size({WORKGROUP})\n\
             fn {entry}(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {{\n    \
             for (var i = id.x; i < arguments.n; i += groups.x * {WORKGROUP}u) {{\n{body}{stores}    }}\n}}\n",
            helpers = helpers(&body, &Wgsl),
        );
        Kernel { entry, source }
    }
}

struct Wgsl;

impl Dialect for Wgsl {
    fn declare(&self, _mask: bool) -> &'static str {
        "let"
    }
    fn literal(&self, x: f64) -> String {
        format!("{x:?}f")
    }
    fn input(&self, i: u32) -> String {
        format!("x{i}[i]")
    }
    fn param(&self, i: u32) -> String {
        format!("arguments.p{i}")
    }
    fn select(&self, mask: &str, t: &str, f: &str) -> String {
        format!("select({f}, {t}, {mask})")
    }
    fn function(&self, op: OpCode) -> String {
        let name = match op {
            OpCode::MulAdd => "fma",
            OpCode::Ln => "log",
            OpCode::Min => "nr_min",
            OpCode::Max => "nr_max",
            OpCode::FloorDiv => "nr_floor_div",
            OpCode::Rem => "nr_rem",
            OpCode::Fmod => "nr_fmod",
            OpCode::Expm1 => "nr_expm1",
            OpCode::Log10 => "nr_log10",
            OpCode::Asin => "nr_asin",
            OpCode::Acos => "nr_acos",
            OpCode::Atan => "nr_atan",
            OpCode::Atan2 => "nr_atan2",
            OpCode::Ln1p => "nr_ln_1p",
            OpCode::Sinh => "nr_sinh",
            OpCode::Cosh => "nr_cosh",
            OpCode::Tanh => "nr_tanh",
            OpCode::Asinh => "nr_asinh",
            OpCode::Acosh => "nr_acosh",
            OpCode::Atanh => "nr_atanh",
            OpCode::Erf => "nr_erf",
            OpCode::Erfc => "nr_erfc",
            OpCode::Pow => "nr_pow",
            OpCode::Sigmoid => "nr_sigmoid",
            OpCode::Copysign => "nr_copysign",
            // Halves go to even in WGSL's `round`.
            same => return format!("{same:?}").to_ascii_lowercase(),
        };
        name.to_string()
    }
    fn helpers(&self) -> &'static [(&'static str, &'static str)] {
        HELPERS
    }
}

const HELPERS: &[(&str, &str)] = &[
    (
        "nr_is_nan",
        "fn nr_is_nan(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u; }\n",
    ),
    // Depend on `x` so that they are no constants: those may be neither NaN nor infinite.
    ("nr_nan", "fn nr_nan(x: f32) -> f32 { return bitcast<f32>(bitcast<u32>(x) | 0x7fc00000u); }\n"),
    (
        "nr_inf",
        "fn nr_inf(x: f32) -> f32 { return bitcast<f32>((bitcast<u32>(x) & 0x80000000u) | 0x7f800000u); }\n",
    ),
    (
        "nr_copysign",
        "fn nr_copysign(x: f32, sign: f32) -> f32 {
    return bitcast<f32>((bitcast<u32>(x) & 0x7fffffffu) | (bitcast<u32>(sign) & 0x80000000u));
}
",
    ),
    // `min` and `max` may answer either number when one is NaN.
    ("nr_min", "fn nr_min(a: f32, b: f32) -> f32 { return select(b, a, a < b || nr_is_nan(a)); }\n"),
    ("nr_max", "fn nr_max(a: f32, b: f32) -> f32 { return select(b, a, a > b || nr_is_nan(a)); }\n"),
    // Long division of the significands, eight bits of the quotient at a time: exact, as `%` is not.
    (
        "nr_fmod",
        "fn nr_fmod(a: f32, b: f32) -> f32 {
    let sign = bitcast<u32>(a) & 0x80000000u;
    let ua = bitcast<u32>(a) & 0x7fffffffu;
    let ub = bitcast<u32>(b) & 0x7fffffffu;
    if (ua >= 0x7f800000u || ub > 0x7f800000u || ub == 0u) { return nr_nan(a); }
    if (ua < ub) { return a; }
    var ea = max(ua >> 23u, 1u);
    var eb = max(ub >> 23u, 1u);
    var ma = (ua & 0x7fffffu) | select(0u, 0x800000u, ua >= 0x800000u);
    let mb = (ub & 0x7fffffu) | select(0u, 0x800000u, ub >= 0x800000u);
    while (ea > eb) {
        let bits = min(ea - eb, 8u);
        ma = (ma % mb) << bits;
        ea -= bits;
    }
    ma = ma % mb;
    if (ma == 0u) { return bitcast<f32>(sign); }
    let shift = min(countLeadingZeros(ma) - 8u, eb - 1u);
    ma = ma << shift;
    eb -= shift;
    return bitcast<f32>(sign | select(ma, (ma & 0x7fffffu) | (eb << 23u), ma >= 0x800000u));
}
",
    ),
    (
        "nr_rem",
        "fn nr_rem(a: f32, b: f32) -> f32 {
    let r = nr_fmod(a, b);
    return select(r, r + b, r != 0.0 && (r < 0.0) != (b < 0.0));
}
",
    ),
    (
        "nr_floor_div",
        "fn nr_floor_div(a: f32, b: f32) -> f32 {
    let r = nr_fmod(a, b);
    let q = round((a - r) / b);
    let f = select(q, q - 1.0, r != 0.0 && (r < 0.0) != (b < 0.0));
    return select(select(f, nr_copysign(f, a / b), f == 0.0), a / b, b == 0.0);
}
",
    ),
    ("nr_log10", "fn nr_log10(x: f32) -> f32 { return log2(x) * 0.30102999566f; }\n"),
    // Taylor's series where the difference would cancel.
    (
        "nr_expm1",
        "fn nr_expm1(x: f32) -> f32 {
    if (abs(x) >= 0.35) { return exp(x) - 1.0; }
    var p = 1.0f / 40320.0;
    p = p * x + 1.0f / 5040.0;
    p = p * x + 1.0f / 720.0;
    p = p * x + 1.0f / 120.0;
    p = p * x + 1.0f / 24.0;
    p = p * x + 1.0f / 6.0;
    p = p * x + 0.5;
    return p * x * x + x;
}
",
    ),
    // 2 artanh(x / (2 + x)), by its series, where 1 + x would lose the digits of x.
    (
        "nr_ln_1p",
        "fn nr_ln_1p(x: f32) -> f32 {
    if (abs(x) >= 0.3) { return log(1.0 + x); }
    let s = x / (2.0 + x);
    let z = s * s;
    let p = z * (1.0f / 3.0 + z * (1.0f / 5.0 + z * (1.0f / 7.0 + z * (1.0f / 9.0))));
    return 2.0 * (s + s * p);
}
",
    ),
    // e^{x/2} twice: e^x is infinite a little earlier than its half.
    (
        "nr_sinh",
        "fn nr_sinh(x: f32) -> f32 {
    if (abs(x) < 1.0) {
        let z = x * x;
        let p = 1.0f / 6.0 + z * (1.0f / 120.0 + z * (1.0f / 5040.0 + z * (1.0f / 362880.0 + z * (1.0f / 39916800.0))));
        return x + x * z * p;
    }
    let e = exp(0.5 * abs(x));
    return nr_copysign(0.5 * e * e - 0.5 / e / e, x);
}
",
    ),
    (
        "nr_cosh",
        "fn nr_cosh(x: f32) -> f32 {
    let e = exp(0.5 * abs(x));
    return 0.5 * e * e + 0.5 / e / e;
}
",
    ),
    (
        "nr_tanh",
        "fn nr_tanh(x: f32) -> f32 {
    if (abs(x) > 9.5) { return nr_copysign(1.0, x); }
    let e = nr_expm1(2.0 * abs(x));
    return nr_copysign(e / (e + 2.0), x);
}
",
    ),
    (
        "nr_asinh",
        "fn nr_asinh(x: f32) -> f32 {
    let a = abs(x);
    if (a > 1e9) { return nr_copysign(log(a) + 0.69314718056f, x); }
    return nr_copysign(nr_ln_1p(a + a * a / (1.0 + sqrt(a * a + 1.0))), x);
}
",
    ),
    (
        "nr_acosh",
        "fn nr_acosh(x: f32) -> f32 {
    if (x < 1.0) { return nr_nan(x); }
    if (x > 1e9) { return log(x) + 0.69314718056f; }
    let t = x - 1.0;
    return nr_ln_1p(t + sqrt(t * (x + 1.0)));
}
",
    ),
    (
        "nr_atanh",
        "fn nr_atanh(x: f32) -> f32 {
    let a = abs(x);
    if (a > 1.0) { return nr_nan(x); }
    if (a == 1.0) { return nr_inf(x); }
    return nr_copysign(0.5 * nr_ln_1p(2.0 * a / (1.0 - a)), x);
}
",
    ),
    // WGSL's own may be off by 4096 units in the last place. Reduced to |r| ≤ tan(π/8), then a Chebyshev fit in r².
    (
        "nr_atan",
        "fn nr_atan(x: f32) -> f32 {
    let a = abs(x);
    var base = 0.0f;
    var r = a;
    if (a > 2.414213562) {
        base = 1.570796327;
        r = -1.0 / a;
    } else if (a > 0.4142135624) {
        base = 0.7853981634;
        r = (a - 1.0) / (a + 1.0);
    }
    let z = r * r;
    let p = z * (-0.3333333176f + z * (0.1999954022 + z * (-0.1426394636 + z * (0.1074363163 - z * 0.06451597259))));
    return nr_copysign(base + (r + r * p), x);
}
",
    ),
    (
        "nr_atan2",
        "fn nr_atan2(y: f32, x: f32) -> f32 {
    if (nr_is_nan(x) || nr_is_nan(y)) { return nr_nan(x); }
    let a = abs(y);
    let b = abs(x);
    let steep = a > b;
    let quotient = select(a, b, steep) / select(b, a, steep);
    var t = nr_atan(select(quotient, select(1.0, 0.0, a == 0.0), a == b));
    t = select(t, 1.570796327 - t, steep);
    t = select(t, 3.141592654 - t, (bitcast<u32>(x) >> 31u) == 1u);
    return nr_copysign(t, y);
}
",
    ),
    (
        "nr_asin",
        "fn nr_asin(x: f32) -> f32 {
    if (abs(x) > 1.0) { return nr_nan(x); }
    return nr_atan2(x, sqrt((1.0 - x) * (1.0 + x)));
}
",
    ),
    (
        "nr_acos",
        "fn nr_acos(x: f32) -> f32 {
    if (abs(x) > 1.0) { return nr_nan(x); }
    return 2.0 * nr_atan2(sqrt(1.0 - x), sqrt(1.0 + x));
}
",
    ),
    // Chebyshev fits: erf(x)/x in x² to 1; (1 + 2x) e^{x²} erfc(x) in (x - 2)/(x + 2) above, within 7e-9. The square
    // in the exponent is split into one that is exact and a small rest.
    (
        "nr_erfc_above_1",
        "fn nr_erfc_above_1(x: f32) -> f32 {
    if (x > 10.2) { return 0.0; }
    let t = (x - 2.0) / (x + 2.0);
    var p = -2.362249344e-4f;
    p = p * t - 1.258415152e-3;
    p = p * t + 1.156027275e-3;
    p = p * t + 8.6538272e-3;
    p = p * t - 8.008588114e-3;
    p = p * t - 5.42100243e-2;
    p = p * t + 1.640490809e-1;
    p = p * t - 1.660309148e-1;
    p = p * t - 9.276377509e-2;
    p = p * t + 1.276978386;
    let h = bitcast<f32>(bitcast<u32>(x) & 0xfffff000u);
    return exp(-h * h) * exp((h - x) * (h + x)) * p / (1.0 + 2.0 * x);
}
",
    ),
    (
        "nr_erf_below_1",
        "fn nr_erf_below_1(x: f32) -> f32 {
    let z = x * x;
    var p = 7.875875063e-5f;
    p = p * z - 8.016864287e-4;
    p = p * z + 5.189087423e-3;
    p = p * z - 2.685421201e-2;
    p = p * z + 1.128359472e-1;
    p = p * z - 3.761262667e-1;
    p = p * z + 1.283791671e-1;
    return x + x * p;
}
",
    ),
    (
        "nr_erf",
        "fn nr_erf(x: f32) -> f32 {
    if (abs(x) > 1.0) { return nr_copysign(1.0 - nr_erfc_above_1(abs(x)), x); }
    return nr_erf_below_1(x);
}
",
    ),
    (
        "nr_erfc",
        "fn nr_erfc(x: f32) -> f32 {
    if (x > 1.0) { return nr_erfc_above_1(x); }
    if (x < -1.0) { return 2.0 - nr_erfc_above_1(-x); }
    return 1.0 - nr_erf_below_1(x);
}
",
    ),
    // WGSL's `pow` knows no negative base and none of the special cases of C's.
    (
        "nr_pow",
        "fn nr_pow(x: f32, y: f32) -> f32 {
    if (y == 0.0 || x == 1.0) { return 1.0; }
    if (nr_is_nan(x) || nr_is_nan(y)) { return nr_nan(x); }
    let a = abs(x);
    let huge = bitcast<u32>(a) == 0x7f800000u;
    let whole = trunc(y) == y;
    let odd = whole && trunc(0.5 * y) * 2.0 != y;
    var p: f32;
    if ((bitcast<u32>(y) & 0x7fffffffu) == 0x7f800000u) {
        p = select(select(0.0, nr_inf(a), (a > 1.0) == (y > 0.0)), 1.0, a == 1.0);
    } else if (a == 0.0 || huge) {
        p = select(0.0, nr_inf(a), huge == (y > 0.0));
    } else {
        p = pow(a, y);
        if (x < 0.0 && !whole) { return nr_nan(x); }
    }
    return select(p, -p, odd && (bitcast<u32>(x) >> 31u) == 1u);
}
",
    ),
    (
        "nr_sigmoid",
        "fn nr_sigmoid(x: f32) -> f32 {
    if (nr_is_nan(x)) { return x; }
    let e = exp(-abs(x));
    return select(1.0, e, x < 0.0) / (1.0 + e);
}
",
    ),
];
