//! Resizing, sampling, unpooling and connectionist temporal classification: PyTorch's numbers, gradients against differences.

use neurarust_core::autograd::{GradOptions, Tolerance, grad, gradcheck, gradgradcheck};
use neurarust_core::ops::embedding::Lookup;
use neurarust_core::ops::grid::{GridMode, GridPadding};
use neurarust_core::ops::loss::{Ctc, Reduction};
use neurarust_core::ops::resample::{Interpolate, Resample};
use neurarust_core::{Result, Tensor};

/// Numbers without pattern, in `[-1, 1]`.
fn numbers(shape: &[usize]) -> Tensor {
    let n: usize = shape.iter().product();
    Tensor::from_vec(
        (0..n)
            .map(|i| ((i * 7919 + 13) % 1009) as f64 / 504.5 - 1.0)
            .collect::<Vec<_>>(),
        shape,
    )
    .unwrap()
}

#[track_caller]
fn close(t: &Tensor, dims: &[usize], want: &[f64]) {
    assert_eq!(t.dims(), dims);
    let got = t.to_vec::<f64>().unwrap();
    assert_eq!(got.len(), want.len());
    for (a, b) in got.iter().zip(want) {
        assert!((a - b).abs() < 2e-6, "{a} {b}");
    }
}

#[test]
fn resizing_is_pytorchs() -> Result<()> {
    let x = numbers(&[1, 1, 3, 4]);
    let linear = Interpolate::to(Resample::Linear, &[2, 5]);
    close(
        &x.interpolate(&linear)?,
        &[1, 1, 2, 5],
        &[
            -0.777502, 0.060208, 0.267592, 0.174975, 0.312686, 0.402874, 0.190585, -0.052032,
            -0.144648, -0.006938,
        ],
    );
    let corners = Interpolate {
        align_corners: true,
        ..linear.clone()
    };
    close(
        &x.interpolate(&corners)?,
        &[1, 1, 2, 5],
        &[
            -0.974232, 0.298315, 0.570862, 0.343409, 0.115956, 0.599604, 0.372151, 0.144698,
            -0.082755, -0.310208,
        ],
    );
    let cubic = Interpolate::to(Resample::Cubic, &[2, 3]);
    close(
        &x.interpolate(&cubic)?,
        &[1, 1, 2, 3],
        &[-0.639866, 0.364305, 0.300027, 0.400632, -0.1319, -0.044567],
    );
    let nearest = Interpolate::to(Resample::Nearest, &[2, 5]);
    close(
        &x.interpolate(&nearest)?,
        &[1, 1, 2, 5],
        &[
            -0.974232, -0.974232, 0.722498, 0.419227, 0.115956, -0.187314, -0.187314, -0.490585,
            -0.793855, 0.902874,
        ],
    );
    let smooth = Interpolate {
        antialias: true,
        ..Interpolate::to(Resample::Linear, &[2, 2])
    };
    close(
        &x.interpolate(&smooth)?,
        &[1, 1, 2, 2],
        &[-0.181474, 0.199101, 0.087888, -0.067252],
    );
    let turned = numbers(&[1, 1, 4, 3]).transpose(2, 3)?;
    for options in [&linear, &corners, &cubic, &nearest, &smooth] {
        gradcheck(
            |t| t[0].interpolate(options),
            &[&turned],
            Tolerance::default(),
        )?;
        gradgradcheck(
            |t| t[0].square()?.interpolate(options),
            &[&x],
            Tolerance::default(),
        )?;
    }
    assert!(numbers(&[3, 4]).interpolate(&linear).is_err());
    Ok(())
}

