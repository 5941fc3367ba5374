//! Every register type does per lane what plain Rust does for one number.

use super::*;
use crate::real::{Mask, Num};

/// A piece of work for every instruction set this machine has.
pub(crate) trait EveryIsa {
    fn run<I: Isa>(&self);
}

/// Runs `work` at every level of this machine.
pub(crate) fn every_isa(work: impl EveryIsa) {
    // SAFETY: every machine can run scalar code.
    unsafe { Scalar::run(|| work.run::<Scalar>()) };
    #[cfg(target_arch = "x86_64")]
    {
        if Level::machine() >= Level::Wide {
            // SAFETY: the machine has it.
            unsafe { Avx2::run(|| work.run::<Avx2>()) };
        }
        if Level::machine() >= Level::Avx512 {
            // SAFETY: the machine has it.
            unsafe { Avx512::run(|| work.run::<Avx512>()) };
        }
    }
    #[cfg(target_arch = "aarch64")]
    // SAFETY: every machine of this architecture has it.
    unsafe {
        Neon::run(|| work.run::<Neon>())
    };
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    // SAFETY: the whole program is compiled for it.
    unsafe {
        Simd128::run(|| work.run::<Simd128>())
    };
}

/// `f` of two registers filled with `a` and `b`, every lane of the result, which must agree.
#[inline(always)]
fn lanes<V: FloatLanes>(values: &[V::Scalar], f: impl Fn(V) -> V) -> Vec<V::Scalar> {
    let mut result = Vec::new();
    for chunk in values.chunks(V::N) {
        let mut padded = [values[0]; 16];
        padded[..chunk.len()].copy_from_slice(chunk);
        // SAFETY: a register has at most 16 lanes.
        unsafe { f(V::load(padded.as_ptr())).store(padded.as_mut_ptr()) };
        result.extend_from_slice(&padded[..chunk.len()]);
    }
    result
}

const SPECIAL: [f64; 24] = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.5,
    -0.5,
    1.5,
    2.5,
    -2.5,
    3.25,
    -7.75,
    1e-3,
    1e30,
    -1e30,
    8388609.0,
    4503599627370497.0,
    1e-40,
    -1e-40,
    1e-45,
    3e38,
    f64::MIN_POSITIVE,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::NAN,
];

