//! Automatic mixed precision, per thread: inside of a region, matrix products and convolutions read their operands in a
//! half-precision type, and losses theirs in `f32`. The operations ask here at their beginning; the conversions are recorded
//! like any other, so gradients come back in the parameters' own types.

use crate::{DType, Error, Result, Tensor};
use std::borrow::Cow;
use std::cell::Cell;
use std::marker::PhantomData;

thread_local!(static PRODUCTS: Cell<Option<DType>> = const { Cell::new(None) });

/// Restores the previous state when dropped. Not `Send`: a region belongs to its thread.
///
/// ```
/// # use neurarust_core::{DType, autograd::{autocast, autocast_dtype}};
/// let guard = autocast(Some(DType::BF16))?;
/// assert_eq!(autocast_dtype(), Some(DType::BF16));
/// drop(guard);
/// assert_eq!(autocast_dtype(), None);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
#[must_use = "the region ends when the guard is dropped; bind it: `let _guard = autocast(Some(dtype))?;`"]
pub struct AutocastGuard(Option<DType>, PhantomData<*const ()>);

impl Drop for AutocastGuard {
    fn drop(&mut self) {
        PRODUCTS.set(self.0);
    }
}

/// Computes products and convolutions of `f32` in `dtype` (`BF16` or `F16`) until the guard is dropped, or, for `None`, as
/// they are.
///
/// ```
/// use neurarust_core::{DType, Tensor, autograd::autocast};
/// let (x, w) = (Tensor::ones([2, 3])?, Tensor::ones([3, 1])?.requires_grad()?);
/// let y = {
///     let _guard = autocast(Some(DType::BF16))?;
///     x.matmul(&w)?
/// };
/// y.to_dtype(DType::F32)?.sum()?.backward()?;
/// assert_eq!((y.dtype(), w.grad().unwrap().dtype()), (DType::BF16, DType::F32));
/// # Ok::<(), neurarust_core::Error>(())
/// ```
///
/// # Errors
/// Another type.
#[track_caller]
pub fn autocast(dtype: Option<DType>) -> Result<AutocastGuard> {
    Ok(AutocastGuard(replace_autocast(dtype)?, PhantomData))
}

/// Changes this thread's state and answers the one before: for hosts whose blocks are no Rust scopes. In Rust, use
/// [`autocast`].
///
/// ```
/// # use neurarust_core::{DType, Tensor, autograd::replace_autocast};
/// let before = replace_autocast(Some(DType::F16))?;
/// assert_eq!(Tensor::ones([2, 2])?.matmul(&Tensor::ones([2, 2])?)?.dtype(), DType::F16);
/// assert_eq!(replace_autocast(before)?, Some(DType::F16));
/// # Ok::<(), neurarust_core::Error>(())
/// ```
///
/// # Errors
/// As [`autocast`].
#[track_caller]
pub fn replace_autocast(dtype: Option<DType>) -> Result<Option<DType>> {
    match dtype {
        None | Some(DType::BF16 | DType::F16) => Ok(PRODUCTS.replace(dtype)),
        Some(other) => Err(Error::dtype(
            "autocast",
            format!("{other}; expected bfloat16 or float16"),
        )),
    }
}

/// The type of products in the region that this thread is in.
///
/// ```
/// # use neurarust_core::{DType, autograd::{autocast, autocast_dtype}};
/// let _outer = autocast(Some(DType::BF16))?;
/// let _inner = autocast(None)?; // products as they are, inside of the region
/// assert_eq!(autocast_dtype(), None);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
#[inline]
pub fn autocast_dtype() -> Option<DType> {
    PRODUCTS.get()
}

/// What a product reads of `t`.
#[inline]
#[track_caller]
pub(crate) fn for_product(t: &Tensor) -> Result<Cow<'_, Tensor>> {
    match PRODUCTS.get() {
        None => Ok(Cow::Borrowed(t)),
        Some(dtype) => converted(t, dtype),
    }
}

/// What a loss reads of `t`.
#[inline]
#[track_caller]
pub(crate) fn for_loss(t: &Tensor) -> Result<Cow<'_, Tensor>> {
    match PRODUCTS.get() {
        None => Ok(Cow::Borrowed(t)),
        Some(_) => converted(t, DType::F32),
    }
}

/// Floats other than `f64` take part, as in PyTorch.
#[cold]
#[track_caller]
fn converted(t: &Tensor, dtype: DType) -> Result<Cow<'_, Tensor>> {
    match t.dtype() {
        from @ (DType::F32 | DType::BF16 | DType::F16) if from != dtype => {
            t.to_dtype(dtype).map(Cow::Owned)
        }
        _ => Ok(Cow::Borrowed(t)),
    }
}
