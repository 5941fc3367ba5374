//! Three steps of each optimizer and seven of each schedule, against PyTorch's numbers.

use neurarust_core::{ErrorKind, Result, Tensor};
use neurarust_optim::*;

/// Three steps on `Σp³ + i·Σp` from (1, -2, 0.5).
fn run<R: Rule>(rule: R) -> Result<Vec<f64>> {
    let p = Tensor::new([1.0f64, -2.0, 0.5])?.requires_grad()?;
    let mut optimizer = Optimizer::new([p.clone()], rule)?;
    (0..3).try_for_each(|i| step(&p, &mut optimizer, i))?;
    p.to_vec()
}

fn step<R: Rule>(p: &Tensor, optimizer: &mut Optimizer<R>, i: i64) -> Result<()> {
    optimizer.zero_grad();
    (p * &(p * p)).add(&p.mul(i)?)?.sum()?.backward()?;
    optimizer.step()
}

/// Holds `got` against the line of `reference/optimizers.txt` that begins with `case`.
fn close(case: &str, got: &[f64]) {
    let want: Vec<f64> = include_str!("reference/optimizers.txt")
        .lines()
        .find_map(|line| line.strip_prefix(case)?.strip_prefix(' '))
        .unwrap_or_else(|| panic!("no line {case}"))
        .split(' ')
        .map(|word| word.parse().expect("a number"))
        .collect();
    assert_eq!(got.len(), want.len());
    for (a, b) in got.iter().zip(&want) {
        assert!((a - b).abs() < 1e-9, "{case}: {got:?}, PyTorch {want:?}");
    }
}

#[test]
fn optimizers_are_pytorchs() -> Result<()> {
    let sgd = Sgd {
        lr: 0.05,
        ..Sgd::default()
    };
    close("sgd", &run(sgd.clone())?);
    let climb = Sgd {
        weight_decay: 0.1,
        maximize: true,
        ..sgd.clone()
    };
    close("sgd-maximize", &run(climb)?);
    let momentum = Sgd {
        momentum: 0.9,
        dampening: 0.3,
        weight_decay: 0.1,
        ..sgd.clone()
    };
    close("sgd-momentum", &run(momentum)?);
    let nesterov = Sgd {
        momentum: 0.9,
        nesterov: true,
        weight_decay: 0.1,
        ..sgd
    };
    close("sgd-nesterov", &run(nesterov)?);
    let adam = Adam {
        lr: 0.05,
        weight_decay: 0.1,
        ..Adam::default()
    };
    close("adam", &run(adam.clone())?);
    let amsgrad = Adam {
        amsgrad: true,
        maximize: true,
        ..adam
    };
    close("adam-amsgrad", &run(amsgrad)?);
    let adamw = AdamW {
        lr: 0.05,
        weight_decay: 0.1,
        ..AdamW::default()
    };
    close("adamw", &run(adamw)?);
    Ok(())
}

#[test]
fn schedules_are_pytorchs() -> Result<()> {
    fn rates(schedule: impl Schedule) -> Result<Vec<f64>> {
        let p = Tensor::zeros([1])?.requires_grad()?;
        let mut optimizer = Optimizer::new(
            [p],
            Sgd {
                lr: 1.0,
                ..Sgd::default()
            },
        )?;
        let mut scheduler = Scheduler::new(&mut optimizer, schedule);
        Ok((0..7)
            .map(|_| {
                let lr = optimizer.lr()[0];
                scheduler.step(&mut optimizer);
                lr
            })
            .collect())
    }
    close(
        "step",
        &rates(StepLr {
            step_size: 2,
            gamma: 0.1,
        })?,
    );
    close(
        "multi-step",
        &rates(MultiStepLr {
            milestones: vec![2, 5],
            gamma: 0.5,
        })?,
    );
    close("exponential", &rates(ExponentialLr { gamma: 0.9 })?);
    let cosine = CosineAnnealingLr {
        t_max: 5,
        eta_min: 0.1,
    };
    close("cosine", &rates(cosine)?);
    let warm_up = LinearLr {
        start_factor: 0.5,
        end_factor: 1.0,
        total_iters: 4,
    };
    close("linear", &rates(warm_up)?);
    close(
        "constant",
        &rates(ConstantLr {
            factor: 0.25,
            total_iters: 3,
        })?,
    );
    close(
        "polynomial",
        &rates(PolynomialLr {
            total_iters: 5,
            power: 2.0,
        })?,
    );
    let warm_up = LinearLr {
        start_factor: 0.1,
        end_factor: 1.0,
        total_iters: 3,
    };
    let sequence = SequentialLr {
        schedules: vec![
            Box::new(warm_up),
            Box::new(CosineAnnealingLr {
                t_max: 4,
                eta_min: 0.0,
            }),
        ],
        milestones: vec![3],
    };
    close("sequence", &rates(sequence)?);
    Ok(())
}

