//! Claims about reductions: values against plain loops, over layouts, dtypes, instruction sets and threads.

use neurarust_core::autograd::{Tolerance, gradcheck, gradgradcheck};
use neurarust_core::cpu::pool::with_num_threads;
use neurarust_core::cpu::simd::{Level, set_level};
use neurarust_core::{DType, Result, Tensor};

/// The instruction set is the process's: tests that set it, and those whose rounding depends on it, take turns.
fn turn() -> std::sync::MutexGuard<'static, ()> {
    static TURN: std::sync::Mutex<()> = std::sync::Mutex::new(());
    TURN.lock().unwrap_or_else(|e| e.into_inner())
}

/// Small integers, so that every sum is exact in every dtype and order.
fn numbers(shape: &[usize], dtype: DType) -> Tensor {
    let n: usize = shape.iter().product();
    let data: Vec<f64> = (0..n).map(|i| ((i * 7919 + 13) % 7) as f64 - 3.0).collect();
    Tensor::from_vec(data, shape)
        .unwrap()
        .to_dtype(dtype)
        .unwrap()
}

/// The same elements in other memory orders.
fn layouts(x: &Tensor) -> Vec<Tensor> {
    let rank = x.rank() as i64;
    let mut out = vec![x.clone()];
    if rank >= 2 {
        let back: Vec<i64> = (0..rank).rev().collect();
        out.push(
            x.permute(&back)
                .unwrap()
                .contiguous()
                .unwrap()
                .permute(&back)
                .unwrap(),
        );
    }
    if rank >= 1 {
        out.push(
            x.flip(&[0])
                .unwrap()
                .contiguous()
                .unwrap()
                .flip(&[0])
                .unwrap(),
        );
        let last = rank - 1;
        out.push(
            x.flip(&[last])
                .unwrap()
                .contiguous()
                .unwrap()
                .flip(&[last])
                .unwrap(),
        );
    }
    out
}

/// `f` over the groups of elements that `dims` leave together.
fn naive(x: &Tensor, dims: &[usize], f: impl Fn(&[f64]) -> f64) -> Vec<f64> {
    let data = x.to_dtype(DType::F64).unwrap().to_vec::<f64>().unwrap();
    let shape = x.dims();
    let kept: usize = (0..shape.len())
        .filter(|d| !dims.contains(d))
        .map(|d| shape[d])
        .product();
    let mut groups = vec![vec![]; kept];
    for (i, v) in data.into_iter().enumerate() {
        let (mut rest, mut at, mut step) = (i, 0, 1);
        for d in (0..shape.len()).rev() {
            if !dims.contains(&d) {
                at += rest % shape[d] * step;
                step *= shape[d];
            }
            rest /= shape[d];
        }
        groups[at].push(v);
    }
    groups.iter().map(|g| f(g)).collect()
}

fn f64s(x: &Tensor) -> Vec<f64> {
    x.to_dtype(DType::F64).unwrap().to_vec::<f64>().unwrap()
}

const SHAPES: &[&[usize]] = &[
    &[],
    &[1],
    &[5],
    &[37],
    &[4099],
    &[70_001],
    &[3, 5],
    &[2, 4100],
    &[4100, 2],
    &[300, 33],
    &[33, 300],
    &[1300, 70],
    &[2, 3, 4],
    &[5, 1, 700],
    &[20, 9, 31],
    &[2, 300, 300],
    &[3, 0],
    &[0, 3],
    &[2, 3, 4, 5],
    &[2, 17, 3, 65],
];

fn subsets(rank: usize) -> Vec<Vec<usize>> {
    (1..1usize << rank)
        .map(|m| (0..rank).filter(|d| m >> d & 1 == 1).collect())
        .collect()
}

