//! The body that all optimizers share: groups of parameters, their state, saving and loading.

use neurarust_core::autograd::Gradient;
use neurarust_core::sparse::SparseTensor;
use neurarust_core::{Error, Result, Tensor, io, no_grad};
use std::collections::BTreeMap;
use std::path::Path;

/// A parameter and what its rule remembers of it.
///
/// ```
/// use neurarust_core::Tensor;
/// use neurarust_optim::{Optimizer, Sgd};
/// let w = Tensor::new([4.0f32])?.requires_grad()?;
/// let mut optimizer = Optimizer::new([w.clone()], Sgd { momentum: 0.9, ..Sgd::default() })?;
/// w.sum()?.backward()?;
/// optimizer.step()?;
/// let slot = &optimizer.groups[0].slots[0];
/// assert_eq!((slot.step, slot.state[0].to_vec::<f32>()?), (1, vec![1.0])); // the momentum: the first gradient
/// # Ok::<(), neurarust_core::Error>(())
/// ```
#[derive(Clone)]
pub struct Slot {
    /// The parameter.
    pub param: Tensor,
    /// How many steps it has taken.
    pub step: u64,
    /// The rule's tensors, in the order of [`Rule::state_names`]; empty before the first step.
    pub state: Vec<Tensor>,
}

impl Slot {
    /// The parameter before its first step.
    ///
    /// ```
    /// use neurarust_core::Tensor;
    /// use neurarust_optim::Slot;
    /// let slot = Slot::new(Tensor::zeros([3])?);
    /// assert_eq!((slot.step, slot.state.len()), (0, 0));
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn new(param: Tensor) -> Slot {
        Slot {
            param,
            step: 0,
            state: Vec::new(),
        }
    }
}

/// Hyperparameters and the update that they steer.
///
/// A rule of your own: `θ ← θ - lr · sign(g)` (Bernstein et al., 2018).
///
/// ```
/// use neurarust_core::{Result, Tensor};
/// use neurarust_optim::{Optimizer, Rule, Slot};
///
/// #[derive(Clone)]
/// struct SignSgd { lr: f64 }
///
/// impl Rule for SignSgd {
///     const NAME: &'static str = "SignSgd";
///     fn state_names(&self) -> &'static [&'static str] {
///         &[]
///     }
///     fn update(&self, cohort: &[(&mut Slot, Tensor)]) -> Result<()> {
///         cohort.iter().try_for_each(|(slot, gradient)| slot.param.sub_(gradient.sign()?.mul(self.lr)?).map(drop))
///     }
///     fn hyper(&self) -> Vec<(&'static str, f64)> {
///         vec![("lr", self.lr)]
///     }
///     fn set_hyper(&mut self, name: &str, value: f64) -> bool {
///         if name == "lr" {
///             self.lr = value;
///         }
///         name == "lr"
///     }
///     fn check(&self) -> Result<()> {
///         Ok(())
///     }
/// }
///
/// let w = Tensor::new([4.0f32])?.requires_grad()?;
/// let mut optimizer = Optimizer::new([w.clone()], SignSgd { lr: 0.5 })?;
/// w.square()?.sum()?.backward()?;
/// optimizer.step()?;
/// assert_eq!(w.to_vec::<f32>()?, [3.5]);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
pub trait Rule: Clone + Send + Sync {
    /// The name that errors show.
    const NAME: &'static str;

    /// Names of the tensors kept per parameter, PyTorch's in `state_dict`.
    fn state_names(&self) -> &'static [&'static str];

    /// What the tensors of the state begin with.
    fn initial_state(&self) -> f64 {
        0.0
    }

    /// Refuses gradients of a kind that the formula isn't right for. A sparse gradient moves the rows that it has and leaves
    /// the others alone, with their state: right where a gradient of 0 changes nothing, or where that is what the rule
    /// is for.
    ///
    /// # Errors
    /// Names what takes such gradients.
    fn check_gradient(&self, gradient: &Gradient) -> Result<()> {
        match gradient.sparse() {
            None => Ok(()),
            Some(_) => Err(Error::autograd(
                Self::NAME,
                "does not support sparse gradients, please consider SparseAdam instead (Adagrad and SGD without momentum take them too), or leave out sparse=True in the embedding",
            )),
        }
    }

    /// Takes one step for parameters with their gradients, all with as many steps behind them. Called under `no_grad`;
    /// new slots have [`Rule::initial_state`] as state.
    ///
    /// # Errors
    /// Gradients that don't fit.
    fn update(&self, cohort: &[(&mut Slot, Tensor)]) -> Result<()>;

    /// Hyperparameters by PyTorch's names; switches are 0 or 1.
    fn hyper(&self) -> Vec<(&'static str, f64)>;

    /// Sets a hyperparameter; `false` if there is none of this name.
    fn set_hyper(&mut self, name: &str, value: f64) -> bool;

    /// Refuses hyperparameters outside of their range.
    ///
    /// # Errors
    /// Names the parameter and the range.
    fn check(&self) -> Result<()>;
}

