//! Histograms: how many elements (or how much weight) fall between neighbouring edges, in one or several dimensions.
//!
//! A bin holds its left edge, and the last one its right edge too. What lies outside, and NaN, is not counted.

use super::reduce::float_only;
use crate::cpu::fresh::Fresh;
use crate::cpu::pool;
use crate::dtype::Element;
use crate::layout::Dims;
use crate::{DType, Error, Result, Shape, Tensor};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// The edges along one dimension of a histogram.
///
/// ```
/// # use neurarust_core::{Tensor, ops::Bins};
/// let x = Tensor::new([0f32, 1.0, 1.5, 4.0])?;
/// let (counts, _) = x.histogram(&Bins::Equal(2, Some((0.0, 4.0))), None, false)?;
/// assert_eq!(counts.to_vec::<f32>()?, [3.0, 1.0]);
/// let (counts, _) = x.histogram(&Bins::Edges(Tensor::new([0f32, 1.0, 4.0])?), None, false)?;
/// assert_eq!(counts.to_vec::<f32>()?, [1.0, 3.0]);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub enum Bins {
    /// So many equal ones between two numbers, or between the smallest and the largest element.
    Equal(usize, Option<(f64, f64)>),
    /// Between ascending edges, a vector.
    Edges(Tensor),
}

/// Edges along one dimension, ready to count with.
struct Axis<T> {
    edges: Vec<T>,
    /// Bins per unit, of equal bins.
    scale: Option<T>,
}

trait Real:
    Element + std::ops::Sub<Output = Self> + std::ops::Mul<Output = Self> + std::ops::Div<Output = Self>
{
}
impl Real for f32 {}
impl Real for f64 {}

impl<T: Real> Axis<T> {
    fn new(edges: Vec<T>, equal: bool) -> Axis<T> {
        let bins = edges.len() - 1;
        let scale = T::from_f64(bins as f64) / (edges[bins] - edges[0]);
        // A range too wide or too narrow for that is searched like any other edges.
        let usable = equal && scale > T::from_f64(0.0) && scale.to_f64().is_finite();
        Axis {
            edges,
            scale: usable.then_some(scale),
        }
    }

    /// How many of `data` fall into each bin.
    fn count(&self, data: &[T], sums: &mut [f64]) {
        /// Elements that are counted apart from others, unless there are many bins.
        const PART: usize = 64 * 1024;
        let bins = sums.len();
        if bins > PART / 16 {
            for &x in data {
                if let Some(sum) = sums.get_mut(self.bin(x)) {
                    *sum += 1.0;
                }
            }
            return;
        }
        let total: Vec<AtomicU64> = (0..bins + 1).map(|_| AtomicU64::new(0)).collect();
        pool::parallel_chunks(data.len(), PART, |range| {
            // Every other element apart: neighbours often fall into one bin, and would wait for each other.
            let mut counts = vec![0u64; 2 * (bins + 1)];
            let (odd, even) = counts.split_at_mut(bins + 1);
            let data = &data[range];
            let mut i = 0;
            while i + 1 < data.len() {
                odd[self.bin(data[i])] += 1;
                even[self.bin(data[i + 1])] += 1;
                i += 2;
            }
            if i < data.len() {
                odd[self.bin(data[i])] += 1;
            }
            for (total, (a, b)) in total.iter().zip(odd.iter().zip(even.iter())) {
                total.fetch_add(a + b, Relaxed);
            }
        });
        for (sum, total) in sums.iter_mut().zip(&total) {
            *sum = total.load(Relaxed) as f64;
        }
    }

    /// The bin of `x`.
    #[inline]
    fn find(&self, x: T) -> Option<usize> {
        Some(self.bin(x)).filter(|&bin| bin + 1 < self.edges.len())
    }

    /// The bin of `x`, or the number of bins if it falls into none.
    #[inline(always)]
    fn bin(&self, x: T) -> usize {
        let edges = &self.edges[..];
        let bins = edges.len() - 1;
        let (first, last) = (edges[0], edges[bins]);
        if !(x >= first && x <= last) {
            return bins;
        }
        let Some(scale) = self.scale else {
            return (edges.partition_point(|&e| e <= x) - 1).min(bins - 1);
        };
        // Right but for rounding: the edges decide.
        let guess = ((x - first) * scale).to_f64();
        let bin = (guess as usize).min(bins - 1);
        let (below, above) = (x < edges[bin], x >= edges[bin + 1]);
        (bin + above as usize - (below && bin > 0) as usize).min(bins - 1)
    }
}

/// The smallest and the largest of the numbers in `x`; an empty range is widened.
#[track_caller]
fn range_of(op: &'static str, x: &Tensor, given: Option<(f64, f64)>) -> Result<(f64, f64)> {
    let (low, high) = match given {
        Some(range) => range,
        None if x.numel() == 0 => (0.0, 1.0),
        None => (
            x.detach().min()?.item::<f64>()?,
            x.detach().max()?.item::<f64>()?,
        ),
    };
    if !low.is_finite() || !high.is_finite() {
        return Err(Error::shape(
            op,
            format!("the range from {low} to {high} is not finite; give one"),
        ));
    }
    if low > high {
        return Err(Error::shape(
            op,
            format!("the range from {low} to {high} ends before it starts"),
        ));
    }
    Ok(match low == high {
        true => (low - 0.5, high + 0.5),
        false => (low, high),
    })
}

