//! Where the time goes: while a recording runs, every operation leaves an [`Event`] with its time, bytes and
//! floating-point operations.
//!
//! Nothing has to be added for a new operation: whatever reads tensors takes their locks (`ops/apply.rs`), under its name,
//! and holds them while its kernel runs; the engine of the backward pass opens one event per node around that; fresh
//! buffers and products report their bytes and operations to the event they happen in. What isn't seen that way shows as
//! the time of the event around it. While no recording runs, each of these places costs one relaxed load.
//!
//! Events are counted where they happen: [`Event::own`] is without those inside, [`Event::duration`] with them. An
//! operation that opens another of its own name is the same one. Floating-point operations are those of products: two for
//! each multiplication and addition of matrix products, convolutions (of the plain sum, whatever algorithm runs) and what
//! is made of them; everything else is bound by memory, and judged by its bytes.

mod report;
mod trace;

pub use report::{Row, SortBy};

use crate::autograd::place::{self, Place, Want};
use crate::{Error, Result, Tensor};
use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::marker::PhantomData;
use std::panic::Location;
use std::sync::atomic::{
    AtomicU8, AtomicU64, AtomicUsize,
    Ordering::{Acquire, Relaxed, Release},
};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

/// The name of an event.
pub type Name = Cow<'static, str>;

/// What an event is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// An operation.
    Op,
    /// A module's forward: named by its type, at the path [`Event::module`].
    Module,
    /// A part of the program that the user has named.
    Span,
}

/// Something that took time.
#[derive(Clone, Debug)]
pub struct Event {
    /// The operation, the module's type, or the user's name.
    pub name: Name,
    /// What it is.
    pub kind: Kind,
    /// Whether it is part of a backward pass.
    pub backward: bool,
    /// Whether it is the gradient of one operation as a whole: the outermost event of one.
    pub gradient: bool,
    /// The path of the module it ran in, or whose gradient it is; empty outside of modules.
    pub module: Arc<str>,
    /// The thread, counted from 0 in order of appearance.
    pub thread: u32,
    /// How many events of its thread it lies in.
    pub depth: u32,
    /// When it began, since the recording did.
    pub start: Duration,
    /// How long it took.
    pub duration: Duration,
    /// How long it took without the events in it.
    pub own: Duration,
    /// Bytes read and written, those of the events in it too: operands once, fresh buffers once.
    pub bytes: u64,
    /// As `bytes`, without the events in it.
    pub own_bytes: u64,
    /// Floating-point operations, those of the events in it too.
    pub flops: u64,
    /// As `flops`, without the events in it.
    pub own_flops: u64,
    /// By how much the process's live bytes grew; 0 unless [`Options::memory`].
    pub memory: i64,
    /// As `memory`, without the events in it.
    pub own_memory: i64,
    /// Live bytes of the process at the end; 0 unless [`Options::memory`].
    pub live: u64,
    /// The operands' shapes, if [`Options::shapes`].
    pub shapes: Option<Box<str>>,
    /// Whether it lies in another event of the same name, whose time has its time already.
    pub repeated: bool,
    location: Option<&'static Location<'static>>,
    place: Option<&'static Place>,
}

impl Event {
    /// The line of the program that asked for it: Rust's, or the host language's where that was asked for
    /// ([`Options::lines`]).
    ///
    /// ```
    /// use neurarust_core::{Tensor, profiler};
    /// let x = Tensor::ones([4])?;
    /// let (y, profile) = profiler::profile(|| x.exp())?;
    /// # y?;
    /// assert!(profile.events()[0].line().unwrap().contains(".rs:"));
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn line(&self) -> Option<String> {
        match (self.place, self.location) {
            (Some(place), _) => Some(place.to_string()),
            (None, Some(at)) => Some(format!("{}:{}", at.file(), at.line())),
            (None, None) => None,
        }
    }
}

