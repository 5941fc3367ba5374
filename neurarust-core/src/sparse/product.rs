//! The two products of a pattern of places with dense matrices. Each is the other's derivative, so gradients of every
//! order are made of these two.

use crate::autograd::{Saved, record, tracks};
use crate::cpu::fresh::Fresh;
use crate::dtype::Element;
use crate::{DType, Error, Result, Shape, Tensor};
use smallvec::{SmallVec, smallvec};
use std::sync::Arc;

/// The places of a sparse matrix, sorted by row and by column.
pub(super) struct Pattern {
    shape: [usize; 2],
    rows: Vec<i64>,
    columns: Vec<i64>,
    by_row: Lines,
    by_column: Lines,
}

/// Elements line by line: where each line starts in `order`, the elements' numbers.
struct Lines {
    starts: Vec<usize>,
    order: Vec<usize>,
}

impl Lines {
    fn new(count: usize, line_of: &[i64]) -> Lines {
        let mut starts = vec![0usize; count + 1];
        for &l in line_of {
            starts[l as usize + 1] += 1;
        }
        for i in 1..starts.len() {
            starts[i] += starts[i - 1];
        }
        let mut next = starts.clone();
        let mut order = vec![0usize; line_of.len()];
        for (e, &l) in line_of.iter().enumerate() {
            order[next[l as usize]] = e;
            next[l as usize] += 1;
        }
        Lines { starts, order }
    }
}

impl Pattern {
    /// Elements at `rows` and `columns`, which are checked.
    pub(super) fn new(n: usize, m: usize, rows: Vec<i64>, columns: Vec<i64>) -> Pattern {
        Pattern {
            shape: [n, m],
            by_row: Lines::new(n, &rows),
            by_column: Lines::new(m, &columns),
            rows,
            columns,
        }
    }
}

/// Refuses what the products aren't made for.
#[track_caller]
fn floats(op: &'static str, a: &Tensor, b: &Tensor) -> Result<()> {
    if a.dtype() == b.dtype() && matches!(a.dtype(), DType::F32 | DType::F64) {
        return Ok(());
    }
    Err(Error::unsupported(
        op,
        format!(
            "products of sparse matrices are of float32 or float64 on both sides, got {} and {}; convert them first",
            a.dtype(),
            b.dtype()
        ),
    ))
}

/// The matrix of `values` at the pattern (its transpose, if `turned`) times `dense`.
#[track_caller]
pub(super) fn multiply(
    pattern: &Arc<Pattern>,
    turned: bool,
    values: &Tensor,
    dense: &Tensor,
) -> Result<Tensor> {
    const OP: &str = "sparse.mm";
    floats(OP, values, dense)?;
    let out = match dense.dtype() {
        DType::F64 => multiply_as::<f64>(pattern, turned, values, dense),
        _ => multiply_as::<f32>(pattern, turned, values, dense),
    }?;
    if tracks(&[values, dense]) {
        let pattern = pattern.clone();
        let saved = (Saved::input(values), Saved::input(dense));
        record(
            OP,
            &[values, dense],
            &[&out],
            saved,
            move |(v, d), call, g| {
                let mut grads: SmallVec<[Option<Tensor>; 2]> = smallvec![None, None];
                let Some(g) = &g[0] else { return Ok(grads) };
                if call.needs(0) {
                    let d = d.get(call)?;
                    let (a, b) = if turned { (&d, g) } else { (g, &d) };
                    grads[0] = Some(sample(&pattern, a, b)?);
                }
                if call.needs(1) {
                    grads[1] = Some(multiply(&pattern, !turned, &v.get(call)?, g)?);
                }
                Ok(grads)
            },
        )?;
    }
    Ok(out)
}

/// At every place `(r, c)` of the pattern: row `r` of `a` times row `c` of `b`.
#[track_caller]
pub(super) fn sample(pattern: &Arc<Pattern>, a: &Tensor, b: &Tensor) -> Result<Tensor> {
    const OP: &str = "sampled_addmm";
    floats(OP, a, b)?;
    let out = match a.dtype() {
        DType::F64 => sample_as::<f64>(pattern, a, b),
        _ => sample_as::<f32>(pattern, a, b),
    }?;
    if tracks(&[a, b]) {
        let pattern = pattern.clone();
        let saved = (Saved::input(a), Saved::input(b));
        record(OP, &[a, b], &[&out], saved, move |(a, b), call, g| {
            let mut grads: SmallVec<[Option<Tensor>; 2]> = smallvec![None, None];
            let Some(g) = &g[0] else { return Ok(grads) };
            if call.needs(0) {
                grads[0] = Some(multiply(&pattern, false, g, &b.get(call)?)?);
            }
            if call.needs(1) {
                grads[1] = Some(multiply(&pattern, true, g, &a.get(call)?)?);
            }
            Ok(grads)
        })?;
    }
    Ok(out)
}

trait Real: Element + std::ops::Mul<Output = Self> + std::ops::Add<Output = Self> {}
impl Real for f32 {}
impl Real for f64 {}

fn multiply_as<T: Real>(
    pattern: &Pattern,
    turned: bool,
    values: &Tensor,
    dense: &Tensor,
) -> Result<Tensor> {
    let (lines, other, count) = match turned {
        false => (&pattern.by_row, &pattern.columns, pattern.shape[0]),
        true => (&pattern.by_column, &pattern.rows, pattern.shape[1]),
    };
    let width = dense.dims()[1];
    let mut out = Fresh::<T>::zeroed(Shape::new(&[count, width])?)?;
    let work = width * (lines.order.len() / count.max(1)).max(1);
    let grain = (16 * 1024 / work.max(1)).max(1) * width.max(1);
    values.with_data(|v: &[T]| {
        dense.with_data(|d: &[T]| {
            out.for_each_chunk(grain, |start, part| {
                for (i, out) in part.chunks_mut(width.max(1)).enumerate() {
                    let line = start / width + i;
                    for &e in &lines.order[lines.starts[line]..lines.starts[line + 1]] {
                        let row = &d[other[e] as usize * width..][..width];
                        for (o, &x) in out.iter_mut().zip(row) {
                            *o = *o + v[e] * x;
                        }
                    }
                }
            });
        })
    })??;
    Ok(out.finish())
}

fn sample_as<T: Real>(pattern: &Pattern, a: &Tensor, b: &Tensor) -> Result<Tensor> {
    let width = a.dims()[1];
    let mut out = Fresh::<T>::new(Shape::new(&[pattern.rows.len()])?)?;
    a.with_data(|a: &[T]| {
        b.with_data(|b: &[T]| {
            out.for_each_chunk((16 * 1024 / width.max(1)).max(1), |start, part| {
                for (i, slot) in part.iter_mut().enumerate() {
                    let (r, c) = (pattern.rows[start + i], pattern.columns[start + i]);
                    let x = &a[r as usize * width..][..width];
                    let y = &b[c as usize * width..][..width];
                    let sum = x.iter().zip(y).fold(T::default(), |s, (&x, &y)| s + x * y);
                    *slot = sum;
                }
            });
        })
    })??;
    Ok(out.finish())
}
