//! Sums, products and matrix products of complex tensors, as those of pairs.

use super::{from_pair, pair};
use crate::layout::{Dims, Shape};
use crate::{Result, Tensor};

/// `dims` (all if there are none) counted from the front, so that they mean the same in the pair.
#[track_caller]
fn from_front(op: &'static str, z: &Tensor, dims: &[i64]) -> Result<Vec<i64>> {
    let dims = z.shape().dims_or_all(op, dims)?;
    Ok(dims.iter().map(|&d| d as i64).collect())
}

/// The sum over `dims`.
#[track_caller]
pub(crate) fn sum(z: &Tensor, dims: &[i64], keepdim: bool) -> Result<Tensor> {
    let dims = from_front("sum", z, dims)?;
    if dims.is_empty() {
        return z.try_clone();
    }
    from_pair(&pair(z)?.sum_dims(&dims, keepdim)?)
}

/// The mean over `dims`.
#[track_caller]
pub(crate) fn mean(z: &Tensor, dims: &[i64], keepdim: bool) -> Result<Tensor> {
    let dims = from_front("mean", z, dims)?;
    if dims.is_empty() {
        return z.try_clone();
    }
    from_pair(&pair(z)?.mean_dims(&dims, keepdim)?)
}

/// The sum to `shape`, which broadcasts to `z`'s.
#[track_caller]
pub(crate) fn sum_to(z: &Tensor, shape: &Shape) -> Result<Tensor> {
    let mut dims = Dims::from_slice(shape.dims());
    dims.push(2);
    from_pair(&pair(z)?.sum_to(&Shape::from_dims(dims)?)?)
}

/// The running sum along `dim`.
#[track_caller]
pub(crate) fn cumsum(z: &Tensor, dim: i64) -> Result<Tensor> {
    if z.rank() == 0 {
        z.shape().dim("cumsum", dim)?;
        return z.try_clone();
    }
    let dim = z.shape().dim("cumsum", dim)?;
    from_pair(&pair(z)?.cumsum(dim as i64)?)
}

/// The product over `dims`, halving the number of factors until one is left.
#[track_caller]
pub(crate) fn prod(z: &Tensor, dims: &[i64], keepdim: bool) -> Result<Tensor> {
    let dims = from_front("prod", z, dims)?;
    if dims.is_empty() {
        return z.try_clone();
    }
    let kept: Vec<i64> = (0..z.rank() as i64).filter(|d| !dims.contains(d)).collect();
    let order: Vec<i64> = kept.iter().chain(&dims).copied().collect();
    let out = Shape::from_dims(kept.iter().map(|&d| z.dims()[d as usize]).collect())?;
    let keep = Shape::from_dims(
        (0..z.rank())
            .map(|d| match dims.contains(&(d as i64)) {
                true => 1,
                false => z.dims()[d],
            })
            .collect(),
    )?;
    let mut factors = z.permute(&order)?.flatten(kept.len() as i64, -1)?;
    let last = factors.rank() - 1;
    if factors.dims()[last] == 0 {
        return Tensor::ones((if keepdim { &keep } else { &out }, z.dtype()));
    }
    while factors.dims()[last] > 1 {
        let n = factors.dims()[last];
        let half = n / 2;
        let front = factors.narrow(-1, 0, half)?;
        let mut product = front.mul(&factors.narrow(-1, half as i64, half)?)?;
        if n % 2 == 1 {
            product = Tensor::cat(&[&product, &factors.narrow(-1, n as i64 - 1, 1)?], -1)?;
        }
        factors = product;
    }
    factors.reshape(if keepdim { &keep } else { &out })
}

/// The matrix product as a real one of twice the width: (m, 2k) · (2k, 2n), where the right side holds `b` and `ib`.
#[track_caller]
pub(crate) fn matmul_nd(a: &Tensor, b: &Tensor) -> Result<Tensor> {
    let left = pair(a)?.flatten(-2, -1)?;
    let plain = pair(b)?;
    let signs = Tensor::new([-1.0f32, 1.0])?.to_dtype(plain.dtype())?;
    let turned = plain.flip(&[-1])?.mul(&signs)?;
    // (…, k, 2, n, 2)
    let right = Tensor::stack(&[&plain, &turned], -3)?
        .flatten(-4, -3)?
        .flatten(-2, -1)?;
    let out = left.times(&right)?;
    let n = b.dims()[b.rank() - 1] as i64;
    from_pair(&out.unflatten(-1, &[n, 2])?)
}
