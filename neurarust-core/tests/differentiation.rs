//! Claims about what is built on gradients: products with Jacobians, checkpoints, hooks on what is saved, custom functions,
//! audits, drawings; and about passes that fail or meet on several threads.

use neurarust_core::autograd::functional::{self, Options};
use neurarust_core::autograd::{
    self, Context, Cut, Function, GradOptions, Pack, Packed, Tolerance, audit, checkpoint,
    checkpoint_sequential, detect_anomaly, grad, gradcheck, live_nodes, saved_tensors_hooks, watch,
};
use neurarust_core::{Error, ErrorKind, Result, Tensor, memory_stats, no_grad, viz};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Barrier, Mutex, MutexGuard, mpsc};
use std::time::{Duration, Instant};

/// Tests that count what is alive, or turn on modes of the whole process, run alone.
static ALONE: Mutex<()> = Mutex::new(());

fn alone() -> MutexGuard<'static, ()> {
    ALONE.lock().unwrap_or_else(|e| e.into_inner())
}

fn leaf(x: &[f64]) -> Tensor {
    Tensor::new(x).unwrap().requires_grad().unwrap()
}

fn vec(t: &Tensor) -> Vec<f64> {
    t.detach().to_vec::<f64>().unwrap()
}

fn close(a: &[f64], b: &[f64]) {
    assert_eq!(a.len(), b.len());
    for (x, y) in a.iter().zip(b) {
        assert!((x - y).abs() < 1e-9, "{a:?} {b:?}");
    }
}

#[test]
fn jacobians_and_products_of_a_quadratic() -> Result<()> {
    let _alone = alone();
    // f(x) = A x ∘ x, by hand: J = diag(Ax) + diag(x) A.
    let a = Tensor::new([[1.0f64, 2.0], [3.0, 4.0]])?;
    let x = Tensor::new([0.5f64, -1.0])?;
    let f = |x: &[Tensor]| a.matmul(&x[0].reshape([2, 1])?)?.reshape([2])?.mul(&x[0]);
    let j = [-1.5 + 0.5, 1.0, -3.0, -2.5 - 4.0];
    let options = Options::default();
    close(&vec(&functional::jacobian(f, &[&x], options)?[0]), &j);
    let v = Tensor::new([2.0f64, 3.0])?;
    let (y, left) = functional::vjp(f, &[&x], Some(&v), options)?;
    close(&vec(&y), &[-0.75, 2.5]);
    close(
        &vec(&left[0]),
        &[2.0 * j[0] + 3.0 * j[2], 2.0 * j[1] + 3.0 * j[3]],
    );
    let (_, right) = functional::jvp(f, &[&x], &[&v], options)?;
    close(
        &vec(&right),
        &[2.0 * j[0] + 3.0 * j[1], 2.0 * j[2] + 3.0 * j[3]],
    );
    assert!(!right.is_requires_grad() && !left[0].is_requires_grad());
    Ok(())
}

#[test]
fn hessians_of_two_inputs() -> Result<()> {
    let _alone = alone();
    let (x, y) = (Tensor::new([1.0f64, 2.0])?, Tensor::new(3.0f64)?);
    // Σ x³ y²
    let f = |t: &[Tensor]| t[0].pow(3.0)?.sum()?.mul(&t[1].mul(&t[1])?);
    let h = functional::hessian(f, &[&x, &y], Options::default())?;
    close(&vec(&h[0][0]), &[54.0, 0.0, 0.0, 108.0]);
    close(&vec(&h[0][1]), &[18.0, 72.0]);
    close(&vec(&h[1][0]), &[18.0, 72.0]);
    close(&vec(&h[1][1]), &[18.0]);
    let (v, w) = (Tensor::new([1.0f64, -1.0])?, Tensor::new(2.0f64)?);
    let (_, p) = functional::hvp(f, &[&x, &y], &[&v, &w], Options::default())?;
    close(&vec(&p[0]), &[54.0 + 36.0, -108.0 + 144.0]);
    close(&vec(&p[1]), &[18.0 - 72.0 + 36.0]);
    let bad = functional::vhp(f, &[&x, &y], &[&v], Options::default()).unwrap_err();
    assert_eq!(bad.kind(), ErrorKind::Value);
    let strict = Options {
        strict: true,
        ..Options::default()
    };
    assert!(functional::jacobian(|t| t[0].exp(), &[&x, &y], strict).is_err());
    Ok(())
}

