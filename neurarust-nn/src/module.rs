//! Modules: what has parameters, and what maps a tensor to a tensor.

use crate::state::{self, LoadReport, StateDict};
use crate::tree;
use crate::visit::{Observer, Role, Training, Visit, Visitor, VisitorMut};
use neurarust_core::{DType, Result, Tensor};
use std::collections::HashMap;

/// A model or a part of one: a struct whose fields hold parameters, buffers and other modules.
///
/// Derive it. A [`Tensor`] field is a parameter (make it one that is trained with `requires_grad`), a field of a type
/// that is a module is a part; containers (`Vec`, arrays, `Option`, `Box`, tuples, maps by name) of either work too, and
/// plain data is passed by. Names are those of the fields, joined by dots: `blocks.0.attention.weight`.
///
/// | attribute | on | says |
/// |---|---|---|
/// | `#[module(buffer)]` | a field | its tensors are kept in the state but not trained |
/// | `#[module(transient)]` | a field | its tensors are neither kept nor trained |
/// | `#[module(skip)]` | a field | no part of the module |
/// | `#[module(rename = "name")]` | a field | its name in paths |
/// | `#[module(describe = function)]` | the struct | `fn(&Self) -> String` writes what stands in parentheses when printed |
/// | `#[module(no_debug)]` | the struct | leaves `Debug` to you; otherwise it prints the tree of modules |
/// | `#[module(crate = path)]` | the struct | where `neurarust::nn` is, under another name |
///
/// A model of one input also implements [`Forward`]; one with several inputs has any method it likes.
///
/// ```
/// use neurarust_core::{Result, Tensor};
/// use neurarust_nn::{Forward, Linear, Module};
///
/// #[derive(Module)]
/// struct Net { first: Linear, second: Linear, gain: Tensor }
///
/// impl Forward for Net {
///     fn forward(&self, x: &Tensor) -> Result<Tensor> {
///         let hidden = self.first.forward(x)?.relu()?;
///         self.second.forward(&hidden)?.mul(&self.gain)
///     }
/// }
///
/// let net = Net { first: Linear::new(4, 8)?, second: Linear::new(8, 2)?, gain: Tensor::ones([2])?.requires_grad()? };
/// assert_eq!(net.forward(&Tensor::zeros([3, 4])?)?.dims(), [3, 2]);
/// let names: Vec<_> = net.named_parameters().into_iter().map(|(name, _)| name).collect();
/// assert_eq!(names, ["first.weight", "first.bias", "second.weight", "second.bias", "gain"]);
/// assert_eq!(net.num_parameters(), 4 * 8 + 8 + 8 * 2 + 2 + 2);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
pub trait Module: Visit {
    /// The parameters, in order of declaration; one that appears in several places appears once.
    ///
    /// They share their elements with the model: an optimizer that writes to them changes it.
    ///
    /// ```
    /// use neurarust_nn::{Linear, Module};
    /// let layer = Linear::new(3, 2)?;
    /// assert_eq!(layer.parameters().len(), 2);
    /// layer.parameters()[1].detach().fill_(5.0)?;
    /// assert_eq!(layer.bias.unwrap().to_vec::<f32>()?, [5.0, 5.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    fn parameters(&self) -> Vec<Tensor> {
        self.named_parameters()
            .into_iter()
            .map(|(_, t)| t)
            .collect()
    }

    /// As [`Module::parameters`], with their names.
    ///
    /// ```
    /// use neurarust_nn::{Linear, Module, ReLU, sequential};
    /// let net = sequential![Linear::new(4, 2)?, ReLU::new()];
    /// let names: Vec<_> = net.named_parameters().into_iter().map(|(name, _)| name).collect();
    /// assert_eq!(names, ["0.weight", "0.bias"]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    fn named_parameters(&self) -> Vec<(String, Tensor)> {
        let mut found = Found::new(|role| role == Role::Parameter);
        self.visit(&mut Visitor::new(&mut found));
        found.tensors
    }

    /// The buffers: what the model keeps but doesn't train.
    ///
    /// ```
    /// use neurarust_nn::{BatchNorm1d, Module};
    /// assert_eq!(BatchNorm1d::new(3)?.buffers().len(), 3); // two running statistics and the number of batches
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    fn buffers(&self) -> Vec<Tensor> {
        self.named_buffers().into_iter().map(|(_, t)| t).collect()
    }

    /// As [`Module::buffers`], with their names.
    ///
    /// ```
    /// use neurarust_nn::{BatchNorm1d, Module};
    /// assert_eq!(BatchNorm1d::new(3)?.named_buffers()[1].0, "running_var");
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    fn named_buffers(&self) -> Vec<(String, Tensor)> {
        let mut found = Found::new(|role| role != Role::Parameter);
        self.visit(&mut Visitor::new(&mut found));
        found.tensors
    }

    /// Parameters and buffers by name, outside of the graph; they share their elements with the model.
    ///
    /// ```
    /// use neurarust_nn::{Linear, Module};
    /// let (a, b) = (Linear::new(3, 2)?, Linear::new(3, 2)?);
    /// b.load_state_dict(&a.state_dict())?;
    /// assert_eq!(a.weight.to_vec::<f32>()?, b.weight.to_vec::<f32>()?);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    fn state_dict(&self) -> StateDict {
        let mut kept = state::Kept::default();
        self.visit(&mut Visitor::new(&mut kept));
        kept.0.into_iter().map(|(n, t)| (n, t.detach())).collect()
    }

    /// Copies `state` into the model, converting dtypes.
    ///
    /// ```
    /// use neurarust_nn::{Linear, Module};
    /// let (a, b) = (Linear::new(3, 2)?, Linear::builder(3, 2).bias(false).build()?);
    /// assert!(b.load_state_dict(&a.state_dict()).is_err()); // `bias` is unexpected
    /// b.load_state_dict(&[("weight", a.weight.clone())].into_iter().collect())?;
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Names that are missing, unexpected or of another shape, all of them in one message. Nothing is loaded then.
    #[track_caller]
    fn load_state_dict(&self, state: &StateDict) -> Result<()> {
        let mut kept = state::Kept::default();
        self.visit(&mut Visitor::new(&mut kept));
        let plan = state::Plan::new(kept.0, state);
        plan.report.strict()?;
        plan.run().map(drop)
    }

    /// Copies what fits of `state` into the model and reports what didn't.
    ///
    /// ```
    /// use neurarust_nn::{Linear, Module};
    /// let (a, b) = (Linear::new(3, 2)?, Linear::builder(3, 2).bias(false).build()?);
    /// let report = b.load_state_dict_lenient(&a.state_dict())?;
    /// assert_eq!((report.loaded, report.unexpected), (1, vec!["bias".to_string()]));
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A tensor that can't be written to.
    #[track_caller]
    fn load_state_dict_lenient(&self, state: &StateDict) -> Result<LoadReport> {
        let mut kept = state::Kept::default();
        self.visit(&mut Visitor::new(&mut kept));
        state::Plan::new(kept.0, state).run()
    }

    /// Converts the floating-point parameters and buffers. They become new tensors without gradients, so make
    /// optimizers afterwards; tensors that were shared stay shared.
    ///
    /// ```
    /// use neurarust_core::DType;
    /// use neurarust_nn::{Linear, Module};
    /// let mut layer = Linear::new(3, 2)?;
    /// layer.to_dtype(DType::F64)?;
    /// assert_eq!(layer.weight.dtype(), DType::F64);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A `dtype` that isn't floating-point, or no memory. The model is unchanged then.
    #[track_caller]
    fn to_dtype(&mut self, dtype: DType) -> Result<()> {
        let mut all = Found::new(|_| true);
        self.visit(&mut Visitor::new(&mut all));
        let converted = all.converted(dtype)?;
        self.visit_mut(&mut VisitorMut::new(&mut |_, _, tensor| {
            if let Some(i) = all.position(tensor) {
                *tensor = converted[i].clone();
            }
        }));
        Ok(())
    }

    /// Switches to training: dropout drops, batch norm uses and collects the batch's statistics. New modules train.
    ///
    /// ```
    /// use neurarust_nn::{Dropout, Forward, Module};
    /// let layer = Dropout::new(1.0)?;
    /// layer.eval();
    /// layer.train();
    /// assert_eq!(layer.forward(&neurarust_core::Tensor::ones([2])?)?.to_vec::<f32>()?, [0.0, 0.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    fn train(&self) {
        self.set_training(true);
    }

    /// Switches to evaluation: dropout passes everything, batch norm uses the collected statistics.
    ///
    /// ```
    /// use neurarust_nn::{Dropout, Forward, Module};
    /// let layer = Dropout::new(1.0)?;
    /// layer.eval();
    /// assert_eq!(layer.forward(&neurarust_core::Tensor::ones([2])?)?.to_vec::<f32>()?, [1.0, 1.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    fn eval(&self) {
        self.set_training(false);
    }

    /// [`Module::train`] or [`Module::eval`].
    ///
    /// ```
    /// use neurarust_nn::{Module, Training};
    /// #[derive(Module)]
    /// struct Noise { training: Training }
    /// let noise = Noise { training: Training::default() };
    /// noise.set_training(false);
    /// assert!(!noise.training.is_on());
    /// ```
    fn set_training(&self, on: bool) {
        struct Switch(bool);
        impl Observer for Switch {
            fn training(&mut self, training: &Training) {
                training.set(self.0);
            }
        }
        self.visit(&mut Visitor::new(&mut Switch(on)));
    }

    /// Forgets the gradients of all parameters.
    ///
    /// ```
    /// use neurarust_core::Tensor;
    /// use neurarust_nn::{Forward, Linear, Module};
    /// let layer = Linear::new(3, 2)?;
    /// layer.forward(&Tensor::ones([1, 3])?)?.sum()?.backward()?;
    /// assert!(layer.weight.grad().is_some());
    /// layer.zero_grad();
    /// assert!(layer.weight.grad().is_none());
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    fn zero_grad(&self) {
        self.parameters().iter().for_each(Tensor::zero_grad);
    }

    /// Freezes (`false`) or thaws the parameters.
    ///
    /// ```
    /// use neurarust_nn::{Linear, Module};
    /// let layer = Linear::new(3, 2)?;
    /// layer.requires_grad_(false)?;
    /// assert!(!layer.weight.is_requires_grad());
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A parameter that can't have a gradient, such as one of integers.
    #[track_caller]
    fn requires_grad_(&self, on: bool) -> Result<()> {
        self.parameters()
            .iter()
            .try_for_each(|p| p.set_requires_grad(on))
    }

    /// Number of elements of all parameters.
    ///
    /// ```
    /// use neurarust_nn::{Linear, Module};
    /// assert_eq!(Linear::new(3, 2)?.num_parameters(), 3 * 2 + 2);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    fn num_parameters(&self) -> usize {
        self.parameters().iter().map(Tensor::numel).sum()
    }

    /// A table of the modules with their parameters' shapes and numbers, and the totals.
    ///
    /// ```
    /// use neurarust_nn::{Linear, Module, ReLU, sequential};
    /// let net = sequential![Linear::new(64, 32)?, ReLU::new(), Linear::new(32, 10)?];
    /// assert!(net.summary().contains("2,410 parameters"));
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    fn summary(&self) -> String {
        let mut table = tree::Table::default();
        self.visit(&mut Visitor::new(&mut table));
        table.finish()
    }

    /// The tree of modules, as PyTorch prints it.
    ///
    /// ```
    /// use neurarust_nn::{Linear, Module, ReLU, sequential};
    /// let net = sequential![Linear::new(4, 2)?, ReLU::new()];
    /// assert_eq!(
    ///     net.tree(),
    ///     "Sequential(\n  (0): Linear(in_features=4, out_features=2, bias=true)\n  (1): ReLU()\n)"
    /// );
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    fn tree(&self) -> String {
        let mut tree = tree::Tree::default();
        self.visit(&mut Visitor::new(&mut tree));
        tree.finish()
    }
}

