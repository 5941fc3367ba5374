//! Claims about differentiation: order of accumulation, higher derivatives, in-place operations, depth, hooks.

use neurarust_core::autograd::{self, GradOptions, grad};
use neurarust_core::{DType, ErrorKind, Result, Tensor, no_grad};

fn f64s(x: &[f64]) -> Tensor {
    Tensor::new(x).unwrap()
}

#[test]
fn a_diamond_adds_up() -> Result<()> {
    let x = f64s(&[2.0]).requires_grad()?;
    let a = &x * &x;
    let b = &a + &x;
    (&a * &b).backward()?;
    // (x²)(x²+x) = x⁴+x³
    assert_eq!(x.grad().unwrap().to_vec::<f64>()?, [4.0 * 8.0 + 3.0 * 4.0]);
    Ok(())
}

#[test]
fn both_inputs_of_a_sum_own_their_gradients() -> Result<()> {
    let (a, b) = (f64s(&[1.0]).requires_grad()?, f64s(&[1.0]).requires_grad()?);
    (&a + &b).backward()?;
    (&a * 3.0).backward()?;
    assert_eq!(a.grad().unwrap().item::<f64>()?, 4.0);
    assert_eq!(b.grad().unwrap().item::<f64>()?, 1.0);
    Ok(())
}

#[test]
fn broadcast_gradients_are_summed() -> Result<()> {
    let a = f64s(&[1.0, 2.0, 3.0]).requires_grad()?;
    let b = f64s(&[1.0, 2.0]).reshape([2, 1])?.requires_grad()?;
    (&a * &b).sum()?.backward()?;
    assert_eq!(a.grad().unwrap().to_vec::<f64>()?, [3.0, 3.0, 3.0]);
    assert_eq!(b.grad().unwrap().dims(), [2, 1]);
    assert_eq!(b.grad().unwrap().to_vec::<f64>()?, [6.0, 6.0]);
    Ok(())
}

#[test]
fn third_derivative_of_tanh() -> Result<()> {
    let x = f64s(&[0.3]).requires_grad()?;
    let options = GradOptions {
        create_graph: true,
        ..Default::default()
    };
    let mut y = x.tanh()?;
    let mut seen = vec![];
    for _ in 0..3 {
        y = grad(&[&y], &[&x], &[], options)?.remove(0).unwrap();
        seen.push(y.item::<f64>()?);
    }
    let t = 0.3f64.tanh();
    for (got, want) in seen.iter().zip([
        1.0 - t * t,
        -2.0 * t * (1.0 - t * t),
        (6.0 * t * t - 2.0) * (1.0 - t * t),
    ]) {
        assert!((got - want).abs() < 1e-12, "{got} {want}");
    }
    Ok(())
}

#[test]
fn a_million_operations_deep() -> Result<()> {
    // A small stack shows that nothing recurses.
    std::thread::Builder::new()
        .stack_size(256 * 1024)
        .spawn(|| -> Result<()> {
            let x = Tensor::new([1.0f32])?.requires_grad()?;
            let mut y = x.clone();
            for _ in 0..1_000_000 {
                y = y.leaky_relu(0.5)?;
            }
            y.backward()?;
            assert_eq!(x.grad().unwrap().to_vec::<f32>()?, [1.0]);
            Ok(())
        })
        .unwrap()
        .join()
        .unwrap()
}

#[test]
fn writing_over_what_a_gradient_needs_is_refused_with_both_lines() -> Result<()> {
    let x = f64s(&[1.0, 2.0]).requires_grad()?;
    let y = &x * 2.0;
    let z = y.square()?; // needs y
    y.add_(1.0)?;
    let e = z.sum()?.backward().unwrap_err();
    assert_eq!(e.kind(), ErrorKind::Autograd);
    assert_eq!(e.to_string().matches("tests/autograd.rs").count(), 3, "{e}");
    assert!(x.grad().is_none());
    Ok(())
}

#[test]
fn in_place_on_a_result() -> Result<()> {
    let x = f64s(&[1.0, 2.0]).requires_grad()?;
    let y = &x * 2.0;
    y.mul_(y.clone())?; // (2x)²
    y.sum()?.backward()?;
    assert_eq!(x.grad().unwrap().to_vec::<f64>()?, [8.0, 16.0]);
    let x = f64s(&[0.5]).requires_grad()?;
    let y = &x * 1.0;
    y.exp_()?;
    y.backward()?;
    assert_eq!(x.grad().unwrap().item::<f64>()?, 0.5f64.exp());
    Ok(())
}

