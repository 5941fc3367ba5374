//! Running sums and products of a row-major tensor along one dimension, in place. `f32` accumulates in `f64`.

use super::nest;
use super::pool::{self, Shared};
use crate::Tensor;
use crate::dtype::DType;

/// What runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scan {
    /// Sums
    Sum,
    /// Products
    Product,
}

trait Running: Copy + Send + Sync + 'static {
    type Wide: Copy;
    fn wide(self) -> Self::Wide;
    fn narrow(x: Self::Wide) -> Self;
    fn join<const SUM: bool>(a: Self::Wide, b: Self) -> Self::Wide;
}

macro_rules! running {
    ($($t:ty, $wide:ty, $add:expr, $mul:expr;)*) => { $(
        impl Running for $t {
            type Wide = $wide;
            #[inline(always)]
            fn wide(self) -> $wide { self as $wide }
            #[inline(always)]
            fn narrow(x: $wide) -> $t { x as $t }
            #[inline(always)]
            fn join<const SUM: bool>(a: $wide, b: $t) -> $wide {
                if SUM { $add(a, b as $wide) } else { $mul(a, b as $wide) }
            }
        }
    )* };
}
running! {
    f32, f64, std::ops::Add::add, std::ops::Mul::mul;
    f64, f64, std::ops::Add::add, std::ops::Mul::mul;
    i64, i64, i64::wrapping_add, i64::wrapping_mul;
}

/// Scans dimension `dim` of `t`, which is row-major, of type `f32`, `f64` or `i64`, and locked for writing.
pub(crate) fn in_place(scan: Scan, t: &Tensor, dim: usize) {
    match (t.dtype(), scan) {
        (DType::F32, Scan::Sum) => columns::<f32, true>(t, dim),
        (DType::F32, Scan::Product) => columns::<f32, false>(t, dim),
        (DType::F64, Scan::Sum) => columns::<f64, true>(t, dim),
        (DType::F64, Scan::Product) => columns::<f64, false>(t, dim),
        (_, Scan::Sum) => columns::<i64, true>(t, dim),
        (_, Scan::Product) => columns::<i64, false>(t, dim),
    }
}

/// Columns that are scanned side by side.
const SIDE: usize = 64;

fn columns<T: Running, const SUM: bool>(t: &Tensor, dim: usize) {
    debug_assert!(t.is_contiguous() && t.dtype().size() == size_of::<T>());
    let count = t.dims()[dim];
    if t.numel() == 0 || count < 2 {
        return;
    }
    let inner: usize = t.dims()[dim + 1..].iter().product();
    let outer = t.numel() / (count * inner);
    let target = Shared::new(nest::start(t).cast::<T>());
    let per_row = inner.div_ceil(SIDE);
    let grain = (32 * 1024 / (count * inner.min(SIDE))).max(1);
    pool::parallel_chunks(outer * per_row, grain, |range| {
        let base = target.get();
        for unit in range {
            let start = unit % per_row * SIDE;
            let width = SIDE.min(inner - start);
            if inner == 1 {
                // SAFETY: row `unit` of `count` elements lies within the tensor, and belongs to this task.
                let row = unsafe { std::slice::from_raw_parts_mut(base.add(unit * count), count) };
                let mut acc = row[0].wide();
                for x in &mut row[1..] {
                    acc = T::join::<SUM>(acc, *x);
                    *x = T::narrow(acc);
                }
                continue;
            }
            // SAFETY: columns `start..start + width` of block `unit / per_row` lie within the tensor, and belong to
            // this task.
            unsafe {
                let block = base.add(unit / per_row * count * inner + start);
                let mut acc: [T::Wide; SIDE] =
                    std::array::from_fn(|i| (*block.add(i.min(width - 1))).wide());
                for row in 1..count {
                    let p = block.add(row * inner);
                    for (i, acc) in acc.iter_mut().enumerate().take(width) {
                        *acc = T::join::<SUM>(*acc, *p.add(i));
                        *p.add(i) = T::narrow(*acc);
                    }
                }
            }
        }
    });
}
