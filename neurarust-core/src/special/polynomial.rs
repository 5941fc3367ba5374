//! Orthogonal polynomials: `x` and a degree, which is cut to an integer; 0 for degrees below 0.

/// Beyond this degree the recurrences would take too long: NaN, but for Chebyshev's, which have closed forms.
const MAX_DEGREE: f64 = 65536.0;

/// `p₀ = 1`, `p₁ = first`, `pₖ₊₁ = next(k, pₖ, pₖ₋₁)`
fn recur(degree: f64, first: f64, next: impl Fn(f64, f64, f64) -> f64) -> f64 {
    let n = degree.trunc();
    if n < 0.0 {
        return 0.0;
    }
    if !(n <= MAX_DEGREE) {
        return f64::NAN;
    }
    if n == 0.0 {
        return 1.0;
    }
    let (mut before, mut now) = (1.0, first);
    let mut k = 1.0;
    while k < n {
        (before, now) = (now, next(k, now, before));
        k += 1.0;
    }
    now
}

/// Chebyshev's recurrence `2x pₖ - pₖ₋₁`, for small degrees
fn chebyshev(x: f64, degree: f64, first: f64) -> f64 {
    recur(degree, first, |_, now, before| (x + x) * now - before)
}

/// Above which degree the closed forms are as exact as the recurrence, and faster.
const CLOSED: f64 = 64.0;

/// -1 for odd `n`
fn parity(n: f64) -> f64 {
    if n % 2.0 == 0.0 { 1.0 } else { -1.0 }
}

/// Of the first kind: `cos(n arccos x)`
pub fn chebyshev_polynomial_t(x: f64, degree: f64) -> f64 {
    let n = degree.trunc();
    match () {
        _ if !(n > CLOSED) || x.is_nan() => chebyshev(x, degree, x),
        _ if x.abs() <= 1.0 => (n * x.acos()).cos(),
        _ => (n * x.abs().acosh()).cosh() * if x < 0.0 { parity(n) } else { 1.0 },
    }
}

/// Of the second kind: `sin((n + 1) θ) / sin θ` with `x = cos θ`
pub fn chebyshev_polynomial_u(x: f64, degree: f64) -> f64 {
    let n = degree.trunc();
    match () {
        _ if !(n > CLOSED) || x.is_nan() => chebyshev(x, degree, x + x),
        _ if x.abs() == 1.0 => (n + 1.0) * if x < 0.0 { parity(n) } else { 1.0 },
        _ if x.abs() < 1.0 => ((n + 1.0) * x.acos()).sin() / x.acos().sin(),
        _ => {
            let t = x.abs().acosh();
            ((n + 1.0) * t).sinh() / t.sinh() * if x < 0.0 { parity(n) } else { 1.0 }
        }
    }
}

/// Of the third kind: `cos((n + ½) θ) / cos(θ/2)`
pub fn chebyshev_polynomial_v(x: f64, degree: f64) -> f64 {
    let n = degree.trunc();
    match () {
        _ if !(n > CLOSED) || x.is_nan() => chebyshev(x, degree, x + x - 1.0),
        _ if x == 1.0 => 1.0,
        _ if x == -1.0 => (n + n + 1.0) * parity(n),
        _ if x.abs() < 1.0 => ((n + 0.5) * x.acos()).cos() / (0.5 * x.acos()).cos(),
        _ => chebyshev_polynomial_u(x, n) - chebyshev_polynomial_u(x, n - 1.0),
    }
}

/// Of the fourth kind: `sin((n + ½) θ) / sin(θ/2)`
pub fn chebyshev_polynomial_w(x: f64, degree: f64) -> f64 {
    let n = degree.trunc();
    match () {
        _ if !(n > CLOSED) || x.is_nan() => chebyshev(x, degree, x + x + 1.0),
        _ if x == 1.0 => n + n + 1.0,
        _ if x == -1.0 => parity(n),
        _ if x.abs() < 1.0 => ((n + 0.5) * x.acos()).sin() / (0.5 * x.acos()).sin(),
        _ => chebyshev_polynomial_u(x, n) + chebyshev_polynomial_u(x, n - 1.0),
    }
}

/// Physicists' `2x Hₖ - 2k Hₖ₋₁`
pub fn hermite_polynomial_h(x: f64, degree: f64) -> f64 {
    recur(degree, x + x, |k, now, before| {
        (x + x) * now - (k + k) * before
    })
}

/// Probabilists' `x Heₖ - k Heₖ₋₁`
pub fn hermite_polynomial_he(x: f64, degree: f64) -> f64 {
    recur(degree, x, |k, now, before| x * now - k * before)
}

/// `((2k + 1 - x) Lₖ - k Lₖ₋₁) / (k + 1)`
pub fn laguerre_polynomial_l(x: f64, degree: f64) -> f64 {
    recur(degree, 1.0 - x, |k, now, before| {
        ((k + k + 1.0 - x) * now - k * before) / (k + 1.0)
    })
}

/// `((2k + 1) x Pₖ - k Pₖ₋₁) / (k + 1)`
pub fn legendre_polynomial_p(x: f64, degree: f64) -> f64 {
    recur(degree, x, |k, now, before| {
        ((k + k + 1.0) * x * now - k * before) / (k + 1.0)
    })
}
