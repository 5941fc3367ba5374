//! Shapes, and how they lie in memory.
//!
//! A [`Shape`] cannot exist without a checked element count, so nothing downstream multiplies dimensions by itself.
//! A [`Layout`] adds signed strides and an offset, in elements; views are functions from layout to layout. Whether a
//! layout fits a buffer is proven once, by the one constructor of views ([`crate::Tensor`]'s `over`).

use crate::error::{Error, Result};
use smallvec::SmallVec;
use std::{fmt, hash, ops::Deref, sync::Arc};

/// Dimensions, inline up to rank 6.
///
/// ```
/// let dims = neurarust_core::layout::Dims::from_slice(&[2, 3]);
/// assert!(!dims.spilled() && dims[1] == 3);
/// ```
pub type Dims = SmallVec<[usize; 6]>;
/// Strides in elements, inline up to rank 6.
///
/// ```
/// let strides = neurarust_core::layout::Strides::from_slice(&[-3, 1]); // rows from the last to the first
/// assert_eq!(strides.len(), 2);
/// ```
pub type Strides = SmallVec<[isize; 6]>;

// Note [Labels]
//
// Dimensions may have names ([`crate::Tensor::label`]): for people, not for programs. They are part of the shape, so that they
// ride along wherever a shape is taken over, permuted or cut, and stand in every error that shows one; no operation
// looks at them, and shapes that differ in nothing else are equal. Where a new shape is made of sizes, `named_after` says
// which dimension is which; what nobody says has no label. A shape without any holds a null pointer.

/// The name of each dimension, if it has one.
type Labels = SmallVec<[Option<Arc<str>>; 4]>;

/// The size of each dimension, with a product that is known to fit, and perhaps labels, which don't count in comparisons.
#[derive(Default)]
pub struct Shape {
    dims: Dims,
    numel: usize,
    labels: Option<Arc<Labels>>,
}

impl Clone for Shape {
    // `SmallVec`'s own clone copies number by number.
    #[inline]
    fn clone(&self) -> Shape {
        Shape {
            dims: Dims::from_slice(&self.dims),
            numel: self.numel,
            labels: self.labels.clone(),
        }
    }
}

impl PartialEq for Shape {
    #[inline]
    fn eq(&self, other: &Shape) -> bool {
        self.dims == other.dims
    }
}

impl Eq for Shape {}

impl hash::Hash for Shape {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        self.dims.hash(state);
    }
}

/// The largest element, in bytes: a shape's element count times this fits `isize`.
const WIDEST: usize = 16;

impl Shape {
    /// The shape with these dimensions, unless its elements could not be counted or addressed.
    ///
    /// ```
    /// # use neurarust_core::Shape;
    /// assert_eq!(Shape::new(&[2, 3])?.numel(), 6);
    /// assert!(Shape::new(&[usize::MAX, 2]).is_err());
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// More elements than can be counted or addressed.
    #[track_caller]
    pub fn new(dims: &[usize]) -> Result<Shape> {
        Shape::from_dims(Dims::from_slice(dims))
    }

    /// [`Shape::new`] without copying.
    ///
    /// ```
    /// use neurarust_core::{Shape, layout::Dims};
    /// assert_eq!(Shape::from_dims(Dims::from_slice(&[2, 3]))?.numel(), 6);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Shape::new`].
    #[track_caller]
    pub fn from_dims(dims: Dims) -> Result<Shape> {
        // Empty dimensions count as 1, so that strides of an empty tensor cannot overflow either.
        let mut extent = WIDEST;
        let mut numel = 1usize;
        for &d in &dims {
            match extent.checked_mul(d.max(1)) {
                Some(e) if e <= isize::MAX as usize => extent = e,
                _ => {
                    return Err(Error::shape(
                        "shape",
                        format!("{dims:?} has more elements than memory can address"),
                    ));
                }
            }
            numel *= d;
        }
        Ok(Shape {
            dims,
            numel,
            labels: None,
        })
    }

    /// The shape of a tensor without dimensions: one element.
    ///
    /// ```
    /// # use neurarust_core::Shape;
    /// assert_eq!((Shape::scalar().rank(), Shape::scalar().numel()), (0, 1));
    /// ```
    pub fn scalar() -> Shape {
        Shape {
            dims: Dims::new(),
            numel: 1,
            labels: None,
        }
    }

