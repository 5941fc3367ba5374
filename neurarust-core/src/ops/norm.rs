//! Normalisation: of rows (layer norm, RMS norm), of channels over a batch, of groups of channels.

use super::apply::{compute, lock};
use super::reduce::{Axes, Map, accumulate_in, float_only, fold, fold_map};
use crate::autograd::{Call, Grads, Saved, is_grad_enabled, no_grad, record, tracks, vjp_of};
use crate::cpu::kernel::{self, MAX_PARAMS, Params};
use crate::cpu::reduce::Combine;
use crate::cpu::rows;
use crate::formula::Formula;
use crate::layout::Shape;
use crate::op::{OpTable, Parameters};
use crate::real::Real;
use crate::{DType, Error, Result, Tensor};
use smallvec::SmallVec;
use std::sync::LazyLock;

impl Tensor {
    /// Layer normalisation over the last dimensions, which are `normalized_shape`:
    /// `(x - mean) / √(variance + eps) · weight + bias`, with the population's variance. `weight` and `bias` are of
    /// `normalized_shape`.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let y = Tensor::new([[1.0f32, 3.0]])?.layer_norm(&[2], None, None, 0.0)?;
    /// assert_eq!(y.to_vec::<f32>()?, [-1.0, 1.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Integers and bools; shapes that don't fit.
    #[track_caller]
    pub fn layer_norm(
        &self,
        normalized_shape: &[usize],
        weight: Option<&Tensor>,
        bias: Option<&Tensor>,
        eps: f64,
    ) -> Result<Tensor> {
        by_rows(
            "layer_norm",
            self,
            normalized_shape,
            [weight, bias],
            true,
            eps,
        )
    }

    /// Normalisation by the root mean square of the last dimensions, which are `normalized_shape`:
    /// `x / √(mean(x²) + eps) · weight`.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let y = Tensor::new([[2f32, -2.0]])?.rms_norm(&[2], None, 0.0)?;
    /// assert_eq!(y.to_vec::<f32>()?, [1.0, -1.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Integers and bools; shapes that don't fit.
    #[track_caller]
    pub fn rms_norm(
        &self,
        normalized_shape: &[usize],
        weight: Option<&Tensor>,
        eps: f64,
    ) -> Result<Tensor> {
        by_rows(
            "rms_norm",
            self,
            normalized_shape,
            [weight, None],
            false,
            eps,
        )
    }

