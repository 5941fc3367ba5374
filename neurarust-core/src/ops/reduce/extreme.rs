//! Largest and smallest elements, and where they are. NaN counts as larger and smaller than everything.

use super::{Axes, accumulate_in, fold};
use crate::autograd::{Saved, audit_is_on, note_cast, record, tracks};
use crate::cpu::nest::Operand;
use crate::cpu::reduce::{self, Combine, Source};
use crate::ops::apply::lock;
use crate::{DType, Error, Result, Tensor};
use smallvec::{SmallVec, smallvec};

macro_rules! extremes {
    ($($word:literal $whole:ident $dim:ident $over:ident $arg:ident $combine:ident $max:literal $answers:literal $places:literal;)*) => { $(
        impl Tensor {
            #[doc = concat!("The ", $word, " element, NaN if one is NaN. The gradient is shared evenly by equals.")]
            ///
            /// ```
            /// # use neurarust_core::Tensor;
            /// let x = Tensor::new([[1f32, 4.0], [3.0, 2.0]])?;
            #[doc = concat!("assert_eq!(x.", stringify!($whole), "()?.item::<f32>()?, ", $answers, "[0]);")]
            /// # Ok::<(), neurarust_core::Error>(())
            /// ```
            ///
            /// # Errors
            /// A tensor without elements.
            #[track_caller]
            pub fn $whole(&self) -> Result<Tensor> {
                extreme(stringify!($whole), Combine::$combine, self, &[], false)
            }

            #[doc = concat!("The ", $word, " elements over `dims` (all if empty), which stay as size 1 if `keepdim`. The gradient is shared evenly by equals.")]
            ///
            /// ```
            /// # use neurarust_core::Tensor;
            /// let x = Tensor::new([[1f32, 4.0], [3.0, 2.0]])?;
            #[doc = concat!("assert_eq!(x.", stringify!($over), "(&[1], false)?.to_vec::<f32>()?, ", $answers, ");")]
            /// # Ok::<(), neurarust_core::Error>(())
            /// ```
            ///
            /// # Errors
            /// A dimension that isn't there, that is named twice, or that is empty.
            #[track_caller]
            pub fn $over(&self, dims: &[i64], keepdim: bool) -> Result<Tensor> {
                extreme(stringify!($over), Combine::$combine, self, dims, keepdim)
            }

            #[doc = concat!("The ", $word, " elements along `dim`, and their indices (`i64`; the first of equals, or of NaNs). The gradient goes to the element at the index.")]
            ///
            /// ```
            /// # use neurarust_core::Tensor;
            /// let x = Tensor::new([[1f32, 4.0], [3.0, 2.0]])?;
            #[doc = concat!("let (values, indices) = x.", stringify!($dim), "(1, false)?;")]
            #[doc = concat!("assert_eq!(values.to_vec::<f32>()?, ", $answers, ");")]
            #[doc = concat!("assert_eq!(indices.to_vec::<i64>()?, ", $places, ");")]
            /// # Ok::<(), neurarust_core::Error>(())
            /// ```
            ///
            /// # Errors
            /// A dimension that isn't there or that is empty.
            #[track_caller]
            pub fn $dim(&self, dim: i64, keepdim: bool) -> Result<(Tensor, Tensor)> {
                const OP: &str = stringify!($whole);
                let (values, places) = place(OP, $max, self, dim, keepdim)?;
                if tracks(&[self]) {
                    remember(OP, self, dim, &values, &places)?;
                }
                Ok((values, places))
            }

            #[doc = concat!("Index of the ", $word, " element (`i64`; the first of equals, or of NaNs): along `dim`, or in the flattened tensor.")]
            ///
            /// ```
            /// # use neurarust_core::Tensor;
            /// let x = Tensor::new([[1f32, 4.0], [3.0, 2.0]])?;
            #[doc = concat!("assert_eq!(x.", stringify!($arg), "(1, false)?.to_vec::<i64>()?, ", $places, ");")]
            #[doc = concat!("assert_eq!(x.", stringify!($arg), "(None, false)?.item::<i64>()?, ", $places, "[0]);")]
            /// # Ok::<(), neurarust_core::Error>(())
            /// ```
            ///
            /// # Errors
            /// A dimension that isn't there or that is empty.
            #[track_caller]
            pub fn $arg(&self, dim: impl Into<Option<i64>>, keepdim: bool) -> Result<Tensor> {
                const OP: &str = stringify!($arg);
                if audit_is_on() {
                    note_cast(OP, &[self]);
                }
                match dim.into() {
                    Some(dim) => Ok(place(OP, $max, self, dim, keepdim)?.1),
                    None => {
                        let flat = self.bare().reshape([-1i64])?;
                        let place = place(OP, $max, &flat, 0, false)?.1;
                        match keepdim {
                            true => place.reshape(vec![1usize; self.rank()]),
                            false => Ok(place),
                        }
                    }
                }
            }
        }
    )* };
}
extremes! {
    "largest" max max_dim amax argmax Max true "[4.0, 3.0]" "[1, 0]";
    "smallest" min min_dim amin argmin Min false "[1.0, 2.0]" "[0, 1]";
}

