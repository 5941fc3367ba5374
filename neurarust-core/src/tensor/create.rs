//! Tensors from nothing: numbers, arrays, ranges, constants.

use super::Tensor;
use crate::cpu::fresh::Fresh;
use crate::dtype::{DType, Element};
use crate::error::OrMemory;
use crate::layout::{Dims, IntoShape, Layout, Shape, Strides};
use crate::ops::inplace::write_copy;
use crate::storage::Storage;
use crate::{Error, Result};

/// A shape and an element type.
///
/// ```
/// use neurarust_core::{DType, IntoSpec};
/// let spec = ([2, 3], DType::I64).into_spec()?;
/// assert_eq!((spec.shape.dims(), spec.dtype), (&[2, 3][..], Some(DType::I64)));
/// # Ok::<(), neurarust_core::Error>(())
/// ```
pub struct Spec {
    /// The sizes.
    pub shape: Shape,
    /// The element type; `None` stands for the operation's default.
    pub dtype: Option<DType>,
}

/// What a creation function takes: a shape (`f32`), or `(shape, dtype)`.
///
/// ```
/// # use neurarust_core::{Tensor, DType};
/// assert_eq!(Tensor::zeros([2, 3])?.dtype(), DType::F32);
/// assert_eq!(Tensor::zeros(([2, 3], DType::I64))?.dtype(), DType::I64);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
pub trait IntoSpec {
    /// The shape and the dtype.
    fn into_spec(self) -> Result<Spec>;
}

impl<S: IntoShape> IntoSpec for S {
    #[track_caller]
    fn into_spec(self) -> Result<Spec> {
        Ok(Spec {
            shape: self.into_shape()?,
            dtype: None,
        })
    }
}

impl<S: IntoShape> IntoSpec for (S, DType) {
    #[track_caller]
    fn into_spec(self) -> Result<Spec> {
        Ok(Spec {
            shape: self.0.into_shape()?,
            dtype: Some(self.1),
        })
    }
}

/// Numbers, and arrays and vectors of them to any depth: what [`Tensor::new`] takes.
///
/// ```
/// # use neurarust_core::Tensor;
/// assert_eq!(Tensor::new([[1f32, 2.0], [3.0, 4.0]])?.dims(), [2, 2]);
/// assert_eq!(Tensor::new(vec![[1i64, 2], [3, 4], [5, 6]])?.dims(), [3, 2]);
/// assert_eq!(Tensor::new(true)?.rank(), 0);
/// assert!(Tensor::new(vec![vec![1f32], vec![]]).is_err()); // ragged
/// # Ok::<(), neurarust_core::Error>(())
/// ```
pub trait ArrayLike {
    /// The number type at the bottom.
    type Item: Element;
    /// Appends the sizes, outermost first; `None` at a ragged place is found by [`ArrayLike::flatten`].
    fn dims(&self, dims: &mut Dims);
    /// Appends the numbers; `false` if a part has other sizes than `dims`.
    fn flatten(&self, dims: &[usize], out: &mut Vec<Self::Item>) -> bool;
}

impl<T: Element> ArrayLike for T {
    type Item = T;
    fn dims(&self, _: &mut Dims) {}
    fn flatten(&self, _: &[usize], out: &mut Vec<T>) -> bool {
        out.push(*self);
        true
    }
}

impl<A: ArrayLike> ArrayLike for [A] {
    type Item = A::Item;
    fn dims(&self, dims: &mut Dims) {
        dims.push(self.len());
        if let Some(first) = self.first() {
            first.dims(dims);
        }
    }
    fn flatten(&self, dims: &[usize], out: &mut Vec<A::Item>) -> bool {
        dims.first() == Some(&self.len()) && self.iter().all(|a| a.flatten(&dims[1..], out))
    }
}

macro_rules! like_slice {
    ($([$($g:tt)*] $t:ty),*) => { $(
        impl<$($g)*> ArrayLike for $t {
            type Item = A::Item;
            fn dims(&self, dims: &mut Dims) { self[..].dims(dims) }
            fn flatten(&self, dims: &[usize], out: &mut Vec<A::Item>) -> bool { self[..].flatten(dims, out) }
        }
    )* };
}
like_slice!([A: ArrayLike, const N: usize] [A; N], [A: ArrayLike] Vec<A>, [A: ArrayLike] &[A], [A: ArrayLike, const N: usize] &[A; N], [A: ArrayLike] &Vec<A>);

