//! Claims about what moves or counts elements in one pass: the same answers as one element at a time, whatever the layout,
//! the dtype, or the number of threads.

use neurarust_core::cpu::pool::with_num_threads;
use neurarust_core::ops::Border;
use neurarust_core::{DType, Result, Tensor};

mod common;
use common::{gradients_agree, layouts};

/// Distinct numbers of a shape, small enough for any dtype.
fn numbers(shape: &[usize]) -> Result<Tensor> {
    let n: usize = shape.iter().product();
    let values: Vec<i64> = (0..n as i64).map(|i| i * 7 % 113).collect();
    Tensor::from_vec(values, n)?.reshape(shape)
}

#[test]
fn copies_of_any_order_of_dimensions_and_any_dtype() -> Result<()> {
    // Below and above a square, and not a multiple of one.
    for (a, b, c) in [
        (1, 1, 5),
        (3, 9, 2),
        (70, 4, 67),
        (130, 1, 64),
        (2, 65, 129),
    ] {
        let whole = numbers(&[a, b, c])?;
        for dtype in [
            DType::U8,
            DType::I16,
            DType::F32,
            DType::F64,
            DType::C64,
            DType::C128,
        ] {
            let x = whole.to_dtype(dtype)?;
            for order in [[2, 1, 0], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1]] {
                let y = x.permute(&order)?.contiguous()?;
                assert!(y.is_contiguous());
                let got = y.to_dtype(DType::C128)?.to_complex_vec()?;
                let dims = y.dims().to_vec();
                let want = whole.to_vec::<i64>()?;
                let from = [a, b, c];
                for (at, (re, im)) in got.iter().enumerate() {
                    let index = [at / dims[2] / dims[1], at / dims[2] % dims[1], at % dims[2]];
                    let mut old = [0; 3];
                    (0..3).for_each(|d| old[order[d] as usize] = index[d]);
                    let place = (old[0] * from[1] + old[1]) * from[2] + old[2];
                    assert_eq!((*re, *im), (want[place] as f64, 0.0), "{dtype} {order:?}");
                }
            }
        }
    }
    Ok(())
}

#[test]
fn copies_into_strided_reversed_and_spread_targets() -> Result<()> {
    let x = numbers(&[40, 90])?;
    let target = Tensor::zeros(([90, 80], DType::I64))?;
    target.slice(1, None, None, 2)?.copy_(&x.t()?)?;
    for (i, j) in [(0i64, 0i64), (89, 39), (17, 23)] {
        let got = target.select(0, i)?.select(0, 2 * j)?.item::<i64>()?;
        assert_eq!(got, x.select(0, j)?.select(0, i)?.item::<i64>()?);
        assert_eq!(target.select(0, i)?.select(0, 2 * j + 1)?.item::<i64>()?, 0);
    }
    assert_eq!(
        x.flip(&[0, 1])?.flip(&[0, 1])?.to_vec::<i64>()?,
        x.to_vec::<i64>()?
    );
    let row = x.select(0, 3)?.expand([5i64, 90])?.contiguous()?;
    assert_eq!(
        row.select(0, 4)?.to_vec::<i64>()?,
        x.select(0, 3)?.to_vec::<i64>()?
    );
    Ok(())
}

#[test]
fn operands_that_run_across_the_result() -> Result<()> {
    let x = numbers(&[300, 256])?.to_dtype(DType::F32)?;
    let y = numbers(&[256, 300])?.to_dtype(DType::F32)?;
    let sum = x.add(&y.t()?)?;
    let slow: Vec<f32> = {
        let (x, y) = (x.to_vec::<f32>()?, y.to_vec::<f32>()?);
        (0..300 * 256)
            .map(|k| x[k] + y[k % 256 * 300 + k / 256])
            .collect()
    };
    assert_eq!(sum.to_vec::<f32>()?, slow);
    let row = x.add(x.select(0, 0)?)?;
    let first = x.to_vec::<f32>()?[..256].to_vec();
    let want: Vec<f32> = x
        .to_vec::<f32>()?
        .iter()
        .enumerate()
        .map(|(k, v)| v + first[k % 256])
        .collect();
    assert_eq!(row.to_vec::<f32>()?, want);
    Ok(())
}

