//! What holds for every element-wise op, asked of each line of the table.

use neurarust_core::autograd::{GradOptions, grad};
use neurarust_core::cpu::pool::with_num_threads;
use neurarust_core::op::{Class, OpTable};
use neurarust_core::ops::elementwise::tables;
use neurarust_core::ops::fused::{call, call_in_place};
use neurarust_core::{DType, Result, Tensor};

/// Parameters that suit every op: bounds in order, positive slopes.
const PARAMS: [f64; 2] = [0.4, 0.9];

fn padded() -> [f64; 8] {
    let mut all = [0.0; 8];
    all[..2].copy_from_slice(&PARAMS);
    all
}

/// Numbers in `[low, high]` without pattern, away from round ones.
fn numbers(n: usize, seed: usize, low: f64, high: f64) -> Vec<f64> {
    (0..n)
        .map(|i| {
            low + (high - low) * (((i * 7919 + seed * 104729 + 37) % 1013) as f64 + 0.37) / 1013.0
        })
        .collect()
}

/// Vectors of `n` inputs, in the domain of most ops first and everywhere after.
fn inputs(table: &OpTable, n: usize) -> Vec<Vec<f64>> {
    (0..table.arity)
        .map(|k| {
            let mut x = numbers(n / 2, k, 0.1, 0.95);
            x.extend(numbers(n - n / 2, k + 5, -3.0, 3.0));
            match table.class {
                Class::Bits => x.iter().map(|v| (v * 4.0).round()).collect(),
                _ => x,
            }
        })
        .collect()
}

fn tensors(x: &[Vec<f64>], dtype: DType) -> Vec<Tensor> {
    x.iter()
        .map(|x| {
            Tensor::from_vec(x.clone(), x.len())
                .unwrap()
                .to_dtype(dtype)
                .unwrap()
        })
        .collect()
}

fn apply(table: &'static OpTable, inputs: &[Tensor]) -> Result<Tensor> {
    call(table, &PARAMS, &inputs.iter().collect::<Vec<_>>())
}

fn f64s(t: &Tensor) -> Vec<f64> {
    t.to_dtype(DType::F64).unwrap().to_vec().unwrap()
}

fn close(name: &str, got: &[f64], want: &[f64], tolerance: f64) {
    assert_eq!(got.len(), want.len(), "{name}");
    for (i, (a, b)) in got.iter().zip(want).enumerate() {
        let same =
            a == b || (a.is_nan() && b.is_nan()) || (a - b).abs() <= tolerance * (1.0 + b.abs());
        assert!(same, "{name} element {i}: {a}, expected {b}");
    }
}

fn same_bits(name: &str, a: &Tensor, b: &Tensor) {
    assert_eq!((a.shape(), a.dtype()), (b.shape(), b.dtype()), "{name}");
    let bits = |t: &Tensor| {
        f64s(t)
            .iter()
            .map(|x| if x.is_nan() { 0 } else { x.to_bits() })
            .collect::<Vec<_>>()
    };
    assert_eq!(bits(a), bits(b), "{name}");
}

fn oracle(table: &OpTable, x: &[Vec<f64>]) -> Vec<f64> {
    let params = padded();
    (0..x[0].len())
        .map(|i| (table.oracle)(&params, &x.iter().map(|v| v[i]).collect::<Vec<_>>()))
        .collect()
}

#[test]
fn values_are_the_formulas() -> Result<()> {
    for table in tables() {
        let x = inputs(table, 203);
        if table.class == Class::Bits {
            for dtype in [DType::I64, DType::I32] {
                close(
                    table.name,
                    &f64s(&apply(table, &tensors(&x, dtype))?),
                    &oracle(table, &x),
                    0.0,
                );
            }
            continue;
        }
        close(
            table.name,
            &f64s(&apply(table, &tensors(&x, DType::F64))?),
            &oracle(table, &x),
            1e-12,
        );
        for (dtype, tolerance) in [(DType::F32, 2e-5), (DType::F16, 2e-3), (DType::BF16, 2e-2)] {
            let low = tensors(&x, dtype);
            let rounded: Vec<Vec<f64>> = low.iter().map(f64s).collect();
            let y = apply(table, &low)?;
            assert_eq!(
                y.dtype(),
                if table.class == Class::Test {
                    DType::Bool
                } else {
                    dtype
                },
                "{}",
                table.name
            );
            if table.class == Class::Round
                || ["floor_divide", "remainder", "fmod"].contains(&table.name)
            {
                continue; // Jumps where a rounded quotient meets an integer.
            }
            close(table.name, &f64s(&y), &oracle(table, &rounded), tolerance);
        }
    }
    Ok(())
}