/// A module that maps one tensor to one tensor: what [`Sequential`](crate::Sequential) is made of.
///
/// ```
/// use neurarust_core::{Result, Tensor};
/// use neurarust_nn::{Forward, Linear, Module};
///
/// #[derive(Module)]
/// struct Residual { inner: Linear }
///
/// impl Forward for Residual {
///     fn forward(&self, x: &Tensor) -> Result<Tensor> {
///         x.add(&self.inner.forward(x)?)
///     }
/// }
///
/// let layers: Vec<Box<dyn Forward>> = vec![Box::new(Residual { inner: Linear::new(3, 3)? }), Box::new(Linear::new(3, 2)?)];
/// let mut x = Tensor::ones([4, 3])?;
/// for layer in &layers {
///     x = layer.forward(&x)?;
/// }
/// assert_eq!(x.dims(), [4, 2]);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
pub trait Forward: Module {
    /// The output for `x`.
    ///
    /// # Errors
    /// An input whose shape or dtype doesn't fit.
    fn forward(&self, x: &Tensor) -> Result<Tensor>;

    /// As [`Forward::forward`], with a span of its own in a profile and a line in a
    /// [`summary`](crate::summary()). The layers here and [`Sequential`](crate::Sequential) do so by themselves; a model or
    /// a block of your own is named where it is called this way.
    ///
    /// ```
    /// use neurarust_core::{Tensor, profiler};
    /// use neurarust_nn::{Forward, Linear, ReLU, sequential};
    /// let net = sequential![Linear::new(4, 2)?, ReLU];
    /// let x = Tensor::ones([3, 4])?;
    /// let (y, profile) = profiler::profile(|| net.call(&x))?;
    /// # y?;
    /// let paths: Vec<_> = profile.modules().into_iter().map(|row| row.name).collect();
    /// assert_eq!(paths, ["Sequential", "Sequential.0", "Sequential.1"]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Those of `forward`.
    #[track_caller]
    fn call(&self, x: &Tensor) -> Result<Tensor> {
        crate::call::begin(self).end(self.forward(x))
    }
}

