//! The inner loops of element-wise ops: one generic body per direction, instantiated per op, compute type and
//! instruction set, and found through tables of plain function pointers.
//!
//! Every kernel reads and writes contiguous tiles, in whole registers: buffers must be readable and writable up to the
//! next multiple of [`LANES`] elements. `cpu::nest` arranges that.

use super::simd::{Float, Isa, Lanes, Level};
use crate::dual::Dual;
use crate::op::{Elementwise, Fused, InLanes, IntFormula, Oracle, Predicate, Scalar};
use crate::real::{Bits, Num};

/// Elements that a tile's buffers must be rounded up to: the widest register.
pub const LANES: usize = 16;

/// Most parameters an op can have.
pub const MAX_PARAMS: usize = 8;

/// Most inputs of a function that is computed one element at a time.
pub const MAX_SCALARS: usize = 3;

/// An op's parameters (a slope, a learning rate), by position.
///
/// ```
/// use neurarust_core::{op::Parameters, ops::elementwise::def};
/// let mut params = neurarust_core::cpu::kernel::Params::default();
/// params[0] = 0.1;
/// assert_eq!(def::leaky_relu::from_params(&params).slope, 0.1);
/// ```
pub type Params = [f64; MAX_PARAMS];

/// `(parameters, input tiles, output tiles, elements)`. A null output is skipped.
///
/// ```
/// # use neurarust_core::cpu::kernel::{KernelFn, Params};
/// unsafe fn copy(_: &Params, src: *const *const u8, dst: *const *mut u8, n: usize) {
///     // SAFETY: one tile of `n` `f32`s each.
///     unsafe { std::ptr::copy_nonoverlapping(*src, *dst, n * 4) }
/// }
/// let (kernel, x, mut y): (KernelFn, _, _) = (copy, [1f32; 16], [0f32; 16]);
/// // SAFETY: both tiles are there.
/// unsafe { kernel(&Params::default(), &x.as_ptr().cast(), &y.as_mut_ptr().cast(), 16) };
/// assert_eq!(x, y);
/// ```
pub type KernelFn =
    unsafe fn(params: &Params, src: *const *const u8, dst: *const *mut u8, n: usize);

/// A kernel compiled for each [`Level`].
///
/// ```
/// # use neurarust_core::cpu::kernel::{KernelFn, Params, Variants};
/// # unsafe fn plain(_: &Params, _: *const *const u8, _: *const *mut u8, _: usize) {}
/// let variants = Variants([plain as KernelFn; 3]); // the same code for every instruction set
/// assert!(std::ptr::fn_addr_eq(variants.pick(), plain as KernelFn));
/// ```
#[derive(Clone, Copy)]
pub struct Variants(pub [KernelFn; 3]);

