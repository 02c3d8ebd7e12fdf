//! The types of an image's fields: [`ImageStatus`], [`DiskConfig`], [`Link`], [`ServerRef`].

use std::borrow::Cow;
use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize};

/// The status of an image, as Nova shows it. Glance has more statuses.
///
/// ```
/// use opencloud::compute::v2::ImageStatus;
///
/// assert_eq!(ImageStatus::from("active"), ImageStatus::Active);
/// assert_eq!(ImageStatus::Active.to_string(), "ACTIVE");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE", from = "Text")]
#[non_exhaustive]
pub enum ImageStatus {
    /// `ACTIVE`: ready for use.
    Active,
    /// `SAVING`: the data is not complete yet. `queued` or `saving` in Glance.
    Saving,
    /// `DELETED`. `deleted` or `pending_delete` in Glance.
    Deleted,
    /// `ERROR`. `killed` in Glance.
    Error,
    /// `UNKNOWN`: every other status of Glance, such as `deactivated`,
    /// `importing` and `uploading`.
    Unknown,
    /// A status unknown to this crate, exactly as received.
    #[serde(untagged)]
    Other(String),
}

impl ImageStatus {
    /// The status as Nova sends it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Active => "ACTIVE",
            Self::Saving => "SAVING",
            Self::Deleted => "DELETED",
            Self::Error => "ERROR",
            Self::Unknown => "UNKNOWN",
            Self::Other(status) => status,
        }
    }

    /// The filter that finds the images which Nova shows with this status.
    ///
    /// Nova passes the filter to Glance in lower case, and Glance compares it
    /// with its own statuses. This reverses the mapping in
    /// <https://opendev.org/openstack/nova/src/branch/master/nova/api/openstack/compute/views/images.py>.
    pub(super) fn filter(&self) -> &str {
        match self {
            Self::Active => "ACTIVE",
            Self::Saving => "in:queued,saving",
            Self::Deleted => "in:deleted,pending_delete",
            Self::Error => "killed",
            Self::Unknown => "in:deactivated,importing,uploading",
            Self::Other(status) => status,
        }
    }

    /// Whether an image with this status can still reach the status `target`.
    pub(super) fn can_become(&self, target: &Self) -> bool {
        match self {
            Self::Deleted => *target == Self::Deleted,
            Self::Error => matches!(target, Self::Error | Self::Deleted),
            _ => true,
        }
    }
}

impl From<&str> for ImageStatus {
    /// Nova's five statuses in any case; anything else is [`Other`](Self::Other).
    fn from(text: &str) -> Self {
        [
            Self::Active,
            Self::Saving,
            Self::Deleted,
            Self::Error,
            Self::Unknown,
        ]
        .into_iter()
        .find(|status| status.as_str().eq_ignore_ascii_case(text))
        .unwrap_or_else(|| Self::Other(text.to_owned()))
    }
}

impl From<String> for ImageStatus {
    fn from(text: String) -> Self {
        text.as_str().into()
    }
}

impl From<Text<'_>> for ImageStatus {
    fn from(Text(text): Text<'_>) -> Self {
        text.as_ref().into()
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

/// How Nova partitions the disk of a server created from the image:
/// `OS-DCF:diskConfig`. Few images have it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
#[non_exhaustive]
pub enum DiskConfig {
    /// `AUTO`: one partition of the size of the disk.
    Auto,
    /// `MANUAL`: the partitions of the image.
    Manual,
    /// A value unknown to this crate, exactly as received.
    #[serde(untagged)]
    Other(String),
}

impl fmt::Display for DiskConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

/// A URL of an image or of a server.
// A link with a field that is not listed here is kept as JSON by the image.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Link {
    /// The relation: `self`, the URL with the version; `bookmark`, the URL
    /// without the version; `alternate`, the URL in the Image service.
    #[serde(deserialize_with = "interned")]
    pub rel: Cow<'static, str>,
    /// The URL. It is built by the server, and may not be reachable from
    /// outside of the cloud.
    pub href: String,
    /// The media type of an `alternate` link.
    #[serde(rename = "type", default, deserialize_with = "interned")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<Cow<'static, str>>,
}

/// The values in the links of every image. They are borrowed, not allocated.
const COMMON: [&str; 4] = [
    "self",
    "bookmark",
    "alternate",
    "application/vnd.openstack.image",
];

fn interned<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: From<Cow<'static, str>>,
{
    let Text(text) = Text::deserialize(deserializer)?;
    let common = COMMON.into_iter().find(|common| *common == text);
    Ok(common
        .map_or_else(|| text.into_owned().into(), Cow::Borrowed)
        .into())
}

/// A string that is borrowed if possible.
#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

/// The server that an image was created from.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ServerRef {
    /// The id of the server, which may be deleted.
    pub id: String,
    /// The URLs of the server.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<Link>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_parsed_in_any_case_and_written_as_nova_does() {
        for (text, status) in [
            ("ACTIVE", ImageStatus::Active),
            ("saving", ImageStatus::Saving),
            ("Deleted", ImageStatus::Deleted),
            ("eRROR", ImageStatus::Error),
            ("unknown", ImageStatus::Unknown),
        ] {
            assert_eq!(ImageStatus::from(text.to_owned()), status);
            assert_eq!(text.parse(), Ok(status.clone()));
            assert_eq!(status.to_string(), text.to_uppercase());
            assert_eq!(format!("{status:>9}").len(), 9);
            let json = serde_json::to_string(&status).expect("JSON");
            assert_eq!(
                serde_json::from_str::<ImageStatus>(&json).ok(),
                Some(status)
            );
        }
        for text in ["", "queued", "New Status"] {
            let status = ImageStatus::from(text);
            assert_eq!(status, ImageStatus::Other(text.to_owned()));
            assert_eq!(status.as_str(), text);
        }
    }

    #[test]
    fn a_disk_config_is_written_as_it_was_received() {
        for (text, disk_config) in [
            ("AUTO", DiskConfig::Auto),
            ("MANUAL", DiskConfig::Manual),
            ("auto", DiskConfig::Other("auto".to_owned())),
        ] {
            assert_eq!(format!("{disk_config:>6}"), format!("{text:>6}"));
            let json = serde_json::to_string(&disk_config).expect("JSON");
            assert_eq!(json, format!("{text:?}"));
            assert_eq!(
                serde_json::from_str::<DiskConfig>(&json).ok(),
                Some(disk_config)
            );
        }
    }

    #[test]
    fn only_deleted_can_follow_error() {
        use ImageStatus::{Active, Deleted, Error, Saving, Unknown};
        for (status, target, can) in [
            (Saving, Active, true),
            (Unknown, Active, true),
            (Active, Saving, true),
            (Error, Active, false),
            (Error, Error, true),
            (Error, Deleted, true),
            (Deleted, Active, false),
            (Deleted, Error, false),
            (Deleted, Deleted, true),
        ] {
            assert_eq!(status.can_become(&target), can, "{status} to {target}");
        }
    }
}
