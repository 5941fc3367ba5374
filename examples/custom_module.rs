//! Parts of one's own: a fused activation, a loss as an autograd `Function`, a layer and a model by `#[derive(Module)]`.
//!
//! `cargo run --release --example custom_module` checks the gradients of both operations against differences, then fits a
//! wave with a slope, and looks at what the network answers where it was never trained. Takes a second.

use neurarust::autograd::{Context, Function, Tolerance, gradcheck, gradgradcheck};
use neurarust::prelude::*;

/// `x + sin²(a x) / a`: the identity with ripples (Ziyin et al., 2020). One pass over memory forward and one backward, and
/// the gradients for `x` and for `a`, which broadcasts, follow from the formula.
fn snake(x: &Tensor, a: &Tensor) -> Result<Tensor> {
    let formula = fuse!(|x, a| {
        let s = (x * a).sin();
        x + s * s / a
    });
    formula(x, a)
}

/// The activation as a layer that learns how fast each channel ripples.
#[derive(Module)]
struct Snake {
    /// (channels)
    frequency: Tensor,
}

impl Snake {
    fn new(channels: usize) -> Result<Snake> {
        let frequency = Tensor::rand([channels])?.add(0.5)?.requires_grad()?;
        Ok(Snake { frequency })
    }
}

impl Forward for Snake {
    /// (…, channels) → (…, channels)
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        snake(x, &self.frequency)
    }
}

/// The mean of `ln cosh(prediction - target)`: square near 0, absolute value far away. The plain formula overflows for
/// large errors, so both directions are written by hand.
struct LogCosh;

impl Function for LogCosh {
    fn name(&self) -> &'static str {
        "log_cosh"
    }

    fn forward(&self, ctx: &mut Context, inputs: &[&Tensor]) -> Result<Vec<Tensor>> {
        let [prediction, target] = inputs else {
            return Err(Error::value(
                "log_cosh",
                "expected a prediction and a target",
            ));
        };
        ctx.save(inputs);
        // ln cosh e = |e| + softplus(-2 |e|) - ln 2
        let size = prediction.sub(target)?.abs()?;
        let rest = size.mul(-2.0)?.softplus(1.0, 20.0)?.sub(2f64.ln())?;
        Ok(vec![size.add(&rest)?.mean()?])
    }

    /// The derivative is `tanh`. It is computed from the saved inputs, so it can be differentiated again.
    fn backward(&self, ctx: &Context, grads: &[Option<Tensor>]) -> Result<Vec<Option<Tensor>>> {
        let (Some(grad), [prediction, target]) = (&grads[0], ctx.saved()) else {
            return Ok(vec![None, None]);
        };
        let error = prediction.sub(target)?;
        let slope = error.tanh()?.mul(grad)?.div(error.numel() as f64)?;
        let opposite = ctx.needs_input_grad(1).then(|| slope.neg()).transpose()?;
        Ok(vec![Some(slope), opposite])
    }
}

fn log_cosh(prediction: &Tensor, target: &Tensor) -> Result<Tensor> {
    Ok(LogCosh.apply(&[prediction, target])?.remove(0))
}

#[derive(Module)]
struct Net {
    layers: Vec<Linear>,
    snakes: [Snake; 2],
    head: Linear,
}

impl Net {
    fn new(width: usize) -> Result<Net> {
        Ok(Net {
            layers: vec![Linear::new(1, width)?, Linear::new(width, width)?],
            snakes: [Snake::new(width)?, Snake::new(width)?],
            head: Linear::new(width, 1)?,
        })
    }
}

impl Forward for Net {
    /// (N, 1) → (N, 1)
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let mut x = x.clone();
        for (layer, snake) in self.layers.iter().zip(&self.snakes) {
            x = snake.forward(&layer.forward(&x)?)?;
        }
        self.head.forward(&x)
    }
}

/// What is to be learned.
fn wave(x: &Tensor) -> Result<Tensor> {
    x.mul(2.0)?.sin()?.add(&x.mul(0.5)?)
}

fn check_gradients() -> Result<()> {
    let x = Tensor::randn(([5, 3], DType::F64))?;
    let a = Tensor::rand(([3], DType::F64))?.add(0.5)?;
    let target = Tensor::randn(([5, 3], DType::F64))?;
    gradcheck(|t| snake(&t[0], &t[1]), &[&x, &a], Tolerance::default())?;
    gradgradcheck(|t| snake(&t[0], &t[1]), &[&x, &a], Tolerance::default())?;
    gradcheck(
        |t| log_cosh(&t[0], &t[1]),
        &[&x, &target],
        Tolerance::default(),
    )?;
    gradgradcheck(
        |t| log_cosh(&t[0], &t[1]),
        &[&x, &target],
        Tolerance::default(),
    )?;
    println!("snake and log_cosh: first and second derivatives agree with differences\n");
    Ok(())
}

fn main() -> Result<()> {
    manual_seed(0);
    check_gradients()?;

    let x = Tensor::rand([256, 1])?.mul(8.0)?.sub(4.0)?; // -4 … 4
    let y = wave(&x)?;
    let net = Net::new(32)?;
    println!("{net:?}\n{} parameters\n", net.num_parameters());
    let mut optimizer = Optimizer::new(
        net.parameters(),
        Adam {
            lr: 5e-3,
            ..Adam::default()
        },
    )?;
    for step in 1..=1500 {
        optimizer.zero_grad();
        let loss = log_cosh(&net.forward(&x)?, &y)?;
        loss.backward()?;
        optimizer.step()?;
        if step % 300 == 0 {
            println!("step {step:>4}: loss {:.6}", loss.item::<f32>()?);
        }
    }

    let _guard = no_grad();
    let places = Tensor::linspace(-6.0, 6.0, 9)?.unsqueeze(1)?;
    let (wanted, found) = (
        wave(&places)?.to_vec::<f32>()?,
        net.forward(&places)?.to_vec::<f32>()?,
    );
    println!("\n    x   wanted    found");
    for (i, x) in places.to_vec::<f32>()?.into_iter().enumerate() {
        let outside = if x.abs() > 4.0 {
            "   never trained here"
        } else {
            ""
        };
        println!("{x:>5.1} {:>8.3} {:>8.3}{outside}", wanted[i], found[i]);
    }
    Ok(())
}
