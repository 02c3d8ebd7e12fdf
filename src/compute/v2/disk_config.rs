//! [`DiskConfig`]: how the disk of a server made from an image is partitioned.

use std::fmt;

use serde::{Serialize, Serializer};

use super::slot::Scalar;

/// How the disk of a server made from the image is partitioned:
/// `OS-DCF:diskConfig`, which few images have.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DiskConfig {
    /// `AUTO`: one partition of the size of the disk.
    Auto,
    /// `MANUAL`: as the image has it.
    Manual,
    /// A word that this crate does not know.
    Other(String),
}

impl DiskConfig {
    /// Nova's word.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Auto => "AUTO",
            Self::Manual => "MANUAL",
            Self::Other(word) => word,
        }
    }
}

impl Scalar for Option<Box<DiskConfig>> {
    fn text(&mut self, word: &str) -> bool {
        *self = Some(Box::new(word.into()));
        true
    }
}

impl From<&str> for DiskConfig {
    fn from(word: &str) -> Self {
        match word {
            "AUTO" => Self::Auto,
            "MANUAL" => Self::Manual,
            other => Self::Other(other.to_owned()),
        }
    }
}

impl From<String> for DiskConfig {
    fn from(word: String) -> Self {
        word.as_str().into()
    }
}

impl fmt::Display for DiskConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Serialize for DiskConfig {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
