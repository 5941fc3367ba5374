//! A network of two layers, 784-512-10, on MNIST.
//!
//! `cargo run --release --example mnist_mlp -- --data FOLDER`, where the folder holds the four files of MNIST. Leaves the
//! best epoch's checkpoint, a log and the curves in `out/`; `--help` lists the options.

mod common;

use common::{Outcome, mnist};
use neurarust::prelude::*;

fn main() -> Outcome {
    let options = mnist::Options::read(mnist::Defaults {
        about: "A network of two layers on MNIST",
        epochs: "10",
        batch_size: "64",
        lr: "0.001",
    });
    let model = sequential![
        Flatten::new(), // (N, 1, 28, 28) → (N, 784)
        Linear::new(784, 512)?,
        ReLU,
        Linear::new(512, 10)?,
    ];
    let rule = Adam {
        lr: options.lr,
        ..Adam::default()
    };
    mnist::run("mnist_mlp", &model, rule, &options)
}
