//! The body of a list of images of Glance.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| opencloud::fuzzing::glance_page(data));
