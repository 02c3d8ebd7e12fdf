//! The calls of the commands, which both services have.

use std::fmt::Display;

use opencloud::Result;
use opencloud::compute::v2::Metadata;
use serde::Serialize;

use crate::arguments::List;

/// Metadata items: keys and values.
pub(crate) type Items = Vec<(String, String)>;

/// Names and values, in the order in which they are shown.
pub(crate) type Fields = Vec<(&'static str, String)>;

pub(crate) trait Service {
    type Image: Image;
    type Images: Iterator<Item = Result<Self::Image>>;

    fn list_images(&self, list: List) -> Self::Images;
    fn get_image(&self, id: String) -> Self::Image;
}

/// An image, which is serialized to the JSON of its service.
pub(crate) trait Image: Serialize {
    /// The fields that the server sent, with metadata.
    fn fields(&self) -> Fields;
    fn metadata(&self) -> &Metadata;

    fn retrieve(&mut self) -> Result<()>;
    fn delete(&self) -> Result<()>;
    fn get_metadata(&mut self) -> Result<Metadata>;
    fn get_metadata_item(&mut self, key: &str) -> Result<String>;
    fn merge_metadata(&mut self, items: Items) -> Result<()>;
    fn reset_metadata(&mut self, items: Items) -> Result<()>;
    fn delete_metadata_items(&mut self, keys: Vec<String>) -> Result<()>;
}

/// A field, if it has a value.
pub(crate) fn field(
    name: &'static str,
    value: Option<impl Display>,
) -> Option<(&'static str, String)> {
    value.map(|value| (name, value.to_string()))
}

pub(crate) fn metadata_fields(metadata: &Metadata) -> impl Iterator<Item = (&'static str, String)> {
    let items = metadata.iter();
    items.map(|(key, value)| ("metadata", format!("{key} = {value}")))
}
