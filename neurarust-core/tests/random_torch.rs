//! A generator of PyTorch's kind draws PyTorch's numbers: constants of PyTorch 2.15, each after `torch.manual_seed(0)`.

use neurarust_core::random::Generator;
use neurarust_core::{DType, Result, Tensor};

fn seeded() -> Generator {
    Generator::torch(0)
}

/// Draws into zeros of `n` elements.
fn drawn(
    n: usize,
    dtype: DType,
    f: impl Fn(&Tensor, &Generator) -> Result<()>,
) -> Result<Vec<f64>> {
    let x = Tensor::zeros(([n], dtype))?;
    f(&x, &seeded())?;
    x.to_dtype(DType::F64)?.to_vec::<f64>()
}

#[track_caller]
fn close(got: &[f64], expected: &[f64]) {
    let fits = got
        .iter()
        .zip(expected)
        .all(|(g, e)| (g - e).abs() <= 2e-6 * e.abs().max(1.0));
    assert!(fits, "{got:?}, not {expected:?}");
}

#[test]
fn in_place_draws_have_pytorchs_values() -> Result<()> {
    let x = drawn(17, DType::F32, |x, g| {
        x.uniform_with_(-0.3, 0.5, g).map(|_| ())
    })?;
    assert_eq!(
        x[13..],
        [
            -0.1649128496646881,
            -0.06488925218582153,
            0.11481742560863495,
            0.25813406705856323
        ]
    );
    let x = drawn(17, DType::F64, |x, g| {
        x.uniform_with_(-0.3, 0.5, g).map(|_| ())
    })?;
    assert_eq!(
        x[13..],
        [
            0.1975241989436222,
            0.08547872062536686,
            0.052640399235487606,
            0.025825259491553284
        ]
    );
    let x = drawn(5, DType::F16, |x, g| {
        x.uniform_with_(-0.3, 0.5, g).map(|_| ())
    })?;
    assert_eq!(
        x[1..],
        [
            0.314697265625,
            -0.229248046875,
            -0.1943359375,
            -0.054046630859375
        ]
    );
    let x = drawn(3, DType::F32, |x, g| {
        x.normal_with_(0.5, 2.0, g).map(|_| ())
    })?;
    close(
        &x[0..],
        &[3.5819921493530273, -0.08685781061649323, -3.857578754425049],
    );
    let x = drawn(3, DType::F64, |x, g| {
        x.normal_with_(0.5, 2.0, g).map(|_| ())
    })?;
    close(
        &x[0..],
        &[3.5819922164880866, -0.08685781152189276, -3.857578764149115],
    );
    let x = drawn(16, DType::F32, |x, g| {
        x.normal_with_(0.5, 2.0, g).map(|_| ())
    })?;
    close(
        &x[12..],
        &[
            0.7396830320358276,
            2.975315809249878,
            2.7335543632507324,
            0.005443692207336426,
        ],
    );
    let x = drawn(16, DType::F64, |x, g| {
        x.normal_with_(0.5, 2.0, g).map(|_| ())
    })?;
    close(
        &x[12..],
        &[
            2.7714846800427013,
            -1.9537626780021662,
            0.6427769424102339,
            1.1760348061014756,
        ],
    );
    let x = drawn(33, DType::F32, |x, g| {
        x.normal_with_(0.5, 2.0, g).map(|_| ())
    })?;
    close(
        &x[29..],
        &[
            5.104410648345947,
            -2.4377877712249756,
            -2.673377513885498,
            2.906447410583496,
        ],
    );
    let x = drawn(33, DType::F64, |x, g| {
        x.normal_with_(0.5, 2.0, g).map(|_| ())
    })?;
    close(
        &x[29..],
        &[
            0.9803604680756507,
            -2.1975220541927545,
            0.9887981867657378,
            0.4725585970871334,
        ],
    );
    let x = drawn(9, DType::F32, |x, g| x.bernoulli_with_(0.4, g).map(|_| ()))?;
    assert_eq!(x[0..], [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 0.0]);
    let x = drawn(4, DType::F32, |x, g| {
        x.exponential_with_(1.5, g).map(|_| ())
    })?;
    close(
        &x[0..],
        &[
            2.338884115219116,
            0.8202565312385559,
            0.4100293815135956,
            1.6900790929794312,
        ],
    );
    let x = drawn(18, DType::F64, |x, g| {
        x.log_normal_with_(0.2, 0.5, g).map(|_| ())
    })?;
    close(
        &x[14..],
        &[
            0.7149135293637049,
            1.2986829292821847,
            0.9202050645033476,
            1.4719047599480821,
        ],
    );
    let x = drawn(4, DType::F64, |x, g| {
        x.cauchy_with_(0.2, 0.5, g).map(|_| ())
    })?;
    close(
        &x[0..],
        &[
            5.498864663341148,
            0.58238362980295,
            0.13585032895841298,
            2.166536655497325,
        ],
    );
    let x = drawn(6, DType::I64, |x, g| x.geometric_with_(0.2, g).map(|_| ()))?;
    assert_eq!(x[0..], [1.0, 2.0, 4.0, 1.0, 2.0, 2.0]);
    let x = drawn(3, DType::F32, |x, g| x.random_any_with_(g).map(|_| ()))?;
    assert_eq!(x[0..], [8325664.0, 12888472.0, 1484222.0]);
    let x = drawn(3, DType::F64, |x, g| x.random_any_with_(g).map(|_| ()))?;
    assert_eq!(
        x[0..],
        [8737460674930124.0, 6375474555111176.0, 4137753702977065.0]
    );
    let x = drawn(3, DType::I32, |x, g| x.random_any_with_(g).map(|_| ()))?;
    assert_eq!(x[0..], [209652396.0, 398764591.0, 924231285.0]);
    let x = drawn(3, DType::I64, |x, g| {
        x.random_with_(-5, 1 << 40, g).map(|_| ())
    })?;
    assert_eq!(x[0..], [741234585336.0, 506077272957.0, 291397093751.0]);
    Ok(())
}

