//! Convolutions against their definition, and their gradients against differences.

use neurarust_core::autograd::{GradOptions, grad};
use neurarust_core::cpu::pool;
use neurarust_core::ops::conv::{ConvOptions, Padding};
use neurarust_core::{DType, ErrorKind, Result, Tensor};

/// Numbers without pattern, in `[-1, 1]`.
fn numbers(shape: &[usize], seed: usize) -> Tensor {
    let n: usize = shape.iter().product();
    let data: Vec<f64> = (0..n)
        .map(|i| ((i * 7919 + seed * 104729 + 13) % 1009) as f64 / 504.5 - 1.0)
        .collect();
    Tensor::from_vec(data, shape).unwrap()
}

/// The definition, for images.
fn naive(
    x: &Tensor,
    w: &Tensor,
    stride: [usize; 2],
    padding: [usize; 2],
    dilation: [usize; 2],
    groups: usize,
) -> (Vec<usize>, Vec<f64>) {
    let (xd, wd) = (x.dims().to_vec(), w.dims().to_vec());
    let (xv, wv) = (x.to_vec::<f64>().unwrap(), w.to_vec::<f64>().unwrap());
    let out =
        |d: usize| (xd[2 + d] + 2 * padding[d] - dilation[d] * (wd[2 + d] - 1) - 1) / stride[d] + 1;
    let (oh, ow, per) = (out(0), out(1), wd[0] / groups);
    let mut y = vec![];
    for n in 0..xd[0] {
        for o in 0..wd[0] {
            for i in 0..oh {
                for j in 0..ow {
                    let mut sum = 0.0;
                    for c in 0..wd[1] {
                        for a in 0..wd[2] {
                            for b in 0..wd[3] {
                                let h = (i * stride[0] + a * dilation[0]) as isize
                                    - padding[0] as isize;
                                let v = (j * stride[1] + b * dilation[1]) as isize
                                    - padding[1] as isize;
                                if h >= 0 && v >= 0 && (h as usize) < xd[2] && (v as usize) < xd[3]
                                {
                                    let channel = o / per * wd[1] + c;
                                    sum += xv[((n * xd[1] + channel) * xd[2] + h as usize) * xd[3]
                                        + v as usize]
                                        * wv[((o * wd[1] + c) * wd[2] + a) * wd[3] + b];
                                }
                            }
                        }
                    }
                    y.push(sum);
                }
            }
        }
    }
    (vec![xd[0], wd[0], oh, ow], y)
}

fn close(a: &[f64], b: &[f64], tolerance: f64) {
    assert_eq!(a.len(), b.len());
    for (x, y) in a.iter().zip(b) {
        assert!((x - y).abs() <= tolerance * (1.0 + y.abs()), "{x} {y}");
    }
}

#[test]
fn images_by_the_definition() -> Result<()> {
    for (x, w, stride, padding, dilation, groups) in [
        ([2, 3, 5, 6], [4, 3, 3, 3], [1, 1], [1, 1], [1, 1], 1),
        ([2, 3, 9, 8], [4, 3, 3, 2], [2, 3], [1, 0], [1, 2], 1),
        ([3, 4, 7, 7], [6, 2, 3, 3], [2, 1], [2, 1], [2, 1], 2),
        ([2, 5, 6, 6], [5, 1, 3, 3], [1, 1], [1, 1], [1, 1], 5),
        ([1, 1, 1, 1], [1, 1, 1, 1], [1, 1], [0, 0], [1, 1], 1),
        ([2, 16, 13, 17], [33, 16, 3, 3], [1, 1], [1, 1], [1, 1], 1),
        ([1, 3, 4, 4], [2, 3, 1, 1], [1, 1], [3, 3], [1, 1], 1),
    ] {
        let (x, w) = (numbers(&x, 1), numbers(&w, 2));
        let options = ConvOptions::new()
            .stride(stride)
            .padding(padding)
            .dilation(dilation)
            .groups(groups);
        let (dims, want) = naive(&x, &w, stride, padding, dilation, groups);
        let y = x.conv2d(&w, None, &options)?;
        assert_eq!(y.dims(), dims);
        close(&y.to_vec::<f64>()?, &want, 1e-12);
        let other = x
            .permute(&[0, 2, 3, 1])?
            .contiguous()?
            .permute(&[0, 3, 1, 2])?;
        close(
            &other.conv2d(&w, None, &options)?.to_vec::<f64>()?,
            &want,
            1e-12,
        );
        let f = x
            .to_dtype(DType::F32)?
            .conv2d(&w.to_dtype(DType::F32)?, None, &options)?;
        close(&f.to_dtype(DType::F64)?.to_vec::<f64>()?, &want, 1e-4);
        let b = numbers(&[w.dims()[0]], 3);
        let with_bias = x.conv2d(&w, Some(&b), &options)?;
        close(
            &with_bias.to_vec::<f64>()?,
            &y.add(&b.reshape([1, -1, 1, 1])?)?.to_vec::<f64>()?,
            1e-12,
        );
    }
    Ok(())
}