    /// Number of elements.
    ///
    /// ```
    /// # use neurarust_core::Shape;
    /// assert_eq!(Shape::new(&[2, 0, 3])?.numel(), 0);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    #[inline]
    pub fn numel(&self) -> usize {
        self.numel
    }

    /// Number of dimensions.
    ///
    /// ```
    /// # use neurarust_core::Shape;
    /// assert_eq!(Shape::new(&[2, 0, 3])?.rank(), 3);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    #[inline]
    pub fn rank(&self) -> usize {
        self.dims.len()
    }

    /// The sizes.
    ///
    /// ```
    /// # use neurarust_core::Shape;
    /// assert_eq!(Shape::new(&[2, 3])?.dims(), [2, 3]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    #[inline]
    pub fn dims(&self) -> &[usize] {
        &self.dims
    }

    /// Row-major strides.
    ///
    /// ```
    /// # use neurarust_core::Shape;
    /// assert_eq!(Shape::new(&[2, 3, 4])?.strides().as_slice(), [12, 4, 1]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn strides(&self) -> Strides {
        let mut strides: Strides = SmallVec::from_elem(1, self.rank());
        let mut step = 1isize;
        for i in (0..self.rank()).rev() {
            strides[i] = step;
            step *= self.dims[i].max(1) as isize;
        }
        strides
    }

    /// The label of dimension `d`.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::zeros([2, 3])?.label(&["batch", ""])?;
    /// assert_eq!((x.shape().label(0), x.shape().label(1)), (Some("batch"), None));
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn label(&self, d: usize) -> Option<&str> {
        self.labels.as_ref()?.get(d)?.as_deref()
    }

    /// Whether any dimension has a label.
    #[inline]
    pub(crate) fn is_labelled(&self) -> bool {
        self.labels.is_some()
    }

    /// The same sizes with a label for each dimension from the front; an empty one counts as none.
    pub(crate) fn labelled<'a>(mut self, labels: impl IntoIterator<Item = &'a str>) -> Shape {
        let labels: Labels = labels
            .into_iter()
            .map(|l| (!l.is_empty()).then(|| Arc::from(l)))
            .collect();
        let some = labels.iter().any(Option::is_some);
        self.labels = some.then(|| Arc::new(labels));
        self
    }

    /// The same sizes with the labels of `from`: per dimension, which one of `from` it is.
    #[inline]
    pub(crate) fn named_after(
        self,
        from: &Shape,
        which: impl IntoIterator<Item = Option<usize>>,
    ) -> Shape {
        match &from.labels {
            None => self,
            Some(labels) => self.with_labels(
                which
                    .into_iter()
                    .map(|d| labels.get(d?).cloned().flatten())
                    .collect(),
            ),
        }
    }

    #[cold]
    fn with_labels(mut self, labels: Labels) -> Shape {
        debug_assert_eq!(labels.len(), self.rank());
        self.labels = labels.iter().any(Option::is_some).then(|| Arc::new(labels));
        self
    }

    /// The same sizes with the labels of `from` on the leading and trailing dimensions that a reshape leaves alone.
    pub(crate) fn reshaped_from(self, from: &Shape) -> Shape {
        if !from.is_labelled() {
            return self;
        }
        let (rank, old) = (self.rank(), from.rank());
        let same = |pair: &(&usize, &usize)| pair.0 == pair.1;
        let front = self.iter().zip(from.iter()).take_while(same).count();
        let most = rank.min(old) - front;
        let back = (self.iter().rev().zip(from.iter().rev()))
            .take(most)
            .take_while(same)
            .count();
        self.named_after(
            from,
            (0..rank).map(|d| match d {
                d if d < front => Some(d),
                d if d >= rank - back => Some(d + old - rank),
                _ => None,
            }),
        )
    }

    /// The same sizes with the labels of a matrix product's factors: rows of `a`, columns of `b`, leading dimensions of both.
    pub(crate) fn of_product(self, a: &Shape, b: &Shape) -> Shape {
        if !a.is_labelled() && !b.is_labelled() {
            return self;
        }
        let labels = (1..=self.rank()).rev().map(|back| match back {
            1 => b.label_at_back(1),
            2 => a.label_at_back(2),
            _ => either(a.label_at_back(back), b.label_at_back(back)),
        });
        let labels = labels.map(Option::<&Arc<str>>::cloned).collect();
        self.with_labels(labels)
    }

    fn label_at_back(&self, back: usize) -> Option<&Arc<str>> {
        let d = self.rank().checked_sub(back)?;
        self.labels.as_ref()?.get(d)?.as_ref()
    }

    /// Dimension `d` goes, and its label with it; the caller counts the elements anew.
    fn remove(&mut self, d: usize) {
        self.dims.remove(d);
        if let Some(labels) = &mut self.labels {
            Arc::make_mut(labels).remove(d);
        }
    }

    /// A dimension without a label comes; the caller counts the elements anew.
    fn insert(&mut self, d: usize, size: usize) {
        self.dims.insert(d, size);
        if let Some(labels) = &mut self.labels {
            Arc::make_mut(labels).insert(d, None);
        }
    }

    /// Dimension `dim` counted from the back if negative. A scalar has one imaginary dimension, as in PyTorch.
    ///
    /// ```
    /// # use neurarust_core::Shape;
    /// let shape = Shape::new(&[2, 3])?;
    /// assert_eq!(shape.dim("sum", -1)?, 1);
    /// assert!(shape.dim("sum", 2).is_err());
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Index`](crate::ErrorKind::Index) if there is no such dimension.
    #[track_caller]
    pub fn dim(&self, op: &'static str, dim: i64) -> Result<usize> {
        let rank = self.rank().max(1) as i64;
        if dim < -rank || dim >= rank {
            return Err(Error::index(
                op,
                format!(
                    "dimension {dim} of a tensor of shape {self}; expected one in {}..={}",
                    -rank,
                    rank - 1
                ),
            ));
        }
        Ok(if dim < 0 { dim + rank } else { dim } as usize)
    }

    /// Several dimensions at once, sorted, each at most once; none means all.
    ///
    /// ```
    /// # use neurarust_core::Shape;
    /// let shape = Shape::new(&[2, 3, 4])?;
    /// assert_eq!(shape.dims_or_all("sum", &[-1, 0])?.as_slice(), [0, 2]);
    /// assert_eq!(shape.dims_or_all("sum", &[])?.as_slice(), [0, 1, 2]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A dimension that isn't there, or that is named twice.
    #[track_caller]
    pub fn dims_or_all(&self, op: &'static str, dims: &[i64]) -> Result<SmallVec<[usize; 6]>> {
        if dims.is_empty() {
            return Ok((0..self.rank()).collect());
        }
        let mut out: SmallVec<[usize; 6]> = SmallVec::new();
        for &d in dims {
            let dim = self.dim(op, d)?;
            if out.contains(&dim) {
                return Err(Error::value(
                    op,
                    format!("dimension {d} appears twice in {dims:?}"),
                ));
            }
            out.push(dim);
        }
        if self.rank() == 0 {
            out.clear();
        }
        out.sort_unstable();
        Ok(out)
    }

    /// The shape that both broadcast to: sizes match from the back, 1 stretches.
    ///
    /// ```
    /// # use neurarust_core::Shape;
    /// let (a, b) = (Shape::new(&[4, 1, 3])?, Shape::new(&[5, 1])?);
    /// assert_eq!(a.broadcast(&b, "add")?.dims(), [4, 5, 3]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Two sizes of one dimension that differ, neither of them 1.
    #[track_caller]
    pub fn broadcast(&self, other: &Shape, op: &'static str) -> Result<Shape> {
        let labelled = self.is_labelled() || other.is_labelled();
        if self == other && !labelled {
            return Ok(self.clone());
        }
        let rank = self.rank().max(other.rank());
        let mut dims: Dims = SmallVec::from_elem(1, rank);
        for (back, slot) in (1..=rank).zip(dims.iter_mut().rev()) {
            let at = |s: &Shape| {
                if back <= s.rank() {
                    s.dims[s.rank() - back]
                } else {
                    1
                }
            };
            *slot = match (at(self), at(other)) {
                (a, b) if a == b => a,
                (1, b) => b,
                (a, 1) => a,
                (a, b) => {
                    let name = either(self.label_at_back(back), other.label_at_back(back))
                        .map_or_else(String::new, |label| format!(" ({label})"));
                    return Err(Error::shape(
                        op,
                        format!(
                            "shapes {self} and {other} do not broadcast: sizes {a} and {b} differ at dimension -{back}{name} and neither is 1"
                        ),
                    ));
                }
            };
        }
        let shape = Shape::from_dims(dims)?;
        if !labelled {
            return Ok(shape);
        }
        let labels = (1..=rank)
            .rev()
            .map(|back| either(self.label_at_back(back), other.label_at_back(back)).cloned())
            .collect();
        Ok(shape.with_labels(labels))
    }
}

