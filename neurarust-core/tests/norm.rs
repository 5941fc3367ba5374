//! Claims about normalisation: values, running statistics, gradients to second order, instruction sets, threads.

use neurarust_core::autograd::{Tolerance, gradcheck, gradgradcheck};
use neurarust_core::cpu::pool::with_num_threads;
use neurarust_core::cpu::simd::{Level, set_level};
use neurarust_core::{DType, Result, Tensor};

fn waves(shape: &[usize], by: f64) -> Tensor {
    let n: usize = shape.iter().product();
    let data: Vec<f64> = (0..n)
        .map(|i| (i as f64 * by + 0.3).sin() * 1.5 + 0.2)
        .collect();
    Tensor::from_vec(data, shape).unwrap()
}

fn f64s(x: &Tensor) -> Vec<f64> {
    x.to_dtype(DType::F64).unwrap().to_vec::<f64>().unwrap()
}

fn close(a: &Tensor, b: &Tensor, tolerance: f64, what: &str) {
    assert_eq!(a.dims(), b.dims(), "{what}");
    for (a, b) in f64s(a).iter().zip(f64s(b)) {
        assert!(
            (a - b).abs() <= tolerance * (1.0 + b.abs()),
            "{what}: {a} {b}"
        );
    }
}

/// Layer norm by its definition.
fn by_definition(x: &Tensor, dims: &[i64], eps: f64) -> Result<Tensor> {
    let far = x.sub(&x.mean_dims(dims, true)?)?;
    far.div(&far.square()?.mean_dims(dims, true)?.add(eps)?.sqrt()?)
}

#[test]
fn layer_and_rms_norm_are_what_they_say() -> Result<()> {
    for level in Level::ALL {
        set_level(level);
        for shape in [&[4, 7][..], &[3, 64], &[2, 3, 33], &[40, 1000], &[5, 1]] {
            let x = waves(shape, 1.7);
            let n = shape[shape.len() - 1];
            let (w, b) = (waves(&[n], 0.9), waves(&[n], 0.4));
            let plain = by_definition(&x, &[-1], 1e-5)?;
            let what = format!("{level:?} {shape:?}");
            close(&x.layer_norm(&[n], None, None, 1e-5)?, &plain, 1e-12, &what);
            let full = plain.mul(&w)?.add(&b)?;
            close(
                &x.layer_norm(&[n], Some(&w), Some(&b), 1e-5)?,
                &full,
                1e-12,
                &what,
            );
            let low = x.to_dtype(DType::F32)?.layer_norm(
                &[n],
                Some(&w.to_dtype(DType::F32)?),
                Some(&b.to_dtype(DType::F32)?),
                1e-5,
            )?;
            close(&low, &full, 1e-4, &what);
            let root = x.square()?.mean_dims(&[-1], true)?.add(1e-6)?.sqrt()?;
            close(
                &x.rms_norm(&[n], Some(&w), 1e-6)?,
                &x.div(&root)?.mul(&w)?,
                1e-12,
                &what,
            );
        }
    }
    set_level(Level::machine());
    let x = waves(&[2, 3, 4], 1.7);
    close(
        &x.layer_norm(&[3, 4], None, None, 1e-5)?,
        &by_definition(&x, &[1, 2], 1e-5)?,
        1e-12,
        "two dimensions",
    );
    let turned = x.permute(&[2, 0, 1])?;
    close(
        &turned.layer_norm(&[3], None, None, 1e-5)?,
        &by_definition(&turned, &[-1], 1e-5)?,
        1e-12,
        "permuted",
    );
    let half = x
        .to_dtype(DType::BF16)?
        .layer_norm(&[4], None, None, 1e-5)?;
    assert_eq!(half.dtype(), DType::BF16);
    close(&half, &by_definition(&x, &[-1], 1e-5)?, 0.03, "half");
    assert!(x.layer_norm(&[3], None, None, 1e-5).is_err());
    assert!(
        x.layer_norm(&[4], Some(&waves(&[3], 1.0)), None, 1e-5)
            .is_err()
    );
    assert_eq!(
        Tensor::zeros([0, 4])?
            .layer_norm(&[4], None, None, 1e-5)?
            .dims(),
        [0, 4]
    );
    Ok(())
}

