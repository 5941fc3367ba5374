//! Lines of a host language's program: where Python's user called, which no Rust location can tell.

use std::cell::Cell;
use std::collections::HashMap;
use std::fmt;
use std::panic::Location;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Mutex, OnceLock};

/// A line of the host's program. There is one for each line that was ever asked about, and it is never freed.
///
/// ```
/// # use neurarust_core::autograd::place::place;
/// assert_eq!(place("train.py", 12).to_string(), "train.py:12");
/// ```
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct Place {
    file: String,
    line: u32,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// The one [`Place`] for a line.
///
/// ```
/// # use neurarust_core::autograd::place::place;
/// assert!(std::ptr::eq(place("train.py", 12), place("train.py", 12)));
/// ```
pub fn place(file: &str, line: u32) -> &'static Place {
    type Known = HashMap<u32, HashMap<String, &'static Place>>;
    static KNOWN: OnceLock<Mutex<Known>> = OnceLock::new();
    let mut known = super::lock(KNOWN.get_or_init(Mutex::default));
    let files = known.entry(line).or_default();
    if let Some(place) = files.get(file) {
        return place;
    }
    let new: &'static Place = Box::leak(Box::new(Place {
        file: file.to_string(),
        line,
    }));
    files.insert(file.to_string(), new);
    new
}

static HOST: OnceLock<fn() -> Option<&'static Place>> = OnceLock::new();
/// How many modes are on that want to know where every operation was asked for.
static WANTED: AtomicUsize = AtomicUsize::new(0);

/// Registers the function that answers the line that the host's program is at. Only the first registration counts.
///
/// ```
/// # use neurarust_core::{Tensor, autograd::{Cut, audit, watch, place::{on_ask, place}}};
/// on_ask(|| Some(place("train.py", 12)));
/// let w = Tensor::new(2f32)?.requires_grad()?;
/// let _watch = watch();
/// let (loss, _) = (w.square()?, w.exp()?.detach());
/// assert_eq!(audit(&Tensor::new(0f32)?, &[("w", &w)])?.unreached[0].cuts[0].line, "train.py:12");
/// # Ok::<(), neurarust_core::Error>(())
/// ```
pub fn on_ask(ask: fn() -> Option<&'static Place>) {
    let _ = HOST.set(ask);
}

thread_local!(static QUIET: Cell<bool> = const { Cell::new(false) });

/// Until it is dropped, this thread does not ask: it holds locks that the host may wait for.
pub(crate) struct Quiet(bool);

impl Drop for Quiet {
    fn drop(&mut self) {
        QUIET.set(self.0);
    }
}

/// See [`Quiet`].
pub(crate) fn quiet() -> Quiet {
    Quiet(QUIET.replace(true))
}

/// The line that the host's program is at.
pub(crate) fn ask() -> Option<&'static Place> {
    match HOST.get() {
        Some(ask) if !QUIET.get() => ask(),
        _ => None,
    }
}

/// Whether every operation's line is wanted.
#[inline]
pub(crate) fn is_wanted() -> bool {
    WANTED.load(Relaxed) > 0
}

/// Wants every operation's line until it is dropped.
#[derive(Debug)]
pub(crate) struct Want(());

impl Want {
    pub fn new() -> Want {
        WANTED.fetch_add(1, Relaxed);
        Want(())
    }
}

impl Drop for Want {
    fn drop(&mut self) {
        WANTED.fetch_sub(1, Relaxed);
    }
}

/// The host's line if there is one, Rust's otherwise.
pub(crate) fn text(place: Option<&Place>, location: &Location) -> String {
    match place {
        Some(place) => place.to_string(),
        None => format!("{}:{}", location.file(), location.line()),
    }
}
