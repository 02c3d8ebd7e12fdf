//! [`Image`]: an image, and the requests for it.

use std::time::Duration;

use jiff::Timestamp;
use serde::de::Error as _;
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value, json, value};

use super::decode::ImageJson;
use super::metadata::Metadata;
use super::types::{DiskConfig, ImageStatus, Link, ServerRef};
use super::{api, decode, metadata_rules};
use crate::error::{Error, ErrorKind, Result};
use crate::http::request::Request;
use crate::http::response::Response;
use crate::service::Service;
use crate::wait::poll;

/// An image. Its fields, except the id, are empty until a list or
/// [`retrieve`](Self::retrieve) sets them.
///
/// This is a local copy: changing a field does not change the image on the
/// server. It is serialized to Nova's JSON, with the fields that are unknown to this
/// crate; numbers in them keep all digits. A time without a zone is in UTC. A
/// deserialized image belongs to no service and cannot send requests. Images are equal
/// if their public fields are equal.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Image {
    /// The id, usually a UUID.
    pub id: String,
    /// The name, which can be missing and is not unique.
    pub name: Option<String>,
    /// URLs of the image.
    pub links: Vec<Link>,
    /// User-defined keys and values.
    pub metadata: Metadata,
    /// The minimum disk size of a server, in GiB.
    pub min_disk: Option<u64>,
    /// The minimum memory of a server, in MiB.
    pub min_ram: Option<u64>,
    /// The progress of saving the image, in percent.
    pub progress: Option<u64>,
    /// The size of the data, in bytes.
    pub size: Option<u64>,
    /// The status.
    pub status: Option<ImageStatus>,
    /// When the image was created.
    pub created: Option<Timestamp>,
    /// When the image was last updated.
    pub updated: Option<Timestamp>,
    /// The server that a snapshot was created from.
    pub server: Option<ServerRef>,
    /// How Nova partitions the disk of a server.
    pub disk_config: Option<DiskConfig>,
    /// Unknown fields, and values that do not fit a field above.
    pub(super) extra: Map<String, Value>,
    pub(super) service: Option<Service>,
}

impl PartialEq for Image {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
            && self.name == other.name
            && self.links == other.links
            && self.metadata == other.metadata
            && self.min_disk == other.min_disk
            && self.min_ram == other.min_ram
            && self.progress == other.progress
            && self.size == other.size
            && self.status == other.status
            && self.created == other.created
            && self.updated == other.updated
            && self.server == other.server
            && self.disk_config == other.disk_config
    }
}

