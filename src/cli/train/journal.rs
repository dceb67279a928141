//! The log of a run: a line of JSON that says what is run, then one for each time that a machine was judged.

use super::super::exit::Failure;
use serde_json::{Map, Value};
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// Longest log that is continued.
const MAX_BYTES: u64 = 1 << 30;

/// Which machine, and after how many of its steps.
pub(super) type Position = (u64, u64);

/// The log. It is locked as long as it is open, and of two runs into the same file the second is refused.
#[derive(Debug)]
pub(super) struct Journal {
    path: PathBuf,
    file: File,
    lines: Vec<(Position, Map<String, Value>)>,
}

fn position_of(line: &Map<String, Value>) -> Option<Position> {
    Some((line.get("machine")?.as_u64()?, line.get("step")?.as_u64()?))
}

/// What differs between two objects, with both values.
fn difference(found: &Map<String, Value>, asked: &Map<String, Value>) -> Option<String> {
    let names = found.keys().chain(asked.keys());
    let mut all: Vec<String> = names
        .filter(|name| found.get(*name) != asked.get(*name))
        .map(|name| {
            let show = |map: &Map<String, Value>| map.get(name).unwrap_or(&Value::Null).to_string();
            format!("{name}: {} there, {} asked for", show(found), show(asked))
        })
        .collect();
    all.sort();
    all.dedup();
    (!all.is_empty()).then(|| all.join("; "))
}

impl Journal {
    /// Starts a log, or with `resume` continues the one that is there. Its lines may go beyond the checkpoint: the run
    /// would write them once more, byte for byte.
    ///
    /// # Errors
    /// Exit code 2 for the log of another run or one in use, 5 for reading and writing.
    pub(super) fn open(
        path: &Path,
        header: &Map<String, Value>,
        resume: bool,
    ) -> anyhow::Result<Self> {
        let name = path.display();
        let failed = |e: io::Error| Failure::io(format!("{name}: {e}"));
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)
            .map_err(failed)?;
        if file.try_lock().is_err() {
            return Err(Failure::bad_input(format!(
                "{name}: another process writes it"
            )));
        }
        let mut text = String::new();
        if resume {
            (&mut file)
                .take(MAX_BYTES)
                .read_to_string(&mut text)
                .map_err(failed)?;
        }
        let mut kept = 0;
        let mut lines = Vec::new();
        for (k, line) in text.split_inclusive('\n').enumerate() {
            // A line without its end was cut off.
            if !line.ends_with('\n') {
                break;
            }
            let Ok(value) = serde_json::from_str::<Map<String, Value>>(line) else {
                break;
            };
            if k == 0 {
                if let Some(difference) = difference(&value, header) {
                    return Err(Failure::bad_input(format!(
                        "{name}: the log of another run: {difference}; --restart starts anew"
                    )));
                }
            } else {
                let Some(position) = position_of(&value) else {
                    break;
                };
                lines.push((position, value));
            }
            kept += line.len() as u64;
        }
        file.set_len(kept).map_err(failed)?;
        file.seek(SeekFrom::End(0)).map_err(failed)?;
        let mut journal = Self {
            path: path.to_owned(),
            file,
            lines,
        };
        if kept == 0 {
            journal.write(header)?;
        }
        journal.sync()?;
        Ok(journal)
    }

    fn write(&mut self, line: &Map<String, Value>) -> anyhow::Result<()> {
        let mut text = Value::Object(line.clone()).to_string();
        text.push('\n');
        self.file
            .write_all(text.as_bytes())
            .map_err(|e| Failure::io(format!("{}: cannot be written: {e}", self.path.display())))
    }

    /// The line of a position, if it is there already.
    pub(super) fn line(&self, position: Position) -> Option<&Map<String, Value>> {
        let found = self.lines.iter().rev().find(|(p, _)| *p == position);
        found.map(|(_, line)| line)
    }

    /// Adds a line, which names its machine and step.
    pub(super) fn put(
        &mut self,
        position: Position,
        line: Map<String, Value>,
    ) -> anyhow::Result<()> {
        self.write(&line)?;
        self.lines.push((position, line));
        Ok(())
    }

    /// Waits until all lines are on the disk.
    pub(super) fn sync(&self) -> anyhow::Result<()> {
        self.file
            .sync_all()
            .map_err(|e| Failure::io(format!("{}: cannot be written: {e}", self.path.display())))
    }
}
