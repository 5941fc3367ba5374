//! The inner loops of element-wise ops: one generic body per direction, instantiated per op, compute type and
//! instruction set, and found through tables of plain function pointers.
//!
//! Every kernel reads and writes contiguous tiles, in whole registers: buffers must be readable and writable up to the
//! next multiple of [`LANES`] elements. `cpu::nest` arranges that.

use super::simd::{Float, Isa, Lanes, Level};
use crate::dual::Dual;
use crate::op::{Elementwise, Fused, IntFormula, Predicate};
use crate::real::{Bits, Num};

/// Elements that a tile's buffers must be rounded up to: the widest register.
pub const LANES: usize = 16;

/// Most parameters an op can have.
pub const MAX_PARAMS: usize = 8;

/// An op's parameters (a slope, a learning rate), by position.
pub type Params = [f64; MAX_PARAMS];

/// `(parameters, input tiles, output tiles, elements)`. A null output is skipped.
pub type KernelFn =
    unsafe fn(params: &Params, src: *const *const u8, dst: *const *mut u8, n: usize);

/// A kernel compiled for each [`Level`].
#[derive(Clone, Copy)]
pub struct Variants(pub [KernelFn; 3]);

impl Variants {
    /// The one for this machine.
    #[inline]
    pub fn pick(&self) -> KernelFn {
        self.0[super::simd::level() as usize]
    }
}

/// Builds the [`Variants`] of a generic body: `variants!(body, [type parameters])` where
/// `body::<I: Isa, …>(params, src, dst, n)` is `unsafe` and `#[inline(always)]`.
macro_rules! variants {
    ($body:ident, [$($g:ident: $bound:path),*], [$($c:ident),*]) => {{
        #[cfg(target_arch = "x86_64")]
        use crate::cpu::simd::{Avx2 as Wide, Avx512};
        #[cfg(target_arch = "aarch64")]
        use crate::cpu::simd::Neon as Wide;
        #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
        use crate::cpu::simd::Simd128 as Wide;
        #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64", all(target_arch = "wasm32", target_feature = "simd128"))))]
        use crate::cpu::simd::Scalar as Wide;
        #[cfg(not(target_arch = "x86_64"))]
        use crate::cpu::simd::Scalar as Avx512;
        use crate::cpu::simd::Scalar;

        unsafe fn with<I: Isa, $($g: $bound,)* $(const $c: usize),*>(
            params: &Params, src: *const *const u8, dst: *const *mut u8, n: usize,
        ) {
            // SAFETY: `Variants::pick` only hands out what the machine has; the caller vouches for the tiles.
            unsafe { I::run(#[inline(always)] || $body::<I, $($g,)* $($c),*>(params, src, dst, n)) }
        }
        Variants([with::<Scalar, $($g,)* $($c),*>, with::<Wide, $($g,)* $($c),*>, with::<Avx512, $($g,)* $($c),*>])
    }};
}

const _: () = assert!(
    Level::Scalar as usize == 0 && Level::Wide as usize == 1 && Level::Avx512 as usize == 2
);

/// `dst[m] = f(src)[m]`
pub(crate) fn forward<T: Float, O: Fused<N, M>, const N: usize, const M: usize>() -> Variants {
    #[inline(always)]
    unsafe fn body<I: Isa, T: Float, O: Fused<N, M>, const N: usize, const M: usize>(
        params: &Params,
        src: *const *const u8,
        dst: *const *mut u8,
        n: usize,
    ) {
        let op = O::from_params(params);
        let mut i = 0;
        // SAFETY: tiles are readable and writable up to the next multiple of LANES.
        unsafe {
            let x: [*const T; N] = std::array::from_fn(
                #[inline(always)]
                |k| *src.add(k) as *const T,
            );
            let y: [*mut T; M] = std::array::from_fn(
                #[inline(always)]
                |m| *dst.add(m) as *mut T,
            );
            while i < n {
                let lanes = op.eval(x.map(
                    #[inline(always)]
                    |p| <T::In<I>>::load(p.add(i)),
                ));
                for m in 0..M {
                    lanes[m].store(y[m].add(i));
                }
                i += <T::In<I>>::N;
            }
        }
    }
    variants!(body, [T: Float, O: Fused<N, M>], [N, M])
}

/// `dst[k] = g · ∂f/∂x[k]` for each `k` whose `dst` is not null; the last of `src` is `g`.
pub(crate) fn backward<T: Float, O: Elementwise<N>, const N: usize>() -> Variants {
    #[inline(always)]
    unsafe fn body<I: Isa, T: Float, O: Elementwise<N>, const N: usize>(
        params: &Params,
        src: *const *const u8,
        dst: *const *mut u8,
        n: usize,
    ) {
        let op = O::from_params(params);
        let mut i = 0;
        // SAFETY: as for `forward`.
        unsafe {
            let g = *src.add(N) as *const T;
            let x: [*const T; N] = std::array::from_fn(
                #[inline(always)]
                |k| *src.add(k) as *const T,
            );
            let dx: [*mut T; N] = std::array::from_fn(
                #[inline(always)]
                |k| *dst.add(k) as *mut T,
            );
            while i < n {
                let g = <T::In<I>>::load(g.add(i));
                let y = op.eval(Dual::inputs(x.map(
                    #[inline(always)]
                    |p| <T::In<I>>::load(p.add(i)),
                )));
                for (to, d) in dx.iter().zip(y[0].d) {
                    if !to.is_null() {
                        let d = match d {
                            Some(d) => g * d,
                            None => <T::In<I>>::c(0.0),
                        };
                        d.store(to.add(i));
                    }
                }
                i += <T::In<I>>::N;
            }
        }
    }
    variants!(body, [T: Float, O: Elementwise<N>], [N])
}

/// `dst[0] = g · f′` from the saved output `src[0]`; `src[1]` is `g`.
pub(crate) fn backward_from_output<T: Float, O: Elementwise<N>, const N: usize>() -> Variants {
    #[inline(always)]
    unsafe fn body<I: Isa, T: Float, O: Elementwise<N>, const N: usize>(
        params: &Params,
        src: *const *const u8,
        dst: *const *mut u8,
        n: usize,
    ) {
        let op = O::from_params(params);
        let mut i = 0;
        // SAFETY: as for `forward`.
        unsafe {
            let (y, g, dx) = (*src as *const T, *src.add(1) as *const T, *dst as *mut T);
            while i < n {
                let y = <T::In<I>>::load(y.add(i));
                (<T::In<I>>::load(g.add(i)) * op.partial_from_output(y)).store(dx.add(i));
                i += <T::In<I>>::N;
            }
        }
    }
    variants!(body, [T: Float, O: Elementwise<N>], [N])
}

/// A comparison of floats: `dst[0]` holds one byte per element.
pub(crate) fn predicate<T: Float, O: Predicate<N>, const N: usize>() -> Variants {
    #[inline(always)]
    unsafe fn body<I: Isa, T: Float, O: Predicate<N>, const N: usize>(
        params: &Params,
        src: *const *const u8,
        dst: *const *mut u8,
        n: usize,
    ) {
        let op = O::from_params(params);
        let mut i = 0;
        // SAFETY: as for `forward`.
        unsafe {
            let x: [*const T; N] = std::array::from_fn(
                #[inline(always)]
                |k| *src.add(k) as *const T,
            );
            let y = *dst;
            while i < n {
                let mask = op.test(x.map(
                    #[inline(always)]
                    |p| <T::In<I>>::load(p.add(i)),
                ));
                <T::In<I>>::store_mask(mask, y.add(i));
                i += <T::In<I>>::N;
            }
        }
    }
    variants!(body, [T: Float, O: Predicate<N>], [N])
}

/// An integer op: a plain loop, which the compiler vectorises for each instruction set.
pub(crate) fn integer<T: Bits, O: IntFormula<N>, const N: usize>() -> Variants {
    #[inline(always)]
    #[expect(
        clippy::extra_unused_type_parameters,
        reason = "every body names its instruction set"
    )]
    unsafe fn body<I: Isa, T: Bits, O: IntFormula<N>, const N: usize>(
        params: &Params,
        src: *const *const u8,
        dst: *const *mut u8,
        n: usize,
    ) {
        let op = O::from_params(params);
        // SAFETY: as for `forward`.
        unsafe {
            let x: [*const T; N] = std::array::from_fn(
                #[inline(always)]
                |k| *src.add(k) as *const T,
            );
            let y = *dst as *mut T;
            for i in 0..n {
                *y.add(i) = op.eval_int(x.map(
                    #[inline(always)]
                    |p| *p.add(i),
                ));
            }
        }
    }
    variants!(body, [T: Bits, O: IntFormula<N>], [N])
}

