//! Arrays in the `.npy` format of `NumPy`.
//!
//! ```text
//! 93 "NUMPY"  version (2 bytes)  length of the header (2 bytes, from version 2 on 4)
//! {'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }  padded with blanks, ending in a new line
//! the numbers, little endian, the last index running fastest
//! ```
//! # References
//! `NumPy` documentation, `numpy.lib.format` (NEP 1), versions 1.0, 2.0 and 3.0.

use super::fault::{Fault, FileError, quoted};

const MAGIC: &[u8; 6] = b"\x93NUMPY";
/// Longest header that is read; those of `NumPy` itself are below 200 bytes.
const MAX_HEADER: usize = 1 << 16;
/// Most dimensions, as in `NumPy`.
const MAX_DIMENSIONS: usize = 64;
/// The file starts its numbers at a multiple of this.
const ALIGNMENT: usize = 64;

/// The numbers of an array.
#[derive(Clone, Debug, PartialEq)]
pub enum NpyValues {
    /// `|i1`
    I8(Vec<i8>),
    /// `|u1`
    U8(Vec<u8>),
    /// `<i8`
    I64(Vec<i64>),
    /// `<f4`
    F32(Vec<f32>),
    /// `<f8`
    F64(Vec<f64>),
}

impl NpyValues {
    fn descr(&self) -> &'static str {
        match self {
            Self::I8(_) => "|i1",
            Self::U8(_) => "|u1",
            Self::I64(_) => "<i8",
            Self::F32(_) => "<f4",
            Self::F64(_) => "<f8",
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        match self {
            Self::I8(v) => v.len(),
            Self::U8(v) => v.len(),
            Self::I64(v) => v.len(),
            Self::F32(v) => v.len(),
            Self::F64(v) => v.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The numbers of an array in Fortran order, brought into C order.
    fn in_c_order(self, shape: &[usize]) -> Self {
        match self {
            Self::I8(v) => Self::I8(c_order(&v, shape)),
            Self::U8(v) => Self::U8(c_order(&v, shape)),
            Self::I64(v) => Self::I64(c_order(&v, shape)),
            Self::F32(v) => Self::F32(c_order(&v, shape)),
            Self::F64(v) => Self::F64(c_order(&v, shape)),
        }
    }

    /// The numbers as doubles; `None` if an integer is beyond 2⁵³.
    pub fn into_f64(self) -> Option<Vec<f64>> {
        Some(match self {
            Self::I8(v) => v.into_iter().map(f64::from).collect(),
            Self::U8(v) => v.into_iter().map(f64::from).collect(),
            Self::F32(v) => v.into_iter().map(f64::from).collect(),
            Self::F64(v) => v,
            Self::I64(v) => {
                if v.iter().any(|x| x.unsigned_abs() > 1 << 53) {
                    return None;
                }
                v.into_iter().map(|x| x as f64).collect()
            }
        })
    }
}

/// An array in C order, the last index running fastest.
#[derive(Clone, Debug, PartialEq)]
pub struct Npy {
    /// Its dimensions; none for a single number.
    pub shape: Vec<usize>,
    /// Its numbers.
    pub values: NpyValues,
}

fn unexpected(expected: &'static str, found: &str, at: usize) -> FileError {
    Fault::Unexpected {
        expected,
        found: quoted(found),
    }
    .at_byte(at)
}

/// Reads an array of int8, uint8, int64, float32 or float64; one in Fortran order is brought into C order.
///
/// # Errors
/// [`FileError`] with the byte. The size that the header asks for is compared with the length of the file before
/// anything is allocated.
pub fn read_npy(bytes: &[u8]) -> Result<Npy, FileError> {
    if !bytes.starts_with(MAGIC) {
        return Err(unexpected("\"\\x93NUMPY\"", "other bytes", 0));
    }
    let ends = |at| Fault::Ends("the header").at_byte(at);
    let word = |at: usize, n: usize| -> Result<usize, FileError> {
        let bytes = bytes.get(at..at + n).ok_or(ends(bytes.len()))?;
        Ok(bytes.iter().rev().fold(0, |x, &b| x << 8 | usize::from(b)))
    };
    let start = match word(6, 2)? {
        1 => 10,
        2 | 3 => 12,
        _ => return Err(unexpected("version 1.0, 2.0 or 3.0", "another version", 6)),
    };
    let length = word(8, start - 8)?;
    if length > MAX_HEADER {
        return Err(Fault::TooMany {
            what: "bytes of the header",
            value: length,
            limit: MAX_HEADER,
        }
        .at_byte(8));
    }
    let data = start + length;
    let header = bytes.get(start..data).ok_or(ends(bytes.len()))?;
    let header = std::str::from_utf8(header)
        .map_err(|e| unexpected("a header of text", "other bytes", start + e.valid_up_to()))?;
    let header = Header::parse(header, start)?;
    let count = header
        .shape
        .iter()
        .try_fold(1_usize, |n, &d| n.checked_mul(d));
    let expected = count
        .and_then(|n| n.checked_mul(header.dtype.size))
        .unwrap_or(usize::MAX);
    let found = bytes.len() - data;
    if found != expected {
        return Err(Fault::Mismatch {
            what: "bytes behind the header",
            found,
            expected,
        }
        .at_byte(data));
    }
    let values = header.dtype.decode(&bytes[data..]);
    let values = if header.fortran_order && header.shape.len() > 1 {
        values.in_c_order(&header.shape)
    } else {
        values
    };
    Ok(Npy {
        shape: header.shape,
        values,
    })
}

/// The numbers with the last index running fastest, of numbers with the first one running fastest.
fn c_order<T: Copy>(values: &[T], shape: &[usize]) -> Vec<T> {
    let mut index = vec![0; shape.len()];
    (0..values.len())
        .map(|_| {
            let at = index
                .iter()
                .zip(shape)
                .rev()
                .fold(0, |at, (i, size)| at * size + i);
            for (i, size) in index.iter_mut().zip(shape).rev() {
                *i += 1;
                if *i < *size {
                    break;
                }
                *i = 0;
            }
            values[at]
        })
        .collect()
}

/// What is read, for messages.
const DTYPES: &str =
    "bool, int8, uint8, int16, uint16, int32, uint32, int64, float32 and float64 are read";

/// A type of numbers, as its `descr` says.
#[derive(Clone, Copy, Debug)]
struct Dtype {
    kind: char,
    /// Bytes of one number.
    size: usize,
    big_endian: bool,
}

impl Dtype {
    /// `None` for one that is not read.
    fn of(descr: &str) -> Option<Self> {
        let mut letters = descr.chars();
        let (order, kind) = (letters.next()?, letters.next()?);
        let size = match letters.as_str() {
            "1" => 1,
            "2" => 2,
            "4" => 4,
            "8" => 8,
            _ => return None,
        };
        let known = match kind {
            'b' => size == 1,
            'i' => true,
            'u' => size < 8,
            'f' => size >= 4,
            _ => false,
        };
        let ordered = if size == 1 {
            matches!(order, '|' | '<' | '>')
        } else {
            matches!(order, '<' | '>')
        };
        (known && ordered).then_some(Self {
            kind,
            size,
            big_endian: order == '>',
        })
    }

    fn read<const N: usize, T>(self, data: &[u8], number: impl Fn([u8; N]) -> T) -> Vec<T> {
        let little = |&bytes: &[u8; N]| {
            let mut bytes = bytes;
            if self.big_endian {
                bytes.reverse();
            }
            number(bytes)
        };
        data.as_chunks().0.iter().map(little).collect()
    }

    /// The numbers; integers of two and four bytes, of which there is no type here, as those of eight.
    fn decode(self, data: &[u8]) -> NpyValues {
        match (self.kind, self.size) {
            ('i', 1) => NpyValues::I8(self.read(data, i8::from_le_bytes)),
            ('i', 2) => NpyValues::I64(self.read(data, |b| i16::from_le_bytes(b).into())),
            ('i', 4) => NpyValues::I64(self.read(data, |b| i32::from_le_bytes(b).into())),
            ('i', _) => NpyValues::I64(self.read(data, i64::from_le_bytes)),
            ('u', 2) => NpyValues::I64(self.read(data, |b| u16::from_le_bytes(b).into())),
            ('u', 4) => NpyValues::I64(self.read(data, |b| u32::from_le_bytes(b).into())),
            ('f', 4) => NpyValues::F32(self.read(data, f32::from_le_bytes)),
            ('f', _) => NpyValues::F64(self.read(data, f64::from_le_bytes)),
            _ => NpyValues::U8(data.to_vec()),
        }
    }
}

/// What the dictionary says.
struct Header {
    dtype: Dtype,
    fortran_order: bool,
    shape: Vec<usize>,
}

/// Reads the literals of Python that `NumPy` writes, and no others.
struct Literal<'a> {
    text: &'a str,
    at: usize,
    start: usize,
}

impl<'a> Literal<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn skip(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    /// Takes a piece of text if it comes next.
    fn takes(&mut self, piece: &str) -> bool {
        self.skip();
        let yes = self.rest().starts_with(piece);
        if yes {
            self.at += piece.len();
        }
        yes
    }

