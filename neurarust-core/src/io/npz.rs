//! NumPy's `.npz`: a zip archive of `.npy` files.
//!
//! Stored members take as much memory as they take in the file. Compressed ones can promise a thousand times that:
//! their promises are held against a limit, against what deflate can do at best, and are paid out only as bytes arrive.

use super::atomic;
use super::fault::{Fault, Parsed, quoted, report};
use super::{Loaded, Pairs, collect, distinct, npy, open};
use crate::{ErrorKind, Result, Tensor};
use std::borrow::Borrow;
use std::io::{self, Cursor, Read, Seek, Write};
use std::path::Path;
use zip::result::ZipError;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

/// Deflate cannot shrink data by more than this factor.
const DEFLATE_MAX_RATIO: u64 = 1032;
/// Memory reserved ahead for a compressed member, as a multiple of its compressed size.
const TRUSTED_RATIO: u64 = 16;
/// What a member's name ends in, beside the array's name.
const ENDING: &str = ".npy";

/// Whether to compress the members of an `.npz` file.
///
/// ```
/// use neurarust_core::{Tensor, io::{Compression, load_npz, save_npz}};
/// let path = std::env::temp_dir().join(format!("mask-{}.npz", std::process::id()));
/// save_npz(&path, [("mask", Tensor::zeros([1000])?)], Compression::Deflate)?;
/// assert!(std::fs::metadata(&path).unwrap().len() < 1000); // of 4000 bytes
/// assert_eq!(load_npz(&path)?.get("mask").unwrap().dims(), [1000]);
/// # std::fs::remove_file(&path).unwrap();
/// # Ok::<(), neurarust_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Compression {
    /// As they are: `np.savez`.
    #[default]
    None,
    /// `np.savez_compressed`. Weights hardly get smaller; masks and labels do.
    Deflate,
}

/// What an `.npz` file may ask for. Members that aren't compressed need no limit: they are as long as they are.
///
/// ```
/// use neurarust_core::io::NpzLimits;
/// let strict = NpzLimits { members: 10, ..NpzLimits::default() };
/// assert_eq!(strict.inflated_bytes, 4 << 30);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NpzLimits {
    /// Bytes that all compressed members together may grow to: 4 GiB by default.
    pub inflated_bytes: u64,
    /// Number of members: 65,536 by default.
    pub members: usize,
}

impl Default for NpzLimits {
    fn default() -> NpzLimits {
        NpzLimits {
            inflated_bytes: 4 << 30,
            members: 1 << 16,
        }
    }
}

/// Saves named tensors as NumPy's `np.savez` does, replacing the file as a whole ([`atomic`]).
///
/// ```
/// use neurarust_core::{Tensor, io};
/// let path = std::env::temp_dir().join(format!("xy-{}.npz", std::process::id()));
/// io::save_npz(&path, [("x", Tensor::new([1.0f32, 2.0])?), ("y", Tensor::new([3i64])?)], io::Compression::Deflate)?;
/// let loaded = io::load_npz(&path)?;
/// assert_eq!(loaded.names().collect::<Vec<_>>(), ["x", "y"]);
/// assert_eq!(loaded.get("y").unwrap().to_vec::<i64>()?, [3]);
/// # std::fs::remove_file(&path).unwrap();
/// # Ok::<(), neurarust_core::Error>(())
/// ```
///
/// # Errors
/// Two tensors of one name; a `bfloat16` tensor, which the format lacks; a file that can't be written.
#[track_caller]
pub fn save_npz<N: Into<String>, T: Borrow<Tensor>>(
    path: impl AsRef<Path>,
    tensors: impl IntoIterator<Item = (N, T)>,
    compression: Compression,
) -> Result<()> {
    let path = path.as_ref();
    let result = save(path, &collect(tensors), compression);
    report("save_npz", path.display(), result)
}

/// As [`save_npz`], into memory.
///
/// ```
/// use neurarust_core::{Tensor, io};
/// let bytes = io::npz_to_bytes([("x", Tensor::zeros([2, 3])?)], io::Compression::None)?;
/// assert_eq!(io::npz_from_bytes(&bytes, Default::default())?.get("x").unwrap().dims(), [2, 3]);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
///
/// # Errors
/// As [`save_npz`]; no memory.
#[track_caller]
pub fn npz_to_bytes<N: Into<String>, T: Borrow<Tensor>>(
    tensors: impl IntoIterator<Item = (N, T)>,
    compression: Compression,
) -> Result<Vec<u8>> {
    let result = to_bytes(&collect(tensors), compression);
    report("npz_to_bytes", "memory", result)
}

