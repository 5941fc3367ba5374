//! Claims about gradients of tables of which few rows were read: they are what the dense ones are, and cost what the rows
//! cost.

use neurarust_core::autograd::{GradOptions, audit, grad, gradients};
use neurarust_core::ops::bag::{BagMode, Bags};
use neurarust_core::ops::embedding::Lookup;
use neurarust_core::sparse::SparseTensor;
use neurarust_core::storage::{memory_stats, reset_peak};
use neurarust_core::{ErrorKind, Result, Tensor, no_grad};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

const SPARSE: Lookup = Lookup {
    padding: None,
    scale_by_frequency: false,
    sparse: true,
};

/// (rows, 2), a leaf.
fn table(rows: usize) -> Result<Tensor> {
    let numbers: Vec<f64> = (0..2 * rows).map(|i| (i as f64 * 0.7).sin()).collect();
    Tensor::from_vec(numbers, [rows, 2])?.requires_grad()
}

fn sparse(t: &Tensor) -> SparseTensor {
    let kept = t.kept_grad().expect("a gradient");
    kept.sparse().expect("a sparse one").clone()
}

fn close(a: &Tensor, b: &Tensor) -> Result<()> {
    let (x, y) = (a.to_vec::<f64>()?, b.to_vec::<f64>()?);
    assert_eq!(a.dims(), b.dims());
    assert!(
        x.iter().zip(&y).all(|(a, b)| (a - b).abs() < 1e-12),
        "{a} {b}"
    );
    Ok(())
}

/// Holds the sparse gradient that `f(table, true)` leaves against the dense one of `f(table, false)`.
fn agrees(f: impl Fn(&Tensor, bool) -> Result<Tensor>) -> Result<SparseTensor> {
    let [a, b] = [table(5)?, table(5)?];
    let (y, z) = (f(&a, true)?, f(&b, false)?);
    close(&y, &z)?;
    y.square()?.sum()?.backward()?;
    z.square()?.sum()?.backward()?;
    close(&a.grad().unwrap(), &b.grad().unwrap())?;
    assert!(b.kept_grad().unwrap().sparse().is_none());
    Ok(sparse(&a))
}

#[test]
fn embeddings_leave_the_rows_that_were_read() -> Result<()> {
    let index = Tensor::new([[1i64, 0], [1, 3]])?;
    let mut how = SPARSE;
    let read = |how: &Lookup| {
        agrees(|t, sparse| {
            let how = Lookup {
                sparse,
                ..how.clone()
            };
            t.embedding_with(&index, &how)
        })
    };
    let g = read(&how)?;
    assert_eq!(g.indices()?.to_vec::<i64>()?, [1, 0, 1, 3]);
    assert_eq!((g.values().dims(), g.is_coalesced()), (&[4, 2][..], false));
    how.scale_by_frequency = true;
    read(&how)?;
    how.padding = Some(0);
    assert_eq!(read(&how)?.indices()?.to_vec::<i64>()?, [1, 1, 3]);
    // A number, and nothing at all.
    let one = agrees(|t, sparse| {
        let how = Lookup { sparse, ..SPARSE };
        t.embedding_with(&Tensor::new(2i64)?, &how)
    })?;
    assert_eq!(one.nnz(), 1);
    let t = table(3)?;
    let none = Tensor::zeros(([0], neurarust_core::DType::I64))?;
    t.embedding_with(&none, &SPARSE)?.sum()?.backward()?;
    assert_eq!(sparse(&t).nnz(), 0);
    Ok(())
}

#[test]
fn bags_leave_the_rows_that_were_read() -> Result<()> {
    let index = Tensor::new([1i64, 0, 1, 3, 2])?;
    let weights = Tensor::new([0.5, -1.0, 2.0, 3.0, 0.25])?;
    for (mode, weights, padding, scale_by_frequency) in [
        (BagMode::Sum, None, None, false),
        (BagMode::Sum, Some(weights), Some(0), false),
        (BagMode::Mean, None, Some(1), false),
        (BagMode::Mean, None, Some(3), true),
    ] {
        let bags = Bags {
            mode,
            offsets: Some(Tensor::new([0i64, 3, 3])?),
            weights,
            padding,
            scale_by_frequency,
            ..Bags::default()
        };
        let g = agrees(|t, sparse| {
            let bags = Bags {
                sparse,
                ..bags.clone()
            };
            t.embedding_bag(&index, &bags)
        })?;
        let read = index.to_vec::<i64>()?;
        let count = read
            .iter()
            .filter(|&&i| padding != Some(i as usize))
            .count();
        assert_eq!(g.nnz(), count);
    }
    let max = Bags {
        mode: BagMode::Max,
        sparse: true,
        ..Bags::default()
    };
    let e = table(5)?
        .embedding_bag(&Tensor::new([[1i64]])?, &max)
        .unwrap_err();
    assert_eq!(e.kind(), ErrorKind::Value);
    Ok(())
}