/// The label of a dimension that two shapes share: the one that is there, none if they differ.
fn either<'a>(a: Option<&'a Arc<str>>, b: Option<&'a Arc<str>>) -> Option<&'a Arc<str>> {
    match (a, b) {
        (Some(a), Some(b)) => (a == b).then_some(a),
        (a, b) => a.or(b),
    }
}

impl Deref for Shape {
    type Target = [usize];
    fn deref(&self) -> &[usize] {
        &self.dims
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.is_labelled() {
            return write!(f, "{:?}", self.dims.as_slice());
        }
        f.write_str("[")?;
        for (d, size) in self.dims.iter().enumerate() {
            f.write_str(if d > 0 { ", " } else { "" })?;
            match self.label(d) {
                Some(label) => write!(f, "{label} {size}")?,
                None => write!(f, "{size}")?,
            }
        }
        f.write_str("]")
    }
}

impl fmt::Debug for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl PartialEq<[usize]> for Shape {
    fn eq(&self, other: &[usize]) -> bool {
        self.dims() == other
    }
}

impl<const N: usize> PartialEq<[usize; N]> for Shape {
    fn eq(&self, other: &[usize; N]) -> bool {
        self.dims() == other
    }
}

/// Anything a shape can be given as: `[2, 3]`, `&[2, 3]`, `vec![2, 3]`, `(2, 3)`-like arrays, `5`, `()`, a [`Shape`].
///
/// ```
/// use neurarust_core::{IntoShape, Shape};
/// assert_eq!(5.into_shape()?, [5]);
/// assert_eq!(().into_shape()?, Shape::scalar());
/// assert_eq!(vec![2, 3].into_shape()?, [2, 3].into_shape()?);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
pub trait IntoShape {
    /// The shape, if its elements can be counted.
    fn into_shape(self) -> Result<Shape>;
}

