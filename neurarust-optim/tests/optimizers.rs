//! Three steps of each optimizer and seven of each schedule, against PyTorch's numbers.

use neurarust_core::ops::embedding::Lookup;
use neurarust_core::storage::{memory_stats, reset_peak};
use neurarust_core::{DType, ErrorKind, Result, Tensor};
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
    let adagrad = Adagrad {
        lr: 0.05,
        lr_decay: 0.1,
        weight_decay: 0.1,
        initial_accumulator_value: 0.5,
        ..Adagrad::default()
    };
    close("adagrad", &run(adagrad)?);
    let climb = Adagrad {
        lr: 0.05,
        maximize: true,
        ..Adagrad::default()
    };
    close("adagrad-maximize", &run(climb)?);
    Ok(())
}

const SPARSE: Lookup = Lookup {
    padding: None,
    scale_by_frequency: false,
    sparse: true,
};

/// Three steps on `Σ(row - 1)²` of a few rows of a table.
fn run_sparse<R: Rule>(rule: R) -> Result<Vec<f64>> {
    let table = Tensor::arange(0..8)?.to_dtype(DType::F64)?.mul(0.5)?;
    let table = table.reshape([4, 2])?.requires_grad()?;
    let mut optimizer = Optimizer::new([table.clone()], rule)?;
    for index in [[1i64, 3, 1], [0, 1, 1], [3, 3, 1]] {
        optimizer.zero_grad();
        let rows = table.embedding_with(&Tensor::new(index)?, &SPARSE)?;
        rows.sub(1.0)?.square()?.sum()?.backward()?;
        optimizer.step()?;
    }
    table.to_vec()
}

#[test]
fn steps_by_sparse_gradients_are_pytorchs() -> Result<()> {
    let sgd = Sgd {
        lr: 0.05,
        ..Sgd::default()
    };
    close("sparse-sgd", &run_sparse(sgd.clone())?);
    let climb = Sgd {
        maximize: true,
        ..sgd
    };
    close("sparse-sgd-maximize", &run_sparse(climb)?);
    let adagrad = Adagrad {
        lr: 0.05,
        lr_decay: 0.1,
        initial_accumulator_value: 0.5,
        ..Adagrad::default()
    };
    close("sparse-adagrad", &run_sparse(adagrad)?);
    let adam = SparseAdam {
        lr: 0.05,
        ..SparseAdam::default()
    };
    close("sparse-adam", &run_sparse(adam.clone())?);
    let climb = SparseAdam {
        beta1: 0.8,
        beta2: 0.99,
        eps: 1e-2,
        maximize: true,
        ..adam
    };
    close("sparse-adam-maximize", &run_sparse(climb)?);
    Ok(())
}

#[test]
fn gradients_of_the_wrong_kind_move_nothing() -> Result<()> {
    /// The refusal of a step by one dense gradient and then by a sparse one, or the other way round.
    fn refusal<R: Rule>(rule: R, sparse_first: bool) -> Result<String> {
        let [a, b] = [0, 1].map(|_| Tensor::ones([3, 2]));
        let (a, b) = (a?.requires_grad()?, b?.requires_grad()?);
        a.sum()?.backward()?;
        let rows = b.embedding_with(&Tensor::new([1i64])?, &SPARSE)?;
        rows.sum()?.backward()?;
        let (first, second) = match sparse_first {
            true => (&b, &a),
            false => (&a, &b),
        };
        let mut optimizer = Optimizer::new([first.clone()], rule.clone())?;
        optimizer.add_group([second.clone()], rule)?;
        let error = optimizer.step().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Autograd);
        for p in [&a, &b] {
            assert_eq!(p.to_vec::<f32>()?, [1.0; 6]);
        }
        Ok(error.to_string())
    }
    let text = refusal(Adam::default(), false)?;
    assert!(text.contains("does not support sparse gradients, please consider SparseAdam"));
    assert!(refusal(AdamW::default(), false)?.contains("does not support sparse"));
    let text = refusal(SparseAdam::default(), true)?;
    assert!(text.contains("does not support dense gradients, please consider Adam"));
    let momentum = Sgd {
        momentum: 0.9,
        ..Sgd::default()
    };
    assert!(refusal(momentum, false)?.contains("momentum"));
    let decay = Adagrad {
        weight_decay: 0.1,
        ..Adagrad::default()
    };
    assert!(refusal(decay, false)?.contains("weight decay"));
    Ok(())
}

#[test]
fn sparse_gradients_are_clipped_by_their_sums() -> Result<()> {
    let table = Tensor::zeros(([5, 1], DType::F64))?.requires_grad()?;
    let rows = table.embedding_with(&Tensor::new([1i64, 1, 4])?, &SPARSE)?;
    rows.backward_with(&Tensor::new([[1.0f64], [2.0], [4.0]])?)?;
    let params = [table];
    assert_eq!(clip_grad_norm_(&params, 10.0, 2.0, false)?, 5.0);
    assert_eq!(clip_grad_norm_(&params, 10.0, f64::INFINITY, false)?, 4.0);
    assert_eq!(clip_grad_norm_(&params, 0.5, 2.0, false)?, 5.0);
    let clipped = params[0].grad().unwrap().to_vec::<f64>()?;
    assert!((clipped[1] - 0.3).abs() < 1e-6 && (clipped[4] - 0.4).abs() < 1e-6);
    clip_grad_value_(&params, 0.2)?;
    let kept = params[0].kept_grad().unwrap();
    assert_eq!(kept.sparse().unwrap().nnz(), 2);
    assert_eq!(kept.to_dense()?.to_vec::<f64>()?, [0.0, 0.2, 0.0, 0.0, 0.2]);
    Ok(())
}

#[test]
fn steps_by_sparse_gradients_cost_what_the_rows_cost() -> Result<()> {
    let table = Tensor::ones([500_000, 16])?.requires_grad()?;
    let mut optimizer = Optimizer::new([table.clone()], Sgd::default())?;
    let rows = table.embedding_with(&Tensor::new([3i64, 499_999])?, &SPARSE)?;
    rows.sum()?.backward()?;
    let before = memory_stats().live_bytes;
    reset_peak();
    optimizer.step()?;
    let peak = memory_stats().peak_bytes;
    assert!(peak - before < table.nbytes() / 8, "{before} {peak}");
    assert_eq!(table.select(0, 3)?.to_vec::<f32>()?, [0.999; 16]);
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
