//! Rows of a table by index.

use crate::builder::builder;
use crate::call::begin;
use crate::{Forward, Module, init};
use neurarust_core::ops::embedding::Lookup;
use neurarust_core::{DType, Error, Result, Tensor, no_grad};

/// Rows of a learned table by integer index: (…) → (…, features).
///
/// ```
/// use neurarust_core::Tensor;
/// use neurarust_nn::{Embedding, Forward};
/// let table = Embedding::builder(10, 3).padding_idx(0).build()?;
/// let y = table.forward(&Tensor::new([[1i64, 0], [4, 9]])?)?;
/// assert_eq!(y.dims(), [2, 2, 3]);
/// assert_eq!(y.to_vec::<f32>()?[3..6], [0.0; 3]);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
#[derive(Clone, Module)]
#[module(describe = Self::describe)]
pub struct Embedding {
    /// (vocabulary, features)
    pub weight: Tensor,
    padding_idx: Option<usize>,
    sparse: bool,
}

builder! {
    /// A table of standard normal numbers.
    ///
    /// # Errors
    /// Sizes that memory can't hold.
    EmbeddingBuilder makes Embedding from (num_embeddings: usize => usize, embedding_dim: usize => usize), such as (10, 3)
    /// A row that starts at zero and is not trained.
    padding_idx: usize => Option<usize> = None::<usize>, padding_idx(0) => layer.tree().contains("padding_idx=0");
    /// The gradient is of the rows that were read only; SparseAdam takes it, and SGD without momentum and Adagrad, both
    /// without weight decay.
    sparse: bool => bool = false, sparse(true) => layer.tree().contains("sparse=true");
    /// The element type, `f32`.
    dtype: DType => DType = DType::F32, dtype(DType::F64) => layer.parameters()[0].dtype() == DType::F64;
}

impl EmbeddingBuilder {
    /// The layer.
    ///
    /// ```
    /// use neurarust_nn::Embedding;
    /// assert_eq!(Embedding::builder(10, 3).build()?.weight.dims(), [10, 3]);
    /// assert!(Embedding::builder(10, 3).padding_idx(10).build().is_err());
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Sizes that memory can't hold, a padding row that isn't there, a dtype that isn't floating-point.
    #[track_caller]
    pub fn build(self) -> Result<Embedding> {
        let weight = Tensor::zeros(([self.num_embeddings, self.embedding_dim], self.dtype))?;
        init::normal_(&weight, 0.0, 1.0)?;
        if let Some(row) = self.padding_idx {
            check_padding(row, self.num_embeddings)?;
            let _guard = no_grad();
            weight.narrow(0, row as i64, 1)?.zero_()?;
        }
        Ok(Embedding {
            weight: weight.requires_grad()?,
            padding_idx: self.padding_idx,
            sparse: self.sparse,
        })
    }
}

#[track_caller]
fn check_padding(row: usize, rows: usize) -> Result<()> {
    if row < rows {
        return Ok(());
    }
    Err(Error::index(
        "Embedding",
        format!("padding_idx {row} of a table of {rows} rows"),
    ))
}

impl Embedding {
    /// A table (vocabulary, features) that exists already; `freeze` keeps it from being trained.
    ///
    /// ```
    /// use neurarust_core::Tensor;
    /// use neurarust_nn::{Embedding, Forward, Module};
    /// let layer = Embedding::from_pretrained(&Tensor::new([[1f32, 2.0], [3.0, 4.0]])?, true)?;
    /// assert_eq!(layer.forward(&Tensor::new([1i64])?)?.to_vec::<f32>()?, [3.0, 4.0]);
    /// assert!(!layer.weight.is_requires_grad());
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A table that isn't 2-d or isn't floating-point.
    #[track_caller]
    pub fn from_pretrained(table: &Tensor, freeze: bool) -> Result<Embedding> {
        if table.rank() != 2 {
            return Err(Error::shape(
                "Embedding",
                format!(
                    "expected a table (vocabulary, features), got shape {}",
                    table.shape()
                ),
            ));
        }
        let weight = table.detach();
        weight.set_requires_grad(!freeze)?;
        Ok(Embedding {
            weight,
            padding_idx: None,
            sparse: false,
        })
    }

    fn describe(&self) -> String {
        let [rows, features] = [0, 1].map(|i| self.weight.dims().get(i).copied().unwrap_or(0));
        let mut text = format!("{rows}, {features}");
        if let Some(row) = self.padding_idx {
            text += &format!(", padding_idx={row}");
        }
        if self.sparse {
            text += ", sparse=true";
        }
        text
    }
}

impl Forward for Embedding {
    #[track_caller]
    fn forward(&self, index: &Tensor) -> Result<Tensor> {
        let how = Lookup {
            padding: self.padding_idx,
            sparse: self.sparse,
            ..Lookup::default()
        };
        begin(self).end(self.weight.embedding_with(index, &how))
    }
}