/// Takes a step of `rule` for `slots` with their gradients, which [`Rule::check_gradient`] has let pass, and counts it. To be
/// called under `no_grad`.
///
/// Of a parameter with a sparse gradient, the rows that the gradient has are taken out, with their state, moved as if they
/// were a parameter of their own, and written back.
///
/// ```
/// use neurarust_core::{Tensor, autograd::Gradient};
/// use neurarust_optim::{Sgd, Slot, advance};
/// let mut slot = Slot::new(Tensor::new([4f32])?);
/// let gradient = Gradient::from(Tensor::new([8f32])?);
/// advance(&Sgd { lr: 0.25, ..Sgd::default() }, vec![(&mut slot, gradient)])?;
/// assert_eq!((slot.param.item::<f32>()?, slot.step), (2.0, 1));
/// # Ok::<(), neurarust_core::Error>(())
/// ```
///
/// # Errors
/// Gradients that don't fit.
#[track_caller]
pub fn advance<R: Rule>(rule: &R, slots: Vec<(&mut Slot, Gradient)>) -> Result<()> {
    let states = rule.state_names().len();
    let mut dense: Vec<(&mut Slot, Tensor)> = Vec::with_capacity(slots.len());
    let mut sparse: Vec<(&mut Slot, SparseTensor, Slot)> = Vec::new();
    for (slot, gradient) in slots {
        while slot.state.len() < states {
            let zeros = slot.param.detach().zeros_like()?;
            if rule.initial_state() != 0.0 {
                zeros.fill_(rule.initial_state())?;
            }
            slot.state.push(zeros);
        }
        match gradient {
            Gradient::Dense(g) => dense.push((slot, g)),
            Gradient::Sparse(g) => {
                let g = g.coalesce()?;
                let rows = Slot {
                    param: g.pick(&slot.param)?,
                    step: slot.step,
                    state: slot
                        .state
                        .iter()
                        .map(|t| g.pick(t))
                        .collect::<Result<_>>()?,
                };
                sparse.push((slot, g, rows));
            }
        }
    }
    for (_, g, rows) in &mut sparse {
        dense.push((rows, g.values().clone()));
    }
    // Parameters in step with each other go together; those that got their first gradient later lag behind.
    if !dense.is_sorted_by_key(|(slot, _)| slot.step) {
        dense.sort_by_key(|(slot, _)| slot.step);
    }
    for cohort in dense.chunk_by_mut(|(a, _), (b, _)| a.step == b.step) {
        rule.update(cohort)?;
        cohort.iter_mut().for_each(|(slot, _)| slot.step += 1);
    }
    for (slot, g, rows) in sparse {
        g.with_values(&rows.param)?.write_to(&slot.param)?;
        for (all, new) in slot.state.iter().zip(&rows.state) {
            g.with_values(new)?.write_to(all)?;
        }
        slot.step = rows.step;
    }
    Ok(())
}

/// Implements [`Rule::hyper`] and [`Rule::set_hyper`] for the named fields; `bool`s are listed last.
macro_rules! hyper {
    ($($number:ident),* ; $($switch:ident),*) => {
        fn hyper(&self) -> Vec<(&'static str, f64)> {
            vec![$((stringify!($number), self.$number),)* $((stringify!($switch), self.$switch as u8 as f64)),*]
        }
        fn set_hyper(&mut self, name: &str, value: f64) -> bool {
            match name {
                $( stringify!($number) => self.$number = value, )*
                $( stringify!($switch) => self.$switch = value != 0.0, )*
                _ => return false,
            }
            true
        }
    };
}
pub(crate) use hyper;

/// Refuses a hyperparameter that isn't in `range`.
#[track_caller]
pub(crate) fn within(
    op: &'static str,
    name: &str,
    value: f64,
    range: std::ops::Range<f64>,
) -> Result<()> {
    match range.contains(&value) {
        true => Ok(()),
        false => Err(Error::value(
            op,
            format!(
                "{name} = {value}; expected {} or more, below {}",
                range.start, range.end
            ),
        )),
    }
}

