//! Complex numbers as pairs of reals: values by the textbook, gradients against differences of the parts.

use neurarust_core::autograd::{GradOptions, Tolerance, grad, gradcheck, gradgradcheck};
use neurarust_core::{DType, ErrorKind, Result, Tensor};

fn z(parts: &[(f64, f64)]) -> Result<Tensor> {
    let flat: Vec<f64> = parts.iter().flat_map(|&(a, b)| [a, b]).collect();
    Tensor::from_vec(flat, [parts.len(), 2])?.view_as_complex()
}

#[test]
fn products_quotients_and_powers() -> Result<()> {
    let (a, b) = (
        z(&[(1.0, 2.0), (3.0, -4.0)])?,
        z(&[(0.5, -1.0), (2.0, 0.0)])?,
    );
    assert_eq!(a.mul(&b)?.to_complex_vec()?, [(2.5, 0.0), (6.0, -8.0)]);
    assert_eq!(a.div(&b)?.to_complex_vec()?, [(-1.2, 1.6), (1.5, -2.0)]);
    assert_eq!(a.abs()?.to_vec::<f64>()?[1], 5.0);
    assert_eq!(a.square()?.to_complex_vec()?[0], (-3.0, 4.0));
    let huge = z(&[(1e300, 1e300)])?;
    assert_eq!(huge.div(&huge)?.to_complex_vec()?, [(1.0, 0.0)]);
    assert!(huge.abs()?.item::<f64>()?.is_finite());
    Ok(())
}

#[test]
fn gradients_are_those_of_the_parts() -> Result<()> {
    let x = Tensor::new([[0.3f64, -1.2], [0.8, 0.4], [-0.6, 0.9]])?;
    let w = Tensor::new([[1.1f64, 0.2], [-0.4, 0.7], [0.5, -1.3]])?;
    type F = fn(&Tensor, &Tensor) -> Result<Tensor>;
    let functions: [F; 14] = [
        |a, b| a.mul(b),
        |a, b| a.div(b),
        |a, b| a.pow(b),
        |a, b| a.exp()?.add(b),
        |a, b| a.log()?.sub(b),
        |a, _| a.sqrt(),
        |a, _| a.tanh(),
        |a, _| a.sin(),
        |a, _| a.sigmoid(),
        |a, _| a.sgn(),
        |a, _| a.conj()?.cumsum(0),
        |a, b| a.unsqueeze(1)?.matmul(&b.unsqueeze(0)?),
        |a, b| a.prod()?.mul(&b.mean()?),
        |a, b| Tensor::complex(&a.abs()?, &b.angle()?),
    ];
    for f in functions {
        let real =
            |x: &[Tensor]| f(&x[0].view_as_complex()?, &x[1].view_as_complex()?)?.view_as_real();
        gradcheck(real, &[&x, &w], Tolerance::default())?;
        gradgradcheck(real, &[&x, &w], Tolerance::default())?;
    }
    Ok(())
}

#[test]
fn the_gradient_of_a_real_loss() -> Result<()> {
    // d|z|²: 2z.
    let x = z(&[(1.0, 2.0), (0.0, 0.0)])?.detach().requires_grad()?;
    x.abs()?.square()?.sum()?.backward()?;
    let g = x.grad().expect("a gradient");
    assert_eq!(g.to_complex_vec()?, [(2.0, 4.0), (0.0, 0.0)]);
    let y = x.sum()?;
    assert_eq!(y.backward().unwrap_err().kind(), ErrorKind::Autograd);
    let seed = Tensor::complex_scalar(0.0, 1.0, DType::C128)?;
    let g = grad(&[&y], &[&x], &[Some(seed)], GradOptions::default())?;
    assert_eq!(
        g[0].as_ref().expect("a gradient").to_complex_vec()?,
        [(0.0, 1.0); 2]
    );
    Ok(())
}

#[test]
fn bytes_move_as_pairs() -> Result<()> {
    for dtype in [DType::C64, DType::C128] {
        let x = z(&[(1.0, 2.0), (3.0, 4.0), (5.0, 6.0), (7.0, 8.0)])?.to_dtype(dtype)?;
        let m = x.reshape([2, 2])?;
        assert_eq!(m.t()?.contiguous()?.to_complex_vec()?[1], (5.0, 6.0));
        assert_eq!(m.flip(&[0])?.to_complex_vec()?[0], (5.0, 6.0));
        let index = Tensor::new([1i64, 1])?;
        assert_eq!(
            x.index_select(0, &index)?.to_complex_vec()?,
            [(3.0, 4.0); 2]
        );
        let twice = Tensor::zeros((4, dtype))?.index_add(0, &index, &x.narrow(0, 2, 2)?)?;
        assert_eq!(twice.to_complex_vec()?[1], (12.0, 14.0));
        assert_eq!(
            x.to_dtype(DType::F32)?.to_vec::<f32>()?,
            [1.0, 3.0, 5.0, 7.0]
        );
        x.real()?.mul_(10.0)?;
        assert_eq!(x.to_complex_vec()?[3], (70.0, 8.0));
    }
    Ok(())
}

#[test]
fn what_has_no_meaning_is_refused() -> Result<()> {
    let x = z(&[(1.0, 2.0), (3.0, 4.0)])?;
    for refused in [
        x.lt(&x),
        x.floor(),
        x.relu(),
        x.clamp(0.0, 1.0),
        x.amax(&[], false),
        x.softmax(0),
        x.cumprod(0),
        x.remainder(2.0),
        x.sort(0, false).map(|s| s.0),
        Tensor::new([1.0f32])?.masked_fill(&Tensor::new([true])?, &x.select(0, 0)?),
    ] {
        assert_eq!(refused.unwrap_err().kind(), ErrorKind::DType);
    }
    assert!(Tensor::new([1.0f64, 2.0, 3.0])?.view_as_complex().is_err());
    assert_eq!(x.to_complex_vec()?, [(1.0, 2.0), (3.0, 4.0)]);
    Ok(())
}
