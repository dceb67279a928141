//! Binary quadratic models of dimod: reading ends in an answer or an error.
#![no_main]

use blockspin::model::files::{FileFormat, Unstated, read_model};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let _ = read_model(data, FileFormat::Coo, Unstated::default());
});
