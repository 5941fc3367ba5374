//! The tensor: a buffer, a layout over it, an element type, and its place in the autograd graph.

mod access;
mod create;
mod display;
mod index;
mod methods;
mod operators;
mod random;

pub use create::{ArrayLike, IntoSpec, Spec};
pub(crate) use display::grad_fn_name;
pub use index::Index;
pub use operators::{Held, Operand};

use crate::autograd::{self, Edge, GradSlot, Gradient, Meta, ViewOf, lock};
use crate::dtype::{DType, Rank};
use crate::error::OrMemory;
use crate::layout::{Layout, Shape};
use crate::storage::Storage;
use crate::{Error, Result};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex};

/// Where a tensor's elements live.
///
/// ```
/// # use neurarust_core::{Device, Tensor};
/// assert_eq!(Tensor::zeros([2])?.device(), Device::Cpu);
/// assert_eq!(Device::Cpu.to_string(), "cpu");
/// # Ok::<(), neurarust_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Device {
    /// The processor's own memory.
    #[default]
    Cpu,
}

impl std::fmt::Display for Device {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Device::Cpu => f.write_str("cpu"),
        }
    }
}

/// An n-dimensional array that remembers how it was computed.
///
/// Cloning is cheap and shares everything. Named methods return [`Result`]; operators on references panic with the same
/// message.
///
/// ```
/// use neurarust_core::Tensor;
/// let x = Tensor::new([[1.0f32, 2.0], [3.0, 4.0]])?.requires_grad()?;
/// let y = (&x * &x).sum()?;
/// y.backward()?;
/// assert_eq!(x.grad().unwrap().to_vec::<f32>()?, [2.0, 4.0, 6.0, 8.0]);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
#[derive(Clone)]
pub struct Tensor(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) storage: Storage,
    pub(crate) layout: Layout,
    pub(crate) dtype: DType,
    /// Made from a bare number: yields to tensors when types are mixed.
    pub(crate) number: bool,
    /// Made in inference mode: unfit for autograd.
    pub(crate) inference: bool,
    /// What it is a view of; none for tensors with a buffer of their own, and for views made while gradients were off.
    pub(crate) view: Option<Box<ViewOf>>,
    pub(crate) untracked_view: bool,
    pub(crate) requires_grad: AtomicBool,
    pub(crate) meta: Mutex<Meta>,
}

impl Tensor {
    /// The one way to lay a tensor over a buffer: proves that every element of `layout` lies inside of it.
    #[track_caller]
    pub(crate) fn over(storage: Storage, layout: Layout, dtype: DType) -> Result<Tensor> {
        if let Some((low, high)) = layout.span() {
            let bytes = storage.bytes() as i128;
            if low < 0 || (high + 1) * dtype.size() as i128 > bytes {
                return Err(Error::value(
                    "view",
                    format!(
                        "shape {} with strides {:?} and offset {} touches elements {low}..={high} of a buffer of {} {dtype} elements",
                        layout.shape(),
                        layout.strides(),
                        layout.offset(),
                        bytes / dtype.size() as i128
                    ),
                ));
            }
        }
        let layout = layout.settled(storage.bytes() / dtype.size());
        Ok(Tensor::assemble(storage, layout, dtype, false))
    }

    fn assemble(storage: Storage, layout: Layout, dtype: DType, number: bool) -> Tensor {
        Tensor(Arc::new(Inner {
            storage,
            layout,
            dtype,
            number,
            inference: autograd::is_inference(),
            view: None,
            untracked_view: false,
            requires_grad: AtomicBool::new(false),
            meta: Mutex::new(Meta::default()),
        }))
    }

    /// A row-major tensor with arbitrary (but initialised) contents.
    #[track_caller]
    pub(crate) fn uninit(shape: Shape, dtype: DType) -> Result<Tensor> {
        let bytes = shape.numel() * dtype.size();
        let storage = Storage::new(bytes).or_memory("allocate")?;
        crate::profiler::made(bytes);
        Ok(Tensor::assemble(
            storage,
            Layout::contiguous(shape),
            dtype,
            false,
        ))
    }

