//! Reading input files, writing results.

use super::exit::Failure;
use crate::model::files::{replace_file, shortest};
use crate::numeric::Enclosure;
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
    String::from_utf8(read_bytes(path)?)
        .map_err(|_| Failure::bad_input(format!("{}: not UTF-8 text", path.display())))
}

/// Reads a whole file; `-` is standard input.
pub(super) fn read_bytes(path: &Path) -> anyhow::Result<Vec<u8>> {
    let name = path.display();
    let unreadable = |e: std::io::Error| Failure::io(format!("{name}: cannot be read: {e}"));
    let mut bytes = Vec::new();
    let mut read: Box<dyn Read> = if path.as_os_str() == "-" {
        Box::new(std::io::stdin().lock())
    } else {
        Box::new(File::open(path).map_err(unreadable)?)
    };
    (&mut read)
        .take(MAX_INPUT_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    if bytes.len() as u64 > MAX_INPUT_BYTES {
        return Err(Failure::bad_input(format!(
            "{name}: longer than {MAX_INPUT_BYTES} bytes"
        )));
    }
    Ok(bytes)
}

/// A line for a reader: a name, a number, its bounds.
pub(super) fn bounded_line(name: &str, e: Enclosure) -> String {
    let [mid, lo, hi] = [e.mid(), e.lo(), e.hi()].map(shortest);
    format!("{name:16} {mid:<24} in [{lo}, {hi}]\n")
}

/// Writes data to standard output; a reader that has gone away is no error.
pub(super) fn print(text: &str) -> anyhow::Result<()> {
    print_bytes(text.as_bytes())
}

/// The same for data that are no text.
pub(super) fn print_bytes(bytes: &[u8]) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    let written = out.write_all(bytes).and_then(|()| out.flush());
    match written {
        Err(e) if e.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::io(format!("standard output: {e}")))
        }
        _ => Ok(()),
    }
}

/// Writes a file so that it is there whole or not at all.
pub(super) fn write_bytes(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    write_pieces(path, &[bytes])
}

/// The same of pieces that follow each other.
pub(super) fn write_pieces(path: &Path, pieces: &[&[u8]]) -> anyhow::Result<()> {
    replace_file(path, pieces)
        .map_err(|e| Failure::io(format!("{}: cannot be written: {e}", path.display())))
}

/// Prints to standard output, or to a file if one is named; `-` is standard output too.
pub(super) fn deliver(text: &str, file: Option<&Path>) -> anyhow::Result<()> {
    match file.filter(|path| path.as_os_str() != "-") {
        Some(path) => write_bytes(path, text.as_bytes()),
        None => print(text),
    }
}
