//! An error response of Glance: the status, a space and `Retry-After` or `Location` on the first line, then the body.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| opencloud::fuzzing::glance_fault(data));