macro_rules! same_as_plain {
    ($test:ident $float:ident $In:ident) => {
        #[test]
        fn $test() {
            struct Work;
            impl EveryIsa for Work {
                fn run<I: Isa>(&self) {
                    let values: Vec<$float> = SPECIAL.iter().map(|&x| x as $float).collect();
                    let check =
                        |name: &str, got: &[$float], expected: &dyn Fn($float) -> $float| {
                            for (&x, &got) in values.iter().zip(got) {
                                let expected = expected(x);
                                let same = got.to_bits() == expected.to_bits()
                                    || got.is_nan() && expected.is_nan();
                                assert!(
                                    same,
                                    "{:?}: {name}({x:e}) = {got:e}, expected {expected:e}",
                                    I::LEVEL
                                );
                            }
                        };
                    type V<I> = <I as Isa>::$In;
                    check("neg", &lanes::<V<I>>(&values, |x| -x), &|x| -x);
                    check("abs", &lanes::<V<I>>(&values, |x| x.abs()), &|x| x.abs());
                    check("sqrt", &lanes::<V<I>>(&values, |x| x.sqrt()), &|x| x.sqrt());
                    check("floor", &lanes::<V<I>>(&values, |x| x.floor()), &|x| {
                        x.floor()
                    });
                    check("ceil", &lanes::<V<I>>(&values, |x| x.ceil()), &|x| x.ceil());
                    check("trunc", &lanes::<V<I>>(&values, |x| x.trunc()), &|x| {
                        x.trunc()
                    });
                    check("round", &lanes::<V<I>>(&values, |x| x.round()), &|x| {
                        x.round_ties_even()
                    });
                    let clamped = |x: $float| if x.is_nan() { x } else { x.max(-2.0).min(2.5) };
                    check(
                        "clamp",
                        &lanes::<V<I>>(&values, |x| x.clamp(-2.0, 2.5)),
                        &clamped,
                    );
                    for &b in &values {
                        let vb = V::<I>::c(b as f64);
                        check("add", &lanes::<V<I>>(&values, |x| x + vb), &|x| x + b);
                        check("sub", &lanes::<V<I>>(&values, |x| x - vb), &|x| x - b);
                        check("mul", &lanes::<V<I>>(&values, |x| x * vb), &|x| x * b);
                        check("div", &lanes::<V<I>>(&values, |x| x / vb), &|x| x / b);
                        check(
                            "copysign",
                            &lanes::<V<I>>(&values, |x| x.copysign(vb)),
                            &|x| x.copysign(b),
                        );
                        check("fmod", &lanes::<V<I>>(&values, |x| x.fmod(vb)), &|x| x % b);
                        // Zeros of either sign are equal, so their order is free.
                        let nan = |x: $float| x.is_nan() || b.is_nan();
                        check(
                            "min",
                            &lanes::<V<I>>(&values, |x| x.min(vb) + V::<I>::c(0.0)),
                            &|x| {
                                if nan(x) { $float::NAN } else { x.min(b) + 0.0 }
                            },
                        );
                        check(
                            "max",
                            &lanes::<V<I>>(&values, |x| x.max(vb) + V::<I>::c(0.0)),
                            &|x| {
                                if nan(x) { $float::NAN } else { x.max(b) + 0.0 }
                            },
                        );
                        let select =
                            |mask| V::<I>::select(mask, V::<I>::c(1.0), V::<I>::c(f64::NAN));
                        let truth = |t: bool| if t { 1.0 } else { $float::NAN };
                        check("lt", &lanes::<V<I>>(&values, |x| select(x.lt(vb))), &|x| {
                            truth(x < b)
                        });
                        check("le", &lanes::<V<I>>(&values, |x| select(x.le(vb))), &|x| {
                            truth(x <= b)
                        });
                        check("eq", &lanes::<V<I>>(&values, |x| select(x.eq(vb))), &|x| {
                            truth(x == b)
                        });
                        check("gt", &lanes::<V<I>>(&values, |x| select(x.gt(vb))), &|x| {
                            truth(x > b)
                        });
                        check("ge", &lanes::<V<I>>(&values, |x| select(x.ge(vb))), &|x| {
                            truth(x >= b)
                        });
                        check("ne", &lanes::<V<I>>(&values, |x| select(x.ne(vb))), &|x| {
                            truth(x != b)
                        });
                        let one = V::<I>::c(1.0);
                        check(
                            "and",
                            &lanes::<V<I>>(&values, |x| select(x.lt(vb) & x.le(one))),
                            &|x| truth(x < b && x <= 1.0),
                        );
                        check(
                            "xor",
                            &lanes::<V<I>>(&values, |x| select(!(x.lt(vb) ^ x.le(one)) | x.eq(vb))),
                            &|x| truth((x < b) == (x <= 1.0) || x == b),
                        );
                    }
                }
            }
            every_isa(Work);
        }
    };
}
same_as_plain! { f32_registers_do_what_f32_does f32 F32 }
same_as_plain! { f64_registers_do_what_f64_does f64 F64 }

#[test]
fn python_remainders() {
    struct Work;
    impl EveryIsa for Work {
        fn run<I: Isa>(&self) {
            // (a, b, a // b, a % b), as Python has them, and as C's division has those by zero.
            let inf = f64::INFINITY;
            let table = [
                (7.0, 2.0, 3.0, 1.0),
                (-7.0, 2.0, -4.0, 1.0),
                (7.0, -2.0, -4.0, -1.0),
                (-7.0, -2.0, 3.0, -1.0),
                (6.0, 3.0, 2.0, 0.0),
                (-6.0, 3.0, -2.0, 0.0),
                (5.5, 1.25, 4.0, 0.5),
                (1.0, inf, 0.0, 1.0),
                (-1.0, inf, -1.0, inf),
                (1e20, 3.0, 33333333333333333333.0, 1.0),
                (0.25, 1e-3, 249.0, 0.25 % 1e-3),
                (1.0, 0.0, inf, f64::NAN),
            ];
            for (a, b, quotient, rest) in table {
                let (va, vb) = (I::F64::c(a), I::F64::c(b));
                let got = va.floor_div(vb).sum_lanes() / I::F64::N as f64;
                assert_eq!(got, quotient, "{a} // {b} at {:?}", I::LEVEL);
                let got = va.rem(vb).sum_lanes() / I::F64::N as f64;
                assert!(
                    got == rest || got.is_nan() && rest.is_nan(),
                    "{a} % {b} = {got} at {:?}",
                    I::LEVEL
                );
            }
        }
    }
    every_isa(Work);
}