impl IntoShape for Shape {
    fn into_shape(self) -> Result<Shape> {
        Ok(self)
    }
}
impl IntoShape for &Shape {
    fn into_shape(self) -> Result<Shape> {
        Ok(self.clone())
    }
}
impl IntoShape for &[usize] {
    #[track_caller]
    fn into_shape(self) -> Result<Shape> {
        Shape::new(self)
    }
}
impl IntoShape for &Vec<usize> {
    #[track_caller]
    fn into_shape(self) -> Result<Shape> {
        Shape::new(self)
    }
}
impl IntoShape for Vec<usize> {
    #[track_caller]
    fn into_shape(self) -> Result<Shape> {
        Shape::new(&self)
    }
}
impl<const N: usize> IntoShape for [usize; N] {
    #[track_caller]
    fn into_shape(self) -> Result<Shape> {
        Shape::new(&self)
    }
}
impl<const N: usize> IntoShape for &[usize; N] {
    #[track_caller]
    fn into_shape(self) -> Result<Shape> {
        Shape::new(self)
    }
}
impl IntoShape for usize {
    #[track_caller]
    fn into_shape(self) -> Result<Shape> {
        Shape::new(&[self])
    }
}
impl IntoShape for () {
    fn into_shape(self) -> Result<Shape> {
        Ok(Shape::scalar())
    }
}

/// Where the elements of a tensor lie: element `i` at `offset + Σ i[d] · strides[d]`, counted in elements.
#[derive(PartialEq, Eq, Debug)]
pub struct Layout {
    shape: Shape,
    strides: Strides,
    offset: usize,
}

impl Clone for Layout {
    #[inline]
    fn clone(&self) -> Layout {
        Layout {
            shape: self.shape.clone(),
            strides: Strides::from_slice(&self.strides),
            offset: self.offset,
        }
    }
}