    /// Batch normalisation of `(batch, channels, …)`: every channel to mean 0 and variance 1, then
    /// `· weight + bias`, all of shape `(channels)`.
    ///
    /// With `training` the batch's own statistics are used, and the running ones, if given, move towards them by
    /// `momentum` (the variance towards the unbiased one); otherwise the running ones are used.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let (mean, var) = (Tensor::zeros([1])?, Tensor::ones([1])?);
    /// let x = Tensor::new([[1f32], [3.0]])?; // two samples, one channel
    /// let y = x.batch_norm(Some(&mean), Some(&var), None, None, true, 0.5, 0.0)?;
    /// assert_eq!(y.to_vec::<f32>()?, [-1.0, 1.0]);
    /// assert_eq!((mean.item::<f32>()?, var.item::<f32>()?), (1.0, 1.5));
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Integers and bools; shapes that don't fit; no running statistics outside of training; one value per channel in
    /// training. Running statistics stay as they are then.
    #[track_caller]
    #[allow(clippy::too_many_arguments)]
    pub fn batch_norm(
        &self,
        running_mean: Option<&Tensor>,
        running_var: Option<&Tensor>,
        weight: Option<&Tensor>,
        bias: Option<&Tensor>,
        training: bool,
        momentum: f64,
        eps: f64,
    ) -> Result<Tensor> {
        const OP: &str = "batch_norm";
        let _op = crate::profiler::op(OP);
        if self.dims() == [0] {
            float_only(OP, self)?;
            return self.try_clone();
        }
        let channels = channels(OP, self)?;
        for (name, t) in [
            ("running_mean", running_mean),
            ("running_var", running_var),
            ("weight", weight),
            ("bias", bias),
        ] {
            fits(OP, name, t, &[channels], self)?;
        }
        if !training {
            let (Some(mean), Some(var)) = (running_mean, running_var) else {
                return Err(Error::value(
                    OP,
                    "outside of training running_mean and running_var are needed; pass them, or train",
                ));
            };
            let rstd = var.detach().add(eps)?.rsqrt()?;
            let scale = match weight {
                Some(w) => w.mul(&rstd)?,
                None => rstd,
            };
            let shift = mean.detach().mul(&scale)?.neg()?;
            let shift = match bias {
                Some(b) => b.add(&shift)?,
                None => shift,
            };
            let (scale, shift) = (beside(&scale, self)?, beside(&shift, self)?);
            return shift.addcmul(self, &scale, 1.0)?.to_dtype(self.dtype());
        }
        let dims: Vec<i64> = (0..self.rank() as i64).filter(|&d| d != 1).collect();
        let axes = Axes::new(OP, self, &dims, false)?;
        if axes.count <= 1 && self.numel() > 0 {
            return Err(Error::value(
                OP,
                format!(
                    "shape {} has one value per channel, whose variance says nothing; use a larger batch, or eval mode",
                    self.shape()
                ),
            ));
        }
        let (mean, var) = self.detach().moments(&axes, 0.0)?;
        let (y, rstd) = {
            let _guard = no_grad();
            let rstd = var.add(eps)?.rsqrt()?;
            let scale = match weight {
                Some(w) => w.mul(&rstd)?,
                None => rstd.clone(),
            };
            let shift = match bias {
                Some(b) => b.sub(&mean.mul(&scale)?)?,
                None => mean.mul(&scale)?.neg()?,
            };
            let (scale, shift) = (beside(&scale, self)?, beside(&shift, self)?);
            let y = shift.detach().addcmul(self.detach(), scale.detach(), 1.0)?;
            let y = y.to_dtype(self.dtype())?;
            let n = axes.count as f64;
            if let Some(running) = running_mean {
                running.mul_(1.0 - momentum)?.add_(&mean.mul(momentum)?)?;
            }
            if let Some(running) = running_var {
                let unbiased = var.mul(momentum * n / (n - 1.0))?;
                running.mul_(1.0 - momentum)?.add_(&unbiased)?;
            }
            (y, rstd)
        };
        let inputs: SmallVec<[&Tensor; 3]> =
            [Some(self), weight, bias].into_iter().flatten().collect();
        if tracks(&inputs) {
            let saved = Batch {
                x: Saved::input(self),
                weight: weight.map(Saved::input),
                mean,
                rstd,
                axes,
                eps,
            };
            record(OP, &inputs, &[&y], saved, Batch::vjp)?;
        }
        Ok(y)
    }

    /// Normalisation of `(batch, channels, …)` over each of `groups` groups of channels of each sample, then
    /// `· weight + bias`, both of shape `(channels)`.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::new([[[1f32, 1.0], [3.0, 3.0]]])?; // one sample, two channels of two
    /// assert_eq!(x.group_norm(1, None, None, 0.0)?.to_vec::<f32>()?, [-1.0, -1.0, 1.0, 1.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Integers and bools; shapes that don't fit; channels that can't be grouped evenly.
    #[track_caller]
    pub fn group_norm(
        &self,
        groups: usize,
        weight: Option<&Tensor>,
        bias: Option<&Tensor>,
        eps: f64,
    ) -> Result<Tensor> {
        const OP: &str = "group_norm";
        let _op = crate::profiler::op(OP);
        if channels(OP, self)? == 0 || self.dims()[2..].contains(&0) {
            return Err(Error::value(
                OP,
                format!(
                    "an input of shape {} has nothing to normalise; expected channels and positions, of which only the batch may be empty",
                    self.shape()
                ),
            ));
        }
        grouped(OP, self, groups, weight, bias, eps)
    }

    /// Normalisation of `(batch, channels, …)` over each channel of each sample, then `· weight + bias`, both of shape
    /// `(channels)`.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::new([[[1f32, 3.0], [10.0, 30.0]]])?;
    /// assert_eq!(x.instance_norm(None, None, 0.0)?.to_vec::<f32>()?, [-1.0, 1.0, -1.0, 1.0]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Integers and bools; shapes that don't fit.
    #[track_caller]
    pub fn instance_norm(
        &self,
        weight: Option<&Tensor>,
        bias: Option<&Tensor>,
        eps: f64,
    ) -> Result<Tensor> {
        let channels = channels("instance_norm", self)?;
        grouped("instance_norm", self, channels, weight, bias, eps)
    }
}

