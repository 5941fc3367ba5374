//! Tensors in files: safetensors, and NumPy's `.npy` and `.npz`.
//!
//! Files are not trusted. Whatever a header declares is held against the file's true size before memory is reserved;
//! a wrong file is an error that names the file, the tensor, what was expected and what was found. Files are written
//! under a temporary name and renamed ([`atomic`]), so a crash leaves the old file or the new one, never half of one.

mod array;
pub mod atomic;
mod fault;
mod npy;
#[cfg(feature = "npz")]
mod npz;
mod safetensors;

pub use npy::{load_npy, npy_from_bytes, npy_to_bytes, save_npy};
#[cfg(feature = "npz")]
pub use npz::{
    Compression, NpzLimits, load_npz, load_npz_limited, npz_from_bytes, npz_to_bytes, save_npz,
};
pub use safetensors::{
    load_safetensors, safetensors_from_bytes, safetensors_to_bytes, save_safetensors,
};

use crate::{ErrorKind, Result, Tensor};
use fault::{Fault, Parsed, quoted, report};
use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

/// What a file held: tensors by name, in the file's order, and strings about them.
///
/// ```
/// use neurarust_core::{Tensor, io};
/// let bytes = io::safetensors_to_bytes([("b", Tensor::new(1u8)?), ("a", Tensor::new(2u8)?)], [("lr", "0.1")])?;
/// let loaded = io::safetensors_from_bytes(&bytes)?;
/// assert_eq!(loaded.names().collect::<Vec<_>>(), ["b", "a"]);
/// for (name, tensor) in loaded {
///     println!("{name}: {tensor}");
/// }
/// # Ok::<(), neurarust_core::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Loaded {
    /// The tensors; no name twice.
    pub tensors: Vec<(String, Tensor)>,
    /// The strings; only safetensors files have them.
    pub metadata: BTreeMap<String, String>,
}

impl Loaded {
    /// The tensor called `name`.
    ///
    /// ```
    /// use neurarust_core::{Tensor, io};
    /// let bytes = io::safetensors_to_bytes([("x", Tensor::new([1i64, 2])?)], [("by", "me")])?;
    /// let loaded = io::safetensors_from_bytes(&bytes)?;
    /// assert!(loaded.get("x").is_some() && loaded.get("y").is_none());
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn get(&self, name: &str) -> Option<&Tensor> {
        self.tensors.iter().find(|(n, _)| n == name).map(|(_, t)| t)
    }

    /// The names, in order.
    ///
    /// ```
    /// use neurarust_core::{Tensor, io};
    /// let none: [(&str, &str); 0] = [];
    /// let bytes = io::safetensors_to_bytes([("b", Tensor::new(1u8)?), ("a", Tensor::new(2u8)?)], none)?;
    /// assert_eq!(io::safetensors_from_bytes(&bytes)?.names().collect::<Vec<_>>(), ["b", "a"]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.tensors.iter().map(|(name, _)| name.as_str())
    }
}

impl IntoIterator for Loaded {
    type Item = (String, Tensor);
    type IntoIter = std::vec::IntoIter<(String, Tensor)>;
    fn into_iter(self) -> Self::IntoIter {
        self.tensors.into_iter()
    }
}

/// Saves named tensors, such as a `state_dict`, in the format that the name's ending stands for: `.safetensors`, or
/// `.npz` (not compressed).
///
/// ```
/// use neurarust_core::{Tensor, io};
/// let path = std::env::temp_dir().join(format!("state-{}.safetensors", std::process::id()));
/// io::save(&path, [("weight", Tensor::ones([2, 3])?), ("bias", Tensor::zeros([3])?)])?;
/// assert_eq!(io::load(&path)?.get("weight").unwrap().dims(), [2, 3]);
/// # std::fs::remove_file(&path).unwrap();
/// # Ok::<(), neurarust_core::Error>(())
/// ```
///
/// # Errors
/// Another ending; two tensors of one name; a file that can't be written; a dtype that the format lacks.
#[track_caller]
pub fn save<N: Into<String>, T: Borrow<Tensor>>(
    path: impl AsRef<Path>,
    tensors: impl IntoIterator<Item = (N, T)>,
) -> Result<()> {
    let path = path.as_ref();
    let pairs = collect(tensors);
    let result = Ending::of(path).and_then(|ending| match ending {
        Ending::SafeTensors => safetensors::save(path, &pairs, &Vec::new()),
        #[cfg(feature = "npz")]
        Ending::Npz => npz::save(path, &pairs, Compression::None),
    });
    report("save", path.display(), result)
}