/// The edges of `bins` in the dtype of `x`.
#[track_caller]
fn edges_of(op: &'static str, x: &Tensor, bins: &Bins) -> Result<Tensor> {
    match bins {
        Bins::Equal(0, _) => Err(Error::shape(op, "expected at least one bin, got 0")),
        Bins::Equal(n, range) => {
            let (low, high) = range_of(op, x, *range)?;
            Tensor::linspace_dtype(low, high, n.saturating_add(1), x.dtype())
        }
        Bins::Edges(edges) => {
            if edges.rank() != 1 || edges.numel() == 0 {
                return Err(Error::shape(
                    op,
                    format!(
                        "expected edges as a vector with elements, got shape {}",
                        edges.shape()
                    ),
                ));
            }
            if edges.dtype() != x.dtype() {
                return Err(Error::dtype(
                    op,
                    format!("edges of {} for elements of {}", edges.dtype(), x.dtype()),
                ));
            }
            edges.detach().contiguous()
        }
    }
}

impl Tensor {
    /// Counts of the elements in `bins` equal bins between `min` and `max`, in this tensor's dtype. If `min` equals `max`,
    /// the range is that of the elements.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::new([1.0f32, 2.0, 1.0])?;
    /// assert_eq!(x.histc(4, 0.0, 3.0)?.to_vec::<f32>()?, [0.0, 2.0, 1.0, 0.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Integers and bools; no bins; a range that isn't finite or that ends before it starts; a tensor that requires a
    /// gradient, which a count has none of.
    #[track_caller]
    pub fn histc(&self, bins: usize, min: f64, max: f64) -> Result<Tensor> {
        const OP: &str = "histc";
        let x = self.reshape([-1, 1])?;
        let (low, high) = match min == max {
            false => (min, max),
            true if self.numel() == 0 => (min, max),
            true => (
                self.detach().min()?.item::<f64>()?,
                self.detach().max()?.item::<f64>()?,
            ),
        };
        let range = match low == high {
            true => (low - 1.0, high + 1.0),
            false => (low, high),
        };
        Ok(counted(OP, &x, &[Bins::Equal(bins, Some(range))], None, false)?.0)
    }

    /// Counts (or sums of `weight`, which has this tensor's shape) of the elements between edges, and the edges. With
    /// `density`, divided by their sum and the widths, so that the integral is 1.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, ops::Bins};
    /// let x = Tensor::new([1f32, 2.0, 1.0, 3.0])?;
    /// let (counts, edges) = x.histogram(&Bins::Equal(2, Some((0.0, 4.0))), None, false)?;
    /// assert_eq!(counts.to_vec::<f32>()?, [2.0, 2.0]); // below 2, and from 2 on
    /// assert_eq!(edges.to_vec::<f32>()?, [0.0, 2.0, 4.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Integers and bools; bad edges; weights of another shape; a tensor that requires a gradient.
    #[track_caller]
    pub fn histogram(
        &self,
        bins: &Bins,
        weight: Option<&Tensor>,
        density: bool,
    ) -> Result<(Tensor, Tensor)> {
        const OP: &str = "histogram";
        if let Some(w) = weight
            && w.shape() != self.shape()
        {
            return Err(Error::shape(
                OP,
                format!(
                    "a weight of shape {} for elements of shape {}; expected the same",
                    w.shape(),
                    self.shape()
                ),
            ));
        }
        let x = self.reshape([-1, 1])?;
        let weight = weight.map(|w| w.reshape([-1])).transpose()?;
        let (counts, mut edges) =
            counted(OP, &x, std::slice::from_ref(bins), weight.as_ref(), density)?;
        Ok((counts, edges.remove(0)))
    }

