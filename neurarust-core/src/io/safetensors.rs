//! The safetensors format: a length, a JSON header with every tensor's dtype, shape and place, then the bytes.
//!
//! A header is not believed: its length is held against the file's, and the places it gives must tile the rest of the
//! file without gap or overlap, each as long as its shape says. Only then memory is reserved, once for every byte of the file.
//! The crate `safetensors` names the dtypes and reads the entries; the walk over the header is ours, because its own
//! forgets the order, lets the last of two equal names win, and buffers the header many times over.

use super::array::{Array, Encoding, swap_words};
use super::atomic;
use super::fault::{Fault, Parsed, quoted, report};
use super::{Loaded, Pairs, collect, distinct, open, repeated};
use crate::{DType, Result, Tensor};
use safetensors::Dtype;
use safetensors::tensor::TensorInfo;
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};
use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::fmt;
use std::io::{Read, Write};
use std::path::Path;

/// The entry of the header that is no tensor.
const METADATA: &str = "__metadata__";
/// The format's own limit.
const MAX_HEADER: u64 = 100_000_000;
/// Bytes of the header's length.
const PREFIX: u64 = 8;

/// Saves tensors and a few strings about them, replacing the file as a whole ([`atomic`]).
///
/// The order of the tensors is kept. Views are saved as the elements they show.
///
/// ```
/// use neurarust_core::{Tensor, io};
/// let path = std::env::temp_dir().join(format!("model-{}.safetensors", std::process::id()));
/// let weight = Tensor::new([[1.0f32, 2.0], [3.0, 4.0]])?;
/// io::save_safetensors(&path, [("weight", &weight)], [("epoch", "3")])?;
///
/// let loaded = io::load_safetensors(&path)?;
/// assert_eq!(loaded.get("weight").unwrap().to_vec::<f32>()?, [1.0, 2.0, 3.0, 4.0]);
/// assert_eq!(loaded.metadata["epoch"], "3");
/// # std::fs::remove_file(&path).unwrap();
/// # Ok::<(), neurarust_core::Error>(())
/// ```
///
/// # Errors
/// Two tensors of one name, the reserved name `__metadata__`, a file that can't be written.
#[track_caller]
pub fn save_safetensors<N: Into<String>, T: Borrow<Tensor>, K: Into<String>, V: Into<String>>(
    path: impl AsRef<Path>,
    tensors: impl IntoIterator<Item = (N, T)>,
    metadata: impl IntoIterator<Item = (K, V)>,
) -> Result<()> {
    let path = path.as_ref();
    let result = save(path, &collect(tensors), &strings(metadata));
    report("save_safetensors", path.display(), result)
}

/// As [`save_safetensors`], into memory.
///
/// ```
/// use neurarust_core::{Tensor, io};
/// let bytes = io::safetensors_to_bytes([("x", Tensor::new([1i64, 2])?)], [("by", "me")])?;
/// assert_eq!(io::safetensors_from_bytes(&bytes)?.get("x").unwrap().to_vec::<i64>()?, [1, 2]);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
///
/// # Errors
/// As [`save_safetensors`]; no memory.
#[track_caller]
pub fn safetensors_to_bytes<
    N: Into<String>,
    T: Borrow<Tensor>,
    K: Into<String>,
    V: Into<String>,
>(
    tensors: impl IntoIterator<Item = (N, T)>,
    metadata: impl IntoIterator<Item = (K, V)>,
) -> Result<Vec<u8>> {
    let result = to_bytes(&collect(tensors), &strings(metadata));
    report("safetensors_to_bytes", "memory", result)
}

/// Loads the tensors of a file, in the order of its header, and its metadata.
///
/// `uint16` and `uint32` become the next wider signed type; `uint64` becomes `int64` if every value fits. See
/// [`save_safetensors`] for an example.
///
/// ```
/// use neurarust_core::{Tensor, io};
/// let path = std::env::temp_dir().join(format!("metadata-{}.safetensors", std::process::id()));
/// io::save_safetensors(&path, [("x", Tensor::zeros([2])?)], [("epoch", "3")])?;
/// assert_eq!(io::load_safetensors(&path)?.metadata["epoch"], "3");
/// # std::fs::remove_file(&path).unwrap();
/// # Ok::<(), neurarust_core::Error>(())
/// ```
///
/// # Errors
/// [`ErrorKind::Io`](crate::ErrorKind::Io): the file can't be read.
/// [`ErrorKind::Format`](crate::ErrorKind::Format): it is truncated, or its header is wrong.
/// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported): an element type that NeuraRust lacks.
#[track_caller]
pub fn load_safetensors(path: impl AsRef<Path>) -> Result<Loaded> {
    let path = path.as_ref();
    report("load_safetensors", path.display(), load(path))
}

