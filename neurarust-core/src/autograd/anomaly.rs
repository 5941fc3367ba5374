//! Anomaly mode: while it is on, a failing gradient names the line of the forward, and NaN in a gradient is an error.

use super::place::Want;
use super::{Node, lock};
use crate::tensor::grad_fn_name;
use crate::{Error, Result, Tensor, no_grad};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU8, Ordering::Relaxed};

const OFF: u8 = 0;
const LINES: u8 = 1;
const NAN: u8 = 2;

static MODE: AtomicU8 = AtomicU8::new(OFF);
static WANT: Mutex<Option<Want>> = Mutex::new(None);

/// Turns anomaly mode on or off, for all threads. With `check_nan`, a backward whose gradients become NaN fails there.
///
/// ```
/// use neurarust_core::autograd::{is_anomaly_check_nan_enabled, is_anomaly_enabled, set_detect_anomaly};
/// set_detect_anomaly(true, false);
/// assert!(is_anomaly_enabled() && !is_anomaly_check_nan_enabled());
/// set_detect_anomaly(false, false);
/// assert!(!is_anomaly_enabled());
/// ```
pub fn set_detect_anomaly(on: bool, check_nan: bool) {
    let mode = match (on, check_nan) {
        (false, _) => OFF,
        (true, false) => LINES,
        (true, true) => NAN,
    };
    let mut want = lock(&WANT);
    MODE.store(mode, Relaxed);
    *want = on.then(|| want.take().unwrap_or_else(Want::new));
}

/// Whether anomaly mode is on.
///
/// ```
/// use neurarust_core::autograd::{detect_anomaly, is_anomaly_enabled};
/// let _guard = detect_anomaly(true);
/// assert!(is_anomaly_enabled());
/// ```
pub fn is_anomaly_enabled() -> bool {
    MODE.load(Relaxed) != OFF
}

/// Whether anomaly mode looks for NaN.
///
/// ```
/// use neurarust_core::autograd::{detect_anomaly, is_anomaly_check_nan_enabled};
/// let _guard = detect_anomaly(true);
/// assert!(is_anomaly_check_nan_enabled());
/// ```
#[inline]
pub fn is_anomaly_check_nan_enabled() -> bool {
    MODE.load(Relaxed) == NAN
}

/// Restores what was before when dropped.
///
/// ```
/// use neurarust_core::autograd::{detect_anomaly, is_anomaly_enabled};
/// let guard = detect_anomaly(false);
/// assert!(is_anomaly_enabled());
/// drop(guard);
/// assert!(!is_anomaly_enabled());
/// ```
#[derive(Debug)]
#[must_use = "the mode ends when the guard is dropped"]
pub struct AnomalyGuard(u8);

impl Drop for AnomalyGuard {
    fn drop(&mut self) {
        set_detect_anomaly(self.0 != OFF, self.0 == NAN);
    }
}

/// Anomaly mode until the guard is dropped.
///
/// ```
/// use neurarust_core::{Tensor, autograd::detect_anomaly};
/// let _guard = detect_anomaly(true);
/// let x = Tensor::new([-1.0f32])?.requires_grad()?;
/// let error = x.sqrt()?.sum()?.backward().unwrap_err();
/// assert!(error.to_string().contains("'SqrtBackward0' returned nan values"));
/// # Ok::<(), neurarust_core::Error>(())
/// ```
pub fn detect_anomaly(check_nan: bool) -> AnomalyGuard {
    let before = MODE.load(Relaxed);
    set_detect_anomaly(true, check_nan);
    AnomalyGuard(before)
}

/// Refuses gradients of `node`'s inputs, by number, that hold NaN.
pub(crate) fn check<'a>(
    node: &Node,
    grads: impl Iterator<Item = (usize, &'a Tensor)>,
) -> Result<()> {
    let _guard = no_grad();
    for (i, g) in grads.filter(|(_, g)| g.dtype().is_float()) {
        if g.numel() > 0
            && g.isnan()?
                .to_dtype(crate::DType::F32)?
                .sum()?
                .item::<f32>()?
                > 0.0
        {
            return Err(Error::autograd(
                "backward",
                format!(
                    "Function '{}' returned nan values in its {i}th output",
                    grad_fn_name(node.op)
                ),
            ));
        }
    }
    Ok(())
}
