//! `+ - * /` and friends on references to tensors and on numbers. They panic with the message that the named method
//! would answer.

use super::Tensor;
use crate::{DType, Error, Result};
use std::ops::{
    Add, AddAssign, BitAnd, BitOr, BitXor, Deref, Div, DivAssign, Mul, MulAssign, Neg, Not, Rem,
    Sub, SubAssign,
};

/// The second operand of an element-wise op: a tensor, or a number.
///
/// ```
/// # use neurarust_core::{DType, Tensor};
/// let x = Tensor::new([1i64, 2])?;
/// assert_eq!(x.add(&x)?.to_vec::<i64>()?, [2, 4]);
/// assert_eq!(x.add(0.5)?.dtype(), DType::F32); // numbers mix as Python's do
/// # Ok::<(), neurarust_core::Error>(())
/// ```
pub trait Operand {
    /// The operand as a tensor; numbers become tensors without dimensions that yield when types are mixed.
    #[track_caller]
    fn operand(&self) -> Result<Held<'_>>;
}

/// A borrowed or an owned tensor.
///
/// ```
/// # use neurarust_core::{Operand, Tensor};
/// let x = Tensor::new([1f32])?;
/// assert!(x.operand()?.is_same(&x)); // borrowed
/// assert_eq!(2.5.operand()?.item::<f64>()?, 2.5); // made
/// # Ok::<(), neurarust_core::Error>(())
/// ```
pub enum Held<'a> {
    /// Somebody else's.
    Borrowed(&'a Tensor),
    /// Made for the occasion.
    Owned(Tensor),
}

impl Deref for Held<'_> {
    type Target = Tensor;
    #[inline]
    fn deref(&self) -> &Tensor {
        match self {
            Held::Borrowed(t) => t,
            Held::Owned(t) => t,
        }
    }
}

impl Operand for Tensor {
    #[track_caller]
    #[inline]
    fn operand(&self) -> Result<Held<'_>> {
        Ok(Held::Borrowed(self))
    }
}

impl Operand for Held<'_> {
    #[track_caller]
    #[inline]
    fn operand(&self) -> Result<Held<'_>> {
        Ok(Held::Borrowed(self))
    }
}

impl<T: Operand + ?Sized> Operand for &T {
    #[track_caller]
    #[inline]
    fn operand(&self) -> Result<Held<'_>> {
        (**self).operand()
    }
}

macro_rules! number {
    ($($t:ty => $wide:ty),*) => { $(
        impl Operand for $t {
            #[track_caller]
            fn operand(&self) -> Result<Held<'_>> {
                Ok(Held::Owned(Tensor::number(*self as $wide)?))
            }
        }
    )* };
}
number!(f32 => f64, f64 => f64, i32 => i64, i64 => i64, bool => bool);

impl Operand for usize {
    #[track_caller]
    fn operand(&self) -> Result<Held<'_>> {
        match i64::try_from(*self) {
            Ok(x) => Ok(Held::Owned(Tensor::number(x)?)),
            Err(_) => Err(crate::Error::value(
                "operand",
                format!("{self} doesn't fit an i64"),
            )),
        }
    }
}

/// Refuses a number that an element of `dtype` can't stand for.
#[track_caller]
pub(super) fn held(op: &'static str, x: f64, dtype: DType) -> Result<()> {
    match dtype.holds(x) {
        true => Ok(()),
        false => Err(Error::overflow(
            op,
            format!("{x:?} can't be converted to {dtype} without overflow"),
        )),
    }
}

impl Tensor {
    /// A bare number: 0-d, and yielding to tensors when types are mixed.
    #[track_caller]
    pub(crate) fn number<T: crate::Element>(x: T) -> Result<Tensor> {
        Ok(Tensor::from_slice(&[x], ())?.into_number())
    }

    /// What becomes of `self` in a tensor of `dtype`: of a bare number, an integer if that is one (-1 becomes 255 as an
    /// unsigned byte). Numbers that an element can't stand for are refused; tensors are converted as they come.
    #[track_caller]
    pub(crate) fn held_by(&self, op: &'static str, dtype: DType) -> Result<Tensor> {
        // No integer is too large for these, not even one that `f64` rounds up.
        let whole = dtype == DType::I64 && !self.dtype().is_differentiable();
        if !self.0.number || whole || self.dtype().is_complex() {
            return Ok(self.clone());
        }
        held(op, self.item::<f64>()?, dtype)?;
        match dtype.is_int() {
            true => self.to_dtype(DType::I64),
            false => Ok(self.clone()),
        }
    }
}

macro_rules! operators {
    ($($trait:ident $method:ident $named:ident),*) => { $(
        operators!(@one [Tensor] [&Tensor] $trait $method $named);
        operators!(@one [Tensor] [Tensor] $trait $method $named);
        operators!(@one [&Tensor] [&Tensor] $trait $method $named);
        operators!(@one [&Tensor] [Tensor] $trait $method $named);
        operators!(@one [Tensor] [f64] $trait $method $named);
        operators!(@one [&Tensor] [f64] $trait $method $named);
        operators!(@one [f64] [Tensor] $trait $method $named);
        operators!(@one [f64] [&Tensor] $trait $method $named);
    )* };
    (@one [$left:ty] [$right:ty] $trait:ident $method:ident $named:ident) => {
        impl $trait<$right> for $left {
            type Output = Tensor;
            #[track_caller]
            #[inline]
            fn $method(self, other: $right) -> Tensor {
                let left = match self.operand() { Ok(left) => left, Err(e) => e.raise() };
                match Tensor::$named(&left, &other) { Ok(t) => t, Err(e) => e.raise() }
            }
        }
    };
}
operators!(Add add add, Sub sub sub, Mul mul mul, Div div div, Rem rem remainder, BitAnd bitand bitwise_and, BitOr bitor bitwise_or, BitXor bitxor bitwise_xor);

macro_rules! unary {
    ($($trait:ident $method:ident $named:ident $t:ty),*) => { $(
        impl $trait for $t {
            type Output = Tensor;
            #[track_caller]
            fn $method(self) -> Tensor {
                match Tensor::$named(&self) { Ok(t) => t, Err(e) => e.raise() }
            }
        }
    )* };
}
unary!(Neg neg neg Tensor, Neg neg neg &Tensor, Not not bitwise_not Tensor, Not not bitwise_not &Tensor);

macro_rules! assign {
    ($($trait:ident $method:ident $named:ident $right:ty),*) => { $(
        impl $trait<$right> for Tensor {
            #[track_caller]
            fn $method(&mut self, other: $right) {
                if let Err(e) = Tensor::$named(self, other) { e.raise() }
            }
        }
    )* };
}
assign!(
    AddAssign add_assign add_ &Tensor, SubAssign sub_assign sub_ &Tensor, MulAssign mul_assign mul_ &Tensor, DivAssign div_assign div_ &Tensor,
    AddAssign add_assign add_ f64, SubAssign sub_assign sub_ f64, MulAssign mul_assign mul_ f64, DivAssign div_assign div_ f64
);
