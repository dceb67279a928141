//! Reading input files, writing results.

use super::exit::Failure;
use clap::ValueEnum;
use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::path::Path;

/// Largest input file that is read.
const MAX_INPUT_BYTES: u64 = 1 << 31;

/// Text for people or JSON for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For a reader.
    Text,
    /// For a program; numbers keep all their digits.
    Json,
}

/// Reads a whole text file; `-` is standard input.
pub(super) fn read_text(path: &Path) -> anyhow::Result<String> {
    let name = path.display();
    let unreadable = |e: std::io::Error| match e.kind() {
        ErrorKind::InvalidData => Failure::bad_input(format!("{name}: not UTF-8 text")),
        _ => Failure::io(format!("{name}: cannot be read: {e}")),
    };
    let mut text = String::new();
    let mut read: Box<dyn Read> = if path.as_os_str() == "-" {
        Box::new(std::io::stdin().lock())
    } else {
        Box::new(File::open(path).map_err(unreadable)?)
    };
    (&mut read)
        .take(MAX_INPUT_BYTES + 1)
        .read_to_string(&mut text)
        .map_err(unreadable)?;
    if text.len() as u64 > MAX_INPUT_BYTES {
        return Err(Failure::bad_input(format!(
            "{name}: longer than {MAX_INPUT_BYTES} bytes"
        )));
    }
    Ok(text)
}

/// Writes data to standard output; a reader that has gone away is no error.
pub(super) fn print(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    match written {
        Err(e) if e.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::io(format!("standard output: {e}")))
        }
        _ => Ok(()),
    }
}

/// Writes a file so that it is there whole or not at all: temporary name, sync, rename.
pub(super) fn write_file(path: &Path, text: &str) -> anyhow::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.tmp", std::process::id()));
    let temporary = path.with_file_name(name);
    let write = || {
        let mut file = File::create(&temporary)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&temporary, path)
    };
    write().map_err(|e: std::io::Error| {
        // What is left of the temporary file helps nobody; the first error is the one to report.
        let _ = std::fs::remove_file(&temporary);
        Failure::io(format!("{}: cannot be written: {e}", path.display()))
    })
}

/// Prints to standard output, or to a file if one is named.
pub(super) fn deliver(text: &str, file: Option<&Path>) -> anyhow::Result<()> {
    match file {
        Some(path) => write_file(path, text),
        None => print(text),
    }
}