#[test]
fn integers_stay_integers_and_wrap() -> Result<()> {
    for table in tables().into_iter().filter(|t| {
        matches!(
            t.class,
            Class::Num | Class::Signed | Class::Round | Class::Test
        )
    }) {
        let x: Vec<Vec<f64>> = (0..table.arity)
            .map(|k| {
                numbers(77, k, -6.0, 6.0)
                    .iter()
                    .map(|v| v.round())
                    .collect()
            })
            .collect();
        for dtype in [DType::I8, DType::I16, DType::I32, DType::I64] {
            let y = call(
                table,
                &[1.0, 3.0],
                &tensors(&x, dtype).iter().collect::<Vec<_>>(),
            )?;
            assert_eq!(
                y.dtype(),
                if table.class == Class::Test {
                    DType::Bool
                } else {
                    dtype
                },
                "{}",
                table.name
            );
            let mut params = padded();
            params[..2].copy_from_slice(&[1.0, 3.0]);
            for (i, got) in f64s(&y).into_iter().enumerate() {
                let at: Vec<f64> = x.iter().map(|v| v[i]).collect();
                let want = (table.oracle)(&params, &at);
                if want.is_finite() {
                    assert_eq!(got, want, "{} of {at:?} as {dtype}", table.name);
                } else {
                    assert_eq!(
                        got, 0.0,
                        "{} of {at:?}: integers by zero answer 0",
                        table.name
                    );
                }
            }
        }
    }
    let flags = Tensor::from_vec((0..33).map(|i| i % 3 == 0).collect::<Vec<_>>(), 33)?;
    let not = flags.logical_not()?.to_vec::<bool>()?;
    assert!(not.iter().enumerate().all(|(i, not)| *not == (i % 3 != 0)));
    flags.logical_xor_(&flags.logical_not()?)?;
    assert_eq!(flags.to_vec::<bool>()?, [true; 33]);
    let x = Tensor::new([200u8])?;
    assert_eq!(x.add(&x)?.to_vec::<u8>()?, [144]);
    assert_eq!(
        Tensor::new([i64::MIN])?
            .floor_divide(-1i64)?
            .to_vec::<i64>()?
            .len(),
        1
    );
    Ok(())
}

#[test]
fn layouts_and_threads_make_no_difference() -> Result<()> {
    for table in tables() {
        let dtype = if table.class == Class::Bits {
            DType::I64
        } else {
            DType::F32
        };
        let plain: Vec<Tensor> = inputs(table, 210)
            .iter()
            .map(|x| {
                Tensor::from_vec(x.clone(), [5, 6, 7])
                    .unwrap()
                    .to_dtype(dtype)
                    .unwrap()
            })
            .collect();
        let want = apply(table, &plain)?;
        let moved = |f: &dyn Fn(&Tensor) -> Result<Tensor>| -> Result<Tensor> {
            apply(table, &plain.iter().map(f).collect::<Result<Vec<_>>>()?)
        };
        // Each input is laid out anew without changing what it says.
        same_bits(
            table.name,
            &moved(&|t| t.permute(&[2, 0, 1])?.contiguous()?.permute(&[1, 2, 0]))?,
            &want,
        );
        same_bits(
            table.name,
            &moved(&|t| t.flip(&[0, 2])?.contiguous()?.flip(&[0, 2]))?,
            &want,
        );
        same_bits(
            table.name,
            &moved(&|t| {
                let wide = Tensor::zeros(([5, 6, 15], dtype))?;
                wide.slice(2, Some(1), None, 2)?.copy_(t)?;
                wide.slice(2, Some(1), None, 2)
            })?,
            &want,
        );
        // Mixed: the first input lies as it did, the others don't.
        let mut mixed = plain.clone();
        mixed.iter_mut().skip(1).for_each(|t| {
            *t = t
                .transpose(0, 1)
                .unwrap()
                .contiguous()
                .unwrap()
                .transpose(0, 1)
                .unwrap()
        });
        same_bits(table.name, &apply(table, &mixed)?, &want);
        if table.arity > 1 {
            let mut narrow = plain.clone();
            narrow[1] = plain[1].narrow(1, 0, 1)?;
            let mut wide = plain.clone();
            wide[1] = narrow[1].expand([5i64, 6, 7])?.contiguous()?;
            same_bits(table.name, &apply(table, &narrow)?, &apply(table, &wide)?);
        }
        let empty: Vec<Tensor> = plain
            .iter()
            .map(|t| t.narrow(1, 3, 0))
            .collect::<Result<_>>()?;
        assert_eq!(apply(table, &empty)?.dims(), [5, 0, 7]);
        let long = tensors(&inputs(table, 150_001), dtype);
        let one = with_num_threads(1, || apply(table, &long))?;
        for n in [2, 3] {
            same_bits(
                table.name,
                &with_num_threads(n, || apply(table, &long))?,
                &one,
            );
        }
    }
    Ok(())
}

#[test]
fn in_place_is_out_of_place() -> Result<()> {
    for table in tables() {
        let dtype = if table.class == Class::Bits {
            DType::I64
        } else {
            DType::F64
        };
        let x = tensors(&inputs(table, 50), dtype);
        let want = apply(table, &x)?;
        let x: Vec<Tensor> = x.iter().map(|t| t.try_clone()).collect::<Result<_>>()?;
        call_in_place(table, &PARAMS, &x.iter().collect::<Vec<_>>())?;
        close(table.name, &f64s(&x[0]), &f64s(&want), 0.0);
        assert_eq!(x[0].storage().version(), 1, "{}", table.name);
    }
    Ok(())
}