/// Parameters with hyperparameters of their own.
///
/// ```
/// use neurarust_core::Tensor;
/// use neurarust_optim::{Optimizer, Sgd};
/// let w = Tensor::zeros([3])?.requires_grad()?;
/// let mut optimizer = Optimizer::new([w.clone()], Sgd::default())?;
/// optimizer.groups[0].rule.momentum = 0.9; // from the next step on
/// w.sum()?.backward()?;
/// optimizer.step()?;
/// assert_eq!(optimizer.groups[0].slots[0].state[0].to_vec::<f32>()?, [1.0; 3]);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
#[derive(Clone)]
pub struct Group<R> {
    /// The parameters and their state.
    pub slots: Vec<Slot>,
    /// The hyperparameters.
    pub rule: R,
}

/// Everything an optimizer knows, by flat names: numbers such as `param_groups.0.lr` and `state.3.step`, tensors such as
/// `state.3.exp_avg`. Parameters are counted through all groups.
#[derive(Clone, Default)]
pub struct State {
    /// The numbers.
    pub numbers: BTreeMap<String, f64>,
    /// The tensors.
    pub tensors: BTreeMap<String, Tensor>,
}

/// What the names of numbers start with among a file's metadata.
const NUMBER: &str = "number.";

impl State {
    /// Saves to a safetensors file, replacing it as a whole. The numbers are written so that every bit of them comes back
    /// (but for a NaN's).
    ///
    /// ```
    /// use neurarust_core::Tensor;
    /// use neurarust_optim::{Adam, Optimizer, State};
    /// let w = Tensor::new([4.0f32])?.requires_grad()?;
    /// let mut optimizer = Optimizer::new([w.clone()], Adam { lr: 0.1, ..Adam::default() })?;
    /// w.square()?.sum()?.backward()?;
    /// optimizer.step()?;
    /// let path = std::env::temp_dir().join(format!("optimizer-{}.safetensors", std::process::id()));
    /// optimizer.state_dict()?.save(&path)?;
    /// optimizer.load_state_dict(&State::load(&path)?)?;
    /// # std::fs::remove_file(&path).unwrap();
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A file that can't be written.
    #[track_caller]
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        // `{:?}` writes the shortest digits that are read as this very number.
        let numbers = self
            .numbers
            .iter()
            .map(|(name, value)| (format!("{NUMBER}{name}"), format!("{value:?}")));
        io::save_safetensors(path, &self.tensors, numbers)
    }

    /// Loads what [`State::save`] has saved.
    ///
    /// ```
    /// use neurarust_core::Tensor;
    /// use neurarust_optim::{Optimizer, Sgd, State};
    /// let optimizer = Optimizer::new([Tensor::zeros([3])?.requires_grad()?], Sgd { lr: 0.3, ..Sgd::default() })?;
    /// let path = std::env::temp_dir().join(format!("sgd-{}.safetensors", std::process::id()));
    /// optimizer.state_dict()?.save(&path)?;
    /// assert_eq!(State::load(&path)?.numbers["param_groups.0.lr"], 0.3);
    /// # std::fs::remove_file(&path).unwrap();
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A file that can't be read, or isn't a safetensors file with numbers in its metadata.
    #[track_caller]
    pub fn load(path: impl AsRef<Path>) -> Result<State> {
        let path = path.as_ref();
        let loaded = io::load_safetensors(path)?;
        let mut numbers = BTreeMap::new();
        for (key, text) in &loaded.metadata {
            // Other writers leave notes of their own there.
            let Some(name) = key.strip_prefix(NUMBER) else {
                continue;
            };
            let Ok(value) = text.parse() else {
                return Err(Error::format(
                    "State::load",
                    format!(
                        "{}: expected a number as {key}, found {text:?}",
                        path.display()
                    ),
                ));
            };
            numbers.insert(name.to_string(), value);
        }
        Ok(State {
            numbers,
            tensors: loaded.into_iter().collect(),
        })
    }
}

/// An optimizer: a [`Rule`] over groups of parameters.
pub struct Optimizer<R> {
    /// The groups, open to schedules and to the user: `optimizer.groups[0].rule.lr = 0.01`.
    pub groups: Vec<Group<R>>,
}

impl<R: Rule> Optimizer<R> {
    /// An optimizer of one group.
    ///
    /// ```
    /// use neurarust_core::Tensor;
    /// use neurarust_optim::{Optimizer, Sgd};
    /// let w = Tensor::new([4f32])?.requires_grad()?;
    /// let optimizer = Optimizer::new([w], Sgd { lr: 0.5, ..Sgd::default() })?;
    /// assert_eq!(optimizer.lr(), [0.5]);
    /// assert!(Optimizer::new([], Sgd::default()).is_err());
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// No parameters, one that appears twice, one that isn't a leaf, hyperparameters outside of their range.
    #[track_caller]
    pub fn new(params: impl IntoIterator<Item = Tensor>, rule: R) -> Result<Optimizer<R>> {
        let mut optimizer = Optimizer { groups: Vec::new() };
        optimizer.add_group(params, rule)?;
        Ok(optimizer)
    }

