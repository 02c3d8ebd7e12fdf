//! The body of a refusal; its first line is the status and, after a space, `Retry-After`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| opencloud::compute::v2::fuzzing::fault(data));
