//! Complex numbers: pairs of reals, and nothing else.
//!
//! An element of a complex tensor is its real part followed by its imaginary part, so the tensor read as reals with one
//! more dimension of size 2 ([`Tensor::view_as_real`]) is the same memory. Everything here is said in terms of that
//! *pair*: addition adds pairs, a product is four products of parts, a matrix product is one real matrix product of
//! twice the width. There are no complex kernels, and what moves bytes (views, `cat`, indexing) moves pairs.
//!
//! Gradients follow PyTorch: the gradient of a real loss `L` with respect to `z = a + bi` is `∂L/∂a + i ∂L/∂b`, which is
//! the gradient of the pair. So an operation composed of real ones is differentiable to any order as it stands.
//! Functions with a complex derivative (`functions`) are recorded as one node instead, whose vector-Jacobian product is
//! `g · conj(f'(z))`: cheaper, and right at the points where a formula of parts has no derivative.
//!
//! Element-wise ops get here by name: [`apply`](super::apply::apply) hands over as soon as the promoted dtype is complex,
//! and a name that isn't listed in [`apply`] is an error. Whatever else meets a complex dtype without knowing of it stops
//! at [`complex_backstop`](crate::dtype::complex_backstop) instead of computing on wrong bits.

mod arithmetic;
mod functions;
mod parts;
mod reduce;

pub(crate) use reduce::{cumsum, matmul_nd, mean, prod, sum, sum_to};

use super::apply::promote;
use crate::autograd::{record, tracks};
use crate::cpu::kernel::Params;
use crate::dtype::DType;
use crate::layout::{Dims, Layout, Shape, Strides};
use crate::{Error, Result, Tensor};
use smallvec::smallvec;

/// The layout of the reals in a complex tensor: strides count reals, the parts are the last dimension.
pub(super) fn real_layout(from: &Layout) -> Result<Layout> {
    let mut dims = Dims::from_slice(from.shape().dims());
    dims.push(2);
    let mut strides: Strides = from.strides().iter().map(|s| s.saturating_mul(2)).collect();
    strides.push(1);
    Layout::strided(
        Shape::from_dims(dims)?,
        strides,
        from.offset().saturating_mul(2),
    )
}

/// The layout of complex numbers over reals whose last dimension are the parts; `None` if they don't lie side by side.
pub(super) fn complex_layout(from: &Layout) -> Result<Option<Layout>> {
    let (dims, strides) = (from.shape().dims(), from.strides());
    let Some((2, lead)) = dims.split_last().map(|(n, lead)| (*n, lead)) else {
        return Ok(None);
    };
    let rank = lead.len();
    let empty = from.numel() == 0;
    let fits = |d: usize| dims[d] <= 1 || strides[d] % 2 == 0;
    if !empty && (strides[rank] != 1 || !from.offset().is_multiple_of(2) || !(0..rank).all(fits)) {
        return Ok(None);
    }
    Ok(Some(Layout::strided(
        Shape::new(lead)?,
        strides[..rank].iter().map(|s| s / 2).collect(),
        from.offset() / 2,
    )?))
}

/// `z` as pairs: its own memory, shape (…, 2). For reading only.
#[track_caller]
pub(crate) fn pair(z: &Tensor) -> Result<Tensor> {
    let layout = real_layout(z.layout())?;
    let out = Tensor::over(z.0.storage.clone(), layout, z.dtype().to_real())?;
    if tracks(&[z]) {
        record("view_as_real", &[z], &[&out], (), |_, _, grads| {
            let g = grads.into_iter().next().flatten();
            Ok(smallvec![g.map(|g| from_pair(&g)).transpose()?])
        })?;
    }
    Ok(out)
}

/// Pairs of reals of shape (…, 2) as complex numbers: their own memory if they lie side by side, else a copy.
#[track_caller]
pub(crate) fn from_pair(reals: &Tensor) -> Result<Tensor> {
    let (reals, layout) = match complex_layout(reals.layout())? {
        Some(layout) => (reals.clone(), layout),
        None => {
            let dense = reals.contiguous()?;
            let layout = complex_layout(dense.layout())?.ok_or_else(|| {
                Error::shape(
                    "view_as_complex",
                    format!("shape {}; the last size must be 2", reals.shape()),
                )
            })?;
            (dense, layout)
        }
    };
    let dtype = reals.dtype().to_complex();
    let out = Tensor::over(reals.0.storage.clone(), layout, dtype)?;
    if tracks(&[&reals]) {
        record("view_as_complex", &[&reals], &[&out], (), |_, _, grads| {
            let g = grads.into_iter().next().flatten();
            Ok(smallvec![g.map(|g| pair(&g)).transpose()?])
        })?;
    }
    Ok(out)
}

