//! The inner loops of reductions: a run folded to one number, and rows folded into a row.

use crate::cpu::simd::{Float, Int64, Isa, Lanes, with_isa};
use crate::dtype::Compute;
use crate::real::Num;

/// How two numbers become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Combine {
    /// `a + b`
    Sum,
    /// `a · b`
    Prod,
    /// The larger one, NaN if either is
    Max,
    /// The smaller one, NaN if either is
    Min,
}

/// Folds `n` adjacent numbers at `src` to the one at `out`.
pub(super) type Fold = unsafe fn(src: *const u8, n: usize, out: *mut u8);

/// Folds `rows` rows of `n` adjacent numbers, `stride` numbers apart, into the row `acc`.
pub(super) type Rows =
    unsafe fn(src: *const u8, stride: isize, rows: usize, acc: *mut u8, n: usize);

/// The loops for one [`Combine`] and one compute type.
#[derive(Clone, Copy)]
pub(super) struct Kernels {
    pub fold: Fold,
    pub rows: Rows,
    /// The neutral number, `size` bytes of it.
    pub identity: [u8; 8],
    /// Type of the numbers: never [`Compute::I32`], integers are folded as `i64`.
    pub compute: Compute,
}

trait Monoid: 'static {
    const IDENTITY: f64;
    fn join<V: Num>(a: V, b: V) -> V;
}

macro_rules! monoids {
    ($($name:ident $identity:expr, ($a:ident, $b:ident) => $body:expr;)*) => { $(
        struct $name;
        impl Monoid for $name {
            const IDENTITY: f64 = $identity;
            #[inline(always)]
            fn join<V: Num>($a: V, $b: V) -> V { $body }
        }
    )* };
}
monoids! {
    Sum 0.0, (a, b) => a + b;
    Prod 1.0, (a, b) => a * b;
    Max f64::NEG_INFINITY, (a, b) => a.max(b);
    Min f64::INFINITY, (a, b) => a.min(b);
}

/// The loops for `combine` on numbers of type `compute`.
pub(super) fn kernels(combine: Combine, compute: Compute) -> Kernels {
    fn of<M: Monoid>(compute: Compute) -> Kernels {
        let mut identity = [0; 8];
        match compute {
            Compute::F32 => {
                identity[..4].copy_from_slice(&(M::IDENTITY as f32).to_ne_bytes());
                Kernels {
                    fold: fold::<f32, M>,
                    rows: rows::<f32, M>,
                    identity,
                    compute,
                }
            }
            Compute::F64 => Kernels {
                fold: fold::<f64, M>,
                rows: rows::<f64, M>,
                identity: M::IDENTITY.to_ne_bytes(),
                compute,
            },
            Compute::I32 | Compute::I64 => Kernels {
                fold: fold_int::<M>,
                rows: rows_int::<M>,
                // The cast saturates, so that infinities become the ends of the range.
                identity: (M::IDENTITY as i64).to_ne_bytes(),
                compute: Compute::I64,
            },
        }
    }
    match combine {
        Combine::Sum => of::<Sum>(compute),
        Combine::Prod => of::<Prod>(compute),
        Combine::Max => of::<Max>(compute),
        Combine::Min => of::<Min>(compute),
    }
}

/// Widest register, in lanes.
const WIDEST: usize = 16;

unsafe fn fold<T: Float, M: Monoid>(src: *const u8, n: usize, out: *mut u8) {
    #[inline(always)]
    unsafe fn body<I: Isa, T: Float, M: Monoid>(p: *const T, n: usize) -> T {
        let step = <T::In<I>>::N;
        let identity = <T::In<I>>::c(M::IDENTITY);
        let mut acc = [identity; 8];
        let mut i = 0;
        // SAFETY: reads stay below `n`, but for the tail, which is copied to a buffer of a whole register.
        unsafe {
            while i + 8 * step <= n {
                for (k, acc) in acc.iter_mut().enumerate() {
                    *acc = M::join(*acc, <T::In<I>>::load(p.add(i + k * step)));
                }
                i += 8 * step;
            }
            while i + step <= n {
                acc[0] = M::join(acc[0], <T::In<I>>::load(p.add(i)));
                i += step;
            }
            let mut tail = [T::c(M::IDENTITY); WIDEST];
            if i < n {
                for (k, slot) in tail.iter_mut().enumerate().take(n - i) {
                    *slot = *p.add(i + k);
                }
                acc[1] = M::join(acc[1], <T::In<I>>::load(tail.as_ptr()));
            }
            let pairs = [
                M::join(acc[0], acc[4]),
                M::join(acc[1], acc[5]),
                M::join(acc[2], acc[6]),
                M::join(acc[3], acc[7]),
            ];
            let all = M::join(M::join(pairs[0], pairs[2]), M::join(pairs[1], pairs[3]));
            all.store(tail.as_mut_ptr());
            let mut width = step / 2;
            while width > 0 {
                for k in 0..width {
                    tail[k] = M::join(tail[k], tail[k + width]);
                }
                width /= 2;
            }
            tail[0]
        }
    }
    // SAFETY: by the caller; `level` is what the machine has.
    unsafe { *(out as *mut T) = with_isa!(I => body::<I, T, M>(src as *const T, n)) }
}

