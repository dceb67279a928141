//! Where a run stands, on disk: enough to end with the same bytes after the process was killed.
//!
//! ```text
//! 8 bytes  magic
//! 4 bytes  version of this format, little endian
//! 8 bytes  length of the header, little endian
//! header   JSON: what is run, and for each set of chains that move together its sweeps, its stream, the length of its
//!          state and the hash of the samples of each chain
//! states   set after set, as the sampler packs them
//! 8 bytes  hash of all bytes before it, little endian
//! ```
//! Samples are not in it; a [`SampleFile`](super::SampleFile) has them, and their hash tells whether it still does.

use super::{Schedule, SetPosition};
use crate::model::SpinHamiltonian;
use crate::model::files::{sync_folder, with_suffix, write_synced};
use crate::random::Stream;
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use thiserror::Error;

const MAGIC: &[u8; 8] = b"\x93BSPINCK";
const FORMAT: u32 = 2;
/// Magic, format and length of the header.
const PREFIX: usize = 20;
/// Largest file that is read.
const MAX_BYTES: u64 = 1 << 32;

/// A running hash of bytes: FNV-1a over 64-bit words and what is left of the last one.
///
/// Bytes may come in pieces of any length. It sees damage, not malice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContentHash {
    hash: u64,
    /// Bytes of a word that is not complete, the first in the lowest byte.
    partial: u64,
    length: u64,
}

impl Default for ContentHash {
    fn default() -> Self {
        Self::new()
    }
}

impl ContentHash {
    /// The hash of nothing.
    pub fn new() -> Self {
        Self {
            hash: 0xcbf2_9ce4_8422_2325,
            partial: 0,
            length: 0,
        }
    }

    fn word(&mut self, word: u64) {
        self.hash = (self.hash ^ word).wrapping_mul(0x0000_0100_0000_01b3);
        // A product carries upwards only; so that the high bits of a word matter below them too.
        self.hash ^= self.hash >> 32;
    }

    fn byte(&mut self, byte: u8) {
        let at = self.length % 8;
        self.partial |= u64::from(byte) << (8 * at);
        self.length += 1;
        if at == 7 {
            self.word(self.partial);
            self.partial = 0;
        }
    }

    /// Takes in more bytes.
    pub fn add(&mut self, bytes: &[u8]) {
        let missing = ((8 - self.length % 8) % 8) as usize;
        let (head, rest) = bytes.split_at(missing.min(bytes.len()));
        for &byte in head {
            self.byte(byte);
        }
        let (words, tail) = rest.as_chunks();
        for &word in words {
            self.word(u64::from_le_bytes(word));
        }
        self.length += 8 * words.len() as u64;
        for &byte in tail {
            self.byte(byte);
        }
    }

    /// The hash of the bytes so far.
    pub fn value(mut self) -> u64 {
        self.word(self.partial);
        self.word(self.length);
        self.hash
    }
}

/// What is run: two runs of the same identity make the same bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunIdentity {
    /// Version of the program.
    pub version: String,
    /// Hash of the model and of the values that are written for its units.
    pub model: u64,
    /// Number of units.
    pub sites: usize,
    /// Name of the kernel.
    pub kernel: String,
    /// What else it was told.
    pub settings: String,
    /// What the chains start from.
    pub start: String,
    /// The seed.
    pub seed: u64,
    /// Chains, sweeps and samples.
    pub schedule: Schedule,
}