/// Every gradient of `f`, and of a function of its gradients, against central differences.
fn check(inputs: &[Tensor], f: impl Fn(&[Tensor]) -> Result<Tensor>) -> Result<()> {
    let leaves: Vec<Tensor> = inputs
        .iter()
        .map(|t| t.detach().requires_grad().unwrap())
        .collect();
    let refs: Vec<&Tensor> = leaves.iter().collect();
    let loss = |inputs: &[Tensor]| f(inputs)?.square()?.sum();
    let second = |inputs: &[Tensor]| -> Result<Tensor> {
        let inputs: Vec<Tensor> = inputs
            .iter()
            .map(|t| {
                if t.is_requires_grad() {
                    t.clone()
                } else {
                    t.detach().requires_grad().unwrap()
                }
            })
            .collect();
        let refs: Vec<&Tensor> = inputs.iter().collect();
        let g = grad(
            &[&loss(&inputs)?],
            &refs,
            &[],
            GradOptions {
                create_graph: true,
                ..Default::default()
            },
        )?;
        g.into_iter()
            .flatten()
            .try_fold(Tensor::zeros(((), DType::F64))?, |sum, g| {
                sum.add(&g.square()?.sum()?)
            })
    };
    type Function<'a> = &'a dyn Fn(&[Tensor]) -> Result<Tensor>;
    let functions: [Function; 2] = [&loss, &second];
    for (order, function) in functions.into_iter().enumerate() {
        let got = grad(&[&function(&leaves)?], &refs, &[], Default::default())?;
        for (k, g) in got.iter().enumerate() {
            let g = g.as_ref().unwrap().to_vec::<f64>()?;
            let x = inputs[k].to_vec::<f64>()?;
            for i in (0..x.len()).step_by(1 + x.len() / 7) {
                let at = |delta: f64| {
                    let mut moved = x.clone();
                    moved[i] += delta;
                    let mut all = inputs.to_vec();
                    all[k] = Tensor::from_vec(moved, inputs[k].shape())?;
                    function(&all)?.item::<f64>()
                };
                let slope = (at(1e-5)? - at(-1e-5)?) / 2e-5;
                assert!(
                    (slope - g[i]).abs() < 1e-5 * (1.0 + slope.abs()),
                    "order {order} input {k} element {i}: {slope} {}",
                    g[i]
                );
            }
        }
    }
    Ok(())
}

#[test]
fn gradients_of_first_and_second_order() -> Result<()> {
    let strided = ConvOptions::new()
        .stride([2, 1])
        .padding([1, 2])
        .dilation([1, 2]);
    check(
        &[
            numbers(&[2, 3, 5, 6], 1),
            numbers(&[4, 3, 3, 2], 2),
            numbers(&[4], 3),
        ],
        |t| t[0].conv2d(&t[1], Some(&t[2]), &strided),
    )?;
    let grouped = ConvOptions::new().groups(2).padding(1);
    check(
        &[numbers(&[2, 4, 4, 4], 1), numbers(&[6, 2, 3, 3], 2)],
        |t| t[0].conv2d(&t[1], None, &grouped),
    )?;
    check(&[numbers(&[2, 3, 8], 1), numbers(&[4, 3, 3], 2)], |t| {
        t[0].conv1d(&t[1], None, &ConvOptions::new().stride(2))
    })?;
    check(
        &[numbers(&[1, 2, 3, 4, 3], 1), numbers(&[2, 2, 2, 2, 2], 2)],
        |t| t[0].conv3d(&t[1], None, &ConvOptions::new().padding(1)),
    )?;
    let transposed = ConvOptions::new()
        .stride([2, 3])
        .padding([1, 0])
        .output_padding([1, 2]);
    check(
        &[
            numbers(&[2, 3, 3, 4], 1),
            numbers(&[3, 2, 3, 3], 2),
            numbers(&[2], 3),
        ],
        |t| t[0].conv_transpose2d(&t[1], Some(&t[2]), &transposed),
    )
}

