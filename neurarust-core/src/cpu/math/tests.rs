//! Every function against a wider or an independent one, at every instruction set of the machine.
//!
//! `NEURARUST_SWEEP=61` tries every 61st `f32` (1: all of them, a quarter of an hour for a function), best with
//! `--release` and `--nocapture`; `NEURARUST_SWEEP_ONLY=exp,ln` tries only these functions.

use std::cell::RefCell;

use crate::cpu::simd::tests::{EveryIsa, every_isa};
use crate::cpu::simd::{FloatLanes, Isa, Level};
use crate::real::Real;

/// Functions of one number: name, reference in `f64`, and how many units in the last place `f32` and `f64` may be off.
macro_rules! unary_functions {
    ($do:ident) => {
        $do! {
            exp libm::exp 1.1 1.0,
            exp2 libm::exp2 1.1 1.0,
            expm1 libm::expm1 1.2 1.5,
            ln libm::log 1.1 1.5,
            log2 libm::log2 0.51 1.5,
            log10 libm::log10 0.51 1.5,
            ln_1p libm::log1p 1.5 1.5,
            sqrt libm::sqrt 0.51 0.51,
            sin libm::sin 0.51 1.0,
            cos libm::cos 0.51 1.0,
            tan libm::tan 0.51 2.0,
            asin libm::asin 0.51 1.5,
            acos libm::acos 0.51 1.5,
            atan libm::atan 0.51 1.5,
            sinh libm::sinh 0.51 2.0,
            cosh libm::cosh 0.51 2.0,
            tanh libm::tanh 1.0 2.5,
            asinh libm::asinh 0.51 3.0,
            acosh acosh 0.51 3.0,
            atanh libm::atanh 0.51 2.5,
            erf libm::erf 1.5 1.5,
            erfc libm::erfc 0.51 2.0,
            sigmoid logistic 1.0 2.5,
        }
    };
}

/// `libm` takes some negative numbers for large ones.
fn acosh(x: f64) -> f64 {
    if x < 1.0 { f64::NAN } else { libm::acosh(x) }
}

fn logistic(x: f64) -> f64 {
    let e = libm::exp(-x.abs());
    let value = if x < 0.0 {
        e / (1.0 + e)
    } else {
        1.0 / (1.0 + e)
    };
    if x.is_nan() { x } else { value }
}

/// The distance of `got` from `expected` in the spacing of `f32` there; 0.5 for all that is rounded correctly.
fn ulps_f32(got: f32, expected: f64) -> f64 {
    let rounded = expected as f32;
    if got.to_bits() == rounded.to_bits() {
        return 0.5;
    }
    if rounded.is_nan() || rounded.is_infinite() || got.is_nan() || got.is_infinite() {
        let one_beyond =
            rounded.is_infinite() && got.abs() == f32::MAX && got.signum() == rounded.signum();
        let same = got == rounded || got.is_nan() && rounded.is_nan();
        return if same {
            0.0
        } else if one_beyond {
            1.0
        } else {
            f64::INFINITY
        };
    }
    if rounded == 0.0
        && got == 0.0
        && expected == 0.0
        && got.is_sign_negative() != expected.is_sign_negative()
    {
        return f64::INFINITY;
    }
    let exponent = rounded.abs().max(f32::MIN_POSITIVE).to_bits() >> 23;
    let spacing = 2f64.powi(exponent as i32 - 127 - 23);
    (f64::from(got) - expected).abs() / spacing
}

/// The same in `f64`, where the reference is itself rounded.
fn ulps_f64(got: f64, expected: f64) -> f64 {
    if got.is_nan()
        || expected.is_nan()
        || got.is_infinite()
        || expected.is_infinite()
        || expected == 0.0
    {
        let same = got.to_bits() == expected.to_bits() || got.is_nan() && expected.is_nan();
        return if same { 0.0 } else { f64::INFINITY };
    }
    let spacing = f64::from_bits(expected.to_bits() & !(1 << 63))
        .max(f64::MIN_POSITIVE)
        .to_bits()
        >> 52;
    let unit = if spacing > 52 {
        f64::from_bits((spacing - 52) << 52)
    } else {
        f64::from_bits(1 << (spacing - 1))
    };
    (got - expected).abs() / unit
}

