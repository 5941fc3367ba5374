//! Adam, AdamW, and the Adam of sparse gradients.

use crate::optimizer::{Rule, Slot, hyper, within};
use neurarust_core::autograd::Gradient;
use neurarust_core::cpu::kernel::Params;
use neurarust_core::formula::Formula;
use neurarust_core::op::Parameters;
use neurarust_core::ops::fused::Update;
use neurarust_core::real::Real;
use neurarust_core::{Error, Result, Tensor};
use smallvec::SmallVec;
use std::sync::LazyLock;

/// `(θ, g, m, v) → (θ, m, v)`, or `(θ, g, m, v, v̂) → (θ, m, v, v̂)` with AMSGrad.
#[derive(Clone, Copy)]
struct Moments {
    /// Learning rate over the first bias correction.
    step_size: f64,
    beta1: f64,
    beta2: f64,
    /// Square root of the second bias correction.
    root: f64,
    eps: f64,
    /// L2 penalty, added to the gradient.
    l2: f64,
    /// What is left of the parameter by decoupled decay.
    shrink: f64,
    /// -1 to climb.
    sign: f64,
}

impl Parameters for Moments {
    #[inline(always)]
    fn from_params(p: &Params) -> Self {
        Moments {
            step_size: p[0],
            beta1: p[1],
            beta2: p[2],
            root: p[3],
            eps: p[4],
            l2: p[5],
            shrink: p[6],
            sign: p[7],
        }
    }
}

impl Moments {
    /// The moments, and the parameter after its decay.
    #[inline(always)]
    fn moments<V: Real>(&self, p: V, g: V, m: V, v: V) -> [V; 3] {
        let g = V::c(self.sign) * g + V::c(self.l2) * p;
        let m = m + V::c(1.0 - self.beta1) * (g - m);
        let v = V::c(self.beta2) * v + V::c(1.0 - self.beta2) * g * g;
        [p * V::c(self.shrink), m, v]
    }

    #[inline(always)]
    fn step<V: Real>(&self, p: V, m: V, v: V) -> V {
        p - V::c(self.step_size) * m / (v.sqrt() / V::c(self.root) + V::c(self.eps))
    }
}

impl Formula<4, 3> for Moments {
    #[inline(always)]
    fn eval<V: Real>(&self, [p, g, m, v]: [V; 4]) -> [V; 3] {
        let [p, m, v] = self.moments(p, g, m, v);
        [self.step(p, m, v), m, v]
    }
}

impl Formula<5, 4> for Moments {
    #[inline(always)]
    fn eval<V: Real>(&self, [p, g, m, v, top]: [V; 5]) -> [V; 4] {
        let [p, m, v] = self.moments(p, g, m, v);
        let top = top.max(v);
        [self.step(p, m, top), m, v, top]
    }
}

static ADAM: LazyLock<Update> = LazyLock::new(|| Update::new::<Moments, 4, 3>("Adam"));
static AMSGRAD: LazyLock<Update> = LazyLock::new(|| Update::new::<Moments, 5, 4>("Adam"));

/// `(θ, g, state …) → (θ, state …)` for each slot.
#[track_caller]
fn apply(update: &Update, params: &[f64], cohort: &[(&mut Slot, Tensor)]) -> Result<()> {
    // Both without allocating per parameter.
    type Group<'a> = (SmallVec<[&'a Tensor; 5]>, SmallVec<[&'a Tensor; 4]>);
    let tensors: Vec<Group> = cohort
        .iter()
        .map(|(s, g)| {
            let state = s.state.iter();
            let inputs = [&s.param, g].into_iter().chain(state.clone()).collect();
            (inputs, std::iter::once(&s.param).chain(state).collect())
        })
        .collect();
    let groups: Vec<_> = tensors.iter().map(|(i, o)| (&i[..], &o[..])).collect();
    update.apply(params, &groups)
}

macro_rules! adam {
    ($(#[$doc:meta])* $Adam:ident $name:literal, decay $decay:literal, $decoupled:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq)]
        pub struct $Adam {
            /// Learning rate.
            pub lr: f64,
            /// Decay of the first moment.
            pub beta1: f64,
            /// Decay of the second moment.
            pub beta2: f64,
            /// Added to the denominator.
            pub eps: f64,
            /// Weight decay.
            pub weight_decay: f64,
            /// Divide by the largest second moment seen (Reddi et al., 2018).
            pub amsgrad: bool,
            /// Climb instead of descending.
            pub maximize: bool,
        }

        impl Default for $Adam {
            fn default() -> $Adam {
                $Adam { lr: 1e-3, beta1: 0.9, beta2: 0.999, eps: 1e-8, weight_decay: $decay, amsgrad: false, maximize: false }
            }
        }

        impl Rule for $Adam {
            const NAME: &'static str = $name;

            fn state_names(&self) -> &'static [&'static str] {
                if self.amsgrad { &["exp_avg", "exp_avg_sq", "max_exp_avg_sq"] } else { &["exp_avg", "exp_avg_sq"] }
            }

            #[track_caller]
            fn update(&self, cohort: &[(&mut Slot, Tensor)]) -> Result<()> {
                let steps = cohort.first().map_or(0, |(s, _)| s.step) as f64 + 1.0;
                let (l2, shrink) = if $decoupled { (0.0, 1.0 - self.lr * self.weight_decay) } else { (self.weight_decay, 1.0) };
                let params = [
                    self.lr / (1.0 - self.beta1.powf(steps)),
                    self.beta1,
                    self.beta2,
                    (1.0 - self.beta2.powf(steps)).sqrt(),
                    self.eps,
                    l2,
                    shrink,
                    if self.maximize { -1.0 } else { 1.0 },
                ];
                apply(if self.amsgrad { &AMSGRAD } else { &ADAM }, &params, cohort)
            }

            hyper!(lr, beta1, beta2, eps, weight_decay; amsgrad, maximize);

            #[track_caller]
            fn check(&self) -> Result<()> {
                within($name, "lr", self.lr, 0.0..f64::INFINITY)?;
                within($name, "beta1", self.beta1, 0.0..1.0)?;
                within($name, "beta2", self.beta2, 0.0..1.0)?;
                within($name, "eps", self.eps, 0.0..f64::INFINITY)?;
                within($name, "weight_decay", self.weight_decay, 0.0..f64::INFINITY)
            }
        }
    };
}