impl Image {
    /// Reads all fields from the server. Sends `GET /images/{id}`.
    ///
    /// <https://docs.openstack.org/api-ref/compute/#show-image-details>
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`] if the image does not exist or is not visible to
    /// this project.
    pub fn retrieve(&mut self) -> Result<()> {
        let response = self.send(&api::get_image(&self.id))?;
        let mut image = decode::one(&response)?;
        if !image.id.eq_ignore_ascii_case(&self.id) {
            return Err(response.invalid(format!("the image has another id, {:?}", image.id)));
        }
        image.service = std::mem::take(&mut self.service);
        *self = image;
        Ok(())
    }

    /// Deletes the image. Sends `DELETE /images/{id}`.
    ///
    /// <https://docs.openstack.org/api-ref/compute/#delete-image>
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`] if the image does not exist, for example because it
    /// was deleted before; [`ErrorKind::Forbidden`] if it is protected or belongs to
    /// another project.
    pub fn delete(&self) -> Result<()> {
        self.send(&api::delete_image(&self.id)).map(drop)
    }

    /// Reads the metadata, and stores it in [`metadata`](Self::metadata) as
    /// well. Sends `GET /images/{id}/metadata`.
    ///
    /// <https://docs.openstack.org/api-ref/compute/#list-image-metadata>
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`] if the image does not exist.
    pub fn get_metadata(&mut self) -> Result<Metadata> {
        let response = self.send(&api::get_image_metadata(&self.id))?;
        self.metadata = decode::metadata(&response)?;
        Ok(self.metadata.clone())
    }

    /// Replaces all metadata, and stores the result in
    /// [`metadata`](Self::metadata). Sends `PUT /images/{id}/metadata`.
    ///
    /// [`clear_metadata`](Self::clear_metadata) removes all items.
    ///
    /// Every write of metadata through Nova makes a shared or community image
    /// private.
    ///
    /// <https://docs.openstack.org/api-ref/compute/#create-or-update-image-metadata>
    ///
    /// # Errors
    ///
    /// - [`ErrorKind::InvalidInput`], before anything is sent, for a value that would
    ///   break the image on the server, and for a key that Nova ignores because it is
    ///   a field of the image, such as `name` or `min_disk`.
    /// - [`ErrorKind::BadRequest`] for a key or a value that Nova rejects. A key has 1
    ///   to 255 of the characters `a-z A-Z 0-9 - _ : .` and space, and a value at most
    ///   255 characters.
    /// - [`ErrorKind::Forbidden`] for more than 128 items, and for an image that
    ///   belongs to another project.
    /// - [`ErrorKind::NotFound`] if the image does not exist.
    pub fn reset_metadata<K, V>(&mut self, items: impl IntoIterator<Item = (K, V)>) -> Result<()>
    where
        K: AsRef<str>,
        V: AsRef<str>,
    {
        let items = metadata_rules::validate_all(items)?;
        let response = self.send(&api::put_image_metadata(&self.id, &items))?;
        self.metadata = decode::metadata(&response)?;
        Ok(())
    }

    /// Removes all metadata. Sends `PUT /images/{id}/metadata` without items.
    ///
    /// Every write of metadata through Nova makes a shared or community image
    /// private.
    ///
    /// <https://docs.openstack.org/api-ref/compute/#create-or-update-image-metadata>
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`] if the image does not exist;
    /// [`ErrorKind::Forbidden`] if it belongs to another project.
    pub fn clear_metadata(&mut self) -> Result<()> {
        self.reset_metadata([("", ""); 0])
    }

    /// Sets some metadata, keeps the other items, and stores the result in
    /// [`metadata`](Self::metadata). Sends `POST /images/{id}/metadata`.
    ///
    /// The server reads, changes and writes all metadata: if two programs merge
    /// at the same time, one change can be lost.
    ///
    /// Every write of metadata through Nova makes a shared or community image
    /// private.
    ///
    /// <https://docs.openstack.org/api-ref/compute/#update-image-metadata>
    ///
    /// # Errors
    ///
    /// The errors of [`reset_metadata`](Self::reset_metadata).
    pub fn merge_metadata<K, V>(&mut self, items: impl IntoIterator<Item = (K, V)>) -> Result<()>
    where
        K: AsRef<str>,
        V: AsRef<str>,
    {
        let items = metadata_rules::validate_all(items)?;
        let response = self.send(&api::post_image_metadata(&self.id, &items))?;
        self.metadata = decode::metadata(&response)?;
        Ok(())
    }

    /// Reads one metadata value, and stores it in [`metadata`](Self::metadata)
    /// as well. Sends `GET /images/{id}/metadata/{key}`.
    ///
    /// Returns JSON text if the value is not a string, as
    /// [`Metadata::get`] does; [`Metadata::value`] distinguishes strings from other
    /// JSON.
    ///
    /// <https://docs.openstack.org/api-ref/compute/#show-image-metadata-item-details>
    ///
    /// # Errors
    ///
    /// [`ErrorKind::KeyNotFound`] if the image has no such item;
    /// [`ErrorKind::NotFound`] if the image does not exist;
    /// [`ErrorKind::InvalidInput`] for a key with `/`, which cannot be in a path.
    pub fn get_metadata_item(&mut self, key: &str) -> Result<String> {
        let response = self.send_item(&api::get_image_metadata_item(&self.id, key), key)?;
        let item = decode::metadata_item(&response, key)?;
        let text = item.text.clone();
        self.metadata.insert_item(item);
        Ok(text)
    }

    /// Sets one metadata value, and stores it in [`metadata`](Self::metadata) as
    /// well. Sends `PUT /images/{id}/metadata/{key}`.
    ///
    /// Every write of metadata through Nova makes a shared or community image
    /// private.
    ///
    /// <https://docs.openstack.org/api-ref/compute/#create-or-update-image-metadata-item>
    ///
    /// # Errors
    ///
    /// The errors of [`reset_metadata`](Self::reset_metadata), and
    /// [`ErrorKind::InvalidInput`] for a key with `/`, which cannot be in a path.
    pub fn set_metadata_item(&mut self, key: &str, value: &str) -> Result<()> {
        metadata_rules::validate(key, value)?;
        let response = self.send(&api::put_image_metadata_item(&self.id, key, value))?;
        self.metadata
            .insert_item(decode::metadata_item(&response, key)?);
        Ok(())
    }

    /// Deletes one metadata item, and removes it from
    /// [`metadata`](Self::metadata) as well. Sends
    /// `DELETE /images/{id}/metadata/{key}`.
    ///
    /// Every write of metadata through Nova makes a shared or community image
    /// private.
    ///
    /// <https://docs.openstack.org/api-ref/compute/#delete-image-metadata-item>
    ///
    /// # Errors
    ///
    /// [`ErrorKind::KeyNotFound`] if the image has no such item;
    /// [`ErrorKind::NotFound`] if the image does not exist;
    /// [`ErrorKind::Forbidden`] if it belongs to another project;
    /// [`ErrorKind::InvalidInput`] for a key with `/`, which cannot be in a path.
    pub fn delete_metadata_item(&mut self, key: &str) -> Result<()> {
        self.send_item(&api::delete_image_metadata_item(&self.id, key), key)?;
        self.metadata.remove(metadata_rules::trimmed_key(key));
        Ok(())
    }

    /// Waits until the image has this status. Sends `GET /images/{id}` at once, and
    /// then every 0.1 to 2 seconds.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::WaitFailed`] if the image can no longer reach the status: it
    /// does not exist, or its status is `DELETED` or `ERROR`.
    /// [`ErrorKind::Timeout`] if it does not reach the status in time; a request is
    /// not interrupted. Also the errors of [`retrieve`](Self::retrieve).
    pub fn wait_until(&mut self, status: impl Into<ImageStatus>, timeout: Duration) -> Result<()> {
        let target = status.into();
        if poll(timeout, || self.has_become(&target))? {
            return Ok(());
        }
        Err(self.timed_out(timeout, &format!(" to become {target}")))
    }

    /// Waits until the image has the status [`Active`](ImageStatus::Active).
    /// Sends the requests of [`wait_until`](Self::wait_until).
    ///
    /// # Errors
    ///
    /// The errors of [`wait_until`](Self::wait_until).
    pub fn wait_until_active(&mut self, timeout: Duration) -> Result<()> {
        self.wait_until(ImageStatus::Active, timeout)
    }

    /// Waits until the image does not exist, or has the status
    /// [`Deleted`](ImageStatus::Deleted). Sends the requests of
    /// [`wait_until`](Self::wait_until).
    ///
    /// # Errors
    ///
    /// The errors of [`wait_until`](Self::wait_until).
    pub fn wait_until_deleted(&mut self, timeout: Duration) -> Result<()> {
        self.wait_until(ImageStatus::Deleted, timeout)
    }

    /// Waits until `is_done` returns true for the image, which is retrieved before
    /// each call. Sends the requests of [`wait_until`](Self::wait_until).
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Timeout`] if `is_done` does not return true in time, and the
    /// errors of [`retrieve`](Self::retrieve).
    pub fn wait_with(
        &mut self,
        timeout: Duration,
        mut is_done: impl FnMut(&Self) -> bool,
    ) -> Result<()> {
        if poll(timeout, || self.retrieve().map(|()| is_done(self)))? {
            return Ok(());
        }
        Err(self.timed_out(timeout, ""))
    }

    /// Retrieves the image and returns whether it has the status. Fails if it can
    /// no longer reach the status.
    fn has_become(&mut self, target: &ImageStatus) -> Result<bool> {
        let failed = |id: &str, reason: &str| {
            let message = format!("image {id} cannot become {target}: {reason}");
            Error::new(ErrorKind::WaitFailed, message)
        };
        match self.retrieve() {
            Err(error) if error.is_not_found() && *target == ImageStatus::Deleted => Ok(true),
            Err(error) if error.is_not_found() => {
                Err(failed(&self.id, "it does not exist").with_source(error))
            }
            Err(error) => Err(error),
            Ok(()) => match &self.status {
                Some(status) if !status.can_become(target) => {
                    Err(failed(&self.id, &format!("its status is {status}")))
                }
                status => Ok(status.as_ref() == Some(target)),
            },
        }
    }

    fn timed_out(&self, timeout: Duration, goal: &str) -> Error {
        let status = self.status.as_ref().map_or("missing", ImageStatus::as_str);
        let message = format!(
            "timed out after {timeout:?} waiting for image {}{goal}; its status is {status}",
            self.id
        );
        Error::new(ErrorKind::Timeout, message)
    }

    fn send_item(&self, request: &Request, key: &str) -> Result<Response> {
        self.send(request).map_err(|error| match error.kind() {
            ErrorKind::KeyNotFound => error.with_hint(&format!("metadata item {key:?}")),
            _ => error,
        })
    }

    fn send(&self, request: &Request) -> Result<Response> {
        // `Request::url` rejects control characters such as tabs and line ends.
        if self
            .id
            .contains(|c: char| c.is_whitespace() && !c.is_control())
        {
            return Err(Error::invalid(format!(
                "invalid image id {:?}: it contains white space; nothing was sent",
                self.id
            )));
        }
        match &self.service {
            Some(service) => service.send(request),
            None => Err(Error::invalid(format!(
                "image {:?} belongs to no service; use Compute::get_image; nothing was sent",
                self.id
            ))),
        }
    }
}

impl Serialize for Image {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut image = Self {
            extra: Map::new(),
            ..self.clone()
        };
        let set = ImageJson::serialize(&image, value::Serializer).map_err(S::Error::custom)?;
        // A value that the caller set replaces one from the server that does not fit.
        image.extra.clone_from(&self.extra);
        image.extra.retain(|name, _| set.get(name).is_none());
        // Nova sends the metadata of every image in detail.
        if self.status.is_some() && self.updated.is_some() && self.metadata.is_empty() {
            image.extra.entry("metadata").or_insert_with(|| json!({}));
        }
        ImageJson::serialize(&image, serializer)
    }
}

impl<'de> Deserialize<'de> for Image {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Value::deserialize(deserializer)?.to_string();
        decode::image(&text).map_err(|error| D::Error::custom(format!("the image {error}")))
    }
}
