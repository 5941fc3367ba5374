//! NumPy's `.npy`: a magic number, a header that is a Python dictionary in text, then the elements.
//!
//! The header is read by a parser of the three literals it may hold (`npy/header.rs`), never evaluated. The elements go
//! straight from the file into the tensor's storage; byte order and element types that NeuraRust lacks are converted there.

mod header;

use super::array::{Array, Encoding};
use super::atomic;
use super::fault::{Fault, Parsed, report};
use super::open;
use crate::{DType, ErrorKind, Result, Tensor};
use header::Header;
use std::io::{Read, Write};
use std::path::Path;

const MAGIC: [u8; 6] = *b"\x93NUMPY";
/// NumPy's own headers have about a hundred bytes, or as many as a tuple of 64 numbers takes.
const MAX_HEADER: u32 = 64 << 10;
/// Where the elements start is a multiple of this.
const ALIGNMENT: usize = 64;

/// Saves a tensor as NumPy's `np.save` does, replacing the file as a whole ([`atomic`]).
///
/// ```
/// use neurarust_core::{Tensor, io};
/// let path = std::env::temp_dir().join(format!("x-{}.npy", std::process::id()));
/// let x = Tensor::new([[1.5f64, 2.5]])?;
/// io::save_npy(&path, &x)?;
/// assert_eq!(io::load_npy(&path)?.to_vec::<f64>()?, [1.5, 2.5]);
/// # std::fs::remove_file(&path).unwrap();
/// # Ok::<(), neurarust_core::Error>(())
/// ```
///
/// # Errors
/// A `bfloat16` tensor, which the format lacks; a file that can't be written.
#[track_caller]
pub fn save_npy(path: impl AsRef<Path>, tensor: &Tensor) -> Result<()> {
    let path = path.as_ref();
    let result =
        preamble(tensor).and_then(|head| atomic::replace(path, |file| write(file, &head, tensor)));
    report("save_npy", path.display(), result)
}

/// As [`save_npy`], into memory.
///
/// ```
/// use neurarust_core::{Tensor, io};
/// let bytes = io::npy_to_bytes(&Tensor::new([true, false])?)?;
/// assert_eq!(io::npy_from_bytes(&bytes)?.to_vec::<bool>()?, [true, false]);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
///
/// # Errors
/// A `bfloat16` tensor; no memory.
#[track_caller]
pub fn npy_to_bytes(tensor: &Tensor) -> Result<Vec<u8>> {
    let result = preamble(tensor).and_then(|head| {
        let mut out = Vec::new();
        out.try_reserve_exact(head.len().saturating_add(tensor.nbytes()))
            .map_err(|e| Fault::new(ErrorKind::Memory, e.to_string()))?;
        write(&mut out, &head, tensor)?;
        Ok(out)
    });
    report("npy_to_bytes", "memory", result)
}

/// Loads an array that NumPy, or [`save_npy`], has saved: any version of the format, either byte order. A column-major
/// array becomes a tensor with column-major strides; `uint16` and `uint32` become the next wider signed type;
/// `uint64` becomes `int64` if every value fits.
///
/// ```
/// use neurarust_core::{Tensor, io};
/// let path = std::env::temp_dir().join(format!("load-{}.npy", std::process::id()));
/// io::save_npy(&path, &Tensor::new([[1i32, 2], [3, 4]])?)?;
/// assert_eq!(io::load_npy(&path)?.dims(), [2, 2]);
/// # std::fs::remove_file(&path).unwrap();
/// # Ok::<(), neurarust_core::Error>(())
/// ```
///
/// # Errors
/// [`ErrorKind::Io`]: the file can't be read. [`ErrorKind::Format`]: it is no `.npy` file, or shorter or longer than its
/// header says. [`ErrorKind::Unsupported`]: an element type that NeuraRust lacks (text, objects, records).
#[track_caller]
pub fn load_npy(path: impl AsRef<Path>) -> Result<Tensor> {
    let path = path.as_ref();
    let result = open(path).and_then(|(mut file, len)| read(&mut file, len, usize::MAX));
    report("load_npy", path.display(), result)
}

/// As [`load_npy`], from memory. See [`npy_to_bytes`] for an example.
///
/// ```
/// use neurarust_core::{Tensor, io};
/// let bytes = io::npy_to_bytes(&Tensor::new([1.5f64, 2.5])?)?;
/// assert_eq!(io::npy_from_bytes(&bytes)?.to_vec::<f64>()?, [1.5, 2.5]);
/// assert!(io::npy_from_bytes(&bytes[..20]).is_err()); // cut off
/// # Ok::<(), neurarust_core::Error>(())
/// ```
///
/// # Errors
/// As [`load_npy`].
#[track_caller]
pub fn npy_from_bytes(bytes: &[u8]) -> Result<Tensor> {
    let result = read(&mut &*bytes, bytes.len() as u64, usize::MAX);
    report("npy_from_bytes", "memory", result)
}

