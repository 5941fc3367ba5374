//! Linear algebra against what defines it, with gradients of first and second order.
#![cfg(feature = "linalg")]

use neurarust_core::autograd::{Tolerance, gradcheck, gradgradcheck};
use neurarust_core::ops::linalg::{LstsqDriver, MatrixNorm, Tolerances};
use neurarust_core::{DType, ErrorKind, Result, Tensor};

/// Numbers without pattern, in `[-1, 1]`.
fn numbers(shape: &[usize], seed: usize) -> Tensor {
    let n: usize = shape.iter().product();
    Tensor::from_vec(
        (0..n)
            .map(|i| ((i * 7919 + i * i * 31 + seed * 104729 + 13) % 1009) as f64 / 504.5 - 1.0)
            .collect::<Vec<_>>(),
        shape,
    )
    .unwrap()
}

fn eye(n: usize) -> Tensor {
    Tensor::eye(n, None, DType::F64).unwrap()
}

/// Symmetric and positive-definite.
fn definite(shape: &[usize], seed: usize) -> Tensor {
    let a = numbers(shape, seed);
    let n = shape[shape.len() - 1];
    a.matmul(&a.transpose(-2, -1).unwrap())
        .unwrap()
        .add(eye(n).mul(0.5).unwrap())
        .unwrap()
}

/// Far from singular.
fn regular(shape: &[usize], seed: usize) -> Tensor {
    let n = shape[shape.len() - 1];
    numbers(shape, seed).add(eye(n).mul(2.0).unwrap()).unwrap()
}

fn t(x: &Tensor) -> Tensor {
    x.transpose(-2, -1).unwrap()
}

#[track_caller]
fn close(a: &Tensor, b: &Tensor, tolerance: f64) {
    assert_eq!(a.shape(), b.shape());
    let far = a.sub(b).unwrap().abs().unwrap();
    if far.numel() > 0 {
        let far = far.amax(&[], false).unwrap().item::<f64>().unwrap();
        assert!(far < tolerance, "{far}");
    }
}

#[track_caller]
fn both(f: impl Fn(&[Tensor]) -> Result<Tensor> + Copy, inputs: &[&Tensor]) {
    gradcheck(f, inputs, Tolerance::default()).unwrap();
    gradgradcheck(f, inputs, Tolerance::default()).unwrap();
}

#[test]
fn factors_multiply_to_the_matrix() -> Result<()> {
    // Below and above the sizes where blocks begin, whole batches, turned in memory.
    for shape in [vec![4, 4], vec![2, 3, 5, 5], vec![100, 100]] {
        let a = t(&regular(&shape, 1));
        let n = shape[shape.len() - 1];
        let (lu, pivots, info) = a.lu_factor_ex(true)?;
        assert!(info.to_vec::<i32>()?.iter().all(|i| *i == 0));
        let (p, l, u) = lu.lu_unpack(&pivots)?;
        close(&p.matmul(&l)?.matmul(&u)?, &a, 1e-11);
        close(
            &a.matmul(&a.inverse()?)?,
            &eye(n).expand(shape.as_slice())?,
            1e-9,
        );
        let d = definite(&shape, 2);
        let c = d.cholesky(false)?;
        close(&c.matmul(&t(&c))?, &d, 1e-10);
        close(&t(&d.cholesky(true)?), &c, 1e-12);
        close(&c.cholesky_inverse(false)?, &d.inverse()?, 1e-7);
        let (values, vectors) = d.eigh(false)?;
        close(
            &vectors.mul(&values.unsqueeze(-2)?)?.matmul(&t(&vectors))?,
            &d,
            1e-9,
        );
        let root = d.matrix_sqrth()?;
        close(&root.matmul(&root)?, &d, 1e-9);
    }
    for (m, n) in [(3, 5), (5, 3), (4, 4), (70, 90), (90, 70), (3, 0), (0, 3)] {
        let a = numbers(&[2, m, n], 3);
        let (p, l, u) = {
            let (lu, pivots, _) = a.lu_factor_ex(true)?;
            lu.lu_unpack(&pivots)?
        };
        close(&p.matmul(&l)?.matmul(&u)?, &a, 1e-11);
        for complete in [false, true] {
            let (q, r) = a.qr(complete)?;
            close(&q.matmul(&r)?, &a, 1e-11);
            let k = if complete { m } else { m.min(n) };
            close(
                &t(&q).matmul(&q)?,
                &eye(k).expand([2, k as i64, k as i64])?,
                1e-11,
            );
        }
        let (u, s, vh) = a.svd(false)?;
        close(&u.mul(&s.unsqueeze(-2)?)?.matmul(&vh)?, &a, 1e-10);
        close(&a.svdvals()?, &s, 1e-10);
        let (u, _, vh) = a.svd(true)?;
        assert_eq!((u.dims(), vh.dims()), (&[2, m, m][..], &[2, n, n][..]));
        close(
            &u.matmul(&t(&u))?,
            &eye(m).expand([2, m as i64, m as i64])?,
            1e-11,
        );
        let x = a.pinv(&Tolerances::default(), false)?;
        close(&a.matmul(&x)?.matmul(&a)?, &a, 1e-10);
    }
    Ok(())
}

