//! A tensor kept for the backward, with proof that nobody has written to it since.

use super::node::{Call, attach};
use crate::{Error, Result, Tensor};

/// A tensor kept for the backward.
pub(crate) struct Saved {
    tensor: Tensor,
    version: u64,
    /// Which output of the operation this is. A saved output is kept without its node: a node that held itself would
    /// never be freed.
    output: Option<u32>,
}

impl Saved {
    /// An input of the operation, or anything else that doesn't depend on it.
    pub fn input(tensor: &Tensor) -> Saved {
        Saved {
            tensor: tensor.clone(),
            version: tensor.0.storage.version(),
            output: None,
        }
    }

    /// Output `index` of the operation.
    pub fn output(tensor: &Tensor, index: u32) -> Saved {
        Saved {
            tensor: tensor.detach(),
            version: tensor.0.storage.version(),
            output: Some(index),
        }
    }

    /// The only output of an in-place operation that is about to write it.
    pub fn output_to_be_written(tensor: &Tensor) -> Saved {
        Saved {
            version: tensor.0.storage.version() + 1,
            ..Saved::output(tensor, 0)
        }
    }

    /// The tensor as it was.
    ///
    /// # Errors
    /// An in-place operation has written to it since; the error names both lines.
    pub fn get(&self, call: &Call) -> Result<Tensor> {
        let storage = &self.tensor.0.storage;
        if storage.version() != self.version {
            let by = match storage.last_write() {
                Some(at) => format!("written to in place at {}:{}", at.file(), at.line()),
                None => "written to in place".to_string(),
            };
            let made = call.node.location;
            return Err(Error::autograd(
                call.node.op,
                format!(
                    "a tensor of shape {} that the gradient of {} (at {}:{}) needs was {by} afterwards; use the out-of-place operation, or clone the tensor before",
                    self.tensor.shape(),
                    call.node.op,
                    made.file(),
                    made.line()
                ),
            ));
        }
        Ok(match self.output {
            Some(index) if super::is_grad_enabled() => {
                let tensor = self.tensor.detach();
                attach(&tensor, call.node, index);
                tensor
            }
            _ => self.tensor.clone(),
        })
    }
}
