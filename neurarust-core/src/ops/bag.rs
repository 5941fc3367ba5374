//! Rows of a table by number, bag by bag: their sum, mean or maximum; and their length bounded.

use super::embedding::{read, shares, through_shares};
use super::selection::indices;
use crate::autograd::no_grad;
use crate::cpu::fresh::Fresh;
use crate::dtype::Element;
use crate::layout::Shape;
use crate::{DType, Error, Result, Tensor};

/// What becomes of the rows of a bag.
///
/// ```
/// # use neurarust_core::{Tensor, ops::bag::{BagMode, Bags}};
/// let table = Tensor::new([[1f32, 4.0], [3.0, 2.0]])?;
/// let both = Tensor::new([[0i64, 1]])?;
/// let bag = |mode| table.embedding_bag(&both, &Bags { mode, ..Bags::default() });
/// assert_eq!(bag(BagMode::Sum)?.to_vec::<f32>()?, [4.0, 6.0]);
/// assert_eq!(bag(BagMode::Max)?.to_vec::<f32>()?, [3.0, 4.0]);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum BagMode {
    /// Their sum.
    Sum,
    /// Their mean.
    #[default]
    Mean,
    /// The largest of each feature.
    Max,
}

/// How [`Tensor::embedding_bag`] reads.
///
/// ```
/// # use neurarust_core::{Tensor, ops::bag::Bags};
/// let table = Tensor::new([[1f32], [3.0], [5.0]])?;
/// let index = Tensor::new([0i64, 1, 2])?; // bags [0, 1] and [2]
/// let bags = Bags { offsets: Some(Tensor::new([0i64, 2])?), ..Bags::default() };
/// assert_eq!(table.embedding_bag(&index, &bags)?.to_vec::<f32>()?, [2.0, 5.0]); // means
/// # Ok::<(), neurarust_core::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Bags {
    /// What becomes of the rows of a bag.
    pub mode: BagMode,
    /// Where each bag begins in a 1-d index.
    pub offsets: Option<Tensor>,
    /// The offsets end with the length of the index.
    pub include_last_offset: bool,
    /// A factor per index (sums only).
    pub weights: Option<Tensor>,
    /// A row that isn't counted.
    pub padding: Option<usize>,
    /// Gradients are divided by how often a row is read.
    pub scale_by_frequency: bool,
    /// The gradient of the table, if that is a leaf, is of the rows that are read only.
    pub sparse: bool,
}

impl Tensor {
    /// Rows that `index` names are scaled in place to a `p`-norm of at most `max_norm`.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let table = Tensor::new([[30f32, 40.0], [30.0, 40.0]])?;
    /// table.embedding_renorm_(&Tensor::new([1i64])?, 1.0, 2.0)?;
    /// let norms = table.norm_dims(2.0, &[1], false)?.to_vec::<f32>()?;
    /// assert!(norms[0] == 50.0 && (norms[1] - 1.0).abs() < 1e-5);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Tensor::embedding`].
    #[track_caller]
    pub fn embedding_renorm_(&self, index: &Tensor, max_norm: f64, p: f64) -> Result<&Tensor> {
        const OP: &str = "embedding_renorm_";
        let &[rows, _] = self.dims() else {
            return Err(Error::shape(
                OP,
                format!(
                    "expected a table of 2 dimensions, got shape {}",
                    self.shape()
                ),
            ));
        };
        let mut list = indices(OP, index, rows, false)?;
        list.sort_unstable();
        list.dedup();
        let _guard = no_grad();
        let count = list.len();
        let list = Tensor::from_vec(list, [count])?;
        let chosen = self.detach().index_select(0, &list)?;
        let norms = chosen.norm_dims(p, &[1], true)?;
        let scale = norms.add(1e-7)?.reciprocal()?.mul(max_norm)?;
        let scaled = chosen
            .mul(&scale)?
            .where_cond(&norms.gt(max_norm)?, &chosen)?;
        self.index_copy_(0, &list, &scaled.to_dtype(self.dtype())?)?;
        Ok(self)
    }