#[test]
fn sums_and_extremes_over_every_layout_and_dtype() -> Result<()> {
    for shape in SHAPES {
        for dtype in [
            DType::F32,
            DType::F64,
            DType::I64,
            DType::I8,
            DType::BF16,
            DType::F16,
        ] {
            for x in layouts(&numbers(shape, dtype)) {
                for dims in subsets(shape.len()) {
                    let signed: Vec<i64> = dims
                        .iter()
                        .map(|&d| d as i64 - shape.len() as i64)
                        .collect();
                    let what = format!("{shape:?} {:?} {dtype} over {dims:?}", x.strides());
                    let sum = x.sum_dims(&signed, false)?;
                    let want: Vec<f64> = naive(&x, &dims, |g| g.iter().sum());
                    // Halves round once, at the end.
                    let want = f64s(&Tensor::from_slice(&want, sum.dims())?.to_dtype(sum.dtype())?);
                    assert_eq!(f64s(&sum), want, "sum {what}");
                    assert_eq!(x.sum_dims(&signed, true)?.rank(), x.rank());
                    if dims.iter().any(|&d| shape[d] == 0) {
                        continue;
                    }
                    let want = naive(&x, &dims, |g| {
                        g.iter().copied().fold(f64::NEG_INFINITY, f64::max)
                    });
                    assert_eq!(f64s(&x.amax(&signed, false)?), want, "amax {what}");
                    let want = naive(&x, &dims, |g| {
                        g.iter().copied().fold(f64::INFINITY, f64::min)
                    });
                    assert_eq!(f64s(&x.amin(&signed, false)?), want, "amin {what}");
                    if dims.len() == 1 {
                        let (values, places) = x.max_dim(signed[0], false)?;
                        assert_eq!(f64s(&values), f64s(&x.amax(&signed, false)?), "max {what}");
                        let want = naive(&x, &dims, |g| {
                            (0..g.len())
                                .rev()
                                .max_by(|&i, &j| g[i].total_cmp(&g[j]))
                                .unwrap() as f64
                        });
                        assert_eq!(f64s(&places), want, "argmax {what}");
                        let want = naive(&x, &dims, |g| {
                            (0..g.len()).min_by(|&i, &j| g[i].total_cmp(&g[j])).unwrap() as f64
                        });
                        assert_eq!(f64s(&x.argmin(signed[0], false)?), want, "argmin {what}");
                    }
                }
            }
        }
    }
    Ok(())
}

#[test]
fn the_same_bits_for_any_number_of_threads_and_close_for_any_instruction_set() -> Result<()> {
    let _turn = turn();
    for shape in [&[300_000][..], &[700, 300], &[40, 1000, 9], &[3, 90_000]] {
        let n: usize = shape.iter().product();
        let data: Vec<f32> = (0..n).map(|i| ((i as f32) * 0.37).sin()).collect();
        let x = Tensor::from_vec(data, shape)?;
        for dims in subsets(shape.len()) {
            let dims: Vec<i64> = dims.iter().map(|&d| d as i64).collect();
            let exact = x
                .to_dtype(DType::F64)?
                .sum_dims(&dims, false)?
                .to_vec::<f64>()?;
            for level in Level::ALL {
                set_level(level);
                let one = with_num_threads(1, || x.sum_dims(&dims, false)?.to_vec::<f32>())?;
                for threads in [2, 3] {
                    let more =
                        with_num_threads(threads, || x.sum_dims(&dims, false)?.to_vec::<f32>())?;
                    assert!(
                        one.iter()
                            .zip(&more)
                            .all(|(a, b)| a.to_bits() == b.to_bits())
                    );
                }
                for (a, b) in one.iter().zip(&exact) {
                    assert!(
                        (*a as f64 - b).abs() < 1e-3,
                        "{level:?} {shape:?} {dims:?}: {a} {b}"
                    );
                }
            }
            set_level(Level::machine());
        }
    }
    Ok(())
}

#[test]
fn nan_wins_and_the_first_of_equals() -> Result<()> {
    let x = Tensor::new([[1.0f32, f32::NAN, 3.0, f32::NAN], [2.0, 5.0, 5.0, 1.0]])?;
    for x in [x.clone(), x.t()?.contiguous()?.t()?] {
        let (values, places) = x.max_dim(1, false)?;
        let values = values.to_vec::<f32>()?;
        assert!(values[0].is_nan() && values[1] == 5.0);
        assert_eq!(places.to_vec::<i64>()?, [1, 1]);
        assert_eq!(x.argmin(1, false)?.to_vec::<i64>()?, [1, 3]);
        assert_eq!(x.argmax(0, false)?.to_vec::<i64>()?, [1, 0, 1, 0]);
        assert!(x.max()?.item::<f32>()?.is_nan());
        assert!(x.amin(&[1], false)?.to_vec::<f32>()?[0].is_nan());
        assert_eq!(x.argmax(None, false)?.item::<i64>()?, 1);
    }
    Ok(())
}