#[track_caller]
fn extreme(
    op: &'static str,
    combine: Combine,
    x: &Tensor,
    dims: &[i64],
    keepdim: bool,
) -> Result<Tensor> {
    let axes = Axes::new(op, x, dims, keepdim)?;
    axes.refuse_empty(op, x)?;
    let out = fold(op, combine, x, &axes)?.to_dtype(x.dtype())?;
    if tracks(&[x]) {
        let saved = (Saved::input(x), Saved::output(&out, 0));
        record(op, &[x], &[&out], saved, move |(x, out), call, g| {
            let Some(g) = &g[0] else {
                return Ok(smallvec![None]);
            };
            let (x, out) = (x.get(call)?.detach(), out.get(call)?.detach());
            let equal = x.eq(axes.kept(&out)?)?;
            let every: SmallVec<[i64; 6]> = (0..x.rank() as i64)
                .filter(|&d| axes.reduced[d as usize])
                .collect();
            let g = axes.kept(g)?;
            // A scalar has no dimension to count along.
            let share = if every.is_empty() {
                g
            } else {
                g.div(equal.sum_dims(&every, true)?)?
            };
            Ok(smallvec![Some(equal.select_where(share, 0.0)?)])
        })?;
    }
    Ok(out)
}

/// Values and indices, without a record.
#[track_caller]
fn place(
    op: &'static str,
    max: bool,
    x: &Tensor,
    dim: i64,
    keepdim: bool,
) -> Result<(Tensor, Tensor)> {
    let axes = Axes::new(op, x, &[dim], keepdim)?;
    axes.refuse_empty(op, x)?;
    let dim = x.shape().dim(op, dim)?;
    let compute = accumulate_in(x.dtype());
    let values = Tensor::uninit(axes.out.clone(), compute.dtype())?;
    let places = Tensor::zeroed(axes.out.clone(), DType::I64)?;
    if x.rank() == 0 {
        return Ok((x.detach().copy()?, places));
    }
    {
        let _access = lock(op, &[x], &[])?;
        let source = Source {
            operands: SmallVec::from_iter([Operand::new(x, x.shape())]),
            map: None,
            compute,
        };
        reduce::arg(max, &source, x.shape(), dim, &values, &places);
    }
    Ok((values.to_dtype(x.dtype())?, places))
}

#[track_caller]
fn remember(
    op: &'static str,
    x: &Tensor,
    dim: i64,
    values: &Tensor,
    places: &Tensor,
) -> Result<()> {
    let rank = x.rank() as i64;
    let dim = x.shape().dim(op, dim)? as i64;
    let size = if rank == 0 { 1 } else { x.dims()[dim as usize] };
    let saved = Saved::input(places);
    record(
        op,
        &[x],
        &[values, places],
        saved,
        move |places, call, g| {
            let Some(g) = &g[0] else {
                return Ok(smallvec![None]);
            };
            if rank == 0 {
                return Ok(smallvec![Some(g.clone())]);
            }
            let mut places = places.get(call)?;
            let mut g = g.clone();
            if (places.rank() as i64) < rank {
                (places, g) = (places.unsqueeze(dim)?, g.unsqueeze(dim)?);
            }
            let size = i64::try_from(size)
                .map_err(|_| Error::value(op, "a dimension too large to index"))?;
            let mut along = vec![1i64; rank as usize];
            along[dim as usize] = size;
            let chosen = Tensor::arange(0..size)?
                .reshape(along.as_slice())?
                .eq(&places)?;
            Ok(smallvec![Some(chosen.select_where(g, 0.0)?)])
        },
    )
}