/// The complex tensor of two real ones, which broadcast.
#[track_caller]
pub(super) fn join(re: &Tensor, im: &Tensor) -> Result<Tensor> {
    let shape = re.shape().broadcast(im.shape(), "complex")?;
    let parts = [re.expand_to(&shape)?, im.expand_to(&shape)?];
    from_pair(&Tensor::stack(&[&parts[0], &parts[1]], -1)?)
}

/// The real and the imaginary part, as views for reading.
#[track_caller]
pub(super) fn split(z: &Tensor) -> Result<(Tensor, Tensor)> {
    let pair = pair(z)?;
    Ok((pair.select(-1, 0)?, pair.select(-1, 1)?))
}

/// Copies `source` (broadcast, converted) into `target`, one of which is complex. No checks, no history.
#[track_caller]
pub(crate) fn write_copy(target: &Tensor, source: &Tensor) -> Result<()> {
    let (target, source) = (target.detach(), source.detach());
    match (target.dtype(), source.dtype().is_complex()) {
        (DType::Bool, _) => super::inplace::write_copy(&target, &source.ne(0.0)?),
        (to, true) if to.is_complex() => {
            super::inplace::write_copy(&pair(&target)?, &pair(&source)?)
        }
        (to, _) if to.is_complex() => {
            let pair = pair(&target)?;
            super::inplace::write_copy(&pair.select(-1, 0)?.detach(), &source)?;
            let zero = Tensor::zeroed(Shape::scalar(), to.to_real())?;
            super::inplace::write_copy(&pair.select(-1, 1)?.detach(), &zero)
        }
        _ => super::inplace::write_copy(&target, &split(&source)?.0.detach()),
    }
}

/// An op of the table, by `name`, on `inputs` of which at least one is complex.
#[track_caller]
pub(crate) fn apply(name: &'static str, params: &Params, inputs: &[&Tensor]) -> Result<Tensor> {
    let dtype = promote(inputs);
    match (name, inputs) {
        ("select_where", [condition, a, b]) => {
            let dtype = promote(&[a, b]);
            if !dtype.is_complex() {
                return Err(refused(name, dtype));
            }
            let (a, b) = (a.to_dtype(dtype)?, b.to_dtype(dtype)?);
            let condition = condition.unsqueeze(-1)?;
            from_pair(&condition.select_where(&pair(&a)?, &pair(&b)?)?)
        }
        (_, [z]) => functions::unary(name, &z.to_dtype(dtype)?),
        (_, [a, b]) => arithmetic::binary(name, params, dtype, a, b),
        (_, [a, b, c]) => arithmetic::ternary(name, params, dtype, [a, b, c]),
        _ => Err(refused(name, dtype)),
    }
}

/// The error of an op that complex numbers don't have.
#[track_caller]
pub(crate) fn refused(op: &'static str, dtype: DType) -> Error {
    let hint = match op {
        "lt" | "le" | "gt" | "ge" | "minimum" | "maximum" | "clamp" | "clamp_between" | "sort"
        | "argsort" | "topk" | "amax" | "amin" | "argmax" | "argmin" => {
            "complex numbers have no order; compare abs(), real or imag"
        }
        "sign" => "use sgn, which is z / |z|",
        _ => "take the real or the imaginary part, or view_as_real",
    };
    Error::dtype(op, format!("not defined for {dtype} tensors: {hint}"))
}

/// An op of the table written over `inputs[0]`: computed from a copy, then copied in, so that history and errors are
/// those of the two.
#[track_caller]
pub(crate) fn apply_in_place(
    name: &'static str,
    params: &Params,
    inputs: &[&Tensor],
) -> Result<()> {
    let target = inputs[0];
    super::inplace::check(name, target, &inputs[1..])?;
    let old = if tracks(inputs) {
        target.try_clone()?
    } else {
        target.clone()
    };
    let mut read: smallvec::SmallVec<[&Tensor; 4]> = smallvec![&old];
    read.extend(inputs[1..].iter().copied());
    let out = apply(name, params, &read)?;
    if out.shape() != target.shape() {
        return Err(Error::shape(
            name,
            format!(
                "the result has shape {} and can't be written to a tensor of shape {}",
                out.shape(),
                target.shape()
            ),
        ));
    }
    if out.dtype().is_complex() && !target.dtype().is_complex() {
        return Err(Error::dtype(
            name,
            format!(
                "the result is {} and can't be written to a {} tensor",
                out.dtype(),
                target.dtype()
            ),
        ));
    }
    target.copy_(&out).map(|_| ())
}
