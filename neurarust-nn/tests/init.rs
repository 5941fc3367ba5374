//! Claims about initial values: moments, bounds, and PyTorch's defaults for layers.

use neurarust_core::{DType, Result, Tensor, random};
use neurarust_nn::{Conv2d, ConvTranspose2d, FanMode, Linear, Nonlinearity, init};

struct Moments {
    mean: f64,
    std: f64,
    low: f64,
    high: f64,
}

fn moments(t: &Tensor) -> Result<Moments> {
    let x = t.detach().to_dtype(DType::F64)?.to_vec::<f64>()?;
    let n = x.len() as f64;
    let mean = x.iter().sum::<f64>() / n;
    Ok(Moments {
        mean,
        std: (x.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n).sqrt(),
        low: x.iter().copied().fold(f64::INFINITY, f64::min),
        high: x.iter().copied().fold(f64::NEG_INFINITY, f64::max),
    })
}

/// Mean 0 and standard deviation `std`, within what 40,000 draws allow.
fn assert_centred(t: &Tensor, std: f64) -> Result<()> {
    let m = moments(t)?;
    assert!(m.mean.abs() < 0.03 * std, "mean {}", m.mean);
    assert!((m.std / std - 1.0).abs() < 0.02, "std {} for {std}", m.std);
    Ok(())
}

#[test]
fn distributions_have_their_moments() -> Result<()> {
    random::manual_seed(1);
    for dtype in [DType::F32, DType::F64] {
        let w = Tensor::zeros(([200, 300], dtype))?.requires_grad()?;
        assert_centred(init::normal_(&w, 0.0, 2.0)?, 2.0)?;
        let m = moments(init::uniform_(&w, 1.0, 3.0)?)?;
        assert!(m.low >= 1.0 && m.high < 3.0 && (m.mean - 2.0).abs() < 0.02);
        assert_centred(init::xavier_uniform_(&w, 1.0)?, (2.0f64 / 500.0).sqrt())?;
        assert_centred(
            init::xavier_normal_(&w, 2.0)?,
            2.0 * (2.0f64 / 500.0).sqrt(),
        )?;
        let relu = Nonlinearity::ReLU;
        assert_centred(
            init::kaiming_uniform_(&w, FanMode::In, relu)?,
            (2.0f64 / 300.0).sqrt(),
        )?;
        assert_centred(
            init::kaiming_normal_(&w, FanMode::Out, relu)?,
            (2.0f64 / 200.0).sqrt(),
        )?;
        // Standard normal cut at ±2: variance 1 - 4 φ(2) / (2 Φ(2) - 1).
        let m = moments(init::trunc_normal_(&w, 0.0, 1.0, -2.0, 2.0)?)?;
        assert!(
            m.low >= -2.0 && m.high <= 2.0 && (m.std - 0.8796).abs() < 0.01,
            "{}",
            m.std
        );
        assert!(w.is_leaf() && w.is_requires_grad());
    }
    Ok(())
}

#[test]
fn constants_and_the_identity() -> Result<()> {
    let w = Tensor::zeros([2, 3])?.requires_grad()?;
    assert_eq!(
        init::eye_(&w)?.to_vec::<f32>()?,
        [1.0, 0.0, 0.0, 0.0, 1.0, 0.0]
    );
    assert_eq!(init::ones_(&w)?.to_vec::<f32>()?, [1.0; 6]);
    assert_eq!(init::constant_(&w, 0.5)?.to_vec::<f32>()?, [0.5; 6]);
    assert_eq!(init::zeros_(&w)?.to_vec::<f32>()?, [0.0; 6]);
    Ok(())
}

#[test]
fn orthogonal_rows_or_columns() -> Result<()> {
    for dims in [vec![5, 9], vec![9, 5], vec![4, 4], vec![3, 2, 2]] {
        let w = Tensor::zeros((dims.clone(), DType::F64))?;
        init::orthogonal_(&w, 2.0)?;
        let w = w.reshape(&[dims[0] as i64, -1][..])?;
        let square = match w.dims()[0] <= w.dims()[1] {
            true => w.matmul(&w.t()?)?,
            false => w.t()?.matmul(&w)?,
        };
        let n = square.dims()[0];
        for (i, x) in square.to_vec::<f64>()?.iter().enumerate() {
            let expected = if i / n == i % n { 4.0 } else { 0.0 };
            assert!((x - expected).abs() < 1e-12, "{dims:?}: {x}");
        }
    }
    Ok(())
}

