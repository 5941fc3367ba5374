//! Fetching data sets: every file is pinned by size and SHA-256, so it does not matter which server it came from, what
//! lay on the way, or how often the connection broke.
//!
//! A file grows under `NAME.part` and gets its name only once its checksum is right. What is already there is kept: a
//! good file is not fetched again, and half a file is continued.

mod transfer;

use crate::error::{DataError, DataResult, report};
use neurarust_core::Result;
use sha2::{Digest, Sha256};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A file that is known by its contents.
///
/// ```
/// use neurarust_data::download::{Download, RemoteFile};
/// let folder = std::env::temp_dir().join(format!("download-{}", std::process::id()));
/// std::fs::create_dir_all(&folder).unwrap();
/// std::fs::write(folder.join("abc.txt"), "abc").unwrap();
/// let file = RemoteFile {
///     name: "abc.txt".into(),
///     bytes: 3,
///     sha256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad".into(),
/// };
/// Download::new(&folder).fetch(&[file])?; // it is there and good: no server is asked
/// # std::fs::remove_dir_all(&folder).unwrap();
/// # Ok::<(), neurarust_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoteFile {
    /// Its name, on the servers and on disk.
    pub name: String,
    /// Its length in bytes.
    pub bytes: u64,
    /// The SHA-256 of its contents, 64 hexadecimal digits.
    pub sha256: String,
}

/// The four files of MNIST: name, bytes, SHA-256.
const MNIST: [(&str, u64, &str); 4] = [
    (
        "train-images-idx3-ubyte.gz",
        9_912_422,
        "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
    ),
    (
        "train-labels-idx1-ubyte.gz",
        28_881,
        "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
    ),
    (
        "t10k-images-idx3-ubyte.gz",
        1_648_877,
        "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
    ),
    (
        "t10k-labels-idx1-ubyte.gz",
        4_542,
        "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
    ),
];

/// Servers that hold the files of MNIST, without the scheme.
const MNIST_MIRRORS: [&str; 3] = [
    "storage.googleapis.com/cvdf-datasets/mnist",
    "ossci-datasets.s3.amazonaws.com/mnist",
    "yann.lecun.com/exdb/mnist",
];

/// Plain HTTP is enough for files that are pinned by their contents; see the features in `Cargo.toml`.
const SCHEME: &str = if cfg!(feature = "https") {
    "https"
} else {
    "http"
};

/// Fetches MNIST (11.6 MB) into `folder`, which is created if need be; files that are already there and good stay.
/// Afterwards [`Mnist::open`](crate::datasets::Mnist::open) reads them.
///
/// ```no_run
/// use neurarust_data::datasets::{Mnist, Split};
/// neurarust_data::download::mnist("data/mnist")?;
/// assert_eq!(Mnist::open("data/mnist", Split::Test)?.len(), 10_000);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
///
/// # Errors
/// No server delivered a file; the message says what each answered and where to put the files by hand.
#[track_caller]
pub fn mnist(folder: impl AsRef<Path>) -> Result<()> {
    let mirrors = MNIST_MIRRORS.map(|mirror| format!("{SCHEME}://{mirror}"));
    let files = MNIST.map(|(name, bytes, sha256)| RemoteFile {
        name: name.into(),
        bytes,
        sha256: sha256.into(),
    });
    Download::new(folder).mirrors(mirrors).fetch(&files)
}

/// Fetches files into a folder from the first of several servers that delivers.
///
/// ```no_run
/// use neurarust_data::download::{Download, RemoteFile};
///
/// Download::new("data")
///     .mirrors(["http://example.org/sets"])
///     .fetch(&[RemoteFile {
///         name: "set.npz".into(),
///         bytes: 1234,
///         sha256: "0f1e…".into(),
///     }])?;
/// # Ok::<(), neurarust_core::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Download {
    folder: PathBuf,
    mirrors: Vec<String>,
    progress: bool,
    patience: Duration,
    attempts: u32,
    proxy_from_environment: bool,
}

impl Download {
    /// A download into `folder`.
    ///
    /// ```
    /// use neurarust_data::download::Download;
    /// let folder = std::env::temp_dir().join(format!("nothing-{}", std::process::id()));
    /// Download::new(&folder).fetch(&[])?; // creates the folder
    /// assert!(folder.is_dir());
    /// # std::fs::remove_dir(&folder).unwrap();
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn new(folder: impl AsRef<Path>) -> Self {
        Download {
            folder: folder.as_ref().to_path_buf(),
            mirrors: Vec::new(),
            progress: true,
            patience: Duration::from_secs(30),
            attempts: 3,
            proxy_from_environment: true,
        }
    }

    /// The addresses before the file names, in the order they are tried.
    ///
    /// ```
    /// use neurarust_data::download::Download;
    /// let download = Download::new("data").mirrors(["http://a.example/sets", "http://b.example/sets"]);
    /// assert!(format!("{download:?}").contains("b.example"));
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn mirrors<S: Into<String>>(mut self, mirrors: impl IntoIterator<Item = S>) -> Self {
        self.mirrors = mirrors.into_iter().map(Into::into).collect();
        self
    }