#[test]
fn reflectors_are_lapacks() -> Result<()> {
    let a = numbers(&[2, 5, 3], 4);
    let (v, tau) = a.geqrf()?;
    let (q, r) = a.qr(false)?;
    close(&v.householder_product(&tau)?, &q, 1e-12);
    close(&v.triu(0)?.narrow(-2, 0, 3)?, &r, 1e-12);
    let c = numbers(&[2, 5, 4], 5);
    let (complete, _) = a.qr(true)?;
    close(
        &v.ormqr(&tau, &c, true, false)?,
        &complete.matmul(&c)?,
        1e-12,
    );
    close(
        &v.ormqr(&tau, &t(&c), false, true)?,
        &t(&c).matmul(&t(&complete))?,
        1e-12,
    );
    both(|x| x[0].householder_product(&x[1]), &[&v, &tau]);
    Ok(())
}

#[test]
fn systems_are_solved_from_either_side() -> Result<()> {
    for n in [3, 80] {
        let (a, b) = (regular(&[2, n, n], 6), numbers(&[n, 2], 7));
        close(
            &a.matmul(&a.solve(&b, true)?)?,
            &b.expand([2, n as i64, 2])?,
            1e-9,
        );
        let c = numbers(&[2, 4, n], 8);
        close(&a.solve(&c, false)?.matmul(&a)?, &c, 1e-9);
        let (lu, pivots, _) = a.lu_factor_ex(true)?;
        let right = b.expand([2, n as i64, 2])?;
        close(
            &t(&a).matmul(&lu.lu_solve(&pivots, &right, true, true)?)?,
            &right,
            1e-9,
        );
        close(
            &lu.lu_solve(&pivots, &c, false, false)?.matmul(&a)?,
            &c,
            1e-9,
        );
        for upper in [false, true] {
            let d = a.add(&eye(n).mul(n as f64)?)?;
            let triangle = if upper { d.triu(0)? } else { d.tril(0)? };
            let x = d.solve_triangular(&b, upper, true, false)?;
            close(&triangle.matmul(&x)?, &right, 1e-9);
            let x = d.solve_triangular(&c, upper, false, false)?;
            close(&x.matmul(&triangle)?, &c, 1e-9);
        }
        let s = a.add(t(&a))?.sub(eye(n).mul(4.0)?)?;
        let (ld, pivots, _) = s.ldl_factor_ex()?;
        close(&s.matmul(&ld.ldl_solve(&pivots, &right)?)?, &right, 1e-6);
    }
    let (a, b) = (numbers(&[6, 3], 9), numbers(&[6, 2], 10));
    for driver in [LstsqDriver::Gels, LstsqDriver::Gelsy, LstsqDriver::Gelsd] {
        let found = a.lstsq(&b, None, driver)?;
        // What is left is orthogonal to the columns.
        let left = a.matmul(&found.solution)?.sub(&b)?;
        close(
            &t(&a).matmul(&left)?,
            &Tensor::zeros(([3, 2], DType::F64))?,
            1e-12,
        );
    }
    Ok(())
}

