//! Products by other rules than matrix multiplication: of chains of matrices, of vectors in space, of all pairs; and the
//! distances between all pairs.

use super::matmul::expect_rank;
use super::reduce::float_only;
use crate::layout::{Dims, Shape};
use crate::{Error, Result, Tensor};

impl Tensor {
    /// The product of a chain of matrices, in the order of the fewest multiplications; the first and the last may be
    /// vectors.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let (a, b, c) = (Tensor::ones([2, 3])?, Tensor::ones([3, 4])?, Tensor::ones([4])?);
    /// assert_eq!(Tensor::multi_dot(&[&a, &b, &c])?.to_vec::<f32>()?, [12.0, 12.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Fewer than two tensors; inner sizes that differ.
    #[track_caller]
    pub fn multi_dot(chain: &[&Tensor]) -> Result<Tensor> {
        const OP: &str = "linalg.multi_dot";
        let n = chain.len();
        if n < 2 {
            return Err(Error::shape(
                OP,
                format!("expected 2 or more tensors, got {n}"),
            ));
        }
        let mut list: Vec<Tensor> = chain.iter().map(|t| (*t).clone()).collect();
        let row = list[0].rank() == 1;
        let column = list[n - 1].rank() == 1;
        if row {
            list[0] = list[0].unsqueeze(0)?;
        }
        if column {
            list[n - 1] = list[n - 1].unsqueeze(1)?;
        }
        for (i, t) in list.iter().enumerate() {
            if t.rank() != 2 {
                return Err(Error::shape(
                    OP,
                    format!(
                        "tensor {i} has shape {}; expected matrices, and vectors only at the ends",
                        chain[i].shape()
                    ),
                ));
            }
            if i > 0 && list[i - 1].dims()[1] != t.dims()[0] {
                return Err(Error::shape(
                    OP,
                    format!(
                        "tensors {} and {i} of shapes {} and {} don't fit",
                        i - 1,
                        chain[i - 1].shape(),
                        chain[i].shape()
                    ),
                ));
            }
        }
        // sizes[i] and sizes[i + 1] are rows and columns of matrix i.
        let sizes: Vec<f64> = list
            .iter()
            .map(|t| t.dims()[0] as f64)
            .chain([list[n - 1].dims()[1] as f64])
            .collect();
        let mut cost = vec![vec![0.0; n]; n];
        let mut cut = vec![vec![0; n]; n];
        for len in 1..n {
            for i in 0..n - len {
                let j = i + len;
                cost[i][j] = f64::INFINITY;
                for k in i..j {
                    let c = cost[i][k] + cost[k + 1][j] + sizes[i] * sizes[k + 1] * sizes[j + 1];
                    if c < cost[i][j] {
                        (cost[i][j], cut[i][j]) = (c, k);
                    }
                }
            }
        }
        // A worklist instead of recursion: a range is multiplied when both halves are.
        let mut done: Vec<Tensor> = Vec::new();
        let mut work = vec![(0, n - 1, false)];
        while let Some((i, j, ready)) = work.pop() {
            if i == j {
                done.push(list[i].clone());
            } else if ready {
                let (Some(b), Some(a)) = (done.pop(), done.pop()) else {
                    return Err(Error::value(OP, "an unfinished product"));
                };
                done.push(a.matmul(&b)?);
            } else {
                let k = cut[i][j];
                work.extend([(i, j, true), (k + 1, j, false), (i, k, false)]);
            }
        }
        let Some(mut out) = done.pop() else {
            return Err(Error::value(OP, "an unfinished product"));
        };
        if row {
            out = out.squeeze(&[0])?;
        }
        if column {
            out = out.squeeze(&[-1])?;
        }
        Ok(out)
    }

    /// The cross products of vectors in space, which lie along `dim`, of size 3.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let (x, y) = (Tensor::new([1f32, 0.0, 0.0])?, Tensor::new([0f32, 1.0, 0.0])?);
    /// assert_eq!(x.cross(&y, -1)?.to_vec::<f32>()?, [0.0, 0.0, 1.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Another size; shapes that don't broadcast.
    #[track_caller]
    pub fn cross(&self, other: &Tensor, dim: i64) -> Result<Tensor> {
        const OP: &str = "linalg.cross";
        if self.rank() != other.rank() {
            return Err(Error::shape(
                OP,
                format!(
                    "shapes {} and {}; expected the same number of dimensions",
                    self.shape(),
                    other.shape()
                ),
            ));
        }
        let d = self.existing_dim(OP, dim)?;
        if self.dims()[d] != 3 || other.dims()[d] != 3 {
            return Err(Error::shape(
                OP,
                format!(
                    "shapes {} and {}; dimension {dim} must have size 3",
                    self.shape(),
                    other.shape()
                ),
            ));
        }
        let d = d as i64;
        let shape = self.shape().broadcast(other.shape(), OP)?;
        let (a, b) = (self.expand_to(&shape)?, other.expand_to(&shape)?);
        let turned = |t: &Tensor, by: i64| t.roll(&[by], &[d]);
        let first = turned(&a, -1)?.mul(&turned(&b, 1)?)?;
        first.sub(&turned(&a, 1)?.mul(&turned(&b, -1)?)?)
    }

    /// The sums of products along `dim`.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::new([[1f32, 2.0], [3.0, 4.0]])?;
    /// assert_eq!(x.vecdot(&x, -1)?.to_vec::<f32>()?, [5.0, 25.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Shapes that don't broadcast; a dimension that isn't there.
    #[track_caller]
    pub fn vecdot(&self, other: &Tensor, dim: i64) -> Result<Tensor> {
        self.mul(other)?.sum_dims(&[dim], false)
    }

