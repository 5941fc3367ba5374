//! Claims about sparse tensors: they are what their dense ones are, and so are their gradients.

use neurarust_core::autograd::{Tolerance, gradcheck, gradgradcheck};
use neurarust_core::sparse::{SparseLayout, SparseTensor};
use neurarust_core::{Result, Tensor};

fn example() -> Result<(Tensor, Tensor)> {
    // Place (1, 0) is there twice.
    let places = Tensor::new([[1i64, 0, 1, 1], [0, 2, 0, 1]])?;
    Ok((places, Tensor::new([1.0, 2.0, 3.0, 4.0])?))
}

#[test]
fn layouts_agree() -> Result<()> {
    let (places, values) = example()?;
    let s = SparseTensor::coo(&places, &values, &[2, 3])?;
    let dense = [0.0, 0.0, 2.0, 4.0, 4.0, 0.0];
    assert_eq!(s.to_dense()?.to_vec::<f64>()?, dense);
    let c = s.coalesce()?;
    assert_eq!(c.indices()?.to_vec::<i64>()?, [0, 1, 1, 2, 0, 1]);
    assert_eq!(c.values().to_vec::<f64>()?, [2.0, 4.0, 4.0]);
    let r = s.to_layout(SparseLayout::Csr)?;
    let (starts, columns) = r.rows_and_columns()?;
    assert_eq!(starts.to_vec::<i64>()?, [0, 1, 3]);
    assert_eq!(columns.to_vec::<i64>()?, [2, 0, 1]);
    let again = SparseTensor::csr(&starts, &columns, r.values(), &[2, 3])?;
    assert_eq!(again.to_dense()?.to_vec::<f64>()?, dense);
    assert_eq!(
        s.t()?.to_dense()?.to_vec::<f64>()?,
        [0.0, 4.0, 0.0, 4.0, 2.0, 0.0]
    );
    assert_eq!(
        s.add(&c)?.to_dense()?.to_vec::<f64>()?,
        dense.map(|x| 2.0 * x)
    );
    let back = SparseTensor::from_dense(&s.to_dense()?, 1)?;
    assert_eq!(back.values().dims(), [2, 3]);
    assert_eq!(back.to_dense()?.to_vec::<f64>()?, dense);
    Ok(())
}

#[test]
fn products_are_those_of_the_dense_with_gradients_of_both_orders() -> Result<()> {
    let (places, values) = example()?;
    let d = Tensor::new([[1.0, 2.0], [0.5, -1.0], [3.0, 0.25]])?;
    let s = SparseTensor::coo(&places, &values, &[2, 3])?;
    let want = s.to_dense()?.matmul(&d)?;
    assert_eq!(s.mm(&d)?.to_vec::<f64>()?, want.to_vec::<f64>()?);
    let (v, d) = (values.requires_grad()?, d.requires_grad()?);
    let mm = |t: &[Tensor]| SparseTensor::coo(&places, &t[0], &[2, 3])?.mm(&t[1]);
    gradcheck(mm, &[&v, &d], Tolerance::default())?;
    gradgradcheck(mm, &[&v, &d], Tolerance::default())?;
    let sampled = |t: &[Tensor]| {
        let s = SparseTensor::coo(&places, &t[0], &[2, 3])?;
        Ok(
            s.sampled_addmm(&t[1].narrow(0, 0, 2)?, &t[1].t()?, 2.0, 0.5)?
                .values()
                .clone(),
        )
    };
    gradcheck(sampled, &[&v, &d], Tolerance::default())?;
    gradcheck(
        |t| SparseTensor::from_dense(&t[0], 2)?.to_dense(),
        &[&d],
        Tolerance::default(),
    )
}

#[test]
fn bad_places_are_refused() -> Result<()> {
    let (places, values) = example()?;
    assert!(SparseTensor::coo(&places, &values, &[2, 2]).is_err());
    assert!(SparseTensor::coo(&places, &values, &[2]).is_err());
    assert!(SparseTensor::coo(&places.neg()?, &values, &[2, 3]).is_err());
    let columns = Tensor::new([0i64, 1, 2, 0])?;
    for starts in [[0i64, 5, 4], [1, 2, 4], [0, 3, 2]] {
        let starts = Tensor::new(starts)?;
        assert!(SparseTensor::csr(&starts, &columns, &values, &[2, 3]).is_err());
    }
    let s = SparseTensor::coo(&places, &values, &[2, 3])?;
    assert!(s.mm(&Tensor::zeros([2, 2])?).is_err());
    assert!(s.rows_and_columns().is_err());
    Ok(())
}
