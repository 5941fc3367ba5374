//! Products of vectors, matrices and batches of them, and the affine layer.

use super::apply::lock_reads;
use crate::autograd::{Grads, Saved, for_product, record, tracks};
use crate::cpu::product::product;
use crate::layout::{Dims, Shape};
use crate::{DType, Error, Result, Tensor};
use smallvec::{SmallVec, smallvec};

/// Refuses dtypes that don't fit each other.
#[track_caller]
fn same_dtype(op: &'static str, a: &Tensor, b: &Tensor) -> Result<()> {
    if a.dtype() != b.dtype() {
        return Err(Error::dtype(
            op,
            format!("{} and {}; convert one of them", a.dtype(), b.dtype()),
        ));
    }
    if a.dtype() == DType::Bool {
        return Err(Error::dtype(op, "not defined for bool tensors; convert it"));
    }
    Ok(())
}

/// `a · b` of tensors of at least two dimensions, whose leading ones broadcast, into a fresh tensor, unrecorded.
#[track_caller]
fn multiply(op: &'static str, a: &Tensor, b: &Tensor, bias: Option<&Tensor>) -> Result<Tensor> {
    let (ra, rb) = (a.rank(), b.rank());
    let (m, k, n) = (a.dims()[ra - 2], a.dims()[ra - 1], b.dims()[rb - 1]);
    let (out, expanded) = if (ra, rb) == (2, 2) {
        (
            Tensor::uninit(
                Shape::new(&[m, n])?.of_product(a.shape(), b.shape()),
                a.dtype(),
            )?,
            None,
        )
    } else {
        let (lead_a, lead_b) = (&a.dims()[..ra - 2], &b.dims()[..rb - 2]);
        let lead = Shape::new(lead_a)?.broadcast(&Shape::new(lead_b)?, op)?;
        let full = |rows: usize, cols: usize| {
            let mut dims = Dims::from_slice(lead.dims());
            dims.extend([rows, cols]);
            Shape::from_dims(dims)
        };
        let expanded = |t: &Tensor, shape: Shape| {
            Tensor::over(t.0.storage.clone(), t.layout().expand(&shape), t.dtype())
        };
        let shape = full(m, n)?.of_product(a.shape(), b.shape());
        let out = Tensor::uninit(shape, a.dtype())?;
        let pair = (expanded(a, full(m, k)?)?, expanded(b, full(k, n)?)?);
        (out, Some(pair))
    };
    let (a, b) = expanded.as_ref().map_or((a, b), |(a, b)| (a, b));
    // Halves are summed up, bias included, in f32.
    let compute = a.dtype().compute().dtype();
    let converted = match bias {
        Some(t) if t.dtype() != compute => Some(t.detach().to_dtype(compute)?),
        _ => None,
    };
    let bias = converted.as_ref().or(bias);
    let mut reads: SmallVec<[&Tensor; 3]> = smallvec![a, b];
    reads.extend(bias);
    let _access = lock_reads(op, &reads)?;
    product(a, b, bias, &out);
    Ok(out)
}

/// The recorded product of tensors of at least two dimensions.
#[track_caller]
fn matmul_nd(op: &'static str, a: &Tensor, b: &Tensor) -> Result<Tensor> {
    if a.dtype().is_complex() {
        return super::complex::matmul_nd(a, b);
    }
    let out = multiply(op, a, b, None)?;
    if tracks(&[a, b]) {
        // Each side is read by the other's gradient only.
        let saved = (b_if(a, b), b_if(b, a));
        record(op, &[a, b], &[&out], saved, |(b, a), call, grads| {
            let Some(g) = grads.into_iter().next().flatten() else {
                return Ok(smallvec![None, None]);
            };
            let ga = b
                .as_ref()
                .filter(|_| call.needs(0))
                .map(|b| g.times(&b.get(call)?.transpose(-2, -1)?))
                .transpose()?;
            let gb = a
                .as_ref()
                .filter(|_| call.needs(1))
                .map(|a| a.get(call)?.transpose(-2, -1)?.times(&g))
                .transpose()?;
            Ok(smallvec![ga, gb])
        })?;
    }
    Ok(out)
}

