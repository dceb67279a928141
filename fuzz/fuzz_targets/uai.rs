//! UAI models.
#![no_main]

use blockspin::model::files::FileFormat;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    properties::model(data, FileFormat::Uai);
});