/// What a recording notes beside times, bytes and operations.
///
/// ```
/// use neurarust_core::{Tensor, profiler::Options};
/// let recording = Options { memory: true, ..Options::default() }.start()?;
/// let x = Tensor::ones([1000])?.exp()?;
/// let profile = recording.stop();
/// assert!(profile.events()[0].live >= x.nbytes() as u64);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Live bytes before and after each event.
    pub memory: bool,
    /// The operands' shapes.
    pub shapes: bool,
    /// Lines of a host language's program.
    pub lines: bool,
}

const MEMORY: u8 = 1;
const SHAPES: u8 = 2;
const LINES: u8 = 4;

/// More events than this are counted, not kept: a recording that nobody stops must not fill the memory.
const LIMIT: usize = 1 << 20;

/// How many want to be told: the recording, and every `count_flops`.
static ON: AtomicUsize = AtomicUsize::new(0);
/// The number of the running recording, or 0.
static RUNNING: AtomicU64 = AtomicU64::new(0);
static FLAGS: AtomicU8 = AtomicU8::new(0);
static NEXT: AtomicU64 = AtomicU64::new(1);
static SESSION: Mutex<Option<Session>> = Mutex::new(None);

/// Whether anybody wants to be told.
#[inline(always)]
pub fn is_on() -> bool {
    ON.load(Relaxed) != 0
}

/// A recording, from outside of its threads.
struct Session {
    begin: Instant,
    threads: u32,
    events: Vec<Event>,
    dropped: u64,
    /// The module that an operation of the graph ran in, by the node's number.
    nodes: HashMap<u64, Arc<str>>,
    _want: Option<Want>,
}

fn session() -> MutexGuard<'static, Option<Session>> {
    SESSION.lock().unwrap_or_else(|e| e.into_inner())
}

/// An event that has not ended.
struct Frame {
    id: u64,
    begin: Instant,
    inner: Duration,
    live: i64,
    inner_memory: i64,
    /// Whether it has taken locks: from then on fresh buffers are its own.
    locked: bool,
    event: Event,
}

/// What a thread is in.
#[derive(Default)]
struct Stack {
    /// The recording that the rest belongs to.
    session: u64,
    thread: u32,
    frames: Vec<Frame>,
    /// Bytes of fresh buffers that no event has claimed: the next kernels fill them, or else the operation around those has
    /// them.
    fresh: u64,
}

thread_local! {
    static STACK: RefCell<Stack> = RefCell::default();
    /// Floating-point operations of this thread while somebody wanted to be told.
    static FLOPS: Cell<u64> = const { Cell::new(0) };
    /// Whether this thread is beginning an event under locks.
    static LOCKED: Cell<bool> = const { Cell::new(false) };
}

/// A part of the program that is being timed: it ends when this is dropped.
#[must_use = "it ends at once if it isn't kept: let _span = …"]
#[derive(Debug)]
pub struct Span {
    id: u64,
    /// It belongs to its thread.
    thread: PhantomData<*const ()>,
}

impl Span {
    const NONE: Span = Span::of(0);

    const fn of(id: u64) -> Span {
        Span {
            id,
            thread: PhantomData,
        }
    }
}

impl Drop for Span {
    #[inline]
    fn drop(&mut self) {
        if self.id != 0 {
            exit(self.id);
        }
    }
}

/// Names a part of the program.
///
/// ```
/// use neurarust_core::{Tensor, profiler};
/// let x = Tensor::ones([4])?;
/// let (y, profile) = profiler::profile(|| {
///     let _span = profiler::span("waves");
///     x.sin()?.cos()
/// })?;
/// # y?;
/// let names: Vec<_> = profile.events().iter().map(|e| &*e.name).collect();
/// assert_eq!(names, ["waves", "sin", "cos"]); // in order of their beginnings
/// assert_eq!(profile.events()[0].depth + 1, profile.events()[1].depth);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
#[inline]
#[track_caller]
pub fn span(name: impl Into<Name>) -> Span {
    match is_on() {
        true => Span::of(enter(Kind::Span, name.into(), None)),
        false => Span::NONE,
    }
}