#[test]
fn recorded_jacobians_can_be_differentiated() -> Result<()> {
    let _alone = alone();
    let x = leaf(&[0.3, 0.7]);
    let options = Options {
        create_graph: true,
        strict: false,
    };
    let j = functional::jacobian(|x| x[0].sin(), &[&x], options)?.remove(0);
    j.sum()?.backward()?;
    close(&vec(&x.grad().unwrap()), &[-0.3f64.sin(), -0.7f64.sin()]);
    let (_, p) = functional::jvp(|x| x[0].pow(3.0), &[&x], &[&leaf(&[1.0, 1.0])], options)?;
    let g = grad(&[&p.sum()?], &[&x], &[], GradOptions::default())?
        .remove(0)
        .unwrap();
    close(&vec(&g), &[6.0 * 0.3, 6.0 * 0.7]);
    Ok(())
}

fn block(w: &Tensor) -> impl Fn(&[Tensor]) -> Result<Vec<Tensor>> + Send + Sync + 'static {
    let w = w.clone();
    move |x| Ok(vec![x[0].mul(&w)?.tanh()?.exp()?.mul(&x[0])?])
}

#[test]
fn a_checkpoint_has_the_same_gradients_of_any_order() -> Result<()> {
    let _alone = alone();
    let w = leaf(&[0.4, -0.2, 0.9]);
    let run = |saved: bool| -> Result<Vec<Vec<f64>>> {
        let x = leaf(&[0.1, 0.5, -0.3]);
        let mut y = x.clone();
        for _ in 0..3 {
            y = match saved {
                true => checkpoint(block(&w), &[&y])?.remove(0),
                false => block(&w)(&[y])?.remove(0),
            };
        }
        let options = GradOptions {
            create_graph: true,
            ..GradOptions::default()
        };
        let first = grad(&[&y.sum()?], &[&x, &w], &[], options)?;
        let first: Vec<Tensor> = first.into_iter().flatten().collect();
        let square = first[0].mul(&first[0])?.sum()?.add(&first[1].sum()?)?;
        let second = grad(&[&square], &[&x, &w], &[], GradOptions::default())?;
        let second = second.into_iter().flatten();
        Ok(first
            .iter()
            .cloned()
            .chain(second)
            .map(|t| vec(&t))
            .collect())
    };
    for (a, b) in run(true)?.iter().zip(&run(false)?) {
        close(a, b);
    }
    let x = leaf(&[0.1, 0.2]);
    gradcheck(
        |x| checkpoint(|x| Ok(vec![x[0].exp()?.sin()?]), &[&x[0]]).map(|mut y| y.remove(0)),
        &[&x],
        Tolerance::default(),
    )
}

#[test]
fn checkpoints_nest_and_keep_less() -> Result<()> {
    let _alone = alone();
    let x = Tensor::full([1 << 16], 0.5)?.requires_grad()?;
    let deep = |x: &[Tensor]| -> Result<Vec<Tensor>> {
        let mut y = x[0].clone();
        for _ in 0..20 {
            y = y.sin()?;
        }
        Ok(vec![y])
    };
    let before = memory_stats().live_bytes;
    let kept = deep(std::slice::from_ref(&x))?.remove(0);
    let plain = memory_stats().live_bytes - before;
    kept.sum()?.backward()?;
    let expected = x.grad().unwrap().to_vec::<f32>()?;
    x.zero_grad();
    drop(kept);
    let before = memory_stats().live_bytes;
    let nested = checkpoint(
        move |x| {
            let mut y = checkpoint(deep, &[&x[0]])?;
            y[0] = y[0].mul(1.0)?;
            Ok(y)
        },
        &[&x],
    )?
    .remove(0);
    let less = memory_stats().live_bytes - before;
    assert!(less * 5 < plain, "{less} {plain}");
    nested.sum()?.backward()?;
    assert_eq!(x.grad().unwrap().to_vec::<f32>()?, expected);
    Ok(())
}

