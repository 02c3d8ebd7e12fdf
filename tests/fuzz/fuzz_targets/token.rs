//! The body of a sign-in, or a token as a program has kept it.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| opencloud::compute::v2::fuzzing::token(data));
