//! What can go wrong between a file or a server and a tensor, and the [`Error`] that the caller gets for it.

use neurarust_core::{Error, ErrorKind, Result};
use std::io;
use std::path::PathBuf;

/// A data set that could not be read, fetched or served.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DataError {
    /// The operating system refused.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        /// The verb: "open", "read", "write" …
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system answered.
        source: io::Error,
    },
    /// The bytes are not what the format, or the file's own header, promises.
    #[error("{file}: expected {expected}, got {got}")]
    Malformed {
        /// The file, or how the bytes were named by the caller.
        file: String,
        /// What a good file has here.
        expected: String,
        /// What this one has.
        got: String,
    },
    /// None of the names under which a file is looked for exists.
    #[error(
        "no {what} in {}: looked for {}. {hint}",
        folder.display(),
        names.join(", ")
    )]
    Missing {
        /// What was looked for, in words.
        what: String,
        /// Where.
        folder: PathBuf,
        /// The names tried.
        names: Vec<String>,
        /// What to do.
        hint: String,
    },
    #[cfg(feature = "download")]
    /// A file could not be fetched from any of its servers.
    #[error(
        "could not download {file}:{}\nWithout network, put {file} (and the other files of the data set) into {} by hand and run again.",
        attempts.iter().map(|a| format!("\n  {a}")).collect::<String>(),
        folder.display()
    )]
    Download {
        /// The file's name.
        file: String,
        /// One line per server: its address and what it answered.
        attempts: Vec<String>,
        /// Where the file belongs.
        folder: PathBuf,
    },
    /// Memory for the declared contents could not be had.
    #[error("{file}: no memory for {bytes} bytes")]
    OutOfMemory {
        /// The file.
        file: String,
        /// What was asked for.
        bytes: usize,
    },
}

/// What readers and the downloader work with inside.
pub(crate) type DataResult<T> = std::result::Result<T, DataError>;

impl DataError {
    pub(crate) fn malformed(
        file: impl Into<String>,
        expected: impl Into<String>,
        got: impl Into<String>,
    ) -> Self {
        DataError::Malformed {
            file: file.into(),
            expected: expected.into(),
            got: got.into(),
        }
    }

    pub(crate) fn io(action: &'static str, path: impl Into<PathBuf>, source: io::Error) -> Self {
        DataError::Io {
            action,
            path: path.into(),
            source,
        }
    }
}

/// The result as the caller of the public function `op` gets it, with the caller's line.
#[track_caller]
pub(crate) fn report<T>(op: &'static str, result: DataResult<T>) -> Result<T> {
    match result {
        Ok(value) => Ok(value),
        Err(error) => {
            let kind = match error {
                DataError::Malformed { .. } => ErrorKind::Format,
                DataError::OutOfMemory { .. } => ErrorKind::Memory,
                _ => ErrorKind::Io,
            };
            let report = Error::new(kind, op, error.to_string());
            Err(match error {
                DataError::Io { source, .. } => report.with_source(source),
                _ => report,
            })
        }
    }
}
