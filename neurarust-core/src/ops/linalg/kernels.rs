//! Decompositions of one batch of matrices after the other, row-major in, row-major out: LU, Cholesky, Bunch–Kaufman and
//! triangular systems written here, QR, eigenvalues and singular values by faer.
#![expect(
    clippy::neg_cmp_op_on_partial_ord,
    reason = "a comparison that is not true is one with NaN too"
)]

use super::Batch;
use crate::cpu::fresh::Fresh;
use crate::dtype::Element;
use crate::{Error, Result, Tensor};
use faer::traits::ext::ComplexFieldExt as _;
use faer::traits::{ComplexField, RealField};
use faer::{MatRef, Side};

/// An element type that matrices can be factored in.
pub(super) trait Field: Element + ComplexField<Real: Element + RealField> {}
impl Field for f32 {}
impl Field for f64 {}

/// Runs `$body` with `$T` as the element type of a tensor that matrices can be factored in.
macro_rules! field {
    ($op:expr, $dtype:expr, $T:ident => $body:expr) => {
        match $dtype {
            $crate::DType::F32 => {
                type $T = f32;
                $body
            }
            $crate::DType::F64 => {
                type $T = f64;
                $body
            }
            other => Err($crate::Error::dtype(
                $op,
                format!("not defined for {other}; convert to float32 or float64"),
            )),
        }
    };
}
pub(super) use field;

/// `f(elements)` of `t`, row-major.
#[track_caller]
pub(super) fn read<T: Field, R>(t: &Tensor, f: impl FnOnce(&[T]) -> R) -> Result<R> {
    t.detach().contiguous()?.with_data::<T, R>(f)
}

/// Matrix `i` of `count` equal ones in `data`.
fn nth<T>(data: &[T], i: usize, size: usize) -> &[T] {
    &data[i * size..(i + 1) * size]
}
fn nth_mut<T>(data: &mut [T], i: usize, size: usize) -> &mut [T] {
    &mut data[i * size..(i + 1) * size]
}

fn store<T: Field>(out: &mut [T], from: MatRef<'_, T>) {
    let columns = from.ncols();
    for (i, row) in out.chunks_mut(columns.max(1)).enumerate() {
        for (j, slot) in row.iter_mut().enumerate() {
            *slot = from[(i, j)];
        }
    }
}

fn identity<T: Field>(out: &mut [T], n: usize) {
    for i in 0..n {
        out[i * n + i] = T::one();
    }
}

fn view<T>(data: &[T], rows: usize, columns: usize) -> MatRef<'_, T> {
    MatRef::from_row_major_slice(data, rows, columns)
}

/// The first matrix with an element that is NaN or infinite.
pub(super) fn first_not_finite<T: Field>(data: &[T], size: usize) -> Option<usize> {
    data.iter()
        .position(|x| !x.is_finite())
        .map(|at| at / size.max(1))
}

// ---- LU ----

/// Factors `a` (rows, columns) in place with row exchanges (LAPACK's, counted from 1), and answers where the first zero
/// on the diagonal is, counted from 1, or 0.
fn lu_one<T: Field>(
    a: &mut [T],
    rows: usize,
    columns: usize,
    pivots: &mut [i32],
    exchange: bool,
) -> i32 {
    let k = rows.min(columns);
    let zero = T::zero();
    let mut info = 0;
    for j in 0..k {
        let mut p = j;
        if exchange {
            let mut best = a[j * columns + j].abs1();
            for i in j + 1..rows {
                let size = a[i * columns + j].abs1();
                if size > best {
                    (best, p) = (size, i);
                }
            }
        }
        pivots[j] = p as i32 + 1;
        if p != j {
            let (upper, lower) = a.split_at_mut(p * columns);
            upper[j * columns..(j + 1) * columns].swap_with_slice(&mut lower[..columns]);
        }
        let pivot = a[j * columns + j];
        if pivot == zero {
            if info == 0 {
                info = j as i32 + 1;
            }
            continue;
        }
        let (upper, lower) = a.split_at_mut((j + 1) * columns);
        let from = &upper[j * columns + j + 1..];
        for row in lower.chunks_exact_mut(columns) {
            let factor = divide(row[j], pivot);
            row[j] = factor;
            axpy(&mut row[j + 1..], factor, from);
        }
    }
    info
}

