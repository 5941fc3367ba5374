//! What went wrong, with what, where, and what to do.

use std::{fmt, panic::Location};

/// The result of anything that can be asked for wrongly.
///
/// ```
/// use neurarust_core::{Result, Tensor};
/// fn mean_square(x: &Tensor) -> Result<f32> {
///     x.square()?.mean()?.item()
/// }
/// assert_eq!(mean_square(&Tensor::new([1f32, 3.0])?)?, 5.0);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The kind of an [`Error`]: what a program would match on, and which Python exception it becomes.
///
/// ```
/// use neurarust_core::{ErrorKind, Tensor};
/// let x = Tensor::zeros([2, 3])?;
/// assert_eq!(x.select(2, 0).unwrap_err().kind(), ErrorKind::Index);
/// assert_eq!(x.reshape([4, -1]).unwrap_err().kind(), ErrorKind::Shape);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// Shapes that don't fit each other or the operation (`RuntimeError`).
    Shape,
    /// An element type the operation doesn't take (`TypeError`, or `RuntimeError` where PyTorch says so).
    DType,
    /// A dimension or an element that isn't there (`IndexError`).
    Index,
    /// An argument outside of its range (`ValueError`).
    Value,
    /// A number that an element type can't hold (`RuntimeError`).
    Overflow,
    /// A tensor on the wrong device (`RuntimeError`).
    Device,
    /// A matrix that an algorithm fails on: singular, not positive-definite, no convergence (`LinAlgError`).
    LinAlg,
    /// Memory that could not be had (`MemoryError`).
    Memory,
    /// A graph that can't be differentiated as asked (`RuntimeError`).
    Autograd,
    /// A file that can't be read or isn't what it says (`OSError`).
    Io,
    /// A file or text whose contents are wrong (`ValueError`).
    Format,
    /// Something NeuraRust doesn't do yet (`NotImplementedError`).
    Unsupported,
    /// A long computation was interrupted (`KeyboardInterrupt`).
    Interrupted,
    /// An error of the user's own code, passed through (a custom function, a callback).
    User,
}

/// An error: the operation, what was given and expected, and the line of the user's code that asked.
///
/// ```
/// use neurarust_core::{Tensor, ErrorKind};
/// let error = Tensor::zeros([2, 3])?.matmul(&Tensor::zeros([4, 5])?).unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::Shape);
/// assert!(error.to_string().starts_with("matmul: "));
/// # Ok::<(), neurarust_core::Error>(())
/// ```
pub struct Error(Box<Details>);

