//! Arrays: what can be read is written as an array with the same numbers.
#![no_main]

use blockspin::model::files::{read_npy, write_npy};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let Ok(array) = read_npy(data) {
        let back = read_npy(&write_npy(&array)).expect("what was written is read");
        // NaN is no number that equals itself, so bits are compared by writing again.
        assert_eq!(write_npy(&back), write_npy(&array));
    }
});