#[test]
fn sums_and_means_of_what_is_no_nan() -> Result<()> {
    for x in layouts(&[3, 4])? {
        let nan = x.lt(0.3)?;
        let holed = nan.select_where(f64::NAN, &x)?;
        let kept = nan.select_where(0.0, &x)?;
        for dims in [&[][..], &[0], &[1], &[0, 1]] {
            let sum = holed.nansum(dims, true)?;
            let near = sum
                .sub(kept.sum_dims(dims, true)?)?
                .abs()?
                .max()?
                .item::<f64>()?;
            assert!(near < 1e-12);
            let count = nan.logical_not()?.sum_dims(dims, true)?;
            let mean = holed.nanmean(dims, true)?;
            let same = mean.mul(&count)?.sub(&sum)?.abs()?;
            assert!(same.isnan()?.eq(&count.eq(0.0)?)?.all()?.item::<bool>()?);
            assert!(same.nansum(&[], false)?.item::<f64>()? < 1e-12);
            gradients_agree(&[&x], |t| {
                nan.select_where(f64::NAN, &t[0])?.nansum(dims, false)
            })?;
        }
        assert_eq!(holed.count_nonzero()?.item::<i64>()?, 12);
        assert!(holed.all()?.item::<bool>()?);
        assert_eq!(
            kept.any()?.item::<bool>()?,
            kept.abs()?.sum()?.item::<f64>()? > 0.0
        );
    }
    assert!(!Tensor::zeros([0])?.any()?.item::<bool>()?);
    assert!(Tensor::zeros([0])?.all()?.item::<bool>()?);
    Ok(())
}

#[test]
fn places_and_elements_where_true() -> Result<()> {
    for shape in [&[7][..], &[130, 300], &[3, 4, 5], &[2, 0, 3], &[3, 0]] {
        let x = numbers(shape)?;
        let mask = x.remainder(3i64)?.eq(1i64)?;
        let found = mask.nonzero()?;
        assert_eq!(
            found.dims(),
            [mask.count_nonzero()?.item::<i64>()? as usize, shape.len()]
        );
        let (flat, rank) = (found.to_vec::<i64>()?, shape.len());
        let want: Vec<usize> = (0..x.numel())
            .filter(|&k| mask.to_vec::<bool>().unwrap()[k])
            .take(50)
            .collect();
        for (row, &at) in flat.chunks(rank).zip(&want) {
            let place = row
                .iter()
                .zip(shape)
                .fold(0, |at, (&i, &n)| at * n + i as usize);
            assert_eq!(place, at);
        }
        let tuple = mask.nonzero_as_tuple()?;
        for (d, list) in tuple.iter().enumerate() {
            let column: Vec<i64> = flat.chunks(rank).map(|row| row[d]).collect();
            assert_eq!(list.to_vec::<i64>()?, column);
        }
        let all = x.to_vec::<i64>()?;
        let taken = x.masked_select(&mask)?.to_vec::<i64>()?;
        assert_eq!(
            taken,
            all.iter()
                .copied()
                .filter(|v| v % 3 == 1)
                .collect::<Vec<_>>()
        );
        let z = x.to_dtype(DType::C64)?;
        assert_eq!(z.masked_select(&mask)?.numel(), taken.len());
    }
    Ok(())
}

