//! The Box–Muller transform over registers: two arrays of uniform numbers become two of normal ones.

use super::simd::{FloatLanes, with_isa};

/// `√(-2 ln u) (cos 2πv, sin 2πv)` (Box and Muller, 1958) in the places of `u` in `(0, 1]` and `v` in `[0, 1)`.
#[inline(always)]
fn transform<V: FloatLanes, const K: usize>(u: &mut [V::Scalar; K], v: &mut [V::Scalar; K]) {
    const { assert!(K.is_multiple_of(V::N)) };
    for i in (0..K).step_by(V::N) {
        let (u, v) = (&mut u[i..i + V::N], &mut v[i..i + V::N]);
        // SAFETY: both slices are one register long.
        unsafe {
            let radius = (V::c(-2.0) * V::load(u.as_ptr()).ln()).sqrt();
            let angle = V::c(std::f64::consts::TAU) * V::load(v.as_ptr());
            (radius * angle.cos()).store(u.as_mut_ptr());
            (radius * angle.sin()).store(v.as_mut_ptr());
        }
    }
}

/// Normal numbers from uniform `u` in `(0, 1]` and `v` in `[0, 1)`, in place.
pub(crate) fn box_muller_f32(u: &mut [f32; 32], v: &mut [f32; 32]) {
    // SAFETY: `with_isa` picks what the machine has.
    unsafe { with_isa!(I => transform::<<I as Isa>::F32, 32>(u, v)) }
}

/// Normal numbers from uniform `u` in `(0, 1]` and `v` in `[0, 1)`, in place.
pub(crate) fn box_muller_f64(u: &mut [f64; 16], v: &mut [f64; 16]) {
    // SAFETY: `with_isa` picks what the machine has.
    unsafe { with_isa!(I => transform::<<I as Isa>::F64, 16>(u, v)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_lie_where_the_formula_says() {
        let u: [f64; 16] = std::array::from_fn(|i| [1.0, 0.3, 1e-9, 0.999][i % 4]);
        let v: [f64; 16] = std::array::from_fn(|i| i as f64 / 16.0);
        let (mut x, mut y) = (u, v);
        box_muller_f64(&mut x, &mut y);
        let (mut a, mut b) = ([0.5f32; 32], [0.125f32; 32]);
        box_muller_f32(&mut a, &mut b);
        for i in 0..16 {
            let radius = (-2.0 * u[i].ln()).sqrt();
            let (sin, cos) = (std::f64::consts::TAU * v[i]).sin_cos();
            assert!((x[i] - radius * cos).abs() < 1e-14 && (y[i] - radius * sin).abs() < 1e-14);
        }
        let both = (std::f32::consts::LN_2).sqrt();
        assert!(a.iter().chain(&b).all(|x| (x - both).abs() < 1e-6));
    }
}
