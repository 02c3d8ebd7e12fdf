//! The URL of a next link.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| opencloud::fuzzing::next_link(data));