#[test]
fn a_long_f32_sum_is_accurate() -> Result<()> {
    let _turn = turn();
    let x = Tensor::full([1 << 24], 0.1)?;
    let want = 0.1f32 as f64 * (1u64 << 24) as f64;
    assert!((x.sum()?.item::<f32>()? as f64 / want - 1.0).abs() < 2e-7);
    let columns = x
        .reshape([1i64 << 18, 64])?
        .sum_dims(&[0], false)?
        .to_vec::<f32>()?;
    assert!(
        columns
            .iter()
            .all(|&c| (c as f64 * 64.0 / want - 1.0).abs() < 1e-6)
    );
    Ok(())
}

#[test]
fn dtypes_and_refusals() -> Result<()> {
    let x = Tensor::new([[1i64, 2], [3, 4]])?.to_dtype(DType::U8)?;
    assert_eq!(x.sum()?.dtype(), DType::I64);
    assert_eq!(x.max()?.dtype(), DType::U8);
    assert_eq!(x.to_dtype(DType::Bool)?.sum()?.item::<i64>()?, 4);
    let error = x.mean().err().unwrap().to_string();
    assert!(error.contains("convert it"), "{error}");
    assert!(
        x.sum_dims(&[0, -2], false)
            .err()
            .unwrap()
            .to_string()
            .contains("twice")
    );
    assert!(x.sum_dims(&[2], false).is_err());
    let empty = Tensor::zeros([2, 0])?;
    assert_eq!(empty.sum()?.item::<f32>()?, 0.0);
    assert!(empty.mean()?.item::<f32>()?.is_nan());
    assert!(
        empty
            .max()
            .err()
            .unwrap()
            .to_string()
            .contains("dimension 1")
    );
    assert_eq!(empty.amax(&[0], false)?.dims(), [0]);
    assert!(empty.argmax(1, false).is_err());
    assert!(empty.all()?.item::<bool>()? && !empty.any()?.item::<bool>()?);
    assert_eq!(
        Tensor::new([0.0f32, -0.0, f32::NAN, 2.0])?
            .count_nonzero()?
            .item::<i64>()?,
        2
    );
    assert_eq!(
        Tensor::new([[1i64, 0], [1, 1]])?
            .all_dims(&[1], false)?
            .to_vec::<bool>()?,
        [false, true]
    );
    Ok(())
}

fn close(a: &Tensor, want: &[f64]) {
    let a = f64s(a);
    assert_eq!(a.len(), want.len());
    for (a, b) in a.iter().zip(want) {
        assert!(
            a == b || (a - b).abs() <= 1e-6 * (1.0 + b.abs()) || (a.is_nan() && b.is_nan()),
            "{a} {b}"
        );
    }
}

