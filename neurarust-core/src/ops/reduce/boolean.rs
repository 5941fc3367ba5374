//! Questions about elements being non-zero.

use super::sum::{IsSet, counted, told};
use super::{Axes, Map, accumulate_in, fold, fold_map};
use crate::cpu::kernel::MAX_PARAMS;
use crate::cpu::reduce::Combine;
use crate::{DType, Result, Tensor};

impl Tensor {
    /// Number of elements that aren't 0, as `i64`.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// assert_eq!(Tensor::new([[0f32, 1.0], [2.0, 0.0]])?.count_nonzero()?.item::<i64>()?, 2);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// No memory.
    #[track_caller]
    pub fn count_nonzero(&self) -> Result<Tensor> {
        self.count_nonzero_dims(&[], false)
    }

    /// Number of elements that aren't 0 over `dims` (all if empty), as `i64`.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::new([[0i64, 1], [0, 2]])?;
    /// assert_eq!(x.count_nonzero_dims(&[0], false)?.to_vec::<i64>()?, [0, 2]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A dimension that isn't there, or that is named twice.
    #[track_caller]
    pub fn count_nonzero_dims(&self, dims: &[i64], keepdim: bool) -> Result<Tensor> {
        ask("count_nonzero", Combine::Sum, self, dims, keepdim)?.to_dtype(DType::I64)
    }

    /// Whether no element is 0; true if there are none.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::new([1f32, 2.0])?;
    /// assert!(x.gt(0.0)?.all()?.item::<bool>()?);
    /// assert!(!x.gt(1.0)?.all()?.item::<bool>()?);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// No memory.
    #[track_caller]
    pub fn all(&self) -> Result<Tensor> {
        self.all_dims(&[], false)
    }

    /// Whether no element is 0 over `dims` (all if empty), which stay as size 1 if `keepdim`.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::new([[true, true], [true, false]])?;
    /// assert_eq!(x.all_dims(&[1], false)?.to_vec::<bool>()?, [true, false]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A dimension that isn't there, or that is named twice.
    #[track_caller]
    pub fn all_dims(&self, dims: &[i64], keepdim: bool) -> Result<Tensor> {
        ask("all", Combine::Min, self, dims, keepdim)?.to_dtype(DType::Bool)
    }

    /// Whether an element isn't 0; false if there are none.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// assert!(Tensor::new([1f32, f32::NAN])?.isnan()?.any()?.item::<bool>()?);
    /// assert!(!Tensor::zeros([0])?.any()?.item::<bool>()?);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// No memory.
    #[track_caller]
    pub fn any(&self) -> Result<Tensor> {
        self.any_dims(&[], false)
    }

    /// Whether an element isn't 0 over `dims` (all if empty), which stay as size 1 if `keepdim`.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::new([[0i64, 3], [0, 0]])?;
    /// assert_eq!(x.any_dims(&[-1], true)?.dims(), [2, 1]);
    /// assert_eq!(x.any_dims(&[-1], false)?.to_vec::<bool>()?, [true, false]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A dimension that isn't there, or that is named twice.
    #[track_caller]
    pub fn any_dims(&self, dims: &[i64], keepdim: bool) -> Result<Tensor> {
        // The largest of nothing is the smallest integer, which is no "false".
        ask("any", Combine::Sum, self, dims, keepdim)?.to_dtype(DType::Bool)
    }
}

/// The truth values of `x` combined, as numbers.
#[track_caller]
fn ask(
    op: &'static str,
    combine: Combine,
    x: &Tensor,
    dims: &[i64],
    keepdim: bool,
) -> Result<Tensor> {
    let axes = Axes::new(op, x, dims, keepdim)?;
    if x.dtype().is_float() && combine == Combine::Sum {
        return counted::<IsSet>(op, x, &axes);
    }
    if x.dtype().is_float() {
        let map = Map {
            variants: told::<IsSet>(),
            params: &[0.0; MAX_PARAMS],
        };
        let compute = accumulate_in(x.dtype());
        return fold_map(op, combine, &[x], Some(map), compute, &axes);
    }
    let truth = match x.dtype() {
        DType::Bool => x.detach(),
        _ => x.detach().ne(0i64)?,
    };
    fold(op, combine, &truth, &axes)
}
