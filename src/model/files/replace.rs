//! Files that are there whole or not at all.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Links that are followed, one after another.
const MOST_LINKS: usize = 40;

/// A path with an ending behind its name.
pub fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// Writes a file, piece after piece, so that at every moment either the old or the new content stands under its
/// name: under another name in the same folder, synced, renamed. Of a link the file it leads to is replaced;
/// a device or a pipe is written to.
///
/// # Errors
/// What the system says; the old content is then untouched, and what was written beside it is removed.
pub fn replace_file(path: &Path, pieces: &[&[u8]]) -> io::Result<()> {
    let path = &behind_links(path);
    if fs::metadata(path).is_ok_and(|m| !m.is_file() && !m.is_dir()) {
        let mut out = File::options().write(true).open(path)?;
        for piece in pieces {
            out.write_all(piece)?;
        }
        return out.flush();
    }
    // Two programs that write the same file do not write into each other's.
    let temporary = with_suffix(path, &format!(".{}.new", std::process::id()));
    let written = write_synced(&temporary, pieces).and_then(|()| fs::rename(&temporary, path));
    if written.is_err() {
        // What is left of a failed attempt may fill the disk; its own failure changes nothing.
        let _ = fs::remove_file(&temporary);
    }
    written?;
    sync_folder(path)
}

/// Where a chain of links leads, though nothing may stand there.
fn behind_links(path: &Path) -> PathBuf {
    let mut at = path.to_owned();
    for _ in 0..MOST_LINKS {
        let Ok(target) = fs::read_link(&at) else {
            break;
        };
        // A pipe behind a link of /proc has no path of its own.
        let next = at
            .parent()
            .map_or(target.clone(), |folder| folder.join(&target));
        if fs::symlink_metadata(&next).is_err() && fs::metadata(&at).is_ok() {
            break;
        }
        at = next;
    }
    at
}

/// Writes a file and waits until it is on the disk.
///
/// # Errors
/// What the system says.
pub fn write_synced(path: &Path, pieces: &[&[u8]]) -> io::Result<()> {
    let mut file = File::create(path)?;
    for piece in pieces {
        file.write_all(piece)?;
    }
    file.sync_all()
}

/// Makes a rename in a file's folder last, where folders can be synced.
///
/// # Errors
/// What the system says of a folder that can be opened.
pub fn sync_folder(file: &Path) -> io::Result<()> {
    let folder = match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    // Some systems cannot open a folder; the rename is atomic there all the same.
    match File::open(folder) {
        Ok(folder) => folder.sync_all(),
        Err(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn links_are_followed() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("file"), b"old").unwrap();
        for (link, target) in [("a", "file"), ("b", "a"), ("dangling", "made")] {
            std::os::unix::fs::symlink(target, at(link)).unwrap();
        }
        replace_file(&at("b"), &[b"n", b"ew"]).unwrap();
        assert_eq!(fs::read(at("file")).unwrap(), b"new");
        replace_file(&at("dangling"), &[b"new"]).unwrap();
        assert_eq!(fs::read(at("made")).unwrap(), b"new");
        assert!(fs::symlink_metadata(at("dangling")).unwrap().is_symlink());
        assert!(replace_file(folder.path(), &[b"no"]).is_err());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn pipes_are_written_to() {
        use std::io::Read;
        use std::os::fd::AsRawFd;
        let (mut reader, writer) = io::pipe().unwrap();
        // No file can take its place there, whatever goes wrong.
        let path = format!("/proc/self/fd/{}", writer.as_raw_fd());
        replace_file(Path::new(&path), &[b"through ", b"it"]).unwrap();
        drop(writer);
        let mut found = String::new();
        reader.read_to_string(&mut found).unwrap();
        assert_eq!(found, "through it");
    }

    #[test]
    fn a_failed_write_leaves_the_old_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        replace_file(&path, &[b"old"]).unwrap();
        // The temporary name is taken by a folder.
        let taken = with_suffix(&path, &format!(".{}.new", std::process::id()));
        fs::create_dir(&taken).unwrap();
        assert!(replace_file(&path, &[b"new"]).is_err());
        assert_eq!(fs::read(&path).unwrap(), b"old");
        fs::remove_dir(&taken).unwrap();
        replace_file(&path, &[b"n", b"ew"]).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