    fn wants(&mut self, piece: &str, expected: &'static str) -> Result<(), FileError> {
        if self.takes(piece) {
            Ok(())
        } else {
            Err(unexpected(expected, self.rest(), self.start + self.at))
        }
    }

    fn string(&mut self) -> Result<&'a str, FileError> {
        let quote = if self.takes("\"") {
            '"'
        } else {
            self.wants("'", "a string")?;
            '\''
        };
        let rest = self.rest();
        let end = rest
            .find(quote)
            .ok_or_else(|| unexpected("a closing quote", rest, self.start + self.at))?;
        self.at += end + 1;
        Ok(&rest[..end])
    }

    fn number(&mut self) -> Result<usize, FileError> {
        self.skip();
        let rest = self.rest();
        let end = rest
            .bytes()
            .position(|b| !b.is_ascii_digit())
            .unwrap_or(rest.len());
        if end == 0 {
            return Err(unexpected("a dimension", rest, self.start + self.at));
        }
        self.at += end;
        Ok(rest[..end].parse().unwrap_or(usize::MAX))
    }

    fn shape(&mut self) -> Result<Vec<usize>, FileError> {
        self.wants("(", "a tuple")?;
        let mut shape = Vec::new();
        while !self.takes(")") {
            shape.push(self.number()?);
            if shape.len() > MAX_DIMENSIONS {
                return Err(Fault::TooMany {
                    what: "dimensions",
                    value: shape.len(),
                    limit: MAX_DIMENSIONS,
                }
                .at_byte(self.start + self.at));
            }
            if !self.takes(",") {
                self.wants(")", "the end of the tuple")?;
                break;
            }
        }
        Ok(shape)
    }
}

