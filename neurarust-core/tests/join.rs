//! Claims about joining, repeating, rolling and padding.

use neurarust_core::{DType, ErrorKind, Result, Tensor};

mod common;
use common::{gradients_agree, layouts};

#[test]
fn cat_joins_any_layouts_along_any_dimension() -> Result<()> {
    for x in layouts(&[2, 3])? {
        for y in layouts(&[2, 3])? {
            let (a, b) = (x.to_vec::<f64>()?, y.to_vec::<f64>()?);
            let rows = Tensor::cat(&[&x, &y], 0)?;
            assert_eq!(rows.to_vec::<f64>()?, [&a[..], &b[..]].concat());
            let columns = Tensor::cat(&[&x, &y], -1)?;
            let want = [&a[..3], &b[..3], &a[3..], &b[3..]].concat();
            assert_eq!(columns.to_vec::<f64>()?, want);
            assert_eq!(Tensor::hstack(&[&x, &y])?.to_vec::<f64>()?, want);
            gradients_agree(&[&x, &y], |t| Tensor::cat(&[&t[0], &t[1], &t[0]], 1))?;
            gradients_agree(&[&x, &y], |t| Tensor::stack(&[&t[0], &t[1]], 1))?;
        }
    }
    Ok(())
}

#[test]
fn cat_promotes_and_takes_legacy_empties() -> Result<()> {
    let a = Tensor::new([[1i64, 2]])?;
    let b = Tensor::new([[0.5f32, 1.5]])?;
    let none = Tensor::zeros(0)?;
    let y = Tensor::cat(&[&none, &a, &b], 0)?;
    assert_eq!((y.dtype(), y.dims()), (DType::F32, &[2, 2][..]));
    assert_eq!(y.to_vec::<f32>()?, [1.0, 2.0, 0.5, 1.5]);
    assert_eq!(Tensor::cat(&[&none, &none], 0)?.dims(), [0]);
    let b = b.requires_grad()?;
    Tensor::cat(&[&none, &b, &a], 1)?.sum()?.backward()?;
    assert_eq!(b.grad().unwrap().to_vec::<f32>()?, [1.0, 1.0]);
    for dtype in DType::ALL {
        let x = Tensor::new([[1i64, 0], [0, 1]])?.to_dtype(dtype)?;
        let y = Tensor::cat(&[&x, &x.t()?, &x.narrow(0, 1, 1)?], 0)?;
        assert_eq!(y.dtype(), dtype);
        let y = y.to_dtype(DType::I64)?.to_vec::<i64>()?;
        assert_eq!(y, [1, 0, 0, 1, 1, 0, 0, 1, 0, 1]);
    }
    Ok(())
}

#[test]
fn stacks() -> Result<()> {
    let (a, b) = (Tensor::new([1i64, 2])?, Tensor::new([3i64, 4])?);
    assert_eq!(Tensor::stack(&[&a, &b], 0)?.to_vec::<i64>()?, [1, 2, 3, 4]);
    assert_eq!(Tensor::stack(&[&a, &b], -1)?.to_vec::<i64>()?, [1, 3, 2, 4]);
    assert_eq!(Tensor::vstack(&[&a, &b])?.dims(), [2, 2]);
    assert_eq!(Tensor::hstack(&[&a, &b])?.dims(), [4]);
    let s = Tensor::new(1i64)?;
    assert_eq!(Tensor::stack(&[&s, &s], 0)?.dims(), [2]);
    assert_eq!(Tensor::hstack(&[&s, &s])?.dims(), [2]);
    assert_eq!(Tensor::vstack(&[&s, &s])?.dims(), [2, 1]);
    Ok(())
}

