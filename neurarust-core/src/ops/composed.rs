//! Element-wise functions that are made of lines of the table, and differentiated through them.

use super::inplace::can_store;
use crate::autograd::{record, tracks_as};
use crate::cpu::fresh::Fresh;
use crate::dtype::DType;
use crate::tensor::Operand;
use crate::{Error, Result, Tensor};
use smallvec::smallvec;

impl Tensor {
    /// The least common multiple of integers, not below 0.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// assert_eq!(Tensor::new([4i64, 6])?.lcm(10i64)?.to_vec::<i64>()?, [20, 30]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Floats; shapes that don't broadcast.
    #[track_caller]
    pub fn lcm(&self, other: impl Operand) -> Result<Tensor> {
        let other = other.operand()?;
        self.floor_divide(self.gcd(&other)?)?.mul(&other)?.abs()
    }

    /// `self · 2ᵉ` for the exponent `e`.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// assert_eq!(Tensor::new([3f32, 5.0])?.ldexp(2i64)?.to_vec::<f32>()?, [12.0, 20.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Shapes that don't broadcast.
    #[track_caller]
    pub fn ldexp(&self, e: impl Operand) -> Result<Tensor> {
        self.mul(e.operand()?.exp2()?)
    }

    /// `(m, e)` with `self = m · 2ᵉ` and `½ ≤ |m| < 1`; `e` is a tensor of `i32`.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let (m, e) = Tensor::new([8f32])?.frexp()?; // 0.5 · 2⁴
    /// assert_eq!((m.item::<f32>()?, e.item::<i32>()?), (0.5, 4));
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Anything but floats.
    #[track_caller]
    pub fn frexp(&self) -> Result<(Tensor, Tensor)> {
        if !self.dtype().is_float() {
            return Err(Error::dtype(
                "frexp",
                format!(
                    "expected a floating-point tensor, got {}; convert it",
                    self.dtype()
                ),
            ));
        }
        let exponent = self.detach().frexp_exponent()?.to_dtype(DType::I32)?;
        Ok((self.frexp_mantissa()?, exponent))
    }

    /// `self` to the power `e` in `f64`.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let y = Tensor::new([2i64, 3])?.float_power(2.0)?;
    /// assert_eq!(y.to_vec::<f64>()?, [4.0, 9.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Shapes that don't broadcast.
    #[track_caller]
    pub fn float_power(&self, e: impl Operand) -> Result<Tensor> {
        let e = e.operand()?;
        let wide = self.to_dtype(DType::F64)?;
        // A bare number stays one: the commonest exponents have shortcuts.
        match e.0.number && e.dtype().is_float() {
            true => wide.pow(&*e),
            false => wide.pow(e.to_dtype(DType::F64)?),
        }
    }

    /// The logarithm of the multivariate gamma function of dimension `p`:
    /// `ln π · p (p - 1) / 4 + Σ lgamma(self - j / 2)` over `j < p`.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let y = Tensor::new([5f64])?.mvlgamma(1)?.item::<f64>()?; // ln 4!
    /// assert!((y - 24f64.ln()).abs() < 1e-12);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A dimension below 1.
    #[track_caller]
    pub fn mvlgamma(&self, p: i64) -> Result<Tensor> {
        // As many functions are computed: a dimension that isn't meant so would take forever.
        if !(1..=4096).contains(&p) {
            return Err(Error::value(
                "mvlgamma",
                format!("expected a dimension p from 1 to 4096, got {p}"),
            ));
        }
        let constant = std::f64::consts::PI.ln() * 0.25 * (p as f64) * (p as f64 - 1.0);
        let mut sum = self.lgamma()?.add(constant)?;
        for j in 1..p {
            sum = sum.add(self.sub(0.5 * j as f64)?.lgamma()?)?;
        }
        Ok(sum)
    }

    /// Rounded to `decimals` places behind the point; negative numbers count places before it. Halves to even.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// assert_eq!(Tensor::new([1.2345f64])?.round_to(2)?.to_vec::<f64>()?, [1.23]);
    /// assert_eq!(Tensor::new([1250f64])?.round_to(-2)?.to_vec::<f64>()?, [1200.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Integers, which have no places to round to.
    #[track_caller]
    pub fn round_to(&self, decimals: i32) -> Result<Tensor> {
        if !self.dtype().is_float() {
            return Err(Error::unsupported(
                "round",
                format!(
                    "decimals={decimals} of {} elements; convert them to float first",
                    self.dtype()
                ),
            ));
        }
        let ten = 10f64.powi(decimals.saturating_abs());
        match decimals {
            0 => self.round(),
            1.. => self.mul(ten)?.round()?.div(ten),
            _ => self.div(ten)?.round()?.mul(ten),
        }
    }

