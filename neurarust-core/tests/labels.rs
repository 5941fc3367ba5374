//! Claims about labels of dimensions: which ride along, which are dropped, what errors say, and that they mean nothing else.

use neurarust_core::ops::conv::ConvOptions;
use neurarust_core::{DType, ErrorKind, Index, Result, Shape, Tensor, i};

fn labelled(dims: &[usize], labels: &[&str]) -> Result<Tensor> {
    Tensor::ones(dims)?.label(labels)
}

/// Labels as words, `_` where there is none.
fn words(x: &Tensor) -> String {
    let labels: Vec<&str> = x.labels().iter().map(|l| l.unwrap_or("_")).collect();
    labels.join(" ")
}

#[test]
fn labels_ride_through_views() -> Result<()> {
    let x = labelled(&[2, 3, 4], &["batch", "time", "feat"])?;
    let is = |y: Result<Tensor>, want: &str| -> Result<()> {
        assert_eq!(words(&y?), want);
        Ok(())
    };
    is(x.permute(&[2, 0, 1]), "feat batch time")?;
    is(x.transpose(0, -1), "feat time batch")?;
    is(x.movedim(0, 1), "time batch feat")?;
    is(x.narrow(1, 1, 2), "batch time feat")?;
    is(x.slice(2, None, None, 2), "batch time feat")?;
    is(x.flip(&[0]), "batch time feat")?;
    is(x.select(1, 0), "batch feat")?;
    is(x.unsqueeze(0), "_ batch time feat")?;
    is(x.unsqueeze(2), "batch time _ feat")?;
    is(x.unsqueeze(-1), "batch time feat _")?;
    is(x.narrow(1, 0, 1)?.squeeze(&[]), "batch feat")?;
    is(x.narrow(1, 0, 1)?.squeeze(&[0]), "batch time feat")?;
    is(x.expand([5, -1, -1, -1]), "_ batch time feat")?;
    is(x.unfold(1, 2, 1), "batch time feat _")?;
    is(x.diagonal(0, 0, 1), "feat _")?;
    is(x.flatten(0, 1), "_ feat")?;
    is(x.flatten(1, 2), "batch _")?;
    is(x.reshape([2, 3, 2, 2]), "batch time _ _")?;
    is(x.reshape([-1]), "_")?;
    is(x.permute(&[2, 0, 1])?.reshape([4, 6]), "feat _")?;
    is(x.index(i![.., new, 0, ..; 2]), "batch _ feat")?;
    is(x.index(i![.., &Tensor::new([0i64, 2])?]), "batch time feat")?;
    is(
        x.index(i![.., &Tensor::new([[0i64, 2]])?]),
        "batch _ _ feat",
    )?;
    is(x.index([Index::At(0), Index::Ellipsis]), "time feat")?;
    is(x.permute(&[2, 0, 1])?.contiguous(), "feat batch time")?;
    is(x.to_dtype(DType::F64), "batch time feat")?;
    is(Ok(x.detach()), "batch time feat")?;
    is(x.label(&["", "t", ""]), "_ t _")?;
    Ok(())
}

