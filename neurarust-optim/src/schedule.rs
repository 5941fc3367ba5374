//! Learning rates over time, in closed form: each schedule says what the rate is after so many steps.

use crate::optimizer::{Optimizer, Rule};
use std::f64::consts::PI;

/// The learning rate as a function of the step.
///
/// ```
/// use neurarust_optim::Schedule;
/// struct InverseRoot;
/// impl Schedule for InverseRoot {
///     fn lr(&self, base: f64, step: u64) -> f64 {
///         base / ((step + 1) as f64).sqrt()
///     }
/// }
/// assert_eq!(InverseRoot.lr(0.1, 3), 0.05);
/// ```
pub trait Schedule {
    /// The rate after `step` steps of a group that started with `base`.
    fn lr(&self, base: f64, step: u64) -> f64;
}

/// Drives the learning rates of an optimizer by a [`Schedule`].
///
/// ```
/// use neurarust_core::Tensor;
/// use neurarust_optim::{Optimizer, Scheduler, Sgd, StepLr};
/// let w = Tensor::zeros([1])?.requires_grad()?;
/// let mut optimizer = Optimizer::new([w], Sgd { lr: 1.0, ..Sgd::default() })?;
/// let mut scheduler = Scheduler::new(&mut optimizer, StepLr { step_size: 2, gamma: 0.1 });
/// scheduler.step(&mut optimizer);
/// assert_eq!(optimizer.lr(), [1.0]);
/// scheduler.step(&mut optimizer);
/// assert_eq!(optimizer.lr(), [0.1]);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
pub struct Scheduler<S> {
    schedule: S,
    base: Vec<f64>,
    step: u64,
}

impl<S: Schedule> Scheduler<S> {
    /// Starts from the optimizer's present rates, and sets those of step 0.
    ///
    /// ```
    /// use neurarust_core::Tensor;
    /// use neurarust_optim::{ConstantLr, Optimizer, Scheduler, Sgd};
    /// let w = Tensor::zeros([1])?.requires_grad()?;
    /// let mut optimizer = Optimizer::new([w], Sgd { lr: 1.0, ..Sgd::default() })?;
    /// Scheduler::new(&mut optimizer, ConstantLr { factor: 0.25, total_iters: 3 });
    /// assert_eq!(optimizer.lr(), [0.25]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn new<R: Rule>(optimizer: &mut Optimizer<R>, schedule: S) -> Scheduler<S> {
        let scheduler = Scheduler {
            schedule,
            base: optimizer.lr(),
            step: 0,
        };
        scheduler.apply(optimizer);
        scheduler
    }

    /// Goes on by one step (usually an epoch).
    ///
    /// ```
    /// use neurarust_core::Tensor;
    /// use neurarust_optim::{ExponentialLr, Optimizer, Scheduler, Sgd};
    /// let w = Tensor::zeros([1])?.requires_grad()?;
    /// let mut optimizer = Optimizer::new([w], Sgd { lr: 1.0, ..Sgd::default() })?;
    /// let mut scheduler = Scheduler::new(&mut optimizer, ExponentialLr { gamma: 0.5 });
    /// scheduler.step(&mut optimizer);
    /// assert_eq!(optimizer.lr(), [0.5]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn step<R: Rule>(&mut self, optimizer: &mut Optimizer<R>) {
        self.step += 1;
        self.apply(optimizer);
    }

    fn apply<R: Rule>(&self, optimizer: &mut Optimizer<R>) {
        for (i, base) in self.base.iter().enumerate() {
            optimizer.set_lr(i, self.schedule.lr(*base, self.step));
        }
    }

    /// Steps taken and the rates at the start: everything needed to go on later.
    ///
    /// ```
    /// use neurarust_core::Tensor;
    /// use neurarust_optim::{ExponentialLr, Optimizer, Scheduler, Sgd};
    /// let w = Tensor::zeros([1])?.requires_grad()?;
    /// let mut optimizer = Optimizer::new([w], Sgd { lr: 1.0, ..Sgd::default() })?;
    /// let mut scheduler = Scheduler::new(&mut optimizer, ExponentialLr { gamma: 0.5 });
    /// scheduler.step(&mut optimizer);
    /// assert_eq!(scheduler.state(), (1, vec![1.0]));
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn state(&self) -> (u64, Vec<f64>) {
        (self.step, self.base.clone())
    }

    /// Goes on from what [`Scheduler::state`] has answered.
    ///
    /// ```
    /// use neurarust_core::Tensor;
    /// use neurarust_optim::{ExponentialLr, Optimizer, Scheduler, Sgd};
    /// let w = Tensor::zeros([1])?.requires_grad()?;
    /// let mut optimizer = Optimizer::new([w], Sgd { lr: 1.0, ..Sgd::default() })?;
    /// let mut scheduler = Scheduler::new(&mut optimizer, ExponentialLr { gamma: 0.5 });
    /// scheduler.load_state((2, vec![1.0]), &mut optimizer);
    /// assert_eq!(optimizer.lr(), [0.25]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn load_state<R: Rule>(&mut self, state: (u64, Vec<f64>), optimizer: &mut Optimizer<R>) {
        (self.step, self.base) = state;
        self.apply(optimizer);
    }
}