impl Header {
    fn parse(text: &str, start: usize) -> Result<Self, FileError> {
        let mut literal = Literal { text, at: 0, start };
        let (mut descr, mut order, mut shape) = (None, None, None);
        literal.wants("{", "a dictionary")?;
        while !literal.takes("}") {
            let at = start + literal.at;
            let key = literal.string()?;
            literal.wants(":", "a colon")?;
            let repeated = match key {
                "descr" => descr.replace(literal.string()?).is_some(),
                "shape" => shape.replace(literal.shape()?).is_some(),
                "fortran_order" => {
                    let yes = literal.takes("True");
                    if !yes {
                        literal.wants("False", "True or False")?;
                    }
                    order.replace(yes).is_some()
                }
                _ => return Err(unexpected("descr, fortran_order or shape", key, at)),
            };
            if repeated {
                return Err(unexpected("each key once", key, at));
            }
            if !literal.takes(",") {
                literal.wants("}", "the end of the dictionary")?;
                break;
            }
        }
        literal.skip();
        if !literal.rest().is_empty() {
            let at = start + literal.at;
            return Err(unexpected("the end of the header", literal.rest(), at));
        }
        let missing = |key| Fault::Ends(key).at_byte(start + text.len());
        let descr = descr.ok_or(missing("descr"))?;
        let dtype = Dtype::of(descr).ok_or_else(|| {
            let what = format!("dtype {:?} ({DTYPES})", quoted(descr));
            Fault::Unsupported(what).at_byte(start)
        })?;
        Ok(Self {
            dtype,
            fortran_order: order.ok_or(missing("fortran_order"))?,
            shape: shape.ok_or(missing("shape"))?,
        })
    }
}