/// `a / b`
#[inline(always)]
fn divide<T: Field>(a: T, b: T) -> T {
    a / b
}

/// `y -= factor · x`
#[inline(always)]
fn axpy<T: Field>(y: &mut [T], factor: T, x: &[T]) {
    for (y, x) in y.iter_mut().zip(x) {
        *y -= factor * *x;
    }
}

/// `(LU, pivots, info)`
#[track_caller]
pub(super) fn lu<T: Field>(a: &Tensor, b: &Batch, exchange: bool) -> Result<[Tensor; 3]> {
    let (size, k) = (b.rows * b.columns, b.rows.min(b.columns));
    let mut out = Fresh::<T>::new(a.shape().clone())?;
    let mut pivots = Fresh::<i32>::zeroed(b.shape(&[k])?)?;
    let mut info = Fresh::<i32>::zeroed(b.shape(&[])?)?;
    read::<T, _>(a, |data| out.slice().copy_from_slice(data))?;
    for i in 0..b.count {
        let (o, p) = (nth_mut(out.slice(), i, size), nth_mut(pivots.slice(), i, k));
        info.slice()[i] = lu_one(o, b.rows, b.columns, p, exchange);
    }
    Ok([out.finish(), pivots.finish(), info.finish()])
}

// ---- Cholesky ----

/// `(L, info)`; `info` is the order of the leading minor that isn't positive, or 0.
#[track_caller]
pub(super) fn cholesky<T: Field>(a: &Tensor, b: &Batch) -> Result<[Tensor; 2]> {
    let (n, size) = (b.rows, b.rows * b.rows);
    let mut out = Fresh::<T>::zeroed(a.shape().clone())?;
    let mut info = Fresh::<i32>::zeroed(b.shape(&[])?)?;
    read::<T, _>(a, |data| {
        for i in 0..b.count {
            let (source, l) = (nth(data, i, size), nth_mut(out.slice(), i, size));
            if n >= 64
                && let Ok(factor) = view(source, n, n).llt(Side::Lower)
            {
                store(l, factor.L());
                continue;
            }
            info.slice()[i] = cholesky_one(source, l, n);
        }
    })?;
    Ok([out.finish(), info.finish()])
}

fn cholesky_one<T: Field>(a: &[T], l: &mut [T], n: usize) -> i32 {
    for i in 0..n {
        let (done, row) = l.split_at_mut(i * n);
        for j in 0..i {
            let other = &done[j * n..j * n + j + 1];
            let sum = less_products(a[i * n + j], &row[..j], &other[..j]);
            row[j] = divide(sum, other[j]);
        }
        let rest = less_products(a[i * n + i], &row[..i], &row[..i]).real();
        if !(rest > <T::Real as Default>::default()) {
            return i as i32 + 1;
        }
        row[i] = T::from_real_impl(&rest.sqrt());
    }
    0
}

/// `start - Σ x · conj(y)`
#[inline(always)]
fn less_products<T: Field>(start: T, x: &[T], y: &[T]) -> T {
    x.iter()
        .zip(y)
        .fold(start, |sum, (x, y)| sum - *x * y.conj())
}

// ---- triangular systems ----

/// Which triangle of the coefficients counts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Triangle {
    /// The upper one, not the lower one.
    pub upper: bool,
    /// With a diagonal of ones, whatever stands there.
    pub unit: bool,
}

