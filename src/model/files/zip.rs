//! Zip archives, as far as `.npz` files need them: members stored or deflated, found by the central directory.
//!
//! # References
//! PKWARE, ".ZIP File Format Specification" (APPNOTE 6.3), sections 4.3 and 4.4.

use super::fault::{Fault, FileError};
use super::inflate::inflate;

const END: [u8; 4] = *b"PK\x05\x06";
const ENTRY: [u8; 4] = *b"PK\x01\x02";
const LOCAL: [u8; 4] = *b"PK\x03\x04";
/// Most members of an archive.
const MAX_MEMBERS: usize = 64;
/// Most bytes of all members together.
const MAX_BYTES: usize = 1 << 31;
/// No compressor of this kind shrinks by more.
const MAX_RATIO: usize = 1032;
/// The date 1980-01-01, the first that the format knows.
const DATE: u16 = 1 << 5 | 1;

/// CRC-32 as in zip.
fn crc32(bytes: &[u8]) -> u32 {
    let table: Vec<u32> = (0..256_u32)
        .map(|byte| {
            (0..8).fold(byte, |c, _| {
                if c & 1 == 1 {
                    c >> 1 ^ 0xedb8_8320
                } else {
                    c >> 1
                }
            })
        })
        .collect();
    !bytes.iter().fold(!0, |c, &b| {
        c >> 8 ^ table[((c ^ u32::from(b)) & 0xff) as usize]
    })
}

/// Little-endian numbers at places that may not exist.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn slice(&self, at: usize, n: usize, what: &'static str) -> Result<&'a [u8], FileError> {
        at.checked_add(n)
            .and_then(|end| self.0.get(at..end))
            .ok_or_else(|| Fault::Ends(what).at_byte(self.0.len().min(at)))
    }

    fn number(&self, at: usize, n: usize) -> Result<usize, FileError> {
        let bytes = self.slice(at, n, "the directory of the archive")?;
        Ok(bytes.iter().rev().fold(0, |x, &b| x << 8 | usize::from(b)))
    }

    fn signature(
        &self,
        at: usize,
        wanted: [u8; 4],
        expected: &'static str,
    ) -> Result<(), FileError> {
        if self.slice(at, 4, expected)? == wanted {
            Ok(())
        } else {
            Err(Fault::Unexpected {
                expected,
                found: "other bytes".to_owned(),
            }
            .at_byte(at))
        }
    }
}

/// The members of an archive, name and content, in the order of its directory.
///
/// # Errors
/// [`FileError`] with the byte: truncation, encryption, other compression, more than 64 members or 2 GiB, a size
/// that the compressed data cannot have, a wrong checksum.
pub(super) fn read_zip(file: &[u8]) -> Result<Vec<(String, Vec<u8>)>, FileError> {
    let bytes = Bytes(file);
    // The end record is 22 bytes long and followed by a comment of less than 64 KiB.
    let earliest = file.len().saturating_sub(22 + 0xffff);
    let latest = file.len().checked_sub(22);
    let end = latest
        .and_then(|latest| {
            (earliest..=latest)
                .rev()
                .find(|&at| file[at..at + 4] == END)
        })
        .ok_or_else(|| Fault::Ends("the directory of the archive").at_byte(file.len()))?;
    let members = bytes.number(end + 10, 2)?;
    let mut at = bytes.number(end + 16, 4)?;
    let too_many = |what, value, limit, at| Fault::TooMany { what, value, limit }.at_byte(at);
    if members > MAX_MEMBERS {
        return Err(too_many(
            "members of the archive",
            members,
            MAX_MEMBERS,
            end,
        ));
    }
    let mut room = MAX_BYTES;
    let mut out = Vec::new();
    for _ in 0..members {
        bytes.signature(at, ENTRY, "an entry of the directory")?;
        let flags = bytes.number(at + 8, 2)?;
        let method = bytes.number(at + 10, 2)?;
        let checksum = bytes.number(at + 16, 4)? as u32;
        let packed = bytes.number(at + 20, 4)?;
        let size = bytes.number(at + 24, 4)?;
        let name_length = bytes.number(at + 28, 2)?;
        let others = bytes.number(at + 30, 2)? + bytes.number(at + 32, 2)?;
        let local = bytes.number(at + 42, 4)?;
        let name = bytes.slice(at + 46, name_length, "the name of a member")?;
        let name = String::from_utf8_lossy(name).into_owned();
        if flags & 1 == 1 {
            return Err(Fault::Unsupported("encryption".to_owned()).at_byte(at + 8));
        }
        if packed == 0xffff_ffff || size == 0xffff_ffff || local == 0xffff_ffff {
            return Err(Fault::Unsupported("zip64".to_owned()).at_byte(at + 20));
        }
        if size > room {
            return Err(too_many(
                "bytes of the archive's members",
                size,
                room,
                at + 24,
            ));
        }
        room -= size;
        bytes.signature(local, LOCAL, "the head of a member")?;
        let data = local + 30 + bytes.number(local + 26, 2)? + bytes.number(local + 28, 2)?;
        let content = bytes.slice(data, packed, "the content of a member")?;
        let content = match method {
            0 => content.to_vec(),
            8 => {
                if size > MAX_RATIO * packed {
                    let what = "bytes from so few compressed ones";
                    return Err(too_many(what, size, MAX_RATIO * packed, at + 24));
                }
                inflate(content, size).map_err(|fault| fault.at_byte(data))?
            }
            other => {
                return Err(
                    Fault::Unsupported(format!("compression method {other}")).at_byte(at + 10)
                );
            }
        };
        if content.len() != size {
            return Err(Fault::Mismatch {
                what: "bytes of a member",
                found: content.len(),
                expected: size,
            }
            .at_byte(data));
        }
        if crc32(&content) != checksum {
            return Err(Fault::Checksum.at_byte(at + 16));
        }
        out.push((name, content));
        at += 46 + name_length + others;
    }
    Ok(out)
}