/// As [`load_safetensors`], from memory. See [`safetensors_to_bytes`] for an example.
///
/// ```
/// use neurarust_core::{Tensor, io};
/// let bytes = io::safetensors_to_bytes([("x", Tensor::new([1i64, 2])?)], [("by", "me")])?;
/// assert_eq!(io::safetensors_from_bytes(&bytes)?.get("x").unwrap().to_vec::<i64>()?, [1, 2]);
/// assert!(io::safetensors_from_bytes(&bytes[..9]).is_err()); // cut off
/// # Ok::<(), neurarust_core::Error>(())
/// ```
///
/// # Errors
/// As [`load_safetensors`].
#[track_caller]
pub fn safetensors_from_bytes(bytes: &[u8]) -> Result<Loaded> {
    let result = read(&mut &*bytes, bytes.len() as u64);
    report("safetensors_from_bytes", "memory", result)
}

pub(super) fn load(path: &Path) -> Parsed<Loaded> {
    let (mut file, len) = open(path)?;
    read(&mut file, len)
}

pub(super) fn save(path: &Path, pairs: &Pairs, metadata: &Strings) -> Parsed<()> {
    let plan = Plan::new(pairs, metadata)?;
    atomic::replace(path, |file| plan.write(file))
}

fn to_bytes(pairs: &Pairs, metadata: &Strings) -> Parsed<Vec<u8>> {
    let plan = Plan::new(pairs, metadata)?;
    let total = pairs
        .iter()
        .try_fold(plan.header.len() + PREFIX as usize, |n, (_, t)| {
            n.checked_add(t.nbytes())
        });
    let mut out = Vec::new();
    out.try_reserve_exact(total.unwrap_or(usize::MAX))
        .map_err(|e| Fault::new(crate::ErrorKind::Memory, e.to_string()))?;
    plan.write(&mut out)?;
    Ok(out)
}

type Strings = Vec<(String, String)>;

fn strings<K: Into<String>, V: Into<String>>(
    metadata: impl IntoIterator<Item = (K, V)>,
) -> Strings {
    metadata
        .into_iter()
        .map(|(k, v)| (k.into(), v.into()))
        .collect()
}

/// A file about to be written: the header, and the tensors in the order of their bytes.
struct Plan<'a> {
    header: Vec<u8>,
    order: Vec<&'a Tensor>,
}

impl Plan<'_> {
    fn new<'a>(pairs: &'a Pairs, metadata: &Strings) -> Parsed<Plan<'a>> {
        if pairs.iter().any(|(name, _)| name == METADATA) {
            return Err(Fault::new(
                crate::ErrorKind::Value,
                format!("a tensor is called {METADATA:?}, which the format reserves; rename it"),
            ));
        }
        distinct(pairs, "tensors")?;
        distinct(metadata, "metadata keys")?;
        // Wide elements first, so that every tensor is aligned in the file.
        let mut order: Vec<usize> = (0..pairs.len()).collect();
        let element = |i: usize| pairs.get(i).map_or(0, |(_, t)| t.dtype().size());
        order.sort_by_key(|&i| std::cmp::Reverse(element(i)));
        let mut places = vec![(0, 0); pairs.len()];
        let mut end = 0usize;
        let mut tensors = Vec::with_capacity(pairs.len());
        for i in order {
            let (Some((_, tensor)), Some(place)) = (pairs.get(i), places.get_mut(i)) else {
                continue;
            };
            let begin = end;
            // Expanded views can add up to more than any file holds.
            end = begin.checked_add(tensor.nbytes()).ok_or_else(|| {
                Fault::new(
                    crate::ErrorKind::Value,
                    "the tensors have more elements than a file can hold",
                )
            })?;
            *place = (begin, end);
            tensors.push(tensor);
        }
        let entries: Vec<(&str, TensorInfo)> = pairs
            .iter()
            .zip(places)
            .map(|((name, tensor), data_offsets)| {
                let info = TensorInfo {
                    dtype: dtype_out(tensor.dtype())?,
                    shape: tensor.dims().to_vec(),
                    data_offsets,
                };
                Ok((name.as_str(), info))
            })
            .collect::<Parsed<_>>()?;
        let mut header = serde_json::to_vec(&HeaderOut { metadata, entries })
            .map_err(|e| Fault::format(e.to_string()))?;
        // Spaces, so that the data starts at a multiple of 8.
        header.resize(header.len().next_multiple_of(PREFIX as usize), b' ');
        if header.len() as u64 > MAX_HEADER {
            return Err(Fault::new(
                crate::ErrorKind::Value,
                format!(
                    "names, shapes and metadata take {} bytes; the format allows {MAX_HEADER}",
                    header.len()
                ),
            ));
        }
        Ok(Plan {
            header,
            order: tensors,
        })
    }

    fn write(&self, out: &mut dyn Write) -> Parsed<()> {
        out.write_all(&(self.header.len() as u64).to_le_bytes())?;
        out.write_all(&self.header)?;
        for tensor in &self.order {
            let size = tensor.dtype().to_real().size();
            tensor.with_bytes(|bytes| {
                if cfg!(target_endian = "big") {
                    let mut swapped = bytes.to_vec();
                    swap_words(&mut swapped, size);
                    return out.write_all(&swapped);
                }
                out.write_all(bytes)
            })??;
        }
        Ok(())
    }
}