    /// As [`Tensor::histogram`] of points: `(…, dimensions)`, with one [`Bins`] per dimension, and `weight` of shape
    /// `(…)`. Answers an array with a dimension of bins per coordinate, and the edges of each.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, ops::Bins};
    /// let points = Tensor::new([[0.5f32, 0.5], [0.5, 1.5], [1.5, 1.5]])?;
    /// let two = Bins::Equal(2, Some((0.0, 2.0)));
    /// let (counts, edges) = points.histogramdd(&[two.clone(), two], None, false)?;
    /// assert_eq!((counts.to_vec::<f32>()?, edges.len()), (vec![1.0, 1.0, 0.0, 1.0], 2));
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Tensor::histogram`]; not one [`Bins`] per coordinate.
    #[track_caller]
    pub fn histogramdd(
        &self,
        bins: &[Bins],
        weight: Option<&Tensor>,
        density: bool,
    ) -> Result<(Tensor, Vec<Tensor>)> {
        const OP: &str = "histogramdd";
        let Some((&d, lead)) = self.dims().split_last().filter(|(_, l)| !l.is_empty()) else {
            return Err(Error::shape(
                OP,
                format!(
                    "expected points of shape (…, dimensions), got shape {}",
                    self.shape()
                ),
            ));
        };
        if bins.len() != d {
            return Err(Error::shape(
                OP,
                format!("{} kinds of bins for points of {d} coordinates", bins.len()),
            ));
        }
        if let Some(w) = weight
            && w.dims() != lead
        {
            return Err(Error::shape(
                OP,
                format!(
                    "a weight of shape {} for points of shape {lead:?}; expected the same",
                    w.shape()
                ),
            ));
        }
        let rows: usize = Shape::new(lead)?.numel();
        let x = self.reshape(vec![rows, d])?;
        let weight = weight.map(|w| w.reshape([-1])).transpose()?;
        counted(OP, &x, bins, weight.as_ref(), density)
    }
}

/// The histogram of `x`: (points, dimensions).
#[track_caller]
fn counted(
    op: &'static str,
    x: &Tensor,
    bins: &[Bins],
    weight: Option<&Tensor>,
    density: bool,
) -> Result<(Tensor, Vec<Tensor>)> {
    float_only(op, x)?;
    let tracked: Vec<&Tensor> = [Some(x), weight].into_iter().flatten().collect();
    if crate::autograd::tracks(&tracked) {
        return Err(Error::autograd(
            op,
            "a count has no gradient; detach the tensor first",
        ));
    }
    if let Some(w) = weight
        && w.dtype() != x.dtype()
    {
        return Err(Error::dtype(
            op,
            format!(
                "a weight of {} for elements of {}; expected the same",
                w.dtype(),
                x.dtype()
            ),
        ));
    }
    let wide = |t: &Tensor| match t.dtype() {
        DType::F64 => Ok(t.detach()),
        _ => t.detach().to_dtype(DType::F32),
    };
    let points = wide(x)?;
    let weight = weight.map(wide).transpose()?;
    let mut edges = Vec::with_capacity(bins.len());
    for (d, b) in bins.iter().enumerate() {
        let column = match b {
            Bins::Equal(_, None) => points.select(1, d as i64)?,
            _ => points.clone(),
        };
        let b = match b {
            Bins::Edges(e) if e.dtype() == x.dtype() => Bins::Edges(wide(e)?),
            other => other.clone(),
        };
        edges.push(edges_of(op, &column, &b)?);
    }
    let equal: Vec<bool> = bins.iter().map(|b| matches!(b, Bins::Equal(..))).collect();
    let mut counts = match points.dtype() {
        DType::F64 => fill::<f64>(&points, &edges, &equal, weight.as_ref()),
        _ => fill::<f32>(&points, &edges, &equal, weight.as_ref()),
    }?;
    if density {
        counts = counts.div(counts.sum()?)?;
        for (d, e) in edges.iter().enumerate() {
            let n = e.numel() - 1;
            let mut along = vec![1usize; edges.len()];
            along[d] = n;
            let widths = e.narrow(0, 1, n)?.sub(e.narrow(0, 0, n)?)?;
            counts = counts.div(widths.reshape(along)?)?;
        }
    }
    let edges = edges
        .iter()
        .map(|e| e.to_dtype(x.dtype()))
        .collect::<Result<_>>()?;
    Ok((counts.to_dtype(x.dtype())?, edges))
}

#[track_caller]
fn fill<T: Real>(
    points: &Tensor,
    edges: &[Tensor],
    equal: &[bool],
    weight: Option<&Tensor>,
) -> Result<Tensor> {
    let axes = edges
        .iter()
        .zip(equal)
        .map(|(e, &equal)| Ok(Axis::new(e.to_vec::<T>()?, equal)))
        .collect::<Result<Vec<Axis<T>>>>()?;
    let dims: Dims = axes.iter().map(|a| a.edges.len() - 1).collect();
    let shape = Shape::from_dims(dims.clone())?;
    let mut out = Fresh::<f64>::zeroed(shape)?;
    let weights = weight.map(|w| w.to_vec::<T>()).transpose()?;
    points.with_data(|data: &[T]| {
        let sums = out.slice();
        if sums.is_empty() {
            return;
        }
        if let ([axis], None) = (&axes[..], &weights) {
            axis.count(data, sums);
            return;
        }
        for (i, point) in data.chunks(axes.len().max(1)).enumerate() {
            let place = point.iter().zip(&axes).try_fold(0, |at, (&x, axis)| {
                Some(at * (axis.edges.len() - 1) + axis.find(x)?)
            });
            if let Some(at) = place {
                sums[at] += weights.as_ref().map_or(1.0, |w| w[i].to_f64());
            }
        }
    })?;
    out.finish().to_dtype(T::DTYPE)
}