    /// As [`Tensor::uninit`], in memory order `like` (whose dimensions are dense in some order) instead of row-major.
    #[track_caller]
    pub(crate) fn uninit_strided(layout: Layout, dtype: DType) -> Result<Tensor> {
        let bytes = layout.numel() * dtype.size();
        let storage = Storage::new(bytes).or_memory("allocate")?;
        crate::profiler::made(bytes);
        Tensor::over(storage, layout, dtype)
    }

    /// A row-major tensor of zeros.
    #[track_caller]
    pub(crate) fn zeroed(shape: Shape, dtype: DType) -> Result<Tensor> {
        let bytes = shape.numel() * dtype.size();
        let storage = Storage::zeroed(bytes).or_memory("allocate")?;
        crate::profiler::made(bytes);
        Ok(Tensor::assemble(
            storage,
            Layout::contiguous(shape),
            dtype,
            false,
        ))
    }

    /// The same elements as a tensor that is no part of any graph; shares the buffer.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::new([1f32, 2.0])?.requires_grad()?;
    /// let fixed = x.mul(3.0)?.detach();
    /// assert!(!fixed.is_requires_grad());
    /// assert_eq!(fixed.to_vec::<f32>()?, [3.0, 6.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    #[inline]
    #[track_caller]
    pub fn detach(&self) -> Tensor {
        if autograd::audit_is_on() {
            autograd::note_detach(self);
        }
        self.bare()
    }

    /// As [`Tensor::detach`], where the operation itself says what becomes of gradients.
    #[inline]
    pub(crate) fn bare(&self) -> Tensor {
        Tensor::assemble(
            self.0.storage.clone(),
            self.0.layout.clone(),
            self.0.dtype,
            self.0.number,
        )
    }

    /// The same tensor, marked as (or as no longer) a bare number.
    pub(crate) fn into_number(mut self) -> Tensor {
        if let Some(inner) = Arc::get_mut(&mut self.0) {
            inner.number = true;
            return self;
        }
        Tensor::assemble(
            self.0.storage.clone(),
            self.0.layout.clone(),
            self.0.dtype,
            true,
        )
    }

    /// The sizes.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::zeros([2, 3])?;
    /// assert_eq!(x.shape().to_string(), "[2, 3]");
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    #[inline]
    pub fn shape(&self) -> &Shape {
        self.0.layout.shape()
    }

    /// The sizes, as a slice.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// assert_eq!(Tensor::zeros([2, 3])?.dims(), [2, 3]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    #[inline]
    pub fn dims(&self) -> &[usize] {
        self.0.layout.shape().dims()
    }

    /// Number of dimensions.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// assert_eq!(Tensor::zeros([2, 3])?.rank(), 2);
    /// assert_eq!(Tensor::new(1f32)?.rank(), 0);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    #[inline]
    pub fn rank(&self) -> usize {
        self.0.layout.shape().rank()
    }

    /// Number of elements.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// assert_eq!(Tensor::zeros([2, 3])?.numel(), 6);
    /// assert_eq!(Tensor::zeros([2, 0])?.numel(), 0);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    #[inline]
    pub fn numel(&self) -> usize {
        self.0.layout.numel()
    }