#[test]
fn gradients_add_up() -> Result<()> {
    let (t, index) = (table(4)?, Tensor::new([1i64, 1])?);
    let read = || t.embedding_with(&index, &SPARSE)?.sum();
    // Over two backwards, and within one.
    read()?.backward()?;
    read()?.add(&read()?)?.backward()?;
    let g = sparse(&t);
    assert_eq!(g.indices()?.to_vec::<i64>()?, [1; 6]);
    assert_eq!(
        g.to_dense()?.to_vec::<f64>()?,
        [0.0, 0.0, 6.0, 6.0, 0.0, 0.0, 0.0, 0.0]
    );
    // With a dense one, in either order, and within one pass.
    t.sum()?.backward()?;
    let want = [1.0, 1.0, 7.0, 7.0, 1.0, 1.0, 1.0, 1.0];
    assert!(t.kept_grad().unwrap().sparse().is_none());
    assert_eq!(t.grad().unwrap().to_vec::<f64>()?, want);
    t.zero_grad();
    t.sum()?.backward()?;
    read()?.mul(3.0)?.backward()?;
    assert_eq!(t.grad().unwrap().to_vec::<f64>()?, want);
    t.zero_grad();
    t.sum()?.add(&read()?.mul(3.0)?)?.backward()?;
    assert_eq!(t.grad().unwrap().to_vec::<f64>()?, want);
    t.zero_grad();
    assert!(t.kept_grad().is_none());
    // What was given as a gradient is not what is kept.
    let seed = Tensor::new([[1.0, 2.0], [3.0, 4.0]])?;
    t.embedding_with(&index, &SPARSE)?.backward_with(&seed)?;
    sparse(&t).values().mul_(0.0)?;
    assert_eq!(seed.to_vec::<f64>()?, [1.0, 2.0, 3.0, 4.0]);
    Ok(())
}

#[test]
fn grad_answers_them_and_differentiates_them() -> Result<()> {
    let (t, index) = (table(4)?, Tensor::new([1i64, 3, 1])?);
    let how = Lookup {
        padding: Some(3),
        ..SPARSE
    };
    let cubes = |how: &Lookup| {
        let rows = t.embedding_with(&index, how)?;
        rows.square()?.mul(&rows)?.sum()
    };
    let y = cubes(&how)?;
    let found = gradients(&[&y], &[&t], &[], GradOptions::default())?;
    assert_eq!(found[0].as_ref().unwrap().sparse().unwrap().nnz(), 2);
    assert!(t.kept_grad().is_none());
    // Gradients of gradients flow through the values.
    let options = GradOptions {
        create_graph: true,
        ..GradOptions::default()
    };
    let second = |how: &Lookup| {
        let g = grad(&[&cubes(how)?], &[&t], &[], options)?
            .remove(0)
            .unwrap();
        let g = g.square()?.sum()?;
        Ok(grad(&[&g], &[&t], &[], GradOptions::default())?
            .remove(0)
            .unwrap())
    };
    let dense = Lookup {
        sparse: false,
        ..how.clone()
    };
    let (a, b): (Result<Tensor>, Result<Tensor>) = (second(&how), second(&dense));
    close(&a?, &b?)?;
    // On the way to anything but a leaf they become dense.
    t.mul(2.0)?
        .embedding_with(&index, &SPARSE)?
        .sum()?
        .backward()?;
    assert!(t.kept_grad().unwrap().sparse().is_none());
    assert_eq!(
        t.grad().unwrap().to_vec::<f64>()?,
        [0.0, 0.0, 4.0, 4.0, 0.0, 0.0, 2.0, 2.0]
    );
    Ok(())
}

