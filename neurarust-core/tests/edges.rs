//! Claims about edges: NaN, infinities, ties and kinks, numbers that overflow on the way, nothing at all. Expected numbers are
//! limits worked out by hand.

use neurarust_core::autograd::{GradOptions, grad};
use neurarust_core::{DType, Reduce, Result, Tensor};

const INF: f64 = f64::INFINITY;
const NAN: f64 = f64::NAN;

fn same(got: &Tensor, want: &[f64]) {
    let got: Vec<f64> = got.detach().to_dtype(DType::F64).unwrap().to_vec().unwrap();
    assert_eq!(got.len(), want.len());
    for (a, b) in got.iter().zip(want) {
        let equal = a == b || (a.is_nan() && b.is_nan()) || (a - b).abs() <= 1e-6 * b.abs();
        assert!(equal, "{got:?} instead of {want:?}");
    }
}

/// The first and the second derivative of the sum of `f` at `x`, element by element.
fn slopes(x: &[f64], f: impl Fn(&Tensor) -> Result<Tensor>) -> Result<[Tensor; 2]> {
    let x = Tensor::new(x)?.requires_grad()?;
    let again = GradOptions {
        create_graph: true,
        ..Default::default()
    };
    let first = grad(&[&f(&x)?.sum()?], &[&x], &[], again)?.remove(0);
    let first = first.expect("a gradient");
    let second = match first.is_requires_grad() {
        true => grad(&[&first.sum()?], &[&x], &[], GradOptions::default())?
            .remove(0)
            .expect("a gradient"),
        false => x.detach().zeros_like()?,
    };
    Ok([first, second])
}

#[test]
fn second_derivatives_hold_where_a_formula_changes_branches() -> Result<()> {
    // softplus has the second derivative σ(1 - σ), a quarter at 0, and what is made of it.
    let at = [0.0, -0.0];
    same(&slopes(&at, |x| x.softplus(1.0, 20.0))?[1], &[0.25, 0.25]);
    same(&slopes(&at, |x| x.logsigmoid())?[1], &[-0.25, -0.25]);
    same(
        &slopes(&at, |x| {
            x.bce_with_logits_error(&Tensor::new([0.3f64, 0.3])?)
        })?[1],
        &[0.25, 0.25],
    );
    // sinc = 1 - π²x²/6 + …
    let pi = std::f64::consts::PI;
    let curve = -pi * pi / 3.0;
    let [first, second] = slopes(&[0.0, 1.0], |x| x.sinc())?;
    same(&first, &[0.0, -1.0]);
    same(&second, &[curve, 2.0]);
    same(
        &slopes(&[0.0], |x| x.spherical_bessel_j0())?[1],
        &[-1.0 / 3.0],
    );
    // Equal arguments of logaddexp share the gradient.
    let [first, second] = slopes(&[1.0, -INF, INF], |x| x.logaddexp(x.detach()))?;
    same(&first, &[0.5, 0.5, 0.5]);
    same(&second.narrow(0, 0, 1)?, &[0.25]);
    Ok(())
}

#[test]
fn nan_passes_a_gradient_only_where_a_formula_has_it_pass() -> Result<()> {
    let nan = |f: &dyn Fn(&Tensor) -> Result<Tensor>, want: f64| -> Result<()> {
        let x = Tensor::new([NAN])?;
        same(&f(&x)?, &[NAN]);
        same(&slopes(&[NAN], f)?[0], &[want]);
        Ok(())
    };
    nan(&|x| x.hardtanh(-1.0, 1.0), 0.0)?;
    nan(&|x| x.hardsigmoid(), 0.0)?;
    nan(&|x| x.hardshrink(0.5), 0.0)?;
    nan(&|x| x.clamp(-1.0, 1.0), 0.0)?;
    nan(&|x| x.elu(2.0), 1.0)?;
    nan(&|x| x.celu(2.0), 1.0)?;
    nan(&|x| x.selu(), 1.050_700_987_355_480_5)?;
    nan(&|x| x.softshrink(0.5), 1.0)?;
    // At 0 the lower branch has its say.
    same(&slopes(&[0.0, 3.0], |x| x.elu(2.0))?[0], &[2.0, 1.0]);
    same(
        &slopes(&[-2.0, 0.0, 2.0], |x| x.hardtanh(-1.0, 1.0))?[0],
        &[0.0, 1.0, 0.0],
    );
    Ok(())
}