impl RunIdentity {
    /// What differs, with both values; `None` if nothing does.
    pub fn difference(&self, asked: &Self) -> Option<String> {
        let mut out = String::new();
        let mut differ = |what: &str, found: String, asked: String| {
            if found != asked {
                let join = if out.is_empty() { "" } else { "; " };
                // Writing to a string does not fail.
                let _ = write!(out, "{join}{what}: {found} there, {asked} asked for");
            }
        };
        let (a, b) = (self, asked);
        let (s, t) = (a.schedule, b.schedule);
        differ("program version", a.version.clone(), b.version.clone());
        differ(
            "model (hash)",
            format!("{:016x}", a.model),
            format!("{:016x}", b.model),
        );
        differ("spins", a.sites.to_string(), b.sites.to_string());
        differ("kernel", a.kernel.clone(), b.kernel.clone());
        differ("settings", a.settings.clone(), b.settings.clone());
        differ("start", a.start.clone(), b.start.clone());
        differ("seed", a.seed.to_string(), b.seed.to_string());
        differ("chains", s.chains.to_string(), t.chains.to_string());
        differ(
            "discarded sweeps",
            s.discard.to_string(),
            t.discard.to_string(),
        );
        differ(
            "sweeps from sample to sample",
            s.every.to_string(),
            t.every.to_string(),
        );
        differ(
            "samples of a chain",
            s.samples.to_string(),
            t.samples.to_string(),
        );
        (!out.is_empty()).then_some(out)
    }
}

/// The hash of a model and of what is written for its units; terms count in their order.
pub fn model_hash(model: &SpinHamiltonian, values: &super::UnitValues) -> u64 {
    let mut hash = ContentHash::new();
    hash.add(&(model.spins() as u64).to_le_bytes());
    for term in model.terms() {
        hash.add(&(term.sites.len() as u64).to_le_bytes());
        for &site in &term.sites {
            hash.add(&(site as u64).to_le_bytes());
        }
        hash.add(&term.coupling.to_bits().to_le_bytes());
    }
    for pair in values.as_slice() {
        hash.add(&pair.map(i8::cast_unsigned));
    }
    hash.value()
}

