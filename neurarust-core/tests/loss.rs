//! Claims about losses: PyTorch's values, gradients to second order, and what they refuse.

use neurarust_core::autograd::{Tolerance, gradcheck, gradgradcheck};
use neurarust_core::cpu::simd::{Level, set_level};
use neurarust_core::ops::loss::{CrossEntropy, Reduction};
use neurarust_core::{DType, ErrorKind, Result, Tensor};

fn waves(shape: &[usize], by: f64) -> Tensor {
    let n: usize = shape.iter().product();
    let data: Vec<f64> = (0..n)
        .map(|i| (i as f64 * by + 0.3).sin() * 1.5 + 0.2)
        .collect();
    Tensor::from_vec(data, shape).unwrap()
}

fn close(a: &Tensor, want: &[f64], tolerance: f64) {
    let a = a.to_dtype(DType::F64).unwrap().to_vec::<f64>().unwrap();
    assert_eq!(a.len(), want.len());
    for (a, b) in a.iter().zip(want) {
        assert!((a - b).abs() <= tolerance * (1.0 + b.abs()), "{a} {b}");
    }
}

fn classes() -> Tensor {
    Tensor::new([[0i64, 3, -100], [2, 1, 1]]).unwrap()
}

#[test]
fn cross_entropy_has_pytorchs_values() -> Result<()> {
    // torch.nn.functional.cross_entropy on the same numbers.
    let none = [
        [
            0.754949770742,
            3.541357975279,
            0.0,
            2.749713190936,
            1.081547375297,
            3.065388395881,
        ],
        [
            0.937294811883,
            3.220405939434,
            0.0,
            2.594595800083,
            1.199165195342,
            2.856544164524,
        ],
        [
            0.485644322551,
            1.457906294077,
            0.0,
            4.110309911208,
            1.728376115713,
            4.898670377124,
        ],
        [
            0.810676535436,
            1.529546174665,
            0.0,
            3.67043252869,
            1.656044014041,
            4.384134317554,
        ],
    ];
    let mean = [
        2.238591341627,
        2.161601182253,
        2.206951999331,
        2.097295658616,
    ];
    let weight = waves(&[4], 0.9).abs()?;
    for level in Level::ALL {
        set_level(level);
        for dtype in [DType::F64, DType::F32] {
            let tolerance = if dtype == DType::F64 { 1e-11 } else { 1e-5 };
            let x = waves(&[2, 4, 3], 1.7).to_dtype(dtype)?;
            for case in 0..4 {
                let mut options = CrossEntropy {
                    weight: (case >= 2).then(|| weight.clone()),
                    label_smoothing: if case % 2 == 1 { 0.2 } else { 0.0 },
                    ..CrossEntropy::default()
                };
                close(
                    &x.cross_entropy(&classes(), &options)?,
                    &[mean[case]],
                    tolerance,
                );
                options.reduction = Reduction::None;
                let losses = x.cross_entropy(&classes(), &options)?;
                assert_eq!((losses.dims(), losses.dtype()), (&[2, 3][..], dtype));
                close(&losses, &none[case], tolerance);
                options.reduction = Reduction::Sum;
                close(
                    &x.cross_entropy(&classes(), &options)?,
                    &[none[case].iter().sum()],
                    tolerance,
                );
            }
        }
    }
    set_level(Level::machine());
    let x = waves(&[2, 4, 3], 1.7);
    close(
        &x.nll_loss(&classes(), Some(&weight), -100, Reduction::Mean)?,
        &[0.09196368766536833],
        1e-12,
    );
    let p = waves(&[2, 4, 3], 0.8).softmax(1)?;
    let mut options = CrossEntropy {
        label_smoothing: 0.1,
        ..CrossEntropy::default()
    };
    close(&x.cross_entropy(&p, &options)?, &[1.924370774833213], 1e-12);
    options.weight = Some(weight);
    close(
        &x.cross_entropy(&p, &options)?,
        &[2.0788838147208133],
        1e-12,
    );
    Ok(())
}

#[test]
fn elementwise_losses_have_pytorchs_values() -> Result<()> {
    let (a, b) = (waves(&[6], 1.7), waves(&[6], 0.9));
    let (pa, pb) = (a.sigmoid()?, b.sigmoid()?);
    let (mean, sum) = (Reduction::Mean, Reduction::Sum);
    let p = Tensor::new(2.5f64)?;
    for (got, want) in [
        (a.mse_loss(&b, mean)?, 2.731213548461639),
        (a.l1_loss(&b, mean)?, 1.3318721658380543),
        (a.smooth_l1_loss(&b, 0.7, mean)?, 1.0929919488962574),
        (a.huber_loss(&b, 0.7, mean)?, 0.7650943642273802),
        (a.huber_loss(&b, 0.7, sum)?, 4.590566185364281),
        (
            pa.binary_cross_entropy(&pb, None, mean)?,
            0.8676398448086688,
        ),
        (
            pa.binary_cross_entropy(&pb, Some(&pb), mean)?,
            0.44811022622596436,
        ),
        (
            a.binary_cross_entropy_with_logits(&pb, None, None, mean)?,
            0.8676398448086688,
        ),
        (
            a.binary_cross_entropy_with_logits(&pb, None, Some(&p), mean)?,
            1.414690169790056,
        ),
        (
            a.binary_cross_entropy_with_logits(&pb, Some(&pb), Some(&p), mean)?,
            0.8238883608313574,
        ),
        (a.kl_div(&pb, false, mean)?, -0.4795637377252902),
        (a.kl_div(&b, true, sum)?, 9.978853078288068),
    ] {
        close(&got, &[want], 1e-12);
    }
    assert_eq!(a.mse_loss(&b, Reduction::None)?.dims(), [6]);
    let exact = Tensor::new([0.0f64, 1.0])?;
    close(
        &exact.binary_cross_entropy(&exact, None, mean)?,
        &[0.0],
        0.0,
    );
    close(
        &exact.binary_cross_entropy(&exact.flip(&[0])?, None, mean)?,
        &[100.0],
        0.0,
    );
    Ok(())
}

