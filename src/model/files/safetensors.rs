//! The safetensors format.
//!
//! ```text
//! length of the header (8 bytes, little endian)
//! {"name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, "__metadata__": {…}}
//! the numbers, little endian, in C order, without gaps
//! ```
//! # References
//! Hugging Face, safetensors README, section "Format".

use super::fault::{Fault, FileError, Place, quoted};
use super::rbm_arrays::NamedArray;
use serde::Deserialize;
use serde_json::{Map, Value};

/// Longest header that is read.
const MAX_HEADER: usize = 1 << 20;
/// The key that is no tensor.
const METADATA: &str = "__metadata__";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tensor {
    dtype: String,
    shape: Vec<usize>,
    data_offsets: (usize, usize),
}

/// Reads all tensors, which must be F32 or F64.
///
/// # Errors
/// [`FileError`] with the byte or the tensor: a header longer than the file or 1 MiB, sizes that do not fit the
/// shapes, data that overlap or are left over.
pub(super) fn read_safetensors(file: &[u8]) -> Result<Vec<NamedArray>, FileError> {
    let Some((length, rest)) = file.split_first_chunk::<8>() else {
        return Err(Fault::Ends("the length of the header").at_byte(file.len()));
    };
    let length = usize::try_from(u64::from_le_bytes(*length)).unwrap_or(usize::MAX);
    if length > MAX_HEADER {
        return Err(Fault::TooMany {
            what: "bytes of the header",
            value: length,
            limit: MAX_HEADER,
        }
        .at_byte(0));
    }
    let Some((header, data)) = rest.split_at_checked(length) else {
        return Err(Fault::Ends("the header").at_byte(file.len()));
    };
    let header: Map<String, Value> =
        serde_json::from_slice(header).map_err(|e| Fault::Header(e.to_string()).at_byte(8))?;
    let mut arrays = Vec::new();
    let mut pieces = Vec::new();
    for (name, value) in header.into_iter().filter(|(name, _)| name != METADATA) {
        let at = || Place::Array(quoted(&name));
        let tensor: Tensor =
            serde_json::from_value(value).map_err(|e| Fault::Header(e.to_string()).at(at()))?;
        let (begin, end) = tensor.data_offsets;
        let size = match tensor.dtype.as_str() {
            "F32" => 4,
            "F64" => 8,
            other => {
                return Err(Fault::Unsupported(format!("dtype {:?}", quoted(other))).at(at()));
            }
        };
        let expected = tensor
            .shape
            .iter()
            .try_fold(size, |n: usize, &d| n.checked_mul(d))
            .unwrap_or(usize::MAX);
        let found = end.saturating_sub(begin);
        let Some(bytes) = data.get(begin..end).filter(|_| found == expected) else {
            return Err(Fault::Mismatch {
                what: "bytes of the tensor within the file",
                found,
                expected,
            }
            .at(at()));
        };
        pieces.push((begin, end));
        let values = if size == 4 {
            bytes
                .as_chunks()
                .0
                .iter()
                .map(|&b| f64::from(f32::from_le_bytes(b)))
                .collect()
        } else {
            bytes
                .as_chunks()
                .0
                .iter()
                .map(|&b| f64::from_le_bytes(b))
                .collect()
        };
        arrays.push(NamedArray {
            name,
            shape: tensor.shape,
            values,
        });
    }
    // Without gaps and overlaps the pieces lie end to end; a name given twice would leave a gap.
    pieces.sort_unstable();
    let reached = pieces.iter().try_fold(
        0,
        |at, &(begin, end)| {
            if begin == at { Ok(end) } else { Err(at) }
        },
    );
    match reached {
        Ok(at) if at == data.len() => Ok(arrays),
        Ok(at) | Err(at) => Err(Fault::Unexpected {
            expected: "each byte in one tensor",
            found: "a gap or an overlap".to_owned(),
        }
        .at_byte(8 + length + at)),
    }
}

/// The width of written numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Width {
    /// F32; the numbers are rounded.
    Single,
    /// F64.
    Double,
}

