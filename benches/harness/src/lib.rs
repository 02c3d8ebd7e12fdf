//! Empty: the benchmark is `benches/listing.rs`.