/// Names an operation that is made of others, or that no lock announces.
///
/// ```
/// use neurarust_core::{Tensor, profiler};
/// fn waves(x: &Tensor) -> neurarust_core::Result<Tensor> {
///     let _op = profiler::op("waves");
///     x.sin()?.cos()
/// }
/// let x = Tensor::ones([4])?;
/// let (y, profile) = profiler::profile(|| waves(&x))?;
/// # y?;
/// assert!(profile.ops().iter().any(|row| row.name == "waves" && row.calls == 1));
/// # Ok::<(), neurarust_core::Error>(())
/// ```
#[inline]
#[track_caller]
pub fn op(name: impl Into<Name>) -> Span {
    match is_on() {
        true => Span::of(enter(Kind::Op, name.into(), None)),
        false => Span::NONE,
    }
}

/// The forward of a module of type `class`; `path` says where it is in the whole model.
///
/// ```
/// use neurarust_core::{Tensor, profiler};
/// let x = Tensor::ones([4])?;
/// let (y, profile) = profiler::profile(|| {
///     let _module = profiler::module("Activation", || "net.act".into());
///     x.tanh()
/// })?;
/// # y?;
/// assert_eq!(profile.modules()[0].name, "net.act");
/// assert_eq!(&*profile.events()[1].module, "net.act");
/// # Ok::<(), neurarust_core::Error>(())
/// ```
#[inline]
#[track_caller]
pub fn module(class: impl Into<Name>, path: impl FnOnce() -> String) -> Span {
    match is_on() {
        true => Span::of(enter(Kind::Module, class.into(), Some(&path()))),
        false => Span::NONE,
    }
}

/// The path of the module that this thread is in, while a recording runs.
pub fn current_module() -> Option<Arc<str>> {
    if RUNNING.load(Relaxed) == 0 {
        return None;
    }
    STACK
        .try_with(|stack| {
            let stack = stack.try_borrow().ok()?;
            let module = &stack.frames.last()?.event.module;
            (!module.is_empty() && stack.session == RUNNING.load(Relaxed)).then(|| module.clone())
        })
        .ok()
        .flatten()
}

/// The operation `name` that has just locked `reads` and `writes`.
#[inline]
#[track_caller]
pub(crate) fn locked(name: &'static str, reads: &[&Tensor], writes: &[&Tensor]) -> Span {
    match is_on() {
        true => locked_while_on(name, reads, writes),
        false => Span::NONE,
    }
}

#[cold]
#[inline(never)]
#[track_caller]
fn locked_while_on(name: &'static str, reads: &[&Tensor], writes: &[&Tensor]) -> Span {
    let before = LOCKED.replace(true);
    let id = enter(Kind::Op, Name::Borrowed(name), None);
    LOCKED.set(before);
    let [read, written] = [reads, writes].map(|all| all.iter().map(|t| extent(t)).sum::<u64>());
    let shapes = (FLAGS.load(Relaxed) & SHAPES != 0).then(|| {
        let shapes: Vec<String> = reads.iter().map(|t| t.shape().to_string()).collect();
        shapes.join(", ").into_boxed_str()
    });
    on_top(|stack| {
        // What is written may be what was made for it; without a word about writing, all of that is written.
        let written = if written > 0 { written } else { stack.fresh };
        stack.fresh = stack.fresh.saturating_sub(written);
        if let Some(frame) = stack.frames.last_mut() {
            frame.locked = true;
            frame.event.own_bytes += read + written;
            if frame.event.shapes.is_none() {
                frame.event.shapes = shapes;
            }
        }
    });
    Span::of(id)
}

/// Bytes of what `t` shows, a repeated element once.
fn extent(t: &Tensor) -> u64 {
    t.nbytes().min(t.storage().bytes()) as u64
}

