//! Einstein sums and their kin against sums of products.

use neurarust_core::autograd::{Tolerance, gradcheck, gradgradcheck};
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

#[track_caller]
fn close(a: &Tensor, b: &Tensor) {
    assert_eq!(a.shape(), b.shape());
    let far = a.sub(b).unwrap().abs().unwrap().amax(&[], false).unwrap();
    assert!(far.item::<f64>().unwrap() < 1e-12);
}

#[test]
fn every_form() -> Result<()> {
    let (a, b) = (numbers(&[2, 3, 4], 1), numbers(&[2, 4, 5], 2));
    close(&Tensor::einsum("bij, bjk -> bik", &[&a, &b])?, &a.bmm(&b)?);
    close(&Tensor::einsum("...ij,...jk", &[&a, &b])?, &a.bmm(&b)?);
    close(
        &Tensor::einsum("bij->ji", &[&a])?,
        &a.sum_dims(&[0], false)?.t()?,
    );
    close(&Tensor::einsum("...->", &[&a])?, &a.sum()?);
    close(
        &Tensor::einsum("bij,bik->jk", &[&a, &a])?,
        &a.reshape([6, 4])?.t()?.matmul(&a.reshape([6, 4])?)?,
    );
    // Implicit results are in alphabetic order.
    close(
        &Tensor::einsum("zi,ia", &[&numbers(&[2, 3], 3), &numbers(&[3, 4], 4)])?,
        &numbers(&[2, 3], 3).mm(&numbers(&[3, 4], 4))?.t()?,
    );
    let s = numbers(&[4, 4], 5);
    close(&Tensor::einsum("ii", &[&s])?, &s.diagonal(0, 0, 1)?.sum()?);
    close(&Tensor::einsum("ii->i", &[&s])?, &s.diagonal(0, 0, 1)?);
    let v = numbers(&[4], 6);
    close(
        &Tensor::einsum("i,ij,j", &[&v, &s, &v])?,
        &v.matmul(&s)?.dot(&v)?,
    );
    close(&Tensor::einsum("i,j->ij", &[&v, &v])?, &v.outer(&v)?);
    // A size of 1 stands for any.
    close(
        &Tensor::einsum("ij,jk->ik", &[&numbers(&[2, 1], 7), &s])?,
        &numbers(&[2, 1], 7).mul(&s.sum_dims(&[0], true)?)?,
    );
    let f = |x: &[Tensor]| Tensor::einsum("bij,bjk,i->kb", &[&x[0], &x[1], &x[2]]);
    let w = numbers(&[3], 8);
    gradcheck(f, &[&a, &b, &w], Tolerance::default())?;
    gradgradcheck(f, &[&a, &b, &w], Tolerance::default())?;
    close(
        &a.tensordot(&b, &[2, 0], &[1, 0])?,
        &Tensor::einsum("bij,bjk->ik", &[&a, &b])?,
    );
    for (equation, operands) in [
        ("ij,jk", vec![&s]),
        ("i", vec![&s]),
        ("ij->k", vec![&s]),
        ("ij->ii", vec![&s]),
        ("i1", vec![&s]),
        ("i....j", vec![&s]),
        ("ij,jk", vec![&s, &b]),
        ("", vec![]),
    ] {
        assert!(Tensor::einsum(equation, &operands).is_err(), "{equation}");
    }
    Ok(())
}

#[test]
fn products_and_distances_of_pairs() -> Result<()> {
    let (a, b) = (numbers(&[2, 3], 9), numbers(&[3, 2], 10));
    let k = a.kron(&b)?;
    assert_eq!(k.dims(), [6, 6]);
    let (i, j) = (4, 3);
    let want = a.to_vec::<f64>()?[(i / 3) * 3 + j / 2] * b.to_vec::<f64>()?[(i % 3) * 2 + j % 2];
    assert_eq!(k.to_vec::<f64>()?[i * 6 + j], want);
    let (x, y) = (
        Tensor::new([1.0f64, 0.0, 0.0])?,
        Tensor::new([0.0f64, 1.0, 0.0])?,
    );
    assert_eq!(x.cross(&y, -1)?.to_vec::<f64>()?, [0.0, 0.0, 1.0]);
    assert!(a.cross(&a, 0).is_err());
    let (p, q) = (numbers(&[4, 3], 11), numbers(&[5, 3], 12));
    for order in [0.5, 1.0, 2.0, 3.0, f64::INFINITY] {
        let far = p.cdist(&q, order, false)?;
        let one = p.select(0, 3)?.sub(&q.select(0, 1)?)?.norm(order)?;
        close(&far.select(0, 3)?.select(0, 1)?, &one);
        close(
            &p.pdist(order)?.narrow(0, 5, 1)?.squeeze(&[0])?,
            &p.select(0, 2)?.sub(&p.select(0, 3)?)?.norm(order)?,
        );
        // The largest coordinate may change within a step.
        if order.is_finite() {
            gradcheck(
                |x| x[0].cdist(&x[1], order, false),
                &[&p, &q],
                Tolerance::default(),
            )?;
        }
    }
    close(&p.cdist(&q, 2.0, true)?, &p.cdist(&q, 2.0, false)?);
    // Equal rows are 0 apart, and so is the gradient.
    let same = Tensor::ones(([3, 2], DType::F64))?.requires_grad()?;
    for by_product in [false, true] {
        same.cdist(&same, 2.0, by_product)?.sum()?.backward()?;
        assert!(
            same.grad()
                .is_some_and(|g| g.to_vec::<f64>().unwrap().iter().all(|x| *x == 0.0))
        );
    }
    let chain = [
        numbers(&[7], 1),
        numbers(&[7, 2], 2),
        numbers(&[2, 9], 3),
        numbers(&[9], 4),
    ];
    let refs: Vec<&Tensor> = chain.iter().collect();
    close(
        &Tensor::multi_dot(&refs)?,
        &chain[0]
            .matmul(&chain[1])?
            .matmul(&chain[2])?
            .matmul(&chain[3])?,
    );
    assert!(Tensor::multi_dot(&[&chain[0]]).is_err());
    assert_eq!(
        Tensor::new([2.0f64, 3.0])?.vander(3)?.to_vec::<f64>()?,
        [1.0, 2.0, 4.0, 1.0, 3.0, 9.0]
    );
    Ok(())
}
