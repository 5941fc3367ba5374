//! Functions of one complex number. Those with a complex derivative are a formula of parts and that derivative.

use super::{from_pair, join, pair, refused, split};
use crate::autograd::{Saved, no_grad, record, tracks};
use crate::{Result, Tensor};
use smallvec::smallvec;

/// The derivative of a function, in terms of what is cheaper to have kept.
enum Slope {
    OfInput(fn(&Tensor) -> Result<Tensor>),
    OfOutput(fn(&Tensor) -> Result<Tensor>),
}
use Slope::{OfInput, OfOutput};

/// An op of one complex operand, by name.
#[track_caller]
pub(super) fn unary(name: &'static str, z: &Tensor) -> Result<Tensor> {
    let parts = |test: fn(&Tensor) -> Result<Tensor>, both: bool| {
        let (re, im) = split(&z.detach())?;
        match both {
            true => test(&re)?.logical_and(&test(&im)?),
            false => test(&re)?.logical_or(&test(&im)?),
        }
    };
    match name {
        "neg" => from_pair(&pair(z)?.neg()?),
        "abs" => modulus(z),
        "square" => z.mul(z),
        "silu" => z.mul(&z.sigmoid()?),
        "rsqrt" => z.sqrt()?.reciprocal(),
        "log2" => z.log()?.mul(std::f64::consts::LOG2_E),
        "log10" => z.log()?.mul(std::f64::consts::LOG10_E),
        "exp2" => z.mul(std::f64::consts::LN_2)?.exp(),
        "asin" => turned(&turned(z, 1.0)?.asinh()?, -1.0),
        "acos" => z.asin()?.neg()?.add(std::f64::consts::FRAC_PI_2),
        "atan" => turned(&turned(z, 1.0)?.atanh()?, -1.0),
        "logical_not" => z.eq(0.0),
        "isnan" => parts(|x| x.isnan(), false),
        "isinf" => parts(|x| x.isinf(), false),
        "isfinite" => parts(|x| x.isfinite(), true),
        "reciprocal" => holomorphic(
            name,
            z,
            |z| z.ones_like()?.div(z),
            OfOutput(|y| y.square()?.neg()),
        ),
        "exp" => holomorphic(name, z, exp, OfOutput(|y| Ok(y.clone()))),
        "expm1" => holomorphic(name, z, expm1, OfOutput(|y| y.add(1.0))),
        "log" => holomorphic(
            name,
            z,
            |z| join(&absolute(z)?.log()?, &argument(z)?),
            OfInput(|z| z.reciprocal()),
        ),
        "log1p" => holomorphic(name, z, log1p, OfInput(|z| z.add(1.0)?.reciprocal())),
        "sqrt" => holomorphic(name, z, sqrt, OfOutput(|y| y.mul(2.0)?.reciprocal())),
        "sigmoid" => holomorphic(
            name,
            z,
            |z| z.neg()?.exp()?.add(1.0)?.reciprocal(),
            OfOutput(|y| y.mul(&y.neg()?.add(1.0)?)),
        ),
        "sinh" => holomorphic(name, z, sinh, OfInput(|z| z.cosh())),
        "cosh" => holomorphic(name, z, cosh, OfInput(|z| z.sinh())),
        "tanh" => holomorphic(name, z, tanh, OfOutput(|y| y.square()?.neg()?.add(1.0))),
        // sin z = -i sinh(iz), and so on.
        "sin" => holomorphic(
            name,
            z,
            |z| turned(&sinh(&turned(z, 1.0)?)?, -1.0),
            OfInput(|z| z.cos()),
        ),
        "cos" => holomorphic(
            name,
            z,
            |z| cosh(&turned(z, 1.0)?),
            OfInput(|z| z.sin()?.neg()),
        ),
        "tan" => holomorphic(
            name,
            z,
            |z| turned(&tanh(&turned(z, 1.0)?)?, -1.0),
            OfOutput(|y| y.square()?.add(1.0)),
        ),
        "asinh" => holomorphic(
            name,
            z,
            asinh,
            OfInput(|z| z.square()?.add(1.0)?.sqrt()?.reciprocal()),
        ),
        "acosh" => holomorphic(
            name,
            z,
            acosh,
            OfInput(|z| z.add(1.0)?.sqrt()?.mul(&z.sub(1.0)?.sqrt()?)?.reciprocal()),
        ),
        "atanh" => holomorphic(
            name,
            z,
            |z| z.log1p()?.sub(&z.neg()?.log1p()?)?.mul(0.5),
            OfInput(|z| z.square()?.neg()?.add(1.0)?.reciprocal()),
        ),
        _ => Err(refused(name, z.dtype())),
    }
}