impl Variants {
    /// The one for this machine.
    ///
    /// ```
    /// # use neurarust_core::cpu::{kernel::{KernelFn, Params, Variants}, simd::level};
    /// # unsafe fn plain(_: &Params, _: *const *const u8, _: *const *mut u8, _: usize) {}
    /// let variants = Variants([plain as KernelFn; 3]);
    /// assert!(std::ptr::fn_addr_eq(variants.pick(), variants.0[level() as usize]));
    /// ```
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

// Note [Loops in kernels]: these bodies are instantiated a thousand times. `array::from_fn`, `array::map` and iterators go
// through a dozen generic functions each, which together were two fifths of the build; a loop is one.

/// The first `N` input tiles.
#[inline(always)]
unsafe fn inputs<T, const N: usize>(src: *const *const u8) -> [*const T; N] {
    let mut x = [std::ptr::null(); N];
    let mut k = 0;
    while k < N {
        // SAFETY: by the caller, there are N.
        x[k] = unsafe { *src.add(k) } as *const T;
        k += 1;
    }
    x
}

/// The first `M` output tiles.
#[inline(always)]
unsafe fn outputs<T, const M: usize>(dst: *const *mut u8) -> [*mut T; M] {
    let mut y = [std::ptr::null_mut(); M];
    let mut m = 0;
    while m < M {
        // SAFETY: by the caller, there are M.
        y[m] = unsafe { *dst.add(m) } as *mut T;
        m += 1;
    }
    y
}

/// A register of each tile, from element `i` on.
#[inline(always)]
unsafe fn load<T: Float, I: Isa, const N: usize>(x: &[*const T; N], i: usize) -> [T::In<I>; N] {
    let mut lanes = [<T::In<I>>::c(0.0); N];
    let mut k = 0;
    while k < N {
        // SAFETY: by the caller, a whole register is readable there.
        lanes[k] = unsafe { <T::In<I>>::load(x[k].add(i)) };
        k += 1;
    }
    lanes
}

/// Element `i` of each tile.
#[inline(always)]
unsafe fn read<T: Num, const N: usize>(x: &[*const T; N], i: usize) -> [T; N] {
    let mut values = [T::c(0.0); N];
    let mut k = 0;
    while k < N {
        // SAFETY: by the caller, there is an element.
        values[k] = unsafe { *x[k].add(i) };
        k += 1;
    }
    values
}

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
            let x: [*const T; N] = inputs(src);
            let y: [*mut T; M] = outputs(dst);
            while i < n {
                let lanes = op.eval(load::<T, I, N>(&x, i));
                let mut m = 0;
                while m < M {
                    lanes[m].store(y[m].add(i));
                    m += 1;
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
            let x: [*const T; N] = inputs(src);
            let dx: [*mut T; N] = outputs(dst);
            while i < n {
                let g = <T::In<I>>::load(g.add(i));
                let y = op.eval(Dual::seeded(load::<T, I, N>(&x, i), g));
                let mut k = 0;
                while k < N {
                    if !dx[k].is_null() {
                        let d = match y[0].d[k] {
                            Some(d) => d,
                            None => <T::In<I>>::c(0.0),
                        };
                        d.store(dx[k].add(i));
                    }
                    k += 1;
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
            let x: [*const T; N] = inputs(src);
            let y = *dst;
            while i < n {
                let mask = op.test(load::<T, I, N>(&x, i));
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
            let x: [*const T; N] = inputs(src);
            let y = *dst as *mut T;
            let mut i = 0;
            while i < n {
                *y.add(i) = op.eval_int(read(&x, i));
                i += 1;
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
            let x: [*const T; N] = inputs(src);
            let y = *dst;
            let mut i = 0;
            while i < n {
                *y.add(i) = op.test(read(&x, i)) as u8;
                i += 1;
            }
        }
    }
    variants!(body, [T: Bits<Mask = bool>, O: Predicate<N>], [N])
}

/// `dst[0] = f(src)` for a function that isn't a formula, in `f32`.
pub(crate) fn lanes<O: InLanes<N>, const N: usize>() -> Variants {
    #[inline(always)]
    unsafe fn body<I: Isa, O: InLanes<N>, const N: usize>(
        _: &Params,
        src: *const *const u8,
        dst: *const *mut u8,
        n: usize,
    ) {
        let mut i = 0;
        // SAFETY: as for `forward`.
        unsafe {
            let x: [*const f32; N] = inputs(src);
            let y = *dst as *mut f32;
            while i < n {
                O::lanes(load::<f32, I, N>(&x, i)).store(y.add(i));
                i += <I::F32>::N;
            }
        }
    }
    variants!(body, [O: InLanes<N>], [N])
}

/// A function computed one element at a time in `f64`: the same at every level, and one loop for all of them.
pub(crate) fn scalar<T: Num + Into<f64>, O: Scalar>() -> Variants {
    unsafe fn with<T: Num + Into<f64>, O: Scalar>(
        params: &Params,
        src: *const *const u8,
        dst: *const *mut u8,
        n: usize,
    ) {
        // SAFETY: by the caller.
        unsafe { each::<T>(O::value, O::ARITY, params, src, dst, n) }
    }
    Variants([with::<T, O>; 3])
}

#[inline(never)]
unsafe fn each<T: Num + Into<f64>>(
    f: Oracle,
    arity: usize,
    params: &Params,
    src: *const *const u8,
    dst: *const *mut u8,
    n: usize,
) {
    let mut x = [0.0; MAX_SCALARS];
    // SAFETY: there are `arity` input tiles and one output tile of `n` elements.
    unsafe {
        let y = *dst as *mut T;
        for i in 0..n {
            for (k, x) in x[..arity].iter_mut().enumerate() {
                *x = (*(*src.add(k) as *const T).add(i)).into();
            }
            *y.add(i) = T::c(f(params, &x[..arity]));
        }
    }
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
