//! What the examples share: a progress line, curves as a picture, a log, the best checkpoint.

#![allow(dead_code)] // each example uses its part

use indicatif::{ProgressBar, ProgressStyle};
use neurarust::prelude::*;
use plotters::prelude::*;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

pub type Outcome<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Losses and accuracies, epoch by epoch.
#[derive(Default)]
pub struct History {
    pub train_loss: Vec<f64>,
    pub valid_loss: Vec<f64>,
    pub valid_accuracy: Vec<f64>,
}

/// The line under which an epoch runs: epoch, loss, accuracy, samples per second, time left.
pub struct Progress {
    bar: ProgressBar,
    epochs: usize,
    started: Instant,
    samples: usize,
}

impl Progress {
    pub fn new(epochs: usize, batches: usize) -> Progress {
        let bar = ProgressBar::new((epochs * batches) as u64);
        let style = "{prefix} {bar:28.cyan/blue} {msg} · {eta} left";
        bar.set_style(
            ProgressStyle::with_template(style)
                .expect("a valid template")
                .progress_chars("━╸─"),
        );
        Progress {
            bar,
            epochs,
            started: Instant::now(),
            samples: 0,
        }
    }

    pub fn epoch(&self, epoch: usize) {
        self.bar
            .set_prefix(format!("epoch {:>2}/{}", epoch + 1, self.epochs));
    }

    pub fn batch(&mut self, samples: usize, loss: f64, accuracy: f64) {
        self.samples += samples;
        let rate = self.samples as f64 / self.started.elapsed().as_secs_f64();
        self.bar.set_message(format!(
            "loss {loss:.4} · accuracy {:5.2}% · {rate:.0} samples/s",
            100.0 * accuracy
        ));
        self.bar.inc(1);
    }

    /// Ends the line; answers seconds and samples per second.
    pub fn finish(&self) -> (f64, f64) {
        self.bar.finish_and_clear();
        let seconds = self.started.elapsed().as_secs_f64();
        (seconds, self.samples as f64 / seconds)
    }
}

/// How many rows of `logits` (N, classes) are largest where `labels` (N) say.
pub fn correct(logits: &Tensor, labels: &Tensor) -> Result<usize> {
    Ok(logits.argmax(1, false)?.eq(labels)?.sum()?.item::<i64>()? as usize)
}

/// The folder that results go to, made if it isn't there.
pub fn folder(path: &Path) -> Outcome<PathBuf> {
    fs::create_dir_all(path)?;
    Ok(path.to_path_buf())
}

/// Draws the curves of a run.
pub fn draw(history: &History, title: &str, path: &Path) -> Outcome {
    let area = SVGBackend::new(path, (960, 400)).into_drawing_area();
    area.fill(&WHITE)?;
    let (left, right) = area
        .titled(title, ("sans-serif", 24))?
        .split_horizontally(480);
    let percent: Vec<f64> = history.valid_accuracy.iter().map(|a| 100.0 * a).collect();
    let train = ("training", &history.train_loss, RGBColor(31, 119, 180));
    let valid = ("held out", &history.valid_loss, RGBColor(214, 39, 40));
    panel(&left, "loss", &[train, valid])?;
    panel(
        &right,
        "accuracy, held out (%)",
        &[("held out", &percent, RGBColor(214, 39, 40))],
    )?;
    area.present()?;
    Ok(())
}

type Area<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;

fn panel(area: &Area, label: &str, curves: &[(&str, &Vec<f64>, RGBColor)]) -> Outcome {
    let all = || {
        curves
            .iter()
            .flat_map(|c| c.1.iter().copied())
            .filter(|v| v.is_finite())
    };
    let (low, high) = (
        all().fold(f64::INFINITY, f64::min),
        all().fold(f64::NEG_INFINITY, f64::max),
    );
    let (low, high) = if low < high {
        (low, high)
    } else {
        (low - 0.5, low + 0.5)
    };
    let margin = 0.05 * (high - low);
    let epochs = curves.iter().map(|c| c.1.len()).max().unwrap_or(0).max(2) as f64;
    let mut chart = ChartBuilder::on(area)
        .margin(12)
        .x_label_area_size(36)
        .y_label_area_size(52)
        .build_cartesian_2d(1.0..epochs, low - margin..high + margin)?;
    chart
        .configure_mesh()
        .x_desc("epoch")
        .y_desc(label)
        .x_label_formatter(&|x| format!("{x:.0}"))
        .light_line_style(WHITE)
        .draw()?;
    for &(name, values, color) in curves {
        let line = values.iter().enumerate().map(|(i, v)| ((i + 1) as f64, *v));
        chart
            .draw_series(LineSeries::new(line, color.stroke_width(2)))?
            .label(name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], color.stroke_width(2)));
    }
    if curves.len() > 1 {
        chart
            .configure_series_labels()
            .border_style(BLACK.mix(0.2))
            .background_style(WHITE)
            .draw()?;
    }
    Ok(())
}

/// A table of comma-separated values that grows by a row an epoch.
pub struct Log(fs::File);

impl Log {
    pub fn create(path: &Path, columns: &str) -> Outcome<Log> {
        let mut file = fs::File::create(path)?;
        writeln!(file, "{columns}")?;
        Ok(Log(file))
    }

    pub fn row(&mut self, values: &[f64]) -> Outcome {
        writeln!(
            self.0,
            "{}",
            values
                .iter()
                .map(f64::to_string)
                .collect::<Vec<_>>()
                .join(",")
        )?;
        Ok(())
    }
}

/// Prints grey images (N, 1, H, W), values 0 to 1, side by side, each under its caption.
pub fn print_images(images: &Tensor, captions: &[String]) -> Result<()> {
    let [n, _, height, width] = images
        .dims()
        .try_into()
        .map_err(|_| Error::shape("print_images", "expected (N, 1, H, W)"))?;
    let pixels = images.to_dtype(DType::F32)?.to_vec::<f32>()?;
    let column = captions
        .iter()
        .map(|c| c.chars().count())
        .max()
        .unwrap_or(0)
        .max(2 * width)
        + 3;
    for caption in captions {
        print!("{caption:<column$}");
    }
    println!();
    for row in 0..height {
        for image in 0..n {
            let line = &pixels[(image * height + row) * width..][..width];
            let text: String = line
                .iter()
                .flat_map(|p| {
                    std::iter::repeat_n([' ', '░', '▒', '▓', '█'][(p * 4.99) as usize % 5], 2)
                })
                .collect();
            print!("{text:<column$}");
        }
        println!();
    }
    Ok(())
}
