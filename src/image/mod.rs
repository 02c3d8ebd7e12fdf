//! The Image service.

pub mod v2;
