//! The curves of a run as a picture: losses on the left, accuracies on the right.

use super::{History, Mean, Outcome};
use plotters::prelude::*;
use std::path::Path;

const TRAINING: RGBColor = RGBColor(31, 119, 180);
const HELD_OUT: RGBColor = RGBColor(214, 39, 40);

/// Draws the curves of a run into an SVG file.
pub fn draw(history: &History, title: &str, path: &Path) -> Outcome {
    let area = SVGBackend::new(path, (960, 400)).into_drawing_area();
    area.fill(&WHITE)?;
    let (left, right) = area
        .titled(title, ("sans-serif", 24))?
        .split_horizontally(480);
    panel(&left, "loss", history, Mean::loss)?;
    panel(&right, "accuracy (%)", history, |mean| {
        100.0 * mean.accuracy()
    })?;
    area.present()?;
    Ok(())
}

type Area<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;

fn panel(area: &Area, label: &str, history: &History, value: fn(&Mean) -> f64) -> Outcome {
    let curves = [
        ("training", &history.train, TRAINING),
        ("held out", &history.held_out, HELD_OUT),
    ];
    let all: Vec<f64> = (curves.iter().flat_map(|c| c.1).map(value))
        .filter(|v| v.is_finite())
        .collect();
    let low = all.iter().copied().fold(f64::INFINITY, f64::min);
    let high = all.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let (low, high) = if low < high { (low, high) } else { (0.0, 1.0) };
    let margin = 0.05 * (high - low);
    let epochs = history.train.len();
    let mut chart = ChartBuilder::on(area)
        .margin(12)
        .x_label_area_size(36)
        .y_label_area_size(56)
        .build_cartesian_2d(1.0..epochs.max(2) as f64, low - margin..high + margin)?;
    chart
        .configure_mesh()
        .x_desc("epoch")
        .y_desc(label)
        .x_labels(epochs.clamp(2, 10))
        .x_label_formatter(&|x| format!("{x:.0}"))
        .light_line_style(WHITE)
        .draw()?;
    for (name, means, color) in curves {
        let line = means
            .iter()
            .enumerate()
            .map(|(i, mean)| ((i + 1) as f64, value(mean)));
        chart
            .draw_series(LineSeries::new(line, color.stroke_width(2)))?
            .label(name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], color.stroke_width(2)));
    }
    chart
        .configure_series_labels()
        .border_style(BLACK.mix(0.2))
        .background_style(WHITE)
        .draw()?;
    Ok(())
}