/// `X` of `A · X = B`, `A` (…, n, n) triangular, `B` (…, n, k) of the same batch.
#[track_caller]
pub(super) fn triangular<T: Field>(
    a: &Tensor,
    b: &Tensor,
    batch: &Batch,
    t: Triangle,
) -> Result<Tensor> {
    let (n, k) = (batch.rows, batch.columns);
    let mut out = Fresh::<T>::new(b.shape().clone())?;
    read::<T, _>(b, |data| out.slice().copy_from_slice(data))?;
    read::<T, _>(a, |data| {
        for i in 0..batch.count {
            triangular_one(nth(data, i, n * n), nth_mut(out.slice(), i, n * k), n, k, t);
        }
    })?;
    Ok(out.finish())
}

fn triangular_one<T: Field>(a: &[T], x: &mut [T], n: usize, k: usize, t: Triangle) {
    if k == 0 {
        return;
    }
    for step in 0..n {
        let i = if t.upper { n - 1 - step } else { step };
        let (above, from) = x.split_at_mut(i * k);
        let (row, below) = from.split_at_mut(k);
        let known = if t.upper { i + 1..n } else { 0..i };
        for j in known {
            let other = match t.upper {
                true => &below[(j - i - 1) * k..(j - i) * k],
                false => &above[j * k..(j + 1) * k],
            };
            axpy(row, a[i * n + j], other);
        }
        if !t.unit {
            let inverse = a[i * n + i].recip();
            row.iter_mut().for_each(|x| *x *= inverse);
        }
    }
}

// ---- QR ----

/// The Householder reflectors of `a` below the diagonal and R on and above it, and their factors, as LAPACK's `geqrf`.
#[track_caller]
pub(super) fn geqrf<T: Field>(a: &Tensor, b: &Batch) -> Result<[Tensor; 2]> {
    let (m, n, k) = (b.rows, b.columns, b.rows.min(b.columns));
    let mut out = Fresh::<T>::zeroed(a.shape().clone())?;
    let mut tau = Fresh::<T>::zeroed(b.shape(&[k])?)?;
    if k > 0 {
        read::<T, _>(a, |data| {
            for i in 0..b.count {
                let qr = view(nth(data, i, m * n), m, n).qr();
                let (v, coefficients, r) = (qr.Q_basis(), qr.Q_coeff(), qr.R());
                let o = nth_mut(out.slice(), i, m * n);
                for (row, o) in o.chunks_exact_mut(n).enumerate() {
                    for (column, slot) in o.iter_mut().enumerate() {
                        *slot = match row > column {
                            true => v[(row, column)],
                            false => r[(row, column)],
                        };
                    }
                }
                let block = coefficients.nrows().max(1);
                for (j, slot) in nth_mut(tau.slice(), i, k).iter_mut().enumerate() {
                    *slot = coefficients[(j % block, j)].recip();
                }
            }
        })?;
    }
    Ok([out.finish(), tau.finish()])
}

/// `k` orthonormal columns, and R with `k` rows.
#[track_caller]
pub(super) fn qr<T: Field>(a: &Tensor, b: &Batch, k: usize) -> Result<[Tensor; 2]> {
    let (m, n) = (b.rows, b.columns);
    let mut q = Fresh::<T>::zeroed(b.shape(&[m, k])?)?;
    let mut r = Fresh::<T>::zeroed(b.shape(&[k, n])?)?;
    read::<T, _>(a, |data| {
        for i in 0..b.count {
            let to = nth_mut(q.slice(), i, m * k);
            if n.min(k) == 0 {
                // Nothing to be orthogonal to.
                (0..k).for_each(|j| to[j * k + j] = T::one_impl());
                continue;
            }
            let qr = view(nth(data, i, m * n), m, n).qr();
            match k > n {
                true => store(to, qr.compute_Q().as_ref()),
                false => store(to, qr.compute_thin_Q().as_ref()),
            }
            let from = qr.R();
            for (row, r) in nth_mut(r.slice(), i, k * n).chunks_exact_mut(n).enumerate() {
                (row..n).for_each(|column| r[column] = from[(row, column)]);
            }
        }
    })?;
    Ok([q.finish(), r.finish()])
}

