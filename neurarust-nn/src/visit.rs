//! The walk: how everything that can be a field of a module shows the tensors inside of it.
//!
//! [`Visit`] is implemented for tensors, for modules (by `#[derive(Module)]`), for containers of them, and, doing nothing,
//! for plain data such as numbers and strings. All that a [`Module`](crate::Module) can do is some [`Observer`] watching
//! this walk.

use neurarust_core::{DType, Device, Shape, Tensor};
use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// What a tensor is to the module that holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Trained, and kept in the state.
    Parameter,
    /// Not trained, but kept in the state: running means.
    Buffer,
    /// Neither trained nor kept: what can be computed again.
    Transient,
}

/// What can be a field of a module.
///
/// Derive it along with [`Module`](crate::Module); a type of your own that holds no tensors needs no implementation if
/// its field is marked `#[module(skip)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be a field of a module",
    label = "neither a tensor, nor a module, nor plain data",
    note = "if it holds tensors or modules, give it `#[derive(Module)]`",
    note = "if it holds none, mark the field with `#[module(skip)]`"
)]
pub trait Visit: Send + Sync {
    /// Shows the visitor every tensor, in order of declaration.
    fn visit(&self, visitor: &mut Visitor<'_>);
    /// As [`Visit::visit`], for tensors to be replaced.
    fn visit_mut(&mut self, visitor: &mut VisitorMut<'_>);
}

/// Watches a walk. Every method does nothing unless it is written.
pub trait Observer {
    /// A module of type `kind` begins at `path`; `describe` says what it wants printed about itself.
    fn enter(&mut self, path: &str, kind: &str, describe: &dyn Fn() -> String) {
        let _ = (path, kind, describe);
    }
    /// The module that began last ends.
    fn leave(&mut self) {}
    /// A tensor.
    fn tensor(&mut self, path: &str, role: Role, tensor: &Tensor) {
        let _ = (path, role, tensor);
    }
    /// A module's switch between training and evaluation.
    fn training(&mut self, training: &Training) {
        let _ = training;
    }
}

/// Where a walk is.
struct Place {
    path: String,
    role: Role,
}

impl Place {
    const fn root() -> Place {
        Place {
            path: String::new(),
            role: Role::Parameter,
        }
    }

    /// Goes into field `name`; answers what [`Place::back`] needs.
    fn step(&mut self, name: &str, role: Role) -> (usize, Role) {
        let before = (self.path.len(), self.role);
        if !self.path.is_empty() {
            self.path.push('.');
        }
        self.path.push_str(name);
        self.role = role;
        before
    }

    fn back(&mut self, (length, role): (usize, Role)) {
        self.path.truncate(length);
        self.role = role;
    }
}

/// Carries an [`Observer`] through a walk.
pub struct Visitor<'a> {
    place: Place,
    observer: &'a mut dyn Observer,
}

impl<'a> Visitor<'a> {
    /// A walk from the root, where paths are empty.
    pub fn new(observer: &'a mut dyn Observer) -> Visitor<'a> {
        Visitor {
            place: Place::root(),
            observer,
        }
    }

    /// Visits field `name`, whose own tensors have `role`.
    pub fn field(&mut self, name: &str, role: Role, value: &(impl Visit + ?Sized)) {
        let before = self.place.step(name, role);
        value.visit(self);
        self.place.back(before);
    }

    /// Visits item `index` of a container, whose tensors have the container's role.
    pub fn item(&mut self, index: usize, value: &(impl Visit + ?Sized)) {
        self.field(&index.to_string(), self.place.role, value);
    }

    /// Visits the `fields` of a module of type `kind`.
    pub fn module(
        &mut self,
        kind: &str,
        describe: &dyn Fn() -> String,
        fields: &mut dyn FnMut(&mut Visitor<'_>),
    ) {
        let role = std::mem::replace(&mut self.place.role, Role::Parameter);
        self.observer.enter(&self.place.path, kind, describe);
        fields(self);
        self.observer.leave();
        self.place.role = role;
    }

    /// Visits the items of a container, which is shown as `kind` if any of them is a module.
    pub fn container(&mut self, kind: &str, items: &mut dyn FnMut(&mut Visitor<'_>)) {
        self.observer
            .enter(&self.place.path, kind, &|| String::new());
        items(self);
        self.observer.leave();
    }
}

/// Carries a function through a walk that may replace tensors.
pub struct VisitorMut<'a> {
    place: Place,
    on: &'a mut dyn FnMut(&str, Role, &mut Tensor),
}

impl<'a> VisitorMut<'a> {
    /// A walk from the root that calls `on` with the path, the role and the tensor.
    pub fn new(on: &'a mut dyn FnMut(&str, Role, &mut Tensor)) -> VisitorMut<'a> {
        VisitorMut {
            place: Place::root(),
            on,
        }
    }

    /// As [`Visitor::field`].
    pub fn field(&mut self, name: &str, role: Role, value: &mut (impl Visit + ?Sized)) {
        let before = self.place.step(name, role);
        value.visit_mut(self);
        self.place.back(before);
    }

    /// As [`Visitor::item`].
    pub fn item(&mut self, index: usize, value: &mut (impl Visit + ?Sized)) {
        self.field(&index.to_string(), self.place.role, value);
    }

    /// As [`Visitor::module`].
    pub fn module(&mut self, fields: &mut dyn FnMut(&mut VisitorMut<'_>)) {
        let role = std::mem::replace(&mut self.place.role, Role::Parameter);
        fields(self);
        self.place.role = role;
    }
}

/// A module's switch between training and evaluation: a field of modules that behave differently in the two.
///
/// [`Module::train`](crate::Module::train) and [`eval`](crate::Module::eval) turn all switches of a model, through a
/// shared reference.
///
/// ```
/// use neurarust_nn::{Linear, Module, Training};
/// #[derive(Module)]
/// struct Noisy { linear: Linear, training: Training }
/// let noisy = Noisy { linear: Linear::new(2, 2)?, training: Training::default() };
/// assert!(noisy.training.is_on());
/// noisy.eval();
/// assert!(!noisy.training.is_on());
/// # Ok::<(), neurarust_core::Error>(())
/// ```
#[derive(Debug)]
pub struct Training(AtomicBool);

impl Training {
    /// Whether the module is being trained.
    pub fn is_on(&self) -> bool {
        self.0.load(Relaxed)
    }

    /// Turns the switch.
    pub fn set(&self, on: bool) {
        self.0.store(on, Relaxed);
    }
}

impl Default for Training {
    /// On, as for every new module.
    fn default() -> Training {
        Training(AtomicBool::new(true))
    }
}

impl Clone for Training {
    fn clone(&self) -> Training {
        Training(AtomicBool::new(self.is_on()))
    }
}

impl Visit for Training {
    fn visit(&self, visitor: &mut Visitor<'_>) {
        visitor.observer.training(self);
    }
    fn visit_mut(&mut self, _: &mut VisitorMut<'_>) {}
}

impl Visit for Tensor {
    fn visit(&self, visitor: &mut Visitor<'_>) {
        visitor
            .observer
            .tensor(&visitor.place.path, visitor.place.role, self);
    }
    fn visit_mut(&mut self, visitor: &mut VisitorMut<'_>) {
        (visitor.on)(&visitor.place.path, visitor.place.role, self);
    }
}

impl<T: Visit> Visit for Option<T> {
    fn visit(&self, visitor: &mut Visitor<'_>) {
        if let Some(value) = self {
            value.visit(visitor);
        }
    }
    fn visit_mut(&mut self, visitor: &mut VisitorMut<'_>) {
        if let Some(value) = self {
            value.visit_mut(visitor);
        }
    }
}

impl<T: Visit + ?Sized> Visit for Box<T> {
    fn visit(&self, visitor: &mut Visitor<'_>) {
        (**self).visit(visitor);
    }
    fn visit_mut(&mut self, visitor: &mut VisitorMut<'_>) {
        (**self).visit_mut(visitor);
    }
}

macro_rules! lists {
    ($([$($generics:tt)*] $t:ty),*) => { $(
        impl<$($generics)*> Visit for $t {
            fn visit(&self, visitor: &mut Visitor<'_>) {
                visitor.container("ModuleList", &mut |visitor| {
                    for (i, item) in self.iter().enumerate() {
                        visitor.item(i, item);
                    }
                });
            }
            fn visit_mut(&mut self, visitor: &mut VisitorMut<'_>) {
                for (i, item) in self.iter_mut().enumerate() {
                    visitor.item(i, item);
                }
            }
        }
    )* };
}
lists!([T: Visit] Vec<T>, [T: Visit, const N: usize] [T; N]);

macro_rules! tuples {
    ($($($t:ident $i:tt),+;)*) => { $(
        impl<$($t: Visit),+> Visit for ($($t,)+) {
            fn visit(&self, visitor: &mut Visitor<'_>) {
                visitor.container("ModuleList", &mut |visitor| { $( visitor.item($i, &self.$i); )+ });
            }
            fn visit_mut(&mut self, visitor: &mut VisitorMut<'_>) {
                $( visitor.item($i, &mut self.$i); )+
            }
        }
    )* };
}
tuples! {
    A 0;
    A 0, B 1;
    A 0, B 1, C 2;
    A 0, B 1, C 2, D 3;
    A 0, B 1, C 2, D 3, E 4;
    A 0, B 1, C 2, D 3, E 4, F 5;
}

impl<T: Visit> Visit for BTreeMap<String, T> {
    fn visit(&self, visitor: &mut Visitor<'_>) {
        visitor.container("ModuleDict", &mut |visitor| {
            for (name, value) in self {
                visitor.field(name, visitor.place.role, value);
            }
        });
    }
    fn visit_mut(&mut self, visitor: &mut VisitorMut<'_>) {
        for (name, value) in self {
            visitor.field(name, visitor.place.role, value);
        }
    }
}

/// In order of the names: the map's own order differs from run to run.
impl<T: Visit, S: Send + Sync> Visit for HashMap<String, T, S> {
    fn visit(&self, visitor: &mut Visitor<'_>) {
        let mut items: Vec<_> = self.iter().collect();
        items.sort_by_key(|(name, _)| *name);
        visitor.container("ModuleDict", &mut |visitor| {
            for (name, value) in &items {
                visitor.field(name, visitor.place.role, *value);
            }
        });
    }
    fn visit_mut(&mut self, visitor: &mut VisitorMut<'_>) {
        let mut items: Vec<_> = self.iter_mut().collect();
        items.sort_by_key(|(name, _)| *name);
        for (name, value) in items {
            visitor.field(name, visitor.place.role, value);
        }
    }
}

/// Plain data: nothing to see.
macro_rules! plain {
    ($([$($generics:tt)*] $t:ty),* $(,)?) => { $(
        impl<$($generics)*> Visit for $t {
            fn visit(&self, _: &mut Visitor<'_>) {}
            fn visit_mut(&mut self, _: &mut VisitorMut<'_>) {}
        }
    )* };
}
plain!(
    [] (), [] bool, [] char, [] String, [] &'static str, [] f32, [] f64,
    [] u8, [] u16, [] u32, [] u64, [] u128, [] usize, [] i8, [] i16, [] i32, [] i64, [] i128, [] isize,
    [] std::num::NonZeroUsize, [] std::path::PathBuf, [] std::time::Duration,
    [] AtomicBool, [] std::sync::atomic::AtomicUsize, [] std::sync::atomic::AtomicU64,
    [] DType, [] Device, [] Shape,
    [T: ?Sized + Send + Sync] std::marker::PhantomData<T>,
    [T: Send + Sync] std::ops::Range<T>,
    [A: ?Sized, R] fn(&A) -> R,
    [A: ?Sized, B: ?Sized, R] fn(&A, &B) -> R,
);