/// A gradient's event: that of the node `seq`, whose operation was asked for at this line.
#[inline]
pub(crate) fn gradient(
    name: &'static str,
    seq: u64,
    location: &'static Location<'static>,
    place: Option<&'static Place>,
) -> Span {
    if !is_on() {
        return Span::NONE;
    }
    let id = enter(Kind::Op, Name::Borrowed(name), Some(""));
    let module = session()
        .as_ref()
        .and_then(|session| session.nodes.get(&seq).cloned());
    on_top(|stack| {
        if let Some(frame) = stack.frames.last_mut().filter(|f| f.id == id && id != 0) {
            frame.event.location = Some(location);
            frame.event.place = place.or(frame.event.place);
            frame.event.module = module.unwrap_or_else(|| frame.event.module.clone());
        }
    });
    Span::of(id)
}

/// Notes which module the node `seq` of the graph belongs to.
#[cold]
#[inline(never)]
pub(crate) fn recorded(seq: u64) {
    let Some(module) = current_module() else {
        return;
    };
    if let Some(session) = session().as_mut()
        && session.nodes.len() < LIMIT
    {
        session.nodes.insert(seq, module);
    }
}

/// A fresh buffer, which whoever made it will fill.
#[inline(always)]
pub(crate) fn made(bytes: usize) {
    if is_on() {
        moved(bytes, true);
    }
}

/// Bytes that were read outside of a lock with a name.
#[inline(always)]
pub(crate) fn read(bytes: usize) {
    if is_on() {
        moved(bytes, false);
    }
}

#[cold]
#[inline(never)]
fn moved(bytes: usize, fresh: bool) {
    on_top(|stack| match stack.frames.last_mut() {
        Some(frame) if frame.locked || !fresh => frame.event.own_bytes += bytes as u64,
        _ if fresh => stack.fresh += bytes as u64,
        _ => {}
    });
}

/// Floating-point operations of the event that this thread is in.
#[inline]
pub(crate) fn add_flops(factors: &[usize]) {
    if !is_on() {
        return;
    }
    let n = factors
        .iter()
        .fold(2u64, |n, &factor| n.saturating_mul(factor as u64));
    let _ = FLOPS.try_with(|flops| flops.set(flops.get().saturating_add(n)));
    on_top(|stack| {
        if let Some(frame) = stack.frames.last_mut() {
            frame.event.own_flops = frame.event.own_flops.saturating_add(n);
        }
    });
}

/// Calls `f` with this thread's stack, if a recording runs.
fn on_top(f: impl FnOnce(&mut Stack)) {
    let running = RUNNING.load(Relaxed);
    if running == 0 {
        return;
    }
    let _ = STACK.try_with(|stack| {
        if let Ok(mut stack) = stack.try_borrow_mut()
            && stack.join(running).is_some()
        {
            f(&mut stack);
        }
    });
}