#[test]
fn moments_norms_scans() -> Result<()> {
    let x = Tensor::new([[1.0f64, 2.0, 4.0], [-3.0, 0.5, 0.0]])?;
    close(&x.var(1.0)?, &[5.375]);
    close(&x.var_dims(&[1], true, 0.0)?, &[14.0 / 9.0, 43.0 / 18.0]);
    close(
        &x.std_dims(&[0], false, 1.0)?,
        &[8f64.sqrt(), 1.125f64.sqrt(), 8f64.sqrt()],
    );
    close(&x.norm(2.0)?, &[30.25f64.sqrt()]);
    close(
        &x.norm_dims(3.0, &[1], false)?,
        &[73f64.cbrt(), 27.125f64.cbrt()],
    );
    close(&x.norm(f64::INFINITY)?, &[4.0]);
    close(&x.norm(0.0)?, &[5.0]);
    close(
        &x.logsumexp(&[1], false)?,
        &[
            (1f64.exp() + 2f64.exp() + 4f64.exp()).ln(),
            ((-3f64).exp() + 0.5f64.exp() + 1.0).ln(),
        ],
    );
    close(
        &Tensor::new([1e30f32, 1e30])?.logsumexp(&[], false)?,
        &[1e30f32 as f64],
    );
    close(
        &Tensor::full([3], f64::NEG_INFINITY)?.logsumexp(&[0], false)?,
        &[f64::NEG_INFINITY],
    );
    close(&x.prod_dims(&[1], false)?, &[8.0, 0.0]);
    close(&x.cumsum(0)?, &[1.0, 2.0, 4.0, -2.0, 2.5, 4.0]);
    close(&x.cumsum(-1)?, &[1.0, 3.0, 7.0, -3.0, -2.5, -2.5]);
    close(&x.t()?.cumprod(0)?, &[1.0, -3.0, 2.0, -1.5, 8.0, 0.0]);
    assert_eq!(
        Tensor::new([true, true])?.cumsum(0)?.to_vec::<i64>()?,
        [1, 2]
    );
    // Far from zero, where the difference of squares would lose everything.
    let far = Tensor::new([1e4f32, 1e4 + 1.0, 1e4 + 2.0])?;
    close(&far.var(1.0)?, &[1.0]);
    Ok(())
}

#[test]
fn softmax_along_every_dimension() -> Result<()> {
    let _turn = turn();
    for level in Level::ALL {
        set_level(level);
        for shape in [
            &[][..],
            &[1],
            &[7],
            &[3, 65],
            &[5, 4, 130],
            &[2, 0],
            &[3, 1000],
        ] {
            for dtype in [DType::F32, DType::F64, DType::BF16] {
                for x in layouts(&numbers(shape, dtype)) {
                    for dim in 0..shape.len().max(1) as i64 {
                        let p = x.softmax(dim)?;
                        let e = x.to_dtype(DType::F64)?.exp()?;
                        let want = if x.rank() == 0 {
                            e.div(&e)?
                        } else {
                            e.div(&e.sum_dims(&[dim], true)?)?
                        };
                        let tolerance = if dtype == DType::BF16 { 4e-3 } else { 1e-6 };
                        let logs = x.log_softmax(dim)?;
                        assert_eq!(
                            (p.dtype(), p.dims(), p.is_contiguous()),
                            (dtype, x.dims(), true)
                        );
                        for ((a, l), b) in f64s(&p).iter().zip(f64s(&logs)).zip(f64s(&want)) {
                            assert!(
                                (a - b).abs() < tolerance,
                                "{level:?} {shape:?} {dim}: {a} {b}"
                            );
                            assert!(
                                (l - b.ln()).abs() < 30.0 * tolerance,
                                "{level:?} {shape:?} {dim}: {l} {}",
                                b.ln()
                            );
                        }
                    }
                }
            }
        }
    }
    set_level(Level::machine());
    let high = Tensor::new([1e6f32, 1e6, 1e6 + 1.0])?.reshape([3i64, 1])?;
    let logs = Tensor::new([0.0f64, 0.0, 1.0])?.log_softmax(0)?;
    close(&high.log_softmax(0)?, &f64s(&logs));
    close(
        &Tensor::new([1e4f32, 0.0, f32::NEG_INFINITY])?.softmax(0)?,
        &[1.0, 0.0, 0.0],
    );
    assert!(
        f64s(&Tensor::full([3], f64::NEG_INFINITY)?.softmax(0)?)
            .iter()
            .all(|p| p.is_nan())
    );
    Ok(())
}

/// Numbers in `(-1.5, 1.5)` without equals.
fn waves(shape: &[usize]) -> Tensor {
    let n: usize = shape.iter().product();
    let data: Vec<f64> = (0..n).map(|i| (i as f64 * 1.7 + 0.3).sin() * 1.5).collect();
    Tensor::from_vec(data, shape).unwrap()
}

