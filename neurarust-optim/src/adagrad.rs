//! Adagrad.

use crate::optimizer::{Rule, Slot, hyper, within};
use neurarust_core::autograd::Gradient;
use neurarust_core::cpu::kernel::Params;
use neurarust_core::formula::Formula;
use neurarust_core::op::Parameters;
use neurarust_core::ops::fused::Update;
use neurarust_core::real::Real;
use neurarust_core::{Error, Result, Tensor};
use std::sync::LazyLock;

/// Steps by the gradient over the root of the sum of all its squares (Duchi et al., 2011). Takes sparse gradients: rows
/// that they don't have stay as they are.
///
/// ```
/// use neurarust_core::Tensor;
/// use neurarust_optim::{Adagrad, Optimizer};
/// let w = Tensor::new([4.0f32])?.requires_grad()?;
/// let mut optimizer = Optimizer::new([w.clone()], Adagrad { lr: 0.5, ..Adagrad::default() })?;
/// w.square()?.sum()?.backward()?; // gradient 8, whose square is all there is
/// optimizer.step()?;
/// assert_eq!(w.to_vec::<f32>()?, [3.5]);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Adagrad {
    /// Learning rate.
    pub lr: f64,
    /// The learning rate is divided by `1 + lr_decay · steps`.
    pub lr_decay: f64,
    /// L2 penalty; not with sparse gradients.
    pub weight_decay: f64,
    /// What the sums of squares begin with.
    pub initial_accumulator_value: f64,
    /// Added to the denominator.
    pub eps: f64,
    /// Climb instead of descending.
    pub maximize: bool,
}

impl Default for Adagrad {
    fn default() -> Adagrad {
        Adagrad {
            lr: 1e-2,
            lr_decay: 0.0,
            weight_decay: 0.0,
            initial_accumulator_value: 0.0,
            eps: 1e-10,
            maximize: false,
        }
    }
}

/// `(θ, g, s) → (θ, s)`
#[derive(Clone, Copy)]
struct Squares {
    lr: f64,
    decay: f64,
    eps: f64,
    /// -1 to climb.
    sign: f64,
}

impl Parameters for Squares {
    #[inline(always)]
    fn from_params(p: &Params) -> Self {
        Squares {
            lr: p[0],
            decay: p[1],
            eps: p[2],
            sign: p[3],
        }
    }
}

impl Formula<3, 2> for Squares {
    #[inline(always)]
    fn eval<V: Real>(&self, [p, g, s]: [V; 3]) -> [V; 2] {
        let g = V::c(self.sign) * g + V::c(self.decay) * p;
        let s = s + g * g;
        [p - V::c(self.lr) * g / (s.sqrt() + V::c(self.eps)), s]
    }
}

static UPDATE: LazyLock<Update> = LazyLock::new(|| Update::new::<Squares, 3, 2>("Adagrad"));

impl Rule for Adagrad {
    const NAME: &'static str = "Adagrad";

    fn state_names(&self) -> &'static [&'static str] {
        &["sum"]
    }

    fn initial_state(&self) -> f64 {
        self.initial_accumulator_value
    }

    fn check_gradient(&self, gradient: &Gradient) -> Result<()> {
        if gradient.sparse().is_some() && self.weight_decay != 0.0 {
            return Err(Error::autograd(
                "Adagrad",
                "weight decay moves rows that a sparse gradient doesn't have; leave it out, or leave out sparse=True in the embedding",
            ));
        }
        Ok(())
    }

    #[track_caller]
    fn update(&self, cohort: &[(&mut Slot, Tensor)]) -> Result<()> {
        let steps = cohort.first().map_or(0, |(s, _)| s.step) as f64;
        let params = [
            self.lr / (1.0 + steps * self.lr_decay),
            self.weight_decay,
            self.eps,
            if self.maximize { -1.0 } else { 1.0 },
        ];
        let tensors: Vec<_> = cohort
            .iter()
            .map(|(s, g)| ([&s.param, g, &s.state[0]], [&s.param, &s.state[0]]))
            .collect();
        let groups: Vec<_> = tensors.iter().map(|(i, o)| (&i[..], &o[..])).collect();
        UPDATE.apply(&params, &groups)
    }

    hyper!(lr, lr_decay, weight_decay, initial_accumulator_value, eps; maximize);

    #[track_caller]
    fn check(&self) -> Result<()> {
        for (name, value) in self.hyper() {
            within("Adagrad", name, value, 0.0..f64::INFINITY)?;
        }
        Ok(())
    }
}
