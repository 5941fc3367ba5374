//! Claims about statistics: against NumPy's and PyTorch's answers for small cases, and gradients against differences.

use neurarust_core::autograd::{Tolerance, gradcheck, gradgradcheck};
use neurarust_core::ops::{Bins, Interpolation, SegmentReduce, Spacing};
use neurarust_core::{DType, Result, Tensor};

mod common;
use common::layouts;

const NAN: f64 = f64::NAN;

#[test]
fn running_extremes_take_the_last_of_equals_and_keep_nan() -> Result<()> {
    let x = Tensor::new([1.0, 3.0, 3.0, NAN, 5.0])?;
    let (v, k) = x.cummax(0)?;
    assert_eq!(k.to_vec::<i64>()?, [0, 1, 2, 3, 3]);
    assert!(v.to_vec::<f64>()?[4].is_nan());
    let (v, k) = Tensor::new([[3i64, 1, 1], [0, 2, -1]])?.cummin(-1)?;
    assert_eq!(v.to_vec::<i64>()?, [3, 1, 1, 0, 0, -1]);
    assert_eq!(k.to_vec::<i64>()?, [0, 1, 2, 0, 0, 2]);
    for x in layouts(&[3, 4])? {
        let data = x.to_vec::<f64>()?;
        let got = x.cummax(0)?.0.to_vec::<f64>()?;
        for (i, g) in got.iter().enumerate() {
            let column = data.iter().skip(i % 4).step_by(4).take(i / 4 + 1);
            assert_eq!(*g, column.fold(f64::NEG_INFINITY, |m, x| m.max(*x)));
        }
        let y = x.logcumsumexp(1)?;
        let want = x.exp()?.cumsum(1)?.log()?;
        assert!(y.sub(&want)?.abs()?.max()?.item::<f64>()? < 1e-12);
    }
    let x = Tensor::new([0.5, -1.0, 2.0, 0.0])?.requires_grad()?;
    gradcheck(|t| Ok(t[0].cummin(0)?.0), &[&x], Tolerance::default())?;
    gradcheck(|t| t[0].logcumsumexp(0), &[&x], Tolerance::default())?;
    gradgradcheck(|t| t[0].logcumsumexp(0), &[&x], Tolerance::default())
}

#[test]
fn quantiles_interpolate_as_asked() -> Result<()> {
    let x = Tensor::new([[4.0, 1.0, 3.0, 2.0], [NAN, 1.0, 2.0, 3.0]])?;
    let q = Tensor::new([0.25, 0.5])?;
    let of = |how| x.select(0, 0)?.quantile(&q, 0, false, how)?.to_vec::<f64>();
    assert_eq!(of(Interpolation::Linear)?, [1.75, 2.5]);
    assert_eq!(of(Interpolation::Lower)?, [1.0, 2.0]);
    assert_eq!(of(Interpolation::Higher)?, [2.0, 3.0]);
    assert_eq!(of(Interpolation::Nearest)?, [2.0, 3.0]);
    assert_eq!(of(Interpolation::Midpoint)?, [1.5, 2.5]);
    let y = x.quantile(&q, 1, true, Interpolation::Linear)?;
    assert_eq!(y.dims(), [2, 2, 1]);
    assert!(y.to_vec::<f64>()?[1].is_nan());
    let y = x.nanquantile(&q, 1, false, Interpolation::Linear)?;
    assert_eq!(y.to_vec::<f64>()?, [1.75, 1.5, 2.5, 2.0]);
    assert_eq!(x.nanmedian()?.item::<f64>()?, 2.0);
    let (v, k) = x.nanmedian_dim(1, false)?;
    assert_eq!(
        (v.to_vec::<f64>()?, k.to_vec::<i64>()?),
        (vec![2.0, 2.0], vec![3, 2])
    );
    let (v, k) = Tensor::new([2i64, 1, 2, 1, 3])?.mode(0, false)?;
    assert_eq!((v.item::<i64>()?, k.item::<i64>()?), (1, 3));
    assert!(
        x.quantile(&Tensor::new([1.5])?, 1, false, Interpolation::Linear)
            .is_err()
    );
    assert!(
        x.quantile(&Tensor::new([0.5f32])?, 1, false, Interpolation::Linear)
            .is_err()
    );
    let x = x.select(0, 0)?.try_clone()?.requires_grad()?;
    gradcheck(
        |t| t[0].quantile(&q, 0, false, Interpolation::Linear),
        &[&x],
        Tolerance::default(),
    )
}

