//! Views: functions from layout to layout, each with its adjoint.
//!
//! A view shares its tensor's buffer. The gradient of a view is the adjoint of its function on layouts: a permutation's
//! inverse, a reshape back, or zeros with the gradient laid into the part that was seen.

use super::complex;
use crate::autograd::{Chain, ViewOf, is_grad_enabled, record, tracks, tracks_as};
use crate::error::OrMemory;
use crate::layout::{Dims, Layout, Shape, Strides};
use crate::{DType, Error, Result, Tensor};
use smallvec::{SmallVec, smallvec};
use std::cmp::Ordering;
use std::panic::Location;

/// A view as data, so that it can be applied again: to a gradient, or to a base that was rewritten in place.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum View {
    /// As many elements in the same order.
    Reshape(Shape),
    /// Dimensions in another order.
    Permute(Dims),
    /// Broadcast.
    Expand(Shape),
    /// `len` elements of `dim` from `start`, every `step`.
    Slice {
        dim: usize,
        start: usize,
        len: usize,
        step: usize,
    },
    /// One element of `dim`, which disappears.
    Select { dim: usize, index: usize },
    /// Dimensions backwards.
    Flip(Dims),
    /// Windows of `size` every `step` along `dim`, as a new last dimension.
    Unfold {
        dim: usize,
        size: usize,
        step: usize,
    },
    /// The diagonal of two dimensions, as a new last dimension.
    Diagonal { a: usize, b: usize, shift: i64 },
    /// Any strides, relative to the same buffer.
    Strided {
        shape: Shape,
        strides: Strides,
        offset: usize,
    },
    /// Complex numbers as pairs of reals, a new last dimension.
    AsReal,
    /// Pairs of reals, the last dimension, as complex numbers.
    AsComplex,
}

impl View {
    fn name(&self) -> &'static str {
        match self {
            View::Reshape(_) => "reshape",
            View::Permute(_) => "permute",
            View::Expand(_) => "expand",
            View::Slice { .. } => "slice",
            View::Select { .. } => "select",
            View::Flip(_) => "flip",
            View::Unfold { .. } => "unfold",
            View::Diagonal { .. } => "diagonal",
            View::Strided { .. } => "as_strided",
            View::AsReal => "view_as_real",
            View::AsComplex => "view_as_complex",
        }
    }

    /// The layout of the view. Arguments have been checked; `None` if strides cannot say it.
    fn layout(&self, from: &Layout) -> Result<Option<Layout>> {
        Ok(Some(match self {
            View::Reshape(shape) => return Ok(from.reshape(shape)),
            View::Permute(order) => from.permute(order),
            View::Expand(shape) => from.expand(shape),
            &View::Slice {
                dim,
                start,
                len,
                step,
            } => from.slice(dim, start, len, step as isize),
            &View::Select { dim, index } => from.select(dim, index),
            View::Flip(dims) => dims.iter().fold(from.clone(), |l, &d| l.flip(d)),
            &View::Unfold { dim, size, step } => from.unfold(dim, size, step)?,
            &View::Diagonal { a, b, shift } => from.diagonal(a, b, shift),
            View::Strided {
                shape,
                strides,
                offset,
            } => Layout::strided(shape.clone(), strides.clone(), *offset)?,
            View::AsReal => complex::real_layout(from)?,
            View::AsComplex => return complex::complex_layout(from),
        }))
    }

    /// The element type of the view of a tensor of `dtype`.
    fn dtype(&self, dtype: DType) -> DType {
        match self {
            View::AsReal => dtype.to_real(),
            View::AsComplex => dtype.to_complex(),
            _ => dtype,
        }
    }

    /// The gradient of a tensor that lay as `from` from the gradient of its view.
    fn adjoint(&self, g: &Tensor, from: &Layout) -> Result<Tensor> {
        let shape = from.shape();
        match self {
            View::Reshape(_) => g.reshape(shape.dims()),
            View::Permute(order) => {
                let mut inverse: Dims = smallvec![0; order.len()];
                order.iter().enumerate().for_each(|(i, &d)| inverse[d] = i);
                g.viewed(View::Permute(inverse))
            }
            // The engine sums what was broadcast.
            View::Expand(_) => Ok(g.clone()),
            View::Flip(_) => g.viewed(self.clone()),
            View::AsReal => complex::from_pair(g),
            View::AsComplex => complex::pair(g),
            View::Strided { .. } => match self.layout(from)? {
                Some(seen) => relaid(g, &seen, from),
                None => Ok(g.clone()),
            },
            _ => embed(g, self, shape),
        }
    }
}