#[test]
fn determinants_and_functions() -> Result<()> {
    let a = Tensor::new([[0.0f64, 2.0, 1.0], [1.0, 0.0, 3.0], [4.0, 1.0, 0.0]])?;
    close(&a.det()?, &Tensor::new(25.0f64)?, 1e-12);
    let (sign, log) = a.neg()?.slogdet()?;
    assert_eq!(sign.item::<f64>()?, -1.0);
    assert!((log.item::<f64>()? - 25f64.ln()).abs() < 1e-14);
    let flat = Tensor::new([[1.0f64, 2.0], [2.0, 4.0]])?;
    assert_eq!(flat.det()?.item::<f64>()?, 0.0);
    assert_eq!(flat.slogdet()?.1.item::<f64>()?, f64::NEG_INFINITY);
    // The gradient of the determinant exists where the matrix is singular.
    gradcheck(|x| x[0].det(), &[&flat], Tolerance::default())?;
    let zero = Tensor::zeros(([2, 2], DType::F64))?;
    gradcheck(|x| x[0].det(), &[&zero], Tolerance::default())?;
    let turn = Tensor::new([[0.0f64, -1.0], [1.0, 0.0]])?;
    let (c, s) = (10f64.cos(), 10f64.sin());
    close(
        &turn.mul(10.0)?.matrix_exp()?,
        &Tensor::new([[c, -s], [s, c]])?,
        1e-10,
    );
    close(&a.matrix_power(-2)?.matmul(&a)?.matmul(&a)?, &eye(3), 1e-10);
    close(
        &a.matrix_power(5)?,
        &a.matmul(&a)?.matmul(&a)?.matmul(&a)?.matmul(&a)?,
        1e-9,
    );
    assert_eq!(
        flat.matrix_rank(&Tolerances::default(), true)?
            .item::<i64>()?,
        1
    );
    assert_eq!(
        flat.cond(MatrixNorm::Order(1.0))?.item::<f64>()?,
        f64::INFINITY
    );
    let nuclear = a.matrix_norm(MatrixNorm::Nuclear, [0, 1], true)?;
    close(&nuclear.squeeze(&[])?, &a.svdvals()?.sum()?, 1e-12);
    let (u, h) = numbers(&[5, 3], 11).polar_decomposition()?;
    close(&u.matmul(&h)?, &numbers(&[5, 3], 11), 1e-12);
    close(&t(&u).matmul(&u)?, &eye(3), 1e-12);
    let low = numbers(&[9, 2], 12).matmul(&numbers(&[2, 7], 13))?;
    let (u, s, v) = low.svd_lowrank(3, 2, None)?;
    close(&u.mul(&s)?.matmul(&t(&v))?, &low, 1e-9);
    Ok(())
}

