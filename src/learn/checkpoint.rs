//! Checkpoints: a training run on disk, from which it goes on bit for bit.
//!
//! ```text
//! "BSPNCKPT" | length of the header, 8 bytes | header, JSON | numbers | hash of all bytes before it, 8 bytes
//! ```
//! All numbers are little-endian. The header names version, step, sizes, the arrays in order, the configuration, and
//! the hash of the data. The generation before stays as `….previous`, as [`CheckpointFiles`] has it: at no moment is there no
//! whole checkpoint.

use super::{BinaryData, Offsets, OptimiserState, TrainingConfig, TrainingState};
use crate::model::files::with_suffix;
use crate::model::{RbmError, RbmWeights};
use crate::sample::{CheckpointFiles, ContentHash};
use serde::{Deserialize, Serialize};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use thiserror::Error;

const MAGIC: &[u8; 8] = b"BSPNCKPT";
const VERSION: u32 = 2;
/// Longest header that is read.
const MAX_HEADER: u64 = 1 << 20;

/// Why a checkpoint cannot be written or used.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CheckpointError {
    /// The system says no.
    #[error("{}: {source}", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// What it says.
        source: io::Error,
    },
    /// No checkpoint, or one cut short.
    #[error("{}: not a checkpoint: {reason}", path.display())]
    Format {
        /// Which file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// Written by another version.
    #[error("{}: format version {found}, expected {VERSION}", path.display())]
    Version {
        /// Which file.
        path: PathBuf,
        /// Its version.
        found: u32,
    },
    /// The numbers are not those that were written.
    #[error("{}: the content does not match its hash; the previous checkpoint is {}", path.display(), previous.display())]
    Corrupt {
        /// Which file.
        path: PathBuf,
        /// The one before.
        previous: PathBuf,
    },
    /// A run with other settings.
    #[error("{}: the checkpoint belongs to another configuration: {difference}", path.display())]
    Configuration {
        /// Which file.
        path: PathBuf,
        /// What differs, with both values.
        difference: String,
    },
    /// A run with other data.
    #[error("{}: the checkpoint belongs to another data set", path.display())]
    Data {
        /// Which file.
        path: PathBuf,
    },
}

fn hash(pieces: &[&[u8]]) -> u64 {
    let mut hash = ContentHash::new();
    for piece in pieces {
        hash.add(piece);
    }
    hash.value()
}

/// The settings, one a line, by their debug form, in which floats keep all digits.
fn config_text(config: &TrainingConfig) -> String {
    format!("{config:#?}")
}

/// The lines that differ, with both values.
fn difference(found: &str, asked: &str) -> String {
    let lines = |text: &str| -> Vec<String> {
        let mut entries: Vec<String> = Vec::new();
        for line in text.lines().filter(|l| *l != "}") {
            // A field of the settings is indented once; what is in it, more.
            let part = line.trim();
            let field = line.len() == part.len() + 4 && !part.starts_with([')', '}']);
            match entries.last_mut() {
                Some(entry) if !field => entry.push_str(part),
                _ => entries.push(part.to_owned()),
            }
        }
        let closed = |e: String| e.replace(",)", ")").trim_end_matches(',').to_owned();
        entries.into_iter().map(closed).collect()
    };
    let (found, asked) = (lines(found), lines(asked));
    let only = |some: &[String], others: &[String]| {
        let rest: Vec<&str> = some
            .iter()
            .filter(|line| !others.contains(line))
            .map(String::as_str)
            .collect();
        if rest.is_empty() {
            "nothing of it".to_owned()
        } else {
            rest.join(", ")
        }
    };
    format!(
        "{} there, {} asked for",
        only(&found, &asked),
        only(&asked, &found)
    )
}

fn data_hash(data: &BinaryData) -> String {
    let hash = hash(&[data.up()]);
    format!("{}x{}:{hash:016x}", data.len(), data.units())
}

#[derive(Serialize, Deserialize)]
struct Header {
    version: u32,
    step: u64,
    visible: usize,
    hidden: usize,
    /// Names and counts of the arrays, in order; `chains` has bytes, the others single-precision numbers.
    arrays: Vec<(String, usize)>,
    config: String,
    data: String,
}

/// Where the checkpoint before this one stands.
pub fn previous_checkpoint(path: &Path) -> PathBuf {
    with_suffix(path, ".previous")
}

