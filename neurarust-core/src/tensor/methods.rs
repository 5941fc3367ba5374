//! Element-wise methods that choose between lines of the table, or that take arguments the table can't express.

use super::{Operand, Tensor};
use crate::dtype::DType;
use crate::ops::complex::refused;
use crate::{Error, Result};

impl Tensor {
    /// `self` to the power `e`: integers stay integers if both are.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::new([1f32, 2.0, 3.0])?;
    /// assert_eq!(x.pow(2.0)?.to_vec::<f32>()?, [1.0, 4.0, 9.0]);
    /// assert_eq!(Tensor::new([2i64, 3])?.pow(3i64)?.to_vec::<i64>()?, [8, 27]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Shapes that don't broadcast; an integer to a negative integer power.
    #[track_caller]
    pub fn pow(&self, e: impl Operand) -> Result<Tensor> {
        let e = e.operand()?;
        if self.dtype().is_differentiable() || e.dtype().is_differentiable() {
            // The commonest exponents are cheaper, and exacter, as what they are.
            if e.0.number && !e.dtype().is_complex() && self.dtype().is_differentiable() {
                match e.item::<f64>()? {
                    1.0 => return self.mul(1.0),
                    2.0 => return self.square(),
                    0.5 => return self.sqrt(),
                    -1.0 => return self.reciprocal(),
                    _ => {}
                }
            }
            return self.pow_real(&*e);
        }
        if e.0.number && e.item::<i64>()? < 0 {
            return Err(Error::value(
                "pow",
                format!(
                    "an integer tensor to the negative power {}; convert it first",
                    e.item::<i64>()?
                ),
            ));
        }
        self.pow_int(&*e)
    }

    /// `self` where `condition`, `other` elsewhere.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::new([-1f32, 2.0])?;
    /// assert_eq!(x.where_cond(&x.gt(0.0)?, 0.0)?.to_vec::<f32>()?, [0.0, 2.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A condition that isn't `bool`, shapes that don't broadcast.
    #[track_caller]
    pub fn where_cond(&self, condition: &Tensor, other: impl Operand) -> Result<Tensor> {
        if condition.dtype() != DType::Bool {
            return Err(Error::dtype(
                "where",
                format!(
                    "expected a bool condition, got {}; compare first (x.ne(0))",
                    condition.dtype()
                ),
            ));
        }
        condition.select_where(self, other)
    }

    /// Elements within `[min, max]`; either bound may be missing.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::new([-2f32, 0.5, 2.0])?;
    /// assert_eq!(x.clamp(-1.0, 1.0)?.to_vec::<f32>()?, [-1.0, 0.5, 1.0]);
    /// assert_eq!(x.clamp(0.0, None)?.to_vec::<f32>()?, [0.0, 0.5, 2.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Both bounds missing.
    #[track_caller]
    pub fn clamp(
        &self,
        min: impl Into<Option<f64>>,
        max: impl Into<Option<f64>>,
    ) -> Result<Tensor> {
        let (min, max) = (min.into(), max.into());
        if min.is_none() && max.is_none() {
            return Err(Error::value("clamp", "neither a lower nor an upper bound"));
        }
        if self.dtype().is_complex() {
            return Err(refused("clamp", self.dtype()));
        }
        let x = if !self.dtype().is_float() && [min, max].iter().flatten().any(|b| b.fract() != 0.0)
        {
            self.to_dtype(DType::F32)?
        } else {
            self.clone()
        };
        if [min, max].iter().flatten().any(|b| b.is_nan()) {
            return x.mul(f64::NAN);
        }
        // Where the bounds cross, the upper one counts.
        let min = match (min, max) {
            (Some(low), Some(high)) if low > high => max,
            _ => min,
        };
        // An integer tensor's own bounds where one is missing: the casts in between saturate.
        x.clamp_between(
            min.unwrap_or(f64::NEG_INFINITY),
            max.unwrap_or(f64::INFINITY),
        )
    }

    /// Bits turned over; `!` on bools.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// assert_eq!(Tensor::new([0u8, 1])?.bitwise_not()?.to_vec::<u8>()?, [255, 254]);
    /// assert_eq!(Tensor::new([true])?.bitwise_not()?.to_vec::<bool>()?, [false]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A float tensor.
    #[track_caller]
    pub fn bitwise_not(&self) -> Result<Tensor> {
        if self.dtype() == DType::Bool {
            self.logical_not()
        } else {
            self.bitwise_not_int()
        }
    }

    /// Elements replaced by `value` where `mask`, which broadcasts.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let scores = Tensor::new([1f32, 2.0, 3.0])?;
    /// let mask = Tensor::new([false, true, false])?;
    /// assert_eq!(scores.masked_fill(&mask, 0.0)?.to_vec::<f32>()?, [1.0, 0.0, 3.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A mask that isn't `bool`, shapes that don't broadcast to `self`'s.
    #[track_caller]
    pub fn masked_fill(&self, mask: &Tensor, value: impl Operand) -> Result<Tensor> {
        const OP: &str = "masked_fill";
        if mask.dtype() != DType::Bool {
            return Err(Error::dtype(
                OP,
                format!("expected a bool mask, got {}", mask.dtype()),
            ));
        }
        let value = value.operand()?;
        if value.rank() > 0 {
            return Err(Error::shape(
                OP,
                format!(
                    "expected a number or a tensor without dimensions as the value, got shape {}",
                    value.shape()
                ),
            ));
        }
        if value.dtype().is_complex() && !self.dtype().is_complex() {
            return Err(Error::dtype(
                OP,
                format!(
                    "a {} value for a {} tensor; convert one of them",
                    value.dtype(),
                    self.dtype()
                ),
            ));
        }
        let value = value.held_by(OP, self.dtype())?.to_dtype(self.dtype())?;
        mask.select_where(&value, self)
    }
}