#[test]
fn gradients_of_factorisations() {
    let (a, d) = (regular(&[2, 3, 3], 14), definite(&[2, 3, 3], 15));
    let b = numbers(&[2, 3, 2], 16);
    let symmetric = |x: &Tensor| x.add(t(x));
    both(|x| symmetric(&x[0])?.cholesky(false), &[&d]);
    both(|x| x[0].inverse(), &[&a]);
    both(|x| x[0].solve(&x[1], true), &[&a, &b]);
    both(
        |x| x[0].solve_triangular(&x[1], true, true, false),
        &[&a, &b],
    );
    both(
        |x| x[0].solve_triangular(&x[1], false, true, true),
        &[&a, &b],
    );
    both(|x| x[0].det(), &[&a]);
    both(|x| x[0].logdet(), &[&d]);
    both(|x| x[0].pinv(&Tolerances::default(), false), &[&b]);
    both(|x| x[0].matrix_exp(), &[&a]);
    both(|x| symmetric(&x[0])?.matrix_sqrth(), &[&d]);
    for (m, n) in [(3, 3), (5, 3), (3, 5)] {
        let x = numbers(&[m, n], 17);
        both(|x| x[0].lu_factor_ex(true).map(|f| f.0), &[&x]);
        both(|x| x[0].qr(false).map(|f| f.0), &[&x]);
        both(|x| x[0].qr(false).map(|f| f.1), &[&x]);
        both(|x| x[0].svdvals(), &[&x]);
        // Without the signs that singular vectors are free in.
        both(
            |x| x[0].svd(false).and_then(|(u, _, v)| u.matmul(&v)),
            &[&x],
        );
        both(|x| x[0].svd(false).and_then(|(u, _, _)| u.square()), &[&x]);
        both(|x| x[0].svd(false).and_then(|(_, _, v)| v.square()), &[&x]);
    }
    let tall = numbers(&[5, 3], 18);
    both(|x| x[0].polar_decomposition().map(|f| f.0), &[&tall]);
    both(|x| x[0].polar_decomposition().map(|f| f.1), &[&tall]);
    both(|x| symmetric(&x[0])?.eigh(false).map(|f| f.0), &[&a]);
    both(|x| symmetric(&x[0])?.eigh(false)?.1.square(), &[&a]);
    both(
        |x| {
            x[0].lstsq(&x[1], None, LstsqDriver::Gelsy)
                .map(|f| f.solution)
        },
        &[&tall, &numbers(&[5, 2], 19)],
    );
}

#[test]
fn what_fails_says_which_matrix() -> Result<()> {
    let singular = Tensor::new([[1.0f64, 2.0], [2.0, 4.0]])?;
    let batch = Tensor::stack(&[&eye(2), &singular], 0)?;
    for error in [
        batch.inverse().unwrap_err(),
        batch.solve(&numbers(&[2, 2], 1), true).unwrap_err(),
        batch.neg()?.cholesky(false).unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::LinAlg);
        assert!(error.message().contains("batch element"), "{error}");
    }
    assert!(batch.inverse().unwrap_err().message().contains("element 1"));
    for bad in [f64::NAN, f64::INFINITY] {
        let x = Tensor::full(([70, 70], DType::F64), bad)?;
        assert_eq!(x.svd(true).unwrap_err().kind(), ErrorKind::LinAlg);
        assert_eq!(x.eigh(false).unwrap_err().kind(), ErrorKind::LinAlg);
        assert_eq!(x.cholesky(false).unwrap_err().kind(), ErrorKind::LinAlg);
        // An answer without sense, or an error, but an end.
        let _ = (
            x.qr(false)?,
            x.lu_factor_ex(true)?,
            x.matrix_exp()?,
            x.det()?,
            x.ldl_factor_ex()?,
        );
    }
    for shape in [&[3][..], &[2, 3]] {
        let x = numbers(shape, 20);
        assert_eq!(x.inverse().unwrap_err().kind(), ErrorKind::Shape);
        assert_eq!(x.det().unwrap_err().kind(), ErrorKind::Shape);
    }
    let whole = Tensor::zeros(([2, 2], DType::I64))?;
    assert_eq!(whole.inverse().unwrap_err().kind(), ErrorKind::DType);
    let (lu, _, _) = eye(2).lu_factor_ex(true)?;
    assert!(lu.lu_unpack(&Tensor::new([7i32, 1])?).is_err());
    assert!(lu.ldl_solve(&Tensor::new([-1i32, 1])?, &eye(2)).is_err());
    Ok(())
}

#[test]
fn the_largest_of_nothing_is_0() -> Result<()> {
    let none = Tensor::zeros(([0, 2], DType::F64))?;
    for order in [1.0, 2.0, f64::INFINITY] {
        let norm = none.matrix_norm(MatrixNorm::Order(order), [0, 1], false)?;
        assert_eq!(norm.item::<f64>()?, 0.0);
    }
    // The smallest sum of rows that aren't there.
    assert!(
        none.matrix_norm(MatrixNorm::Order(f64::NEG_INFINITY), [0, 1], false)
            .is_err()
    );
    Ok(())
}
