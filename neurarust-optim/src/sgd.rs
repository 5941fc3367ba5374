//! Stochastic gradient descent, with momentum.

use crate::optimizer::{Rule, Slot, hyper, within};
use neurarust_core::autograd::Gradient;
use neurarust_core::cpu::kernel::Params;
use neurarust_core::formula::Formula;
use neurarust_core::op::Parameters;
use neurarust_core::ops::fused::Update;
use neurarust_core::real::Real;
use neurarust_core::{Error, Result, Tensor};
use std::sync::LazyLock;

/// `θ ← θ - lr · v`, where `v ← momentum · v + (1 - dampening) · g` and `g` is the gradient with weight decay.
///
/// The formulas, Nesterov's included, are those of `torch.optim.SGD` (Sutskever et al., 2013).
///
/// ```
/// use neurarust_core::Tensor;
/// use neurarust_optim::{Optimizer, Sgd};
/// let w = Tensor::new([4.0f32])?.requires_grad()?;
/// let mut optimizer = Optimizer::new([w.clone()], Sgd { lr: 0.25, ..Sgd::default() })?;
/// w.square()?.sum()?.backward()?;
/// optimizer.step()?;
/// assert_eq!(w.to_vec::<f32>()?, [4.0 - 0.25 * 8.0]);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Sgd {
    /// Learning rate.
    pub lr: f64,
    /// How much of the last step is kept.
    pub momentum: f64,
    /// How much of the gradient is left out of the momentum.
    pub dampening: f64,
    /// L2 penalty.
    pub weight_decay: f64,
    /// Look ahead along the momentum.
    pub nesterov: bool,
    /// Climb instead of descending.
    pub maximize: bool,
}

impl Default for Sgd {
    fn default() -> Sgd {
        Sgd {
            lr: 1e-3,
            momentum: 0.0,
            dampening: 0.0,
            weight_decay: 0.0,
            nesterov: false,
            maximize: false,
        }
    }
}

/// `(θ, g) → θ`
#[derive(Clone, Copy)]
struct Plain {
    lr: f64,
    decay: f64,
    /// -1 to climb.
    sign: f64,
}

impl Parameters for Plain {
    #[inline(always)]
    fn from_params(p: &Params) -> Self {
        Plain {
            lr: p[0],
            decay: p[1],
            sign: p[2],
        }
    }
}

impl Formula<2, 1> for Plain {
    #[inline(always)]
    fn eval<V: Real>(&self, [p, g]: [V; 2]) -> [V; 1] {
        [p - V::c(self.lr) * (V::c(self.sign) * g + V::c(self.decay) * p)]
    }
}

/// `(θ, g, v) → (θ, v)`; the step is `from_grad · g + from_buffer · v`.
#[derive(Clone, Copy)]
struct Momentum {
    lr: f64,
    decay: f64,
    keep: f64,
    take: f64,
    from_grad: f64,
    from_buffer: f64,
    sign: f64,
}

impl Parameters for Momentum {
    #[inline(always)]
    fn from_params(p: &Params) -> Self {
        Momentum {
            lr: p[0],
            decay: p[1],
            keep: p[2],
            take: p[3],
            from_grad: p[4],
            from_buffer: p[5],
            sign: p[6],
        }
    }
}

impl Formula<3, 2> for Momentum {
    #[inline(always)]
    fn eval<V: Real>(&self, [p, g, v]: [V; 3]) -> [V; 2] {
        let g = V::c(self.sign) * g + V::c(self.decay) * p;
        let v = V::c(self.keep) * v + V::c(self.take) * g;
        [
            p - V::c(self.lr) * (V::c(self.from_grad) * g + V::c(self.from_buffer) * v),
            v,
        ]
    }
}

static PLAIN: LazyLock<Update> = LazyLock::new(|| Update::new::<Plain, 2, 1>("SGD"));
static MOMENTUM: LazyLock<Update> = LazyLock::new(|| Update::new::<Momentum, 3, 2>("SGD"));

impl Rule for Sgd {
    const NAME: &'static str = "SGD";

    fn state_names(&self) -> &'static [&'static str] {
        if self.momentum == 0.0 {
            &[]
        } else {
            &["momentum_buffer"]
        }
    }

    #[track_caller]
    fn update(&self, cohort: &[(&mut Slot, Tensor)]) -> Result<()> {
        let sign = if self.maximize { -1.0 } else { 1.0 };
        if self.momentum == 0.0 {
            let inputs: Vec<_> = cohort.iter().map(|(s, g)| [&s.param, g]).collect();
            let groups: Vec<_> = inputs.iter().map(|i| (&i[..], &i[..1])).collect();
            return PLAIN.apply(&[self.lr, self.weight_decay, sign], &groups);
        }
        // The first buffer is the gradient itself.
        let first = cohort.first().is_none_or(|(s, _)| s.step == 0);
        let (keep, take) = if first {
            (0.0, 1.0)
        } else {
            (self.momentum, 1.0 - self.dampening)
        };
        let (from_grad, from_buffer) = if self.nesterov {
            (1.0, self.momentum)
        } else {
            (0.0, 1.0)
        };
        let tensors: Vec<_> = cohort
            .iter()
            .map(|(s, g)| ([&s.param, g, &s.state[0]], [&s.param, &s.state[0]]))
            .collect();
        let groups: Vec<_> = tensors.iter().map(|(i, o)| (&i[..], &o[..])).collect();
        MOMENTUM.apply(
            &[
                self.lr,
                self.weight_decay,
                keep,
                take,
                from_grad,
                from_buffer,
                sign,
            ],
            &groups,
        )
    }

    fn check_gradient(&self, gradient: &Gradient) -> Result<()> {
        if gradient.sparse().is_some() && (self.momentum != 0.0 || self.weight_decay != 0.0) {
            return Err(Error::autograd(
                "SGD",
                "momentum and weight decay move rows that a sparse gradient doesn't have; leave them out, use SparseAdam, or leave out sparse=True in the embedding",
            ));
        }
        Ok(())
    }

    hyper!(lr, momentum, dampening, weight_decay; nesterov, maximize);

    #[track_caller]
    fn check(&self) -> Result<()> {
        within("SGD", "lr", self.lr, 0.0..f64::INFINITY)?;
        within("SGD", "momentum", self.momentum, 0.0..f64::INFINITY)?;
        within("SGD", "weight_decay", self.weight_decay, 0.0..f64::INFINITY)?;
        if self.nesterov && (self.momentum <= 0.0 || self.dampening != 0.0) {
            return Err(Error::value(
                "SGD",
                "Nesterov momentum needs a momentum above 0 and no dampening",
            ));
        }
        Ok(())
    }
}