#[test]
fn gradients_agree_with_differences() -> Result<()> {
    type Op = fn(&Tensor) -> Result<Tensor>;
    let ops: &[(&str, Op)] = &[
        ("sum", |x| x.sum()),
        ("sum_dims", |x| x.sum_dims(&[0], false)),
        ("mean", |x| x.mean_dims(&[-1], true)),
        ("prod", |x| x.prod_dims(&[1], false)),
        ("amax", |x| x.amax(&[1], false)),
        ("min", |x| x.min()),
        ("max_dim", |x| Ok(x.max_dim(1, false)?.0)),
        ("var", |x| x.var_dims(&[1], false, 1.0)),
        ("std", |x| x.std(1.0)),
        ("norm 2", |x| x.norm_dims(2.0, &[0], true)),
        ("norm 1", |x| x.norm(1.0)),
        ("norm 3", |x| x.norm_dims(3.0, &[1], false)),
        ("logsumexp", |x| x.logsumexp(&[1], false)),
        ("cumsum", |x| x.cumsum(1)),
        ("cumprod", |x| x.cumprod(1)),
        ("softmax", |x| x.softmax(1)),
        ("softmax 0", |x| x.softmax(0)),
        ("log_softmax", |x| x.log_softmax(-1)),
    ];
    for (name, op) in ops {
        let x = waves(&[3, 5]);
        for x in layouts(&x) {
            gradcheck(|x| op(&x[0]), &[&x], Tolerance::default()).map_err(|e| e.with_note(name))?;
        }
        gradgradcheck(|x| op(&x[0]), &[&x], Tolerance::default()).map_err(|e| e.with_note(name))?;
    }
    // Products through zeros: one, two, none.
    let zeros = Tensor::new([
        [0.5f64, 0.0, 2.0, -1.5],
        [0.0, 3.0, 0.0, 1.0],
        [1.0, 2.0, 3.0, 4.0],
    ])?;
    for op in [(|x| x.prod_dims(&[1], false)) as Op, |x| x.cumprod(1)] {
        gradcheck(|x| op(&x[0]), &[&zeros], Tolerance::default())?;
        gradgradcheck(|x| op(&x[0]), &[&zeros], Tolerance::default())?;
    }
    Ok(())
}

#[test]
fn equals_share_the_gradient_and_an_index_takes_it_all() -> Result<()> {
    let x = Tensor::new([[2.0f64, 5.0, 5.0]])?.requires_grad()?;
    x.amax(&[1], false)?.sum()?.backward()?;
    assert_eq!(f64s(&x.grad().unwrap()), [0.0, 0.5, 0.5]);
    x.zero_grad();
    x.max_dim(1, true)?.0.sum()?.backward()?;
    assert_eq!(f64s(&x.grad().unwrap()), [0.0, 1.0, 0.0]);
    // A standard deviation of 0 has a gradient of 0, not NaN.
    let flat = Tensor::new([1.0f64, 1.0])?.requires_grad()?;
    flat.std(0.0)?.backward()?;
    assert_eq!(f64s(&flat.grad().unwrap()), [0.0, 0.0]);
    Ok(())
}

#[test]
fn gradcheck_finds_a_wrong_gradient() -> Result<()> {
    // Detached on one side: the product rule loses half.
    let x = waves(&[4]);
    let error = gradcheck(|x| x[0].mul(x[0].detach()), &[&x], Tolerance::default());
    let error = error.err().unwrap().to_string();
    assert!(
        error.contains("analytic") && error.contains("numeric"),
        "{error}"
    );
    Ok(())
}

#[test]
fn bools_compare_by_element() -> Result<()> {
    for n in 1..40usize {
        for hot in 0..n {
            let v: Vec<bool> = (0..n).map(|i| i == hot).collect();
            let b = Tensor::new(&v)?;
            assert_eq!(b.logical_and(&b)?.to_vec::<bool>()?, v);
            assert_eq!(b.argmax(None, false)?.item::<i64>()?, hot as i64);
            let flipped: Vec<bool> = v.iter().map(|x| !x).collect();
            assert_eq!(b.logical_not()?.to_vec::<bool>()?, flipped);
            assert!(b.try_clone()?.eq_(&b)?.all()?.item::<bool>()?);
        }
    }
    Ok(())
}