/// Why a checkpoint cannot be used.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CheckpointError {
    /// It could not be read.
    #[error("cannot be read: {0}")]
    Io(#[from] io::Error),
    /// Not what was written.
    #[error("damaged: {0}")]
    Damaged(&'static str),
    /// Written by another version of the format.
    #[error("its format has version {found}, this program reads version {FORMAT}")]
    Format {
        /// The version.
        found: u32,
    },
}

/// Where a run stands.
#[derive(Clone, Debug)]
pub struct Checkpoint {
    /// What is run.
    pub identity: RunIdentity,
    /// Where its chains stand, set after set.
    pub positions: Vec<SetPosition>,
}

#[derive(Serialize, Deserialize)]
struct Header {
    identity: RunIdentity,
    sets: Vec<SetHeader>,
}

#[derive(Serialize, Deserialize)]
struct SetHeader {
    sweeps: u64,
    stream: Option<[u64; 4]>,
    state: usize,
    made: Vec<ContentHash>,
}

fn words_of(state: [u8; 32]) -> [u64; 4] {
    let mut words = [0; 4];
    for (word, bytes) in words.iter_mut().zip(state.as_chunks().0) {
        *word = u64::from_le_bytes(*bytes);
    }
    words
}

fn bytes_of(words: [u64; 4]) -> [u8; 32] {
    let mut state = [0; 32];
    for (bytes, word) in state.as_chunks_mut().0.iter_mut().zip(words) {
        *bytes = word.to_le_bytes();
    }
    state
}

impl Checkpoint {
    /// The bytes of the file.
    ///
    /// # Errors
    /// [`CheckpointError::Damaged`] if the header cannot be written as JSON.
    pub fn encode(&self) -> Result<Vec<u8>, CheckpointError> {
        let header = Header {
            identity: self.identity.clone(),
            sets: self
                .positions
                .iter()
                .map(|p| SetHeader {
                    sweeps: p.sweeps,
                    stream: p.stream.as_ref().map(|s| words_of(s.state())),
                    state: p.state.len(),
                    made: p.made.clone(),
                })
                .collect(),
        };
        let header =
            serde_json::to_vec(&header).map_err(|_| CheckpointError::Damaged("the header"))?;
        let mut out = MAGIC.to_vec();
        out.extend(FORMAT.to_le_bytes());
        out.extend((header.len() as u64).to_le_bytes());
        out.extend(header);
        for position in &self.positions {
            out.extend(&position.state);
        }
        let mut hash = ContentHash::new();
        hash.add(&out);
        out.extend(hash.value().to_le_bytes());
        Ok(out)
    }

    /// Reads the bytes of a file.
    ///
    /// # Errors
    /// [`CheckpointError`]; nothing is believed before the hash is right, and nothing allocated beyond the file's size.
    pub fn decode(bytes: &[u8]) -> Result<Self, CheckpointError> {
        let damaged = CheckpointError::Damaged;
        if !bytes.starts_with(MAGIC) {
            return Err(damaged("not a checkpoint"));
        }
        let (prefix, _) = bytes
            .split_first_chunk::<PREFIX>()
            .ok_or(damaged("it ends in its first bytes"))?;
        let found = u32::from_le_bytes([prefix[8], prefix[9], prefix[10], prefix[11]]);
        if found != FORMAT {
            return Err(CheckpointError::Format { found });
        }
        let (content, hash) = bytes
            .split_last_chunk()
            .ok_or(damaged("it ends in its first bytes"))?;
        let mut computed = ContentHash::new();
        computed.add(content);
        if computed.value() != u64::from_le_bytes(*hash) {
            return Err(damaged("its bytes do not have the hash that it states"));
        }
        let mut length = [0; 8];
        length.copy_from_slice(&prefix[12..]);
        let length = usize::try_from(u64::from_le_bytes(length))
            .map_err(|_| damaged("the length of the header"))?;
        let (header, mut states) = content
            .get(PREFIX..)
            .and_then(|rest| rest.split_at_checked(length))
            .ok_or(damaged("the length of the header"))?;
        let header: Header = serde_json::from_slice(header).map_err(|_| damaged("the header"))?;
        let chains: usize = header.sets.iter().map(|set| set.made.len()).sum();
        if chains != header.identity.schedule.chains {
            return Err(damaged("the number of chains"));
        }
        let mut positions = Vec::with_capacity(header.sets.len());
        for set in header.sets {
            let (state, rest) = states
                .split_at_checked(set.state)
                .ok_or(damaged("the length of the states"))?;
            states = rest;
            let stream = match set.stream {
                Some(words) => Some(
                    Stream::from_state(bytes_of(words)).ok_or(damaged("the state of a stream"))?,
                ),
                None => None,
            };
            positions.push(SetPosition {
                sweeps: set.sweeps,
                stream,
                state: state.to_vec(),
                made: set.made,
            });
        }
        if !states.is_empty() {
            return Err(damaged("the length of the states"));
        }
        Ok(Self {
            identity: header.identity,
            positions,
        })
    }
}

/// The two generations of a checkpoint, beside the file that the run makes.
#[derive(Clone, Debug)]
pub struct CheckpointFiles {
    newest: PathBuf,
    previous: PathBuf,
    temporary: PathBuf,
}

impl CheckpointFiles {
    /// `FILE.checkpoint`, `FILE.checkpoint.previous`, and `FILE.checkpoint.new` while it is written.
    pub fn beside(file: &Path) -> Self {
        Self::at(&with_suffix(file, ".checkpoint"))
    }

    /// The same under the name of the newest generation.
    pub fn at(newest: &Path) -> Self {
        Self {
            newest: newest.to_owned(),
            previous: with_suffix(newest, ".previous"),
            temporary: with_suffix(newest, ".new"),
        }
    }

    /// The generations, newest first.
    pub fn paths(&self) -> [&Path; 2] {
        [&self.newest, &self.previous]
    }

    /// Whether there is any generation.
    pub fn exist(&self) -> bool {
        self.paths().iter().any(|p| p.exists())
    }

    /// Writes a new generation; a kill at any moment leaves one that is whole.
    ///
    /// # Errors
    /// What the file system says; the generations that were there are then still there.
    pub fn save(&self, checkpoint: &Checkpoint) -> Result<(), CheckpointError> {
        self.save_bytes(&[&checkpoint.encode()?])?;
        Ok(())
    }

    /// The same for any content.
    ///
    /// # Errors
    /// As [`CheckpointFiles::save`]; what was written of the new one is removed.
    pub fn save_bytes(&self, pieces: &[&[u8]]) -> io::Result<()> {
        if let Err(error) = write_synced(&self.temporary, pieces) {
            // What is left of it may fill the disk; its own failure changes nothing.
            let _ = fs::remove_file(&self.temporary);
            return Err(error);
        }
        if self.newest.exists() {
            fs::rename(&self.newest, &self.previous)?;
        }
        fs::rename(&self.temporary, &self.newest)?;
        sync_folder(&self.newest)
    }

    /// Reads one generation.
    ///
    /// # Errors
    /// [`CheckpointError`].
    pub fn load(path: &Path) -> Result<Checkpoint, CheckpointError> {
        let mut bytes = Vec::new();
        File::open(path)?
            .take(MAX_BYTES + 1)
            .read_to_end(&mut bytes)?;
        if bytes.len() as u64 > MAX_BYTES {
            return Err(CheckpointError::Damaged("longer than 4 GiB"));
        }
        Checkpoint::decode(&bytes)
    }

    /// Removes all of them.
    ///
    /// # Errors
    /// What the file system says; what is not there is no error.
    pub fn remove(&self) -> io::Result<()> {
        for path in [&self.temporary, &self.previous, &self.newest] {
            match fs::remove_file(path) {
                Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e),
                _ => {}
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Seed;
    use crate::sample::SpinState;
    use crate::sample::resumable::pack;

    fn checkpoint(sweeps: u64) -> Checkpoint {
        let schedule = Schedule::new(3, 5, 100, 2).unwrap();
        // A set of one chain, and one of two whose decisions are numbered.
        let positions = (0..2)
            .map(|k| {
                let mut stream = Seed(1).stream("checkpoint", k);
                let state = SpinState::random(21 + 64 * k as usize, &mut stream);
                let mut made = ContentHash::new();
                made.add(&[k as u8; 13]);
                SetPosition {
                    sweeps,
                    stream: (k == 0).then_some(stream),
                    state: pack(state.spins()),
                    made: vec![made; k as usize + 1],
                }
            })
            .collect();
        Checkpoint {
            identity: RunIdentity {
                version: "1".to_owned(),
                model: u64::MAX,
                sites: 21,
                kernel: "wolff".to_owned(),
                settings: "none".to_owned(),
                start: "random".to_owned(),
                seed: 9,
                schedule,
            },
            positions,
        }
    }

    #[test]
    fn what_is_read_is_what_was_written() {
        let written = checkpoint(17);
        let read = Checkpoint::decode(&written.encode().unwrap()).unwrap();
        assert_eq!(read.identity, written.identity);
        assert_eq!(read.encode().unwrap(), written.encode().unwrap());
        for (a, b) in read.positions.iter().zip(&written.positions) {
            assert_eq!(a.state, b.state);
            assert_eq!((a.sweeps, &a.made), (b.sweeps, &b.made));
            let word = |stream: &Option<Stream>| stream.clone().map(|mut s| s.next_u64());
            assert_eq!(word(&a.stream), word(&b.stream));
        }
    }

    #[test]
    fn damage_anywhere_is_seen() {
        let good = checkpoint(17).encode().unwrap();
        for at in 0..good.len() {
            for bit in [0, 3, 7] {
                let mut bad = good.clone();
                bad[at] ^= 1 << bit;
                assert!(Checkpoint::decode(&bad).is_err(), "byte {at}, bit {bit}");
            }
            assert!(Checkpoint::decode(&good[..at]).is_err(), "cut at {at}");
        }
        let mut later = good;
        for found in [1, 3] {
            later[8] = found;
            let error = Checkpoint::decode(&later).unwrap_err();
            let said = format!("its format has version {found}, this program reads version 2");
            assert_eq!(error.to_string(), said);
        }
    }

    /// The bytes of a checkpoint with this header: its hash is right.
    fn forged(header: &str, spins: &[u8]) -> Vec<u8> {
        let mut out = MAGIC.to_vec();
        out.extend(FORMAT.to_le_bytes());
        out.extend((header.len() as u64).to_le_bytes());
        out.extend(header.as_bytes());
        out.extend(spins);
        let mut hash = ContentHash::new();
        hash.add(&out);
        out.extend(hash.value().to_le_bytes());
        out
    }

    #[test]
    fn a_header_that_lies_allocates_nothing() {
        let header = |chains: u64, stream: &str, state: &str, made: usize| {
            let hash = r#"{"hash":1,"partial":0,"length":0}"#;
            let made = vec![hash; made].join(",");
            format!(
                r#"{{"identity":{{"version":"1","model":1,"sites":8,"kernel":"k","settings":"","start":"up","seed":1,
                "schedule":{{"chains":{chains},"discard":0,"every":1,"samples":1}}}},
                "sets":[{{"sweeps":1,"stream":{stream},"state":{state},"made":[{made}]}}]}}"#
            )
        };
        let fine = header(1, "[1,2,3,4]", "1", 1);
        assert!(Checkpoint::decode(&forged(&fine, &[5])).is_ok());
        assert!(Checkpoint::decode(&forged(&fine, &[5, 5])).is_err());
        let numbered = header(3, "null", "1", 3);
        assert!(Checkpoint::decode(&forged(&numbered, &[5])).is_ok());
        for bad in [
            header(1, "[1,2,3,4]", "18446744073709551615", 1),
            header(1, "[1,2,3,4]", "2", 1),
            header(2, "[1,2,3,4]", "1", 1),
            header(1, "[0,0,0,0]", "1", 1),
            header(1, "[1,2,3]", "1", 1),
            "{}".to_owned(),
        ] {
            assert!(Checkpoint::decode(&forged(&bad, &[5])).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_hash_does_not_depend_on_the_pieces() {
        let bytes: Vec<u8> = (0..100).collect();
        let whole = {
            let mut hash = ContentHash::new();
            hash.add(&bytes);
            hash
        };
        for cut in 0..100 {
            let mut hash = ContentHash::new();
            hash.add(&bytes[..cut]);
            hash.add(&bytes[cut..]);
            assert_eq!(hash, whole);
            let mut short = ContentHash::new();
            short.add(&bytes[..cut]);
            assert_ne!(short.value(), whole.value());
        }
        // Trailing zeros count.
        let zeros = |n: usize| {
            let mut hash = ContentHash::new();
            hash.add(&vec![0; n]);
            hash.value()
        };
        assert_ne!(zeros(3), zeros(4));
        assert_ne!(zeros(0), zeros(8));
    }

    #[test]
    fn the_difference_is_named() {
        let a = checkpoint(1).identity;
        assert_eq!(a.difference(&a), None);
        let mut b = a.clone();
        b.seed = 10;
        b.schedule.every = 3;
        assert_eq!(
            a.difference(&b).unwrap(),
            "seed: 9 there, 10 asked for; sweeps from sample to sample: 2 there, 3 asked for"
        );
    }

    #[test]
    fn the_generation_before_stays() {
        let folder = tempfile::tempdir().unwrap();
        let files = CheckpointFiles::beside(&folder.path().join("x.npy"));
        assert!(!files.exist());
        files.save(&checkpoint(1)).unwrap();
        files.save(&checkpoint(2)).unwrap();
        let sweeps = files
            .paths()
            .map(|p| CheckpointFiles::load(p).unwrap().positions[0].sweeps);
        assert_eq!(sweeps, [2, 1]);
        files.remove().unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        files.remove().unwrap();
    }
}