adam! {
    /// Adaptive moment estimation (Kingma & Ba, 2015); weight decay is an L2 penalty.
    ///
    /// ```
    /// use neurarust_core::Tensor;
    /// use neurarust_optim::{Adam, Optimizer};
    /// let w = Tensor::new([4.0f32])?.requires_grad()?;
    /// let mut optimizer = Optimizer::new([w.clone()], Adam { lr: 0.5, ..Adam::default() })?;
    /// w.square()?.sum()?.backward()?;
    /// optimizer.step()?;
    /// assert!((w.item::<f32>()? - 3.5).abs() < 1e-5); // the first step is as long as `lr`, whatever the gradient
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    Adam "Adam", decay 0.0, false
}

adam! {
    /// Adam with decoupled weight decay (Loshchilov & Hutter, 2019).
    ///
    /// ```
    /// use neurarust_core::Tensor;
    /// use neurarust_optim::{AdamW, Optimizer};
    /// let w = Tensor::new([4.0f32])?.requires_grad()?;
    /// let mut optimizer = Optimizer::new([w.clone()], AdamW { lr: 0.5, weight_decay: 0.1, ..AdamW::default() })?;
    /// w.square()?.sum()?.backward()?;
    /// optimizer.step()?;
    /// assert!((w.item::<f32>()? - (4.0 * (1.0 - 0.5 * 0.1) - 0.5)).abs() < 1e-5);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    AdamW "AdamW", decay 1e-2, true
}

/// Adam for sparse gradients: the moments of a row change, and move it, only when the gradient has it. As in PyTorch's
/// `SparseAdam`, `eps` is added to the root of the second moment before its bias is corrected.
///
/// ```
/// use neurarust_core::{Tensor, ops::embedding::Lookup};
/// use neurarust_optim::{Optimizer, SparseAdam};
/// let table = Tensor::ones([1000, 2])?.requires_grad()?;
/// let mut optimizer = Optimizer::new([table.clone()], SparseAdam { lr: 0.5, ..SparseAdam::default() })?;
/// let how = Lookup { sparse: true, ..Lookup::default() };
/// table.embedding_with(&Tensor::new([7i64])?, &how)?.sum()?.backward()?;
/// optimizer.step()?;
/// assert!((table.select(0, 7)?.to_vec::<f32>()?[0] - 0.5).abs() < 1e-5);
/// assert_eq!(table.select(0, 8)?.to_vec::<f32>()?, [1.0, 1.0]);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct SparseAdam {
    /// Learning rate.
    pub lr: f64,
    /// Decay of the first moment.
    pub beta1: f64,
    /// Decay of the second moment.
    pub beta2: f64,
    /// Added to the denominator.
    pub eps: f64,
    /// Climb instead of descending.
    pub maximize: bool,
}

impl Default for SparseAdam {
    fn default() -> SparseAdam {
        SparseAdam {
            lr: 1e-3,
            beta1: 0.9,
            beta2: 0.999,
            eps: 1e-8,
            maximize: false,
        }
    }
}

impl Rule for SparseAdam {
    const NAME: &'static str = "SparseAdam";

    fn state_names(&self) -> &'static [&'static str] {
        &["exp_avg", "exp_avg_sq"]
    }

    fn check_gradient(&self, gradient: &Gradient) -> Result<()> {
        match gradient.sparse() {
            Some(_) => Ok(()),
            None => Err(Error::autograd(
                "SparseAdam",
                "does not support dense gradients, please consider Adam instead",
            )),
        }
    }

    #[track_caller]
    fn update(&self, cohort: &[(&mut Slot, Tensor)]) -> Result<()> {
        let steps = cohort.first().map_or(0, |(s, _)| s.step) as f64 + 1.0;
        let root = (1.0 - self.beta2.powf(steps)).sqrt();
        let params = [
            self.lr / (1.0 - self.beta1.powf(steps)),
            self.beta1,
            self.beta2,
            root,
            // √v / root + eps / root is (√v + eps) / root.
            self.eps / root,
            0.0,
            1.0,
            if self.maximize { -1.0 } else { 1.0 },
        ];
        apply(&ADAM, &params, cohort)
    }

    hyper!(lr, beta1, beta2, eps; maximize);

    #[track_caller]
    fn check(&self) -> Result<()> {
        within("SparseAdam", "lr", self.lr, 0.0..f64::INFINITY)?;
        within("SparseAdam", "beta1", self.beta1, 0.0..1.0)?;
        within("SparseAdam", "beta2", self.beta2, 0.0..1.0)?;
        within("SparseAdam", "eps", self.eps, 0.0..f64::INFINITY)
    }
}
