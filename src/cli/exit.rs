//! Exit codes, and the errors that have one of their own.

use std::fmt;
use std::process::{ExitCode, Termination};

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// All as expected.
    Success,
    /// A claim or a comparison came out against expectation.
    Unexpected,
    /// Usage or bad input.
    BadInput,
    /// Nothing could be decided.
    Inconclusive,
    /// Refused for size.
    TooLarge,
    /// Could not read or write.
    Io,
    /// Interrupted; the same command continues.
    Interrupted,
}

impl Exit {
    fn code(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::Unexpected => 1,
            Self::BadInput => 2,
            Self::Inconclusive => 3,
            Self::TooLarge => 4,
            Self::Io => 5,
            Self::Interrupted => 130,
        }
    }
}

impl Termination for Exit {
    fn report(self) -> ExitCode {
        ExitCode::from(self.code())
    }
}

/// An error message with the exit code that it asks for.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) exit: Exit,
    message: String,
}

impl Failure {
    pub(super) fn bad_input(message: impl fmt::Display) -> anyhow::Error {
        Self {
            exit: Exit::BadInput,
            message: message.to_string(),
        }
        .into()
    }

    pub(super) fn inconclusive(message: impl fmt::Display) -> anyhow::Error {
        Self {
            exit: Exit::Inconclusive,
            message: message.to_string(),
        }
        .into()
    }

    pub(super) fn too_large(message: impl fmt::Display) -> anyhow::Error {
        Self {
            exit: Exit::TooLarge,
            message: message.to_string(),
        }
        .into()
    }

    pub(super) fn io(message: impl fmt::Display) -> anyhow::Error {
        Self {
            exit: Exit::Io,
            message: message.to_string(),
        }
        .into()
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

/// Prints the error and returns its exit code.
pub(super) fn report(error: &anyhow::Error) -> Exit {
    eprintln!("error: {error}");
    for cause in error.chain().skip(1) {
        eprintln!("  because {cause}");
    }
    error.downcast_ref::<Failure>().map_or(Exit::Io, |f| f.exit)
}
