//! Nothing of its own: `benches/listing.rs` measures.