#[test]
fn a_checkpoint_draws_the_same_numbers_again() -> Result<()> {
    let _alone = alone();
    let x = Tensor::full([1000], 1.0)?.requires_grad()?;
    let y = checkpoint(|x| Ok(vec![x[0].dropout(0.5, true)?]), &[&x])?.remove(0);
    let next = neurarust_core::random::default_generator().get_state();
    y.mul(&y)?.sum()?.backward()?;
    // y = 2 or 0, dy/dx = 2 or 0: 2·y·2.
    let twice = y.detach().mul(4.0)?.to_vec::<f32>()?;
    assert_eq!(x.grad().unwrap().to_vec::<f32>()?, twice);
    assert_eq!(
        next,
        neurarust_core::random::default_generator().get_state()
    );
    Ok(())
}

#[test]
fn a_checkpoint_that_changes_its_mind_is_an_error() -> Result<()> {
    let _alone = alone();
    let calls = Arc::new(AtomicUsize::new(0));
    let x = leaf(&[1.0]);
    let y = checkpoint(
        move |x| match calls.fetch_add(1, SeqCst) {
            0 => Ok(vec![x[0].exp()?.sin()?]),
            _ => Ok(vec![x[0].exp()?]),
        },
        &[&x],
    )?
    .remove(0);
    let error = y.backward().unwrap_err();
    assert!(error.to_string().contains("must do the same"), "{error}");
    assert!(x.grad().is_none());
    Ok(())
}

#[test]
fn sequential_checkpoints() -> Result<()> {
    let _alone = alone();
    let layers: Vec<_> = (0..5)
        .map(|i| move |x: &Tensor| x.mul(1.0 + i as f64)?.tanh())
        .collect();
    let x = leaf(&[0.2, 0.4]);
    let y = checkpoint_sequential(&layers, 2, &x)?;
    y.sum()?.backward()?;
    let got = vec(&x.grad().unwrap());
    x.zero_grad();
    let mut y = x.clone();
    for layer in &layers {
        y = layer(&y)?;
    }
    y.sum()?.backward()?;
    close(&got, &vec(&x.grad().unwrap()));
    assert!(checkpoint_sequential(&layers, 0, &x).is_err());
    Ok(())
}

/// Keeps minus the tensor.
struct Negated(AtomicUsize);

impl Pack for Negated {
    fn pack(&self, t: &Tensor) -> Result<Packed> {
        self.0.fetch_add(1, SeqCst);
        Ok(Arc::new(t.neg()?))
    }
    fn unpack(&self, packed: &Packed) -> Result<Tensor> {
        packed.downcast_ref::<Tensor>().unwrap().neg()
    }
}

#[test]
fn what_is_saved_goes_through_hooks() -> Result<()> {
    let _alone = alone();
    let x = leaf(&[2.0]);
    let hooks = Arc::new(Negated(AtomicUsize::new(0)));
    let y = {
        let _guard = saved_tensors_hooks(Some(hooks.clone()));
        x.mul(&x)?.exp()?
    };
    assert!(hooks.0.load(SeqCst) >= 2);
    let options = GradOptions {
        create_graph: true,
        ..GradOptions::default()
    };
    let g = grad(&[&y], &[&x], &[], options)?.remove(0).unwrap();
    close(&vec(&g), &[4.0 * 4f64.exp()]);
    let h = grad(&[&g], &[&x], &[], GradOptions::default())?
        .remove(0)
        .unwrap();
    close(&vec(&h), &[18.0 * 4f64.exp()]);

    struct Refuses;
    impl Pack for Refuses {
        fn pack(&self, _: &Tensor) -> Result<Packed> {
            Err(Error::user("pack", "no room"))
        }
        fn unpack(&self, _: &Packed) -> Result<Tensor> {
            Err(Error::user("unpack", "nothing"))
        }
    }
    let _guard = saved_tensors_hooks(Some(Arc::new(Refuses)));
    assert!(x.exp().unwrap_err().to_string().contains("no room"));
    Ok(())
}