/// Writes the state of a run.
///
/// # Errors
/// [`CheckpointError::File`]; the checkpoint that is there stays.
pub fn write_checkpoint(
    path: &Path,
    config: &TrainingConfig,
    data: &BinaryData,
    state: &TrainingState,
) -> Result<(), CheckpointError> {
    let floats: [(&str, &[f32]); 6] = [
        ("machine", state.machine.numbers()),
        ("optimiser.first", &state.optimiser.first),
        ("optimiser.second", &state.optimiser.second),
        ("offsets.visible", &state.offsets.visible),
        ("offsets.hidden", &state.offsets.hidden),
        ("means", &state.means),
    ];
    let mut content = Vec::new();
    let mut arrays = Vec::new();
    for (name, list) in floats {
        content.extend(list.iter().flat_map(|x| x.to_le_bytes()));
        arrays.push((name.to_owned(), list.len()));
    }
    content.extend_from_slice(&state.chains);
    arrays.push(("chains".to_owned(), state.chains.len()));
    let header = Header {
        version: VERSION,
        step: state.step,
        visible: state.machine.visible(),
        hidden: state.machine.hidden(),
        arrays,
        config: config_text(config),
        data: data_hash(data),
    };
    let file = |source| CheckpointError::File {
        path: path.to_owned(),
        source,
    };
    let header = serde_json::to_vec(&header).map_err(|e| file(io::Error::other(e)))?;
    let length = (header.len() as u64).to_le_bytes();
    let pieces: [&[u8]; 4] = [MAGIC, &length, &header, &content];
    let seal = hash(&pieces).to_le_bytes();
    CheckpointFiles::at(path)
        .save_bytes(&[pieces[0], pieces[1], pieces[2], pieces[3], &seal])
        .map_err(file)
}

