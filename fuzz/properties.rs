//! What must be true of every file that a parser takes, however damaged it is.
//!
//! Each function says whether the bytes were taken. The fuzzer looks for bytes that make one panic, and
//! `tests/parser_smoke.rs` tries the same mutants every time.

use blockspin::model::files::{
    FileFormat, Unstated, read_evidence, read_model, read_npy, write_model, write_npy,
};

/// A model that can be read survives writing and reading: writing it again gives the same bytes.
pub fn model(data: &[u8], format: FileFormat) -> bool {
    let Ok(file) = read_model(data, format, Unstated::default()) else {
        return false;
    };
    let (bytes, _) = write_model(&file, format, 1.0, true).expect("its own format holds it");
    match read_model(&bytes, format, Unstated::default()) {
        Ok(back) => {
            assert_eq!(back.model.cardinality(), file.model.cardinality());
            let (again, _) = write_model(&back, format, 1.0, true).expect("as before");
            assert!(bytes == again, "{format:?}: written twice, two files");
        }
        // Room for zeros that are not listed grows with the length of the file, comments and all.
        Err(error) => assert!(error.is_too_large(), "{error}"),
    }
    true
}

/// An array that can be read is written with the same numbers.
pub fn array(data: &[u8]) -> bool {
    let Ok(array) = read_npy(data) else {
        return false;
    };
    let back = read_npy(&write_npy(&array)).expect("what was written is read");
    // NaN is no number that equals itself, so bits are compared by writing again.
    assert_eq!(write_npy(&back), write_npy(&array));
    true
}

/// Evidence that is read names variables that exist, each in a state that it has.
pub fn evidence(data: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(data) else {
        return false;
    };
    let cardinality = [2, 3, 4, 2];
    let Ok(observed) = read_evidence(text, &[0, 1, 5, 9], &cardinality) else {
        return false;
    };
    assert!(observed.iter().all(|&(v, s)| s < cardinality[v]));
    true
}