#[test]
fn sparse_columns_have_their_zeros() -> Result<()> {
    let w = Tensor::zeros([10, 6])?;
    let x = init::sparse_(&w, 0.25, 1.0)?.to_vec::<f32>()?;
    for column in 0..6 {
        let zeros = (0..10).filter(|row| x[row * 6 + column] == 0.0).count();
        assert_eq!(zeros, 3);
    }
    Ok(())
}

#[test]
fn layers_start_as_in_pytorch() -> Result<()> {
    let linear = Linear::new(400, 300)?;
    let bound = 1.0 / 20.0;
    for t in [Some(&linear.weight), linear.bias.as_ref()]
        .into_iter()
        .flatten()
    {
        let m = moments(t)?;
        assert!(m.low >= -bound && m.high <= bound && m.high > 0.9 * bound);
    }
    assert_centred(&linear.weight, bound / 3f64.sqrt())?;
    let conv = Conv2d::builder(16, 64, 5).groups(4).build()?;
    assert_eq!(conv.weight.dims(), [64, 4, 5, 5]);
    let m = moments(&conv.weight)?;
    assert!(m.high <= 0.1 && m.high > 0.09 && m.low < -0.09);
    let transposed = ConvTranspose2d::new(3, 8, [2, 3])?;
    assert_eq!(transposed.weight.dims(), [3, 8, 2, 3]);
    assert_eq!(transposed.bias.as_ref().map(|b| b.numel()), Some(8));
    Ok(())
}

/// Values of `torch.manual_seed(0); torch.nn.Linear(3, 2)`.
#[test]
fn a_ported_script_starts_from_the_same_weights() -> Result<()> {
    let generator = random::default_generator();
    let before = generator.kind();
    generator.set_kind(random::Kind::Torch);
    generator.manual_seed(0);
    let linear = Linear::new(3, 2);
    generator.set_kind(before);
    let linear = linear?;
    let close = |t: &Tensor, expected: &[f32]| -> Result<bool> {
        Ok(t.to_vec::<f32>()?
            .iter()
            .zip(expected)
            .all(|(a, b)| (a - b).abs() < 1e-6))
    };
    assert!(
        close(&linear.weight, &TORCH_WEIGHT)?,
        "{:?}",
        linear.weight.to_vec::<f32>()?
    );
    assert!(
        linear
            .bias
            .as_ref()
            .is_some_and(|b| close(b, &TORCH_BIAS).unwrap_or(false))
    );
    Ok(())
}

#[test]
fn wrong_arguments_are_errors() -> Result<()> {
    let (vector, matrix) = (Tensor::zeros([3])?, Tensor::zeros([3, 3])?);
    let integers = Tensor::zeros(([3, 3], DType::I64))?;
    assert!(init::kaiming_normal_(&vector, FanMode::In, Nonlinearity::ReLU).is_err());
    assert!(init::xavier_uniform_(&vector, 1.0).is_err());
    assert!(init::orthogonal_(&vector, 1.0).is_err());
    assert!(init::eye_(&vector).is_err());
    assert!(init::uniform_(&matrix, 1.0, 0.0).is_err());
    assert!(init::uniform_(&matrix, f64::NAN, 0.0).is_err());
    assert!(init::normal_(&matrix, 0.0, -1.0).is_err());
    assert!(init::trunc_normal_(&matrix, 0.0, 1.0, 2.0, -2.0).is_err());
    assert!(init::trunc_normal_(&matrix, 0.0, f64::NAN, -2.0, 2.0).is_err());
    assert!(init::sparse_(&matrix, 1.5, 1.0).is_err());
    assert!(init::normal_(&integers, 0.0, 1.0).is_err());
    assert!(Linear::new(usize::MAX, usize::MAX).is_err());
    assert!(Linear::builder(2, 2).dtype(DType::I32).build().is_err());
    assert!(Conv2d::builder(3, 4, 3).groups(2).build().is_err());
    assert!(Conv2d::new(3, 4, 0).is_err());
    assert!(Conv2d::new(3, 4, [1, 2, 3]).is_err());
    Ok(())
}

const TORCH_WEIGHT: [f32; 6] = [
    -0.0043225177,
    0.30971584,
    -0.47518533,
    -0.4248946,
    -0.22236897,
    0.15482073,
];
const TORCH_BIAS: [f32; 2] = [-0.011439145, 0.45777494];
