//! A tensor kept for the backward, with proof that nobody has written to it since; or, under hooks, whatever the user
//! keeps in its place.

use super::lock;
use super::node::{Call, Edge, GradSlot, attach};
use crate::layout::Shape;
use crate::{DType, Error, Result, Tensor};
use std::any::Any;
use std::cell::{Cell, RefCell};
use std::sync::Arc;

/// What a pack hook answered.
///
/// ```
/// # use neurarust_core::{Tensor, autograd::Packed};
/// # use std::sync::Arc;
/// let packed: Packed = Arc::new("file 7".to_string());
/// assert_eq!(packed.downcast_ref::<String>().unwrap(), "file 7");
/// ```
pub type Packed = Arc<dyn Any + Send + Sync>;

/// What becomes of tensors that are kept for the backward.
///
/// Keeping tensors in a file instead of in memory:
///
/// ```
/// # use neurarust_core::{Result, Tensor, io, autograd::{Pack, Packed, saved_tensors_hooks}};
/// # use std::{path::PathBuf, sync::Arc};
/// struct OnDisk(PathBuf);
/// impl Pack for OnDisk {
///     fn pack(&self, tensor: &Tensor) -> Result<Packed> {
///         io::save_npy(&self.0, tensor)?;
///         Ok(Arc::new(self.0.clone()))
///     }
///     fn unpack(&self, packed: &Packed) -> Result<Tensor> {
///         io::load_npy(packed.downcast_ref::<PathBuf>().expect("what pack has answered"))
///     }
/// }
/// let path = std::env::temp_dir().join(format!("saved-{}.npy", std::process::id()));
/// let x = Tensor::new([3f32])?.requires_grad()?;
/// let y = { let _hooks = saved_tensors_hooks(Some(Arc::new(OnDisk(path.clone())))); x.square()? };
/// y.backward()?;
/// assert_eq!(x.grad().unwrap().item::<f32>()?, 6.0);
/// # std::fs::remove_file(&path).unwrap();
/// # Ok::<(), neurarust_core::Error>(())
/// ```
pub trait Pack: Send + Sync {
    /// Answers what to keep in place of `tensor`.
    ///
    /// # Errors
    /// The operation that wanted to keep it fails.
    fn pack(&self, tensor: &Tensor) -> Result<Packed>;
    /// The tensor again, from what [`Pack::pack`] has answered.
    ///
    /// # Errors
    /// The backward fails.
    fn unpack(&self, packed: &Packed) -> Result<Tensor>;
}

thread_local! {
    static HOOKED: Cell<bool> = const { Cell::new(false) };
    static HOOKS: RefCell<Vec<Option<Arc<dyn Pack>>>> = const { RefCell::new(Vec::new()) };
    /// What a pack hook refused: the operation that is being recorded fails with it.
    static FAILED: RefCell<Option<Error>> = const { RefCell::new(None) };
}

/// Begins hooks without a guard, for hosts whose blocks are no Rust scopes. In Rust, use [`saved_tensors_hooks`].
///
/// ```
/// # use neurarust_core::{Tensor, autograd::{begin_saved_tensors_hooks, end_saved_tensors_hooks}};
/// let x = Tensor::new([3f32])?.requires_grad()?;
/// begin_saved_tensors_hooks(None);
/// let y = x.square()?;
/// end_saved_tensors_hooks();
/// y.backward()?;
/// assert_eq!(x.grad().unwrap().item::<f32>()?, 6.0);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
pub fn begin_saved_tensors_hooks(hooks: Option<Arc<dyn Pack>>) {
    HOOKED.set(hooks.is_some());
    HOOKS.with_borrow_mut(|all| all.push(hooks));
}

/// Ends the hooks that began last.
///
/// ```
/// # use neurarust_core::autograd::{begin_saved_tensors_hooks, end_saved_tensors_hooks};
/// begin_saved_tensors_hooks(None);
/// end_saved_tensors_hooks();
/// end_saved_tensors_hooks(); // nothing is left to end
/// ```
pub fn end_saved_tensors_hooks() {
    let old = HOOKS.with_borrow_mut(|hooks| {
        let old = hooks.pop();
        HOOKED.set(matches!(hooks.last(), Some(Some(_))));
        old
    });
    drop(old);
}

