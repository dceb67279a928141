//! Finished stages of a run as files: written whole or not at all, read only if their content is what was
//! written.

use crate::figures::{FigureError, Stages};
use crate::model::files::replace_file;
use crate::sample::ContentHash;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// First line of a file.
const FORMAT: &str = "blockspin stage 1";

/// A folder of stages.
///
/// ```text
/// blockspin stage 1 \n key \n hash of the content, 16 hexadecimal digits \n content
/// ```
#[derive(Debug)]
pub(super) struct StageFiles {
    folder: PathBuf,
}

fn hash_of(bytes: &[u8]) -> String {
    let mut hash = ContentHash::new();
    hash.add(bytes);
    format!("{:016x}", hash.value())
}

impl StageFiles {
    /// Uses this folder, and makes it if it is not there.
    pub(super) fn in_folder(folder: &Path) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        Ok(Self {
            folder: folder.to_owned(),
        })
    }

    fn path(&self, key: &str) -> PathBuf {
        self.folder
            .join(format!("{}.stage", hash_of(key.as_bytes())))
    }
}

/// The content of a stage's file, or what is wrong with it.
fn content(file: &[u8], key: &str) -> Result<Vec<u8>, &'static str> {
    let mut lines = file.splitn(4, |&b| b == b'\n');
    if lines.next() != Some(FORMAT.as_bytes()) {
        return Err("it is of another format");
    }
    if lines.next() != Some(key.as_bytes()) {
        return Err("it belongs to another stage");
    }
    match (lines.next(), lines.next()) {
        (Some(hash), Some(content)) if hash == hash_of(content).as_bytes() => Ok(content.to_vec()),
        _ => Err("its content is not what was written"),
    }
}

impl Stages for StageFiles {
    fn get(&self, key: &str) -> Result<Option<Vec<u8>>, FigureError> {
        let path = self.path(key);
        let file = match fs::read(&path) {
            Ok(file) => file,
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
            Err(e) => {
                return Err(FigureError::Stage {
                    key: key.to_owned(),
                    cause: format!("{}: cannot be read: {e}", path.display()),
                });
            }
        };
        match content(&file, key) {
            Ok(content) => Ok(Some(content)),
            Err(wrong) => {
                eprintln!("{}: {wrong}; the stage is computed again", path.display());
                Ok(None)
            }
        }
    }

    fn put(&self, key: &str, bytes: &[u8]) -> Result<(), FigureError> {
        let path = self.path(key);
        let head = format!("{FORMAT}\n{key}\n{}\n", hash_of(bytes));
        replace_file(&path, &[head.as_bytes(), bytes]).map_err(|e| FigureError::Stage {
            key: key.to_owned(),
            cause: format!("{}: cannot be written: {e}", path.display()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stage_comes_back_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let stages = StageFiles::in_folder(&folder.path().join("a/b")).unwrap();
        assert_eq!(stages.get("one").unwrap(), None);
        let bytes = b"first\nsecond\n\xff";
        stages.put("one", bytes).unwrap();
        assert_eq!(stages.get("one").unwrap().unwrap(), bytes);
        assert_eq!(stages.get("two").unwrap(), None);
        // A byte changed, bytes lost, another stage's file in its place.
        let path = stages.path("one");
        let whole = fs::read(&path).unwrap();
        let mut changed = whole.clone();
        *changed.last_mut().unwrap() ^= 1;
        for damaged in [&changed[..], &whole[..whole.len() - 3], b"", &whole[1..]] {
            fs::write(&path, damaged).unwrap();
            assert_eq!(stages.get("one").unwrap(), None);
        }
        fs::write(stages.path("two"), &whole).unwrap();
        assert_eq!(stages.get("two").unwrap(), None);
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let stages = StageFiles::in_folder(&folder.path().join("gone")).unwrap();
        fs::remove_dir(folder.path().join("gone")).unwrap();
        let error = stages.put("one", b"x").unwrap_err().to_string();
        assert!(error.contains("gone"), "{error}");
    }
}