/// The number of channels of `(batch, channels, …)`.
#[track_caller]
fn channels(op: &'static str, x: &Tensor) -> Result<usize> {
    float_only(op, x)?;
    match x.dims().get(1) {
        Some(&channels) => Ok(channels),
        None => Err(Error::shape(
            op,
            format!("expected (batch, channels, …), got shape {}", x.shape()),
        )),
    }
}

#[track_caller]
fn fits(
    op: &'static str,
    name: &str,
    t: Option<&Tensor>,
    shape: &[usize],
    x: &Tensor,
) -> Result<()> {
    match t {
        Some(t) if t.dims() != shape || !t.dtype().is_float() => Err(Error::shape(
            op,
            format!(
                "{name} has shape {} and type {}; expected floats of shape {shape:?} for an input of shape {}",
                t.shape(),
                t.dtype(),
                x.shape()
            ),
        )),
        _ => Ok(()),
    }
}

/// `t`, of one number per channel, to broadcast along `x`.
#[track_caller]
fn beside(t: &Tensor, x: &Tensor) -> Result<Tensor> {
    let mut sizes: SmallVec<[i64; 6]> = SmallVec::from_elem(1, x.rank());
    sizes[1] = -1;
    if t.numel() == 0 {
        sizes[1] = 0;
    }
    t.reshape(sizes.as_slice())
}

#[track_caller]
fn grouped(
    op: &'static str,
    x: &Tensor,
    groups: usize,
    weight: Option<&Tensor>,
    bias: Option<&Tensor>,
    eps: f64,
) -> Result<Tensor> {
    let channels = channels(op, x)?;
    fits(op, "weight", weight, &[channels], x)?;
    fits(op, "bias", bias, &[channels], x)?;
    if groups == 0 || channels % groups != 0 {
        return Err(Error::value(
            op,
            format!("{channels} channels can't be cut into {groups} equal groups"),
        ));
    }
    if x.numel() == 0 {
        return x.try_clone();
    }
    let (batch, n) = (x.dims()[0], x.numel() / x.dims()[0] / groups);
    let rows = x.reshape([batch as i64, groups as i64, n as i64])?;
    let y = by_rows(op, &rows, &[n], [None, None], true, eps)?.reshape(x.shape())?;
    let y = match (weight, bias) {
        (None, None) => return Ok(y),
        (Some(w), Some(b)) => beside(b, x)?.addcmul(&y, beside(w, x)?, 1.0)?,
        (Some(w), None) => y.mul(&beside(w, x)?)?,
        (None, Some(b)) => y.add(&beside(b, x)?)?,
    };
    y.to_dtype(x.dtype())
}

// ---- rows ----

/// What the gradient of a normalisation of rows needs.
struct Row {
    x: Saved,
    weight: Option<Saved>,
    stats: [Tensor; 2],
    /// The dimensions of a row.
    shape: Shape,
    center: bool,
    eps: f64,
}

/// `t` as the row kernels read it.
#[track_caller]
fn plain(t: &Tensor, dtype: DType) -> Result<Tensor> {
    t.detach().to_dtype(dtype)?.contiguous()
}

