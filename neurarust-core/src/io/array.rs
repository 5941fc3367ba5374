//! An array as files hold it, and its way into a tensor: straight into the storage, then turned into this machine's
//! byte order and into an element type that NeuraRust has.

use super::fault::{Fault, Parsed};
use crate::cpu::fresh::{Fresh, FreshBytes};
use crate::dtype::DType;
use crate::layout::{Layout, Shape};
use crate::storage::Storage;
use crate::{ErrorKind, Tensor};
use std::io::Read;

/// The most dimensions an array of a file may have, as in NumPy and PyTorch.
const MAX_RANK: usize = 64;

/// How one element is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    /// As a dtype of ours.
    Plain(DType),
    /// Read as `i32`.
    U16,
    /// Read as `i64`.
    U32,
    /// Read as `i64`, which not every value fits.
    U64,
}

impl Encoding {
    /// The dtype of the same width that holds the bits on their way.
    fn carrier(self) -> DType {
        match self {
            Encoding::Plain(dtype) => dtype,
            Encoding::U16 => DType::I16,
            Encoding::U32 => DType::I32,
            Encoding::U64 => DType::I64,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Encoding::Plain(dtype) => dtype.name(),
            Encoding::U16 => "uint16",
            Encoding::U32 => "uint32",
            Encoding::U64 => "uint64",
        }
    }
}

/// What a file says of an array.
#[derive(Debug)]
pub(super) struct Array {
    shape: Shape,
    encoding: Encoding,
    /// Most significant byte first.
    pub big_endian: bool,
    /// Column-major.
    pub fortran: bool,
}

impl Array {
    /// A row-major, little-endian array, if its elements can be counted.
    pub fn new(dims: &[usize], encoding: Encoding) -> Parsed<Array> {
        if dims.len() > MAX_RANK {
            return Err(Fault::format(format!(
                "{} dimensions; at most {MAX_RANK} are supported",
                dims.len()
            )));
        }
        let shape = Shape::new(dims).map_err(|_| {
            Fault::format(format!(
                "shape {dims:?} has more elements than memory can address"
            ))
        })?;
        Ok(Array {
            shape,
            encoding,
            big_endian: false,
            fortran: false,
        })
    }

    /// Bytes in the file.
    pub fn bytes(&self) -> usize {
        // No overflow: `Shape` leaves room for the widest elements.
        self.shape.numel() * self.encoding.carrier().size()
    }

    /// In words, for errors: `float32 of shape [2, 3]`.
    pub fn describe(&self) -> String {
        format!("{} of shape {}", self.encoding.name(), self.shape)
    }

    /// Reads the elements. Memory is reserved ahead for up to `ahead` bytes, beyond that as bytes arrive: the caller
    /// knows how far the declared size can be believed.
    pub fn read(&self, source: &mut dyn Read, ahead: usize) -> Parsed<Tensor> {
        let mut shape = self.shape.clone();
        if self.fortran {
            // Column-major is row-major with the dimensions in reverse.
            shape = Shape::new(&shape.dims().iter().rev().copied().collect::<Vec<_>>())?;
        }
        let carrier = self.encoding.carrier();
        let bytes = self.bytes();
        let what = || format!("an array of {}, {bytes} bytes", self.describe());
        let mut fresh;
        if bytes <= ahead {
            fresh = FreshBytes::new(shape, carrier)?;
            source
                .read_exact(fresh.bytes())
                .map_err(|e| Fault::reading(what(), e))?;
        } else {
            let mut arrived = Vec::new();
            source
                .take(bytes as u64)
                .read_to_end(&mut arrived)
                .map_err(|e| Fault::reading(what(), e))?;
            if arrived.len() != bytes {
                return Err(Fault::format(format!(
                    "expected {}, found the end after {}",
                    what(),
                    arrived.len()
                )));
            }
            fresh = FreshBytes::new(shape, carrier)?;
            fresh.bytes().copy_from_slice(&arrived);
        }
        if self.big_endian != cfg!(target_endian = "big") {
            swap_words(fresh.bytes(), carrier.to_real().size());
        }
        let tensor = fresh.finish().map_err(|(at, byte)| {
            Fault::format(format!(
                "element {at} of a bool array is {byte}; expected 0 or 1"
            ))
        })?;
        let tensor = widen(tensor, self.encoding)?;
        match self.fortran && self.shape.rank() > 1 {
            true => reversed(&tensor),
            false => Ok(tensor),
        }
    }
}

/// Turns the bytes of every element around.
pub(super) fn swap_words(bytes: &mut [u8], size: usize) {
    if size > 1 {
        bytes.chunks_exact_mut(size).for_each(<[u8]>::reverse);
    }
}

/// From the carrier of an unsigned type into the signed type that holds its values.
fn widen(carried: Tensor, encoding: Encoding) -> Parsed<Tensor> {
    match encoding {
        Encoding::Plain(_) => Ok(carried),
        Encoding::U16 => {
            let mut wide = Fresh::<i32>::new(carried.shape().clone())?;
            carried.with_data(|narrow: &[i16]| {
                for (w, n) in wide.slice().iter_mut().zip(narrow) {
                    *w = i32::from(*n as u16);
                }
            })?;
            Ok(wide.finish())
        }
        Encoding::U32 => {
            let mut wide = Fresh::<i64>::new(carried.shape().clone())?;
            carried.with_data(|narrow: &[i32]| {
                for (w, n) in wide.slice().iter_mut().zip(narrow) {
                    *w = i64::from(*n as u32);
                }
            })?;
            Ok(wide.finish())
        }
        Encoding::U64 => {
            let too_large = carried.with_data(|v: &[i64]| {
                let at = v.iter().position(|x| *x < 0)?;
                Some((at, *v.get(at)? as u64))
            })?;
            match too_large {
                None => Ok(carried),
                Some((at, value)) => Err(Fault::new(
                    ErrorKind::Unsupported,
                    format!(
                        "element {at} of a uint64 array is {value}, which int64 cannot hold, and there is no uint64 dtype"
                    ),
                )),
            }
        }
    }
}

/// The same elements with the dimensions in reverse.
fn reversed(tensor: &Tensor) -> Parsed<Tensor> {
    let order: Vec<usize> = (0..tensor.rank()).rev().collect();
    let layout: Layout = tensor.layout().permute(&order);
    let storage: Storage = tensor.storage().clone();
    Ok(Tensor::over(storage, layout, tensor.dtype())?)
}