impl<M: Module + ?Sized> Module for Box<M> {}
impl<M: Module> Module for Option<M> {}
impl<M: Module> Module for Vec<M> {}
impl<M: Module, const N: usize> Module for [M; N] {}
impl<M: Module> Module for std::collections::BTreeMap<String, M> {}
impl<M: Module, S: Send + Sync> Module for HashMap<String, M, S> {}

impl<M: Forward + ?Sized> Forward for Box<M> {
    #[track_caller]
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        (**self).forward(x)
    }
    #[track_caller]
    fn call(&self, x: &Tensor) -> Result<Tensor> {
        (**self).call(x)
    }
}

impl std::fmt::Debug for dyn Module {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.tree())
    }
}

impl std::fmt::Debug for dyn Forward {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.tree())
    }
}

/// Distinct tensors in order of appearance, under their first names.
struct Found {
    wanted: fn(Role) -> bool,
    tensors: Vec<(String, Tensor)>,
    /// Positions in `tensors` by the buffer's identity: only few tensors share one.
    by_buffer: HashMap<usize, Vec<usize>>,
}

impl Found {
    fn new(wanted: fn(Role) -> bool) -> Found {
        Found {
            wanted,
            tensors: Vec::new(),
            by_buffer: HashMap::new(),
        }
    }

