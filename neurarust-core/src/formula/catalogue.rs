//! A formula for each method of `Num` and `Real`, and a few made of several: what every interpreter is tested on.

use super::Formula;
use crate::real::Real;

/// Something to do with each formula.
pub trait Visitor {
    /// `points` lie where the formula is smooth, at least 0.01 away from a step or the end of its domain.
    fn visit<const N: usize>(
        &mut self,
        name: &str,
        formula: impl Formula<N, 1>,
        points: &[[f64; N]],
    );
}

/// Shows the whole catalogue to `visitor`.
pub fn visit_all(visitor: &mut impl Visitor) {
    const WIDE: &[f64] = &[-3.1, -1.7, -0.9, -0.3, -0.02, 0.02, 0.4, 0.8, 1.3, 2.2, 3.7];
    const POSITIVE: &[f64] = &[0.02, 0.1, 0.4, 0.9, 1.2, 2.5, 7.0, 30.0];
    const UNIT: &[f64] = &[-0.97, -0.8, -0.3, -0.02, 0.02, 0.1, 0.6, 0.9, 0.97];
    const LARGE: &[f64] = &[1.02, 1.1, 1.9, 4.0, 17.0];
    const PAIRS: &[[f64; 2]] = &[
        [0.7, 1.3],
        [-0.7, 1.3],
        [2.6, -0.45],
        [-3.5, -1.1],
        [0.02, 5.7],
        [7.3, 2.2],
        [-9.1, 2.9],
        [0.3, -0.8],
    ];
    const POWERS: &[[f64; 2]] = &[
        [0.3, 2.0],
        [1.7, -1.5],
        [2.0, 3.0],
        [0.02, 0.5],
        [5.0, 0.0],
        [1.0, -0.3],
        [9.0, 1.0],
    ];
    const TRIPLES: &[[f64; 3]] = &[
        [0.7, 1.3, -2.0],
        [-0.7, 1.3, 0.2],
        [2.6, -0.45, 1.1],
        [-3.3, -1.1, 0.9],
        [0.2, 5.7, 0.02],
    ];
    let pairs = |points: &[[f64; 2]]| points.to_vec();
    let triples = |points: &[[f64; 3]]| points.to_vec();
    let singles = |points: &[f64]| points.iter().map(|&x| [x]).collect::<Vec<_>>();

    macro_rules! visit {
        ($($name:ident [$($x:ident),*] $y:expr, $make:ident $points:expr;)*) => {$({
            #[derive(Clone, Copy)]
            struct F;
            impl Formula<{ [$(stringify!($x)),*].len() }, 1> for F {
                fn eval<V: Real>(&self, [$($x),*]: [V; { [$(stringify!($x)),*].len() }]) -> [V; 1] {
                    [$y]
                }
            }
            visitor.visit(stringify!($name), F, &$make($points));
        })*};
    }
    visit! {
        add [a, b] a + b, pairs PAIRS;
        sub [a, b] a - b, pairs PAIRS;
        mul [a, b] a * b, pairs PAIRS;
        div [a, b] a / b, pairs PAIRS;
        neg [x] -x, singles WIDE;
        constants [x] (x * V::c(2.0) + V::c(0.1)) * V::c(-1.0) - V::c(12345.678), singles WIDE;
        lt [a, b] V::select(a.lt(b), a * a, b), pairs PAIRS;
        le [a, b] V::select(a.le(b), a * a, b), pairs PAIRS;
        eq [a, b] V::select(a.eq(b), a * a, b), pairs PAIRS;
        gt [a, b] V::select(a.gt(b), a * a, b), pairs PAIRS;
        ge [a, b] V::select(a.ge(b), a * a, b), pairs PAIRS;
        ne [a, b] V::select(a.ne(b), a * a, b), pairs PAIRS;
        and [a, b] V::select(a.lt(b) & b.lt(V::c(2.0)), a * a, b), pairs PAIRS;
        or [a, b] V::select(a.lt(b) | b.lt(V::c(2.0)), a * a, b), pairs PAIRS;
        xor [a, b] V::select(a.lt(b) ^ b.lt(V::c(2.0)), a * a, V::c(1.0)), pairs PAIRS;
        not [a, b] V::select(!a.lt(b), V::c(0.0), b * a), pairs PAIRS;
        abs [x] x.abs(), singles WIDE;
        min [a, b] a.min(b), pairs PAIRS;
        max [a, b] a.max(b), pairs PAIRS;
        floor_div [a, b] a.floor_div(b) + a, pairs PAIRS;
        rem [a, b] a.rem(b), pairs PAIRS;
        fmod [a, b] a.fmod(b), pairs PAIRS;
        mul_add [a, b, c] a.mul_add(b, c), triples TRIPLES;
        exp [x] x.exp(), singles WIDE;
        exp2 [x] x.exp2(), singles WIDE;
        expm1 [x] x.expm1(), singles WIDE;
        ln [x] x.ln(), singles POSITIVE;
        log2 [x] x.log2(), singles POSITIVE;
        log10 [x] x.log10(), singles POSITIVE;
        ln_1p [x] x.ln_1p(), singles UNIT;
        sqrt [x] x.sqrt(), singles POSITIVE;
        sin [x] x.sin(), singles WIDE;
        cos [x] x.cos(), singles WIDE;
        tan [x] x.tan(), singles UNIT;
        asin [x] x.asin(), singles UNIT;
        acos [x] x.acos(), singles UNIT;
        atan [x] x.atan(), singles WIDE;
        atan2 [a, b] a.atan2(b), pairs PAIRS;
        sinh [x] x.sinh(), singles WIDE;
        cosh [x] x.cosh(), singles WIDE;
        tanh [x] x.tanh(), singles WIDE;
        asinh [x] x.asinh(), singles WIDE;
        acosh [x] x.acosh(), singles LARGE;
        atanh [x] x.atanh(), singles UNIT;
        erf [x] x.erf(), singles WIDE;
        erfc [x] x.erfc(), singles WIDE;
        pow [x, e] x.pow(e), pairs POWERS;
        cube [x] x.pow(V::c(3.0)), singles WIDE;
        floor [x] x.floor() * x, singles WIDE;
        ceil [x] x.ceil() * x, singles WIDE;
        trunc [x] x.trunc() * x, singles WIDE;
        round [x] x.round() * x, singles WIDE;
        sigmoid [x] x.sigmoid(), singles WIDE;
        copysign [a, b] a.copysign(b), pairs PAIRS;
        silu [x] x * x.sigmoid(), singles WIDE;
        gelu [x] x * V::c(0.5) * (V::c(1.0) + (x * V::c(std::f64::consts::FRAC_1_SQRT_2)).erf()), singles WIDE;
        norm [a, b, c] (a * a + b * b + c * c).sqrt(), triples TRIPLES;
        huber [a, b] {
            let d = (a - b).abs();
            V::select(d.lt(V::c(1.0)), V::c(0.5) * d * d, d - V::c(0.5))
        }, pairs PAIRS;
    }
}
