//! Attention: a weighted mean of values, by how well keys match queries.

use crate::autograd::for_product;
use crate::{DType, Error, Result, Tensor};

/// How [`Tensor::scaled_dot_product_attention`] weighs.
///
/// ```
/// # use neurarust_core::{Tensor, ops::attention::Attention};
/// let x = Tensor::zeros([1, 2, 4])?;
/// let v = Tensor::new([[[1f32], [3.0]]])?;
/// let first = Attention { mask: Some(Tensor::new([true, false])?), ..Attention::default() };
/// assert_eq!(x.scaled_dot_product_attention(&x, &v, &first)?.to_vec::<f32>()?, [1.0, 1.0]);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Attention {
    /// Which keys count (`bool`), or what is added to the scores (floats); broadcasts to (…, L, S).
    pub mask: Option<Tensor>,
    /// Probability of weights to be dropped.
    pub dropout: f64,
    /// Query i sees keys 0 to i only.
    pub causal: bool,
    /// Times the scores; 1 / √E if missing.
    pub scale: Option<f64>,
    /// Keys and values may have fewer heads (dimension -3), each of which serves several queries' heads.
    pub grouped_heads: bool,
}

impl Tensor {
    /// Queries (…, L, E), keys (…, S, E), values (…, S, V) → (…, L, V): `softmax(q kᵀ · scale + mask) v`. A query that may
    /// see no key answers 0.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, ops::attention::Attention};
    /// let q = Tensor::zeros([1, 2, 4])?;
    /// let v = Tensor::new([[[1.0f32], [3.0]]])?;
    /// let y = q.scaled_dot_product_attention(&q, &v, &Attention { causal: true, ..Attention::default() })?;
    /// assert_eq!(y.to_vec::<f32>()?, [1.0, 2.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Shapes or dtypes that don't fit; both a mask and `causal`.
    #[track_caller]
    pub fn scaled_dot_product_attention(
        &self,
        key: &Tensor,
        value: &Tensor,
        options: &Attention,
    ) -> Result<Tensor> {
        Ok(self.attention(key, value, options)?.0)
    }

