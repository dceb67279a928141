//! Evidence files: which variables were observed in which state.
//!
//! ```text
//! 2  1 0  2 1         the number of observed variables, then pairs of variable and state
//! 1  2  1 0  2 1      the same behind the number of samples, which must be one
//! ```
//! The first has an odd number of words, the second an even number, so that no file is in both.
//!
//! # References
//! UAI 2014 inference competition, evidence format (the first); UAI 2010 approximate inference evaluation and
//! the PASCAL challenge of 2011 (the second).

use super::fault::{Fault, FileError};
use super::tokens::Tokens;

/// Reads an evidence file: pairs of variable and state, in the order of the file.
///
/// `labels` are the names that the model's file gives its variables, in ascending order, and `cardinality`
/// the numbers of their states. The pairs hold positions in these lists.
///
/// # Errors
/// [`FileError`] with line and token: a variable or state that does not exist, a variable for the second
/// time, a wrong number of words, several samples.
///
/// # Panics
/// If the two lists differ in length.
pub fn read_evidence(
    text: &str,
    labels: &[usize],
    cardinality: &[usize],
) -> Result<Vec<(usize, usize)>, FileError> {
    assert_eq!(labels.len(), cardinality.len(), "a label for each variable");
    let mut all = Tokens::new(text, |_| false);
    let mut words = 0_usize;
    while all.next().is_some() {
        words += 1;
    }
    let mut tokens = Tokens::new(text, |_| false);
    let behind_samples = words > 0 && words.is_multiple_of(2);
    if behind_samples {
        let samples = tokens.count("the number of samples")?;
        if samples != 1 {
            let what = "number of samples, as the file has an even number of words";
            return Err(Fault::Mismatch {
                what,
                found: samples,
                expected: 1,
            }
            .at(tokens.place()));
        }
    }
    let count = tokens.count("the number of observed variables")?;
    let expected = (words - 1 - usize::from(behind_samples)) / 2;
    if count != expected {
        return Err(Fault::Mismatch {
            what: "number of observed variables of one sample, by the number of words",
            found: count,
            expected,
        }
        .at(tokens.place()));
    }
    let mut seen = vec![false; labels.len()];
    let mut observed = Vec::with_capacity(count);
    for _ in 0..count {
        let label = tokens.count("a variable")?;
        let Ok(variable) = labels.binary_search(&label) else {
            return Err(Fault::NoSuch {
                what: "variable",
                index: label,
            }
            .at(tokens.place()));
        };
        if std::mem::replace(&mut seen[variable], true) {
            return Err(Fault::Repeated {
                what: "variable",
                index: label,
            }
            .at(tokens.place()));
        }
        let state = tokens.count("a state")?;
        if state >= cardinality[variable] {
            return Err(Fault::NoSuch {
                what: "state",
                index: state,
            }
            .at(tokens.place()));
        }
        observed.push((variable, state));
    }
    Ok(observed)
}

#[cfg(test)]
mod tests {
    use super::super::Place;
    use super::*;

    fn read(text: &str) -> Result<Vec<(usize, usize)>, FileError> {
        read_evidence(text, &[0, 1, 2], &[2, 2, 3])
    }

    #[test]
    fn both_dialects_are_read() {
        // The example of the UAI 2014 evidence format page: Y in its first, Z in its second state.
        assert_eq!(read("2 1 0 2 1").unwrap(), [(1, 0), (2, 1)]);
        assert_eq!(read("1\n2 1 0 2 1\n").unwrap(), [(1, 0), (2, 1)]);
        // One observation: three words are the first dialect, four the second.
        assert_eq!(read("1 2 1").unwrap(), [(2, 1)]);
        assert_eq!(read("1 1 2 1").unwrap(), [(2, 1)]);
        assert_eq!(read("0").unwrap(), []);
        assert_eq!(read("1\n0").unwrap(), []);
        assert_eq!(read_evidence("1 7 1", &[4, 7], &[2, 2]).unwrap(), [(1, 1)]);
    }

    #[test]
    fn what_does_not_add_up_is_refused() {
        for (text, token, reason) in [
            ("", 1, "ends"),
            ("2 1 0", 1, "expected 1"),
            ("2 2 1 0 2 1", 1, "samples"),
            ("1 3 1 0 2 1", 2, "expected 2"),
            ("1 5 0", 2, "variable 5 does not exist"),
            ("1 2 3", 3, "state 3 does not exist"),
            ("2 1 0 1 0", 4, "before"),
            ("1 1 x", 3, "\"x\""),
            ("x", 1, "\"x\""),
        ] {
            let error = read(text).unwrap_err();
            assert_eq!(
                error.place,
                Place::Token { line: 1, token },
                "{text}: {error}"
            );
            assert!(error.to_string().contains(reason), "{text}: {error}");
        }
    }
}