/// A comparison of integers: `dst[0]` holds one byte per element.
pub(crate) fn integer_predicate<T: Bits<Mask = bool>, O: Predicate<N>, const N: usize>() -> Variants
{
    #[inline(always)]
    #[expect(
        clippy::extra_unused_type_parameters,
        reason = "every body names its instruction set"
    )]
    unsafe fn body<I: Isa, T: Bits<Mask = bool>, O: Predicate<N>, const N: usize>(
        params: &Params,
        src: *const *const u8,
        dst: *const *mut u8,
        n: usize,
    ) {
        let op = O::from_params(params);
        // SAFETY: as for `forward`.
        unsafe {
            let x: [*const T; N] = std::array::from_fn(
                #[inline(always)]
                |k| *src.add(k) as *const T,
            );
            let y = *dst;
            for i in 0..n {
                *y.add(i) = op.test(x.map(
                    #[inline(always)]
                    |p| *p.add(i),
                )) as u8;
            }
        }
    }
    variants!(body, [T: Bits<Mask = bool>, O: Predicate<N>], [N])
}

/// A kernel that copies tiles: what `contiguous`, `copy_` and casts are made of.
pub(crate) unsafe fn copy<const SIZE: usize>(
    _: &Params,
    src: *const *const u8,
    dst: *const *mut u8,
    n: usize,
) {
    // SAFETY: tiles of `n` elements of SIZE bytes that do not overlap.
    unsafe { std::ptr::copy_nonoverlapping(*src, *dst, n * SIZE) }
}