impl Layout {
    /// Row-major from the start of the buffer.
    ///
    /// ```
    /// # use neurarust_core::{Shape, Layout};
    /// let layout = Layout::contiguous(Shape::new(&[2, 3])?);
    /// assert_eq!((layout.strides(), layout.offset()), (&[3, 1][..], 0));
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn contiguous(shape: Shape) -> Layout {
        let strides = shape.strides();
        Layout {
            shape,
            strides,
            offset: 0,
        }
    }

    /// Any strides and offset; `Tensor::over` proves that they fit the buffer.
    ///
    /// ```
    /// # use neurarust_core::{Shape, Layout};
    /// let layout = Layout::strided(Shape::new(&[2, 2])?, [1, 2].into_iter().collect(), 5)?;
    /// assert_eq!(layout.span(), Some((5, 8)));
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Another number of strides than of dimensions.
    #[track_caller]
    pub fn strided(shape: Shape, strides: Strides, offset: usize) -> Result<Layout> {
        if shape.rank() != strides.len() {
            return Err(Error::shape(
                "as_strided",
                format!(
                    "{} strides for the {} dimensions of {shape}",
                    strides.len(),
                    shape.rank()
                ),
            ));
        }
        Ok(Layout {
            shape,
            strides,
            offset,
        })
    }

    /// The sizes.
    ///
    /// ```
    /// # use neurarust_core::{Shape, Layout};
    /// assert_eq!(Layout::contiguous(Shape::new(&[2, 3])?).shape().dims(), [2, 3]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    #[inline]
    pub fn shape(&self) -> &Shape {
        &self.shape
    }

    /// The strides, in elements.
    ///
    /// ```
    /// # use neurarust_core::{Shape, Layout};
    /// assert_eq!(Layout::contiguous(Shape::new(&[2, 3])?).strides(), [3, 1]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    #[inline]
    pub fn strides(&self) -> &[isize] {
        &self.strides
    }

    /// Where element `[0, 0, …]` lies, in elements.
    ///
    /// ```
    /// # use neurarust_core::{Shape, Layout};
    /// let layout = Layout::contiguous(Shape::new(&[2, 3])?);
    /// assert_eq!(layout.select(1, 2).offset(), 2);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    #[inline]
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// Number of elements.
    ///
    /// ```
    /// # use neurarust_core::{Shape, Layout};
    /// assert_eq!(Layout::contiguous(Shape::new(&[2, 3])?).numel(), 6);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    #[inline]
    pub fn numel(&self) -> usize {
        self.shape.numel
    }

    /// The lowest and the highest element position that is touched, or `None` for an empty tensor. Wide enough for
    /// any strides.
    ///
    /// ```
    /// # use neurarust_core::{Shape, Layout};
    /// let layout = Layout::contiguous(Shape::new(&[2, 3])?);
    /// assert_eq!(layout.span(), Some((0, 5)));
    /// assert_eq!(layout.flip(0).span(), Some((0, 5)));
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn span(&self) -> Option<(i128, i128)> {
        if self.numel() == 0 {
            return None;
        }
        let (mut low, mut high) = (self.offset as i128, self.offset as i128);
        for (&d, &s) in self.shape.iter().zip(&self.strides) {
            let reach = (d as i128 - 1) * s as i128;
            if reach < 0 {
                low += reach
            } else {
                high += reach
            }
        }
        Some((low, high))
    }

    /// The same elements with strides that no arithmetic can overflow: those of dimensions of one element, and of
    /// empty tensors, are never walked and may be anything. `elements` is the size of the buffer.
    pub(crate) fn settled(mut self, elements: usize) -> Layout {
        if self.numel() == 0 {
            return Layout::contiguous(self.shape);
        }
        for (&d, s) in self.shape.dims.iter().zip(&mut self.strides) {
            if d == 1 && s.unsigned_abs() > elements {
                *s = 1;
            }
        }
        self
    }

    /// Whether elements lie in row-major order without gaps (sizes of 1 and empty tensors always do).
    ///
    /// ```
    /// # use neurarust_core::{Shape, Layout};
    /// let layout = Layout::contiguous(Shape::new(&[2, 3])?);
    /// assert!(layout.is_contiguous() && !layout.permute(&[1, 0]).is_contiguous());
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    #[inline]
    pub fn is_contiguous(&self) -> bool {
        if self.numel() == 0 {
            return true;
        }
        let mut step = 1isize;
        for (&d, &s) in self.shape.iter().zip(&self.strides).rev() {
            if d != 1 {
                if s != step {
                    return false;
                }
                step *= d as isize;
            }
        }
        true
    }