/// `eval(z)` as one node, whose gradient is `g · conj(slope)`.
#[track_caller]
fn holomorphic(
    name: &'static str,
    z: &Tensor,
    eval: fn(&Tensor) -> Result<Tensor>,
    slope: Slope,
) -> Result<Tensor> {
    let out = {
        let _guard = no_grad();
        eval(&z.detach())?
    };
    if tracks(&[z]) {
        let (saved, slope) = match slope {
            OfInput(slope) => (Saved::input(z), slope),
            OfOutput(slope) => (Saved::output(&out, 0), slope),
        };
        record(name, &[z], &[&out], saved, move |saved, call, grads| {
            let Some(g) = &grads[0] else {
                return Ok(smallvec![None]);
            };
            let slope = slope(&saved.get(call)?)?;
            Ok(smallvec![Some(g.mul(&slope.conj()?)?)])
        })?;
    }
    Ok(out)
}

/// `z · i`, or `z · -i`: the parts change places.
#[track_caller]
fn turned(z: &Tensor, by: f64) -> Result<Tensor> {
    let (re, im) = split(z)?;
    join(&im.mul(-by)?, &re.mul(by)?)
}

/// `|z|` without overflow, unrecorded.
#[track_caller]
pub(super) fn absolute(z: &Tensor) -> Result<Tensor> {
    let _guard = no_grad();
    let (re, im) = split(&z.detach())?;
    if z.dtype() == crate::DType::C64 {
        // No square of an f32 overflows an f64.
        let wide = |x: &Tensor| x.to_dtype(crate::DType::F64);
        return wide(&re)?.hypot(&wide(&im)?)?.to_dtype(crate::DType::F32);
    }
    let scale = re.abs()?.maximum(&im.abs()?)?;
    let plain = scale.eq(0.0)?.logical_or(&scale.isinf()?)?;
    let by = plain.select_where(1.0, &scale)?;
    let length = re.div(&by)?.hypot(&im.div(&by)?)?.mul(&by)?;
    plain.select_where(&scale, &length)
}

/// The angle of `z`, unrecorded.
#[track_caller]
fn argument(z: &Tensor) -> Result<Tensor> {
    let _guard = no_grad();
    let (re, im) = split(&z.detach())?;
    im.atan2(&re)
}

/// `|z|`, whose gradient is `z / |z|`, and 0 at 0.
#[track_caller]
fn modulus(z: &Tensor) -> Result<Tensor> {
    let out = absolute(z)?;
    if tracks(&[z]) {
        record("abs", &[z], &[&out], Saved::input(z), |z, call, grads| {
            let Some(g) = &grads[0] else {
                return Ok(smallvec![None]);
            };
            Ok(smallvec![Some(z.get(call)?.sgn()?.mul(g)?)])
        })?;
    }
    Ok(out)
}

fn exp(z: &Tensor) -> Result<Tensor> {
    let (a, b) = split(z)?;
    let r = a.exp()?;
    // A real exponent stays real, also where its exponential is infinite.
    let im = b.eq(0.0)?.select_where(&b, &r.mul(&b.sin()?)?)?;
    join(&r.mul(&b.cos()?)?, &im)
}

