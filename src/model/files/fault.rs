//! What is wrong with a file, and where.

use crate::model::{FactorGraphError, ModelError, ModelFileError, RbmError};
use std::fmt;
use thiserror::Error;

/// Longest piece of a file that is quoted in a message.
const QUOTED: usize = 40;

/// Where in a file something stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// Nowhere in particular.
    File,
    /// A word of a text; both counts start at 1.
    Token {
        /// The line.
        line: usize,
        /// Which word of the line.
        token: usize,
    },
    /// A position in a binary file.
    Byte(usize),
    /// An array of a file that holds several.
    Array(String),
}

impl fmt::Display for Place {
    /// The place and a colon, or nothing: what stands before the reason.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File => Ok(()),
            Self::Token { line, token } => write!(f, "line {line}, token {token}: "),
            Self::Byte(at) => write!(f, "byte {at}: "),
            Self::Array(name) => write!(f, "array {name:?}: "),
        }
    }
}

/// A file that cannot be read as what it should be: the place and the reason.
#[derive(Clone, Debug, Error, PartialEq)]
#[error("{place}{fault}")]
pub struct FileError {
    /// Where.
    pub place: Place,
    /// Why.
    pub fault: Fault,
}

impl FileError {
    /// Whether the file is refused for its size alone.
    pub fn is_too_large(&self) -> bool {
        matches!(
            self.fault,
            Fault::TooMany { .. } | Fault::Graph(FactorGraphError::TooLarge { .. })
        )
    }
}

/// Why a file cannot be read.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum Fault {
    /// Something is missing at the end.
    #[error("the file ends where {0} should stand")]
    Ends(&'static str),
    /// Something else stands there.
    #[error("expected {expected}, found {found:?}")]
    Unexpected {
        /// What belongs there.
        expected: &'static str,
        /// What is there, shortened.
        found: String,
    },
    /// A count over the limit, refused before anything is allocated.
    #[error("{what}: {value} are more than the limit of {limit}")]
    TooMany {
        /// What is counted.
        what: &'static str,
        /// The count; the largest number if it does not fit in one.
        value: usize,
        /// What is allowed.
        limit: usize,
    },
    /// Two numbers of the file that do not fit together.
    #[error("{what}: {found}, expected {expected}")]
    Mismatch {
        /// What the number counts.
        what: &'static str,
        /// The number.
        found: usize,
        /// What it should be.
        expected: usize,
    },
    /// An index out of range.
    #[error("{what} {index} does not exist")]
    NoSuch {
        /// What is numbered.
        what: &'static str,
        /// The number.
        index: usize,
    },
    /// The same thing for a second time.
    #[error("{what} {index} was there before")]
    Repeated {
        /// What is numbered.
        what: &'static str,
        /// The number.
        index: usize,
    },
    /// A number that is NaN, infinite or beyond the range of a double.
    #[error("{0:?} is not a finite number in the range of a double")]
    NotFinite(String),
    /// A table entry below zero.
    #[error("{0} is negative, not a weight")]
    Negative(f64),
    /// Something legal that is not read.
    #[error("{0} is not supported")]
    Unsupported(String),
    /// Bytes that do not have their checksum.
    #[error("the checksum is wrong")]
    Checksum,
    /// Compressed data that no compressor makes.
    #[error("the compressed data are damaged: {0}")]
    Compressed(&'static str),
    /// An array that is none of those looked for.
    #[error("no array of this name is known; the names are {known}")]
    UnknownArray {
        /// What may be there.
        known: &'static str,
    },
    /// The header is not JSON of the right form.
    #[error("the header is not what it should be: {0}")]
    Header(String),
    /// The text is not JSON of the right form.
    #[error("{0}")]
    Json(String),
    /// The tables do not make a factor graph.
    #[error(transparent)]
    Graph(#[from] FactorGraphError),
    /// The numbers do not make a Hamiltonian.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The numbers do not make a machine.
    #[error(transparent)]
    Rbm(#[from] RbmError),
}

impl Fault {
    /// The fault at a place.
    pub(super) fn at(self, place: Place) -> FileError {
        FileError { place, fault: self }
    }

    /// The fault of the file as a whole.
    pub(super) fn of_file(self) -> FileError {
        self.at(Place::File)
    }

    /// The fault at a byte.
    pub(super) fn at_byte(self, at: usize) -> FileError {
        self.at(Place::Byte(at))
    }
}

/// The start of a piece of a file, for a message.
pub(super) fn quoted(text: &str) -> String {
    if text.chars().count() <= QUOTED {
        text.to_owned()
    } else {
        text.chars().take(QUOTED).chain(['…']).collect()
    }
}

impl From<ModelFileError> for FileError {
    fn from(error: ModelFileError) -> Self {
        match error {
            ModelFileError::Model(e) => Fault::Model(e).of_file(),
            other => Fault::Json(other.to_string()).of_file(),
        }
    }
}