/// Writes tensors, end to end, with metadata if there are any.
pub(super) fn write_safetensors(
    arrays: &[NamedArray],
    width: Width,
    metadata: &[(&str, String)],
) -> Vec<u8> {
    let mut header = Map::new();
    if !metadata.is_empty() {
        let notes = metadata
            .iter()
            .map(|(key, text)| ((*key).to_owned(), Value::from(text.as_str())));
        header.insert(METADATA.to_owned(), Value::Object(notes.collect()));
    }
    let mut data = Vec::new();
    for array in arrays {
        let begin = data.len();
        let values = array.values.iter();
        let dtype = match width {
            Width::Single => {
                data.extend(values.flat_map(|&x| (x as f32).to_le_bytes()));
                "F32"
            }
            Width::Double => {
                data.extend(values.flat_map(|x| x.to_le_bytes()));
                "F64"
            }
        };
        let tensor = serde_json::json!({
            "dtype": dtype,
            "shape": array.shape,
            "data_offsets": [begin, data.len()],
        });
        header.insert(array.name.clone(), tensor);
    }
    let mut header = Value::Object(header).to_string();
    // The numbers start at a multiple of eight.
    header.push_str(&" ".repeat(header.len().next_multiple_of(8) - header.len()));
    let mut out = (header.len() as u64).to_le_bytes().to_vec();
    out.extend(header.as_bytes());
    out.extend(data);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(header: &str, data: &[u8]) -> Vec<u8> {
        let mut out = (header.len() as u64).to_le_bytes().to_vec();
        out.extend(header.as_bytes());
        out.extend(data);
        out
    }

    #[test]
    fn tensors_round_trip_and_f32_is_widened() {
        let array = |name: &str, shape: &[usize], values: &[f64]| NamedArray {
            name: name.to_owned(),
            shape: shape.to_vec(),
            values: values.to_vec(),
        };
        let arrays = [array("W", &[1, 2], &[0.1, -1e300]), array("b", &[0], &[])];
        let note = [("seed", "7".to_owned())];
        for notes in [&[][..], &note] {
            let written = write_safetensors(&arrays, Width::Double, notes);
            assert_eq!(read_safetensors(&written).unwrap(), arrays);
        }
        let rounded = [array("W", &[1, 2], &[f64::from(0.1_f32), -8.0])];
        let written = write_safetensors(&rounded, Width::Single, &note);
        assert_eq!(read_safetensors(&written).unwrap(), rounded);
        assert!(String::from_utf8_lossy(&written).contains(r#""seed":"7""#));
        let header =
            r#"{"__metadata__":{"a":"b"},"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#;
        let data: Vec<u8> = [0.5_f32, -2.0]
            .iter()
            .flat_map(|x| x.to_le_bytes())
            .collect();
        let read = read_safetensors(&file(header, &data)).unwrap();
        assert_eq!(read, [array("x", &[2], &[0.5, -2.0])]);
    }

    #[test]
    fn lying_headers_are_refused() {
        let good = r#"{"x":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}}"#;
        assert!(read_safetensors(&file(good, &[0; 8])).is_ok());
        for (from, to, reason) in [
            ("[1]", "[2]", "expected 16"),
            (
                "[1]",
                "[1152921504606846976]",
                "expected 9223372036854775808",
            ),
            (
                "[1]",
                "[4294967296,4294967296]",
                "expected 18446744073709551615",
            ),
            ("[1]", "[-1]", "array \"x\""),
            ("[0,8]", "[8,0]", "found"),
            ("[0,8]", "[8,16]", "within the file"),
            ("F64", "I32", "not supported"),
            ("\"shape\"", "\"sizes\"", "sizes"),
            ("{\"x\"", "{\"x", "byte 8"),
        ] {
            let text = file(&good.replacen(from, to, 1), &[0; 8]);
            let error = read_safetensors(&text).unwrap_err().to_string();
            assert!(error.contains(reason) || reason == "found", "{to}: {error}");
        }
        // A gap behind, a name twice, a header longer than the file or than the limit.
        assert!(read_safetensors(&file(good, &[0; 9])).is_err());
        let twice = r#"{"x":{"dtype":"F64","shape":[1],"data_offsets":[0,8]},"x":{"dtype":"F64","shape":[1],"data_offsets":[8,16]}}"#;
        assert!(read_safetensors(&file(twice, &[0; 16])).is_err());
        let mut long = file(good, &[0; 8]);
        long[0] = 0xff;
        assert!(read_safetensors(&long).is_err());
        long[7] = 0xff;
        assert!(matches!(
            read_safetensors(&long).unwrap_err().fault,
            Fault::TooMany { .. }
        ));
        for cut in 0..file(good, &[0; 8]).len() {
            assert!(
                read_safetensors(&file(good, &[0; 8])[..cut]).is_err(),
                "{cut}"
            );
        }
    }
}
