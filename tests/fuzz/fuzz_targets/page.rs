//! The body of a list of images.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| opencloud::compute::v2::fuzzing::page(data));