/// Refuses complex dtypes.
#[track_caller]
fn real_only(op: &'static str, dtype: DType) -> Result<()> {
    if !dtype.is_complex() {
        return Ok(());
    }
    Err(Error::unsupported(
        op,
        format!("not defined for {dtype}; make a real tensor and convert it"),
    ))
}

impl Tensor {
    /// A tensor of numbers: one, or arrays of them to any depth.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::new([[1i64, 2, 3], [4, 5, 6]])?;
    /// assert_eq!(x.dims(), [2, 3]);
    /// assert_eq!(Tensor::new(2.5f64)?.rank(), 0);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Rows of different lengths.
    #[track_caller]
    pub fn new<A: ArrayLike>(data: A) -> Result<Tensor> {
        let mut dims = Dims::new();
        data.dims(&mut dims);
        let mut out = Vec::new();
        if !data.flatten(&dims, &mut out) {
            return Err(Error::shape(
                "tensor",
                format!("rows of different lengths; the first ones say {dims:?}"),
            ));
        }
        Tensor::from_vec(out, Shape::from_dims(dims)?)
    }

    /// A tensor of `shape` with the elements of `data`, row by row.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::from_vec(vec![1f32, 2.0, 3.0, 4.0], [2, 2])?;
    /// assert_eq!(x.select(0, 1)?.to_vec::<f32>()?, [3.0, 4.0]);
    /// assert!(Tensor::from_vec(vec![1f32, 2.0], [3]).is_err());
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Another number of elements than the shape has.
    #[track_caller]
    pub fn from_vec<T: Element>(data: Vec<T>, shape: impl IntoShape) -> Result<Tensor> {
        Tensor::from_slice(&data, shape)
    }

    /// As [`Tensor::from_vec`], from a slice.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, DType};
    /// let pixels = [0u8, 128, 255];
    /// assert_eq!(Tensor::from_slice(&pixels, [3, 1])?.dtype(), DType::U8);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Another number of elements than the shape has.
    #[track_caller]
    pub fn from_slice<T: Element>(data: &[T], shape: impl IntoShape) -> Result<Tensor> {
        let _op = crate::profiler::op("from_vec");
        let shape = shape.into_shape()?;
        if shape.numel() != data.len() {
            return Err(Error::shape(
                "from_vec",
                format!(
                    "{} elements for shape {shape}, which has {}",
                    data.len(),
                    shape.numel()
                ),
            ));
        }
        let storage = Storage::from_elements(data).or_memory("from_vec")?;
        crate::profiler::made(storage.bytes());
        Tensor::over(storage, crate::layout::Layout::contiguous(shape), T::DTYPE)
    }

    /// Zeros.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, DType};
    /// assert_eq!(Tensor::zeros([2, 2])?.to_vec::<f32>()?, [0.0; 4]);
    /// assert_eq!(Tensor::zeros(([3], DType::I64))?.to_vec::<i64>()?, [0; 3]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A shape that memory can't hold.
    #[track_caller]
    pub fn zeros(spec: impl IntoSpec) -> Result<Tensor> {
        let _op = crate::profiler::op("zeros");
        let spec = spec.into_spec()?;
        Tensor::zeroed(spec.shape, spec.dtype.unwrap_or(DType::F32))
    }

    /// Ones.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, DType};
    /// assert_eq!(Tensor::ones([2, 2])?.to_vec::<f32>()?, [1.0; 4]);
    /// assert_eq!(Tensor::ones(([2], DType::Bool))?.to_vec::<bool>()?, [true; 2]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A shape that memory can't hold.
    #[track_caller]
    pub fn ones(spec: impl IntoSpec) -> Result<Tensor> {
        Tensor::full(spec, 1.0)
    }