fn b_if(condition: &Tensor, saved: &Tensor) -> Option<Saved> {
    condition.is_requires_grad().then(|| Saved::input(saved))
}

impl Tensor {
    /// The matrix product, with the meaning of `torch.matmul`: vectors are rows on the left and columns on the right, and
    /// lose that dimension again; leading dimensions broadcast.
    ///
    /// | left | right | result |
    /// |---|---|---|
    /// | (k) | (k) | () |
    /// | (m, k) | (k) | (m) |
    /// | (k) | (k, n) | (n) |
    /// | (…, m, k) | (…, k, n) | (…, m, n) |
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let a = Tensor::new([[1.0f32, 2.0], [3.0, 4.0]])?;
    /// assert_eq!(a.matmul(&Tensor::new([1.0f32, 1.0])?)?.to_vec::<f32>()?, [3.0, 7.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Inner sizes that differ, leading ones that don't broadcast, dtypes that differ, tensors without dimensions.
    #[track_caller]
    pub fn matmul(&self, other: &Tensor) -> Result<Tensor> {
        let other = for_product(other)?;
        for_product(self)?.times(&other)
    }

    /// As [`Tensor::matmul`], as a part of other operations: an autocast region doesn't touch it.
    #[track_caller]
    pub(crate) fn times(&self, other: &Tensor) -> Result<Tensor> {
        const OP: &str = "matmul";
        let (a, b) = (self, other);
        if a.rank() == 0 || b.rank() == 0 {
            return Err(Error::shape(
                OP,
                format!(
                    "shapes {} and {}; both need at least one dimension (use * for numbers)",
                    a.shape(),
                    b.shape()
                ),
            ));
        }
        same_dtype(OP, a, b)?;
        let (k, kb) = (a.dims()[a.rank() - 1], b.dims()[b.rank().max(2) - 2]);
        if k != kb {
            return Err(Error::shape(
                OP,
                format!(
                    "shapes {} and {}: the last size of the left one ({k}) and the {} of the right one ({kb}) differ",
                    a.shape(),
                    b.shape(),
                    if b.rank() == 1 {
                        "size"
                    } else {
                        "last but one"
                    }
                ),
            ));
        }
        match (a.rank(), b.rank()) {
            (2, 2) => matmul_nd(OP, a, b),
            (1, 1) => matmul_nd(OP, &a.unsqueeze(0)?, &b.unsqueeze(1)?)?.reshape(&Shape::scalar()),
            (1, _) => matmul_nd(OP, &a.unsqueeze(0)?, b)?.squeeze(&[-2]),
            (_, 1) => {
                let (rows, last) = (a.reshape([-1, k.max(1) as i64]), a.rank() - 1);
                match rows {
                    Ok(rows) if k > 0 => {
                        let shape = Shape::new(&a.dims()[..last])?;
                        let shape = shape.named_after(a.shape(), (0..last).map(Some));
                        matmul_nd(OP, &rows, &b.unsqueeze(1)?)?.laid_as(shape)
                    }
                    _ => matmul_nd(OP, a, &b.unsqueeze(1)?)?.squeeze(&[-1]),
                }
            }
            // A batch against one matrix is one tall product.
            (_, 2) if k > 0 => {
                let mut dims = Dims::from_slice(a.dims());
                dims[a.rank() - 1] = b.dims()[1];
                let shape = Shape::from_dims(dims)?.of_product(a.shape(), b.shape());
                matmul_nd(OP, &a.reshape([-1, k as i64])?, b)?.laid_as(shape)
            }
            _ => matmul_nd(OP, a, b),
        }
    }

    /// The product of two matrices.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let (a, b) = (Tensor::new([[1f32, 2.0], [3.0, 4.0]])?, Tensor::new([[1f32, 0.0], [0.0, 2.0]])?);
    /// assert_eq!(a.mm(&b)?.to_vec::<f32>()?, [1.0, 4.0, 3.0, 8.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Tensor::matmul`]; other than two dimensions.
    #[track_caller]
    pub fn mm(&self, other: &Tensor) -> Result<Tensor> {
        expect_rank("mm", &[(self, 2), (other, 2)])?;
        self.matmul(other)
    }

