//! Uploads and downloads the data of images.

use std::io::{ErrorKind, Read};
use std::ops::Range;
use std::sync::Mutex;

use crate::cloud::{Caller, Cloud};
use crate::data::Data;
use crate::http::{Request, Response};
use crate::image::Image;
use crate::server::lock;

use super::errors::{ApiError, forbidden};
use super::format::inspect;
use super::range::requested_range;
use super::{modifiable_image, no_content, visible_image};

/// The largest part of a body that is read at once.
const BUFFER: usize = 64 << 10;

/// Stores the body of a request as the data of an image. The cloud is not locked
/// while the body is read.
pub(super) fn upload(
    cloud: &Mutex<Cloud>,
    caller: &Caller,
    path: &str,
    request: &Request,
    body: &mut dyn Read,
) -> Result<Response, ApiError> {
    let id = path.split('/').nth(2).unwrap_or_default();
    let upload = begin(&mut lock(cloud), caller, id, request)?;
    // Checksums take time, so they are computed before the cloud is locked.
    let received = upload.receive(body).map(Data::new);
    upload.finish(&mut lock(cloud), received)?;
    Ok(no_content())
}

/// An upload whose body has not been read.
struct Upload<'a> {
    request: &'a Request,
    /// The image before the upload.
    image: Image,
    /// The size that the headers announce.
    size: Option<i64>,
    size_cap: usize,
}

/// Checks an upload, and sets the status of the image to `saving`.
fn begin<'a>(
    cloud: &mut Cloud,
    caller: &Caller,
    id: &str,
    request: &'a Request,
) -> Result<Upload<'a>, ApiError> {
    let kind = request.header_list("Content-Type");
    let kind = kind.unwrap_or_else(|| "None".to_owned());
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if kind != "application/octet-stream" {
        let text = format!("Invalid content type {kind}");
        return Err(ApiError::wrong_data(request, text));
    }
    let size = announced_size(request)?;
    let store = request.header("X-Image-Meta-Store").unwrap_or("local");
    if store != "local" {
        let text = format!("Store for identifier {store} not found");
        return Err(ApiError::new(400, text));
    }
    let now = cloud.now();
    let (size_cap, quota) = (cloud.image_size_cap, cloud.storage_quota);
    let image = modifiable_image(cloud, caller, id, "upload_image")?;
    if image.status != "queued" {
        let from = &image.status;
        let text = format!("Image status transition from {from} to saving is not allowed");
        return Err(ApiError::new(409, text));
    }
    image.updated = now;
    check_formats(image)?;
    let image = image.clone();
    if let Some(quota) = quota {
        check_quota(cloud, &image, quota, size)?;
    }
    // After an upload in the wrong format, the store has a file with this name.
    if image.checksums.is_some() {
        return Err(ApiError::unexpected());
    }
    if let Some(saving) = cloud.images.get_mut(id) {
        "saving".clone_into(&mut saving.status);
    }
    Ok(Upload {
        request,
        image,
        size,
        size_cap,
    })
}

/// Checks that the formats of an image are set.
fn check_formats(image: &Image) -> Result<(), ApiError> {
    let formats = [
        ("disk_format", &image.disk_format),
        ("container_format", &image.container_format),
    ];
    let unset = formats.into_iter().filter(|(_, value)| value.is_none());
    let names: Vec<&str> = unset.map(|(name, _)| name).collect();
    let noun = match names.len() {
        0 => return Ok(()),
        1 => "Property",
        _ => "Properties",
    };
    let names = names.join(", ");
    let text = format!("{noun} {names} must be set prior to saving data.");
    Err(ApiError::new(400, text))
}

/// The size from a header of the request. `None` if it is unknown.
fn announced_size(request: &Request) -> Result<Option<i64>, ApiError> {
    let size = match request.header("X-OpenStack-Image-Size") {
        Some(size) => size.trim().parse().map_err(|_| {
            let text = "Invalid or missing image size in request headers.";
            ApiError::new(400, text)
        })?,
        None => i64::try_from(request.content_length()).unwrap_or(i64::MAX),
    };
    Ok((size != 0).then_some(size))
}

/// Checks that an owner may store this many bytes. An unknown number is allowed
/// until the quota is used up.
fn check_quota(
    cloud: &Cloud,
    image: &Image,
    quota: u64,
    size: Option<i64>,
) -> Result<(), ApiError> {
    let others = cloud.images.after(None);
    let others = others.filter(|it| it.owner == image.owner && it.id != image.id);
    let used: u64 = others.filter_map(|it| it.size).sum();
    let remaining = i128::from(quota) - i128::from(used);
    if remaining > 0 && size.is_none_or(|size| i128::from(size) <= remaining) {
        return Ok(());
    }
    let size = size.map_or_else(|| "None".to_owned(), |size| size.to_string());
    let text =
        format!("The size of the data {size} will exceed the limit. {remaining} bytes remaining.");
    Err(ApiError::new(
        413,
        format!("Image exceeds the storage quota: {text}"),
    ))
}