/// Zeros of `shape` with `g` added in where `view` looks.
fn embed(g: &Tensor, view: &View, shape: &Shape) -> Result<Tensor> {
    let out = Tensor::zeroed(shape.clone(), g.dtype())?;
    let window = view
        .layout(out.layout())?
        .ok_or_else(|| Error::autograd(view.name(), "this view has no gradient"))?;
    let overlaps = window.may_overlap();
    let window = Tensor::over(out.0.storage.clone(), window, g.dtype())?;
    if overlaps {
        super::inplace::add_overlapping(&window, g)?;
    } else {
        super::inplace::write_copy(&window, g)?;
    }
    if tracks(&[g]) {
        let view = view.clone();
        record("embed", &[g], &[&out], (), move |_, _, grads| {
            Ok(smallvec![
                grads
                    .into_iter()
                    .next()
                    .flatten()
                    .map(|g| g.viewed(view.clone()))
                    .transpose()?
            ])
        })?;
    }
    Ok(out)
}

/// `g` laid into a buffer of zeros as `from` says (added, where elements share memory) and read as `to` says: the
/// adjoint of the same with `from` and `to` swapped, if `from` doesn't overlap.
#[track_caller]
pub(crate) fn relaid(g: &Tensor, from: &Layout, to: &Layout) -> Result<Tensor> {
    let end = |l: &Layout| l.span().map_or(0, |(_, high)| high + 1);
    let elements = usize::try_from(end(from).max(end(to))).unwrap_or(usize::MAX);
    let buffer = Tensor::zeroed(Shape::new(&[elements])?, g.dtype())?;
    let window = Tensor::over(buffer.0.storage.clone(), from.clone(), g.dtype())?;
    super::inplace::add_overlapping(&window, &g.detach())?;
    let out = Tensor::over(buffer.0.storage.clone(), to.clone(), g.dtype())?;
    // Nobody else writes to the buffer, but its elements may be shared within.
    let out = if to.may_overlap() { out.copy()? } else { out };
    if tracks(&[g]) {
        let (from, to) = (from.clone(), to.clone());
        record("as_strided", &[g], &[&out], (), move |_, _, grads| {
            let g = grads.into_iter().next().flatten();
            Ok(smallvec![g.map(|g| relaid(&g, &to, &from)).transpose()?])
        })?;
    }
    Ok(out)
}

impl Tensor {
    /// The one constructor of views: shares the buffer, knows its base, records the adjoint.
    #[track_caller]
    pub(crate) fn viewed(&self, view: View) -> Result<Tensor> {
        let name = view.name();
        let Some(layout) = view.layout(self.layout())? else {
            return Err(Error::shape(
                name,
                format!(
                    "shape {} with strides {:?} can't be seen otherwise without a copy; use reshape, or contiguous() first",
                    self.shape(),
                    self.strides()
                ),
            ));
        };
        let record_history = tracks_as(name, &[self]);
        let origin = if is_grad_enabled() {
            let (base, below) = match self.view_of() {
                Some(of) => (of.base.clone(), Some(&of.chain)),
                None => (self.clone(), None),
            };
            let chain = Chain::on(below, view.clone());
            Some(ViewOf { base, chain })
        } else {
            None
        };
        let out = self.over_view(layout, view.dtype(self.dtype()), origin)?;
        if record_history {
            let from = self.layout().clone();
            record(name, &[self], &[&out], (), move |_, _, grads| {
                Ok(smallvec![
                    grads
                        .into_iter()
                        .next()
                        .flatten()
                        .map(|g| view.adjoint(&g, &from))
                        .transpose()?
                ])
            })?;
        }
        Ok(out)
    }

    /// The same elements in row-major order as another shape, one size of which may be -1: inferred.
    #[track_caller]
    fn resolve(&self, op: &'static str, sizes: &[i64]) -> Result<Shape> {
        let numel = self.numel();
        let mut known = 1usize;
        let mut hole = None;
        for (i, &s) in sizes.iter().enumerate() {
            match s {
                -1 if hole.is_none() => hole = Some(i),
                0.. => {
                    known = match known.checked_mul(s as usize) {
                        Some(product) => product,
                        None => {
                            return Err(Error::shape(
                                op,
                                format!("{sizes:?} has too many elements"),
                            ));
                        }
                    }
                }
                _ => {
                    return Err(Error::shape(
                        op,
                        format!(
                            "size {s} in {sizes:?}; expected sizes of 0 or more, and at most one -1"
                        ),
                    ));
                }
            }
        }
        let mut dims: Dims = sizes.iter().map(|&s| s.max(0) as usize).collect();
        if let Some(i) = hole {
            if known == 0 || !numel.is_multiple_of(known) {
                return Err(Error::shape(
                    op,
                    format!(
                        "can't infer the -1 in {sizes:?} for a tensor of shape {}, {numel} elements",
                        self.shape()
                    ),
                ));
            }
            dims[i] = numel / known;
        }
        let shape = Shape::from_dims(dims)?.reshaped_from(self.shape());
        if shape.numel() != numel {
            return Err(Error::shape(
                op,
                format!(
                    "shape {} has {numel} elements, {sizes:?} has {}",
                    self.shape(),
                    shape.numel()
                ),
            ));
        }
        Ok(shape)
    }

