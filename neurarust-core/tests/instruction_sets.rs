//! Every element-wise op on every instruction set of this machine. In a process of its own: the level is global.

use neurarust_core::autograd::{GradOptions, grad};
use neurarust_core::cpu::simd::{Level, level, set_level};
use neurarust_core::op::Class;
use neurarust_core::ops::elementwise::tables;
use neurarust_core::ops::fused::call;
use neurarust_core::{DType, Result, Tensor};

const PARAMS: [f64; 2] = [0.4, 0.9];

#[test]
fn all_levels_agree() -> Result<()> {
    let machine = level();
    for table in tables() {
        let dtypes: &[DType] = if table.class == Class::Bits {
            &[DType::I32, DType::I64]
        } else {
            &[DType::F32, DType::F64]
        };
        for &dtype in dtypes {
            let x: Vec<Tensor> = (0..table.arity)
                .map(|k| {
                    let data: Vec<f64> = (0..333)
                        .map(|i| ((i * 7919 + k * 104729) % 1013) as f64 / 160.0 - 3.0)
                        .collect();
                    let t = Tensor::from_vec(data, 333)?.to_dtype(dtype)?;
                    let differentiable = dtype.is_float() && table.differentiable_in(k);
                    t.set_requires_grad(differentiable).map(|_| t)
                })
                .collect::<Result<_>>()?;
            let refs: Vec<&Tensor> = x.iter().collect();
            let run = |at: Level| -> Result<Vec<Vec<f64>>> {
                assert_eq!(set_level(at), at);
                let y = call(table, &PARAMS, &refs)?;
                let mut all = vec![y.to_dtype(DType::F64)?.to_vec::<f64>()?];
                if y.is_requires_grad() {
                    let options = GradOptions {
                        allow_unused: true,
                        ..Default::default()
                    };
                    let wanted: Vec<&Tensor> = (refs.iter().copied())
                        .filter(|t| t.is_requires_grad())
                        .collect();
                    for g in grad(&[&y], &wanted, &[Some(y.ones_like()?)], options)?
                        .into_iter()
                        .flatten()
                    {
                        all.push(g.to_dtype(DType::F64)?.to_vec::<f64>()?);
                    }
                }
                Ok(all)
            };
            let want = run(Level::Scalar)?;
            let tolerance = if dtype == DType::F32 { 2e-5 } else { 1e-12 };
            for other in [Level::Wide, Level::Avx512]
                .into_iter()
                .filter(|l| *l <= machine)
            {
                for (part, (a, b)) in run(other)?.iter().zip(&want).enumerate() {
                    for (i, (a, b)) in a.iter().zip(b).enumerate() {
                        let same = a == b
                            || (a.is_nan() && b.is_nan())
                            || (a - b).abs() <= tolerance * (1.0 + b.abs());
                        assert!(
                            same,
                            "{} ({dtype}, {other:?}) output {part} element {i}: {a}, scalar {b}",
                            table.name
                        );
                    }
                }
            }
        }
    }
    set_level(machine);
    Ok(())
}
