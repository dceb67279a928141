//! Factor graphs of libDAI: what can be read survives writing and reading.
#![no_main]

use blockspin::model::files::{FileFormat, Unstated, read_model, write_model};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let format = FileFormat::Fg;
    if let Ok(file) = read_model(data, format, Unstated::default()) {
        let (bytes, _) = write_model(&file, format, 1.0, true).expect("its own format holds it");
        match read_model(&bytes, format, Unstated::default()) {
            Ok(back) => assert_eq!(back.model.cardinality(), file.model.cardinality()),
            // Room for zeros that are not listed grows with the length of the file, comments and all.
            Err(error) => assert!(error.is_too_large(), "{error}"),
        }
    }
});