    /// The products of two batches of matrices.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let (a, b) = (Tensor::ones([4, 2, 3])?, Tensor::ones([4, 3, 5])?);
    /// assert_eq!(a.bmm(&b)?.dims(), [4, 2, 5]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Tensor::matmul`]; other than three dimensions, batches of different sizes.
    #[track_caller]
    pub fn bmm(&self, other: &Tensor) -> Result<Tensor> {
        expect_rank("bmm", &[(self, 3), (other, 3)])?;
        if self.dims()[0] != other.dims()[0] {
            return Err(Error::shape(
                "bmm",
                format!(
                    "batches of {} and {} matrices",
                    self.dims()[0],
                    other.dims()[0]
                ),
            ));
        }
        self.matmul(other)
    }

    /// The product of a matrix and a vector.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let a = Tensor::new([[1f32, 2.0], [3.0, 4.0]])?;
    /// assert_eq!(a.mv(&Tensor::new([1f32, 10.0])?)?.to_vec::<f32>()?, [21.0, 43.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Tensor::matmul`]; other numbers of dimensions.
    #[track_caller]
    pub fn mv(&self, vector: &Tensor) -> Result<Tensor> {
        expect_rank("mv", &[(self, 2), (vector, 1)])?;
        self.times(vector)
    }

    /// The sum of the products of two vectors.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let (a, b) = (Tensor::new([1f32, 2.0])?, Tensor::new([3f32, 4.0])?);
    /// assert_eq!(a.dot(&b)?.item::<f32>()?, 11.0);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Tensor::matmul`]; other than one dimension.
    #[track_caller]
    pub fn dot(&self, other: &Tensor) -> Result<Tensor> {
        expect_rank("dot", &[(self, 1), (other, 1)])?;
        self.times(other)
    }

    /// `x · wᵀ + b`, the affine layer: `x` (…, in), `weight` (out, in), `bias` (out) → (…, out); `weight` (in) → (…).
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let weight = Tensor::new([[1f32, 0.0], [0.0, 1.0], [1.0, 1.0]])?; // 2 in, 3 out
    /// let bias = Tensor::new([0f32, 0.0, 10.0])?;
    /// let y = Tensor::new([[1f32, 2.0]])?.linear(&weight, Some(&bias))?;
    /// assert_eq!(y.to_vec::<f32>()?, [1.0, 2.0, 13.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Sizes or dtypes that differ.
    #[track_caller]
    pub fn linear(&self, weight: &Tensor, bias: Option<&Tensor>) -> Result<Tensor> {
        const OP: &str = "linear";
        if weight.rank() == 1 {
            // One output, which gets no dimension.
            let out = self.matmul(weight)?;
            return match bias {
                Some(b) => out.add(b),
                None => Ok(out),
            };
        }
        expect_rank(OP, &[(weight, 2)])?;
        let (x, weight) = (for_product(self)?, for_product(weight)?);
        let (x, weight): (&Tensor, &Tensor) = (&x, &weight);
        let bias = bias.map(for_product).transpose()?;
        let bias = bias.as_deref();
        let (out_features, in_features) = (weight.dims()[0], weight.dims()[1]);
        if x.rank() == 0 || x.dims()[x.rank() - 1] != in_features {
            return Err(Error::shape(
                OP,
                format!(
                    "input of shape {} for a weight of shape {} (out, in); its last size must be {in_features}",
                    x.shape(),
                    weight.shape()
                ),
            ));
        }
        same_dtype(OP, x, weight)?;
        if let Some(b) = bias {
            if b.shape() != &[out_features] {
                return Err(Error::shape(
                    OP,
                    format!("bias of shape {} for {out_features} outputs", b.shape()),
                ));
            }
            same_dtype(OP, x, b)?;
        }
        if x.rank() == 2 {
            return linear_2d(x, weight, bias);
        }
        let rows = x.numel() / in_features.max(1);
        if in_features == 0 {
            let lead: Dims = x.dims()[..x.rank() - 1].iter().copied().collect();
            let rows = Shape::from_dims(lead)?.numel();
            let mut dims = Dims::from_slice(x.dims());
            dims[x.rank() - 1] = out_features;
            return linear_2d(&x.reshape(&[rows, 0][..])?, weight, bias)?.reshape(dims.as_slice());
        }
        let mut dims = Dims::from_slice(x.dims());
        dims[x.rank() - 1] = out_features;
        // The weight's own first dimension is the last one here.
        let columns = Shape::new(&[out_features])?.named_after(weight.shape(), [Some(0)]);
        let shape = Shape::from_dims(dims)?.of_product(x.shape(), &columns);
        linear_2d(&x.reshape(&[rows, in_features][..])?, weight, bias)?.laid_as(shape)
    }