/// Names in the order they were given.
struct HeaderOut<'a> {
    metadata: &'a [(String, String)],
    entries: Vec<(&'a str, TensorInfo)>,
}

impl Serialize for HeaderOut<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if !self.metadata.is_empty() {
            let ordered: BTreeMap<&String, &String> =
                self.metadata.iter().map(|(k, v)| (k, v)).collect();
            map.serialize_entry(METADATA, &ordered)?;
        }
        for (name, info) in &self.entries {
            map.serialize_entry(name, info)?;
        }
        map.end()
    }
}

/// A header as it stands in the file: in order, nothing checked but its grammar.
#[derive(Default)]
struct HeaderIn {
    metadata: BTreeMap<String, String>,
    tensors: Vec<(String, TensorInfo)>,
}

impl<'de> Deserialize<'de> for HeaderIn {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        struct Entries;
        impl<'de> Visitor<'de> for Entries {
            type Value = HeaderIn;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of tensors by name")
            }
            fn visit_map<A: MapAccess<'de>>(
                self,
                mut map: A,
            ) -> std::result::Result<HeaderIn, A::Error> {
                let mut header = HeaderIn::default();
                let mut seen = false;
                while let Some(name) = map.next_key::<String>()? {
                    if name == METADATA {
                        if std::mem::replace(&mut seen, true) {
                            return Err(A::Error::custom(format!("{METADATA} appears twice")));
                        }
                        header.metadata = map.next_value::<Metadata>()?.0;
                    } else {
                        let info = map.next_value::<TensorInfo>().map_err(|e| {
                            A::Error::custom(format!("tensor {}: {e}", quoted(&name)))
                        })?;
                        header.tensors.push((name, info));
                    }
                }
                Ok(header)
            }
        }
        deserializer.deserialize_map(Entries)
    }
}

/// Strings by name, each name once.
struct Metadata(BTreeMap<String, String>);

impl<'de> Deserialize<'de> for Metadata {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        struct Entries;
        impl<'de> Visitor<'de> for Entries {
            type Value = Metadata;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of strings as the metadata")
            }
            // What some writers leave of metadata they don't have.
            fn visit_unit<E>(self) -> std::result::Result<Metadata, E> {
                Ok(Metadata(BTreeMap::new()))
            }
            fn visit_map<A: MapAccess<'de>>(
                self,
                mut map: A,
            ) -> std::result::Result<Metadata, A::Error> {
                let mut out = BTreeMap::new();
                while let Some((key, value)) = map.next_entry::<String, String>()? {
                    if out.contains_key(&key) {
                        let text = format!("metadata key {} appears twice", quoted(&key));
                        return Err(A::Error::custom(text));
                    }
                    out.insert(key, value);
                }
                Ok(Metadata(out))
            }
        }
        deserializer.deserialize_any(Entries)
    }
}

/// Reads a whole file of `len` bytes.
fn read(source: &mut dyn Read, len: u64) -> Parsed<Loaded> {
    let (HeaderIn { metadata, tensors }, data) = read_header(source, len)?;
    if let Some(name) = repeated(&tensors) {
        return Err(Fault::format(format!(
            "tensor {} appears twice in the header",
            quoted(name)
        )));
    }
    let mut entries = Vec::with_capacity(tensors.len());
    for (place, (name, info)) in tensors.into_iter().enumerate() {
        let array = checked(&info).map_err(|f| f.about(format!("tensor {}", quoted(&name))))?;
        entries.push((info.data_offsets, place, name, array));
    }
    entries.sort_unstable_by_key(|(offsets, place, ..)| (*offsets, *place));
    tile(&entries, data)?;
    let mut read = Vec::with_capacity(entries.len());
    for (_, place, name, array) in entries {
        let tensor = array
            .read(source, array.bytes())
            .map_err(|f| f.about(format!("tensor {}", quoted(&name))))?;
        read.push((place, name, tensor));
    }
    read.sort_unstable_by_key(|(place, ..)| *place);
    Ok(Loaded {
        tensors: read.into_iter().map(|(_, name, t)| (name, t)).collect(),
        metadata,
    })
}

