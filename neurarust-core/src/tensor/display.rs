//! Printing, as PyTorch prints: aligned columns, four digits, scientific notation where magnitudes differ too much,
//! and only the edges of large tensors.

use super::Tensor;
use crate::autograd::{Edge, lock, no_grad};
use crate::{DType, Result};
use std::fmt;

/// Tensors with more elements are shown by their edges.
const THRESHOLD: usize = 1000;
/// Elements shown at each end of a dimension.
const EDGE: usize = 3;
/// Characters per line.
const WIDTH: usize = 80;
/// Digits behind the point.
const PRECISION: usize = 4;
const PREFIX: &str = "tensor(";

impl fmt::Display for Tensor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match render(self) {
            Ok(text) => f.write_str(&text),
            // Printing must not fail: `to_string` would panic.
            Err(e) => write!(f, "{PREFIX}<{}>, size={})", e.message(), self.shape()),
        }
    }
}

/// The same as [`Display`](fmt::Display).
impl fmt::Debug for Tensor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

fn render(t: &Tensor) -> Result<String> {
    let mut suffixes = Vec::new();
    let mut out = PREFIX.to_string();
    if t.numel() == 0 {
        out.push_str("[]");
        if t.rank() != 1 {
            let sizes: Vec<String> = t.dims().iter().map(usize::to_string).collect();
            suffixes.push(format!("size=({})", sizes.join(", ")));
        }
        if t.dtype() != DType::F32 {
            suffixes.push(format!("dtype={}", t.dtype()));
        }
    } else {
        body(t, &mut out)?;
        // `1.+2.j` says of itself what it is, as `1.` does.
        if !matches!(
            t.dtype(),
            DType::F32 | DType::I64 | DType::Bool | DType::C64
        ) {
            suffixes.push(format!("dtype={}", t.dtype()));
        }
    }
    if t.is_requires_grad() {
        suffixes.push(match t.grad_fn() {
            Some(name) => format!("grad_fn=<{name}>"),
            None => "requires_grad=True".to_string(),
        });
    }
    let mut line = out.len() - out.rfind('\n').map_or(0, |i| i + 1) + 1;
    for suffix in suffixes {
        if line + suffix.len() + 2 > WIDTH {
            out.push_str(",\n");
            out.push_str(&" ".repeat(PREFIX.len()));
            line = PREFIX.len() + suffix.len();
        } else {
            out.push_str(", ");
            line += suffix.len() + 2;
        }
        out.push_str(&suffix);
    }
    out.push(')');
    Ok(out)
}

impl Tensor {
    /// The operation that made this tensor, as PyTorch names it (`AddBackward0`); none for the user's own and for
    /// tensors outside of the graph.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let x = Tensor::new([1f32])?.requires_grad()?;
    /// assert_eq!(x.grad_fn(), None);
    /// assert_eq!(x.exp()?.grad_fn().unwrap(), "ExpBackward0");
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn grad_fn(&self) -> Option<String> {
        if !self.is_requires_grad() {
            return None;
        }
        self.renew();
        match &lock(&self.0.meta).edge {
            Some(Edge::Node(node, _)) => Some(grad_fn_name(node.op)),
            _ => None,
        }
    }
}

/// `index_select` as PyTorch names its node: `IndexSelectBackward0`.
pub(crate) fn grad_fn_name(op: &str) -> String {
    let mut out = String::new();
    for word in op.split('_') {
        let mut letters = word.chars();
        out.extend(letters.next().map(|c| c.to_ascii_uppercase()));
        out.push_str(letters.as_str());
    }
    out.push_str("Backward0");
    out
}

/// Appends the elements in brackets. No recursion: a tensor may have any number of dimensions.
fn body(t: &Tensor, out: &mut String) -> Result<()> {
    let _guard = no_grad();
    let mut shown = t.detach();
    let summarize = t.numel() > THRESHOLD;
    let cut: Vec<bool> = t
        .dims()
        .iter()
        .map(|&n| summarize && n > 2 * EDGE)
        .collect();
    for d in (0..cut.len()).filter(|&d| cut[d]) {
        let dim = d as i64;
        let front = shown.narrow(dim, 0, EDGE)?;
        let back = shown.narrow(dim, -(EDGE as i64), EDGE)?;
        shown = Tensor::cat(&[&front, &back], dim)?;
    }
    let (cells, width) = cells(&shown)?;
    let Some((&columns, outer)) = shown.dims().split_last() else {
        out.push_str(&cells[0]);
        return Ok(());
    };
    let rank = shown.rank();
    let indent = PREFIX.len() + rank - 1;
    let per_line = (WIDTH.saturating_sub(indent) / (width + 2)).max(1);
    let mut index = vec![0usize; outer.len()];
    out.push_str(&"[".repeat(outer.len()));
    for (r, row) in cells.chunks(columns).enumerate() {
        if r > 0 {
            // The dimension that counts up; those behind it close and open again.
            let mut d = outer.len() - 1;
            while index[d] + 1 == outer[d] {
                index[d] = 0;
                d -= 1;
            }
            index[d] += 1;
            let separator = format!(
                ",{}{}",
                "\n".repeat(rank - 1 - d),
                " ".repeat(PREFIX.len() + d + 1)
            );
            out.push_str(&"]".repeat(outer.len() - 1 - d));
            out.push_str(&separator);
            if cut[d] && index[d] == EDGE {
                out.push_str("...");
                out.push_str(&separator);
            }
            out.push_str(&"[".repeat(outer.len() - 1 - d));
        }
        let mut items: Vec<&str> = row.iter().map(String::as_str).collect();
        if cut[rank - 1] {
            items.insert(EDGE, " ...");
        }
        let lines: Vec<String> = items.chunks(per_line).map(|line| line.join(", ")).collect();
        out.push('[');
        out.push_str(&lines.join(&format!(",\n{}", " ".repeat(indent + 1))));
        out.push(']');
    }
    out.push_str(&"]".repeat(outer.len()));
    Ok(())
}