#[test]
fn gathered_and_added_as_one_at_a_time() -> Result<()> {
    let x = numbers(&[5, 6, 4])?.to_dtype(DType::F64)?;
    for dim in 0..3i64 {
        let mut shape = [5, 6, 4];
        shape[dim as usize] = 9;
        let size = x.dims()[dim as usize] as i64;
        let index = numbers(&shape)?.remainder(size)?;
        let got = x.gather(dim, &index)?;
        let slow = x.try_clone()?.requires_grad()?.gather(dim, &index)?;
        assert_eq!(got.to_vec::<f64>()?, slow.to_vec::<f64>()?);
        let source = got.mul(0.5)?;
        let sum = x.scatter_add(dim, &index, &source)?;
        let slow = x.clone();
        let slow = slow.try_clone()?;
        slow.scatter_add_(dim, &index, &source)?;
        assert_eq!(sum.to_vec::<f64>()?, slow.to_vec::<f64>()?);
        for bad in [-1i64, size, 1 << 62] {
            let index = Tensor::full((&shape[..], DType::I64), bad as f64)?;
            assert!(x.gather(dim, &index).is_err());
            assert!(x.scatter_add(dim, &index, &source).is_err());
        }
    }
    Ok(())
}

#[test]
fn the_best_so_far_of_long_rows_is_that_of_a_plain_scan() -> Result<()> {
    for nan in [None, Some(0), Some(31), Some(32), Some(33), Some(77)] {
        let mut row: Vec<f32> = (0..100i32).map(|i| (i * 37 % 64) as f32).collect();
        if let Some(at) = nan {
            row[at] = f32::NAN;
            row[at + 20] = f32::NAN;
        }
        let (mut best, mut at) = (row[0], 0);
        let mut expected = (Vec::new(), Vec::new());
        for (i, &x) in row.iter().enumerate() {
            if x.is_nan() || x >= best {
                (best, at) = (x, i as i64);
            }
            expected.0.push(best.to_bits());
            expected.1.push(at);
        }
        let (values, places) = Tensor::from_vec(row, [100])?.cummax(0)?;
        let bits: Vec<u32> = values
            .to_vec::<f32>()?
            .iter()
            .map(|x| x.to_bits())
            .collect();
        assert_eq!((bits, places.to_vec::<i64>()?), expected, "{nan:?}");
    }
    Ok(())
}

#[test]
fn medians_and_the_best_so_far() -> Result<()> {
    let x = Tensor::new([[3.0f32, 1.0, 2.0, 1.0], [f32::NAN, 5.0, f32::NAN, 4.0]])?;
    let (values, places) = x.median_dim(1, false)?;
    assert_eq!(places.to_vec::<i64>()?, [3, 0]);
    assert!(values.to_vec::<f32>()?[1].is_nan() && values.to_vec::<f32>()?[0] == 1.0);
    let (value, place) = x.select(0, 0)?.kthvalue(2, 0, false)?;
    assert_eq!((value.item::<f32>()?, place.item::<i64>()?), (1.0, 3));
    let (values, places) = x.cummax(1)?;
    assert_eq!(values.select(0, 0)?.to_vec::<f32>()?, [3.0; 4]);
    assert_eq!(places.to_vec::<i64>()?, [0, 0, 0, 0, 0, 0, 2, 2]);
    let large = numbers(&[3, 400])?;
    let (top, at) = large.topk(5, 1, true, true)?;
    let sorted = large.sort(1, true)?;
    assert_eq!(
        top.to_vec::<i64>()?,
        sorted.0.narrow(1, 0, 5)?.to_vec::<i64>()?
    );
    assert_eq!(
        at.to_vec::<i64>()?,
        sorted.1.narrow(1, 0, 5)?.to_vec::<i64>()?
    );
    let wide = large.sub(50i64)?.mul(1i64 << 40)?;
    assert_eq!(
        wide.sort(1, true)?.1.to_vec::<i64>()?,
        sorted.1.to_vec::<i64>()?
    );
    Ok(())
}