/// The header, and how many bytes follow it.
fn read_header(source: &mut dyn Read, len: u64) -> Parsed<(HeaderIn, u64)> {
    if len < PREFIX {
        return Err(Fault::format(format!(
            "expected a safetensors file, found {len} bytes; the length of its header alone takes {PREFIX}"
        )));
    }
    let mut prefix = [0; PREFIX as usize];
    source
        .read_exact(&mut prefix)
        .map_err(|e| Fault::reading("the header's length", e))?;
    let header = u64::from_le_bytes(prefix);
    let rest = len - PREFIX;
    if header > rest || header > MAX_HEADER {
        return Err(Fault::format(format!(
            "the header claims {header} bytes, but {rest} follow and the format allows {MAX_HEADER}; the file is truncated or no safetensors file"
        )));
    }
    // At most as long as the file.
    let mut json = vec![0; header as usize];
    source
        .read_exact(&mut json)
        .map_err(|e| Fault::reading("the header", e))?;
    let header_in: HeaderIn = serde_json::from_slice(&json)
        .map_err(|e| Fault::format(format!("the header is not as expected: {e}")))?;
    Ok((header_in, rest - header))
}

/// What an entry describes, if its dtype, shape and place agree.
fn checked(info: &TensorInfo) -> Parsed<Array> {
    let array = Array::new(&info.shape, dtype_in(info.dtype)?)?;
    let (begin, end) = info.data_offsets;
    match end.checked_sub(begin) {
        Some(length) if length == array.bytes() => Ok(array),
        Some(length) => Err(Fault::format(format!(
            "{} takes {} bytes, but its data_offsets [{begin}, {end}] span {length}",
            array.describe(),
            array.bytes()
        ))),
        None => Err(Fault::format(format!(
            "data_offsets [{begin}, {end}] end before they begin"
        ))),
    }
}

type Entry = ((usize, usize), usize, String, Array);

/// Sorted entries must cover the data from its first byte to its last, none twice.
fn tile(entries: &[Entry], data: u64) -> Parsed<()> {
    let mut covered = 0;
    for ((begin, end), _, name, _) in entries {
        let name = quoted(name);
        if *end as u64 > data {
            return Err(Fault::format(format!(
                "tensor {name}: data_offsets [{begin}, {end}], but the file has {data} bytes of data; it is truncated or its header lies"
            )));
        }
        if *begin != covered {
            let wrong = if *begin < covered {
                "overlaps the tensor before it"
            } else {
                "leaves a gap"
            };
            return Err(Fault::format(format!(
                "tensor {name}: data_offsets [{begin}, {end}] {wrong}; expected it to begin at {covered}"
            )));
        }
        covered = *end;
    }
    match covered as u64 == data {
        true => Ok(()),
        false => Err(Fault::format(format!(
            "the tensors take {covered} bytes, but {data} bytes of data follow the header"
        ))),
    }
}

fn dtype_out(dtype: DType) -> Parsed<Dtype> {
    Ok(match dtype {
        DType::Bool => Dtype::BOOL,
        DType::U8 => Dtype::U8,
        DType::I8 => Dtype::I8,
        DType::I16 => Dtype::I16,
        DType::I32 => Dtype::I32,
        DType::I64 => Dtype::I64,
        DType::F16 => Dtype::F16,
        DType::BF16 => Dtype::BF16,
        DType::F32 => Dtype::F32,
        DType::F64 => Dtype::F64,
        DType::C64 => Dtype::C64,
        DType::C128 => {
            return Err(Fault::new(
                crate::ErrorKind::Unsupported,
                "the format has no complex128; save view_as_real(), or convert to complex64",
            ));
        }
    })
}

fn dtype_in(dtype: Dtype) -> Parsed<Encoding> {
    Ok(match dtype {
        Dtype::BOOL => Encoding::Plain(DType::Bool),
        Dtype::U8 => Encoding::Plain(DType::U8),
        Dtype::I8 => Encoding::Plain(DType::I8),
        Dtype::I16 => Encoding::Plain(DType::I16),
        Dtype::I32 => Encoding::Plain(DType::I32),
        Dtype::I64 => Encoding::Plain(DType::I64),
        Dtype::F16 => Encoding::Plain(DType::F16),
        Dtype::BF16 => Encoding::Plain(DType::BF16),
        Dtype::F32 => Encoding::Plain(DType::F32),
        Dtype::F64 => Encoding::Plain(DType::F64),
        Dtype::C64 => Encoding::Plain(DType::C64),
        Dtype::U16 => Encoding::U16,
        Dtype::U32 => Encoding::U32,
        Dtype::U64 => Encoding::U64,
        other => {
            return Err(Fault::new(
                crate::ErrorKind::Unsupported,
                format!(
                    "element type {other}; convert it to one of BOOL, U8–U64, I8–I64, F16, BF16, F32, F64, C64"
                ),
            ));
        }
    })
}