#[track_caller]
fn by_rows(
    op: &'static str,
    x: &Tensor,
    normalized: &[usize],
    [weight, bias]: [Option<&Tensor>; 2],
    center: bool,
    eps: f64,
) -> Result<Tensor> {
    float_only(op, x)?;
    if normalized.is_empty() || !x.dims().ends_with(normalized) {
        return Err(Error::shape(
            op,
            format!(
                "normalized_shape {normalized:?} isn't the end of the input's shape {}",
                x.shape()
            ),
        ));
    }
    fits(op, "weight", weight, normalized, x)?;
    fits(op, "bias", bias, normalized, x)?;
    if x.numel() == 0 {
        return x.try_clone();
    }
    // A part of a shape that could be counted.
    let n: usize = normalized.iter().product();
    let dtype = accumulate_in(x.dtype()).dtype();
    let read = plain(x, dtype)?;
    let w = weight.map(|w| plain(w, dtype)).transpose()?;
    let b = bias.map(|b| plain(b, dtype)).transpose()?;
    let result = {
        let reads: SmallVec<[&Tensor; 3]> = [Some(&read), w.as_ref(), b.as_ref()]
            .into_iter()
            .flatten()
            .collect();
        let _access = lock(op, &reads, &[])?;
        rows::normalize(&read, w.as_ref(), b.as_ref(), n, center, eps)?
    };
    let y = result.y.to_dtype(x.dtype())?;
    let inputs: SmallVec<[&Tensor; 3]> = [Some(x), weight, bias].into_iter().flatten().collect();
    if tracks(&inputs) {
        let saved = Row {
            x: Saved::input(x),
            weight: weight.map(Saved::input),
            stats: [result.mean, result.rstd],
            shape: Shape::new(normalized)?,
            center,
            eps,
        };
        record(op, &inputs, &[&y], saved, Row::vjp)?;
    }
    Ok(y)
}

impl Row {
    fn vjp(&self, call: &Call, grads: Grads) -> Result<Grads> {
        let weighted = self.weight.is_some();
        let count = call.node.edges.len();
        let Some(g) = &grads[0] else {
            return Ok(SmallVec::from_elem(None, count));
        };
        let x = self.x.get(call)?;
        let weight = self.weight.as_ref().map(|w| w.get(call)).transpose()?;
        let bias_at = 1 + weighted as usize;
        let mut out: Grads = SmallVec::from_elem(None, count);
        if is_grad_enabled() {
            let both = vjp_of(&[Some(x), weight], g, |t| self.composite(t))?;
            out[0] = both[0].clone();
            if weighted {
                out[1] = both[1].clone();
            }
            if bias_at < count {
                out[bias_at] = Some(g.clone());
            }
            return Ok(out);
        }
        let dtype = self.stats[0].dtype();
        let (read, g) = (plain(&x, dtype)?, plain(g, dtype)?);
        let w = weight.as_ref().map(|w| plain(w, dtype)).transpose()?;
        let needs = [
            call.needs(0),
            weighted && call.needs(1),
            bias_at < count && call.needs(bias_at),
        ];
        let [dx, dw, db] = {
            let reads: SmallVec<[&Tensor; 3]> = [Some(&read), w.as_ref(), Some(&g)]
                .into_iter()
                .flatten()
                .collect();
            let _access = lock(call.node.op, &reads, &[])?;
            let stats = [&self.stats[0], &self.stats[1]];
            rows::normalize_back(
                &read,
                w.as_ref(),
                stats,
                &g,
                self.shape.numel(),
                self.center,
                needs,
            )?
        };
        out[0] = dx;
        // One row per task, to be summed, in the shape of the normalised dimensions.
        let total = |t: Option<Tensor>, at: usize| -> Result<Option<Tensor>> {
            t.map(|t| t.sum_dims(&[0], false)?.reshape(&self.shape))
                .transpose()
                .map(|t| t.filter(|_| call.needs(at)))
        };
        if weighted {
            out[1] = total(dw, 1)?;
        }
        if bias_at < count {
            out[bias_at] = total(db, bias_at)?;
        }
        Ok(out)
    }

    /// The normalisation out of differentiable operations, without the bias.
    fn composite(&self, inputs: &[Option<Tensor>]) -> Result<Tensor> {
        let Some(x) = &inputs[0] else {
            return Err(Error::autograd("layer_norm", "its input is gone"));
        };
        let dims: Vec<i64> = (1..=self.shape.rank() as i64).map(|d| -d).collect();
        let far = match self.center {
            true => x.sub(&x.mean_dims(&dims, true)?)?,
            false => x.clone(),
        };
        let rstd = far
            .square()?
            .mean_dims(&dims, true)?
            .add(self.eps)?
            .rsqrt()?;
        let y = far.mul(&rstd)?;
        match &inputs[1] {
            Some(w) => y.mul(w),
            None => Ok(y),
        }
    }
}

// ---- channels over a batch ----

/// What the gradient of a batch normalisation needs.
struct Batch {
    x: Saved,
    weight: Option<Saved>,
    mean: Tensor,
    rstd: Tensor,
    axes: Axes,
    eps: f64,
}

