//! Samples of several chains in one `.npy` file, written piece by piece at their final places.

use super::checkpoint::ContentHash;
use super::{CompiledHamiltonian, RecordedSeries, Schedule, UnitValues};
use crate::model::files::npy_header;
use crate::model::files::sync_folder;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// Bytes that are read at once.
const BLOCK: usize = 1 << 20;

/// An int8 array of shape (chains, samples, units), of which a part may be still unwritten.
///
/// Every sample has its place from the start, so that the file of a run that was interrupted ends with the same bytes.
/// It is locked as long as it is open, and of two processes the second is refused.
#[derive(Debug)]
pub struct SampleFile {
    file: Mutex<File>,
    data: u64,
    schedule: Schedule,
    sites: usize,
}

fn header(schedule: Schedule, sites: usize) -> Vec<u8> {
    npy_header("|i1", &[schedule.chains, schedule.samples as usize, sites])
}

fn locked(file: File) -> io::Result<File> {
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(io::Error::new(
            io::ErrorKind::ResourceBusy,
            "another process is writing it",
        )),
        // A file system without locks.
        Err(TryLockError::Error(e)) if e.kind() == io::ErrorKind::Unsupported => Ok(file),
        Err(TryLockError::Error(e)) => Err(e),
    }
}

impl SampleFile {
    /// Bytes of the whole file.
    pub fn bytes(schedule: Schedule, sites: usize) -> f64 {
        header(schedule, sites).len() as f64
            + schedule.chains as f64 * schedule.samples as f64 * sites as f64
    }

    /// Makes the file, or makes it anew.
    ///
    /// # Errors
    /// What the file system says.
    pub fn create(path: &Path, schedule: Schedule, sites: usize) -> io::Result<Self> {
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)?;
        let mut file = locked(file)?;
        let header = header(schedule, sites);
        file.set_len(0)?;
        file.write_all(&header)?;
        file.set_len(Self::bytes(schedule, sites) as u64)?;
        file.sync_all()?;
        sync_folder(path)?;
        Ok(Self {
            file: Mutex::new(file),
            data: header.len() as u64,
            schedule,
            sites,
        })
    }

    /// Opens a file that was made before.
    ///
    /// # Errors
    /// What the file system says; [`io::ErrorKind::InvalidData`] if its header or length is another one.
    pub fn open(path: &Path, schedule: Schedule, sites: usize) -> io::Result<Self> {
        let file = OpenOptions::new().read(true).write(true).open(path)?;
        let mut file = locked(file)?;
        let expected = header(schedule, sites);
        let mut found = vec![0; expected.len()];
        let length = file.metadata()?.len();
        let fits = length == Self::bytes(schedule, sites) as u64
            && file.read_exact(&mut found).is_ok()
            && found == expected;
        if !fits {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "not the samples of this run: another shape or length",
            ));
        }
        Ok(Self {
            file: Mutex::new(file),
            data: expected.len() as u64,
            schedule,
            sites,
        })
    }

    fn place(&self, chain: usize, sample: u64) -> u64 {
        self.data + (chain as u64 * self.schedule.samples + sample) * self.sites as u64
    }

    /// Writes samples number `first` and following of a chain.
    ///
    /// # Errors
    /// What the file system says.
    pub fn put(&self, chain: usize, first: u64, rows: &[u8]) -> io::Result<()> {
        // A thread that panicked with the lock left no place that matters: each use seeks first.
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(self.place(chain, first)))?;
        file.write_all(rows)
    }

    /// Waits until everything is on the disk.
    ///
    /// # Errors
    /// What the file system says.
    pub fn sync(&self) -> io::Result<()> {
        let file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.sync_all()
    }

    /// Gives the complete file its final name.
    ///
    /// # Errors
    /// What the file system says.
    pub fn publish(self, partial: &Path, file: &Path) -> io::Result<()> {
        drop(self);
        std::fs::rename(partial, file)?;
        sync_folder(file)
    }

    /// Reads the first samples of a chain, whole rows at a time.
    fn read(
        &self,
        chain: usize,
        samples: u64,
        mut take: impl FnMut(&[u8]) -> io::Result<()>,
    ) -> io::Result<()> {
        let rows = (BLOCK / self.sites.max(1)).max(1) as u64;
        let mut buffer = Vec::new();
        let mut first = 0;
        while first < samples {
            let count = rows.min(samples - first);
            buffer.resize(count as usize * self.sites, 0);
            {
                let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
                file.seek(SeekFrom::Start(self.place(chain, first)))?;
                file.read_exact(&mut buffer)?;
            }
            take(&buffer)?;
            first += count;
        }
        Ok(())
    }

    /// The hash of the first samples of a chain.
    ///
    /// # Errors
    /// What the file system says.
    pub fn hash(&self, chain: usize, samples: u64) -> io::Result<ContentHash> {
        let mut hash = ContentHash::new();
        self.read(chain, samples, |rows| {
            hash.add(rows);
            Ok(())
        })?;
        Ok(hash)
    }

    /// The observables of all samples of a chain.
    ///
    /// # Errors
    /// What the file system says; [`io::ErrorKind::InvalidData`] for a value that no unit has.
    pub fn series(
        &self,
        chain: usize,
        model: &CompiledHamiltonian,
        values: &UnitValues,
    ) -> io::Result<RecordedSeries> {
        let mut series = RecordedSeries::default();
        self.read(chain, self.schedule.samples, |rows| {
            series.add(model, values, rows).ok_or_else(|| {
                io::Error::new(io::ErrorKind::InvalidData, "a value that no unit has")
            })
        })?;
        Ok(series)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::files::{NpyValues, read_npy};

    #[test]
    fn pieces_in_any_order_make_the_array() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("samples");
        let schedule = Schedule::new(2, 0, 3, 1).unwrap();
        {
            let file = SampleFile::create(&path, schedule, 2).unwrap();
            file.put(1, 1, &[11, 12, 13, 14]).unwrap();
            file.put(0, 0, &[1, 2]).unwrap();
            assert!(
                SampleFile::open(&path, schedule, 2).is_err(),
                "it is locked"
            );
        }
        {
            let file = SampleFile::open(&path, schedule, 2).unwrap();
            file.put(0, 1, &[3, 4, 5, 6]).unwrap();
            file.put(1, 0, &[9, 10]).unwrap();
            let mut hash = ContentHash::new();
            hash.add(&[9, 10, 11, 12]);
            assert_eq!(file.hash(1, 2).unwrap(), hash);
            assert_ne!(file.hash(1, 3).unwrap(), hash);
        }
        let other = Schedule::new(3, 0, 2, 1).unwrap();
        assert!(
            SampleFile::open(&path, other, 2).is_err(),
            "as long, but another shape"
        );
        let array = read_npy(&std::fs::read(&path).unwrap()).unwrap();
        assert_eq!(array.shape, [2, 3, 2]);
        let expected = [1, 2, 3, 4, 5, 6, 9, 10, 11, 12, 13, 14];
        assert_eq!(array.values, NpyValues::I8(expected.to_vec()));
    }
}