/// `f` of every value, a register at a time.
fn apply<V: FloatLanes>(values: &mut [V::Scalar], f: impl Fn(V) -> V) {
    let mut chunks = values.chunks_exact_mut(V::N);
    for chunk in &mut chunks {
        // SAFETY: the chunk has as many values as the register has lanes.
        unsafe { f(V::load(chunk.as_ptr())).store(chunk.as_mut_ptr()) };
    }
    assert!(chunks.into_remainder().is_empty());
}

struct Worst {
    name: &'static str,
    bound: f64,
    ulps: f64,
    at: String,
}

impl Worst {
    fn new(name: &'static str, bound: f64) -> Self {
        Worst {
            name,
            bound,
            ulps: 0.0,
            at: String::new(),
        }
    }
    fn see(&mut self, ulps: f64, at: impl FnOnce() -> String) {
        if ulps > self.ulps {
            (self.ulps, self.at) = (ulps, at());
        }
    }
    fn report(&self, type_name: &str, level: Level, failures: &mut Vec<String>) {
        let line = format!(
            "{type_name} {level:?} {}: {:.3} ulp, {}",
            self.name, self.ulps, self.at
        );
        println!("{line}");
        if self.ulps > self.bound {
            failures.push(line);
        }
    }
}

/// Bit patterns from all over the line: every `f32`, or a prime stride through them.
fn patterns() -> impl Iterator<Item = Vec<f32>> {
    const BLOCK: u64 = 1 << 14;
    let stride = std::env::var("NEURARUST_SWEEP")
        .ok()
        .and_then(|stride| stride.parse().ok())
        .unwrap_or(16411);
    (0..(1u64 << 32).div_ceil(BLOCK * stride)).map(move |block| {
        (0..BLOCK)
            .map(|i| f32::from_bits(((block * BLOCK + i) * stride) as u32))
            .collect()
    })
}

