//! Reductions.

use crate::autograd::{record, tracks};
use crate::layout::{Dims, Shape};
use crate::{Result, Tensor};
use smallvec::smallvec;

impl Tensor {
    /// Sum of all elements.
    #[track_caller]
    pub fn sum(&self) -> Result<Tensor> {
        self.sum_to(&Shape::scalar())
    }

    /// Summed to `shape`, which broadcasts to this tensor's.
    #[track_caller]
    pub(crate) fn sum_to(&self, shape: &Shape) -> Result<Tensor> {
        let lead = self.rank() - shape.rank();
        let mut out = Tensor::zeroed(shape.clone(), self.dtype())?;
        let strides: Dims = (0..self.rank())
            .map(|d| {
                if d < lead || shape[d - lead] == 1 {
                    0
                } else {
                    shape.strides()[d - lead] as usize
                }
            })
            .collect();
        let x = self.detach().to_dtype(crate::DType::F64)?.to_vec::<f64>()?;
        let mut acc = vec![0.0; shape.numel()];
        for (i, v) in x.iter().enumerate() {
            let (mut rest, mut at) = (i, 0);
            for d in (0..self.rank()).rev() {
                at += rest % self.dims()[d] * strides[d];
                rest /= self.dims()[d];
            }
            acc[at] += v;
        }
        out = Tensor::from_vec(acc, shape)?.to_dtype(out.dtype())?;
        if tracks(&[self]) {
            let from = self.shape().clone();
            record("sum", &[self], &[&out], (), move |_, _, g| {
                Ok(smallvec![
                    g[0].as_ref().map(|g| g.expand_to(&from)).transpose()?
                ])
            })?;
        }
        Ok(out)
    }
}
