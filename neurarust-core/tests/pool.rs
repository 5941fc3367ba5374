//! Poolings against PyTorch's numbers, their gradients against differences.

use neurarust_core::autograd::{GradOptions, grad};
use neurarust_core::ops::pool::PoolOptions;
use neurarust_core::{DType, Result, Tensor};

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

fn close(t: &Tensor, dims: &[usize], want: &[f64]) {
    assert_eq!(t.dims(), dims);
    for (a, b) in t.to_vec::<f64>().unwrap().iter().zip(want) {
        assert!((a - b).abs() < 1e-6, "{a} {b}");
    }
}

#[test]
fn values_are_pytorchs() -> Result<()> {
    let x = numbers(&[1, 2, 5, 7]);
    let (v, i) = x.max_pool2d(&PoolOptions::new(3).stride(2).padding(1))?;
    close(
        &v,
        &[1, 2, 3, 4],
        &[
            0.902874, 0.722498, 0.115956, -0.490585, 0.902874, 0.599604, -0.006938, 0.960357,
            0.657086, 0.353816, -0.252725, 0.837463, 0.411298, 0.108028, 0.894945, 0.894945,
            0.288404, -0.014866, 0.952428, 0.772052, 0.042616, -0.260654, 0.829534, 0.526264,
        ],
    );
    assert_eq!(
        i.to_vec::<i64>()?,
        [
            7, 1, 3, 5, 7, 8, 10, 20, 21, 22, 24, 27, 0, 1, 5, 5, 7, 8, 18, 12, 21, 22, 25, 26
        ]
    );
    let (v, i) = x.max_pool2d(&PoolOptions::new(2).stride(2).dilation(2).ceil_mode(true))?;
    close(
        &v,
        &[1, 2, 2, 3],
        &[
            0.77998, 0.419227, 0.960357, 0.77998, 0.173439, 0.960357, 0.411298, 0.952428, 0.952428,
            0.16551, 0.952428, 0.952428,
        ],
    );
    assert_eq!(
        i.to_vec::<i64>()?,
        [14, 2, 20, 14, 16, 20, 0, 18, 18, 14, 18, 18]
    );
    close(
        &x.avg_pool2d(&PoolOptions::new(3).stride(2).padding(1))?,
        &[1, 2, 3, 4],
        &[
            0.138971, 0.23852, -0.165841, -0.312741, 0.418897, 0.173439, -0.433102, -0.147561,
            0.197335, -0.007268, -0.411629, -0.032155, 0.088096, -0.171127, -0.131043, 0.30305,
            0.00925, -0.441031, 0.063539, 0.331682, -0.075763, -0.416914, 0.067614, 0.139192,
        ],
    );
    let odd = PoolOptions::new([2, 3])
        .stride(2)
        .padding(1)
        .ceil_mode(true);
    let without = PoolOptions {
        count_include_pad: false,
        ..odd.clone()
    };
    close(
        &x.avg_pool2d(&without)?,
        &[1, 2, 3, 4],
        &[
            -0.125867, 0.419227, -0.187314, -0.64222, 0.689792, 0.234886, -0.371655, -0.326561,
            0.444004, -0.010902, -0.617443, -0.072349, 0.259663, -0.195243, -0.135117, 0.74331,
            0.075322, -0.379584, 0.013875, 0.558969, -0.170466, -0.625372, 0.101421, 0.313181,
        ],
    );
    close(
        &x.avg_pool2d(&odd)?,
        &[1, 2, 3, 4],
        &[
            -0.041956, 0.209613, -0.093657, -0.214073, 0.459861, 0.234886, -0.371655, -0.217707,
            0.296003, -0.010902, -0.617443, -0.048233, 0.086554, -0.097621, -0.067559, 0.24777,
            0.050215, -0.379584, 0.013875, 0.372646, -0.113644, -0.625372, 0.101421, 0.208788,
        ],
    );
    close(
        &x.adaptive_avg_pool2d(&[Some(3), Some(4)])?,
        &[1, 2, 3, 4],
        &[
            0.312686, 0.35778, -0.248761, -0.703667, 0.628345, 0.173439, -0.433102, -0.221341,
            0.444004, -0.010902, -0.617443, -0.072349, 0.198216, -0.25669, -0.196564, 0.681863,
            0.013875, -0.441031, 0.063539, 0.497522, -0.170466, -0.625372, 0.101421, 0.313181,
        ],
    );
    close(
        &x.adaptive_max_pool2d(&[Some(2), Some(3)])?.0,
        &[1, 2, 2, 3],
        &[
            0.902874, 0.419227, 0.960357, 0.77998, 0.173439, 0.960357, 0.411298, 0.952428,
            0.952428, 0.16551, 0.952428, 0.952428,
        ],
    );
    Ok(())
}