/// Reads the state of a run with these settings and data.
///
/// # Errors
/// [`CheckpointError`] if the file cannot be read, is none, is damaged, or belongs to another run.
#[expect(
    clippy::too_many_lines,
    reason = "the fields of the file in their order"
)]
pub fn read_checkpoint(
    path: &Path,
    config: &TrainingConfig,
    data: &BinaryData,
) -> Result<TrainingState, CheckpointError> {
    let bytes = fs::read(path).map_err(|source| CheckpointError::File {
        path: path.to_owned(),
        source,
    })?;
    let bad = |reason: String| CheckpointError::Format {
        path: path.to_owned(),
        reason,
    };
    if !bytes.starts_with(MAGIC) {
        return Err(bad("it does not begin with the mark of one".to_owned()));
    }
    let (Some(length), Some((sealed, seal))) = (bytes.get(8..16), bytes.split_last_chunk()) else {
        return Err(bad("it is cut short".to_owned()));
    };
    if hash(&[sealed]) != u64::from_le_bytes(*seal) {
        return Err(CheckpointError::Corrupt {
            path: path.to_owned(),
            previous: previous_checkpoint(path),
        });
    }
    let length = length
        .iter()
        .rev()
        .fold(0_u64, |n, &b| n << 8 | u64::from(b));
    if length > MAX_HEADER {
        return Err(bad(format!("a header of {length} bytes")));
    }
    let end = 16 + length as usize;
    let header = sealed
        .get(16..end)
        .ok_or_else(|| bad("it is cut short".to_owned()))?;
    let header: Header = serde_json::from_slice(header).map_err(|e| bad(format!("header: {e}")))?;
    if header.version != VERSION {
        return Err(CheckpointError::Version {
            path: path.to_owned(),
            found: header.version,
        });
    }
    let content = &sealed[end..];
    let asked = config_text(config);
    if header.config != asked {
        return Err(CheckpointError::Configuration {
            path: path.to_owned(),
            difference: difference(&header.config, &asked),
        });
    }
    if header.data != data_hash(data) {
        return Err(CheckpointError::Data {
            path: path.to_owned(),
        });
    }
    let mut machine = RbmWeights::zeros(
        data.units(),
        config.hidden,
        config.visible_units,
        config.hidden_units,
    )
    .map_err(|e: RbmError| bad(e.to_string()))?;
    if (header.visible, header.hidden) != (machine.visible(), machine.hidden()) {
        return Err(bad("its sizes contradict the configuration".to_owned()));
    }
    let mut rest = content;
    let mut lists = Vec::new();
    for (name, count) in &header.arrays {
        let bytes = count.checked_mul(if name == "chains" { 1 } else { 4 });
        let (list, left) = bytes
            .and_then(|bytes| rest.split_at_checked(bytes))
            .ok_or_else(|| bad(format!("array {name} is cut short")))?;
        lists.push((name.as_str(), list));
        rest = left;
    }
    let raw = |name: &str| {
        let found = lists
            .iter()
            .find(|(n, _)| *n == name)
            .map(|(_, list)| *list);
        found.ok_or_else(|| bad(format!("array {name} is missing")))
    };
    let floats = |name: &str| -> Result<Vec<f32>, CheckpointError> {
        let (words, _) = raw(name)?.as_chunks::<4>();
        Ok(words.iter().map(|w| f32::from_le_bytes(*w)).collect())
    };
    let numbers = floats("machine")?;
    if numbers.len() != machine.numbers().len() {
        return Err(bad("its sizes contradict the configuration".to_owned()));
    }
    machine.numbers_mut().copy_from_slice(&numbers);
    Ok(TrainingState {
        step: header.step,
        machine,
        optimiser: OptimiserState {
            first: floats("optimiser.first")?,
            second: floats("optimiser.second")?,
        },
        offsets: Offsets {
            visible: floats("offsets.visible")?,
            hidden: floats("offsets.hidden")?,
        },
        chains: raw("chains")?.to_vec(),
        means: floats("means")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learn::{Estimator, Optimiser, TapOrder, Trainer};

    fn data() -> BinaryData {
        let bits = (0..90 * 11_u32)
            .map(|k| (k.wrapping_mul(2_654_435_761) >> 31) as u8)
            .collect();
        BinaryData::from_bits(bits, 11).unwrap()
    }

    #[test]
    fn a_run_goes_on_bit_for_bit() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run.checkpoint");
        let data = data();
        for estimator in [
            Estimator::ContrastiveDivergence { steps: 1 },
            Estimator::Persistent {
                steps: 1,
                chains: 70,
            },
            Estimator::Tempered {
                steps: 1,
                chains: 10,
                betas: vec![1.0, 0.5],
            },
            Estimator::Tap {
                order: TapOrder::Third,
                iterations: 3,
                copies: 5,
            },
        ] {
            let config = TrainingConfig {
                batch: 40,
                estimator,
                centred: true,
                optimiser: Optimiser::ADAM,
                ..TrainingConfig::new(7)
            };
            let mut whole = Trainer::new(&data, config.clone()).unwrap();
            whole.run(11).unwrap();
            let mut half = Trainer::new(&data, config.clone()).unwrap();
            half.run(5).unwrap();
            write_checkpoint(&path, &config, &data, half.state()).unwrap();
            let state = read_checkpoint(&path, &config, &data).unwrap();
            assert_eq!(&state, half.state());
            let mut rest = Trainer::resume(&data, config, state).unwrap();
            rest.run(6).unwrap();
            assert_eq!(rest.state(), whole.state());
        }
    }

    #[test]
    fn damaged_and_foreign_checkpoints_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run.checkpoint");
        let data = data();
        let config = TrainingConfig {
            batch: 40,
            ..TrainingConfig::new(7)
        };
        let mut trainer = Trainer::new(&data, config.clone()).unwrap();
        write_checkpoint(&path, &config, &data, trainer.state()).unwrap();
        trainer.run(1).unwrap();
        write_checkpoint(&path, &config, &data, trainer.state()).unwrap();
        let before = read_checkpoint(&previous_checkpoint(&path), &config, &data).unwrap();
        assert_eq!(
            (
                before.step,
                read_checkpoint(&path, &config, &data).unwrap().step
            ),
            (0, 1)
        );
        let other = TrainingConfig {
            learning_rate: 0.051,
            ..config.clone()
        };
        let refused = |config: &TrainingConfig, data: &BinaryData| {
            read_checkpoint(&path, config, data)
                .unwrap_err()
                .to_string()
        };
        assert!(
            refused(&other, &data)
                .ends_with("learning_rate: 0.05 there, learning_rate: 0.051 asked for")
        );
        let mut bits = data.up().to_vec();
        bits[3] ^= 1;
        let changed = BinaryData::from_bits(bits, 11).unwrap();
        assert!(refused(&config, &changed).ends_with("another data set"));
        let good = fs::read(&path).unwrap();
        for at in [3, 10, 40, good.len() - 1] {
            let mut bytes = good.clone();
            bytes[at] ^= 4;
            fs::write(&path, &bytes).unwrap();
            read_checkpoint(&path, &config, &data).unwrap_err();
        }
        for length in [0, 9, 20, good.len() - 1] {
            fs::write(&path, &good[..length]).unwrap();
            read_checkpoint(&path, &config, &data).unwrap_err();
        }
    }
}
