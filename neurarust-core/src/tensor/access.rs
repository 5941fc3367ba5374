//! Elements in and out.

use super::{Inner, Tensor};
use crate::autograd::{ViewOf, is_grad_enabled, lock};
use crate::dtype::{DType, Element};
use crate::error::OrMemory;
use crate::layout::Layout;
use crate::storage::ReadGuard;
use crate::{Error, Result};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

impl Tensor {
    /// A view of this tensor with `layout` and `dtype`, whose bounds are proven here. `origin` is what it is a view of; none if
    /// gradients are off.
    #[track_caller]
    pub(crate) fn over_view(
        &self,
        layout: Layout,
        dtype: DType,
        origin: Option<ViewOf>,
    ) -> Result<Tensor> {
        let mut out = Tensor::over(self.0.storage.clone(), layout, dtype)?;
        if let Some(inner) = Arc::get_mut(&mut out.0) {
            inner.untracked_view = origin.is_none();
            if let Some(of) = &origin {
                let rewrites = lock(&of.base.0.meta).rewrites;
                inner
                    .meta
                    .get_mut()
                    .unwrap_or_else(|e| e.into_inner())
                    .rewrites = rewrites;
            }
            inner.view = origin.map(Box::new);
        }
        Ok(out)
    }

    /// What this tensor is a view of.
    #[inline]
    pub(crate) fn view_of(&self) -> Option<&ViewOf> {
        self.0.view.as_deref()
    }

    /// Whether it is a view made while gradients were off.
    pub(crate) fn is_untracked_view(&self) -> bool {
        self.0.untracked_view
    }

    /// Notes that an in-place operation gave this tensor (which is no view) a new history.
    pub(crate) fn count_rewrite(&self) {
        lock(&self.0.meta).rewrites += 1;
    }

    /// Calls `f` with the elements in row-major order. A contiguous tensor is lent as it lies, another one is copied.
    /// While `f` runs, operations of this thread that would write to the buffer are refused.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::new([1.0f32, 2.0])?;
    /// assert_eq!(x.with_data(|v: &[f32]| v.len())?, 2);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// `T` is not the tensor's element type.
    #[track_caller]
    pub fn with_data<T: Element, R>(&self, f: impl FnOnce(&[T]) -> R) -> Result<R> {
        self.check_element("with_data", T::DTYPE)?;
        let dense = self.dense()?;
        let _guard = dense.reading("with_data")?;
        Ok(f(crate::storage::slice_of::<T>(
            &dense.0.storage,
            dense.layout().offset(),
            dense.numel(),
        )))
    }

    /// Refuses elements of another type than the tensor's.
    #[track_caller]
    fn check_element(&self, op: &'static str, asked: DType) -> Result<()> {
        if asked == self.dtype() {
            return Ok(());
        }
        Err(Error::dtype(
            op,
            format!(
                "asked for {asked} elements of a {} tensor; convert with to_dtype",
                self.dtype()
            ),
        ))
    }

    /// The elements in row-major order: the tensor itself, outside of the graph, or a copy.
    #[track_caller]
    fn dense(&self) -> Result<Tensor> {
        if self.is_contiguous() {
            Ok(self.detach())
        } else {
            self.copy()
        }
    }

