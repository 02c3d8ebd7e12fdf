//! The URL of a next link.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| opencloud::compute::v2::fuzzing::next_link(data));