    /// Whether to draw a progress bar on a terminal (yes, unless told otherwise).
    ///
    /// ```
    /// use neurarust_data::download::Download;
    /// assert!(format!("{:?}", Download::new("data").progress(false)).contains("progress: false"));
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn progress(mut self, show: bool) -> Self {
        self.progress = show;
        self
    }

    /// How long to wait for a connection or an answer (30 s unless told otherwise). A single transfer may take ten
    /// times as long, and is continued if that was not enough.
    ///
    /// ```
    /// use neurarust_data::download::Download;
    /// let download = Download::new("data").patience(std::time::Duration::from_secs(5));
    /// assert!(format!("{download:?}").contains("patience: 5s"));
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// How often to try a server that delivers nothing new (3 times unless told otherwise, at least once).
    ///
    /// ```
    /// use neurarust_data::download::Download;
    /// assert!(format!("{:?}", Download::new("data").attempts(0)).contains("attempts: 1"));
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts.max(1);
        self
    }

    /// Fetches every file that is not there yet.
    ///
    /// ```no_run
    /// use neurarust_data::download::{Download, RemoteFile};
    /// let file = RemoteFile { name: "set.npz".into(), bytes: 1234, sha256: "0f1e…".into() };
    /// Download::new("data").mirrors(["http://example.org/sets"]).fetch(&[file])?;
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A file could not be had from any server, or not be written.
    #[track_caller]
    pub fn fetch(&self, files: &[RemoteFile]) -> Result<()> {
        report("download", self.fetch_all(files))
    }

    fn fetch_all(&self, files: &[RemoteFile]) -> DataResult<()> {
        fs::create_dir_all(&self.folder)
            .map_err(|e| DataError::io("create the folder", &self.folder, e))?;
        files.iter().try_for_each(|file| self.fetch_one(file))
    }

    fn fetch_one(&self, file: &RemoteFile) -> DataResult<()> {
        let path = self.folder.join(&file.name);
        if is_good(&path, file)? {
            return Ok(());
        }
        let part_path = self.folder.join(format!("{}.part", file.name));
        let mut part = open_part(&part_path)?;
        // Whoever held the lock until now may have finished the file.
        if is_good(&path, file)? {
            return Ok(());
        }
        let agent = transfer::agent(self);
        let bar = transfer::bar(self, file);
        let mut failures = Vec::new();
        for mirror in &self.mirrors {
            let url = format!("{}/{}", mirror.trim_end_matches('/'), file.name);
            match transfer::run(&agent, &url, file, &mut part, self.attempts, &bar) {
                Ok(()) => {
                    bar.finish_and_clear();
                    part.sync_all()
                        .map_err(|e| DataError::io("write", &part_path, e))?;
                    drop(part);
                    return fs::rename(&part_path, &path)
                        .map_err(|e| DataError::io("rename", &part_path, e));
                }
                Err(transfer::Failure::Disk(e)) => {
                    return Err(DataError::io("write", part_path, e));
                }
                Err(transfer::Failure::Server(why)) => failures.push(format!("{url}: {why}")),
            }
        }
        bar.finish_and_clear();
        Err(DataError::Download {
            file: file.name.clone(),
            attempts: failures,
            folder: self.folder.clone(),
        })
    }
}

/// Opens, or makes, the growing file, and keeps other processes from growing it too.
fn open_part(path: &Path) -> DataResult<File> {
    let part = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)
        .map_err(|e| DataError::io("open", path, e))?;
    match part.try_lock() {
        Ok(()) => Ok(part),
        // A file system without locks: the checksum still guards the contents.
        Err(TryLockError::Error(e)) if e.kind() == io::ErrorKind::Unsupported => Ok(part),
        Err(TryLockError::Error(e)) => Err(DataError::io("lock", path, e)),
        Err(TryLockError::WouldBlock) => Err(DataError::io(
            "lock",
            path,
            io::Error::new(
                io::ErrorKind::WouldBlock,
                "another process is downloading it; wait for that to end",
            ),
        )),
    }
}

fn is_good(path: &Path, file: &RemoteFile) -> DataResult<bool> {
    let mut there = match File::open(path) {
        Ok(there) => there,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(e) => return Err(DataError::io("open", path, e)),
    };
    let length = there
        .metadata()
        .map_err(|e| DataError::io("inspect", path, e))?
        .len();
    if length != file.bytes {
        return Ok(false);
    }
    let sum = sha256(&mut there).map_err(|e| DataError::io("read", path, e))?;
    Ok(sum.eq_ignore_ascii_case(&file.sha256))
}

/// The SHA-256 of a whole file, in hexadecimal.
fn sha256(file: &mut File) -> io::Result<String> {
    file.rewind()?;
    let mut hash = Sha256::new();
    let mut chunk = vec![0; 64 * 1024];
    loop {
        match file.read(&mut chunk) {
            Ok(0) => break,
            Ok(n) => hash.update(&chunk[..n]),
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(hash.finalize().iter().map(|b| format!("{b:02x}")).collect())
}

#[cfg(test)]
mod tests;