    /// The same elements in the same (row-major) order as another shape; a view where strides allow, a copy elsewhere.
    /// One size may be `-1`, which is inferred.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::arange(0..6)?.reshape([2, -1])?;
    /// assert_eq!(x.dims(), [2, 3]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Another number of elements.
    #[track_caller]
    pub fn reshape(&self, sizes: impl Sizes) -> Result<Tensor> {
        let shape = self.resolve("reshape", &sizes.sizes())?;
        if &shape == self.shape() {
            return self.viewed(View::Reshape(shape));
        }
        if self.layout().reshape(&shape).is_some() {
            return self.viewed(View::Reshape(shape));
        }
        self.contiguous()?.viewed(View::Reshape(shape))
    }

    /// As [`Tensor::reshape`], but never a copy.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::arange(0..6)?;
    /// let y = x.view([3, -1])?;
    /// assert_eq!(y.dims(), [3, 2]);
    /// x.fill_(7.0)?; // one buffer
    /// assert_eq!(y.select(0, 2)?.to_vec::<i64>()?, [7, 7]);
    /// assert!(y.t()?.view([6]).is_err());
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Another number of elements, or strides that cannot express it.
    #[track_caller]
    pub fn view(&self, sizes: impl Sizes) -> Result<Tensor> {
        let shape = self.resolve("view", &sizes.sizes())?;
        self.viewed(View::Reshape(shape))
    }

    /// The same elements as the same sizes with labels for dimensions, one each, empty for none: names for people, which ride
    /// through operations as long as it is clear which dimension is which, and stand in errors. They mean nothing to
    /// operations. Gradients flow through; a parameter gets its labels before [`Tensor::requires_grad`].
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::zeros([32, 10])?.label(&["batch", "feature"])?;
    /// let y = Tensor::zeros([32, 12])?.label(&["batch", "feature"])?;
    /// assert_eq!(x.t()?.labels(), [Some("feature"), Some("batch")]);
    /// let error = x.add(&y).unwrap_err();
    /// assert!(error.message().contains("shapes [batch 32, feature 10] and [batch 32, feature 12] do not broadcast"));
    /// assert!(error.message().contains("dimension -1 (feature)"));
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Another number of labels than of dimensions.
    #[track_caller]
    pub fn label(&self, labels: &[&str]) -> Result<Tensor> {
        if labels.len() != self.rank() {
            return Err(Error::shape(
                "label",
                format!(
                    "{} labels {labels:?} for the {} dimensions of shape {}",
                    labels.len(),
                    self.rank(),
                    self.shape()
                ),
            ));
        }
        let shape = self.shape().clone().labelled(labels.iter().copied());
        self.viewed(View::Reshape(shape))
    }