#[test]
fn unary_f32() {
    let only = std::env::var("NEURARUST_SWEEP_ONLY").ok();
    let mut failures = Vec::new();
    macro_rules! check {
        ($($name:ident $module:ident $(:: $function:ident)? $bound:literal $bound64:literal,)*) => { $(
            if only.as_deref().is_none_or(|only| only.split(',').any(|f| f == stringify!($name))) {
                struct Work<'a>(&'a [f32], &'a [f64], &'a RefCell<[Worst; 3]>);
                impl EveryIsa for Work<'_> {
                    fn run<I: Isa>(&self) {
                        let Work(inputs, expected, worst) = self;
                        let worst = &mut worst.borrow_mut()[I::LEVEL as usize];
                        let mut values = inputs.to_vec();
                        apply::<I::F32>(&mut values, |x| Real::$name(x));
                        for ((x, got), expected) in inputs.iter().zip(values).zip(*expected) {
                            let ulps = ulps_f32(got, *expected);
                            worst.see(ulps, || format!("{x:e} ({:#x}) gives {got:e}, not {expected:e}", x.to_bits()));
                        }
                    }
                }
                let worst = RefCell::new([(); 3].map(|()| Worst::new(stringify!($name), $bound)));
                for inputs in patterns() {
                    let expected: Vec<f64> = inputs.iter().map(|&x| $module $(:: $function)? (x.into())).collect();
                    every_isa(Work(&inputs, &expected, &worst));
                }
                for (worst, level) in worst.into_inner().iter().zip(Level::ALL) {
                    worst.report("f32", level, &mut failures);
                }
            }
        )* };
    }
    unary_functions!(check);
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// Functions that the table computes so in `f32` only, against their `f64` forms.
#[test]
fn special_f32() {
    type Case = (&'static str, fn(f64) -> f64, f64);
    const CASES: [Case; 4] = [
        ("erfinv", crate::special::erfinv, 0.51),
        ("lgamma", crate::special::lgamma, 0.6),
        ("digamma", crate::special::digamma, 0.6),
        ("sinc", crate::special::sinc, 0.51),
    ];
    struct Work<'a>(&'a [f32], &'a [Vec<f64>; 4], &'a RefCell<[[Worst; 4]; 3]>);
    impl EveryIsa for Work<'_> {
        fn run<I: Isa>(&self) {
            let Work(inputs, expected, worst) = self;
            let worst = &mut worst.borrow_mut()[I::LEVEL as usize];
            for (k, expected) in expected.iter().enumerate() {
                let mut values = inputs.to_vec();
                apply::<I::F32>(&mut values, |x| match k {
                    0 => super::through_f64!(x, erf::erfinv_f32),
                    1 => super::through_f64!(x, gamma::lgamma_f32),
                    2 => super::through_f64!(x, gamma::digamma_f32),
                    _ => super::through_f64!(x, trig::sinc_f32),
                });
                for ((x, got), expected) in inputs.iter().zip(values).zip(expected) {
                    let ulps = ulps_f32(got, *expected);
                    worst[k].see(ulps, || {
                        format!("{x:e} ({:#x}) gives {got:e}, not {expected:e}", x.to_bits())
                    });
                }
            }
        }
    }
    let worst =
        RefCell::new([(); 3].map(|()| CASES.map(|(name, _, bound)| Worst::new(name, bound))));
    // From all over the line, and more of where the functions bend.
    let bends = (0..1 << 14).map(|i| (i as f32 - 8192.0) / 1021.0).collect();
    for inputs in patterns().chain([bends]) {
        let expected = CASES.map(|(_, f, _)| inputs.iter().map(|&x| f(x.into())).collect());
        every_isa(Work(&inputs, &expected, &worst));
    }
    let mut failures = Vec::new();
    for (worst, level) in worst.into_inner().iter().zip(Level::ALL) {
        worst
            .iter()
            .for_each(|w| w.report("f32", level, &mut failures));
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// Points from all over the line, most of them where functions do something.
fn points() -> Vec<f64> {
    let mut points = vec![
        0.0,
        1.0,
        0.5,
        f64::INFINITY,
        f64::NAN,
        f64::MIN_POSITIVE,
        f64::MAX,
        5e-324,
        709.79,
        745.2,
    ];
    let mut state = 1u64;
    let mut random = || {
        // SplitMix64
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    };
    for _ in 0..3000 {
        points.push(f64::from_bits(random() >> 1));
        let unit = (random() >> 11) as f64 / (1u64 << 53) as f64;
        for scale in [1.0, 1.0, 3.0, 10.0, 40.0, 750.0, 1e5, 1e7] {
            points.push(unit * scale);
        }
        points.push(unit * 1e-9);
        points.push(1.0 + unit * 1e-3);
        points.push(1.0 - unit * 1e-3);
        points.push((random() % 4096) as f64 * std::f64::consts::FRAC_PI_4);
    }
    let negative: Vec<f64> = points.iter().map(|x| -x).collect();
    points.extend(negative);
    while points.len() % 16 != 0 {
        points.push(2.0);
    }
    points
}

#[test]
fn unary_f64() {
    struct Work;
    impl EveryIsa for Work {
        fn run<I: Isa>(&self) {
            let points = points();
            let mut failures = Vec::new();
            macro_rules! check {
                ($($name:ident $module:ident $(:: $function:ident)? $bound:literal $bound64:literal,)*) => { $(
                    let mut worst = Worst::new(stringify!($name), $bound64);
                    let mut values = points.clone();
                    apply::<I::F64>(&mut values, |x| Real::$name(x));
                    for (&x, &got) in points.iter().zip(&values) {
                        let expected = $module $(:: $function)? (x);
                        let ulps = ulps_f64(got, expected);
                        worst.see(ulps, || format!("{x:e} ({:#x}) gives {got:e}, not {expected:e}", x.to_bits()));
                    }
                    worst.report("f64", I::LEVEL, &mut failures);
                )* };
            }
            unary_functions!(check);
            assert!(failures.is_empty(), "{}", failures.join("\n"));
        }
    }
    every_isa(Work);
}

#[test]
fn binary_functions() {
    struct Work;
    impl EveryIsa for Work {
        fn run<I: Isa>(&self) {
            let special = [
                0.0,
                1.0,
                2.0,
                3.0,
                0.5,
                2.5,
                1e300,
                1e-300,
                1e-320,
                4503599627370497.0,
                f64::INFINITY,
                f64::NAN,
            ];
            let mut pairs: Vec<(f64, f64)> = Vec::new();
            for x in special {
                for y in special {
                    pairs.extend([(x, y), (-x, y), (x, -y), (-x, -y)]);
                }
            }
            let points = points();
            pairs.extend(
                points
                    .iter()
                    .zip(points.iter().rev().cycle().skip(17))
                    .map(|(&x, &y)| (x, y)),
            );
            pairs.extend(
                points
                    .iter()
                    .zip(points.iter().skip(5))
                    .map(|(&x, &y)| (x, y)),
            );
            // Powers that end in range, all over it.
            pairs.extend(points.iter().filter(|x| x.abs() > 1e-300).map(|&x| {
                (
                    x.abs(),
                    x * 700.0 / x.abs().ln().abs() / (1.0 + x * x).sqrt(),
                )
            }));
            pairs.resize(pairs.len().next_multiple_of(16), (1.0, 1.0));
            let mut failures = Vec::new();
            macro_rules! check {
                ($($name:ident $reference:path, $bound:literal $bound64:literal,)*) => { $(
                    let mut worst = Worst::new(stringify!($name), $bound64);
                    let mut worst32 = Worst::new(stringify!($name), $bound);
                    for chunk in pairs.chunks(16) {
                        let x: [f64; 16] = std::array::from_fn(|i| chunk[i].0);
                        let y: [f64; 16] = std::array::from_fn(|i| chunk[i].1);
                        let (x32, y32) = (x.map(|x| x as f32), y.map(|y| y as f32));
                        let (mut got, mut got32) = ([0.0; 16], [0.0; 16]);
                        for at in (0..16).step_by(<I::F64 as crate::cpu::simd::Lanes>::N) {
                            use crate::cpu::simd::Lanes;
                            // SAFETY: a register fits at each of these places.
                            unsafe { Real::$name(I::F64::load(&x[at]), I::F64::load(&y[at])).store(&mut got[at]) };
                        }
                        for at in (0..16).step_by(<I::F32 as crate::cpu::simd::Lanes>::N) {
                            use crate::cpu::simd::Lanes;
                            // SAFETY: a register fits at each of these places.
                            unsafe { Real::$name(I::F32::load(&x32[at]), I::F32::load(&y32[at])).store(&mut got32[at]) };
                        }
                        for i in 0..16 {
                            let expected = $reference(x[i], y[i]);
                            worst.see(ulps_f64(got[i], expected), || format!("({:e}, {:e}) gives {:e}, not {expected:e}", x[i], y[i], got[i]));
                            let expected = $reference(x32[i].into(), y32[i].into());
                            worst32.see(ulps_f32(got32[i], expected), || format!("({:e}, {:e}) gives {:e}, not {expected:e}", x32[i], y32[i], got32[i]));
                        }
                    }
                    worst.report("f64", I::LEVEL, &mut failures);
                    worst32.report("f32", I::LEVEL, &mut failures);
                )* };
            }
            check! {
                pow libm::pow, 0.51 1.5,
                atan2 libm::atan2, 0.51 2.0,
            }
            assert!(failures.is_empty(), "{}", failures.join("\n"));
        }
    }
    every_isa(Work);
}