    /// The powers 0 to `n` - 1 of each element, as a new last dimension: Vandermonde's matrix.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// assert_eq!(Tensor::new([2i64, 3])?.vander(3)?.to_vec::<i64>()?, [1, 2, 4, 1, 3, 9]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Too many elements.
    #[track_caller]
    pub fn vander(&self, n: usize) -> Result<Tensor> {
        let x = self.unsqueeze(-1)?;
        let mut dims = Dims::from_slice(x.dims());
        let last = dims.len() - 1;
        dims[last] = n.saturating_sub(1);
        let rest = x.expand(dims.as_slice())?;
        let ones = match n {
            0 => rest.clone(),
            _ => x.ones_like()?,
        };
        Tensor::cat(&[&ones, &rest], -1)?.cumprod(-1)
    }

    /// Kronecker's product: every element of `self` times all of `other`, block by block.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let (a, b) = (Tensor::new([[1i64, 2]])?, Tensor::new([[1i64], [10]])?);
    /// assert_eq!(a.kron(&b)?.to_vec::<i64>()?, [1, 2, 10, 20]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Too many elements.
    #[track_caller]
    pub fn kron(&self, other: &Tensor) -> Result<Tensor> {
        let rank = self.rank().max(other.rank());
        let spread = |t: &Tensor, left: bool| -> Result<Tensor> {
            let lead = rank - t.rank();
            let mut dims = Dims::new();
            for i in 0..rank {
                let d = i.checked_sub(lead).map_or(1, |i| t.dims()[i]);
                dims.extend(if left { [d, 1] } else { [1, d] });
            }
            t.reshape(dims.as_slice())
        };
        let product = spread(self, true)?.mul(&spread(other, false)?)?;
        let dims: Dims = product.dims().chunks(2).map(|p| p[0] * p[1]).collect();
        product.reshape(dims.as_slice())
    }

    /// The p-distances between all pairs of rows: (…, n, d) and (…, m, d) → (…, n, m). Batches broadcast. With `by_product`,
    /// Euclidean ones from a matrix product, which is faster and less exact.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let (a, b) = (Tensor::new([[0f32, 0.0]])?, Tensor::new([[3f32, 4.0], [0.0, 1.0]])?);
    /// assert_eq!(a.cdist(&b, 2.0, false)?.to_vec::<f32>()?, [5.0, 1.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Integers and bools; rows of different sizes; a negative `p`.
    #[track_caller]
    pub fn cdist(&self, other: &Tensor, p: f64, by_product: bool) -> Result<Tensor> {
        const OP: &str = "cdist";
        float_only(OP, self)?;
        float_only(OP, other)?;
        if p.is_nan() || p < 0.0 {
            return Err(Error::value(OP, format!("p is {p}; expected 0 or more")));
        }
        let (a, b) = (self, other);
        if a.rank() < 2 || b.rank() < 2 || a.dims()[a.rank() - 1] != b.dims()[b.rank() - 1] {
            return Err(Error::shape(
                OP,
                format!(
                    "shapes {} and {}; expected (…, n, d) and (…, m, d)",
                    a.shape(),
                    b.shape()
                ),
            ));
        }
        if by_product && p == 2.0 {
            let squares = |t: &Tensor| t.square()?.sum_dims(&[-1], true);
            let sums = squares(a)?.add(&squares(b)?.transpose(-2, -1)?)?;
            let products = a.matmul(&b.transpose(-2, -1)?)?;
            let square = sums.sub(&products.mul(2.0)?)?;
            // Rounding may leave less than nothing, whose root would be NaN and whose slope infinite.
            let nothing = square.detach().le(0.0)?;
            let root = nothing.select_where(1.0, &square)?.sqrt()?;
            return nothing.select_where(0.0, &root);
        }
        let far = a.unsqueeze(-2)?.sub(&b.unsqueeze(-3)?)?;
        lengths(&far, p)
    }

    /// The p-distances between all pairs of different rows (n, d), as one vector: 0 and 1, 0 and 2, …, 1 and 2, ….
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::new([[0f32, 0.0], [3.0, 4.0], [3.0, 0.0]])?;
    /// assert_eq!(x.pdist(2.0)?.to_vec::<f32>()?, [5.0, 3.0, 4.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Integers and bools; other than a matrix; a negative `p`.
    #[track_caller]
    pub fn pdist(&self, p: f64) -> Result<Tensor> {
        const OP: &str = "pdist";
        float_only(OP, self)?;
        expect_rank(OP, &[(self, 2)])?;
        if p.is_nan() || p < 0.0 {
            return Err(Error::value(OP, format!("p is {p}; expected 0 or more")));
        }
        let n = self.dims()[0];
        let pairs = Shape::new(&[n, n.saturating_sub(1)])?.numel() / 2;
        let (mut first, mut second) = (Vec::with_capacity(pairs), Vec::with_capacity(pairs));
        for i in 0..n as i64 {
            for j in i + 1..n as i64 {
                first.push(i);
                second.push(j);
            }
        }
        let rows = |list: Vec<i64>| self.index_select(0, &Tensor::from_vec(list, [pairs])?);
        lengths(&rows(first)?.sub(&rows(second)?)?, p)
    }
}

/// The p-norms of the last dimension; 0 where it has no elements.
#[track_caller]
fn lengths(x: &Tensor, p: f64) -> Result<Tensor> {
    if x.dims()[x.rank() - 1] == 0 {
        return x.sum_dims(&[-1], false);
    }
    x.norm_dims(p, &[-1], false)
}