#[test]
fn the_domain_of_logit_ends_its_derivative_and_equals_share() -> Result<()> {
    let f = |x: &Tensor| x.logit();
    let x = [0.25, 0.0, 1.0, 2.0, -1.0];
    same(
        &f(&Tensor::new(x)?)?,
        &[(1f64 / 3.0).ln(), -INF, INF, NAN, NAN],
    );
    same(&slopes(&x, f)?[0], &[16.0 / 3.0, INF, INF, NAN, NAN]);
    same(&slopes(&[NAN, -2.0, 3.0], |x| x.angle())?[0], &[0.0; 3]);
    let other = [1.0, 2.0, NAN, 4.0];
    let x = [1.0, NAN, 3.0, 5.0];
    let (high, low) = (
        |x: &Tensor| x.fmax(Tensor::new(other)?),
        |x: &Tensor| x.fmin(Tensor::new(other)?),
    );
    same(&high(&Tensor::new(x)?)?, &[1.0, 2.0, 3.0, 5.0]);
    same(&slopes(&x, high)?[0], &[0.5, 0.0, 1.0, 1.0]);
    same(&low(&Tensor::new(x)?)?, &[1.0, 2.0, 3.0, 4.0]);
    same(&slopes(&x, low)?[0], &[0.5, 0.0, 1.0, 0.0]);
    Ok(())
}

#[test]
fn nothing_overflows_on_the_way() -> Result<()> {
    let x = Tensor::new([3e30f32, -4e30, 0.0, f32::INFINITY, f32::NAN])?;
    let y = Tensor::new([4e30f32, 3e30, 0.0, f32::NAN, 1.0])?;
    same(&x.hypot(&y)?, &[5e30, 5e30, 0.0, INF, NAN]);
    same(&slopes(&[3.0, 0.0], |x| x.hypot(4.0))?[0], &[0.6, 0.0]);
    same(
        &Tensor::new([-100.0f64, -3.0])?.erfcx()?,
        &[INF, 16_205.988_853_999_587],
    );
    same(&slopes(&[100.0], |x| x.log_ndtr())?[0], &[0.0]);
    let [first, second] = slopes(&[INF, 200.0], |x| x.mish())?;
    same(&first, &[1.0, 1.0]);
    same(&second, &[0.0, 0.0]);
    Ok(())
}

#[test]
fn a_factor_of_zero_has_a_gradient() -> Result<()> {
    let b = [2.0, 1.0, 0.0, -1.0, INF];
    let f = |a: &Tensor| a.xlogy(&Tensor::new(b)?);
    same(&f(&Tensor::zeros((5, DType::F64))?)?, &[0.0; 5]);
    same(&slopes(&[0.0; 5], f)?[0], &[2f64.ln(), 0.0, 0.0, 0.0, 0.0]);
    Ok(())
}

#[test]
fn floats_saturate_in_integers() -> Result<()> {
    let x = [
        300.0, -300.5, 70_000.9, -1.5, 3e9, -3e9, 1e19, INF, -INF, NAN,
    ];
    for (dtype, low, high) in [
        (DType::U8, 0, u8::MAX as i64),
        (DType::I8, i8::MIN.into(), i8::MAX.into()),
        (DType::I16, i16::MIN.into(), i16::MAX.into()),
        (DType::I32, i32::MIN.into(), i32::MAX.into()),
        (DType::I64, i64::MIN, i64::MAX),
    ] {
        let got = Tensor::new(x)?.to_dtype(dtype)?.to_dtype(DType::I64)?;
        // 1e19 lies above 2⁶³ - 1.
        let want = x.map(|x| match x.is_nan() {
            true => 0,
            false => (x as i64).clamp(low, high),
        });
        assert_eq!(got.to_vec::<i64>()?, want, "{dtype}");
    }
    // Whatever the source and however many.
    let many = Tensor::full((70, DType::F16), 300.0)?.to_dtype(DType::U8)?;
    assert_eq!(many.to_vec::<u8>()?, [255; 70]);
    let bools = Tensor::new([0.3f32, 0.0, f32::NAN])?.to_dtype(DType::Bool)?;
    assert_eq!(bools.to_vec::<bool>()?, [true, false, true]);
    Ok(())
}