    /// The same number everywhere, converted to the dtype.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, DType};
    /// assert_eq!(Tensor::full([2], 0.5)?.to_vec::<f32>()?, [0.5, 0.5]);
    /// assert_eq!(Tensor::full(((), DType::I64), 7.0)?.item::<i64>()?, 7);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A shape that memory can't hold, a number that the dtype can't.
    #[track_caller]
    pub fn full(spec: impl IntoSpec, value: f64) -> Result<Tensor> {
        let _op = crate::profiler::op("full");
        let spec = spec.into_spec()?;
        let dtype = spec.dtype.unwrap_or(DType::F32);
        if value == 0.0 && value.is_sign_positive() {
            return Tensor::zeroed(spec.shape, dtype);
        }
        if dtype.is_complex() {
            let out = Tensor::uninit(spec.shape, dtype)?;
            write_copy(&out, &Tensor::new(value)?)?;
            return Ok(out);
        }
        super::operators::held("full", value, dtype)?;
        // By way of an integer where one is: -1 as an unsigned byte is 255.
        if dtype.is_int() {
            return crate::dispatch!(dtype, T => Tensor::filled(spec.shape, T::from_i64(value as i64)));
        }
        crate::dispatch!(dtype, T => Tensor::filled(spec.shape, T::from_f64(value)))
    }

    /// The same element everywhere.
    #[track_caller]
    pub(crate) fn filled<T: Element>(shape: Shape, value: T) -> Result<Tensor> {
        let storage = Storage::filled(value, shape.numel()).or_memory("full")?;
        crate::profiler::made(storage.bytes());
        Tensor::over(storage, crate::layout::Layout::contiguous(shape), T::DTYPE)
    }

    /// A tensor whose contents don't matter yet (they are initialised memory, but arbitrary).
    ///
    /// ```
    /// # use neurarust_core::{Tensor, DType};
    /// let x = Tensor::empty(([2, 3], DType::F64))?;
    /// assert_eq!((x.dims(), x.dtype()), (&[2, 3][..], DType::F64));
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A shape that memory can't hold.
    #[track_caller]
    pub fn empty(spec: impl IntoSpec) -> Result<Tensor> {
        let _op = crate::profiler::op("empty");
        let spec = spec.into_spec()?;
        let dtype = spec.dtype.unwrap_or(DType::F32);
        // A recycled byte need not be a valid bool.
        if dtype == DType::Bool {
            Tensor::zeroed(spec.shape, dtype)
        } else {
            Tensor::uninit(spec.shape, dtype)
        }
    }

    /// Zeros that lie by `strides`, in a buffer just large enough.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, DType};
    /// let x = Tensor::empty_strided([2, 3], &[1, 2], DType::F32)?; // column by column
    /// assert_eq!(x.strides(), [1, 2]);
    /// assert!(x.t()?.is_contiguous());
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Another number of strides than of sizes, a negative stride, more than memory holds.
    #[track_caller]
    pub fn empty_strided(shape: impl IntoShape, strides: &[isize], dtype: DType) -> Result<Tensor> {
        const OP: &str = "empty_strided";
        let shape = shape.into_shape()?;
        if strides.len() != shape.rank() || strides.iter().any(|s| *s < 0) {
            return Err(Error::shape(
                OP,
                format!(
                    "strides {strides:?} for shape {shape}; expected one of 0 or more for each size"
                ),
            ));
        }
        let layout = Layout::strided(shape, Strides::from_slice(strides), 0)?;
        let elements = layout.span().map_or(0, |(_, high)| high + 1);
        let room = usize::try_from(elements).unwrap_or(usize::MAX);
        let bytes = Shape::new(&[room])?.numel() * dtype.size();
        Tensor::over(Storage::zeroed(bytes).or_memory(OP)?, layout, dtype)
    }