#[test]
fn continued_with_what_is_there() -> Result<()> {
    use Border::{Circular, Reflect, Replicate};
    let place = |i: i64, n: i64, border| match border {
        Reflect => (0..n)
            .chain((1..n - 1).rev())
            .nth(i.rem_euclid((2 * n - 2).max(1)) as usize),
        Replicate => Some(i.clamp(0, n - 1)),
        Circular => Some(i.rem_euclid(n)),
    };
    for x in layouts(&[2, 3, 4])? {
        let values = x.to_vec::<f64>()?;
        for border in [Reflect, Replicate, Circular] {
            for pad in [[1, 2, 0, 1], [0, 3, 2, 2], [3, -1, -1, 1]] {
                if border == Circular && pad[1] < 0 {
                    continue;
                }
                let y = x.pad_border(&pad, border)?;
                let (h, w) = (y.dims()[1], y.dims()[2]);
                for (k, got) in y.to_vec::<f64>()?.iter().enumerate() {
                    let i = place((k / w % h) as i64 - pad[2], 3, border).unwrap() as usize;
                    let j = place((k % w) as i64 - pad[0], 4, border).unwrap() as usize;
                    assert_eq!(
                        *got,
                        values[(k / w / h * 3 + i) * 4 + j],
                        "{border:?} {pad:?}"
                    );
                }
                gradients_agree(&[&x], |t| t[0].pad_border(&pad, border))?;
            }
        }
        let cut = x.pad_border(&[1, -2], Circular)?;
        assert_eq!(cut.dims(), [2, 3, 3]);
        for (pad, border) in [
            (&[4, 0][..], Reflect),
            (&[5, 0], Circular),
            (&[1], Replicate),
            (&[-5, 0], Replicate),
            (&[i64::MAX, i64::MAX], Replicate),
            (&[i64::MIN, 0], Circular),
            (&[0; 8], Reflect),
        ] {
            assert!(x.pad_border(pad, border).is_err(), "{pad:?} {border:?}");
        }
    }
    assert!(
        Tensor::zeros([2, 0])?
            .pad_border(&[1, 0], Replicate)
            .is_err()
    );
    assert_eq!(
        Tensor::zeros([0, 2])?
            .pad_border(&[1, 0], Replicate)?
            .dims(),
        [0, 3]
    );
    Ok(())
}

#[test]
fn triangles_of_any_layout() -> Result<()> {
    for x in layouts(&[3, 5])? {
        let values = x.to_vec::<f64>()?;
        for k in [-9, -2, 0, 1, 4, i64::MAX, i64::MIN] {
            let (low, high) = (x.tril(k)?.to_vec::<f64>()?, x.triu(k)?.to_vec::<f64>()?);
            for (at, v) in values.iter().enumerate() {
                let above = (at % 5) as i128 - (at / 5) as i128;
                assert_eq!(low[at], if above <= k as i128 { *v } else { 0.0 });
                assert_eq!(high[at], if above >= k as i128 { *v } else { 0.0 });
            }
            gradients_agree(&[&x], |t| t[0].tril(k)?.add(t[0].triu(k)?))?;
        }
        let z = x.to_dtype(DType::C128)?.tril(0)?;
        assert_eq!(z.real()?.to_vec::<f64>()?, x.tril(0)?.to_vec::<f64>()?);
    }
    Ok(())
}

#[test]
fn the_same_bits_on_any_number_of_threads() -> Result<()> {
    let x = numbers(&[300, 512])?
        .to_dtype(DType::F32)?
        .sub(50.0)?
        .div(7.0)?;
    let index = numbers(&[300, 512])?.remainder(512i64)?;
    let run = || -> Result<Vec<Vec<f32>>> {
        let mask = x.gt(0.0)?;
        [
            x.t()?.contiguous()?,
            x.nansum(&[0], false)?,
            x.masked_select(&mask)?,
            x.gather(1, &index)?,
            x.scatter_add(1, &index, &x)?,
            x.histc(40, 0.0, 0.0)?,
            x.cummax(0)?.0,
            x.pad_border(&[3, 2, 1, 1], Border::Reflect)?,
            mask.nonzero()?.to_dtype(DType::F32)?,
        ]
        .iter()
        .map(|t| t.to_vec::<f32>())
        .collect()
    };
    let one = with_num_threads(1, run)?;
    for n in [2, 3] {
        assert_eq!(with_num_threads(n, run)?, one);
    }
    Ok(())
}