/// Doubles in place.
struct Double;

impl Function for Double {
    fn forward(&self, ctx: &mut Context, inputs: &[&Tensor]) -> Result<Vec<Tensor>> {
        inputs[0].mul_(2.0)?;
        ctx.mark_dirty(&[inputs[0]]);
        Ok(vec![inputs[0].clone()])
    }
    fn backward(&self, _: &Context, grads: &[Option<Tensor>]) -> Result<Vec<Option<Tensor>>> {
        Ok(vec![grads[0].as_ref().map(|g| g.mul(2.0)).transpose()?])
    }
}

#[test]
fn a_function_may_change_its_input() -> Result<()> {
    let _alone = alone();
    let x = leaf(&[1.0, 2.0, 3.0]);
    let y = x.mul(1.0)?;
    let z = Double.apply(&[&y])?.remove(0);
    assert!(z.is_same(&y));
    y.mul(&y)?.sum()?.backward()?;
    close(&vec(&x.grad().unwrap()), &[8.0, 16.0, 24.0]);
    // A view gives what it looks at its new history.
    x.zero_grad();
    let y = x.mul(1.0)?;
    Double.apply(&[&y.narrow(0, 1, 2)?])?;
    y.mul(&y)?.sum()?.backward()?;
    close(&vec(&x.grad().unwrap()), &[2.0, 16.0, 24.0]);
    let error = Double.apply(&[&x]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Autograd);
    // What it has overwritten is not there for others.
    let y = x.mul(1.0)?;
    let e = y.exp()?.mul(&y)?;
    Double.apply(&[&y])?;
    assert!(e.sum()?.backward().is_err());
    Ok(())
}

#[test]
fn a_failing_pass_changes_no_leaf() -> Result<()> {
    let _alone = alone();
    let leaves: Vec<Tensor> = (0..4).map(|i| leaf(&[i as f64])).collect();
    let total = || -> Result<Tensor> {
        let mut y = Tensor::new([0.0f64])?;
        for x in &leaves {
            y = y.add(&x.mul(2.0)?)?;
        }
        y.sum()
    };
    total()?.backward()?;
    let state = || {
        leaves
            .iter()
            .map(|x| vec(&x.grad().unwrap()))
            .collect::<Vec<_>>()
    };
    let before = state();
    // A hook before anything is put down.
    for x in &leaves {
        let hook = x.register_hook(|_| Err(Error::user("hook", "no")))?;
        assert!(total()?.backward().is_err());
        assert_eq!(state(), before);
        hook.remove();
    }
    // A hook after: every leaf has its gradient then, none is left out.
    let hook = leaves[0].register_post_accumulate_grad_hook(|_| Err(Error::user("hook", "no")))?;
    assert!(total()?.backward().is_err());
    assert!(state().iter().all(|g| g == &[4.0]), "{:?}", state());
    hook.remove();
    // The same buffer goes on.
    let held = leaves[1].grad().unwrap();
    total()?.backward()?;
    close(&vec(&held), &[6.0]);
    Ok(())
}

/// Its backward goes through another graph.
struct Through(Mutex<Option<Tensor>>, Arc<Barrier>);

impl Function for Through {
    fn forward(&self, _: &mut Context, inputs: &[&Tensor]) -> Result<Vec<Tensor>> {
        Ok(vec![inputs[0].mul(1.0)?])
    }
    fn backward(&self, _: &Context, grads: &[Option<Tensor>]) -> Result<Vec<Option<Tensor>>> {
        let other = self.0.lock().unwrap().clone();
        if let Some(other) = other {
            // Both are inside of their own before either goes into the other's.
            self.1.wait();
            autograd::backward(&[&other], &[], true, false)?;
        }
        Ok(vec![grads[0].clone()])
    }
}

