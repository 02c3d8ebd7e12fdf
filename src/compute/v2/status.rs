//! [`ImageStatus`]: the words that Nova shows for the state of an image.

use std::fmt;

use serde::{Serialize, Serializer};

use super::slot::Scalar;

/// The state of an image, in Nova's words, which are fewer than Glance's.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ImageStatus {
    /// `ACTIVE`: it can be used.
    Active,
    /// `SAVING`: its data are not there yet; Glance says `queued` or `saving`.
    Saving,
    /// `DELETED`; Glance says `deleted` or `pending_delete`.
    Deleted,
    /// `ERROR`; Glance says `killed`.
    Error,
    /// `UNKNOWN`: a state that Nova has no word for, such as Glance's
    /// `deactivated`, `importing` and `uploading`.
    Unknown,
    /// A word that this crate does not know.
    Other(String),
}

impl ImageStatus {
    /// Nova's word.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Active => "ACTIVE",
            Self::Saving => "SAVING",
            Self::Deleted => "DELETED",
            Self::Error => "ERROR",
            Self::Unknown => "UNKNOWN",
            Self::Other(word) => word,
        }
    }

    /// What to ask for, so that the images that Nova *shows* with this status
    /// are found. Nova hands the filter to Glance in lower case, and Glance
    /// compares it with its own words; this is the reverse of
    /// <https://opendev.org/openstack/nova/src/branch/master/nova/api/openstack/compute/views/images.py>.
    pub(super) fn filter(&self) -> &str {
        match self {
            Self::Active => "ACTIVE",
            Self::Saving => "in:queued,saving",
            Self::Deleted => "in:deleted,pending_delete",
            Self::Error => "killed",
            Self::Unknown => "in:deactivated,importing,uploading",
            Self::Other(word) => word,
        }
    }
}

impl From<&str> for ImageStatus {
    fn from(word: &str) -> Self {
        match word {
            "ACTIVE" => Self::Active,
            "SAVING" => Self::Saving,
            "DELETED" => Self::Deleted,
            "ERROR" => Self::Error,
            "UNKNOWN" => Self::Unknown,
            other => Self::Other(other.to_owned()),
        }
    }
}

impl Scalar for Option<ImageStatus> {
    fn text(&mut self, word: &str) -> bool {
        *self = Some(word.into());
        true
    }
}

impl From<String> for ImageStatus {
    fn from(word: String) -> Self {
        match Self::from(word.as_str()) {
            Self::Other(_) => Self::Other(word),
            known => known,
        }
    }
}

impl fmt::Display for ImageStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Serialize for ImageStatus {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
