//! Sums, products, quotients, powers and comparisons of complex numbers.

use super::{from_pair, join, pair, refused, split};
use crate::autograd::{Saved, no_grad, record, tracks};
use crate::cpu::kernel::Params;
use crate::{DType, Result, Tensor};
use smallvec::smallvec;

/// An op of two operands, at least one of them complex, by name.
#[track_caller]
pub(super) fn binary(
    name: &'static str,
    params: &Params,
    dtype: DType,
    a: &Tensor,
    b: &Tensor,
) -> Result<Tensor> {
    let real = dtype.to_real();
    match name {
        // A real operand scales the pair.
        "mul" if !a.dtype().is_complex() => return scaled(&b.to_dtype(dtype)?, a, real, false),
        "mul" if !b.dtype().is_complex() => return scaled(&a.to_dtype(dtype)?, b, real, false),
        "div" if !b.dtype().is_complex() => return scaled(&a.to_dtype(dtype)?, b, real, true),
        _ => {}
    }
    let (a, b) = (&a.to_dtype(dtype)?, &b.to_dtype(dtype)?);
    match name {
        "add" => from_pair(&pair(a)?.add(&pair(b)?)?),
        "sub" => from_pair(&pair(a)?.sub(&pair(b)?)?),
        "add_scaled" => from_pair(&pair(a)?.add_scaled(&pair(b)?, params[0])?),
        "mul" => product(a, b),
        "div" => quotient(a, b),
        "pow_real" => power(a, b),
        "squared_error" => a.sub(b)?.square(),
        "absolute_error" => a.sub(b)?.abs(),
        "eq" => {
            let same = pair(a)?.eq(&pair(b)?)?;
            same.select(-1, 0)?.logical_and(&same.select(-1, 1)?)
        }
        "ne" => {
            let other = pair(a)?.ne(&pair(b)?)?;
            other.select(-1, 0)?.logical_or(&other.select(-1, 1)?)
        }
        "logical_and" => a.ne(0.0)?.logical_and(&b.ne(0.0)?),
        "logical_or" => a.ne(0.0)?.logical_or(&b.ne(0.0)?),
        "logical_xor" => a.ne(0.0)?.logical_xor(&b.ne(0.0)?),
        _ => Err(refused(name, dtype)),
    }
}

/// An op of three operands, at least one of them complex, by name.
#[track_caller]
pub(super) fn ternary(
    name: &'static str,
    params: &Params,
    dtype: DType,
    [a, b, c]: [&Tensor; 3],
) -> Result<Tensor> {
    match name {
        "addcmul" => a.add(&b.mul(c)?.mul(params[0])?),
        "addcdiv" => a.add(&b.div(c)?.mul(params[0])?),
        "lerp" => a.add(&b.sub(a)?.mul(c)?),
        _ => Err(refused(name, dtype)),
    }
}

/// `z · x`, or `z / x`, of a real `x`.
#[track_caller]
fn scaled(z: &Tensor, x: &Tensor, real: DType, divide: bool) -> Result<Tensor> {
    let x = x.to_dtype(real)?.unsqueeze(-1)?;
    let z = pair(z)?;
    from_pair(&if divide { z.div(&x)? } else { z.mul(&x)? })
}

/// `(a + bi)(c + di) = (ac - bd) + (ad + bc)i`
#[track_caller]
fn product(a: &Tensor, b: &Tensor) -> Result<Tensor> {
    let out = {
        let _guard = no_grad();
        let ((ar, ai), (br, bi)) = (split(a)?, split(b)?);
        join(
            &ar.mul(&br)?.addcmul(&ai, &bi, -1.0)?,
            &ar.mul(&bi)?.addcmul(&ai, &br, 1.0)?,
        )?
    };
    if tracks(&[a, b]) {
        let keep = |of: &Tensor, t: &Tensor| of.is_requires_grad().then(|| Saved::input(t));
        let saved = (keep(b, a), keep(a, b));
        record("mul", &[a, b], &[&out], saved, |(a, b), call, grads| {
            let Some(g) = &grads[0] else {
                return Ok(smallvec![None, None]);
            };
            let side = |k: usize, other: &Option<Saved>| match other {
                Some(other) if call.needs(k) => Ok(Some(g.mul(&other.get(call)?.conj()?)?)),
                _ => Ok::<_, crate::Error>(None),
            };
            Ok(smallvec![side(0, b)?, side(1, a)?])
        })?;
    }
    Ok(out)
}

/// `a / b`, scaled by the larger part of `b` so that nothing overflows on the way.
#[track_caller]
fn quotient(a: &Tensor, b: &Tensor) -> Result<Tensor> {
    let out = {
        let _guard = no_grad();
        let ((ar, ai), (br, bi)) = (split(a)?, split(b)?);
        let scale = br.abs()?.maximum(&bi.abs()?)?;
        let (c, d) = (br.div(&scale)?, bi.div(&scale)?);
        let norm = c.square()?.addcmul(&d, &d, 1.0)?.mul(&scale)?;
        join(
            &ar.mul(&c)?.addcmul(&ai, &d, 1.0)?.div(&norm)?,
            &ai.mul(&c)?.addcmul(&ar, &d, -1.0)?.div(&norm)?,
        )?
    };
    if tracks(&[a, b]) {
        let numerator = b.is_requires_grad().then(|| Saved::input(a));
        let saved = (numerator, Saved::input(b));
        record("div", &[a, b], &[&out], saved, |(a, b), call, grads| {
            let Some(g) = &grads[0] else {
                return Ok(smallvec![None, None]);
            };
            let b = b.get(call)?;
            let ga = g.div(&b.conj()?)?;
            let gb = match a {
                Some(a) if call.needs(1) => Some(ga.mul(&a.get(call)?.div(&b)?.conj()?)?.neg()?),
                _ => None,
            };
            Ok(smallvec![Some(ga).filter(|_| call.needs(0)), gb])
        })?;
    }
    Ok(out)
}

/// `aᵇ = exp(b · log a)`, where `0⁰ = 1` and any other power of 0 is 0.
#[track_caller]
fn power(a: &Tensor, b: &Tensor) -> Result<Tensor> {
    let out = {
        let _guard = no_grad();
        let zero = a.eq(0.0)?;
        let at_zero = b.eq(0.0)?.to_dtype(a.dtype())?;
        let value = a.masked_fill(&zero, 1.0)?.log()?.mul(b)?.exp()?;
        zero.select_where(&at_zero, &value)?
    };
    if tracks(&[a, b]) {
        let saved = (Saved::input(a), Saved::input(b));
        record("pow", &[a, b], &[&out], saved, |(a, b), call, grads| {
            let Some(g) = &grads[0] else {
                return Ok(smallvec![None, None]);
            };
            let (a, b) = (a.get(call)?, b.get(call)?);
            let ga = match call.needs(0) {
                true => {
                    let slope = b.mul(&a.pow(&b.sub(1.0)?)?)?;
                    Some(g.mul(&slope.masked_fill(&b.eq(0.0)?, 0.0)?.conj()?)?)
                }
                false => None,
            };
            let gb = match call.needs(1) {
                true => {
                    let zero = a.eq(0.0)?;
                    let log = a.masked_fill(&zero, 1.0)?.log()?;
                    Some(g.mul(&a.pow(&b)?.mul(&log)?.masked_fill(&zero, 0.0)?.conj()?)?)
                }
                false => None,
            };
            Ok(smallvec![ga, gb])
        })?;
    }
    Ok(out)
}
