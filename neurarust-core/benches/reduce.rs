//! Reductions, softmax, normalisation and cross-entropy on one thread: the fastest of some runs, in milliseconds.
//!
//! `cargo bench -p neurarust-core --bench reduce -- [part of a name]`

use neurarust_core::cpu::pool::with_num_threads;
use neurarust_core::ops::loss::{CrossEntropy, Reduction};
use neurarust_core::{Result, Tensor};
use std::time::Instant;

/// Prints the fastest of the runs that fit half a second.
fn fastest(name: &str, mut run: impl FnMut() -> Result<()>) -> Result<()> {
    if std::env::args()
        .skip(1)
        .any(|part| !part.starts_with('-') && !name.contains(&part))
    {
        return Ok(());
    }
    let start = Instant::now();
    let mut best = f64::INFINITY;
    while start.elapsed().as_secs_f64() < 0.5 || best.is_infinite() {
        let t = Instant::now();
        run()?;
        best = best.min(t.elapsed().as_secs_f64());
    }
    println!("{name:24} {:9.3} ms", best * 1e3);
    Ok(())
}

fn waves(shape: &[usize]) -> Result<Tensor> {
    let n: usize = shape.iter().product();
    Tensor::from_vec(
        (0..n)
            .map(|i| (i as f32 * 0.37).sin())
            .collect::<Vec<f32>>(),
        shape,
    )
}

fn main() -> Result<()> {
    with_num_threads(1, || {
        let long = waves(&[1 << 24])?;
        let x = waves(&[4096, 1024])?;
        let y = x.mul(0.9)?;
        let (w, b) = (waves(&[1024])?, waves(&[1024])?);
        let images = waves(&[32, 64, 56, 56])?;
        let (iw, ib) = (waves(&[64])?, waves(&[64])?);
        let classes = Tensor::arange(0..4096)?.remainder(1024i64)?;
        let options = CrossEntropy::default();
        let small = waves(&[64, 10])?;
        fastest("sum 16M", || long.sum().map(drop))?;
        fastest("sum rows", || x.sum_dims(&[1], false).map(drop))?;
        fastest("sum columns", || x.sum_dims(&[0], false).map(drop))?;
        fastest("sum columns, transposed", || {
            x.t()?.sum_dims(&[1], false).map(drop)
        })?;
        fastest("sum channels", || {
            images.sum_dims(&[0, 2, 3], false).map(drop)
        })?;
        fastest("sum small columns", || {
            small.sum_dims(&[0], false).map(drop)
        })?;
        fastest("max rows", || x.amax(&[1], false).map(drop))?;
        fastest("max 16M", || long.max().map(drop))?;
        fastest("argmax rows", || x.argmax(1, false).map(drop))?;
        fastest("argmax columns", || x.argmax(0, false).map(drop))?;
        fastest("var rows", || x.var_dims(&[1], false, 1.0).map(drop))?;
        fastest("norm 16M", || long.norm(2.0).map(drop))?;
        fastest("cumsum rows", || x.cumsum(1).map(drop))?;
        fastest("softmax", || x.softmax(-1).map(drop))?;
        fastest("log_softmax", || x.log_softmax(-1).map(drop))?;
        fastest("softmax columns", || x.softmax(0).map(drop))?;
        fastest("layer_norm", || {
            x.layer_norm(&[1024], Some(&w), Some(&b), 1e-5).map(drop)
        })?;
        fastest("rms_norm", || x.rms_norm(&[1024], Some(&w), 1e-5).map(drop))?;
        fastest("batch_norm", || {
            images
                .batch_norm(None, None, Some(&iw), Some(&ib), true, 0.1, 1e-5)
                .map(drop)
        })?;
        fastest("mse_loss", || x.mse_loss(&y, Reduction::Mean).map(drop))?;
        fastest("cross_entropy", || {
            x.cross_entropy(&classes, &options).map(drop)
        })?;
        let leaf = x.try_clone()?.requires_grad()?;
        fastest("softmax + backward", || {
            let _ = neurarust_core::autograd::grad(
                &[&leaf.softmax(-1)?],
                &[&leaf],
                &[Some(y.clone())],
                Default::default(),
            )?;
            Ok(())
        })?;
        let (gw, gb) = (
            w.try_clone()?.requires_grad()?,
            b.try_clone()?.requires_grad()?,
        );
        fastest("layer_norm + backward", || {
            let out = leaf.layer_norm(&[1024], Some(&gw), Some(&gb), 1e-5)?;
            let _ = neurarust_core::autograd::grad(
                &[&out],
                &[&leaf, &gw, &gb],
                &[Some(y.clone())],
                Default::default(),
            )?;
            Ok(())
        })?;
        let pixels = images.try_clone()?.requires_grad()?;
        fastest("batch_norm + backward", || {
            let out = pixels.batch_norm(None, None, Some(&iw), Some(&ib), true, 0.1, 1e-5)?;
            let _ = neurarust_core::autograd::grad(
                &[&out],
                &[&pixels],
                &[Some(images.clone())],
                Default::default(),
            )?;
            Ok(())
        })?;
        fastest("cross_entropy + backward", || {
            let out = leaf.cross_entropy(&classes, &options)?;
            let _ = neurarust_core::autograd::grad(&[&out], &[&leaf], &[], Default::default())?;
            Ok(())
        })?;
        fastest("mse_loss + backward", || {
            let out = leaf.mse_loss(&y, Reduction::Mean)?;
            let _ = neurarust_core::autograd::grad(&[&out], &[&leaf], &[], Default::default())?;
            Ok(())
        })
    })
}
