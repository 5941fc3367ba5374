//! Claims about random tensors: ranges, moments, reproducibility on any number of threads.

use neurarust_core::cpu::pool::with_num_threads;
use neurarust_core::random::Generator;
use neurarust_core::{DType, ErrorKind, Result, Tensor};

fn moments(x: &Tensor) -> Result<(f64, f64)> {
    let v = x.to_dtype(DType::F64)?.to_vec::<f64>()?;
    let n = v.len() as f64;
    let mean = v.iter().sum::<f64>() / n;
    Ok((mean, v.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n))
}

#[test]
fn uniform_and_normal_have_their_range_and_moments_in_every_float_type() -> Result<()> {
    for dtype in [DType::F16, DType::BF16, DType::F32, DType::F64] {
        let generator = Generator::new(7);
        let x = Tensor::rand_with(([100, 500], dtype), &generator)?;
        assert_eq!(x.dtype(), dtype);
        let v = x.to_dtype(DType::F64)?.to_vec::<f64>()?;
        assert!(v.iter().all(|x| (0.0..1.0).contains(x)));
        let (mean, var) = moments(&x)?;
        assert!(
            (mean - 0.5).abs() < 0.01 && (var - 1.0 / 12.0).abs() < 0.003,
            "{dtype} {mean} {var}"
        );
        let (mean, var) = moments(&Tensor::randn_with(([100, 500], dtype), &generator)?)?;
        assert!(
            mean.abs() < 0.02 && (var - 1.0).abs() < 0.03,
            "{dtype} {mean} {var}"
        );
    }
    Ok(())
}

#[test]
fn integers_and_permutations_cover_their_range() -> Result<()> {
    let generator = Generator::new(3);
    for dtype in [
        DType::U8,
        DType::I8,
        DType::I16,
        DType::I32,
        DType::I64,
        DType::F32,
    ] {
        let x = Tensor::randint_with(3, 10, (5000, dtype), &generator)?;
        let v = x.to_dtype(DType::I64)?.to_vec::<i64>()?;
        assert!((3..10).all(|k| v.contains(&k)) && v.iter().all(|k| (3..10).contains(k)));
    }
    let all = Tensor::randint_with(i64::MIN, i64::MAX, 100, &generator)?.to_vec::<i64>()?;
    assert!(all.iter().any(|x| *x < 0) && all.iter().any(|x| *x > 0));
    let p = Tensor::randperm_with(1000, &generator)?.to_vec::<i64>()?;
    let mut sorted = p.clone();
    sorted.sort_unstable();
    assert!(sorted.iter().copied().eq(0..1000) && p != sorted);
    assert_eq!(Tensor::randperm(0)?.dims(), [0]);
    Ok(())
}

#[test]
fn any_number_of_threads_draws_the_same() -> Result<()> {
    let run = || -> Result<Vec<Vec<f64>>> {
        let g = Generator::new(11);
        [
            Tensor::rand_with(100_003, &g)?,
            Tensor::randn_with((100_003, DType::F64), &g)?,
            Tensor::randint_with(0, 1000, 100_003, &g)?,
            Tensor::bernoulli_mask_with(0.3, (100_003, DType::Bool), &g)?,
            Tensor::randperm_with(10_000, &g)?,
            Tensor::full(100, 0.5)?.multinomial_with(50, false, &g)?,
        ]
        .iter()
        .map(|t| t.to_dtype(DType::F64)?.to_vec::<f64>())
        .collect()
    };
    let one = with_num_threads(1, run)?;
    assert_eq!(one, with_num_threads(2, run)?);
    assert_eq!(one, with_num_threads(3, run)?);
    Ok(())
}

#[test]
fn in_place_draws_write_to_any_layout() -> Result<()> {
    let base = Tensor::zeros([300, 200])?;
    let odd = base.slice(1, Some(1), None, 2)?.t()?;
    odd.uniform_(-2.0, -1.0)?;
    let (mean, var) = moments(&odd)?;
    assert!((mean + 1.5).abs() < 0.01 && (var - 1.0 / 12.0).abs() < 0.003);
    let even = base.slice(1, None, None, 2)?;
    assert!(even.to_vec::<f32>()?.iter().all(|x| *x == 0.0));
    even.normal_(3.0, 0.5)?;
    let (mean, var) = moments(&even)?;
    assert!((mean - 3.0).abs() < 0.02 && (var - 0.25).abs() < 0.01);
    let x = Tensor::zeros(([40_000], DType::F64))?;
    let (mean, var) = moments(x.exponential_(2.0)?)?;
    assert!((mean - 0.5).abs() < 0.02 && (var - 0.25).abs() < 0.02);
    let (mean, _) = moments(x.bernoulli_(0.25)?)?;
    assert!((mean - 0.25).abs() < 0.02);
    let (mean, var) = moments(x.geometric_(0.5)?)?;
    assert!((mean - 2.0).abs() < 0.05 && (var - 2.0).abs() < 0.1);
    let (mean, _) = moments(x.log_normal_(0.0, 0.5)?)?;
    assert!((mean - 0.125f64.exp()).abs() < 0.03);
    x.cauchy_(1.0, 2.0)?;
    let v = x.to_vec::<f64>()?;
    let below = v.iter().filter(|x| **x < 1.0).count() as f64 / v.len() as f64;
    assert!((below - 0.5).abs() < 0.02);
    let k = Tensor::zeros((1000, DType::U8))?;
    k.random_(250, 256)?;
    assert!(k.to_vec::<u8>()?.iter().all(|x| *x >= 250));
    Ok(())
}

