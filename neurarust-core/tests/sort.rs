//! Claims about order: sorting, the largest, the k-th, the distinct, places in sorted sequences.

use neurarust_core::{DType, ErrorKind, Result, Tensor};
use proptest::prelude::*;

mod common;
use common::{gradients_agree, layouts};

const NAN: f32 = f32::NAN;
const INF: f32 = f32::INFINITY;

#[test]
fn nan_is_the_largest_and_zeros_are_equal() -> Result<()> {
    let x = Tensor::new([1.0, NAN, -INF, 0.0, INF, -0.0, -1.0f32])?;
    let (v, k) = x.sort(0, false)?;
    assert_eq!(k.to_vec::<i64>()?, [2, 6, 3, 5, 0, 4, 1]);
    assert!(v.to_vec::<f32>()?[6].is_nan());
    assert_eq!(x.argsort(-1, true)?.to_vec::<i64>()?, [1, 4, 0, 3, 5, 6, 2]);
    assert_eq!(
        x.to_dtype(DType::F64)?.argsort(0, true)?.to_vec::<i64>()?,
        [1, 4, 0, 3, 5, 6, 2]
    );
    assert_eq!(x.topk(2, 0, false, true)?.1.to_vec::<i64>()?, [2, 6]);
    assert_eq!(x.kthvalue(7, 0, false)?.1.item::<i64>()?, 1);
    assert!(x.median()?.item::<f32>()?.is_nan());
    Ok(())
}

#[test]
fn every_dtype_sorts_along_every_dimension() -> Result<()> {
    for dtype in DType::REAL {
        let x = Tensor::new([[1i64, 0, 1], [0, 1, 0]])?.to_dtype(dtype)?;
        let (v, k) = x.sort(1, true)?;
        assert_eq!(v.dtype(), dtype);
        assert_eq!(v.to_dtype(DType::I64)?.to_vec::<i64>()?, [1, 1, 0, 1, 0, 0]);
        assert_eq!(k.to_vec::<i64>()?, [0, 2, 1, 1, 0, 2]);
        let v = x.msort()?.to_dtype(DType::I64)?.to_vec::<i64>()?;
        assert_eq!(v, [0, 0, 0, 1, 1, 1]);
    }
    let x = Tensor::new([i64::MAX, i64::MIN, 0, -1])?;
    assert_eq!(x.argsort(0, false)?.to_vec::<i64>()?, [1, 3, 2, 0]);
    let x = Tensor::new([i32::MAX, i32::MIN, 0, -1])?;
    assert_eq!(x.argsort(0, true)?.to_vec::<i64>()?, [0, 2, 3, 1]);
    let x = Tensor::new([-1i8, 127, -128])?;
    assert_eq!(x.msort()?.to_vec::<i8>()?, [-128, -1, 127]);
    Ok(())
}

#[test]
fn topk_kthvalue_median_in_any_layout_with_gradients() -> Result<()> {
    for x in layouts(&[3, 5])? {
        let (v, k) = x.topk(2, 1, true, true)?;
        let data = x.to_vec::<f64>()?;
        for (i, row) in data.chunks(5).enumerate() {
            let mut sorted = row.to_vec();
            sorted.sort_by(|a, b| b.total_cmp(a));
            assert_eq!(v.to_vec::<f64>()?[i * 2..][..2], sorted[..2]);
            assert_eq!(row[k.to_vec::<i64>()?[i * 2] as usize], sorted[0]);
            assert_eq!(x.kthvalue(2, 1, false)?.0.to_vec::<f64>()?[i], sorted[3]);
            assert_eq!(x.median_dim(1, true)?.0.to_vec::<f64>()?[i], sorted[2]);
        }
        let (v, _) = x.topk(3, 1, true, false)?;
        assert_eq!(v.dims(), [3, 3]);
    }
    let x = layouts(&[3, 5])?.remove(1);
    gradients_agree(&[&x], |t| Ok(t[0].sort(1, true)?.0))?;
    gradients_agree(&[&x], |t| Ok(t[0].sort(0, false)?.0))?;
    gradients_agree(&[&x], |t| Ok(t[0].topk(2, 0, true, true)?.0))?;
    gradients_agree(&[&x], |t| Ok(t[0].kthvalue(2, 1, false)?.0))?;
    gradients_agree(&[&x], |t| Ok(t[0].median_dim(0, false)?.0))?;
    gradients_agree(&[&x], |t| t[0].median())?;
    gradients_agree(&[&x], |t| Ok(t[0].unique()?.values))
}