#[test]
fn gradients_of_first_and_second_order() -> Result<()> {
    let functions: [fn(&Tensor) -> Result<Tensor>; 4] = [
        |x| Ok(x.max_pool2d(&PoolOptions::new(3).stride(2).padding(1))?.0),
        |x| x.avg_pool2d(&PoolOptions::new([2, 3]).stride([2, 1]).padding([1, 0])),
        |x| x.adaptive_avg_pool2d(&[Some(3), None]),
        |x| Ok(x.flatten(1, 2)?.adaptive_max_pool1d(&[Some(4)])?.0),
    ];
    for f in functions {
        let loss = |x: &Tensor| f(x)?.square()?.sum();
        let second = |x: &Tensor| -> Result<Tensor> {
            let x = if x.is_requires_grad() {
                x.clone()
            } else {
                x.detach().requires_grad()?
            };
            let options = GradOptions {
                create_graph: true,
                ..Default::default()
            };
            grad(&[&loss(&x)?], &[&x], &[], options)?
                .remove(0)
                .unwrap()
                .square()?
                .sum()
        };
        let x = numbers(&[2, 2, 5, 6]);
        let leaf = x.detach().requires_grad()?;
        for function in [&loss as &dyn Fn(&Tensor) -> Result<Tensor>, &second] {
            let got = grad(&[&function(&leaf)?], &[&leaf], &[], Default::default())?;
            let got = got[0].as_ref().unwrap().to_vec::<f64>()?;
            let data = x.to_vec::<f64>()?;
            for i in 0..data.len() {
                let at = |delta: f64| {
                    let mut moved = data.clone();
                    moved[i] += delta;
                    function(&Tensor::from_vec(moved, x.shape())?)?.item::<f64>()
                };
                let slope = (at(1e-6)? - at(-1e-6)?) / 2e-6;
                assert!(
                    (slope - got[i]).abs() < 1e-5 * (1.0 + slope.abs()),
                    "{i}: {slope} {}",
                    got[i]
                );
            }
        }
    }
    Ok(())
}

#[test]
fn nan_is_the_largest_and_edges_hold() -> Result<()> {
    let x = Tensor::new([[[1.0f32, f32::NAN, 3.0, 4.0]]])?;
    let (v, i) = x.max_pool1d(&PoolOptions::new(2))?;
    assert!(v.to_vec::<f32>()?[0].is_nan());
    assert_eq!(i.to_vec::<i64>()?, [1, 3]);
    assert_eq!(
        x.to_dtype(DType::BF16)?
            .avg_pool1d(&PoolOptions::new(2))?
            .dtype(),
        DType::BF16
    );
    assert_eq!(
        Tensor::zeros([0, 2, 4, 4])?
            .avg_pool2d(&PoolOptions::new(2))?
            .dims(),
        [0, 2, 2, 2]
    );
    assert_eq!(
        Tensor::zeros([2, 4, 4, 4])?
            .avg_pool3d(&PoolOptions::new(2))?
            .dims(),
        [2, 2, 2, 2]
    );
    assert_eq!(
        Tensor::zeros([1, 4, 4])?
            .adaptive_avg_pool2d(&[Some(0)])?
            .numel(),
        0
    );
    let new = |n: usize| PoolOptions::new(n);
    for bad in [
        new(0),
        new(5),
        new(2).padding(2),
        PoolOptions::new([2, 2, 2]),
        new(2).stride(0),
    ] {
        assert!(
            Tensor::zeros([1, 1, 4, 4])?.max_pool2d(&bad).is_err(),
            "{bad:?}"
        );
    }
    assert!(Tensor::zeros([4, 4])?.max_pool2d(&new(2)).is_err());
    assert!(Tensor::zeros([1, 1, 0, 4])?.max_pool2d(&new(2)).is_err());
    Ok(())
}