/// Derivative by differences, or `None` where two step sizes disagree: a kink, a jump, the edge of the domain.
fn slope(f: impl Fn(f64) -> f64) -> Option<f64> {
    let at = |h: f64| (f(h) - f(-h)) / (2.0 * h);
    let (coarse, fine) = (at(2e-5), at(1e-5));
    (fine.is_finite() && (coarse - fine).abs() <= 1e-6 * (1.0 + fine.abs())).then_some(fine)
}

#[test]
fn gradients_are_the_slopes() -> Result<()> {
    let mut checked = 0;
    for table in tables().into_iter().filter(|t| t.differentiable()) {
        let x = inputs(table, 80);
        let leaves: Vec<Tensor> = tensors(&x, DType::F64)
            .into_iter()
            .enumerate()
            .map(|(k, t)| t.set_requires_grad(table.differentiable_in(k)).map(|_| t))
            .collect::<Result<_>>()?;
        let refs: Vec<&Tensor> = leaves.iter().collect();
        let y = apply(table, &leaves)?;
        let options = GradOptions {
            create_graph: true,
            allow_unused: true,
            ..Default::default()
        };
        let wanted: Vec<&Tensor> = (refs.iter().copied())
            .filter(|t| t.is_requires_grad())
            .collect();
        let mut first = grad(&[&y.sum()?], &wanted, &[], options)?.into_iter();
        let params = padded();
        for k in (0..table.arity).filter(|&k| table.differentiable_in(k)) {
            let g = &first.next().flatten();
            let zeros = vec![0.0; 80];
            let got = g.as_ref().map_or(zeros.clone(), f64s);
            let second = match g {
                Some(g) if g.is_requires_grad() => grad(
                    &[&g.sum()?],
                    &wanted,
                    &[],
                    GradOptions {
                        retain_graph: true,
                        allow_unused: true,
                        ..Default::default()
                    },
                )?,
                _ => vec![None; wanted.len()],
            };
            for i in 0..80 {
                let at: Vec<f64> = x.iter().map(|v| v[i]).collect();
                let value = |at: &[f64]| (table.oracle)(&params, at);
                let partial = |at: &[f64]| {
                    slope(|h| {
                        let mut at = at.to_vec();
                        at[k] += h;
                        value(&at)
                    })
                };
                let Some(want) = partial(&at) else { continue };
                assert!(
                    (got[i] - want).abs() <= 1e-5 * (1.0 + want.abs()),
                    "{} ∂{k} at {at:?}: {}, expected {want}",
                    table.name,
                    got[i]
                );
                checked += 1;
                // ∂²f/∂x_k∂x_j, where the analytic first derivative is smooth.
                let inputs = (0..table.arity).filter(|&j| table.differentiable_in(j));
                for (j, g2) in inputs.zip(&second) {
                    let eps = 1e-4;
                    let shifted = |h: f64| {
                        let mut at = at.clone();
                        at[j] += h;
                        partial(&at)
                    };
                    let (Some(up), Some(down), Some(near)) =
                        (shifted(eps), shifted(-eps), shifted(eps / 2.0))
                    else {
                        continue;
                    };
                    let (want, half) = ((up - down) / (2.0 * eps), (near - want) / (eps / 2.0));
                    if (want - half).abs() > 0.05 * (1.0 + want.abs()) {
                        continue;
                    }
                    let got = g2.as_ref().map_or(0.0, |t| f64s(t)[i]);
                    assert!(
                        (got - want).abs() <= 1e-3 * (1.0 + want.abs()),
                        "{} ∂²{k}{j} at {at:?}: {got}, expected {want}",
                        table.name
                    );
                }
            }
        }
    }
    assert!(
        checked > 4000,
        "only {checked} slopes were smooth enough to compare"
    );
    Ok(())
}

#[test]
fn half_precision_gradients_follow_single_precision() -> Result<()> {
    for table in tables().into_iter().filter(|t| t.differentiable()) {
        let x: Vec<Vec<f64>> = (0..table.arity)
            .map(|k| numbers(64, k, 0.1, 0.95))
            .collect();
        let low = tensors(&x, DType::BF16);
        let run = |dtype: DType| -> Result<Vec<Option<Tensor>>> {
            let leaves: Vec<Tensor> = low
                .iter()
                .enumerate()
                .map(|(k, t)| {
                    let t = t.to_dtype(dtype)?.detach();
                    t.set_requires_grad(table.differentiable_in(k)).map(|_| t)
                })
                .collect::<Result<_>>()?;
            let y = apply(table, &leaves)?.to_dtype(DType::F32)?.sum()?;
            let wanted = leaves.iter().filter(|t| t.is_requires_grad());
            grad(
                &[&y],
                &wanted.collect::<Vec<_>>(),
                &[],
                GradOptions {
                    allow_unused: true,
                    ..Default::default()
                },
            )
        };
        for (a, b) in run(DType::BF16)?.iter().zip(run(DType::F32)?) {
            if let (Some(a), Some(b)) = (a, b) {
                assert_eq!(a.dtype(), DType::BF16);
                close(table.name, &f64s(a), &f64s(&b), 0.05);
            }
        }
    }
    Ok(())
}
