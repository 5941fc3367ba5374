//! What the examples share: a progress line, measurements, misread digits in the terminal, a log. Curves, checkpoints and
//! what concerns MNIST have files of their own.

#![allow(dead_code)] // each example uses its part

pub mod checkpoint;
mod curves;
pub mod mnist;

pub use curves::draw;

use indicatif::{ProgressBar, ProgressStyle};
use neurarust::prelude::*;
use std::fs;
use std::io::Write;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// What an example's `main` answers.
pub type Outcome<T = ()> = std::result::Result<T, Failure>;

/// Any error, as a text for people: `main` prints what `Debug` writes.
pub struct Failure(String);

impl std::fmt::Debug for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl<E: Into<Box<dyn std::error::Error>>> From<E> for Failure {
    fn from(error: E) -> Failure {
        Failure(error.into().to_string())
    }
}

/// Mean loss and accuracy over batches.
#[derive(Default)]
pub struct Mean {
    samples: usize,
    loss_sum: f64,
    hits: usize,
}

impl Mean {
    /// Counts a batch: logits (N, classes), labels (N) and their mean loss.
    pub fn add(&mut self, logits: &Tensor, labels: &Tensor, loss: &Tensor) -> Result<()> {
        let hits = logits.argmax(1, false)?.eq(labels)?.sum()?;
        self.samples += labels.numel();
        self.loss_sum += loss.item::<f64>()? * labels.numel() as f64;
        self.hits += hits.item::<i64>()? as usize;
        Ok(())
    }

    pub fn loss(&self) -> f64 {
        self.loss_sum / self.samples as f64
    }

    pub fn accuracy(&self) -> f64 {
        self.hits as f64 / self.samples as f64
    }
}

/// Losses and accuracies, epoch by epoch.
#[derive(Default)]
pub struct History {
    train: Vec<Mean>,
    held_out: Vec<Mean>,
}

impl History {
    pub fn push(&mut self, train: Mean, held_out: Mean) {
        self.train.push(train);
        self.held_out.push(held_out);
    }
}

/// The line under which training runs: epoch, loss, accuracy, samples per second, time left.
pub struct Progress {
    bar: ProgressBar,
    epochs: usize,
    started: Instant,
    samples: usize,
}

impl Progress {
    pub fn new(epochs: Range<usize>, batches: usize) -> Progress {
        let bar = ProgressBar::new((epochs.len() * batches) as u64);
        let style = "{prefix} {bar:28.cyan/blue} {msg} · {eta} left";
        bar.set_style(
            ProgressStyle::with_template(style)
                .expect("a valid template")
                .progress_chars("━╸─"),
        );
        Progress {
            bar,
            epochs: epochs.end,
            started: Instant::now(),
            samples: 0,
        }
    }

    pub fn epoch(&self, epoch: usize) {
        let width = self.epochs.to_string().len();
        self.bar
            .set_prefix(format!("epoch {:>width$}/{}", epoch + 1, self.epochs));
    }

    /// A batch of `samples` is done; `mean` is the epoch's so far.
    pub fn batch(&mut self, samples: usize, mean: &Mean) {
        self.samples += samples;
        let rate = self.samples as f64 / self.started.elapsed().as_secs_f64();
        self.bar.set_message(format!(
            "loss {:.4} · accuracy {:5.2}% · {rate:.0} samples/s",
            mean.loss(),
            100.0 * mean.accuracy()
        ));
        self.bar.inc(1);
    }

    /// Prints a line above the progress line.
    pub fn say(&self, line: &str) {
        self.bar.suspend(|| println!("{line}"));
    }

    /// Ends the line; answers seconds and samples per second.
    pub fn finish(&self) -> (f64, f64) {
        self.bar.finish_and_clear();
        let seconds = self.started.elapsed().as_secs_f64();
        (seconds, self.samples as f64 / seconds)
    }
}

/// A digit that was taken for another one.
pub struct Misread {
    /// (1, 1, H, W)
    image: Tensor,
    label: i64,
    read: i64,
}