#[test]
fn transposed_is_the_adjoint() -> Result<()> {
    // ⟨conv(x, w), y⟩ = ⟨x, convᵀ(y, w)⟩
    let (x, w) = (numbers(&[2, 3, 7, 6], 1), numbers(&[4, 3, 3, 2], 2));
    let options = ConvOptions::new().stride(2).padding(1);
    let y = x.conv2d(&w, None, &options)?;
    let z = numbers(y.dims(), 3);
    let back = z.conv_transpose2d(&w, None, &options)?;
    assert_eq!(back.dims(), x.dims());
    let inner = |a: &Tensor, b: &Tensor| a.mul(b)?.sum()?.item::<f64>();
    let (a, b) = (inner(&y, &z)?, inner(&x, &back)?);
    assert!((a - b).abs() < 1e-10, "{a} {b}");
    Ok(())
}

#[test]
fn padding_same_keeps_the_size() -> Result<()> {
    let x = numbers(&[1, 2, 5, 6], 1);
    for k in 1..5 {
        let w = numbers(&[3, 2, k, k], 2);
        let options = ConvOptions {
            padding: Padding::Same,
            ..ConvOptions::new()
        };
        assert_eq!(x.conv2d(&w, None, &options)?.dims(), [1, 3, 5, 6]);
    }
    assert_eq!(
        Tensor::zeros([2, 5, 6])?
            .conv2d(&Tensor::zeros([3, 2, 1, 1])?, None, &ConvOptions::new())?
            .dims(),
        [3, 5, 6]
    );
    assert_eq!(
        Tensor::zeros([0, 2, 5, 6])?
            .conv2d(&Tensor::zeros([3, 2, 1, 1])?, None, &ConvOptions::new())?
            .dims(),
        [0, 3, 5, 6]
    );
    Ok(())
}

#[test]
fn what_does_not_fit_is_refused() -> Result<()> {
    let (x, w) = (Tensor::zeros([1, 2, 4, 4])?, Tensor::zeros([4, 2, 3, 3])?);
    let kind =
        |x: &Tensor, w: &Tensor, o: ConvOptions| x.conv2d(w, None, &o).err().map(|e| e.kind());
    let o = ConvOptions::new;
    assert_eq!(kind(&x, &w, o()), None);
    assert_eq!(kind(&x, &w, o().stride(0)), Some(ErrorKind::Value));
    assert_eq!(kind(&x, &w, o().dilation(2)), Some(ErrorKind::Shape));
    assert_eq!(kind(&x, &w, o().groups(2)), Some(ErrorKind::Shape));
    assert_eq!(kind(&x, &w, o().groups(0)), Some(ErrorKind::Value));
    assert_eq!(
        kind(&x, &w, o().padding(usize::MAX)),
        Some(ErrorKind::Value)
    );
    assert_eq!(kind(&x, &w, o().stride([1, 1, 1])), Some(ErrorKind::Value));
    assert_eq!(
        kind(&x, &Tensor::zeros([4, 3, 3, 3])?, o()),
        Some(ErrorKind::Shape)
    );
    assert_eq!(
        kind(&x, &Tensor::zeros([4, 2, 3])?, o()),
        Some(ErrorKind::Shape)
    );
    assert_eq!(
        kind(&x.to_dtype(DType::I64)?, &w.to_dtype(DType::I64)?, o()),
        Some(ErrorKind::DType)
    );
    assert!(x.conv2d(&w, Some(&Tensor::zeros([3])?), &o()).is_err());
    Ok(())
}

/// Largest difference between two tensors, relative to the largest value of the second.
fn apart(a: &Tensor, b: &Tensor) -> Result<f64> {
    assert_eq!(a.dims(), b.dims());
    let (a, b) = (a.to_dtype(DType::F64)?.to_vec::<f64>()?, b.to_vec::<f64>()?);
    let largest = b.iter().fold(0f64, |m, x| m.max(x.abs()));
    let worst = a
        .iter()
        .zip(&b)
        .fold(0f64, |m, (x, y)| m.max((x - y).abs()));
    Ok(worst / largest)
}

/// Output and gradients of one convolution.
fn all_three(x: &Tensor, w: &Tensor, options: &ConvOptions) -> Result<[Tensor; 3]> {
    let (x, w) = (x.detach().requires_grad()?, w.detach().requires_grad()?);
    let y = x.conv2d(&w, None, options)?;
    let g = numbers(y.dims(), 5).to_dtype(x.dtype())?;
    let grads = grad(&[&y], &[&x, &w], &[Some(g)], GradOptions::default())?;
    let mut grads = grads.into_iter().flatten();
    Ok([y, grads.next().unwrap(), grads.next().unwrap()])
}