    /// `beta · self + alpha · (a · b)`.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, DType};
    /// let (a, b) = (Tensor::new([[1f32, 2.0]])?, Tensor::eye(2, None, DType::F32)?);
    /// let y = Tensor::new([10f32, 20.0])?.addmm(&a, &b, 1.0, 2.0)?;
    /// assert_eq!(y.to_vec::<f32>()?, [12.0, 24.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Tensor::mm`]; a shape that doesn't broadcast to the product's.
    #[track_caller]
    pub fn addmm(&self, a: &Tensor, b: &Tensor, beta: f64, alpha: f64) -> Result<Tensor> {
        expect_rank("addmm", &[(a, 2), (b, 2)])?;
        let (base, product) = (for_product(self)?, a.matmul(b)?);
        let product = if alpha == 1.0 {
            product
        } else {
            product.mul(alpha)?
        };
        match beta {
            0.0 => Ok(product),
            1.0 => product.add(&*base),
            _ => product.add(&base.mul(beta)?),
        }
    }

    /// The products of all pairs of elements of two vectors, (n) and (m) → (n, m).
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let (a, b) = (Tensor::new([1f32, 2.0])?, Tensor::new([3f32, 4.0])?);
    /// assert_eq!(a.outer(&b)?.to_vec::<f32>()?, [3.0, 4.0, 6.0, 8.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Other than one dimension.
    #[track_caller]
    pub fn outer(&self, other: &Tensor) -> Result<Tensor> {
        expect_rank("outer", &[(self, 1), (other, 1)])?;
        self.unsqueeze(1)?.mul(other)
    }
}

/// `x` (rows, in), `weight` (out, in), `bias` (out) → (rows, out)
#[track_caller]
fn linear_2d(x: &Tensor, weight: &Tensor, bias: Option<&Tensor>) -> Result<Tensor> {
    if x.dtype().is_complex() {
        let out = x.times(&weight.t()?)?;
        return match bias {
            Some(bias) => out.add(bias),
            None => Ok(out),
        };
    }
    let transposed = Tensor::over(
        weight.0.storage.clone(),
        weight.layout().permute(&[1, 0]),
        weight.dtype(),
    )?;
    let out = multiply("linear", x, &transposed, bias)?;
    let mut inputs: SmallVec<[&Tensor; 3]> = smallvec![x, weight];
    inputs.extend(bias);
    if tracks(&inputs) {
        let saved = (b_if(x, weight), b_if(weight, x));
        record(
            "linear",
            &inputs,
            &[&out],
            saved,
            |(weight, x), call, grads| {
                let mut out: Grads = smallvec![None, None, None];
                let Some(g) = grads.into_iter().next().flatten() else {
                    return Ok(out);
                };
                if let (true, Some(weight)) = (call.needs(0), weight) {
                    out[0] = Some(g.times(&weight.get(call)?)?);
                }
                if let (true, Some(x)) = (call.needs(1), x) {
                    out[1] = Some(g.t()?.times(&x.get(call)?)?);
                }
                if call.needs(2) {
                    // The engine sums over the rows.
                    out[2] = Some(g);
                }
                Ok(out)
            },
        )?;
    }
    Ok(out)
}

#[track_caller]
pub(super) fn expect_rank(op: &'static str, tensors: &[(&Tensor, usize)]) -> Result<()> {
    if tensors.iter().all(|(t, rank)| t.rank() == *rank) {
        return Ok(());
    }
    let (want, got): (Vec<_>, Vec<_>) = tensors
        .iter()
        .map(|(t, rank)| (rank.to_string(), t.shape().to_string()))
        .unzip();
    Err(Error::shape(
        op,
        format!(
            "expected {} dimensions, got shapes {}",
            want.join(" and "),
            got.join(" and ")
        ),
    ))
}
