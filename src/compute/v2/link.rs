//! [`Link`]: where else an image can be found.

use std::borrow::Cow;

use serde::Serialize;

/// An address of an image, or of a server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Link {
    /// What it is: `self`, with the version in it; `bookmark`, without; or
    /// `alternate`, at the Image service.
    pub rel: Cow<'static, str>,
    /// The address, as the server sees itself; from outside it may be another.
    pub href: String,
    /// The media type of what is there, for `alternate`.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<Cow<'static, str>>,
}

/// The words that every image repeats, so that they are not copied for each.
const KNOWN: [&str; 4] = ["self", "bookmark", "alternate", "application/vnd.openstack.image"];

/// A word that is not copied where it is one that every image repeats.
pub(super) fn shared(word: &str) -> Cow<'static, str> {
    match KNOWN.into_iter().find(|known| *known == word) {
        Some(known) => Cow::Borrowed(known),
        None => Cow::Owned(word.to_owned()),
    }
}