/// Ends hooks when dropped. Not `Send`: they belong to the thread.
///
/// ```
/// # use neurarust_core::{Tensor, autograd::saved_tensors_hooks};
/// let x = Tensor::new([3f32])?.requires_grad()?;
/// let hooks = saved_tensors_hooks(None);
/// let y = x.square()?;
/// drop(hooks); // `y` goes on with what was kept under them
/// y.backward()?;
/// assert_eq!(x.grad().unwrap().item::<f32>()?, 6.0);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
#[must_use = "the hooks end when the guard is dropped"]
pub struct SavedHooks(std::marker::PhantomData<*const ()>);

impl Drop for SavedHooks {
    fn drop(&mut self) {
        end_saved_tensors_hooks();
    }
}

/// Until the guard is dropped, what this thread's operations keep for the backward goes through `hooks`; `None` keeps it
/// as it is, inside of other hooks.
///
/// ```
/// use neurarust_core::{DType, Result, Tensor, autograd::{Pack, Packed, saved_tensors_hooks}};
/// use std::sync::Arc;
/// /// Keeps half precision instead of single.
/// struct Halved;
/// impl Pack for Halved {
///     fn pack(&self, tensor: &Tensor) -> Result<Packed> {
///         Ok(Arc::new(tensor.to_dtype(DType::F16)?))
///     }
///     fn unpack(&self, packed: &Packed) -> Result<Tensor> {
///         packed.downcast_ref::<Tensor>().expect("what pack has answered").to_dtype(DType::F32)
///     }
/// }
/// let x = Tensor::new([3f32])?.requires_grad()?;
/// let y = { let _hooks = saved_tensors_hooks(Some(Arc::new(Halved))); x.square()? };
/// y.backward()?;
/// assert_eq!(x.grad().unwrap().item::<f32>()?, 6.0);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
pub fn saved_tensors_hooks(hooks: Option<Arc<dyn Pack>>) -> SavedHooks {
    begin_saved_tensors_hooks(hooks);
    SavedHooks(std::marker::PhantomData)
}

/// What a pack hook refused since the last operation was recorded.
#[inline]
pub(crate) fn failure() -> Option<Error> {
    if !HOOKED.get() {
        return None;
    }
    FAILED.take()
}

/// A tensor kept for the backward.
pub(crate) struct Saved {
    kept: Kept,
    /// Which output of the operation this is. A saved output is kept without its node: a node that held itself would
    /// never be freed.
    output: Option<u32>,
}

enum Kept {
    Tensor(Tensor, u64),
    Packed(Box<PackedTensor>),
}

struct PackedTensor {
    what: Packed,
    hooks: Arc<dyn Pack>,
    shape: Shape,
    dtype: DType,
    edge: Option<Edge>,
}

impl Saved {
    /// An input of the operation, or anything else that doesn't depend on it.
    #[inline]
    pub fn input(tensor: &Tensor) -> Saved {
        if HOOKED.get() {
            return Saved::pack(tensor, tensor.edge(), None);
        }
        Saved {
            kept: Kept::Tensor(tensor.clone(), tensor.0.storage.version()),
            output: None,
        }
    }

    /// Output `index` of the operation.
    #[inline]
    pub fn output(tensor: &Tensor, index: u32) -> Saved {
        if HOOKED.get() {
            return Saved::pack(tensor, None, Some(index));
        }
        Saved {
            kept: Kept::Tensor(tensor.detach(), tensor.0.storage.version()),
            output: Some(index),
        }
    }

    /// The only output of an in-place operation that is about to write it.
    pub fn output_to_be_written(tensor: &Tensor) -> Saved {
        // Not through hooks: there is nothing to see yet.
        Saved {
            kept: Kept::Tensor(tensor.detach(), tensor.0.storage.version() + 1),
            output: Some(0),
        }
    }