#[test]
fn hooks_see_them() -> Result<()> {
    let (t, index) = (table(4)?, Tensor::new([1i64])?);
    let backward = || t.embedding_with(&index, &SPARSE)?.sum()?.backward();
    let seen = Arc::new(AtomicUsize::new(0));
    let count = seen.clone();
    // One that only looks leaves it sparse, though it is shown a dense one.
    let looks = t.register_hook(move |g| {
        count.fetch_add(g.numel(), Relaxed);
        Ok(None)
    })?;
    backward()?;
    assert_eq!((seen.load(Relaxed), sparse(&t).nnz()), (8, 1));
    looks.remove();
    let doubles = t.register_kept_grad_hook(|g| g.with_values(&g.values().mul(2.0)?).map(Some))?;
    t.zero_grad();
    backward()?;
    assert_eq!(sparse(&t).values().to_vec::<f64>()?, [2.0, 2.0]);
    doubles.remove();
    t.register_hook(|g| g.mul(3.0).map(Some))?;
    t.zero_grad();
    backward()?;
    assert_eq!(t.kept_grad().unwrap().values().dims(), [4, 2]);
    // After it was put down; on the operation; by the audit.
    let called = Arc::new(AtomicUsize::new(0));
    let count = called.clone();
    t.register_post_accumulate_grad_hook(move |_| {
        count.fetch_add(1, Relaxed);
        Ok(())
    })?;
    let rows = t.embedding_with(&index, &SPARSE)?;
    rows.grad_node().unwrap().register_hook(|inputs, _| {
        assert_eq!(inputs[0].as_ref().unwrap().dims(), [4, 2]);
        Ok(None)
    })?;
    let loss = rows.sum()?;
    loss.backward()?;
    assert_eq!(called.load(Relaxed), 1);
    assert_eq!(audit(&loss, &[("table", &t)])?.reached, 1);
    Ok(())
}

#[test]
fn any_sparse_gradient_can_be_set() -> Result<()> {
    let t = table(4)?;
    let mask = Tensor::new([[0.0, 5.0], [0.0, 0.0], [6.0, 0.0], [0.0, 0.0]])?;
    t.set_kept_grad(Some(SparseTensor::from_dense(&mask, 2)?.into()))?;
    assert_eq!(sparse(&t).sparse_dims(), 2);
    // Of two kinds of places the sum is dense.
    t.embedding_with(&Tensor::new([0i64])?, &SPARSE)?
        .sum()?
        .backward()?;
    assert_eq!(
        t.grad().unwrap().to_vec::<f64>()?,
        [1.0, 6.0, 0.0, 0.0, 6.0, 0.0, 0.0, 0.0]
    );
    let wrong = SparseTensor::from_dense(&Tensor::ones([2, 2])?, 1)?;
    assert!(t.set_kept_grad(Some(wrong.into())).is_err());
    let narrow = SparseTensor::from_dense(&mask.to_dtype(neurarust_core::DType::F32)?, 1)?;
    assert!(t.set_kept_grad(Some(narrow.into())).is_err());
    Ok(())
}

#[test]
fn rows_are_picked_and_written() -> Result<()> {
    let x = table(4)?.detach();
    let places = Tensor::new([[3i64, 1]])?;
    let s = SparseTensor::coo(&places, &Tensor::new([[1.0, 2.0], [3.0, 4.0]])?, &[4, 2])?;
    close(&s.pick(&x)?, &x.index_select(0, &Tensor::new([3i64, 1])?)?)?;
    let before = x.to_vec::<f64>()?;
    s.write_to(&x)?;
    let after = x.to_vec::<f64>()?;
    assert_eq!(
        (&after[..2], &after[2..4], &after[6..]),
        (&before[..2], &[3.0, 4.0][..], &[1.0, 2.0][..])
    );
    assert!(s.pick(&Tensor::zeros([4, 3])?).is_err());
    assert!((s.norm(1.0)?.item::<f64>()? - 10.0).abs() < 1e-12);
    Ok(())
}

#[test]
fn memory_is_that_of_the_rows() -> Result<()> {
    let table = Tensor::ones([1_000_000, 16])?.requires_grad()?;
    let index = Tensor::new([5i64, 999_999, 5])?;
    let bags = Bags {
        offsets: Some(Tensor::new([0i64, 2])?),
        sparse: true,
        ..Bags::default()
    };
    let before = memory_stats().live_bytes;
    reset_peak();
    for _ in 0..2 {
        table
            .embedding_with(&index, &SPARSE)?
            .square()?
            .sum()?
            .backward()?;
        table
            .embedding_bag(&index, &bags)?
            .square()?
            .sum()?
            .backward()?;
    }
    let g = sparse(&table).coalesce()?;
    let _guard = no_grad();
    g.with_values(&g.pick(&table)?.sub(g.values())?)?
        .write_to(&table)?;
    assert_eq!(g.nnz(), 2);
    let peak = memory_stats().peak_bytes;
    assert!(peak - before < table.nbytes() / 8, "{before} {peak}");
    Ok(())
}
