//! [`NewImage`]: an image to create.

use serde_json::{Map, Value};

use super::image_update::ImageUpdate;
use super::types::Visibility;

/// An image to create, for
/// [`ImageService::create_image`](super::ImageService::create_image).
///
/// ```
/// use opencloud::image::v2::NewImage;
///
/// let image = NewImage::named("debian-13")
///     .disk_format("qcow2")
///     .container_format("bare")
///     .property("os_distro", "debian");
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[must_use]
pub struct NewImage(pub(super) ImageUpdate);

impl NewImage {
    /// An image without a name. Glance requires no field.
    pub fn new() -> Self {
        Self::default()
    }

    /// An image with this name, at most 255 characters.
    pub fn named(name: impl Into<String>) -> Self {
        Self(ImageUpdate::new().name(name))
    }

    /// Sets the id, a UUID with dashes that was never used before. By default it is
    /// random.
    pub fn id(self, id: impl Into<String>) -> Self {
        Self(self.0.set("id", id.into()))
    }

    /// Sets the format of the data, such as `qcow2` or `raw`. It is required before
    /// an upload, and cannot be changed after it.
    pub fn disk_format(self, format: impl Into<String>) -> Self {
        Self(self.0.set("disk_format", format.into()))
    }

    /// Sets the format of the container, usually `bare`, which means none. It is
    /// required before an upload, and cannot be changed after it.
    pub fn container_format(self, format: impl Into<String>) -> Self {
        Self(self.0.set("container_format", format.into()))
    }

    /// Sets the visibility, [`Shared`](Visibility::Shared) by default. Only
    /// administrators can create public images.
    pub fn visibility(self, visibility: impl Into<Visibility>) -> Self {
        Self(self.0.visibility(visibility))
    }

    /// Sets the tags.
    pub fn tags<T: Into<String>>(self, tags: impl IntoIterator<Item = T>) -> Self {
        Self(self.0.tags(tags))
    }

    /// Sets the minimum disk size of a server, in GiB.
    pub fn min_disk(self, gib: u64) -> Self {
        Self(self.0.min_disk(gib))
    }

    /// Sets the minimum memory of a server, in MiB.
    pub fn min_ram(self, mib: u64) -> Self {
        Self(self.0.min_ram(mib))
    }

    /// Sets whether the image is protected from deletion.
    pub fn protected(self, protected: bool) -> Self {
        Self(self.0.protected(protected))
    }

    /// Sets whether lists omit the image: see [`ListImages::hidden`].
    ///
    /// [`ListImages::hidden`]: super::ListImages::hidden
    pub fn hidden(self, hidden: bool) -> Self {
        Self(self.0.hidden(hidden))
    }

    /// Sets a property: an item of the metadata.
    pub fn property(self, key: impl Into<String>, value: impl Into<String>) -> Self {
        Self(self.0.property(key, value))
    }

    /// The body of the request.
    pub(super) fn body(&self) -> Map<String, Value> {
        let properties = self.0.properties.iter();
        let properties = properties.map(|(key, value)| (key.clone(), value.clone().into()));
        self.0
            .fields
            .clone()
            .into_iter()
            .chain(properties)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_body_is_one_flat_object() {
        let image = NewImage::named("n")
            .id("i")
            .disk_format("qcow2")
            .container_format("bare")
            .visibility(Visibility::Community)
            .tags(["t"])
            .min_disk(1)
            .min_ram(2)
            .protected(true)
            .hidden(true)
            .property("k", "v");
        assert_eq!(
            Value::from(image.body()),
            json!({
                "name": "n", "id": "i", "disk_format": "qcow2", "container_format": "bare",
                "visibility": "community", "tags": ["t"], "min_disk": 1, "min_ram": 2,
                "protected": true, "os_hidden": true, "k": "v",
            })
        );
        assert_eq!(NewImage::new().body(), Map::new());
    }
}