// ---- spectra ----

#[cold]
#[track_caller]
fn failed(op: &'static str, b: &Batch, i: usize, what: &str) -> Error {
    super::failure(op, b, i, what)
}

const NO_CONVERGENCE: &str = "the algorithm failed to converge; scale the matrix, or use float64";
const NOT_FINITE: &str =
    "the matrix has elements that are NaN or infinite, for which the algorithm doesn't converge";

/// Eigenvalues in ascending order, and eigenvectors as columns if wanted, of symmetric matrices given by one triangle.
#[track_caller]
pub(super) fn eigh<T: Field>(
    op: &'static str,
    a: &Tensor,
    b: &Batch,
    upper: bool,
    vectors: bool,
) -> Result<(Tensor, Option<Tensor>)> {
    let (n, size) = (b.rows, b.rows * b.rows);
    let side = if upper { Side::Upper } else { Side::Lower };
    let mut values = Fresh::<T::Real>::zeroed(b.shape(&[n])?)?;
    let mut columns = vectors
        .then(|| Fresh::<T>::zeroed(a.shape().clone()))
        .transpose()?;
    let problem = read::<T, _>(a, |data| {
        if let Some(i) = first_not_finite(data, size) {
            return Some((i, NOT_FINITE));
        }
        for i in 0..if n == 0 { 0 } else { b.count } {
            let m = view(nth(data, i, size), n, n);
            let l = nth_mut(values.slice(), i, n);
            match &mut columns {
                Some(columns) => match m.self_adjoint_eigen(side) {
                    Ok(eigen) => {
                        let s = eigen.S();
                        l.iter_mut()
                            .zip(s.column_vector().iter())
                            .for_each(|(l, s)| *l = s.real());
                        store(nth_mut(columns.slice(), i, size), eigen.U());
                    }
                    Err(_) => return Some((i, NO_CONVERGENCE)),
                },
                None => match m.self_adjoint_eigenvalues(side) {
                    Ok(s) => l.copy_from_slice(&s),
                    Err(_) => return Some((i, NO_CONVERGENCE)),
                },
            }
        }
        None
    })?;
    match problem {
        Some((i, what)) => Err(failed(op, b, i, what)),
        None => Ok((values.finish(), columns.map(Fresh::finish))),
    }
}

/// Singular values in descending order, and, if wanted, `U` and `Vᴴ`, whole or with as many columns (rows) as there are
/// singular values.
#[track_caller]
pub(super) fn svd<T: Field>(
    op: &'static str,
    a: &Tensor,
    b: &Batch,
    full: Option<bool>,
) -> Result<(Tensor, Option<[Tensor; 2]>)> {
    let (m, n, k) = (b.rows, b.columns, b.rows.min(b.columns));
    let mut values = Fresh::<T::Real>::zeroed(b.shape(&[k])?)?;
    let (p, q) = if full == Some(true) { (m, n) } else { (k, k) };
    let mut vectors = match full {
        Some(_) => Some((
            Fresh::<T>::zeroed(b.shape(&[m, p])?)?,
            Fresh::<T>::zeroed(b.shape(&[q, n])?)?,
        )),
        None => None,
    };
    let problem = read::<T, _>(a, |data| {
        if let Some(i) = first_not_finite(data, m * n) {
            return Some((i, NOT_FINITE));
        }
        for i in 0..b.count {
            if k == 0 {
                if let (Some((u, v)), Some(true)) = (&mut vectors, full) {
                    identity(nth_mut(u.slice(), i, m * p), m);
                    identity(nth_mut(v.slice(), i, q * n), n);
                }
                continue;
            }
            let matrix = view(nth(data, i, m * n), m, n);
            let s = nth_mut(values.slice(), i, k);
            let Some((u, v)) = &mut vectors else {
                match matrix.singular_values() {
                    Ok(found) => s.copy_from_slice(&found),
                    Err(_) => return Some((i, NO_CONVERGENCE)),
                }
                continue;
            };
            let found = match full {
                Some(true) => matrix.svd(),
                _ => matrix.thin_svd(),
            };
            let Ok(found) = found else {
                return Some((i, NO_CONVERGENCE));
            };
            s.iter_mut()
                .zip(found.S().column_vector().iter())
                .for_each(|(slot, s)| *slot = s.real());
            store(nth_mut(u.slice(), i, m * p), found.U());
            let right = found.V();
            for (row, out) in nth_mut(v.slice(), i, q * n).chunks_exact_mut(n).enumerate() {
                for (j, slot) in out.iter_mut().enumerate() {
                    *slot = right[(j, row)].conj();
                }
            }
        }
        None
    })?;
    match problem {
        Some((i, what)) => Err(failed(op, b, i, what)),
        None => Ok((
            values.finish(),
            vectors.map(|(u, v)| [u.finish(), v.finish()]),
        )),
    }
}