#[test]
fn masks_become_bytes_and_lanes_fold_pairwise() {
    struct Work;
    impl EveryIsa for Work {
        fn run<I: Isa>(&self) {
            fn check<V: FloatLanes<Scalar: From<f32> + PartialEq + std::fmt::Debug + Copy>>()
            where
                V::Mask: Mask,
            {
                let number = V::Scalar::from;
                let mut values = [number(0.0); 16];
                for (i, value) in values.iter_mut().enumerate() {
                    *value = number(if i % 3 == 1 {
                        -1.0 - i as f32
                    } else {
                        i as f32
                    });
                }
                // SAFETY: 16 values, and no register has more lanes.
                let v = unsafe { V::load(values.as_ptr()) };
                let mut bytes = [7u8; 17];
                // SAFETY: as above.
                unsafe { V::store_mask(v.lt(V::c(0.0)), bytes.as_mut_ptr()) };
                for (i, &byte) in bytes.iter().enumerate() {
                    assert_eq!(byte, if i >= V::N { 7 } else { u8::from(i % 3 == 1) });
                }
                let sum = (0..V::N)
                    .map(|i| {
                        if i % 3 == 1 {
                            -1.0 - i as f32
                        } else {
                            i as f32
                        }
                    })
                    .sum();
                assert_eq!(v.sum_lanes(), number(sum));
                let largest = (0..V::N).filter(|i| i % 3 != 1).max().unwrap_or(0);
                assert_eq!(v.max_lanes(), number(largest as f32));
                let smallest = (0..V::N)
                    .filter(|i| i % 3 == 1)
                    .max()
                    .map_or(0.0, |i| -1.0 - i as f32);
                assert_eq!(v.min_lanes(), number(smallest));
                let last = V::N - 1;
                values[last] = number(f32::NAN);
                // SAFETY: as above.
                let v = unsafe { V::load(values.as_ptr()) };
                assert!(v.max_lanes() != v.max_lanes() && v.min_lanes() != v.min_lanes());
                // Pairwise: the two large ones meet before the small one does.
                if V::N > 2 {
                    let mut values = [number(0.0); 16];
                    values[0] = number(1e30);
                    values[1] = number(1.0);
                    values[V::N / 2] = number(-1e30);
                    // SAFETY: as above.
                    assert_eq!(unsafe { V::load(values.as_ptr()) }.sum_lanes(), number(1.0));
                }
            }
            check::<I::F32>();
            check::<I::F64>();
        }
    }
    every_isa(Work);
}

#[test]
fn exponents_of_every_size() {
    struct Work;
    impl EveryIsa for Work {
        fn run<I: Isa>(&self) {
            for e in -149..=127 {
                let (x, m) = (1.0f64.scale2(e as f64), if e > -149 { 1.5 } else { 1.0 });
                let v = I::F32::c(x * m);
                assert_eq!(v.exponent().max_lanes(), e as f32);
                assert_eq!(v.mantissa().max_lanes(), m as f32);
                assert_eq!(
                    I::F32::c(m).scale2(I::F32::c(e.into())).max_lanes(),
                    (x * m) as f32
                );
            }
            for e in -1074..=1023 {
                let m = if e > -1074 { 1.5 } else { 1.0 };
                let v = I::F64::c(m).scale2(I::F64::c(e.into()));
                assert_eq!(v.max_lanes(), m * 2f64.powi(e / 2) * 2f64.powi(e - e / 2));
                assert_eq!(v.exponent().max_lanes(), e as f64);
                assert_eq!(v.mantissa().max_lanes(), m);
            }
            assert_eq!(
                I::F64::c(1.0).scale2(I::F64::c(1024.0)).max_lanes(),
                f64::INFINITY
            );
            assert_eq!(
                I::F64::c(0.75).scale2(I::F64::c(1024.0)).max_lanes(),
                1.5 * 2f64.powi(1023)
            );
            assert_eq!(I::F64::c(1.0).scale2(I::F64::c(-1076.0)).max_lanes(), 0.0);
            assert_eq!(I::F32::c(1.0).scale2(I::F32::c(-151.0)).max_lanes(), 0.0);
        }
    }
    every_isa(Work);
}

#[test]
fn the_environment_lowers_the_level_only() {
    assert_eq!(choose(None, Level::Avx512), (Level::Avx512, None));
    assert_eq!(choose(Some(""), Level::Wide), (Level::Wide, None));
    assert_eq!(choose(Some("Scalar"), Level::Avx512), (Level::Scalar, None));
    assert_eq!(choose(Some("avx2"), Level::Avx512), (Level::Wide, None));
    let (level, warning) = choose(Some("avx512"), Level::Wide);
    assert!(
        level == Level::Wide && warning.is_some_and(|w| w.contains("more than this machine has"))
    );
    let (level, warning) = choose(Some("sse9"), Level::Avx512);
    assert!(
        level == Level::Avx512 && warning.is_some_and(|w| w.contains("sse9") && w.contains("avx2"))
    );
    assert!(super::level() <= Level::machine());
}