#[test]
fn distinct_slices_runs_and_counts() -> Result<()> {
    let x = Tensor::new([[2i64, 0, 2], [1, 5, 1]])?;
    let u = x.unique_dim(1)?;
    assert_eq!(u.values.to_vec::<i64>()?, [0, 2, 5, 1]);
    assert_eq!(u.inverse.to_vec::<i64>()?, [1, 0, 1]);
    assert_eq!(u.counts.to_vec::<i64>()?, [1, 2]);
    let r = Tensor::new([NAN, NAN, 1.0])?.unique_consecutive(None)?;
    assert_eq!(r.counts.to_vec::<i64>()?, [1, 1, 1]);
    assert!(Tensor::zeros([2, 0])?.unique_dim(0).is_err());
    let x = Tensor::new([1i64, 3, 1])?;
    let w = Tensor::new([0.5f32, 1.0, 0.25])?;
    assert_eq!(
        x.bincount(Some(&w), 5)?.to_vec::<f32>()?,
        [0.0, 0.75, 0.0, 1.0, 0.0]
    );
    assert!(Tensor::new([-1i64])?.bincount(None, 0).is_err());
    assert!(Tensor::new([i64::MAX])?.bincount(None, 0).is_err());
    Ok(())
}

#[test]
fn histograms_hold_their_left_edges_and_the_last_right_one() -> Result<()> {
    let x = Tensor::new([0.0, 1.0, 1.5, 3.0, NAN, 9.0])?;
    let (h, e) = x.histogram(&Bins::Equal(3, Some((0.0, 3.0))), None, false)?;
    assert_eq!(h.to_vec::<f64>()?, [1.0, 2.0, 1.0]);
    assert_eq!(e.to_vec::<f64>()?, [0.0, 1.0, 2.0, 3.0]);
    let edges = Bins::Edges(Tensor::new([0.0, 1.0, 3.0])?);
    let (h, _) = x.histogram(&edges, None, true)?;
    assert_eq!(h.to_vec::<f64>()?, [0.25, 0.375]);
    assert_eq!(x.histc(2, 0.0, 2.0)?.to_vec::<f64>()?, [1.0, 2.0]);
    let p = Tensor::new([[0.0, 0.0], [1.0, 1.0], [1.0, 0.2]])?;
    let bins = [Bins::Equal(2, None), Bins::Equal(2, None)];
    let (h, e) = p.histogramdd(&bins, None, false)?;
    assert_eq!(h.to_vec::<f64>()?, [1.0, 0.0, 1.0, 1.0]);
    assert_eq!(e.len(), 2);
    assert!(x.histc(0, 0.0, 1.0).is_err());
    assert!(x.histogram(&Bins::Equal(2, None), None, false).is_err());
    assert!(
        x.histogram(&Bins::Equal(usize::MAX, Some((0.0, 1.0))), None, false)
            .is_err()
    );
    Ok(())
}

#[test]
fn covariances_derivatives_and_integrals() -> Result<()> {
    let x = Tensor::new([[0.0, 1.0, 2.0], [2.0, 1.0, 0.5]])?;
    let c = x.cov(1.0, None, None)?.to_vec::<f64>()?;
    assert!((c[0] - 1.0).abs() < 1e-12 && (c[1] + 0.75).abs() < 1e-12);
    let f = Tensor::new([2i64, 1, 1])?;
    let wide = Tensor::new([[0.0, 0.0, 1.0, 2.0], [2.0, 2.0, 1.0, 0.5]])?;
    let gap = x
        .cov(1.0, Some(&f), None)?
        .sub(wide.cov(1.0, None, None)?)?;
    assert!(gap.abs()?.max()?.item::<f64>()? < 1e-12);
    assert_eq!(
        x.corrcoef()?.diagonal(0, 0, 1)?.to_vec::<f64>()?,
        [1.0, 1.0]
    );

    // Central differences are exact for squares, at even and at uneven places.
    let at = Tensor::new([0.0, 1.0, 3.0, 4.0])?;
    let y = at.square()?;
    let g = y.gradient(&[Spacing::At(at.clone())], &[0], 2)?.remove(0);
    assert!(g.sub(at.mul(2.0)?)?.abs()?.max()?.item::<f64>()? < 1e-12);
    assert!(y.gradient(&[Spacing::Even(1.0)], &[0], 3).is_err());
    assert!(
        y.gradient(&[Spacing::Even(1.0), Spacing::Even(1.0)], &[0], 1)
            .is_err()
    );
    assert_eq!(
        y.trapezoid(&Spacing::At(at.clone()), 0)?.item::<f64>()?,
        23.0
    );
    let c = y.cumulative_trapezoid(&Spacing::At(at), 0)?;
    assert_eq!(c.to_vec::<f64>()?, [0.5, 10.5, 23.0]);
    assert_eq!(y.diff(2, 0, None, None)?.to_vec::<f64>()?, [7.0, -1.0]);

    let x = x.requires_grad()?;
    gradcheck(|t| t[0].cov(1.0, None, None), &[&x], Tolerance::default())?;
    gradcheck(|t| t[0].renorm(2.0, 0, 1.5), &[&x], Tolerance::default())?;
    gradgradcheck(|t| t[0].renorm(2.0, 0, 1.5), &[&x], Tolerance::default())
}