/// Times `gamma` every `step_size` steps.
///
/// ```
/// use neurarust_optim::{Schedule, StepLr};
/// let schedule = StepLr { step_size: 10, gamma: 0.5 };
/// assert_eq!([9, 10, 20].map(|step| schedule.lr(1.0, step)), [1.0, 0.5, 0.25]);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct StepLr {
    /// Steps between drops, at least 1.
    pub step_size: u64,
    /// The factor, 0.1 in PyTorch.
    pub gamma: f64,
}

impl Schedule for StepLr {
    fn lr(&self, base: f64, step: u64) -> f64 {
        base * self.gamma.powf((step / self.step_size.max(1)) as f64)
    }
}

/// Times `gamma` at each milestone.
///
/// ```
/// use neurarust_optim::{MultiStepLr, Schedule};
/// let schedule = MultiStepLr { milestones: vec![30, 80], gamma: 0.5 };
/// assert_eq!([29, 30, 80].map(|step| schedule.lr(1.0, step)), [1.0, 0.5, 0.25]);
/// ```
#[derive(Clone, Debug)]
pub struct MultiStepLr {
    /// The steps at which the rate drops.
    pub milestones: Vec<u64>,
    /// The factor.
    pub gamma: f64,
}

impl Schedule for MultiStepLr {
    fn lr(&self, base: f64, step: u64) -> f64 {
        base * self
            .gamma
            .powi(self.milestones.iter().filter(|m| **m <= step).count() as i32)
    }
}

/// Times `gamma` every step.
///
/// ```
/// use neurarust_optim::{ExponentialLr, Schedule};
/// assert_eq!(ExponentialLr { gamma: 0.5 }.lr(1.0, 3), 0.125);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct ExponentialLr {
    /// The factor.
    pub gamma: f64,
}

impl Schedule for ExponentialLr {
    fn lr(&self, base: f64, step: u64) -> f64 {
        base * self.gamma.powf(step as f64)
    }
}

/// Half a cosine from the base rate to `eta_min` over `t_max` steps (Loshchilov & Hutter, 2017).
///
/// ```
/// use neurarust_optim::{CosineAnnealingLr, Schedule};
/// let schedule = CosineAnnealingLr { t_max: 10, eta_min: 0.0 };
/// assert_eq!(schedule.lr(1.0, 0), 1.0);
/// assert!((schedule.lr(1.0, 5) - 0.5).abs() < 1e-12);
/// assert_eq!(schedule.lr(1.0, 10), 0.0);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct CosineAnnealingLr {
    /// Steps down to the lowest rate, at least 1.
    pub t_max: u64,
    /// The lowest rate.
    pub eta_min: f64,
}

impl Schedule for CosineAnnealingLr {
    fn lr(&self, base: f64, step: u64) -> f64 {
        self.eta_min
            + (base - self.eta_min) * (1.0 + (PI * step as f64 / self.t_max.max(1) as f64).cos())
                / 2.0
    }
}