/// Loads all arrays of a file, in its order, with the default [`NpzLimits`]. See [`save_npz`] for an example.
///
/// ```
/// use neurarust_core::{Tensor, io};
/// let path = std::env::temp_dir().join(format!("load-{}.npz", std::process::id()));
/// io::save_npz(&path, [("x", Tensor::zeros([2, 3])?)], io::Compression::None)?;
/// assert_eq!(io::load_npz(&path)?.get("x").unwrap().dims(), [2, 3]);
/// # std::fs::remove_file(&path).unwrap();
/// # Ok::<(), neurarust_core::Error>(())
/// ```
///
/// # Errors
/// As [`load_npy`](super::load_npy); an archive that is damaged, encrypted, or holds anything but arrays.
#[track_caller]
pub fn load_npz(path: impl AsRef<Path>) -> Result<Loaded> {
    let path = path.as_ref();
    report("load_npz", path.display(), load(path, NpzLimits::default()))
}

/// As [`load_npz`], with limits.
///
/// ```
/// use neurarust_core::{Tensor, io};
/// let path = std::env::temp_dir().join(format!("large-{}.npz", std::process::id()));
/// io::save_npz(&path, [("x", Tensor::zeros([1000])?)], io::Compression::Deflate)?;
/// let limits = io::NpzLimits { inflated_bytes: 1000, ..Default::default() };
/// assert!(io::load_npz_limited(&path, limits).is_err());
/// # std::fs::remove_file(&path).unwrap();
/// # Ok::<(), neurarust_core::Error>(())
/// ```
///
/// # Errors
/// As [`load_npz`]; more than the limits allow.
#[track_caller]
pub fn load_npz_limited(path: impl AsRef<Path>, limits: NpzLimits) -> Result<Loaded> {
    let path = path.as_ref();
    report("load_npz", path.display(), load(path, limits))
}

/// As [`load_npz_limited`], from memory. See [`npz_to_bytes`] for an example.
///
/// ```
/// use neurarust_core::{Tensor, io};
/// let bytes = io::npz_to_bytes([("x", Tensor::zeros([1000])?)], io::Compression::Deflate)?;
/// let limits = io::NpzLimits { inflated_bytes: 1000, ..Default::default() };
/// assert!(io::npz_from_bytes(&bytes, Default::default()).is_ok());
/// assert!(io::npz_from_bytes(&bytes, limits).is_err());
/// # Ok::<(), neurarust_core::Error>(())
/// ```
///
/// # Errors
/// As [`load_npz_limited`].
#[track_caller]
pub fn npz_from_bytes(bytes: &[u8], limits: NpzLimits) -> Result<Loaded> {
    let result = read(&mut Cursor::new(bytes), bytes.len() as u64, limits);
    report("npz_from_bytes", "memory", result)
}

/// Where an archive is written. One type for files and memory, so that the writer is compiled once.
trait Target: Write + Seek {}
impl<T: Write + Seek> Target for T {}

/// Where an archive is read from, likewise.
trait Input: Read + Seek {}
impl<T: Read + Seek> Input for T {}

pub(super) fn load(path: &Path, limits: NpzLimits) -> Parsed<Loaded> {
    let (mut file, len) = open(path)?;
    read(&mut file, len, limits)
}

pub(super) fn save(path: &Path, pairs: &Pairs, compression: Compression) -> Parsed<()> {
    let heads = preambles(pairs)?;
    atomic::replace(path, |file| write(file, pairs, &heads, compression))
}

fn to_bytes(pairs: &Pairs, compression: Compression) -> Parsed<Vec<u8>> {
    /// What zip adds to a member beside its name, twice.
    const RECORDS: usize = 512;
    let heads = preambles(pairs)?;
    let mut out = Vec::new();
    if compression == Compression::None {
        let total = pairs
            .iter()
            .zip(&heads)
            .try_fold(RECORDS, |n, ((name, t), head)| {
                n.checked_add(t.nbytes())?
                    .checked_add(head.len() + 2 * name.len() + RECORDS)
            });
        out.try_reserve(total.unwrap_or(usize::MAX))
            .map_err(|e| Fault::new(ErrorKind::Memory, e.to_string()))?;
    }
    let mut out = Cursor::new(out);
    write(&mut out, pairs, &heads, compression)?;
    Ok(out.into_inner())
}

/// The headers of all members: what can be refused is refused before a byte is written.
fn preambles(pairs: &Pairs) -> Parsed<Vec<Vec<u8>>> {
    distinct(pairs, "tensors")?;
    pairs
        .iter()
        .map(|(name, tensor)| {
            if name.len() + ENDING.len() > usize::from(u16::MAX) {
                let text = format!("a name of {} bytes; zip allows 65,531", name.len());
                return Err(Fault::new(ErrorKind::Value, text));
            }
            npy::preamble(tensor).map_err(|f| f.about(format!("tensor {}", quoted(name))))
        })
        .collect()
}