/// Eigenvalues, real and imaginary parts (…, n), and, if wanted, eigenvectors of norm 1 as columns, the largest element of
/// each real.
#[track_caller]
pub(super) fn eig<T: Field<Real = T> + RealField>(
    op: &'static str,
    a: &Tensor,
    b: &Batch,
    vectors: bool,
) -> Result<([Tensor; 2], Option<[Tensor; 2]>)> {
    let (n, size) = (b.rows, b.rows * b.rows);
    let mut re = Fresh::<T>::zeroed(b.shape(&[n])?)?;
    let mut im = Fresh::<T>::zeroed(b.shape(&[n])?)?;
    let mut columns = match vectors {
        true => Some((
            Fresh::<T>::zeroed(a.shape().clone())?,
            Fresh::<T>::zeroed(a.shape().clone())?,
        )),
        false => None,
    };
    let problem = read::<T, _>(a, |data| {
        if let Some(i) = first_not_finite(data, size) {
            return Some((i, NOT_FINITE));
        }
        for i in 0..if n == 0 { 0 } else { b.count } {
            let m = view(nth(data, i, size), n, n);
            let (re, im) = (nth_mut(re.slice(), i, n), nth_mut(im.slice(), i, n));
            let Some((v_re, v_im)) = &mut columns else {
                let Ok(values) = m.eigenvalues() else {
                    return Some((i, NO_CONVERGENCE));
                };
                for (j, value) in values.iter().enumerate() {
                    (re[j], im[j]) = (value.re, value.im);
                }
                continue;
            };
            let Ok(found) = m.eigen() else {
                return Some((i, NO_CONVERGENCE));
            };
            let (v_re, v_im) = (
                nth_mut(v_re.slice(), i, size),
                nth_mut(v_im.slice(), i, size),
            );
            let (values, u) = (found.S(), found.U());
            for (j, value) in values.column_vector().iter().enumerate() {
                (re[j], im[j]) = (value.re, value.im);
                let mut sum = T::zero();
                let mut top = (T::zero(), T::one(), T::zero());
                for row in 0..n {
                    let (x, y) = (u[(row, j)].re, u[(row, j)].im);
                    let square = x * x + y * y;
                    sum += square;
                    if square > top.0 {
                        top = (square, x, y);
                    }
                }
                // Divided by the norm and by the direction of the largest element.
                let scale = (sum * (top.1 * top.1 + top.2 * top.2)).sqrt().recip();
                for row in 0..n {
                    let (x, y) = (u[(row, j)].re, u[(row, j)].im);
                    v_re[row * n + j] = (x * top.1 + y * top.2) * scale;
                    v_im[row * n + j] = (y * top.1 - x * top.2) * scale;
                }
            }
        }
        None
    })?;
    match problem {
        Some((i, what)) => Err(failed(op, b, i, what)),
        None => Ok((
            [re.finish(), im.finish()],
            columns.map(|(x, y)| [x.finish(), y.finish()]),
        )),
    }
}

