//! Losses of representation learning and of unbalanced classes: contrastive, focal, overlap.

use super::{CrossEntropy, Reduction, same_shape};
use crate::{DType, Error, Result, Tensor};

/// Rows of length one.
#[track_caller]
fn unit_rows(x: &Tensor) -> Result<Tensor> {
    x.div(
        &x.square()?
            .sum_dims(&[-1], true)?
            .sqrt()?
            .clamp(1e-12, None)?,
    )
}

#[track_caller]
fn rows(op: &'static str, x: &Tensor) -> Result<()> {
    match x.rank() == 2 && x.dims()[0] > 0 && x.dtype().is_float() {
        true => Ok(()),
        false => Err(Error::shape(
            op,
            format!(
                "representations of shape {} and type {}; expected floats (N, features)",
                x.shape(),
                x.dtype()
            ),
        )),
    }
}

#[track_caller]
fn warm(op: &'static str, temperature: f64) -> Result<()> {
    match temperature > 0.0 {
        true => Ok(()),
        false => Err(Error::value(
            op,
            format!("temperature {temperature}; expected more than 0"),
        )),
    }
}

impl Tensor {
    /// InfoNCE (van den Oord et al., 2018): the cross-entropy of finding for each query (N, D) its own key among all keys
    /// (N, D), by cosine similarity over `temperature`.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, DType, ops::loss::Reduction};
    /// let x = Tensor::eye(2, None, DType::F32)?;
    /// let loss = x.info_nce_loss(&x, 1.0, Reduction::Mean)?.item::<f32>()?;
    /// assert!((loss - ((1f32.exp() + 1.0).ln() - 1.0)).abs() < 1e-6);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Shapes that differ or aren't (N, D); a temperature that isn't positive.
    #[track_caller]
    pub fn info_nce_loss(
        &self,
        keys: &Tensor,
        temperature: f64,
        reduction: Reduction,
    ) -> Result<Tensor> {
        const OP: &str = "info_nce_loss";
        rows(OP, self)?;
        same_shape(OP, self, keys)?;
        warm(OP, temperature)?;
        let scores = unit_rows(self)?
            .matmul(&unit_rows(keys)?.t()?)?
            .div(temperature)?;
        let own = Tensor::arange(0..self.dims()[0] as i64)?;
        let options = CrossEntropy {
            reduction,
            ..CrossEntropy::default()
        };
        scores.cross_entropy(&own, &options)
    }

    /// NT-Xent (SimCLR; Chen et al., 2020): each of the 2N views `self` and `other` (N, D) has to find its twin among all
    /// other views. Unreduced: (2N), the views of `self` first.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, DType, ops::loss::Reduction};
    /// let x = Tensor::eye(2, None, DType::F32)?;
    /// let loss = x.nt_xent_loss(&x, 1.0, Reduction::None)?; // (4)
    /// assert!((loss.to_vec::<f32>()?[3] - ((1f32.exp() + 2.0).ln() - 1.0)).abs() < 1e-6);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Tensor::info_nce_loss`].
    #[track_caller]
    pub fn nt_xent_loss(
        &self,
        other: &Tensor,
        temperature: f64,
        reduction: Reduction,
    ) -> Result<Tensor> {
        const OP: &str = "nt_xent_loss";
        rows(OP, self)?;
        same_shape(OP, self, other)?;
        warm(OP, temperature)?;
        let n = self.dims()[0];
        let views = unit_rows(&Tensor::cat(&[self, other], 0)?)?;
        let itself = Tensor::eye(2 * n, None, DType::F32)?.ne(0.0)?;
        let scores = views
            .matmul(&views.t()?)?
            .div(temperature)?
            .masked_fill(&itself, f64::NEG_INFINITY)?;
        let twins: Vec<i64> = (0..2 * n).map(|i| ((i + n) % (2 * n)) as i64).collect();
        let options = CrossEntropy {
            reduction,
            ..CrossEntropy::default()
        };
        scores.cross_entropy(&Tensor::from_vec(twins, [2 * n])?, &options)
    }