#[test]
fn single_precision_takes_other_ways_to_the_same_numbers() -> Result<()> {
    // (input, weight, groups, stride, padding, dilation): Winograd's tiles whole and cut, then depthwise, then the rest.
    type Case = ([usize; 4], [usize; 4], usize, usize, usize, usize);
    let cases: [Case; 9] = [
        ([2, 16, 16, 16], [24, 16, 3, 3], 1, 1, 1, 1),
        ([3, 19, 11, 14], [17, 19, 3, 3], 1, 1, 0, 1),
        ([1, 32, 21, 9], [16, 32, 3, 3], 1, 1, 2, 1),
        ([2, 5, 13, 37], [5, 1, 3, 3], 5, 1, 1, 1),
        ([2, 4, 12, 35], [4, 1, 5, 4], 4, 2, 3, 2),
        ([1, 3, 9, 9], [3, 1, 3, 3], 3, 3, 1, 2),
        ([2, 3, 20, 21], [8, 3, 7, 7], 1, 2, 3, 1),
        ([3, 24, 12, 12], [40, 24, 1, 1], 1, 1, 0, 1),
        ([2, 8, 10, 11], [6, 4, 3, 2], 2, 2, 1, 1),
    ];
    for (x, w, groups, stride, padding, dilation) in cases {
        let options = ConvOptions::new()
            .stride(stride)
            .padding(padding)
            .dilation(dilation)
            .groups(groups);
        let (x, w) = (numbers(&x, 1), numbers(&w, 2));
        let exact = all_three(&x, &w, &options)?;
        let single = all_three(&x.to_dtype(DType::F32)?, &w.to_dtype(DType::F32)?, &options)?;
        for (single, exact) in single.iter().zip(&exact) {
            let worst = apart(single, exact)?;
            assert!(
                worst < 2e-5,
                "{worst:e} for {:?} {:?} {options:?}",
                x.dims(),
                w.dims()
            );
        }
    }
    Ok(())
}

#[test]
fn threads_and_winograds_switch() -> Result<()> {
    let x = numbers(&[3, 64, 20, 19], 1).to_dtype(DType::F32)?;
    let w = numbers(&[64, 64, 3, 3], 2).to_dtype(DType::F32)?;
    let options = ConvOptions::new().padding(1);
    let bits = |t: &Tensor| -> Result<Vec<u32>> {
        Ok(t.to_vec::<f32>()?.into_iter().map(f32::to_bits).collect())
    };
    let on_threads = |n| pool::with_num_threads(n, || all_three(&x, &w, &options));
    let one = on_threads(1)?;
    for threads in [2, 3] {
        for (a, b) in one.iter().zip(&on_threads(threads)?) {
            assert_eq!(bits(a)?, bits(b)?, "{threads} threads");
        }
    }
    neurarust_core::set_winograd(false);
    let plain = all_three(&x, &w, &options);
    neurarust_core::set_winograd(true);
    let plain = plain?;
    assert_ne!(bits(&plain[0])?, bits(&one[0])?);
    // Winograd promises 1e-4; these numbers, which repeat, cancel more than most and come to 2.4e-5.
    assert!(apart(&one[0], &plain[0].to_dtype(DType::F64)?)? < 1e-4);
    Ok(())
}

#[test]
fn weights_of_what_they_do_not_see() -> Result<()> {
    // Whatever the instruction set, an infinity stays with the taps that read it.
    let x = Tensor::ones([1, 2, 5, 8])?;
    x.narrow(3, 7, 1)?.fill_with_(f32::INFINITY)?;
    let w = Tensor::ones([2, 1, 3, 3])?.requires_grad()?;
    let y = x.conv2d(&w, None, &ConvOptions::new().groups(2))?;
    y.narrow(3, 0, 5)?.sum()?.backward()?;
    let g = w.grad().unwrap().reshape([6, 3])?;
    assert!(
        g.narrow(1, 0, 1)?
            .to_vec::<f32>()?
            .iter()
            .all(|g| *g == 15.0),
        "{g}"
    );
    Ok(())
}

#[test]
fn gradients_take_no_more_room_than_their_images() -> Result<()> {
    // Over half a gigabyte of zeros around 4,096 numbers, if they were written down.
    let channels = 1 << 12;
    let x = Tensor::ones([1, channels, 1, 1])?;
    let w = Tensor::ones([1, channels, 1, 1])?.requires_grad()?;
    let y = x.conv2d(&w, None, &ConvOptions::new().padding(100))?;
    y.sum()?.backward()?;
    assert!(w.grad().unwrap().to_vec::<f32>()?.iter().all(|g| *g == 1.0));
    // No image at all, of any size.
    for groups in [1, 2] {
        let x = Tensor::zeros([0, 2, 100_000, 100_000])?;
        let w = Tensor::ones([2, 2 / groups, 3, 3])?.requires_grad()?;
        let y = x.conv2d(&w, None, &ConvOptions::new().groups(groups))?;
        y.sum()?.backward()?;
        assert_eq!(w.grad().unwrap().sum()?.item::<f32>()?, 0.0);
    }
    Ok(())
}
