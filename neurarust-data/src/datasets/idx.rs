//! The IDX format of MNIST and its relatives: a magic number, the dimensions, then big-endian numbers; often gzipped.
//!
//! A file is not trusted. What the header declares is held against the file's true size before anything is allocated;
//! a compressed file is inflated no further than its header declares, into memory that grows with the bytes that
//! really arrive.

use crate::error::{DataError, DataResult, report};
use neurarust_core::Result;
use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::Path;

/// The numbers of an IDX file, in the type that its magic number names.
///
/// ```
/// use neurarust_data::datasets::{Idx, IdxData};
/// let bytes = [0, 0, 0x0b, 1, 0, 0, 0, 2, 0, 1, 0xff, 0xff]; // big-endian numbers of 16 bits
/// assert_eq!(Idx::parse(&bytes, "offsets")?.data(), &IdxData::I16(vec![1, -1]));
/// # Ok::<(), neurarust_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub enum IdxData {
    /// Type code `0x08`: images and labels.
    U8(Vec<u8>),
    /// Type code `0x09`.
    I8(Vec<i8>),
    /// Type code `0x0b`.
    I16(Vec<i16>),
    /// Type code `0x0c`.
    I32(Vec<i32>),
    /// Type code `0x0d`.
    F32(Vec<f32>),
    /// Type code `0x0e`.
    F64(Vec<f64>),
}

/// An array read from an IDX file.
///
/// ```
/// use neurarust_data::datasets::{Idx, IdxData};
///
/// let bytes = [0, 0, 8, 1, 0, 0, 0, 3, 7, 2, 1]; // unsigned bytes, one dimension, three of them
/// let idx = Idx::parse(&bytes, "labels")?;
/// assert_eq!(idx.shape(), [3]);
/// assert_eq!(idx.data(), &IdxData::U8(vec![7, 2, 1]));
/// # Ok::<(), neurarust_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Idx {
    shape: Vec<usize>,
    data: IdxData,
}

/// The largest array that [`Idx::open`] and [`Idx::parse`] inflate from a compressed file, in bytes.
pub const DEFAULT_LIMIT: u64 = 4 << 30;

/// Deflate cannot shrink data by more than this factor, so a header that declares more is a lie.
const DEFLATE_MAX_RATIO: u64 = 1032;

/// Memory reserved ahead for a compressed file, as a multiple of its size; more only as data arrives.
const TRUSTED_RATIO: u64 = 16;

const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

impl Idx {
    /// Reads a file, gzipped or not (its first bytes tell, not its name).
    ///
    /// ```
    /// use neurarust_data::datasets::Idx;
    /// let path = std::env::temp_dir().join(format!("labels-{}.idx", std::process::id()));
    /// std::fs::write(&path, [0, 0, 8, 1, 0, 0, 0, 2, 7, 9]).unwrap();
    /// assert_eq!(Idx::open(&path)?.shape(), [2]);
    /// # std::fs::remove_file(&path).unwrap();
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// The file cannot be read, is no IDX file, or is shorter or longer than its own header says.
    #[track_caller]
    pub fn open(path: impl AsRef<Path>) -> Result<Idx> {
        Idx::open_limited(path, DEFAULT_LIMIT)
    }

    /// [`open`](Idx::open) that refuses to inflate more than `limit` bytes. (An uncompressed file needs no limit: it
    /// takes as much memory as it is long.)
    ///
    /// ```
    /// use neurarust_data::datasets::Idx;
    /// let path = std::env::temp_dir().join(format!("limited-{}.idx", std::process::id()));
    /// std::fs::write(&path, [0, 0, 8, 1, 0, 0, 0, 2, 7, 9]).unwrap();
    /// assert_eq!(Idx::open_limited(&path, 1 << 20)?.shape(), [2]);
    /// # std::fs::remove_file(&path).unwrap();
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`open`](Idx::open); more than `limit` bytes.
    #[track_caller]
    pub fn open_limited(path: impl AsRef<Path>, limit: u64) -> Result<Idx> {
        report("Idx::open", read_file(path.as_ref(), limit))
    }

    /// Reads from memory; `name` stands for the file in error messages.
    ///
    /// ```
    /// use neurarust_data::datasets::Idx;
    /// let file = [0, 0, 8, 1, 0, 0, 0, 2, 7, 9]; // bytes, one dimension of 2
    /// assert_eq!(Idx::parse(&file, "labels")?.shape(), [2]);
    /// assert!(Idx::parse(&file[..9], "labels").is_err());
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// No IDX file, or one that is shorter or longer than its own header says.
    #[track_caller]
    pub fn parse(bytes: &[u8], name: &str) -> Result<Idx> {
        report(
            "Idx::parse",
            read(bytes, bytes.len() as u64, name, DEFAULT_LIMIT),
        )
    }

    /// The dimensions, outermost first.
    ///
    /// ```
    /// use neurarust_data::datasets::Idx;
    /// assert_eq!(Idx::parse(&[0, 0, 8, 1, 0, 0, 0, 2, 7, 9], "labels")?.shape(), [2]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// The numbers, row-major.
    ///
    /// ```
    /// use neurarust_data::datasets::{Idx, IdxData};
    /// let idx = Idx::parse(&[0, 0, 8, 1, 0, 0, 0, 2, 7, 9], "labels")?;
    /// assert_eq!(idx.data(), &IdxData::U8(vec![7, 9]));
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn data(&self) -> &IdxData {
        &self.data
    }

    /// Gives up the dimensions and the numbers.
    ///
    /// ```
    /// use neurarust_data::datasets::Idx;
    /// let (shape, _) = Idx::parse(&[0, 0, 8, 1, 0, 0, 0, 2, 7, 9], "labels")?.into_parts();
    /// assert_eq!(shape, [2]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn into_parts(self) -> (Vec<usize>, IdxData) {
        (self.shape, self.data)
    }
}