impl Upload<'_> {
    /// Reads the body.
    fn receive(&self, body: &mut dyn Read) -> Result<Vec<u8>, ApiError> {
        let mut data = Vec::new();
        let mut buffer = vec![0; BUFFER];
        loop {
            let count = match body.read(&mut buffer) {
                Ok(count) => count,
                // For uWSGI, an invalid chunk is the end of the body.
                Err(error) if error.kind() == ErrorKind::InvalidData => 0,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(_) => return Err(ApiError::unexpected()),
            };
            data.extend_from_slice(&buffer[..count]);
            if data.len() > self.size_cap {
                let text = "The incoming image is too large: The provided image is too large.";
                return Err(ApiError::new(413, text));
            }
            let got = i64::try_from(data.len()).unwrap_or(i64::MAX);
            let wrong = |text: &str, expected: i64| {
                let text = format!("Size {text}: expected {expected} bytes, got {got} bytes");
                Err(ApiError::new(400, text))
            };
            match self.size {
                Some(size) if got > size => return wrong("exceeds", size),
                Some(size) if count == 0 && got < size => return wrong("mismatch", size),
                _ if count == 0 => return Ok(data),
                _ => {}
            }
        }
    }

    /// Stores the data, or sets the status to `queued` again. Glance stores the image
    /// as it was when the upload began, so later changes are lost.
    fn finish(self, cloud: &mut Cloud, received: Result<Data, ApiError>) -> Result<(), ApiError> {
        let (now, quota) = (cloud.now(), cloud.storage_quota);
        let mut image = self.image;
        let id = image.id.clone();
        image.updated = now;
        let result = received.and_then(|data| {
            let size = data.bytes.len() as u64;
            if let Some(quota) = quota {
                check_quota(cloud, &image, quota, i64::try_from(size).ok())?;
            }
            let virtual_size = inspect(&image, &data.bytes)
                .map_err(|text| ApiError::wrong_data(self.request, text));
            image.checksums = Some(data.checksums);
            image.data = Some(data.bytes);
            image.virtual_size = virtual_size?;
            image.size = Some(size);
            "active".clone_into(&mut image.status);
            Ok(())
        });
        match cloud.images.get_mut(&id) {
            Some(current) => {
                image.members.clone_from(&current.members);
                *current = image;
                result
            }
            None => result.and_then(|()| {
                let text = format!(
                    "Image {id} could not be found after upload. The image may have been deleted \
                     during the upload, cleaning up the chunks uploaded."
                );
                Err(ApiError::new(410, text))
            }),
        }
    }
}

/// Responds with the data of an image, or with a range of it.
pub(super) fn download(
    cloud: &Cloud,
    caller: &Caller,
    id: &str,
    request: &Request,
) -> Result<Response, ApiError> {
    let image = visible_image(cloud, caller, id)?;
    if image.status == "deactivated" && !caller.admin {
        let text = "The requested image has been deactivated. Image data download is forbidden.";
        return Err(ApiError::new(403, text));
    }
    if !(caller.member || caller.admin) {
        return Err(forbidden("download_image").into());
    }
    check_preferred_stores(request)?;
    let range = match image.size {
        Some(size) => requested_range(request, size)?,
        // Glance compares the range with a missing size, and fails.
        None if requested_range(request, u64::MAX).is_ok_and(|it| it.is_none()) => None,
        None => return Err(ApiError::no_response()),
    };
    let Some(data) = &image.data else {
        return Ok(Response::new(204));
    };
    let kind = ("Content-Type", "application/octet-stream");
    let size = image
        .size
        .map_or_else(|| "None".to_owned(), |it| it.to_string());
    let (mut response, length) = match &range {
        Some(range) => {
            let last = i128::from(range.end) - 1;
            let value = format!("bytes {}-{last}/{size}", range.start);
            let response = Response::new(206).header(kind.0, kind.1);
            let length = (range.end - range.start).to_string();
            (response.header("Content-Range", value), length)
        }
        None => (Response::new(200).header(kind.0, kind.1), size),
    };
    if let Some(checksums) = &image.checksums {
        response = response.header("Content-MD5", &checksums.md5);
    }
    let body = range.map_or(&data[..], |range| part(data, &range));
    Ok(response.body(body).header("Content-Length", length))
}

/// Checks the stores in the parameter `prefer` of a download.
fn check_preferred_stores(request: &Request) -> Result<(), ApiError> {
    let mut parameters = request.query().split('&');
    let stores = parameters.find_map(|it| it.strip_prefix("prefer="));
    for store in stores.unwrap_or_default().split(',') {
        if !["", "local"].contains(&store) {
            let text = format!("Store '{store}' is not configured.");
            return Err(ApiError::new(400, text));
        }
    }
    Ok(())
}

/// The stored data in a range. The data can be shorter than the range.
fn part<'a>(data: &'a [u8], range: &Range<u64>) -> &'a [u8] {
    let index = |offset| usize::try_from(offset).map_or(data.len(), |it| it.min(data.len()));
    &data[index(range.start)..index(range.end)]
}
