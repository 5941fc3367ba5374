//! Products of matrices that lie in tensors: from proven layouts to the GEMM driver.

use super::gemm::{self, Output, Place, Strided};
use super::nest::start;
use crate::tensor::Tensor;
use crate::{DType, bf16, f16};

/// How the batch dimensions of a tensor step: `matrix(i)` is the distance of matrix `i` from the first, in elements.
struct Batch<'a> {
    shape: &'a [usize],
    strides: [&'a [isize]; 3],
}

impl Batch<'_> {
    fn offsets(&self, mut i: usize) -> [isize; 3] {
        let mut at = [0isize; 3];
        for d in (0..self.shape.len()).rev() {
            let index = (i % self.shape[d]) as isize;
            i /= self.shape[d];
            for (at, strides) in at.iter_mut().zip(self.strides) {
                *at += index * strides[d];
            }
        }
        at
    }
}

/// `out[i] = a[i] · b[i] + bias`, for every matrix of the batch.
///
/// `a` is (…, m, k), `b` (…, k, n), `out` (…, m, n), all with the same leading dimensions (broadcast ones expanded) and
/// of the same dtype, not bool; `bias` (n) is of the dtype it is computed in. `out` is fresh. The caller holds the locks.
pub(crate) fn product(a: &Tensor, b: &Tensor, bias: Option<&Tensor>, out: &Tensor) {
    let rank = out.rank();
    let (lead, m, n, k) = (
        rank - 2,
        out.dims()[rank - 2],
        out.dims()[rank - 1],
        a.dims()[rank - 1],
    );
    let shape = &out.dims()[..lead];
    let count: usize = shape.iter().product();
    crate::profiler::add_flops(&[count, m, n, k]);
    let batch = Batch {
        shape,
        strides: [
            &a.strides()[..lead],
            &b.strides()[..lead],
            &out.strides()[..lead],
        ],
    };
    let last = |t: &Tensor| (t.strides()[rank - 2], t.strides()[rank - 1]);
    let ((ar, ac), (br, bc), (or, oc)) = (last(a), last(b), last(out));

    macro_rules! float {
        ($T:ty, $C:ty, $output:expr) => {{
            let lhs = Strided::lhs(start(a) as *const $T, ar, ac);
            let rhs = Strided::rhs(start(b) as *const $T, br, bc);
            let mut output: Output<$C> = $output;
            if let Some(bias) = bias {
                output = output.bias_per_column(start(bias) as *const $C, bias.strides()[0]);
            }
            // SAFETY: layouts are proven, the output is fresh, the caller holds the locks.
            unsafe {
                match count {
                    1 => gemm::gemm(m, n, k, &lhs, &rhs, &output),
                    _ => {
                        gemm::gemm_batched(count, m, n, k, lhs, rhs, output, &|i| batch.offsets(i))
                    }
                }
            }
        }};
    }
    macro_rules! integer {
        ($T:ty) => {
            for i in 0..count {
                let [at_a, at_b, at_c] = batch.offsets(i);
                let lhs = Strided::lhs(start(a) as *const $T, ar, ac).offset(at_a);
                let rhs = Strided::rhs(start(b) as *const $T, br, bc).offset(at_b);
                let ptr = (start(out) as *mut $T).wrapping_offset(at_c);
                // SAFETY: as for floats.
                unsafe {
                    gemm::gemm_int(
                        m,
                        n,
                        k,
                        lhs,
                        rhs,
                        Place {
                            ptr,
                            row: or,
                            col: oc,
                            runs: None,
                        },
                    )
                };
            }
        };
    }
    match out.dtype() {
        DType::F32 => float!(f32, f32, Output::new(start(out) as *mut f32, or, oc)),
        DType::F64 => float!(f64, f64, Output::new(start(out) as *mut f64, or, oc)),
        DType::F16 => float!(f16, f32, Output::f16(start(out) as *mut f16, or, oc)),
        DType::BF16 => float!(bf16, f32, Output::bf16(start(out) as *mut bf16, or, oc)),
        DType::U8 | DType::Bool => integer!(u8),
        DType::I8 => integer!(i8),
        DType::I16 => integer!(i16),
        DType::I32 => integer!(i32),
        DType::I64 => integer!(i64),
        complex @ (DType::C64 | DType::C128) => crate::complex_backstop(complex),
    }
}