pub(super) fn read_file(path: &Path, limit: u64) -> DataResult<Idx> {
    let name = path.display().to_string();
    let file = File::open(path).map_err(|e| DataError::io("open", path, e))?;
    let about = file
        .metadata()
        .map_err(|e| DataError::io("inspect", path, e))?;
    if !about.is_file() {
        let got = if about.is_dir() {
            "a folder"
        } else {
            "something else"
        };
        return Err(DataError::malformed(name, "a regular file", got));
    }
    read(file, about.len(), &name, limit)
}

/// Reads an array of which `stored` bytes lie in the file.
fn read(mut source: impl Read, stored: u64, name: &str, limit: u64) -> DataResult<Idx> {
    let mut start = Vec::new();
    source
        .by_ref()
        .take(2)
        .read_to_end(&mut start)
        .map_err(|e| DataError::io("read", name, e))?;
    let gzipped = start == GZIP_MAGIC;
    let mut source = Cursor::new(start).chain(source.take(stored));
    if gzipped {
        let mut inflated = flate2::read::MultiGzDecoder::new(source);
        let bounds = Bounds {
            gzipped,
            stored,
            limit,
        };
        decode(&mut inflated, bounds, name)
    } else {
        let bounds = Bounds {
            gzipped,
            stored,
            limit: u64::MAX,
        };
        decode(&mut source, bounds, name)
    }
}

/// What is known about the file before its header is believed.
struct Bounds {
    gzipped: bool,
    /// Bytes in the file.
    stored: u64,
    /// Bytes of contents that the caller allows.
    limit: u64,
}

fn decode(source: &mut dyn Read, bounds: Bounds, name: &str) -> DataResult<Idx> {
    let magic = header_bytes(source, name, "a magic number of 4 bytes")?;
    let [0, 0, code, rank] = magic else {
        let got = format!("{:02x} {:02x}", magic[0], magic[1]);
        return Err(DataError::malformed(
            name,
            "an IDX file, which starts with the bytes 00 00",
            got,
        ));
    };
    let width = match code {
        0x08 | 0x09 => 1,
        0x0b => 2,
        0x0c | 0x0d => 4,
        0x0e => 8,
        _ => {
            return Err(DataError::malformed(
                name,
                "an IDX type code (08 u8, 09 i8, 0b i16, 0c i32, 0d f32, 0e f64)",
                format!("{code:02x}"),
            ));
        }
    };
    let mut shape = Vec::new();
    let mut declared = Some(width as u64);
    for axis in 0..rank {
        let what = format!("{rank} dimensions of 4 bytes");
        let extent = u32::from_be_bytes(header_bytes(source, name, &what)?);
        declared = declared.and_then(|n| n.checked_mul(extent.into()));
        shape.push(usize::try_from(extent).map_err(|_| {
            DataError::malformed(
                name,
                "an array that fits this machine's memory",
                format!("{extent} in dimension {axis}"),
            )
        })?);
    }
    let declared = check_declared(declared, &shape, &bounds, name)?;
    let ahead = declared.min(bounds.stored.saturating_mul(TRUSTED_RATIO));
    let mut body = Body {
        source,
        declared,
        ahead: ahead as usize / width,
        name,
    };
    let data = match code {
        0x08 => IdxData::U8(body.read(|[b]| b)?),
        0x09 => IdxData::I8(body.read(i8::from_be_bytes)?),
        0x0b => IdxData::I16(body.read(i16::from_be_bytes)?),
        0x0c => IdxData::I32(body.read(i32::from_be_bytes)?),
        0x0d => IdxData::F32(body.read(f32::from_be_bytes)?),
        _ => IdxData::F64(body.read(f64::from_be_bytes)?),
    };
    body.expect_end()?;
    Ok(Idx { shape, data })
}