    /// The supervised contrastive loss (Khosla et al., 2020): representations (N, D) of the same label (N) attract each
    /// other. `-mean ln p(j)` over the others j of i's label; samples that are alone with theirs count 0 and are left out of
    /// the mean.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, ops::loss::Reduction};
    /// let x = Tensor::new([[1f32, 0.0], [0.0, 1.0], [1.0, 0.0], [0.0, 1.0]])?;
    /// let labels = Tensor::new([0i64, 1, 0, 1])?;
    /// let loss = x.supervised_contrastive_loss(&labels, 1.0, Reduction::Mean)?.item::<f32>()?;
    /// assert!((loss - ((1f32.exp() + 2.0).ln() - 1.0)).abs() < 1e-6);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Shapes that don't fit; a temperature that isn't positive.
    #[track_caller]
    pub fn supervised_contrastive_loss(
        &self,
        labels: &Tensor,
        temperature: f64,
        reduction: Reduction,
    ) -> Result<Tensor> {
        const OP: &str = "supervised_contrastive_loss";
        rows(OP, self)?;
        warm(OP, temperature)?;
        let n = self.dims()[0];
        if labels.dims() != [n] {
            return Err(Error::shape(
                OP,
                format!(
                    "labels of shape {} for representations of shape {}; expected ({n})",
                    labels.shape(),
                    self.shape()
                ),
            ));
        }
        let x = unit_rows(self)?;
        let itself = Tensor::eye(n, None, DType::F32)?.ne(0.0)?;
        let logs = x
            .matmul(&x.t()?)?
            .div(temperature)?
            .masked_fill(&itself, f64::NEG_INFINITY)?
            .log_softmax(-1)?
            .masked_fill(&itself, 0.0)?;
        let labels = labels.detach();
        let friends = labels
            .unsqueeze(1)?
            .eq(&labels.unsqueeze(0)?)?
            .logical_and(&itself.logical_not()?)?;
        let counts = friends.to_dtype(x.dtype())?.sum_dims(&[1], false)?;
        // A single sample's row has no other; its log-softmax is NaN and not looked at.
        let losses = logs
            .masked_fill(&friends.logical_not()?, 0.0)?
            .sum_dims(&[1], false)?
            .neg()?
            .div(&counts.clamp(1.0, None)?)?;
        match reduction {
            Reduction::Mean => losses.sum()?.div(
                &counts
                    .gt(0.0)?
                    .to_dtype(x.dtype())?
                    .sum()?
                    .clamp(1.0, None)?,
            ),
            reduction => reduction.of(losses),
        }
    }

    /// The focal loss (Lin et al., 2017) of logits against 0 or 1, of any one shape: `-α (1 - p)ᵞ ln p` of the right answer's
    /// probability p. `alpha` is the weight of positives, `1 - alpha` that of negatives; negative `alpha` weighs nothing.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, ops::loss::Reduction};
    /// let (x, t) = (Tensor::zeros([1])?, Tensor::ones([1])?);
    /// let loss = x.sigmoid_focal_loss(&t, 0.25, 2.0, Reduction::Mean)?.item::<f32>()?;
    /// assert!((loss - 0.25 * 0.25 * 2f32.ln()).abs() < 1e-6);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Shapes that differ; `alpha` above 1; a negative `gamma`.
    #[track_caller]
    pub fn sigmoid_focal_loss(
        &self,
        target: &Tensor,
        alpha: f64,
        gamma: f64,
        reduction: Reduction,
    ) -> Result<Tensor> {
        const OP: &str = "sigmoid_focal_loss";
        same_shape(OP, self, target)?;
        if alpha > 1.0 || gamma.is_nan() || gamma < 0.0 || alpha.is_nan() {
            return Err(Error::value(
                OP,
                format!(
                    "alpha {alpha}, gamma {gamma}; expected alpha up to 1 and gamma of 0 or more"
                ),
            ));
        }
        let target = target.to_dtype(self.dtype())?;
        let errors = self.binary_cross_entropy_with_logits(&target, None, None, Reduction::None)?;
        let p = self.sigmoid()?;
        // 1 - p of the right answer: p + t - 2pt.
        let wrong = p.add(&target)?.sub(&p.mul(&target)?.mul(2.0)?)?;
        let errors = match gamma {
            0.0 => errors,
            gamma => errors.mul(&wrong.pow(gamma)?)?,
        };
        match alpha < 0.0 {
            true => reduction.of(errors),
            false => {
                let weight = target.mul(2.0 * alpha - 1.0)?.add(1.0 - alpha)?;
                reduction.of(errors.mul(&weight)?)
            }
        }
    }