struct Details {
    kind: ErrorKind,
    op: &'static str,
    message: String,
    location: &'static Location<'static>,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

macro_rules! constructors {
    ($($(#[$doc:meta])* $name:ident: $kind:ident;)*) => { $(
        $(#[$doc])*
        ///
        /// ```
        /// use neurarust_core::{Error, ErrorKind};
        #[doc = concat!("let error = Error::", stringify!($name), "(\"my_op\", \"what was given; what was expected\");")]
        #[doc = concat!("assert_eq!((error.kind(), error.op()), (ErrorKind::", stringify!($kind), ", \"my_op\"));")]
        /// ```
        #[cold]
        #[track_caller]
        pub fn $name(op: &'static str, message: impl Into<String>) -> Error {
            Error::new(ErrorKind::$kind, op, message)
        }
    )* };
}

impl Error {
    /// An error of `kind` that `op` met, at the caller's line.
    ///
    /// ```
    /// # use neurarust_core::{Error, ErrorKind};
    /// let error = Error::new(ErrorKind::Value, "my_op", "rate 2; expected 0 to 1");
    /// assert_eq!((error.kind(), error.op()), (ErrorKind::Value, "my_op"));
    /// ```
    #[cold]
    #[track_caller]
    pub fn new(kind: ErrorKind, op: &'static str, message: impl Into<String>) -> Error {
        let location = Location::caller();
        Error(Box::new(Details {
            kind,
            op,
            message: message.into(),
            location,
            source: None,
        }))
    }

    constructors! {
        /// Shapes that don't fit.
        shape: Shape;
        /// An element type that doesn't fit.
        dtype: DType;
        /// A dimension or element that isn't there.
        index: Index;
        /// An argument outside of its range.
        value: Value;
        /// A number that an element type can't hold.
        overflow: Overflow;
        /// Memory that could not be had.
        memory: Memory;
        /// A graph that can't be differentiated as asked.
        autograd: Autograd;
        /// A file's contents are wrong.
        format: Format;
        /// Not done yet.
        unsupported: Unsupported;
        /// The user's own code failed.
        user: User;
    }

    /// An input/output error about `path`.
    ///
    /// ```
    /// use neurarust_core::{Error, ErrorKind};
    /// let path = std::path::Path::new("no/such/file");
    /// let error = Error::io("load", path, std::fs::File::open(path).unwrap_err());
    /// assert_eq!(error.kind(), ErrorKind::Io);
    /// assert!(error.to_string().contains("no/such/file"));
    /// ```
    #[cold]
    #[track_caller]
    pub fn io(op: &'static str, path: &std::path::Path, source: std::io::Error) -> Error {
        let mut error = Error::new(ErrorKind::Io, op, format!("{}: {source}", path.display()));
        error.0.source = Some(Box::new(source));
        error
    }

    /// The same error with the error that caused it.
    ///
    /// ```
    /// # use neurarust_core::{Error, ErrorKind};
    /// let parsed = "x".parse::<i32>().unwrap_err();
    /// let error = Error::new(ErrorKind::Value, "my_op", "no number").with_source(parsed);
    /// assert!(std::error::Error::source(&error).is_some());
    /// ```
    pub fn with_source(
        mut self,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Error {
        self.0.source = Some(source.into());
        self
    }

    /// The same error with a line of text added.
    ///
    /// ```
    /// # use neurarust_core::{Error, ErrorKind};
    /// let error = Error::new(ErrorKind::Value, "my_op", "bad rate").with_note("see the manual");
    /// assert_eq!(error.message(), "bad rate\n  see the manual");
    /// ```
    pub fn with_note(mut self, note: impl fmt::Display) -> Error {
        self.0.message = format!("{}\n  {note}", self.0.message);
        self
    }

    /// The same error at another line: that of the user who called, where a closure stands in between.
    pub(crate) fn at(mut self, location: &'static Location<'static>) -> Error {
        self.0.location = location;
        self
    }

    /// What kind of error it is.
    ///
    /// ```
    /// # use neurarust_core::{Tensor, ErrorKind};
    /// let error = Tensor::zeros([2])?.select(0, 5).unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::Index);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The operation that met it.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let error = Tensor::zeros([2])?.select(0, 5).unwrap_err();
    /// assert_eq!(error.op(), "select");
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn op(&self) -> &'static str {
        self.0.op
    }

    /// What was given, what was expected, what to do.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let error = Tensor::zeros([2])?.reshape([3]).unwrap_err();
    /// assert!(error.message().contains("2 elements"));
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The line that asked for the operation.
    ///
    /// ```
    /// # use neurarust_core::Tensor;
    /// let error = Tensor::zeros([2])?.select(0, 5).unwrap_err();
    /// assert!(error.location().file().ends_with(".rs"));
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn location(&self) -> &'static Location<'static> {
        self.0.location
    }

    /// Panics with this error: what operators do.
    #[cold]
    #[track_caller]
    pub(crate) fn raise(self) -> ! {
        panic!("{self}")
    }
}

/// Refused memory as an error at the caller's line, which a closure in `map_err` would not know.
pub(crate) trait OrMemory<T> {
    /// The value, or an error of `op`.
    fn or_memory(self, op: &'static str) -> Result<T>;
}

impl<T, E: fmt::Display> OrMemory<T> for Result<T, E> {
    #[inline]
    #[track_caller]
    fn or_memory(self, op: &'static str) -> Result<T> {
        match self {
            Ok(value) => Ok(value),
            Err(e) => Err(Error::memory(op, e.to_string())),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Details {
            op,
            message,
            location,
            ..
        } = &*self.0;
        write!(
            f,
            "{op}: {message}\n  at {}:{}",
            location.file(),
            location.line()
        )
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // `unwrap` and `main` print this.
        write!(f, "{self}")
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_ref().map(|s| s.as_ref() as _)
    }
}