    /// Adds parameters with hyperparameters of their own.
    ///
    /// ```
    /// use neurarust_core::Tensor;
    /// use neurarust_optim::{Optimizer, Sgd};
    /// let (w, b) = (Tensor::zeros([4])?.requires_grad()?, Tensor::zeros([1])?.requires_grad()?);
    /// let mut optimizer = Optimizer::new([w], Sgd { lr: 0.5, ..Sgd::default() })?;
    /// optimizer.add_group([b], Sgd { lr: 0.1, ..Sgd::default() })?;
    /// assert_eq!(optimizer.lr(), [0.5, 0.1]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Optimizer::new`].
    #[track_caller]
    pub fn add_group(&mut self, params: impl IntoIterator<Item = Tensor>, rule: R) -> Result<()> {
        rule.check()?;
        let slots: Vec<Slot> = params.into_iter().map(Slot::new).collect();
        if slots.is_empty() {
            return Err(Error::value(R::NAME, "no parameters to optimize"));
        }
        let mut known: Vec<&Tensor> = self.slots().map(|s| &s.param).collect();
        for (i, slot) in slots.iter().enumerate() {
            if !slot.param.is_leaf() {
                return Err(Error::value(
                    R::NAME,
                    format!(
                        "parameter {i} of shape {} was computed by an operation; only leaves can be optimized",
                        slot.param.shape()
                    ),
                ));
            }
            if known.iter().any(|k| k.is_same(&slot.param)) {
                return Err(Error::value(
                    R::NAME,
                    format!(
                        "parameter {i} of shape {} appears twice",
                        slot.param.shape()
                    ),
                ));
            }
            known.push(&slot.param);
        }
        drop(known);
        self.groups.push(Group { slots, rule });
        Ok(())
    }

    fn slots(&self) -> impl Iterator<Item = &Slot> {
        self.groups.iter().flat_map(|g| &g.slots)
    }

    /// Moves every parameter that has a gradient.
    ///
    /// ```
    /// use neurarust_core::Tensor;
    /// use neurarust_optim::{Optimizer, Sgd};
    /// let w = Tensor::new([4f32])?.requires_grad()?;
    /// let mut optimizer = Optimizer::new([w.clone()], Sgd { lr: 0.25, ..Sgd::default() })?;
    /// w.square()?.sum()?.backward()?; // gradient 8
    /// optimizer.step()?;
    /// assert_eq!(w.item::<f32>()?, 2.0);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A gradient whose shape or dtype doesn't fit; a sparse one that the rule doesn't take, before anything is moved.
    #[track_caller]
    pub fn step(&mut self) -> Result<()> {
        let _guard = no_grad();
        let mut all = Vec::with_capacity(self.groups.len());
        for Group { rule, slots, .. } in &mut self.groups {
            let mut ready = Vec::with_capacity(slots.len());
            for slot in slots {
                if let Some(gradient) = slot.param.kept_grad() {
                    rule.check_gradient(&gradient)?;
                    ready.push((slot, gradient));
                }
            }
            all.push((&*rule, ready));
        }
        all.into_iter()
            .try_for_each(|(rule, ready)| advance(rule, ready))
    }

    /// Forgets all gradients.
    ///
    /// ```
    /// use neurarust_core::Tensor;
    /// use neurarust_optim::{Optimizer, Sgd};
    /// let w = Tensor::new([4f32])?.requires_grad()?;
    /// let optimizer = Optimizer::new([w.clone()], Sgd::default())?;
    /// w.square()?.sum()?.backward()?;
    /// optimizer.zero_grad();
    /// assert!(w.grad().is_none());
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn zero_grad(&self) {
        self.slots().for_each(|slot| slot.param.zero_grad());
    }