#[test]
fn sampling_is_pytorchs() -> Result<()> {
    use GridMode::{Bicubic, Bilinear, Nearest};
    use GridPadding::{Border, Reflection, Zeros};
    let x = numbers(&[1, 1, 3, 4]);
    let grid = numbers(&[1, 2, 2, 2]).mul(1.2)?;
    for (mode, padding, want) in [
        (Bilinear, Zeros, [0.067881, 0.017895, 0.565332, 0.133668]),
        (Bilinear, Border, [0.599604, 0.017895, 0.565332, 0.599604]),
        (
            Bilinear,
            Reflection,
            [0.599604, 0.017895, 0.565332, 0.599604],
        ),
        (Nearest, Zeros, [0.0, 0.902874, 0.722498, 0.0]),
        (Nearest, Border, [0.599604, 0.902874, 0.722498, 0.599604]),
        (Bicubic, Zeros, [0.07566, 0.042821, 0.689468, 0.174069]),
        (Bicubic, Border, [0.691375, -0.023272, 0.63688, 0.684047]),
        (
            Bicubic,
            Reflection,
            [0.754514, -0.023272, 0.63688, 0.792725],
        ),
    ] {
        let sample = |x: &Tensor, grid: &Tensor| x.grid_sample(grid, mode, padding, false);
        close(&sample(&x, &grid)?, &[1, 1, 2, 2], &want);
        gradcheck(|t| sample(&t[0], &t[1]), &[&x, &grid], Tolerance::default())?;
    }
    assert!(
        x.grid_sample(&numbers(&[2, 2, 2, 2]), Bilinear, Zeros, false)
            .is_err()
    );
    Ok(())
}

#[test]
fn unpooling_gives_each_element_the_gradient_of_its_place() -> Result<()> {
    let x = numbers(&[1, 1, 2, 2]).requires_grad()?;
    // Two elements at place 5: the last one stays.
    let places = Tensor::new([[[[0i64, 5], [5, 8]]]])?;
    let y = x.max_unpool2d(&places, &[3, 3])?;
    let y_values = y.to_vec::<f64>()?;
    assert!([1, 2, 3, 4, 6, 7].iter().all(|&i| y_values[i] == 0.0));
    assert_eq!(y_values[8], x.to_vec::<f64>()?[3]);
    let loss = y.mul(numbers(&[1, 1, 3, 3]))?.sum()?;
    let g = grad(&[&loss], &[&x], &[None], GradOptions::default())?;
    close(
        g[0].as_ref().unwrap(),
        &[1, 1, 2, 2],
        &[-0.974232, -0.490585, -0.490585, 0.599604],
    );
    let apart = Tensor::new([[[[0i64, 5], [2, 8]]]])?;
    let x = x.detach();
    gradgradcheck(
        |t| t[0].square()?.max_unpool2d(&apart, &[3, 3]),
        &[&x],
        Tolerance::default(),
    )?;
    let outside = Tensor::new([[[[0i64, 5], [2, 9]]]])?;
    assert!(x.max_unpool2d(&outside, &[3, 3]).is_err());

    // What is written over the indices afterwards doesn't reach the gradient.
    let x = x.requires_grad()?;
    let weights = numbers(&[1, 1, 3, 3]);
    let loss = x.max_unpool2d(&apart, &[3, 3])?.mul(&weights)?.sum()?;
    apart.fill_(0.0)?;
    loss.backward()?;
    let w = weights.to_vec::<f64>()?;
    close(&x.grad().unwrap(), &[1, 1, 2, 2], &[w[0], w[5], w[2], w[8]]);
    Ok(())
}

#[test]
fn rows_scaled_by_frequency_keep_their_infinities() -> Result<()> {
    let table = Tensor::new([[f64::INFINITY, 1.0], [2.0, 3.0]])?.requires_grad()?;
    let by_frequency = Lookup {
        scale_by_frequency: true,
        ..Lookup::default()
    };
    let y = table.embedding_with(&Tensor::new([0i64, 0, 1])?, &by_frequency)?;
    assert_eq!(
        y.to_vec::<f64>()?,
        [f64::INFINITY, 1.0, f64::INFINITY, 1.0, 2.0, 3.0]
    );
    y.sum()?.backward()?;
    assert_eq!(table.grad().unwrap().to_vec::<f64>()?, [1.0; 4]);
    Ok(())
}