/// A factor that moves in a straight line from `start_factor` to `end_factor` over `total_iters` steps: a warm-up.
///
/// ```
/// use neurarust_optim::{LinearLr, Schedule};
/// let warm_up = LinearLr { start_factor: 0.5, end_factor: 1.0, total_iters: 4 };
/// assert_eq!([0, 2, 4, 9].map(|step| warm_up.lr(1.0, step)), [0.5, 0.75, 1.0, 1.0]);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct LinearLr {
    /// The factor at the start, 1/3 in PyTorch.
    pub start_factor: f64,
    /// The factor at the end.
    pub end_factor: f64,
    /// Steps in between, at least 1.
    pub total_iters: u64,
}

impl Default for LinearLr {
    fn default() -> LinearLr {
        LinearLr {
            start_factor: 1.0 / 3.0,
            end_factor: 1.0,
            total_iters: 5,
        }
    }
}

impl Schedule for LinearLr {
    fn lr(&self, base: f64, step: u64) -> f64 {
        let part = step.min(self.total_iters) as f64 / self.total_iters.max(1) as f64;
        base * (self.start_factor + (self.end_factor - self.start_factor) * part)
    }
}

/// Times `factor` for the first `total_iters` steps.
///
/// ```
/// use neurarust_optim::{ConstantLr, Schedule};
/// let schedule = ConstantLr { factor: 0.5, total_iters: 4 };
/// assert_eq!([3, 4].map(|step| schedule.lr(1.0, step)), [0.5, 1.0]);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct ConstantLr {
    /// The factor, 1/3 in PyTorch.
    pub factor: f64,
    /// How long it holds.
    pub total_iters: u64,
}

impl Schedule for ConstantLr {
    fn lr(&self, base: f64, step: u64) -> f64 {
        if step < self.total_iters {
            base * self.factor
        } else {
            base
        }
    }
}

/// Down to 0 over `total_iters` steps, as `(1 - t)ᵖ`.
///
/// ```
/// use neurarust_optim::{PolynomialLr, Schedule};
/// let schedule = PolynomialLr { total_iters: 4, power: 2.0 };
/// assert_eq!([0, 2, 4].map(|step| schedule.lr(1.0, step)), [1.0, 0.25, 0.0]);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct PolynomialLr {
    /// Steps down to 0, at least 1.
    pub total_iters: u64,
    /// The power.
    pub power: f64,
}

impl Schedule for PolynomialLr {
    fn lr(&self, base: f64, step: u64) -> f64 {
        base * (1.0 - step.min(self.total_iters) as f64 / self.total_iters.max(1) as f64)
            .powf(self.power)
    }
}

/// Times a factor of the user's own, by step.
///
/// ```
/// use neurarust_optim::{LambdaLr, Schedule};
/// let schedule = LambdaLr(|step| 1.0 / (step + 1) as f64);
/// assert_eq!(schedule.lr(1.0, 3), 0.25);
/// ```
pub struct LambdaLr<F>(pub F);

impl<F: Fn(u64) -> f64> Schedule for LambdaLr<F> {
    fn lr(&self, base: f64, step: u64) -> f64 {
        base * (self.0)(step)
    }
}

/// One schedule after the other: schedule `i + 1` begins, counting from 0, at `milestones[i]`.
///
/// ```
/// use neurarust_optim::{ExponentialLr, LinearLr, Schedule, SequentialLr};
/// let schedule = SequentialLr {
///     schedules: vec![
///         Box::new(LinearLr { start_factor: 0.5, end_factor: 1.0, total_iters: 2 }),
///         Box::new(ExponentialLr { gamma: 0.5 }),
///     ],
///     milestones: vec![2],
/// };
/// assert_eq!([0, 1, 2, 3].map(|step| schedule.lr(1.0, step)), [0.5, 0.75, 1.0, 0.5]);
/// ```
pub struct SequentialLr {
    /// The schedules, one more than milestones.
    pub schedules: Vec<Box<dyn Schedule + Send + Sync>>,
    /// When the next one begins.
    pub milestones: Vec<u64>,
}

impl Schedule for SequentialLr {
    fn lr(&self, base: f64, step: u64) -> f64 {
        let i = self
            .milestones
            .iter()
            .filter(|m| **m <= step)
            .count()
            .min(self.schedules.len().saturating_sub(1));
        let start = if i == 0 { 0 } else { self.milestones[i - 1] };
        self.schedules
            .get(i)
            .map_or(base, |s| s.lr(base, step - start))
    }
}