#[test]
fn probabilities_are_kept() -> Result<()> {
    let p = Tensor::new([0.0f32, 0.2, 1.0])?.expand([20_000, 3])?;
    let x = p.bernoulli()?;
    for (k, want) in [0.0, 0.2, 1.0].into_iter().enumerate() {
        let (mean, _) = moments(&x.select(1, k as i64)?)?;
        assert!((mean - want).abs() < 0.02);
    }
    let w = Tensor::new([[1.0f32, 0.0, 3.0], [0.0, 5.0, 0.0]])?;
    let x = w.multinomial(20_000, true)?;
    assert_eq!((x.dims(), x.dtype()), (&[2, 20_000][..], DType::I64));
    let v = x.to_vec::<i64>()?;
    let twos = v[..20_000].iter().filter(|k| **k == 2).count() as f64 / 20_000.0;
    assert!((twos - 0.75).abs() < 0.02 && v[..20_000].iter().all(|k| *k != 1));
    assert!(v[20_000..].iter().all(|k| *k == 1));
    let mut two = w.select(0, 0)?.multinomial(2, false)?.to_vec::<i64>()?;
    two.sort_unstable();
    assert_eq!(two, [0, 2]);
    Ok(())
}

#[test]
fn the_twister_draws_what_pytorch_draws() -> Result<()> {
    let g = Generator::torch(0);
    // torch.manual_seed(0); torch.rand(3); torch.randn(2); torch.randint(0, 10, (4,)); torch.randperm(5)
    let u = Tensor::rand_with(3, &g)?.to_vec::<f32>()?;
    assert_eq!(u, TORCH_RAND);
    let n = Tensor::randn_with(2, &g)?.to_vec::<f32>()?;
    assert!(
        n.iter().zip(TORCH_RANDN).all(|(a, b)| (a - b).abs() < 1e-6),
        "{n:?}"
    );
    assert_eq!(
        Tensor::randint_with(0, 10, 4, &g)?.to_vec::<i64>()?,
        TORCH_RANDINT
    );
    assert_eq!(
        Tensor::randperm_with(5, &g)?.to_vec::<i64>()?,
        TORCH_RANDPERM
    );
    let x = Tensor::empty(20)?;
    x.normal_with_(1.0, 2.0, &g)?;
    let x = x.to_vec::<f32>()?;
    assert!(
        (x[0] - TORCH_NORMAL[0]).abs() < 1e-5 && (x[19] - TORCH_NORMAL[1]).abs() < 1e-5,
        "{x:?}"
    );
    Ok(())
}

const TORCH_RAND: [f32; 3] = [0.4962566, 0.7682218, 0.08847743];
const TORCH_RANDN: [f32; 2] = [0.3643382, 0.13439633];
const TORCH_RANDINT: [i64; 4] = [3, 7, 3, 1];
const TORCH_RANDPERM: [i64; 5] = [1, 0, 2, 3, 4];
/// The first and the last one of 20.
const TORCH_NORMAL: [f32; 2] = [2.7007546, -1.4002788];

#[test]
fn bad_arguments_are_refused_and_change_nothing() -> Result<()> {
    let x = Tensor::ones(4)?;
    let k = Tensor::ones((4, DType::I64))?;
    let leaf = Tensor::ones(4)?.requires_grad()?;
    let nan = f64::NAN;
    let errors = [
        x.uniform_(1.0, 0.0).unwrap_err(),
        x.uniform_(nan, 0.0).unwrap_err(),
        x.uniform_(f64::MIN, f64::MAX).unwrap_err(),
        x.normal_(0.0, -1.0).unwrap_err(),
        x.bernoulli_(1.5).unwrap_err(),
        x.exponential_(0.0).unwrap_err(),
        x.geometric_(1.0).unwrap_err(),
        x.cauchy_(0.0, nan).unwrap_err(),
        k.random_(5, 5).unwrap_err(),
        Tensor::randint(0, 300, (3, DType::U8)).unwrap_err(),
        Tensor::new([0.5f32, 2.0])?.bernoulli().unwrap_err(),
        Tensor::new([0.5f32, -1.0])?
            .multinomial(1, true)
            .unwrap_err(),
        Tensor::new([0.0f32, 0.0])?
            .multinomial(1, true)
            .unwrap_err(),
        Tensor::new([1.0f32, 0.0])?
            .multinomial(2, false)
            .unwrap_err(),
        Tensor::new([1.0f32, f32::NAN])?
            .multinomial(1, false)
            .unwrap_err(),
    ];
    for e in errors {
        assert_eq!(e.kind(), ErrorKind::Value, "{e}");
        assert!(e.to_string().contains("tests/random.rs"), "{e}");
    }
    assert_eq!(k.normal_(0.0, 1.0).unwrap_err().kind(), ErrorKind::DType);
    assert_eq!(
        Tensor::rand((2, DType::I64)).unwrap_err().kind(),
        ErrorKind::DType
    );
    assert_eq!(
        leaf.normal_(0.0, 1.0).unwrap_err().kind(),
        ErrorKind::Autograd
    );
    assert!(x.expand([2, 4])?.uniform_(0.0, 1.0).is_err());
    assert!(Tensor::rand(usize::MAX / 64).is_err());
    for t in [&x, &leaf] {
        assert_eq!(t.to_vec::<f32>()?, [1.0; 4]);
        assert_eq!(t.storage().version(), 0);
    }
    Ok(())
}

#[test]
fn no_gradient_flows_through_a_redrawn_tensor() -> Result<()> {
    let w = Tensor::ones(4)?.requires_grad()?;
    let y = &w * 3.0;
    y.narrow(0, 0, 2)?.normal_(0.0, 1.0)?;
    y.sum()?.backward()?;
    assert_eq!(w.grad().unwrap().to_vec::<f32>()?, [0.0, 0.0, 3.0, 3.0]);
    Ok(())
}
