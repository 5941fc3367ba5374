//! One macro that turns a table of intrinsics into a lane type; each instruction set is two such tables.

/// `register! { F32x8(__m256): 8 of f32, mask M; splat f, load f, … }` defines the type `F32x8` with its `Num`, `Real`,
/// `Lanes` and [`FloatLanes`](super::FloatLanes). The functions named in the table take and give the raw
/// register type, those of the last line the new one.
macro_rules! register {
    (
        $(#[$doc:meta])*
        $V:ident($raw:ty): $n:literal of $float:tt, mask $Mask:ty;
        splat $splat:path, load $load:path, store $store:path;
        add $add:path, sub $sub:path, mul $mul:path, div $div:path, sqrt $sqrt:path, mul_add $mul_add:path, fused $fused:literal;
        min $min:path, max $max:path, clamp $clamp:path;
        floor $floor:path, ceil $ceil:path, trunc $trunc:path, round $round:path;
        and $and:path, or $or:path, xor $xor:path;
        lt $lt:path, le $le:path, eq $eq:path, select $select:path, bits $bits:path;
        scale2 $scale2:path, mantissa $mantissa:path, exponent $exponent:path;
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        #[repr(transparent)]
        pub struct $V($raw);

        register!(@operator $V Add add $add);
        register!(@operator $V Sub sub $sub);
        register!(@operator $V Mul mul $mul);
        register!(@operator $V Div div $div);
        impl std::ops::Neg for $V {
            type Output = Self;
            #[inline(always)]
            fn neg(self) -> Self {
                self.xor_bits(Self::c(-0.0))
            }
        }

        impl Num for $V {
            type Mask = $Mask;
            #[inline(always)]
            fn c(x: f64) -> Self {
                // SAFETY: lane types are used inside `Isa::run` only, where the instruction set is known to be there.
                $V(unsafe { $splat(x as $float) })
            }
            register!(@compare $V lt $lt);
            register!(@compare $V le $le);
            register!(@compare $V eq $eq);
            #[inline(always)]
            fn select(mask: $Mask, t: Self, f: Self) -> Self {
                // SAFETY: as in `c`.
                $V(unsafe { $select(mask, t.0, f.0) })
            }
            #[inline(always)]
            fn abs(self) -> Self {
                self.xor_bits(self.and_bits(Self::c(-0.0)))
            }
            register!(@binary $V min $min);
            register!(@binary $V max $max);
            #[inline(always)]
            fn floor_div(self, other: Self) -> Self {
                math::remainder::floor_div(self, other)
            }
            #[inline(always)]
            fn rem(self, other: Self) -> Self {
                math::remainder::rem(self, other)
            }
            #[inline(always)]
            fn fmod(self, other: Self) -> Self {
                math::remainder::fmod(self, other)
            }
        }

        impl Real for $V {
            #[inline(always)]
            fn mul_add(self, b: Self, c: Self) -> Self {
                // SAFETY: as in `c`.
                $V(unsafe { $mul_add(self.0, b.0, c.0) })
            }
            register!(@unary $V sqrt $sqrt);
            register!(@unary $V floor $floor);
            register!(@unary $V ceil $ceil);
            register!(@unary $V trunc $trunc);
            register!(@unary $V round $round);
            #[inline(always)]
            fn copysign(self, sign: Self) -> Self {
                self.abs().or_bits(sign.and_bits(Self::c(-0.0)))
            }
            math::methods!($float);
        }

        impl Lanes for $V {
            type Scalar = $float;
            const N: usize = $n;
            #[inline(always)]
            unsafe fn load(p: *const $float) -> Self {
                // SAFETY: the caller vouches for the pointer; the rest as in `c`.
                $V(unsafe { $load(p.cast()) })
            }
            #[inline(always)]
            unsafe fn store(self, p: *mut $float) {
                // SAFETY: the caller vouches for the pointer; the rest as in `c`.
                unsafe { $store(p.cast(), self.0) }
            }
            #[inline(always)]
            unsafe fn store_mask(mask: $Mask, p: *mut u8) {
                let bytes = super::register::spread(Self::mask_bits(mask));
                // SAFETY: the caller vouches for `N` bytes, and `spread` has 16.
                unsafe { p.copy_from_nonoverlapping(bytes.as_ptr(), $n) }
            }
            #[inline(always)]
            fn sum_lanes(self) -> $float {
                self.fold_lanes(|a, b| a + b)
            }
            #[inline(always)]
            fn max_lanes(self) -> $float {
                self.fold_lanes(Num::max)
            }
            #[inline(always)]
            fn min_lanes(self) -> $float {
                self.fold_lanes(Num::min)
            }
        }

        impl $V {
            /// Halves meet pairwise until one lane is left.
            #[inline(always)]
            fn fold_lanes(self, f: impl Fn($float, $float) -> $float) -> $float {
                let mut lanes = [0.0; $n];
                // SAFETY: the array has one place per lane.
                unsafe { self.store(lanes.as_mut_ptr()) };
                let mut half = $n / 2;
                while half > 0 {
                    for i in 0..half {
                        lanes[i] = f(lanes[i], lanes[i + half]);
                    }
                    half /= 2;
                }
                lanes[0]
            }
        }

        impl FloatLanes for $V {
            const FUSED: bool = $fused;
            #[inline(always)]
            fn mask_bits(mask: $Mask) -> u32 {
                // SAFETY: as in `c`.
                unsafe { $bits(mask) }
            }
            #[inline(always)]
            fn clamp(self, low: f64, high: f64) -> Self {
                // SAFETY: as in `c`.
                $V(unsafe { $clamp(self.0, $splat(low as $float), $splat(high as $float)) })
            }
            register!(@binary $V and_bits $and);
            register!(@binary $V or_bits $or);
            register!(@binary $V xor_bits $xor);
            #[inline(always)]
            fn scale2(self, n: Self) -> Self {
                $scale2(self, n)
            }
            #[inline(always)]
            fn mantissa(self) -> Self {
                $mantissa(self)
            }
            #[inline(always)]
            fn exponent(self) -> Self {
                $exponent(self)
            }
            #[inline(always)]
            fn map_lanes(self, other: Self, f: impl Fn($float, $float) -> $float) -> Self {
                let (mut a, mut b) = ([0.0; $n], [0.0; $n]);
                // SAFETY: the arrays have one place per lane.
                unsafe {
                    self.store(a.as_mut_ptr());
                    other.store(b.as_mut_ptr());
                }
                for (a, b) in a.iter_mut().zip(b) {
                    *a = f(*a, b);
                }
                // SAFETY: as above.
                unsafe { Self::load(a.as_ptr()) }
            }
        }
    };
    (@operator $V:ident $Trait:ident $name:ident $f:path) => {
        impl std::ops::$Trait for $V {
            type Output = Self;
            register!(@binary $V $name $f);
        }
    };
    (@binary $V:ident $name:ident $f:path) => {
        #[inline(always)]
        fn $name(self, other: Self) -> Self {
            // SAFETY: as in `c`.
            $V(unsafe { $f(self.0, other.0) })
        }
    };
    (@compare $V:ident $name:ident $f:path) => {
        #[inline(always)]
        fn $name(self, other: Self) -> Self::Mask {
            // SAFETY: as in `c`.
            unsafe { $f(self.0, other.0) }
        }
    };
    (@unary $V:ident $name:ident $f:path) => {
        #[inline(always)]
        fn $name(self) -> Self {
            // SAFETY: as in `c`.
            $V(unsafe { $f(self.0) })
        }
    };
}
pub(super) use register;

/// A mask that is a vector register of ones and zeros.
macro_rules! vector_mask {
    ($Mask:ident($raw:ty): and $and:path, or $or:path, xor $xor:path, ones $ones:expr) => {
        /// One truth value per lane: all bits set or none.
        #[derive(Clone, Copy, Debug)]
        #[repr(transparent)]
        pub struct $Mask($raw);
        impl Mask for $Mask {}
        vector_mask!(@operator $Mask BitAnd bitand $and);
        vector_mask!(@operator $Mask BitOr bitor $or);
        vector_mask!(@operator $Mask BitXor bitxor $xor);
        impl std::ops::Not for $Mask {
            type Output = Self;
            #[inline(always)]
            fn not(self) -> Self {
                // SAFETY: masks come from comparing lane types, see `register!`.
                $Mask(unsafe { $xor(self.0, $ones) })
            }
        }
    };
    (@operator $Mask:ident $Trait:ident $name:ident $f:path) => {
        impl std::ops::$Trait for $Mask {
            type Output = Self;
            #[inline(always)]
            fn $name(self, other: Self) -> Self {
                // SAFETY: masks come from comparing lane types, see `register!`.
                $Mask(unsafe { $f(self.0, other.0) })
            }
        }
    };
}
pub(super) use vector_mask;

/// Bits to bytes of 0 and 1, lowest first.
#[inline(always)]
pub(super) fn spread(bits: u32) -> [u8; 16] {
    let eight = |bits: u32| {
        // Every byte gets a copy of the eight bits and keeps its own; the carry of 0x7f tells whether it was set.
        let own =
            u64::from(bits & 0xff).wrapping_mul(0x0101_0101_0101_0101) & 0x8040_2010_0804_0201;
        ((own + 0x7f7f_7f7f_7f7f_7f7f) >> 7) & 0x0101_0101_0101_0101
    };
    (u128::from(eight(bits)) | u128::from(eight(bits >> 8)) << 64).to_le_bytes()
}