    fn position(&self, tensor: &Tensor) -> Option<usize> {
        let sharing = self.by_buffer.get(&tensor.storage().id())?;
        sharing
            .iter()
            .copied()
            .find(|&i| self.tensors[i].1.is_same(tensor))
    }

    /// The tensors again, the floating-point ones in `dtype` and with the same wish for gradients.
    #[track_caller]
    fn converted(&self, dtype: DType) -> Result<Vec<Tensor>> {
        if !dtype.is_float() {
            return Err(neurarust_core::Error::dtype(
                "to_dtype",
                format!("a module can't be converted to {dtype}; expected a floating-point type"),
            ));
        }
        self.tensors
            .iter()
            .map(|(_, t)| {
                if !t.dtype().is_float() || t.dtype() == dtype {
                    return Ok(t.clone());
                }
                let new = t.detach().to_dtype(dtype)?;
                new.set_requires_grad(t.is_requires_grad())?;
                Ok(new)
            })
            .collect()
    }
}

impl Observer for Found {
    fn tensor(&mut self, path: &str, role: Role, tensor: &Tensor) {
        if (self.wanted)(role) && self.position(tensor).is_none() {
            self.by_buffer
                .entry(tensor.storage().id())
                .or_default()
                .push(self.tensors.len());
            self.tensors.push((path.to_string(), tensor.clone()));
        }
    }
}
