//! What is wrong with a file, before the public function that read it adds its name and the user's line.

use crate::{Error, ErrorKind, Result};
use std::fmt::Display;
use std::io;

/// A problem on its way out of a parser or writer.
#[derive(Debug)]
pub(super) struct Fault {
    kind: ErrorKind,
    message: String,
    source: Option<io::Error>,
}

/// The result inside of this folder.
pub(super) type Parsed<T> = std::result::Result<T, Fault>;

impl Fault {
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Fault {
        Fault {
            kind,
            message: message.into(),
            source: None,
        }
    }

    /// Contents that aren't what the format, or the file's own header, says.
    pub fn format(message: impl Into<String>) -> Fault {
        Fault::new(ErrorKind::Format, message)
    }

    /// A failed read of `what`: an early end is the file's fault, anything else the system's.
    pub fn reading(what: impl Display, error: io::Error) -> Fault {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => Fault::format(format!(
                "the file ends in the middle of {what}; it is truncated"
            )),
            io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => {
                Fault::format(format!("{what}: {error}"))
            }
            _ => Fault::from(error),
        }
    }

    /// The same, of a part: `what: message`.
    pub fn about(mut self, what: impl Display) -> Fault {
        self.message = format!("{what}: {}", self.message);
        self
    }

    #[track_caller]
    fn into_error(self, op: &'static str) -> Error {
        let error = Error::new(self.kind, op, self.message);
        match self.source {
            Some(source) => error.with_source(source),
            None => error,
        }
    }
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Fault {
        let kind = match error.kind() {
            io::ErrorKind::OutOfMemory => ErrorKind::Memory,
            _ => ErrorKind::Io,
        };
        Fault {
            kind,
            message: error.to_string(),
            source: Some(error),
        }
    }
}

/// An error of a tensor operation keeps its kind and text; the line is that of the caller of the reader or writer.
impl From<Error> for Fault {
    fn from(error: Error) -> Fault {
        Fault::new(error.kind(), error.message())
    }
}

/// What the user gets: `op: file: what is wrong`, at the user's line.
#[track_caller]
pub(super) fn report<T>(op: &'static str, file: impl Display, result: Parsed<T>) -> Result<T> {
    match result {
        Ok(value) => Ok(value),
        Err(fault) => Err(fault.about(file).into_error(op)),
    }
}

/// A name out of a file for an error text: escaped, and cut if it is absurdly long.
pub(super) fn quoted(name: &str) -> String {
    const LONGEST: usize = 120;
    match name.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{:?}…", name.get(..end).unwrap_or_default()),
        None => format!("{name:?}"),
    }
}
