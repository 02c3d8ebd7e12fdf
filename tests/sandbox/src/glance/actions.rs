//! Deletes, deactivates and reactivates images.

use crate::cloud::{Caller, Cloud};
use crate::http::Response;

use super::errors::{ApiError, forbidden};
use super::{modifiable_image, no_content, visible_image};

pub(super) fn delete(cloud: &mut Cloud, caller: &Caller, id: &str) -> Result<Response, ApiError> {
    let image = visible_image(cloud, caller, id)
        .map_err(|_| ApiError::new(404, format!("Failed to find image {id} to delete")))?;
    if !caller.can_modify(image) {
        return Err(forbidden("delete_image").into());
    }
    if image.protected {
        let text = format!("Image {id} is protected and cannot be deleted.");
        return Err(ApiError::new(403, text));
    }
    cloud.images.remove(id);
    Ok(no_content())
}

/// Carries out the action `deactivate` or `reactivate`.
pub(super) fn change_status(
    cloud: &mut Cloud,
    caller: &Caller,
    id: &str,
    action: &str,
) -> Result<Response, ApiError> {
    let now = cloud.now();
    let image = modifiable_image(cloud, caller, id, action)?;
    let (from, to) = match action {
        "deactivate" => ("active", "deactivated"),
        _ => ("deactivated", "active"),
    };
    if image.status == from {
        to.clone_into(&mut image.status);
        image.updated = now;
    } else if image.status != to {
        let status = &image.status;
        let text = format!("Not allowed to {action} image in status '{status}'");
        return Err(ApiError::new(403, text));
    }
    Ok(no_content())
}