/// An archive with its members stored as they are; the same members give the same bytes.
///
/// # Panics
/// If the archive would pass 4 GiB, which the format without extensions cannot hold.
pub(super) fn write_zip(members: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut directory = Vec::new();
    for (name, content) in members {
        let offset = word(out.len());
        let mut head = Vec::new();
        // Flags, method, time.
        head.extend([0; 6]);
        head.extend(DATE.to_le_bytes());
        head.extend(crc32(content).to_le_bytes());
        head.extend(word(content.len()));
        head.extend(word(content.len()));
        head.extend((name.len() as u16).to_le_bytes());
        head.extend([0; 2]);
        out.extend(LOCAL);
        out.extend([20, 0]);
        out.extend(&head);
        out.extend(name.as_bytes());
        out.extend(content);
        directory.extend(ENTRY);
        directory.extend([20, 0, 20, 0]);
        directory.extend(&head);
        // Comment, disk, attributes.
        directory.extend([0; 10]);
        directory.extend(offset);
        directory.extend(name.as_bytes());
    }
    let start = word(out.len());
    let count = (members.len() as u16).to_le_bytes();
    out.extend(&directory);
    out.extend(END);
    out.extend([0; 4]);
    out.extend(count);
    out.extend(count);
    out.extend(word(directory.len()));
    out.extend(start);
    out.extend([0; 2]);
    out
}

fn word(n: usize) -> [u8; 4] {
    u32::try_from(n)
        .unwrap_or_else(|_| panic!("{n} bytes do not fit in an archive"))
        .to_le_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksum_of_the_standard_test_string() {
        // The check value of CRC-32/ISO-HDLC in the catalogue of CRC algorithms.
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
    }

    #[test]
    fn archives_round_trip_and_damage_is_seen() {
        let members = vec![
            ("a.npy".to_owned(), vec![1, 2, 3]),
            ("b".to_owned(), vec![]),
        ];
        let file = write_zip(&members);
        assert_eq!(read_zip(&file).unwrap(), members);
        for cut in 0..file.len() {
            assert!(read_zip(&file[..cut]).is_err(), "{cut}");
        }
        // Any other content than that of the checksum.
        let at = 30 + 5;
        assert_eq!(&file[at..at + 3], [1, 2, 3]);
        for bit in 0..24 {
            let mut damaged = file.clone();
            damaged[at + bit / 8] ^= 1 << (bit % 8);
            let error = read_zip(&damaged).unwrap_err();
            assert_eq!(error.fault, Fault::Checksum);
        }
    }

    #[test]
    fn a_bomb_is_refused_before_it_goes_off() {
        let mut file = write_zip(&[("a".to_owned(), vec![0; 4])]);
        let entry = file.len() - 22 - 47;
        assert_eq!(file[entry..entry + 4], ENTRY);
        // Deflated, and a gigabyte from four bytes.
        file[entry + 10] = 8;
        file[entry + 24..entry + 28].copy_from_slice(&(1_u32 << 30).to_le_bytes());
        let error = read_zip(&file).unwrap_err();
        assert!(matches!(error.fault, Fault::TooMany { .. }), "{error}");
    }
}
