//! Every derivative rule against central differences, and against PyTorch's answers at edges.

use super::Dual;
use crate::formula::{Formula, catalogue};
use crate::real::{Num, Real};

type Second<const N: usize> = Dual<Dual<f64, N>, N>;

fn gradient<const N: usize>(formula: &impl Formula<N, 1>, x: [f64; N]) -> [f64; N] {
    let [y] = formula.eval(Dual::inputs(x));
    y.d.map(|d| d.unwrap_or(0.0))
}

/// The derivative of `f` along input `i`, by central differences of fourth order.
fn difference<const N: usize>(f: impl Fn([f64; N]) -> f64, x: [f64; N], i: usize) -> f64 {
    let h = 2e-4 * x[i].abs().clamp(0.5, 2.0);
    let at = |steps: f64| {
        let mut x = x;
        x[i] += steps * h;
        f(x)
    };
    (8.0 * (at(1.0) - at(-1.0)) - (at(2.0) - at(-2.0))) / (12.0 * h)
}

struct AgainstDifferences;

impl catalogue::Visitor for AgainstDifferences {
    fn visit<const N: usize>(
        &mut self,
        name: &str,
        formula: impl Formula<N, 1>,
        points: &[[f64; N]],
    ) {
        assert!(!points.is_empty());
        for &x in points {
            let [y] = formula.eval(Dual::inputs(x));
            assert_eq!(
                y.v.to_bits(),
                formula.eval(x)[0].to_bits(),
                "{name} at {x:?}: the value"
            );
            let first = gradient(&formula, x);
            let second = formula.eval(Second::inputs(Dual::inputs(x)))[0].d;
            for i in 0..N {
                let expected = difference(|x| formula.eval(x)[0], x, i);
                near(
                    first[i],
                    expected,
                    1e-4,
                    &format!("{name} at {x:?}: derivative {i}"),
                );
                for j in 0..N {
                    let expected = difference(|x| gradient(&formula, x)[i], x, j);
                    let found = second[i].and_then(|d| d.d[j]).unwrap_or(0.0);
                    near(
                        found,
                        expected,
                        1e-3,
                        &format!("{name} at {x:?}: derivative {i}, {j}"),
                    );
                }
            }
        }
    }
}

/// Fails unless both agree to `tolerance` near an end of a domain and to a thousandth of it elsewhere.
fn near(found: f64, expected: f64, tolerance: f64, what: &str) {
    let tolerance = if expected.abs() < 10.0 {
        1e-3 * tolerance
    } else {
        tolerance
    };
    let error = (found - expected).abs() / expected.abs().max(1.0);
    assert!(error <= tolerance, "{what}: {found} instead of {expected}");
}

#[test]
fn rules_agree_with_central_differences() {
    catalogue::visit_all(&mut AgainstDifferences);
}

/// The derivative of a function of one variable.
fn derivative(f: impl Fn(Dual<f64, 1>) -> Dual<f64, 1>, x: f64) -> f64 {
    let [x] = Dual::inputs([x]);
    f(x).d[0].unwrap_or(0.0)
}

/// The derivatives of a function of two variables.
fn derivatives(f: impl Fn(Dual<f64, 2>, Dual<f64, 2>) -> Dual<f64, 2>, x: [f64; 2]) -> [f64; 2] {
    let [a, b] = Dual::inputs(x);
    f(a, b).d.map(|d| d.unwrap_or(0.0))
}

const NAN: f64 = f64::NAN;
const INF: f64 = f64::INFINITY;

