//! Whether operations are recorded, per thread.

use std::cell::Cell;

/// What becomes of operations on tensors that require gradients.
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
#[must_use = "the mode ends when the guard is dropped; bind it: `let _guard = no_grad();`"]
pub struct ModeGuard(Mode, std::marker::PhantomData<*const ()>);

impl Drop for ModeGuard {
    fn drop(&mut self) {
        MODE.set(self.0);
    }
}

/// Changes this thread's mode and answers the one before: for hosts whose blocks are no Rust scopes. In Rust, use the
/// guards.
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
pub fn enable_grad() -> ModeGuard {
    enter(if is_inference() {
        Mode::Inference
    } else {
        Mode::Record
    })
}

/// [`enable_grad`] or [`no_grad`].
pub fn set_grad_enabled(on: bool) -> ModeGuard {
    if on { enable_grad() } else { no_grad() }
}

/// As [`no_grad`], and the tensors made under it never take part in autograd.
pub fn inference_mode() -> ModeGuard {
    enter(Mode::Inference)
}

/// Whether operations are recorded now.
#[inline]
pub fn is_grad_enabled() -> bool {
    MODE.get() == Mode::Record
}

/// Whether inference mode is on.
#[inline]
pub fn is_inference() -> bool {
    MODE.get() == Mode::Inference
}