    /// Zeros whose dimensions lie in memory in the order `physical`, outermost first.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, DType};
    /// let x = Tensor::empty_permuted([2, 3, 4], &[0, 2, 1], DType::F32)?; // channels last
    /// assert_eq!(x.strides(), [12, 1, 3]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// An order that isn't a permutation.
    #[track_caller]
    pub fn empty_permuted(
        shape: impl IntoShape,
        physical: &[usize],
        dtype: DType,
    ) -> Result<Tensor> {
        let shape = shape.into_shape()?;
        let mut strides = vec![0isize; shape.rank()];
        let mut step = 1isize;
        let known = (0..shape.rank()).all(|d| physical.contains(&d));
        if !known || physical.len() != shape.rank() {
            return Err(Error::shape(
                "empty_permuted",
                format!("{physical:?} is no order of the dimensions of shape {shape}"),
            ));
        }
        for &d in physical.iter().rev() {
            strides[d] = step;
            step *= shape[d].max(1) as isize;
        }
        Tensor::empty_strided(shape, &strides, dtype)
    }

    /// Zeros in the shape and dtype of this tensor.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::new([[1i64, 2]])?;
    /// assert_eq!(x.zeros_like()?.to_vec::<i64>()?, [0, 0]);
    /// assert_eq!(x.zeros_like()?.dims(), [1, 2]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// No memory.
    #[track_caller]
    pub fn zeros_like(&self) -> Result<Tensor> {
        Tensor::zeroed(self.shape().clone(), self.dtype())
    }

    /// Ones in the shape and dtype of this tensor.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// assert_eq!(Tensor::new([2f64, 3.0])?.ones_like()?.to_vec::<f64>()?, [1.0, 1.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// No memory.
    #[track_caller]
    pub fn ones_like(&self) -> Result<Tensor> {
        self.full_like(1.0)
    }

    /// One number in the shape and dtype of this tensor.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// assert_eq!(Tensor::new([2i64, 3])?.full_like(9.0)?.to_vec::<i64>()?, [9, 9]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// No memory.
    #[track_caller]
    pub fn full_like(&self, value: f64) -> Result<Tensor> {
        Tensor::full((self.shape(), self.dtype()), value)
    }

    /// Arbitrary contents in the shape and dtype of this tensor.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, DType};
    /// let x = Tensor::zeros(([2, 3], DType::F64))?;
    /// assert_eq!((x.empty_like()?.dims(), x.empty_like()?.dtype()), (&[2, 3][..], DType::F64));
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// No memory.
    #[track_caller]
    pub fn empty_like(&self) -> Result<Tensor> {
        Tensor::empty((self.shape(), self.dtype()))
    }

    /// The integers of a range, as `i64`.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// assert_eq!(Tensor::arange(2..5)?.to_vec::<i64>()?, [2, 3, 4]);
    /// assert_eq!(Tensor::arange(5..2)?.dims(), [0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// No memory.
    #[track_caller]
    pub fn arange(range: std::ops::Range<i64>) -> Result<Tensor> {
        // The distance of two `i64` fits `u64`, and what is too long for a tensor is refused there.
        let n = match range.is_empty() {
            true => 0,
            false => range.end.wrapping_sub(range.start) as u64 as usize,
        };
        Tensor::from_fn(n, |i| range.start.wrapping_add(i as i64))
    }

    /// `start`, `start + step`, … below `end` (above, for a negative step), in `dtype`: exact, however large they are.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, DType};
    /// assert_eq!(Tensor::arange_by(5, 0, -2, DType::I64)?.to_vec::<i64>()?, [5, 3, 1]);
    /// assert!(Tensor::arange_by(0, 5, -1, DType::I64).is_err());
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A step of 0 or of the wrong sign, more elements than memory can hold.
    #[track_caller]
    pub fn arange_by(start: i64, end: i64, step: i64, dtype: DType) -> Result<Tensor> {
        real_only("arange", dtype)?;
        let (distance, by) = (end as i128 - start as i128, step as i128);
        if step == 0 || distance.signum() * by.signum() < 0 {
            return Err(Error::value(
                "arange",
                format!(
                    "from {start} to {end} by {step}; expected a step that leads from one to the other"
                ),
            ));
        }
        let n = distance / by + (distance % by != 0) as i128;
        let n = usize::try_from(n).unwrap_or(usize::MAX);
        let at = |i: usize| start.wrapping_add((i as i64).wrapping_mul(step));
        crate::dispatch!(dtype, T => Tensor::from_fn(n, |i| T::from_i64(at(i))))
    }

