//! Lets a host language stop a long computation: Python's Ctrl-C.

use crate::error::{Error, ErrorKind, Result};
use std::sync::OnceLock;

static ASKED: OnceLock<fn() -> bool> = OnceLock::new();

/// Registers the function that tells whether to stop. It is called often and from any thread, and must be quick. Only
/// the first registration counts.
///
/// ```
/// use neurarust_core::{ErrorKind, interrupt};
/// use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
/// static STOP: AtomicBool = AtomicBool::new(false);
/// interrupt::on_check(|| STOP.load(Relaxed));
/// assert!(interrupt::check("my_long_loop").is_ok());
/// STOP.store(true, Relaxed);
/// assert_eq!(interrupt::check("my_long_loop").unwrap_err().kind(), ErrorKind::Interrupted);
/// # STOP.store(false, Relaxed);
/// ```
pub fn on_check(asked: fn() -> bool) {
    let _ = ASKED.set(asked);
}

/// To be called between the steps of long computations.
///
/// ```
/// use neurarust_core::interrupt;
/// for _ in 0..1000 {
///     interrupt::check("my_long_loop")?; // nobody asked to stop
/// }
/// # Ok::<(), neurarust_core::Error>(())
/// ```
///
/// # Errors
/// [`ErrorKind::Interrupted`] if the host asked to stop.
#[inline]
#[track_caller]
pub fn check(op: &'static str) -> Result<()> {
    match ASKED.get() {
        Some(asked) if asked() => Err(Error::new(ErrorKind::Interrupted, op, "interrupted")),
        _ => Ok(()),
    }
}