#[test]
fn rarer_poolings_are_pytorchs() -> Result<()> {
    let x = numbers(&[1, 1, 5, 6]);
    let samples = Tensor::new([[[0.3f64, 0.7]]])?;
    let (y, _) = x.fractional_max_pool2d(2, &[3, 3], Some(&samples))?;
    close(
        &y,
        &[1, 1, 3, 3],
        &[
            0.902874, 0.599604, -0.006938, 0.902874, 0.77998, 0.173439, -0.252725, 0.960357,
            0.534192,
        ],
    );
    // Windows stay within the input whatever the samples are.
    for wild in [-1e30, -3.5, 4.9, 1e30] {
        let samples = Tensor::full([1, 1, 2], wild)?.to_dtype(x.dtype())?;
        x.fractional_max_pool2d(2, &[3, 3], Some(&samples))?;
    }
    let nan = Tensor::full([1, 1, 2], f64::NAN)?.to_dtype(x.dtype())?;
    assert!(x.fractional_max_pool2d(2, &[3, 3], Some(&nan)).is_err());
    close(
        &numbers(&[1, 1, 3, 4])
            .abs()?
            .lp_pool2d(3.0, 2, Some(1usize.into()), false)?,
        &[1, 1, 2, 3],
        &[1.125693, 1.022551, 1.094612, 0.715463, 0.863738, 1.081837],
    );
    close(
        &numbers(&[1, 4, 2]).local_response_norm(3, 0.5, 0.75, 2.0)?,
        &[1, 4, 2],
        &[
            -0.541632, 0.415762, 0.232606, 0.065782, -0.10586, -0.273614, -0.453308, 0.503949,
        ],
    );
    Ok(())
}

#[test]
fn ctc_is_pytorchs() -> Result<()> {
    let x = numbers(&[4, 2, 3]);
    let targets = Tensor::new([[1i64, 2], [1, 1]])?;
    let loss = |x: &Tensor, reduction: Reduction| {
        let options = Ctc {
            reduction,
            ..Ctc::default()
        };
        x.ctc_loss(&targets, &[4, 3], &[2, 1], &options)
    };
    let log_probs = x.log_softmax(-1)?.detach().requires_grad()?;
    close(
        &loss(&log_probs, Reduction::None)?,
        &[2],
        &[0.84976, 1.166738],
    );
    close(&loss(&log_probs, Reduction::Sum)?, &[], &[2.016499]);
    let mean = loss(&log_probs, Reduction::Mean)?;
    close(&mean, &[], &[0.795809]);
    let want = [
        -0.000422, -0.09564, 0.096062, -0.053689, -0.065689, 0.119379, 0.002174, -0.023497,
        0.021323, 0.019827, -0.139205, 0.119379, 0.013621, 0.014774, -0.028395, -0.053689,
        -0.065689, 0.119379, -0.000542, 0.032009, -0.031467, 0.0, 0.0, 0.0,
    ];
    for create_graph in [false, true] {
        let options = GradOptions {
            retain_graph: true,
            create_graph,
            ..GradOptions::default()
        };
        let g = grad(&[&mean], &[&log_probs], &[None], options)?;
        close(g[0].as_ref().unwrap(), &[4, 2, 3], &want);
    }
    // Below a log-softmax the gradient is the derivative.
    let whole = |t: &[Tensor]| loss(&t[0].log_softmax(-1)?, Reduction::Mean);
    gradcheck(whole, &[&x], Tolerance::default())?;
    gradgradcheck(whole, &[&x], Tolerance::default())?;
    assert!(
        log_probs
            .ctc_loss(&targets, &[5, 3], &[2, 1], &Ctc::default())
            .is_err()
    );
    Ok(())
}

#[test]
fn shapes_that_would_compare_every_pair_are_refused() -> Result<()> {
    let (x, t) = (numbers(&[3, 1]), numbers(&[3]));
    for loss in [
        x.mse_loss(&t, Reduction::Mean),
        x.l1_loss(&t, Reduction::Mean),
        x.smooth_l1_loss(&t, 1.0, Reduction::Mean),
        x.huber_loss(&t, 1.0, Reduction::None),
    ] {
        let message = loss.unwrap_err().to_string();
        assert!(message.contains("reshape, squeeze"), "{message}");
    }
    Ok(())
}

#[test]
fn windows_of_a_number() -> Result<()> {
    let x = Tensor::from_vec(vec![3.0f64], [0usize; 0])?;
    close(&x.unfold(0, 1, 1)?, &[1], &[3.0]);
    close(&x.unfold(-1, 0, 1)?, &[0], &[]);
    assert!(x.unfold(0, 2, 1).is_err() && x.unfold(1, 1, 1).is_err() && x.unfold(0, 1, 0).is_err());
    Ok(())
}