unsafe fn rows<T: Float, M: Monoid>(
    src: *const u8,
    stride: isize,
    rows: usize,
    acc: *mut u8,
    n: usize,
) {
    #[inline(always)]
    unsafe fn body<I: Isa, T: Float, M: Monoid>(
        mut p: *const T,
        stride: isize,
        rows: usize,
        acc: *mut T,
        n: usize,
    ) {
        let step = <T::In<I>>::N;
        let mut left = rows;
        // SAFETY: rows are read below `n`; pointers behind the last row are never followed.
        unsafe {
            while left >= 4 {
                let r: [*const T; 4] = [
                    p,
                    p.wrapping_offset(stride),
                    p.wrapping_offset(2 * stride),
                    p.wrapping_offset(3 * stride),
                ];
                let mut i = 0;
                while i + step <= n {
                    let low = M::join(<T::In<I>>::load(r[0].add(i)), <T::In<I>>::load(r[1].add(i)));
                    let high =
                        M::join(<T::In<I>>::load(r[2].add(i)), <T::In<I>>::load(r[3].add(i)));
                    M::join(<T::In<I>>::load(acc.add(i)), M::join(low, high)).store(acc.add(i));
                    i += step;
                }
                while i < n {
                    let low = M::join(*r[0].add(i), *r[1].add(i));
                    let high = M::join(*r[2].add(i), *r[3].add(i));
                    *acc.add(i) = M::join(*acc.add(i), M::join(low, high));
                    i += 1;
                }
                p = p.wrapping_offset(4 * stride);
                left -= 4;
            }
            while left > 0 {
                let mut i = 0;
                while i + step <= n {
                    M::join(<T::In<I>>::load(acc.add(i)), <T::In<I>>::load(p.add(i)))
                        .store(acc.add(i));
                    i += step;
                }
                while i < n {
                    *acc.add(i) = M::join(*acc.add(i), *p.add(i));
                    i += 1;
                }
                p = p.wrapping_offset(stride);
                left -= 1;
            }
        }
    }
    // SAFETY: by the caller; `level` is what the machine has.
    unsafe { with_isa!(I => body::<I, T, M>(src as *const T, stride, rows, acc as *mut T, n)) }
}

unsafe fn fold_int<M: Monoid>(src: *const u8, n: usize, out: *mut u8) {
    #[inline(always)]
    #[expect(
        clippy::extra_unused_type_parameters,
        reason = "every body names its instruction set"
    )]
    unsafe fn body<I: Isa, M: Monoid>(p: *const Int64, n: usize) -> Int64 {
        let mut acc = [Int64::c(M::IDENTITY); 8];
        let mut i = 0;
        // SAFETY: reads stay below `n`.
        unsafe {
            while i + 8 <= n {
                for (k, acc) in acc.iter_mut().enumerate() {
                    *acc = M::join(*acc, *p.add(i + k));
                }
                i += 8;
            }
            while i < n {
                acc[0] = M::join(acc[0], *p.add(i));
                i += 1;
            }
        }
        acc.into_iter()
            .fold(Int64::c(M::IDENTITY), |a, b| M::join(a, b))
    }
    // SAFETY: by the caller; `level` is what the machine has.
    unsafe { *(out as *mut Int64) = with_isa!(I => body::<I, M>(src as *const Int64, n)) }
}

unsafe fn rows_int<M: Monoid>(src: *const u8, stride: isize, rows: usize, acc: *mut u8, n: usize) {
    #[inline(always)]
    #[expect(
        clippy::extra_unused_type_parameters,
        reason = "every body names its instruction set"
    )]
    unsafe fn body<I: Isa, M: Monoid>(
        p: *const Int64,
        stride: isize,
        rows: usize,
        acc: *mut Int64,
        n: usize,
    ) {
        for r in 0..rows as isize {
            let p = p.wrapping_offset(r * stride);
            for i in 0..n {
                // SAFETY: rows are read below `n`.
                unsafe { *acc.add(i) = M::join(*acc.add(i), *p.add(i)) };
            }
        }
    }
    // SAFETY: by the caller; `level` is what the machine has.
    unsafe { with_isa!(I => body::<I, M>(src as *const Int64, stride, rows, acc as *mut Int64, n)) }
}
