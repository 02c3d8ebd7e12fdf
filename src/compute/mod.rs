//! The Compute service, Nova.

pub mod v2;