/// Every element as text, padded to the width that is answered too. What isn't a number may stick out.
fn cells(t: &Tensor) -> Result<(Vec<String>, usize)> {
    let widest = |texts: &[String]| texts.iter().map(String::len).max().unwrap_or(1);
    let (texts, width) = match t.dtype() {
        DType::Bool => {
            let texts: Vec<String> = t.with_data(|v: &[bool]| {
                let name = |&b| if b { "True" } else { "False" };
                v.iter().map(|b| name(b).to_string()).collect()
            })?;
            let width = widest(&texts);
            (texts, width)
        }
        dtype if dtype.is_float() => {
            let values = t.to_dtype(DType::F64)?.to_vec::<f64>()?;
            let format = FloatFormat::of(&values);
            let texts: Vec<String> = values.iter().map(|&x| format.text(x)).collect();
            let width = values
                .iter()
                .zip(&texts)
                .filter(|(x, _)| x.is_finite() && **x != 0.0)
                .map(|(_, text)| text.len())
                .max();
            (texts, width.unwrap_or(1))
        }
        dtype if dtype.is_complex() => {
            let values = t.to_complex_vec()?;
            let (re, im): (Vec<f64>, Vec<f64>) = values.iter().copied().unzip();
            let (real, imag) = (FloatFormat::of(&re), FloatFormat::of(&im));
            let longest = |format: FloatFormat, v: &[f64]| {
                v.iter().map(|&x| format.text(x).len()).max().unwrap_or(1)
            };
            let (wide, width) = (longest(real, &re), longest(imag, &im));
            let texts: Vec<String> = values
                .iter()
                .map(|&(a, b)| {
                    let sign = if b.is_sign_negative() && !b.is_nan() {
                        '-'
                    } else {
                        '+'
                    };
                    let (a, b) = (real.text(a), imag.text(b.abs()));
                    format!("{a:>wide$}{sign}{b}j")
                })
                .collect();
            let widest = texts.iter().map(String::len).max().unwrap_or(wide + width);
            (texts, widest)
        }
        _ => {
            let texts: Vec<String> = t
                .to_dtype(DType::I64)?
                .with_data(|v: &[i64]| v.iter().map(i64::to_string).collect())?;
            let width = widest(&texts);
            (texts, width)
        }
    };
    let texts = texts.iter().map(|s| format!("{s:>width$}")).collect();
    Ok((texts, width))
}

/// How the floats of one tensor are written.
#[derive(Clone, Copy, PartialEq)]
enum FloatFormat {
    /// All are integers: `3.`
    Integers,
    Fixed,
    Scientific,
}

impl FloatFormat {
    fn of(values: &[f64]) -> FloatFormat {
        let real = || values.iter().filter(|x| x.is_finite() && **x != 0.0);
        let low = real().map(|x| x.abs()).fold(f64::INFINITY, f64::min);
        let high = real().map(|x| x.abs()).fold(0.0, f64::max);
        if high == 0.0 {
            FloatFormat::Integers
        } else if high / low > 1000.0 || high > 1e8 || low < 1e-4 {
            FloatFormat::Scientific
        } else if real().all(|x| x.fract() == 0.0) {
            FloatFormat::Integers
        } else {
            FloatFormat::Fixed
        }
    }

    fn text(self, x: f64) -> String {
        if x.is_nan() {
            return "nan".to_string();
        }
        if x.is_infinite() {
            return if x > 0.0 { "inf" } else { "-inf" }.to_string();
        }
        match self {
            FloatFormat::Integers => format!("{x:.0}."),
            FloatFormat::Fixed => format!("{x:.PRECISION$}"),
            FloatFormat::Scientific => {
                let text = format!("{x:.PRECISION$e}");
                match text.split_once('e') {
                    // At least two digits, and a sign.
                    Some((digits, exponent)) => match exponent.strip_prefix('-') {
                        Some(e) => format!("{digits}e-{e:0>2}"),
                        None => format!("{digits}e+{exponent:0>2}"),
                    },
                    None => text,
                }
            }
        }
    }
}
