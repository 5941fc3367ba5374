//! The exclusive or, learned by a 2-4-1 network of sigmoids: the smallest task that needs a hidden layer.
//!
//! `cargo run --release --example xor` takes a fraction of a second; `--epochs` and `--lr` may be given after `--`.

use clap::Parser;
use neurarust::prelude::*;
use std::time::Instant;

#[derive(Parser)]
#[command(about = "Learn the exclusive or")]
struct Options {
    /// Steps; each sees all four rows of the truth table
    #[arg(long, default_value_t = 2000)]
    epochs: usize,
    /// Learning rate
    #[arg(long, default_value_t = 1.0)]
    lr: f64,
    /// Decides the initial weights
    #[arg(long, default_value_t = 0)]
    seed: u64,
}

fn main() -> Result<()> {
    let options = Options::parse();
    manual_seed(options.seed);
    let x = Tensor::new([[0.0f32, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])?;
    let y = Tensor::new([[0.0f32], [1.0], [1.0], [0.0]])?;

    let model = sequential![Linear::new(2, 4)?, Sigmoid, Linear::new(4, 1)?, Sigmoid];
    let rule = Sgd {
        lr: options.lr,
        momentum: 0.9,
        ..Sgd::default()
    };
    let mut optimizer = Optimizer::new(model.parameters(), rule)?;

    let started = Instant::now();
    for epoch in 1..=options.epochs {
        optimizer.zero_grad();
        let loss = model.forward(&x)?.mse_loss(&y, Reduction::Mean)?;
        loss.backward()?;
        optimizer.step()?;
        if epoch % (options.epochs / 10).max(1) == 0 {
            println!("epoch {epoch:>5}: loss {:.6}", loss.item::<f32>()?);
        }
    }
    let rate = options.epochs as f64 / started.elapsed().as_secs_f64();

    let _guard = no_grad();
    let answers = model.forward(&x)?.to_vec::<f32>()?;
    println!("\n a  b │ a xor b\n──────┼────────");
    for (row, answer) in x.to_vec::<f32>()?.chunks(2).zip(answers) {
        println!(" {}  {} │  {answer:.3}", row[0], row[1]);
    }
    println!("\n{rate:.0} epochs/s");
    Ok(())
}