/// Everything before the elements.
pub(super) fn preamble(tensor: &Tensor) -> Parsed<Vec<u8>> {
    let kind = match tensor.dtype() {
        DType::Bool => "b1",
        DType::U8 => "u1",
        DType::I8 => "i1",
        DType::I16 => "i2",
        DType::I32 => "i4",
        DType::I64 => "i8",
        DType::F16 => "f2",
        DType::F32 => "f4",
        DType::F64 => "f8",
        DType::C64 => "c8",
        DType::C128 => "c16",
        DType::BF16 => {
            return Err(Fault::new(
                ErrorKind::Unsupported,
                "NumPy has no bfloat16; convert it to float32, or save as safetensors",
            ));
        }
    };
    let order = match (tensor.dtype().size(), cfg!(target_endian = "big")) {
        (1, _) => '|',
        (_, false) => '<',
        (_, true) => '>',
    };
    let sizes: Vec<String> = tensor.dims().iter().map(usize::to_string).collect();
    let shape = match sizes.as_slice() {
        [one] => format!("({one},)"),
        _ => format!("({})", sizes.join(", ")),
    };
    let mut text =
        format!("{{'descr': '{order}{kind}', 'fortran_order': False, 'shape': {shape}, }}");
    // Version 1 counts the header in 16 bits, version 2 in 32.
    let fixed = |wide: bool| MAGIC.len() + 2 + if wide { 4 } else { 2 };
    let padded = |wide| (fixed(wide) + text.len() + 1).next_multiple_of(ALIGNMENT) - fixed(wide);
    let wide = padded(false) > usize::from(u16::MAX);
    let length = padded(wide);
    if length > MAX_HEADER as usize {
        return Err(Fault::new(
            ErrorKind::Unsupported,
            format!("{} dimensions; NumPy allows 64", tensor.rank()),
        ));
    }
    while text.len() + 1 < length {
        text.push(' ');
    }
    text.push('\n');
    let mut out = MAGIC.to_vec();
    match wide {
        false => {
            out.extend([1, 0]);
            out.extend((length as u16).to_le_bytes());
        }
        true => {
            out.extend([2, 0]);
            out.extend((length as u32).to_le_bytes());
        }
    }
    out.extend(text.into_bytes());
    Ok(out)
}

pub(super) fn write(out: &mut dyn Write, preamble: &[u8], tensor: &Tensor) -> Parsed<()> {
    out.write_all(preamble)?;
    tensor.with_bytes(|bytes| out.write_all(bytes))??;
    Ok(())
}

/// Reads an array that takes exactly `len` bytes, header included. Up to `ahead` bytes may be reserved before they
/// arrive.
pub(super) fn read(source: &mut dyn Read, len: u64, ahead: usize) -> Parsed<Tensor> {
    let mut rest = len;
    let mut start = [0; 8];
    take(source, &mut start, &mut rest)?;
    let [magic @ .., major, minor] = start;
    if magic != MAGIC {
        return Err(Fault::format(format!(
            "expected an .npy file, which starts with \\x93NUMPY, found \"{}\"",
            magic.escape_ascii()
        )));
    }
    let length = match (major, minor) {
        (1, 0) => {
            let mut bytes = [0; 2];
            take(source, &mut bytes, &mut rest)?;
            u32::from(u16::from_le_bytes(bytes))
        }
        (2 | 3, 0) => {
            let mut bytes = [0; 4];
            take(source, &mut bytes, &mut rest)?;
            u32::from_le_bytes(bytes)
        }
        _ => {
            return Err(Fault::new(
                ErrorKind::Unsupported,
                format!("version {major}.{minor} of the .npy format; expected 1.0, 2.0 or 3.0"),
            ));
        }
    };
    if u64::from(length) > rest || length > MAX_HEADER {
        return Err(Fault::format(format!(
            "the header claims {length} bytes, but {rest} follow and {MAX_HEADER} are allowed"
        )));
    }
    let mut text = vec![0; length as usize];
    take(source, &mut text, &mut rest)?;
    let array = describe(&Header::parse(&text)?)?;
    if rest != array.bytes() as u64 {
        return Err(Fault::format(format!(
            "an array of {} takes {} bytes, but {rest} follow the header",
            array.describe(),
            array.bytes()
        )));
    }
    array.read(source, ahead)
}

/// Reads a part of what comes before the elements; `rest` counts the bytes of the file that are left.
fn take(source: &mut dyn Read, bytes: &mut [u8], rest: &mut u64) -> Parsed<()> {
    source
        .read_exact(bytes)
        .map_err(|e| Fault::reading("the header", e))?;
    *rest = rest.saturating_sub(bytes.len() as u64);
    Ok(())
}

/// What a header means.
fn describe(header: &Header) -> Parsed<Array> {
    let descr = header.descr.as_str();
    let unsupported = || {
        Fault::new(
            ErrorKind::Unsupported,
            format!(
                "elements of NumPy type {:?}; expected bool, an integer, or a float of 2, 4 or 8 bytes",
                descr
            ),
        )
    };
    let mut chars = descr.chars();
    let (order, kind) = match chars.next() {
        Some(order @ ('<' | '>' | '=' | '|')) => (order, chars.as_str()),
        _ => ('=', descr),
    };
    let encoding = match kind {
        "b1" | "?" => Encoding::Plain(DType::Bool),
        "u1" => Encoding::Plain(DType::U8),
        "i1" => Encoding::Plain(DType::I8),
        "i2" => Encoding::Plain(DType::I16),
        "i4" => Encoding::Plain(DType::I32),
        "i8" => Encoding::Plain(DType::I64),
        "f2" => Encoding::Plain(DType::F16),
        "f4" => Encoding::Plain(DType::F32),
        "f8" => Encoding::Plain(DType::F64),
        "c8" => Encoding::Plain(DType::C64),
        "c16" => Encoding::Plain(DType::C128),
        "u2" => Encoding::U16,
        "u4" => Encoding::U32,
        "u8" => Encoding::U64,
        _ => return Err(unsupported()),
    };
    let mut array = Array::new(&header.shape, encoding)?;
    array.big_endian = match order {
        '<' => false,
        '>' => true,
        // No order is given for single bytes, which have none; else it is that of the machine.
        _ => cfg!(target_endian = "big"),
    };
    array.fortran = header.fortran_order;
    Ok(array)
}
