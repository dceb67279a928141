//! Decompression of deflate streams, for `.npz` files.
//!
//! A small decoder of its own: weights files are small, speed does not matter, and the output can be capped while
//! it grows, which is the point with files of strangers.
//!
//! # References
//! Deutsch, "DEFLATE Compressed Data Format Specification version 1.3", RFC 1951 (1996).

use super::fault::Fault;

/// Longest code in bits.
const MAX_BITS: usize = 15;
/// Codes of literals and lengths.
const MAX_LITERALS: usize = 286;
/// Codes of distances.
const MAX_DISTANCES: usize = 30;
/// Order in which the lengths of the code of code lengths come.
const CODE_ORDER: [usize; 19] = [
    16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15,
];

struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
    buffer: u32,
    held: u32,
}

impl Bits<'_> {
    fn take(&mut self, n: u32) -> Result<u32, Fault> {
        while self.held < n {
            let &byte = self
                .bytes
                .get(self.at)
                .ok_or(Fault::Ends("compressed data"))?;
            self.at += 1;
            self.buffer |= u32::from(byte) << self.held;
            self.held += 8;
        }
        let value = self.buffer & ((1 << n) - 1);
        self.buffer >>= n;
        self.held -= n;
        Ok(value)
    }

    /// Goes on at the next whole byte.
    fn align(&mut self) {
        self.at -= (self.held / 8) as usize;
        self.buffer = 0;
        self.held = 0;
    }
}

/// A canonical Huffman code: how many codes there are of each length, and their symbols in order.
struct Code {
    counts: [u16; MAX_BITS + 1],
    symbols: Vec<u16>,
}

impl Code {
    /// The code with these lengths. It must be complete, except that a code of at most one symbol may leave
    /// codes unused.
    fn new(lengths: &[u8]) -> Result<Self, Fault> {
        let mut counts = [0_u16; MAX_BITS + 1];
        for &length in lengths {
            counts[usize::from(length)] += 1;
        }
        let used = lengths.len() - usize::from(counts[0]);
        counts[0] = 0;
        let mut left = 1_i32;
        for &count in &counts[1..] {
            left = 2 * left - i32::from(count);
            if left < 0 {
                return Err(Fault::Compressed("more codes than their lengths allow"));
            }
        }
        if left > 0 && used > 1 {
            return Err(Fault::Compressed("codes are missing"));
        }
        let mut starts = [0_u16; MAX_BITS + 2];
        for length in 1..=MAX_BITS {
            starts[length + 1] = starts[length] + counts[length];
        }
        let mut symbols = vec![0; used];
        for (symbol, &length) in lengths.iter().enumerate().filter(|(_, l)| **l > 0) {
            let place = &mut starts[usize::from(length)];
            symbols[usize::from(*place)] = symbol as u16;
            *place += 1;
        }
        Ok(Self { counts, symbols })
    }

    fn decode(&self, bits: &mut Bits) -> Result<usize, Fault> {
        let (mut code, mut first, mut index) = (0_i32, 0_i32, 0_i32);
        for &count in &self.counts[1..] {
            code |= bits.take(1)?.cast_signed();
            let count = i32::from(count);
            if code - first < count {
                return Ok(usize::from(self.symbols[(index + code - first) as usize]));
            }
            index += count;
            first = (first + count) << 1;
            code <<= 1;
        }
        Err(Fault::Compressed("a code that does not exist"))
    }
}