fn header_bytes(source: &mut dyn Read, name: &str, what: &str) -> DataResult<[u8; 4]> {
    let mut bytes = [0; 4];
    source
        .read_exact(&mut bytes)
        .map_err(|e| truncated_or_corrupt(e, name, what, || "the end of the file".into()))?;
    Ok(bytes)
}

/// Holds the declared size against the file's own; answers the bytes of contents.
fn check_declared(
    declared: Option<u64>,
    shape: &[usize],
    bounds: &Bounds,
    name: &str,
) -> DataResult<u64> {
    let in_words = |bytes: u64| format!("a header of shape {shape:?}, {bytes} bytes");
    let Some(bytes) = declared.filter(|&n| isize::try_from(n).is_ok()) else {
        return Err(DataError::malformed(
            name,
            "an array that fits this machine's memory",
            format!("a header of shape {shape:?}"),
        ));
    };
    let header = 4 + 4 * shape.len() as u64;
    if !bounds.gzipped {
        let there = bounds.stored.saturating_sub(header);
        if there != bytes {
            return Err(DataError::malformed(
                name,
                format!("{bytes} bytes after the header, for shape {shape:?}"),
                format!("{there} bytes"),
            ));
        }
    } else if bytes / DEFLATE_MAX_RATIO > bounds.stored {
        return Err(DataError::malformed(
            name,
            format!("contents that {} compressed bytes can hold", bounds.stored),
            in_words(bytes),
        ));
    } else if bytes > bounds.limit {
        return Err(DataError::malformed(
            name,
            format!("at most {} bytes (the limit)", bounds.limit),
            in_words(bytes),
        ));
    }
    Ok(bytes)
}

fn truncated_or_corrupt(
    error: io::Error,
    name: &str,
    expected: &str,
    got: impl FnOnce() -> String,
) -> DataError {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => DataError::malformed(name, expected, got()),
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => {
            DataError::malformed(name, "intact gzip data", error.to_string())
        }
        _ => DataError::io("read", name, error),
    }
}

/// The numbers behind a header that has been checked.
struct Body<'a> {
    source: &'a mut dyn Read,
    declared: u64,
    /// How many numbers to reserve at once.
    ahead: usize,
    name: &'a str,
}

impl Body<'_> {
    fn read<T, const WIDTH: usize>(&mut self, from_be: fn([u8; WIDTH]) -> T) -> DataResult<Vec<T>> {
        let no_memory = |bytes: u64| DataError::OutOfMemory {
            file: self.name.to_string(),
            bytes: bytes as usize,
        };
        let mut numbers = Vec::new();
        numbers
            .try_reserve_exact(self.ahead)
            .map_err(|_| no_memory(self.declared))?;
        // A multiple of every width.
        let mut chunk = [0u8; 16 * 1024];
        let mut done = 0u64;
        while done < self.declared {
            let wanted = (self.declared - done).min(chunk.len() as u64) as usize;
            let bytes = &mut chunk[..wanted];
            self.fill(bytes, done)?;
            let (whole, _) = bytes.as_chunks::<WIDTH>();
            numbers
                .try_reserve(whole.len())
                .map_err(|_| no_memory(self.declared))?;
            numbers.extend(whole.iter().map(|&b| from_be(b)));
            done += wanted as u64;
        }
        Ok(numbers)
    }

    fn fill(&mut self, bytes: &mut [u8], mut done: u64) -> DataResult<()> {
        let mut rest = bytes;
        while !rest.is_empty() {
            let error = match self.source.read(rest) {
                Ok(0) => io::ErrorKind::UnexpectedEof.into(),
                Ok(n) => {
                    rest = &mut rest[n..];
                    done += n as u64;
                    continue;
                }
                Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
                Err(e) => e,
            };
            let expected = format!("{} bytes after the header", self.declared);
            return Err(truncated_or_corrupt(error, self.name, &expected, || {
                format!("the end of the data after {done}")
            }));
        }
        Ok(())
    }

    /// Also makes the gzip reader compare its checksum.
    fn expect_end(&mut self) -> DataResult<()> {
        let mut one = [0];
        loop {
            return match self.source.read(&mut one) {
                Ok(0) => Ok(()),
                Ok(_) => Err(DataError::malformed(
                    self.name,
                    format!("the end after {} bytes of contents", self.declared),
                    "more data",
                )),
                Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
                Err(e) => Err(truncated_or_corrupt(
                    e,
                    self.name,
                    "a checksum after the gzip data",
                    || "the end of the file".into(),
                )),
            };
        }
    }
}
