//! Evidence: what is read exists in the model.
#![no_main]

use blockspin::model::files::read_evidence;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let cardinality = [2, 3, 4, 2];
    if let Ok(observed) = read_evidence(text, &[0, 1, 5, 9], &cardinality) {
        assert!(observed.iter().all(|&(v, s)| s < cardinality[v]));
    }
});