fn write(
    out: &mut dyn Target,
    pairs: &Pairs,
    heads: &[Vec<u8>],
    compression: Compression,
) -> Parsed<()> {
    let mut zip = ZipWriter::new(out);
    for ((name, tensor), head) in pairs.iter().zip(heads) {
        let bytes = tensor.nbytes() as u64 + head.len() as u64;
        let options = SimpleFileOptions::default()
            .compression_method(match compression {
                Compression::None => CompressionMethod::Stored,
                Compression::Deflate => CompressionMethod::Deflated,
            })
            // Zip's short fields end at 4 GiB; deflate can make data a little longer.
            .large_file(bytes > u64::from(u32::MAX) / 2);
        zip.start_file(format!("{name}{ENDING}"), options)
            .map_err(|e| zip_fault(e).about(format!("tensor {}", quoted(name))))?;
        npy::write(&mut zip, head, tensor)?;
    }
    zip.finish().map_err(zip_fault)?;
    Ok(())
}

fn read(source: &mut dyn Input, len: u64, limits: NpzLimits) -> Parsed<Loaded> {
    let mut zip = ZipArchive::new(source).map_err(zip_fault)?;
    if zip.has_duplicate_names() {
        return Err(Fault::format(
            "two members of the archive have the same name",
        ));
    }
    if zip.len() > limits.members {
        return Err(Fault::format(format!(
            "{} members; the limit is {}",
            zip.len(),
            limits.members
        )));
    }
    let mut budget = Budget {
        stored: len,
        inflated: limits.inflated_bytes,
    };
    let mut loaded = Loaded::default();
    for index in 0..zip.len() {
        let mut member = zip.by_index(index).map_err(zip_fault)?;
        let file = member.name().map_err(zip_fault)?.into_owned();
        let about = |f: Fault| f.about(format!("member {}", quoted(&file)));
        let Some(name) = file.strip_suffix(ENDING).filter(|_| member.is_file()) else {
            return Err(about(Fault::format(
                "expected only .npy files in the archive",
            )));
        };
        let (packed, size) = (member.compressed_size(), member.size());
        let ahead = budget
            .spend(packed, size, member.compression())
            .map_err(about)?;
        let tensor = npy::read(&mut member, size, ahead).map_err(about)?;
        // The end makes the reader compare the checksum.
        match member.read(&mut [0]) {
            Ok(0) => {}
            Ok(_) => {
                return Err(about(Fault::format(format!(
                    "more than the {size} bytes it declares"
                ))));
            }
            Err(e) => return Err(about(Fault::reading("its data", e))),
        }
        loaded.tensors.push((name.to_string(), tensor));
    }
    Ok(loaded)
}

/// What the members yet to come may take.
struct Budget {
    /// Of the file: members that share bytes would take more than there is.
    stored: u64,
    /// Of memory, for compressed members.
    inflated: u64,
}

impl Budget {
    /// Accounts for a member of `packed` bytes in the file that declares `size`; answers how many may be reserved before they arrive.
    fn spend(&mut self, packed: u64, size: u64, method: CompressionMethod) -> Parsed<usize> {
        self.stored = self.stored.checked_sub(packed).ok_or_else(|| {
            Fault::format(format!(
                "{packed} bytes in the archive, but only {} are left of the file",
                self.stored
            ))
        })?;
        let ahead = match method {
            CompressionMethod::Stored if size == packed => size,
            CompressionMethod::Stored => {
                return Err(Fault::format(format!(
                    "declares {size} bytes, but {packed} are stored"
                )));
            }
            CompressionMethod::Deflated if size / DEFLATE_MAX_RATIO > packed => {
                return Err(Fault::format(format!(
                    "declares {size} bytes, more than {packed} compressed bytes can hold"
                )));
            }
            CompressionMethod::Deflated => {
                self.inflated = self.inflated.checked_sub(size).ok_or_else(|| {
                    Fault::format(format!(
                        "declares {size} bytes when inflated, but {} are left of the limit; raise NpzLimits::inflated_bytes if the file is trusted",
                        self.inflated
                    ))
                })?;
                packed.saturating_mul(TRUSTED_RATIO)
            }
            other => {
                return Err(Fault::new(
                    ErrorKind::Unsupported,
                    format!("compression {other}; expected none or deflate"),
                ));
            }
        };
        Ok(usize::try_from(ahead).unwrap_or(usize::MAX))
    }
}

fn zip_fault(error: ZipError) -> Fault {
    match error {
        ZipError::Io(e) => {
            let e: io::Error = e;
            Fault::reading("the archive", e)
        }
        ZipError::UnsupportedArchive(text) => Fault::new(ErrorKind::Unsupported, text),
        other => Fault::format(format!("no intact .npz archive: {other}")),
    }
}