    /// Whether two indices can reach the same element, judged from sizes and strides; may say yes when the truth is no.
    ///
    /// ```
    /// # use neurarust_core::{Shape, Layout};
    /// let layout = Layout::contiguous(Shape::new(&[4])?);
    /// assert!(!layout.may_overlap() && layout.unfold(0, 2, 1)?.may_overlap());
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn may_overlap(&self) -> bool {
        if self.numel() <= 1 {
            return false;
        }
        let mut axes: SmallVec<[(usize, usize); 6]> = self
            .shape
            .iter()
            .zip(&self.strides)
            .filter(|(d, _)| **d > 1)
            .map(|(&d, &s)| (s.unsigned_abs(), d))
            .collect();
        axes.sort_unstable();
        let mut reach = 0i128;
        for (stride, size) in axes {
            if (stride as i128) <= reach {
                return true;
            }
            reach += stride as i128 * (size as i128 - 1);
        }
        false
    }

    /// The same elements as dimension order `order`, a permutation.
    ///
    /// ```
    /// # use neurarust_core::{Shape, Layout};
    /// let layout = Layout::contiguous(Shape::new(&[2, 3])?).permute(&[1, 0]);
    /// assert_eq!((layout.shape().dims(), layout.strides()), (&[3, 2][..], &[1, 3][..]));
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn permute(&self, order: &[usize]) -> Layout {
        let dims = order.iter().map(|&d| self.shape[d]).collect();
        let strides = order.iter().map(|&d| self.strides[d]).collect();
        Layout {
            shape: Shape {
                dims,
                numel: self.numel(),
                labels: None,
            }
            .named_after(&self.shape, order.iter().map(|&d| Some(d))),
            strides,
            offset: self.offset,
        }
    }

    /// Every `step`-th of `len` elements of dimension `dim`, from `start`; the caller has checked the bounds.
    ///
    /// ```
    /// # use neurarust_core::{Shape, Layout};
    /// let layout = Layout::contiguous(Shape::new(&[6])?).slice(0, 1, 3, 2);
    /// assert_eq!((layout.offset(), layout.strides()), (1, &[2][..])); // elements 1, 3, 5
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn slice(&self, dim: usize, start: usize, len: usize, step: isize) -> Layout {
        let mut out = self.clone();
        if len > 0 {
            out.offset = (self.offset as isize + start as isize * self.strides[dim]) as usize;
        }
        out.strides[dim] = self.strides[dim].wrapping_mul(step);
        out.shape.dims[dim] = len;
        out.shape.numel = out.shape.dims.iter().product();
        out
    }

    /// Without dimension `dim`, at index `index` of it.
    ///
    /// ```
    /// # use neurarust_core::{Shape, Layout};
    /// let layout = Layout::contiguous(Shape::new(&[2, 3])?).select(0, 1);
    /// assert_eq!((layout.shape().dims(), layout.offset()), (&[3][..], 3));
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn select(&self, dim: usize, index: usize) -> Layout {
        let mut out = self.slice(dim, index, 1, 1);
        out.shape.remove(dim);
        out.strides.remove(dim);
        out
    }