fn expm1(z: &Tensor) -> Result<Tensor> {
    let (a, b) = split(z)?;
    let half = b.mul(0.5)?.sin()?;
    let re = a.expm1()?.mul(&b.cos()?)?.addcmul(&half, &half, -2.0)?;
    join(&re, &a.exp()?.mul(&b.sin()?)?)
}

fn log1p(z: &Tensor) -> Result<Tensor> {
    let (a, b) = split(z)?;
    // |1 + z|² - 1 = a(2 + a) + b²; far from 0 the plain logarithm is as good and cannot overflow.
    let near = a
        .mul(&a.add(2.0)?)?
        .addcmul(&b, &b, 1.0)?
        .log1p()?
        .mul(0.5)?;
    let shifted = join(&a.add(1.0)?, &b)?;
    let far = absolute(&shifted)?.log()?;
    let small = absolute(z)?.lt(0.5)?;
    join(&small.select_where(&near, &far)?, &argument(&shifted)?)
}

/// The root with a real part of 0 or more, by the half-angle that doesn't cancel.
fn sqrt(z: &Tensor) -> Result<Tensor> {
    let (a, b) = split(z)?;
    let length = absolute(z)?;
    let t = length.mul(0.5)?.add(&a.abs()?.mul(0.5)?)?.sqrt()?;
    let zero = t.eq(0.0)?;
    let small = zero.select_where(&t, b.abs()?.div(&t.mul(2.0)?)?)?;
    let right = a.ge(0.0)?;
    let re = right.select_where(&t, &small)?;
    let im = right.select_where(&small, &t)?.copysign(&b)?;
    join(&re, &im)
}

fn sinh(z: &Tensor) -> Result<Tensor> {
    let (a, b) = split(z)?;
    join(&a.sinh()?.mul(&b.cos()?)?, &a.cosh()?.mul(&b.sin()?)?)
}

fn cosh(z: &Tensor) -> Result<Tensor> {
    let (a, b) = split(z)?;
    join(&a.cosh()?.mul(&b.cos()?)?, &a.sinh()?.mul(&b.sin()?)?)
}

/// Kahan's formula; far from the imaginary axis, where it would overflow, the value is ±1 and a trace of an imaginary part.
fn tanh(z: &Tensor) -> Result<Tensor> {
    let (a, b) = split(z)?;
    let far = a.abs()?.gt(20.0)?;
    let near = far.select_where(0.0, &a)?;
    let (t, s) = (b.tan()?, near.sinh()?);
    let beta = t.square()?.add(1.0)?;
    let below = beta.mul(&s.square()?)?.add(1.0)?;
    let rho = s.square()?.add(1.0)?.sqrt()?;
    let re = beta.mul(&rho)?.mul(&s)?.div(&below)?;
    let one = a.ones_like()?.copysign(&a)?;
    let trace = a
        .abs()?
        .mul(-2.0)?
        .exp()?
        .mul(&b.sin()?)?
        .mul(&b.cos()?)?
        .mul(4.0)?;
    join(
        &far.select_where(&one, &re)?,
        &far.select_where(&trace, &t.div(&below)?)?,
    )
}

/// `log(z + √(z² + 1))`, of the half-plane where that doesn't cancel, by oddness.
fn asinh(z: &Tensor) -> Result<Tensor> {
    let (a, _) = split(z)?;
    let left = a.signbit_mask()?;
    let right = left.select_where(&z.neg()?, z)?;
    let value = right.add(&right.square()?.add(1.0)?.sqrt()?)?.log()?;
    left.select_where(&value.neg()?, &value)
}

/// `log(z + √(z + 1) √(z - 1))`
fn acosh(z: &Tensor) -> Result<Tensor> {
    z.add(&z.add(1.0)?.sqrt()?.mul(&z.sub(1.0)?.sqrt()?)?)?
        .log()
}

impl Tensor {
    /// Where the sign bit is set, -0 included.
    #[track_caller]
    fn signbit_mask(&self) -> Result<Tensor> {
        self.ones_like()?.copysign(self)?.lt(0.0)
    }
}