struct Shared(Arc<Through>);

impl Function for Shared {
    fn forward(&self, ctx: &mut Context, inputs: &[&Tensor]) -> Result<Vec<Tensor>> {
        self.0.forward(ctx, inputs)
    }
    fn backward(&self, ctx: &Context, grads: &[Option<Tensor>]) -> Result<Vec<Option<Tensor>>> {
        self.0.backward(ctx, grads)
    }
}

#[test]
fn functions_that_go_through_each_others_graphs_end() -> Result<()> {
    let _alone = alone();
    let (done, wait) = mpsc::channel();
    std::thread::spawn(move || {
        let barrier = Arc::new(Barrier::new(2));
        let make = || Arc::new(Through(Mutex::new(None), barrier.clone()));
        let (a, b) = (make(), make());
        let x = leaf(&[1.0]);
        let ya = Shared(a.clone()).apply(&[&x]).unwrap().remove(0);
        let yb = Shared(b.clone()).apply(&[&x]).unwrap().remove(0);
        *a.0.lock().unwrap() = Some(yb.clone());
        *b.0.lock().unwrap() = Some(ya.clone());
        // Each meets the other's operation while the other is inside of it; one level further each would meet its own,
        // which is refused.
        let run = |y: Tensor| std::thread::spawn(move || y.backward().is_err());
        let (one, two) = (run(ya), run(yb));
        let _ = done.send((one.join(), two.join()));
    });
    let (one, two) = wait
        .recv_timeout(Duration::from_secs(20))
        .expect("deadlock");
    assert!(one.is_ok() && two.is_ok());
    Ok(())
}

#[test]
fn a_long_chain_of_views_is_quick() -> Result<()> {
    let _alone = alone();
    let x = leaf(&[1.0, 2.0, 3.0, 4.0]);
    let start = Instant::now();
    let base = x.mul(1.0)?;
    let mut y = base.clone();
    for i in 0..100_000 {
        y = y.view(if i % 2 == 0 {
            [2usize, 2].as_slice()
        } else {
            [4usize].as_slice()
        })?;
    }
    let took = start.elapsed();
    assert!(took < Duration::from_secs(3), "{took:?}");
    y.mul_(3.0)?;
    base.sum()?.backward()?;
    close(&vec(&x.grad().unwrap()), &[3.0; 4]);
    Ok(())
}

#[test]
fn anomalies_name_the_operation_and_its_line() -> Result<()> {
    let _alone = alone();
    let x = leaf(&[-1.0]);
    x.sqrt()?.sum()?.backward()?;
    x.zero_grad();
    let _guard = detect_anomaly(true);
    let text = x.sqrt()?.sum()?.backward().unwrap_err().to_string();
    assert!(
        text.contains("'SqrtBackward0' returned nan") && text.contains("differentiation.rs:"),
        "{text}"
    );
    assert!(x.grad().is_none());
    Ok(())
}