    /// The learning rates of the groups.
    ///
    /// ```
    /// use neurarust_core::Tensor;
    /// use neurarust_optim::{Adam, Optimizer};
    /// let w = Tensor::zeros([1])?.requires_grad()?;
    /// assert_eq!(Optimizer::new([w], Adam::default())?.lr(), [1e-3]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn lr(&self) -> Vec<f64> {
        self.groups
            .iter()
            .map(|g| {
                g.rule
                    .hyper()
                    .into_iter()
                    .find(|(name, _)| *name == "lr")
                    .map_or(0.0, |(_, lr)| lr)
            })
            .collect()
    }

    /// Sets the learning rate of group `index`.
    ///
    /// ```
    /// use neurarust_core::Tensor;
    /// use neurarust_optim::{Adam, Optimizer};
    /// let mut optimizer = Optimizer::new([Tensor::zeros([1])?.requires_grad()?], Adam::default())?;
    /// optimizer.set_lr(0, 0.5);
    /// assert_eq!(optimizer.lr(), [0.5]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn set_lr(&mut self, index: usize, lr: f64) {
        if let Some(group) = self.groups.get_mut(index) {
            group.rule.set_hyper("lr", lr);
        }
    }

    /// Everything needed to go on later.
    ///
    /// ```
    /// use neurarust_core::Tensor;
    /// use neurarust_optim::{Adam, Optimizer};
    /// let w = Tensor::zeros([1])?.requires_grad()?;
    /// let state = Optimizer::new([w], Adam::default())?.state_dict()?;
    /// assert_eq!(state.numbers["param_groups.0.lr"], 1e-3);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// No memory for the copies.
    #[track_caller]
    pub fn state_dict(&self) -> Result<State> {
        let mut state = State::default();
        let mut index = 0;
        for (g, group) in self.groups.iter().enumerate() {
            for (name, value) in group.rule.hyper() {
                state
                    .numbers
                    .insert(format!("param_groups.{g}.{name}"), value);
            }
            for slot in &group.slots {
                if slot.step > 0 {
                    state
                        .numbers
                        .insert(format!("state.{index}.step"), slot.step as f64);
                    for (name, t) in group.rule.state_names().iter().zip(&slot.state) {
                        state
                            .tensors
                            .insert(format!("state.{index}.{name}"), t.detach().try_clone()?);
                    }
                }
                index += 1;
            }
        }
        Ok(state)
    }

    /// Goes on from what [`Optimizer::state_dict`] has answered.
    ///
    /// ```
    /// use neurarust_core::Tensor;
    /// use neurarust_optim::{Adam, Optimizer};
    /// let make = |lr| Optimizer::new([Tensor::zeros([1])?.requires_grad()?], Adam { lr, ..Adam::default() });
    /// let (mut a, b) = (make(0.1)?, make(0.2)?);
    /// a.load_state_dict(&b.state_dict()?)?;
    /// assert_eq!(a.lr(), [0.2]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// State of other parameters: every name that is missing, unexpected or of the wrong shape. Nothing is loaded then.
    #[track_caller]
    pub fn load_state_dict(&mut self, state: &State) -> Result<()> {
        let mut wrong = Vec::new();
        let mut groups = self.groups.clone();
        let mut used = std::collections::BTreeSet::new();
        let mut index = 0;
        for (g, group) in groups.iter_mut().enumerate() {
            for (name, _) in group.rule.hyper() {
                let key = format!("param_groups.{g}.{name}");
                match state.numbers.get(&key) {
                    Some(value) => _ = group.rule.set_hyper(name, *value),
                    None => wrong.push(format!("missing {key}")),
                }
                used.insert(key);
            }
            if let Err(e) = group.rule.check() {
                wrong.push(e.message().to_string());
            }
            let names = group.rule.state_names();
            for slot in &mut group.slots {
                let key = format!("state.{index}.step");
                slot.step = state.numbers.get(&key).map_or(0, |s| *s as u64);
                slot.state.clear();
                used.insert(key);
                for name in names {
                    let key = format!("state.{index}.{name}");
                    match state.tensors.get(&key) {
                        Some(t) if t.shape() == slot.param.shape() => slot
                            .state
                            .push(t.to_dtype(slot.param.dtype())?.detach().try_clone()?),
                        Some(t) => wrong.push(format!(
                            "{key} has shape {}, its parameter {}",
                            t.shape(),
                            slot.param.shape()
                        )),
                        None if slot.step > 0 => wrong.push(format!("missing {key}")),
                        None => {}
                    }
                    used.insert(key);
                }
                index += 1;
            }
        }
        let names = state.numbers.keys().chain(state.tensors.keys());
        wrong.extend(
            names
                .filter(|k| !used.contains(*k))
                .map(|k| format!("unexpected {k}")),
        );
        if !wrong.is_empty() {
            return Err(Error::value(
                R::NAME,
                format!("the state is not of this optimizer: {}", wrong.join(", ")),
            ));
        }
        self.groups = groups;
        Ok(())
    }
}