#[test]
fn what_is_overwritten_has_a_gradient_of_zeros() -> Result<()> {
    let leaf = |n| Tensor::new([1.5f64; 3].split_at(n).0)?.requires_grad();
    // Overwritten as a whole, by a number, and stepped over.
    let (x, y) = (leaf(3)?, leaf(3)?);
    let copy = x.mul(2.0)?;
    copy.copy_(&y)?;
    copy.sum()?.backward()?;
    same(&x.grad().expect("zeros"), &[0.0; 3]);
    same(&y.grad().expect("ones"), &[1.0; 3]);
    let x = leaf(2)?;
    x.floor()?.mul(&x)?.sum()?.backward()?;
    same(&x.grad().expect("a gradient"), &[1.0; 2]);
    let x = leaf(2)?;
    let middle = x.mul(3.0)?;
    let gone = middle.try_clone()?;
    gone.zero_()?;
    let both = grad(&[&gone.sum()?], &[&x, &middle], &[], GradOptions::default())?;
    for g in both {
        same(&g.expect("zeros"), &[0.0; 2]);
    }
    // What isn't reached at all has none.
    let (x, other) = (leaf(2)?, leaf(2)?);
    x.sum()?.backward()?;
    assert!(other.grad().is_none());
    Ok(())
}

#[test]
fn slices_for_one_place_all_get_its_gradient_in_index_copy() -> Result<()> {
    let source = Tensor::new([[1.0f64], [2.0], [3.0]])?.requires_grad()?;
    let index = Tensor::new([1i64, 1, 0])?;
    let out = Tensor::zeros(([2, 1], DType::F64))?.index_copy(0, &index, &source)?;
    same(&out, &[3.0, 2.0]);
    out.mul(&Tensor::new([[10.0f64], [20.0]])?)?
        .sum()?
        .backward()?;
    same(&source.grad().expect("a gradient"), &[20.0, 20.0, 10.0]);
    Ok(())
}

#[test]
fn products_with_two_zeros_have_a_first_derivative() -> Result<()> {
    let src = Tensor::new([0.0f64, 0.0, 3.0])?.requires_grad()?;
    let index = Tensor::new([0i64, 0, 1])?;
    let out = Tensor::ones((2, DType::F64))?.index_reduce(0, &index, &src, Reduce::Prod, true)?;
    let again = GradOptions {
        create_graph: true,
        ..Default::default()
    };
    let g = grad(&[&out.sum()?], &[&src], &[], again)?
        .remove(0)
        .expect("a gradient");
    same(&g, &[0.0, 0.0, 1.0]);
    let error = grad(&[&g.sum()?], &[&src], &[], GradOptions::default()).unwrap_err();
    assert!(
        error.to_string().contains("two or more factors are 0"),
        "{error}"
    );
    Ok(())
}

#[test]
fn nothing_has_answers_where_there_are_any() -> Result<()> {
    let none = Tensor::zeros(([0, 2], DType::F64))?;
    same(&none.logsumexp(&[0], false)?, &[-INF, -INF]);
    same(&none.logsumexp(&[], true)?, &[-INF]);
    let x = Tensor::zeros([1, 0, 2])?;
    assert!(x.group_norm(1, None, None, 1e-5).is_err());
    assert_eq!(
        Tensor::zeros([0, 2, 2])?
            .group_norm(1, None, None, 1e-5)?
            .dims(),
        [0, 2, 2]
    );
    same(&Tensor::new([0.0f64, 5.0])?.clamp(3.0, 1.0)?, &[1.0, 1.0]);
    Ok(())
}

#[test]
fn flat_indices_may_number_more_than_memory_holds() -> Result<()> {
    let flat = Tensor::new([5i64, -1])?;
    let at = flat.unravel_index(&[1, i64::MAX as usize])?;
    assert_eq!(at[0].to_vec::<i64>()?, [0, 0]);
    assert_eq!(at[1].to_vec::<i64>()?, [5, i64::MAX - 1]);
    assert!(flat.unravel_index(&[2, i64::MAX as usize]).is_err());
    assert!(flat.unravel_index(&[2, 2]).is_err());
    Ok(())
}

#[test]
fn numbers_become_elements_as_integers_do() -> Result<()> {
    let (x, mask) = (Tensor::new([1u8, 2])?, Tensor::new([true, false])?);
    assert_eq!(x.masked_fill(&mask, -1.0)?.to_vec::<u8>()?, [255, 2]);
    assert_eq!(x.masked_fill(&mask, -1i64)?.to_vec::<u8>()?, [255, 2]);
    let y = x.try_clone()?;
    y.masked_fill_(&mask, -1.0)?;
    assert_eq!(y.to_vec::<u8>()?, [255, 2]);
    y.fill_with_(-2.0)?;
    assert_eq!(y.to_vec::<u8>()?, [254, 254]);
    Ok(())
}

