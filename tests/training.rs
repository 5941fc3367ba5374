//! A whole training run is the same to the last bit on any number of threads, and it learns.

use neurarust::cpu::pool::with_num_threads;
use neurarust::data::datasets::Digits;
use neurarust::prelude::*;

fn network() -> Result<Sequential> {
    Ok(sequential![
        Conv2d::builder(1, 16, 3).padding(1).build()?, // (N, 16, 8, 8)
        BatchNorm2d::new(16)?,
        ReLU,
        MaxPool2d::new(2)?, // (N, 16, 4, 4)
        Flatten::new(),
        Dropout::new(0.1)?,
        Linear::new(16 * 4 * 4, 64)?,
        GELU::default(),
        Linear::new(64, 10)?,
    ])
}

/// The bits of the loss of every step, and the accuracy on a held-out fifth.
fn train(epochs: usize, workers: usize) -> Result<(Vec<u32>, f64)> {
    manual_seed(7);
    let parts = Digits::load()?.dataset()?.random_split([0.8, 0.2], 7)?;
    let loader = DataLoader::builder(parts[0].clone())
        .batch_size(64)
        .shuffle(true)
        .seed(7)
        .num_workers(workers)
        .build()?;
    let model = network()?;
    let mut optimizer = Optimizer::new(
        model.parameters(),
        AdamW {
            lr: 3e-3,
            ..AdamW::default()
        },
    )?;
    let mut losses = Vec::new();
    for _ in 0..epochs {
        for batch in &loader {
            let (images, labels) = batch?;
            optimizer.zero_grad();
            let logits = model.forward(&images)?;
            let loss = logits.cross_entropy(&labels, &CrossEntropy::default())?;
            loss.backward()?;
            optimizer.step()?;
            losses.push(loss.item::<f32>()?.to_bits());
        }
    }
    model.eval();
    let _guard = no_grad();
    let test = DataLoader::builder(parts[1].clone())
        .batch_size(parts[1].len())
        .build()?;
    let mut right = 0;
    for batch in &test {
        let (images, labels) = batch?;
        let read = model.forward(&images)?.argmax(1, false)?;
        right += read.eq(&labels)?.sum()?.item::<i64>()?;
    }
    Ok((losses, right as f64 / parts[1].len() as f64))
}

#[test]
fn digits_train_to_the_same_bits_on_any_number_of_threads() -> Result<()> {
    let (losses, accuracy) = with_num_threads(1, || train(3, 0))?;
    assert_eq!(losses.len(), 3 * 23);
    assert!(accuracy > 0.9, "accuracy {accuracy} after 3 epochs");
    for threads in [2, 3] {
        let (again, accuracy_again) = with_num_threads(threads, || train(3, threads))?;
        let differs = losses.iter().zip(&again).position(|(a, b)| a != b);
        assert_eq!(
            differs, None,
            "first step whose loss differs at {threads} threads"
        );
        assert_eq!(accuracy, accuracy_again);
    }
    Ok(())
}
