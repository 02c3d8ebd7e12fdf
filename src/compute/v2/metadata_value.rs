//! [`MetadataValue`]: one value of the metadata of an image.

/// One value of [`Metadata`](super::Metadata).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MetadataValue<'a> {
    /// A string, as nearly every value is, and as every value is that is sent.
    Text(&'a str),
    /// Anything else, as JSON text: null, a number, a boolean, a list, an object.
    Json(&'a str),
}

impl<'a> MetadataValue<'a> {
    /// The text, or the JSON text.
    #[must_use]
    pub fn as_str(self) -> &'a str {
        match self {
            Self::Text(text) | Self::Json(text) => text,
        }
    }
}