    #[cold]
    fn pack(tensor: &Tensor, edge: Option<Edge>, output: Option<u32>) -> Saved {
        let as_it_is = |tensor: &Tensor| Saved {
            kept: Kept::Tensor(tensor.clone(), tensor.0.storage.version()),
            output,
        };
        let hooks = HOOKS.with_borrow(|hooks| hooks.last().cloned().flatten());
        let plain = tensor.detach();
        let Some(hooks) = hooks else {
            return as_it_is(if output.is_some() { &plain } else { tensor });
        };
        // What the hook itself keeps is kept as it is.
        let inner = saved_tensors_hooks(None);
        let answer = {
            let _guard = super::no_grad();
            hooks.pack(&plain)
        };
        drop(inner);
        match answer {
            Ok(what) => Saved {
                kept: Kept::Packed(Box::new(PackedTensor {
                    what,
                    hooks,
                    shape: plain.shape().clone(),
                    dtype: plain.dtype(),
                    edge,
                })),
                output,
            },
            Err(e) => {
                FAILED.set(Some(e));
                as_it_is(&plain)
            }
        }
    }

    /// The tensor as it was.
    ///
    /// # Errors
    /// An in-place operation has written to it since; the error names both lines.
    pub fn get(&self, call: &Call) -> Result<Tensor> {
        let tensor = match &self.kept {
            Kept::Packed(packed) => packed.unpack(call.node.op)?,
            Kept::Tensor(tensor, version) if tensor.0.storage.version() != *version => {
                let (op, line) = (call.node.op, call.node.line());
                return Err(overwritten(tensor, op, &line));
            }
            Kept::Tensor(tensor, _) => match self.output {
                // A handle of its own: the kept one must not come to hold the node.
                Some(_) if super::is_grad_enabled() => tensor.detach(),
                _ => return Ok(tensor.clone()),
            },
        };
        if let Some(index) = self.output
            && super::is_grad_enabled()
        {
            attach(&tensor, call.node, index);
        }
        Ok(tensor)
    }

    /// The tensor as it was, outside of any operation's gradient.
    pub fn get_for(&self, op: &'static str) -> Result<Tensor> {
        match &self.kept {
            Kept::Packed(packed) => packed.unpack(op),
            Kept::Tensor(tensor, version) if tensor.0.storage.version() != *version => {
                Err(overwritten(tensor, op, "its call"))
            }
            Kept::Tensor(tensor, _) => Ok(tensor.clone()),
        }
    }
}

#[cold]
fn overwritten(tensor: &Tensor, op: &'static str, line: &str) -> Error {
    let storage = &tensor.0.storage;
    let by = match (storage.last_host_write(), storage.last_write()) {
        (Some(place), _) => format!("written to in place at {place}"),
        (None, Some(at)) => format!("written to in place at {}:{}", at.file(), at.line()),
        (None, None) => "written to in place".to_string(),
    };
    Error::autograd(
        op,
        format!(
            "a tensor of shape {} that the gradient of {op} (at {line}) needs was {by} afterwards; use the out-of-place operation, or clone the tensor before",
            tensor.shape(),
        ),
    )
}

impl PackedTensor {
    fn unpack(&self, op: &'static str) -> Result<Tensor> {
        let tensor = {
            let _inner = saved_tensors_hooks(None);
            self.hooks.unpack(&self.what)?
        };
        if tensor.shape() != &self.shape || tensor.dtype() != self.dtype {
            return Err(Error::autograd(
                op,
                format!(
                    "an unpack hook answered a {} tensor of shape {} in place of a {} tensor of shape {}",
                    tensor.dtype(),
                    tensor.shape(),
                    self.dtype,
                    self.shape
                ),
            ));
        }
        let tensor = tensor.detach();
        if let Some(edge) = &self.edge {
            let slot: Option<Arc<GradSlot>> = match edge {
                Edge::Leaf(slot) => Some(slot.clone()),
                Edge::Node(node, index) => {
                    attach(&tensor, node, *index);
                    None
                }
            };
            if slot.is_some() {
                lock(&tensor.0.meta).slot = slot;
                tensor.set_requires_grad(true)?;
            }
        }
        Ok(tensor)
    }
}
