//! Fourier transforms against the sum that defines them, and gradients against differences.

use neurarust_core::autograd::{Tolerance, gradcheck};
use neurarust_core::ops::fft::{FftNorm, PadMode, StftOptions};
use neurarust_core::{DType, Result, Tensor};
use std::f64::consts::TAU;

fn noise(n: usize) -> Vec<f64> {
    (0..n).map(|i| (i as f64 * 2.4 + 0.7).sin() + 0.1).collect()
}

#[test]
fn the_sum_that_defines_it() -> Result<()> {
    for n in [1, 2, 7, 12, 97] {
        let data = noise(n);
        let y = Tensor::from_vec(data.clone(), n)?.fft(None, 0, FftNorm::Backward)?;
        for (k, (re, im)) in y.to_complex_vec()?.into_iter().enumerate() {
            let angle = |j: usize| -TAU * (j * k % n) as f64 / n as f64;
            let (a, b): (f64, f64) = (
                data.iter()
                    .enumerate()
                    .map(|(j, x)| x * angle(j).cos())
                    .sum(),
                data.iter()
                    .enumerate()
                    .map(|(j, x)| x * angle(j).sin())
                    .sum(),
            );
            assert!((re - a).abs() < 1e-10 && (im - b).abs() < 1e-10, "{n} {k}");
        }
    }
    Ok(())
}

#[test]
fn there_and_back() -> Result<()> {
    let x = Tensor::from_vec(noise(60), [3, 4, 5])?;
    let close = |a: &Tensor, b: &Tensor| -> Result<()> {
        assert!(a.sub(b)?.abs()?.amax(&[], false)?.item::<f64>()? < 1e-12);
        Ok(())
    };
    for norm in [FftNorm::Backward, FftNorm::Ortho, FftNorm::Forward] {
        close(
            &x.fftn(None, None, norm)?.ifftn(None, None, norm)?.real()?,
            &x,
        )?;
        close(&x.rfft(None, 1, norm)?.irfft(Some(4), 1, norm)?, &x)?;
        close(&x.ihfft(None, 2, norm)?.hfft(Some(5), 2, norm)?, &x)?;
        let half = x.rfftn(None, Some(&[0, 2]), norm)?;
        assert_eq!(half.dims(), [3, 4, 3]);
        close(&half.irfftn(Some(&[3, 5]), Some(&[0, 2]), norm)?, &x)?;
    }
    assert!(x.fft(Some(0), 0, FftNorm::Backward).is_err());
    assert!(x.fftn(None, Some(&[1, -2]), FftNorm::Backward).is_err());
    assert!(
        x.to_dtype(DType::F16)?
            .fft(None, 0, FftNorm::Backward)
            .is_err()
    );
    Ok(())
}

#[test]
fn gradients() -> Result<()> {
    let x = Tensor::from_vec(noise(12), [2, 3, 2])?;
    let norm = FftNorm::Ortho;
    let check = |f: &dyn Fn(&Tensor) -> Result<Tensor>| {
        gradcheck(|x| f(&x[0]), &[&x], Tolerance::default())
    };
    check(&|x| x.rfft(Some(4), 1, norm)?.view_as_real())?;
    check(&|x| x.view_as_complex()?.ifft(None, 0, norm)?.view_as_real())?;
    check(&|x| x.view_as_complex()?.irfft(Some(5), 1, norm))?;
    check(&|x| x.view_as_complex()?.hfft(None, 1, norm))
}

#[test]
fn short_time_there_and_back() -> Result<()> {
    let x = Tensor::from_vec(noise(80), [2, 40])?;
    let window = Tensor::from_vec((0..8).map(|i| 0.2 + i as f64).collect::<Vec<_>>(), 8)?;
    let options = StftOptions {
        window: Some(&window),
        center: Some(PadMode::Reflect),
        ..StftOptions::default()
    };
    let spectra = x.stft(8, &options)?;
    assert_eq!(spectra.dims(), [2, 5, 21]);
    let back = spectra.istft(8, &options, Some(40), false)?;
    assert!(back.sub(&x)?.abs()?.amax(&[], false)?.item::<f64>()? < 1e-12);
    gradcheck(
        |x| x[0].stft(8, &options)?.istft(8, &options, None, false),
        &[&Tensor::from_vec(noise(16), 16)?],
        Tolerance::default(),
    )
}

#[test]
fn a_real_signal_comes_from_the_first_half_of_its_spectrum() -> Result<()> {
    // Whole spectra that no real signal has: the second half is not looked at.
    let (n, windows) = (6, 3);
    let whole = Tensor::from_vec(noise(n * windows * 2), [n, windows, 2])?.view_as_complex()?;
    let half = whole.narrow(0, 0, n / 2 + 1)?;
    let of = |z: &Tensor, onesided| {
        let options = StftOptions {
            onesided: Some(onesided),
            center: Some(PadMode::Reflect),
            ..StftOptions::default()
        };
        z.istft(n as i64, &options, None, false)?.to_vec::<f64>()
    };
    assert_eq!(of(&whole, false)?, of(&half, true)?);
    Ok(())
}