#[test]
fn saved_state_goes_on_where_it_stopped() -> Result<()> {
    let rule = || AdamW {
        lr: 0.05,
        weight_decay: 0.1,
        ..AdamW::default()
    };
    let p = Tensor::new([1.0f64, -2.0, 0.5])?.requires_grad()?;
    let mut optimizer = Optimizer::new([p.clone()], rule())?;
    step(&p, &mut optimizer, 0)?;
    let (state, value) = (optimizer.state_dict()?, p.detach().try_clone()?);
    step(&p, &mut optimizer, 1)?;
    let q = value.requires_grad()?;
    let mut again = Optimizer::new([q.clone()], AdamW::default())?;
    again.load_state_dict(&state)?;
    assert_eq!(again.groups[0].rule, rule());
    step(&q, &mut again, 1)?;
    assert_eq!(p.to_vec::<f64>()?, q.to_vec::<f64>()?);

    let mut other = Optimizer::new([Tensor::zeros([2])?.requires_grad()?], AdamW::default())?;
    let e = other.load_state_dict(&state).unwrap_err();
    assert!(
        e.to_string()
            .contains("state.0.exp_avg has shape [3], its parameter [2]"),
        "{e}"
    );
    assert_eq!(other.groups[0].rule, AdamW::default());
    Ok(())
}

#[test]
fn what_cannot_be_optimized_is_refused() -> Result<()> {
    let p = Tensor::zeros([2])?.requires_grad()?;
    let kind = |r: Result<Optimizer<Sgd>>| r.err().map(|e| e.kind());
    assert_eq!(
        kind(Optimizer::new([], Sgd::default())),
        Some(ErrorKind::Value)
    );
    assert_eq!(
        kind(Optimizer::new([p.clone(), p.clone()], Sgd::default())),
        Some(ErrorKind::Value)
    );
    assert_eq!(
        kind(Optimizer::new([&p * 2.0], Sgd::default())),
        Some(ErrorKind::Value)
    );
    assert_eq!(
        kind(Optimizer::new(
            [p.clone()],
            Sgd {
                lr: -1.0,
                ..Sgd::default()
            }
        )),
        Some(ErrorKind::Value)
    );
    assert_eq!(
        kind(Optimizer::new(
            [p],
            Sgd {
                nesterov: true,
                ..Sgd::default()
            }
        )),
        Some(ErrorKind::Value)
    );
    Ok(())
}

#[test]
fn gradients_are_clipped_together() -> Result<()> {
    let (a, b) = (
        Tensor::new([0.0f64])?.requires_grad()?,
        Tensor::new([0.0f64])?.requires_grad()?,
    );
    a.set_grad(Some(Tensor::new([3.0f64])?))?;
    b.set_grad(Some(Tensor::new([4.0f64])?))?;
    assert_eq!(
        clip_grad_norm_(&[a.clone(), b.clone()], 10.0, 2.0, false)?,
        5.0
    );
    assert_eq!(a.grad().unwrap().item::<f64>()?, 3.0);
    clip_grad_norm_(&[a.clone(), b.clone()], 1.0, 2.0, false)?;
    // The norm is 5; PyTorch adds 1e-6 to it.
    for (leaf, length) in [(&a, 3.0), (&b, 4.0)] {
        let clipped = leaf.grad().unwrap().item::<f64>()?;
        assert!((clipped - length / 5.000001).abs() < 1e-9, "{clipped}");
    }
    b.set_grad(Some(Tensor::new([f64::NAN])?))?;
    assert!(clip_grad_norm_(&[a.clone(), b], 1.0, 2.0, true).is_err());
    clip_grad_value_(std::slice::from_ref(&a), 0.1)?;
    assert_eq!(a.grad().unwrap().item::<f64>()?, 0.1);
    Ok(())
}
