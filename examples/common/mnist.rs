//! What the MNIST examples share: options, the data, and a training loop with validation, a CSV log, early stopping and
//! a checkpoint of the best epoch.

use super::checkpoint::{self, Best};
use super::{History, Log, Mean, Outcome, Progress, draw, evaluate, folder, show};
use clap::{Args, CommandFactory, FromArgMatches, Parser};
use neurarust::data::Subset;
use neurarust::data::datasets::{Mnist, Split};
use neurarust::prelude::*;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

const HOW_TO_GET: &str = "
  The whole set is four files: train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte and
  t10k-labels-idx1-ubyte, each with .gz or without. If you have them, name their folder: --data FOLDER.
  To fetch them (12 MB), run the example with `--features download` before the `--`, and `--download` after it.";

/// How an example trains, unless told otherwise.
pub struct Defaults {
    pub about: &'static str,
    pub epochs: &'static str,
    pub batch_size: &'static str,
    pub lr: &'static str,
}

#[derive(Parser)]
struct Command {
    #[command(flatten)]
    options: Options,
}

#[derive(Args)]
pub struct Options {
    /// Folder with the four files of MNIST (IDX, gzipped or not)
    #[arg(long, default_value = "data/mnist")]
    data: PathBuf,
    /// Fetch the files into that folder first
    #[cfg(feature = "download")]
    #[arg(long)]
    download: bool,
    /// Passes over the training images
    #[arg(long)]
    pub epochs: usize,
    /// Images per step
    #[arg(long)]
    pub batch_size: usize,
    /// Learning rate
    #[arg(long)]
    pub lr: f64,
    /// Epochs without a better validation accuracy after which training stops
    #[arg(long, default_value_t = 3)]
    patience: usize,
    /// Decides the initial weights, the split and the order of the images
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Where the checkpoint, the log and the curves go
    #[arg(long, default_value = "out")]
    out: PathBuf,
    /// Go on from the checkpoint of an earlier run
    #[arg(long)]
    resume: bool,
}

impl Options {
    /// Reads the command line and seeds the random numbers.
    pub fn read(defaults: Defaults) -> Options {
        let command = Command::command()
            .about(defaults.about)
            .mut_arg("epochs", |a| {
                a.required(false).default_value(defaults.epochs)
            })
            .mut_arg("batch_size", |a| {
                a.required(false).default_value(defaults.batch_size)
            })
            .mut_arg("lr", |a| a.required(false).default_value(defaults.lr));
        let options = match Command::from_arg_matches(&command.get_matches()) {
            Ok(command) => command.options,
            Err(error) => error.exit(),
        };
        manual_seed(options.seed);
        options
    }
}

/// Data to learn from, to choose the best epoch by, and to be judged on.
type Parts = [Subset<TensorDataset>; 3];

fn split(whole: Mnist, shares: Vec<f64>, seed: u64) -> Result<Vec<Subset<TensorDataset>>> {
    whole.dataset()?.random_split(shares, seed)
}

/// Whether `folder`, or the one that torchvision makes in it, has files whose names begin so.
fn has(folder: &Path, prefix: &str) -> bool {
    [folder.to_path_buf(), folder.join("MNIST").join("raw")]
        .iter()
        .filter_map(|folder| fs::read_dir(folder).ok())
        .flatten()
        .filter_map(|entry| entry.ok())
        .any(|entry| entry.file_name().to_string_lossy().starts_with(prefix))
}