#[test]
fn in_place_on_a_view_reaches_the_base_and_its_other_views() -> Result<()> {
    let x = f64s(&[1.0, 2.0, 3.0, 4.0]).requires_grad()?;
    let w = f64s(&[10.0]).requires_grad()?;
    let base = &x * 1.0;
    let other = base.narrow(0, 0, 3)?; // taken before
    let view = base.narrow(0, 1, 2)?;
    view.mul_(&w)?;
    assert_eq!(base.to_vec::<f64>()?, [1.0, 20.0, 30.0, 4.0]);
    let g = grad(
        &[&other.sum()?],
        &[&x, &w],
        &[],
        GradOptions {
            retain_graph: true,
            ..Default::default()
        },
    )?;
    assert_eq!(
        g[0].as_ref().unwrap().to_vec::<f64>()?,
        [1.0, 10.0, 10.0, 0.0]
    );
    assert_eq!(g[1].as_ref().unwrap().item::<f64>()?, 5.0);
    let g = grad(
        &[&(&base * &base).sum()?],
        &[&x, &w],
        &[],
        GradOptions {
            retain_graph: true,
            ..Default::default()
        },
    )?;
    assert_eq!(
        g[0].as_ref().unwrap().to_vec::<f64>()?,
        [2.0, 400.0, 600.0, 8.0]
    );
    let g = grad(&[&view.sum()?], &[&x], &[], Default::default())?;
    assert_eq!(
        g[0].as_ref().unwrap().to_vec::<f64>()?,
        [0.0, 10.0, 10.0, 0.0]
    );
    Ok(())
}

#[test]
fn filling_a_buffer_with_results() -> Result<()> {
    let w = f64s(&[1.0, 2.0]).requires_grad()?;
    let buffer = Tensor::zeros(([3, 2], DType::F64))?;
    let early = buffer.select(0, 1)?;
    for i in 0..3 {
        buffer.select(0, i)?.copy_(&(&w * (i as f64 + 1.0)))?;
    }
    autograd::backward(&[&buffer.sum()?], &[], true, false)?;
    assert_eq!(w.grad().unwrap().to_vec::<f64>()?, [6.0, 6.0]);
    w.zero_grad();
    early.sum()?.backward()?;
    assert_eq!(w.grad().unwrap().to_vec::<f64>()?, [2.0, 2.0]);
    Ok(())
}

#[test]
fn in_place_refusals_change_nothing() -> Result<()> {
    let leaf = f64s(&[1.0, 2.0]).requires_grad()?;
    assert!(leaf.add_(1.0).is_err());
    assert!(leaf.narrow(0, 0, 1)?.add_(1.0).is_err());
    let wide = Tensor::new([1.0f32])?.expand([3i64])?;
    assert!(wide.add_(1.0).is_err());
    let ints = Tensor::new([1i64, 2])?;
    assert!(ints.add_(0.5).is_err());
    assert!(ints.add_(&Tensor::new([[1i64, 2], [3, 4]])?).is_err());
    assert_eq!(ints.to_vec::<i64>()?, [1, 2]);
    assert_eq!(leaf.to_vec::<f64>()?, [1.0, 2.0]);
    assert_eq!(leaf.storage().version(), 0);
    let _guard = no_grad();
    leaf.add_(1.0)?;
    assert_eq!(leaf.to_vec::<f64>()?, [2.0, 3.0]);
    Ok(())
}

#[test]
fn hooks_see_and_replace_gradients() -> Result<()> {
    let x = f64s(&[1.0]).requires_grad()?;
    let y = &x * 3.0;
    y.retain_grad()?;
    let handle = y.register_hook(|g| Ok(Some(g * 10.0)))?;
    let z = &y * 2.0;
    autograd::backward(&[&z], &[], true, false)?;
    assert_eq!(x.grad().unwrap().item::<f64>()?, 60.0);
    assert_eq!(y.grad().unwrap().item::<f64>()?, 2.0);
    handle.remove();
    x.zero_grad();
    autograd::backward(&[&z], &[], false, false)?;
    assert_eq!(x.grad().unwrap().item::<f64>()?, 6.0);
    assert!(
        z.backward()
            .unwrap_err()
            .to_string()
            .contains("retain_graph")
    );
    Ok(())
}

#[test]
fn concurrent_backwards_into_one_leaf_add_up() -> Result<()> {
    let x = Tensor::new([1.0f64])?.requires_grad()?;
    std::thread::scope(|s| {
        for _ in 0..8 {
            s.spawn(|| (0..100).for_each(|_| (&x * 2.0).backward().unwrap()));
        }
    });
    assert_eq!(x.grad().unwrap().item::<f64>()?, 1600.0);
    Ok(())
}
