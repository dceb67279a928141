//! JSON model files: what goes wrong while reading them, said so that a reader knows what to mend.

use serde::de::DeserializeOwned;
use thiserror::Error;

/// Not JSON, or JSON of another shape; carries line and column.
#[derive(Debug, Error)]
#[error("{cause}{hint}")]
pub struct JsonError {
    cause: serde_json::Error,
    hint: &'static str,
}

/// Reads a value; a byte order mark before it is passed over.
pub(super) fn read<T: DeserializeOwned>(text: &str) -> Result<T, JsonError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    serde_json::from_str(text).map_err(|cause| JsonError {
        hint: hint(text, &cause),
        cause,
    })
}

/// The usual mistake behind an error, if it is one.
fn hint(text: &str, cause: &serde_json::Error) -> &'static str {
    let line = text.lines().nth(cause.line().saturating_sub(1));
    // The column is that of the byte behind the one that was not expected.
    let from = cause.column().saturating_sub(2);
    let near = line
        .and_then(|l| l.get(from..))
        .unwrap_or_default()
        .trim_start_matches(|c: char| !c.is_ascii_alphanumeric())
        .to_ascii_lowercase();
    if ["nan", "inf"].iter().any(|w| near.starts_with(w)) {
        "; NaN and infinity are no numbers that a model can have"
    } else if cause.to_string().starts_with("number out of range") {
        "; it has to be a finite double"
    } else {
        ""
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_say_what_is_not_a_number() {
        for (text, part) in [
            ("[1.0, NaN]", "NaN and infinity"),
            ("[1.0,\n -Infinity]", "NaN and infinity"),
            ("[1e999]", "finite double"),
        ] {
            let error = read::<Vec<f64>>(text).unwrap_err().to_string();
            assert!(error.contains(part) && error.contains("line"), "{error}");
        }
        let other = read::<Vec<f64>>("[1, x]").unwrap_err().to_string();
        assert!(!other.contains("NaN"), "{other}");
    }

    #[test]
    fn decimals_are_read_to_the_nearest_double() {
        // Each decimal is the shortest of its double, so it must come back bit for bit.
        for bits in (0..2000_u64).map(|k| 0x3fe0_0000_0000_0001 + k * 0x0000_1234_5678_9abd) {
            let x = f64::from_bits(bits);
            let y = read::<f64>(&format!("{x:?}")).unwrap();
            assert_eq!(x.to_bits(), y.to_bits(), "{x:?}");
        }
        let near_one = read::<f64>("0.9999999999999999").unwrap();
        assert!(near_one < 1.0);
    }

    #[test]
    fn a_byte_order_mark_is_passed_over() {
        assert_eq!(read::<Vec<u8>>("\u{feff}[1]").unwrap(), [1]);
    }
}