// ---- symmetric indefinite ----

/// `(LD, pivots, info)` of symmetric matrices given by their lower triangle, by Bunch and Kaufman's diagonal pivoting, in
/// LAPACK's format: pivots count from 1, and two equal negative ones mark a block of two.
#[track_caller]
pub(super) fn ldl<T: Field>(a: &Tensor, b: &Batch) -> Result<[Tensor; 3]> {
    let (n, size) = (b.rows, b.rows * b.rows);
    let mut out = Fresh::<T>::new(a.shape().clone())?;
    let mut pivots = Fresh::<i32>::zeroed(b.shape(&[n])?)?;
    let mut info = Fresh::<i32>::zeroed(b.shape(&[])?)?;
    read::<T, _>(a, |data| out.slice().copy_from_slice(data))?;
    for i in 0..b.count {
        let (o, p) = (nth_mut(out.slice(), i, size), nth_mut(pivots.slice(), i, n));
        info.slice()[i] = ldl_one(o, n, p);
        // The other triangle isn't part of the answer.
        for row in 0..n {
            o[row * n + row + 1..(row + 1) * n].fill(T::zero());
        }
    }
    Ok([out.finish(), pivots.finish(), info.finish()])
}

fn ldl_one<T: Field>(a: &mut [T], n: usize, pivots: &mut [i32]) -> i32 {
    let at = |i: usize, j: usize| i * n + j;
    let alpha = <T::Real as Element>::from_f64((1.0 + 17f64.sqrt()) / 8.0);
    let nothing = <T::Real as Default>::default();
    let mut info = 0;
    let mut k = 0;
    while k < n {
        let size = |a: &[T], i: usize, j: usize| a[at(i, j)].abs();
        // The largest below the diagonal of column k.
        let (mut worst, mut r) = (nothing, k);
        for i in k + 1..n {
            let s = size(a, i, k);
            if s > worst {
                (worst, r) = (s, i);
            }
        }
        let own = size(a, k, k);
        let (mut step, mut p) = (1, k);
        if !(own > nothing) && !(worst > nothing) {
            if info == 0 {
                info = k as i32 + 1;
            }
            pivots[k] = k as i32 + 1;
            k += 1;
            continue;
        }
        if own < (alpha * worst) {
            let mut other = nothing;
            for j in k..r {
                let s = size(a, r, j);
                if s > other {
                    other = s;
                }
            }
            for i in r + 1..n {
                let s = size(a, i, r);
                if s > other {
                    other = s;
                }
            }
            let keep = own >= ((alpha * worst) * (worst / other));
            if !keep {
                p = r;
                if size(a, r, r) < (alpha * other) {
                    step = 2;
                }
            }
        }
        let kk = k + step - 1;
        if p != kk {
            // Exchange rows and columns kk and p of what is left, in the lower triangle.
            for i in p + 1..n {
                a.swap(at(i, kk), at(i, p));
            }
            for j in kk + 1..p {
                a.swap(at(j, kk), at(p, j));
            }
            a.swap(at(kk, kk), at(p, p));
            if step == 2 {
                a.swap(at(k + 1, k), at(p, k));
            }
        }
        if step == 1 {
            pivots[k] = p as i32 + 1;
            let d = a[at(k, k)].recip();
            for j in k + 1..n {
                let scaled = a[at(j, k)] * d;
                for i in j..n {
                    let less = a[at(i, k)] * scaled;
                    a[at(i, j)] = a[at(i, j)] - less;
                }
            }
            for i in k + 1..n {
                a[at(i, k)] = a[at(i, k)] * d;
            }
        } else {
            pivots[k] = -(p as i32 + 1);
            pivots[k + 1] = pivots[k];
            let (d0, d1, e) = (a[at(k, k)], a[at(k + 1, k + 1)], a[at(k + 1, k)]);
            let det = (d0 * d1) - (e * e);
            let mut factors = vec![(T::zero(), T::zero()); n];
            for j in k + 2..n {
                let (x, y) = (a[at(j, k)], a[at(j, k + 1)]);
                factors[j] = (
                    divide((d1 * x) - (e * y), det),
                    divide((d0 * y) - (e * x), det),
                );
            }
            for j in k + 2..n {
                let (f, g) = factors[j];
                for i in j..n {
                    let less = (a[at(i, k)] * f) + (a[at(i, k + 1)] * g);
                    a[at(i, j)] = a[at(i, j)] - less;
                }
            }
            for j in k + 2..n {
                (a[at(j, k)], a[at(j, k + 1)]) = factors[j];
            }
        }
        k += step;
    }
    info
}

