//! Self-attention over the patches of an image, on MNIST: a transformer block written with tensor operations.
//!
//! `cargo run --release --example mnist_attention -- --data FOLDER`, where the folder holds the four files of MNIST. Leaves
//! the best epoch's checkpoint, a log and the curves in `out/`; `--help` lists the options.

mod common;

use common::{Outcome, mnist};
use neurarust::prelude::*;

const PATCH: i64 = 4;
const SIDE: i64 = 28 / PATCH;
const TOKENS: usize = (SIDE * SIDE) as usize;
const WIDTH: usize = 64;
const HIDDEN: usize = 128;

/// Of MNIST's pixels: brought to mean 0 and deviation 1, they aren't drowned by the positions.
const MEAN: f64 = 0.1307;
const STD: f64 = 0.3081;

/// `softmax(q kᵀ / √d) v`, one head.
#[derive(Module)]
struct Attention {
    query: Linear,
    key: Linear,
    value: Linear,
    out: Linear,
}

impl Attention {
    fn new() -> Result<Attention> {
        Ok(Attention {
            query: Linear::new(WIDTH, WIDTH)?,
            key: Linear::new(WIDTH, WIDTH)?,
            value: Linear::new(WIDTH, WIDTH)?,
            out: Linear::new(WIDTH, WIDTH)?,
        })
    }
}

impl Forward for Attention {
    /// (N, tokens, d) → (N, tokens, d)
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let (q, k, v) = (
            self.query.forward(x)?,
            self.key.forward(x)?,
            self.value.forward(x)?,
        );
        let scores = q
            .matmul(&k.transpose(-2, -1)?)?
            .div((WIDTH as f64).sqrt())?; // (N, tokens, tokens)
        self.out.forward(&scores.softmax(-1)?.matmul(&v)?)
    }
}

#[derive(Module)]
struct Net {
    embed: Linear,
    #[module(transient)]
    positions: Tensor,
    norm1: LayerNorm,
    attention: Attention,
    norm2: LayerNorm,
    feed_forward: Sequential,
    norm3: LayerNorm,
    head: Linear,
}

impl Net {
    fn new() -> Result<Net> {
        Ok(Net {
            embed: Linear::new((PATCH * PATCH) as usize, WIDTH)?,
            positions: sinusoids()?,
            norm1: LayerNorm::new([WIDTH])?,
            attention: Attention::new()?,
            norm2: LayerNorm::new([WIDTH])?,
            feed_forward: sequential![
                Linear::new(WIDTH, HIDDEN)?,
                GELU::default(),
                Linear::new(HIDDEN, WIDTH)?
            ],
            norm3: LayerNorm::new([WIDTH])?,
            head: Linear::new(WIDTH, 10)?,
        })
    }
}

impl Forward for Net {
    /// (N, 1, 28, 28) → (N, 10)
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let x = x.sub(MEAN)?.div(STD)?;
        let x = self.embed.forward(&patches(&x)?)?.add(&self.positions)?; // (N, tokens, d)
        let x = x.add(&self.attention.forward(&self.norm1.forward(&x)?)?)?;
        let x = x.add(&self.feed_forward.forward(&self.norm2.forward(&x)?)?)?;
        self.head
            .forward(&self.norm3.forward(&x)?.mean_dims(&[1], false)?)
    }
}

/// Cuts images into squares, row by row: (N, 1, 28, 28) → (N, tokens, pixels of a patch).
fn patches(x: &Tensor) -> Result<Tensor> {
    x.reshape([-1, SIDE, PATCH, SIDE, PATCH])?
        .permute(&[0, 1, 3, 2, 4])?
        .reshape([-1, SIDE * SIDE, PATCH * PATCH])
}

/// Sines and cosines of the token's place, at wavelengths from 2π to 10,000 · 2π (Vaswani et al., 2017): (tokens, d).
fn sinusoids() -> Result<Tensor> {
    let place = Tensor::arange(0..TOKENS as i64)?
        .to_dtype(DType::F32)?
        .unsqueeze(1)?; // (tokens, 1)
    let rate = Tensor::linspace(0.0, 1.0, WIDTH / 2 + 1)?.narrow(0, 0, WIDTH / 2)?; // (d / 2)
    let angle = place.mul(&rate.mul(-(1e4f64.ln()))?.exp()?)?; // (tokens, d / 2)
    Tensor::stack(&[&angle.sin()?, &angle.cos()?], -1)?.flatten(1, -1)
}

fn main() -> Outcome {
    let options = mnist::Options::read(mnist::Defaults {
        about: "Self-attention over the patches of an image, on MNIST",
        epochs: "8",
        batch_size: "32",
        lr: "0.002",
    });
    let model = Net::new()?;
    let rule = Adam {
        lr: options.lr,
        ..Adam::default()
    };
    mnist::run("mnist_attention", &model, rule, &options)
}