/// Decompresses a stream into at most `limit` bytes; what follows the stream is left.
///
/// # Errors
/// [`Fault::Compressed`], [`Fault::Ends`], or [`Fault::TooMany`] where the output would pass the limit.
pub(super) fn inflate(bytes: &[u8], limit: usize) -> Result<Vec<u8>, Fault> {
    let mut bits = Bits {
        bytes,
        at: 0,
        buffer: 0,
        held: 0,
    };
    let mut out = Vec::new();
    loop {
        let last = bits.take(1)? == 1;
        match bits.take(2)? {
            0 => stored(&mut bits, &mut out, limit)?,
            1 => {
                let lengths: Vec<u8> = (0..288)
                    .map(|symbol| match symbol {
                        144..256 => 9,
                        256..280 => 7,
                        _ => 8,
                    })
                    .collect();
                // 5-bit codes for 32 distances, of which two never occur.
                compressed(
                    &mut bits,
                    &Code::new(&lengths)?,
                    &Code::new(&[5; 32])?,
                    &mut out,
                    limit,
                )?;
            }
            2 => {
                let (literals, distances) = codes(&mut bits)?;
                compressed(&mut bits, &literals, &distances, &mut out, limit)?;
            }
            _ => return Err(Fault::Compressed("a kind of block that does not exist")),
        }
        if last {
            return Ok(out);
        }
    }
}

fn room(out: &[u8], more: usize, limit: usize) -> Result<(), Fault> {
    let value = out.len() + more;
    if value > limit {
        let what = "bytes of decompressed data";
        return Err(Fault::TooMany { what, value, limit });
    }
    Ok(())
}

fn stored(bits: &mut Bits, out: &mut Vec<u8>, limit: usize) -> Result<(), Fault> {
    bits.align();
    let (length, complement) = (bits.take(16)?, bits.take(16)?);
    if length ^ complement != 0xffff {
        return Err(Fault::Compressed("the length of a stored block is damaged"));
    }
    bits.align();
    let length = length as usize;
    room(out, length, limit)?;
    let piece = bits
        .bytes
        .get(bits.at..bits.at + length)
        .ok_or(Fault::Ends("compressed data"))?;
    out.extend_from_slice(piece);
    bits.at += length;
    Ok(())
}

/// The codes at the head of a block: their lengths are compressed themselves.
fn codes(bits: &mut Bits) -> Result<(Code, Code), Fault> {
    let literals = bits.take(5)? as usize + 257;
    let distances = bits.take(5)? as usize + 1;
    let given = bits.take(4)? as usize + 4;
    if literals > MAX_LITERALS || distances > MAX_DISTANCES {
        return Err(Fault::Compressed("too many codes"));
    }
    let mut lengths = [0_u8; CODE_ORDER.len()];
    for &place in &CODE_ORDER[..given] {
        lengths[place] = bits.take(3)? as u8;
    }
    let code = Code::new(&lengths)?;
    let mut lengths = Vec::with_capacity(literals + distances);
    while lengths.len() < literals + distances {
        let (value, times) = match code.decode(bits)? {
            16 => {
                let &before = lengths
                    .last()
                    .ok_or(Fault::Compressed("a repetition of nothing"))?;
                (before, 3 + bits.take(2)?)
            }
            17 => (0, 3 + bits.take(3)?),
            18 => (0, 11 + bits.take(7)?),
            length => (length as u8, 1),
        };
        lengths.extend(std::iter::repeat_n(value, times as usize));
    }
    if lengths.len() > literals + distances {
        return Err(Fault::Compressed("more code lengths than codes"));
    }
    if lengths[256] == 0 {
        return Err(Fault::Compressed("a block without an end"));
    }
    Ok((
        Code::new(&lengths[..literals])?,
        Code::new(&lengths[literals..])?,
    ))
}

/// Extra bits and the smallest value of a length or distance code: `step` codes for each number of extra bits.
fn range(code: usize, step: usize, first: usize) -> (u32, usize) {
    let extra = (code / step).saturating_sub(1);
    let base = if code < 2 * step {
        code
    } else {
        (step + code % step) << extra
    };
    (extra as u32, first + base)
}

