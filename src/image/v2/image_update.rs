//! [`ImageUpdate`]: changes of an image.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::rules::{validate_key, validate_tag, validate_value};
use super::types::Visibility;
use crate::error::Result;

/// Changes of an image, for [`Image::update`](super::Image::update).
///
/// ```
/// use opencloud::image::v2::{ImageUpdate, Visibility};
///
/// let update = ImageUpdate::new()
///     .name("debian-13")
///     .visibility(Visibility::Private)
///     .property("os_distro", "debian")
///     .remove_property("build_id");
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[must_use]
pub struct ImageUpdate {
    pub(super) fields: Map<String, Value>,
    /// The properties; `None` removes one.
    pub(super) properties: BTreeMap<String, Option<String>>,
}

impl ImageUpdate {
    /// An update without changes.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the name, at most 255 characters.
    pub fn name(self, name: impl Into<String>) -> Self {
        self.set("name", name.into())
    }

    /// Sets the visibility. Only administrators can make an image public.
    pub fn visibility(self, visibility: impl Into<Visibility>) -> Self {
        self.set("visibility", visibility.into().as_str())
    }

    /// Replaces all tags. To add one, also pass those of
    /// [`Image::tags`](super::Image::tags).
    pub fn tags<T: Into<String>>(self, tags: impl IntoIterator<Item = T>) -> Self {
        let tags: Vec<String> = tags.into_iter().map(Into::into).collect();
        self.set("tags", tags)
    }

    /// Sets whether the image is protected from deletion.
    pub fn protected(self, protected: bool) -> Self {
        self.set("protected", protected)
    }

    /// Sets whether lists omit the image: see [`ListImages::hidden`].
    ///
    /// [`ListImages::hidden`]: super::ListImages::hidden
    pub fn hidden(self, hidden: bool) -> Self {
        self.set("os_hidden", hidden)
    }

    /// Sets the minimum disk size of a server, in GiB.
    pub fn min_disk(self, gib: u64) -> Self {
        self.set("min_disk", gib)
    }

    /// Sets the minimum memory of a server, in MiB.
    pub fn min_ram(self, mib: u64) -> Self {
        self.set("min_ram", mib)
    }

    /// Sets a property: an item of the metadata.
    pub fn property(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.properties.insert(key.into(), Some(value.into()));
        self
    }

    /// Removes a property: an item of the metadata.
    pub fn remove_property(mut self, key: impl Into<String>) -> Self {
        self.properties.insert(key.into(), None);
        self
    }

    pub(super) fn from_items<K: AsRef<str>, V: AsRef<str>>(
        items: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        items.into_iter().fold(Self::new(), |update, (key, value)| {
            update.property(key.as_ref(), value.as_ref())
        })
    }

    pub(super) fn set(mut self, field: &str, value: impl Into<Value>) -> Self {
        self.fields.insert(field.to_owned(), value.into());
        self
    }

    /// Checks the tags, and the keys and values of the properties.
    pub(super) fn validate(&self) -> Result<()> {
        let tags = self.fields.get("tags").and_then(Value::as_array);
        for tag in tags.into_iter().flatten() {
            validate_tag(tag.as_str().unwrap_or_default())?;
        }
        for (key, value) in &self.properties {
            validate_key(key)?;
            validate_value(key, value.as_deref().unwrap_or("null"))?;
        }
        Ok(())
    }

    /// The operations of the patch. `add` replaces an existing property; a field
    /// is never added, because that could change an owner.
    pub(super) fn operations(&self) -> Vec<Value> {
        let fields = self
            .fields
            .iter()
            .map(|(name, value)| json!({"op": "replace", "path": pointer(name), "value": value}));
        let properties = self.properties.iter().map(|(key, value)| match value {
            Some(value) => json!({"op": "add", "path": pointer(key), "value": value}),
            None => json!({"op": "remove", "path": pointer(key)}),
        });
        fields.chain(properties).collect()
    }
}

/// The JSON pointer of a field.
fn pointer(name: &str) -> String {
    format!("/{}", name.replace('~', "~0").replace('/', "~1"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_change_is_one_operation() {
        let update = ImageUpdate::new()
            .name("n")
            .visibility("PRIVATE")
            .tags(["a", "b"])
            .protected(true)
            .hidden(false)
            .min_disk(20)
            .min_ram(512)
            .property("a/b~c", "v")
            .property("k", "1")
            .remove_property("k");
        assert_eq!(
            Value::from(update.operations()),
            json!([
                {"op": "replace", "path": "/min_disk", "value": 20},
                {"op": "replace", "path": "/min_ram", "value": 512},
                {"op": "replace", "path": "/name", "value": "n"},
                {"op": "replace", "path": "/os_hidden", "value": false},
                {"op": "replace", "path": "/protected", "value": true},
                {"op": "replace", "path": "/tags", "value": ["a", "b"]},
                {"op": "replace", "path": "/visibility", "value": "private"},
                {"op": "add", "path": "/a~1b~0c", "value": "v"},
                {"op": "remove", "path": "/k"},
            ])
        );
        assert!(update.validate().is_ok());
    }

    #[test]
    fn invalid_tags_and_properties_are_rejected() {
        for update in [
            ImageUpdate::new().tags(["good", "a/b"]),
            ImageUpdate::new().property("owner", "me"),
            ImageUpdate::new().remove_property("owner"),
            ImageUpdate::new().property("mappings", "not JSON"),
        ] {
            assert!(update.validate().is_err(), "{update:?}");
        }
        let removed = ImageUpdate::new().remove_property("mappings");
        assert!(removed.validate().is_ok());
    }
}
