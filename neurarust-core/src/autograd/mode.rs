//! Whether operations are recorded, per thread.

use std::cell::Cell;

/// What becomes of operations on tensors that require gradients.
///
/// ```
/// use neurarust_core::autograd::{Mode, is_grad_enabled, replace_mode};
/// assert_eq!(replace_mode(Mode::Inference), Mode::Record);
/// assert!(!is_grad_enabled());
/// assert_eq!(replace_mode(Mode::Record), Mode::Inference);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// They are recorded.
    Record,
    /// They are not.
    NoGrad,
    /// They are not, and their results never take part in autograd.
    Inference,
}

thread_local!(static MODE: Cell<Mode> = const { Cell::new(Mode::Record) });

/// Restores the previous mode when dropped. Not `Send`: the mode belongs to the thread.
///
/// ```
/// # use neurarust_core::{no_grad, autograd::is_grad_enabled};
/// let guard = no_grad();
/// assert!(!is_grad_enabled());
/// drop(guard);
/// assert!(is_grad_enabled());
/// ```
#[must_use = "the mode ends when the guard is dropped; bind it: `let _guard = no_grad();`"]
pub struct ModeGuard(Mode, std::marker::PhantomData<*const ()>);

impl Drop for ModeGuard {
    fn drop(&mut self) {
        MODE.set(self.0);
    }
}

/// Changes this thread's mode and answers the one before: for hosts whose blocks are no Rust scopes. In Rust, use the
/// guards.
///
/// ```
/// use neurarust_core::autograd::{Mode, is_grad_enabled, replace_mode};
/// let before = replace_mode(Mode::NoGrad);
/// assert!(!is_grad_enabled());
/// replace_mode(before);
/// assert!(is_grad_enabled());
/// ```
pub fn replace_mode(mode: Mode) -> Mode {
    MODE.replace(mode)
}

fn enter(mode: Mode) -> ModeGuard {
    ModeGuard(MODE.replace(mode), std::marker::PhantomData)
}

/// Records nothing until the guard is dropped.
///
/// ```
/// use neurarust_core::{Tensor, no_grad};
/// let x = Tensor::new([1.0f32])?.requires_grad()?;
/// let y = { let _guard = no_grad(); &x * &x };
/// assert!(!y.is_requires_grad());
/// # Ok::<(), neurarust_core::Error>(())
/// ```
pub fn no_grad() -> ModeGuard {
    enter(if is_inference() {
        Mode::Inference
    } else {
        Mode::NoGrad
    })
}

/// Records again inside of a [`no_grad`] block; inference mode stays what it is.
///
/// ```
/// # use neurarust_core::{Tensor, no_grad, enable_grad};
/// let x = Tensor::new([1f32])?.requires_grad()?;
/// let _outer = no_grad();
/// let y = { let _inner = enable_grad(); x.exp()? };
/// assert!(y.is_requires_grad() && !x.exp()?.is_requires_grad());
/// # Ok::<(), neurarust_core::Error>(())
/// ```
pub fn enable_grad() -> ModeGuard {
    enter(if is_inference() {
        Mode::Inference
    } else {
        Mode::Record
    })
}

/// [`enable_grad`] or [`no_grad`].
///
/// ```
/// use neurarust_core::{Tensor, autograd::set_grad_enabled};
/// let x = Tensor::new([1f32])?.requires_grad()?;
/// let training = false;
/// let _guard = set_grad_enabled(training);
/// assert!(!x.exp()?.is_requires_grad());
/// # Ok::<(), neurarust_core::Error>(())
/// ```
pub fn set_grad_enabled(on: bool) -> ModeGuard {
    if on { enable_grad() } else { no_grad() }
}

/// As [`no_grad`], and the tensors made under it never take part in autograd.
///
/// ```
/// # use neurarust_core::{Tensor, inference_mode};
/// let x = Tensor::new([1f32])?.requires_grad()?;
/// let y = { let _guard = inference_mode(); x.exp()? };
/// assert!(y.requires_grad().is_err());
/// # Ok::<(), neurarust_core::Error>(())
/// ```
pub fn inference_mode() -> ModeGuard {
    enter(Mode::Inference)
}

/// Whether operations are recorded now.
///
/// ```
/// use neurarust_core::{autograd::is_grad_enabled, no_grad};
/// assert!(is_grad_enabled());
/// let _guard = no_grad();
/// assert!(!is_grad_enabled());
/// ```
#[inline]
pub fn is_grad_enabled() -> bool {
    MODE.get() == Mode::Record
}

/// Whether inference mode is on.
///
/// ```
/// use neurarust_core::{autograd::is_inference, inference_mode};
/// assert!(!is_inference());
/// let _guard = inference_mode();
/// assert!(is_inference());
/// ```
#[inline]
pub fn is_inference() -> bool {
    MODE.get() == Mode::Inference
}
