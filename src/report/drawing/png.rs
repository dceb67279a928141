//! A PNG file from pixels of eight bits a colour.
//!
//! Rows are stored as differences from the row above, so that empty paper is all zeros, and compressed with the
//! fixed code of deflate: small enough for drawings, and short to write.
//!
//! # References
//! ISO/IEC 15948 (PNG); RFC 1950 and 1951 (zlib, deflate).

/// Rows hold three bytes for each pixel.
pub(super) fn png_file(width: usize, height: usize, pixels: &[u8]) -> Vec<u8> {
    let row = 3 * width;
    let mut filtered = Vec::with_capacity((row + 1) * height);
    for (y, line) in pixels.chunks(row.max(1)).take(height).enumerate() {
        filtered.push(2);
        for (x, &byte) in line.iter().enumerate() {
            let above = if y > 0 { pixels[(y - 1) * row + x] } else { 0 };
            filtered.push(byte.wrapping_sub(above));
        }
    }
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut header = Vec::new();
    header.extend((width as u32).to_be_bytes());
    header.extend((height as u32).to_be_bytes());
    // Eight bits, red green blue, the only compression and filter there are, not interlaced.
    header.extend([8, 2, 0, 0, 0]);
    chunk(&mut file, *b"IHDR", &header);
    let mut data = vec![0x78, 0x01];
    data.extend(deflate(&filtered));
    data.extend(adler(&filtered).to_be_bytes());
    chunk(&mut file, *b"IDAT", &data);
    chunk(&mut file, *b"IEND", &[]);
    file
}

fn chunk(file: &mut Vec<u8>, name: [u8; 4], data: &[u8]) {
    file.extend((data.len() as u32).to_be_bytes());
    let start = file.len();
    file.extend(name);
    file.extend(data);
    let check = crc(&file[start..]);
    file.extend(check.to_be_bytes());
}

/// The checksum of a chunk.
pub(super) fn crc(bytes: &[u8]) -> u32 {
    let mut table = [0u32; 256];
    for (n, entry) in table.iter_mut().enumerate() {
        *entry = (0..8).fold(n as u32, |c, _| {
            if c & 1 == 1 {
                0xedb8_8320 ^ (c >> 1)
            } else {
                c >> 1
            }
        });
    }
    !bytes.iter().fold(!0u32, |c, &b| {
        table[((c ^ u32::from(b)) & 0xff) as usize] ^ (c >> 8)
    })
}

fn adler(bytes: &[u8]) -> u32 {
    let (a, b) = bytes.iter().fold((1u32, 0u32), |(a, b), &byte| {
        let a = (a + u32::from(byte)) % 65521;
        (a, (b + a) % 65521)
    });
    (b << 16) | a
}

struct Bits {
    out: Vec<u8>,
    buffer: u64,
    held: u32,
}

impl Bits {
    /// Numbers go lowest bit first.
    fn put(&mut self, value: u32, count: u32) {
        self.buffer |= u64::from(value) << self.held;
        self.held += count;
        while self.held >= 8 {
            self.out.push(self.buffer as u8);
            self.buffer >>= 8;
            self.held -= 8;
        }
    }

    /// Codes go highest bit first.
    fn code(&mut self, code: u32, length: u32) {
        self.put(code.reverse_bits() >> (32 - length), length);
    }

    fn symbol(&mut self, symbol: u32) {
        match symbol {
            0..=143 => self.code(0x30 + symbol, 8),
            144..=255 => self.code(0x190 + symbol - 144, 9),
            256..=279 => self.code(symbol - 256, 7),
            _ => self.code(0xc0 + symbol - 280, 8),
        }
    }

    /// The number of a class and the place in it, of lengths from 3 or distances from 1.
    fn copy(&mut self, length: usize, distance: usize) {
        if length == 258 {
            self.symbol(285);
        } else {
            let (class, extra, rest) = class_of((length - 3) as u32, 4);
            self.symbol(257 + class);
            self.put(rest, extra);
        }
        let (class, extra, rest) = class_of((distance - 1) as u32, 2);
        self.code(class, 5);
        self.put(rest, extra);
    }
}

/// Classes of numbers from zero: `per` classes for each doubling, the first doubling twice.
fn class_of(value: u32, per: u32) -> (u32, u32, u32) {
    if value < 2 * per {
        return (value, 0, 0);
    }
    let extra = value.ilog2() - per.ilog2();
    let class = per * extra + (value >> extra);
    (class, extra, value & ((1 << extra) - 1))
}

const WINDOW: usize = 32768;
const HASH_BITS: u32 = 15;

/// One block of the fixed code; repetitions of four bytes and more are found where they last began.
fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut bits = Bits {
        out: Vec::new(),
        buffer: 0,
        held: 0,
    };
    bits.put(1, 1);
    bits.put(1, 2);
    let mut last = vec![usize::MAX; 1 << HASH_BITS];
    let mut at = 0;
    while at < bytes.len() {
        let same = |from: usize| {
            let most = (bytes.len() - at).min(258);
            (0..most)
                .take_while(|&k| bytes[from + k] == bytes[at + k])
                .count()
        };
        // A run of one byte has the shortest code.
        let mut from = at.saturating_sub(1);
        let mut length = if at > 0 { same(from) } else { 0 };
        if let Some(&[a, b, c, d]) = bytes.get(at..at + 4).and_then(|s| s.first_chunk()) {
            let key = u32::from_le_bytes([a, b, c, d]).wrapping_mul(0x9e37_79b1);
            let slot = &mut last[(key >> (32 - HASH_BITS)) as usize];
            let before = std::mem::replace(slot, at);
            if before != usize::MAX && at - before <= WINDOW && same(before) > length {
                from = before;
                length = same(before);
            }
        }
        if length >= 4 {
            bits.copy(length, at - from);
            at += length;
        } else {
            bits.symbol(u32::from(bytes[at]));
            at += 1;
        }
    }
    bits.symbol(256);
    bits.put(0, 7);
    bits.out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::files::inflated;
    use crate::random::Seed;

    #[test]
    fn what_is_compressed_comes_back() {
        let mut stream = Seed(1).stream("png", 0);
        let mut samples = vec![Vec::new(), vec![7], vec![0; 100_000], (0..=255).collect()];
        for letters in [2, 3, 256] {
            let noise = (0..70_000).map(|_| stream.index(letters) as u8).collect();
            samples.push(noise);
        }
        // Repetitions at every distance up to beyond the window, of every length.
        let mut far: Vec<u8> = (0..40_000).map(|_| stream.index(256) as u8).collect();
        for length in 3..300 {
            let start = stream.index(40_000 - length);
            far.extend_from_within(start..start + length);
        }
        for i in (far.len() - 33_000..far.len() - 300).step_by(97) {
            far.extend_from_within(i..i + 40);
        }
        samples.push(far);
        for sample in samples {
            let packed = deflate(&sample);
            assert_eq!(inflated(&packed, sample.len()).unwrap(), sample);
        }
        assert!(deflate(&vec![0; 1_000_000]).len() < 7000);
    }

    #[test]
    fn checksums_are_those_of_the_standards() {
        assert_eq!(crc(b"IEND"), 0xae42_6082);
        assert_eq!(crc(b"123456789"), 0xcbf4_3926);
        assert_eq!(adler(b"Wikipedia"), 0x11e6_0398);
    }
}