/// Loads what [`save`] has saved, by the name's ending.
///
/// ```
/// use neurarust_core::{Tensor, io};
/// let path = std::env::temp_dir().join(format!("load-{}.safetensors", std::process::id()));
/// io::save(&path, [("bias", Tensor::zeros([3])?)])?;
/// assert_eq!(io::load(&path)?.get("bias").unwrap().dims(), [3]);
/// assert!(io::load("weights.txt").is_err());
/// # std::fs::remove_file(&path).unwrap();
/// # Ok::<(), neurarust_core::Error>(())
/// ```
///
/// # Errors
/// Another ending; a file that can't be read or isn't what its name says.
#[track_caller]
pub fn load(path: impl AsRef<Path>) -> Result<Loaded> {
    let path = path.as_ref();
    let result = Ending::of(path).and_then(|ending| match ending {
        Ending::SafeTensors => safetensors::load(path),
        #[cfg(feature = "npz")]
        Ending::Npz => npz::load(path, NpzLimits::default()),
    });
    report("load", path.display(), result)
}

enum Ending {
    SafeTensors,
    #[cfg(feature = "npz")]
    Npz,
}

impl Ending {
    fn of(path: &Path) -> Parsed<Ending> {
        let ending = path.extension().and_then(|e| e.to_str()).unwrap_or("");
        match ending.to_ascii_lowercase().as_str() {
            "safetensors" => Ok(Ending::SafeTensors),
            #[cfg(feature = "npz")]
            "npz" => Ok(Ending::Npz),
            _ => Err(Fault::new(
                ErrorKind::Value,
                if cfg!(feature = "npz") {
                    "expected a name that ends in .safetensors or .npz"
                } else {
                    "expected a name that ends in .safetensors (.npz needs the feature `npz`)"
                },
            )),
        }
    }
}

/// Named tensors, whatever they came as.
type Pairs = [(String, Tensor)];

fn collect<N: Into<String>, T: Borrow<Tensor>>(
    tensors: impl IntoIterator<Item = (N, T)>,
) -> Vec<(String, Tensor)> {
    tensors
        .into_iter()
        .map(|(name, t)| (name.into(), t.borrow().clone()))
        .collect()
}

/// A name that stands for two entries.
fn repeated<T>(entries: &[(String, T)]) -> Option<&str> {
    let mut names: Vec<&str> = entries.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    names.windows(2).find_map(|pair| match pair {
        [a, b] if a == b => Some(*a),
        _ => None,
    })
}

/// Refuses to write two entries of one name.
fn distinct<T>(entries: &[(String, T)], what: &str) -> Parsed<()> {
    match repeated(entries) {
        None => Ok(()),
        Some(name) => Err(Fault::new(
            ErrorKind::Value,
            format!("two {what} are called {}; names must differ", quoted(name)),
        )),
    }
}

/// A regular file and its length. (A pipe has none, a device no end.)
fn open(path: &Path) -> Parsed<(BufReader<File>, u64)> {
    // Asked before opening: a pipe would wait for its writer.
    let about = std::fs::metadata(path)?;
    if !about.is_file() {
        let found = if about.is_dir() {
            "a folder"
        } else {
            "a device, pipe or socket"
        };
        return Err(Fault::new(
            ErrorKind::Io,
            format!("expected a regular file, found {found}"),
        ));
    }
    let file = File::open(path)?;
    let len = file.metadata()?.len();
    Ok((BufReader::new(file), len))
}