    /// The sum, mean or maximum of rows of the table `self` (vocabulary, features), bag by bag: an index (B, n) has B bags of
    /// n; a 1-d one is cut at `offsets` (B). → (B, features). Empty bags are 0.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, ops::bag::Bags};
    /// let table = Tensor::new([[1.0f32], [2.0], [4.0]])?;
    /// let y = table.embedding_bag(&Tensor::new([[0i64, 2], [1, 1]])?, &Bags::default())?;
    /// assert_eq!(y.to_vec::<f32>()?, [2.5, 2.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Shapes, offsets or indices that don't fit; weights of a mean or maximum; sparse gradients of a maximum.
    #[track_caller]
    pub fn embedding_bag(&self, index: &Tensor, options: &Bags) -> Result<Tensor> {
        const OP: &str = "embedding_bag";
        let _op = crate::profiler::op(OP);
        let &[rows, width] = self.dims() else {
            return Err(Error::shape(
                OP,
                format!(
                    "expected a table of 2 dimensions, got shape {}",
                    self.shape()
                ),
            ));
        };
        let ends = bags(OP, index, options)?;
        let list = indices(OP, index, rows, false)?;
        if options.padding.is_some_and(|p| p >= rows) {
            return Err(Error::value(
                OP,
                format!(
                    "padding row {:?} of a table of {rows} rows",
                    options.padding
                ),
            ));
        }
        if let Some(w) = &options.weights {
            if options.mode != BagMode::Sum {
                return Err(Error::unsupported(
                    OP,
                    "per-sample weights for a mean or maximum; use the sum",
                ));
            }
            if w.shape() != index.shape() || w.dtype() != self.dtype() {
                return Err(Error::value(
                    OP,
                    format!(
                        "per-sample weights of shape {} and type {} for an index of shape {} and a table of {}; expected the same",
                        w.shape(),
                        w.dtype(),
                        index.shape(),
                        self.dtype()
                    ),
                ));
            }
        }
        if options.mode == BagMode::Max && options.scale_by_frequency {
            return Err(Error::unsupported(
                OP,
                "gradients by frequency of a maximum",
            ));
        }
        if options.mode == BagMode::Max && options.sparse {
            return Err(Error::value(
                OP,
                "sparse gradients of a maximum; use the sum or mean, or leave sparse out",
            ));
        }
        // Of each element that counts: its row, its place in the index, its bag.
        let (mut kept, mut places, mut owner) = (Vec::new(), Vec::new(), Vec::new());
        let mut counts = vec![0usize; ends.len()];
        for (bag, range) in ends.iter().enumerate() {
            for place in range.clone() {
                if options.padding.is_none_or(|p| p as i64 != list[place]) {
                    kept.push(list[place]);
                    places.push(place as i64);
                    owner.push(bag as i64);
                    counts[bag] += 1;
                }
            }
        }
        let bag_count = ends.len();
        let shape = Shape::new(&[bag_count, width])?;
        if options.mode == BagMode::Max {
            return largest(self, &kept, &counts, &shape);
        }
        let n = kept.len();
        let shares = match options.scale_by_frequency && self.is_requires_grad() {
            true => Some(shares(&kept, &list, self.dtype())?),
            false => None,
        };
        let mut values = read(OP, self, kept, &[n], None, options.sparse)?;
        if let Some(shares) = shares {
            values = through_shares(OP, &values, shares)?;
        }
        if let Some(w) = &options.weights {
            let w = w
                .reshape([-1])?
                .index_select(0, &Tensor::from_vec(places, [n])?)?;
            values = values.mul(&w.unsqueeze(1)?)?;
        }
        let owner = Tensor::from_vec(owner, [n])?;
        let sums = Tensor::zeros((&shape, self.dtype()))?.index_add(0, &owner, &values)?;
        match options.mode {
            BagMode::Sum => Ok(sums),
            _ => {
                let counts: Vec<f64> = counts.iter().map(|&n| n.max(1) as f64).collect();
                let counts = Tensor::from_vec(counts, [bag_count])?.unsqueeze(1)?;
                sums.div(&counts.to_dtype(sums.dtype())?)
            }
        }
    }
}

