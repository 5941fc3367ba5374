//! Ctrl-C inside long computations: Python's signal handlers run between their steps, on the main thread.

use pyo3::prelude::*;
use std::cell::{Cell, RefCell};
use std::time::{Duration, Instant};

/// How often the handlers get their chance: taking the interpreter's lock costs too much for every step.
const EVERY: Duration = Duration::from_millis(50);

thread_local! {
    static LAST: Cell<Option<Instant>> = const { Cell::new(None) };
    static RAISED: RefCell<Option<PyErr>> = const { RefCell::new(None) };
}

/// Lets NeuraRust ask between the steps of long computations.
pub fn register() {
    neurarust_core::interrupt::on_check(asked);
}

fn asked() -> bool {
    let now = Instant::now();
    let last = LAST.get().unwrap_or_else(|| {
        LAST.set(Some(now));
        now
    });
    if now.duration_since(last) < EVERY {
        return false;
    }
    LAST.set(Some(now));
    // Python itself runs handlers on the main thread only; elsewhere this does nothing.
    match Python::try_attach(|py| py.check_signals()) {
        Some(Err(exception)) => {
            RAISED.set(Some(exception));
            true
        }
        _ => false,
    }
}

/// What the handler raised on this thread.
pub fn pending() -> Option<PyErr> {
    RAISED.take()
}
