//! A file with everything that is needed to go on training: the model, the optimizer's state and how far they are.

use neurarust::io;
use neurarust::prelude::*;
use std::path::Path;

/// The best epoch so far.
#[derive(Default)]
pub struct Best {
    /// How many epochs it took.
    pub epochs: usize,
    /// Its accuracy on the validation images.
    pub accuracy: f64,
}

const MODEL: &str = "model.";
const OPTIMIZER: &str = "optimizer.";

/// Tensors keep their names behind `model.` and `optimizer.`; numbers go into the file's metadata.
pub fn save<R: Rule>(
    path: &Path,
    model: &impl Module,
    optimizer: &Optimizer<R>,
    best: &Best,
) -> Result<()> {
    let state = optimizer.state_dict()?;
    let model = model
        .state_dict()
        .into_iter()
        .map(|(name, t)| (MODEL.to_string() + &name, t));
    let tensors = state
        .tensors
        .into_iter()
        .map(|(name, t)| (OPTIMIZER.to_string() + &name, t));
    let numbers = state
        .numbers
        .into_iter()
        .map(|(name, x)| (OPTIMIZER.to_string() + &name, x));
    let progress = [
        ("epochs".to_string(), best.epochs as f64),
        ("accuracy".to_string(), best.accuracy),
    ];
    let metadata = numbers
        .chain(progress)
        .map(|(name, x)| (name, x.to_string()));
    io::save_safetensors(path, model.chain(tensors), metadata)
}

/// Brings model and optimizer back to where they were saved.
pub fn load<R: Rule>(
    path: &Path,
    model: &impl Module,
    optimizer: &mut Optimizer<R>,
) -> Result<Best> {
    let loaded = io::load_safetensors(path)?;
    let (mut weights, mut state, mut best) = (StateDict::new(), State::default(), Best::default());
    for (name, text) in loaded.metadata {
        let wrong = |_| Error::value("checkpoint", format!("{name} is no number: {text}"));
        let number: f64 = text.parse().map_err(wrong)?;
        match (name.as_str(), name.strip_prefix(OPTIMIZER)) {
            (_, Some(name)) => _ = state.numbers.insert(name.into(), number),
            ("epochs", _) => best.epochs = number as usize,
            ("accuracy", _) => best.accuracy = number,
            _ => {}
        }
    }
    for (name, tensor) in loaded.tensors {
        if let Some(name) = name.strip_prefix(MODEL) {
            weights.insert(name, tensor);
        } else if let Some(name) = name.strip_prefix(OPTIMIZER) {
            state.tensors.insert(name.into(), tensor);
        }
    }
    model.load_state_dict(&weights)?;
    optimizer.load_state_dict(&state)?;
    Ok(best)
}