/// `X` of `A · X = B` by what [`ldl`] answers.
#[track_caller]
pub(super) fn ldl_solve<T: Field>(
    ld: &Tensor,
    pivots: &[i64],
    b: &Tensor,
    batch: &Batch,
) -> Result<Tensor> {
    let (n, k) = (batch.rows, batch.columns);
    let mut out = Fresh::<T>::new(b.shape().clone())?;
    read::<T, _>(b, |data| out.slice().copy_from_slice(data))?;
    read::<T, _>(ld, |data| {
        for i in 0..batch.count {
            ldl_solve_one(
                nth(data, i, n * n),
                nth(pivots, i, n),
                nth_mut(out.slice(), i, n * k),
                n,
                k,
            );
        }
    })?;
    Ok(out.finish())
}

fn exchange<T>(x: &mut [T], i: usize, j: usize, k: usize) {
    if i != j {
        let (upper, lower) = x.split_at_mut(i.max(j) * k);
        upper[i.min(j) * k..][..k].swap_with_slice(&mut lower[..k]);
    }
}

/// Pivots have been checked to lie in `1..=n`, negative ones in pairs.
fn ldl_solve_one<T: Field>(a: &[T], pivots: &[i64], x: &mut [T], n: usize, k: usize) {
    if k == 0 {
        return;
    }
    let subtract = |x: &mut [T], to: usize, factor: T, from: usize| {
        let (low, high) = (to.min(from), to.max(from));
        let (upper, lower) = x.split_at_mut(high * k);
        let (low, high) = (&mut upper[low * k..][..k], &mut lower[..k]);
        match to < from {
            true => axpy(low, factor, high),
            false => axpy(high, factor, low),
        }
    };
    // L · D · y = b
    let mut i = 0;
    while i < n {
        if pivots[i] > 0 {
            exchange(x, i, pivots[i] as usize - 1, k);
            for j in i + 1..n {
                subtract(x, j, a[j * n + i], i);
            }
            let d = a[i * n + i].recip();
            x[i * k..(i + 1) * k].iter_mut().for_each(|x| *x *= d);
            i += 1;
        } else {
            exchange(x, i + 1, pivots[i].unsigned_abs() as usize - 1, k);
            for j in i + 2..n {
                subtract(x, j, a[j * n + i], i);
                subtract(x, j, a[j * n + i + 1], i + 1);
            }
            let (d0, d1, e) = (a[i * n + i], a[(i + 1) * n + i + 1], a[(i + 1) * n + i]);
            let det = (d0 * d1) - (e * e);
            for c in 0..k {
                let (u, v) = (x[i * k + c], x[(i + 1) * k + c]);
                x[i * k + c] = divide((d1 * u) - (e * v), det);
                x[(i + 1) * k + c] = divide((d0 * v) - (e * u), det);
            }
            i += 2;
        }
    }
    // Lᵀ · x = y
    let mut i = n;
    while i > 0 {
        let two = pivots[i - 1] < 0;
        let first = i - 1 - two as usize;
        for row in first..i {
            for j in i..n {
                subtract(x, row, a[j * n + row], j);
            }
        }
        exchange(x, i - 1, pivots[i - 1].unsigned_abs() as usize - 1, k);
        i = first;
    }
}
