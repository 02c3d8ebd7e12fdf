//! Uploads the data of an image.

use crate::cloud::{Caller, Cloud};
use crate::http::{Request, Response};

use super::errors::GlanceError;
use super::{modifiable_image, no_content};

pub(super) fn upload(
    cloud: &mut Cloud,
    caller: &Caller,
    id: &str,
    request: &Request,
) -> Result<Response, GlanceError> {
    let kind = request.header_list("Content-Type").unwrap_or_default();
    if kind != "application/octet-stream" {
        let text = format!("The request media type {kind} is not supported by this server.");
        return Err((415, text));
    }
    let now = cloud.now();
    let image = modifiable_image(cloud, caller, id, "upload_image")?;
    if image.status != "queued" {
        let text = format!(
            "Image status transition from {} to saving is not allowed",
            image.status
        );
        return Err((409, text));
    }
    image.size = Some(u64::try_from(request.body.len()).unwrap_or(u64::MAX));
    "active".clone_into(&mut image.status);
    image.updated = now;
    Ok(no_content())
}
