//! [`Image`]: an image, and the requests for it.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{Read, Seek, Write};
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::download::{self, Download};
use super::image_update::ImageUpdate;
use super::rules::validate_key;
use super::transfer::Transfer;
use super::types::{ImageStatus, Visibility};
use super::upload::{self, Upload};
use super::{api, decode};
use crate::compute::v2::Metadata;
use crate::error::{Error, ErrorKind, Result};
use crate::http::response::Response;
use crate::service::Service;
use crate::wait::poll;

/// How often [`Image::reset_metadata`] reads and changes the metadata while another
/// program changes them.
const MAX_RESETS: u32 = 3;

/// An image. Its fields, except the id, are empty until a list or
/// [`retrieve`](Self::retrieve) sets them.
///
/// This is a local copy: changing a field does not change the image on the
/// server. It is serialized to Glance's JSON. A deserialized image belongs to no
/// service and cannot send requests.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Image {
    /// The id, a UUID.
    pub id: String,
    /// The name, which can be missing and is not unique.
    pub name: Option<String>,
    /// The id of the project that owns the image.
    pub owner: Option<String>,
    /// The status.
    pub status: Option<ImageStatus>,
    /// Who can see the image.
    pub visibility: Option<Visibility>,
    /// The size of the data, in bytes. `None` without data.
    pub size: Option<u64>,
    /// The size of the disk of a server, in bytes, if the format has one.
    pub virtual_size: Option<u64>,
    /// The minimum disk size of a server, in GiB.
    pub min_disk: Option<u64>,
    /// The minimum memory of a server, in MiB.
    pub min_ram: Option<u64>,
    /// The format of the data, such as `qcow2`.
    pub disk_format: Option<String>,
    /// The format of the container, usually `bare`, which means none.
    pub container_format: Option<String>,
    /// The MD5 hash of the data, in hexadecimal.
    pub checksum: Option<String>,
    /// The algorithm of [`os_hash_value`](Self::os_hash_value), usually `sha512`.
    pub os_hash_algo: Option<String>,
    /// The hash of the data, in hexadecimal.
    pub os_hash_value: Option<String>,
    /// Whether the image is protected from deletion.
    pub protected: Option<bool>,
    /// Whether lists omit the image: see [`ListImages::hidden`].
    ///
    /// [`ListImages::hidden`]: super::ListImages::hidden
    #[serde(rename = "os_hidden")]
    pub hidden: Option<bool>,
    /// The tags, in no order.
    #[serde(default)]
    pub tags: Vec<String>,
    /// The properties of the image: user-defined keys and values.
    #[serde(flatten)]
    pub metadata: Metadata,
    /// When the image was created.
    #[serde(rename = "created_at")]
    pub created: Option<Timestamp>,
    /// When the image was last updated.
    #[serde(rename = "updated_at")]
    pub updated: Option<Timestamp>,
    #[serde(rename = "self", skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    schema: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stores: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    direct_url: Option<StoreUrls>,
    #[serde(skip_serializing_if = "Option::is_none")]
    locations: Option<StoreUrls>,
    #[serde(skip)]
    pub(super) service: ServiceRef,
}

/// URLs of the data in the store, which can contain a password.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
struct StoreUrls(Value);

impl fmt::Debug for StoreUrls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// The service to which an image belongs. Images of different services can be equal.
#[derive(Clone, Debug, Default)]
pub(super) struct ServiceRef(Option<Service>);

impl PartialEq for ServiceRef {
    fn eq(&self, _other: &Self) -> bool {
        true
    }
}

impl From<Service> for ServiceRef {
    fn from(service: Service) -> Self {
        Self(Some(service))
    }
}

impl Image {
    pub(super) fn new(id: String, service: Service) -> Self {
        Self {
            id,
            service: service.into(),
            ..Self::default()
        }
    }