/// Begins an event on this thread: [`span`], [`op`] and [`module`] for host languages, whose scopes aren't Rust's.
/// Answers its number for [`exit`]; 0 if there is nothing to end. `path` is a module's; of an operation, any path says
/// that it is a gradient.
#[track_caller]
pub fn enter(kind: Kind, name: Name, path: Option<&str>) -> u64 {
    let running = RUNNING.load(Acquire);
    if running == 0 {
        return 0;
    }
    let flags = FLAGS.load(Relaxed);
    let location = Location::caller();
    let place = if flags & LINES != 0 { line(kind) } else { None };
    let begun = STACK.try_with(|stack| {
        let mut stack = stack.try_borrow_mut().ok()?;
        let stack = &mut *stack;
        stack.join(running)?;
        let gradient = kind == Kind::Op && path.is_some();
        let top = stack.frames.last().map(|f| &f.event);
        let backward = gradient || top.is_some_and(|top| top.backward);
        let same = |e: &Event| e.kind == kind && e.backward == backward && e.name == name;
        if kind == Kind::Op && !gradient && top.is_some_and(same) {
            return None;
        }
        let module = match (kind, path) {
            (Kind::Module, Some(path)) => Arc::from(path),
            _ => top.map_or_else(|| Arc::from(""), |top| top.module.clone()),
        };
        // A module is the same one by its path.
        let again = |e: &Event| same(e) && (kind != Kind::Module || e.module == module);
        let repeated = stack.frames.iter().any(|f| again(&f.event));
        let outermost = gradient && !stack.frames.iter().any(|f| f.event.gradient);
        let id = NEXT.fetch_add(1, Relaxed);
        let live = if flags & MEMORY != 0 { live() } else { 0 };
        stack.frames.push(Frame {
            id,
            inner: Duration::ZERO,
            live,
            inner_memory: 0,
            locked: false,
            event: Event {
                name,
                kind,
                backward,
                gradient: outermost,
                module,
                thread: stack.thread,
                depth: u32::try_from(stack.frames.len()).unwrap_or(u32::MAX),
                start: Duration::ZERO,
                duration: Duration::ZERO,
                own: Duration::ZERO,
                bytes: 0,
                own_bytes: 0,
                flops: 0,
                own_flops: 0,
                memory: 0,
                own_memory: 0,
                live: 0,
                shapes: None,
                repeated,
                location: Some(location),
                place,
            },
            // Last: what stands above is not the event's own.
            begin: Instant::now(),
        });
        Some(id)
    });
    begun.ok().flatten().unwrap_or(0)
}

/// The host's line of an event that begins now: of an operation inside of another, that one's.
#[cold]
fn line(kind: Kind) -> Option<&'static Place> {
    if LOCKED.get() || kind == Kind::Op {
        let outer = STACK.try_with(|stack| {
            let stack = stack.try_borrow().ok()?;
            let top = stack.frames.last().filter(|f| f.event.kind == Kind::Op)?;
            top.event.place
        });
        if let Some(place) = outer.ok().flatten() {
            return Some(place);
        }
    }
    // Asking may wait for the host, which may wait for a lock that is held here; nothing of this thread is borrowed.
    if LOCKED.get() { None } else { place::ask() }
}

/// Ends the event of this thread with this number, and what has begun in it. A number of another thread's, or of a
/// recording that is over, is none.
pub fn exit(id: u64) {
    let end = Instant::now();
    on_top(|stack| {
        if let Some(at) = stack.frames.iter().rposition(|f| f.id == id) {
            stack.close(at, end);
        }
    });
}

fn live() -> i64 {
    i64::try_from(crate::memory_stats().live_bytes).unwrap_or(i64::MAX)
}

impl Stack {
    /// Takes part in the recording `running`, forgetting an earlier one; `None` if it is over.
    #[inline]
    fn join(&mut self, running: u64) -> Option<()> {
        if self.session == running {
            return Some(());
        }
        let thread = {
            let mut session = session();
            let session = session.as_mut()?;
            session.threads += 1;
            session.threads - 1
        };
        *self = Stack {
            session: running,
            thread,
            ..Stack::default()
        };
        Some(())
    }

    /// Ends the frames from `at` on.
    fn close(&mut self, at: usize, end: Instant) {
        let live = if FLAGS.load(Relaxed) & MEMORY != 0 {
            live()
        } else {
            0
        };
        let mut session = session();
        while self.frames.len() > at
            && let Some(frame) = self.frames.pop()
        {
            let mut event = frame.event;
            if event.kind == Kind::Op && !frame.locked {
                event.own_bytes += std::mem::take(&mut self.fresh);
            }
            if self.frames.is_empty() {
                self.fresh = 0;
            }
            event.duration = end.saturating_duration_since(frame.begin);
            event.own = event.duration.saturating_sub(frame.inner);
            event.bytes = event.bytes.saturating_add(event.own_bytes);
            event.flops = event.flops.saturating_add(event.own_flops);
            event.memory = live - frame.live;
            event.own_memory = event.memory - frame.inner_memory;
            event.live = u64::try_from(live).unwrap_or(0);
            if let Some(parent) = self.frames.last_mut() {
                parent.inner += event.duration;
                parent.inner_memory += event.memory;
                parent.event.bytes = parent.event.bytes.saturating_add(event.bytes);
                parent.event.flops = parent.event.flops.saturating_add(event.flops);
            }
            let Some(session) = session.as_mut() else {
                continue;
            };
            event.start = frame.begin.saturating_duration_since(session.begin);
            if session.events.len() < LIMIT && session.events.try_reserve(1).is_ok() {
                session.events.push(event);
            } else {
                session.dropped += 1;
            }
        }
    }
}