/// Which places of the index each bag holds.
#[track_caller]
fn bags(op: &'static str, index: &Tensor, options: &Bags) -> Result<Vec<std::ops::Range<usize>>> {
    match (index.dims(), &options.offsets) {
        (&[bags, n], None) => Ok((0..bags).map(|b| b * n..(b + 1) * n).collect()),
        (&[n], Some(offsets)) => {
            if offsets.rank() != 1 || !offsets.dtype().is_int() {
                return Err(Error::value(
                    op,
                    format!(
                        "offsets of shape {} and type {}; expected 1-d integers",
                        offsets.shape(),
                        offsets.dtype()
                    ),
                ));
            }
            let mut list = offsets.detach().to_dtype(DType::I64)?.to_vec::<i64>()?;
            match options.include_last_offset {
                true if list.is_empty() => {
                    return Err(Error::value(op, "no last offset"));
                }
                true => {}
                false => list.push(n as i64),
            }
            let first = list[0];
            let sorted = list.windows(2).all(|w| w[0] <= w[1]);
            if first != 0 && list.len() > 1 || !sorted || list.last() > Some(&(n as i64)) {
                return Err(Error::value(
                    op,
                    format!(
                        "offsets {} for an index of {n}; expected to begin with 0, never to fall, and not to pass the end",
                        offsets
                    ),
                ));
            }
            Ok(list
                .windows(2)
                .map(|w| w[0] as usize..w[1] as usize)
                .collect())
        }
        (&[_, _], Some(_)) => Err(Error::value(
            op,
            "offsets with a 2-d index, whose rows are the bags; leave them out",
        )),
        (&[_], None) => Err(Error::value(op, "a 1-d index needs offsets")),
        _ => Err(Error::value(
            op,
            format!(
                "an index of shape {}; expected (bags, n), or 1-d with offsets",
                index.shape()
            ),
        )),
    }
}

/// The largest of each feature of a bag; `rows` are those of one bag after the other.
#[track_caller]
fn largest(table: &Tensor, rows: &[i64], counts: &[usize], shape: &Shape) -> Result<Tensor> {
    fn run<T: Element>(
        table: &Tensor,
        rows: &[i64],
        starts: &[usize],
        shape: &Shape,
    ) -> Result<Tensor> {
        let width = shape[1];
        let mut at = Fresh::<i64>::zeroed(shape.clone())?;
        table.with_data(|x: &[T]| {
            at.for_each_chunk(width.max(1), |start, at| {
                let bag = start / width;
                for (k, &row) in rows[starts[bag]..starts[bag + 1]].iter().enumerate() {
                    let values = &x[row as usize * width..][..width];
                    for (f, at) in at.iter_mut().enumerate() {
                        let best = x[*at as usize * width + f];
                        if k == 0 || values[f] > best || values[f].to_f64().is_nan() {
                            *at = row;
                        }
                    }
                }
            });
        })?;
        Ok(at.finish())
    }
    let mut starts = vec![0];
    for n in counts {
        starts.push(starts[starts.len() - 1] + n);
    }
    let read = table
        .detach()
        .to_dtype(table.dtype().compute().dtype())?
        .contiguous()?;
    if rows.is_empty() {
        return Tensor::zeros((shape, table.dtype()))?.add(&table.sum()?.mul(0.0)?);
    }
    let at = match read.dtype() {
        DType::F64 => run::<f64>(&read, rows, &starts, shape)?,
        _ => run::<f32>(&read, rows, &starts, shape)?,
    };
    let empty: Vec<bool> = counts.iter().map(|&n| n == 0).collect();
    let empty = Tensor::from_vec(empty, [counts.len()])?.unsqueeze(1)?;
    table.gather(0, &at)?.masked_fill(&empty, 0.0)
}
