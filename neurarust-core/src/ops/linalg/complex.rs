//! Complex matrices as real ones of twice the size, `[[Re, -Im], [Im, Re]]`: sums, products, inverses and series of the one
//! are those of the other.

use super::{columns, rows};
use crate::{Result, Tensor};

/// The real matrix (…, 2m, 2n) that stands for a complex one (…, m, n).
#[track_caller]
pub(super) fn embed(z: &Tensor) -> Result<Tensor> {
    let (re, im) = (z.real()?, z.imag()?);
    let upper = Tensor::cat(&[&re, &im.neg()?], -1)?;
    Tensor::cat(&[&upper, &Tensor::cat(&[&im, &re], -1)?], -2)
}

/// The complex matrix that a real one of twice the size stands for: rounding makes its halves differ, so it is their mean.
#[track_caller]
pub(super) fn extract(x: &Tensor) -> Result<Tensor> {
    let (m, n) = (x.dims()[x.rank() - 2] / 2, x.dims()[x.rank() - 1] / 2);
    let part = |i: usize, j: usize| columns(&rows(x, i * m, (i + 1) * m)?, j * n, (j + 1) * n);
    let re = part(0, 0)?.add(&part(1, 1)?)?.mul(0.5)?;
    let im = part(1, 0)?.sub(&part(0, 1)?)?.mul(0.5)?;
    Tensor::complex(&re, &im)
}

/// `X` of `A · X = B`, complex both; a singular `A` answers infinities.
#[track_caller]
pub(super) fn solve(a: &Tensor, b: &Tensor) -> Result<Tensor> {
    let n = a.dims()[a.rank() - 1];
    let right = Tensor::cat(&[&b.real()?, &b.imag()?], -2)?;
    let (x, _) = embed(a)?.solve_ex(&right, true)?;
    Tensor::complex(&rows(&x, 0, n)?, &rows(&x, n, 2 * n)?)
}