    /// Keeps operations of this thread from writing to the buffer.
    #[track_caller]
    fn reading(&self, op: &'static str) -> Result<ReadGuard<'_>> {
        crate::profiler::read(self.nbytes());
        let guard = self.0.storage.read_guard();
        guard.map_err(|_| Error::value(op, "the tensor is being written to"))
    }

    /// As [`Tensor::with_data`], with the bytes of the elements in this machine's byte order.
    #[track_caller]
    pub(crate) fn with_bytes<R>(&self, f: impl FnOnce(&[u8]) -> R) -> Result<R> {
        let dense = self.dense()?;
        let _guard = dense.reading("with_bytes")?;
        let size = self.dtype().size();
        Ok(f(crate::storage::bytes_of(
            &dense.0.storage,
            dense.layout().offset() * size,
            dense.nbytes(),
        )))
    }

    /// The elements in row-major order.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::new([[1i64, 2], [3, 4]])?;
    /// assert_eq!(x.t()?.to_vec::<i64>()?, [1, 3, 2, 4]);
    /// assert!(x.to_vec::<f32>().is_err());
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// `T` is not the tensor's element type.
    #[track_caller]
    pub fn to_vec<T: Element>(&self) -> Result<Vec<T>> {
        self.check_element("to_vec", T::DTYPE)?;
        let mut out: Vec<T> = Vec::new();
        out.try_reserve_exact(self.numel()).or_memory("to_vec")?;
        self.with_data(|data: &[T]| out.extend_from_slice(data))?;
        Ok(out)
    }

    /// The one element of the tensor, converted to `T`.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// assert_eq!(Tensor::new([2.5f32])?.item::<f64>()?, 2.5);
    /// assert!(Tensor::new([1i64, 2])?.item::<i64>().is_err());
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Not exactly one element.
    #[track_caller]
    pub fn item<T: Element>(&self) -> Result<T> {
        if self.numel() != 1 {
            return Err(Error::value(
                "item",
                format!(
                    "a tensor of shape {} has {} elements, not one",
                    self.shape(),
                    self.numel()
                ),
            ));
        }
        if crate::autograd::audit_is_on() {
            crate::autograd::note_cast("item", &[self]);
        }
        if self.dtype().is_complex() {
            let (re, im) = self.item_complex()?;
            return match im == 0.0 || T::DTYPE == DType::Bool {
                true if T::DTYPE == DType::Bool => Ok(T::from_i64((re != 0.0 || im != 0.0) as i64)),
                true => Ok(T::from_f64(re)),
                false => Err(Error::dtype(
                    "item",
                    format!("{re} + {im}i is no {}; see item_complex", T::DTYPE),
                )),
            };
        }
        crate::dispatch!(self.dtype(), S => self.with_data(|v: &[S]| match S::DTYPE.is_float() {
            true => T::from_f64(v[0].to_f64()),
            false => T::from_i64(v[0].to_i64()),
        }))
    }

    /// Whether gradients flow through the tensor it is a view of, which an in-place operation may have brought about
    /// after the view was made.
    #[inline]
    pub(super) fn base_requires_grad(&self) -> bool {
        match &self.0.view {
            Some(of) => {
                of.base.0.requires_grad.load(Relaxed) && is_grad_enabled() && self.is_outdated()
            }
            None => false,
        }
    }

    /// Whether the base was rewritten since this view got its history.
    pub(crate) fn is_outdated(&self) -> bool {
        self.0
            .view
            .as_ref()
            .is_some_and(|of| lock(&of.base.0.meta).rewrites != lock(&self.0.meta).rewrites)
    }

    /// Renews the history of a view whose base was rewritten. See Note [Views and in-place operations].
    #[track_caller]
    pub(crate) fn renew(&self) {
        let Some(of) = &self.0.view else { return };
        if !self.is_outdated() {
            return;
        }
        let _mode = crate::autograd::enable_grad();
        let rewrites = lock(&of.base.0.meta).rewrites;
        let fresh = of.chain.apply(&of.base);
        // The chain was possible when the view was made, on this very base.
        if let Ok(fresh) = fresh {
            let edge = lock(&fresh.0.meta).edge.clone();
            self.0.requires_grad.store(edge.is_some(), Relaxed);
            let old = {
                let mut meta = lock(&self.0.meta);
                meta.rewrites = rewrites;
                std::mem::replace(&mut meta.edge, edge)
            };
            drop(old);
        }
    }

    /// The element type as a Rust type is known: the dtype's size times the elements.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, DType};
    /// assert_eq!(Tensor::zeros(([2, 3], DType::F64))?.nbytes(), 48);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn nbytes(&self) -> usize {
        self.numel() * self.dtype().size()
    }
}

const _: fn() = || {
    fn shareable<T: Send + Sync>() {}
    shareable::<Inner>();
    shareable::<Tensor>();
    let _ = DType::ALL;
};