#[test]
fn unique_counts_and_points_back() -> Result<()> {
    let x = Tensor::new([[3i64, 1, 3], [2, 1, 3]])?;
    let u = x.unique()?;
    assert_eq!(u.values.to_vec::<i64>()?, [1, 2, 3]);
    assert_eq!(u.counts.to_vec::<i64>()?, [2, 1, 3]);
    assert_eq!(u.inverse.dims(), [2, 3]);
    assert_eq!(
        u.values
            .index_select(0, &u.inverse.reshape([-1])?)?
            .to_vec::<i64>()?,
        x.to_vec::<i64>()?
    );
    let u = Tensor::new([NAN, 1.0, NAN])?.unique()?;
    assert_eq!(u.counts.to_vec::<i64>()?, [1, 1, 1]);
    let u = Tensor::zeros([0, 2])?.unique()?;
    assert_eq!((u.values.dims(), u.inverse.dims()), (&[0][..], &[0, 2][..]));
    Ok(())
}

#[test]
fn searchsorted_finds_both_sides() -> Result<()> {
    let s = Tensor::new([1.0f32, 3.0, 3.0, 5.0])?;
    let v = Tensor::new([[0.0f32, 3.0], [4.0, 9.0]])?;
    assert_eq!(s.searchsorted(&v, false)?.to_vec::<i64>()?, [0, 1, 3, 4]);
    assert_eq!(s.searchsorted(&v, true)?.to_vec::<i64>()?, [0, 3, 3, 4]);
    assert_eq!(v.bucketize(&s, false)?.to_vec::<i64>()?, [0, 1, 3, 4]);
    let rows = Tensor::new([[1i64, 2], [3, 4]])?;
    let want = Tensor::new([[2.5f32], [2.5]])?;
    assert_eq!(rows.searchsorted(&want, false)?.to_vec::<i64>()?, [2, 0]);
    assert_eq!(
        s.searchsorted(&Tensor::new(3.0f32)?, false)?
            .item::<i64>()?,
        1
    );
    assert_eq!(s.searchsorted(&Tensor::zeros(0)?, false)?.dims(), [0]);
    assert!(rows.searchsorted(&s, false).is_err());
    assert!(v.bucketize(&rows, false).is_err());
    assert!(Tensor::new(1.0f32)?.searchsorted(&s, false).is_err());
    Ok(())
}

#[test]
fn scalars_empties_and_bad_arguments() -> Result<()> {
    let s = Tensor::new(2.5f32)?;
    assert_eq!(s.sort(0, false)?.0.item::<f32>()?, 2.5);
    assert_eq!(s.topk(1, -1, true, true)?.1.item::<i64>()?, 0);
    assert_eq!(s.kthvalue(1, 0, false)?.0.rank(), 0);
    assert_eq!(s.median()?.item::<f32>()?, 2.5);
    let none = Tensor::zeros([2, 0])?;
    assert_eq!(none.sort(1, false)?.1.dims(), [2, 0]);
    assert_eq!(none.sort(0, false)?.0.dims(), [2, 0]);
    assert_eq!(none.topk(1, 0, true, true)?.0.dims(), [1, 0]);
    let x = Tensor::zeros([2, 3])?;
    assert_eq!(x.topk(0, 1, true, true)?.0.dims(), [2, 0]);
    assert_eq!(x.sort(2, false).unwrap_err().kind(), ErrorKind::Index);
    let errors = [
        x.topk(4, 1, true, true).unwrap_err(),
        s.topk(2, 0, true, true).unwrap_err(),
        x.kthvalue(0, 1, false).unwrap_err(),
        x.kthvalue(4, 1, false).unwrap_err(),
        none.median_dim(1, false).unwrap_err(),
        none.median().unwrap_err(),
    ];
    for e in errors {
        assert_eq!(e.kind(), ErrorKind::Value, "{e}");
        assert!(e.to_string().contains("tests/sort.rs"), "{e}");
    }
    Ok(())
}

proptest! {
    #[test]
    fn sorting_is_a_stable_permutation_on_any_number_of_threads(
        v in proptest::collection::vec(-20i32..20, 1..400),
        descending: bool,
        halves: bool,
    ) {
        use neurarust_core::cpu::pool::with_num_threads;
        let x = Tensor::new(v.as_slice()).unwrap();
        let x = if halves { x.to_dtype(DType::F64).unwrap() } else { x };
        let x = x.expand([30, v.len() as i64]).unwrap();
        let run = || x.argsort(1, descending).unwrap().to_vec::<i64>().unwrap();
        let got = with_num_threads(1, run);
        prop_assert_eq!(&got, &with_num_threads(3, run));
        let mut want: Vec<i64> = (0..v.len() as i64).collect();
        want.sort_by(|a, b| {
            let order = v[*a as usize].cmp(&v[*b as usize]);
            if descending { order.reverse() } else { order }
        });
        for row in got.chunks(v.len()) {
            prop_assert_eq!(row, &want[..]);
        }
    }
}