    /// The label of each dimension, see [`Tensor::label`].
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::zeros([2, 3])?.label(&["batch", ""])?;
    /// assert_eq!(x.labels(), [Some("batch"), None]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn labels(&self) -> Vec<Option<&str>> {
        (0..self.rank()).map(|d| self.shape().label(d)).collect()
    }

    /// The elements of a fresh row-major tensor as `shape`, which has as many.
    #[track_caller]
    pub(crate) fn laid_as(&self, shape: Shape) -> Result<Tensor> {
        debug_assert_eq!(shape.numel(), self.numel());
        self.viewed(View::Reshape(shape))
    }

    /// Dimensions in the order `dims`, a permutation; negative ones count from the back.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let images = Tensor::zeros([8, 32, 24, 3])?;
    /// assert_eq!(images.permute(&[0, -1, 1, 2])?.dims(), [8, 3, 32, 24]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Not a permutation.
    #[track_caller]
    pub fn permute(&self, dims: &[i64]) -> Result<Tensor> {
        if dims.len() != self.rank() {
            return Err(Error::shape(
                "permute",
                format!(
                    "{dims:?} for the {} dimensions of {}",
                    self.rank(),
                    self.shape()
                ),
            ));
        }
        let mut order = Dims::new();
        for &d in dims {
            let d = self.shape().dim("permute", d)?;
            if order.contains(&d) {
                return Err(Error::value(
                    "permute",
                    format!("dimension {d} appears twice in {dims:?}"),
                ));
            }
            order.push(d);
        }
        self.viewed(View::Permute(order))
    }

    /// Dimensions `a` and `b` swapped.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::new([[1i64, 2, 3], [4, 5, 6]])?;
    /// assert_eq!(x.transpose(0, -1)?.dims(), [3, 2]);
    /// assert_eq!(x.transpose(0, -1)?.to_vec::<i64>()?, [1, 4, 2, 5, 3, 6]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A dimension that isn't there.
    #[track_caller]
    pub fn transpose(&self, a: i64, b: i64) -> Result<Tensor> {
        let (a, b) = (
            self.shape().dim("transpose", a)?,
            self.shape().dim("transpose", b)?,
        );
        let mut order: Dims = (0..self.rank()).collect();
        if self.rank() > 0 {
            order.swap(a, b);
        }
        self.viewed(View::Permute(order))
    }

    /// The transpose of a matrix; tensors of rank 0 and 1 stay as they are.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::new([[1i64, 2], [3, 4]])?;
    /// assert_eq!(x.t()?.to_vec::<i64>()?, [1, 3, 2, 4]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// More than two dimensions.
    #[track_caller]
    pub fn t(&self) -> Result<Tensor> {
        match self.rank() {
            0 | 1 => self.viewed(View::Permute((0..self.rank()).collect())),
            2 => self.transpose(0, 1),
            _ => Err(Error::shape(
                "t",
                format!(
                    "expected a tensor of at most 2 dimensions, got shape {}; use transpose or permute",
                    self.shape()
                ),
            )),
        }
    }

    /// Moves dimension `from` to position `to`.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// assert_eq!(Tensor::zeros([2, 3, 4])?.movedim(0, -1)?.dims(), [3, 4, 2]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A dimension that isn't there.
    #[track_caller]
    pub fn movedim(&self, from: i64, to: i64) -> Result<Tensor> {
        let (from, to) = (
            self.shape().dim("movedim", from)?,
            self.shape().dim("movedim", to)?,
        );
        let mut order: Dims = (0..self.rank()).collect();
        if self.rank() > 0 {
            let d = order.remove(from);
            order.insert(to, d);
        }
        self.viewed(View::Permute(order))
    }

    /// Without the dimensions of size 1 among `dims`, or among all if `dims` is empty.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::zeros([1, 3, 1])?;
    /// assert_eq!(x.squeeze(&[])?.dims(), [3]);
    /// assert_eq!(x.squeeze(&[-1])?.dims(), [1, 3]);
    /// assert_eq!(x.squeeze(&[1])?.dims(), [1, 3, 1]); // 3 stays
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A dimension that isn't there.
    #[track_caller]
    pub fn squeeze(&self, dims: &[i64]) -> Result<Tensor> {
        let among = self.shape().dims_or_all("squeeze", dims)?;
        let kept: Dims = (0..self.rank())
            .filter(|d| self.dims()[*d] != 1 || !among.contains(d))
            .collect();
        let shape = Shape::from_dims(kept.iter().map(|&d| self.dims()[d]).collect())?;
        let shape = shape.named_after(self.shape(), kept.iter().map(|&d| Some(d)));
        self.viewed(View::Reshape(shape))
    }

    /// With a dimension of size 1 at `dim`; -1 appends one.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::zeros([3, 4])?;
    /// assert_eq!(x.unsqueeze(0)?.dims(), [1, 3, 4]);
    /// assert_eq!(x.unsqueeze(-1)?.dims(), [3, 4, 1]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A position that isn't there.
    #[track_caller]
    pub fn unsqueeze(&self, dim: i64) -> Result<Tensor> {
        let rank = self.rank() as i64 + 1;
        if dim < -rank || dim >= rank {
            return Err(Error::index(
                "unsqueeze",
                format!(
                    "dimension {dim} of a tensor of shape {}; expected one in {}..={}",
                    self.shape(),
                    -rank,
                    rank - 1
                ),
            ));
        }
        let mut dims: Dims = SmallVec::from_slice(self.dims());
        let dim = if dim < 0 { dim + rank } else { dim } as usize;
        dims.insert(dim, 1);
        let shape = Shape::from_dims(dims)?.named_after(
            self.shape(),
            (0..rank as usize).map(|d| match d.cmp(&dim) {
                Ordering::Less => Some(d),
                Ordering::Equal => None,
                Ordering::Greater => Some(d - 1),
            }),
        );
        self.viewed(View::Reshape(shape))
    }

    /// Broadcast to a larger shape without a copy; -1 keeps a size.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::new([[1i64], [2]])?;
    /// let wide = x.expand([-1, 3])?;
    /// assert_eq!(wide.to_vec::<i64>()?, [1, 1, 1, 2, 2, 2]);
    /// assert_eq!(wide.strides(), [1, 0]); // no copy
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A size other than 1 can't be stretched.
    #[track_caller]
    pub fn expand(&self, sizes: impl Sizes) -> Result<Tensor> {
        let sizes = sizes.sizes();
        let here = Location::caller();
        let bad = || {
            Error::shape(
                "expand",
                format!(
                    "shape {} does not broadcast to {sizes:?}; only sizes of 1 and new leading dimensions can be stretched",
                    self.shape()
                ),
            )
            .at(here)
        };
        let Some(lead) = sizes.len().checked_sub(self.rank()) else {
            return Err(bad());
        };
        let mut dims = Dims::new();
        for (i, &s) in sizes.iter().enumerate() {
            let own = i.checked_sub(lead).map(|d| self.dims()[d]);
            dims.push(match (own, s) {
                (Some(d), -1) => d,
                (Some(d), s) if s >= 0 && (d == 1 || d == s as usize) => s as usize,
                (None, s) if s >= 0 => s as usize,
                _ => return Err(bad()),
            });
        }
        let own = (0..dims.len()).map(|d| d.checked_sub(lead));
        let shape = Shape::from_dims(dims)?.named_after(self.shape(), own);
        self.viewed(View::Expand(shape))
    }

    /// Broadcast to exactly `shape`.
    #[track_caller]
    pub(crate) fn expand_to(&self, shape: &Shape) -> Result<Tensor> {
        if self.shape() == shape {
            return Ok(self.clone());
        }
        self.expand(shape.dims())
    }

    /// Summed over the dimensions that broadcasting `shape` to this tensor's shape would stretch: the adjoint of
    /// [`Tensor::expand`].
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let g = Tensor::ones([4, 2, 3])?;
    /// assert_eq!(g.sum_to_size([2, 1])?.to_vec::<f32>()?, [12.0, 12.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A shape that doesn't broadcast to this tensor's.
    #[track_caller]
    pub fn sum_to_size(&self, shape: impl crate::IntoShape) -> Result<Tensor> {
        let shape = shape.into_shape()?;
        if shape.broadcast(self.shape(), "sum_to_size")? != *self.shape() {
            return Err(Error::shape(
                "sum_to_size",
                format!(
                    "shape {shape} doesn't broadcast to {}, so there is nothing to sum over",
                    self.shape()
                ),
            ));
        }
        let lead = self.rank() - shape.rank();
        let gone: Vec<i64> = (0..self.rank())
            .filter(|&d| d < lead || (shape[d - lead] == 1 && self.dims()[d] != 1))
            .map(|d| d as i64)
            .collect();
        match gone.is_empty() {
            true => Ok(self.clone()),
            false => self.sum_dims(&gone, true)?.reshape(&shape),
        }
    }

    /// `len` elements of dimension `dim`, from `start`; a negative start counts from the back.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::arange(0..5)?;
    /// assert_eq!(x.narrow(0, 1, 3)?.to_vec::<i64>()?, [1, 2, 3]);
    /// assert_eq!(x.narrow(0, -2, 2)?.to_vec::<i64>()?, [3, 4]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A dimension or a range that isn't there.
    #[track_caller]
    pub fn narrow(&self, dim: i64, start: i64, len: usize) -> Result<Tensor> {
        let dim = self.existing_dim("narrow", dim)?;
        let size = self.dims()[dim];
        let from = if start < 0 {
            start + size as i64
        } else {
            start
        };
        if from < 0
            || (from as usize)
                .checked_add(len)
                .is_none_or(|end| end > size)
        {
            return Err(Error::index(
                "narrow",
                format!(
                    "{len} elements from {start} of dimension {dim} of shape {}, which has {size}",
                    self.shape()
                ),
            ));
        }
        self.viewed(View::Slice {
            dim,
            start: from as usize,
            len,
            step: 1,
        })
    }

    /// Element `index` of dimension `dim`, without that dimension; a negative index counts from the back.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::new([[1i64, 2], [3, 4]])?;
    /// assert_eq!(x.select(0, -1)?.to_vec::<i64>()?, [3, 4]);
    /// assert_eq!(x.select(1, 0)?.to_vec::<i64>()?, [1, 3]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A dimension or an index that isn't there.
    #[track_caller]
    pub fn select(&self, dim: i64, index: i64) -> Result<Tensor> {
        let dim = self.existing_dim("select", dim)?;
        let size = self.dims()[dim] as i64;
        if index < -size || index >= size {
            return Err(Error::index(
                "select",
                format!(
                    "index {index} of dimension {dim} of shape {}, which has {size} elements",
                    self.shape()
                ),
            ));
        }
        self.viewed(View::Select {
            dim,
            index: if index < 0 { index + size } else { index } as usize,
        })
    }

    /// Elements `start..end` of dimension `dim`, every `step`, with Python's rules: negative bounds count from the back,
    /// bounds outside are clipped.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::arange(0..6)?;
    /// assert_eq!(x.slice(0, Some(1), None, 2)?.to_vec::<i64>()?, [1, 3, 5]);
    /// assert_eq!(x.slice(0, Some(-2), Some(100), 1)?.to_vec::<i64>()?, [4, 5]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A dimension that isn't there, or a step below 1.
    #[track_caller]
    pub fn slice(
        &self,
        dim: i64,
        start: Option<i64>,
        end: Option<i64>,
        step: i64,
    ) -> Result<Tensor> {
        let dim = self.existing_dim("slice", dim)?;
        if step < 1 {
            return Err(Error::value(
                "slice",
                format!("step {step}; expected 1 or more (flip reverses)"),
            ));
        }
        let size = self.dims()[dim] as i64;
        let clip = |i: i64| {
            if i < 0 {
                i.saturating_add(size).max(0)
            } else {
                i.min(size)
            }
        };
        let (start, end) = (clip(start.unwrap_or(0)), clip(end.unwrap_or(i64::MAX)));
        let len = if end > start {
            (end - start - 1) / step + 1
        } else {
            0
        };
        let step = if len <= 1 { 1 } else { step as usize };
        self.viewed(View::Slice {
            dim,
            start: start as usize,
            len: len as usize,
            step,
        })
    }

    /// Dimensions `dims` backwards, as a view.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::new([[1i64, 2], [3, 4]])?;
    /// assert_eq!(x.flip(&[1])?.to_vec::<i64>()?, [2, 1, 4, 3]);
    /// assert_eq!(x.flip(&[0, 1])?.to_vec::<i64>()?, [4, 3, 2, 1]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A dimension that isn't there, or that appears twice.
    #[track_caller]
    pub fn flip(&self, dims: &[i64]) -> Result<Tensor> {
        let dims = if dims.is_empty() {
            SmallVec::new()
        } else {
            self.shape().dims_or_all("flip", dims)?
        };
        self.viewed(View::Flip(dims))
    }

    /// Windows of `size` elements every `step` along `dim`, as a new last dimension.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let windows = Tensor::arange(0..5)?.unfold(0, 3, 2)?;
    /// assert_eq!(windows.dims(), [2, 3]);
    /// assert_eq!(windows.to_vec::<i64>()?, [0, 1, 2, 2, 3, 4]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A dimension that isn't there, a window larger than it, a step of 0.
    #[track_caller]
    pub fn unfold(&self, dim: i64, size: usize, step: usize) -> Result<Tensor> {
        // A tensor without dimensions counts as a vector of one element.
        if self.rank() == 0 && step > 0 && size <= 1 {
            self.shape().dim("unfold", dim)?;
            return self.reshape([1])?.narrow(0, 0, size);
        }
        let dim = self.existing_dim("unfold", dim)?;
        if step == 0 || size > self.dims()[dim] {
            return Err(Error::value(
                "unfold",
                format!(
                    "windows of {size} every {step} in dimension {dim} of shape {}",
                    self.shape()
                ),
            ));
        }
        self.viewed(View::Unfold { dim, size, step })
    }

    /// The diagonal of dimensions `a` and `b`, `shift` above the main one, as a new last dimension.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::new([[1i64, 2], [3, 4]])?;
    /// assert_eq!(x.diagonal(0, 0, 1)?.to_vec::<i64>()?, [1, 4]);
    /// assert_eq!(x.diagonal(1, 0, 1)?.to_vec::<i64>()?, [2]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Dimensions that aren't there, or the same one twice.
    #[track_caller]
    pub fn diagonal(&self, shift: i64, a: i64, b: i64) -> Result<Tensor> {
        let (a, b) = (
            self.existing_dim("diagonal", a)?,
            self.existing_dim("diagonal", b)?,
        );
        if a == b {
            return Err(Error::value("diagonal", format!("dimension {a} twice")));
        }
        self.viewed(View::Diagonal { a, b, shift })
    }

    /// Any strides over the same buffer; bounds are proven. Elements of the buffer that this tensor doesn't show count
    /// as constants.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::arange(0..6)?;
    /// assert_eq!(x.as_strided(&[2, 2], &[1, 2], 1)?.to_vec::<i64>()?, [1, 3, 2, 4]);
    /// assert!(x.as_strided(&[4], &[2], 0).is_err()); // would end at element 6
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Elements outside of the buffer, or a gradient through a tensor some of whose elements share memory.
    #[track_caller]
    pub fn as_strided(&self, shape: &[usize], strides: &[isize], offset: usize) -> Result<Tensor> {
        if tracks(&[self]) && self.layout().may_overlap() {
            return Err(Error::autograd(
                "as_strided",
                format!(
                    "a tensor of shape {} with strides {:?}, some of whose elements share memory (expand?), can't be differentiated through; call contiguous() first",
                    self.shape(),
                    self.strides()
                ),
            ));
        }
        self.viewed(View::Strided {
            shape: Shape::new(shape)?,
            strides: Strides::from_slice(strides),
            offset,
        })
    }

    /// Dimensions `start..=end` as one.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::zeros([8, 3, 4, 5])?;
    /// assert_eq!(x.flatten(1, -1)?.dims(), [8, 60]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Dimensions that aren't there, or `start` behind `end`.
    #[track_caller]
    pub fn flatten(&self, start: i64, end: i64) -> Result<Tensor> {
        let (start, end) = (
            self.shape().dim("flatten", start)?,
            self.shape().dim("flatten", end)?,
        );
        if start > end {
            return Err(Error::value(
                "flatten",
                format!("dimensions {start}..={end}"),
            ));
        }
        if self.rank() == 0 {
            return self.reshape([1]);
        }
        let mut dims: SmallVec<[i64; 6]> = self.dims().iter().map(|&d| d as i64).collect();
        let merged = self.dims()[start..=end].iter().product::<usize>() as i64;
        dims.drain(start..=end);
        dims.insert(start, merged);
        self.reshape(dims.as_slice())
    }

    /// Dimension `dim` as several, whose product it is; one of `sizes` may be -1.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// assert_eq!(Tensor::zeros([8, 60])?.unflatten(1, &[3, -1, 5])?.dims(), [8, 3, 4, 5]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Sizes that don't multiply to it.
    #[track_caller]
    pub fn unflatten(&self, dim: i64, sizes: &[i64]) -> Result<Tensor> {
        let dim = self.existing_dim("unflatten", dim)?;
        let mut dims: SmallVec<[i64; 6]> = self.dims().iter().map(|&d| d as i64).collect();
        dims.remove(dim);
        dims.insert_many(dim, sizes.iter().copied());
        self.reshape(dims.as_slice())
    }

    /// Parts of `size` elements along `dim`; the last one may be smaller.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let parts = Tensor::arange(0..5)?.split(2, 0)?;
    /// assert_eq!(parts.len(), 3);
    /// assert_eq!(parts[2].to_vec::<i64>()?, [4]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A dimension that isn't there, or a size of 0.
    #[track_caller]
    pub fn split(&self, size: usize, dim: i64) -> Result<Vec<Tensor>> {
        let d = self.existing_dim("split", dim)?;
        let n = self.dims()[d];
        if size == 0 && n != 0 {
            return Err(Error::value("split", "parts of 0 elements"));
        }
        let parts = if n == 0 { 1 } else { n.div_ceil(size) };
        let mut out = many("split", parts)?;
        for i in 0..parts {
            out.push(self.narrow(d as i64, (i * size) as i64, size.min(n - i * size))?);
        }
        Ok(out)
    }

    /// Parts of the given sizes along `dim`.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let parts = Tensor::arange(0..5)?.split_sizes(&[1, 4], 0)?;
    /// assert_eq!(parts[1].to_vec::<i64>()?, [1, 2, 3, 4]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Sizes that don't add up to the dimension.
    #[track_caller]
    pub fn split_sizes(&self, sizes: &[usize], dim: i64) -> Result<Vec<Tensor>> {
        let d = self.existing_dim("split", dim)?;
        if sizes.iter().try_fold(0usize, |a, &s| a.checked_add(s)) != Some(self.dims()[d]) {
            return Err(Error::value(
                "split",
                format!(
                    "sizes {sizes:?} for dimension {d} of shape {}",
                    self.shape()
                ),
            ));
        }
        let mut start = 0;
        let mut out = Vec::with_capacity(sizes.len());
        for &s in sizes {
            out.push(self.narrow(d as i64, start as i64, s)?);
            start += s;
        }
        Ok(out)
    }

    /// At most `chunks` parts along `dim`, of equal size but for the last.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let sizes: Vec<usize> = Tensor::zeros([5])?.chunk(3, 0)?.iter().map(|t| t.numel()).collect();
    /// assert_eq!(sizes, [2, 2, 1]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A dimension that isn't there, or no chunks.
    #[track_caller]
    pub fn chunk(&self, chunks: usize, dim: i64) -> Result<Vec<Tensor>> {
        let d = self.existing_dim("chunk", dim)?;
        if chunks == 0 {
            return Err(Error::value("chunk", "0 chunks; expected 1 or more"));
        }
        self.split(self.dims()[d].div_ceil(chunks).max(1), dim)
    }

    /// The tensors along `dim`, without it.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let columns = Tensor::new([[1i64, 2, 3], [4, 5, 6]])?.unbind(1)?;
    /// assert_eq!(columns.len(), 3);
    /// assert_eq!(columns[0].to_vec::<i64>()?, [1, 4]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A dimension that isn't there.
    #[track_caller]
    pub fn unbind(&self, dim: i64) -> Result<Vec<Tensor>> {
        let d = self.existing_dim("unbind", dim)?;
        let mut out = many("unbind", self.dims()[d])?;
        for i in 0..self.dims()[d] {
            out.push(self.select(d as i64, i as i64)?);
        }
        Ok(out)
    }

    #[track_caller]
    pub(crate) fn existing_dim(&self, op: &'static str, dim: i64) -> Result<usize> {
        if self.rank() == 0 {
            return Err(Error::index(
                op,
                format!("dimension {dim} of a tensor without dimensions"),
            ));
        }
        self.shape().dim(op, dim)
    }
}

