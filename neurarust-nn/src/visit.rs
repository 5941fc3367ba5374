//! The walk: how everything that can be a field of a module shows the tensors inside of it.
//!
//! [`Visit`] is implemented for tensors, for modules (by `#[derive(Module)]`), for containers of them, and, doing nothing,
//! for plain data such as numbers and strings. All that a [`Module`](crate::Module) can do is some [`Observer`] watching
//! this walk.

use neurarust_core::{DType, Device, Shape, Tensor};
use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// What a tensor is to the module that holds it.
///
/// ```
/// use neurarust_core::Tensor;
/// use neurarust_nn::Module;
/// #[derive(Module)]
/// struct Scale {
///     gain: Tensor, // Role::Parameter
///     #[module(buffer)]
///     mean: Tensor, // Role::Buffer
///     #[module(transient)]
///     cache: Tensor, // Role::Transient
/// }
/// let one = || Tensor::ones([1]);
/// let scale = Scale { gain: one()?, mean: one()?, cache: one()? };
/// assert_eq!(scale.parameters().len(), 1);
/// assert_eq!(scale.state_dict().names().collect::<Vec<_>>(), ["gain", "mean"]);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
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
///
/// ```
/// use neurarust_core::Tensor;
/// use neurarust_nn::{Module, Visit, Visitor, VisitorMut};
/// /// A weight that is kept as two parts.
/// struct Split(Tensor, Tensor);
/// impl Visit for Split {
///     fn visit(&self, visitor: &mut Visitor<'_>) {
///         visitor.item(0, &self.0);
///         visitor.item(1, &self.1);
///     }
///     fn visit_mut(&mut self, visitor: &mut VisitorMut<'_>) {
///         visitor.item(0, &mut self.0);
///         visitor.item(1, &mut self.1);
///     }
/// }
/// impl Module for Split {}
/// let split = Split(Tensor::ones([2])?, Tensor::ones([3])?);
/// assert_eq!(split.named_parameters()[1].0, "1");
/// # Ok::<(), neurarust_core::Error>(())
/// ```
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
///
/// ```
/// use neurarust_core::Tensor;
/// use neurarust_nn::{Linear, Observer, Role, Visit, Visitor};
/// #[derive(Default)]
/// struct Bytes(usize);
/// impl Observer for Bytes {
///     fn tensor(&mut self, _path: &str, _role: Role, tensor: &Tensor) {
///         self.0 += tensor.numel() * tensor.dtype().size();
///     }
/// }
/// let mut bytes = Bytes::default();
/// Linear::new(3, 2)?.visit(&mut Visitor::new(&mut bytes));
/// assert_eq!(bytes.0, (3 * 2 + 2) * 4);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
pub trait Observer {
    /// The module that begins next lies at `address`; one without fields may share its with others.
    fn address(&mut self, address: usize) {
        let _ = address;
    }
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
    ///
    /// ```
    /// use neurarust_core::Tensor;
    /// use neurarust_nn::{Linear, Observer, Role, Visit, Visitor};
    /// struct Paths(Vec<String>);
    /// impl Observer for Paths {
    ///     fn tensor(&mut self, path: &str, _role: Role, _tensor: &Tensor) {
    ///         self.0.push(path.to_string());
    ///     }
    /// }
    /// let mut paths = Paths(Vec::new());
    /// Linear::new(3, 2)?.visit(&mut Visitor::new(&mut paths));
    /// assert_eq!(paths.0, ["weight", "bias"]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn new(observer: &'a mut dyn Observer) -> Visitor<'a> {
        Visitor {
            place: Place::root(),
            observer,
        }
    }

    /// Visits field `name`, whose own tensors have `role`.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// # use neurarust_nn::{Observer, Role, Visitor};
    /// # struct Seen(Vec<(String, Role)>);
    /// # impl Observer for Seen {
    /// #     fn tensor(&mut self, path: &str, role: Role, _: &Tensor) { self.0.push((path.to_string(), role)); }
    /// # }
    /// # let mut observer = Seen(Vec::new());
    /// Visitor::new(&mut observer).field("mean", Role::Buffer, &Tensor::zeros([3])?);
    /// assert_eq!(observer.0, [("mean".to_string(), Role::Buffer)]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn field(&mut self, name: &str, role: Role, value: &(impl Visit + ?Sized)) {
        let before = self.place.step(name, role);
        value.visit(self);
        self.place.back(before);
    }

    /// Visits item `index` of a container, whose tensors have the container's role.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// # use neurarust_nn::{Observer, Role, Visitor};
    /// # struct Seen(Vec<(String, Role)>);
    /// # impl Observer for Seen {
    /// #     fn tensor(&mut self, path: &str, role: Role, _: &Tensor) { self.0.push((path.to_string(), role)); }
    /// # }
    /// # let mut observer = Seen(Vec::new());
    /// Visitor::new(&mut observer).field("means", Role::Buffer, &vec![Tensor::zeros([3])?]); // a `Vec` visits its items
    /// assert_eq!(observer.0, [("means.0".to_string(), Role::Buffer)]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn item(&mut self, index: usize, value: &(impl Visit + ?Sized)) {
        self.field(&index.to_string(), self.place.role, value);
    }

    /// Says which module is visited next, by its address.
    pub fn at<M: ?Sized>(&mut self, module: &M) -> &mut Visitor<'a> {
        self.observer
            .address(std::ptr::from_ref(module).cast::<()>().addr());
        self
    }

    /// Visits the `fields` of a module of type `kind`.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// # use neurarust_nn::{Observer, Role, Visitor};
    /// # struct Kinds(Vec<String>);
    /// # impl Observer for Kinds {
    /// #     fn enter(&mut self, _: &str, kind: &str, describe: &dyn Fn() -> String) { self.0.push(format!("{kind}({})", describe())); }
    /// # }
    /// # let mut observer = Kinds(Vec::new());
    /// let weight = Tensor::zeros([3])?;
    /// Visitor::new(&mut observer).module("Scale", &|| "3".to_string(), &mut |fields| {
    ///     fields.field("weight", Role::Parameter, &weight);
    /// });
    /// assert_eq!(observer.0, ["Scale(3)"]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
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
    ///
    /// ```
    /// # use neurarust_nn::{Linear, Observer, Visitor};
    /// # struct Kinds(Vec<String>);
    /// # impl Observer for Kinds {
    /// #     fn enter(&mut self, path: &str, kind: &str, _: &dyn Fn() -> String) { self.0.push(format!("{path}:{kind}")); }
    /// # }
    /// # let mut observer = Kinds(Vec::new());
    /// let layer = Linear::new(3, 2)?;
    /// Visitor::new(&mut observer).container("Stack", &mut |items| items.item(0, &layer));
    /// assert_eq!(observer.0, [":Stack", "0:Linear"]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
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
    ///
    /// ```
    /// use neurarust_nn::{Linear, Visit, VisitorMut};
    /// let mut paths = Vec::new();
    /// Linear::new(3, 2)?.visit_mut(&mut VisitorMut::new(&mut |path, _role, _tensor| paths.push(path.to_string())));
    /// assert_eq!(paths, ["weight", "bias"]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn new(on: &'a mut dyn FnMut(&str, Role, &mut Tensor)) -> VisitorMut<'a> {
        VisitorMut {
            place: Place::root(),
            on,
        }
    }

    /// As [`Visitor::field`].
    ///
    /// ```
    /// use neurarust_core::Tensor;
    /// use neurarust_nn::{Role, VisitorMut};
    /// let mut mean = Tensor::zeros([2])?;
    /// let ones = Tensor::ones([2])?;
    /// VisitorMut::new(&mut |_path, _role, tensor| *tensor = ones.clone()).field("mean", Role::Buffer, &mut mean);
    /// assert!(mean.is_same(&ones));
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn field(&mut self, name: &str, role: Role, value: &mut (impl Visit + ?Sized)) {
        let before = self.place.step(name, role);
        value.visit_mut(self);
        self.place.back(before);
    }

    /// As [`Visitor::item`].
    ///
    /// ```
    /// use neurarust_core::Tensor;
    /// use neurarust_nn::VisitorMut;
    /// let mut weight = Tensor::zeros([2])?;
    /// let mut paths = Vec::new();
    /// VisitorMut::new(&mut |path, _role, _tensor| paths.push(path.to_string())).item(3, &mut weight);
    /// assert_eq!(paths, ["3"]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn item(&mut self, index: usize, value: &mut (impl Visit + ?Sized)) {
        self.field(&index.to_string(), self.place.role, value);
    }

    /// As [`Visitor::module`].
    ///
    /// ```
    /// use neurarust_core::Tensor;
    /// use neurarust_nn::{Role, VisitorMut};
    /// let mut weight = Tensor::zeros([2])?;
    /// let mut roles = Vec::new();
    /// VisitorMut::new(&mut |_path, role, _tensor| roles.push(role))
    ///     .module(&mut |fields| fields.field("weight", Role::Parameter, &mut weight));
    /// assert_eq!(roles, [Role::Parameter]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
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
    ///
    /// ```
    /// assert!(neurarust_nn::Training::default().is_on());
    /// ```
    pub fn is_on(&self) -> bool {
        self.0.load(Relaxed)
    }

    /// Turns the switch.
    ///
    /// ```
    /// let training = neurarust_nn::Training::default();
    /// training.set(false);
    /// assert!(!training.is_on());
    /// ```
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
