//! Trains a small convolutional network on 1,797 real handwritten digits that are part of the crate.
//!
//! `cargo run --release --example digits` needs no network and takes a few seconds. It leaves `out/digits.safetensors`,
//! the trained model, and `out/digits.svg`, the curves.

mod common;

use clap::Parser;
use common::{History, Mean, Outcome, Progress, draw, evaluate, folder, show};
use neurarust::data::datasets::Digits;
use neurarust::io;
use neurarust::prelude::*;
use std::path::PathBuf;

#[derive(Parser)]
#[command(about = "Learn to read handwritten digits")]
struct Options {
    /// Passes over the training images
    #[arg(long, default_value_t = 25)]
    epochs: usize,
    /// Images per step
    #[arg(long, default_value_t = 32)]
    batch_size: usize,
    /// Largest learning rate
    #[arg(long, default_value_t = 2e-3)]
    lr: f64,
    /// Decides the initial weights, the split and the order of the images
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Where the model and the curves go
    #[arg(long, default_value = "out")]
    out: PathBuf,
}

#[derive(Module)]
struct Net {
    conv1: Conv2d,
    norm1: BatchNorm2d,
    conv2: Conv2d,
    norm2: BatchNorm2d,
    pool: MaxPool2d,
    dropout: Dropout,
    head: Linear,
}

impl Net {
    fn new() -> Result<Net> {
        Ok(Net {
            conv1: Conv2d::builder(1, 16, 3).padding(1).build()?,
            norm1: BatchNorm2d::new(16)?,
            conv2: Conv2d::builder(16, 32, 3).padding(1).build()?,
            norm2: BatchNorm2d::new(32)?,
            pool: MaxPool2d::new(2)?,
            dropout: Dropout::new(0.3)?,
            head: Linear::new(32 * 2 * 2, 10)?,
        })
    }
}

impl Forward for Net {
    /// (N, 1, 8, 8) → (N, 10)
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let x = self.norm1.forward(&self.conv1.forward(x)?)?.relu()?; // (N, 16, 8, 8)
        let x = self.pool.forward(&x)?; // (N, 16, 4, 4)
        let x = self.norm2.forward(&self.conv2.forward(&x)?)?.relu()?; // (N, 32, 4, 4)
        let x = self.pool.forward(&x)?.flatten(1, -1)?; // (N, 128)
        self.head.forward(&self.dropout.forward(&x)?)
    }
}

fn main() -> Outcome {
    let options = Options::parse();
    manual_seed(options.seed);
    let parts = Digits::load()?
        .dataset()?
        .random_split([0.8, 0.2], options.seed)?;
    let train = DataLoader::builder(parts[0].clone())
        .batch_size(options.batch_size)
        .shuffle(true)
        .seed(options.seed)
        .build()?;
    let test = DataLoader::builder(parts[1].clone())
        .batch_size(parts[1].len())
        .build()?;

    let model = Net::new()?;
    println!(
        "{model:?}\n{} parameters, {} training and {} test images\n",
        model.num_parameters(),
        parts[0].len(),
        parts[1].len()
    );
    let mut optimizer = Optimizer::new(
        model.parameters(),
        AdamW {
            lr: options.lr,
            ..AdamW::default()
        },
    )?;
    let mut scheduler = Scheduler::new(
        &mut optimizer,
        CosineAnnealingLr {
            t_max: options.epochs as u64,
            eta_min: 0.0,
        },
    );

    let mut history = History::default();
    let mut progress = Progress::new(0..options.epochs, train.len());
    for epoch in 0..options.epochs {
        progress.epoch(epoch);
        model.train();
        let mut mean = Mean::default();
        for batch in &train {
            let (images, labels) = batch?;
            optimizer.zero_grad();
            let logits = model.forward(&images)?;
            let loss = logits.cross_entropy(&labels, &CrossEntropy::default())?;
            loss.backward()?;
            optimizer.step()?;

            mean.add(&logits, &labels, &loss)?;
            progress.batch(labels.numel(), &mean);
        }
        scheduler.step(&mut optimizer);

        let (held_out, _) = evaluate(&model, &test)?;
        history.push(mean, held_out);
    }
    let (seconds, rate) = progress.finish();
    println!(
        "trained {} epochs in {seconds:.1} s ({rate:.0} samples/s)",
        options.epochs
    );

    let out = folder(&options.out)?;
    io::save(out.join("digits.safetensors"), model.state_dict().iter())?;
    draw(&history, "Handwritten digits", &out.join("digits.svg"))?;
    println!(
        "saved {0}/digits.safetensors and {0}/digits.svg\n",
        out.display()
    );

    let (mean, misread) = evaluate(&model, &test)?;
    show(&misread)?;
    println!("test accuracy: {:.1}%", 100.0 * mean.accuracy());
    Ok(())
}
