//! Modules at work: the spans that they leave in a profile, and the calls that [`summary`](crate::summary()) counts.
//!
//! A module knows nothing of the model it is in. The outermost one that is called walks over all of its parts and notes
//! their addresses; the parts find their paths there.

use crate::visit::{Observer, Visit, Visitor};
use neurarust_core::{Result, Shape, Tensor, profiler};
use std::cell::RefCell;
use std::collections::HashMap;

/// One call of a module.
pub(crate) struct Call {
    pub path: String,
    pub output: Option<(Shape, usize)>,
    pub flops: u64,
}

/// The modules of the outermost one by address and type. A module without fields may share its address with others, whose
/// paths take turns.
#[derive(Default)]
struct Names {
    paths: HashMap<(usize, String), (Vec<String>, usize)>,
    root: String,
    address: usize,
}

impl Observer for Names {
    fn address(&mut self, address: usize) {
        self.address = address;
    }

    fn enter(&mut self, path: &str, kind: &str, _: &dyn Fn() -> String) {
        if self.root.is_empty() {
            self.root = kind.to_string();
        }
        let path = match path {
            "" => self.root.clone(),
            path => format!("{}.{path}", self.root),
        };
        let key = (std::mem::take(&mut self.address), kind.to_string());
        self.paths.entry(key).or_default().0.push(path);
    }
}

/// The type of the outermost module of a walk.
#[derive(Default)]
struct Kind(Option<String>);

impl Observer for Kind {
    fn enter(&mut self, _: &str, kind: &str, _: &dyn Fn() -> String) {
        self.0.get_or_insert_with(|| kind.to_string());
    }
}

/// What this thread is calling.
#[derive(Default)]
struct State {
    names: Names,
    /// Address, type and path of the modules that are being called, one inside of the other.
    stack: Vec<(usize, String, String)>,
    /// What `summary` collects.
    calls: Option<Vec<Call>>,
}

thread_local! {
    static STATE: RefCell<State> = RefCell::default();
}

/// `f()` as a call of `module`: a span of its own while a profiler's recording runs. What layers do inside of `forward`,
/// for modules with several inputs; [`Forward::call`](crate::Forward::call) for those with one.
///
/// ```
/// use neurarust_core::{Result, Tensor, profiler};
/// use neurarust_nn::{Forward, Linear, Module, called};
/// #[derive(Module)]
/// struct Pair { left: Linear, right: Linear }
/// impl Pair {
///     fn forward(&self, a: &Tensor, b: &Tensor) -> Result<Tensor> {
///         called(self, || self.left.forward(a)?.add(&self.right.forward(b)?))
///     }
/// }
/// let pair = Pair { left: Linear::new(3, 2)?, right: Linear::new(3, 2)? };
/// let x = Tensor::ones([1, 3])?;
/// let (y, profile) = profiler::profile(|| pair.forward(&x, &x))?;
/// # y?;
/// let paths: Vec<_> = profile.modules().into_iter().map(|row| row.name).collect();
/// assert_eq!(paths, ["Pair", "Pair.left", "Pair.right"]);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
///
/// # Errors
/// Those of `f`.
#[inline]
#[track_caller]
pub fn called<M: Visit + ?Sized>(module: &M, f: impl FnOnce() -> Result<Tensor>) -> Result<Tensor> {
    begin(module).end(f())
}

/// As [`called`], around what follows, so that errors keep the line of the caller's caller.
#[inline]
#[track_caller]
pub(crate) fn begin<M: Visit + ?Sized>(module: &M) -> Calling {
    Calling(if profiler::is_on() {
        Open::begin(module)
    } else {
        None
    })
}

/// See [`begin`].
#[must_use]
pub(crate) struct Calling(Option<Open>);

impl Calling {
    /// The call ends with this output.
    #[inline]
    pub fn end(self, output: Result<Tensor>) -> Result<Tensor> {
        if let Some(call) = self.0 {
            call.end(output.as_ref().ok());
        }
        output
    }
}

/// A call that has begun. Dropped by an error or a panic, it ends without an output.
struct Open {
    depth: usize,
    flops: u64,
    _span: profiler::Span,
}

impl Open {
    /// `None` if this module is being called already, through [`Forward::call`](crate::Forward::call).
    #[track_caller]
    fn begin<M: Visit + ?Sized>(module: &M) -> Option<Open> {
        let address = std::ptr::from_ref(module).cast::<()>().addr();
        let mut kind = Kind::default();
        module.visit(&mut Visitor::new(&mut kind));
        let kind = kind.0?;
        // What a walk may run is the user's code: nothing is borrowed meanwhile.
        let outermost = STATE.with_borrow(|state| match state.stack.last() {
            None => Some(true),
            Some((a, k, _)) if *a == address && *k == kind => None,
            Some(_) => Some(false),
        })?;
        if outermost {
            let mut names = Names::default();
            module.visit(&mut Visitor::new(&mut names));
            STATE.with_borrow_mut(|state| state.names = names);
        }
        let (depth, path) = STATE.with_borrow_mut(|state| {
            let key = (address, kind);
            let path = match state.names.paths.get_mut(&key) {
                Some((paths, next)) => {
                    let path = paths[*next % paths.len()].clone();
                    *next += 1;
                    path
                }
                // Not among its fields.
                None => match state.stack.last() {
                    Some((_, _, parent)) => format!("{parent}.{}", key.1),
                    None => key.1.clone(),
                },
            };
            state.stack.push((key.0, key.1, path.clone()));
            (state.stack.len(), path)
        });
        let kind = STATE.with_borrow(|state| state.stack[depth - 1].1.clone());
        Some(Open {
            depth,
            flops: profiler::flops(),
            _span: profiler::module(kind, || path),
        })
    }

    fn end(self, output: Option<&Tensor>) {
        let flops = profiler::flops().saturating_sub(self.flops);
        STATE.with_borrow_mut(|state| {
            if let Some(calls) = &mut state.calls
                && let Some((_, _, path)) = state.stack.get(self.depth - 1)
            {
                calls.push(Call {
                    path: path.clone(),
                    output: output.map(|y| (y.shape().clone(), y.nbytes())),
                    flops,
                });
            }
        });
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        let _ = STATE.try_with(|state| {
            let Ok(mut state) = state.try_borrow_mut() else {
                return;
            };
            state.stack.truncate(self.depth - 1);
            if state.stack.is_empty() {
                state.names = Names::default();
            }
        });
    }
}

/// Calls `f`, which calls modules; answers what it does and the calls, inner ones first.
pub(crate) fn collect<R>(f: impl FnOnce() -> R) -> (R, Vec<Call>) {
    struct Over(State);
    impl Drop for Over {
        fn drop(&mut self) {
            STATE.set(std::mem::take(&mut self.0));
        }
    }
    let _counting = profiler::counting();
    let _over = Over(STATE.replace(State {
        calls: Some(Vec::new()),
        ..State::default()
    }));
    let answer = f();
    let calls = STATE.with_borrow_mut(|state| state.calls.take());
    (answer, calls.unwrap_or_default())
}
