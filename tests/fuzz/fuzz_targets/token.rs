//! The body of an authentication response, or a cached token.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| opencloud::fuzzing::token(data));
