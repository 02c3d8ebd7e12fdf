//! The types of an image's fields: [`ImageStatus`] and [`Visibility`].

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// The status of an image.
///
/// ```
/// use opencloud::image::v2::ImageStatus;
///
/// assert_eq!(ImageStatus::from("ACTIVE"), ImageStatus::Active);
/// assert_eq!(ImageStatus::Active.to_string(), "active");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", from = "String")]
#[non_exhaustive]
pub enum ImageStatus {
    /// `queued`: the image has no data yet.
    Queued,
    /// `saving`: the data is being uploaded.
    Saving,
    /// `active`: ready for use.
    Active,
    /// `deactivated`: only administrators can download the data.
    Deactivated,
    /// `uploading`: data for an import is being uploaded.
    Uploading,
    /// `importing`: an import is in progress.
    Importing,
    /// `killed`: the upload failed, and the image cannot be used.
    Killed,
    /// `deleted`.
    Deleted,
    /// `pending_delete`: deleted, but the data still exists.
    PendingDelete,
    /// A status unknown to this crate, exactly as received.
    #[serde(untagged)]
    Other(String),
}

impl ImageStatus {
    const ALL: [Self; 9] = [
        Self::Active,
        Self::Queued,
        Self::Saving,
        Self::Deactivated,
        Self::Uploading,
        Self::Importing,
        Self::Killed,
        Self::Deleted,
        Self::PendingDelete,
    ];

    /// The status as Glance sends it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Queued => "queued",
            Self::Saving => "saving",
            Self::Active => "active",
            Self::Deactivated => "deactivated",
            Self::Uploading => "uploading",
            Self::Importing => "importing",
            Self::Killed => "killed",
            Self::Deleted => "deleted",
            Self::PendingDelete => "pending_delete",
            Self::Other(status) => status,
        }
    }

    /// Rejects a status that Glance does not have.
    pub(super) fn check_known(&self) -> Result<()> {
        match self {
            Self::Other(status) => Err(Error::invalid(format!(
                "unknown status {status:?}: expected active, queued, saving, deactivated, \
                 uploading, importing, killed, deleted or pending_delete; nothing was sent"
            ))),
            _ => Ok(()),
        }
    }
}

impl<T: AsRef<str>> From<T> for ImageStatus {
    /// Glance's statuses in any case; anything else is [`Other`](Self::Other).
    fn from(text: T) -> Self {
        let text = text.as_ref();
        let mut known = Self::ALL.into_iter();
        known
            .find(|status| status.as_str().eq_ignore_ascii_case(text))
            .unwrap_or_else(|| Self::Other(text.to_owned()))
    }
}

impl FromStr for ImageStatus {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(text.into())
    }
}

impl fmt::Display for ImageStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Who can see an image.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", from = "String")]
#[non_exhaustive]
pub enum Visibility {
    /// Every project.
    Public,
    /// The owner only.
    Private,
    /// The owner, and the projects that are members of the image. The default of
    /// a new image.
    Shared,
    /// Every project. A list in another project contains the image only with this
    /// filter or [`All`](Self::All).
    Community,
    /// Every visibility. Only for filters.
    All,
    /// A visibility unknown to this crate, exactly as received.
    #[serde(untagged)]
    Other(String),
}

impl Visibility {
    /// The visibility as Glance sends it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Public => "public",
            Self::Private => "private",
            Self::Shared => "shared",
            Self::Community => "community",
            Self::All => "all",
            Self::Other(visibility) => visibility,
        }
    }
}

impl<T: AsRef<str>> From<T> for Visibility {
    /// Glance's values in any case; anything else is [`Other`](Self::Other).
    fn from(text: T) -> Self {
        match &*text.as_ref().to_ascii_lowercase() {
            "public" => Self::Public,
            "private" => Self::Private,
            "shared" => Self::Shared,
            "community" => Self::Community,
            "all" => Self::All,
            _ => Self::Other(text.as_ref().to_owned()),
        }
    }
}

impl fmt::Display for Visibility {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_parsed_in_any_case_and_written_in_lower_case() {
        for status in ImageStatus::ALL {
            let text = status.to_string();
            assert_eq!(ImageStatus::from(text.to_uppercase()), status);
            assert_eq!(text.parse(), Ok(status.clone()));
            let json = serde_json::to_string(&status).expect("JSON");
            assert_eq!(json, format!("{text:?}"));
            assert_eq!(
                serde_json::from_str::<ImageStatus>(&json).ok(),
                Some(status)
            );
        }
        let other = ImageStatus::from("New Status");
        assert_eq!(other, ImageStatus::Other("New Status".to_owned()));
        assert_eq!(
            serde_json::to_string(&other).expect("JSON"),
            "\"New Status\""
        );
    }

    #[test]
    fn a_visibility_is_parsed_in_any_case_and_written_in_lower_case() {
        for text in ["public", "private", "shared", "community", "all", "Other"] {
            let visibility = Visibility::from(text);
            assert_eq!(visibility.to_string(), text);
            assert_eq!(
                matches!(visibility, Visibility::Other(_)),
                text == "Other",
                "{text}"
            );
            let json = serde_json::to_string(&visibility).expect("JSON");
            assert_eq!(json, format!("{text:?}"));
            let parsed: Visibility = serde_json::from_str(&json).expect("a visibility");
            assert_eq!(parsed, visibility);
        }
        assert_eq!(Visibility::from("SHARED"), Visibility::Shared);
    }
}
