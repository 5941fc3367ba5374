//! Modules made of others, one after the other, and of functions.

use crate::call::begin;
use crate::{Forward, Module, Visit, Visitor, VisitorMut};
use neurarust_core::{Error, Result, Tensor};
use std::fmt;

/// Modules applied one after the other; [`sequential!`](crate::sequential) makes one.
///
/// Its parts are named by their positions: `0.weight`, `2.bias`.
///
/// ```
/// use neurarust_core::Tensor;
/// use neurarust_nn::{Forward, Linear, Module, ReLU, sequential};
/// let net = sequential![Linear::new(784, 128)?, ReLU, Linear::new(128, 10)?];
/// assert_eq!(net.forward(&Tensor::zeros([64, 784])?)?.dims(), [64, 10]);
/// assert_eq!(net.named_parameters()[2].0, "2.weight");
/// # Ok::<(), neurarust_core::Error>(())
/// ```
#[derive(Default)]
pub struct Sequential {
    layers: Vec<Box<dyn Forward>>,
}

impl Sequential {
    /// The modules in this order.
    ///
    /// ```
    /// use neurarust_core::Tensor;
    /// use neurarust_nn::{Forward, Linear, ReLU, Sequential};
    /// let net = Sequential::new(vec![Box::new(Linear::new(4, 2)?), Box::new(ReLU::new())]);
    /// assert_eq!(net.forward(&Tensor::zeros([3, 4])?)?.dims(), [3, 2]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn new(layers: Vec<Box<dyn Forward>>) -> Sequential {
        Sequential { layers }
    }

    /// Adds a module at the end.
    ///
    /// ```
    /// use neurarust_nn::{Linear, ReLU, Sequential};
    /// let mut net = Sequential::new(vec![]);
    /// net.push(Linear::new(4, 2)?).push(ReLU::new());
    /// assert_eq!(net.len(), 2);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn push(&mut self, layer: impl Forward + 'static) -> &mut Sequential {
        self.layers.push(Box::new(layer));
        self
    }

    /// Number of modules.
    ///
    /// ```
    /// use neurarust_nn::{Linear, ReLU, sequential};
    /// assert_eq!(sequential![Linear::new(4, 2)?, ReLU::new()].len(), 2);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn len(&self) -> usize {
        self.layers.len()
    }

    /// Whether there are none.
    ///
    /// ```
    /// use neurarust_nn::Sequential;
    /// assert!(Sequential::new(vec![]).is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.layers.is_empty()
    }

    /// The modules.
    ///
    /// ```
    /// use neurarust_core::Tensor;
    /// use neurarust_nn::{Linear, ReLU, sequential};
    /// let net = sequential![Linear::new(4, 2)?, ReLU::new()];
    /// let mut x = Tensor::zeros([3, 4])?;
    /// for layer in net.iter() {
    ///     x = layer.forward(&x)?; // what lies in between can be looked at
    /// }
    /// assert_eq!(x.dims(), [3, 2]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn iter(&self) -> impl Iterator<Item = &dyn Forward> {
        self.layers.iter().map(|layer| &**layer)
    }
}

impl Visit for Sequential {
    fn visit(&self, visitor: &mut Visitor<'_>) {
        visitor
            .at(self)
            .module("Sequential", &String::new, &mut |visitor| {
                for (i, layer) in self.layers.iter().enumerate() {
                    visitor.item(i, layer);
                }
            });
    }
    fn visit_mut(&mut self, visitor: &mut VisitorMut<'_>) {
        visitor.module(&mut |visitor| {
            for (i, layer) in self.layers.iter_mut().enumerate() {
                visitor.item(i, layer);
            }
        });
    }
}

impl Module for Sequential {}

impl Forward for Sequential {
    /// # Errors
    /// The first one of a module, with its position.
    #[track_caller]
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let call = begin(self);
        let mut x = x.clone();
        for (i, layer) in self.layers.iter().enumerate() {
            x = layer
                .call(&x)
                .map_err(|e| e.with_note(format!("in module {i} of a Sequential")))?;
        }
        call.end(Ok(x))
    }
}

impl fmt::Debug for Sequential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.tree())
    }
}

/// A [`Sequential`](crate::Sequential) of the given modules, of any types.
///
/// ```
/// use neurarust_nn::{Flatten, Linear, Tanh, sequential};
/// let net = sequential![Flatten::new(), Linear::new(4, 8)?, Tanh, Linear::new(8, 1)?];
/// assert_eq!(net.len(), 4);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
#[macro_export]
macro_rules! sequential {
    ($($layer:expr),* $(,)?) => {
        $crate::Sequential::new(::std::vec![
            $( ::std::boxed::Box::new($layer) as ::std::boxed::Box<dyn $crate::Forward> ),*
        ])
    };
}

/// A function as a module.
///
/// ```
/// use neurarust_core::Tensor;
/// use neurarust_nn::{Forward, Lambda};
/// let double = Lambda::new("double", |x: &Tensor| x.mul(2.0));
/// assert_eq!(double.forward(&Tensor::ones([1])?)?.item::<f32>()?, 2.0);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
#[derive(Clone, Module)]
#[module(describe = Self::describe)]
pub struct Lambda<F> {
    name: &'static str,
    #[module(skip)]
    function: F,
}

impl<F: Fn(&Tensor) -> Result<Tensor, Error> + Send + Sync> Lambda<F> {
    /// `function`, printed as `name`.
    ///
    /// ```
    /// use neurarust_core::Tensor;
    /// use neurarust_nn::{Forward, Lambda};
    /// let double = Lambda::new("double", |x| x.mul(2.0));
    /// assert_eq!(double.forward(&Tensor::new([1f32, 2.0])?)?.to_vec::<f32>()?, [2.0, 4.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn new(name: &'static str, function: F) -> Lambda<F> {
        Lambda { name, function }
    }
}

impl<F> Lambda<F> {
    fn describe(&self) -> String {
        self.name.to_string()
    }
}

impl<F: Fn(&Tensor) -> Result<Tensor, Error> + Send + Sync> Forward for Lambda<F> {
    #[track_caller]
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        begin(self).end((self.function)(x))
    }
}