    /// As [`Tensor::scaled_dot_product_attention`], and the weights (…, L, S) it has used.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, ops::attention::Attention};
    /// let q = Tensor::zeros([1, 2, 4])?;
    /// let v = Tensor::new([[[1f32], [3.0]]])?;
    /// let (y, weights) = q.attention(&q, &v, &Attention::default())?;
    /// assert_eq!(y.to_vec::<f32>()?, [2.0, 2.0]);
    /// assert_eq!(weights.to_vec::<f32>()?, [0.5; 4]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Tensor::scaled_dot_product_attention`].
    #[track_caller]
    pub fn attention(
        &self,
        key: &Tensor,
        value: &Tensor,
        options: &Attention,
    ) -> Result<(Tensor, Tensor)> {
        const OP: &str = "scaled_dot_product_attention";
        let _op = crate::profiler::op(OP);
        let [query, key, value] = [for_product(self)?, for_product(key)?, for_product(value)?];
        let all: [&Tensor; 3] = [&query, &key, &value];
        if all
            .iter()
            .any(|t| t.rank() < 2 || !t.dtype().is_float() || t.dtype() != query.dtype())
        {
            return Err(Error::shape(
                OP,
                format!(
                    "query {} {}, key {} {}, value {} {}; expected one floating-point type and two or more dimensions",
                    query.dtype(),
                    query.shape(),
                    key.dtype(),
                    key.shape(),
                    value.dtype(),
                    value.shape()
                ),
            ));
        }
        let fits = query.size(-1)? == key.size(-1)? && key.size(-2)? == value.size(-2)?;
        if !fits {
            return Err(Error::shape(
                OP,
                format!(
                    "query {}, key {}, value {}; expected (…, L, E), (…, S, E), (…, S, V)",
                    query.shape(),
                    key.shape(),
                    value.shape()
                ),
            ));
        }
        if options.causal && options.mask.is_some() {
            return Err(Error::new(
                crate::ErrorKind::Shape,
                OP,
                "a mask and causal exclude each other; put the causal part into the mask",
            ));
        }
        let (mut key, mut value) = (key.into_owned(), value.into_owned());
        if options.grouped_heads {
            for t in [&mut key, &mut value] {
                if query.rank() < 3 || t.rank() < 3 {
                    return Err(Error::shape(
                        OP,
                        "grouped heads need (…, heads, length, size)",
                    ));
                }
                let (heads, own) = (query.size(-3)?, t.size(-3)?);
                if own == 0 || heads % own != 0 {
                    return Err(Error::shape(
                        OP,
                        format!("{heads} heads of queries can't share {own} heads evenly"),
                    ));
                }
                *t = t.repeat_interleave(heads / own, -3)?;
            }
        }
        let (length, keys) = (query.size(-2)?, key.size(-2)?);
        let scale = match options.scale {
            Some(scale) => scale,
            None => 1.0 / (query.size(-1)? as f64).sqrt(),
        };
        let scores = query.mul(scale)?.times(&key.transpose(-2, -1)?)?;
        let hidden = match &options.mask {
            Some(mask) if mask.dtype() == DType::Bool => Some(mask.logical_not()?),
            None if options.causal => {
                let ones = Tensor::ones(([length, keys], DType::U8))?;
                Some(ones.triu(1)?.ne(0.0)?)
            }
            _ => None,
        };
        let scores = match (&hidden, &options.mask) {
            (Some(hidden), _) => {
                if scores.shape().broadcast(hidden.shape(), OP)? != *scores.shape() {
                    return Err(misfit(OP, hidden, &scores));
                }
                scores.masked_fill(hidden, f64::NEG_INFINITY)?
            }
            (None, Some(mask)) => {
                if !mask.dtype().is_float() {
                    return Err(Error::dtype(
                        OP,
                        format!(
                            "a mask of {}; expected bool (true takes part) or floats to add",
                            mask.dtype()
                        ),
                    ));
                }
                if scores.shape().broadcast(mask.shape(), OP)? != *scores.shape() {
                    return Err(misfit(OP, mask, &scores));
                }
                scores.add(&mask.to_dtype(scores.dtype())?)?
            }
            (None, None) => scores,
        };
        let weights = match options.mask.is_some() {
            true => scores.safe_softmax(-1)?,
            false => scores.softmax(-1)?,
        };
        let dropped = weights.dropout(options.dropout, options.dropout > 0.0)?;
        Ok((dropped.times(&value)?, dropped))
    }

    /// [`Tensor::softmax`], but 0 where all of `dim` is -∞.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::full([2], f64::NEG_INFINITY)?;
    /// assert_eq!(x.safe_softmax(0)?.to_vec::<f32>()?, [0.0, 0.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Tensor::softmax`].
    #[track_caller]
    pub fn safe_softmax(&self, dim: i64) -> Result<Tensor> {
        if self.rank() == 0 || self.numel() == 0 {
            return self.softmax(dim);
        }
        let nothing = self
            .detach()
            .eq(f64::NEG_INFINITY)?
            .all_dims(&[dim], true)?;
        if !nothing.any()?.item::<bool>()? {
            return self.softmax(dim);
        }
        // Such a row's softmax is NaN, and so would be its gradient; what goes in is another row.
        self.masked_fill(&nothing, 0.0)?
            .softmax(dim)?
            .masked_fill(&nothing, 0.0)
    }
}

#[cold]
#[track_caller]
fn misfit(op: &'static str, mask: &Tensor, scores: &Tensor) -> Error {
    Error::shape(
        op,
        format!(
            "a mask of shape {} doesn't broadcast to the scores' shape {}",
            mask.shape(),
            scores.shape()
        ),
    )
}