#[test]
fn repeats() -> Result<()> {
    let x = Tensor::new([[1i64, 2], [3, 4]])?;
    let y = x.repeat(&[2, 1, 2])?;
    assert_eq!(y.dims(), [2, 2, 4]);
    assert_eq!(y.to_vec::<i64>()?[..8], [1, 2, 1, 2, 3, 4, 3, 4]);
    assert_eq!(x.tile(&[2])?.to_vec::<i64>()?, [1, 2, 1, 2, 3, 4, 3, 4]);
    assert_eq!(x.repeat(&[0, 1])?.dims(), [0, 2]);
    assert_eq!(
        x.repeat_interleave(2, 0)?.to_vec::<i64>()?,
        [1, 2, 1, 2, 3, 4, 3, 4]
    );
    assert_eq!(
        x.repeat_interleave(2, None)?.to_vec::<i64>()?,
        [1, 1, 2, 2, 3, 3, 4, 4]
    );
    assert_eq!(x.repeat(&[2]).unwrap_err().kind(), ErrorKind::Shape);
    assert!(x.repeat(&[usize::MAX, 2]).is_err());
    // Repeated once, it is still a copy.
    x.repeat(&[1, 1])?.zero_()?;
    assert_eq!(x.to_vec::<i64>()?, [1, 2, 3, 4]);
    for x in layouts(&[2, 3])? {
        gradients_agree(&[&x], |t| t[0].repeat(&[2, 3, 1]))?;
        gradients_agree(&[&x], |t| t[0].repeat_interleave(3, 1))?;
    }
    Ok(())
}

#[test]
fn rolls() -> Result<()> {
    let x = Tensor::arange(0..6)?.reshape([2, 3])?;
    assert_eq!(x.roll(&[1], &[1])?.to_vec::<i64>()?, [2, 0, 1, 5, 3, 4]);
    assert_eq!(
        x.roll(&[-1, 3], &[0, 1])?.to_vec::<i64>()?,
        [3, 4, 5, 0, 1, 2]
    );
    assert_eq!(x.roll(&[4], &[])?.to_vec::<i64>()?, [2, 3, 4, 5, 0, 1]);
    assert_eq!(x.roll(&[i64::MIN], &[1])?.dims(), [2, 3]);
    assert!(x.roll(&[1, 2], &[0]).is_err());
    for x in layouts(&[2, 3])? {
        gradients_agree(&[&x], |t| t[0].roll(&[1, 2], &[0, 1]))?;
    }
    Ok(())
}

#[test]
fn pads() -> Result<()> {
    let x = Tensor::new([[1.0f32, 2.0], [3.0, 4.0]])?;
    let y = x.pad_constant(&[1, 0, 0, 1], 9.0)?;
    assert_eq!(
        y.to_vec::<f32>()?,
        [9.0, 1.0, 2.0, 9.0, 3.0, 4.0, 9.0, 9.0, 9.0]
    );
    assert_eq!(
        x.pad_constant(&[-1, 2], 0.0)?.to_vec::<f32>()?,
        [2.0, 0.0, 0.0, 4.0, 0.0, 0.0]
    );
    assert_eq!(x.pad_constant(&[0, -2], 0.0)?.dims(), [2, 0]);
    for bad in [
        &[1][..],
        &[0, -3],
        &[0, 0, 0, 0, 1, 1],
        &[i64::MAX, i64::MAX],
        &[i64::MIN, i64::MIN],
    ] {
        assert!(x.pad_constant(bad, 0.0).is_err(), "{bad:?}");
    }
    for x in layouts(&[2, 3])? {
        gradients_agree(&[&x], |t| t[0].pad_constant(&[1, -1, 2, 0], 1.5))?;
    }
    Ok(())
}

#[test]
fn bad_input_is_named() -> Result<()> {
    let (a, b) = (Tensor::zeros([2, 3])?, Tensor::zeros([2, 4])?);
    let e = Tensor::cat(&[&a, &b], 0).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::Shape);
    assert!(
        e.to_string().contains("[2, 4]") && e.to_string().contains("tests/join.rs"),
        "{e}"
    );
    assert_eq!(Tensor::cat(&[], 0).unwrap_err().kind(), ErrorKind::Value);
    assert_eq!(
        Tensor::cat(&[&a, &a], 2).unwrap_err().kind(),
        ErrorKind::Index
    );
    assert!(Tensor::cat(&[&Tensor::new(1.0f32)?], 0).is_err());
    assert!(Tensor::stack(&[&a, &b], 0).is_err());
    assert!(Tensor::stack(&[&a, &a], 4).is_err());
    assert!(Tensor::hstack(&[]).is_err() && Tensor::vstack(&[]).is_err());
    Ok(())
}