    /// Without dimension `dim`, whose size is 1.
    ///
    /// ```
    /// # use neurarust_core::{Shape, Layout};
    /// let layout = Layout::contiguous(Shape::new(&[2, 1, 3])?).squeeze(1);
    /// assert_eq!(layout.shape().dims(), [2, 3]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn squeeze(&self, dim: usize) -> Layout {
        let mut out = self.clone();
        out.shape.remove(dim);
        out.strides.remove(dim);
        out
    }

    /// With a dimension of size 1 before `dim`.
    ///
    /// ```
    /// # use neurarust_core::{Shape, Layout};
    /// let layout = Layout::contiguous(Shape::new(&[2, 3])?).unsqueeze(1);
    /// assert_eq!(layout.shape().dims(), [2, 1, 3]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn unsqueeze(&self, dim: usize) -> Layout {
        let mut out = self.clone();
        let stride = if dim < self.shape.rank() {
            self.strides[dim] * self.shape[dim].max(1) as isize
        } else {
            1
        };
        out.shape.insert(dim, 1);
        out.strides.insert(dim, stride);
        out
    }

    /// Broadcast to `shape`, which the caller has checked: new and stretched dimensions get stride 0.
    ///
    /// ```
    /// # use neurarust_core::{Shape, Layout};
    /// let layout = Layout::contiguous(Shape::new(&[2, 1])?).expand(&Shape::new(&[2, 5])?);
    /// assert_eq!(layout.strides(), [1, 0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn expand(&self, shape: &Shape) -> Layout {
        let mut strides: Strides = SmallVec::from_elem(0, shape.rank());
        let lead = shape.rank() - self.shape.rank();
        for d in 0..self.shape.rank() {
            if self.shape[d] == shape[lead + d] {
                strides[lead + d] = self.strides[d];
            }
        }
        Layout {
            shape: shape.clone(),
            strides,
            offset: self.offset,
        }
    }

    /// Dimension `dim` backwards.
    ///
    /// ```
    /// # use neurarust_core::{Shape, Layout};
    /// let layout = Layout::contiguous(Shape::new(&[4])?).flip(0);
    /// assert_eq!((layout.offset(), layout.strides()), (3, &[-1][..]));
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn flip(&self, dim: usize) -> Layout {
        let n = self.shape[dim];
        let mut out = self.clone();
        if n > 0 {
            out.offset = (self.offset as isize + (n as isize - 1) * self.strides[dim]) as usize;
        }
        out.strides[dim] = self.strides[dim].wrapping_neg();
        out
    }

    /// The diagonal of dimensions `a` and `b`, shifted by `shift` towards larger `b`, as a new last dimension.
    ///
    /// ```
    /// # use neurarust_core::{Shape, Layout};
    /// let layout = Layout::contiguous(Shape::new(&[3, 3])?).diagonal(0, 1, 1);
    /// assert_eq!((layout.shape().dims(), layout.offset(), layout.strides()), (&[2][..], 1, &[4][..]));
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn diagonal(&self, a: usize, b: usize, shift: i64) -> Layout {
        let (rows, cols) = (self.shape[a] as i64, self.shape[b] as i64);
        let len = if shift >= 0 {
            rows.min(cols.saturating_sub(shift))
        } else {
            cols.min(rows.saturating_add(shift))
        }
        .max(0);
        let mut out = self.clone();
        if len > 0 && self.numel() > 0 {
            let start = if shift >= 0 {
                shift as isize * self.strides[b]
            } else {
                -shift as isize * self.strides[a]
            };
            out.offset = (self.offset as isize + start) as usize;
        }
        let stride = self.strides[a].wrapping_add(self.strides[b]);
        for d in [a.max(b), a.min(b)] {
            out.shape.remove(d);
            out.strides.remove(d);
        }
        out.shape.insert(out.shape.rank(), len as usize);
        out.strides.push(stride);
        out.shape.numel = out.shape.dims.iter().product();
        out
    }

    /// Windows of `size` every `step` along `dim`, as a new last dimension; the caller has checked that one fits.
    ///
    /// ```
    /// # use neurarust_core::{Shape, Layout};
    /// let layout = Layout::contiguous(Shape::new(&[5])?).unfold(0, 3, 2)?;
    /// assert_eq!((layout.shape().dims(), layout.strides()), (&[2, 3][..], &[2, 1][..]));
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A shape with more elements than can be counted.
    pub fn unfold(&self, dim: usize, size: usize, step: usize) -> Result<Layout> {
        let (n, stride) = (self.shape[dim], self.strides[dim]);
        let mut dims = self.shape.dims.clone();
        dims[dim] = (n - size) / step + 1;
        dims.push(size);
        let mut strides = self.strides.clone();
        strides[dim] = stride.wrapping_mul(step as isize);
        strides.push(stride);
        Ok(Layout {
            shape: Shape::from_dims(dims)?
                .named_after(&self.shape, (0..self.shape.rank()).map(Some).chain([None])),
            strides,
            offset: self.offset,
        })
    }

    /// The same elements in the same order as another shape of as many elements, if strides can say so.
    ///
    /// ```
    /// # use neurarust_core::{Shape, Layout};
    /// let layout = Layout::contiguous(Shape::new(&[2, 3])?);
    /// assert!(layout.reshape(&Shape::new(&[6])?).is_some());
    /// assert!(layout.permute(&[1, 0]).reshape(&Shape::new(&[6])?).is_none());
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn reshape(&self, shape: &Shape) -> Option<Layout> {
        if self.is_contiguous() {
            return Some(Layout {
                strides: shape.strides(),
                shape: shape.clone(),
                offset: self.offset,
            });
        }
        // Walk both shapes from the back; groups of old dimensions that lie evenly can be cut anew.
        let mut strides: Strides = SmallVec::from_elem(1, shape.rank());
        let mut new = shape.rank();
        let mut old = self.shape.rank();
        while old > 0 {
            let base = self.strides[old - 1];
            let mut extent = self.shape[old - 1];
            old -= 1;
            while old > 0
                && (self.shape[old - 1] == 1 || self.strides[old - 1] == base * extent as isize)
            {
                extent *= self.shape[old - 1];
                old -= 1;
            }
            let mut cut = 1usize;
            while new > 0 && (cut < extent || shape[new - 1] == 1) {
                new -= 1;
                strides[new] = base * cut as isize;
                cut *= shape[new];
            }
            if cut != extent {
                return None;
            }
        }
        Some(Layout {
            shape: shape.clone(),
            strides,
            offset: self.offset,
        })
    }
}