/// Writes an array, version 1.0.
///
/// # Panics
/// If the shape does not have as many elements as there are values.
pub fn write_npy(array: &Npy) -> Vec<u8> {
    let count: usize = array.shape.iter().product();
    assert_eq!(count, array.values.len(), "a value for each element");
    let mut out = npy_header(array.values.descr(), &array.shape);
    match &array.values {
        NpyValues::I8(v) => out.extend(v.iter().map(|x| x.cast_unsigned())),
        NpyValues::U8(v) => out.extend(v),
        NpyValues::I64(v) => out.extend(v.iter().flat_map(|x| x.to_le_bytes())),
        NpyValues::F32(v) => out.extend(v.iter().flat_map(|x| x.to_le_bytes())),
        NpyValues::F64(v) => out.extend(v.iter().flat_map(|x| x.to_le_bytes())),
    }
    out
}

/// The bytes before the numbers, for a file whose numbers are written piece by piece.
///
/// `descr` is the dtype: `|i1`, `|u1`, `<i8`, `<f4` or `<f8`.
pub fn npy_header(descr: &str, shape: &[usize]) -> Vec<u8> {
    let dimensions: Vec<String> = shape.iter().map(|d| format!("{d},")).collect();
    let dimensions = dimensions.join(" ");
    // NumPy writes (3, 4) and (3,).
    let dimensions = match shape.len() {
        0 | 1 => dimensions.as_str(),
        _ => dimensions.trim_end_matches(','),
    };
    let mut header =
        format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': ({dimensions}), }}");
    let before = MAGIC.len() + 4;
    let padded = (before + header.len() + 1).next_multiple_of(ALIGNMENT) - before;
    header.push_str(&" ".repeat(padded - header.len() - 1));
    header.push('\n');
    let mut out = MAGIC.to_vec();
    out.extend([1, 0]);
    out.extend((header.len() as u16).to_le_bytes());
    out.extend(header.as_bytes());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(header: &str, data: &[u8]) -> Vec<u8> {
        let mut out = b"\x93NUMPY\x01\x00".to_vec();
        out.extend((header.len() as u16).to_le_bytes());
        out.extend(header.as_bytes());
        out.extend(data);
        out
    }

    #[test]
    fn arrays_round_trip_in_the_layout_of_the_documentation() {
        for (shape, values) in [
            (vec![2, 3], NpyValues::I8(vec![-1, 1, -128, 127, 0, 5])),
            (vec![2], NpyValues::U8(vec![0, 255])),
            (vec![], NpyValues::I64(vec![i64::MIN])),
            (vec![1, 2, 1], NpyValues::F32(vec![0.1, -2.5])),
            (vec![3], NpyValues::F64(vec![0.1, 1e300, -0.0])),
            (vec![0, 7], NpyValues::F64(vec![])),
        ] {
            let array = Npy { shape, values };
            let bytes = write_npy(&array);
            let length = usize::from(bytes[8]) + 256 * usize::from(bytes[9]);
            assert_eq!((10 + length) % 64, 0);
            assert_eq!(bytes[10 + length - 1], b'\n');
            assert_eq!(read_npy(&bytes).unwrap(), array);
        }
        let text = String::from_utf8_lossy(&write_npy(&Npy {
            shape: vec![2, 3],
            values: NpyValues::I8(vec![0; 6]),
        }))
        .into_owned();
        assert!(text.contains("{'descr': '|i1', 'fortran_order': False, 'shape': (2, 3), }"));
    }

    #[test]
    fn lying_headers_are_refused_before_allocation() {
        let good = "{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }\n";
        assert!(read_npy(&file(good, &[0; 8])).is_ok());
        for (from, to, reason) in [
            (
                "(1,)",
                "(1152921504606846976,)",
                "expected 9223372036854775808",
            ),
            (
                "(1,)",
                "(4294967296, 4294967296, 4)",
                "expected 18446744073709551615",
            ),
            ("(1,)", "(99999999999999999999999999)", "expected"),
            ("(1,)", "(2,)", "expected 16"),
            ("(1,)", "(-1,)", "dimension"),
            ("(1,)", "(1,", "dimension"),
            ("(1,)", "1", "tuple"),
            ("<f8", "=f8", "dtype"),
            ("<f8", "<f2", "dtype"),
            ("<f8", "<u8", "uint32, int64"),
            ("<f8", "<b2", "dtype"),
            ("<f8", "|O", "dtype"),
            ("False", "None", "True or False"),
            ("'shape': (1,)", "'fortran_order': True", "each key once"),
            ("'shape'", "'size'", "descr, fortran_order or shape"),
            (", 'shape': (1,)", "", "shape"),
            ("}", "} x", "end of the header"),
        ] {
            let error = read_npy(&file(&good.replacen(from, to, 1), &[0; 8]))
                .unwrap_err()
                .to_string();
            assert!(error.contains(reason), "{to}: {error}");
        }
        assert!(read_npy(&file(good, &[0; 9])).is_err(), "a byte too many");
        let fortran = good.replace("False", "True");
        assert!(
            read_npy(&file(&fortran, &[0; 8])).is_ok(),
            "one dimension has one order"
        );
        let fortran = fortran.replace("(1,)", "(1, 1)");
        assert!(read_npy(&file(&fortran, &[0; 8])).is_ok());
        let fortran = fortran.replace("<f8", "|i1");
        for (shape, values, expected) in [
            ("(2, 3)", [0, 1, 2, 3, 4, 5], [0, 2, 4, 1, 3, 5]),
            ("(1, 2, 3)", [0, 1, 2, 3, 4, 5], [0, 2, 4, 1, 3, 5]),
            ("(3, 1, 2)", [0, 1, 2, 3, 4, 5], [0, 3, 1, 4, 2, 5]),
        ] {
            let read = read_npy(&file(&fortran.replace("(1, 1)", shape), &values)).unwrap();
            assert_eq!(read.values, NpyValues::I8(expected.to_vec()), "{shape}");
        }
        for (descr, bytes, values) in [
            ("|b1", &[0, 1][..], NpyValues::U8(vec![0, 1])),
            ("<i2", &[254, 255, 1, 0], NpyValues::I64(vec![-2, 1])),
            (">i2", &[255, 254, 0, 1], NpyValues::I64(vec![-2, 1])),
            ("<u2", &[254, 255, 1, 0], NpyValues::I64(vec![65534, 1])),
            (
                ">u4",
                &[255, 0, 0, 0, 0, 0, 0, 1],
                NpyValues::I64(vec![0xff00_0000, 1]),
            ),
            (">f4", &[63, 192, 0, 0], NpyValues::F32(vec![1.5])),
            (
                ">f8",
                &[63, 248, 0, 0, 0, 0, 0, 0],
                NpyValues::F64(vec![1.5]),
            ),
        ] {
            let shape = format!("({},)", values.len());
            let header = good.replace("<f8", descr).replace("(1,)", &shape);
            assert_eq!(read_npy(&file(&header, bytes)).unwrap().values, values);
        }
        for cut in 0..10 + good.len() + 8 {
            assert!(read_npy(&file(good, &[0; 8])[..cut]).is_err(), "{cut}");
        }
    }
}