    /// The size of dimension `dim`, counted from the back if negative.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::zeros([2, 3])?;
    /// assert_eq!((x.size(0)?, x.size(-1)?), (2, 3));
    /// assert!(x.size(2).is_err());
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Index`](crate::ErrorKind::Index) if there is no such dimension.
    #[track_caller]
    pub fn size(&self, dim: i64) -> Result<usize> {
        if self.rank() == 0 {
            return Err(Error::index(
                "size",
                format!("dimension {dim} of a tensor without dimensions"),
            ));
        }
        Ok(self.dims()[self.shape().dim("size", dim)?])
    }

    /// Where the elements lie in the buffer.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::zeros([4, 3])?.narrow(0, 2, 2)?;
    /// assert_eq!(x.layout().offset(), 6);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    #[inline]
    pub fn layout(&self) -> &Layout {
        &self.0.layout
    }

    /// The strides, in elements.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::zeros([2, 3])?;
    /// assert_eq!(x.strides(), [3, 1]);
    /// assert_eq!(x.t()?.strides(), [1, 3]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    #[inline]
    pub fn strides(&self) -> &[isize] {
        self.0.layout.strides()
    }

    /// The element type.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, DType};
    /// assert_eq!(Tensor::new([1u8])?.dtype(), DType::U8);
    /// assert_eq!(Tensor::zeros([1])?.dtype(), DType::F32);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    #[inline]
    pub fn dtype(&self) -> DType {
        self.0.dtype
    }

    /// Where the elements live.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// assert_eq!(Tensor::zeros([1])?.device().to_string(), "cpu");
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn device(&self) -> Device {
        Device::Cpu
    }

    /// Whether the elements lie in row-major order without gaps.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::zeros([2, 3])?;
    /// assert!(x.is_contiguous() && !x.t()?.is_contiguous());
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    #[inline]
    pub fn is_contiguous(&self) -> bool {
        self.0.layout.is_contiguous()
    }

    /// The buffer.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::zeros([2, 3])?;
    /// assert_eq!(x.storage().id(), x.t()?.storage().id()); // a view shares it
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    #[inline]
    pub fn storage(&self) -> &Storage {
        &self.0.storage
    }

    /// Whether both are the same tensor (not merely equal ones).
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::zeros([2])?;
    /// assert!(x.is_same(&x.clone()));
    /// assert!(!x.is_same(&x.detach()));
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn is_same(&self, other: &Tensor) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// How it counts when types are mixed.
    #[inline]
    pub(crate) fn mixing_rank(&self) -> Rank {
        match (self.0.number, self.rank()) {
            (true, _) => Rank::Number,
            (_, 0) => Rank::Zero,
            _ => Rank::Dims,
        }
    }

    /// Whether gradients flow to or through this tensor.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::new([1f32])?.requires_grad()?;
    /// assert!(x.is_requires_grad() && x.exp()?.is_requires_grad());
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    #[inline]
    pub fn is_requires_grad(&self) -> bool {
        self.0.requires_grad.load(Relaxed) || self.base_requires_grad()
    }

    /// Whether it was made by the user and not by a recorded operation.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::new([1f32])?.requires_grad()?;
    /// assert!(x.is_leaf() && !x.exp()?.is_leaf());
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn is_leaf(&self) -> bool {
        self.renew();
        lock(&self.0.meta).edge.is_none()
    }

    /// Marks this tensor as one to differentiate by, and returns it.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::new([1f32, 2.0])?.requires_grad()?;
    /// x.square()?.sum()?.backward()?;
    /// assert_eq!(x.grad().unwrap().to_vec::<f32>()?, [2.0, 4.0]);
    /// assert!(Tensor::new([1i64])?.requires_grad().is_err());
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Integer and bool tensors have no gradients.
    #[track_caller]
    pub fn requires_grad(self) -> Result<Tensor> {
        self.set_requires_grad(true)?;
        Ok(self)
    }

    /// Turns differentiation by this tensor on or off.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::new([1f32])?.requires_grad()?;
    /// x.set_requires_grad(false)?; // frozen
    /// assert!(!x.mul(2.0)?.is_requires_grad());
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Integer and bool tensors have no gradients; a tensor that an operation made always requires one, detach it to
    /// get one that doesn't; tensors made in inference mode stay outside of autograd.
    #[track_caller]
    pub fn set_requires_grad(&self, on: bool) -> Result<()> {
        const OP: &str = "requires_grad";
        if on && !self.dtype().is_differentiable() {
            return Err(Error::autograd(
                OP,
                format!(
                    "only floating-point and complex tensors have gradients, this one is {}",
                    self.dtype()
                ),
            ));
        }
        if on && self.0.inference && !autograd::is_inference() {
            return Err(Error::autograd(
                OP,
                "this tensor was made in inference mode; clone it outside of it first",
            ));
        }
        if !on && !self.is_leaf() {
            return Err(Error::autograd(
                OP,
                "a tensor that an operation made can't stop requiring a gradient; use detach()",
            ));
        }
        self.0.requires_grad.store(on, Relaxed);
        Ok(())
    }

    /// Cuts this tensor's history: it becomes one of the user's own that requires no gradient.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::new([1f32])?.requires_grad()?.mul(2.0)?;
    /// x.detach_()?;
    /// assert!(x.is_leaf() && !x.is_requires_grad());
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A view, whose history is its base's; detach makes another tensor.
    #[track_caller]
    pub fn detach_(&self) -> Result<&Tensor> {
        if self.view_of().is_some() && (!self.is_leaf() || self.is_requires_grad()) {
            return Err(Error::autograd(
                "detach_",
                "the history of a view can't be cut in place; use detach()",
            ));
        }
        let old = lock(&self.0.meta).edge.take();
        self.0.requires_grad.store(false, Relaxed);
        drop(old);
        Ok(self)
    }

    /// The accumulated gradient, after a backward. Of a sparse one this is a dense copy; see [`Tensor::kept_grad`].
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::new([3f32])?.requires_grad()?;
    /// assert!(x.grad().is_none());
    /// x.square()?.backward()?;
    /// x.square()?.backward()?; // adds up
    /// assert_eq!(x.grad().unwrap().to_vec::<f32>()?, [12.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Panics
    /// No memory for the dense copy.
    #[track_caller]
    pub fn grad(&self) -> Option<Tensor> {
        let dense = self.kept_grad()?.to_dense();
        Some(dense.unwrap_or_else(|e| e.raise()))
    }

    /// The accumulated gradient as it is kept: dense, or of some rows of a table.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, ops::embedding::Lookup};
    /// let table = Tensor::ones([1000, 2])?.requires_grad()?;
    /// let how = Lookup { sparse: true, ..Lookup::default() };
    /// table.embedding_with(&Tensor::new([7i64])?, &how)?.sum()?.backward()?;
    /// assert_eq!(table.kept_grad().unwrap().values().dims(), [1, 2]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn kept_grad(&self) -> Option<Gradient> {
        let slot = lock(&self.0.meta).slot.clone()?;
        lock(&slot.grad).clone()
    }

    /// Replaces the gradient.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::new([3f32])?.requires_grad()?;
    /// x.set_grad(Some(Tensor::new([5f32])?))?;
    /// assert_eq!(x.grad().unwrap().item::<f32>()?, 5.0);
    /// assert!(x.set_grad(Some(Tensor::zeros([2])?)).is_err());
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A gradient of another shape or dtype.
    #[track_caller]
    pub fn set_grad(&self, grad: Option<Tensor>) -> Result<()> {
        self.set_kept_grad(grad.map(Gradient::Dense))
    }

    /// As [`Tensor::set_grad`], with one that may be sparse.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, sparse::SparseTensor};
    /// let x = Tensor::zeros([2])?.requires_grad()?;
    /// let g = SparseTensor::from_dense(&Tensor::new([0f32, 3.0])?, 1)?;
    /// x.set_kept_grad(Some(g.into()))?;
    /// assert_eq!(x.grad().unwrap().to_vec::<f32>()?, [0.0, 3.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A gradient of another shape or dtype.
    #[track_caller]
    pub fn set_kept_grad(&self, grad: Option<Gradient>) -> Result<()> {
        if let Some(g) = &grad
            && (g.shape() != self.shape() || g.dtype() != self.dtype())
        {
            return Err(Error::shape(
                "grad",
                format!(
                    "a gradient of shape {} and type {} for a tensor of shape {} and type {}",
                    g.shape(),
                    g.dtype(),
                    self.shape(),
                    self.dtype()
                ),
            ));
        }
        let grad = grad.map(Gradient::settled).transpose()?;
        let slot = self.grad_slot();
        let old = std::mem::replace(&mut *lock(&slot.grad), grad);
        drop(old);
        Ok(())
    }

    /// Forgets the gradient.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::new([3f32])?.requires_grad()?;
    /// x.square()?.backward()?;
    /// x.zero_grad();
    /// assert!(x.grad().is_none());
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn zero_grad(&self) {
        let slot = lock(&self.0.meta).slot.clone();
        if let Some(slot) = slot {
            let old = lock(&slot.grad).take();
            drop(old);
        }
    }

    /// Where this tensor's gradient is kept.
    pub(crate) fn grad_slot(&self) -> Arc<GradSlot> {
        lock(&self.0.meta)
            .slot
            .get_or_insert_with(|| Arc::new(GradSlot::of(self)))
            .clone()
    }

    /// Where gradients with respect to this tensor go, if anywhere.
    pub(crate) fn edge(&self) -> Option<Edge> {
        if !self.is_requires_grad() {
            return None;
        }
        self.renew();
        let meta = lock(&self.0.meta);
        match &meta.edge {
            Some(edge) => Some(edge.clone()),
            None => {
                drop(meta);
                Some(Edge::Leaf(self.grad_slot()))
            }
        }
    }
}