#[test]
fn an_audit_tells_where_paths_end() -> Result<()> {
    let _alone = alone();
    let [a, b, c, d, e, f, g] = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0].map(|v| leaf(&[v]));
    let names = [
        ("a", &a),
        ("b", &b),
        ("c", &c),
        ("d", &d),
        ("e", &e),
        ("f", &f),
        ("g", &g),
    ];
    let watch = watch();
    let cut = b.exp()?.detach();
    let silent = {
        let _guard = no_grad();
        c.mul(2.0)?
    };
    let mask = d.gt(0.0)?;
    let _end = e.mul(2.0)?.exp()?;
    let _place = g.mul(2.0)?.argmax(None, false)?;
    let loss = a.mul(&cut)?.add(&silent)?.masked_fill(&mask, 0.0)?.sum()?;
    let report = audit(&loss, &names)?;
    assert_eq!(report.reached, 1);
    let why: Vec<(&str, Cut, &str)> = report
        .unreached
        .iter()
        .map(|p| (p.name.as_str(), p.cuts[0].why, p.cuts[0].op))
        .collect();
    assert_eq!(
        why,
        [
            ("b", Cut::Detach, "detach"),
            ("c", Cut::NoGrad, "mul"),
            ("d", Cut::NotDifferentiable, "gt"),
            ("e", Cut::DeadEnd, "exp"),
            ("f", Cut::Unused, ""),
            ("g", Cut::NotDifferentiable, "argmax")
        ]
    );
    assert!(
        report.unreached[..4]
            .iter()
            .all(|p| p.cuts[0].line.contains("differentiation.rs:"))
    );
    drop(watch);
    loss.backward()?;
    let report = audit(&loss, &names)?;
    assert!(!report.watched && report.unreached.len() == 6 && report.unreached[0].cuts.is_empty());
    Ok(())
}

#[test]
fn a_drawing_collapses_chains_and_names_parameters() -> Result<()> {
    let _alone = alone();
    let w = Tensor::ones([3, 2])?.requires_grad()?;
    let x = Tensor::ones([4, 2])?;
    let h = x.matmul(&w.t()?)?;
    let mut y = h.exp()?;
    for _ in 0..50 {
        y = y.tanh()?;
    }
    let loss = y.sum()?;
    let graph = viz::graph(&loss, &[("net.fc.weight", &w)]);
    let (dot, mermaid) = (graph.dot(), graph.mermaid());
    for text in [&dot, &mermaid] {
        for part in ["net.fc.weight", "tanh ×50", "[4, 3]", "net.fc"] {
            assert!(text.contains(part), "{part} in\n{text}");
        }
    }
    assert!(graph.len() < 8, "{mermaid}");
    assert!(viz::graph::<&str>(&x, &[]).is_empty());
    Ok(())
}

#[test]
fn a_million_operations_are_drawn_in_a_small_stack() {
    let _alone = alone();
    let run = || -> Result<()> {
        let x = Tensor::new([1.0f32])?.requires_grad()?;
        let mut y = x.clone();
        for _ in 0..200_000 {
            y = y.leaky_relu(0.5)?;
        }
        assert_eq!(viz::graph::<&str>(&y, &[]).len(), 3);
        assert_eq!(audit(&y, &[("x", &x)])?.reached, 1);
        assert!(!y.depends_beyond(&[&x]));
        Ok(())
    };
    let thread = std::thread::Builder::new()
        .stack_size(256 * 1024)
        .spawn(run);
    thread.unwrap().join().unwrap().unwrap();
}

#[test]
fn nothing_is_left_behind() -> Result<()> {
    let _alone = alone();
    let x = leaf(&[0.1, 0.2]);
    let step = || -> Result<()> {
        let y = checkpoint(|x| Ok(vec![x[0].exp()?.sin()?]), &[&x])?.remove(0);
        let seen = Arc::new(Mutex::new(0.0));
        let handle = y.register_hook(move |g| {
            *seen.lock().unwrap() += g.sum()?.item::<f64>()?;
            Ok(None)
        })?;
        y.sum()?.backward()?;
        handle.remove();
        x.zero_grad();
        functional::jacobian(|x| x[0].tanh(), &[&x], Options::default())?;
        functional::jvp(|x| x[0].tanh(), &[&x], &[&x.detach()], Options::default())?;
        functional::hessian(|x| x[0].tanh()?.sum(), &[&x], Options::default())?;
        let _watch = watch();
        audit(&x.exp()?.detach(), &[("x", &x)])?;
        Ok(())
    };
    step()?;
    let before = (live_nodes(), memory_stats().live_bytes);
    for _ in 0..1000 {
        step()?;
    }
    assert_eq!((live_nodes(), memory_stats().live_bytes), before);
    Ok(())
}