/// Puts dimensions in the order of memory: those with the longest strides first, equal ones as they are. There are few, and
/// most often they are in order.
pub(crate) fn longest_strides_first(order: &mut [usize], strides: &[isize]) {
    for end in 1..order.len() {
        let mut at = end;
        while at > 0 && strides[order[at - 1]].unsigned_abs() < strides[order[at]].unsigned_abs() {
            order.swap(at - 1, at);
            at -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(d: &[usize]) -> Shape {
        Shape::new(d).unwrap()
    }

    #[test]
    fn shapes_that_cannot_be_counted_are_refused() {
        assert!(Shape::new(&[usize::MAX, 2]).is_err());
        assert!(Shape::new(&[0, usize::MAX, usize::MAX]).is_err());
        assert!(Shape::new(&[1 << 40, 1 << 40]).is_err());
        assert_eq!(shape(&[0, 5]).numel(), 0);
    }

    #[test]
    fn reshape_views_where_strides_allow() {
        let l = Layout::contiguous(shape(&[4, 6]));
        let t = l.permute(&[1, 0]);
        assert!(t.reshape(&shape(&[24])).is_none());
        assert_eq!(t.reshape(&shape(&[2, 3, 4])).unwrap().strides(), [3, 1, 6]);
        let s = l.slice(1, 0, 3, 1);
        assert_eq!(s.reshape(&shape(&[2, 2, 3])).unwrap().strides(), [12, 6, 1]);
        assert_eq!(
            s.reshape(&shape(&[1, 4, 1, 3, 1])).unwrap().strides(),
            [24, 6, 3, 1, 1]
        );
        assert!(s.reshape(&shape(&[12])).is_none());
        let f = Layout::contiguous(shape(&[6])).flip(0);
        assert_eq!(f.reshape(&shape(&[2, 3])).unwrap().strides(), [-3, -1]);
    }

    #[test]
    fn overlap_is_seen() {
        let l = Layout::contiguous(shape(&[3, 1]));
        assert!(l.expand(&shape(&[3, 4])).may_overlap());
        assert!(!l.may_overlap());
        assert!(
            Layout::contiguous(shape(&[5]))
                .unfold(0, 3, 1)
                .unwrap()
                .may_overlap()
        );
        assert!(
            !Layout::contiguous(shape(&[4, 5]))
                .permute(&[1, 0])
                .flip(0)
                .may_overlap()
        );
    }

    #[test]
    fn broadcasting() {
        assert_eq!(
            shape(&[3, 1]).broadcast(&shape(&[2, 1, 4]), "add").unwrap(),
            [2, 3, 4]
        );
        assert_eq!(shape(&[0]).broadcast(&shape(&[1]), "add").unwrap(), [0]);
        assert!(shape(&[3]).broadcast(&shape(&[4]), "add").is_err());
    }
}