fn compressed(
    bits: &mut Bits,
    literals: &Code,
    distances: &Code,
    out: &mut Vec<u8>,
    limit: usize,
) -> Result<(), Fault> {
    loop {
        let symbol = literals.decode(bits)?;
        if symbol < 256 {
            room(out, 1, limit)?;
            out.push(symbol as u8);
            continue;
        }
        let (extra, base) = match symbol {
            256 => return Ok(()),
            285 => (0, 258),
            257..285 => range(symbol - 257, 4, 3),
            _ => return Err(Fault::Compressed("a length that does not exist")),
        };
        let length = base + bits.take(extra)? as usize;
        let symbol = distances.decode(bits)?;
        if symbol >= MAX_DISTANCES {
            return Err(Fault::Compressed("a distance that does not exist"));
        }
        let (extra, base) = range(symbol, 2, 1);
        let distance = base + bits.take(extra)? as usize;
        let Some(start) = out.len().checked_sub(distance) else {
            return Err(Fault::Compressed("a distance beyond the start"));
        };
        room(out, length, limit)?;
        // Source and copy may overlap: what is copied first is copied again.
        for k in start..start + length {
            out.push(out[k]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_those_of_the_tables_of_the_specification() {
        assert_eq!(range(0, 4, 3), (0, 3));
        assert_eq!(range(7, 4, 3), (0, 10));
        assert_eq!(range(8, 4, 3), (1, 11));
        assert_eq!(range(12, 4, 3), (2, 19));
        assert_eq!(range(27, 4, 3), (5, 227));
        assert_eq!(range(0, 2, 1), (0, 1));
        assert_eq!(range(3, 2, 1), (0, 4));
        assert_eq!(range(4, 2, 1), (1, 5));
        assert_eq!(range(29, 2, 1), (13, 24577));
    }

    /// Made by zlib from [`text`]: level 9, fixed codes, and level 0.
    const DYNAMIC: &str = include_str!("../../../tests/data/deflate_dynamic.hex");
    const FIXED: &str = include_str!("../../../tests/data/deflate_fixed.hex");
    const STORED: &str = include_str!("../../../tests/data/deflate_stored.hex");

    fn bytes(hex: &str) -> Vec<u8> {
        let hex: Vec<u8> = hex.bytes().filter(u8::is_ascii_hexdigit).collect();
        hex.chunks(2)
            .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
            .collect()
    }

    /// Squares as decimal numbers, then a run.
    fn text() -> Vec<u8> {
        let squares: Vec<String> = (0..120_u32).map(|k| (k * k).to_string()).collect();
        let mut text = squares.join(" ") + " ";
        text.push_str(&"s".repeat(700));
        text.into_bytes()
    }

    #[test]
    fn all_kinds_of_blocks_are_read() {
        for (name, hex) in [("dynamic", DYNAMIC), ("fixed", FIXED), ("stored", STORED)] {
            let packed = bytes(hex);
            assert_eq!(inflate(&packed, 5000).unwrap(), text(), "{name}");
            for cut in 0..packed.len() {
                assert!(
                    inflate(&packed[..cut], 5000).is_err(),
                    "{name} cut at {cut}"
                );
            }
            let capped = inflate(&packed, text().len() - 1);
            assert!(matches!(capped, Err(Fault::TooMany { .. })), "{name}");
        }
    }

    #[test]
    fn damaged_streams_are_refused() {
        // A third kind of block, a stored block whose length is not confirmed, a distance beyond the start
        // (fixed code of length 3, 0000001, then distance 1, 00000).
        for (stream, reason) in [
            (&[0b111_u8, 0][..], "kind of block"),
            (&[0b001, 1, 0, 0, 0], "stored block"),
            (&[0b0000_0011, 0b0000_0010, 0], "beyond the start"),
        ] {
            let error = inflate(stream, 100).unwrap_err().to_string();
            assert!(error.contains(reason), "{error}");
        }
        assert!(Code::new(&[1, 1, 1]).is_err(), "over-subscribed");
        assert!(Code::new(&[2, 2, 2]).is_err(), "incomplete");
        assert!(Code::new(&[1]).is_ok(), "one distance");
    }
}