/// Loss, accuracy and the misread digits of a whole set.
pub fn evaluate<D>(
    model: &impl Forward,
    set: &DataLoader<D, (Tensor, Tensor)>,
) -> Result<(Mean, Vec<Misread>)>
where
    D: Dataset + 'static,
{
    model.eval();
    let _guard = no_grad();
    let (mut mean, mut misread) = (Mean::default(), Vec::new());
    for batch in set {
        let (images, labels) = batch?;
        let logits = model.forward(&images)?;
        let loss = logits.cross_entropy(&labels, &CrossEntropy::default())?;
        mean.add(&logits, &labels, &loss)?;
        let read = logits.argmax(1, false)?.to_vec::<i64>()?;
        for (i, (read, label)) in read.into_iter().zip(labels.to_vec::<i64>()?).enumerate() {
            if read != label {
                let image = images.narrow(0, i as i64, 1)?;
                misread.push(Misread { image, label, read });
            }
        }
    }
    Ok((mean, misread))
}

/// A few misread digits in the terminal.
pub fn show(misread: &[Misread]) -> Result<()> {
    let some = &misread[..misread.len().min(4)];
    if some.is_empty() {
        println!("none of the test digits was misread\n");
        return Ok(());
    }
    println!("{} of {} misread digits:", some.len(), misread.len());
    let images: Vec<&Tensor> = some.iter().map(|m| &m.image).collect();
    let captions: Vec<String> = some
        .iter()
        .map(|m| format!("a {} read as {}", m.label, m.read))
        .collect();
    print_images(&Tensor::cat(&images, 0)?, &captions)?;
    println!();
    Ok(())
}

/// Prints grey images (N, 1, H, W), values 0 to 1, side by side, each under its caption. A character is twice as high as
/// wide: small images get two for each pixel, others one for two rows.
fn print_images(images: &Tensor, captions: &[String]) -> Result<()> {
    let [n, _, height, width] = images
        .dims()
        .try_into()
        .map_err(|_| Error::shape("print_images", "expected (N, 1, H, W)"))?;
    let (across, down) = if width <= 16 { (2, 1) } else { (1, 2) };
    let pixels = images.to_dtype(DType::F32)?.to_vec::<f32>()?;
    let text = captions.iter().map(|c| c.chars().count()).max();
    let column = text.unwrap_or(0).max(across * width) + 3;
    for caption in captions {
        print!("{caption:<column$}");
    }
    println!();
    for row in (0..height).step_by(down) {
        for image in 0..n {
            let mut line = String::new();
            for x in 0..width {
                let rows = row..(row + down).min(height);
                let count = rows.len() as f32;
                let grey: f32 = rows.map(|y| pixels[(image * height + y) * width + x]).sum();
                let shade = [' ', '░', '▒', '▓', '█'][(grey / count * 4.99) as usize % 5];
                line.extend(std::iter::repeat_n(shade, across));
            }
            print!("{line:<column$}");
        }
        println!();
    }
    Ok(())
}

/// The folder that results go to, made if it isn't there.
pub fn folder(path: &Path) -> Outcome<PathBuf> {
    fs::create_dir_all(path)
        .map_err(|e| format!("cannot make the folder {}: {e}", path.display()))?;
    Ok(path.to_path_buf())
}

/// A table of comma-separated values that grows by a row an epoch.
pub struct Log(fs::File);

impl Log {
    /// Begins the table, or goes on with the one that is there.
    pub fn open(path: &Path, columns: &str, go_on: bool) -> Outcome<Log> {
        let go_on = go_on && path.exists();
        let mut options = fs::OpenOptions::new();
        options
            .create(true)
            .write(true)
            .append(go_on)
            .truncate(!go_on);
        let mut file = options.open(path)?;
        if !go_on {
            writeln!(file, "{columns}")?;
        }
        Ok(Log(file))
    }

    pub fn row(&mut self, values: &[f64]) -> Outcome {
        let values: Vec<String> = values.iter().map(f64::to_string).collect();
        writeln!(self.0, "{}", values.join(","))?;
        Ok(())
    }
}