/// `g · (x - mean)`
#[derive(Clone, Copy)]
struct Covariance;
impl Parameters for Covariance {
    fn from_params(_: &Params) -> Self {
        Covariance
    }
}
impl Formula<3, 1> for Covariance {
    #[inline(always)]
    fn eval<V: Real>(&self, [g, x, mean]: [V; 3]) -> [V; 1] {
        [g * (x - mean)]
    }
}

/// `a·g - b·(x - mean) - c`
#[derive(Clone, Copy)]
struct Slope;
impl Parameters for Slope {
    fn from_params(_: &Params) -> Self {
        Slope
    }
}
impl Formula<6, 1> for Slope {
    #[inline(always)]
    fn eval<V: Real>(&self, [g, x, mean, a, b, c]: [V; 6]) -> [V; 1] {
        [a * g - b * (x - mean) - c]
    }
}

impl Batch {
    fn vjp(&self, call: &Call, grads: Grads) -> Result<Grads> {
        let weighted = self.weight.is_some();
        let count = call.node.edges.len();
        let mut out: Grads = SmallVec::from_elem(None, count);
        let Some(g) = &grads[0] else { return Ok(out) };
        let x = self.x.get(call)?;
        let weight = self.weight.as_ref().map(|w| w.get(call)).transpose()?;
        let dims: Vec<i64> = (0..x.rank() as i64).filter(|&d| d != 1).collect();
        let bias_at = 1 + weighted as usize;
        if is_grad_enabled() {
            if bias_at < count {
                out[bias_at] = Some(g.sum_dims(&dims, false)?);
            }
            let both = vjp_of(&[Some(x), weight], g, |t| self.composite(t, &dims))?;
            out[0] = both[0].clone();
            if weighted {
                out[1] = both[1].clone();
            }
            return Ok(out);
        }
        const OP: &str = "batch_norm";
        let acc = accumulate_in(x.dtype());
        let n = self.axes.count as f64;
        let mean = self.axes.kept(&self.mean)?;
        let map = Map {
            variants: [
                kernel::forward::<f32, Covariance, 3, 1>(),
                kernel::forward::<f64, Covariance, 3, 1>(),
            ],
            params: &[0.0; MAX_PARAMS],
        };
        let total = fold(OP, Combine::Sum, g, &self.axes)?;
        let along = fold_map(
            OP,
            Combine::Sum,
            &[g, &x, &mean],
            Some(map),
            acc,
            &self.axes,
        )?;
        if call.needs(0) {
            let a = match &weight {
                Some(w) => w.detach().mul(&self.rstd)?,
                None => self.rstd.clone(),
            };
            let b = a.mul(&self.rstd.square()?)?.mul(&along)?.div(n)?;
            let c = a.mul(&total)?.div(n)?;
            let [a, b, c] = [
                self.axes.kept(&a)?,
                self.axes.kept(&b)?,
                self.axes.kept(&c)?,
            ];
            static SLOPE: LazyLock<OpTable> =
                LazyLock::new(|| OpTable::forward_only::<Slope, 6>("batch_norm"));
            let (dtype, none) = (acc.dtype(), [0.0; MAX_PARAMS]);
            let inputs = [g, &x, &mean, &a, &b, &c];
            out[0] = Some(compute(&SLOPE, &none, dtype, dtype, &inputs)?);
        }
        if weighted && call.needs(1) {
            out[1] = Some(along.mul(&self.rstd)?);
        }
        if bias_at < count {
            out[bias_at] = Some(total);
        }
        Ok(out)
    }

    /// The normalisation out of differentiable operations, without the bias.
    fn composite(&self, inputs: &[Option<Tensor>], dims: &[i64]) -> Result<Tensor> {
        let Some(x) = &inputs[0] else {
            return Err(Error::autograd("batch_norm", "its input is gone"));
        };
        let far = x.sub(&x.mean_dims(dims, true)?)?;
        let rstd = far
            .square()?
            .mean_dims(dims, true)?
            .add(self.eps)?
            .rsqrt()?;
        let y = far.mul(&rstd)?;
        match &inputs[1] {
            Some(w) => y.mul(&beside(w, x)?),
            None => Ok(y),
        }
    }
}