    /// Reads all fields from the server. Sends `GET /v2/images/{id}`.
    ///
    /// <https://docs.openstack.org/api-ref/image/v2/#show-image>
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`] if the image does not exist or is not visible to
    /// this project.
    pub fn retrieve(&mut self) -> Result<()> {
        let response = self.service()?.send(&api::get_image(&self.id))?;
        self.replace_with(&response)
    }

    /// Deletes the image and its data. Sends `DELETE /v2/images/{id}`.
    ///
    /// <https://docs.openstack.org/api-ref/image/v2/#delete-image>
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`] if the image does not exist, for example because it
    /// was deleted before; [`ErrorKind::Forbidden`] if it is protected or belongs to
    /// another project.
    pub fn delete(&self) -> Result<()> {
        let response = self.service()?.send(&api::delete_image(&self.id));
        response.map(drop)
    }

    /// Changes the image, and stores the result in this copy. Sends one
    /// `PATCH /v2/images/{id}`: either all changes are made or none.
    ///
    /// The server loses a change that is made while data is being uploaded.
    ///
    /// <https://docs.openstack.org/api-ref/image/v2/#update-image>
    ///
    /// # Errors
    ///
    /// - [`ErrorKind::InvalidInput`], before anything is sent, for a property that is
    ///   a field of the image, such as `owner`, for a key with white space at an end,
    ///   and for an invalid tag.
    /// - [`ErrorKind::BadRequest`] for a value that Glance rejects.
    /// - [`ErrorKind::KeyNotFound`] if a property to remove does not exist.
    /// - [`ErrorKind::Forbidden`] if the image belongs to another project.
    /// - [`ErrorKind::InvalidResponse`] if Glance accepted a property and did not
    ///   store it, which happens with a few names, such as `member`.
    /// - [`ErrorKind::NotFound`] if the image does not exist.
    pub fn update(&mut self, update: ImageUpdate) -> Result<()> {
        update.validate()?;
        let request = api::patch_image(&self.id, update.operations());
        let response = self.service()?.send(&request)?;
        self.replace_with(&response)?;
        self.check_properties(&response, &update.properties)
    }

    /// Prevents downloads by all users but administrators. Sends
    /// `POST /v2/images/{id}/actions/deactivate`. This copy is not changed.
    ///
    /// <https://docs.openstack.org/api-ref/image/v2/#deactivate-image>
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Forbidden`] if the image has no data, or if the user may not do
    /// this; [`ErrorKind::NotFound`] if the image does not exist.
    pub fn deactivate(&self) -> Result<()> {
        let request = api::post_image_action(&self.id, "deactivate");
        self.service()?.send(&request).map(drop)
    }

    /// Allows downloads again. Sends `POST /v2/images/{id}/actions/reactivate`. This
    /// copy is not changed.
    ///
    /// <https://docs.openstack.org/api-ref/image/v2/#reactivate-image>
    ///
    /// # Errors
    ///
    /// The errors of [`deactivate`](Self::deactivate).
    pub fn reactivate(&self) -> Result<()> {
        let request = api::post_image_action(&self.id, "reactivate");
        self.service()?.send(&request).map(drop)
    }

    /// Uploads the data of the image, and verifies its size and hash. Sends
    /// `PUT /v2/images/{id}/file`, then `GET /v2/images/{id}`, which sets all fields
    /// of this copy.
    ///
    /// The data is a [`File`](std::fs::File), a `Vec<u8>`, a slice, or an
    /// [`Upload`], which also sets the length, the progress function and a timeout.
    /// It is sent once: an upload is never repeated after a byte was read from the
    /// source. If the data is longer than 1 MiB or its length is unknown, the server
    /// has a second to reject the request before the source is read.
    ///
    /// ```
    /// # fn main() -> opencloud::Result<()> {
    /// # let sandbox = opencloud_sandbox::Sandbox::start();
    /// # let images = opencloud::OpenStack::new(sandbox.options())?.images_v2()?;
    /// use opencloud::image::v2::NewImage;
    ///
    /// let new = NewImage::named("tiny").disk_format("raw").container_format("bare");
    /// let mut image = images.create_image(new)?;
    /// let transfer = image.upload_data(vec![0; 512])?;
    /// assert!(transfer.verified);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// <https://docs.openstack.org/api-ref/image/v2/#upload-binary-image-data>
    ///
    /// # Errors
    ///
    /// - [`ErrorKind::Conflict`] if the image already has data.
    /// - [`ErrorKind::Io`] if the source fails or ends too early. The image stays
    ///   [`Queued`](ImageStatus::Queued).
    /// - [`ErrorKind::BadRequest`] if the image has no formats.
    /// - [`ErrorKind::UnexpectedStatus`] for 413, more data than the cloud allows,
    ///   and for 415, data that is not of the image's format. After a 415 the image
    ///   can only be deleted.
    /// - [`ErrorKind::InvalidResponse`] if the server stored other data.
    /// - [`ErrorKind::NotFound`] if the image does not exist, or was deleted during the
    ///   upload.
    /// - [`ErrorKind::Forbidden`] if the image belongs to another project.
    /// - [`ErrorKind::Connection`] if the connection is lost. If all data was sent
    ///   before, the image is retrieved first to check whether the data was stored.
    /// - [`ErrorKind::Timeout`] if there is no response within the
    ///   [`response_timeout`](Upload::response_timeout). The data may be stored later.
    pub fn upload_data<'a>(&mut self, data: impl Into<Upload<'a>>) -> Result<Transfer> {
        upload::upload(self, data.into())
    }

    /// Downloads the data of the image, and verifies its size and hash. Sends
    /// `GET /v2/images/{id}`, which sets all fields of this copy, then
    /// `GET /v2/images/{id}/file`. If the connection is lost, the download continues
    /// with a `Range` request.
    ///
    /// The data is written to `download`, any [`Write`] or a [`Download`], as it is
    /// received, so it is verified only when this function returns.
    ///
    /// ```
    /// # fn main() -> opencloud::Result<()> {
    /// # let sandbox = opencloud_sandbox::Sandbox::start();
    /// # let images = opencloud::OpenStack::new(sandbox.options())?.images_v2()?;
    /// # let new = opencloud::image::v2::NewImage::new().disk_format("raw").container_format("bare");
    /// # let mut image = images.create_image(new)?;
    /// # image.upload_data(vec![0; 512])?;
    /// let mut data = Vec::new();
    /// let transfer = image.download_data(&mut data)?;
    /// assert_eq!(transfer.bytes, data.len() as u64);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// <https://docs.openstack.org/api-ref/image/v2/#download-binary-image-data>
    ///
    /// # Errors
    ///
    /// - [`ErrorKind::NoData`] if the image has no data.
    /// - [`ErrorKind::Io`] if the writer fails.
    /// - [`ErrorKind::Forbidden`] if the image is deactivated.
    /// - [`ErrorKind::InvalidResponse`] if the size or the hash is wrong.
    /// - [`ErrorKind::NotFound`] if the image does not exist.
    /// - [`ErrorKind::Timeout`] if there is no response, and
    ///   [`ErrorKind::Connection`] or `Timeout` if several attempts in a row receive no
    ///   data. [`resume_download`](Self::resume_download) can complete a file.
    pub fn download_data<'a>(&mut self, download: impl Into<Download<'a>>) -> Result<Transfer> {
        download::download(self, download.into())
    }

    /// Completes a file that an earlier download left incomplete, and verifies the
    /// whole file. Sends `GET /v2/images/{id}`, then `GET /v2/images/{id}/file` for
    /// the bytes that the file does not have.
    ///
    /// The file must be open for reading and writing. It can be empty. A file with
    /// wrong data remains wrong: delete it and download the image again.
    ///
    /// ```no_run
    /// # fn resume(mut image: opencloud::image::v2::Image) -> Result<(), Box<dyn std::error::Error>> {
    /// let mut file = std::fs::File::options().read(true).write(true).open("disk.raw")?;
    /// image.resume_download(&mut file)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// <https://docs.openstack.org/api-ref/image/v2/#download-binary-image-data>
    ///
    /// # Errors
    ///
    /// The errors of [`download_data`](Self::download_data), and
    /// [`ErrorKind::InvalidResponse`] if the file has more data than the image, or
    /// other data.
    pub fn resume_download<F: Read + Write + Seek>(&mut self, file: &mut F) -> Result<Transfer> {
        download::resume(self, file)
    }

    /// Reads the metadata: the properties of the image. Sends `GET /v2/images/{id}`,
    /// which sets all fields of this copy.
    ///
    /// <https://docs.openstack.org/api-ref/image/v2/#show-image>
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`] if the image does not exist.
    pub fn get_metadata(&mut self) -> Result<Metadata> {
        self.retrieve()?;
        Ok(self.metadata.clone())
    }

    /// Replaces all metadata. Sends `GET /v2/images/{id}`, then one
    /// `PATCH /v2/images/{id}`, which set all fields of this copy. If another
    /// program changes the metadata at the same time, both requests are repeated up
    /// to two times.
    ///
    /// Keys that begin with `os_glance` belong to the server and are kept. Keys with
    /// white space at an end, which another program can have created, are kept, too,
    /// because Glance cannot remove them.
    ///
    /// <https://docs.openstack.org/api-ref/image/v2/#update-image>
    ///
    /// # Errors
    ///
    /// The errors of [`update`](Self::update), [`ErrorKind::UnexpectedStatus`] for more
    /// than 128 items, and [`ErrorKind::Conflict`] or [`ErrorKind::KeyNotFound`] if
    /// another program changed the metadata during each of the three attempts.
    pub fn reset_metadata<K, V>(&mut self, items: impl IntoIterator<Item = (K, V)>) -> Result<()>
    where
        K: AsRef<str>,
        V: AsRef<str>,
    {
        let replacement = ImageUpdate::from_items(items);
        replacement.validate()?;
        for attempt in 1.. {
            self.retrieve()?;
            let mut update = replacement.clone();
            for key in self.metadata.keys() {
                let is_removable = !key.starts_with("os_glance") && validate_key(key).is_ok();
                if is_removable && !replacement.properties.contains_key(key) {
                    update = update.remove_property(key);
                }
            }
            if update.properties.is_empty() {
                break;
            }
            match self.update(update) {
                Err(error) if error.status() == Some(409) && attempt < MAX_RESETS => {}
                result => return result,
            }
        }
        Ok(())
    }

    /// Removes all metadata. Sends the requests of
    /// [`reset_metadata`](Self::reset_metadata).
    ///
    /// <https://docs.openstack.org/api-ref/image/v2/#update-image>
    ///
    /// # Errors
    ///
    /// The errors of [`reset_metadata`](Self::reset_metadata).
    pub fn clear_metadata(&mut self) -> Result<()> {
        self.reset_metadata([("", ""); 0])
    }

    /// Sets some metadata and keeps the other items. Sends `PATCH /v2/images/{id}`,
    /// which sets all fields of this copy.
    ///
    /// <https://docs.openstack.org/api-ref/image/v2/#update-image>
    ///
    /// # Errors
    ///
    /// The errors of [`reset_metadata`](Self::reset_metadata).
    pub fn merge_metadata<K, V>(&mut self, items: impl IntoIterator<Item = (K, V)>) -> Result<()>
    where
        K: AsRef<str>,
        V: AsRef<str>,
    {
        self.update(ImageUpdate::from_items(items))
    }

    /// Reads one metadata value. Sends `GET /v2/images/{id}`, which sets all fields
    /// of this copy.
    ///
    /// Returns JSON text if the value is not a string, as [`Metadata::get`] does.
    ///
    /// <https://docs.openstack.org/api-ref/image/v2/#show-image>
    ///
    /// # Errors
    ///
    /// [`ErrorKind::KeyNotFound`] if the image has no such item;
    /// [`ErrorKind::NotFound`] if the image does not exist.
    pub fn get_metadata_item(&mut self, key: &str) -> Result<String> {
        self.retrieve()?;
        match self.metadata.get(key) {
            Some(value) => Ok(value.to_owned()),
            None => Err(Error::new(
                ErrorKind::KeyNotFound,
                format!("image {} has no metadata item {key:?}", self.id),
            )),
        }
    }

    /// Sets one metadata value. Sends `PATCH /v2/images/{id}`, which sets all fields
    /// of this copy.
    ///
    /// <https://docs.openstack.org/api-ref/image/v2/#update-image>
    ///
    /// # Errors
    ///
    /// The errors of [`reset_metadata`](Self::reset_metadata).
    pub fn set_metadata_item(&mut self, key: &str, value: &str) -> Result<()> {
        self.update(ImageUpdate::new().property(key, value))
    }

    /// Deletes one metadata item. Sends `PATCH /v2/images/{id}`, which sets all
    /// fields of this copy.
    ///
    /// <https://docs.openstack.org/api-ref/image/v2/#update-image>
    ///
    /// # Errors
    ///
    /// [`ErrorKind::KeyNotFound`] if the image has no such item, and the errors of
    /// [`update`](Self::update).
    pub fn delete_metadata_item(&mut self, key: &str) -> Result<()> {
        self.update(ImageUpdate::new().remove_property(key))
    }

    /// Waits until the image has this status. Sends `GET /v2/images/{id}` at once, and
    /// then every 0.1 to 2 seconds.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidInput`], before anything is sent, for a status that Glance
    /// does not have.
    /// [`ErrorKind::WaitFailed`] if the image can no longer reach the status: it
    /// does not exist, its status is `killed`, its import failed, or its data was
    /// rejected.
    /// [`ErrorKind::Timeout`] if it does not reach the status in time; a request is
    /// not interrupted. Also the errors of [`retrieve`](Self::retrieve).
    pub fn wait_until(&mut self, status: impl Into<ImageStatus>, timeout: Duration) -> Result<()> {
        let target = status.into();
        target.check_known()?;
        let reached = poll(timeout, || self.has_reached(&target))?;
        self.check_reached(reached, timeout, &format!(" to become {target}"))
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
    /// [`Deleted`](ImageStatus::Deleted) or
    /// [`PendingDelete`](ImageStatus::PendingDelete). Sends the requests of
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
        let done = poll(timeout, || self.retrieve().map(|()| is_done(self)))?;
        self.check_reached(done, timeout, "")
    }

    pub(super) fn service(&self) -> Result<&Service> {
        self.service.0.as_ref().ok_or_else(|| {
            Error::invalid(format!(
                "image {:?} belongs to no service; use ImageService::get_image; nothing was sent",
                self.id
            ))
        })
    }

    /// Checks that Glance stored the properties. It accepts a few names, such as
    /// `member`, without storing them.
    fn check_properties(
        &self,
        response: &Response,
        properties: &BTreeMap<String, Option<String>>,
    ) -> Result<()> {
        let mut properties = properties.iter();
        match properties.find(|(key, value)| self.metadata.get(key) != value.as_deref()) {
            None => Ok(()),
            Some((key, _)) => Err(response.invalid(format!(
                "the server accepted the metadata item {key:?} and did not store it; use \
                 another key"
            ))),
        }
    }

    /// Replaces all fields with those of a response.
    fn replace_with(&mut self, response: &Response) -> Result<()> {
        let image = decode::image(response)?;
        if image.id != self.id {
            return Err(response.invalid(format!("the image has another id, {:?}", image.id)));
        }
        let service = std::mem::take(&mut self.service);
        *self = Self { service, ..image };
        Ok(())
    }

    /// Retrieves the image and returns whether it has the status. Fails if it can
    /// no longer reach the status.
    fn has_reached(&mut self, target: &ImageStatus) -> Result<bool> {
        let is_deletion = *target == ImageStatus::Deleted;
        let reason = match self.retrieve() {
            Err(error) if error.is_not_found() && is_deletion => return Ok(true),
            Err(error) if error.is_not_found() => "it does not exist".to_owned(),
            Err(error) => return Err(error),
            Ok(()) => match &self.status {
                status if status.as_ref() == Some(target) => return Ok(true),
                Some(ImageStatus::PendingDelete) if is_deletion => return Ok(true),
                _ if is_deletion => return Ok(false),
                _ => match self.failure_reason() {
                    Some(reason) => reason,
                    None => return Ok(false),
                },
            },
        };
        let message = format!("image {} cannot become {target}: {reason}", self.id);
        Err(Error::new(ErrorKind::WaitFailed, message))
    }

    /// Why the image will never be active.
    fn failure_reason(&self) -> Option<String> {
        use ImageStatus::{Deleted, Importing, Killed, PendingDelete, Queued, Uploading};
        let stores = self.metadata.get("os_glance_failed_import");
        let stores = stores.unwrap_or_default();
        let is_importing = self.metadata.contains_key("os_glance_import_task");
        match self.status.as_ref()? {
            status @ (Killed | Deleted | PendingDelete) => Some(format!("its status is {status}")),
            Queued | Importing | Uploading if !stores.is_empty() && !is_importing => {
                Some(format!("its import into {stores} failed"))
            }
            // Only an upload of a wrong format sets the hash of a queued image.
            Queued if self.checksum.is_some() => {
                Some("its data was rejected, and it can only be deleted".to_owned())
            }
            _ => None,
        }
    }

    fn check_reached(&self, reached: bool, timeout: Duration, goal: &str) -> Result<()> {
        if reached {
            return Ok(());
        }
        let status = self.status.as_ref().map_or("missing", ImageStatus::as_str);
        let message = format!(
            "timed out after {timeout:?} waiting for image {}{goal}; its status is {status}",
            self.id
        );
        Err(Error::new(ErrorKind::Timeout, message))
    }
}
