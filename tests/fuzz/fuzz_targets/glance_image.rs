//! The body of a response with one image of Glance.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| opencloud::fuzzing::glance_image(data));