#[test]
fn kinks_answer_as_pytorch_does() {
    assert_eq!(derivative(Num::abs, 0.0), 0.0);
    assert_eq!(derivative(Num::abs, -0.0), 0.0);
    assert_eq!(derivative(Num::abs, NAN), 0.0);
    assert_eq!(derivatives(Num::min, [1.0, 1.0]), [0.5, 0.5]);
    assert_eq!(derivatives(Num::max, [1.0, 1.0]), [0.5, 0.5]);
    assert_eq!(derivatives(Num::max, [-0.0, 0.0]), [0.5, 0.5]);
    assert_eq!(derivatives(Num::max, [INF, INF]), [0.5, 0.5]);
    for nan in [[NAN, 1.0], [1.0, NAN], [NAN, NAN]] {
        let [a, b] = Dual::<f64, 2>::inputs(nan);
        assert!(a.min(b).v.is_nan() && a.max(b).v.is_nan());
        assert_eq!(derivatives(Num::min, nan), [1.0, 1.0]);
        assert_eq!(derivatives(Num::max, nan), [1.0, 1.0]);
    }
    assert_eq!(derivatives(Real::copysign, [0.0, -1.0]), [0.0, 0.0]);
    assert_eq!(derivatives(Real::copysign, [-2.0, 1.0]), [-1.0, 0.0]);
    assert_eq!(derivatives(Real::copysign, [2.0, -0.0]), [-1.0, 0.0]);
    assert_eq!(derivatives(Real::copysign, [-INF, -1.0]), [1.0, 0.0]);
    assert_eq!(derivatives(Real::atan2, [0.0, 0.0]), [0.0, 0.0]);
    assert_eq!(derivatives(Num::rem, [-7.0, 2.0]), [1.0, 4.0]);
    assert_eq!(derivatives(Num::fmod, [-7.0, 2.0]), [1.0, 3.0]);
    assert_eq!(derivative(Real::sqrt, 0.0), INF);
}

#[test]
fn powers_answer_as_pytorch_does_at_zero() {
    assert_eq!(derivatives(Real::pow, [0.0, 0.0]), [0.0, 0.0]);
    assert_eq!(derivatives(Real::pow, [0.0, 1.0]), [1.0, 0.0]);
    assert_eq!(derivatives(Real::pow, [0.0, 2.0]), [0.0, 0.0]);
    assert_eq!(derivatives(Real::pow, [0.0, 0.5]), [INF, 0.0]);
    assert_eq!(derivatives(Real::pow, [0.0, -1.0]), [-INF, -INF]);
    assert_eq!(derivatives(Real::pow, [-2.0, 3.0])[0], 12.0);
    assert!(derivatives(Real::pow, [-2.0, 3.0])[1].is_nan());
    assert_eq!(derivative(|x| x.pow(Dual::c(2.0)), -3.0), -6.0);
    assert_eq!(derivative(|x| x.pow(Dual::c(0.0)), 0.0), 0.0);
    assert_eq!(derivative(|e| Dual::c(0.0).pow(e), 3.0), 0.0);
    for x in [0.0, -0.0, 1e-310, NAN, INF] {
        assert_eq!(derivatives(Real::pow, [x, 0.0])[0], 0.0);
    }
}

#[test]
fn saturated_functions_have_finite_derivatives() {
    for x in [-1e3, 1e3, -INF, INF] {
        assert_eq!(derivative(Real::sigmoid, x), 0.0);
        assert_eq!(derivative(Real::tanh, x), 0.0);
        assert_eq!(derivative(Real::erf, x), 0.0);
        assert_eq!(derivative(Real::erfc, x), 0.0);
        assert_eq!(derivative(Real::atan, x), derivative(Real::atan, x.abs()));
    }
    assert_eq!(derivative(Real::expm1, -1e3), 0.0);
    assert_eq!(derivative(Real::exp, -INF), 0.0);
}

#[test]
fn selection_keeps_the_other_side_out() {
    let guarded = |x: Dual<f64, 1>| Num::select(x.gt(Dual::c(0.0)), x.ln(), Dual::c(0.0));
    assert_eq!(derivative(guarded, 0.0), 0.0);
    assert_eq!(derivative(guarded, 2.0), 0.5);
}

#[test]
fn steps_and_constants_are_structural_zeros() {
    let [x, y] = Dual::<f64, 2>::inputs([2.5, 1.5]);
    for step in [
        x.floor(),
        x.ceil(),
        x.trunc(),
        x.round(),
        x.floor_div(y),
        Dual::c(1.0).exp(),
    ] {
        assert_eq!(step.d, [None, None]);
    }
    assert_eq!((x * x).d, [Some(5.0), None]);
    assert_eq!(x.copysign(y).d, [Some(1.0), None]);
    assert_eq!(
        Num::select(true, Dual::<f64, 2>::c(1.0), Dual::c(2.0)).d,
        [None, None]
    );
}
