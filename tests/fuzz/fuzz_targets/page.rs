//! The body of a list of images.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| opencloud::fuzzing::page(data));