/// A running recording. Dropped without [`Recording::stop`], it ends and is forgotten.
#[must_use = "the recording ends when this is dropped"]
#[derive(Debug)]
pub struct Recording(u64);

/// Begins a recording of all threads with the default [`Options`].
///
/// ```
/// use neurarust_core::{Tensor, profiler};
/// let x = Tensor::ones([64, 64])?;
/// let recording = profiler::start()?;
/// x.matmul(&x)?.relu()?;
/// let profile = recording.stop();
/// assert_eq!(profile.flops(), 2 * 64 * 64 * 64);
/// assert!(profile.to_string().contains("matmul"));
/// # Ok::<(), neurarust_core::Error>(())
/// ```
///
/// # Errors
/// A recording that runs already.
#[track_caller]
pub fn start() -> Result<Recording> {
    Options::default().start()
}

/// Records what `f` does.
///
/// ```
/// use neurarust_core::{Tensor, profiler};
/// let x = Tensor::ones([1000])?;
/// let (y, profile) = profiler::profile(|| x.exp()?.sum())?;
/// assert!(y?.item::<f32>()? > 2718.0);
/// println!("{profile}"); // a table of the operations
/// # Ok::<(), neurarust_core::Error>(())
/// ```
///
/// # Errors
/// A recording that runs already; `f` isn't called then.
#[track_caller]
pub fn profile<R>(f: impl FnOnce() -> R) -> Result<(R, Profile)> {
    let recording = start()?;
    let answer = f();
    Ok((answer, recording.stop()))
}

impl Options {
    /// Begins a recording of all threads.
    ///
    /// ```
    /// use neurarust_core::{Tensor, profiler::Options};
    /// let recording = Options { shapes: true, ..Options::default() }.start()?;
    /// Tensor::ones([2, 3])?.exp()?;
    /// let profile = recording.stop();
    /// assert!(profile.events().iter().any(|e| e.shapes.as_deref() == Some("[2, 3]")));
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A recording that runs already.
    #[track_caller]
    pub fn start(self) -> Result<Recording> {
        let mut session = session();
        if session.is_some() {
            return Err(Error::value(
                "profiler",
                "a recording is running already; stop it before another one starts",
            ));
        }
        let id = NEXT.fetch_add(1, Relaxed);
        *session = Some(Session {
            begin: Instant::now(),
            threads: 0,
            events: Vec::new(),
            dropped: 0,
            nodes: HashMap::new(),
            _want: self.lines.then(Want::new),
        });
        let flags = [
            (self.memory, MEMORY),
            (self.shapes, SHAPES),
            (self.lines, LINES),
        ];
        let flags = flags.into_iter().filter(|(on, _)| *on).map(|(_, bit)| bit);
        FLAGS.store(flags.sum(), Relaxed);
        // After the flags, which `enter` reads behind it.
        RUNNING.store(id, Release);
        ON.fetch_add(1, Relaxed);
        Ok(Recording(id))
    }
}

impl Recording {
    /// Ends the recording. Events of this thread that have not ended do so now; those of others are left out.
    ///
    /// ```
    /// use neurarust_core::{Tensor, profiler};
    /// let recording = profiler::start()?;
    /// Tensor::ones([2])?.exp()?;
    /// assert!(recording.stop().events().iter().any(|event| event.name == "exp"));
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn stop(self) -> Profile {
        self.end().unwrap_or_default()
    }

