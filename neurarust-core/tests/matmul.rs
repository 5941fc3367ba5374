//! Products of every rank against the sum they stand for.

use neurarust_core::{DType, Result, Tensor};

/// Numbers without pattern, in `[-1, 1]`.
fn numbers(shape: &[usize], seed: usize) -> Tensor {
    let n: usize = shape.iter().product();
    Tensor::from_vec(
        (0..n)
            .map(|i| ((i * 7919 + seed * 104729 + 13) % 1009) as f64 / 504.5 - 1.0)
            .collect::<Vec<_>>(),
        shape,
    )
    .unwrap()
}

/// (m, k) · (k, n) by the definition.
fn naive(a: &Tensor, b: &Tensor) -> Vec<f64> {
    let (m, k, n) = (a.dims()[0], a.dims()[1], b.dims()[1]);
    let (a, b) = (a.to_vec::<f64>().unwrap(), b.to_vec::<f64>().unwrap());
    (0..m * n)
        .map(|i| (0..k).map(|p| a[i / n * k + p] * b[p * n + i % n]).sum())
        .collect()
}

fn close(a: &[f64], b: &[f64], tolerance: f64) {
    assert_eq!(a.len(), b.len());
    for (x, y) in a.iter().zip(b) {
        assert!((x - y).abs() <= tolerance * (1.0 + y.abs()), "{x} {y}");
    }
}

#[test]
fn matrices_in_every_layout_and_float() -> Result<()> {
    for (m, k, n) in [
        (1, 1, 1),
        (3, 5, 7),
        (17, 33, 9),
        (64, 64, 64),
        (1, 100, 3),
        (100, 1, 100),
        (130, 70, 131),
    ] {
        let (a, b) = (numbers(&[m, k], 1), numbers(&[k, n], 2));
        let want = naive(&a, &b);
        close(&a.matmul(&b)?.to_vec::<f64>()?, &want, 1e-12);
        let (at, bt) = (a.t()?.contiguous()?, b.t()?.contiguous()?);
        close(&at.t()?.matmul(&bt.t()?)?.to_vec::<f64>()?, &want, 1e-12);
        let flipped = a.flip(&[1])?.contiguous()?.flip(&[1])?;
        close(&flipped.matmul(&b)?.to_vec::<f64>()?, &want, 1e-12);
        for (dtype, tolerance) in [(DType::F32, 1e-4), (DType::F16, 2e-2), (DType::BF16, 2e-1)] {
            let c = a.to_dtype(dtype)?.matmul(&b.to_dtype(dtype)?)?;
            assert_eq!(c.dtype(), dtype);
            close(&c.to_dtype(DType::F64)?.to_vec::<f64>()?, &want, tolerance);
        }
    }
    let a = Tensor::new([[1i64, 2], [3, 4]])?;
    assert_eq!(a.matmul(&a)?.to_vec::<i64>()?, [7, 10, 15, 22]);
    Ok(())
}

#[test]
fn ranks_and_broadcasting() -> Result<()> {
    let (a, b) = (numbers(&[2, 1, 3, 4], 1), numbers(&[5, 4, 6], 2));
    let c = a.matmul(&b)?;
    assert_eq!(c.dims(), [2, 5, 3, 6]);
    for i in 0..2 {
        for j in 0..5 {
            let want = naive(&a.select(0, i)?.select(0, 0)?, &b.select(0, j)?);
            close(
                &c.select(0, i)?.select(0, j)?.to_vec::<f64>()?,
                &want,
                1e-12,
            );
        }
    }
    let v = numbers(&[4], 3);
    assert_eq!(v.matmul(&v)?.rank(), 0);
    assert_eq!(a.matmul(&v)?.dims(), [2, 1, 3]);
    assert_eq!(v.matmul(&b)?.dims(), [5, 6]);
    close(
        &v.matmul(&b)?.to_vec::<f64>()?,
        &v.unsqueeze(0)?.matmul(&b)?.to_vec::<f64>()?,
        0.0,
    );
    assert_eq!(
        Tensor::zeros([2, 0])?
            .matmul(&Tensor::zeros([0, 3])?)?
            .to_vec::<f32>()?,
        [0.0; 6]
    );
    assert_eq!(
        Tensor::zeros([4, 2, 0])?
            .matmul(&Tensor::zeros([0, 3])?)?
            .dims(),
        [4, 2, 3]
    );
    assert_eq!(
        Tensor::zeros([0, 2])?
            .matmul(&Tensor::zeros([2, 3])?)?
            .dims(),
        [0, 3]
    );
    assert!(
        Tensor::zeros([2, 3])?
            .matmul(&Tensor::zeros([2, 3])?)
            .is_err()
    );
    assert!(
        Tensor::zeros([2, 3])?
            .matmul(&Tensor::new(1.0f32)?)
            .is_err()
    );
    Ok(())
}

#[test]
fn gradients_against_differences() -> Result<()> {
    let cases: [(&[usize], &[usize]); 5] = [
        (&[3, 4], &[4, 2]),
        (&[4], &[4]),
        (&[2, 3, 4], &[4, 5]),
        (&[3, 4], &[2, 4, 2]),
        (&[2, 1, 2, 3], &[4, 3, 2]),
    ];
    for (sa, sb) in cases {
        let (a, b) = (
            numbers(sa, 1).requires_grad()?,
            numbers(sb, 2).requires_grad()?,
        );
        let f = |a: &Tensor, b: &Tensor| a.matmul(b)?.square()?.sum();
        f(&a, &b)?.backward()?;
        let h = 1e-6;
        for (which, t) in [&a, &b].into_iter().enumerate() {
            let g = t.grad().unwrap().to_vec::<f64>()?;
            let x = t.to_vec::<f64>()?;
            for i in 0..x.len() {
                let at = |delta: f64| {
                    let mut x = x.clone();
                    x[i] += delta;
                    let moved = Tensor::from_vec(x, t.shape())?;
                    if which == 0 {
                        f(&moved, &b)
                    } else {
                        f(&a, &moved)
                    }?
                    .item::<f64>()
                };
                let slope = (at(h)? - at(-h)?) / (2.0 * h);
                assert!(
                    (slope - g[i]).abs() < 1e-5 * (1.0 + slope.abs()),
                    "{sa:?} {sb:?} {which} {i}: {slope} {}",
                    g[i]
                );
            }
        }
    }
    Ok(())
}

#[test]
fn linear_is_matmul_plus_bias() -> Result<()> {
    let (x, w, b) = (
        numbers(&[2, 3, 4], 1).requires_grad()?,
        numbers(&[5, 4], 2).requires_grad()?,
        numbers(&[5], 3).requires_grad()?,
    );
    let y = x.linear(&w, Some(&b))?;
    let want = x.matmul(&w.t()?)?.add(&b)?;
    close(&y.to_vec::<f64>()?, &want.to_vec::<f64>()?, 1e-12);
    y.square()?.sum()?.backward()?;
    let got: Vec<_> = [&x, &w, &b]
        .iter()
        .map(|t| t.grad().unwrap().to_vec::<f64>().unwrap())
        .collect();
    [&x, &w, &b].iter().for_each(|t| t.zero_grad());
    want.square()?.sum()?.backward()?;
    for (t, got) in [&x, &w, &b].iter().zip(got) {
        close(&got, &t.grad().unwrap().to_vec::<f64>()?, 1e-12);
    }
    Ok(())
}