fn load(options: &Options) -> Outcome<Parts> {
    let folder = &options.data;
    #[cfg(feature = "download")]
    if options.download {
        neurarust::data::download::mnist(folder)?;
    }
    let parts = if has(folder, "train-images") {
        let shares = vec![11.0 / 12.0, 1.0 / 12.0];
        let mut parts = split(Mnist::open(folder, Split::Train)?, shares, options.seed)?;
        parts.extend(split(Mnist::open(folder, Split::Test)?, vec![1.0], 0)?);
        parts
    } else if has(folder, "t10k-images") {
        println!(
            "NOTE: {} holds only the 10,000 test images of MNIST.\n  \
             They are split into 8 : 1 : 1 for training, validation and test. The accuracy will be lower than with all 70,000.\
             {HOW_TO_GET}\n",
            folder.display()
        );
        let shares = vec![0.8, 0.1, 0.1];
        split(Mnist::open(folder, Split::Test)?, shares, options.seed)?
    } else {
        return Err(format!(
            "there is no MNIST in the folder {}.{HOW_TO_GET}",
            folder.display()
        )
        .into());
    };
    Ok(parts.try_into().map_err(|_| "three parts were asked for")?)
}

/// Trains `model`, keeps the epoch with the best validation accuracy and judges that one on the test images.
pub fn run<R: Rule>(name: &str, model: &impl Forward, rule: R, options: &Options) -> Outcome {
    let [train, valid, test] = load(options)?;
    println!(
        "{}\n{} parameters; {} images to train, {} to validate, {} to test\n",
        model.tree(),
        model.num_parameters(),
        train.len(),
        valid.len(),
        test.len()
    );
    let train = DataLoader::builder(train)
        .batch_size(options.batch_size)
        .shuffle(true)
        .seed(options.seed)
        .num_workers(1)
        .build()?;
    let valid = DataLoader::builder(valid).batch_size(500).build()?;
    let test = DataLoader::builder(test).batch_size(500).build()?;

    let out = folder(&options.out)?;
    let file = |extension| out.join(format!("{name}.{extension}"));
    let mut optimizer = Optimizer::new(model.parameters(), rule)?;
    let mut best = Best::default();
    if options.resume {
        best = checkpoint::load(&file("safetensors"), model, &mut optimizer)?;
        train.set_epoch(best.epochs as u64);
        println!(
            "going on after epoch {} ({:.2} %)",
            best.epochs,
            100.0 * best.accuracy
        );
    }
    let columns = "epoch,train_loss,train_accuracy,valid_loss,valid_accuracy,seconds";
    let mut log = Log::open(&file("csv"), columns, options.resume)?;
    let mut history = History::default();
    let mut progress = Progress::new(best.epochs..options.epochs, train.len());
    for epoch in best.epochs..options.epochs {
        progress.epoch(epoch);
        let started = Instant::now();
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
        let seconds = started.elapsed().as_secs_f64();
        let (held_out, _) = evaluate(model, &valid)?;
        log.row(&[
            (epoch + 1) as f64,
            mean.loss(),
            mean.accuracy(),
            held_out.loss(),
            held_out.accuracy(),
            seconds,
        ])?;
        let accuracy = held_out.accuracy();
        let better = best.epochs == 0 || accuracy > best.accuracy;
        progress.say(&format!(
            "epoch {:>2}: loss {:.4}, validation loss {:.4}, validation accuracy {:.2} %, {seconds:.1} s{}",
            epoch + 1,
            mean.loss(),
            held_out.loss(),
            100.0 * accuracy,
            if better { ", saved" } else { "" }
        ));
        history.push(mean, held_out);
        if better {
            best = Best {
                epochs: epoch + 1,
                accuracy,
            };
            checkpoint::save(&file("safetensors"), model, &optimizer, &best)?;
        } else if epoch + 1 >= best.epochs + options.patience {
            progress.say(&format!(
                "no better for {} epochs: stopping early",
                options.patience
            ));
            break;
        }
    }
    progress.finish();
    draw(&history, name, &file("svg"))?;
    checkpoint::load(&file("safetensors"), model, &mut optimizer)?;
    println!(
        "\nthe best epoch was {}; {} has it, beside the log (.csv) and the curves (.svg)\n",
        best.epochs,
        file("safetensors").display()
    );

    let (mean, misread) = evaluate(model, &test)?;
    show(&misread)?;
    println!("test accuracy: {:.2}%", 100.0 * mean.accuracy());
    Ok(())
}
