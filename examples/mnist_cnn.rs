//! A convolution of eight 3 × 3 filters, pooling and a linear layer, on MNIST.
//!
//! `cargo run --release --example mnist_cnn -- --data FOLDER`, where the folder holds the four files of MNIST. Leaves the
//! best epoch's checkpoint, a log and the curves in `out/`; `--help` lists the options.

mod common;

use common::{Outcome, mnist};
use neurarust::prelude::*;

fn main() -> Outcome {
    let options = mnist::Options::read(mnist::Defaults {
        about: "A small convolutional network on MNIST",
        epochs: "3",
        batch_size: "32",
        lr: "0.003",
    });
    let model = sequential![
        Conv2d::builder(1, 8, 3).padding(1).build()?, // (N, 1, 28, 28) → (N, 8, 28, 28)
        ReLU,
        MaxPool2d::new(2)?, // (N, 8, 14, 14)
        Flatten::new(),     // (N, 1568)
        Linear::new(8 * 14 * 14, 10)?,
    ];
    let rule = Adam {
        lr: options.lr,
        ..Adam::default()
    };
    mnist::run("mnist_cnn", &model, rule, &options)
}