#[test]
fn samples_of_tensors_have_pytorchs_values() -> Result<()> {
    let x = Tensor::full(6, 3.5)?
        .poisson(&seeded())?
        .to_dtype(DType::F64)?
        .to_vec::<f64>()?;
    assert_eq!(x, [6.0, 3.0, 3.0, 3.0, 3.0, 4.0]);
    let x = Tensor::full(6, 50.0)?
        .poisson(&seeded())?
        .to_dtype(DType::F64)?
        .to_vec::<f64>()?;
    assert_eq!(x, [49.0, 53.0, 42.0, 52.0, 49.0, 47.0]);
    let x = Tensor::full(6, 9.0)?
        .binomial(&Tensor::full(6, 0.7)?, &seeded())?
        .to_dtype(DType::F64)?
        .to_vec::<f64>()?;
    assert_eq!(x, [3.0, 6.0, 7.0, 6.0, 6.0, 7.0]);
    let x = Tensor::full(6, 900.0)?
        .binomial(&Tensor::full(6, 0.3)?, &seeded())?
        .to_dtype(DType::F64)?
        .to_vec::<f64>()?;
    assert_eq!(x, [268.0, 276.0, 256.0, 273.0, 268.0, 264.0]);
    let x = Tensor::full(4, 2.5)?
        .standard_gamma(&seeded())?
        .to_dtype(DType::F64)?
        .to_vec::<f64>()?;
    close(
        &x,
        &[
            5.3185834884643555,
            1.7628155946731567,
            0.9302595853805542,
            0.6911769509315491,
        ],
    );
    let x = Tensor::full(4, 0.4)?
        .standard_gamma(&seeded())?
        .to_dtype(DType::F64)?
        .to_vec::<f64>()?;
    close(
        &x,
        &[
            0.0001232081704074517,
            0.02245604805648327,
            0.2721666693687439,
            0.5718802809715271,
        ],
    );
    let x = Tensor::full(6, 0.4)?
        .bernoulli_with(&seeded())?
        .to_dtype(DType::F64)?
        .to_vec::<f64>()?;
    assert_eq!(x, [0.0, 0.0, 1.0, 1.0, 1.0, 0.0]);
    let x = Tensor::new([1.0f32, 2.0, 3.0, 4.0, 5.0, 6.0])?
        .multinomial_with(8, true, &seeded())?
        .to_dtype(DType::F64)?
        .to_vec::<f64>()?;
    assert_eq!(x, [5.0, 4.0, 3.0, 5.0, 4.0, 5.0, 2.0, 3.0]);
    let x = Tensor::new([1.0f32, 2.0, 3.0, 4.0, 5.0, 6.0])?
        .multinomial_with(4, false, &seeded())?
        .to_dtype(DType::F64)?
        .to_vec::<f64>()?;
    assert_eq!(x, [2.0, 4.0, 5.0, 1.0]);
    Ok(())
}

#[test]
fn other_layouts_are_filled_in_the_order_of_memory() -> Result<()> {
    let x = Tensor::zeros([2, 20])?;
    x.t()?.normal_with_(0.0, 1.0, &seeded())?;
    close(
        &x.to_dtype(DType::F64)?.to_vec::<f64>()?[..3],
        &[1.5409960746765137, -0.293428897857666, -2.1787893772125244],
    );
    Ok(())
}