#[test]
fn labels_ride_through_operations() -> Result<()> {
    let x = labelled(&[2, 3], &["batch", "feat"])?;
    let bare = Tensor::ones([3])?;
    assert_eq!(words(&x.exp()?), "batch feat");
    assert_eq!(words(&(&x + &bare)), "batch feat");
    assert_eq!(words(&(&bare + &x)), "batch feat");
    assert_eq!(words(&(&x * 2.0)), "batch feat");
    assert_eq!(words(&(&Tensor::ones([2, 3])? + &x)), "batch feat");
    // Merged from the right; what differs is dropped.
    let feat = labelled(&[3], &["feat"])?;
    assert_eq!(words(&(&Tensor::ones([2, 1])? + &feat)), "_ feat");
    let other = labelled(&[2, 3], &["batch", "hidden"])?;
    assert_eq!(words(&(&x + &other)), "batch _");
    assert_eq!(words(&x.softmax(-1)?), "batch feat");
    assert_eq!(words(&x.sum_dims(&[1], false)?), "batch");
    assert_eq!(words(&x.mean_dims(&[0], true)?), "batch feat");
    assert_eq!(words(&x.amax(&[0], false)?), "feat");
    assert_eq!(words(&x.sum()?), "");
    assert_eq!(
        words(&Tensor::cat(&[&Tensor::ones([1, 3])?, &x], 0)?),
        "batch feat"
    );
    assert_eq!(words(&Tensor::stack(&[&x, &x], 1)?), "batch _ feat");
    let weight = labelled(&[5, 3], &["hidden", "feat"])?;
    assert_eq!(words(&x.matmul(&weight.t()?)?), "batch hidden");
    assert_eq!(words(&x.linear(&weight, None)?), "batch hidden");
    assert_eq!(words(&x.matmul(&feat)?), "batch");
    assert_eq!(words(&feat.matmul(&weight.t()?)?), "hidden");
    let steps = labelled(&[2, 4, 3], &["batch", "time", "feat"])?;
    assert_eq!(words(&steps.linear(&weight, None)?), "batch time hidden");
    assert_eq!(words(&steps.matmul(&weight.t()?)?), "batch time hidden");
    assert_eq!(words(&steps.matmul(&feat)?), "batch time");
    let batches = steps.matmul(&steps.transpose(1, 2)?)?;
    assert_eq!(words(&batches), "batch time time");
    let image = labelled(&[2, 3, 8, 8], &["batch", "channel", "row", "column"])?;
    let kernel = Tensor::ones([4, 3, 3, 3])?;
    let out = image.conv2d(&kernel, None, &ConvOptions::default())?;
    assert_eq!(words(&out), "batch _ row column");
    Ok(())
}

#[test]
fn errors_show_labels() -> Result<()> {
    let x = labelled(&[32, 10], &["batch", "feat"])?;
    let y = labelled(&[32, 12], &["batch", "feat"])?;
    let error = x.add(&y).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Shape);
    let message = error.message();
    assert!(
        message.contains("shapes [batch 32, feat 10] and [batch 32, feat 12] do not broadcast"),
        "{message}"
    );
    assert!(message.contains("at dimension -1 (feat)"), "{message}");
    let message = x.matmul(&y).unwrap_err().to_string();
    assert!(message.contains("[batch 32, feat 10]"), "{message}");
    let message = x.select(2, 0).unwrap_err().to_string();
    assert!(message.contains("[batch 32, feat 10]"), "{message}");
    // Unlabelled shapes are shown as ever.
    let message = Tensor::ones([2])?.add(&Tensor::ones([3])?).unwrap_err();
    assert!(message.message().contains("shapes [2] and [3] do not"));
    for wrong in [&["a"][..], &[], &["a", "b", "c"]] {
        assert_eq!(x.label(wrong).unwrap_err().kind(), ErrorKind::Shape);
    }
    Ok(())
}

#[test]
fn labels_mean_nothing_else() -> Result<()> {
    let x = labelled(&[2, 3], &["batch", "feat"])?;
    assert_eq!(x.shape(), &Shape::new(&[2, 3])?);
    // A view: the same memory, and gradients flow.
    x.fill_(4.0)?;
    let leaf = Tensor::new([[1.0f64, 2.0], [3.0, 4.0]])?.requires_grad()?;
    let seen = leaf.label(&["a", "b"])?;
    (&seen * &seen.t()?).sum()?.backward()?;
    assert_eq!(leaf.grad().unwrap().to_vec::<f64>()?, [2.0, 6.0, 4.0, 8.0]);
    let own = Tensor::zeros([2])?.label(&["n"])?;
    let own = own.detach().requires_grad()?;
    assert!(own.is_leaf());
    (&own * 3.0).sum()?.backward()?;
    assert_eq!(own.grad().unwrap().to_vec::<f32>()?, [3.0, 3.0]);
    Ok(())
}