#[test]
fn pieces_reduce_and_differentiate() -> Result<()> {
    let x = Tensor::new([[1.0, 2.0], [3.0, 0.0], [5.0, 6.0], [0.5, 4.0]])?;
    let lengths = Tensor::new([1i64, 0, 3])?;
    let of = |how| x.segment_reduce(how, &lengths, 0, None)?.to_vec::<f64>();
    assert_eq!(of(SegmentReduce::Sum)?, [1.0, 2.0, 0.0, 0.0, 8.5, 10.0]);
    assert_eq!(of(SegmentReduce::Prod)?, [1.0, 2.0, 1.0, 1.0, 7.5, 0.0]);
    assert_eq!(of(SegmentReduce::Max)?[4..], [5.0, 6.0]);
    assert!(of(SegmentReduce::Mean)?[2].is_nan());
    let offsets = Tensor::new([0i64, 1, 1, 4])?;
    let y = x.segment_reduce_offsets(SegmentReduce::Sum, &offsets, 0, None)?;
    assert_eq!(y.to_vec::<f64>()?, of(SegmentReduce::Sum)?);
    for bad in [[1i64, 0, 2], [5, 0, -1], [1, 0, i64::MAX]] {
        assert!(
            x.segment_reduce(SegmentReduce::Sum, &Tensor::new(bad)?, 0, None)
                .is_err()
        );
    }
    let x = x.requires_grad()?;
    let two = Tensor::new([1i64, 3])?;
    for how in [
        SegmentReduce::Sum,
        SegmentReduce::Mean,
        SegmentReduce::Max,
        SegmentReduce::Prod,
    ] {
        let f = |t: &[Tensor]| t[0].segment_reduce(how, &two, 0, None);
        gradcheck(f, &[&x], Tolerance::default())?;
    }
    Ok(())
}

#[test]
fn masks_keep_what_counts() -> Result<()> {
    let x = Tensor::new([[1.0, 2.0, 4.0], [8.0, NAN, 5.0]])?;
    let mask = Tensor::new([[true, true, false], [true, false, true]])?;
    let m = x.masked(Some(&mask))?;
    assert_eq!(m.sum(&[1], false)?.to_vec::<f64>()?, [3.0, 13.0]);
    assert_eq!(m.mean(&[1], false)?.to_vec::<f64>()?, [1.5, 6.5]);
    assert_eq!(m.var(&[1], false, 1.0)?.to_vec::<f64>()?, [0.5, 4.5]);
    assert_eq!(m.argmax(Some(1), false)?.to_vec::<i64>()?, [1, 0]);
    assert_eq!(m.median(1, false)?.to_vec::<f64>()?, [1.0, 5.0]);
    assert_eq!(m.softmax(1)?.to_vec::<f64>()?[2], 0.0);
    assert_eq!(x.masked(None)?.count(&[], false)?.item::<i64>()?, 6);
    assert!(x.masked(Some(&Tensor::ones([4, 3])?)).is_err());
    let none = Tensor::zeros(([3], DType::Bool))?;
    assert!(
        x.masked(Some(&none))?
            .mean(&[], false)?
            .item::<f64>()?
            .is_nan()
    );
    Ok(())
}