    fn end(&self) -> Option<Profile> {
        if RUNNING.load(Relaxed) != self.0 {
            return None;
        }
        let end = Instant::now();
        // A thread that has left nothing takes no part now.
        let _ = STACK.try_with(|stack| {
            if let Ok(mut stack) = stack.try_borrow_mut()
                && stack.session == self.0
            {
                stack.close(0, end);
            }
        });
        let taken = {
            let mut session = session();
            RUNNING.store(0, Relaxed);
            FLAGS.store(0, Relaxed);
            session.take()
        };
        ON.fetch_sub(1, Relaxed);
        let Session {
            begin,
            threads,
            mut events,
            dropped,
            ..
        } = taken?;
        events.sort_by_key(|e| (e.start, e.depth));
        Some(Profile {
            events,
            duration: end.saturating_duration_since(begin),
            threads,
            dropped,
        })
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        self.end();
    }
}

/// Calls `f` and counts the floating-point operations that it asks for on this thread: two for each multiplication and
/// addition of its matrix products and convolutions.
///
/// ```
/// use neurarust_core::{Tensor, profiler};
/// let (a, b) = (Tensor::ones([3, 4])?, Tensor::ones([4, 5])?);
/// let (_, flops) = profiler::count_flops(|| a.matmul(&b));
/// assert_eq!(flops, 2 * 3 * 4 * 5);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
pub fn count_flops<R>(f: impl FnOnce() -> R) -> (R, u64) {
    let _counting = counting();
    let before = flops();
    let answer = f();
    (answer, flops().saturating_sub(before))
}

/// Until it is dropped, [`flops`] counts.
#[must_use = "counting ends when this is dropped"]
#[derive(Debug)]
pub struct Counting(());

/// Turns the counting of [`flops`] on, for scopes that aren't a closure's.
pub fn counting() -> Counting {
    ON.fetch_add(1, Relaxed);
    Counting(())
}

impl Drop for Counting {
    fn drop(&mut self) {
        ON.fetch_sub(1, Relaxed);
    }
}

/// What this thread has counted so far, while a recording ran or something was [`counting`].
///
/// ```
/// use neurarust_core::{Tensor, profiler};
/// let _counting = profiler::counting();
/// let before = profiler::flops();
/// Tensor::ones([2, 3])?.matmul(&Tensor::ones([3, 1])?)?;
/// assert_eq!(profiler::flops() - before, 12);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
pub fn flops() -> u64 {
    FLOPS.try_with(Cell::get).unwrap_or(0)
}

/// What a recording has seen.
#[derive(Clone, Debug, Default)]
pub struct Profile {
    events: Vec<Event>,
    duration: Duration,
    threads: u32,
    dropped: u64,
}

impl Profile {
    /// The events, by their beginnings.
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// For host languages, whose programs have other lines: only those that were asked for by [`Options::lines`] stay.
    ///
    /// ```
    /// use neurarust_core::{Tensor, profiler};
    /// let x = Tensor::ones([4])?;
    /// let (y, profile) = profiler::profile(|| x.exp())?;
    /// # y?;
    /// assert!(profile.without_rust_lines().events()[0].line().is_none());
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn without_rust_lines(mut self) -> Profile {
        self.events.iter_mut().for_each(|e| e.location = None);
        self
    }

    /// How long the recording ran.
    pub fn duration(&self) -> Duration {
        self.duration
    }

    /// How many threads have left events.
    pub fn threads(&self) -> usize {
        self.threads as usize
    }

    /// Events that came after there were too many to keep.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Floating-point operations of all events.
    pub fn flops(&self) -> u64 {
        self.events
            .iter()
            .fold(0, |sum: u64, e| sum.saturating_add(e.own_flops))
    }

    /// Bytes read and written by all events.
    pub fn bytes(&self) -> u64 {
        self.events
            .iter()
            .fold(0, |sum: u64, e| sum.saturating_add(e.own_bytes))
    }
}