/// Room for `n` tensors, which an expanded dimension can ask for without having a single element in memory.
#[track_caller]
fn many(op: &'static str, n: usize) -> Result<Vec<Tensor>> {
    /// What a view takes, roughly: itself, its node, its layout.
    const EACH: usize = 1024;
    if n > 1 << 20 {
        // Refused where the machine hasn't got it; given back at once where it has.
        crate::storage::Storage::new(n.saturating_mul(EACH)).or_memory(op)?;
    }
    let mut out = Vec::new();
    out.try_reserve_exact(n).or_memory(op)?;
    Ok(out)
}

/// Sizes that may hold a `-1`: `[2, -1]`, `&[2, 3]`, `vec![2, 3]` of `i64` or `usize`, or one number.
///
/// ```
/// # use neurarust_core::Tensor;
/// let x = Tensor::zeros([2, 6])?;
/// assert_eq!(x.reshape([3, -1])?.dims(), [3, 4]);
/// assert_eq!(x.reshape(-1)?.dims(), [12]);
/// assert_eq!(x.reshape(Tensor::zeros([4, 3])?.shape())?.dims(), [4, 3]);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
pub trait Sizes {
    /// The sizes.
    fn sizes(self) -> SmallVec<[i64; 6]>;
}
impl<const N: usize> Sizes for [i64; N] {
    fn sizes(self) -> SmallVec<[i64; 6]> {
        SmallVec::from_slice(&self)
    }
}
impl Sizes for &[i64] {
    fn sizes(self) -> SmallVec<[i64; 6]> {
        SmallVec::from_slice(self)
    }
}
impl Sizes for &[usize] {
    fn sizes(self) -> SmallVec<[i64; 6]> {
        self.iter()
            .map(|&s| i64::try_from(s).unwrap_or(i64::MAX))
            .collect()
    }
}
impl Sizes for Vec<usize> {
    fn sizes(self) -> SmallVec<[i64; 6]> {
        self.as_slice().sizes()
    }
}
impl Sizes for &Shape {
    fn sizes(self) -> SmallVec<[i64; 6]> {
        self.dims().sizes()
    }
}
impl Sizes for i64 {
    fn sizes(self) -> SmallVec<[i64; 6]> {
        SmallVec::from_slice(&[self])
    }
}