    /// The focal loss of logits (N, C, …) against classes (N, …): `-w[y] (1 - p)ᵞ ln p` of the right class's probability p.
    /// The mean is over the elements. `weight` (C).
    ///
    /// ```
    /// # use neurarust_core::{Tensor, ops::loss::Reduction};
    /// let loss = Tensor::zeros([1, 2])?.focal_loss(&Tensor::new([0i64])?, 2.0, None, Reduction::Mean)?;
    /// assert!((loss.item::<f32>()? - 0.25 * 2f32.ln()).abs() < 1e-6);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Tensor::cross_entropy`]; a negative `gamma`.
    #[track_caller]
    pub fn focal_loss(
        &self,
        target: &Tensor,
        gamma: f64,
        weight: Option<&Tensor>,
        reduction: Reduction,
    ) -> Result<Tensor> {
        const OP: &str = "focal_loss";
        if gamma.is_nan() || gamma < 0.0 {
            return Err(Error::value(
                OP,
                format!("gamma {gamma}; expected 0 or more"),
            ));
        }
        let options = |weight: Option<&Tensor>| CrossEntropy {
            reduction: Reduction::None,
            weight: weight.cloned(),
            ..CrossEntropy::default()
        };
        let errors = self.cross_entropy(target, &options(weight))?;
        if gamma == 0.0 {
            return reduction.of(errors);
        }
        let plain = match weight {
            Some(_) => self.cross_entropy(target, &options(None))?,
            None => errors.clone(),
        };
        // 1 - p, exact near 0.
        let wrong = plain.neg()?.expm1()?.neg()?;
        reduction.of(errors.mul(&wrong.pow(gamma)?)?)
    }

    /// The Dice loss (Milletari et al., 2016) of probabilities (N, …) against 0 or 1 of the same shape, per sample:
    /// `1 - (2 Σ p t + smooth) / (Σ p + Σ t + smooth)` → (N).
    ///
    /// ```
    /// # use neurarust_core::{Tensor, ops::loss::Reduction};
    /// let (p, t) = (Tensor::new([[1f32, 1.0]])?, Tensor::new([[1f32, 0.0]])?);
    /// let loss = p.dice_loss(&t, 1.0, Reduction::Mean)?; // 1 - (2 + 1) / (2 + 1 + 1)
    /// assert_eq!(loss.item::<f32>()?, 0.25);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Shapes that differ; no dimension of samples; a negative `smooth`.
    #[track_caller]
    pub fn dice_loss(&self, target: &Tensor, smooth: f64, reduction: Reduction) -> Result<Tensor> {
        const OP: &str = "dice_loss";
        same_shape(OP, self, target)?;
        if self.rank() == 0 || smooth.is_nan() || smooth < 0.0 {
            return Err(Error::value(
                OP,
                format!(
                    "probabilities of shape {} and smooth {smooth}; expected (N, …), and 0 or more",
                    self.shape()
                ),
            ));
        }
        let target = target.to_dtype(self.dtype())?;
        let sum = |t: &Tensor| match t.rank() {
            1 => Ok(t.clone()),
            _ => t.flatten(1, -1)?.sum_dims(&[1], false),
        };
        let both = sum(&self.mul(&target)?)?.mul(2.0)?.add(smooth)?;
        let each = sum(self)?.add(&sum(&target)?)?.add(smooth)?;
        reduction.of(both.div(&each)?.neg()?.add(1.0)?)
    }
}