    /// `start`, `start + step`, … below `end` (above, for a negative step), in `dtype`. Integer types count from the
    /// integer part of `start` by that of `step`, as in PyTorch.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, DType};
    /// assert_eq!(Tensor::arange_step(0.0, 1.0, 0.25, DType::F32)?.to_vec::<f32>()?, [0.0, 0.25, 0.5, 0.75]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A step of 0 or of the wrong sign, bounds that aren't finite.
    #[track_caller]
    pub fn arange_step(start: f64, end: f64, step: f64, dtype: DType) -> Result<Tensor> {
        let n = ((end - start) / step).ceil();
        if step == 0.0 || !n.is_finite() || n < 0.0 {
            return Err(Error::value(
                "arange",
                format!(
                    "from {start} to {end} by {step}; expected finite bounds and a step that leads from one to the other"
                ),
            ));
        }
        real_only("arange", dtype)?;
        if n > isize::MAX as f64 / 16.0 {
            return Err(Error::value("arange", format!("{n} elements")));
        }
        let n = n as usize;
        if dtype.is_int() {
            let (start, step) = (start as i64, step as i64);
            let at = |i: usize| start.wrapping_add((i as i64).wrapping_mul(step));
            return crate::dispatch!(dtype, T => Tensor::from_fn(n, |i| T::from_i64(at(i))));
        }
        crate::dispatch!(dtype, T => Tensor::from_fn(n, |i| T::from_f64(start + i as f64 * step)))
    }

    /// `steps` numbers from `start` to `end`, both included.
    ///
    /// One dimension of `steps`, `f32`.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// assert_eq!(Tensor::linspace(0.0, 1.0, 5)?.to_vec::<f32>()?, [0.0, 0.25, 0.5, 0.75, 1.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// No memory.
    #[track_caller]
    pub fn linspace(start: f64, end: f64, steps: usize) -> Result<Tensor> {
        Tensor::linspace_dtype(start, end, steps, DType::F32)
    }

    /// As [`Tensor::linspace`], in `dtype`.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, DType};
    /// assert_eq!(Tensor::linspace_dtype(-1.0, 1.0, 3, DType::F64)?.to_vec::<f64>()?, [-1.0, 0.0, 1.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// No memory.
    #[track_caller]
    pub fn linspace_dtype(start: f64, end: f64, steps: usize, dtype: DType) -> Result<Tensor> {
        real_only("linspace", dtype)?;
        let step = if steps > 1 {
            (end - start) / (steps - 1) as f64
        } else {
            0.0
        };
        // From both ends, as PyTorch does, so that the last one is exactly `end`.
        let at = |i: usize| {
            if i < steps.div_ceil(2) {
                start + step * i as f64
            } else {
                end - step * (steps - 1 - i) as f64
            }
        };
        crate::dispatch!(dtype, T => Tensor::from_fn(steps, |i| T::from_f64(at(i))))
    }

    /// The identity matrix of `n` rows, or `n` by `m` with ones on the diagonal.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, DType};
    /// assert_eq!(Tensor::eye(2, None, DType::F32)?.to_vec::<f32>()?, [1.0, 0.0, 0.0, 1.0]);
    /// assert_eq!(Tensor::eye(2, 3, DType::I64)?.to_vec::<i64>()?, [1, 0, 0, 0, 1, 0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A shape that memory can't hold.
    #[track_caller]
    pub fn eye(n: usize, m: impl Into<Option<usize>>, dtype: DType) -> Result<Tensor> {
        let out = Tensor::zeros(([n, m.into().unwrap_or(n)], dtype))?;
        let _guard = crate::autograd::no_grad();
        out.diagonal(0, 0, 1)?.fill_(1.0)?;
        Ok(out)
    }

    /// A vector of `f(0)`, `f(1)`, …
    #[track_caller]
    pub(crate) fn from_fn<T: Element>(n: usize, f: impl Fn(usize) -> T + Sync) -> Result<Tensor> {
        let mut out = Fresh::<T>::new(Shape::new(&[n])?)?;
        out.for_each_chunk(32 * 1024, |start, part| {
            let numbered = part.iter_mut().zip(start..);
            numbered.for_each(|(x, i)| *x = f(i));
        });
        Ok(out.finish())
    }
}