#[test]
fn norms_have_gradients_of_gradients() -> Result<()> {
    let t = Tolerance::default();
    let (x, w, b) = (waves(&[3, 5], 1.7), waves(&[5], 0.9), waves(&[5], 0.4));
    let layer = |x: &[Tensor]| x[0].layer_norm(&[5], Some(&x[1]), Some(&x[2]), 1e-3);
    gradcheck(layer, &[&x, &w, &b], t)?;
    gradgradcheck(layer, &[&x, &w, &b], t)?;
    let bare = |x: &[Tensor]| x[0].layer_norm(&[3, 5], None, None, 1e-3);
    gradcheck(bare, &[&waves(&[2, 3, 5], 1.3)], t)?;
    let rms = |x: &[Tensor]| x[0].rms_norm(&[5], Some(&x[1]), 1e-3);
    gradcheck(rms, &[&x, &w], t)?;
    gradgradcheck(rms, &[&x, &w], t)?;
    let batch =
        |x: &[Tensor]| x[0].batch_norm(None, None, Some(&x[1]), Some(&x[2]), true, 0.1, 1e-3);
    gradcheck(batch, &[&x, &w, &b], t)?;
    gradgradcheck(batch, &[&x, &w, &b], t)?;
    let images = waves(&[2, 4, 2, 3], 1.3);
    let (w, b) = (waves(&[4], 0.9), waves(&[4], 0.4));
    gradcheck(batch, &[&images, &w, &b], t)?;
    let (mean, var) = (waves(&[4], 0.7), waves(&[4], 0.8).square()?);
    let eval = |x: &[Tensor]| {
        x[0].batch_norm(
            Some(&mean),
            Some(&var),
            Some(&x[1]),
            Some(&x[2]),
            false,
            0.1,
            1e-3,
        )
    };
    gradcheck(eval, &[&images, &w, &b], t)?;
    gradgradcheck(eval, &[&images, &w, &b], t)?;
    let group = |x: &[Tensor]| x[0].group_norm(2, Some(&x[1]), Some(&x[2]), 1e-3);
    gradcheck(group, &[&images, &w, &b], t)?;
    gradgradcheck(group, &[&images, &w, &b], t)?;
    let instance = |x: &[Tensor]| x[0].instance_norm(Some(&x[1]), None, 1e-3);
    gradcheck(instance, &[&images, &w], t)
}

#[test]
fn batch_norm_trains_its_running_statistics() -> Result<()> {
    let x = waves(&[4, 3, 5], 1.7).to_dtype(DType::F32)?;
    let (mean, var) = (Tensor::zeros([3])?, Tensor::ones([3])?);
    let y = x.batch_norm(Some(&mean), Some(&var), None, None, true, 0.1, 1e-5)?;
    let exact = x.to_dtype(DType::F64)?;
    close(&y, &by_definition(&exact, &[0, 2], 1e-5)?, 1e-5, "y");
    close(
        &mean,
        &exact.mean_dims(&[0, 2], false)?.mul(0.1)?,
        1e-6,
        "mean",
    );
    close(
        &var,
        &exact.var_dims(&[0, 2], false, 1.0)?.mul(0.1)?.add(0.9)?,
        1e-6,
        "var",
    );
    let y = x.batch_norm(Some(&mean), Some(&var), None, None, false, 0.1, 1e-5)?;
    let want = exact
        .sub(&mean.reshape([3i64, 1])?)?
        .div(&var.add(1e-5)?.sqrt()?.reshape([3i64, 1])?)?;
    close(&y, &want, 1e-5, "eval");
    let before = f64s(&mean);
    assert!(
        Tensor::zeros([1, 3])?
            .batch_norm(Some(&mean), Some(&var), None, None, true, 0.1, 1e-5)
            .is_err()
    );
    assert!(
        x.batch_norm(
            Some(&mean),
            Some(&Tensor::ones([2])?),
            None,
            None,
            true,
            0.1,
            1e-5
        )
        .is_err()
    );
    assert!(
        x.batch_norm(None, None, None, None, false, 0.1, 1e-5)
            .is_err()
    );
    assert_eq!(f64s(&mean), before);
    Ok(())
}

#[test]
fn the_same_bits_for_any_number_of_threads() -> Result<()> {
    let run = |threads: usize| -> Result<Vec<f32>> {
        with_num_threads(threads, || {
            let x = waves(&[300, 257], 1.7)
                .to_dtype(DType::F32)?
                .requires_grad()?;
            let w = waves(&[257], 0.9).to_dtype(DType::F32)?.requires_grad()?;
            let y = x
                .layer_norm(&[257], Some(&w), None, 1e-5)?
                .batch_norm(None, None, None, None, true, 0.1, 1e-5)?;
            y.tanh()?.sum()?.backward()?;
            let mut out = x.grad().unwrap().to_vec::<f32>()?;
            out.extend(w.grad().unwrap().to_vec::<f32>()?);
            Ok(out)
        })
    };
    let one = run(1)?;
    for threads in [2, 3] {
        assert!(
            run(threads)?
                .iter()
                .zip(&one)
                .all(|(a, b)| a.to_bits() == b.to_bits())
        );
    }
    Ok(())
}