#[test]
fn losses_have_gradients_of_gradients() -> Result<()> {
    let t = Tolerance::default();
    let x = waves(&[2, 4, 3], 1.7);
    for case in 0..8 {
        let options = CrossEntropy {
            weight: (case & 1 == 1).then(|| waves(&[4], 0.9).abs().unwrap()),
            label_smoothing: if case & 2 == 2 { 0.2 } else { 0.0 },
            reduction: if case & 4 == 4 {
                Reduction::None
            } else {
                Reduction::Mean
            },
            ..CrossEntropy::default()
        };
        let f = |x: &[Tensor]| x[0].cross_entropy(&classes(), &options);
        gradcheck(f, &[&x], t)?;
        gradgradcheck(f, &[&x], t)?;
    }
    let nll = |x: &[Tensor]| x[0].nll_loss(&classes(), None, -100, Reduction::Mean);
    gradcheck(nll, &[&x], t)?;
    let one = waves(&[5], 1.7);
    gradcheck(
        |x| x[0].cross_entropy(&Tensor::new(2i64)?, &CrossEntropy::default()),
        &[&one],
        t,
    )?;
    let p = waves(&[2, 4, 3], 0.8).softmax(1)?;
    gradcheck(
        |x| x[0].cross_entropy(&x[1], &CrossEntropy::default()),
        &[&x, &p],
        t,
    )?;

    let (a, b) = (waves(&[2, 3], 1.7), waves(&[2, 3], 0.9));
    type Loss = fn(&[Tensor]) -> Result<Tensor>;
    let losses: &[Loss] = &[
        |x| x[0].mse_loss(&x[1], Reduction::Mean),
        |x| x[0].mse_loss(&x[1], Reduction::None),
        |x| x[0].l1_loss(&x[1], Reduction::Sum),
        |x| x[0].smooth_l1_loss(&x[1], 0.7, Reduction::Mean),
        |x| x[0].huber_loss(&x[1], 0.7, Reduction::Mean),
        |x| x[0].binary_cross_entropy_with_logits(&x[1], None, None, Reduction::Mean),
        |x| {
            x[0].binary_cross_entropy_with_logits(
                &x[1],
                None,
                Some(&Tensor::new(2.0f64)?),
                Reduction::Mean,
            )
        },
        |x| x[0].kl_div(&x[1], true, Reduction::Mean),
        |x| {
            x[0].sigmoid()?
                .binary_cross_entropy(&x[1], None, Reduction::Mean)
        },
        |x| x[0].kl_div(&x[1].softmax(1)?, false, Reduction::Mean),
    ];
    for f in losses {
        gradcheck(f, &[&a, &b], t)?;
        gradgradcheck(f, &[&a, &b], t)?;
    }
    Ok(())
}

#[test]
fn what_is_refused() -> Result<()> {
    let error = Tensor::zeros([3, 1])?
        .mse_loss(&Tensor::zeros([3])?, Reduction::Mean)
        .err()
        .unwrap();
    assert_eq!(error.kind(), ErrorKind::Shape);
    assert!(
        error.to_string().contains("[3, 1]") && error.to_string().contains("[3]"),
        "{error}"
    );

    let x = Tensor::zeros([2, 4])?;
    let default = CrossEntropy::default();
    let error = x
        .cross_entropy(&Tensor::new([1i64, 4])?, &default)
        .err()
        .unwrap();
    assert_eq!(error.kind(), ErrorKind::Index);
    assert!(
        error.to_string().contains("target 4 at element 1")
            && error.to_string().contains("there are 4"),
        "{error}"
    );
    assert!(
        x.cross_entropy(&Tensor::new([1i64, -1])?, &default)
            .is_err()
    );
    assert!(x.cross_entropy(&Tensor::new([1i64])?, &default).is_err());
    assert!(
        x.cross_entropy(&Tensor::new([[1i64], [2]])?, &default)
            .is_err()
    );
    assert!(
        Tensor::new(1.0f32)?
            .cross_entropy(&Tensor::new(0i64)?, &default)
            .is_err()
    );
    // All ignored: a mean of nothing.
    let none = x.cross_entropy(&Tensor::new([-100i64, -100])?, &default)?;
    assert!(none.item::<f32>()?.is_nan());

    let error = Tensor::new([0.5f32, 1.5])?
        .binary_cross_entropy(&Tensor::ones([2])?, None, Reduction::Mean)
        .err()
        .unwrap();
    assert!(
        error.to_string().contains("element 1") && error.to_string().contains("1.5"),
        "{error}"
    );
    assert!(x.huber_loss(&x, 0.0, Reduction::Mean).is_err());
    Ok(())
}