    /// The number next to `self` on the way to `other`, in the common dtype. The gradient is that of `self`, but where
    /// both are equal.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let y = Tensor::new([1f64])?.nextafter(&Tensor::new([2f64])?)?;
    /// assert_eq!(y.item::<f64>()?, 1.0 + f64::EPSILON);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Integers, which have no neighbours; shapes that don't broadcast.
    #[track_caller]
    pub fn nextafter(&self, other: impl Operand) -> Result<Tensor> {
        const OP: &str = "nextafter";
        let other = other.operand()?;
        let inputs = [self, &*other];
        let dtype = super::apply::promote(&inputs);
        let shape = super::apply::broadcast(OP, &inputs)?;
        let dims: Vec<i64> = shape.iter().map(|d| *d as i64).collect();
        let even = |t: &Tensor| t.to_dtype(dtype)?.expand(&dims[..])?.contiguous();
        let (a, b) = (even(self)?, even(&other)?);
        macro_rules! neighbours {
            ($t:ty, $bits:ty) => {{
                let step = |x: $t, y: $t| -> $t {
                    // One bit pattern further from 0 or nearer to it; without branches, for vector code.
                    let (bits, zero, one) = (x.to_bits(), <$t>::from_bits(0), 1 as $bits);
                    let outward = (y > x) == (x > zero);
                    let near = bits.wrapping_add(if outward { one } else { one.wrapping_neg() });
                    let sign = y.to_bits() & !(<$bits>::MAX >> 1);
                    let near = if x == zero { sign | one } else { near };
                    let still = if x == y || y.is_nan() { y.to_bits() } else { near };
                    <$t>::from_bits(if x.is_nan() && !y.is_nan() { bits } else { still })
                };
                let mut out = Fresh::<$t>::new(shape)?;
                let mut fill = |a: &[$t], b: &[$t]| {
                    out.for_each_chunk(32 * 1024, |start, chunk| {
                        let range = start..start + chunk.len();
                        for ((o, x), y) in chunk.iter_mut().zip(&a[range.clone()]).zip(&b[range]) {
                            *o = step(*x, *y);
                        }
                    })
                };
                a.with_data(|a: &[$t]| b.with_data(|b: &[$t]| fill(a, b)))??;
                Ok(out.finish())
            }};
        }
        let out = match dtype {
            DType::F32 => neighbours!(f32, u32),
            DType::F64 => neighbours!(f64, u64),
            DType::F16 => neighbours!(crate::f16, u16),
            DType::BF16 => neighbours!(crate::bf16, u16),
            other => Err(Error::dtype(
                OP,
                format!("expected floating-point tensors, got {other}"),
            )),
        }?;
        if tracks_as(OP, &inputs) {
            let moved = self.detach().ne(other.detach())?;
            record(OP, &inputs, &[&out], moved, |moved, _, grads| {
                let Some(g) = grads.into_iter().next().flatten() else {
                    return Ok(smallvec![None, None]);
                };
                Ok(smallvec![Some(g.mul(moved)?), Some(g.zeros_like()?)])
            })?;
        }
        Ok(out)
    }

    /// Takes over the elements of `result`, which `op` has computed from this tensor: the in-place form of a function
    /// that has no kernel of its own.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::new([-1f32, 2.0])?;
    /// x.become_("relu_", &x.relu()?)?;
    /// assert_eq!(x.to_vec::<f32>()?, [0.0, 2.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A result of another shape, or of a dtype that this one has no room for; what in-place operations refuse.
    #[track_caller]
    pub fn become_(&self, op: &'static str, result: &Tensor) -> Result<&Tensor> {
        if result.shape() != self.shape() {
            return Err(Error::shape(
                op,
                format!(
                    "the result has shape {} and can't be written to a tensor of shape {}",
                    result.shape(),
                    self.shape()
                ),
            ));
        }
        if !can_store(result.dtype(), self.dtype()) && result.dtype() != DType::Bool {
            return Err(Error::dtype(
                op,
                format!(
                    "the result is {} and can't be written to a {} tensor",
                    result.dtype(),
                    self.dtype()
                ),
            ));
        }
        self.copy_(result)
    }
}