#[test]
fn means_keep_their_dtype_and_bounds_that_are_no_numbers_spread() -> Result<()> {
    let x = Tensor::new([1f32, NAN as f32, 3.0])?.to_dtype(DType::F16)?;
    let mean = x.nanmean(&[], false)?;
    assert_eq!(
        (mean.dtype(), mean.to_dtype(DType::F32)?.item::<f32>()?),
        (DType::F16, 2.0)
    );
    for bounds in [(Some(NAN), Some(2.0)), (None, Some(NAN))] {
        let y = Tensor::new([1.0, 5.0])?.clamp(bounds.0, bounds.1)?;
        assert!(y.to_vec::<f64>()?.iter().all(|y| y.is_nan()));
    }
    Ok(())
}

#[test]
fn bins_of_ranges_that_have_no_inverse() -> Result<()> {
    let wide = Tensor::new([-3e38f32, -1e38, 0.0, 1e38, 3e38])?;
    assert_eq!(
        wide.histc(4, -3e38, 3e38)?.to_vec::<f32>()?,
        [1.0, 1.0, 2.0, 1.0]
    );
    let tiny = Tensor::new([0f32, 1e-45, 2e-45, 3e-45])?;
    let counts = tiny.histc(2, 0.0, 4.2e-45)?.to_vec::<f32>()?;
    assert_eq!(counts.iter().sum::<f32>(), 4.0);
    assert!(counts.iter().all(|&n| n > 0.0), "{counts:?}");
    Ok(())
}

#[test]
fn padding_copies_and_cuts_no_more_than_there_is() -> Result<()> {
    use neurarust_core::ops::Border;
    let x = Tensor::new([1f32, 2.0, 3.0])?;
    let cut = x.pad_border(&[-1, 0], Border::Circular)?;
    assert_eq!(cut.to_vec::<f32>()?, [2.0, 3.0]);
    cut.fill_with_(0.0)?;
    assert_eq!(x.to_vec::<f32>()?, [1.0, 2.0, 3.0]);
    for padding in [[i64::MIN, i64::MAX], [i64::MIN + 3, i64::MAX], [-4, 5]] {
        for border in [Border::Reflect, Border::Replicate, Border::Circular] {
            assert!(
                x.pad_border(&padding, border).is_err(),
                "{padding:?} {border:?}"
            );
        }
    }
    Ok(())
}

#[test]
fn shown_more_than_once_is_not_written_out() -> Result<()> {
    // A terabyte each, if it were.
    let x = Tensor::new([1f32, 2.0])?.expand([1i64 << 37, 2])?;
    let index = Tensor::new([[1i64]])?;
    assert_eq!(x.gather(1, &index)?.to_vec::<f32>()?, [2.0]);
    Ok(())
}

#[test]
fn autocast_leaves_what_is_inside_of_operations() -> Result<()> {
    use neurarust_core::autograd::{autocast, checkpoint};
    let x = Tensor::new([[2f32, 1.0], [1.0, 3.0]])?.requires_grad()?;
    let exact = {
        x.matmul(&x)?.sum()?.backward()?;
        x.grad().unwrap().to_vec::<f32>()?
    };
    let _region = autocast(Some(DType::BF16))?;
    assert_eq!(x.matmul(&x)?.dtype(), DType::BF16);
    // Numbers that bfloat16 can't hold, in a graph of float32.
    let fine = Tensor::new([[1.0 + 2f32.powi(-10), 0.0], [0.0, 1.0]])?.requires_grad()?;
    let outside = {
        let _outside = autocast(None)?;
        fine.matmul(&fine)?.sum()?
    };
    outside.backward()?;
    assert_eq!(
        fine.grad().unwrap().to_vec::<f32>()?[0],
        2.0 + 2f32.powi(-9)
    );
    // The second run of a checkpoint computes what the first did, wherever the backward is.
    x.set_grad(None)?;
    let y = checkpoint(|x: &[Tensor]| Ok(vec![x[0].matmul(&x[0])?]), &[&x])?.remove(0);
    assert_eq!(y.dtype(), DType::BF16);
    drop(_region);
    y.sum()?.backward()?;
    assert_eq!(x.grad().unwrap().to_vec::<f32>()?, exact);
    Ok(())
}

#[test]
#[cfg(feature = "linalg")]
fn autocast_leaves_decompositions() -> Result<()> {
    use neurarust_core::autograd::autocast;
    let _region = autocast(Some(DType::F16))?;
    let x = Tensor::new([[2f32, 1.0], [1.0, 3.0]])?;
    let exact = x.matrix_exp()?;
    assert_eq!(exact.dtype(), DType::F32);
    let (lu, pivots, _) = x.lu_factor_ex(true)?;
    assert_eq!(lu.lu_solve(&pivots, &x, true, false)?.dtype(), DType::F32);
    Ok(())
}
